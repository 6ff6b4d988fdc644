/* events_h5.h: what the readers of HDF5 events (SHD, NIRData) share. Each has two halves: *_send runs in a child process, finds the
 * data and sends them (apart.h says why); *_take runs in the parent and makes spikes of them. Sizes that a file claims are held against
 * its length before memory is taken for them. Errors begin with the path. */
#ifndef VOLLEY_IMPORT_EVENTS_H5_H
#define VOLLEY_IMPORT_EVENTS_H5_H
#include <hdf5.h>
#include <stdint.h>

#include "base/err.h"
#include "import/apart.h"
#include "import/events_parts.h"
#ifdef __cplusplus
extern "C" {
#endif

#define H5_EDGE 1e-6            /* of a step, and of the step's number: a time this near to a step's edge is on it */
enum { H5_NAME = 256 };         /* bytes of a name */

/* ---- in the child ---- */

struct h5 {
    const char *path;
    uint64_t size;              /* of the file, bytes */
    hid_t file;
};

int h5_is_there(hid_t at, const char *name);
/* A text attribute, variable or fixed in length; "" where there is none. */
void h5_text(hid_t at, const char *name, char to[H5_NAME]);
double h5_number(hid_t at, const char *name);           /* an attribute; -1 where there is none */
/* count elements of this type on disk: -1 and err where the file cannot hold them, even deflated. */
int h5_claim(const struct h5 *, const char *name, uint64_t count, hid_t type, struct err *);
int h5_send_array(const struct h5 *, hid_t at, const char *name, struct apart_out *, struct err *);

int h5_send_shd(const struct h5 *, struct apart_out *, struct err *);
int h5_send_nirdata(const struct h5 *, struct apart_out *, struct err *);

/* ---- in the parent ---- */

int h5_take_array(struct apart_in *, struct npy *);     /* caller: npy_free */

/* Times in seconds need the length of a step: -1 and err where the options have none. */
int h5_need_dt(const char *path, const struct event_options *, struct err *);
/* Adds one spike; place says which it is; ends: a time on the edge of a step belongs to the step that ends there. */
int h5_spike(const char *path, struct gather *, const char *place, uint64_t sample, double time, int ends, int64_t neuron, double value, struct err *);
struct events *h5_finish(const char *path, struct gather *, const char *axes, struct err *);

struct events *h5_take_shd(const char *path, struct apart_in *, const struct event_options *, struct err *);
struct events *h5_take_nirdata(const char *path, struct apart_in *, const struct event_options *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
