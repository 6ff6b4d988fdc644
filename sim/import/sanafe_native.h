/* sanafe_native.h: a network of SANA-FE as a network of volley's own chips (network.h): its neurons, synapses and delays, without its mapping. */
#ifndef VOLLEY_IMPORT_SANAFE_NATIVE_H
#define VOLLEY_IMPORT_SANAFE_NATIVE_H
#include "import/sanafe.h"
#include "network.h"
#ifdef __cplusplus
extern "C" {
#endif

/* What cannot be written so that it means the same is refused (ERR_ANSWER: the neuron, the reason); what is only nearly the same is a fidelity line
 * of the network. Neurons of the soma `input` become the network's input, in order of the file; *input: their numbers in the SANA-FE network, then
 * SANAFE_NOWHERE for the neuron "(start)" that sets initial potentials by one spike in the first step, if there are any. The caller frees both. */
struct network *sanafe_to_network(const struct sanafe_arch *, const struct sanafe_network *, const char *path, uint32_t **input, uint32_t *n_inputs,
                                  struct err *);

/* sanafe_write.c: the architecture as a chip file, priced by the units that this network uses, and its mapping as a map file for that chip
 * (network: the name of the network file). *why_not: NULL, or why the architecture is no chip file, and then nothing is written. -1: unwritable. */
int sanafe_write_chip(const struct sanafe_arch *, const struct sanafe_network *, const char *path, const char **why_not, struct err *);
int sanafe_write_map(const struct sanafe_arch *, const struct sanafe_network *, const char *path, const char *network, struct err *);

#ifdef __cplusplus
}
#endif
#endif
