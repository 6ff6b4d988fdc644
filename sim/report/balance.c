/* What spreading the work over more cores would gain, from the counts of this run. First order, to choose a number of cores: work
 * that hangs on synapses and neurons divides as its population's neurons do; work per packet and per update program is paid by
 * every core again; unicast input is sent once more for each core, through the one host port.
 * Then, for that number, the mapping itself: layers cannot always be dealt out evenly, and a core's synapses are as busy as its
 * sources. With n(s) spikes of source s in this run (of a layer: their mean over its neurons), core c works
 *     busy(c) = sum over s of n(s) x service(row of s on c) + sum over its neurons of their layer's update time + steps x program. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "chip.h"
#include "report/facts.h"

enum { SYNAPSES_MOST = 250000 };        /* what is mapped anew for one line of the report; about a second */

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

/* Now the compute of a step takes a little longer than the work of the busiest core, because that is not always the same core. */
static double unevenness(const struct run *run)
{
    double compute = (double)(run->bound_ps[BOUND_COMPUTE] + run->bound_ps[BOUND_MEMORY] + run->bound_ps[BOUND_QUEUE]);
    return run->core_busy_ps_max ? compute / (double)run->core_busy_ps_max : 0;
}

/* Seconds of the run when the busiest of n cores works so long, and the host port sends so long; a pace is kept all the same. */
static double run_time(const struct run *run, uint32_t n, double work, double input)
{
    double seconds = (work > input ? work : input) + (double)(run->bound_ps[BOUND_NOC] + run->reset_ps) / 1e12 + barrier_time(run, n);
    double pace = (double)run->options.pace_ps, steps = (double)run->n_steps, reset = (double)run->reset_ps;
    double each = run->chip->mode == TIME_TICK && steps > 0 ? pace * ceil((seconds * 1e12 - reset) / steps / pace) : pace;
    return fmax(seconds, (each * steps + reset) / 1e12);
}

static double first_order(const struct run *run, uint32_t n)
{
    double all, share = busiest(run, n, &all), now = (double)run->core_busy_ps_max / 1e12;
    if (now <= 0 || all <= 0)
        return 0;
    double model_now = run->n_cores == 1 ? all : now;           /* one core: in the model's own terms */
    return run_time(run, n, unevenness(run) * now * share / model_now, input_time(run, n));
}

/* The smallest power of two of cores (or all) within a quarter of the best; 0: none is better than now. */
static uint32_t choose_cores(const struct run *run, double *seconds)
{
    double best = 0;
    uint32_t candidate[34], n = 0;
    for (uint64_t c = 2; c < run->chip->cores; c *= 2)
        if (c > run->n_cores)
            candidate[n++] = (uint32_t)c;
    candidate[n++] = run->chip->cores;
    for (uint32_t i = 0; i < n; i++) {
        double t = first_order(run, candidate[i]);
        if (t > 0 && (best <= 0 || t < best))
            best = t;
    }
    for (uint32_t i = 0; i < n && best > 0; i++) {
        *seconds = first_order(run, candidate[i]);
        if (*seconds > 0 && *seconds <= 1.25 * best)
            return candidate[i];
    }
    return 0;
}

/* ---- the mapping itself ---- */

static double event_packets(const struct run *run, uint64_t event)
{
    double value = run->input->value ? fabs((double)run->input->value[event]) : 1;
    return run->quantised->values == VALUES_REPEAT ? rint(value * run->quantised->repeat) : value > 0 ? 1 : 0;
}

/* Spikes of every source of the chip in this run: the input's as they were, a layer's spread evenly, biases once per step. */
static double *count_spikes(const struct run *run, const struct chip *chip)
{
    double *n = mem_new(chip->n_sources, sizeof *n);
    for (uint32_t k = 0; k < run->samples_done; k++) {
        uint32_t sample = run->sample[k].sample;
        for (uint64_t i = run->input->first[sample]; i < run->input->first[sample + 1]; i++)
            if (run->input->event[i].step < run->steps)
                n[run->input->event[i].neuron] += event_packets(run, i);
    }
    for (uint64_t s = chip->host_neurons; s < chip->n_sources; s++) {
        uint32_t p = chip->source[s].population;
        if (p != HOST_POPULATION)
            n[s] = (double)run->group[p].action[COUNT_SPIKES] / run->network->population[p].neurons;
    }
    for (uint32_t p = 1; p < run->network->n_populations; p++)
        if (chip->bias_source[p] != NO_SOURCE)
            n[chip->bias_source[p]] = (double)run->samples_done * run->steps * run->quantised->population[p].bias_packets;
    return n;
}

/* Seconds of all updates of a population's neurons in this run, without the programs' starts. */
static double update_time(const struct run *run, uint32_t population)
{
    const struct core_type *type = &run->chip->type[run->quantised->population[population].type];
    struct work w = {0, 0, 0};
    add_group(&w, run, population, type->update, type->n_update, 0);
    return w.whole;
}

struct load { double mean, square; };   /* of a core: its work in one step, seconds, and the variance of that */

/* Mean of the largest of n independent normal numbers: the integral over x >= 0 of 1 - P(all of them are below x). */
static double mean_largest(const struct load *of, uint32_t n)
{
    enum { PARTS = 400 };
    double end = 0, sum = 0;
    for (uint32_t c = 0; c < n; c++)
        end = fmax(end, of[c].mean + 6 * sqrt(of[c].square));
    for (int i = 0; i < PARTS; i++) {
        double x = (i + 0.5) * end / PARTS, below = 1;
        for (uint32_t c = 0; c < n && below > 1e-9; c++)
            below *= of[c].square > 0 ? 0.5 * erfc((of[c].mean - x) / sqrt(2 * of[c].square)) : x > of[c].mean;
        sum += 1 - below;
    }
    return sum * end / PARTS;
}

/* A source spikes with probability p in a step (p packets in each step where that is above 1), whatever others do. What all cores
 * have in common does not choose the busiest one, so the variance is that of the difference from the mean of all cores. */
static void add_source(const struct chip *chip, const struct spike_source *source, double p, double cycle, struct load *of, double *common)
{
    double all = 0, variance = p < 1 ? p * (1 - p) : 0;
    const struct spike_route *route = chip->route + source->first_route;
    for (uint32_t r = 0; r < source->routes; r++)
        all += route[r].core == CHIP_HOST ? 0 : route[r].service * cycle;
    double mean = all / chip->n_cores;
    *common += variance * mean * mean;
    for (uint32_t r = 0; r < source->routes; r++) {
        double here = route[r].service * cycle;
        if (route[r].core == CHIP_HOST)
            continue;
        of[route[r].core].mean += p * here;
        of[route[r].core].square += variance * here * (here - 2 * mean);      /* (here - mean)^2 - mean^2 */
    }
}

/* Seconds of the run that the step's busiest core works, whichever it is; *input: that the host port sends. */
static double busiest_mapped(const struct run *run, const struct chip *chip, double *input)
{
    double cycle = (double)chip->noc_period_ps / 1e12, steps = run->n_steps ? (double)run->n_steps : 1;
    double *spikes = count_spikes(run, chip), flits = 0, common = 0;
    struct load *of = mem_new(chip->n_cores, sizeof *of);
    const struct chip_noc *noc = &run->chip->noc;
    for (uint64_t s = 0; s < chip->n_sources; s++) {
        const struct spike_source *source = &chip->source[s];
        add_source(chip, source, spikes[s] / steps, cycle, of, &common);
        if (source->population == HOST_POPULATION)
            flits += spikes[s] * chip->flits * (source->tree == UNICAST ? source->routes : 1);
    }
    for (uint32_t c = 0; c < chip->n_cores; c++) {
        const struct chip_core *core = &chip->core[c];
        of[c].square = fmax(of[c].square + common, 0);
        of[c].mean += (double)core->image.time.step * (double)core->period_ps / 1e12;
        for (uint32_t g = 0; g < core->image.groups; g++)
            of[c].mean += update_time(run, core->population[g]) * core->group[g].count / run->network->population[core->population[g]].neurons / steps;
    }
    double busy = mean_largest(of, chip->n_cores) * steps;
    uint32_t flit = noc->flit_x > noc->flit_y ? noc->flit_x : noc->flit_y;
    *input = flits * (flit ? flit : 1) * cycle;
    free(spikes);
    free(of);
    return busy;
}

double balance_mapped(const struct run *run, uint32_t n)
{
    struct err ignored = {ERR_NONE, ""};
    struct map_options balance = {.method = "balance", .cores = n};
    struct chip_options load = {.steps = run->steps, .hold = run->options.hold, .host_payload_max = 1};
    double seconds = 0, input;
    struct mapping *map = mapping_make(run->network, run->quantised, run->chip, &balance, &ignored);
    struct chip *chip = map ? chip_new(run->chip, run->network, run->quantised, map, &load, &ignored) : NULL;
    if (chip) {
        double work = busiest_mapped(run, chip, &input);
        seconds = run_time(run, chip->n_cores, work, input);
    }
    chip_free(chip);
    mapping_free(map);
    return seconds;
}

/* Cores are idle, and one core's compute is more than half of the time. */
int balance_asked(const struct run *run)
{
    uint64_t busy = run->total_ps - run->reset_ps;
    if (run->chip->mode == TIME_EVENT)          /* its time is the input's, not that of its busiest core */
        return 0;
    return run->chip->cores > run->n_cores && busy && 2 * run->bound_core_ps > busy;
}

struct report_balance balance_first(const struct run *run)
{
    struct report_balance b = {0, 0};
    b.cores = choose_cores(run, &b.seconds);
    if (b.seconds >= 0.8 * (double)run->total_ps / 1e12)        /* it must save a fifth of the time */
        b.cores = 0;
    return b;
}

struct report_balance report_balance(const struct run *run)
{
    struct report_balance b = {0, 0};
    if (!balance_asked(run) || run->partial)
        return b;
    b = balance_first(run);
    if (!b.cores || network_synapses(run->network) > SYNAPSES_MOST)
        return b;
    b.seconds = balance_mapped(run, b.cores);
    if (b.seconds <= 0 || b.seconds >= 0.8 * (double)run->total_ps / 1e12)
        b.cores = 0;
    return b;
}
