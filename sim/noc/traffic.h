/* traffic.h: synthetic traffic for a network alone: who sends to whom, and when. Nodes are endpoints 0 .. columns * rows - 1, laid out
 * row by row. Steady: each node starts packets at random, independently, with a mean of `load` flits per cycle. Burst: each node has
 * `burst` packets, all at cycle 0, or paced by `load` where it is not 0. Random numbers are a function of (seed, node,
 * packet, use): the same traffic for any network. */
#ifndef VOLLEY_NOC_TRAFFIC_H
#define VOLLEY_NOC_TRAFFIC_H
#include <stdint.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif
struct traffic;

enum traffic_pattern { TRAFFIC_UNIFORM, TRAFFIC_TRANSPOSE, TRAFFIC_BITCOMP, TRAFFIC_BITREV, TRAFFIC_SHUFFLE, TRAFFIC_TORNADO, TRAFFIC_NEIGHBOUR,
                       TRAFFIC_HOTSPOT, TRAFFIC_PERMUTATION, TRAFFIC_PATTERNS };
extern const char *const traffic_names[TRAFFIC_PATTERNS];       /* uniform, transpose, ... */

struct traffic_config {
    enum traffic_pattern pattern;
    uint32_t columns, rows, flits;      /* flits per packet */
    double load;                        /* flits per node and cycle, at most 1; with a burst 0: no pace */
    uint32_t burst;                     /* packets per node; 0: steady */
    uint32_t hot_node;                  /* hotspot: this node is drawn hot_weight times as often as another; 0: the default, a */
    double hot_weight;                  /* node in the middle, a quarter as heavy as there are nodes */
    uint64_t seed;
};
struct traffic_packet { uint64_t cycle; uint32_t from, to, ways; };     /* ways: a coin for each axis, for rings (topology_next) */

/* NULL and err (ERR_INPUT) where the pattern does not fit the nodes. The caller frees. */
struct traffic *traffic_new(const struct traffic_config *, struct err *);
void traffic_free(struct traffic *);                            /* NULL is allowed */
/* The next packet in order of (cycle, node); cycle UINT64_MAX: there are no more. */
struct traffic_packet traffic_next(struct traffic *);
/* The number of a pattern by its name; -1: none has it. */
int traffic_find(const char *name);
/* What is in use, defaults filled in. */
const struct traffic_config *traffic_config(const struct traffic *);

#ifdef __cplusplus
}
#endif
#endif
