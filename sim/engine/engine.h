/* engine.h: the parts of the step loop, one file each: step (update, emit, time, accept, learn), account, decode. Private to engine/. */
#ifndef VOLLEY_ENGINE_ENGINE_H
#define VOLLEY_ENGINE_ENGINE_H
#include "chip.h"
#include "engine/pool.h"
#include "engine/run.h"
#include "noc/timing.h"
#ifdef __cplusplus
extern "C" {
#endif

struct live {                   /* a core during the run */
    struct emissions out;
    uint32_t cycles;            /* of its update, core clock */
    uint64_t start;             /* NoC cycles before it: layers started on this core in this step */
    struct core_counts counts;  /* own arrays, flushed after each step */
    uint32_t n_actions, n_memories;
    const int *counter_of;      /* [n_actions] enum counter */
    const int *memory_of;       /* [n_memories] index into run.memory, or NO_INDEX */
    uint64_t bound_ps;          /* time that steps ended with this core's work */
    int failed;
    struct err err;
};

struct engine;
struct engine_kind {            /* what moves time; one line each in engine_kinds */
    const char *name;           /* --engine */
    const char *plane;          /* the only plane it runs with; NULL: any */
    int (*open)(struct engine *, struct err *);         /* once the engine is built; NULL: nothing to do. 0 or -1 */
    int (*step)(struct engine *, struct err *);         /* one chip step, accounted for. 0 or -1 */
    int (*sample)(struct engine *, struct err *);       /* event chips, in place of steps: a sample to its end, accounted for. 0 or -1 */
    void (*wait)(struct engine *, uint64_t ps);         /* time passes without a step: a reset; NULL: nobody keeps time */
    void (*close)(struct engine *);                     /* also after a failure of open */
};
extern const struct engine_kind engine_c, engine_systemc;
extern const struct engine_kind *const engine_kinds[];  /* NULL-terminated; systemc only where volley was built with it */

struct fired { const struct spike_source *source; uint32_t core, offset; int32_t payload; };        /* offset: cycles of the core's clock */

struct engine {
    struct run *run;
    const struct engine_kind *kind;
    void *own;                  /* of the kind */
    struct chip *chip;
    const struct timing_plane *plane;
    void *timing;
    struct noc_counts noc_counts;
    struct async *async;        /* event chips (async.h); NULL: the chip has steps */
    const struct spike_source **sender;         /* [n_send] where the chip drops packets; else NULL */
    uint64_t leaves_sent;       /* deliveries that all packets so far were sent for */
    uint64_t references, leaves_discarded;      /* event chips: time references that cores served; deliveries that a sample's end threw away */
    uint64_t leaves_own;        /* of these, taken by cores of a user's own and not given to the chip's model: no kind has counted them */
    struct pool *pool;
    struct live *live;          /* [n_cores] */
    int **counter_of, **memory_of;      /* per core type */
    uint32_t *memory_first;     /* [n_types] first index into run.memory */
    struct core_step at;
    /* traffic of the step; plain arrays, no pointers between them */
    struct send *send;
    struct leaf *leaf;
    struct packet *packet, *sorted;     /* packet: [n_leaf], beside its leaf; that of a leaf at the host names its source in axon */
    uint32_t *packet_core;      /* [n_leaf] CHIP_HOST or index of the core */
    uint32_t *bucket;           /* [n_cores] packets of each core; once they are sorted, where they end in sorted */
    uint64_t n_send, n_leaf, n_packet, send_capacity, leaf_capacity;
    struct fired *fired;        /* the cores' spikes of the step */
    uint64_t n_fired, prefetched;       /* prefetched: bytes of rows so far */
    const char *ahead, *ahead_end;      /* rows of the next spike, still to be asked for */
    struct endpoint_step *endpoint;
    uint32_t *core_of_endpoint; /* [noc.endpoints] */
    struct step_time time;
    struct run_counts step;     /* of the step in hand, all groups */
    struct run_memory *step_memory;
    uint64_t next_event;        /* of the sample in hand */
    uint64_t first_spike_traced;        /* of the sample in hand: index into run.spike */
    uint64_t barrier_ps, reset_ps;
    uint64_t step_ps;           /* the last step with its barrier and its wait for the pace */
    /* decoding of the sample in hand */
    uint32_t output;            /* population */
    uint64_t *count;            /* [outputs] */
    uint32_t *first_spike;      /* [outputs] network step, or steps */
    double *highest;            /* [outputs] membrane */
    size_t fired_capacity, spike_capacity, membrane_capacity, packet_capacity, update_capacity, step_capacity, weight_capacity;
};

/* engine.c: the parts of run_make, for a chip that lives in somebody else's model. engine_new_run's answer belongs to run_free; the
 * engine is the caller's, its run set; engine_close also after a failure of engine_open. */
struct run *engine_new_run(const struct chipfile *, const struct network *, const struct quantised *, const struct mapping *, const struct events *,
                           const struct run_options *);
int engine_open(struct engine *, struct err *);
void engine_begin_sample(struct engine *, uint32_t sample);
void engine_finish_sample(struct engine *, int64_t label);     /* label: -1 for none */
void engine_close(struct engine *);
/* step.c: one chip step, and its parts for engines that call them in an order of their own: begin; each core's update, emit and
 * time_update; emit_host; then packets are accepted, each core learns, and account_step ends it. */
void step_begin(struct engine *);
void step_update(struct engine *, uint32_t core);
void step_emit_core(struct engine *, uint32_t core);    /* its spikes of this update become sends and leaves, one behind the other */
uint32_t step_packets(const struct spike_source *);     /* that a spike takes: one with a tree, else one per route */
/* One packet of a spike, offered at this NoC cycle of its program: its number in send; UINT64_MAX: the spike has no such packet. */
uint64_t step_send(struct engine *, uint32_t core, uint32_t neuron, uint32_t packet, uint64_t offset, int32_t payload);
void step_emit_host(struct engine *);
void step_clear_time(struct engine *);                  /* e->time, before step_time_update */
void step_time_update(struct engine *, uint32_t core);
int step_learn(struct engine *, uint32_t core);          /* after its last accept: e->endpoint has how long it takes; 0, or -1 and its live.err */
void step_show_traffic(struct engine *);                /* e->time sees the arrays, after each growth */
int step_failure(const struct engine *, struct err *);  /* -1: the error of the lowest core that failed */
/* account.c */
void account_spike(struct engine *, const struct spike_source *);
void account_host_out(struct engine *, uint32_t group);
void account_step(struct engine *);
void account_sample_start(struct engine *);
void account_finish(struct engine *);
/* Event chips: a network step's time, in ps and NoC cycles, is over. The shares of `bound` add to it, update_ps is part of its compute; of e->time the
 * link use is read. */
void account_span(struct engine *, const uint64_t bound[N_BOUNDS], uint64_t update_ps, uint64_t cycles);
void account_packets(struct engine *);                  /* the traces that list them: all that e->leaf holds */
void account_reference(struct engine *);                /* a core serves a time reference */
void account_time(const struct engine *, const struct noc_port *, uint32_t ports, struct run_counts *);     /* adds the time counters of all steps so far */
void account_layer_start(struct engine *, uint32_t population);
void account_lost(struct engine *, const struct spike_source *, const struct send *);   /* takes back what a packet did not do */
/* pace.c: when the next step begins. pace_open: 0, or -1 where the chip says itself how long its steps are; pace_reset: ps until the sample's first
 * step when the reset takes ps; pace_wait: ps between the end of a step whose work took ps and the next one, counted and attributed */
int pace_open(struct engine *, struct err *);
uint64_t pace_reset(const struct engine *, uint64_t ps);
uint64_t pace_wait(struct engine *, uint64_t ps);
/* loss.c: chips that drop packets */
void loss_open(struct engine *);
void loss_settle(struct engine *);      /* after the step is timed: lost packets are not accepted, and output spikes that came are decoded */
/* weights.c: for TRACE_WEIGHTS, after the last sample */
int weights_trace(struct engine *, struct err *);
/* conserve.c: after the last step; -1: a packet or a count is missing, a bug */
int conserve_run(const struct engine *, struct err *);
/* decode.c */
void decode_begin(struct engine *);
void decode_spike(struct engine *, uint32_t neuron, uint32_t network_step);
int decode_membranes(struct engine *, struct err *);
int64_t decode_end(const struct engine *);

#ifdef __cplusplus
}
#endif
#endif
