/* scaling.h: how energy and area of digital logic go with process node and supply: the polynomials of Stillmaker & Baas, "Scaling equations
 * for the accurate prediction of CMOS device performance from 180 nm to 7 nm", Integration 58, 2017, as a table that was read. An estimate. */
#ifndef VOLLEY_SCALING_H
#define VOLLEY_SCALING_H
#ifdef __cplusplus
extern "C" {
#endif

enum { SCALING_NODES = 10, SCALING_SUPPLIES = 4 };
extern const double scaling_node_m[SCALING_NODES];              /* 130 nm to 7 nm, falling */
extern const double scaling_volts[SCALING_SUPPLIES];            /* 0.7 V to 1.0 V, rising */

/* Energy of one action over that at 45 nm and 0.9 V; straight in the logarithms of node and supply between the table's points. NAN outside it:
 * node_m 7e-9 to 130e-9, volts 0.7 to 1.0. From 32 to 20 nm the table goes from planar to FinFET, so 28 and 22 nm planar lie above it. */
double scaling_energy(double node_m, double volts);
/* Area over that at 45 nm: a power law through the table's one published ratio, 0.17 from 45 to 14 nm. */
double scaling_area(double node_m);

#ifdef __cplusplus
}
#endif
#endif
