/* run.h: one run: options in, everything that was counted and timed out. The engine fills struct run; energy and report read it.
 * Counts are kept per core slot and group so that every view of the report is a sum of the same numbers. */
#ifndef VOLLEY_ENGINE_RUN_H
#define VOLLEY_ENGINE_RUN_H
#include <stdint.h>

#include "base/err.h"
#include "base/packed.h"
#include "chipfile.h"
#include "counters.h"
#include "import/events.h"
#include "mapping.h"
#include "network.h"
#include "quantise.h"
#ifdef __cplusplus
extern "C" {
#endif
struct noc_port;

enum decode { DECODE_RATE, DECODE_LATENCY, DECODE_POPULATION, DECODE_MEMBRANE };
enum trace_bit { TRACE_SPIKES = 1, TRACE_MEMBRANE = 2, TRACE_PACKETS = 4, TRACE_TIMELINE = 8, TRACE_WEIGHTS = 16 };
enum bound { BOUND_COMPUTE, BOUND_MEMORY, BOUND_NOC, BOUND_QUEUE, BOUND_BARRIER, BOUND_PACE, N_BOUNDS };     /* pace: for it or the tick; 0 without */

struct run_options {
    uint32_t first_sample, last_sample;         /* inclusive; last UINT32_MAX: all */
    const char *timing;         /* "none", "slots", "cycle" */
    const char *engine;         /* "c", "systemc"; NULL: c */
    uint32_t threads;
    uint64_t seed;
    enum decode decode;
    uint32_t traces;            /* enum trace_bit */
    int hold;                   /* 1: layers are held outside their windows (default); 0: free running, for tests and `free` chips */
    uint64_t pace_ps;           /* a step lasts at least this long; a longer one is an overrun; 0: as fast as it can; a tick chip's own */
    uint32_t classes;           /* population decode: number of blocks; 0: output neurons */
    void (*progress)(void *, uint32_t done, uint32_t all);      /* NULL: none; called after each sample */
    void *progress_arg;
    const volatile int *stop;   /* set by a signal handler: finish the sample in hand, then stop */
};

struct run_memory { uint64_t reads, writes; };          /* words */

struct run_counts {             /* a set of counts; the unit of everything below */
    uint64_t action[N_COUNTERS];
};
struct run_sample {
    uint32_t sample;
    int64_t label, prediction;  /* -1: no labels; prediction of the decode rule */
    uint32_t steps;             /* network steps */
    uint64_t time_ps;
    struct run_counts counts;   /* all groups together */
    double energy_j;            /* dynamic; filled by energy */
    /* Event chips, from the sample's start: the last input packet was sent; the first and last output spike came. UINT64_MAX: there was none */
    uint64_t input_ps, first_output_ps, last_output_ps;
};
struct run_step {               /* one chip step of one sample */
    uint32_t sample, step;
    uint64_t time_ps, spikes, sops, packets;
    uint64_t wait_ps;           /* part of time_ps: its work and barrier were done, and the pace was not over */
    double energy_j, peak_link_use;
    int beyond;                 /* slots: a link was used above its range */
};
struct run_spike { uint32_t sample, step, population, neuron; };        /* network step */
struct run_membrane { uint32_t sample, step, population, neuron; int64_t raw; double value; };
struct run_packet {              /* NoC cycles in the step; packet: its number in it; lost: dropped at `arrive` */
    uint32_t sample, step, from, to;
    uint64_t offset, arrive, start, end, packet;
    uint32_t lost;
};

/* A plastic synapse, from a neuron (of the host's input: population 0) to one: its weight as loaded and after the run, as the chip holds it. */
struct run_weight { uint32_t source, source_neuron, population, neuron; int64_t first, last; };
struct run_update { uint32_t sample, step, core; uint64_t end_ps; };    /* timeline: an update program, from the start of its step */

struct run {
    const struct network *network;
    const struct chipfile *chip;
    const struct quantised *quantised;
    const struct mapping *mapping;
    const struct events *input;
    struct run_options options;
    /* groups: 0 .. n_populations-1 (0 is the host input's part), n_populations = (chip), n_populations + 1 = (host) */
    uint32_t n_groups;
    struct run_counts *group;               /* [n_groups], all cores and samples together */
    struct run_memory *group_memory;        /* [n_groups * n_memories] */
    uint32_t n_cores;                       /* used cores, as in mapping */
    struct run_counts *core;                /* [n_cores], all groups */
    struct run_counts network_counts;       /* what happened outside cores: noc, host, barrier (attributed in group[] too) */
    uint32_t n_memories;                    /* memories of all core types, in file order */
    struct { uint32_t type, memory; } *memory_of;       /* [n_memories] */
    struct run_memory *memory;              /* [n_memories] */
    uint64_t *memory_used_bits, *memory_capacity_bits;  /* [n_memories], of the used cores */
    struct run_counts load;                 /* loading weights, reported once, apart */
    /* answers */
    uint32_t samples_done, samples_asked;
    int partial;                            /* interrupted: what was finished is kept */
    struct run_sample *sample;              /* [samples_done] */
    struct run_memory *sample_memory;       /* [samples_done * n_memories] */
    struct run_step *step;                  /* [n_steps] */
    struct packed step_counts;              /* of each step in order: its counts, then its memories; run_step_counts reads them */
    uint64_t n_steps;
    uint32_t steps, chip_steps;             /* per sample: T, T + D */
    uint64_t *output_counts;                /* [samples_done * outputs] spikes of the output neurons */
    uint32_t outputs;
    uint64_t *neuron_spikes, *neuron_spikes_last;       /* [neurons of the mapping] inside the windows, all samples; of these, in a sample's last step */
    /* time, ps */
    uint64_t total_ps, barrier_ps, reset_ps;
    uint64_t bound_ps[N_BOUNDS];            /* add up to total_ps - reset_ps */
    uint64_t bound_core_ps;                 /* compute share that the busiest core accounts for */
    uint32_t bound_core;                    /* index into mapping.core */
    uint64_t service_ps, update_ps;         /* of the compute share: synapses (service), updates */
    double peak_link_use;
    struct noc_port *port;                  /* [n_ports] noc/ports.h: what each port of the network did; NULL, 0: the plane has none */
    uint32_t n_ports;
    uint64_t noc_cycles;                    /* NoC cycles of all steps, without barriers: what a link's use is a share of */
    uint64_t steps_beyond;
    uint32_t queue_most;                    /* event chips: the most packets that ever waited at a core, the one that just came among them */
    uint64_t discarded, samples_cut;        /* event chips: packets that a sample's end (time.drain) found unserved, and in how many samples */
    uint64_t overruns, overrun_ps_max, overrun_ps_sum;      /* steps longer than the pace or tick; the largest excess, and all of it */
    uint64_t work_ps_max;                   /* with a pace or tick: the longest step without its wait, the least that would do */
    uint64_t core_busy_ps_max, core_busy_ps_sum;        /* work of the busiest core, of all cores */
    /* traces on demand */
    struct run_spike *spike;
    uint64_t n_spikes;
    struct run_membrane *membrane;
    uint64_t n_membranes;
    struct run_packet *packet;
    uint64_t n_packets;
    struct run_update *update;              /* only with TRACE_TIMELINE; core: index into mapping.core */
    uint64_t n_updates;
    struct run_weight *weight;              /* only with TRACE_WEIGHTS */
    uint64_t n_weights;
    /* comparison with float (--against-float) */
    int has_float;
    uint32_t float_correct, float_differ;
    double wall_s;
};

/* Labels: NULL or one per sample of the input. 0, or -1 and err; an interrupted run returns 0 with run->partial set. */
struct run *run_make(const struct network *, const struct chipfile *, const struct quantised *, const struct mapping *,
                     const struct events *, const int64_t *labels, const struct run_options *, struct err *);
/* The counts of the step that begins at byte from of step_counts (0: the first); memory: [n_memories]. Returns where the next begins. */
size_t run_step_counts(const struct run *, size_t from, struct run_counts *, struct run_memory *memory);
void run_free(struct run *);

/* How long a step lasts whose work takes ps: as long, or its pace, or the next multiple of the chip's tick. */
static inline uint64_t run_step_ps(const struct run *run, uint64_t ps)
{
    uint64_t pace = run->options.pace_ps;
    if (!pace || (ps > pace && run->chip->mode != TIME_TICK))
        return ps;
    return ps > pace ? (ps + pace - 1) / pace * pace : pace;
}

#ifdef __cplusplus
}
#endif
#endif
