/* network_parts.h: the stages of network_finish, in the order in which it calls them; for sim/network*.c only. */
#ifndef VOLLEY_NETWORK_PARTS_H
#define VOLLEY_NETWORK_PARTS_H
#include "network.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { DELAY_MAX = 1 << 20 };   /* network steps of one projection, source neuron or synapse */

/* network_random.c: the synapses of one source of FORM_RANDOM, fan_out of them, written to `to`. */
uint32_t network_random_row(const struct projection *, const struct network *, uint32_t pre, struct synapse *to);
/* Shapes, sizes, values, names: ERR_INPUT that names the population or projection. Changes nothing. */
int network_check(const struct network *, struct err *);
/* Populations by (fewest projections from the host, name), then projections by (to, from, name). Unreached ones come last and
 * get a warning. */
void network_order(struct network *);
/* back and its step of delay; notes for cycles of more than one population. Wants network_order. */
void network_back_edges(struct network *);
/* Depths and chip delays; shifts back edges where allowed. Wants network_back_edges. */
int network_depths(struct network *, int allow_shift, struct err *);

#ifdef __cplusplus
}
#endif
#endif
