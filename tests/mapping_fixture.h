/* mapping_fixture.h: what the tests of the mapper share: a chip with every table, random networks, and an independent count of
 * what a mapping uses. */
#ifndef VOLLEY_TESTS_MAPPING_FIXTURE_H
#define VOLLEY_TESTS_MAPPING_FIXTURE_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bench/packet_networks.h"
#include "mapping.h"
#include "mapping_rows.h"

/* ---- what tests are made of ---- */

static inline uint32_t next_random(uint64_t *state, uint32_t below)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return below ? (uint32_t)((z ^ z >> 31) % below) : 0;
}

/* A core type with each table in a memory of its own but for axon table and routing, which share one. */
struct table_chip { struct plain_chip plain; struct chip_memory memory[5]; struct format format[2]; };

static inline void table_chip(struct table_chip *c, uint32_t columns, uint32_t rows, uint32_t neurons)
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

static inline struct mapping *map_to(const struct network *net, const struct quantised *q, const struct plain_chip *chip, const char *method, uint32_t cores,
                                     struct err *err)
{
    struct map_options options = {.method = method, .cores = cores};
    *err = (struct err){ERR_NONE, ""};
    return mapping_make(net, q, &chip->file, &options, err);
}

/* 1: the mapping is refused and the message has all the words ("a|b|c"). */
static inline int refused(const struct network *net, const struct quantised *q, const struct plain_chip *chip, const char *method, uint32_t cores,
                          const char *words)
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

static inline struct network *dense_network(uint32_t inputs, uint32_t hidden, uint32_t outputs)
{
    struct err err;
    struct network *net = input_of((struct shape){1, {inputs}});
    uint32_t fc1 = add_dense(net, "fc1", HOST_POPULATION, hidden, 1), fc2 = add_dense(net, "fc2", fc1, outputs, 1);
    net->population[fc2].output = 1;
    return network_finish(net, 0, &err) ? NULL : net;
}

/* ---- random networks ---- */

static inline void random_list(struct network *net, uint64_t *seed, uint32_t from, uint32_t to, const char *name)
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
static inline uint32_t random_spatial(struct network *net, uint64_t *seed, uint32_t from, const char *name)
{
    struct shape in = net->population[from].shape;
    int pool = !next_random(seed, 4);
    uint32_t kernel = 1 + next_random(seed, 3), stride = 1 + next_random(seed, 2), padding = next_random(seed, 2);
    uint32_t dilation = pool ? 1 : 1 + next_random(seed, 2);
    uint32_t groups = pool ? in.dim[0] : in.dim[0] % 2 == 0 && next_random(seed, 2) ? 2 : 1, channels = pool ? in.dim[0] : groups * (1 + next_random(seed, 4));
    uint32_t pre_pool = !pool && in.dim[1] > 4 && !next_random(seed, 3) ? 2 : 1, reach = dilation * (kernel - 1) + 1;
    uint32_t h = in.dim[1] / pre_pool, w = in.dim[2] / pre_pool;
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

static inline struct network *random_network(uint64_t seed)
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
    uint32_t out = add_dense(net, "out", last, 3 + next_random(&seed, 20), 1);
    net->population[out].output = 1;
    if (!network_finish(net, 1, &err))
        return net;
    printf("\n  %s\n", err.text);
    network_free(net);
    return NULL;
}

/* ---- an independent count of what a mapping uses ---- */

struct recount { uint64_t *axons_in, *axons_out, *synapses, *row_words; };

static inline struct recount recount(const struct mapping *map, const struct network *net, const struct quantised *q, const struct chipfile *chip)
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
static inline uint64_t slice_words(const struct mapping *map, const struct network *net, const struct quantised *q, const struct chipfile *chip, uint32_t c)
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

static inline int core_is_right(const struct mapping *map, const struct network *net, const struct quantised *q, const struct chipfile *chip,
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

static inline int is_right(const struct mapping *map, const struct network *net, const struct quantised *q, const struct chipfile *chip)
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

static inline int same_mapping(const struct mapping *a, const struct mapping *b)
{
    if (a->n_cores != b->n_cores || a->packets_per_spike < b->packets_per_spike || a->packets_per_spike > b->packets_per_spike)
        return 0;
    for (uint32_t c = 0; c < a->n_cores; c++)
        if (a->core[c].core != b->core[c].core || a->core[c].neurons != b->core[c].neurons || a->core[c].axons_out != b->core[c].axons_out ||
            memcmp(a->core[c].neuron, b->core[c].neuron, a->core[c].neurons * sizeof *a->core[c].neuron))
            return 0;
    return a->hops_per_spike <= b->hops_per_spike && a->hops_per_spike >= b->hops_per_spike;
}

#endif
