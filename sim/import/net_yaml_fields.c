/* The tables of a network file's sections: they read it, refuse what they do not know, and write the reference. */
#include <stdio.h>
#include <string.h>

#include "import/net_yaml.h"
#include "import/net_yaml_parts.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define RESETS "none|zero|subtract|value"
#define COMPARES "greater|at_least"
#define NUMBER_TEXT "0.9 | lif1_beta.npy"

/* ---- top level ---- */

#define AT(member) offsetof(struct yaml_file, member)
static const struct field file_fields[] = {
    {"name", FIELD_NODE, AT(noted), 0, 0, 0, NULL, "", "digits", "a note: reports name a network by its file"},
    {"time_steps", FIELD_NUMBER, AT(time_steps), 0, 1, 1 << 30, NULL, "", "25", "steps of one sample; `--steps` overrides it"},
    {"dt", FIELD_QUANTITY, AT(dt), UNIT_TIME, 0, 0, NULL, "", "100 us", "time of one step as the input's times are measured, never the chip's"},
    {"dt_export", FIELD_NODE, AT(dt_export), 0, 0, 0, NULL, "", "1.0e-4", "the same as a plain number of seconds; `dt` wins"},
    {"input_shape", FIELD_NODE, AT(input_shape), 0, 0, 0, NULL, "", "[1, 8, 8]", "shape of the input: (C,H,W), (C,L) or (N)"},
    {"input", FIELD_TEXT, AT(input), 0, 0, 0, NULL, "input", "input", "name of the input, as connections use it"},
    {"reset", FIELD_WORD, AT(reset), 0, 0, 0, RESETS, "", "subtract", "how neurons reset where their layer does not say"},
    {"reset_delay", FIELD_FLAG, AT(reset_delay), 0, 0, 0, NULL, "", "true", "true: the reset acts in the next step; false: in the step of the spike"},
    {"threshold_compare", FIELD_WORD, AT(compare), 0, 0, 0, COMPARES, "", "greater",
     "a neuron fires when its membrane is above, or at least at, its threshold"},
    {"layers", FIELD_NODE, AT(layers), 0, 0, 0, NULL, NULL, "[{name: fc1, type: Linear, weight: fc1.npy}, ...]", "the layers in order"},
    {"connections", FIELD_NODE, AT(connections), 0, 0, 0, NULL, "", "[{from: input, to: lif1, through: [fc1]}, ...]",
     "where the order of layers is not the graph: who feeds whom"},
    {"encoding", FIELD_NODE, AT(noted), 0, 0, 0, NULL, "", "rate", "a note: how the input was encoded"},
    {"weight_grid_log2", FIELD_NODE, AT(noted), 0, 0, 0, NULL, "", "-12", "a note: weights are multiples of two to this"},
    {"samples", FIELD_NODE, AT(noted), 0, 0, 0, NULL, "", "300", "a note"},
    {"accuracy_test", FIELD_NODE, AT(noted), 0, 0, 0, NULL, "", "0.967", "a note"},
    {"accuracy_kit", FIELD_NODE, AT(noted), 0, 0, 0, NULL, "", "0.973", "a note"},
};
#undef AT
static const struct field_table file_table = {"", "A network: either `layers` alone, each feeding the next, or `layers` and `connections`.", file_fields,
                                              COUNT(file_fields)};

int yaml_file_fields(const struct doc_node *root, struct yaml_file *file, struct err *err)
{
    *file = (struct yaml_file){.reset = NOT_GIVEN, .reset_delay = NOT_GIVEN, .compare = NOT_GIVEN};
    return fields_read(&file_table, root, root, file, err);
}

/* ---- layers ---- */

/* Rows that several types share. A value is two keys: NAME and NAME_hex. */
#define AT(member) offsetof(struct yaml_layer, member)
#define NAMED(example) \
    {"name", FIELD_TEXT, AT(name), 0, 0, 0, NULL, NULL, example, "name of the layer, its own"}, \
    {"type", FIELD_TEXT, AT(type_text), 0, 0, 0, NULL, NULL, "see above", "what the layer is"}
#define VALUE(key, member, example, help) \
    {key, FIELD_NODE, AT(member.node), 0, 0, 0, NULL, "", example, help}, \
    {key "_hex", FIELD_NODE, AT(member.hex), 0, 0, 0, NULL, "", "\"0x3f666666\"", "the same as IEEE bits, 8 (float32) or 16 (float64) hex digits; it wins"}
#define NODE(key, member, example, help) {key, FIELD_NODE, AT(member), 0, 0, 0, NULL, "", example, help}
#define SIZE(key, member, example, help) {key, FIELD_NUMBER, AT(member), 0, 1, 1 << 26, NULL, "", example, help}
#define WEIGHTS(example) \
    VALUE("weight", weight, example, "a .npy file, nested lists, or one number for all"), \
    VALUE("bias", bias, "fc1_bias.npy", "per output neuron or channel, or one number for all; added in every step")
#define WINDOW \
    NODE("stride", stride, "[1, 1]", "step of the window: one number or (height, width)"), \
    NODE("padding", padding, "[1, 1]", "zeros around the input")
#define RULE \
    {"reset", FIELD_WORD, AT(reset), 0, 0, 0, RESETS, "", "subtract", "how its neurons reset; default: the file's"}, \
    {"reset_delay", FIELD_FLAG, AT(reset_delay), 0, 0, 0, NULL, "", "true", "true: the reset acts in the next step; default: the file's"}, \
    {"threshold_compare", FIELD_WORD, AT(compare), 0, 0, 0, COMPARES, "", "greater", "default: the file's, else greater"}, \
    {"output", FIELD_FLAG, AT(output), 0, 0, 0, NULL, "", "true", "its spikes are the network's answer; default: the last layer of neurons, if no layer says"}
#define NEURON \
    NODE("shape", shape, "[8, 8, 8]", "(C,H,W), (C,L) or (N)"), \
    VALUE("beta", beta, NUMBER_TEXT, "what the membrane keeps per step"), \
    VALUE("threshold", threshold, "1", "a spike when the membrane is above it"), \
    RULE
#define CURRENT VALUE("alpha", alpha, NUMBER_TEXT, "what the synaptic current keeps per step")
#define RECURRENT \
    VALUE("recurrent_weight", recurrent_weight, "rec.npy", "(N, N): row = target, column = source; or (N): each neuron to itself"), \
    VALUE("recurrent_bias", recurrent_bias, "rec_bias.npy", "added with the recurrent input in every step")

static const struct field conv1d_fields[] = {
    NAMED("conv1"), SIZE("in_channels", in, "2", "checked against what comes in"), SIZE("out_channels", out, "8", "default: the weights' first size"),
    SIZE("groups", groups, "1", "channel groups"), NODE("kernel", kernel, "5", "checked against the weights"), WINDOW,
    NODE("dilation", dilation, "1", "distance of taps"), WEIGHTS("(Cout, Cin / groups, K)"),
};
static const struct field conv2d_fields[] = {
    NAMED("conv1"), SIZE("in_channels", in, "1", "checked against what comes in"), SIZE("out_channels", out, "8", "default: the weights' first size"),
    SIZE("groups", groups, "1", "channel groups"), NODE("kernel", kernel, "[3, 3]", "checked against the weights"), WINDOW,
    NODE("dilation", dilation, "[1, 1]", "distance of taps"), WEIGHTS("(Cout, Cin / groups, KH, KW)"),
};
static const struct field linear_fields[] = {
    NAMED("fc1"), SIZE("in", in, "64", "checked against what comes in"), SIZE("out", out, "128", "checked against the next layer"), WEIGHTS("(out, in)"),
};
static const struct field flatten_fields[] = {NAMED("flat")};
static const struct field pool_layer_fields[] = {NAMED("pool1"), NODE("kernel", kernel, "2", "window: one number or (height, width)"), WINDOW};
static const struct field leaky_fields[] = {NAMED("lif1"), NEURON};
static const struct field rleaky_fields[] = {NAMED("rlif1"), NEURON, RECURRENT};
static const struct field synaptic_fields[] = {NAMED("syn1"), NEURON, CURRENT};
static const struct field rsynaptic_fields[] = {NAMED("rsyn1"), NEURON, CURRENT, RECURRENT};
static const struct field neurons_fields[] = {
    NAMED("lif1"), NEURON, CURRENT,
    {"kind", FIELD_TEXT, AT(kind), 0, 0, 0, NULL, "Neurons", "LIF", "what the neurons were in the file they came from; shown only"},
    {"current", FIELD_FLAG, AT(current), 0, 0, 0, NULL, "false", "true", "true: input decays with alpha in a current of its own, which feeds the membrane"},
    {"fires", FIELD_FLAG, AT(fires), 0, 0, 0, NULL, "true", "false", "false: a membrane without spikes, to be read at the output"},
    {"reset_point", FIELD_WORD, AT(reset_point), 0, 0, 0, "now|next_before_decay|next_after_input", "", "next_after_input",
     "the same as reset_delay, exactly: in the next step before its decay, or after decay and input"},
    {"refractory", FIELD_NUMBER, AT(refractory), 0, 0, 1 << 30, NULL, "0", "0", "steps after a spike in which the membrane is held at its reset value"},
    VALUE("bias", bias, "lif1_bias.npy", "added to the input of port 0 in every step"),
    VALUE("bias_port1", bias_port1, "rec_bias.npy", "added to the input of port 1 in every step"),
    VALUE("reset_value", reset_value, "0", "where `reset: value` sets the membrane, and where refractory neurons are held"),
    VALUE("membrane_unit", membrane_unit, "0.04", "what one unit of the membrane is in the tool that the network came from; shown only"),
};
static const struct field truenorth_fields[] = {
    NAMED("tn1"), NODE("shape", shape, "[256]", "(C,H,W), (C,L) or (N)"),
    VALUE("threshold", threshold, "64", "a spike when the membrane is at least this, and the random number added to it"),
    {"threshold_bits", FIELD_NUMBER, AT(threshold_bits), 0, 0, 17, NULL, "0", "8", "bits of that random number, drawn anew in each step; 0: none"},
    VALUE("leak", leak, "-1", "added in every step; 0 where absent"),
    {"leak_reversal", FIELD_FLAG, AT(leak_reversal), 0, 0, 0, NULL, "false", "true", "true: added with the membrane's sign, so a negative leak goes toward 0"},
    {"leak_stochastic", FIELD_FLAG, AT(leak_stochastic), 0, 0, 0, NULL, "false", "true", "true: a step of 1 (or -1) with probability |leak| / 256"},
    {"synapse_stochastic", FIELD_FLAG, AT(synapse_stochastic), 0, 0, 0, NULL, "false", "true",
     "true: each synapse of a spike adds 1 (or -1) with probability |weight| / 256"},
    {"floor", FIELD_NUMBER, AT(floor), 0, 0, 1 << 19, NULL, "524288", "64", "below -floor the membrane is reset, too; default: the width of the membrane"},
    {"floor_saturates", FIELD_FLAG, AT(floor_saturates), 0, 0, 0, NULL, "true", "false",
     "true: it is held at -floor; false: as `reset` says, mirrored: to -reset_value, or floor (and the random number) is added"},
    {"reset", FIELD_WORD, AT(reset), 0, 0, 0, RESETS, NULL, "zero", "after a spike: as it was, 0, less what it was compared with, or reset_value"},
    VALUE("reset_value", reset_value, "0", "where `reset: value` sets the membrane"),
    {"output", FIELD_FLAG, AT(output), 0, 0, 0, NULL, "", "true", "its spikes are the network's answer; default: the last layer of neurons, if no layer says"},
};
static const struct field_table layer_table[LAYER_TYPES] = {
    [LAYER_CONV1D] = {"layers.Conv1d", "Cross-correlation along one axis.", conv1d_fields, COUNT(conv1d_fields)},
    [LAYER_CONV2D] = {"layers.Conv2d", "Cross-correlation; padding is with zeros and its taps do not count as synapses.", conv2d_fields, COUNT(conv2d_fields)},
    [LAYER_LINEAR] = {"layers.Linear", "All to all.", linear_fields, COUNT(linear_fields)},
    [LAYER_FLATTEN] = {"layers.Flatten", "(C,H,W) to (N) in C order; changes nothing but the shape.", flatten_fields, COUNT(flatten_fields)},
    [LAYER_AVG_POOL] = {"layers.AvgPool2d", "Mean over windows, folded into the connection that follows.", pool_layer_fields, COUNT(pool_layer_fields)},
    [LAYER_SUM_POOL] = {"layers.SumPool2d", "Sum over windows, folded into the connection that follows.", pool_layer_fields, COUNT(pool_layer_fields)},
    [LAYER_LEAKY] = {"layers.Leaky", "m = beta m + I, as snnTorch's Leaky.", leaky_fields, COUNT(leaky_fields)},
    [LAYER_RLEAKY] = {"layers.RLeaky", "Leaky with a connection to itself, one step later.", rleaky_fields, COUNT(rleaky_fields)},
    [LAYER_SYNAPTIC] = {"layers.Synaptic", "s = alpha s + I, m = beta m + s, as snnTorch's Synaptic.", synaptic_fields, COUNT(synaptic_fields)},
    [LAYER_RSYNAPTIC] = {"layers.RSynaptic", "Synaptic with a connection to itself, one step later.", rsynaptic_fields, COUNT(rsynaptic_fields)},
    [LAYER_NEURONS] = {"layers.Neurons", "Any neurons that volley knows, every property stated.", neurons_fields, COUNT(neurons_fields)},
    [LAYER_TRUENORTH] = {"layers.TrueNorth", "TrueNorth's neuron in whole numbers, for core types of kind if_binary; docs/truenorth.md has its equations.",
                         truenorth_fields, COUNT(truenorth_fields)},
};
#undef AT

static const char *const type_name[LAYER_TYPES] = {"Conv1d", "Conv2d", "Linear", "Flatten", "AvgPool2d", "SumPool2d",
                                                   "Leaky", "RLeaky", "Synaptic", "RSynaptic", "Neurons", "TrueNorth"};

int yaml_layer_fires(enum layer_type type)
{
    return type >= LAYER_LEAKY;
}

static int unknown_type(const struct doc_node *type, struct err *err)
{
    const char *nearest = doc_nearest(type->text, type_name, LAYER_TYPES);
    if (!strncmp(type->text, "MaxPool", 7))
        return doc_error(type, err, "max pooling is not possible on a spiking chip: the largest of several spike trains is no sum; train with AvgPool2d or "
                         "a stride");
    return doc_error(type, err, "unknown layer type '%s'%s%s%s; the types are Conv1d, Conv2d, Linear, Flatten, AvgPool2d, SumPool2d, Leaky, RLeaky, Synaptic, "
                     "RSynaptic, Neurons, TrueNorth", type->text, nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

/* The type chooses the table, so that each type knows its own keys. */
int yaml_layer_fields(const struct doc_node *map, struct yaml_layer *layer, struct err *err)
{
    *layer = (struct yaml_layer){.at = map, .output = NOT_GIVEN, .reset = NOT_GIVEN, .reset_delay = NOT_GIVEN, .reset_point = NOT_GIVEN, .compare = NOT_GIVEN};
    if (map->kind != DOC_MAP)
        return doc_error(map, err, "a layer is a map, for example {name: fc1, type: Linear, weight: fc1.npy}");
    const struct doc_node *type = doc_get(map, "type");
    if (!type || type->kind != DOC_SCALAR)
        return doc_error(type ? type : map, err, "a layer needs a type; write for example type: Linear");
    size_t t = 0;
    while (t < LAYER_TYPES && strcmp(type_name[t], type->text))
        t++;
    if (t == LAYER_TYPES)
        return unknown_type(type, err);
    layer->type = (enum layer_type)t;
    if (fields_read(&layer_table[t], map, map, layer, err))
        return -1;
    return *layer->name ? 0 : doc_error(doc_get(map, "name"), err, "a layer needs a name");
}

/* ---- connections ---- */

#define AT(member) offsetof(struct yaml_connection, member)
static const struct field connection_fields[] = {
    {"from", FIELD_TEXT, AT(from), 0, 0, 0, NULL, NULL, "lif1", "a layer of neurons, or the input"},
    {"to", FIELD_TEXT, AT(to), 0, 0, 0, NULL, NULL, "lif2", "a layer of neurons"},
    {"name", FIELD_TEXT, AT(name), 0, 0, 0, NULL, "", "fc2", "default: the layer of weights it goes through, else FROM.TO"},
    NODE("through", through, "[pool1, conv2]", "layers between the two: pooling, Flatten and at most one layer of weights; or `form`"),
    {"form", FIELD_WORD, AT(form), 0, 0, 0, "dense|conv|list|one_to_one|pool|random", "", "dense", "the connection's own weights, instead of `through`"},
    VALUE("weight", weight, "fc2_weight.npy", "dense: (to, from); conv: (Cout, Cin / groups, KH, KW); list, one_to_one: (N); or one number for all. "
          "random: one, or a few that the sources have in turn"),
    VALUE("bias", bias, "fc2_bias.npy", "per target neuron or output channel, or one number for all"),
    VALUE("scale", scale, "0.25", "every weight counts times this; default 1"),
    {"port", FIELD_NUMBER, AT(port), 0, 0, 1, NULL, "0", "0",
     "0, or 1: added after the rest, with a rounding of its own; an edge that closes a cycle always has 1"},
    {"delay", FIELD_NUMBER, AT(delay), 0, 0, 1 << 20, NULL, "0", "2", "further network steps; an edge that closes a cycle has one already"},
    VALUE("pre_delay", pre_delay, "delays.npy", "further steps, per source neuron"),
    NODE("pool", pool, "{shape: [8, 8, 8], kernel: 2, stride: 2}", "pooling in front of the weights: sum over windows"),
    NODE("input", input, "[8, 4, 4]", "conv, pool: shape of what the kernel sees; default: the source's shape. Not with `pool`, whose shape says it"),
    NODE("kernel", kernel, "[2, 2]", "pool: the window; conv: checked against the weights"),
    NODE("stride", stride, "[2, 2]", "conv: default 1; pool: default the kernel"),
    NODE("padding", padding, "[0, 0]", "default 0"),
    NODE("dilation", dilation, "[1, 1]", "conv: default 1"),
    SIZE("groups", groups, "1", "conv: channel groups"),
    VALUE("pre", pre, "pre.npy", "list: source neuron of each synapse"),
    VALUE("post", post, "post.npy", "list: target neuron of each synapse"),
    VALUE("weight_index", weight_index, "index.npy", "list: which of the weights each synapse has; default: its own"),
    VALUE("synapse_delay", synapse_delay, "delay.npy", "list: further steps of each synapse"),
    {"fan_out", FIELD_NUMBER, AT(fan_out), 0, 1, 1 << 26, NULL, "", "128", "random: synapses of each source, all in one block of targets, drawn from seed"},
    {"block", FIELD_NUMBER, AT(block), 0, 1, 1 << 26, NULL, "", "256",
     "random: neighbouring targets in a block; as many sources reach each, drawn too; default: all targets are one"},
    {"seed", FIELD_NUMBER, AT(seed), 0, 0, 4294967295.0, NULL, "1", "7", "random: of the drawn synapses; part of the network, not of the run"},
};
#undef AT
static const struct field_table connection_table = {"connections", "A list; each entry connects two layers of neurons (or the input to one).",
                                                    connection_fields, COUNT(connection_fields)};

int yaml_connection_fields(const struct doc_node *map, struct yaml_connection *c, struct err *err)
{
    *c = (struct yaml_connection){.at = map, .form = NOT_GIVEN};
    return fields_read(&connection_table, map, map, c, err);
}

#define AT(member) offsetof(struct yaml_pool, member)
static const struct field pool_fields[] = {
    NODE("shape", shape, "[8, 8, 8]", "(C, H, W) of the source; default: as its layer says"),
    NODE("kernel", kernel, "2", "window: one number or (height, width)"),
    NODE("stride", stride, "2", "default: the kernel"),
    NODE("padding", padding, "0", "default: 0"),
};
#undef AT
static const struct field_table pool_table = {"connections.pool", "Pooling in front of a connection's weights.", pool_fields, COUNT(pool_fields)};

int yaml_pool_fields(const struct doc_node *map, struct yaml_pool *pool, struct err *err)
{
    *pool = (struct yaml_pool){NULL, NULL, NULL, NULL};
    return fields_read(&pool_table, map, map, pool, err);
}

void net_yaml_write_keys(FILE *out)
{
    fields_write(&file_table, out);
    for (int t = 0; t < LAYER_TYPES; t++)
        fields_write(&layer_table[t], out);
    fields_write(&connection_table, out);
    fields_write(&pool_table, out);
}
