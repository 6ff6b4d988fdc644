/* From the layers and connections of a network file to projections. Between two layers of neurons (or the input and one) lie
 * pooling layers, Flatten and at most one layer of weights; pooling folds into the projection. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import/net_yaml_parts.h"

/* ---- through layers ---- */

static double window_area(const struct projection *p)
{
    return (double)p->pool.kernel[0] * (double)p->pool.kernel[1];
}

/* One layer of weights, pooling or Flatten; before the weights the form is still FORM_ONE_TO_ONE. */
static int take_layer(struct yaml_link *l, const struct yaml_layer *layer)
{
    struct yaml_weights w = {layer->at, layer->kernel, layer->stride, layer->padding, layer->dilation, &layer->weight, &layer->bias,
                             layer->in, layer->out, layer->groups, layer->type == LAYER_CONV1D};
    if (layer->type == LAYER_FLATTEN) {
        l->grid[0] = (uint32_t)yaml_grid_size(l);
        l->grid[1] = l->grid[2] = 1;
        l->flat = 1;
        return 0;
    }
    if (l->p->form != FORM_ONE_TO_ONE)
        return doc_error(layer->at, l->r->err, "'%s' comes after the weights of '%s' with no neurons between; put neurons there, or fold the two into "
                         "one layer", layer->name, l->name);
    if (layer->type == LAYER_AVG_POOL || layer->type == LAYER_SUM_POOL) {
        if (yaml_take_pool(l, layer->at, layer->kernel, layer->stride, layer->padding))
            return -1;
        l->p->scale = layer->type == LAYER_AVG_POOL ? 1 / window_area(l->p) : 1;
    } else if (layer->type == LAYER_LINEAR ? yaml_take_dense(l, &w) : yaml_take_conv(l, &w)) {
        return -1;
    }
    if (l->p->form != FORM_ONE_TO_ONE || !l->name)
        l->name = layer->name;
    return 0;
}

static void rename_projection(struct projection *p, const char *name)
{
    char *copy = mem_text(name);
    free(p->name);
    p->name = copy;
}

/* The layers between two populations into the link's projection. */
static int take_layers(struct yaml_link *l, struct yaml_layer *const *through, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        through[i]->used = 1;
        if (take_layer(l, through[i]))
            return -1;
    }
    struct projection *p = l->p;
    if (p->form == FORM_ONE_TO_ONE && p->pooled) {
        yaml_pool_becomes_form(p);
    } else if (p->form == FORM_ONE_TO_ONE) {
        p->n_weights = 1;
        p->weight = mem_new(1, sizeof *p->weight);
        *p->weight = 1;
    }
    if (l->name)
        rename_projection(p, l->name);
    return 0;
}

/* A new projection, named after its ends until a layer of weights gives it a name; its grid is the source. */
static struct yaml_link link_of(struct net_yaml *r, const struct doc_node *at, uint32_t from, uint32_t to)
{
    char *name = mem_format("%s.%s", r->net->population[from].name, r->net->population[to].name);
    struct yaml_link l = {.r = r, .at = at, .p = network_add_projection(r->net, name, from, to, FORM_ONE_TO_ONE)};
    free(name);
    yaml_set_grid(&l, &r->net->population[from].shape);
    return l;
}

int yaml_chain(struct net_yaml *r)
{
    struct yaml_layer *through[THROUGH_MAX];
    uint32_t n = 0, from = HOST_POPULATION;
    for (uint32_t i = 0; i < r->n_layers; i++) {
        struct yaml_layer *layer = &r->layer[i];
        if (!yaml_layer_fires(layer->type)) {
            if (n == THROUGH_MAX)
                return doc_error(layer->at, r->err, "more than %d layers without neurons between", THROUGH_MAX);
            through[n++] = layer;
            continue;
        }
        struct yaml_link l = link_of(r, layer->at, from, layer->population);
        if (!r->net->population[from].neurons)
            return doc_error(layer->at, r->err, "what feeds '%s'? the file gives no input_shape; write for example input_shape: [64]", layer->name);
        if (take_layers(&l, through, n))
            return -1;
        from = layer->population;
        n = 0;
    }
    return n ? doc_error(through[0]->at, r->err, "'%s' leads to no neurons; end with a layer of neurons, for example {name: out, type: Leaky, ...}",
                         through[0]->name) : 0;
}

/* The weights that an RLeaky or RSynaptic names: (N, N) all to all, or one per neuron to itself. */
int yaml_recurrence(struct net_yaml *r, const struct yaml_layer *layer)
{
    struct yaml_weights w = {.at = layer->at, .weight = &layer->recurrent_weight, .bias = &layer->recurrent_bias};
    struct yaml_array a;
    if (!yaml_given(w.weight))
        return doc_error(layer->at, r->err, "'%s' needs recurrent_weight; write for example recurrent_weight: rec.npy, or make it a %s", layer->name,
                         layer->type == LAYER_RLEAKY ? "Leaky" : "Synaptic");
    struct yaml_link l = link_of(r, layer->at, layer->population, layer->population);
    char *name = mem_format("%s.w_rec", layer->name);
    rename_projection(l.p, name);
    free(name);
    if (yaml_array(r, w.weight, "recurrent_weight", &a))
        return -1;
    free(a.value);
    return a.rank < 2 ? yaml_take_one_to_one(&l, &w) : yaml_take_dense(&l, &w);
}

/* ---- connections ---- */

static int unknown_name(struct net_yaml *r, const struct doc_node *node, const char *what, int neurons)
{
    const char **known = mem_new((size_t)r->n_layers + 1, sizeof *known);
    size_t n = 0;
    for (uint32_t i = 0; i < r->n_layers; i++)
        if (yaml_layer_fires(r->layer[i].type) == neurons)
            known[n++] = r->layer[i].name;
    if (neurons)
        known[n++] = r->file.input;
    const char *nearest = doc_nearest(node->text, known, n);
    free(known);
    return doc_error(node, r->err, "'%s' is not %s%s%s%s", node->text, what, nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

static int end_of(struct net_yaml *r, const struct yaml_connection *c, const char *key, uint32_t *population)
{
    const struct doc_node *node = doc_get(c->at, key);
    int found = network_population_by_name(r->net, node->text);
    if (found < 0)
        return unknown_name(r, node, "the input or a layer of neurons", 1);
    *population = (uint32_t)found;
    return 0;
}

static int take_through(struct yaml_link *l, const struct yaml_connection *c)
{
    struct net_yaml *r = l->r;
    struct yaml_layer *through[THROUGH_MAX];
    if (c->through->kind != DOC_LIST || c->through->count > THROUGH_MAX)
        return doc_error(c->through, r->err, "through: a list of at most %d layers is wanted, for example through: [pool1, conv2]", THROUGH_MAX);
    if (c->form != NOT_GIVEN || yaml_given(&c->weight) || yaml_given(&c->bias) || c->pool)
        return doc_error(c->through, r->err, "a connection has either `through` or weights of its own (form, weight, bias, pool), not both");
    for (uint32_t i = 0; i < c->through->count; i++) {
        const struct doc_node *item = c->through->item[i];
        uint32_t k = 0;
        while (k < r->n_layers && (yaml_layer_fires(r->layer[k].type) || strcmp(r->layer[k].name, item->text)))
            k++;
        if (k == r->n_layers)
            return unknown_name(r, item, "a layer of weights or pooling", 0);
        through[i] = &r->layer[k];
    }
    return take_layers(l, through, c->through->count);
}

/* A connection with weights of its own. */
static int take_own(struct yaml_link *l, const struct yaml_connection *c)
{
    struct yaml_weights w = {c->at, c->kernel, c->stride, c->padding, c->dilation, &c->weight, &c->bias, 0, 0, c->groups, 0};
    struct yaml_pool pool;
    if (c->pool && (yaml_pool_fields(c->pool, &pool, l->r->err) || yaml_take_grid(l, pool.shape, "shape")))
        return -1;
    if (c->pool && yaml_take_pool(l, c->pool, pool.kernel, pool.stride, pool.padding))
        return -1;
    if (c->pool && c->input)
        return doc_error(c->input, l->r->err, "input: the weights see what pooling leaves, so it is not said twice: remove input; what pooling sees is pool: "
                         "{shape: [C, H, W], ...}");
    if (c->input && yaml_take_grid(l, c->input, "input"))
        return -1;
    switch (c->form) {
    case FORM_DENSE: return yaml_take_dense(l, &w);
    case FORM_CONV: return yaml_take_conv(l, &w);
    case FORM_ONE_TO_ONE: return yaml_take_one_to_one(l, &w);
    case FORM_POOL: return yaml_take_pool_form(l, c);
    case FORM_LIST: return yaml_take_list(l, c);
    case FORM_RANDOM: return yaml_take_random(l, c);
    default: return doc_error(c->at, l->r->err, "how are '%s' and '%s' connected? write through: [LAYER], or form: dense and weight: FILE.npy", c->from, c->to);
    }
}

static int take_delays(struct yaml_link *l, const struct yaml_connection *c)
{
    struct projection *p = l->p;
    uint32_t neurons = l->r->net->population[p->from].neurons;
    uint64_t n;
    p->port = c->port;
    p->network_delay = c->delay;
    if (yaml_given(&c->scale) && yaml_number(l->r, &c->scale, "scale", &p->scale))
        return -1;
    if (!yaml_given(&c->pre_delay))
        return 0;
    if (yaml_whole(l->r, &c->pre_delay, "pre_delay", 1 << 20, &p->pre_delay, &n))
        return -1;
    if (n != neurons)
        return doc_error(yaml_place(&c->pre_delay, c->at), l->r->err, "pre_delay: %llu numbers for %u source neurons", (unsigned long long)n, neurons);
    return 0;
}

static int connect(struct net_yaml *r, const struct doc_node *node)
{
    struct yaml_connection c;
    uint32_t from = HOST_POPULATION, to = HOST_POPULATION;
    if (yaml_connection_fields(node, &c, r->err) || end_of(r, &c, "from", &from) || end_of(r, &c, "to", &to))
        return -1;
    if (to == HOST_POPULATION)
        return doc_error(doc_get(node, "to"), r->err, "the input cannot receive spikes; connect to a layer of neurons");
    if (!r->net->population[from].neurons)
        return doc_error(doc_get(node, "from"), r->err, "the file gives no input_shape; write for example input_shape: [64]");
    struct yaml_link l = link_of(r, node, from, to);
    if ((c.through ? take_through(&l, &c) : take_own(&l, &c)) || take_delays(&l, &c))
        return -1;
    if (c.name)
        rename_projection(l.p, c.name);
    return 0;
}

int yaml_connections(struct net_yaml *r)
{
    const struct doc_node *list = r->file.connections;
    if (list->kind != DOC_LIST)
        return doc_error(list, r->err, "connections is a list, for example [{from: input, to: lif1, through: [fc1]}]");
    for (uint32_t i = 0; i < list->count; i++)
        if (connect(r, list->item[i]))
            return -1;
    for (uint32_t i = 0; i < r->n_layers; i++)
        if (!yaml_layer_fires(r->layer[i].type) && !r->layer[i].used)
            return doc_error(r->layer[i].at, r->err, "no connection goes through '%s'; remove it, or name it in one: through: [%s]", r->layer[i].name,
                             r->layer[i].name);
    return 0;
}
