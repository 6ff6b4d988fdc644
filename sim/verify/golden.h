/* golden.h: what a core did, as text that is kept and compared line by line: the trace of one stimulus, or cycles and accesses per kind of call of a
 * whole run. Both end with a line "end", so that a file cut short is told from one that differs. */
#ifndef VOLLEY_VERIFY_GOLDEN_H
#define VOLLEY_VERIFY_GOLDEN_H
#include <stdio.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

/* text, as it is now, against the file at path. 0: equal; 1: the first difference is said on `to`; -1: no such file, or cut short. */
int golden_compare(const char *text, const char *path, FILE *to, struct err *);
int golden_write(const char *text, const char *path, struct err *);

#ifdef __cplusplus
}
#endif
#endif
