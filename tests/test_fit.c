/* Sums of counts fitted to observations: exact ones are found with the fewest terms and the counts to be preferred; where none is exact the closest
 * whole coefficients are, and the error says so; counts that hang on each other do no harm. */
#include "kit.h"
#include "verify/fit.h"

/* splitmix64: the same numbers on every machine. */
static uint64_t next(uint64_t *state, uint64_t below)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    return (z ^ z >> 27) % below;
}

/* x: 1, words, the same words again, four synapses or fewer per word, nothing. */
static void observe(struct fit *f, uint64_t *random, uint64_t *x)
{
    f->counts = 5;
    x[0] = 1;
    x[1] = x[2] = next(random, 65);
    x[3] = x[1] * 4 - (x[1] ? next(random, 4) : 0);
    x[4] = 0;
}

static void an_exact_sum_is_found_with_the_fewest_terms(void)
{
    struct fit f = {0};
    uint64_t x[FIT_COUNTS], random = 7;
    for (int i = 0; i < 5000; i++) {
        observe(&f, &random, x);
        fit_add(&f, x, 3 + x[1]);
    }
    struct fitted s = fit_best(&f);
    CU_ASSERT_TRUE(s.exact);
    CU_ASSERT_EQUAL(s.error, 0);
    CU_ASSERT_EQUAL_FATAL(s.terms, 2);
    CU_ASSERT_EQUAL(s.count[0], 0);
    CU_ASSERT_EQUAL(s.count[1], 1);     /* not 2, which is as good and later in the list */
    CU_ASSERT_EQUAL(s.times[0], 3);
    CU_ASSERT_EQUAL(s.times[1], 1);
}

static void a_term_more_is_found_where_it_is_needed(void)
{
    struct fit f = {0};
    uint64_t x[FIT_COUNTS], random = 8;
    for (int i = 0; i < 5000; i++) {
        observe(&f, &random, x);
        fit_add(&f, x, 1000000 + 17 * x[1] + 5 * x[3]);
    }
    struct fitted s = fit_best(&f);
    CU_ASSERT_TRUE(s.exact);
    CU_ASSERT_EQUAL_FATAL(s.terms, 3);
    CU_ASSERT_EQUAL(s.times[0], 1000000);
    CU_ASSERT_EQUAL(s.times[1], 17);
    CU_ASSERT_EQUAL(s.count[2], 3);
    CU_ASSERT_EQUAL(s.times[2], 5);
}

static void one_observation_that_differs_makes_it_inexact(void)
{
    struct fit f = {0};
    uint64_t x[FIT_COUNTS], random = 9;
    for (int i = 0; i < 5000; i++) {
        observe(&f, &random, x);
        fit_add(&f, x, 3 + x[1] + (i == 4321));
    }
    struct fitted s = fit_best(&f);
    CU_ASSERT_FALSE(s.exact);
    CU_ASSERT_DOUBLE_EQUAL(s.error, 0.01414, 1e-4);     /* root of 1 / 5000 */
    CU_ASSERT_EQUAL_FATAL(s.terms, 2);
    CU_ASSERT_EQUAL(s.times[0], 3);
    CU_ASSERT_EQUAL(s.times[1], 1);
}

static void nothing_needs_no_terms(void)
{
    struct fit f = {0};
    uint64_t x[FIT_COUNTS], random = 10;
    for (int i = 0; i < 100; i++) {
        observe(&f, &random, x);
        fit_add(&f, x, 0);
    }
    struct fitted s = fit_best(&f);
    CU_ASSERT_TRUE(s.exact);
    CU_ASSERT_EQUAL(s.terms, 0);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("fit", NULL, NULL);
    CU_add_test(suite, "an exact sum is found with the fewest terms", an_exact_sum_is_found_with_the_fewest_terms);
    CU_add_test(suite, "a term more is found where it is needed", a_term_more_is_found_where_it_is_needed);
    CU_add_test(suite, "one observation that differs makes it inexact", one_observation_that_differs_makes_it_inexact);
    CU_add_test(suite, "nothing needs no terms", nothing_needs_no_terms);
    return check_run();
}
