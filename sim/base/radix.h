/* radix.h: stable sort of (time, index) pairs packed as time << 32 | index: by time only, so equal times keep their order. */
#ifndef VOLLEY_BASE_RADIX_H
#define VOLLEY_BASE_RADIX_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/* Sorts key[0 .. n) using spare[0 .. n); returns the array that holds the result (key or spare). */
uint64_t *radix_sort(uint64_t *key, uint64_t *spare, uint64_t n);

#ifdef __cplusplus
}
#endif
#endif
