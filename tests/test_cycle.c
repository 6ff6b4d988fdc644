/* The plane cycle: the rules of a step on the flit-level network, held against the plane none where nothing meets, and against
 * steps worked out by hand where queues are full. */
#include <string.h>

#include "base/mem.h"
#include "kit.h"
#include "noc/cycle.h"
#include "noc/noc.h"
#include "noc/timing.h"
#include "noc/topology.h"

static const struct noc_shape SHAPE = {.columns = 4, .rows = 4, .cores_per_tile = 2, .router = 3, .link_x = 1, .link_y = 1, .flit_x = 1, .flit_y = 1,
                                       .flit_local = 1, .inject = 1, .eject = 2, .host_rate = 1};

enum { MOST = 4096 };
struct bench {                  /* a step being set up, and the planes it runs on */
    struct noc *noc;
    struct send send[MOST];
    struct leaf leaf[MOST];
    struct endpoint_step endpoint[64];
    struct step_time step;
};

static void open_bench(struct bench *b, const struct noc_shape *shape)
{
    memset(b, 0, sizeof *b);
    b->noc = noc_new(shape);
    b->step = (struct step_time){.send = b->send, .leaf = b->leaf, .endpoint = b->endpoint, .n_endpoint = b->noc->endpoints};
}

static void add(struct bench *b, uint32_t from, uint64_t offset, uint32_t to, uint32_t flits, uint32_t service)
{
    uint32_t l = (uint32_t)b->step.n_leaf++;
    b->leaf[l] = (struct leaf){.endpoint = to, .service = service & INT32_MAX, .send = (uint32_t)b->step.n_send};
    b->send[b->step.n_send++] = (struct send){from, UNICAST, offset, l, 1, flits, 0};
}

static int run(struct bench *b, void *plane, const struct timing_plane *p, struct noc_counts *counts)
{
    struct err err = {0};
    int failed = p->step(plane, &b->step, counts, &err);
    if (failed)
        printf("    %s\n", err.text);
    return failed;
}

static struct mesh_config router_of(const struct noc *noc, uint64_t watchdog)
{
    struct mesh_config config = noc->router;
    config.watchdog = watchdog;
    return config;
}

/* Of all cores, before the plane is opened. */
static void set_queues(struct noc *noc, uint32_t out, uint32_t in)
{
    for (uint32_t e = 0; e < noc->cores; e++) {
        noc->queue_out[e] = out;
        noc->queue_in[e] = in;
    }
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static int same_step(const struct bench *a, const struct bench *b)
{
    int same = a->step.end == b->step.end && !memcmp(&a->step.path, &b->step.path, sizeof a->step.path);
    for (uint64_t l = 0; l < a->step.n_leaf; l++)
        same &= a->leaf[l].arrive == b->leaf[l].arrive && a->leaf[l].start == b->leaf[l].start && a->leaf[l].end == b->leaf[l].end;
    for (uint32_t e = 0; e < a->step.n_endpoint; e++)
        same &= a->endpoint[e].update_end == b->endpoint[e].update_end && a->endpoint[e].end == b->endpoint[e].end;
    return same;
}

/* Packets so far apart that they never meet in the network, but do in the cores: both planes, every time and share alike. */
static void alone_in_the_network_every_time_is_that_of_none(void)
{
    static struct bench a, b;
    uint64_t seed = 1;
    struct noc_shape shapes[3] = {SHAPE, SHAPE, SHAPE};
    shapes[1].torus = 1, shapes[1].yx = 1;
    shapes[2].router = 7, shapes[2].link_x = 11, shapes[2].link_y = 23, shapes[2].flit_x = 3, shapes[2].flit_y = 5, shapes[2].inject = 4, shapes[2].eject = 9;
    for (uint32_t k = 0; k < 60; k++) {
        const struct noc_shape *shape = &shapes[k % 3];
        open_bench(&a, shape);
        for (uint32_t e = 0; e < a.noc->endpoints; e++) {
            a.noc->overlap_full[e] = k & 1;
            a.endpoint[e] = (struct endpoint_step){.update = e < a.noc->cores ? next_random(&seed) % 3000 : 0, .learn = k % 4 == 0 ? e : 0};
        }
        for (uint32_t from = 0; from < 20; from++)      /* an update is over after its last packet */
            a.endpoint[from].update += 200 * (uint64_t)((from * 7 + k) % 20);
        for (uint32_t from = 0; from < 20; from++)
            add(&a, from, 200 * (uint64_t)((from * 7 + k) % 20), (uint32_t)(next_random(&seed) % a.noc->cores), 1, (uint32_t)(next_random(&seed) % 900));
        b = a;
        b.step.send = b.send, b.step.leaf = b.leaf, b.step.endpoint = b.endpoint;
        struct noc_counts counts[2] = {{0}};
        struct err err;
        void *none = timing_planes[0]->open(a.noc, 0, &err), *cycle = timing_cycle.open(a.noc, 10000, &err);
        CU_ASSERT_EQUAL(run(&a, none, timing_planes[0], &counts[0]), 0);
        CU_ASSERT_EQUAL(run(&b, cycle, &timing_cycle, &counts[1]), 0);
        CU_ASSERT(same_step(&a, &b));
        CU_ASSERT_EQUAL(counts[0].queued, counts[1].queued);
        CU_ASSERT_EQUAL(counts[1].stalled, 0);
        timing_planes[0]->close(none);
        timing_cycle.close(cycle);
        noc_free(a.noc);
    }
}

static void shares_add_to_the_step(const struct step_time *s)
{
    CU_ASSERT_EQUAL(s->path.service + s->path.memory + s->path.update + s->path.noc + s->path.queue, s->end);
}

/* One core sends another, whose queue has one place and whose service takes 50 cycles, a packet every 2. By hand: packet 0 arrives at 10
 * and is served 10 .. 60, packet 1 from 60 on. There is room for 1 (queue) + 2 routers x 16 flits + 2 (output queue) behind those two: packet
 * 37, due at 74, is the first that waits. */
static void a_full_output_queue_stops_the_update(void)
{
    static struct bench b;
    open_bench(&b, &SHAPE);
    struct mesh_config config = router_of(b.noc, 10000);
    struct err err;
    struct noc_counts counts = {0};
    config.vcs = 1;
    set_queues(b.noc, 2, 1);
    memset(b.noc->overlap_full, 1, b.noc->cores);
    void *plane = cycle_open(b.noc, &config, &err);
    for (uint32_t i = 0; i < 60; i++)
        add(&b, 0, 2 * i, 2, 1, 50);
    b.endpoint[0].update = 125;
    CU_ASSERT_EQUAL(run(&b, plane, &timing_cycle, &counts), 0);
    CU_ASSERT_EQUAL(b.leaf[0].start, 10);
    for (uint32_t i = 1; i < 60; i++)
        CU_ASSERT(b.leaf[i].start >= b.leaf[i - 1].end && b.leaf[i].start <= b.leaf[i - 1].end + 10);
    uint32_t first = 0;
    while (first < 60 && !b.send[first].stalled)
        first++;
    CU_ASSERT_EQUAL(first, 37);
    CU_ASSERT(b.endpoint[0].stalled > 50 * 20);
    CU_ASSERT_EQUAL(b.endpoint[0].update_end, 125 + b.endpoint[0].stalled);
    CU_ASSERT(b.endpoint[2].blocked > 1000);
    CU_ASSERT_EQUAL(counts.stalled, b.endpoint[0].stalled);
    shares_add_to_the_step(&b.step);
    timing_cycle.close(plane);
    noc_free(b.noc);
}

/* Two cores of `overlap: none` flood each other over short queues: each serves while its update is stopped, or both would wait for ever. */
static void a_stopped_core_drains_its_input(void)
{
    static struct bench b;
    open_bench(&b, &SHAPE);
    struct mesh_config config = router_of(b.noc, 500);
    struct err err;
    struct noc_counts counts = {0};
    config.vcs = 1;
    config.depth = 1;
    set_queues(b.noc, 1, 1);
    void *plane = cycle_open(b.noc, &config, &err);
    for (uint32_t from = 0; from < 2; from++)
        for (uint32_t i = 0; i < 100; i++)
            add(&b, 30 * from, i, 30 - 30 * from, 1, 7);
    b.endpoint[0].update = b.endpoint[30].update = 120;
    CU_ASSERT_EQUAL(run(&b, plane, &timing_cycle, &counts), 0);
    uint32_t before = 0, broken = 0;
    for (uint32_t l = 0; l < 200; l++) {
        uint32_t e = b.leaf[l].endpoint;
        before += b.leaf[l].start < b.endpoint[e].update_end;
        broken += b.leaf[l].end != b.leaf[l].start + 7;
    }
    CU_ASSERT(before > 50);
    /* what a core serves while its program stands still is service, not the network's */
    CU_ASSERT(b.step.path.service + b.step.path.update > 100 * 7);
    CU_ASSERT(b.step.path.noc < b.endpoint[b.step.path.source].stalled / 2);
    CU_ASSERT_EQUAL(broken, 0);
    CU_ASSERT(b.endpoint[0].stalled > 100);
    shares_add_to_the_step(&b.step);
    timing_cycle.close(plane);
    noc_free(b.noc);
}

static void fill_at_random(struct bench *b, uint64_t *seed)
{
    b->step.n_send = b->step.n_leaf = 0;
    for (uint32_t from = 0; from < 32; from++) {
        for (uint32_t i = 0; i < 20; i++)
            add(b, from, i + next_random(seed) % 2, (uint32_t)(next_random(seed) % 32), 1 + i % 3, (uint32_t)(next_random(seed) % 9));
        b->endpoint[from] = (struct endpoint_step){.update = 25};
    }
    for (uint32_t i = 0; i + 1 < b->step.n_send; i++)       /* in order of offset within a core */
        if (b->send[i].endpoint == b->send[i + 1].endpoint && b->send[i].offset > b->send[i + 1].offset)
            b->send[i].offset = b->send[i + 1].offset;
}

/* Whatever ran before on the plane: the same step takes the same time to the cycle, and none of its packets is lost. */
static void a_step_hangs_on_nothing_before_it(void)
{
    static struct bench b, again;
    open_bench(&b, &SHAPE);
    struct mesh_config config = router_of(b.noc, 10000);
    struct err err;
    struct noc_counts counts = {0};
    config.depth = 4;
    set_queues(b.noc, 2, 2);
    void *fresh = cycle_open(b.noc, &config, &err), *used = cycle_open(b.noc, &config, &err);
    uint64_t seed = 5;
    for (uint32_t k = 0; k < 7; k++) {
        fill_at_random(&b, &seed);
        CU_ASSERT_EQUAL(run(&b, used, &timing_cycle, &counts), 0);
        shares_add_to_the_step(&b.step);
        CU_ASSERT(b.step.end > 30);
    }
    again = b;
    again.step.send = again.send, again.step.leaf = again.leaf, again.step.endpoint = again.endpoint;
    CU_ASSERT_EQUAL(run(&again, fresh, &timing_cycle, &counts), 0);
    CU_ASSERT(same_step(&b, &again));
    CU_ASSERT_EQUAL(mesh_audit(cycle_mesh(used), &err), 0);
    timing_cycle.close(fresh);
    timing_cycle.close(used);
    noc_free(b.noc);
}

static void multicast_leaves_arrive_as_in_none(void)
{
    static struct bench a, b;
    struct noc_counts counts = {0};
    struct err err;
    open_bench(&a, &SHAPE);
    uint32_t leaves[5] = {1, 31, 17, 8, 5};
    uint32_t tree = noc_tree(a.noc, 6, leaves, 5);
    for (uint32_t l = 0; l < 5; l++)
        a.leaf[l] = (struct leaf){.endpoint = leaves[l], .service = 3};
    a.send[0] = (struct send){6, tree, 4, 0, 5, 2, 0};
    a.step.n_send = 1, a.step.n_leaf = 5;
    b = a;
    b.step.send = b.send, b.step.leaf = b.leaf, b.step.endpoint = b.endpoint;
    void *none = timing_planes[0]->open(a.noc, 0, &err), *cycle = timing_cycle.open(a.noc, 10000, &err);
    CU_ASSERT_EQUAL(run(&a, none, timing_planes[0], &counts), 0);
    CU_ASSERT_EQUAL(run(&b, cycle, &timing_cycle, &counts), 0);
    CU_ASSERT(same_step(&a, &b));
    b.send[0].flits = 17;
    CU_ASSERT_EQUAL(timing_cycle.step(cycle, &b.step, &counts, &err), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "17 flits does not fit a virtual channel of 16"));
    timing_planes[0]->close(none);
    timing_cycle.close(cycle);
    noc_free(a.noc);
}

/* The host sends four flits per cycle over four ports of its router. */
static void the_host_sends_at_its_rate(void)
{
    static struct bench b;
    struct noc_shape shape = SHAPE;
    struct noc_counts counts = {0};
    struct err err;
    shape.host_rate = 4;
    open_bench(&b, &shape);
    void *plane = timing_cycle.open(b.noc, 10000, &err);
    for (uint32_t i = 0; i < 64; i++)
        add(&b, b.noc->host_in, 0, i % 2 ? 1 : 0, 1, 0);
    CU_ASSERT_EQUAL(run(&b, plane, &timing_cycle, &counts), 0);
    CU_ASSERT(b.step.end >= 6 + 31 && b.step.end < 6 + 40);     /* 32 packets into each core's port, one per cycle */
    timing_cycle.close(plane);
    noc_free(b.noc);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("plane cycle", NULL, NULL);
    CU_add_test(suite, "alone in the network every time and share is that of plane none", alone_in_the_network_every_time_is_that_of_none);
    CU_add_test(suite, "a full output queue stops the update, and a full input queue the network", a_full_output_queue_stops_the_update);
    CU_add_test(suite, "a stopped core drains its input", a_stopped_core_drains_its_input);
    CU_add_test(suite, "a step hangs on nothing before it", a_step_hangs_on_nothing_before_it);
    CU_add_test(suite, "leaves of a tree arrive as in plane none", multicast_leaves_arrive_as_in_none);
    CU_add_test(suite, "the host sends at its rate", the_host_sends_at_its_rate);
    return check_run();
}
