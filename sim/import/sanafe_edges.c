/* Edges of a network: from one neuron to another, or hyperedges from a group to a group: every pair (dense), the pairs of a list (sparse), or
 * the taps of a two-dimensional convolution without padding (conv2d). An attribute of a hyperedge is one value for all its synapses or a list
 * with one for each: dense by source * targets + target, sparse by pair, conv2d by kernel position ((ky * KW + kx) * Cin + cin) * Cout + cout.
 * Neurons of a convolution lie channel first: (c * H + y) * W + x. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "import/sanafe_parts.h"


enum { IN_HEIGHT, IN_WIDTH, IN_CHANNELS, KERNEL_HEIGHT, KERNEL_WIDTH, KERNEL_COUNT, STRIDE_HEIGHT, STRIDE_WIDTH, SIZES };
static const char *const sizes[SIZES] = {"input_height", "input_width", "input_channels", "kernel_height", "kernel_width", "kernel_count", "stride_height",
                                         "stride_width"};

struct values {                 /* of one edge or hyperedge; nodes of the file, NULL: not given */
    const struct doc_node *at, *weight, *delay, *tap, *type, *pairs;
    const struct doc_node *size[SIZES];
};

/* ---- attributes ---- */

/* Where an attribute's node goes; NULL: no such attribute. */
static const struct doc_node **node_of(struct values *v, const char *name)
{
    if (!strcmp(name, "weight") || !strcmp(name, "w"))
        return &v->weight;
    if (!strcmp(name, "delay") || !strcmp(name, "d"))
        return &v->delay;
    if (!strcmp(name, "tap"))
        return &v->tap;
    if (!strcmp(name, "type"))
        return &v->type;
    if (!strcmp(name, "source_target_pairs"))
        return &v->pairs;
    for (int i = 0; i < SIZES; i++)
        if (!strcmp(sizes[i], name))
            return &v->size[i];
    return NULL;
}

/* The nearest of all that any form of edge has. */
static int unknown(const struct doc_node *key, struct err *err)
{
    const char *names[SIZES + 7] = {"weight", "delay", "tap", "type", "source_target_pairs", "synapse", "dendrite"};
    for (int i = 0; i < SIZES; i++)
        names[7 + i] = sizes[i];
    const char *nearest = doc_nearest(key->text, names, sizeof names / sizeof *names);
    return doc_error(key, err, "an edge has no attribute '%s'%s%s%s", key->text, nearest ? "; did you mean '" : "; it has weight (w), delay (d), tap",
                     nearest ? nearest : "", nearest ? "'?" : "");
}

/* part: NULL for the edge itself, else "synapse" or "dendrite": weights are the synapse's, delays and taps the dendrite's. */
static int read_values(struct values *v, const struct doc_node *from, const char *part, struct err *err)
{
    const struct doc_node *key, *value;
    struct sanafe_pairs p = {.at = from};
    int more;
    while ((more = sanafe_pair(&p, &key, &value, err)) > 0) {
        if (!part && (!strcmp(key->text, "synapse") || !strcmp(key->text, "dendrite"))) {
            if (read_values(v, value, key->text, err))
                return -1;
            continue;
        }
        const struct doc_node **to = node_of(v, key->text);
        if (!to)
            return unknown(key, err);
        /* What is for one unit reaches that unit alone: a weight given to the dendrite is nobody's. */
        int synapse = to == &v->weight, dendrite = to == &v->delay || to == &v->tap;
        if (part && !synapse && !dendrite)
            return doc_error(key, err, "'%s' belongs to the hyperedge, not to its %s", key->text, part);
        if (!part || (synapse ? !strcmp(part, "synapse") : !strcmp(part, "dendrite")))
            *to = value;
    }
    return more;
}

/* ---- one synapse ---- */

/* A value for all synapses, or the one of this index. The length of a list was checked. */
static const struct doc_node *pick(const struct doc_node *node, uint64_t index)
{
    return node && node->kind == DOC_LIST ? node->item[index] : node;
}

static int add(struct sanafe_network *net, const struct values *v, uint32_t pre, uint32_t post, uint64_t index, struct err *err)
{
    struct sanafe_edge e = {.pre = pre, .post = post};
    const struct doc_node *weight = pick(v->weight, index), *delay = pick(v->delay, index), *tap = pick(v->tap, index);
    const struct doc_node *place = delay ? delay : tap ? tap : v->at;
    uint32_t slot = 0, of_tap = 0;
    if (weight && sanafe_real(weight, "weight", &e.weight, err))
        return -1;
    if ((delay && sanafe_whole(delay, "delay", 0, UINT16_MAX, &slot, err)) || (tap && sanafe_whole(tap, "tap", 0, UINT16_MAX, &of_tap, err)))
        return -1;
    /* Whether the dendrite has so many slots or taps is known when the neuron has its place. */
    e.delay = (uint16_t)slot;
    e.tap = (uint16_t)of_tap;
    /* Where it came from, for a message when its target's dendrite is known. */
    e.line = place->line;
    e.column = place->column;
    if (net->n_edges >= SANAFE_EDGES_MAX)
        return doc_error(v->at, err, "more than %llu synapses", (unsigned long long)SANAFE_EDGES_MAX);
    net->edge = mem_room(net->edge, net->n_edges, &net->edge_capacity, sizeof *net->edge);
    net->edge[net->n_edges++] = e;
    return 0;
}

/* Lists of a hyperedge have `wanted` values. */
static int check_lengths(const struct values *v, uint64_t wanted, const char *what, struct err *err)
{
    const struct { const char *name; const struct doc_node *node; } lists[] = {{"weight", v->weight}, {"delay", v->delay}, {"tap", v->tap}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (lists[i].node && lists[i].node->kind == DOC_LIST && lists[i].node->count != wanted)
            return doc_error(lists[i].node, err, "%s has %u values; %s needs %llu", lists[i].name, lists[i].node->count, what, (unsigned long long)wanted);
    return 0;
}

/* ---- hyperedges ---- */

/* Every pair, source by source. */
static int dense(struct sanafe_network *net, const struct values *v, const struct sanafe_group *from, const struct sanafe_group *to, struct err *err)
{
    uint64_t n = (uint64_t)from->n * to->n;
    char what[80];
    snprintf(what, sizeof what, "dense from %u neurons to %u", from->n, to->n);
    if (n > SANAFE_EDGES_MAX)
        return doc_error(v->at, err, "%s: %llu synapses, at most %llu", what, (unsigned long long)n, (unsigned long long)SANAFE_EDGES_MAX);
    if (check_lengths(v, n, what, err))
        return -1;
    for (uint32_t i = 0; i < from->n; i++)
        for (uint32_t j = 0; j < to->n; j++)
            if (add(net, v, from->first + i, to->first + j, (uint64_t)i * to->n + j, err))
                return -1;
    return 0;
}

/* The pairs that are listed, in their order; a pair may come twice, as two synapses. */
static int sparse(struct sanafe_network *net, const struct values *v, const struct sanafe_group *from, const struct sanafe_group *to, struct err *err)
{
    const struct doc_node *pairs = v->pairs;
    if (!pairs || pairs->kind != DOC_LIST)
        return doc_error(pairs ? pairs : v->at, err, "type: sparse needs source_target_pairs: [[0, 0], [1, 2]], a pair of neuron numbers for each synapse");
    char what[80];
    snprintf(what, sizeof what, "sparse with %u source_target_pairs", pairs->count);
    if (check_lengths(v, pairs->count, what, err))
        return -1;
    for (uint32_t i = 0; i < pairs->count; i++) {
        const struct doc_node *pair = pairs->item[i];
        uint32_t pre, post;
        if (pair->kind != DOC_LIST || pair->count != 2)
            return doc_error(pair, err, "an entry of source_target_pairs is [SOURCE, TARGET]");
        /* A group may be empty; then no number is right. */
        if (!from->n || !to->n)
            return doc_error(pair, err, "group '%s' has no neurons", from->n ? to->name : from->name);
        if (sanafe_whole(pair->item[0], "a source", 0, from->n - 1, &pre, err) || sanafe_whole(pair->item[1], "a target", 0, to->n - 1, &post, err) ||
            add(net, v, from->first + pre, to->first + post, i, err))
            return -1;
    }
    return 0;
}

struct conv { uint32_t size[SIZES], out_height, out_width; };

/* What the numbers say must fit both groups and the kernel. */
static int conv_sizes(const struct values *v, const struct sanafe_group *from, const struct sanafe_group *to, struct conv *c, struct err *err)
{
    uint32_t *s = c->size;
    for (int i = 0; i < SIZES; i++) {
        s[i] = 1;
        /* Strides alone have a default: 1. */
        if (!v->size[i] && i < STRIDE_HEIGHT)
            return doc_error(v->at, err, "type: conv2d has no %s; it needs input_height, input_width, input_channels, kernel_height, kernel_width, "
                             "kernel_count, and has stride_height and stride_width", sizes[i]);
        if (v->size[i] && sanafe_whole(v->size[i], sizes[i], 1, SANAFE_NEURONS_MAX, &s[i], err))
            return -1;
    }
    if (s[KERNEL_HEIGHT] > s[IN_HEIGHT] || s[KERNEL_WIDTH] > s[IN_WIDTH])
        return doc_error(v->at, err, "conv2d: a kernel of %u x %u is larger than the input of %u x %u", s[KERNEL_HEIGHT], s[KERNEL_WIDTH], s[IN_HEIGHT],
                         s[IN_WIDTH]);
    /* Without padding, as many windows as fit. */
    c->out_height = (s[IN_HEIGHT] - s[KERNEL_HEIGHT]) / s[STRIDE_HEIGHT] + 1;
    c->out_width = (s[IN_WIDTH] - s[KERNEL_WIDTH]) / s[STRIDE_WIDTH] + 1;
    /* In floating point: three large numbers must not wrap into the right one. */
    double in = (double)s[IN_HEIGHT] * s[IN_WIDTH] * s[IN_CHANNELS], out = (double)c->out_height * c->out_width * s[KERNEL_COUNT];
    if (in != from->n)
        return doc_error(v->at, err, "conv2d: an input of %u channels of %u x %u is %.0f neurons; group '%s' has %u", s[IN_CHANNELS], s[IN_HEIGHT],
                         s[IN_WIDTH], in, from->name, from->n);
    if (out != to->n)
        return doc_error(v->at, err, "conv2d: an output of %u channels of %u x %u is %.0f neurons; group '%s' has %u", s[KERNEL_COUNT], c->out_height,
                         c->out_width, out, to->name, to->n);
    char what[120];
    snprintf(what, sizeof what, "a kernel of %u x %u x %u x %u (height, width, channels in, out)", s[KERNEL_HEIGHT], s[KERNEL_WIDTH], s[IN_CHANNELS],
             s[KERNEL_COUNT]);
    /* Both factors are bounded by the groups' sizes, so that the product fits. */
    return check_lengths(v, (uint64_t)s[KERNEL_HEIGHT] * s[KERNEL_WIDTH] * s[IN_CHANNELS] * s[KERNEL_COUNT], what, err);
}

/* All synapses of one output neuron: the window that begins at (y, x). */
static int conv_window(struct sanafe_network *net, const struct values *v, const struct conv *c, uint32_t first, uint32_t post, uint32_t out, uint32_t y,
                       uint32_t x, struct err *err)
{
    const uint32_t *s = c->size;
    for (uint32_t ky = 0; ky < s[KERNEL_HEIGHT]; ky++)
        for (uint32_t kx = 0; kx < s[KERNEL_WIDTH]; kx++)
            for (uint32_t in = 0; in < s[IN_CHANNELS]; in++) {
                uint32_t pre = first + (in * s[IN_HEIGHT] + y + ky) * s[IN_WIDTH] + x + kx;
                uint64_t tap = (((uint64_t)ky * s[KERNEL_WIDTH] + kx) * s[IN_CHANNELS] + in) * s[KERNEL_COUNT] + out;
                if (add(net, v, pre, post, tap, err))
                    return -1;
            }
    return 0;
}

/* Output neurons in order of their numbers: channel, row, column. */
static int conv2d(struct sanafe_network *net, const struct values *v, const struct sanafe_group *from, const struct sanafe_group *to, struct err *err)
{
    struct conv c;
    if (conv_sizes(v, from, to, &c, err))
        return -1;
    uint32_t post = to->first;
    for (uint32_t out = 0; out < c.size[KERNEL_COUNT]; out++)
        for (uint32_t y = 0; y < c.out_height; y++)
            for (uint32_t x = 0; x < c.out_width; x++)
                if (conv_window(net, v, &c, from->first, post++, out, y * c.size[STRIDE_HEIGHT], x * c.size[STRIDE_WIDTH], err))
                    return -1;
    return 0;
}

/* ---- the two forms ---- */

/* The type decides which of the other attributes mean something; one that does not is refused. */
static int hyperedge(struct sanafe_network *net, const struct values *v, const struct sanafe_group *from, const struct sanafe_group *to, struct err *err)
{
    int type;
    if (!v->type)
        return doc_error(v->at, err, "'%s' to '%s' joins two groups and has no type; write type: dense, sparse or conv2d, or name neurons: %s.0 -> %s.0",
                         from->name, to->name, from->name, to->name);
    if (sanafe_word(v->type, "type", "dense|sparse|conv2d", &type, err))
        return -1;
    for (int i = 0; i < SIZES; i++)
        if (v->size[i] && type != 2)
            return doc_error(v->size[i], err, "%s goes with type: conv2d", sizes[i]);
    if (v->pairs && type != 1)
        return doc_error(v->pairs, err, "source_target_pairs goes with type: sparse");
    return type == 0 ? dense(net, v, from, to, err) : type == 1 ? sparse(net, v, from, to, err) : conv2d(net, v, from, to, err);
}

/* One synapse: a list of values would leave open which one counts. */
static int plain(struct sanafe_network *net, const struct values *v, uint32_t pre, uint32_t post, struct err *err)
{
    if (v->type || v->pairs)
        return doc_error(v->type ? v->type : v->pairs, err, "an edge between two neurons is one synapse: it has no type; name groups for a hyperedge");
    for (int i = 0; i < SIZES; i++)
        if (v->size[i])
            return doc_error(v->size[i], err, "%s goes with a hyperedge of type: conv2d", sizes[i]);
    return check_lengths(v, 0, "an edge between two neurons, which is one synapse,", err) || add(net, v, pre, post, 0, err) ? -1 : 0;
}

/* Blanks around a name do not belong to it. */
static void trim(const char **text, size_t *length)
{
    while (*length && strchr(" \t", **text)) {
        ++*text;
        --*length;
    }
    while (*length && strchr(" \t", (*text)[*length - 1]))
        --*length;
}

int sanafe_edge_add(struct sanafe_network *net, const struct doc_node *key, const struct doc_node *value, struct err *err)
{
    /* Names may have blanks and points; the first arrow divides. */
    const char *arrow = strstr(key->text, "->"), *from = key->text;
    if (!arrow)
        return doc_error(key, err, "'%s' is no edge; write SOURCE.0 -> TARGET.1: {weight: 1}", key->text);
    const char *to = arrow + 2;
    size_t n_from = (size_t)(arrow - from), n_to = strlen(to);
    trim(&from, &n_from);
    trim(&to, &n_to);
    struct values v = {.at = key};
    if (read_values(&v, value, NULL, err))
        return -1;
    /* A whole name that is a group's is the group, even where it could be read as another's neuron. */
    int64_t g = sanafe_group_by_name(net, from, n_from), h = sanafe_group_by_name(net, to, n_to);
    if (g >= 0 && h >= 0)
        return hyperedge(net, &v, &net->group[g], &net->group[h], err);
    uint32_t pre, post;
    if (g >= 0 || h >= 0) {                 /* the other is a neuron, or nothing */
        const char *other = g < 0 ? from : to;
        size_t length = g < 0 ? n_from : n_to;
        if (!memchr(other, '.', length))
            return doc_error(key, err, "'%s': there is no group '%.*s'", key->text, (int)length, other);
        if (sanafe_neuron_by_name(net, other, length, key, &pre, err))
            return -1;
        return doc_error(key, err, "'%s' joins a group and a neuron; name two groups, or two neurons", key->text);
    }
    if (sanafe_neuron_by_name(net, from, n_from, key, &pre, err) || sanafe_neuron_by_name(net, to, n_to, key, &post, err))
        return -1;
    return plain(net, &v, pre, post, err);
}
