/* The three somas.
 *
 * leaky_integrate_fire, Loihi's (all in double, in this order): the neuron counts as updated if v != 0, a current is there, bias != 0, or it is
 * forced; from its second step on u *= input_decay, v *= leak_decay; v is cut to 1/64 towards zero. If it is not refractory: v += bias;
 * u += current; v += u; it fires if v > threshold, and is reset: hard v = reset, soft v -= threshold, saturate v as it is; then, if
 * v < reverse_threshold: soft v -= reverse_threshold, hard v = reverse_reset, saturate v = reverse_threshold. The refractory count, set to
 * refractory_delay by a spike, goes down by one in the same step, so that a delay of n blocks n - 1 later steps.
 *
 * truenorth: updated by the same rule; leaks towards zero, v -= leak above 0 and v += leak below, or v += leak; v += bias; v += current; with a
 * random mask r & mask is added for the comparison; fires if that is >= threshold: hard, soft as above, saturate v = threshold; else, if it is
 * <= reverse_threshold: hard v = reverse_reset, soft v += reverse_threshold, saturate v = reverse_threshold.
 *
 * input: spikes as listed, at random, or every int(1 / rate) steps; it takes no current. */
#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "sanafe/state.h"

#define FRACTION 64.0           /* the membrane's steps of Loihi: 1/64 */

/* Seen before the step changes anything: a neuron at rest is visited, and pays for that alone. */
static enum sanafe_status at_work(const struct sanafe_params *p, const struct sanafe_cell *c, struct sanafe_result in)
{
    return c->v != 0 || in.present || p->bias != 0 || p->force ? SANAFE_UPDATED : SANAFE_IDLE;
}

/* ---- leaky_integrate_fire ---- */

static int lif_resets(const struct sanafe_params *p, struct sanafe_cell *c)
{
    int fired = c->v > p->threshold;
    /* none and saturate leave the membrane where it is. */
    if (fired) {
        if (p->reset_mode == SANAFE_RESET_HARD)
            c->v = p->reset;
        else if (p->reset_mode == SANAFE_RESET_SOFT)
            c->v -= p->threshold;
        c->refractory = p->refractory;
    }
    /* Looked at after the reset, which can bring it there. */
    if (c->v < p->reverse_threshold) {
        if (p->reverse_mode == SANAFE_RESET_SOFT)
            c->v -= p->reverse_threshold;
        else if (p->reverse_mode == SANAFE_RESET_HARD)
            c->v = p->reverse_reset;
        else if (p->reverse_mode == SANAFE_RESET_SATURATE)
            c->v = p->reverse_threshold;
    }
    return fired;
}

/* A step twice, or one left out, would give another neuron than the one described. */
static int lif_step(const struct sanafe_state *s, uint32_t place, const struct sanafe_cell *c, struct err *err)
{
    /* The step after the last, or the first of the run. */
    if (s->step == c->soma_step + 1 || (!c->soma_step && s->step == 1))
        return 0;
    char *name = sanafe_place_name(s->chip, place);
    doc_error(s->chip->net->neuron[s->chip->place[place].neuron].at, err,
              "neuron %s: leaky_integrate_fire is worked on %s; its core keeps its buffer %s: such a "
              "neuron needs buffer_position soma or dendrite, with buffer_inside_unit false at a soma",
              name, s->step == c->soma_step ? "twice in a step" : "in some steps only",
              s->chip->arch->core[s->chip->net->neuron[s->chip->place[place].neuron].core].kind->buffer == SANAFE_IN_SOMA ? "inside the soma"
                                                                                                                          : "before axon_out");
    free(name);
    return -1;
}

static enum sanafe_status lif(const struct sanafe_params *p, struct sanafe_cell *c, struct sanafe_result in)
{
    enum sanafe_status status = at_work(p, c, in);
    /* Nothing has decayed before the first step. */
    if (c->soma_step) {
        c->u *= p->input_decay;
        c->v *= p->leak_decay;
    }
    c->v = trunc(c->v * FRACTION) / FRACTION;
    /* A refractory neuron loses what reaches it; its membrane goes on leaking. */
    if (!c->refractory) {
        c->v += p->bias;
        if (in.present)
            c->u += in.current;
        c->v += c->u;
        if (lif_resets(p, c))
            status = SANAFE_FIRED;
    }
    c->refractory -= c->refractory > 0;
    return status;
}

/* ---- truenorth ---- */

static enum sanafe_status truenorth(struct sanafe_state *s, const struct sanafe_params *p, struct sanafe_cell *c, struct sanafe_result in)
{
    enum sanafe_status status = at_work(p, c, in);
    if (!p->leak_towards_zero)
        c->v += p->leak;
    else if (c->v > 0)
        c->v -= p->leak;
    else if (c->v < 0)
        c->v += p->leak;
    c->v += p->bias;
    if (in.present)
        c->v += in.current;
    /* The mask's random part moves the comparison, not the membrane. */
    double compared = c->v + (p->random_mask ? sanafe_feedback_next(&s->random) & p->random_mask : 0);
    if (compared >= p->threshold) {
        status = SANAFE_FIRED;
        if (p->reset_mode == SANAFE_RESET_HARD)
            c->v = p->reset;
        else if (p->reset_mode == SANAFE_RESET_SOFT)
            c->v -= p->threshold;
        else if (p->reset_mode == SANAFE_RESET_SATURATE)
            c->v = p->threshold;
    } else if (compared <= p->reverse_threshold) {
        if (p->reverse_mode == SANAFE_RESET_HARD)
            c->v = p->reverse_reset;
        else if (p->reverse_mode == SANAFE_RESET_SOFT)
            c->v += p->reverse_threshold;
        else if (p->reverse_mode == SANAFE_RESET_SATURATE)
            c->v = p->reverse_threshold;
    }
    return status;
}

/* ---- input ---- */

/* Any of the three: a list, chance, a regular beat. */
static enum sanafe_status source(struct sanafe_source *p, uint32_t step)
{
    int fires = step <= p->n_spikes && p->spikes[step - 1];
    /* Drawn in every step, so that a list or a beat beside it does not move the sequence. */
    if (p->poisson > 0)
        fires |= sanafe_mt_uniform(&p->random) < p->poisson;
    if (p->rate > 0) {
        /* A rate above one half is every step: there is nothing between. */
        double beat = trunc(1 / p->rate);
        fires |= beat < 2 || fmod(step, beat) == 0;
    }
    return fires ? SANAFE_FIRED : SANAFE_IDLE;
}

static int no_current(const struct sanafe_state *s, uint32_t place, struct err *err)
{
    char *name = sanafe_place_name(s->chip, place);
    doc_error(s->chip->net->neuron[s->chip->place[place].neuron].at, err,
              "neuron %s is an input, which takes no current, and a synapse brought it one in step %u; "
              "take its edges out, or give it another soma",
              name, s->step);
    free(name);
    return -1;
}

/* ---- all ---- */

int sanafe_soma(struct sanafe_state *s, uint32_t place, struct sanafe_result in, struct sanafe_result *out, struct err *err)
{
    const struct sanafe_params *p = s->chip->net->neuron[s->chip->place[place].neuron].params;
    uint32_t index = s->chip->place[place].part[SANAFE_SOMA];
    struct sanafe_part *part = &s->chip->part[index];
    struct sanafe_cell *c = &s->cell[place];
    *out = (struct sanafe_result){.status = SANAFE_IDLE};
    switch (part->unit->model) {
    case SANAFE_INPUT:
        if (in.present && in.current != 0)
            return no_current(s, place, err);
        out->status = source(s->source[index], s->step);
        break;
    case SANAFE_TRUENORTH: out->status = truenorth(s, p, c, in); break;
    /* Two models that keep their state by neuron, one that keeps it by unit. */
    default:
        if (lif_step(s, place, c, err))
            return -1;
        out->status = lif(p, c, in);
    }
    /* A visit costs the access; what follows depends on what became of the neuron. */
    c->soma_step = s->step;
    part->calls++;
    out->latency = sanafe_count(s, part, place, SANAFE_ACCESS);
    if (out->status >= SANAFE_UPDATED) {
        part->updated++;
        out->latency += sanafe_count(s, part, place, SANAFE_UPDATE);
    }
    if (out->status == SANAFE_FIRED) {
        part->fired++;
        out->latency += sanafe_count(s, part, place, SANAFE_SPIKE);
    }
    return 0;
}
