/* Map files: written, read back to the same mapping, and refused with file, line and column. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit.h"
#include "mapping_fixture.h"

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
        {"cores: [{core: 0, neurons: {fc1: [0..9], fc2: [0..4, 3]}}]", "m.yaml:1:54: neuron 3 of layer 'fc2' is mapped twice", ERR_INPUT},
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
        {"cores: [{core: 2, neurons: {fc1: [0..9], fc2: [0..4]}}]",
         "m.yaml:1:9: does not fit: layer fc1: this core needs 15 compartments, a core of type plain has 12", ERR_ANSWER},
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
    CU_pSuite suite = CU_add_suite("mapping file", NULL, NULL);
    CU_add_test(suite, "a map file reads back to the same mapping", a_map_file_reads_back_to_the_same_mapping);
    CU_add_test(suite, "a map file that is wrong is told with its place", a_map_file_that_is_wrong_is_told_with_its_place);
    CU_add_test(suite, "a map file for another network warns if it matches", a_map_file_for_another_network_warns_if_it_matches);
    return check_run();
}
