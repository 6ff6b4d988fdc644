/* profile.h: constrained-random stimuli. A profile says what is drawn more often than by chance; (size, profile, seed, events) is the stimulus,
 * the same on every machine. */
#ifndef VOLLEY_VERIFY_PROFILE_H
#define VOLLEY_VERIFY_PROFILE_H
#include "verify/stim.h"
#ifdef __cplusplus
extern "C" {
#endif

struct profile {
    const char *name, *help;
    uint8_t neurons;        /* 0 any number, 1 all, 2 at the ends of what there is */
    uint8_t axons;          /* the same */
    uint8_t fill;           /* synapses in a row, in % of the neurons; 0: drawn per stimulus */
    uint8_t weights;        /* enum of profile.c, likewise the three below */
    uint8_t thresholds;
    uint8_t biases;
    uint8_t rests;          /* refractory times */
    uint8_t fields;         /* 1: every number at an end of its range */
    uint8_t learn;          /* 1: always, and its numbers at their ends more often */
    uint8_t twice;          /* 1: rows in which neurons stand several times */
    uint32_t per_step;      /* packets of a step; 0: drawn */
    uint32_t sink;          /* slowest sink of the overlap pass; 0: drawn */
};
extern const struct profile profiles[];         /* ends with a name of NULL */
const struct profile *profile_named(const char *);      /* NULL: none */
int profile_fits(const struct profile *, const struct verify_target *);     /* 0: the target does not allow it, or cannot learn */

/* events: packets, about; never more. The caller frees it. */
struct stim *profile_make(const struct verify_target *, const struct verify_size *, const struct profile *, uint64_t seed, uint32_t events);

#ifdef __cplusplus
}
#endif
#endif
