/* Populations are the neurons of the graph, in the order in which the Input reaches them. Projections are found backwards: from each population
 * over linear nodes to every population that they come from. A path is a chain of linear nodes; each path is one projection, so two
 * ways from A to B are two projections, which add up. Biases on the way are pushed through what lies behind them and end in the target:
 *
 *     y = W2 (W1 x + b1) + b2  =  (W2 W1) x + (W2 b1 + b2)
 *
 * A projection of a population to itself has a port of its own (1), because snnTorch rounds the two sums apart. */
#include "import/nir_build.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import/nir_linear.h"
#include "import/nir_neuron.h"

enum { NO_POPULATION = UINT32_MAX, PATHS_MAX = 100000, CHAIN_MAX = 1000, SELF = 1, OTHERS = 2, BY_OUTPUT = 1, BY_THRESHOLD = 2 };

struct build {
    struct network *net;
    const struct flat_graph *flat;
    const struct nir_layers *layers;
    const struct nir_rules *rules;
    uint32_t *population;       /* of each node, or NO_POPULATION */
    uint32_t *state;            /* of each node: the one whose membrane it reads (of a Threshold), else itself */
    uint8_t *read;              /* of each node: what reads it, BY_OUTPUT | BY_THRESHOLD */
    /* the walk back from one population */
    uint32_t to;
    const struct linear *chain[CHAIN_MAX];      /* target first */
    uint8_t *on_chain;
    size_t n;
    uint64_t paths;
};

/* ---- populations ---- */

/* Nodes that hold a membrane and do not fire. */
static int is_state(enum nir_kind kind)
{
    return kind == NIR_I || kind == NIR_LI || kind == NIR_CUBA_LI;
}

/* Back over nodes that change nothing. */
static uint32_t source_of(const struct build *b, uint32_t i)
{
    const struct flat_node *node = &b->flat->node[i];
    for (uint32_t steps = 0; steps < b->flat->n && node->n_in == 1 && (node->kind == NIR_FLATTEN || node->kind == NIR_PASS); steps++) {
        i = node->in[0];
        node = &b->flat->node[i];
    }
    return i;
}

/* A Threshold behind an I, LI or CubaLI reads its membrane: the two are one population, the membrane without Output none. */
static int find_states(struct build *b, struct err *err)
{
    for (uint32_t i = 0; i < b->flat->n; i++) {
        const struct flat_node *node = &b->flat->node[i];
        b->state[i] = i;
        for (uint32_t k = 0; node->kind == NIR_THRESHOLD && k < node->n_in; k++) {
            uint32_t from = source_of(b, node->in[k]);
            if (!is_state(b->flat->node[from].kind))
                continue;
            if (node->n_in > 1)
                return err_input(err, "node '%s' (Threshold): adds the membrane of '%s' to something else; that cannot be run", node->name,
                                 b->flat->node[from].name);
            b->state[i] = from;
            b->read[from] |= BY_THRESHOLD;
        }
    }
    return 0;
}

/* Only neurons can be decoded: an Output marks the populations in front of it, over reshaping nodes. */
static int find_outputs(struct build *b, struct err *err)
{
    int outputs = 0;
    for (uint32_t i = 0; i < b->flat->n; i++) {
        const struct flat_node *node = &b->flat->node[i];
        for (uint32_t k = 0; node->kind == NIR_OUTPUT && k < node->n_in; k++) {
            uint32_t from = source_of(b, node->in[k]);
            const struct flat_node *source = &b->flat->node[from];
            if (!nir_is_neuron(source->kind))
                return err_input(err, "node '%s' (Output): is fed by '%s' (%s), which is no neuron: put LIF neurons between them, or LI to read a membrane",
                                 node->name, source->name, source->node->type);
            b->read[from] |= BY_OUTPUT;
        }
        if (node->kind == NIR_OUTPUT && node->n_in > 1)
            fidelity_add(b->rules->fidelity, FIDELITY_WARNING, node->name, "is fed by %u populations: their spikes are reported apart, not added", node->n_in);
        outputs += node->kind == NIR_OUTPUT;
    }
    return outputs ? 0 : err_input(err, "the graph has no Output node: nothing says which spikes are the answer");
}

/* The Input is the host: it has no neurons of its own, and its shape is what event files are held against. */
static void add_host(struct build *b)
{
    struct population *host = &b->net->population[HOST_POPULATION];
    const struct flat_node *input = &b->flat->node[b->flat->input];
    free(host->name);
    host->name = mem_text(input->name);
    host->shape = b->layers->layer[b->flat->input].out;
    host->neurons = (uint32_t)shape_size(&host->shape);
    b->population[b->flat->input] = HOST_POPULATION;
}

static int add_populations(struct build *b, struct err *err)
{
    add_host(b);
    for (uint32_t k = 0; k < b->layers->n; k++) {
        uint32_t i = b->layers->order[k];
        const struct flat_node *node = &b->flat->node[i];
        if (!nir_is_neuron(node->kind))
            continue;
        if (b->read[i] == BY_THRESHOLD)
            continue;
        const struct flat_node *state = &b->flat->node[b->state[i]];
        char *type = state == node ? mem_text(node->node->type) : mem_format("%s+Threshold", state->node->type);
        b->population[i] = network_add_population(b->net, node->name, type, b->layers->layer[i].out);
        b->net->population[b->population[i]].output = b->read[i] & BY_OUTPUT;
        free(type);
    }
    if (b->net->n_populations == 1)
        return err_input(err, "there are no neurons between Input and Output: nothing to run");
    return 0;
}

/* ---- paths ---- */

static int loop(const struct build *b, const struct flat_node *node, struct err *err)
{
    return err_input(err, "node '%s' (%s): a loop without a neuron ('%s' feeds itself before '%s')", node->name, node->node->type, node->name,
                     b->net->population[b->to].name);
}

/* x through the chain from its nearest node to the target; frees x. */
static double *push(const struct build *b, double *x)
{
    for (size_t k = b->n; k > 0; k--) {
        double *y = linear_apply(b->chain[k - 1], x);
        free(x);
        x = y;
    }
    return x;
}

static void add_to(double **sum, double *x, uint64_t n)
{
    if (!*sum) {
        *sum = x;
        return;
    }
    for (uint64_t i = 0; i < n; i++)
        (*sum)[i] += x[i];
    free(x);
}

/* Exporters write zeros where a layer has no bias. */
static int all_zero(const double *x, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        if (x[i] != 0)
            return 0;
    return 1;
}

/* Any Delay on the chain in hand. */
static int delayed(const struct build *b)
{
    for (size_t k = 0; k < b->n; k++)
        for (uint64_t i = 0; i < b->chain[k]->n_delays; i++)
            if (b->chain[k]->delay[i])
                return 1;
    return 0;
}

/* The bias of a node: with the one projection that goes through it, or with the port that its sources share. */
static void add_bias(struct build *b, const struct linear *l, uint32_t first_projection, int sources)
{
    struct network *net = b->net;
    struct population *to = &net->population[b->to];
    uint64_t n = shape_size(&l->out);
    double *bias = mem_new(n, sizeof *bias);
    memcpy(bias, l->bias, n * sizeof *bias);
    bias = push(b, bias);
    if (all_zero(bias, to->neurons)) {
        free(bias);
        return;
    }
    if (delayed(b))
        fidelity_add(b->rules->fidelity, FIDELITY_WARNING, l->name, "its bias acts from step 0, not first after the Delay behind it");
    if (net->n_projections - first_projection == 1)
        add_to(&net->projection[first_projection].bias, bias, to->neurons);
    else
        add_to(&to->bias[sources == SELF], bias, to->neurons);
}

/* The chain in hand, turned to source first, as a projection. Tools where a spike takes a step to arrive (arrival 1) add that step between
 * populations; recurrence has its own step everywhere. */
static int add_path(struct build *b, uint32_t from, struct err *err)
{
    const struct linear *forward[CHAIN_MAX];
    for (size_t k = 0; k < b->n; k++)
        forward[k] = b->chain[b->n - 1 - k];
    if (++b->paths > PATHS_MAX)
        return err_input(err, "node '%s': more than %d paths of linear nodes lead to it", b->net->population[b->to].name, PATHS_MAX);
    if (linear_project(b->net, from, b->to, forward, b->n, err))
        return -1;
    struct projection *p = &b->net->projection[b->net->n_projections - 1];
    p->port = from == b->to;
    if (from != b->to)
        p->network_delay += b->rules->tool->arrival;
    return 0;
}

/* A membrane does not travel: an Output or a Threshold may read it, nothing else. */
static int membrane_travels(const struct flat_node *from, const struct flat_node *to, struct err *err)
{
    return err_input(err, "node '%s' (%s): its membrane goes to '%s' (%s) in every step, but only spikes travel: use %s there, or a Threshold behind it",
                     from->name, from->node->type, to->name, to->node->type, from->kind == NIR_CUBA_LI ? "CubaLIF" : from->kind == NIR_LI ? "LIF" : "IF");
}

/* Everything that enters node i; returns which sources were found, or -1. */
static int walk_back(struct build *b, uint32_t i, struct err *err)
{
    const struct flat_node *node = &b->flat->node[i];
    int sources = 0;
    for (uint32_t k = 0; k < node->n_in; k++) {
        uint32_t from = node->in[k], population = b->population[from], first = b->net->n_projections;
        const struct linear *l = &b->layers->layer[from].linear;
        if (is_state(b->flat->node[from].kind))
            return membrane_travels(&b->flat->node[from], node, err);
        if (population != NO_POPULATION) {
            if (add_path(b, population, err))
                return -1;
            sources |= population == b->to ? SELF : OTHERS;
            continue;
        }
        if (b->on_chain[from])
            return loop(b, &b->flat->node[from], err);
        if (b->n == CHAIN_MAX)
            return err_input(err, "node '%s': more than %d linear nodes in a row", b->flat->node[from].name, CHAIN_MAX);
        b->chain[b->n++] = l;
        b->on_chain[from] = 1;
        int below = walk_back(b, from, err);
        b->on_chain[from] = 0;
        b->n--;
        if (below < 0)
            return -1;
        if (l->bias)
            add_bias(b, l, first, below);
        sources |= below;
    }
    return sources;
}

/* A population with a membrane in front (LI, Threshold) gets what enters that. */
static int add_projections(struct build *b, struct err *err)
{
    for (uint32_t k = 0; k < b->layers->n; k++) {
        uint32_t i = b->layers->order[k];
        if (b->population[i] == NO_POPULATION || b->population[i] == HOST_POPULATION)
            continue;
        b->to = b->population[i];
        b->n = 0;
        if (walk_back(b, b->state[i], err) < 0)
            return -1;
    }
    return 0;
}

/* ---- rules ---- */

/* After the projections, because the time of a reset can depend on whether a population feeds itself. */
static int fill_populations(struct build *b, struct err *err)
{
    struct network *net = b->net;
    uint8_t *recurrent = mem_new(net->n_populations, 1);
    int bad = 0;
    for (uint32_t i = 0; i < net->n_projections; i++)
        recurrent[net->projection[i].to] |= net->projection[i].from == net->projection[i].to;
    for (uint32_t i = 0; i < b->flat->n && !bad; i++) {
        uint32_t p = b->population[i];
        if (p == NO_POPULATION || p == HOST_POPULATION)
            continue;
        const struct flat_node *node = &b->flat->node[i], *state = &b->flat->node[b->state[i]];
        bad = nir_neuron_fill(b->rules, state, state == node ? NULL : node, recurrent[p], &net->population[p], err);
    }
    free(recurrent);
    return bad;
}

/* One line for each linear node that kept its form and numbers. */
static void add_lines(const struct build *b)
{
    for (uint32_t k = 0; k < b->layers->n; k++) {
        const struct flat_node *node = &b->flat->node[b->layers->order[k]];
        int told = nir_is_neuron(node->kind) || node->kind == NIR_INPUT || node->kind == NIR_OUTPUT || node->kind == NIR_PASS;
        for (size_t i = 0; i < b->rules->fidelity->count && !told; i++) {
            const struct fidelity_line *line = &b->rules->fidelity->line[i];
            told = (line->kind == FIDELITY_ROUNDED || line->kind == FIDELITY_REWRITTEN) && !strcmp(line->node, node->name);
        }
        if (!told)
            fidelity_add(b->rules->fidelity, FIDELITY_EXACT, node->name, "%s as in the file", node->node->type);
    }
}

/* States before populations, populations before projections, and neurons last: each step needs what the one before found. */
int nir_build(struct network *net, const struct flat_graph *flat, const struct nir_layers *layers, const struct nir_rules *rules, struct err *err)
{
    struct build *b = mem_new(1, sizeof *b);
    *b = (struct build){.net = net, .flat = flat, .layers = layers, .rules = rules};
    b->state = mem_new(flat->n, sizeof *b->state);
    b->read = mem_new(flat->n, 1);
    b->population = mem_new(flat->n, sizeof *b->population);
    b->on_chain = mem_new(flat->n, 1);
    for (uint32_t i = 0; i < flat->n; i++)
        b->population[i] = NO_POPULATION;
    int bad = find_states(b, err) || find_outputs(b, err) || add_populations(b, err) || add_projections(b, err) || fill_populations(b, err);
    if (!bad)
        add_lines(b);
    free(b->state);
    free(b->read);
    free(b->population);
    free(b->on_chain);
    free(b);
    return bad ? -1 : 0;
}
