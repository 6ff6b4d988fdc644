/* nir.h: a NIR file as a network: container (nir_file), flat graph (nir_graph), open questions (nir_rules), shapes and nodes
 * (nir_shapes, nir_nodes), populations and projections (nir_build). docs/import.md says what is read and what is refused. */
#ifndef VOLLEY_IMPORT_NIR_H
#define VOLLEY_IMPORT_NIR_H
#include "base/err.h"
#include "import/import.h"
#include "network.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A finished network; NULL and ERR_INPUT (ERR_ANSWER for a cycle without delay) on failure. */
struct network *nir_read(const char *path, const struct import_options *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
