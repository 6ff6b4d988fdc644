/* topology_parts.h: what the files of the topology share among themselves. */
#ifndef VOLLEY_NOC_TOPOLOGY_PARTS_H
#define VOLLEY_NOC_TOPOLOGY_PARTS_H
#include "base/err.h"
#include "noc/topology.h"
#ifdef __cplusplus
extern "C" {
#endif

static inline uint32_t first_port_of(const struct topology *t, uint32_t router)
{
    return t->first_port[router];
}

static inline const struct topology_port *port_of(const struct topology *t, uint32_t router, uint32_t port)
{
    return &t->port[t->first_port[router] + port];
}

/* Makes the tables of TABLE and UPDOWN; -1 and err where a router cannot reach another. Grids routed XY or YX need none. */
int topology_tabulate(struct topology *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
