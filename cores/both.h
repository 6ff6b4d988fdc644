/* both.h: two kinds in lockstep as one kind, named both:A,B: every call goes to both, and the first thing on which they do not agree
 * (spikes, offsets, cycles, counts, state) ends the run. A is the one that is listened to: its spikes, cycles and counts are the core's. */
#ifndef VOLLEY_CORES_BOTH_H
#define VOLLEY_CORES_BOTH_H
#include "cores/core.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A kind of its own, made while the program runs, so its create needs params->kind. It is the caller's, outlives its cores, and is given
 * back with both_free; a and b outlive it. Where one of the two cannot do a thing (learn, fire on arrival), the pair cannot. */
struct core_kind *both_new(const struct core_kind *a, const struct core_kind *b);
void both_free(struct core_kind *);     /* NULL is allowed */

#ifdef __cplusplus
}
#endif
#endif
