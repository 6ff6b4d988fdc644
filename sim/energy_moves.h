/* energy_moves.h: how far each constant of a chip file moves the total energy when it alone goes to the ends of its range: the table that says
 * what to measure first. First order, as the ranges of the totals (docs/energy.md); used by energy.c, read from struct energy. */
#ifndef VOLLEY_ENERGY_MOVES_H
#define VOLLEY_ENERGY_MOVES_H
#include "chipfile.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { ENERGY_MOVES = 5 };              /* rows of the table at most */
struct energy_move {
    uint32_t figure;                    /* index into chipfile.figure */
    double low_j, high_j;               /* J, 0 or more: how far the total falls and rises */
};

/* Widths under way, by constant: [n] of energy, and of the time that static power lasts. */
struct moves { uint32_t n; double *low, *high, *low_s, *high_s; };
struct moves moves_new(const struct chipfile *);        /* moves_free frees */
void moves_free(struct moves *);
/* A cost that is no constant of the file (NULL, or without a figure) moves nothing. low, high: widths, J. */
void moves_energy(struct moves *, const struct cost *, double low, double high);
void moves_time(struct moves *, const struct cost *, double low_s, double high_s);
void moves_rescale(struct moves *, double low, double high);    /* factors on all widths of time so far */
/* Fills the table, widest (low + high) first, equal ones in the file's order; returns its rows. static_w: W that a longer run costs. */
uint32_t moves_rank(const struct moves *, double static_w, struct energy_move table[ENERGY_MOVES]);

#ifdef __cplusplus
}
#endif
#endif
