/* sanafe.h: the files of SANA-FE, an architecture simulator (Boyle et al., IEEE TCAD 44(8), 2025): an architecture in YAML, a network with
 * its mapping in YAML or in the older line format (.net). docs/sanafe.md says what they hold and where volley departs from that tool.
 * Energies are joules, times seconds. Readers fail with ERR_INPUT and a place; what they return owns its document and is freed whole. */
#ifndef VOLLEY_IMPORT_SANAFE_H
#define VOLLEY_IMPORT_SANAFE_H
#include <stdint.h>

#include "base/err.h"
#include "base/fidelity.h"
#include "config/doc.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { SANAFE_DELAYS = 6, SANAFE_NOWHERE = UINT32_MAX };        /* slots of a dendrite with delays; no core */
enum sanafe_direction { SANAFE_NORTH, SANAFE_EAST, SANAFE_SOUTH, SANAFE_WEST, SANAFE_DIRECTIONS };
enum sanafe_section { SANAFE_AXON_IN, SANAFE_SYNAPSE, SANAFE_DENDRITE, SANAFE_SOMA, SANAFE_AXON_OUT, SANAFE_SECTIONS };
enum sanafe_model { SANAFE_AXON, SANAFE_CURRENT_BASED, SANAFE_ACCUMULATOR, SANAFE_ACCUMULATOR_DELAY, SANAFE_TAPS, SANAFE_LIF, SANAFE_TRUENORTH,
                    SANAFE_INPUT };
/* Where a core keeps what waits for the next step; in the order of its pipeline. */
enum sanafe_buffer { SANAFE_BEFORE_DENDRITE, SANAFE_IN_DENDRITE, SANAFE_BEFORE_SOMA, SANAFE_IN_SOMA, SANAFE_BEFORE_AXON_OUT };
enum sanafe_soma_price { SANAFE_ACCESS, SANAFE_UPDATE, SANAFE_SPIKE, SANAFE_PRICES };

struct sanafe_price { double energy, latency; };        /* of one action: joules, seconds */

struct sanafe_unit {            /* a part of a core's pipeline */
    const struct doc_node *at;
    char *name;                 /* "lif", or "lif[3]" of a range */
    enum sanafe_section section;
    enum sanafe_model model;
    struct sanafe_price price[SANAFE_PRICES];   /* [0] alone, but for a soma */
    int every_step, log_energy, log_latency;
};

struct sanafe_core_kind {       /* one entry of `core`, of which there may be many copies */
    const struct doc_node *at;
    const char *name;           /* without its range */
    int range;                  /* copies are called NAME[i] */
    uint32_t first, copies;     /* i of the first copy */
    enum sanafe_buffer buffer;
    uint32_t max_neurons;
    int log_energy;
    struct sanafe_unit *unit;   /* by section; those of section s are section[s] .. section[s + 1] - 1 */
    uint32_t section[SANAFE_SECTIONS + 1];
};

struct sanafe_tile_kind {       /* one entry of `tile` */
    const struct doc_node *at;
    const char *name;
    int range;
    uint32_t first, copies;
    struct sanafe_price hop[SANAFE_DIRECTIONS];
    int log_energy;
    struct sanafe_core_kind *core;
    uint32_t n_cores;           /* entries */
};

struct sanafe_tile { const struct sanafe_tile_kind *kind; uint32_t copy, x, y, first_core, n_cores; };
struct sanafe_core { const struct sanafe_core_kind *kind; uint32_t copy, tile, offset; };
struct sanafe_sync { uint32_t tiles; double seconds; };

struct sanafe_arch {
    struct doc *doc;
    char **owned;               /* names without their ranges */
    size_t n_owned, owned_capacity;
    const char *name;
    uint32_t width, height, link_buffer;        /* tiles; messages per link */
    struct sanafe_sync *sync;   /* by rising number of mapped tiles; one entry {0, t}: always t */
    uint32_t n_sync, n_tile_kinds, n_tiles, n_cores;
    struct sanafe_tile_kind *tile_kind;
    struct sanafe_tile *tile;   /* in order of creation; x = i / height, y = i % height */
    struct sanafe_core *core;
    struct fidelity notes;      /* what is in the file and has no effect */
};
struct sanafe_arch *sanafe_arch_read(const char *path, struct err *);
struct sanafe_arch *sanafe_arch_parse(const char *name, const char *text, size_t size, struct err *);
void sanafe_arch_free(struct sanafe_arch *);            /* NULL is allowed */
double sanafe_sync_time(const struct sanafe_arch *, uint32_t tiles);    /* seconds, for so many tiles in use */
char *sanafe_tile_name(const struct sanafe_arch *, uint32_t tile);      /* "loihi_tile[3]"; the caller frees */
char *sanafe_core_name(const struct sanafe_arch *, uint32_t core);      /* of the core alone */
const char *sanafe_model_name(enum sanafe_model);
const char *sanafe_section_name(enum sanafe_section);

/* ---- networks ---- */

enum sanafe_reset { SANAFE_RESET_NONE, SANAFE_RESET_SOFT, SANAFE_RESET_HARD, SANAFE_RESET_SATURATE };

struct sanafe_params {          /* attributes of one neuron, for whichever models it is given to */
    double threshold, reverse_threshold, reset, reverse_reset, leak_decay, input_decay, bias, potential, leak, poisson, rate;
    int reset_mode, reverse_mode;               /* enum sanafe_reset */
    uint32_t refractory, random_mask, n_spikes, taps;
    int force, leak_towards_zero, log_u;
    uint8_t *spikes;            /* [n_spikes] of 0 and 1, the first is of step 1 */
    double *time_constants, *space_constants;   /* [taps], [taps - 1]; NULL: not given. taps 0: as many as there are time constants */
    uint32_t n_time_constants, n_space_constants;
};

struct sanafe_group { const struct doc_node *at; const char *name; uint32_t first, n; };
struct sanafe_neuron {
    const struct doc_node *at;
    const struct sanafe_params *params;
    const char *hw[SANAFE_SECTIONS];            /* unit asked for by name; NULL: the first of its section. synapse: of the synapses that reach it */
    uint32_t group, core;       /* core: SANAFE_NOWHERE until it is mapped */
    uint8_t log_spikes, log_potential;
};
struct sanafe_edge { uint32_t pre, post, line, column; uint16_t tap, delay; double weight; };     /* line and column of the file, for messages */

struct sanafe_network {
    struct doc *doc;            /* NULL of a .net file */
    void **owned;               /* nodes and parameters; sanafe_network_free */
    size_t n_owned, owned_capacity;
    const char *name;
    struct sanafe_group *group;
    struct sanafe_neuron *neuron;
    struct sanafe_edge *edge;   /* in order of the file */
    uint32_t *mapped;           /* neurons in order of mapping: the order of work within a core */
    size_t n_groups, n_neurons, n_edges, n_mapped;
    size_t group_capacity, neuron_capacity, edge_capacity, mapped_capacity;
    struct fidelity notes;
};
/* path ends in .net: the line format; else YAML. The mapping is checked against the architecture: each neuron once, on a core that is there
 * and has place, its units known. */
struct sanafe_network *sanafe_network_read(const char *path, const struct sanafe_arch *, struct err *);
struct sanafe_network *sanafe_network_parse(const char *name, const char *text, size_t size, const struct sanafe_arch *, struct err *);
void sanafe_network_free(struct sanafe_network *);      /* NULL is allowed */
uint32_t sanafe_neuron_number(const struct sanafe_network *, uint32_t neuron);  /* within its group */
uint32_t sanafe_taps(const struct sanafe_params *);     /* of its dendrite; 0: nothing is said of it */
/* The unit of a section that a neuron uses: an index into its core kind's units. Names were checked by the reader. */
uint32_t sanafe_unit_of(const struct sanafe_arch *, const struct sanafe_neuron *, enum sanafe_section);

/* What a file is by its text, without reading it whole: YAML with the key `architecture`, or `mappings`; or lines of a .net file. */
enum sanafe_file { SANAFE_FILE_NONE, SANAFE_FILE_ARCH, SANAFE_FILE_NETWORK };
enum sanafe_file sanafe_file_kind(const char *path);

#ifdef __cplusplus
}
#endif
#endif
