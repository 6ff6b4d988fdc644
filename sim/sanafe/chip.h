/* chip.h: an architecture of SANA-FE with a network on it, ready to run: neurons by place (core by core, in order of mapping), the units that
 * are in use, the axons of each neuron and their synapses. Nothing in it changes during a run but the counts of parts. */
#ifndef VOLLEY_SANAFE_CHIP_H
#define VOLLEY_SANAFE_CHIP_H
#include <stdint.h>

#include "import/sanafe.h"
#ifdef __cplusplus
extern "C" {
#endif

struct sanafe_part {            /* a unit that some neuron uses; counts are of the step in hand */
    const struct sanafe_unit *unit;
    uint32_t core;              /* index into the used cores */
    uint32_t index;             /* of the unit in its core */
    uint32_t user;              /* of a dendrite of taps: the place that synapses reach, plus 1; 0: none */
    uint64_t calls, updated, fired;             /* fired ones are updated, too */
    double latency;             /* seconds at work in this step */
};
struct sanafe_place {           /* a neuron where it stands */
    uint32_t neuron, part[SANAFE_SECTIONS];     /* parts of its dendrite, soma, and of the synapses that reach it */
};
struct sanafe_used_core { uint32_t core, first, n; };   /* of the architecture; its places */
struct sanafe_axon {            /* from one neuron to one core */
    uint32_t to;                /* index into the used cores */
    uint32_t hops, first, n;    /* synapses first .. first + n - 1 */
    uint32_t x_hops, y_hops;
    enum sanafe_direction x_direction, y_direction;
    double min_delay;           /* seconds of its hops alone */
};
struct sanafe_synapse { double weight; uint32_t post; uint16_t delay, tap; };           /* post: a place */

struct sanafe_group_sums { uint64_t spikes, sops, updates, packets; double energy; };   /* of a run; sops and updates: of its own neurons */

struct sanafe_chip {
    const struct sanafe_arch *arch;
    const struct sanafe_network *net;
    struct sanafe_part *part;
    struct sanafe_place *place;
    struct sanafe_used_core *core;
    struct sanafe_axon *axon;
    struct sanafe_synapse *synapse;
    uint64_t *axon_first;       /* [places + 1] */
    uint32_t n_parts, n_places, n_cores, tiles_used;
    uint64_t n_axons, n_synapses;
    double sync;                /* seconds a step adds for its barrier */
    struct fidelity notes;
};
struct sanafe_chip *sanafe_chip_make(const struct sanafe_arch *, const struct sanafe_network *, struct err *);
void sanafe_chip_free(struct sanafe_chip *);            /* NULL is allowed; architecture and network stay */
char *sanafe_place_name(const struct sanafe_chip *, uint32_t place);    /* "group.number"; the caller frees */

#ifdef __cplusplus
}
#endif
#endif
