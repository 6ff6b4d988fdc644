/* A run: steps one after the other, each from the state that the one before left, timed by one of the two formulae. Steps are independent in
 * time: every one begins on an empty network. */
#include "sanafe/run.h"

#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "sanafe/step.h"

/* Of this computer: for host.json alone, never in a result. */
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Which neurons' potentials and currents are kept, step by step: those that ask for it in the file, or all with --trace membrane. A current is kept where
 * the model has one. */
static void find_logged(struct sanafe_run *run)
{
    const struct sanafe_network *net = run->chip->net;
    /* Neurons are stored by place, that is by core; the file has its own order. */
    uint32_t *place_of = mem_new(net->n_neurons + 1, sizeof *place_of);
    run->logged = mem_new(net->n_neurons + 1, sizeof *run->logged);
    run->currents = mem_new(net->n_neurons + 1, sizeof *run->currents);
    for (uint32_t p = 0; p < run->chip->n_places; p++)
        place_of[run->chip->place[p].neuron] = p;
    /* In order of the file, as people look for them. */
    for (size_t i = 0; i < net->n_neurons; i++) {
        const struct sanafe_unit *soma = run->chip->part[run->chip->place[place_of[i]].part[SANAFE_SOMA]].unit;
        if (net->neuron[i].log_potential || run->options.potentials)
            run->logged[run->n_logged++] = place_of[i];
        if (net->neuron[i].params->log_u && soma->model == SANAFE_LIF)
            run->currents[run->n_currents++] = place_of[i];
    }
    free(place_of);
}

/* All tables are as long as the run can be; an interrupted one leaves their ends empty. */
static struct sanafe_run *make(struct sanafe_chip *chip, const struct sanafe_options *o)
{
    struct sanafe_run *run = mem_new(1, sizeof *run);
    run->chip = chip;
    run->options = *o;
    find_logged(run);
    run->n_logs = sanafe_log_columns(chip);
    /* One row per step, of as many values as are logged. */
    run->step = mem_new(o->steps, sizeof *run->step);
    run->potential = mem_new((size_t)o->steps * run->n_logged + 1, sizeof *run->potential);
    run->current = mem_new((size_t)o->steps * run->n_currents + 1, sizeof *run->current);
    run->log = mem_new((size_t)o->steps * run->n_logs + 1, sizeof *run->log);
    /* Sums over the run: by unit of a core, and by group of the network. */
    run->part_calls = mem_new(chip->n_parts + 1ull, sizeof *run->part_calls);
    run->part_updated = mem_new(chip->n_parts + 1ull, sizeof *run->part_updated);
    run->part_fired = mem_new(chip->n_parts + 1ull, sizeof *run->part_fired);
    run->part_energy = mem_new(chip->n_parts + 1ull, sizeof *run->part_energy);
    run->group = mem_new(chip->net->n_groups + 1, sizeof *run->group);
    return run;
}

/* Messages of the step, for the trace: with their times, which is why it happens after both formulae. They are the bulk of what a traced run keeps. */
static void keep_messages(struct sanafe_run *run, const struct sanafe_work *w)
{
    for (size_t i = 0; i < w->n_messages; i++) {
        run->message = mem_room(run->message, run->n_messages, &run->message_capacity, sizeof *run->message);
        run->message_step = mem_room(run->message_step, run->n_messages, &run->step_capacity, sizeof *run->message_step);
        run->message_step[run->n_messages] = w->state->step;
        run->message[run->n_messages++] = w->message[i];
    }
}

/* Sums over steps, in order, as that tool's own summary has them. */
static void add_up(struct sanafe_step *sum, const struct sanafe_step *step)
{
    sum->fired += step->fired;
    sum->updated += step->updated;
    sum->packets += step->packets;
    sum->hops += step->hops;
    sum->spikes += step->spikes;
    for (int e = 0; e < SANAFE_E_PARTS; e++)
        sum->energy[e] += step->energy[e];
    sum->total += step->total;
    sum->time += step->time;
    /* Without network and barrier: what the busiest core takes. */
    sum->busiest += step->busiest;
}

/* As that tool lists spikes: by step, then in the order of the network file. */
static int by_step(const void *a, const void *b)
{
    const struct sanafe_fire *x = a, *y = b;
    if (x->step != y->step)
        return x->step > y->step ? 1 : -1;
    return (x->neuron > y->neuron) - (x->neuron < y->neuron);
}

/* Work first, then its time, then its cost: the formulae read the messages, the account reads the counts. */
static int one_step(struct sanafe_run *run, struct sanafe_work *w, struct err *err)
{
    struct sanafe_step *step = &run->step[run->steps];
    w->state->step = run->steps + 1;    /* steps count from 1 in that tool's files */
    if (sanafe_step_work(w, err))
        return -1;
    /* The simple formula is part of both: the detailed one says what the network adds to it. */
    step->busiest = sanafe_time_simple(run->chip, w->message, w->n_messages);
    step->time = (w->noc ? sanafe_time_detailed(w->noc, w->message, w->n_messages) : step->busiest) + run->chip->sync;
    sanafe_account(w, step, run->log + (size_t)run->steps * run->n_logs);
    /* Messages have their times by now. */
    if (run->options.messages)
        keep_messages(run, w);
    add_up(&run->sum, step);
    run->steps++;
    return 0;
}

/* Worth a word only where it happened. */
static void note_overwritten(struct sanafe_run *run, const struct sanafe_state *state)
{
    if (state->overwritten)
        fidelity_add(&run->notes, FIDELITY_WARNING, "", "%llu currents were displaced by a later one of the same step: buffer_position dendrite keeps one per "
                     "neuron, as SANA-FE does", (unsigned long long)state->overwritten);
}

struct sanafe_run *sanafe_run_make(struct sanafe_chip *chip, const struct sanafe_options *o, struct err *err)
{
    double start = now();
    struct sanafe_run *run = make(chip, o);
    /* State and scratch of the steps; the run itself holds results alone. */
    struct sanafe_work w = {.run = run, .state = sanafe_state_make(chip, run->group, o->seed)};
    w.first = mem_new(chip->n_cores + 1ull, sizeof *w.first);
    w.tile_hops = mem_new((size_t)chip->arch->n_tiles * SANAFE_DIRECTIONS, sizeof *w.tile_hops);
    /* The simple formula knows no network. */
    w.noc = o->timing == SANAFE_DETAILED ? sanafe_noc_make(chip) : NULL;
    int bad = 0;
    /* A stop is looked at between steps, so that what is kept is whole. */
    while (!bad && run->steps < o->steps && !(o->stop && *o->stop)) {
        bad = one_step(run, &w, err);
        if (o->progress)
            o->progress(o->progress_arg, run->steps, o->steps);
    }
    note_overwritten(run, w.state);
    /* Cores work one after the other, so spikes came by core. */
    if (run->n_fires)
        qsort(run->fire, run->n_fires, sizeof *run->fire, by_step);
    /* Everything of the steps goes; what was traced was copied. */
    free(w.message);
    free(w.order);
    free(w.first);
    free(w.tile_hops);
    sanafe_noc_free(w.noc);
    sanafe_state_free(w.state);
    run->wall_s = now() - start;
    /* An error leaves nothing: half a run would look like one that ended. */
    if (!bad)
        return run;
    sanafe_run_free(run);
    return NULL;
}

void sanafe_run_free(struct sanafe_run *run)
{
    if (!run)
        return;
    free(run->step);
    free(run->fire);
    free(run->potential);
    free(run->current);
    free(run->logged);
    free(run->currents);
    free(run->part_calls);
    free(run->part_updated);
    free(run->part_fired);
    free(run->part_energy);
    free(run->group);
    free(run->log);
    free(run->message);
    free(run->message_step);
    fidelity_clear(&run->notes);
    free(run);
}
