/* From the output population's spikes (or membranes) inside its window to a prediction; ties go to the lowest index. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "engine/engine.h"

/* Before each sample. A neuron that never fires has its first spike after the last step, a membrane that is never read is lowest. */
void decode_begin(struct engine *e)
{
    for (uint32_t i = 0; i < e->run->outputs; i++) {
        e->count[i] = 0;
        e->first_spike[i] = e->async ? UINT32_MAX : e->run->steps;      /* an event chip's are times, not steps */
        e->highest[i] = -INFINITY;
    }
}

/* In rising steps, but a population may be spread over cores in any order of neurons. */
void decode_spike(struct engine *e, uint32_t neuron, uint32_t network_step)
{
    e->count[neuron]++;
    if (network_step < e->first_spike[neuron])
        e->first_spike[neuron] = network_step;
}

/* A membrane as the source tool shows it: integers are v << shift in quantisation units, `reference` keeps the bits of a float32; the
 * importer may have scaled what the tool calls a membrane. */
static double shown(const struct run *run, uint32_t population, uint32_t neuron, int64_t raw)
{
    const struct quant_population *q = &run->quantised->population[population];
    const double *unit = run->network->population[population].membrane_unit;   /* NULL: 1 for all */
    double value;
    if (q->integer)
        value = ldexp((double)raw, -(int)q->shift) * q->unit;
    else {
        uint32_t bits = (uint32_t)raw;
        float f;
        memcpy(&f, &bits, sizeof f);
        value = (double)f;      /* exact */
    }
    return unit ? value * unit[neuron] : value;
}

/* Every neuron of a population, after the update of this step. Neurons lie on their cores as the mapper dealt them. */
static int read_population(struct engine *e, uint32_t population, struct err *err)
{
    struct run *run = e->run;
    const struct mapping *m = run->mapping;
    uint32_t depth = run->network->population[population].depth;
    for (uint32_t i = 0; i < run->network->population[population].neurons; i++) {   /* in order of neurons: traces need no sorting */
        uint64_t global = m->first[population] + i;
        const struct chip_core *core = &e->chip->core[m->core_of[global]];
        int64_t raw;            /* variable 0 of every kind is its membrane */
        if (core->kind->peek(core->core, 0, m->local_of[global], &raw, err))
            return -1;
        double value = shown(run, population, i, raw);
        if (population == e->output && value > e->highest[i])   /* over the whole window */
            e->highest[i] = value;
        if (!(run->options.traces & TRACE_MEMBRANE))
            continue;
        run->membrane = mem_room(run->membrane, run->n_membranes, &e->membrane_capacity, sizeof *run->membrane);
        run->membrane[run->n_membranes++] = (struct run_membrane){(uint32_t)e->at.sample, (uint32_t)e->at.step - depth, population, i, raw, value};
    }
    return 0;
}

/* Reading membranes costs more than the step itself, so only those are read that a trace or the decoding asks for, and only in the
 * population's window. */
int decode_membranes(struct engine *e, struct err *err)
{
    const struct run *run = e->run;
    for (uint32_t p = 1; p < run->network->n_populations; p++) {
        uint32_t depth = run->network->population[p].depth;
        /* decoding looks at the output only, a trace at every population */
        int wanted = run->options.traces & TRACE_MEMBRANE || (p == e->output && run->options.decode == DECODE_MEMBRANE);
        if (wanted && e->at.step >= depth && e->at.step < depth + run->steps && read_population(e, p, err))
            return -1;
    }
    return 0;
}

/* > and not >=: of equal counts the lowest neuron wins, everywhere below. */
static uint32_t highest_count(const uint64_t *count, uint32_t n)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < n; i++)
        if (count[i] > count[best])
            best = i;
    return best;
}

/* Population code: each class has a block of neighbouring neurons, and their counts add up. Neurons beyond the last whole block do not vote. */
static uint32_t highest_block(const struct engine *e, uint32_t classes)
{
    uint32_t per = e->run->outputs / classes, best = 0;     /* all silent: class 0 */
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

/* The sample's prediction; -1 where the network has no output. */
int64_t decode_end(const struct engine *e)
{
    uint32_t n = e->run->outputs, best = 0;
    if (!n)
        return -1;
    switch (e->run->options.decode) {
    case DECODE_RATE: return highest_count(e->count, n);
    case DECODE_POPULATION: return e->run->options.classes ? highest_block(e, e->run->options.classes) : highest_count(e->count, n);
    case DECODE_LATENCY:        /* of equal steps the lowest neuron */
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
