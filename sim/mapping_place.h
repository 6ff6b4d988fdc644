/* mapping_place.h: a placement in the making, shared by the descent on routes (mapping_place.c) and the one on multicast trees
 * (mapping_trees.c). Cores are logical cores of the plan, places are chip cores. */
#ifndef VOLLEY_MAPPING_PLACE_H
#define VOLLEY_MAPPING_PLACE_H
#include <stdint.h>

#include "mapping_parts.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { PLACE_NONE = UINT32_MAX };

struct place_mesh {
    uint32_t columns, rows, per_tile;   /* of a graph: its routers, 1 */
    int torus, yx;
    int64_t hop_x, hop_y;       /* energy of a hop, relative */
    uint32_t host_in[2], host_out[2];   /* column, row; of a graph: router, 0 */
    const struct chip_noc *noc;
    uint32_t *apart;            /* NULL: a grid; else [columns * columns] energy of the ways between two routers, relative, mean of there and back */
};
struct place_flow { uint32_t core; uint64_t spikes; };
struct placer {
    const struct place_problem *problem;
    struct place_mesh mesh;
    uint32_t *at;               /* [n_cores] place of each core */
    uint32_t *holder;           /* [places] core at each place, or PLACE_NONE */
    uint64_t *host_in, *host_out;       /* [n_cores] spikes from and to the host */
    uint64_t *first;            /* [n_cores + 2] */
    struct place_flow *flow;    /* of each core, to and from others */
    uint64_t *between;          /* [n_cores] scratch of place_look */
    int64_t *cost_x, *cost_y;   /* [n_cores * columns], [n_cores * rows]: what all routes of a core cost were it there */
};

uint32_t place_along(uint32_t a, uint32_t b, uint32_t size, int torus);        /* hops along one axis */
int place_allowed(const struct placer *, uint32_t core, uint32_t place);       /* right core type, another tile */
void place_look(struct placer *, uint32_t core, int on);       /* on before place_gain of that core, off after the last */
int64_t place_gain(const struct placer *, uint32_t core, uint32_t place);      /* change of unicast energy; negative is better */
void place_swap(struct placer *, uint32_t core, uint32_t place);
void place_trees(struct placer *);             /* mapping_trees.c: further swaps that make the multicast trees shorter */

#ifdef __cplusplus
}
#endif
#endif
