/* chip.h: a chip built and loaded: cores with their images, the arena of synapse rows, for every source (host input neuron or
 * neuron) the routes its spikes take, and the network on chip. Immutable during a run except for the cores' state.
 * Chip file, network, quantised and mapping are the caller's and outlive it. */
#ifndef VOLLEY_CHIP_H
#define VOLLEY_CHIP_H
#include <stdint.h>

#include "base/err.h"
#include "chipfile.h"
#include "cores/core.h"
#include "cores/image.h"
#include "mapping.h"
#include "network.h"
#include "noc/noc.h"
#include "quantise.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { CHIP_HOST = UINT32_MAX, NO_SOURCE = UINT32_MAX };

struct spike_route {             /* one delivery of a source's spike */
    uint32_t core;              /* index into chip.core, or CHIP_HOST: the host's output port */
    uint32_t row, axon;
    uint32_t service : 31;      /* NoC cycles that it occupies the core */
    uint32_t memory : 1;        /* most of them are words of the row memory */
};
struct spike_source {
    uint64_t first_route;
    uint32_t routes, tree;      /* tree: UNICAST or number of the noc's tree over these routes */
    uint32_t population, neuron;
    uint32_t endpoint;
    struct path_counts path;    /* of one spike */
};
struct chip_core {
    const struct core_kind *kind;
    struct core *core;
    struct image image;
    struct image_group *group;
    uint32_t *population;       /* [image.groups] */
    const struct core_type *type;
    uint32_t endpoint, tile;
    uint64_t period_ps;         /* of the core's clock */
    uint32_t delay_slots;
    /* owned arrays behind image's pointers */
    int32_t *threshold, *bias, *reset_value, *decay_v, *decay_u;
    float *alpha, *beta, *threshold_f, *reset_f;
    int64_t *bias_acc[IMAGE_PORTS];
    uint64_t *fan_in_sum;
    uint32_t *axon_row;
    uint8_t *axon_type;         /* kind if_binary; else NULL */
};
struct chip {
    const struct chipfile *file;
    const struct network *network;
    const struct quantised *quantised;
    const struct mapping *mapping;
    struct noc *noc;
    uint64_t *rows;             /* arena, units of 8 bytes */
    uint64_t row_units, row_capacity;
    uint32_t n_cores;
    struct chip_core *core;     /* as mapping.core */
    uint64_t n_sources;         /* host neurons first, then neurons by global number, then biases that are host axons */
    struct spike_source *source;
    struct spike_route *route;
    uint64_t n_routes;
    uint32_t host_neurons;
    uint32_t *bias_source;      /* [n_populations] index into source of the host axon that carries its bias; NO_SOURCE: none */
    uint32_t flits;             /* of a spike packet */
    uint32_t tiles_used;
    uint64_t noc_period_ps;
};

struct chip_options {
    uint32_t steps;             /* T: windows are depth .. depth + T - 1 */
    int hold;                   /* 0: layers run free from the first chip step */
    int64_t host_payload_max;   /* largest |payload| of a host packet, times packets per event: for the proof of no overflow */
};
struct chip *chip_new(const struct chipfile *, const struct network *, const struct quantised *, const struct mapping *,
                      const struct chip_options *, struct err *);
void chip_free(struct chip *);          /* NULL is allowed */

/* The network alone, without a tree: all that `volley noc` needs of a chip. The caller frees with noc_free. NULL and err where routers that
 * have cores cannot reach each other, or could lock up. */
struct noc *chip_make_noc(const struct chipfile *, struct err *);
uint32_t chip_flits(const struct chip_noc *);           /* of a spike packet */
/* chip_names.c: places as people read them; return to. Endpoints are the noc's. */
char *chip_router_name(const struct chipfile *, const struct topology *, uint32_t router, char *to, size_t size);
char *chip_endpoint_name(const struct chipfile *, uint32_t endpoint, char *to, size_t size);
extern const struct mesh_names chip_mesh_names;         /* of: the chip file */

/* Parts of chip_new, one per file. */
int chip_needs_graph(const struct chip_noc *);          /* chip_noc.c: 0: a mesh or torus routed xy or yx, which needs none */
struct topology *chip_graph(const struct chipfile *, const struct noc_shape *, struct err *);
int chip_images(struct chip *, const struct chip_options *, struct err *);             /* chip_image.c */
int chip_rows(struct chip *, const struct chip_options *, struct err *);               /* chip_rows.c */
/* 1: of a row's service, which takes so many core cycles, the words of memories take longer than the rest. */
uint32_t chip_memory_bound(const struct chip *, const struct chip_core *, uint32_t row, uint64_t cycles);
uint64_t chip_noc_cycles(const struct chip *, const struct chip_core *, uint64_t core_cycles);     /* rounded up to the NoC's next edge */

#ifdef __cplusplus
}
#endif
#endif
