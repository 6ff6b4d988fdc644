/* What network_finish asks of a network before it sorts it. Every message names the file, the population or projection, what was
 * found and what belongs there. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "network_parts.h"

enum { ROW_MAX = 1 << 30 };     /* synapses of one source neuron in one projection */

static const char *place(const struct network *net)
{
    return *net->source ? net->source : "network";
}

static const char *label(const struct population *p)
{
    return *p->name ? p->name : "(input)";
}

static char *shape_text(const struct shape *s, char *to, size_t size)
{
    size_t used = (size_t)snprintf(to, size, "(");
    for (int i = 0; i < s->rank && used < size; i++)
        used += (size_t)snprintf(to + used, size - used, "%s%u", i ? ", " : "", s->dim[i]);
    if (used < size)
        snprintf(to + used, size - used, ")");
    return to;
}

/* ---- populations: every array that the rule needs is there, and finite ---- */

static int bad_population(const struct network *, const struct population *, struct err *, const char *format, ...) __attribute__((format(printf, 4, 5)));
static int bad_population(const struct network *net, const struct population *p, struct err *err, const char *format, ...)
{
    char text[1000];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return err_input(err, "%s: population '%s': %s", place(net), label(p), text);
}

/* An array of one number per neuron; NULL passes. */
static int check_values(const struct network *net, const struct population *p, const char *what, const double *value, struct err *err)
{
    for (uint32_t i = 0; value && i < p->neurons; i++)
        if (!isfinite(value[i]))
            return bad_population(net, p, err, "%s of neuron %u is %s; train or export it again with finite values", what, i,
                                  isnan(value[i]) ? "NaN (not a number)" : "infinite");
    return 0;
}

static int check_rule(const struct network *net, const struct population *p, struct err *err)
{
    if (!p->beta || (p->rule.fires && !p->threshold))
        return bad_population(net, p, err, "%s is not given for its neurons", !p->beta ? "beta (the decay of the membrane)" : "a threshold");
    if (p->rule.current && !p->alpha)
        return bad_population(net, p, err, "alpha (the decay of the current) is not given for its neurons");
    if (check_values(net, p, "alpha", p->alpha, err) || check_values(net, p, "beta", p->beta, err) || check_values(net, p, "the threshold", p->threshold, err))
        return -1;
    if (check_values(net, p, "the reset value", p->reset_value, err) || check_values(net, p, "the membrane's unit", p->membrane_unit, err))
        return -1;
    return check_values(net, p, "the bias", p->bias[0], err) || check_values(net, p, "the bias of port 1", p->bias[1], err) ? -1 : 0;
}

static int check_population(const struct network *net, uint32_t index, struct err *err)
{
    const struct population *p = &net->population[index];
    char text[80];
    int host = index == HOST_POPULATION;
    if (p->shape.rank < (host ? 0 : 1) || p->shape.rank > RANK_MAX)
        return bad_population(net, p, err, "a shape has 1 to %d numbers, not %d", RANK_MAX, p->shape.rank);
    if (host && !p->shape.rank)
        return 0;
    uint64_t size = shape_size(&p->shape);
    if (size == 0)
        return bad_population(net, p, err, "its shape %s has no neurons", shape_text(&p->shape, text, sizeof text));
    if (size > NEURONS_MAX)
        return bad_population(net, p, err, "its shape %s has more than %d neurons; is a number wrong?", shape_text(&p->shape, text, sizeof text), NEURONS_MAX);
    if (size != p->neurons)
        return err_bug(err, "%s: population '%s' has %u neurons and a shape of %llu", place(net), label(p), p->neurons, (unsigned long long)size);
    return host ? 0 : check_rule(net, p, err);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Unique, because messages, reports and connections go by name. */
static int check_names(const struct network *net, struct err *err)
{
    const char **name = mem_new(net->n_populations, sizeof *name);
    int bad = 0;
    for (uint32_t i = 0; i < net->n_populations; i++)
        name[i] = net->population[i].name;
    qsort(name, net->n_populations, sizeof *name, by_text);
    for (uint32_t i = 1; i < net->n_populations && !bad; i++)
        if (!strcmp(name[i], name[i - 1]))
            bad = err_input(err, "%s: two populations are named '%s'; give each its own name", place(net), name[i]);
    for (uint32_t i = HOST_POPULATION + 1; i < net->n_populations && !bad; i++)
        if (!*net->population[i].name)
            bad = err_input(err, "%s: a population has no name", place(net));
        else if (!strcmp(net->population[i].name, "(host)") || !strcmp(net->population[i].name, "(chip)"))
            bad = err_input(err, "%s: a population is named '%s', which the run folder uses for itself; give it another name", place(net),
                            net->population[i].name);
    free(name);
    return bad;
}

/* ---- projections: ends, what the weights see, their form, their number, their values ---- */

static int bad_projection(const struct network *, const struct projection *, struct err *, const char *format, ...) __attribute__((format(printf, 4, 5)));
static int bad_projection(const struct network *net, const struct projection *p, struct err *err, const char *format, ...)
{
    char text[1000];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return err_input(err, "%s: '%s' from '%s' to '%s': %s", place(net), p->name, label(&net->population[p->from]), label(&net->population[p->to]), text);
}

/* a * b * c, or UINT64_MAX where that overflows: sizes come from files. */
static uint64_t product(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t ab = b && a > UINT64_MAX / b ? UINT64_MAX : a * b;
    return c && ab > UINT64_MAX / c ? UINT64_MAX : ab * c;
}

/* The grid that the weights see: the source, or what pooling leaves of it. *size: neurons or pooled positions. */
static int check_grid(const struct network *net, const struct projection *p, uint64_t *size, struct err *err)
{
    const struct population *from = &net->population[p->from];
    const struct pool *pool = &p->pool;
    *size = from->neurons;
    if (!p->pooled)
        return 0;
    if (p->form == FORM_LIST)
        return bad_projection(net, p, err, "a list of synapses cannot follow a pooling layer; list the pooled synapses themselves");
    if (product(p->pool_in[0], p->pool_in[1], p->pool_in[2]) != from->neurons)
        return bad_projection(net, p, err, "its pooling wants (%u, %u, %u) neurons, but '%s' has %u", p->pool_in[0], p->pool_in[1], p->pool_in[2], label(from),
                              from->neurons);
    for (int k = 0; k < 2; k++) {
        uint32_t positions = window_positions(p->pool_in[k + 1], pool->kernel[k], pool->stride[k], pool->padding[k], 1);
        if (pool->padding[k] >= pool->kernel[k] || !positions)
            return bad_projection(net, p, err, "a pooling window of %u with stride %u and padding %u does not fit %u positions (%s)", pool->kernel[k],
                                  pool->stride[k], pool->padding[k], p->pool_in[k + 1], k ? "width" : "height");
        if (positions != p->pool_out[k])
            return bad_projection(net, p, err, "pooling leaves %u positions in its %s, not %u", positions, k ? "width" : "height", p->pool_out[k]);
    }
    *size = product(p->pool_in[0], p->pool_out[0], p->pool_out[1]);
    return 0;
}

/* Of a convolution or pool. */
static int check_channels(const struct network *net, const struct projection *p, struct err *err)
{
    const struct conv *c = &p->conv;
    if (!c->groups || !c->channels_in || !c->channels_out || c->channels_in % c->groups || c->channels_out % c->groups)
        return bad_projection(net, p, err, "%u groups do not divide %u input and %u output channels", c->groups, c->channels_in, c->channels_out);
    if (p->form == FORM_POOL && (c->channels_in != c->channels_out || c->groups != c->channels_in))
        return bad_projection(net, p, err, "pooling keeps its channels, but there are %u before and %u after it", c->channels_in, c->channels_out);
    return 0;
}

/* A bound on the synapses of one neuron: along an axis no more than (pooled positions it feeds) x taps. */
static uint64_t row_bound(const struct projection *p)
{
    const struct conv *c = &p->conv;
    uint64_t bound = p->form == FORM_POOL ? 1 : c->channels_out / c->groups;
    for (int k = 0; k < 2; k++) {
        uint64_t positions = p->pooled ? (p->pool.kernel[k] - 1) / p->pool.stride[k] + 1 : 1;
        uint64_t each = c->kernel[k] < c->out[k] ? c->kernel[k] : c->out[k];
        bound = product(bound, positions < c->in[k] ? positions : c->in[k], each);
    }
    return bound;
}

/* Input, window and output agree, along both axes and with the populations. */
static int check_conv(const struct network *net, const struct projection *p, uint64_t grid, struct err *err)
{
    const struct conv *c = &p->conv;
    const struct population *to = &net->population[p->to];
    if (check_channels(net, p, err))
        return -1;
    if (product(c->channels_in, c->in[0], c->in[1]) != grid || (p->pooled && (c->channels_in != p->pool_in[0] || c->in[0] != p->pool_out[0])))
        return bad_projection(net, p, err, "it wants an input of (%u, %u, %u), but gets %llu values", c->channels_in, c->in[0], c->in[1],
                              (unsigned long long)grid);
    for (int k = 0; k < 2; k++) {
        uint32_t dilation = p->form == FORM_POOL && !c->dilation[k] ? 1 : c->dilation[k];
        uint32_t positions = window_positions(c->in[k], c->kernel[k], c->stride[k], c->padding[k], dilation);
        if (!positions)
            return bad_projection(net, p, err, "a kernel of %u with stride %u, padding %u and dilation %u does not fit %u positions (%s)", c->kernel[k],
                                  c->stride[k], c->padding[k], c->dilation[k], c->in[k], k ? "width" : "height");
        if (positions != c->out[k])
            return bad_projection(net, p, err, "it has %u output positions in its %s, not %u", positions, k ? "width" : "height", c->out[k]);
    }
    if (product(c->channels_out, c->out[0], c->out[1]) != to->neurons)
        return bad_projection(net, p, err, "its output is (%u, %u, %u), but '%s' has %u neurons", c->channels_out, c->out[0], c->out[1], label(to),
                              to->neurons);
    if (row_bound(p) > ROW_MAX)
        return bad_projection(net, p, err, "one neuron would have more than %d synapses; is a kernel size wrong?", ROW_MAX);
    return 0;
}

/* list_first is the importer's own work; the list's numbers come from the file. */
static int check_list(const struct network *net, const struct projection *p, struct err *err)
{
    const struct population *from = &net->population[p->from], *to = &net->population[p->to];
    if (!p->list_first || p->list_first[0] != 0 || p->list_first[from->neurons] != p->n_list)
        return err_bug(err, "%s: '%s': list_first does not span the list", place(net), p->name);
    for (uint32_t i = 0; i < from->neurons; i++)
        if (p->list_first[i] > p->list_first[i + 1] || p->list_first[i + 1] > p->n_list)
            return err_bug(err, "%s: '%s': list_first falls at %u", place(net), p->name, i);
        else if (p->list_first[i + 1] - p->list_first[i] > ROW_MAX)
            return bad_projection(net, p, err, "neuron %u has more than %d synapses", i, ROW_MAX);
    for (uint64_t i = 0; i < p->n_list; i++) {
        const struct synapse *s = &p->list[i];
        if (s->post >= to->neurons)
            return bad_projection(net, p, err, "synapse %llu goes to neuron %u, but '%s' has %u (0 to %u)", (unsigned long long)i, s->post, label(to),
                                  to->neurons, to->neurons - 1);
        if (s->weight >= p->n_weights)
            return bad_projection(net, p, err, "synapse %llu has weight number %u of %llu", (unsigned long long)i, s->weight, (unsigned long long)p->n_weights);
        if (s->delay > DELAY_MAX)
            return bad_projection(net, p, err, "synapse %llu has a delay of %u steps; at most %d are possible", (unsigned long long)i, s->delay, DELAY_MAX);
    }
    return 0;
}

static int check_random(const struct network *net, const struct projection *p, struct err *err)
{
    const struct random_form *r = &p->random;
    uint32_t to = net->population[p->to].neurons;
    if (p->pooled)
        return bad_projection(net, p, err, "random synapses cannot follow a pooling layer");
    if (!r->block || to % r->block)
        return bad_projection(net, p, err, "blocks of %u neurons do not divide the %u of '%s'", r->block, to, label(&net->population[p->to]));
    if (!r->fan_out || r->fan_out > r->block)
        return bad_projection(net, p, err, "%u synapses per neuron do not fit a block of %u: from 1 to so many", r->fan_out, r->block);
    return p->n_weights ? 0 : bad_projection(net, p, err, "it has no weight; write for example weight: 1");
}

/* How many weights the form wants. */
static int check_count(const struct network *net, const struct projection *p, uint64_t grid, struct err *err)
{
    const struct conv *c = &p->conv;
    uint64_t want = p->n_weights;
    uint32_t to = net->population[p->to].neurons;
    if (p->n_weights >= UINT32_MAX)
        return bad_projection(net, p, err, "%llu weights are more than one projection can have", (unsigned long long)p->n_weights);
    if (p->form == FORM_DENSE)
        want = product(grid, to, 1);
    else if (p->form == FORM_CONV)
        want = product(product(c->channels_out, c->channels_in / c->groups, 1), c->kernel[0], c->kernel[1]);
    else if (p->form == FORM_POOL)
        want = 1;
    else if (p->form == FORM_ONE_TO_ONE && p->n_weights != 1)
        want = grid;
    if (want != p->n_weights)
        return bad_projection(net, p, err, "%llu weights are wanted for %llu inputs and %u neurons, but there are %llu", (unsigned long long)want,
                              (unsigned long long)grid, to, (unsigned long long)p->n_weights);
    return 0;
}

/* Weights, bias, scale, delays. */
static int check_numbers(const struct network *net, const struct projection *p, struct err *err)
{
    for (uint64_t i = 0; i < p->n_weights; i++)
        if (!isfinite(p->weight[i]))
            return bad_projection(net, p, err, "weight %llu is %s; train or export it again with finite weights", (unsigned long long)i,
                                  isnan(p->weight[i]) ? "NaN (not a number)" : "infinite");
    for (uint32_t i = 0; p->bias && i < net->population[p->to].neurons; i++)
        if (!isfinite(p->bias[i]))
            return bad_projection(net, p, err, "the bias of neuron %u is %s; train or export it again with finite values", i,
                                  isnan(p->bias[i]) ? "NaN (not a number)" : "infinite");
    if (!isfinite(p->scale))
        return bad_projection(net, p, err, "its scale is not a finite number");
    for (uint32_t i = 0; p->pre_delay && i < net->population[p->from].neurons; i++)
        if (p->pre_delay[i] > DELAY_MAX)
            return bad_projection(net, p, err, "neuron %u has a delay of %u steps; at most %d are possible", i, p->pre_delay[i], DELAY_MAX);
    if (p->network_delay > DELAY_MAX)
        return bad_projection(net, p, err, "a delay of %u steps; at most %d are possible", p->network_delay, DELAY_MAX);
    return 0;
}

static int check_ends(const struct network *net, const struct projection *p, struct err *err)
{
    if (p->from >= net->n_populations || p->to >= net->n_populations || p->port >= PORTS_MAX)
        return err_bug(err, "%s: '%s' has no population %u, %u or port %u", place(net), p->name, p->from, p->to, p->port);
    if (p->to == HOST_POPULATION)
        return bad_projection(net, p, err, "the input cannot receive spikes; remove the connection or turn it round");
    if (!net->population[p->from].neurons)
        return bad_projection(net, p, err, "the size of the input is not known; give its shape");
    if (p->from != HOST_POPULATION && !net->population[p->from].rule.fires)
        return bad_projection(net, p, err, "'%s' (%s) never spikes, so nothing can be connected to it; a membrane without spikes is read at the output only",
                              label(&net->population[p->from]), net->population[p->from].type);
    return 0;
}

static int check_projection(const struct network *net, const struct projection *p, struct err *err)
{
    uint64_t grid;
    if (check_ends(net, p, err) || check_grid(net, p, &grid, err))
        return -1;
    if ((p->form == FORM_CONV || p->form == FORM_POOL) && check_conv(net, p, grid, err))
        return -1;
    if (p->form == FORM_ONE_TO_ONE && grid != net->population[p->to].neurons)
        return bad_projection(net, p, err, "one to one wants as many neurons on both sides, but there are %llu and %u", (unsigned long long)grid,
                              net->population[p->to].neurons);
    if (check_count(net, p, grid, err) || check_numbers(net, p, err))
        return -1;
    return p->form == FORM_LIST ? check_list(net, p, err) : p->form == FORM_RANDOM ? check_random(net, p, err) : 0;
}

/* In the order in which the later checks rely on the earlier ones. */
int network_check(const struct network *net, struct err *err)
{
    if (net->n_populations < 2)
        return err_input(err, "%s: it has no neurons", place(net));
    if (!isfinite(net->dt) || net->dt < 0)
        return err_input(err, "%s: a time step of %g s; it must be above 0", place(net), net->dt);
    if (check_names(net, err))
        return -1;
    for (uint32_t i = 0; i < net->n_populations; i++)
        if (check_population(net, i, err))
            return -1;
    if (network_neurons(net) > NEURONS_MAX)
        return err_input(err, "%s: %llu neurons; a network has at most %d", place(net), (unsigned long long)network_neurons(net), NEURONS_MAX);
    for (uint32_t i = 0; i < net->n_projections; i++)
        if (check_projection(net, &net->projection[i], err))
            return -1;
    return 0;
}
