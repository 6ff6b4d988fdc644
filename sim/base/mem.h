/* mem.h: memory that is there or the program stops. Sizes that come from a file are checked against the file's own size
 * before they reach these calls, so running out is not a user's error. What they return is freed with free(). */
#ifndef VOLLEY_BASE_MEM_H
#define VOLLEY_BASE_MEM_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

void *mem_new(size_t count, size_t size);               /* zeroed; aborts where there is none; never NULL */
void *mem_grow(void *old, size_t count, size_t size);   /* realloc of count * size; new bytes are not set */
char *mem_text(const char *);                           /* a copy */
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Makes room for one more element of *array (count used, *capacity there), doubling. */
void *mem_room(void *array, size_t count, size_t *capacity, size_t size);
/* A large array that will be read at random for long: moved onto huge pages (fewer address look-ups), where it is worth it.
 * The old one is gone; free() frees the new one too. */
void *mem_settle(void *old, size_t bytes);
uint64_t mem_peak(void);                                /* peak resident set of the process, bytes */

#ifdef __cplusplus
}
#endif
#endif
