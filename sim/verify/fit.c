/* Least squares over sets of counts, smallest sets first. The normal equations give coefficients, which are rounded to whole numbers; what is left
 * of the observations, squared and summed, follows from the same sums in whole numbers, so 0 is 0. */
#include "verify/fit.h"

#include <math.h>

/* Rounded coefficients of the chosen counts. 0; -1 where they hang on each other, or one would be below 0. */
static int solve(const struct fit *f, struct fitted *s)
{
    double a[FIT_TERMS][FIT_TERMS + 1];
    uint32_t n = s->terms;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++)
            a[i][j] = (double)f->xx[s->count[i]][s->count[j]];
        a[i][n] = (double)f->xy[s->count[i]];
    }
    for (uint32_t k = 0; k < n; k++) {          /* the matrix is symmetric and not negative: no pivot needs to be looked for */
        if (a[k][k] <= 1e-9 * (double)f->xx[s->count[k]][s->count[k]])
            return -1;
        for (uint32_t i = k + 1; i < n; i++)
            for (uint32_t j = n + 1; j-- > k;)
                a[i][j] -= a[i][k] / a[k][k] * a[k][j];
    }
    for (uint32_t k = n; k-- > 0;) {
        double x = a[k][n];
        for (uint32_t j = k + 1; j < n; j++)
            x -= a[k][j] * (double)s->times[j];
        s->times[k] = llround(x / a[k][k]);
        if (s->times[k] < 0)
            return -1;
    }
    return 0;
}

/* Sum of the squares of y - times x, out of the sums. */
static __int128 left(const struct fit *f, const struct fitted *s)
{
    __int128 sum = f->yy;
    for (uint32_t i = 0; i < s->terms; i++) {
        sum -= 2 * (__int128)s->times[i] * f->xy[s->count[i]];
        for (uint32_t j = 0; j < s->terms; j++)
            sum += (__int128)s->times[i] * s->times[j] * f->xx[s->count[i]][s->count[j]];
    }
    return sum;
}

/* The next set of as many counts in lexical order; 0: there is none. */
static int next_set(struct fitted *s, uint32_t counts)
{
    for (uint32_t i = s->terms; i-- > 0;)
        if (s->count[i] + (s->terms - i) < counts) {
            s->count[i]++;
            for (uint32_t j = i + 1; j < s->terms; j++)
                s->count[j] = s->count[j - 1] + 1;
            return 1;
        }
    return 0;
}

void fit_add(struct fit *f, const uint64_t *x, uint64_t y)
{
    for (uint32_t i = 0; i < f->counts; i++) {
        for (uint32_t j = 0; j < f->counts; j++)
            f->xx[i][j] += (__int128)x[i] * (int64_t)x[j];
        f->xy[i] += (__int128)x[i] * (int64_t)y;
    }
    f->yy += (__int128)y * (int64_t)y;
    f->n++;
}

/* A coefficient of 0 says that a smaller set would have done: it is passed over. */
static int all_needed(const struct fitted *s)
{
    for (uint32_t i = 0; i < s->terms; i++)
        if (!s->times[i])
            return 0;
    return 1;
}

struct fitted fit_best(const struct fit *f)
{
    struct fitted best = {.exact = f->yy == 0};
    __int128 least = f->yy;
    for (uint32_t terms = 1; !best.exact && terms <= FIT_TERMS && terms <= f->counts; terms++) {
        struct fitted s = {.terms = terms};
        for (uint32_t i = 0; i < terms; i++)
            s.count[i] = i;
        do {
            if (solve(f, &s) || !all_needed(&s) || left(f, &s) >= least)
                continue;
            least = left(f, &s);
            best = s;
            best.exact = !least;
        } while (!best.exact && next_set(&s, f->counts));
    }
    best.error = f->n ? sqrt((double)least / (double)f->n) : 0;
    return best;
}
