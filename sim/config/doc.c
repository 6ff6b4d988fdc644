/* YAML read into a tree in which every node knows its file, line and column, so that any later complaint can name the place.
 * libyaml does the syntax and is seen nowhere else; what is added here is a bound on everything a hostile file could grow (depth,
 * copies, bytes), and messages that say what to write instead. YAML's surprises are left out: texts stay texts until a field table
 * reads them ("no" is not false), keys are plain words, merge keys are refused. */
#include "config/doc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <yaml.h>

#include "base/mem.h"
#include "config/doc_parts.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"   /* some editors begin UTF-8 with it; it is no part of the text */

enum {
    DEPTH_MAX = 100,            /* nested maps and lists */
    COPIES_MAX = 100000,        /* nodes that aliases may add to a document: more is an "alias bomb" */
    BYTES_MAX = 1 << 30
};

/* One reading: the text is kept beside the parser for messages that look at the byte where it stopped. */
struct reader { yaml_parser_t yaml; struct doc *doc; struct doc_parts parts; const char *text; size_t size; struct err *err; };

/* ---- ownership ---- */

void doc_free(struct doc *doc)
{
    if (!doc)
        return;
    doc_store_free(doc);
    free(doc->anchor);
    free(doc);
}

struct doc_node *doc_root(const struct doc *doc)
{
    return doc->root;
}

/* Linear: maps of chip and network files have tens of keys. A missing map has no keys, which saves callers a test. */
struct doc_node *doc_get(const struct doc_node *map, const char *key)
{
    if (!map || map->kind != DOC_MAP)
        return NULL;
    for (uint32_t i = 0; i < map->count; i++)
        if (!strcmp(map->key[i]->text, key))
            return map->item[i];
    return NULL;
}

/* Place first, as compilers write it; an override has no line worth naming, its text is the place. */
int doc_error(const struct doc_node *node, struct err *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char text[sizeof err->text];
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!node)
        return err_input(err, "%s", text);
    if (node->set)
        return err_input(err, "%s: %s", node->file, text);
    return err_input(err, "%s:%u:%u: %s", node->file, node->line, node->column, text);
}

/* ---- errors of the reader ---- */

/* As doc_error, at a mark of libyaml (which counts from 0; people count from 1). */
static int at(const struct reader *r, yaml_mark_t mark, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int at(const struct reader *r, yaml_mark_t mark, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char text[1000];
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (r->doc->set)
        return err_input(r->err, "%s: %s", r->doc->file, text);
    return err_input(r->err, "%s:%zu:%zu: %s", r->doc->file, mark.line + 1, mark.column + 1, text);
}

/* The byte at a mark, 0 past the end. A mark counts characters, not bytes. */
static char byte_at(const struct reader *r, yaml_mark_t mark)
{
    size_t i = 0;
    for (size_t line = 0; line < mark.line && i < r->size; i++)
        line += r->text[i] == '\n';
    for (size_t column = 0; column < mark.column && i < r->size; column++)
        for (i++; i < r->size && ((unsigned char)r->text[i] & 0xc0u) == 0x80u;)
            i++;
    return i < r->size ? r->text[i] : '\0';
}

/* libyaml's complaint in our form; the byte at the mark tells a tab from the rest. */
static int syntax(const struct reader *r)
{
    const yaml_parser_t *yaml = &r->yaml;
    yaml_mark_t mark = yaml->problem_mark;
    if (byte_at(r, mark) == '\t' || (yaml->problem && strstr(yaml->problem, "tab char")))
        return at(r, mark, "a tab in the indentation; indent with spaces");
    if (yaml->error == YAML_READER_ERROR)
        return err_input(r->err, "%s: byte %zu is not text that YAML allows (%s); save the file as plain UTF-8", r->doc->file,
                         yaml->problem_offset, yaml->problem ? yaml->problem : "unreadable");
    return at(r, mark, "not YAML: %s%s%s; check the indentation, colons, commas and brackets here and just before",
              yaml->problem ? yaml->problem : "unreadable", yaml->context ? " " : "", yaml->context ? yaml->context : "");
}

/* Offset of the first byte that is not part of valid UTF-8, or size. */
static size_t utf8_end(const unsigned char *s, size_t size)
{
    for (size_t i = 0; i < size;) {
        uint64_t eight;
        /* Most text is ASCII: eight bytes at once where none has its top bit. */
        while (i + sizeof eight <= size && (memcpy(&eight, s + i, sizeof eight), !(eight & 0x8080808080808080u)))
            i += sizeof eight;
        if (i == size)
            break;
        unsigned c = s[i];
        size_t more = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : (c & 0xf0u) == 0xe0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : 9;
        if (more == 9 || more >= size - i)
            return i;
        for (size_t k = 1; k <= more; k++)
            if ((s[i + k] & 0xc0u) != 0x80u)
                return i;
        if ((c == 0xe0 && s[i + 1] < 0xa0) || (c == 0xed && s[i + 1] > 0x9f) || (c == 0xf0 && s[i + 1] < 0x90) || (c == 0xf4 && s[i + 1] > 0x8f))
            return i;
        i += more + 1;
    }
    return size;
}

/* Before libyaml sees the text: its own message for this names a byte offset only. */
static int check_utf8(const struct doc *doc, const char *text, size_t size, struct err *err)
{
    size_t end = utf8_end((const unsigned char *)text, size), line = 1, column = 1;
    if (end == size)
        return 0;
    for (size_t i = 0; i < end; i++) {
        column = text[i] == '\n' ? 1 : column + 1;
        line += text[i] == '\n';
    }
    return err_input(err, "%s:%zu:%zu: byte 0x%02x is not UTF-8; save the file as UTF-8 text (is it a YAML file?)", doc->file, line, column,
                     (unsigned char)text[end]);
}

/* ---- anchors ---- */

/* An anchor is known from its first event on; until its value is complete it is open, and an alias to it would be a loop. */
static void anchor_open(struct reader *r, const yaml_char_t *name, struct doc_node *node)
{
    struct doc *doc = r->doc;
    if (!name)
        return;
    doc->anchor = mem_room(doc->anchor, doc->n_anchors, &doc->anchor_capacity, sizeof *doc->anchor);
    doc->anchor[doc->n_anchors++] = (struct doc_anchor){doc_text(doc, (const char *)name, strlen((const char *)name)), node, node->kind != DOC_SCALAR};
}

/* The value is complete: aliases may copy it from here on. */
static void anchor_close(struct doc *doc, const struct doc_node *node)
{
    for (size_t i = doc->n_anchors; i-- > 0;)
        if (doc->anchor[i].node == node)
            doc->anchor[i].open = 0;
}

/* A copy, so that --set on one place does not change the other; NULL when copies exceed the limit. */
static struct doc_node *copy(struct reader *r, const struct doc_node *from)
{
    struct doc *doc = r->doc;
    size_t first = r->parts.count;
    if (++doc->copies > COPIES_MAX)
        return NULL;
    struct doc_node *node = doc_node_new(doc, (enum doc_kind)from->kind, from->file, from->line, from->column);
    node->text = from->text;
    node->quoted = from->quoted;
    node->set = from->set;
    for (uint32_t i = 0; i < from->count; i++) {
        struct doc_node *item = copy(r, from->item[i]);
        if (!item)
            return NULL;
        doc_parts_push(&r->parts, from->key ? from->key[i] : NULL, item);
    }
    doc_parts_into(&r->parts, first, doc, node);
    return node;
}

/* The latest anchor of the name counts, as YAML says: names may be used again. */
static struct doc_node *alias(struct reader *r, const yaml_event_t *event)
{
    const char *name = (const char *)event->data.alias.anchor;
    for (size_t i = r->doc->n_anchors; i-- > 0;) {
        const struct doc_anchor *anchor = &r->doc->anchor[i];
        if (strcmp(anchor->name, name))
            continue;
        if (anchor->open) {
            at(r, event->start_mark, "*%s is used inside the value that &%s names: it would contain itself; write the value out", name, name);
            return NULL;
        }
        struct doc_node *node = copy(r, anchor->node);
        if (!node)
            at(r, event->start_mark, "aliases multiply the document beyond %d values; write the values out", COPIES_MAX);
        return node;
    }
    at(r, event->start_mark, "*%s has no anchor &%s before it", name, name);
    return NULL;
}

/* ---- the tree ---- */

/* libyaml's next event, which the caller deletes; -1 and a message where the text is no YAML. */
static int next(struct reader *r, yaml_event_t *event)
{
    if (yaml_parser_parse(&r->yaml, event))
        return 0;
    return syntax(r);
}

/* By text, then by place: the later of two equal keys is the one complained of. */
static int by_text(const void *a, const void *b)
{
    const struct doc_node *x = *(struct doc_node *const *)a, *y = *(struct doc_node *const *)b;
    int order = strcmp(x->text, y->text);
    if (order)
        return order;
    return x->line != y->line ? (x->line > y->line ? 1 : -1) : (x->column > y->column) - (x->column < y->column);
}

/* Of two equal keys the later, and in *first the other; NULL: none. Few keys are compared with each other, many are sorted. */
static const struct doc_node *twice(struct doc_node *const *key, size_t n, const struct doc_node **first)
{
    enum { FEW = 8 };
    const struct doc_node *found = NULL;
    if (n <= FEW) {
        for (size_t i = 1; i < n && !found; i++)
            for (size_t k = 0; k < i && !found; k++)
                if (!strcmp(key[i]->text, key[k]->text)) {
                    found = key[i];
                    *first = key[k];
                }
        return found;
    }
    struct doc_node **sorted = mem_new(n, sizeof(struct doc_node *));
    memcpy(sorted, key, n * sizeof(struct doc_node *));
    qsort(sorted, n, sizeof(struct doc_node *), by_text);
    for (size_t i = 1; i < n && !found; i++)
        if (!strcmp(sorted[i]->text, sorted[i - 1]->text)) {
            found = sorted[i];
            *first = sorted[i - 1];
        }
    free(sorted);
    return found;
}

/* A key given twice is an error: YAML forbids it, libyaml does not look, and the loser of the two would be lost in silence. */
static int check_keys(const struct reader *r, size_t from)
{
    /* Before the first map with keys there is no array to point into. */
    if (r->parts.count == from)
        return 0;
    const struct doc_node *first = NULL, *again = twice(r->parts.key + from, r->parts.count - from, &first);
    if (!again)
        return 0;
    return doc_error(again, r->err, "key '%s' was already given on line %u; remove one of the two", again->text, first->line);
}

/* Any node, from its first event; recursion is bounded by DEPTH_MAX. */
static struct doc_node *value(struct reader *r, const yaml_event_t *event, unsigned depth);

/* The event of a key is in hand; its value is the next one. */
static int map_pair(struct reader *r, const yaml_event_t *event, unsigned depth)
{
    if (event->type != YAML_SCALAR_EVENT)
        return at(r, event->start_mark, "a key must be a plain word, not a list, map or alias");
    struct doc_node *key = value(r, event, depth);
    if (!key)
        return -1;
    if (!strcmp(key->text, "<<"))
        return doc_error(key, r->err, "merge keys (<<) are not read; write the keys out");
    yaml_event_t of_value;
    if (next(r, &of_value))
        return -1;
    struct doc_node *item = value(r, &of_value, depth);
    yaml_event_delete(&of_value);
    if (!item)
        return -1;
    doc_parts_push(&r->parts, key, item);
    return 0;
}

static int list_item(struct reader *r, const yaml_event_t *event, unsigned depth)
{
    struct doc_node *item = value(r, event, depth);
    if (!item)
        return -1;
    doc_parts_push(&r->parts, NULL, item);
    return 0;
}

/* Reads the parts of a map or list up to its end event. */
static int fill(struct reader *r, struct doc_node *node, unsigned depth)
{
    size_t from = r->parts.count;
    for (int end = 0; !end;) {
        yaml_event_t event;
        if (next(r, &event))
            return -1;
        int bad = 0;
        end = event.type == YAML_MAPPING_END_EVENT || event.type == YAML_SEQUENCE_END_EVENT;
        if (!end)
            bad = node->kind == DOC_MAP ? map_pair(r, &event, depth + 1) : list_item(r, &event, depth + 1);
        yaml_event_delete(&event);
        if (bad)
            return -1;
    }
    if (node->kind == DOC_MAP && check_keys(r, from))
        return -1;
    doc_parts_into(&r->parts, from, r->doc, node);
    return 0;
}

/* Whether it was quoted is kept: a run's summary is read this way too, and there "null" is a name, null is none. */
static struct doc_node *scalar(struct reader *r, const yaml_event_t *event)
{
    struct doc_node *node = doc_node_new(r->doc, DOC_SCALAR, r->doc->file, event->start_mark.line + 1, event->start_mark.column + 1);
    const char *text = (const char *)event->data.scalar.value;
    if (memchr(text, 0, event->data.scalar.length)) {
        at(r, event->start_mark, "a text with a zero byte; remove it");
        return NULL;
    }
    node->text = doc_text(r->doc, text, event->data.scalar.length);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    anchor_open(r, event->data.scalar.anchor, node);
    return node;
}

static struct doc_node *value(struct reader *r, const yaml_event_t *event, unsigned depth)
{
    if (depth > DEPTH_MAX) {
        at(r, event->start_mark, "maps and lists are nested deeper than %d; is a bracket not closed?", DEPTH_MAX);
        return NULL;
    }
    if (event->type == YAML_SCALAR_EVENT)
        return scalar(r, event);
    if (event->type == YAML_ALIAS_EVENT)
        return alias(r, event);
    int map = event->type == YAML_MAPPING_START_EVENT;
    struct doc_node *node = doc_node_new(r->doc, map ? DOC_MAP : DOC_LIST, r->doc->file, event->start_mark.line + 1, event->start_mark.column + 1);
    anchor_open(r, map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor, node);
    if (fill(r, node, depth))
        return NULL;
    anchor_close(r->doc, node);
    return node;
}

/* The one document of a stream. */
static int stream(struct reader *r)
{
    for (int documents = 0;;) {
        yaml_event_t event;
        if (next(r, &event))
            return -1;
        yaml_event_type_t type = event.type;
        int bad = 0;
        if (type == YAML_DOCUMENT_START_EVENT && ++documents > 1)
            bad = at(r, event.start_mark, "a second document begins here; keep one per file");
        else if (type != YAML_STREAM_START_EVENT && type != YAML_STREAM_END_EVENT && type != YAML_DOCUMENT_START_EVENT && type != YAML_DOCUMENT_END_EVENT)
            bad = (r->doc->root = value(r, &event, 0)) == NULL;
        yaml_event_delete(&event);
        if (bad)
            return -1;
        if (type == YAML_STREAM_END_EVENT)
            return 0;
    }
}

/* Nothing survives a failure: the half-built document is freed here. */
struct doc *doc_parse_as(const char *name, const char *text, size_t size, int set, struct err *err)
{
    if (size >= strlen(BYTE_ORDER_MARK) && !memcmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK))) {
        text += strlen(BYTE_ORDER_MARK);
        size -= strlen(BYTE_ORDER_MARK);
    }
    struct reader r = {.doc = mem_new(1, sizeof(struct doc)), .text = text, .size = size, .err = err};
    r.doc->file = doc_text(r.doc, name, strlen(name));
    r.doc->set = set;
    int bad = check_utf8(r.doc, text, size, err);
    if (!bad && !yaml_parser_initialize(&r.yaml))
        bad = err_bug(err, "libyaml does not start");
    else if (!bad) {
        yaml_parser_set_encoding(&r.yaml, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&r.yaml, (const unsigned char *)text, size);
        bad = stream(&r);
        yaml_parser_delete(&r.yaml);
    }
    doc_parts_free(&r.parts);
    if (!bad && (!r.doc->root || (r.doc->root->kind == DOC_SCALAR && !*r.doc->root->text)))
        bad = err_input(err, "%s: the file is empty; a YAML document is expected", name);
    if (bad) {
        doc_free(r.doc);
        return NULL;
    }
    return r.doc;
}

struct doc *doc_parse(const char *name, const char *text, size_t size, struct err *err)
{
    return doc_parse_as(name, text, size, 0, err);
}

/* ---- files ---- */

/* Grows as it reads: pipes and /dev/stdin have no size to ask for. Stops one buffer past BYTES_MAX. */
static char *read_all(FILE *file, size_t *size)
{
    char *text = NULL;
    size_t capacity = 0, n = 0, got = 1;
    while (got && n <= BYTES_MAX) {
        if (n == capacity)
            text = mem_grow(text, capacity = capacity ? 2 * capacity : 1 << 16, 1);
        got = fread(text + n, 1, capacity - n, file);
        n += got;
    }
    *size = n;
    return text;
}

/* Opening a folder succeeds and reading it fails without a good reason, hence the look before. */
struct doc *doc_read(const char *path, struct err *err)
{
    struct stat about;
    FILE *file = fopen(path, "rb");
    if (!file) {
        err_input(err, "%s: %s; give the path of a YAML file", path, strerror(errno));
        return NULL;
    }
    if (!fstat(fileno(file), &about) && S_ISDIR(about.st_mode)) {
        fclose(file);
        err_input(err, "%s: is a folder; give the path of a YAML file", path);
        return NULL;
    }
    size_t size;
    char *text = read_all(file, &size);
    int failed = ferror(file);
    fclose(file);
    struct doc *doc = NULL;
    if (failed)
        err_input(err, "%s: cannot be read", path);
    else if (size > BYTES_MAX)
        err_input(err, "%s: larger than %d bytes; is it a YAML file?", path, BYTES_MAX);
    else
        doc = doc_parse(path, text, size, err);
    free(text);
    return doc;
}
