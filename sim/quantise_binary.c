/* Kind if_binary: weights behind a binary crossbar. A neuron has one weight per type of axon, so a weight is a sum of some of four numbers,
 * and a source takes an axon for each of the numbers that its weights need. Two ways to choose the four, for a population as a whole:
 *     values      its weights have no more values than there are types: each value is a type, exact
 *     bits        1, 2, 4 ... and -2^(n-1): weights of n bit, two's complement, a type per bit; of 2 bit 1 and -1, so -1, 0 and 1
 * The numbers are shifted left as far as 9 bit and the threshold allow, so that thresholds and leaks have bits below the weights' own. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "quantise_integer.h"

enum { WEIGHT_BITS = 9, VALUES_LISTED = 64, REACHES = 40 };
#define NEAR 1e-6                   /* of a unit: nearer than this a number is taken as the whole one */

static uint32_t set_bits(uint32_t set)
{
    uint32_t n = 0;
    for (; set; set &= set - 1)
        n++;
    return n;
}

uint32_t quant_types(const struct quant_population *q, int64_t weight)
{
    uint32_t best = 0, fewest = UINT32_MAX;
    for (uint32_t set = 0; set < 1u << q->n_types; set++) {
        int64_t sum = 0;
        for (uint32_t t = 0; t < q->n_types; t++)
            sum += set >> t & 1 ? q->type_weight[t] : 0;
        if (sum == weight && set_bits(set) < fewest) {
            best = set;
            fewest = set_bits(set);
        }
    }
    return best;
}

/* ---- what the population's weights are ---- */

struct values { double at[VALUES_LISTED]; uint32_t n; };        /* distinct, none of them 0; n VALUES_LISTED: so many or more */

static void add_value(struct values *v, double x)
{
    if (x == 0 || v->n == VALUES_LISTED)
        return;
    for (uint32_t i = 0; i < v->n; i++)
        if (v->at[i] == x)
            return;
    v->at[v->n++] = x;
}

static struct values values_of(const struct quant_job *job, uint32_t population, const struct quant_plan *plan)
{
    const struct network *net = job->network;
    struct values v = {.n = 0};
    for (uint32_t k = 0; k < net->n_projections; k++)
        for (uint64_t w = 0; net->projection[k].to == population && w < net->projection[k].n_weights; w++)
            add_value(&v, quant_effective(job, &net->projection[k], net->projection[k].weight[w]));
    for (uint32_t i = 0; plan->bias_axon && i < net->population[population].neurons; i++)
        add_value(&v, quant_bias(&net->population[population], i));
    return v;
}

/* Most sources of one neuron, its bias's among them. */
static uint64_t most_sources(const struct quant_job *job, uint32_t population, const struct quant_plan *plan)
{
    const struct network *net = job->network;
    uint32_t n = net->population[population].neurons;
    uint64_t *sources = mem_new(n, sizeof *sources), most = 0;
    struct synapse *row = NULL;
    size_t capacity = 0;
    for (uint32_t k = 0; k < net->n_projections; k++) {
        const struct projection *p = &net->projection[k];
        for (uint32_t pre = 0; p->to == population && pre < net->population[p->from].neurons; pre++) {
            uint32_t count = projection_row(p, net, pre, &row, &capacity);
            for (uint32_t i = 0; i < count; i++)
                sources[row[i].post]++;
        }
    }
    for (uint32_t i = 0; i < n; i++)
        most = sources[i] > most ? sources[i] : most;
    free(row);
    free(sources);
    return most + (plan->bias_axon != 0);
}

/* ---- the choice ---- */

static int refuse_values(const struct quant_job *job, uint32_t population, const struct core_type *t, const struct values *v, struct err *err)
{
    char help[200] = "give it no more";         /* TrueNorth's own numbers are not rounded */
    if (!job->network->population[population].binary)
        snprintf(help, sizeof help, "--bits 2 to %u stores weights of so many bit on as many axons per source, --approximate as many as fit", t->axon_types);
    return err_answer(err, "%s: its weights have %s%u values; a neuron of core type %s of chip %s has %u, one per type of axon: %s",
                      job->network->population[population].name, v->n == VALUES_LISTED ? "more than " : "", v->n == VALUES_LISTED ? v->n - 1 : v->n, t->name,
                      job->file->name, t->axon_types, help);
}

/* Bits of the weights, 0 where each value is a type. -1: refused. */
static int choose_bits(const struct quant_job *job, uint32_t population, const struct quant_plan *plan, const struct core_type *t, struct err *err)
{
    const struct quant_options *o = job->options;
    struct values v = values_of(job, population, plan);
    uint64_t sources;
    if (v.n <= t->axon_types && !o->bits)
        return 0;
    if (o->bits && (o->bits < 2 || o->bits > t->axon_types))
        return err_answer(err, "--bits %u: core type %s of chip %s has %u types of axons, one per bit of a weight: 2 to %u bits", o->bits, t->name,
                          job->file->name, t->axon_types, t->axon_types);
    if (o->bits)
        return (int)o->bits;
    if (!o->approximate)
        return refuse_values(job, population, t, &v, err);
    sources = most_sources(job, population, plan);
    uint64_t fit = sources ? t->axons_in / sources : t->axon_types;
    return fit >= t->axon_types ? (int)t->axon_types : fit < 2 ? 2 : (int)fit;
}

/* bits 0: the chip's own width. Ternary weights use two types of one size. */
static void set_width(struct quant_width *w, uint32_t bits)
{
    w->binary = 1;
    w->threshold_shifted = 0;
    w->shift_low = w->shift_high = 0;
    w->weight_bits = bits ? bits : WEIGHT_BITS;
    w->weight_high = ldexp(1, (int)w->weight_bits - 1) - 1;
    w->weight_reach = w->weight_high;
    w->weight_low = bits == 2 ? -1 : -w->weight_high - 1;
    if (bits)
        w->shift_high = bits == 2 ? WEIGHT_BITS - 2 : WEIGHT_BITS - bits;
}

/* Square error of all weights into the population with this unit. */
static double square_error(const struct quant_job *job, uint32_t population, const struct quant_width *w, double unit)
{
    const struct network *net = job->network;
    double sum = 0;
    for (uint32_t k = 0; k < net->n_projections; k++)
        for (uint64_t i = 0; net->projection[k].to == population && i < net->projection[k].n_weights; i++) {
            double x = quant_effective(job, &net->projection[k], net->projection[k].weight[i]);
            double off = x - unit * fmin(fmax(rint(x / unit), w->weight_low), w->weight_high);
            sum += off * off;
        }
    return sum;
}

/* Of so few bits the largest weight must not have all: the unit is the one with the least square error, what is larger is clipped. */
static void set_reach(const struct quant_job *job, uint32_t population, struct quant_width *w)
{
    const struct network *net = job->network;
    double most = 0, best = -1;
    for (uint32_t k = 0; k < net->n_projections; k++)
        for (uint64_t i = 0; net->projection[k].to == population && i < net->projection[k].n_weights; i++)
            most = fmax(most, fabs(quant_effective(job, &net->projection[k], net->projection[k].weight[i])));
    for (uint32_t part = 1; most > 0 && part <= REACHES; part++) {
        double reach = w->weight_high * REACHES / part, error = square_error(job, population, w, most / reach);
        if (best >= 0 && error > best)
            continue;
        best = error;
        w->weight_reach = reach;
    }
}

int quant_binary_width(const struct quant_job *job, uint32_t population, const struct quant_plan *plan, struct quant_width *w, struct err *err)
{
    const struct core_type *t = &job->file->type[plan->type];
    int bits = job->network->population[population].binary ? 0 : choose_bits(job, population, plan, t, err);
    if (bits < 0)
        return -1;
    set_width(w, (uint32_t)bits);
    if (bits)
        set_reach(job, population, w);
    job->out->population[population].n_types = (uint32_t)bits;
    return 0;
}

/* ---- types ---- */

static int add_type(struct quant_population *q, uint32_t most, int64_t weight)
{
    for (uint32_t t = 0; t < q->n_types; t++)
        if (q->type_weight[t] == weight)
            return 0;
    if (weight && q->n_types == most)
        return -1;
    if (weight)
        q->type_weight[q->n_types++] = (int32_t)weight;
    return 0;
}

/* Every stored value of a weight is a type. */
static int list_values(const struct quant_job *job, uint32_t population, const struct core_type *t, struct err *err)
{
    struct quant_population *q = &job->out->population[population];
    const struct network *net = job->network;
    int bad = 0;
    for (uint32_t k = 0; k < net->n_projections; k++)
        for (uint64_t w = 0; net->projection[k].to == population && w < net->projection[k].n_weights; w++)
            bad |= add_type(q, t->axon_types, job->out->projection[k].weight[w]);
    for (uint32_t i = 0; q->bias_weight && i < net->population[population].neurons; i++)
        bad |= add_type(q, t->axon_types, q->bias_weight[i]);
    if (!bad)
        return 0;
    struct values v = values_of(job, population, &(struct quant_plan){.bias_axon = q->bias_weight != NULL});
    return refuse_values(job, population, t, &v, err);
}

static void list_bits(struct quant_population *q, uint32_t bits)
{
    q->n_types = bits;
    for (uint32_t b = 0; b < bits; b++)
        q->type_weight[b] = bits == 2 ? (b ? -1 : 1) : b + 1 < bits ? 1 << b : -(1 << b);
}

/* What a sum would be shifted by on its way into the membrane, the crossbar's weights have in them: there is no shift behind it. */
static void shift_in(const struct quant_job *job, uint32_t population)
{
    struct quant_population *q = &job->out->population[population];
    const struct network *net = job->network;
    int64_t times = (int64_t)1 << q->shift;
    for (uint32_t k = 0; k < net->n_projections; k++)
        for (uint64_t w = 0; net->projection[k].to == population && w < net->projection[k].n_weights; w++)
            job->out->projection[k].weight[w] *= times;
    for (uint32_t i = 0; q->bias_weight && i < net->population[population].neurons; i++)
        q->bias_weight[i] *= times;
    for (uint32_t t = 0; t < q->n_types; t++)
        q->type_weight[t] *= (int32_t)times;
    q->unit /= (double)times;
    q->shift = 0;
}

int quant_binary_types(const struct quant_job *job, uint32_t population, const struct quant_plan *plan, struct err *err)
{
    struct quant_population *q = &job->out->population[population];
    const struct core_type *t = &job->file->type[plan->type];
    const char *name = job->network->population[population].name;
    uint32_t bits = q->n_types;
    if (bits)
        list_bits(q, bits);
    else if (list_values(job, population, t, err))
        return -1;
    shift_in(job, population);
    if (!bits)
        fidelity_add(&job->out->fidelity, FIDELITY_EXACT, name, "%u value%s of weights, %s of a type of axon of its own", q->n_types,
                     q->n_types == 1 ? "" : "s", q->n_types == 1 ? "that" : "each");
    else
        fidelity_add(&job->out->fidelity, job->options->bits ? FIDELITY_EMULATED : FIDELITY_APPROXIMATED, name,
                     "weights of %u bit, each bit a type of axon: a source takes up to %u of a core's %u axons", bits, bits, t->axons_in);
    return 0;
}

/* ---- neurons ---- */

static int no_number(const struct quant_job *job, uint32_t population, uint32_t i, const char *what, double x, double low, double high, struct err *err)
{
    return err_answer(err, "%s: neuron %u has the %s %g; kind if_binary of chip %s holds whole numbers from %.0f to %.0f",
                      job->network->population[population].name, i, what, x, job->file->name, low, high);
}

/* Numbers that are the chip's own already. */
static int take_own(const struct quant_job *job, uint32_t population, const struct quant_width *w, struct err *err)
{
    const struct population *p = &job->network->population[population];
    struct quant_population *q = &job->out->population[population];
    q->binary = *p->binary;
    for (uint32_t i = 0; i < p->neurons; i++) {
        double threshold = p->threshold[i], leak = p->bias[0] ? p->bias[0][i] : 0, value = p->reset_value ? p->reset_value[i] : 0;
        if (threshold != rint(threshold) || threshold < w->threshold_low || threshold > w->threshold_high)
            return no_number(job, population, i, "threshold", threshold, w->threshold_low, w->threshold_high, err);
        if (leak != rint(leak) || leak < w->bias_low || leak > w->bias_high)
            return no_number(job, population, i, "leak", leak, w->bias_low, w->bias_high, err);
        if (value != rint(value) || value < w->reset_low || value > w->reset_high)
            return no_number(job, population, i, "reset value", value, w->reset_low, w->reset_high, err);
        q->threshold[i] = (int32_t)threshold;
        q->bias[i] = (int32_t)leak;
        q->reset_value[i] = p->rule.reset == RESET_VALUE ? (int32_t)value : 0;
    }
    fidelity_add(&job->out->fidelity, FIDELITY_EXACT, p->name, "parameters, in the chip's integers");
    return 0;
}

static int32_t within(double x, double low, double high)
{
    return (int32_t)fmin(fmax(rint(x), low), high);
}

/* A trained population's, rounded. Where its decay became a leak, that goes toward 0 by what the decay loses at half the threshold. */
static void round_neurons(const struct quant_job *job, uint32_t population, const struct quant_plan *plan, const struct quant_width *w)
{
    const struct population *p = &job->network->population[population];
    struct quant_population *q = &job->out->population[population];
    double gain = 1 / q->unit, off = 0;
    q->binary = (struct binary_rule){.leak_reversal = plan->leak, .floor = (int64_t)w->membrane + 1, .floor_saturates = 1};
    for (uint32_t i = 0; i < p->neurons; i++) {
        double real = p->threshold[i] * gain, near = rint(real);
        double at = fabs(real - near) <= NEAR ? near : p->rule.compare == COMPARE_AT_LEAST ? ceil(real) : floor(real);
        q->threshold[i] = plan->rule.fires ? within(at + plan->compare_step, w->threshold_low, w->threshold_high) : INT32_MAX;
        q->bias[i] = plan->leak ? within(-(1 - p->beta[i]) * real / 2, w->bias_low, w->bias_high) : 0;
        q->reset_value[i] = p->rule.reset == RESET_VALUE && p->reset_value ? within(p->reset_value[i] * gain, w->reset_low, w->reset_high) : 0;
        if (plan->rule.fires && real != 0)
            off = fmax(off, fabs(q->threshold[i] - plan->compare_step - real) / fabs(real));
    }
    if (off > 1e-12)
        fidelity_add(&job->out->fidelity, FIDELITY_ROUNDED, p->name, "threshold by at most %.2g %%", 100 * off);
    else
        fidelity_add(&job->out->fidelity, FIDELITY_EXACT, p->name, "parameters, in the chip's integers");
}

int quant_binary_neurons(const struct quant_job *job, uint32_t population, const struct quant_plan *plan, const struct quant_width *w, struct err *err)
{
    const struct population *p = &job->network->population[population];
    struct quant_population *q = &job->out->population[population];
    q->threshold = mem_new(p->neurons, sizeof *q->threshold);
    q->reset_value = mem_new(p->neurons, sizeof *q->reset_value);
    q->bias = mem_new(p->neurons, sizeof *q->bias);
    if (p->binary)
        return take_own(job, population, w, err);
    round_neurons(job, population, plan, w);
    return 0;
}

/* ---- a population in the chip's own numbers: nothing is scaled ---- */

int quant_binary_own(const struct quant_job *job, uint32_t population, const struct quant_width *w, struct err *err)
{
    const struct network *net = job->network;
    job->out->population[population].unit = 1;
    for (uint32_t k = 0; k < net->n_projections; k++) {
        const struct projection *p = &net->projection[k];
        struct quant_projection *to = &job->out->projection[k];
        if (p->to != population)
            continue;
        to->weight = mem_new(p->n_weights, sizeof *to->weight);
        to->bits = w->weight_bits;
        for (uint64_t i = 0; i < p->n_weights; i++) {
            double x = quant_effective(job, p, p->weight[i]);
            if (x != rint(x) || x < w->weight_low || x > w->weight_high)
                return err_answer(err, "%s: weight %llu is %g; a TrueNorth population takes whole numbers from %.0f to %.0f", p->name, (unsigned long long)i, x,
                                  w->weight_low, w->weight_high);
            to->weight[i] = (int64_t)x;
        }
        quant_weights_line(job, k, "9 bit");
    }
    return 0;
}
