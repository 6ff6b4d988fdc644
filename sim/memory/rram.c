/* The model of a resistive RAM (ReRAM): a crossbar of one transistor and one resistance per bit, read a row at a time: a spike drives its row, and every
 * column of the word senses its cell. Non-volatile: the cells neither leak nor need refreshing.
 *
 * Per bit read 0.1 pJ in the cell (0.4 V) and per bit written 0.6 pJ (2 V, 10 ns, set or reset alike): the sample cell that NVSim ships (Dong et al.,
 * TCAD 2012). Device voltages are the device's, so these stay at every node and supply. Rows, columns and control around the cells are those of an
 * SRAM of the same shape by model: sram, with node and supply.
 *
 * The ranges say how little is agreed on. Read: up to 1.67 pJ more per column where an 8-bit converter senses it, as in crossbars that add up rows (ISAAC,
 * ISCA 2016: 16 mW over 8 x 1.2 GS/s at 32 nm). Write: 0.1 to 10 pJ per transition in one survey's table (Lanza et al. 2019). Area: 30 F2 per cell with its
 * transistor (assumed; 4 F2 without one, as NVSim's sample), twice that with everything around it (assumed). Leakage: a fifth of an SRAM's, for what is
 * around the cells (assumed). Access: 10 ns (the sample's pulse; macros are read in 3 to 10 ns, analog sums take ISAAC's 100 ns) and the wires. */
#include "memory/model.h"

#define CELL_READ 0.1e-12       /* J per bit */
#define CELL_WRITE 0.6e-12
#define CELL_AREA_F2 30.        /* in squares of the node */
#define CELL_PULSE_S 10e-9

static double energy(const struct memory_shape *m, enum memory_quantity q, struct memory_steps *steps)
{
    double cell = q == MEMORY_READ ? CELL_READ : CELL_WRITE, around = memory_sram.derive(m, q, NULL);
    steps_add(steps, "%u bit x %g pJ in the cell, at every node and supply = %.4g pJ", m->width_bits, cell * 1e12, m->width_bits * cell * 1e12);
    steps_add(steps, "+ %.4g pJ for rows, columns and control: an SRAM of this shape, node and supply by model: sram", around * 1e12);
    return m->width_bits * cell + around;
}

static double area(const struct memory_shape *m, struct memory_steps *steps)
{
    double bits = m->bytes * 8, value = 2 * bits * CELL_AREA_F2 * m->node_m * m->node_m;
    steps_add(steps, "2 x %.0f bit x 30 x (%g nm)^2: cells with a transistor, and as much around them (assumed)", bits, m->node_m * 1e9);
    return value;
}

static double leakage(const struct memory_shape *m, struct memory_steps *steps)
{
    double sram = memory_sram.derive(m, MEMORY_LEAKAGE, NULL);
    steps_add(steps, "0.2 x %.4g uW, what an SRAM of this shape leaks by model: sram: only what is around the cells (assumed)", sram * 1e6);
    return 0.2 * sram;
}

static double access(const struct memory_shape *m, struct memory_steps *steps)
{
    double wires = memory_sram.derive(m, MEMORY_ACCESS, NULL);
    steps_add(steps, "10 ns of the cell + %.4g ns, the access of an SRAM of this shape by model: sram", wires * 1e9);
    return CELL_PULSE_S + wires;
}

static double derive(const struct memory_shape *m, enum memory_quantity q, struct memory_steps *steps)
{
    switch (q) {
    case MEMORY_READ:
    case MEMORY_WRITE:
        return energy(m, q, steps);
    case MEMORY_LEAKAGE:
        return leakage(m, steps);
    case MEMORY_ACCESS:
        return access(m, steps);
    case MEMORY_AREA:
        return area(m, steps);
    default:
        return 0;
    }
}

static struct memory_span span(const struct memory_shape *m, enum memory_quantity q)
{
    (void)m;
    static const struct memory_span of[N_MEMORY] = {{0.3, 17}, {0.17, 17}, {0.25, 5}, {0.3, 10}, {0.13, 2}, {1, 1}};
    return of[q];
}

/* Nothing was fitted; the parts around the cells hold where the SRAM's law does. */
static int fitted(const struct memory_shape *m)
{
    return memory_sram.fitted(m);
}

const struct memory_model memory_rram = {
    "rram", "NVSim's sample cell in a crossbar, inside an SRAM's periphery", "1RW|1R", 14e-9, 90e-9, 0, derive, span, fitted};
