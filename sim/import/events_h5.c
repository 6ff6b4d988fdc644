/* The child (h5_send_...) looks and reads, the parent (h5_take_...) computes: so a fault in the gathering of events is not hidden in a process that may die.
 * First a number that says which kind of file it is, then what events_shd.c or events_nirdata.c send. */
#include "import/events_h5.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define STEP_HUGE 1e15          /* stands for every larger step */
enum {
    INFLATE_MAX = 1100,         /* most that the deflate filter can make of a byte */
    MEMORY_PER_BYTE = 256,      /* of the file: what its data may take; grids with few spikes pack well */
    MEMORY_FREE = 256 << 20,    /* ... and in any case */
    TOGETHER = 16 << 20         /* bytes of an array that are read at once */
};

/* ---- in the child: the file ---- */

/* HDF5 prints a stack of its own errors by default; the user gets one message. */
static int open_file(struct h5 *h, const char *path, struct err *err)
{
    *h = (struct h5){.path = path, .file = -1};
    FILE *file = events_open(path, &h->size, err);
    if (!file)
        return -1;
    fclose(file);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    h->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    return h->file >= 0 ? 0 : err_input(err, "%s: is not a readable HDF5 file; was it written completely?", path);
}

/* Paths need each group on the way to be there; ask for them in order. */
int h5_is_there(hid_t at, const char *name)
{
    return H5Lexists(at, name, H5P_DEFAULT) > 0;
}

/* ---- attributes and names ---- */

/* A text that is longer than to is cut (variable) or left out (fixed): it is a type's name, or it is nothing that is known. */
void h5_text(hid_t at, const char *name, char to[H5_NAME])
{
    *to = '\0';
    hid_t attribute = H5Aexists(at, name) > 0 ? H5Aopen(at, name, H5P_DEFAULT) : -1;
    if (attribute < 0)
        return;
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    if (H5Tget_class(type) == H5T_STRING && H5Sget_simple_extent_npoints(space) == 1) {
        char *text = NULL;
        size_t size = H5Tget_size(type);
        if (H5Tis_variable_str(type) > 0) {
            if (H5Aread(attribute, type, &text) >= 0 && text)
                snprintf(to, H5_NAME, "%s", text);
            H5free_memory(text);
        } else if (size < H5_NAME && H5Aread(attribute, type, to) >= 0) {
            to[size] = '\0';
        }
    }
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
}

/* Any type of number, as a double. */
double h5_number(hid_t at, const char *name)
{
    double value = -1;
    hid_t attribute = H5Aexists(at, name) > 0 ? H5Aopen(at, name, H5P_DEFAULT) : -1;
    if (attribute < 0)
        return -1;
    hid_t space = H5Aget_space(attribute);
    if (H5Sget_simple_extent_npoints(space) != 1 || H5Aread(attribute, H5T_NATIVE_DOUBLE, &value) < 0)
        value = -1;
    H5Sclose(space);
    H5Aclose(attribute);
    return value;
}

/* ---- arrays ---- */

int h5_claim(const struct h5 *h, const char *name, uint64_t count, hid_t type, struct err *err)
{
    uint64_t size = H5Tget_size(type), most = h->size * INFLATE_MAX / (size ? size : 1);
    if (count <= most)
        return 0;
    return err_input(err, "%s: %s claims %llu elements, more than the file can hold; is it damaged?", h->path, name, (unsigned long long)count);
}

/* kind and size in memory for what stands on disk; the type to read it with, or -1. */
/* Half floats become float32, odd widths the next larger; booleans (an enum in HDF5) bytes. Types are widened only, so no value changes. */
static hid_t memory_type(hid_t type, struct npy *a)
{
    size_t size = H5Tget_size(type);
    if (H5Tget_class(type) == H5T_FLOAT) {
        a->kind = 'f';
        a->size = size > 4 ? 8 : 4;
        return size > 4 ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT;
    }
    if (H5Tget_class(type) == H5T_ENUM || (H5Tget_class(type) == H5T_INTEGER && size == 1 && H5Tget_sign(type) == H5T_SGN_NONE)) {
        a->kind = 'u';
        a->size = 1;
        return H5T_NATIVE_UINT8;
    }
    if (H5Tget_class(type) != H5T_INTEGER)
        return -1;
    a->kind = H5Tget_sign(type) == H5T_SGN_NONE ? 'u' : 'i';
    a->size = size > 4 ? 8 : size > 2 ? 4 : size > 1 ? 2 : 1;
    const hid_t plus[] = {H5T_NATIVE_UINT8, H5T_NATIVE_UINT16, H5T_NATIVE_UINT32, H5T_NATIVE_UINT64};
    const hid_t minus[] = {H5T_NATIVE_INT8, H5T_NATIVE_INT16, H5T_NATIVE_INT32, H5T_NATIVE_INT64};
    int index = a->size == 8 ? 3 : a->size == 4 ? 2 : a->size == 2 ? 1 : 0;
    return a->kind == 'u' ? plus[index] : minus[index];
}

/* Kind, size and shape of a dataset, believed only if the file can hold it. */
static int read_shape(const struct h5 *h, hid_t type, hid_t space, const char *name, struct npy *a, struct err *err)
{
    hsize_t dim[H5S_MAX_RANK];
    int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 0 || rank > NPY_RANK_MAX || H5Sget_simple_extent_dims(space, dim, NULL) < 0)
        return err_input(err, "%s: %s has %d dimensions; at most %d are read", h->path, name, rank, NPY_RANK_MAX);
    a->rank = rank;
    a->count = 1;
    for (int i = 0; i < a->rank; i++) {
        a->dim[i] = dim[i];
        if (dim[i] && a->count > (UINT64_MAX >> 8) / dim[i])
            return err_input(err, "%s: %s is larger than any file", h->path, name);
        a->count *= dim[i];
    }
    return h5_claim(h, name, a->count, type, err);
}

/* Rows of the first dimension that are read together: some 16 MiB, so that a large array is in memory once, in the parent; whole chunks,
 * so that each is unpacked once. */
static uint64_t rows_together(hid_t set, const struct npy *a)
{
    hsize_t chunk[H5S_MAX_RANK] = {1};
    hid_t plist = H5Dget_create_plist(set);
    if (plist >= 0 && H5Pget_layout(plist) == H5D_CHUNKED)
        H5Pget_chunk(plist, H5S_MAX_RANK, chunk);
    if (plist >= 0)
        H5Pclose(plist);
    uint64_t row = a->count / a->dim[0] * a->size, step = chunk[0] ? chunk[0] : 1, rows = TOGETHER / row / step * step;
    rows = rows > step ? rows : step;
    return rows < a->dim[0] ? rows : a->dim[0];
}

/* The elements in C order; a has some. */
static int send_rows(hid_t set, hid_t memory, hid_t space, const struct npy *a, struct apart_out *out)
{
    hsize_t start[NPY_RANK_MAX] = {0}, count[NPY_RANK_MAX];
    uint64_t row = a->count / a->dim[0] * a->size, rows = rows_together(set, a);
    void *data = mem_new(rows, row);
    int bad = 0;
    for (int i = 0; i < a->rank; i++)
        count[i] = a->dim[i];
    for (; start[0] < a->dim[0] && !bad; start[0] += rows) {
        count[0] = a->dim[0] - start[0] < rows ? a->dim[0] - start[0] : rows;
        hid_t part = H5Screate_simple(a->rank, count, NULL);
        bad = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) < 0 || H5Dread(set, memory, part, space, H5P_DEFAULT, data) < 0;
        H5Sclose(part);
        if (!bad)
            apart_put(out, data, count[0] * row);
    }
    free(data);
    return bad;
}

static int send_one(hid_t set, hid_t memory, const struct npy *a, struct apart_out *out)
{
    double one = 0;             /* room for any kind */
    if (H5Dread(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, &one) < 0)
        return -1;
    apart_put(out, &one, a->size);
    return 0;
}

/* Sent: kind, size, rank, dimensions, elements. */
static int send_open_array(const struct h5 *h, hid_t set, const char *name, struct apart_out *out, struct err *err)
{
    struct npy a = {0};
    hid_t type = H5Dget_type(set), space = H5Dget_space(set), memory = memory_type(type, &a);
    int bad = memory < 0 ? err_input(err, "%s: %s does not hold numbers", h->path, name) : read_shape(h, type, space, name, &a, err);
    if (!bad) {
        apart_put_number(out, (uint64_t)a.kind);
        apart_put_number(out, a.size);
        apart_put_number(out, (uint64_t)a.rank);
        for (int i = 0; i < a.rank; i++)
            apart_put_number(out, a.dim[i]);
        if (a.count && (a.rank ? send_rows(set, memory, space, &a, out) : send_one(set, memory, &a, out)))
            bad = err_input(err, "%s: %s cannot be read; is it damaged, or compressed with a filter HDF5 does not have here? (gzip is)", h->path, name);
    }
    H5Sclose(space);
    H5Tclose(type);
    return bad;
}

int h5_send_array(const struct h5 *h, hid_t at, const char *name, struct apart_out *out, struct err *err)
{
    hid_t set = h5_is_there(at, name) ? H5Dopen2(at, name, H5P_DEFAULT) : -1;
    if (set < 0)
        return err_input(err, "%s: no dataset '%s'", h->path, name);
    int bad = send_open_array(h, set, name, out, err);
    H5Dclose(set);
    return bad;
}

/* ---- in the parent: arrays ---- */

/* Kinds and sizes that memory_type above can give. */
static int is_type(char kind, uint32_t size)
{
    return kind == 'f' ? size == 4 || size == 8 : (kind == 'i' || kind == 'u') && (size == 1 || size == 2 || size == 4 || size == 8);
}

int h5_take_array(struct apart_in *in, struct npy *a)
{
    uint64_t kind, size, rank;
    *a = (struct npy){.count = 1};
    if (apart_get_number(in, CHAR_MAX, &kind) || apart_get_number(in, sizeof(double), &size) || apart_get_number(in, NPY_RANK_MAX, &rank))
        return -1;
    a->kind = (char)kind;
    a->size = (uint32_t)size;
    if (!is_type(a->kind, a->size))
        return apart_nonsense(in);
    for (uint64_t i = 0; i < rank; i++) {
        uint64_t dim;
        if (apart_get_number(in, UINT64_MAX, &dim))
            return -1;
        if (dim && a->count > (UINT64_MAX >> 8) / dim)
            return apart_nonsense(in);
        a->dim[a->rank++] = dim;
        a->count *= dim;
    }
    return apart_get_array(in, a->count, a->size, &a->data);
}

/* ---- in the parent: times to steps ---- */

/* The step of a time in seconds: begins on its edge, or (ends) ends on it, the first step then holding time 0 too. */
static int64_t step_of(double time, double dt, int ends)
{
    double steps = time / dt, edge = nearbyint(steps);
    if (!(fabs(steps) < STEP_HUGE))
        return time < 0 ? -1 : (int64_t)STEP_HUGE;
    if (fabs(steps - edge) <= H5_EDGE * (fabs(steps) > 1 ? fabs(steps) : 1))
        return (int64_t)edge - (ends && edge > 0);
    return (int64_t)floor(steps);
}

int h5_need_dt(const char *path, const struct event_options *options, struct err *err)
{
    if (options->dt > 0 && isfinite(options->dt))
        return 0;
    return err_input(err, "%s: its times are seconds, and the length of a step is not known: --dt SECONDS, for example --dt 0.001", path);
}

/* NaN and infinity are refused here: they have no step. */
int h5_spike(const char *path, struct gather *g, const char *place, uint64_t sample, double time, int ends, int64_t neuron, double value,
                     struct err *err)
{
    if (!isfinite(time))
        return err_input(err, "%s: %s: the time is %s", path, place, isnan(time) ? "NaN, not a number" : "infinite");
    if (!gather_add(g, (int64_t)sample, step_of(time, g->options->dt, ends), neuron, value, err))
        return 0;
    return err_context(err, "%s: %s, %.9g s in steps of %.9g s", path, place, time, g->options->dt);
}

/* axes: how the file was read, for the report. */
struct events *h5_finish(const char *path, struct gather *g, const char *axes, struct err *err)
{
    struct events *e = NULL;
    if (gather_finish(g, &e, err)) {
        err_context(err, "%s", path);
        return NULL;
    }
    events_complete(e, axes);
    if (g->twice == TWICE_ONCE && g->merged)
        fidelity_add(&e->fidelity, FIDELITY_NOTE, "", "%llu spikes came in a step in which their neuron had spiked already: each step counts once",
                     (unsigned long long)g->merged);
    return e;
}

/* ---- which kind of file ---- */

enum { KIND_SHD, KIND_NIRDATA };

struct job {
    const char *path;
    const struct event_options *options;
    struct events *events;      /* the parent's */
    struct npy *labels;         /* the parent's */
};

/* In the child. Which kind: NIRData says its type, SHD is known by its two lists; a network is a common mistake and gets its own words. */
static int send_events(void *data, struct apart_out *out, struct err *err)
{
    const struct job *job = data;
    struct h5 h;
    char type[H5_NAME];
    if (open_file(&h, job->path, err))
        return -1;
    h5_text(h.file, "__type__", type);
    if (!strcmp(type, "NIRGraphData")) {
        apart_put_number(out, KIND_NIRDATA);
        return h5_send_nirdata(&h, out, err);
    }
    if (h5_is_there(h.file, "spikes") && h5_is_there(h.file, "spikes/times") && h5_is_there(h.file, "spikes/units")) {
        apart_put_number(out, KIND_SHD);
        return h5_send_shd(&h, out, err);
    }
    if (h5_is_there(h.file, "node"))
        return err_input(err, "%s: is a network (NIR), not its input; give events as CSV, .npy, .spk or HDF5 (SHD, NIRData)", h.path);
    return err_input(err, "%s: HDF5, but neither SHD (spikes/times, spikes/units) nor NIRData; save it as .npy or CSV", h.path);
}

/* In the parent. */
static int take_events(void *data, struct apart_in *in, struct err *err)
{
    struct job *job = data;
    uint64_t kind;
    if (apart_get_number(in, KIND_NIRDATA, &kind))
        return -1;
    job->events = (kind == KIND_SHD ? h5_take_shd : h5_take_nirdata)(job->path, in, job->options, err);
    return job->events ? 0 : -1;
}

static int send_labels(void *data, struct apart_out *out, struct err *err)
{
    struct h5 h;
    return open_file(&h, ((const struct job *)data)->path, err) ? -1 : h5_send_array(&h, h.file, "labels", out, err);
}

static int take_labels(void *data, struct apart_in *in, struct err *err)
{
    (void)err;
    return h5_take_array(in, ((struct job *)data)->labels);
}

/* The file is looked at before the fork, so that a missing one or a folder costs no process. */
static int run_apart(struct job *job, int (*send)(void *, struct apart_out *, struct err *), int (*take)(void *, struct apart_in *, struct err *),
                     struct err *err)
{
    uint64_t size;
    FILE *file = events_open(job->path, &size, err);
    if (!file)
        return -1;
    fclose(file);
    struct apart task = {job->path, size, size * MEMORY_PER_BYTE + MEMORY_FREE, send, take};
    return apart_run(&task, job, err);
}

struct events *events_read_h5(const char *path, const struct event_options *options, struct err *err)
{
    struct job job = {.path = path, .options = options};
    if (!run_apart(&job, send_events, take_events, err))
        return job.events;
    events_free(job.events);
    return NULL;
}

int h5_labels(const char *path, struct npy *labels, struct err *err)
{
    struct job job = {.path = path, .labels = labels};
    *labels = (struct npy){.size = 1};
    if (!run_apart(&job, send_labels, take_labels, err))
        return 0;
    npy_free(labels);
    return -1;
}
