/* values.h: how valued input becomes packets: equal packets per value, or one packet with a whole number as its payload. */
#ifndef VOLLEY_IMPORT_VALUES_H
#define VOLLEY_IMPORT_VALUES_H
#include <stdint.h>

#include "import/events.h"
#ifdef __cplusplus
extern "C" {
#endif

enum {
    VALUES_REPEAT_MAX = 4096,
    VALUES_PACKETS_MAX = 1 << 25        /* of one step: some 100 bytes each while the step is run */
};

/* Smallest k <= VALUES_REPEAT_MAX for which every value is the float32 nearest to a whole number of k-ths; 0: there is none. */
uint32_t values_repeat(const struct events *);
/* Largest difference of a value from the nearest whole number of k-ths; 0 where values_repeat would accept k. */
double values_repeat_error(const struct events *, uint32_t k);
/* The step that takes most packets when each value is sent as v x k of them, and how many. */
struct values_step { uint32_t sample, step; double packets; };
struct values_step values_busiest(const struct events *, uint32_t k);
/* Smallest e >= 0 for which every value times 2^e is whole, kept such that |value| 2^e < 2^30; *exact: 0 where the values are rounded. */
int values_exponent(const struct events *, int *exact);

#ifdef __cplusplus
}
#endif
#endif
