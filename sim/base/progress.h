/* progress.h: one line on stderr, rewritten in place, while a long run goes on: done, rate, time left. Silent where stderr is no
 * terminal and for the first second. The text never reaches a file, so results do not depend on it. */
#ifndef VOLLEY_BASE_PROGRESS_H
#define VOLLEY_BASE_PROGRESS_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

struct progress { const char *what; double begin_s, shown_s; int on, wrote; };

void progress_begin(struct progress *, const char *what);       /* what: "samples"; the caller's, outlives it */
void progress_show(struct progress *, uint64_t done, uint64_t all);
void progress_end(struct progress *);                           /* clears the line */

#ifdef __cplusplus
}
#endif
#endif
