/* sweep_plan.h: a sweep's file, read and checked: what every point has in common, and the lists whose product the points are. The plan owns
 * its document; texts and nodes handed out are the document's. */
#ifndef VOLLEY_CLI_SWEEP_PLAN_H
#define VOLLEY_CLI_SWEEP_PLAN_H
#include <stdint.h>

#include "base/err.h"
#include "cli/cli.h"
#include "config/doc.h"
#include "config/fields.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { SWEEP_AXES = 16, SWEEP_POINTS = 10000 };         /* at most; a point is a run */
enum sweep_kind { SWEEP_CHIP, SWEEP_NETWORK, SWEEP_OPTION, SWEEP_SET };
struct sweep_axis {             /* one key of vary */
    const struct doc_node *key, *values;        /* values: a list of scalars, one at least */
    enum sweep_kind kind;
};
struct sweep_plan {
    struct doc *doc;
    const char *chip, *network, *input, *labels;        /* NULL: not said, or varied */
    const struct doc_node *options, *vary;              /* options NULL: none */
    struct sweep_axis axis[SWEEP_AXES];
    uint32_t n_axes, n_points;
};
extern const struct field_table sweep_table_file;       /* for the reference */

/* 0, or -1 and an ERR_INPUT with file:line:column. What is wrong for every point is found here, before anything is run: unknown keys, values
 * an option does not take, files that are not there, a chip that cannot be read, or not with one of the values of a key. */
int sweep_plan_read(struct sweep_plan *, const char *path, struct err *);
void sweep_plan_free(struct sweep_plan *);
/* The value of an axis at a point: the first axis is the slowest. */
const struct doc_node *sweep_plan_value(const struct sweep_plan *, uint32_t point, uint32_t axis);
/* The command line that a point is: volley run with its options. Errors are those of such a command line. cli_free frees it, also after one. */
int sweep_plan_point(const struct sweep_plan *, uint32_t point, struct cli *, struct err *);

/* sweep_check.c: the last part of sweep_plan_read: what needs other files. */
int sweep_check(const struct sweep_plan *, struct err *);

#ifdef __cplusplus
}
#endif
#endif
