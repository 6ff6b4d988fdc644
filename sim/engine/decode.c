/* From the output population's spikes (or membranes) inside its window to a prediction; ties go to the lowest index. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "engine/engine.h"

void decode_begin(struct engine *e)
{
    for (uint32_t i = 0; i < e->run->outputs; i++) {
        e->count[i] = 0;
        e->first_spike[i] = e->run->steps;
        e->highest[i] = -INFINITY;
    }
}

void decode_spike(struct engine *e, uint32_t neuron, uint32_t network_step)
{
    e->count[neuron]++;
    if (network_step < e->first_spike[neuron])
        e->first_spike[neuron] = network_step;
}

/* A membrane as the source tool shows it. */
static double shown(const struct run *run, uint32_t population, uint32_t neuron, int64_t raw)
{
    const struct quant_population *q = &run->quantised->population[population];
    const double *unit = run->network->population[population].membrane_unit;
    double value;
    if (q->integer)
        value = ldexp((double)raw, -(int)q->shift) * q->unit;
    else {
        uint32_t bits = (uint32_t)raw;
        float f;
        memcpy(&f, &bits, sizeof f);
        value = (double)f;
    }
    return unit ? value * unit[neuron] : value;
}

static int read_population(struct engine *e, uint32_t population, struct err *err)
{
    struct run *run = e->run;
    const struct mapping *m = run->mapping;
    uint32_t depth = run->network->population[population].depth;
    for (uint32_t i = 0; i < run->network->population[population].neurons; i++) {
        uint64_t global = m->first[population] + i;
        const struct chip_core *core = &e->chip->core[m->core_of[global]];
        int64_t raw;
        if (core->kind->peek(core->core, 0, m->local_of[global], &raw, err))
            return -1;
        double value = shown(run, population, i, raw);
        if (population == e->output && value > e->highest[i])
            e->highest[i] = value;
        if (!(run->options.traces & TRACE_MEMBRANE))
            continue;
        run->membrane = mem_room(run->membrane, run->n_membranes, &e->membrane_capacity, sizeof *run->membrane);
        run->membrane[run->n_membranes++] = (struct run_membrane){(uint32_t)e->at.sample, (uint32_t)e->at.step - depth, population, i, raw, value};
    }
    return 0;
}

int decode_membranes(struct engine *e, struct err *err)
{
    const struct run *run = e->run;
    for (uint32_t p = 1; p < run->network->n_populations; p++) {
        uint32_t depth = run->network->population[p].depth;
        int wanted = run->options.traces & TRACE_MEMBRANE || (p == e->output && run->options.decode == DECODE_MEMBRANE);
        if (wanted && e->at.step >= depth && e->at.step < depth + run->steps && read_population(e, p, err))
            return -1;
    }
    return 0;
}

static uint32_t highest_count(const uint64_t *count, uint32_t n)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < n; i++)
        if (count[i] > count[best])
            best = i;
    return best;
}

static uint32_t highest_block(const struct engine *e, uint32_t classes)
{
    uint32_t per = e->run->outputs / classes, best = 0;
    uint64_t most = 0;
    for (uint32_t c = 0; c < classes; c++) {
        uint64_t sum = 0;
        for (uint32_t i = 0; i < per; i++)
            sum += e->count[c * per + i];
        if (sum > most) {
            most = sum;
            best = c;
        }
    }
    return best;
}

int64_t decode_end(const struct engine *e)
{
    uint32_t n = e->run->outputs, best = 0;
    if (!n)
        return -1;
    switch (e->run->options.decode) {
    case DECODE_RATE: return highest_count(e->count, n);
    case DECODE_POPULATION: return e->run->options.classes ? highest_block(e, e->run->options.classes) : highest_count(e->count, n);
    case DECODE_LATENCY:
        for (uint32_t i = 1; i < n; i++)
            if (e->first_spike[i] < e->first_spike[best])
                best = i;
        return best;
    case DECODE_MEMBRANE:
        for (uint32_t i = 1; i < n; i++)
            if (e->highest[i] > e->highest[best])
                best = i;
        return best;
    }
    return -1;
}
