/* doc_parts.h: the inside of a document, shared by the reader (doc.c), the store of its nodes (doc_store.c) and the overrides (doc_set.c). Private to
 * config/doc*.c. */
#ifndef VOLLEY_CONFIG_DOC_PARTS_H
#define VOLLEY_CONFIG_DOC_PARTS_H
#include "config/doc.h"
#ifdef __cplusplus
extern "C" {
#endif

struct doc_anchor { const char *name; struct doc_node *node; int open; };
struct doc_block;               /* a stretch of the store; doc_store.c */
struct doc {
    struct doc_node *root;
    const char *file;
    int set;                    /* read from a --set text: no lines and columns in messages */
    struct doc_block *block;    /* the one that is being filled; it leads to those that are full */
    struct doc_anchor *anchor;
    size_t n_anchors, anchor_capacity;
    size_t copies;
};
/* Maps and lists under construction, the inner ones above the outer ones: a part is pushed when it is complete, and a map or list takes what
 * stands above the place where it began. */
struct doc_parts { struct doc_node **key, **item; size_t count, key_capacity, item_capacity; };

/* doc_store.c. What is taken lives as long as the document. */
void *doc_take(struct doc *, size_t size);              /* zeroed, aligned for any pointer */
const char *doc_text(struct doc *, const char *text, size_t length);   /* a copy, with a 0 behind it */
struct doc_node *doc_node_new(struct doc *, enum doc_kind, const char *file, size_t line, size_t column);
void doc_store_free(struct doc *);
void doc_parts_push(struct doc_parts *, struct doc_node *key, struct doc_node *item);
void doc_parts_into(struct doc_parts *, size_t from, struct doc *, struct doc_node *);  /* parts from `from` on become the node's */
void doc_parts_free(struct doc_parts *);

struct doc *doc_parse_as(const char *name, const char *text, size_t size, int set, struct err *);    /* doc_parse; set: messages name no line */

#ifdef __cplusplus
}
#endif
#endif
