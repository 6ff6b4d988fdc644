/* A network of SANA-FE in volley's own form. There a spike takes one step to every target, so every projection has a network delay of 1 and more
 * by its dendrite; what network.h states of a neuron is
 *     s = input_decay s + I (+ bias)      m = leak_decay m + s      fires if m > threshold, reset in the same step
 * which is the LIF model without its cut to 1/64, and the truenorth model without a leak. An initial potential p comes as a spike of weight p in
 * the first step, which is the same where there is no current to carry it on. */
#include "import/sanafe_native.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define FRACTION 64.0

/* What is made: of which neurons the input consists, and where each neuron stands. */
struct maker {
    const struct sanafe_arch *arch;
    const struct sanafe_network *net;
    uint32_t *input;            /* as the caller gets it */
    uint32_t n_inputs, *host_of;                /* host_of: by neuron, its number in the input */
    uint8_t *is_input;          /* by group */
    uint8_t *back;              /* [groups][groups]: from, to: the edge that closes a cycle, known after a first try */
    int starts, exact;          /* some neuron has an initial potential; everything is in steps of 1/64 */
    struct err *err;
};

/* Checked by the reader: every neuron has its units. */
static const struct sanafe_unit *unit_of(const struct maker *m, const struct sanafe_neuron *n, enum sanafe_section s)
{
    return &m->arch->core[n->core].kind->unit[sanafe_unit_of(m->arch, n, s)];
}

/* ---- what can be written ---- */

/* ERR_ANSWER: the file is right, and the answer is no. */
static int refuse(const struct maker *m, uint32_t neuron, const char *why)
{
    const struct sanafe_neuron *n = &m->net->neuron[neuron];
    return err_answer(m->err, "%s:%u:%u: neuron %s.%u %s: volley's own networks have no form for it, so it is not converted", n->at->file, n->at->line,
                      n->at->column, m->net->group[n->group].name, sanafe_neuron_number(m->net, neuron), why);
}

/* A power of two times a double is exact, so this is no approximation. */
static int on_grid(double value)
{
    return value * FRACTION == trunc(value * FRACTION);
}

static int check_lif(struct maker *m, uint32_t i, const struct sanafe_params *p)
{
    m->exact &= p->leak_decay == 1 && p->input_decay == 0 && on_grid(p->bias) && on_grid(p->reset) && on_grid(p->potential) && on_grid(p->threshold);
    /* volley's neurons have no floor. */
    if (p->reverse_mode != SANAFE_RESET_NONE)
        return refuse(m, i, "has a reverse_reset_mode");
    if (p->input_decay != 0 && (p->bias != 0 || p->potential != 0))
        return refuse(m, i, "has an input_decay and a bias or initial potential, which would pass through the current");
    /* A membrane that is held at its reset value and one that goes on leaking are the same only here. */
    if (p->refractory > 1 && (p->input_decay != 0 || p->reset_mode != SANAFE_RESET_HARD || (p->reset != 0 && p->leak_decay != 1)))
        return refuse(m, i, "has a refractory_delay with an input_decay, another reset than hard, or a reset value that leaks");
    return 0;
}

/* Without leak and chance it is an integrator that fires at its threshold. */
static int check_truenorth(struct maker *m, uint32_t i, const struct sanafe_params *p)
{
    if (p->leak != 0)
        return refuse(m, i, "leaks by a constant (truenorth)");
    if (p->random_mask)
        return refuse(m, i, "has a random_mask");
    if (p->reverse_mode != SANAFE_RESET_NONE)
        return refuse(m, i, "has a reverse_reset_mode");
    return p->reset_mode == SANAFE_RESET_SATURATE ? refuse(m, i, "resets to its threshold (saturate)") : 0;
}

/* When a spike arrives depends on where the core's buffer lies. */
static int check_place(struct maker *m, uint32_t i)
{
    const struct sanafe_neuron *n = &m->net->neuron[i];
    enum sanafe_buffer buffer = m->arch->core[n->core].kind->buffer;
    const struct sanafe_unit *dendrite = unit_of(m, n, SANAFE_DENDRITE);
    if (buffer != SANAFE_BEFORE_SOMA && buffer != SANAFE_IN_DENDRITE)
        return refuse(m, i, "stands on a core that keeps its buffer neither before the soma nor inside the dendrite");
    if (dendrite->model == SANAFE_TAPS)
        return refuse(m, i, "has a dendrite of taps");
    if (dendrite->model == SANAFE_ACCUMULATOR_DELAY && buffer == SANAFE_BEFORE_SOMA && !dendrite->every_step)
        return refuse(m, i, "has a dendrite with delays that moves on only when it is called (give it update_every_timestep)");
    return 0;
}

/* The properties that a population of network.h has as a whole. */
static int same_rule(const struct maker *m, uint32_t a, uint32_t b)
{
    const struct sanafe_params *p = m->net->neuron[a].params, *q = m->net->neuron[b].params;
    return unit_of(m, &m->net->neuron[a], SANAFE_SOMA)->model == unit_of(m, &m->net->neuron[b], SANAFE_SOMA)->model && p->reset_mode == q->reset_mode &&
           (p->refractory > 1 ? p->refractory : 1) == (q->refractory > 1 ? q->refractory : 1);
}

/* The first neuron sets what the group is; each is then held against what can be written. */
static int check_group(struct maker *m, uint32_t g)
{
    const struct sanafe_group *group = &m->net->group[g];
    for (uint32_t i = group->first; i < group->first + group->n; i++) {
        const struct sanafe_neuron *n = &m->net->neuron[i];
        enum sanafe_model model = unit_of(m, n, SANAFE_SOMA)->model;
        m->is_input[g] |= model == SANAFE_INPUT;
        if (!same_rule(m, i, group->first))
            return refuse(m, i, "differs from the others of its group in its model, reset_mode or refractory_delay");
        if (model == SANAFE_INPUT)
            continue;
        if (model == SANAFE_LIF ? check_lif(m, i, n->params) : check_truenorth(m, i, n->params))
            return -1;
        m->starts |= model == SANAFE_LIF && n->params->potential != 0;
        if (check_place(m, i))
            return -1;
    }
    return 0;
}

/* ---- populations ---- */

/* Saturating leaves a LIF membrane as it is, which is no reset. */
static struct neuron_rule rule_of(const struct maker *m, const struct sanafe_group *g)
{
    static const enum reset_kind reset[] = {
        [SANAFE_RESET_NONE] = RESET_NONE, [SANAFE_RESET_SOFT] = RESET_SUBTRACT, [SANAFE_RESET_HARD] = RESET_VALUE, [SANAFE_RESET_SATURATE] = RESET_NONE};
    const struct sanafe_neuron *n = &m->net->neuron[g->first];
    int lif = unit_of(m, n, SANAFE_SOMA)->model == SANAFE_LIF;
    struct neuron_rule rule = {.fires = 1, .reset = reset[n->params->reset_mode], .point = RESET_NOW, .compare = lif ? COMPARE_GREATER : COMPARE_AT_LEAST};
    for (uint32_t i = 0; lif && i < g->n; i++)
        rule.current |= n[i].params->input_decay != 0;
    /* n blocks n - 1 later steps there; here the number is of the steps blocked. */
    rule.refractory = lif && n->params->refractory > 1 ? n->params->refractory - 1 : 0;
    return rule;
}

/* Arrays by neuron, whatever is the same for all: writing them out shortens that. */
static void fill_population(const struct maker *m, struct population *p, const struct sanafe_group *g)
{
    int zero = 1;
    p->rule = rule_of(m, g);
    p->beta = mem_new(g->n, sizeof *p->beta);
    p->threshold = mem_new(g->n, sizeof *p->threshold);
    p->reset_value = mem_new(g->n, sizeof *p->reset_value);
    p->bias[0] = mem_new(g->n, sizeof *p->bias[0]);
    p->alpha = p->rule.current ? mem_new(g->n, sizeof *p->alpha) : NULL;
    for (uint32_t i = 0; i < g->n; i++) {
        const struct sanafe_params *of = m->net->neuron[g->first + i].params;
        int lif = unit_of(m, &m->net->neuron[g->first + i], SANAFE_SOMA)->model == SANAFE_LIF;
        p->beta[i] = lif ? of->leak_decay : 1;
        p->threshold[i] = of->threshold;
        p->reset_value[i] = of->reset;
        p->bias[0][i] = of->bias;
        if (p->alpha)
            p->alpha[i] = of->input_decay;
        zero &= of->reset == 0;
    }
    if (p->rule.reset == RESET_VALUE && zero)
        p->rule.reset = RESET_ZERO;
}

/* ---- projections ---- */

/* Beyond the step that every spike takes: slots move once more where the buffer lies behind the dendrite. */
static uint32_t delay_of(const struct maker *m, const struct sanafe_edge *e)
{
    const struct sanafe_neuron *post = &m->net->neuron[e->post];
    int inside = m->arch->core[post->core].kind->buffer == SANAFE_IN_DENDRITE;
    return unit_of(m, post, SANAFE_DENDRITE)->model == SANAFE_ACCUMULATOR_DELAY ? e->delay + (inside ? 0u : 1u) : 0;
}

/* Numbers of a neuron within the population that it became. */
static uint32_t number_of(const struct maker *m, uint32_t neuron)
{
    uint32_t g = m->net->neuron[neuron].group;
    return m->is_input[g] ? m->host_of[neuron] : neuron - m->net->group[g].first;
}

/* From one population of the network to another: edges chosen by those whose ends are in them. */
static void fill_list(const struct maker *m, struct projection *p, const uint32_t *edge, uint64_t n, uint32_t sources)
{
    /* A weight of its own for each synapse, in the order of the list. */
    p->n_list = p->n_weights = n;
    p->weight = mem_new(n + 1, sizeof *p->weight);
    p->list = mem_new(n + 1, sizeof *p->list);
    p->list_first = mem_new(sources + 2ull, sizeof *p->list_first);
    /* Counting sort by source: beginnings first, then each synapse to its place. */
    for (uint64_t i = 0; i < n; i++)
        p->list_first[number_of(m, m->net->edge[edge[i]].pre) + 2]++;
    for (uint32_t s = 0; s <= sources; s++)
        p->list_first[s + 1] += p->list_first[s];
    for (uint64_t i = 0; i < n; i++) {
        const struct sanafe_edge *e = &m->net->edge[edge[i]];
        uint64_t at = p->list_first[number_of(m, e->pre) + 1]++;
        p->list[at] = (struct synapse){number_of(m, e->post), (uint32_t)at, delay_of(m, e)};
        p->weight[at] = e->weight;
    }
}

struct pair { uint32_t from, to; };             /* groups; from is the number of groups for all inputs */

static struct pair pair_of(const struct maker *m, const struct sanafe_edge *e)
{
    uint32_t from = m->net->neuron[e->pre].group;
    return (struct pair){m->is_input[from] ? (uint32_t)m->net->n_groups : from, m->net->neuron[e->post].group};
}

/* Edges by (from, to), stable; the caller frees. */
static uint32_t *sorted(const struct maker *m, uint64_t *first)
{
    size_t groups = m->net->n_groups, n = (groups + 1) * groups;
    uint32_t *order = mem_new(m->net->n_edges + 1, sizeof *order);
    /* Counts, then beginnings, then places. */
    for (size_t i = 0; i < m->net->n_edges; i++) {
        struct pair p = pair_of(m, &m->net->edge[i]);
        first[p.from * groups + p.to + 1]++;
    }
    for (size_t k = 0; k < n; k++)
        first[k + 1] += first[k];
    uint64_t *at = mem_new(n + 1, sizeof *at);
    memcpy(at, first, (n + 1) * sizeof *at);
    for (size_t i = 0; i < m->net->n_edges; i++) {
        struct pair p = pair_of(m, &m->net->edge[i]);
        order[at[p.from * groups + p.to]++] = (uint32_t)i;
    }
    free(at);
    return order;
}

static void add_projections(const struct maker *m, struct network *net, const int *population)
{
    size_t groups = m->net->n_groups;
    uint64_t *first = mem_new((groups + 1) * groups + 2, sizeof *first);
    uint32_t *order = sorted(m, first);
    for (size_t from = 0; from <= groups; from++)
        for (size_t to = 0; to < groups; to++) {
            uint64_t begin = first[from * groups + to], n = first[from * groups + to + 1] - begin;
            if (!n)
                continue;
            /* All inputs are one population, whichever groups they came from. */
            uint32_t source = from == groups ? HOST_POPULATION : (uint32_t)population[from], target = (uint32_t)population[to];
            char *name = mem_format("%s -> %s", from == groups ? "input" : m->net->group[from].name, m->net->group[to].name);
            struct projection *p = network_add_projection(net, name, source, target, FORM_LIST);
            free(name);
            fill_list(m, p, order + begin, n, net->population[source].neurons);
            /* The step that closes a cycle is added by network_finish. */
            p->network_delay = from < groups && m->back[from * groups + to] ? 0 : 1;
        }
    free(first);
    free(order);
}

/* One spike of the last input, in the first step. */
static void add_start(const struct maker *m, struct network *net, uint32_t g, uint32_t population)
{
    const struct sanafe_group *group = &m->net->group[g];
    uint32_t n = 0, host = m->n_inputs - 1;
    for (uint32_t i = 0; i < group->n; i++)
        n += m->net->neuron[group->first + i].params->potential != 0;
    if (!n || unit_of(m, &m->net->neuron[group->first], SANAFE_SOMA)->model != SANAFE_LIF)
        return;
    char *name = mem_format("start %s", group->name);
    struct projection *p = network_add_projection(net, name, HOST_POPULATION, population, FORM_LIST);
    free(name);
    p->n_list = p->n_weights = n;
    p->weight = mem_new(n, sizeof *p->weight);
    p->list = mem_new(n, sizeof *p->list);
    p->list_first = mem_new(m->n_inputs + 1ull, sizeof *p->list_first);
    p->list_first[host + 1] = n;
    for (uint32_t i = 0, at = 0; i < group->n; i++) {
        double potential = m->net->neuron[group->first + i].params->potential;
        if (potential == 0)
            continue;
        p->list[at] = (struct synapse){i, at, 0};
        p->weight[at++] = trunc(potential * FRACTION) / FRACTION;
    }
}

/* ---- the network ---- */

static struct network *build(const struct maker *m, const char *path)
{
    struct network *net = network_new();
    int *population = mem_new(m->net->n_groups + 1, sizeof *population), last = -1;
    const char *slash = strrchr(path, '/');
    free(net->name);
    free(net->source);
    net->name = mem_text(slash ? slash + 1 : path);
    net->source = mem_text(path);
    net->population[HOST_POPULATION].neurons = m->n_inputs;
    net->population[HOST_POPULATION].shape = (struct shape){1, {m->n_inputs}};
    for (uint32_t g = 0; g < m->net->n_groups; g++) {
        const struct sanafe_group *group = &m->net->group[g];
        /* An empty group has nobody to speak for. */
        if (m->is_input[g] || !group->n)
            continue;
        population[g] = (int)network_add_population(net, group->name, "SANA-FE", (struct shape){1, {group->n}});
        fill_population(m, &net->population[population[g]], group);
        last = population[g];
    }
    /* One population is read; nothing in these files says which, so it is the last. */
    if (last >= 0)
        net->population[last].output = 1;
    add_projections(m, net, population);
    for (uint32_t g = 0; g < m->net->n_groups && m->starts; g++)
        if (!m->is_input[g] && m->net->group[g].n)
            add_start(m, net, g, (uint32_t)population[g]);
    free(population);
    return net;
}

/* Which projections close a cycle depends on all of them: the first network tells. */
static void note_backs(struct maker *m, const struct network *net)
{
    for (uint32_t i = 0; i < net->n_projections; i++) {
        const struct projection *p = &net->projection[i];
        const char *from = net->population[p->from].name, *to = net->population[p->to].name;
        for (size_t g = 0; g < m->net->n_groups && p->back; g++)
            for (size_t h = 0; h < m->net->n_groups; h++)
                if (!m->is_input[g] && !strcmp(m->net->group[g].name, from) && !strcmp(m->net->group[h].name, to))
                    m->back[g * m->net->n_groups + h] = 1;
    }
}

static void find_inputs(struct maker *m)
{
    m->host_of = mem_new(m->net->n_neurons + 1, sizeof *m->host_of);
    m->input = mem_new(m->net->n_neurons + 1, sizeof *m->input);
    for (uint32_t i = 0; i < m->net->n_neurons; i++)
        if (m->is_input[m->net->neuron[i].group]) {
            m->host_of[i] = m->n_inputs;
            m->input[m->n_inputs++] = i;
        }
    /* A network has an input, if only one that never spikes. */
    if (m->starts || !m->n_inputs)
        m->input[m->n_inputs++] = SANAFE_NOWHERE;
}

static void note_losses(const struct maker *m, struct network *net)
{
    int weights = 1;
    for (size_t i = 0; i < m->net->n_edges; i++)
        weights &= on_grid(m->net->edge[i].weight);
    fidelity_add(&net->fidelity, FIDELITY_NOTE, "",
                 "neurons, synapses and delays of SANA-FE's network; its architecture and mapping are files of their own, where they can be written");
    if (!m->exact || !weights)
        fidelity_add(&net->fidelity, FIDELITY_APPROXIMATED, "", "SANA-FE cuts the membrane to 1/64 in every step, and computes in double precision: with these "
                     "decays or numbers some spikes can differ");
    if (m->starts)
        fidelity_add(&net->fidelity, FIDELITY_REWRITTEN, "", "initial potentials come as one spike of the input's last neuron in the first step");
}

static struct network *convert(struct maker *m, const char *path)
{
    for (uint32_t g = 0; g < m->net->n_groups; g++)
        if (check_group(m, g))
            return NULL;
    find_inputs(m);
    /* The second time with the delays that the first one's cycles leave to give. */
    for (int try = 0; try < 2; try++) {
        struct network *net = build(m, path);
        if (network_finish(net, 0, m->err)) {
            network_free(net);
            return NULL;
        }
        if (try) {
            note_losses(m, net);
            return net;
        }
        note_backs(m, net);
        network_free(net);
    }
    return NULL;
}

struct network *sanafe_to_network(const struct sanafe_arch *arch, const struct sanafe_network *from, const char *path, uint32_t **input, uint32_t *n_inputs,
                                  struct err *err)
{
    struct maker m = {.arch = arch, .net = from, .exact = 1, .err = err};
    m.is_input = mem_new(from->n_groups + 1, 1);
    m.back = mem_new(from->n_groups * from->n_groups + 1, 1);
    struct network *net = convert(&m, path);
    free(m.is_input);
    free(m.back);
    free(m.host_of);
    *input = m.input;
    *n_inputs = m.n_inputs;
    return net;
}
