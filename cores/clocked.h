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

struct core_ports {
    /* driven */
    uint64_t step;                  /* chip step that step_valid starts: it decides which populations are in their window */
    uint32_t axon;                  /* of the packet */
    uint8_t packet_valid, spike_ready, step_valid;
    uint8_t look;                   /* 1: the clock does not rise, so the same cycle is seen again; what is seen does not hang on what is driven */
    struct core_counts *counts;     /* NULL, or where the cycle is counted: together a step's cycles add what update and accept would */
    struct err *err;                /* NULL, or where a fault is told (failed) */
    /* seen */
    uint8_t packet_ready, spike_valid, step_ready, step_done, idle;
    uint8_t updating, stopped, serving, taken, queued;  /* what this cycle is */
    uint8_t failed;                 /* an assertion of the core does not hold */
    uint32_t neuron, queued_neuron; /* of the spike that is offered; of the one that enters the output queue */
    uint32_t reads, writes;         /* accesses of this cycle, a bit per memory of the kind */
};

#ifdef __cplusplus
}
#endif
#endif
