/* The time of an event chip: what each moment was spent on, when a network step's share of a sample is over, when the sample is, and when nothing
 * will ever move again. Every moment is one of three: some core serves a packet (compute); none does, but packets travel or wait for the network
 * (noc); the chip is at rest and waits for input or a time reference (pace). They add to the sample's time. Compute counts as updates while nothing
 * but time references is served, else as synapses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/async.h"

#define LONGEST (UINT64_C(4000000000))  /* cycles: before the 32 bits of a packet's times end */

uint64_t async_cycle_of(const struct engine *e, uint64_t ps)
{
    return (ps + e->chip->noc_period_ps - 1) / e->chip->noc_period_ps;
}

/* The cycle that the network step begins with. */
static uint64_t begin_of(const struct engine *e, uint64_t step)
{
    return async_cycle_of(e, step * e->run->options.pace_ps);
}

uint32_t async_step_at(const struct engine *e, uint64_t cycle)
{
    uint64_t step = cycle * e->chip->noc_period_ps / e->run->options.pace_ps;
    return step < e->run->steps ? (uint32_t)step : e->run->steps - 1;
}

void async_begin(struct engine *e)
{
    struct async *a = e->async, fresh = {.core = a->core, .calendar = a->calendar};
    struct run_sample *sample = &e->run->sample[e->run->samples_done];
    const struct chipfile *f = e->run->chip;
    uint64_t length = e->run->steps * e->run->options.pace_ps;
    fresh.steps_end = async_cycle_of(e, length);
    fresh.cut = f->drain_ps ? async_cycle_of(e, length + f->drain_ps) : UINT64_MAX;
    fresh.references = f->reference_ps ? length / f->reference_ps : 0;
    fresh.per_reference = f->reference_each ? 0 : 1;
    fresh.traced = e->run->n_packets;
    *a = fresh;
    for (uint32_t c = 0; c <= e->chip->n_cores; c++)
        a->core[c] = (struct async_core){.first = NO_LEAF, .in_hand = NO_LEAF};
    sample->input_ps = sample->first_output_ps = sample->last_output_ps = UINT64_MAX;
    e->at.step = 0;
    e->n_send = e->n_leaf = e->n_packet = 0;
    memset(e->bucket, 0, e->chip->n_cores * sizeof *e->bucket);
    step_clear_time(e);
    step_show_traffic(e);
    e->plane->begin(e->timing);
}

/* ---- what time passed with */

/* Nothing has changed since the last mark: that is what marks are for. */
static void pass(struct engine *e, uint64_t until)
{
    struct async *a = e->async;
    enum bound bound = a->working > a->stopped ? BOUND_COMPUTE : a->on_the_way || a->stopped ? BOUND_NOC : BOUND_PACE;
    uint64_t ps = (until - a->marked) * e->chip->noc_period_ps;
    a->bound[bound] += ps;
    if (bound == BOUND_COMPUTE && a->working - a->stopped == a->updating)
        a->update_ps += ps;
    a->marked = until;
}

/* Into the books, as a step's. Its link use is the network's since the step before. */
static void close_step(struct engine *e)
{
    struct async *a = e->async;
    uint64_t cycles = a->marked - a->step_begun;
    e->time.end = cycles;
    e->plane->end(e->timing, &e->time, &e->noc_counts);
    account_span(e, a->bound, a->update_ps, cycles);
    memset(a->bound, 0, sizeof a->bound);
    a->update_ps = 0;
    a->step_begun = a->marked;
}

/* The last network step has no end but the sample's. */
void async_mark(struct engine *e, uint64_t cycle)
{
    while (e->at.step + 1 < e->run->steps) {
        uint64_t end = begin_of(e, e->at.step + 1);
        if (cycle < end)
            break;
        pass(e, end);
        close_step(e);
        e->at.step++;
    }
    pass(e, cycle);
}

/* ---- the end of a sample */

/* By time, then core, the host last: a simulation kernel runs the cores of a cycle in an order of its own. */
static int compare_packets(const void *x, const void *y)
{
    const struct run_packet *a = x, *b = y;
    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    if (a->packet != b->packet)
        return a->packet < b->packet ? -1 : 1;
    return (a->to > b->to) - (a->to < b->to);
}

/* Times in a trace count from the start of the network step in which the packet was sent. */
static void trace(struct engine *e)
{
    struct run *run = e->run;
    uint64_t from = e->async->traced, number = UINT64_MAX, before = UINT64_MAX;
    account_packets(e);
    if (run->n_packets == from)
        return;
    qsort(run->packet + from, run->n_packets - from, sizeof *run->packet, compare_packets);
    for (uint64_t i = from; i < run->n_packets; i++) {
        struct run_packet *p = &run->packet[i];
        number += p->packet != before;
        before = p->packet;
        p->packet = number;
        p->step = async_step_at(e, p->offset);
        uint64_t begin = begin_of(e, p->step);
        p->offset -= begin;
        p->arrive -= begin;
        p->start -= begin;
        p->end -= begin;
    }
}

static const char *name_of(const struct engine *e, uint32_t who, char *text, size_t size)
{
    return chip_endpoint_name(e->run->chip, async_endpoint(e, who), text, size);
}

/* Cores that stand still, and how many packets wait at each: of those that hold each other up, all do. */
static int tell_stuck(const struct engine *e, uint64_t cycle, struct err *err)
{
    const struct async *a = e->async;
    char list[600] = "", name[80];
    size_t used = 0;
    uint32_t untold = 0;
    for (uint32_t c = 0; c < e->chip->n_cores; c++) {
        if (!a->core[c].full)
            continue;
        if (used > sizeof list - 160) {
            untold++;
            continue;
        }
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s (%u packets wait for it)", used ? ", " : "", name_of(e, c, name, sizeof name),
                                 a->core[c].waiting);
    }
    if (untold)
        snprintf(list + used, sizeof list - used, " and %u more", untold);
    return err_answer(err, "deadlock at cycle %llu of the sample: nothing has moved since cycle %llu, and these cores stand still with a spike for which their "
                           "output queue has no place: %s; a core that stands still takes no packets, so a ring of them waits for itself: longer "
                           "queues (core_types.NAME.queue), or a slower input (--pace), would help",
                      (unsigned long long)cycle, (unsigned long long)a->progress, *list ? list : "none");
}

int async_stuck(const struct engine *e, uint64_t cycle, struct err *err)
{
    const struct async *a = e->async;
    uint32_t patience = e->run->chip->noc.watchdog;
    if (cycle > LONGEST)
        return err_answer(err, "%s: the chip does not come to rest: %.6g s after its input's end packets still travel; a network that keeps itself going needs "
                               "a time at which its samples end: time.drain, for example --set \"time.drain=5 ms\"", e->run->chip->path,
                          (double)((cycle - a->steps_end) * e->chip->noc_period_ps) / 1e12);
    if (!patience || !a->stopped || a->working > a->stopped || cycle - a->progress <= patience)
        return 0;
    return tell_stuck(e, cycle, err);
}

int async_end(struct engine *e, uint64_t *cycles, struct err *err)
{
    struct async *a = e->async;
    if (a->on_the_way || a->working)
        return tell_stuck(e, a->marked, err);
    async_mark(e, a->marked > a->steps_end ? a->marked : a->steps_end);
    *cycles = a->marked;
    close_step(e);
    trace(e);
    e->run->samples_cut += a->cut_off != 0;
    return 0;
}
