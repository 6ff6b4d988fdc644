/* Valued input: how many equal packets a value becomes, and what a payload counts in. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "import/events.h"
#include "import/values.h"
#include "kit.h"

/* Events that hold these values and nothing else. */
static struct events holding(float *value, uint64_t n)
{
    struct events e = {.samples = 1, .steps = 1, .neurons = (uint32_t)n, .count = n, .value = value};
    e.value_min = e.value_max = (double)value[0];
    for (uint64_t i = 1; i < n; i++) {
        e.value_min = fmin(e.value_min, (double)value[i]);
        e.value_max = fmax(e.value_max, (double)value[i]);
    }
    return e;
}

static void quotients_in_float32_are_exact(void)
{
    static const uint32_t whole[] = {1, 2, 3, 7, 10, 16, 255, 4095};
    for (size_t w = 0; w < sizeof whole / sizeof *whole; w++) {
        uint32_t k = whole[w];
        float *value = mem_new(k + 1, sizeof *value);
        for (uint32_t n = 0; n <= k; n++)
            value[n] = (float)n / (float)k;
        struct events e = holding(value, k + 1);
        CU_ASSERT_EQUAL(values_repeat(&e), k);
        CU_ASSERT_EQUAL(values_repeat_error(&e, k), 0);
        free(value);
    }
}

static void small_values_do_not_vanish(void)
{
    float value[] = {1, 1e-6f};
    struct events e = holding(value, 2);
    CU_ASSERT_EQUAL(values_repeat(&e), 0);
    CU_ASSERT_DOUBLE_EQUAL(values_repeat_error(&e, 1), 1e-6, 1e-12);
}

static void a_typed_number_says_how_far_off_it_is(void)
{
    float value[] = {1.0f / 3, 1};
    struct events e = holding(value, 2);
    CU_ASSERT_EQUAL(values_repeat(&e), 3);
    CU_ASSERT_DOUBLE_EQUAL(values_repeat_error(&e, 7), 1.0 / 3 - 2.0 / 7, 1e-7);
    e.value = NULL;
    CU_ASSERT_EQUAL(values_repeat(&e), 1);
    CU_ASSERT_EQUAL(values_repeat_error(&e, 7), 0);
}

static void payloads_count_in_powers_of_two(void)
{
    float whole[] = {3, -5}, quarters[] = {.25f, 2.5f}, tiny[] = {1e-30f, 2e-30f}, third[] = {1.0f / 3};
    int exact;
    struct events e = holding(whole, 2);
    CU_ASSERT(values_exponent(&e, &exact) == 0 && exact);
    e = holding(quarters, 2);
    CU_ASSERT(values_exponent(&e, &exact) == 2 && exact);
    e = holding(tiny, 2);
    int exponent = values_exponent(&e, &exact);
    CU_ASSERT(exponent > 64 && ldexp(2e-30, exponent) < ldexp(1, 30));
    e = holding(third, 1);
    exponent = values_exponent(&e, &exact);
    CU_ASSERT(exact && ldexp((double)third[0], exponent) == nearbyint(ldexp((double)third[0], exponent)));
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("values", NULL, NULL);
    CU_add_test(suite, "n / k in float32 is sent as n of k packets, for every n", quotients_in_float32_are_exact);
    CU_add_test(suite, "a value far below the others is not rounded away", small_values_do_not_vanish);
    CU_add_test(suite, "a number of packets that does not fit says by how much", a_typed_number_says_how_far_off_it_is);
    CU_add_test(suite, "payloads are whole numbers of a power of two below 2^30", payloads_count_in_powers_of_two);
    return check_run();
}
