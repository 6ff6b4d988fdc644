/* Effective operations need to know which neuron fired and how many of its synapses are not 0, so they are a sum over neurons and not over the
 * counters, which count what the hardware did: it processes a stored zero, too. */
#include "report/neurobench.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum { FLOAT_BITS = 32 };       /* where a core type states no format: the kind computes in float32 */

/* ---- what is stored ---- */

static double format_bits(const struct core_type *type, const char *name)
{
    const struct format *format = core_type_format(type, name);
    return format ? format->bits : FLOAT_BITS;
}

/* Threshold, decay and membrane of each neuron; a bias where the network has one; decay and state once more where there is a current. */
static double neuron_bits(const struct run *run, uint32_t population)
{
    const struct population *p = &run->network->population[population];
    const struct core_type *type = &run->chip->type[run->quantised->population[population].type];
    double bits = format_bits(type, "threshold") + format_bits(type, "decay") + format_bits(type, "membrane");
    for (int port = 0; port < PORTS_MAX; port++)
        bits += p->bias[port] ? format_bits(type, "bias") : 0;
    if (p->rule.current)
        bits += format_bits(type, "decay") + format_bits(type, "current");
    return bits * p->neurons;
}

static void find_stored(const struct run *run, struct neurobench *n)
{
    double bits = 0;
    uint64_t weights = 0, zeros = 0;
    for (uint32_t i = 0; i < run->network->n_projections; i++) {
        const struct quant_projection *q = &run->quantised->projection[i];
        uint64_t stored = run->network->projection[i].n_weights;
        bits += (double)stored * q->bits;
        weights += stored;
        for (uint64_t w = 0; w < stored; w++)
            zeros += !q->weight[w];
    }
    for (uint32_t p = 1; p < run->network->n_populations; p++)
        bits += neuron_bits(run, p);
    n->footprint = ceil(bits / 8);
    n->connection_sparsity = weights ? (double)zeros / (double)weights : 0;
}

/* ---- what was done ---- */

/* Synapses of one source neuron whose weight is not 0. A dense matrix is read in place; other forms write the row out. */
static uint64_t fan_out(const struct run *run, uint32_t projection, uint32_t pre, struct synapse **row, size_t *capacity)
{
    const struct projection *p = &run->network->projection[projection];
    const int64_t *weight = run->quantised->projection[projection].weight;
    uint64_t n = 0;
    if (p->form == FORM_DENSE && !p->pooled) {
        uint32_t in = run->network->population[p->from].neurons, out = run->network->population[p->to].neurons;
        for (uint64_t post = 0; post < out; post++)
            n += weight[post * in + pre] != 0;
        return n;
    }
    uint32_t synapses = projection_row(p, run->network, pre, row, capacity);
    for (uint32_t s = 0; s < synapses; s++)
        n += weight[(*row)[s].weight] != 0;
    return n;
}

/* Times that each neuron of a population spiked, and times in the last step of a sample; of the host: packets, and values that are multiplied. */
struct activity { double *acs, *macs, *last; };

static struct activity activity_new(uint32_t neurons)
{
    return (struct activity){mem_new(neurons, sizeof(double)), mem_new(neurons, sizeof(double)), mem_new(neurons, sizeof(double))};
}

static void activity_free(struct activity *a)
{
    free(a->acs);
    free(a->macs);
    free(a->last);
}

/* An input value that travels in one packet is multiplied at each synapse; one that travels as equal packets is added as often. */
static void read_host(const struct run *run, struct activity *a)
{
    const struct events *in = run->input;
    int repeat = run->quantised->values == VALUES_REPEAT;
    for (uint32_t i = 0; i < run->samples_done; i++) {
        uint32_t sample = run->sample[i].sample;
        for (uint64_t k = in->first[sample]; k < in->first[sample + 1]; k++) {
            const struct event *event = &in->event[k];
            double value = in->value ? in->value[k] : 1;
            int whole = value >= 1 && value <= 1;
            double times = repeat ? round(value * run->quantised->repeat) : 1;
            if (event->step >= run->steps)
                continue;
            *(repeat || whole ? &a->acs[event->neuron] : &a->macs[event->neuron]) += times;
            if (event->step + 1 == run->steps)
                a->last[event->neuron] += times;
        }
    }
}

static void read_layer(const struct run *run, uint32_t population, struct activity *a)
{
    uint64_t first = run->mapping->first[population];
    for (uint32_t i = 0; i < run->network->population[population].neurons; i++) {
        a->acs[i] = (double)run->neuron_spikes[first + i];
        a->last[i] = (double)run->neuron_spikes_last[first + i];
    }
}

/* A spike of the last step that travels over a delay of a step or more arrives after the sample has ended, and is no operation of it. */
static void add_projection(const struct run *run, uint32_t projection, const struct activity *a, struct neurobench *n)
{
    const struct projection *p = &run->network->projection[projection];
    struct synapse *row = NULL;
    size_t capacity = 0;
    for (uint32_t i = 0; i < run->network->population[p->from].neurons; i++) {
        double late = p->network_delay ? a->last[i] : 0;
        if (a->acs[i] <= 0 && a->macs[i] <= 0)
            continue;
        double synapses = (double)fan_out(run, projection, i, &row, &capacity);
        n->effective_macs += a->macs[i] > 0 ? (a->macs[i] - late) * synapses : 0;
        n->effective_acs += a->acs[i] > 0 ? (a->acs[i] - (a->macs[i] > 0 ? 0 : late)) * synapses : 0;
    }
    free(row);
}

static void find_operations(const struct run *run, struct neurobench *n)
{
    const struct network *net = run->network;
    for (uint32_t p = 0; p < net->n_populations; p++) {
        struct activity a = activity_new(net->population[p].neurons);
        if (p == HOST_POPULATION)
            read_host(run, &a);
        else
            read_layer(run, p, &a);
        for (uint32_t i = 0; i < net->n_projections; i++)
            if (net->projection[i].from == p)
                add_projection(run, i, &a, n);
        activity_free(&a);
    }
    n->dense = (double)network_synapses(net) * run->steps;
    n->effective_macs /= run->samples_done;
    n->effective_acs /= run->samples_done;
}

static void find_activity(const struct run *run, struct neurobench *n)
{
    double spikes = 0, updates = 0, chances = (double)network_neurons(run->network) * run->steps * run->samples_done;
    for (uint32_t p = 1; p < run->network->n_populations; p++) {
        uint32_t compartments = run->quantised->population[p].compartments;
        spikes += (double)run->group[p].action[COUNT_SPIKES];
        /* A neuron that takes two compartments on the chip is one neuron of the network. */
        updates += (double)run->group[p].action[COUNT_UPDATE_ACTIVE] / (compartments ? compartments : 1);
    }
    n->activation_sparsity = chances > 0 ? 1 - spikes / chances : 0;
    n->membrane_updates = updates / run->samples_done;
}

int neurobench_make(const struct run *run, struct neurobench *n)
{
    *n = (struct neurobench){0};
    if (!run->neuron_spikes || !run->samples_done)
        return -1;
    find_stored(run, n);
    find_operations(run, n);
    find_activity(run, n);
    return 0;
}
