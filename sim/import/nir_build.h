/* nir_build.h: neurons become populations, the linear nodes between them projections. From each population back to all that feed
 * it: every path of linear nodes is one projection; sums and copies in the graph are several paths. A bias on the way is pushed
 * forward through the rest of its path. Called by nir.c with the layers read. Errors are ERR_INPUT by node. */
#ifndef VOLLEY_IMPORT_NIR_BUILD_H
#define VOLLEY_IMPORT_NIR_BUILD_H
#include "base/err.h"
#include "import/nir_graph.h"
#include "import/nir_rules.h"
#include "import/nir_shapes.h"
#include "network.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The network is new; rules->fidelity is its list. */
int nir_build(struct network *, const struct flat_graph *, const struct nir_layers *, const struct nir_rules *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
