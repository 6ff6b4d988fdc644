/* The integer leaky neuron: resets by hand, the rounding of its decay, where it saturates, when it fires. */
#include "core_fixture.h"
#include "kit.h"

static void wide(struct core_fixture *f)
{
    f->image.membrane_high = f->image.current_high = INT32_MAX;
    f->image.membrane_low = f->image.current_low = INT32_MIN;
}

static void open_lif(struct core_fixture *f)
{
    struct err err;
    CU_ASSERT_EQUAL_FATAL(fixture_open(f, "lif", &err), 0);
}

static void equals_the_equations_by_hand_for_every_reset(void)
{
    for (size_t k = 0; k < RESET_CASES; k++) {
        const struct reset_case *c = &reset_cases[k];
        struct core_fixture f;
        if (c->current)
            continue;
        fixture_case(&f, c);
        wide(&f);
        f.group.decay_bits = 8;
        f.decay_v = 128;
        f.threshold = RESET_SCALE;
        f.reset_value = c->reset == IMAGE_RESET_SUBTRACT ? RESET_SCALE : RESET_SCALE / 4;
        open_lif(&f);
        for (int t = 0; t < 5; t++) {
            fixture_send(&f, 0, (int32_t)(c->input * RESET_SCALE));
            int fired = fixture_step(&f, 0);
            if (fired != c->spike[t] || fixture_peek(&f, 0) != (int64_t)(c->membrane[t] * RESET_SCALE))
                printf("\n    case %zu step %d: spike %d membrane %lld", k, t, fired, (long long)fixture_peek(&f, 0));
            CU_ASSERT_EQUAL(fired, c->spike[t]);
            CU_ASSERT_EQUAL(fixture_peek(&f, 0), (int64_t)(c->membrane[t] * RESET_SCALE));
        }
        fixture_close(&f);
    }
}

static int64_t decayed(enum image_rounding rounding, int64_t v, uint32_t bits, int32_t decay)
{
    struct core_fixture f = {.decay_v = decay, .threshold = INT32_MAX};
    wide(&f);
    f.image.rounding = rounding;
    f.group.decay_bits = bits;
    open_lif(&f);
    fixture_poke(&f, 0, v);
    fixture_step(&f, 0);
    v = fixture_peek(&f, 0);
    fixture_close(&f);
    return v;
}

static void a_decay_rounds_as_the_chip_does(void)
{
    CU_ASSERT_EQUAL(decayed(IMAGE_ROUND_ZERO, 7, 1, 1), 3);
    CU_ASSERT_EQUAL(decayed(IMAGE_ROUND_ZERO, -7, 1, 1), -3);
    CU_ASSERT_EQUAL(decayed(IMAGE_ROUND_DOWN, 7, 1, 1), 3);
    CU_ASSERT_EQUAL(decayed(IMAGE_ROUND_DOWN, -7, 1, 1), -4);
    CU_ASSERT_EQUAL(decayed(IMAGE_ROUND_NEAREST, 7, 1, 1), 4);
    CU_ASSERT_EQUAL(decayed(IMAGE_ROUND_NEAREST, -7, 1, 1), -3);
    CU_ASSERT_EQUAL(decayed(IMAGE_ROUND_NEAREST, -10, 2, 1), -7);       /* -7.5 up */
    CU_ASSERT_EQUAL(decayed(IMAGE_ROUND_ZERO, INT32_MAX, 24, 0), INT32_MAX);
    CU_ASSERT_EQUAL(decayed(IMAGE_ROUND_ZERO, INT32_MIN, 24, 1), -2147483520);
    CU_ASSERT_EQUAL(decayed(IMAGE_ROUND_DOWN, 12345, 8, 256), 0);
    CU_ASSERT_EQUAL(decayed(IMAGE_ROUND_DOWN, -1, 12, 1), -1);          /* the direction that never reaches 0 */
}

static void the_current_saturates_before_the_shift_and_the_membrane_after_the_sum(void)
{
    struct core_fixture f = {.threshold = 1000, .bias = -5};
    f.group.shift = 2;
    f.image.current_high = 100;
    f.image.current_low = -101;
    f.image.membrane_high = 500;
    f.image.membrane_low = -300;
    open_lif(&f);
    fixture_send(&f, 0, 90);
    fixture_send(&f, 0, 90);
    fixture_step(&f, 0);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), 395);          /* 4 * 100 - 5 */
    fixture_send(&f, 0, 40);
    fixture_step(&f, 0);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), 500);
    fixture_send(&f, 0, -1000);
    fixture_step(&f, 0);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), 91);           /* 500 - 4 * 101 - 5 */
    fixture_send(&f, 0, -1000);
    fixture_step(&f, 0);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), -300);
    fixture_close(&f);
}

static void a_subtraction_below_the_range_stops_at_its_end(void)
{
    struct core_fixture f = {.threshold = 10, .reset_value = 1000};
    f.group.reset = IMAGE_RESET_SUBTRACT;
    wide(&f);
    f.image.membrane_low = -128;
    open_lif(&f);
    fixture_send(&f, 0, 11);
    CU_ASSERT_EQUAL(fixture_step(&f, 0), 1);
    CU_ASSERT_EQUAL(fixture_peek(&f, 0), -128);
    fixture_close(&f);
}

static void at_least_fires_where_greater_does_not(void)
{
    for (int at_least = 0; at_least < 2; at_least++) {
        struct core_fixture f = {.threshold = 10};
        f.group.at_least = at_least;
        wide(&f);
        open_lif(&f);
        fixture_send(&f, 0, 10);
        CU_ASSERT_EQUAL(fixture_step(&f, 0), at_least);
        fixture_close(&f);
    }
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("lif", NULL, NULL);
    CU_add_test(suite, "equals the equations by hand for every kind and time of reset", equals_the_equations_by_hand_for_every_reset);
    CU_add_test(suite, "a decay rounds toward zero, down or to the nearest, as the chip does", a_decay_rounds_as_the_chip_does);
    CU_add_test(suite, "the current saturates before the shift, the membrane after the sum",
                the_current_saturates_before_the_shift_and_the_membrane_after_the_sum);
    CU_add_test(suite, "a subtraction below the range stops at its end", a_subtraction_below_the_range_stops_at_its_end);
    CU_add_test(suite, "at_least fires where greater does not", at_least_fires_where_greater_does_not);
    return check_run();
}
