/* HDF5 events: SHD (spikes/times and spikes/units, one list per sample, times in seconds) and NIRData (EventData, ValuedEventData,
 * TimeGriddedData). Sizes that a file claims are held against its length before memory is taken for them. */
#include <hdf5.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "import/events_parts.h"

#define EDGE 1e-6               /* of a step, and of the step's number: a time this near to a step's edge is on it */
#define STEP_HUGE 1e15          /* stands for every larger step */
enum { INFLATE_MAX = 1100, NAME_SIZE = 256 };   /* most that the deflate filter can make of a byte */

struct h5 {
    const char *path;
    uint64_t size;              /* of the file, bytes */
    hid_t file;
    H5E_auto2_t old_print;      /* HDF5's own error printing, off while this file is open */
    void *old_data;
};

/* ---- the file ---- */

static int open_file(struct h5 *h, const char *path, struct err *err)
{
    *h = (struct h5){.path = path, .file = -1};
    FILE *file = events_open(path, &h->size, err);
    if (!file)
        return -1;
    fclose(file);
    H5Eget_auto2(H5E_DEFAULT, &h->old_print, &h->old_data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    h->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (h->file >= 0)
        return 0;
    H5Eset_auto2(H5E_DEFAULT, h->old_print, h->old_data);
    return err_input(err, "%s: is not a readable HDF5 file; was it written completely?", path);
}

static void close_file(struct h5 *h)
{
    H5Fclose(h->file);
    H5Eset_auto2(H5E_DEFAULT, h->old_print, h->old_data);
}

static int is_there(hid_t at, const char *name)
{
    return H5Lexists(at, name, H5P_DEFAULT) > 0;
}

/* ---- attributes and names ---- */

/* A text attribute, variable or fixed in length, into to; "" where there is none. */
static void attribute_text(hid_t at, const char *name, char to[NAME_SIZE])
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
                snprintf(to, NAME_SIZE, "%s", text);
            H5free_memory(text);
        } else if (size < NAME_SIZE && H5Aread(attribute, type, to) >= 0) {
            to[size] = '\0';
        }
    }
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
}

/* -1 where there is none. */
static double attribute_number(hid_t at, const char *name)
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

/* The child of a group to read: the only one, or the preferred one. */
static int choose_child(const struct h5 *h, hid_t group, const char *what, const char *preferred, char to[NAME_SIZE], struct err *err)
{
    H5G_info_t info;
    char list[400] = "", name[NAME_SIZE];
    size_t used = 0;
    if (H5Gget_info(group, &info) < 0 || !info.nlinks)
        return err_input(err, "%s: NIRData without any %s", h->path, what);
    for (hsize_t i = 0; i < info.nlinks; i++) {
        if (H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT) < 0)
            return err_input(err, "%s: a name of a %s cannot be read", h->path, what);
        snprintf(to, NAME_SIZE, "%s", name);
        if (info.nlinks == 1 || !strcasecmp(name, preferred))
            return 0;
        if (used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", name);
    }
    return err_input(err, "%s: holds %llu %ss (%.300s); name the one to read '%s', or keep only it", h->path, (unsigned long long)info.nlinks, what, list, preferred);
}

/* ---- arrays ---- */

/* Elements of a dataset with this type on disk: no more than the file can hold, even if deflated. */
static int check_claim(const struct h5 *h, const char *name, uint64_t count, hid_t type, struct err *err)
{
    uint64_t size = H5Tget_size(type), most = h->size * INFLATE_MAX / (size ? size : 1);
    if (count <= most)
        return 0;
    return err_input(err, "%s: %s claims %llu elements, more than the file can hold; is it damaged?", h->path, name, (unsigned long long)count);
}

/* kind and size in memory for what stands on disk; the type to read it with, or -1. */
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

static int read_open_array(const struct h5 *h, hid_t set, const char *name, struct npy *a, struct err *err)
{
    hsize_t dim[H5S_MAX_RANK];
    hid_t type = H5Dget_type(set), space = H5Dget_space(set), memory = memory_type(type, a);
    int bad = 0, rank = H5Sget_simple_extent_ndims(space);
    a->count = 1;
    if (rank < 0 || rank > NPY_RANK_MAX || H5Sget_simple_extent_dims(space, dim, NULL) < 0)
        bad = err_input(err, "%s: %s has %d dimensions; at most %d are read", h->path, name, rank, NPY_RANK_MAX);
    else if (memory < 0)
        bad = err_input(err, "%s: %s does not hold numbers", h->path, name);
    a->rank = bad ? 0 : rank;
    for (int i = 0; i < a->rank && !bad; i++) {
        a->dim[i] = dim[i];
        bad = dim[i] && a->count > (UINT64_MAX >> 8) / dim[i] ? err_input(err, "%s: %s is larger than any file", h->path, name) : 0;
        a->count *= dim[i];
    }
    if (!bad && !check_claim(h, name, a->count, type, err)) {
        a->data = mem_new(a->count, a->size);
        bad = H5Dread(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, a->data) < 0;
        if (bad)
            err_input(err, "%s: %s cannot be read; is it damaged, or compressed with a filter HDF5 does not have here? (gzip is)", h->path, name);
    } else
        bad = -1;
    H5Sclose(space);
    H5Tclose(type);
    return bad ? -1 : 0;
}

static int read_array(const struct h5 *h, hid_t at, const char *name, struct npy *a, struct err *err)
{
    *a = (struct npy){.kind = 'u', .size = 1};
    hid_t set = is_there(at, name) ? H5Dopen2(at, name, H5P_DEFAULT) : -1;
    if (set < 0)
        return err_input(err, "%s: no dataset '%s'", h->path, name);
    int bad = read_open_array(h, set, name, a, err);
    H5Dclose(set);
    if (bad)
        npy_free(a);
    return bad;
}

int h5_labels(const char *path, struct npy *a, struct err *err)
{
    struct h5 h;
    if (open_file(&h, path, err))
        return -1;
    int bad = read_array(&h, h.file, "labels", a, err);
    close_file(&h);
    return bad;
}

/* ---- times to steps ---- */

/* The step of a time in seconds: begins on its edge, or (ends) ends on it, the first step then holding time 0 too. */
static int64_t step_of(double time, double dt, int ends)
{
    double steps = time / dt, edge = nearbyint(steps);
    if (!(fabs(steps) < STEP_HUGE))
        return time < 0 ? -1 : (int64_t)STEP_HUGE;
    if (fabs(steps - edge) <= EDGE * (fabs(steps) > 1 ? fabs(steps) : 1))
        return (int64_t)edge - (ends && edge > 0);
    return (int64_t)floor(steps);
}

static int need_dt(const struct h5 *h, const struct event_options *options, struct err *err)
{
    if (options->dt > 0 && isfinite(options->dt))
        return 0;
    return err_input(err, "%s: its times are seconds, and the length of a step is not known: --dt SECONDS, for example --dt 0.001", h->path);
}

/* Adds one spike; place says which it is. */
static int add_spike(const struct h5 *h, struct gather *g, const char *place, uint64_t sample, double time, int ends, int64_t neuron, double value,
                     struct err *err)
{
    if (!isfinite(time))
        return err_input(err, "%s: %s: the time is %s", h->path, place, isnan(time) ? "NaN, not a number" : "infinite");
    if (!gather_add(g, (int64_t)sample, step_of(time, g->options->dt, ends), neuron, value, err))
        return 0;
    return err_context(err, "%s: %s, %.9g s in steps of %.9g s", h->path, place, time, g->options->dt);
}

static struct events *finish(const struct h5 *h, struct gather *g, const char *axes, struct err *err)
{
    struct events *e = NULL;
    if (gather_finish(g, &e, err)) {
        err_context(err, "%s", h->path);
        return NULL;
    }
    events_complete(e, axes);
    if (g->twice == TWICE_ONCE && g->merged)
        fidelity_add(&e->fidelity, FIDELITY_NOTE, "", "%llu spikes came in a step in which their neuron had spiked already: each step counts once",
                     (unsigned long long)g->merged);
    return e;
}

/* ---- SHD ---- */

struct lists { hid_t set, space, memory, transfer; uint64_t count; };     /* one list of numbers per sample */

/* HDF5 asks here for the memory of a list; more than the file could fill is refused, and the read fails. */
static void *bounded(size_t size, void *most)
{
    return size <= *(const uint64_t *)most ? malloc(size ? size : 1) : NULL;
}

static void unbounded(void *memory, void *most)
{
    (void)most;
    free(memory);
}

static void close_lists(struct lists *l)
{
    if (l->set >= 0)
        H5Dclose(l->set);
    if (l->space >= 0)
        H5Sclose(l->space);
    if (l->memory >= 0)
        H5Tclose(l->memory);
    if (l->transfer >= 0)
        H5Pclose(l->transfer);
}

static int open_lists(const struct h5 *h, const char *name, hid_t element, uint64_t *most, struct lists *l, struct err *err)
{
    hsize_t count = 0;
    l->set = H5Dopen2(h->file, name, H5P_DEFAULT);
    if (l->set < 0)
        return err_input(err, "%s: no dataset '%s'", h->path, name);
    hid_t type = H5Dget_type(l->set);
    l->space = H5Dget_space(l->set);
    l->memory = H5Tvlen_create(element);
    l->transfer = H5Pcreate(H5P_DATASET_XFER);
    H5Pset_vlen_mem_manager(l->transfer, bounded, most, unbounded, most);
    int bad = 0;
    if (H5Tget_class(type) != H5T_VLEN || H5Sget_simple_extent_ndims(l->space) != 1 || H5Sget_simple_extent_dims(l->space, &count, NULL) < 0)
        bad = err_input(err, "%s: %s is not one list of numbers per sample, as in SHD", h->path, name);
    l->count = count;
    bad = bad ? bad : check_claim(h, name, count, type, err);
    H5Tclose(type);
    return bad;
}

static int read_list(const struct lists *l, uint64_t i, hvl_t *list)
{
    hsize_t start = i, one = 1;
    *list = (hvl_t){0};
    hid_t space = H5Screate_simple(1, &one, NULL);
    int bad = H5Sselect_hyperslab(l->space, H5S_SELECT_SET, &start, NULL, &one, NULL) < 0 || H5Dread(l->set, l->memory, space, l->space, l->transfer, list) < 0;
    H5Sclose(space);
    return bad ? -1 : 0;
}

static int add_sample(const struct h5 *h, struct gather *g, uint64_t sample, const hvl_t *times, const hvl_t *units, struct err *err)
{
    char place[80];
    if (times->len != units->len)
        return err_input(err, "%s: sample %llu has %zu times and %zu units; was the file written completely?", h->path, (unsigned long long)sample, times->len,
                         units->len);
    for (size_t i = 0; i < times->len; i++) {
        snprintf(place, sizeof place, "spikes of sample %llu, number %zu", (unsigned long long)sample, i);
        if (add_spike(h, g, place, sample, ((const double *)times->p)[i], 0, ((const int64_t *)units->p)[i], 1, err))
            return -1;
    }
    return 0;
}

static int read_samples(const struct h5 *h, const struct lists *times, const struct lists *units, struct gather *g, struct err *err)
{
    int bad = 0;
    for (uint64_t s = 0; s < times->count && !bad; s++) {
        hvl_t time, unit = {0};
        if (read_list(times, s, &time) || read_list(units, s, &unit))
            bad = err_input(err, "%s: the spikes of sample %llu cannot be read; is the file damaged?", h->path, (unsigned long long)s);
        else
            bad = add_sample(h, g, s, &time, &unit, err);
        free(time.p);
        free(unit.p);
    }
    return bad;
}

static struct events *read_shd(const struct h5 *h, const struct event_options *options, struct err *err)
{
    struct lists times = {-1, -1, -1, -1, 0}, units = times;
    struct gather g = {.proven = 1, .twice = TWICE_ONCE};
    struct events *e = NULL;
    uint64_t most = 16 * h->size;       /* a list on disk takes an eighth of its memory at least */
    char axes[100];
    if (need_dt(h, options, err) || gather_begin(&g, options, err) || open_lists(h, "spikes/times", H5T_NATIVE_DOUBLE, &most, &times, err) ||
        open_lists(h, "spikes/units", H5T_NATIVE_INT64, &most, &units, err))
        goto done;
    if (times.count != units.count || !times.count || times.count >= UINT32_MAX) {
        err_input(err, "%s: %llu samples in spikes/times, %llu in spikes/units", h->path, (unsigned long long)times.count, (unsigned long long)units.count);
        goto done;
    }
    g.samples = (uint32_t)times.count;
    snprintf(axes, sizeof axes, "SHD times in steps of %.6g s, once per unit and step", options->dt);
    if (!read_samples(h, &times, &units, &g, err))
        e = finish(h, &g, axes, err);
done:
    close_lists(&times);
    close_lists(&units);
    gather_drop(&g);
    return e;
}

/* ---- NIRData ---- */

struct event_data { struct npy index, time, value; int valued; };

static void drop_event_data(struct event_data *d)
{
    npy_free(&d->index);
    npy_free(&d->time);
    npy_free(&d->value);
}

static int same_shape(const struct npy *a, const struct npy *b)
{
    return a->rank == 2 && b->rank == 2 && a->dim[0] == b->dim[0] && a->dim[1] == b->dim[1];
}

static int read_event_data(const struct h5 *h, hid_t at, struct event_data *d, struct err *err)
{
    char text[180];
    if (read_array(h, at, "idx", &d->index, err) || read_array(h, at, "time", &d->time, err) || (d->valued && read_array(h, at, "value", &d->value, err)))
        return -1;
    if (!same_shape(&d->index, &d->time) || (d->valued && !same_shape(&d->index, &d->value)) || !d->index.dim[0] || d->index.dim[0] >= UINT32_MAX)
        return err_input(err, "%s: idx, time and value must all be (samples, events); idx is %s", h->path, npy_shape_text(&d->index, text));
    return 0;
}

/* An event written at the end of its step (as nir's own conversion from TimeGriddedData does) is told from one written at its
 * beginning by time 0, which only the second has. Values are never written at the end. */
static int times_end_steps(const struct event_data *d, double dt)
{
    for (uint64_t i = 0; i < d->time.count; i++)
        if (fabs(npy_number(&d->time, i)) <= EDGE * dt)
            return 0;
    return !d->valued;
}

static int add_event_data(const struct h5 *h, const struct event_data *d, struct gather *g, struct err *err)
{
    int ends = times_end_steps(d, g->options->dt);
    uint64_t width = d->index.dim[1];
    char place[80];
    for (uint64_t i = 0; i < d->index.count; i++) {
        int64_t neuron;
        snprintf(place, sizeof place, "sample %llu, event %llu", (unsigned long long)(i / width), (unsigned long long)(i % width));
        if (npy_integer(&d->index, i, &neuron))
            return err_input(err, "%s: %s: idx is not a whole number", h->path, place);
        if (neuron != -1 && add_spike(h, g, place, i / width, npy_number(&d->time, i), ends, neuron, d->valued ? npy_number(&d->value, i) : 1, err))
            return -1;
    }
    return 0;
}

/* n_neurons and t_max, where the file has them; numbers that no run can have count as absent or are refused by gather_begin. */
static void state(struct gather *g, double neurons, double end, double dt)
{
    double steps = nearbyint(end / dt);
    g->neurons = neurons >= 1 && neurons < UINT32_MAX ? (uint32_t)neurons : 0;
    g->steps = steps >= 1 ? steps < UINT32_MAX ? (uint32_t)steps : UINT32_MAX : 0;
}

static struct events *read_listed(const struct h5 *h, hid_t at, int valued, const struct event_options *options, struct err *err)
{
    struct event_data d = {.valued = valued};
    struct gather g = {.proven = 1, .twice = valued ? TWICE_ADD : TWICE_ONCE};
    struct events *e = NULL;
    char axes[100];
    if (need_dt(h, options, err))
        return NULL;
    state(&g, attribute_number(at, "n_neurons"), attribute_number(at, "t_max"), options->dt);
    snprintf(axes, sizeof axes, "NIRData %s in steps of %.6g s", valued ? "ValuedEventData" : "EventData", options->dt);
    if (gather_begin(&g, options, err))
        err_context(err, "%s", h->path);
    else if (!read_event_data(h, at, &d, err)) {
        g.samples = (uint32_t)d.index.dim[0];
        if (!add_event_data(h, &d, &g, err))
            e = finish(h, &g, axes, err);
    }
    drop_event_data(&d);
    gather_drop(&g);
    return e;
}

static struct events *read_gridded(const struct h5 *h, hid_t at, const struct event_options *options, struct err *err)
{
    struct npy data;
    if (read_array(h, at, "data", &data, err))
        return NULL;
    double dt = attribute_number(at, "dt");
    struct events *e = events_from_array(&data, h->path, options, err);
    npy_free(&data);
    if (e && dt > 0 && options->dt > 0 && fabs(dt - options->dt) > EDGE * dt)
        fidelity_add(&e->fidelity, FIDELITY_WARNING, "", "the input's steps last %.6g s, the network's %.6g s: they are taken as the same steps", dt, options->dt);
    return e;
}

static struct events *read_observable(const struct h5 *h, hid_t at, const struct event_options *options, struct err *err)
{
    char type[NAME_SIZE];
    attribute_text(at, "__type__", type);
    if (!strcmp(type, "TimeGriddedData"))
        return read_gridded(h, at, options, err);
    if (!strcmp(type, "EventData") || !strcmp(type, "ValuedEventData"))
        return read_listed(h, at, *type == 'V', options, err);
    err_input(err, "%s: unknown NIRData type '%.60s'; EventData, ValuedEventData and TimeGriddedData are read", h->path, type);
    return NULL;
}

/* nodes/NODE/observables/NAME: node "input" and observable "spikes" where there are several. */
static struct events *read_nirdata(const struct h5 *h, const struct event_options *options, struct err *err)
{
    char node[NAME_SIZE], name[NAME_SIZE], path[2 * NAME_SIZE + 40];
    hid_t nodes = H5Gopen2(h->file, "nodes", H5P_DEFAULT), group = -1, at = -1;
    struct events *e = NULL;
    if (nodes < 0)
        err_input(err, "%s: NIRData without the group 'nodes'", h->path);
    else if (!choose_child(h, nodes, "node", "input", node, err)) {
        snprintf(path, sizeof path, "%s/observables", node);
        group = H5Gopen2(nodes, path, H5P_DEFAULT);
        if (group < 0)
            err_input(err, "%s: node '%s' has no observables", h->path, node);
        else if (!choose_child(h, group, "observable", "spikes", name, err)) {
            at = H5Gopen2(group, name, H5P_DEFAULT);
            if (at < 0)
                err_input(err, "%s: nodes/%s/%s is not a group", h->path, path, name);
            else
                e = read_observable(h, at, options, err);
        }
    }
    if (at >= 0)
        H5Gclose(at);
    if (group >= 0)
        H5Gclose(group);
    if (nodes >= 0)
        H5Gclose(nodes);
    return e;
}

struct events *events_read_h5(const char *path, const struct event_options *options, struct err *err)
{
    struct h5 h;
    char type[NAME_SIZE];
    struct events *e = NULL;
    if (open_file(&h, path, err))
        return NULL;
    attribute_text(h.file, "__type__", type);
    if (!strcmp(type, "NIRGraphData"))
        e = read_nirdata(&h, options, err);
    else if (is_there(h.file, "spikes") && is_there(h.file, "spikes/times") && is_there(h.file, "spikes/units"))
        e = read_shd(&h, options, err);
    else if (is_there(h.file, "node"))
        err_input(err, "%s: is a network (NIR), not its input; give events as CSV, .npy, .spk or HDF5 (SHD, NIRData)", path);
    else
        err_input(err, "%s: HDF5, but neither SHD (spikes/times, spikes/units) nor NIRData; save it as .npy or CSV", path);
    close_file(&h);
    return e;
}
