/* Three phases of a steady run: warm-up (nothing is measured), the window (packets created in it are), the drain (until all of those have
 * arrived). Latency counts from creation, so it contains the wait in the source queue. */
#include "noc/drive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "noc/alone.h"
#include "noc/mesh.h"
#include "noc/traffic.h"

enum { PARTS = 10, MEMO_NODES = 2048, SETTLE_DRAINS = 4, EXACT = 1 << 20 };
static const double BEHIND = 0.02;      /* a share of the window's flits; at loads that a network bears its backlog swings by less */

struct tally { uint64_t *count, room, n, most; double sum; };
struct measure {
    struct tally tail, head, source, network;
    double part_sum[PARTS], routers, alone;
    uint64_t part_n[PARTS], from, to, created, lost, delivered;
    uint64_t came[2], left[2];          /* flits created, and delivered or dropped, in each half of the window */
    uint32_t flits;
};
struct run {                            /* one network under one traffic */
    struct mesh *mesh;
    struct traffic *traffic;
    const struct drive_plan *plan;
    struct traffic_packet next;
    struct measure measure;
    uint32_t number;                    /* of the next packet */
    uint16_t *memo;                     /* [nodes * nodes] latency alone + 1; 0: not known yet */
};

/* Where a value is counted: by itself below 2^20, so percentiles are exact there; from there on 2^19 counts per power of two, which is off by
 * less than 2 in a million and keeps the memory of a long burst over slow links bounded. */
static uint64_t place_of(uint64_t value)
{
    uint32_t shift = 0;
    while (value >> shift >= EXACT)
        shift++;
    return shift * (EXACT / 2) + (value >> shift);
}

/* The least value of a place. */
static uint64_t value_at(uint64_t place)
{
    if (place < EXACT)
        return place;
    uint64_t shift = place / (EXACT / 2) - 1;
    return (place - shift * (EXACT / 2)) << shift;
}

static void add(struct tally *t, uint64_t value)
{
    uint64_t place = place_of(value);
    if (place >= t->room) {
        uint64_t room = place + place / 2 + 256;
        t->count = mem_grow(t->count, room, sizeof *t->count);
        memset(t->count + t->room, 0, (room - t->room) * sizeof *t->count);
        t->room = room;
    }
    t->count[place]++;
    t->n++;
    t->sum += (double)value;
    t->most = value > t->most ? value : t->most;
}

/* The least value with at least so many percent at or below it. */
static uint64_t percentile(const struct tally *t, uint32_t percent)
{
    uint64_t seen = 0;
    for (uint64_t v = 0; v < t->room; v++) {
        seen += t->count[v];
        if (seen && seen * 100 >= t->n * percent)
            return value_at(v);
    }
    return t->most;
}

static struct drive_spread spread(const struct tally *t)
{
    if (!t->n)
        return (struct drive_spread){0, 0, 0, 0, 0};
    return (struct drive_spread){t->sum / (double)t->n, percentile(t, 50), percentile(t, 95), percentile(t, 99), t->most};
}

static double part_mean(const struct measure *s, int i)
{
    return s->part_n[i] ? s->part_sum[i] / (double)s->part_n[i] : 0;
}

/* Batch means: the window's ten parts are nearly independent where it is long against a packet's latency; t(9) at 95 % is 2.262. */
static double half_width(const struct measure *s)
{
    double mean = s->tail.n ? s->tail.sum / (double)s->tail.n : 0, squares = 0;
    for (int i = 0; i < PARTS; i++) {
        double d = s->part_n[i] ? part_mean(s, i) - mean : 0;
        squares += d * d;
    }
    return 2.262 * sqrt(squares / (PARTS * (PARTS - 1)));
}

static int half_of(const struct measure *s, uint64_t cycle)
{
    return cycle - s->from >= (s->to - s->from) / 2;
}

/* Accepted load counts what arrives in the window, whenever it was created. */
static void measure_one(struct measure *s, const struct mesh_arrival *a, uint64_t cycle)
{
    if (cycle >= s->from && cycle < s->to) {
        s->left[half_of(s, cycle)] += s->flits;
        s->delivered += a->lost ? 0 : s->flits;
    }
    if (a->created < s->from || a->created >= s->to)
        return;
    if (a->lost) {
        s->lost++;
        return;
    }
    add(&s->tail, cycle - a->created);
    add(&s->head, a->head - a->created);
    add(&s->source, a->entered - a->created - 1);
    add(&s->network, cycle - a->entered + 1);
    s->routers += a->routers;
    uint64_t part = s->to == UINT64_MAX ? 0 : (a->created - s->from) * PARTS / (s->to - s->from);
    s->part_sum[part] += (double)(cycle - a->created);
    s->part_n[part]++;
}

static void measure_free(struct measure *s)
{
    free(s->tail.count);
    free(s->head.count);
    free(s->source.count);
    free(s->network.count);
}

static struct drive_result conclude(const struct measure *s, uint64_t cycle)
{
    struct drive_result r = {.tail = spread(&s->tail), .head = spread(&s->head), .source = spread(&s->source), .network = spread(&s->network),
                             .half_width = half_width(s), .packets = s->created, .lost = s->lost, .cycles = cycle};
    r.routers = s->tail.n ? s->routers / (double)s->tail.n : 0;
    r.alone = s->created ? s->alone / (double)s->created : 0;
    r.late = s->created - s->tail.n - s->lost;
    r.saturated = r.late > 0;
    return r;
}

/* ---- synthetic traffic */

/* Pairs come again and again: each way is walked once. Where two ways round a ring are equally long their links are taken to be alike. */
static uint64_t alone(struct run *run, const struct mesh_packet *p, uint32_t from, uint32_t to)
{
    const struct drive_plan *plan = run->plan;
    if (!plan->topology)
        return 0;
    uint16_t *known = run->memo ? &run->memo[(size_t)from * plan->nodes + to] : NULL;
    if (known && *known)
        return *known - 1u;
    uint64_t latency = alone_latency(plan->topology, plan->config, p->from, p->to, p->flits, p->ways);
    if (known && latency < UINT16_MAX)
        *known = (uint16_t)(latency + 1);
    return latency;
}

static void create(struct run *run, uint64_t cycle)
{
    const struct traffic_packet *next = &run->next;
    const uint32_t *endpoint = run->plan->endpoint;
    struct measure *s = &run->measure;
    struct mesh_packet p = {.from = endpoint ? endpoint[next->from] : next->from, .to = endpoint ? endpoint[next->to] : next->to, .flits = s->flits,
                            .ways = next->ways, .tag = run->number++};     /* told where packets wait in a ring */
    mesh_inject(run->mesh, &p, cycle);
    if (cycle < s->from || cycle >= s->to)
        return;
    s->created++;
    s->came[half_of(s, cycle)] += s->flits;
    s->alone += (double)alone(run, &p, next->from, next->to);
}

/* Moves time on to the next cycle with work, at most to `last`.
 * Idle cycles are left out: the next cycle is the network's next or the next packet's. */
static int step(struct run *run, uint64_t last, uint64_t *cycle, struct err *err)
{
    uint64_t at = mesh_next(run->mesh);
    *cycle = at < run->next.cycle ? at : run->next.cycle;
    if (*cycle >= last) {
        *cycle = last;
        return 0;
    }
    for (; run->next.cycle == *cycle; run->next = traffic_next(run->traffic))
        create(run, *cycle);
    if (mesh_step(run->mesh, *cycle, err))
        return -1;
    uint32_t n;
    const struct mesh_arrival *a = mesh_arrivals(run->mesh, &n);
    for (uint32_t i = 0; i < n; i++)
        measure_one(&run->measure, &a[i], *cycle);
    return 0;
}

static struct run begin(struct mesh *m, struct traffic *t, const struct drive_plan *plan)
{
    struct run run = {.mesh = m, .traffic = t, .plan = plan, .next = traffic_next(t), .measure = {.to = UINT64_MAX, .flits = plan->flits}};
    if (plan->topology && plan->nodes <= MEMO_NODES)
        run.memo = mem_new((size_t)plan->nodes * plan->nodes, sizeof *run.memo);
    return run;
}

static void end(struct run *run)
{
    measure_free(&run->measure);
    free(run->memo);
}

/* What was counted since `before`, in place of it. */
static void less(const struct mesh_counts *now, struct mesh_counts *before)
{
    struct mesh_counts d = {now->buffer_writes - before->buffer_writes, now->routes - before->routes, now->drops - before->drops,
                            now->flit_cycles - before->flit_cycles, now->vc_grants - before->vc_grants, now->sw_grants - before->sw_grants,
                            now->lost_grants - before->lost_grants, now->blocked - before->blocked, {0}};
    for (int i = 0; i < MESH_STALLS; i++)
        d.stall[i] = now->stall[i] - before->stall[i];
    *before = d;
}

/* Called at the window's beginning (sign -1) and its end (1): what lies between them stays. */
static void count_ports(const struct run *run, int sign)
{
    const struct drive_plan *plan = run->plan;
    for (uint32_t p = 0; plan->port && p < plan->ports; p++) {
        struct mesh_counts now = mesh_port_counts(run->mesh, p);
        if (sign < 0)
            plan->port[p] = now;
        else
            less(&now, &plan->port[p]);
    }
}

/* In both halves of the window clearly more came than left, by more than chance would have it: the backlog grows without end. A network that
 * is still filling shows it in the first half alone, one that swings in one of them. */
static int falls_behind(const struct measure *s)
{
    for (int h = 0; h < 2; h++) {
        double came = (double)s->came[h], chance = 2 * sqrt(came * s->flits);
        if (came - (double)s->left[h] <= BEHIND * came + chance)
            return 0;
    }
    return 1;
}

/* A network that does not keep up may have stopped for good, as a whole or in a corner. Nothing more is sent; what then does not arrive waits
 * in a ring, and the watchdog tells it: -1 and err. Nothing is measured any more. */
static int settle(struct run *run, uint64_t cycle, uint64_t last, struct err *err)
{
    int failed = 0;
    run->next.cycle = UINT64_MAX;
    run->measure.from = run->measure.to = UINT64_MAX;
    while (!failed && cycle < last)
        failed = step(run, last, &cycle, err);
    return failed;
}

/* Traffic goes on during the drain, so that the last packets of the window meet the same load as the first. */
int drive_steady(struct mesh *m, struct traffic *t, const struct drive_plan *plan, struct drive_result *result, struct err *err)
{
    struct run run = begin(m, t, plan);
    struct measure *s = &run.measure;
    s->from = plan->warmup;
    s->to = plan->warmup + plan->window;
    uint64_t cycle = 0, last = s->to + plan->drain;
    int failed = 0, behind = 0;
    while (!failed && cycle < s->from)
        failed = step(&run, s->from, &cycle, err);
    count_ports(&run, -1);
    while (!failed && cycle < s->to)
        failed = step(&run, s->to, &cycle, err);
    count_ports(&run, 1);
    behind = falls_behind(s);
    while (!failed && !behind && cycle < last && s->tail.n + s->lost < s->created)
        failed = step(&run, last, &cycle, err);
    *result = conclude(s, cycle);
    result->saturated |= (uint32_t)behind;
    double flits = (double)plan->nodes * (double)plan->window;
    result->accepted = (double)s->delivered / flits;
    result->offered = (double)(s->came[0] + s->came[1]) / flits;
    if (!failed && result->saturated)
        failed = settle(&run, cycle, cycle + SETTLE_DRAINS * plan->drain, err);
    end(&run);
    return failed;
}

/* A burst has no window: all of it is measured. */
int drive_burst(struct mesh *m, struct traffic *t, const struct drive_plan *plan, struct drive_result *result, struct err *err)
{
    struct run run = begin(m, t, plan);
    struct measure *s = &run.measure;
    uint64_t cycle = 0;
    int failed = 0;
    count_ports(&run, -1);
    while (!failed && (run.next.cycle != UINT64_MAX || s->tail.n + s->lost < s->created))
        failed = step(&run, UINT64_MAX, &cycle, err);
    count_ports(&run, 1);
    *result = conclude(s, cycle);
    result->accepted = (double)s->delivered / ((double)plan->nodes * (double)(cycle + 1));
    result->offered = result->accepted;
    end(&run);
    return failed;
}

/* ---- recorded packets */

struct drive_replay {
    struct mesh *mesh;
    struct measure whole;
    uint64_t base;                      /* the network's cycle at which the next step begins */
    uint64_t cycles;
};

struct drive_replay *drive_replay_new(struct mesh *m)
{
    struct drive_replay *r = mem_new(1, sizeof *r);
    r->mesh = m;
    r->whole.to = UINT64_MAX;
    return r;
}

void drive_replay_free(struct drive_replay *r)
{
    if (!r)
        return;
    measure_free(&r->whole);
    free(r);
}

/* Every step begins as the plane's does: at rest, arbiters anew. */
int drive_replay_step(struct drive_replay *r, const struct drive_due *due, uint64_t n, struct drive_result *result, struct err *err)
{
    struct measure s = {.to = UINT64_MAX};
    uint64_t i = 0, last = 0, leaves = 0, cycle = r->base;
    int failed = 0;
    mesh_rest(r->mesh);
    while (!failed && (i < n || s.tail.n + s.lost < leaves)) {
        uint64_t at = mesh_next(r->mesh), of_packet = i < n ? r->base + due[i].cycle : UINT64_MAX;
        cycle = at < of_packet ? at : of_packet;
        for (; i < n && r->base + due[i].cycle == cycle; leaves += due[i++].leaves)
            mesh_inject(r->mesh, &due[i].packet, cycle);
        failed = mesh_step(r->mesh, cycle, err);
        uint32_t arrived;
        const struct mesh_arrival *a = mesh_arrivals(r->mesh, &arrived);
        for (uint32_t k = 0; !failed && k < arrived; k++) {
            measure_one(&s, &a[k], cycle);
            measure_one(&r->whole, &a[k], cycle);
            last = cycle - r->base;
        }
    }
    /* Credits on their way home and the last of the network's own work belong to this step. */
    for (uint64_t at; !failed && (at = mesh_next(r->mesh)) != UINT64_MAX; cycle = at)
        failed = mesh_step(r->mesh, at, err);
    s.created = leaves;
    r->whole.created += leaves;
    *result = conclude(&s, last);
    measure_free(&s);
    r->base = cycle + 1;
    r->cycles += last + (n > 0);
    return failed;
}

struct drive_result drive_replay_whole(const struct drive_replay *r)
{
    return conclude(&r->whole, r->cycles);
}
