/* fields.h: one table per section of a file: it reads the section, checks types, units and ranges, refuses unknown keys with
 * the nearest known one, fills in defaults, and writes the reference. Texts and nodes that it hands out belong to the document. */
#ifndef VOLLEY_CONFIG_FIELDS_H
#define VOLLEY_CONFIG_FIELDS_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/units.h"
#include "config/doc.h"
#ifdef __cplusplus
extern "C" {
#endif

enum field_type {               /* what is written to the struct at offset */
    FIELD_TEXT,                 /* const char * */
    FIELD_WORD,                 /* int: number of the word in words ("mesh|torus") */
    FIELD_WORDS,                /* uint32_t: a bit per word of a list */
    FIELD_FLAG,                 /* int: true | false */
    FIELD_NUMBER,               /* uint32_t: whole number, with a unit where units is not 0 */
    FIELD_CAPACITY,             /* uint32_t: the same, or `unlimited` (UINT32_MAX) */
    FIELD_SPAN,                 /* struct span: "1..15", "1..15 steps" or one number */
    FIELD_PAIR,                 /* uint32_t[2]: "8x8" or [8, 8] */
    FIELD_QUANTITY,             /* double, SI */
    FIELD_COST,                 /* const struct doc_node *: a quantity with its standing (value, source, range ...) */
    FIELD_NODE                  /* const struct doc_node *: a section of its own */
};
struct span { uint32_t low, high; };
struct field {
    const char *key;
    enum field_type type;
    size_t offset;
    unsigned units;             /* enum unit bits; 0: none */
    double low, high;           /* of number, capacity, pair, span, quantity; both 0: no limits */
    const char *words;
    const char *fallback;       /* text read where the key is absent; NULL: the key is required; "": left as it is */
    const char *example, *help;
};
struct field_table {
    const char *section;        /* "noc.link"; NAME stands for a name of the user's: "core_types.NAME" */
    const char *help;
    const struct field *field;
    size_t n;
};

/* map: the section, or NULL where it is absent (then every key takes its fallback; place stands for it in messages). */
int fields_read(const struct field_table *, const struct doc_node *map, const struct doc_node *place, void *into, struct err *);
/* One value, as fields_read does it. */
int fields_value(const struct field *, const struct doc_node *, void *into, struct err *);
/* "unknown key 'sise'; did you mean 'size'?" or the list of keys: for sections whose keys come from elsewhere. Returns -1. */
int fields_unknown(const struct doc_node *key, const char *section, const char *const *known, size_t n, struct err *);
int fields_quantity(const struct doc_node *, unsigned units, struct quantity *, struct err *);  /* unit_read with a place */
void fields_write(const struct field_table *, FILE *);  /* a Markdown section */

#ifdef __cplusplus
}
#endif
#endif
