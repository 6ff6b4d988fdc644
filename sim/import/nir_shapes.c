/* NIR files state few shapes, and not always. So the Input's shape is carried along the edges, breadth first, and each node reads its data
 * as soon as it is known what arrives: the first edge settles a node's input, later ones are only compared. Recurrence closes in this way
 * without knowing its own output first. The order in which nodes are reached is that of the populations in the report. */
#include "import/nir_shapes.h"

#include <stdlib.h>

#include "base/mem.h"
#include "import/nir_nodes.h"
#include "import/nir_values.h"

struct walk {
    const struct flat_graph *flat;
    struct nir_layers *layers;
    uint32_t found;             /* nodes in order */
    double dt;
};

/* Linear nodes that lead to no neuron or Output do not matter: found backwards from those that do. */
static void mark_needed(const struct flat_graph *flat, struct nir_layer *layer)
{
    uint32_t *stack = mem_new(flat->n, sizeof *stack), n = 0;
    for (uint32_t i = 0; i < flat->n; i++)
        if (nir_is_neuron(flat->node[i].kind) || flat->node[i].kind == NIR_OUTPUT) {
            layer[i].needed = 1;
            stack[n++] = i;
        }
    while (n) {
        const struct flat_node *node = &flat->node[stack[--n]];
        for (uint32_t k = 0; k < node->n_in; k++)
            if (!layer[node->in[k]].needed) {
                layer[node->in[k]].needed = 1;
                stack[n++] = node->in[k];
            }
    }
    free(stack);
}

/* Reads a node whose input shape is known. */
static int read_node(struct walk *w, uint32_t i, uint32_t from, struct err *err)
{
    const struct flat_node *node = &w->flat->node[i];
    struct nir_layer *layer = &w->layers->layer[i];
    struct nir_place place = {node, layer->in, w->flat->node[from].name, w->flat->node[from].kind == NIR_FLATTEN, w->dt};
    if (nir_is_neuron(node->kind))
        return nir_neuron_node(&place, &layer->out, err);
    if (nir_linear_node(&place, &layer->linear, err))
        return -1;
    layer->out = layer->linear.out;
    return 0;
}

/* Follows one edge. A node that was reached is not read again. */
static int reach(struct walk *w, uint32_t i, uint32_t from, struct err *err)
{
    struct nir_layer *layer = &w->layers->layer[i];
    if (layer->reached || !layer->needed)
        return 0;
    layer->reached = 1;
    layer->in = w->layers->layer[from].out;
    w->layers->order[w->found++] = i;
    return read_node(w, i, from, err);
}

/* order is the queue as well: at is read, found written. */
static int reach_all(struct walk *w, struct err *err)
{
    const struct flat_graph *flat = w->flat;
    struct nir_layer *input = &w->layers->layer[flat->input];
    if (nir_input_shape(&flat->node[flat->input], &input->out, err))
        return -1;
    input->in = input->out;
    input->reached = 1;
    w->layers->order[w->found++] = flat->input;
    for (uint32_t at = 0; at < w->found; at++) {
        const struct flat_node *node = &flat->node[w->layers->order[at]];
        for (uint32_t k = 0; k < node->n_out; k++)
            if (reach(w, node->out[k], w->layers->order[at], err))
                return -1;
    }
    return 0;
}

/* What the first edge did not settle: nodes that none reaches, and edges that bring another shape. */
static int check_node(const struct flat_graph *flat, const struct nir_layers *layers, uint32_t i, struct fidelity *fidelity, struct err *err)
{
    const struct flat_node *node = &flat->node[i];
    char first[NIR_TEXT], other[NIR_TEXT];
    if (!layers->layer[i].needed) {
        fidelity_add(fidelity, FIDELITY_WARNING, node->name, "leads to no neuron and no Output: left out");
        return 0;
    }
    if (!layers->layer[i].reached)
        return err_input(err, "node '%s' (%s): %s", node->name, node->node->type,
                         node->n_in ? "no path of edges leads to it from the Input" : "no edge leads to it");
    for (uint32_t k = 0; k < node->n_in; k++) {
        const struct shape *comes = &layers->layer[node->in[k]].out, *has = &layers->layer[i].in;
        if (shape_size(comes) != shape_size(has))
            return err_input(err, "node '%s' (%s): gets shape %s from '%s', but %s from others", node->name, node->node->type,
                             nir_shape_text(comes, first), flat->node[node->in[k]].name, nir_shape_text(has, other));
    }
    return 0;
}

/* What is not needed has no shape and is not read: a broken node that leads nowhere stops nobody. */
struct nir_layers *nir_layers_of(const struct flat_graph *flat, double dt, struct fidelity *fidelity, struct err *err)
{
    struct nir_layers *layers = mem_new(1, sizeof *layers);
    layers->layer = mem_new(flat->n, sizeof *layers->layer);
    layers->order = mem_new(flat->n, sizeof *layers->order);
    struct walk w = {flat, layers, 0, dt};
    mark_needed(flat, layers->layer);
    int bad = reach_all(&w, err);
    layers->n = w.found;
    for (uint32_t i = 0; i < flat->n && !bad; i++)
        bad = check_node(flat, layers, i, fidelity, err);
    if (!bad)
        return layers;
    nir_layers_free(layers);
    return NULL;
}

void nir_layers_free(struct nir_layers *layers)
{
    if (!layers)
        return;
    for (uint32_t i = 0; i < layers->n; i++)
        linear_free(&layers->layer[layers->order[i]].linear);
    free(layers->layer);
    free(layers->order);
    free(layers);
}
