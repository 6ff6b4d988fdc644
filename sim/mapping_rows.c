/* Bits and words of the described hardware. An entry of a row is what the chip file lists for its form (weight; weight and target ...);
 * the weight's bits among them are those in use (--bits N), the others stay. Entries of a row are packed bit after bit, a row's
 * segment begins on a word:
 *     words(segment) = ceil(entries x bits / width)
 * Tables of neurons hold whole entries per word, or whole words per entry:
 *     words(n) = ceil(n / floor(width / bits))   or, where bits > width,   n x ceil(bits / width) */
#include "mapping_rows.h"

/* 0: the chip file has no entry for rows of that kind. */
static uint32_t stated_bits(enum row_kind kind, const struct chip_table *rows)
{
    return kind == ROW_KIND_DENSE ? rows->dense_bits : kind == ROW_KIND_LIST ? rows->list_bits : rows->conv_bits;
}

/* A form counts as offered if the hardware has it and, where rows are described, says how long an entry is. */
static int offered(enum row_kind kind, const struct core_type *type)
{
    const struct chip_table *rows = &type->table[TABLE_ROWS];
    int flag = kind == ROW_KIND_DENSE ? type->form_dense : kind == ROW_KIND_LIST ? type->form_list : type->form_conv;
    return flag && (rows->memory == NO_INDEX || stated_bits(kind, rows));
}

/* A pool is a kernel whose weights are all the same; one-to-one is a list of one synapse per source. */
static enum row_kind own_kind(const struct projection *p)
{
    switch (p->form) {
    case FORM_DENSE: return ROW_KIND_DENSE;
    case FORM_CONV: case FORM_POOL: return ROW_KIND_CONV;
    case FORM_LIST: case FORM_ONE_TO_ONE: case FORM_RANDOM: break;
    }
    return ROW_KIND_LIST;
}

/* The form itself, else a list (nothing is stored but synapses), else whatever the core type has; where it offers none at all the
 * form is not restricted. */
static enum row_kind nearest_kind(enum row_kind own, const struct core_type *type)
{
    const enum row_kind choice[] = {own, ROW_KIND_LIST, ROW_KIND_DENSE, ROW_KIND_CONV};
    for (int i = 0; i < 4; i++)
        if (offered(choice[i], type))
            return choice[i];
    return own;
}

enum row_kind mapping_row_kind(const struct projection *p, const struct core_type *type)
{
    return nearest_kind(own_kind(p), type);
}

int mapping_row_expanded(const struct projection *p, const struct core_type *type)
{
    return mapping_row_kind(p, type) != own_kind(p);
}

enum row_kind mapping_bias_kind(const struct core_type *type)
{
    return nearest_kind(ROW_KIND_DENSE, type);
}

uint32_t mapping_row_bits(enum row_kind kind, const struct core_type *type, uint32_t weight_bits)
{
    uint32_t bits = stated_bits(kind, &type->table[TABLE_ROWS]);
    const struct format *weight = core_type_format(type, "weight");
    if (!bits)
        return weight_bits;
    return weight && weight->bits <= bits ? bits - weight->bits + weight_bits : bits;
}

uint32_t mapping_row_entries(enum row_kind kind, const struct projection *p, uint32_t synapses, uint32_t group)
{
    return kind == ROW_KIND_DENSE && p->form != FORM_DENSE ? group : synapses;
}

uint32_t mapping_row_words(enum row_kind kind, const struct core_type *type, uint32_t weight_bits, uint32_t entries)
{
    int memory = type->table[TABLE_ROWS].memory;
    if (memory == NO_INDEX || !type->memory[memory].width)
        return 0;
    uint64_t width = type->memory[memory].width, bits = (uint64_t)entries * mapping_row_bits(kind, type, weight_bits);
    uint64_t words = (bits + width - 1) / width;
    return words < UINT32_MAX ? (uint32_t)words : UINT32_MAX;
}

uint64_t mapping_table_words(const struct core_type *type, enum table table, uint64_t entries)
{
    const struct chip_table *t = &type->table[table];
    if (t->memory == NO_INDEX || !t->entry_bits || !type->memory[t->memory].width)
        return 0;
    uint64_t width = type->memory[t->memory].width;
    if (table == TABLE_AXON || table == TABLE_ROUTING || t->entry_bits > width)
        return entries * ((t->entry_bits + width - 1) / width);
    uint64_t per = width / t->entry_bits;
    return (entries + per - 1) / per;
}

uint32_t mapping_chip_delay(const struct projection *p, const struct chipfile *chip)
{
    if (chip->mode != TIME_EVENT)
        return p->chip_delay;
    return p->network_delay ? p->network_delay : 1;
}
