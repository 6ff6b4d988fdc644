/* Loss: a router that waits too long for the way on gives a packet up, as SpiNNaker's does after its wait. Only a copy that has
 * not sent its head is dropped; its flits leave the buffer as if they had been sent, and each leaf behind it is reported lost. */
#include "noc/mesh_parts.h"

/* What stood in its way in the cycle of the drop; earlier cycles may have had other reasons (see the stalls). */
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
    m->lost[port * MESH_STALLS + why]++;
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

/* Counts, reports and forgets one copy; the flits stay for the caller to take out. */
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
    }
    if (c->holding >> o & 1)
        m->out[side].free |= 1u << copy->vc;
    c->asking &= ~((uint64_t)1 << o);
    c->holding &= ~((uint64_t)1 << o);
    m->counts[port].drops++;
    m->last_move = cycle;
}

/* Those copies that have sent their head go on: they hold channels further on, and would leave them held. */
static void drop_copies(struct mesh *m, const struct router *r, uint32_t channel, uint64_t cycle)
{
    struct channel *c = &m->channel[channel];
    int some = 0;
    for (uint64_t rest = c->asking | c->holding; rest; rest &= rest - 1)
        if (c->asking >> lowest(rest) & 1 || !copy_of(m, channel, lowest(rest))->sent) {
            lose_copy(m, r->first_port + c->local, channel, lowest(rest), cycle);
            some = 1;
        }
    if (!some)
        return;
    if (!c->asking)
        *word_of(m->asking, r, channel) &= ~bit_of(r, channel);
    if (c->holding) {
        pop_passed(m, r, channel, cycle);
        return;
    }
    *word_of(m->sending, r, channel) &= ~bit_of(r, channel);
    *word_of(m->draining, r, channel) |= bit_of(r, channel);
}

/* Flits of a packet that no copy wants any more; those not arrived yet go as they come. */
static void drain(struct mesh *m, const struct router *r, uint32_t channel, uint64_t cycle)
{
    const struct channel *c = &m->channel[channel];
    while (*word_of(m->draining, r, channel) & bit_of(r, channel) && c->count) {
        m->last_move = cycle;
        m->still = 0;
        m->totals.flits_in_flight--;
        pop_flit(m, r, channel, cycle);
    }
}

void drop_overdue(struct mesh *m, uint32_t router, uint64_t cycle)
{
    const struct router *r = &m->router[router];
    for (uint32_t word = r->first_word; word < r->first_word + r->words; word++) {
        uint32_t base = r->first_channel + (word - r->first_word) * 64;
        for (uint64_t set = m->asking[word] | m->sending[word]; set; set &= set - 1) {
            const struct channel *c = &m->channel[base + lowest(set)];
            uint64_t overdue = c->since + m->va_wait + m->sw_after + m->config.drop_wait + 1;
            if (overdue <= cycle) {
                m->still = 0;
                drop_copies(m, r, base + lowest(set), cycle);
            } else {
                wait_until(m, overdue);
            }
        }
        for (uint64_t set = m->draining[word]; set; set &= set - 1)
            drain(m, r, base + lowest(set), cycle);
    }
}
