/* What does not fit is told: layer, table or capacity, needed and had, and what would help. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit.h"
#include "mapping_fixture.h"

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
    CU_ASSERT(refused(net, q, &c.plain, NULL, 0, "layer fc1|memory synapse|4,096 bits|synapse rows 4,096|has 640|"
                      "--set 'core_types.plain.memories.synapse.size=512 B'|--bits, now 8"));
    c.memory[0].size_bits = 1 << 19;
    c.memory[1].size_bits = 1000;
    CU_ASSERT(refused(net, q, &c.plain, NULL, 0, "layer fc1|memory tables|axon table 2,048|routing table 64|has 1,000"));
    c.memory[1].size_bits = 1 << 16;
    t->neurons = 1;
    q->population[1].compartments = 2;
    CU_ASSERT(refused(net, q, &c.plain, NULL, 0, "layer fc1|2 compartments|has 1|capacity.neurons=2"));
    q->population[1].compartments = 1;
    t->neurons = 30;
    CU_ASSERT(refused(net, q, &c.plain, NULL, 0, "layer fc1|5 cores of type plain are needed, there are 4|full by neurons (30)|capacity.neurons|noc.size=2x3"));
    CU_ASSERT(!refused(net, q, &c.plain, "fill", 0, "layer fc1|--map pack"));  /* which needs five as well */
    t->neurons = 70;
    CU_ASSERT(refused(net, q, &c.plain, "balance", 1, "layer fc1|2 cores of type plain are needed, there are 1|, --cores 2"));
    t->neurons = 256;
    t->axons_out = 0;
    CU_ASSERT(refused(net, q, &c.plain, NULL, 0, "layer fc1|axons out"));
    t->axons_out = 100;         /* four cores hold all neurons but not their routes */
    CU_ASSERT(refused(net, q, &c.plain, NULL, 1, "layer fc|axons out (100)"));
    plain_numbers_free(q);
    network_free(net);
    free(c.plain.file.core_type_of);
}

/* File order takes more cores than packing: what would do is said, and does. */
static void packing_is_named_where_it_would_do(void)
{
    struct table_chip c;
    struct err err;
    char words[100];
    struct network *net = digits_network(&err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(net);
    struct quantised *q = plain_numbers(net);
    table_chip(&c, 16, 16, 64);
    c.plain.type.axons_in = 300;
    struct mapping *filled = map_to(net, q, &c.plain, "fill", 0, &err);
    struct mapping *packed = map_to(net, q, &c.plain, "pack", filled ? filled->n_cores - 1 : 0, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(filled);
    CU_ASSERT_PTR_NOT_NULL_FATAL(packed);
    snprintf(words, sizeof words, ", --cores %u, or --map pack", filled->n_cores);
    CU_ASSERT(refused(net, q, &c.plain, "fill", filled->n_cores - 1, words));
    mapping_free(filled);
    mapping_free(packed);
    plain_numbers_free(q);
    network_free(net);
    free(c.plain.file.core_type_of);
}

/* --cores 3 for two types of core: what the first takes is not there for the second. */
static void types_share_the_cores_that_may_be_used(void)
{
    struct table_chip c;
    struct network *net = dense_network(64, 120, 100);
    struct quantised *q = plain_numbers(net);
    table_chip(&c, 2, 4, 60);
    struct core_type two[2] = {c.plain.type, c.plain.type};
    two[1].name = "other";
    c.plain.file.type = two;
    c.plain.file.n_types = 2;
    for (uint32_t k = 4; k < 8; k++)
        c.plain.file.core_type_of[k] = 1;
    q->population[2].type = 1;
    CU_ASSERT(refused(net, q, &c.plain, "pack", 3, "layer fc2|2 cores of type other are needed, there are 1|a larger --cores"));
    CU_ASSERT(refused(net, q, &c.plain, "balance", 3, "layer fc2|2 cores of type other are needed, there are 1|a larger --cores"));
    two[1].neurons = 20;
    CU_ASSERT(refused(net, q, &c.plain, "pack", 0, "layer fc2|5 cores of type other are needed, there are 4|more cores of that type"));
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

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("mapping refuse", NULL, NULL);
    CU_add_test(suite, "what does not fit is told with layer, need and cure", what_does_not_fit_is_told_with_layer_need_and_cure);
    CU_add_test(suite, "packing is named where it would do", packing_is_named_where_it_would_do);
    CU_add_test(suite, "types share the cores that may be used", types_share_the_cores_that_may_be_used);
    CU_add_test(suite, "delays beyond the chip do not fit", delays_beyond_the_chip_do_not_fit);
    return check_run();
}
