/* sram.h: energy, leakage, access time and area of an on-chip SRAM from its size, word width, ports and process node: power
 * laws fitted to a sweep of CACTI 7 (plain RAM, low-operating-power cells, 1 bank, 1 read/write port, 300 K). The fit's worst
 * ratio is part of the table, so that whoever shows a figure can show its error. An estimate, never a datasheet. */
#ifndef VOLLEY_SRAM_H
#define VOLLEY_SRAM_H
#include <stdint.h>

#include "base/err.h"
#ifdef __cplusplus
extern "C" {
#endif

enum sram_quantity { SRAM_READ, SRAM_WRITE, SRAM_LEAKAGE, SRAM_ACCESS, SRAM_AREA, N_SRAM };  /* J per word, J per word, W, s, m2 */
enum { SRAM_NODES = 5 };
struct sram_fit { double base, bytes, width, worst; };  /* base x (B / 8 KiB)^bytes x (width / 32 bit)^width; worst: largest ratio to a swept point */

struct sram { double value[N_SRAM]; };

#define SRAM_SMALLEST 7e-9      /* m: the finest node that the fit is scaled to; from 22 nm up it is the sweep's */
extern const double sram_node_m[SRAM_NODES];            /* process nodes of the sweep, rising */
extern const struct sram_fit sram_fits[N_SRAM][SRAM_NODES];     /* SI units */

/* ports: "1RW" as swept, "1R", "1R1W" or "2RW" by an assumed factor (sram_port_factor). Between nodes: straight in the
 * logarithms; leakage leaves 32 nm out, a defect of the tool's table. err (no place) where the node lies outside the sweep. */
int sram_estimate(double bytes, uint32_t width_bits, const char *ports, double node_m, struct sram *, struct err *);
/* The swept nodes on both sides of node_m whose fits count (indices); the same one twice where it is one of them or lies below the sweep. */
void sram_between(enum sram_quantity, double node_m, int *below, int *above);
double sram_worst(enum sram_quantity, double node_m);  /* largest ratio of fit and swept point at the nodes that this one lies between */
double sram_below_sweep(enum sram_quantity, double node_m);     /* factor on the 22 nm figure at a finer node (scaling.h); 1 inside the sweep */
double sram_port_factor(enum sram_quantity, const char *ports);
int sram_in_sweep(double bytes, uint32_t width_bits);   /* 0: the fit is extrapolated */

#ifdef __cplusplus
}
#endif
#endif
