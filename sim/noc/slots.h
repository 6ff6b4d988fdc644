/* slots.h: one link's reserved cycles as a bitmap, from the start of a step; the first free run at or after a time is taken. */
#ifndef VOLLEY_NOC_SLOTS_H
#define VOLLEY_NOC_SLOTS_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

struct slots {
    uint64_t *word;
    uint32_t words, used;       /* room; words that may be non-zero */
    uint64_t reserved;          /* cycles */
};

uint64_t slots_search(struct slots *, uint64_t from, uint32_t cycles);  /* slots_take, with room made as needed */
void slots_clear(struct slots *);
void slots_close(struct slots *);

/* Takes the first free run of so many cycles that begins at from or later; returns its first cycle. Single cycles, by far the
 * most, are found here. */
static inline uint64_t slots_take(struct slots *s, uint64_t from, uint32_t cycles)
{
    uint64_t word = from / 64, free_bits = word < s->words ? ~s->word[word] & ~(uint64_t)0 << (from % 64) : 0;
    while (!free_bits && ++word < s->words)
        free_bits = ~s->word[word];
    if (cycles != 1 || !free_bits)
        return slots_search(s, from, cycles);
    s->word[word] |= free_bits & -free_bits;
    s->used = word < s->used ? s->used : (uint32_t)word + 1;    /* no branch: which of the two is chance */
    s->reserved++;
    return word * 64 + (uint64_t)__builtin_ctzll(free_bits);
}

#ifdef __cplusplus
}
#endif
#endif
