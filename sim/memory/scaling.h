/* scaling.h: how energy and area of digital logic go with process node and supply: Stillmaker & Baas, "Scaling equations for the accurate
 * prediction of CMOS device performance from 180 nm to 7 nm", Integration 58, 2017, as tables that were read. An estimate. Delay and leakage, for
 * which those tables give no factor, follow the supply by the usual laws, which are named where they stand. */
#ifndef VOLLEY_MEMORY_SCALING_H
#define VOLLEY_MEMORY_SCALING_H
#ifdef __cplusplus
extern "C" {
#endif

enum { SCALING_NODES = 10, SCALING_SUPPLIES = 4 };
extern const double scaling_node_m[SCALING_NODES];              /* 130 nm to 7 nm, falling */
extern const double scaling_volts[SCALING_SUPPLIES];            /* 0.7 V to 1.0 V, rising */
#define SCALING_LEAST_VOLTS 0.4         /* supplies that the functions of a supply answer for: beyond the table the square of the supply goes on */
#define SCALING_MOST_VOLTS 1.3

/* Energy of one action over that at 45 nm and 0.9 V; straight in the logarithms of node and supply between the table's points. NAN outside it:
 * node_m 7e-9 to 130e-9, volts 0.7 to 1.0. From 32 to 20 nm the table goes from planar to FinFET, so 28 and 22 nm planar lie above it. */
double scaling_energy(double node_m, double volts);
/* Area over that at 45 nm; straight in the logarithms between the published nodes. NAN outside 7 nm to 130 nm. */
double scaling_area(double node_m);
/* The supply that a node is usually run at, V: figures that name none are taken as being at this one. Of the roadmap: 1.0 V down to 65 nm, 0.9 V
 * to 28 nm, 0.8 V to 14 nm, 0.7 V below. */
double scaling_nominal(double node_m);
/* Factors from one supply to another at a node, SCALING_LEAST_VOLTS to SCALING_MOST_VOLTS: of energy by the table, and beyond its ends by the square
 * of the supply; of delay by the alpha-power law; of leakage power by the supply alone (the current is taken to stay). */
double scaling_supply_energy(double node_m, double from_volts, double to_volts);
double scaling_supply_delay(double from_volts, double to_volts);
double scaling_supply_leakage(double from_volts, double to_volts);

#ifdef __cplusplus
}
#endif
#endif
