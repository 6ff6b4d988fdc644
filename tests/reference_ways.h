/* reference_ways.h: the random numbers that the simulator behind the tables of kit/noc draws within a torus, so that a test can send packets the
 * very same ways. Where both ways round a ring are equally long it draws one when the packet is routed into that ring; odd means towards higher
 * numbers. A route is made one router ahead: a source makes the first one when a packet leaves its queue, source by source, before the
 * routers of that cycle; a router makes the next one when it grants the switch to a head, router by router.
 * Within a router grants take effect in an order of its own: one queue of channels that wait for a channel beyond and one of those that
 * wait for the switch, each gone through once per cycle, losers to the back. This file keeps both queues beside a mesh, by what its
 * channels look like after each cycle. Buffers of 2 flits at least; no speculation, no route stage, unicast only. */
#ifndef VOLLEY_TESTS_REFERENCE_WAYS_H
#define VOLLEY_TESTS_REFERENCE_WAYS_H
#include <stdint.h>

#include "base/mem.h"
#include "kit.h"
#include "noc/mesh_parts.h"
#include "reference_random.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { WAITING_ROOM = 256 };    /* more than a router has channels, each of which is in a queue once at most */
enum reference_state { CHANNEL_IDLE, CHANNEL_ALLOCATING, CHANNEL_ACTIVE };

struct reference_channel {      /* as after the last cycle that was looked at */
    enum reference_state state;
    uint32_t count, head;       /* flits in the buffer; place of the first, which moves with each grant */
    uint32_t packet, sent, output, granted;     /* sent: flits of the packet; granted: one more just now */
};
struct reference_queue { uint32_t channel[WAITING_ROOM], first, n; };
struct reference_coin { uint32_t packet, axis; };
struct reference_ways {
    struct mesh *mesh;
    struct reference_channel *channel;          /* [ports * vcs] */
    struct reference_queue *no_channel, *no_switch;     /* [routers] each */
    struct reference_coin *coin;                /* of the last cycle's grants, in order: one per output port at most */
    uint32_t coins, *leaving;                   /* [endpoints] the packet in the source's queue + 1 */
};

/* On a mesh there is nothing to draw, nor to keep. */
static inline void reference_ways_open(struct reference_ways *w, struct mesh *m)
{
    const struct topology *t = m->topology;
    *w = (struct reference_ways){.mesh = m};
    if (!t->torus)
        return;
    CU_ASSERT_FATAL(m->most_ports * m->vcs <= WAITING_ROOM && m->depth > 1 && !m->config.speculative && !m->config.route && t->columns == t->rows);
    w->channel = mem_new((size_t)t->ports * m->vcs, sizeof *w->channel);
    w->no_channel = mem_new(t->routers, sizeof *w->no_channel);
    w->no_switch = mem_new(t->routers, sizeof *w->no_switch);
    w->coin = mem_new(t->ports, sizeof *w->coin);
    w->leaving = mem_new(t->endpoints, sizeof *w->leaving);
}

static inline void reference_ways_close(struct reference_ways *w)
{
    free(w->channel);
    free(w->no_channel);
    free(w->no_switch);
    free(w->coin);
    free(w->leaving);
}

/* After mesh_inject into an empty source queue. */
static inline void reference_ways_injected(struct reference_ways *w, uint32_t endpoint)
{
    if (w->leaving)
        w->leaving[endpoint] = w->mesh->source[endpoint].last + 1;
}

static inline void reference_wait(struct reference_queue *q, uint32_t channel)
{
    q->channel[(q->first + q->n++) % WAITING_ROOM] = channel;
}

static inline uint32_t reference_first(struct reference_queue *q)
{
    uint32_t channel = q->channel[q->first];
    q->first = (q->first + 1) % WAITING_ROOM;
    q->n--;
    return channel;
}

/* 1 if a packet that comes into a router by this port turns there into a ring (*axis) half of which it has to go. */
static inline int reference_has_choice(const struct mesh *m, uint32_t router, uint32_t in_port, uint32_t endpoint, uint32_t *axis)
{
    uint32_t to = m->topology->endpoint[endpoint].router, k = m->topology->columns;
    uint32_t apart[2] = {(to % k + k - router % k) % k, (to / k + k - router / k) % k};
    *axis = !apart[0];
    return in_port / 2 != *axis && 2 * apart[*axis] == k;
}

static inline void reference_toss(struct mesh *m, struct reference_random *whole, uint32_t packet, uint32_t axis)
{
    if (reference_next(whole) % 2 == 0)
        m->record[packet].ways |= (uint8_t)(1u << axis);
}

/* Sources of ours send a cycle later than the reference's: what left them in this cycle had left in the one before. */
static inline void reference_toss_at_sources(struct reference_ways *w, struct reference_random *whole, uint64_t cycle)
{
    const struct topology *t = w->mesh->topology;
    uint32_t axis;
    for (uint32_t e = 0; e < t->endpoints; e++) {
        uint32_t packet = w->leaving[e] - 1;
        if (!w->leaving[e] || w->mesh->record[packet].entered != cycle)
            continue;
        w->leaving[e] = 0;
        if (reference_has_choice(w->mesh, t->endpoint[e].router, t->endpoint[e].port, w->mesh->record[packet].to, &axis))
            reference_toss(w->mesh, whole, packet, axis);
    }
}

/* Flits that came, port by port; and which channels were granted the switch. */
static inline void reference_see_flits(struct reference_ways *w, uint32_t n)
{
    const struct router *r = &w->mesh->router[n];
    for (uint32_t i = 0; i < r->ports * w->mesh->vcs; i++) {
        const struct channel *now = &w->mesh->channel[r->first_channel + i];
        struct reference_channel *c = &w->channel[r->first_channel + i];
        c->granted = now->head != c->head;
        c->head = now->head;
        if (now->count + c->granted == c->count)
            continue;
        if (c->state == CHANNEL_IDLE) {
            c->state = CHANNEL_ALLOCATING;
            reference_wait(&w->no_channel[n], i);
        } else if (c->state == CHANNEL_ACTIVE && !c->count) {
            reference_wait(&w->no_switch[n], i);
        }
        c->count++;
    }
}

/* Channels that got one beyond wait for the switch from now on. */
static inline void reference_see_channels(struct reference_ways *w, uint32_t n)
{
    const struct router *r = &w->mesh->router[n];
    struct reference_queue *q = &w->no_channel[n];
    for (uint32_t left = q->n; left; left--) {
        uint32_t i = reference_first(q);
        const struct channel *now = &w->mesh->channel[r->first_channel + i];
        struct reference_channel *c = &w->channel[r->first_channel + i];
        if (now->asking) {
            reference_wait(q, i);
            continue;
        }
        c->state = CHANNEL_ACTIVE;
        c->packet = now->packet;
        c->sent = 0;
        c->output = lowest(now->holding);
        reference_wait(&w->no_switch[n], i);
    }
}

/* One flit goes: a head is routed for the router after this one, and what is behind the flit waits anew. */
static inline void reference_see_grant(struct reference_ways *w, uint32_t n, uint32_t i)
{
    const struct mesh *m = w->mesh;
    struct reference_channel *c = &w->channel[m->router[n].first_channel + i];
    const struct record *packet = &m->record[c->packet];
    uint32_t target = m->out[m->router[n].first_port + c->output].target, axis;
    if (!c->sent && target != NOBODY && reference_has_choice(m, m->in[target].router, m->in[target].local, packet->to, &axis))
        w->coin[w->coins++] = (struct reference_coin){c->packet, axis};
    c->count--;
    if (++c->sent < packet->flits) {
        if (c->count)
            reference_wait(&w->no_switch[n], i);
        return;
    }
    c->state = c->count ? CHANNEL_ALLOCATING : CHANNEL_IDLE;
    if (c->count)
        reference_wait(&w->no_channel[n], i);
}

/* Those that got their channel in this cycle asked for the switch too late for it. */
static inline void reference_see_router(struct reference_ways *w, uint32_t n)
{
    struct reference_queue *q = &w->no_switch[n];
    reference_see_flits(w, n);
    uint32_t left = q->n;
    reference_see_channels(w, n);
    for (; left; left--) {
        uint32_t i = reference_first(q);
        if (w->channel[w->mesh->router[n].first_channel + i].granted)
            reference_see_grant(w, n, i);
        else
            reference_wait(q, i);
    }
}

/* After mesh_step of every cycle, before the packets of that cycle are drawn: the draws of the cycle before. None is late: a flit granted
 * then is still on the link. */
static inline void reference_ways_draw(struct reference_ways *w, struct reference_random *whole, uint64_t cycle)
{
    if (!w->channel)
        return;
    reference_toss_at_sources(w, whole, cycle);
    for (uint32_t i = 0; i < w->coins; i++)
        reference_toss(w->mesh, whole, w->coin[i].packet, w->coin[i].axis);
    w->coins = 0;
    for (uint32_t n = 0; n < w->mesh->topology->routers; n++)
        reference_see_router(w, n);
}

#ifdef __cplusplus
}
#endif
#endif
