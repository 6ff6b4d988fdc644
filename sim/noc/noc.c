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

/* Routers are numbered row by row from the south-west corner, cores tile by tile, so a core's router is a division. The links of
 * a router are numbered 4 x router + direction; on a mesh those at the rim exist as numbers only and no path uses them. */
struct noc *noc_new(const struct noc_shape *shape)
{
    struct noc *noc = mem_new(1, sizeof *noc);
    noc->shape = *shape;
    noc->routers = shape->columns * shape->rows;
    noc->cores = noc->routers * shape->cores_per_tile;
    noc->links = noc->routers * DIRECTIONS;
    /* The host's two ports are endpoints behind the cores; a chip has them even where its input and output share a tile. */
    noc->host_in = noc->cores;
    noc->host_out = noc->cores + 1;
    noc->endpoints = noc->cores + 2;
    noc->router_of = mem_new(noc->endpoints, sizeof *noc->router_of);
    for (uint32_t c = 0; c < noc->cores; c++)
        noc->router_of[c] = c / shape->cores_per_tile;
    noc->overlap_full = mem_new(noc->endpoints, sizeof *noc->overlap_full);
    noc->router = plain_router(shape->router);
    noc->queue_out = mem_new(noc->endpoints, sizeof *noc->queue_out);
    noc->queue_in = mem_new(noc->endpoints, sizeof *noc->queue_in);
    noc->branch_of = mem_new(noc->links, sizeof *noc->branch_of);
    noc->router_of[noc->host_in] = shape->host_in[1] * shape->columns + shape->host_in[0];
    noc->router_of[noc->host_out] = shape->host_out[1] * shape->columns + shape->host_out[0];
    return noc;
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
    return !(s->router || s->link_x || s->link_y || s->inject || s->eject);
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

/* Dimension order: one axis wholly before the other. On a mesh no cycle of links can then wait for itself, so finite buffers
 * cannot lock up; and two paths that part never meet again, which makes the union of paths from one source a tree. */
uint32_t noc_path(const struct noc *noc, uint32_t from, uint32_t to, uint32_t *link)
{
    uint32_t columns = noc->shape.columns, x = from % columns, y = from / columns, n = 0;
    if (from == to)             /* within a tile: a router, no link */
        return 0;
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

/* Branches are made in the order of leaves, each path from the source outwards: a parent always stands before its children. */
uint32_t noc_tree(struct noc *noc, uint32_t from, const uint32_t *endpoint, uint32_t n)
{
    uint32_t *link = mem_new(noc->shape.columns + noc->shape.rows, sizeof *link);       /* a longest path has fewer */
    struct tree t = {.first_branch = (uint32_t)noc->n_branches, .first_leaf = (uint32_t)noc->n_leaf_at, .leaves = n};
    for (uint32_t i = 0; i < n; i++) {
        uint32_t hops = noc_path(noc, noc->router_of[from], noc->router_of[endpoint[i]], link);
        noc->leaf_at = mem_room(noc->leaf_at, noc->n_leaf_at, &noc->leaf_at_capacity, sizeof *noc->leaf_at);
        noc->leaf_at[noc->n_leaf_at++] = grow_to(noc, t.first_branch, link, hops);
    }
    t.branches = (uint32_t)noc->n_branches - t.first_branch;        /* 0 where all leaves lie in the source's tile */
    free(link);
    noc->tree = mem_room(noc->tree, noc->n_trees, &noc->tree_capacity, sizeof *noc->tree);
    noc->tree[noc->n_trees] = t;
    return (uint32_t)noc->n_trees++;
}

/* East-west and north-south hops are counted apart: their length, energy and time may differ. */
static void count_link(struct path_counts *counts, uint32_t link)
{
    uint32_t direction = link % DIRECTIONS;
    if (direction == EAST || direction == WEST)
        counts->hops_x++;
    else
        counts->hops_y++;
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
            count_link(counts, noc->branch[t->first_branch + b].link);
        counts->routers = 1 + t->branches;
        return;
    }
    uint32_t *link = mem_new(noc->shape.columns + noc->shape.rows, sizeof *link);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t hops = noc_path(noc, noc->router_of[from], noc->router_of[endpoint[i]], link);
        for (uint32_t h = 0; h < hops; h++)
            count_link(counts, link[h]);
        counts->routers += 1 + hops;
    }
    free(link);
}

/* With nothing to wait for, L flits end up (L - 1) x t apart, t the largest time that any part of the way needs for one of them: a slower
 * part pulls them apart, a faster one cannot push them together. Both planes give this for a packet alone. */
uint64_t noc_zero_load(const struct noc *noc, uint32_t from, uint32_t to, uint32_t flits)
{
    const struct noc_shape *s = &noc->shape;
    struct path_counts c;
    noc_path_counts(noc, from, &to, 1, UNICAST, &c);
    uint32_t slowest = s->flit_local;   /* every packet goes in and out through a core's or the host's port */
    if (c.hops_x && s->flit_x > slowest)
        slowest = s->flit_x;
    if (c.hops_y && s->flit_y > slowest)
        slowest = s->flit_y;
    return s->inject + (uint64_t)c.hops_x * (s->router + s->link_x) + (uint64_t)c.hops_y * (s->router + s->link_y) + s->router + s->eject +
           (uint64_t)(flits - 1) * slowest;
}
