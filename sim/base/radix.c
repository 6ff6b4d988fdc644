#include "base/radix.h"

#include <string.h>

enum { DIGIT = 11, BUCKETS = 1 << DIGIT };

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
