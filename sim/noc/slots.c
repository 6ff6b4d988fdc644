/* A link's cycles as bits, 1 where a flit has reserved one. Times only ever grow within a step, and a step begins at 0, so the bitmap
 * is as long as the busiest step so far and is used again in every step. */
#include "noc/slots.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* An odd number of cache lines, so that the bitmaps of many links do not fall on the same sets of the cache. */
enum { FIRST_WORDS = 72 };

/* Room up to a word. New words are free: a link that nobody has reserved so late. */
static void reach(struct slots *s, uint64_t word)
{
    if (word < s->words)
        return;
    uint32_t words = s->words ? s->words : FIRST_WORDS;     /* 4608 cycles */
    while (words <= word)
        words = words * 2 + 8;
    s->word = mem_grow(s->word, words, sizeof *s->word);
    memset(s->word + s->words, 0, (size_t)(words - s->words) * sizeof *s->word);
    s->words = words;
}

/* The first 0 bit at or after a cycle: 64 cycles are looked at together, so even a full stretch is passed quickly. */
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

/* Beyond the words there are, everything is free; the room is made, because the caller is about to take it. */
static int is_free(struct slots *s, uint64_t cycle)
{
    reach(s, cycle / 64);
    return !(s->word[cycle / 64] >> (cycle % 64) & 1);
}

/* A run of several cycles: where a cycle of a candidate is taken, no run can begin before the next free one, so the search goes on from
 * there and never looks at a cycle twice. */
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

/* Between steps. Only what was written is cleared: most links of a large chip are idle in most steps. */
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
