#include "cores/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

int batch_open(struct batch *b, const struct image *image, uint32_t ports, struct err *err)
{
    *b = (struct batch){.image = image, .ports = ports};
    if (sweep_longest(image) >= UINT32_MAX)
        return err_answer(err, "an update of %u neurons can take more than 2^32 cycles: shorter service times or fewer neurons per core would help",
                          image->neurons);
    if (accumulators_open(&b->sums, image, ports, err))
        return -1;
    for (uint32_t p = 0; p < ports; p++)
        b->port[p] = mem_new(image->neurons, sizeof *b->port[p]);
    b->fired = mem_new(image->neurons, 1);
    b->active = mem_new(image->neurons, 1);
    b->refractory = mem_new(image->neurons, sizeof *b->refractory);
    return 0;
}

void batch_close(struct batch *b)
{
    accumulators_close(&b->sums);
    for (uint32_t p = 0; p < IMAGE_PORTS; p++)
        free(b->port[p]);
    free(b->fired);
    free(b->active);
    free(b->refractory);
}

void batch_reset(struct batch *b)
{
    accumulators_reset(&b->sums);
    memset(b->refractory, 0, b->image->neurons * sizeof *b->refractory);
}

int batch_update(struct batch *b, struct core *core, batch_group *neurons, const struct core_step *at, struct emissions *out,
                 uint32_t *cycles, struct core_counts *counts)
{
    const struct image *image = b->image;
    struct sweep sweep;
    sweep_begin(&sweep, image, out, counts);
    for (uint32_t g = 0; g < image->groups; g++) {
        const struct image_group *group = &image->group[g];
        if (!sweep_open(group, at->step)) {
            sweep_held(&sweep, g);
            continue;
        }
        for (uint32_t p = 0; p < b->ports; p++)
            accumulators_take(&b->sums, p, group->first, group->count, b->port[p]);
        neurons(core, group);
        sweep_group(&sweep, g, b->fired, b->active);
    }
    accumulators_turn(&b->sums);
    sweep_end(&sweep, cycles);
    return 0;
}
