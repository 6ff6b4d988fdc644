/* Switch allocation and traversal of one router and cycle. Each input sends at most one flit, each output takes at most one; of the
 * channels of an input that bid for one output the first in line stands for it. A speculative bid comes from a packet that bids for
 * its channel in the same cycle: it is in line behind the others of its input, and a grant to it is lost where it got no channel.
 * A multicast flit granted several outputs at once crosses the switch to all of them: it is read from the buffer once. */
#include "noc/mesh_parts.h"

enum { CAN_GO = MESH_STALLS, NOT_THERE };       /* beside the stalls: the copy bids; its next flit has not come */

struct requests { uint64_t inputs, outputs, of_output[TOPOLOGY_MOST_PORTS], of_input[TOPOLOGY_MOST_PORTS]; };

static uint32_t hindrance(const struct mesh *m, const struct channel *c, const struct copy *copy, uint32_t side, uint64_t cycle)
{
    const struct out_side *out = &m->out[side];
    if (copy->sent - c->popped >= c->count || copy->sent == c->length)
        return NOT_THERE;
    if (!m->credit[side * m->vcs + copy->vc])
        return STALL_NO_CREDIT;
    if (!out->place && !copy->sent)
        return STALL_NO_PLACE;
    return out->free_at > cycle ? STALL_LINK_BUSY : CAN_GO;
}

static void request(struct mesh *m, struct requests *q, uint32_t local, uint32_t o, uint32_t vc)
{
    uint64_t input = (uint64_t)1 << local, output = (uint64_t)1 << o;
    if (!(q->inputs & input))
        q->of_input[local] = 0;
    if (!(q->outputs & output))
        q->of_output[o] = 0;
    q->inputs |= input;
    q->outputs |= output;
    if (q->of_input[local] & output)
        return;
    q->of_input[local] |= output;
    q->of_output[o] |= input;
    m->chosen[local * m->most_ports + o] = (uint8_t)vc;
}

/* Bids of one channel. Every copy that could go and does not counts as lost; crossing takes that back. */
static void request_copies(struct mesh *m, struct requests *q, const struct router *r, uint32_t local, uint32_t vc, uint64_t cycle)
{
    uint32_t port = r->first_port + local, number = port * m->vcs + vc;
    const struct channel *c = &m->channel[number];
    if (c->when > cycle)
        return;
    for (uint64_t rest = c->holding; rest; rest &= rest - 1) {
        uint32_t o = lowest(rest), why = hindrance(m, c, copy_of(m, number, o), r->first_port + o, cycle);
        if (why == NOT_THERE)
            continue;
        if (why == CAN_GO)
            request(m, q, local, o, vc);
        m->counts[port].stall[why == CAN_GO ? STALL_LOST_SWITCH : why]++;
    }
}

/* Bids of a channel that bids for its channels beyond in this same cycle and cannot know the outcome. */
static void request_on_a_guess(struct mesh *m, struct requests *q, const struct router *r, uint32_t local, uint32_t vc, uint64_t cycle)
{
    const struct channel *c = &m->channel[(r->first_port + local) * m->vcs + vc];
    for (uint64_t rest = c->asking | c->holding; rest; rest &= rest - 1) {
        uint32_t o = lowest(rest);
        const struct out_side *out = &m->out[r->first_port + o];
        if (out->free_at <= cycle && out->place)
            request(m, q, local, o, vc);
    }
}

static void request_input(struct mesh *m, struct requests *q, const struct router *r, uint32_t local, uint64_t cycle)
{
    struct in_side *in = &m->in[r->first_port + local];
    uint32_t sure = in->sending & ~in->guessing, above = ~(uint32_t)0 << in->turn;
    for (uint32_t rest = sure & above; rest; rest &= rest - 1)
        request_copies(m, q, r, local, lowest(rest), cycle);
    for (uint32_t rest = sure & ~above; rest; rest &= rest - 1)
        request_copies(m, q, r, local, lowest(rest), cycle);
    if (!in->guessing)
        return;
    for (uint32_t rest = in->guessing & above; rest; rest &= rest - 1)
        request_on_a_guess(m, q, r, local, lowest(rest), cycle);
    for (uint32_t rest = in->guessing & ~above; rest; rest &= rest - 1)
        request_on_a_guess(m, q, r, local, lowest(rest), cycle);
}

/* One flit of a copy goes through the switch and onto the link. */
static void cross(struct mesh *m, const struct router *r, uint32_t number, uint32_t o, uint64_t cycle)
{
    uint32_t side = r->first_port + o;
    struct channel *c = &m->channel[number];
    struct copy *copy = copy_of(m, number, o);
    struct out_side *out = &m->out[side];
    struct mesh_counts *counts = &m->counts[side];
    m->credit[side * m->vcs + copy->vc]--;
    if (!copy->sent && out->place != NOBODY)
        out->place--;
    out->free_at = cycle + out->flit_time;
    ring_flit(m, cycle + out->delay, side, copy->vc, copy->packet);
    counts->sw_grants++;
    counts->crossbar++;
    if (out->target != NOBODY) {
        counts->link++;
        m->totals.flit_hops++;
    }
    m->totals.flits_in_flight++;
    if (++copy->sent == c->length) {
        c->holding &= ~((uint64_t)1 << o);
        out->free |= 1u << copy->vc;
    }
}

/* The winners of one input, all with the same flit of the same channel, or a guess that may have come to nothing. */
static void win(struct mesh *m, const struct router *r, uint32_t local, uint64_t outputs, uint64_t cycle)
{
    uint32_t port = r->first_port + local, vc = m->chosen[local * m->most_ports + lowest(outputs)], number = port * m->vcs + vc;
    struct in_side *in = &m->in[port];
    struct channel *c = &m->channel[number];
    int guess = in->guessing >> vc & 1, crossed = 0;
    in->turn = vc + 1 == m->vcs ? 0 : vc + 1;
    for (; outputs; outputs &= outputs - 1) {
        uint32_t o = lowest(outputs);
        if (guess && (!(c->holding >> o & 1) || hindrance(m, c, copy_of(m, number, o), r->first_port + o, cycle) != CAN_GO)) {
            m->counts[r->first_port + o].lost_grants++;
            continue;
        }
        if (!guess)
            m->counts[port].stall[STALL_LOST_SWITCH]--;
        cross(m, r, number, o, cycle);
        crossed = 1;
    }
    if (!crossed)
        return;
    m->last_move = cycle;
    if (m->record[c->packet].multicast)
        pop_passed(m, port, vc, cycle);
    else
        pop_flit(m, port, vc, cycle);
}

/* Of the given outputs those to which the same channel may send the same flit together with output o. */
static uint64_t mates(const struct mesh *m, const struct router *r, uint32_t local, uint32_t o, uint64_t outputs)
{
    uint32_t vc = m->chosen[local * m->most_ports + o], number = (r->first_port + local) * m->vcs + vc;
    uint64_t all = (uint64_t)1 << o;
    if (outputs == all || !m->record[m->channel[number].packet].multicast)
        return all;
    for (; outputs; outputs &= outputs - 1) {
        uint32_t other = lowest(outputs);
        if (m->chosen[local * m->most_ports + other] == vc && copy_of(m, number, other)->sent == copy_of(m, number, o)->sent)
            all |= outputs & -outputs;
    }
    return all;
}

static uint32_t turn_of(const struct arbiters *a, uint32_t row)
{
    return a->kind == ARBITER_ROUND_ROBIN ? a->turn[row] : 0;
}

static void match_islip(struct mesh *m, const struct router *r, struct requests *q, uint64_t cycle)
{
    uint64_t inputs = q->inputs, outputs = q->outputs, grants[TOPOLOGY_MOST_PORTS];
    for (uint32_t i = 0; !i || (i < m->config.iterations && inputs && outputs); i++) {
        uint64_t granted = 0;
        for (uint64_t rest = outputs; rest; rest &= rest - 1) {
            uint32_t o = lowest(rest), row = r->first_port + o;
            uint64_t bidders = q->of_output[o] & inputs;
            if (!bidders)
                continue;
            uint32_t to = arbiter_pick(&m->sw_out, row, bidders, turn_of(&m->sw_out, row));
            grants[to] = (granted >> to & 1 ? grants[to] : 0) | (rest & -rest);
            granted |= (uint64_t)1 << to;
        }
        for (uint64_t rest = granted; rest; rest &= rest - 1) {
            uint32_t local = lowest(rest), row = r->first_port + local;
            uint32_t o = arbiter_pick(&m->sw_in, row, grants[local], turn_of(&m->sw_in, row));
            if (!i) {
                arbiter_won(&m->sw_in, row, o, r->ports);
                arbiter_won(&m->sw_out, r->first_port + o, local, r->ports);
            }
            uint64_t all = mates(m, r, local, o, grants[local]);
            inputs &= ~(rest & -rest);
            outputs &= ~all;
            win(m, r, local, all, cycle);
        }
        if (!granted)
            break;
    }
}

static void match_input_first(struct mesh *m, const struct router *r, struct requests *q, uint64_t cycle)
{
    uint64_t won[TOPOLOGY_MOST_PORTS], winners = 0, of_output[TOPOLOGY_MOST_PORTS];
    for (uint64_t rest = q->outputs; rest; rest &= rest - 1)
        of_output[lowest(rest)] = 0;
    for (uint64_t rest = q->inputs; rest; rest &= rest - 1) {
        uint32_t local = lowest(rest), row = r->first_port + local;
        uint32_t o = arbiter_pick(&m->sw_in, row, q->of_input[local], turn_of(&m->sw_in, row));
        for (uint64_t all = mates(m, r, local, o, q->of_input[local]); all; all &= all - 1)
            of_output[lowest(all)] |= rest & -rest;
    }
    for (uint64_t rest = q->outputs; rest; rest &= rest - 1) {
        uint32_t o = lowest(rest), row = r->first_port + o;
        if (!of_output[o])
            continue;
        uint32_t local = arbiter_pick(&m->sw_out, row, of_output[o], turn_of(&m->sw_out, row));
        arbiter_won(&m->sw_out, row, local, r->ports);
        arbiter_won(&m->sw_in, r->first_port + local, o, r->ports);
        won[local] = (winners >> local & 1 ? won[local] : 0) | (rest & -rest);
        winners |= (uint64_t)1 << local;
    }
    for (; winners; winners &= winners - 1)
        win(m, r, lowest(winners), won[lowest(winners)], cycle);
}

void allocate_switch(struct mesh *m, uint32_t router, uint64_t cycle)
{
    const struct router *r = &m->router[router];
    struct requests q;
    q.inputs = q.outputs = 0;
    uint64_t ports = r->sending | (m->config.speculative ? r->bidding : 0);
    for (uint64_t rest = ports; rest; rest &= rest - 1)
        request_input(m, &q, r, lowest(rest), cycle);
    if (q.inputs && m->config.sw_allocator == ALLOCATOR_ISLIP)
        match_islip(m, r, &q, cycle);
    else if (q.inputs)
        match_input_first(m, r, &q, cycle);
    for (uint64_t rest = m->config.speculative ? ports : 0; rest; rest &= rest - 1)
        m->in[r->first_port + lowest(rest)].guessing = 0;
}
