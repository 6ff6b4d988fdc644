/* engine_fixture.h: what the tests of the run share: a network loaded on a chip, random input, random networks whose numbers are
 * so short that float32 holds every membrane exactly, and a plain simulator of them that knows nothing of cores, depths or rows. */
#ifndef VOLLEY_TESTS_ENGINE_FIXTURE_H
#define VOLLEY_TESTS_ENGINE_FIXTURE_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chip.h"
#include "engine/run.h"
#include "mapping_fixture.h"

/* ---- a network on a chip ---- */

struct loaded { struct chipfile *chip; struct network *net; struct quantised *quantised; struct mapping *mapping; struct err err; };

static inline void unload(struct loaded *l)
{
    mapping_free(l->mapping);
    quantised_free(l->quantised);
    chipfile_free(l->chip);
    *l = (struct loaded){0};
}

/* The network stays the caller's. 0, or -1 with the reason in l->err. */
static inline int load(struct loaded *l, struct network *net, const char *chip, const char *const *set, uint32_t n_set, const char *method)
{
    struct quant_options q = {.rule = QUANT_DEFAULT, .repeat = 1};
    struct map_options m = {.method = method};
    *l = (struct loaded){.net = net};
    l->chip = chipfile_read(chip, set, n_set, &l->err);
    l->quantised = l->chip ? quantise(net, l->chip, &q, &l->err) : NULL;
    l->mapping = l->quantised ? mapping_make(net, l->quantised, l->chip, &m, &l->err) : NULL;
    if (l->mapping)
        return 0;
    printf("\n  %s\n", l->err.text);
    unload(l);
    return -1;
}

static inline struct run_options usual_options(const char *plane, uint32_t threads)
{
    return (struct run_options){.last_sample = UINT32_MAX, .timing = plane, .threads = threads, .hold = 1, .traces = TRACE_SPIKES};
}

static inline struct run *run_with(struct loaded *l, const struct events *input, const struct run_options *options)
{
    struct run *run = run_make(l->net, l->chip, l->quantised, l->mapping, input, NULL, options, &l->err);
    if (!run)
        printf("\n  %s\n", l->err.text);
    return run;
}

static inline struct run *run_plane(struct loaded *l, const struct events *input, const char *plane, uint32_t threads)
{
    struct run_options options = usual_options(plane, threads);
    return run_with(l, input, &options);
}

/* Binary events: every input neuron with probability 1 / rarity in every step. */
static inline struct events *random_events(uint64_t *seed, uint32_t samples, uint32_t steps, uint32_t neurons, uint32_t rarity)
{
    struct events *e = mem_new(1, sizeof *e);
    size_t capacity = 0;
    *e = (struct events){.samples = samples, .steps = steps, .neurons = neurons, .value_min = 1, .value_max = 1};
    e->first = mem_new((size_t)samples + 1, sizeof *e->first);
    for (uint32_t s = 0; s < samples; s++) {
        for (uint32_t t = 0; t < steps; t++)
            for (uint32_t i = 0; i < neurons; i++)
                if (!next_random(seed, rarity)) {
                    e->event = mem_room(e->event, e->count, &capacity, sizeof *e->event);
                    e->event[e->count++] = (struct event){t, i};
                }
        e->first[s + 1] = e->count;
    }
    return e;
}

static inline int same_spikes(const struct run *a, const struct run *b)
{
    return a && b && a->n_spikes == b->n_spikes && (!a->n_spikes || !memcmp(a->spike, b->spike, a->n_spikes * sizeof *a->spike));
}

/* ---- random numbers that stay exact: weights n/64 below 1, decays 0, 1/2 and 1, thresholds and biases n/8 and n/64 ---- */

static inline void dress_projection(struct projection *p, uint64_t *seed)
{
    if (p->form == FORM_LIST) {
        free(p->weight);
        p->n_weights = p->n_list;
        p->weight = mem_new(p->n_weights + 1, sizeof *p->weight);
        for (uint64_t i = 0; i < p->n_list; i++)
            p->list[i].weight = (uint32_t)i;
    }
    for (uint64_t i = 0; i < p->n_weights; i++)
        p->weight[i] = ((double)next_random(seed, 65) - 26) / 64;
}

static inline void dress_population(struct population *p, uint64_t *seed)
{
    static const struct { enum reset_kind reset; enum reset_point point; } way[] = {
        {RESET_ZERO, RESET_NOW}, {RESET_SUBTRACT, RESET_NOW}, {RESET_VALUE, RESET_NOW}, {RESET_NONE, RESET_NOW}, {RESET_ZERO, RESET_NEXT_BEFORE_DECAY},
        {RESET_SUBTRACT, RESET_NEXT_BEFORE_DECAY}, {RESET_ZERO, RESET_NEXT_AFTER_INPUT}, {RESET_SUBTRACT, RESET_NEXT_AFTER_INPUT}};
    static const double beta[] = {0, 0.5, 1, 0.5};
    uint32_t w = next_random(seed, sizeof way / sizeof *way);
    p->rule = (struct neuron_rule){.fires = 1, .reset = way[w].reset, .point = way[w].point, .current = !next_random(seed, 3)};
    p->rule.compare = next_random(seed, 2) ? COMPARE_AT_LEAST : COMPARE_GREATER;
    p->rule.refractory = p->rule.point == RESET_NOW ? next_random(seed, 3) : 0;
    p->bias[0] = mem_new(p->neurons, sizeof *p->bias[0]);
    p->alpha = mem_new(p->neurons, sizeof *p->alpha);
    p->reset_value = p->rule.reset == RESET_VALUE ? mem_new(p->neurons, sizeof *p->reset_value) : NULL;
    for (uint32_t i = 0; i < p->neurons; i++) {
        p->beta[i] = beta[next_random(seed, 4)];
        p->alpha[i] = next_random(seed, 2) ? 0.5 : 0;
        p->threshold[i] = (2 + next_random(seed, 9)) / 8.0;
        p->bias[0][i] = (next_random(seed, 20) - 8.0) / 64;
        if (p->reset_value)
            p->reset_value[i] = (next_random(seed, 9) - 4.0) / 64;
    }
}

/* random_network of the mapper's tests (conv, pool, list, one-to-one, dense, skips, recurrence, delays) with numbers of its own. */
static inline struct network *exact_network(uint64_t seed)
{
    struct network *net = random_network(seed);
    for (uint32_t p = 1; net && p < net->n_populations; p++)
        dress_population(&net->population[p], &seed);
    for (uint32_t p = 0; net && p < net->n_projections; p++)
        dress_projection(&net->projection[p], &seed);
    return net;
}

/* ---- the plain simulator: matrices, one per projection and delay, and dense loops in network steps ---- */

enum { PLAIN_DELAYS = 8 };

struct plain_matrix { uint32_t from, to, port, delay; double *w; uint32_t *n; };        /* [post * pres + pre]; n: synapses */

static inline void plain_add(struct plain_matrix *m, const struct network *net, uint32_t post, uint32_t pre, double w)
{
    uint64_t at = (uint64_t)post * net->population[m->from].neurons + pre;
    m->w[at] += w;
    m->n[at]++;
}

/* One synapse between a place of the projection's input grid and a neuron: through the pooling, if there is one. */
static inline void plain_from_grid(struct plain_matrix *m, const struct network *net, const struct projection *p, uint32_t post, uint32_t channel,
                                   uint32_t y, uint32_t x, double w)
{
    const struct pool *k = &p->pool;
    if (!p->pooled) {
        plain_add(m, net, post, (channel * p->conv.in[0] + y) * p->conv.in[1] + x, w);
        return;
    }
    for (uint32_t i = 0; i < k->kernel[0] * k->kernel[1]; i++) {
        int64_t sy = (int64_t)(y * k->stride[0] + i / k->kernel[1]) - k->padding[0], sx = (int64_t)(x * k->stride[1] + i % k->kernel[1]) - k->padding[1];
        if (sy >= 0 && sx >= 0 && sy < p->pool_in[1] && sx < p->pool_in[2])
            plain_add(m, net, post, (uint32_t)((channel * p->pool_in[1] + (uint64_t)sy) * p->pool_in[2] + (uint64_t)sx), w);
    }
}

static inline void plain_window(struct plain_matrix *m, const struct network *net, const struct projection *p, uint32_t post)
{
    const struct conv *c = &p->conv;
    uint32_t area = c->out[0] * c->out[1], out = post / area, oy = post % area / c->out[1], ox = post % c->out[1];
    uint32_t per_in = c->channels_in / c->groups, per_out = c->channels_out / c->groups;
    for (uint32_t in = 0; in < per_in; in++)
        for (uint32_t ky = 0; ky < c->kernel[0]; ky++)
            for (uint32_t kx = 0; kx < c->kernel[1]; kx++) {
                int64_t y = (int64_t)(oy * c->stride[0] + ky * c->dilation[0]) - c->padding[0],
                        x = (int64_t)(ox * c->stride[1] + kx * c->dilation[1]) - c->padding[1];
                double w = p->weight[p->form == FORM_POOL ? 0 : ((out * per_in + in) * c->kernel[0] + ky) * c->kernel[1] + kx];
                if (y >= 0 && x >= 0 && y < c->in[0] && x < c->in[1])
                    plain_from_grid(m, net, p, post, out / per_out * per_in + in, (uint32_t)y, (uint32_t)x, w * p->scale);
            }
}

static inline void plain_fill(struct plain_matrix *m, const struct network *net, const struct projection *p, uint32_t extra)
{
    uint32_t pres = net->population[p->from].neurons, posts = net->population[p->to].neurons;
    for (uint32_t post = 0; post < posts && !extra && p->form != FORM_LIST; post++) {
        if (p->form == FORM_ONE_TO_ONE)
            plain_add(m, net, post, post, p->weight[p->n_weights == 1 ? 0 : post]);
        for (uint32_t pre = 0; pre < pres && p->form == FORM_DENSE; pre++)
            plain_add(m, net, post, pre, p->weight[(uint64_t)post * pres + pre]);
        if (p->form == FORM_CONV || p->form == FORM_POOL)
            plain_window(m, net, p, post);
    }
    for (uint32_t pre = 0; pre < pres && p->form == FORM_LIST; pre++)
        for (uint64_t i = p->list_first[pre]; i < p->list_first[pre + 1]; i++)
            if (p->list[i].delay == extra)
                plain_add(m, net, p->list[i].post, pre, p->weight[p->list[i].weight]);
}

struct plain { const struct network *net; uint32_t steps, n; struct plain_matrix *matrix; uint8_t **fired; double **m, **s; uint32_t **rest; };

static inline struct plain plain_new(const struct network *net, uint32_t steps)
{
    struct plain s = {.net = net, .steps = steps};
    s.matrix = mem_new((size_t)net->n_projections * PLAIN_DELAYS, sizeof *s.matrix);
    for (uint32_t p = 0; p < net->n_projections; p++)
        for (uint32_t extra = 0; extra < (net->projection[p].form == FORM_LIST ? PLAIN_DELAYS : 1); extra++) {
            const struct projection *j = &net->projection[p];
            struct plain_matrix *m = &s.matrix[s.n++];
            uint64_t size = (uint64_t)net->population[j->from].neurons * net->population[j->to].neurons;
            *m = (struct plain_matrix){j->from, j->to, j->port, j->network_delay + extra, mem_new(size, sizeof *m->w), mem_new(size, sizeof *m->n)};
            plain_fill(m, net, j, extra);
        }
    s.fired = mem_new(net->n_populations, sizeof *s.fired);
    s.m = mem_new(net->n_populations, sizeof *s.m);
    s.s = mem_new(net->n_populations, sizeof *s.s);
    s.rest = mem_new(net->n_populations, sizeof *s.rest);
    for (uint32_t p = 0; p < net->n_populations; p++) {
        s.fired[p] = mem_new((size_t)steps * net->population[p].neurons, 1);
        s.m[p] = mem_new(net->population[p].neurons, sizeof **s.m);
        s.s[p] = mem_new(net->population[p].neurons, sizeof **s.s);
        s.rest[p] = mem_new(net->population[p].neurons, sizeof **s.rest);
    }
    return s;
}

static inline void plain_free(struct plain *s)
{
    for (uint32_t i = 0; i < s->n; i++) {
        free(s->matrix[i].w);
        free(s->matrix[i].n);
    }
    for (uint32_t p = 0; p < s->net->n_populations; p++) {
        free(s->fired[p]);
        free(s->m[p]);
        free(s->s[p]);
        free(s->rest[p]);
    }
    void *const owned[] = {s->matrix, s->fired, s->m, s->s, s->rest};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
}

static inline double plain_reset(const struct population *p, uint32_t i, double m)
{
    if (p->rule.reset == RESET_SUBTRACT)
        return m - p->threshold[i];
    if (p->rule.reset == RESET_ZERO)
        return 0;
    return p->rule.reset == RESET_VALUE ? p->reset_value[i] : m;
}

/* One neuron, one network step, by the equations of network.h. */
static inline int plain_neuron(struct plain *s, uint32_t pop, uint32_t i, int fired_before, double input)
{
    const struct population *p = &s->net->population[pop];
    double *m = &s->m[pop][i], *current = &s->s[pop][i];
    *current = p->rule.current ? p->alpha[i] * *current + input : input;
    if (s->rest[pop][i]) {
        s->rest[pop][i]--;
        return 0;
    }
    if (fired_before && p->rule.point == RESET_NEXT_BEFORE_DECAY)
        *m = plain_reset(p, i, *m);
    *m = p->beta[i] * *m + *current;
    if (fired_before && p->rule.point == RESET_NEXT_AFTER_INPUT)
        *m = plain_reset(p, i, *m);
    int fires = p->rule.compare == COMPARE_AT_LEAST ? *m >= p->threshold[i] : *m > p->threshold[i];
    if (fires && p->rule.point == RESET_NOW)
        *m = plain_reset(p, i, *m);
    if (fires)
        s->rest[pop][i] = p->rule.refractory;
    return fires;
}

static inline double plain_input(const struct plain *s, uint32_t pop, uint32_t i, uint32_t t)
{
    double input = s->net->population[pop].bias[0] ? s->net->population[pop].bias[0][i] : 0;
    for (uint32_t k = 0; k < s->n; k++) {
        const struct plain_matrix *m = &s->matrix[k];
        uint32_t pres = s->net->population[m->from].neurons;
        for (uint32_t pre = 0; m->to == pop && t >= m->delay && pre < pres; pre++)
            input += s->fired[m->from][(size_t)(t - m->delay) * pres + pre] * m->w[(uint64_t)i * pres + pre];
    }
    return input;
}

/* 1: whatever reaches the population without delay has been computed for this step. */
static inline int plain_ready(const struct plain *s, uint32_t pop, const uint8_t *done)
{
    for (uint32_t k = 0; k < s->n; k++)
        if (s->matrix[k].to == pop && !s->matrix[k].delay && !done[s->matrix[k].from])
            return 0;
    return 1;
}

static inline void plain_step(struct plain *s, uint32_t t)
{
    uint8_t done[64] = {1};
    for (uint32_t left = s->net->n_populations - 1, pass = 0; left && pass < 64; pass++)
        for (uint32_t p = 1; p < s->net->n_populations; p++) {
            uint32_t n = s->net->population[p].neurons;
            if (done[p] || !plain_ready(s, p, done))
                continue;
            for (uint32_t i = 0; i < n; i++)
                s->fired[p][(size_t)t * n + i] = (uint8_t)plain_neuron(s, p, i, t && s->fired[p][(size_t)(t - 1) * n + i], plain_input(s, p, i, t));
            done[p] = 1;
            left--;
        }
}

/* One sample from reset; afterwards fired[population][step * neurons + i] is its answer. */
static inline void plain_run(struct plain *s, const struct events *in, uint32_t sample)
{
    for (uint32_t p = 0; p < s->net->n_populations; p++) {
        uint32_t n = s->net->population[p].neurons;
        memset(s->fired[p], 0, (size_t)s->steps * n);
        memset(s->m[p], 0, n * sizeof **s->m);
        memset(s->s[p], 0, n * sizeof **s->s);
        memset(s->rest[p], 0, n * sizeof **s->rest);
    }
    for (uint64_t i = in->first[sample]; i < in->first[sample + 1]; i++)
        s->fired[0][(size_t)in->event[i].step * s->net->population[0].neurons + in->event[i].neuron] = 1;
    for (uint32_t t = 0; t < s->steps; t++)
        plain_step(s, t);
}

#endif
