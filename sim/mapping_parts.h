/* mapping_parts.h: what the files of the mapper share and nobody else needs: the fan-in of every neuron as sets of sources that
 * neurons have in common, the use of one core's capacities while it is filled, and plans: neurons in groups, one group per core.
 * A source is a host input neuron or a neuron: host neurons first, then neurons by global number. */
#ifndef VOLLEY_MAPPING_PARTS_H
#define VOLLEY_MAPPING_PARTS_H
#include <stdint.h>

#include "config/doc.h"
#include "mapping.h"
#include "mapping_rows.h"
#ifdef __cplusplus
extern "C" {
#endif

/* ---- fan-in (mapping_fanin.c) ---- */

struct fanin_tap { uint32_t synapses, segments; };      /* so many segments have so many synapses to each target neuron */

/* One projection. A class is a set of target neurons with the same sources: all of them (dense), one output position of one group
 * of channels (conv, pool), or a single neuron (list, one-to-one). A segment is one (source, projection, delay). */
struct fanin_part {
    enum row_kind kind;
    int kernel;                 /* kind conv of a conv or pool: the kernel slice is stored once per core */
    int shared;                 /* dense: one class */
    uint32_t block;             /* random: targets in a block, each of which is a class; 0: another form */
    uint64_t fan_out;           /* random: synapses of a source */
    uint32_t positions, channels;       /* conv, pool: of the output; channels per group. 0: a class per neuron, or shared */
    uint32_t classes, first_class;      /* number of class 0 among the classes of all projections */
    uint64_t *first;            /* [classes + 1] */
    uint32_t *entry;            /* segments of each class, once per synapse of one target neuron, by rising source */
    struct fanin_tap *tap;      /* shared: what a class holds, in short */
    uint32_t n_taps;
    uint32_t entry_bits, width; /* of a row; width 0: not described */
    uint32_t inputs, kernel_size;       /* conv, pool: input channels per group; taps of the kernel */
    uint32_t first_channel;             /* number of output channel 0 among those of all projections */
};

struct fanin {
    const struct network *network;
    const struct quantised *quantised;
    const struct chipfile *chip;
    uint32_t host;
    uint64_t neurons, sources;
    uint64_t *first;            /* as mapping.first */
    uint32_t *population;       /* [neurons] */
    struct fanin_part *part;    /* [n_projections] */
    uint32_t *into_first, *into;        /* projections into each population */
    uint32_t n_segments, *segment_source;
    uint32_t n_classes, n_channels;
    uint8_t *sends;             /* [sources] axons that a core gives it: 1, or as many as its weights take types there; 0: it has no synapse */
    /* units: neurons of one population that share all their classes, members by rising number */
    uint32_t n_units;
    uint64_t *unit_first;       /* [n_units + 1] */
    uint32_t *unit_neuron;      /* [neurons] global numbers */
};

int fanin_open(struct fanin *, const struct network *, const struct quantised *, const struct chipfile *, struct err *);
void fanin_close(struct fanin *);
uint32_t fanin_class(const struct fanin_part *, uint32_t post);        /* of a target neuron, by its number in the population */
uint64_t fanin_synapses(const struct fanin *, uint32_t neuron);
const struct core_type *fanin_type(const struct fanin *, uint32_t population);
const char *fanin_name(const struct fanin *, uint32_t population);     /* never NULL */

/* ---- one core in hand (mapping_load.c) ---- */

enum { LIMIT_NONE, LIMIT_NEURONS, LIMIT_AXONS_IN, LIMIT_AXONS_OUT, LIMIT_WORK, LIMIT_MEMORY, LIMITS_MAX = LIMIT_MEMORY + 16 };

struct load {
    const struct fanin *fanin;
    const struct core_type *type;
    const uint32_t *routes;     /* [neurons] routes that each neuron's spikes take, as far as they are known */
    uint64_t work_max;          /* ps per step; UINT64_MAX: no limit */
    /* use */
    uint32_t neurons;
    uint64_t compartments, axons_in, axons_out, synapses, side_by_side, accumulators, row_words, read_bits, segments;
    struct load_time { uint64_t packet, axon_word, row_word, sop, spot, step, spike, active, state_word, accumulator_word, parameter_word; } time;
    /* counts of what is on the core; all 0 on an empty one */
    uint32_t *on_core;          /* [n_segments] */
    uint32_t *source;           /* [sources] segments of the source */
    uint32_t *class_count;      /* [n_classes] */
    uint32_t *channel;          /* [n_channels] neurons of each output channel */
    uint32_t *group_channels;   /* [n_channels] output channels present, by group */
    uint32_t *in_population;    /* [n_populations] */
    uint32_t *part_segments;    /* [n_projections] */
    uint32_t *touched, n_touched;       /* sources, in order of their first synapse here */
    uint32_t *segment, n_segment;       /* segments */
    uint32_t *member;           /* [neurons] what was added, in order */
};

void load_open(struct load *, const struct fanin *);
void load_close(struct load *);
void load_clear(struct load *, const struct core_type *);      /* an empty core of that type */
int load_add(struct load *, uint32_t neuron);   /* LIMIT_NONE, or what would be exceeded (LIMIT_MEMORY + its index): then nothing has changed */
void load_force(struct load *, uint32_t neuron);        /* adds whatever the limits say */
int load_limit(const struct load *);            /* what the use exceeds */
void load_memory(const struct load *, uint64_t *bits);         /* [n_memories] */
uint64_t load_table_bits(const struct load *, enum table);
uint64_t load_work(const struct load *);        /* as map_core.work */
uint64_t load_work_ps(const struct load *);

/* ---- plans ---- */

struct plan {
    uint32_t *neuron;           /* [n] core after core */
    uint32_t n, n_cores;
    uint32_t *first;            /* [n_cores + 1] */
    uint64_t packets;           /* sum of axons in */
    uint64_t work, work_max;    /* ps, of all cores and of the busiest */
    uint32_t stopped[LIMITS_MAX];       /* cores that each limit closed */
    uint32_t misfit;            /* after a failure: the neuron that does not fit an empty core */
};
void plan_new(struct plan *, uint32_t n);
void plan_free(struct plan *);          /* what it holds */
void plan_close_core(struct plan *, const struct load *);
uint32_t *plan_neurons(const struct fanin *, uint32_t type, uint32_t *n);       /* of a core type's populations, in file order */

/* Each returns -1 where a neuron does not fit an empty core (plan->misfit). Fills core after core in the order given: */
int fill_order(struct load *, const struct core_type *, const uint32_t *neuron, uint32_t n, struct plan *);
/* The order in which blocks of neighbouring positions, all channels each, follow each other (mapping_blocks.c). */
uint32_t *blocks_order(struct load *, uint32_t type, const uint32_t *neuron, uint32_t n);
/* Takes next whatever needs fewest axons that the core does not have yet (mapping_greedy.c). cores: about how many there will be. */
int greedy_fill(struct load *, uint32_t type, uint32_t n, uint32_t cores, struct plan *);
/* The best of the above for a core type (mapping_pack.c). */
int pack_plan(struct load *, uint32_t type, uint32_t available, struct plan *);
/* Spreads over at most `cores` cores, of each type at most available[type], so that the busiest has least work
 * (mapping_balance.c). Where they do not suffice the plans are the packed ones, with more cores. best: [n_types]. */
int balance_plans(struct load *, uint32_t cores, const uint32_t *available, struct plan *best);

/* ---- cores that hold a whole layer each (mapping_layer.c) ---- */

void layers_plan(struct load *, uint32_t type, struct plan *);
int layers_refuse(const struct fanin *, const uint32_t *member, uint32_t members, struct err *);        /* of a map file's core */

/* ---- placement (mapping_place.c) ---- */

/* What a placement is judged by. A logical core is a core of a plan, not yet a place on the chip. */
struct place_problem {
    const struct fanin *fanin;
    uint32_t n_cores;
    const uint32_t *type_of;            /* [n_cores] */
    const uint32_t *core_of;            /* [neurons] logical core */
    const uint64_t *axon_first;         /* [n_cores + 1] */
    const uint32_t *axon;               /* sources that reach each core */
    const struct noc *noc;              /* NULL: a mesh or torus routed xy or yx, whose ways follow from columns and rows */
};
void place(const struct place_problem *, uint32_t *chip_core);         /* [n_cores] */
uint64_t place_hops(const struct place_problem *, const uint32_t *chip_core);  /* every source spikes once, unicast */

/* ---- answers that are no (mapping_refuse.c) ---- */

int refuse_delays(const struct network *, const struct quantised *, const struct chipfile *, struct err *);
int refuse_misfits(const struct fanin *, struct load *, struct err *);         /* a neuron that no empty core of its type can hold */
int refuse_core(const struct load *, int limit, uint32_t population, const char *where, struct err *);
int refuse_cores(const struct fanin *, uint32_t type, const struct plan *, uint32_t available, struct err *);

/* ---- map files (mapping_file.c) ---- */

/* What a file says: plan->neuron core after core, chip_core and place (for messages) of each. doc owns the places. */
struct map_file {
    struct plan plan;
    uint32_t *chip_core;
    const struct doc_node **place;
    struct doc *doc;
};
int map_file_read(const char *path, const struct fanin *, struct map_file *, struct fidelity *, struct err *);
void map_file_free(struct map_file *);

#ifdef __cplusplus
}
#endif
#endif
