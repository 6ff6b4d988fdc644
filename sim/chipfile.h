/* chipfile.h: a chip file (YAML) as data: what a chip is made of, what its actions cost in time and energy, and on what each
 * number rests. chipfile_read parses, applies --set overrides, derives memories that name a model, and checks; it builds nothing.
 * All strings and arrays are owned by the chip file; chipfile_free frees them. Durations are whole ps, then whole cycles of
 * their clock (half up, 0 only if 0 was written). Energies in J, power in W, areas in m2. */
#ifndef VOLLEY_CHIPFILE_H
#define VOLLEY_CHIPFILE_H
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/fidelity.h"
#include "cores/image.h"
#include "counters.h"
#include "memory/model.h"
#include "network.h"
#ifdef __cplusplus
extern "C" {
#endif

enum basis { BASIS_MEASURED, BASIS_SIMULATED, BASIS_ESTIMATED, BASIS_ASSUMED, N_BASES };
enum scope { SCOPE_PER_TERM, SCOPE_MARGINAL, SCOPE_ALL_IN };
enum { NO_INDEX = -1 };

struct chip_source { char *name, *group, *text; enum basis basis; double low, high; };  /* factors on a value; 1, 1 if none */

struct cost {                   /* a value with its standing */
    int stated;                 /* 0: the file does not say (an error if it is needed); 1 also where free */
    int free;                   /* `unknown: free`: counted as 0, repeated in the report */
    double value, low, high;    /* SI; low <= value <= high after range, bound and source's range */
    enum basis basis;
    int source;                 /* index into chipfile.source; NO_INDEX for a structural 0 */
    int bound;                  /* 0 none, +1 "at least", -1 "at most" */
    char *why;                  /* or NULL */
    uint32_t figure;            /* 1 + index into chipfile.figure of the constant that it is; 0: it is none */
};

struct clock_domain { char *name; uint64_t period_ps; double stated_s; int resolution; };   /* resolution: asynchronous chip */
struct duration { struct cost cost; uint64_t cycles; uint32_t clock; };    /* cost.value in s as stated; cycles of clock, converted once */

struct format { char *name; uint32_t bits; int is_signed; int64_t low, high; };   /* "8 bit signed"; low/high follow */
enum table { TABLE_ROWS, TABLE_AXON, TABLE_STATE, TABLE_ACCUMULATOR, TABLE_PARAMETER, TABLE_ROUTING, TABLE_PRE_TRACE, TABLE_POST_TRACE, N_TABLES };

struct chip_table {             /* where a core keeps one of its tables */
    int memory;                 /* index into core_type.memory, or NO_INDEX: not described, not counted, not limited */
    uint32_t entry_bits;        /* rows: unused; accumulator: bits of one accumulator */
    uint32_t dense_bits, list_bits, conv_bits;      /* rows: bits of one synapse in each form; 0: the form is not offered */
    uint32_t delay_slots;       /* accumulator: slots kept, at least 1 */
    uint32_t address_bits;      /* axon: of a row's address, in words; 0: not given. The rows' memory has no more words than it numbers */
};
struct chip_memory {
    char *name;
    uint64_t size_bits;
    uint32_t width;             /* bits of a word */
    char *ports;                /* "1R1W", "1RW", "1R" */
    const struct memory_model *model;   /* that its figures are derived by; NULL: stated or none */
    uint32_t derived;           /* bit q: its figure q (enum memory_quantity) follows from the model; stated ones do not */
    double retention_s;         /* of a model that refreshes; 0: the model's own */
    struct cost read, write, leakage, access_time, area, refresh;   /* energies per word; refresh: W */
    int extrapolated;           /* derived, but size or width lies outside what the model was fitted to */
};
struct service_term {           /* count x time. A word of a memory takes at least its access time, rounded up to whole cycles */
    int counter;                /* enum counter, or NO_INDEX for a memory access */
    int memory, write;          /* memory index; 0 read_word, 1 write_word */
    struct duration time;
};
enum active_when { ACTIVE_ALWAYS, ACTIVE_INPUT, ACTIVE_NONZERO, ACTIVE_INPUT_OR_NONZERO };
enum overlap { OVERLAP_NONE, OVERLAP_FULL };
enum rounding { ROUND_ZERO, ROUND_DOWN, ROUND_NEAREST };

struct chip_static { char *what; char *state; struct cost power; };    /* what: chip tile core router link memory; state: used unused gated any */

struct chip_layer {             /* a core that holds one whole convolution layer, and the shapes that it takes */
    int on;                             /* 0: it holds neurons of any layers */
    uint32_t kernel, stride, padding, pool, channels;   /* the largest; strides and pools are powers of two */
    uint32_t input[2], output[2];       /* largest maps */
    uint32_t destinations;              /* layers that one layer, or the host, sends to */
    int powers;                         /* addresses: sides and channels count as the next power of two */
};

struct core_kind;
struct core_type {
    char *name, *kind;          /* core kind: "reference", "lif", "cuba", "both:lif,rtl:lif_core" */
    struct core_kind *pair;     /* of a kind both:A,B: made for this type; else NULL */
    uint32_t clock;
    /* capacity; UINT32_MAX / UINT64_MAX: no limit */
    uint32_t neurons, axons_in, axons_out, delay_max;       /* delay_max: largest chip delay c */
    struct chip_layer layer;
    /* formats, NULL if not given (reference): weight, membrane, current, threshold, bias, decay, refractory, target, reset.
     * current: a sum of weights on its way into the membrane. threshold: in units of the shifted weights (loihi: mantissa << 6) */
    struct format *format;
    uint32_t n_formats;
    /* offers */
    enum rounding decay_rounding;       /* offers.decay_rounding: zero | down | nearest */
    uint32_t weight_shift_max;          /* accumulator is shifted left by up to this on its way into the membrane; loihi: exactly 6 */
    int weight_shift_fixed;
    uint32_t bias_exponent_max;         /* bias = mantissa << exponent, 0 if none */
    int reset_zero, reset_subtract, reset_value;
    int reset_now, reset_next;
    int compare_greater, compare_at_least;
    int decay_multiply, decay_shift;
    uint32_t axon_types;                /* kind if_binary: weights of a neuron; 0: another kind */
    int has_current;                    /* second state variable */
    int current_saturates;              /* kind cuba: it stops at the end of its word; else it wraps */
    int has_bias;
    int floor_at_threshold;             /* membranes stop falling at minus their threshold */
    uint32_t refractory_max;
    uint32_t payload_bits;              /* of graded spikes; 0: binary */
    int form_dense, form_list, form_conv;
    uint32_t emulate_subtract;          /* compartments per neuron that emulate subtraction; 0: not offered */
    struct cost emulate_standing;       /* source of that statement */
    enum active_when active_when;
    int skip_idle;                      /* 1: idle neurons are not visited */
    enum overlap overlap;
    uint32_t queue_in, queue_out;       /* packets; UINT32_MAX: without end */
    struct chip_memory *memory;
    uint32_t n_memories;
    struct chip_table table[N_TABLES];
    struct service_term *accept, *update, *learn;
    uint32_t n_accept, n_update, n_learn;
    struct image_learning learning;     /* on: 0 where nothing is said, and where the kind does not learn */
    struct image_odin odin;             /* offers of kind odin */
    char **plastic;                     /* populations whose input synapses learn; NULL: all */
    uint32_t n_plastic;
    struct chip_static *static_;
    uint32_t n_static;
    struct cost area;                   /* of one core without its memories */
};

enum chip_topology { TOPOLOGY_MESH, TOPOLOGY_TORUS, TOPOLOGY_TREE, TOPOLOGY_CUSTOM };
enum chip_routing { ROUTING_XY, ROUTING_YX, ROUTING_TABLE, ROUTING_UPDOWN };
enum router_stage { STAGE_ROUTE, STAGE_VC, STAGE_SWITCH, STAGE_TRAVERSAL, N_STAGES };
enum time_mode { TIME_BARRIER, TIME_TICK, TIME_EVENT };
enum layer_start { LAYER_GATED, LAYER_BIAS_INPUT, LAYER_FREE };

struct chip_link { uint32_t from, to, delay, flit_time; int between_chips; };  /* one way; routers; NoC cycles, 1 or more */

struct chip_noc {                       /* of one chip, where nothing else is said */
    enum chip_topology topology;
    uint32_t line, column;              /* of `noc:` in the chip file; 0: the file has none */
    uint32_t columns, rows, cores_per_tile;     /* tile = router with cores; 0x0 tiles: no grid */
    uint32_t levels, arity;             /* of a tree */
    uint32_t routers, tiles;            /* of a tree or a list of links */
    uint32_t *tile_router;              /* [tiles] of a list of links */
    struct chip_link *link;             /* of a list of links */
    uint32_t n_links;
    uint32_t chips;                     /* of the system; 0 is 1 */
    struct chip_link *bridge;           /* between chips; routers are numbered chip after chip */
    uint32_t n_bridges;
    struct duration d_bridge;
    uint32_t diameter;                  /* of the system; 0: chipfile_diameter works it out */
    uint32_t clock;
    enum chip_routing routing;
    int multicast;                      /* 1: trees; 0: one packet per core */
    double link_length;                 /* m, 0 if not given */
    struct cost router_area;            /* of one router */
    uint32_t link_bits;                 /* width; flits = ceil(packet_bits / link_bits) */
    uint32_t packet_bits, payload_bits;
    uint32_t chip_bits, tile_bits, x_bits, y_bits, core_bits, axon_bits, slot_bits;     /* fields of a packet that must number their kind; 0: not checked */
    uint32_t link_x, link_y;            /* latency of a link, NoC cycles; of a tree up and down; of a list of links the default, twice */
    uint32_t flit_x, flit_y, flit_local;        /* occupancy per flit, cycles, at least 1 */
    uint32_t router;                    /* cycles in a router before the link: route + vc + switch allocation + traversal */
    uint32_t inject, eject;             /* cycles from core to router; from router to core after the router's own */
    struct duration d_link_x, d_link_y, d_router, d_inject, d_eject, d_flit_x, d_flit_y, d_flit_local;     /* as stated, for `volley info` */
    /* for the flit-level plane: cycles of each stage, per input and per channel, who goes first */
    uint32_t stage[N_STAGES], virtual_channels, buffer_flits, credit, iterations;
    int speculative, atomic, matrix, input_first;       /* 0: not; round robin; iSLIP */
    uint32_t watchdog;                  /* cycles; 0: never */
    int drops;                          /* 1: a packet that has waited longer than drop_wait cycles at a router is dropped */
    uint32_t drop_wait;
    struct duration d_drop_wait;
};

struct chip_io { uint32_t column, row, chip, router; char *port; uint32_t flits_per_cycle; uint32_t payload_bits; };  /* 0: no values; router: in chip */

struct energy_term {            /* one price */
    int counter;                /* enum counter, or NO_INDEX: memory access (core_type.memory has its price) */
    struct cost cost;           /* J per count */
    enum scope scope;
    char *component;            /* "core", "router", "noc", "barrier", "io", "time" */
};

struct chip_figure {            /* one value of the file with its standing, for `volley info` and docs: what was stated, what is used */
    char *key;                  /* "core_types.lif28.memories.synapse.read" */
    struct cost cost;
    unsigned unit;              /* enum unit of cost.value */
    int is_time;                /* then: cycles of clock in use */
    uint64_t cycles;
    uint32_t clock;
};

struct chipfile {
    char *name, *about, *path, *technology, *voltage, *status;  /* status: what stands behind it, "ESTIMATE, not a measurement"; others "" if not given */
    char *validated;            /* what its figures were held against; "" if not given */
    double node_m;              /* process node, 0 if not given */
    double volts;               /* supply, 0 if not given */
    struct cost die;            /* area of the whole chip as published */
    struct chip_source *source;
    uint32_t n_sources;
    enum time_mode mode;
    uint64_t tick_ps;           /* length of a step, mode tick */
    uint64_t pace_ps, drain_ps; /* mode event: time between two network steps of input; from the input's end until the sample is cut off, 0: never */
    uint64_t reference_ps;      /* mode event: between two time references of a core; 0: it gets none */
    int reference_each;         /* 1: a time reference is a packet for each neuron of a core, in order; 0: one for all of them */
    struct clock_domain *clock;
    uint32_t n_clocks;
    /* barrier: cycles = base + per_hop * hops, or a table over tiles in use (linear between, held outside) */
    uint32_t barrier_clock;
    uint64_t barrier_base, barrier_per_hop;             /* cycles; hops = 2 x diameter */
    struct { double tiles; uint64_t cycles; } *barrier_at;
    uint32_t n_barrier_at;
    struct cost barrier_standing;                       /* value: s with every tile in use; low / value and high / value are factors on any barrier */
    enum layer_start layer_start;
    struct duration layer_start_time, sample_reset_time;        /* reset between samples, per core, all in parallel */
    struct chip_noc noc;
    struct chip_io in, out;
    struct core_type *type;
    uint32_t n_types;
    char *unplaced;                     /* NULL, or names of core types that the file describes and `placement` leaves out: "a, b" */
    uint32_t *core_type_of;             /* [cores] index into type: core = tile * cores_per_tile + k, tile = row * columns + column */
    uint32_t cores;
    struct chip_own { uint32_t core; struct chipfile *file; } *own;     /* single cores of another kind: the chip as if their whole type were of it */
    uint32_t n_own;
    struct energy_term *energy;         /* one per priced counter (work class) */
    uint32_t n_energy;
    int includes_memory;                /* 1: accesses are counted, not charged twice */
    int all_in;                         /* 1: the price of a sop contains hops, memory, static power; nothing is added to it */
    struct chip_static *static_;        /* of chip, tile, router, link (per unit) */
    uint32_t n_static;
    char *barrier_per;                  /* "core", "tile", "chip": what one barrier is charged per */
    struct chip_figure *figure;         /* every cost and time of the file, in reading order */
    uint32_t n_figures;
    struct fidelity notes;              /* memory derivation, fit error, quantities rounded to cycles */
};
struct chip_place { char *name, *path; };       /* a chip file that a name finds */

/* path: a path, or a name looked up in ./, the folders of $VOLLEY_CHIPS (colons between them) and the installed configs/chips
 * (also ./configs/chips and the one beside the program's build folder), with or without .yaml.
 * set: "KEY=VALUE" overrides (dotted keys: core_types.loihi.capacity.neurons=64, noc.size=16x16), applied before checking. */
struct chipfile *chipfile_read(const char *path, const char *const *set, uint32_t n_set, struct err *);
void chipfile_free(struct chipfile *);                          /* NULL is allowed */
/* An energy table (configs/energy) alone: its prices in energy, its power in static_, its source, and in about what router it is of; all else is empty.
 * chipfile_free frees. */
struct chipfile *chipfile_read_table(const char *path, struct err *);
/* The chips that a name finds, sorted, each once. The caller frees with chipfile_places_free. */
struct chip_place *chipfile_places(uint32_t *n);
void chipfile_places_free(struct chip_place *, uint32_t n);
/* Cycles of a service program per counted action, and per word of the memory that holds a table: of a read, with writes of a read and a
 * write together. 0: the program does not count it. */
uint64_t service_count_time(const struct service_term *, uint32_t n, enum counter);
uint64_t service_word_time(const struct core_type *, const struct service_term *, uint32_t n, enum table, int writes);
struct memory_shape chip_memory_shape(const struct chipfile *, const struct chip_memory *);     /* what its model is asked for */
const struct format *core_type_format(const struct core_type *, const char *name);     /* NULL: not given */
int core_type_is(const struct core_type *, const char *kind);   /* 1: it computes as this kind does; of a pair the first counts */
const struct energy_term *chipfile_price(const struct chipfile *, int counter);         /* NULL: not priced */
uint64_t chipfile_barrier_cycles(const struct chipfile *, uint32_t tiles_in_use);       /* in cycles of barrier_clock */
const char *basis_word(enum basis);

/* chipfile_graph.c: of the whole network, all chips. Routers, tiles and cores are numbered chip after chip. */
int chipfile_is_grid(const struct chip_noc *);                  /* mesh or torus */
uint32_t chipfile_chips(const struct chip_noc *);
uint32_t chipfile_routers(const struct chip_noc *);
uint32_t chipfile_tiles(const struct chip_noc *);
uint32_t chipfile_tile_router(const struct chip_noc *, uint32_t tile);
struct chip_link *chipfile_links(const struct chip_noc *, uint32_t *count);    /* every link, one way each; the caller frees */
int chipfile_counts(const struct chipfile *, int counter);      /* 0: a counter of something that this chip does not have */
char *chipfile_core_name(const struct chipfile *, uint32_t core, char *to, size_t size);       /* chip.tile.core; returns to */
/* "FILE:LINE:COLUMN: noc" before a message that says what of it cannot be built; returns -1. */
int chipfile_noc_context(const struct chipfile *, struct err *);
/* chipfile_own.c: 1: text, up to a '=', is how a core is named: tile3.core1, chip0.tile3.core1, 0.3.1 */
int chipfile_is_place(const char *text);
/* text: "tile3.core1=KIND"; set: the overrides that the chip was read with. ERR_INPUT: no such core, or a kind that its type cannot be of. */
int chipfile_own_kind(struct chipfile *, const char *text, const char *const *set, uint32_t n_set, struct err *);
const struct core_type *chipfile_kind_type(const struct chipfile *, uint32_t core);     /* whose kind the core is of: its type, but for chipfile_own_kind */
/* chipfile_event.c: "event, an input step every 10 ms, time references to all neurons every 10 ms"; "barrier"; "tick of 1 ms"; returns to */
char *chipfile_time_text(const struct chipfile *, char *to, size_t size);
char *chipfile_network_text(const struct chip_noc *, char *to, size_t size);   /* "8x8 mesh"; returns to */
/* The reference of all keys of a chip file, in Markdown, from the tables that read it: docs/keys.md. 0, or -1 where out refused it. */
int chipfile_write_keys(FILE *out);

#ifdef __cplusplus
}
#endif
#endif
