/* The model of an embedded DRAM: one transistor and one capacitor per bit in a logic process. Denser than an SRAM, dearer per access, and its contents
 * have to be read and written back before the charge is gone.
 *
 * Two published arrays, from which size and node follow:
 *   64 KiB, 256 bit, 32 nm: 20.45 pJ per access, 0.083 mm2 (ISAAC, Shafiee et al., ISCA 2016: 20.7 mW by CACTI over its accesses);
 *   28 nm, 0.9 V, 256 bit of 1 MiB: 19.2 pJ; 10 MiB: 7.27 mm2 where an SRAM takes 20.73 (DaDianNao, Chen et al., MICRO 2014, recalled: its 50 uA x
 *   0.9 V / 606 MHz per bit give 19.0 pJ, 20.73 / 7.27 the 2.85 that is quoted everywhere).
 * Energy goes with the word, and with size^0.075; area with size^0.9253: both exponents are those between the two (tests/test_memory_models.c).
 * Reading empties the cell, so every access writes back and a write costs a read.
 *
 * Refresh: every word once per retention time. 40 us is what makers of such arrays plan with (65 to 22 nm, hot); published gain cells keep 77 us (16 nm,
 * 0.6 V) and more than 100 us (65 nm). Leakage: a fifth of an SRAM's (IBM's comparison of standby power). Access: 1.5 ns, 65 nm (Barth et al., JSSC
 * 2008; 256 KiB assumed), with size as an SRAM's, and the same at finer nodes, since words and bit lines do not get faster (assumed). */
#include <math.h>

#include "memory/model.h"
#include "memory/scaling.h"

#define ARRAY_NODE 32e-9        /* m, of the published array; the other constants are its own */
#define ARRAY_VOLTS 0.9
#define ARRAY_BYTES 65536.
#define ARRAY_ENERGY (20.45e-12 / 256)  /* J per bit */
#define ARRAY_AREA 0.083e-6     /* m2 */
#define ACCESS_S 1.5e-9
#define ACCESS_BYTES 262144.
#define RETENTION_S 40e-6

static double energy(const struct memory_shape *m, enum memory_quantity q, struct memory_steps *steps)
{
    double value = m->width_bits * ARRAY_ENERGY * pow(m->bytes / ARRAY_BYTES, 0.075);
    steps_add(steps, "%u bit x 79.88 fJ (32 nm) x (%.0f B / 65536 B)^0.075 = %.4g pJ", m->width_bits, m->bytes, value * 1e12);
    return memory_supply(m, q, memory_node_energy(m, ARRAY_NODE, ARRAY_VOLTS, value, steps), steps);
}

static double area(const struct memory_shape *m, struct memory_steps *steps)
{
    double value = ARRAY_AREA * pow(m->bytes / ARRAY_BYTES, 0.9253);
    steps_add(steps, "0.083 mm2 (32 nm) x (%.0f B / 65536 B)^0.9253 = %.4g mm2", m->bytes, value * 1e6);
    return memory_node_area(m, ARRAY_NODE, value, steps);
}

static double leakage(const struct memory_shape *m, struct memory_steps *steps)
{
    double sram = memory_sram.derive(m, MEMORY_LEAKAGE, NULL);
    steps_add(steps, "0.2 x %.4g uW, what an SRAM of this shape, node and supply leaks by model: sram", sram * 1e6);
    return 0.2 * sram;
}

static double access(const struct memory_shape *m, struct memory_steps *steps)
{
    double value = ACCESS_S * pow(m->bytes / ACCESS_BYTES, 0.3);
    steps_add(steps, "1.5 ns (65 nm; no faster at finer nodes) x (%.0f B / 262144 B)^0.3 = %.4g ns", m->bytes, value * 1e9);
    return memory_supply(m, MEMORY_ACCESS, value, steps);
}

static double refresh(const struct memory_shape *m, struct memory_steps *steps)
{
    double retention = m->retention_s > 0 ? m->retention_s : RETENTION_S, words = ceil(m->bytes * 8 / m->width_bits);
    double word = energy(m, MEMORY_READ, steps);
    steps_add(steps, "x %.0f words / %g us of retention%s", words, retention * 1e6, m->retention_s > 0 ? "" : " (assumed; `retention` states another)");
    return word * words / retention;
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
        return refresh(m, steps);
    }
}

/* Two arrays are few: a factor of two. A refresh within an array drives no bus, and a cool chip keeps its charge longer: a tenth. */
static struct memory_span span(const struct memory_shape *m, enum memory_quantity q)
{
    (void)m;
    static const struct memory_span of[N_MEMORY] = {{0.5, 2}, {0.5, 2}, {0.5, 3}, {0.6, 2}, {0.5, 1.3}, {0.1, 2}};
    return of[q];
}

static int fitted(const struct memory_shape *m)
{
    return m->bytes >= ARRAY_BYTES && m->bytes <= 10 * 1048576.;
}

const struct memory_model memory_edram = {
    "edram", "two published arrays, 64 KiB at 32 nm and up to 10 MiB at 28 nm", "1RW|1R", 14e-9, 65e-9, 1, derive, span, fitted};
