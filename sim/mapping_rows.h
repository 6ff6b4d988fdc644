/* mapping_rows.h: how the described hardware keeps one axon's synapses on one core: the form of its row and the words it takes.
 * The mapper fits memories with it, the chip builder counts reads with it: one place, so that both agree. */
#ifndef VOLLEY_MAPPING_ROWS_H
#define VOLLEY_MAPPING_ROWS_H
#include <stdint.h>

#include "chipfile.h"
#include "network.h"
#ifdef __cplusplus
extern "C" {
#endif

enum row_kind { ROW_KIND_DENSE, ROW_KIND_LIST, ROW_KIND_CONV };

enum row_kind mapping_row_kind(const struct projection *, const struct core_type *);
/* Words of the row memory that one segment of so many synapses takes; 0 where the memory is not described. */
uint32_t mapping_row_words(enum row_kind, const struct core_type *, uint32_t weight_bits, uint32_t synapses);

#ifdef __cplusplus
}
#endif
#endif
