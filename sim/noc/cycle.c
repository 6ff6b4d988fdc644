/* The plane `cycle`. The network does its cycle first; then each core that has something due acts: its update program goes on, or
 * stops at a full output queue, or a service begins. Cores wake by a heap of (cycle, endpoint), the network says when it has work;
 * cycles in which neither has any are left out.
 *
 * A packet offered at t is in its source queue from t + 1 on and, alone, arrives when the plane `none` says. A service may begin in the
 * cycle of arrival; the place it frees is seen by the network in the next. */
#include "noc/cycle.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "noc/endpoint.h"
#include "noc/noc.h"
#include "noc/ports.h"
#include "noc/topology.h"

struct wake { uint64_t cycle; uint32_t endpoint; };
struct cycle {
    const struct noc *noc;
    struct topology *topology;
    struct mesh *mesh;
    uint64_t base, ran;         /* the network's cycle at which the step began; the first that it has not done */
    uint32_t lanes;             /* endpoints that stand for the host's input, one per flit and cycle */
    struct endpoint *core;      /* [noc endpoints] */
    struct wake *heap;
    size_t wakes, wake_room;
    uint32_t *stopped, stops;   /* cores that wait for a place in their output queue */
    uint8_t *listed;            /* [noc endpoints] in stopped */
    int64_t *tree;              /* [noc trees] the topology's number + 1; 0: not made yet */
    uint64_t tree_room;
    uint64_t *flits, *blocked;  /* [ports] counts at the end of the last step */
    uint32_t depth;
    uint32_t host_sent;         /* packets of the host so far in this step */
};

static uint32_t at_least_one(uint32_t cycles)
{
    return cycles ? cycles : 1;
}

/* Endpoints of a router in the topology beside its cores: the host's output, and a lane of its input for each flit per cycle. */
static uint32_t host_lanes(const struct noc *noc)
{
    return at_least_one(noc->shape.host_rate);
}

static int too_many_lanes(uint32_t cores, uint32_t lanes, struct err *err)
{
    return err_answer(err, "a router of the flit-level network has %d ports at most: beside %u cores, links and the host's output there is no room for "
                           "the host's input of %u flit%s per cycle; fewer noc.cores_per_tile%s would help (the planes none and slots have no such "
                           "limit)",
                      TOPOLOGY_MOST_PORTS, cores, lanes, lanes == 1 ? "" : "s", lanes == 1 ? "" : " or a lower io.in.rate");
}

/* A graph has the host's ports already; further lanes of its input are further endpoints. */
static struct topology *build_on_graph(const struct noc *noc, struct err *err)
{
    uint32_t lanes = host_lanes(noc), router = noc->router_of[noc->host_in];
    uint32_t ports = noc->graph->first_port[router + 1] - noc->graph->first_port[router];
    if (ports + lanes - 1 > TOPOLOGY_MOST_PORTS) {
        too_many_lanes(ports, lanes, err);
        return NULL;
    }
    struct topology_endpoint *host = mem_new(lanes, sizeof *host);
    for (uint32_t i = 0; i + 1 < lanes; i++)
        host[i] = noc_port(&noc->shape, router, 1);
    struct topology *t = topology_copy(noc->graph, host, lanes - 1, err);
    free(host);
    return t;
}

/* The host's lanes are further ports of its router: over each enters a flit per cycle. */
struct topology *cycle_build(const struct noc *noc, struct err *err)
{
    const struct noc_shape *s = &noc->shape;
    uint32_t lanes = host_lanes(noc);
    if (noc->graph)
        return build_on_graph(noc, err);
    if (DIRECTIONS + s->cores_per_tile + lanes + 1 > TOPOLOGY_MOST_PORTS) {
        too_many_lanes(s->cores_per_tile, lanes, err);
        return NULL;
    }
    struct topology_hop x = {at_least_one(s->link_x), at_least_one(s->flit_x), WIRE_X}, y = {at_least_one(s->link_y), at_least_one(s->flit_y), WIRE_Y};
    struct topology_endpoint *host = mem_new((size_t)lanes + 1, sizeof *host), core = noc_port(s, 0, 0);
    for (uint32_t i = 0; i <= lanes; i++)
        host[i] = noc_port(s, noc->router_of[i == 1 ? noc->host_out : noc->host_in], i != 1);
    struct topology_grid g = {.columns = s->columns, .rows = s->rows, .concentration = s->cores_per_tile, .torus = (uint32_t)s->torus,
                              .routing = s->yx ? ROUTE_YX : ROUTE_XY, .hop = {x, x, y, y}, .inject = core.inject, .eject = core.eject,
                              .flit_time = core.flit_time, .extra = host, .extras = lanes + 1};
    struct topology *t = topology_new_grid(&g, err);
    free(host);
    return t;
}

/* The network keeps counting cycles from step to step; `base` is where a step began. */
void *cycle_open(const struct noc *noc, const struct mesh_config *config, struct err *err)
{
    uint32_t lanes = host_lanes(noc);
    struct topology *t = cycle_build(noc, err);
    struct mesh *m = t ? mesh_new(t, config, err) : NULL;
    if (!m) {
        topology_free(t);
        return NULL;
    }
    struct cycle *c = mem_new(1, sizeof *c);
    c->noc = noc;
    c->topology = t;
    c->mesh = m;
    c->lanes = lanes;
    c->depth = config->depth;
    c->core = mem_new(noc->endpoints, sizeof *c->core);
    c->stopped = mem_new(noc->endpoints, sizeof *c->stopped);
    c->listed = mem_new(noc->endpoints, sizeof *c->listed);
    c->flits = mem_new((size_t)t->ports + 1, sizeof *c->flits);
    c->blocked = mem_new((size_t)t->ports + 1, sizeof *c->blocked);
    for (uint32_t e = 0; e < t->endpoints; e++)         /* the host waits for nobody and takes at once what comes */
        mesh_set_queues(m, e, e < noc->cores ? noc->queue_out[e] : 0, e < noc->cores ? noc->queue_in[e] : 0);
    return c;
}

static void *open_cycle(const struct noc *noc, uint64_t watchdog, struct err *err)
{
    struct mesh_config config = noc->router;
    config.watchdog = watchdog;
    return cycle_open(noc, &config, err);
}

static void close_cycle(void *plane)
{
    struct cycle *c = plane;
    if (!c)
        return;
    mesh_free(c->mesh);
    topology_free(c->topology);
    free(c->core);
    free(c->heap);
    free(c->stopped);
    free(c->listed);
    free(c->tree);
    free(c->flits);
    free(c->blocked);
    free(c);
}

const struct mesh *cycle_mesh(const void *plane)
{
    return ((const struct cycle *)plane)->mesh;
}

const struct topology *cycle_topology(const void *plane)
{
    return ((const struct cycle *)plane)->topology;
}

/* ---- who wakes when */

static int earlier(struct wake a, struct wake b)
{
    return a.cycle != b.cycle ? a.cycle < b.cycle : a.endpoint < b.endpoint;
}

/* An early wake does no harm: what a core may do hangs on the cycle and its state only. */
static void wake_at(struct cycle *c, uint64_t cycle, uint32_t endpoint)
{
    c->heap = mem_room(c->heap, c->wakes, &c->wake_room, sizeof *c->heap);
    size_t i = c->wakes++;
    struct wake w = {cycle, endpoint};
    for (; i && earlier(w, c->heap[(i - 1) / 2]); i = (i - 1) / 2)
        c->heap[i] = c->heap[(i - 1) / 2];
    c->heap[i] = w;
}

static struct wake take_wake(struct cycle *c)
{
    struct wake top = c->heap[0], moved = c->heap[--c->wakes];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < c->wakes; i = child) {
        if (child + 1 < c->wakes && earlier(c->heap[child + 1], c->heap[child]))
            child++;
        if (!earlier(c->heap[child], moved))
            break;
        c->heap[i] = c->heap[child];
    }
    c->heap[i] = moved;
    return top;
}

/* ---- a core */

/* Trees are made when their first packet leaves: only then are their endpoints known. -1 and err where the packet is too long. */
static int tree_of(struct cycle *c, const struct step_time *step, const struct send *send, uint32_t *tree, struct err *err)
{
    if (send->flits > c->depth)
        return err_answer(err, "a multicast packet of %u flits does not fit a virtual channel of %u flits: make the buffers deeper or the links wider, "
                               "or route unicast", send->flits, c->depth);
    if (send->route >= c->tree_room) {
        uint64_t room = 2 * (uint64_t)send->route + 16;
        c->tree = mem_grow(c->tree, room, sizeof *c->tree);
        memset(c->tree + c->tree_room, 0, (room - c->tree_room) * sizeof *c->tree);
        c->tree_room = room;
    }
    if (!c->tree[send->route]) {
        uint32_t *endpoint = mem_new((size_t)send->leaves + 1, sizeof *endpoint);
        for (uint32_t l = 0; l < send->leaves; l++)
            endpoint[l] = step->leaf[send->first_leaf + l].endpoint;
        c->tree[send->route] = topology_add_tree(c->topology, send->endpoint, endpoint, send->leaves, err) + 1;
        free(endpoint);
    }
    *tree = (uint32_t)(c->tree[send->route] - 1);
    return c->tree[send->route] ? 0 : -1;
}

/* Offers one packet. 1: taken; 0: the output queue is full; -1: err.
 * The host's packets are dealt to its lanes in turn, so the order among them is that of their offsets up to one packet per lane. */
static int offer(struct cycle *c, const struct step_time *step, uint64_t number, uint64_t cycle, struct err *err)
{
    const struct send *send = &step->send[number];
    uint32_t of_host = send->endpoint == c->noc->host_in, lane = of_host ? c->host_sent % c->lanes : 0;
    struct mesh_packet p = {.from = send->endpoint + lane + (lane > 0), .multicast = send->route != UNICAST, .flits = send->flits, .tag = (uint32_t)number};
    if (!p.multicast)
        p.to = step->leaf[send->first_leaf].endpoint;
    else if (tree_of(c, step, send, &p.to, err))
        return -1;
    int taken = mesh_inject(c->mesh, &p, c->base + cycle);
    c->host_sent += of_host && taken;
    return taken;
}

/* ---- a step, one cycle at a time: for whoever moves time */

/* Arbiters begin anew, so a step's time hangs on the step alone: samples may run in any order and on any thread. */
static void begin_cycle(void *plane)
{
    struct cycle *c = plane;
    mesh_rest(c->mesh);
    c->base = c->ran;
    c->host_sent = 0;
}

/* Whoever did something in a cycle: the next step begins after it. */
static uint64_t ran(struct cycle *c, uint64_t cycle)
{
    if (c->base + cycle >= c->ran)
        c->ran = c->base + cycle + 1;
    return c->base + cycle;
}

static int inject_cycle(void *plane, const struct step_time *step, uint64_t send, uint64_t cycle, struct err *err)
{
    ran(plane, cycle);
    return offer(plane, step, send, cycle, err);
}

static void serve_cycle(void *plane, uint32_t endpoint, uint64_t cycle)
{
    struct cycle *c = plane;
    mesh_serve(c->mesh, endpoint, ran(c, cycle));
}

static int advance_cycle(void *plane, uint64_t cycle, struct err *err)
{
    struct cycle *c = plane;
    uint32_t n;
    if (cycle >> 32)
        return timing_too_long(err);
    if (mesh_step(c->mesh, ran(c, cycle), err))
        return -1;
    mesh_arrivals(c->mesh, &n);
    return (int)n;
}

/* A leaf's number is its send's first and its place in the tree. */
static uint32_t arrived_cycle(void *plane, struct step_time *step, uint32_t i)
{
    const struct cycle *c = plane;
    uint32_t n;
    const struct mesh_arrival *a = mesh_arrivals(c->mesh, &n);
    uint32_t leaf = step->send[a[i].tag].first_leaf + a[i].leaf;
    step->leaf[leaf].lost = (uint8_t)a[i].lost;
    step->leaf[leaf].lost_at = a[i].router & 0xffffffu;         /* TOPOLOGY_MOST_ROUTERS is far less */
    return leaf;
}

static uint64_t room_cycle(const void *plane, uint32_t endpoint)
{
    const struct cycle *c = plane;
    uint64_t from = mesh_room_from(c->mesh, endpoint);
    return from == UINT64_MAX ? from : from - c->base;
}

static uint64_t left_cycle(const void *plane, uint32_t endpoint, uint64_t cycle)
{
    const struct cycle *c = plane;
    return mesh_left(c->mesh, endpoint, c->base + cycle);
}

static uint64_t next_cycle(const void *plane)
{
    const struct cycle *c = plane;
    uint64_t next = mesh_next(c->mesh);
    return next == UINT64_MAX ? next : next - c->base;
}

/* The network counts for ever; a step's share is the difference. */
static void end_cycle(void *plane, struct step_time *step, struct noc_counts *counts)
{
    struct cycle *c = plane;
    const struct topology *t = c->topology;
    uint64_t most = 0;
    for (uint32_t e = 0; e < step->n_endpoint; e++)
        step->endpoint[e].blocked = 0;
    for (uint32_t p = 0; p < t->ports; p++) {
        struct mesh_counts now = mesh_port_counts(c->mesh, p);
        uint64_t flits = now.sw_grants - c->flits[p], blocked = now.blocked - c->blocked[p];
        c->flits[p] = now.sw_grants;
        c->blocked[p] = now.blocked;
        if (t->port[p].endpoint < step->n_endpoint)
            step->endpoint[t->port[p].endpoint].blocked = blocked;
        counts->blocked += blocked;
        if (t->port[p].out_link == TOPOLOGY_NONE)
            continue;
        uint64_t busy = flits * t->link[t->port[p].out_link].hop.flit_time;
        counts->link_busy += busy;
        most = busy > most ? busy : most;
    }
    step->peak_link_use = step->end ? (double)most / (double)step->end : 0;
    step->beyond = 0;
}

/* ---- a step as a whole: a loop over the cycles that have work */

/* Wakes are kept by cycle, then endpoint. */
static void begin(struct cycle *c, struct step_time *step)
{
    begin_cycle(c);
    c->wakes = c->stops = 0;
    memset(c->listed, 0, step->n_endpoint);
    for (uint32_t e = 0; e < step->n_endpoint; e++)
        c->core[e] = endpoint_new(c->noc->overlap_full[e]);
    for (uint64_t i = 0; i < step->n_send; i++) {       /* in order of (endpoint, offset, route) */
        struct endpoint *core = &c->core[step->send[i].endpoint];
        if (core->next == core->end) {
            core->next = i;
            wake_at(c, step->send[i].offset, step->send[i].endpoint);
        }
        core->end = i + 1;
        step->send[i].stalled = 0;
    }
}

struct in_hand { struct cycle *cycle; struct step_time *step; };

static int core_offers(void *arg, uint64_t send, uint64_t cycle, struct err *err)
{
    const struct in_hand *h = arg;
    return offer(h->cycle, h->step, send, cycle, err);
}

static int core_serves(void *arg, uint32_t leaf, uint64_t cycle, struct err *err)
{
    const struct in_hand *h = arg;
    (void)err;
    mesh_serve(h->cycle->mesh, h->step->leaf[leaf].endpoint, h->cycle->base + cycle);
    return 0;
}

/* A stopped core asks again when its output queue has a place: in the next cycle, or in one that the network will tell. */
static void wait_for_room(struct cycle *c, uint32_t e)
{
    uint64_t from = room_cycle(c, e);
    if (from != UINT64_MAX) {
        wake_at(c, from, e);
    } else if (!c->listed[e]) {
        c->listed[e] = 1;
        c->stopped[c->stops++] = e;
    }
}

/* After a cycle of the network: who waits no longer. */
static void wake_stopped(struct cycle *c)
{
    uint32_t n = c->stops;
    c->stops = 0;
    for (uint32_t i = 0; i < n; i++) {
        c->listed[c->stopped[i]] = 0;
        wait_for_room(c, c->stopped[i]);
    }
}

/* What arrived wakes its core; a packet that was dropped wakes nobody. */
static void take_arrivals(struct cycle *c, struct step_time *step, uint32_t n, uint64_t cycle)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t leaf = arrived_cycle(c, step, i);
        struct leaf *l = &step->leaf[leaf];
        uint64_t at = UINT64_MAX;
        if (l->lost)
            l->arrive = l->start = l->end = (uint32_t)cycle;
        else
            at = endpoint_arrive(&c->core[l->endpoint], step, leaf, cycle);
        if (at != UINT64_MAX)
            wake_at(c, at, l->endpoint);
    }
}

/* Every core that has something due in this cycle. */
static int act(struct cycle *c, struct step_time *step, uint64_t cycle, struct noc_counts *counts, struct err *err)
{
    struct in_hand hand = {c, step};
    struct endpoint_ports ports = {&hand, core_offers, core_serves};
    uint64_t next;
    while (c->wakes && c->heap[0].cycle == cycle) {
        uint32_t e = take_wake(c).endpoint;
        while (c->wakes && c->heap[0].cycle == cycle && c->heap[0].endpoint == e)
            take_wake(c);
        if (endpoint_act(&c->core[e], step, e, cycle, &ports, counts, &next, err))
            return -1;
        if (next != UINT64_MAX)
            wake_at(c, next, e);
        if (c->core[e].full)
            wait_for_room(c, e);
    }
    return 0;
}

/* Cycle after cycle with work, until no core and no wire has any.
 * In a cycle the network acts first and the cores after it; by the one-cycle rule it would be the same the other way round. */
static int run(struct cycle *c, struct step_time *step, struct noc_counts *counts, struct err *err)
{
    for (;;) {
        uint64_t of_mesh = next_cycle(c), of_core = c->wakes ? c->heap[0].cycle : UINT64_MAX;
        uint64_t now = of_mesh < of_core ? of_mesh : of_core;
        if (now == UINT64_MAX)
            return 0;
        ran(c, now);
        if (now == of_mesh) {
            int n = advance_cycle(c, now, err);
            if (n < 0)
                return -1;
            take_arrivals(c, step, (uint32_t)n, now);
            wake_stopped(c);
        }
        if (act(c, step, now, counts, err))
            return -1;
    }
}

static int step_cycle(void *plane, struct step_time *step, struct noc_counts *counts, struct err *err)
{
    struct cycle *c = plane;
    begin(c, step);
    if (run(c, step, counts, err) || (step->settle && step->settle(step->settle_arg, err)))
        return -1;
    endpoints_end(c->core, step, c->noc->host_in, counts);
    end_cycle(c, step, counts);
    return 0;
}

static int audit_cycle(const void *plane, struct err *err)
{
    return mesh_audit(((const struct cycle *)plane)->mesh, err);
}

static struct noc_port *ports_cycle(const void *plane, uint32_t *n)
{
    const struct cycle *c = plane;
    return noc_ports(c->noc, c->topology, c->mesh, n);
}

const struct timing_plane timing_cycle = {.name = "cycle", .drops = 1, .feeds_back = 1, .open = open_cycle, .close = close_cycle, .step = step_cycle,
                                          .audit = audit_cycle, .ports = ports_cycle, .begin = begin_cycle, .inject = inject_cycle,
                                          .serve = serve_cycle, .advance = advance_cycle,
                                          .arrived = arrived_cycle, .next = next_cycle, .room = room_cycle, .left = left_cycle, .end = end_cycle};
