/* One step, in three parts. A core's buffer divides its pipeline (synapse, dendrite, soma, axon out): units behind it work in the neurons'
 * turn, units before it as messages arrive; a unit that holds the buffer works in both. What a message brings is therefore seen in the next step.
 *   1. neurons, core by core in order of mapping: each reads and empties its place of the buffer and goes through the units behind it; one that
 *      fires sends a message along each of its axons. The first carries the time of all work since the last message, the others only their own.
 *   2. messages, per destination in order of source core and sending: every synapse goes through the units before the buffer
 *   3. forced updates: a unit before the buffer with update_every_timestep, of neurons that no message reached: energy, no time */
#include "sanafe/step.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The same for all copies of a core. */
static enum sanafe_buffer buffer_of(const struct sanafe_chip *chip, uint32_t core)
{
    return chip->arch->core[chip->core[core].core].kind->buffer;
}

/* ---- neurons ---- */

/* The units from the buffer on, for one neuron. */
static int neuron_turn(struct sanafe_state *s, enum sanafe_buffer buffer, uint32_t place, struct sanafe_result *out, struct err *err)
{
    struct sanafe_cell *c = &s->cell[place];
    struct sanafe_result in = c->waiting, nothing = {.status = SANAFE_UNSET};
    /* Read once: a step that brings nothing finds nothing. */
    c->waiting = nothing;
    if (buffer == SANAFE_BEFORE_AXON_OUT) {
        /* All work was done as messages arrived; what waits here is whether it fired. */
        *out = in;
        out->latency = 0;
        return 0;
    }
    /* What a unit holds itself does not come by the buffer. */
    if (buffer == SANAFE_IN_DENDRITE || buffer == SANAFE_IN_SOMA)
        in = nothing;
    double latency = 0;
    /* The dendrite stands behind the buffer, or holds it. */
    if (buffer <= SANAFE_IN_DENDRITE) {
        in = sanafe_dendrite(s, place, in, NULL);
        latency = in.latency;
    }
    if (sanafe_soma(s, place, in, out, err))
        return -1;
    out->latency += latency;
    return 0;
}

/* In order of core, then of sending: both formulae rely on it. */
static struct sanafe_message *add_message(struct sanafe_work *w, uint32_t core, uint32_t place, const struct sanafe_axon *axon, double generation)
{
    w->message = mem_room(w->message, w->n_messages, &w->message_capacity, sizeof *w->message);
    struct sanafe_message *m = &w->message[w->n_messages++];
    *m = (struct sanafe_message){.axon = axon, .place = place, .from = core, .generation = generation};
    return m;
}

/* Kept whether or not somebody asked for a trace: the counts of the groups come from here. */
static void note_fire(struct sanafe_run *run, uint32_t step, uint32_t neuron)
{
    run->fire = mem_room(run->fire, run->n_fires, &run->fire_capacity, sizeof *run->fire);
    run->fire[run->n_fires++] = (struct sanafe_fire){step, neuron};
    run->group[run->chip->net->neuron[neuron].group].spikes++;
}

static int core_turn(struct sanafe_work *w, uint32_t core, struct err *err)
{
    const struct sanafe_chip *chip = w->run->chip;
    const struct sanafe_used_core *c = &chip->core[core];
    const struct sanafe_core_kind *kind = chip->arch->core[c->core].kind;
    double generation = 0, out_latency = kind->unit[kind->section[SANAFE_AXON_OUT]].price[0].latency;
    for (uint32_t p = c->first; p < c->first + c->n; p++) {
        struct sanafe_result r;
        if (neuron_turn(w->state, kind->buffer, p, &r, err))
            return -1;
        /* A core works on one neuron at a time; its messages carry the time since the last one. */
        generation += r.latency;
        if (r.status != SANAFE_FIRED)
            continue;
        note_fire(w->run, w->state->step, chip->place[p].neuron);
        for (uint64_t a = chip->axon_first[p]; a < chip->axon_first[p + 1]; a++) {
            add_message(w, core, p, &chip->axon[a], generation + out_latency);
            generation = 0;
        }
    }
    /* A core is busy until its last neuron is done, though no message says so. */
    if (generation != 0)
        add_message(w, core, c->first + c->n - 1, NULL, generation);
    return 0;
}

/* ---- messages ---- */

/* The units before the buffer, for one synapse; what comes out waits for the neuron's next turn. */
static int synapse_turn(struct sanafe_state *s, enum sanafe_buffer buffer, const struct sanafe_synapse *synapse, double *latency, struct err *err)
{
    struct sanafe_chip *chip = s->chip;
    uint32_t post = synapse->post;
    struct sanafe_part *part = &chip->part[chip->place[post].part[SANAFE_SYNAPSE]];
    struct sanafe_result r = {.current = synapse->weight, .present = 1};
    /* The synapse always works; the dendrite and soma as far as they stand before the buffer. */
    part->calls++;
    double sum = sanafe_count(s, part, post, SANAFE_ACCESS);
    if (buffer >= SANAFE_IN_DENDRITE) {
        r = sanafe_dendrite(s, post, r, synapse);
        sum += r.latency;
    }
    if (buffer >= SANAFE_IN_SOMA) {
        struct sanafe_result in = r;
        if (sanafe_soma(s, post, in, &r, err))
            return -1;
        sum += r.latency;
    }
    /* A current has one place to wait in; an accumulator's running sum may replace itself. */
    s->overwritten += buffer == SANAFE_BEFORE_DENDRITE && s->cell[post].waiting.present;
    s->cell[post].waiting = r;
    *latency += sum;
    return 0;
}

/* Processing delay: the axon's own time, then each synapse's in order. */
static int receive(struct sanafe_work *w, struct sanafe_message *m, struct err *err)
{
    const struct sanafe_chip *chip = w->run->chip;
    const struct sanafe_core_kind *kind = chip->arch->core[chip->core[m->axon->to].core].kind;
    m->processing = kind->unit[kind->section[SANAFE_AXON_IN]].price[0].latency;
    for (uint32_t i = 0; i < m->axon->n; i++)
        if (synapse_turn(w->state, kind->buffer, &chip->synapse[m->axon->first + i], &m->processing, err))
            return -1;
    return 0;
}

/* Messages by destination, in their order: a stable counting sort. */
static void sort_messages(struct sanafe_work *w)
{
    uint32_t n_cores = w->run->chip->n_cores;
    /* Grows with the messages, and keeps its room for later steps. */
    if (w->order_capacity < w->n_messages) {
        w->order_capacity = w->message_capacity;
        w->order = mem_grow(w->order, w->order_capacity, sizeof *w->order);
    }
    memset(w->first, 0, (n_cores + 1ull) * sizeof *w->first);
    for (size_t i = 0; i < w->n_messages; i++)
        if (w->message[i].axon)
            w->first[w->message[i].axon->to + 1]++;
    for (uint32_t c = 0; c < n_cores; c++)
        w->first[c + 1] += w->first[c];
    for (size_t i = 0; i < w->n_messages; i++)
        if (w->message[i].axon)
            w->order[w->first[w->message[i].axon->to]++] = (uint32_t)i;
}

/* ---- forced updates ---- */

/* Without input, through what stands before the buffer; whoever was reached in this step has been called already. */
static int force_neuron(struct sanafe_state *s, enum sanafe_buffer buffer, uint32_t place, struct err *err)
{
    struct sanafe_chip *chip = s->chip;
    const struct sanafe_unit *dendrite = chip->part[chip->place[place].part[SANAFE_DENDRITE]].unit;
    const struct sanafe_unit *soma = chip->part[chip->place[place].part[SANAFE_SOMA]].unit;
    struct sanafe_cell *c = &s->cell[place];
    int of_dendrite = dendrite->every_step && buffer > SANAFE_IN_DENDRITE && c->dendrite_step != s->step;
    int of_soma = buffer > SANAFE_IN_SOMA && c->soma_step != s->step && (soma->every_step || of_dendrite);
    struct sanafe_result r = {.status = SANAFE_UNSET}, in;
    if (!of_dendrite && !of_soma)
        return 0;
    if (of_dendrite)
        r = sanafe_dendrite(s, place, r, NULL);
    in = r;
    if (of_soma && sanafe_soma(s, place, in, &r, err))
        return -1;
    c->waiting = r;
    return 0;
}

static int force(struct sanafe_state *s, struct err *err)
{
    const struct sanafe_chip *chip = s->chip;
    for (uint32_t c = 0; c < chip->n_cores; c++) {
        enum sanafe_buffer buffer = buffer_of(chip, c);
        /* Units behind the buffer are called in every step anyway. */
        for (uint32_t p = chip->core[c].first; buffer > SANAFE_IN_DENDRITE && p < chip->core[c].first + chip->core[c].n; p++)
            if (force_neuron(s, buffer, p, err))
                return -1;
    }
    return 0;
}

/* ---- all three ---- */

int sanafe_step_work(struct sanafe_work *w, struct err *err)
{
    struct sanafe_run *run = w->run;
    /* Neurons see what waited since the last step; messages of this one come after all of them. */
    w->n_messages = 0;
    for (uint32_t c = 0; c < run->chip->n_cores; c++)
        if (core_turn(w, c, err))
            return -1;
    for (uint32_t i = 0; i < run->n_logged; i++)
        run->potential[(size_t)run->steps * run->n_logged + i] = w->state->cell[run->logged[i]].v;
    for (uint32_t i = 0; i < run->n_currents; i++)
        run->current[(size_t)run->steps * run->n_currents + i] = w->state->cell[run->currents[i]].u;
    /* Traces show the state between the two. */
    sort_messages(w);
    for (uint32_t i = 0; i < w->first[run->chip->n_cores]; i++)
        if (receive(w, &w->message[w->order[i]], err))
            return -1;
    return force(w->state, err);
}
