/* rtl:stdp_core against kind stdp: the numbers of rtl:lif_core, and those of learning; where it is off the core is a lif_core. Learning takes
 * 2 + words of pre traces, and 3 + words for each row that is swept. */
#include "verify/target_rtl.h"

extern const struct core_kind core_stdp, core_rtl_stdp;

/* Rates, what a spike adds to a trace, what is kept of it, the limits of plastic weights. */
#define LEARNING(trace, rate, weight)                                                                                                              \
    {"learning", VERIFY_PER_CORE, ROLE_LEARN, 0, 1, 0, "1: on"},                                                                                   \
    {"pre_add", VERIFY_PER_CORE, ROLE_RATE, 0, (1 << (trace)) - 1, 0, "what a packet adds to its axon's trace"},                                  \
    {"post_add", VERIFY_PER_CORE, ROLE_RATE, 0, (1 << (trace)) - 1, 0, "what a spike adds to its neuron's"},                                      \
    {"pre_keep", VERIFY_PER_CORE, ROLE_RATE, 0, 255, 0, "of a trace from step to step, in 256ths"},                                               \
    {"post_keep", VERIFY_PER_CORE, ROLE_RATE, 0, 255, 0, "the same of a neuron's"},                                                               \
    {"potentiate", VERIFY_PER_CORE, ROLE_RATE, 0, (1 << (rate)) - 1, 0, "rate"},                                                                  \
    {"depress", VERIFY_PER_CORE, ROLE_RATE, 0, (1 << (rate)) - 1, 0, "rate"},                                                                     \
    {"learn_shift", VERIFY_PER_CORE, ROLE_RATE, 0, 15, 0, "a weight changes by trace * rate >> this"},                                            \
    {"plastic_low", VERIFY_PER_CORE, ROLE_WEIGHT_LOW, LIF_LOW(weight), LIF_HIGH(weight), LIF_LOW(weight), "no plastic weight is lower"},                       \
    {"plastic_high", VERIFY_PER_CORE, ROLE_WEIGHT_HIGH, LIF_LOW(weight), LIF_HIGH(weight), LIF_HIGH(weight), "or higher"},                                     \
    {"learns", VERIFY_PER_GROUP, ROLE_PLASTIC, 0, 1, 0, "synapses onto the group are plastic"}

static const struct verify_field fields_l4[] = {
    LIF_GROUPS(4, 8), LEARNING(8, 8, 8), LIF_NEURONS(16, 16), {"decay", VERIFY_PER_NEURON, ROLE_DECAY, 0, 1 << 8, 0, "out of 2 to the power of decay_bits"},
    {.name = NULL},
};
#ifndef VOLLEY_RTL_ONE
static const struct verify_field fields_l2[] = {
    LIF_GROUPS(4, 24), LEARNING(5, 6, 6), LIF_NEURONS(12, 12),
    {"decay_shift", VERIFY_PER_NEURON, ROLE_OTHER, 0, 25, 0, "k: the membrane loses its 2^(k - 1)-th part; 0: nothing"}, {.name = NULL},
};
#endif
static const struct verify_size sizes[] = {
    {"stdp_core", 256, 1024, 8, 4, 16384, -128, 127, (uint64_t)LIF_HIGH(24), 16, 16, 16, 24, fields_l4, verify_rtl_events},
#ifndef VOLLEY_RTL_ONE
    {"stdp_core_l2", 128, 256, 4, 2, 8192, -32, 31, (uint64_t)LIF_HIGH(18), 2, 2, 12, 12, fields_l2, verify_rtl_events},
#endif
    {.name = NULL},
};

static int build(const struct verify_target *target, const struct verify_size *size, const struct stim *s, struct verify_build *to, struct err *err)
{
    if (verify_rtl_build(target, size, s, to, err))
        return -1;
    struct image_time *time = &to->image.time;
    time->learn = 2;
    time->learn_pre_word = 1;
    time->learn_row = 3;
    time->learn_row_word = 1;
    if (!to->image.learning.on)
        return 0;
    to->image.learning.trace_bits = size == sizes ? 8 : 5;
    to->image.words.pre_per = to->image.words.post_per = size->lanes;
    to->image.words.pre_each = to->image.words.post_each = 1;
    return 0;
}

static const struct verify_variable variables[] = {
    {"membrane", VERIFY_PER_NEURON, VERIFY_AFTER_STEP}, {"pre_trace", VERIFY_PER_AXON, VERIFY_AFTER_STEP},
    {"post_trace", VERIFY_PER_NEURON, VERIFY_AFTER_STEP}, {"weight", VERIFY_PER_SYNAPSE, VERIFY_AT_END}, {.name = NULL},
};

const struct verify_target verify_rtl_stdp_core = {
    .name = "rtl:stdp_core", .device = &core_rtl_stdp, .reference = &core_stdp, .sizes = sizes, .variables = variables, .build = build, VERIFY_RTL
};
