/* noc.h: the network on chip as every timing plane sees it: routers, links, endpoints, multicast trees. A mesh or torus is computed from
 * coordinates; every other network stands on a graph (topology.h). Immutable once built. Times are NoC cycles. An endpoint is a core
 * (0 .. cores-1), then the host's input and output ports. */
#ifndef VOLLEY_NOC_NOC_H
#define VOLLEY_NOC_NOC_H
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "noc/mesh.h"
#include "noc/topology.h"
#ifdef __cplusplus
extern "C" {
#endif

enum direction { EAST, WEST, NORTH, SOUTH, DIRECTIONS };
enum { UNICAST = UINT32_MAX };          /* send.route of a packet without a tree */

struct noc_shape {
    uint32_t columns, rows, cores_per_tile;     /* columns to yx, link_x to flit_y, host_in, host_out: of a grid; not read where there is a graph */
    int torus, yx;
    uint32_t router;                    /* cycles in a router before a link or the ejection */
    uint32_t link_x, link_y, flit_x, flit_y, flit_local;
    uint32_t inject, eject;
    uint32_t host_in[2], host_out[2];   /* column, row */
    /* Flits per cycle from the host into its router, and from its router to the host; 0, 1: as a core's, flit_local cycles per flit. */
    uint32_t host_rate, host_out_rate;
};

struct tree_branch { uint32_t link, parent; };  /* parent: 0 the source's router, k + 1 the far end of branch k of the tree */
struct tree { uint32_t first_branch, branches, first_leaf, leaves; };   /* leaf_at: parent of each leaf, in leaf order */

struct noc {
    struct noc_shape shape;
    struct topology *graph;                             /* NULL: a grid. Owned; its endpoints are the noc's, its trees are not used */
    uint32_t routers, cores, endpoints, links;          /* links: routers * DIRECTIONS, or the graph's */
    uint32_t longest_path;                              /* links: room for noc_path */
    uint32_t host_in, host_out;                         /* endpoint numbers */
    uint32_t *router_of;                                /* [endpoints] */
    struct tree *tree;
    struct tree_branch *branch;
    uint32_t *leaf_at;
    uint64_t n_trees, n_branches, n_leaf_at;
    size_t tree_capacity, branch_capacity, leaf_at_capacity;   /* elements there is room for */
    uint32_t *branch_of;                /* [links] while trees are made: the last branch over each link */
    uint8_t *overlap_full;              /* [endpoints] 0 (as made): a service waits for the end of the core's update; 1: it does not */
    /* For the plane cycle. As made: 4 channels of 16 flits, shape.router as one cycle for the channel, one for the switch, the rest traversal,
     * no end to any queue. The stages must add to shape.router. */
    struct mesh_config router;
    uint32_t *queue_out, *queue_in;     /* [endpoints] packets; 0: without end */
};

/* Of one packet and all its copies. hops: all; of these along a grid's axes, and between chips. */
struct path_counts { uint32_t hops, hops_x, hops_y, hops_chip, routers, leaves_tile, leaves; };

struct noc *noc_new(const struct noc_shape *);
/* Over a graph, which it takes over, NULL too: then NULL. Its endpoints are the cores, the host's input and the host's output. */
struct noc *noc_new_graph(const struct noc_shape *, struct topology *);
/* An endpoint as the flit-level network wants it. host_in: one lane of the host's input. */
struct topology_endpoint noc_port(const struct noc_shape *, uint32_t router, int host_in);
void noc_settle(struct noc *);          /* once all trees are there: for many random reads; more may follow */
void noc_free(struct noc *);            /* NULL is allowed */
int noc_is_free(const struct noc *);    /* 1: no part of a way takes time, so there is nothing in which packets could meet */
/* The links of the path between two routers, in order; returns how many (at most longest_path). */
uint32_t noc_path(const struct noc *, uint32_t from_router, uint32_t to_router, uint32_t *link);
/* A tree over the given endpoints (leaf order kept); returns its number. The union of the paths from one source: a link is in it
 * once, however many paths it carries. */
uint32_t noc_tree(struct noc *, uint32_t from_endpoint, const uint32_t *endpoint, uint32_t n);
void noc_path_counts(const struct noc *, uint32_t from_endpoint, const uint32_t *endpoint, uint32_t n, uint32_t tree, struct path_counts *);
enum topology_wire noc_wire(const struct noc *, uint32_t link);        /* what a link is counted as */
void noc_count_link(const struct noc *, struct path_counts *, uint32_t link);  /* one more link crossed: hops by kind, no router */
uint32_t noc_far_end(const struct noc *, uint32_t link);                /* the router that a link leads to */
uint32_t noc_body(const struct noc *);  /* cycles in a router of a flit that is not a head: noc.router without route and channel */
/* Zero-load latency of the tail: inject + hops * (router + link) + router + eject + (flits - 1) * flit time, where links and ports are equal. */
uint64_t noc_zero_load(const struct noc *, uint32_t from_endpoint, uint32_t to_endpoint, uint32_t flits);

#ifdef __cplusplus
}
#endif
#endif
