/* SANA-FE's older network format, a line per entry, blanks between fields, # begins a comment:
 *     g COUNT k=v ...        a group; groups are named 0, 1, 2 ... in order
 *     n G.I k=v ...          attributes of a neuron
 *     e G.I->H.J k=v ...     a synapse
 *     & G.I@TILE.CORE        its place
 * A field may also be a piece of YAML in braces or brackets. Each line becomes the same nodes as YAML gives, with line and column, so that one
 * set of readers serves both formats and messages name the place. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import/sanafe_parts.h"

/* One line in hand: at is the next byte, end behind the last. */
struct line { struct sanafe_network *net; const struct sanafe_arch *arch; const char *file, *start, *at, *end; uint32_t number; struct err *err; };

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* As a YAML file would have it, owned by the network. */
static struct doc_node *node_at(const struct line *l, const char *place, enum doc_kind kind)
{
    struct doc_node *n = sanafe_own(l->net, mem_new(1, sizeof *n));
    *n = (struct doc_node){.kind = kind, .line = l->number, .column = (uint32_t)(place - l->start) + 1, .file = l->file, .text = ""};
    return n;
}

/* A text of its own: lines are gone when messages are written. */
static struct doc_node *scalar(const struct line *l, const char *from, size_t n)
{
    struct doc_node *node = node_at(l, from, DOC_SCALAR);
    node->text = sanafe_own(l->net, mem_format("%.*s", (int)n, from));
    return node;
}

/* Where it stands on the line, from 1. */
static int error(const struct line *l, const char *place, const char *what, const char *instead)
{
    const struct doc_node here = {.line = l->number, .column = (uint32_t)(place - l->start) + 1, .file = l->file};
    return doc_error(&here, l->err, "%s; %s", what, instead);
}

/* The next field, up to a blank or the line's end; 0: there is none. */
static size_t field(struct line *l, const char **from)
{
    while (l->at < l->end && is_blank(*l->at))
        l->at++;
    *from = l->at;
    while (l->at < l->end && !is_blank(*l->at))
        l->at++;
    return (size_t)(l->at - *from);
}

/* ---- attributes ---- */

/* A piece of YAML has its own document; its places are moved to where it stands. Names of files stay those of the line. */
static struct doc_node *moved(const struct line *l, const struct doc_node *from, const char *place)
{
    struct doc_node *n = node_at(l, place, from->kind);
    n->column += from->line == 1 ? from->column - 1 : 0;
    n->quoted = from->quoted;
    n->text = sanafe_own(l->net, mem_text(from->text));
    n->count = from->count;
    n->item = sanafe_own(l->net, mem_new(from->count + 1, sizeof(struct doc_node *)));
    n->key = from->key ? sanafe_own(l->net, mem_new(from->count + 1, sizeof(struct doc_node *))) : NULL;
    for (uint32_t i = 0; i < from->count; i++) {
        n->item[i] = moved(l, from->item[i], place);
        if (n->key)
            n->key[i] = moved(l, from->key[i], place);
    }
    return n;
}

/* From an opening bracket to the one that closes it; l->at moves behind it. NULL: it is not closed, or is not YAML. */
static struct doc_node *yaml(struct line *l, const char *from)
{
    int depth = 0;
    const char *at = from;
    /* Brackets inside quotes are not foreseen: no value of that format has any. */
    do {
        depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
        at++;
    } while (at < l->end && depth);
    if (depth) {
        error(l, from, "a bracket that is not closed on its line", "close it");
        return NULL;
    }
    l->at = at;
    struct doc *doc = doc_parse(l->file, from, (size_t)(at - from), l->err);
    /* The piece's own message has a place of its own; it is told behind ours. */
    if (!doc) {
        char *said = mem_text(l->err->text);
        error(l, from, "not YAML", said);
        free(said);
        return NULL;
    }
    struct doc_node *node = moved(l, doc_root(doc), from);
    doc_free(doc);
    return node;
}

/* k=v: one pair of a map. The value may be a list in brackets. */
static struct doc_node *pair(struct line *l, const char *from, size_t n)
{
    const char *equals = memchr(from, '=', n);
    if (!equals || equals == from || equals + 1 == from + n) {
        error(l, from, "a field that is no attribute", "write NAME=VALUE without blanks");
        return NULL;
    }
    struct doc_node *map = node_at(l, from, DOC_MAP);
    map->count = 1;
    map->key = sanafe_own(l->net, mem_new(1, sizeof(struct doc_node *)));
    map->item = sanafe_own(l->net, mem_new(1, sizeof(struct doc_node *)));
    map->key[0] = scalar(l, from, (size_t)(equals - from));
    /* spikes=[1,0,1] has no blank in it, so it is one field. */
    if (equals[1] == '[' || equals[1] == '{')
        map->item[0] = yaml(l, equals + 1);
    else
        map->item[0] = scalar(l, equals + 1, (size_t)(from + n - equals - 1));
    return map->item[0] ? map : NULL;
}

/* All fields up to the end of the line, as a list of maps: what a YAML file has at the same place. NULL and err. */
static struct doc_node *attributes(struct line *l)
{
    struct doc_node *list = node_at(l, l->at, DOC_LIST), **item = NULL;
    size_t capacity = 0, n, count = 0;
    const char *from;
    int bad = 0;
    while (!bad && (n = field(l, &from)) > 0) {
        struct doc_node *one = *from == '{' || *from == '[' ? yaml(l, from) : pair(l, from, n);
        bad = one == NULL;
        /* A list of maps joins the others; anything else keeps its place, and is refused by whoever reads it. */
        for (uint32_t i = 0; one && i < (one->kind == DOC_LIST ? one->count : 1); i++) {
            item = mem_room(item, count, &capacity, sizeof(struct doc_node *));
            item[count++] = one->kind == DOC_LIST ? one->item[i] : one;
        }
    }
    list->item = item ? sanafe_own(l->net, item) : NULL;
    list->count = (uint32_t)count;
    return bad ? NULL : list;
}

/* ---- entries ---- */

/* Groups have no names there: their numbers are. */
static int read_group(struct line *l, const char *from, size_t n)
{
    struct sanafe_neuron defaults = {.params = &sanafe_defaults};
    uint32_t count;
    if (sanafe_digits(from, n, &count))
        return error(l, from, "g without a number of neurons", "write g COUNT NAME=VALUE ...");
    struct doc_node *at = node_at(l, from, DOC_SCALAR), *list = attributes(l);
    if (!list || sanafe_attributes(l->net, &defaults, list, l->err))
        return -1;
    const char *name = sanafe_own(l->net, mem_format("%zu", l->net->n_groups));
    return sanafe_group_add(l->net, name, at, count, &defaults, l->err);
}

/* Attributes over those of its group; a neuron without a line has the group's alone. */
static int read_neuron(struct line *l, const char *from, size_t n)
{
    uint32_t i;
    struct doc_node *at = scalar(l, from, n), *list = attributes(l);
    return !list || sanafe_neuron_by_name(l->net, from, n, at, &i, l->err) || sanafe_attributes(l->net, &l->net->neuron[i], list, l->err) ? -1 : 0;
}

/* The same form as YAML's, with the arrow between. */
static int read_edge(struct line *l, const char *from, size_t n)
{
    struct doc_node *key = scalar(l, from, n), *list = attributes(l);
    return !list || sanafe_edge_add(l->net, key, list, l->err) ? -1 : 0;
}

static int read_place(struct line *l, const char *from, size_t n)
{
    const char *at = memchr(from, '@', n), *more;
    uint32_t neuron;
    struct doc_node *key = scalar(l, from, n);
    if (!at)
        return error(l, from, "& without a core", "write & GROUP.NEURON@TILE.CORE");
    /* What stands behind a place would be lost. */
    if (field(l, &more))
        return error(l, more, "a field behind a mapping", "its place is all that it has");
    struct doc_node *core = scalar(l, at + 1, (size_t)(from + n - at - 1));
    return sanafe_neuron_by_name(l->net, from, (size_t)(at - from), key, &neuron, l->err) ||
                   sanafe_map_neurons(l->net, l->arch, key->text, neuron, 1, core, core->text, l->err) ? -1 : 0;
}

/* The entry's letter, then its required field. */
static int read_line(struct line *l)
{
    const char *kind, *from;
    size_t n = field(l, &kind);
    if (!n || *kind == '#')
        return 0;
    if (n != 1 || !strchr("gne&", *kind))
        return error(l, kind, "a line that is no entry", "it begins with g (group), n (neuron), e (edge), & (mapping) or #");
    n = field(l, &from);
    if (!n)
        return error(l, kind, "an entry without its first field", "write g COUNT, n G.I, e G.I->H.J or & G.I@TILE.CORE");
    switch (*kind) {
    case 'g': return read_group(l, from, n);
    case 'n': return read_neuron(l, from, n);
    case 'e': return read_edge(l, from, n);
    default: return read_place(l, from, n);
    }
}

/* A comment runs to the line's end wherever it begins behind a blank. */
static const char *without_comment(const char *start, const char *end)
{
    for (const char *at = start; at < end; at++)
        if (*at == '#' && (at == start || is_blank(at[-1])))
            return at;
    return end;
}

int sanafe_net_fill(struct sanafe_network *net, const char *name, const char *text, size_t size, const struct sanafe_arch *arch, struct err *err)
{
    const char *file = sanafe_own(net, mem_text(name)), *end = text + size;
    net->name = file;
    uint32_t number = 1;
    /* The last line may lack its end. */
    for (const char *at = text; at < end; number++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        if (memchr(at, '\0', (size_t)(stop - at)))
            return err_input(err, "%s:%u: a zero byte; is it a text file?", file, number);
        struct line l = {net, arch, file, at, at, without_comment(at, stop), number, err};
        if (read_line(&l))
            return -1;
        at = stop + 1;
    }
    if (!net->n_groups)
        return err_input(err, "%s: no group in it; the first entry is g COUNT NAME=VALUE ...", file);
    return 0;
}
