/* expr.h: the whole-number formulae of a manifest, "2*neurons + 1 + spikes": numbers, names, + - * / % and parentheses, and the functions
 * ceil(a, b) (a / b rounded up), min and max. Division is that of C. Read once with the names that may stand in it, worked out as often as
 * wanted with a value for each. Plain data: copied freely, nothing to free. */
#ifndef VOLLEY_CORES_FOREIGN_EXPR_H
#define VOLLEY_CORES_FOREIGN_EXPR_H
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { EXPR_STEPS = 48 };       /* numbers, names and operators of one formula */
struct expr_step {
    char what;                  /* '#' number, '$' name, else the operator: + - * / % n(egate) c(eil) m(in) M(ax) */
    int64_t value;              /* the number, or the name's index */
};
struct expr {                   /* in postfix order; of 0 steps: not given */
    uint32_t n;
    struct expr_step step[EXPR_STEPS];
};

/* -1 and ERR_INPUT (without a place: the caller puts it before) says the column within text, and what may stand there. */
int expr_read(struct expr *, const char *text, const char *const *name, size_t n_names, struct err *);
/* value[i] belongs to name[i]. -1 and ERR_ANSWER: division by zero, or a result that 63 bits do not hold. */
int expr_value(const struct expr *, const int64_t *value, int64_t *result, struct err *);

#ifdef __cplusplus
}
#endif
#endif
