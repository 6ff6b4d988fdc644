/* quantise.h: a network in the numbers of a core type: what the population asks for against what the core type offers
 * (rewritten, emulated, approximated, refused: fidelity lines), then integers. One accumulator unit per population: all
 * projections into it, its bias and its threshold agree on it. Rounding is half to even. network and chip file outlive it. */
#ifndef VOLLEY_QUANTISE_H
#define VOLLEY_QUANTISE_H
#include "chipfile.h"
#include "cores/image.h"
#include "network.h"
#ifdef __cplusplus
extern "C" {
#endif

enum quant_rule { QUANT_DEFAULT, QUANT_ABSMAX, QUANT_POW2 };
enum values_mode { VALUES_DEFAULT, VALUES_PAYLOAD, VALUES_REPEAT, VALUES_HOST };

struct quant_options {
    uint32_t bits;              /* --bits: weight width; 0: the chip's (or float for kind reference) */
    enum quant_rule rule;       /* default: absmax on integer kinds; with --bits on kind reference: pow2 */
    int approximate, assume_native;
    enum values_mode values;    /* how valued input travels; DEFAULT: payload if the chip has one, else refused */
    uint32_t repeat;            /* VALUES_REPEAT: k, packets for value 1 (value v -> round(v*k) packets, host weights / k) */
    int valued_input;           /* the input has values other than 0 and 1 */
    int value_exponent;         /* payload: host payload = value * 2^value_exponent */
    double value_min;           /* valued input: its smallest value; below 0 a payload needs a sign, and repeat has no form */
    int value_rounded;          /* payload: some value is no whole number of 2^-value_exponent */
    double value_max;           /* valued input: its largest |value|, for the proofs that sums fit; 0: 1 */
};

struct quant_population {
    uint32_t type;              /* index into chipfile.type that this population is mapped to */
    struct neuron_rule rule;    /* after rewriting: what the core really does */
    uint32_t compartments;      /* per neuron, priced (2 where subtraction is emulated) */
    int integer;                /* 0: kind reference */
    double unit;                /* integer kinds: real value of one accumulator unit */
    uint32_t shift;             /* membrane = accumulator << shift */
    /* integer kinds, per neuron. threshold, bias, reset_value in membrane units (already shifted); decay: membrane keeps
     * v * (one - decay_v) / one with one = 1 << decay_bits; decay_u likewise (NULL without current) */
    uint32_t decay_bits;
    int32_t *threshold, *bias, *reset_value, *decay_v, *decay_u;    /* reset_value with RESET_SUBTRACT: what is subtracted */
    int64_t *bias_weight;       /* not NULL: the bias is the weight of a host axon that is active in the window, in accumulator units;
                                 * then bias is NULL. One axon per core and population, rows as FORM_DENSE. With time.layer_start
                                 * bias_input, and wherever a chip's own bias would bypass the current of a population that has one */
    uint32_t bias_bits;         /* with bias_weight: width it is stored with, as quant_projection.bits */
    /* kind if_binary: a weight is a sum of some of type_weight, one per type of axon; n_types 0: another kind. Its leak is the bias */
    uint32_t n_types;
    int32_t type_weight[IMAGE_AXON_TYPES];
    struct binary_rule binary;
    uint32_t bias_packets;      /* with bias_weight: equal packets that this axon sends per step, so that weights need not hold it at once */
    /* kind reference, per neuron; accumulators of port p count in 2^-exponent[p] */
    float *alpha, *beta, *thr, *reset_f;        /* reset_f with RESET_SUBTRACT: what is subtracted */
    int exponent[PORTS_MAX];
    int64_t *bias_acc[PORTS_MAX];
};
struct quant_projection {
    int64_t *weight;            /* [projection.n_weights], in accumulator units of the target's port, pool scale and value scale included */
    uint32_t bits;              /* signed width the stored weights need to be counted with (chip's, or --bits); reference: 32 */
    double error_rms, error_max;        /* relative to the largest |weight| */
    uint64_t clipped;
};
struct quantised {
    const struct network *network;
    struct quant_population *population;        /* [n_populations]; [0] unused */
    struct quant_projection *projection;        /* [n_projections] */
    uint32_t repeat;            /* k in use; 1 otherwise */
    int value_exponent;
    enum values_mode values;
    struct fidelity fidelity;
};
/* NULL and err: ERR_ANSWER where the chip cannot do what is asked (names population and option that helps). */
struct quantised *quantise(const struct network *, const struct chipfile *, const struct quant_options *, struct err *);
void quantised_free(struct quantised *);
/* Bits of a core's table that a whole layer takes on a type with section `layer`, addresses included (quantise_layers.c). */
uint64_t layer_bits(const struct network *, uint32_t population, const struct core_type *, enum table);
/* Kind if_binary: the types, a bit each, whose weights add up to this one: as few as do. A source takes an axon per type. */
uint32_t quant_types(const struct quant_population *, int64_t weight);

#ifdef __cplusplus
}
#endif
#endif
