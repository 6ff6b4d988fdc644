/* odin_sdsp.h: the arithmetic of one ODIN neuron and one of its synapses: spike-dependent synaptic plasticity (SDSP), its calcium variable, and
 * the bistability of weights. A weight is 0 .. 7, a membrane 0 .. 255.
 *     a spike arrives at a plastic synapse:   w + 1 if the target is `up`,  w - 1 if it is `down`, within 0 .. 7
 *     up:    v >= theta_mem and theta1 <= Ca < theta3        down:  v < theta_mem and theta1 <= Ca < theta2
 *     Ca:    + 1 when the neuron fires, - 1 at each ca_leak-th time reference, both at once: as it was; within 0 .. 7
 *     a bistability event:                    w + 1 from 4 on,  w - 1 below
 * up and down are flags of a neuron, made anew at each event that visits it, so a weight follows what the neuron was before the spike.
 * J. M. Brader, W. Senn, S. Fusi, Neural Computation 19 (2007); C. Frenkel et al., IEEE Trans. Biomedical Circuits and Systems 13 (2019);
 * rules as the chip's public documentation and source have them (github.com/ChFrenkel/ODIN). */
#ifndef VOLLEY_CORES_ODIN_SDSP_H
#define VOLLEY_CORES_ODIN_SDSP_H
#include <stdint.h>

#include "cores/image.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { ODIN_WEIGHT_MOST = 7, ODIN_CALCIUM_MOST = 7, ODIN_MEMBRANE_MOST = 255 };

struct odin_neuron {
    uint8_t membrane, threshold;
    uint8_t calcium, references;    /* references since calcium last leaked */
    uint8_t learns;                 /* its synapses are plastic; else calcium rests and neither flag is ever set */
    uint8_t up, down;
};

/* A synapse after a spike on it, its target's flags as they were before. */
uint32_t odin_weight(uint32_t weight, int up, int down);
uint32_t odin_bistable(uint32_t weight);
/* A weight of either sign arrives, or none (0): the membrane stops at 0 and at 255. 1: the neuron fires, and is at 0. */
int odin_stimulate(struct odin_neuron *, const struct image_sdsp *, int32_t weight);
/* A time reference: the membrane loses `leak`, not below 0; calcium may leak. 1: it fires, which only a threshold of 0 can do. */
int odin_reference(struct odin_neuron *, const struct image_sdsp *, uint32_t leak);

#ifdef __cplusplus
}
#endif
#endif
