/* NIRData: nodes/NODE/observables/NAME, each EventData, ValuedEventData (times in seconds) or TimeGriddedData (an array).
 * Sent: the type, two doubles, and the arrays: n_neurons, t_max, idx, time (and value); or dt, nothing, data. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "import/events_h5.h"

enum { GRIDDED, LISTED, VALUED };

/* ---- in the child ---- */

/* The child of a group to read: the only one, or the preferred one. */
static int choose_child(const struct h5 *h, hid_t group, const char *what, const char *preferred, char to[H5_NAME], struct err *err)
{
    H5G_info_t info;
    char list[400] = "", name[H5_NAME];
    size_t used = 0;
    if (H5Gget_info(group, &info) < 0 || !info.nlinks)
        return err_input(err, "%s: NIRData without any %s", h->path, what);
    for (hsize_t i = 0; i < info.nlinks; i++) {
        if (H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT) < 0)
            return err_input(err, "%s: a name of a %s cannot be read", h->path, what);
        snprintf(to, H5_NAME, "%s", name);
        if (info.nlinks == 1 || !strcasecmp(name, preferred))
            return 0;
        if (used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", name);
    }
    return err_input(err, "%s: holds %llu %ss (%.300s); name the one to read '%s', or keep only it", h->path, (unsigned long long)info.nlinks, what, list,
                     preferred);
}

/* In this order; take_event_data and take_gridded read it. */
static int send_arrays(const struct h5 *h, hid_t at, int type, struct apart_out *out, struct err *err)
{
    if (type == GRIDDED)
        return h5_send_array(h, at, "data", out, err);
    return h5_send_array(h, at, "idx", out, err) || h5_send_array(h, at, "time", out, err) || (type == VALUED && h5_send_array(h, at, "value", out, err));
}

/* n_neurons and t_max are attributes and may be absent (-1). */
static int send_observable(const struct h5 *h, hid_t at, struct apart_out *out, struct err *err)
{
    static const char *const name[] = {[GRIDDED] = "TimeGriddedData", [LISTED] = "EventData", [VALUED] = "ValuedEventData"};
    char word[H5_NAME];
    int type = GRIDDED;
    h5_text(at, "__type__", word);
    while (type <= VALUED && strcmp(word, name[type]) != 0)
        type++;
    if (type > VALUED)
        return err_input(err, "%s: unknown NIRData type '%.60s'; EventData, ValuedEventData and TimeGriddedData are read", h->path, word);
    double about[2] = {h5_number(at, type == GRIDDED ? "dt" : "n_neurons"), type == GRIDDED ? 0 : h5_number(at, "t_max")};
    apart_put_number(out, (uint64_t)type);
    apart_put(out, about, sizeof about);
    return send_arrays(h, at, type, out, err) ? -1 : 0;
}

/* nodes/NODE/observables/NAME: node "input" and observable "spikes" where there are several. What is open ends with the process. */
int h5_send_nirdata(const struct h5 *h, struct apart_out *out, struct err *err)
{
    char node[H5_NAME], name[H5_NAME], path[2 * H5_NAME + 40];
    hid_t nodes = H5Gopen2(h->file, "nodes", H5P_DEFAULT);
    if (nodes < 0)
        return err_input(err, "%s: NIRData without the group 'nodes'", h->path);
    if (choose_child(h, nodes, "node", "input", node, err))
        return -1;
    snprintf(path, sizeof path, "%s/observables", node);
    hid_t group = H5Gopen2(nodes, path, H5P_DEFAULT);
    if (group < 0)
        return err_input(err, "%s: node '%s' has no observables", h->path, node);
    if (choose_child(h, group, "observable", "spikes", name, err))
        return -1;
    hid_t at = H5Gopen2(group, name, H5P_DEFAULT);
    return at < 0 ? err_input(err, "%s: nodes/%s/%s is not a group", h->path, path, name) : send_observable(h, at, out, err);
}

/* ---- in the parent ---- */

struct event_data { struct npy index, time, value; int valued; };

/* Arrays that were never taken are empty. */
static void drop_event_data(struct event_data *d)
{
    npy_free(&d->index);
    npy_free(&d->time);
    npy_free(&d->value);
}

/* (samples, events) each. */
static int same_shape(const struct npy *a, const struct npy *b)
{
    return a->rank == 2 && b->rank == 2 && a->dim[0] == b->dim[0] && a->dim[1] == b->dim[1];
}

/* idx and time, and value where there are values: three arrays of one shape, padded with -1 and infinity. */
static int take_event_data(const char *path, struct apart_in *in, struct event_data *d, struct err *err)
{
    char text[180];
    if (h5_take_array(in, &d->index) || h5_take_array(in, &d->time) || (d->valued && h5_take_array(in, &d->value)))
        return -1;
    if (!same_shape(&d->index, &d->time) || (d->valued && !same_shape(&d->index, &d->value)) || !d->index.dim[0] || d->index.dim[0] >= UINT32_MAX)
        return err_input(err, "%s: idx, time and value must all be (samples, events); idx is %s", path, npy_shape_text(&d->index, text));
    return 0;
}

/* An event written at the end of its step (as nir's own conversion from TimeGriddedData does) is told from one written at its
 * beginning by time 0, which only the second has. Values are never written at the end. */
static int times_end_steps(const struct event_data *d, double dt)
{
    for (uint64_t i = 0; i < d->time.count; i++)
        if (fabs(npy_number(&d->time, i)) <= H5_EDGE * dt)
            return 0;
    return !d->valued;
}

/* idx -1 is padding: samples have different numbers of events. */
static int add_event_data(const char *path, const struct event_data *d, struct gather *g, struct err *err)
{
    int ends = times_end_steps(d, g->options->dt);
    uint64_t width = d->index.dim[1];
    char place[80];
    for (uint64_t i = 0; i < d->index.count; i++) {
        int64_t neuron;
        snprintf(place, sizeof place, "sample %llu, event %llu", (unsigned long long)(i / width), (unsigned long long)(i % width));
        if (npy_integer(&d->index, i, &neuron))
            return err_input(err, "%s: %s: idx is not a whole number", path, place);
        if (neuron != -1 && h5_spike(path, g, place, i / width, npy_number(&d->time, i), ends, neuron, d->valued ? npy_number(&d->value, i) : 1, err))
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

/* about: n_neurons and t_max. */
static struct events *take_listed(const char *path, struct apart_in *in, const double about[2], int valued, const struct event_options *options,
                                  struct err *err)
{
    struct event_data d = {.valued = valued};
    struct gather g = {.proven = 1, .twice = valued ? TWICE_ADD : TWICE_ONCE};
    struct events *e = NULL;
    char axes[100];
    if (h5_need_dt(path, options, err))
        return NULL;
    state(&g, about[0], about[1], options->dt);
    snprintf(axes, sizeof axes, "NIRData %s in steps of %.6g s", valued ? "ValuedEventData" : "EventData", options->dt);
    if (gather_begin(&g, options, err))
        err_context(err, "%s", path);
    else if (!take_event_data(path, in, &d, err)) {
        g.samples = (uint32_t)d.index.dim[0];
        if (!add_event_data(path, &d, &g, err))
            e = h5_finish(path, &g, axes, err);
    }
    drop_event_data(&d);
    gather_drop(&g);
    return e;
}

/* The file's dt is told to the user where it is not the network's; the steps are the same steps. */
static struct events *take_gridded(const char *path, struct apart_in *in, double dt, const struct event_options *options, struct err *err)
{
    struct npy data;
    if (h5_take_array(in, &data)) {
        npy_free(&data);
        return NULL;
    }
    struct events *e = events_from_array(&data, path, options, err);
    npy_free(&data);
    if (e && dt > 0 && options->dt > 0 && fabs(dt - options->dt) > H5_EDGE * dt)
        fidelity_add(&e->fidelity, FIDELITY_WARNING, "", "the input's steps last %.6g s, the network's %.6g s: they are taken as the same steps", dt,
                     options->dt);
    return e;
}

struct events *h5_take_nirdata(const char *path, struct apart_in *in, const struct event_options *options, struct err *err)
{
    uint64_t type;
    double about[2];
    if (apart_get_number(in, VALUED, &type) || apart_get(in, about, sizeof about))
        return NULL;
    return type == GRIDDED ? take_gridded(path, in, about[0], options, err) : take_listed(path, in, about, type == VALUED, options, err);
}
