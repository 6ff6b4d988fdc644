/* A loaded chip holds the network: rows, read back from the arena, are the synapses; routes lead to the cores that hold targets. */
#include <math.h>
#include <stdint.h>

#include "engine_fixture.h"
#include "kit.h"

enum { NETWORKS = 12, STEPS = 5 };

static int64_t number(const unsigned char *at, uint32_t bytes)
{
    int8_t one = 0;
    int16_t two = 0;
    int32_t four = 0;
    int64_t eight = 0;
    memcpy(&one, at, sizeof one);
    memcpy(&two, at, bytes >= 2 ? sizeof two : 0);
    memcpy(&four, at, bytes >= 4 ? sizeof four : 0);
    memcpy(&eight, at, bytes >= 8 ? sizeof eight : 0);
    return bytes == 1 ? one : bytes == 2 ? two : bytes == 4 ? four : eight;
}

static const struct { uint32_t id, weight; } bytes_of[] = {
    [ROW_DENSE8] = {0, 1}, [ROW_DENSE16] = {0, 2}, [ROW_DENSE32] = {0, 4}, [ROW_DENSE64] = {0, 8}, [ROW_ID8_W8] = {1, 1},
    [ROW_ID16_W8] = {2, 1}, [ROW_ID16_W16] = {2, 2}, [ROW_ID32_W32] = {4, 4}, [ROW_ID32_W64] = {4, 8}, [ROW_FEW8] = {1, 1}};

/* What one source adds to each neuron of the chip, by port and chip delay: [(delay * ports + port) * neurons + global]. */
enum { DELAYS = 64 };

/* One segment of the row of a source at a core; returns how many targets lie outside the core or the segment's group. */
static uint64_t read_segment(const struct chip *chip, uint32_t core, const struct segment *s, int64_t *sum, uint64_t *synapses)
{
    const unsigned char *body = (const unsigned char *)(s + 1);
    const struct map_core *m = &chip->mapping->core[core];
    const struct image_group *g = &chip->core[core].group[s->group];
    uint32_t id = bytes_of[s->form].id, w = bytes_of[s->form].weight;
    size_t weights_at = s->form == ROW_FEW8 ? FEW_SYNAPSES : ((size_t)s->count * id + w - 1) & ~(size_t)(w - 1);
    uint64_t wrong = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        uint64_t mask = id == 4 ? UINT32_MAX : ((uint64_t)1 << (8 * id)) - 1;
        uint32_t local = s->base + (id ? (uint32_t)((uint64_t)number(body + (size_t)i * id, id) & mask) : i);
        if (local >= m->neurons || local < g->first || local >= g->first + g->count || s->delay + 1u >= DELAYS) {
            wrong++;
            continue;
        }
        sum[((size_t)(s->delay + 1) * PORTS_MAX + s->port) * chip->mapping->neurons + m->neuron[local]] += number(body + weights_at + (size_t)i * w, w);
        ++*synapses;
    }
    return wrong;
}

static uint64_t read_source(const struct chip *chip, const struct spike_source *source, int64_t *sum, uint64_t *synapses)
{
    uint64_t wrong = 0;
    uint32_t last = 0;
    for (uint32_t r = 0; r < source->routes; r++) {
        const struct spike_route *route = &chip->route[source->first_route + r];
        if (route->core == CHIP_HOST) {
            wrong += r + 1 != source->routes || !chip->network->population[source->population].output;
            continue;
        }
        struct packet p = {.row = route->row, .axon = route->axon, .payload = 1};
        uint32_t cycles;
        const struct chip_core *core = &chip->core[route->core];
        core->kind->cost(core->core, &p, 1, &cycles);
        wrong +=
            (r && route->core <= last) || route->service != chip_noc_cycles(chip, core, cycles) || route->axon >= chip->mapping->core[route->core].axons_in;
        last = route->core;
        const struct segment *s = (const struct segment *)(chip->rows + route->row);
        for (int more = 1; more; s = more ? segment_next(s) : s) {
            wrong += read_segment(chip, route->core, s, sum, synapses);
            more = !s->last;
        }
    }
    return wrong;
}

/* The same from the network's matrices, whose numbers are whole multiples of 2^-exponent in the reference kind. */
static void want_source(const struct chip *chip, const struct plain *plain, uint32_t pop, uint32_t pre, int64_t *sum, uint64_t *synapses)
{
    const struct network *net = chip->network;
    for (uint32_t k = 0; k < plain->n; k++) {
        const struct plain_matrix *m = &plain->matrix[k];
        uint32_t pres = net->population[m->from].neurons, delay = m->delay + net->population[m->to].depth - net->population[pop].depth;
        for (uint32_t post = 0; m->from == pop && post < net->population[m->to].neurons; post++) {
            uint64_t at = (uint64_t)post * pres + pre;
            double w = ldexp(m->w[at], chip->quantised->population[m->to].exponent[m->port]);
            if (!m->n[at])
                continue;
            sum[((size_t)delay * PORTS_MAX + m->port) * chip->mapping->neurons + chip->mapping->first[m->to] + post] += (int64_t)w;
            *synapses += m->n[at];
        }
    }
}

static uint64_t check_sources(const struct chip *chip, const struct plain *plain, uint64_t *compared)
{
    size_t size = (size_t)DELAYS * PORTS_MAX * chip->mapping->neurons;
    int64_t *got = mem_new(size, sizeof *got), *want = mem_new(size, sizeof *want);
    uint64_t wrong = 0, s = 0;
    for (uint32_t p = 0; p < chip->network->n_populations; p++)
        for (uint32_t i = 0; i < chip->network->population[p].neurons; i++, s++) {
            uint64_t read = 0, needed = 0;
            memset(got, 0, size * sizeof *got);
            memset(want, 0, size * sizeof *want);
            wrong += chip->source[s].population != p || chip->source[s].neuron != i;
            wrong += read_source(chip, &chip->source[s], got, &read);
            want_source(chip, plain, p, i, want, &needed);
            wrong += read != needed || memcmp(got, want, size * sizeof *got);
            *compared += read;
        }
    free(got);
    free(want);
    return wrong;
}

/* Every core: its groups cover its neurons in order, each with its population's window; axons are numbered 0, 1 .. once each. */
static uint64_t check_cores(const struct chip *chip, uint32_t steps)
{
    uint64_t wrong = 0;
    uint32_t tiles = 0, last = UINT32_MAX, *axons = mem_new(chip->n_cores, sizeof *axons);
    for (uint32_t c = 0; c < chip->n_cores; c++) {
        const struct chip_core *core = &chip->core[c];
        uint32_t at = 0;
        for (uint32_t g = 0; g < core->image.groups; g++) {
            uint32_t p = core->population[g], depth = chip->network->population[p].depth;
            wrong += core->group[g].first != at || core->group[g].open != depth || core->group[g].close != depth + steps;
            for (uint32_t i = 0; i < core->group[g].count; i++, at++)
                wrong += chip->mapping->core[c].neuron[at] < chip->mapping->first[p] || chip->mapping->core[c].neuron[at] >= chip->mapping->first[p + 1];
        }
        wrong += at != core->image.neurons || core->endpoint != chip->mapping->core[c].core;
        tiles += core->tile != last;
        last = core->tile;
    }
    for (uint64_t r = 0; r < chip->n_routes; r++)
        if (chip->route[r].core != CHIP_HOST)
            wrong += chip->route[r].axon != axons[chip->route[r].core]++;
    for (uint32_t c = 0; c < chip->n_cores; c++)
        wrong += axons[c] != chip->mapping->core[c].axons_in;
    free(axons);
    return wrong + (tiles != chip->tiles_used);
}

static void rows_and_routes_are_the_network(void)
{
    uint64_t wrong = 0, compared = 0;
    for (uint64_t seed = 1; seed <= NETWORKS; seed++) {
        char neurons[64];
        const char *const set[] = {neurons, "noc.cores_per_tile=2"};
        struct network *net = exact_network(seed);
        struct chip_options options = {.steps = STEPS, .hold = 1, .host_payload_max = 1};
        struct plain plain = plain_new(net, STEPS);
        struct loaded l;
        struct err err;
        snprintf(neurons, sizeof neurons, "core_types.ideal.capacity.neurons=%u", 12 + 5 * (unsigned)seed);
        CU_ASSERT_EQUAL_FATAL(load(&l, net, "configs/chips/ideal.yaml", set, 2, seed & 1 ? "balance" : "fill"), 0);
        struct chip *chip = chip_new(l.chip, net, l.quantised, l.mapping, &options, &err);
        CU_ASSERT_FATAL(chip != NULL);
        uint64_t here = check_sources(chip, &plain, &compared) + check_cores(chip, STEPS);
        if (here)
            printf("\n  network %u: %u wrong", (unsigned)seed, (unsigned)here);
        wrong += here;
        chip_free(chip);
        unload(&l);
        plain_free(&plain);
        network_free(net);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(compared > 10000);
    printf("%u synapses compared ", (unsigned)compared);
}

/* A packet of 26 bits over links of 10: 3 flits; a core clock of 300 MHz under a network of 400: 5 cycles end in the 7th. */
static void sizes_and_clocks_are_rounded_up(void)
{
    static const char *const set[] = {"noc.link.width=10 bit", "time.clocks.core=300 MHz"};
    struct err err;
    struct loaded l;
    struct network *net = dense_network(4, 6, 2);
    struct chip_options options = {.steps = STEPS, .hold = 1, .host_payload_max = 1};
    CU_ASSERT_EQUAL_FATAL(load(&l, net, "configs/chips/mesh28.yaml", set, 2, "fill"), 0);
    struct chip *chip = chip_new(l.chip, net, l.quantised, l.mapping, &options, &err);
    CU_ASSERT_FATAL(chip != NULL);
    CU_ASSERT_EQUAL(chip->flits, 3);
    CU_ASSERT_EQUAL(chip->noc_period_ps, 2500);
    CU_ASSERT_EQUAL(chip_noc_cycles(chip, &chip->core[0], 0), 0);
    CU_ASSERT_EQUAL(chip_noc_cycles(chip, &chip->core[0], 1), 2);
    CU_ASSERT_EQUAL(chip_noc_cycles(chip, &chip->core[0], 5), 7);
    chip_free(chip);
    unload(&l);
    network_free(net);
}

/* A core proves it too, but knows neither layers nor addresses. */
static void a_sum_that_cannot_be_held_is_named(void)
{
    static const char *const set[] = {"core_types.lif28.capacity.neurons=4"};
    struct err err;
    struct loaded l;
    struct network *net = dense_network(4, 6, 2);
    struct chip_options options = {.steps = STEPS, .hold = 1, .host_payload_max = INT64_C(1) << 61};
    CU_ASSERT_EQUAL_FATAL(load(&l, net, "configs/chips/mesh28.yaml", set, 1, "fill"), 0);
    struct chip *chip = chip_new(l.chip, net, l.quantised, l.mapping, &options, &err);
    CU_ASSERT(!chip && err.kind == ERR_ANSWER);
    char wanted[200];
    uint32_t core = l.mapping->core[0].core;
    snprintf(wanted, sizeof wanted, "%s, neuron %u, on core 0.%u.0: the sum of its synapses may not fit in 62 bits", net->population[1].name,
             (uint32_t)(l.mapping->core[0].neuron[0] - l.mapping->first[1]), core);
    CU_ASSERT(!chip && !strncmp(err.text, wanted, strlen(wanted)));
    if (!chip && strncmp(err.text, wanted, strlen(wanted)))
        printf("\n    %s\n    wanted: %s\n", err.text, wanted);
    chip_free(chip);
    unload(&l);
    network_free(net);
}

/* Weights of 8 bit signed may come to -128: what a plastic synapse adds to the bound, whatever it is now. A population that does not learn keeps its own. */
static void plastic_synapses_count_at_their_limits(void)
{
    struct err err;
    struct loaded l;
    struct network *net = dense_network(4, 6, 2);
    struct chip_options options = {.steps = STEPS, .hold = 1, .host_payload_max = 1};
    CU_ASSERT_EQUAL_FATAL(load(&l, net, "configs/chips/learn28.yaml", NULL, 0, "fill"), 0);
    struct chip *chip = chip_new(l.chip, net, l.quantised, l.mapping, &options, &err);
    if (!chip)
        printf("\n    %s\n", err.text);
    CU_ASSERT_FATAL(chip != NULL);
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < 6; i++)
        wrong += chip->core[0].fan_in_sum[i] != 4 * 128;        /* no biases in this network */
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(chip->core[0].group[0].learns && chip->core[0].image.learning.weight_high == 127 && chip->core[0].image.words.pre_per == 4);
    chip_free(chip);
    unload(&l);
    network_free(net);
}

/* Entries of 24 (accumulator), 32 (state) and 64 bits (parameters), one each per word of so many bits: ceil(entry / word) accesses
 * per entry, or floor(word / entry) entries per access; the mapper fits memories with the same numbers. */
static uint64_t check_entries(uint32_t width)
{
    char sums[80], state[80], parameter[80];
    const char *const set[] = {sums, state, parameter, "core_types.lif28.memories.state.size=64 KiB", "core_types.lif28.memories.accumulator.size=256 KiB",
                               "core_types.lif28.memories.parameter.size=64 KiB"};
    static const uint32_t entry[] = {24, 32, 64};
    static const enum table table[] = {TABLE_ACCUMULATOR, TABLE_STATE, TABLE_PARAMETER};
    struct err err;
    struct loaded l;
    uint64_t wrong = 0;
    struct network *net = dense_network(4, 6, 2);
    struct chip_options options = {.steps = STEPS, .hold = 1, .host_payload_max = 1};
    snprintf(sums, sizeof sums, "core_types.lif28.memories.accumulator.width=%u bit", width);
    snprintf(state, sizeof state, "core_types.lif28.memories.state.width=%u bit", width);
    snprintf(parameter, sizeof parameter, "core_types.lif28.memories.parameter.width=%u bit", width);
    CU_ASSERT_EQUAL_FATAL(load(&l, net, "configs/chips/mesh28.yaml", set, 6, "fill"), 0);
    struct chip *chip = chip_new(l.chip, net, l.quantised, l.mapping, &options, &err);
    CU_ASSERT_FATAL(chip != NULL);
    const struct image_words *w = &chip->core[0].image.words;
    const uint32_t per[] = {w->accumulator_per, w->state_per, w->parameter_per}, each[] = {w->accumulator_each, w->state_each, w->parameter_each};
    for (int k = 0; k < 3; k++) {
        uint32_t fit = width / entry[k], words = fit ? 1 : (entry[k] + width - 1) / width, n = l.mapping->core[0].compartments;
        int memory = l.chip->type[0].table[table[k]].memory;
        uint64_t stored = (n * (k ? 1 : 16) + (fit ? fit : 1) - 1) / (fit ? fit : 1) * words * width;   /* 16 delay slots of sums */
        wrong += per[k] != (fit ? fit : 1) || each[k] != words || l.mapping->core[0].memory_bits[memory] != stored;
    }
    /* a source's row on this core: 6 neurons side by side from local 0, their sums' words each read and written once */
    uint32_t fit = width / 24, touched = fit ? (6 + fit - 1) / fit : 6 * ((24 + width - 1) / width);
    wrong += ((const struct segment *)(chip->rows + chip->route[chip->source[0].first_route].row))->spots != touched;
    chip_free(chip);
    unload(&l);
    network_free(net);
    return wrong;
}

static void an_entry_wider_than_a_word_takes_several_accesses(void)
{
    for (uint32_t width = 8; width <= 96; width += 8)
        if (check_entries(width)) {
            printf("\n  words of %u bits ", width);
            CU_FAIL("words of entries");
        }
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("chip", NULL, NULL);
    CU_add_test(suite, "rows and routes, read back, are the network's synapses, windows and axons", rows_and_routes_are_the_network);
    CU_add_test(suite, "flits and clock crossings are rounded up", sizes_and_clocks_are_rounded_up);
    CU_add_test(suite, "plastic synapses count at their limits", plastic_synapses_count_at_their_limits);
    CU_add_test(suite, "a sum that its word may not hold is refused with layer, neuron and core", a_sum_that_cannot_be_held_is_named);
    CU_add_test(suite, "an entry wider than a word takes several accesses, and the mapper says the same", an_entry_wider_than_a_word_takes_several_accesses);
    return check_run();
}
