/* Routes over the graph. Grids compute the way on from coordinates; other graphs look it up in a table made once, by a search
 * backwards from each target. Up*-down*: a link is "up" if it leads to a router nearer to router 0 (ties: the lower number), and a
 * way never goes up again after it went down, so no ring of waits can close (Schroeder et al., Autonet, 1991). */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "noc/topology.h"
#include "noc/topology_parts.h"

enum { FAR = UINT32_MAX, NO_PORT = 255 };

/* Steps to go along one axis, negative towards lower numbers; on a torus the shorter way round, where both are equal as `lower` says. */
static int32_t steps_along(const struct topology *t, uint32_t from, uint32_t to, uint32_t size, uint32_t lower)
{
    int32_t d = (int32_t)to - (int32_t)from, n = (int32_t)size;
    if (!t->torus)
        return d;
    if (d < 0)
        d += n;
    return 2 * d > n || (2 * d == n && lower) ? d - n : d;
}

/* Which half of the virtual channels a packet uses in a ring is settled where it enters the ring: the upper one where its target lies
 * below. Upwards these are the ways that pass the link between the last and the first router, downwards those that do not, so in each
 * direction the halves part the two kinds. Those that do not pass never use that link; those that do are no longer than half a ring, so
 * never use the link in its middle: in neither half can packets wait for one another all round. */
static struct topology_turn turn_on_grid(const struct topology *t, uint32_t router, uint32_t in_port, uint32_t vc_class, uint32_t target, uint32_t ways)
{
    struct topology_place here = t->place[router], there = t->place[target];
    uint32_t axis = t->routing == ROUTE_XY ? here.x == there.x : here.y != there.y;     /* 0: along x */
    uint32_t from = axis ? here.y : here.x, to = axis ? there.y : there.x;
    int32_t d = steps_along(t, from, to, axis ? t->rows : t->columns, ways >> axis & 1);
    struct topology_turn turn = {.port = 2 * axis + (d < 0)};
    if (t->vc_classes == 2)
        turn.vc_class = in_port / 2 == axis ? vc_class : to < from;
    return turn;
}

/* Among chips: over the grid to where this chip is left, over the bridge there, and so on. Chips are joined as a tree by pairs of links
 * between the same two routers; a way from such a router into its grid never comes back to it, so no ring of waits closes over a bridge. */
static struct topology_turn turn_to_chip(const struct topology *t, uint32_t router, uint32_t in_port, uint32_t vc_class, uint32_t target, uint32_t ways)
{
    uint32_t here = router / t->chip_routers, there = target / t->chip_routers;
    if (here == there)
        return turn_on_grid(t, router, in_port, vc_class, target, ways);
    const struct topology_link *bridge = &t->link[t->gateway[here * (t->routers / t->chip_routers) + there]];
    if (bridge->from == router)
        return (struct topology_turn){bridge->from_port, 0};
    return turn_on_grid(t, router, in_port, vc_class, bridge->from, ways);
}

/* The phase of an up*-down* way need not travel with the packet: who came in over a downward link may only go down. */
struct topology_turn topology_towards(const struct topology *t, uint32_t router, uint32_t in_port, uint32_t vc_class, uint32_t target, uint32_t ways)
{
    if (target == router)
        return (struct topology_turn){TOPOLOGY_NONE, TOPOLOGY_ANY_CLASS};
    if (t->gateway)
        return turn_to_chip(t, router, in_port, vc_class, target, ways);
    if (t->routing == ROUTE_XY || t->routing == ROUTE_YX)
        return turn_on_grid(t, router, in_port, vc_class, target, ways);
    uint32_t link = in_port == TOPOLOGY_NONE ? TOPOLOGY_NONE : port_of(t, router, in_port)->in_link;
    size_t phase = t->down && link != TOPOLOGY_NONE && t->down[link];
    return (struct topology_turn){t->next[(phase * t->routers + router) * t->routers + target], 0};
}

struct topology_turn topology_next(const struct topology *t, uint32_t router, uint32_t in_port, uint32_t vc_class, uint32_t endpoint, uint32_t ways)
{
    const struct topology_endpoint *to = &t->endpoint[endpoint];
    if (to->router == router)
        return (struct topology_turn){to->port, TOPOLOGY_ANY_CLASS};
    return topology_towards(t, router, in_port, vc_class, to->router, ways);
}

uint32_t topology_routers_on_way(const struct topology *t, uint32_t from, uint32_t to, uint32_t ways)
{
    uint32_t router = t->endpoint[from].router, in_port = TOPOLOGY_NONE, n = 1;
    struct topology_turn turn = {0, 0};
    for (; router != t->endpoint[to].router; n++) {
        turn = topology_next(t, router, in_port, turn.vc_class, to, ways);
        const struct topology_link *link = &t->link[port_of(t, router, turn.port)->out_link];
        router = link->to;
        in_port = link->to_port;
    }
    return n;
}

/* Routers level by level from router 0 over links in their direction; which link brought each one first is the spanning tree. */
static void span(struct topology *t, uint32_t *level)
{
    uint32_t *queue = mem_new((size_t)t->routers + 1, sizeof *queue), n = 1;
    memset(level, 0xff, t->routers * sizeof *level);
    level[0] = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t r = queue[i];
        for (uint32_t p = t->first_port[r]; p < t->first_port[r + 1]; p++) {
            uint32_t l = t->port[p].out_link;
            if (l == TOPOLOGY_NONE || level[t->link[l].to] != FAR)
                continue;
            level[t->link[l].to] = level[r] + 1;
            t->from_parent[t->link[l].to] = l;
            queue[n++] = t->link[l].to;
        }
    }
    free(queue);
}

/* A link's direction by level of the spanning tree, at equal levels by number: no cycle of upward links, none of downward ones. */
static void direct_links(struct topology *t)
{
    uint32_t *level = mem_new((size_t)t->routers + 1, sizeof *level);
    t->down = mem_new((size_t)t->links + 1, sizeof *t->down);
    t->from_parent = mem_new((size_t)t->routers + 1, sizeof *t->from_parent);
    t->to_parent = mem_new((size_t)t->routers + 1, sizeof *t->to_parent);
    memset(t->from_parent, 0xff, t->routers * sizeof *t->from_parent);
    memset(t->to_parent, 0xff, t->routers * sizeof *t->to_parent);
    span(t, level);
    for (uint32_t l = t->links; l-- > 0;) {
        uint32_t from = t->link[l].from, to = t->link[l].to;
        t->down[l] = level[from] < level[to] || (level[from] == level[to] && from < to);
        if (t->from_parent[from] != TOPOLOGY_NONE && t->link[t->from_parent[from]].from == to)
            t->to_parent[from] = l;
    }
    free(level);
}

/* distance[phase * routers + router] to the target, by a search backwards; phase 1: only down from here. Without directions phase 0. */
static void search_back(const struct topology *t, uint32_t target, uint32_t *distance, uint32_t *queue)
{
    uint32_t phases = t->down ? 2 : 1, n = 0;
    memset(distance, 0xff, (size_t)phases * t->routers * sizeof *distance);
    for (uint32_t phase = 0; phase < phases; phase++) {
        distance[phase * t->routers + target] = 0;
        queue[n++] = phase * t->routers + target;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t phase = queue[i] / t->routers, r = queue[i] % t->routers;
        for (uint32_t p = t->first_port[r]; p < t->first_port[r + 1]; p++) {
            uint32_t l = t->port[p].in_link;
            if (l == TOPOLOGY_NONE || (t->down && t->down[l] != phase))
                continue;
            uint32_t before = t->down && t->down[l] ? 1 : 0;        /* the phases from which this link may be taken: 0 .. before */
            for (uint32_t b = 0; b <= before; b++)
                if (distance[b * t->routers + t->link[l].from] == FAR) {
                    distance[b * t->routers + t->link[l].from] = distance[queue[i]] + 1;
                    queue[n++] = b * t->routers + t->link[l].from;
                }
        }
    }
}

static uint8_t lowest_port(const struct topology *t, uint32_t phase, uint32_t router, const uint32_t *distance)
{
    uint32_t here = distance[phase * t->routers + router];
    for (uint32_t p = t->first_port[router]; p < t->first_port[router + 1]; p++) {
        uint32_t l = t->port[p].out_link;
        if (l == TOPOLOGY_NONE || here == FAR || !here || (phase && !t->down[l]))
            continue;
        uint32_t after = t->down && t->down[l] ? 1 : 0;
        if (distance[after * t->routers + t->link[l].to] + 1 == here)
            return (uint8_t)(p - t->first_port[router]);
    }
    return NO_PORT;
}

/* Only routers that have endpoints send or receive. */
static int unreachable(const struct topology *t, uint32_t target, const uint32_t *distance, struct err *err)
{
    for (uint32_t e = 0; e < t->endpoints; e++)
        if (distance[t->endpoint[e].router] == FAR)
            return err_input(err, "there is no way from router %u to router %u%s: add a link", t->endpoint[e].router, target,
                             t->down ? " that goes up, then down" : "");
    return 0;
}

/* 1 if the chips are joined as a tree by pairs of links: as many pairs as chips less one, each way back at the same two routers. */
static int chips_are_a_tree(const struct topology *t, uint32_t chips)
{
    uint32_t bridges = 0, paired = 0;
    for (uint32_t l = 0; l < t->links; l++) {
        const struct topology_link *k = &t->link[l];
        if (k->from / t->chip_routers == k->to / t->chip_routers)
            continue;
        bridges++;
        const struct topology_port *back = port_of(t, k->from, k->from_port);
        paired += back->in_link != TOPOLOGY_NONE && t->link[back->in_link].from == k->to;
    }
    return bridges == 2 * (chips - 1) && paired == bridges;
}

/* From every chip outwards, over the bridges: the first bridge on the way to each other chip. 1 if all are reached. */
static int find_gateways(const struct topology *t, uint32_t chips, uint32_t here)
{
    uint32_t *queue = mem_new(chips, sizeof *queue), n = 1, *first = t->gateway + (size_t)here * chips;
    queue[0] = here;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t l = 0; l < t->links; l++) {
            uint32_t from = t->link[l].from / t->chip_routers, to = t->link[l].to / t->chip_routers;
            if (from != queue[i] || to == from || to == here || first[to] != TOPOLOGY_NONE)
                continue;
            first[to] = from == here ? l : first[from];
            queue[n++] = to;
        }
    free(queue);
    return n == chips;
}

static int join_chips(struct topology *t, struct err *err)
{
    uint32_t chips = t->routers / t->chip_routers;
    t->gateway = mem_new((size_t)chips * chips, sizeof *t->gateway);
    memset(t->gateway, 0xff, (size_t)chips * chips * sizeof *t->gateway);
    for (uint32_t c = 0; c < chips; c++)
        if (!find_gateways(t, chips, c))
            return err_input(err, "there is no way from chip %u to every other chip: add a link between chips, and its way back", c);
    if (!chips_are_a_tree(t, chips))
        return err_input(err, "the links between chips give more than one way from a chip to another: with xy and yx routing packets of several chips could "
                              "wait for each other in a ring; keep one link there and back per pair of neighbours and no ring of chips, or route updown");
    return 0;
}

int topology_tabulate(struct topology *t, struct err *err)
{
    if (t->routing == ROUTE_XY || t->routing == ROUTE_YX)
        return t->routers > t->chip_routers ? join_chips(t, err) : 0;
    if (t->routing == ROUTE_UPDOWN)
        direct_links(t);
    size_t phases = t->down ? 2 : 1, routers = t->routers;
    uint32_t *distance = mem_new(2 * routers, sizeof *distance), *queue = mem_new(2 * routers, sizeof *queue);
    uint8_t *wanted = mem_new(routers, sizeof *wanted);
    t->next = mem_new(phases * routers * routers, sizeof *t->next);
    for (uint32_t e = 0; e < t->endpoints; e++)
        wanted[t->endpoint[e].router] = 1;
    int failed = 0;
    for (uint32_t target = 0; target < t->routers && !failed; target++) {
        if (!wanted[target])
            continue;
        search_back(t, target, distance, queue);
        failed = unreachable(t, target, distance, err);
        for (uint32_t phase = 0; phase < phases; phase++)
            for (uint32_t r = 0; r < t->routers; r++)
                t->next[(phase * routers + r) * routers + target] = lowest_port(t, phase, r, distance);
    }
    free(distance);
    free(queue);
    free(wanted);
    return failed;
}
