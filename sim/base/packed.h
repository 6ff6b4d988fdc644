/* packed.h: a list of whole numbers in few bytes, written at the end and read in order. For counts of which most are 0 and few are
 * large: a number takes a byte per 7 bits, a run of zeros two. About 40 bytes for the counters of a step instead of 400. */
#ifndef VOLLEY_BASE_PACKED_H
#define VOLLEY_BASE_PACKED_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

struct packed { unsigned char *at; size_t n, capacity; };       /* bytes; the caller frees at */

void packed_add(struct packed *, const uint64_t *value, size_t n);
/* Reads n numbers, as many as one packed_add wrote, from byte from (0 at first); returns the byte after them. */
size_t packed_read(const struct packed *, size_t from, uint64_t *value, size_t n);

#ifdef __cplusplus
}
#endif
#endif
