/* net_yaml_parts.h: what the files net_yaml*.c share: the sections of a network file as structs, filled through field tables, and
 * readers for their values. Texts and nodes belong to the document. Every function here fails with ERR_INPUT and a place. */
#ifndef VOLLEY_IMPORT_NET_YAML_PARTS_H
#define VOLLEY_IMPORT_NET_YAML_PARTS_H
#include <stdint.h>

#include "config/doc.h"
#include "config/fields.h"
#include "import/import.h"
#include "network.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { NOT_GIVEN = -1, THROUGH_MAX = 8, ARRAY_RANK_MAX = 8 };

/* A number, a list of numbers, or the name of a .npy file; and its NAME_hex, which wins. Either node may be NULL. */
struct yaml_value { const struct doc_node *node, *hex; };

struct yaml_file {              /* the top level */
    const char *input;
    const struct doc_node *input_shape, *dt_export, *layers, *connections, *noted;      /* noted: keys that inform people only */
    uint32_t time_steps;
    double dt;
    int reset, reset_delay, compare;            /* NOT_GIVEN */
};

enum layer_type { LAYER_CONV1D, LAYER_CONV2D, LAYER_LINEAR, LAYER_FLATTEN, LAYER_AVG_POOL, LAYER_SUM_POOL,
                  LAYER_LEAKY, LAYER_RLEAKY, LAYER_SYNAPTIC, LAYER_RSYNAPTIC, LAYER_NEURONS, LAYER_TRUENORTH, LAYER_TYPES };
struct yaml_layer {
    const struct doc_node *at;  /* its map, for messages */
    enum layer_type type;
    const char *name, *type_text, *kind;        /* kind: what a Neurons layer was in its source */
    const struct doc_node *shape, *kernel, *stride, *padding, *dilation;
    struct yaml_value weight, bias, bias_port1, alpha, beta, threshold, reset_value, membrane_unit, recurrent_weight, recurrent_bias;
    uint32_t in, out, groups, refractory;       /* in, out: neurons or channels; 0: not given */
    struct yaml_value leak;                     /* TrueNorth */
    uint32_t threshold_bits, floor;
    int leak_reversal, leak_stochastic, synapse_stochastic, floor_saturates;
    int current, fires, output;                 /* output: NOT_GIVEN */
    int reset, reset_delay, reset_point, compare;       /* NOT_GIVEN */
    uint32_t population;        /* of a layer of neurons */
    int used;                   /* a layer of weights that some connection goes through */
};

struct yaml_connection {
    const struct doc_node *at;
    const char *from, *to, *name;
    const struct doc_node *through, *pool, *input, *kernel, *stride, *padding, *dilation;
    struct yaml_value weight, bias, scale, pre_delay, pre, post, weight_index, synapse_delay;
    int form;                   /* enum projection_form, or NOT_GIVEN */
    uint32_t port, delay, groups;
    uint32_t fan_out, block, seed;              /* random; block 0: all targets */
};

struct yaml_pool { const struct doc_node *shape, *kernel, *stride, *padding; };     /* of a connection */

struct net_yaml {               /* one file being read */
    const char *path;
    char *folder;               /* of the YAML file, with a final "/", or "" */
    struct yaml_file file;
    struct yaml_layer *layer;
    uint32_t n_layers;
    struct doc *doc;
    struct network *net;
    const struct import_options *options;
    struct err *err;
};

/* net_yaml_fields.c */
int yaml_file_fields(const struct doc_node *root, struct yaml_file *, struct err *);
int yaml_layer_fields(const struct doc_node *, struct yaml_layer *, struct err *);
int yaml_connection_fields(const struct doc_node *, struct yaml_connection *, struct err *);
int yaml_pool_fields(const struct doc_node *, struct yaml_pool *, struct err *);
int yaml_layer_fires(enum layer_type);          /* 1: a layer of neurons */

/* net_yaml_values.c */
struct yaml_array { int rank; uint64_t dim[ARRAY_RANK_MAX], count; double *value; };    /* rank 0: one number */
int yaml_given(const struct yaml_value *);
const struct doc_node *yaml_place(const struct yaml_value *, const struct doc_node *otherwise);
/* What is written, in its own shape; the caller frees value. key: for messages. */
int yaml_array(const struct net_yaml *, const struct yaml_value *, const char *key, struct yaml_array *);
/* One number per neuron: a single one stands for all. *to is the caller's. */
int yaml_each(const struct net_yaml *, const struct yaml_value *, const char *key, uint64_t count, double **to);
/* Whole numbers from 0 to high, as many as are written (*count). */
int yaml_whole(const struct net_yaml *, const struct yaml_value *, const char *key, uint32_t high, uint32_t **to, uint64_t *count);
int yaml_number(const struct net_yaml *, const struct yaml_value *, const char *key, double *);
/* `3`, `[3, 2]` or `3x2` into (height, width); absent: both fallback. */
int yaml_pair(const struct doc_node *, const char *key, uint32_t low, uint32_t fallback, uint32_t *to, struct err *);
int yaml_shape(const struct doc_node *, const char *key, struct shape *, struct err *);
char *yaml_dims_text(int rank, const uint64_t *dim, char *to, size_t size);     /* "(10, 64)" */

/* The weights between two layers of neurons, whether a layer of their own or part of a connection. */
struct yaml_weights {
    const struct doc_node *at, *kernel, *stride, *padding, *dilation;
    const struct yaml_value *weight, *bias;
    uint32_t in, out, groups;   /* 0: not given */
    int line;                   /* along one axis: the height is 1 whatever the keys say */
};
/* One projection under construction; grid: what the weights see. */
struct yaml_link {
    struct net_yaml *r;
    const struct doc_node *at;
    struct projection *p;
    uint32_t grid[3];
    int flat;                   /* grid is (N, 1, 1): its shape is not known, or no more */
    const char *name;           /* of the layer of weights */
};

/* net_yaml_weights.c: each sets the form and the weights of link.p. */
void yaml_set_grid(struct yaml_link *, const struct shape *);
int yaml_take_grid(struct yaml_link *, const struct doc_node *shape, const char *key);  /* of the source; shape may be NULL */
uint64_t yaml_grid_size(const struct yaml_link *);
int yaml_take_pool(struct yaml_link *, const struct doc_node *at, const struct doc_node *kernel, const struct doc_node *stride, const struct doc_node *padding);
void yaml_pool_becomes_form(struct projection *);       /* pooling that leads to neurons without weights between; scale is its weight */
int yaml_take_pool_form(struct yaml_link *, const struct yaml_connection *);
int yaml_take_dense(struct yaml_link *, const struct yaml_weights *);
int yaml_take_conv(struct yaml_link *, const struct yaml_weights *);
int yaml_take_one_to_one(struct yaml_link *, const struct yaml_weights *);
int yaml_take_list(struct yaml_link *, const struct yaml_connection *);
int yaml_take_random(struct yaml_link *, const struct yaml_connection *);

/* net_yaml_graph.c: projections; populations are there, their parameters not yet. */
int yaml_chain(struct net_yaml *);              /* each layer of neurons fed by the one before it */
int yaml_connections(struct net_yaml *);
int yaml_recurrence(struct net_yaml *, const struct yaml_layer *);

#ifdef __cplusplus
}
#endif
#endif
