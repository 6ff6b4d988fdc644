/* lif: the integer leaky neuron of a generic digital core. Everything saturates once, here, at the end of its own sum:
 *     I = clip_current(sum)                  v = decay(v)            decay(x) = x * (one - decay_v) / one, rounded as the chip says
 *     v = clip_membrane(v + (I << shift) + bias)     spike = v > threshold (or >=)
 *     reset: to reset_value or by subtracting it, in the step of the spike, or in the next before the decay or after the input. */
#include "cores/integer.h"

static int64_t drive(const struct image *image, const struct image_group *g, uint32_t i, int64_t sum)
{
    return integer_clip(sum, image->current_low, image->current_high) * ((int64_t)1 << g->shift) + (image->bias ? image->bias[i] : 0);
}

static void group(struct core *core, const struct image_group *g)
{
    struct batch *b = &core->batch;
    for (uint32_t k = 0; k < g->count; k++) {
        uint32_t i = g->first + k;
        b->active[k] = (uint8_t)sweep_active(b->image->active, b->port[0][k] != 0, core->membrane[i] != 0);
        b->fired[k] = (uint8_t)integer_membrane(core, g, i, drive(b->image, g, i, b->port[0][k]));
    }
}

static int update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    (void)err;
    return batch_update(&core->batch, core, group, at, out, cycles, counts);
}

extern const struct core_kind core_lif;
const struct core_kind core_lif = {
    .name = "lif", .about = "leaky integrate-and-fire neuron in integers: one state, bias, leak, refractory, resets",
    .abi = CORE_ABI, .memories = core_tables, .actions = core_actions, .variables = integer_variables,
    .n_memories = IMAGE_TABLES, .n_actions = N_ACTIONS, .n_variables = 1,
    .create = integer_create, .load = integer_load, .destroy = integer_destroy, .reset = integer_reset, .cost = integer_cost,
    .accept = integer_accept, .update = update, .peek = integer_peek, .poke = integer_poke,
};
