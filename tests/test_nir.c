/* The NIR reader: the reference networks bit for bit; every form, node type and way of storing against what numpy computed (it
 * stands in the metadata of the files of tests/fuzz/corpus/nir, written by tests/fuzz/make_nir.py). */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "import/import.h"
#include "import/nir_file.h"
#include "import/npy.h"
#include "kit.h"

#define CORPUS "tests/fuzz/corpus/nir/"

static const struct import_options defaults = {.reset = -1, .reset_time = -1};
static const struct import_options snntorch = {.from = "snntorch", .reset = -1, .reset_time = -1, .allow_shift = 1};

static struct network *read_named(const char *name, const struct import_options *options)
{
    char path[300];
    struct err err = {0};
    snprintf(path, sizeof path, CORPUS "%s.nir", name);
    struct network *net = import_network(path, options, &err);
    if (!net)
        printf("\n    %s\n", err.text);
    return net;
}

static const struct population *population(const struct network *net, const char *name)
{
    int i = network_population_by_name(net, name);
    return i < 0 ? NULL : &net->population[i];
}

static const struct projection *projection(const struct network *net, const char *name)
{
    for (uint32_t i = 0; i < net->n_projections; i++)
        if (!strcmp(net->projection[i].name, name))
            return &net->projection[i];
    return NULL;
}

static int has_line(const struct network *net, enum fidelity_kind kind, const char *node, const char *text)
{
    for (size_t i = 0; i < net->fidelity.count; i++) {
        const struct fidelity_line *line = &net->fidelity.line[i];
        if (line->kind == kind && !strcmp(line->node, node) && strstr(line->text, text))
            return 1;
    }
    return 0;
}

/* ---- the reference networks ---- */

static int equals_npy(const char *name, const char *what, const double *value, uint64_t n)
{
    char path[4096];
    struct npy array;
    struct err err;
    snprintf(path, sizeof path, "%s/snn/%s_%s.npy", kit_folder(), name, what);
    if (!value || npy_read(path, &array, &err))
        return 0;
    int equal = array.count == n;
    for (uint64_t i = 0; i < n && equal; i++) {
        double other = npy_number(&array, i);
        equal = !memcmp(&other, &value[i], sizeof other);
    }
    npy_free(&array);
    return equal;
}

static int layer_equals(const struct network *net, const char *name, const char *layer, const char *what, const double *value, uint64_t n)
{
    char file[200];
    snprintf(file, sizeof file, "%s_%s", layer, what);
    int equal = equals_npy(name, file, value, n);
    if (!equal)
        printf("\n    %s: %s differs\n", net->name, file);
    return equal;
}

static struct network *read_kit(const char *name)
{
    char path[4096];
    char file[100];
    struct err err = {0};
    snprintf(file, sizeof file, "snn/%s.nir", name);
    FILE *there = check_kit_open(file, path, sizeof path);
    if (!there)
        return NULL;
    fclose(there);
    struct network *net = import_network(path, &defaults, &err);
    CU_ASSERT_PTR_NOT_NULL(net);
    return net;
}

static void check_weights(const struct network *net, const char *name, const char *node, const char *layer, const char *prefix, uint32_t port)
{
    const struct projection *p = projection(net, node);
    char weight[60], bias[60];
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    snprintf(weight, sizeof weight, "%sweight", prefix);
    snprintf(bias, sizeof bias, "%sbias", prefix);
    CU_ASSERT(layer_equals(net, name, layer, weight, p->weight, p->n_weights));
    if (p->form != FORM_CONV)
        CU_ASSERT(layer_equals(net, name, layer, bias, net->population[p->to].bias[port], net->population[p->to].neurons));
}

static void check_neurons(const struct network *net, const char *name, const char *node, const char *layer)
{
    const struct population *p = population(net, node);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    CU_ASSERT(layer_equals(net, name, layer, "beta", p->beta, p->neurons));
    CU_ASSERT(layer_equals(net, name, layer, "threshold", p->threshold, p->neurons));
    if (p->rule.current)
        CU_ASSERT(layer_equals(net, name, layer, "alpha", p->alpha, p->neurons));
    CU_ASSERT(p->rule.fires && p->rule.reset == RESET_SUBTRACT && p->rule.point == RESET_NEXT_AFTER_INPUT && p->rule.compare == COMPARE_GREATER);
    CU_ASSERT_PTR_NULL(p->membrane_unit);
}

static void every_kit_network_equals_its_arrays_bit_for_bit(void)
{
    static const struct { const char *name, *layer[6]; } nets[] = {
        {"mlp_rate", {"fc1", "lif1", "fc2", "lif2"}}, {"conv_rate", {"conv1", "lif1", "conv2", "lif2", "fc3", "lif3"}},
        {"rnn_rows", {"fc1", "rlif1", "fc2", "lif2"}}, {"cuba_latency", {"fc1", "syn1", "fc2", "syn2"}},
        {"cuba_direct", {"fc1", "syn1", "fc2", "syn2"}},
    };
    for (size_t k = 0; k < sizeof nets / sizeof *nets; k++) {
        struct network *net = read_kit(nets[k].name);
        for (int i = 0; net && i < 6 && nets[k].layer[i]; i++) {
            const char *layer = nets[k].layer[i], *node = strcmp(layer, "rlif1") ? layer : "rlif1.lif";
            if (i % 2)
                check_neurons(net, nets[k].name, node, layer);
            else
                check_weights(net, nets[k].name, layer, layer, "", 0);
        }
        network_free(net);
    }
}

static void recurrence_of_the_kit_is_one_step_on_port_1(void)
{
    struct network *net = read_kit("rnn_rows");
    if (!net)
        return;
    const struct projection *p = projection(net, "rlif1.w_rec");
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    CU_ASSERT(p->from == p->to && p->back && p->port == 1 && p->network_delay == 1);
    check_weights(net, "rnn_rows", "rlif1.w_rec", "rlif1", "recurrent_", 1);
    network_free(net);
}

static void conv_keeps_its_form_and_pooling_is_folded(void)
{
    struct network *net = read_kit("conv_rate");
    if (!net)
        return;
    const struct projection *conv2 = projection(net, "conv2"), *fc3 = projection(net, "fc3");
    CU_ASSERT(conv2 && conv2->form == FORM_CONV && conv2->pooled && conv2->scale == 0.25 && conv2->n_weights == 16 * 8 * 9);
    CU_ASSERT(fc3 && fc3->form == FORM_DENSE && fc3->pooled && fc3->scale == 0.25);
    CU_ASSERT_EQUAL(net->depth_max, 3);
    CU_ASSERT_EQUAL(net->population[HOST_POPULATION].shape.rank, 3);
    CU_ASSERT_EQUAL(net->dt, 1e-4);
    const struct population *last = population(net, "lif3");
    CU_ASSERT(last && last->output && !population(net, "lif1")->output);
    CU_ASSERT_EQUAL(network_synapses(net), 3872 + 51200 + 2560);
    network_free(net);
}

/* ---- against numpy ---- */

/* Sum of the synapses of all projections from -> to: [post][pre]. */
static double *matrix_of(const struct network *net, uint32_t from, uint32_t to)
{
    uint32_t n_in = net->population[from].neurons, n_out = net->population[to].neurons;
    double *sum = mem_new((size_t)n_in * n_out, sizeof *sum);
    struct synapse *row = NULL;
    size_t capacity = 0;
    for (uint32_t i = 0; i < net->n_projections; i++) {
        const struct projection *p = &net->projection[i];
        for (uint32_t pre = 0; pre < n_in && p->from == from && p->to == to; pre++) {
            uint32_t n = projection_row(p, net, pre, &row, &capacity);
            for (uint32_t k = 0; k < n; k++)
                sum[(size_t)row[k].post * n_in + pre] += p->weight[row[k].weight] * p->scale;
        }
    }
    free(row);
    return sum;
}

static int close_to(const char *file, const char *what, const double *value, const struct nir_field *expected, uint64_t n)
{
    double worst = 0;
    for (uint64_t i = 0; i < n && expected->n == n; i++)
        worst = fmax(worst, fabs((value ? value[i] : 0) - expected->value[i]));
    if (expected->n == n && worst < 1e-6)
        return 1;
    printf("\n    %s: %s: %llu values for %llu, largest difference %g\n", file, what, (unsigned long long)n, (unsigned long long)expected->n, worst);
    return 0;
}

/* One entry of the metadata: "matrix TO<FROM", "bias TO" or "recurrent bias TO". Returns 0 for others. */
static int check_expectation(const struct network *net, const char *file, const struct nir_field *expected)
{
    char name[200];
    snprintf(name, sizeof name, "%s", expected->name);
    char *space = strrchr(name, ' '), *less = strchr(name, '<');
    if (!space || !expected->value)
        return 0;
    if (less)
        *less = 0;
    int to = network_population_by_name(net, space + 1), from = less ? network_population_by_name(net, less + 1) : 0;
    CU_ASSERT_FATAL(to > 0 && from >= 0);
    const struct population *p = &net->population[to];
    if (less) {
        double *matrix = matrix_of(net, (uint32_t)from, (uint32_t)to);
        CU_ASSERT(close_to(file, expected->name, matrix, expected, (uint64_t)p->neurons * net->population[from].neurons));
        free(matrix);
    } else {
        CU_ASSERT(close_to(file, expected->name, p->bias[*name == 'r'], expected, p->neurons));
    }
    return 1;
}

static int check_file(const char *name)
{
    char path[300];
    struct err err = {0};
    int checked = 0;
    snprintf(path, sizeof path, CORPUS "%s.nir", name);
    struct nir_file *nir = nir_file_read(path, &err);
    struct network *net = read_named(name, &snntorch);
    CU_ASSERT_FATAL(nir && net);
    for (size_t i = 0; i < nir->root.metadata.n; i++)
        checked += check_expectation(net, name, &nir->root.metadata.field[i]);
    network_free(net);
    nir_file_free(nir);
    return checked;
}

static void forms_and_compositions_equal_numpy(void)
{
    static const char *const files[] = {
        "dense", "linear_only", "conv_all_options", "conv_same_even", "conv_valid", "conv1d", "pool_alone_average", "pool_alone_overlapping",
        "pool_scalar", "pool_conv", "pool_flatten_dense", "pool_pool", "dense_dense", "conv_conv", "conv_pool", "conv_flatten_dense", "scale_alone",
        "scale_one_value", "scale_dense_scale", "scale_conv_channels", "scale_conv_pixels",
        "conv_groups_scale_pixels", "scale_pool_conv", "pool_scale_pixels", "direct",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        CU_ASSERT_EQUAL(check_file(files[i]), 2);
}

static void graphs_with_sums_nesting_and_recurrence_equal_numpy(void)
{
    static const char *const files[] = {"sum_of_two", "residual", "recurrent_flat", "recurrent_nested", "recurrent_nested_full_names", "nested_deep",
                                        "nested_two_ports", "cycle_of_two", "recurrent_two_paths"};
    static const int entries[] = {2, 2, 4, 4, 4, 2, 1, 3, 3};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        CU_ASSERT_EQUAL(check_file(files[i]), entries[i]);
}

static void ways_of_storing_give_the_same_network(void)
{
    static const char *const files[] = {"old_unpacked", "old_packed", "float64", "no_version", "fixed_text", "space_padded", "repeated_edges",
                                        "scalar_parameters"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        CU_ASSERT_EQUAL(check_file(files[i]), 2);
        struct network *net = read_named(files[i], &snntorch);
        const struct population *p = population(net, "1");
        CU_ASSERT(p && p->neurons == 3 && p->output && p->beta[2] == (double)0.96f);
        CU_ASSERT_EQUAL(has_line(net, FIDELITY_NOTE, "0", "more than once"), !strcmp(files[i], "repeated_edges"));
        network_free(net);
    }
}

static enum projection_form form_of(const char *file, const char *name, int *pooled)
{
    struct network *net = read_named(file, &snntorch);
    const struct projection *p = net ? projection(net, name) : NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    enum projection_form form = p->form;
    *pooled = p->pooled;
    network_free(net);
    return form;
}

static void chains_keep_a_form_of_their_own_where_there_is_one(void)
{
    int pooled;
    CU_ASSERT(form_of("conv_all_options", "conv2d0", &pooled) == FORM_CONV && !pooled);
    CU_ASSERT(form_of("conv1d", "conv1d0", &pooled) == FORM_CONV && !pooled);
    CU_ASSERT(form_of("pool_alone_overlapping", "sumpool2d0", &pooled) == FORM_POOL && !pooled);
    CU_ASSERT(form_of("pool_conv", "conv2d1", &pooled) == FORM_CONV && pooled);
    CU_ASSERT(form_of("pool_flatten_dense", "affine2", &pooled) == FORM_DENSE && pooled);
    CU_ASSERT(form_of("scale_conv_channels", "conv2d1", &pooled) == FORM_CONV && !pooled);
    CU_ASSERT(form_of("scale_pool_conv", "conv2d2", &pooled) == FORM_CONV && pooled);
    CU_ASSERT(form_of("scale_dense_scale", "affine1", &pooled) == FORM_DENSE && !pooled);
    CU_ASSERT(form_of("scale_alone", "scale0", &pooled) == FORM_ONE_TO_ONE && !pooled);
    CU_ASSERT(form_of("direct", "input->lif1", &pooled) == FORM_ONE_TO_ONE && !pooled);
}

static void chains_without_a_form_are_multiplied_out_and_said_so(void)
{
    static const struct { const char *file, *name; enum projection_form form; } cases[] = {
        {"pool_pool", "avgpool2d1", FORM_LIST}, {"dense_dense", "affine1", FORM_DENSE}, {"conv_conv", "conv2d1", FORM_LIST},
        {"conv_pool", "conv2d0", FORM_LIST}, {"scale_conv_pixels", "conv2d1", FORM_LIST}, {"pool_scale_pixels", "scale1", FORM_LIST},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct network *net = read_named(cases[i].file, &snntorch);
        const struct projection *p = net ? projection(net, cases[i].name) : NULL;
        CU_ASSERT(p && p->form == cases[i].form);
        CU_ASSERT(net && has_line(net, FIDELITY_REWRITTEN, cases[i].name, "multiplied out"));
        network_free(net);
    }
}

/* ---- graph ---- */

static void nested_nodes_are_named_once_by_their_graphs(void)
{
    static const char *const files[] = {"recurrent_flat", "recurrent_nested", "recurrent_nested_full_names"};
    for (size_t i = 0; i < 3; i++) {
        struct network *net = read_named(files[i], &snntorch);
        CU_ASSERT_PTR_NOT_NULL_FATAL(net);
        const struct projection *p = projection(net, "rnn.w_rec");
        CU_ASSERT(population(net, "rnn.lif") && p && p->from == p->to && p->back && p->port == 1 && p->network_delay == 1);
        network_free(net);
    }
}

static void delays_are_steps_of_all_sources_or_synapses(void)
{
    struct network *net = read_named("delay_of_all", &snntorch);
    CU_ASSERT(net && net->projection[0].network_delay == 3 && !net->projection[0].pre_delay);
    network_free(net);
    net = read_named("delay_float32", &snntorch);       /* 99.9999978 steps: what float32 makes of 0.01 s */
    CU_ASSERT(net && net->projection[0].network_delay == 100);
    network_free(net);
    net = read_named("delay_of_sources", &snntorch);
    CU_ASSERT_PTR_NOT_NULL_FATAL(net);
    const struct projection *p = &net->projection[0];
    CU_ASSERT(p->form == FORM_DENSE && p->network_delay == 1 && p->pre_delay && p->pre_delay[0] == 0 && p->pre_delay[1] == 1 && p->pre_delay[2] == 4);
    network_free(net);
    net = read_named("delay_of_targets", &snntorch);
    CU_ASSERT_PTR_NOT_NULL_FATAL(net);
    p = &net->projection[0];
    CU_ASSERT(p->form == FORM_LIST && p->network_delay == 1 && p->n_list == 9);
    static const uint32_t left[] = {0, 1, 4};
    for (uint64_t k = 0; k < p->n_list; k++)
        CU_ASSERT_EQUAL(p->list[k].delay, left[p->list[k].post]);
    network_free(net);
    net = read_named("delays_that_add_up", &snntorch);
    CU_ASSERT(net && net->projection[0].form == FORM_DENSE && net->projection[0].network_delay == 6);
    network_free(net);
}

/* ---- neurons ---- */

static void check_point(const char *file, const struct import_options *options, enum reset_kind reset, enum reset_point point)
{
    struct network *net = read_named(file, options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(net);
    const struct neuron_rule *rule = &net->population[1].rule;
    CU_ASSERT(rule->reset == reset && rule->point == point);
    network_free(net);
}

static void metadata_says_how_and_when_neurons_reset(void)
{
    check_point("metadata_zero_1", &defaults, RESET_ZERO, RESET_NEXT_BEFORE_DECAY);
    check_point("metadata_zero_0", &defaults, RESET_ZERO, RESET_NOW);
    check_point("metadata_subtract_0", &defaults, RESET_SUBTRACT, RESET_NOW);
    check_point("metadata_none_1", &defaults, RESET_NONE, RESET_NEXT_BEFORE_DECAY);
    check_point("metadata_of_graph", &defaults, RESET_ZERO, RESET_NEXT_BEFORE_DECAY);
    check_point("if_scaled", &defaults, RESET_ZERO, RESET_NOW);
    check_point("metadata_zero_1", &snntorch, RESET_ZERO, RESET_NEXT_BEFORE_DECAY);
}

static void options_override_metadata(void)
{
    struct import_options options = {.reset = RESET_SUBTRACT, .reset_time = 0};
    check_point("metadata_zero_1", &options, RESET_SUBTRACT, RESET_NOW);
    options = (struct import_options){.reset = -1, .reset_time = -1, .dt = 2e-4};
    struct network *net = read_named("metadata_zero_1", &options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(net);
    CU_ASSERT_DOUBLE_EQUAL(net->population[1].beta[0], 0.8, 1e-6);      /* from tau: the stored decay is for another step */
    CU_ASSERT_EQUAL(net->dt, 2e-4);
    network_free(net);
}

static void recurrent_and_current_neurons_lose_the_input_of_a_reset_to_zero(void)
{
    struct import_options options = {.from = "snntorch", .reset = RESET_ZERO, .reset_time = -1};
    check_point("recurrent_flat", &options, RESET_ZERO, RESET_NEXT_AFTER_INPUT);
    check_point("cuba_no_w_in", &options, RESET_ZERO, RESET_NEXT_AFTER_INPUT);
    check_point("dense", &options, RESET_ZERO, RESET_NEXT_BEFORE_DECAY);
}

static void a_v_reset_other_than_zero_says_the_reset_itself(void)
{
    struct import_options options = {.dt = 1e-4, .reset = -1, .reset_time = -1};
    check_point("lif_v_reset", &options, RESET_VALUE, RESET_NOW);
    struct network *net = read_named("lif_v_reset", &options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(net);
    const struct population *p = &net->population[1];
    CU_ASSERT_DOUBLE_EQUAL(p->reset_value[1] * p->membrane_unit[1], -0.25, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(p->threshold[1] * p->membrane_unit[1], 0.5, 1e-6);
    network_free(net);
}

static void a_gain_moves_into_the_threshold(void)
{
    struct network *net = read_named("if_scaled", &defaults);
    CU_ASSERT_PTR_NOT_NULL_FATAL(net);
    const struct population *p = &net->population[1];
    CU_ASSERT(p->beta[0] == 1 && p->threshold[0] == 0.75 && p->membrane_unit[0] == 2);
    CU_ASSERT(has_line(net, FIDELITY_REWRITTEN, "if1", "divided by the input's gain"));
    network_free(net);
    net = read_named("cuba_no_w_in", &snntorch);
    CU_ASSERT_PTR_NOT_NULL_FATAL(net);
    p = &net->population[1];
    CU_ASSERT(p->rule.current && p->alpha[0] == (double)0.8f && p->beta[0] == (double)0.9f);
    CU_ASSERT_DOUBLE_EQUAL(p->threshold[0], 0.5 / (0.2 * 2 * 0.1), 1e-5);
    network_free(net);
}

static void a_leak_potential_becomes_an_input_or_a_shift(void)
{
    struct import_options options = {.from = "lava", .reset = -1, .reset_time = -1};
    struct network *net = read_named("lif_v_leak", &options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(net);
    CU_ASSERT_DOUBLE_EQUAL(net->population[1].bias[0][2], 0.3, 1e-6);       /* (1 - beta) v_leak / g, g = 1 - beta */
    network_free(net);
    options.from = "norse";
    net = read_named("lif_v_leak", &options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(net);
    const struct population *p = &net->population[1];
    CU_ASSERT(!p->bias[0] && p->rule.reset == RESET_VALUE);
    CU_ASSERT_DOUBLE_EQUAL(p->threshold[2], (0.5 - 0.3) / 0.04, 1e-5);
    CU_ASSERT_DOUBLE_EQUAL(p->reset_value[2], -0.3 / 0.04, 1e-5);
    network_free(net);
    net = read_named("cuba_v_leak", &options);
    CU_ASSERT(net && net->population[1].rule.reset == RESET_VALUE);
    network_free(net);
}

static void readouts_never_fire_and_need_no_reset(void)
{
    static const char *const files[] = {"li_readout", "i_readout", "cuba_li_readout"};
    struct import_options options = {.dt = 1e-4, .reset = -1, .reset_time = -1};
    for (size_t i = 0; i < 3; i++) {
        struct network *net = read_named(files[i], &options);
        CU_ASSERT_PTR_NOT_NULL_FATAL(net);
        CU_ASSERT(!net->population[1].rule.fires && net->population[1].output && net->population[1].rule.current == (i == 2));
        network_free(net);
    }
    struct network *net = read_named("threshold_alone", &defaults);
    CU_ASSERT(net && net->population[1].rule.fires && net->population[1].rule.reset == RESET_NONE && net->population[1].beta[0] == 0);
    network_free(net);
}

static void a_threshold_behind_a_membrane_is_one_population_with_it(void)
{
    struct import_options options = {.dt = 1e-4, .reset = -1, .reset_time = -1};
    struct network *net = read_named("li_threshold", &options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(net);
    const struct population *t = population(net, "t"), *li = population(net, "li");
    CU_ASSERT_FATAL(t && li);       /* li goes to an Output too */
    CU_ASSERT(t->rule.fires && t->rule.reset == RESET_NONE && !li->rule.fires && t->output && li->output);
    CU_ASSERT_DOUBLE_EQUAL(t->threshold[0], 0.25 / 0.04, 1e-5);
    CU_ASSERT_EQUAL(net->n_projections, 4);     /* input and back, into each */
    network_free(net);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("nir", NULL, NULL);
    CU_add_test(suite, "every kit network equals its arrays bit for bit", every_kit_network_equals_its_arrays_bit_for_bit);
    CU_add_test(suite, "recurrence of the kit is one step on port 1", recurrence_of_the_kit_is_one_step_on_port_1);
    CU_add_test(suite, "conv keeps its form and pooling is folded", conv_keeps_its_form_and_pooling_is_folded);
    CU_add_test(suite, "forms and compositions equal numpy", forms_and_compositions_equal_numpy);
    CU_add_test(suite, "graphs with sums, nesting and recurrence equal numpy", graphs_with_sums_nesting_and_recurrence_equal_numpy);
    CU_add_test(suite, "ways of storing give the same network", ways_of_storing_give_the_same_network);
    CU_add_test(suite, "chains keep a form of their own where there is one", chains_keep_a_form_of_their_own_where_there_is_one);
    CU_add_test(suite, "chains without a form are multiplied out and said so", chains_without_a_form_are_multiplied_out_and_said_so);
    CU_add_test(suite, "nested nodes are named once by their graphs", nested_nodes_are_named_once_by_their_graphs);
    CU_add_test(suite, "delays are steps of all, sources or synapses", delays_are_steps_of_all_sources_or_synapses);
    CU_add_test(suite, "metadata says how and when neurons reset", metadata_says_how_and_when_neurons_reset);
    CU_add_test(suite, "options override metadata", options_override_metadata);
    CU_add_test(suite, "recurrent and current neurons lose the input of a reset to zero", recurrent_and_current_neurons_lose_the_input_of_a_reset_to_zero);
    CU_add_test(suite, "a v_reset other than zero says the reset itself", a_v_reset_other_than_zero_says_the_reset_itself);
    CU_add_test(suite, "a gain moves into the threshold", a_gain_moves_into_the_threshold);
    CU_add_test(suite, "a leak potential becomes an input or a shift", a_leak_potential_becomes_an_input_or_a_shift);
    CU_add_test(suite, "readouts never fire and need no reset", readouts_never_fire_and_need_no_reset);
    CU_add_test(suite, "a threshold behind a membrane is one population with it", a_threshold_behind_a_membrane_is_one_population_with_it);
    return check_run();
}
