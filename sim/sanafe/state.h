/* state.h: what changes from step to step, and the models of dendrites and somas that change it. All arithmetic is in double, in the order
 * that docs/sanafe.md states, so that spikes are those of SANA-FE. */
#ifndef VOLLEY_SANAFE_STATE_H
#define VOLLEY_SANAFE_STATE_H
#include <stdint.h>

#include "sanafe/chip.h"
#include "sanafe/random.h"
#ifdef __cplusplus
extern "C" {
#endif

enum sanafe_status { SANAFE_UNSET, SANAFE_IDLE, SANAFE_UPDATED, SANAFE_FIRED };
/* What a unit hands on: a current, if there is one, what became of the neuron, and the seconds that it took. */
struct sanafe_result { double current, latency; int present; enum sanafe_status status; };

struct sanafe_cell {            /* one neuron */
    double v, u;                /* membrane, and the current of the LIF model */
    double charge;              /* of its dendrite in this step */
    struct sanafe_result waiting;               /* its place of the core's buffer */
    uint32_t refractory, soma_step, dendrite_step;      /* the last step in which the soma and the dendrite worked; 0: never */
};
struct sanafe_source {          /* an input unit: one state for whoever uses it */
    const uint8_t *spikes;      /* [n_spikes], the network's */
    uint32_t n_spikes;
    double poisson, rate;
    struct sanafe_mt random;
};
struct sanafe_cable {           /* a dendrite of taps */
    const struct sanafe_params *params;
    double *v, *next;           /* [taps] */
    uint32_t step;              /* the last one in which it moved on */
};

struct sanafe_state {
    struct sanafe_chip *chip;
    struct sanafe_cell *cell;   /* by place */
    double (*slot)[SANAFE_DELAYS];              /* by place; NULL where no dendrite has delays */
    struct sanafe_source **source;              /* by part; NULL: it is no input */
    struct sanafe_cable **cable;                /* by part; NULL: it has no taps */
    struct sanafe_feedback random;
    struct sanafe_group_sums *group;            /* by group; the run's */
    uint32_t step;              /* from 1 */
    uint64_t overwritten;       /* currents that a later one of the step displaced before the dendrite */
};
struct sanafe_state *sanafe_state_make(struct sanafe_chip *, struct sanafe_group_sums *, uint32_t seed);
void sanafe_state_free(struct sanafe_state *);          /* NULL is allowed */

/* dendrite.c: adds in (if present) to the dendrite of a place; synapse: that it came by, NULL in the neuron's own turn. */
struct sanafe_result sanafe_dendrite(struct sanafe_state *, uint32_t place, struct sanafe_result in, const struct sanafe_synapse *);
/* soma.c. -1 and err: the model does not allow it (a neuron worked on twice in a step, an input that is sent a current). */
int sanafe_soma(struct sanafe_state *, uint32_t place, struct sanafe_result in, struct sanafe_result *out, struct err *);
/* Counts one action of a part at work for a place and returns its seconds. */
double sanafe_count(struct sanafe_state *, struct sanafe_part *, uint32_t place, enum sanafe_soma_price);

#ifdef __cplusplus
}
#endif
#endif
