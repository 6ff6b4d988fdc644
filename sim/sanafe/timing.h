/* timing.h: SANA-FE's two formulae for the time of a step, from the messages of the step. `simple`: the busiest core, sending or receiving,
 * without a network. `detailed`: messages in order of sending, delayed by how crowded the links of their path are. */
#ifndef VOLLEY_SANAFE_TIMING_H
#define VOLLEY_SANAFE_TIMING_H
#include <stddef.h>

#include "sanafe/chip.h"
#ifdef __cplusplus
extern "C" {
#endif

enum sanafe_timing { SANAFE_SIMPLE, SANAFE_DETAILED };
struct sanafe_message {
    const struct sanafe_axon *axon;             /* NULL: no message, the work behind a core's last one */
    uint32_t place, from;       /* sending neuron and used core */
    double generation, processing;              /* seconds to make it, and to work through its synapses */
    /* filled by `detailed` */
    double sent, received, processed, network, blocked, density;
};
/* Messages of one step in order of core, then of sending. Seconds, without the barrier. */
double sanafe_time_simple(const struct sanafe_chip *, const struct sanafe_message *, size_t n);

struct sanafe_noc;              /* links of the mesh and what is on them; one for a run */
struct sanafe_noc *sanafe_noc_make(const struct sanafe_chip *);
void sanafe_noc_free(struct sanafe_noc *);
double sanafe_time_detailed(struct sanafe_noc *, struct sanafe_message *, size_t n);

#ifdef __cplusplus
}
#endif
#endif
