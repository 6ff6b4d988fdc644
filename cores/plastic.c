/* The copy is made once, at load: each row of the image, form by form, with room for any weight that learning may reach. */
#include "cores/plastic.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"

/* Units of 8 bytes that a segment takes in the copy. */
static size_t units_of(const struct segment *s)
{
    size_t words = s->form <= ROW_DENSE64 ? s->count : 2 * (size_t)s->count;
    return sizeof *s / 8 + (words + 1) / 2;
}

/* Sizes first, so that the arena is allocated once and places stay where they are. */
static size_t units_of_row(const struct segment *s)
{
    size_t units = units_of(s);
    while (!s->last) {
        s = segment_next(s);
        units += units_of(s);
    }
    return units;
}

static int check_weight(const struct image *image, uint32_t axon, int learns, int64_t weight, struct err *err)
{
    const struct image_learning *l = &image->learning;
    if (learns && (weight < l->weight_low || weight > l->weight_high))
        return err_answer(err, "axon %u: a weight of %lld lies outside learning.weight_min %d .. weight_max %d, which plastic weights never leave: "
                               "wider limits, smaller weights (--bits), or learning.populations without its target, would help",
                          axon, (long long)weight, l->weight_low, l->weight_high);
    if (weight < INT32_MIN || weight > INT32_MAX)
        return err_answer(err, "axon %u: a weight of %lld needs more than 32 bits", axon, (long long)weight);
    return 0;
}

/* A segment in the form that the copy keeps: same synapses, same order. */
static int copy_segment(const struct image *image, uint32_t axon, const struct segment *from, uint64_t *to, struct err *err)
{
    struct segment *s = (struct segment *)to;
    int dense = from->form <= ROW_DENSE64, learns = image->learning.on && image->group[from->group].learns && !from->fixed;
    *s = *from;
    s->form = dense ? ROW_DENSE32 : ROW_ID32_W32;
    s->fixed = !learns;
    uint32_t *ids = (uint32_t *)(s + 1);
    int32_t *weights = plastic_weights(s);
    for (uint32_t i = 0; i < from->count; i++) {
        uint32_t target;
        int64_t weight;
        segment_synapse(from, i, &target, &weight);
        if (check_weight(image, axon, learns, weight, err))
            return -1;
        if (!dense)
            ids[i] = target - from->base;
        weights[i] = (int32_t)weight;
    }
    return learns && from->count;
}

static int copy_row(struct plastic *p, const struct image *image, uint32_t axon, struct err *err)
{
    uint64_t *to = p->rows + p->row[axon];
    for (const struct segment *s = (const struct segment *)(image->rows + image->axon_row[axon]);; s = segment_next(s)) {
        int learns = copy_segment(image, axon, s, to, err);
        if (learns < 0)
            return -1;
        p->learns[axon] |= (uint8_t)learns;
        if (s->last)
            return 0;
        to += units_of(s);
    }
}

int plastic_open(struct plastic *p, const struct image *image, struct err *err)
{
    size_t units = 0;
    *p = (struct plastic){.axons = image->axons};
    p->row = mem_new(image->axons, sizeof *p->row);
    p->learns = mem_new(image->axons, sizeof *p->learns);
    for (uint32_t a = 0; a < image->axons; a++) {
        if (units > UINT32_MAX)
            return err_answer(err, "the rows of the core's %u axons need more than 32 GiB", image->axons);
        p->row[a] = (uint32_t)units;
        units += units_of_row((const struct segment *)(image->rows + image->axon_row[a]));
    }
    p->rows = mem_new(units, sizeof *p->rows);
    for (uint32_t a = 0; a < image->axons; a++)
        if (copy_row(p, image, a, err))
            return -1;
    return 0;
}

/* Also on one of zeros. */
void plastic_close(struct plastic *p)
{
    free(p->rows);
    free(p->row);
    free(p->learns);
    *p = (struct plastic){0};
}

int32_t *plastic_weight(const struct plastic *p, uint32_t axon, uint64_t k)
{
    if (axon >= p->axons)
        return NULL;
    struct segment *s = plastic_row(p, axon);
    for (; k >= s->count; s = (struct segment *)segment_next(s)) {
        k -= s->count;
        if (s->last)
            return NULL;
    }
    return plastic_weights(s) + k;
}
