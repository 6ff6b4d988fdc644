/* whole.h: a file that appears complete or not at all: it is written beside its place as PATH.part and moved there when closed.
 * A place that is no regular file (/dev/stdout, a pipe, a link) is written directly. Two writers of one path at a time are not foreseen.
 * Owner: the caller of whole_open, until whole_close or whole_drop. Errors are ERR_INPUT and name the path; after one nothing is
 * left at PATH.part, and what stood at the path is untouched. Several files that belong together: settle all, then close all. */
#ifndef VOLLEY_BASE_WHOLE_H
#define VOLLEY_BASE_WHOLE_H
#include <stdio.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

struct whole {
    FILE *file;             /* write here; failures are found by whole_settle or whole_close. NULL once settled */
    char *path, *part;      /* part NULL: written directly */
};

int whole_open(struct whole *, const char *path, struct err *);
int whole_settle(struct whole *, struct err *);     /* all is on the disk, as PATH.part: whole_close has only to move it */
int whole_close(struct whole *, struct err *);      /* settles it if need be, and moves it to its place */
void whole_drop(struct whole *);                    /* gives the file up; may be called again, and after an error */

#ifdef __cplusplus
}
#endif
#endif
