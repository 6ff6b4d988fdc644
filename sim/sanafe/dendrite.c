/* The three dendrites. All add up what the synapses of a step bring; they differ in when they hand it on.
 *   accumulator             the sum of the step; at the first call in a step it begins at 0
 *   accumulator_with_delay  six slots in a ring: an input of delay d waits in slot d; at the first call in a step slot 0 becomes the charge and
 *                           the others move on by one
 *   taps                    a cable of N taps: v'[i] = v[i] tc[i], less what flows to its neighbours, v[i] sc[i-1] down and v[i] sc[i] up,
 *                           and more by what flows in from them; then inputs add to their tap, and tap 0 is handed on
 * A core may keep its buffer inside the dendrite: then the neuron's turn in step t reads what the messages of step t-1 brought. */
#include <string.h>

#include "sanafe/state.h"

/* The first call in a step is the neuron's own turn where the buffer is inside: it takes the sum of the step before, and empties it. */
static double accumulate(struct sanafe_cell *c, struct sanafe_result in, int first, int inside)
{
    double out;
    if (first && inside) {
        out = c->charge;
        c->charge = 0;
        return out;
    }
    /* Outside it, a step's first synapse finds what the last step left, and begins anew. */
    if (first)
        c->charge = 0;
    if (in.present)
        c->charge += in.current;
    return c->charge;
}

static double delay(struct sanafe_cell *c, double *slot, struct sanafe_result in, int first, uint32_t of)
{
    /* The ring turns before anything is put in: an input of delay 0 is handed on at the next call that is a step's first. */
    if (first) {
        c->charge = slot[0];
        memmove(slot, slot + 1, (SANAFE_DELAYS - 1) * sizeof *slot);
        slot[SANAFE_DELAYS - 1] = 0;
    }
    if (in.present)
        slot[of] += in.current;
    return c->charge;
}

/* One step of the cable: every tap at once, from the values before it. */
static void flow(struct sanafe_cable *cable)
{
    const struct sanafe_params *p = cable->params;
    uint32_t taps = sanafe_taps(p);
    /* What stays in each compartment. */
    for (uint32_t i = 0; i < taps; i++)
        cable->next[i] = cable->v[i] * p->time_constants[i];
    for (uint32_t i = 0; i < taps; i++) {
        /* What leaves one side of a compartment enters its neighbour: nothing is lost between them. */
        if (i > 0) {
            double down = cable->v[i] * p->space_constants[i - 1];
            cable->next[i - 1] += down;
            cable->next[i] -= down;
        }
        if (i + 1 < taps) {
            double up = cable->v[i] * p->space_constants[i];
            cable->next[i + 1] += up;
            cable->next[i] -= up;
        }
    }
    memcpy(cable->v, cable->next, taps * sizeof *cable->v);
}

static double cable_current(struct sanafe_cable *cable, struct sanafe_result in, uint32_t tap, uint32_t step)
{
    /* No neuron that is reached by a synapse uses it: nothing ever flows. */
    if (!cable)
        return 0;
    /* Once a step, however many synapses reach it. */
    if (cable->step != step)
        flow(cable);
    cable->step = step;
    if (in.present)
        cable->v[tap] += in.current;
    return cable->v[0];
}

struct sanafe_result sanafe_dendrite(struct sanafe_state *s, uint32_t place, struct sanafe_result in, const struct sanafe_synapse *synapse)
{
    struct sanafe_chip *chip = s->chip;
    uint32_t index = chip->place[place].part[SANAFE_DENDRITE];
    struct sanafe_part *part = &chip->part[index];
    struct sanafe_cell *c = &s->cell[place];
    struct sanafe_result out = {.present = 1};
    int first = c->dendrite_step != s->step, inside = chip->arch->core[chip->core[part->core].core].kind->buffer == SANAFE_IN_DENDRITE;
    /* Kept before the model runs: a second call in the step is not the first. */
    c->dendrite_step = s->step;
    if (part->unit->model == SANAFE_TAPS)
        out.current = cable_current(s->cable[index], in, synapse ? synapse->tap : 0, s->step);
    else if (part->unit->model == SANAFE_ACCUMULATOR_DELAY)
        out.current = delay(c, s->slot[place], in, first, synapse ? synapse->delay : 0);
    else
        out.current = accumulate(c, in, first, inside);
    /* Every call is paid for, whether or not it brought a current. */
    part->calls++;
    out.latency = sanafe_count(s, part, place, SANAFE_ACCESS);
    return out;
}
