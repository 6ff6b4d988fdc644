/* Building the network, its sources, and the cycle. A cycle is: what arrives, then the sources, then each router with flits: dropping,
 * channels, switch. Whatever one of them sends arrives in a later cycle, so their order among themselves does not matter. */
#include "noc/mesh.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "noc/mesh_parts.h"

enum { MOST_WAYS = 1 << 20 };
const char *const mesh_stall_names[MESH_STALLS] = {"no_vc", "lost_vc", "no_credit", "lost_switch", "link_busy", "no_place"};

/* What cannot work at any load is refused here, with the figure that would; the topology has checked itself.
 * A buffer's count is 16 bits wide, a set of channels 32. */
static int check_config(const struct mesh_config *c, const struct topology *t, struct err *err)
{
    if (!c->vcs || c->vcs > MESH_MOST_VCS)
        return err_input(err, "%u virtual channels; 1 to %d are possible", c->vcs, MESH_MOST_VCS);
    if (!c->depth || c->depth > UINT16_MAX)
        return err_input(err, "buffers of %u flits; 1 to %d are possible", c->depth, UINT16_MAX);
    if (c->longest_tree > c->depth)
        return err_answer(err, "a multicast packet of %u flits does not fit a virtual channel of %u flits: a packet that forks must fit whole, or its "
                               "copies could wait for each other for ever; make the buffers %u flits deep or the links wider, or route unicast",
                          c->longest_tree, c->depth, c->longest_tree);
    for (uint32_t e = 0; e < t->endpoints; e++)
        if (!(c->sw_alloc || c->final || t->endpoint[e].eject))
            return err_input(err, "endpoint %u: switch allocation, switch traversal and the way out take no cycle; at least one must", e);
    return 0;
}

static uint32_t at_least_one(uint32_t cycles)
{
    return cycles ? cycles : 1;
}

/* A flit granted in cycle g is beyond the link at g + (1 if allocation takes time) + final + latency. Its credit goes back over a wire
 * of the same latency and may be used `credit` cycles after that.
 * The credit of a flit granted in g is therefore usable again, one cycle for the grant included, after
 * (sw_leave + final + latency) + (the stages of the next router) + (sw_leave + latency + credit): the credit loop. A channel passes
 * at most depth flits per loop. */
static void join_port(struct mesh *m, uint32_t router, uint32_t local)
{
    const struct topology *t = m->topology;
    uint32_t port = t->first_port[router] + local;
    const struct topology_port *p = &t->port[port];
    for (uint32_t vc = 0; vc < m->vcs; vc++) {
        m->channel[port * m->vcs + vc].local = (uint8_t)local;
        m->channel[port * m->vcs + vc].vc = (uint8_t)vc;
    }
    struct in_side *in = &m->in[port];
    struct out_side *out = &m->out[port];
    *in = (struct in_side){.router = router, .local = local, .side = NOBODY};
    *out = (struct out_side){.target = NOBODY, .endpoint = p->endpoint, .place = NOBODY};
    if (p->endpoint != TOPOLOGY_NONE) {
        const struct topology_endpoint *e = &t->endpoint[p->endpoint];
        uint32_t side = m->out[port].endpoint + t->ports;
        in->side = side;
        in->credit_delay = at_least_one(m->sw_leave + e->inject - 1 + m->config.credit);
        m->out[side] = (struct out_side){.free = (uint32_t)(((uint64_t)1 << m->vcs) - 1), .target = port, .endpoint = p->endpoint, .place = NOBODY,
                                         .delay = e->inject - 1, .flit_time = e->flit_time};
        out->free = m->out[side].free;
        out->delay = m->sw_leave + m->config.final + e->eject;
        out->credit_delay = at_least_one(m->sw_leave + e->eject + m->config.credit);
        out->flit_time = e->flit_time;
        out->place = m->config.in_queue ? m->config.in_queue : NOBODY;
    }
    if (p->in_link != TOPOLOGY_NONE) {
        const struct topology_link *l = &t->link[p->in_link];
        in->side = t->first_port[l->from] + l->from_port;
        in->credit_delay = at_least_one(m->sw_leave + l->hop.latency + m->config.credit);
    }
    if (p->out_link != TOPOLOGY_NONE) {
        const struct topology_link *l = &t->link[p->out_link];
        out->target = t->first_port[l->to] + l->to_port;
        out->free = (uint32_t)(((uint64_t)1 << m->vcs) - 1);
        out->delay = m->sw_leave + m->config.final + l->hop.latency;
        out->flit_time = l->hop.flit_time;
    }
}

/* What the parts of a cycle read all the time, from what join_port has set. */
static void number_wires(struct mesh *m)
{
    for (uint32_t p = 0; p < m->topology->ports; p++)
        m->in[p].credits = m->in[p].side == NOBODY ? 0 : m->in[p].side * m->vcs;
    for (uint32_t s = 0; s < m->sides; s++)
        m->out[s].wire = of_port(m->out[s].target != NOBODY ? m->out[s].target : m->topology->ports + m->out[s].endpoint, 0);
}

/* The ring of what is in flight must be longer than any delay. */
static uint32_t longest_delay(const struct mesh *m)
{
    uint32_t most = 1;
    for (uint32_t s = 0; s < m->sides; s++) {
        most = m->out[s].delay > most ? m->out[s].delay : most;
        most = m->out[s].credit_delay > most ? m->out[s].credit_delay : most;
    }
    for (uint32_t p = 0; p < m->topology->ports; p++)
        most = m->in[p].credit_delay > most ? m->in[p].credit_delay : most;
    return most;
}

/* Every router's ports, channels and bitmaps are neighbours in the arrays, in the order of the routers: a router at work touches few
 * cache lines. */
static void open_routers(struct mesh *m)
{
    const struct topology *t = m->topology;
    uint32_t words = 0;
    for (uint32_t r = 0; r < t->routers; r++) {
        m->router[r].first_port = t->first_port[r];
        m->router[r].ports = t->first_port[r + 1] - t->first_port[r];
        m->most_ports = m->router[r].ports > m->most_ports ? m->router[r].ports : m->most_ports;
        m->router[r].first_channel = t->first_port[r] * m->vcs;
        m->router[r].words = (m->router[r].ports * m->vcs + 63) / 64;
        m->router[r].first_word = words;
        words += m->router[r].words;
        for (uint32_t p = 0; p < m->router[r].ports; p++)
            join_port(m, r, p);
    }
    uint64_t **maps[] = {&m->asking, &m->sending, &m->draining, &m->guessing};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        *maps[i] = mem_new((size_t)words + 1, sizeof **maps[i]);
    number_wires(m);
    for (uint32_t i = 0; i < m->sides * m->vcs; i++)
        m->credit[i] = m->depth;
    for (uint32_t e = 0; e < t->endpoints; e++)
        m->source[e] = (struct source){.first = NOBODY, .last = NOBODY, .limit = m->config.out_queue, .left_at = UINT64_MAX};
}

/* Where the way on hangs on router and target alone, and both are few, a table of it. */
static void open_ways(struct mesh *m)
{
    const struct topology *t = m->topology;
    if (t->vc_classes > 1 || t->torus || t->routing == ROUTE_UPDOWN || (uint64_t)t->routers * t->endpoints > MOST_WAYS)
        return;
    m->way = mem_new((size_t)t->routers * t->endpoints + 1, 1);
    for (uint32_t r = 0; r < t->routers; r++)
        for (uint32_t e = 0; e < t->endpoints; e++)
            m->way[r * t->endpoints + e] = (uint8_t)topology_next(t, r, TOPOLOGY_NONE, 0, e, 0).port;
}

/* One array per subject, one index per kind of thing: port, side (port or source), channel (port * vcs + vc). */
static void open_arrays(struct mesh *m)
{
    const struct topology *t = m->topology;
    size_t channels = (size_t)t->ports * m->vcs;
    m->router = mem_new((size_t)t->routers + 1, sizeof *m->router);
    m->in = mem_new((size_t)t->ports + 1, sizeof *m->in);
    m->out = mem_new((size_t)m->sides + 1, sizeof *m->out);
    m->channel = mem_new(channels + 1, sizeof *m->channel);
    m->slot = mem_new(channels * m->depth + 1, sizeof *m->slot);
    m->credit = mem_new((size_t)m->sides * m->vcs + 1, sizeof *m->credit);
    m->source = mem_new((size_t)t->endpoints + 1, sizeof *m->source);
    m->counts = mem_new((size_t)t->ports + 1, sizeof *m->counts);
    if (m->config.drops)
        m->lost = mem_new((size_t)t->ports * MESH_STALLS + 1, sizeof *m->lost);
    m->active = mem_new(t->routers / 64 + 1, sizeof *m->active);
    m->sources = mem_new(t->endpoints / 64 + 1, sizeof *m->sources);
    open_routers(m);
    m->copy = mem_new(channels * m->most_ports + 1, sizeof *m->copy);
    m->bid = mem_new((size_t)m->most_ports * m->most_ports * m->vcs + 1, sizeof *m->bid);
    m->rivals = mem_new((size_t)m->most_ports * m->vcs + 1, sizeof *m->rivals);
    m->ask = mem_new((size_t)m->most_ports * m->most_ports * m->vcs + 1, sizeof *m->ask);
    m->chosen = mem_new((size_t)m->most_ports * m->most_ports + 1, 1);
    m->behind = mem_new((size_t)m->most_ports * m->most_ports + 1, 1);
    open_ways(m);
    arbiters_open(&m->vc_in, m->config.arbiter, (uint32_t)channels, m->vcs);
    arbiters_open(&m->vc_out, m->config.arbiter, (uint32_t)channels, of_port(m->most_ports, 0));
    arbiters_open(&m->sw_in, m->config.arbiter, t->ports, m->most_ports);
    arbiters_open(&m->sw_out, m->config.arbiter, t->ports, m->most_ports);
    ring_open(m, longest_delay(m));
}

/* A class of virtual channels is an equal share of them, in order; with fewer channels than classes every packet may use all. */
static uint32_t allowed_channels(const struct mesh *m, uint32_t vc_class)
{
    uint32_t all = (uint32_t)(((uint64_t)1 << m->vcs) - 1), classes = m->topology->vc_classes;
    if (vc_class >= classes || classes < 2 || m->vcs < classes)
        return all;
    uint32_t from = vc_class * m->vcs / classes, to = (vc_class + 1) * m->vcs / classes;
    return (uint32_t)((((uint64_t)1 << to) - 1) & ~(((uint64_t)1 << from) - 1));
}

struct mesh *mesh_new(const struct topology *t, const struct mesh_config *config, struct err *err)
{
    if (check_config(config, t, err))
        return NULL;
    struct mesh *m = mem_new(1, sizeof *m);
    m->topology = t;
    m->config = *config;
    m->searched = UINT64_MAX;
    m->vcs = config->vcs;
    m->depth = config->depth;
    m->sides = t->ports + t->endpoints;
    m->va_wait = config->route + (config->vc_alloc > 1 ? config->vc_alloc - 1 : 0);
    m->sw_wait = config->sw_alloc > 1 ? config->sw_alloc - 1 : 0;
    m->sw_after = m->sw_wait + (config->vc_alloc && !config->speculative);
    m->sw_leave = config->sw_alloc ? 1 : 0;
    m->free_record = NOBODY;
    for (uint32_t vc_class = 0; vc_class < 3; vc_class++)
        m->class_mask[vc_class] = allowed_channels(m, vc_class);
    open_arrays(m);
    return m;
}

/* Arbiters are the only memory of a network at rest. */
static void clear_turns(struct arbiters *a, size_t rows)
{
    if (a->turn)
        memset(a->turn, 0, rows * sizeof *a->turn);
    if (a->served)
        memset(a->served, 0, rows * a->wide * sizeof *a->served);
    a->clock = 0;
}

void mesh_rest(struct mesh *m)
{
    size_t ports = m->topology->ports, channels = ports * m->vcs;
    clear_turns(&m->vc_in, channels);
    clear_turns(&m->vc_out, channels);
    clear_turns(&m->sw_in, ports);
    clear_turns(&m->sw_out, ports);
    for (size_t i = 0; i < channels; i++)
        m->channel[i].turn = 0;
    for (size_t p = 0; p < ports; p++)
        m->in[p].turn = 0;
    for (uint32_t e = 0; e < m->topology->endpoints; e++)
        m->source[e].turn = 0;
}

/* The topology is the caller's. */
void mesh_free(struct mesh *m)
{
    if (!m)
        return;
    ring_close(m);
    arbiters_close(&m->vc_in);
    arbiters_close(&m->vc_out);
    arbiters_close(&m->sw_in);
    arbiters_close(&m->sw_out);
    void *own[] = {m->router, m->in, m->out, m->channel, m->copy, m->slot, m->credit, m->source, m->counts, m->lost, m->active, m->sources,
                   m->record, m->bid, m->rivals, m->ask, m->chosen, m->behind, m->way, m->asking, m->sending, m->draining, m->guessing, m->arrival};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        free(own[i]);
    free(m);
}

void mesh_set_queues(struct mesh *m, uint32_t endpoint, uint32_t out_queue, uint32_t in_queue)
{
    const struct topology_endpoint *e = &m->topology->endpoint[endpoint];
    m->source[endpoint].limit = out_queue;
    m->out[m->topology->first_port[e->router] + e->port].place = in_queue ? in_queue : NOBODY;
}

/* The cycles that were left out since a still one: the same stalls in each of them. */
static void pass_still(struct mesh *m, uint64_t cycles)
{
    m->weight = cycles;
    for (uint32_t word = 0; word < m->topology->routers / 64 + 1; word++)
        for (uint64_t rest = m->active[word]; rest; rest &= rest - 1)
            count_stalls(m, word * 64 + lowest(rest), m->now);
}

/* A network with nothing to do before this cycle may have been left alone for longer than its ring is long: it catches up, so that what
 * the caller adds lies within the ring. This cycle itself it does not do, whether it has been done or not. */
static void catch_up(struct mesh *m, uint64_t cycle)
{
    if (cycle <= m->now + 1 || mesh_next(m) < cycle)
        return;
    if (m->still)
        pass_still(m, cycle - m->now - 1);
    m->now = cycle - 1;
}

/* A place that a packet left in this very cycle is not seen yet: whether the network has done this cycle or not, the answer is the
 * same. For the same reason the packet may leave from the next cycle on only (send_from_source compares `created`). */
int mesh_inject(struct mesh *m, const struct mesh_packet *p, uint64_t cycle)
{
    struct source *s = &m->source[p->from];
    if (s->limit && s->queued + (s->left_at == cycle) >= s->limit)
        return 0;
    catch_up(m, cycle);
    uint32_t n = record_new(m), leaves = p->multicast ? m->topology->tree[p->to].leaves : 1;
    m->record[n] = (struct record){.to = p->multicast ? m->topology->tree[p->to].first_node : p->to, .flits = p->flits, .from = p->from, .tag = p->tag,
                                   .leaves = leaves, .next = NOBODY, .multicast = (uint8_t)p->multicast, .ways = (uint8_t)p->ways, .created = cycle};
    if (s->first == NOBODY)
        s->first = n;
    else
        m->record[s->last].next = n;
    s->last = n;
    s->queued++;
    m->waiting++;
    m->poked = 1;
    set_bit(m->sources, p->from);
    m->totals.packets++;
    m->totals.leaves += leaves;
    return 1;
}

/* The freed place travels through the ring like a credit, so the router sees it one cycle later, whenever in this cycle the call came. */
void mesh_serve(struct mesh *m, uint32_t endpoint, uint64_t cycle)
{
    const struct topology_endpoint *e = &m->topology->endpoint[endpoint];
    catch_up(m, cycle);
    if (m->out[m->topology->first_port[e->router] + e->port].place != NOBODY)
        ring_credit(m, cycle + 1, m->sides * m->vcs + endpoint);
}

/* A packet takes the next channel in turn that no packet holds and that has room; a multicast packet and an atomic mesh need more room. */
static int enter_channel(struct mesh *m, struct source *s, const struct record *r, uint32_t side)
{
    uint32_t room = m->config.atomic ? m->depth : r->multicast ? r->flits : 1, free = m->out[side].free;
    for (uint32_t rest = free; rest; rest &= rest - 1)
        if (m->credit[side * m->vcs + lowest(rest)] < room)
            free &= ~(rest & -rest);
    if (!free)
        return 0;
    s->vc = first_from(free, s->turn);
    s->turn = s->vc + 1 == m->vcs ? 0 : s->vc + 1;
    m->out[side].free &= ~(1u << s->vc);
    return 1;
}

/* One flit of the first packet of the source's queue, if it was there before this cycle and the way in is free. */
void send_from_source(struct mesh *m, uint32_t endpoint, uint64_t cycle)
{
    struct source *s = &m->source[endpoint];
    uint32_t side = m->topology->ports + endpoint, n = s->first;
    struct record *r = &m->record[n];
    struct out_side *out = &m->out[side];
    if (r->created >= cycle || out->free_at > cycle) {
        wait_until(m, r->created >= cycle ? r->created + 1 : out->free_at);
        return;
    }
    if (s->sent ? !m->credit[side * m->vcs + s->vc] : !enter_channel(m, s, r, side))
        return;
    if (!s->sent++)
        r->entered = cycle;
    m->credit[side * m->vcs + s->vc]--;
    out->free_at = cycle + out->flit_time;
    m->totals.flits_in_flight++;
    m->last_move = cycle;
    m->still = 0;
    if (s->sent == r->flits) {
        out->free |= 1u << s->vc;
        s->sent = 0;
        s->left_at = cycle;
        s->left++;
        s->first = r->next;
        s->queued--;
        m->waiting--;
        if (s->first == NOBODY)
            clear_bit(m->sources, endpoint);
    }
    if (out->delay)
        ring_flit(m, cycle + out->delay, out->wire | s->vc, n);
    else
        flit_arrives(m, out->wire | s->vc, n, cycle);
}

/* A router whose bitmaps are empty holds no flit and sleeps until one arrives. */
static inline void step_router(struct mesh *m, uint32_t router, uint64_t cycle)
{
    const struct router *r = &m->router[router];
    uint64_t asking = 0, sending = 0, left = 0;
    if (m->config.drops)
        drop_overdue(m, router, cycle);
    for (uint32_t word = r->first_word; word < r->first_word + r->words; word++) {
        asking |= m->asking[word];
        sending |= m->sending[word];
    }
    if (asking)
        allocate_channels(m, router, cycle);
    if (sending || !m->sw_after)        /* what gets its channel now may ask for the switch later only, unless that takes no time */
        allocate_switch(m, router, cycle);
    for (uint32_t word = r->first_word; word < r->first_word + r->words; word++)
        left |= m->asking[word] | m->sending[word] | m->draining[word];
    if (!left)
        clear_bit(m->active, router);
}

/* A search that found no ring while nothing moves (a link may be that slow) is repeated after twice as long. */
static uint64_t patience(const struct mesh *m)
{
    return m->searched == m->last_move ? m->patience : m->config.watchdog;
}

/* Sources come before routers because the way in may take no cycle: a flit sent now may be in a router's buffer now. It was injected
 * in an earlier cycle, so the one-cycle rule holds. */
int mesh_step(struct mesh *m, uint64_t cycle, struct err *err)
{
    if (m->still && cycle > m->now + 1)
        pass_still(m, cycle - m->now - 1);
    m->now = cycle;
    m->arrivals = 0;
    m->still = 1;
    m->weight = 1;
    m->poked = 0;
    m->timer = UINT64_MAX;
    ring_deliver(m, cycle);
    for (uint32_t word = 0; m->waiting && word < m->topology->endpoints / 64 + 1; word++)
        for (uint64_t rest = m->sources[word]; rest; rest &= rest - 1)
            send_from_source(m, word * 64 + lowest(rest), cycle);
    for (uint32_t word = 0; word < m->topology->routers / 64 + 1; word++)
        for (uint64_t rest = m->active[word]; rest; rest &= rest - 1)
            step_router(m, word * 64 + lowest(rest), cycle);
    if (!m->totals.flits_in_flight || !m->config.watchdog || cycle - m->last_move <= patience(m))
        return 0;
    m->patience = 2 * patience(m);
    m->searched = m->last_move;
    return find_deadlock(m, cycle, err);
}

const struct mesh_arrival *mesh_arrivals(const struct mesh *m, uint32_t *n)
{
    *n = m->arrivals;
    return m->arrival;
}

/* The watchdog looks at a network that stands still, whoever else may move. */
static uint64_t next_of_still(const struct mesh *m)
{
    uint64_t ring = ring_next(m), next = m->timer < ring ? m->timer : ring;
    if (!m->totals.flits_in_flight || !m->config.watchdog)
        return next;
    uint64_t watchdog = m->last_move + patience(m) + 1;
    return watchdog < next ? watchdog : next;
}

/* A source with packets is work too: its channel may come free by a credit, which is in the ring, or by its own tail, which is not. */
uint64_t mesh_next(const struct mesh *m)
{
    if (m->still && !m->poked)
        return next_of_still(m);
    if (m->waiting)
        return m->now + 1;
    for (uint32_t word = 0; word < m->topology->routers / 64 + 1; word++)
        if (m->active[word])
            return m->now + 1;
    return ring_next(m);
}

uint64_t mesh_room_from(const struct mesh *m, uint32_t endpoint)
{
    const struct source *s = &m->source[endpoint];
    if (s->limit && s->queued >= s->limit)
        return UINT64_MAX;
    return s->limit && s->queued + 1 == s->limit && s->left_at == m->now ? m->now + 1 : m->now;
}

/* At most one leaves in a cycle, and this cycle may have been done already or not. */
uint64_t mesh_left(const struct mesh *m, uint32_t endpoint, uint64_t cycle)
{
    const struct source *s = &m->source[endpoint];
    return s->left - (s->left && s->left_at >= cycle);
}

/* flit_cycles is kept as -arrival, +departure of each flit (it wraps, and comes back); what is still there departs now. */
struct mesh_counts mesh_port_counts(const struct mesh *m, uint32_t port)
{
    struct mesh_counts counts = m->counts[port];
    for (uint32_t vc = 0; vc < m->vcs; vc++)
        counts.flit_cycles += m->now * m->channel[port * m->vcs + vc].count;
    return counts;
}

uint64_t mesh_lost(const struct mesh *m, uint32_t port, enum mesh_stall cause)
{
    return m->lost ? m->lost[port * MESH_STALLS + cause] : 0;
}

struct mesh_totals mesh_totals(const struct mesh *m)
{
    struct mesh_totals totals = m->totals;
    for (uint32_t port = 0; port < m->topology->ports; port++)
        totals.flit_hops += m->topology->port[port].out_link != TOPOLOGY_NONE ? m->counts[port].sw_grants : 0;
    return totals;
}

uint32_t mesh_queued(const struct mesh *m, uint32_t endpoint)
{
    return m->source[endpoint].queued;
}
