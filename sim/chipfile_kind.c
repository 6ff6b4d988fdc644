/* Keys of a core type that its core kind declares (core_kind.fields): what stands in `formats`, in `learning`, and in `offers` beside what any
 * core offers. A key that the kind does not declare is unknown, and a key that it cannot do without is missing, in the words of config/fields.
 * Where the kind came by --core or --set, the file was written for another one: keys of other kinds are then read, not used, and noted. */
#include <stdio.h>
#include <string.h>

#include "chipfile_parts.h"
#include "cores/both.h"
#include "cores/core.h"
#include "cores/foreign/foreign.h"

/* SECTION_MAX: keys of one section, those of all kinds together; as many as config/fields names in a message. */
enum { KINDS_MAX = 100, SECTION_MAX = 64 };

/* The kinds that this program was built with; a misspelt one is named at its place in the file. */
static const struct core_kind *find(const struct doc_node *place, const char *name, enum time_mode mode, struct err *err)
{
    const char *known[KINDS_MAX];
    char list[400] = "";
    size_t n = 0, used = 0;
    for (; core_kinds[n] && n < KINDS_MAX; n++) {
        known[n] = core_kinds[n]->name;
        if (!strcmp(known[n], name))
            return core_kinds[n];
        if (used + strlen(known[n]) + 3 < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", n ? ", " : "", known[n]);
    }
    struct err why = {ERR_NONE, ""};
    const struct core_kind *foreign = foreign_chip_kind(name, mode == TIME_EVENT, &why);
    if (foreign)
        return foreign;
    const char *nearest = doc_nearest(name, known, n);
    if (why.kind)
        *err = why;
    else if (nearest)
        doc_error(place, err, "no core kind '%s'; did you mean '%s'?", name, nearest);
    else
        doc_error(place, err, "no core kind '%s'; there are %s, and rtl:PATH for a core of your own", name, list);
    return NULL;
}

/* "A,B" behind "both:". Two of the same name are allowed: whether a kind does the same thing twice is a question, too. */
static const struct core_kind *find_pair(const struct doc_node *place, const char *names, enum time_mode mode, struct core_kind **pair, struct err *err)
{
    const char *comma = strchr(names, ',');
    char first[KEY_MAX];
    if (!comma || comma == names || !comma[1] || strchr(comma + 1, ',') || (size_t)(comma - names) >= sizeof first) {
        doc_error(place, err, "core kind 'both:%s': two kinds in lockstep are written both:lif,rtl:lif_core", names);
        return NULL;
    }
    snprintf(first, sizeof first, "%.*s", (int)(comma - names), names);
    const struct core_kind *a = find(place, first, mode, err), *b = a ? find(place, comma + 1, mode, err) : NULL;
    return b ? *pair = both_new(a, b) : NULL;
}

/* A kind fires as each packet is served, or in an update; a chip of mode event has no updates, one with steps nothing else. */
static int check_mode(const struct doc_node *place, const struct core_kind *kind, enum time_mode mode, struct err *err)
{
    int by_packet = (kind->flags & CORE_EMITS_ON_ACCEPT) != 0;
    if (by_packet == (mode == TIME_EVENT))
        return 0;
    if (by_packet)
        return doc_error(place, err, "core kind '%s' adds each packet to its membranes at once and fires as it is served: its chip has no steps; write "
                         "time: {mode: event, ...}, or another kind", kind->name);
    return doc_error(place, err, "core kind '%s' fires in the update of a step, and a chip of mode event has none; write a kind that fires as each packet is "
                     "served (`volley kinds` says which do), or time: {mode: barrier, ...}", kind->name);
}

const struct core_kind *chipfile_kind(const struct doc_node *place, const char *name, enum time_mode mode, struct core_kind **pair, struct err *err)
{
    *pair = NULL;
    const struct core_kind *kind = strncmp(name, "both:", 5) ? find(place, name, mode, err) : find_pair(place, name + 5, mode, pair, err);
    return kind && !check_mode(place, kind, mode, err) ? kind : NULL;
}

/* f's key within a section ("weight" of "formats.weight"), or NULL where it belongs to another. */
static const char *key_within(const struct field *f, const char *section)
{
    size_t length = strlen(section);
    return !strncmp(f->key, section, length) && f->key[length] == '.' ? f->key + length + 1 : NULL;
}

/* 1: the list has that key. */
static int listed(const struct field *field, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(field[i].key, key))
            return 1;
    return 0;
}

/* Adds a kind's keys of one section, to be read `offset` bytes further on; keys that are there already stay as they are. */
static size_t add_keys(struct field *to, size_t n, const struct core_kind *kind, const char *section, size_t offset, int needed)
{
    for (const struct field *f = kind->fields; f && f->key && n < SECTION_MAX; f++) {
        const char *key = key_within(f, section);
        if (!key || listed(to, n, key))
            continue;
        to[n] = *f;
        to[n].key = key;
        to[n].offset += offset;
        if (!needed)
            to[n].fallback = "";
        n++;
    }
    return n;
}

/* A note per key that the file gives and this kind does not have, so that nobody believes it counts. */
static void note_unused(struct reading *r, const struct kind_keys *k, const char *section, const struct field *other, size_t n, const struct doc_node *map)
{
    for (size_t i = 0; i < n; i++)
        if (doc_get(map, other[i].key))
            fidelity_add(&r->file->notes, FIDELITY_NOTE, "",
                         "core_types.%s.%s.%s is not used: kind %s, which it was given instead of the file's, has no such key", k->type, section,
                         other[i].key, k->kind->name);
}

/* One list for the whole section, common keys and the kind's, so that an unknown key is seen and its nearest named in one place. Reads
 * into two structs at once: the common keys lie at their own offsets, the kind's at->params further on. */
int chipfile_kind_read(struct reading *r, const struct kind_keys *k, const char *section, const struct field_table *common, const struct kind_place *at,
                       void *into, struct err *err)
{
    struct field field[SECTION_MAX];
    char title[KEY_MAX + 64];
    size_t n = 0, own;
    for (; common && n < common->n; n++)        /* common keys first: messages list them in this order */
        field[n] = common->field[n];
    own = n = add_keys(field, n, k->kind, section, at->params + offsetof(struct kind_params, own), 1);
    for (size_t i = 0; k->other && core_kinds[i]; i++)
        n = add_keys(field, n, core_kinds[i], section, at->params + offsetof(struct kind_params, unused), 0);
    snprintf(title, sizeof title, "core_types.%s.%s (kind %s)", k->type, section, k->kind->name);
    struct field_table table = {title, "", field, n};
    if (fields_read(&table, at->map, at->place, into, err))
        return -1;
    note_unused(r, k, section, field + own, n - own, at->map);
    return 0;
}

/* 1: core types of the kind must give this key ("formats.membrane": it computes in integers). */
int chipfile_kind_needs(const struct core_kind *kind, const char *key)
{
    for (const struct field *f = kind->fields; f && f->key; f++)
        if (!strcmp(f->key, key))
            return !f->fallback;
    return 0;
}

/* In the kind's own order, each key with its section, as `--set core_types.NAME.` would continue. */
void chipfile_write_kinds(FILE *out)
{
    for (size_t i = 0; core_kinds[i]; i++) {
        const struct core_kind *kind = core_kinds[i];
        char title[100], help[300];
        size_t n = 0;
        while (kind->fields && kind->fields[n].key)
            n++;
        snprintf(title, sizeof title, "core_types.NAME, kind: %s", kind->name);
        snprintf(help, sizeof help, "Keys that core types of this kind have in `formats` (each `N bit` or `N bit signed`), `offers` and `learning`: %s.",
                 kind->about);
        struct field_table table = {title, help, kind->fields, n};
        fields_write(&table, out);
    }
}
