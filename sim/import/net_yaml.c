#include "import/net_yaml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import/net_yaml_parts.h"
#include "import/rules.h"

/* ---- layers and populations ---- */

static int by_name(const void *a, const void *b)
{
    const struct yaml_layer *x = *(struct yaml_layer *const *)a, *y = *(struct yaml_layer *const *)b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->at->line > y->at->line) - (x->at->line < y->at->line);
}

/* Layers and the input share one space of names: connections go by name. */
static int check_names(struct net_yaml *r)
{
    struct yaml_layer **sorted = mem_new(r->n_layers, sizeof *sorted);
    int bad = 0;
    for (uint32_t i = 0; i < r->n_layers; i++) {
        sorted[i] = &r->layer[i];
        if (!bad && !strcmp(r->layer[i].name, r->file.input))
            bad = doc_error(doc_get(r->layer[i].at, "name"), r->err, "'%s' is the name of the input; give the layer another, or write input: NAME",
                            r->file.input);
    }
    qsort(sorted, r->n_layers, sizeof *sorted, by_name);
    for (uint32_t i = 1; i < r->n_layers && !bad; i++)
        if (!strcmp(sorted[i]->name, sorted[i - 1]->name))
            bad = doc_error(doc_get(sorted[i]->at, "name"), r->err, "a second layer named '%s'; the first is on line %u", sorted[i]->name,
                            sorted[i - 1]->at->line);
    free(sorted);
    return bad;
}

static int read_layers(struct net_yaml *r)
{
    const struct doc_node *list = r->file.layers;
    if (list->kind != DOC_LIST || !list->count)
        return doc_error(list, r->err, "layers is a list of at least one layer, for example [{name: fc1, type: Linear, weight: fc1.npy}, ...]");
    r->layer = mem_new(list->count, sizeof *r->layer);
    for (uint32_t i = 0; i < list->count; i++, r->n_layers++)
        if (yaml_layer_fields(list->item[i], &r->layer[i], r->err))
            return -1;
    return check_names(r);
}

/* Its parameters come later, when the graph is known to fit: a wrong shape then costs no memory. */
static int add_population(struct net_yaml *r, struct yaml_layer *layer)
{
    struct shape shape = {0};
    if (!layer->shape)
        return doc_error(layer->at, r->err, "'%s' needs its shape; write for example shape: [128]", layer->name);
    if (yaml_shape(layer->shape, "shape", &shape, r->err))
        return -1;
    if (shape_size(&shape) > NEURONS_MAX || network_neurons(r->net) + shape_size(&shape) > NEURONS_MAX)
        return doc_error(layer->shape, r->err, "shape: more than %d neurons in all; is a number wrong?", NEURONS_MAX);
    layer->population = network_add_population(r->net, layer->name, layer->kind ? layer->kind : layer->type_text, shape);
    return 0;
}

static int add_populations(struct net_yaml *r)
{
    struct population *host = &r->net->population[HOST_POPULATION];
    free(host->name);
    host->name = mem_text(r->file.input);
    if (r->file.input_shape) {
        if (yaml_shape(r->file.input_shape, "input_shape", &host->shape, r->err))
            return -1;
        if (shape_size(&host->shape) > NEURONS_MAX)
            return doc_error(r->file.input_shape, r->err, "input_shape: more than %d inputs; is a number wrong?", NEURONS_MAX);
        host->neurons = (uint32_t)shape_size(&host->shape);
    }
    for (uint32_t i = 0; i < r->n_layers; i++)
        if (yaml_layer_fires(r->layer[i].type) && add_population(r, &r->layer[i]))
            return -1;
    return 0;
}

/* What some layer says, else the last layer of neurons. */
static void set_outputs(struct net_yaml *r)
{
    const struct yaml_layer *last = NULL;
    int said = 0;
    for (uint32_t i = 0; i < r->n_layers; i++) {
        const struct yaml_layer *layer = &r->layer[i];
        if (!yaml_layer_fires(layer->type))
            continue;
        last = layer;
        said |= layer->output != NOT_GIVEN;
        r->net->population[layer->population].output = layer->output == 1;
    }
    if (last && !said)
        r->net->population[last->population].output = 1;
}

/* ---- what neurons do ---- */

/* The first of the three that is given, or NOT_GIVEN. */
static int first_given(int a, int b, int c)
{
    return a != NOT_GIVEN ? a : b != NOT_GIVEN ? b : c;
}

static int is_recurrent(const struct net_yaml *r, uint32_t population)
{
    for (uint32_t i = 0; i < r->net->n_projections; i++)
        if (r->net->projection[i].from == population && r->net->projection[i].to == population)
            return 1;
    return 0;
}

static int no_reset(const struct net_yaml *r, const struct yaml_layer *layer, int kind)
{
    return doc_error(layer->at, r->err, kind ? "'%s' does not say how its neurons reset; write reset: subtract, zero or none (or give --reset, or --from)"
                     : "'%s' does not say when its neurons reset; write reset_delay: true for the next step (or give --reset-time, or --from)", layer->name);
}

/* The file's word, then the tool's; the command line over both. When: as given exactly, unless the command line changes it. */
static int set_reset(const struct net_yaml *r, const struct yaml_layer *layer, const struct tool_rule *tool, struct neuron_rule *rule)
{
    const struct import_options *o = r->options;
    int kind = first_given(layer->reset, r->file.reset, o->from ? tool->reset : NOT_GIVEN), exact = layer->reset_point;
    int next = first_given(layer->reset_delay, r->file.reset_delay, o->from ? tool->reset_next : layer->type == LAYER_NEURONS ? NOT_GIVEN : 1);
    if (exact != NOT_GIVEN)
        next = exact != RESET_NOW;
    kind = first_given(o->reset, kind, NOT_GIVEN);
    next = first_given(o->reset_time, next, NOT_GIVEN);
    if (kind == NOT_GIVEN || (next == NOT_GIVEN && kind != RESET_NONE))
        return no_reset(r, layer, kind == NOT_GIVEN);
    rule->reset = (enum reset_kind)kind;
    rule->point = rule_point(rule->reset, next == 1, rule->current, is_recurrent(r, layer->population));
    if (exact != NOT_GIVEN && o->reset == NOT_GIVEN && o->reset_time == NOT_GIVEN)
        rule->point = (enum reset_point)exact;
    return 0;
}

/* A membrane that never fires has no reset; what its layer says is kept, for whoever reads the file back. */
static void keep_reset(const struct yaml_layer *layer, struct neuron_rule *rule)
{
    rule->reset = layer->reset == NOT_GIVEN ? RESET_NONE : (enum reset_kind)layer->reset;
    rule->point = layer->reset_point == NOT_GIVEN ? RESET_NOW : (enum reset_point)layer->reset_point;
}

/* snnTorch's types say by themselves whether there is a current; Neurons states everything. */
static int set_rule(const struct net_yaml *r, const struct yaml_layer *layer, struct population *p)
{
    const struct tool_rule *tool = rule_of(r->options->from);
    int neurons = layer->type == LAYER_NEURONS;
    if (layer->type == LAYER_TRUENORTH) {
        p->rule = (struct neuron_rule){.fires = 1, .reset = (enum reset_kind)layer->reset, .point = RESET_NOW, .compare = COMPARE_AT_LEAST};
        return 0;
    }
    p->rule = (struct neuron_rule){.current = neurons ? layer->current : layer->type >= LAYER_SYNAPTIC, .fires = neurons ? layer->fires : 1,
                                   .refractory = layer->refractory};
    p->rule.compare = (enum compare_kind)first_given(layer->compare, r->file.compare, r->options->from ? (int)tool->compare : COMPARE_GREATER);
    if (p->rule.fires)
        return set_reset(r, layer, tool, &p->rule);
    keep_reset(layer, &p->rule);
    return 0;
}

/* One number per neuron of the layer; absent: an error where required. */
static int each(const struct net_yaml *r, const struct yaml_layer *layer, const struct yaml_value *v, const char *key, int required, double **to)
{
    if (yaml_given(v))
        return yaml_each(r, v, key, r->net->population[layer->population].neurons, to);
    return required ? doc_error(layer->at, r->err, "'%s' needs %s; write for example %s: 0.9", layer->name, key, key) : 0;
}

/* Its leak is a bias to everyone else, and its membrane keeps all it has. */
static int set_truenorth(const struct net_yaml *r, const struct yaml_layer *layer, struct population *p)
{
    p->binary = mem_new(1, sizeof *p->binary);
    *p->binary = (struct binary_rule){.leak_reversal = layer->leak_reversal, .leak_stochastic = layer->leak_stochastic,
                                      .synapse_stochastic = layer->synapse_stochastic, .threshold_bits = layer->threshold_bits,
                                      .floor = layer->floor, .floor_saturates = layer->floor_saturates};
    p->beta = mem_new(p->neurons, sizeof *p->beta);
    for (uint32_t i = 0; i < p->neurons; i++)
        p->beta[i] = 1;
    return each(r, layer, &layer->threshold, "threshold", 1, &p->threshold) || each(r, layer, &layer->leak, "leak", 0, &p->bias[0]) ||
           each(r, layer, &layer->reset_value, "reset_value", 0, &p->reset_value) ? -1 : 0;
}

static int set_neurons(const struct net_yaml *r, const struct yaml_layer *layer)
{
    struct population *p = &r->net->population[layer->population];
    if (set_rule(r, layer, p))
        return -1;
    if (layer->type == LAYER_TRUENORTH)
        return set_truenorth(r, layer, p);
    if (each(r, layer, &layer->beta, "beta", 1, &p->beta) || each(r, layer, &layer->threshold, "threshold", p->rule.fires, &p->threshold))
        return -1;
    if (each(r, layer, &layer->alpha, "alpha", p->rule.current, &p->alpha) || each(r, layer, &layer->reset_value, "reset_value", 0, &p->reset_value))
        return -1;
    if (each(r, layer, &layer->bias, "bias", 0, &p->bias[0]) || each(r, layer, &layer->bias_port1, "bias_port1", 0, &p->bias[1]))
        return -1;
    return each(r, layer, &layer->membrane_unit, "membrane_unit", 0, &p->membrane_unit);
}

/* ---- the file ---- */

static void name_network(const struct net_yaml *r)
{
    const char *slash = strrchr(r->path, '/');
    free(r->net->source);
    free(r->net->name);
    r->net->source = mem_text(r->path);
    r->net->name = mem_text(slash ? slash + 1 : r->path);
}

/* dt: the command line, the file, its seconds without a unit, the tool of --from. */
static int set_dt(const struct net_yaml *r)
{
    const struct tool_rule *tool = rule_of(r->options->from);
    const struct yaml_value seconds = {r->file.dt_export, NULL};
    double dt = 0;
    if (seconds.node && yaml_number(r, &seconds, "dt_export", &dt))
        return -1;
    if (!isfinite(dt) || dt < 0)
        return doc_error(seconds.node, r->err, "dt_export: a number of seconds above 0 is wanted, for example 1.0e-4");
    r->net->dt = r->options->dt > 0 ? r->options->dt : r->file.dt > 0 ? r->file.dt : dt > 0 ? dt : r->options->from ? tool->dt : 0;
    return 0;
}

static void say_what_was_folded(const struct net_yaml *r)
{
    for (uint32_t i = 0; i < r->n_layers; i++)
        if (r->layer[i].type == LAYER_AVG_POOL || r->layer[i].type == LAYER_SUM_POOL)
            fidelity_add(&r->net->fidelity, FIDELITY_EXACT, r->layer[i].name, "pooling is folded into the connection that follows");
}

/* Names and sizes first, then the graph, then what depends on it: when a recurrent layer resets, for one. */
static int build(struct net_yaml *r)
{
    const struct doc_node *root = doc_root(r->doc);
    if (r->options->from && !rule_of(r->options->from))
        return rule_unknown(r->options->from, r->err);
    if (doc_get(root, "mappings") || doc_get(doc_get(root, "network"), "groups"))
        return doc_error(root, r->err, "this is a network of SANA-FE, mapped to that tool's cores: volley run ARCH %s --steps N runs it there; volley convert "
                         "ARCH %s -o FILE.yaml --steps N writes it for volley's own chips", r->path, r->path);
    if (yaml_file_fields(root, &r->file, r->err) || read_layers(r) || add_populations(r))
        return -1;
    name_network(r);
    r->net->steps = r->file.time_steps;
    if (set_dt(r) || (r->file.connections ? yaml_connections(r) : yaml_chain(r)))
        return -1;
    for (uint32_t i = 0; i < r->n_layers; i++)
        if ((r->layer[i].type == LAYER_RLEAKY || r->layer[i].type == LAYER_RSYNAPTIC) && yaml_recurrence(r, &r->layer[i]))
            return -1;
    for (uint32_t i = 0; i < r->n_layers; i++)
        if (yaml_layer_fires(r->layer[i].type) && set_neurons(r, &r->layer[i]))
            return -1;
    set_outputs(r);
    say_what_was_folded(r);
    return network_finish(r->net, r->options->allow_shift, r->err);
}

struct network *net_yaml_read(const char *path, const struct import_options *options, struct err *err)
{
    const char *slash = strrchr(path, '/');
    struct net_yaml r = {.path = path, .options = options, .err = err, .doc = doc_read(path, err)};
    if (!r.doc)
        return NULL;
    r.folder = mem_format("%.*s", slash ? (int)(slash - path) + 1 : 0, path);
    r.net = network_new();
    int bad = build(&r);
    free(r.layer);
    free(r.folder);
    doc_free(r.doc);
    if (!bad)
        return r.net;
    network_free(r.net);
    return NULL;
}
