/* counters.h: ids of counter_list.h. Counts are uint64 in arrays of N_COUNTERS; groups of a run are its populations, then (chip), (host). */
#ifndef VOLLEY_COUNTERS_H
#define VOLLEY_COUNTERS_H
#include <stdint.h>
#include <stdio.h>

#include "counter_list.h"
#ifdef __cplusplus
extern "C" {
#endif

enum counter {
#define X(id, name, key, class, unit, help) COUNT_##id,
    COUNTER_LIST(X)
#undef X
    N_COUNTERS
};
enum counter_class { COUNTER_WORK, COUNTER_TIME };
struct counter_info {
    const char *name, *key;
    enum counter_class class_;
    const char *unit, *help;
};
extern const struct counter_info counters[N_COUNTERS];

int counter_by_name(const char *name);  /* enum counter, or -1 */
int counter_by_key(const char *key);    /* price key; -1 if none */
void counters_write(FILE *);            /* docs/counters.md: every counter with key, class, unit and meaning */

#ifdef __cplusplus
}
#endif
#endif
