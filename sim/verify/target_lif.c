/* rtl:lif_core against kind lif: the four sets of parameters that rtl/rtl.cmake lists, the numbers that their registers and memories hold, and
 * the times and accesses that rtl/README.md states: 3 + accumulator words per packet, 2 + neuron words + spikes per update. */
#include "base/err.h"
#include "cores/params.h"
#include "cores/rtl/lif_verify.h"
#include "verify/lif_fields.h"
#include "verify/probe.h"
#include "verify/stim.h"

extern const struct core_kind core_lif, core_rtl_lif;

static const struct verify_field fields_l4[] = {
    LIF_GROUPS(4, 8), LIF_NEURONS(16, 16), {"decay", VERIFY_PER_NEURON, ROLE_DECAY, 0, 1 << 8, 0, "out of 2 to the power of decay_bits"}, {.name = NULL},
};
static const struct verify_field fields_l8[] = {
    LIF_GROUPS(4, 12), LIF_NEURONS(20, 20), {"decay", VERIFY_PER_NEURON, ROLE_DECAY, 0, 1 << 12, 0, "out of 2 to the power of decay_bits"}, {.name = NULL},
};
static const struct verify_field fields_l2[] = {
    LIF_GROUPS(4, 24), LIF_NEURONS(12, 12),
    {"decay_shift", VERIFY_PER_NEURON, ROLE_OTHER, 0, 25, 0, "k: the membrane loses its 2^(k - 1)-th part; 0: nothing"}, {.name = NULL},
};
static const struct verify_field fields_l1[] = {
    LIF_GROUPS(8, 8), LIF_NEURONS(16, 16), {"decay", VERIFY_PER_NEURON, ROLE_DECAY, 0, 1 << 8, 0, "out of 2 to the power of decay_bits"}, {.name = NULL},
};

static const struct verify_event events[] = {{"spike", PACKET_SPIKE, 0, 1, 1, 0, 0, 0}, {.name = NULL}};

/* Sums: an accumulator of sum bits holds what HIGH says, either way. */
#define SUM(bits) ((uint64_t)LIF_HIGH(bits))
#define SIZE(name, neurons, lanes, weight, sum, membrane, current, queue, fields)                                                                   \
    {name, neurons, 1024, 8, lanes, 16384, (int32_t)LIF_LOW(weight), (int32_t)LIF_HIGH(weight), SUM(sum), queue, queue, membrane, current, fields, events}
static const struct verify_size sizes[] = {
    SIZE("lif_core", 256, 4, 8, 24, 16, 24, 16, fields_l4),
#ifndef VOLLEY_RTL_ONE
    SIZE("lif_core_l8", 1024, 8, 8, 24, 20, 16, 2, fields_l8),
    SIZE("lif_core_l2", 512, 2, 4, 16, 12, 12, 4, fields_l2),
    SIZE("lif_core_l1", 256, 1, 8, 24, 16, 24, 2, fields_l1),
#endif
    {.name = NULL},
};

static int build(const struct verify_target *target, const struct verify_size *size, const struct stim *s, struct verify_build *to, struct err *err)
{
    if (verify_image(target, size, s, to, err))
        return -1;
    to->image.words = (struct image_words){.axon = 1, .state_per = size->lanes, .accumulator_per = size->lanes, .parameter_per = size->lanes,
                                           .state_each = 1, .accumulator_each = 1, .parameter_each = 1};
    to->image.queue_in = size->queue_in;
    to->image.queue_out = size->queue_out;
    to->image.time = (struct image_time){.packet = 3, .spot = 1, .step = 2, .spike = 1, .state_word = 1};
    return 0;
}

/* Membranes change in updates alone. */
static const struct verify_variable variables[] = {{"membrane", VERIFY_PER_NEURON, VERIFY_AFTER_STEP}, {.name = NULL}};

#ifdef VOLLEY_RTL_PROBE
static const struct verify_target *as_built(const struct verify_target *target, struct err *err)
{
    (void)err;
    return target;              /* instrumented itself */
}
#define INSTRUMENTED as_built
#else
#define INSTRUMENTED probe_target
#endif

const struct verify_target verify_rtl_lif_core = {
    .name = "rtl:lif_core", .device = &core_rtl_lif, .reference = &core_lif, .sizes = sizes, .variables = variables,
    .modes = 1u << VERIFY_TRANSACTION | 1u << VERIFY_LOCKSTEP | 1u << VERIFY_COUNTS | 1u << VERIFY_OVERLAP,
    .build = build, .release = verify_image_free, .cycle_exact = 1,
#ifdef VOLLEY_RTL
    .watch = rtl_lif_watch, .readback = rtl_lif_readback, .where = rtl_lif_where,
    .instrumented = INSTRUMENTED, .wave = rtl_lif_wave, .coverage = rtl_lif_coverage,
#endif
#ifdef VOLLEY_RTL_PROBE_SOURCES
    .waivers = VOLLEY_RTL_PROBE_SOURCES "/../coverage.waivers",
#endif
};
