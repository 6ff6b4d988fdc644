/* odin.h: one core of kind odin as it stands in memory. Private to cores/odin*.c. */
#ifndef VOLLEY_CORES_ODIN_H
#define VOLLEY_CORES_ODIN_H
#include "cores/core.h"
#include "cores/odin_sdsp.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The crossbar; core cycles of a push into the scheduler and of a visit of one neuron. */
enum { ODIN_NEURONS = 256, ODIN_LINES = 256, ODIN_PER_WORD = 8, ODIN_ROW_WORDS = ODIN_NEURONS / ODIN_PER_WORD, ODIN_SCHEDULED = 1, ODIN_VISIT = 2,
       ODIN_NO_LINE = -1 };
enum { ODIN_MAPPED = 8, ODIN_WEIGHT = 7 };      /* of a synapse: the mapping bit, which is 1 where it is plastic, and the weight */

struct lines { int16_t excites, inhibits; };    /* of an input line of the chip file's; ODIN_NO_LINE: it has no such weights */

struct core {
    const struct image *image;
    struct image_sdsp sdsp;
    uint32_t leak;
    struct odin_neuron neuron[ODIN_NEURONS], fresh[ODIN_NEURONS];
    uint8_t synapse[ODIN_LINES][ODIN_NEURONS];
    uint8_t inhibits[ODIN_LINES];
    struct lines *axon;                 /* [image.axons] */
    uint32_t lines;
    uint32_t references;                /* of all neurons, since the sample's start: for bistability */
    uint32_t group[ODIN_NEURONS];
};

/* odin_load.c: the image into the crossbar. ERR_ANSWER says what of it the hardware cannot do. */
int odin_load(struct core *, const struct image *, struct err *);
void odin_reset(struct core *);     /* membranes, calcium and flags; weights stay */

#ifdef __cplusplus
}
#endif
#endif
