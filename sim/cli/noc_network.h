/* noc_network.h: a chip file's network by itself, ready for traffic: its graph, its routers' configuration, its cores as nodes. */
#ifndef VOLLEY_CLI_NOC_NETWORK_H
#define VOLLEY_CLI_NOC_NETWORK_H
#include <stdint.h>

#include "base/err.h"
#include "noc/mesh.h"
#ifdef __cplusplus
extern "C" {
#endif
struct chipfile;
struct topology;

struct noc_network {
    struct topology *topology;          /* endpoints: cores by number, the host's ports */
    struct mesh_config config;          /* queues of endpoints without end: nothing but the network is looked at */
    uint32_t cores, host_in, host_out;  /* endpoints; further lanes of the input follow the output */
    uint32_t lanes;                     /* of the host's input: flits per cycle */
    uint32_t columns, rows;             /* the cores as a rectangle of nodes, row by row */
    uint32_t *endpoint;                 /* [columns * rows] of each node */
    uint32_t flits;                     /* of the chip's spike packet */
    uint64_t period_ps;                 /* of a cycle */
};
/* with_host: the host sends as fast as the chip says. 0; -1 and err: a network that takes no time, or has too many ports.
 * noc_network_close frees what it has made, also after an error. */
int noc_network_open(struct noc_network *, const struct chipfile *, int with_host, struct err *);
void noc_network_close(struct noc_network *);
uint32_t noc_network_host_lane(const struct noc_network *, uint32_t packet);    /* the endpoint over which the host sends it, lanes in turn */

#ifdef __cplusplus
}
#endif
#endif
