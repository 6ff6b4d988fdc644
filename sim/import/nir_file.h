/* nir_file.h: a NIR file (HDF5) as a tree in memory: graphs, nodes, their datasets and metadata, edges as written. It knows the
 * container and nothing of what nodes mean; libhdf5 is hidden in nir_file.c and nir_data.c, and runs in a process of its own (apart.h).
 * All numbers become double, all texts lose their padding. What a damaged file claims is held against the file's size before memory
 * is taken. Names and types are short and without control characters, fit for a message and a table.
 * Owner of everything: the struct nir_file (nir_file_free). Errors are ERR_INPUT and begin with the path. */
#ifndef VOLLEY_IMPORT_NIR_FILE_H
#define VOLLEY_IMPORT_NIR_FILE_H
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { NIR_RANK_MAX = 8, NIR_NESTING_MAX = 32, NIR_NAME_MAX = 255 };     /* bytes of a node's name, nested: "outer.inner", or of a type */

struct nir_field {              /* one dataset */
    char *name;
    char *text;                 /* NULL for numbers; the first string otherwise */
    int rank;
    uint64_t dim[NIR_RANK_MAX];
    uint64_t n;                 /* numbers; at least 1 */
    double *value;              /* C order */
};
struct nir_fields {
    size_t n, capacity;
    struct nir_field *field;
};
struct nir_edge { char *from, *to; };

struct nir_graph;
struct nir_node {
    char *name, *type;
    struct nir_fields data, metadata;
    struct nir_graph *graph;    /* NULL unless a graph of its own (type NIRGraph) */
};
struct nir_graph {
    size_t n_nodes, node_capacity, n_edges;
    struct nir_node *node;      /* by name (strcmp) */
    struct nir_edge *edge;      /* as in the file */
};
struct nir_file {
    char *version;              /* "" where the file has none */
    struct nir_node root;       /* name "", graph never NULL */
};

int nir_file_is(const char *path);      /* 1: begins with the HDF5 signature (at 0, 512, 1024 ...) */
struct nir_file *nir_file_read(const char *path, struct err *);
void nir_file_free(struct nir_file *);  /* NULL is allowed */
const struct nir_field *nir_field(const struct nir_fields *, const char *name);     /* NULL: absent */
const struct nir_node *nir_child(const struct nir_graph *, const char *name);       /* NULL: none */

#ifdef __cplusplus
}
#endif
#endif
