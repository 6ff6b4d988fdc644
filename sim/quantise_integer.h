/* quantise_integer.h: what the words of an integer core type hold; shared by quantise_integer.c (unit, weights) and
 * quantise_neuron.c (thresholds, resets, biases, decays). For sim/quantise*.c only. */
#ifndef VOLLEY_QUANTISE_INTEGER_H
#define VOLLEY_QUANTISE_INTEGER_H
#include "quantise_parts.h"
#ifdef __cplusplus
extern "C" {
#endif

struct quant_width {
    int binary;                 /* kind if_binary: an axon takes one spike in a step, and weights are sums of its types' */
    double weight_reach;        /* steps that the largest weight may take, those beyond the width clipped; elsewhere the width's own */
    int cuba;                   /* the current is shifted and decays; else it saturates before the shift */
    int wraps;                  /* a current that leaves its word comes back at the other end */
    uint32_t weight_bits, decay_bits, bias_exponent, shift_low, shift_high;
    double weight_low, weight_high, threshold_low, threshold_high, bias_low, bias_high, reset_low, reset_high, membrane, current, decay_high;
    int threshold_shifted;      /* a threshold counts like a weight: its word is shifted into the membrane as weights are */
};

double quant_bias(const struct population *, uint32_t neuron);      /* of all ports */
/* quantise_binary.c, in this order: the width of the weights, ERR_ANSWER where there are too many; with weights stored, the types that make
 * them up; the neurons. A population in TrueNorth's own numbers: quant_binary_own in place of choosing a unit and storing weights. */
int quant_binary_width(const struct quant_job *, uint32_t population, const struct quant_plan *, struct quant_width *, struct err *);
int quant_binary_own(const struct quant_job *, uint32_t population, const struct quant_width *, struct err *);
int quant_binary_types(const struct quant_job *, uint32_t population, const struct quant_plan *, struct err *);
int quant_binary_neurons(const struct quant_job *, uint32_t population, const struct quant_plan *, const struct quant_width *, struct err *);
/* Threshold, reset, bias and decays of out->population[population], whose unit and shift are chosen. ERR_ANSWER: one does not fit. */
int quant_neurons(const struct quant_job *, uint32_t population, const struct quant_plan *, const struct quant_width *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
