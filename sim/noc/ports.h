/* ports.h: what each port of each router did in a run, for reports: the flit-level network's counts with the names of what they belong to. */
#ifndef VOLLEY_NOC_PORTS_H
#define VOLLEY_NOC_PORTS_H
#include <stdint.h>

#include "noc/mesh.h"
#ifdef __cplusplus
extern "C" {
#endif
struct noc;
struct topology;

enum port_kind { PORT_LINK, PORT_CORE, PORT_HOST_IN, PORT_HOST_OUT };
struct noc_port {
    uint32_t router, local;     /* local: its number in the router */
    enum port_kind kind;
    uint32_t direction;         /* of a grid's link: enum direction; else UINT32_MAX */
    uint32_t to;                /* PORT_LINK: the router beyond; PORT_CORE: the endpoint; PORT_HOST_IN: lane */
    uint32_t flit_time;         /* cycles that a flit occupies the way out */
    struct mesh_counts counts;
    uint64_t lost[MESH_STALLS]; /* deliveries dropped at its in side, by what the packet's head had waited for */
};

/* Every port that leads somewhere, router by router; *n how many. noc: whose endpoints the topology's are, those above host_out further
 * lanes of its input (cycle_build). The caller frees. */
struct noc_port *noc_ports(const struct noc *, const struct topology *, const struct mesh *, uint32_t *n);

#ifdef __cplusplus
}
#endif
#endif
