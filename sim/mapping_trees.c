/* Placement on a chip that sends multicast trees: the energy of a spike is that of its tree's links, shared ones once. Sources on
 * one core that reach the same cores are one net. After the descent on routes each core tries the few places that would cost its
 * routes least, and keeps the one that shortens the trees. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "mapping_place.h"

enum { TRIES = 6, SWEEPS = 20 };
static const uint64_t WORK = 40000000;          /* leaves that may be looked at; after that the placement stands as it is */
static const uint64_t LEAVES = 3000000;         /* with more than these even one look at each takes too long */

struct net { uint32_t from; uint64_t first, end; uint64_t spikes; int host_out; };      /* from: core, or PLACE_NONE (the host) */
struct trees {
    struct placer *placer;
    uint32_t *pin;              /* cores reached, of one net after another */
    struct net *net;
    uint32_t n_nets;
    uint64_t *first;            /* [n_cores + 2] */
    uint32_t *of_core;          /* nets that touch each core */
    uint32_t *up, *down, *column;       /* scratch of a tree: reach along each line that it crosses */
    uint32_t *stamp, now;       /* [n_nets] nets already counted */
    uint64_t looked;            /* leaves looked at */
};

/* ---- nets ---- */

/* For each source the cores it reaches, rising. */
static void turn(const struct place_problem *problem, uint64_t *first, uint32_t *pin)
{
    uint64_t sources = problem->fanin->sources;
    for (uint32_t c = 0; c < problem->n_cores; c++)
        for (uint64_t i = problem->axon_first[c]; i < problem->axon_first[c + 1]; i++)
            first[problem->axon[i] + 2]++;
    for (uint64_t s = 2; s < sources + 2; s++)
        first[s] += first[s - 1];
    for (uint32_t c = 0; c < problem->n_cores; c++)
        for (uint64_t i = problem->axon_first[c]; i < problem->axon_first[c + 1]; i++)
            pin[first[problem->axon[i] + 1]++] = c;
}

static uint64_t hash_net(const struct net *n, const uint32_t *pin)
{
    uint64_t h = n->from * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)n->host_out;
    for (uint64_t i = n->first; i < n->end; i++)
        h = (h ^ pin[i]) * UINT64_C(0xff51afd7ed558ccd) ^ h >> 29;
    return h;
}

static int same_net(const struct net *a, const struct net *b, const uint32_t *pin)
{
    return a->from == b->from && a->host_out == b->host_out && a->end - a->first == b->end - b->first &&
           !memcmp(pin + a->first, pin + b->first, (a->end - a->first) * sizeof *pin);
}

static void add_source(struct trees *t, uint32_t *slot, uint64_t slots, const struct net *net)
{
    uint64_t at = hash_net(net, t->pin) & (slots - 1);
    while (slot[at] && !same_net(&t->net[slot[at] - 1], net, t->pin))
        at = (at + 1) & (slots - 1);
    if (!slot[at]) {
        t->net[t->n_nets] = *net;
        slot[at] = ++t->n_nets;
    }
    t->net[slot[at] - 1].spikes++;
}

static void make_nets(struct trees *t)
{
    const struct place_problem *problem = t->placer->problem;
    const struct fanin *f = problem->fanin;
    uint64_t *first = mem_new(f->sources + 2, sizeof *first), slots = 16;
    t->pin = mem_new(problem->axon_first[problem->n_cores], sizeof *t->pin);
    turn(problem, first, t->pin);
    while (slots < 2 * f->sources)
        slots *= 2;
    uint32_t *slot = mem_new(slots, sizeof *slot);
    t->net = mem_new(f->sources, sizeof *t->net);
    for (uint32_t s = 0; s < f->sources; s++) {
        int host = s < f->host;
        struct net net = {.from = host ? PLACE_NONE : problem->core_of[s - f->host], .first = first[s], .end = first[s + 1],
                          .host_out = !host && f->network->population[f->population[s - f->host]].output};
        if (net.first < net.end)
            add_source(t, slot, slots, &net);
    }
    free(first);
    free(slot);
}

static void index_nets(struct trees *t)
{
    uint32_t n = t->placer->problem->n_cores;
    t->first = mem_new((size_t)n + 2, sizeof *t->first);
    for (int fill = 0; fill < 2; fill++) {
        for (uint32_t k = 0; k < t->n_nets; k++) {
            const struct net *net = &t->net[k];
            for (uint64_t i = net->first; i <= net->end; i++) {
                uint32_t core = i < net->end ? t->pin[i] : net->from;
                if (core == PLACE_NONE)
                    continue;
                if (fill)
                    t->of_core[t->first[core + 1]++] = k;
                else
                    t->first[core + 2]++;
            }
        }
        for (uint32_t c = 2; c < n + 2 && !fill; c++)
            t->first[c] += t->first[c - 1];
        if (!fill)
            t->of_core = mem_new(t->first[n + 1], sizeof *t->of_core);
    }
}

/* ---- the energy of a tree ---- */

/* Steps from a to b, negative towards lower numbers, as the network walks them. */
static int32_t steps(uint32_t a, uint32_t b, uint32_t size, int torus)
{
    int32_t d = (int32_t)b - (int32_t)a, n = (int32_t)size;
    if (torus && d > n / 2)
        d -= n;
    else if (torus && -d > (n - 1) / 2)
        d += n;
    return d;
}

struct trunk { int32_t low, high; uint32_t lines; };    /* how far the tree goes along the first axis */

/* One leaf: `first` steps along the axis that is walked first, `second` along the other. */
static void add_leaf(struct trees *t, struct trunk *trunk, int32_t first, int32_t second, uint32_t size)
{
    uint32_t line = (uint32_t)(first + (int32_t)size);
    if (!t->up[line] && !t->down[line] && second)
        t->column[trunk->lines++] = line;
    if (second > 0 && (uint32_t)second > t->up[line])
        t->up[line] = (uint32_t)second;
    if (second < 0 && (uint32_t)-second > t->down[line])
        t->down[line] = (uint32_t)-second;
    trunk->low = first < trunk->low ? first : trunk->low;
    trunk->high = first > trunk->high ? first : trunk->high;
}

static int64_t tree_cost(struct trees *t, const struct net *net)
{
    const struct placer *p = t->placer;
    const struct place_mesh *m = &p->mesh;
    struct trunk trunk = {0, 0, 0};
    uint32_t tile = net->from == PLACE_NONE ? m->host_in[1] * m->columns + m->host_in[0] : p->at[net->from] / m->per_tile;
    int64_t branches = 0;
    t->looked += net->end - net->first + 1;
    for (uint64_t i = net->first; i < net->end + (uint64_t)net->host_out; i++) {
        uint32_t to = i < net->end ? p->at[t->pin[i]] / m->per_tile : m->host_out[1] * m->columns + m->host_out[0];
        int32_t x = steps(tile % m->columns, to % m->columns, m->columns, m->torus), y = steps(tile / m->columns, to / m->columns, m->rows, m->torus);
        add_leaf(t, &trunk, m->yx ? y : x, m->yx ? x : y, m->yx ? m->rows : m->columns);
    }
    for (uint32_t i = 0; i < trunk.lines; i++) {
        branches += t->up[t->column[i]] + t->down[t->column[i]];
        t->up[t->column[i]] = t->down[t->column[i]] = 0;
    }
    int64_t along = trunk.high - trunk.low;
    return (int64_t)net->spikes * (m->yx ? along * m->hop_y + branches * m->hop_x : along * m->hop_x + branches * m->hop_y);
}

/* Of all nets that touch either core. */
static int64_t cost_of(struct trees *t, uint32_t a, uint32_t b)
{
    int64_t cost = 0;
    t->now++;
    for (int which = 0; which < 2; which++) {
        uint32_t core = which ? b : a;
        if (core == PLACE_NONE)
            continue;
        for (uint64_t i = t->first[core]; i < t->first[core + 1]; i++) {
            uint32_t net = t->of_core[i];
            if (t->stamp[net] == t->now)
                continue;
            t->stamp[net] = t->now;
            cost += tree_cost(t, &t->net[net]);
        }
    }
    return cost;
}

/* ---- descent ---- */

/* The places that cost the core's routes least, whether better than its own or not. */
static uint32_t likely(struct placer *p, uint32_t core, uint32_t *place)
{
    int64_t gain[TRIES];
    uint32_t n = 0;
    place_look(p, core, 1);
    for (uint32_t k = 0; k < p->problem->fanin->chip->cores; k++) {
        if (!place_allowed(p, core, k))
            continue;
        int64_t g = place_gain(p, core, k);
        if (n == TRIES && g >= gain[n - 1])
            continue;
        uint32_t at = n < TRIES ? n++ : n - 1;
        for (; at && g < gain[at - 1]; at--) {
            gain[at] = gain[at - 1];
            place[at] = place[at - 1];
        }
        gain[at] = g;
        place[at] = k;
    }
    place_look(p, core, 0);
    return n;
}

static int improve(struct trees *t, uint32_t core)
{
    struct placer *p = t->placer;
    uint32_t place[TRIES], n = likely(p, core, place), where = PLACE_NONE, home = p->at[core];
    int64_t best = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t other = p->holder[place[i]];
        int64_t before = cost_of(t, core, other);
        p->at[core] = place[i];
        if (other != PLACE_NONE)
            p->at[other] = home;
        int64_t change = cost_of(t, core, other) - before;
        p->at[core] = home;
        if (other != PLACE_NONE)
            p->at[other] = place[i];
        if (change < best) {
            best = change;
            where = place[i];
        }
    }
    if (where != PLACE_NONE)
        place_swap(p, core, where);
    return where != PLACE_NONE;
}

void place_trees(struct placer *p)
{
    struct trees t = {.placer = p};
    const struct place_problem *problem = p->problem;
    if (problem->axon_first[problem->n_cores] > LEAVES)
        return;
    uint32_t lines = 2 * (p->mesh.columns > p->mesh.rows ? p->mesh.columns : p->mesh.rows) + 2;
    make_nets(&t);
    index_nets(&t);
    t.up = mem_new(lines, sizeof *t.up);
    t.down = mem_new(lines, sizeof *t.down);
    t.column = mem_new(lines, sizeof *t.column);
    t.stamp = mem_new(t.n_nets, sizeof *t.stamp);
    for (uint32_t sweeps = 0, swaps = 1; swaps && sweeps < SWEEPS; sweeps++) {
        swaps = 0;
        for (uint32_t c = 0; c < problem->n_cores && t.looked < WORK; c++)
            swaps += (uint32_t)improve(&t, c);
    }
    void *const owned[] = {t.pin, t.net, t.first, t.of_core, t.up, t.down, t.column, t.stamp};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
}
