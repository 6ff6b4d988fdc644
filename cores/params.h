/* params.h: what a core type of a chip file says about its neurons: number formats and the arithmetic of their update. Each kind
 * lists the keys it has in core_kind.fields, ended by a key of NULL; the chip file is read through that list into struct params, so a
 * key that a kind does not list is an error for core types of that kind, and docs/keys.md is written from the same lists.
 * A key is written as it stands below core_types.NAME: "formats.weight", "offers.compare". Nothing here owns anything. */
#ifndef VOLLEY_CORES_PARAMS_H
#define VOLLEY_CORES_PARAMS_H
#include <stddef.h>
#include <stdint.h>

#include "config/fields.h"
#include "cores/image.h"
#ifdef __cplusplus
extern "C" {
#endif

struct core_kind;

struct params {
    const struct core_kind *kind;       /* that is made: for kinds made while the program runs (both:A,B) */
    /* formats: "8 bit signed", as written; the document's */
    const char *weight, *membrane, *current, *threshold, *reset_value, *bias, *decay, *refractory, *target, *trace;
    /* offers. Lists of words are a bit per word, in the order of the words in the table; single words their number */
    uint32_t resets;            /* zero, subtract, value */
    uint32_t reset_times;       /* now, next */
    uint32_t compares;          /* greater, at_least */
    uint32_t decays;            /* multiply, shift */
    int decay_rounding;         /* zero, down, nearest */
    int has_current, has_bias;
    int current_saturates;      /* wraps, saturates */
    int lower_bound;            /* format, threshold */
    uint32_t bias_exponent;     /* bias = mantissa << exponent, exponent up to this */
    struct span weight_shift;   /* sums are shifted left by one of these on their way into the membrane */
    uint32_t axon_types;        /* of a binary crossbar */
    uint32_t rest;              /* longest refractory time in steps; UINT32_MAX: what formats.refractory counts to */
    struct image_odin odin;     /* offers of kind odin */
    struct {                    /* section `learning`; what the numbers mean: struct image_learning */
        int on;
        uint32_t potentiate, depress, shift, pre_add, post_add, pre_keep, post_keep;
        const char *weight_min, *weight_max;        /* NULL: what formats.weight holds */
        const struct doc_node *populations;         /* names; NULL: all */
        struct image_sdsp sdsp;
    } learning;
};

/* Rows of a kind's list. fallback NULL: the kind cannot do without; "": it can. */
#define PARAMS_OF(member) offsetof(struct params, member)
#define PARAMS_FORMAT(key, member, fallback, example, help) {"formats." key, FIELD_TEXT, PARAMS_OF(member), 0, 0, 0, NULL, fallback, example, help}

/* What every kind of integrate-and-fire neuron says: what a spike does, and when, and what counts as one. */
#define PARAMS_SPIKE                                                                                                                                    \
    {"offers.reset", FIELD_WORDS, PARAMS_OF(resets), 0, 0, 0, "zero|subtract|value", NULL, "[zero, subtract]", "what a spike does to the membrane"},    \
    {"offers.reset_time", FIELD_WORDS, PARAMS_OF(reset_times), 0, 0, 0, "now|next", NULL, "[now, next]", "in the step of the spike, or in the next"},   \
    {"offers.compare", FIELD_WORDS, PARAMS_OF(compares), 0, 0, 0, "greater|at_least", NULL, "[greater, at_least]",                                      \
     "fires above, or from the threshold on"},                                                                                                          \
    {"offers.refractory", FIELD_NUMBER, PARAMS_OF(rest), UNIT_STEPS, 0, 0, NULL, "", "15 steps",                                                        \
     "longest rest after a spike; what formats.refractory counts to where absent"}
#define PARAMS_LEAK                                                                                                                                     \
    {"offers.decay", FIELD_WORDS, PARAMS_OF(decays), 0, 0, 0, "multiply|shift", "none", "[multiply]", "by a factor, or by powers of two only"},         \
    {"offers.bias", FIELD_WORD, PARAMS_OF(has_bias), 0, 0, 0, "none|per_neuron", "none", "per_neuron", "a constant input"}
#define PARAMS_CURRENT                                                                                                                                  \
    {"offers.current", FIELD_FLAG, PARAMS_OF(has_current), 0, 0, 0, NULL, "false", "true", "a second state with its own decay, for CubaLIF and Synaptic"}

/* Pair STDP. Traces and rates are whole numbers, as the hardware's registers hold them. */
#define PARAMS_RATE(key, member, high, fallback, example, help)                                                                                         \
    {"learning." key, FIELD_NUMBER, PARAMS_OF(learning.member), 0, 0, high, NULL, fallback, example, help}
#define PARAMS_LEARNING                                                                                                                                 \
    PARAMS_FORMAT("trace", trace, "", "8 bit", "a trace; needed where `learning` is on"),                                                               \
    {"learning.on", FIELD_FLAG, PARAMS_OF(learning.on), 0, 0, 0, NULL, "true", "true", "false: weights and traces rest, and the kind is lif"},          \
    PARAMS_RATE("potentiate", potentiate, 255, "16", "16", "a neuron fires: w + (this * the axon's trace >> shift)"),                                   \
    PARAMS_RATE("depress", depress, 255, "16", "18", "a packet comes: w - (this * the neuron's trace >> shift)"),                                       \
    PARAMS_RATE("shift", shift, 15, "8", "8", "of both products: divided by 2^shift, rounded down"),                                                    \
    PARAMS_RATE("pre_add", pre_add, 65535, "128", "128", "what a packet adds to its axon's trace, which saturates at its format"),                      \
    PARAMS_RATE("post_add", post_add, 65535, "128", "128", "what a spike adds to its neuron's trace, the same"),                                        \
    PARAMS_RATE("pre_keep", pre_keep, 255, "243", "243",                                                                                                \
                "what an axon's trace keeps from step to step, in 1/256, rounded down: a time constant of -1 / ln(keep / 256), 19.2 steps for 243"),    \
    PARAMS_RATE("post_keep", post_keep, 255, "243", "243", "a neuron's trace, the same"),                                                               \
    {"learning.weight_min", FIELD_TEXT, PARAMS_OF(learning.weight_min), 0, 0, 0, NULL, "", "-128",                                                      \
     "plastic weights go no lower; in units of the stored weight; the least of formats.weight where absent"},                                           \
    {"learning.weight_max", FIELD_TEXT, PARAMS_OF(learning.weight_max), 0, 0, 0, NULL, "", "127", "nor higher; the largest of formats.weight"},         \
    {"learning.populations", FIELD_NODE, PARAMS_OF(learning.populations), 0, 0, 0, NULL, "", "[hidden]",                                                \
     "populations whose input synapses are plastic; all that run on such cores where absent"}

#ifdef __cplusplus
}
#endif
#endif
