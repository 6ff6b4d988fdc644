/* Laws of the flit-level network that need no reference: nothing is lost or made, nothing waits for ever, nothing is served unfairly. */
#include <string.h>

#include "base/mem.h"
#include "kit.h"
#include "noc/drive.h"
#include "noc/mesh.h"
#include "noc/topology.h"
#include "noc/traffic.h"

static const struct topology_hop HOP = {1, 1, 0};
static const struct mesh_config PLAIN = {.vcs = 2, .depth = 4, .vc_alloc = 1, .sw_alloc = 1, .final = 1, .credit = 1, .watchdog = 2000};

static struct topology *grid(uint32_t columns, uint32_t rows, uint32_t torus)
{
    struct err err;
    struct topology_grid g = {.columns = columns, .rows = rows, .concentration = 1, .torus = torus, .routing = ROUTE_XY, .hop = {HOP, HOP, HOP, HOP},
                              .inject = 2, .eject = 1, .flit_time = 1};
    return topology_new_grid(&g, &err);
}

static struct mesh *open_mesh(const struct topology *t, struct mesh_config config)
{
    struct err err = {0};
    struct mesh *m = mesh_new(t, &config, &err);
    if (!m)
        printf("    %s\n", err.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    return m;
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Steps until nothing is left; adds up arrivals and checks the laws on the way. Returns the last cycle; UINT64_MAX on a deadlock. */
static uint64_t drain(struct mesh *m, uint64_t cycle, uint32_t *delivered, uint32_t *lost, int serve)
{
    struct err err;
    for (uint64_t n = 0;; n++) {
        if (mesh_step(m, cycle, &err))
            return UINT64_MAX;
        uint32_t arrivals;
        const struct mesh_arrival *a = mesh_arrivals(m, &arrivals);
        for (uint32_t i = 0; i < arrivals; i++) {
            ++*(a[i].lost ? lost : delivered);
            if (serve && !a[i].lost)
                mesh_serve(m, a[i].endpoint, cycle);
        }
        if (n % 64 == 0 && mesh_audit(m, &err)) {
            printf("    %s\n", err.text);
            CU_FAIL("conservation");
        }
        struct mesh_totals totals = mesh_totals(m);
        if (totals.delivered + totals.dropped == totals.leaves)
            break;
        CU_ASSERT_FATAL(mesh_next(m) != UINT64_MAX && n < 1000000);
        cycle = mesh_next(m);
    }
    while (mesh_next(m) != UINT64_MAX) {        /* the last credits */
        cycle = mesh_next(m);
        mesh_step(m, cycle, &err);
    }
    if (mesh_audit(m, &err)) {
        printf("    %s\n", err.text);
        CU_FAIL("conservation");
    }
    return cycle;
}

static void inject(struct mesh *m, uint32_t from, uint32_t to, uint32_t flits, uint64_t cycle)
{
    struct mesh_packet p = {.from = from, .to = to, .flits = flits};
    CU_ASSERT_EQUAL(mesh_inject(m, &p, cycle), 1);
}

/* ---- conservation */

static void every_configuration_delivers_every_packet(void)
{
    uint64_t seed = 1;
    for (uint32_t i = 0; i < 48; i++) {
        struct topology *t = grid(4, 3, i & 1);
        struct mesh_config c = PLAIN;
        c.vcs = 2 + i % 3;
        c.depth = 1 + i % 5;
        c.speculative = i >> 1 & 1;
        c.atomic = i >> 2 & 1;
        c.arbiter = i >> 3 & 1 ? ARBITER_MATRIX : ARBITER_ROUND_ROBIN;
        c.vc_allocator = i % 3 ? ALLOCATOR_ISLIP : ALLOCATOR_INPUT_FIRST;
        c.sw_allocator = i % 4 ? ALLOCATOR_ISLIP : ALLOCATOR_INPUT_FIRST;
        c.iterations = 1 + i % 3;
        c.route = i % 3;
        c.vc_alloc = i % 4;
        c.sw_alloc = i / 4 % 3;
        c.final = i / 2 % 2;
        c.credit = i / 5 % 3;
        c.in_queue = i % 7 == 0;
        struct mesh *m = open_mesh(t, c);
        for (uint32_t p = 0; p < 600; p++)
            inject(m, (uint32_t)(next_random(&seed) % 12), (uint32_t)(next_random(&seed) % 12), 1 + (uint32_t)(next_random(&seed) % 6), 0);
        uint32_t delivered = 0, lost = 0;
        CU_ASSERT(drain(m, 0, &delivered, &lost, 1) != UINT64_MAX);
        CU_ASSERT_EQUAL(delivered, 600);
        CU_ASSERT_EQUAL(lost, 0);
        mesh_free(m);
        topology_free(t);
    }
}

static void a_single_flit_is_head_and_tail(void)
{
    struct topology *t = grid(3, 1, 0);
    struct mesh_config c = PLAIN;
    c.vcs = c.depth = 1;
    struct mesh *m = open_mesh(t, c);
    for (uint32_t i = 0; i < 500; i++)
        inject(m, 0, 2, 1, 0);
    uint32_t delivered = 0, lost = 0;
    drain(m, 0, &delivered, &lost, 1);
    CU_ASSERT_EQUAL(delivered, 500);
    CU_ASSERT_EQUAL(mesh_port_counts(m, t->first_port[1] + 0).vc_grants, 500);     /* one channel each, let go each */
    mesh_free(m);
    topology_free(t);
}

/* ---- time */

static void stages_add_up_as_configured(void)
{
    struct topology *t = grid(5, 1, 0);
    uint32_t sets[][5] = {{0, 1, 1, 1, 1}, {2, 3, 2, 1, 0}, {0, 0, 1, 0, 1}, {0, 0, 0, 0, 1}, {1, 0, 2, 3, 2}, {0, 2, 0, 1, 0}};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct mesh_config c = PLAIN;
        c.route = sets[i][0], c.vc_alloc = sets[i][1], c.sw_alloc = sets[i][2], c.final = sets[i][3], c.credit = sets[i][4];
        struct mesh *m = open_mesh(t, c);
        uint32_t h = c.route + c.vc_alloc + c.sw_alloc + c.final + 1, n = 0;
        uint64_t at = 10;
        struct err err;
        inject(m, 0, 4, 1, at);
        mesh_step(m, at, &err);
        while (!n) {
            at = mesh_next(m);
            mesh_step(m, at, &err);
            mesh_arrivals(m, &n);
        }
        CU_ASSERT_EQUAL(at - 10, 2 + 5 * h);
        mesh_free(m);
    }
    topology_free(t);
}

/* Buffers of one flit: each further flit of a packet waits for the credit of the one before. Loop: 1 + final + latency out, 1 + latency +
 * credit back; the stages before the switch are the head's alone. The last link has the endpoint's latency of 1. */
static void flits_in_buffers_of_one_follow_at_the_credit_loop(void)
{
    struct topology *t = grid(3, 1, 0);
    for (uint32_t credit = 0; credit < 4; credit++)
        for (uint32_t final = 0; final < 3; final++) {
            struct mesh_config c = PLAIN;
            c.vcs = c.depth = 1;
            c.credit = credit;
            c.final = final;
            struct mesh *m = open_mesh(t, c);
            uint32_t delivered = 0, h = 3 + final, loop = 4 + final + credit;
            inject(m, 0, 2, 101, 0);
            uint64_t last = 0;
            struct err err;
            for (uint64_t cycle = 0; !delivered; cycle++) {
                mesh_step(m, cycle, &err);
                mesh_arrivals(m, &delivered);
                last = cycle;
            }
            CU_ASSERT_EQUAL(last, 2 + 3 * h + 100 * loop);
            mesh_free(m);
        }
    topology_free(t);
}

static void idle_cycles_may_be_left_out(void)
{
    struct topology *t = grid(4, 4, 0);
    struct err err;
    uint64_t sums[2] = {0, 0};
    for (int every = 0; every < 2; every++) {
        struct mesh *m = open_mesh(t, PLAIN);
        uint64_t seed = 3, cycle = 0, at = 0;
        for (uint32_t p = 0; p < 40; p++, at += next_random(&seed) % 60)
            for (int sent = 0; !sent; cycle = every ? cycle + 1 : mesh_next(m) < at ? mesh_next(m) : cycle < at ? at : cycle + 1) {
                if (cycle == at) {
                    inject(m, (uint32_t)(next_random(&seed) % 16), (uint32_t)(next_random(&seed) % 16), 3, cycle);
                    sent = 1;
                }
                mesh_step(m, cycle, &err);
                uint32_t n;
                mesh_arrivals(m, &n);
                sums[every] += n * cycle;
            }
        mesh_free(m);
    }
    CU_ASSERT_EQUAL(sums[0], sums[1]);
    topology_free(t);
}

enum { BURSTS = 6, SLOW = 40 };         /* bursts of the run; cycles from an arrival until it is served */
struct stood { uint64_t sum, stepped; struct mesh_counts all; };        /* arrivals by cycle; steps made; counters of all ports */

/* Bursts to few endpoints that serve slowly, over links of several cycles per flit: most of the time everything stands. */
static struct stood stand_and_wait(const struct topology *t, struct mesh_config config, int every)
{
    struct mesh *m = open_mesh(t, config);
    struct stood s = {0};
    struct err err;
    uint64_t seed = 11, serve[16] = {0}, end = BURSTS * 3000;
    for (uint64_t cycle = 0, next; cycle < end; cycle = next) {
        uint32_t n;
        mesh_step(m, cycle, &err);
        s.stepped++;
        const struct mesh_arrival *a = mesh_arrivals(m, &n);
        for (uint32_t i = 0; i < n; i++) {
            s.sum += cycle * (1 + a[i].tag) + a[i].lost;
            if (!a[i].lost)
                serve[a[i].endpoint] = cycle + SLOW;
        }
        for (uint32_t e = 0; e < 16; e++)
            if (serve[e] == cycle && cycle)
                mesh_serve(m, e, cycle);
        for (uint32_t p = 0; cycle % 3000 == 0 && p < 60; p++) {
            struct mesh_packet packet = {.from = p % 16, .to = (uint32_t)(next_random(&seed) % 3), .flits = 1 + p % 3, .tag = p};
            mesh_inject(m, &packet, cycle);
        }
        next = mesh_next(m) < (cycle / 3000 + 1) * 3000 ? mesh_next(m) : (cycle / 3000 + 1) * 3000;
        for (uint32_t e = 0; e < 16; e++)
            if (serve[e] > cycle && serve[e] < next)
                next = serve[e];
        if (every)
            next = cycle + 1;
    }
    for (uint32_t p = 0; p < t->ports; p++) {
        struct mesh_counts of = mesh_port_counts(m, p);
        uint64_t *sum = (uint64_t *)&s.all, *one = (uint64_t *)&of;
        for (size_t i = 0; i < sizeof of / sizeof *sum; i++)
            sum[i] += (p + 1) * one[i];
    }
    mesh_free(m);
    return s;
}

static void cycles_in_which_all_stands_still_may_be_left_out(void)
{
    struct topology_hop slow = {3, 5, 0};
    struct topology_grid g = {.columns = 4, .rows = 4, .concentration = 1, .routing = ROUTE_XY, .hop = {slow, slow, slow, slow},
                              .inject = 1, .eject = 1, .flit_time = 1};
    struct err err;
    struct topology *t = topology_new_grid(&g, &err);
    struct mesh_config c = PLAIN;
    c.in_queue = 1;
    for (uint32_t k = 0; k < 6; k++) {
        c.speculative = k & 1;
        c.drops = k == 2;
        c.drop_wait = 200;
        c.sw_alloc = k == 3 ? 3 : 1;
        c.vc_alloc = k == 4 ? 0 : k == 5 ? 4 : 1;
        struct stood every = stand_and_wait(t, c, 1), skipped = stand_and_wait(t, c, 0);
        CU_ASSERT_EQUAL(every.sum, skipped.sum);
        CU_ASSERT(!memcmp(&every.all, &skipped.all, sizeof every.all));
        CU_ASSERT(every.all.stall[STALL_NO_PLACE] && every.all.stall[STALL_NO_CREDIT] && every.all.blocked);
        CU_ASSERT(2 * skipped.stepped < every.stepped);
    }
    topology_free(t);
}

/* A link of flit time 4 passes a flit every 4 cycles, and of latency 9 each takes 8 more than over one of 1. */
static void a_link_has_a_latency_and_apart_from_it_a_flit_time(void)
{
    struct err err;
    struct topology_link links[2] = {{.from = 0, .to = 1, .hop = {9, 4, 1}}, {.from = 1, .to = 0, .hop = {1, 1, 0}}};
    struct topology_endpoint ends[2] = {{0, 0, 2, 1, 1}, {1, 0, 2, 1, 1}};
    struct topology_plan plan = {2, 2, 2, links, ends, ROUTE_TABLE};
    struct topology *t = topology_new_custom(&plan, &err);
    struct mesh_config c = PLAIN;
    c.depth = 64;
    for (uint32_t back = 0; back < 2; back++) {
        struct mesh *m = open_mesh(t, c);
        uint32_t delivered = 0, lost = 0;
        for (uint32_t i = 0; i < 100; i++)
            inject(m, back, !back, 1, 0);
        uint64_t end = drain(m, 0, &delivered, &lost, 1);
        CU_ASSERT(back ? end < 140 : end > 396 && end < 440);
        CU_ASSERT(back || mesh_port_counts(m, t->first_port[0] + 1).stall[STALL_LINK_BUSY] > 100);
        mesh_free(m);
    }
    topology_free(t);
}

/* ---- waiting */

/* Router 3 serves nothing: its queue of one place fills, then the buffers of the routers before it, back to the source. */
static void a_full_queue_pushes_back_through_three_routers(void)
{
    struct topology *t = grid(4, 1, 0);
    struct mesh_config c = PLAIN;
    c.vcs = 1;
    c.in_queue = 1;
    c.out_queue = 3;
    struct mesh *m = open_mesh(t, c);
    struct err err;
    uint32_t taken = 0, delivered = 0, lost = 0;
    for (uint64_t cycle = 0; cycle < 400; cycle++) {
        struct mesh_packet p = {.from = 0, .to = 3, .flits = 1, .tag = taken};
        taken += (uint32_t)mesh_inject(m, &p, cycle);
        CU_ASSERT_EQUAL(mesh_step(m, cycle, &err), 0);
        uint32_t n;
        mesh_arrivals(m, &n);
        delivered += n;
    }
    CU_ASSERT_EQUAL(delivered, 1);
    CU_ASSERT_EQUAL(taken, 1 + 4 * 4 + 3);      /* the queue, four buffers of 4, the output queue */
    CU_ASSERT(mesh_port_counts(m, t->first_port[3] + 1).stall[STALL_NO_PLACE] > 300);
    mesh_serve(m, 3, 399);
    for (uint64_t cycle = 400; cycle < 500; cycle++) {
        mesh_step(m, cycle, &err);
        uint32_t n;
        mesh_arrivals(m, &n);
        delivered += n;
        if (n)
            mesh_serve(m, 3, cycle);
    }
    CU_ASSERT(delivered > 12 && delivered <= taken);
    drain(m, 500, &delivered, &lost, 1);
    CU_ASSERT_EQUAL(delivered, taken);
    mesh_free(m);
    topology_free(t);
}

static uint64_t around_the_ring(uint32_t vcs, struct err *err)
{
    struct topology *t = grid(4, 1, 1);
    struct mesh_config c = PLAIN;
    c.vcs = vcs;
    c.depth = 2;
    c.watchdog = 300;
    struct mesh *m = open_mesh(t, c);
    for (uint32_t i = 0; i < 40; i++)
        for (uint32_t e = 0; e < 4; e++)
            inject(m, e, (e + 2) % 4, 4, 0);
    uint64_t cycle = 0;
    int failed = 0;
    while (!failed && mesh_totals(m).delivered < 160 && cycle < 100000)
        failed = mesh_step(m, ++cycle, err);
    uint64_t delivered = failed ? 0 : mesh_totals(m).delivered;
    mesh_free(m);
    topology_free(t);
    return delivered;
}

static void a_torus_with_one_channel_deadlocks_and_is_told_so(void)
{
    struct err err = {0};
    CU_ASSERT_EQUAL(around_the_ring(1, &err), 0);
    CU_ASSERT_EQUAL(err.kind, ERR_ANSWER);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "deadlock in the network at cycle"));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "8 virtual channels wait for each other in a ring"));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "router 0, input west, channel 0"));
    printf("    %s\n", err.text);
    CU_ASSERT_EQUAL(around_the_ring(2, &err), 160);
}

/* A core that serves nothing for long is no deadlock. */
static void waiting_for_a_core_is_no_deadlock(void)
{
    struct topology *t = grid(3, 1, 0);
    struct mesh_config c = PLAIN;
    c.in_queue = 1;
    c.watchdog = 50;
    struct mesh *m = open_mesh(t, c);
    struct err err;
    for (uint32_t i = 0; i < 40; i++)
        inject(m, 0, 2, 2, 0);
    int failed = 0;
    for (uint64_t cycle = 0; cycle < 1000; cycle++)
        failed |= mesh_step(m, cycle, &err);
    CU_ASSERT_EQUAL(failed, 0);
    mesh_free(m);
    topology_free(t);
}

/* All send to node 0 as fast as they can: each source gets its share, the less the more merges are on its way. */
static void no_source_starves_under_a_hotspot(void)
{
    for (int arbiter = 0; arbiter < 2; arbiter++)
        for (int allocator = 0; allocator < 2; allocator++) {
            struct topology *t = grid(4, 4, 0);
            struct mesh_config c = PLAIN;
            c.arbiter = (enum mesh_arbiter)arbiter;
            c.vc_allocator = c.sw_allocator = (enum mesh_allocator)allocator;
            c.out_queue = 2;
            struct mesh *m = open_mesh(t, c);
            struct err err;
            uint32_t got[16] = {0}, least = UINT32_MAX;
            for (uint64_t cycle = 0; cycle < 20000; cycle++) {
                for (uint32_t e = 0; e < 16; e++) {
                    struct mesh_packet p = {.from = e, .to = 0, .flits = 1, .tag = e};
                    mesh_inject(m, &p, cycle);
                }
                mesh_step(m, cycle, &err);
                uint32_t n;
                const struct mesh_arrival *a = mesh_arrivals(m, &n);
                for (uint32_t i = 0; i < n; i++)
                    got[a[i].tag]++;
            }
            for (uint32_t e = 0; e < 16; e++)
                least = got[e] < least ? got[e] : least;
            CU_ASSERT(least > 20000 / 216 / 2);     /* fair at each merge, the farthest gets 1/3 . 1/3 . 1/3 . 1/2 . 1/2 . 1/2 of the port */
            mesh_free(m);
            topology_free(t);
        }
}

/* ---- loss */

static void a_router_that_waits_too_long_drops_and_counts(void)
{
    struct topology *t = grid(4, 1, 0);
    struct mesh_config c = PLAIN;
    c.in_queue = 1;
    c.drops = 1;
    c.drop_wait = 20;
    struct mesh *m = open_mesh(t, c);
    uint32_t delivered = 0, lost = 0, drops = 0;
    for (uint32_t i = 0; i < 50; i++)
        inject(m, 0, 3, 1 + i % 6, 0);
    CU_ASSERT(drain(m, 0, &delivered, &lost, 0) != UINT64_MAX);
    CU_ASSERT_EQUAL(delivered, 1);
    CU_ASSERT_EQUAL(lost, 49);
    for (uint32_t p = 0; p < t->ports; p++)
        drops += (uint32_t)mesh_port_counts(m, p).drops;
    CU_ASSERT_EQUAL(drops, 49);
    CU_ASSERT(mesh_port_counts(m, t->first_port[3] + 1).drops > 10);
    mesh_free(m);
    topology_free(t);
}

/* Packets longer than a buffer lie in several routers: the one that gives them up is not the last that has flits of them. */
static void a_dropped_packet_that_lies_in_several_routers_is_forgotten_once(void)
{
    for (uint32_t k = 0; k < 24; k++) {
        struct topology_hop slow = {1, 1 + 7 * (k % 3), 0};
        struct topology_grid g = {.columns = 4, .rows = 4, .concentration = 1, .torus = k & 1, .routing = ROUTE_XY, .hop = {slow, slow, slow, slow},
                                  .inject = 2, .eject = 1, .flit_time = 1};
        struct err err;
        struct topology *t = topology_new_grid(&g, &err);
        struct mesh_config c = PLAIN;
        c.depth = 1 + k % 4;
        c.drops = 1;
        c.drop_wait = k % 5;
        c.in_queue = 2;
        c.arbiter = k & 2 ? ARBITER_MATRIX : ARBITER_ROUND_ROBIN;
        struct mesh *m = open_mesh(t, c);
        uint64_t seed = k;
        uint32_t delivered = 0, lost = 0;
        uint64_t cycle = 0;
        for (uint32_t i = 0; i < 800; i++) {        /* a wave every now and then, or what was forgotten would never be used again */
            inject(m, (uint32_t)(next_random(&seed) % 16), (uint32_t)(next_random(&seed) % 16), 1 + (uint32_t)(next_random(&seed) % 7), cycle);
            if (i % 40 == 39)
                cycle = drain(m, cycle, &delivered, &lost, 1) + 1;
        }
        CU_ASSERT(cycle < 1000000);
        CU_ASSERT_EQUAL(delivered + lost, 800);
        CU_ASSERT(lost > 20 && delivered > 20);
        mesh_free(m);
        topology_free(t);
    }
}

static void the_place_and_cause_of_a_drop_are_told(void)
{
    struct topology *t = grid(2, 1, 0);
    struct mesh_config c = PLAIN;
    c.in_queue = 1;
    c.drops = 1;
    c.drop_wait = 5;
    struct mesh *m = open_mesh(t, c);
    struct err err;
    inject(m, 0, 1, 1, 0);
    inject(m, 0, 1, 1, 0);
    struct mesh_arrival lost = {0};
    for (uint64_t cycle = 0; cycle < 100; cycle++) {
        mesh_step(m, cycle, &err);
        uint32_t n;
        const struct mesh_arrival *a = mesh_arrivals(m, &n);
        for (uint32_t i = 0; i < n; i++)
            lost = a[i].lost ? a[i] : lost;
    }
    CU_ASSERT_EQUAL(lost.lost, 1 + STALL_NO_PLACE);
    CU_ASSERT_EQUAL(lost.router, 1);
    CU_ASSERT_EQUAL(lost.port, 1);
    CU_ASSERT_EQUAL(lost.endpoint, 1);
    mesh_free(m);
    topology_free(t);
}

/* ---- multicast */

/* Each leaf of a tree alone in the network arrives when a packet of its own would. */
static void leaves_of_a_tree_arrive_as_packets_of_their_own_would(void)
{
    for (uint32_t torus = 0; torus < 2; torus++) {
        struct topology *t = grid(6, 5, torus);
        uint64_t seed = 9;
        for (uint32_t k = 0; k < 30; k++) {
            uint32_t leaf[30], n = 0, from = (uint32_t)(next_random(&seed) % 30), right = 0, flits = 1 + k % 4;
            for (uint32_t e = 0; e < 30; e++)
                if (next_random(&seed) % 3 == 0)
                    leaf[n++] = e;
            struct err err;
            int64_t tree = topology_add_tree(t, from, leaf, n, &err);
            CU_ASSERT_FATAL(tree >= 0);
            struct mesh_config c = PLAIN;
            c.longest_tree = c.depth = 16;
            struct mesh *m = open_mesh(t, c);
            struct mesh_packet p = {.from = from, .to = (uint32_t)tree, .multicast = 1, .flits = flits, .tag = 7};
            mesh_inject(m, &p, 0);
            for (uint64_t cycle = 0; cycle < 200; cycle++) {
                mesh_step(m, cycle, &err);
                uint32_t arrivals;
                const struct mesh_arrival *a = mesh_arrivals(m, &arrivals);
                for (uint32_t i = 0; i < arrivals; i++)
                    right += a[i].endpoint == leaf[a[i].leaf] && cycle == 2 + 4 * topology_routers_on_way(t, from, a[i].endpoint, 0) + flits - 1;
            }
            CU_ASSERT_EQUAL(right, n);
            CU_ASSERT_EQUAL(mesh_totals(m).leaves, n);
            CU_ASSERT_EQUAL(mesh_totals(m).packets, 1);
            CU_ASSERT_EQUAL(mesh_audit(m, &err), 0);
            mesh_free(m);
        }
        topology_free(t);
    }
}

/* Trees and unicast packets of all lengths at once, through narrow buffers: every leaf once, or told lost. */
static void trees_under_load_lose_nothing(uint32_t torus, uint32_t drops)
{
    struct topology *t = grid(5, 5, torus);
    uint64_t seed = 11 + torus;
    struct err err;
    uint32_t leaves = 0, delivered = 0, lost = 0;
    for (uint32_t k = 0; k < 100; k++) {
        uint32_t leaf[25], n = 0;
        for (uint32_t e = 0; e < 25; e++)
            if (next_random(&seed) % 5 == 0)
                leaf[n++] = e;
        leaf[n] = 24;
        n += !n;
        CU_ASSERT_FATAL(topology_add_tree(t, k % 25, leaf, n, &err) >= 0);
    }
    struct mesh_config c = PLAIN;
    c.longest_tree = c.depth;
    c.in_queue = drops;
    c.drops = drops;
    c.drop_wait = 10;
    struct mesh *m = open_mesh(t, c);
    for (uint32_t p = 0; p < 2000; p++) {
        uint32_t from = (uint32_t)(next_random(&seed) % 25);
        struct mesh_packet packet = {.from = from, .to = (uint32_t)(next_random(&seed) % 25), .flits = 1 + (uint32_t)(next_random(&seed) % 4)};
        if (p % 3 == 0) {
            packet.to = from + 25 * (uint32_t)(next_random(&seed) % 4);
            packet.multicast = 1;
        }
        mesh_inject(m, &packet, 0);
        leaves += packet.multicast ? t->tree[packet.to].leaves : 1;
    }
    CU_ASSERT(drain(m, 0, &delivered, &lost, !drops) != UINT64_MAX);
    CU_ASSERT_EQUAL(delivered + lost, leaves);
    CU_ASSERT(drops ? lost > leaves / 2 : !lost);
    mesh_free(m);
    topology_free(t);
}

static void trees_and_packets_together_lose_nothing(void)
{
    trees_under_load_lose_nothing(0, 0);
    trees_under_load_lose_nothing(1, 0);
    trees_under_load_lose_nothing(0, 1);
    trees_under_load_lose_nothing(1, 1);
}

static void a_tree_packet_that_does_not_fit_a_channel_is_refused(void)
{
    struct topology *t = grid(2, 2, 0);
    struct err err;
    struct mesh_config c = PLAIN;
    c.longest_tree = 5;
    CU_ASSERT_PTR_NULL(mesh_new(t, &c, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "5 flits does not fit a virtual channel of 4 flits"));
    c = PLAIN;
    c.vcs = 33;
    CU_ASSERT_PTR_NULL(mesh_new(t, &c, &err));
    c.vcs = 1;
    c.depth = 0;
    CU_ASSERT_PTR_NULL(mesh_new(t, &c, &err));
    topology_free(t);
}

/* A flit that nobody serves takes one of the 4 places of router 1's channel; a packet of 4 flits that forks there waits outside. */
static void what_may_fork_enters_only_where_all_of_it_fits(void)
{
    struct topology *t = grid(3, 1, 0);
    struct err err;
    uint32_t leaf[2] = {1, 2};
    CU_ASSERT_FATAL(topology_add_tree(t, 0, leaf, 2, &err) == 0);
    struct mesh_config c = PLAIN;
    c.vcs = c.in_queue = 1;
    c.longest_tree = 4;
    struct mesh *m = open_mesh(t, c);
    struct mesh_packet tree = {.from = 0, .to = 0, .multicast = 1, .flits = 4};
    inject(m, 0, 1, 1, 0);
    inject(m, 0, 1, 1, 0);
    mesh_inject(m, &tree, 0);
    for (uint64_t cycle = 0; cycle < 200; cycle++)
        mesh_step(m, cycle, &err);
    CU_ASSERT_EQUAL(mesh_port_counts(m, t->first_port[1] + 1).buffer_writes, 2);
    CU_ASSERT(mesh_port_counts(m, t->first_port[0] + 4).stall[STALL_NO_VC] > 100);
    mesh_serve(m, 1, 200);
    for (uint64_t cycle = 200; cycle < 300; cycle++)
        mesh_step(m, cycle, &err);
    CU_ASSERT_EQUAL(mesh_port_counts(m, t->first_port[1] + 1).buffer_writes, 6);
    CU_ASSERT_EQUAL(mesh_totals(m).delivered, 3);       /* the copy for router 2 went on, the one for endpoint 1 waits */
    mesh_free(m);
    topology_free(t);
}

/* Injecting and serving before the network's cycle or after it is the same. */
static void the_order_of_calls_in_a_cycle_is_free(void)
{
    struct topology *t = grid(4, 4, 0);
    struct mesh_config c = PLAIN;
    struct err err;
    uint64_t sums[2];
    c.in_queue = 1;
    c.out_queue = 2;
    for (int after = 0; after < 2; after++) {
        struct mesh *m = open_mesh(t, c);
        uint64_t sum = 0, seed = 8;
        uint32_t serve[16] = {0};
        for (uint64_t cycle = 0; cycle < 3000; cycle++) {
            for (int half = 0; half < 2; half++) {
                if (half == after) {
                    for (uint32_t e = 0; e < 16; e++) {
                        struct mesh_packet p = {.from = e, .to = (uint32_t)(next_random(&seed) % 16), .flits = 1};
                        sum += cycle * (uint64_t)mesh_inject(m, &p, cycle);
                        if (serve[e] && serve[e] < cycle) {
                            mesh_serve(m, e, cycle);
                            serve[e] = 0;
                        }
                    }
                } else {
                    mesh_step(m, cycle, &err);
                }
            }
            uint32_t n;
            const struct mesh_arrival *a = mesh_arrivals(m, &n);
            for (uint32_t i = 0; i < n; i++) {
                serve[a[i].endpoint] = (uint32_t)cycle + 3;
                sum += cycle * a[i].endpoint;
            }
        }
        sums[after] = sum;
        mesh_free(m);
    }
    CU_ASSERT_EQUAL(sums[0], sums[1]);
    topology_free(t);
}

/* ---- any graph */

static struct topology *random_tree_of_routers(uint32_t routers, uint32_t more, uint64_t *seed)
{
    uint32_t links = 2 * (routers - 1 + more), n = 0;
    struct topology_link *link = mem_new(links, sizeof *link);
    struct topology_endpoint *endpoint = mem_new(2 * routers, sizeof *endpoint);
    for (uint32_t i = 0; n < links; i++) {
        uint32_t a = i + 1 < routers ? i + 1 : (uint32_t)(next_random(seed) % routers);
        uint32_t b = i + 1 < routers ? (uint32_t)(next_random(seed) % (i + 1)) : (uint32_t)(next_random(seed) % routers);
        struct topology_hop hop = {1 + (uint32_t)(next_random(seed) % 5), 1 + (uint32_t)(next_random(seed) % 3), 0};
        if (a == b)
            continue;
        link[n++] = (struct topology_link){.from = a, .to = b, .hop = hop};
        link[n++] = (struct topology_link){.from = b, .to = a, .hop = hop};
    }
    for (uint32_t e = 0; e < 2 * routers; e++)
        endpoint[e] = (struct topology_endpoint){(uint32_t)(next_random(seed) % routers), 0, 1 + e % 3, e % 2, 1};
    struct topology_plan plan = {routers, links, 2 * routers, link, endpoint, ROUTE_UPDOWN};
    struct err err;
    struct topology *t = topology_new_custom(&plan, &err);
    free(link);
    free(endpoint);
    return t;
}

static void over_any_graph_every_packet_arrives_once_by_its_route(void)
{
    uint64_t seed = 21;
    for (uint32_t k = 0; k < 25; k++) {
        uint32_t routers = 3 + k, packets = 1500, delivered = 0;
        struct topology *t = random_tree_of_routers(routers, k / 2, &seed);
        CU_ASSERT_PTR_NOT_NULL_FATAL(t);
        struct mesh_config c = PLAIN;
        c.vcs = 1 + k % 3;
        c.depth = 1 + k % 4;
        struct mesh *m = open_mesh(t, c);
        uint32_t *from = mem_new(packets, sizeof *from), *seen = mem_new(packets, sizeof *seen), wrong = 0;
        for (uint32_t p = 0; p < packets; p++) {
            from[p] = (uint32_t)(next_random(&seed) % t->endpoints);
            struct mesh_packet packet = {.from = from[p], .to = (uint32_t)(next_random(&seed) % t->endpoints), .flits = 1 + p % 5, .tag = p};
            mesh_inject(m, &packet, 0);
        }
        struct err err = {0};
        int failed = 0;
        for (uint64_t cycle = 0; cycle < 500000 && delivered < packets && !failed; cycle++) {
            failed = mesh_step(m, cycle, &err);
            uint32_t n;
            const struct mesh_arrival *a = mesh_arrivals(m, &n);
            for (uint32_t i = 0; i < n; i++) {
                wrong += seen[a[i].tag]++ || a[i].routers != topology_routers_on_way(t, from[a[i].tag], a[i].endpoint, 0);
                delivered++;
            }
        }
        if (failed)
            printf("    %s\n", err.text);
        CU_ASSERT_EQUAL(delivered, packets);
        CU_ASSERT_EQUAL(wrong, 0);
        CU_ASSERT_EQUAL(mesh_audit(m, &err), 0);
        free(from);
        free(seen);
        mesh_free(m);
        topology_free(t);
    }
}

static void counters_of_ports_add_up(void)
{
    struct topology *t = grid(4, 4, 0);
    struct mesh *m = open_mesh(t, PLAIN);
    uint32_t delivered = 0, lost = 0;
    uint64_t seed = 4, hops = 0, flits = 0, packets = 300, routers = 0;
    for (uint32_t p = 0; p < packets; p++) {
        uint32_t from = (uint32_t)(next_random(&seed) % 16), to = (uint32_t)(next_random(&seed) % 16), n = 1 + p % 3;
        inject(m, from, to, n, 0);
        uint32_t visited = topology_routers_on_way(t, from, to, 0);
        routers += visited;
        flits += (uint64_t)visited * n;
        hops += (uint64_t)(visited - 1) * n;
    }
    drain(m, 0, &delivered, &lost, 1);
    struct mesh_counts sum = {0};
    for (uint32_t p = 0; p < t->ports; p++) {
        struct mesh_counts c = mesh_port_counts(m, p);
        sum.buffer_writes += c.buffer_writes;
        sum.routes += c.routes;
        sum.vc_grants += c.vc_grants;
        sum.sw_grants += c.sw_grants;
    }
    CU_ASSERT_EQUAL(sum.buffer_writes, flits);
    CU_ASSERT_EQUAL(sum.sw_grants, flits);
    CU_ASSERT_EQUAL(sum.routes, routers);
    CU_ASSERT_EQUAL(sum.vc_grants, routers);
    CU_ASSERT_EQUAL(mesh_totals(m).flit_hops, hops);
    mesh_free(m);
    topology_free(t);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("mesh", NULL, NULL);
    CU_add_test(suite, "every configuration delivers every packet and keeps its credits", every_configuration_delivers_every_packet);
    CU_add_test(suite, "a single flit is head and tail and none is lost", a_single_flit_is_head_and_tail);
    CU_add_test(suite, "the cycles of the stages add up as configured", stages_add_up_as_configured);
    CU_add_test(suite, "flits in buffers of one follow each other at the credit loop", flits_in_buffers_of_one_follow_at_the_credit_loop);
    CU_add_test(suite, "idle cycles may be left out", idle_cycles_may_be_left_out);
    CU_add_test(suite, "cycles in which all stands still may be left out, and their stalls are counted", cycles_in_which_all_stands_still_may_be_left_out);
    CU_add_test(suite, "a link has a latency and, apart from it, a flit time", a_link_has_a_latency_and_apart_from_it_a_flit_time);
    CU_add_test(suite, "a full queue pushes back through three routers to the source", a_full_queue_pushes_back_through_three_routers);
    CU_add_test(suite, "a torus with one channel deadlocks and the ring is told; with two it does not", a_torus_with_one_channel_deadlocks_and_is_told_so);
    CU_add_test(suite, "waiting for a core is no deadlock", waiting_for_a_core_is_no_deadlock);
    CU_add_test(suite, "no source starves under a hotspot", no_source_starves_under_a_hotspot);
    CU_add_test(suite, "a router that waits too long drops the packet and counts it", a_router_that_waits_too_long_drops_and_counts);
    CU_add_test(suite, "a dropped packet that lies in several routers is forgotten once", a_dropped_packet_that_lies_in_several_routers_is_forgotten_once);
    CU_add_test(suite, "the place and cause of a drop are told", the_place_and_cause_of_a_drop_are_told);
    CU_add_test(suite, "leaves of a tree alone arrive as packets of their own would", leaves_of_a_tree_arrive_as_packets_of_their_own_would);
    CU_add_test(suite, "trees and packets together, pushed back or dropped, lose no leaf untold", trees_and_packets_together_lose_nothing);
    CU_add_test(suite, "a tree's packet that does not fit a channel is refused", a_tree_packet_that_does_not_fit_a_channel_is_refused);
    CU_add_test(suite, "what may fork enters a channel only where all of it fits", what_may_fork_enters_only_where_all_of_it_fits);
    CU_add_test(suite, "the order of the calls in a cycle is free", the_order_of_calls_in_a_cycle_is_free);
    CU_add_test(suite, "over any graph every packet arrives once, by its route", over_any_graph_every_packet_arrives_once_by_its_route);
    CU_add_test(suite, "counters of ports add up to the routes", counters_of_ports_add_up);
    return check_run();
}
