/* Virtual-channel allocation of one router and cycle. Each copy without a channel beyond bids for all channels of its output port
 * that are free and of its class. iSLIP (McKeown 1999): each free channel grants to the first bidder at or after its pointer, each
 * bidder accepts the first grant at or after its own; pointers move past a match of the first iteration only. Input first: each
 * bidder chooses a channel, then each channel a bidder. */
#include "noc/mesh_parts.h"

/* Channels of a side that a copy could take now: free ones of its class; for a multicast packet and an atomic mesh only with the room
 * they need: a copy that must not wait half way in, for others that wait for it. */
static uint32_t takeable(const struct mesh *m, uint32_t side, const struct channel *c, uint32_t allowed)
{
    const struct out_side *out = &m->out[side];
    uint32_t free = out->free & allowed;
    uint32_t room = m->config.atomic ? m->depth : m->record[c->packet].multicast && out->target != NOBODY ? c->length : 0;
    for (uint32_t rest = room ? free : 0; rest; rest &= rest - 1)
        if (m->credit[side * m->vcs + lowest(rest)] < room)
            free &= ~(rest & -rest);
    return free;
}

static int has_credit(const struct mesh *m, uint32_t side, uint32_t vcs)
{
    for (; vcs; vcs &= vcs - 1)
        if (m->credit[side * m->vcs + lowest(vcs)])
            return 1;
    return 0;
}

/* Fills bid[]: per output port the bidders in order of (input port, channel). Returns the mask of output ports that have some. */
static uint64_t collect_bids(struct mesh *m, uint32_t router, uint64_t cycle)
{
    const struct router *r = &m->router[router];
    uint64_t outputs = 0;
    uint32_t width = m->most_ports * m->vcs;
    for (uint64_t ports = r->bidding; ports; ports &= ports - 1) {
        uint32_t local = lowest(ports), port = r->first_port + local;
        for (uint32_t vcs = m->in[port].bidding; vcs; vcs &= vcs - 1) {
            uint32_t vc = lowest(vcs), number = port * m->vcs + vc;
            const struct channel *c = &m->channel[number];
            if (c->when > cycle)
                continue;
            for (uint64_t rest = c->asking; rest; rest &= rest - 1) {
                uint32_t o = lowest(rest), could = takeable(m, r->first_port + o, c, copy_of(m, number, o)->allowed);
                if (!could) {
                    m->counts[port].stall[STALL_NO_VC]++;
                    continue;
                }
                if (!(outputs >> o & 1))
                    m->bids[o] = 0;
                outputs |= (uint64_t)1 << o;
                m->bid[o * width + m->bids[o]++] = (struct bid){.in = local * m->vcs + vc, .vcs = could};
                if (m->config.speculative && has_credit(m, r->first_port + o, could))
                    m->in[port].guessing |= 1u << vc;
            }
        }
    }
    return outputs;
}

/* The copy of a multicast packet beyond this router gets a record of its own when it gets its channel. */
static void split(struct mesh *m, uint32_t router, const struct channel *c, struct copy *copy, uint32_t o)
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
    if (m->out[m->router[router].first_port + o].target == NOBODY) {
        to->multicast = 0;
        to->leaf = branch->to;
    }
    copy->packet = n;
}

static void grant_channel(struct mesh *m, uint32_t router, uint32_t in, uint32_t o, uint32_t vc, uint64_t cycle)
{
    struct router *r = &m->router[router];
    uint32_t port = r->first_port + in / m->vcs, own = in % m->vcs, number = r->first_port * m->vcs + in;
    struct in_side *side = &m->in[port];
    struct channel *c = &m->channel[number];
    struct copy *copy = copy_of(m, number, o);
    copy->vc = vc;
    if (copy->packet == NOBODY)
        split(m, router, c, copy, o);
    m->out[r->first_port + o].free &= ~(1u << vc);
    c->holding |= (uint64_t)1 << o;
    c->asking &= ~((uint64_t)1 << o);
    c->when = cycle + m->sw_after;
    if (!c->asking) {
        side->bidding &= ~(1u << own);
        if (!side->bidding)
            r->bidding &= ~((uint64_t)1 << side->local);
    }
    if (c->count) {
        side->sending |= 1u << own;
        r->sending |= (uint64_t)1 << side->local;
    }
    m->counts[r->first_port + o].vc_grants++;
}

/* Among the channels of output o: a bidder's round robin runs over all channels of the router, (output, channel) in order. */
static uint32_t choose_channel(const struct mesh *m, uint32_t channel, uint32_t o, uint32_t vcs)
{
    uint32_t from = 0;
    if (m->vc_in.kind == ARBITER_ROUND_ROBIN && m->vc_in.turn[channel] / m->vcs == o)
        from = m->vc_in.turn[channel] % m->vcs;
    return arbiter_pick(&m->vc_in, channel, vcs, from);
}

static void move_pointers(struct mesh *m, uint32_t router, uint32_t in, uint32_t o, uint32_t vc)
{
    const struct router *r = &m->router[router];
    uint32_t channel = r->first_port * m->vcs + in;
    if (m->vc_in.kind == ARBITER_ROUND_ROBIN)
        m->vc_in.turn[channel] = o * m->vcs + vc + 1 == r->ports * m->vcs ? 0 : o * m->vcs + vc + 1;
    else
        arbiter_won(&m->vc_in, channel, vc, m->vcs);
    arbiter_won(&m->vc_out, (r->first_port + o) * m->vcs + vc, in, r->ports * m->vcs);
}

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
static uint32_t match_islip(struct mesh *m, uint32_t router, uint32_t o, struct bid *bid, uint32_t n, uint32_t vcs, int first, uint64_t cycle)
{
    const struct router *r = &m->router[router];
    uint32_t matched = 0;
    for (; vcs; vcs &= vcs - 1) {
        struct bid *to = choose_bidder(m, (r->first_port + o) * m->vcs + lowest(vcs), lowest(vcs), bid, n);
        if (to)
            to->grants |= vcs & -vcs;
    }
    for (uint32_t k = 0; k < n; k++) {
        if (!bid[k].grants)
            continue;
        uint32_t vc = choose_channel(m, r->first_port * m->vcs + bid[k].in, o, bid[k].grants);
        bid[k].grants = 0;
        bid[k].done = 1;
        matched |= 1u << vc;
        if (first)
            move_pointers(m, router, bid[k].in, o, vc);
        grant_channel(m, router, bid[k].in, o, vc, cycle);
    }
    return matched;
}

static void match_input_first(struct mesh *m, uint32_t router, uint32_t o, struct bid *bid, uint32_t n, uint32_t vcs, uint64_t cycle)
{
    const struct router *r = &m->router[router];
    for (uint32_t k = 0; k < n; k++)
        bid[k].grants = 1u << choose_channel(m, r->first_port * m->vcs + bid[k].in, o, bid[k].vcs);
    for (; vcs; vcs &= vcs - 1) {
        uint32_t vc = lowest(vcs);
        struct bid *to = choose_bidder(m, (r->first_port + o) * m->vcs + vc, vc, bid, n);
        if (!to)
            continue;
        to->done = 1;
        move_pointers(m, router, to->in, o, vc);
        grant_channel(m, router, to->in, o, vc, cycle);
    }
}

static void match_output(struct mesh *m, uint32_t router, uint32_t o, uint64_t cycle)
{
    struct bid *bid = &m->bid[o * m->most_ports * m->vcs];
    uint32_t n = m->bids[o], vcs = 0, iterations = m->config.iterations > 1 ? m->config.iterations : 1;
    for (uint32_t k = 0; k < n; k++)
        vcs |= bid[k].vcs;
    if (m->config.vc_allocator == ALLOCATOR_INPUT_FIRST) {
        match_input_first(m, router, o, bid, n, vcs, cycle);
    } else {
        for (uint32_t i = 0; i < iterations && vcs; i++) {
            uint32_t matched = match_islip(m, router, o, bid, n, vcs, !i, cycle);
            if (!matched)
                break;
            vcs &= ~matched;
        }
    }
    for (uint32_t k = 0; k < n; k++)
        if (!bid[k].done)
            m->counts[m->router[router].first_port + bid[k].in / m->vcs].stall[STALL_LOST_VC]++;
}

void allocate_channels(struct mesh *m, uint32_t router, uint64_t cycle)
{
    for (uint64_t outputs = collect_bids(m, router, cycle); outputs; outputs &= outputs - 1)
        match_output(m, router, lowest(outputs), cycle);
}
