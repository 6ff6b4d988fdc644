/* Tests of the synthetic traffic: targets of each pattern, its rate, its order, and what is refused. */
#include <math.h>
#include <string.h>

#include "kit.h"
#include "noc/traffic.h"

static struct traffic *open_traffic(enum traffic_pattern pattern, uint32_t columns, uint32_t rows, double load, uint32_t burst, uint64_t seed)
{
    struct err err = {0};
    struct traffic_config c = {.pattern = pattern, .columns = columns, .rows = rows, .flits = 1, .load = load, .burst = burst, .seed = seed};
    return traffic_new(&c, &err);
}

static uint32_t target_of(enum traffic_pattern pattern, uint32_t node)
{
    struct traffic *t = open_traffic(pattern, 8, 8, 0, 1, 1);
    struct traffic_packet p;
    do
        p = traffic_next(t);
    while (p.from != node);
    traffic_free(t);
    return p.to;
}

static void patterns_send_where_they_should(void)
{
    CU_ASSERT_EQUAL(target_of(TRAFFIC_TRANSPOSE, 10), 17);      /* (2, 1) to (1, 2) */
    CU_ASSERT_EQUAL(target_of(TRAFFIC_BITCOMP, 10), 53);
    CU_ASSERT_EQUAL(target_of(TRAFFIC_BITREV, 10), 20);         /* 001010 to 010100 */
    CU_ASSERT_EQUAL(target_of(TRAFFIC_SHUFFLE, 42), 21);        /* 101010 to 010101 */
    CU_ASSERT_EQUAL(target_of(TRAFFIC_TORNADO, 10), 37);        /* (2, 1) to (5, 4) */
    CU_ASSERT_EQUAL(target_of(TRAFFIC_NEIGHBOUR, 63), 0);
    for (int i = 0; i < TRAFFIC_PATTERNS; i++)
        CU_ASSERT_EQUAL(traffic_find(traffic_names[i]), i);
    CU_ASSERT_EQUAL(traffic_find("zigzag"), -1);
}

static void a_permutation_hits_every_node_once(void)
{
    for (uint64_t seed = 1; seed < 5; seed++) {
        struct traffic *t = open_traffic(TRAFFIC_PERMUTATION, 7, 5, 0, 1, seed);
        uint32_t seen[35] = {0}, wrong = 0;
        for (int i = 0; i < 35; i++)
            wrong += seen[traffic_next(t).to]++;
        CU_ASSERT_EQUAL(wrong, 0);
        traffic_free(t);
    }
}

/* Packets and their gaps are those of a coin thrown each cycle: mean within 4 standard deviations, gaps of 0 and above 9 as often. */
static void steady_load_is_a_coin_per_node_and_cycle(void)
{
    static const double loads[] = {0.001, 0.1, 0.37, 1};
    for (int k = 0; k < 4; k++) {
        double p = loads[k], n = 0, next = 0, far = 0, cycles = floor(20000 / p);
        struct traffic *t = open_traffic(TRAFFIC_UNIFORM, 2, 2, p, 0, 3);
        uint64_t last[4] = {0}, before = 0, wrong = 0;
        for (struct traffic_packet q = traffic_next(t); q.cycle < (uint64_t)cycles; q = traffic_next(t)) {
            uint64_t gap = q.cycle - last[q.from];      /* the first from a node: to cycle -1 */
            wrong += q.cycle < before;
            before = q.cycle;
            last[q.from] = q.cycle + 1;
            n++;
            next += gap == 0;
            far += gap > 9;
        }
        double expected = 4 * cycles * p, q10 = pow(1 - p, 10);
        CU_ASSERT(fabs(n - expected) <= 4 * sqrt(expected * (1 - p)) + 1);
        CU_ASSERT(fabs(next - n * p) <= 4 * sqrt(n * p * (1 - p)) + 4);
        CU_ASSERT(fabs(far - n * q10) <= 4 * sqrt(n * q10 * (1 - q10)) + 4);
        CU_ASSERT_EQUAL(wrong, 0);
        traffic_free(t);
    }
}

static void targets_are_uniform_and_the_hot_node_hotter(void)
{
    for (int hot = 0; hot < 2; hot++) {
        struct traffic *t = open_traffic(hot ? TRAFFIC_HOTSPOT : TRAFFIC_UNIFORM, 8, 8, 0, 1000, 1);
        uint32_t got[64] = {0};
        for (int i = 0; i < 64000; i++)
            got[traffic_next(t).to]++;
        CU_ASSERT_EQUAL(traffic_next(t).cycle, UINT64_MAX);
        double each = hot ? 64000.0 / 79 : 1000, chi = 0;
        for (int e = 0; e < 64; e++) {
            double expected = hot && e == 27 ? 16 * each : each;
            chi += (got[e] - expected) * (got[e] - expected) / expected;
        }
        CU_ASSERT(chi > 25 && chi < 120);       /* 63 degrees of freedom: 99.99 % lie between */
        traffic_free(t);
    }
}

static void the_same_seed_is_the_same_traffic(void)
{
    struct traffic *a = open_traffic(TRAFFIC_UNIFORM, 4, 4, 0.2, 0, 9), *b = open_traffic(TRAFFIC_UNIFORM, 4, 4, 0.2, 0, 9);
    struct traffic *c = open_traffic(TRAFFIC_UNIFORM, 4, 4, 0.2, 0, 10);
    uint32_t same = 0, other = 0;
    for (int i = 0; i < 1000; i++) {
        struct traffic_packet x = traffic_next(a), y = traffic_next(b), z = traffic_next(c);
        same += x.cycle == y.cycle && x.from == y.from && x.to == y.to && x.ways == y.ways;
        other += x.cycle == z.cycle && x.from == z.from && x.to == z.to;
    }
    CU_ASSERT_EQUAL(same, 1000);
    CU_ASSERT(other < 30);
    traffic_free(a);
    traffic_free(b);
    traffic_free(c);
}

static void what_does_not_fit_is_refused(void)
{
    struct err err = {0};
    struct traffic_config c = {.pattern = TRAFFIC_TRANSPOSE, .columns = 4, .rows = 3, .flits = 1, .load = 0.1};
    CU_ASSERT_PTR_NULL(traffic_new(&c, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "as many rows as columns; here are 4 columns and 3 rows"));
    c.pattern = TRAFFIC_BITREV;
    CU_ASSERT_PTR_NULL(traffic_new(&c, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "needs 2, 4, 8 ... nodes; here are 12"));
    c.pattern = TRAFFIC_UNIFORM;
    c.load = 1.5;
    CU_ASSERT_PTR_NULL(traffic_new(&c, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "a load of 1.5"));
    c.load = 0;
    CU_ASSERT_PTR_NULL(traffic_new(&c, &err));
    c.pattern = TRAFFIC_HOTSPOT;
    c.load = 0.1;
    c.hot_node = 12;
    CU_ASSERT_PTR_NULL(traffic_new(&c, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "the nodes are 0 to 11"));
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("traffic", NULL, NULL);
    CU_add_test(suite, "patterns send where they should", patterns_send_where_they_should);
    CU_add_test(suite, "a permutation hits every node once", a_permutation_hits_every_node_once);
    CU_add_test(suite, "steady load is a coin per node and cycle", steady_load_is_a_coin_per_node_and_cycle);
    CU_add_test(suite, "targets are uniform, and the hot node hotter by its weight", targets_are_uniform_and_the_hot_node_hotter);
    CU_add_test(suite, "the same seed is the same traffic", the_same_seed_is_the_same_traffic);
    CU_add_test(suite, "what does not fit is refused with its reason", what_does_not_fit_is_refused);
    return check_run();
}
