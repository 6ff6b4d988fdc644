/* Fuzzer of the network YAML reader: the bytes become net.yaml in a folder with a few arrays; a network that is read is written
 * again, and must read back to itself. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "import/net_yaml.h"
#include "import/npy.h"
#include "tests/network_compare.h"

enum { LARGE = 1 << 16 };       /* neurons above which a network is read only */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_arrays(const char *folder)
{
    static const double value[4] = {0.5, -1, 2, 0.25};
    static const struct { const char *name; int rank; uint64_t dim[2]; } array[] = {{"w22.npy", 2, {2, 2}}, {"w4.npy", 1, {4, 0}}, {"w2.npy", 1, {2, 0}}};
    struct err err;
    for (size_t i = 0; i < sizeof array / sizeof *array; i++) {
        char *path = mem_format("%s/%s", folder, array[i].name);
        if (npy_write_numbers(path, array[i].rank, array[i].dim, value, &err))
            abort();
        free(path);
    }
}

static void clear(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir && (entry = readdir(dir)) != NULL) {
        char *path = mem_format("%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.')
            unlink(path);
        free(path);
    }
    if (dir)
        closedir(dir);
    rmdir(folder);
}

static void write_again(const struct network *net, const char *folder, const struct import_options *options)
{
    char *path = mem_format("%s/again.yaml", folder), text[200];
    struct err err;
    struct network *back = net_yaml_write(net, path, &err) ? NULL : net_yaml_read(path, options, &err);
    if (!back || *network_difference(net, back, 1, 1, text, sizeof text)) {
        fprintf(stderr, "%s\n", back ? text : err.text);
        abort();
    }
    network_free(back);
    free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct import_options options = {.reset = -1, .reset_time = -1, .allow_shift = 1};
    char folder[] = "/tmp/volley-fuzz-yaml-XXXXXX";
    struct err err;
    if (!mkdtemp(folder))
        abort();
    put_arrays(folder);
    char *path = mem_format("%s/net.yaml", folder);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(data, 1, size, file) != size || fclose(file))
        abort();
    struct network *net = net_yaml_read(path, &options, &err);
    if (net && network_neurons(net) < LARGE)
        write_again(net, folder, &options);
    network_free(net);
    clear(folder);
    free(path);
    return 0;
}
