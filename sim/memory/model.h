/* model.h: what a memory costs by its shape, where a chip file states no figure: one family of memories behind one struct of functions, found by
 * the word that the chip file writes after `model:`. A model derives a figure step by step and can write each step down, so that what is explained
 * is what was computed. Estimates, with a range of their own; sources and reasoning stand over each model. */
#ifndef VOLLEY_MEMORY_MODEL_H
#define VOLLEY_MEMORY_MODEL_H
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/units.h"
#ifdef __cplusplus
extern "C" {
#endif

/* J per word, J per word, W, s, m2, and W that keep a dynamic memory's contents (0 where nothing needs refreshing). */
enum memory_quantity { MEMORY_READ, MEMORY_WRITE, MEMORY_LEAKAGE, MEMORY_ACCESS, MEMORY_AREA, MEMORY_REFRESH, N_MEMORY };

struct memory_shape {
    double bytes;               /* capacity */
    uint32_t width_bits;        /* of a word: what one access moves */
    const char *ports;          /* "1RW", "1R1W", "2RW", "1R" */
    double node_m;              /* process node */
    double volts;               /* supply; 0: not stated, then the node's nominal one */
    double retention_s;         /* between two refreshes; 0: the model's own */
};

/* The lines of a derivation. steps_free frees; a NULL where a model takes steps: only the value is wanted. */
struct memory_steps { char **line; size_t n, capacity; };

struct memory_span { double low, high; };       /* factors on a derived figure, low <= 1 <= high */

struct memory_model {
    const char *name;           /* "sram" */
    const char *rests_on;       /* what it was fitted to or reasoned from, in one line */
    const char *ports;          /* what it covers, as field words: "1RW|1R1W|2RW|1R" */
    double finest_m, coarsest_m;        /* process nodes that it covers */
    int keeps_charge;           /* 1: needs refreshing, so `retention` has a meaning */
    double (*derive)(const struct memory_shape *, enum memory_quantity, struct memory_steps *);        /* shape: one that memory_check took */
    struct memory_span (*span)(const struct memory_shape *, enum memory_quantity);
    int (*fitted)(const struct memory_shape *); /* 0: the shape lies outside what the model was fitted to, so it is extrapolated */
};

extern const struct memory_model memory_sram, memory_register_file, memory_edram, memory_rram;
#define MEMORY_MODEL_WORDS "sram|register_file|edram|rram"      /* their names as field words, in the order of memory_model_at */
const struct memory_model *memory_model_at(int index);
/* -1 and err (no place): the model does not cover the node, the ports or the supply; says what it covers. */
int memory_check(const struct memory_model *, const struct memory_shape *, struct err *);

/* ---- for the models ---- */
extern const enum unit memory_unit[N_MEMORY];
extern const char *const memory_key[N_MEMORY];  /* as the chip file calls a quantity: "read" ... "refresh" */
double memory_volts(const struct memory_shape *);       /* the supply in use: stated or nominal */
void steps_add(struct memory_steps *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void steps_free(struct memory_steps *);
/* value at the node's nominal supply to the supply in use; a step where both differ. */
double memory_supply(const struct memory_shape *, enum memory_quantity, double value, struct memory_steps *);
/* value of a published figure at another node and its supply to the shape's node at its nominal supply; a step where they differ. */
double memory_node_energy(const struct memory_shape *, double from_m, double from_volts, double value, struct memory_steps *);
double memory_node_area(const struct memory_shape *, double from_m, double value, struct memory_steps *);

#ifdef __cplusplus
}
#endif
#endif
