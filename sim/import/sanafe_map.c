/* The mapping of a network onto an architecture: each neuron stands on one core, and the order of the lines is the order in which a core works
 * on its neurons. What does not fit is refused here: a core that is not there, too many neurons for a core or a unit, a unit of a name that
 * the core does not have, a neuron on two cores or on none. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import/sanafe_parts.h"

/* ---- one line ---- */

/* "tile.core" of an architecture: the number of the core, or -1 and err. */
static int core_of(const struct sanafe_arch *arch, const struct doc_node *at, const char *text, uint32_t *core, struct err *err)
{
    const char *point = strchr(text, '.');
    uint32_t tile, offset;
    if (!point || sanafe_digits(text, (size_t)(point - text), &tile) || sanafe_digits(point + 1, strlen(point + 1), &offset))
        return doc_error(at, err, "core '%s' is no place on a chip; write TILE.CORE, for example 0.0", text);
    if (tile >= arch->n_tiles)
        return doc_error(at, err, "core %s: architecture '%s' has %u tile%s, 0 to %u", text, arch->name, arch->n_tiles, arch->n_tiles == 1 ? "" : "s",
                         arch->n_tiles - 1);
    if (offset >= arch->tile[tile].n_cores)
        return doc_error(at, err, "core %s: tile %u has %u core%s, 0 to %u", text, tile, arch->tile[tile].n_cores, arch->tile[tile].n_cores == 1 ? "" : "s",
                         arch->tile[tile].n_cores - 1);
    *core = arch->tile[tile].first_core + offset;
    return 0;
}

/* Each neuron once; the place of the line stays with it for later messages. */
int sanafe_map_neurons(struct sanafe_network *net, const struct sanafe_arch *arch, const char *who, uint32_t first, uint32_t n, const struct doc_node *at,
                       const char *core_text, struct err *err)
{
    uint32_t core = 0;
    if (core_of(arch, at, core_text, &core, err))
        return -1;
    for (uint32_t i = first; i < first + n; i++) {
        struct sanafe_neuron *neuron = &net->neuron[i];
        if (neuron->core != SANAFE_NOWHERE) {
            const struct sanafe_core *c = &arch->core[neuron->core];
            return doc_error(at, err, "'%s': neuron %s.%u is mapped a second time; it is on core %u.%u already", who, net->group[neuron->group].name,
                             sanafe_neuron_number(net, i), c->tile, c->offset);
        }
        neuron->core = core;
        neuron->at = at;
        /* The order of the lines is the order of work. */
        net->mapped = mem_room(net->mapped, net->n_mapped, &net->mapped_capacity, sizeof *net->mapped);
        net->mapped[net->n_mapped++] = i;
    }
    return 0;
}

/* g.i, g.a..b or g: the first neuron and how many. */
static int range_of(const struct sanafe_network *net, const struct doc_node *key, uint32_t *first, uint32_t *n, struct err *err)
{
    const char *text = key->text, *dots = NULL;
    int64_t g = sanafe_group_by_name(net, text, strlen(text));
    if (g >= 0) {
        *first = net->group[g].first;
        *n = net->group[g].n;
        return 0;
    }
    /* The last two points: a group's name may have some of its own. */
    for (const char *at = strstr(text, ".."); at; at = strstr(at + 1, ".."))
        dots = at;
    if (sanafe_neuron_by_name(net, text, dots ? (size_t)(dots - text) : strlen(text), key, first, err))
        return -1;
    *n = 1;
    uint32_t last;
    const struct sanafe_group *group = &net->group[net->neuron[*first].group];
    if (!dots)
        return 0;
    /* Both ends belong to the range, and both must be there. */
    if (sanafe_digits(dots + 2, strlen(dots + 2), &last) || last >= group->n || last < *first - group->first)
        return doc_error(key, err, "'%s': a range is GROUP.A..B, B not below A and below the %u neurons of '%s'", text, group->n, group->name);
    *n = last + 1 - (*first - group->first);
    return 0;
}

/* One line: whom, where, and with which units. */
int sanafe_map(struct sanafe_network *net, const struct sanafe_arch *arch, const struct doc_node *key, const struct doc_node *value, struct err *err)
{
    static const char *const names[] = {"synapse", "dendrite", "soma"};
    const struct doc_node *k, *v, *core = NULL, *unit[SANAFE_SECTIONS] = {0};
    struct sanafe_pairs p = {.at = value};
    uint32_t first, n;
    int more;
    if (range_of(net, key, &first, &n, err))
        return -1;
    while ((more = sanafe_pair(&p, &k, &v, err)) > 0) {
        /* core, or the name of a section. */
        int s = SANAFE_SYNAPSE;
        while (s <= SANAFE_SOMA && strcmp(names[s - SANAFE_SYNAPSE], k->text) != 0)
            s++;
        if (s > SANAFE_SOMA && strcmp(k->text, "core") != 0)
            return doc_error(k, err, "a mapping has no '%s'; it has core, soma, dendrite, synapse", k->text);
        if (sanafe_scalar(v, k->text, err))
            return -1;
        *(s > SANAFE_SOMA ? &core : &unit[s]) = v;
    }
    if (more < 0)
        return -1;
    if (!core)
        return doc_error(key, err, "'%s' has no core; write {core: TILE.CORE}", key->text);
    if (sanafe_map_neurons(net, arch, key->text, first, n, core, core->text, err))
        return -1;
    /* Over what the group or neuron said: the mapping is the last word. */
    for (uint32_t i = first; i < first + n; i++)
        for (int s = SANAFE_SYNAPSE; s <= SANAFE_SOMA; s++)
            if (unit[s])
                net->neuron[i].hw[s] = *unit[s]->text ? unit[s]->text : NULL;
    return 0;
}

/* ---- units ---- */

/* The index of a unit of this name, or of the first where none is named; SANAFE_NOWHERE: the core has none of that name. */
static uint32_t find_unit(const struct sanafe_core_kind *core, enum sanafe_section s, const char *name)
{
    if (!name)
        return core->section[s];
    for (uint32_t u = core->section[s]; u < core->section[s + 1]; u++)
        if (!strcmp(core->unit[u].name, name))
            return u;
    return SANAFE_NOWHERE;
}

/* The mapping was checked, so there is one. */
uint32_t sanafe_unit_of(const struct sanafe_arch *arch, const struct sanafe_neuron *neuron, enum sanafe_section s)
{
    return find_unit(arch->core[neuron->core].kind, s, neuron->hw[s]);
}

/* The nearest name among the core's units, for one that it does not have. */
static int no_unit(const struct sanafe_core_kind *core, enum sanafe_section s, const struct sanafe_neuron *n, const char *who, struct err *err)
{
    uint32_t count = core->section[s + 1] - core->section[s];
    const char **names = mem_new(count, sizeof *names);
    for (uint32_t i = 0; i < count; i++)
        names[i] = core->unit[core->section[s] + i].name;
    const char *nearest = doc_nearest(n->hw[s], names, count);
    doc_error(n->at, err, "neuron %s asks for the %s '%s', which core '%s' does not have; %s '%s'", who, sanafe_section_name(s), n->hw[s], core->name,
              nearest ? "did you mean" : "one that it has is", nearest ? nearest : names[0]);
    free(names);
    return -1;
}

/* Neurons that a unit has place for; 0: no limit but the core's. */
static uint32_t place_of(enum sanafe_model model)
{
    switch (model) {
    case SANAFE_ACCUMULATOR: case SANAFE_ACCUMULATOR_DELAY: case SANAFE_LIF: return 1024;
    case SANAFE_TRUENORTH: return 4096;
    default: return 0;
    }
}

/* ---- what holds of all lines ---- */

/* The dendrite of a neuron that synapses reach. */
static int check_taps(const struct sanafe_neuron *n, const char *who, struct err *err)
{
    const struct sanafe_params *p = n->params;
    uint32_t taps = sanafe_taps(p);
    if (!taps)
        return doc_error(n->at, err,
                         "neuron %s: its dendrite is of the model taps; write taps: 3, time_constants: [0.8, 0.8, 0.7], space_constants: [0.1, 0.2]", who);
    if (p->n_time_constants != taps)
        return doc_error(n->at, err, "neuron %s: %u time_constants for %u taps; there is one for each", who, p->n_time_constants, taps);
    if (p->n_space_constants != taps - 1)
        return doc_error(n->at, err, "neuron %s: %u space_constants for %u taps; there is one between each two", who, p->n_space_constants, taps);
    return 0;
}

/* As many as are stated, else as there are time constants. */
uint32_t sanafe_taps(const struct sanafe_params *p)
{
    return p->taps ? p->taps : p->n_time_constants;
}

/* used[]: neurons of each unit of the core in hand. */
static int check_neuron(const struct sanafe_network *net, const struct sanafe_arch *arch, uint32_t i, uint32_t *used, struct err *err)
{
    const struct sanafe_neuron *n = &net->neuron[i];
    const struct sanafe_core *core = &arch->core[n->core];
    char *who = mem_format("%s.%u", net->group[n->group].name, sanafe_neuron_number(net, i));
    int bad = 0;
    for (int s = SANAFE_SYNAPSE; s <= SANAFE_SOMA && !bad; s++) {
        uint32_t u = sanafe_unit_of(arch, n, (enum sanafe_section)s);
        if (u == SANAFE_NOWHERE) {
            bad = no_unit(core->kind, (enum sanafe_section)s, n, who, err);
            break;
        }
        const struct sanafe_unit *unit = &core->kind->unit[u];
        uint32_t most = s == SANAFE_SYNAPSE ? 0 : place_of(unit->model);
        if (most && ++used[u] > most)
            bad = doc_error(n->at, err, "neuron %s: %s '%s' of core %u.%u has place for %u neurons (%s); map it to another unit or core", who,
                            sanafe_section_name((enum sanafe_section)s), unit->name, core->tile, core->offset, most, sanafe_model_name(unit->model));
    }
    free(who);
    return bad;
}

/* Core by core, so that one row of counts is enough. order: mapped neurons by core, each core's in order of mapping. */
static int check_cores(const struct sanafe_network *net, const struct sanafe_arch *arch, const uint32_t *order, struct err *err)
{
    /* How many neurons each unit of the core in hand has by now. */
    uint32_t *used = mem_new(SANAFE_UNITS_MAX, sizeof *used), on_core = 0;
    int bad = 0;
    for (size_t i = 0; i < net->n_mapped && !bad; i++) {
        const struct sanafe_neuron *n = &net->neuron[order[i]];
        const struct sanafe_core *core = &arch->core[n->core];
        if (!i || net->neuron[order[i - 1]].core != n->core) {
            memset(used, 0, core->kind->section[SANAFE_SECTIONS] * sizeof *used);
            on_core = 0;
        }
        if (++on_core > core->kind->max_neurons)
            bad = doc_error(n->at, err, "neuron %s.%u is one too many: core %u.%u takes %u (max_neurons_supported)", net->group[n->group].name,
                            sanafe_neuron_number(net, order[i]), core->tile, core->offset, core->kind->max_neurons);
        bad = bad ? bad : check_neuron(net, arch, order[i], used, err);
    }
    free(used);
    return bad;
}

/* A stable counting sort by core; the caller frees. */
static uint32_t *by_core(const struct sanafe_network *net, const struct sanafe_arch *arch)
{
    size_t *first = mem_new((size_t)arch->n_cores + 1, sizeof *first);
    uint32_t *order = mem_new(net->n_mapped + 1, sizeof *order);
    /* Stable: within a core the order of the mapping stays. */
    for (size_t i = 0; i < net->n_mapped; i++)
        first[net->neuron[net->mapped[i]].core + 1]++;
    for (uint32_t c = 0; c < arch->n_cores; c++)
        first[c + 1] += first[c];
    for (size_t i = 0; i < net->n_mapped; i++)
        order[first[net->neuron[net->mapped[i]].core]++] = net->mapped[i];
    free(first);
    return order;
}

/* "g.i"; the caller frees. */
static char *name_of(const struct sanafe_network *net, uint32_t neuron)
{
    return mem_format("%s.%u", net->group[net->neuron[neuron].group].name, sanafe_neuron_number(net, neuron));
}

/* A dendrite's slots and taps, seen from an edge. reached: the neuron has passed check_taps. */
static int check_edge(const struct sanafe_network *net, const struct sanafe_arch *arch, const struct sanafe_edge *e, uint8_t *reached, struct err *err)
{
    const struct sanafe_neuron *post = &net->neuron[e->post];
    const struct sanafe_unit *dendrite = &arch->core[post->core].kind->unit[sanafe_unit_of(arch, post, SANAFE_DENDRITE)];
    struct doc_node at = {.line = e->line, .column = e->column, .file = post->at->file};
    int bad = 0;
    if (dendrite->model != SANAFE_TAPS && e->delay < SANAFE_DELAYS)
        return 0;
    char *from = name_of(net, e->pre), *to = name_of(net, e->post);
    if (e->delay >= SANAFE_DELAYS)
        bad = doc_error(&at, err, "the edge from %s to %s has a delay of %u: a dendrite has %d slots, for delays 0 to %d", from, to, e->delay, SANAFE_DELAYS,
                        SANAFE_DELAYS - 1);
    else if (!reached[e->post])
        bad = check_taps(post, to, err);
    if (!bad && dendrite->model == SANAFE_TAPS && e->tap >= sanafe_taps(post->params))
        bad = doc_error(&at, err, "the edge from %s to %s leads to tap %u: the dendrite of %s has %u, 0 to %u", from, to, e->tap, to, sanafe_taps(post->params),
                        sanafe_taps(post->params) - 1);
    reached[e->post] = 1;
    free(from);
    free(to);
    return bad;
}

/* Slots and taps are known only when each neuron has its place. */
static int check_edges(struct sanafe_network *net, const struct sanafe_arch *arch, struct err *err)
{
    uint8_t *reached = mem_new(net->n_neurons + 1, 1);
    int bad = 0;
    uint64_t in_vain = 0;
    for (size_t i = 0; i < net->n_edges && !bad; i++) {
        const struct sanafe_neuron *post = &net->neuron[net->edge[i].post];
        bad = check_edge(net, arch, &net->edge[i], reached, err);
        in_vain += net->edge[i].delay && arch->core[post->core].kind->unit[sanafe_unit_of(arch, post, SANAFE_DENDRITE)].model != SANAFE_ACCUMULATOR_DELAY;
    }
    if (in_vain)
        fidelity_add(&net->notes, FIDELITY_WARNING, "", "%llu synapse%s have a delay and lead to a dendrite without delays: it has no effect, as in SANA-FE",
                     (unsigned long long)in_vain, in_vain == 1 ? "" : "s");
    free(reached);
    return bad;
}

int sanafe_map_check(struct sanafe_network *net, const struct sanafe_arch *arch, struct err *err)
{
    /* The first that was left out is named; there may be more. */
    for (size_t i = 0; i < net->n_neurons; i++)
        if (net->neuron[i].core == SANAFE_NOWHERE) {
            const struct sanafe_group *g = &net->group[net->neuron[i].group];
            return doc_error(g->at, err, "neuron %s.%u is not mapped to a core; add a mapping: - %s.%u: {core: 0.0}", g->name,
                             sanafe_neuron_number(net, (uint32_t)i), g->name, sanafe_neuron_number(net, (uint32_t)i));
        }
    uint32_t *order = by_core(net, arch);
    int bad = check_cores(net, arch, order, err) || check_edges(net, arch, err);
    /* The order of all neurons by core is what a run needs, too. */
    free(net->mapped);
    net->mapped = order;
    return bad ? -1 : 0;
}
