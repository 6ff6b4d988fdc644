/* Latency alone = inject + R x router + the links' latencies + eject + (L - 1) x s, for R routers and L flits; s is the longest flit time on
 * the way: a slower part pulls the flits apart, a faster one cannot push them together again. */
#include "noc/alone.h"

#include "noc/mesh.h"
#include "noc/topology.h"

/* Speculation saves the cycle in which a head would have asked for its channel alone. */
uint32_t alone_router(const struct mesh_config *c)
{
    return c->route + c->vc_alloc + c->sw_alloc + c->final - (c->speculative && c->vc_alloc);
}

uint64_t alone_latency(const struct topology *t, const struct mesh_config *c, uint32_t from, uint32_t to, uint32_t flits, uint32_t ways)
{
    uint32_t router = t->endpoint[from].router, in_port = TOPOLOGY_NONE, vc_class = 0, slowest = t->endpoint[from].flit_time;
    uint64_t latency = t->endpoint[from].inject;
    for (;;) {
        struct topology_turn turn = topology_next(t, router, in_port, vc_class, to, ways);
        const struct topology_port *port = &t->port[t->first_port[router] + turn.port];
        latency += alone_router(c);
        if (port->out_link == TOPOLOGY_NONE)
            break;
        const struct topology_link *link = &t->link[port->out_link];
        latency += link->hop.latency;
        slowest = link->hop.flit_time > slowest ? link->hop.flit_time : slowest;
        router = link->to;
        in_port = link->to_port;
        vc_class = turn.vc_class;
    }
    slowest = t->endpoint[to].flit_time > slowest ? t->endpoint[to].flit_time : slowest;
    return latency + t->endpoint[to].eject + (uint64_t)(flits - 1) * slowest;
}
