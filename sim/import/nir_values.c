/* Numbers of a node's datasets, each checked where it is taken: that it is there, finite, whole where it counts something, and of a shape
 * that the layer can take. Every message names the node, its type and the dataset. */
#include "import/nir_values.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

#include "base/mem.h"

const char *nir_type(const struct flat_node *node)
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

char *nir_field_text(const struct nir_field *field, char *to)
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
    err_input(err, "node '%s' (%s): the dataset '%s' is %s", node->name, nir_type(node), name, field ? "a text, not numbers" : "missing");
    return NULL;
}

/* Beyond FLT_MAX counts as wrong, too: weights are float32 in the end. */
static int check_finite(const struct flat_node *node, const struct nir_field *field, struct err *err)
{
    for (uint64_t i = 0; i < field->n; i++)
        if (!(fabs(field->value[i]) <= FLT_MAX))
            return err_input(err, "node '%s' (%s): '%s' holds %s at index %llu", node->name, nir_type(node), field->name,
                             isnan(field->value[i]) ? "NaN" : "a value beyond float32", (unsigned long long)i);
    return 0;
}

const struct nir_field *nir_need_finite(const struct flat_node *node, const char *name, struct err *err)
{
    const struct nir_field *field = nir_need(node, name, err);
    return field && !check_finite(node, field, err) ? field : NULL;
}

/* Element i as a count from low to high, both included. */
int nir_whole(const struct flat_node *node, const struct nir_field *field, uint64_t i, double low, double high, uint32_t *out, struct err *err)
{
    double value = field->value[i];
    if (!(value >= low && value <= high) || value != floor(value))
        return err_input(err, "node '%s' (%s): '%s' holds %.9g, not a whole number from %.0f to %.0f", node->name, nir_type(node), field->name, value,
                         low, high);
    *out = (uint32_t)value;
    return 0;
}

/* Counts of n axes: n values, or one for all; fallback where the dataset is absent (0: it must be there). */
int nir_counts(const struct flat_node *node, const char *name, uint64_t n, double low, uint32_t fallback, uint32_t *out, struct err *err)
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
        return err_input(err, "node '%s' (%s): '%s' holds %llu values, not %llu", node->name, nir_type(node), name, (unsigned long long)field->n,
                         (unsigned long long)n);
    for (uint64_t i = 0; i < n; i++)
        if (nir_whole(node, field, field->n == 1 ? 0 : i, low, NIR_COUNT_MAX, &out[i], err))
            return -1;
    return 0;
}

/* what: the part of the sentence behind "but". */
int nir_does_not_fit(const struct nir_place *p, const char *what, struct err *err)
{
    char shape[NIR_TEXT];
    return err_input(err, "node '%s' (%s): gets shape %s from '%s', but %s", p->node->name, nir_type(p->node), nir_shape_text(&p->in, shape), p->from, what);
}

/* Right-aligned, each dimension equal or 1. */
int nir_broadcasts(const struct nir_field *field, const struct shape *shape)
{
    int skip = shape->rank - field->rank;
    for (int i = 0; i < field->rank; i++)
        if (field->dim[i] != 1 && (i + skip < 0 || field->dim[i] != shape->dim[i + skip]))
            return 0;
    return 1;
}

/* As numpy broadcasts, right-aligned: element i of the layer, in mixed radix of its shape, takes the field's element at the same coordinates,
 * with 0 along dimensions of 1. As many values as neurons need no shape: they stand in C order. */
int nir_spread(const struct nir_field *field, const struct shape *shape, double *out)
{
    uint64_t size = shape_size(shape);
    int same = field->n == size, fits = same || nir_broadcasts(field, shape);
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

/* One value per output channel (conv) or output (dense), spread over the channel's positions. */
int nir_bias(const struct nir_place *p, uint64_t channels, struct linear *l, struct err *err)
{
    const struct nir_field *bias = nir_need_finite(p->node, "bias", err);
    uint64_t size = shape_size(&l->out);
    if (!bias)
        return -1;
    if (!channels || bias->n != channels)
        return err_input(err, "node '%s' (%s): 'bias' holds %llu values, its weights have %llu outputs", p->node->name, nir_type(p->node),
                         (unsigned long long)bias->n, (unsigned long long)channels);
    l->bias = mem_new(size, sizeof *l->bias);
    for (uint64_t i = 0; i < size; i++)
        l->bias[i] = bias->value[i / (size / channels)];
    return 0;
}
