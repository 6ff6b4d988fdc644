/* What is asked against what is offered, and numbers: each rewriting is run beside the original, each rounding checked by hand. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kit.h"
#include "quantise_bench.h"

enum { STEPS = 600 };

/* ---- small networks ---- */

struct asked {                  /* one population of equal neurons */
    enum reset_kind reset;
    enum reset_point point;
    enum compare_kind compare;
    uint32_t refractory;
    int current;
    double alpha, beta, threshold, value, bias;
};

static double *same(uint32_t n, double x)
{
    double *all = mem_new(n, sizeof *all);
    for (uint32_t i = 0; i < n; i++)
        all[i] = x;
    return all;
}

static uint32_t add_population(struct network *net, const char *name, uint32_t neurons, const struct asked *a)
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

static struct projection *add_dense(struct network *net, const char *name, uint32_t from, uint32_t to, const double *w)
{
    struct projection *p = network_add_projection(net, name, from, to, FORM_DENSE);
    p->n_weights = (uint64_t)net->population[from].neurons * net->population[to].neurons;
    p->weight = mem_new(p->n_weights, sizeof *p->weight);
    for (uint64_t k = 0; w && k < p->n_weights; k++)
        p->weight[k] = w[k];
    return p;
}

/* inputs -> "lif" of one kind, weights [neuron][input] */
static struct network *one_layer(const struct asked *a, uint32_t inputs, uint32_t n, const double *w)
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

static const struct fidelity_line *line_of(const struct quantised *q, enum fidelity_kind kind, const char *node)
{
    for (size_t i = 0; i < q->fidelity.count; i++)
        if (q->fidelity.line[i].kind == kind && !strcmp(q->fidelity.line[i].node, node))
            return &q->fidelity.line[i];
    return NULL;
}

static struct quantised *quantised_by(const struct network *net, const struct bench_chip *c, const struct quant_options *o)
{
    struct err err = {ERR_NONE, ""};
    struct quantised *q = quantise(net, &c->file, o ? o : &(struct quant_options){0}, &err);
    if (!q)
        printf("\n    %s\n", err.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(q);
    return q;
}

/* ---- runs beside each other ---- */

static uint32_t pseudo(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

struct trace { uint8_t fired[STEPS][2]; uint32_t spikes; };

static struct trace run(const struct network *net, const struct bench_chip *c, const struct quant_options *o)
{
    struct trace t = {0};
    struct quantised *q = quantised_by(net, c, o);
    struct bench b;
    struct err err;
    uint32_t state = 1;
    CU_ASSERT_EQUAL_FATAL(bench_open(&b, &c->file, q, 1, &err), 0);
    bench_reset(&b);
    for (int s = 0; s < STEPS; s++) {
        for (uint32_t i = 0; i < 3; i++)
            if (pseudo(&state) & 1)
                bench_input(&b, i, 1, 1);
        bench_step(&b);
        memcpy(t.fired[s], b.core[1].fired, 2);
        t.spikes += (uint32_t)t.fired[s][0] + t.fired[s][1];
    }
    bench_close(&b);
    quantised_free(q);
    return t;
}

/* The chip as it is, against the same chip with everything on offer: same spikes, and enough of them. */
static void equal_runs(const struct asked *a, const struct bench_chip *small, const struct bench_chip *all, int line)
{
    struct network *net = one_layer(a, 3, 2, half_weights);
    struct quantised *q = quantised_by(net, small, NULL);
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_REWRITTEN, "lif"));
    quantised_free(q);
    struct trace x = run(net, all, NULL), y = run(net, small, NULL);
    int equal = !memcmp(x.fired, y.fired, sizeof x.fired);
    if (!equal || x.spikes < 40)
        printf("\n    line %d: %u and %u spikes", line, x.spikes, y.spikes);
    CU_ASSERT(equal);
    CU_ASSERT(x.spikes >= 40);
    network_free(net);
}

static void only_now(struct bench_chip *c)
{
    c->type.reset_next = 0;
}

static void rewritten_resets_give_the_same_spikes(void)
{
    static const struct asked asked[] = {
        {RESET_ZERO, RESET_NEXT_BEFORE_DECAY, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, .125},
        {RESET_SUBTRACT, RESET_NEXT_BEFORE_DECAY, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, .125},
        {RESET_SUBTRACT, RESET_NEXT_AFTER_INPUT, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, .125},
        {RESET_SUBTRACT, RESET_NEXT_AFTER_INPUT, COMPARE_GREATER, 2, 0, 0, .5, 1, 0, .125},
        {RESET_ZERO, RESET_NEXT_AFTER_INPUT, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, .125},
        {RESET_VALUE, RESET_NEXT_AFTER_INPUT, COMPARE_GREATER, 0, 0, 0, .5, 1, -.5, .125},
        {RESET_ZERO, RESET_NEXT_AFTER_INPUT, COMPARE_GREATER, 3, 0, 0, .5, 1, 0, .125},
        {RESET_ZERO, RESET_NEXT_AFTER_INPUT, COMPARE_AT_LEAST, 0, 1, .5, .5, 1, 0, 0},
        {RESET_SUBTRACT, RESET_NEXT_AFTER_INPUT, COMPARE_AT_LEAST, 0, 1, .5, .5, 1, 0, 0},
    };
    for (size_t k = 0; k < sizeof asked / sizeof *asked; k++) {
        struct bench_chip small, all;
        bench_ideal(&small);
        bench_ideal(&all);
        only_now(&small);
        equal_runs(&asked[k], &small, &all, (int)k);
    }
}

static void rewritten_resets_give_the_same_spikes_in_integers(void)
{
    static const struct asked asked[] = {
        {RESET_ZERO, RESET_NEXT_BEFORE_DECAY, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, .125},
        {RESET_SUBTRACT, RESET_NEXT_AFTER_INPUT, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, .125},
        {RESET_ZERO, RESET_NEXT_AFTER_INPUT, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, .125},
        {RESET_ZERO, RESET_NEXT_AFTER_INPUT, COMPARE_AT_LEAST, 0, 0, 0, .5, 1, 0, .125},
    };
    for (size_t k = 0; k < sizeof asked / sizeof *asked; k++) {
        struct bench_chip small, all;
        bench_mesh(&small);
        bench_mesh(&all);
        only_now(&small);
        equal_runs(&asked[k], &small, &all, (int)k);
    }
}

static void now_becomes_the_start_of_the_next_step(void)
{
    static const struct asked asked[] = {
        {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, .125},
        {RESET_SUBTRACT, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, .125},
        {RESET_SUBTRACT, RESET_NOW, COMPARE_GREATER, 2, 0, 0, .5, 1, 0, .125},
    };
    for (size_t k = 0; k < sizeof asked / sizeof *asked; k++) {
        struct bench_chip small, all;
        bench_ideal(&small);
        bench_ideal(&all);
        small.type.reset_now = 0;
        equal_runs(&asked[k], &small, &all, (int)k);
    }
}

static void comparisons_are_rewritten_both_ways(void)
{
    struct asked a = {RESET_SUBTRACT, RESET_NOW, COMPARE_AT_LEAST, 0, 0, 0, 1, 1, 0, 0};
    struct bench_chip small, all;
    for (int mesh = 0; mesh < 2; mesh++)
        for (int at_least = 0; at_least < 2; at_least++) {
            (mesh ? bench_mesh : bench_ideal)(&small);
            (mesh ? bench_mesh : bench_ideal)(&all);
            a.compare = at_least ? COMPARE_AT_LEAST : COMPARE_GREATER;
            *(at_least ? &small.type.compare_at_least : &small.type.compare_greater) = 0;
            equal_runs(&a, &small, &all, 2 * mesh + at_least);
        }
}

/* The two comparisons must differ on this input, or the test above shows nothing. */
static void the_two_comparisons_differ_on_that_input(void)
{
    struct asked a = {RESET_SUBTRACT, RESET_NOW, COMPARE_AT_LEAST, 0, 0, 0, 1, 1, 0, 0};
    struct bench_chip chip;
    bench_ideal(&chip);
    struct network *x = one_layer(&a, 3, 2, half_weights);
    a.compare = COMPARE_GREATER;
    struct network *y = one_layer(&a, 3, 2, half_weights);
    struct trace at_least = run(x, &chip, NULL), greater = run(y, &chip, NULL);
    CU_ASSERT(memcmp(at_least.fired, greater.fired, sizeof greater.fired));
    network_free(x);
    network_free(y);
}

static void a_current_that_forgets_at_once_needs_no_second_state(void)
{
    struct asked a = {RESET_SUBTRACT, RESET_NOW, COMPARE_GREATER, 0, 1, 0, .5, 1, 0, .125};
    struct bench_chip small, all;
    bench_ideal(&small);
    bench_ideal(&all);
    small.type.has_current = 0;
    equal_runs(&a, &small, &all, 0);
}

/* ---- refused, approximated, emulated, pretended ---- */

/* ERR_ANSWER with all of these words in its text. */
static void refused(const struct network *net, const struct bench_chip *c, const struct quant_options *o, const char *const *words)
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

static void what_cannot_be_done_is_refused_by_name(void)
{
    struct asked a = {RESET_SUBTRACT, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, .125};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct bench_chip c;
    bench_mesh(&c);
    c.type.reset_subtract = 0;
    refused(net, &c, NULL, (const char *[]){"lif:", "resets by subtraction", "zero", "now", "--approximate", "--assume-native", NULL});
    bench_mesh(&c);
    c.type.has_bias = 0;
    refused(net, &c, NULL, (const char *[]){"lif:", "bias", "bias_input", NULL});
    bench_mesh(&c);
    c.type.decay_multiply = 0;
    refused(net, &c, NULL, (const char *[]){"lif:", "decay", NULL});
    c.type.decay_shift = 1;             /* 1/2 is a shift */
    quantised_free(quantised_by(net, &c, NULL));
    network_free(net);
    a.beta = .9;
    a.refractory = 20;
    net = one_layer(&a, 3, 2, half_weights);
    refused(net, &c, NULL, (const char *[]){"lif:", "1 - 2^-k", "--approximate", NULL});
    bench_mesh(&c);
    refused(net, &c, NULL, (const char *[]){"lif:", "20 steps", "at most 15", NULL});
    network_free(net);
    a = (struct asked){RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 1, .5, .5, 1, 0, 0};
    net = one_layer(&a, 3, 2, half_weights);
    refused(net, &c, NULL, (const char *[]){"lif:", "current", "cuba", NULL});
    c.type.kind = (char *)(uintptr_t)"odin";
    refused(net, &c, NULL, (const char *[]){"lif:", "kind reference, lif or cuba", NULL});
    network_free(net);
}

static void a_lost_input_is_refused_unless_a_step_of_rest_can_stand_for_it(void)
{
    struct asked a = {RESET_ZERO, RESET_NEXT_AFTER_INPUT, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, .125};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct bench_chip c;
    bench_mesh(&c);
    only_now(&c);
    c.type.refractory_max = 0;
    refused(net, &c, NULL, (const char *[]){"lif:", "resets to zero in the next step, after the input", "reset_time [ now]", "--approximate", NULL});
    struct quantised *q = quantised_by(net, &c, &(struct quant_options){.approximate = 1});
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_APPROXIMATED, "lif"));
    CU_ASSERT_EQUAL(q->population[1].rule.point, RESET_NOW);
    CU_ASSERT_EQUAL(q->population[1].rule.refractory, 0);
    quantised_free(q);
    network_free(net);
}

static void loihi_emulates_subtraction_or_approximates_it_or_pretends(void)
{
    struct asked a = {RESET_SUBTRACT, RESET_NEXT_AFTER_INPUT, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, .125};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct bench_chip c;
    bench_loihi(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    struct quant_population *p = &q->population[1];
    CU_ASSERT(p->compartments == 2 && p->rule.reset == RESET_SUBTRACT && p->rule.point == RESET_NOW);
    CU_ASSERT_EQUAL(p->reset_value[0], 2 * p->threshold[0]);            /* threshold / beta, beta = 1/2 */
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_EMULATED, "lif"));
    CU_ASSERT_PTR_NOT_NULL(strstr(line_of(q, FIDELITY_EMULATED, "lif")->text, "assumed"));
    quantised_free(q);
    q = quantised_by(net, &c, &(struct quant_options){.approximate = 1});
    p = &q->population[1];
    CU_ASSERT(p->compartments == 1 && p->rule.reset == RESET_ZERO && p->rule.point == RESET_NOW && p->reset_value[0] == 0);
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_APPROXIMATED, "lif"));
    quantised_free(q);
    q = quantised_by(net, &c, &(struct quant_options){.assume_native = 1});
    p = &q->population[1];
    CU_ASSERT(p->compartments == 1 && p->rule.reset == RESET_SUBTRACT && p->rule.point == RESET_NEXT_AFTER_INPUT);
    CU_ASSERT_EQUAL(p->reset_value[0], p->threshold[0]);
    CU_ASSERT_PTR_NOT_NULL_FATAL(line_of(q, FIDELITY_WARNING, "lif"));
    CU_ASSERT_PTR_NOT_NULL(strstr(line_of(q, FIDELITY_WARNING, "lif")->text, "--assume-native"));
    quantised_free(q);
    network_free(net);
}

static void assume_native_is_silent_where_nothing_is_pretended(void)
{
    struct asked a = {RESET_ZERO, RESET_NEXT_BEFORE_DECAY, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, .125};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct bench_chip c;
    bench_loihi(&c);
    struct quantised *q = quantised_by(net, &c, &(struct quant_options){.assume_native = 1});
    CU_ASSERT_PTR_NULL(line_of(q, FIDELITY_WARNING, "lif"));
    CU_ASSERT_EQUAL(q->population[1].rule.point, RESET_NOW);
    quantised_free(q);
    network_free(net);
}

static void a_population_goes_to_the_first_type_that_can_run_it(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 1, .5, .5, 1, 0, 0};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct bench_chip mesh, loihi;
    bench_mesh(&mesh);
    bench_loihi(&loihi);
    struct core_type both[2] = {mesh.type, loihi.type};
    uint32_t cores[2] = {0, 1};
    mesh.file.type = both;
    mesh.file.n_types = 2;
    mesh.file.core_type_of = cores;
    mesh.file.cores = 2;
    struct quantised *q = quantised_by(net, &mesh, NULL);
    CU_ASSERT_EQUAL(q->population[1].type, 1);
    CU_ASSERT_PTR_NOT_NULL(q->population[1].decay_u);
    quantised_free(q);
    cores[1] = 0;                       /* the type is described, but no core has it */
    refused(net, &mesh, NULL, (const char *[]){"lif:", "current", NULL});
    network_free(net);
}

/* ---- kind reference ---- */

static void check_exact(const struct network *net, const struct quantised *q)
{
    for (uint32_t p = 0; p < net->n_projections; p++) {
        const struct projection *from = &net->projection[p];
        int exponent = q->population[from->to].exponent[from->port];
        for (uint64_t k = 0; k < from->n_weights; k++)
            CU_ASSERT_EQUAL(ldexp((double)q->projection[p].weight[k], -exponent), from->weight[k] * from->scale);
        CU_ASSERT_EQUAL(q->projection[p].error_max, 0);
    }
}

static void float_weights_are_exact_in_the_smallest_exponent(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .9, 1, 0, 1.0 / 64};
    double w[] = {.1f, -3.25, 1e-6f, 0, 17, -.3f};
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    bench_ideal(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    check_exact(net, q);
    CU_ASSERT_EQUAL(ldexp((double)q->population[1].bias_acc[0][0], -q->population[1].exponent[0]), 1.0 / 64);
    int odd = 0;
    for (int k = 0; k < 6; k++)
        odd |= (int)(q->projection[0].weight[k] & 1);
    CU_ASSERT_EQUAL(odd, 1);            /* one less and some weight would not be whole */
    CU_ASSERT_EQUAL(q->population[1].beta[0], (float).9);
    quantised_free(q);
    for (int k = 0; k < 6; k++)
        net->projection[0].weight[k] = 6 * (k - 2);
    free(net->population[1].bias[0]);
    net->population[1].bias[0] = NULL;
    q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->population[1].exponent[0], -1);
    CU_ASSERT_EQUAL(q->projection[0].weight[5], 9);
    quantised_free(q);
    network_free(net);
}

static void average_pooling_is_exact_where_its_area_is_a_power_of_two(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, 0};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct bench_chip c;
    bench_ideal(&c);
    net->projection[0].scale = .25;
    struct quantised *q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->population[1].exponent[0], 4);
    check_exact(net, q);
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_EXACT, "fc"));
    quantised_free(q);
    net->projection[0].scale = 1.0 / 9;
    q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(ldexp((double)q->projection[0].weight[3], -q->population[1].exponent[0]), (double)(1.0f / 9));
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_ROUNDED, "fc"));
    CU_ASSERT(q->projection[0].error_max < 1e-7);
    quantised_free(q);
    network_free(net);
}

static void bits_are_dropped_and_said_where_a_sum_could_overflow(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, 0};
    double w[] = {1e20f, -1e20f, 1e-20f, 1, 1, 1};
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    struct bench b;
    struct err err;
    bench_ideal(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    uint64_t sum = 0;
    for (int k = 0; k < 3; k++)
        sum += (uint64_t)llabs(q->projection[0].weight[k]);
    CU_ASSERT(sum > (uint64_t)1 << 55 && sum < (uint64_t)1 << 61);
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_ROUNDED, "fc"));
    CU_ASSERT_EQUAL_FATAL(bench_open(&b, &c.file, q, 1, &err), 0);      /* the core's own proof agrees */
    for (int s = 0; s < 3; s++) {
        bench_input(&b, 0, 1, 1);
        bench_step(&b);
    }
    bench_close(&b);
    quantised_free(q);
    network_free(net);
}

static void power_of_two_bits_follow_the_rule(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, 0};
    double w[] = {.875, .8125, .0625, .1875, -.875, -.3125};            /* 4 bit: s = 2^-3 = smallest power of two with .875 / s <= 7 */
    static const double want[] = {.875, .75, 0, .25, -.875, -.25};      /* half to even: .8125/s = 6.5, .0625/s = .5, .1875/s = 1.5, -2.5 */
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    bench_ideal(&c);
    struct quantised *q = quantised_by(net, &c, &(struct quant_options){.bits = 4});
    for (int k = 0; k < 6; k++)
        CU_ASSERT_EQUAL(ldexp((double)q->projection[0].weight[k], -q->population[1].exponent[0]), want[k]);
    CU_ASSERT_EQUAL(q->projection[0].bits, 4);
    CU_ASSERT_DOUBLE_EQUAL(q->projection[0].error_max, .0625 / .875, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(q->projection[0].error_rms, sqrt(4 * .0625 * .0625 / 6) / .875, 1e-12);
    quantised_free(q);
    net->projection[0].weight[0] = .8751;                               /* a hair more needs the next power */
    q = quantised_by(net, &c, &(struct quant_options){.bits = 4});
    CU_ASSERT_EQUAL(ldexp((double)q->projection[0].weight[1], -q->population[1].exponent[0]), .75);
    CU_ASSERT_EQUAL(ldexp((double)q->projection[0].weight[5], -q->population[1].exponent[0]), -.25);
    CU_ASSERT_EQUAL(ldexp((double)q->projection[0].weight[4], -q->population[1].exponent[0]), -1);      /* -3.5 -> -4 */
    quantised_free(q);
    q = quantised_by(net, &c, &(struct quant_options){.bits = 8, .rule = QUANT_ABSMAX});
    CU_ASSERT_DOUBLE_EQUAL(ldexp((double)q->projection[0].weight[0], -q->population[1].exponent[0]), .8751, 1e-7);
    quantised_free(q);
    network_free(net);
}

/* ---- values ---- */

static void values_are_refused_repeated_or_sent(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, 0};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct quant_options o = {.valued_input = 1, .value_max = 1, .value_exponent = 4, .repeat = 16};
    struct bench_chip c;
    bench_loihi(&c);
    refused(net, &c, &o, (const char *[]){"values", "loihi", "--values repeat", "--values host", NULL});
    o.values = VALUES_REPEAT;
    struct quantised *q = quantised_by(net, &c, &o);
    CU_ASSERT(q->repeat == 16 && q->values == VALUES_REPEAT);
    CU_ASSERT_DOUBLE_EQUAL((double)q->projection[0].weight[3] * q->population[1].unit, 1.0 / 16, 1e-6);
    quantised_free(q);
    bench_ideal(&c);
    o.values = VALUES_DEFAULT;
    q = quantised_by(net, &c, &o);
    CU_ASSERT(q->values == VALUES_PAYLOAD && q->value_exponent == 4);
    CU_ASSERT_EQUAL(q->population[1].exponent[0], 2 + 4);
    CU_ASSERT_EQUAL(q->projection[0].weight[2], 1);     /* 1/4 * payload 16 = 16 counts of 2^-6 */
    quantised_free(q);
    c.file.in.payload_bits = 4;                         /* 16 is one too many */
    refused(net, &c, &o, (const char *[]){"payload", "4 bit", NULL});
    o.valued_input = 0;
    q = quantised_by(net, &c, &o);
    CU_ASSERT(q->repeat == 1 && q->value_exponent == 0 && q->population[1].exponent[0] == 2);
    quantised_free(q);
    network_free(net);
}

static void options_out_of_range_are_the_users_fault(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, 0};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct bench_chip c;
    bench_loihi(&c);
    static const struct quant_options bad[] = {{.bits = 1}, {.bits = 32}, {.valued_input = 1, .values = VALUES_REPEAT}};
    for (int k = 0; k < 3; k++) {
        struct err err = {ERR_NONE, ""};
        CU_ASSERT_PTR_NULL(quantise(net, &c.file, &bad[k], &err));
        CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
    }
    network_free(net);
}

/* ---- integer kinds ---- */

static void the_largest_weight_uses_the_whole_width(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .9, 1.7, 0, 0};
    double w[] = {.31, -.97, .77, .123, .456, -.789};
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    bench_loihi(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    const struct quant_population *p = &q->population[1];
    CU_ASSERT(llabs(q->projection[0].weight[1]) >= 253 && llabs(q->projection[0].weight[1]) <= 255);
    for (int k = 0; k < 6; k++)
        CU_ASSERT_EQUAL(q->projection[0].weight[k], llrint(w[k] / p->unit));
    CU_ASSERT_EQUAL(p->shift, 6);
    CU_ASSERT_DOUBLE_EQUAL(p->threshold[0] * p->unit / 64, 1.7, 1e-12);        /* the unit divides the threshold */
    CU_ASSERT_EQUAL(p->threshold[0] % 64, 0);
    CU_ASSERT_EQUAL(p->decay_v[0], 410);
    CU_ASSERT_EQUAL(q->projection[0].clipped, 0);
    CU_ASSERT_EQUAL(q->projection[0].bits, 9);
    quantised_free(q);
    q = quantised_by(net, &c, &(struct quant_options){.bits = 4});
    CU_ASSERT(llabs(q->projection[0].weight[1]) >= 6 && llabs(q->projection[0].weight[1]) <= 7);
    CU_ASSERT_EQUAL(q->projection[0].bits, 4);
    quantised_free(q);
    q = quantised_by(net, &c, &(struct quant_options){.rule = QUANT_POW2});
    CU_ASSERT_EQUAL(q->population[1].unit, 1.0 / 256);          /* .97 * 256 = 248.3 <= 255, * 512 is not */
    quantised_free(q);
    network_free(net);
}

static void all_projections_bias_and_threshold_share_a_unit(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .9, 1, 0, .4};
    double w[] = {.1003, -.05217, .0239, .0717, -.1, .1}, back[] = {2, -1, .5, .25};
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    add_dense(net, "back", 1, 1, back)->port = 1;
    net->population[1].ports = 2;
    bench_loihi(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    double unit = q->population[1].unit;
    CU_ASSERT(llabs(q->projection[1].weight[0]) >= 253);
    CU_ASSERT_EQUAL(q->projection[0].weight[0], llrint(.1003 / unit));
    CU_ASSERT_DOUBLE_EQUAL(q->population[1].bias[0] * unit / 64, .4, unit / 64 * 8);
    CU_ASSERT(q->projection[0].error_max > q->projection[1].error_max);
    quantised_free(q);
    network_free(net);
}

static void weights_on_a_grid_stay_exact(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .9, 1, 0, 0};
    double s = (double)(float).0123, w[] = {(double)(float)(100 * s), (double)(float)(-37 * s), (double)(float)(51 * s), 0, (double)(float)(s), (double)(float)(-99 * s)};
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    bench_mesh(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->projection[0].weight[0], 100);
    CU_ASSERT_EQUAL(q->projection[0].weight[1], -37);
    CU_ASSERT_EQUAL(q->projection[0].weight[4], 1);
    CU_ASSERT_EQUAL(q->projection[0].error_max, 0);
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_EXACT, "fc"));
    quantised_free(q);
    for (int k = 0; k < 6; k++)                         /* -1, 0, 1: any width holds them, and the threshold too */
        net->projection[0].weight[k] = k % 3 - 1;
    free(net->population[1].threshold);
    net->population[1].threshold = same(2, 2.5);
    q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->projection[0].error_max, 0);
    CU_ASSERT_DOUBLE_EQUAL(ldexp(q->population[1].threshold[0] * q->population[1].unit, -(int)q->population[1].shift), 2.5, 1e-9);
    quantised_free(q);
    network_free(net);
}

static void a_threshold_between_two_numbers_keeps_the_meaning_of_its_comparison(void)
{
    struct bench_chip c;
    static const struct { enum compare_kind asked; int greater, at_least; double threshold; int32_t want; } cases[] = {
        {COMPARE_GREATER, 1, 1, 3.5, 3}, {COMPARE_AT_LEAST, 1, 1, 3.5, 4}, {COMPARE_GREATER, 1, 1, 4, 4}, {COMPARE_AT_LEAST, 1, 1, 4, 4},
        {COMPARE_AT_LEAST, 1, 0, 4, 3}, {COMPARE_AT_LEAST, 1, 0, 3.5, 3}, {COMPARE_GREATER, 0, 1, 4, 5}, {COMPARE_GREATER, 0, 1, 3.5, 4},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct asked a = {RESET_SUBTRACT, RESET_NOW, cases[k].asked, 0, 0, 0, 1, cases[k].threshold, 0, 0};
        double w[] = {127, 1, 2, -126, 5, 0};           /* the grid fixes the unit at 1 */
        struct network *net = one_layer(&a, 3, 2, w);
        net->population[1].threshold[1] = 8;            /* not all the same */
        bench_mesh(&c);
        c.type.weight_shift_max = 0;
        c.type.compare_greater = cases[k].greater;
        c.type.compare_at_least = cases[k].at_least;
        struct quantised *q = quantised_by(net, &c, NULL);
        CU_ASSERT_EQUAL(q->population[1].unit, 1);
        CU_ASSERT_EQUAL(q->population[1].threshold[0], cases[k].want);
        int32_t amount = cases[k].asked == COMPARE_GREATER ? (int32_t)floor(cases[k].threshold) : (int32_t)ceil(cases[k].threshold);
        CU_ASSERT_EQUAL(q->population[1].reset_value[0], amount);       /* what is subtracted does not move with the comparison */
        quantised_free(q);
        network_free(net);
    }
}

static void shifted_thresholds_cannot_be_moved_by_one(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_AT_LEAST, 0, 0, 0, .5, 1, 0, 0};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct bench_chip c;
    bench_loihi(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->population[1].threshold[0] % 64, 0);
    CU_ASSERT_EQUAL(q->population[1].rule.compare, COMPARE_GREATER);
    CU_ASSERT_PTR_NOT_NULL_FATAL(line_of(q, FIDELITY_ROUNDED, "lif"));
    CU_ASSERT_PTR_NOT_NULL(strstr(line_of(q, FIDELITY_ROUNDED, "lif")->text, "64 membrane units"));
    quantised_free(q);
    network_free(net);
}

static void what_is_wide_makes_the_unit_larger(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .9, 1, 0, 0};
    double w[] = {1e-4, -5e-5, 3e-5, 2e-5, 1e-5, 0};
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    bench_loihi(&c);
    struct quantised *q = quantised_by(net, &c, NULL);  /* weights far below the threshold: 17 bit of threshold, half of 24 bit of membrane */
    CU_ASSERT(q->population[1].threshold[0] / 64 <= 131071 && q->population[1].threshold[0] <= ((1 << 23) - 1) / 2);
    CU_ASSERT(q->population[1].threshold[0] > ((1 << 23) - 1) / 4);
    CU_ASSERT_EQUAL(q->projection[0].clipped, 0);
    quantised_free(q);
    net->population[1].bias[0] = same(2, 40);           /* a bias of 13 bit << 7 */
    q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->population[1].bias[0] % 128, 0);
    CU_ASSERT(q->population[1].bias[0] <= 4095 * 128 && q->population[1].bias[0] >= 4000 * 128);
    quantised_free(q);
    network_free(net);
    a.threshold = -1;
    net = one_layer(&a, 3, 2, w);
    refused(net, &c, NULL, (const char *[]){"lif:", "threshold -1", "0 to 131071", NULL});
    network_free(net);
}

static void a_bias_is_a_mantissa_and_the_smallest_exponent(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .9, 255, 0, 0};
    double w[] = {255, 1, 2, -254, 5, 0};               /* unit 1, membrane 64 */
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    bench_loihi(&c);
    net->population[1].bias[0] = same(2, 4095.0 / 64);
    net->population[1].bias[0][1] = -4097.0 / 64 - 2.0 / 64;
    struct quantised *q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->population[1].unit, 1);
    CU_ASSERT_EQUAL(q->population[1].bias[0], 4095);
    CU_ASSERT_EQUAL(q->population[1].bias[1], -4100);   /* -4099 / 2 = -2049.5 -> -2050, half to even */
    quantised_free(q);
    network_free(net);
}

static void a_shift_is_chosen_that_leaves_room_for_the_membrane(void)
{
    struct asked a = {RESET_SUBTRACT, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .9, 1, 0, 0};
    double w[] = {.97, .31, -.77, .123, .456, -.789};
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    bench_mesh(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->population[1].shift, 3);         /* 131 << 3 = 1048 of 32767: 16 thresholds and more; << 4 leaves 15 */
    CU_ASSERT_EQUAL(llabs(q->projection[0].weight[0]), 127);
    quantised_free(q);
    c.type.weight_shift_max = 0;
    q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->population[1].shift, 0);
    quantised_free(q);
    network_free(net);
}

/* Worst drive in every step: a current that wrapped would turn the sign of the membrane. */
static void no_current_wraps_where_none_is_announced(void)
{
    enum { INPUTS = 200 };
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 1, .75, .5, 1, 0, 0};
    double w[2 * INPUTS];
    for (int k = 0; k < 2 * INPUTS; k++)
        w[k] = (k < INPUTS ? 1 : -1) * (.5 + .5 * (k % 7) / 7);
    struct network *net = one_layer(&a, INPUTS, 2, w);
    struct bench_chip c;
    struct bench b;
    struct err err;
    bench_loihi(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    CU_ASSERT_PTR_NULL(line_of(q, FIDELITY_NOTE, "lif"));
    CU_ASSERT(llabs(q->projection[0].weight[6]) < 230);         /* it cost some of the width */
    CU_ASSERT_EQUAL_FATAL(bench_open(&b, &c.file, q, 1, &err), 0);
    bench_reset(&b);
    for (int s = 0; s < 100; s++) {
        for (uint32_t i = 0; i < INPUTS; i++)
            bench_input(&b, i, 1, 1);
        bench_step(&b);
        CU_ASSERT(bench_peek(&b, 1, 1, 0) > 0 && bench_peek(&b, 1, 1, 1) < 0);
    }
    CU_ASSERT(bench_peek(&b, 1, 1, 0) > 8000000);               /* and no more than needed */
    bench_close(&b);
    quantised_free(q);
    net->population[1].alpha[0] = .99;                          /* now it would cost too much: said instead */
    q = quantised_by(net, &c, NULL);
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_NOTE, "lif"));
    CU_ASSERT(llabs(q->projection[0].weight[6]) >= 110);
    quantised_free(q);
    network_free(net);
}

static void a_bias_behind_a_current_or_where_the_chip_says_so_is_an_axon(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 1, .5, .5, 1, 0, 5};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct bench_chip c;
    bench_loihi(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    const struct quant_population *p = &q->population[1];
    CU_ASSERT_PTR_NULL(p->bias);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p->bias_weight);
    CU_ASSERT_EQUAL(p->bias_packets, 5);                /* largest weight 1: five packets keep the unit */
    CU_ASSERT_DOUBLE_EQUAL((double)p->bias_weight[0] * p->bias_packets * p->unit, 5, 5 * p->unit);
    CU_ASSERT(llabs(q->projection[0].weight[3]) >= 250);
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_REWRITTEN, "lif"));
    quantised_free(q);
    network_free(net);
    a.current = 0;
    net = one_layer(&a, 3, 2, half_weights);
    q = quantised_by(net, &c, NULL);
    CU_ASSERT(q->population[1].bias && !q->population[1].bias_weight);
    quantised_free(q);
    c.file.layer_start = LAYER_BIAS_INPUT;
    q = quantised_by(net, &c, NULL);
    CU_ASSERT(!q->population[1].bias && q->population[1].bias_weight);
    quantised_free(q);
    c.file.layer_start = LAYER_FREE;
    q = quantised_by(net, &c, NULL);
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_APPROXIMATED, ""));
    quantised_free(q);
    network_free(net);
}

static void decays_stay_inside_their_words(void)
{
    static const struct { double beta; int32_t mesh, loihi; } cases[] = {{1, 0, 0}, {.9, 26, 410}, {.5, 128, 2048}, {0, 255, 4095}, {.9999, 0, 0}};
    struct bench_chip c;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 1, cases[k].beta, cases[k].beta, 1, 0, 0};
        struct network *net = one_layer(&a, 3, 2, half_weights);
        bench_loihi(&c);
        struct quantised *q = quantised_by(net, &c, NULL);
        CU_ASSERT_EQUAL(q->population[1].decay_v[0], cases[k].loihi);
        CU_ASSERT_EQUAL(q->population[1].decay_u[0], cases[k].beta >= .9999 ? 1 : cases[k].beta == 0 ? 4096 : cases[k].loihi);
        quantised_free(q);
        net->population[1].rule.current = 0;
        bench_mesh(&c);
        q = quantised_by(net, &c, NULL);
        CU_ASSERT_EQUAL(q->population[1].decay_v[0], cases[k].mesh);
        CU_ASSERT_PTR_NULL(q->population[1].decay_u);
        quantised_free(q);
        network_free(net);
    }
}

static void a_shifting_decay_is_exact_or_the_nearest_when_asked(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .9, 1, 0, 0};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct bench_chip c;
    bench_mesh(&c);
    c.type.decay_multiply = 0;
    c.type.decay_shift = 1;
    struct quantised *q = quantised_by(net, &c, &(struct quant_options){.approximate = 1});
    CU_ASSERT_EQUAL(q->population[1].decay_v[0], 32);           /* 1 - 1/8 */
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_APPROXIMATED, "lif"));
    quantised_free(q);
    network_free(net);
}

static void the_same_network_gives_the_same_numbers_twice(void)
{
    struct asked a = {RESET_SUBTRACT, RESET_NEXT_AFTER_INPUT, COMPARE_GREATER, 0, 1, .8, .9, 1, 0, .3};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct bench_chip c;
    bench_loihi(&c);
    struct quantised *x = quantised_by(net, &c, NULL), *y = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(x->population[1].unit, y->population[1].unit);
    CU_ASSERT_EQUAL(x->fidelity.count, y->fidelity.count);
    for (size_t i = 0; i < x->fidelity.count; i++)
        CU_ASSERT_STRING_EQUAL(x->fidelity.line[i].text, y->fidelity.line[i].text);
    quantised_free(x);
    quantised_free(y);
    network_free(net);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite offers = CU_add_suite("quantise: asked against offered", NULL, NULL);
    CU_add_test(offers, "a reset rewritten into the step of the spike gives the same spikes", rewritten_resets_give_the_same_spikes);
    CU_add_test(offers, "it does so in integers", rewritten_resets_give_the_same_spikes_in_integers);
    CU_add_test(offers, "a reset in the step of the spike can wait for the start of the next", now_becomes_the_start_of_the_next_step);
    CU_add_test(offers, "> and >= are rewritten both ways with the same spikes", comparisons_are_rewritten_both_ways);
    CU_add_test(offers, "> and >= differ on the input of that test", the_two_comparisons_differ_on_that_input);
    CU_add_test(offers, "a current that forgets at once needs no second state", a_current_that_forgets_at_once_needs_no_second_state);
    CU_add_test(offers, "what cannot be done is refused with population, question, offer and help", what_cannot_be_done_is_refused_by_name);
    CU_add_test(offers, "a reset that loses an input is refused where no step of rest can stand for it", a_lost_input_is_refused_unless_a_step_of_rest_can_stand_for_it);
    CU_add_test(offers, "Loihi emulates subtraction, approximates it when asked, or pretends", loihi_emulates_subtraction_or_approximates_it_or_pretends);
    CU_add_test(offers, "--assume-native is silent where nothing is pretended", assume_native_is_silent_where_nothing_is_pretended);
    CU_add_test(offers, "a population goes to the first type with cores that can run it", a_population_goes_to_the_first_type_that_can_run_it);
    CU_add_test(offers, "values are refused, repeated or sent as payloads", values_are_refused_repeated_or_sent);
    CU_add_test(offers, "options out of range are the user's fault", options_out_of_range_are_the_users_fault);
    CU_pSuite floats = CU_add_suite("quantise: kind reference", NULL, NULL);
    CU_add_test(floats, "float weights are exact in the smallest exponent", float_weights_are_exact_in_the_smallest_exponent);
    CU_add_test(floats, "average pooling is exact where its area is a power of two", average_pooling_is_exact_where_its_area_is_a_power_of_two);
    CU_add_test(floats, "bits are dropped, and said, where a sum could overflow", bits_are_dropped_and_said_where_a_sum_could_overflow);
    CU_add_test(floats, "--bits rounds each tensor by a power of two, half to even", power_of_two_bits_follow_the_rule);
    CU_pSuite integers = CU_add_suite("quantise: integer kinds", NULL, NULL);
    CU_add_test(integers, "the largest weight uses the whole width and the unit divides the threshold", the_largest_weight_uses_the_whole_width);
    CU_add_test(integers, "all projections, bias and threshold of a population share a unit", all_projections_bias_and_threshold_share_a_unit);
    CU_add_test(integers, "weights that lie on a grid stay exact", weights_on_a_grid_stay_exact);
    CU_add_test(integers, "a threshold between two numbers keeps the meaning of its comparison", a_threshold_between_two_numbers_keeps_the_meaning_of_its_comparison);
    CU_add_test(integers, "thresholds that are shifted cannot be moved by one: said", shifted_thresholds_cannot_be_moved_by_one);
    CU_add_test(integers, "wide thresholds and biases make the unit larger", what_is_wide_makes_the_unit_larger);
    CU_add_test(integers, "a bias is a mantissa with the smallest exponent", a_bias_is_a_mantissa_and_the_smallest_exponent);
    CU_add_test(integers, "a shift is chosen that leaves room for the membrane", a_shift_is_chosen_that_leaves_room_for_the_membrane);
    CU_add_test(integers, "no current wraps in the worst drive unless a line says so", no_current_wraps_where_none_is_announced);
    CU_add_test(integers, "a bias behind a current, or where the chip has none, is an axon", a_bias_behind_a_current_or_where_the_chip_says_so_is_an_axon);
    CU_add_test(integers, "decays stay inside their words, Loihi's offset included", decays_stay_inside_their_words);
    CU_add_test(integers, "a decay by shift is exact, or the nearest when asked", a_shifting_decay_is_exact_or_the_nearest_when_asked);
    CU_add_test(integers, "the same network gives the same numbers twice", the_same_network_gives_the_same_numbers_twice);
    return check_run();
}
