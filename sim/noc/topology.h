/* topology.h: the network on chip as a graph: routers, their ports, links between ports, endpoints at ports, routes over them.
 * Times are NoC cycles. A port has an in side and an out side; either may be without a link. Local port numbers count from 0 in
 * each router, global ones (first_port[router] + local) over all. Immutable once the last tree is made; plain arrays to read. */
#ifndef VOLLEY_NOC_TOPOLOGY_H
#define VOLLEY_NOC_TOPOLOGY_H
#include <stdint.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { TOPOLOGY_NONE = UINT32_MAX, TOPOLOGY_MOST_PORTS = 64, TOPOLOGY_MOST_ROUTERS = 8192 };
enum { TOPOLOGY_ANY_CLASS = 255 };      /* a way on which every virtual channel may be used: into an endpoint */
/* XY, YX: grids only. TABLE: shortest path, ties to the lowest port; may deadlock where the graph has rings. UPDOWN: never up
 * (towards router 0) after down: never deadlocks; on a tree it is the shortest path. */
enum topology_routing { ROUTE_XY, ROUTE_YX, ROUTE_TABLE, ROUTE_UPDOWN };
enum topology_wire { WIRE_X, WIRE_Y, WIRE_LINK, WIRE_CHIP };    /* what a link is counted as: along a grid's axes, any other, between chips */

struct topology_hop { uint32_t latency, flit_time, energy_class; };     /* flit_time: cycles a flit occupies the link, 1 or more; an enum topology_wire */
struct topology_link {
    uint32_t from, from_port, to, to_port;      /* routers and their local ports */
    struct topology_hop hop;
};
struct topology_endpoint {
    uint32_t router, port;                      /* port: local */
    uint32_t inject, eject;                     /* injection to the router's buffer, 1 or more; switch to the endpoint */
    uint32_t flit_time;                         /* both ways */
};
struct topology_port { uint32_t out_link, in_link, endpoint; };         /* TOPOLOGY_NONE where there is none */

/* Multicast: a tree is nodes (routers), each with branches (output ports); a branch leads to a node or, at an endpoint's port, to
 * a leaf of the tree. node[first_node] is the source's router. */
struct topology_branch { uint32_t port, to, vc_class, leaves; };        /* leaves: behind it */
struct topology_node { uint32_t router, first_branch, branches; };
struct topology_tree { uint32_t first_node, nodes, first_leaf, leaves; };

struct topology {
    uint32_t routers, endpoints, links, ports;
    uint32_t columns, rows;                     /* of each chip; 0: not a grid */
    uint32_t chip_routers;                      /* routers of each chip, chip after chip */
    uint32_t torus, vc_classes;                 /* vc_classes: 2 where a ring has a dateline, else 1 */
    enum topology_routing routing;
    struct topology_place { uint16_t x, y; } *place;        /* [routers] of a grid */
    uint32_t *first_port;                       /* [routers + 1] */
    struct topology_port *port;                 /* [ports], global */
    struct topology_link *link;
    struct topology_endpoint *endpoint;
    uint32_t *gateway;                          /* XY, YX of several chips: the link on which chip a is left towards b, at [a * chips + b] */
    uint8_t *next;                              /* TABLE, UPDOWN: local port at [(phase * routers + router) * routers + target] */
    uint8_t *down;                              /* [links] UPDOWN: 1 leads away from router 0 */
    uint32_t *to_parent, *from_parent;          /* [routers] UPDOWN: links of the spanning tree that multicast keeps to; or TOPOLOGY_NONE */
    struct topology_tree *tree;
    struct topology_node *node;
    struct topology_branch *branch;
    uint32_t *leaf;                             /* endpoint of each leaf */
    uint64_t n_trees, n_nodes, n_branches, n_leaves;
};

struct topology_grid {                          /* ports: east, west, north (row + 1), south, then the endpoints */
    uint32_t columns, rows, concentration;      /* endpoints per router */
    uint32_t torus;
    enum topology_routing routing;
    struct topology_hop hop[4];                 /* leaving a router to the east, west, north, south */
    uint32_t inject, eject, flit_time;          /* of each endpoint */
    const struct topology_endpoint *extra;      /* more endpoints, numbered after these; their ports are not read */
    uint32_t extras;
    /* Equal chips, each such a grid; routers and endpoints are numbered chip after chip. Bridges join routers of different chips; their ports
     * are not read, and one listed right after its way back shares its port. XY and YX: one way there and back, between the same two
     * routers, from any chip to any other, or packets could wait for each other in a ring of chips. */
    uint32_t chips;                             /* 0 is 1 */
    const struct topology_link *bridge;
    uint32_t bridges;
};
struct topology_levels {                        /* a tree: router 0 is the root, endpoints are at the routers of the last level */
    uint32_t levels, arity, concentration;
    struct topology_hop up, down;
    uint32_t inject, eject, flit_time;
};
struct topology_plan {                          /* what the user lists; ports are given in the order of the lists, links first */
    uint32_t routers, links, endpoints;
    const struct topology_link *link;           /* its ports are not read; a link from a to b and one from b to a, listed one after the
                                                   other, share a port on either side */
    const struct topology_endpoint *endpoint;   /* its port is not read */
    enum topology_routing routing;              /* TABLE or UPDOWN */
};

/* Each: NULL and err (ERR_INPUT) where the description cannot be built. Owner: the caller, topology_free. */
struct topology *topology_new_grid(const struct topology_grid *, struct err *);
struct topology *topology_new_levels(const struct topology_levels *, struct err *);
struct topology *topology_new_custom(const struct topology_plan *, struct err *);
/* The same routers, links and endpoints, and more endpoints, numbered after these; their ports are not read. Trees are not copied. */
struct topology *topology_copy(const struct topology *, const struct topology_endpoint *extra, uint32_t extras, struct err *);
void topology_free(struct topology *);          /* NULL is allowed */

struct topology_turn { uint32_t port, vc_class; };
/* The way on from a router for a packet that came in by a local port (TOPOLOGY_NONE: it starts here), in virtual channels of vc_class,
 * towards an endpoint. ways: bit 0 and 1 choose the lower numbers where both ways round a ring, x and y, are equally long. */
struct topology_turn topology_next(const struct topology *, uint32_t router, uint32_t in_port, uint32_t vc_class, uint32_t endpoint, uint32_t ways);
/* The same by the target's router, which must have an endpoint; the port is TOPOLOGY_NONE where it is reached. */
struct topology_turn topology_towards(const struct topology *, uint32_t router, uint32_t in_port, uint32_t vc_class, uint32_t target, uint32_t ways);
uint32_t topology_routers_on_way(const struct topology *, uint32_t from_endpoint, uint32_t to_endpoint, uint32_t ways);
/* 0 where trees from and to all endpoints can be made; -1 and err (ERR_INPUT). */
int topology_check_trees(const struct topology *, struct err *);
/* A multicast tree over distinct endpoints, in leaf order; returns its number, or -1 and err. XY, YX and UPDOWN only. */
int64_t topology_add_tree(struct topology *, uint32_t from_endpoint, const uint32_t *endpoint, uint32_t n, struct err *);
uint32_t topology_leaves_below(const struct topology *, uint32_t node);         /* leaves behind a node of a tree */

#ifdef __cplusplus
}
#endif
#endif
