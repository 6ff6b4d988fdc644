/* Least work of the busiest core: the packed order is cut where a core reaches a limit of work, and the limit is lowered until the
 * cores run out. Beside it every layer is dealt out evenly over all cores: then no layer's rate can make one core busier than the
 * others; it is taken when it is within a few percent and its price, more cores for each spike to reach, is not high. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "mapping_parts.h"

enum { HALVINGS = 24, FINE = 256, EVEN_WORK_PERCENT = 105, EVEN_PACKETS = 2, SLACK = 8 };

struct balance {
    struct load *load;
    uint32_t types, cores;      /* cores that may be used in all */
    uint32_t *available;        /* [types] cores of each type */
    struct plan *base, *best;   /* [types] packed; the best cut so far */
};

static void free_plans(struct plan *plan, uint32_t types)
{
    for (uint32_t t = 0; t < types; t++)
        plan_free(&plan[t]);
}

/* Picoseconds per step of the busiest core of any type: types may have clocks of their own. */
static uint64_t work_of(const struct plan *plan, uint32_t types)
{
    uint64_t most = 0;
    for (uint32_t t = 0; t < types; t++)
        most = plan[t].work_max > most ? plan[t].work_max : most;
    return most;
}

/* 1: with at most so much work per core the cores suffice; the plans replace the best ones. */
static int cut(struct balance *b, uint64_t work)
{
    struct plan *plan = mem_new(b->types, sizeof *plan);
    uint32_t cores = 0;
    int good = 1;
    b->load->work_max = work;
    for (uint32_t t = 0; t < b->types && good; t++) {
        good = !fill_order(b->load, &b->load->fanin->chip->type[t], b->base[t].neuron, b->base[t].n, &plan[t]) && plan[t].n_cores <= b->available[t];
        cores += plan[t].n_cores;
    }
    b->load->work_max = UINT64_MAX;
    good &= cores <= b->cores;
    if (good) {
        free_plans(b->best, b->types);
        memcpy(b->best, plan, b->types * sizeof *plan);
    } else
        free_plans(plan, b->types);
    free(plan);
    return good;
}

/* ---- every layer dealt out evenly ---- */

struct share { uint64_t work; uint32_t core; };

static int less_work(const void *a, const void *b)
{
    const struct share *x = a, *y = b;
    return x->work != y->work ? (x->work < y->work ? -1 : 1) : x->core < y->core ? -1 : x->core > y->core;
}

/* core_of[i] of neuron[i]: n neurons of one population in a row, the remainder to the cores with least work so far. */
static void deal_layer(const struct fanin *f, const uint32_t *neuron, uint32_t n, struct share *share, uint32_t cores, uint32_t *core_of)
{
    uint32_t *count = mem_new(cores, sizeof *count), at = 0;
    qsort(share, cores, sizeof *share, less_work);
    for (uint32_t k = 0; k < cores; k++)
        count[share[k].core] = n / cores + (k < n % cores);
    for (uint32_t k = 0; k < cores; k++)
        share[k].work += count[share[k].core] * (fanin_synapses(f, neuron[0]) + 1);
    for (uint32_t core = 0; core < cores; core++)
        for (uint32_t i = 0; i < count[core]; i++)
            core_of[at++] = core;
    free(count);
}

/* Packed order within each population, populations rising. */
static uint32_t *by_population(const struct fanin *f, const struct plan *base)
{
    uint32_t *order = mem_new(base->n, sizeof *order), n = 0, populations = f->network->n_populations;
    uint32_t *at = mem_new((size_t)populations + 1, sizeof *at);
    for (uint32_t i = 0; i < base->n; i++)
        at[f->population[base->neuron[i]] + 1]++;
    for (uint32_t p = 0; p < populations; p++)
        at[p + 1] += at[p];
    for (uint32_t i = 0; i < base->n; i++, n++)
        order[at[f->population[base->neuron[i]]]++] = base->neuron[i];
    free(at);
    return order;
}

/* The cores that the dealing gave; 0, or the limit that one of them exceeds: then dealing is given up. */
static int fill_dealt(struct load *l, const struct core_type *type, const uint32_t *neuron, const uint32_t *core_of, uint32_t n, uint32_t cores,
                      struct plan *plan)
{
    uint32_t *at = mem_new((size_t)cores + 1, sizeof *at), *sorted = mem_new(n, sizeof *sorted);
    int limit = LIMIT_NONE;
    for (uint32_t i = 0; i < n; i++)
        at[core_of[i] + 1]++;
    for (uint32_t c = 0; c < cores; c++)
        at[c + 1] += at[c];
    for (uint32_t i = 0; i < n; i++)
        sorted[at[core_of[i]]++] = neuron[i];
    plan_new(plan, n);
    for (uint32_t c = 0, i = 0; c < cores && !limit; c++) {
        load_clear(l, type);
        for (; i < at[c] && !(limit = load_add(l, sorted[i])); i++)
            plan->neuron[plan->n++] = sorted[i];
        if (l->neurons)
            plan_close_core(plan, l);
    }
    free(at);
    free(sorted);
    return limit;
}

/* Every layer over the same cores, neighbours in packed order together. */
static int deal(struct balance *b, uint32_t type, uint32_t cores, struct plan *plan)
{
    const struct fanin *f = b->load->fanin;
    uint32_t n = b->base[type].n, *neuron = by_population(f, &b->base[type]), *core_of = mem_new(n, sizeof *core_of);
    struct share *share = mem_new(cores, sizeof *share);
    for (uint32_t c = 0; c < cores; c++)
        share[c].core = c;
    for (uint32_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && f->population[neuron[end]] == f->population[neuron[i]];)
            end++;
        deal_layer(f, neuron + i, end - i, share, cores, core_of + i);
    }
    int bad = fill_dealt(b->load, &f->chip->type[type], neuron, core_of, n, cores, plan);
    free(neuron);
    free(core_of);
    free(share);
    return bad;
}

/* Each type on as many cores as may be its own: all of them where there is one type, else what the cut uses. */
static void try_even(struct balance *b)
{
    struct plan *plan = mem_new(b->types, sizeof *plan);
    uint32_t used = 0, with_neurons = 0;
    uint64_t packets = 0, packets_best = 0;
    for (uint32_t t = 0; t < b->types; t++)
        with_neurons += b->base[t].n > 0;
    int bad = 0;
    for (uint32_t t = 0; t < b->types && !bad; t++) {
        uint32_t cores = with_neurons > 1 ? b->best[t].n_cores : b->cores;
        cores = cores < b->available[t] ? cores : b->available[t];
        cores = cores < b->base[t].n ? cores : b->base[t].n;
        bad = cores && deal(b, t, cores, &plan[t]);
        used += plan[t].n_cores;
        packets += plan[t].packets;
        packets_best += b->best[t].packets;
    }
    uint64_t even = work_of(plan, b->types), best = work_of(b->best, b->types);
    if (bad || used > b->cores || even / EVEN_WORK_PERCENT > best / 100 || packets > EVEN_PACKETS * packets_best) {
        free_plans(plan, b->types);
    } else {
        free_plans(b->best, b->types);
        memcpy(b->best, plan, b->types * sizeof *plan);
    }
    free(plan);
}

/* Packs again with the share of work that each core should have, so that blocks get the size they will be cut to. */
static void pack_shares(struct balance *b)
{
    struct plan *plan = mem_new(b->types, sizeof *plan);
    uint64_t all = 0, most = work_of(b->base, b->types);
    for (uint32_t t = 0; t < b->types; t++)
        all += b->base[t].work;
    for (uint64_t share = all / b->cores + all / b->cores / SLACK + 1; share < most; share *= 2) {
        int bad = 0;
        b->load->work_max = share;
        for (uint32_t t = 0; t < b->types && !bad; t++)
            bad = pack_plan(b->load, t, UINT32_MAX, &plan[t]);
        b->load->work_max = UINT64_MAX;
        free_plans(bad ? plan : b->base, b->types);
        if (bad)
            continue;
        memcpy(b->base, plan, b->types * sizeof *plan);
        break;
    }
    free(plan);
}

/* Bisection on the work that a core may have: what can be cut to `middle` can be cut to what that cut used. */
static void lower(struct balance *b)
{
    uint64_t high = work_of(b->base, b->types), low = 0;
    if (!cut(b, high))
        return;
    pack_shares(b);
    for (int i = 0; i < HALVINGS && high - low > high / FINE + 1; i++) {
        uint64_t middle = low + (high - low) / 2;
        if (cut(b, middle))
            high = work_of(b->best, b->types);
        else
            low = middle;
    }
    try_even(b);
}

static uint32_t cores_of(const struct plan *plan, uint32_t types)
{
    uint32_t cores = 0;
    for (uint32_t t = 0; t < types; t++)
        cores += plan[t].n_cores;
    return cores;
}

int balance_plans(struct load *l, uint32_t cores, const uint32_t *available, struct plan *best)
{
    struct balance b = {.load = l, .types = l->fanin->chip->n_types, .cores = cores, .best = best};
    b.available = mem_new(b.types, sizeof *b.available);
    b.base = mem_new(b.types, sizeof *b.base);
    int bad = 0;
    for (uint32_t t = 0; t < b.types && !bad; t++) {
        b.available[t] = available[t] < cores ? available[t] : cores;
        bad = pack_plan(l, t, b.available[t], &b.base[t]);
    }
    if (!bad && cores_of(b.base, b.types) <= cores)
        lower(&b);
    int cut_up = best[0].neuron != NULL;
    for (uint32_t t = 0; t < b.types; t++)
        if (cut_up)
            plan_free(&b.base[t]);
        else
            best[t] = b.base[t];        /* does not fit, or only just: the caller sees by the numbers of cores */
    free(b.available);
    free(b.base);
    return bad;
}
