/* SHD: spikes/times and spikes/units, one list per sample, times in seconds. Sent: the number of lists of each, then per sample the
 * length and the numbers of either list. SHD's 100 million spikes are never in memory twice. */
#include <stdlib.h>

#include "import/events_h5.h"

struct lists { hid_t set, space, memory, transfer; uint64_t count; };     /* one list of numbers per sample */

/* HDF5 asks here for the memory of a list; more than the file could fill is refused, and the read fails. */
static void *bounded(size_t size, void *most)
{
    return size <= *(const uint64_t *)most ? malloc(size ? size : 1) : NULL;
}

/* The counterpart of bounded. */
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
    bad = bad ? bad : h5_claim(h, name, count, type, err);
    H5Tclose(type);
    return bad;
}

/* The numbers of one sample; the caller frees list->p, also after a failure. */
static int read_list(const struct lists *l, uint64_t i, hvl_t *list)
{
    hsize_t start = i, one = 1;
    *list = (hvl_t){0};
    hid_t space = H5Screate_simple(1, &one, NULL);
    int bad = H5Sselect_hyperslab(l->space, H5S_SELECT_SET, &start, NULL, &one, NULL) < 0 || H5Dread(l->set, l->memory, space, l->space, l->transfer, list) < 0;
    H5Sclose(space);
    return bad ? -1 : 0;
}

static void put_list(struct apart_out *out, const hvl_t *list)
{
    apart_put_number(out, list->len);
    apart_put(out, list->p, list->len * 8);     /* double or int64_t */
}

/* Both lists of a sample go before the next is read; a failure in the middle reaches the parent in place of the rest. */
static int send_samples(const struct h5 *h, const struct lists *times, const struct lists *units, struct apart_out *out, struct err *err)
{
    int bad = 0;
    for (uint64_t s = 0; s < times->count && !bad; s++) {
        hvl_t time, unit = {0};
        if (read_list(times, s, &time) || read_list(units, s, &unit)) {
            bad = err_input(err, "%s: the spikes of sample %llu cannot be read; is the file damaged?", h->path, (unsigned long long)s);
        } else {
            put_list(out, &time);
            put_list(out, &unit);
        }
        free(time.p);
        free(unit.p);
    }
    return bad;
}

/* Unequal numbers of lists are the parent's to report: it has both. */
int h5_send_shd(const struct h5 *h, struct apart_out *out, struct err *err)
{
    struct lists times = {-1, -1, -1, -1, 0}, units = times;
    uint64_t most = 16 * h->size;       /* a list on disk takes an eighth of its memory at least */
    int bad = open_lists(h, "spikes/times", H5T_NATIVE_DOUBLE, &most, &times, err) || open_lists(h, "spikes/units", H5T_NATIVE_INT64, &most, &units, err);
    if (!bad) {
        apart_put_number(out, times.count);
        apart_put_number(out, units.count);
        bad = times.count == units.count && send_samples(h, &times, &units, out, err);
    }
    close_lists(&times);
    close_lists(&units);
    return bad ? -1 : 0;
}

/* ---- in the parent ---- */

struct sample { uint64_t n_times, n_units; double *time; int64_t *unit; };

/* The caller frees time and unit, also after -1. */
static int take_sample(struct apart_in *in, struct sample *s)
{
    void *time = NULL, *unit = NULL;
    *s = (struct sample){0};
    int bad = apart_get_number(in, UINT64_MAX, &s->n_times) || apart_get_array(in, s->n_times, sizeof *s->time, &time) ||
              apart_get_number(in, UINT64_MAX, &s->n_units) || apart_get_array(in, s->n_units, sizeof *s->unit, &unit);
    s->time = time;
    s->unit = unit;
    return bad ? -1 : 0;
}

/* Times need not be in order: gather sorts them. */
static int add_sample(const char *path, struct gather *g, uint64_t sample, const struct sample *s, struct err *err)
{
    char place[80];
    if (s->n_times != s->n_units)
        return err_input(err, "%s: sample %llu has %llu times and %llu units; was the file written completely?", path, (unsigned long long)sample,
                         (unsigned long long)s->n_times, (unsigned long long)s->n_units);
    for (uint64_t i = 0; i < s->n_times; i++) {
        snprintf(place, sizeof place, "spikes of sample %llu, number %llu", (unsigned long long)sample, (unsigned long long)i);
        if (h5_spike(path, g, place, sample, s->time[i], 0, s->unit[i], 1, err))
            return -1;
    }
    return 0;
}

static int take_samples(const char *path, struct apart_in *in, struct gather *g, struct err *err)
{
    int bad = 0;
    for (uint64_t i = 0; i < g->samples && !bad; i++) {
        struct sample s;
        bad = take_sample(in, &s) || add_sample(path, g, i, &s, err);
        free(s.time);
        free(s.unit);
    }
    return bad;
}

/* Proven: each sample is two lists that were sent, so a sample number needs no other limit. */
struct events *h5_take_shd(const char *path, struct apart_in *in, const struct event_options *options, struct err *err)
{
    struct gather g = {.proven = 1, .twice = TWICE_ONCE};
    struct events *e = NULL;
    uint64_t times, units;
    char axes[100];
    if (h5_need_dt(path, options, err) || gather_begin(&g, options, err) || apart_get_number(in, UINT64_MAX, &times) ||
        apart_get_number(in, UINT64_MAX, &units))
        return NULL;
    if (times != units || !times || times >= UINT32_MAX) {
        err_input(err, "%s: %llu samples in spikes/times, %llu in spikes/units", path, (unsigned long long)times, (unsigned long long)units);
        return NULL;
    }
    g.samples = (uint32_t)times;
    snprintf(axes, sizeof axes, "SHD times in steps of %.6g s, once per unit and step", options->dt);
    if (!take_samples(path, in, &g, err))
        e = h5_finish(path, &g, axes, err);
    gather_drop(&g);
    return e;
}
