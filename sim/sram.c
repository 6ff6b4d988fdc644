#include "sram.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scaling.h"

const double sram_node_m[SRAM_NODES] = {22e-9, 32e-9, 45e-9, 65e-9, 90e-9};

/* Made once from 150 runs of CACTI 7 (itrs-lop; 5 nodes x 3 widths 32, 64, 128 bit x 10 sizes 2 KiB to 1 MiB): least squares
 * of the logarithm over the 30 points of a node, two slopes. A slope for the product of both logarithms gained nothing. Write
 * energy and access time are the roughest, because the tool changes its banking from size to size. tests/test_sram.c holds
 * the constants and the worst ratios against the sweep. */
const struct sram_fit sram_fits[N_SRAM][SRAM_NODES] = {
    [SRAM_READ] = {{0.43888e-12, 0.5832, 0.5330, 1.390}, {0.65816e-12, 0.5739, 0.5142, 1.437},
                   {1.3581e-12, 0.5455, 0.4671, 1.423}, {2.614e-12, 0.5491, 0.4850, 1.476}, {5.3668e-12, 0.5311, 0.4493, 1.441}},
    [SRAM_WRITE] = {{0.88824e-12, 0.4691, 0.8546, 1.609}, {1.3169e-12, 0.4662, 0.8830, 1.714},
                    {2.5558e-12, 0.4916, 0.9769, 1.586}, {5.4648e-12, 0.5011, 0.9676, 1.609}, {10.055e-12, 0.5276, 1.0119, 1.620}},
    [SRAM_LEAKAGE] = {{0.058874e-3, 0.9767, -0.0350, 1.059}, {0.39601e-3, 0.9724, -0.0374, 1.070},
                      {0.043461e-3, 0.9751, -0.0316, 1.067}, {0.086665e-3, 0.9758, -0.0300, 1.057}, {0.058024e-3, 0.9798, -0.0416, 1.082}},
    [SRAM_ACCESS] = {{0.74381e-9, 0.3237, -0.0542, 1.891}, {0.90363e-9, 0.3086, -0.0182, 1.934},
                     {1.2337e-9, 0.3348, 0.0806, 1.292}, {1.8548e-9, 0.3494, 0.0534, 1.400}, {3.1126e-9, 0.3809, 0.0606, 1.431}},
    [SRAM_AREA] = {{0.0078296e-6, 0.9921, 0.0137, 1.339}, {0.016949e-6, 0.9852, 0.0182, 1.288},
                   {0.032897e-6, 0.9942, 0.0382, 1.292}, {0.067767e-6, 1.0012, 0.0343, 1.328}, {0.12303e-6, 1.0194, -0.0095, 1.227}},
};

/* Assumed, not swept: an 8-transistor cell for 1R1W is a third larger and leaks a third more; wires grow with the square root
 * of the area, and energy and delay with the wires. A second full port doubles the word and bit lines. */
double sram_port_factor(enum sram_quantity quantity, const char *ports)
{
    static const double one_more[N_SRAM] = {1.15, 1.15, 1.33, 1.15, 1.33}, two[N_SRAM] = {1.41, 1.41, 1.6, 1.41, 2};
    if (!strcmp(ports, "1R1W"))
        return one_more[quantity];
    return strcmp(ports, "2RW") ? 1 : two[quantity];
}

int sram_in_sweep(double bytes, uint32_t width_bits)
{
    return bytes >= 2048 && bytes <= 1048576 && width_bits >= 32 && width_bits <= 128;
}

static double at_node(enum sram_quantity quantity, int node, double bytes, uint32_t width_bits)
{
    const struct sram_fit *fit = &sram_fits[quantity][node];
    return fit->base * pow(bytes / 8192, fit->bytes) * pow(width_bits / 32., fit->width);
}

static int usable(enum sram_quantity quantity, int node)
{
    enum { NODE_32 = 1 };
    return quantity != SRAM_LEAKAGE || node != NODE_32;
}

void sram_between(enum sram_quantity quantity, double node_m, int *below, int *above)
{
    *below = 0;
    *above = SRAM_NODES - 1;
    for (int i = 0; i < SRAM_NODES; i++) {
        if (usable(quantity, i) && sram_node_m[i] <= node_m * (1 + 1e-9))
            *below = i;
        int j = SRAM_NODES - 1 - i;
        if (usable(quantity, j) && sram_node_m[j] >= node_m * (1 - 1e-9))
            *above = j;
    }
}

double sram_worst(enum sram_quantity quantity, double node_m)
{
    int below, above;
    sram_between(quantity, node_m, &below, &above);
    double low = sram_fits[quantity][below].worst, high = sram_fits[quantity][above].worst;
    return low > high ? low : high;
}

/* A straight line in log(node), log(value). */
static double interpolated(enum sram_quantity quantity, double bytes, uint32_t width_bits, double node_m)
{
    int below, above;
    sram_between(quantity, node_m, &below, &above);
    double low = at_node(quantity, below, bytes, width_bits), high = at_node(quantity, above, bytes, width_bits);
    if (below == above)
        return low;
    double t = log(node_m / sram_node_m[below]) / log(sram_node_m[above] / sram_node_m[below]);
    return exp((1 - t) * log(low) + t * log(high));
}

/* Below the sweep the 22 nm figure is scaled. Stillmaker & Baas go from planar to FinFET between 32 and 20 nm, which a 22 nm planar figure has
 * not: it is taken as their 20 nm, so that only what lies below 20 nm is gained. Leakage and access time per memory stay: no factor published. */
double sram_below_sweep(enum sram_quantity quantity, double node_m)
{
    const double planar = 20e-9, volts = 0.9;
    if (node_m >= sram_node_m[0] * (1 - 1e-9))
        return 1;
    if (quantity == SRAM_AREA)
        return scaling_area(node_m) / scaling_area(sram_node_m[0]);
    if (quantity != SRAM_READ && quantity != SRAM_WRITE)
        return 1;
    return node_m < planar ? scaling_energy(node_m, volts) / scaling_energy(planar, volts) : 1;
}

int sram_estimate(double bytes, uint32_t width_bits, const char *ports, double node_m, struct sram *sram, struct err *err)
{
    if (node_m < SRAM_SMALLEST * (1 - 1e-9) || node_m > sram_node_m[SRAM_NODES - 1] * (1 + 1e-9))
        return err_input(err, "model: sram covers 7 nm to 90 nm, not %g nm; give read, write and leakage of the memory instead of the model", node_m * 1e9);
    for (int i = 0; i < N_SRAM; i++) {
        enum sram_quantity q = (enum sram_quantity)i;
        double swept = interpolated(q, bytes, width_bits, node_m < sram_node_m[0] ? sram_node_m[0] : node_m);
        sram->value[q] = swept * sram_below_sweep(q, node_m) * sram_port_factor(q, ports);
    }
    return 0;
}
