/* nir_neuron.h: a neuron node as a population's rule and arrays. The membrane is measured so that its input has gain 1 (m = v / g,
 * or (v - v_leak) / g), thresholds and reset values with it; what was scaled or shifted leaves a fidelity line.
 *     IF, I      v = v + r x                              g = r
 *     LIF, LI    v = v_leak + beta (v - v_leak) + g x     g = r d,         d = dt/tau or 1 - exp(-dt/tau)
 *     CubaLIF    s = alpha s + w_in d_syn x,  v = v_leak + beta (v - v_leak) + r d_mem s,   g = w_in d_syn r d_mem
 *     Threshold  v = x */
#ifndef VOLLEY_IMPORT_NIR_NEURON_H
#define VOLLEY_IMPORT_NIR_NEURON_H
#include "base/err.h"
#include "import/nir_graph.h"
#include "import/nir_rules.h"
#include "network.h"
#ifdef __cplusplus
extern "C" {
#endif

/* node: whose state it is. threshold: the Threshold node behind an I, LI or CubaLI, else NULL. recurrent: the population has a
 * projection to itself. The population has its shape; adds to its bias. */
int nir_neuron_fill(const struct nir_rules *, const struct flat_node *node, const struct flat_node *threshold, int recurrent,
                    struct population *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
