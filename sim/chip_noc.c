/* The graph under networks that are not computed from coordinates: trees, lists of links, table and up*-down* routes, systems of chips.
 * Its endpoints are the cores by number, the host's input, the host's output. */
#include <stdlib.h>

#include "base/mem.h"
#include "chip.h"

int chip_needs_graph(const struct chip_noc *n)
{
    return !chipfile_is_grid(n) || n->routing > ROUTING_YX || chipfile_chips(n) > 1;
}

static enum topology_routing routing_of(const struct chip_noc *n)
{
    static const enum topology_routing routing[] = {ROUTE_XY, ROUTE_YX, ROUTE_TABLE, ROUTE_UPDOWN};
    return routing[n->routing];
}

/* Links as the graph has them, bridges among them; grids keep their own. */
static struct topology_link *graph_links(const struct chip_link *link, uint32_t n)
{
    struct topology_link *to = mem_new((size_t)n + 1, sizeof *to);
    for (uint32_t l = 0; l < n; l++)
        to[l] = (struct topology_link){.from = link[l].from, .to = link[l].to,
                                       .hop = {link[l].delay, link[l].flit_time, link[l].between_chips ? WIRE_CHIP : WIRE_LINK}};
    return to;
}

static uint32_t host_router(const struct chipfile *f, const struct chip_io *io)
{
    return io->chip * (chipfile_routers(&f->noc) / chipfile_chips(&f->noc)) + io->router;
}

/* A grid keeps its ports (east, west, north, south) whatever its routes. */
static struct topology *grid_graph(const struct chipfile *f, const struct noc_shape *s, struct err *err)
{
    const struct chip_noc *n = &f->noc;
    struct topology_hop x = {n->link_x, n->flit_x, WIRE_X}, y = {n->link_y, n->flit_y, WIRE_Y};
    struct topology_endpoint core = noc_port(s, 0, 0), host[] = {noc_port(s, host_router(f, &f->in), 1), noc_port(s, host_router(f, &f->out), 0)};
    struct topology_link *bridge = graph_links(n->bridge, n->n_bridges);
    struct topology_grid g = {.columns = n->columns, .rows = n->rows, .concentration = n->cores_per_tile, .torus = n->topology == TOPOLOGY_TORUS,
                              .routing = routing_of(n), .hop = {x, x, y, y}, .inject = core.inject, .eject = core.eject, .flit_time = core.flit_time,
                              .extra = host, .extras = 2, .chips = chipfile_chips(n), .bridge = bridge, .bridges = n->n_bridges};
    struct topology *t = topology_new_grid(&g, err);
    free(bridge);
    return t;
}

static struct topology *list_graph(const struct chipfile *f, const struct noc_shape *s, struct err *err)
{
    const struct chip_noc *n = &f->noc;
    struct topology_plan plan = {.routers = chipfile_routers(n), .endpoints = f->cores + 2, .routing = routing_of(n)};
    struct chip_link *all = chipfile_links(n, &plan.links);
    struct topology_link *link = graph_links(all, plan.links);
    struct topology_endpoint *endpoint = mem_new(plan.endpoints, sizeof *endpoint);
    for (uint32_t c = 0; c < f->cores; c++)
        endpoint[c] = noc_port(s, chipfile_tile_router(n, c / n->cores_per_tile), 0);
    endpoint[f->cores] = noc_port(s, host_router(f, &f->in), 1);
    endpoint[f->cores + 1] = noc_port(s, host_router(f, &f->out), 0);
    plan.link = link;
    plan.endpoint = endpoint;
    struct topology *t = topology_new_custom(&plan, err);
    free(all);
    free(link);
    free(endpoint);
    return t;
}

struct topology *chip_graph(const struct chipfile *f, const struct noc_shape *s, struct err *err)
{
    struct topology *t = chipfile_is_grid(&f->noc) ? grid_graph(f, s, err) : list_graph(f, s, err);
    if (t && (!f->noc.multicast || !topology_check_trees(t, err)))
        return t;
    topology_free(t);
    chipfile_noc_context(f, err);
    return NULL;
}
