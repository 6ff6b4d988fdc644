/* mapping.h: which neuron sits on which core, in which order, and on which place of the mesh the core lies. Every capacity of
 * the core type is kept: neurons (x compartments), axons in, axons out, each memory's tables, delay. Deterministic. */
#ifndef VOLLEY_MAPPING_H
#define VOLLEY_MAPPING_H
#include "chipfile.h"
#include "network.h"
#include "quantise.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Nobody knows rates before a run. Work is estimated for a step in which one source in so many spikes: the layers of the five
 * trained networks of the tests fire at 0.02 to 0.2 per step (docs/mapping.md says what other guesses cost). */
enum { MAP_RARITY = 8 };

struct map_core {
    uint32_t core;              /* chip core (tile * cores_per_tile + k) after placement */
    uint32_t type;
    uint32_t neurons;
    uint32_t *neuron;           /* global numbers in local order; grouped by population in rising population order */
    /* use of every capacity */
    uint32_t compartments;
    uint32_t axons_in;          /* rows: sources that reach the core, and one per population whose bias comes from the host */
    uint32_t axons_out;         /* routes: (neuron, core reached), and one per neuron that is read out by the host */
    uint64_t *memory_bits;      /* [core_type.n_memories] */
    uint64_t synapses;
    uint64_t work;              /* estimate: core cycles of a step in which one source in MAP_RARITY spikes; of the synapses then
                                 * processed + updates where the core type states no times */
};
struct mapping {
    uint32_t n_cores;           /* used */
    struct map_core *core;      /* by rising chip core number */
    uint64_t neurons;
    uint64_t *first;            /* [n_populations + 1]: global number of a population's first neuron; host input excluded: first[0] = first[1] = 0 */
    uint32_t *core_of, *local_of;       /* [neurons]: index into core[], local number */
    double packets_per_spike;   /* mean over all sources (host too), each spiking once: distinct cores reached, without the host's output */
    double hops_per_spike;      /* of the same packets, predicted, unicast */
    char *method;
    struct fidelity fidelity;
};
struct map_options {
    const char *method;         /* "pack" (default, NULL), "fill", "balance", or the path of a map file */
    uint32_t cores;             /* --cores N: no more than so many cores; 0: all */
};
/* NULL and err (ERR_ANSWER): "does not fit" names the population, the table or capacity, needed and had, and what would help. */
struct mapping *mapping_make(const struct network *, const struct quantised *, const struct chipfile *, const struct map_options *, struct err *);
void mapping_free(struct mapping *);
/* A map file: YAML: network, chip, cores: [{core: 3, neurons: {lif1: [0..127], ...}}]; mapping_make reads it back through options.method. */
int mapping_write(const struct mapping *, const struct network *, const struct chipfile *, const char *path, struct err *);

#ifdef __cplusplus
}
#endif
#endif
