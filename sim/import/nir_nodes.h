/* nir_nodes.h: what the datasets of one node mean once the shape of its input is known. Numbers are checked (finite, whole where a
 * count is meant, in range) and everything that does not fit is an ERR_INPUT naming node, dataset and both shapes. */
#ifndef VOLLEY_IMPORT_NIR_NODES_H
#define VOLLEY_IMPORT_NIR_NODES_H
#include "base/err.h"
#include "import/nir_graph.h"
#include "import/nir_linear.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { NIR_NEURONS_MAX = 1 << 24 };     /* of one node; a scalar can be spread over a shape, so the file's size is no bound */

struct nir_place {              /* where a node is read */
    const struct flat_node *node;
    struct shape in;            /* what arrives */
    const char *from;           /* name of the node it arrives from */
    int flattened;              /* it comes from a Flatten */
    double dt;                  /* seconds; 0: not known */
};

/* Weights, convolution, pooling, scale, delay, flattening, ports. Fills *l; linear_free also after a failure. */
int nir_linear_node(const struct nir_place *, struct linear *l, struct err *);
/* Parameters of a neuron node must spread over the shape that arrives. *out: that shape, or the parameters' own where it has as
 * many elements and more dimensions. */
int nir_neuron_node(const struct nir_place *, struct shape *out, struct err *);

/* A dataset that must be there (NULL and an error otherwise). */
const struct nir_field *nir_need(const struct flat_node *, const char *name, struct err *);
/* Spreads it over a shape as numpy would (one value, dims of 1, or the same size): out[shape_size]. -1: it does not fit. */
int nir_spread(const struct nir_field *, const struct shape *, double *out);
/* The dataset "shape" of an Input. */
int nir_input_shape(const struct flat_node *, struct shape *, struct err *);
/* "(16, 4, 4)"; to: at least 100 bytes; returns to. */
char *nir_shape_text(const struct shape *, char *to);

#ifdef __cplusplus
}
#endif
#endif
