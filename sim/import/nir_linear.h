/* nir_linear.h: one linear node between neurons (weights, convolution, pooling, scale, delay, reshaping) with its shapes known.
 * A chain of them from one population to another becomes a projection: in a form of its own where network.h has one, else
 * multiplied out. Weights are borrowed from the file (which outlives them) unless owned; the rest is owned (linear_free). */
#ifndef VOLLEY_IMPORT_NIR_LINEAR_H
#define VOLLEY_IMPORT_NIR_LINEAR_H
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "network.h"
#ifdef __cplusplus
extern "C" {
#endif

enum linear_kind { LINEAR_PASS, LINEAR_SCALE, LINEAR_DENSE, LINEAR_CONV, LINEAR_POOL, LINEAR_DELAY };

struct linear {
    enum linear_kind kind;
    const char *name;           /* of the node */
    struct shape in, out;       /* C order; flattening changes the shape and no index */
    const double *weight;       /* scale: [in] or 1; dense: [out][in]; conv: [Cout][Cin/groups][KH][KW] */
    uint64_t n_weights;
    double *owned;              /* NULL, or what weight points to */
    double *bias;               /* NULL, or [out] */
    struct conv conv;           /* conv; pool: channels_in = channels_out = groups, dilation 1 */
    double factor;              /* pool: weight of a tap: 1, or 1/area; times scales moved into it */
    uint32_t *delay;            /* delay: steps, [in] or 1 */
    uint64_t n_delays;
};
struct linear_entry { uint32_t post, delay; double weight; };
struct linear_row { struct linear_entry *entry; size_t n, capacity; };

void linear_free(struct linear *);
/* y = L x without the bias; x has shape_size(in) elements; the caller frees y. Delays are passed over. */
double *linear_apply(const struct linear *, const double *x);
/* Appends what a unit input at index i gives: one entry per synapse, times weight, delay added. */
void linear_row_add(const struct linear *, uint32_t i, double weight, uint32_t delay, struct linear_row *);
double linear_single(double);   /* to float32; beyond its range: infinity */

/* Multiplies a chain out, source to target: rows in order of post, then delay; weights of one (pre, post, delay) are added. */
struct linear_product {
    uint32_t n_in, n_out;
    uint64_t *first;            /* [n_in + 1] */
    struct linear_entry *entry;
    uint64_t n;
};
int linear_multiply(const struct linear *const *chain, size_t n, struct linear_product *, struct err *);
void linear_product_free(struct linear_product *);

/* Adds the projection of a chain (source to target; n may be 0: neuron to neuron). Lines about what was rewritten or rounded go to
 * the network. */
int linear_project(struct network *, uint32_t from, uint32_t to, const struct linear *const *chain, size_t n, struct err *);

#ifdef __cplusplus
}
#endif
#endif
