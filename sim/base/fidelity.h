/* fidelity.h: what was not taken over exactly. Every part of the load path appends lines; the report prints them grouped.
 * A warning is a fidelity line of kind FIDELITY_WARNING. */
#ifndef VOLLEY_BASE_FIDELITY_H
#define VOLLEY_BASE_FIDELITY_H
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif

enum fidelity_kind { FIDELITY_EXACT, FIDELITY_ROUNDED, FIDELITY_REWRITTEN, FIDELITY_EMULATED, FIDELITY_APPROXIMATED, FIDELITY_NOTE, FIDELITY_WARNING };
struct fidelity_line {
    enum fidelity_kind kind;
    char *node;             /* population, projection or NIR node; "" for the whole network */
    char *text;             /* one sentence without a full stop */
};
struct fidelity {
    struct fidelity_line *line;
    size_t count, capacity;
};
void fidelity_add(struct fidelity *, enum fidelity_kind, const char *node, const char *format, ...) __attribute__((format(printf, 4, 5)));
void fidelity_clear(struct fidelity *);
const char *fidelity_word(enum fidelity_kind);  /* "exact", "rounded", ... */

#ifdef __cplusplus
}
#endif
#endif
