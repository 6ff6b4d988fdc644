/* The planes none and slots. Packets walk their routes in order of (offset, endpoint, route). Plane slots: each link is a bitmap
 * of reserved cycles and the packet takes the first free run at or after its arrival (a scalar "next free" per link would let
 * a far reservation block earlier free cycles: +24 % latency at 5 % load). Plane none: links never wait. In both, a core
 * serves one packet at a time, in order of arrival, and `overlap: none` makes service wait for the end of the update. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/radix.h"
#include "noc/cycle.h"
#include "noc/noc.h"
#include "noc/slots.h"
#include "noc/timing.h"

#define SLOTS_RANGE 0.6         /* of a link's cycles: above it, slots is known to be too fast */
enum { NO_LEAF = UINT32_MAX, CACHE_LINE = 64 };

/* The critical path of a step in the making. Per core one number of its first packet and two sums are enough to walk back from the end,
 * because work that follows without a gap is all on the path. */
struct chain {                  /* unbroken work of a core that ends now: where it began, what it is made of */
    uint32_t first_leaf;        /* NO_LEAF: the core's own update */
    uint64_t work[2];           /* services: 0 those that computing bounds, 1 those that memory words do */
};
struct front { uint64_t head, tail; };  /* when a packet's first and last flit enter a router, or an endpoint's queue */
struct walk {
    const struct noc *noc;
    int contend;
    uint32_t *wire, *flit_time; /* of a link, cycles: [link & class]: by direction on a grid, else each link's own */
    uint32_t class;
    uint32_t body;              /* cycles in a router of a flit that is not a head: no route, no channel to be found */
    struct slots slots;         /* of links, then of the ways out to the endpoints */
    uint64_t *offered;          /* [endpoints] first cycle in which the way into the network is free; host port: in flits at its rate */
    uint64_t *free_at;          /* [endpoints] the core's next free cycle */
    struct chain *chain;        /* [endpoints] */
    uint64_t *key, *spare;      /* [capacity] time << 32 | number, and the sort's other half */
    uint64_t *arrival;          /* [capacity] the same, of deliveries */
    uint64_t latest;            /* all arrivals of the step or'ed */
    uint64_t capacity;
    struct front *front;        /* scratch of a tree walk: [0] at the source's router, [b + 1] at the far end of branch b */
    uint64_t *head;             /* the same where head and tail are one flit: when it asks for a link */
    uint64_t front_capacity;
    int single;                 /* plane slots, and a flit takes one cycle everywhere */
    uint32_t *path;
};

/* A grid's links differ by axis only: four numbers stay in reach of the hot loop, one per link would not. */
static void open_links(struct walk *w)
{
    const struct noc *noc = w->noc;
    uint32_t n = noc->graph ? noc->links : DIRECTIONS;
    w->body = noc_body(noc);
    w->single = w->contend && noc->shape.flit_local == 1 && noc->shape.host_out_rate <= 1;
    w->class = noc->graph ? UINT32_MAX : DIRECTIONS - 1;
    w->wire = mem_new((size_t)n + 1, sizeof *w->wire);
    w->flit_time = mem_new((size_t)n + 1, sizeof *w->flit_time);
    for (uint32_t l = 0; l < n; l++) {
        int along_x = l == EAST || l == WEST;
        w->wire[l] = noc->graph ? noc->graph->link[l].hop.latency : along_x ? noc->shape.link_x : noc->shape.link_y;
        w->flit_time[l] = noc->graph ? noc->graph->link[l].hop.flit_time : along_x ? noc->shape.flit_x : noc->shape.flit_y;
        w->single &= w->flit_time[l] == 1;
    }
}

int timing_too_long(struct err *err)
{
    return err_answer(err, "a step is longer than 2^32 network cycles: a coarser clock or resolution of the network would help");
}

/* Everything that lives as long as the run; a step leaves it clear. */
static void *open_walk(const struct noc *noc, int contend)
{
    struct walk *w = mem_new(1, sizeof *w);
    w->noc = noc;
    w->contend = contend;
    open_links(w);
    slots_open(&w->slots, noc->links + noc->endpoints);
    w->offered = mem_new(noc->endpoints, sizeof *w->offered);
    w->free_at = mem_new(noc->endpoints, sizeof *w->free_at);
    w->chain = mem_new(noc->endpoints, sizeof *w->chain);
    w->path = mem_new(noc->longest_path, sizeof *w->path);
    return w;
}

/* The watchdog is for planes whose buffers can lock up; here nothing waits for a place. */
static void *open_none(const struct noc *noc, uint64_t watchdog, struct err *err)
{
    (void)watchdog, (void)err;
    return open_walk(noc, 0);
}

static void *open_slots(const struct noc *noc, uint64_t watchdog, struct err *err)
{
    (void)watchdog, (void)err;
    return open_walk(noc, 1);
}

static void close_walk(void *plane)
{
    struct walk *w = plane;
    if (!w)
        return;
    slots_close(&w->slots);
    free(w->wire);
    free(w->flit_time);
    free(w->offered);
    free(w->free_at);
    free(w->chain);
    free(w->key);
    free(w->spare);
    free(w->arrival);
    free(w->front);
    free(w->head);
    free(w->path);
    free(w);
}

/* Keys and the sort's second array, for sends first and for leaves afterwards. */
static void room(struct walk *w, uint64_t n)
{
    if (n <= w->capacity)
        return;
    w->capacity = n + n / 2 + 64;
    w->key = mem_grow(w->key, w->capacity, sizeof *w->key);
    w->spare = mem_grow(w->spare, w->capacity, sizeof *w->spare);
    w->arrival = mem_grow(w->arrival, w->capacity, sizeof *w->arrival);
}

/* Plane none: nothing is reserved, nothing waits. */
static inline uint64_t take(struct walk *w, uint32_t link, uint64_t from, uint32_t cycles)
{
    return w->contend ? slots_take(&w->slots, link, from, cycles) : from;
}

/* Through a router and onto a link: the link is taken for L flit times at the first free run from the head's arrival at it, and
 * `wire` later the head is at the far end. The tail leaves L - 1 flit times after the head, or as soon as it has come, if a slower
 * link before this one holds it back: while its head waits, or is given routes and channels that the others need not ask for, a tail
 * catches up. The gaps that a slower link leaves between flits on a faster one are free for other packets. */
static inline struct front pass(struct walk *w, uint32_t link, struct front in, uint32_t flits, uint32_t flit_time, uint32_t wire)
{
    uint64_t head = take(w, link, in.head + w->noc->shape.router, flits * flit_time), tail = head + (uint64_t)(flits - 1) * flit_time;
    if (flits == 1)             /* head and tail are one flit; by far the most packets */
        return (struct front){head + wire, head + wire};
    return (struct front){head + wire, (tail > in.tail + w->body ? tail : in.tail + w->body) + wire};
}

/* Over one link to the router at its far end. */
static inline struct front cross(struct walk *w, uint32_t link, struct front in, uint32_t flits)
{
    uint32_t class = link & w->class;
    return pass(w, link, in, flits, w->flit_time[class], w->wire[class]);
}

/* Out to a host that takes several flits in a cycle: its bitmap has a bit per flit, `rate` of them to the cycle. */
static uint64_t leave_to_host(struct walk *w, struct front in, uint32_t flits)
{
    const struct noc_shape *s = &w->noc->shape;
    uint64_t rate = s->host_out_rate, head = take(w, w->noc->links + w->noc->host_out, (in.head + s->router) * rate, flits);
    uint64_t tail = (head + flits - 1) / rate, behind = in.tail + w->body;
    return (tail > behind ? tail : behind) + s->eject;
}

/* Out of the last router: when the tail is in the endpoint's queue. */
static inline uint64_t leave(struct walk *w, uint32_t endpoint, struct front in, uint32_t flits)
{
    const struct noc_shape *s = &w->noc->shape;
    if (endpoint == w->noc->host_out && s->host_out_rate > 1)
        return leave_to_host(w, in, flits);
    return pass(w, w->noc->links + endpoint, in, flits, s->flit_local, s->eject).tail;
}

/* When the packet enters its first router. A source offers its packets in order, so here one number says all that slots would. */
static struct front enter(struct walk *w, const struct send *send)
{
    const struct noc_shape *s = &w->noc->shape;
    uint64_t rate = send->endpoint == w->noc->host_in && s->host_rate > 1 ? s->host_rate : 1, pace = rate > 1 ? 1 : s->flit_local;
    uint64_t at = send->offset * rate, *next = &w->offered[send->endpoint];
    if (w->contend) {
        at = at > *next ? at : *next;
        *next = at + send->flits * pace;
    }
    return (struct front){at / rate + s->inject, (at + (send->flits - 1) * pace) / rate + s->inject};
}

/* Noted for the sort by arrival; the delivery itself is written when it is served. */
static inline void arrive(struct walk *w, uint32_t number, uint64_t cycle)
{
    w->arrival[number] = cycle << 32 | number;
    w->latest |= cycle;
}

/* The fronts of the largest tree so far. */
static void tree_room(struct walk *w, const struct tree *t)
{
    if (t->branches + 1 <= w->front_capacity)
        return;
    w->front_capacity = 2 * ((uint64_t)t->branches + 1);
    w->front = mem_grow(w->front, w->front_capacity, sizeof *w->front);
    w->head = mem_grow(w->head, w->front_capacity, sizeof *w->head);
}

/* Branches come after the branch that they leave, so one pass over them in order knows each front in time. */
static void walk_tree(struct walk *w, const struct send *send, const struct leaf *leaf, uint32_t flits)
{
    const struct noc *noc = w->noc;
    const struct tree *t = &noc->tree[send->route];
    const struct tree_branch *branch = noc->branch + t->first_branch;
    const uint32_t *at = noc->leaf_at + t->first_leaf;
    tree_room(w, t);
    struct front *front = w->front;
    front[0] = enter(w, send);
    for (uint32_t b = 0; b < t->branches; b++)
        front[b + 1] = cross(w, branch[b].link, front[branch[b].parent], flits);
    for (uint32_t l = 0; l < send->leaves; l++)
        arrive(w, send->first_leaf + l, leave(w, leaf[l].endpoint, front[at[l]], flits));
}

/* The same where a packet is one flit and a flit one cycle everywhere, and links can be taken: head and tail are one time. By far the most packets of
 * most chips, and the hottest loop of a run. */
__attribute__((target_clones("arch=x86-64-v3", "default")))
static void walk_flit(struct walk *w, const struct send *send, const struct leaf *leaf)
{
    const struct noc *noc = w->noc;
    const struct tree *t = &noc->tree[send->route];
    const struct tree_branch *branch = noc->branch + t->first_branch;
    const uint32_t *at = noc->leaf_at + t->first_leaf;
    const uint32_t router = noc->shape.router, eject = noc->shape.eject, links = noc->links, class = w->class, *wire = w->wire;
    tree_room(w, t);
    uint64_t *head = w->head;
    head[0] = enter(w, send).head + router;
    for (uint32_t b = 0; b < t->branches; b++)
        head[b + 1] = slots_take(&w->slots, branch[b].link, head[branch[b].parent], 1) + wire[branch[b].link & class] + router;
    for (uint32_t l = 0; l < send->leaves; l++)
        arrive(w, send->first_leaf + l, slots_take(&w->slots, links + leaf[l].endpoint, head[at[l]], 1) + eject);
}

/* The way to one endpoint is short and computed anew each time: kept, the paths of all pairs would fill the cache. */
static void walk_path(struct walk *w, const struct send *send, const struct leaf *leaf)
{
    const struct noc *noc = w->noc;
    uint32_t hops = noc_path(noc, noc->router_of[send->endpoint], noc->router_of[leaf->endpoint], w->path);
    struct front at = enter(w, send);
    for (uint32_t h = 0; h < hops; h++)
        at = cross(w, w->path[h], at, send->flits);
    arrive(w, send->first_leaf, leave(w, leaf->endpoint, at, send->flits));
}

/* The next packet's tree, which no earlier packet need have touched. */
static void prefetch_tree(const struct walk *w, const struct send *send)
{
    if (send->route == UNICAST)
        return;
    const struct tree *t = &w->noc->tree[send->route];
    const char *branch = (const char *)(w->noc->branch + t->first_branch), *at = (const char *)(w->noc->leaf_at + t->first_leaf);
    for (size_t b = 0; b < t->branches * sizeof *w->noc->branch; b += CACHE_LINE)
        __builtin_prefetch(branch + b);
    for (size_t b = 0; b < t->leaves * sizeof *w->noc->leaf_at; b += CACHE_LINE)
        __builtin_prefetch(at + b);
}

/* The network's part of a step. Packets reserve their whole way one after the other, in order of (offset, endpoint, route): sends
 * come sorted by endpoint and route, and the sort by offset keeps that order where offsets are equal. */
static int walk_all(struct walk *w, struct step_time *step, struct err *err)
{
    room(w, step->n_send > step->n_leaf ? step->n_send : step->n_leaf);
    w->latest = 0;
    for (uint64_t i = 0; i < step->n_send; i++) {
        if (step->send[i].offset >> 32)
            return timing_too_long(err);
        w->key[i] = step->send[i].offset << 32 | i;
    }
    const uint64_t *order = radix_sort(w->key, w->spare, step->n_send);
    for (uint64_t i = 0; i < step->n_send; i++) {
        struct send *send = &step->send[(uint32_t)order[i]];
        const struct leaf *leaf = &step->leaf[send->first_leaf];
        if (i + 1 < step->n_send)
            prefetch_tree(w, &step->send[(uint32_t)order[i + 1]]);
        send->stalled = 0;
        if (send->route == UNICAST)
            walk_path(w, send, leaf);
        else if (send->flits == 1 && w->single)
            walk_flit(w, send, leaf);
        else
            walk_tree(w, send, leaf, send->flits);
    }
    return 0;
}

/* overlap: none opens a core's input when its update has ended, full at once. */
static void begin_cores(struct walk *w, struct step_time *step)
{
    for (uint32_t e = 0; e < step->n_endpoint; e++) {
        struct endpoint_step *core = &step->endpoint[e];
        core->update_end = core->end = core->update;
        core->stalled = core->blocked = 0;
        w->free_at[e] = w->noc->overlap_full[e] ? 0 : core->update;
        w->chain[e] = (struct chain){.first_leaf = NO_LEAF};
    }
}

/* arrival: cycle << 32 | number. start = max(arrival, end of the work before), end = start + service. A packet that comes when the core has
 * nothing to do begins a new chain. Returns how long it waited. Without a branch: whether the core is busy is chance. */
static inline uint64_t serve(struct leaf *leaf, uint64_t arrival, uint64_t *free_at, struct chain *chain)
{
    uint64_t before = *free_at, arrive = arrival >> 32, service = leaf->service, idle = arrive > before, start = idle ? arrive : before;
    uint64_t keep = idle - 1, memory = 0 - (uint64_t)leaf->memory;
    leaf->arrive = (uint32_t)arrive;
    leaf->start = (uint32_t)start;
    *free_at = start + service;
    leaf->end = (uint32_t)*free_at;
    leaf->lost = 0;
    leaf->lost_at = 0;
    chain->first_leaf = idle ? (uint32_t)arrival : chain->first_leaf;
    chain->work[0] = (chain->work[0] & keep) + (service & ~memory);
    chain->work[1] = (chain->work[1] & keep) + (service & memory);
    return start - arrive;
}

/* A core's work ends with its update or its last service, whichever is later. Returns the last end of all. */
static uint64_t end_cores(const struct walk *w, struct step_time *step)
{
    uint64_t last = 0;
    for (uint32_t e = 0; e < step->n_endpoint; e++) {
        if (w->free_at[e] > step->endpoint[e].end)
            step->endpoint[e].end = w->free_at[e];
        last = w->free_at[e] > last ? w->free_at[e] : last;
    }
    return last;
}

/* The cores' part of a step: all deliveries by time of arrival, in one order for all cores; equal times in canonical order (source,
 * neuron, route), which is that of the array. */
static int serve_all(struct walk *w, struct step_time *step, struct noc_counts *counts, struct err *err)
{
    begin_cores(w, step);
    if (w->latest >> 32)
        return timing_too_long(err);
    const uint64_t *order = radix_sort(w->arrival, w->spare, step->n_leaf);
    uint64_t *free_at = w->free_at, queued = 0;
    for (uint64_t i = 0; i < step->n_leaf; i++) {
        struct leaf *leaf = &step->leaf[(uint32_t)order[i]];
        queued += serve(leaf, order[i], &free_at[leaf->endpoint], &w->chain[leaf->endpoint]);
    }
    counts->queued += queued;
    return end_cores(w, step) >> 32 ? timing_too_long(err) : 0;
}

/* Back from the step's last event: unbroken service, then the first packet's travel, then its source's update. */
static void trace_back(const struct walk *w, struct step_time *step)
{
    uint32_t last = 0;
    for (uint32_t e = 0; e < step->n_endpoint; e++) {
        step->endpoint[e].end += step->endpoint[e].learn;
        if (step->endpoint[e].end > step->endpoint[last].end)
            last = e;
    }
    /* of equal ends the lowest endpoint's is taken, so the answer does not hang on chance */
    const struct endpoint_step *core = &step->endpoint[last];
    const struct chain *chain = &w->chain[last];
    struct step_path *path = &step->path;
    step->end = core->end;
    *path = (struct step_path){.endpoint = last, .source = last, .service = core->learn};
    if (core->update_end + core->learn == core->end) {          /* its update was its last work */
        path->update = core->update_end;
        return;
    }
    path->service += chain->work[0];
    path->memory = chain->work[1];
    if (chain->first_leaf == NO_LEAF) {         /* services followed the core's own update at once */
        path->update = core->end - path->service - path->memory;
        return;
    }
    const struct leaf *leaf = &step->leaf[chain->first_leaf];
    const struct send *send = &step->send[leaf->send];
    /* a core offers its packet when its update has come so far; what comes from the host has no update behind it */
    path->source = send->endpoint;
    path->update = send->endpoint == w->noc->host_in ? 0 : send->offset;
    path->noc = leaf->arrive - path->update;
}

/* What a link carried is summed before its bitmap is cleared for the next step. Use is counted in flit times of the busiest link, over
 * the step's work without its barrier. */
static void close_links(struct walk *w, struct step_time *step, struct noc_counts *counts)
{
    uint64_t most = 0;
    for (uint32_t l = 0; l < w->noc->links; l++) {
        counts->link_busy += w->slots.reserved[l];
        if (w->slots.reserved[l] > most)
            most = w->slots.reserved[l];
    }
    slots_clear(&w->slots);
    memset(w->offered, 0, w->noc->endpoints * sizeof *w->offered);
    step->peak_link_use = step->end ? (double)most / (double)step->end : 0;
    step->beyond = step->peak_link_use > SLOTS_RANGE;
}

/* Functional order is fixed before and not asked for here: whatever comes out, the same spikes have been sent. */
static int step_walk(void *plane, struct step_time *step, struct noc_counts *counts, struct err *err)
{
    struct walk *w = plane;
    if (walk_all(w, step, err) || serve_all(w, step, counts, err) || (step->settle && step->settle(step->settle_arg, err)))
        return -1;
    trace_back(w, step);
    close_links(w, step, counts);
    return 0;
}

static const struct timing_plane none = {.name = "none", .open = open_none, .close = close_walk, .step = step_walk};
static const struct timing_plane slots = {.name = "slots", .open = open_slots, .close = close_walk, .step = step_walk};
const struct timing_plane *const timing_planes[] = {&none, &slots, &timing_cycle, 0};
