/* The order of a network's populations, the edges that close its cycles, and its depths. Each population gets the smallest depth
 * d (host 0, with a bias at least 1) with c = n + d(to) - d(from) >= 1 for all projections: the longest way from the host with
 * length 1 - n per projection, by relaxation until nothing moves; a cycle of positive length has no answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "network_parts.h"

enum { NONE = UINT32_MAX, NAMES_MAX = 600 };

/* Projections by source population: of population i, edge[first[i]] to edge[first[i + 1] - 1]. */
struct graph { uint32_t *first, *edge; };

static struct graph graph_of(const struct network *net)
{
    struct graph g = {mem_new((size_t)net->n_populations + 1, sizeof *g.first), mem_new(net->n_projections, sizeof *g.edge)};
    for (uint32_t i = 0; i < net->n_projections; i++)
        g.first[net->projection[i].from + 1]++;
    for (uint32_t i = 0; i < net->n_populations; i++)
        g.first[i + 1] += g.first[i];
    uint32_t *at = mem_new(net->n_populations, sizeof *at);
    for (uint32_t i = 0; i < net->n_projections; i++) {
        uint32_t from = net->projection[i].from;
        g.edge[g.first[from] + at[from]++] = i;
    }
    free(at);
    return g;
}

static void graph_free(struct graph *g)
{
    free(g->first);
    free(g->edge);
}

/* Breadth first from start through populations numbered start or above. via[i]: the projection that reached i first; NONE for
 * start and for what was not reached. queue: room for all populations. Returns how many were reached, in queue. */
static uint32_t search(const struct network *net, const struct graph *g, uint32_t start, uint32_t *via, uint32_t *queue)
{
    uint32_t n = 1;
    memset(via, 0xff, net->n_populations * sizeof *via);
    queue[0] = start;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t e = g->first[queue[i]]; e < g->first[queue[i] + 1]; e++) {
            uint32_t to = net->projection[g->edge[e]].to;
            if (to <= start || via[to] != NONE)
                continue;
            via[to] = g->edge[e];
            queue[n++] = to;
        }
    return n;
}

/* ---- order ---- */

struct rank { const char *name; uint32_t distance, index; };

static int by_rank(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    return x->distance != y->distance ? (x->distance < y->distance ? -1 : 1) : strcmp(x->name, y->name);
}

/* All populations with their distance from the host, sorted; the host first. The caller frees. */
static struct rank *ranks(const struct network *net)
{
    struct graph g = graph_of(net);
    uint32_t *via = mem_new(net->n_populations, sizeof *via), *queue = mem_new(net->n_populations, sizeof *queue);
    struct rank *rank = mem_new(net->n_populations, sizeof *rank);
    uint32_t reached = search(net, &g, HOST_POPULATION, via, queue);
    for (uint32_t i = 0; i < net->n_populations; i++)
        rank[i] = (struct rank){net->population[i].name, NONE, i};
    rank[HOST_POPULATION].distance = 0;
    for (uint32_t i = 1; i < reached; i++)
        rank[queue[i]].distance = rank[net->projection[via[queue[i]]].from].distance + 1;
    qsort(rank + 1, net->n_populations - 1, sizeof *rank, by_rank);
    free(via);
    free(queue);
    graph_free(&g);
    return rank;
}

static int by_ends(const void *a, const void *b)
{
    const struct projection *x = a, *y = b;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->chip_delay > y->chip_delay) - (x->chip_delay < y->chip_delay);
}

/* chip_delay lends its place to the order of adding, which decides between equal names. */
static void sort_projections(struct network *net, const uint32_t *new_index)
{
    for (uint32_t i = 0; i < net->n_projections; i++) {
        struct projection *p = &net->projection[i];
        p->from = new_index[p->from];
        p->to = new_index[p->to];
        p->chip_delay = i;
    }
    if (net->n_projections)
        qsort(net->projection, net->n_projections, sizeof *net->projection, by_ends);
}

/* Not an error: a population may live on its bias. Without an input there is nothing to be reached from. */
static void warn_unreached(struct network *net, const struct rank *rank)
{
    if (!net->population[HOST_POPULATION].neurons)
        return;
    for (uint32_t i = 1; i < net->n_populations; i++) {
        const struct population *p = &net->population[i];
        if (rank[i].distance == NONE)
            fidelity_add(&net->fidelity, FIDELITY_WARNING, p->name, "no connection leads from the input to it; %s",
                         p->bias[0] || p->bias[1] ? "only its bias or other such neurons can make it fire" : "nothing it computes depends on the input");
    }
}

void network_order(struct network *net)
{
    struct rank *rank = ranks(net);
    uint32_t *new_index = mem_new(net->n_populations, sizeof *new_index), outputs = 0;
    struct population *sorted = mem_new(net->n_populations, sizeof *sorted);
    for (uint32_t i = 0; i < net->n_populations; i++) {
        sorted[i] = net->population[rank[i].index];
        new_index[rank[i].index] = i;
        outputs += sorted[i].output != 0;
    }
    memcpy(net->population, sorted, net->n_populations * sizeof *sorted);
    free(sorted);
    sort_projections(net, new_index);
    free(new_index);
    warn_unreached(net, rank);
    if (!outputs)
        fidelity_add(&net->fidelity, FIDELITY_WARNING, "", "no population is connected to an output, so nothing is decoded");
    free(rank);
}

/* ---- cycles ---- */

/* Appends " -> name"; where the text would become long, " ..." once and nothing more. */
static void append_name(char *text, const char *name)
{
    size_t used = strlen(text);
    if (used + strlen(name) + 10 < NAMES_MAX)
        snprintf(text + used, NAMES_MAX - used, "%s%s", used ? " -> " : "", name);
    else if (used < 4 || strcmp(text + used - 4, " ...") != 0)
        snprintf(text + used, NAMES_MAX + 10 - used, " ...");
}

/* The cycle that closing makes with the way to its source, as names from and back to where it began. */
static void cycle_names(const struct network *net, const uint32_t *via, const struct projection *closing, char *text)
{
    uint32_t n = 0, *node = mem_new(net->n_populations, sizeof *node);
    for (uint32_t at = closing->from; at != closing->to; at = net->projection[via[at]].from)
        node[n++] = at;
    *text = '\0';
    append_name(text, net->population[closing->to].name);
    while (n)
        append_name(text, net->population[node[--n]].name);
    append_name(text, net->population[closing->to].name);
    free(node);
}

/* Marks p as a back edge and, unless it was marked before, adds its step; a longer cycle is listed. */
static void close_cycle(struct network *net, const uint32_t *via, struct projection *p)
{
    char text[NAMES_MAX + 10];
    if (!p->back)
        p->network_delay++;
    p->back = 1;
    if (p->from == p->to)
        return;
    cycle_names(net, via, p, text);
    fidelity_add(&net->fidelity, FIDELITY_NOTE, p->name, "back edge from %s to %s: a spike counts in the next step there (closes the cycle %s)",
                 net->population[p->from].name, net->population[p->to].name, text);
}

/* An edge u -> r lies on a cycle whose first-reached population is r just when r reaches u through populations after r. */
void network_back_edges(struct network *net)
{
    struct graph g = graph_of(net);
    uint32_t *via = mem_new(net->n_populations, sizeof *via), *queue = mem_new(net->n_populations, sizeof *queue), searched = NONE;
    for (uint32_t i = 0; i < net->n_projections; i++) {         /* sorted by to */
        struct projection *p = &net->projection[i];
        if (p->from > p->to && searched != p->to)
            search(net, &g, searched = p->to, via, queue);
        if (p->from == p->to || (p->from > p->to && via[p->from] != NONE))
            close_cycle(net, via, p);
    }
    free(via);
    free(queue);
    graph_free(&g);
}

/* ---- depths ---- */

static uint32_t least(const uint32_t *value, uint64_t n)
{
    uint32_t low = n ? value[0] : 0;
    for (uint64_t i = 1; i < n; i++)
        if (value[i] < low)
            low = value[i];
    return low;
}

static int by_post(const void *a, const void *b)
{
    const struct synapse *x = a, *y = b;
    if (x->post != y->post)
        return x->post < y->post ? -1 : 1;
    return x->delay != y->delay ? (x->delay < y->delay ? -1 : 1) : (x->weight > y->weight) - (x->weight < y->weight);
}

/* Folds pre_delay into the list, sorts rows, and moves the smallest delay to the projection. */
static void list_normal(const struct network *net, struct projection *p)
{
    uint32_t low = p->n_list ? UINT32_MAX : 0;
    for (uint32_t pre = 0; pre < net->population[p->from].neurons; pre++) {
        uint64_t first = p->list_first[pre], end = p->list_first[pre + 1];
        int sorted = 1;
        for (uint64_t i = first; i < end; i++) {
            p->list[i].delay += p->pre_delay ? p->pre_delay[pre] : 0;
            low = p->list[i].delay < low ? p->list[i].delay : low;
            sorted &= i == first || by_post(&p->list[i - 1], &p->list[i]) <= 0;
        }
        if (!sorted)
            qsort(p->list + first, end - first, sizeof *p->list, by_post);
    }
    for (uint64_t i = 0; i < p->n_list; i++)
        p->list[i].delay -= low;
    free(p->pre_delay);
    p->pre_delay = NULL;
    p->network_delay += low;
}

/* Delays in their normal form: the smallest of a projection's is its network delay. */
static void delays_normal(const struct network *net, struct projection *p)
{
    uint32_t neurons = net->population[p->from].neurons, highest = 0;
    if (p->form == FORM_LIST) {
        list_normal(net, p);
        return;
    }
    if (!p->pre_delay)
        return;
    uint32_t low = least(p->pre_delay, neurons);
    p->network_delay += low;
    for (uint32_t i = 0; i < neurons; i++) {
        p->pre_delay[i] -= low;
        highest |= p->pre_delay[i];
    }
    if (!highest) {
        free(p->pre_delay);
        p->pre_delay = NULL;
    }
}

/* Where the search begins: at 0, and at 1 where there is a bias, because on some chips the host sends it like any other spike, and what
 * the host sends in chip step 0 is first seen in step 1. (A population behind a delay would else begin in step 0 and miss one bias.) */
static void start_depths(const struct network *net, int64_t *depth)
{
    for (uint32_t i = 0; i < net->n_populations; i++)
        depth[i] = i != HOST_POPULATION && (net->population[i].bias[0] || net->population[i].bias[1]);
}

/* One pass over all projections; via[i]: the projection that set i's depth. Returns 1 if a depth moved. */
static int relax(const struct network *net, int64_t *depth, uint32_t *via)
{
    int moved = 0;
    for (uint32_t i = 0; i < net->n_projections; i++) {
        const struct projection *p = &net->projection[i];
        int64_t wanted = depth[p->from] + 1 - (int64_t)p->network_delay;
        if (wanted <= depth[p->to])
            continue;
        depth[p->to] = wanted;
        via[p->to] = i;
        moved = 1;
    }
    return moved;
}

/* A population on a cycle of via, or NONE. seen: scratch. Such a cycle is one whose delays are too few. */
static uint32_t find_cycle(const struct network *net, const uint32_t *via, uint32_t *seen)
{
    memset(seen, 0xff, net->n_populations * sizeof *seen);
    for (uint32_t start = 0; start < net->n_populations; start++) {
        uint32_t at = start;
        while (via[at] != NONE && seen[at] == NONE) {
            seen[at] = start;
            at = net->projection[via[at]].from;
        }
        if (via[at] != NONE && seen[at] == start)
            return at;
    }
    return NONE;
}

struct cycle { struct projection *back; uint32_t length; uint64_t delay; char names[NAMES_MAX + 10]; };

/* The cycle of via through one of its populations; back: the edge into the population that was reached first. */
static void describe_cycle(const struct network *net, const uint32_t *via, uint32_t on, struct cycle *c)
{
    uint32_t first = on;
    *c = (struct cycle){.length = 0};
    for (uint32_t at = on; c->length == 0 || at != on; at = net->projection[via[at]].from, c->length++) {
        first = at < first ? at : first;
        c->delay += net->projection[via[at]].network_delay;
    }
    c->back = &net->projection[via[first]];
    cycle_names(net, via, c->back, c->names);
}

/* A cycle of length L with less than L steps of delay: the back edge gets the rest, or the answer is no. */
static int shift_or_refuse(struct network *net, const struct cycle *c, int allow_shift, struct err *err)
{
    unsigned missing = (unsigned)(c->length - c->delay);
    if (!allow_shift)
        return err_answer(err, "%s: the cycle %s has %llu step%s of delay, but a chip needs one per connection, %u in all; add a delay to '%s', or let "
                          "--allow-shift add %u (spikes then come later than in training)", *net->source ? net->source : "network", c->names,
                          (unsigned long long)c->delay, c->delay == 1 ? "" : "s", c->length, c->back->name, missing);
    c->back->network_delay += missing;
    fidelity_add(&net->fidelity, FIDELITY_APPROXIMATED, c->back->name, "%u step%s of delay added (--allow-shift): the cycle %s has %llu and a chip needs %u",
                 missing, missing == 1 ? "" : "s", c->names, (unsigned long long)c->delay, c->length);
    return 0;
}

/* Longest ways, again from the start whenever a cycle was shifted. Passes end: without a bad cycle after at most one per
 * population, with one as soon as via shows it. */
static int find_depths(struct network *net, int64_t *depth, uint32_t *via, uint32_t *seen, int allow_shift, struct err *err)
{
    struct cycle cycle;
    start_depths(net, depth);
    memset(via, 0xff, net->n_populations * sizeof *via);
    while (relax(net, depth, via)) {
        uint32_t on = find_cycle(net, via, seen);
        if (on == NONE)
            continue;
        describe_cycle(net, via, on, &cycle);
        if (shift_or_refuse(net, &cycle, allow_shift, err))
            return -1;
        start_depths(net, depth);
        memset(via, 0xff, net->n_populations * sizeof *via);
    }
    return 0;
}

int network_depths(struct network *net, int allow_shift, struct err *err)
{
    int64_t *depth = mem_new(net->n_populations, sizeof *depth);
    uint32_t *via = mem_new(net->n_populations, sizeof *via), *seen = mem_new(net->n_populations, sizeof *seen);
    for (uint32_t i = 0; i < net->n_projections; i++)
        delays_normal(net, &net->projection[i]);
    int bad = find_depths(net, depth, via, seen, allow_shift, err);
    net->depth_max = 0;
    for (uint32_t i = 0; i < net->n_populations && !bad; i++) {
        net->population[i].depth = (uint32_t)depth[i];
        if (net->population[i].depth > net->depth_max)
            net->depth_max = net->population[i].depth;
    }
    for (uint32_t i = 0; i < net->n_projections && !bad; i++) {
        struct projection *p = &net->projection[i];
        p->chip_delay = (uint32_t)((int64_t)p->network_delay + depth[p->to] - depth[p->from]);
    }
    free(depth);
    free(via);
    free(seen);
    return bad;
}
