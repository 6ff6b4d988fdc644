/* How a mapping spreads: work over cores, routes under their limit, cores over the mesh, layers over core types. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit.h"
#include "mapping_fixture.h"

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
        if (!map)
            printf("\n  %d: %s\n", m, err.text);
        CU_ASSERT_PTR_NOT_NULL_FATAL(map);
        CU_ASSERT(is_right(map, net, q, &c.plain.file));
        CU_ASSERT(map->n_cores > 4);
        mapping_free(map);
    }
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
        if (k == 3) {
            chip.file.noc.cores_per_tile = 4;
            chip.file.cores = 80;
            chip.file.core_type_of = mem_grow(chip.file.core_type_of, 80, sizeof *chip.file.core_type_of);
            memset(chip.file.core_type_of, 0, 80 * sizeof *chip.file.core_type_of);
        }
        struct mapping *map = map_to(net, q, &chip, "pack", 0, &err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(map);
        CU_ASSERT(is_right(map, net, q, &chip.file));
        hops[k] = map->hops_per_spike;
        mapping_free(map);
        free(chip.file.core_type_of);
    }
    CU_ASSERT(hops[0] < 6.5);           /* Hilbert curve alone, measured: 12.9 */
    CU_ASSERT(hops[1] < 6.5);
    CU_ASSERT(hops[2] < 7);
    CU_ASSERT(hops[3] < 0.7 * hops[0]); /* four cores at a router */
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

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("mapping spread", NULL, NULL);
    CU_add_test(suite, "axons out are kept though they depend on later cores", axons_out_are_kept_though_they_depend_on_later_cores);
    CU_add_test(suite, "balance lowers the work of the busiest core", balance_lowers_the_work_of_the_busiest_core);
    CU_add_test(suite, "balance deals a dense network out evenly", balance_deals_a_dense_network_out_evenly);
    CU_add_test(suite, "placement shortens routes and knows its mesh", placement_shortens_routes_and_knows_its_mesh);
    CU_add_test(suite, "layers go to cores of their type", layers_go_to_cores_of_their_type);
    return check_run();
}
