/* Switch allocation and traversal of one router and cycle. Each input sends at most one flit, each output takes at most one; of the
 * channels of an input that bid for one output the first in line stands for it. A speculative bid comes from a packet that bids for
 * its channel in the same cycle: it is in line behind the others of its input, and a grant to it is lost where it got no channel.
 * A multicast flit granted several outputs at once crosses the switch to all of them: it is read from the buffer once. */
#include "noc/mesh_parts.h"

enum { CAN_GO = MESH_STALLS, NOT_THERE };       /* beside the stalls: the copy bids; its next flit has not come */

struct requests {
    uint64_t inputs, outputs, of_output[TOPOLOGY_MOST_PORTS], of_input[TOPOLOGY_MOST_PORTS];
    uint32_t bids[TOPOLOGY_MOST_PORTS];         /* of each input: copies that could go */
    uint32_t all, pairs;                        /* copies that could go; different (input, output) */
};

static inline uint32_t hindrance(const struct mesh *m, const struct channel *c, const struct copy *copy, uint32_t side, uint64_t cycle)
{
    const struct out_side *out = &m->out[side];
    if (c->multicast && ((uint32_t)copy->sent - c->popped >= c->count || copy->sent == c->length))
        return NOT_THERE;
    if (!m->credit[side * m->vcs + copy->vc])
        return STALL_NO_CREDIT;
    if (!out->place && !copy->sent)
        return STALL_NO_PLACE;
    return out->free_at > cycle ? STALL_LINK_BUSY : CAN_GO;
}

static inline void request(struct mesh *m, struct requests *q, uint32_t local, uint32_t o, uint32_t vc)
{
    uint64_t input = (uint64_t)1 << local, output = (uint64_t)1 << o;
    if (!(q->inputs & input))
        q->of_input[local] = q->bids[local] = 0;
    if (!(q->outputs & output))
        q->of_output[o] = 0;
    q->inputs |= input;
    q->outputs |= output;
    if (q->of_input[local] & output)
        return;
    q->of_input[local] |= output;
    q->of_output[o] |= input;
    q->pairs++;
    m->chosen[local * m->most_ports + o] = (uint8_t)vc;
}

static inline void request_copy(struct mesh *m, struct requests *q, uint32_t port, uint32_t vc, const struct channel *c, uint32_t o, uint64_t cycle)
{
    uint32_t number = port * m->vcs + vc, local = m->in[port].local;
    uint32_t why = hindrance(m, c, copy_of(m, number, o), port - local + o, cycle);
    if (why == CAN_GO) {
        request(m, q, local, o, vc);
        q->bids[local]++;
        q->all++;
    } else if (why != NOT_THERE) {
        m->counts[port].stall[why]++;
    }
}

static void request_channels(struct mesh *m, struct requests *q, uint32_t port, uint32_t vcs, uint64_t cycle)
{
    for (; vcs; vcs &= vcs - 1) {
        uint32_t vc = lowest(vcs);
        const struct channel *c = &m->channel[port * m->vcs + vc];
        if (c->when > cycle)
            continue;
        for (uint64_t rest = c->holding; rest; rest &= rest - 1)
            request_copy(m, q, port, vc, c, lowest(rest), cycle);
    }
}

/* Bids of channels that bid for their channels beyond in this same cycle and cannot know the outcome. */
static void request_on_a_guess(struct mesh *m, struct requests *q, const struct router *r, uint32_t local, uint32_t vcs, uint64_t cycle)
{
    for (; vcs; vcs &= vcs - 1) {
        uint32_t vc = lowest(vcs);
        const struct channel *c = &m->channel[(r->first_port + local) * m->vcs + vc];
        for (uint64_t rest = c->asking | c->holding; rest; rest &= rest - 1) {
            const struct out_side *out = &m->out[r->first_port + lowest(rest)];
            if (out->free_at <= cycle && out->place)
                request(m, q, local, lowest(rest), vc);
        }
    }
}

static void request_input(struct mesh *m, struct requests *q, const struct router *r, uint32_t local, uint64_t cycle)
{
    const struct in_side *in = &m->in[r->first_port + local];
    uint32_t sure = in->sending & ~in->guessing, above = ~(uint32_t)0 << in->turn;
    request_channels(m, q, r->first_port + local, sure & above, cycle);
    request_channels(m, q, r->first_port + local, sure & ~above, cycle);
    if (!in->guessing)
        return;
    request_on_a_guess(m, q, r, local, in->guessing & above, cycle);
    request_on_a_guess(m, q, r, local, in->guessing & ~above, cycle);
}

/* One flit of a copy goes through the switch and onto the link. */
static inline void cross(struct mesh *m, struct channel *c, struct copy *copy, uint32_t side, uint32_t o, uint64_t cycle)
{
    struct out_side *out = &m->out[side];
    m->credit[side * m->vcs + copy->vc]--;
    if (!copy->sent && out->place != NOBODY)
        out->place--;
    out->free_at = cycle + out->flit_time;
    ring_flit(m, cycle + out->delay, out->wire | copy->vc, copy->packet);
    m->counts[side].sw_grants++;
    if (++copy->sent == c->length) {
        c->holding &= ~((uint64_t)1 << o);
        out->free |= 1u << copy->vc;
    }
}

/* The winners of one input, all with the same flit of the same channel, or a guess that may have come to nothing. */
static void win(struct mesh *m, const struct router *r, struct requests *q, uint32_t local, uint64_t outputs, uint64_t cycle)
{
    uint32_t port = r->first_port + local, vc = m->chosen[local * m->most_ports + lowest(outputs)], number = port * m->vcs + vc, crossed = 0;
    struct in_side *in = &m->in[port];
    struct channel *c = &m->channel[number];
    int guess = in->guessing >> vc & 1;
    in->turn = vc + 1 == m->vcs ? 0 : vc + 1;
    for (; outputs; outputs &= outputs - 1) {
        uint32_t o = lowest(outputs);
        struct copy *copy = copy_of(m, number, o);
        if (guess && (!(c->holding >> o & 1) || hindrance(m, c, copy, r->first_port + o, cycle) != CAN_GO)) {
            m->counts[r->first_port + o].lost_grants++;
            continue;
        }
        cross(m, c, copy, r->first_port + o, o, cycle);
        crossed++;
    }
    if (!crossed)
        return;
    m->last_move = cycle;
    if (!guess) {
        q->bids[local] -= crossed;
        q->all -= crossed;
    }
    if (!c->multicast) {
        pop_flit(m, port, vc, cycle);
        return;
    }
    m->totals.flits_in_flight += crossed;
    pop_passed(m, port, vc, cycle);
}

/* Of the given outputs those to which the same channel may send the same flit together with output o. */
static uint64_t mates(const struct mesh *m, const struct router *r, uint32_t local, uint32_t o, uint64_t outputs)
{
    uint32_t vc = m->chosen[local * m->most_ports + o], number = (r->first_port + local) * m->vcs + vc;
    uint64_t all = (uint64_t)1 << o;
    if (outputs == all || !m->channel[number].multicast)
        return all;
    for (; outputs; outputs &= outputs - 1) {
        uint32_t other = lowest(outputs);
        if (m->chosen[local * m->most_ports + other] == vc && copy_of(m, number, other)->sent == copy_of(m, number, o)->sent)
            all |= outputs & -outputs;
    }
    return all;
}

static inline uint32_t turn_of(const struct arbiters *a, uint32_t row)
{
    return a->kind == ARBITER_ROUND_ROBIN ? a->turn[row] : 0;
}

static inline void move_pointers(struct mesh *m, const struct router *r, uint32_t local, uint32_t o)
{
    arbiter_won(&m->sw_in, r->first_port + local, o, r->ports);
    arbiter_won(&m->sw_out, r->first_port + o, local, r->ports);
}

static void match_islip(struct mesh *m, const struct router *r, struct requests *q, uint64_t cycle)
{
    uint64_t inputs = q->inputs, outputs = q->outputs, granted = 1, grants[TOPOLOGY_MOST_PORTS];
    for (uint32_t i = 0; granted && (!i || (i < m->config.iterations && inputs && outputs)); i++) {
        granted = 0;
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
            if (!i)
                move_pointers(m, r, local, o);
            uint64_t all = mates(m, r, local, o, grants[local]);
            inputs &= ~(rest & -rest);
            outputs &= ~all;
            win(m, r, q, local, all, cycle);
        }
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
        move_pointers(m, r, local, o);
        won[local] = (winners >> local & 1 ? won[local] : 0) | (rest & -rest);
        winners |= (uint64_t)1 << local;
    }
    for (; winners; winners &= winners - 1)
        win(m, r, q, lowest(winners), won[lowest(winners)], cycle);
}

/* No two bids meet: what every allocator comes to. */
static void match_all(struct mesh *m, const struct router *r, struct requests *q, uint64_t cycle)
{
    for (uint64_t rest = q->inputs; rest; rest &= rest - 1) {
        uint32_t local = lowest(rest);
        move_pointers(m, r, local, lowest(q->of_input[local]));
        win(m, r, q, local, q->of_input[local], cycle);
    }
}

void allocate_switch(struct mesh *m, uint32_t router, uint64_t cycle)
{
    const struct router *r = &m->router[router];
    struct requests q;
    q.inputs = q.outputs = 0;
    q.all = q.pairs = 0;
    uint64_t ports = r->sending | (m->config.speculative ? r->bidding : 0);
    for (uint64_t rest = ports; rest; rest &= rest - 1)
        request_input(m, &q, r, lowest(rest), cycle);
    if (q.pairs && q.pairs == (uint32_t)__builtin_popcountll(q.inputs) && q.pairs == (uint32_t)__builtin_popcountll(q.outputs))
        match_all(m, r, &q, cycle);
    else if (q.pairs && m->config.sw_allocator == ALLOCATOR_ISLIP)
        match_islip(m, r, &q, cycle);
    else if (q.pairs)
        match_input_first(m, r, &q, cycle);
    for (uint64_t rest = q.all ? q.inputs : 0; rest; rest &= rest - 1)
        m->counts[r->first_port + lowest(rest)].stall[STALL_LOST_SWITCH] += q.bids[lowest(rest)];
    for (uint64_t rest = m->config.speculative ? ports : 0; rest; rest &= rest - 1)
        m->in[r->first_port + lowest(rest)].guessing = 0;
}
