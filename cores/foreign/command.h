/* command.h: running compilers: argument lists without a shell in between, their output in a log, and the first real error in it. */
#ifndef VOLLEY_CORES_FOREIGN_COMMAND_H
#define VOLLEY_CORES_FOREIGN_COMMAND_H
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { COMMAND_WORDS = 400 };
struct command {                /* words are owned */
    char *word[COMMAND_WORDS + 1];
    uint32_t n;
};

void command_add(struct command *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void command_clear(struct command *);
/* Runs it to its end with both outputs appended to the file log. Its exit status; -1 and ERR_INPUT where the program is not there, named with
 * what to install. */
int command_run(const struct command *, const char *log, const char *install, struct err *);
/* The same, for its answer: up to size - 1 bytes of stdout, without the last line break. -1 too where its exit status is not 0. */
int command_answer(const struct command *, char *to, size_t size, const char *install, struct err *);
/* The first line of the log that names an error, as g++ ("x.cpp:3:5: error: ..."), ld and Verilator ("%Error: x.v:3:5: ...") write them,
 * without the tool's own prefix; the last line that is not empty where none does. */
void command_first_error(const char *log, char *to, size_t size);

#ifdef __cplusplus
}
#endif
#endif
