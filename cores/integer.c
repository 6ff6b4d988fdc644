/* What lif and cuba have in common: state in int32, plumbing, and the membrane's update as one loop in which nothing branches.
 * The loop and integer_membrane (integer.h) are the same equations twice, the fast form and the readable one; tests/test_lif.c and
 * test_cuba.c hold both to what is written out by hand there. All arithmetic is in int64: a 32-bit state times a decay of at most 24 bits fits. */
#include "cores/integer.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

const struct named integer_variables[2] = {{"membrane", "integer", "v"}, {"current", "integer", "u"}};

/* The image says all that a neuron needs, so params are not looked at. */
struct core *integer_create(const struct params *params, uint32_t id, struct err *err)
{
    (void)params, (void)id, (void)err;
    return mem_new(1, sizeof(struct core));
}

/* NULL is allowed, and a core whose load failed. */
void integer_destroy(struct core *core)
{
    if (!core)
        return;
    batch_close(&core->batch);
    free(core->membrane);
    free(core->current);
    free(core);
}

/* State as after reset: membrane, current, sums, delays and refractory counts are 0. */
void integer_reset(struct core *core)
{
    uint32_t n = core->batch.image->neurons;
    batch_reset(&core->batch);
    memset(core->membrane, 0, n * sizeof *core->membrane);
    memset(core->current, 0, n * sizeof *core->current);
}

/* One port: a chip adds feed-forward and recurrent spikes into the same sum; only snnTorch rounds between them (kind reference). */
int integer_load(struct core *core, const struct image *image, struct err *err)
{
    if (batch_open(&core->batch, image, 1, err))
        return -1;
    core->membrane = mem_new(image->neurons, sizeof *core->membrane);
    core->current = mem_new(image->neurons, sizeof *core->current);
    return 0;
}

void integer_cost(const struct core *core, const struct packet *p, uint32_t n, uint32_t *cycles)
{
    for (uint32_t i = 0; i < n; i++)
        cycles[i] = accumulators_cost(core->batch.image, &p[i]);
}

int integer_accept(struct core *core, const struct core_step *at, const struct packet *p, uint32_t n, uint32_t ahead,
                   uint32_t *cycles, struct emissions *out, struct core_counts *counts, struct err *err)
{
    (void)out, (void)err;
    accumulators_accept(&core->batch.sums, at, p, n, ahead, cycles, counts);
    return 0;
}

/* Variable 0: membrane, 1: current, by local neuron. NULL and err: no such place, which is a defect of the caller. */
static int32_t *variable_of(const struct core *core, uint32_t variable, uint64_t index, struct err *err)
{
    if (variable > 1 || index >= core->batch.image->neurons) {
        err_bug(err, "integer core: no variable %u of neuron %llu", variable, (unsigned long long)index);
        return NULL;
    }
    return (variable ? core->current : core->membrane) + index;
}

int integer_peek(const struct core *core, uint32_t variable, uint64_t index, int64_t *value, struct err *err)
{
    const int32_t *v = variable_of(core, variable, index, err);
    if (!v)
        return -1;
    *value = *v;
    return 0;
}

/* The value must fit the state's 32 bits; it is not clipped to the chip's width, so that a test can go beyond it. */
int integer_poke(struct core *core, uint32_t variable, uint64_t index, int64_t value, struct err *err)
{
    int32_t *v = variable_of(core, variable, index, err);
    if (!v)
        return -1;
    *v = (int32_t)value;
    return 0;
}

/* What a group's neurons have in common, as numbers and masks (all ones or 0) instead of choices. */
struct plain {
    /* product >> bits rounds down; to_zero is added to a negative product first, half to any, for the other two roundings.
     * factor and drop make the three resets one expression: v += factor * value - (v & drop) */
    int64_t one, to_zero, half, low, high, factor, drop, next, before_decay, after_input, now;
    uint32_t bits;
    int64_t above;              /* fires at threshold + above or more */
    int64_t silent;             /* all ones: never fires */
};

static struct plain plain_of(const struct image *image, const struct image_group *g)
{
    struct plain p = {.one = (int64_t)1 << g->decay_bits, .bits = g->decay_bits, .low = image->membrane_low, .high = image->membrane_high};
    p.to_zero = image->rounding == IMAGE_ROUND_ZERO ? p.one - 1 : 0;
    p.half = image->rounding == IMAGE_ROUND_NEAREST ? p.one / 2 : 0;
    p.factor = g->reset == IMAGE_RESET_SUBTRACT ? -1 : g->reset == IMAGE_RESET_VALUE ? 1 : 0;
    p.drop = -(int64_t)(g->reset == IMAGE_RESET_VALUE);
    p.before_decay = -(int64_t)(g->point == IMAGE_NEXT_BEFORE_DECAY);
    p.after_input = -(int64_t)(g->point == IMAGE_NEXT_AFTER_INPUT);
    p.now = -(int64_t)(g->point == IMAGE_NOW);
    p.above = !g->at_least;
    p.silent = -(int64_t)!g->fires;
    return p;
}

/* What a reset adds to v: the value less v, or the amount taken away, or nothing. */
static inline int64_t reset_step(const struct plain *p, int64_t v, int64_t value)
{
    return p->factor * value - (v & p->drop);
}

/* The membrane's update as masks instead of choices:
 *     v = decay(v) + drive     over, fires: all ones where v >= threshold (+ 1 for >), and the neuron can fire
 * each reset adds its step under the mask of its point of time; only the point that the group has is all ones. */
INTEGER_WIDE
static void plain_membranes(const struct plain p, uint32_t n, int32_t *restrict membrane, const int32_t *restrict threshold, const int32_t *restrict decay,
                            const int32_t *restrict value, const int64_t *restrict drive, uint8_t *restrict fired)
{
    for (uint32_t k = 0; k < n; k++) {
        int64_t v = membrane[k], limit = threshold[k] + p.above;
        int64_t over = -(int64_t)(v >= limit) & ~p.silent;          /* fired in the last step and not yet reset */
        v += reset_step(&p, v, value[k]) & over & p.before_decay;
        int64_t product = v * (p.one - decay[k]);
        v = ((product + ((product >> 63) & p.to_zero) + p.half) >> p.bits) + drive[k];
        v += reset_step(&p, v, value[k]) & over & p.after_input;
        v = integer_clip(v, p.low, p.high);
        int64_t fires = -(int64_t)(v >= limit) & ~p.silent;
        v = integer_clip(v + (reset_step(&p, v, value[k]) & fires & p.now), p.low, p.high);
        membrane[k] = (int32_t)v;
        fired[k] = (uint8_t)(fires & 1);
    }
}

/* Sets up the masks once per group; what remains per neuron is straight-line code. */
void integer_membranes(struct core *core, const struct image_group *g, const int64_t *drive)
{
    const struct image *image = core->batch.image;
    plain_membranes(plain_of(image, g), g->count, core->membrane + g->first, image->threshold + g->first, image->decay_v + g->first,
                    image->reset_value + g->first, drive, core->batch.fired);
}
