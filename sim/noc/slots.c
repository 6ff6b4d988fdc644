/* Links' cycles as bits, 1 where a flit has reserved one. Times only ever grow within a step, and a step begins at 0, so the bitmaps
 * are as long as the busiest step so far and are used again in every step. */
#include "noc/slots.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* 1536 cycles; an odd number of cache lines, so that the bitmaps of many links do not fall on the same sets of the cache. */
enum { FIRST_WORDS = 24 };

/* Nothing is reserved before the first step: the bitmaps have no words until then. */
void slots_open(struct slots *s, uint32_t n)
{
    *s = (struct slots){.n = n, .reserved = mem_new((size_t)n + 1, sizeof *s->reserved)};
}

/* Room up to a word, for all links. New words are free: nobody has reserved so late. Links without a reservation are all zeros and not copied:
 * their pages are never touched, so what memory a late packet costs is that of the links that it takes. */
static void reach(struct slots *s, uint64_t word)
{
    if (word < s->stride)
        return;
    uint32_t stride = s->stride ? s->stride : FIRST_WORDS;
    while (stride <= word)
        stride = stride * 2 + 8;
    uint64_t *wider = mem_new((size_t)s->n * stride + 1, sizeof *wider);
    for (uint32_t l = 0; l < s->n; l++)
        if (s->reserved[l])
            memcpy(wider + (size_t)l * stride, s->word + (size_t)l * s->stride, s->used * sizeof *wider);
    free(s->word);
    s->word = wider;
    s->stride = stride;
}

static uint64_t word_of(struct slots *s, uint32_t link, uint64_t word)
{
    reach(s, word);
    return s->word[(uint64_t)link * s->stride + word];
}

/* The first 0 bit at or after a cycle: 64 cycles are looked at together, so even a full stretch is passed quickly. */
static uint64_t first_free(struct slots *s, uint32_t link, uint64_t from)
{
    uint64_t w = from / 64, free_bits = ~word_of(s, link, w) & (~(uint64_t)0 << (from % 64));
    while (!free_bits)
        free_bits = ~word_of(s, link, ++w);
    return w * 64 + (uint64_t)__builtin_ctzll(free_bits);
}

/* Beyond the words there are, everything is free; the room is made, because the caller is about to take it. */
static int is_free(struct slots *s, uint32_t link, uint64_t cycle)
{
    return !(word_of(s, link, cycle / 64) >> (cycle % 64) & 1);
}

/* A run of several cycles: where a cycle of a candidate is taken, no run can begin before the next free one, so the search goes on from
 * there and never looks at a cycle twice. */
uint64_t slots_search(struct slots *s, uint32_t link, uint64_t from, uint32_t cycles)
{
    uint64_t at = first_free(s, link, from);
    for (uint64_t end = at + 1; end < at + cycles; end++)
        if (!is_free(s, link, end)) {
            at = first_free(s, link, end);
            end = at;
        }
    for (uint64_t c = at; c < at + cycles; c++)
        s->word[(uint64_t)link * s->stride + c / 64] |= (uint64_t)1 << (c % 64);
    uint32_t used = (uint32_t)((at + cycles - 1) / 64 + 1);
    if (used > s->used)
        s->used = used;
    s->reserved[link] += cycles;
    return at;
}

/* Between steps. Only links that were used are cleared: most links of a large chip are idle in most steps. */
void slots_clear(struct slots *s)
{
    for (uint32_t l = 0; l < s->n; l++)
        if (s->reserved[l]) {
            memset(s->word + (size_t)l * s->stride, 0, s->used * sizeof *s->word);
            s->reserved[l] = 0;
        }
    s->used = 0;
}

void slots_close(struct slots *s)
{
    free(s->word);
    free(s->reserved);
    *s = (struct slots){0};
}
