/* Integer kinds: one accumulator unit per population, as small as the weight width allows, so that the largest weight uses all of
 * it; larger where threshold, reset, bias or membrane would not fit otherwise, and by up to a factor 2 where the current could
 * leave its width. Where all weights lie on a grid that the width holds, the unit is a fraction of that grid and they are exact;
 * else it divides the threshold, so that the threshold is exact. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "quantise_integer.h"

enum {
    HEADROOM = 2,               /* membranes reach at least so many thresholds */
    SHIFT_HEADROOM = 16,        /* and so many where a larger shift of the weights is a choice */
    GRID_MOST = 4096,           /* widest weights, in steps, for which a grid is looked for */
    GRID_SAMPLE = 1024,
    BIAS_PACKETS_MOST = 256
};
#define CURRENT_GIVES_WAY 2.0   /* largest factor that an improbable current may cost */
#define ON_GRID 1e-4            /* of a step: float32 weights of up to 12 bit are nearer */

static double format_high(const struct core_type *t, const char *name, double otherwise)
{
    const struct format *f = core_type_format(t, name);
    return f ? (double)f->high : otherwise;
}

static double format_low(const struct core_type *t, const char *name, double otherwise)
{
    const struct format *f = core_type_format(t, name);
    return f ? (double)f->low : otherwise;
}

/* Two's complement of N bits, or 0 .. 2^N - 1 where the format is unsigned. */
static int read_weight_width(const struct quant_job *job, const struct core_type *t, struct quant_width *w, struct err *err)
{
    const struct format *f = core_type_format(t, "weight");
    if (!f && !job->options->bits)
        return err_input(err, "core type %s of chip %s states no weight format: formats: {weight: 8 bit signed}, or --bits 8", t->name, job->file->name);
    w->weight_bits = job->options->bits ? job->options->bits : f->bits;
    if (w->weight_bits > 31)
        return err_input(err, "core type %s of chip %s: weights of %u bit: integer cores take at most 31", t->name, job->file->name, w->weight_bits);
    double half = ldexp(1, (int)w->weight_bits - 1);
    w->weight_low = -half;
    w->weight_high = half - 1;
    if (f && !f->is_signed) {
        w->weight_low = 0;
        w->weight_high = 2 * half - 1;
    }
    w->weight_reach = w->weight_high;
    return 0;
}

/* A format that is not stated is as wide as the cores' int32 state. */
static int read_width(const struct quant_job *job, const struct core_type *t, struct quant_width *w, struct err *err)
{
    *w = (struct quant_width){.cuba = core_type_is(t, "cuba"), .bias_exponent = t->bias_exponent_max};
    w->wraps = w->cuba && !t->current_saturates;
    if (read_weight_width(job, t, w, err))
        return -1;
    w->membrane = fmin(format_high(t, "membrane", INT32_MAX), INT32_MAX);     /* the cores' state is int32 */
    w->current = fmin(format_high(t, "current", INT32_MAX), INT32_MAX);
    w->threshold_low = format_low(t, "threshold", -w->membrane);
    w->threshold_high = format_high(t, "threshold", w->membrane);
    w->bias_low = format_low(t, "bias", -w->membrane);
    w->bias_high = format_high(t, "bias", w->membrane);
    w->reset_low = format_low(t, "reset", -w->membrane);
    w->reset_high = format_high(t, "reset", w->membrane);
    w->shift_high = t->weight_shift_max;
    w->shift_low = t->weight_shift_fixed ? t->weight_shift_max : 0;
    w->threshold_shifted = t->weight_shift_max > 0;
    const struct format *decay = core_type_format(t, "decay");
    w->decay_bits = decay ? decay->bits : 0;
    w->decay_high = decay ? (double)decay->high : 0;
    if (w->decay_bits > 24 || w->shift_high > 24)
        return err_input(err, "core type %s of chip %s: decays and weight shifts of at most 24 bit", t->name, job->file->name);
    return 0;
}

static double largest(const double *x, uint32_t n)
{
    double most = 0;
    for (uint32_t i = 0; x && i < n; i++)
        most = fmax(most, fabs(x[i]));
    return most;
}

double quant_bias(const struct population *p, uint32_t neuron)
{
    return (p->bias[0] ? p->bias[0][neuron] : 0) + (p->bias[1] ? p->bias[1][neuron] : 0);
}

/* Largest steady sum per step: of the current where the neuron has one, else of one step. */
static double most_current(const struct quant_job *job, uint32_t population, const struct quant_plan *plan)
{
    const struct population *p = &job->network->population[population];
    struct quant_drive d = quant_drive(job, population);
    double most = 0;
    for (uint32_t i = 0; i < p->neurons; i++) {
        double sum = fmax(d.excite[i], d.inhibit[i]) + (plan->bias_axon ? fabs(quant_bias(p, i)) : 0);
        double lost = plan->rule.current ? fmax(1 - p->alpha[i], 1e-9) : 1;
        most = fmax(most, sum / lost);
    }
    quant_drive_free(&d);
    return most;
}

struct needs { double weight, threshold, amount, value, bias, axon, current; };        /* largest |real number| of each; axon: a bias that is a weight */

/* What the neurons alone ask of the unit; a bias that travels as a weight asks like one. */
static void need_neurons(const struct population *p, const struct quant_plan *plan, struct needs *need)
{
    for (uint32_t i = 0; i < p->neurons; i++) {
        double bias = fabs(quant_bias(p, i)), amount = plan->amount == AMOUNT_OVER_BETA ? p->threshold[i] / p->beta[i] : 0;
        need->amount = fmax(need->amount, fabs(amount));
        if (plan->bias_axon)
            need->axon = fmax(need->axon, bias);
        else
            need->bias = fmax(need->bias, bias);
    }
    if (plan->rule.fires)
        need->threshold = largest(p->threshold, p->neurons);
    if (plan->rule.reset == RESET_VALUE)
        need->value = largest(p->reset_value, p->neurons);
}

/* All that has to be held in words, as real numbers. */
static struct needs needs_of(const struct quant_job *job, uint32_t population, const struct quant_plan *plan)
{
    const struct network *net = job->network;
    struct needs need = {0};
    for (uint32_t k = 0; k < net->n_projections; k++) {
        const struct projection *p = &net->projection[k];
        for (uint64_t w = 0; p->to == population && w < p->n_weights; w++)
            need.weight = fmax(need.weight, fabs(quant_effective(job, p, p->weight[w])));
    }
    need_neurons(&net->population[population], plan, &need);
    need.current = most_current(job, population, plan);
    return need;
}

/* The unit in which `most` takes so many words, if that is the larger one. */
static double at_least(double unit, double most, double words)
{
    return most > 0 && words > 0 ? fmax(unit, most / words) : unit;
}

/* Smallest unit in which everything but an improbable current fits, with weights shifted by `shift`. */
static double hard_unit(const struct quant_width *w, const struct needs *need, uint32_t shift, double headroom)
{
    double gain = ldexp(1, (int)shift), unit = 0;
    unit = at_least(unit, need->weight, w->weight_reach);
    unit = at_least(unit, need->threshold * (w->threshold_shifted ? 1 : gain), w->threshold_high);
    unit = at_least(unit, need->threshold * gain, w->membrane / headroom);
    unit = at_least(unit, need->amount * gain, w->membrane);
    unit = at_least(unit, need->value * gain, fmin(w->reset_high, w->membrane));
    return at_least(unit, need->bias * gain, fmin(ldexp(w->bias_high, (int)w->bias_exponent), w->membrane));
}

/* The largest shift that costs no weight bits: more bits below the threshold for decays and biases. */
static uint32_t choose_shift(const struct quant_width *w, const struct needs *need)
{
    double least = hard_unit(w, need, w->shift_low, HEADROOM);
    for (uint32_t shift = w->shift_high; shift > w->shift_low; shift--)
        if (hard_unit(w, need, shift, SHIFT_HEADROOM) <= least)
            return shift;
    return w->shift_low;
}

/* The current's wish, heeded up to a factor; a note where it is not met. */
static double soft_unit(const struct quant_job *job, const struct population *p, const struct quant_width *w, const struct needs *need, double unit,
                        uint32_t shift)
{
    double wish = at_least(unit, need->current * (w->cuba ? ldexp(1, (int)shift) : 1), w->current);
    double given = fmin(wish, unit * CURRENT_GIVES_WAY);
    if (wish > given)
        fidelity_add(&job->out->fidelity, FIDELITY_NOTE, p->name,
                     "its current %s if more than %.2g %% of its excitatory or inhibitory input arrives in every step",
                     w->wraps ? "wraps" : "saturates", 100 * given / wish);
    return given;
}

static int is_whole(double x, double tolerance)
{
    return fabs(x - rint(x)) <= tolerance;
}

/* 1: every weight into the population, and a bias that is one, is a whole number of steps. */
static int on_grid(const struct quant_job *job, uint32_t population, const struct quant_plan *plan, double step)
{
    const struct network *net = job->network;
    for (uint32_t k = 0; k < net->n_projections; k++) {
        const struct projection *p = &net->projection[k];
        for (uint64_t w = 0; p->to == population && w < p->n_weights; w++)
            if (!is_whole(quant_effective(job, p, p->weight[w]) / step, ON_GRID))
                return 0;
    }
    for (uint32_t i = 0; plan->bias_axon && i < net->population[population].neurons; i++)
        if (!is_whole(quant_bias(&net->population[population], i) / job->out->population[population].bias_packets / step, ON_GRID))
            return 0;
    return 1;
}

/* A first look at some weights that are not 0: nearly every step that is no grid fails here. Returns how many. */
static uint32_t sample_weights(const struct quant_job *job, uint32_t population, double *sample)
{
    const struct network *net = job->network;
    uint32_t n = 0;
    for (uint32_t k = 0; k < net->n_projections; k++) {
        const struct projection *p = &net->projection[k];
        for (uint64_t w = 0; p->to == population && w < p->n_weights && n < GRID_SAMPLE; w++)
            if (p->weight[w] != 0)
                sample[n++] = quant_effective(job, p, p->weight[w]);
    }
    return n;
}

static int sample_on_grid(const double *sample, uint32_t n, double step)
{
    for (uint32_t i = 0; i < n; i++)
        if (!is_whole(sample[i] / step, ON_GRID))
            return 0;
    return 1;
}

/* Steps of the coarsest grid that holds all weights, counted in the largest; 0: none within the width. */
static uint32_t grid_of(const struct quant_job *job, uint32_t population, const struct quant_plan *plan, double most, double width)
{
    double sample[GRID_SAMPLE];
    uint32_t n = sample_weights(job, population, sample), last = width < GRID_MOST ? (uint32_t)width : GRID_MOST;
    for (uint32_t m = 1; most > 0 && m <= last; m++)
        if (sample_on_grid(sample, n, most / m) && on_grid(job, population, plan, most / m))
            return m;
    return 0;
}

static double one_threshold(const struct population *p, const struct quant_plan *plan)
{
    for (uint32_t i = 1; plan->rule.fires && i < p->neurons; i++)
        if (p->threshold[i] != p->threshold[0])
            return 0;
    return plan->rule.fires && p->neurons ? p->threshold[0] : 0;
}

/* The unit that keeps weights on their grid: the finest, but rather one that holds the threshold too. 0: none. */
static double grid_unit(double most, uint32_t grid, double width, double least, double threshold)
{
    double finest = 0;
    for (uint32_t j = grid ? (uint32_t)(width / grid) : 0; j >= 1; j--) {
        double unit = most / (j * grid);
        if (unit < least * (1 - 1e-12))
            continue;
        if (finest == 0)
            finest = unit;
        if (threshold <= 0 || (threshold / unit >= 1 && is_whole(threshold / unit, ON_GRID)))
            return unit;
    }
    return finest;
}

static double power_above(double x)
{
    double unit = ldexp(1, ilogb(x));
    return unit < x ? 2 * unit : unit;
}

/* A bias that is a weight comes in as many equal packets as keep the unit small. */
static double bias_unit(struct quant_population *q, const struct quant_width *w, const struct needs *need, double unit)
{
    q->bias_packets = 1;
    if (unit > 0 && !w->binary)
        q->bias_packets = (uint32_t)fmin(fmax(ceil(need->axon / (unit * w->weight_high) - ON_GRID), 1), BIAS_PACKETS_MOST);
    return at_least(unit, need->axon / q->bias_packets, w->weight_high);
}

static double choose_unit(const struct quant_job *job, uint32_t population, const struct quant_plan *plan, const struct quant_width *w, uint32_t *shift)
{
    const struct population *p = &job->network->population[population];
    struct needs need = needs_of(job, population, plan);
    *shift = choose_shift(w, &need);
    double least = soft_unit(job, p, w, &need, hard_unit(w, &need, *shift, HEADROOM), *shift);
    if (plan->bias_axon)
        least = bias_unit(&job->out->population[population], w, &need, least);
    if (!(least > DBL_MIN))
        return 1;
    if (job->options->rule == QUANT_POW2)
        return power_above(least);
    double threshold = one_threshold(p, plan) * (w->threshold_shifted ? 1 : ldexp(1, (int)*shift));
    double unit = grid_unit(need.weight, grid_of(job, population, plan, need.weight, w->weight_high), w->weight_high, least, threshold);
    if (unit > 0)
        return unit;
    return threshold >= least ? threshold / floor(threshold / least) : least;
}

/* Half to even, the rounding mode of the program; what falls outside the width is counted, not hidden. */
static int64_t clamp(double x, double low, double high, uint64_t *clipped)
{
    double q = rint(x);
    *clipped += q < low || q > high;
    return (int64_t)fmin(fmax(q, low), high);
}

static void store_projection(const struct quant_job *job, uint32_t p, const struct quant_width *w, double unit)
{
    const struct projection *from = &job->network->projection[p];
    struct quant_projection *to = &job->out->projection[p];
    struct quant_error e = {0};
    char width[32];
    to->weight = mem_new(from->n_weights, sizeof *to->weight);
    to->bits = w->weight_bits;
    for (uint64_t k = 0; k < from->n_weights; k++) {
        double wanted = quant_effective(job, from, from->weight[k]);
        to->weight[k] = clamp(wanted / unit, w->weight_low, w->weight_high, &to->clipped);
        double stored = (double)to->weight[k] * unit;
        quant_error_add(&e, is_whole(wanted / unit, ON_GRID) && fabs(stored - wanted) < unit / 2 ? wanted : stored, wanted);
    }
    quant_error_end(&e, to);
    snprintf(width, sizeof width, "%u bit", w->weight_bits);
    quant_weights_line(job, p, width);
}

static void store_bias_axon(const struct quant_job *job, uint32_t population, const struct quant_width *w)
{
    const struct population *p = &job->network->population[population];
    struct quant_population *q = &job->out->population[population];
    uint64_t clipped = 0;
    q->bias_weight = mem_new(p->neurons, sizeof *q->bias_weight);
    q->bias_bits = w->weight_bits;
    for (uint32_t i = 0; i < p->neurons; i++)
        q->bias_weight[i] = clamp(quant_bias(p, i) / q->bias_packets / q->unit, w->weight_low, w->weight_high, &clipped);
    if (q->bias_packets > 1)
        fidelity_add(&job->out->fidelity, FIDELITY_NOTE, p->name, "its bias comes in %u equal packets per step: one weight cannot hold it", q->bias_packets);
    if (clipped)
        fidelity_add(&job->out->fidelity, FIDELITY_WARNING, p->name, "%llu of its biases are clipped to the range of %u bit weights",
                     (unsigned long long)clipped, w->weight_bits);
}

int quant_integer(const struct quant_job *job, uint32_t population, const struct quant_plan *plan, struct err *err)
{
    struct quant_population *q = &job->out->population[population];
    struct quant_width width;
    int binary = core_type_is(&job->file->type[plan->type], "if_binary"), own = job->network->population[population].binary != NULL;
    if (read_width(job, &job->file->type[plan->type], &width, err) || (binary && quant_binary_width(job, population, plan, &width, err)))
        return -1;
    q->integer = 1;
    if (own)
        return quant_binary_own(job, population, &width, err) || quant_binary_types(job, population, plan, err) ||
               quant_binary_neurons(job, population, plan, &width, err) ? -1 : 0;
    q->unit = choose_unit(job, population, plan, &width, &q->shift);
    for (uint32_t p = 0; p < job->network->n_projections; p++)
        if (job->network->projection[p].to == population)
            store_projection(job, p, &width, q->unit);
    if (plan->bias_axon)
        store_bias_axon(job, population, &width);
    if (binary)
        return quant_binary_types(job, population, plan, err) || quant_binary_neurons(job, population, plan, &width, err) ? -1 : 0;
    return quant_neurons(job, population, plan, &width, err);
}
