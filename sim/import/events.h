/* events.h: input spikes and labels (docs/events.md): CSV, npy, h5 (SHD, NIRData), spk; the format is told by content, not by name.
 * One struct whatever the file: events sorted by (sample, step, neuron); equal ones are added up where they have values, refused
 * where they have none. An event of value 0 is no event. Owned by the caller: events_free. docs/events.md is the user's view.
 * Errors are ERR_INPUT and begin with the place: file:line:column, or file and event. */
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
    uint32_t steps;             /* --steps; 0: from file or network. Cuts a longer file (a note says so) */
    uint32_t network_steps;     /* what the network file states; 0: nothing */
    int time_first;             /* 1: --layout TN; -1: --layout NT was given, so time first is not suspected; 0: not said */
    struct shape shape;         /* the network's input shape, for the check (flattened or not); rank 0: no network, no check */
    double dt;                  /* seconds per step, for files whose times are seconds (SHD, NIRData); 0: an error names --dt */
    uint32_t labels;            /* how many labels there are, to tell samples from steps; 0: not known */
};
struct events *events_read(const char *path, const struct event_options *, struct err *);
void events_free(struct events *);      /* NULL is allowed */
/* Told by the first bytes: "npy", "spk", "h5" or "csv"; NULL and err where the file cannot be read. */
const char *events_format(const char *path, struct err *);

/* .spk (kit form: steps and neurons below 65536, else an error names .csv) and CSV; a file appears whole or not at all. The CSV
 * begins with "# samples N, steps T, neurons K", which events_read takes up. events_write: by the ending of path, .spk or .csv. */
int events_write_spk(const struct events *, const char *path, struct err *);
int events_write_csv(const struct events *, const char *path, struct err *);
int events_write(const struct events *, const char *path, struct err *);

/* Integer .npy, text with one per line (or a column `label`), or the labels of an SHD file; *count is how many. Caller frees.
 * Fewer than samples, negative, or not below classes: an error. samples 0, classes 0: not checked. */
int64_t *labels_read(const char *path, uint32_t samples, uint32_t classes, uint32_t *count, struct err *);

#ifdef __cplusplus
}
#endif
#endif
