/* The energy table was computed from the published polynomials at these ten nodes and four supplies; two digits are what they are worth
 * (tests/test_scaling.c holds the table against the polynomials). The area table is published as such. */
#include "memory/scaling.h"

#include <math.h>

const double scaling_node_m[SCALING_NODES] = {130e-9, 90e-9, 65e-9, 45e-9, 32e-9, 20e-9, 16e-9, 14e-9, 10e-9, 7e-9};
const double scaling_volts[SCALING_SUPPLIES] = {0.7, 0.8, 0.9, 1.0};

/* Relative to 45 nm at 0.9 V. */
static const double energy[SCALING_SUPPLIES][SCALING_NODES] = {
    {2.04, 1.28, .87, .67, .46, .13, .105, .083, .071, .057},
    {2.52, 1.56, 1.02, .82, .54, .18, .14, .11, .097, .077},
    {3.17, 1.95, 1.25, 1, .64, .24, .19, .15, .13, .10},
    {3.99, 2.46, 1.58, 1.21, .76, .30, .24, .19, .16, .13},
};
/* Relative to 45 nm. */
static const double area[SCALING_NODES] = {6.4, 2.8, 1.5, 1, .46, .21, .19, .17, .10, .059};

/* Of two neighbours the first, and how far behind it x lies (0..1), in the logarithm; -1: outside. A billionth is the noise of a double. */
static int between(const double *at, int n, double x, double *share)
{
    for (int i = 0; i + 1 < n; i++) {
        double t = log(x / at[i]) / log(at[i + 1] / at[i]);
        if (t >= -1e-9 && t <= 1 + 1e-9) {
            *share = t;
            return i;
        }
    }
    return -1;
}

double scaling_energy(double node_m, double volts)
{
    double t, u;
    int n = between(scaling_node_m, SCALING_NODES, node_m, &t), v = between(scaling_volts, SCALING_SUPPLIES, volts, &u);
    if (n < 0 || v < 0)
        return (double)NAN;
    /* Straight in the logarithms both ways. */
    double low = (1 - t) * log(energy[v][n]) + t * log(energy[v][n + 1]);
    double high = (1 - t) * log(energy[v + 1][n]) + t * log(energy[v + 1][n + 1]);
    return exp((1 - u) * low + u * high);
}

double scaling_area(double node_m)
{
    double t;
    int n = between(scaling_node_m, SCALING_NODES, node_m, &t);
    return n < 0 ? (double)NAN : exp((1 - t) * log(area[n]) + t * log(area[n + 1]));
}

/* A node has the supply of the nearest one that is listed and not finer. A billionth is the noise of a double. */
double scaling_nominal(double node_m)
{
    static const struct { double finest_m, volts; } of[] = {{65e-9, 1.0}, {28e-9, 0.9}, {14e-9, 0.8}};
    for (unsigned i = 0; i < sizeof of / sizeof *of; i++)
        if (node_m >= of[i].finest_m * (1 - 1e-9))
            return of[i].volts;
    return 0.7;
}

/* The table's energy at a supply, or at its nearest end with the square of the rest: a charge of C x V drawn from V. */
static double at_supply(double node_m, double volts)
{
    double inside = fmin(fmax(volts, scaling_volts[0]), scaling_volts[SCALING_SUPPLIES - 1]);
    return scaling_energy(node_m, inside) * (volts / inside) * (volts / inside);
}

double scaling_supply_energy(double node_m, double from_volts, double to_volts)
{
    return at_supply(node_m, to_volts) / at_supply(node_m, from_volts);
}

/* Sakurai & Newton 1990: delay ~ V / (V - Vt)^alpha. alpha 1.3 is theirs for short channels; a threshold of 0.3 V is assumed. */
static double delay_at(double volts)
{
    return volts / pow(volts - 0.3, 1.3);
}

double scaling_supply_delay(double from_volts, double to_volts)
{
    return delay_at(to_volts) / delay_at(from_volts);
}

double scaling_supply_leakage(double from_volts, double to_volts)
{
    return to_volts / from_volts;
}
