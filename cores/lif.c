/* lif: the integer leaky neuron of a generic digital core. Everything saturates once, here, at the end of its own sum:
 *     I = clip_current(sum)                  v = decay(v)            decay(x) = x * (one - decay_v) / one, rounded as the chip says
 *     v = clip_membrane(v + (I << shift) + bias)     spike = v > threshold (or >=)
 *     reset: to reset_value or by subtracting it, in the step of the spike, or in the next before the decay or after the input.
 * The leaky integrate-and-fire neuron in discrete time (W. Gerstner et al., Neuronal Dynamics, Cambridge 2014, section 1.3), Euler with
 * decay = dt / tau; digital chips differ in the choices that are parameters here. Units: v, bias and threshold count accumulator
 * units shifted left by `shift`. */
#include "cores/integer.h"

/* What one neuron gains in this step, in membrane units. */
static int64_t drive(const struct image *image, const struct image_group *g, uint32_t i, int64_t sum)
{
    return integer_clip(sum, image->current_low, image->current_high) * ((int64_t)1 << g->shift) + image->bias[i];
}

/* Sums become what the membranes gain; active is seen before they do. on, input, nonzero: 1 where it makes a neuron active. */
INTEGER_WIDE
static void drives(uint32_t n, int64_t *restrict sum, const int32_t *restrict membrane, const int32_t *restrict bias, uint8_t *restrict active, int64_t low,
                   int64_t high, int64_t scale, struct sweep_rule when)
{
    for (uint32_t k = 0; k < n; k++) {
        active[k] = (uint8_t)(when.always | (when.input & (sum[k] != 0)) | (when.nonzero & (membrane[k] != 0)));
        sum[k] = integer_clip(sum[k], low, high) * scale + bias[k];
    }
}

/* A group with a refractory time: neuron by neuron, because who rests differs from neighbour to neighbour. */
static void group_resting(struct core *core, const struct image_group *g)
{
    struct batch *b = &core->batch;
    for (uint32_t k = 0; k < g->count; k++) {
        uint32_t i = g->first + k;
        b->active[k] = (uint8_t)sweep_active(b->image->active, b->port[0][k] != 0, core->membrane[i] != 0);
        b->fired[k] = (uint8_t)integer_membrane(core, g, i, drive(b->image, g, i, b->port[0][k]));
    }
}

/* The usual group: two loops without a branch, the sums first, then the membranes. */
void integer_lif_group(struct core *core, const struct image_group *g)
{
    const struct image *image = core->batch.image;
    if (g->refractory) {
        group_resting(core, g);
        return;
    }
    drives(g->count, core->batch.port[0], core->membrane + g->first, image->bias + g->first, core->batch.active, image->current_low, image->current_high,
           (int64_t)1 << g->shift, sweep_rule_of(image->active));
    integer_membranes(core, g, core->batch.port[0]);
}

static int update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    (void)err;
    return batch_update(&core->batch, core, integer_lif_group, at, out, cycles, counts);
}

/* No key `current`: one state per neuron. A population with a synaptic current needs kind cuba. */
static const struct field fields[] = {
    INTEGER_FIELDS, PARAMS_FORMAT("current", current, NULL, "24 bit signed", "sum of a step's weights, which saturates on its way into the membrane"),
    {.key = NULL},
};

extern const struct core_kind core_lif;
const struct core_kind core_lif = {
    .name = "lif", .about = "leaky integrate-and-fire neuron in integers: one state, bias, leak, refractory, resets",
    .abi = CORE_ABI, .fields = fields, .memories = core_tables, .actions = core_actions, .variables = integer_variables,
    .n_memories = IMAGE_TABLES, .n_actions = N_ACTIONS, .n_variables = 1,
    .create = integer_create, .load = integer_load, .destroy = integer_destroy, .reset = integer_reset, .cost = integer_cost,
    .accept = integer_accept, .update = update, .peek = integer_peek, .poke = integer_poke,
};
