/* batch.h: what the batch kinds (reference, lif, cuba) have in common beside their equations: accumulators, scratch, windows. */
#ifndef VOLLEY_CORES_BATCH_H
#define VOLLEY_CORES_BATCH_H
#include "cores/accumulate.h"
#include "cores/sweep.h"
#ifdef __cplusplus
extern "C" {
#endif

struct batch {
    const struct image *image;
    struct accumulators sums;
    uint32_t ports;
    int64_t *port[IMAGE_PORTS];     /* scratch: a group's sums */
    uint8_t *fired, *active;        /* scratch: a group's flags */
    uint32_t *refractory;           /* [neurons] steps left */
};

int batch_open(struct batch *, const struct image *, uint32_t ports, struct err *);
void batch_close(struct batch *);
void batch_reset(struct batch *);

/* neuron(core, group index): the kind's equations for one group in its window; it fills fired and active. */
typedef void batch_group(struct core *, const struct image_group *);
int batch_update(struct batch *, struct core *, batch_group *, const struct core_step *, struct emissions *, uint32_t *cycles, struct core_counts *);

#ifdef __cplusplus
}
#endif
#endif
