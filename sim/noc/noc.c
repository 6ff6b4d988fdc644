/* Topology and routes: which links a packet crosses. No times: those belong to the planes. */
#include "noc/noc.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* One cycle for the channel and one for the switch is what most routers have; the rest is a pipeline that takes a flit every cycle. */
static struct mesh_config plain_router(uint32_t cycles)
{
    struct mesh_config c = {.vcs = 4, .depth = 16, .credit = 1};
    c.sw_alloc = cycles > 0;
    c.vc_alloc = cycles > 1;
    c.final = cycles > 2 ? cycles - 2 : 0;
    return c;
}

/* What every network has, once routers, cores, endpoints and links are known. */
static void open_arrays(struct noc *noc)
{
    noc->host_in = noc->cores;
    noc->host_out = noc->cores + 1;
    noc->router_of = mem_new(noc->endpoints, sizeof *noc->router_of);
    noc->overlap_full = mem_new(noc->endpoints, sizeof *noc->overlap_full);
    noc->router = plain_router(noc->shape.router);
    noc->queue_out = mem_new(noc->endpoints, sizeof *noc->queue_out);
    noc->queue_in = mem_new(noc->endpoints, sizeof *noc->queue_in);
    noc->branch_of = mem_new((size_t)noc->links + 1, sizeof *noc->branch_of);
}

/* Routers are numbered row by row from the south-west corner, cores tile by tile, so a core's router is a division. The links of
 * a router are numbered 4 x router + direction; on a mesh those at the rim exist as numbers only and no path uses them. */
struct noc *noc_new(const struct noc_shape *shape)
{
    struct noc *noc = mem_new(1, sizeof *noc);
    noc->shape = *shape;
    noc->routers = shape->columns * shape->rows;
    noc->cores = noc->routers * shape->cores_per_tile;
    noc->links = noc->routers * DIRECTIONS;
    noc->longest_path = shape->columns + shape->rows;
    /* The host's two ports are endpoints behind the cores; a chip has them even where its input and output share a tile. */
    noc->endpoints = noc->cores + 2;
    open_arrays(noc);
    for (uint32_t c = 0; c < noc->cores; c++)
        noc->router_of[c] = c / shape->cores_per_tile;
    noc->router_of[noc->host_in] = shape->host_in[1] * shape->columns + shape->host_in[0];
    noc->router_of[noc->host_out] = shape->host_out[1] * shape->columns + shape->host_out[0];
    return noc;
}

/* A way visits a router once, or twice where it first goes up and then down. */
struct noc *noc_new_graph(const struct noc_shape *shape, struct topology *graph)
{
    if (!graph)
        return NULL;
    struct noc *noc = mem_new(1, sizeof *noc);
    noc->shape = *shape;
    noc->graph = graph;
    noc->routers = graph->routers;
    noc->endpoints = graph->endpoints;
    noc->cores = graph->endpoints - 2;
    noc->links = graph->links;
    noc->longest_path = 2 * graph->routers;
    open_arrays(noc);
    for (uint32_t e = 0; e < noc->endpoints; e++)
        noc->router_of[e] = graph->endpoint[e].router;
    return noc;
}

/* What is offered in one cycle is in a source's queue in the next: a way in of no cycle takes that one from the way out, so that a packet
 * alone is as fast as stated. Where the host's input takes several flits per cycle, it is as many lanes of one each. */
struct topology_endpoint noc_port(const struct noc_shape *s, uint32_t router, int host_in)
{
    uint32_t flit_time = host_in && s->host_rate > 1 ? 1 : s->flit_local;
    return (struct topology_endpoint){.router = router, .inject = s->inject ? s->inject : 1, .eject = s->eject - (!s->inject && s->eject),
                                      .flit_time = flit_time ? flit_time : 1};
}

/* Walks read branches and leaves at random, millions of times a second: on huge pages most look-ups of addresses fall away. */
void noc_settle(struct noc *noc)
{
    noc->branch = mem_settle(noc->branch, noc->n_branches * sizeof *noc->branch);
    noc->leaf_at = mem_settle(noc->leaf_at, noc->n_leaf_at * sizeof *noc->leaf_at);
    /* What is settled is as long as what it holds: the next tree finds no room and grows it again. */
    noc->branch_capacity = noc->n_branches;
    noc->leaf_at_capacity = noc->n_leaf_at;
}

void noc_free(struct noc *noc)
{
    if (!noc)
        return;
    topology_free(noc->graph);
    free(noc->router_of);
    free(noc->overlap_full);
    free(noc->queue_out);
    free(noc->queue_in);
    free(noc->branch_of);
    free(noc->tree);
    free(noc->branch);
    free(noc->leaf_at);
    free(noc);
}

int noc_is_free(const struct noc *noc)
{
    const struct noc_shape *s = &noc->shape;
    return !noc->graph && !(s->router || s->link_x || s->link_y || s->inject || s->eject);      /* a graph's link takes a cycle or more */
}

/* Steps to go along one axis, negative towards lower numbers; the shorter way round on a torus, up where both are equal. */
static int32_t steps_along(const struct noc *noc, uint32_t from, uint32_t to, uint32_t size)
{
    int32_t d = (int32_t)to - (int32_t)from, n = (int32_t)size;     /* sides are at most 1024 */
    if (!noc->shape.torus)
        return d;
    if (d > n / 2)              /* n even, d = n / 2: both ways are equal, and up it stays */
        d -= n;
    else if (-d > (n - 1) / 2)
        d += n;
    return d;
}

/* The links along one axis from *x to `to`, behind the n that are there; *x ends at `to`. A torus closes at the rim. */
static uint32_t walk_x(const struct noc *noc, uint32_t *x, uint32_t y, uint32_t to, uint32_t *link, uint32_t n)
{
    uint32_t columns = noc->shape.columns;
    for (int32_t d = steps_along(noc, *x, to, columns); d; d += d > 0 ? -1 : 1) {
        link[n++] = (y * columns + *x) * DIRECTIONS + (d > 0 ? EAST : WEST);
        *x = d > 0 ? (*x + 1 == columns ? 0 : *x + 1) : (*x ? *x - 1 : columns - 1);
    }
    return n;
}

/* The same along the other axis: a row is `columns` routers further. */
static uint32_t walk_y(const struct noc *noc, uint32_t x, uint32_t *y, uint32_t to, uint32_t *link, uint32_t n)
{
    uint32_t columns = noc->shape.columns, rows = noc->shape.rows;
    for (int32_t d = steps_along(noc, *y, to, rows); d; d += d > 0 ? -1 : 1) {
        link[n++] = (*y * columns + x) * DIRECTIONS + (d > 0 ? NORTH : SOUTH);
        *y = d > 0 ? (*y + 1 == rows ? 0 : *y + 1) : (*y ? *y - 1 : rows - 1);
    }
    return n;
}

/* Over a graph: as the flit-level network goes, which looks the way up at each router. */
static uint32_t graph_path(const struct topology *t, uint32_t from, uint32_t to, uint32_t *link)
{
    uint32_t n = 0, in_port = TOPOLOGY_NONE;
    while (from != to) {
        struct topology_turn turn = topology_towards(t, from, in_port, 0, to, 0);
        link[n] = t->port[t->first_port[from] + turn.port].out_link;
        from = t->link[link[n]].to;
        in_port = t->link[link[n++]].to_port;
    }
    return n;
}

/* Dimension order: one axis wholly before the other. On a mesh no cycle of links can then wait for itself, so finite buffers
 * cannot lock up; and two paths that part never meet again, which makes the union of paths from one source a tree. */
uint32_t noc_path(const struct noc *noc, uint32_t from, uint32_t to, uint32_t *link)
{
    if (from == to)             /* within a tile: a router, no link */
        return 0;
    if (noc->graph)
        return graph_path(noc->graph, from, to, link);
    uint32_t columns = noc->shape.columns, x = from % columns, y = from / columns, n = 0;
    if (noc->shape.yx) {
        n = walk_y(noc, x, &y, to / columns, link, n);
        return walk_x(noc, &x, y, to % columns, link, n);
    }
    n = walk_x(noc, &x, y, to % columns, link, n);
    return walk_y(noc, x, &y, to / columns, link, n);
}

/* A new branch at the end of the newest tree; its number among all branches. */
static uint32_t add_branch(struct noc *noc, uint32_t link, uint32_t parent)
{
    noc->branch = mem_room(noc->branch, noc->n_branches, &noc->branch_capacity, sizeof *noc->branch);
    noc->branch[noc->n_branches] = (struct tree_branch){link, parent};
    return (uint32_t)noc->n_branches++;
}

/* The place in the tree at the far end of the path to one leaf: 0 the source's router, k + 1 the far end of branch k. Branches that
 * are there already are shared. There is one path to each router, so a link that is in the tree has the same parent. branch_of
 * keeps what older trees wrote; a number below `first` says so, without clearing the array for every tree. */
static uint32_t grow_to(struct noc *noc, uint32_t first, const uint32_t *link, uint32_t hops)
{
    uint32_t at = 0;
    for (uint32_t h = 0; h < hops; h++) {
        uint32_t b = noc->branch_of[link[h]];   /* 0 where no tree has used the link: told from branch 0 by its link */
        if (b < first || b >= noc->n_branches || noc->branch[b].link != link[h])
            b = noc->branch_of[link[h]] = add_branch(noc, link[h], at);
        at = b - first + 1;
    }
    return at;
}

/* Branches in the order of leaves, each path from the source outwards: a parent always stands before its children. */
static void add_paths(struct noc *noc, uint32_t first, uint32_t from, const uint32_t *endpoint, uint32_t n)
{
    uint32_t *link = mem_new(noc->longest_path, sizeof *link);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t hops = noc_path(noc, noc->router_of[from], noc->router_of[endpoint[i]], link);
        noc->leaf_at[noc->n_leaf_at++] = grow_to(noc, first, link, hops);
    }
    free(link);
}

/* The tree of the graph, which need not be made of paths, as branches. A node's number in the graph's tree is above its parent's; branch
 * k leads to node k + 1 only if nodes are taken in that order, so at[] says at which branch's far end each node lies. */
static void add_graph_tree(struct noc *noc, uint32_t first, uint32_t from, const uint32_t *endpoint, uint32_t n)
{
    struct topology *t = noc->graph;
    struct err refused;         /* topology_check_trees was asked when the network was made */
    if (topology_add_tree(t, from, endpoint, n, &refused) < 0)
        abort();
    const struct topology_tree *tree = &t->tree[t->n_trees - 1];
    uint32_t *at = mem_new((size_t)tree->nodes + 1, sizeof *at);
    for (uint32_t i = 0; i < tree->nodes; i++) {
        const struct topology_node *node = &t->node[tree->first_node + i];
        for (const struct topology_branch *b = &t->branch[node->first_branch]; b < &t->branch[node->first_branch + node->branches]; b++) {
            if (b->vc_class == TOPOLOGY_ANY_CLASS)
                noc->leaf_at[noc->n_leaf_at + b->to] = at[i];
            else
                at[b->to - tree->first_node] = add_branch(noc, t->port[t->first_port[node->router] + b->port].out_link, at[i]) - first + 1;
        }
    }
    noc->n_leaf_at += n;
    free(at);
    t->n_trees = t->n_nodes = t->n_branches = t->n_leaves = 0;      /* the planes have their own; room for the next one stays */
}

uint32_t noc_tree(struct noc *noc, uint32_t from, const uint32_t *endpoint, uint32_t n)
{
    struct tree t = {.first_branch = (uint32_t)noc->n_branches, .first_leaf = (uint32_t)noc->n_leaf_at, .leaves = n};
    while (noc->n_leaf_at + n > noc->leaf_at_capacity)
        noc->leaf_at = mem_room(noc->leaf_at, noc->leaf_at_capacity, &noc->leaf_at_capacity, sizeof *noc->leaf_at);
    if (noc->graph)
        add_graph_tree(noc, t.first_branch, from, endpoint, n);
    else
        add_paths(noc, t.first_branch, from, endpoint, n);
    t.branches = (uint32_t)noc->n_branches - t.first_branch;        /* 0 where all leaves lie in the source's tile */
    noc->tree = mem_room(noc->tree, noc->n_trees, &noc->tree_capacity, sizeof *noc->tree);
    noc->tree[noc->n_trees] = t;
    return (uint32_t)noc->n_trees++;
}

enum topology_wire noc_wire(const struct noc *noc, uint32_t link)
{
    if (noc->graph)
        return (enum topology_wire)noc->graph->link[link].hop.energy_class;
    return link % DIRECTIONS == EAST || link % DIRECTIONS == WEST ? WIRE_X : WIRE_Y;
}

/* East-west, north-south and between chips are counted apart: their length, energy and time may differ. */
void noc_count_link(const struct noc *noc, struct path_counts *counts, uint32_t link)
{
    enum topology_wire wire = noc_wire(noc, link);
    counts->hops++;
    counts->hops_x += wire == WIRE_X;
    counts->hops_y += wire == WIRE_Y;
    counts->hops_chip += wire == WIRE_CHIP;
}

/* On a grid at the rim of a torus the one on the other side. */
uint32_t noc_far_end(const struct noc *noc, uint32_t link)
{
    if (noc->graph)
        return noc->graph->link[link].to;
    uint32_t columns = noc->shape.columns, rows = noc->shape.rows, from = link / DIRECTIONS, x = from % columns, y = from / columns;
    switch (link % DIRECTIONS) {
    case EAST: x = x + 1 == columns ? 0 : x + 1; break;
    case WEST: x = (x ? x : columns) - 1; break;
    case NORTH: y = y + 1 == rows ? 0 : y + 1; break;
    default: y = (y ? y : rows) - 1;
    }
    return y * columns + x;
}

/* A tree crosses each of its links once and enters one router more than it has links. Without a tree every leaf has a packet of its
 * own, which crosses the whole path and enters one router more than that has links. */
void noc_path_counts(const struct noc *noc, uint32_t from, const uint32_t *endpoint, uint32_t n, uint32_t tree, struct path_counts *counts)
{
    *counts = (struct path_counts){.leaves = n};
    for (uint32_t i = 0; i < n; i++)
        counts->leaves_tile += noc->router_of[from] == noc->router_of[endpoint[i]];
    if (tree != UNICAST) {
        const struct tree *t = &noc->tree[tree];
        for (uint32_t b = 0; b < t->branches; b++)
            noc_count_link(noc, counts, noc->branch[t->first_branch + b].link);
        counts->routers = 1 + t->branches;
        return;
    }
    uint32_t *link = mem_new(noc->longest_path, sizeof *link);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t hops = noc_path(noc, noc->router_of[from], noc->router_of[endpoint[i]], link);
        for (uint32_t h = 0; h < hops; h++)
            noc_count_link(noc, counts, link[h]);
        counts->routers += 1 + hops;
    }
    free(link);
}

uint32_t noc_body(const struct noc *noc)
{
    return noc->router.sw_alloc + noc->router.final;
}

/* With nothing to wait for, the last of L flits is (L - 1) x t behind the first where no part of the way before was slower than t; behind a
 * slower one it catches up by what a head needs more in a router than the others. Every plane gives this for a packet alone. */
uint64_t noc_zero_load(const struct noc *noc, uint32_t from, uint32_t to, uint32_t flits)
{
    const struct noc_shape *s = &noc->shape;
    uint32_t *link = mem_new(noc->longest_path, sizeof *link), hops = noc_path(noc, noc->router_of[from], noc->router_of[to], link);
    uint64_t head = s->inject, behind = flits - 1, tail = head + behind * s->flit_local;
    for (uint32_t h = 0; h <= hops; h++) {
        struct topology_hop hop = {s->eject, s->flit_local, 0};
        if (h < hops && noc->graph)
            hop = noc->graph->link[link[h]].hop;
        else if (h < hops)
            hop = noc_wire(noc, link[h]) == WIRE_X ? (struct topology_hop){s->link_x, s->flit_x, WIRE_X} : (struct topology_hop){s->link_y, s->flit_y, WIRE_Y};
        head += s->router;
        tail = tail + noc_body(noc) > head + behind * hop.flit_time ? tail + noc_body(noc) : head + behind * hop.flit_time;
        head += hop.latency;
        tail += hop.latency;
    }
    free(link);
    return tail;
}
