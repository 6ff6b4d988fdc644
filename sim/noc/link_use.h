/* link_use.h: what each link did in a span of cycles, from the counts of the ports at its two ends: flits and use of the link, and of the
 * buffer behind it how full it was and what the packets at its front waited for. Ways in and out of endpoints are links, too. */
#ifndef VOLLEY_NOC_LINK_USE_H
#define VOLLEY_NOC_LINK_USE_H
#include <stdint.h>

#include "noc/mesh.h"
#ifdef __cplusplus
extern "C" {
#endif
struct topology;

enum link_kind { LINK_BETWEEN, LINK_INJECT, LINK_EJECT };
struct link_use {
    enum link_kind kind;
    uint32_t from, to;              /* routers; of a way in `from`, of a way out `to` is an endpoint */
    uint32_t port;                  /* local, of the router it leaves; of a way in of the one it enters */
    uint64_t flits, drops, blocked; /* drops: packets, at the buffer; blocked: cycles that a packet waited for a place at the endpoint */
    double use;                     /* share of the cycles in which it carried flits */
    double occupancy;               /* mean flits in its buffer; a way out has none: 0 */
    uint64_t stall[MESH_STALLS];    /* cycles */
};
struct link_sums { double mean_use, most_use, mean_occupancy, most_occupancy; uint32_t busiest, fullest; uint64_t stall[MESH_STALLS], blocked, drops; };

uint32_t link_use_count(const struct topology *);       /* links + 2 x endpoints */
/* port: [ports] counts of `span` cycles; use: [link_use_count], links first, then ways in, then ways out, each by number. */
void link_use_fill(const struct topology *, const struct mesh_counts *port, uint64_t span, struct link_use *use);
/* The busiest is any link; means are over links between routers, and over their buffers. busiest and fullest are indices into use. */
struct link_sums link_use_sums(const struct link_use *, uint32_t n);

#ifdef __cplusplus
}
#endif
#endif
