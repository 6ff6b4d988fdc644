/* cuba: Loihi's compartment, two decays, in its integers. M. Davies et al., "Loihi: a neuromorphic manycore processor with on-chip
 * learning", IEEE Micro 38(1), 2018, has the model; its rounding, wrap and shifts are those of the silicon trace of the NIR paper
 * (J. E. Pedersen et al., Nature Communications, 2024) and of Lava's bit-accurate model, which this reproduces in every row:
 *     u = tz(u * (one - decay_u)) + (sum << shift), wrapped at the current's width
 *     v = clip(tz(v * (one - decay_v)) + u + bias)          tz: rounded as the chip says (Loihi: toward zero)
 *     spike = v > threshold; then v = reset_value, or v - reset_value, now or in the next step as the group says.
 * A population without a current has decay_u = one: u is this step's input alone. While refractory v rests, u goes on. */
#include "cores/integer.h"

/* Two's complement wrap as the chip's adder does it; the lower end itself becomes its unwrapped partner, as measured. A sum of
 * more than one turn (more input than any measured row has) is reduced by whole turns. */
static int64_t wrap(int64_t u, int64_t low, int64_t high)
{
    int64_t size = high - low + 1, half = high + 1;
    int64_t w = u > half ? u - size : u;
    w = w <= -half ? u + size : w;
    if (w > -half && w <= half)
        return w;
    int64_t above = w + half - 1, turns = above / size - (above % size < 0);
    return w - turns * size;
}

/* The sum as the adder sees it: one that does not fit in 32 bits has lost whole turns (wrapping) or is the largest there is. */
static int64_t arriving(const struct image *image, int64_t sum)
{
    return image->current_wraps ? (int32_t)(uint32_t)(uint64_t)sum : integer_clip(sum, INT32_MIN, INT32_MAX);
}

/* u of one neuron for this step, which is what its membrane gains. one - decay_u is what is kept; without a second state nothing is. */
static int64_t current(struct core *core, const struct image_group *g, uint32_t i, int64_t sum)
{
    const struct image *image = core->batch.image;
    int64_t one = (int64_t)1 << g->decay_bits;
    int64_t u = integer_decay(core->current[i], image->decay_u ? one - image->decay_u[i] : 0, g->decay_bits, image->rounding);
    u += arriving(image, sum) * ((int64_t)1 << g->shift);
    u = image->current_wraps ? wrap(u, image->current_low, image->current_high) : integer_clip(u, image->current_low, image->current_high);
    core->current[i] = (int32_t)u;
    return u;
}

/* Without refractory time the sums become what the membranes gain, and these follow in one wide loop. */
static void group(struct core *core, const struct image_group *g)
{
    struct batch *b = &core->batch;
    int64_t *sum = b->port[0];
    for (uint32_t k = 0; k < g->count; k++) {
        uint32_t i = g->first + k;
        int nonzero = core->membrane[i] != 0 || core->current[i] != 0;
        b->active[k] = (uint8_t)sweep_active(b->image->active, sum[k] != 0, nonzero);
        sum[k] = current(core, g, i, sum[k]) + b->image->bias[i];
        if (g->refractory)
            b->fired[k] = (uint8_t)integer_membrane(core, g, i, sum[k]);
    }
    if (!g->refractory)
        integer_membranes(core, g, sum);
}

/* Order of a step: all of u, then all of v, so that a spike sees the current of its own step. */
static int update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    (void)err;
    return batch_update(&core->batch, core, group, at, out, cycles, counts);
}

static const struct field fields[] = {
    INTEGER_FIELDS, PARAMS_FORMAT("current", current, NULL, "24 bit signed", "u, the second state: sums of weights enter it shifted"),
    PARAMS_CURRENT,
    {"offers.current_overflow", FIELD_WORD, PARAMS_OF(current_saturates), 0, 0, 0, "wraps|saturates", "wraps", "saturates",
     "what a current does that leaves its word"},
    {.key = NULL},
};

extern const struct core_kind core_cuba;
const struct core_kind core_cuba = {
    .name = "cuba", .about = "Loihi's compartment in integers: current and membrane, each with its decay",
    .abi = CORE_ABI, .fields = fields, .memories = core_tables, .actions = core_actions, .variables = integer_variables,
    .n_memories = IMAGE_TABLES, .n_actions = N_ACTIONS, .n_variables = 2,
    .create = integer_create, .load = integer_load, .destroy = integer_destroy, .reset = integer_reset, .cost = integer_cost,
    .accept = integer_accept, .update = update, .peek = integer_peek, .poke = integer_poke,
};
