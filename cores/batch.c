/* One update of a batch kind: over the groups (one population's part each) in order of local number, those in their window computed
 * and cleared, the others only visited. The kind adds its equations by a function per group; this file adds everything else, so that
 * windows, counts, offsets of spikes and words of memory cannot differ between kinds. */
#include "cores/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

/* Scratch is as long as the core has neurons; a group uses the first `count` places of it. Refuses a core whose longest update does not
 * fit the 32-bit offsets of its spikes. */
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

/* After batch_open, whether it succeeded or not; also on a batch of zeros. */
void batch_close(struct batch *b)
{
    accumulators_close(&b->sums);
    for (uint32_t p = 0; p < IMAGE_PORTS; p++)
        free(b->port[p]);
    free(b->fired);
    free(b->active);
    free(b->refractory);
}

/* Start of a sample: sums, delay slots and refractory counts. The kind clears its own state. */
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
            sweep_held(&sweep, g);      /* state and sums stay as after reset; the visit is counted and priced */
            continue;
        }
        for (uint32_t p = 0; p < b->ports; p++)
            accumulators_take(&b->sums, p, group->first, group->count, b->port[p]);
        neurons(core, group);           /* fills fired and active for sweep_group */
        sweep_group(&sweep, g, b->fired, b->active);
    }
    accumulators_turn(&b->sums);        /* only now: what was read is empty, and the next slot becomes the one to read */
    sweep_end(&sweep, cycles);
    return 0;
}
