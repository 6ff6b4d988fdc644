/* Switch allocation and traversal of one router and cycle. Each input sends at most one flit, each output takes at most one; of the
 * channels of an input that bid for one output the first in line stands for it. A speculative bid comes from a packet that bids for
 * its channel in the same cycle: it is in line behind the others of its input, and a grant to it is lost where it got no channel.
 * A multicast flit granted several outputs at once crosses the switch to all of them: it is read from the buffer once. */
#include "noc/mesh_parts.h"

enum { CAN_GO = MESH_STALLS, NOT_THERE };       /* beside the stalls: the copy bids; its next flit has not come */

struct asks { uint32_t n, meet; uint64_t inputs, outputs; };      /* meet: 1 if two share an input or an output */
struct requests { uint64_t inputs, outputs, of_output[TOPOLOGY_MOST_PORTS], of_input[TOPOLOGY_MOST_PORTS]; };

/* In the order in which the stages ask: a credit beyond, for a head into an endpoint a place of its queue, the link free. A place is
 * taken by the head for the whole packet. */
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

/* Where no two asks share an input or an output nothing needs arbitrating, and at usual loads that is most cycles. */
static inline void ask_for(struct mesh *m, struct asks *a, uint32_t channel, const struct channel *c, uint32_t o, uint32_t guess)
{
    uint64_t input = (uint64_t)1 << c->local, output = (uint64_t)1 << o;
    a->meet |= (a->inputs & input) || (a->outputs & output);
    a->inputs |= input;
    a->outputs |= output;
    m->ask[a->n++] = (struct ask){channel, c->local, (uint8_t)o, c->vc, (uint8_t)guess};
}

static inline void ask_for_copy(struct mesh *m, struct asks *a, const struct router *r, uint32_t channel, uint32_t o, uint64_t cycle)
{
    const struct channel *c = &m->channel[channel];
    uint32_t why = hindrance(m, c, copy_of(m, channel, o), r->first_port + o, cycle);
    if (why == CAN_GO)
        ask_for(m, a, channel, c, o, 0);
    else if (why != NOT_THERE)
        m->counts[r->first_port + c->local].stall[why] += m->weight;
    if (why == STALL_NO_PLACE)
        m->counts[r->first_port + o].blocked += m->weight;
    else if (why == STALL_LINK_BUSY)
        wait_until(m, m->out[r->first_port + o].free_at);
}

/* Channels that ask for their channels beyond in this same cycle and cannot know the outcome. */
static void ask_on_a_guess(struct mesh *m, struct asks *a, const struct router *r, uint32_t channel, uint64_t cycle)
{
    const struct channel *c = &m->channel[channel];
    for (uint64_t rest = c->asking | c->holding; rest; rest &= rest - 1) {
        const struct out_side *out = &m->out[r->first_port + lowest(rest)];
        if (out->free_at <= cycle && out->place)
            ask_for(m, a, channel, c, lowest(rest), 1);
    }
}

/* The stage before may have been this cycle's: c->when keeps out what got its channel just now, unless the allocation of channels
 * takes no time. */
static struct asks collect_asks(struct mesh *m, const struct router *r, uint64_t cycle)
{
    struct asks a = {0, 0, 0, 0};
    for (uint32_t word = r->first_word; word < r->first_word + r->words; word++) {
        uint32_t base = r->first_channel + (word - r->first_word) * 64;
        uint64_t guessing = m->config.speculative ? m->guessing[word] : 0;
        for (uint64_t set = m->sending[word] & ~guessing; set; set &= set - 1) {
            uint32_t channel = base + lowest(set);
            const struct channel *c = &m->channel[channel];
            if (c->when > cycle) {
                wait_until(m, c->when);
                continue;
            }
            for (uint64_t rest = c->holding; rest; rest &= rest - 1)
                ask_for_copy(m, &a, r, channel, lowest(rest), cycle);
        }
        for (uint64_t set = guessing; set; set &= set - 1)
            ask_on_a_guess(m, &a, r, base + lowest(set), cycle);
    }
    return a;
}

/* Of those of one input for one output the first in line stands; guesses are behind all others. */
static void stand_for(struct mesh *m, struct requests *q, const struct router *r, const struct ask *a)
{
    uint32_t pair = a->local * m->most_ports + a->o, turn = m->in[r->first_port + a->local].turn;
    uint8_t behind = (uint8_t)((a->vc >= turn ? a->vc - turn : a->vc + MESH_MOST_VCS - turn) + (a->guess ? MESH_MOST_VCS : 0));
    if (q->of_input[a->local] >> a->o & 1 && m->behind[pair] <= behind)
        return;
    q->of_input[a->local] |= (uint64_t)1 << a->o;
    q->of_output[a->o] |= (uint64_t)1 << a->local;
    m->chosen[pair] = a->vc;
    m->behind[pair] = behind;
}

/* Every copy that could go counts as lost here; crossing takes that back. */
static void request_all(struct mesh *m, struct requests *q, const struct router *r, const struct asks *a)
{
    q->inputs = a->inputs;
    q->outputs = a->outputs;
    for (uint64_t rest = a->inputs; rest; rest &= rest - 1)
        q->of_input[lowest(rest)] = 0;
    for (uint64_t rest = a->outputs; rest; rest &= rest - 1)
        q->of_output[lowest(rest)] = 0;
    for (uint32_t i = 0; i < a->n; i++) {
        stand_for(m, q, r, &m->ask[i]);
        m->counts[r->first_port + m->ask[i].local].stall[STALL_LOST_SWITCH] += !m->ask[i].guess;
    }
}

/* One flit of a copy goes through the switch and onto the link.
 * A link of flit time n takes the next flit n cycles later. A tail frees the channel beyond for the next packet at once; an atomic mesh
 * asks for all its credits besides (takeable). */
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

/* The usual case: a unicast flit. */
static inline void cross_alone(struct mesh *m, const struct router *r, uint32_t channel, struct channel *c, uint32_t o, uint64_t cycle)
{
    m->in[r->first_port + c->local].turn = c->vc + 1u == m->vcs ? 0 : c->vc + 1u;
    cross(m, c, &c->one, r->first_port + o, o, cycle);
    pop_flit(m, r, channel, cycle);
}

/* The same flit of a channel to one output or, multicast, several; or a guess that may have come to nothing. Returns how many it crossed to. */
static uint32_t cross_all(struct mesh *m, const struct router *r, uint32_t channel, uint64_t outputs, int guess, uint64_t cycle)
{
    struct channel *c = &m->channel[channel];
    uint32_t crossed = 0;
    m->in[r->first_port + c->local].turn = c->vc + 1u == m->vcs ? 0 : c->vc + 1u;
    for (; outputs; outputs &= outputs - 1) {
        uint32_t o = lowest(outputs);
        struct copy *copy = copy_of(m, channel, o);
        if (guess && (!(c->holding >> o & 1) || hindrance(m, c, copy, r->first_port + o, cycle) != CAN_GO)) {
            m->counts[r->first_port + o].lost_grants++;
            continue;
        }
        cross(m, c, copy, r->first_port + o, o, cycle);
        crossed++;
    }
    if (!crossed)
        return 0;
    if (!c->multicast) {
        pop_flit(m, r, channel, cycle);
        return crossed;
    }
    m->totals.flits_in_flight += crossed;
    pop_passed(m, r, channel, cycle);
    return crossed;
}

/* The winners of one input. */
static void win(struct mesh *m, const struct router *r, uint32_t local, uint64_t outputs, uint64_t cycle)
{
    uint32_t pair = local * m->most_ports + lowest(outputs), channel = (r->first_port + local) * m->vcs + m->chosen[pair];
    struct channel *c = &m->channel[channel];
    int guess = m->behind[pair] >= MESH_MOST_VCS;
    uint32_t crossed = 1;
    if (guess || c->multicast)
        crossed = cross_all(m, r, channel, outputs, guess, cycle);
    else
        cross_alone(m, r, channel, c, lowest(outputs), cycle);
    if (!guess)
        m->counts[r->first_port + local].stall[STALL_LOST_SWITCH] -= crossed;
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

/* Only for matches of the first iteration: what keeps iSLIP's pointers apart, and thereby any bidder from starving. */
static inline void move_pointers(struct mesh *m, const struct router *r, uint32_t local, uint32_t o)
{
    arbiter_won(&m->sw_in, r->first_port + local, o);
    arbiter_won(&m->sw_out, r->first_port + o, local);
}

/* Grant: each output chooses among the inputs that ask for it. Accept: each input chooses among the outputs that chose it. An input's
 * other grants are lost in this iteration, and may be given to others in the next. */
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
            win(m, r, local, all, cycle);
        }
    }
}

/* Each input chooses an output, then each output an input. Pointers move only on a match. */
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
        win(m, r, lowest(winners), won[lowest(winners)], cycle);
}

/* No two meet: what every allocator comes to. */
static void match_all(struct mesh *m, const struct router *r, const struct asks *a, uint64_t cycle)
{
    for (uint32_t i = 0; i < a->n; i++) {
        const struct ask *k = &m->ask[i];
        struct channel *c = &m->channel[k->channel];
        move_pointers(m, r, k->local, k->o);
        if (k->guess || c->multicast)
            cross_all(m, r, k->channel, (uint64_t)1 << k->o, k->guess, cycle);
        else
            cross_alone(m, r, k->channel, c, k->o, cycle);
    }
}

/* A flit moves here or nowhere: for the watchdog an ask is as good as a move, since of those that ask one always wins. */
void allocate_switch(struct mesh *m, uint32_t router, uint64_t cycle)
{
    const struct router *r = &m->router[router];
    struct asks a = collect_asks(m, r, cycle);
    if (!a.n)
        return;
    m->last_move = cycle;
    m->still = 0;
    if (!a.meet) {
        match_all(m, r, &a, cycle);
    } else {
        struct requests q;
        request_all(m, &q, r, &a);
        if (m->config.sw_allocator == ALLOCATOR_ISLIP)
            match_islip(m, r, &q, cycle);
        else
            match_input_first(m, r, &q, cycle);
    }
    for (uint32_t word = 0; m->config.speculative && word < r->words; word++)
        m->guessing[r->first_word + word] = 0;
}
