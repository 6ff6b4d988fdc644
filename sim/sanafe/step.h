/* step.h: one step of a run, and what it cost. */
#ifndef VOLLEY_SANAFE_STEP_H
#define VOLLEY_SANAFE_STEP_H
#include "sanafe/run.h"
#include "sanafe/state.h"
#ifdef __cplusplus
extern "C" {
#endif

struct sanafe_work {            /* of a run, kept from step to step */
    struct sanafe_run *run;
    struct sanafe_state *state;
    struct sanafe_noc *noc;     /* NULL where the timing needs none */
    struct sanafe_message *message;             /* of the step in hand, in order of core, then of sending */
    uint32_t *order;            /* messages by destination core, stable */
    size_t n_messages, message_capacity, order_capacity;
    uint32_t *first;            /* [used cores + 1], into order */
    uint64_t *tile_hops;        /* [tiles][SANAFE_DIRECTIONS]: that the step's packets made to reach this tile; NULL without logs of energy */
};
/* The neurons' turn, the messages, forced updates. -1 and err: a model does not allow it. */
int sanafe_step_work(struct sanafe_work *, struct err *);
/* account.c: energies of the step, its counts, its row of logs; then the counts of parts begin anew. */
void sanafe_account(struct sanafe_work *, struct sanafe_step *, double *log);
uint32_t sanafe_log_columns(const struct sanafe_chip *);

#ifdef __cplusplus
}
#endif
#endif
