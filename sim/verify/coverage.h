/* coverage.h: which lines, bits and cover points of the RTL were reached: Verilator's coverage data of many runs added up, sorted by module, and held
 * against a file of waivers, each with its reason. */
#ifndef VOLLEY_VERIFY_COVERAGE_H
#define VOLLEY_VERIFY_COVERAGE_H
#include <stdio.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

struct coverage;                /* opaque */

struct coverage *coverage_new(void);
void coverage_free(struct coverage *);
/* Adds the counts of a file as Verilator writes it; a point is the same in every instance and size of its module. ERR_INPUT: no such file. */
int coverage_add(struct coverage *, const char *path, struct err *);
/* Waivers: a line each, "MODULE KIND LINE TEXT  # reason"; LINE and TEXT may be *. ERR_INPUT with the place: one without a reason, or that waives
 * nothing of what was counted. */
int coverage_waive(struct coverage *, const char *path, struct err *);
/* A line per module and kind, then the holes. 0: lines and points all reached, bits 95 % and more, or waived; 1: less. */
int coverage_report(const struct coverage *, FILE *);

#ifdef __cplusplus
}
#endif
#endif
