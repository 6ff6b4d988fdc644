/* cuba: Loihi's compartment, two decays, in its integers (rule reproduced from silicon and from the published model's rows):
 *     u = tz(u * (one - decay_u)) + (sum << shift), wrapped at the current's width
 *     v = clip(tz(v * (one - decay_v)) + u + bias)          tz: rounded as the chip says (Loihi: toward zero)
 *     spike = v > threshold; then v = reset value, or v - threshold, now or in the next step as the group says.
 * A population without a current has decay_u = one: u is this step's input alone. While refractory v rests, u goes on. */
#include "cores/integer.h"

/* Two's complement wrap as the chip's adder does it; the lower end itself becomes its unwrapped partner, as measured. */
static int64_t wrap(int64_t u, int64_t low, int64_t high)
{
    int64_t size = high - low + 1, half = high + 1;
    int64_t w = u > half ? u - size : u;
    return w <= -half ? u + size : w;
}

static int64_t current(struct core *core, const struct image_group *g, uint32_t i, int64_t sum)
{
    const struct image *image = core->batch.image;
    int64_t one = (int64_t)1 << g->decay_bits;
    int64_t u = integer_decay(core->current[i], image->decay_u ? one - image->decay_u[i] : 0, g->decay_bits, image->rounding);
    u += sum * ((int64_t)1 << g->shift);
    if (image->current_wraps)
        u = wrap(u, image->current_low, image->current_high);
    core->current[i] = (int32_t)u;
    return u;
}

static int neuron(struct core *core, const struct image_group *g, uint32_t i, int64_t sum)
{
    const struct image *image = core->batch.image;
    int64_t u = current(core, g, i, sum), v = core->membrane[i];
    if (core->batch.refractory[i]) {
        core->batch.refractory[i]--;
        core->membrane[i] = image->reset_value ? image->reset_value[i] : 0;
        return 0;
    }
    int before = g->point != IMAGE_NOW && integer_over(g, v, image->threshold[i]);
    if (before && g->point == IMAGE_NEXT_BEFORE_DECAY)
        v = integer_reset_of(g, image, i, v);
    v = integer_decay(v, ((int64_t)1 << g->decay_bits) - image->decay_v[i], g->decay_bits, image->rounding);
    v += u + (image->bias ? image->bias[i] : 0);
    if (before && g->point == IMAGE_NEXT_AFTER_INPUT)
        v = integer_reset_of(g, image, i, v);
    v = integer_clip(v, image->membrane_low, image->membrane_high);
    int fires = integer_over(g, v, image->threshold[i]);
    if (fires)
        core->batch.refractory[i] = g->refractory;
    if (fires && g->point == IMAGE_NOW)
        v = integer_clip(integer_reset_of(g, image, i, v), image->membrane_low, image->membrane_high);
    core->membrane[i] = (int32_t)v;
    return fires;
}

static void group(struct core *core, const struct image_group *g)
{
    struct batch *b = &core->batch;
    for (uint32_t k = 0; k < g->count; k++) {
        uint32_t i = g->first + k;
        int nonzero = core->membrane[i] != 0 || core->current[i] != 0;
        b->active[k] = (uint8_t)sweep_active(b->image->active, b->port[0][k] != 0, nonzero);
        b->fired[k] = (uint8_t)neuron(core, g, i, b->port[0][k]);
    }
}

static int update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    (void)err;
    return batch_update(&core->batch, core, group, at, out, cycles, counts);
}

extern const struct core_kind core_cuba;
const struct core_kind core_cuba = {
    .name = "cuba", .abi = CORE_ABI, .memories = core_tables, .actions = core_actions, .variables = integer_variables,
    .n_memories = IMAGE_TABLES, .n_actions = N_ACTIONS, .n_variables = 2,
    .create = integer_create, .load = integer_load, .destroy = integer_destroy, .reset = integer_reset, .cost = integer_cost,
    .accept = integer_accept, .update = update, .peek = integer_peek, .poke = integer_poke,
};
