/* The factors between nodes and supplies against what was published. */
#include <math.h>

#include "kit.h"
#include "memory/scaling.h"

/* Energy over supply, a V^2 + b V + c, of Stillmaker & Baas 2017 at 130, 90, 65, 45, 32, 20, 16, 14, 10 and 7 nm. */
static const double polynomial[SCALING_NODES][3] = {
    {7.171, -6.709, 2.904}, {4.762, -4.781, 2.092}, {3.755, -4.398, 1.975}, {1.103, -0.362, 0.2767}, {0.9559, -0.7823, 0.471},
    {0.373, -0.1582, 0.04104}, {0.2958, -0.1241, 0.03024}, {0.2363, -0.09675, 0.02239}, {0.2068, -0.09311, 0.02375}, {0.1776, -0.09097, 0.02447}};

static double published(int node, double volts)
{
    const double *p = polynomial[node];
    return (p[0] * volts + p[1]) * volts + p[2];
}

static void the_table_is_the_published_polynomials_to_two_digits(void)
{
    double reference = published(3, 0.9);
    for (int n = 0; n < SCALING_NODES; n++)
        for (int v = 0; v < SCALING_SUPPLIES; v++) {
            double kept = scaling_energy(scaling_node_m[n], scaling_volts[v]), made = published(n, scaling_volts[v]) / reference;
            /* Half of the last digit kept. */
            CU_ASSERT_DOUBLE_EQUAL(kept / made, 1, 0.05);
        }
}

static void scaling_meets_its_table_and_ends_where_it_ends(void)
{
    CU_ASSERT_DOUBLE_EQUAL(scaling_energy(45e-9, 0.9), 1, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(scaling_energy(7e-9, 0.7), 0.057, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(scaling_energy(130e-9, 1.0), 3.99, 1e-9);
    /* 28 nm, 0.9 V: the factor that the chips' adders are priced with. */
    CU_ASSERT_DOUBLE_EQUAL(scaling_energy(28e-9, 0.9), 0.484, 1e-3);
    CU_ASSERT_DOUBLE_EQUAL(scaling_energy(22e-9, 0.8), 0.225, 1e-3);
    CU_ASSERT_DOUBLE_EQUAL(scaling_area(14e-9), 0.17, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(scaling_area(65e-9), 1.5, 1e-9);
    CU_ASSERT(isnan(scaling_energy(5e-9, 0.9)) && isnan(scaling_energy(45e-9, 1.2)) && isnan(scaling_area(5e-9)));
}

static void the_usual_supplies_are_those_of_the_shipped_chips(void)
{
    CU_ASSERT_EQUAL(scaling_nominal(28e-9), 0.9);
    CU_ASSERT_EQUAL(scaling_nominal(22e-9), 0.8);
    CU_ASSERT_EQUAL(scaling_nominal(7e-9), 0.7);
    CU_ASSERT_EQUAL(scaling_nominal(90e-9), 1.0);
}

static void a_supply_moves_energy_by_the_table_and_by_its_square_beyond(void)
{
    CU_ASSERT_DOUBLE_EQUAL(scaling_supply_energy(45e-9, 0.9, 0.7), 0.67, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(scaling_supply_energy(45e-9, 0.9, 0.5), 0.67 * 25 / 49, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(scaling_supply_energy(45e-9, 0.9, 1.2), 1.21 * 1.44, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(scaling_supply_energy(45e-9, 0.7, 0.9) * scaling_supply_energy(45e-9, 0.9, 0.7), 1, 1e-12);
}

static void a_lower_supply_is_slower_and_leaks_less(void)
{
    double slower = 1;
    for (double volts = 0.8; volts > SCALING_LEAST_VOLTS; volts -= 0.1) {
        double now = scaling_supply_delay(0.9, volts);
        CU_ASSERT(now > slower);
        slower = now;
    }
    /* 0.7 / 0.4^1.3 over 0.9 / 0.6^1.3. */
    CU_ASSERT_DOUBLE_EQUAL(scaling_supply_delay(0.9, 0.7), 1.3176, 1e-4);
    CU_ASSERT_DOUBLE_EQUAL(scaling_supply_leakage(0.9, 0.6), 2. / 3, 1e-12);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("scaling", NULL, NULL);
    CU_add_test(suite, "the table is the published polynomials to two digits", the_table_is_the_published_polynomials_to_two_digits);
    CU_add_test(suite, "scaling meets its table and ends where it ends", scaling_meets_its_table_and_ends_where_it_ends);
    CU_add_test(suite, "the usual supplies are those of the shipped chips", the_usual_supplies_are_those_of_the_shipped_chips);
    CU_add_test(suite, "a supply moves energy by the table, and by its square beyond", a_supply_moves_energy_by_the_table_and_by_its_square_beyond);
    CU_add_test(suite, "a lower supply is slower and leaks less", a_lower_supply_is_slower_and_leaks_less);
    return check_run();
}
