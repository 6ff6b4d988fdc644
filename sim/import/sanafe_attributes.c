/* Attributes of neurons: one table of every attribute that a model of SANA-FE has, with its default. That tool hands each attribute to the
 * neuron's dendrite and soma, and a model takes what it knows; here a name that no model knows is an error. Attributes of a group hold for
 * its neurons unless they have their own. A sub-map dendrite: or soma: gives its attributes to that unit alone. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/fields.h"
#include "import/sanafe_parts.h"

enum attribute_type { TYPE_REAL, TYPE_WHOLE, TYPE_FLAG, TYPE_RESET, TYPE_SPIKES, TYPE_TIMES, TYPE_SPACES, TYPE_NOTHING };
enum { TO_DENDRITE = 1 << SANAFE_DENDRITE, TO_SOMA = 1 << SANAFE_SOMA, TO_BOTH = TO_DENDRITE | TO_SOMA };

/* Which units take it, and where it goes; lists have functions of their own and no place here. */
struct attribute { const char *name; enum attribute_type type; unsigned to; size_t offset; };
#define AT(member) offsetof(struct sanafe_params, member)
static const struct attribute attributes[] = {
    {"threshold", TYPE_REAL, TO_SOMA, AT(threshold)},
    {"reverse_threshold", TYPE_REAL, TO_SOMA, AT(reverse_threshold)},
    {"reset", TYPE_REAL, TO_SOMA, AT(reset)},
    {"reverse_reset", TYPE_REAL, TO_SOMA, AT(reverse_reset)},
    {"reset_mode", TYPE_RESET, TO_SOMA, AT(reset_mode)},
    {"reverse_reset_mode", TYPE_RESET, TO_SOMA, AT(reverse_mode)},
    {"leak_decay", TYPE_REAL, TO_SOMA, AT(leak_decay)},
    {"input_decay", TYPE_REAL, TO_SOMA, AT(input_decay)},
    {"bias", TYPE_REAL, TO_SOMA, AT(bias)},
    {"refractory_delay", TYPE_WHOLE, TO_SOMA, AT(refractory)},
    {"potential", TYPE_REAL, TO_SOMA, AT(potential)},
    {"force_update", TYPE_FLAG, TO_SOMA, AT(force)},
    {"force_update_every_timestep", TYPE_FLAG, TO_SOMA, AT(force)},
    {"log_u", TYPE_FLAG, TO_SOMA, AT(log_u)},
    {"leak", TYPE_REAL, TO_SOMA, AT(leak)},
    {"leak_towards_zero", TYPE_FLAG, TO_SOMA, AT(leak_towards_zero)},
    {"random_mask", TYPE_WHOLE, TO_SOMA, AT(random_mask)},
    {"spikes", TYPE_SPIKES, TO_SOMA, 0},
    {"poisson", TYPE_REAL, TO_SOMA, AT(poisson)},
    {"rate", TYPE_REAL, TO_SOMA, AT(rate)},
    {"taps", TYPE_WHOLE, TO_DENDRITE, AT(taps)},
    {"time_constants", TYPE_TIMES, TO_DENDRITE, 0},
    {"space_constants", TYPE_SPACES, TO_DENDRITE, 0},
    /* Of its files and of earlier versions of it, without effect there. */
    {"connections_out", TYPE_NOTHING, TO_BOTH, 0},
    {"leak_bias", TYPE_NOTHING, TO_BOTH, 0},
    {"force_soma_update", TYPE_NOTHING, TO_BOTH, 0},
    {"force_dendrite_update", TYPE_NOTHING, TO_BOTH, 0},
    {"force_synaptic_update", TYPE_NOTHING, TO_BOTH, 0},
    {NULL, TYPE_NOTHING, 0, 0},
};

/* A neuron of which nothing is said. */
const struct sanafe_params sanafe_defaults = {.leak_decay = 1, .reset_mode = SANAFE_RESET_HARD, .leak_towards_zero = 1};

void *sanafe_own(struct sanafe_network *net, void *p)
{
    net->owned = mem_room(net->owned, net->n_owned, &net->owned_capacity, sizeof *net->owned);
    net->owned[net->n_owned++] = p;
    return p;
}

/* ---- lists ---- */

/* 0 and 1, the spikes of an input, one step each. */
static int read_spikes(struct sanafe_network *net, struct sanafe_params *p, const struct doc_node *list, struct err *err)
{
    if (list->kind != DOC_LIST)
        return doc_error(list, err, "spikes is a list of 0 and 1, one for each step: [1, 0, 1]");
    p->spikes = sanafe_own(net, mem_new(list->count + 1, 1));
    p->n_spikes = list->count;
    for (uint32_t i = 0; i < list->count; i++) {
        int spike;
        if (sanafe_flag(list->item[i], "spikes", &spike, err))
            return -1;
        p->spikes[i] = (uint8_t)spike;
    }
    return 0;
}

/* Held against the number of taps later: the attributes may come in any order. */
static int read_reals(struct sanafe_network *net, const struct doc_node *list, const char *name, double **to, uint32_t *n, struct err *err)
{
    if (list->kind != DOC_LIST)
        return doc_error(list, err, "%s is a list of numbers: [0.8, 0.7]", name);
    *to = sanafe_own(net, mem_new(list->count + 1, sizeof **to));
    *n = list->count;
    for (uint32_t i = 0; i < list->count; i++)
        if (sanafe_real(list->item[i], name, &(*to)[i], err))
            return -1;
    return 0;
}

/* ---- one attribute ---- */

/* The value's form; whether it makes sense is the model's matter. */
static int set(struct sanafe_network *net, struct sanafe_params *p, const struct attribute *a, const struct doc_node *value, struct err *err)
{
    void *to = (char *)p + a->offset;
    switch (a->type) {
    case TYPE_REAL: return sanafe_real(value, a->name, to, err);
    case TYPE_WHOLE: return sanafe_whole(value, a->name, 0, INT32_MAX, to, err);
    case TYPE_FLAG: return sanafe_flag(value, a->name, to, err);
    case TYPE_RESET: return sanafe_word(value, a->name, "none|soft|hard|saturate", to, err);
    case TYPE_SPIKES: return read_spikes(net, p, value, err);
    case TYPE_TIMES: return read_reals(net, value, a->name, &p->time_constants, &p->n_time_constants, err);
    case TYPE_SPACES: return read_reals(net, value, a->name, &p->space_constants, &p->n_space_constants, err);
    case TYPE_NOTHING: break;
    }
    return 0;
}

/* Once for each name: a network may have it at every neuron. */
static void note_ignored(struct sanafe_network *net, const char *name)
{
    for (size_t i = 0; i < net->notes.count; i++)
        if (!strcmp(net->notes.line[i].node, name))
            return;
    fidelity_add(&net->notes, FIDELITY_NOTE, name, "an attribute without effect, as in SANA-FE 2.2");
}

/* Among all that a neuron may have, its own words included. */
static int unknown(const struct doc_node *key, struct err *err)
{
    static const char *const reserved[] = {"soma_hw_name", "dendrite_hw_name", "synapse_hw_name", "log_spikes", "log_potential", "dendrite", "soma"};
    const char *names[sizeof attributes / sizeof *attributes + 8];
    size_t n = 0;
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        names[n++] = reserved[i];
    for (const struct attribute *a = attributes; a->name; a++)
        names[n++] = a->name;
    const char *nearest = doc_nearest(key->text, names, n);
    return doc_error(key, err, "no model has an attribute '%s'%s%s%s", key->text, nearest ? "; did you mean '" : " (docs/sanafe.md lists them)",
                     nearest ? nearest : "", nearest ? "'?" : "");
}

/* The parameters that may be written to: the first change makes a copy, so that neurons without attributes of their own share one. */
static struct sanafe_params *own_params(struct sanafe_network *net, struct sanafe_neuron *neuron, struct sanafe_params **mine)
{
    /* One copy for all attributes of one neuron. */
    if (!*mine) {
        *mine = sanafe_own(net, mem_new(1, sizeof **mine));
        **mine = *neuron->params;
        neuron->params = *mine;
    }
    return *mine;
}

/* A reserved word: 1, and it is read; 0: none; -1. log_v is the line format's word for log_potential. */
static int reserved(struct sanafe_neuron *neuron, const struct doc_node *key, const struct doc_node *value, struct err *err)
{
    static const char *const hw[SANAFE_SECTIONS] = {
        [SANAFE_SYNAPSE] = "synapse_hw_name", [SANAFE_DENDRITE] = "dendrite_hw_name", [SANAFE_SOMA] = "soma_hw_name"};
    for (int s = SANAFE_SYNAPSE; s <= SANAFE_SOMA; s++)
        if (!strcmp(key->text, hw[s])) {
            if (sanafe_scalar(value, key->text, err))
                return -1;
            neuron->hw[s] = *value->text ? value->text : NULL;
            return 1;
        }
    /* Logs are asked for by neuron, whatever its model. */
    int flag, spikes = !strcmp(key->text, "log_spikes");
    if (!spikes && strcmp(key->text, "log_potential") != 0 && strcmp(key->text, "log_v") != 0)
        return 0;
    if (sanafe_flag(value, key->text, &flag, err))
        return -1;
    *(spikes ? &neuron->log_spikes : &neuron->log_potential) = (uint8_t)flag;
    return 1;
}

/* Whom a sub-map is for; -1: the key is none. What is for the synapses of a neuron reaches no model. */
static int part_of(const char *key)
{
    return !strcmp(key, "dendrite") ? TO_DENDRITE : !strcmp(key, "soma") ? TO_SOMA : !strcmp(key, "synapse") ? 0 : -1;
}

/* The attributes of one map, for the units in `to`. */
static int read(struct sanafe_network *net, struct sanafe_neuron *neuron, struct sanafe_params **mine, const struct doc_node *from, unsigned to,
                struct err *err)
{
    const struct doc_node *key, *value;
    struct sanafe_pairs p = {.at = from};
    int more, done;
    while ((more = sanafe_pair(&p, &key, &value, err)) > 0) {
        int whole = to == TO_BOTH, part = whole ? part_of(key->text) : -1;
        if (part >= 0) {
            if (read(net, neuron, mine, value, (unsigned)part, err))
                return -1;
            continue;
        }
        /* Names of units and logs belong to the neuron, not to one of its units. */
        done = whole ? reserved(neuron, key, value, err) : 0;
        if (done < 0)
            return -1;
        if (done)
            continue;
        const struct attribute *a = attributes;
        while (a->name && strcmp(a->name, key->text) != 0)
            a++;
        if (!a->name)
            return unknown(key, err);
        /* Told once, with its name, instead of an error: that tool's own files have them. */
        if (a->type == TYPE_NOTHING)
            note_ignored(net, a->name);
        else if (a->to & to && set(net, own_params(net, neuron, mine), a, value, err))
            return -1;
    }
    return more;
}

int sanafe_attributes(struct sanafe_network *net, struct sanafe_neuron *neuron, const struct doc_node *from, struct err *err)
{
    struct sanafe_params *mine = NULL;
    return read(net, neuron, &mine, from, TO_BOTH, err);
}
