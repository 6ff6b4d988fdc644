/* The list in which events are gathered from a file in any order, and how it becomes events: three stable radix passes (neuron,
 * step, sample), so that equal events stay in the order of the file and their values add up the same on every machine. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/radix.h"
#include "import/events_parts.h"

static const char *steps_from(const struct gather *g)
{
    return g->steps ? "the file says it has" : "the network has";
}

int gather_begin(struct gather *g, const struct event_options *options, struct err *err)
{
    uint64_t layer = options->shape.rank ? shape_size(&options->shape) : 0;
    g->options = options;
    if (g->neurons && layer && g->neurons != layer)
        return err_input(err, "the file is for %u neurons, the network's input layer has %llu", g->neurons, (unsigned long long)layer);
    if (g->steps > EVENTS_STEPS_MAX)
        return err_input(err, "the file says it has %u steps; at most %d are run", g->steps, EVENTS_STEPS_MAX);
    g->limit_neurons = layer ? (uint32_t)layer : g->neurons;
    g->limit_steps = g->steps ? g->steps : options->steps ? 0 : options->network_steps;
    return 0;
}

/* Which of the three is meant decides the cure: negative, beyond what file or network state, or beyond any run. */
static enum gather_field refuse_step(const struct gather *g, int64_t sample, int64_t step, struct err *err)
{
    if (step < 0)
        err_input(err, "sample %lld: step %lld is negative; steps begin at 0", (long long)sample, (long long)step);
    else if (g->limit_steps && step >= g->limit_steps && step < EVENTS_STEPS_MAX)
        err_input(err, "sample %lld: step %lld is beyond the %u steps %s (0 to %u); --steps N runs N steps and cuts what is beyond", (long long)sample,
                  (long long)step, g->limit_steps, steps_from(g), g->limit_steps - 1);
    else
        err_input(err, "sample %lld: step %lld is no step of a run (below %d); is it a time? divide times by the length of a step", (long long)sample,
                  (long long)step, EVENTS_STEPS_MAX);
    return GATHER_STEP;
}

/* Without a network the layer is as large as its largest neuron, so only absurd numbers are refused. */
static enum gather_field refuse_neuron(const struct gather *g, int64_t sample, int64_t step, int64_t neuron, struct err *err)
{
    if (neuron < 0)
        err_input(err, "sample %lld, step %lld: neuron %lld is negative; neurons begin at 0", (long long)sample, (long long)step, (long long)neuron);
    else if (g->limit_neurons)
        err_input(err, "sample %lld, step %lld: neuron %lld is outside the input layer of %u neurons (0 to %u)", (long long)sample, (long long)step,
                  (long long)neuron, g->limit_neurons, g->limit_neurons - 1);
    else
        err_input(err, "sample %lld, step %lld: neuron %lld is beyond any layer", (long long)sample, (long long)step, (long long)neuron);
    return GATHER_NEURON;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

enum gather_field gather_add(struct gather *g, int64_t sample, int64_t step, int64_t neuron, double value, struct err *err)
{
    if (sample < 0 || sample >= UINT32_MAX) {
        err_input(err, "sample %lld is not a sample number; samples begin at 0", (long long)sample);
        return GATHER_SAMPLE;
    }
    uint32_t wanted = g->options->steps;
    if (step < 0 || (g->limit_steps && step >= g->limit_steps) || (step >= EVENTS_STEPS_MAX && !wanted))
        return refuse_step(g, sample, step, err);
    if (neuron < 0 || neuron >= UINT32_MAX || (g->limit_neurons && neuron >= g->limit_neurons))
        return refuse_neuron(g, sample, step, neuron, err);
    if (!isfinite(value) || fabs(value) > 3.4028234663852886e38) {
        err_input(err, "sample %lld, step %lld, neuron %lld: the value is %s", (long long)sample, (long long)step, (long long)neuron,
                  isnan(value) ? "NaN, not a number" : "beyond float32");
        return GATHER_VALUE;
    }
    if (g->count == EVENTS_MAX) {
        err_input(err, "more than %llu events; give fewer samples", (unsigned long long)EVENTS_MAX);
        return GATHER_SAMPLE;
    }
    g->last_sample = larger(g->last_sample, (uint32_t)sample);
    if (wanted && step >= wanted) {
        g->cut++;
        return GATHER_OK;
    }
    g->last_step = larger(g->last_step, (uint32_t)step);
    g->last_neuron = larger(g->last_neuron, (uint32_t)neuron);
    g->event = mem_room(g->event, g->count, &g->capacity, sizeof *g->event);
    g->event[g->count++] = (struct raw_event){(uint32_t)sample, (uint32_t)step, (uint32_t)neuron, (float)value};
    return GATHER_OK;
}

/* Events are ordered by sample, step, neuron, whatever order the file had. */
static int same_place(const struct raw_event *a, const struct raw_event *b)
{
    return a->sample == b->sample && a->step == b->step && a->neuron == b->neuron;
}

static int before(const struct raw_event *a, const struct raw_event *b)
{
    if (a->sample != b->sample)
        return a->sample < b->sample;
    return a->step != b->step ? a->step < b->step : a->neuron < b->neuron;
}

static uint32_t field_of(const struct raw_event *e, int field)
{
    return field == 0 ? e->neuron : field == 1 ? e->step : e->sample;
}

/* Most files are in order already: one look, and nothing is done. Else the index travels through three passes and the events move once. */
static void sort(struct gather *g)
{
    size_t n = 1;
    while (n < g->count && !before(&g->event[n], &g->event[n - 1]))
        n++;
    if (n >= g->count)
        return;
    n = g->count;
    uint64_t *a = mem_grow(NULL, n, sizeof *a), *b = mem_grow(NULL, n, sizeof *b), *order = a;
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    for (int field = 0; field < 3; field++) {
        for (size_t i = 0; i < n; i++) {
            uint32_t index = (uint32_t)order[i];
            order[i] = (uint64_t)field_of(&g->event[index], field) << 32 | index;
        }
        order = radix_sort(order, order == a ? b : a, n);
    }
    struct raw_event *sorted = mem_grow(NULL, n, sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        sorted[i] = g->event[(uint32_t)order[i]];
    free(a);
    free(b);
    free(g->event);
    g->event = sorted;
    g->capacity = n;
}

/* Equal events become one; those whose value is 0 go. In place, sorted before and after. */
static enum gather_field join(struct gather *g, struct err *err)
{
    size_t kept = 0;
    for (size_t i = 0, end; i < g->count; i = end) {
        double sum = (double)g->event[i].value;
        for (end = i + 1; end < g->count && same_place(&g->event[i], &g->event[end]); end++) {
            if (g->twice == TWICE_ERROR) {
                g->again = g->event[i];
                return GATHER_TWICE;
            }
            sum += g->twice == TWICE_ADD ? (double)g->event[end].value : 0;
            g->merged++;
        }
        if (fabs(sum) > 3.4028234663852886e38) {
            err_input(err, "sample %u, step %u, neuron %u: the values add up beyond float32", g->event[i].sample, g->event[i].step, g->event[i].neuron);
            return GATHER_VALUE;
        }
        g->event[kept] = g->event[i];
        g->event[kept].value = (float)sum;
        kept += g->event[kept].value != 0;
    }
    g->count = kept;
    return GATHER_OK;
}

/* Counts per sample, then their running sum, then the events: they are in order already. */
static struct events *take(const struct gather *g, uint32_t samples, uint32_t steps, uint32_t neurons)
{
    struct events *e = events_new(samples, steps, neurons, g->count);
    for (size_t i = 0; i < g->count; i++) {
        const struct raw_event *raw = &g->event[i];
        e->first[raw->sample + 1]++;
        e->event[i] = (struct event){raw->step, raw->neuron};
        e->value[i] = raw->value;
    }
    for (uint32_t s = 0; s < samples; s++)
        e->first[s + 1] += e->first[s];
    return e;
}

enum gather_field gather_finish(struct gather *g, struct events **events, struct err *err)
{
    const struct event_options *options = g->options;
    uint64_t given = g->count + g->cut, samples = given ? (uint64_t)g->last_sample + 1 : 0;
    samples = g->samples > samples ? g->samples : samples;
    if (!g->proven && samples > EVENTS_SAMPLES_SPARSE && samples > given) {
        err_input(err, "sample %llu in a file of %llu events; number the samples from 0", (unsigned long long)samples - 1, (unsigned long long)given);
        return GATHER_SAMPLE;
    }
    if (!samples) {
        err_input(err, "holds no events, and does not say how many samples there are");
        return GATHER_SAMPLE;
    }
    sort(g);
    enum gather_field bad = join(g, err);
    if (bad)
        return bad;
    uint32_t neurons = g->limit_neurons ? g->limit_neurons : g->last_neuron + 1;
    uint32_t open_end = g->limit_steps || options->steps ? g->limit_steps : g->last_step + 1;
    struct fidelity notes = {0};
    uint32_t steps = events_steps(options, open_end, &notes);
    *events = take(g, (uint32_t)samples, steps, neurons);
    (*events)->fidelity = notes;
    if (g->cut && !g->steps)
        fidelity_add(&(*events)->fidelity, FIDELITY_NOTE, "", "%llu input events at or after step %u were cut (--steps %u)", (unsigned long long)g->cut, steps,
                     options->steps);
    return GATHER_OK;
}

void gather_drop(struct gather *g)
{
    free(g->event);
    g->event = NULL;
}
