/* What spreading the work over more cores would gain, from the counts of this run. First order: work that hangs on synapses and
 * neurons divides as its population's neurons do; work per packet and per update program is paid by every core again; unicast
 * input is sent once more for each core, through the one host port. */
#include "report/facts.h"

struct work { double fixed, whole, part; };     /* core seconds: paid by every core; divided, whole and the busiest core's part */

/* 1: every core that takes part pays it: an axon looked up per packet, the packet itself, the program's start. */
static int is_fixed(const struct core_type *type, const struct service_term *term)
{
    if (term->counter == NO_INDEX)
        return term->memory == type->table[TABLE_AXON].memory && type->table[TABLE_AXON].memory != type->table[TABLE_ROWS].memory;
    return term->counter == COUNT_LEAVES || term->counter == COUNT_CORE_STEPS;
}

static uint64_t group_count(const struct run *run, uint32_t group, uint32_t type, const struct service_term *term)
{
    if (term->counter != NO_INDEX)
        return run->group[group].action[term->counter];
    uint64_t n = 0;
    for (uint32_t m = 0; m < run->n_memories; m++)
        if (run->memory_of[m].type == type && (int)run->memory_of[m].memory == term->memory) {
            const struct run_memory *memory = &run->group_memory[(size_t)group * run->n_memories + m];
            n += term->write ? memory->writes : memory->reads;
        }
    return n;
}

static void add_group(struct work *w, const struct run *run, uint32_t group, const struct service_term *term, uint32_t n, double divisor)
{
    uint32_t t = run->quantised->population[group].type;
    for (uint32_t i = 0; i < n; i++) {
        const struct duration *d = &term[i].time;
        if (d->clock >= run->chip->n_clocks)
            continue;
        double seconds = (double)group_count(run, group, t, &term[i]) * (double)d->cycles * (double)run->chip->clock[d->clock].period_ps / 1e12;
        if (is_fixed(&run->chip->type[t], &term[i]))
            w->fixed += seconds;
        else {
            w->whole += seconds;
            w->part += seconds * divisor;
        }
    }
}

/* Work of the busiest of n cores, when each population is spread over all of them; all: of one core that does everything. */
static double busiest(const struct run *run, uint32_t n, double *all)
{
    struct work w = {0, 0, 0};
    for (uint32_t p = 1; p < run->network->n_populations; p++) {
        const struct core_type *type = &run->chip->type[run->quantised->population[p].type];
        uint32_t neurons = run->network->population[p].neurons, per_core = (neurons + n - 1) / n;
        double divisor = neurons ? (double)per_core / neurons : 0;
        add_group(&w, run, p, type->accept, type->n_accept, divisor);
        add_group(&w, run, p, type->update, type->n_update, divisor);
    }
    double fixed = run->n_cores ? w.fixed / run->n_cores : 0;   /* each core of now pays its part of them already */
    *all = fixed + w.whole;
    return fixed + w.part;
}

/* Seconds the host port needs to send the run's input to n cores. */
static double input_time(const struct run *run, uint32_t n)
{
    const struct chip_noc *noc = &run->chip->noc;
    if (noc->multicast || noc->clock >= run->chip->n_clocks || !run->n_cores)
        return 0;
    uint64_t packets = run->group[run->network->n_populations + 1].action[COUNT_HOST_IN];
    uint64_t flits = noc->link_bits ? (noc->packet_bits + noc->link_bits - 1) / noc->link_bits : 1;
    uint32_t flit = noc->flit_x > noc->flit_y ? noc->flit_x : noc->flit_y;
    double cycles = (double)packets * n / run->n_cores * (double)flits * (flit ? flit : 1);
    return cycles * (double)run->chip->clock[noc->clock].period_ps / 1e12;
}

static double barrier_time(const struct run *run, uint32_t n)
{
    const struct chipfile *f = run->chip;
    uint32_t per = f->noc.cores_per_tile ? f->noc.cores_per_tile : 1, tiles = (n + per - 1) / per;
    if (f->barrier_clock >= f->n_clocks)
        return 0;
    return (double)run->n_steps * (double)chipfile_barrier_cycles(f, tiles) * (double)f->clock[f->barrier_clock].period_ps / 1e12;
}

static double predicted(const struct run *run, uint32_t n)
{
    double all, share = busiest(run, n, &all), now = (double)run->core_busy_ps_max / 1e12;
    double compute = (double)(run->bound_ps[BOUND_COMPUTE] + run->bound_ps[BOUND_MEMORY] + run->bound_ps[BOUND_QUEUE]) / 1e12;
    if (now <= 0 || all <= 0)
        return 0;
    double model_now = run->n_cores == 1 ? all : now;           /* one core: in the model's own terms */
    double work = compute * share / model_now, input = input_time(run, n);
    return (work > input ? work : input) + (double)(run->bound_ps[BOUND_NOC] + run->reset_ps) / 1e12 + barrier_time(run, n);
}

/* The smallest power of two of cores (or all) within a quarter of the best; it must save a fifth of the time. */
uint32_t balance_cores(const struct report *r, double *seconds)
{
    const struct run *run = r->run;
    double best = 0, now = (double)run->total_ps / 1e12;
    uint32_t candidate[34], n = 0;
    for (uint64_t c = 2; c < run->chip->cores; c *= 2)
        if (c > run->n_cores)
            candidate[n++] = (uint32_t)c;
    candidate[n++] = run->chip->cores;
    for (uint32_t i = 0; i < n; i++) {
        double t = predicted(run, candidate[i]);
        if (t > 0 && (best <= 0 || t < best))
            best = t;
    }
    for (uint32_t i = 0; i < n && best > 0; i++) {
        *seconds = predicted(run, candidate[i]);
        if (*seconds > 0 && *seconds <= 1.25 * best)
            return *seconds < 0.8 * now ? candidate[i] : 0;
    }
    return 0;
}
