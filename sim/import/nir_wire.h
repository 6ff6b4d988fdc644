/* nir_wire.h: a NIR file's tree through the pipe of apart.h: nir_put in the child that has read it, nir_take in the parent. What is
 * sent is freed, so the tree is in memory about once. What comes is checked: names are there, counts agree with shapes, nesting ends.
 *
 *     file     version node                   graph   number of nodes, nodes, number of edges, edges (two texts each)
 *     node     name type fields fields        field   name, 1 text | 0 rank dimensions values (doubles)
 *              0 | 1 graph                    fields  number, fields */
#ifndef VOLLEY_IMPORT_NIR_WIRE_H
#define VOLLEY_IMPORT_NIR_WIRE_H
#include "import/apart.h"
#include "import/nir_file.h"
#ifdef __cplusplus
extern "C" {
#endif

void nir_put(struct apart_out *, struct nir_file *);    /* leaves only names and structure, for nir_file_free */
struct nir_file *nir_take(struct apart_in *);           /* NULL: apart_run knows why; nir_file_free */

#ifdef __cplusplus
}
#endif
#endif
