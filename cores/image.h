/* image.h: what the memories of one core hold, as the engine lays it out at load; and the arena of synapse rows that all cores
 * of a process share. A row is a list of segments, one per (projection, delay); its place is a u32 in units of 8 bytes.
 * The image is the caller's and outlives the core. */
#ifndef VOLLEY_CORES_IMAGE_H
#define VOLLEY_CORES_IMAGE_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { IMAGE_PORTS = 2, NO_MEMORY = -1 };
enum row_form { ROW_DENSE8, ROW_DENSE16, ROW_DENSE32, ROW_DENSE64, ROW_ID8_W8, ROW_ID16_W8, ROW_ID16_W16, ROW_ID32_W32, ROW_ID32_W64,
                ROW_FEW8, ROW_FORMS };  /* one to FEW_SYNAPSES: room for as many; where there is none, weight 0. All ids differ */
enum { FEW_SYNAPSES = 4 };

struct segment {            /* 24 bytes, then the synapses, padded to 8 bytes. A row ends with a segment whose last is 1 */
    uint32_t count;         /* synapses */
    uint32_t base;          /* dense: first local neuron; ids: added to each id */
    uint32_t words;         /* synapse memory words of the described hardware */
    uint32_t spots;         /* accumulator words touched, each read and written */
    uint16_t group;         /* of the image: target population's part */
    uint16_t delay;         /* extra steps: chip delay - 1 */
    uint8_t form, port, last;
    uint8_t fixed;          /* 1: its weights do not learn, whatever their group does */
};

/* Bytes of an id (0: none, the targets lie side by side) and of a weight. */
static inline uint32_t segment_id_bytes(uint32_t form)
{
    static const unsigned char bytes[ROW_FORMS] = {0, 0, 0, 0, 1, 2, 2, 4, 4, 1};
    return bytes[form];
}

static inline uint32_t segment_weight_bytes(uint32_t form)
{
    static const unsigned char bytes[ROW_FORMS] = {1, 2, 4, 8, 1, 1, 2, 4, 8, 1};
    return bytes[form];
}

/* Where the weights begin, in bytes behind the segment: after its ids, aligned to their own size. */
static inline size_t segment_weights_at(const struct segment *s)
{
    size_t room = s->form == ROW_FEW8 ? (size_t)FEW_SYNAPSES : s->count, w = segment_weight_bytes(s->form);
    return (room * segment_id_bytes(s->form) + w - 1) & ~(w - 1);
}

/* Bytes of ids and weights, padded: behind them the next segment of the row begins. */
static inline size_t segment_bytes(const struct segment *s)
{
    size_t room = s->form == ROW_FEW8 ? (size_t)FEW_SYNAPSES : s->count;
    return (segment_weights_at(s) + room * segment_weight_bytes(s->form) + 7) & ~(size_t)7;
}

static inline const struct segment *segment_next(const struct segment *s)
{
    return (const struct segment *)((const unsigned char *)(s + 1) + segment_bytes(s));
}

/* Synapse i of a segment: its target's local number and its weight. */
static inline void segment_synapse(const struct segment *s, uint32_t i, uint32_t *target, int64_t *weight)
{
    const unsigned char *body = (const unsigned char *)(s + 1);
    uint32_t ids = segment_id_bytes(s->form), w = segment_weight_bytes(s->form), local = ids ? 0 : i;
    uint64_t raw = 0;
    memcpy(&local, body + (size_t)i * ids, ids);
    memcpy(&raw, body + segment_weights_at(s) + (size_t)i * w, w);
    *target = s->base + local;
    *weight = (int64_t)(raw << (64 - 8 * w)) >> (64 - 8 * w);
}

enum image_reset { IMAGE_RESET_NONE, IMAGE_RESET_VALUE, IMAGE_RESET_SUBTRACT };
enum image_point { IMAGE_NOW, IMAGE_NEXT_BEFORE_DECAY, IMAGE_NEXT_AFTER_INPUT };
enum image_active { IMAGE_ACTIVE_ALWAYS, IMAGE_ACTIVE_INPUT, IMAGE_ACTIVE_NONZERO, IMAGE_ACTIVE_INPUT_OR_NONZERO };
enum image_rounding { IMAGE_ROUND_ZERO, IMAGE_ROUND_DOWN, IMAGE_ROUND_NEAREST };

enum { IMAGE_AXON_TYPES = 4 };
struct image_binary {       /* kind if_binary, cores/if_binary.c: how a population's neurons leak, draw and fall */
    int leak_reversal, leak_stochastic, synapse_stochastic, floor_saturates;
    uint32_t threshold_bits;
    int64_t floor;
};

struct image_group {        /* one population's part on this core */
    uint32_t first, count;  /* local neurons */
    uint64_t open, close;   /* chip steps in which it runs: open <= step < close; held outside */
    uint32_t compartments;  /* priced per neuron */
    uint32_t ports;
    int current, fires;
    enum image_reset reset;
    enum image_point point;
    int at_least;           /* compare >= instead of > */
    uint32_t refractory;
    uint32_t shift;         /* integer kinds: membrane += accumulator << shift */
    struct image_binary binary;
    uint32_t decay_bits;
    int learns;             /* synapses onto it are plastic; only where image.learning.on */
    int exponent[IMAGE_PORTS];      /* reference: accumulator of port p counts 2^-exponent */
};

/* Tables of a core, the "memories" that the C kinds count; the engine knows which memory of the chip holds which table. */
enum image_table { IMAGE_AXON, IMAGE_ROWS, IMAGE_STATE, IMAGE_ACCUMULATOR, IMAGE_PARAMETER, IMAGE_PRE_TRACE, IMAGE_POST_TRACE, IMAGE_TABLES };
struct image_words {        /* 0: the table is not described, nothing is counted */
    uint32_t axon;                  /* words read per packet */
    /* a sweep over n compartments reads ceil(n / per) * each words; per 0: not described; each > 1: an entry is wider than a word */
    uint32_t state_per, accumulator_per, parameter_per;
    uint32_t state_each, accumulator_each, parameter_each;
    uint32_t pre_per, pre_each, post_per, post_each;    /* traces: by axon, by compartment */
};
struct image_time {         /* service and update as count x cycles (core clock); see chip file `service` */
    uint64_t packet, sop, row_word, axon_word, spot;                        /* accept; spot: read and write of an accumulator word */
    uint64_t step, spike, active, idle, state_word, accumulator_word, parameter_word;   /* update; words: read and write where both are */
    uint64_t learn, learn_row, learn_pre_word, learn_axon_word, learn_row_word;     /* learn; the same */
};

/* SDSP of kind odin (cores/odin_sdsp.h has the rule). Thresholds of the calcium variable are 0 .. 7. */
struct image_sdsp {
    uint32_t theta_mem, theta1, theta2, theta3;
    uint32_t ca_leak;                       /* time references until calcium falls by one; 0: it does not. Up to 31 */
    uint32_t bistability;                   /* time references between two bistability events of all synapses; 0: none */
};

/* Pair STDP of kind stdp (cores/stdp.c has the equations). Rates and sums of traces are whole numbers. */
struct image_learning {
    int on;                                 /* 0: weights do not change, the kind is lif */
    int by_packet;                          /* 1: by `sdsp`, as packets are served; there is no learning at the end of a step */
    struct image_sdsp sdsp;
    uint32_t trace_bits;                    /* a trace is 0 .. 2^trace_bits - 1; at most 16 */
    uint32_t pre_add, post_add;             /* what a spike adds to a trace */
    uint32_t pre_keep, post_keep;           /* what remains of a trace from step to step, in 1/256: 0 .. 255 */
    uint32_t potentiate, depress, shift;    /* change of a weight: trace * rate >> shift; rates 0 .. 255, shift 0 .. 15 */
    int32_t weight_low, weight_high;        /* plastic weights never leave these */
};

/* Kind odin: what all neurons of a core share. */
struct image_odin {
    uint32_t leak;                          /* what a time reference takes from a membrane; 0 .. 127 */
    int izhikevich;                         /* 1: is asked for and refused: the chip has such neurons, the kind does not */
    int two_rows;                           /* 1: an input line with weights of both signs takes a row for each; 0: it is refused */
    int by_synapse;                         /* 1: the host sends a packet as single-synapse events, as many as it has synapses; 0: as one of its row */
};

struct image {
    uint32_t neurons, groups;
    const struct image_group *group;
    const uint64_t *rows;           /* the process's arena; row r starts at rows + r */
    uint32_t axons;                 /* input lines, and where the row of each begins: for kinds that keep rows in memories of their own */
    const uint32_t *axon_row;       /* [axons] */
    const uint8_t *axon_type;       /* [axons] kind if_binary: which of a neuron's weights a spike on it adds; NULL: the first */
    uint32_t delay_slots;           /* 1 + largest segment delay */
    /* integer kinds; never NULL there, 0 where a neuron has none */
    const int32_t *threshold, *bias, *reset_value, *decay_v, *decay_u;
    int64_t membrane_low, membrane_high, current_low, current_high;
    int current_wraps;              /* Loihi: u wraps at its width; else saturates */
    int floor_at_threshold;         /* speck: membranes stop at minus their threshold, not only at membrane_low */
    enum image_rounding rounding;
    /* reference */
    const float *alpha, *beta, *threshold_f, *reset_f;
    const int64_t *bias_acc[IMAGE_PORTS];
    const uint64_t *fan_in_sum;     /* [neurons] sum of |weight| x largest payload over all synapses: bound of an accumulator */
    enum image_active active;
    int skip_idle;                  /* held and idle neurons are not visited */
    int overlaps;                   /* packets are served beside the update */
    uint32_t queue_in, queue_out;   /* packets that the described core's queues hold; UINT32_MAX: without end; 0: nobody says */
    struct image_words words;
    struct image_time time;
    struct image_learning learning;
    struct image_odin odin;
};

#ifdef __cplusplus
}
#endif
#endif
