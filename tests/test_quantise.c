/* What is asked against what is offered, and numbers: each rewriting is run beside the original, each rounding checked by hand. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kit.h"
#include "quantise_bench.h"

enum { STEPS = 600 };

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
            small.type.weight_shift_max = all.type.weight_shift_max = 0;
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
    c.type.kind = (char *)(uintptr_t) "izhikevich";
    refused(net, &c, NULL, (const char *[]){"lif:", "kind reference, lif, cuba or stdp", NULL});
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
    refused(net, &c, NULL,
            (const char *[]){"lif:", "resets to zero in the next step, after the input", "offers reset [zero, subtract], reset_time [now]", "--approximate",
                             NULL});
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
    o.value_max = .5;                                   /* 8 fits, but not with a sign */
    q = quantised_by(net, &c, &o);
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_EXACT, net->population[HOST_POPULATION].name));
    quantised_free(q);
    o.value_min = -.5;
    refused(net, &c, &o, (const char *[]){"payload", "4 bit, one of them the sign", "--values host", NULL});
    o.value_min = 0;
    o.value_rounded = 1;
    q = quantised_by(net, &c, &o);
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_ROUNDED, net->population[HOST_POPULATION].name));
    CU_ASSERT_PTR_NULL(line_of(q, FIDELITY_EXACT, net->population[HOST_POPULATION].name));
    quantised_free(q);
    o.valued_input = 0;
    q = quantised_by(net, &c, &o);
    CU_ASSERT(q->repeat == 1 && q->value_exponent == 0 && q->population[1].exponent[0] == 2);
    quantised_free(q);
    network_free(net);
}

static void a_packet_that_adds_cannot_carry_a_negative_value(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, 0};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct quant_options o = {.valued_input = 1, .value_max = 1, .value_min = -.25, .repeat = 4, .values = VALUES_REPEAT};
    struct bench_chip c;
    bench_loihi(&c);
    refused(net, &c, &o, (const char *[]){"values down to -0.25", "loihi", "--values host", NULL});
    network_free(net);
}

static void a_decay_outside_0_to_1_is_refused_in_integers_or_approximated(void)
{
    static const float outside[] = {1.5f, -.25f};
    for (int k = 0; k < 2; k++) {
        struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, outside[k], 1, 0, 0};
        struct network *net = one_layer(&a, 3, 2, half_weights);
        struct bench_chip c;
        bench_loihi(&c);
        refused(net, &c, NULL, (const char *[]){"lif:", k ? "-0.25" : "1.5", "factors from 0 to 1", "--approximate", NULL});
        struct quantised *q = quantised_by(net, &c, &(struct quant_options){.approximate = 1});
        CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_APPROXIMATED, "lif"));
        quantised_free(q);
        bench_ideal(&c);
        quantised_free(quantised_by(net, &c, NULL));    /* float32 takes any factor */
        network_free(net);
    }
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
    CU_add_test(offers, "a reset that loses an input is refused where no step of rest can stand for it",
                a_lost_input_is_refused_unless_a_step_of_rest_can_stand_for_it);
    CU_add_test(offers, "Loihi emulates subtraction, approximates it when asked, or pretends", loihi_emulates_subtraction_or_approximates_it_or_pretends);
    CU_add_test(offers, "--assume-native is silent where nothing is pretended", assume_native_is_silent_where_nothing_is_pretended);
    CU_add_test(offers, "a population goes to the first type with cores that can run it", a_population_goes_to_the_first_type_that_can_run_it);
    CU_add_test(offers, "values are refused, repeated or sent as payloads", values_are_refused_repeated_or_sent);
    CU_add_test(offers, "a packet that adds cannot carry a negative value: refused", a_packet_that_adds_cannot_carry_a_negative_value);
    CU_add_test(offers, "a decay outside 0 to 1 is refused in integers, or approximated when asked",
                a_decay_outside_0_to_1_is_refused_in_integers_or_approximated);
    CU_add_test(offers, "options out of range are the user's fault", options_out_of_range_are_the_users_fault);
    return check_run();
}
