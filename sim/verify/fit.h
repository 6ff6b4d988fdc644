/* fit.h: what a number is made of: a sum of count x coefficient, fitted to many observations by least squares, with whole coefficients and as few
 * counts as explain it exactly, where some do. Sums are kept, not observations, and exactly: counts below 2^20, observations below 2^32. */
#ifndef VOLLEY_VERIFY_FIT_H
#define VOLLEY_VERIFY_FIT_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { FIT_COUNTS = 12, FIT_TERMS = 4 };        /* counts that may matter; terms of a sum at most */

struct fit {                    /* all 0 at first */
    uint32_t counts;            /* in use: x[0 .. counts), the ones to be preferred first */
    uint64_t n;
    __int128 xx[FIT_COUNTS][FIT_COUNTS], xy[FIT_COUNTS], yy;
};
struct fitted {
    uint32_t terms, count[FIT_TERMS];           /* which counts, rising */
    int64_t times[FIT_TERMS];                   /* cycles, or accesses, per count; 0 or more */
    int exact;                  /* 1: no observation differs */
    double error;               /* root of the mean square of what is left */
};

void fit_add(struct fit *, const uint64_t *x, uint64_t y);
/* The first exact sum, by number of terms and then by preference; where none is exact the closest. terms 0: all observations are 0. */
struct fitted fit_best(const struct fit *);

#ifdef __cplusplus
}
#endif
#endif
