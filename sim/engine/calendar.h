/* calendar.h: who has something to do in which cycle: a ring of buckets for the cycles that are near, a heap for those that are far. Of each
 * member only the earliest call counts. Calls of one cycle come in order of the members' numbers, whatever the order in which they were made. */
#ifndef VOLLEY_ENGINE_CALENDAR_H
#define VOLLEY_ENGINE_CALENDAR_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

struct calendar;

struct calendar *calendar_open(uint32_t members);       /* empty, at cycle 0; the caller closes */
void calendar_close(struct calendar *);                 /* NULL is allowed */
void calendar_clear(struct calendar *);                 /* empty again, at cycle 0 */
/* Not before the cycle that was last taken from. A later call of a member that has an earlier one is forgotten. */
void calendar_call(struct calendar *, uint64_t cycle, uint32_t member);
uint64_t calendar_next(struct calendar *);              /* the earliest cycle that somebody is called for; UINT64_MAX: none */
/* The next member called for this cycle, which is calendar_next's; UINT32_MAX: no more. Calls for the same cycle may be made meanwhile. */
uint32_t calendar_take(struct calendar *, uint64_t cycle);

#ifdef __cplusplus
}
#endif
#endif
