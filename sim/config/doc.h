/* doc.h: a YAML document as a tree with file:line:column on every node (libyaml is hidden in doc.c). Tabs, duplicate keys,
 * anchors that loop, more than one document, or a file that is not UTF-8 are errors with their place. JSON reads too. */
#ifndef VOLLEY_CONFIG_DOC_H
#define VOLLEY_CONFIG_DOC_H
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

enum doc_kind { DOC_SCALAR, DOC_MAP, DOC_LIST };
struct doc_node {                   /* 48 bytes: a large network has ten million */
    const char *file;
    const char *text;               /* scalar: as written, without quotes; "" for an empty one */
    struct doc_node **item;         /* map: values; NULL where there are none */
    struct doc_node **key;          /* map: scalar keys, in file order; list: NULL */
    uint32_t line, column;          /* from 1 */
    uint32_t count;                 /* map: pairs; list: items */
    uint8_t kind;                   /* enum doc_kind */
    uint8_t quoted;                 /* scalar was in quotes */
    uint8_t set;                    /* given by doc_set; file is then its text, "--set KEY=VALUE" */
};
struct doc;                         /* owns every node and string */

struct doc *doc_read(const char *path, struct err *);                           /* ERR_INPUT: missing, a directory, not YAML */
struct doc *doc_parse(const char *name, const char *text, size_t size, struct err *);  /* name stands for the file in messages */
void doc_free(struct doc *);                                                    /* NULL is allowed */
struct doc_node *doc_root(const struct doc *);
struct doc_node *doc_get(const struct doc_node *map, const char *key);          /* NULL: no such key, or not a map */
/* Sets (or adds) the value at a dotted path from the root, as `--set` does: "noc.size=16x16".
 * The new nodes are marked `set`; messages about them name the override instead of a place in the file. */
int doc_set(struct doc *, const char *path_value, struct err *);
/* "file:line:column: ..." as ERR_INPUT; returns -1. */
int doc_error(const struct doc_node *, struct err *, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The candidate nearest to word by edit distance, or NULL where none is near. */
const char *doc_nearest(const char *word, const char *const *candidate, size_t n);

#ifdef __cplusplus
}
#endif
#endif
