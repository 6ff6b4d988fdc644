/* network.h: a spiking network as volley runs it: populations of neurons, projections of synapses, windows and delays.
 * Importers (import/nir, import/net_yaml) fill it; network_finish checks it, gives ports, depths and chip delays.
 * Discrete, per network step, for neuron i (all real numbers; membrane scaled so that its input gain is 1):
 *     s = alpha*s + I [+ J]  (if current)      m = beta*m + (current ? s : I [+ J]) ...reset...      spike = m > threshold (or >=)
 * I: everything arriving on port 0 plus bias0; J: port 1 (a population's projection to itself and other back edges) plus bias1.
 * reset_point says when the reset acts (kit/snn README has the order of operations):
 *   RESET_NOW                m = v after the spike, in the step of the spike (subtract: m -= threshold)
 *   RESET_NEXT_BEFORE_DECAY  at the start of the next step, then decay and input            (snnTorch Leaky zero)
 *   RESET_NEXT_AFTER_INPUT   next step, after decay and input: subtract threshold, or set to v (input of that step is lost)
 * Memory: network_free frees all; strings and arrays are malloc'ed and owned by the network. */
#ifndef VOLLEY_NETWORK_H
#define VOLLEY_NETWORK_H
#include <stdint.h>

#include "base/err.h"
#include "base/fidelity.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { RANK_MAX = 4, PORTS_MAX = 2, HOST_POPULATION = 0, NEURONS_MAX = 1 << 26 };  /* of a whole network: more is a typing error in a shape */

enum reset_kind { RESET_NONE, RESET_ZERO, RESET_SUBTRACT, RESET_VALUE };
enum reset_point { RESET_NOW, RESET_NEXT_BEFORE_DECAY, RESET_NEXT_AFTER_INPUT };
enum compare_kind { COMPARE_GREATER, COMPARE_AT_LEAST };

struct neuron_rule {            /* one per population */
    int current;                /* 1: has the second state s (CubaLIF, CubaLI, Synaptic) */
    int fires;                  /* 0: LI, CubaLI, I as read-out: never spikes, decoded by its membrane */
    enum reset_kind reset;
    enum reset_point point;
    enum compare_kind compare;
    uint32_t refractory;        /* steps after a spike in which the membrane is held at its reset value (s goes on) */
};

struct shape { int rank; uint32_t dim[RANK_MAX]; };     /* (C,H,W), (C,L) or (N); C order */

/* What TrueNorth's neuron has beside a plain integrate-and-fire one: the same for a whole population, in the chip's own integers. Such a
 * population's weights, thresholds, reset values and leaks are whole numbers in its membrane's unit (cores/if_binary.c has the equations). */
struct binary_rule {
    int leak_reversal;          /* the leak counts away from 0 (negative: toward it) instead of upward */
    int leak_stochastic;        /* |leak| / 256 is the probability of a step of 1, with the leak's sign */
    int synapse_stochastic;     /* the same for every synapse: weight / 256 is the probability of 1 */
    uint32_t threshold_bits;    /* a random number of so many bits is added to the threshold in each step; 0: none */
    int64_t floor;              /* below -floor a membrane is reset, too: to -reset_value, or by adding floor; 0 or more */
    int floor_saturates;        /* ... or to -floor */
};

struct population {
    char *name;                 /* as in the source file; index 0 is the host input, named "(input)" in messages if the file gives none */
    char *type;                 /* as in the source file: "LIF", "CubaLIF", "Leaky", "Input" ... */
    struct shape shape;
    uint32_t neurons;
    struct neuron_rule rule;
    /* per neuron, NULL for the host input; float32-exact where the source was float32 */
    double *alpha, *beta, *threshold, *reset_value;     /* alpha NULL unless rule.current; reset_value NULL means 0 */
    double *bias[PORTS_MAX];                            /* NULL means 0; summed over all projections into that port */
    double *membrane_unit;      /* NULL means 1; membrane as the source tool shows it = m * membrane_unit */
    struct binary_rule *binary; /* NULL: none of it. With one, bias[0] is the leak, beta is 1 */
    uint32_t ports;             /* 1, or 2 where port 1 is used */
    int output;                 /* connected to Output: its spikes travel to io.out and are decoded */
    uint32_t depth;             /* network_finish */
};

enum projection_form { FORM_DENSE, FORM_CONV, FORM_LIST, FORM_ONE_TO_ONE, FORM_POOL, FORM_RANDOM };

struct pool { uint32_t kernel[2], stride[2], padding[2]; };     /* (H, W) */
struct conv {                   /* 1-d: height 1 */
    uint32_t channels_in, channels_out, groups, kernel[2], stride[2], padding[2], dilation[2], in[2], out[2];  /* (H, W) */
};
struct random_form { uint32_t fan_out, block; uint64_t seed; };  /* fan_out of `block` neighbouring targets; block divides the targets */
struct synapse { uint32_t post, weight; uint32_t delay; };      /* weight: index into projection.weight; delay: extra network steps */

struct projection {
    char *name;                 /* NIR node that holds the weights, e.g. "fc1", "rlif1.w_rec" */
    uint32_t from, to;          /* populations */
    enum projection_form form;
    uint32_t port;              /* of the target */
    /* optional pooling between the source neurons (C,H,W) and the projection's input grid (C,pooled H,pooled W) */
    int pooled;
    struct pool pool;
    uint32_t pool_in[3], pool_out[2];       /* C,H,W of the source; H,W after pooling */
    double scale;               /* every weight counts times this: 1, or 1/area of an average pool */
    /* weights, float32-exact doubles. dense: [post][pre] over the input grid; conv: [Cout][Cin/groups][KH][KW]; one-to-one: [n]
     * (or 1: the same for all); pool: one value; list: one per synapse, or fewer (shared: synapse_weight indexes it); random: a few,
     * source i has number i modulo how many there are */
    double *weight;
    uint64_t n_weights;
    double *bias;               /* NULL, or [to.neurons]: what the file gives with these weights; network_finish adds it to the
                                 * target's bias of this projection's port and frees it. An importer may as well fill population.bias */
    struct conv conv;           /* form conv; form pool: channels_in = channels_out = groups, kernel/stride/padding/in/out */
    struct random_form random;  /* form random */
    /* list: sorted by pre, then post, then delay */
    uint64_t n_list;
    uint64_t *list_first;       /* [from.neurons + 1] */
    struct synapse *list;
    uint32_t network_delay;     /* n: 0 forward, 1 on a back edge, plus NIR Delay. Importers give the Delay alone and leave back 0;
                                 * network_finish adds the step of a back edge (not where back is 1 already) and the smallest of
                                 * pre_delay and list delays, which it takes out of them: afterwards one of them is 0 */
    uint32_t *pre_delay;        /* NULL, or extra network delay per source neuron; of a list: folded into synapse.delay */
    int back;                   /* 1: the edge that closes a cycle (it has network delay 1) */
    uint32_t chip_delay;        /* c = n + depth(to) - depth(from) >= 1, without pre_delay and list delays; network_finish */
};

struct network {
    char *name, *source;        /* file name without folder; path as given */
    uint32_t n_populations, n_projections;
    struct population *population;          /* [0] is the host input; then breadth first from it, ties by name */
    struct projection *projection;          /* by (to, from, name) */
    uint32_t steps;             /* T that the file states; 0: not stated */
    double dt;                  /* seconds; 0 if it does not matter */
    uint32_t depth_max;         /* D */
    struct fidelity fidelity;   /* what the importer did: rules used, nodes folded, back edges */
};

struct network *network_new(void);                      /* with the host population at index 0 */
void network_free(struct network *);                    /* NULL is allowed */
uint32_t network_add_population(struct network *, const char *name, const char *type, struct shape);
struct projection *network_add_projection(struct network *, const char *name, uint32_t from, uint32_t to, enum projection_form);
int network_population_by_name(const struct network *, const char *name);       /* -1: none */
/* (in + 2 padding - dilation (kernel - 1) - 1) / stride + 1, or 0 where the window does not fit: the size of a convolution's or
 * pool's output (dilation 1) along one axis. */
uint32_t window_positions(uint32_t in, uint32_t kernel, uint32_t stride, uint32_t padding, uint32_t dilation);

/* Checks shapes and values (NaN, infinity: error naming the node), sorts, sets ports, back edges, depths, chip delays. Call it
 * once, when everything is there. An edge is a back edge if it lies on a cycle whose first-reached population it enters (fewest
 * projections from the host, ties by name). Ports: 1 for back edges; a forward projection keeps the port it was given (0).
 * The threshold of a population that never fires may be NULL (it becomes zeros); pre_delay and lists get their normal form.
 * allow_shift: add the missing steps to the back edge where a cycle cannot satisfy c >= 1 (a fidelity line says so); else an
 * error that prints the cycle. Kinds of error: ERR_INPUT for a broken network, ERR_ANSWER for such a cycle. */
int network_finish(struct network *, int allow_shift, struct err *);

/* Takes the layers before a population away: it becomes the host input (its spikes are given instead of computed) and what fed it
 * is dropped. It must be fed by the host and itself only. Finishes the network again. */
int network_cut(struct network *, uint32_t population, int allow_shift, struct err *);

uint64_t shape_size(const struct shape *);
uint64_t network_synapses(const struct network *);      /* all, border taps not counted, zero weights counted */
uint64_t network_neurons(const struct network *);       /* without the host input */
uint32_t network_random_block(const struct projection *, const struct network *, uint32_t pre);   /* FORM_RANDOM: of its targets */
uint64_t projection_synapses(const struct projection *, const struct network *);

/* The synapses of one source neuron, in order of (post, weight index); those of a list in order of (post, delay). Writes to *out
 * (grown with mem_grow; *capacity in elements), returns how many. Pooling is resolved: one synapse per (tap, pooled position).
 * Border taps are left out. */
uint32_t projection_row(const struct projection *, const struct network *, uint32_t pre, struct synapse **out, size_t *capacity);

#ifdef __cplusplus
}
#endif
#endif
