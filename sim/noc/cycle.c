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
#include "noc/noc.h"
#include "noc/topology.h"

enum { NO_LEAF = UINT32_MAX };

struct chain {                  /* unbroken work of a core that ends now: where it began, what it is made of */
    uint32_t first_leaf;        /* NO_LEAF: the core's own update */
    uint64_t service, memory;
};
struct core {
    uint64_t next, end;         /* sends not offered yet: send[next .. end) */
    uint64_t stalled;           /* cycles the update program has stood still so far */
    uint64_t free_at;           /* end of the service in hand */
    uint64_t last;              /* end of the last service */
    uint32_t first, tail;       /* leaves that wait, a list through plane.after */
    uint32_t stopped, ended;    /* the program: at a full output queue; over */
    uint32_t listed;            /* in plane.stopped */
    struct chain chain;
};
struct wake { uint64_t cycle; uint32_t endpoint; };
struct cycle {
    const struct noc *noc;
    struct topology *topology;
    struct mesh *mesh;
    uint64_t base, ran;         /* the network's cycle at which the step began; the first that it has not done */
    uint32_t lanes;             /* endpoints that stand for the host's input, one per flit and cycle */
    struct core *core;
    struct wake *heap;
    size_t wakes, wake_room;
    uint32_t *stopped, stops;   /* cores that wait for a place in their output queue */
    uint32_t *after;            /* [leaves] next in its queue */
    uint64_t leaf_room;
    int64_t *tree;              /* [noc trees] the topology's number + 1; 0: not made yet */
    uint64_t tree_room;
    uint64_t *flits, *blocked;  /* [ports] counts at the end of the last step */
    uint32_t depth;
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

/* What is offered in one cycle is in a source's queue in the next: a way in of no cycle takes that one from the way out, so that a packet
 * alone is as fast as stated. The host's lanes are further ports of its router: over each enters a flit per cycle. */
struct topology *cycle_build(const struct noc *noc, struct err *err)
{
    const struct noc_shape *s = &noc->shape;
    uint32_t lanes = host_lanes(noc), inject = at_least_one(s->inject), eject = s->eject - (!s->inject && s->eject);
    if (DIRECTIONS + s->cores_per_tile + lanes + 1 > TOPOLOGY_MOST_PORTS) {
        err_answer(err, "a router of the flit-level network has %d ports: with %u cores and the host's output there is none left for %u flits per cycle "
                        "from the host; a lower io.in.rate or --timing slots would help", TOPOLOGY_MOST_PORTS, s->cores_per_tile, lanes);
        return NULL;
    }
    struct topology_hop x = {at_least_one(s->link_x), at_least_one(s->flit_x), 0}, y = {at_least_one(s->link_y), at_least_one(s->flit_y), 1};
    struct topology_endpoint *host = mem_new((size_t)lanes + 1, sizeof *host);
    for (uint32_t i = 0; i <= lanes; i++)
        host[i] = (struct topology_endpoint){noc->router_of[i == 1 ? noc->host_out : noc->host_in], 0, inject, eject,
                                             i != 1 && lanes > 1 ? 1 : at_least_one(s->flit_local)};
    struct topology_grid g = {s->columns, s->rows, s->cores_per_tile, (uint32_t)s->torus, s->yx ? ROUTE_YX : ROUTE_XY, {x, x, y, y},
                              inject, eject, at_least_one(s->flit_local), host, lanes + 1};
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
    free(c->after);
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
    uint32_t lane = send->endpoint == c->noc->host_in ? (uint32_t)(number % c->lanes) : 0;
    struct mesh_packet p = {.from = send->endpoint + lane + (lane > 0), .multicast = send->route != UNICAST, .flits = send->flits, .tag = (uint32_t)number};
    if (!p.multicast)
        p.to = step->leaf[send->first_leaf].endpoint;
    else if (tree_of(c, step, send, &p.to, err))
        return -1;
    return mesh_inject(c->mesh, &p, c->base + cycle);
}

/* A stopped core asks again when its output queue has a place: in the next cycle, or in one that the network will tell. */
static void wait_for_room(struct cycle *c, uint32_t e)
{
    uint64_t from = mesh_room_from(c->mesh, e);
    if (from != UINT64_MAX) {
        wake_at(c, from - c->base, e);
    } else if (!c->core[e].listed) {
        c->core[e].listed = 1;
        c->stopped[c->stops++] = e;
    }
}

/* After a cycle of the network: who waits no longer. */
static void wake_stopped(struct cycle *c)
{
    uint32_t n = c->stops;
    c->stops = 0;
    for (uint32_t i = 0; i < n; i++) {
        c->core[c->stopped[i]].listed = 0;
        wait_for_room(c, c->stopped[i]);
    }
}

/* The update program as far as it comes: it goes on where it stood as soon as there is a place and no service in hand.
 * A packet is due at its offset + what the program has stood still so far (rule 1). In a core without overlap a service in hand must end first (rule 3). */
static int update(struct cycle *c, struct step_time *step, uint32_t e, uint64_t cycle, struct err *err)
{
    struct core *core = &c->core[e];
    core->stopped = 0;
    for (; core->next < core->end; core->next++) {
        struct send *send = &step->send[core->next];
        uint64_t due = send->offset + core->stalled;
        if (due > cycle) {
            wake_at(c, due, e);
            return 0;
        }
        int serving = cycle < core->free_at && !c->noc->overlap_full[e];        /* its end wakes the core */
        int taken = serving ? 0 : offer(c, step, core->next, cycle, err);
        if (taken < 0)
            return -1;
        core->stopped = !taken;
        if (!taken && !serving)
            wait_for_room(c, e);
        if (!taken)
            return 0;
        send->stalled = (uint32_t)(cycle - due);
        core->stalled += cycle - due;
    }
    uint64_t end = step->endpoint[e].update + core->stalled;
    core->ended = cycle >= end;
    if (!core->ended)
        wake_at(c, end, e);
    else if (!c->noc->overlap_full[e])
        core->chain = (struct chain){.first_leaf = NO_LEAF};
    return 0;
}

/* A chain is work without a gap: it begins anew where the core had been idle before this packet came. */
static void serve(struct cycle *c, struct step_time *step, uint32_t e, uint64_t cycle, struct noc_counts *counts)
{
    struct core *core = &c->core[e];
    struct leaf *leaf = &step->leaf[core->first];
    uint64_t free_since = c->noc->overlap_full[e] ? 0 : step->endpoint[e].update + core->stalled;
    if (leaf->arrive > (core->last > free_since ? core->last : free_since))
        core->chain = (struct chain){.first_leaf = core->first};
    leaf->start = cycle;
    leaf->end = core->free_at = core->last = cycle + leaf->service;
    *(leaf->memory ? &core->chain.memory : &core->chain.service) += leaf->service;
    counts->queued += leaf->start - leaf->arrive;
    core->first = c->after[core->first];
    mesh_serve(c->mesh, e, c->base + cycle);
    wake_at(c, leaf->end, e);
}

/* All that a core can do in this cycle.
 * The update goes first; then, if it has ended or stands still, services (rules 2 and 3). */
static int act(struct cycle *c, struct step_time *step, uint32_t e, uint64_t cycle, struct noc_counts *counts, struct err *err)
{
    struct core *core = &c->core[e];
    if (!core->ended && update(c, step, e, cycle, err))
        return -1;
    while (core->first != NO_LEAF && core->free_at <= cycle && (core->ended || core->stopped || c->noc->overlap_full[e]))
        serve(c, step, e, cycle, counts);
    return 0;
}

/* ---- a step */

/* A packet waits in the order of its tail's arrival; one tail per cycle and endpoint, so there are no ties. */
static void arrive(struct cycle *c, struct step_time *step, const struct mesh_arrival *a, uint64_t cycle)
{
    uint32_t l = step->send[a->tag].first_leaf + a->leaf;
    struct leaf *leaf = &step->leaf[l];
    struct core *core = &c->core[leaf->endpoint];
    leaf->lost = a->lost;
    leaf->arrive = leaf->start = leaf->end = cycle;
    if (a->lost)
        return;
    c->after[l] = NO_LEAF;
    if (core->first == NO_LEAF)
        core->first = l;
    else
        c->after[core->tail] = l;
    core->tail = l;
    wake_at(c, cycle, leaf->endpoint);
}

/* Arbiters begin anew, so a step's time hangs on the step alone: samples may run in any order and on any thread. */
static void begin(struct cycle *c, struct step_time *step)
{
    mesh_rest(c->mesh);
    c->base = c->ran;
    c->wakes = c->stops = 0;
    if (step->n_leaf > c->leaf_room) {
        c->leaf_room = step->n_leaf + step->n_leaf / 2;
        c->after = mem_grow(c->after, c->leaf_room, sizeof *c->after);
    }
    for (uint32_t e = 0; e < step->n_endpoint; e++)
        c->core[e] = (struct core){.first = NO_LEAF, .chain = {.first_leaf = NO_LEAF}};
    for (uint64_t i = 0; i < step->n_send; i++) {       /* in order of (endpoint, offset, route) */
        struct core *core = &c->core[step->send[i].endpoint];
        if (core->next == core->end) {
            core->next = i;
            wake_at(c, step->send[i].offset, step->send[i].endpoint);
        }
        core->end = i + 1;
        step->send[i].stalled = 0;
    }
}

/* Cycle after cycle with work, until no core and no wire has any.
 * In a cycle the network acts first and the cores after it; by the one-cycle rule it would be the same the other way round. */
static int run(struct cycle *c, struct step_time *step, struct noc_counts *counts, struct err *err)
{
    for (;;) {
        uint64_t of_mesh = mesh_next(c->mesh), of_core = c->wakes ? c->base + c->heap[0].cycle : UINT64_MAX;
        uint64_t now = of_mesh < of_core ? of_mesh : of_core, cycle = now - c->base;
        uint32_t n;
        if (now == UINT64_MAX)
            return 0;
        if (mesh_step(c->mesh, now, err))
            return -1;
        const struct mesh_arrival *a = mesh_arrivals(c->mesh, &n);
        for (uint32_t i = 0; i < n; i++)
            arrive(c, step, &a[i], cycle);
        wake_stopped(c);
        while (c->wakes && c->heap[0].cycle == cycle) {
            uint32_t e = take_wake(c).endpoint;
            while (c->wakes && c->heap[0].cycle == cycle && c->heap[0].endpoint == e)
                take_wake(c);
            if (act(c, step, e, cycle, counts, err))
                return -1;
        }
        c->ran = now + 1;
    }
}

static void end_cores(const struct cycle *c, struct step_time *step, struct noc_counts *counts)
{
    step->end = 0;
    for (uint32_t e = 0; e < step->n_endpoint; e++) {
        struct endpoint_step *core = &step->endpoint[e];
        core->stalled = c->core[e].stalled;
        core->update_end = core->update + core->stalled;
        core->end = (c->core[e].last > core->update_end ? c->core[e].last : core->update_end) + core->learn;
        counts->stalled += core->stalled;
        if (core->end > step->end)
            step->end = core->end;
    }
}

/* Back from the step's last event: unbroken service, then the first packet's travel, then its source's update. What a program stood
 * still at a full output queue is the network's. */
static void trace_back(const struct cycle *c, struct step_time *step)
{
    uint32_t last = 0;
    while (last + 1 < step->n_endpoint && step->endpoint[last].end != step->end)
        last++;
    const struct endpoint_step *core = &step->endpoint[last];
    const struct chain *chain = &c->core[last].chain;
    struct step_path *path = &step->path;
    *path = (struct step_path){.endpoint = last, .source = last, .service = core->learn};
    if (core->update_end + core->learn < core->end) {
        path->service += chain->service;
        path->memory = chain->memory;
    }
    if (chain->first_leaf == NO_LEAF || core->update_end + core->learn == core->end) {
        path->noc = core->stalled;
        path->update = step->end - path->service - path->memory - path->noc;
        return;
    }
    const struct leaf *leaf = &step->leaf[chain->first_leaf];
    const struct send *send = &step->send[leaf->send];
    path->source = send->endpoint;
    path->update = send->endpoint == c->noc->host_in ? 0 : send->offset;
    path->noc = leaf->arrive - path->update;
}

/* The network counts for ever; a step's share is the difference. */
static void count_ports(struct cycle *c, struct step_time *step, struct noc_counts *counts)
{
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

static int step_cycle(void *plane, struct step_time *step, struct noc_counts *counts, struct err *err)
{
    struct cycle *c = plane;
    begin(c, step);
    if (run(c, step, counts, err))
        return -1;
    end_cores(c, step, counts);
    trace_back(c, step);
    count_ports(c, step, counts);
    return 0;
}

static int audit_cycle(const void *plane, struct err *err)
{
    return mesh_audit(((const struct cycle *)plane)->mesh, err);
}

const struct timing_plane timing_cycle = {.name = "cycle", .open = open_cycle, .close = close_cycle, .step = step_cycle, .audit = audit_cycle};
