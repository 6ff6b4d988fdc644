/* packet_networks.h: two conv networks and a plain chip to count packets on: how many cores a spike has to reach depends on the
 * mapping alone, so weights are all 1 and no run is needed. */
#ifndef VOLLEY_BENCH_PACKET_NETWORKS_H
#define VOLLEY_BENCH_PACKET_NETWORKS_H
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile.h"
#include "network.h"
#include "quantise.h"

static inline double *same_numbers(uint64_t n, double value)
{
    double *to = mem_new(n, sizeof *to);
    for (uint64_t i = 0; i < n; i++)
        to[i] = value;
    return to;
}

static inline uint32_t add_layer(struct network *net, const char *name, struct shape shape)
{
    uint32_t p = network_add_population(net, name, "LIF", shape);
    struct population *population = &net->population[p];
    population->rule = (struct neuron_rule){.fires = 1, .reset = RESET_SUBTRACT, .point = RESET_NOW};
    population->beta = same_numbers(population->neurons, 0.5);
    population->threshold = same_numbers(population->neurons, 1);
    return p;
}

static inline struct network *input_of(struct shape shape)
{
    struct network *net = network_new();
    struct population *in = &net->population[HOST_POPULATION];
    in->shape = shape;
    in->neurons = (uint32_t)shape_size(&shape);
    return net;
}

/* A square kernel over the (C,H,W) of `from`, after average pooling by `pool` where that is above 1; the new layer's number. */
static inline uint32_t add_conv(struct network *net, const char *name, uint32_t from, uint32_t channels, uint32_t kernel, uint32_t stride,
                                uint32_t padding, uint32_t pool)
{
    struct shape in = net->population[from].shape;
    uint32_t h = in.dim[1] / pool, w = in.dim[2] / pool, out_h = (h + 2 * padding - kernel) / stride + 1, out_w = (w + 2 * padding - kernel) / stride + 1;
    uint32_t to = add_layer(net, name, (struct shape){3, {channels, out_h, out_w}});
    struct projection *p = network_add_projection(net, name, from, to, FORM_CONV);
    p->conv = (struct conv){in.dim[0], channels, 1, {kernel, kernel}, {stride, stride}, {padding, padding}, {1, 1}, {h, w}, {out_h, out_w}};
    p->n_weights = (uint64_t)channels * in.dim[0] * kernel * kernel;
    p->weight = same_numbers(p->n_weights, 1);
    p->pooled = pool > 1;
    p->scale = 1.0 / (pool * pool);
    p->pool = (struct pool){{pool, pool}, {pool, pool}, {0, 0}};
    memcpy(p->pool_in, in.dim, sizeof p->pool_in);
    p->pool_out[0] = h;
    p->pool_out[1] = w;
    return to;
}

static inline uint32_t add_dense(struct network *net, const char *name, uint32_t from, uint32_t neurons, uint32_t pool)
{
    struct shape in = net->population[from].shape;
    uint32_t to = add_layer(net, name, (struct shape){1, {neurons}});
    struct projection *p = network_add_projection(net, name, from, to, FORM_DENSE);
    p->n_weights = shape_size(&in) / (pool * pool) * neurons;
    p->weight = same_numbers(p->n_weights, 1);
    p->pooled = pool > 1;
    if (pool == 1)
        return to;
    p->scale = 1.0 / (pool * pool);
    p->pool = (struct pool){{pool, pool}, {pool, pool}, {0, 0}};
    memcpy(p->pool_in, in.dim, sizeof p->pool_in);
    p->pool_out[0] = in.dim[1] / pool;
    p->pool_out[1] = in.dim[2] / pool;
    return to;
}

/* 1x8x8 -> conv 8 channels, 3x3 -> average pooling 2 -> conv 16, 3x3 -> average pooling 2 -> 10: the shipped conv_rate. */
static inline struct network *digits_network(struct err *err)
{
    struct network *net = input_of((struct shape){3, {1, 8, 8}});
    uint32_t lif1 = add_conv(net, "lif1", HOST_POPULATION, 8, 3, 1, 1, 1);
    uint32_t lif2 = add_conv(net, "lif2", lif1, 16, 3, 1, 1, 2);
    uint32_t lif3 = add_dense(net, "lif3", lif2, 10, 2);
    net->population[lif3].output = 1;
    if (!network_finish(net, 0, err))
        return net;
    network_free(net);
    return NULL;
}

/* 32x32x1 -> 15x15x16 -> 13x13x32 -> 11x11x64 -> 9x9x11 -> 11: 3x3 kernels, the first with stride 2. */
static inline struct network *gestures_network(struct err *err)
{
    struct network *net = input_of((struct shape){3, {1, 32, 32}});
    uint32_t conv1 = add_conv(net, "conv1", HOST_POPULATION, 16, 3, 2, 0, 1);
    uint32_t conv2 = add_conv(net, "conv2", conv1, 32, 3, 1, 0, 1);
    uint32_t conv3 = add_conv(net, "conv3", conv2, 64, 3, 1, 0, 1);
    uint32_t conv4 = add_conv(net, "conv4", conv3, 11, 3, 1, 0, 1);
    uint32_t out = add_dense(net, "out", conv4, 11, 1);
    net->population[out].output = 1;
    if (!network_finish(net, 0, err))
        return net;
    network_free(net);
    return NULL;
}

/* A mesh of equal cores without memories, one per router; only the number of neurons is limited. */
struct plain_chip { struct chipfile file; struct core_type type; struct clock_domain clock; };

static inline void plain_chip(struct plain_chip *c, uint32_t columns, uint32_t rows, uint32_t neurons)
{
    *c = (struct plain_chip){.clock = {.name = "core", .period_ps = 2500}};
    c->type = (struct core_type){.name = "plain", .kind = "lif", .neurons = neurons, .axons_in = UINT32_MAX, .axons_out = UINT32_MAX,
                                 .delay_max = 64, .form_dense = 1, .form_list = 1, .form_conv = 1};
    for (int t = 0; t < N_TABLES; t++)
        c->type.table[t].memory = NO_INDEX;
    c->file = (struct chipfile){.name = "plain", .path = "plain.yaml", .clock = &c->clock, .n_clocks = 1, .type = &c->type, .n_types = 1,
                                .cores = columns * rows};
    c->file.noc = (struct chip_noc){.columns = columns, .rows = rows, .cores_per_tile = 1, .link_bits = 32, .packet_bits = 32};
    c->file.core_type_of = mem_new(c->file.cores, sizeof *c->file.core_type_of);
}

/* Every population on core type 0; only what the mapper asks for. */
static inline struct quantised *plain_numbers(const struct network *net)
{
    struct quantised *q = mem_new(1, sizeof *q);
    q->network = net;
    q->repeat = 1;
    q->population = mem_new(net->n_populations, sizeof *q->population);
    q->projection = mem_new(net->n_projections, sizeof *q->projection);
    for (uint32_t p = 0; p < net->n_populations; p++)
        q->population[p] = (struct quant_population){.compartments = 1, .integer = 1};
    for (uint32_t p = 0; p < net->n_projections; p++)
        q->projection[p].bits = 8;
    return q;
}

static inline void plain_numbers_free(struct quantised *q)
{
    free(q->population);
    free(q->projection);
    free(q);
}

#endif
