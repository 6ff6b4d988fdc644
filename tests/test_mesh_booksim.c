/* The flit-level network against tables made with BookSim2 (kit/noc): packets alone, steady loads, saturation, bursts.
 * Usage: test_mesh_booksim [--all]; without --all a part of each table (a smaller one under sanitizers).
 * The reference's runs are short and of one seed, so a row's own traffic had not quite the load it names. A row whose error passes the
 * bound is run again at the load that the row accepted, and if need be with many seeds at the reference's length: where one such run
 * scatters so much that the row is one of them, it is printed and counted apart. Where the reference's random numbers are drawn again
 * nothing is left to chance and no such allowance is needed: bursts here, steady loads and saturation in test_mesh_steady.c. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "booksim_rows.h"
#include "kit.h"
#include "noc/drive.h"
#include "noc/mesh.h"
#include "noc/topology.h"
#include "noc/traffic.h"
#include "reference_random.h"
#include "reference_traffic.h"
#include "reference_ways.h"

#ifdef __SANITIZE_ADDRESS__
enum { THIN = 9 };      /* under sanitizers: one row of so many of the default's */
#else
enum { THIN = 1 };
#endif
enum { REFERENCE_WINDOW = 1800, SHORT_RUNS = 12 };
static const double SCATTER = 3.5;      /* standard deviations of one run */
static int all;

struct curve { struct row row; double load, latency, accepted, routers; int stable; };
struct knee { struct row row; double lowest, below, above; };
struct burst { struct row row; uint32_t packets; double makespan; };

static struct traffic *traffic_of(const struct row *r, double load, uint32_t burst, uint64_t seed)
{
    struct err err;
    int pattern = traffic_find(!strcmp(r->pattern, "neighbor") ? "neighbour" : r->pattern);
    struct traffic_config c = {.pattern = (enum traffic_pattern)pattern, .columns = r->k, .rows = r->k, .flits = r->flits};
    c.load = load;
    c.burst = burst;
    c.seed = seed;
    return pattern < 0 ? NULL : traffic_new(&c, &err);
}

/* One run; a deadlock or a broken law of conservation fails the test. */
static struct drive_result run(const struct row *r, double load, uint32_t burst, uint64_t seed, uint64_t warmup, uint64_t window)
{
    struct err err = {0};
    struct drive_result result = {.cycles = 0};
    struct topology *t = topology_of(r);
    struct mesh_config c = config_of(r);
    struct mesh *m = mesh_new(t, &c, &err);
    struct traffic *traffic = traffic_of(r, load, burst, seed);
    struct drive_plan plan = {.warmup = warmup, .window = window, .drain = window + 3000, .nodes = r->k * r->k, .flits = r->flits};
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    CU_ASSERT_PTR_NOT_NULL_FATAL(traffic);
    int failed = burst ? drive_burst(m, traffic, &plan, &result, &err) : drive_steady(m, traffic, &plan, &result, &err);
    failed |= mesh_audit(m, &err);
    if (failed)
        printf("    %s\n", err.text);
    CU_ASSERT_EQUAL(failed, 0);
    traffic_free(traffic);
    mesh_free(m);
    topology_free(t);
    return result;
}

/* ---- packets alone */

static uint32_t alone(const struct row *r)
{
    struct err err;
    struct topology *t = topology_of(r);
    struct mesh_config c = config_of(r);
    struct mesh *m = mesh_new(t, &c, &err);
    uint64_t cycle = 0;
    uint32_t wrong = 0, h = cycles_per_hop(r->pipe), nodes = r->k * r->k, step = THIN > 1 && nodes > 16 ? 7 : 1;
    for (uint32_t a = 0; a < nodes; a += step)
        for (uint32_t b = a % step; b < nodes; b += step) {
            struct mesh_packet p = {.from = a, .to = b, .flits = r->flits};
            uint32_t n = 0;
            mesh_inject(m, &p, cycle);
            uint64_t created = cycle;
            const struct mesh_arrival *arrival = NULL;
            while (!n) {
                mesh_step(m, cycle, &err);
                arrival = mesh_arrivals(m, &n);
                if (!n)
                    cycle = mesh_next(m);
            }
            wrong += n != 1 || arrival->endpoint != b || cycle - created != 2 + h * topology_routers_on_way(t, a, b, 0) + r->flits - 1;
            cycle += 30;
        }
    mesh_free(m);
    topology_free(t);
    return wrong;
}

/* Deep buffers: a packet of 4 flits in one of 4 waits for credits, which is no fault of the formula. */
static void a_packet_alone_takes_two_and_h_per_router_and_a_cycle_per_further_flit(void)
{
    static const char *const shapes[][2] = {{"mesh", "\4"}, {"mesh", "\10"}, {"mesh", "\20"}, {"torus", "\10"}}, *const pipes[] = {"P3", "P4", "P2s"};
    for (int s = 0; s < 4; s++)
        for (int p = 0; p < 3; p++)
            for (uint32_t flits = 1; flits <= 4; flits += 3) {
                struct row r = {.k = (uint32_t)shapes[s][1][0], .vcs = 4, .depth = 16, .flits = flits};
                snprintf(r.topology, sizeof r.topology, "%s", shapes[s][0]);
                snprintf(r.pipe, sizeof r.pipe, "%s", pipes[p]);
                CU_ASSERT_EQUAL(alone(&r), 0);
            }
}

/* ---- tables */

static int read_knees(struct knee *knee, int room)
{
    char line[512];
    const char *rest;
    int n = 0;
    FILE *file = table("noc/booksim_all_sat.csv");
    while (file && n < room && fgets(line, sizeof line, file))
        if (read_row(line, &knee[n].row, &rest)) {
            knee[n].lowest = field(rest, 0);
            knee[n].below = field(rest, 2);
            knee[n].above = field(rest, 3);
            n++;
        }
    if (file)
        fclose(file);
    return n;
}

static double limit_of(const struct knee *knee, int n, const struct row *r)
{
    for (int i = 0; i < n; i++)
        if (same_series(&knee[i].row, r))
            return 0.8 * knee[i].below;
    return 0;
}

/* ---- steady load */

static double mean_latency(const struct curve *c, const struct drive_result *r)
{
    return r->tail.mean + cycles_per_hop(c->row.pipe) * (c->routers - r->routers);
}

/* How much a single run of the reference's length scatters (standard deviation), by runs with other seeds. */
static double scatter(const struct curve *c)
{
    double sum = 0, squares = 0;
    for (uint64_t seed = 2; seed < 2 + SHORT_RUNS; seed++) {
        struct drive_result r = run(&c->row, c->accepted, 0, seed, 600, REFERENCE_WINDOW);
        double latency = mean_latency(c, &r);
        sum += latency;
        squares += latency * latency;
    }
    return sqrt((squares - sum * sum / SHORT_RUNS) / (SHORT_RUNS - 1));
}

struct verdict { int rows, within, own_load, scattered; double sum; };

static void judge_curve(const struct curve *c, struct verdict *v)
{
    double packets = c->load / c->row.flits * c->row.k * c->row.k, window = (all ? 80000 : 30000) / packets;
    window = window < 4000 ? 4000 : window;
    struct drive_result r = run(&c->row, c->load, 0, 1, 2000, (uint64_t)window);
    double ours = mean_latency(c, &r), error = ours / c->latency - 1;
    v->rows++;
    v->sum += error;
    if (fabs(error) <= 0.02) {
        v->within++;
        return;
    }
    name(&c->row);
    printf(", load %g: %.3f, reference %.3f: %+.2f %%", c->load, ours, c->latency, 100 * error);
    r = run(&c->row, c->accepted, 0, 1, 2000, (uint64_t)(4 * window));
    ours = mean_latency(c, &r);
    error = ours / c->latency - 1;
    printf("; at its own load of %g: %+.2f %%", c->accepted, 100 * error);
    if (fabs(error) <= 0.02) {
        v->own_load++;
    } else {
        double one = scatter(c);
        printf(", one run as short as it scatters by %.2f %%", 100 * one / c->latency);
        v->scattered += fabs(ours - c->latency) <= SCATTER * one;
    }
    printf("\n");
}

static int read_curve(const char *line, struct curve *c)
{
    const char *rest;
    if (!read_row(line, &c->row, &rest))
        return 0;
    c->load = field(rest, 0);
    c->latency = field(rest, 1);
    c->accepted = field(rest, 3);
    c->routers = field(rest, 4);
    c->stable = field(rest, 6) > 0;
    return 1;
}

static int read_curves(struct curve *curve, int room)
{
    struct knee knee[100];
    char line[512];
    int knees = read_knees(knee, 100), n = 0;
    FILE *file = table("noc/booksim_all_curves.csv");
    while (file && n < room && fgets(line, sizeof line, file))
        if (read_curve(line, &curve[n]) && curve[n].stable && curve[n].load <= limit_of(knee, knees, &curve[n].row) + 1e-9)
            n++;
    if (file)
        fclose(file);
    return n;
}

/* Without --all: of each series the highest load that counts, where a wrong router shows most. */
static void latency_under_steady_load_is_within_two_percent(void)
{
    static struct curve curve[1000];
    struct verdict v = {0};
    int n = read_curves(curve, 1000), series = 0;
    for (int i = 0; i < n; i++) {
        int last = i + 1 == n || !same_series(&curve[i].row, &curve[i + 1].row);
        if (all || (last && series++ % THIN == 0))
            judge_curve(&curve[i], &v);
    }
    printf("    %d of %d rows within 2 %%, %d more at the load that the row had, %d within the scatter of one run; mean error %+.3f %%\n", v.within, v.rows,
           v.own_load, v.scattered, v.rows ? 100 * v.sum / v.rows : 0);
    CU_ASSERT_EQUAL(v.within + v.own_load + v.scattered, v.rows);
    CU_ASSERT(20 * v.scattered <= v.rows + 19);         /* one in twenty at most */
}

/* ---- saturation */

static int saturated(const struct knee *k, double load)
{
    struct drive_result r = run(&k->row, load, 0, 1, 5000, 10000);
    return r.saturated || r.tail.mean > 3 * k->lowest;
}

/* The load at which the mean latency passes three times the lowest, to 2 %. */
static double bisect(const struct knee *k)
{
    double low = 0.5 * k->below, high = 1.5 * k->above < 1 ? 1.5 * k->above : 1;
    while (high > 1.02 * low) {
        double middle = (low + high) / 2;
        *(saturated(k, middle) ? &high : &low) = middle;
    }
    return (low + high) / 2;
}

static void saturation_is_within_a_tenth_of_the_reference(void)
{
    struct knee knee[100];
    int n = read_knees(knee, 100), rows = 0;
    for (int i = 0; i < n; i++) {
        if (knee[i].below <= 0 || knee[i].above <= 0) {
            name(&knee[i].row);
            printf(": skipped, the reference saw no knee\n");
            continue;
        }
        if (!all && (i % (11 * THIN) || knee[i].row.k > 8))
            continue;
        double ours = bisect(&knee[i]);
        int right = ours >= 0.9 * knee[i].below && ours <= 1.1 * knee[i].above;
        rows++;
        CU_ASSERT(right);
        if (all || !right) {
            name(&knee[i].row);
            printf(": saturates at %.4f, reference between %g and %g\n", ours, knee[i].below, knee[i].above);
        }
    }
    printf("    %d series\n", rows);
}

/* ---- bursts */

/* Random: uniform targets, and ways round a torus that are equally long. */
static int is_random(const struct row *r)
{
    return !strcmp(r->pattern, "uniform") || (!strcmp(r->topology, "torus") && !strcmp(r->pattern, "transpose"));
}

static void judge_burst(const struct burst *b, struct verdict *v)
{
    int random = is_random(&b->row);
    uint64_t seeds = random ? 5 : 1;
    double sum = 0, squares = 0, bound = !strcmp(b->row.pattern, "uniform") ? 0.05 : 0.015;
    for (uint64_t seed = 1; seed <= seeds; seed++)
        sum += (double)run(&b->row, 0, b->packets, seed, 0, 0).cycles + 1;     /* the reference counts the cycle of the last arrival */
    double ours = sum / (double)seeds, error = ours / b->makespan - 1;
    v->rows++;
    v->sum += ours == b->makespan;
    if (fabs(error) <= bound) {
        v->within++;
        return;
    }
    name(&b->row);
    printf(", %u packets each: makespan %.1f, reference %.0f: %+.2f %%", b->packets, ours, b->makespan, 100 * error);
    sum = 0;
    for (uint64_t seed = 11; random && seed < 11 + 2 * SHORT_RUNS; seed++) {
        double one = (double)run(&b->row, 0, b->packets, seed, 0, 0).cycles + 1;
        sum += one;
        squares += one * one;
    }
    double n = 2 * SHORT_RUNS, deviation = random ? sqrt((squares - sum * sum / n) / (n - 1)) : 0;
    printf("; one seed scatters by %.2f %%\n", 100 * deviation / b->makespan);
    v->scattered += random && fabs(sum / n - b->makespan) <= SCATTER * deviation;
}

static void makespans_of_bursts_are_those_of_the_reference(void)
{
    char line[512];
    const char *rest;
    struct burst b;
    struct verdict fixed = {0}, random = {0};
    FILE *file = table("noc/booksim_batch.csv");
    for (int i = 0; file && fgets(line, sizeof line, file); i++) {
        if (!read_row(line, &b.row, &rest))
            continue;
        b.packets = (uint32_t)field(rest, 0);
        b.makespan = field(rest, 1);
        if (is_random(&b.row) ? b.packets < 100 || (!all && i % (5 * THIN)) : !all && i % THIN)
            continue;
        judge_burst(&b, is_random(&b.row) ? &random : &fixed);
    }
    if (!file)
        return;
    fclose(file);
    printf("    without randomness: %d of %d rows within 1.5 %%, %.0f to the cycle; with: %d of %d within 5 %% (transpose on the torus 1.5 %%), %d more within "
           "the scatter of one seed\n", fixed.within, fixed.rows, fixed.sum, random.within, random.rows, random.scattered);
    CU_ASSERT_EQUAL(fixed.within, fixed.rows);
    CU_ASSERT_EQUAL(random.within + random.scattered, random.rows);
}

/* The reference draws a packet's target when the one before it has left the source's queue, source by source in every cycle, and after it a
 * number that chooses one of its one networks. */
static uint64_t makespan_with_its_targets(const struct burst *b)
{
    struct err err = {0};
    struct topology *t = topology_of(&b->row);
    struct mesh_config c = config_of(&b->row);
    struct mesh *m = mesh_new(t, &c, &err);
    struct reference_random random = reference_start(1);
    struct reference_ways ways;
    uint32_t nodes = b->row.k * b->row.k, sent[MOST_NODES] = {0}, n = 0;
    uint64_t left = (uint64_t)nodes * b->packets, cycle = 0;
    CU_ASSERT_FATAL(m && nodes <= MOST_NODES);
    reference_ways_open(&ways, m);
    for (;; cycle++) {
        CU_ASSERT_EQUAL_FATAL(cycle ? mesh_step(m, cycle, &err) : 0, 0);
        mesh_arrivals(m, &n);
        left -= n;
        if (!left)
            break;
        if (cycle)
            reference_ways_draw(&ways, &random, cycle);
        for (uint32_t i = 0; i < nodes; i++) {
            if (mesh_queued(m, i) || sent[i] == b->packets)
                continue;
            struct mesh_packet p = {.from = i, .to = reference_target(&b->row, &random, i), .flits = b->row.flits};
            reference_next(&random);
            mesh_inject(m, &p, cycle);
            reference_ways_injected(&ways, i);
            sent[i]++;
        }
    }
    reference_ways_close(&ways);
    mesh_free(m);
    topology_free(t);
    return cycle + 1;
}

static void a_burst_with_the_references_own_targets_is_the_references_to_the_cycle(void)
{
    char line[512];
    const char *rest;
    struct burst b;
    int rows = 0, equal = 0;
    FILE *file = table("noc/booksim_batch.csv");
    while (file && fgets(line, sizeof line, file)) {
        if (!read_row(line, &b.row, &rest) || !is_random(&b.row))
            continue;
        b.packets = (uint32_t)field(rest, 0);
        b.makespan = field(rest, 1);
        if (THIN > 1 && b.packets > 10)
            continue;
        uint64_t ours = makespan_with_its_targets(&b);
        rows++;
        equal += (double)ours == b.makespan;
        if ((double)ours != b.makespan) {
            name(&b.row);
            printf(", %u packets each: makespan %llu, reference %.0f\n", b.packets, (unsigned long long)ours, b.makespan);
        }
    }
    if (!file)
        return;
    fclose(file);
    printf("    %d of %d rows to the cycle\n", equal, rows);
    CU_ASSERT_EQUAL(equal, rows);
}

int main(int argc, char **argv)
{
    all = argc > 1 && !strcmp(argv[1], "--all");
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("mesh against the reference", NULL, NULL);
    CU_add_test(suite, "a packet alone takes 2 + h R + L - 1 cycles, every pair", a_packet_alone_takes_two_and_h_per_router_and_a_cycle_per_further_flit);
    CU_add_test(suite, "mean latency under steady load is within 2 %", latency_under_steady_load_is_within_two_percent);
    CU_add_test(suite, "saturation is within a tenth of the reference", saturation_is_within_a_tenth_of_the_reference);
    CU_add_test(suite, "makespans of bursts are the reference's", makespans_of_bursts_are_those_of_the_reference);
    CU_add_test(suite, "a burst with the reference's own targets is the reference's to the cycle",
                a_burst_with_the_references_own_targets_is_the_references_to_the_cycle);
    return check_run();
}
