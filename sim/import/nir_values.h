/* nir_values.h: the datasets of one node as numbers that are checked: there, finite, whole where a count is meant, in range, of a
 * shape that fits. Every failure is an ERR_INPUT that names the node, its type and the dataset; functions return 0, or NULL and -1. */
#ifndef VOLLEY_IMPORT_NIR_VALUES_H
#define VOLLEY_IMPORT_NIR_VALUES_H
#include <stdint.h>

#include "base/err.h"
#include "import/nir_graph.h"
#include "import/nir_linear.h"
#ifdef __cplusplus
extern "C" {
#endif

enum {
    NIR_NEURONS_MAX = 1 << 24,  /* of one node; a scalar can be spread over a shape, so the file's size is no bound */
    NIR_COUNT_MAX = 1 << 24,    /* of a count: kernel, stride, padding ... */
    NIR_TEXT = 220              /* bytes for a shape as text */
};

struct nir_place {              /* where a node is read */
    const struct flat_node *node;
    struct shape in;            /* what arrives */
    const char *from;           /* name of the node it arrives from */
    int flattened;              /* it comes from a Flatten */
    double dt;                  /* seconds; 0: not known */
};

const char *nir_type(const struct flat_node *);                 /* as in the file */
/* "(16, 4, 4)"; to: at least NIR_TEXT bytes; both return to. */
char *nir_shape_text(const struct shape *, char *to);
char *nir_field_text(const struct nir_field *, char *to);
int nir_does_not_fit(const struct nir_place *, const char *what, struct err *);     /* "gets shape (4) from 'fc', but WHAT"; -1 */

const struct nir_field *nir_need(const struct flat_node *, const char *name, struct err *);             /* numbers that must be there */
const struct nir_field *nir_need_finite(const struct flat_node *, const char *name, struct err *);      /* and within float32 */
int nir_whole(const struct flat_node *, const struct nir_field *, uint64_t i, double low, double high, uint32_t *out, struct err *);
/* Counts of n axes: n values, or one for all; fallback where the dataset is absent (UINT32_MAX: it must be there). */
int nir_counts(const struct flat_node *, const char *name, uint64_t n, double low, uint32_t fallback, uint32_t *out, struct err *);
/* "bias" with one value per channel, spread over l->out. */
int nir_bias(const struct nir_place *, uint64_t channels, struct linear *l, struct err *);

int nir_broadcasts(const struct nir_field *, const struct shape *);     /* 1: right-aligned, each dimension equal or 1 */
/* Spreads it over a shape as numpy would, or as it is where the number of values is the same: out[shape_size]. -1: it does not fit. */
int nir_spread(const struct nir_field *, const struct shape *, double *out);

#ifdef __cplusplus
}
#endif
#endif
