/* A chain of linear nodes as one projection. Reshaping changes no index and is dropped; scales go into the weights beside them;
 * delays that are the same for all go to the projection, those of the source neurons to pre_delay. What is then
 *     nothing, scale, pool, dense, conv, pool + dense, pool + conv
 * has a form of its own; anything else is multiplied out to a list (or dense, where every pair is there). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import/nir_linear.h"

struct chain {                  /* a copy that may be changed */
    struct linear *op;
    size_t n;
    uint64_t delay;
    uint32_t *pre_delay;        /* NULL, or [n_in] */
    uint32_t n_in;
    struct network *net;
};

/* Takes node i out; the nodes around it touch. */
static void drop(struct chain *c, size_t i)
{
    free(c->op[i].owned);
    memmove(c->op + i, c->op + i + 1, (c->n - i - 1) * sizeof *c->op);
    c->n--;
}

/* ---- delays ---- */

static int same_delays(const struct linear *l)
{
    for (uint64_t i = 1; i < l->n_delays; i++)
        if (l->delay[i] != l->delay[0])
            return 0;
    return 1;
}

/* Delays of single source neurons: several Delay nodes in a row add up. */
static void add_pre_delay(struct chain *c, const struct linear *l)
{
    if (!c->pre_delay)
        c->pre_delay = mem_new(c->n_in, sizeof *c->pre_delay);
    for (uint32_t i = 0; i < c->n_in; i++)
        c->pre_delay[i] += l->delay[i];
}

/* Delays of single elements stay in the chain where something other than a scale is before them. */
static void take_delays(struct chain *c)
{
    int elementwise = 1;
    for (size_t i = 0; i < c->n;) {
        const struct linear *l = &c->op[i];
        int taken = l->kind == LINEAR_PASS;
        if (l->kind == LINEAR_DELAY && same_delays(l)) {
            c->delay += l->delay[0];
            taken = 1;
        } else if (l->kind == LINEAR_DELAY && elementwise) {
            add_pre_delay(c, l);
            taken = 1;
        }
        elementwise = elementwise && (taken || l->kind == LINEAR_SCALE);
        if (taken)
            drop(c, i);
        else
            i++;
    }
}

/* ---- scales ---- */

/* What multiplies channel k of n: the scale must be the same over the channel (n = 1: everywhere). */
static int channel_scale(const struct linear *scale, uint64_t channels, double *factor)
{
    uint64_t size = shape_size(&scale->in), area = size / channels;
    if (scale->n_weights == 1) {
        for (uint64_t k = 0; k < channels; k++)
            factor[k] = scale->weight[0];
        return 1;
    }
    for (uint64_t i = 0; i < size; i++) {
        factor[i / area] = scale->weight[i / area * area];
        if (scale->weight[i] != factor[i / area])
            return 0;
    }
    return 1;
}

/* Weights belong to the file until something changes them. */
static void own_weights(struct linear *l)
{
    if (l->owned)
        return;
    l->owned = mem_new(l->n_weights, sizeof *l->owned);
    memcpy(l->owned, l->weight, l->n_weights * sizeof *l->owned);
    l->weight = l->owned;
}

/* before: the scale comes before the weights. */
static void scale_dense(struct linear *l, const struct linear *scale, int before)
{
    uint64_t n_in = shape_size(&l->in);
    own_weights(l);
    for (uint64_t k = 0; k < l->n_weights; k++)
        l->owned[k] *= scale->weight[scale->n_weights == 1 ? 0 : before ? k % n_in : k / n_in];
}

/* Weight k stands for output channel k / (taps ins) and, within the group of that channel, input channel k / taps mod ins. A scale that is
 * constant over each channel commutes with the convolution; one that differs between pixels does not, and is multiplied out. */
static void scale_conv(struct linear *l, const double *factor, int before)
{
    const struct conv *c = &l->conv;
    uint64_t taps = (uint64_t)c->kernel[0] * c->kernel[1], ins = c->channels_in / c->groups, outs = c->channels_out / c->groups;
    own_weights(l);
    for (uint64_t k = 0; k < l->n_weights; k++) {
        uint64_t out = k / taps / ins, in = out / outs * ins + k / taps % ins;
        l->owned[k] *= factor[before ? in : out];
    }
}

/* Puts a scale into the neighbour l; 0 where that cannot be done. */
static int scale_into(struct linear *l, const struct linear *scale, int before)
{
    if (l->kind == LINEAR_DENSE) {
        scale_dense(l, scale, before);
        return 1;
    }
    if (l->kind == LINEAR_SCALE && (l->n_weights > 1 || scale->n_weights == 1)) {
        own_weights(l);
        for (uint64_t i = 0; i < l->n_weights; i++)
            l->owned[i] *= scale->weight[scale->n_weights == 1 ? 0 : i];
        return 1;
    }
    if (l->kind != LINEAR_CONV && l->kind != LINEAR_POOL)
        return 0;
    uint64_t channels = l->kind == LINEAR_POOL ? 1 : before ? l->conv.channels_in : l->conv.channels_out;
    double *factor = mem_new(channels, sizeof *factor);
    int fits = channel_scale(scale, channels, factor);
    if (fits && l->kind == LINEAR_POOL)
        l->factor *= factor[0];
    else if (fits)
        scale_conv(l, factor, before);
    free(factor);
    return fits;
}

/* A scale that is the same over each channel may as well come after the pool. */
static int move_behind_pool(struct chain *c, size_t i)
{
    struct linear *scale = &c->op[i], *pool = &c->op[i + 1];
    uint32_t channels = pool->conv.channels_in;
    double *factor = mem_new(channels, sizeof *factor);
    if (!channel_scale(scale, channels, factor)) {
        free(factor);
        return 0;
    }
    uint64_t area = (uint64_t)pool->conv.out[0] * pool->conv.out[1];
    struct linear moved = {.kind = LINEAR_SCALE, .name = scale->name, .in = pool->out, .out = pool->out, .n_weights = channels * area};
    moved.weight = moved.owned = mem_new(moved.n_weights, sizeof *moved.owned);
    for (uint64_t k = 0; k < moved.n_weights; k++)
        moved.owned[k] = factor[k / area];
    free(factor);
    free(scale->owned);
    c->op[i] = c->op[i + 1];
    c->op[i + 1] = moved;
    return 1;
}

/* Into the weights behind it, else into those before it. Exact in real numbers; weights are rounded to float32 afterwards, once. */
static int take_scale(struct chain *c, size_t i)
{
    const char *into = NULL, *name = c->op[i].name;
    if (i + 1 < c->n && scale_into(&c->op[i + 1], &c->op[i], 1))
        into = c->op[i + 1].name;
    else if (i && scale_into(&c->op[i - 1], &c->op[i], 0))
        into = c->op[i - 1].name;
    if (!into)
        return 0;
    drop(c, i);
    fidelity_add(&c->net->fidelity, FIDELITY_REWRITTEN, name, "multiplied into the weights of '%s'", into);
    return 1;
}

/* Starts again after each change, because a scale that moved may have met another. It ends: every change takes a scale out, or moves one
 * behind a pool, and none moves to the front. */
static void take_scales(struct chain *c)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->op[i].kind != LINEAR_SCALE)
            continue;
        if (take_scale(c, i))
            i = (size_t)-1;
        else if (i + 1 < c->n && c->op[i + 1].kind == LINEAR_POOL && move_behind_pool(c, i))
            i = (size_t)-1;
    }
}

/* ---- forms ---- */

/* Of the last node with weights, else of the last node, else "from->to"; with a number where the name is taken. */
static char *projection_name(const struct chain *c, uint32_t from, uint32_t to)
{
    const struct network *net = c->net;
    const char *name = c->n ? c->op[c->n - 1].name : NULL;
    for (size_t i = 0; i < c->n; i++)
        if (c->op[i].kind == LINEAR_DENSE || c->op[i].kind == LINEAR_CONV)
            name = c->op[i].name;
    char *full = name ? mem_text(name) : mem_format("%s->%s", net->population[from].name, net->population[to].name);
    uint32_t same = 1;
    for (uint32_t i = 0; i < net->n_projections; i++) {
        const struct projection *p = &net->projection[i];
        size_t n = strlen(full);
        same += p->from == from && p->to == to && !strncmp(p->name, full, n) && (!p->name[n] || !strncmp(p->name + n, " (", 2));
    }
    if (same == 1)
        return full;
    char *numbered = mem_format("%s (%u)", full, same);
    free(full);
    return numbered;
}

/* Weights as float32-exact doubles; a line says what that changed. */
static double *singles(struct chain *c, const double *weight, uint64_t n, const char *name)
{
    double worst = 0, *copy = mem_new(n, sizeof *copy);
    for (uint64_t i = 0; i < n; i++) {
        copy[i] = linear_single(weight[i]);
        if (copy[i] != weight[i] && fabs(copy[i] - weight[i]) / fabs(weight[i]) > worst)
            worst = fabs(copy[i] - weight[i]) / fabs(weight[i]);
    }
    if (worst > 0)
        fidelity_add(&c->net->fidelity, FIDELITY_ROUNDED, name, "weights rounded to float32 (relative error at most %.1e)", worst);
    return copy;
}

/* Pooling in front of weights stays a pool of the projection; its 1/area goes into the scale, never into integer weights. */
static void set_pool(struct projection *p, const struct linear *pool)
{
    const struct conv *c = &pool->conv;
    p->pooled = 1;
    p->scale = pool->factor;
    for (int k = 0; k < 2; k++) {
        p->pool.kernel[k] = c->kernel[k];
        p->pool.stride[k] = c->stride[k];
        p->pool.padding[k] = c->padding[k];
        p->pool_in[k + 1] = c->in[k];
        p->pool_out[k] = c->out[k];
    }
    p->pool_in[0] = c->channels_in;
}

/* 1: the chain has a form of its own, and *form is it. */
static int own_form(const struct chain *c, enum projection_form *form)
{
    size_t first = c->n > 1 && c->op[0].kind == LINEAR_POOL;
    if (c->n - first > 1)
        return 0;
    if (c->n == 0) {
        *form = FORM_ONE_TO_ONE;
        return 1;
    }
    switch (c->op[first].kind) {
    case LINEAR_DENSE:
        *form = FORM_DENSE;
        return 1;
    case LINEAR_CONV:
        *form = FORM_CONV;
        return 1;
    case LINEAR_POOL:
        *form = FORM_POOL;
        return !first;
    case LINEAR_SCALE:
        *form = FORM_ONE_TO_ONE;
        return !first;
    default:
        return 0;
    }
}

/* Without any node each neuron feeds the one with its number, weight 1. */
static void project_own(struct chain *c, struct projection *p)
{
    static const double one = 1;
    const struct linear *l = c->n ? &c->op[c->n - 1] : NULL;
    if (c->n > 1)
        set_pool(p, &c->op[0]);
    const double *weight = !l ? &one : l->kind == LINEAR_POOL ? &l->factor : l->weight;
    p->n_weights = !l || l->kind == LINEAR_POOL ? 1 : l->n_weights;
    p->weight = singles(c, weight, p->n_weights, p->name);
    if (l)
        p->conv = l->conv;
}

/* ---- multiplied out ---- */

/* Every pair is there once, with one delay: a matrix says that in less than half of a list's memory. */
static int is_dense(const struct linear_product *m)
{
    if (!m->n || m->n != (uint64_t)m->n_in * m->n_out)
        return 0;
    for (uint64_t k = 0; k < m->n; k++)
        if (m->entry[k].post != k % m->n_out || m->entry[k].delay != m->entry[0].delay)
            return 0;
    return 1;
}

/* The product comes by source neuron, the form is (outputs, inputs). */
static void fill_dense(struct chain *c, struct projection *p, const struct linear_product *m)
{
    double *weight = mem_new(m->n, sizeof *weight);
    for (uint64_t k = 0; k < m->n; k++)
        weight[k % m->n_out * m->n_in + k / m->n_out] = m->entry[k].weight;
    c->delay += m->entry[0].delay;
    p->form = FORM_DENSE;
    p->n_weights = m->n;
    p->weight = singles(c, weight, m->n, p->name);
    free(weight);
}

/* Every synapse has a weight of its own; equal ones are not shared, so that the count of weights is that of synapses. */
static void fill_list(struct chain *c, struct projection *p, struct linear_product *m)
{
    double *weight = mem_new(m->n, sizeof *weight);
    p->list = mem_new(m->n, sizeof *p->list);
    for (uint64_t k = 0; k < m->n; k++) {
        p->list[k] = (struct synapse){m->entry[k].post, (uint32_t)k, m->entry[k].delay};
        weight[k] = m->entry[k].weight;
    }
    p->n_list = p->n_weights = m->n;
    p->list_first = m->first;
    m->first = NULL;
    p->weight = singles(c, weight, m->n, p->name);
    free(weight);
}

/* "'a', 'b' and 'c'", cut where a message would get too long. */
static char *chain_names(const struct chain *c)
{
    char *names = mem_text("");
    for (size_t i = 0; i < c->n && strlen(names) < 200; i++) {
        char *longer = mem_format("%s%s'%s'", names, !i ? "" : i + 1 == c->n ? " and " : ", ", c->op[i].name);
        free(names);
        names = longer;
    }
    return names;
}

/* Where no form fits. Exact, but it costs: a list stores target and delay with each weight, and weights that a kernel shared are shared no
 * more. The line says how many synapses it took. */
static int project_product(struct chain *c, const char *name, uint32_t from, uint32_t to, struct err *err)
{
    const struct linear **op = mem_new(c->n, sizeof *op);
    struct linear_product m;
    for (size_t i = 0; i < c->n; i++)
        op[i] = &c->op[i];
    int bad = linear_multiply(op, c->n, &m, err);
    free(op);
    if (bad)
        return -1;
    struct projection *p = network_add_projection(c->net, name, from, to, FORM_LIST);
    if (is_dense(&m))
        fill_dense(c, p, &m);
    else
        fill_list(c, p, &m);
    char *names = chain_names(c);
    fidelity_add(&c->net->fidelity, FIDELITY_REWRITTEN, name, "%s multiplied out: %s of %llu synapses", names,
                 p->form == FORM_DENSE ? "a dense matrix" : "a list", (unsigned long long)m.n);
    free(names);
    linear_product_free(&m);
    return 0;
}

/* Delays first: what they leave decides which scales stand beside weights; then scales; then a form. Delay nodes that are the same for all
 * become the projection's network delay, in steps. */
static int project(struct chain *c, uint32_t from, uint32_t to, struct err *err)
{
    enum projection_form form;
    take_delays(c);
    take_scales(c);
    char *name = projection_name(c, from, to);
    int bad = 0;
    if (own_form(c, &form))
        project_own(c, network_add_projection(c->net, name, from, to, form));
    else
        bad = project_product(c, name, from, to, err);
    free(name);
    if (bad)
        return -1;
    struct projection *p = &c->net->projection[c->net->n_projections - 1];
    if (c->delay > UINT32_MAX)
        return err_input(err, "node '%s': a delay of %llu steps in all is too long", p->name, (unsigned long long)c->delay);
    p->network_delay = (uint32_t)c->delay;
    p->pre_delay = c->pre_delay;
    c->pre_delay = NULL;
    return 0;
}

int linear_project(struct network *net, uint32_t from, uint32_t to, const struct linear *const *chain, size_t n, struct err *err)
{
    struct chain c = {.op = mem_new(n, sizeof *c.op), .n = n, .n_in = net->population[from].neurons, .net = net};
    for (size_t i = 0; i < n; i++) {
        c.op[i] = *chain[i];
        c.op[i].owned = NULL;       /* the copy borrows what the original owns */
    }
    int bad = project(&c, from, to, err);
    for (size_t i = 0; i < c.n; i++)
        free(c.op[i].owned);
    free(c.op);
    free(c.pre_delay);
    return bad;
}
