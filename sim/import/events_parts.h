/* events_parts.h: what the readers of events, labels and expectations share, and nobody else includes: text tables, the list in
 * which events are gathered from a file in any order, and one entry point per format. */
#ifndef VOLLEY_IMPORT_EVENTS_PARTS_H
#define VOLLEY_IMPORT_EVENTS_PARTS_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "import/events.h"
#include "import/npy.h"
#ifdef __cplusplus
extern "C" {
#endif

enum {
    EVENTS_STEPS_MAX = 1 << 20,         /* longest sample; a larger step is a time that was not divided by the step's length */
    EVENTS_SAMPLES_SPARSE = 1 << 20     /* a sample number may reach this, or the number of events where that is more */
};
#define EVENTS_MAX (UINT64_C(1) << 29)  /* 12 bytes each */

/* ---- a text table: CSV with or without a header; events_table.c ---- */

struct cell { const char *text; uint32_t length; };     /* without blanks and quotes around it; not 0-terminated */
struct table {
    const char *path;           /* the caller's */
    char *text;                 /* the whole file, 0-terminated */
    size_t size;
    const char *at;             /* the next line */
    const char *line_start;     /* of the row in hand */
    const char *first;          /* where table_rewind goes back to */
    uint32_t line, first_line;  /* of the row in hand, from 1 */
    char separator;             /* ',', ';', tab or blank */
    uint32_t columns;
    char **name;                /* [columns] in small letters; NULL: the file has no header */
    struct cell *cell;          /* [columns] of the row in hand */
    size_t cell_capacity;
    uint64_t stated[3];         /* "# samples N, steps T, neurons K"; 0: not stated */
};
/* Reads the file, skips a byte order mark, finds separator and header. -1: err. table_close also after a failure. */
int table_open(struct table *, const char *path, struct err *);
void table_close(struct table *);
void table_rewind(struct table *);      /* back to the first row */
int table_row(struct table *, struct err *);            /* 1: the cells of the next row; 0: no more; -1: err */
/* Column by one of the names "a|b", or -1. */
int table_column(const struct table *, const char *names);
int table_error(const struct table *, const struct cell *, struct err *, const char *format, ...) __attribute__((format(printf, 4, 5)));  /* -1 */
/* "3", "+3", "3.0", "3e2": exactly a whole number. -1: err names what stands there. */
int table_integer(const struct table *, const struct cell *, const char *what, int64_t *, struct err *);
int table_number(const struct table *, const struct cell *, const char *what, double *, struct err *);    /* finite */

/* ---- events in any order; events_gather.c ---- */

struct raw_event { uint32_t sample, step, neuron; float value; };
enum twice { TWICE_ADD, TWICE_ERROR, TWICE_ONCE };      /* two equal (sample, step, neuron) */
struct gather {
    const struct event_options *options;
    uint32_t samples, steps, neurons;   /* what the file states; 0: nothing */
    int proven;                         /* samples is more than a claim: the file holds a word for each */
    uint32_t limit_steps, limit_neurons;        /* what an event may not reach; 0: open */
    enum twice twice;
    struct raw_event *event;
    size_t count, capacity;
    uint32_t last_sample, last_step, last_neuron;       /* largest seen */
    uint64_t cut, merged;               /* events beyond --steps; events that TWICE_ONCE left out */
    struct raw_event again;             /* the event that TWICE_ERROR found twice */
};
enum gather_field { GATHER_OK, GATHER_SAMPLE, GATHER_STEP, GATHER_NEURON, GATHER_VALUE, GATHER_TWICE };

/* After samples, steps and neurons were set: gives the limits. -1: the file's layer is not the network's (err: no place yet). */
int gather_begin(struct gather *, const struct event_options *, struct err *);
/* Adds one; else says which field is wrong, and err why (without file and line: the caller puts them before). */
enum gather_field gather_add(struct gather *, int64_t sample, int64_t step, int64_t neuron, double value, struct err *);
/* Sorts, adds up, makes the events (without how). GATHER_TWICE: gather.again says which; another field: err says what. */
enum gather_field gather_finish(struct gather *, struct events **, struct err *);
void gather_drop(struct gather *);

/* Steps of the run and the note on a file that has another number. stated: the file's own. */
uint32_t events_steps(const struct event_options *, uint32_t stated, struct fidelity *);
struct events *events_new(uint32_t samples, uint32_t steps, uint32_t neurons, uint64_t count);
/* Last touches for every format: values all 1 dropped, value_min/max, how = "<axes>, 0/1" or "<axes>, values a to b", warnings. */
void events_complete(struct events *, const char *axes);

/* ---- the formats: 0-terminated path, told by content ---- */

struct events *events_read_csv(const char *path, const struct event_options *, struct err *);
struct events *events_read_npy(const char *path, const struct event_options *, struct err *);
struct events *events_read_h5(const char *path, const struct event_options *, struct err *);
struct events *events_read_spk(const char *path, const struct event_options *, struct err *);
/* An array as events, whatever file it came from; name stands for it in messages. */
struct events *events_from_array(const struct npy *, const char *name, const struct event_options *, struct err *);
/* The dataset `labels` of an HDF5 file as an array of integers. */
int h5_labels(const char *path, struct npy *, struct err *);
/* Opens a regular file and says its size; a folder, a missing or an empty file: NULL and err. */
FILE *events_open(const char *path, uint64_t *size, struct err *);

#ifdef __cplusplus
}
#endif
#endif
