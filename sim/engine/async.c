/* An event chip under the C engine: a loop over the cycles in which the network or a core has something to do, kept by a calendar. In a cycle the
 * network goes first, then cores in order of their numbers, the host last; by the one-cycle rule any other order gives the same run. One thread:
 * what a core does next hangs on what the others did, at distances of a few cycles. */
#include "engine/async.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/calendar.h"

struct loop {
    struct engine *e;
    struct calendar *calendar;
    uint32_t *stopped, stops;   /* cores whose output queue was full, each once */
    uint8_t *listed;            /* [cores + host] */
};

/* ---- what an event chip asks for */

static int check_plane(const struct engine *e, struct err *err)
{
    const struct chipfile *f = e->run->chip;
    if (!e->plane->feeds_back && noc_is_free(e->chip->noc))
        return err_answer(err, "%s: mode event: its spikes hang on when packets meet, and no part of its network takes time: give it times (noc.link, "
                               "noc.local, noc.router)", f->path);
    if (!e->plane->feeds_back)
        return err_answer(err, "%s: mode event: its cores fire as packets come, so when they come decides what they do, which --timing %s works out only "
                               "afterwards: use --timing cycle, or --engine systemc", f->path, e->plane->name);
    if (f->noc.drops)
        return err_answer(err, "%s: mode event with noc.full: drop: what a lost packet had set off already is not taken back; write full: wait", f->path);
    return 0;
}

static int check_options(const struct engine *e, struct err *err)
{
    const struct run_options *o = &e->run->options;
    const struct chipfile *f = e->run->chip;
    uint64_t period = e->chip->noc_period_ps, most = UINT64_C(3900000000) * period;
    if (o->decode == DECODE_MEMBRANE || o->traces & TRACE_MEMBRANE)
        return err_answer(err, "%s: mode event: membranes are read after the update of a step, and there are none; %s", f->path,
                          o->decode == DECODE_MEMBRANE ? "decode its spikes (--decode rate, latency or population)" : "leave out --trace membrane");
    if (o->pace_ps > most / (e->run->steps + 1u))
        return err_answer(err, "%s: mode event: a sample of %u steps every %.6g s is longer than the 4e9 cycles of %llu ps that it may have; fewer steps "
                               "(--steps), a shorter pace (--pace), or longer cycles of the network (time.clocks or time.resolution), to which its times are "
                               "rounded, would help", f->path, e->run->steps, (double)o->pace_ps / 1e12,
                          (unsigned long long)period);
    return 0;
}

int async_open(struct engine *e, struct err *err)
{
    if (e->run->chip->mode != TIME_EVENT)
        return 0;
    if (!e->run->options.pace_ps)
        e->run->options.pace_ps = e->run->chip->pace_ps;
    if (check_plane(e, err) || check_options(e, err))
        return -1;
    e->run->chip_steps = e->run->steps;         /* no layer waits for another's first step */
    e->async = mem_new(1, sizeof *e->async);
    e->async->core = mem_new((size_t)e->chip->n_cores + 1, sizeof *e->async->core);
    e->async->calendar = calendar_open(e->chip->n_cores + 1);
    return 0;
}

void async_close(struct async *a)
{
    if (!a)
        return;
    calendar_close(a->calendar);
    free(a->core);
    free(a);
}

/* ---- the loop */

static int offer(void *arg, uint64_t send, uint64_t cycle, struct err *err)
{
    struct loop *l = arg;
    return l->e->plane->inject(l->e->timing, &l->e->time, send, cycle, err);
}

static void taken(void *arg, uint32_t endpoint, uint64_t cycle)
{
    struct loop *l = arg;
    l->e->plane->serve(l->e->timing, endpoint, cycle);
}

/* A core whose output queue is full asks again when it has a place: in a cycle that is known, or once the network has moved. */
static void wait_for_room(struct loop *l, uint32_t who)
{
    uint64_t from = l->e->plane->room(l->e->timing, async_endpoint(l->e, who));
    if (from != UINT64_MAX) {
        calendar_call(l->calendar, from, who);
    } else if (!l->listed[who]) {
        l->listed[who] = 1;
        l->stopped[l->stops++] = who;
    }
}

static void wake_stopped(struct loop *l)
{
    uint32_t n = l->stops;
    l->stops = 0;
    for (uint32_t i = 0; i < n; i++) {
        l->listed[l->stopped[i]] = 0;
        wait_for_room(l, l->stopped[i]);
    }
}

static int act(struct loop *l, uint64_t cycle, struct err *err)
{
    const struct async_ports ports = {l, offer, taken};
    uint64_t next;
    for (uint32_t who; (who = calendar_take(l->calendar, cycle)) != UINT32_MAX;) {
        if (async_act(l->e, who, cycle, &ports, &next, err))
            return -1;
        if (next != UINT64_MAX)
            calendar_call(l->calendar, next, who);
        if (l->e->async->core[who].full)
            wait_for_room(l, who);
    }
    return 0;
}

/* What came wakes its core in the same cycle; a core that is busy asks for the next packet when it is done. */
static int move_network(struct loop *l, uint64_t cycle, struct err *err)
{
    struct engine *e = l->e;
    int n = e->plane->advance(e->timing, cycle, err);
    for (uint32_t i = 0; n > 0 && i < (uint32_t)n; i++) {
        uint32_t leaf = e->plane->arrived(e->timing, &e->time, i), core = e->packet_core[leaf];
        async_arrive(e, leaf, cycle);
        if (core != CHIP_HOST)
            calendar_call(l->calendar, cycle, core);
    }
    wake_stopped(l);
    return n < 0 ? -1 : 0;
}

static int run(struct loop *l, struct err *err)
{
    struct engine *e = l->e;
    for (;;) {
        uint64_t of_network = e->plane->next(e->timing), of_core = calendar_next(l->calendar), now = of_network < of_core ? of_network : of_core;
        if (now == UINT64_MAX)
            return 0;
        if ((now == of_network && move_network(l, now, err)) || act(l, now, err) || async_stuck(e, now, err))
            return -1;
    }
}

int async_sample(struct engine *e, struct err *err)
{
    uint32_t members = e->chip->n_cores + 1;
    struct loop l = {.e = e, .calendar = e->async->calendar, .stopped = mem_new(members, sizeof *l.stopped), .listed = mem_new(members, 1)};
    uint64_t cycles;
    async_begin(e);
    calendar_clear(l.calendar);
    for (uint32_t who = 0; who < members; who++)
        calendar_call(l.calendar, 0, who);
    int failed = run(&l, err) || async_end(e, &cycles, err);
    free(l.stopped);
    free(l.listed);
    return failed ? -1 : 0;
}
