/* Loss: a router that waits too long for the way on gives a packet up, as SpiNNaker's does after its wait. Only a copy that has
 * not sent its head is dropped; its flits leave the buffer as if they had been sent, and each leaf behind it is reported lost. */
#include "noc/mesh_parts.h"

static uint32_t cause(const struct mesh *m, const struct channel *c, const struct copy *copy, uint32_t o, uint32_t side, uint64_t cycle)
{
    const struct out_side *out = &m->out[side];
    if (c->asking >> o & 1)
        return STALL_NO_VC;
    if (!m->credit[side * m->vcs + copy->vc])
        return STALL_NO_CREDIT;
    if (!out->place)
        return STALL_NO_PLACE;
    return out->free_at > cycle ? STALL_LINK_BUSY : STALL_LOST_SWITCH;
}

static void lose_leaf(struct mesh *m, const struct record *r, uint32_t endpoint, uint32_t leaf, uint32_t port, uint32_t why)
{
    struct mesh_arrival *a = new_arrival(m, r, endpoint, leaf);
    a->lost = 1 + why;
    a->router = m->in[port].router;
    a->port = m->in[port].local;
    m->totals.dropped++;
}

/* All leaves behind one branch of a tree; at an endpoint's port that is one. */
static void lose_branch(struct mesh *m, const struct record *r, const struct topology_branch *b, uint32_t router, uint32_t port, uint32_t why)
{
    const struct topology *t = m->topology;
    if (b->vc_class == TOPOLOGY_ANY_CLASS) {
        lose_leaf(m, r, t->port[t->first_port[router] + b->port].endpoint, b->to, port, why);
        return;
    }
    const struct topology_node *node = &t->node[b->to];
    for (uint32_t i = 0; i < node->branches; i++)
        lose_branch(m, r, &t->branch[node->first_branch + i], node->router, port, why);
}

static void lose_copy(struct mesh *m, uint32_t port, uint32_t number, uint32_t o, uint64_t cycle)
{
    struct channel *c = &m->channel[number];
    struct copy *copy = copy_of(m, number, o);
    struct record *r = &m->record[c->packet];
    uint32_t side = m->router[m->in[port].router].first_port + o, why = cause(m, c, copy, o, side, cycle);
    if (r->multicast) {
        const struct topology_node *node = &m->topology->node[r->to];
        const struct topology_branch *b = &m->topology->branch[node->first_branch];
        while (b->port != o)
            b++;
        lose_branch(m, r, b, node->router, port, why);
        if (c->holding >> o & 1)
            record_free(m, copy->packet);
        else
            r->leaves -= b->leaves;
    } else {
        lose_leaf(m, r, r->to, r->leaf, port, why);
        r->leaves = 0;
        r->dropped = 1;
    }
    if (c->holding >> o & 1)
        m->out[side].free |= 1u << copy->vc;
    c->asking &= ~((uint64_t)1 << o);
    c->holding &= ~((uint64_t)1 << o);
    m->counts[port].drops++;
    m->last_move = cycle;
}

static void drop_copies(struct mesh *m, uint32_t port, uint32_t vc, uint64_t cycle)
{
    struct in_side *in = &m->in[port];
    struct router *router = &m->router[in->router];
    uint32_t number = port * m->vcs + vc;
    struct channel *c = &m->channel[number];
    int some = 0;
    for (uint64_t rest = c->asking | c->holding; rest; rest &= rest - 1)
        if (c->asking >> lowest(rest) & 1 || !copy_of(m, number, lowest(rest))->sent) {
            lose_copy(m, port, number, lowest(rest), cycle);
            some = 1;
        }
    if (!some)
        return;
    if (!c->asking)
        in->bidding &= ~(1u << vc);
    if (!in->bidding)
        router->bidding &= ~((uint64_t)1 << in->local);
    if (!c->holding)
        in->sending &= ~(1u << vc);
    if (!in->sending)
        router->sending &= ~((uint64_t)1 << in->local);
    if (c->holding) {
        pop_passed(m, port, vc, cycle);
    } else {
        in->draining |= 1u << vc;
        router->draining |= (uint64_t)1 << in->local;
    }
}

static void drain(struct mesh *m, uint32_t port, uint32_t vc, uint64_t cycle)
{
    const struct channel *c = &m->channel[port * m->vcs + vc];
    while (m->in[port].draining >> vc & 1 && c->count) {
        m->last_move = cycle;
        m->totals.flits_in_flight--;
        pop_flit(m, port, vc, cycle);
    }
}

void drop_overdue(struct mesh *m, uint32_t router, uint64_t cycle)
{
    const struct router *r = &m->router[router];
    for (uint64_t ports = r->bidding | r->sending; ports; ports &= ports - 1) {
        uint32_t port = r->first_port + lowest(ports);
        for (uint32_t vcs = m->in[port].bidding | m->in[port].sending; vcs; vcs &= vcs - 1) {
            const struct channel *c = &m->channel[port * m->vcs + lowest(vcs)];
            if (c->since <= cycle && cycle - c->since > m->va_wait + m->sw_after + (uint64_t)m->config.drop_wait)
                drop_copies(m, port, lowest(vcs), cycle);
        }
    }
    for (uint64_t ports = r->draining; ports; ports &= ports - 1) {
        uint32_t port = r->first_port + lowest(ports);
        for (uint32_t vcs = m->in[port].draining; vcs; vcs &= vcs - 1)
            drain(m, port, lowest(vcs), cycle);
    }
}
