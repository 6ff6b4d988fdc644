/* slots.h: one link's reserved cycles as a bitmap, from the start of a step; the first free run at or after a time is taken. */
#ifndef VOLLEY_NOC_SLOTS_H
#define VOLLEY_NOC_SLOTS_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

struct slots { uint64_t *word; uint32_t words, used; uint64_t reserved; };      /* used: words that may be non-zero */

uint64_t slots_take(struct slots *, uint64_t from, uint32_t cycles);    /* first cycle of the run taken, >= from */
void slots_clear(struct slots *);
void slots_close(struct slots *);

#ifdef __cplusplus
}
#endif
#endif
