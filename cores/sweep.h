/* sweep.h: the update program of the batch kinds: what one sweep over a core's neurons counts, how long it takes, and at which
 * offset each spike leaves. A kind computes its neurons' new state into `fired` and `active`; the sweep does the rest. */
#ifndef VOLLEY_CORES_SWEEP_H
#define VOLLEY_CORES_SWEEP_H
#include "cores/core.h"
#include "cores/image.h"
#ifdef __cplusplus
extern "C" {
#endif

struct sweep {
    const struct image *image;
    struct emissions *out;
    struct core_counts *counts;
    uint64_t cycles;            /* so far */
    uint64_t place;             /* compartments behind, in local order, held ones too */
    uint64_t state, sums, parameters, post;     /* first word of each table that was not read yet */
};

void sweep_begin(struct sweep *, const struct image *, struct emissions *, struct core_counts *);
/* A group in its window: fired[i], active[i] of neuron group->first + i. */
void sweep_group(struct sweep *, uint32_t group, const uint8_t *fired, const uint8_t *active);
void sweep_held(struct sweep *, uint32_t group);        /* a group outside its window */
void sweep_end(struct sweep *, uint32_t *cycles);
uint64_t sweep_longest(const struct image *);           /* cycles of an update in which every neuron is active and fires; UINT64_MAX: more */
int sweep_open(const struct image_group *, uint64_t step);      /* 1: the window is open */
int sweep_active(enum image_active, int has_input, int nonzero);
struct sweep_rule { uint8_t always, input, nonzero; };          /* the same as 0 or 1 each: active = always | input & .. | nonzero & .. */
struct sweep_rule sweep_rule_of(enum image_active);

#ifdef __cplusplus
}
#endif
#endif
