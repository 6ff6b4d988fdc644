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
/* 1: the core type lacks the projection's own form, mapping_row_kind is what it is expanded to. */
int mapping_row_expanded(const struct projection *, const struct core_type *);
/* Of the extra axon that carries a population's bias (quant_population.bias_weight): dense, or what that is expanded to. */
enum row_kind mapping_bias_kind(const struct core_type *);

/* Chip steps from a spike to its synapses of this projection, their own delays apart. Layers of an event chip do not wait for each other, so that
 * there depths add nothing: a spike travels as long as it travels, and only a delay of the network's own is more than one. */
uint32_t mapping_chip_delay(const struct projection *, const struct chipfile *);

/* Bits of one entry of a row whose weights have weight_bits: the chip file's entry with its weight exchanged for that width. */
uint32_t mapping_row_bits(enum row_kind, const struct core_type *, uint32_t weight_bits);
/* Entries of one segment. synapses: as in the network; group: neurons that the target population has on the core. A list or a
 * kernel expanded to a dense row has an entry for each neuron of the group, zeros between. */
uint32_t mapping_row_entries(enum row_kind, const struct projection *, uint32_t synapses, uint32_t group);
/* Words of the row memory that one segment of so many entries takes; 0 where the memory is not described. */
uint32_t mapping_row_words(enum row_kind, const struct core_type *, uint32_t weight_bits, uint32_t entries);

/* Words that so many entries of another table take: several per word where they fit whole, else several words each; 0 where the
 * table is not described. TABLE_AXON and TABLE_ROUTING begin each entry on a word of its own. */
uint64_t mapping_table_words(const struct core_type *, enum table, uint64_t entries);

#ifdef __cplusplus
}
#endif
#endif
