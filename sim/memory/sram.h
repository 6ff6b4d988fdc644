/* sram.h: the fit behind `model: sram`, for the tests that hold it against its sweep: power laws of size and word width fitted to CACTI 7 (plain
 * RAM, low-operating-power cells, 1 bank, 1 read/write port, 300 K). The fit's worst ratio is part of the table, so that whoever shows a figure can
 * show its error. */
#ifndef VOLLEY_MEMORY_SRAM_H
#define VOLLEY_MEMORY_SRAM_H
#include "memory/model.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { SRAM_NODES = 5, N_SRAM = MEMORY_AREA + 1 };      /* an SRAM needs no refreshing */
struct sram_fit { double base, bytes, width, worst; };  /* base x (B / 8 KiB)^bytes x (width / 32 bit)^width; worst: largest ratio to a swept point */

extern const double sram_node_m[SRAM_NODES];            /* process nodes of the sweep, rising */
extern const struct sram_fit sram_fits[N_SRAM][SRAM_NODES];     /* SI units */
double sram_worst(enum memory_quantity, double node_m);  /* largest ratio of fit and swept point at the nodes that this one lies between */

#ifdef __cplusplus
}
#endif
#endif
