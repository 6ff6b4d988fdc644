/* Fewest cores, filled so that a spike has to reach few of them: three ways to order the neurons are tried, the best is kept. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "mapping_parts.h"

void plan_free(struct plan *p)
{
    free(p->neuron);
    free(p->first);
    *p = (struct plan){0};
}

uint32_t *plan_neurons(const struct fanin *f, uint32_t type, uint32_t *n)
{
    uint32_t *neuron = mem_new(f->neurons, sizeof *neuron);
    *n = 0;
    for (uint32_t i = 0; i < f->neurons; i++)
        if (f->quantised->population[f->population[i]].type == type)
            neuron[(*n)++] = i;
    return neuron;
}

void plan_new(struct plan *plan, uint32_t n)
{
    *plan = (struct plan){0};
    plan->neuron = mem_new(n, sizeof *plan->neuron);
    plan->first = mem_new((size_t)n + 1, sizeof *plan->first);
}

/* The core in hand is full: what it adds to the sums by which plans are compared. */
void plan_close_core(struct plan *plan, const struct load *l)
{
    uint64_t work = load_work_ps(l);
    plan->first[++plan->n_cores] = plan->n;
    plan->packets += l->axons_in;
    plan->work += work;
    plan->work_max = work > plan->work_max ? work : plan->work_max;
}

/* The simplest filling: the next neuron goes to the core in hand, or opens the next one. Also the judge of every other order. */
int fill_order(struct load *l, const struct core_type *type, const uint32_t *neuron, uint32_t n, struct plan *plan)
{
    plan_new(plan, n);
    load_clear(l, type);
    for (uint32_t i = 0; i < n;) {
        int limit = load_add(l, neuron[i]);
        if (!limit) {
            plan->neuron[plan->n++] = neuron[i++];
            continue;
        }
        if (!l->neurons) {
            plan->misfit = neuron[i];
            return -1;
        }
        plan->stopped[limit]++;
        plan_close_core(plan, l);
        load_clear(l, type);
    }
    if (l->neurons)
        plan_close_core(plan, l);
    return 0;
}

/* A plan with a few cores more may be better, one that the chip has no room for is not. */
static int better(const struct plan *a, const struct plan *b, uint32_t available)
{
    uint32_t least = a->n_cores < b->n_cores ? a->n_cores : b->n_cores, allowed = least + least / 20 + 1;
    if (allowed > available)
        allowed = available > least ? available : least;
    if (a->n_cores > allowed || b->n_cores > allowed)
        return a->n_cores < b->n_cores;
    return a->packets != b->packets ? a->packets < b->packets : a->n_cores < b->n_cores;
}

/* Takes `other` over or frees it. */
static void keep_better(struct plan *best, struct plan *other, int failed, uint32_t available)
{
    if (failed || (best->n_cores && !better(other, best, available))) {
        plan_free(other);
        return;
    }
    plan_free(best);
    *best = *other;
}

/* With one core there is nothing to order: all sources reach it whatever it holds. */
int pack_plan(struct load *l, uint32_t type, uint32_t available, struct plan *best)
{
    const struct core_type *core_type = &l->fanin->chip->type[type];
    uint32_t n, *neuron = plan_neurons(l->fanin, type, &n);
    struct plan other;
    int bad = fill_order(l, core_type, neuron, n, best);
    if (!bad && best->n_cores > 1) {
        uint32_t cores = best->n_cores, *order = blocks_order(l, type, neuron, n);
        int failed = 0;
        if (memcmp(order, neuron, n * sizeof *order)) {
            failed = fill_order(l, core_type, order, n, &other);
            keep_better(best, &other, failed, available);
        }
        free(order);
        failed = greedy_fill(l, type, n, cores, &other);
        keep_better(best, &other, failed, available);
    }
    free(neuron);
    return bad;
}
