/* Windows over a grid: Conv1d, Conv2d, SumPool2d, AvgPool2d. One dimension is a grid of height 1. Along each axis
 *
 *     out = (in + 2 padding - dilation (kernel - 1) - 1) / stride + 1, rounded down
 *
 * positions, as torch counts them: what does not fill a whole window at the end is left out. AvgPool divides by kernel height times width also where
 * the window reaches over the border (torch: count_include_pad). */
#include "import/nir_windows.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "import/nir_values.h"

/* The input as channels and a grid of (height, width); channels 0: as many as the first dimension says. */
static int grid(const struct nir_place *p, uint32_t channels, int axes, uint32_t *found, uint32_t in[2], struct err *err)
{
    const struct shape *s = &p->in;
    int first = s->rank == axes + 1 ? 1 : s->rank == axes && channels <= 1 ? 0 : -1;
    if (first < 0)
        return nir_does_not_fit(p, axes == 2 ? "needs (channels, height, width)" : "needs (channels, length)", err);
    *found = first ? s->dim[0] : 1;
    in[0] = axes == 2 ? s->dim[first] : 1;
    in[1] = s->dim[s->rank - 1];
    if (channels && *found != channels) {
        char what[80];
        snprintf(what, sizeof what, "its weights want %u input channels", channels);
        return nir_does_not_fit(p, what, err);
    }
    return 0;
}

/* The shape of the outputs: (channels, height, width) or (channels, length). */
static struct shape image(uint32_t channels, int axes, const uint32_t size[2])
{
    if (axes == 2)
        return (struct shape){3, {channels, size[0], size[1]}};
    return (struct shape){2, {channels, size[1]}};
}

/* ---- padding ---- */

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

/* As many outputs as inputs: dilation (kernel - 1) cells of padding in all. torch allows it with stride 1 only; so do we. */
static int pad_same(const struct nir_place *p, struct linear *l, int axes, struct err *err)
{
    struct conv *c = &l->conv;
    int wider[2] = {0, 0};
    for (int k = 2 - axes; k < 2; k++) {
        uint64_t total = (uint64_t)c->dilation[k] * (c->kernel[k] - 1);
        if (c->stride[k] != 1)
            return err_input(err, "node '%s' (%s): padding 'same' needs stride 1, not %u", p->node->name, nir_type(p->node), c->stride[k]);
        wider[k] = (int)(total & 1);
        if (wider[k] && c->dilation[k] != 1)
            return err_input(err, "node '%s' (%s): padding 'same' of an even kernel needs dilation 1, not %u; give the padding as numbers",
                             p->node->name, nir_type(p->node), c->dilation[k]);
        c->padding[k] = (uint32_t)((total + 1) / 2);
    }
    if (wider[0] || wider[1])
        widen_kernel(l, wider);
    return 0;
}

/* Numbers, one for all axes or one each; or a word. Absent: none. */
static int read_padding(const struct nir_place *p, struct linear *l, int axes, struct err *err)
{
    const struct nir_field *padding = nir_field(&p->node->node->data, "padding");
    uint32_t *out = l->conv.padding + (2 - axes);
    if (!padding || !padding->text)
        return nir_counts(p->node, "padding", (uint64_t)axes, 0, 0, out, err);
    if (!strcmp(padding->text, "same") || !strcmp(padding->text, "SAME"))
        return pad_same(p, l, axes, err);
    if (!strcmp(padding->text, "valid") || !strcmp(padding->text, "VALID"))
        return 0;
    return err_input(err, "node '%s' (%s): padding '%.60s' is neither 'same', 'valid' nor numbers", p->node->name, nir_type(p->node), padding->text);
}

/* Last, once everything that enters the formula is known. */
static int set_positions(const struct nir_place *p, struct linear *l, int axes, struct err *err)
{
    struct conv *c = &l->conv;
    for (int k = 0; k < 2; k++) {
        c->out[k] = window_positions(c->in[k], c->kernel[k], c->stride[k], c->padding[k], c->dilation[k]);
        if (!c->out[k])
            return nir_does_not_fit(p, "its window is larger than that with its padding", err);
    }
    l->out = image(c->channels_out, axes, c->out);
    return shape_size(&l->out) > NIR_NEURONS_MAX ? nir_does_not_fit(p, "that makes too many outputs", err) : 0;
}

/* What the file itself says of the grid must be what the graph gives. */
static int check_input_shape(const struct nir_place *p, const struct conv *c, int axes, struct err *err)
{
    uint32_t stated[2] = {1, 1};
    char what[80];
    if (!nir_field(&p->node->node->data, "input_shape"))
        return 0;
    if (nir_counts(p->node, "input_shape", (uint64_t)axes, 1, UINT32_MAX, stated + (2 - axes), err))
        return -1;
    if (stated[0] == c->in[0] && stated[1] == c->in[1])
        return 0;
    snprintf(what, sizeof what, "its input_shape is (%u, %u)", stated[0], stated[1]);
    return nir_does_not_fit(p, what, err);
}

/* The weights say how many channels there are: (outputs, inputs per group, ...). */
static int set_channels(const struct nir_place *p, const struct nir_field *weight, struct conv *c, struct err *err)
{
    uint64_t per_group = weight->dim[1], outs = weight->dim[0];
    if (nir_counts(p->node, "groups", 1, 1, 1, &c->groups, err))
        return -1;
    if (per_group * c->groups > NIR_COUNT_MAX || outs > NIR_COUNT_MAX || outs % c->groups)
        return err_input(err, "node '%s' (%s): %llu output channels do not divide into %u groups", p->node->name, nir_type(p->node),
                         (unsigned long long)outs, c->groups);
    c->channels_in = (uint32_t)per_group * c->groups;
    c->channels_out = (uint32_t)outs;
    return 0;
}

/* Weights are borrowed from the file; numbers are checked before any is used in a product. */
int nir_conv_node(const struct nir_place *p, int axes, struct linear *l, struct err *err)
{
    const struct nir_field *weight = nir_need_finite(p->node, "weight", err);
    struct conv *c = &l->conv;
    char text[NIR_TEXT];
    uint32_t channels;
    if (!weight)
        return -1;
    int shaped = weight->rank == axes + 2;
    for (int i = 0; i < weight->rank; i++)
        shaped = shaped && weight->dim[i] <= NIR_COUNT_MAX;
    if (!shaped)
        return err_input(err, "node '%s' (%s): 'weight' has shape %s, not (outputs, inputs/groups, %s)", p->node->name, nir_type(p->node),
                         nir_field_text(weight, text), axes == 2 ? "height, width" : "length");
    *c = (struct conv){.kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1}};
    for (int k = 2 - axes; k < 2; k++)
        c->kernel[k] = (uint32_t)weight->dim[k + axes];
    l->kind = LINEAR_CONV;
    l->weight = weight->value;
    l->n_weights = weight->n;
    uint64_t n = (uint64_t)axes;
    if (set_channels(p, weight, c, err) || grid(p, c->channels_in, axes, &channels, c->in, err) || check_input_shape(p, c, axes, err))
        return -1;
    if (nir_counts(p->node, "stride", n, 1, 1, c->stride + (2 - axes), err) || nir_counts(p->node, "dilation", n, 1, 1, c->dilation + (2 - axes), err))
        return -1;
    if (read_padding(p, l, axes, err) || set_positions(p, l, axes, err))
        return -1;
    return nir_bias(p, c->channels_out, l, err);
}

/* No weights: every tap is factor. Without a stride the windows touch, as torch has it. */
int nir_pool_node(const struct nir_place *p, struct linear *l, struct err *err)
{
    struct conv *c = &l->conv;
    *c = (struct conv){.dilation = {1, 1}};
    l->kind = LINEAR_POOL;
    if (nir_counts(p->node, "kernel_size", 2, 1, UINT32_MAX, c->kernel, err) || grid(p, 0, 2, &c->channels_in, c->in, err))
        return -1;
    int same_stride = !nir_field(&p->node->node->data, "stride");
    if (nir_counts(p->node, same_stride ? "kernel_size" : "stride", 2, 1, UINT32_MAX, c->stride, err) || read_padding(p, l, 2, err))
        return -1;
    c->channels_out = c->groups = c->channels_in;
    l->factor = p->node->kind == NIR_AVG_POOL ? 1.0 / ((double)c->kernel[0] * c->kernel[1]) : 1;
    return set_positions(p, l, 2, err);
}
