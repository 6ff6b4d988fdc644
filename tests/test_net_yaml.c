/* Native network YAML: the reference networks, every form through a file and back bit for bit, overrides, and what is refused where. */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "import/net_yaml.h"
#include "import/nir.h"
#include "import/npy.h"
#include "kit.h"
#include "network_compare.h"

static char folder[64], path[128];
static const struct import_options defaults = {.reset = -1, .reset_time = -1};

/* ---- files ---- */

static void put(const char *text)
{
    FILE *file = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

/* Removes what is in the folder, and says how many files that were. */
static int clear_folder(void)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    int files = 0;
    while (dir && (entry = readdir(dir)) != NULL) {
        char *name = mem_format("%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.')
            files += !unlink(name);
        free(name);
    }
    if (dir)
        closedir(dir);
    return files;
}

static struct network *read_with(const struct import_options *options)
{
    struct err err = {ERR_NONE, ""};
    struct network *net = net_yaml_read(path, options, &err);
    if (!net)
        printf("\n%s\n", err.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(net);
    return net;
}

static struct network *read_text(const char *text)
{
    put(text);
    return read_with(&defaults);
}

static void refused(const char *text, const char *place, const char *part)
{
    struct err err = {ERR_NONE, ""};
    put(text);
    struct network *net = net_yaml_read(path, &defaults, &err);
    char *wanted = mem_format("%s:%s", path, place);
    CU_ASSERT_PTR_NULL(net);
    CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, wanted));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, part));
    if (!strstr(err.text, part) || !strstr(err.text, wanted))
        printf("\nwanted '%s' at %s in: %s\n", part, place, err.text);
    network_free(net);
    free(wanted);
}

/* ---- reference networks ---- */

static const char *const kit[] = {"mlp_rate", "conv_rate", "rnn_rows", "cuba_latency", "cuba_direct"};

static struct network *read_kit(const char *name)
{
    char file[40], full[300];
    struct err err = {ERR_NONE, ""};
    snprintf(file, sizeof file, "snn/%s.yaml", name);
    FILE *there = check_kit_open(file, full, sizeof full);
    if (!there)
        return NULL;
    fclose(there);
    struct network *net = net_yaml_read(full, &defaults, &err);
    if (!net)
        printf("\n%s\n", err.text);
    CU_ASSERT_PTR_NOT_NULL(net);
    return net;
}

static void same_after_writing(const struct network *net)
{
    char text[200];
    struct err err = {ERR_NONE, ""};
    clear_folder();
    CU_ASSERT_EQUAL_FATAL(net_yaml_write(net, path, &err), 0);
    struct network *back = read_with(&defaults);
    CU_ASSERT_STRING_EQUAL(network_difference(net, back, 1, 1, text, sizeof text), "");
    if (*network_difference(net, back, 1, 1, text, sizeof text))
        printf("\n%s\n", text);
    network_free(back);
    clear_folder();
}

static void reference_networks_read_back(void)
{
    for (size_t i = 0; i < sizeof kit / sizeof *kit; i++) {
        struct network *net = read_kit(kit[i]);
        if (net)
            same_after_writing(net);
        network_free(net);
    }
}

static void reference_networks_equal_their_nir(void)
{
    for (size_t i = 0; i < sizeof kit / sizeof *kit; i++) {
        char file[40], full[300], text[200];
        struct err err = {ERR_NONE, ""};
        struct network *net = read_kit(kit[i]);
        if (!net)
            continue;
        snprintf(file, sizeof file, "snn/%s.nir", kit[i]);
        snprintf(full, sizeof full, "%s/%s", kit_folder(), file);
        struct network *nir = nir_read(full, &defaults, &err);
        CU_ASSERT_PTR_NOT_NULL(nir);
        if (nir)
            net->steps = nir->steps;                /* NIR does not state them */
        const char *found = nir ? network_difference(net, nir, 0, 0, text, sizeof text) : err.text;
        CU_ASSERT_STRING_EQUAL(found, "");
        if (*found)
            printf("\n%s: %s\n", kit[i], found);
        network_free(net);
        network_free(nir);
    }
}

static void the_convolutional_reference_is_what_its_readme_says(void)
{
    struct network *net = read_kit("conv_rate");
    if (!net)
        return;
    CU_ASSERT_EQUAL(net->n_populations, 4);
    CU_ASSERT_EQUAL(net->steps, 25);
    CU_ASSERT_EQUAL(net->dt, 1e-4);
    const struct projection *conv2 = &net->projection[1];
    CU_ASSERT_STRING_EQUAL(conv2->name, "conv2");
    CU_ASSERT_EQUAL(conv2->form, FORM_CONV);
    CU_ASSERT_EQUAL(conv2->pooled, 1);
    CU_ASSERT_EQUAL(conv2->scale, .25);
    CU_ASSERT_EQUAL(net->projection[2].form, FORM_DENSE);
    CU_ASSERT_EQUAL(net->projection[2].pool_in[0], 16);
    CU_ASSERT_EQUAL(net->population[1].beta[5], (double)0.9f);
    CU_ASSERT_EQUAL(net->population[3].output, 1);
    CU_ASSERT_EQUAL(net->depth_max, 3);
    /* taps of a 3x3 kernel inside n x n: (3n - 2)^2; four neurons stand behind each pooled position */
    CU_ASSERT_EQUAL(network_synapses(net), 22 * 22 * 8 + 4 * 10 * 10 * 8 * 16 + 256 * 10);
    network_free(net);
}

static void the_recurrent_reference_has_two_ports(void)
{
    struct network *net = read_kit("rnn_rows");
    if (!net)
        return;
    const struct population *p = &net->population[1];
    const struct projection *rec = &net->projection[1];
    CU_ASSERT_STRING_EQUAL(rec->name, "rlif1.w_rec");
    CU_ASSERT_EQUAL(rec->port, 1);
    CU_ASSERT_EQUAL(rec->network_delay, 1);
    CU_ASSERT_EQUAL(p->ports, 2);
    CU_ASSERT_PTR_NOT_NULL(p->bias[0]);
    CU_ASSERT_PTR_NOT_NULL(p->bias[1]);
    CU_ASSERT_EQUAL(p->rule.point, RESET_NEXT_AFTER_INPUT);
    network_free(net);
}

/* ---- every form ---- */

static double *ramp(uint32_t n, double step)
{
    double *v = mem_new(n, sizeof *v);
    for (uint32_t i = 0; i < n; i++)
        v[i] = (i + 1) * step;
    return v;
}

static uint32_t add(struct network *net, const char *name, struct shape shape)
{
    uint32_t i = network_add_population(net, name, "Some \"kind\"", shape);
    net->population[i].rule.fires = 1;
    net->population[i].beta = ramp(net->population[i].neurons, .01);
    net->population[i].threshold = ramp(net->population[i].neurons, .1);
    return i;
}

static struct projection *connect(struct network *net, const char *name, uint32_t from, uint32_t to, enum projection_form form, uint64_t n_weights)
{
    struct projection *p = network_add_projection(net, name, from, to, form);
    p->n_weights = n_weights;
    p->weight = ramp((uint32_t)n_weights, n_weights % 2 ? .1 : .5);
    return p;
}

static void set_pool(struct projection *p, uint32_t c, uint32_t h, uint32_t w)
{
    p->pooled = 1;
    p->pool = (struct pool){{3, 2}, {2, 1}, {1, 0}};
    memcpy(p->pool_in, (const uint32_t[]){c, h, w}, sizeof p->pool_in);
    for (int k = 0; k < 2; k++)
        p->pool_out[k] = window_positions(p->pool_in[k + 1], p->pool.kernel[k], p->pool.stride[k], p->pool.padding[k], 1);
}

static void set_list(struct projection *p, const struct network *net)
{
    static const struct synapse list[] = {{1, 1, 3}, {0, 0, 1}, {1, 0, 2}, {3, 1, 1}};
    uint32_t from = net->population[p->from].neurons;
    p->n_list = 4;
    p->list = mem_new(4, sizeof *p->list);
    memcpy(p->list, list, sizeof list);
    p->list_first = mem_new((size_t)from + 1, sizeof *p->list_first);
    for (uint32_t i = 0; i <= from; i++)
        p->list_first[i] = i == 0 ? 0 : i < 3 ? 3 : 4;
}

static void set_rules(struct network *net)
{
    struct population *p = net->population;
    p[1].rule = (struct neuron_rule){1, 1, RESET_VALUE, RESET_NEXT_BEFORE_DECAY, COMPARE_AT_LEAST, 3};
    p[1].alpha = ramp(p[1].neurons, .001);
    p[1].reset_value = ramp(p[1].neurons, -.3);
    p[1].membrane_unit = ramp(p[1].neurons, 1. / 3);
    p[2].rule = (struct neuron_rule){0, 1, RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0};
    p[2].bias[1] = ramp(p[2].neurons, 1e-3);
    p[2].reset_value = mem_new(p[2].neurons, sizeof(double));
    p[2].reset_value[0] = -0.0;
    p[3].rule = (struct neuron_rule){0, 1, RESET_SUBTRACT, RESET_NEXT_AFTER_INPUT, COMPARE_GREATER, 0};
    p[3].bias[0] = ramp(p[3].neurons, 0);
    p[4].rule = (struct neuron_rule){1, 0, RESET_NONE, RESET_NOW, COMPARE_GREATER, 0};
    p[4].alpha = ramp(p[4].neurons, 0);
    p[4].output = p[1].output = 1;
}

/* Populations: a (2,5,6), b (3,3,5), c (4), d: a read-out; names that need quoting. */
static struct network *every_form(void)
{
    struct network *net = network_new();
    net->population[0].shape = (struct shape){3, {2, 5, 6}};
    net->population[0].neurons = 60;
    net->steps = 7;
    net->dt = 1. / 3e4;
    uint32_t a = add(net, "a: \"x\"\\\t\xc3\xa9", net->population[0].shape), b = add(net, "b", (struct shape){3, {2, 3, 5}});
    uint32_t c = add(net, "c", (struct shape){1, {4}}), d = add(net, "d", (struct shape){2, {2, 2}});
    connect(net, "one", 0, a, FORM_ONE_TO_ONE, 60)->pre_delay = mem_new(60, sizeof(uint32_t));
    net->projection[0].pre_delay[7] = 5;
    connect(net, "two", a, a, FORM_ONE_TO_ONE, 1)->scale = 1. / 3;
    struct projection *p = connect(net, "pool", a, b, FORM_POOL, 1);
    p->conv = (struct conv){2, 2, 2, {3, 2}, {2, 1}, {1, 0}, {0, 0}, {5, 6}, {3, 5}};
    p = connect(net, "conv", a, b, FORM_CONV, 2 * 2 * 3 * 2);
    p->conv = (struct conv){2, 2, 1, {3, 2}, {2, 1}, {1, 0}, {1, 1}, {5, 6}, {3, 5}};
    p->port = 1;
    p = connect(net, "conv", a, b, FORM_CONV, 2 * 1 * 1 * 1);
    set_pool(p, 2, 5, 6);
    p->conv = (struct conv){2, 2, 2, {1, 1}, {1, 1}, {0, 0}, {3, 1}, {3, 5}, {3, 5}};
    p->scale = 1. / 6;
    p = connect(net, "twice", a, b, FORM_POOL, 1);
    set_pool(p, 2, 5, 6);
    p->conv = (struct conv){2, 2, 2, {1, 1}, {1, 1}, {0, 0}, {1, 1}, {3, 5}, {3, 5}};
    connect(net, "fc/1", b, c, FORM_DENSE, 30 * 4)->network_delay = 2;
    set_pool(connect(net, "fc_1", a, c, FORM_DENSE, 30 * 4), 2, 5, 6);
    connect(net, "back", c, a, FORM_DENSE, 60 * 4)->network_delay = 4;
    set_list(connect(net, "list", c, d, FORM_LIST, 2), net);
    set_list(connect(net, "list1", c, d, FORM_LIST, 1), net);
    for (uint64_t i = 0; i < 4; i++)
        net->projection[net->n_projections - 1].list[i].weight = 0;
    p = connect(net, "none", b, d, FORM_LIST, 0);
    p->list_first = mem_new(31, sizeof *p->list_first);
    p->list = mem_new(0, sizeof *p->list);
    set_rules(net);
    return net;
}

static void every_form_reads_back(void)
{
    struct err err = {ERR_NONE, ""};
    struct network *net = every_form();
    int bad = network_finish(net, 0, &err);
    if (bad)
        printf("\n%s\n", err.text);
    CU_ASSERT_EQUAL_FATAL(bad, 0);
    same_after_writing(net);
    network_free(net);
}

static void shifted_cycles_read_back_without_the_option(void)
{
    struct err err = {ERR_NONE, ""};
    struct network *net = network_new();
    net->population[0].shape = (struct shape){1, {2}};
    uint32_t a = add(net, "a", (struct shape){1, {2}}), b = add(net, "b", (struct shape){1, {2}});
    connect(net, "in", 0, a, FORM_ONE_TO_ONE, 1);
    connect(net, "ab", a, b, FORM_DENSE, 4);
    connect(net, "ba", b, a, FORM_DENSE, 4);
    CU_ASSERT_EQUAL_FATAL(network_finish(net, 1, &err), 0);
    same_after_writing(net);
    network_free(net);
}

static void unwritable_places_are_the_users_error(void)
{
    struct err err = {ERR_NONE, ""};
    struct network *net = every_form();
    CU_ASSERT_EQUAL_FATAL(network_finish(net, 0, &err), 0);
    CU_ASSERT_EQUAL(net_yaml_write(net, "/nowhere/at/all.yaml", &err), -1);
    CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
    char *blocked = mem_format("%s/net_fc_1_weight.npy", folder);       /* a folder stands where an array would go */
    CU_ASSERT_EQUAL(mkdir(blocked, 0700), 0);
    CU_ASSERT_EQUAL(net_yaml_write(net, path, &err), -1);
    CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "is a folder"));
    CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0);
    CU_ASSERT_EQUAL(rmdir(blocked), 0);
    free(blocked);
    CU_ASSERT_EQUAL(clear_folder(), 0);                 /* nor any array before it */
    free(net->population[2].name);
    net->population[2].name = mem_text("b\xff");
    CU_ASSERT_EQUAL(net_yaml_write(net, path, &err), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "UTF-8"));
    network_free(net);
}

/* ---- by hand ---- */

#define HEAD "time_steps: 5\ninput_shape: [2]\nreset: subtract\n"
#define FC "  - {name: fc, type: Linear, weight: [[1, 2], [3, 4]]}\n"
#define LIF "  - {name: lif, type: Leaky, shape: [2], beta: 0.5, threshold: 1}\n"

static void small_networks_by_hand(void)
{
    struct network *net = read_text(HEAD "dt: 100 us\nlayers:\n  - {name: fc, type: Linear, weight: [[1, 2], [3, 4]], bias: [0.5, 1]}\n" LIF);
    CU_ASSERT_EQUAL(net->dt, 1e-4);
    CU_ASSERT_EQUAL(net->projection[0].weight[2], 3);
    CU_ASSERT_EQUAL(net->population[1].bias[0][1], 1);
    CU_ASSERT_EQUAL(net->population[1].rule.point, RESET_NEXT_AFTER_INPUT);
    CU_ASSERT_EQUAL(net->population[1].output, 1);
    network_free(net);
    net = read_text("input_shape: [2, 4, 4]\nreset: zero\nlayers:\n  - {name: pool, type: AvgPool2d, kernel: 2}\n"
                    "  - {name: a, type: Leaky, shape: [2, 2, 2], beta_hex: \"0x3f000000\", beta: 7, threshold: 1}\n"
                    "  - {name: b, type: Synaptic, shape: 8, alpha: .1, beta: .2, threshold_hex: \"0x3FF0000000000000\"}\n");
    CU_ASSERT_EQUAL(net->projection[0].form, FORM_POOL);
    CU_ASSERT_EQUAL(net->projection[0].weight[0], .25);
    CU_ASSERT_EQUAL(net->projection[1].form, FORM_ONE_TO_ONE);
    CU_ASSERT_EQUAL(net->population[1].beta[7], .5);
    CU_ASSERT_EQUAL(net->population[1].rule.point, RESET_NEXT_BEFORE_DECAY);
    CU_ASSERT_EQUAL(net->population[2].rule.point, RESET_NEXT_AFTER_INPUT);
    CU_ASSERT_EQUAL(net->population[2].threshold[0], 1);
    network_free(net);
    net = read_text("input_shape: [1, 9]\nreset: none\nlayers:\n"
                    "  - {name: conv, type: Conv1d, stride: 2, padding: 1, kernel: 3, weight: [[[1, 2, 3]], [[4, 5, 6]]]}\n"
                    "  - {name: a, type: Leaky, shape: [2, 5], beta: .5, threshold: 1}\n");
    CU_ASSERT_EQUAL(net->projection[0].conv.out[1], 5);
    CU_ASSERT_EQUAL(net->projection[0].conv.padding[0], 0);
    CU_ASSERT_EQUAL(network_synapses(net), 2 * (5 * 3 - 2));
    network_free(net);
}

static void connections_decide_where_they_are_given(void)
{
    struct network *net = read_text(HEAD "layers:\n" LIF "  - {name: skip, type: Linear, weight: 1}\n" FC
                                    "  - {name: out, type: Neurons, shape: [2], beta: 0, fires: false, output: true}\n"
                                    "connections:\n  - {from: input, to: lif, through: [fc]}\n  - {from: lif, to: out, through: [fc], delay: 2, name: again}\n"
                                    "  - {from: input, to: out, through: [skip]}\n"
                                    "  - {from: lif, to: lif, form: list, pre: [1, 0, 1], post: [0, 1, 1], weight: 0.5, synapse_delay: [4, 5, 6]}\n");
    CU_ASSERT_EQUAL(net->n_projections, 4);
    CU_ASSERT_STRING_EQUAL(net->projection[1].name, "lif.lif");
    CU_ASSERT_EQUAL(net->projection[1].network_delay, 5);
    CU_ASSERT_EQUAL(net->projection[1].list[1].post, 0);
    CU_ASSERT_EQUAL(net->projection[1].list[2].delay, 2);
    CU_ASSERT_STRING_EQUAL(net->projection[2].name, "skip");
    CU_ASSERT_STRING_EQUAL(net->projection[3].name, "again");
    CU_ASSERT_EQUAL(net->projection[3].network_delay, 2);
    CU_ASSERT_EQUAL(net->population[2].rule.reset, RESET_NONE);
    CU_ASSERT_EQUAL(net->population[1].output, 0);
    network_free(net);
}

static void the_command_line_overrides_the_file(void)
{
    struct import_options o = defaults;
    put(HEAD "dt: 1 ms\nlayers:\n" FC LIF);
    o.reset = RESET_ZERO;
    o.dt = .5;
    struct network *net = read_with(&o);
    CU_ASSERT_EQUAL(net->population[1].rule.reset, RESET_ZERO);
    CU_ASSERT_EQUAL(net->population[1].rule.point, RESET_NEXT_BEFORE_DECAY);
    CU_ASSERT_EQUAL(net->dt, .5);
    network_free(net);
    o.reset_time = 0;
    net = read_with(&o);
    CU_ASSERT_EQUAL(net->population[1].rule.point, RESET_NOW);
    network_free(net);
    put("input_shape: [2]\nlayers:\n" FC LIF);
    o = defaults;
    o.from = "sinabs";
    net = read_with(&o);
    CU_ASSERT_EQUAL(net->population[1].rule.reset, RESET_SUBTRACT);
    CU_ASSERT_EQUAL(net->population[1].rule.compare, COMPARE_AT_LEAST);
    network_free(net);
}

static void a_silent_file_is_not_run(void)
{
    refused("input_shape: [2]\nlayers:\n" FC LIF, "4:5: ", "--reset");
    refused("input_shape: [2]\nreset: zero\nlayers:\n" FC "  - {name: n, type: Neurons, shape: [2], beta: 1, threshold: 1}\n", "5:5: ", "reset_delay");
}

static void mistakes_are_shown_with_their_place(void)
{
    static const struct { const char *text, *place, *part; } cases[] = {
        {HEAD "layers:\n" FC LIF "speed: 3\n", "7:1: ", "unknown key 'speed'"},
        {HEAD "layer:\n" FC LIF, "4:1: ", "did you mean 'layers'?"},
        {HEAD "layers:\n" FC "  - {name: lif, type: Leaky, shape: [2], betta: 1, threshold: 1}\n", "6:42: ", "did you mean 'beta'?"},
        {HEAD "layers:\n" FC "  - {name: lif, type: Leakey, shape: [2], beta: 1, threshold: 1}\n", "6:23: ", "did you mean 'Leaky'?"},
        {HEAD "layers:\n  - {name: p, type: MaxPool2d, kernel: 2}\n" LIF, "5:21: ", "max pooling"},
        {HEAD "layers:\n  - {name: fc, weight: 1}\n" LIF, "5:5: ", "needs a type"},
        {HEAD "layers:\n" FC LIF FC, "7:12: ", "a second layer named 'fc'; the first is on line 5"},
        {HEAD "layers:\n" FC "  - {name: input, type: Leaky, shape: [2], beta: 1, threshold: 1}\n", "6:12: ", "name of the input"},
        {HEAD "layers:\n" FC "  - {name: lif, type: Leaky, shape: [2], beta: 1}\n", "6:5: ", "needs threshold"},
        {HEAD "layers:\n" FC "  - {name: lif, type: Leaky, beta: 1, threshold: 1}\n", "6:5: ", "needs its shape"},
        {HEAD "layers:\n" FC "  - {name: lif, type: Leaky, shape: [2, 0], beta: 1, threshold: 1}\n", "6:41: ", "not a size"},
        {HEAD "layers:\n" FC "  - {name: lif, type: Leaky, shape: [-2], beta: 1, threshold: 1}\n", "6:38: ", "not a size"},
        {HEAD "layers:\n" FC "  - {name: lif, type: Leaky, shape: [65535, 65535], beta: 1, threshold: 1}\n", "6:37: ", "more than"},
        {HEAD "layers:\n" FC "  - {name: lif, type: Leaky, shape: [2], beta: [1, 2, 3], threshold: 1}\n", "6:48: ", "3 numbers (3,) for 2 neurons"},
        {HEAD "layers:\n" FC "  - {name: lif, type: Leaky, shape: [2], beta: 0x3f, threshold: 1}\n", "6:48: ", "neither a number"},
        {HEAD "layers:\n" FC "  - {name: lif, type: Leaky, shape: [2], beta_hex: 0x3f, threshold: 1}\n", "6:52: ", "8 or 16 hex digits"},
        {HEAD "layers:\n" FC "  - {name: lif, type: Leaky, shape: [2], beta: gone.npy, threshold: 1}\n", "6:48: ", "No such file"},
        {HEAD "layers:\n" FC "  - {name: lif, type: Leaky, shape: [2], beta: .nan, threshold: 1}\n", " population 'lif'", "NaN"},
        {HEAD "layers:\n" FC "  - {name: lif, type: Leaky, shape: [2], beta: {a: 1}, threshold: 1}\n", "6:48: ", "beta: a number"},
        {HEAD "layers:\n" FC "  - {name: lif, type: RLeaky, shape: [2], beta: 1, threshold: 1}\n", "6:5: ", "recurrent_weight"},
        {HEAD "layers:\n" LIF FC, "6:5: ", "leads to no neurons"},
        {HEAD "layers:\n" FC "  - {name: fd, type: Linear, weight: 1}\n" LIF, "6:5: ", "after the weights of 'fc'"},
        {HEAD "layers:\n  - {name: fc, type: Linear, weight: [[1, 2, 3]]}\n" LIF, "5:38: ", "shape (1, 3), but (2, 2) is wanted"},
        {HEAD "layers:\n  - {name: fc, type: Linear, weight: [[1, 2], [3]]}\n" LIF, "5:47: ", "equally long"},
        {HEAD "layers:\n  - {name: fc, type: Linear, weight: [[1, 2], 3]}\n" LIF, "5:47: ", "nest all rows"},
        {HEAD "layers:\n  - {name: fc, type: Linear}\n" LIF, "5:5: ", "weight is missing"},
        {HEAD "layers:\n  - {name: fc, type: Linear, in: 3, out: 2, weight: 1}\n" LIF, "5:5: ", "in: 3 and out: 2"},
        {HEAD "layers:\n  - {name: c, type: Conv2d, weight: [[[[1]]]]}\n" LIF, "5:5: ", "(C, H, W)"},
        {"input_shape: [1, 2, 1]\nreset: zero\nlayers:\n  - {name: c, type: Conv2d, weight: [[[[1]]]], kernel: 3}\n" LIF, "4:56: ", "kernel: 3 x 3"},
        {"input_shape: [1, 2, 1]\nreset: zero\nlayers:\n  - {name: c, type: Conv2d, weight: [[[[1]], [[1]]]]}\n" LIF, "4:37: ", "1 input channels"},
        {"input_shape: [1, 2, 1]\nreset: zero\nlayers:\n  - {name: c, type: Conv2d, weight: [[[[1]]]], padding: 1}\n" LIF, "4:5: ", "gives (1, 4, 3)"},
        {"input_shape: [1, 2, 1]\nreset: zero\nlayers:\n  - {name: c, type: SumPool2d, kernel: 3}\n" LIF, "4:5: ", "does not fit"},
        {"input_shape: [1, 2, 1]\nreset: zero\nlayers:\n  - {name: c, type: SumPool2d, kernel: 0}\n" LIF, "4:40: ", "from 1 up"},
        {"input_shape: [1, 4, 4]\nreset: zero\nlayers:\n" LIF "connections:\n  - {from: input, to: lif, form: conv, weight: [[[[1]]]], "
         "pool: {shape: [1, 4, 4], kernel: 2}, input: [1, 2, 2]}\n", "6:103: ", "remove input"},
        {"reset: zero\nlayers:\n" FC LIF, "4:5: ", "input_shape"},
        {HEAD "dt: 100\nlayers:\n" FC LIF, "4:5: ", "no unit"},
        {HEAD "time_steps: 3\nlayers:\n" FC LIF, "4:1: ", "already given"},
        {HEAD "reset_delay: maybe\nlayers:\n" FC LIF, "4:14: ", "true or false"},
        {HEAD "layers:\n\t- {name: lif}\n", "5:1: ", "tab"},
        {HEAD "layers: 3\n", "4:9: ", "layers is a list"},
        {HEAD "layers: [3]\n", "4:10: ", "a layer is a map"},
        {HEAD "layers:\n" FC LIF "connections:\n  - {from: inputs, to: lif, through: [fc]}\n", "8:12: ", "did you mean 'input'?"},
        {HEAD "layers:\n" FC LIF "connections:\n  - {from: lif, to: input, through: [fc]}\n", "8:21: ", "cannot receive"},
        {HEAD "layers:\n" FC LIF "connections:\n  - {from: input, to: lif, through: [fd]}\n", "8:38: ", "did you mean 'fc'?"},
        {HEAD "layers:\n" FC LIF "connections:\n  - {from: input, to: lif, form: dense, through: [fc]}\n", "8:50: ", "not both"},
        {HEAD "layers:\n" FC LIF "connections:\n  - {from: input, to: lif}\n", "8:5: ", "how are 'input' and 'lif' connected"},
        {HEAD "layers:\n" FC LIF "connections:\n  - {from: input, to: lif, form: dense, weight: 1}\n", "5:5: ", "no connection goes through 'fc'"},
        {HEAD "layers:\n" LIF "connections:\n  - {from: input, to: lif, form: list, pre: [0, 2], post: [0, 1], weight: 1}\n", "7:45: ", "number 1 is 2"},
        {HEAD "layers:\n" LIF "connections:\n  - {from: input, to: lif, form: list, pre: [0], post: [0, 1], weight: 1}\n", "7:5: ", "1 sources, 2 targets"},
        {HEAD "layers:\n" LIF "connections:\n  - {from: input, to: lif, form: list, weight: 1}\n", "7:5: ", "needs pre"},
        {HEAD "layers:\n" LIF "connections:\n  - {from: input, to: lif, form: dense, weight: 1, pre_delay: [1, 2, 3]}\n", "7:63: ", "3 numbers for 2"},
        {HEAD "layers:\n" LIF "connections:\n  - {from: input, to: lif, form: one_to_one, weight: [1, 2, 3]}\n", " 'input.lif'", "weights are wanted"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refused(cases[i].text, cases[i].place, cases[i].part);
}

static void files_that_are_none_are_refused(void)
{
    struct err err = {ERR_NONE, ""};
    CU_ASSERT_PTR_NULL(net_yaml_read("/nowhere/net.yaml", &defaults, &err));
    CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
    CU_ASSERT_PTR_NULL(net_yaml_read(folder, &defaults, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "is a folder"));
    struct import_options o = defaults;
    o.from = "snntorhc";
    put(HEAD "layers:\n" FC LIF);
    CU_ASSERT_PTR_NULL(net_yaml_read(path, &o, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "did you mean 'snntorch'?"));
}

/* ---- docs/network-yaml.md ---- */

static char *page(void)
{
    FILE *f = fopen("docs/network-yaml.md", "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    char *text = mem_new(1 << 20, 1);
    CU_ASSERT(fread(text, 1, (1 << 20) - 1, f) > 0);
    fclose(f);
    return text;
}

/* Keys as the page has them: one level below its own headings. */
static char *printed_keys(void)
{
    char *text = NULL, *page_text = mem_new(1 << 20, 1);
    size_t size = 0, n = 0;
    FILE *f = open_memstream(&text, &size);
    net_yaml_write_keys(f);
    fclose(f);
    for (size_t i = 0; i < size; i++) {
        if (!strncmp(text + i, "## ", 3) && (!i || text[i - 1] == '\n'))
            page_text[n++] = '#';
        page_text[n++] = text[i];
    }
    while (n > 1 && page_text[n - 2] == '\n')
        page_text[--n] = '\0';
    free(text);
    return page_text;
}

static void the_page_lists_every_key(void)
{
    char *text = page(), *keys = printed_keys(), *found = strstr(text, "\n## Keys\n\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    found += strlen("\n## Keys\n\n");
    CU_ASSERT_STRING_EQUAL(found, keys);
    size_t same = 0;
    while (found[same] && found[same] == keys[same])
        same++;
    if (found[same] || keys[same])
        printf("\ndocs/network-yaml.md, below '## Keys', differs from net_yaml_write_keys at: %.60s\n", keys + same);
    free(text);
    free(keys);
}

static void the_examples_of_the_page_are_networks(void)
{
    char *text = page(), *at = text;
    int n = 0;
    while ((at = strstr(at, "```yaml\n")) != NULL) {
        char *begin = at + strlen("```yaml\n"), *end = strstr(begin, "```");
        CU_ASSERT_PTR_NOT_NULL_FATAL(end);
        *end = '\0';
        network_free(read_text(begin));
        at = end + 1;
        n++;
    }
    CU_ASSERT_EQUAL(n, 4);
    free(text);
}

int main(void)
{
    snprintf(folder, sizeof folder, "/tmp/volley_yaml_XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/net.yaml", folder);
    CU_initialize_registry();
    CU_pSuite s = CU_add_suite("net_yaml", NULL, NULL);
    CU_add_test(s, "the reference networks read back as they were written, bit for bit", reference_networks_read_back);
    CU_add_test(s, "the reference networks are those of their NIR files", reference_networks_equal_their_nir);
    CU_add_test(s, "pooling of the convolutional reference is folded into what follows", the_convolutional_reference_is_what_its_readme_says);
    CU_add_test(s, "a recurrent layer feeds itself on port 1, one step later", the_recurrent_reference_has_two_ports);
    CU_add_test(s, "every form, rule, delay and name reads back bit for bit", every_form_reads_back);
    CU_add_test(s, "a cycle that was shifted reads back without the option", shifted_cycles_read_back_without_the_option);
    CU_add_test(s, "an unwritable place is the user's error and leaves no YAML file", unwritable_places_are_the_users_error);
    CU_add_test(s, "small networks can be written by hand", small_networks_by_hand);
    CU_add_test(s, "connections decide where they are given", connections_decide_where_they_are_given);
    CU_add_test(s, "the command line stands over the file, and --from fills its gaps", the_command_line_overrides_the_file);
    CU_add_test(s, "a file that does not say how neurons reset is not run", a_silent_file_is_not_run);
    CU_add_test(s, "mistakes are shown with line, column and cure", mistakes_are_shown_with_their_place);
    CU_add_test(s, "missing files, folders and unknown tools are refused", files_that_are_none_are_refused);
    CU_add_test(s, "docs/network-yaml.md lists every key as the tables have it", the_page_lists_every_key);
    CU_add_test(s, "the examples in docs/network-yaml.md are networks", the_examples_of_the_page_are_networks);
    int bad = check_run();
    clear_folder();
    rmdir(folder);
    return bad;
}
