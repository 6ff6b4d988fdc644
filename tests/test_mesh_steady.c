/* The flit-level network under the very packets with which the tables of kit/noc were made (reference_traffic.h): every figure of every row
 * of a mesh and a torus, to the last digit that the table has. test_mesh_booksim.c compares the same rows under our own traffic.
 * Usage: test_mesh_steady [--all]; without --all a part of each table (a smaller one under sanitizers). */
#include <stdio.h>
#include <string.h>

#include "booksim_rows.h"
#include "kit.h"
#include "reference_random.h"
#include "reference_traffic.h"

#ifdef __SANITIZE_ADDRESS__
enum { THIN = 9 };      /* under sanitizers: one row of so many of the default's */
#else
enum { THIN = 1 };
#endif
enum { CURVE_PERIOD = 600, PLATEAU_PERIOD = 800, SEEDS_PERIOD = 1000 };
static int all;

/* ---- the generators */

static uint64_t after(struct reference_random r, uint32_t steps)
{
    for (uint32_t i = 0; i < steps; i++)
        reference_step(&r);
    return r.x[r.at];
}

/* The check that Knuth gives with each of the two: a seed, how many numbers to leave out, the next one. */
static void the_generators_are_knuths(void)
{
    enum { SEED = 310952, LEFT_OUT = 2009 * 1009, WHOLE = 995235265 };
    static const double FRACTION = 0.36410514377569680455;
    CU_ASSERT_EQUAL(after(reference_start(SEED), LEFT_OUT), WHOLE);
    CU_ASSERT_EQUAL((double)after(reference_start_fractions(SEED), LEFT_OUT) / (double)FRACTION_MODULUS, FRACTION);
}

/* ---- rows */

/* The reference prints six digits, of which the curves keep five: rounded twice, as there. */
static double printed(double x)
{
    char text[40];
    snprintf(text, sizeof text, "%.6g", x);
    return strtod(text, NULL);
}

static int same_digits(double ours, double theirs)
{
    char a[40], b[40];
    snprintf(a, sizeof a, "%.5g", printed(ours));
    snprintf(b, sizeof b, "%.5g", theirs);
    return !strcmp(a, b);
}

/* Of an unstable row only the accepted load was kept. */
static int judge_curve(const struct row *row, const char *rest)
{
    struct reference_plan plan = {.row = row, .load = field(rest, 0), .seed = 1, .period = CURVE_PERIOD};
    struct reference_outcome o = reference_play(&plan);
    int unstable = field(rest, 6) <= 0, same = o.unstable == unstable && same_digits(o.accepted, field(rest, 3));
    if (!unstable)
        same &= same_digits(o.latency, field(rest, 1)) && same_digits(o.network, field(rest, 2)) && same_digits(o.routers, field(rest, 4)) &&
                (double)o.most == field(rest, 5);
    if (!same) {
        name(row);
        printf(", load %g: latency %.6g, in the network %.6g, accepted %.6g, routers %.6g, most %llu%s; reference: %s", plan.load, o.latency, o.network,
               o.accepted, o.routers, (unsigned long long)o.most, o.unstable ? ", unstable" : "", rest);
    }
    return same;
}

static void every_figure_of_a_steady_row_is_the_references_to_the_last_digit(void)
{
    char line[512];
    const char *rest;
    struct row row;
    int rows[2] = {0}, same[2] = {0};
    FILE *file = table("noc/booksim_all_curves.csv");
    for (int i = 0; file && fgets(line, sizeof line, file); i++) {
        if (!read_row(line, &row, &rest) || (!all && (row.k > 8 || i % (7 * THIN))))
            continue;
        int unstable = field(rest, 6) <= 0;
        rows[unstable]++;
        same[unstable] += judge_curve(&row, rest);
    }
    if (!file)
        return;
    fclose(file);
    printf("    %d of %d rows equal in latency, in the network and in all, largest latency, accepted load and routers; %d of %d unstable there and here, "
           "with the same accepted load\n", same[0], rows[0], same[1], rows[1]);
    CU_ASSERT_EQUAL(same[0], rows[0]);
    CU_ASSERT_EQUAL(same[1], rows[1]);
}

/* ---- saturation */

static void the_accepted_load_at_an_offered_load_of_one_is_the_references(void)
{
    char line[512];
    const char *rest;
    struct row row;
    int rows = 0, same = 0;
    FILE *file = table("noc/booksim_all_sat.csv");
    for (int i = 0; file && fgets(line, sizeof line, file); i++) {
        if (!read_row(line, &row, &rest) || field(rest, 6) < 0 || (!all && (row.k > 8 || i % (5 * THIN))))
            continue;
        struct reference_plan plan = {.row = &row, .load = 1, .seed = 1, .period = PLATEAU_PERIOD, .throughput = 1};
        double ours = printed(reference_play(&plan).accepted);
        rows++;
        same += ours == field(rest, 6);
        if (ours != field(rest, 6)) {
            name(&row);
            printf(", load 1: accepted %.6g, reference %.6g\n", ours, field(rest, 6));
        }
    }
    if (!file)
        return;
    fclose(file);
    printf("    %d of %d series\n", same, rows);
    CU_ASSERT_EQUAL(same, rows);
}

/* ---- seeds and allocators */

/* Three decimals of the latency and four of the load are in the table. */
static int judge_seed(const struct reference_plan *plan, double latency, double accepted)
{
    struct reference_outcome o = reference_play(plan);
    char ours[80], theirs[80];
    snprintf(ours, sizeof ours, "%.3f, %.4f", printed(o.latency), printed(o.accepted));
    snprintf(theirs, sizeof theirs, "%.3f, %.4f", latency, accepted);
    if (!strcmp(ours, theirs))
        return 1;
    name(plan->row);
    printf(", load %g, seed %u, allocator %d: latency and accepted load %s; reference %s\n", plan->load, plan->seed, (int)plan->allocator, ours, theirs);
    return 0;
}

/* The wavefront allocator is not among ours. */
static void other_seeds_and_allocators_are_the_references(void)
{
    char line[512], allocator[32];
    double latency, accepted;
    struct row row = {.topology = "mesh", .pipe = "P3", .pattern = "uniform", .k = 8, .flits = 1};
    struct reference_plan plan = {.row = &row, .period = SEEDS_PERIOD};
    int rows = 0, same = 0;
    FILE *file = table("noc/booksim_tolerance.csv");
    for (int i = 0; file && fgets(line, sizeof line, file); i++) {
        if (sscanf(line, "%u,%u,%31[^,],%lf,%u,%lf,%lf", &row.vcs, &row.depth, allocator, &plan.load, &plan.seed, &latency, &accepted) != 7 ||
            !strcmp(allocator, "wavefront") || (!all && i % (5 * THIN)))
            continue;
        plan.allocator = strcmp(allocator, "islip") ? ALLOCATOR_INPUT_FIRST : ALLOCATOR_ISLIP;
        rows++;
        same += judge_seed(&plan, latency, accepted);
    }
    if (!file)
        return;
    fclose(file);
    printf("    %d of %d rows\n", same, rows);
    CU_ASSERT_EQUAL(same, rows);
}

int main(int argc, char **argv)
{
    all = argc > 1 && !strcmp(argv[1], "--all");
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("mesh under the reference's own packets", NULL, NULL);
    CU_add_test(suite, "the generators of random numbers are Knuth's", the_generators_are_knuths);
    CU_add_test(suite, "every figure of a steady row is the reference's to the last digit",
                every_figure_of_a_steady_row_is_the_references_to_the_last_digit);
    CU_add_test(suite, "accepted load at an offered load of one", the_accepted_load_at_an_offered_load_of_one_is_the_references);
    CU_add_test(suite, "other seeds and allocators", other_seeds_and_allocators_are_the_references);
    return check_run();
}
