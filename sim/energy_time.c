/* The range of a run's time, from the ranges of the times that it is made of: first order, each stretch of the critical path divided among the costs that
 * it hangs on. Static power makes energy of it. */
#include <math.h>

#include "energy_parts.h"

/* A cost that a stretch of time hangs on, and how much of it: seconds that this run's counts of it take. */
struct part { double weight; const struct cost *cost; };        /* weight: seconds that hang on this cost, up to a factor */
enum { PARTS = 64 };
struct parts { struct part part[PARTS]; uint32_t n; };

/* What takes no time, was stated as 0 or is unknown moves no range. */
static void add_part(struct parts *p, double weight, const struct cost *cost)
{
    if (weight > 0 && cost->value > 0 && p->n < PARTS)
        p->part[p->n++] = (struct part){weight, cost};
}

/* How often a term of a service time happened in this run: an action's counter, or accesses to a memory in words. */
static uint64_t term_count(const struct run *run, uint32_t type, const struct service_term *term)
{
    uint64_t n = 0;
    for (uint32_t m = 0; term->counter == NO_INDEX && m < run->n_memories; m++)
        if (run->memory_of[m].type == type && (int)run->memory_of[m].memory == term->memory)
            n += term->write ? run->memory[m].writes : run->memory[m].reads;
    for (uint32_t c = 0; term->counter != NO_INDEX && c < run->n_cores; c++)
        if (run->mapping->core[c].type == type)
            n += run->core[c].action[term->counter];
    return n;
}

/* Of the converted value, whole cycles: it is what the run used. */
static double duration_s(const struct chipfile *f, const struct duration *d)
{
    return d->clock < f->n_clocks ? (double)d->cycles * (double)f->clock[d->clock].period_ps / 1e12 : 0;
}

/* The weight of a term: its count in this run x its time. A sum over all cores, where the critical path has one: first order. */
static void add_terms(struct parts *p, const struct run *run, uint32_t type, const struct service_term *term, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        add_part(p, (double)term_count(run, type, &term[i]) * duration_s(run->chip, &term[i].time), &term[i].time.cost);
}

/* A packet's way is links crossed, routers passed, entry and exit; flits behind the first are part of the service they wait for. */
static void add_noc(struct parts *p, const struct run *run)
{
    const struct chip_noc *noc = &run->chip->noc;
    const struct { enum counter counter; const struct duration *d; } part[] = {
        {COUNT_HOPS_X, &noc->d_link_x}, {COUNT_HOPS_Y, &noc->d_link_y}, {COUNT_HOPS_CHIP, &noc->d_bridge}, {COUNT_ROUTES, &noc->d_router},
        {COUNT_PACKETS, &noc->d_inject}, {COUNT_LEAVES, &noc->d_eject}};
    /* Of a tree half goes up and half down; of a list of links both are the default. */
    uint64_t others = energy_total_count(run, COUNT_HOPS) - energy_total_count(run, COUNT_HOPS_X)
                     - energy_total_count(run, COUNT_HOPS_Y) - energy_total_count(run, COUNT_HOPS_CHIP);
    add_part(p, 0.5 * (double)others * duration_s(run->chip, &noc->d_link_x), &noc->d_link_x.cost);
    add_part(p, 0.5 * (double)others * duration_s(run->chip, &noc->d_link_y), &noc->d_link_y.cost);
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        add_part(p, (double)energy_total_count(run, part[i].counter) * duration_s(run->chip, part[i].d), &part[i].d->cost);
}

/* A stretch of the run's time, divided among the costs it hangs on; gives the seconds under "at most" and "at least". */
static void spread_time(struct book *b, double seconds, const struct parts *p, double bound[2])
{
    double all = 0;
    for (uint32_t i = 0; i < p->n; i++)
        all += p->part[i].weight;
    for (uint32_t i = 0; i < p->n && seconds > 0; i++) {
        const struct cost *c = p->part[i].cost;
        /* This cost's part of the stretch scales as the cost does: with its low value it takes low / value of the time. */
        double s = seconds * p->part[i].weight / all;
        uint32_t g = ranges_group_of(&b->groups, c);
        b->time.low[g] += s * (1 - c->low / c->value);
        b->time.high[g] += s * (c->high / c->value - 1);
        moves_time(&b->moves, c, s * (1 - c->low / c->value), s * (c->high / c->value - 1));
        if (c->bound)
            bound[c->bound > 0] += s;
    }
}

/* Seconds of the run when the work of every step is `factor` times what it was, and its wait for the pace or tick as long as that leaves it. */
static double paced_time(const struct run *run, double factor)
{
    double seconds = energy_seconds(run->reset_ps);
    for (uint64_t i = 0; i < run->n_steps; i++)
        seconds += energy_seconds(run_step_ps(run, (uint64_t)llround(factor * (double)(run->step[i].time_ps - run->step[i].wait_ps))));
    return seconds;
}

/* The widths of all groups, so that together they come to `wanted` seconds instead of `now`. */
static void rescale(double *width, uint32_t n, double wanted, double now)
{
    for (uint32_t g = 0; g < n && now > 0; g++)
        width[g] *= wanted / now;
}

/* With --pace or a tick a wait takes up what a step's work may be off: a step that waits even where all times are at the end of their ranges
 * lasts exactly the pace. The work of each step is off by the same factor, the one that the whole run's work is off by. */
static void keep_pace(struct book *b)
{
    const struct run *run = b->run;
    double work = b->seconds - energy_seconds(run->bound_ps[BOUND_PACE] + run->reset_ps);
    double low = ranges_quadrature(b->time.low, b->groups.n), high = ranges_quadrature(b->time.high, b->groups.n);
    if (!run->options.pace_ps || work <= 0)
        return;
    double exact = paced_time(run, 1);
    double paced_low = exact - paced_time(run, ranges_at_least_zero(1 - low / work)), paced_high = paced_time(run, 1 + high / work) - exact;
    rescale(b->time.low, b->groups.n, paced_low, low);
    rescale(b->time.high, b->groups.n, paced_high, high);
    moves_rescale(&b->moves, low > 0 ? paced_low / low : 1, high > 0 ? paced_high / high : 1);
}

/* 1: a reset takes the same number of ticks with all that it may be off. */
static int reset_fits(const struct run *run)
{
    const struct cost *reset = &run->chip->sample_reset_time.cost;
    double tick = energy_seconds(run->chip->tick_ps);
    return run->chip->mode == TIME_TICK && ceil(reset->low / tick) == ceil(reset->high / tick);
}

/* First order: each stretch of the critical path scales with the costs of the actions that make it up, weighted by their counts
 * over all cores; waiting in a queue scales as the services waited for. */
void energy_time_range(struct book *b)
{
    const struct run *run = b->run;
    const struct chipfile *f = run->chip;
    struct parts accept = {.n = 0}, update = {.n = 0}, noc = {.n = 0}, barrier = {.n = 0}, reset = {.n = 0};
    double bound[2] = {0, 0};
    for (uint32_t t = 0; t < f->n_types; t++) {
        add_terms(&accept, run, t, f->type[t].accept, f->type[t].n_accept);
        add_terms(&update, run, t, f->type[t].update, f->type[t].n_update);
    }
    add_noc(&noc, run);
    add_part(&barrier, 1, &f->barrier_standing);
    add_part(&reset, 1, &f->sample_reset_time.cost);
    spread_time(b, energy_seconds(run->service_ps + run->bound_ps[BOUND_MEMORY] + run->bound_ps[BOUND_QUEUE]), &accept, bound);
    spread_time(b, energy_seconds(run->update_ps), &update, bound);
    spread_time(b, energy_seconds(run->bound_ps[BOUND_NOC]), &noc, bound);
    spread_time(b, energy_seconds(run->bound_ps[BOUND_BARRIER]), &barrier, bound);
    keep_pace(b);
    if (!reset_fits(run))
        spread_time(b, energy_seconds(run->reset_ps), &reset, bound);
    b->e->time_low_s = ranges_at_least_zero(b->seconds - ranges_quadrature(b->time.low, b->groups.n));
    b->e->time_high_s = b->seconds + ranges_quadrature(b->time.high, b->groups.n);
    if (run->options.pace_ps && b->e->time_low_s >= b->seconds && b->e->time_high_s <= b->seconds)
        return;                 /* every step is as long as its pace, however long its work is published to be */
    b->e->time_bound = 2 * bound[0] > b->seconds && bound[1] <= 0 ? -1 : 2 * bound[1] > b->seconds && bound[0] <= 0 ? 1 : 0;
}
