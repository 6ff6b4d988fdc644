/* run.h: runs a network on an architecture as SANA-FE does, step by step, and keeps what each step did. Energies are joules, times seconds;
 * steps count from 1, as in that tool. */
#ifndef VOLLEY_SANAFE_RUN_H
#define VOLLEY_SANAFE_RUN_H
#include <stdint.h>

#include "sanafe/chip.h"
#include "sanafe/timing.h"
#ifdef __cplusplus
extern "C" {
#endif

enum sanafe_part_of_energy { SANAFE_E_SYNAPSE, SANAFE_E_DENDRITE, SANAFE_E_SOMA, SANAFE_E_NETWORK, SANAFE_E_PARTS };
struct sanafe_step {
    uint64_t fired, updated, packets, hops, spikes;     /* spikes: synapses of the packets, as that tool calls them */
    double energy[SANAFE_E_PARTS], total, time;
    double busiest;             /* seconds of the busiest core, as `simple` counts: the rest of `time` is the network's and the barrier's */
};
struct sanafe_fire { uint32_t step, neuron; };

struct sanafe_options {
    uint32_t steps, seed;
    enum sanafe_timing timing;
    int messages, potentials;   /* keep every message, every neuron's potential */
    const volatile int *stop;   /* not 0: end after the step in hand; NULL: never */
    void (*progress)(void *, uint32_t done, uint32_t all);
    void *progress_arg;
};

struct sanafe_run {
    struct sanafe_chip *chip;
    struct sanafe_options options;
    struct sanafe_step *step;   /* [steps] */
    uint32_t steps;             /* that were finished */
    struct sanafe_step sum;     /* of all of them */
    struct sanafe_fire *fire;   /* by step, then by neuron */
    size_t n_fires, fire_capacity;
    double *potential, *current;                /* [steps][n_logged] and [steps][n_currents], after the neurons' turn */
    uint32_t *logged, n_logged; /* places with log_potential, in order of the file; all with options.potentials */
    uint32_t *currents, n_currents;             /* places with log_u of the LIF model */
    uint64_t *part_calls, *part_updated, *part_fired;   /* by part, of the whole run */
    double *part_energy;
    struct sanafe_group_sums *group;
    double *log;                /* [steps][n_logs]: the columns that log_energy and log_latency ask for; sanafe_log_name */
    uint32_t n_logs;
    struct sanafe_message *message;             /* with options.messages */
    uint32_t *message_step;
    size_t n_messages, message_capacity, step_capacity;
    double hop_energy[SANAFE_DIRECTIONS], axon_in_energy, axon_out_energy;  /* of the whole run */
    uint64_t hops[SANAFE_DIRECTIONS];
    struct fidelity notes;      /* what came up in the run */
    double wall_s;
};
struct sanafe_run *sanafe_run_make(struct sanafe_chip *, const struct sanafe_options *, struct err *);
void sanafe_run_free(struct sanafe_run *);              /* NULL is allowed; the chip stays */
char *sanafe_log_name(const struct sanafe_chip *, uint32_t column);     /* "tile.core.unit.energy"; the caller frees; NULL: no such column */

#ifdef __cplusplus
}
#endif
#endif
