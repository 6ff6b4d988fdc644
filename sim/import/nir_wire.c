#include "import/nir_wire.h"

#include <stdlib.h>

#include "base/mem.h"

/* ---- sending ---- */

/* The values of one field are the largest piece: freed at once, so that child and parent together hold the tree about once. */
static void put_field(struct apart_out *out, struct nir_field *field)
{
    apart_put_text(out, field->name);
    apart_put_number(out, field->text != NULL);
    if (field->text) {
        apart_put_text(out, field->text);
        return;
    }
    apart_put_number(out, (uint64_t)field->rank);
    for (int i = 0; i < field->rank; i++)
        apart_put_number(out, field->dim[i]);
    apart_put(out, field->value, field->n * sizeof *field->value);
    free(field->value);
    field->value = NULL;
}

static void put_fields(struct apart_out *out, struct nir_fields *fields)
{
    apart_put_number(out, fields->n);
    for (size_t i = 0; i < fields->n; i++)
        put_field(out, &fields->field[i]);
}

static void put_node(struct apart_out *out, struct nir_node *node)
{
    struct nir_graph *graph = node->graph;
    apart_put_text(out, node->name);
    apart_put_text(out, node->type);
    put_fields(out, &node->data);
    put_fields(out, &node->metadata);
    apart_put_number(out, graph != NULL);
    if (!graph)
        return;
    apart_put_number(out, graph->n_nodes);
    for (size_t i = 0; i < graph->n_nodes; i++)
        put_node(out, &graph->node[i]);
    apart_put_number(out, graph->n_edges);
    for (size_t i = 0; i < graph->n_edges; i++) {
        apart_put_text(out, graph->edge[i].from);
        apart_put_text(out, graph->edge[i].to);
    }
}

void nir_put(struct apart_out *out, struct nir_file *nir)
{
    apart_put_text(out, nir->version);
    put_node(out, &nir->root);
}

/* ---- taking ---- */

/* Values are as many as the shape says: n is computed here, not sent. */
static int take_values(struct apart_in *in, struct nir_field *field)
{
    uint64_t rank;
    if (apart_get_number(in, NIR_RANK_MAX, &rank))
        return -1;
    field->rank = (int)rank;
    field->n = 1;
    for (int i = 0; i < field->rank; i++) {
        if (apart_get_number(in, UINT64_MAX, &field->dim[i]))
            return -1;
        if (!field->dim[i] || field->n > UINT64_MAX / field->dim[i])
            return apart_nonsense(in);
        field->n *= field->dim[i];
    }
    void *value;
    int bad = apart_get_array(in, field->n, sizeof *field->value, &value);
    field->value = value;
    return bad;
}

/* The place is counted as read only once it holds what nir_file_free may see. */
static int take_field(struct apart_in *in, struct nir_fields *fields)
{
    uint64_t is_text;
    if (apart_spend(in, sizeof *fields->field))
        return -1;
    fields->field = mem_room(fields->field, fields->n, &fields->capacity, sizeof *fields->field);
    struct nir_field *field = &fields->field[fields->n++];
    *field = (struct nir_field){.n = 1};
    if (apart_get_text(in, &field->name) || apart_get_number(in, 1, &is_text))
        return -1;
    return is_text ? apart_get_text(in, &field->text) : take_values(in, field);
}

/* The number is a claim: memory grows with what comes, not with it. */
static int take_fields(struct apart_in *in, struct nir_fields *fields)
{
    uint64_t n;
    if (apart_get_number(in, UINT32_MAX, &n))
        return -1;
    while (n--)
        if (take_field(in, fields))
            return -1;
    return 0;
}

/* All edges at once: their names follow. n_edges counts those that nir_file_free has to look at. */
static int take_edges(struct apart_in *in, struct nir_graph *graph)
{
    uint64_t n;
    if (apart_get_number(in, UINT32_MAX, &n) || apart_spend(in, n * sizeof *graph->edge))
        return -1;
    graph->edge = mem_new((size_t)n, sizeof *graph->edge);
    for (; graph->n_edges < n; graph->n_edges++) {
        struct nir_edge *edge = &graph->edge[graph->n_edges];
        if (apart_get_text(in, &edge->from))
            return -1;
        if (apart_get_text(in, &edge->to)) {
            graph->n_edges++;
            return -1;
        }
    }
    return 0;
}

static int take_node(struct apart_in *, struct nir_node *, int depth);

/* Nesting ends here as it does in the child: recursion in the parent must not depend on the child's honesty. */
static int take_graph(struct apart_in *in, struct nir_graph *graph, int depth)
{
    uint64_t n;
    if (depth > NIR_NESTING_MAX)
        return apart_nonsense(in);
    if (apart_get_number(in, UINT32_MAX, &n))
        return -1;
    while (n--) {
        if (apart_spend(in, sizeof *graph->node))
            return -1;
        graph->node = mem_room(graph->node, graph->n_nodes, &graph->node_capacity, sizeof *graph->node);
        graph->node[graph->n_nodes] = (struct nir_node){0};
        if (take_node(in, &graph->node[graph->n_nodes++], depth + 1))
            return -1;
    }
    return take_edges(in, graph);
}

static int take_node(struct apart_in *in, struct nir_node *node, int depth)
{
    uint64_t nested;
    if (apart_get_text(in, &node->name) || apart_get_text(in, &node->type) || take_fields(in, &node->data) || take_fields(in, &node->metadata) ||
        apart_get_number(in, 1, &nested))
        return -1;
    if (!nested)
        return 0;
    node->graph = mem_new(1, sizeof *node->graph);
    return take_graph(in, node->graph, depth);
}

/* The root is a graph, which everything behind relies on. */
struct nir_file *nir_take(struct apart_in *in)
{
    struct nir_file *nir = mem_new(1, sizeof *nir);
    if (!apart_get_text(in, &nir->version) && !take_node(in, &nir->root, 0)) {
        if (nir->root.graph)
            return nir;
        apart_nonsense(in);
    }
    nir_file_free(nir);
    return NULL;
}
