/* mesh_parts.h: the state of the flit-level network, shared by its files only. Plain arrays; a number is an index into one of them.
 * A *side* is a place that sends flits and holds credits for where they go: the out side of each port, then each endpoint's source.
 * A *channel* is a virtual channel of a port's in side. A *copy* is the front packet of a channel on its way to one output port: a
 * unicast packet has one, a multicast packet one per branch of its tree. */
#ifndef VOLLEY_NOC_MESH_PARTS_H
#define VOLLEY_NOC_MESH_PARTS_H
#include <stdint.h>

#include "base/err.h"
#include "noc/mesh.h"
#include "noc/topology.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { NOBODY = UINT32_MAX };

struct record {                     /* a packet, or one copy of a multicast packet; flits 0: not in use */
    uint32_t to;                    /* endpoint; multicast: node of the topology, or endpoint once only one leaf is left */
    uint32_t flits, from, tag, leaf;
    uint32_t leaves;                /* deliveries that this record still stands for, without copies that have their own */
    uint32_t received, next;        /* flits at the endpoint; next in the source queue or the list of free records */
    uint16_t routers;
    uint8_t multicast, ways, vc_class;
    uint64_t created, entered, head;
};
struct copy { uint32_t packet, allowed; uint16_t sent; uint8_t vc; };       /* allowed: channels beyond that its class may use */
struct channel {                    /* 64 bytes, of which a packet alone in a router needs no more */
    uint64_t asking, holding;       /* output ports (local) of copies: without a channel beyond; with one */
    uint64_t when, since;           /* first cycle in which the next stage may act; in which the packet came to the front */
    uint32_t packet;                /* at the front */
    uint16_t length, popped;        /* its flits (0: there is no packet), and those that have left the buffer */
    uint16_t head, count;           /* of the ring of flits */
    uint8_t multicast, local, vc;   /* local, vc: which port and channel this is */
    uint32_t turn;                  /* round robin: of_port(output, vc) that is first in line when it chooses a channel beyond */
    struct copy one;                /* the copy of a unicast packet */
};
struct in_side {
    uint32_t router, local, side;   /* side: who sends to this port */
    uint32_t credits;               /* side * vcs: where its credits go */
    uint32_t turn;                  /* the channel that is first in line for the switch */
    uint32_t credit_delay;
};
struct out_side {
    uint32_t free;                  /* channels beyond that no packet holds */
    uint32_t place;                 /* free places of the endpoint's input queue; NOBODY: without end */
    uint32_t target;                /* in side it leads to, or NOBODY: an endpoint; `endpoint` */
    uint32_t endpoint;
    uint32_t wire;                  /* of_port(in side, 0) or of_port(ports + endpoint, 0) */
    uint32_t delay, flit_time;      /* from the grant to the arrival */
    uint32_t credit_delay;          /* endpoints: from a flit's arrival to the use of its credit */
    uint64_t free_at;               /* first cycle in which the link takes another flit */
};
struct router { uint32_t first_port, ports, first_channel, first_word, words; };
struct source {
    uint32_t first, last, queued;   /* records */
    uint32_t sent, vc, turn, limit; /* limit 0: without end */
    uint64_t left_at, left;         /* the last cycle in which a packet left: its place is seen free from the next on; how many have */
};
struct bucket { uint64_t *flit; uint32_t *credit; uint32_t flits, credits, flit_room, credit_room; };
/* One arbiter per row. Round robin: turn is the first in line (the winner's number + 1, which may be past the last). Matrix: the one
 * served longest ago, which is what a matrix of pairwise priorities comes to when the winner loses to all others (served:
 * [row * wide + input], a running number). */
struct arbiters { enum mesh_arbiter kind; uint32_t wide, clock, *turn, *served; };
struct bid { uint32_t channel, in, vcs, grants; uint8_t o, done; };     /* in: of_port(local, vc); vcs: channels of output o it could take */
struct ask { uint32_t channel; uint8_t local, o, vc, guess; };          /* a channel that could send a flit to output o */

struct mesh {
    const struct topology *topology;
    struct mesh_config config;
    uint32_t vcs, depth, sides, most_ports;
    uint32_t class_mask[3];         /* channels that a class may use; the last: every class */
    uint32_t va_wait, sw_after, sw_wait, sw_leave;  /* cycles derived from the configuration; mesh.c */
    struct router *router;          /* [routers] */
    struct in_side *in;             /* [ports] */
    struct out_side *out;           /* [sides] */
    struct channel *channel;        /* [ports * vcs] */
    struct copy *copy;              /* [ports * vcs * most_ports] of multicast packets */
    uint32_t *slot;                 /* [ports * vcs * depth] packet of each flit in a buffer */
    uint32_t *credit;               /* [sides * vcs] */
    struct source *source;          /* [endpoints] */
    struct mesh_counts *counts;     /* [ports] */
    uint64_t *lost;                 /* [ports * MESH_STALLS] leaves; NULL where nothing is dropped */
    uint64_t *active, *sources;     /* bitmaps: routers with flits, endpoints with packets to send */
    struct bucket *ring;            /* what arrives in cycle c is in ring[c & ring_mask] */
    uint64_t *full, ring_mask;      /* bitmap of buckets that are not empty */
    struct record *record;
    uint32_t records, record_room, free_record;
    struct arbiters vc_in, vc_out, sw_in, sw_out;   /* vc_in: served only; its turns are in the channels */
    /* Channels of each router as bitmaps, from word first_word on: with copies that ask; that hold, and flits are there; dropped, with
     * flits still to come; bidding for the switch on a guess. */
    uint64_t *asking, *sending, *draining, *guessing;
    uint8_t *way;                   /* output port at [router * endpoints + endpoint], or NULL: topology_next says */
    struct bid *bid, *rivals;       /* scratch: [most_ports * most_ports * vcs] each; so is ask */
    struct ask *ask;
    uint8_t *chosen, *behind;       /* scratch: [most_ports * most_ports] channel that bids from an input for an output; how far back in line */
    struct mesh_arrival *arrival;
    uint32_t arrivals, arrival_room;
    struct mesh_totals totals;
    uint64_t now, last_move, waiting;       /* waiting: packets in source queues */
    uint64_t searched, patience;            /* the watchdog looked since the last move at `searched`, found nothing, and waits that long from there */
    /* A cycle in which nothing moved and nobody was granted anything is like the next one, until something arrives or a time is up. */
    uint32_t still;                 /* 1: the last step was such a cycle */
    uint32_t poked;                 /* 1: a packet was injected since */
    uint64_t timer;                 /* the first cycle in which a wait for time itself ends */
    uint64_t weight;                /* cycles that a stall counted now stands for */
};

void ring_widen(struct bucket *);

static inline uint32_t lowest(uint64_t mask)
{
    return (uint32_t)__builtin_ctzll(mask);
}

/* The first set bit at or after `from`, going round; 64 is 0; mask not 0. */
static inline uint32_t first_from(uint64_t mask, uint32_t from)
{
    uint64_t above = mask & ~(uint64_t)0 << from % 64;
    return lowest(above ? above : mask);
}

/* Somebody waits for a cycle to come. */
static inline void wait_until(struct mesh *m, uint64_t cycle)
{
    m->timer = cycle < m->timer ? cycle : m->timer;
}

static inline void set_bit(uint64_t *map, uint32_t i)
{
    map[i / 64] |= (uint64_t)1 << i % 64;
}

static inline void clear_bit(uint64_t *map, uint32_t i)
{
    map[i / 64] &= ~((uint64_t)1 << i % 64);
}

/* Where a channel is in the bitmaps of its router. */
static inline uint64_t *word_of(uint64_t *map, const struct router *r, uint32_t channel)
{
    return &map[r->first_word + (channel - r->first_channel) / 64];
}

static inline uint64_t bit_of(const struct router *r, uint32_t channel)
{
    return (uint64_t)1 << (channel - r->first_channel) % 64;
}

static inline struct copy *copy_of(const struct mesh *m, uint32_t channel, uint32_t out_port)
{
    struct channel *c = &m->channel[channel];
    return c->multicast ? &m->copy[(size_t)channel * m->most_ports + out_port] : &c->one;
}

/* A port (or side) and a channel of it in one number, for what is taken apart again: shifts, no division. */
enum { VC_BITS = 5 };

static inline uint32_t of_port(uint32_t port, uint32_t vc)
{
    return port << VC_BITS | vc;
}

/* Of the inputs in mask: round robin the first from `from` on, matrix the one served longest ago (at equal: the lowest). */
static inline uint32_t arbiter_pick(const struct arbiters *a, uint32_t row, uint64_t mask, uint32_t from)
{
    if (!(mask & (mask - 1)))
        return lowest(mask);
    if (a->kind == ARBITER_ROUND_ROBIN)
        return first_from(mask, from);
    const uint32_t *served = &a->served[(size_t)row * a->wide];
    uint32_t best = lowest(mask);
    for (uint64_t rest = mask & (mask - 1); rest; rest &= rest - 1)
        if (served[lowest(rest)] < served[best])
            best = lowest(rest);
    return best;
}

static inline void arbiter_won(struct arbiters *a, uint32_t row, uint32_t input)
{
    if (a->kind == ARBITER_ROUND_ROBIN)
        a->turn[row] = input + 1;
    else
        a->served[(size_t)row * a->wide + input] = ++a->clock;
}

/* What arrives in cycle `at`, later than now. A flit is (out_side.wire | channel) << 32 | packet; a credit its index in credit[], and
 * a place of an endpoint's queue sides * vcs + endpoint. */
static inline void ring_flit(struct mesh *m, uint64_t at, uint32_t wire, uint32_t packet)
{
    struct bucket *b = &m->ring[at & m->ring_mask];
    if (b->flits == b->flit_room)
        ring_widen(b);
    b->flit[b->flits] = (uint64_t)wire << 32 | packet;
    if (!b->flits++)
        set_bit(m->full, (uint32_t)(at & m->ring_mask));
}

static inline void ring_credit(struct mesh *m, uint64_t at, uint32_t what)
{
    struct bucket *b = &m->ring[at & m->ring_mask];
    if (b->credits == b->credit_room)
        ring_widen(b);
    b->credit[b->credits] = what;
    if (!b->credits++)
        set_bit(m->full, (uint32_t)(at & m->ring_mask));
}

/* mesh_ring.c: what is on the wires. */
void ring_open(struct mesh *, uint32_t longest_delay);
void ring_close(struct mesh *);
uint64_t ring_next(const struct mesh *);
void ring_deliver(struct mesh *, uint64_t cycle);
/* mesh_buffers.c */
uint32_t record_new(struct mesh *);
void record_free(struct mesh *, uint32_t);
void flit_arrives(struct mesh *, uint32_t wire, uint32_t packet, uint64_t cycle);
void pop_flit(struct mesh *, const struct router *, uint32_t channel, uint64_t cycle);
void pop_passed(struct mesh *, const struct router *, uint32_t channel, uint64_t cycle);       /* multicast: flits that all copies have sent */
/* mesh_arbiters.c */
void arbiters_open(struct arbiters *, enum mesh_arbiter, uint32_t rows, uint32_t wide);
void arbiters_close(struct arbiters *);
/* mesh_channels.c, mesh_switch.c, mesh_drop.c, mesh_waits.c: the stages of one router's cycle; the source; the watchdog. */
void allocate_channels(struct mesh *, uint32_t router, uint64_t cycle);
void allocate_switch(struct mesh *, uint32_t router, uint64_t cycle);
void count_stalls(struct mesh *, uint32_t router, uint64_t cycle);     /* of a cycle in which nothing can move; `weight` times */
void send_from_source(struct mesh *, uint32_t endpoint, uint64_t cycle);
void drop_overdue(struct mesh *, uint32_t router, uint64_t cycle);
struct mesh_arrival *new_arrival(struct mesh *, const struct record *, uint32_t endpoint, uint32_t leaf);
int find_deadlock(const struct mesh *, uint64_t cycle, struct err *);

#ifdef __cplusplus
}
#endif
#endif
