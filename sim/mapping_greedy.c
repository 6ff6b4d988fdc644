/* Greedy filling by shared inputs: a core takes next the neurons that need fewest axons it does not have yet. Works on units
 * (neurons with the same sources), so that a conv layer costs as much as it has positions. In networks where every source
 * reaches most cores the gain is small and the search long: then only every k-th source is looked at (which ones is fixed). */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "mapping_parts.h"

enum { TAKEN = 1u << 31 };              /* in `shared`: all neurons of the unit are placed */
static const uint64_t WORK = 150000000; /* increments of `shared` that a mapping may take, about half a second */

struct greedy {
    const struct fanin *f;
    struct load *load;
    struct plan *plan;
    uint32_t sample;            /* look at one source in so many */
    uint64_t *first;            /* [sources + 1] units that each source reaches */
    uint32_t *unit;
    uint32_t *need;             /* [n_units] sources that the unit needs */
    uint32_t *shared;           /* [n_units] of these on the core in hand; TAKEN */
    uint32_t *next;             /* [n_units] members placed */
    uint32_t *open, n_open;     /* units with shared > 0 */
    uint32_t seen;              /* load->touched looked at */
    uint32_t seed;              /* no unit below is free */
    uint32_t *mine;             /* [n_mine] units of this core type */
    uint32_t n_mine;
};

static int looked_at(const struct greedy *g, uint32_t source)
{
    return g->sample <= 1 || (uint32_t)((source * UINT64_C(0x9e3779b97f4a7c15)) >> 33) % g->sample == 0;
}

static uint32_t unit_population(const struct greedy *g, uint32_t unit)
{
    return g->f->population[g->f->unit_neuron[g->f->unit_first[unit]]];
}

/* Calls for each source of a unit, once per segment; dense inputs, which all of a population share, only where there is nothing else. */
static void each_source(const struct greedy *g, uint32_t unit, int fill, uint64_t *at)
{
    const struct fanin *f = g->f;
    uint32_t neuron = f->unit_neuron[f->unit_first[unit]], p = f->population[neuron], post = (uint32_t)(neuron - f->first[p]);
    int all_shared = 1;
    for (uint32_t k = f->into_first[p]; k < f->into_first[p + 1]; k++)
        all_shared &= f->part[f->into[k]].shared;
    for (uint32_t k = f->into_first[p]; k < f->into_first[p + 1]; k++) {
        const struct fanin_part *part = &f->part[f->into[k]];
        uint32_t class = fanin_class(part, post), last = UINT32_MAX;
        if (part->shared && !all_shared)
            continue;
        for (uint64_t i = part->first[class]; i < part->first[class + 1]; i++) {
            uint32_t source = f->segment_source[part->entry[i]];
            if (source == last || !looked_at(g, source))
                continue;
            last = source;
            if (fill)
                g->unit[at[source]++] = unit;
            else {
                at[source]++;
                g->need[unit]++;
            }
        }
    }
}

/* Sum over sources of (units reached x cores reached, at most): the increments of a whole filling. */
static uint64_t estimate(const struct greedy *g, uint32_t cores)
{
    uint64_t all = 0;
    for (uint64_t s = 0; s < g->f->sources; s++) {
        uint64_t units = g->first[s];
        all += units * (units < cores ? units : cores);
    }
    return all;
}

static void index_units(struct greedy *g, uint32_t type, uint32_t cores)
{
    const struct fanin *f = g->f;
    g->mine = mem_new(f->n_units, sizeof *g->mine);
    for (uint32_t u = 0; u < f->n_units; u++)
        if (f->quantised->population[unit_population(g, u)].type == type)
            g->mine[g->n_mine++] = u;
    g->sample = 1;
    for (int again = 0; again < 2; again++) {
        memset(g->first, 0, (f->sources + 1) * sizeof *g->first);
        memset(g->need, 0, f->n_units * sizeof *g->need);
        for (uint32_t i = 0; i < g->n_mine; i++)
            each_source(g, g->mine[i], 0, g->first);
        uint64_t work = estimate(g, cores);
        if (work <= WORK)
            break;
        g->sample = (uint32_t)(work / WORK + 1);
    }
    uint64_t sum = 0;
    for (uint64_t s = 0; s <= f->sources; s++) {
        uint64_t here = g->first[s];
        g->first[s] = sum;
        sum += here;
    }
    uint64_t *at = mem_new(f->sources + 1, sizeof *at);
    memcpy(at, g->first, (f->sources + 1) * sizeof *at);
    g->unit = mem_new(sum, sizeof *g->unit);
    for (uint32_t i = 0; i < g->n_mine; i++)
        each_source(g, g->mine[i], 1, at);
    free(at);
}

/* Sources that came with the last neurons count for all their other units. */
static void look_at_new(struct greedy *g)
{
    for (; g->seen < g->load->n_touched; g->seen++) {
        uint32_t source = g->load->touched[g->seen];
        for (uint64_t i = g->first[source]; i < g->first[source + 1]; i++)
            if (!g->shared[g->unit[i]]++)
                g->open[g->n_open++] = g->unit[i];
    }
}

static void new_core(struct greedy *g, const struct core_type *type)
{
    for (uint32_t i = 0; i < g->n_open; i++)
        if (!(g->shared[g->open[i]] & TAKEN))
            g->shared[g->open[i]] = 0;
    g->n_open = g->seen = 0;
    load_clear(g->load, type);
}

/* The unit's neurons, as many as fit; returns the limit that stopped it. */
static int take(struct greedy *g, uint32_t unit)
{
    const struct fanin *f = g->f;
    uint32_t members = (uint32_t)(f->unit_first[unit + 1] - f->unit_first[unit]);
    int limit = LIMIT_NONE;
    while (g->next[unit] < members) {
        uint32_t neuron = f->unit_neuron[f->unit_first[unit] + g->next[unit]];
        if ((limit = load_add(g->load, neuron))) {
            g->plan->misfit = neuron;
            break;
        }
        g->plan->neuron[g->plan->n++] = neuron;
        g->next[unit]++;
    }
    if (g->next[unit] == members)
        g->shared[unit] |= TAKEN;
    look_at_new(g);
    return limit;
}

/* Fewest new axons, then most shared ones, then the lowest number. */
static int better(const struct greedy *g, uint32_t a, uint32_t b)
{
    uint32_t new_a = g->need[a] - g->shared[a], new_b = g->need[b] - g->shared[b];
    if (new_a != new_b)
        return new_a < new_b;
    return g->shared[a] != g->shared[b] ? g->shared[a] > g->shared[b] : a < b;
}

/* Up to `most` open units, the best first; drops those that were taken. With many candidates several are chosen at a time. */
static uint32_t choose(struct greedy *g, uint32_t *best, uint32_t most)
{
    uint32_t n = 0, kept = 0;
    for (uint32_t i = 0; i < g->n_open; i++) {
        uint32_t unit = g->open[i];
        if (g->shared[unit] & TAKEN)
            continue;
        g->open[kept++] = unit;
        if (n == most && !better(g, unit, best[n - 1]))
            continue;
        uint32_t at = n < most ? n++ : n - 1;
        for (; at && better(g, unit, best[at - 1]); at--)
            best[at] = best[at - 1];
        best[at] = unit;
    }
    g->n_open = kept;
    return n;
}

static uint32_t seed(struct greedy *g)
{
    while (g->seed < g->n_mine && g->shared[g->mine[g->seed]] & TAKEN)
        g->seed++;
    return g->seed < g->n_mine ? g->mine[g->seed] : UINT32_MAX;
}

enum { AT_ONCE = 64, CANDIDATES = 2048 };

/* One core; 0 when nothing is left, -1 when its first neuron does not fit. */
static int fill_core(struct greedy *g, const struct core_type *type)
{
    uint32_t best[AT_ONCE];
    int limit = LIMIT_NONE;
    new_core(g, type);
    while (!limit) {
        uint32_t most = g->n_open / CANDIDATES + 1, n = choose(g, best, most < AT_ONCE ? most : AT_ONCE);
        if (!n && (best[0] = seed(g)) != UINT32_MAX)
            n = 1;
        if (!n)
            break;
        for (uint32_t i = 0; i < n && !limit; i++)
            limit = take(g, best[i]);
    }
    if (!g->load->neurons)
        return limit ? -1 : 0;
    g->plan->stopped[limit]++;
    plan_close_core(g->plan, g->load);
    return limit != LIMIT_NONE;
}

int greedy_fill(struct load *l, uint32_t type, uint32_t n, uint32_t cores, struct plan *plan)
{
    const struct fanin *f = l->fanin;
    struct greedy g = {.f = f, .load = l, .plan = plan};
    plan_new(plan, n);
    g.first = mem_new(f->sources + 1, sizeof *g.first);
    g.need = mem_new(f->n_units, sizeof *g.need);
    g.shared = mem_new(f->n_units, sizeof *g.shared);
    g.next = mem_new(f->n_units, sizeof *g.next);
    g.open = mem_new(f->n_units, sizeof *g.open);
    index_units(&g, type, cores);
    int more;
    while ((more = fill_core(&g, &f->chip->type[type])) > 0)
        continue;
    void *const owned[] = {g.first, g.unit, g.need, g.shared, g.next, g.open, g.mine};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    return more;
}
