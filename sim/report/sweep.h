/* sweep.h: many runs as one table: a row per point with the figures that a design is chosen by, the points that no other beats (the Pareto
 * front), as CSV and as text. Figures are SI and of one sample where their name says so; NAN: not known. The caller owns everything; a row's
 * message is freed by sweep_rows_free. */
#ifndef VOLLEY_REPORT_SWEEP_H
#define VOLLEY_REPORT_SWEEP_H
#include <stdint.h>
#include <stdio.h>

#include "energy.h"
#include "engine/run.h"
#ifdef __cplusplus
extern "C" {
#endif

enum sweep_status { SWEEP_INTERRUPTED, SWEEP_RAN, SWEEP_REFUSED };      /* interrupted: not reached, or not finished */
enum sweep_figure {             /* in the order of sweep.csv's columns */
    SWEEP_ACCURACY, SWEEP_FLOAT_ACCURACY,                               /* shares, 0..1 */
    SWEEP_ENERGY, SWEEP_ENERGY_LOW, SWEEP_ENERGY_HIGH, SWEEP_TOTAL_ENERGY,      /* J per sample: dynamic with its range; with the whole chip's static */
    SWEEP_TIME, SWEEP_TIME_LOW, SWEEP_TIME_HIGH,                        /* s per sample */
    SWEEP_AREA,                                                         /* m2 of the chip */
    SWEEP_CORES, SWEEP_SPIKES, SWEEP_SOPS, SWEEP_PACKETS,               /* counts of the whole run */
    SWEEP_LINK,                 /* the busiest link's share of a step, 0..1 */
    SWEEP_OVERRUNS,
    N_SWEEP_FIGURES
};
struct sweep_row {
    enum sweep_status status;
    double figure[N_SWEEP_FIGURES];
    char *message;              /* of a refused point; NULL */
    int front;                  /* 1: on the Pareto front */
};
struct sweep_table {
    const char *file;           /* the sweep's, for the text */
    const char *const *axis;    /* [n_axes] names of what is varied */
    const char *const *value;   /* [n_points * n_axes] as written */
    uint32_t n_axes, n_points;
    struct sweep_row *row;      /* [n_points] */
};
/* The figures of a finished run, of one sample at least; energy is that of the run. */
void sweep_row_fill(struct sweep_row *, const struct run *, const struct energy *);
/* Least energy, time and area, highest accuracy. Sets front in every row: 1 where it ran and no other row is as good in all
 * that count and better in one. A figure counts where every row that ran has it; returns a bit per enum sweep_figure that does. */
uint32_t sweep_front(struct sweep_table *);
int sweep_better(enum sweep_figure, double a, double b);        /* 1: a is the better one */
void sweep_csv(FILE *, const struct sweep_table *);     /* failures stay in the FILE */
/* The table as a person reads it, the best of each figure that counts, and the front marked; counted: of sweep_front. */
void sweep_text(FILE *, size_t width, const struct sweep_table *, uint32_t counted);
uint32_t sweep_count(const struct sweep_table *, enum sweep_status);
void sweep_rows_free(struct sweep_row *, uint32_t n);   /* and the array itself */

#ifdef __cplusplus
}
#endif
#endif
