/* nir_graph.h: the tree of nested NIR graphs as one flat graph. Nodes of a nested graph are named "outer.inner" (once: a node that
 * is already called "outer.inner" inside "outer" keeps its name); the Input and Output nodes of a nested graph become nodes that
 * pass on what they get. An edge names a nested graph where it has one port, or "graph.port" where it has several. The same edge
 * given twice counts once, with a note: tools write edges as a set. The order of nodes and edges does not depend on the file's.
 * Errors are ERR_INPUT that name the node; the file must outlive the graph. */
#ifndef VOLLEY_IMPORT_NIR_GRAPH_H
#define VOLLEY_IMPORT_NIR_GRAPH_H
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fidelity.h"
#include "import/nir_file.h"
#ifdef __cplusplus
extern "C" {
#endif

enum nir_kind {
    NIR_INPUT, NIR_OUTPUT, NIR_PASS,
    NIR_AFFINE, NIR_LINEAR, NIR_SCALE, NIR_CONV1D, NIR_CONV2D, NIR_SUM_POOL, NIR_AVG_POOL, NIR_FLATTEN, NIR_DELAY,
    NIR_THRESHOLD, NIR_I, NIR_IF, NIR_LI, NIR_LIF, NIR_CUBA_LI, NIR_CUBA_LIF
};

struct flat_node {
    char *name;
    enum nir_kind kind;
    const struct nir_node *node;    /* of the file */
    const struct nir_node **graphs; /* the graphs around it, outwards; NULL ends. Shared by the nodes of a graph */
    uint32_t *in, *out;             /* neighbours, in order of name; rows of flat_graph.edge */
    uint32_t n_in, n_out;
};
struct flat_graph {
    uint32_t n;
    struct flat_node *node;         /* by name */
    uint32_t *edge;                 /* what in and out point into */
    const struct nir_node ***lists; /* what graphs point to */
    size_t n_lists, list_capacity;
    uint32_t input;                 /* the one Input of the root */
};

struct flat_graph *flat_graph_of(const struct nir_file *, struct fidelity *, struct err *);
void flat_graph_free(struct flat_graph *);      /* NULL is allowed */
int nir_is_neuron(enum nir_kind);               /* Threshold, I, IF, LI, LIF, CubaLI, CubaLIF */
int nir_fires(enum nir_kind);                   /* those of them that spike */
const char *nir_kind_names(void);               /* "Input, Output, Affine, ..." */

#ifdef __cplusplus
}
#endif
#endif
