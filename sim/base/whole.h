/* whole.h: a file that appears complete or not at all: it is written beside its place as PATH.part and moved there when closed.
 * A place that is no regular file (/dev/stdout, a pipe) is written directly. Two writers of one path at a time are not foreseen.
 * Owner: the caller of whole_open, until whole_close or whole_drop. Errors are ERR_INPUT and name the path. */
#ifndef VOLLEY_BASE_WHOLE_H
#define VOLLEY_BASE_WHOLE_H
#include <stdio.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

struct whole {
    FILE *file;             /* write here; failures are found by whole_close */
    char *path, *part;      /* part NULL: written directly */
};

int whole_open(struct whole *, const char *path, struct err *);
int whole_close(struct whole *, struct err *);      /* -1: nothing is left at PATH.part, and what stood at path is untouched */
void whole_drop(struct whole *);                    /* gives the file up */

#ifdef __cplusplus
}
#endif
#endif
