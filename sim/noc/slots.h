/* slots.h: the reserved cycles of many links as bitmaps, from the start of a step; the first free run at or after a time is taken.
 * All bitmaps lie one behind the other, so that a link's is found without a pointer: the hottest reads of a run. */
#ifndef VOLLEY_NOC_SLOTS_H
#define VOLLEY_NOC_SLOTS_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

struct slots {
    uint64_t *word;             /* [n * stride] 1: a flit has reserved that cycle */
    uint64_t *reserved;         /* [n] cycles of each link */
    uint32_t n;
    uint32_t stride;            /* words of each link that there is room for */
    uint32_t used;              /* words of any link that may be non-zero */
};

void slots_open(struct slots *, uint32_t n);
void slots_close(struct slots *);
uint64_t slots_search(struct slots *, uint32_t link, uint64_t from, uint32_t cycles);   /* slots_take, with room made as needed */
void slots_clear(struct slots *);

/* Takes the link's first free run of so many cycles that begins at from or later; returns its first cycle. Single cycles, by far the
 * most, are found here. */
static inline uint64_t slots_take(struct slots *s, uint32_t link, uint64_t from, uint32_t cycles)
{
    uint64_t word = from / 64;
    if (cycles != 1 || word + 1 >= s->stride)
        return slots_search(s, link, from, cycles);
    uint64_t *at = s->word + (uint64_t)link * s->stride + word, free_bits = ~at[0] & ~(uint64_t)0 << (from % 64), beyond = ~at[1];
    uint64_t full = !free_bits;
    __asm__("" : "+r"(full));           /* whether the first word will do is chance: the compiler is kept from making a branch of it */
    free_bits |= beyond & (0 - full);
    word += full;
    at += full;
    while (!free_bits) {
        if (++word >= s->stride)
            return slots_search(s, link, from, cycles);
        free_bits = ~*++at;
    }
    *at |= free_bits & -free_bits;
    s->used = word < s->used ? s->used : (uint32_t)word + 1;    /* no branch: which of the two is chance */
    s->reserved[link]++;
    return word * 64 + (uint64_t)__builtin_ctzll(free_bits);
}

#ifdef __cplusplus
}
#endif
#endif
