/* energy_ranges.h: how ranges of constants make the range of a sum: errors of one source go together, those of different sources do not (docs/energy.md).
 * Used for energies, times and areas alike. */
#ifndef VOLLEY_ENERGY_RANGES_H
#define VOLLEY_ENERGY_RANGES_H
#include "chipfile.h"
#ifdef __cplusplus
extern "C" {
#endif

/* One sum of widths per group: errors of one source go together (if one of its figures is too low, all are), so within a group widths
 * add up; groups know nothing of each other, so across groups they add in quadrature: w = sqrt(sum over groups of w(g)^2). */
struct spread { double *low, *high; };          /* widths below and above a value, per source group */
struct groups { uint32_t *of, n; };             /* [n_sources + 1] group of a source; the last: no source */

struct groups ranges_groups(const struct chipfile *);   /* the caller frees .of */
uint32_t ranges_group_of(const struct groups *, const struct cost *);
struct spread ranges_spread_new(const struct groups *); /* all zero; ranges_spread_free frees */
void ranges_spread_free(struct spread *);
double ranges_quadrature(const double *width, uint32_t n);      /* sqrt of the sum of squares */
double ranges_at_least_zero(double);

#ifdef __cplusplus
}
#endif
#endif
