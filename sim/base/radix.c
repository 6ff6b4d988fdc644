/* Sorting of 64-bit keys by their upper half, least significant digit first; keys equal there keep their order (each pass is a
 * stable counting sort). Three passes of 11 bits cover 32 bits; passes over digits that are 0 in every key are left out, which for
 * small chips is most of them. */
#include "base/radix.h"

#include <string.h>

enum { DIGIT = 11, BUCKETS = 1 << DIGIT };

/* One counting sort: how many keys per digit, where each digit begins, then each key to its place. */
static void pass(const uint64_t *from, uint64_t *to, uint64_t n, int shift)
{
    uint32_t first[BUCKETS + 1];
    memset(first, 0, sizeof first);
    for (uint64_t i = 0; i < n; i++)
        first[(from[i] >> shift & (BUCKETS - 1)) + 1]++;
    for (int b = 0; b < BUCKETS; b++)
        first[b + 1] += first[b];
    for (uint64_t i = 0; i < n; i++)
        to[first[from[i] >> shift & (BUCKETS - 1)]++] = from[i];
}

/* Returns whichever of the two arrays holds the result. */
uint64_t *radix_sort(uint64_t *key, uint64_t *spare, uint64_t n)
{
    uint64_t all = 0;
    for (uint64_t i = 0; i < n; i++)
        all |= key[i];
    for (int shift = 32; shift < 64 && all >> shift; shift += DIGIT) {
        pass(key, spare, n, shift);
        uint64_t *swap = key;
        key = spare;
        spare = swap;
    }
    return key;
}
