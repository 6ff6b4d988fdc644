/* Packets per mapping: the sum over sources of the cores that one spike of each reaches, host input included. The default mapping
 * beside plain file order, on two conv networks; each network's chip limits the neurons per core alone. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench/packet_networks.h"
#include "mapping.h"

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

struct outcome { uint64_t packets; uint32_t cores; double hops, seconds; };

static int map(const struct network *net, uint32_t neurons, const char *method, struct outcome *out)
{
    struct err err = {ERR_NONE, ""};
    struct plain_chip chip;
    struct map_options options = {.method = method};
    plain_chip(&chip, 16, 16, neurons);
    struct quantised *numbers = plain_numbers(net);
    double start = seconds();
    struct mapping *map = mapping_make(net, numbers, &chip.file, &options, &err);
    *out = (struct outcome){.seconds = seconds() - start};
    if (map) {
        for (uint32_t c = 0; c < map->n_cores; c++)
            out->packets += map->core[c].axons_in;
        out->cores = map->n_cores;
        out->hops = map->hops_per_spike;
    } else
        fprintf(stderr, "%s\n", err.text);
    mapping_free(map);
    plain_numbers_free(numbers);
    free(chip.file.core_type_of);
    return map ? 0 : -1;
}

static int compare(const char *name, struct network *net, uint32_t neurons, double bound)
{
    struct outcome fill, pack;
    if (!net || map(net, neurons, "fill", &fill) || map(net, neurons, "pack", &pack))
        return -1;
    double sources = (double)(net->population[HOST_POPULATION].neurons + network_neurons(net)), ratio = (double)pack.packets / (double)fill.packets;
    printf("%-10s %4u per core   fill %8llu packets, %6.3f a spike, %7.3f hops, %3u cores   pack %7llu packets, %.3f a spike, %.3f hops, %3u cores, "
           "%.3f s   pack/fill %.3f (at most %.2f)\n", name, neurons, (unsigned long long)fill.packets, (double)fill.packets / sources, fill.hops, fill.cores,
           (unsigned long long)pack.packets, (double)pack.packets / sources, pack.hops, pack.cores, pack.seconds, ratio, bound);
    network_free(net);
    return ratio > bound;
}

int main(void)
{
    struct err err = {ERR_NONE, ""};
    int bad = compare("conv_rate", digits_network(&err), 64, 0.62) | compare("gestures", gestures_network(&err), 256, 0.2);
    if (err.kind)
        fprintf(stderr, "%s\n", err.text);
    return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
