/* Orders that keep a layer's neighbours together: positions in strips, column after column, all channels of a position side by
 * side. Cut anywhere, such an order gives blocks; a strip as high as the blocks are wide gives square ones. The best height
 * depends on the channels, the kernel and the capacity that stops a core, so it is found by filling. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "mapping_parts.h"

enum { HEIGHTS = 10 };
static const uint64_t WORK = 60000000;          /* synapses that may be counted to compare heights */

struct grid { uint32_t channels, rows, columns; };

/* 0 where the population has no positions to order. */
static int grid_of(const struct population *p, struct grid *g)
{
    const struct shape *s = &p->shape;
    if (s->rank == 3)
        *g = (struct grid){s->dim[0], s->dim[1], s->dim[2]};
    else if (s->rank == 2)
        *g = (struct grid){s->dim[0], 1, s->dim[1]};
    else
        return 0;
    return (uint64_t)g->channels * g->rows * g->columns == p->neurons && p->neurons;
}

static void strips(const struct grid *g, uint32_t height, uint32_t first, uint32_t *order)
{
    uint32_t n = 0;
    int back = 0;
    for (uint32_t top = 0; top < g->rows; top += height, back = !back)
        for (uint32_t i = 0; i < g->columns; i++)
            for (uint32_t y = top; y < top + height && y < g->rows; y++)
                for (uint32_t c = 0; c < g->channels; c++) {
                    uint32_t x = back ? g->columns - 1 - i : i;
                    order[n++] = first + (c * g->rows + y) * g->columns + x;
                }
}

/* Packets that the population's sources would send if it stood alone. */
static uint64_t packets_of(struct load *l, const struct core_type *type, const uint32_t *order, uint32_t n)
{
    struct plan plan;
    int failed = fill_order(l, type, order, n, &plan);
    uint64_t packets = failed ? UINT64_MAX : plan.packets;
    plan_free(&plan);
    return packets;
}

static uint64_t synapses_of(const struct fanin *f, uint32_t population)
{
    uint64_t all = 0;
    for (uint32_t k = f->into_first[population]; k < f->into_first[population + 1]; k++) {
        const struct fanin_part *part = &f->part[f->into[k]];
        all += part->shared ? 0 : part->kernel ? part->first[part->classes] : part->first[part->classes] * (part->channels ? part->channels : 1);
    }
    return all;
}

/* The population's neurons, from order[0] on: file order on entry. */
static void order_population(struct load *l, const struct core_type *type, uint32_t population, uint32_t *order)
{
    const struct fanin *f = l->fanin;
    uint32_t n = f->network->population[population].neurons;
    struct grid g;
    if (!grid_of(&f->network->population[population], &g))
        return;
    uint64_t tries = WORK / (synapses_of(f, population) + 1);
    uint32_t heights = g.rows < HEIGHTS ? g.rows : HEIGHTS;
    if (tries < heights)
        heights = tries > 3 ? (uint32_t)tries : 3 < g.rows ? 3 : g.rows;
    uint64_t best = packets_of(l, type, order, n);
    uint32_t *trial = mem_new(n, sizeof *trial);
    for (uint32_t h = 1; h <= heights; h++) {
        strips(&g, h, (uint32_t)f->first[population], trial);
        uint64_t packets = packets_of(l, type, trial, n);
        if (packets < best) {
            best = packets;
            memcpy(order, trial, n * sizeof *order);
        }
    }
    free(trial);
}

uint32_t *blocks_order(struct load *l, uint32_t type, const uint32_t *neuron, uint32_t n)
{
    const struct fanin *f = l->fanin;
    uint32_t *order = mem_new(n, sizeof *order);
    memcpy(order, neuron, n * sizeof *order);
    for (uint32_t i = 0; i < n; i += f->network->population[f->population[neuron[i]]].neurons)
        order_population(l, &f->chip->type[type], f->population[neuron[i]], order + i);
    return order;
}
