/* nir_shapes.h: shapes from the Input forward, and every node read on the way: a node takes its shape from the first node that
 * reaches it (breadth first, by name); all other edges into it must bring the same number of values. Nodes that nothing reaches
 * are errors by name, linear nodes that lead nowhere are left out with a warning. */
#ifndef VOLLEY_IMPORT_NIR_SHAPES_H
#define VOLLEY_IMPORT_NIR_SHAPES_H
#include "base/err.h"
#include "base/fidelity.h"
#include "import/nir_graph.h"
#include "import/nir_linear.h"
#ifdef __cplusplus
extern "C" {
#endif

struct nir_layer {              /* of the node with the same index */
    struct shape in, out;
    int reached, needed;        /* needed: a path leads on to a neuron or an Output */
    struct linear linear;       /* of nodes that are no neurons */
};
struct nir_layers {
    struct nir_layer *layer;    /* one per node of the graph */
    uint32_t n;                 /* nodes reached */
    uint32_t *order;            /* them, breadth first from the Input */
};

/* dt: seconds, 0 where it is not known. NULL and err on failure; nir_layers_free. */
struct nir_layers *nir_layers_of(const struct flat_graph *, double dt, struct fidelity *, struct err *);
void nir_layers_free(struct nir_layers *);      /* NULL is allowed */

#ifdef __cplusplus
}
#endif
#endif
