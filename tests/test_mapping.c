/* The mapper: every capacity is kept and counted as the chip builder counts it, and layers become blocks. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chip.h"
#include "kit.h"
#include "mapping_fixture.h"

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

/* A ring of 3,000 neurons, each reaching the 40 nearest, its numbers shuffled. */
static struct network *shuffled_ring(void)
{
    enum { N = 3000, REACH = 40 };
    struct err err;
    uint64_t seed = 11;
    struct network *net = input_of((struct shape){1, {1}});
    uint32_t ring = add_layer(net, "ring", (struct shape){1, {N}}), *place = mem_new(N, sizeof *place), *at = mem_new(N, sizeof *at);
    random_list(net, &seed, HOST_POPULATION, ring, "in");
    struct projection *p = network_add_projection(net, "near", ring, ring, FORM_LIST);
    for (uint32_t i = 0; i < N; i++)
        at[i] = i;
    for (uint32_t i = N - 1; i > 0; i--) {
        uint32_t j = next_random(&seed, i + 1), swap = at[i];
        at[i] = at[j];
        at[j] = swap;
    }
    for (uint32_t i = 0; i < N; i++)
        place[at[i]] = i;
    p->weight = same_numbers(1, 1);
    p->n_weights = 1;
    p->list_first = mem_new(N + 1, sizeof *p->list_first);
    p->list = mem_new((size_t)N * REACH, sizeof *p->list);
    for (uint32_t i = 0; i < N; i++) {
        uint8_t *reached = mem_new(N, 1);
        for (uint32_t k = 0; k < REACH; k++)
            reached[at[(place[i] + N - REACH / 2 + k) % N]] = 1;
        for (uint32_t post = 0; post < N; post++)
            if (reached[post])
                p->list[p->n_list++].post = post;
        p->list_first[i + 1] = p->n_list;
        free(reached);
    }
    free(at);
    free(place);
    return network_finish(net, 0, &err) ? NULL : net;
}

static void neurons_that_share_inputs_come_together_whatever_their_numbers(void)
{
    struct network *net = shuffled_ring();
    CU_ASSERT_PTR_NOT_NULL_FATAL(net);
    CU_ASSERT(packets(net, 256, "fill") > 8);
    CU_ASSERT(packets(net, 256, "pack") < 2.5);         /* 1.2 were possible */
    network_free(net);
}

static void random_limits(struct table_chip *c, uint64_t *seed)
{
    struct core_type *t = &c->plain.type;
    uint32_t side = 2 + next_random(seed, 8);
    table_chip(c, side, side, 20 + next_random(seed, 200));
    t->axons_in = 80 + next_random(seed, 600);
    t->axons_out = 40 + next_random(seed, 1500);
    for (int m = 0; m < 5; m++)
        c->memory[m].size_bits = c->memory[m].size_bits / (1 + next_random(seed, 6));
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
        int64_t *bias = mem_new(net->population[1].neurons, sizeof *bias);
        if (k % 3 == 0) {
            q->population[1].bias_weight = bias;
            q->population[1].bias_packets = 1;
            q->population[1].bias_bits = 4;
        }
        struct mapping *map = map_to(net, q, &c.plain, k % 2 ? "pack" : "fill", 0, &err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(map);
        struct chip_options options = {.steps = 4, .hold = 1, .host_payload_max = 1};
        struct chip *chip = chip_new(&c.plain.file, net, q, map, &options, &err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(chip);
        uint64_t *in = mem_new(map->n_cores, sizeof *in), *out = mem_new(map->n_cores, sizeof *out), *words = mem_new(map->n_cores, sizeof *words);
        for (uint64_t s = 0; s < chip->n_sources; s++)
            for (uint32_t r = 0; r < chip->source[s].routes; r++) {
                const struct spike_route *route = &chip->route[chip->source[s].first_route + r];
                if (s >= chip->host_neurons && s < chip->host_neurons + map->neurons)      /* biases come last, from the host */
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
        free(bias);
        for (uint32_t p = 0; p < net->n_projections; p++)
            free(q->projection[p].weight);
        plain_numbers_free(q);
        network_free(net);
        free(c.plain.file.core_type_of);
    }
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
    CU_ASSERT_PTR_NOT_NULL_FATAL(without);
    for (uint32_t bits = 4; bits <= 8; bits += 4) {     /* the width in use, --bits, not the chip's */
        q->population[1].bias_bits = bits;
        struct mapping *with = map_to(net, q, &c.plain, NULL, 0, &err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(with);
        CU_ASSERT_EQUAL(with->core[0].axons_in, without->core[0].axons_in + 1);
        CU_ASSERT_EQUAL(with->core[0].memory_bits[0], without->core[0].memory_bits[0] + 128 * bits);
        CU_ASSERT_EQUAL(with->core[0].memory_bits[1], without->core[0].memory_bits[1] + 32);
        mapping_free(with);
    }
    mapping_free(without);
    plain_numbers_free(q);
    network_free(net);
    free(c.plain.file.core_type_of);
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
    CU_add_test(suite, "neurons that share inputs come together whatever their numbers", neurons_that_share_inputs_come_together_whatever_their_numbers);
    CU_add_test(suite, "every capacity is kept and counted to the word, the same again", every_capacity_is_kept_and_counted_to_the_word);
    CU_add_test(suite, "the chip builder counts the same axons and words", the_chip_builder_counts_the_same);
    CU_add_test(suite, "a form that is not offered is expanded and said", a_form_that_is_not_offered_is_expanded_and_said);
    CU_add_test(suite, "a bias of synapses takes an axon and a row per layer", a_bias_of_synapses_takes_an_axon_and_a_row_per_layer);
    return check_run();
}
