/* quantise_integer.h: what the words of an integer core type hold; shared by quantise_integer.c (unit, weights) and
 * quantise_neuron.c (thresholds, resets, biases, decays). For sim/quantise*.c only. */
#ifndef VOLLEY_QUANTISE_INTEGER_H
#define VOLLEY_QUANTISE_INTEGER_H
#include "quantise_parts.h"
#ifdef __cplusplus
extern "C" {
#endif

struct quant_width {
    int cuba;                   /* the current is shifted, decays and wraps; else it saturates before the shift */
    uint32_t weight_bits, decay_bits, bias_exponent, shift_low, shift_high;
    double weight_low, weight_high, threshold_low, threshold_high, bias_low, bias_high, reset_low, reset_high, membrane, current, decay_high;
    int threshold_shifted;      /* a threshold counts like a weight: its word is shifted into the membrane as weights are */
};

double quant_bias(const struct population *, uint32_t neuron);      /* of all ports */
/* Threshold, reset, bias and decays of out->population[population], whose unit and shift are chosen. ERR_ANSWER: one does not fit. */
int quant_neurons(const struct quant_job *, uint32_t population, const struct quant_plan *, const struct quant_width *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
