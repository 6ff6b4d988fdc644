/* clocked.h: the pins of the core port as a caller of core_kind.clock sees them: what it drives in a cycle, and what stands at the edge
 * that ends the cycle. valid stays, and what it offers stays, until ready; both at an edge is the transfer (rtl/README.md). The kind
 * only reads the first part and only writes the second; nothing is kept in it between cycles. */
#ifndef VOLLEY_CORES_CLOCKED_H
#define VOLLEY_CORES_CLOCKED_H
#include <stdint.h>

#include "cores/core.h"
#ifdef __cplusplus
extern "C" {
#endif
struct image;

struct core_ports {
    /* driven */
    uint64_t step;                  /* chip step that step_valid starts: it decides which populations are in their window */
    uint32_t axon;                  /* of the packet */
    uint8_t packet_valid, spike_ready, step_valid;
    uint8_t learn_valid;            /* after a step's last packet has been served; only kinds that learn look at it */
    uint8_t look;                   /* 1: the clock does not rise, so the same cycle is seen again; what is seen does not hang on what is driven */
    struct core_counts *counts;     /* NULL, or where the cycle is counted: together a step's cycles add what update and accept would */
    struct err *err;                /* NULL, or where a fault is told (failed) */
    /* seen */
    uint8_t packet_ready, spike_valid, step_ready, step_done, idle;
    uint8_t learn_ready, learn_done;
    uint8_t updating, stopped, serving, taken, queued;  /* what this cycle is */
    uint8_t failed;                 /* an assertion of the core does not hold */
    uint32_t neuron, queued_neuron; /* of the spike that is offered; of the one that enters the output queue */
    uint32_t reads, writes;         /* accesses of this cycle, a bit per memory of the kind */
};

/* ---- a core behind pins that has none: any kind with declared costs, called whole, seen cycle by cycle ---- */

struct clocked;
/* kind, core (loaded) and image are the caller's and outlive it; queues: words, 1 or more. The caller frees. Strobes stay 0: a call does not say
 * in which cycle an access was; `counts` gets them with the call. Not for kinds that fire on arrival. */
struct clocked *clocked_new(const struct core_kind *, struct core *, const struct image *, uint32_t queue_in, uint32_t queue_out);
void clocked_free(struct clocked *);            /* NULL is allowed; the core stays */
void clocked_clock(struct clocked *, struct core_ports *);      /* as core_kind.clock */

/* ---- a core with pins behind whole calls: driven until it is done, clocks counted ---- */

/* As core_kind.update and core_kind.accept, through kind->clock alone. -1 where the core fails or does not answer within `most` cycles. */
int clocked_update(const struct core_kind *, struct core *, const struct core_step *, struct emissions *, uint32_t *cycles, uint32_t most,
                   struct core_counts *, struct err *);
int clocked_accept(const struct core_kind *, struct core *, const struct core_step *, const struct packet *, uint32_t n, uint32_t *cycles, uint32_t most,
                   struct core_counts *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
