/* What a run has learnt, for --trace weights: every plastic synapse with its weight as it was loaded and as it is after the last sample, in order of
 * sources, then cores. Read once, at the end: whatever weights were between is the cores' affair. */
#include <string.h>

#include "base/mem.h"
#include "engine/engine.h"

static uint32_t variable_named(const struct core_kind *kind, const char *name)
{
    for (uint32_t v = 0; v < kind->n_variables; v++)
        if (!strcmp(kind->variables[v].name, name))
            return v;
    return UINT32_MAX;
}

/* Its target as the network knows it. */
static struct run_weight weight_of(const struct engine *e, const struct spike_source *source, uint32_t c, uint32_t group, uint32_t local)
{
    uint32_t population = e->chip->core[c].population[group];
    uint64_t global = e->chip->mapping->core[c].neuron[local];
    return (struct run_weight){.source = source->population, .source_neuron = source->neuron, .population = population,
                               .neuron = (uint32_t)(global - e->chip->mapping->first[population])};
}

/* The row of one route. Kinds that learn number the synapses of a row over its segments, after the axon. */
static int read_row(struct engine *e, const struct spike_source *source, const struct spike_route *route, struct err *err)
{
    const struct chip_core *core = &e->chip->core[route->core];
    struct run *run = e->run;
    uint64_t k = (uint64_t)route->axon << 32;
    uint32_t variable = variable_named(core->kind, "weight");
    for (const struct segment *s = (const struct segment *)(e->chip->rows + route->row);; s = segment_next(s)) {
        for (uint32_t i = 0; i < s->count; i++, k++) {
            uint32_t local;
            int64_t first;
            if (s->fixed || !core->group[s->group].learns)
                continue;
            segment_synapse(s, i, &local, &first);
            run->weight = mem_room(run->weight, run->n_weights, &e->weight_capacity, sizeof *run->weight);
            struct run_weight *w = &run->weight[run->n_weights++];
            *w = weight_of(e, source, route->core, s->group, local);
            w->first = first;
            if (core->kind->peek(core->core, variable, k, &w->last, err))
                return -1;
        }
        if (s->last)
            return 0;
    }
}

int weights_trace(struct engine *e, struct err *err)
{
    const struct chip *chip = e->chip;
    for (uint64_t s = 0; s < chip->n_sources; s++)
        for (uint32_t r = 0; r < chip->source[s].routes; r++) {
            const struct spike_route *route = &chip->route[chip->source[s].first_route + r];
            if (route->core != CHIP_HOST && chip->core[route->core].type->learning.on && read_row(e, &chip->source[s], route, err))
                return -1;
        }
    return 0;
}
