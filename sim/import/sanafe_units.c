/* The units of a core: axon_in, synapse, dendrite, soma, axon_out, each a list of one or more. A unit has a model and what each of its
 * actions costs in energy and time. What only that tool can run (plugins, recorded noise) is refused here by name: an answer without it would
 * be another unit's. Attributes that no model of these has are errors, with the nearest that is known. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/fields.h"
#include "import/sanafe_parts.h"

static const char *const section_names[SANAFE_SECTIONS] = {"axon_in", "synapse", "dendrite", "soma", "axon_out"};
static const struct { const char *name; enum sanafe_section section; } models[] = {
    [SANAFE_AXON] = {"", SANAFE_AXON_IN},
    [SANAFE_CURRENT_BASED] = {"current_based", SANAFE_SYNAPSE},
    [SANAFE_ACCUMULATOR] = {"accumulator", SANAFE_DENDRITE},
    [SANAFE_ACCUMULATOR_DELAY] = {"accumulator_with_delay", SANAFE_DENDRITE},
    [SANAFE_TAPS] = {"taps", SANAFE_DENDRITE},
    [SANAFE_LIF] = {"leaky_integrate_fire", SANAFE_SOMA},
    [SANAFE_TRUENORTH] = {"truenorth", SANAFE_SOMA},
    [SANAFE_INPUT] = {"input", SANAFE_SOMA},
};
enum { N_MODELS = sizeof models / sizeof *models };

/* The pairs of prices of each section, and whether they must be there. */
static const struct { const char *energy, *latency; } prices[SANAFE_SECTIONS][SANAFE_PRICES] = {
    [SANAFE_AXON_IN] = {{"energy_message_in", "latency_message_in"}},
    [SANAFE_SYNAPSE] = {{"energy_process_spike", "latency_process_spike"}},
    [SANAFE_DENDRITE] = {{"energy_update", "latency_update"}},
    [SANAFE_SOMA] = {{"energy_access_neuron", "latency_access_neuron"}, {"energy_update_neuron", "latency_update_neuron"},
                     {"energy_spike_out", "latency_spike_out"}},
    [SANAFE_AXON_OUT] = {{"energy_message_out", "latency_message_out"}},
};
/* What may stand at a unit and changes nothing that is computed here; weight_bits has no effect in SANA-FE either. */
static const char *const ignored[] = {"weight_bits", "noise_bits", "energy_access", "latency_access", "force_update"};
static const char *const common[] = {"model", "plugin", "noise", "log_energy", "log_latency", "update_every_timestep"};

const char *sanafe_model_name(enum sanafe_model model)
{
    return models[model].name;
}

const char *sanafe_section_name(enum sanafe_section section)
{
    return section_names[section];
}

static int known(const char *const *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(list[i], name))
            return 1;
    return 0;
}

/* The section says which models there are; plugins would bring others, and are told as not run. */
static int set_model(struct sanafe_unit *u, const struct doc_node *value, struct err *err)
{
    if (sanafe_scalar(value, "model", err))
        return -1;
    const char *names[N_MODELS];
    size_t n = 0;
    for (int m = SANAFE_CURRENT_BASED; m < N_MODELS; m++) {
        if (models[m].section != u->section)
            continue;
        if (!strcmp(models[m].name, value->text)) {
            u->model = (enum sanafe_model)m;
            return 0;
        }
        names[n++] = models[m].name;
    }
    const char *nearest = doc_nearest(value->text, names, n);
    return doc_error(value, err, "%s '%s' has no model '%s' here%s%s%s; those of a %s are %s%s%s%s%s (plugins are not run)", section_names[u->section], u->name,
                     value->text, nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'" : "", section_names[u->section], names[0],
                     n > 1 ? ", " : "", n > 1 ? names[1] : "", n > 2 ? ", " : "", n > 2 ? names[2] : "");
}

/* A price of this section: 1, and it is read; 0: no such name; -1: no number, or below nothing. */
static int set_price(struct sanafe_unit *u, const struct doc_node *key, const struct doc_node *value, uint32_t *seen, struct err *err)
{
    for (int i = 0; i < SANAFE_PRICES && prices[u->section][i].energy; i++) {
        int energy = !strcmp(prices[u->section][i].energy, key->text);
        if (!energy && strcmp(prices[u->section][i].latency, key->text) != 0)
            continue;
        /* A bit for each, so that a missing one can be named. */
        double *to = energy ? &u->price[i].energy : &u->price[i].latency;
        if (sanafe_real(value, key->text, to, err))
            return -1;
        if (*to < 0)
            return doc_error(value, err, "%s: %s is below 0", key->text, value->text);
        *seen |= 1u << (2 * i + !energy);
        return 1;
    }
    return 0;
}

/* Every name that may stand at a unit of this section, for the nearest to one that may not. */
static int unknown(const struct sanafe_unit *u, const struct doc_node *key, struct err *err)
{
    const char *names[16];
    size_t n = 0;
    for (int i = 0; i < SANAFE_PRICES && prices[u->section][i].energy; i++) {
        names[n++] = prices[u->section][i].energy;
        names[n++] = prices[u->section][i].latency;
    }
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        names[n++] = common[i];
    return fields_unknown(key, section_names[u->section], names, n, err);
}

/* What is refused comes first: a plugin would change what all the rest means. */
static int set_attribute(struct sanafe_unit *u, struct sanafe_arch *arch, const struct doc_node *key, const struct doc_node *value, uint32_t *seen,
                         struct err *err)
{
    if (!strcmp(key->text, "plugin"))
        return doc_error(key, err, "%s '%s' runs the plugin %s: volley does not run plugins of SANA-FE; give the unit a model of its own, or take it out",
                         section_names[u->section], u->name, value->kind == DOC_SCALAR ? value->text : "of a list");
    if (!strcmp(key->text, "noise"))
        return doc_error(key, err, "%s '%s' adds noise from the file %s: volley does not run recorded noise; take the attribute or the unit out",
                         section_names[u->section], u->name, value->kind == DOC_SCALAR ? value->text : "of a list");
    if (!strcmp(key->text, "model") && u->section != SANAFE_AXON_IN && u->section != SANAFE_AXON_OUT)
        return set_model(u, value, err);
    if (!strcmp(key->text, "log_energy"))
        return sanafe_flag(value, key->text, &u->log_energy, err);
    if (!strcmp(key->text, "log_latency"))
        return sanafe_flag(value, key->text, &u->log_latency, err);
    if (!strcmp(key->text, "update_every_timestep")) {
        if (u->section == SANAFE_SYNAPSE)
            fidelity_add(&arch->notes, FIDELITY_WARNING, u->name, "update_every_timestep of a synapse has no effect here");
        return sanafe_flag(value, key->text, &u->every_step, err);
    }
    int priced = set_price(u, key, value, seen, err);
    if (priced)
        return priced < 0 ? -1 : 0;
    if (!known(ignored, sizeof ignored / sizeof *ignored, key->text))
        return unknown(u, key, err);
    fidelity_add(&arch->notes, FIDELITY_NOTE, u->name, "%s has no effect, as in SANA-FE", key->text);
    return 0;
}

/* Axons and synapses have both prices; a soma has all six and a dendrite both or, for no cost at all, none. */
static int check_prices(const struct sanafe_unit *u, uint32_t seen, struct err *err)
{
    if (!seen && (u->section == SANAFE_SOMA || u->section == SANAFE_DENDRITE))
        return 0;
    for (int i = 0; i < SANAFE_PRICES && prices[u->section][i].energy; i++)
        for (int latency = 0; latency < 2; latency++)
            if (!(seen >> (2 * i + latency) & 1))
                return doc_error(u->at, err, "%s '%s' has no %s; write it, 0.0 if it costs nothing", section_names[u->section], u->name,
                                 latency ? prices[u->section][i].latency : prices[u->section][i].energy);
    return 0;
}

/* The model may stand anywhere among the attributes, so what it needs is checked at the end. */
static int fill_unit(struct sanafe_unit *u, struct sanafe_arch *arch, struct err *err)
{
    const struct doc_node *key, *value;
    struct sanafe_pairs p = {.at = doc_get(u->at, "attributes")};
    uint32_t seen = 0;
    int more;
    while ((more = sanafe_pair(&p, &key, &value, err)) > 0)
        if (set_attribute(u, arch, key, value, &seen, err))
            return -1;
    if (more < 0)
        return -1;
    if (u->section != SANAFE_AXON_IN && u->section != SANAFE_AXON_OUT && u->model == SANAFE_AXON)
        return doc_error(u->at, err, "%s '%s' has no model; write model: %s", section_names[u->section], u->name,
                         u->section == SANAFE_SYNAPSE ? "current_based" : u->section == SANAFE_DENDRITE ? "accumulator" : "leaky_integrate_fire");
    if (!seen)
        fidelity_add(&arch->notes, FIDELITY_WARNING, u->name, "the architecture gives it no energy and no latency: counted as free");
    return check_prices(u, seen, err);
}

/* A range makes so many units of one description. */
static int read_unit(struct sanafe_core_kind *core, struct sanafe_arch *arch, enum sanafe_section section, const struct doc_node *at, struct err *err)
{
    size_t length;
    uint32_t first, copies, *n = &core->section[section + 1];
    int range;
    if (at->kind != DOC_MAP)
        return doc_error(at, err, "a unit of %s is {name: NAME, attributes: {...}}", section_names[section]);
    for (uint32_t i = 0; i < at->count; i++)
        if (strcmp(at->key[i]->text, "name") != 0 && strcmp(at->key[i]->text, "attributes") != 0)
            return fields_unknown(at->key[i], section_names[section], (const char *const[]){"name", "attributes"}, 2, err);
    /* A unit without a name is complained of as a whole, being a map. */
    const struct doc_node *given = doc_get(at, "name"), *name = given ? given : at;
    if (sanafe_name_range(name, &length, &first, &copies, &range, err))
        return -1;
    if (copies > SANAFE_UNITS_MAX - *n)
        return doc_error(at, err, "more than %d units in a core", SANAFE_UNITS_MAX);
    core->unit = mem_grow(core->unit, *n + copies, sizeof *core->unit);
    /* One description, read once, for all copies of the range. */
    struct sanafe_unit u = {.at = at, .section = section, .name = mem_format("%.*s", (int)length, name->text)};
    int bad = fill_unit(&u, arch, err);
    for (uint32_t i = 0; i < copies && !bad; i++) {
        core->unit[*n] = u;
        core->unit[(*n)++].name = range ? mem_format("%s[%u]", u.name, first + i) : mem_text(u.name);
    }
    free(u.name);
    return bad;
}

/* A name in two sections would make one unit of both, which only plugins have a model for; twice in one section it could not be told apart. */
static int check_names(const struct sanafe_core_kind *core, struct err *err)
{
    uint32_t n = core->section[SANAFE_SECTIONS];
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = i + 1; k < n; k++) {
            const struct sanafe_unit *a = &core->unit[i], *b = &core->unit[k];
            /* Copies of one range have different names by themselves. */
            if (a->at == b->at || strcmp(a->name, b->name) != 0)
                continue;
            if (a->section == b->section)
                return doc_error(b->at, err, "the name '%s' was given to a %s on line %u", b->name, section_names[b->section], a->at->line);
            return doc_error(b->at, err,
                             "'%s' is a %s on line %u and a %s here: a unit that is both needs a plugin, which volley does not run; give it two names", b->name,
                             section_names[a->section], a->at->line, section_names[b->section]);
        }
    return 0;
}

/* All five sections: a pipeline with a hole would do something that nobody described. */
int sanafe_units_read(struct sanafe_core_kind *core, struct sanafe_arch *arch, struct err *err)
{
    for (int s = 0; s < SANAFE_SECTIONS; s++) {
        const struct doc_node *list = doc_get(core->at, section_names[s]);
        core->section[s + 1] = core->section[SANAFE_SECTIONS] = core->section[s];   /* the last: what sanafe_units_free frees */
        if (!list || list->kind != DOC_LIST || !list->count)
            return doc_error(list ? list : core->at, err, "core '%s' needs %s: a list of one unit or more, - {name: NAME, attributes: {...}}", core->name,
                             section_names[s]);
        for (uint32_t i = 0; i < list->count; i++)
            if (read_unit(core, arch, (enum sanafe_section)s, list->item[i], err)) {
                core->section[SANAFE_SECTIONS] = core->section[s + 1];
                return -1;
            }
    }
    return check_names(core, err);
}

void sanafe_units_free(struct sanafe_core_kind *core)
{
    for (uint32_t i = 0; i < core->section[SANAFE_SECTIONS]; i++)
        free(core->unit[i].name);
    free(core->unit);
}
