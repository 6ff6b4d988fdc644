#include "import/nir_nodes.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { SHAPE_TEXT = 220, DELAY_STEPS_MAX = 1 << 20, COUNT_MAX = 1 << 24 };

/* ---- datasets ---- */

static const char *type_of(const struct flat_node *node)
{
    return node->node->type;
}

char *nir_shape_text(const struct shape *shape, char *to)
{
    size_t n = (size_t)sprintf(to, "(");
    for (int i = 0; i < shape->rank; i++)
        n += (size_t)sprintf(to + n, "%s%u", i ? ", " : "", shape->dim[i]);
    sprintf(to + n, ")");
    return to;
}

static char *field_shape_text(const struct nir_field *field, char *to)
{
    size_t n = (size_t)sprintf(to, "(");
    for (int i = 0; i < field->rank; i++)
        n += (size_t)sprintf(to + n, "%s%llu", i ? ", " : "", (unsigned long long)field->dim[i]);
    sprintf(to + n, ")");
    return to;
}

const struct nir_field *nir_need(const struct flat_node *node, const char *name, struct err *err)
{
    const struct nir_field *field = nir_field(&node->node->data, name);
    if (field && field->value)
        return field;
    err_input(err, "node '%s' (%s): the dataset '%s' is %s", node->name, type_of(node), name, field ? "a text, not numbers" : "missing");
    return NULL;
}

static int check_finite(const struct flat_node *node, const struct nir_field *field, struct err *err)
{
    for (uint64_t i = 0; i < field->n; i++)
        if (!(fabs(field->value[i]) <= FLT_MAX))
            return err_input(err, "node '%s' (%s): '%s' holds %s at index %llu", node->name, type_of(node), field->name,
                             isnan(field->value[i]) ? "NaN" : "a value beyond float32", (unsigned long long)i);
    return 0;
}

static const struct nir_field *need_finite(const struct flat_node *node, const char *name, struct err *err)
{
    const struct nir_field *field = nir_need(node, name, err);
    return field && !check_finite(node, field, err) ? field : NULL;
}

static int whole(const struct flat_node *node, const struct nir_field *field, uint64_t i, double low, double high, uint32_t *out, struct err *err)
{
    double value = field->value[i];
    if (!(value >= low && value <= high) || value != floor(value))
        return err_input(err, "node '%s' (%s): '%s' holds %.9g, not a whole number from %.0f to %.0f", node->name, type_of(node), field->name, value,
                         low, high);
    *out = (uint32_t)value;
    return 0;
}

/* Counts of n axes: n values, or one for all; fallback where the dataset is absent (0: it must be there). */
static int counts(const struct flat_node *node, const char *name, uint64_t n, double low, uint32_t fallback, uint32_t *out, struct err *err)
{
    const struct nir_field *field = nir_field(&node->node->data, name);
    if (!field && fallback != UINT32_MAX) {
        for (uint64_t i = 0; i < n; i++)
            out[i] = fallback;
        return 0;
    }
    if (!field || !field->value)
        return nir_need(node, name, err) ? 0 : -1;
    if (field->n != 1 && field->n != n)
        return err_input(err, "node '%s' (%s): '%s' holds %llu values, not %llu", node->name, type_of(node), name, (unsigned long long)field->n,
                         (unsigned long long)n);
    for (uint64_t i = 0; i < n; i++)
        if (whole(node, field, field->n == 1 ? 0 : i, low, COUNT_MAX, &out[i], err))
            return -1;
    return 0;
}

/* ---- shapes ---- */

static int does_not_fit(const struct nir_place *p, const char *what, struct err *err)
{
    char shape[SHAPE_TEXT];
    return err_input(err, "node '%s' (%s): gets shape %s from '%s', but %s", p->node->name, type_of(p->node), nir_shape_text(&p->in, shape), p->from, what);
}

int nir_input_shape(const struct flat_node *node, struct shape *shape, struct err *err)
{
    const struct nir_field *field = nir_need(node, "shape", err);
    if (!field)
        return -1;
    if (field->n > RANK_MAX)
        return err_input(err, "node '%s' (Input): its shape has %llu dimensions; at most %d can be run", node->name, (unsigned long long)field->n, RANK_MAX);
    shape->rank = (int)field->n;
    for (int i = 0; i < shape->rank; i++)
        if (whole(node, field, (uint64_t)i, 1, UINT32_MAX, &shape->dim[i], err))
            return -1;
    if (shape_size(shape) > NIR_NEURONS_MAX)
        return err_input(err, "node '%s' (Input): more than %d neurons in one node", node->name, NIR_NEURONS_MAX);
    return 0;
}

/* Right-aligned, each dimension equal or 1. */
static int broadcasts(const struct nir_field *field, const struct shape *shape)
{
    int skip = shape->rank - field->rank;
    for (int i = 0; i < field->rank; i++)
        if (field->dim[i] != 1 && (i + skip < 0 || field->dim[i] != shape->dim[i + skip]))
            return 0;
    return 1;
}

int nir_spread(const struct nir_field *field, const struct shape *shape, double *out)
{
    uint64_t size = shape_size(shape);
    int same = field->n == size, fits = same || broadcasts(field, shape);
    for (uint64_t i = 0; fits && i < size; i++) {
        uint64_t rest = i, at = 0, stride = 1;
        for (int axis = field->rank - 1; axis >= 0 && !same && field->n > 1; axis--) {
            int to = axis + shape->rank - field->rank;
            uint64_t dim = to >= 0 ? shape->dim[to] : 1;
            at += field->dim[axis] == 1 ? 0 : rest % dim * stride;
            stride *= field->dim[axis];
            rest /= dim;
        }
        out[i] = field->value[same ? i : at];
    }
    return fits ? 0 : -1;
}

/* The input as channels and a grid of (height, width); channels 0: as many as the first dimension says. */
static int grid(const struct nir_place *p, uint32_t channels, int axes, uint32_t *found, uint32_t in[2], struct err *err)
{
    const struct shape *s = &p->in;
    int first = s->rank == axes + 1 ? 1 : s->rank == axes && channels <= 1 ? 0 : -1;
    if (first < 0)
        return does_not_fit(p, axes == 2 ? "needs (channels, height, width)" : "needs (channels, length)", err);
    *found = first ? s->dim[0] : 1;
    in[0] = axes == 2 ? s->dim[first] : 1;
    in[1] = s->dim[s->rank - 1];
    if (channels && *found != channels) {
        char what[80];
        snprintf(what, sizeof what, "its weights want %u input channels", channels);
        return does_not_fit(p, what, err);
    }
    return 0;
}

static struct shape image(uint32_t channels, int axes, const uint32_t size[2])
{
    if (axes == 2)
        return (struct shape){3, {channels, size[0], size[1]}};
    return (struct shape){2, {channels, size[1]}};
}

/* ---- weights ---- */

static int read_bias(const struct nir_place *p, uint64_t channels, struct linear *l, struct err *err)
{
    const struct nir_field *bias = need_finite(p->node, "bias", err);
    uint64_t size = shape_size(&l->out);
    if (!bias)
        return -1;
    if (bias->n != channels)
        return err_input(err, "node '%s' (%s): 'bias' holds %llu values, its weights have %llu outputs", p->node->name, type_of(p->node),
                         (unsigned long long)bias->n, (unsigned long long)channels);
    l->bias = mem_new(size, sizeof *l->bias);
    for (uint64_t i = 0; i < size; i++)
        l->bias[i] = bias->value[i / (size / channels)];
    return 0;
}

/* A vector: one dimension, others of 1 beside it, or what a Flatten made. */
static int is_vector(const struct nir_place *p, uint64_t size)
{
    int long_axes = 0;
    for (int i = 0; i < p->in.rank; i++)
        long_axes += p->in.dim[i] > 1;
    return shape_size(&p->in) == size && (p->flattened || p->in.rank == 1 || long_axes <= 1);
}

static int read_dense(const struct nir_place *p, struct linear *l, struct err *err)
{
    const struct nir_field *weight = need_finite(p->node, "weight", err);
    char what[160];
    if (!weight)
        return -1;
    uint64_t cols = weight->rank > 1 ? weight->dim[weight->rank - 1] : 0, rows = weight->rank > 1 ? weight->dim[weight->rank - 2] : 0;
    if (!cols || rows > NIR_NEURONS_MAX || weight->n != rows * cols)
        return err_input(err, "node '%s' (%s): 'weight' has shape %s, not (outputs, inputs)", p->node->name, type_of(p->node),
                         field_shape_text(weight, (char[SHAPE_TEXT]){0}));
    if (!is_vector(p, cols)) {
        snprintf(what, sizeof what, "its weights have %llu inputs%s", (unsigned long long)cols,
                 shape_size(&p->in) == cols ? ": put a Flatten node between them" : "");
        return does_not_fit(p, what, err);
    }
    l->kind = LINEAR_DENSE;
    l->weight = weight->value;
    l->n_weights = weight->n;
    l->out = (struct shape){1, {(uint32_t)rows}};
    return p->node->kind == NIR_AFFINE ? read_bias(p, rows, l, err) : 0;
}

static int read_scale(const struct nir_place *p, struct linear *l, struct err *err)
{
    const struct nir_field *scale = need_finite(p->node, "scale", err);
    char shape[SHAPE_TEXT], what[SHAPE_TEXT + 40];
    if (!scale)
        return -1;
    l->kind = LINEAR_SCALE;
    l->n_weights = scale->n == 1 ? 1 : shape_size(&p->in);
    l->weight = l->owned = mem_new(l->n_weights, sizeof *l->owned);
    if (scale->n == 1)
        l->owned[0] = scale->value[0];
    else if (nir_spread(scale, &p->in, l->owned)) {
        snprintf(what, sizeof what, "its 'scale' has shape %s", field_shape_text(scale, shape));
        return does_not_fit(p, what, err);
    }
    return 0;
}

/* ---- windows ---- */

/* Where padding is odd in all, torch pads one more at the end: a kernel with a tap of weight 0 in front has even padding. */
static void widen_kernel(struct linear *l, const int wider[2])
{
    struct conv *c = &l->conv;
    uint32_t old[2] = {c->kernel[0], c->kernel[1]};
    uint64_t planes = l->n_weights / ((uint64_t)old[0] * old[1]);
    for (int k = 0; k < 2; k++)
        c->kernel[k] += (uint32_t)wider[k];
    uint64_t taps = (uint64_t)c->kernel[0] * c->kernel[1];
    l->owned = mem_new(planes * taps, sizeof *l->owned);
    for (uint64_t i = 0; i < l->n_weights; i++) {
        uint64_t x = i % old[1] + (uint64_t)wider[1], y = i / old[1] % old[0] + (uint64_t)wider[0], plane = i / old[1] / old[0];
        l->owned[plane * taps + y * c->kernel[1] + x] = l->weight[i];
    }
    l->n_weights = planes * taps;
    l->weight = l->owned;
}

static int pad_same(const struct nir_place *p, struct linear *l, int axes, struct err *err)
{
    struct conv *c = &l->conv;
    int wider[2] = {0, 0};
    for (int k = 2 - axes; k < 2; k++) {
        uint64_t total = (uint64_t)c->dilation[k] * (c->kernel[k] - 1);
        if (c->stride[k] != 1)
            return err_input(err, "node '%s' (%s): padding 'same' needs stride 1, not %u", p->node->name, type_of(p->node), c->stride[k]);
        wider[k] = (int)(total & 1);
        if (wider[k] && c->dilation[k] != 1)
            return err_input(err, "node '%s' (%s): padding 'same' of an even kernel needs dilation 1, not %u; give the padding as numbers",
                             p->node->name, type_of(p->node), c->dilation[k]);
        c->padding[k] = (uint32_t)((total + 1) / 2);
    }
    if (wider[0] || wider[1])
        widen_kernel(l, wider);
    return 0;
}

static int read_padding(const struct nir_place *p, struct linear *l, int axes, struct err *err)
{
    const struct nir_field *padding = nir_field(&p->node->node->data, "padding");
    uint32_t *out = l->conv.padding + (2 - axes);
    if (!padding || !padding->text)
        return counts(p->node, "padding", (uint64_t)axes, 0, 0, out, err);
    if (!strcmp(padding->text, "same") || !strcmp(padding->text, "SAME"))
        return pad_same(p, l, axes, err);
    if (!strcmp(padding->text, "valid") || !strcmp(padding->text, "VALID"))
        return 0;
    return err_input(err, "node '%s' (%s): padding '%s' is neither 'same', 'valid' nor numbers", p->node->name, type_of(p->node), padding->text);
}

static int set_positions(const struct nir_place *p, struct linear *l, int axes, struct err *err)
{
    struct conv *c = &l->conv;
    for (int k = 0; k < 2; k++) {
        c->out[k] = window_positions(c->in[k], c->kernel[k], c->stride[k], c->padding[k], c->dilation[k]);
        if (!c->out[k])
            return does_not_fit(p, "its window is larger than that with its padding", err);
    }
    l->out = image(c->channels_out, axes, c->out);
    return shape_size(&l->out) > NIR_NEURONS_MAX ? does_not_fit(p, "that makes too many outputs", err) : 0;
}

/* What the file itself says of the grid must be what the graph gives. */
static int check_input_shape(const struct nir_place *p, const struct conv *c, int axes, struct err *err)
{
    uint32_t stated[2] = {1, 1};
    char what[80];
    if (!nir_field(&p->node->node->data, "input_shape"))
        return 0;
    if (counts(p->node, "input_shape", (uint64_t)axes, 1, UINT32_MAX, stated + (2 - axes), err))
        return -1;
    if (stated[0] == c->in[0] && stated[1] == c->in[1])
        return 0;
    snprintf(what, sizeof what, "its input_shape is (%u, %u)", stated[0], stated[1]);
    return does_not_fit(p, what, err);
}

static int set_channels(const struct nir_place *p, const struct nir_field *weight, struct conv *c, struct err *err)
{
    uint64_t per_group = weight->dim[1], outs = weight->dim[0];
    if (counts(p->node, "groups", 1, 1, 1, &c->groups, err))
        return -1;
    if (per_group * c->groups > COUNT_MAX || outs > COUNT_MAX || outs % c->groups)
        return err_input(err, "node '%s' (%s): %llu output channels do not divide into %u groups", p->node->name, type_of(p->node),
                         (unsigned long long)outs, c->groups);
    c->channels_in = (uint32_t)per_group * c->groups;
    c->channels_out = (uint32_t)outs;
    return 0;
}

static int read_conv(const struct nir_place *p, int axes, struct linear *l, struct err *err)
{
    const struct nir_field *weight = need_finite(p->node, "weight", err);
    struct conv *c = &l->conv;
    uint32_t channels;
    if (!weight)
        return -1;
    int shaped = weight->rank == axes + 2;
    for (int i = 0; i < weight->rank; i++)
        shaped = shaped && weight->dim[i] <= COUNT_MAX;
    if (!shaped)
        return err_input(err, "node '%s' (%s): 'weight' has shape %s, not (outputs, inputs/groups, %s)", p->node->name, type_of(p->node),
                         field_shape_text(weight, (char[SHAPE_TEXT]){0}), axes == 2 ? "height, width" : "length");
    *c = (struct conv){.kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1}};
    for (int k = 2 - axes; k < 2; k++)
        c->kernel[k] = (uint32_t)weight->dim[k + axes];
    l->kind = LINEAR_CONV;
    l->weight = weight->value;
    l->n_weights = weight->n;
    uint64_t n = (uint64_t)axes;
    if (set_channels(p, weight, c, err) || grid(p, c->channels_in, axes, &channels, c->in, err) || check_input_shape(p, c, axes, err))
        return -1;
    if (counts(p->node, "stride", n, 1, 1, c->stride + (2 - axes), err) || counts(p->node, "dilation", n, 1, 1, c->dilation + (2 - axes), err))
        return -1;
    if (read_padding(p, l, axes, err) || set_positions(p, l, axes, err))
        return -1;
    return read_bias(p, c->channels_out, l, err);
}

static int read_pool(const struct nir_place *p, struct linear *l, struct err *err)
{
    struct conv *c = &l->conv;
    *c = (struct conv){.dilation = {1, 1}};
    l->kind = LINEAR_POOL;
    if (counts(p->node, "kernel_size", 2, 1, UINT32_MAX, c->kernel, err) || grid(p, 0, 2, &c->channels_in, c->in, err))
        return -1;
    int same_stride = !nir_field(&p->node->node->data, "stride");
    if (counts(p->node, same_stride ? "kernel_size" : "stride", 2, 1, UINT32_MAX, c->stride, err) || read_padding(p, l, 2, err))
        return -1;
    c->channels_out = c->groups = c->channels_in;
    l->factor = p->node->kind == NIR_AVG_POOL ? 1.0 / ((double)c->kernel[0] * c->kernel[1]) : 1;
    return set_positions(p, l, 2, err);
}

/* ---- shapes and delays ---- */

static int dimension(const struct nir_place *p, const char *name, double fallback, int *out, struct err *err)
{
    const struct nir_field *field = nir_field(&p->node->node->data, name);
    double value = field && field->value ? field->value[0] : fallback;
    if (value != floor(value) || value < -p->in.rank || value >= p->in.rank)
        return err_input(err, "node '%s' (Flatten): %s %.9g is outside its input's %d dimensions", p->node->name, name, value, p->in.rank);
    *out = value < 0 ? (int)value + p->in.rank : (int)value;
    return 0;
}

/* start_dim and end_dim count without the batch. An input_type with zeros is one that the tool did not know. */
static int read_flatten(const struct nir_place *p, struct linear *l, struct err *err)
{
    const struct nir_field *stated = nir_field(&p->node->node->data, "input_type");
    char what[SHAPE_TEXT + 40], list[SHAPE_TEXT] = "";
    double size = 1;
    int start, end;
    for (uint64_t i = 0; stated && stated->value && i < stated->n; i++) {
        size *= stated->value[i];
        if (i < RANK_MAX)
            snprintf(list + strlen(list), 24, "%s%.9g", i ? ", " : "", stated->value[i]);
    }
    if (stated && stated->value && size > 0 && size != (double)shape_size(&p->in)) {
        snprintf(what, sizeof what, "its input_type is (%s)", list);
        return does_not_fit(p, what, err);
    }
    if (dimension(p, "start_dim", 0, &start, err) || dimension(p, "end_dim", -1, &end, err))
        return -1;
    l->out.rank = 0;
    for (int i = 0; i < p->in.rank; i++) {
        if (i > start && i <= end)
            l->out.dim[l->out.rank - 1] *= p->in.dim[i];
        else
            l->out.dim[l->out.rank++] = p->in.dim[i];
    }
    return 0;
}

static int delay_steps(const struct nir_place *p, double delay, uint32_t *steps, struct err *err)
{
    double exact = delay / p->dt, near = round(exact);
    if (!(exact >= 0 && exact <= DELAY_STEPS_MAX))
        return err_input(err, "node '%s' (Delay): a delay of %.9g s is not from 0 to %d steps of %.9g s", p->node->name, delay, DELAY_STEPS_MAX, p->dt);
    if (fabs(exact - near) > 1e-6 * fmax(1, near))
        return err_input(err, "node '%s' (Delay): %.9g s is %.9g steps of %.9g s, not a whole number; change the delay or --dt", p->node->name, delay,
                         exact, p->dt);
    *steps = (uint32_t)near;
    return 0;
}

static int read_delay(const struct nir_place *p, struct linear *l, struct err *err)
{
    const struct nir_field *delay = need_finite(p->node, "delay", err);
    uint64_t size = shape_size(&p->in);
    if (!delay)
        return -1;
    if (p->dt <= 0)
        return err_input(err, "node '%s' (Delay): its seconds need the time of a step; give it with --dt, as in --dt 1e-4", p->node->name);
    double *seconds = mem_new(size, sizeof *seconds);
    int bad = nir_spread(delay, &p->in, seconds) ? does_not_fit(p, "its 'delay' has another shape", err) : 0;
    l->kind = LINEAR_DELAY;
    l->n_delays = delay->n == 1 ? 1 : size;
    l->delay = mem_new(l->n_delays, sizeof *l->delay);
    for (uint64_t i = 0; i < l->n_delays && !bad; i++)
        bad = delay_steps(p, seconds[i], &l->delay[i], err);
    free(seconds);
    return bad;
}

/* Ports of nested graphs and the Output: the shape they state, if any, is the size that arrives. */
static int read_port(const struct nir_place *p, struct err *err)
{
    const struct nir_field *shape = nir_field(&p->node->node->data, "shape");
    double size = 1;
    for (uint64_t i = 0; shape && shape->value && i < shape->n; i++)
        size *= shape->value[i];
    if (!shape || !shape->value || !(size > 0) || size == (double)shape_size(&p->in))
        return 0;
    char what[64];
    snprintf(what, sizeof what, "its own shape has %.9g elements", size);
    return does_not_fit(p, what, err);
}

int nir_linear_node(const struct nir_place *p, struct linear *l, struct err *err)
{
    *l = (struct linear){.kind = LINEAR_PASS, .name = p->node->name, .in = p->in, .out = p->in};
    switch (p->node->kind) {
    case NIR_AFFINE:
    case NIR_LINEAR:
        return read_dense(p, l, err);
    case NIR_SCALE:
        return read_scale(p, l, err);
    case NIR_CONV1D:
        return read_conv(p, 1, l, err);
    case NIR_CONV2D:
        return read_conv(p, 2, l, err);
    case NIR_SUM_POOL:
    case NIR_AVG_POOL:
        return read_pool(p, l, err);
    case NIR_FLATTEN:
        return read_flatten(p, l, err);
    case NIR_DELAY:
        return read_delay(p, l, err);
    default:
        return read_port(p, err);
    }
}

/* A shape with more dimensions than another of the same size says more. */
static void take_shape(const struct nir_field *field, struct shape *shape)
{
    if (field->n != shape_size(shape) || field->rank <= shape->rank || field->rank > RANK_MAX)
        return;
    shape->rank = field->rank;
    for (int i = 0; i < field->rank; i++)
        shape->dim[i] = (uint32_t)field->dim[i];
}

int nir_neuron_node(const struct nir_place *p, struct shape *out, struct err *err)
{
    static const char *const name[] = {"tau", "tau_mem", "tau_syn", "r", "v_leak", "v_threshold", "v_reset", "w_in", "threshold"};
    char shape[SHAPE_TEXT], what[SHAPE_TEXT + 40];
    *out = p->in;
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        const struct nir_field *field = nir_field(&p->node->node->data, name[i]);
        if (!field || !field->value)
            continue;
        take_shape(field, out);
        if (field->n == shape_size(&p->in) || broadcasts(field, &p->in))
            continue;
        snprintf(what, sizeof what, "'%s' has shape %s", name[i], field_shape_text(field, shape));
        return does_not_fit(p, what, err);
    }
    return 0;
}
