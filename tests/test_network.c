/* Networks: rows of every form against a definition written out plainly, order, back edges, ports, depths, delays, and what is refused. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "kit.h"
#include "network.h"

static struct shape shape3(uint32_t c, uint32_t h, uint32_t w)
{
    return (struct shape){3, {c, h, w}};
}

static double *same(uint32_t n, double value)
{
    double *v = mem_new(n, sizeof *v);
    for (uint32_t i = 0; i < n; i++)
        v[i] = value;
    return v;
}

static uint32_t add(struct network *net, const char *name, struct shape shape)
{
    uint32_t i = network_add_population(net, name, "LIF", shape);
    struct population *p = &net->population[i];
    p->rule = (struct neuron_rule){.fires = 1, .reset = RESET_SUBTRACT, .point = RESET_NEXT_AFTER_INPUT};
    p->beta = same(p->neurons, .9);
    p->threshold = same(p->neurons, 1);
    return i;
}

static struct network *with_input(struct shape shape)
{
    struct network *net = network_new();
    net->population[HOST_POPULATION].shape = shape;
    net->population[HOST_POPULATION].neurons = (uint32_t)shape_size(&shape);
    return net;
}

static struct projection *dense(struct network *net, const char *name, uint32_t from, uint32_t to)
{
    struct projection *p = network_add_projection(net, name, from, to, FORM_DENSE);
    p->n_weights = (uint64_t)net->population[from].neurons * net->population[to].neurons;
    p->weight = same((uint32_t)p->n_weights, .5);
    return p;
}

static int finished(struct network *net, int allow_shift)
{
    struct err err = {ERR_NONE, ""};
    int bad = network_finish(net, allow_shift, &err);
    if (bad)
        printf("\n%s\n", err.text);
    return !bad;
}

static const struct projection *named(const struct network *net, const char *name)
{
    for (uint32_t i = 0; i < net->n_projections; i++)
        if (!strcmp(net->projection[i].name, name))
            return &net->projection[i];
    CU_FAIL_FATAL("no such projection");
    return NULL;
}

static uint32_t depth_of(const struct network *net, const char *name)
{
    return net->population[network_population_by_name(net, name)].depth;
}

/* ---- rows ---- */

struct geometry { uint32_t kernel[2], stride[2], padding[2], dilation[2]; };

/* Does tap k of output position o see input position i? */
static int sees(const struct geometry *g, int axis, uint32_t o, uint32_t k, uint32_t i)
{
    return (int64_t)o * g->stride[axis] + (int64_t)k * g->dilation[axis] - (int64_t)g->padding[axis] == (int64_t)i;
}

static int pooled_sees(const struct projection *p, int axis, uint32_t grid, uint32_t source)
{
    struct geometry g = {{0, 0}, {p->pool.stride[0], p->pool.stride[1]}, {p->pool.padding[0], p->pool.padding[1]}, {1, 1}};
    int n = 0;
    if (!p->pooled)
        return grid == source;
    for (uint32_t k = 0; k < p->pool.kernel[axis]; k++)
        n += sees(&g, axis, grid, k, source);
    return n;
}

/* The row by trying every (output, tap, grid position): the definition, without any thought of speed. */
static uint32_t plain_conv_row(const struct projection *p, uint32_t pre, struct synapse *out)
{
    const struct conv *c = &p->conv;
    uint32_t h = p->pooled ? p->pool_in[1] : c->in[0], w = p->pooled ? p->pool_in[2] : c->in[1], n = 0;
    uint32_t channel = pre / (h * w), y = pre / w % h, x = pre % w, per_in = c->channels_in / c->groups, per_out = c->channels_out / c->groups;
    struct geometry g = {{c->kernel[0], c->kernel[1]}, {c->stride[0], c->stride[1]}, {c->padding[0], c->padding[1]},
                         {c->dilation[0] ? c->dilation[0] : 1, c->dilation[1] ? c->dilation[1] : 1}};
    for (uint32_t oc = 0; oc < c->channels_out; oc++)
        for (uint32_t oy = 0; oc / per_out == channel / per_in && oy < c->out[0]; oy++)
            for (uint32_t ox = 0; ox < c->out[1]; ox++)
                for (uint32_t ky = 0; ky < c->kernel[0]; ky++)
                    for (uint32_t kx = 0; kx < c->kernel[1]; kx++)
                        for (uint32_t gy = 0; gy < c->in[0]; gy++)
                            for (uint32_t gx = 0; gx < c->in[1]; gx++)
                                if (sees(&g, 0, oy, ky, gy) && sees(&g, 1, ox, kx, gx) && pooled_sees(p, 0, gy, y) && pooled_sees(p, 1, gx, x)) {
                                    uint32_t weight = ((oc * per_in + channel % per_in) * c->kernel[0] + ky) * c->kernel[1] + kx;
                                    out[n++] = (struct synapse){(oc * c->out[0] + oy) * c->out[1] + ox, p->form == FORM_POOL ? 0 : weight, 0};
                                }
    return n;
}

static void compare_rows(const struct network *net, const struct projection *p, uint32_t (*plain)(const struct projection *, uint32_t, struct synapse *))
{
    static struct synapse want[100000];
    struct synapse *row = NULL;
    size_t capacity = 0;
    uint64_t sum = 0;
    int differ = 0;
    for (uint32_t pre = 0; pre < net->population[p->from].neurons; pre++) {
        uint32_t n = projection_row(p, net, pre, &row, &capacity), m = plain(p, pre, want);
        differ += n != m || (n && memcmp(row, want, n * sizeof *row) != 0);
        sum += n;
    }
    CU_ASSERT_EQUAL(differ, 0);
    CU_ASSERT_EQUAL(sum, projection_synapses(p, net));
    free(row);
}

/* Input (C, H, W), optional pool, then a convolution or pool; its output size follows. */
static struct network *conv_network(enum projection_form form, const uint32_t input[3], const struct pool *pool, const struct conv *geometry)
{
    struct network *net = with_input(shape3(input[0], input[1], input[2]));
    struct conv c = *geometry;
    uint32_t pooled[2] = {input[1], input[2]};
    for (int k = 0; k < 2; k++) {
        if (pool)
            pooled[k] = window_positions(input[k + 1], pool->kernel[k], pool->stride[k], pool->padding[k], 1);
        c.in[k] = pooled[k];
        c.out[k] = window_positions(c.in[k], c.kernel[k], c.stride[k], c.padding[k], c.dilation[k] ? c.dilation[k] : 1);
    }
    uint32_t to = add(net, "lif", shape3(c.channels_out, c.out[0], c.out[1]));
    struct projection *p = network_add_projection(net, "conv", HOST_POPULATION, to, form);
    p->conv = c;
    p->n_weights = form == FORM_POOL ? 1 : (uint64_t)c.channels_out * (c.channels_in / c.groups) * c.kernel[0] * c.kernel[1];
    p->weight = same((uint32_t)p->n_weights, 1);
    if (pool) {
        p->pooled = 1;
        p->pool = *pool;
        memcpy(p->pool_in, input, sizeof p->pool_in);
        memcpy(p->pool_out, pooled, sizeof p->pool_out);
    }
    return net;
}

static void rows_of_convolutions(void)
{
    static const struct pool halves = {{2, 2}, {2, 2}, {0, 0}}, overlapping = {{3, 2}, {2, 1}, {1, 0}}, gaps = {{2, 1}, {3, 2}, {0, 0}};
    static const struct { enum projection_form form; uint32_t input[3]; const struct pool *pool; struct conv conv; } cases[] = {
        {FORM_CONV, {1, 8, 8}, NULL, {1, 8, 1, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0}, {0}}},
        {FORM_CONV, {4, 7, 9}, NULL, {4, 6, 2, {3, 2}, {2, 3}, {1, 0}, {1, 2}, {0}, {0}}},
        {FORM_CONV, {3, 6, 5}, NULL, {3, 3, 3, {2, 3}, {1, 2}, {2, 2}, {3, 1}, {0}, {0}}},
        {FORM_CONV, {2, 1, 20}, NULL, {2, 5, 1, {1, 5}, {1, 3}, {0, 4}, {1, 2}, {0}, {0}}},
        {FORM_CONV, {2, 5, 5}, NULL, {2, 2, 1, {1, 1}, {3, 3}, {0, 0}, {1, 1}, {0}, {0}}},
        {FORM_CONV, {8, 8, 8}, &halves, {8, 16, 1, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0}, {0}}},
        {FORM_CONV, {2, 9, 8}, &overlapping, {2, 4, 1, {3, 3}, {1, 2}, {1, 1}, {1, 1}, {0}, {0}}},
        {FORM_CONV, {2, 9, 9}, &gaps, {2, 4, 2, {2, 2}, {1, 1}, {0, 1}, {1, 2}, {0}, {0}}},
        {FORM_POOL, {3, 8, 6}, NULL, {3, 3, 3, {2, 2}, {2, 2}, {0, 0}, {0, 0}, {0}, {0}}},
        {FORM_POOL, {3, 7, 7}, NULL, {3, 3, 3, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {0}, {0}}},
        {FORM_POOL, {2, 8, 9}, &overlapping, {2, 2, 2, {2, 2}, {1, 1}, {0, 0}, {1, 1}, {0}, {0}}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct network *net = conv_network(cases[i].form, cases[i].input, cases[i].pool, &cases[i].conv);
        CU_ASSERT_FATAL(finished(net, 0));
        compare_rows(net, &net->projection[0], plain_conv_row);
        network_free(net);
    }
}

static uint32_t inputs_in_hand;
static uint32_t plain_dense_row(const struct projection *p, uint32_t pre, struct synapse *out)
{
    uint32_t h = p->pooled ? p->pool_in[1] : 1, w = p->pooled ? p->pool_in[2] : 1, n = 0;
    uint32_t height = p->pooled ? p->pool_out[0] : 1, width = p->pooled ? p->pool_out[1] : 1;
    uint32_t channel = pre / (h * w), y = pre / w % h, x = pre % w, posts = p->form == FORM_DENSE ? (uint32_t)(p->n_weights / inputs_in_hand) : inputs_in_hand;
    for (uint32_t post = 0; post < posts; post++)
        for (uint32_t g = 0; g < inputs_in_hand; g++) {
            uint32_t gc = g / (height * width), gy = g / width % height, gx = g % width;
            if (gc != channel || (p->pooled ? !pooled_sees(p, 0, gy, y) || !pooled_sees(p, 1, gx, x) : 0))
                continue;
            if (p->form == FORM_DENSE)
                out[n++] = (struct synapse){post, post * inputs_in_hand + g, 0};
            else if (post == g)
                out[n++] = (struct synapse){post, p->n_weights == 1 ? 0 : g, 0};
        }
    return n;
}

static void rows_of_dense_and_one_to_one(void)
{
    static const struct pool overlapping = {{3, 2}, {2, 1}, {1, 0}};
    for (int variant = 0; variant < 5; variant++) {
        int pooled = variant == 1 || variant == 3, each = variant >= 2;
        struct network *net = with_input(shape3(2, 5, 6));
        inputs_in_hand = pooled ? 2 * 3 * 5 : 60;
        uint32_t to = add(net, "lif", (struct shape){1, {each ? inputs_in_hand : 7}});
        struct projection *p = network_add_projection(net, "fc", HOST_POPULATION, to, each ? FORM_ONE_TO_ONE : FORM_DENSE);
        p->n_weights = each ? (variant == 4 ? 1 : inputs_in_hand) : (uint64_t)7 * inputs_in_hand;
        p->weight = same((uint32_t)p->n_weights, 1);
        p->pooled = pooled;
        p->pool = overlapping;
        memcpy(p->pool_in, (const uint32_t[]){2, 5, 6}, sizeof p->pool_in);
        memcpy(p->pool_out, (const uint32_t[]){3, 5}, sizeof p->pool_out);
        CU_ASSERT_FATAL(finished(net, 0));
        compare_rows(net, &net->projection[0], plain_dense_row);
        network_free(net);
    }
}

/* input -> lif by a list whose rows come unsorted and whose smallest delay, pre_delay included, is 2. */
static struct network *list_network(void)
{
    static const struct synapse row[] = {{2, 1, 3}, {0, 0, 2}, {0, 1, 1}, {1, 0, 5}};
    struct network *net = with_input((struct shape){1, {3}});
    uint32_t to = add(net, "lif", (struct shape){1, {3}});
    struct projection *p = network_add_projection(net, "list", HOST_POPULATION, to, FORM_LIST);
    p->n_weights = 2;
    p->weight = same(2, 1);
    p->n_list = 4;
    p->list = mem_new(4, sizeof *p->list);
    memcpy(p->list, row, sizeof row);
    p->list_first = mem_new(4, sizeof *p->list_first);
    memcpy(p->list_first, (const uint64_t[]){0, 3, 3, 4}, 4 * sizeof(uint64_t));
    p->pre_delay = mem_new(3, sizeof *p->pre_delay);
    memcpy(p->pre_delay, (const uint32_t[]){1, 9, 0}, 3 * sizeof(uint32_t));
    return net;
}

static void rows_of_lists(void)
{
    static const struct synapse want[] = {{0, 1, 0}, {0, 0, 1}, {2, 1, 2}};
    struct network *net = list_network();
    CU_ASSERT_FATAL(finished(net, 0));
    const struct projection *p = &net->projection[0];
    struct synapse *row = NULL;
    size_t capacity = 0;
    CU_ASSERT_EQUAL(projection_row(p, net, 0, &row, &capacity), 3);
    CU_ASSERT_EQUAL(memcmp(row, want, sizeof want), 0);
    CU_ASSERT_EQUAL(projection_row(p, net, 1, &row, &capacity), 0);
    CU_ASSERT_EQUAL(projection_row(p, net, 2, &row, &capacity), 1);
    CU_ASSERT_EQUAL(row[0].delay, 3);
    CU_ASSERT_EQUAL(projection_synapses(p, net), 4);
    CU_ASSERT_EQUAL(p->network_delay, 2);
    CU_ASSERT_PTR_NULL(p->pre_delay);
    CU_ASSERT_EQUAL(depth_of(net, "lif"), 0);           /* two steps of delay are more than the chip's one */
    CU_ASSERT_EQUAL(p->chip_delay, 2);
    free(row);
    network_free(net);
}

static void sums_over_the_network(void)
{
    struct network *net = with_input((struct shape){1, {4}});
    uint32_t a = add(net, "a", (struct shape){1, {5}}), b = add(net, "b", (struct shape){2, {2, 3}});
    dense(net, "fc1", HOST_POPULATION, a);
    dense(net, "fc2", a, b);
    dense(net, "rec", a, a);
    CU_ASSERT_FATAL(finished(net, 0));
    CU_ASSERT_EQUAL(network_neurons(net), 11);
    CU_ASSERT_EQUAL(network_synapses(net), 20 + 30 + 25);
    network_free(net);
}

/* ---- order, cycles, depths ---- */

static void populations_are_sorted(void)
{
    struct network *net = with_input((struct shape){1, {1}});
    static const char *const name[] = {"d", "c", "b", "a", "alone"};
    for (size_t i = 0; i < 5; i++)
        add(net, name[i], (struct shape){1, {1}});
    dense(net, "0d", 0, 1);         /* input -> d, c; d -> a; c -> b, a; b -> a */
    dense(net, "0c", 0, 2);
    dense(net, "da", 1, 4);
    dense(net, "cb", 2, 3);
    dense(net, "ca", 2, 4);
    dense(net, "ba", 3, 4);
    dense(net, "aa", 2, 4);
    CU_ASSERT_FATAL(finished(net, 0));
    static const char *const order[] = {"(input)", "c", "d", "a", "b", "alone"}, *const edges[] = {"0c", "0d", "aa", "ca", "da", "ba", "cb"};
    for (uint32_t i = 0; i < 6; i++)
        CU_ASSERT_STRING_EQUAL(net->population[i].name, order[i]);
    for (uint32_t i = 0; i < 7; i++)
        CU_ASSERT_STRING_EQUAL(net->projection[i].name, edges[i]);
    CU_ASSERT_STRING_EQUAL(net->population[net->projection[5].from].name, "b");
    CU_ASSERT_EQUAL(depth_of(net, "a"), 3);
    CU_ASSERT_EQUAL(named(net, "ca")->chip_delay, 2);
    CU_ASSERT_EQUAL(net->depth_max, 3);
    int warned = 0;
    for (size_t i = 0; i < net->fidelity.count; i++)
        warned += net->fidelity.line[i].kind == FIDELITY_WARNING && !strcmp(net->fidelity.line[i].node, "alone");
    CU_ASSERT_EQUAL(warned, 1);
    network_free(net);
}

static void recurrence_has_port_one_and_one_step(void)
{
    struct network *net = with_input((struct shape){1, {2}});
    uint32_t a = add(net, "a", (struct shape){1, {3}});
    dense(net, "fc", HOST_POPULATION, a)->bias = same(3, .25);
    dense(net, "rec", a, a)->bias = same(3, .75);
    net->population[a].bias[0] = same(3, 1);
    CU_ASSERT_FATAL(finished(net, 0));
    const struct population *p = &net->population[1];
    CU_ASSERT_EQUAL(named(net, "rec")->port, 1);
    CU_ASSERT_EQUAL(named(net, "rec")->network_delay, 1);
    CU_ASSERT_EQUAL(named(net, "rec")->chip_delay, 1);
    CU_ASSERT_EQUAL(named(net, "rec")->back, 1);
    CU_ASSERT_EQUAL(named(net, "fc")->port, 0);
    CU_ASSERT_EQUAL(p->ports, 2);
    CU_ASSERT_EQUAL(p->bias[0][2], 1.25);
    CU_ASSERT_EQUAL(p->bias[1][2], .75);
    CU_ASSERT_EQUAL(p->depth, 1);
    for (size_t i = 0; i < net->fidelity.count; i++)
        CU_ASSERT_NOT_EQUAL(net->fidelity.line[i].kind, FIDELITY_NOTE);
    network_free(net);
}

/* Behind a delay a population can begin in chip step 0; what the host sends then is first seen in step 1, and its bias may be that. */
static void a_bias_needs_a_step_before_it(void)
{
    for (int biased = 0; biased < 2; biased++) {
        struct network *net = with_input((struct shape){1, {2}});
        struct projection *fc = dense(net, "fc", HOST_POPULATION, add(net, "a", (struct shape){1, {3}}));
        fc->network_delay = 2;
        fc->bias = biased ? same(3, .25) : NULL;
        CU_ASSERT_FATAL(finished(net, 0));
        CU_ASSERT_EQUAL(depth_of(net, "a"), (uint32_t)biased);
        CU_ASSERT_EQUAL(named(net, "fc")->chip_delay, 2 + (uint32_t)biased);
        network_free(net);
    }
}

/* input -> a -> b -> c, and c -> a, c -> b. */
static struct network *two_loops(uint32_t delay_ca, uint32_t delay_cb)
{
    struct network *net = with_input((struct shape){1, {1}});
    uint32_t c = add(net, "c", (struct shape){1, {1}}), a = add(net, "a", (struct shape){1, {1}}), b = add(net, "b", (struct shape){1, {1}});
    dense(net, "ca", c, a)->network_delay = delay_ca;
    dense(net, "cb", c, b)->network_delay = delay_cb;
    dense(net, "0a", 0, a);
    dense(net, "ab", a, b);
    dense(net, "bc", b, c);
    return net;
}

static void a_cycle_that_needs_more_steps_is_printed(void)
{
    struct err err = {ERR_NONE, ""};
    struct network *net = two_loops(0, 1);
    CU_ASSERT_EQUAL(network_finish(net, 0, &err), -1);
    CU_ASSERT_EQUAL(err.kind, ERR_ANSWER);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "a -> b -> c -> a"));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "--allow-shift"));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "add 2"));
    network_free(net);
}

static void delays_of_the_source_satisfy_a_cycle(void)
{
    struct network *net = two_loops(2, 1);              /* with the back edges' own step 3 and 2: enough */
    CU_ASSERT_FATAL(finished(net, 0));
    CU_ASSERT_EQUAL(named(net, "ca")->network_delay, 3);
    CU_ASSERT_EQUAL(named(net, "cb")->network_delay, 2);
    CU_ASSERT_EQUAL(named(net, "ca")->chip_delay, 1);
    CU_ASSERT_EQUAL(named(net, "cb")->chip_delay, 1);
    CU_ASSERT_EQUAL(named(net, "ca")->port, 1);
    CU_ASSERT_EQUAL(named(net, "ab")->port, 0);
    CU_ASSERT_EQUAL(depth_of(net, "c"), 3);
    int notes = 0;
    for (size_t i = 0; i < net->fidelity.count; i++)
        notes += net->fidelity.line[i].kind == FIDELITY_NOTE &&
                 strstr(net->fidelity.line[i].text, strcmp(net->fidelity.line[i].node, "ca") ? "b -> c -> b" : "a -> b -> c -> a");
    CU_ASSERT_EQUAL(notes, 2);
    network_free(net);
}

static void allow_shift_adds_the_missing_steps(void)
{
    struct network *net = two_loops(0, 0);
    CU_ASSERT_FATAL(finished(net, 1));
    CU_ASSERT_EQUAL(named(net, "ca")->network_delay, 3);
    CU_ASSERT_EQUAL(named(net, "cb")->network_delay, 2);
    int said = 0;
    for (size_t i = 0; i < net->fidelity.count; i++)
        said += net->fidelity.line[i].kind == FIDELITY_APPROXIMATED;
    CU_ASSERT_EQUAL(said, 2);
    network_free(net);
}

static void the_first_reached_population_decides_the_back_edge(void)
{
    /* input -> a; a -> b, a -> c, c -> b, b -> a: b -> a closes both cycles; c -> b goes forward although b comes before c */
    struct network *net = with_input((struct shape){1, {1}});
    uint32_t a = add(net, "a", (struct shape){1, {1}}), b = add(net, "b", (struct shape){1, {1}}), c = add(net, "c", (struct shape){1, {1}});
    dense(net, "0a", 0, a);
    dense(net, "ab", a, b);
    dense(net, "ac", a, c);
    dense(net, "cb", c, b);
    dense(net, "ba", b, a)->network_delay = 2;
    CU_ASSERT_FATAL(finished(net, 0));
    CU_ASSERT_EQUAL(named(net, "ba")->back, 1);
    CU_ASSERT_EQUAL(named(net, "cb")->back, 0);
    CU_ASSERT_EQUAL(depth_of(net, "b"), 3);
    CU_ASSERT_EQUAL(named(net, "ab")->chip_delay, 2);
    network_free(net);
}

static void pre_delays_are_put_in_normal_form(void)
{
    struct network *net = with_input((struct shape){1, {2}});
    uint32_t a = add(net, "a", (struct shape){1, {1}}), b = add(net, "b", (struct shape){1, {1}});
    struct projection *p = dense(net, "fc", HOST_POPULATION, a);
    p->pre_delay = mem_new(2, sizeof *p->pre_delay);
    p->pre_delay[0] = 3;
    p->pre_delay[1] = 5;
    p = dense(net, "ab", a, b);
    p->pre_delay = mem_new(1, sizeof *p->pre_delay);
    p->pre_delay[0] = 4;
    CU_ASSERT_FATAL(finished(net, 0));
    CU_ASSERT_EQUAL(named(net, "fc")->network_delay, 3);
    CU_ASSERT_EQUAL(named(net, "fc")->pre_delay[1], 2);
    CU_ASSERT_PTR_NULL(named(net, "ab")->pre_delay);
    CU_ASSERT_EQUAL(named(net, "ab")->network_delay, 4);
    network_free(net);
}

/* ---- what is refused ---- */

enum breakage { NAN_WEIGHT, INFINITE_BETA, NAN_BIAS, NAN_THRESHOLD, TOO_FEW_WEIGHTS, INTO_INPUT, SAME_NAME, FROM_SILENT, NO_THRESHOLD, NO_NEURONS, EMPTY_SHAPE,
                HUGE_SHAPE, LIST_POST, LIST_WEIGHT, HUGE_DELAY, BAD_DT, TAKEN_NAME, NO_INPUT_SHAPE, BREAKAGES };

static void break_it(struct network *net, int how)
{
    struct population *p = &net->population[1];
    struct projection *q = &net->projection[0];
    switch (how) {
    case NAN_WEIGHT: q->weight[1] = NAN; break;
    case INFINITE_BETA: p->beta[2] = INFINITY; break;
    case NAN_BIAS: p->bias[0] = same(3, NAN); break;
    case NAN_THRESHOLD: p->threshold[0] = NAN; break;
    case TOO_FEW_WEIGHTS: dense(net, "fc", 0, 1)->n_weights--; break;
    case INTO_INPUT: dense(net, "fc", 1, 0); break;
    case SAME_NAME: add(net, "lif", (struct shape){1, {1}}); break;
    case FROM_SILENT: p->rule.fires = 0; dense(net, "fc", 1, 1); break;
    case NO_THRESHOLD: free(p->threshold); p->threshold = NULL; break;
    case NO_NEURONS: net->n_populations = 1; net->n_projections = 0; break;
    case EMPTY_SHAPE: p->shape.dim[0] = 0; p->neurons = 0; break;
    case HUGE_SHAPE: network_add_population(net, "huge", "LIF", (struct shape){4, {65536, 65536, 65536, 65536}}); break;
    case LIST_POST: q->list[1].post = 3; break;
    case LIST_WEIGHT: q->list[1].weight = 2; break;
    case HUGE_DELAY: q->network_delay = 1u << 30; break;
    case BAD_DT: net->dt = NAN; break;
    case TAKEN_NAME: add(net, "(host)", (struct shape){1, {1}}); break;
    default: net->population[0].shape.rank = 0; net->population[0].neurons = 0; break;
    }
}

static void broken_networks_are_refused(void)
{
    static const char *const part[BREAKAGES] = {
        "weight 1 is NaN", "beta of neuron 2 is infinite", "bias of neuron 0 is NaN", "threshold of neuron 0 is NaN", "9 weights are wanted", "cannot receive",
        "two populations are named 'lif'", "never spikes", "a threshold is not given", "no neurons", "no neurons", "more than", "neuron 3",
        "weight number 2 of 2",
        "delay of", "time step", "named '(host)', which the run folder uses", "input is not known"};
    for (int how = 0; how < BREAKAGES; how++) {
        struct err err = {ERR_NONE, ""};
        struct network *net = list_network();
        uint32_t n = net->n_populations;
        break_it(net, how);
        CU_ASSERT_EQUAL(network_finish(net, 1, &err), -1);
        CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, part[how]));
        if (!strstr(err.text, part[how]))
            printf("\n%d: wanted '%s' in: %s\n", how, part[how], err.text);
        if (how == NO_NEURONS) {
            net->n_populations = n;
            net->n_projections = 1;
        }
        network_free(net);
    }
}

static void misfitting_convolutions_are_refused(void)
{
    static const uint32_t input[3] = {4, 6, 6};
    static const struct pool halves = {{2, 2}, {2, 2}, {0, 0}};
    static const char *const part[] = {"groups", "does not fit 6 positions", "output positions in its width", "wants an input of", "pooling window",
                                       "weights are wanted", "pooling leaves"};
    for (int how = 0; how < 7; how++) {
        struct conv c = {4, 4, 1, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0}, {0}};
        struct err err = {ERR_NONE, ""};
        struct network *net = conv_network(FORM_CONV, input, how == 4 || how == 6 ? &halves : NULL, &c);
        struct projection *p = &net->projection[0];
        if (how == 0)
            p->conv.groups = 3;
        if (how == 1)
            p->conv.kernel[0] = 40;
        if (how == 2)
            p->conv.out[1]++;
        if (how == 3)
            p->conv.in[1]++;
        if (how == 4)
            p->pool.padding[1] = 2;
        if (how == 5)
            p->n_weights--;
        if (how == 6)
            p->pool_out[0]++;
        CU_ASSERT_EQUAL(network_finish(net, 1, &err), -1);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, part[how]));
        if (!strstr(err.text, part[how]))
            printf("\n%d: wanted '%s' in: %s\n", how, part[how], err.text);
        network_free(net);
    }
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite s = CU_add_suite("network", NULL, NULL);
    CU_add_test(s, "rows of convolutions and pools, with and without pooling before them, are those of the definition", rows_of_convolutions);
    CU_add_test(s, "rows of dense and one-to-one projections, pooled or not, are those of the definition", rows_of_dense_and_one_to_one);
    CU_add_test(s, "a list is sorted by post and delay, and its smallest delay is the network delay", rows_of_lists);
    CU_add_test(s, "neurons and synapses of a network are the sums of its parts", sums_over_the_network);
    CU_add_test(s, "populations come breadth first with ties by name, projections by target, source and name", populations_are_sorted);
    CU_add_test(s, "a population's projection to itself has port 1 and one step of delay, and biases follow their port", recurrence_has_port_one_and_one_step);
    CU_add_test(s, "a population with a bias begins one step after the host, even behind a delay", a_bias_needs_a_step_before_it);
    CU_add_test(s, "a cycle with too few steps is printed", a_cycle_that_needs_more_steps_is_printed);
    CU_add_test(s, "the source's own delays satisfy a cycle", delays_of_the_source_satisfy_a_cycle);
    CU_add_test(s, "--allow-shift adds the missing steps and says so", allow_shift_adds_the_missing_steps);
    CU_add_test(s, "the edge into the population first reached closes a cycle, no other", the_first_reached_population_decides_the_back_edge);
    CU_add_test(s, "delays per source neuron leave their smallest to the projection", pre_delays_are_put_in_normal_form);
    CU_add_test(s, "NaN, infinities, wrong sizes, names and ends are refused with their place", broken_networks_are_refused);
    CU_add_test(s, "convolutions and pools that do not fit are refused with the numbers that do", misfitting_convolutions_are_refused);
    return check_run();
}
