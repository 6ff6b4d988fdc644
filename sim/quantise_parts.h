/* quantise_parts.h: what the files of quantise share: the plan of a population (asked against offered), the sums its synapses can
 * reach, and its two arithmetics. For sim/quantise*.c only. */
#ifndef VOLLEY_QUANTISE_PARTS_H
#define VOLLEY_QUANTISE_PARTS_H
#include "quantise.h"
#ifdef __cplusplus
extern "C" {
#endif

enum amount { AMOUNT_THRESHOLD, AMOUNT_OVER_BETA };     /* what a subtracting reset subtracts: threshold, threshold / beta */

struct quant_plan {             /* how one population runs on one core type */
    uint32_t type;
    struct neuron_rule rule;    /* what the core does */
    uint32_t compartments;
    enum amount amount;
    int compare_step;           /* the threshold moves by one representable number: -1 (>= as >), +1 (> as >=) */
    int bias_axon;              /* the bias arrives through a host axon */
    int has_bias;               /* some bias is not 0 */
    int leak;                   /* kind if_binary: the decay becomes a leak toward 0 */
};
struct quant_job {              /* one call of quantise */
    const struct network *network;
    const struct chipfile *file;
    const struct quant_options *options;
    struct quantised *out;
    const uint32_t *layer_type; /* [n_populations] NULL: any; else the type that each must run on (quant_layers) */
};

/* The first core type in file order that runs the population, and how; its fidelity lines go to job->out. ERR_ANSWER: none does. */
int quant_plan(const struct quant_job *, uint32_t population, struct quant_plan *, struct err *);

/* Chips whose cores hold a whole layer each: the type of core that each population gets, [n_populations]. ERR_ANSWER: a layer has a shape or a size
 * that no core takes, or they are too many; the message names the layer, what it needs and what there is. */
int quant_layers(const struct quant_job *, uint32_t *type, struct err *);

/* Fills out->population[population] and the projections into it. */
int quant_float(const struct quant_job *, uint32_t population, const struct quant_plan *, struct err *);
int quant_integer(const struct quant_job *, uint32_t population, const struct quant_plan *, struct err *);

/* How a projection's weights count in real numbers: weight * quant_factor is what one unit of payload adds to the sum. */
double quant_factor(const struct quant_job *, const struct projection *);
double quant_effective(const struct quant_job *, const struct projection *, double weight);    /* weight * factor; to float32 unless a power of two */

/* Largest sums per neuron, in real numbers, without the bias: every excitatory (inhibitory) synapse at once, each at its largest value. */
struct quant_drive { double *excite, *inhibit; };
struct quant_drive quant_drive(const struct quant_job *, uint32_t population);
void quant_drive_free(struct quant_drive *);

/* beta as the core type can hold it in real numbers: 1 - 2^-k where it only shifts. */
double quant_decay(const struct core_type *, double beta);

/* One more weight of a tensor, as stored against as wanted; then the figures relative to the largest |weight| wanted. */
struct quant_error { double square, most, largest; uint64_t count; };
void quant_error_add(struct quant_error *, double stored, double wanted);
void quant_error_end(const struct quant_error *, struct quant_projection *);
/* The fidelity line of a projection's weights: exact, or rounded and by how much. */
void quant_weights_line(const struct quant_job *, uint32_t projection, const char *width);

#ifdef __cplusplus
}
#endif
#endif
