/* Event files as arrays: .npy of any shape and type, and HDF5. */
#include <hdf5.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "events_folder.h"
#include "import/events.h"
#include "import/npy.h"
#include "kit.h"

static const struct event_options FOUR = {.shape = {1, {4}}, .network_steps = 3};

/* ---- arrays ---- */

static void array_layouts(void)
{
    static const uint8_t data[2 * 3 * 4] = {0, 1, 0, 0, /**/ 0, 0, 0, 1, /**/ 0, 0, 0, 0, /**/ 1, 0, 0, 0, /**/ 0, 0, 0, 0, /**/ 0, 0, 1, 1};
    uint8_t turned[sizeof data];
    struct event_options square = {.shape = {3, {1, 2, 2}}, .network_steps = 3}, other = FOUR;
    struct events *e = read_or_fail(array("2,3,4", 'u', 1, data), &FOUR), *f;
    static const struct event wanted[] = {{0, 1}, {1, 3}, {0, 0}, {2, 2}, {2, 3}};
    CU_ASSERT(e->samples == 2 && e->steps == 3 && e->count == 5 && !memcmp(e->event, wanted, sizeof wanted) && e->first[1] == 2);
    static const char *const shape[] = {"2,3,4", "2,3,1,2,2", "2,3,2,2", "2,3,2,2,1"};
    for (int i = 0; i < 4; i++) {
        f = read_or_fail(array(shape[i], 'u', 1, data), &square);
        CU_ASSERT(same(e, f, 2));
        events_free(f);
    }
    f = read_or_fail(array("2,3,2,2", 'u', 1, data), &FOUR);
    CU_ASSERT(same(e, f, 2));
    events_free(f);
    for (int n = 0; n < 2; n++)
        for (int t = 0; t < 3; t++)
            memcpy(turned + 4 * (2 * t + n), data + 4 * (3 * n + t), 4);
    other.time_first = 1;
    f = read_or_fail(array("3,2,4", 'u', 1, turned), &other);
    CU_ASSERT(same(e, f, 2) && f->samples == 2 && f->steps == 3);
    CU_ASSERT_STRING_EQUAL(f->how, "(step, sample, neuron), 0/1");
    events_free(f);
    refused(array("3,2,4", 'u', 1, turned), &FOUR, "x.npy: shape (3, 2, 4) with 3 steps", "--layout TN");
    other.time_first = -1;
    f = read_or_fail(array("3,2,4", 'u', 1, turned), &other);
    CU_ASSERT(f->samples == 3 && f->steps == 2 && has_line(f, FIDELITY_NOTE, "2 steps"));
    events_free(f);
    other = (struct event_options){.shape = {1, {4}}, .labels = 2};
    refused(array("3,2,4", 'u', 1, turned), &other, "2 labels looks like time first", "--layout TN");
    events_free(e);
}

static void array_types(void)
{
    const double f8[8] = {0, 0.5, 0, 1, 0, 0, -2, 0};
    const float f4[8] = {0, 0.5f, 0, 1, 0, 0, -2, 0};
    const int64_t i8[8] = {0, 1, 0, 1, 0, 0, 1, 0};
    const uint16_t half[8] = {0, 0x3800, 0, 0x3c00, 0, 0, 0xc000, 0};
    struct event_options options = {.shape = {1, {2}}};
    struct events *e = read_or_fail(array("2,2,2", 'f', 8, f8), &options), *f = read_or_fail(array("2,2,2", 'f', 4, f4), &options);
    CU_ASSERT(e->count == 3 && same(e, f, 2));
    events_free(f);
    f = read_or_fail(array("2,2,2", 'f', 2, half), &options);
    CU_ASSERT(same(e, f, 2));
    events_free(f);
    f = read_or_fail(array("2,2,2", 'i', 8, i8), &options);
    CU_ASSERT(f->count == 3 && !f->value);
    events_free(f);
    f = read_or_fail(array("2,2,2", 'b', 1, "\0\1\0\1\0\0\1\0"), &options);
    CU_ASSERT(f->count == 3 && !f->value);
    events_free(f);
    events_free(e);
}

static void array_static(void)
{
    const float data[8] = {0, 0.5f, 0, 1, 0.25f, 0, 0, 0};
    struct event_options options = FOUR;
    refused(array("2,4", 'f', 4, data), &FOUR, "can be read in two ways", "--steps N");
    options.steps = 5;
    struct events *e = read_or_fail(array("2,4", 'f', 4, data), &options);
    CU_ASSERT(e->samples == 2 && e->steps == 5 && e->count == 15 && e->first[1] == 10);
    for (uint32_t t = 0; t < 5; t++)
        CU_ASSERT(e->event[2 * t].step == t && e->event[2 * t].neuron == 1 && e->value[2 * t] == 0.5f && e->value[2 * t + 1] == 1 &&
                  e->event[10 + t].step == t);
    CU_ASSERT_STRING_EQUAL(e->how, "(sample, neuron), the same in each step, values 0.25 to 1");
    events_free(e);
    options = (struct event_options){.shape = {3, {1, 2, 2}}, .steps = 2};
    e = read_or_fail(array("2,1,2,2", 'f', 4, data), &options);
    CU_ASSERT(e->samples == 2 && e->steps == 2 && e->count == 6);
    events_free(e);
    e = read_or_fail(array("2,2", 'f', 4, data), &options);
    CU_ASSERT(e->samples == 1 && e->count == 4);
    events_free(e);
    options = (struct event_options){.shape = {1, {4}}, .network_steps = 3, .labels = 2};
    e = read_or_fail(array("2,4", 'f', 4, data), &options);
    CU_ASSERT(e->samples == 2 && e->steps == 3);
    events_free(e);
}

static void array_single(void)
{
    const uint8_t data[12] = {0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0};
    struct event_options options = {.shape = {1, {4}}, .steps = 3};
    struct events *e = read_or_fail(array("3,4", 'u', 1, data), &FOUR);
    CU_ASSERT(e->samples == 1 && e->steps == 3 && e->count == 3);
    CU_ASSERT_STRING_EQUAL(e->how, "(step, neuron), one sample, 0/1");
    events_free(e);
    e = read_or_fail(array("3,4", 'u', 1, data), &options);
    CU_ASSERT(e->samples == 3 && e->count == 9 && has_line(e, FIDELITY_WARNING, "array[None]"));
    events_free(e);
    options.labels = 1;
    e = read_or_fail(array("3,4", 'u', 1, data), &options);
    CU_ASSERT(e->samples == 1 && e->steps == 3);
    events_free(e);
}

static void array_steps(void)
{
    const uint8_t data[12] = {0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0};
    struct event_options options = {.shape = {1, {4}}, .network_steps = 3, .steps = 2};
    struct events *e = read_or_fail(array("1,3,4", 'u', 1, data), &options);
    CU_ASSERT(e->steps == 2 && e->count == 2 && has_line(e, FIDELITY_NOTE, "the first 2 are run"));
    events_free(e);
    options.steps = 9;
    e = read_or_fail(array("1,3,4", 'u', 1, data), &options);
    CU_ASSERT(e->steps == 9 && e->count == 3 && has_line(e, FIDELITY_NOTE, "no input in the last 6"));
    events_free(e);
}

static void array_refusals(void)
{
    float data[12] = {0};
    uint8_t image[4] = {0, 255, 17, 3};
    struct event_options options = {.shape = {3, {3, 2, 2}}}, one = {.shape = {1, {4}}, .steps = 3}, alone = {0};
    refused(array("1,3,3", 'f', 4, data), &FOUR, "x.npy: shape (1, 3, 3) does not fit the input layer (4) of 4 neurons", "samples, steps");
    refused(array("1,4,3", 'f', 4, data), &FOUR, "transpose(0, 2, 1)", "");
    refused(array("1,1,2,2,3", 'f', 4, data), &options, "does not fit the input layer (3, 2, 2)", "channels last");
    refused(array("0,3,4", 'f', 4, data), &FOUR, "the array is empty", "");
    refused(array("", 'f', 4, data), &FOUR, "shape ()", "");
    refused(array("3,1,4", 'f', 4, data), &(struct event_options){.shape = {1, {4}}, .steps = 9}, "has one step, and 9 are wanted", "");
    refused(array("3,1,2,2", 'f', 4, data), &(struct event_options){.steps = 9}, "does not say by itself", "");
    refused(array("12", 'f', 4, data), &alone, "does not say by itself", "");
    data[5] = NAN;
    refused(array("1,3,4", 'f', 4, data), &FOUR, "x.npy: sample 0, step 1, neuron 1 is NaN", "");
    refused(array("3,4", 'f', 4, data), &one, "x.npy: sample 1, neuron 1 is NaN", "");
    data[5] = -INFINITY;
    refused(array("1,3,4", 'f', 4, data), &FOUR, "infinite", "");
    struct events *e = read_or_fail(array("1,4", 'u', 1, image), &one);
    CU_ASSERT(e->count == 9 && has_line(e, FIDELITY_WARNING, "0..255 where 0..1 was trained? divide by 255"));
    events_free(e);
    memcpy(image, "\0\20\3\1", 4);
    e = read_or_fail(array("1,4", 'u', 1, image), &one);
    CU_ASSERT(has_line(e, FIDELITY_WARNING, "divide by 16"));
    events_free(e);
    memcpy(image, "\0\2\3\1", 4);
    e = read_or_fail(array("1,4", 'u', 1, image), &one);
    CU_ASSERT(!e->fidelity.count);
    events_free(e);
    memset(image, 0, 4);
    e = read_or_fail(array("1,4", 'u', 1, image), &one);
    CU_ASSERT(!e->count && !e->value && has_line(e, FIDELITY_WARNING, "no event"));
    events_free(e);
}

/* ---- HDF5 ---- */

static hid_t make_group(hid_t at, const char *name, const char *type)
{
    hid_t group = name ? H5Gcreate2(at, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT) : at;
    if (!type)
        return group;
    hid_t kind = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(kind, H5T_VARIABLE);
    hid_t attribute = H5Acreate2(group, "__type__", kind, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, kind, &type);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(kind);
    return group;
}

static void make_number(hid_t at, const char *name, double value)
{
    hid_t space = H5Screate(H5S_SCALAR), attribute = H5Acreate2(at, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value);
    H5Aclose(attribute);
    H5Sclose(space);
}

static void make_set(hid_t at, const char *name, hid_t type, int rank, const hsize_t *dim, const void *data)
{
    hid_t space = H5Screate_simple(rank, dim, NULL), set = H5Dcreate2(at, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    H5Dclose(set);
    H5Sclose(space);
}

static hid_t make_file(void)
{
    return H5Fcreate(scratch("x.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
}

static const char *make_shd(float *times[2], uint16_t *units[2], size_t n_times, size_t n_units)
{
    hid_t file = make_file(), group = make_group(file, "spikes", NULL), t = H5Tvlen_create(H5T_NATIVE_FLOAT), u = H5Tvlen_create(H5T_NATIVE_UINT16);
    hvl_t time[2] = {{n_times, times[0]}, {1, times[1]}}, unit[2] = {{n_units, units[0]}, {1, units[1]}};
    hsize_t two = 2;
    make_set(group, "times", t, 1, &two, time);
    make_set(group, "units", u, 1, &two, unit);
    make_set(file, "labels", H5T_NATIVE_UINT8, 1, &two, (uint8_t[]){7, 1});
    H5Tclose(t);
    H5Tclose(u);
    H5Gclose(group);
    H5Fclose(file);
    return scratch("x.h5");
}

static void shd(void)
{
    float one[4] = {0.0021f, 0.001f, 0.0024f, 0.0f}, two[1] = {0.0005f};
    uint16_t units[4] = {3, 1, 3, 2}, unit[1] = {0};
    struct event_options options = FOUR;
    const char *path = make_shd((float *[]){one, two}, (uint16_t *[]){units, unit}, 4, 4);
    refused(path, &FOUR, "--dt", "seconds");
    options.dt = 0.001;
    struct events *e = read_or_fail(path, &options);
    static const struct event wanted[] = {{0, 2}, {1, 1}, {2, 3}, {0, 0}};
    CU_ASSERT(e->samples == 2 && e->steps == 3 && e->count == 4 && e->first[1] == 3 && !e->value && !memcmp(e->event, wanted, sizeof wanted));
    CU_ASSERT_STRING_EQUAL(e->how, "SHD times in steps of 0.001 s, once per unit and step, 0/1");
    CU_ASSERT(has_line(e, FIDELITY_NOTE, "1 spikes came in a step"));
    events_free(e);
    uint32_t count;
    int64_t *label = labels_read(path, 2, 10, &count, &err);
    CU_ASSERT(label && count == 2 && label[0] == 7 && label[1] == 1);
    free(label);
    units[1] = 4;
    refused(make_shd((float *[]){one, two}, (uint16_t *[]){units, unit}, 4, 4), &options, "sample 0, number 1", "neuron 4 is outside");
    one[1] = NAN;
    refused(make_shd((float *[]){one, two}, (uint16_t *[]){units, unit}, 4, 4), &options, "NaN", "number 1");
    one[1] = 1e30f;
    refused(make_shd((float *[]){one, two}, (uint16_t *[]){units, unit}, 4, 4), &options, "is it a time?", "1.00000002e+30 s");
    refused(make_shd((float *[]){one, two}, (uint16_t *[]){units, unit}, 4, 3), &options, "4 times and 3 units", "sample 0");
}

/* observable: makes the group to read; node and a second node are there too. */
static hid_t make_nirdata(hid_t file, const char *type)
{
    make_group(file, NULL, "NIRGraphData");
    hid_t nodes = make_group(file, "nodes", NULL), lif = make_group(nodes, "lif", "NIRNodeData"), node = make_group(nodes, "input", "NIRNodeData");
    hid_t observables = make_group(node, "observables", NULL), at = make_group(observables, "spikes", type);
    H5Gclose(observables);
    H5Gclose(node);
    H5Gclose(lif);
    H5Gclose(nodes);
    return at;
}

static const char *make_events(const char *type, const double *time, const double *value)
{
    static const int64_t index[6] = {1, 3, -1, 0, 2, 3};
    const hsize_t dim[2] = {2, 3};
    hid_t file = make_file(), at = make_nirdata(file, type);
    make_set(at, "idx", H5T_NATIVE_INT64, 2, dim, index);
    make_set(at, "time", H5T_NATIVE_DOUBLE, 2, dim, time);
    if (value)
        make_set(at, "value", H5T_NATIVE_DOUBLE, 2, dim, value);
    make_number(at, "n_neurons", 4);
    make_number(at, "t_max", 0.003);
    H5Gclose(at);
    H5Fclose(file);
    return scratch("x.h5");
}

static void nirdata_events(void)
{
    const double ends[6] = {0.001, 0.003, INFINITY, 0.001, 0.003, 0.003}, begins[6] = {0, 0.002, INFINITY, 0, 0.002, 0.002}, value[6] = {.5, 1, 0, 1, 1, 2};
    struct event_options options = {.shape = {1, {4}}, .dt = 0.001};
    static const struct event wanted[] = {{0, 1}, {2, 3}, {0, 0}, {2, 2}, {2, 3}};
    refused(make_events("EventData", ends, NULL), &FOUR, "--dt", "");
    for (int i = 0; i < 2; i++) {
        struct events *e = read_or_fail(make_events("EventData", i ? begins : ends, NULL), &options);
        CU_ASSERT(e->samples == 2 && e->steps == 3 && e->neurons == 4 && e->count == 5 && !memcmp(e->event, wanted, sizeof wanted) && !e->value);
        events_free(e);
    }
    struct events *e = read_or_fail(make_events("ValuedEventData", begins, value), &options);
    CU_ASSERT(e->count == 5 && e->value && e->value[0] == .5f && e->value_max == 2 && !memcmp(e->event, wanted, sizeof wanted));
    events_free(e);
    options.shape.dim[0] = 5;
    refused(make_events("EventData", ends, NULL), &options, "for 4 neurons", "5");
    options.shape.dim[0] = 4;
    refused(make_events("Eventful", ends, NULL), &options, "unknown NIRData type 'Eventful'", "");
    refused(make_events("ValuedEventData", begins, NULL), &options, "no dataset 'value'", "");
}

static void nirdata_grid(void)
{
    static const uint8_t data[24] = {0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1};
    const hsize_t dim[3] = {2, 3, 4};
    struct event_options options = FOUR;
    hid_t file = make_file(), at = make_nirdata(file, "TimeGriddedData"), boolean = H5Tenum_create(H5T_NATIVE_INT8);
    H5Tenum_insert(boolean, "FALSE", (int8_t[]){0});
    H5Tenum_insert(boolean, "TRUE", (int8_t[]){1});
    make_set(at, "data", boolean, 3, dim, data);
    make_number(at, "dt", 0.002);
    H5Tclose(boolean);
    H5Gclose(at);
    H5Fclose(file);
    struct events *e = read_or_fail(scratch("x.h5"), &options);
    CU_ASSERT(e->samples == 2 && e->steps == 3 && e->count == 5 && !e->value && e->event[1].step == 2 && e->event[1].neuron == 3);
    events_free(e);
    options.dt = 0.001;
    e = read_or_fail(scratch("x.h5"), &options);
    CU_ASSERT(has_line(e, FIDELITY_WARNING, "0.002"));
    events_free(e);
}

static void h5_refusals(void)
{
    char path[300];
    hid_t file = make_file();
    H5Fclose(file);
    refused(scratch("x.h5"), &FOUR, "neither SHD", "NIRData");
    CU_ASSERT(!truncate(scratch("x.h5"), 300));
    refused(scratch("x.h5"), &FOUR, "not a readable HDF5", "completely");
    FILE *kit = check_kit_open("snn/mlp_rate.nir", path, sizeof path);
    if (!kit)
        return;
    fclose(kit);
    refused(path, &FOUR, "is a network (NIR)", "");
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("events, arrays", make_folder, remove_folder);
    CU_add_test(suite, "arrays are read flattened or not, and time first when told or refused when suspected", array_layouts);
    CU_add_test(suite, "arrays of any number type give the same events", array_types);
    CU_add_test(suite, "an array without steps lasts as many steps as --steps says", array_static);
    CU_add_test(suite, "an array without samples is one sample where nothing speaks against it", array_single);
    CU_add_test(suite, "--steps cuts an array or leaves its end silent, and says so", array_steps);
    CU_add_test(suite, "arrays that do not fit are refused with what would fit, and images of 0..255 are warned of", array_refusals);
    CU_add_test(suite, "SHD times become steps, once per unit and step", shd);
    CU_add_test(suite, "NIRData events become steps, whether written at the begin or the end of a step", nirdata_events);
    CU_add_test(suite, "NIRData on a time grid is an array", nirdata_grid);
    CU_add_test(suite, "an HDF5 file of another kind is refused by what it is", h5_refusals);
    return check_run();
}
