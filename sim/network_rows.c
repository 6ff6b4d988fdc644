/* The synapses of one source neuron, and how many a projection has. A source neuron of a pooled projection stands for the pooled
 * positions whose window covers it: a rectangle of the input grid, possibly empty; without pooling that is one position. */
#include <stdlib.h>

#include "base/mem.h"
#include "network.h"
#include "network_parts.h"

struct range { int64_t low, high; };            /* both included; empty where low > high */
struct axis { int64_t kernel, stride, padding, dilation, in, out; };     /* of a convolution or pool, along y or x */
struct place { uint32_t channel; struct range y, x; };      /* grid positions that the source neuron feeds */
struct writer { struct synapse *out; uint32_t n; };

static int64_t floor_div(int64_t a, int64_t b)              /* b > 0 */
{
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/* Toward +infinity; b > 0. */
static int64_t ceil_div(int64_t a, int64_t b)
{
    return -floor_div(-a, b);
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static uint64_t length(struct range r)
{
    return r.high < r.low ? 0 : (uint64_t)(r.high - r.low + 1);
}

uint32_t window_positions(uint32_t in, uint32_t kernel, uint32_t stride, uint32_t padding, uint32_t dilation)
{
    uint64_t have = (uint64_t)in + 2u * (uint64_t)padding;
    if (!in || !kernel || !stride || !dilation || kernel - 1 > UINT32_MAX / dilation)
        return 0;
    uint64_t want = (uint64_t)dilation * (kernel - 1) + 1;
    uint64_t positions = have < want ? 0 : (have - want) / stride + 1;
    return positions < UINT32_MAX ? (uint32_t)positions : 0;
}

/* ---- axes ---- */

static struct axis conv_axis(const struct conv *c, int k)
{
    return (struct axis){c->kernel[k], c->stride[k], c->padding[k], c->dilation[k] ? c->dilation[k] : 1, c->in[k], c->out[k]};
}

static struct axis pool_axis(const struct projection *p, int k)
{
    return (struct axis){p->pool.kernel[k], p->pool.stride[k], p->pool.padding[k], 1, p->pool_in[k + 1], p->pool_out[k]};
}

/* Output positions with a tap in the grid range; between them may be some without (dilation). */
static struct range outputs(const struct axis *a, struct range grid)
{
    return (struct range){larger(0, ceil_div(grid.low + a->padding - (a->kernel - 1) * a->dilation, a->stride)),
                          smaller(a->out - 1, floor_div(grid.high + a->padding, a->stride))};
}

/* Taps of one output position that lie in the grid range. */
static struct range taps(const struct axis *a, struct range grid, int64_t position)
{
    int64_t shift = a->padding - position * a->stride;
    return (struct range){larger(0, ceil_div(grid.low + shift, a->dilation)), smaller(a->kernel - 1, floor_div(grid.high + shift, a->dilation))};
}

/* All (output, tap) pairs of the grid range. */
static uint64_t pairs(const struct axis *a, struct range grid)
{
    struct range out = outputs(a, grid);
    uint64_t n = 0;
    for (int64_t o = out.low; o <= out.high; o++)
        n += length(taps(a, grid, o));
    return n;
}

/* ---- where a source neuron stands in the grid ---- */

/* grid: height and width of the source where there is no pooling; (1, 1) where its index alone counts. */
static struct place place_of(const struct projection *p, const uint32_t grid[2], uint32_t pre)
{
    if (!p->pooled) {
        uint32_t y = pre / grid[1] % grid[0], x = pre % grid[1];
        return (struct place){pre / grid[1] / grid[0], {y, y}, {x, x}};
    }
    struct axis ay = pool_axis(p, 0), ax = pool_axis(p, 1);
    uint32_t width = p->pool_in[2], y = pre / width % p->pool_in[1], x = pre % width;
    return (struct place){pre / width / p->pool_in[1], outputs(&ay, (struct range){y, y}), outputs(&ax, (struct range){x, x})};
}

/* ---- rows ---- */

/* Room for n synapses in the caller's array, which grows by doubling so that a run over all neurons allocates a few times. */
static struct synapse *space(struct synapse **out, size_t *capacity, uint64_t n)
{
    if (*capacity < n || !*out) {
        *capacity = n < 16 ? 16 : *capacity < n / 2 ? (size_t)n : 2 * (size_t)n;
        *out = mem_grow(*out, *capacity, sizeof **out);
    }
    return *out;
}

/* Weights are [post][grid position]: every target takes one per position that the source feeds, in the order of the grid. */
static uint32_t dense_row(const struct projection *p, const struct network *net, uint32_t pre, struct synapse **out, size_t *capacity)
{
    const struct place at = place_of(p, p->pooled ? p->pool_out : (const uint32_t[2]){1, 1}, pre);
    const uint32_t posts = net->population[p->to].neurons;
    const int64_t height = p->pooled ? p->pool_out[0] : 1, width = p->pooled ? p->pool_out[1] : 1;
    const uint64_t inputs = p->n_weights / posts;
    struct synapse *to = space(out, capacity, length(at.y) * length(at.x) * posts);
    uint32_t n = 0;
    for (uint32_t post = 0; post < posts; post++)
        for (int64_t y = at.y.low; y <= at.y.high; y++)
            for (int64_t x = at.x.low; x <= at.x.high; x++)
                to[n++] = (struct synapse){post, (uint32_t)(post * inputs + (uint64_t)((at.channel * height + y) * width + x)), 0};
    return n;
}

/* Grid position i feeds target i. */
static uint32_t one_to_one_row(const struct projection *p, uint32_t pre, struct synapse **out, size_t *capacity)
{
    const struct place at = place_of(p, p->pooled ? p->pool_out : (const uint32_t[2]){1, 1}, pre);
    const int64_t height = p->pooled ? p->pool_out[0] : 1, width = p->pooled ? p->pool_out[1] : 1;
    struct synapse *to = space(out, capacity, length(at.y) * length(at.x));
    uint32_t n = 0;
    for (int64_t y = at.y.low; y <= at.y.high; y++)
        for (int64_t x = at.x.low; x <= at.x.high; x++) {
            uint32_t post = (uint32_t)((at.channel * height + y) * width + x);
            to[n++] = (struct synapse){post, p->n_weights == 1 ? 0 : post, 0};
        }
    return n;
}

/* The taps of one output channel: post and weight counted from the channel's and the kernel's first. Order of (post, weight). */
static void write_taps(struct writer *w, const struct axis *ay, const struct axis *ax, const struct place *at)
{
    struct range rows = outputs(ay, at->y), columns = outputs(ax, at->x);
    for (int64_t y = rows.low; y <= rows.high; y++) {
        struct range ty = taps(ay, at->y, y);
        for (int64_t x = columns.low; length(ty) && x <= columns.high; x++) {
            struct range tx = taps(ax, at->x, x);
            for (int64_t ky = ty.low; ky <= ty.high; ky++)
                for (int64_t kx = tx.low; kx <= tx.high; kx++)
                    w->out[w->n++] = (struct synapse){(uint32_t)(y * ax->out + x), (uint32_t)(ky * ax->kernel + kx), 0};
        }
    }
}

/* The first output channel of the source's group by taps, the others as its copies. */
static uint32_t conv_row(const struct projection *p, uint32_t pre, struct synapse **out, size_t *capacity)
{
    const struct conv *c = &p->conv;
    const struct axis ay = conv_axis(c, 0), ax = conv_axis(c, 1);
    const struct place at = place_of(p, c->in, pre);
    const uint32_t per_in = c->channels_in / c->groups, per_out = c->channels_out / c->groups;
    const uint32_t first = at.channel / per_in * per_out, plane = c->out[0] * c->out[1], kernel = c->kernel[0] * c->kernel[1];
    struct writer w = {space(out, capacity, pairs(&ay, at.y) * pairs(&ax, at.x) * per_out), 0};
    write_taps(&w, &ay, &ax, &at);
    const uint32_t n = w.n;
    for (uint32_t i = 0; i < n; i++) {
        w.out[i].post += first * plane;
        w.out[i].weight += (first * per_in + at.channel % per_in) * kernel;
    }
    for (uint32_t k = 1; k < per_out; k++)
        for (uint32_t i = 0; i < n; i++)
            w.out[w.n++] = (struct synapse){w.out[i].post + k * plane, w.out[i].weight + k * per_in * kernel, 0};
    return w.n;
}

/* A convolution of one channel whose weights are all the same one. */
static uint32_t pool_row(const struct projection *p, uint32_t pre, struct synapse **out, size_t *capacity)
{
    const struct conv *c = &p->conv;
    const struct axis ay = conv_axis(c, 0), ax = conv_axis(c, 1);
    const struct place at = place_of(p, c->in, pre);
    struct writer w = {space(out, capacity, pairs(&ay, at.y) * pairs(&ax, at.x)), 0};
    write_taps(&w, &ay, &ax, &at);
    for (uint32_t i = 0; i < w.n; i++) {
        w.out[i].post += at.channel * c->out[0] * c->out[1];
        w.out[i].weight = 0;
    }
    return w.n;
}

static uint32_t list_row(const struct projection *p, uint32_t pre, struct synapse **out, size_t *capacity)
{
    uint64_t first = p->list_first[pre], n = p->list_first[pre + 1] - first;
    struct synapse *to = space(out, capacity, n);
    for (uint64_t i = 0; i < n; i++)
        to[i] = p->list[first + i];
    return (uint32_t)n;
}

uint32_t projection_row(const struct projection *p, const struct network *net, uint32_t pre, struct synapse **out, size_t *capacity)
{
    switch (p->form) {
    case FORM_DENSE: return dense_row(p, net, pre, out, capacity);
    case FORM_CONV: return conv_row(p, pre, out, capacity);
    case FORM_POOL: return pool_row(p, pre, out, capacity);
    case FORM_ONE_TO_ONE: return one_to_one_row(p, pre, out, capacity);
    case FORM_RANDOM: return network_random_row(p, net, pre, space(out, capacity, p->random.fan_out));
    case FORM_LIST: break;
    }
    return list_row(p, pre, out, capacity);
}

/* ---- counting ---- */

/* Source neurons along one axis that feed grid positions low..high: each counted once per position. */
static uint64_t covered(const struct projection *p, int k, struct range grid)
{
    if (!p->pooled)
        return length(grid);
    struct axis a = pool_axis(p, k);
    uint64_t n = 0;
    for (int64_t o = grid.low; o <= grid.high; o++)
        n += length(taps(&a, (struct range){0, a.in - 1}, o));
    return n;
}

/* (source position, output, tap) triples along one axis. */
static uint64_t axis_synapses(const struct projection *p, int k)
{
    struct axis a = conv_axis(&p->conv, k);
    uint64_t n = 0;
    for (int64_t o = 0; o < a.out; o++) {
        struct range t = taps(&a, (struct range){0, a.in - 1}, o);
        for (int64_t tap = t.low; p->pooled && tap <= t.high; tap++) {
            int64_t at = o * a.stride + tap * a.dilation - a.padding;
            n += covered(p, k, (struct range){at, at});
        }
        n += p->pooled ? 0 : length(t);
    }
    return n;
}

/* (source neuron, grid position) pairs. */
static uint64_t grid_synapses(const struct projection *p, const struct network *net)
{
    if (!p->pooled)
        return net->population[p->from].neurons;
    return p->pool_in[0] * covered(p, 0, (struct range){0, (int64_t)p->pool_out[0] - 1}) * covered(p, 1, (struct range){0, (int64_t)p->pool_out[1] - 1});
}

/* Axis by axis: along y and x the taps are independent, so their numbers multiply. */
uint64_t projection_synapses(const struct projection *p, const struct network *net)
{
    const struct conv *c = &p->conv;
    switch (p->form) {
    case FORM_DENSE: return grid_synapses(p, net) * net->population[p->to].neurons;
    case FORM_ONE_TO_ONE: return grid_synapses(p, net);
    case FORM_CONV: return (uint64_t)c->channels_in * (c->channels_out / c->groups) * axis_synapses(p, 0) * axis_synapses(p, 1);
    case FORM_POOL: return (uint64_t)c->channels_in * axis_synapses(p, 0) * axis_synapses(p, 1);
    case FORM_RANDOM: return (uint64_t)net->population[p->from].neurons * p->random.fan_out;
    case FORM_LIST: break;
    }
    return p->n_list;
}
