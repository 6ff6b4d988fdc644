/* Overrides of a document: `--set KEY=VALUE`. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/doc_parts.h"

/* An override in hand: where its nodes say they come from. */
struct override { struct doc *doc; const char *name; };

/* Marked as set: messages about it name the override, not a line. */
static struct doc_node *set_node(const struct override *o, enum doc_kind kind)
{
    struct doc_node *node = doc_node_new(o->doc, kind, o->name, 1, 1);
    node->set = 1;
    return node;
}

/* Copies the tree of another document. */
static struct doc_node *graft(const struct override *o, const struct doc_node *from)
{
    struct doc_node *node = set_node(o, (enum doc_kind)from->kind);
    node->text = doc_text(o->doc, from->text, strlen(from->text));
    node->quoted = from->quoted;
    struct doc_parts parts = {0};
    for (uint32_t i = 0; i < from->count; i++) {
        struct doc_node *key = from->key ? graft(o, from->key[i]) : NULL;
        doc_parts_push(&parts, key, graft(o, from->item[i]));
    }
    doc_parts_into(&parts, 0, o->doc, node);
    doc_parts_free(&parts);
    return node;
}

/* The arrays are written anew: the old ones stay in the store, and overrides are few. */
static void map_add(const struct override *o, struct doc_node *map, const char *key, size_t length, struct doc_node *item)
{
    struct doc_parts parts = {0};
    for (uint32_t i = 0; i < map->count; i++)
        doc_parts_push(&parts, map->key[i], map->item[i]);
    struct doc_node *name = set_node(o, DOC_SCALAR);
    name->text = doc_text(o->doc, key, length);
    doc_parts_push(&parts, name, item);
    doc_parts_into(&parts, 0, o->doc, map);
    doc_parts_free(&parts);
}

/* The item of a map or list that the path's beginning names, the longest first (keys may hold dots: synapse.read_word).
 * *length: bytes of the path used. NULL: none; then *length is that of the first part. */
static struct doc_node **step_into(struct doc_node *node, const char *path, size_t *length)
{
    size_t first = strcspn(path, "."), best = 0;
    struct doc_node **found = NULL;
    for (uint32_t i = 0; node->kind == DOC_MAP && i < node->count; i++) {
        size_t n = strlen(node->key[i]->text);
        if (n > best && !strncmp(path, node->key[i]->text, n) && (path[n] == '.' || !path[n])) {
            best = n;
            found = &node->item[i];
        }
    }
    *length = found ? best : first;
    if (node->kind == DOC_LIST && first && first < 7 && strspn(path, "0123456789") == first) {
        unsigned long index = strtoul(path, NULL, 10);
        found = index < node->count ? &node->item[index] : NULL;
    }
    return found;
}

/* Walks the path, part by part; a map on the way that is not there is made, so that a section left to its defaults can be set.
 * Whether the key exists is not known here: the field table that reads the section refuses it, with the nearest known one. */
static int set_at(const struct override *o, const char *path, struct doc_node *new_value, struct err *err)
{
    struct doc_node *node = o->doc->root;
    for (const char *rest = path;;) {
        size_t length;
        struct doc_node **place = step_into(node, rest, &length);
        int last = rest[length] == '\0';
        if (!length)
            return err_input(err, "%s: a part of the key is empty; write it as in noc.size=16x16", o->name);
        if (!place && node->kind == DOC_LIST)
            return err_input(err, "%s: the list there has %u items, numbered from 0; '%.*s' is none of them", o->name, node->count, (int)length, rest);
        if (!place && node->kind == DOC_SCALAR)
            return err_input(err, "%s: '%.*s' is a single value and has no keys", o->name, (int)(rest - path - 1), path);
        if (last && place)
            *place = new_value;
        if (!place) {
            struct doc_node *inner = last ? new_value : set_node(o, DOC_MAP);
            map_add(o, node, rest, length, inner);
            node = inner;
        } else {
            node = *place;
        }
        if (last)
            return 0;
        rest += length + 1;
    }
}

/* The value is YAML like the rest of the file ("[1, 2]", "{sram: 64 KiB}"); nothing behind '=' is an empty text. */
int doc_set(struct doc *doc, const char *path_value, struct err *err)
{
    const char *equals = strchr(path_value, '=');
    char *said = mem_format("--set %s", path_value);
    struct override o = {doc, doc_text(doc, said, strlen(said))};
    free(said);
    if (!equals || equals == path_value)
        return err_input(err, "%s: write KEY=VALUE, as in noc.size=16x16", o.name);
    struct doc_node *new_value;
    if (equals[1 + strspn(equals + 1, " ")] == '\0') {
        new_value = set_node(&o, DOC_SCALAR);
    } else {
        struct doc *parsed = doc_parse_as(o.name, equals + 1, strlen(equals + 1), 1, err);
        if (!parsed)
            return -1;
        new_value = graft(&o, parsed->root);
        doc_free(parsed);
    }
    char *path = mem_text(path_value);
    path[equals - path_value] = '\0';
    int bad = set_at(&o, path, new_value, err);
    free(path);
    return bad;
}
