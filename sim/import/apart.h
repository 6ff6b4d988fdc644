/* apart.h: reading a file in a process of its own, for a library that does not survive damaged files. libhdf5 (1.10) crashes on some,
 * never returns from others, or asks for absurd memory. So everything that calls it runs in a forked child under limits of time and
 * memory, which sends what it read through a pipe; a child that dies costs one message, not the run.
 *
 *     child, where libhdf5 is called        parent
 *     read(): apart_put_...   -- pipe -->   take(): apart_get_... in the same order
 *
 * The parent believes nothing: a length is held against the budget before memory is taken, and take() checks what it gets. The child
 * neither holds the parent's files nor flushes its stdio, ends with its parent, and gets Ctrl-C like it.
 *
 * The stream: blocks of a length (uint32_t) and that many bytes; a length of 0, then a struct err, end it (ERR_NONE: all was read). */
#ifndef VOLLEY_IMPORT_APART_H
#define VOLLEY_IMPORT_APART_H
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

struct apart_out;               /* the child's end */
struct apart_in;                /* the parent's end */

struct apart {
    const char *path;           /* begins the messages; the caller's */
    uint64_t file_size;         /* bytes; the time allowed grows with it */
    uint64_t memory;            /* bytes that the child may take, and the parent will accept in all */
    /* In the child; -1: err, which becomes the parent's. What it changes in memory the parent never sees; it need free nothing. */
    int (*read)(void *data, struct apart_out *, struct err *);
    /* In the parent, at the same time; -1 where a get failed (its message is found by apart_run), or for a reason of its own in err. */
    int (*take)(void *data, struct apart_in *, struct err *);
};

/* 0, or -1 and err: what read() said, what take() said, or that the file is damaged (ERR_INPUT), with the path. Never leaves a child behind. */
int apart_run(const struct apart *, void *data, struct err *);

/* A child that cannot send ends at once, so these cannot fail. */
void apart_put(struct apart_out *, const void *, uint64_t bytes);
void apart_put_number(struct apart_out *, uint64_t);
void apart_put_text(struct apart_out *, const char *);

/* -1: nothing more comes, or more than the budget allows. What was not got is 0 or NULL; what was is the caller's, free(). */
int apart_get(struct apart_in *, void *, uint64_t bytes);
int apart_get_number(struct apart_in *, uint64_t most, uint64_t *);     /* a number above most is nonsense: -1 */
int apart_get_text(struct apart_in *, char **);
int apart_get_array(struct apart_in *, uint64_t count, size_t size, void **);
int apart_spend(struct apart_in *, uint64_t bytes);     /* memory that the caller takes for what it got */
int apart_nonsense(struct apart_in *);                  /* -1: what came cannot be what a sound child sends */

#ifdef __cplusplus
}
#endif
#endif
