/* Integer kinds, the neurons: threshold, reset, bias and decays in membrane units. A threshold keeps the meaning of its
 * comparison: where it falls between two numbers, > takes the one below and >= the one above. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "quantise_integer.h"

#define EXACT 1e-6                  /* of a unit: nearer than this a number is taken as the whole one */
#define THRESHOLD_DOUBTFUL 0.1      /* relative error of a threshold that earns a warning */

struct off { double threshold, bias, decay; uint32_t lowest; };     /* largest errors: threshold relative, bias in thresholds, decay absolute */

struct neurons {                    /* one population in the making */
    const struct quant_job *job;
    const struct population *p;
    const struct quant_plan *plan;
    const struct quant_width *w;
    struct quant_population *q;
    double gain;                    /* membrane units per real 1 */
    struct off off;
};

/* real threshold in membrane units to the chip's: a multiple of `step`. */
static double round_threshold(const struct neurons *n, double real, double step)
{
    double x = real / step;
    if (fabs(x - rint(x)) <= EXACT || step > 1)
        return rint(x) * step;
    return n->plan->rule.compare == COMPARE_AT_LEAST ? ceil(x) : floor(x);
}

/* floor and ceil belong to the comparison that was asked for; a rewritten one moves the result by one. */
static double store_threshold(struct neurons *n, uint32_t i)
{
    double step = n->w->threshold_shifted ? ldexp(1, (int)n->q->shift) : 1, real = n->p->threshold[i] * n->gain;
    struct neurons asked = *n;
    struct quant_plan plan = *n->plan;
    asked.plan = &plan;
    plan.rule.compare = n->p->rule.compare;
    double at = round_threshold(&asked, real, step);
    if (real != 0)
        n->off.threshold = fmax(n->off.threshold, fabs(at - real) / fabs(real));
    n->q->threshold[i] = (int32_t)(at + n->plan->compare_step);
    return at;
}

static int threshold_fits(const struct neurons *n, uint32_t i, struct err *err)
{
    double step = n->w->threshold_shifted ? ldexp(1, (int)n->q->shift) : 1;
    double word = n->p->threshold[i] * n->gain / step + n->plan->compare_step;
    if (word >= n->w->threshold_low - 0.5 && word <= n->w->threshold_high + 0.5)
        return 1;
    err_answer(err, "%s: neuron %u has the threshold %g, %.0f in the chip's numbers; core type %s holds %.0f to %.0f: a chip with wider thresholds",
               n->p->name, i, n->p->threshold[i], word, n->job->file->type[n->plan->type].name, n->w->threshold_low, n->w->threshold_high);
    return 0;
}

/* What the membrane keeps, in units of 2^-decay_bits. */
static int32_t keep_of(const struct neurons *n, int32_t decay)
{
    return (int32_t)((1u << n->q->decay_bits) - (uint32_t)decay);
}

/* offset 1: the chip's word is one less than what it loses (Loihi's current). */
static int32_t round_decay(struct neurons *n, double beta, int offset)
{
    double one = ldexp(1, (int)n->q->decay_bits);
    double lost = fmin(fmax(rint((1 - quant_decay(&n->job->file->type[n->plan->type], beta)) * one), offset), fmin(n->w->decay_high + offset, one));
    if (n->q->decay_bits)               /* a core without decays: what became of the leak has a line of its own */
        n->off.decay = fmax(n->off.decay, fabs(1 - lost / one - beta));
    return (int32_t)lost;
}

/* Subtracting threshold / beta uses the beta that the chip has, so that it is threshold after the rounded decay. */
static void store_reset(struct neurons *n, uint32_t i, double threshold)
{
    double one = ldexp(1, (int)n->q->decay_bits), value = 0;
    if (n->plan->rule.reset == RESET_SUBTRACT)
        value = n->plan->amount == AMOUNT_OVER_BETA ? rint(threshold * one / keep_of(n, n->q->decay_v[i])) : threshold;
    else if (n->plan->rule.reset == RESET_VALUE && n->p->reset_value)
        value = fmin(fmax(rint(n->p->reset_value[i] * n->gain), n->w->reset_low), n->w->reset_high);
    n->q->reset_value[i] = (int32_t)fmin(fmax(value, -n->w->membrane), n->w->membrane);
}

/* mantissa << exponent, the smallest exponent that fits */
static void store_bias(struct neurons *n, uint32_t i, double threshold)
{
    double real = quant_bias(n->p, i) * n->gain, value = 0;
    for (uint32_t e = 0; e <= n->w->bias_exponent; e++) {
        value = rint(ldexp(real, -(int)e));
        if (value >= n->w->bias_low && value <= n->w->bias_high) {
            value = ldexp(value, (int)e);
            break;
        }
        value = ldexp(fmin(fmax(value, n->w->bias_low), n->w->bias_high), (int)e);
    }
    n->q->bias[i] = (int32_t)fmin(fmax(value, -n->w->membrane), n->w->membrane);
    n->off.bias = fmax(n->off.bias, fabs(value - real) / (threshold > 0 ? threshold : n->gain));
}

/* A bias that travels as a weight has a weight's error. */
static void note_bias_axon(struct neurons *n, uint32_t i, double threshold)
{
    double real = quant_bias(n->p, i) * n->gain, value = ldexp((double)n->q->bias_weight[i] * n->q->bias_packets, (int)n->q->shift);
    n->off.bias = fmax(n->off.bias, fabs(value - real) / (threshold > 0 ? threshold : n->gain));
}

static int store_neuron(struct neurons *n, uint32_t i, struct err *err)
{
    double threshold = 0;
    n->q->decay_v[i] = round_decay(n, n->p->beta[i], 0);
    if (n->q->decay_u)
        n->q->decay_u[i] = round_decay(n, n->p->alpha[i], 1);
    if (n->plan->rule.fires) {
        if (!threshold_fits(n, i, err))
            return -1;
        threshold = store_threshold(n, i);
    } else
        n->q->threshold[i] = INT32_MAX;
    store_reset(n, i, threshold);
    if (n->q->bias)
        store_bias(n, i, threshold);
    if (n->q->bias_weight)
        note_bias_axon(n, i, threshold);
    return 0;
}

static void add_part(char *to, size_t size, const char *what, double off, const char *unit)
{
    size_t used = strlen(to);
    if (off > 1e-12)
        snprintf(to + used, size - used, "%s%s by at most %.2g%s", used ? ", " : "", what, off, unit);
}

/* One line per population: exact, or what was rounded and by how much at most. */
static void neurons_line(const struct neurons *n)
{
    char text[300] = "", decay[40];
    struct fidelity *lines = &n->job->out->fidelity;
    snprintf(decay, sizeof decay, "decay to %u bit", n->q->decay_bits);
    add_part(text, sizeof text, decay, n->off.decay, "");
    add_part(text, sizeof text, "threshold", 100 * n->off.threshold, " %");
    add_part(text, sizeof text, "bias", 100 * n->off.bias, n->plan->rule.fires ? " % of the threshold" : " %");
    if (*text)
        fidelity_add(lines, FIDELITY_ROUNDED, n->p->name, "%s", text);
    else
        fidelity_add(lines, FIDELITY_EXACT, n->p->name, "parameters, in the chip's integers");
    if (n->off.threshold > THRESHOLD_DOUBTFUL)
        fidelity_add(lines, FIDELITY_WARNING, n->p->name, "its thresholds are small against its weights: rounded by up to %.0f %%; more bits would help",
                     100 * n->off.threshold);
}

static void new_arrays(struct neurons *n)
{
    struct quant_population *q = n->q;
    uint32_t count = n->p->neurons;
    q->threshold = mem_new(count, sizeof *q->threshold);
    q->reset_value = mem_new(count, sizeof *q->reset_value);
    q->decay_v = mem_new(count, sizeof *q->decay_v);
    if (n->plan->rule.current)
        q->decay_u = mem_new(count, sizeof *q->decay_u);
    if (n->plan->has_bias && !n->plan->bias_axon)
        q->bias = mem_new(count, sizeof *q->bias);
}

int quant_neurons(const struct quant_job *job, uint32_t population, const struct quant_plan *plan, const struct quant_width *w, struct err *err)
{
    struct quant_population *q = &job->out->population[population];
    struct neurons n = {.job = job, .p = &job->network->population[population], .plan = plan, .w = w, .q = q};
    q->decay_bits = w->decay_bits;
    n.gain = ldexp(1 / q->unit, (int)q->shift);
    if (!w->decay_bits)
        for (uint32_t i = 0; i < n.p->neurons; i++)
            if (quant_decay(&job->file->type[plan->type], n.p->beta[i]) != 1)
                return err_input(err, "core type %s of chip %s states no decay format, and %s decays: formats: {decay: 12 bit}",
                                 job->file->type[plan->type].name, job->file->name, n.p->name);
    new_arrays(&n);
    for (uint32_t i = 0; i < n.p->neurons; i++)
        if (store_neuron(&n, i, err))
            return -1;
    neurons_line(&n);
    return 0;
}
