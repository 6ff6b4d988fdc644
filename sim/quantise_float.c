/* Kind reference: float32 parameters as they are, and weights as whole counts of 2^-exponent, one exponent per port of a
 * population. The smallest exponent that holds every weight and bias exactly is taken, unless a sum of all of them could then
 * pass 2^61: sums of both ports stay below 2^62, so an int64 accumulator cannot overflow. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "quantise_parts.h"

enum { SUM_BITS = 61, FLOAT_BITS = 32, NO_FRACTION = -4000 };

/* Smallest e for which x * 2^e is whole; NO_FRACTION for 0. */
static int fraction_bits(double x)
{
    int exponent;
    int64_t mantissa = (int64_t)ldexp(frexp(fabs(x), &exponent), 53);
    return mantissa ? 53 - exponent - __builtin_ctzll((uint64_t)mantissa) : NO_FRACTION;
}

/* --bits: distance between two neighbouring weights of a tensor. */
static double tensor_scale(const struct projection *p, const struct quant_options *o)
{
    double most = 0, steps = (double)((1ll << (o->bits - 1)) - 1);
    for (uint64_t k = 0; k < p->n_weights; k++)
        most = fmax(most, fabs(p->weight[k]));
    if (most == 0)
        return 1;
    if (o->rule == QUANT_ABSMAX)
        return most / steps;
    double scale = ldexp(1, ilogb(most / steps) - 1);
    while (scale * steps < most)
        scale *= 2;
    return scale;
}

/* The weights as real numbers after --bits, before scale and values: caller frees. */
static double *tensor_weights(const struct quant_job *job, const struct projection *p, uint64_t *clipped)
{
    const struct quant_options *o = job->options;
    double *w = mem_new(p->n_weights, sizeof *w);
    if (!o->bits) {
        for (uint64_t k = 0; k < p->n_weights; k++)
            w[k] = (double)(float)p->weight[k];
        return w;
    }
    double scale = tensor_scale(p, o), high = (double)((1ll << (o->bits - 1)) - 1), low = -high - 1;
    for (uint64_t k = 0; k < p->n_weights; k++) {
        double q = rint(p->weight[k] / scale);
        *clipped += q < low || q > high;
        w[k] = (double)(float)(fmin(fmax(q, low), high) * scale);
    }
    return w;
}

/* Largest sum of |weights| and biases that any neuron can see. */
static double most_sum(const struct quant_job *job, uint32_t population)
{
    const struct population *p = &job->network->population[population];
    struct quant_drive d = quant_drive(job, population);
    double most = 0;
    for (uint32_t i = 0; i < p->neurons; i++) {
        double sum = d.excite[i] + d.inhibit[i];
        for (int port = 0; port < PORTS_MAX; port++)
            sum += p->bias[port] ? fabs(p->bias[port][i]) : 0;
        most = fmax(most, sum);
    }
    quant_drive_free(&d);
    return most;
}

/* Exponent that holds all of a port's numbers, at most what the sum allows. */
static int port_exponent(const struct quant_job *job, uint32_t population, uint32_t port, double *const *weight, double most)
{
    const struct network *net = job->network;
    const double *bias = net->population[population].bias[port];
    int need = NO_FRACTION, room;
    for (uint32_t p = 0; p < net->n_projections; p++) {
        if (net->projection[p].to != population || net->projection[p].port != port)
            continue;
        for (uint64_t k = 0; k < net->projection[p].n_weights; k++) {
            int bits = fraction_bits(quant_effective(job, &net->projection[p], weight[p][k]));
            need = bits > need ? bits : need;
        }
    }
    for (uint32_t i = 0; bias && i < net->population[population].neurons; i++) {
        int bits = fraction_bits((double)(float)bias[i]);
        need = bits > need ? bits : need;
    }
    if (need == NO_FRACTION)
        return 0;
    frexp(most, &room);         /* most < 2^room, with a bit to spare for weights that --bits rounded up */
    return need < SUM_BITS - 1 - room ? need : SUM_BITS - 1 - room;
}

/* w x 2^exponent, a whole number: what it is off from the file's weight is the error of the report. */
static void store_weights(const struct quant_job *job, uint32_t p, const double *w, uint64_t clipped, int exponent)
{
    const struct projection *from = &job->network->projection[p];
    struct quant_projection *to = &job->out->projection[p];
    struct quant_error e = {0};
    char width[32];
    double factor = quant_factor(job, from);
    to->weight = mem_new(from->n_weights, sizeof *to->weight);
    to->bits = job->options->bits ? job->options->bits : FLOAT_BITS;
    to->clipped = clipped;
    for (uint64_t k = 0; k < from->n_weights; k++) {
        to->weight[k] = llrint(ldexp(quant_effective(job, from, w[k]), exponent));
        quant_error_add(&e, ldexp((double)to->weight[k], -exponent) / factor, from->weight[k]);
    }
    quant_error_end(&e, to);
    snprintf(width, sizeof width, job->options->bits ? "%u bit" : "float32", job->options->bits);
    quant_weights_line(job, p, width);
}

static int64_t *bias_counts(const double *bias, uint32_t n, int exponent)
{
    if (!bias)
        return NULL;
    int64_t *to = mem_new(n, sizeof *to);
    for (uint32_t i = 0; i < n; i++)
        to[i] = llrint(ldexp((double)(float)bias[i], exponent));
    return to;
}

static void store_port(const struct quant_job *job, uint32_t population, uint32_t port, double *const *weight, const uint64_t *clipped, double most)
{
    const struct network *net = job->network;
    struct quant_population *q = &job->out->population[population];
    q->exponent[port] = port_exponent(job, population, port, weight, most);
    q->bias_acc[port] = bias_counts(net->population[population].bias[port], net->population[population].neurons, q->exponent[port]);
    for (uint32_t p = 0; p < net->n_projections; p++)
        if (net->projection[p].to == population && net->projection[p].port == port)
            store_weights(job, p, weight[p], clipped[p], q->exponent[port]);
}

/* threshold / beta now equals threshold after the decay of the next step: beta (m - threshold / beta) = beta m - threshold. */
static float reset_amount(const struct population *p, const struct quant_plan *plan, uint32_t i, double beta)
{
    if (plan->rule.reset == RESET_SUBTRACT)
        return (float)(plan->amount == AMOUNT_OVER_BETA ? p->threshold[i] / beta : p->threshold[i]);
    return plan->rule.reset == RESET_VALUE && p->reset_value ? (float)p->reset_value[i] : 0;
}

/* A rewritten comparison moves the threshold by one representable float: m >= t is m > the float below t. */
static void store_neurons(const struct quant_job *job, uint32_t population, const struct quant_plan *plan)
{
    const struct population *p = &job->network->population[population];
    const struct core_type *type = &job->file->type[plan->type];
    struct quant_population *q = &job->out->population[population];
    uint32_t n = p->neurons, rounded = 0;
    q->alpha = plan->rule.current ? mem_new(n, sizeof *q->alpha) : NULL;
    q->beta = mem_new(n, sizeof *q->beta);
    q->thr = mem_new(n, sizeof *q->thr);
    q->reset_f = mem_new(n, sizeof *q->reset_f);
    for (uint32_t i = 0; i < n; i++) {
        double beta = quant_decay(type, p->beta[i]);
        if (q->alpha)
            q->alpha[i] = (float)quant_decay(type, p->alpha[i]);
        q->beta[i] = (float)beta;
        q->thr[i] = (float)p->threshold[i];     /* network_finish gives every population one */
        q->reset_f[i] = reset_amount(p, plan, i, beta);
        rounded += (double)q->beta[i] != beta || (double)q->thr[i] != p->threshold[i];
        if (plan->compare_step)
            q->thr[i] = nextafterf(q->thr[i], plan->compare_step > 0 ? HUGE_VALF : -HUGE_VALF);
    }
    if (rounded)
        fidelity_add(&job->out->fidelity, FIDELITY_ROUNDED, p->name, "parameters of %u neurons to float32", rounded);
    else
        fidelity_add(&job->out->fidelity, FIDELITY_EXACT, p->name, "parameters, float32");
}

int quant_float(const struct quant_job *job, uint32_t population, const struct quant_plan *plan, struct err *err)
{
    const struct network *net = job->network;
    double **weight = mem_new(net->n_projections, sizeof *weight), most = most_sum(job, population);
    uint64_t *clipped = mem_new(net->n_projections, sizeof *clipped);
    (void)err;
    for (uint32_t p = 0; p < net->n_projections; p++)
        if (net->projection[p].to == population)
            weight[p] = tensor_weights(job, &net->projection[p], &clipped[p]);
    for (uint32_t port = 0; port < PORTS_MAX; port++)
        store_port(job, population, port, weight, clipped, most);
    store_neurons(job, population, plan);
    for (uint32_t p = 0; p < net->n_projections; p++)
        free(weight[p]);
    free(weight);
    free(clipped);
    return 0;
}
