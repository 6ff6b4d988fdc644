/* Building the graph. Every kind of topology becomes one list of links and endpoints with their ports; what follows from the list
 * (port tables, routes) is made in one place, so a mesh and a user's own list of links differ only here. */
#include "noc/topology.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "noc/topology_parts.h"

void topology_free(struct topology *t)
{
    if (!t)
        return;
    free(t->place);
    free(t->first_port);
    free(t->port);
    free(t->link);
    free(t->endpoint);
    free(t->gateway);
    free(t->next);
    free(t->down);
    free(t->to_parent);
    free(t->from_parent);
    free(t->tree);
    free(t->node);
    free(t->branch);
    free(t->leaf);
    free(t);
}

static struct topology *empty(uint32_t routers, uint32_t links, uint32_t endpoints)
{
    struct topology *t = mem_new(1, sizeof *t);
    t->routers = t->chip_routers = routers;
    t->vc_classes = 1;
    t->link = mem_new((size_t)links + 1, sizeof *t->link);
    t->endpoint = mem_new((size_t)endpoints + 1, sizeof *t->endpoint);
    return t;
}

static int too_many_ports(uint32_t router, uint32_t ports, struct err *err)
{
    return err_input(err, "router %u has %u ports (links and endpoints); at most %d are possible: put fewer endpoints at one router", router, ports,
                     TOPOLOGY_MOST_PORTS);
}

/* The port tables from the lists: how many ports a router has is one more than the highest that is named. */
static int tabulate_ports(struct topology *t, struct err *err)
{
    uint32_t *ports = mem_new((size_t)t->routers + 1, sizeof *ports);
    for (uint32_t l = 0; l < t->links; l++) {
        const struct topology_link *k = &t->link[l];
        ports[k->from] = ports[k->from] > k->from_port ? ports[k->from] : k->from_port + 1;
        ports[k->to] = ports[k->to] > k->to_port ? ports[k->to] : k->to_port + 1;
    }
    for (uint32_t e = 0; e < t->endpoints; e++) {
        const struct topology_endpoint *p = &t->endpoint[e];
        ports[p->router] = ports[p->router] > p->port ? ports[p->router] : p->port + 1;
    }
    t->first_port = ports;
    uint32_t first = 0;
    for (uint32_t r = 0; r <= t->routers; r++) {
        uint32_t n = r < t->routers ? ports[r] : 0;
        if (n > TOPOLOGY_MOST_PORTS)
            return too_many_ports(r, n, err);
        ports[r] = first;
        first += n;
    }
    t->ports = first;
    t->port = mem_new((size_t)first + 1, sizeof *t->port);
    for (uint32_t p = 0; p < first; p++)
        t->port[p] = (struct topology_port){TOPOLOGY_NONE, TOPOLOGY_NONE, TOPOLOGY_NONE};
    for (uint32_t l = 0; l < t->links; l++) {
        t->port[first_port_of(t, t->link[l].from) + t->link[l].from_port].out_link = l;
        t->port[first_port_of(t, t->link[l].to) + t->link[l].to_port].in_link = l;
    }
    for (uint32_t e = 0; e < t->endpoints; e++)
        t->port[first_port_of(t, t->endpoint[e].router) + t->endpoint[e].port].endpoint = e;
    return 0;
}

/* A link takes at least a cycle and passes at most a flit per cycle: what the network's ring of arrivals stands on. */
static int check_times(const struct topology *t, struct err *err)
{
    for (uint32_t l = 0; l < t->links; l++)
        if (!t->link[l].hop.flit_time || !t->link[l].hop.latency)
            return err_input(err, "the link from router %u to router %u has latency %u and flit time %u; each takes 1 cycle or more", t->link[l].from,
                             t->link[l].to, t->link[l].hop.latency, t->link[l].hop.flit_time);
    for (uint32_t e = 0; e < t->endpoints; e++)
        if (!t->endpoint[e].flit_time || !t->endpoint[e].inject)
            return err_input(err, "endpoint %u has a way in of %u cycles and flit time %u; each takes 1 cycle or more", e, t->endpoint[e].inject,
                             t->endpoint[e].flit_time);
    return 0;
}

/* Nothing that follows fails half way: a topology is whole or not there. */
static struct topology *finish(struct topology *t, struct err *err)
{
    if (t->routers <= TOPOLOGY_MOST_ROUTERS ? tabulate_ports(t, err) || check_times(t, err) || topology_tabulate(t, err)
                                            : err_input(err, "%u routers; at most %d are possible", t->routers, TOPOLOGY_MOST_ROUTERS)) {
        topology_free(t);
        return NULL;
    }
    return t;
}

static void add_link(struct topology *t, uint32_t from, uint32_t from_port, uint32_t to, uint32_t to_port, struct topology_hop hop)
{
    t->link[t->links++] = (struct topology_link){from, from_port, to, to_port, hop};
}

static int named_router_missing(const char *what, uint32_t number, uint32_t router, uint32_t routers, struct err *err)
{
    return err_input(err, "%s %u names router %u; there are %u, numbered from 0", what, number, router, routers);
}

/* Links one way along an axis; the last router of a row has one only on a torus, and none where the axis has one router. */
static void add_axis(struct topology *t, const struct topology_grid *g, uint32_t router, uint32_t axis)
{
    uint32_t x = t->place[router].x, y = t->place[router].y, first = router - (y * g->columns + x);
    uint32_t size = axis ? g->rows : g->columns, at = axis ? y : x;
    if (size < 2 || (at + 1 == size && !g->torus))
        return;
    uint32_t up = at + 1 == size ? 0 : at + 1;
    uint32_t there = first + (axis ? up * g->columns + x : y * g->columns + up);
    add_link(t, router, 2 * axis, there, 2 * axis + 1, g->hop[2 * axis]);
    add_link(t, there, 2 * axis + 1, router, 2 * axis, g->hop[2 * axis + 1]);
}

/* Links in the order of a list, each at the next free port of its routers; a pair there and back is one port on either side. */
static void add_pairs(struct topology *t, const struct topology_link *list, uint32_t n, uint32_t *used)
{
    int paired = 1;             /* 1: the link before has its way back already, or there is none before */
    for (uint32_t l = 0; l < n; l++) {
        const struct topology_link *k = &list[l], *before = paired ? NULL : &t->link[t->links - 1];
        paired = before && before->from == k->to && before->to == k->from;
        uint32_t from_port = paired ? before->to_port : used[k->from]++;
        add_link(t, k->from, from_port, k->to, paired ? before->from_port : used[k->to]++, k->hop);
    }
}

/* Endpoints in the order of a list, each at the next free port of its router. */
static void add_endpoints(struct topology *t, const struct topology_endpoint *list, uint32_t n, uint32_t *used)
{
    for (uint32_t e = 0; e < n; e++) {
        t->endpoint[t->endpoints] = list[e];
        t->endpoint[t->endpoints++].port = used[list[e].router]++;
    }
}

static int check_grid(const struct topology_grid *g, uint64_t routers, uint32_t chips, struct err *err)
{
    if (!routers || !g->concentration || routers > TOPOLOGY_MOST_ROUTERS || g->concentration > TOPOLOGY_MOST_PORTS - 4)
        return err_input(err, "a grid of %u x %u routers with %u endpoints each; 1 to %d routers with 1 to %d endpoints each are possible", g->columns,
                         g->rows * chips, g->concentration, TOPOLOGY_MOST_ROUTERS, TOPOLOGY_MOST_PORTS - 4);
    for (uint32_t i = 0; i < g->extras; i++)
        if (g->extra[i].router >= routers)
            return named_router_missing("further endpoint", i, g->extra[i].router, (uint32_t)routers, err);
    for (uint32_t l = 0; l < g->bridges; l++)
        if (g->bridge[l].from >= routers || g->bridge[l].to >= routers)
            return named_router_missing("link between chips", l, g->bridge[l].from >= routers ? g->bridge[l].from : g->bridge[l].to, (uint32_t)routers, err);
    return 0;
}

/* Ports of a border router without a neighbour are there, unused, so that local numbers mean the same everywhere. Bridges take the ports
 * after those of the router's own endpoints, extra endpoints (host ports) the ports after these. */
struct topology *topology_new_grid(const struct topology_grid *g, struct err *err)
{
    uint32_t chips = g->chips ? g->chips : 1;
    uint64_t routers = (uint64_t)g->columns * g->rows * chips;
    if (check_grid(g, routers, chips, err))
        return NULL;
    struct topology *t = empty((uint32_t)routers, (uint32_t)routers * 4 + g->bridges, (uint32_t)routers * g->concentration + g->extras);
    uint32_t *used = mem_new(routers, sizeof *used);
    t->columns = g->columns;
    t->rows = g->rows;
    t->chip_routers = g->columns * g->rows;
    t->torus = g->torus;
    t->routing = g->routing;
    t->vc_classes = g->torus && g->routing <= ROUTE_YX && (g->columns > 2 || g->rows > 2) ? 2 : 1;
    t->place = mem_new(t->routers, sizeof *t->place);
    for (uint32_t r = 0; r < t->routers; r++) {
        t->place[r] = (struct topology_place){(uint16_t)(r % g->columns), (uint16_t)(r / g->columns % g->rows)};
        used[r] = 4 + g->concentration;
    }
    for (uint32_t r = 0; r < t->routers; r++)
        for (uint32_t axis = 0; axis < 2; axis++)
            add_axis(t, g, r, axis);
    for (uint32_t r = 0; r < t->routers; r++)
        for (uint32_t c = 0; c < g->concentration; c++)
            t->endpoint[t->endpoints++] = (struct topology_endpoint){r, 4 + c, g->inject, g->eject, g->flit_time};
    add_pairs(t, g->bridge, g->bridges, used);
    add_endpoints(t, g->extra, g->extras, used);
    free(used);
    return finish(t, err);
}

/* Routers level by level; the children of router r are arity * r + 1 and following. Port 0 leads up (the root's is unused). */
struct topology *topology_new_levels(const struct topology_levels *d, struct err *err)
{
    uint64_t routers = 0, last = 1;
    for (uint32_t level = 0; level < d->levels && routers <= TOPOLOGY_MOST_ROUTERS; level++) {
        last = level ? last * d->arity : 1;
        routers += last;
    }
    if (!d->levels || !d->arity || !d->concentration || routers > TOPOLOGY_MOST_ROUTERS || d->arity + d->concentration >= TOPOLOGY_MOST_PORTS) {
        err_input(err, "a tree of %u levels, %u children per router and %u endpoints per last router; up to %d routers of %d ports are possible", d->levels,
                  d->arity, d->concentration, TOPOLOGY_MOST_ROUTERS, TOPOLOGY_MOST_PORTS);
        return NULL;
    }
    struct topology *t = empty((uint32_t)routers, 2 * (uint32_t)routers, (uint32_t)last * d->concentration);
    t->routing = ROUTE_UPDOWN;
    for (uint32_t r = 1; r < t->routers; r++) {
        uint32_t parent = (r - 1) / d->arity, child = (r - 1) % d->arity;
        add_link(t, parent, 1 + child, r, 0, d->down);
        add_link(t, r, 0, parent, 1 + child, d->up);
    }
    for (uint32_t r = (uint32_t)(routers - last); r < t->routers; r++)
        for (uint32_t c = 0; c < d->concentration; c++)
            t->endpoint[t->endpoints++] = (struct topology_endpoint){r, 1 + c, d->inject, d->eject, d->flit_time};
    return finish(t, err);
}

static int check_plan(const struct topology_plan *p, struct err *err)
{
    if (!p->routers || p->routers > TOPOLOGY_MOST_ROUTERS)
        return err_input(err, "%u routers; 1 to %d are possible", p->routers, TOPOLOGY_MOST_ROUTERS);
    if (p->routing != ROUTE_TABLE && p->routing != ROUTE_UPDOWN)
        return err_input(err, "a list of links is no grid: its routing is table or updown");
    for (uint32_t l = 0; l < p->links; l++)
        if (p->link[l].from >= p->routers || p->link[l].to >= p->routers)
            return named_router_missing("link", l, p->link[l].from >= p->routers ? p->link[l].from : p->link[l].to, p->routers, err);
    for (uint32_t l = 0; l < p->links; l++)
        if (p->link[l].from == p->link[l].to)
            return err_input(err, "link %u goes from router %u to itself; a link joins two routers", l, p->link[l].from);
    for (uint32_t e = 0; e < p->endpoints; e++)
        if (p->endpoint[e].router >= p->routers)
            return named_router_missing("endpoint", e, p->endpoint[e].router, p->routers, err);
    return 0;
}

/* Ports are numbered as links name their routers, links first. */
struct topology *topology_new_custom(const struct topology_plan *p, struct err *err)
{
    if (check_plan(p, err))
        return NULL;
    struct topology *t = empty(p->routers, p->links, p->endpoints);
    uint32_t *used = mem_new((size_t)p->routers + 1, sizeof *used);
    t->routing = p->routing;
    add_pairs(t, p->link, p->links, used);
    add_endpoints(t, p->endpoint, p->endpoints, used);
    free(used);
    return finish(t, err);
}

struct topology *topology_copy(const struct topology *from, const struct topology_endpoint *extra, uint32_t extras, struct err *err)
{
    struct topology *t = empty(from->routers, from->links, from->endpoints + extras);
    uint32_t *used = mem_new((size_t)from->routers + 1, sizeof *used);
    t->links = from->links;
    t->endpoints = from->endpoints;
    t->columns = from->columns;
    t->rows = from->rows;
    t->chip_routers = from->chip_routers;
    t->torus = from->torus;
    t->vc_classes = from->vc_classes;
    t->routing = from->routing;
    memcpy(t->link, from->link, from->links * sizeof *t->link);
    memcpy(t->endpoint, from->endpoint, from->endpoints * sizeof *t->endpoint);
    if (from->place) {
        t->place = mem_new(t->routers, sizeof *t->place);
        memcpy(t->place, from->place, t->routers * sizeof *t->place);
    }
    for (uint32_t r = 0; r < t->routers; r++)
        used[r] = from->first_port[r + 1] - from->first_port[r];
    add_endpoints(t, extra, extras, used);
    free(used);
    return finish(t, err);
}
