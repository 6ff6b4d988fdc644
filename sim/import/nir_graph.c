/* Flattening: each nested graph is a level, walked depth first; its leaves get full names and indices in one list, its edges become pairs of
 * indices. An edge that ends at a nested graph is tied to the Input or Output node inside it, which stays as a node that passes on: so
 * "a -> rnn" and "rnn.out -> b" need no rule of their own later. At the end all is sorted by name, so that neither the order in the file nor HDF5's
 * shows in any result. */
#include "import/nir_graph.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "config/doc.h"

struct kind_name { const char *name; enum nir_kind kind; };
static const struct kind_name kinds[] = {
    {"Input", NIR_INPUT}, {"Output", NIR_OUTPUT}, {"Affine", NIR_AFFINE}, {"Linear", NIR_LINEAR}, {"Scale", NIR_SCALE},
    {"Conv1d", NIR_CONV1D}, {"Conv2d", NIR_CONV2D}, {"SumPool2d", NIR_SUM_POOL}, {"AvgPool2d", NIR_AVG_POOL},
    {"Flatten", NIR_FLATTEN}, {"Delay", NIR_DELAY}, {"Threshold", NIR_THRESHOLD}, {"I", NIR_I}, {"IF", NIR_IF}, {"LI", NIR_LI},
    {"LIF", NIR_LIF}, {"CubaLI", NIR_CUBA_LI}, {"CubaLIF", NIR_CUBA_LIF},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* The enum lists neurons last. */
int nir_is_neuron(enum nir_kind kind)
{
    return kind >= NIR_THRESHOLD;
}

int nir_fires(enum nir_kind kind)
{
    return kind == NIR_THRESHOLD || kind == NIR_IF || kind == NIR_LIF || kind == NIR_CUBA_LIF;
}

const char *nir_kind_names(void)
{
    return "Input, Output, Affine, Linear, Scale, Conv1d, Conv2d, SumPool2d, AvgPool2d, Flatten, Delay, Threshold, I, IF, LI, LIF, "
           "CubaLI, CubaLIF, NIRGraph";
}

/* Why a known type of layer cannot be run, and what to do. */
static const char *reason(const char *type)
{
    if (!strncmp(type, "MaxPool", 7))
        return ": the largest of several spikes is not a sum that synapses can form; train with average or sum pooling instead";
    if (!strncmp(type, "BatchNorm", 9))
        return ": fold it into the weights before it, then export again";
    if (!strncmp(type, "Dropout", 7))
        return ": it does nothing after training; leave it out and export again";
    return "";
}

/* A type that differs in the case of letters only is the nearest of all. */
static int unknown_type(const char *name, const char *type, struct err *err)
{
    const char *known[KINDS];
    for (size_t i = 0; i < KINDS; i++)
        known[i] = kinds[i].name;
    const char *why = reason(type), *near = *why ? NULL : doc_nearest(type, known, KINDS);
    for (size_t i = 0; i < KINDS && !near; i++)
        near = strcasecmp(type, known[i]) ? NULL : known[i];
    return err_input(err, "node '%s': type '%s' cannot be run%s%s%s%s; what can: %s", name, type, why, near ? "; did you mean '" : "",
                     near ? near : "", near ? "'?" : "", nir_kind_names());
}

static int kind_of(const char *name, const char *type, enum nir_kind *kind, struct err *err)
{
    for (size_t i = 0; i < KINDS; i++)
        if (!strcmp(kinds[i].name, type)) {
            *kind = kinds[i].kind;
            return 0;
        }
    return unknown_type(name, type, err);
}

/* ---- collecting nodes and edges ---- */

struct pair { uint32_t from, to; };
struct builder {
    struct flat_graph *flat;
    size_t node_capacity;
    struct pair *pair;
    size_t n_pairs, pair_capacity;
    struct fidelity *fidelity;
};
struct level {                  /* one graph being flattened */
    const struct nir_node *node;
    const struct level *outer;  /* NULL for the root */
    char *prefix;               /* "outer.", "" for the root */
    uint32_t *first;            /* [n_nodes] flat index of a leaf */
    struct level *inner;        /* [n_nodes] of nested graphs; node NULL for leaves */
};

static int is_port(const struct nir_node *node, const char *type)
{
    return !node->graph && !strcmp(node->type, type);
}

/* From the inside out, for metadata: what a node does not say, the graph around it may. */
static const struct nir_node **graphs_around(struct builder *b, const struct level *level)
{
    struct flat_graph *flat = b->flat;
    size_t n = 0;
    for (const struct level *l = level; l; l = l->outer)
        n++;
    const struct nir_node **list = mem_new(n + 1, sizeof *list);
    flat->lists = mem_room(flat->lists, flat->n_lists, &flat->list_capacity, sizeof *flat->lists);
    flat->lists[flat->n_lists++] = list;
    for (const struct level *l = level; l; l = l->outer)
        *list++ = l->node;
    return flat->lists[flat->n_lists - 1];
}

/* "outer." + "inner", or the name alone where it says so already. */
static char *full_name(const struct level *level, const char *name)
{
    return strncmp(name, level->prefix, strlen(level->prefix)) ? mem_format("%s%s", level->prefix, name) : mem_text(name);
}

/* Deep nesting makes long names of short ones. */
static int check_length(const char *name, struct err *err)
{
    size_t n = strlen(name);
    if (n <= NIR_NAME_MAX)
        return 0;
    return err_input(err, "node '%.40s...%s': its full name has %zu characters; at most %d are read: shorten it, or the names of the graphs around it", name,
                     name + n - 20, n, NIR_NAME_MAX);
}

static int add_leaf(struct builder *b, const struct level *level, const struct nir_node *node, const struct nir_node **graphs, struct err *err)
{
    struct flat_graph *flat = b->flat;
    flat->node = mem_room(flat->node, flat->n, &b->node_capacity, sizeof *flat->node);
    struct flat_node *leaf = &flat->node[flat->n++];
    *leaf = (struct flat_node){.name = full_name(level, node->name), .node = node, .graphs = graphs};
    if (check_length(leaf->name, err) || kind_of(leaf->name, node->type, &leaf->kind, err))
        return -1;
    if (level->outer && (leaf->kind == NIR_INPUT || leaf->kind == NIR_OUTPUT))
        leaf->kind = NIR_PASS;
    return 0;
}

static int add_edges(struct builder *, const struct level *, struct err *);

/* Nodes first, edges after them: an edge may name a node of any nested graph on this level. */
static int add_level(struct builder *b, struct level *level, struct err *err)
{
    const struct nir_graph *graph = level->node->graph;
    const struct nir_node **graphs = graphs_around(b, level);
    level->first = mem_new(graph->n_nodes, sizeof *level->first);
    level->inner = mem_new(graph->n_nodes, sizeof *level->inner);
    for (size_t i = 0; i < graph->n_nodes; i++) {
        const struct nir_node *node = &graph->node[i];
        level->first[i] = b->flat->n;
        if (!node->graph) {
            if (add_leaf(b, level, node, graphs, err))
                return -1;
            continue;
        }
        char *name = full_name(level, node->name);
        level->inner[i] = (struct level){.node = node, .outer = level, .prefix = mem_format("%s.", name)};
        int bad = check_length(name, err);
        free(name);
        if (bad || add_level(b, &level->inner[i], err))
            return -1;
    }
    return add_edges(b, level, err);
}

static void free_level(struct level *level)
{
    for (size_t i = 0; level->inner && i < level->node->graph->n_nodes; i++)
        if (level->inner[i].node)
            free_level(&level->inner[i]);
    free(level->prefix);
    free(level->first);
    free(level->inner);
}

/* ---- edges ---- */

enum end { END_FROM, END_TO };
static const char *const port_type[] = {"Output", "Input"};        /* of a nested graph that an edge leaves, enters */

/* The one port of a nested graph on that side. */
static int find_port(const struct level *level, enum end end, uint32_t *index, struct err *err)
{
    const struct nir_graph *graph = level->node->graph;
    size_t ports = 0;
    for (size_t i = 0; i < graph->n_nodes; i++)
        if (is_port(&graph->node[i], port_type[end]) && !ports++)
            *index = level->first[i];
    if (ports == 1)
        return 0;
    return err_input(err, "graph '%.*s' has %zu %s nodes: an edge that names the graph needs one; name the port, as in '%sNODE'",
                     (int)strlen(level->prefix) - 1, level->prefix, ports, port_type[end], level->prefix);
}

/* Index of a child, or the graph's size. */
static size_t child_index(const struct nir_graph *graph, const char *name)
{
    const struct nir_node *child = nir_child(graph, name);
    return child ? (size_t)(child - graph->node) : graph->n_nodes;
}

/* "graph.port" of a nested graph with several ports. */
static int find_named_port(const struct level *level, const char *name, enum end end, uint32_t *index)
{
    for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.')) {
        char *outer = mem_format("%.*s", (int)(dot - name), name);
        size_t i = child_index(level->node->graph, outer);
        free(outer);
        if (i == level->node->graph->n_nodes || !level->inner[i].node)
            continue;
        const struct level *inner = &level->inner[i];
        size_t port = child_index(inner->node->graph, dot + 1);
        if (port < inner->node->graph->n_nodes && is_port(&inner->node->graph->node[port], port_type[end])) {
            *index = inner->first[port];
            return 1;
        }
    }
    return 0;
}

/* The flat node at one end. A name of a node wins over a "graph.port" of the same letters. */
static int find_end(const struct level *level, const struct nir_edge *edge, enum end end, uint32_t *index, struct err *err)
{
    const char *name = end == END_FROM ? edge->from : edge->to;
    size_t i = child_index(level->node->graph, name);
    if (i == level->node->graph->n_nodes) {
        if (find_named_port(level, name, end, index))
            return 0;
        return err_input(err, "edge '%s' -> '%s': there is no node '%s'%s%.*s", edge->from, edge->to, name,
                         *level->prefix ? " in graph " : "", *level->prefix ? (int)strlen(level->prefix) - 1 : 0, level->prefix);
    }
    if (level->inner[i].node)
        return find_port(&level->inner[i], end, index, err);
    *index = level->first[i];
    if (is_port(&level->node->graph->node[i], port_type[end]))
        return err_input(err, "edge '%s' -> '%s': '%s' is an %s node, nothing %s it", edge->from, edge->to, name, port_type[end],
                         end == END_FROM ? "leaves" : "enters");
    return 0;
}

static int add_edges(struct builder *b, const struct level *level, struct err *err)
{
    const struct nir_graph *graph = level->node->graph;
    for (size_t i = 0; i < graph->n_edges; i++) {
        struct pair pair;
        if (find_end(level, &graph->edge[i], END_FROM, &pair.from, err) || find_end(level, &graph->edge[i], END_TO, &pair.to, err))
            return -1;
        b->pair = mem_room(b->pair, b->n_pairs, &b->pair_capacity, sizeof *b->pair);
        b->pair[b->n_pairs++] = pair;
    }
    return 0;
}

/* ---- in order of names ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct flat_node *)a)->name, ((const struct flat_node *)b)->name);
}

/* From, then to: rows of one source stand together. */
static int by_pair(const void *a, const void *b)
{
    const struct pair *p = a, *q = b;
    if (p->from != q->from)
        return p->from < q->from ? -1 : 1;
    return p->to < q->to ? -1 : p->to > q->to;
}

/* Nodes by name; pairs follow. Two nodes of one name: an error. */
static int sort_nodes(struct builder *b, struct err *err)
{
    struct flat_graph *flat = b->flat;
    uint32_t *place = mem_new(flat->n, sizeof *place);
    for (uint32_t i = 0; i < flat->n; i++)
        flat->node[i].n_in = i;
    if (flat->n > 1)
        qsort(flat->node, flat->n, sizeof *flat->node, by_name);
    for (uint32_t i = 0; i < flat->n; i++) {
        place[flat->node[i].n_in] = i;
        flat->node[i].n_in = 0;
    }
    for (size_t i = 0; i < b->n_pairs; i++)
        b->pair[i] = (struct pair){place[b->pair[i].from], place[b->pair[i].to]};
    free(place);
    for (uint32_t i = 1; i < flat->n; i++)
        if (!strcmp(flat->node[i - 1].name, flat->node[i].name))
            return err_input(err, "two nodes are called '%s' (a nested graph and a name with a dot): rename one", flat->node[i].name);
    return 0;
}

/* NIR keeps edges as a set; some writers do not. */
static void drop_repeated(struct builder *b)
{
    size_t n = 0;
    if (b->n_pairs > 1)
        qsort(b->pair, b->n_pairs, sizeof *b->pair, by_pair);
    for (size_t i = 0; i < b->n_pairs; i++) {
        if (n && !by_pair(&b->pair[n - 1], &b->pair[i])) {
            const char *from = b->flat->node[b->pair[i].from].name, *to = b->flat->node[b->pair[i].to].name;
            fidelity_add(b->fidelity, FIDELITY_NOTE, to, "the edge '%s' -> '%s' is in the file more than once; it counts once", from, to);
        } else {
            b->pair[n++] = b->pair[i];
        }
    }
    b->n_pairs = n;
}

/* One array holds all neighbours: per node first those it feeds, then those that feed it. Counted, then laid out, then filled; pairs are sorted,
 * so both lists of every node are in order of name. */
static void link_nodes(struct builder *b)
{
    struct flat_graph *flat = b->flat;
    flat->edge = mem_new(2 * b->n_pairs, sizeof *flat->edge);
    for (size_t i = 0; i < b->n_pairs; i++) {
        flat->node[b->pair[i].from].n_out++;
        flat->node[b->pair[i].to].n_in++;
    }
    uint32_t *next = flat->edge;
    for (uint32_t i = 0; i < flat->n; i++) {
        flat->node[i].out = next;
        next += flat->node[i].n_out;
        flat->node[i].in = next;
        next += flat->node[i].n_in;
        flat->node[i].n_out = flat->node[i].n_in = 0;
    }
    for (size_t i = 0; i < b->n_pairs; i++) {
        struct flat_node *from = &flat->node[b->pair[i].from], *to = &flat->node[b->pair[i].to];
        from->out[from->n_out++] = b->pair[i].to;
        to->in[to->n_in++] = b->pair[i].from;
    }
}

/* Events of a file belong to one input layer. */
static int find_input(struct flat_graph *flat, struct err *err)
{
    uint32_t inputs = 0, second = 0;
    for (uint32_t i = 0; i < flat->n; i++) {
        if (flat->node[i].kind != NIR_INPUT)
            continue;
        if (!inputs++)
            flat->input = i;
        else
            second = i;
    }
    if (!inputs)
        return err_input(err, "the graph has no Input node: nothing says where events enter");
    if (inputs > 1)
        return err_input(err, "the graph has %u Input nodes ('%s', '%s' ...): an event names one neuron of one input; join them into one Input node",
                         inputs, flat->node[flat->input].name, flat->node[second].name);
    return 0;
}

struct flat_graph *flat_graph_of(const struct nir_file *nir, struct fidelity *fidelity, struct err *err)
{
    struct builder b = {.flat = mem_new(1, sizeof *b.flat), .fidelity = fidelity};
    struct level root = {.node = &nir->root, .prefix = mem_text("")};
    int bad = add_level(&b, &root, err) || sort_nodes(&b, err) || find_input(b.flat, err);
    free_level(&root);
    if (!bad) {
        drop_repeated(&b);
        link_nodes(&b);
    }
    free(b.pair);
    if (!bad)
        return b.flat;
    flat_graph_free(b.flat);
    return NULL;
}

void flat_graph_free(struct flat_graph *flat)
{
    if (!flat)
        return;
    for (uint32_t i = 0; i < flat->n; i++)
        free(flat->node[i].name);
    for (size_t i = 0; i < flat->n_lists; i++)
        free(flat->lists[i]);
    free(flat->lists);
    free(flat->node);
    free(flat->edge);
    free(flat);
}
