/* The mapper: every capacity is kept and counted as the chip builder counts it, layers become blocks, and what does not fit is
 * told. Networks and chips are made here; weights do not matter to a mapping. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "bench/packet_networks.h"
#include "chip.h"
#include "kit.h"
#include "mapping.h"
#include "mapping_rows.h"

/* ---- what tests are made of ---- */

static uint32_t next_random(uint64_t *state, uint32_t below)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return below ? (uint32_t)((z ^ z >> 31) % below) : 0;
}

/* A core type with each table in a memory of its own but for axon table and routing, which share one. */
struct table_chip { struct plain_chip plain; struct chip_memory memory[5]; struct format format[2]; };

static void table_chip(struct table_chip *c, uint32_t columns, uint32_t rows, uint32_t neurons)
{
    static const struct format format[2] = {{"weight", 8, 1, -128, 127}, {"membrane", 24, 1, -(1 << 23), (1 << 23) - 1}};
    static const struct chip_memory memory[5] = {
        {.name = "synapse", .size_bits = 1 << 19, .width = 64, .ports = "1RW"}, {.name = "tables", .size_bits = 1 << 16, .width = 32, .ports = "1RW"},
        {.name = "state", .size_bits = 1 << 13, .width = 128, .ports = "1RW"}, {.name = "sums", .size_bits = 1 << 17, .width = 96, .ports = "1RW"},
        {.name = "parameter", .size_bits = 1 << 14, .width = 256, .ports = "1RW"}};
    plain_chip(&c->plain, columns, rows, neurons);
    memcpy(c->memory, memory, sizeof memory);
    memcpy(c->format, format, sizeof format);
    struct core_type *t = &c->plain.type;
    t->memory = c->memory;
    t->n_memories = 5;
    t->format = c->format;
    t->n_formats = 2;
    t->axons_in = t->axons_out = 1024;
    t->table[TABLE_ROWS] = (struct chip_table){.memory = 0, .dense_bits = 8, .list_bits = 16, .conv_bits = 8};
    t->table[TABLE_AXON] = (struct chip_table){.memory = 1, .entry_bits = 25};
    t->table[TABLE_ROUTING] = (struct chip_table){.memory = 1, .entry_bits = 40};
    t->table[TABLE_STATE] = (struct chip_table){.memory = 2, .entry_bits = 32};
    t->table[TABLE_ACCUMULATOR] = (struct chip_table){.memory = 3, .entry_bits = 24, .delay_slots = 16};
    t->table[TABLE_PARAMETER] = (struct chip_table){.memory = 4, .entry_bits = 64};
}

static struct mapping *map_to(const struct network *net, const struct quantised *q, const struct plain_chip *chip, const char *method, uint32_t cores, struct err *err)
{
    struct map_options options = {.method = method, .cores = cores};
    *err = (struct err){ERR_NONE, ""};
    return mapping_make(net, q, &chip->file, &options, err);
}

/* 1: the mapping is refused and the message has all the words ("a|b|c"). */
static int refused(const struct network *net, const struct quantised *q, const struct plain_chip *chip, const char *method, uint32_t cores, const char *words)
{
    struct err err;
    struct mapping *map = map_to(net, q, chip, method, cores, &err);
    int good = !map && err.kind == ERR_ANSWER;
    char copy[300], *rest = copy;
    snprintf(copy, sizeof copy, "%s", words);
    for (char *word = strsep(&rest, "|"); word && good; word = strsep(&rest, "|"))
        if (!strstr(err.text, word)) {
            printf("\n  '%s' is not in: %s\n", word, err.text);
            good = 0;
        }
    mapping_free(map);
    return good;
}

static struct network *dense_network(uint32_t inputs, uint32_t hidden, uint32_t outputs)
{
    struct err err;
    struct network *net = input_of((struct shape){3, {1, 1, inputs}});
    uint32_t fc1 = add_dense(net, "fc1", HOST_POPULATION, hidden, 1);
    net->population[fc1].shape = (struct shape){3, {1, 1, hidden}};
    net->population[add_dense(net, "fc2", fc1, outputs, 1)].output = 1;
    return network_finish(net, 0, &err) ? NULL : net;
}

/* ---- random networks ---- */

static void random_list(struct network *net, uint64_t *seed, uint32_t from, uint32_t to, const char *name)
{
    struct projection *p = network_add_projection(net, name, from, to, FORM_LIST);
    uint32_t pres = net->population[from].neurons, posts = net->population[to].neurons;
    size_t capacity = 0;
    p->list_first = mem_new((size_t)pres + 1, sizeof *p->list_first);
    p->weight = same_numbers(1, 1);
    p->n_weights = 1;
    for (uint32_t i = 0; i < pres; i++) {
        for (uint32_t post = next_random(seed, 5); post < posts; post += 1 + next_random(seed, 9)) {
            p->list = mem_room(p->list, p->n_list, &capacity, sizeof *p->list);
            p->list[p->n_list++] = (struct synapse){post, 0, next_random(seed, 3)};
        }
        p->list_first[i + 1] = p->n_list;
    }
}

/* conv or pooling as a layer of its own, over (C,H,W). */
static uint32_t random_spatial(struct network *net, uint64_t *seed, uint32_t from, const char *name)
{
    struct shape in = net->population[from].shape;
    int pool = !next_random(seed, 4);
    uint32_t kernel = 1 + next_random(seed, 3), stride = 1 + next_random(seed, 2), padding = next_random(seed, 2), dilation = pool ? 1 : 1 + next_random(seed, 2);
    uint32_t groups = pool ? in.dim[0] : in.dim[0] % 2 == 0 && next_random(seed, 2) ? 2 : 1, channels = pool ? in.dim[0] : groups * (1 + next_random(seed, 4));
    uint32_t pre_pool = !pool && in.dim[1] > 4 && !next_random(seed, 3) ? 2 : 1, reach = dilation * (kernel - 1) + 1, h = in.dim[1] / pre_pool, w = in.dim[2] / pre_pool;
    padding = padding && kernel > 1;
    if (reach > h + 2 * padding || reach > w + 2 * padding)
        kernel = reach = dilation = 1;
    uint32_t out_h = (h + 2 * padding - reach) / stride + 1, out_w = (w + 2 * padding - reach) / stride + 1;
    uint32_t to = add_layer(net, name, (struct shape){3, {channels, out_h, out_w}});
    struct projection *p = network_add_projection(net, name, from, to, pool ? FORM_POOL : FORM_CONV);
    p->conv = (struct conv){in.dim[0], channels, groups, {kernel, kernel}, {stride, stride}, {padding, padding}, {dilation, dilation}, {h, w}, {out_h, out_w}};
    p->n_weights = pool ? 1 : (uint64_t)channels * (in.dim[0] / groups) * kernel * kernel;
    p->weight = same_numbers(p->n_weights, 1);
    p->scale = 1;
    if (pre_pool > 1) {
        p->pooled = 1;
        p->pool = (struct pool){{3, 3}, {2, 2}, {1, 1}};       /* windows overlap: a source has several places in the grid */
        memcpy(p->pool_in, in.dim, sizeof p->pool_in);
        h = p->pool_out[0] = (in.dim[1] + 2 - 3) / 2 + 1;
        w = p->pool_out[1] = (in.dim[2] + 2 - 3) / 2 + 1;
        p->conv.in[0] = h;
        p->conv.in[1] = w;
        p->conv.out[0] = (h + 2 * padding - reach) / stride + 1;
        p->conv.out[1] = (w + 2 * padding - reach) / stride + 1;
        net->population[to].shape = (struct shape){3, {channels, p->conv.out[0], p->conv.out[1]}};
        net->population[to].neurons = channels * p->conv.out[0] * p->conv.out[1];
        free(net->population[to].beta);
        free(net->population[to].threshold);
        net->population[to].beta = same_numbers(net->population[to].neurons, 0.5);
        net->population[to].threshold = same_numbers(net->population[to].neurons, 1);
    }
    return to;
}

static struct network *random_network(uint64_t seed)
{
    struct err err = {ERR_NONE, ""};
    struct network *net = input_of((struct shape){3, {1 + next_random(&seed, 3), 5 + next_random(&seed, 5), 5 + next_random(&seed, 5)}});
    uint32_t layers = 1 + next_random(&seed, 3), last = HOST_POPULATION;
    char name[16];
    for (uint32_t l = 0; l < layers; l++) {
        snprintf(name, sizeof name, "conv%u", l);
        uint32_t before = last;
        last = random_spatial(net, &seed, last, name);
        snprintf(name, sizeof name, "skip%u", l);
        if (!next_random(&seed, 3))
            random_list(net, &seed, before, last, name);
        snprintf(name, sizeof name, "rec%u", l);
        if (!next_random(&seed, 3))
            random_list(net, &seed, last, last, name);
    }
    if (next_random(&seed, 2)) {
        uint32_t copy = add_layer(net, "copy", net->population[last].shape);
        struct projection *p = network_add_projection(net, "one", last, copy, FORM_ONE_TO_ONE);
        p->weight = same_numbers(1, 1);
        p->n_weights = 1;
        last = copy;
    }
    net->population[add_dense(net, "out", last, 3 + next_random(&seed, 20), 1)].output = 1;
    if (!network_finish(net, 1, &err))
        return net;
    printf("\n  %s\n", err.text);
    network_free(net);
    return NULL;
}

/* ---- an independent count of what a mapping uses ---- */

struct recount { uint64_t *axons_in, *axons_out, *synapses, *row_words; };

static struct recount recount(const struct mapping *map, const struct network *net, const struct quantised *q, const struct chipfile *chip)
{
    struct recount r = {mem_new(map->n_cores, 8), mem_new(map->n_cores, 8), mem_new(map->n_cores, 8), mem_new(map->n_cores, 8)};
    enum { DELAYS = 4 };
    uint32_t *count = mem_new((size_t)map->n_cores * net->n_projections * DELAYS, sizeof *count);
    struct synapse *row = NULL;
    size_t capacity = 0;
    for (uint32_t from = 0; from < net->n_populations; from++)
        for (uint32_t pre = 0; pre < net->population[from].neurons; pre++) {
            uint8_t *reached = mem_new(map->n_cores, 1);
            memset(count, 0, (size_t)map->n_cores * net->n_projections * DELAYS * sizeof *count);
            for (uint32_t p = 0; p < net->n_projections; p++) {
                const struct projection *projection = &net->projection[p];
                uint32_t n = projection->from == from ? projection_row(projection, net, pre, &row, &capacity) : 0;
                for (uint32_t i = 0; i < n; i++) {
                    uint32_t core = map->core_of[map->first[projection->to] + row[i].post];
                    reached[core] = 1;
                    r.synapses[core]++;
                    count[(core * net->n_projections + p) * DELAYS + row[i].delay]++;
                }
            }
            uint32_t mine = from ? map->core_of[map->first[from] + pre] : 0;
            for (uint32_t c = 0; c < map->n_cores; c++) {
                r.axons_in[c] += reached[c];
                if (from)
                    r.axons_out[mine] += reached[c];
                for (uint32_t k = 0; k < net->n_projections * DELAYS; k++) {
                    const struct projection *projection = &net->projection[k / DELAYS];
                    const struct core_type *type = &chip->type[map->core[c].type];
                    uint32_t n = count[c * net->n_projections * DELAYS + k], group = 0;
                    if (!n || mapping_row_kind(projection, type) == ROW_KIND_CONV)
                        continue;
                    for (uint32_t i = 0; i < map->core[c].neurons; i++)
                        group += map->core[c].neuron[i] >= map->first[projection->to] && map->core[c].neuron[i] < map->first[projection->to + 1];
                    enum row_kind kind = mapping_row_kind(projection, type);
                    r.row_words[c] += mapping_row_words(kind, type, q->projection[k / DELAYS].bits, mapping_row_entries(kind, projection, n, group));
                }
            }
            if (from)
                r.axons_out[mine] += net->population[from].output != 0;
            free(reached);
        }
    free(count);
    free(row);
    return r;
}

/* The kernel slices: for each group the input channels times the words of its output channels on the core. */
static uint64_t slice_words(const struct mapping *map, const struct network *net, const struct quantised *q, const struct chipfile *chip, uint32_t c)
{
    uint64_t words = 0;
    const struct core_type *type = &chip->type[map->core[c].type];
    for (uint32_t p = 0; p < net->n_projections; p++) {
        const struct projection *projection = &net->projection[p];
        if (mapping_row_kind(projection, type) != ROW_KIND_CONV)
            continue;
        const struct conv *k = &projection->conv;
        uint32_t per_group = k->channels_out / k->groups, positions = k->out[0] * k->out[1];
        for (uint32_t g = 0; g < k->groups; g++) {
            uint32_t present = 0;
            for (uint32_t ch = 0; ch < per_group; ch++) {
                int here = 0;
                for (uint32_t i = 0; i < positions && !here; i++)
                    here = map->core_of[map->first[projection->to] + (g * per_group + ch) * positions + i] == c;
                present += (uint32_t)here;
            }
            words += (uint64_t)(k->channels_in / k->groups) *
                     mapping_row_words(ROW_KIND_CONV, type, q->projection[p].bits, present * k->kernel[0] * k->kernel[1]);
        }
    }
    return words;
}

static int core_is_right(const struct mapping *map, const struct network *net, const struct quantised *q, const struct chipfile *chip,
                         const struct recount *r, uint32_t c)
{
    const struct map_core *core = &map->core[c];
    const struct core_type *type = &chip->type[core->type];
    uint64_t bits[5] = {0}, sums = 0;
    int good = core->axons_in == r->axons_in[c] && core->axons_out == r->axons_out[c] && core->synapses == r->synapses[c] && core->neurons > 0;
    for (uint32_t i = 0; i < core->neurons; i++) {
        good &= map->core_of[core->neuron[i]] == c && map->local_of[core->neuron[i]] == i;
        good &= !i || core->neuron[i] > core->neuron[i - 1];
    }
    for (int t = 0; t < N_TABLES; t++) {
        uint64_t entries = t == TABLE_AXON ? core->axons_in : t == TABLE_ROUTING ? core->axons_out : core->compartments;
        sums = t == TABLE_ACCUMULATOR ? core->compartments * type->table[t].delay_slots : entries;
        if (type->table[t].memory == NO_INDEX)
            continue;
        uint64_t words = t == TABLE_ROWS ? r->row_words[c] + slice_words(map, net, q, chip, c) : mapping_table_words(type, (enum table)t, sums);
        bits[type->table[t].memory] += words * type->memory[type->table[t].memory].width;
    }
    for (uint32_t m = 0; m < type->n_memories; m++) {
        good &= core->memory_bits[m] == bits[m] && bits[m] <= type->memory[m].size_bits;
        if (core->memory_bits[m] != bits[m])
            printf("\n  core %u memory %s: %llu bits counted, %llu recounted\n", c, type->memory[m].name, (unsigned long long)core->memory_bits[m],
                   (unsigned long long)bits[m]);
    }
    return good && core->compartments <= type->neurons && core->axons_in <= type->axons_in && core->axons_out <= type->axons_out &&
           chip->core_type_of[core->core] == core->type && (!c || core->core > core[-1].core);
}

static int is_right(const struct mapping *map, const struct network *net, const struct quantised *q, const struct chipfile *chip)
{
    struct recount r = recount(map, net, q, chip);
    uint64_t placed = 0;
    int good = map->neurons == network_neurons(net) && map->n_cores <= chip->cores;
    for (uint32_t c = 0; c < map->n_cores; c++) {
        good &= core_is_right(map, net, q, chip, &r, c);
        placed += map->core[c].neurons;
    }
    free(r.axons_in);
    free(r.axons_out);
    free(r.synapses);
    free(r.row_words);
    return good && placed == map->neurons;
}

static int same_mapping(const struct mapping *a, const struct mapping *b)
{
    if (a->n_cores != b->n_cores || a->packets_per_spike < b->packets_per_spike || a->packets_per_spike > b->packets_per_spike)
        return 0;
    for (uint32_t c = 0; c < a->n_cores; c++)
        if (a->core[c].core != b->core[c].core || a->core[c].neurons != b->core[c].neurons || a->core[c].axons_out != b->core[c].axons_out ||
            memcmp(a->core[c].neuron, b->core[c].neuron, a->core[c].neurons * sizeof *a->core[c].neuron))
            return 0;
    return a->hops_per_spike <= b->hops_per_spike && a->hops_per_spike >= b->hops_per_spike;
}

/* ---- tests ---- */

static void rows_take_the_words_of_the_described_hardware(void)
{
    struct table_chip c;
    struct projection dense = {.form = FORM_DENSE}, conv = {.form = FORM_CONV}, list = {.form = FORM_LIST}, one = {.form = FORM_ONE_TO_ONE};
    table_chip(&c, 2, 2, 256);
    struct core_type *t = &c.plain.type;
    CU_ASSERT_EQUAL(mapping_row_kind(&dense, t), ROW_KIND_DENSE);
    CU_ASSERT_EQUAL(mapping_row_kind(&conv, t), ROW_KIND_CONV);
    CU_ASSERT_EQUAL(mapping_row_kind(&one, t), ROW_KIND_LIST);
    CU_ASSERT_EQUAL(mapping_row_words(ROW_KIND_DENSE, t, 8, 128), 16);
    CU_ASSERT_EQUAL(mapping_row_words(ROW_KIND_DENSE, t, 8, 1), 1);
    CU_ASSERT_EQUAL(mapping_row_words(ROW_KIND_DENSE, t, 8, 0), 0);
    CU_ASSERT_EQUAL(mapping_row_words(ROW_KIND_DENSE, t, 4, 128), 8);
    CU_ASSERT_EQUAL(mapping_row_words(ROW_KIND_LIST, t, 8, 10), 3);
    CU_ASSERT_EQUAL(mapping_row_words(ROW_KIND_LIST, t, 4, 16), 3);        /* 4 bits of weight, 8 of target */
    CU_ASSERT_EQUAL(mapping_row_words(ROW_KIND_DENSE, t, 9, 128), 18);      /* bit after bit, as on Loihi */
    CU_ASSERT_EQUAL(mapping_table_words(t, TABLE_STATE, 9), 3);
    CU_ASSERT_EQUAL(mapping_table_words(t, TABLE_ROUTING, 3), 6);
    CU_ASSERT_EQUAL(mapping_row_entries(ROW_KIND_DENSE, &list, 3, 20), 20);
    CU_ASSERT_EQUAL(mapping_row_entries(ROW_KIND_DENSE, &dense, 40, 20), 40);
    t->form_conv = t->form_list = 0;
    CU_ASSERT_EQUAL(mapping_row_kind(&conv, t), ROW_KIND_DENSE);
    CU_ASSERT(mapping_row_expanded(&conv, t) && mapping_row_expanded(&list, t) && !mapping_row_expanded(&dense, t));
    t->table[TABLE_ROWS].memory = NO_INDEX;
    CU_ASSERT_EQUAL(mapping_row_words(ROW_KIND_DENSE, t, 8, 128), 0);
    free(c.plain.file.core_type_of);
}

/* As examples of the chip's documentation count it: 64 rows of 18 words and 128 of 2. */
static void a_dense_network_uses_1408_words_of_loihi(void)
{
    struct err err = {ERR_NONE, ""};
    struct chipfile *chip = chipfile_read("configs/chips/loihi.yaml", NULL, 0, &err);
    struct network *net = dense_network(64, 128, 10);
    CU_ASSERT_PTR_NOT_NULL_FATAL(chip);
    struct quantised *q = plain_numbers(net);
    q->projection[0].bits = q->projection[1].bits = 9;
    q->population[1].compartments = q->population[2].compartments = 2;
    struct mapping *map = mapping_make(net, q, chip, NULL, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(map);
    CU_ASSERT_EQUAL(map->n_cores, 1);
    CU_ASSERT_EQUAL(map->core[0].compartments, 276);
    CU_ASSERT_EQUAL(map->core[0].axons_in, 192);
    CU_ASSERT_EQUAL(map->core[0].axons_out, 138);
    CU_ASSERT_EQUAL(map->core[0].synapses, 9472);
    CU_ASSERT_EQUAL(map->core[0].memory_bits[0], 1408 * 64);
    CU_ASSERT_EQUAL(map->core[0].core, 0);
    mapping_free(map);
    plain_numbers_free(q);
    network_free(net);
    chipfile_free(chip);
}

static void file_order_is_file_order(void)
{
    struct err err;
    struct plain_chip chip;
    struct network *net = digits_network(&err);
    struct quantised *q = plain_numbers(net);
    plain_chip(&chip, 8, 8, 64);
    struct mapping *map = map_to(net, q, &chip, "fill", 0, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(map);
    CU_ASSERT_EQUAL(map->n_cores, 13);
    int together = 1;
    for (uint32_t i = 0; i + 1 < 64 * 13 && i + 1 < map->neurons; i++)
        together &= (map->core_of[i] == map->core_of[i + 1]) == (i % 64 != 63);
    CU_ASSERT(together);
    mapping_free(map);
    plain_numbers_free(q);
    network_free(net);
    free(chip.file.core_type_of);
}

static double packets(struct network *net, uint32_t neurons, const char *method)
{
    struct err err;
    struct plain_chip chip;
    struct quantised *q = plain_numbers(net);
    plain_chip(&chip, 16, 16, neurons);
    struct mapping *map = map_to(net, q, &chip, method, 0, &err);
    double n = map ? map->packets_per_spike : NAN;
    mapping_free(map);
    plain_numbers_free(q);
    free(chip.file.core_type_of);
    return n;
}

static void conv_layers_become_blocks_that_few_packets_reach(void)
{
    struct err err;
    struct network *digits = digits_network(&err), *gestures = gestures_network(&err);
    CU_ASSERT(packets(digits, 64, "pack") <= 0.56 * packets(digits, 64, "fill"));
    CU_ASSERT(packets(gestures, 256, "pack") <= 0.15 * packets(gestures, 256, "fill"));
    CU_ASSERT(packets(gestures, 256, "pack") <= 2.35);
    network_free(digits);
    network_free(gestures);
}

/* 64 neurons per core: each core of lif1 has 8 positions side by side with all their 8 channels. */
static void a_block_has_all_channels_of_neighbouring_positions(void)
{
    struct err err;
    struct plain_chip chip;
    struct network *net = digits_network(&err);
    struct quantised *q = plain_numbers(net);
    plain_chip(&chip, 8, 8, 64);
    struct mapping *map = map_to(net, q, &chip, NULL, 0, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(map);
    CU_ASSERT_STRING_EQUAL(map->method, "pack");
    int whole = 1;
    for (uint32_t i = 0; i < 512; i++)
        whole &= map->core_of[i] == map->core_of[i % 64];
    CU_ASSERT(whole);
    for (uint32_t c = 0; c < map->n_cores; c++) {
        uint32_t low_x = 8, high_x = 0, low_y = 8, high_y = 0;
        for (uint32_t i = 0; i < 64; i++)
            if (map->core_of[i] == c) {
                low_x = i % 8 < low_x ? i % 8 : low_x;
                high_x = i % 8 > high_x ? i % 8 : high_x;
                low_y = i / 8 < low_y ? i / 8 : low_y;
                high_y = i / 8 > high_y ? i / 8 : high_y;
            }
        CU_ASSERT(high_x < low_x || (high_x - low_x + 1) * (high_y - low_y + 1) == 8);
    }
    mapping_free(map);
    plain_numbers_free(q);
    network_free(net);
    free(chip.file.core_type_of);
}

static void random_limits(struct table_chip *c, uint64_t *seed)
{
    struct core_type *t = &c->plain.type;
    table_chip(c, 16, 16, 20 + next_random(seed, 200));
    t->axons_in = 200 + next_random(seed, 600);
    t->axons_out = 100 + next_random(seed, 1500);
    for (int m = 0; m < 5; m++)
        c->memory[m].size_bits = c->memory[m].size_bits / (1 + next_random(seed, 3));
    t->form_conv = next_random(seed, 3) != 0;
    t->form_list = next_random(seed, 3) != 0;
}

/* Over many random networks, limits and methods: kept, counted right, the same again. */
static void every_capacity_is_kept_and_counted_to_the_word(void)
{
    static const char *const method[] = {"pack", "fill", "balance"};
    uint32_t fits = 0, refusals = 0;
    for (uint64_t k = 0; k < 60; k++) {
        struct err err;
        struct table_chip c;
        uint64_t seed = k * 7919 + 5;
        struct network *net = random_network(seed);
        CU_ASSERT_PTR_NOT_NULL_FATAL(net);
        random_limits(&c, &seed);
        struct quantised *q = plain_numbers(net);
        for (uint32_t p = 1; p < net->n_populations; p++)
            q->population[p].compartments = 1 + next_random(&seed, 2);
        struct mapping *map = map_to(net, q, &c.plain, method[k % 3], 0, &err), *again = map_to(net, q, &c.plain, method[k % 3], 0, &err);
        CU_ASSERT(!map == !again);
        if (map && again) {
            fits++;
            CU_ASSERT(is_right(map, net, q, &c.plain.file));
            CU_ASSERT(same_mapping(map, again));
        } else {
            refusals++;
            CU_ASSERT(err.kind == ERR_ANSWER && !strncmp(err.text, "does not fit: layer ", 20));
        }
        mapping_free(map);
        mapping_free(again);
        plain_numbers_free(q);
        network_free(net);
        free(c.plain.file.core_type_of);
    }
    printf(" (%u fit, %u do not) ", fits, refusals);
    CU_ASSERT(fits > 20 && refusals > 3);
}

/* What the chip builder makes of the mapping: routes to and from each core, words of each row. */
static void the_chip_builder_counts_the_same(void)
{
    for (uint64_t k = 0; k < 12; k++) {
        struct err err;
        struct table_chip c;
        struct network *net = random_network(k * 104729 + 3);
        CU_ASSERT_PTR_NOT_NULL_FATAL(net);
        table_chip(&c, 8, 8, 60);
        c.plain.type.form_conv = 0;     /* kernels are stored once but read per packet; the rest is stored as it is read */
        struct quantised *q = plain_numbers(net);
        for (uint32_t p = 0; p < net->n_projections; p++)
            q->projection[p].weight = mem_new(net->projection[p].n_weights, sizeof *q->projection[p].weight);
        struct mapping *map = map_to(net, q, &c.plain, k % 2 ? "pack" : "fill", 0, &err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(map);
        struct chip_options options = {.steps = 4, .hold = 1, .host_payload_max = 1};
        struct chip *chip = chip_new(&c.plain.file, net, q, map, &options, &err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(chip);
        uint64_t *in = mem_new(map->n_cores, sizeof *in), *out = mem_new(map->n_cores, sizeof *out), *words = mem_new(map->n_cores, sizeof *words);
        for (uint64_t s = 0; s < chip->n_sources; s++)
            for (uint32_t r = 0; r < chip->source[s].routes; r++) {
                const struct spike_route *route = &chip->route[chip->source[s].first_route + r];
                if (s >= chip->host_neurons)
                    out[map->core_of[s - chip->host_neurons]]++;
                if (route->core == CHIP_HOST)
                    continue;
                in[route->core]++;
                struct packet packet = {.row = route->row, .payload = 1};
                uint32_t cycles;
                /* one cycle per word of a row and nothing else: the cost of a packet is its row's words */
                chip->core[route->core].image.time = (struct image_time){.row_word = 1};
                chip->core[route->core].kind->cost(chip->core[route->core].core, &packet, 1, &cycles);
                words[route->core] += cycles;
            }
        for (uint32_t i = 0; i < map->n_cores; i++) {
            CU_ASSERT_EQUAL(map->core[i].axons_in, in[i]);
            CU_ASSERT_EQUAL(map->core[i].axons_out, out[i]);
            CU_ASSERT_EQUAL(map->core[i].memory_bits[0], words[i] * 64);
        }
        free(in);
        free(out);
        free(words);
        chip_free(chip);
        mapping_free(map);
        for (uint32_t p = 0; p < net->n_projections; p++)
            free(q->projection[p].weight);
        plain_numbers_free(q);
        network_free(net);
        free(c.plain.file.core_type_of);
    }
}

static void what_does_not_fit_is_told_with_layer_need_and_cure(void)
{
    struct table_chip c;
    struct network *net = dense_network(64, 128, 10);
    struct quantised *q = plain_numbers(net);
    struct core_type *t = &c.plain.type;
    table_chip(&c, 2, 2, 256);
    t->axons_in = 63;
    CU_ASSERT(refused(net, q, &c.plain, NULL, 0, "does not fit: layer fc1|64 sources|plain takes 63 axons in|--set core_types.plain.capacity.axons_in=64"));
    t->axons_in = 1024;
    c.memory[0].size_bits = 640;
    CU_ASSERT(refused(net, q, &c.plain, NULL, 0, "layer fc1|memory synapse|4,096 bits|synapse rows 4,096|has 640|--set 'core_types.plain.memories.synapse.size=512 B'|--bits, now 8"));
    c.memory[0].size_bits = 1 << 19;
    c.memory[1].size_bits = 1000;
    CU_ASSERT(refused(net, q, &c.plain, NULL, 0, "layer fc1|memory tables|axon table 2,048|routing table 64|has 1,000"));
    c.memory[1].size_bits = 1 << 16;
    t->neurons = 1;
    q->population[1].compartments = 2;
    CU_ASSERT(refused(net, q, &c.plain, NULL, 0, "layer fc1|2 compartments|has 1|capacity.neurons=2"));
    q->population[1].compartments = 1;
    t->neurons = 30;
    CU_ASSERT(refused(net, q, &c.plain, NULL, 0, "layer fc1|5 cores of type plain are needed, there are 4|full by neurons (30)|capacity.neurons|noc.size"));
    CU_ASSERT(refused(net, q, &c.plain, "fill", 0, "layer fc1|--map pack"));
    t->neurons = 70;
    CU_ASSERT(refused(net, q, &c.plain, "balance", 1, "layer fc1|2 cores of type plain are needed, there are 1|--cores"));
    t->neurons = 256;
    t->axons_out = 0;
    CU_ASSERT(refused(net, q, &c.plain, NULL, 0, "layer fc1|axons out"));
    t->axons_out = 100;         /* four cores hold all neurons but not their routes */
    CU_ASSERT(refused(net, q, &c.plain, NULL, 1, "layer fc|axons out (100)"));
    plain_numbers_free(q);
    network_free(net);
    free(c.plain.file.core_type_of);
}

static void delays_beyond_the_chip_do_not_fit(void)
{
    struct table_chip c;
    struct err err;
    uint64_t seed = 1;
    struct network *net = input_of((struct shape){1, {20}});
    uint32_t to = add_layer(net, "lif", (struct shape){1, {20}});
    random_list(net, &seed, HOST_POPULATION, to, "delayed");
    CU_ASSERT_FATAL(!network_finish(net, 0, &err));
    net->projection[0].list[0].delay = 20;
    struct quantised *q = plain_numbers(net);
    table_chip(&c, 2, 2, 256);
    CU_ASSERT(refused(net, q, &c.plain, NULL, 0, "layer lif|projection delayed|21 steps|memory sums|16 delay slots|memories.sums.holds.delay_slots=21"));
    c.plain.type.table[TABLE_ACCUMULATOR].delay_slots = 32;
    c.plain.type.delay_max = 15;
    CU_ASSERT(refused(net, q, &c.plain, NULL, 0, "21 steps|at most 15|capacity.delay=1..21 steps"));
    c.plain.type.delay_max = 21;
    struct mapping *map = map_to(net, q, &c.plain, NULL, 0, &err);
    CU_ASSERT_PTR_NOT_NULL(map);
    mapping_free(map);
    plain_numbers_free(q);
    network_free(net);
    free(c.plain.file.core_type_of);
}

/* Routes out of a core depend on where all others went: filling is repeated until they fit. */
static void axons_out_are_kept_though_they_depend_on_later_cores(void)
{
    struct table_chip c;
    struct err err;
    struct network *net = dense_network(20, 200, 200);
    struct quantised *q = plain_numbers(net);
    table_chip(&c, 8, 8, 100);
    c.plain.type.axons_out = 150;       /* 100 neurons of fc1 that reach 2 or more cores each do not fit */
    for (int m = 0; m < 3; m++) {
        struct mapping *map = map_to(net, q, &c.plain, (const char *const[]){"pack", "fill", "balance"}[m], 0, &err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(map);
        CU_ASSERT(is_right(map, net, q, &c.plain.file));
        CU_ASSERT(map->n_cores > 4);
        mapping_free(map);
    }
    plain_numbers_free(q);
    network_free(net);
    free(c.plain.file.core_type_of);
}

static void a_form_that_is_not_offered_is_expanded_and_said(void)
{
    struct table_chip c;
    struct err err;
    struct network *net = digits_network(&err);
    struct quantised *q = plain_numbers(net);
    table_chip(&c, 8, 8, 1024);
    c.memory[0].size_bits = c.memory[1].size_bits = c.memory[2].size_bits = c.memory[3].size_bits = c.memory[4].size_bits = UINT64_MAX;
    c.plain.type.axons_in = c.plain.type.axons_out = UINT32_MAX;
    uint64_t bits[3];
    for (int k = 0; k < 3; k++) {
        c.plain.type.form_conv = k < 1;
        c.plain.type.form_list = k < 2;
        struct mapping *map = map_to(net, q, &c.plain, NULL, 0, &err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(map);
        CU_ASSERT_EQUAL(map->fidelity.count, k ? 2 : 0);
        if (k) {
            CU_ASSERT_STRING_EQUAL(map->fidelity.line[0].node, "lif1");
            CU_ASSERT_PTR_NOT_NULL(strstr(map->fidelity.line[0].text, k == 1 ? "lists" : "dense rows"));
        }
        bits[k] = map->core[0].memory_bits[0];
        CU_ASSERT(is_right(map, net, q, &c.plain.file));
        mapping_free(map);
    }
    CU_ASSERT(bits[0] * 4 < bits[1] && bits[1] < bits[2]);
    plain_numbers_free(q);
    network_free(net);
    free(c.plain.file.core_type_of);
}

static void a_bias_of_synapses_takes_an_axon_and_a_row_per_layer(void)
{
    struct table_chip c;
    struct err err;
    int64_t bias = 0;
    struct network *net = dense_network(64, 128, 10);
    struct quantised *q = plain_numbers(net);
    table_chip(&c, 4, 4, 256);
    struct mapping *without = map_to(net, q, &c.plain, NULL, 0, &err);
    q->population[1].bias_weight = &bias;       /* only whether it is there matters */
    struct mapping *with = map_to(net, q, &c.plain, NULL, 0, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(without);
    CU_ASSERT_PTR_NOT_NULL_FATAL(with);
    CU_ASSERT_EQUAL(with->core[0].axons_in, without->core[0].axons_in + 1);
    CU_ASSERT_EQUAL(with->core[0].memory_bits[0], without->core[0].memory_bits[0] + 128 * 8);
    CU_ASSERT_EQUAL(with->core[0].memory_bits[1], without->core[0].memory_bits[1] + 32);
    mapping_free(without);
    mapping_free(with);
    plain_numbers_free(q);
    network_free(net);
    free(c.plain.file.core_type_of);
}

static uint64_t busiest(const struct mapping *map)
{
    uint64_t most = 0;
    for (uint32_t c = 0; map && c < map->n_cores; c++)
        most = map->core[c].work > most ? map->core[c].work : most;
    return most;
}

static void balance_lowers_the_work_of_the_busiest_core(void)
{
    struct plain_chip chip;
    struct err err;
    struct network *net[] = {dense_network(64, 128, 10), gestures_network(&err)};
    plain_chip(&chip, 16, 16, 20000);
    for (int k = 0; k < 2; k++) {
        struct quantised *q = plain_numbers(net[k]);
        struct mapping *pack = map_to(net[k], q, &chip, "pack", 0, &err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(pack);
        CU_ASSERT_EQUAL(pack->n_cores, 1);
        for (uint32_t cores = 2; cores <= 64; cores *= 2) {
            struct mapping *map = map_to(net[k], q, &chip, "balance", cores, &err);
            CU_ASSERT_PTR_NOT_NULL_FATAL(map);
            CU_ASSERT(map->n_cores <= cores);
            CU_ASSERT(busiest(map) * cores < busiest(pack) + busiest(pack) / 4 + 200 * cores);
            CU_ASSERT(is_right(map, net[k], q, &chip.file));
            mapping_free(map);
        }
        struct mapping *all = map_to(net[k], q, &chip, "balance", 0, &err);
        CU_ASSERT(all && all->n_cores > 100);
        mapping_free(all);
        mapping_free(pack);
        plain_numbers_free(q);
        network_free(net[k]);
    }
    free(chip.file.core_type_of);
}

static void balance_deals_a_dense_network_out_evenly(void)
{
    struct plain_chip chip;
    struct err err;
    struct network *net = dense_network(64, 128, 10);
    struct quantised *q = plain_numbers(net);
    plain_chip(&chip, 4, 4, 1024);
    struct mapping *map = map_to(net, q, &chip, "balance", 4, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(map);
    CU_ASSERT_EQUAL_FATAL(map->n_cores, 4);
    for (uint32_t c = 0; c < 4; c++) {
        uint32_t hidden = 0;
        while (hidden < map->core[c].neurons && map->core[c].neuron[hidden] < 128)
            hidden++;
        CU_ASSERT_EQUAL(hidden, 32);
        CU_ASSERT(map->core[c].neurons - hidden == 2 || map->core[c].neurons - hidden == 3);
    }
    mapping_free(map);
    plain_numbers_free(q);
    network_free(net);
    free(chip.file.core_type_of);
}

/* Row by row in the order of filling, for comparison: core k of the plan at place k. */
static void placement_shortens_routes_and_knows_its_mesh(void)
{
    struct plain_chip chip;
    struct err err;
    struct network *net = gestures_network(&err);
    struct quantised *q = plain_numbers(net);
    double hops[4];
    for (int k = 0; k < 4; k++) {
        plain_chip(&chip, k == 3 ? 5 : 9, k == 3 ? 4 : 9, 256);
        chip.file.noc.topology = k == 1 ? TOPOLOGY_TORUS : TOPOLOGY_MESH;
        chip.file.noc.multicast = k == 2;
        chip.file.noc.cores_per_tile = k == 3 ? 4 : 1;
        chip.file.cores = k == 3 ? 80 : 81;
        struct mapping *map = map_to(net, q, &chip, "pack", 0, &err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(map);
        CU_ASSERT(is_right(map, net, q, &chip.file));
        hops[k] = map->hops_per_spike;
        mapping_free(map);
        free(chip.file.core_type_of);
    }
    CU_ASSERT(hops[0] < 6.5);           /* Hilbert curve alone, measured: 13.5 */
    CU_ASSERT(hops[1] <= hops[0]);
    CU_ASSERT(hops[2] < 7);
    CU_ASSERT(hops[3] < hops[0] / 2);   /* four cores at a router */
    plain_numbers_free(q);
    network_free(net);
}

static void layers_go_to_cores_of_their_type(void)
{
    struct err err;
    struct table_chip a, b;
    struct network *net = digits_network(&err);
    struct quantised *q = plain_numbers(net);
    table_chip(&a, 4, 4, 128);
    table_chip(&b, 4, 4, 40);
    struct core_type type[2] = {a.plain.type, b.plain.type};
    type[1].name = "small";
    a.plain.file.type = type;
    a.plain.file.n_types = 2;
    for (uint32_t c = 0; c < 16; c++)
        a.plain.file.core_type_of[c] = c % 2;
    q->population[2].type = 1;
    for (int m = 0; m < 3; m++) {
        struct mapping *map = map_to(net, q, &a.plain, (const char *const[]){"pack", "fill", "balance"}[m], 0, &err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(map);
        CU_ASSERT(is_right(map, net, q, &a.plain.file));
        int right = 1;
        for (uint32_t i = 0; i < map->neurons; i++)
            right &= map->core[map->core_of[i]].type == (i >= map->first[2] && i < map->first[3]);
        CU_ASSERT(right);
        mapping_free(map);
    }
    type[1].neurons = 30;
    CU_ASSERT(refused(net, q, &a.plain, "pack", 0, "layer lif2|9 cores of type small are needed, there are 8"));
    plain_numbers_free(q);
    network_free(net);
    free(a.plain.file.core_type_of);
    free(b.plain.file.core_type_of);
}

/* ---- map files ---- */

static char *file_bytes(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return mem_text("");
    char *text = mem_new(1 << 20, 1);
    size_t n = fread(text, 1, (1 << 20) - 1, file);
    text[n] = '\0';
    fclose(file);
    return text;
}

static void a_map_file_reads_back_to_the_same_mapping(void)
{
    char folder[] = "/tmp/volley-map-XXXXXX", path[2][64];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(path[0], sizeof path[0], "%s/a.yaml", folder);
    snprintf(path[1], sizeof path[1], "%s/b.yaml", folder);
    for (uint32_t tile = 1; tile <= 4; tile += 3) {
        struct plain_chip chip;
        struct err err;
        struct network *net = digits_network(&err);
        struct quantised *q = plain_numbers(net);
        plain_chip(&chip, 8, 8, 50);
        chip.file.noc.rows /= tile;
        chip.file.noc.cores_per_tile = tile;
        free(net->population[1].name);
        net->population[1].name = mem_text("odd \"name\": {\\}");
        struct mapping *map = map_to(net, q, &chip, NULL, 0, &err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(map);
        CU_ASSERT(!mapping_write(map, net, &chip.file, path[0], &err));
        struct mapping *back = map_to(net, q, &chip, path[0], 0, &err);
        if (!back)
            printf("\n  %s\n", err.text);
        CU_ASSERT_PTR_NOT_NULL_FATAL(back);
        CU_ASSERT(same_mapping(map, back));
        CU_ASSERT_EQUAL(back->fidelity.count, 0);
        CU_ASSERT(!mapping_write(back, net, &chip.file, path[1], &err));
        char *a = file_bytes(path[0]), *b = file_bytes(path[1]);
        CU_ASSERT(strlen(a) > 100);
        CU_ASSERT_STRING_EQUAL(a, b);
        CU_ASSERT((strstr(a, "core: 1.0") != NULL) == (tile > 1));
        free(a);
        free(b);
        mapping_free(map);
        mapping_free(back);
        plain_numbers_free(q);
        network_free(net);
        free(chip.file.core_type_of);
    }
    unlink(path[0]);
    unlink(path[1]);
    rmdir(folder);
}

static void a_map_file_that_is_wrong_is_told_with_its_place(void)
{
    static const struct { const char *text, *words; enum err_kind kind; } bad[] = {
        {"cores: [{core: 0, neurons: {fc1: [0..9], fc2: [0..4, 3]}}]", "m.yaml:1:53: neuron 3 of layer 'fc2' is mapped twice", ERR_INPUT},
        {"cores: [{core: 0, neurons: {fc1: [0..9], fc2: [0..3]}}]", "m.yaml:1:8: neuron 4 of layer 'fc2' is on no core (1 neuron", ERR_INPUT},
        {"cores: [{core: 16, neurons: {fc1: [0..9], fc2: [0..4]}}]", "m.yaml:1:16: core 16 is not on chip plain", ERR_INPUT},
        {"cores: [{core: 0.1, neurons: {fc1: [0..9], fc2: [0..4]}}]", "m.yaml:1:16: core 0.1 is not on chip", ERR_INPUT},
        {"cores: [{core: x, neurons: {}}]", "m.yaml:1:16: core: 'x' is not a core", ERR_INPUT},
        {"cores: [{core: 1., neurons: {}}]", "is not a core", ERR_INPUT},
        {"cores: [{core: 1, neurons: {fc1: [0..9]}}, {core: 1, neurons: {fc2: [0..4]}}]", "m.yaml:1:51: core 1 is listed twice", ERR_INPUT},
        {"cores: [{core: 1, neurons: {fcl: [0..9]}}]", "m.yaml:1:29: the network has no layer 'fcl'; did you mean 'fc1'?", ERR_INPUT},
        {"cores: [{core: 1, neurons: {fc1: [0..10]}}]", "m.yaml:1:35: layer 'fc1' has neurons 0 to 9; 10 is none of them", ERR_INPUT},
        {"cores: [{core: 1, neurons: {fc1: [9..0]}}]", "'9..0' is not a neuron or a range", ERR_INPUT},
        {"cores: [{core: 1, neurons: {fc1: {a: 1}}}]", "a list of neurons is wanted here", ERR_INPUT},
        {"cores: [{core: 1, neurons: [fc1]}]", "neurons is a map of layers", ERR_INPUT},
        {"cores: [{cores: 1, neurons: {}}]", "unknown key 'cores' in cores; did you mean 'core'?", ERR_INPUT},
        {"cores: {}", "cores is a list", ERR_INPUT},
        {"[1]", "a map file is a map", ERR_INPUT},
        {"chip: plain", "'cores' is missing", ERR_INPUT},
        {"cores: [{core: 2, neurons: {fc1: [0..9], fc2: [0..4]}}]", "m.yaml:1:9: does not fit: layer fc1: this core needs 15 compartments, a core of type plain has 12", ERR_ANSWER},
    };
    char folder[] = "/tmp/volley-map-XXXXXX", path[64];
    struct plain_chip chip;
    struct err err;
    struct network *net = dense_network(3, 10, 5);
    struct quantised *q = plain_numbers(net);
    plain_chip(&chip, 4, 4, 12);
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/m.yaml", folder);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        FILE *file = fopen(path, "w");
        CU_ASSERT_PTR_NOT_NULL_FATAL(file);
        fputs(bad[i].text, file);
        fclose(file);
        struct mapping *map = map_to(net, q, &chip, path, 0, &err);
        CU_ASSERT_PTR_NULL(map);
        CU_ASSERT_EQUAL(err.kind, bad[i].kind);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, bad[i].words));
        if (!strstr(err.text, bad[i].words))
            printf("\n  '%s' is not in: %s\n", bad[i].words, err.text);
        mapping_free(map);
    }
    unlink(path);
    rmdir(folder);
    CU_ASSERT_PTR_NULL(map_to(net, q, &chip, "packk", 0, &err));
    CU_ASSERT(err.kind == ERR_INPUT && strstr(err.text, "did you mean 'pack'?"));
    struct mapping *map = map_to(net, q, &chip, NULL, 0, &err);
    CU_ASSERT(map && mapping_write(map, net, &chip.file, "/dev/full", &err) && err.kind == ERR_INPUT);
    CU_ASSERT(map && mapping_write(map, net, &chip.file, "/nowhere/map.yaml", &err) && strstr(err.text, "/nowhere/map.yaml"));
    mapping_free(map);
    plain_numbers_free(q);
    network_free(net);
    free(chip.file.core_type_of);
}

static void a_map_file_for_another_network_warns_if_it_matches(void)
{
    char folder[] = "/tmp/volley-map-XXXXXX", path[64];
    struct plain_chip chip;
    struct err err;
    struct network *net = dense_network(3, 10, 5);
    struct quantised *q = plain_numbers(net);
    plain_chip(&chip, 4, 4, 16);
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/m.yaml", folder);
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs("network: other\nchip: plain\ncores:\n  - {core: 5, neurons: {fc2: 0..4, fc1: [0..9]}}\n  - {core: 6, neurons: {}}\n", file);
    fclose(file);
    struct mapping *map = map_to(net, q, &chip, path, 0, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(map);
    CU_ASSERT_EQUAL_FATAL(map->fidelity.count, 1);
    CU_ASSERT_EQUAL(map->fidelity.line[0].kind, FIDELITY_WARNING);
    CU_ASSERT(map->n_cores == 1 && map->core[0].core == 5 && map->core[0].neuron[0] == 0);
    mapping_free(map);
    unlink(path);
    rmdir(folder);
    plain_numbers_free(q);
    network_free(net);
    free(chip.file.core_type_of);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("mapping", NULL, NULL);
    CU_add_test(suite, "rows take the words of the described hardware", rows_take_the_words_of_the_described_hardware);
    CU_add_test(suite, "a dense network uses 1,408 words of Loihi", a_dense_network_uses_1408_words_of_loihi);
    CU_add_test(suite, "fill keeps the order of the file", file_order_is_file_order);
    CU_add_test(suite, "conv layers become blocks that few packets reach", conv_layers_become_blocks_that_few_packets_reach);
    CU_add_test(suite, "a block has all channels of neighbouring positions", a_block_has_all_channels_of_neighbouring_positions);
    CU_add_test(suite, "every capacity is kept and counted to the word, the same again", every_capacity_is_kept_and_counted_to_the_word);
    CU_add_test(suite, "the chip builder counts the same axons and words", the_chip_builder_counts_the_same);
    CU_add_test(suite, "what does not fit is told with layer, need and cure", what_does_not_fit_is_told_with_layer_need_and_cure);
    CU_add_test(suite, "delays beyond the chip do not fit", delays_beyond_the_chip_do_not_fit);
    CU_add_test(suite, "axons out are kept though they depend on later cores", axons_out_are_kept_though_they_depend_on_later_cores);
    CU_add_test(suite, "a form that is not offered is expanded and said", a_form_that_is_not_offered_is_expanded_and_said);
    CU_add_test(suite, "a bias of synapses takes an axon and a row per layer", a_bias_of_synapses_takes_an_axon_and_a_row_per_layer);
    CU_add_test(suite, "balance lowers the work of the busiest core", balance_lowers_the_work_of_the_busiest_core);
    CU_add_test(suite, "balance deals a dense network out evenly", balance_deals_a_dense_network_out_evenly);
    CU_add_test(suite, "placement shortens routes and knows its mesh", placement_shortens_routes_and_knows_its_mesh);
    CU_add_test(suite, "layers go to cores of their type", layers_go_to_cores_of_their_type);
    CU_add_test(suite, "a map file reads back to the same mapping", a_map_file_reads_back_to_the_same_mapping);
    CU_add_test(suite, "a map file that is wrong is told with its place", a_map_file_that_is_wrong_is_told_with_its_place);
    CU_add_test(suite, "a map file for another network warns if it matches", a_map_file_for_another_network_warns_if_it_matches);
    return check_run();
}
