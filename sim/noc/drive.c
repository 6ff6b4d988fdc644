/* Three phases of a steady run: warm-up (nothing is measured), the window (packets created in it are), the drain (until all of those have
 * arrived). Latency counts from creation, so it contains the wait in the source queue. A load is called saturated when the window's packets
 * do not arrive within the drain. */
#include "noc/drive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "noc/mesh.h"
#include "noc/traffic.h"

enum { PARTS = 10 };

struct tally { uint64_t *count, room, n, most; double sum; };
struct measure {
    struct tally tail, head, source;
    double part_sum[PARTS], routers;
    uint64_t part_n[PARTS], from, to, created, lost, delivered_flits;
    uint32_t flits;
};

/* A count per value: percentiles are exact, whatever their spread. */
static void add(struct tally *t, uint64_t value)
{
    if (value >= t->room) {
        uint64_t room = value + value / 2 + 256;
        t->count = mem_grow(t->count, room, sizeof *t->count);
        memset(t->count + t->room, 0, (room - t->room) * sizeof *t->count);
        t->room = room;
    }
    t->count[value]++;
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
            return v;
    }
    return t->most;
}

static struct drive_spread spread(const struct tally *t)
{
    if (!t->n)
        return (struct drive_spread){0, 0, 0, 0, 0};
    return (struct drive_spread){t->sum / (double)t->n, percentile(t, 50), percentile(t, 95), percentile(t, 99), t->most};
}

/* Batch means: the window's ten parts are nearly independent where it is long against a packet's latency; t(9) at 95 % is 2.262. */
static double half_width(const struct measure *s)
{
    double mean = s->tail.n ? s->tail.sum / (double)s->tail.n : 0, squares = 0;
    for (int i = 0; i < PARTS; i++) {
        double d = s->part_n[i] ? s->part_sum[i] / (double)s->part_n[i] - mean : 0;
        squares += d * d;
    }
    return 2.262 * sqrt(squares / (PARTS * (PARTS - 1)));
}

/* Accepted load counts what arrives in the window, whenever it was created. */
static void measure_one(struct measure *s, const struct mesh_arrival *a, uint64_t cycle)
{
    if (cycle >= s->from && cycle < s->to && !a->lost)
        s->delivered_flits += s->flits;
    if (a->created < s->from || a->created >= s->to)
        return;
    if (a->lost) {
        s->lost++;
        return;
    }
    add(&s->tail, cycle - a->created);
    add(&s->head, a->head - a->created);
    add(&s->source, a->entered - a->created - 1);
    s->routers += a->routers;
    uint64_t part = s->to == UINT64_MAX ? 0 : (a->created - s->from) * PARTS / (s->to - s->from);
    s->part_sum[part] += (double)(cycle - a->created);
    s->part_n[part]++;
}

/* Moves time on to the next cycle with work, at most to `last`.
 * Idle cycles are left out: the next cycle is the network's next or the next packet's. */
static int step(struct mesh *m, struct traffic *t, struct traffic_packet *next, struct measure *s, uint64_t last, uint64_t *cycle, struct err *err)
{
    uint64_t at = mesh_next(m);
    *cycle = at < next->cycle ? at : next->cycle;
    if (*cycle >= last)
        return 0;
    for (; next->cycle == *cycle; *next = traffic_next(t)) {
        struct mesh_packet p = {.from = next->from, .to = next->to, .flits = s->flits, .ways = next->ways};
        mesh_inject(m, &p, *cycle);
        s->created += *cycle >= s->from && *cycle < s->to;
    }
    if (mesh_step(m, *cycle, err))
        return -1;
    uint32_t n;
    const struct mesh_arrival *a = mesh_arrivals(m, &n);
    for (uint32_t i = 0; i < n; i++)
        measure_one(s, &a[i], *cycle);
    return 0;
}

static void conclude(struct measure *s, struct drive_result *r, uint64_t cycle)
{
    *r = (struct drive_result){.tail = spread(&s->tail), .head = spread(&s->head), .source = spread(&s->source), .half_width = half_width(s),
                               .packets = s->created, .lost = s->lost, .cycles = cycle};
    r->routers = s->tail.n ? s->routers / (double)s->tail.n : 0;
    r->saturated = s->tail.n + s->lost < s->created;
    free(s->tail.count);
    free(s->head.count);
    free(s->source.count);
}

/* Traffic goes on during the drain, so that the last packets of the window meet the same load as the first. */
int drive_steady(struct mesh *m, struct traffic *t, const struct drive_plan *plan, struct drive_result *result, struct err *err)
{
    struct measure s = {.from = plan->warmup, .to = plan->warmup + plan->window, .flits = plan->flits};
    struct traffic_packet next = traffic_next(t);
    uint64_t cycle = 0, last = s.to + plan->drain;
    int failed = 0;
    while (!failed && cycle < last && (cycle < s.to || s.tail.n + s.lost < s.created))
        failed = step(m, t, &next, &s, last, &cycle, err);
    conclude(&s, result, cycle < last ? cycle : last);
    result->accepted = (double)s.delivered_flits / ((double)plan->nodes * (double)plan->window);
    return failed;
}

/* A burst has no window: all of it is measured. */
int drive_burst(struct mesh *m, struct traffic *t, uint32_t flits, struct drive_result *result, struct err *err)
{
    struct measure s = {.from = 0, .to = UINT64_MAX, .flits = flits};
    struct traffic_packet next = traffic_next(t);
    uint64_t cycle = 0;
    int failed = 0;
    while (!failed && (next.cycle != UINT64_MAX || s.tail.n + s.lost < s.created))
        failed = step(m, t, &next, &s, UINT64_MAX, &cycle, err);
    conclude(&s, result, cycle);
    return failed;
}
