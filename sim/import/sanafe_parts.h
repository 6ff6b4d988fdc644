/* sanafe_parts.h: what the files sanafe_*.c share: values of attributes, names with ranges, and a network under construction. Every function
 * that can fails with ERR_INPUT and a place. */
#ifndef VOLLEY_IMPORT_SANAFE_PARTS_H
#define VOLLEY_IMPORT_SANAFE_PARTS_H
#include "config/doc.h"
#include "import/sanafe.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { SANAFE_TILES_MAX = 1 << 20, SANAFE_CORES_MAX = 1 << 22, SANAFE_UNITS_MAX = 1 << 13, SANAFE_NEURONS_MAX = 1 << 24 };
#define SANAFE_EDGES_MAX (UINT64_C(1) << 28)

/* Attributes stand in a map, or in a list of maps: [a: 1, b: 2]. Their pairs one after the other; an empty scalar has none. */
struct sanafe_pairs { const struct doc_node *at; uint32_t item, pair; };
/* 1: *key and *value are the next pair; 0: there is none; -1 and err: neither a map nor a list of maps. */
int sanafe_pair(struct sanafe_pairs *, const struct doc_node **key, const struct doc_node **value, struct err *);
const struct doc_node *sanafe_find(const struct doc_node *attributes, const char *key);         /* the last of that name; NULL: none */

/* One scalar each; name is the attribute's, for messages. */
int sanafe_real(const struct doc_node *, const char *name, double *, struct err *);
int sanafe_whole(const struct doc_node *, const char *name, uint32_t low, uint32_t high, uint32_t *, struct err *);
int sanafe_flag(const struct doc_node *, const char *name, int *, struct err *);
int sanafe_word(const struct doc_node *, const char *name, const char *words, int *, struct err *);      /* words: "a|b"; its number */
int sanafe_scalar(const struct doc_node *, const char *name, struct err *);     /* fails where it is a map or a list, or empty */
int sanafe_digits(const char *text, size_t n, uint32_t *);      /* -1: not a whole number that fits */
/* "x[0..3]" -> x, 0, 4 copies, range 1; "x" -> x, 0, 1, 0. The name is *length bytes of the node's text. */
int sanafe_name_range(const struct doc_node *, size_t *length, uint32_t *first, uint32_t *copies, int *range, struct err *);

/* sanafe_units.c: the five sections of a core. */
int sanafe_units_read(struct sanafe_core_kind *, struct sanafe_arch *, struct err *);
void sanafe_units_free(struct sanafe_core_kind *);

/* sanafe_attributes.c */
void *sanafe_own(struct sanafe_network *, void *);      /* freed with the network; returns it */
extern const struct sanafe_params sanafe_defaults;
/* Reads a neuron's or group's attributes over what *neuron has; its parameters become a copy of their own where one changes. */
int sanafe_attributes(struct sanafe_network *, struct sanafe_neuron *, const struct doc_node *, struct err *);

/* sanafe_network.c */
int sanafe_group_add(struct sanafe_network *, const char *name, const struct doc_node *at, uint32_t n, const struct sanafe_neuron *defaults, struct err *);
int64_t sanafe_group_by_name(const struct sanafe_network *, const char *name, size_t length);           /* -1: none */
/* "g.i" as length bytes of text, at: for messages. */
int sanafe_neuron_by_name(const struct sanafe_network *, const char *text, size_t length, const struct doc_node *at, uint32_t *, struct err *);
/* sanafe_map.c: one line of the mapping, and what holds of all of them. */
int sanafe_map(struct sanafe_network *, const struct sanafe_arch *, const struct doc_node *key, const struct doc_node *value, struct err *);
int sanafe_map_neurons(struct sanafe_network *, const struct sanafe_arch *, const char *who, uint32_t first, uint32_t n, const struct doc_node *at,
                       const char *core, struct err *);
int sanafe_map_check(struct sanafe_network *, const struct sanafe_arch *, struct err *);
/* sanafe_edges.c: "g.i -> h.j", or "g -> h" with a type. */
int sanafe_edge_add(struct sanafe_network *, const struct doc_node *key, const struct doc_node *value, struct err *);

/* The two readers. */
int sanafe_snn_fill(struct sanafe_network *, const struct sanafe_arch *, struct err *);         /* from its doc */
int sanafe_net_fill(struct sanafe_network *, const char *name, const char *text, size_t size, const struct sanafe_arch *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
