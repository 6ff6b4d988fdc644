/* Driving a network alone: what is called saturated, what a packet alone takes, what a link did, deadlocks that traffic elsewhere hides. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kit.h"
#include "noc/alone.h"
#include "noc/drive.h"
#include "noc/link_use.h"
#include "noc/mesh.h"
#include "noc/topology.h"
#include "noc/traffic.h"

static struct err err;

static struct topology *grid(uint32_t side, uint32_t torus, uint32_t slow)
{
    struct topology_hop x = {1, 1, 0}, y = {slow, slow, 0};
    struct topology_grid g = {.columns = side, .rows = side, .concentration = 1, .torus = torus, .routing = ROUTE_XY, .hop = {x, x, y, y}, .inject = 2,
                              .eject = 1, .flit_time = 1};
    return topology_new_grid(&g, &err);
}

static struct mesh_config config(uint32_t vcs, uint32_t depth)
{
    return (struct mesh_config){.vcs = vcs, .depth = depth, .vc_alloc = 1, .sw_alloc = 1, .final = 1, .credit = 1, .watchdog = 500};
}

struct ran { struct drive_result result; struct mesh_counts *port; int failed; };

static struct ran drive(const struct topology *t, const struct mesh_config *c, const struct traffic_config *traffic, uint64_t warmup, uint64_t window)
{
    struct ran ran = {.port = mem_new(t->ports, sizeof *ran.port)};
    struct mesh *m = mesh_new(t, c, &err);
    struct traffic *source = traffic_new(traffic, &err);
    struct drive_plan plan = {.warmup = warmup, .window = window, .drain = 4 * window, .nodes = traffic->columns * traffic->rows, .flits = traffic->flits,
                              .topology = t, .config = c, .port = ran.port, .ports = t->ports};
    CU_ASSERT_FATAL(m && source);
    ran.failed = traffic->burst ? drive_burst(m, source, &plan, &ran.result, &err) : drive_steady(m, source, &plan, &ran.result, &err);
    traffic_free(source);
    mesh_free(m);
    return ran;
}

static struct traffic_config uniform(double load, uint32_t flits)
{
    return (struct traffic_config){.pattern = TRAFFIC_UNIFORM, .columns = 8, .rows = 8, .flits = flits, .load = load, .seed = 5};
}

/* Of 8x8 with one channel of 4 the reference's plateau is near 0.17, with 4 channels near 0.4. */
static void a_load_is_saturated_where_more_comes_than_leaves(void)
{
    struct topology *t = grid(8, 0, 1);
    struct mesh_config one = config(1, 4), four = config(4, 4);
    static const struct { double load; uint32_t one, four; } want[] = {{0.05, 0, 0}, {0.14, 0, 0}, {0.25, 1, 0}, {0.36, 1, 0}, {0.5, 1, 1}, {1, 1, 1}};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        struct traffic_config c = uniform(want[i].load, 1);
        struct ran a = drive(t, &one, &c, 2000, 4000), b = drive(t, &four, &c, 2000, 4000);
        CU_ASSERT_EQUAL(a.result.saturated, want[i].one);
        CU_ASSERT_EQUAL(b.result.saturated, want[i].four);
        CU_ASSERT_EQUAL(b.result.accepted < 0.97 * b.result.offered, want[i].four);
        CU_ASSERT_DOUBLE_EQUAL(b.result.offered, want[i].load, 0.03 * want[i].load);
        CU_ASSERT(!want[i].four || b.result.late > 0);
        free(a.port);
        free(b.port);
    }
    topology_free(t);
}

/* The first cycles of an empty network take in what none leaves yet. */
static void a_window_without_warmup_is_not_taken_for_saturation(void)
{
    struct topology *t = grid(8, 0, 1);
    struct mesh_config c = config(4, 4);
    for (uint64_t window = 160; window < 1000; window += 97) {
        struct traffic_config traffic = uniform(0.2, 1);
        struct ran r = drive(t, &c, &traffic, 0, window);
        CU_ASSERT_EQUAL(r.result.saturated, 0);
        CU_ASSERT_EQUAL(r.result.late, 0);
        free(r.port);
    }
    topology_free(t);
}

static void a_packet_alone_takes_what_the_formula_says_on_slow_links_too(void)
{
    for (uint32_t torus = 0; torus < 2; torus++) {
        struct topology *t = grid(4, torus, 3);
        struct mesh_config c = config(2, 40);
        struct mesh *m = mesh_new(t, &c, &err);
        uint64_t cycle = 0;
        for (uint32_t pair = 0; pair < 256; pair++) {
            struct mesh_packet p = {.from = pair / 16, .to = pair % 16, .flits = 1 + pair % 5};
            uint32_t n = 0;
            uint64_t created = cycle;
            mesh_inject(m, &p, cycle);
            while (!n && !mesh_step(m, cycle, &err)) {
                mesh_arrivals(m, &n);
                cycle = n ? cycle : mesh_next(m);
            }
            CU_ASSERT_EQUAL(cycle - created, alone_latency(t, &c, p.from, p.to, p.flits, 0));
            cycle += 200;
        }
        mesh_free(m);
        topology_free(t);
    }
}

/* All that enters comes out, crosses as many links as routers less one, and fills buffers as long as it is said to have been on its way. */
static void links_add_up(void)
{
    struct topology *t = grid(8, 0, 2);
    struct mesh_config c = config(4, 8);
    struct traffic_config traffic = {.pattern = TRAFFIC_UNIFORM, .columns = 8, .rows = 8, .flits = 3, .burst = 20, .seed = 1};
    struct ran r = drive(t, &c, &traffic, 0, 0);
    uint32_t n = link_use_count(t);
    struct link_use *use = mem_new(n, sizeof *use);
    uint64_t flits[3] = {0}, cycles = r.result.cycles + 1;
    link_use_fill(t, r.port, cycles, use);
    struct link_sums sums = link_use_sums(use, n);
    for (uint32_t i = 0; i < n; i++) {
        flits[use[i].kind] += use[i].flits;
        CU_ASSERT(use[i].use <= sums.most_use && use[i].occupancy <= sums.most_occupancy && use[i].use >= 0 && use[i].occupancy <= 32);
        /* North and south take 2 cycles per flit. */
        uint32_t slow = use[i].kind == LINK_BETWEEN && t->place[use[i].from].x == t->place[use[i].to].x ? 2 : 1;
        CU_ASSERT_DOUBLE_EQUAL(use[i].use, (double)use[i].flits * slow / (double)cycles, 1e-12);
    }
    CU_ASSERT_EQUAL(flits[LINK_INJECT], 64 * 20 * 3);
    CU_ASSERT_EQUAL(flits[LINK_EJECT], 64 * 20 * 3);
    CU_ASSERT_DOUBLE_EQUAL((double)flits[LINK_BETWEEN], 3 * 64 * 20 * (r.result.routers - 1), 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(use[sums.busiest].use, sums.most_use, 0);
    CU_ASSERT(sums.mean_use > 0 && sums.mean_use < sums.most_use);
    CU_ASSERT_DOUBLE_EQUAL(r.result.source.mean + r.result.network.mean, r.result.tail.mean, 1e-9);
    CU_ASSERT(r.result.head.mean <= r.result.tail.mean - 2);
    free(use);
    free(r.port);
    topology_free(t);
}

static void a_burst_can_be_paced(void)
{
    struct topology *t = grid(8, 0, 1);
    struct mesh_config c = config(4, 8);
    struct traffic_config at_once = uniform(0, 1), paced = uniform(0.05, 1), each_cycle = uniform(1, 1);
    at_once.burst = paced.burst = each_cycle.burst = 50;
    struct ran a = drive(t, &c, &at_once, 0, 0), b = drive(t, &c, &paced, 0, 0), e = drive(t, &c, &each_cycle, 0, 0);
    CU_ASSERT_EQUAL(a.result.packets, 3200);
    CU_ASSERT_EQUAL(b.result.packets, 3200);
    CU_ASSERT(a.result.cycles < 300 && b.result.cycles > 900 && b.result.cycles < 2500);
    CU_ASSERT_EQUAL(e.result.cycles, a.result.cycles);
    CU_ASSERT(b.result.tail.mean < 30 && a.result.tail.mean > 60);
    free(a.port);
    free(b.port);
    free(e.port);
    topology_free(t);
}

/* Routers 0 to 3 are a ring in one direction with one channel, and each core sends three further: it locks up. Routers 4 to 7 are a row in
 * which cores talk on: something always moves. */
static void a_deadlock_in_a_corner_is_found_while_others_move(void)
{
    static const uint32_t ends[][2] = {{0, 1}, {1, 2}, {2, 3}, {3, 0}, {4, 5}, {5, 4}, {5, 6}, {6, 5}, {6, 7}, {7, 6}, {0, 4}, {4, 0}};
    /* Diagonal neighbours on 4 x 2 nodes: 0, 5, 2, 7 send to each other in a circle, and 4, 1, 6, 3. */
    static const uint32_t place[8] = {0, 5, 2, 7, 4, 3, 6, 1};
    enum { LINKS = sizeof ends / sizeof *ends };
    struct topology_hop hop = {1, 1, 0};
    struct topology_link link[LINKS];
    struct topology_endpoint endpoint[8];
    for (uint32_t l = 0; l < LINKS; l++)
        link[l] = (struct topology_link){.from = ends[l][0], .to = ends[l][1], .hop = hop};
    for (uint32_t e = 0; e < 8; e++)
        endpoint[e] = (struct topology_endpoint){e, 0, 2, 1, 1};
    struct topology_plan plan = {.routers = 8, .links = LINKS, .endpoints = 8, .link = link, .endpoint = endpoint, .routing = ROUTE_TABLE};
    struct topology *t = topology_new_custom(&plan, &err);
    struct mesh_config c = config(1, 2);
    struct mesh *m = mesh_new(t, &c, &err);
    struct traffic_config tc = {.pattern = TRAFFIC_NEIGHBOUR, .columns = 4, .rows = 2, .flits = 1, .load = 1, .seed = 1};
    struct traffic *traffic = traffic_new(&tc, &err);
    struct drive_plan drive_plan = {.warmup = 1000, .window = 4000, .drain = 16000, .nodes = 8, .flits = 1, .endpoint = place};
    struct drive_result r;
    CU_ASSERT_FATAL(t && m && traffic);
    CU_ASSERT_EQUAL(drive_steady(m, traffic, &drive_plan, &r, &err), -1);
    CU_ASSERT_EQUAL(err.kind, ERR_ANSWER);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "wait for each other in a ring"));
    CU_ASSERT(r.accepted > 0.05);
    traffic_free(traffic);
    mesh_free(m);
    topology_free(t);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite s = CU_add_suite("driving a network alone", NULL, NULL);
    CU_add_test(s, "a load is saturated where more comes than leaves", a_load_is_saturated_where_more_comes_than_leaves);
    CU_add_test(s, "a window without warm-up is not taken for saturation", a_window_without_warmup_is_not_taken_for_saturation);
    CU_add_test(s, "a packet alone takes what the formula says, on slow links too", a_packet_alone_takes_what_the_formula_says_on_slow_links_too);
    CU_add_test(s, "links add up", links_add_up);
    CU_add_test(s, "a burst can be paced", a_burst_can_be_paced);
    CU_add_test(s, "a deadlock in a corner is found while others move", a_deadlock_in_a_corner_is_found_while_others_move);
    return check_run();
}
