/* bench_speed: synapses per second of CPU on one thread, counts and the plane slots on: a random recurrent network of 10,000
 * integer neurons on an 8x5 mesh of 256-neuron cores, fan-out 1000 and 100, about 2 % of the neurons firing in a step.
 * A bias of 0.5 to 1.5 thresholds per 50 steps makes them fire; weights are small and balanced. Loading is left out: the same
 * network is run for few and for many steps and the difference taken, of each the best of three runs, because whatever else the machine
 * does can only make a run longer. Usage: bench_speed [steps [fan-out]] */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "chipfile.h"
#include "engine/run.h"
#include "mapping.h"
#include "network.h"
#include "quantise.h"

enum { NEURONS = 10000, WARM = 100, RUNS = 3 };     /* WARM: steps until all neurons have fired once and the firing is even */

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double uniform(uint64_t *state)
{
    return (double)(next_random(state) >> 11) / 9007199254740992.0;
}

/* Integrators without leak: each fires once in 33 to 100 steps, at a phase of its own. */
static void neurons_of(struct network *net, uint32_t p, uint64_t *seed)
{
    struct population *pop = &net->population[p];
    pop->rule = (struct neuron_rule){.fires = 1, .reset = RESET_SUBTRACT, .point = RESET_NOW, .compare = COMPARE_GREATER};
    pop->beta = mem_new(NEURONS, sizeof *pop->beta);
    pop->threshold = mem_new(NEURONS, sizeof *pop->threshold);
    pop->bias[0] = mem_new(NEURONS, sizeof *pop->bias[0]);
    for (uint32_t i = 0; i < NEURONS; i++) {
        pop->beta[i] = 1;
        pop->threshold[i] = 1;
        pop->bias[0][i] = (0.5 + uniform(seed)) / 50;
    }
}

static void synapses_of(struct projection *j, uint32_t fan_out, uint64_t *seed)
{
    j->n_list = j->n_weights = (uint64_t)NEURONS * fan_out;
    j->list_first = mem_new(NEURONS + 1, sizeof *j->list_first);
    j->list = mem_new(j->n_list, sizeof *j->list);
    j->weight = mem_new(j->n_weights, sizeof *j->weight);
    for (uint32_t i = 0; i < NEURONS; i++) {
        struct synapse *row = j->list + (uint64_t)i * fan_out;
        j->list_first[i + 1] = (uint64_t)(i + 1) * fan_out;
        for (uint32_t k = 0; k < fan_out; k++)      /* one target in each stretch: distinct and rising, in random places */
            row[k].post = (uint32_t)(((uint64_t)k * NEURONS + (uint64_t)(uniform(seed) * NEURONS)) / fan_out);
        for (uint32_t k = 0; k < fan_out; k++) {
            row[k].weight = (uint32_t)((uint64_t)i * fan_out + k);
            j->weight[row[k].weight] = (uniform(seed) - 0.5) / 500;
        }
    }
}

/* One layer that feeds itself, over a list of synapses; the host is there because every network has one, and stays silent. */
static struct network *random_network(uint32_t fan_out, struct err *err)
{
    struct network *net = network_new();
    struct shape one = {1, {1}}, all = {1, {NEURONS}};
    uint64_t seed = 1;
    net->population[HOST_POPULATION].shape = one;
    net->population[HOST_POPULATION].neurons = 1;
    uint32_t p = network_add_population(net, "random", "IF", all);
    net->population[p].output = 0;
    neurons_of(net, p, &seed);
    struct projection *start = network_add_projection(net, "start", HOST_POPULATION, p, FORM_DENSE);
    start->n_weights = NEURONS;
    start->weight = mem_new(NEURONS, sizeof *start->weight);
    synapses_of(network_add_projection(net, "recurrent", p, p, FORM_LIST), fan_out, &seed);
    if (network_finish(net, 0, err)) {
        network_free(net);
        return NULL;
    }
    return net;
}

/* CPU time of all threads of the process. */
static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

struct loaded { struct chipfile *chip; struct network *net; struct quantised *quantised; struct mapping *mapping; };

struct point { double seconds; uint64_t sops, packets, spikes; };

/* One run of one sample without input: its CPU time and what it did. */
static int run_once(const struct loaded *l, uint32_t steps, struct point *at, struct err *err)
{
    uint64_t first[2] = {0, 0};
    struct events silent = {.samples = 1, .steps = steps, .neurons = 1, .first = first, .value_min = 1, .value_max = 1};
    struct run_options o = {.last_sample = UINT32_MAX, .timing = "slots", .threads = 1, .hold = 1};
    double begin = cpu_s();
    struct run *run = run_make(l->net, l->chip, l->quantised, l->mapping, &silent, NULL, &o, err);
    if (!run)
        return -1;
    *at = (struct point){.seconds = cpu_s() - begin};
    for (uint32_t g = 0; g < run->n_groups; g++) {
        at->sops += run->group[g].action[COUNT_SOPS];
        at->packets += run->group[g].action[COUNT_LEAVES];
        at->spikes += run->group[g].action[COUNT_SPIKES];
    }
    run_free(run);
    return 0;
}

/* Counts are the same in every run; only the time differs. */
static int run_steps(const struct loaded *l, uint32_t steps, struct point *best, struct err *err)
{
    for (int i = 0; i < RUNS; i++) {
        struct point at;
        if (run_once(l, steps, &at, err))
            return -1;
        if (!i || at.seconds < best->seconds)
            *best = at;
    }
    return 0;
}

/* mesh28 with room for these rows and routes, 40 cores, neurons in order: the mapper's work is not what is measured. */
static int load(struct loaded *l, uint32_t fan_out, struct err *err)
{
    static const char *const set[] = {"noc.size=8x5", "core_types.lif28.memories.synapse.size=1 MiB", "core_types.lif28.capacity.axons_in=16384",
                                      "core_types.lif28.capacity.axons_out=65536", "core_types.lif28.memories.axon.size=64 KiB",
                                      "core_types.lif28.memories.routing.size=256 KiB", "noc.packets.spike.axon=14 bit"};
    struct quant_options q = {.rule = QUANT_DEFAULT, .repeat = 1};
    struct map_options m = {.method = "fill"};
    l->chip = chipfile_read("mesh28", set, sizeof set / sizeof *set, err);
    l->net = l->chip ? random_network(fan_out, err) : NULL;
    l->quantised = l->net ? quantise(l->net, l->chip, &q, err) : NULL;
    l->mapping = l->quantised ? mapping_make(l->net, l->quantised, l->chip, &m, err) : NULL;
    return l->mapping ? 0 : -1;
}

static int bench(uint32_t fan_out, uint32_t steps, struct err *err)
{
    struct loaded l = {0};
    struct point few, many;
    int bad = load(&l, fan_out, err) || run_steps(&l, WARM, &few, err) || run_steps(&l, WARM + steps, &many, err);
    if (!bad) {
        double s = many.seconds - few.seconds, sops = (double)(many.sops - few.sops), packets = (double)(many.packets - few.packets);
        printf("10,000 x %-4u on %u cores: %.1f M SOP/s, %.2f M packets/s (%.1f synapses per packet), firing %.2f %%, "
               "%.1f us per step (best of %d); loading and %d steps %.2f s\n",
               fan_out, l.mapping->n_cores, sops / s * 1e-6, packets / s * 1e-6, sops / packets, 100.0 * (double)(many.spikes - few.spikes) / steps / NEURONS,
               s / steps * 1e6, RUNS, WARM, few.seconds);
    }
    mapping_free(l.mapping);
    quantised_free(l.quantised);
    network_free(l.net);
    chipfile_free(l.chip);
    return bad ? -1 : 0;
}

int main(int argc, char **argv)
{
    struct err err;
    int steps = argc > 1 ? atoi(argv[1]) : 1000, fan_out = argc > 2 ? atoi(argv[2]) : 0, bad;
    if (steps < 1 || fan_out < 0 || fan_out > NEURONS) {
        fprintf(stderr, "usage: bench_speed [steps [fan-out]]\n");
        return 2;
    }
    if (fan_out)
        bad = bench((uint32_t)fan_out, (uint32_t)steps, &err);
    else
        bad = bench(1000, (uint32_t)steps, &err) || bench(100, (uint32_t)steps, &err);
    if (bad)
        fprintf(stderr, "bench_speed: %s\n", err.text);
    return bad ? 2 : 0;
}
