/* A NIRData grid that is larger than what is read at once, in chunks that fit neither its rows nor its columns: every value arrives in its place. */
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/events.h"
#include "kit.h"

enum { SAMPLES = 50, STEPS = 40, NEURONS = 3000 };      /* 24 MB of float32 */

static float value_at(int sample, int step, int neuron)
{
    unsigned at = (unsigned)((sample * STEPS + step) * NEURONS + neuron);
    return at * 2654435761u >> 22 ? 0 : (float)(at % 97 + 1);      /* one of a thousand */
}

static void put_text(hid_t at, const char *name, const char *text)
{
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, strlen(text));
    hid_t attribute = H5Acreate2(at, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, text);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

static void put_grid(hid_t at)
{
    hsize_t dim[] = {SAMPLES, STEPS, NEURONS}, chunk[] = {7, 40, 800};
    float *value = malloc(sizeof *value * SAMPLES * STEPS * NEURONS);
    for (int i = 0; i < SAMPLES * STEPS * NEURONS; i++)
        value[i] = value_at(i / NEURONS / STEPS, i / NEURONS % STEPS, i % NEURONS);
    hid_t space = H5Screate_simple(3, dim, NULL), plist = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(plist, 3, chunk);
    H5Pset_deflate(plist, 1);
    hid_t set = H5Dcreate2(at, "data", H5T_IEEE_F32LE, space, H5P_DEFAULT, plist, H5P_DEFAULT);
    H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, value);
    H5Dclose(set);
    H5Pclose(plist);
    H5Sclose(space);
    free(value);
}

static void write_file(const char *path)
{
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    hid_t group = H5Gcreate2(file, "nodes/input/observables/spikes", links, H5P_DEFAULT, H5P_DEFAULT);
    put_text(file, "__type__", "NIRGraphData");
    put_text(group, "__type__", "TimeGriddedData");
    put_grid(group);
    H5Gclose(group);
    H5Pclose(links);
    H5Fclose(file);
}

static uint64_t values_expected(void)
{
    uint64_t n = 0;
    for (int i = 0; i < SAMPLES * STEPS * NEURONS; i++)
        n += value_at(i / NEURONS / STEPS, i / NEURONS % STEPS, i % NEURONS) != 0;
    return n;
}

static void a_grid_read_in_pieces_is_whole(void)
{
    char path[] = "/tmp/volley-events-h5-XXXXXX.h5";
    struct err err = {0};
    struct event_options options = {.dt = 0.001};
    close(mkstemps(path, 3));
    write_file(path);
    struct events *e = events_read(path, &options, &err);
    unlink(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    CU_ASSERT(e->samples == SAMPLES && e->steps == STEPS && e->neurons == NEURONS && e->count == values_expected());
    uint64_t wrong = 0;
    for (uint32_t sample = 0; sample < e->samples; sample++)
        for (uint64_t i = e->first[sample]; i < e->first[sample + 1]; i++)
            wrong += e->value[i] != value_at((int)sample, (int)e->event[i].step, (int)e->event[i].neuron);
    CU_ASSERT_EQUAL(wrong, 0);
    events_free(e);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("events in HDF5", NULL, NULL);
    CU_add_test(suite, "a grid read in pieces is whole", a_grid_read_in_pieces_is_whole);
    return check_run();
}
