/* retire.h: what a core says about its work, change by change, on its retire port (rtl/README.md), so that the first wrong one can be named.
 * A hardware word holds several neurons: its lanes come one behind the other, rising, with one order number. Where a core has no such
 * port, the writes of the memory that holds its neurons stand in for it. Plain data, nothing is owned. */
#ifndef VOLLEY_CORES_RETIRE_H
#define VOLLEY_CORES_RETIRE_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

enum retired_what {
    RETIRED_SUM,            /* a weight was added to a neuron's accumulator: before and after are sums, input is the weight */
    RETIRED_STATE,          /* a neuron was updated: before and after are variable 0 (the membrane), input the sum that the update used */
    RETIRED_WEIGHT          /* learning: before and after are the weight of (axon, neuron), input is what the rule added */
};
enum { RETIRED_NO_INPUT = 1, RETIRED_NO_BEFORE = 2 };   /* struct retired.unknown: a core that does not say it */

struct retired {
    uint64_t order;         /* number of the word, from reset, without gaps */
    uint32_t neuron;        /* local number; at or beyond the image's neurons: a lane without one */
    uint32_t axon;          /* RETIRED_SUM, RETIRED_WEIGHT; event cores: of the packet in service, else 0 */
    int64_t input, before, after;
    uint8_t what;           /* enum retired_what */
    uint8_t held;           /* RETIRED_STATE: outside its window */
    uint8_t spike;          /* RETIRED_STATE */
    uint8_t unknown;
};

typedef void retire_watch(void *to, const struct retired *);

#ifdef __cplusplus
}
#endif
#endif
