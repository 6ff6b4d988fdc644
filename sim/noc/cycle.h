/* cycle.h: the timing plane `cycle`: a barrier step on the flit-level network (mesh.h), with finite queues at its endpoints and the
 * rules of a step (docs/time.md). Times are NoC cycles from the start of the step. The network is at rest between steps. */
#ifndef VOLLEY_NOC_CYCLE_H
#define VOLLEY_NOC_CYCLE_H
#include <stdint.h>

#include "base/err.h"
#include "noc/mesh.h"
#include "noc/timing.h"
#ifdef __cplusplus
extern "C" {
#endif
struct noc;
struct topology;

extern const struct timing_plane timing_cycle;  /* opens with noc.router and the noc's queues */

/* The graph of a noc: endpoints as there, the host's input being one more endpoint (after host_out) for each further flit per cycle. Links
 * and flits take at least a cycle. NULL and err where its routers would need too many ports. The caller frees with topology_free. */
struct topology *cycle_build(const struct noc *, struct err *);
/* As timing_plane.open, with a configuration of one's own; the queues are the noc's. */
void *cycle_open(const struct noc *, const struct mesh_config *, struct err *);
const struct mesh *cycle_mesh(const void *plane);               /* for its counters */
const struct topology *cycle_topology(const void *plane);

#ifdef __cplusplus
}
#endif
#endif
