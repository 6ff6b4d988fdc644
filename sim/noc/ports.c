/* The table of ports: one walk over the topology. Nothing is counted here; the network counts all the time. */
#include "noc/ports.h"

#include "base/mem.h"
#include "noc/noc.h"
#include "noc/topology.h"

enum { NOWHERE = UINT32_MAX };

/* At an endpoint: whose it is. */
static void name_endpoint(const struct noc *noc, uint32_t endpoint, struct noc_port *p)
{
    p->kind = endpoint < noc->cores ? PORT_CORE : endpoint == noc->host_out ? PORT_HOST_OUT : PORT_HOST_IN;
    p->to = p->kind == PORT_CORE ? endpoint : 0;
    if (endpoint > noc->host_out)       /* lane 0 is host_in */
        p->to = endpoint - noc->host_out;
}

/* Between routers: a grid's first four ports are its directions. A port may have a way in only. */
static void name_link(const struct topology *t, uint32_t local, const struct topology_port *port, struct noc_port *p)
{
    p->kind = PORT_LINK;
    p->direction = t->columns && local < DIRECTIONS ? local : NOWHERE;
    p->to = port->out_link == TOPOLOGY_NONE ? t->link[port->in_link].from : t->link[port->out_link].to;
    p->flit_time = port->out_link == TOPOLOGY_NONE ? 0 : t->link[port->out_link].hop.flit_time;
}

struct noc_port *noc_ports(const struct noc *noc, const struct topology *t, const struct mesh *m, uint32_t *n)
{
    struct noc_port *list = mem_new((size_t)t->ports + 1, sizeof *list);
    *n = 0;
    for (uint32_t r = 0; r < t->routers; r++)
        for (uint32_t port = t->first_port[r]; port < t->first_port[r + 1]; port++) {
            const struct topology_port *at = &t->port[port];
            struct noc_port *p = &list[*n];
            if (at->endpoint == TOPOLOGY_NONE && at->out_link == TOPOLOGY_NONE && at->in_link == TOPOLOGY_NONE)
                continue;       /* at the rim of a mesh */
            *p = (struct noc_port){.router = r, .local = port - t->first_port[r], .direction = NOWHERE, .counts = mesh_port_counts(m, port)};
            for (int cause = 0; cause < MESH_STALLS; cause++)
                p->lost[cause] = mesh_lost(m, port, (enum mesh_stall)cause);
            if (at->endpoint == TOPOLOGY_NONE) {
                name_link(t, p->local, at, p);
            } else {
                name_endpoint(noc, at->endpoint, p);
                p->flit_time = t->endpoint[at->endpoint].flit_time;
            }
            ++*n;
        }
    return list;
}
