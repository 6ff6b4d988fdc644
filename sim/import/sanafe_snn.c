/* SANA-FE's network in YAML: groups with their neurons, edges, mappings. A neuron is listed as ID, A..B, or one of them with attributes; a
 * group has as many neurons as are listed, and their numbers cover 0 to n-1. */
#include <string.h>

#include "config/fields.h"
#include "import/sanafe_parts.h"

/* ---- neurons of a group ---- */

/* "3" or "3..5" */
static int numbers(const struct doc_node *node, uint32_t *first, uint32_t *n, struct err *err)
{
    const char *dots = node->kind == DOC_SCALAR ? strstr(node->text, "..") : NULL;
    uint32_t last;
    if (node->kind != DOC_SCALAR || sanafe_digits(node->text, dots ? (size_t)(dots - node->text) : strlen(node->text), first))
        return doc_error(node, err, "a neuron is NUMBER, A..B, or one of them with attributes: - 0..3: {bias: 1}");
    last = *first;
    if (dots && (sanafe_digits(dots + 2, strlen(dots + 2), &last) || last < *first))
        return doc_error(node, err, "'%s': a range is A..B, both whole numbers, B not below A", node->text);
    /* Before anybody counts up to it. */
    if (last >= SANAFE_NEURONS_MAX)
        return doc_error(node, err, "'%s': more than %d neurons", node->text, SANAFE_NEURONS_MAX);
    *n = last - *first + 1;
    return 0;
}

/* Walks the entries of a group: each is a number or range, and attributes or NULL. The list may be a map, too. */
struct entries { const struct doc_node *list; uint32_t item, pair; };

/* 1 while there is one; the list's items and the pairs of its maps in the order of the file. */
static int next_entry(struct entries *e, const struct doc_node **id, const struct doc_node **attributes)
{
    *attributes = NULL;
    if (!e->list || e->list->kind == DOC_SCALAR)
        return 0;
    const struct doc_node *map = e->list;
    if (e->list->kind == DOC_LIST) {
        while (e->item < e->list->count && e->list->item[e->item]->kind == DOC_MAP && e->pair == e->list->item[e->item]->count) {
            e->item++;
            e->pair = 0;
        }
        if (e->item == e->list->count)
            return 0;
        map = e->list->item[e->item];
    }
    /* An id without attributes. */
    if (map->kind != DOC_MAP) {
        *id = e->list->item[e->item++];
        return 1;
    }
    if (e->pair == map->count)
        return 0;
    *id = map->key[e->pair];
    *attributes = map->item[e->pair++];
    return 1;
}

/* How many neurons are listed; each number below that, and once. */
static int count_neurons(const struct doc_node *group, const struct doc_node *list, uint32_t *count, struct err *err)
{
    const struct doc_node *id, *attributes;
    uint64_t n = 0;
    uint32_t first, here;
    /* The sum may be large; it is held against the limit before anything is made of it. */
    for (struct entries e = {.list = list}; next_entry(&e, &id, &attributes);) {
        if (numbers(id, &first, &here, err))
            return -1;
        n += here;
    }
    if (n > SANAFE_NEURONS_MAX)
        return doc_error(group, err, "more than %d neurons", SANAFE_NEURONS_MAX);
    *count = (uint32_t)n;
    return 0;
}

/* Each number once, below the count: then all of them are there. */
static int fill_neurons(struct sanafe_network *net, const struct sanafe_group *group, const struct doc_node *list, struct err *err)
{
    const struct doc_node *id, *attributes;
    uint32_t first, here;
    for (struct entries e = {.list = list}; next_entry(&e, &id, &attributes);) {
        if (numbers(id, &first, &here, err))
            return -1;
        for (uint32_t i = first; i < first + here; i++) {
            if (i >= group->n)
                return doc_error(id, err, "neuron %u of group '%s', which lists %u neuron%s: their numbers are 0 to %d", i, group->name, group->n,
                                 group->n == 1 ? "" : "s", (int)group->n - 1);
            struct sanafe_neuron *n = &net->neuron[group->first + i];
            if (n->at)
                return doc_error(id, err, "neuron %u of group '%s' is listed twice (line %u)", i, group->name, n->at->line);
            n->at = id;
            /* Read once for a range. */
            if (i == first) {
                if (sanafe_attributes(net, n, attributes, err))
                    return -1;
                continue;
            }
            /* The rest of a range share what the first was given. */
            uint32_t its = n->group;
            *n = net->neuron[group->first + first];
            n->group = its;
        }
    }
    return 0;
}

/* ---- sections ---- */

/* Counted first, so that neurons that edges name are there whatever their order. */
static int read_group(struct sanafe_network *net, const struct doc_node *at, struct err *err)
{
    static const char *const keys[] = {"name", "attributes", "neurons", "size"};
    if (at->kind != DOC_MAP)
        return doc_error(at, err, "an entry of groups is a map: - {name: NAME, neurons: [0..9]}");
    for (uint32_t i = 0; i < at->count; i++) {
        int known = 0;
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            known |= !strcmp(keys[k], at->key[i]->text);
        if (!known)
            return fields_unknown(at->key[i], "groups", keys, sizeof keys / sizeof *keys, err);
    }
    const struct doc_node *name = doc_get(at, "name"), *list = doc_get(at, "neurons"), *size = doc_get(at, "size");
    struct sanafe_neuron defaults = {.params = &sanafe_defaults};
    uint32_t n = 0, said = 0;
    if (!name || name->kind != DOC_SCALAR || !*name->text)
        return doc_error(name ? name : at, err, "a group has no name; write name: NAME");
    if (!list || list->kind == DOC_SCALAR)
        return doc_error(list ? list : at, err, "group '%s' has no neurons; write neurons: [0..9]", name->text);
    if (count_neurons(at, list, &n, err) || sanafe_attributes(net, &defaults, doc_get(at, "attributes"), err))
        return -1;
    /* Earlier versions asked for the size; now it is what is listed. */
    if (size && sanafe_whole(size, "size", 0, SANAFE_NEURONS_MAX, &said, err))
        return -1;
    if (size && said != n)
        return doc_error(size, err, "size: %u, but group '%s' lists %u neurons", said, name->text, n);
    return sanafe_group_add(net, name->text, name, n, &defaults, err) || fill_neurons(net, &net->group[net->n_groups - 1], list, err) ? -1 : 0;
}

/* Edges and mappings are lists of maps with a pair each, or one map. */
static int each(struct sanafe_network *net, const struct sanafe_arch *arch, const struct doc_node *list, struct err *err)
{
    const struct doc_node *key, *value;
    struct sanafe_pairs p = {.at = list};
    int more;
    while ((more = sanafe_pair(&p, &key, &value, err)) > 0)
        if (arch ? sanafe_map(net, arch, key, value, err) : sanafe_edge_add(net, key, value, err))
            return -1;
    return more;
}

int sanafe_snn_fill(struct sanafe_network *net, const struct sanafe_arch *arch, struct err *err)
{
    static const char *const keys[] = {"name", "groups", "edges"};
    const struct doc_node *root = doc_root(net->doc), *network = doc_get(root, "network"), *mappings = doc_get(root, "mappings");
    if (!network || network->kind != DOC_MAP)
        return doc_error(network ? network : root, err, "a network file of SANA-FE begins with network: and a map under it");
    for (uint32_t i = 0; i < network->count; i++) {
        const char *key = network->key[i]->text;
        if (strcmp(key, keys[0]) != 0 && strcmp(key, keys[1]) != 0 && strcmp(key, keys[2]) != 0)
            return fields_unknown(network->key[i], "network", keys, 3, err);
    }
    const struct doc_node *groups = doc_get(network, "groups"), *edges = doc_get(network, "edges"), *name = doc_get(network, "name");
    net->name = name && name->kind == DOC_SCALAR ? name->text : "";
    if (!groups || groups->kind != DOC_LIST)
        return doc_error(groups ? groups : network, err, "network has no groups; write groups: and a list of maps");
    if (!edges || !mappings)
        return doc_error(edges ? root : network, err, "%s is missing; write it, empty if there are none", edges ? "mappings" : "network.edges");
    /* Edges name groups, and the mapping names both: the order of the sections in the file is free. */
    for (uint32_t g = 0; g < groups->count; g++)
        if (read_group(net, groups->item[g], err))
            return -1;
    return each(net, NULL, edges, err) || each(net, arch, mappings, err) ? -1 : 0;
}
