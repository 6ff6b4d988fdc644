/* nir_nodes.h: what one node means once the shape of its input is known. What does not fit is an ERR_INPUT naming node, dataset and
 * both shapes. */
#ifndef VOLLEY_IMPORT_NIR_NODES_H
#define VOLLEY_IMPORT_NIR_NODES_H
#include "base/err.h"
#include "import/nir_graph.h"
#include "import/nir_linear.h"
#include "import/nir_values.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Weights, convolution, pooling, scale, delay, flattening, ports. Fills *l; linear_free also after a failure. */
int nir_linear_node(const struct nir_place *, struct linear *l, struct err *);
/* Parameters of a neuron node must spread over the shape that arrives. *out: that shape, or the parameters' own where it has as
 * many elements and more dimensions. */
int nir_neuron_node(const struct nir_place *, struct shape *out, struct err *);
/* The dataset "shape" of an Input. */
int nir_input_shape(const struct flat_node *, struct shape *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
