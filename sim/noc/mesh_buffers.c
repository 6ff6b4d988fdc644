/* Buffers: flits coming in, the packet at a channel's front and its route, flits going out, packets complete at an endpoint.
 * Flits of a packet are alike but for their place in it, which counting tells: a buffer holds only packet numbers. */
#include <string.h>

#include "base/mem.h"
#include "noc/mesh_parts.h"

/* Records of packets are reused, last freed first: few are live at a time, and their order of reuse hangs on nothing but the run. */
uint32_t record_new(struct mesh *m)
{
    uint32_t r = m->free_record;
    if (r != NOBODY) {
        m->free_record = m->record[r].next;
    } else {
        if (m->records == m->record_room) {
            m->record_room = 2 * m->record_room + 256;
            m->record = mem_grow(m->record, m->record_room, sizeof *m->record);
        }
        r = m->records++;
    }
    memset(&m->record[r], 0, sizeof m->record[r]);
    return r;
}

void record_free(struct mesh *m, uint32_t r)
{
    m->record[r].flits = 0;
    m->record[r].next = m->free_record;
    m->free_record = r;
}

/* Arrivals of a cycle are in the order in which their flits were sent, which routers' numbers and cycles settle. */
struct mesh_arrival *new_arrival(struct mesh *m, const struct record *r, uint32_t endpoint, uint32_t leaf)
{
    if (m->arrivals == m->arrival_room) {
        m->arrival_room = 2 * m->arrival_room + 64;
        m->arrival = mem_grow(m->arrival, m->arrival_room, sizeof *m->arrival);
    }
    m->arrival[m->arrivals] = (struct mesh_arrival){.tag = r->tag, .leaf = leaf, .endpoint = endpoint, .routers = r->routers,
                                                    .created = r->created, .entered = r->entered, .head = r->head};
    return &m->arrival[m->arrivals++];
}

/* The first step of a copy's life: asking for a channel beyond -> holding one -> all flits sent -> gone. */
static void ask(struct mesh *m, uint32_t channel, uint32_t port, uint32_t vc_class, uint32_t packet)
{
    m->channel[channel].asking |= (uint64_t)1 << port;
    *copy_of(m, channel, port) = (struct copy){.packet = packet, .allowed = m->class_mask[vc_class < 2 ? vc_class : 2]};
}

static void ask_for_branches(struct mesh *m, uint32_t channel, uint32_t node_number)
{
    const struct topology_node *node = &m->topology->node[node_number];
    const struct topology_branch *branch = &m->topology->branch[node->first_branch];
    for (uint32_t b = 0; b < node->branches; b++)
        ask(m, channel, branch[b].port, branch[b].vc_class, NOBODY);
}

/* The packet whose head is now at the front asks for its way on; from `cycle` on its stages take their time.
 * Where the route takes no cycle of its own it has been looked up one router ahead; only the waiting differs, so it is done here for
 * both. */
static void come_to_front(struct mesh *m, uint32_t channel, uint32_t port, uint64_t cycle)
{
    const struct in_side *in = &m->in[port];
    const struct router *router = &m->router[in->router];
    struct channel *c = &m->channel[channel];
    c->packet = m->slot[(size_t)channel * m->depth + c->head];
    struct record *r = &m->record[c->packet];
    c->length = (uint16_t)r->flits;
    c->popped = 0;
    c->multicast = r->multicast;
    c->when = cycle + m->va_wait;
    c->since = cycle;
    r->routers++;
    if (r->multicast) {
        ask_for_branches(m, channel, r->to);
    } else if (m->way) {
        c->asking = (uint64_t)1 << m->way[(size_t)in->router * m->topology->endpoints + r->to];
        c->one = (struct copy){.packet = c->packet, .allowed = m->class_mask[2]};
    } else {
        struct topology_turn turn = topology_next(m->topology, in->router, in->local, r->vc_class, r->to, r->ways);
        r->vc_class = (uint8_t)turn.vc_class;
        ask(m, channel, turn.port, turn.vc_class, c->packet);
    }
    *word_of(m->asking, router, channel) |= bit_of(router, channel);
    m->counts[port].routes++;
}

/* An endpoint takes flits at once: what limits it is the places of its queue, which the router asks for before it sends a head. Its
 * credit returns as from a router, so a channel into it has a credit loop too. */
static void arrive_at_endpoint(struct mesh *m, uint32_t endpoint, uint32_t vc, uint32_t packet, uint64_t cycle)
{
    const struct topology_endpoint *e = &m->topology->endpoint[endpoint];
    uint32_t side = m->topology->first_port[e->router] + e->port;
    struct record *r = &m->record[packet];
    ring_credit(m, cycle + m->out[side].credit_delay, side * m->vcs + vc);
    m->totals.flits_in_flight--;
    if (!r->received++)
        r->head = cycle;
    if (r->received < r->flits)
        return;
    m->totals.delivered++;
    new_arrival(m, r, endpoint, r->leaf);
    record_free(m, packet);
}

/* A flit behind others only takes its place in the buffer. The first of an empty buffer is either a new packet's head, which asks for
 * its way, or the next flit of a packet whose head has gone on, which goes after it. */
void flit_arrives(struct mesh *m, uint32_t wire, uint32_t packet, uint64_t cycle)
{
    uint32_t port = wire >> VC_BITS, vc = wire % MESH_MOST_VCS;
    if (port >= m->topology->ports) {
        arrive_at_endpoint(m, port - m->topology->ports, vc, packet, cycle);
        return;
    }
    const struct in_side *in = &m->in[port];
    uint32_t channel = port * m->vcs + vc;
    struct channel *c = &m->channel[channel];
    uint32_t at = (uint32_t)c->head + c->count;
    m->slot[(size_t)channel * m->depth + (at >= m->depth ? at - m->depth : at)] = packet;
    m->counts[port].buffer_writes++;
    m->counts[port].flit_cycles -= cycle;
    set_bit(m->active, in->router);
    if (c->count++)
        return;
    if (!c->length) {
        come_to_front(m, channel, port, cycle);
    } else if (c->holding) {
        const struct router *r = &m->router[in->router];
        *word_of(m->sending, r, channel) |= bit_of(r, channel);
        c->when = c->when > cycle + m->sw_wait ? c->when : cycle + m->sw_wait;
    }
}

/* The front packet has left whole: the next one, if it is there, is at the front from the next cycle on. */
static void leave_front(struct mesh *m, const struct router *r, uint32_t channel, uint32_t port, uint64_t cycle)
{
    struct channel *c = &m->channel[channel];
    /* a unicast packet that was dropped is forgotten where it was, with its last flit; the routers behind it may have had flits of it still */
    if (c->multicast || (m->config.drops && *word_of(m->draining, r, channel) & bit_of(r, channel)))
        record_free(m, c->packet);
    c->length = 0;
    *word_of(m->sending, r, channel) &= ~bit_of(r, channel);
    if (m->config.drops)
        *word_of(m->draining, r, channel) &= ~bit_of(r, channel);
    if (c->count)
        come_to_front(m, channel, port, cycle + 1);
}

/* A flit leaves its buffer: the place is known to the sender after the credit's way back. In the same cycle a tail ends the packet's
 * hold of the channel. */
void pop_flit(struct mesh *m, const struct router *r, uint32_t channel, uint64_t cycle)
{
    struct channel *c = &m->channel[channel];
    uint32_t port = r->first_port + c->local;
    const struct in_side *in = &m->in[port];
    c->head = (uint16_t)(c->head + 1u == m->depth ? 0 : c->head + 1u);
    c->count--;
    ring_credit(m, cycle + in->credit_delay, in->credits + c->vc);
    m->counts[port].flit_cycles += cycle;
    if (++c->popped == c->length)
        leave_front(m, r, channel, port, cycle);
    else if (!c->count)
        *word_of(m->sending, r, channel) &= ~bit_of(r, channel);
}

/* A flit of a multicast packet stays until the slowest copy has sent it; a copy that still asks has sent none. */
void pop_passed(struct mesh *m, const struct router *r, uint32_t channel, uint64_t cycle)
{
    struct channel *c = &m->channel[channel];
    uint32_t packet = c->packet, passed = c->asking ? 0 : c->length;
    for (uint64_t rest = c->holding; rest; rest &= rest - 1) {
        uint32_t sent = copy_of(m, channel, lowest(rest))->sent;
        passed = sent < passed ? sent : passed;
    }
    while (c->length && c->packet == packet && c->popped < passed && c->count) {
        m->totals.flits_in_flight--;        /* the copies' flits, on their way, count for themselves */
        pop_flit(m, r, channel, cycle);
    }
}
