/* reference_traffic.h: one run of the simulator that made the tables of kit/noc, around a network of ours: the packets that it created, in
 * the cycles in which it created them, and its way of measuring. Nothing is left to chance, so results are compared digit by digit.
 * On a torus that holds for the ways too (reference_ways.h).
 *
 * Each node tests one coin per cycle. It does so only while its source queue is empty, and then catches up on the cycles that it missed, until
 * one of them creates a packet; that cycle is the packet's creation, so waiting for the source counts. The target is drawn at once, and after
 * it a number that chooses one of one networks. Time goes in periods: three to warm up, then measured ones until three in a row have
 * changed the mean latency and the accepted load by no more than a twentieth, ten in all at most; then, with new packets still coming, until
 * all have arrived that were created while it measured. */
#ifndef VOLLEY_TESTS_REFERENCE_TRAFFIC_H
#define VOLLEY_TESTS_REFERENCE_TRAFFIC_H
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "booksim_rows.h"
#include "kit.h"
#include "noc/mesh.h"
#include "noc/topology.h"
#include "reference_random.h"
#include "reference_ways.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { MOST_NODES = 256, WARM_PERIODS = 3, MOST_PERIODS = 10, CALM_PERIODS = 3, DRAIN_CHECK = 1000 };
static const double CALM_CHANGE = 0.05, UNSTABLE_LATENCY = 500;

struct reference_plan {
    const struct row *row;
    double load;                    /* flits per node and cycle */
    uint32_t seed, period;          /* cycles of a period, more than EJECTION */
    int throughput;                 /* 1: only the accepted load has to be calm, and there is no drain */
    enum mesh_allocator allocator;  /* of channels and of the switch */
};
struct reference_outcome {
    double latency, network, routers;   /* means over the measured packets; network: without the wait in the source queue */
    double accepted;                    /* flits per node and cycle, over the measured periods */
    uint64_t most;                      /* latency */
    int unstable;                       /* ended because the mean latency had passed UNSTABLE_LATENCY */
};

enum reference_phase { WARMING, MEASURING, DRAINING };
struct reference_run {
    const struct reference_plan *plan;
    struct topology *topology;
    struct mesh *mesh;
    struct reference_random whole, fraction;
    struct reference_ways ways;
    enum reference_phase phase;
    uint32_t nodes;
    uint64_t cycle, tested[MOST_NODES];     /* tested: a node's coins so far, one for each cycle */
    uint64_t drain_from, measured_left;     /* measured packets on their way */
    uint64_t packets, latency, network, routers, most;      /* since the statistics were cleared; sums over packets */
    uint64_t on_way, created_sum;           /* all packets, measured or not, in the network or its sources */
    uint64_t cleared, taken_before, taken;  /* taken: flits that have reached their endpoints by the last period's end */
};

/* Cycles from the last grant whose flit arrives within a period to the period's end: switch 1, crossbar 1, way out 1, and the end itself. */
enum { EJECTION = 4 };

/* The reference counts flits, not packets; so what went out of the switches towards endpoints is counted. */
static inline uint64_t reference_ejected(const struct reference_run *s)
{
    uint64_t n = 0;
    for (uint32_t e = 0; e < s->nodes; e++) {
        const struct topology_endpoint *p = &s->topology->endpoint[e];
        n += mesh_port_counts(s->mesh, s->topology->first_port[p->router] + p->port).sw_grants;
    }
    return n;
}

/* The hot node is drawn a quarter as often as there are nodes; the others once. */
static inline uint32_t reference_target(const struct row *row, struct reference_random *whole, uint32_t from)
{
    const char *pattern = row->pattern;
    uint32_t k = row->k, nodes = k * k, hot = (k / 2 - 1) * k + k / 2 - 1, weight = nodes / 4;
    if (!strcmp(pattern, "transpose"))
        return from % k * k + from / k;
    if (!strcmp(pattern, "bitcomp"))
        return nodes - 1 - from;
    if (!strcmp(pattern, "uniform"))
        return reference_next(whole) % nodes;
    CU_ASSERT_STRING_EQUAL_FATAL(pattern, "hotspot");
    uint32_t at = reference_next(whole) % (nodes - 1 + weight);
    return at < hot ? at : at < hot + weight ? hot : at - weight + 1;
}

/* A packet's tag: how long before its injection it was created, and in the lowest bit whether it is measured. */
static inline void reference_send(struct reference_run *s, uint32_t node)
{
    double rate = s->plan->load / s->plan->row->flits;
    while (s->tested[node] <= s->cycle) {
        uint64_t created = s->tested[node]++;
        if (reference_fraction(&s->fraction) >= rate)
            continue;
        uint32_t measured = s->phase == MEASURING || (s->phase == DRAINING && created < s->drain_from);
        struct mesh_packet p = {.from = node, .to = reference_target(s->plan->row, &s->whole, node), .flits = s->plan->row->flits};
        reference_next(&s->whole);
        p.tag = (uint32_t)(s->cycle - created) << 1 | measured;
        CU_ASSERT_FATAL(mesh_inject(s->mesh, &p, s->cycle));
        reference_ways_injected(&s->ways, node);
        s->measured_left += measured;
        s->on_way++;
        s->created_sum += created;
        return;
    }
}

/* While warming up every packet counts; later those that were created since. Our packets leave the source one cycle after their injection
 * at the earliest, the reference's in the same: hence the cycle in the time within the network. */
static inline void reference_receive(struct reference_run *s)
{
    uint32_t n;
    const struct mesh_arrival *a = mesh_arrivals(s->mesh, &n);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t created = a[i].created - (a[i].tag >> 1), latency = s->cycle - created;
        s->on_way--;
        s->created_sum -= created;
        s->measured_left -= a[i].tag & 1;
        if (!(a[i].tag & 1) && s->phase != WARMING)
            continue;
        s->packets++;
        s->latency += latency;
        s->network += s->cycle - a[i].entered + 1;
        s->routers += a[i].routers;
        s->most = latency > s->most ? latency : s->most;
    }
}

static inline void reference_cycle(struct reference_run *s)
{
    struct err err = {0};
    if (s->cycle) {
        CU_ASSERT_EQUAL_FATAL(mesh_step(s->mesh, s->cycle, &err), 0);
        reference_receive(s);
        reference_ways_draw(&s->ways, &s->whole, s->cycle);
    }
    for (uint32_t i = 0; i < s->nodes; i++)
        if (!mesh_queued(s->mesh, i))
            reference_send(s, i);
    s->cycle++;
}

static inline void reference_period(struct reference_run *s)
{
    for (uint32_t i = 1; i <= s->plan->period; i++) {
        reference_cycle(s);
        if (i == s->plan->period - EJECTION + 1)
            s->taken = reference_ejected(s);
    }
}

static inline void reference_clear(struct reference_run *s)
{
    s->packets = s->latency = s->network = s->routers = s->most = 0;
    s->cleared = s->cycle;
    s->taken_before = s->taken;
}

/* The mean over packets that have arrived and flits that have not, by their age so far. (The few flits that are ahead of their packet's tail are
 * taken for flits on their way; no row's verdict hangs on them.) */
static inline int reference_unstable(const struct reference_run *s)
{
    double flits = s->plan->row->flits, age = (double)(s->on_way * s->cycle - s->created_sum);
    return !s->plan->throughput && ((double)s->latency + flits * age) / ((double)s->packets + flits * (double)s->on_way) > UNSTABLE_LATENCY;
}

static inline double reference_accepted(const struct reference_run *s, uint64_t until)
{
    return (double)(s->taken - s->taken_before) / (double)(until - s->cleared) / s->nodes;
}

/* 1: stable so far. The statistics of the first measured period are compared with those of the last that warmed up. */
static inline int reference_measure(struct reference_run *s)
{
    double latency = 0, accepted = 0;
    for (int period = 0, calm = 0; period < MOST_PERIODS && calm < CALM_PERIODS; period++) {
        if (period == WARM_PERIODS)
            s->phase = MEASURING;
        if (period == WARM_PERIODS || (s->phase == WARMING && period % 2 == 0))
            reference_clear(s);
        reference_period(s);
        double latency_before = latency, accepted_before = accepted;
        latency = (double)s->latency / (double)s->packets;
        accepted = reference_accepted(s, s->cycle);
        int moved = fabs((accepted - accepted_before) / accepted) > CALM_CHANGE;
        moved |= !s->plan->throughput && fabs((latency - latency_before) / latency) > CALM_CHANGE;
        calm = moved || s->phase == WARMING ? 0 : calm + 1;
        if (reference_unstable(s))
            return 0;
    }
    return 1;
}

/* A packet that counts may not even have been created yet: a node behind a long queue has coins of measured cycles left. */
static inline int reference_drain(struct reference_run *s)
{
    s->phase = DRAINING;
    for (uint64_t steps = 1;; steps++) {
        uint32_t done = 0;
        for (uint32_t i = 0; i < s->nodes; i++)
            done += s->tested[i] >= s->drain_from;
        if (done == s->nodes && !s->measured_left)
            return 1;
        reference_cycle(s);
        if (steps % DRAIN_CHECK == 0 && reference_unstable(s))
            return 0;
    }
}

/* A deadlock or a broken law of conservation fails the test. */
static inline struct reference_outcome reference_play(const struct reference_plan *plan)
{
    struct err err = {0};
    struct mesh_config config = config_of(plan->row);
    struct reference_run s = {.plan = plan, .topology = topology_of(plan->row), .nodes = plan->row->k * plan->row->k};
    config.vc_allocator = config.sw_allocator = plan->allocator;
    s.mesh = mesh_new(s.topology, &config, &err);
    CU_ASSERT_FATAL(s.mesh && s.nodes <= MOST_NODES);
    reference_ways_open(&s.ways, s.mesh);
    s.whole = reference_start(plan->seed);
    s.fraction = reference_start_fractions(plan->seed);
    int stable = reference_measure(&s);
    s.drain_from = s.cycle;
    stable = stable && (plan->throughput || reference_drain(&s));
    CU_ASSERT_EQUAL(mesh_audit(s.mesh, &err), 0);
    double packets = (double)s.packets;
    struct reference_outcome o = {.latency = (double)s.latency / packets, .network = (double)s.network / packets,
                                  .routers = (double)s.routers / packets, .accepted = reference_accepted(&s, s.drain_from), .most = s.most,
                                  .unstable = !stable};
    reference_ways_close(&s.ways);
    mesh_free(s.mesh);
    topology_free(s.topology);
    return o;
}

#ifdef __cplusplus
}
#endif
#endif
