/* plastic.h: a core's own copy of its synapse rows, for kinds whose weights change: the arena of an image is shared and only read. Rows are kept by
 * axon, as segments of 32-bit weights (dense, or with 32-bit ids) in the order of the image, so that accumulate.h reads them as it reads any row;
 * a segment of the copy is `fixed` unless its synapses are plastic. */
#ifndef VOLLEY_CORES_PLASTIC_H
#define VOLLEY_CORES_PLASTIC_H
#include "cores/image.h"
#ifdef __cplusplus
extern "C" {
#endif
struct err;

struct plastic {
    uint64_t *rows;             /* arena of this core */
    uint32_t *row;              /* [axons] where its row begins, units of 8 bytes */
    uint8_t *learns;            /* [axons] 1: a synapse of its row is plastic */
    uint32_t axons;
};

/* ERR_ANSWER names an axon whose plastic weight lies outside image.learning's limits, or one that 32 bits do not hold. Close it after an error too. */
int plastic_open(struct plastic *, const struct image *, struct err *);
void plastic_close(struct plastic *);
/* Synapse k of an axon's row, counted over its segments; NULL: it has not so many. */
int32_t *plastic_weight(const struct plastic *, uint32_t axon, uint64_t k);

static inline struct segment *plastic_row(const struct plastic *p, uint32_t axon)
{
    return (struct segment *)(p->rows + p->row[axon]);
}

/* Weights of a segment of this copy, and the ids before them; NULL ids: neighbours from s->base on. */
static inline int32_t *plastic_weights(struct segment *s)
{
    int32_t *body = (int32_t *)(s + 1);
    return s->form == ROW_DENSE32 ? body : body + s->count;
}

static inline const uint32_t *plastic_ids(const struct segment *s)
{
    return s->form == ROW_DENSE32 ? NULL : (const uint32_t *)(s + 1);
}

#ifdef __cplusplus
}
#endif
#endif
