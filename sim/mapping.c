/* The main line of the mapper:
 *     fan-in of every neuron -> plans (neurons in groups, one per core) -> routes -> do they fit? -> places on the mesh -> numbers
 * A plan is made for one core type at a time, because a population belongs to one. Plans know nothing of places: which core a group
 * lies on changes hops and energy, never what a core holds. A map file takes the place of plans and places both, and goes
 * through the same check of every capacity. */
#include "mapping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chip.h"
#include "mapping_parts.h"

/* Routes to other cores are known only when all neurons are placed: filling starts from the fewest possible and is repeated with
 * what it led to, as long as some core's axons out do not fit; the last attempts leave a margin. */
enum { ATTEMPTS = 8, ATTEMPTS_EXACT = 3, MARGIN = 8 };

enum method { METHOD_PACK, METHOD_FILL, METHOD_BALANCE, METHOD_FILE };

struct maker {
    const struct map_options *options;
    enum method method;
    struct fanin fanin;
    struct load load;
    uint32_t *routes;           /* [neurons] as the filling assumes them */
    uint32_t *available, cores; /* [n_types] cores of each type that may be used; of all types together */
    struct plan *plan;          /* [n_types] */
    struct map_file file;
    /* logical cores: those of all plans, type after type, or those of the file */
    uint32_t n_cores;
    uint32_t *type_of, *core_of;
    const uint32_t **member;    /* [n_cores] neurons of each */
    uint32_t *members;
    uint32_t *reach;            /* [sources] cores that each source's spikes go to */
    uint64_t *axon_first;       /* [n_cores + 1] */
    uint32_t *axon;             /* sources that reach each core */
    uint32_t *chip_core;
    struct noc *noc;            /* NULL: a plain grid */
};

static const char *const method_word[] = {"pack", "fill", "balance"};

static enum method method_of(const char *name)
{
    for (int m = 0; name && m < METHOD_FILE; m++)
        if (!strcmp(name, method_word[m]))
            return (enum method)m;
    return name ? METHOD_FILE : METHOD_PACK;
}

/* ---- what may be used ---- */

/* Numbers of neurons and sources are 32 bit, one value apart for "none". */
static int check_sizes(const struct network *net, const struct quantised *quantised, const struct chipfile *chip, struct err *err)
{
    uint64_t all = 0;
    for (uint32_t p = 0; p < net->n_populations; p++) {
        all += net->population[p].neurons;
        if (p != HOST_POPULATION && quantised->population[p].type >= chip->n_types)
            return err_bug(err, "mapping: layer %s is meant for core type %u of %u", net->population[p].name, quantised->population[p].type, chip->n_types);
    }
    if (all >= UINT32_MAX)
        return err_answer(err, "the network has %llu neurons: one run is limited to %u", (unsigned long long)all, UINT32_MAX - 1);
    return 0;
}

/* Cores per type, and of all types together: --cores bounds both. */
static void count_available(struct maker *m, const struct chipfile *chip)
{
    m->available = mem_new(chip->n_types, sizeof *m->available);
    for (uint32_t c = 0; c < chip->cores; c++)
        m->available[chip->core_type_of[c]]++;
    m->cores = m->options->cores && m->options->cores < chip->cores ? m->options->cores : chip->cores;
    for (uint32_t t = 0; t < chip->n_types; t++)
        if (m->available[t] > m->cores)
            m->available[t] = m->cores;
}

/* The fewest routes a neuron can have: one if it has synapses, one to the host if its layer is read out. */
static void first_routes(struct maker *m)
{
    const struct fanin *f = &m->fanin;
    for (uint32_t i = 0; i < f->neurons; i++)
        m->routes[i] = (uint32_t)(f->sends[f->host + i] + (f->network->population[f->population[i]].output != 0));
    m->load.routes = m->routes;
}

/* ---- plans to logical cores ---- */

/* --map fill: the order of the file, type by type. */
static int fill_types(struct maker *m)
{
    const struct chipfile *chip = m->fanin.chip;
    for (uint32_t t = 0; t < chip->n_types; t++) {
        uint32_t n, *neuron = plan_neurons(&m->fanin, t, &n);
        int bad = fill_order(&m->load, &chip->type[t], neuron, n, &m->plan[t]);
        free(neuron);
        if (bad)
            return -1;
    }
    return 0;
}

/* A neuron that fits alone can be stopped by routes only, once they are known. */
static int refuse_routes(struct maker *m, struct err *err)
{
    const struct fanin *f = &m->fanin;
    for (uint32_t t = 0; t < f->chip->n_types; t++) {
        uint32_t neuron = m->plan[t].misfit;
        if (neuron >= f->neurons)
            continue;
        load_clear(&m->load, fanin_type(f, f->population[neuron]));
        load_force(&m->load, neuron);
        int limit = load_limit(&m->load);
        if (limit)
            return refuse_core(&m->load, limit, f->population[neuron], "one neuron alone", err);
    }
    return err_bug(err, "mapping: a neuron fits no core and every core");
}

/* The types' plans in file order of the types: what the earlier ones take of --cores is gone for the later ones. */
static int check_cores(struct maker *m, struct err *err)
{
    uint32_t left = m->cores;
    for (uint32_t t = 0; t < m->fanin.chip->n_types; t++) {
        const struct plan *plan = &m->plan[t];
        uint32_t available = m->available[t] < left ? m->available[t] : left;
        if (plan->n_cores > available)
            return refuse_cores(&m->fanin, t, plan, available, err);
        left -= plan->n_cores;
    }
    return 0;
}

/* One attempt with the routes assumed so far. The plans of the attempt before it are gone: each is made from nothing. */
static int make_plans(struct maker *m, struct err *err)
{
    const struct fanin *f = &m->fanin;
    int bad = 0;
    for (uint32_t t = 0; t < f->chip->n_types; t++)
        plan_free(&m->plan[t]);
    if (f->chip->type[0].layer.on)
        for (uint32_t t = 0; t < f->chip->n_types; t++)
            layers_plan(&m->load, t, &m->plan[t]);
    else if (m->method == METHOD_BALANCE)
        bad = balance_plans(&m->load, m->cores, m->available, m->plan);
    else if (m->method == METHOD_FILL)
        bad = fill_types(m);
    else
        for (uint32_t t = 0; t < f->chip->n_types && !bad; t++)
            bad = pack_plan(&m->load, t, m->available[t], &m->plan[t]);
    return bad ? refuse_routes(m, err) : check_cores(m, err);
}

/* A plan's groups become logical cores: numbers of their own until they get a place. */
static void add_cores(struct maker *m, const struct plan *plan)
{
    for (uint32_t c = 0; c < plan->n_cores; c++) {
        uint32_t k = m->n_cores++;
        m->member[k] = plan->neuron + plan->first[c];
        m->members[k] = plan->first[c + 1] - plan->first[c];
        m->type_of[k] = m->fanin.quantised->population[m->fanin.population[m->member[k][0]]].type;
        for (uint32_t i = 0; i < m->members[k]; i++)
            m->core_of[m->member[k][i]] = k;
    }
}

static void list_cores(struct maker *m)
{
    uint32_t types = m->fanin.chip->n_types;
    m->n_cores = 0;
    if (m->method == METHOD_FILE)
        add_cores(m, &m->file.plan);
    else
        for (uint32_t t = 0; t < types; t++)
            add_cores(m, &m->plan[t]);
}

/* Which sources reach each core, and how many cores each source reaches. */
static void find_routes(struct maker *m)
{
    const struct fanin *f = &m->fanin;
    struct load *l = &m->load;
    uint64_t n = 0, capacity = 0;
    memset(m->reach, 0, f->sources * sizeof *m->reach);
    m->axon_first[0] = 0;
    for (uint32_t c = 0; c < m->n_cores; c++) {
        load_clear(l, &f->chip->type[m->type_of[c]]);
        for (uint32_t i = 0; i < m->members[c]; i++)
            load_force(l, m->member[c][i]);
        if (n + l->n_touched > capacity) {
            capacity = 2 * (n + l->n_touched);
            m->axon = mem_grow(m->axon, capacity, sizeof *m->axon);
        }
        for (uint32_t i = 0; i < l->n_touched; i++) {
            m->reach[l->touched[i]] += f->sends[l->touched[i]];
            m->axon[n++] = l->touched[i];
        }
        m->axon_first[c + 1] = n;
    }
}

/* With the routes that there are now: 0 if all cores fit, else the limit that the first one exceeds (*core). */
static int check_routes(struct maker *m, uint32_t *core)
{
    const struct fanin *f = &m->fanin;
    uint32_t *real = mem_new(f->neurons, sizeof *real);
    int limit = LIMIT_NONE;
    for (uint32_t i = 0; i < f->neurons; i++)
        real[i] = m->reach[f->host + i] + (f->network->population[f->population[i]].output != 0);
    m->load.routes = real;
    for (*core = 0; *core < m->n_cores; ++*core) {
        load_clear(&m->load, &f->chip->type[m->type_of[*core]]);
        for (uint32_t i = 0; i < m->members[*core]; i++)
            load_force(&m->load, m->member[*core][i]);
        if ((limit = load_limit(&m->load)))
            break;
    }
    m->load.routes = m->routes;
    free(real);
    return limit;
}

/* What the next attempt assumes: never less than what this one led to. */
static void learn_routes(struct maker *m, int attempt)
{
    const struct fanin *f = &m->fanin;
    for (uint32_t i = 0; i < f->neurons; i++) {
        uint32_t reach = m->reach[f->host + i], real = reach + (f->network->population[f->population[i]].output != 0);
        if (attempt >= ATTEMPTS_EXACT && reach < m->n_cores)
            real += (reach + MARGIN - 1) / MARGIN;
        m->routes[i] = real > m->routes[i] ? real : m->routes[i];
    }
}

static void add_cure(struct err *err, const char *cure)
{
    size_t length = strlen(err->text);
    snprintf(err->text + length, sizeof err->text - length, ", or %s", cure);
}

static int refuse_attempt(struct maker *m, int limit, uint32_t core, struct err *err)
{
    uint32_t population = m->fanin.population[m->member[core][0]];
    if (m->method != METHOD_FILE)
        return refuse_core(&m->load, limit, population, "one core's neurons together", err);
    const struct doc_node *place = m->file.place[core];
    refuse_core(&m->load, limit, population, "this core", err);
    add_cure(err, "fewer neurons on this core");
    return err_context(err, "%s:%u:%u", place->file, place->line, place->column);
}

/* Where a core holds one layer, a map file must give it one, whole. */
static int check_layers(struct maker *m, struct err *err)
{
    for (uint32_t c = 0; c < m->n_cores; c++) {
        const struct doc_node *place = m->file.place[c];
        if (m->fanin.chip->type[m->type_of[c]].layer.on && layers_refuse(&m->fanin, m->member[c], m->members[c], err))
            return err_context(err, "%s:%u:%u", place->file, place->line, place->column);
    }
    return 0;
}

/* 0, or -1 and err; *learned: the routes stood in the way, not the fewest that there can be. */
static int attempt_all(struct maker *m, int *learned, struct err *err)
{
    uint32_t core;
    for (int attempt = 0;; attempt++) {
        *learned = attempt > 0;
        if (m->method != METHOD_FILE && make_plans(m, err))
            return -1;
        list_cores(m);
        if (m->method == METHOD_FILE && check_layers(m, err))
            return -1;
        find_routes(m);
        int limit = check_routes(m, &core);
        if (!limit)
            return 0;
        if (m->method == METHOD_FILE || attempt == ATTEMPTS)
            return refuse_attempt(m, limit, core, err);
        learn_routes(m, attempt);
    }
}

/* File order does not fit: packing is named if it would do, which only trying it shows. */
static void suggest_pack(struct maker *m, struct err *err)
{
    struct err ignored = {ERR_NONE, ""};
    int learned;
    m->method = METHOD_PACK;
    first_routes(m);
    if (!attempt_all(m, &learned, &ignored))
        add_cure(err, "--map pack");
}

/* Spread over many cores, neurons reach many cores: where their routes do not fit then, fewer cores may do, packed ones at last. */
static int attempt_fewer(struct maker *m, struct err *err)
{
    int learned, bad = attempt_all(m, &learned, err);
    uint32_t cores = m->cores;
    while (bad && m->method == METHOD_BALANCE && (learned || m->cores < cores)) {
        m->cores = learned ? m->cores / 2 : 0;
        if (!m->cores) {
            m->method = METHOD_PACK;
            m->cores = cores;
        }
        first_routes(m);
        bad = attempt_all(m, &learned, err);
    }
    if (bad && m->method == METHOD_FILL)
        suggest_pack(m, err);
    return bad;
}

/* ---- the mapping ---- */

static int compare_numbers(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* The use of every capacity is counted once more for what is really there, with the real routes: it is what the report shows. */
static void finish_core(struct maker *m, struct map_core *core, uint32_t c)
{
    const struct fanin *f = &m->fanin;
    *core = (struct map_core){.core = m->chip_core[c], .type = m->type_of[c], .neurons = m->members[c]};
    core->neuron = mem_new(core->neurons, sizeof *core->neuron);
    memcpy(core->neuron, m->member[c], core->neurons * sizeof *core->neuron);
    qsort(core->neuron, core->neurons, sizeof *core->neuron, compare_numbers);  /* global numbers rise with the population */
    load_clear(&m->load, &f->chip->type[core->type]);
    for (uint32_t i = 0; i < core->neurons; i++)
        load_force(&m->load, core->neuron[i]);
    core->compartments = (uint32_t)m->load.compartments;
    core->axons_in = (uint32_t)m->load.axons_in;
    core->axons_out = (uint32_t)m->load.axons_out;
    core->synapses = m->load.synapses;
    core->work = load_work(&m->load);
    core->memory_bits = mem_new(m->load.type->n_memories, sizeof *core->memory_bits);
    load_memory(&m->load, core->memory_bits);
}

static int compare_cores(const void *a, const void *b)
{
    const struct map_core *x = a, *y = b;
    return x->core < y->core ? -1 : x->core > y->core;
}

/* A form that the hardware lacks costs words and accesses: said, and counted as what it became. */
static void note_expanded(struct mapping *map, const struct fanin *f)
{
    static const char *const form[] = {[FORM_DENSE] = "dense", [FORM_CONV] = "shared kernel", [FORM_LIST] = "list", [FORM_ONE_TO_ONE] = "one-to-one",
                                       [FORM_POOL] = "pooling kernel", [FORM_RANDOM] = "random"};
    static const char *const kind[] = {[ROW_KIND_DENSE] = "dense rows", [ROW_KIND_LIST] = "lists", [ROW_KIND_CONV] = "kernel rows"};
    for (uint32_t p = 0; p < f->network->n_projections; p++) {
        const struct projection *projection = &f->network->projection[p];
        const struct core_type *type = fanin_type(f, projection->to);
        if (mapping_row_expanded(projection, type))
            fidelity_add(&map->fidelity, FIDELITY_REWRITTEN, projection->name, "its form (%s) is not offered by core type %s: expanded to %s and counted so",
                         form[projection->form], type->name, kind[mapping_row_kind(projection, type)]);
    }
}

static void finish_numbers(struct maker *m, struct mapping *map)
{
    const struct fanin *f = &m->fanin;
    for (uint32_t i = 0; i < f->neurons; i++)
        m->routes[i] = m->reach[f->host + i] + (f->network->population[f->population[i]].output != 0);
    map->n_cores = m->n_cores;
    map->core = mem_new(m->n_cores, sizeof *map->core);
    for (uint32_t c = 0; c < m->n_cores; c++)
        finish_core(m, &map->core[c], c);
    qsort(map->core, map->n_cores, sizeof *map->core, compare_cores);
    map->neurons = f->neurons;
    map->first = f->first;
    m->fanin.first = NULL;
    map->core_of = mem_new(map->neurons, sizeof *map->core_of);
    map->local_of = mem_new(map->neurons, sizeof *map->local_of);
    for (uint32_t c = 0; c < map->n_cores; c++)
        for (uint32_t i = 0; i < map->core[c].neurons; i++) {
            map->core_of[map->core[c].neuron[i]] = c;
            map->local_of[map->core[c].neuron[i]] = i;
        }
}

/* From logical cores to a mapping: places, then cores by rising number of the chip, so that files and reports have one order. */
static struct mapping *finish(struct maker *m)
{
    const struct fanin *f = &m->fanin;
    struct mapping *map = mem_new(1, sizeof *map);
    struct place_problem problem = {f, m->n_cores, m->type_of, m->core_of, m->axon_first, m->axon, m->noc};
    m->chip_core = mem_new(m->n_cores, sizeof *m->chip_core);
    if (m->method == METHOD_FILE)
        memcpy(m->chip_core, m->file.chip_core, m->n_cores * sizeof *m->chip_core);
    else
        place(&problem, m->chip_core);
    map->packets_per_spike = f->sources ? (double)m->axon_first[m->n_cores] / (double)f->sources : 0;
    map->hops_per_spike = f->sources ? (double)place_hops(&problem, m->chip_core) / (double)f->sources : 0;
    map->method = mem_text(m->options->method ? m->options->method : method_word[METHOD_PACK]);
    if (m->method != method_of(m->options->method))
        fidelity_add(&map->fidelity, FIDELITY_NOTE, "", "--map balance: spread over more cores than the fewest, the routes of the neurons do not fit "
                     "(axons out): packed instead");
    note_expanded(map, f);
    finish_numbers(m, map);
    return map;
}

/* What can never fit is refused before filling starts, so that its message names the neuron's own need. */
static struct mapping *make(struct maker *m, struct err *err)
{
    const struct fanin *f = &m->fanin;
    struct fidelity notes = {0};
    if (chip_needs_graph(&f->chip->noc) && !(m->noc = chip_make_noc(f->chip, err)))
        return NULL;
    count_available(m, f->chip);
    load_open(&m->load, f);
    m->routes = mem_new(f->neurons, sizeof *m->routes);
    first_routes(m);
    m->plan = mem_new(f->chip->n_types, sizeof *m->plan);
    for (uint32_t t = 0; t < f->chip->n_types; t++)
        m->plan[t].misfit = UINT32_MAX;
    if (refuse_misfits(f, &m->load, err))
        return NULL;
    if (m->method == METHOD_FILE && map_file_read(m->options->method, f, &m->file, &notes, err)) {
        fidelity_clear(&notes);
        return NULL;
    }
    m->type_of = mem_new(f->neurons, sizeof *m->type_of);
    m->core_of = mem_new(f->neurons, sizeof *m->core_of);
    m->member = mem_new(f->neurons, sizeof *m->member);
    m->members = mem_new(f->neurons, sizeof *m->members);
    m->reach = mem_new(f->sources, sizeof *m->reach);
    m->axon_first = mem_new(f->neurons + 1, sizeof *m->axon_first);
    struct mapping *map = attempt_fewer(m, err) ? NULL : finish(m);
    for (size_t i = 0; map && i < notes.count; i++)
        fidelity_add(&map->fidelity, notes.line[i].kind, notes.line[i].node, "%s", notes.line[i].text);
    fidelity_clear(&notes);
    return map;
}

struct mapping *mapping_make(const struct network *net, const struct quantised *quantised, const struct chipfile *chip, const struct map_options *options,
                             struct err *err)
{
    static const struct map_options plain = {NULL, 0};
    struct maker m = {.options = options ? options : &plain};
    struct mapping *map = NULL;
    m.method = method_of(m.options->method);
    if (check_sizes(net, quantised, chip, err) || refuse_delays(net, quantised, chip, err))
        return NULL;
    if (!fanin_open(&m.fanin, net, quantised, chip, err))
        map = make(&m, err);
    for (uint32_t t = 0; m.plan && t < chip->n_types; t++)
        plan_free(&m.plan[t]);
    void *const owned[] = {m.plan, m.routes, m.available, m.type_of, m.core_of, (void *)m.member, m.members, m.reach, m.axon_first, m.axon, m.chip_core};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    noc_free(m.noc);
    map_file_free(&m.file);
    load_close(&m.load);
    fanin_close(&m.fanin);
    return map;
}

void mapping_free(struct mapping *map)
{
    if (!map)
        return;
    for (uint32_t c = 0; c < map->n_cores; c++) {
        free(map->core[c].neuron);
        free(map->core[c].memory_bits);
    }
    free(map->core);
    free(map->first);
    free(map->core_of);
    free(map->local_of);
    free(map->method);
    fidelity_clear(&map->fidelity);
    free(map);
}
