/* Latency alone. The head needs `router` cycles in each of R routers, a flit behind it `extra` less, because the packet has its route and its
 * channel then. Flits of a packet leave each part of the way its flit time s apart, or as they come. The tail of L flits is held up by the
 * part k of the way where that makes most of it, up to there as slow as the head, behind it as fast as a flit that meets no other:
 *
 *     inject + R x (router - extra) + links + eject + max over k of (routers up to k x extra + (L - 1) x s(k))
 *
 * Where all parts are equally fast it is the last one: inject + R x router + links + eject + (L - 1) x s. */
#include "noc/alone.h"

#include "noc/mesh.h"
#include "noc/topology.h"

/* Speculation saves the cycle in which a head would have asked for its channel alone. */
uint32_t alone_router(const struct mesh_config *c)
{
    return c->route + c->vc_alloc + c->sw_alloc + c->final - (c->speculative && c->vc_alloc);
}

struct way { uint64_t latency, held, routers, extra, behind; };     /* behind: L - 1 */

static void pass(struct way *w, uint32_t flit_time)
{
    uint64_t held = w->routers * w->extra + w->behind * flit_time;
    w->held = held > w->held ? held : w->held;
}

uint64_t alone_latency(const struct topology *t, const struct mesh_config *c, uint32_t from, uint32_t to, uint32_t flits, uint32_t ways)
{
    struct way w = {.latency = t->endpoint[from].inject + t->endpoint[to].eject, .behind = flits - 1};
    uint32_t router = t->endpoint[from].router, in_port = TOPOLOGY_NONE, vc_class = 0;
    w.extra = alone_router(c) - c->sw_alloc - c->final;
    pass(&w, t->endpoint[from].flit_time);
    for (;;) {
        struct topology_turn turn = topology_next(t, router, in_port, vc_class, to, ways);
        const struct topology_port *port = &t->port[t->first_port[router] + turn.port];
        w.latency += c->sw_alloc + c->final;
        w.routers++;
        if (port->out_link == TOPOLOGY_NONE)
            break;
        const struct topology_link *link = &t->link[port->out_link];
        w.latency += link->hop.latency;
        pass(&w, link->hop.flit_time);
        router = link->to;
        in_port = link->to_port;
        vc_class = turn.vc_class;
    }
    pass(&w, t->endpoint[to].flit_time);
    return w.latency + w.held;
}
