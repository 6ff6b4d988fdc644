/* The model of a register file: flip-flops (or latches), clocked by the word, read through a tree of multiplexers. Made for small memories, where an
 * SRAM's sense amplifiers and margins cost more than they save.
 *
 * Energy per bit = 9 fJ at 40 nm and 0.9 V x (1 + sqrt(capacity / 490 bit)): one register alone, and wires as long as the side of a square of them.
 * 9 fJ per access and 5.98 um2 are the register of Aladdin's 40 nm table (Shao et al. 2014, as its users publish it); the 490 bit lie half way, in the
 * ratio, between two published 4 kbit files:
 *   14 fJ per accessed bit, 65 nm, 0.5 V, measured (Meinerzhagen et al., ESSCIRC 2012: latches in standard cells);
 *   83 fJ per bit, 65 nm, 1.0 V: Eyeriss (Chen et al., ISCA 2016) prices its 512-byte file like one 16-bit MAC, which Horowitz's figures put at 0.84 pJ
 *   (45 nm, 0.9 V: quarter of a 32-bit multiplication, half of a 32-bit addition), x 1.58 to 65 nm and 1.0 V.
 * The law meets all three within a factor of 1.33 (tests/test_memory_models.c). A write is priced as a read: its clock and data wires are as long.
 *
 * Assumed, with the range that follows: a tree of multiplexers adds 0.3 of a register's area per read port, a second write port 0.2; leakage is that
 * of an SRAM bit of the node, four times (24 transistors for 6; a 40 nm counter of Aladdin's table leaks 10 nW per bit, four times as much again);
 * access takes 6 gates and 2 per level of the tree, of 0.5 ps per nm of the node each (a loaded inverter by rule of thumb). */
#include <math.h>
#include <string.h>

#include "memory/model.h"
#include "memory/scaling.h"

#define REGISTER_NODE 40e-9     /* m, of the published register */
#define REGISTER_VOLTS 0.9
#define REGISTER_ENERGY 9e-15   /* J per bit and access */
#define REGISTER_AREA 5.98e-12  /* m2 per bit */
#define WIRE_BITS 490.          /* capacity at which the wires cost as much as the registers */
#define GATE_S_PER_M 0.5e-3     /* s of a gate's delay per m of the node */

static double bits_of(const struct memory_shape *m)
{
    return m->bytes * 8;
}

/* Two full ports: two trees, two write paths. */
static double area_per_register(const char *ports)
{
    return strcmp(ports, "2RW") ? 1.3 : 1.8;
}

static double energy(const struct memory_shape *m, enum memory_quantity q, struct memory_steps *steps)
{
    double wires = 1 + sqrt(bits_of(m) / WIRE_BITS), value = m->width_bits * REGISTER_ENERGY * wires;
    steps_add(steps, "%u bit x 9 fJ (a register, 40 nm) x (1 + sqrt(%.0f bit / 490 bit)) = %.4g pJ", m->width_bits, bits_of(m), value * 1e12);
    value = memory_node_energy(m, REGISTER_NODE, REGISTER_VOLTS, value, steps);
    /* Wires grow with the side of the square. */
    double ports = sqrt(area_per_register(m->ports) / area_per_register("1R1W"));
    if (ports > 1)
        steps_add(steps, "x %.3f for ports %s: wires of a larger array (assumed)", ports, m->ports);
    return memory_supply(m, q, value * ports, steps);
}

static double area(const struct memory_shape *m, struct memory_steps *steps)
{
    double value = bits_of(m) * REGISTER_AREA * area_per_register(m->ports);
    steps_add(steps, "%.0f bit x 5.98 um2 (a register, 40 nm) x %.1f with its part of the trees = %.4g mm2", bits_of(m), area_per_register(m->ports),
              value * 1e6);
    return memory_node_area(m, REGISTER_NODE, value, steps);
}

/* Per bit of an 8 KiB SRAM of the node, so that the periphery of a tiny one does not count as registers. */
static double leakage(const struct memory_shape *m, struct memory_steps *steps)
{
    const struct memory_shape plain = {.bytes = 8192, .width_bits = 32, .ports = "1RW", .node_m = m->node_m};
    double bit = memory_sram.derive(&plain, MEMORY_LEAKAGE, NULL) / 65536, value = 4 * bit * bits_of(m);
    steps_add(steps, "%.0f bit x 4 (24 transistors for 6) x %.4g pW, an SRAM's bit of the node = %.4g uW (assumed)", bits_of(m), bit * 1e12, value * 1e6);
    return memory_supply(m, MEMORY_LEAKAGE, value, steps);
}

static double access(const struct memory_shape *m, struct memory_steps *steps)
{
    double words = fmax(1, bits_of(m) / m->width_bits), gates = 6 + 2 * log2(words), value = gates * GATE_S_PER_M * m->node_m;
    steps_add(steps, "(6 + 2 x log2(%.0f words)) gates x 0.5 ps per nm x %g nm = %.4g ns (assumed)", words, m->node_m * 1e9, value * 1e9);
    return memory_supply(m, MEMORY_ACCESS, value, steps);
}

static double derive(const struct memory_shape *m, enum memory_quantity q, struct memory_steps *steps)
{
    switch (q) {
    case MEMORY_READ:
    case MEMORY_WRITE:
        return energy(m, q, steps);
    case MEMORY_AREA:
        return area(m, steps);
    case MEMORY_LEAKAGE:
        return leakage(m, steps);
    case MEMORY_ACCESS:
        return access(m, steps);
    default:
        return 0;
    }
}

/* Of the energy the scatter of the points and of what logic costs from library to library; half the area where latches stand for flip-flops. */
static struct memory_span span(const struct memory_shape *m, enum memory_quantity q)
{
    (void)m;
    static const struct memory_span of[N_MEMORY] = {{0.5, 2}, {0.5, 2}, {0.25, 4}, {0.5, 2}, {0.5, 1.5}, {1, 1}};
    return of[q];
}

/* The largest published one has 4 kbit. */
static int fitted(const struct memory_shape *m)
{
    return bits_of(m) <= 4096;
}

const struct memory_model memory_register_file = {
    "register_file", "a published 40 nm register, and wires between two published 4 kbit files (ratio 1.33 to all three)", "1RW|1R1W|2RW|1R", 7e-9, 90e-9, 0,
    derive, span, fitted};
