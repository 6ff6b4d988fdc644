/* Fuzzer of the map file reader: the bytes become a map file for a small network on a chip with several cores per tile. A mapping
 * that it gives is written and read again. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/packet_networks.h"
#include "mapping.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct network *small_network(void)
{
    struct err err;
    struct network *net = input_of((struct shape){3, {1, 4, 4}});
    uint32_t conv = add_conv(net, "conv", HOST_POPULATION, 2, 3, 1, 1, 1), out = add_dense(net, "out", conv, 5, 1);
    net->population[out].output = 1;
    if (network_finish(net, 0, &err))
        abort();
    return net;
}

static struct mapping *read_map(const char *path, const struct network *net, const struct quantised *q, const struct plain_chip *chip)
{
    struct err err = {ERR_NONE, ""};
    struct map_options options = {.method = path};
    struct mapping *map = mapping_make(net, q, &chip->file, &options, &err);
    if (!map && err.kind != ERR_INPUT && err.kind != ERR_ANSWER)
        abort();
    return map;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[] = "/tmp/volley-fuzz-map-XXXXXX";
    struct err err;
    struct plain_chip chip;
    struct network *net = small_network();
    struct quantised *q = plain_numbers(net);
    int file = mkstemp(path);
    if (file < 0 || (size && write(file, data, size) != (ssize_t)size))
        abort();
    close(file);
    plain_chip(&chip, 4, 4, 30);
    chip.file.noc.columns = chip.file.noc.rows = 2;
    chip.file.noc.cores_per_tile = 4;
    struct mapping *map = read_map(path, net, q, &chip);
    if (map) {
        if (mapping_write(map, net, &chip.file, path, &err))
            abort();
        struct mapping *again = read_map(path, net, q, &chip);
        if (!again || again->n_cores != map->n_cores || memcmp(again->core_of, map->core_of, map->neurons * sizeof *map->core_of))
            abort();
        mapping_free(again);
    }
    mapping_free(map);
    unlink(path);
    plain_numbers_free(q);
    network_free(net);
    free(chip.file.core_type_of);
    return 0;
}
