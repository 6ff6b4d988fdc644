/* Section `sources`, and on which of them a cost stands. The rule: the cost's own source, else its section's; a name must be in
 * `sources`, any other text needs a basis beside it and becomes a source of its own; a basis without a source rests on `why`. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chipfile_parts.h"

enum { SOURCES_MAX = 1000 };

struct source_text { int basis; const char *group, *text; const struct doc_node *range; };
#define OF(member) offsetof(struct source_text, member)
static const struct field source_fields[] = {
    {"basis", FIELD_WORD, OF(basis), 0, 0, 0, "measured|simulated|estimated|assumed", NULL, "simulated",
     "measured on silicon; simulated from layout or circuit; from a model or scaled; a guess"},
    {"text", FIELD_TEXT, OF(text), 0, 0, 0, NULL, NULL, "\"Davies et al., IEEE Micro 38(1), 2018\"",
     "where the figures are found, and what to know about them"},
    {"group", FIELD_TEXT, OF(group), 0, 0, 0, NULL, "", "noc", "ranges of one group move together; the source's own name where absent"},
    {"range", FIELD_NODE, OF(range), 0, 0, 0, NULL, "", "[0.5, 3.0]", "factors on each value that gives no range of its own; [1, 1] where absent"}};
const struct field_table chipfile_table_sources = {"sources.NAME", "Each source of figures, named once; every cost names one.", source_fields,
                                                   sizeof source_fields / sizeof *source_fields};

/* strtod alone would take "inf", "0x1p3" and a sign. */
int chipfile_number(const char *text, double *value)
{
    size_t n = strspn(text, "0123456789.eE+-");
    char *end;
    if (!n || text[n] || text[0] == '-' || text[0] == '+')
        return -1;
    *value = strtod(text, &end);
    return *end || !isfinite(*value) ? -1 : 0;
}

static struct chip_source *add(struct reading *r, const char *name, const char *group, const char *text, enum basis basis)
{
    struct chipfile *f = r->file;
    size_t n = f->n_sources;
    f->source = mem_room(f->source, n, &r->source_capacity, sizeof *f->source);
    struct chip_source *source = &f->source[f->n_sources++];
    *source = (struct chip_source){.name = mem_text(name), .group = mem_text(group), .text = mem_text(text), .basis = basis, .low = 1, .high = 1};
    return source;
}

/* The value itself lies in its range: 1 is between the factors. */
static int read_factors(const struct doc_node *node, struct chip_source *source, struct err *err)
{
    if (node->kind != DOC_LIST || node->count != 2 || node->item[0]->kind != DOC_SCALAR || node->item[1]->kind != DOC_SCALAR ||
        chipfile_number(node->item[0]->text, &source->low) || chipfile_number(node->item[1]->text, &source->high))
        return doc_error(node, err, "sources.%s: range is two factors on each value of this source; write for example range: [0.5, 3.0]", source->name);
    if (source->low > 1 || source->high < 1)
        return doc_error(node, err, "sources.%s: range [%g, %g] does not contain 1, the value itself; write for example range: [0.5, 3.0]", source->name,
                         source->low, source->high);
    return 0;
}

/* A source that is there already stays: what the chip file says of it holds. range: NULL for none. */
int chipfile_add_source(struct reading *r, const char *name, const char *group, const char *text, enum basis basis, const struct doc_node *range,
                        struct err *err)
{
    for (uint32_t i = 0; i < r->file->n_sources; i++)
        if (!strcmp(r->file->source[i].name, name))
            return 0;
    struct chip_source *source = add(r, name, group, text, basis);
    return range ? read_factors(range, source, err) : 0;
}

int chipfile_sources(struct reading *r, struct err *err)
{
    const struct doc_node *map = r->at.sources;
    if (!map)
        return 0;
    if (map->kind != DOC_MAP)
        return doc_error(map, err, "sources is a map of names, for example {davies: {basis: simulated, text: \"Davies et al. 2018\"}}");
    if (map->count > SOURCES_MAX)
        return doc_error(map, err, "sources has %u entries; at most %d are read", map->count, SOURCES_MAX);
    for (uint32_t i = 0; i < map->count; i++) {
        struct source_text text = {0};
        if (fields_read(&chipfile_table_sources, map->item[i], map->key[i], &text, err))
            return -1;
        if (chipfile_add_source(r, map->key[i]->text, text.group ? text.group : map->key[i]->text, text.text, (enum basis)text.basis, text.range, err))
            return -1;
    }
    return 0;
}

/* Sources are few (SOURCES_MAX), costs a hundred or so: a walk is enough. */
static int by_name(const struct chipfile *f, const char *name)
{
    for (uint32_t i = 0; i < f->n_sources; i++)
        if (!strcmp(f->source[i].name, name))
            return (int)i;
    return NO_INDEX;
}

/* A source that is written beside the value: its text is its name, and equal texts are one source. */
static int inline_source(struct reading *r, const char *text, enum basis basis)
{
    int known = by_name(r->file, text);
    if (known == NO_INDEX) {
        add(r, text, text, text, basis);
        known = (int)r->file->n_sources - 1;
    }
    return known;
}

/* A misspelt name is the likelier mistake; else the way to write an inline source is shown. */
static int no_such_source(const struct reading *r, const struct standing *from, const char *key, const struct doc_node *node, const char *name, struct err *err)
{
    const struct chipfile *f = r->file;
    const char **known = mem_new(f->n_sources + 1, sizeof *known);
    for (uint32_t i = 0; i < f->n_sources; i++)
        known[i] = f->source[i].name;
    const char *nearest = doc_nearest(name, known, f->n_sources);
    const struct doc_node *place = doc_get(node, "source");
    free(known);
    if (nearest)
        return doc_error(place ? place : node, err, "%s.%s: no source '%s'; did you mean '%s'?", from->key, key, name, nearest);
    return doc_error(place ? place : node, err, "%s.%s: no source '%s'; add it to sources, or say its basis here: {source: \"%s\", basis: assumed}", from->key,
                     key, name, name);
}

/* Order matters: an override first, then what the cost says, then its section. */
int chipfile_stand(struct reading *r, const struct standing *from, const char *key, const struct cost_text *text, struct cost *cost, struct err *err)
{
    const char *name = text->source ? text->source : from->source;
    int basis = text->basis != NO_INDEX ? text->basis : text->source ? NO_INDEX : from->basis;
    if (text->set && !(text->source && doc_get(text->node, "source") && doc_get(text->node, "source")->set)) {
        const struct doc_node *value = text->value && text->value->set ? text->value : text->node;
        name = value->file;     /* "--set KEY=VALUE": whoever overrides a figure vouches for it */
        const struct doc_node *said = doc_get(text->node, "basis");
        basis = said && said->set ? text->basis : BASIS_ASSUMED;
    }
    if (!name && from->choice && text->stated.unit == UNIT_CYCLES && basis == NO_INDEX)
        return 0;
    if (!name && basis != NO_INDEX)
        name = text->why ? text->why : from->why;
    if (!name)
        return doc_error(text->node, err, "%s.%s says not where it comes from; add source: NAME (see sources), or basis: assumed with why: \"...\"", from->key,
                         key);
    cost->source = by_name(r->file, name);
    if (cost->source == NO_INDEX && basis == NO_INDEX)
        return no_such_source(r, from, key, text->node, name, err);
    if (cost->source == NO_INDEX)
        cost->source = inline_source(r, name, (enum basis)basis);
    cost->basis = basis != NO_INDEX ? (enum basis)basis : r->file->source[cost->source].basis;
    return 0;
}
