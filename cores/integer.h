/* integer.h: state and plumbing of the integer kinds. Each kind gives one function, its equations for one group in its window. */
#ifndef VOLLEY_CORES_INTEGER_H
#define VOLLEY_CORES_INTEGER_H
#include "cores/batch.h"
#include "cores/params.h"
#ifdef __cplusplus
extern "C" {
#endif

struct core {
    struct batch batch;
    int32_t *membrane, *current;
};

struct core *integer_create(const struct params *, uint32_t id, struct err *);
void integer_destroy(struct core *);
void integer_reset(struct core *);
int integer_load(struct core *, const struct image *, struct err *);
void integer_cost(const struct core *, const struct packet *, uint32_t n, uint32_t *cycles);
int integer_accept(struct core *, const struct core_step *, const struct packet *, uint32_t n, uint32_t ahead, uint32_t *cycles,
                   struct emissions *, struct core_counts *, struct err *);
int integer_peek(const struct core *, uint32_t variable, uint64_t index, int64_t *value, struct err *);
int integer_poke(struct core *, uint32_t variable, uint64_t index, int64_t value, struct err *);
void integer_lif_group(struct core *, const struct image_group *);     /* kind lif's equations, for kinds that add to them; lif.c */
extern const struct named integer_variables[2], stdp_variables[4];

/* Keys that all integer kinds have, for their lists of fields. The formats that a kind reads differently are its own. */
#define INTEGER_FIELDS                                                                                                                                  \
    PARAMS_FORMAT("weight", weight, NULL, "8 bit signed", "a synapse's weight"),                                                                        \
    PARAMS_FORMAT("membrane", membrane, NULL, "16 bit signed", "the membrane"),                                                                         \
    PARAMS_FORMAT("threshold", threshold, NULL, "16 bit", "in units of the weights as they enter the membrane (after weight_shift)"),                   \
    PARAMS_FORMAT("reset", reset_value, "", "16 bit signed", "value that a reset sets"),                                                                \
    PARAMS_FORMAT("bias", bias, "", "16 bit signed", "bias, or its mantissa where offers.bias_exponent is given; needed where a bias is offered"),      \
    PARAMS_FORMAT("decay", decay, "", "8 bit", "decay factor, as a fraction of 2^bits; needed where offers.decay has multiply"),                        \
    PARAMS_FORMAT("refractory", refractory, "", "4 bit", "steps of rest left"),                                                                         \
    PARAMS_FORMAT("target", target, "", "8 bit", "local number of a target neuron in a list row"),                                                      \
    PARAMS_SPIKE, PARAMS_LEAK,                                                                                                                          \
    {"offers.decay_rounding", FIELD_WORD, PARAMS_OF(decay_rounding), 0, 0, 0, "zero|down|nearest", "down", "zero",                                      \
     "of an integer decay: toward zero, toward minus infinity, to nearest"},                                                                            \
    {"offers.bias_exponent", FIELD_NUMBER, PARAMS_OF(bias_exponent), 0, 0, 30, NULL, "0", "7", "bias = mantissa << exponent, exponent up to this"},     \
    {"offers.weight_shift", FIELD_SPAN, PARAMS_OF(weight_shift), 0, 0, 24, NULL, "0", "6",                                                              \
     "sums are shifted left by this (one number: exactly) on their way into the membrane"}

/* x * keep / 2^bits, rounded as the chip rounds. |x| < 2^31, 0 <= keep <= 2^bits, bits <= 24 */
static inline int64_t integer_decay(int64_t x, int64_t keep, uint32_t bits, enum image_rounding rounding)
{
    int64_t product = x * keep;
    if (rounding == IMAGE_ROUND_ZERO)
        return product < 0 ? -(-product >> bits) : product >> bits;
    if (rounding == IMAGE_ROUND_NEAREST && bits)
        product += (int64_t)1 << (bits - 1);
    return product >> bits;
}

static inline int64_t integer_clip(int64_t x, int64_t low, int64_t high)
{
    return x < low ? low : x > high ? high : x;
}

/* The reset's own step: to reset_value, or reset_value (the amount) less. */
static inline int64_t integer_reset_of(const struct image_group *g, const struct image *image, uint32_t i, int64_t v)
{
    int64_t value = image->reset_value ? image->reset_value[i] : 0;
    if (g->reset == IMAGE_RESET_SUBTRACT)
        return v - value;
    return g->reset == IMAGE_RESET_VALUE ? value : v;
}

static inline int integer_over(const struct image_group *g, int64_t v, int64_t threshold)
{
    return g->fires && (g->at_least ? v >= threshold : v > threshold);
}

/* The membrane's part of one neuron's update, common to the integer kinds: refractory, reset, decay, + drive, saturation, spike.
 * drive: what this step adds, in membrane units, bias included. Returns 1 if it fires. A refractory neuron rests at its membrane
 * after the reset; a reset that is due in the next step happens in the first step of rest. */
static inline int integer_membrane(struct core *core, const struct image_group *g, uint32_t i, int64_t drive)
{
    const struct image *image = core->batch.image;
    int64_t v = core->membrane[i], threshold = image->threshold[i];
    uint32_t *rest = &core->batch.refractory[i];
    if (*rest) {
        if (g->point != IMAGE_NOW && *rest == g->refractory)
            v = integer_clip(integer_reset_of(g, image, i, v), image->membrane_low, image->membrane_high);
        --*rest;
        core->membrane[i] = (int32_t)v;
        return 0;
    }
    int before = g->point != IMAGE_NOW && !g->refractory && integer_over(g, v, threshold);
    if (before && g->point == IMAGE_NEXT_BEFORE_DECAY)
        v = integer_reset_of(g, image, i, v);
    v = integer_decay(v, ((int64_t)1 << g->decay_bits) - image->decay_v[i], g->decay_bits, image->rounding) + drive;
    if (before && g->point == IMAGE_NEXT_AFTER_INPUT)
        v = integer_reset_of(g, image, i, v);
    v = integer_clip(v, image->membrane_low, image->membrane_high);
    int fires = integer_over(g, v, threshold);
    if (fires)
        *rest = g->refractory;
    if (fires && g->point == IMAGE_NOW)
        v = integer_clip(integer_reset_of(g, image, i, v), image->membrane_low, image->membrane_high);
    core->membrane[i] = (int32_t)v;
    return fires;
}

/* Loops over whole groups in which nothing branches, so that wide instructions carry them where the machine has them. */
#define INTEGER_WIDE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), optimize("O3")))

/* integer_membrane for every neuron of a group without refractory time; drive[k] is neuron g->first + k's. Fills fired. */
void integer_membranes(struct core *, const struct image_group *, const int64_t *drive);

#ifdef __cplusplus
}
#endif
#endif
