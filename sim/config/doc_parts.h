/* doc_parts.h: the inside of a document, shared by the reader (doc.c) and the overrides (doc_set.c). Private to config/doc*.c. */
#ifndef VOLLEY_CONFIG_DOC_PARTS_H
#define VOLLEY_CONFIG_DOC_PARTS_H
#include "config/doc.h"
#ifdef __cplusplus
extern "C" {
#endif

struct doc_anchor { const char *name; struct doc_node *node; int open; };
struct doc {
    struct doc_node *root;
    char *file;
    int set;                    /* read from a --set text: no lines and columns in messages */
    void **owned;               /* every node, array and string of the tree */
    size_t n_owned, owned_capacity;
    struct doc_anchor *anchor;
    size_t n_anchors, anchor_capacity;
    size_t copies;
};
/* A map or list under construction: parts are pushed to plain arrays, which the document owns once it is complete. */
struct doc_parts { struct doc_node **key, **item; size_t count, key_capacity, item_capacity; };

void *doc_own(struct doc *, void *);                    /* freed with the document; returns it */
struct doc_node *doc_node_new(struct doc *, enum doc_kind, const char *file, size_t line, size_t column);
void doc_parts_add(struct doc_parts *, struct doc_node *key, struct doc_node *item);
void doc_parts_into(struct doc_parts *, struct doc *, struct doc_node *);       /* hands the arrays over */
struct doc *doc_parse_as(const char *name, const char *text, size_t size, int set, struct err *);    /* doc_parse; set: messages name no line */

#ifdef __cplusplus
}
#endif
#endif
