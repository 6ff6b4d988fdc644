/* What a population's synapses can add up to, and how far rounded weights are from wanted ones. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "quantise_parts.h"

static int power_of_two(double x)
{
    int exponent;
    return frexp(x, &exponent) == 0.5;
}

/* Real input per unit of payload: pool scale, divided by k packets per value (repeat) or by 2^e per count (payload). */
double quant_factor(const struct quant_job *job, const struct projection *p)
{
    const struct quantised *q = job->out;
    double factor = p->scale;
    if (p->from != HOST_POPULATION)
        return factor;
    return q->values == VALUES_REPEAT ? factor / q->repeat : ldexp(factor, -q->value_exponent);
}

/* A factor that is no power of two is rounded to float32 with the weight, as the network's own tool would multiply it. */
double quant_effective(const struct quant_job *job, const struct projection *p, double weight)
{
    double factor = quant_factor(job, p), product = weight * factor;
    return power_of_two(factor) ? product : (double)(float)product;
}

/* Largest number of packets and their values that one weight is added for in one step, times what a packet's value counts. */
static double most_added(const struct quant_job *job, const struct projection *p)
{
    double value = job->options->valued_input && job->options->value_max > 0 ? job->options->value_max : 1;
    double taps = p->pooled ? (double)p->pool.kernel[0] * p->pool.kernel[1] : 1;
    if (p->form == FORM_POOL)
        taps *= (double)p->conv.kernel[0] * p->conv.kernel[1];
    return p->scale * taps * (p->from == HOST_POPULATION ? value : 1);
}

static void add(const struct quant_drive *d, uint32_t first, uint32_t count, double excite, double inhibit)
{
    for (uint32_t i = first; i < first + count; i++) {
        d->excite[i] += excite;
        d->inhibit[i] += inhibit;
    }
}

/* `rows` equal shares of the tensor, each feeding `count` neurons in a row: dense (one neuron), conv (a channel's positions). */
static void add_rows(const struct quant_drive *d, const struct projection *p, uint32_t rows, uint32_t count, double times)
{
    uint64_t width = rows ? p->n_weights / rows : 0;
    for (uint32_t r = 0; r < rows; r++) {
        double excite = 0, inhibit = 0;
        for (uint64_t k = r * width; k < (r + 1) * width; k++) {
            if (p->weight[k] > 0)
                excite += p->weight[k];
            else
                inhibit -= p->weight[k];
        }
        add(d, r * count, count, excite * times, inhibit * times);
    }
}

static void add_one(const struct quant_drive *d, uint32_t neuron, double weight)
{
    add(d, neuron, 1, weight > 0 ? weight : 0, weight < 0 ? -weight : 0);
}

/* Every source of a block as if it reached all of the block: no less than any neuron gets. */
static void add_random(const struct quant_drive *d, const struct network *net, const struct projection *p, double times)
{
    for (uint32_t i = 0; i < net->population[p->from].neurons; i++) {
        double w = p->weight[i % p->n_weights] * times;
        add(d, network_random_block(p, net, i) * p->random.block, p->random.block, w > 0 ? w : 0, w < 0 ? -w : 0);
    }
}

static void add_projection(const struct quant_job *job, const struct quant_drive *d, const struct projection *p)
{
    uint32_t n = job->network->population[p->to].neurons;
    double times = most_added(job, p);
    switch (p->form) {
    case FORM_DENSE: add_rows(d, p, n, 1, times); break;
    case FORM_CONV: add_rows(d, p, p->conv.channels_out, p->conv.channels_out ? n / p->conv.channels_out : 0, times); break;
    case FORM_POOL: add_rows(d, p, 1, n, times); break;
    case FORM_ONE_TO_ONE:
        for (uint32_t i = 0; i < n; i++)
            add_one(d, i, p->weight[p->n_weights == 1 ? 0 : i] * times);
        break;
    case FORM_RANDOM: add_random(d, job->network, p, times); break;
    case FORM_LIST:
        for (uint64_t s = 0; s < p->n_list; s++)
            add_one(d, p->list[s].post, p->weight[p->list[s].weight] * times);
        break;
    }
}

struct quant_drive quant_drive(const struct quant_job *job, uint32_t population)
{
    uint32_t n = job->network->population[population].neurons;
    struct quant_drive d = {mem_new(n, sizeof *d.excite), mem_new(n, sizeof *d.inhibit)};
    for (uint32_t p = 0; p < job->network->n_projections; p++)
        if (job->network->projection[p].to == population)
            add_projection(job, &d, &job->network->projection[p]);
    return d;
}

void quant_drive_free(struct quant_drive *d)
{
    free(d->excite);
    free(d->inhibit);
}

void quant_error_add(struct quant_error *e, double stored, double wanted)
{
    double off = fabs(stored - wanted);
    e->square += off * off;
    e->most = fmax(e->most, off);
    e->largest = fmax(e->largest, fabs(wanted));
    e->count++;
}

void quant_error_end(const struct quant_error *e, struct quant_projection *to)
{
    if (e->count && e->largest > 0) {
        to->error_rms = sqrt(e->square / (double)e->count) / e->largest;
        to->error_max = e->most / e->largest;
    }
}

void quant_weights_line(const struct quant_job *job, uint32_t projection, const char *width)
{
    const struct quant_projection *q = &job->out->projection[projection];
    const char *node = job->network->projection[projection].name;
    if (q->error_max == 0)
        fidelity_add(&job->out->fidelity, FIDELITY_EXACT, node, "weights, %s", width);
    else
        fidelity_add(&job->out->fidelity, FIDELITY_ROUNDED, node, "weights to %s: off by %.2g %% rms, at most %.2g %%, of the largest weight", width,
                     100 * q->error_rms, 100 * q->error_max);
    if (q->clipped)
        fidelity_add(&job->out->fidelity, FIDELITY_WARNING, node, "%llu of its weights are clipped to the range of %s",
                     (unsigned long long)q->clipped, width);
}
