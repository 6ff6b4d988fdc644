/* Weights and pooling of a network file: what lies between two layers of neurons becomes the form of one projection. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import/net_yaml_parts.h"

enum { SPREAD_MAX = 1 << 24 };  /* weights that one number may stand for */

static struct population *target(const struct yaml_link *l)
{
    return &l->r->net->population[l->p->to];
}

/* ---- the grid ---- */

void yaml_set_grid(struct yaml_link *l, const struct shape *s)
{
    l->flat = s->rank != 2 && s->rank != 3;
    l->grid[0] = l->flat ? (uint32_t)shape_size(s) : s->dim[0];
    l->grid[1] = s->rank == 3 ? s->dim[1] : 1;
    l->grid[2] = s->rank == 3 ? s->dim[2] : s->rank == 2 ? s->dim[1] : 1;
}

int yaml_take_grid(struct yaml_link *l, const struct doc_node *shape, const char *key)
{
    struct shape s = l->r->net->population[l->p->from].shape;
    if (shape && yaml_shape(shape, key, &s, l->r->err))
        return -1;
    if (shape && (s.rank < 2 || s.rank > 3 || shape_size(&s) > NEURONS_MAX))
        return doc_error(shape, l->r->err, "%s: the shape (C, H, W) is wanted, for example [8, 4, 4]", key);
    yaml_set_grid(l, &s);
    return 0;
}

uint64_t yaml_grid_size(const struct yaml_link *l)
{
    return (uint64_t)l->grid[0] * l->grid[1] * l->grid[2];
}

/* Windows need (C, H, W): a row of values has no neighbours above and below. */
static int need_grid(const struct yaml_link *l, const struct doc_node *at, const char *what)
{
    return l->flat ? doc_error(at, l->r->err, "%s wants an input of shape (C, H, W), but gets %llu values in a row; give the layer before it its shape, or "
                               "remove the Flatten", what, (unsigned long long)yaml_grid_size(l)) : 0;
}

/* ---- pooling ---- */

/* As in torch, the stride is the kernel where it is not given. */
static int read_window(const struct yaml_link *l, const struct doc_node *at, const struct doc_node *kernel, const struct doc_node *stride,
                       const struct doc_node *padding, struct pool *pool)
{
    struct err *err = l->r->err;
    if (!kernel)
        return doc_error(at, err, "pooling needs its kernel; write for example kernel: 2");
    if (yaml_pair(kernel, "kernel", 1, 1, pool->kernel, err) || yaml_pair(padding, "padding", 0, 0, pool->padding, err))
        return -1;
    memcpy(pool->stride, pool->kernel, sizeof pool->stride);
    return stride ? yaml_pair(stride, "stride", 1, 1, pool->stride, err) : 0;
}

int yaml_take_pool(struct yaml_link *l, const struct doc_node *at, const struct doc_node *kernel, const struct doc_node *stride, const struct doc_node *padding)
{
    struct projection *p = l->p;
    if (p->pooled)
        return doc_error(at, l->r->err, "two pooling layers in a row; write one with the product of their kernels and strides");
    if (need_grid(l, at, "pooling") || read_window(l, at, kernel, stride, padding, &p->pool))
        return -1;
    memcpy(p->pool_in, l->grid, sizeof p->pool_in);
    for (int k = 0; k < 2; k++) {
        p->pool_out[k] = window_positions(p->pool_in[k + 1], p->pool.kernel[k], p->pool.stride[k], p->pool.padding[k], 1);
        if (!p->pool_out[k])
            return doc_error(at, l->r->err, "a window of %u does not fit %u positions", p->pool.kernel[k], p->pool_in[k + 1]);
        l->grid[k + 1] = p->pool_out[k];
    }
    p->pooled = 1;
    return 0;
}

/* A projection of one weight: every target sums its window, channel by channel. */
static void pool_form(struct projection *p, const uint32_t *grid, const struct pool *pool, double weight)
{
    p->form = FORM_POOL;
    p->conv = (struct conv){.channels_in = grid[0], .channels_out = grid[0], .groups = grid[0], .dilation = {1, 1}};
    for (int k = 0; k < 2; k++) {
        p->conv.kernel[k] = pool->kernel[k];
        p->conv.stride[k] = pool->stride[k];
        p->conv.padding[k] = pool->padding[k];
        p->conv.in[k] = grid[k + 1];
        p->conv.out[k] = window_positions(grid[k + 1], pool->kernel[k], pool->stride[k], pool->padding[k], 1);
    }
    p->n_weights = 1;
    p->weight = mem_new(1, sizeof *p->weight);
    *p->weight = weight;
}

int yaml_take_pool_form(struct yaml_link *l, const struct yaml_connection *c)
{
    struct pool pool;
    double weight = 1;
    if (yaml_given(&c->weight) && yaml_number(l->r, &c->weight, "weight", &weight))
        return -1;
    if (need_grid(l, c->at, "pooling") || read_window(l, c->at, c->kernel, c->stride, c->padding, &pool))
        return -1;
    pool_form(l->p, l->grid, &pool, weight);
    return 0;
}

void yaml_pool_becomes_form(struct projection *p)
{
    const struct pool pool = p->pool;
    const uint32_t grid[3] = {p->pool_in[0], p->pool_in[1], p->pool_in[2]};
    pool_form(p, grid, &pool, p->scale);
    p->scale = 1;
    p->pooled = 0;
    p->pool = (struct pool){{0}, {0}, {0}};
    memset(p->pool_in, 0, sizeof p->pool_in);
    memset(p->pool_out, 0, sizeof p->pool_out);
}

/* ---- weights ---- */

/* The array a in place of p->weight, which must have want numbers; one number stands for all. */
static int set_weights(struct yaml_link *l, const struct yaml_weights *w, struct yaml_array *a, uint64_t want)
{
    struct projection *p = l->p;
    if (a->rank == 0 && want > 1) {
        if (want > SPREAD_MAX)
            return doc_error(yaml_place(w->weight, w->at), l->r->err, "one number for %llu weights; write so many to a .npy file", (unsigned long long)want);
        a->value = mem_grow(a->value, want, sizeof *a->value);
        for (uint64_t i = 1; i < want; i++)
            a->value[i] = a->value[0];
        a->count = want;
    }
    p->weight = a->value;
    p->n_weights = a->count;
    a->value = NULL;
    return 0;
}

/* Per neuron, or per channel of plane neurons. */
static int set_bias(struct yaml_link *l, const struct yaml_weights *w, uint32_t channels, uint32_t plane)
{
    struct yaml_array a;
    uint32_t neurons = target(l)->neurons;
    if (!yaml_given(w->bias))
        return 0;
    if (yaml_array(l->r, w->bias, "bias", &a))
        return -1;
    if (a.count != 1 && a.count != channels && a.count != neurons) {
        free(a.value);
        return doc_error(yaml_place(w->bias, w->at), l->r->err, "bias: %llu numbers; %u are wanted, or a single one", (unsigned long long)a.count, channels);
    }
    double *bias = mem_grow(NULL, neurons, sizeof *bias);
    for (uint32_t i = 0; i < neurons; i++)
        bias[i] = a.value[a.count == 1 ? 0 : a.count == neurons ? i : i / plane];
    free(a.value);
    l->p->bias = bias;
    return 0;
}

/* A row per target, a column per input, as torch's Linear has it. */
static int dense_array(struct yaml_link *l, const struct yaml_weights *w, const struct yaml_array *a)
{
    const uint64_t want[2] = {target(l)->neurons, yaml_grid_size(l)};
    char is[200], wanted[60];
    const struct doc_node *place = yaml_place(w->weight, w->at);
    if ((w->in && w->in != want[1]) || (w->out && w->out != want[0]))
        return doc_error(w->at, l->r->err, "in: %u and out: %u are written here, but %llu values come in and '%s' has %llu neurons", w->in, w->out,
                         (unsigned long long)want[1], target(l)->name, (unsigned long long)want[0]);
    if (a->rank == 0 || (a->rank == 2 && a->dim[0] == want[0] && a->dim[1] == want[1]))
        return 0;
    int turned = a->rank == 2 && a->dim[0] == want[1] && a->dim[1] == want[0];
    return doc_error(place, l->r->err, "weight: shape %s, but %s is wanted: a row per neuron of '%s', a column per input%s",
                     yaml_dims_text(a->rank, a->dim, is, sizeof is), yaml_dims_text(2, want, wanted, sizeof wanted), target(l)->name,
                     turned ? "; it is transposed" : "");
}

int yaml_take_dense(struct yaml_link *l, const struct yaml_weights *w)
{
    struct yaml_array a;
    l->p->form = FORM_DENSE;
    if (!yaml_given(w->weight))
        return doc_error(w->at, l->r->err, "its weight is missing; write for example weight: fc1_weight.npy");
    int bad = yaml_array(l->r, w->weight, "weight", &a);
    bad = bad || dense_array(l, w, &a) || set_weights(l, w, &a, (uint64_t)target(l)->neurons * yaml_grid_size(l));
    free(a.value);
    return bad ? -1 : set_bias(l, w, target(l)->neurons, 1);
}

/* A kernel's axes are the last two of (Cout, Cin / groups, KH, KW); an array without KH has height 1. */
static int conv_array(const struct yaml_link *l, const struct yaml_weights *w, const struct yaml_array *a, struct conv *c)
{
    char is[200];
    uint32_t kernel[2];
    const struct doc_node *place = yaml_place(w->weight, w->at);
    if (yaml_pair(w->kernel, "kernel", 1, 0, kernel, l->r->err))
        return -1;
    if (a->rank == 0) {
        if (!w->kernel || !w->out)
            return doc_error(place, l->r->err, "weight: one number for all; then kernel and out_channels must be written");
        c->channels_out = w->out;
        c->kernel[0] = w->line ? 1 : kernel[0];
        c->kernel[1] = kernel[1];
        return 0;
    }
    if (a->rank != 3 && a->rank != 4)
        return doc_error(place, l->r->err, "weight: shape %s; (Cout, Cin / groups, KH, KW) is wanted", yaml_dims_text(a->rank, a->dim, is, sizeof is));
    for (int i = 0; i < a->rank; i++)
        if (!a->dim[i] || a->dim[i] > INT32_MAX)
            return doc_error(place, l->r->err, "weight: shape %s has an axis without weights", yaml_dims_text(a->rank, a->dim, is, sizeof is));
    c->channels_out = (uint32_t)a->dim[0];
    c->kernel[0] = a->rank == 4 ? (uint32_t)a->dim[2] : 1;
    c->kernel[1] = (uint32_t)a->dim[a->rank - 1];
    if (a->dim[1] * c->groups != c->channels_in || (w->out && w->out != c->channels_out))
        return doc_error(place, l->r->err, "weight: shape %s does not fit %u input channels in %u groups%s", yaml_dims_text(a->rank, a->dim, is, sizeof is),
                         c->channels_in, c->groups, w->out && w->out != c->channels_out ? " and the out_channels written" : "");
    if (w->kernel && (kernel[1] != c->kernel[1] || (a->rank == 4 && kernel[0] != c->kernel[0])))
        return doc_error(w->kernel, l->r->err, "kernel: %u x %u, but the weights have the shape %s", kernel[0], kernel[1],
                         yaml_dims_text(a->rank, a->dim, is, sizeof is));
    return 0;
}

/* The output follows from the window and must be the target's. */
static int conv_size(struct yaml_link *l, const struct yaml_weights *w, struct conv *c)
{
    struct err *err = l->r->err;
    if (yaml_pair(w->stride, "stride", 1, 1, c->stride, err) || yaml_pair(w->padding, "padding", 0, 0, c->padding, err) ||
        yaml_pair(w->dilation, "dilation", 1, 1, c->dilation, err))
        return -1;
    if (w->line) {
        c->stride[0] = c->dilation[0] = 1;
        c->padding[0] = 0;
    }
    for (int k = 0; k < 2; k++)
        c->out[k] = window_positions(c->in[k], c->kernel[k], c->stride[k], c->padding[k], c->dilation[k]);
    uint64_t plane = (uint64_t)c->out[0] * c->out[1];
    if (!plane || plane > NEURONS_MAX || plane * c->channels_out != target(l)->neurons)
        return doc_error(w->at, err, "a %u x %u kernel over (%u, %u, %u) gives (%u, %u, %u), but '%s' has %u neurons", c->kernel[0], c->kernel[1],
                         c->channels_in, c->in[0], c->in[1], c->channels_out, c->out[0], c->out[1], target(l)->name, target(l)->neurons);
    return 0;
}

int yaml_take_conv(struct yaml_link *l, const struct yaml_weights *w)
{
    struct yaml_array a;
    struct conv *c = &l->p->conv;
    l->p->form = FORM_CONV;
    if (need_grid(l, w->at, "a convolution"))
        return -1;
    if (!yaml_given(w->weight))
        return doc_error(w->at, l->r->err, "its weight is missing; write for example weight: conv1_weight.npy");
    *c = (struct conv){.channels_in = l->grid[0], .groups = w->groups ? w->groups : 1, .in = {l->grid[1], l->grid[2]}};
    if (c->channels_in % c->groups || (w->in && w->in != c->channels_in))
        return doc_error(w->at, l->r->err, "%u channels come in; in_channels and groups do not fit them", c->channels_in);
    int bad = yaml_array(l->r, w->weight, "weight", &a);
    bad = bad || conv_array(l, w, &a, c) || conv_size(l, w, c);
    bad = bad || set_weights(l, w, &a, (uint64_t)c->channels_out * (c->channels_in / c->groups) * c->kernel[0] * c->kernel[1]);
    free(a.value);
    return bad ? -1 : set_bias(l, w, c->channels_out, c->out[0] * c->out[1]);
}

int yaml_take_one_to_one(struct yaml_link *l, const struct yaml_weights *w)
{
    struct yaml_array a;
    l->p->form = FORM_ONE_TO_ONE;
    if (!yaml_given(w->weight))
        return doc_error(w->at, l->r->err, "its weight is missing; write for example weight: 1");
    int bad = yaml_array(l->r, w->weight, "weight", &a) || set_weights(l, w, &a, 1);
    free(a.value);
    return bad ? -1 : set_bias(l, w, target(l)->neurons, 1);
}

/* ---- drawn synapses ---- */

/* One weight for all, or a few that the sources have in turn: [1, 1, 1, -4] makes every fourth source inhibit. */
int yaml_take_random(struct yaml_link *l, const struct yaml_connection *c)
{
    struct projection *p = l->p;
    struct yaml_array a;
    p->form = FORM_RANDOM;
    p->random = (struct random_form){c->fan_out, c->block ? c->block : target(l)->neurons, c->seed};
    if (!yaml_given(&c->weight))
        return doc_error(c->at, l->r->err, "its weight is missing; write for example weight: 1");
    if (!c->fan_out)
        return doc_error(c->at, l->r->err, "form: random needs fan_out, the synapses of each source; write for example fan_out: 128");
    if (yaml_array(l->r, &c->weight, "weight", &a))
        return -1;
    p->weight = a.value;
    p->n_weights = a.count;
    return 0;
}

/* ---- lists ---- */

/* The columns of a list, one entry per synapse; index and delay may be NULL. */
struct columns { uint32_t *pre, *post, *index, *delay; uint64_t n, n_post, n_index, n_delay; struct yaml_array weight; };

static void free_columns(struct columns *k)
{
    free(k->pre);
    free(k->post);
    free(k->index);
    free(k->delay);
    free(k->weight.value);
}

static int read_columns(struct yaml_link *l, const struct yaml_connection *c, struct columns *k)
{
    struct net_yaml *r = l->r;
    uint32_t from = r->net->population[l->p->from].neurons, to = target(l)->neurons;
    if (!yaml_given(&c->pre) || !yaml_given(&c->post) || !yaml_given(&c->weight))
        return doc_error(c->at, r->err, "form: list needs pre, post and weight, for example pre: pre.npy");
    if (yaml_array(r, &c->weight, "weight", &k->weight) || yaml_whole(r, &c->pre, "pre", from - 1, &k->pre, &k->n) ||
        yaml_whole(r, &c->post, "post", to - 1, &k->post, &k->n_post))
        return -1;
    if (yaml_given(&c->weight_index) && yaml_whole(r, &c->weight_index, "weight_index", UINT32_MAX - 1, &k->index, &k->n_index))
        return -1;
    if (yaml_given(&c->synapse_delay) && yaml_whole(r, &c->synapse_delay, "synapse_delay", 1 << 20, &k->delay, &k->n_delay))
        return -1;
    int own = !k->index && k->weight.rank;          /* every synapse has a weight of its own */
    if (k->n_post != k->n || (k->index && k->n_index != k->n) || (k->delay && k->n_delay != k->n) || (own && k->weight.count != k->n))
        return doc_error(c->at, r->err, "a list of %llu sources, %llu targets and %llu weights; write as many of each (or weight_index)",
                         (unsigned long long)k->n, (unsigned long long)k->n_post, (unsigned long long)k->weight.count);
    return 0;
}

/* By source, in the order of the file: list_first[pre] counts up from the row's beginning to its end, which is the next row's. */
static void sort_columns(struct projection *p, const struct columns *k, uint32_t from)
{
    p->list_first = mem_new((size_t)from + 2, sizeof *p->list_first);
    p->list = mem_new(k->n, sizeof *p->list);
    p->n_list = k->n;
    for (uint64_t i = 0; i < k->n; i++)
        p->list_first[k->pre[i] + 2]++;
    for (uint32_t i = 1; i <= from; i++)
        p->list_first[i + 1] += p->list_first[i];
    for (uint64_t i = 0; i < k->n; i++) {
        uint32_t weight = k->index ? k->index[i] : k->weight.rank ? (uint32_t)i : 0;
        p->list[p->list_first[k->pre[i] + 1]++] = (struct synapse){k->post[i], weight, k->delay ? k->delay[i] : 0};
    }
}

int yaml_take_list(struct yaml_link *l, const struct yaml_connection *c)
{
    struct projection *p = l->p;
    struct columns k = {.n = 0};
    p->form = FORM_LIST;
    int bad = read_columns(l, c, &k);
    if (!bad) {
        sort_columns(p, &k, l->r->net->population[p->from].neurons);
        p->weight = k.weight.value;
        p->n_weights = k.weight.count;
        k.weight.value = NULL;
    }
    free_columns(&k);
    return bad;
}
