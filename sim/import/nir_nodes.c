/* Linear nodes one by one: what each does to the shape that arrives, and its numbers as a struct linear. */
#include "import/nir_nodes.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import/nir_values.h"
#include "import/nir_windows.h"

enum { DELAY_STEPS_MAX = 1 << 20 };

/* Without a batch: NIR states the shape of one sample in one step. */
int nir_input_shape(const struct flat_node *node, struct shape *shape, struct err *err)
{
    const struct nir_field *field = nir_need(node, "shape", err);
    if (!field)
        return -1;
    if (field->n > RANK_MAX)
        return err_input(err, "node '%s' (Input): its shape has %llu dimensions; at most %d can be run", node->name, (unsigned long long)field->n, RANK_MAX);
    shape->rank = (int)field->n;
    for (int i = 0; i < shape->rank; i++)
        if (nir_whole(node, field, (uint64_t)i, 1, UINT32_MAX, &shape->dim[i], err))
            return -1;
    if (shape_size(shape) > NIR_NEURONS_MAX)
        return err_input(err, "node '%s' (Input): more than %d neurons in one node", node->name, NIR_NEURONS_MAX);
    return 0;
}

/* ---- weights ---- */

/* A vector: one dimension, others of 1 beside it, or what a Flatten made. */
static int is_vector(const struct nir_place *p, uint64_t size)
{
    int long_axes = 0;
    for (int i = 0; i < p->in.rank; i++)
        long_axes += p->in.dim[i] > 1;
    return shape_size(&p->in) == size && (p->flattened || p->in.rank == 1 || long_axes <= 1);
}

/* y = W x + b. torch applies a Linear to the last axis only; on a grid that is another product than the one over all elements, so a grid without a
 * Flatten is refused rather than guessed. */
static int read_dense(const struct nir_place *p, struct linear *l, struct err *err)
{
    const struct nir_field *weight = nir_need_finite(p->node, "weight", err);
    char what[160], text[NIR_TEXT];
    if (!weight)
        return -1;
    uint64_t cols = weight->rank > 1 ? weight->dim[weight->rank - 1] : 0, rows = weight->rank > 1 ? weight->dim[weight->rank - 2] : 0;
    if (!cols || rows > NIR_NEURONS_MAX || weight->n != rows * cols)
        return err_input(err, "node '%s' (%s): 'weight' has shape %s, not (outputs, inputs)", p->node->name, nir_type(p->node),
                         nir_field_text(weight, text));
    if (!is_vector(p, cols)) {
        snprintf(what, sizeof what, "its weights have %llu inputs%s", (unsigned long long)cols,
                 shape_size(&p->in) == cols ? ": put a Flatten node between them" : "");
        return nir_does_not_fit(p, what, err);
    }
    l->kind = LINEAR_DENSE;
    l->weight = weight->value;
    l->n_weights = weight->n;
    l->out = (struct shape){1, {(uint32_t)rows}};
    return p->node->kind == NIR_AFFINE ? nir_bias(p, rows, l, err) : 0;
}

/* y = s x, one s for all or one each. */
static int read_scale(const struct nir_place *p, struct linear *l, struct err *err)
{
    const struct nir_field *scale = nir_need_finite(p->node, "scale", err);
    char shape[NIR_TEXT], what[NIR_TEXT + 40];
    if (!scale)
        return -1;
    l->kind = LINEAR_SCALE;
    l->n_weights = scale->n == 1 ? 1 : shape_size(&p->in);
    l->weight = l->owned = mem_new(l->n_weights, sizeof *l->owned);
    if (scale->n == 1)
        l->owned[0] = scale->value[0];
    else if (nir_spread(scale, &p->in, l->owned)) {
        snprintf(what, sizeof what, "its 'scale' has shape %s", nir_field_text(scale, shape));
        return nir_does_not_fit(p, what, err);
    }
    return 0;
}

/* ---- shapes and delays ---- */

/* Negative ones count from the end, as in torch. */
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
    char what[NIR_TEXT + 40], list[NIR_TEXT] = "";
    double size = 1;
    int start, end;
    for (uint64_t i = 0; stated && stated->value && i < stated->n; i++) {
        size *= stated->value[i];
        if (i < RANK_MAX)
            snprintf(list + strlen(list), 24, "%s%.9g", i ? ", " : "", stated->value[i]);
    }
    if (stated && stated->value && size > 0 && size != (double)shape_size(&p->in)) {
        snprintf(what, sizeof what, "its input_type is (%s)", list);
        return nir_does_not_fit(p, what, err);
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

/* round(delay/dt); a remainder above 1e-6 of a step is not a whole number. Seconds in float32 are wrong by up to FLT_EPSILON of their size,
 * which is more than that from 10 steps on: 0.01 s is 99.9999978 steps of 1e-4 s. */
static int delay_steps(const struct nir_place *p, double delay, uint32_t *steps, struct err *err)
{
    double exact = delay / p->dt, near = round(exact);
    if (!(exact >= 0 && exact <= DELAY_STEPS_MAX))
        return err_input(err, "node '%s' (Delay): a delay of %.9g s is not from 0 to %d steps of %.9g s", p->node->name, delay, DELAY_STEPS_MAX, p->dt);
    if (fabs(exact - near) > 1e-6 + near * FLT_EPSILON)
        return err_input(err, "node '%s' (Delay): %.10g s is %.10g steps of %.9g s, not a whole number; change the delay or --dt", p->node->name, delay,
                         exact, p->dt);
    *steps = (uint32_t)near;
    return 0;
}

/* One delay for all, or one per element. They are turned to steps here, because here the node's name is known; what they become (network
 * delay, per source, per synapse) depends on the chain around them. */
static int read_delay(const struct nir_place *p, struct linear *l, struct err *err)
{
    const struct nir_field *delay = nir_need_finite(p->node, "delay", err);
    uint64_t size = shape_size(&p->in);
    if (!delay)
        return -1;
    if (p->dt <= 0)
        return err_input(err, "node '%s' (Delay): its seconds need the time of a step; give it with --dt, as in --dt 1e-4", p->node->name);
    double *seconds = mem_new(size, sizeof *seconds);
    int bad = nir_spread(delay, &p->in, seconds) ? nir_does_not_fit(p, "its 'delay' has another shape", err) : 0;
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
    return nir_does_not_fit(p, what, err);
}

/* Nodes that only pass on (ports, Output, Flatten) are linear, too: their matrix is the identity. */
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
        return nir_conv_node(p, 1, l, err);
    case NIR_CONV2D:
        return nir_conv_node(p, 2, l, err);
    case NIR_SUM_POOL:
    case NIR_AVG_POOL:
        return nir_pool_node(p, l, err);
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

/* A neuron changes no shape, but its parameters may know more of it than the graph: a Flatten before and a grid of thresholds, say. */
int nir_neuron_node(const struct nir_place *p, struct shape *out, struct err *err)
{
    static const char *const name[] = {"tau", "tau_mem", "tau_syn", "r", "v_leak", "v_threshold", "v_reset", "w_in", "threshold"};
    char shape[NIR_TEXT], what[NIR_TEXT + 40];
    *out = p->in;
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        const struct nir_field *field = nir_field(&p->node->node->data, name[i]);
        if (!field || !field->value)
            continue;
        take_shape(field, out);
        if (field->n == shape_size(&p->in) || nir_broadcasts(field, &p->in))
            continue;
        snprintf(what, sizeof what, "'%s' has shape %s", name[i], nir_field_text(field, shape));
        return nir_does_not_fit(p, what, err);
    }
    return 0;
}
