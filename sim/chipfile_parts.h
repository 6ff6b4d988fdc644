/* chipfile_parts.h: how a chip file is read: one part per section, one field table per map in it. Private to chipfile*.c.
 * Parts are called in the order in which they stand here; each fills its fields of the chip file or returns -1 with err. */
#ifndef VOLLEY_CHIPFILE_PARTS_H
#define VOLLEY_CHIPFILE_PARTS_H
#include <stddef.h>

#include "chipfile.h"
#include "config/fields.h"
#include "cores/params.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { KEY_MAX = 200, CYCLES_MAX = 1000000000 };        /* longest path of a key that is kept; longest duration */

struct sections { const struct doc_node *chip, *sources, *time, *noc, *system, *io, *core_types, *placement, *energy; };

struct reading {                /* a chip file in the making */
    struct doc *doc;
    struct chipfile *file;
    struct sections at;
    const struct doc_node *technology, *voltage;        /* NULL: not given */
    const char *time_source;                    /* what section `time` says once for its costs */
    int time_basis;
    size_t source_capacity, figure_capacity, energy_capacity, static_capacity;
};

struct standing {               /* what a section says once for all its costs */
    char key[KEY_MAX];          /* "core_types.lif28.service", for messages and figures */
    const char *source;         /* NULL: none */
    int basis;                  /* NO_INDEX: none */
    int scope;                  /* NO_INDEX: none */
    const char *why;            /* NULL: none */
    uint32_t clock;             /* of times given in cycles */
    int choice;                 /* 1: a time in cycles is the designer's choice and needs no source */
};

struct cost_text {              /* a cost as written; words are NO_INDEX where absent */
    const struct doc_node *value, *range, *power;
    const char *source, *why;
    int basis, scope, bound, unknown, per, what, state;
    const struct doc_node *node;        /* the whole */
    int set;                    /* the value was overridden: its standing is the command line's */
    struct quantity stated;
};

/* chipfile_costs.c. A cost that is absent (node NULL) stays unstated. */
int chipfile_cost(struct reading *, const struct standing *, const char *key, const struct doc_node *, unsigned units, struct cost *, struct err *);
int chipfile_cost_words(const struct field_table *, const struct doc_node *, struct cost_text *, struct err *);
int chipfile_cost_of(struct reading *, const struct standing *, const char *key, struct cost_text *, unsigned units, struct cost *, struct err *);
int chipfile_duration(struct reading *, const struct standing *, const char *key, const struct doc_node *, struct duration *, struct err *);
uint64_t chipfile_cycles(const struct chipfile *, uint32_t clock, double seconds);     /* whole ps, then whole cycles, half up; 0 only for 0 */
void chipfile_figure(struct reading *, const struct standing *, const char *key, struct cost *, unsigned unit, const struct duration *);
struct standing chipfile_standing(const struct standing *outer, const char *key, const char *source, int basis);
int chipfile_is_set(const struct doc_node *);           /* the cost or its value was overridden */
extern const struct field_table chipfile_table_cost, chipfile_table_barrier_cost, chipfile_table_static;

/* chipfile_sources.c */
int chipfile_sources(struct reading *, struct err *);
int chipfile_stand(struct reading *, const struct standing *, const char *key, const struct cost_text *, struct cost *, struct err *);  /* source and basis */
int chipfile_add_source(struct reading *, const char *name, const char *group, const char *text, enum basis, const struct doc_node *range, struct err *);
int chipfile_number(const char *text, double *value);   /* plain number, 0 or more; -1 if it is none */
extern const struct field_table chipfile_table_sources;

/* chipfile_time.c */
int chipfile_chip(struct reading *, struct err *);
int chipfile_clocks(struct reading *, struct err *);
int chipfile_clock(const struct chipfile *, const struct doc_node *name_place, const char *name, const char *usual, uint32_t *clock, struct err *);
extern const struct field_table chipfile_table_chip, chipfile_table_time;

/* chipfile_event.c: what of section `time` belongs to mode event; 0: not given. Part of chipfile_clocks */
int chipfile_event(struct reading *, double pace, double drain, const struct doc_node *reference, struct err *);
extern const struct field_table chipfile_table_reference;

/* chipfile_types.c */
int chipfile_types(struct reading *, struct err *);
extern const struct field_table chipfile_table_type, chipfile_table_capacity, chipfile_table_offers, chipfile_table_emulate, chipfile_table_queue;

/* chipfile_kind.c: the keys that a core kind declares */
struct core_kind;
struct kind_keys {
    const char *type;               /* name of the core type */
    const struct core_kind *kind;
    int other;                      /* 1: the kind was overridden, so the file may hold keys of another */
};
struct kind_params { struct params own, unused; };          /* unused: keys of other kinds */
struct kind_place { const struct doc_node *map, *place; size_t params; };   /* map: NULL where absent; params: offset of the kind_params in `into` */
/* NULL: no such kind, or none for a chip of this mode. *pair: made where the name is both:A,B, the caller's from then on; else NULL. */
const struct core_kind *chipfile_kind(const struct doc_node *place, const char *name, enum time_mode, struct core_kind **pair, struct err *);
/* One section of a core type: the common keys (NULL: none), and those of the kind. */
int chipfile_kind_read(struct reading *, const struct kind_keys *, const char *section, const struct field_table *common, const struct kind_place *,
                       void *into, struct err *);
int chipfile_kind_needs(const struct core_kind *, const char *key);
void chipfile_write_kinds(FILE *);  /* a Markdown section per kind */

/* chipfile_memories.c, chipfile_service.c: parts of a core type */
int chipfile_memories(struct reading *, struct core_type *, const struct standing *, const struct doc_node *, struct err *);
int chipfile_service(struct reading *, struct core_type *, const struct standing *, const struct doc_node *, struct err *);
extern const struct field_table chipfile_table_memory, chipfile_table_holds, chipfile_table_rows, chipfile_table_service, chipfile_table_accept,
    chipfile_table_update, chipfile_table_learn;

/* chipfile_learning.c: section `learning` of a core type; map: NULL where absent. After formats, before service */
int chipfile_learning(struct reading *, struct core_type *, const struct kind_keys *, const struct doc_node *map, struct err *);

/* chipfile_layer.c: section `layer` of a core type, NULL where absent; and after all types */
int chipfile_layer(struct core_type *, const struct doc_node *map, struct err *);
int chipfile_layers_agree(const struct chipfile *, const struct doc_node *types, struct err *);
extern const struct field_table chipfile_table_layer;

/* chipfile_noc.c, chipfile_place.c */
int chipfile_noc(struct reading *, struct err *);
int chipfile_io(struct reading *, struct err *);
int chipfile_placement(struct reading *, struct err *);
int chipfile_noc_time(struct reading *, const struct standing *, const char *key, const struct doc_node *, uint32_t fallback, struct duration *,
                      uint32_t *cycles, struct err *);          /* a time of the network, or so many cycles where the file gives none */

/* chipfile_graph.c: topologies tree and custom; the first after size and cores_per_tile, the second after the links' default times */
int chipfile_routers_of(struct reading *, uint32_t routers, const struct doc_node *tree, const struct doc_node *cores_at, struct err *);
int chipfile_links_of(struct reading *, const struct standing *, const struct doc_node *links, struct err *);
int chipfile_foreign(const struct reading *, const struct doc_node *map, const char *key, const char *belongs, struct err *);
uint32_t chipfile_diameter(const struct chip_noc *);
extern const struct field_table chipfile_table_tree, chipfile_table_edge;

/* chipfile_system.c: after the network of one chip */
int chipfile_system(struct reading *, struct err *);
extern const struct field_table chipfile_table_system, chipfile_table_bridge, chipfile_table_join;
extern const struct field_table chipfile_table_noc, chipfile_table_link, chipfile_table_local, chipfile_table_routing, chipfile_table_router,
    chipfile_table_spike, chipfile_table_io, chipfile_table_port;

/* chipfile_steps.c: the rest of `time`, once mesh and memories are known */
int chipfile_steps(struct reading *, struct err *);
extern const struct field_table chipfile_table_barrier, chipfile_table_layer_start, chipfile_table_sample_reset;

/* chipfile_energy.c */
int chipfile_energy(struct reading *, struct err *);
int chipfile_statics(struct reading *, const struct standing *, const char *key, const struct doc_node *, const char *const *allowed, struct chip_static **,
                     uint32_t *n, size_t *capacity, struct err *);
int chipfile_read_price(struct reading *, const struct standing *, const struct field_table *, const char *key, const struct doc_node *, int counter,
                        const char *component, struct cost_text *, struct err *);
void chipfile_add_price(struct reading *, int counter, const struct cost *, enum scope, const char *component);
extern const struct field_table chipfile_table_energy, chipfile_table_prices_core, chipfile_table_prices_router, chipfile_table_prices_noc,
    chipfile_table_prices_io;

/* chipfile_area.c: of the die and of a router */
int chipfile_area(struct reading *, struct err *);

/* chipfile_tables.c: prices of a router from a file of configs/energy, where energy.router and the statics give none; name NULL: nothing to do */
int chipfile_router_table(struct reading *, const char *name, struct err *);
extern const struct field_table chipfile_table_energy_table;

/* chipfile_check.c: what no section can check alone */
int chipfile_check(struct reading *, struct err *);

extern const struct field_table chipfile_table_file;     /* chipfile_keys.c */

/* chipfile_find.c: the path of the chip file that path or name means; the caller frees. NULL and err: none. */
char *chipfile_find(const char *name, struct err *);
char *chipfile_find_table(const char *name, struct err *);      /* the same of an energy table */

void chipfile_free_type(struct core_type *);      /* what it owns; chipfile.c */

#ifdef __cplusplus
}
#endif
#endif
