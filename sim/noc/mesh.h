/* mesh.h: a flit-level network: input-queued routers with virtual channels, credits and wormhole, over any topology.
 * Times are NoC cycles. The caller moves time: mesh_step(m, c) does all that happens in cycle c; what is injected or served in
 * cycle c is seen from c + 1 on, so the order of the calls within a cycle is free. Nothing in it is random. docs/noc.md. */
#ifndef VOLLEY_NOC_MESH_H
#define VOLLEY_NOC_MESH_H
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif
struct topology;
struct mesh;

enum { MESH_MOST_VCS = 32 };
enum mesh_arbiter { ARBITER_ROUND_ROBIN, ARBITER_MATRIX };
enum mesh_allocator { ALLOCATOR_ISLIP, ALLOCATOR_INPUT_FIRST };
enum mesh_stall { STALL_NO_VC, STALL_LOST_VC, STALL_NO_CREDIT, STALL_LOST_SWITCH, STALL_LINK_BUSY, STALL_NO_PLACE, MESH_STALLS };
extern const char *const mesh_stall_names[MESH_STALLS];

/* What messages call a place, written to `to`; of: the caller's. The mesh itself knows numbers only. */
struct mesh_names {
    void (*endpoint)(const void *of, uint32_t endpoint, char *to, size_t size);
    void (*router)(const void *of, const struct topology *, uint32_t router, char *to, size_t size);
};
struct mesh_config {
    uint32_t vcs, depth;            /* per port; flits per virtual channel */
    uint32_t route, vc_alloc;       /* cycles; 0: in the same cycle as the next stage */
    uint32_t sw_alloc, final;       /* 0 and 0: a flit leaves in the cycle of its grant */
    uint32_t credit;                /* to use a credit, after its way back over the link */
    uint32_t speculative;           /* 1: bids for the switch in the cycle of its bid for a channel */
    uint32_t atomic;                /* 1: a channel takes a packet only when it is empty; 0: once the packet before has left it */
    enum mesh_arbiter arbiter;
    enum mesh_allocator vc_allocator, sw_allocator;
    uint32_t iterations;            /* of iSLIP; 0 is 1 */
    uint32_t out_queue, in_queue;   /* packets per endpoint; 0: without end */
    uint32_t longest_tree;          /* flits of the longest multicast packet: it must fit a channel whole */
    uint32_t drops;                 /* 1: a packet whose head has waited more than drop_wait cycles at a router is dropped */
    uint32_t drop_wait;
    uint64_t watchdog;              /* cycles without any flit moving after which waits are searched for a ring; 0: never */
    const struct mesh_names *names; /* NULL: "endpoint N", "router N" */
    const void *named;              /* names' of; both outlive the mesh */
};
struct mesh_packet {
    uint32_t from, to;              /* endpoints; to: the number of a tree if it is multicast */
    uint32_t multicast, flits;
    uint32_t tag;                   /* the caller's */
    uint32_t ways;                  /* which way round a ring where both are equal: topology_next */
};
struct mesh_arrival {               /* one leaf at its endpoint (its tail, at the step's cycle), or dropped */
    uint32_t tag, leaf, endpoint;   /* leaf: number in the tree, 0 for unicast */
    uint32_t routers;               /* visited */
    uint32_t lost;                  /* 0, or 1 + enum mesh_stall: what its head had waited for */
    uint32_t router, port;          /* where it was dropped: the input port */
    uint64_t created, entered, head;/* injected; its head left the source queue; its head arrived */
};
struct mesh_counts {                /* of one port: its in side, then its out side */
    uint64_t buffer_writes, routes, drops;
    uint64_t flit_cycles;           /* sum over flits of the cycles they spent in the buffer: / cycles = mean occupancy */
    uint64_t vc_grants, sw_grants;  /* out side; a switch grant is a flit through the switch and, to a router, over the link */
    uint64_t lost_grants;           /* on speculation that came to nothing */
    uint64_t blocked;               /* out side, to an endpoint: cycles a packet waited for a place in its input queue */
    uint64_t stall[MESH_STALLS];    /* in side: cycles a packet's copy at the front could not go on, by cause */
};
struct mesh_totals { uint64_t packets, leaves, delivered, dropped, flits_in_flight, flit_hops; };   /* leaves, delivered, dropped: leaves */

/* NULL and err where the configuration cannot work (ERR_INPUT; ERR_ANSWER where a packet does not fit). The topology must
 * outlive the mesh; the mesh is the caller's. */
struct mesh *mesh_new(const struct topology *, const struct mesh_config *, struct err *);
void mesh_free(struct mesh *);                                                  /* NULL is allowed */
/* Own queue lengths for one endpoint, before the first cycle. */
void mesh_set_queues(struct mesh *, uint32_t endpoint, uint32_t out_queue, uint32_t in_queue);
/* Offers a packet to its source's output queue. 1: taken; 0: the queue is full. cycle: not before the last step's. */
int mesh_inject(struct mesh *, const struct mesh_packet *, uint64_t cycle);
/* The endpoint took the head of its input queue: its place is free from the next cycle on. */
void mesh_serve(struct mesh *, uint32_t endpoint, uint64_t cycle);
/* One cycle, later than the one before; cycles before mesh_next may be left out. 0; -1 and err: deadlock (ERR_ANSWER). */
int mesh_step(struct mesh *, uint64_t cycle, struct err *);
/* What arrived or was dropped in the last step, in a fixed order; *n how many. Valid until the next step. */
const struct mesh_arrival *mesh_arrivals(const struct mesh *, uint32_t *n);
/* Of a network at rest: all arbiters begin again, so that what follows does not hang on what was. */
void mesh_rest(struct mesh *);
uint64_t mesh_next(const struct mesh *);            /* the next cycle with work; UINT64_MAX: asleep until an injection */
/* Flits still in the buffer are in flit_cycles as if they left in the last step; reads of a buffer are its writes once it is empty. */
struct mesh_counts mesh_port_counts(const struct mesh *, uint32_t global_port);
uint64_t mesh_lost(const struct mesh *, uint32_t global_port, enum mesh_stall);        /* leaves lost at its in side, by what their head had waited for */
struct mesh_totals mesh_totals(const struct mesh *);
/* From when on the endpoint's output queue has a place, as the network stands: now, the next cycle, or UINT64_MAX. */
uint64_t mesh_room_from(const struct mesh *, uint32_t endpoint);
uint64_t mesh_left(const struct mesh *, uint32_t endpoint, uint64_t cycle);    /* packets that left its output queue, tail and all, before this cycle */
uint32_t mesh_queued(const struct mesh *, uint32_t endpoint);                   /* packets in its output queue */
/* Conservation: every credit is at its owner, in a buffer, or on a wire; leaves are delivered, dropped or in flight. -1: err says which not. */
int mesh_audit(const struct mesh *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
