/* Virtual-channel allocation of one router and cycle. Each copy without a channel beyond bids for all channels of its output port
 * that are free and of its class. iSLIP (McKeown 1999): each free channel grants to the first bidder at or after its pointer, each
 * bidder accepts the first grant at or after its own; pointers move past a match of the first iteration only. Input first: each
 * bidder chooses a channel, then each channel a bidder. */
#include "noc/mesh_parts.h"

/* Channels of a side that a copy could take now: free ones of its class. A multicast packet, and any in an atomic mesh, takes one only
 * with the room it needs: it must not wait half way in for others that wait for it. */
static inline uint32_t takeable(const struct mesh *m, uint32_t side, const struct channel *c, uint32_t allowed)
{
    const struct out_side *out = &m->out[side];
    uint32_t free = out->free & allowed;
    if (!(c->multicast | m->config.atomic))
        return free;
    uint32_t room = m->config.atomic ? m->depth : out->target != NOBODY ? c->length : 0;
    for (uint32_t rest = free; rest; rest &= rest - 1)
        if (m->credit[side * m->vcs + lowest(rest)] < room)
            free &= ~(rest & -rest);
    return free;
}

/* A guess is worth a bid for the switch only where some channel could be had and used at once. */
static int has_credit(const struct mesh *m, uint32_t side, uint32_t vcs)
{
    for (; vcs; vcs &= vcs - 1)
        if (m->credit[side * m->vcs + lowest(vcs)])
            return 1;
    return 0;
}

struct bids { uint32_t n; uint64_t outputs, contested; };   /* masks of output ports: with bidders, with two or more */

/* A stall is counted per copy and cycle; the port's counter is the in side's, where the packet stands. */
static inline void bid_for(struct mesh *m, struct bids *bids, const struct router *r, uint32_t channel, uint32_t o, uint32_t allowed)
{
    const struct channel *c = &m->channel[channel];
    uint32_t could = takeable(m, r->first_port + o, c, allowed);
    if (!could) {
        m->counts[r->first_port + c->local].stall[STALL_NO_VC] += m->weight;
        return;
    }
    m->bid[bids->n++] = (struct bid){channel, of_port(c->local, c->vc), could, 0, (uint8_t)o, 0};
    bids->contested |= bids->outputs & (uint64_t)1 << o;
    bids->outputs |= (uint64_t)1 << o;
    if (m->config.speculative && has_credit(m, r->first_port + o, could))
        *word_of(m->guessing, r, channel) |= bit_of(r, channel);
}

/* Fills bid[] in order of (input port, channel). */
static struct bids collect_bids(struct mesh *m, const struct router *r, uint64_t cycle)
{
    struct bids bids = {0, 0, 0};
    for (uint32_t word = 0; word < r->words; word++)
        for (uint64_t set = m->asking[r->first_word + word]; set; set &= set - 1) {
            uint32_t channel = r->first_channel + word * 64 + lowest(set);
            const struct channel *c = &m->channel[channel];
            if (c->when > cycle) {
                wait_until(m, c->when);
                continue;
            }
            if (!c->multicast)
                bid_for(m, &bids, r, channel, lowest(c->asking), c->one.allowed);
            for (uint64_t rest = c->multicast ? c->asking : 0; rest; rest &= rest - 1)
                bid_for(m, &bids, r, channel, lowest(rest), copy_of(m, channel, lowest(rest))->allowed);
        }
    return bids;
}

/* The copy of a multicast packet beyond this router gets a record of its own when it gets its channel. */
static void split(struct mesh *m, const struct router *r, const struct channel *c, struct copy *copy, uint32_t o)
{
    const struct topology_node *node = &m->topology->node[m->record[c->packet].to];
    const struct topology_branch *branch = &m->topology->branch[node->first_branch];
    while (branch->port != o)
        branch++;
    uint32_t n = record_new(m);
    struct record *from = &m->record[c->packet], *to = &m->record[n];
    *to = *from;
    to->to = branch->to;
    to->leaves = branch->leaves;
    from->leaves -= branch->leaves;
    if (m->out[r->first_port + o].target == NOBODY) {
        to->multicast = 0;
        to->leaf = branch->to;
    }
    copy->packet = n;
}

/* Pointers of a match made in the first iteration. A bidder's round robin runs over all channels of the router, (output, vc) in order. */
static inline void move_pointers(struct mesh *m, const struct router *r, struct channel *c, const struct bid *bid, uint32_t vc)
{
    if (m->vc_out.kind == ARBITER_MATRIX)
        arbiter_won(&m->vc_in, bid->channel, vc);
    c->turn = of_port(bid->o, vc) + 1;
    arbiter_won(&m->vc_out, (r->first_port + bid->o) * m->vcs + vc, bid->in);
}

/* Round robin starts at the bidder's pointer if that is on this output, else at the lowest channel. */
static inline uint32_t choose_channel(const struct mesh *m, const struct bid *bid, uint32_t vcs)
{
    uint32_t turn = m->channel[bid->channel].turn;
    return arbiter_pick(&m->vc_in, bid->channel, vcs, turn >> VC_BITS == bid->o ? turn % MESH_MOST_VCS : 0);
}

/* The bidder gets one of the channels that granted. */
static inline uint32_t take_channel(struct mesh *m, const struct router *r, const struct bid *bid, uint32_t grants, int first, uint64_t cycle)
{
    uint32_t channel = bid->channel, vc = choose_channel(m, bid, grants);
    uint64_t output = (uint64_t)1 << bid->o;
    struct channel *c = &m->channel[channel];
    struct copy *copy = copy_of(m, channel, bid->o);
    if (first)
        move_pointers(m, r, c, bid, vc);
    copy->vc = (uint8_t)vc;
    if (c->multicast)
        split(m, r, c, copy, bid->o);
    m->out[r->first_port + bid->o].free &= ~(1u << vc);
    m->counts[r->first_port + bid->o].vc_grants++;
    c->holding |= output;
    c->asking &= ~output;
    c->when = cycle + m->sw_after;
    if (!c->asking)
        *word_of(m->asking, r, channel) &= ~bit_of(r, channel);
    *word_of(m->sending, r, channel) |= bit_of(r, channel);     /* its head is in the buffer, or it could not have bid */
    return vc;
}

/* iSLIP: every channel that the bidder could take; input first: the one it chose. */
static int bids_for(const struct mesh *m, const struct bid *b, uint32_t vc)
{
    return !b->done && (m->config.vc_allocator == ALLOCATOR_ISLIP ? b->vcs : b->grants) >> vc & 1;
}

/* The bidder that a channel chooses; NULL: it has none. */
static struct bid *choose_bidder(const struct mesh *m, uint32_t row, uint32_t vc, struct bid *bid, uint32_t n)
{
    struct bid *best = NULL;
    for (uint32_t k = 0; k < n; k++) {
        if (!bids_for(m, &bid[k], vc))
            continue;
        if (m->vc_out.kind == ARBITER_MATRIX) {
            const uint32_t *served = &m->vc_out.served[(size_t)row * m->vc_out.wide];
            best = !best || served[bid[k].in] < served[best->in] ? &bid[k] : best;
        } else if (bid[k].in >= m->vc_out.turn[row]) {
            return &bid[k];
        } else {
            best = best ? best : &bid[k];
        }
    }
    return best;
}

/* One iteration over the channels and bidders of one output that are not matched yet; returns the channels it matched. */
static uint32_t match_islip(struct mesh *m, const struct router *r, struct bid *bid, uint32_t n, uint32_t vcs, int first, uint64_t cycle)
{
    uint32_t matched = 0;
    for (; vcs; vcs &= vcs - 1) {
        struct bid *to = choose_bidder(m, (r->first_port + bid->o) * m->vcs + lowest(vcs), lowest(vcs), bid, n);
        if (to)
            to->grants |= vcs & -vcs;
    }
    for (uint32_t k = 0; k < n; k++) {
        if (!bid[k].grants)
            continue;
        matched |= 1u << take_channel(m, r, &bid[k], bid[k].grants, first, cycle);
        bid[k].grants = 0;
        bid[k].done = 1;
    }
    return matched;
}

/* Bidders choose before they know of each other, so two may choose the same channel while another stays free. */
static void match_input_first(struct mesh *m, const struct router *r, struct bid *bid, uint32_t n, uint32_t vcs, uint64_t cycle)
{
    for (uint32_t k = 0; k < n; k++)
        bid[k].grants = 1u << choose_channel(m, &bid[k], bid[k].vcs);
    for (; vcs; vcs &= vcs - 1) {
        struct bid *to = choose_bidder(m, (r->first_port + bid->o) * m->vcs + lowest(vcs), lowest(vcs), bid, n);
        if (!to)
            continue;
        to->done = 1;
        take_channel(m, r, to, vcs & -vcs, 1, cycle);
    }
}

/* An output that several bid for. */
static void settle(struct mesh *m, const struct router *r, const struct bids *bids, uint32_t o, uint64_t cycle)
{
    struct bid *rival = m->rivals;
    uint32_t n = 0, vcs = 0, iterations = m->config.iterations > 1 ? m->config.iterations : 1;
    for (uint32_t k = 0; k < bids->n; k++)
        if (m->bid[k].o == o) {
            rival[n++] = m->bid[k];
            vcs |= m->bid[k].vcs;
        }
    if (m->config.vc_allocator == ALLOCATOR_INPUT_FIRST)
        match_input_first(m, r, rival, n, vcs, cycle);
    for (uint32_t i = 0; m->config.vc_allocator == ALLOCATOR_ISLIP && i < iterations && vcs; i++) {
        uint32_t matched = match_islip(m, r, rival, n, vcs, !i, cycle);
        vcs = matched ? vcs & ~matched : 0;
    }
    for (uint32_t k = 0; k < n; k++)
        if (!rival[k].done)
            m->counts[r->first_port + (rival[k].in >> VC_BITS)].stall[STALL_LOST_VC]++;
}

void allocate_channels(struct mesh *m, uint32_t router, uint64_t cycle)
{
    const struct router *r = &m->router[router];
    struct bids bids = collect_bids(m, r, cycle);
    m->still &= !bids.n;        /* of those that bid one gets a channel */
    for (uint32_t k = 0; k < bids.n; k++)
        if (!(bids.contested >> m->bid[k].o & 1))       /* alone: what every allocator comes to */
            take_channel(m, r, &m->bid[k], m->bid[k].vcs, 1, cycle);
    for (uint64_t rest = bids.contested; rest; rest &= rest - 1)
        settle(m, r, &bids, lowest(rest), cycle);
}

/* The bids and asks of such a cycle are none: what is left of them is why. */
void count_stalls(struct mesh *m, uint32_t router, uint64_t cycle)
{
    const struct router *r = &m->router[router];
    collect_bids(m, r, cycle);
    allocate_switch(m, router, cycle);
}
