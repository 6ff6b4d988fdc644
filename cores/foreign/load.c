/* A chip's image in a foreign core's words. The chip file says what its neurons do; what the core cannot do exactly so is refused here, in one
 * line, because a core that nearly fits would run and give other spikes. */
#include "base/err.h"
#include "cores/foreign/foreign.h"
#include "cores/image.h"

static int refuse_group(const struct manifest *m, const struct image_group *g, struct err *err)
{
    const char *what = NULL;
    if (g->ports > 1 || g->current)
        what = "takes one kind of input and has no synaptic current";
    else if (g->compartments > 1)
        what = "has no compartments";
    else if (g->refractory)
        what = "has no refractory time";
    else if (g->shift)
        what = "adds weights as they are: offers.weight_shift must be 0";
    else if (!g->fires)
        what = "fires at its threshold, always: a population that never fires has no place";
    else if (g->reset != IMAGE_RESET_NONE && g->point != IMAGE_NOW)
        what = "resets in the step of the spike (offers.reset_time: now)";
    else if (!g->at_least != !m->step_at_least)
        what = m->step_at_least ? "fires from the threshold on (offers.compare: at_least)" : "fires above the threshold (offers.compare: greater)";
    return what ? err_answer(err, "%s %s", m->name, what) : 0;
}

/* Which of the manifest's resets the image wants: none, zero, subtract. */
static int reset_of(const struct image_group *g)
{
    return g->reset == IMAGE_RESET_NONE ? 0 : g->reset == IMAGE_RESET_SUBTRACT ? 2 : 1;
}

static void set_registers(struct foreign_state *s, const struct manifest_settings *settings)
{
    for (uint32_t i = 0; i < settings->n; i++)
        s->reg[settings->at[i].reg].value = settings->at[i].value;
}

/* Registers serve the whole core, and so does the event that ends a step: its populations must want the same, at the same time. */
static int load_registers(const struct manifest *m, const struct image *image, int in_steps, struct foreign_state *s, struct err *err)
{
    static const char *const name[] = {"none", "zero", "subtract"};
    set_registers(s, &m->chip_registers);
    if (in_steps)
        set_registers(s, &m->step_registers);
    for (uint32_t g = 0; g < image->groups; g++) {
        const struct image_group *group = &image->group[g], *first = &image->group[0];
        int reset = reset_of(group);
        if (refuse_group(m, group, err))
            return -1;
        if (m->step_reset[reset].n == UINT32_MAX)
            return err_answer(err, "%s has no reset '%s' in a chip; time.step.reset of its manifest lists those it has", m->name, name[reset]);
        if (reset != reset_of(first) || group->open != first->open || group->close != first->close)
            return err_answer(err, "%s: two populations on one core differ in their reset or in the steps in which they run, and one event serves the whole "
                              "core; "
                              "another mapping (--map) keeps them apart", m->name);
    }
    if (image->groups)
        set_registers(s, &m->step_reset[reset_of(&image->group[0])]);
    return 0;
}

/* decay / 2^bits = 2^-shift exactly; 0: none. -1: no power of two. */
static int shift_of(int64_t decay, uint32_t bits)
{
    if (!decay)
        return 0;
    for (uint32_t k = 1; k <= bits; k++)
        if (decay == (int64_t)1 << (bits - k))
            return (int)k;
    return -1;
}

static int load_leak(const struct manifest *m, const struct image *image, const struct image_group *g, uint32_t i, struct foreign_state *s, struct err *err)
{
    uint32_t memory;
    int shift = shift_of(image->decay_v[i], g->decay_bits);
    if (!shift && !manifest_field(m, "leak", &memory))
        return 0;
    if (shift < 0 || (shift && (!m->step_shift || !manifest_field(m, "leak", &memory))))
        return err_answer(err, "%s: neuron %u decays by %d / 2^%u; the core %s", m->name, i, image->decay_v[i], g->decay_bits,
                          m->step_shift ? "leaks by powers of two below 1 (offers.decay: [shift])" : "does not leak (offers.decay: none)");
    if (shift && image->rounding != IMAGE_ROUND_DOWN)
        return err_answer(err, "%s leaks by an arithmetic shift, which rounds down (offers.decay_rounding: down)", m->name);
    return foreign_put(m, s, "leak", i, 0, shift, err);
}

static int load_neuron(const struct manifest *m, const struct image *image, const struct image_group *g, uint32_t i, struct foreign_state *s, struct err *err)
{
    int64_t value = image->reset_value ? image->reset_value[i] : 0;
    if (image->bias[i])
        return err_answer(err, "%s: neuron %u has a bias of %d, and the core has none (offers.bias: none)", m->name, i, image->bias[i]);
    if (g->reset == IMAGE_RESET_VALUE && value)
        return err_answer(err, "%s: neuron %u resets to %lld; the core resets to 0 or by its threshold", m->name, i, (long long)value);
    if (g->reset == IMAGE_RESET_SUBTRACT && value != image->threshold[i])
        return err_answer(err, "%s: neuron %u's reset subtracts %lld; the core subtracts its threshold, %d", m->name, i, (long long)value, image->threshold[i]);
    return foreign_put(m, s, "threshold", i, 0, image->threshold[i], err) || load_leak(m, image, g, i, s, err) ? -1 : 0;
}

/* Neurons that the chip does not use stay silent: no input, the highest threshold. */
static int load_neurons(const struct manifest *m, const struct image *image, struct foreign_state *s, struct err *err)
{
    uint32_t memory;
    int64_t low, high;
    foreign_range(manifest_field(m, "threshold", &memory), &low, &high);
    for (uint32_t i = image->neurons; i < m->neurons; i++)
        if (foreign_put(m, s, "threshold", i, 0, high, err))
            return -1;
    for (uint32_t g = 0; g < image->groups; g++)
        for (uint32_t i = image->group[g].first; i < image->group[g].first + image->group[g].count; i++)
            if (load_neuron(m, image, &image->group[g], i, s, err))
                return -1;
    return 0;
}

/* ---- rows ---- */

static int load_rows(const struct manifest *m, const struct image *image, struct foreign_state *s, struct err *err)
{
    for (uint32_t axon = 0; axon < image->axons; axon++)
        for (const struct segment *row = (const struct segment *)(const void *)(image->rows + image->axon_row[axon]);; row = segment_next(row)) {
            if (row->delay)
                return err_answer(err, "%s has no delays; the network needs %u more steps on a synapse", m->name, row->delay);
            for (uint32_t i = 0; i < row->count; i++) {
                uint32_t target;
                int64_t weight, before;
                segment_synapse(row, i, &target, &weight);
                /* Two synapses of one axon and neuron have one place: their sum. */
                if (foreign_get(m, s, "weight", target, axon, &before, err) || foreign_put(m, s, "weight", target, axon, before + weight, err))
                    return -1;
            }
            if (row->last)
                break;
        }
    return 0;
}

int foreign_load_chip(const struct manifest *m, const struct image *image, int in_steps, struct foreign_state *s, struct err *err)
{
    uint32_t memory;
    int64_t low, high;
    foreign_range(manifest_field(m, "membrane", &memory), &low, &high);
    if (!m->has_step)
        return err_answer(err, "%s: its manifest does not say what its neurons do in a chip (time.step: reset, compare, leak), which an event chip's "
                          "loader wants to know, too", m->name);
    if (image->neurons > m->neurons || image->axons > m->axons)
        return err_answer(err, "%s holds %u neurons and %u axons; needed: %u and %u (capacity of the core type)", m->name, m->neurons, m->axons, image->neurons,
                          image->axons);
    if (image->membrane_low != low || image->membrane_high != high)
        return err_answer(err, "%s: its membranes hold %lld to %lld, the core type's %lld to %lld (formats.membrane)", m->name, (long long)low, (long long)high,
                          (long long)image->membrane_low, (long long)image->membrane_high);
    if (!image->threshold || !image->bias || !image->decay_v)
        return err_answer(err, "%s computes in integers; the core type's image has none", m->name);
    if (image->skip_idle)
        return err_answer(err, "%s visits every neuron; the core type skips idle ones (skip_idle: false)", m->name);
    return load_registers(m, image, in_steps, s, err) || load_neurons(m, image, s, err) || load_rows(m, image, s, err) ? -1 : 0;
}
