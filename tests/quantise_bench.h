/* quantise_bench.h: chips written out by hand, and a network run in network time by cores alone: no mapping, no engine, no chip
 * file. What quantise says is taken at its word, so a wrong unit, amount or exponent shows up as wrong spikes. */
#ifndef VOLLEY_TESTS_QUANTISE_BENCH_H
#define VOLLEY_TESTS_QUANTISE_BENCH_H
#include <CUnit/Basic.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cores/accumulate.h"
#include "cores/core.h"
#include "cores/image.h"
#include "quantise.h"

/* ---- chips ---- */

struct bench_chip {
    struct chipfile file;
    struct core_type type;
    struct format format[8];
};

static inline void bench_format(struct bench_chip *c, const char *name, uint32_t bits, int is_signed)
{
    int64_t half = (int64_t)1 << (bits - 1);
    c->format[c->type.n_formats++] = (struct format){(char *)(uintptr_t)name, bits, is_signed, is_signed ? -half : 0, is_signed ? half - 1 : 2 * half - 1};
}

static inline void bench_chip(struct bench_chip *c, const char *name, const char *kind)
{
    memset(c, 0, sizeof *c);
    c->type.name = c->type.kind = (char *)(uintptr_t)kind;
    c->type.format = c->format;
    c->file.name = (char *)(uintptr_t)name;
    c->file.type = &c->type;
    c->file.n_types = 1;
}

/* float32, everything on offer */
static inline void bench_ideal(struct bench_chip *c)
{
    bench_chip(c, "ideal", "reference");
    struct core_type *t = &c->type;
    t->reset_zero = t->reset_subtract = t->reset_value = t->reset_now = t->reset_next = t->compare_greater = t->compare_at_least = 1;
    t->decay_multiply = t->has_current = t->has_bias = 1;
    t->refractory_max = UINT32_MAX;
    t->payload_bits = c->file.in.payload_bits = 32;
}

/* Loihi: zero, now, >, two decays, weights shifted by exactly 6; subtraction by two compartments */
static inline void bench_loihi(struct bench_chip *c)
{
    bench_chip(c, "loihi", "cuba");
    struct core_type *t = &c->type;
    t->reset_zero = t->reset_now = t->compare_greater = t->decay_multiply = t->has_current = t->has_bias = 1;
    t->refractory_max = 63;
    t->emulate_subtract = 2;
    t->emulate_standing.basis = BASIS_ASSUMED;
    t->weight_shift_max = 6;
    t->weight_shift_fixed = 1;
    t->bias_exponent_max = 7;
    bench_format(c, "weight", 9, 1);
    bench_format(c, "membrane", 24, 1);
    bench_format(c, "current", 24, 1);
    bench_format(c, "threshold", 17, 0);
    bench_format(c, "bias", 13, 1);
    bench_format(c, "decay", 12, 0);
}

/* a generic mesh: zero, subtract, now, next, both comparisons; one state */
static inline void bench_mesh(struct bench_chip *c)
{
    bench_chip(c, "mesh28", "lif");
    struct core_type *t = &c->type;
    t->reset_zero = t->reset_subtract = t->reset_now = t->reset_next = t->compare_greater = t->compare_at_least = t->decay_multiply = t->has_bias = 1;
    t->refractory_max = 15;
    t->weight_shift_max = 7;
    t->decay_rounding = ROUND_NEAREST;
    bench_format(c, "weight", 8, 1);
    bench_format(c, "membrane", 16, 1);
    bench_format(c, "current", 24, 1);
    bench_format(c, "threshold", 16, 0);
    bench_format(c, "bias", 16, 1);
    bench_format(c, "decay", 8, 0);
}

/* ---- a network run by cores alone ---- */

struct bench_projection {
    uint64_t *first;            /* [source neurons + 1] place of each row in rows */
};
struct bench_core {
    const struct core_kind *kind;
    struct core *core;
    struct image image;
    struct image_group group;
    uint64_t *rows, used, capacity, bias_row, *fan_in;
    int32_t *zero, *one;        /* [neurons] what quantise leaves out of an integer image: 0, and a current that forgets at once */
    uint8_t *fired, *before;
    struct emissions out;
    struct core_step at;
    struct core_counts counts;
    uint64_t action[N_ACTIONS];
    struct memory_count memory[IMAGE_TABLES];
};
struct bench {
    const struct network *net;
    const struct quantised *q;
    struct bench_core *core;            /* [n_populations] */
    struct bench_projection *projection;
};

static inline const struct core_kind *bench_kind(const char *name)
{
    for (int k = 0; core_kinds[k]; k++)
        if (!strcmp(core_kinds[k]->name, name))
            return core_kinds[k];
    return NULL;
}

/* A row of ids and weights; 32-bit weights where they fit, since a core whose sums fit in 32 bits takes no wider ones. */
static inline uint64_t bench_row(struct bench_core *c, const uint32_t *post, const int64_t *weight, uint32_t n, uint32_t port)
{
    int wide = 0;
    for (uint32_t i = 0; i < n; i++)
        wide |= weight[i] > INT32_MAX || weight[i] < INT32_MIN;
    uint64_t ids = wide ? ((uint64_t)n * 4 + 7) / 8 * 8 : (uint64_t)n * 4, at = c->used;
    uint64_t units = (sizeof(struct segment) + ids + (uint64_t)n * (wide ? 8 : 4) + 7) / 8;
    struct segment s = {.count = n, .form = wide ? ROW_ID32_W64 : ROW_ID32_W32, .port = (uint8_t)port, .last = 1};
    if (c->used + units > c->capacity) {
        c->capacity = 2 * (c->used + units);
        c->rows = mem_grow(c->rows, c->capacity, 8);
    }
    memset(c->rows + at, 0, units * 8);
    char *to = (char *)(c->rows + at);
    memcpy(to, &s, sizeof s);
    memcpy(to + sizeof s, post, n * sizeof *post);
    for (uint32_t i = 0; i < n; i++) {
        int32_t narrow = (int32_t)weight[i];
        memcpy(to + sizeof s + ids + (size_t)i * (wide ? 8 : 4), wide ? (const void *)&weight[i] : &narrow, wide ? 8 : 4);
    }
    c->used += units;
    return at;
}

static inline void bench_projection_rows(struct bench *b, uint32_t p, uint64_t payload)
{
    const struct projection *from = &b->net->projection[p];
    struct bench_core *c = &b->core[from->to];
    uint32_t n = b->net->population[from->from].neurons;
    struct synapse *row = NULL;
    size_t capacity = 0;
    b->projection[p].first = mem_new(n, sizeof(uint64_t));
    for (uint32_t pre = 0; pre < n; pre++) {
        uint32_t count = projection_row(from, b->net, pre, &row, &capacity);
        uint32_t *post = mem_new(count, sizeof *post);
        int64_t *weight = mem_new(count, sizeof *weight);
        for (uint32_t k = 0; k < count; k++) {
            post[k] = row[k].post;
            weight[k] = b->q->projection[p].weight[row[k].weight];
            c->fan_in[post[k]] += (uint64_t)llabs(weight[k]) * (from->from ? 1 : payload);
        }
        b->projection[p].first[pre] = bench_row(c, post, weight, count, from->port);
        free(post);
        free(weight);
    }
    free(row);
}

static inline void bench_bias_row(struct bench_core *c, const struct quant_population *q, uint32_t n)
{
    uint32_t *post = mem_new(n, sizeof *post);
    for (uint32_t i = 0; i < n; i++) {
        post[i] = i;
        c->fan_in[i] += (uint64_t)llabs(q->bias_weight[i]) * q->bias_packets;
    }
    c->bias_row = bench_row(c, post, q->bias_weight, n, 0);
    free(post);
}

static inline const int32_t *bench_given(const struct quant_population *q, const int32_t *given, const int32_t *otherwise)
{
    return !q->integer || given ? given : otherwise;
}

static inline void bench_image(struct bench_core *c, const struct core_type *t, const struct quant_population *q, const struct population *p)
{
    static const enum image_reset reset[] = {IMAGE_RESET_NONE, IMAGE_RESET_VALUE, IMAGE_RESET_SUBTRACT, IMAGE_RESET_VALUE};
    const struct format *membrane = core_type_format(t, "membrane"), *current = core_type_format(t, "current");
    c->group = (struct image_group){.count = p->neurons, .close = UINT64_MAX, .compartments = q->compartments, .ports = p->ports, .current = q->rule.current,
        .fires = q->rule.fires, .reset = reset[q->rule.reset], .point = (enum image_point)q->rule.point, .at_least = q->rule.compare == COMPARE_AT_LEAST,
        .refractory = q->rule.refractory, .shift = q->shift, .decay_bits = q->decay_bits, .exponent = {q->exponent[0], q->exponent[1]}};
    for (uint32_t i = 0; i < p->neurons; i++)
        c->one[i] = (int32_t)1 << q->decay_bits;
    c->image = (struct image){.neurons = p->neurons, .groups = 1, .group = &c->group, .rows = c->rows, .delay_slots = 1, .fan_in_sum = c->fan_in,
        .threshold = q->threshold, .bias = bench_given(q, q->bias, c->zero), .reset_value = q->reset_value, .decay_v = q->decay_v,
        .decay_u = bench_given(q, q->decay_u, c->one),
        .membrane_high = membrane ? membrane->high : INT32_MAX, .membrane_low = membrane ? -membrane->high : INT32_MIN,
        .current_high = current ? current->high : INT32_MAX, .current_low = current ? current->low : INT32_MIN, .current_wraps = !strcmp(t->kind, "cuba"),
        .rounding = (enum image_rounding)t->decay_rounding, .alpha = q->alpha, .beta = q->beta, .threshold_f = q->thr, .reset_f = q->reset_f,
        .bias_acc = {q->bias_acc[0], q->bias_acc[1]}};
}

/* payload: largest that the host sends. -1: a core refused its image. */
static inline int bench_open(struct bench *b, const struct chipfile *file, const struct quantised *q, uint64_t payload, struct err *err)
{
    const struct network *net = q->network;
    *b = (struct bench){net, q, mem_new(net->n_populations, sizeof *b->core), mem_new(net->n_projections, sizeof *b->projection)};
    for (uint32_t p = 0; p < net->n_populations; p++) {
        uint32_t n = net->population[p].neurons;
        b->core[p].fired = mem_new(n, 1);
        b->core[p].before = mem_new(n, 1);
        b->core[p].fan_in = mem_new(n, sizeof(uint64_t));
        b->core[p].zero = mem_new(n, sizeof(int32_t));
        b->core[p].one = mem_new(n, sizeof(int32_t));
        b->core[p].out = (struct emissions){mem_new(n, sizeof(struct emission)), 0, n};
        b->core[p].bias_row = UINT64_MAX;
    }
    for (uint32_t p = 0; p < net->n_projections; p++)
        bench_projection_rows(b, p, payload);
    for (uint32_t p = 1; p < net->n_populations; p++) {
        struct bench_core *c = &b->core[p];
        const struct core_type *t = &file->type[q->population[p].type];
        if (q->population[p].bias_weight)
            bench_bias_row(c, &q->population[p], net->population[p].neurons);
        bench_image(c, t, &q->population[p], &net->population[p]);
        c->kind = bench_kind(t->kind);
        c->core = c->kind->create(NULL, p, err);
        if (c->kind->load(c->core, &c->image, err))
            return -1;
    }
    return 0;
}

static inline void bench_close(struct bench *b)
{
    for (uint32_t p = 0; p < b->net->n_populations; p++) {
        struct bench_core *c = &b->core[p];
        if (c->kind)
            c->kind->destroy(c->core);
        free(c->rows);
        free(c->fan_in);
        free(c->zero);
        free(c->one);
        free(c->fired);
        free(c->before);
        free(c->out.at);
    }
    for (uint32_t p = 0; p < b->net->n_projections; p++)
        free(b->projection[p].first);
    free(b->core);
    free(b->projection);
}

static inline void bench_reset(struct bench *b)
{
    for (uint32_t p = 0; p < b->net->n_populations; p++) {
        memset(b->core[p].fired, 0, b->net->population[p].neurons);
        if (b->core[p].kind)
            b->core[p].kind->reset(b->core[p].core);
    }
}

static inline void bench_send(struct bench *b, uint32_t to, uint64_t row, int32_t payload)
{
    struct bench_core *c = &b->core[to];
    struct err err;
    struct packet p = {.row = (uint32_t)row, .payload = payload};
    c->counts = (struct core_counts){c->action, c->memory};
    c->kind->accept(c->core, &(struct core_step){0}, &p, 1, 0, NULL, NULL, &c->counts, &err);
}

/* An input event of the step to come: payload of that many packets. */
static inline void bench_input(struct bench *b, uint32_t neuron, int32_t payload, uint32_t packets)
{
    for (uint32_t p = 0; p < b->net->n_projections; p++)
        for (uint32_t k = 0; b->net->projection[p].from == HOST_POPULATION && k < packets; k++)
            bench_send(b, b->net->projection[p].to, b->projection[p].first[neuron], payload);
}

/* One network step: populations in order of depth (they are in breadth-first order), back edges from the step before. */
static inline void bench_step(struct bench *b)
{
    const struct network *net = b->net;
    struct err err;
    uint32_t cycles;
    for (uint32_t p = 1; p < net->n_populations; p++)
        memcpy(b->core[p].before, b->core[p].fired, net->population[p].neurons);
    for (uint32_t p = 1; p < net->n_populations; p++) {
        struct bench_core *c = &b->core[p];
        for (uint32_t k = 0; k < net->n_projections; k++) {
            const struct projection *from = &net->projection[k];
            const uint8_t *fired = from->network_delay ? b->core[from->from].before : b->core[from->from].fired;
            for (uint32_t i = 0; from->to == p && from->from != HOST_POPULATION && i < net->population[from->from].neurons; i++)
                if (fired[i])
                    bench_send(b, p, b->projection[k].first[i], 1);
        }
        for (uint32_t k = 0; c->bias_row != UINT64_MAX && k < b->q->population[p].bias_packets; k++)
            bench_send(b, p, c->bias_row, 1);
        c->counts = (struct core_counts){c->action, c->memory};
        c->kind->update(c->core, &c->at, &c->out, &cycles, &c->counts, &err);
        memset(c->fired, 0, net->population[p].neurons);
        for (uint32_t s = 0; s < c->out.count; s++)
            c->fired[c->out.at[s].neuron] = 1;
    }
}

static inline int64_t bench_peek(const struct bench *b, uint32_t population, uint32_t variable, uint32_t neuron)
{
    struct err err;
    int64_t value = 0;
    b->core[population].kind->peek(b->core[population].core, variable, neuron, &value, &err);
    return value;
}

/* ---- small networks, and what becomes of them ---- */

struct asked {                  /* one population of equal neurons */
    enum reset_kind reset;
    enum reset_point point;
    enum compare_kind compare;
    uint32_t refractory;
    int current;
    double alpha, beta, threshold, value, bias;
};

static inline double *same(uint32_t n, double x)
{
    double *all = mem_new(n, sizeof *all);
    for (uint32_t i = 0; i < n; i++)
        all[i] = x;
    return all;
}

static inline uint32_t add_population(struct network *net, const char *name, uint32_t neurons, const struct asked *a)
{
    uint32_t id = network_add_population(net, name, "LIF", (struct shape){1, {neurons}});
    struct population *p = &net->population[id];
    p->rule = (struct neuron_rule){a->current, 1, a->reset, a->point, a->compare, a->refractory};
    p->beta = same(neurons, a->beta);
    p->threshold = same(neurons, a->threshold);
    p->alpha = a->current ? same(neurons, a->alpha) : NULL;
    p->reset_value = a->value != 0 ? same(neurons, a->value) : NULL;
    p->bias[0] = a->bias != 0 ? same(neurons, a->bias) : NULL;
    return id;
}

static inline struct projection *add_dense(struct network *net, const char *name, uint32_t from, uint32_t to, const double *w)
{
    struct projection *p = network_add_projection(net, name, from, to, FORM_DENSE);
    p->n_weights = (uint64_t)net->population[from].neurons * net->population[to].neurons;
    p->weight = mem_new(p->n_weights, sizeof *p->weight);
    for (uint64_t k = 0; w && k < p->n_weights; k++)
        p->weight[k] = w[k];
    return p;
}

/* inputs -> "lif" of one kind, weights [neuron][input] */
static inline struct network *one_layer(const struct asked *a, uint32_t inputs, uint32_t n, const double *w)
{
    struct network *net = network_new();
    net->population[HOST_POPULATION].shape = (struct shape){1, {inputs}};
    net->population[HOST_POPULATION].neurons = inputs;
    uint32_t id = add_population(net, "lif", n, a);
    add_dense(net, "fc", HOST_POPULATION, id, w);
    net->projection[0].chip_delay = 1;
    net->population[id].depth = 1;
    return net;
}

static const double half_weights[] = {.75, -.5, .25, 1, -.25, .5};      /* 2 neurons, 3 inputs */

static inline const struct fidelity_line *line_of(const struct quantised *q, enum fidelity_kind kind, const char *node)
{
    for (size_t i = 0; i < q->fidelity.count; i++)
        if (q->fidelity.line[i].kind == kind && !strcmp(q->fidelity.line[i].node, node))
            return &q->fidelity.line[i];
    return NULL;
}

static inline struct quantised *quantised_by(const struct network *net, const struct bench_chip *c, const struct quant_options *o)
{
    struct err err = {ERR_NONE, ""};
    struct quantised *q = quantise(net, &c->file, o ? o : &(struct quant_options){0}, &err);
    if (!q)
        printf("\n    %s\n", err.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(q);
    return q;
}

/* ERR_ANSWER with all of these words in its text. */
static inline void refused(const struct network *net, const struct bench_chip *c, const struct quant_options *o, const char *const *words)
{
    struct err err = {ERR_NONE, ""};
    struct quantised *q = quantise(net, &c->file, o ? o : &(struct quant_options){0}, &err);
    CU_ASSERT_PTR_NULL(q);
    CU_ASSERT_EQUAL(err.kind, ERR_ANSWER);
    for (; *words; words++)
        if (!strstr(err.text, *words)) {
            printf("\n    no '%s' in: %s", *words, err.text);
            CU_FAIL("a word is missing");
        }
    quantised_free(q);
}

#endif
