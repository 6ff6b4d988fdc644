/* events.h: input spikes and labels of section 13: CSV, npy, h5 (SHD, NIRData), spk. One struct whatever the file: events
 * sorted by (sample, step, neuron), equal ones added up (valued) or refused (binary). Owned by the caller: events_free. */
#ifndef VOLLEY_IMPORT_EVENTS_H
#define VOLLEY_IMPORT_EVENTS_H
#include <stdint.h>

#include "base/err.h"
#include "base/fidelity.h"
#include "network.h"
#ifdef __cplusplus
extern "C" {
#endif

struct event { uint32_t step, neuron; };
struct events {
    uint32_t samples, steps, neurons;
    uint64_t count;
    uint64_t *first;            /* [samples + 1] */
    struct event *event;
    float *value;               /* NULL: all 1 */
    double value_min, value_max;        /* of the values; 1, 1 for binary */
    char *how;                  /* "(sample, step, neuron), 0/1": how the file was read, for the report */
    struct fidelity fidelity;   /* warnings: 0..255 where 0..1 was trained ... */
};
struct event_options {
    uint32_t steps;             /* --steps; 0: from file or network */
    uint32_t network_steps;     /* what the network file states; 0: nothing */
    int time_first;             /* --layout TN */
    struct shape shape;         /* the network's input shape, for the check (flattened or not) */
    double dt;                  /* seconds per step, for files whose times are seconds (SHD, NIRData); 0: an error names --dt */
};
struct events *events_read(const char *path, const struct event_options *, struct err *);
void events_free(struct events *);
/* Integer .npy or one per line; *count is how many. Caller frees. Fewer than samples, negative, or not below classes: an error. */
int64_t *labels_read(const char *path, uint32_t samples, uint32_t classes, uint32_t *count, struct err *);

#ifdef __cplusplus
}
#endif
#endif
