/* rtl:lif_core against kind lif: the four sets of parameters that rtl/models.cmake lists, and the numbers that their registers and memories hold. */
#include "verify/target_rtl.h"

extern const struct core_kind core_lif, core_rtl_lif;

static const struct verify_field fields_l4[] = {
    LIF_GROUPS(4, 8),
    LIF_NEURONS(16, 16),
    {"decay", VERIFY_PER_NEURON, ROLE_DECAY, 0, 1 << 8, 0, "out of 2 to the power of decay_bits"},
    {.name = NULL},
};
static const struct verify_field fields_l8[] = {
    LIF_GROUPS(4, 12),
    LIF_NEURONS(20, 20),
    {"decay", VERIFY_PER_NEURON, ROLE_DECAY, 0, 1 << 12, 0, "out of 2 to the power of decay_bits"},
    {.name = NULL},
};
static const struct verify_field fields_l2[] = {
    LIF_GROUPS(4, 24),
    LIF_NEURONS(12, 12),
    {"decay_shift", VERIFY_PER_NEURON, ROLE_OTHER, 0, 25, 0, "k: the membrane loses its 2^(k - 1)-th part; 0: nothing"},
    {.name = NULL},
};
static const struct verify_field fields_l1[] = {
    LIF_GROUPS(8, 8),
    LIF_NEURONS(16, 16),
    {"decay", VERIFY_PER_NEURON, ROLE_DECAY, 0, 1 << 8, 0, "out of 2 to the power of decay_bits"},
    {.name = NULL},
};

/* Sums: an accumulator of sum bits holds what HIGH says, either way. */
#define SUM(bits) ((uint64_t)LIF_HIGH(bits))
#define SIZE(name, neurons, lanes, weight, sum, membrane, current, queue, fields)                                                                              \
    {                                                                                                                                                          \
        name, neurons, 1024, 8, lanes, 16384, (int32_t)LIF_LOW(weight), (int32_t)LIF_HIGH(weight), SUM(sum), queue, queue, membrane, current, fields,          \
            verify_rtl_events                                                                                                                                  \
    }
static const struct verify_size sizes[] = {
    SIZE("lif_core", 256, 4, 8, 24, 16, 24, 16, fields_l4),
#ifndef VOLLEY_RTL_ONE
    SIZE("lif_core_l8", 1024, 8, 8, 24, 20, 16, 2, fields_l8),
    SIZE("lif_core_l2", 512, 2, 4, 16, 12, 12, 4, fields_l2),
    SIZE("lif_core_l1", 256, 1, 8, 24, 16, 24, 2, fields_l1),
#endif
    {.name = NULL},
};

/* Membranes change in updates alone. */
static const struct verify_variable variables[] = {{"membrane", VERIFY_PER_NEURON, VERIFY_AFTER_STEP}, {.name = NULL}};

const struct verify_target verify_rtl_lif_core = {
    .name = "rtl:lif_core", .device = &core_rtl_lif, .reference = &core_lif, .sizes = sizes, .variables = variables, .build = verify_rtl_build, VERIFY_RTL};
