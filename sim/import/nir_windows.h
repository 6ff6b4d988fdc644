/* nir_windows.h: nodes that slide a window over a grid: Conv1d (a grid of height 1), Conv2d, SumPool2d, AvgPool2d. The grid comes
 * from the graph; an input_shape in the file must agree with it. Padding as numbers, "valid", or "same" as torch means it.
 * Fills *l (kind, weight, conv, factor, bias, out); the caller frees it. 0, or -1 and ERR_INPUT by node. */
#ifndef VOLLEY_IMPORT_NIR_WINDOWS_H
#define VOLLEY_IMPORT_NIR_WINDOWS_H
#include "base/err.h"
#include "import/nir_linear.h"
#include "import/nir_values.h"
#ifdef __cplusplus
extern "C" {
#endif

int nir_conv_node(const struct nir_place *, int axes, struct linear *l, struct err *);      /* axes: 1 or 2 */
int nir_pool_node(const struct nir_place *, struct linear *l, struct err *);

#ifdef __cplusplus
}
#endif
#endif
