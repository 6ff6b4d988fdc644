/* values.h: how valued input becomes packets: equal packets per value, or one packet with a whole number as its payload. */
#ifndef VOLLEY_IMPORT_VALUES_H
#define VOLLEY_IMPORT_VALUES_H
#include <stdint.h>

#include "import/events.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { VALUES_REPEAT_MAX = 4096 };

/* Smallest k <= VALUES_REPEAT_MAX for which every value is the float32 nearest to a whole number of k-ths; 0: there is none. */
uint32_t values_repeat(const struct events *);
/* Largest difference of a value from the nearest whole number of k-ths; 0 where values_repeat would accept k. */
double values_repeat_error(const struct events *, uint32_t k);
/* Smallest e >= 0 for which every value times 2^e is whole, kept such that |value| 2^e < 2^30; *exact: 0 where the values are rounded. */
int values_exponent(const struct events *, int *exact);

#ifdef __cplusplus
}
#endif
#endif
