/* The model of an SRAM: the fit at the swept nodes beside the chip's, a straight line in the logarithms between them, published factors below the
 * sweep, an assumed factor for a second port, and the chip's supply. The sweep's cells run at less than a node's usual supply (0.6 V at 22 nm, says
 * the tool's technology file). Their figures are taken as those of the usual supply all the same: the tool lies 2.2 to 3.5 times below older published
 * figures, and (0.9 / 0.6)^2 = 2.25 is part of why. The range of a chip file's source has to cover it (docs/decisions.md). */
#include "memory/sram.h"

#include <math.h>
#include <string.h>

#include "memory/scaling.h"

const double sram_node_m[SRAM_NODES] = {22e-9, 32e-9, 45e-9, 65e-9, 90e-9};

/* Made once from 150 runs of CACTI 7 (itrs-lop; 5 nodes x 3 widths 32, 64, 128 bit x 10 sizes 2 KiB to 1 MiB): least squares
 * of the logarithm over the 30 points of a node, two slopes. A slope for the product of both logarithms gained nothing. Write
 * energy and access time are the roughest, because the tool changes its banking from size to size. tests/test_sram.c holds
 * the constants and the worst ratios against the sweep. */
const struct sram_fit sram_fits[N_SRAM][SRAM_NODES] = {
    [MEMORY_READ] = {{0.43888e-12, 0.5832, 0.5330, 1.390}, {0.65816e-12, 0.5739, 0.5142, 1.437},
                   {1.3581e-12, 0.5455, 0.4671, 1.423}, {2.614e-12, 0.5491, 0.4850, 1.476}, {5.3668e-12, 0.5311, 0.4493, 1.441}},
    [MEMORY_WRITE] = {{0.88824e-12, 0.4691, 0.8546, 1.609}, {1.3169e-12, 0.4662, 0.8830, 1.714},
                    {2.5558e-12, 0.4916, 0.9769, 1.586}, {5.4648e-12, 0.5011, 0.9676, 1.609}, {10.055e-12, 0.5276, 1.0119, 1.620}},
    [MEMORY_LEAKAGE] = {{0.058874e-3, 0.9767, -0.0350, 1.059}, {0.39601e-3, 0.9724, -0.0374, 1.070},
                      {0.043461e-3, 0.9751, -0.0316, 1.067}, {0.086665e-3, 0.9758, -0.0300, 1.057}, {0.058024e-3, 0.9798, -0.0416, 1.082}},
    [MEMORY_ACCESS] = {{0.74381e-9, 0.3237, -0.0542, 1.891}, {0.90363e-9, 0.3086, -0.0182, 1.934},
                     {1.2337e-9, 0.3348, 0.0806, 1.292}, {1.8548e-9, 0.3494, 0.0534, 1.400}, {3.1126e-9, 0.3809, 0.0606, 1.431}},
    [MEMORY_AREA] = {{0.0078296e-6, 0.9921, 0.0137, 1.339}, {0.016949e-6, 0.9852, 0.0182, 1.288},
                   {0.032897e-6, 0.9942, 0.0382, 1.292}, {0.067767e-6, 1.0012, 0.0343, 1.328}, {0.12303e-6, 1.0194, -0.0095, 1.227}},
};

/* Assumed, not swept: an 8-transistor cell for 1R1W is a third larger and leaks a third more; wires grow with the square root
 * of the area, and energy and delay with the wires. A second full port doubles the word and bit lines. */
static double port_factor(enum memory_quantity quantity, const char *ports)
{
    static const double one_more[N_SRAM] = {1.15, 1.15, 1.33, 1.15, 1.33}, two[N_SRAM] = {1.41, 1.41, 1.6, 1.41, 2};
    if (!strcmp(ports, "1R1W"))
        return one_more[quantity];
    return strcmp(ports, "2RW") ? 1 : two[quantity];
}

static double at_node(enum memory_quantity quantity, int node, double bytes, uint32_t width_bits)
{
    const struct sram_fit *fit = &sram_fits[quantity][node];
    return fit->base * pow(bytes / 8192, fit->bytes) * pow(width_bits / 32., fit->width);
}

/* Leakage of 32 nm is nine times that of 45 nm in the tool's table: a defect, left out. */
static int usable(enum memory_quantity quantity, int node)
{
    enum { NODE_32 = 1 };
    return quantity != MEMORY_LEAKAGE || node != NODE_32;
}

/* The swept nodes on both sides of node_m whose fits count (indices); the same one twice where it is one of them or lies below the sweep. */
static void between(enum memory_quantity quantity, double node_m, int *below, int *above)
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

double sram_worst(enum memory_quantity quantity, double node_m)
{
    int below, above;
    between(quantity, node_m, &below, &above);
    double low = sram_fits[quantity][below].worst, high = sram_fits[quantity][above].worst;
    return low > high ? low : high;
}

/* The power law of one swept node, with the numbers that went in. */
static double law(const struct memory_shape *m, enum memory_quantity q, int node, struct memory_steps *steps)
{
    const struct sram_fit *f = &sram_fits[q][node];
    char base[40], made[40];
    double value = at_node(q, node, m->bytes, m->width_bits);
    if (steps) {
        unit_write(base, sizeof base, f->base, memory_unit[q]);
        unit_write(made, sizeof made, value, memory_unit[q]);
        steps_add(steps, "at %.0f nm: %s x (%.0f B / 8192 B)^%.4f x (%u bit / 32 bit)^%.4f = %s; worst ratio of this law to a swept point %.2f",
                  sram_node_m[node] * 1e9, base, m->bytes, f->bytes, m->width_bits, f->width, made, f->worst);
    }
    return value;
}

/* A straight line in log(node), log(value); below the sweep its finest node. */
static double interpolated(const struct memory_shape *m, enum memory_quantity q, struct memory_steps *steps)
{
    int below, above;
    double node_m = m->node_m < sram_node_m[0] ? sram_node_m[0] : m->node_m;
    between(q, node_m, &below, &above);
    double low = law(m, q, below, steps), high = below == above ? low : law(m, q, above, steps);
    if (below == above)
        return low;
    double t = log(node_m / sram_node_m[below]) / log(sram_node_m[above] / sram_node_m[below]), value = exp((1 - t) * log(low) + t * log(high));
    char made[40];
    steps_add(steps, "between them, straight in the logarithms, at %g nm: %s", node_m * 1e9, unit_write(made, sizeof made, value, memory_unit[q]));
    return value;
}

/* Below the sweep the 22 nm figure is scaled. Stillmaker & Baas go from planar to FinFET between 32 and 20 nm, which a 22 nm planar figure has
 * not: it is taken as their 20 nm, so that only what lies below 20 nm is gained. Leakage and access time per memory stay: no factor published. */
static double below_sweep(const struct memory_shape *m, enum memory_quantity q, struct memory_steps *steps)
{
    const double planar = 20e-9, volts = 0.9;
    double factor = 1;
    if (m->node_m >= sram_node_m[0] * (1 - 1e-9))
        return 1;
    if (q == MEMORY_AREA)
        factor = scaling_area(m->node_m) / scaling_area(sram_node_m[0]);
    if ((q == MEMORY_READ || q == MEMORY_WRITE) && m->node_m < planar)
        factor = scaling_energy(m->node_m, volts) / scaling_energy(planar, volts);
    steps_add(steps, "x %.3f from 22 nm to %g nm (Stillmaker & Baas 2017%s)", factor, m->node_m * 1e9,
              factor < 1 ? "" : ": no factor for this figure, so none is taken");
    return factor;
}

static double derive(const struct memory_shape *m, enum memory_quantity q, struct memory_steps *steps)
{
    if (q == MEMORY_REFRESH)
        return 0;
    double swept = interpolated(m, q, steps), finer = below_sweep(m, q, steps), ports = port_factor(q, m->ports);
    if (ports > 1)
        steps_add(steps, "x %.2f for ports %s (assumed; the sweep has 1RW)", ports, m->ports);
    return memory_supply(m, q, swept * finer * ports, steps);
}

/* What the fit itself may be off by; how far the tool is from silicon is for the chip file's source to say. */
static struct memory_span span(const struct memory_shape *m, enum memory_quantity q)
{
    double worst = q == MEMORY_REFRESH ? 1 : sram_worst(q, m->node_m);
    return (struct memory_span){1 / worst, worst};
}

static int fitted(const struct memory_shape *m)
{
    return m->bytes >= 2048 && m->bytes <= 1048576 && m->width_bits >= 32 && m->width_bits <= 128;
}

const struct memory_model memory_sram = {
    "sram", "power laws fitted to CACTI 7", "1RW|1R1W|2RW|1R", 7e-9, 90e-9, 0, derive, span, fitted};
