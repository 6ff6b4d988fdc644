/* In the file:  /version           text, may be absent
 *               /node              the root graph: a node of type NIRGraph
 *   node        type               text; absent where a group "nodes" says it is a graph
 *               its parameters     datasets
 *               metadata/          datasets, may be absent
 *   graph       nodes/NAME         nodes
 *               edges              (n, 2) texts
 *
 * Groups may be reached by several hard links, even from inside themselves; depth and number of nodes are limited, so that such a file ends. */
#include "import/nir_file.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "import/apart.h"
#include "import/nir_data.h"
#include "import/nir_heap.h"
#include "import/nir_wire.h"

/* A graph may take 64 times its file in memory (constant arrays pack well), and 256 MiB in any case. */
enum { MEMORY_PER_BYTE = 64, MEMORY_FREE = 256 << 20, BYTES_PER_NODE = 64 };

struct reader {
    const char *path;
    struct nir_budget budget;
    uint64_t nodes_left;        /* hard links could make a small file a forest */
};

/* ---- groups ---- */

/* The links of a group. foreign: a soft or external one is among them, which would leave the file. */
struct names { char **name; size_t n, capacity; int foreign; };

/* 0 lets libhdf5 go on. */
static herr_t add_name(hid_t group, const char *name, const H5L_info_t *info, void *data)
{
    struct names *names = data;
    (void)group;
    names->foreign |= info->type != H5L_TYPE_HARD;
    names->name = mem_room(names->name, names->n, &names->capacity, sizeof *names->name);
    names->name[names->n++] = mem_text(name);
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_names(struct names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->name[i]);
    free(names->name);
}

/* Sorted here: libhdf5's order by name holds only for groups that keep an index, and bsearch needs strcmp's. */
static int list_names(hid_t group, struct names *names, const char *place, struct err *err)
{
    *names = (struct names){0};
    herr_t status = H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, add_name, names);
    if (status < 0 || names->foreign) {
        free_names(names);
        *names = (struct names){.foreign = names->foreign};
        return err_input(err, "%.300s %s", place, status < 0 ? "cannot be listed: the file is damaged; export it again"
                                                          : "holds links to other places or files: NIR has none; export it again");
    }
    if (names->n > 1)
        qsort(names->name, names->n, sizeof *names->name, by_text);
    return 0;
}

/* Asking first keeps libhdf5 from treating an absent member as an error. */
static int is_there(hid_t group, const char *name)
{
    return H5Lexists(group, name, H5P_DEFAULT) > 0;
}

/* Opens a member of the wanted kind; -1 where there is none. */
static hid_t open_as(hid_t group, const char *name, H5I_type_t kind)
{
    hid_t id = is_there(group, name) ? H5Oopen(group, name, H5P_DEFAULT) : -1;
    if (id >= 0 && H5Iget_type(id) != kind) {
        H5Oclose(id);
        return -1;
    }
    return id;
}

/* A name or a type stands in messages and in tables: it must fit there. what: "the node name", for example. Place is cut in all messages
 * of this file, so that the cause behind it is not. */
static int check_name(const char *place, const char *what, const char *name, struct err *err)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
            return err_input(err, "%.300s: %s holds a control character (byte %zu); write it without and export again", place, what, i);
    if (n <= NIR_NAME_MAX)
        return 0;
    return err_input(err, "%.300s: %s '%.40s...' has %zu characters; at most %d are read: shorten it and export again", place, what, name, n, NIR_NAME_MAX);
}

/* ---- datasets of a node ---- */

/* Datasets that hold neither numbers nor texts (references, compounds) say nothing that a node needs: left out. */
static int add_field(struct reader *r, hid_t group, const char *name, const char *place, struct nir_fields *fields, struct err *err)
{
    hid_t dataset = open_as(group, name, H5I_DATASET);
    struct nir_field field = {0};
    int present;
    if (dataset < 0)
        return 0;
    int bad = nir_data_field(dataset, &r->budget, &field, &present, err);
    H5Oclose(dataset);
    if (bad) {
        free(field.text);
        return err_context(err, "%s/%s", place, name);
    }
    if (!present)
        return 0;
    field.name = mem_text(name);
    fields->field = mem_room(fields->field, fields->n, &fields->capacity, sizeof field);
    fields->field[fields->n++] = field;
    return 0;
}

/* All datasets of a group; which of them mean something is for the node's reader. */
static int read_fields(struct reader *r, hid_t group, const char *place, struct nir_fields *fields, struct err *err)
{
    struct names names;
    int bad = 0;
    if (list_names(group, &names, place, err))
        return -1;
    for (size_t i = 0; i < names.n && !bad; i++)
        if (strcmp(names.name[i], "edges") != 0)
            bad = add_field(r, group, names.name[i], place, fields, err);
    free_names(&names);
    return bad;
}

static int read_metadata(struct reader *r, hid_t group, const char *place, struct nir_fields *fields, struct err *err)
{
    hid_t metadata = open_as(group, "metadata", H5I_GROUP);
    if (metadata < 0)
        return 0;
    char *inside = mem_format("%s/metadata", place);
    int bad = read_fields(r, metadata, inside, fields, err);
    free(inside);
    H5Oclose(metadata);
    return bad;
}

/* ---- nodes and graphs, which hold each other ---- */

static int read_node(struct reader *, hid_t group, const char *place, int depth, struct nir_node *, struct err *);

static int read_edges(struct reader *r, hid_t group, const char *place, struct nir_graph *graph, struct err *err)
{
    hid_t edges = open_as(group, "edges", H5I_DATASET);
    if (edges < 0)
        return err_input(err, "%.300s has no 'edges': not a NIR graph", place);
    int bad = nir_data_edges(edges, &r->budget, graph, err);
    H5Oclose(edges);
    if (bad)
        return err_context(err, "%s/edges", place);
    for (size_t i = 0; i < graph->n_edges && !bad; i++)
        bad = check_name(place, "the end of an edge", graph->edge[i].from, err) || check_name(place, "the end of an edge", graph->edge[i].to, err);
    return bad ? -1 : 0;
}

/* The node counts as soon as it has a name, so that nir_file_free finds what a failure leaves. */
static int add_node(struct reader *r, hid_t nodes, const char *name, const char *place, int depth, struct nir_graph *graph, struct err *err)
{
    if (check_name(place, "the node name", name, err))
        return -1;
    char *inside = mem_format("%s/%s", place, name);
    hid_t group = open_as(nodes, name, H5I_GROUP);
    int bad = -1;
    if (group < 0) {
        err_input(err, "%.300s is not a group: not a NIR node", inside);
    } else if (!r->nodes_left) {
        err_input(err, "%.300s: more nodes than the file can hold: the file is damaged; export it again", inside);
    } else {
        r->nodes_left--;
        graph->node = mem_room(graph->node, graph->n_nodes, &graph->node_capacity, sizeof *graph->node);
        graph->node[graph->n_nodes] = (struct nir_node){.name = mem_text(name)};
        bad = read_node(r, group, inside, depth, &graph->node[graph->n_nodes++], err);
    }
    if (group >= 0)
        H5Oclose(group);
    free(inside);
    return bad;
}

static int read_graph(struct reader *r, hid_t group, const char *place, int depth, struct nir_graph *graph, struct err *err)
{
    struct names names;
    if (depth > NIR_NESTING_MAX)
        return err_input(err, "%.300s: graphs are nested more than %d deep", place, NIR_NESTING_MAX);
    if (read_edges(r, group, place, graph, err))
        return -1;
    hid_t nodes = open_as(group, "nodes", H5I_GROUP);
    if (nodes < 0)
        return err_input(err, "%.300s has no group 'nodes': not a NIR graph", place);
    char *inside = mem_format("%s/nodes", place);
    int bad = list_names(nodes, &names, inside, err);
    for (size_t i = 0; !bad && i < names.n; i++)
        bad = add_node(r, nodes, names.name[i], inside, depth + 1, graph, err);
    free_names(&names);
    free(inside);
    H5Oclose(nodes);
    return bad;
}

/* A group without type that has nodes is a graph. A slash in a name makes two groups, of which the outer has
 * neither: the message names the cause. */
static int read_node(struct reader *r, hid_t group, const char *place, int depth, struct nir_node *node, struct err *err)
{
    if (read_fields(r, group, place, &node->data, err) || read_metadata(r, group, place, &node->metadata, err))
        return -1;
    const struct nir_field *type = nir_field(&node->data, "type");
    if (type && !type->text)
        return err_input(err, "%.300s: 'type' is not a text: not a NIR node", place);
    if (!type && !is_there(group, "nodes"))
        return err_input(err, "%.300s has no 'type': not a NIR node; a '/' in a node's name breaks it in two: rename the node and export again", place);
    if (type && check_name(place, "the type", type->text, err))
        return -1;
    node->type = mem_text(type ? type->text : "NIRGraph");
    if (strcmp(node->type, "NIRGraph") != 0)
        return 0;
    node->graph = mem_new(1, sizeof *node->graph);
    return read_graph(r, group, place, depth, node->graph, err);
}

/* ---- the file ---- */

/* The version is for a note only: the forms differ in what is absent, and that is seen node by node. */
static int read_root(struct reader *r, hid_t file, struct nir_file *nir, struct err *err)
{
    struct nir_fields fields = {0};
    if (add_field(r, file, "version", "", &fields, err))
        return -1;
    nir->version = mem_text(fields.n && fields.field[0].text ? fields.field[0].text : "");
    if (fields.n) {
        free(fields.field[0].name);
        free(fields.field[0].text);
        free(fields.field[0].value);
        free(fields.field);
    }
    if (check_name("/version", "the text", nir->version, err))
        return -1;
    hid_t node = open_as(file, "node", H5I_GROUP);
    if (node < 0)
        return err_input(err, "an HDF5 file without a group /node: not a NIR network");
    nir->root.name = mem_text("");
    int bad = read_node(r, node, "/node", 0, &nir->root, err);
    H5Oclose(node);
    return bad || nir->root.graph ? bad : err_input(err, "/node is a '%s', not a NIRGraph: not a NIR network", nir->root.type);
}

/* Closed before anything is sent: a crash while libhdf5 closes is one of a damaged file, too. */
static struct nir_file *read_open(struct reader *r, struct err *err)
{
    hid_t file = H5Fopen(r->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0) {
        err_input(err, "not a readable HDF5 file: truncated or damaged; export the network again");
        return NULL;
    }
    struct nir_file *nir = mem_new(1, sizeof *nir);
    int bad = read_root(r, file, nir, err);
    H5Fclose(file);
    if (bad) {
        nir_file_free(nir);
        return NULL;
    }
    return nir;
}

struct job {
    const char *path;
    struct nir_file *nir;       /* the parent's */
};

static uint64_t memory_of(uint64_t file_size)
{
    return file_size * MEMORY_PER_BYTE + MEMORY_FREE;
}

/* In the child: all that calls libhdf5. It ends soon, so what is open stays so. */
static int read_apart(void *data, struct apart_out *out, struct err *err)
{
    const char *path = ((const struct job *)data)->path;
    struct stat st;
    int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &st))
        return err_input(err, "%s: %s", path, strerror(errno));
    uint64_t size = (uint64_t)st.st_size;
    struct reader r = {path, {file, size, memory_of(size)}, size / BYTES_PER_NODE + 1};
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    struct nir_file *nir = nir_heap_check(path, err) ? NULL : read_open(&r, err);
    if (!nir)
        return err_context(err, "%s", path);
    nir_put(out, nir);
    return 0;
}

/* ---- the tree, in the parent ---- */

static int take(void *data, struct apart_in *in, struct err *err)
{
    struct job *job = data;
    (void)err;
    job->nir = nir_take(in);
    return job->nir ? 0 : -1;
}

struct nir_file *nir_file_read(const char *path, struct err *err)
{
    struct stat st = {0};
    if (stat(path, &st)) {
        err_input(err, "%s: %s", path, strerror(errno));
        return NULL;
    }
    uint64_t size = (uint64_t)st.st_size;
    struct job job = {path, NULL};
    struct apart task = {path, size, memory_of(size), read_apart, take};
    if (!apart_run(&task, &job, err))
        return job.nir;
    nir_file_free(job.nir);
    return NULL;
}

/* HDF5 allows the signature at 0, 512, 1024, 2048 ...: a user block may stand before it. */
int nir_file_is(const char *path)
{
    static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    unsigned char start[8];
    FILE *file = fopen(path, "rb");
    int is = 0;
    for (long at = 0; file && !is && at <= 4096; at = at ? 2 * at : 512)
        is = !fseek(file, at, SEEK_SET) && fread(start, 1, sizeof start, file) == sizeof start && !memcmp(start, signature, sizeof start);
    if (file)
        fclose(file);
    return is;
}

/* ---- looking into it ---- */

const struct nir_field *nir_field(const struct nir_fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->n; i++)
        if (!strcmp(fields->field[i].name, name))
            return &fields->field[i];
    return NULL;
}

static int by_name(const void *name, const void *node)
{
    return strcmp(name, ((const struct nir_node *)node)->name);
}

const struct nir_node *nir_child(const struct nir_graph *graph, const char *name)
{
    return graph->n_nodes ? bsearch(name, graph->node, graph->n_nodes, sizeof *graph->node, by_name) : NULL;
}

static void free_fields(struct nir_fields *fields)
{
    for (size_t i = 0; i < fields->n; i++) {
        free(fields->field[i].name);
        free(fields->field[i].text);
        free(fields->field[i].value);
    }
    free(fields->field);
}

static void free_node(struct nir_node *node)
{
    struct nir_graph *graph = node->graph;
    for (size_t i = 0; graph && i < graph->n_nodes; i++)
        free_node(&graph->node[i]);
    for (size_t i = 0; graph && i < graph->n_edges; i++) {
        free(graph->edge[i].from);
        free(graph->edge[i].to);
    }
    if (graph) {
        free(graph->node);
        free(graph->edge);
        free(graph);
    }
    free_fields(&node->data);
    free_fields(&node->metadata);
    free(node->name);
    free(node->type);
}

void nir_file_free(struct nir_file *nir)
{
    if (!nir)
        return;
    free_node(&nir->root);
    free(nir->version);
    free(nir);
}
