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

extern const struct timing_plane timing_cycle;  /* opens with cycle_default */

/* 4 virtual channels of 16 flits; the router's cycles of the chip as one for the channel, one for the switch, the rest final; queues
 * without end. */
struct mesh_config cycle_default(const struct noc *, uint64_t watchdog_cycles);
/* As timing_plane.open, with a configuration of one's own. route + vc_alloc + sw_alloc + final should be the chip's router cycles. */
void *cycle_open(const struct noc *, const struct mesh_config *, struct err *);
/* Queues of one endpoint, in packets; 0: without end. Before the first step. */
void cycle_set_queues(void *plane, uint32_t endpoint, uint32_t out_queue, uint32_t in_queue);
const struct mesh *cycle_mesh(const void *plane);               /* for its counters */
const struct topology *cycle_topology(const void *plane);

#ifdef __cplusplus
}
#endif
#endif
