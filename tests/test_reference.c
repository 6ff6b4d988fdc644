/* The reference kind against sequences worked out by hand, and the order of its roundings. */
#include <math.h>

#include "core_fixture.h"
#include "kit.h"

enum { EXPONENT = 4 };

static double membrane(const struct core_fixture *f, uint32_t variable)
{
    uint32_t bits = (uint32_t)fixture_peek(f, variable);
    float m;
    memcpy(&m, &bits, sizeof m);
    return (double)m;
}

static void set_membrane(struct core_fixture *f, float m)
{
    uint32_t bits;
    memcpy(&bits, &m, sizeof bits);
    fixture_poke(f, 0, bits);
}

static void open_float(struct core_fixture *f, float beta, float threshold)
{
    struct err err;
    f->beta = beta;
    f->threshold_f = threshold;
    CU_ASSERT_EQUAL_FATAL(fixture_open(f, "reference", &err), 0);
}

static void equals_the_equations_by_hand_for_every_reset(void)
{
    for (size_t k = 0; k < RESET_CASES; k++) {
        const struct reset_case *c = &reset_cases[k];
        struct core_fixture f;
        fixture_case(&f, c);
        f.group.exponent[0] = EXPONENT;
        f.alpha = .5f;
        f.reset_f = c->reset == IMAGE_RESET_SUBTRACT ? 1 : .25f;
        open_float(&f, .5f, 1);
        for (int t = 0; t < 5; t++) {
            fixture_send(&f, 0, (int32_t)ldexp(c->input, EXPONENT));
            int fired = fixture_step(&f, 0);
            if (fired != c->spike[t] || membrane(&f, 0) != c->membrane[t])
                printf("\n    case %zu step %d: spike %d membrane %g", k, t, fired, membrane(&f, 0));
            CU_ASSERT_EQUAL(fired, c->spike[t]);
            CU_ASSERT_EQUAL(membrane(&f, 0), c->membrane[t]);
        }
        fixture_close(&f);
    }
}

static void feed_forward_is_added_before_recurrent(void)
{
    struct core_fixture f = {.group = {.ports = 2}};
    open_float(&f, 1, HUGE_VALF);
    set_membrane(&f, 1);
    fixture_send(&f, 0, 1 << 24);
    fixture_send(&f, 1, 1);
    fixture_step(&f, 0);
    CU_ASSERT_EQUAL(membrane(&f, 0), 16777216.0);       /* (1 + 2^24) + 1, each rounded; the other order gives 16777218 */
    fixture_close(&f);
}

static void a_sum_is_rounded_once_however_many_packets_it_has(void)
{
    struct core_fixture f = {0};
    open_float(&f, 1, HUGE_VALF);
    fixture_send(&f, 0, 1 << 24);
    fixture_send(&f, 0, 1);
    fixture_send(&f, 0, 1);
    fixture_step(&f, 0);
    CU_ASSERT_EQUAL(membrane(&f, 0), 16777218.0);       /* one by one in float32 it would stay at 16777216 */
    fixture_close(&f);
}

static void decay_and_input_are_two_roundings(void)
{
    struct core_fixture f = {0};
    open_float(&f, .9f, HUGE_VALF);
    volatile float m = .3f, product = m * .9f, sum = product + 1;
    set_membrane(&f, .3f);
    fixture_send(&f, 0, 1);
    fixture_step(&f, 0);
    CU_ASSERT_EQUAL(membrane(&f, 0), (double)sum);
    fixture_close(&f);
}

static void a_reset_by_subtraction_takes_its_own_amount(void)
{
    struct core_fixture f = {.group = {.reset = IMAGE_RESET_SUBTRACT, .point = IMAGE_NOW}, .reset_f = 2};
    open_float(&f, .5f, 1);
    fixture_send(&f, 0, 3);
    CU_ASSERT_EQUAL(fixture_step(&f, 0), 1);
    CU_ASSERT_EQUAL(membrane(&f, 0), 1.0);
    fixture_close(&f);
}

static void the_reset_of_the_next_step_asks_the_stored_membrane(void)
{
    struct core_fixture f = {.group = {.reset = IMAGE_RESET_SUBTRACT, .point = IMAGE_NEXT_AFTER_INPUT}, .reset_f = -1};
    open_float(&f, .5f, -1);            /* 0 is over this threshold: snnTorch resets in the first step, before any spike */
    fixture_step(&f, 0);
    CU_ASSERT_EQUAL(membrane(&f, 0), 1.0);
    fixture_close(&f);
}

static void a_read_out_never_fires(void)
{
    struct core_fixture f = {.group = {.reset = IMAGE_RESET_VALUE}};
    struct err err;
    f.beta = 1;
    CU_ASSERT_EQUAL_FATAL(fixture_open(&f, "reference", &err), 0);
    f.group.fires = 0;
    fixture_send(&f, 0, 100);
    CU_ASSERT_EQUAL(fixture_step(&f, 0), 0);
    CU_ASSERT_EQUAL(membrane(&f, 0), 100.0);
    fixture_close(&f);
}

static void an_accumulator_that_could_overflow_is_refused(void)
{
    struct core_fixture f = {0};
    struct err err = {ERR_NONE, ""};
    fixture_open(&f, "reference", &err);
    fixture_close(&f);
    f.fan_in = (uint64_t)1 << 62;
    struct core *core = f.kind->create(NULL, 0, &err);
    CU_ASSERT_EQUAL(f.kind->load(core, &f.image, &err), -1);
    CU_ASSERT_EQUAL(err.kind, ERR_ANSWER);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "neuron 0"));
    f.kind->destroy(core);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("reference", NULL, NULL);
    CU_add_test(suite, "equals the equations by hand for every kind and time of reset", equals_the_equations_by_hand_for_every_reset);
    CU_add_test(suite, "the feed-forward sum is added before the recurrent one", feed_forward_is_added_before_recurrent);
    CU_add_test(suite, "a sum is rounded once, however many packets it has", a_sum_is_rounded_once_however_many_packets_it_has);
    CU_add_test(suite, "decay and input are two roundings, never one", decay_and_input_are_two_roundings);
    CU_add_test(suite, "a reset by subtraction takes its own amount, not the threshold", a_reset_by_subtraction_takes_its_own_amount);
    CU_add_test(suite, "the reset of the next step asks the stored membrane, as snnTorch does", the_reset_of_the_next_step_asks_the_stored_membrane);
    CU_add_test(suite, "a read-out never fires", a_read_out_never_fires);
    CU_add_test(suite, "an accumulator that could overflow is refused", an_accumulator_that_could_overflow_is_refused);
    return check_run();
}
