/* What the NIR reader refuses, and what its one message says: files of tests/fuzz/corpus/nir (tests/fuzz/make_nir.py). */
#include <string.h>

#include "import/import.h"
#include "kit.h"

#define CORPUS "tests/fuzz/corpus/nir/"

static const struct import_options defaults = {.reset = -1, .reset_time = -1};
static const struct import_options snntorch = {.from = "snntorch", .reset = -1, .reset_time = -1, .allow_shift = 1};

/* The file is refused with this kind and a message that names it and holds both texts. */
static void check_refused(const char *file, const struct import_options *options, enum err_kind kind, const char *first, const char *second)
{
    char path[300];
    struct err err = {0};
    snprintf(path, sizeof path, CORPUS "%s.nir", file);
    struct network *net = import_network(path, options, &err);
    int right = !net && err.kind == kind && strstr(err.text, file) && strstr(err.text, first) && strstr(err.text, second) && !strchr(err.text, '\n');
    if (!right)
        printf("\n    %s: %s\n", file, net ? "was read" : err.text);
    CU_ASSERT(right);
    network_free(net);
}

static void broken_graphs_are_refused_by_node(void)
{
    static const char *const cases[][3] = {
        {"bad_dangling_edge", "ghost", "no node"}, {"bad_type_maxpool2d", "'fc'", "average or sum pooling"}, {"bad_type_lstm", "'fc'", "what can: Input"},
        {"bad_type_lif", "'fc'", "did you mean 'LIF'"}, {"bad_nan_weight", "'fc'", "NaN at index 6"}, {"bad_no_weight", "'fc'", "'weight' is missing"},
        {"bad_no_bias", "'fc'", "'bias' is missing"}, {"bad_no_tau", "'lif1'", "'tau' is missing"},
        {"bad_no_v_threshold", "'lif1'", "'v_threshold' is missing"},
        {"bad_no_shape", "'input'", "'shape' is missing"}, {"bad_weight_shape", "'fc'", "5 inputs"}, {"bad_bias_length", "'fc'", "2 values"},
        {"bad_neuron_shape", "'lif1'", "(2)"}, {"bad_output_shape", "'output'", "4 elements"}, {"bad_no_input", "'input'", "Output node"},
        {"bad_two_inputs", "'more'", "2 Input nodes"}, {"bad_no_output", "no Output", ""}, {"bad_unreached", "'lif2'", "no edge leads to it"},
        {"bad_output_without_neuron", "'output'", "no neuron"}, {"bad_linear_loop", "'loop'", "loop without a neuron"}, {"bad_no_edges", "'output'", "no edge"},
        {"bad_empty", "no Input", ""}, {"bad_membrane_travels", "'li'", "only spikes travel"}, {"bad_tau_negative", "'lif1'", "above 0"},
        {"bad_metadata_word", "'lif1'", "perhaps"}, {"bad_r_zero", "'lif1'", "above 0"}, {"bad_tau_short", "'lif1'", "longer than its tau"},
        {"bad_input_huge", "'input'", "more than"}, {"bad_input_zero", "'input'", "holds 0"}, {"delay_fraction", "'n0'", "1.5 steps"},
        {"delay_remainder", "'n0'", "10.000005 steps"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(cases[i][0], &snntorch, ERR_INPUT, cases[i][1], cases[i][2]);
}

static void broken_convolutions_are_refused_by_node(void)
{
    static const char *const cases[][3] = {
        {"bad_conv_flat_input", "'fc'", "channels, height, width"}, {"bad_conv_stride", "'conv'", "'stride' holds 0"}, {"bad_conv_padding", "'conv'", "mirror"},
        {"bad_conv_groups", "'conv'", "3 groups"}, {"bad_conv_kernel", "'conv'", "window"}, {"bad_conv_grid", "'conv'", "input_shape is (5, 4)"},
        {"bad_conv_minus", "'conv'", "'padding' holds -1"}, {"bad_conv_padding_huge", "'conv'", "too many outputs"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(cases[i][0], &snntorch, ERR_INPUT, cases[i][1], cases[i][2]);
}

static void broken_containers_are_refused_in_one_sentence(void)
{
    static const char *const cases[][3] = {
        {"bad_no_node", "no", "/node"}, {"bad_node_is_data", "without a group /node", ""}, {"bad_type_number", "'type' is not a text", ""},
        {"bad_claim", "fc/weight", "more data than the file holds"}, {"bad_links", "links", ""}, {"bad_loop_of_links", "nested more than", ""},
        {"bad_forest_of_links", "more nodes than the file can hold", ""}, {"bad_truncated", "truncated or damaged", ""},
        {"bad_signature_only", "truncated or damaged", ""}, {"bad_slash", "'/'", "rename"}, {"bad_edges_numbers", "edges", "pairs of node names"},
        {"bad_heap", "texts or names are damaged", ""}, {"bad_no_names", "texts or names are damaged", ""}, {"bad_edges_three", "edges", "pairs of node names"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(cases[i][0], &snntorch, ERR_INPUT, cases[i][1], cases[i][2]);
}

/* The message keeps its cause and its cure, however long the text that it is about. */
static void overlong_texts_and_names_are_refused_in_a_short_sentence(void)
{
    static const char *const cases[][3] = {
        {"bad_long_type", "/nodes/fc: the type 'AAAA", "has 60000 characters"}, {"bad_long_reset", "'lif1'", "is not subtract, zero or none"},
        {"bad_long_edge", "the end of an edge 'AAAA", "has 60000 characters"}, {"bad_long_version", "/version", "has 60000 characters"},
        {"bad_long_name", "the node name 'fcAAAA", "has 302 characters"}, {"bad_name_of_two_lines", "the end of an edge holds a control character", "byte 1"},
        {"bad_type_of_two_lines", "/nodes/fc: the type holds a control character", "byte 6"},
        {"bad_long_nested_name", "node 'deep.GGGG", "full name has 307 characters"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        char path[300];
        check_refused(cases[i][0], &defaults, ERR_INPUT, cases[i][1], cases[i][2]);
        snprintf(path, sizeof path, CORPUS "%s.nir", cases[i][0]);
        CU_ASSERT_PTR_NULL(import_network(path, &defaults, &err));
        CU_ASSERT(strlen(err.text) < 400);
    }
}

static void what_no_one_says_is_asked_for(void)
{
    struct import_options options = defaults;
    check_refused("old_unpacked", &options, ERR_INPUT, "does not say how neurons reset; from snnTorch: --from snntorch", "--reset");
    options.reset = RESET_ZERO;
    check_refused("old_unpacked", &options, ERR_INPUT, "time step", "--dt");
    options.dt = 1e-4;
    struct err err = {0};
    struct network *net = import_network(CORPUS "old_unpacked.nir", &options, &err);
    CU_ASSERT_PTR_NOT_NULL(net);
    network_free(net);
    check_refused("if_no_reset_said", &defaults, ERR_INPUT, "does not say how neurons reset", "'if1'");
    check_refused("li_readout", &defaults, ERR_INPUT, "time step", "'li'");
    options = (struct import_options){.from = "snntroch", .reset = -1, .reset_time = -1};
    CU_ASSERT_PTR_NULL(import_network(CORPUS "dense.nir", &options, &err));
    CU_ASSERT(strstr(err.text, "did you mean 'snntorch'") && err.kind == ERR_INPUT);
}

static void a_cycle_without_delay_is_an_answer_that_prints_it(void)
{
    check_refused("cycle_of_two", &(struct import_options){.from = "snntorch", .reset = -1, .reset_time = -1}, ERR_ANSWER, "lif1", "--allow-shift");
    struct err err = {0};
    struct network *net = import_network(CORPUS "cycle_of_two.nir", &(struct import_options){.from = "lava", .reset = -1, .reset_time = -1}, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(net);      /* every spike takes a step there: the cycle has two, and no third */
    CU_ASSERT_EQUAL(net->n_projections, 3);
    for (uint32_t i = 0; i < net->n_projections; i++)
        CU_ASSERT_EQUAL(net->projection[i].network_delay, 1);
    network_free(net);
}

static void a_missing_file_and_a_folder_are_said(void)
{
    struct err err = {0};
    CU_ASSERT_PTR_NULL(import_network("no/such.nir", &defaults, &err));
    CU_ASSERT(err.kind == ERR_INPUT && strstr(err.text, "no/such.nir: No such file"));
    CU_ASSERT_PTR_NULL(import_network("tests", &defaults, &err));
    CU_ASSERT(err.kind == ERR_INPUT && strstr(err.text, "tests: a directory"));
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("nir refused", NULL, NULL);
    CU_add_test(suite, "broken graphs are refused by node", broken_graphs_are_refused_by_node);
    CU_add_test(suite, "broken convolutions are refused by node", broken_convolutions_are_refused_by_node);
    CU_add_test(suite, "broken containers are refused in one sentence", broken_containers_are_refused_in_one_sentence);
    CU_add_test(suite, "overlong texts and names are refused in a short sentence", overlong_texts_and_names_are_refused_in_a_short_sentence);
    CU_add_test(suite, "what no one says is asked for", what_no_one_says_is_asked_for);
    CU_add_test(suite, "a cycle without delay is an answer that prints it", a_cycle_without_delay_is_an_answer_that_prints_it);
    CU_add_test(suite, "a missing file and a folder are said", a_missing_file_and_a_folder_are_said);
    return check_run();
}
