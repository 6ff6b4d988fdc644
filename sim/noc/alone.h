/* alone.h: what a network does to a packet that meets no other: the formulae that loaded networks are held against. NoC cycles. */
#ifndef VOLLEY_NOC_ALONE_H
#define VOLLEY_NOC_ALONE_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
struct mesh_config;
struct topology;

uint32_t alone_router(const struct mesh_config *);      /* cycles in a router, before a link or the ejection */
/* Creation to the tail's arrival, unicast: one cycle into the source queue is the injection's; buffers hold a credit loop. */
uint64_t alone_latency(const struct topology *, const struct mesh_config *, uint32_t from_endpoint, uint32_t to_endpoint, uint32_t flits, uint32_t ways);

#ifdef __cplusplus
}
#endif
#endif
