#include "noc/slots.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* An odd number of cache lines, so that the bitmaps of many links do not fall on the same sets of the cache. */
enum { FIRST_WORDS = 72 };

static void reach(struct slots *s, uint64_t word)
{
    if (word < s->words)
        return;
    uint32_t words = s->words ? s->words : FIRST_WORDS;
    while (words <= word)
        words = words * 2 + 8;
    s->word = mem_grow(s->word, words, sizeof *s->word);
    memset(s->word + s->words, 0, (size_t)(words - s->words) * sizeof *s->word);
    s->words = words;
}

static uint64_t first_free(struct slots *s, uint64_t from)
{
    uint64_t w = from / 64, free_bits;
    reach(s, w);
    free_bits = ~s->word[w] & (~(uint64_t)0 << (from % 64));
    while (!free_bits) {
        reach(s, ++w);
        free_bits = ~s->word[w];
    }
    return w * 64 + (uint64_t)__builtin_ctzll(free_bits);
}

static int is_free(struct slots *s, uint64_t cycle)
{
    reach(s, cycle / 64);
    return !(s->word[cycle / 64] >> (cycle % 64) & 1);
}

uint64_t slots_search(struct slots *s, uint64_t from, uint32_t cycles)
{
    uint64_t at = first_free(s, from);
    for (uint64_t end = at + 1; end < at + cycles; end++)
        if (!is_free(s, end)) {
            at = first_free(s, end);
            end = at;
        }
    for (uint64_t c = at; c < at + cycles; c++)
        s->word[c / 64] |= (uint64_t)1 << (c % 64);
    uint32_t used = (uint32_t)((at + cycles - 1) / 64 + 1);
    if (used > s->used)
        s->used = used;
    s->reserved += cycles;
    return at;
}

void slots_clear(struct slots *s)
{
    if (s->used)
        memset(s->word, 0, s->used * sizeof *s->word);
    s->used = 0;
    s->reserved = 0;
}

void slots_close(struct slots *s)
{
    free(s->word);
    *s = (struct slots){0};
}
