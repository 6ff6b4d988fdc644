/* The memory model against the sweep that it was fitted to. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kit.h"
#include "memory/scaling.h"
#include "memory/sram.h"

struct sram { double value[N_SRAM]; };

/* As a chip file would ask, at the node's usual supply. */
static int sram_estimate(double bytes, uint32_t width_bits, const char *ports, double node_m, struct sram *sram, struct err *err)
{
    const struct memory_shape shape = {.bytes = bytes, .width_bits = width_bits, .ports = ports, .node_m = node_m};
    if (memory_check(&memory_sram, &shape, err))
        return -1;
    for (int q = 0; q < N_SRAM; q++)
        sram->value[q] = memory_sram.derive(&shape, (enum memory_quantity)q, NULL);
    return 0;
}

static int sram_in_sweep(double bytes, uint32_t width_bits)
{
    const struct memory_shape shape = {.bytes = bytes, .width_bits = width_bits, .ports = "1RW", .node_m = 28e-9};
    return memory_sram.fitted(&shape);
}

enum { POINTS_MAX = 200, POINTS_PER_NODE = 30 };
struct point { double node_m, bytes, value[N_SRAM]; uint32_t width; };
static const char *const quantity_name[N_SRAM] = {"read energy", "write energy", "leakage", "access time", "area"};

/* The low-operating-power rows of the sweep; 0 where the file is absent. */
static size_t read_sweep(struct point *point)
{
    char path[4096], line[256], cell[32];
    FILE *file = check_kit_open("chips/sram_cacti.csv", path, sizeof path);
    size_t n = 0;
    while (file && fgets(line, sizeof line, file) && n < POINTS_MAX) {
        struct point p;
        double um, access, read, write, leak, area;
        if (sscanf(line, "%lf,%lf,%u,%31[^,],%lf,%lf,%lf,%lf,%lf", &um, &p.bytes, &p.width, cell, &access, &read, &write, &leak, &area) != 9)
            continue;
        if (strcmp(cell, "itrs-lop"))
            continue;
        p.node_m = um * 1e-6;
        p.value[MEMORY_READ] = read * 1e-12;
        p.value[MEMORY_WRITE] = write * 1e-12;
        p.value[MEMORY_LEAKAGE] = leak * 1e-3;
        p.value[MEMORY_ACCESS] = access * 1e-9;
        p.value[MEMORY_AREA] = area * 1e-6;
        point[n++] = p;
    }
    if (file)
        fclose(file);
    return n;
}

static int at_node(const struct point *p, int node)
{
    return fabs(p->node_m / sram_node_m[node] - 1) < 1e-6;
}

/* Least squares of log(value) over log(bytes / 8 KiB) and log(width / 32): the three normal equations, by elimination. */
static void fit(const struct point *point, size_t n, int node, int quantity, struct sram_fit *out)
{
    double a[3][4] = {{0}};
    for (size_t i = 0; i < n; i++) {
        double x[4] = {1, log(point[i].bytes / 8192), log(point[i].width / 32.), log(point[i].value[quantity])};
        for (int r = 0; r < 3 && at_node(&point[i], node); r++)
            for (int c = 0; c < 4; c++)
                a[r][c] += x[r] * x[c];
    }
    for (int k = 0; k < 3; k++)
        for (int r = 0; r < 3; r++)
            for (int c = 3; c >= k && r != k; c--)
                a[r][c] -= a[k][c] * a[r][k] / a[k][k];
    *out = (struct sram_fit){exp(a[0][3] / a[0][0]), a[1][3] / a[1][1], a[2][3] / a[2][2], 1};
}

static double ratio_to(const struct sram_fit *f, const struct point *p, int quantity)
{
    double value = f->base * pow(p->bytes / 8192, f->bytes) * pow(p->width / 32., f->width), ratio = value / p->value[quantity];
    return ratio < 1 ? 1 / ratio : ratio;
}

static void constants_are_the_least_squares_fit_of_the_sweep(void)
{
    static struct point point[POINTS_MAX];
    size_t n = read_sweep(point);
    if (!n)
        return;
    CU_ASSERT_EQUAL(n, SRAM_NODES * POINTS_PER_NODE);
    for (int q = 0; q < N_SRAM; q++)
        for (int node = 0; node < SRAM_NODES; node++) {
            const struct sram_fit *kept = &sram_fits[q][node];
            struct sram_fit made;
            fit(point, n, node, q, &made);
            CU_ASSERT_DOUBLE_EQUAL(kept->base / made.base, 1, 2e-4);
            CU_ASSERT_DOUBLE_EQUAL(kept->bytes, made.bytes, 2e-4);
            CU_ASSERT_DOUBLE_EQUAL(kept->width, made.width, 2e-4);
        }
}

static void worst_ratios_are_those_of_the_sweep(void)
{
    static struct point point[POINTS_MAX];
    size_t n = read_sweep(point);
    for (int q = 0; n && q < N_SRAM; q++) {
        printf("\n    %-13s worst ratio to a swept point:", quantity_name[q]);
        for (int node = 0; node < SRAM_NODES; node++) {
            double worst = 1;
            for (size_t i = 0; i < n; i++)
                if (at_node(&point[i], node))
                    worst = fmax(worst, ratio_to(&sram_fits[q][node], &point[i], q));
            printf(" %.0f nm %.3f", sram_node_m[node] * 1e9, worst);
            CU_ASSERT_DOUBLE_EQUAL(sram_fits[q][node].worst, worst, 1e-3);
        }
    }
    printf("\n");
}

static void an_estimate_at_a_swept_node_is_the_fit(void)
{
    struct sram sram;
    struct err err;
    for (int node = 0; node < SRAM_NODES; node++) {
        CU_ASSERT_EQUAL_FATAL(sram_estimate(65536, 64, "1RW", sram_node_m[node], &sram, &err), 0);
        const struct sram_fit *f = &sram_fits[MEMORY_READ][node];
        CU_ASSERT_DOUBLE_EQUAL(sram.value[MEMORY_READ] / (f->base * pow(8, f->bytes) * pow(2, f->width)), 1, 1e-12);
    }
}

static void leakage_leaves_the_32_nm_table_out(void)
{
    struct sram at22, at32, at45;
    struct err err;
    CU_ASSERT_EQUAL(sram_estimate(65536, 64, "1RW", 22e-9, &at22, &err), 0);
    CU_ASSERT_EQUAL(sram_estimate(65536, 64, "1RW", 32e-9, &at32, &err), 0);
    CU_ASSERT_EQUAL(sram_estimate(65536, 64, "1RW", 45e-9, &at45, &err), 0);
    CU_ASSERT(at32.value[MEMORY_LEAKAGE] < at22.value[MEMORY_LEAKAGE] && at32.value[MEMORY_LEAKAGE] > at45.value[MEMORY_LEAKAGE]);
    CU_ASSERT(sram_fits[MEMORY_LEAKAGE][1].base > 5 * at32.value[MEMORY_LEAKAGE] / pow(8, sram_fits[MEMORY_LEAKAGE][1].bytes));
    CU_ASSERT_DOUBLE_EQUAL(sram_worst(MEMORY_LEAKAGE, 28e-9), 1.067, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(sram_worst(MEMORY_READ, 28e-9), 1.437, 1e-9);
}

static void between_nodes_values_lie_between(void)
{
    struct sram a, b, c;
    struct err err;
    sram_estimate(8192, 32, "1RW", 22e-9, &a, &err);
    sram_estimate(8192, 32, "1RW", 28e-9, &b, &err);
    sram_estimate(8192, 32, "1RW", 32e-9, &c, &err);
    CU_ASSERT(a.value[MEMORY_READ] < b.value[MEMORY_READ] && b.value[MEMORY_READ] < c.value[MEMORY_READ]);
    double t = log(28. / 22) / log(32. / 22);
    CU_ASSERT_DOUBLE_EQUAL(b.value[MEMORY_AREA] / (pow(a.value[MEMORY_AREA], 1 - t) * pow(c.value[MEMORY_AREA], t)), 1, 1e-12);
}

static void a_larger_memory_costs_more_of_everything(void)
{
    struct sram small, large;
    struct err err;
    sram_estimate(65536, 64, "1RW", 28e-9, &small, &err);
    sram_estimate(131072, 64, "1RW", 28e-9, &large, &err);
    for (int q = 0; q < N_SRAM; q++)
        CU_ASSERT(large.value[q] > 1.1 * small.value[q]);
}

static void a_second_port_costs_more_of_everything(void)
{
    struct sram one, both, two, rom;
    struct err err;
    sram_estimate(65536, 64, "1RW", 28e-9, &one, &err);
    sram_estimate(65536, 64, "1R1W", 28e-9, &both, &err);
    sram_estimate(65536, 64, "2RW", 28e-9, &two, &err);
    sram_estimate(65536, 64, "1R", 28e-9, &rom, &err);
    for (int q = 0; q < N_SRAM; q++) {
        CU_ASSERT(one.value[q] < both.value[q] && both.value[q] < two.value[q]);
        CU_ASSERT_EQUAL(one.value[q], rom.value[q]);
    }
}

static void a_node_outside_the_sweep_is_refused(void)
{
    struct sram sram;
    struct err err;
    CU_ASSERT_EQUAL(sram_estimate(65536, 64, "1RW", 5e-9, &sram, &err), -1);
    CU_ASSERT(strstr(err.text, "7 nm to 90 nm, not 5 nm") != NULL);
    CU_ASSERT_EQUAL(sram_estimate(65536, 64, "1RW", 130e-9, &sram, &err), -1);
    CU_ASSERT_EQUAL(sram_estimate(65536, 64, "1RW", 90e-9, &sram, &err), 0);
    CU_ASSERT(sram_in_sweep(2048, 32) && sram_in_sweep(1048576, 128) && !sram_in_sweep(1024, 32) && !sram_in_sweep(4096, 256));
}

/* 7 nm over 20 nm at 0.9 V is 0.10 / 0.24 in the published table; area goes from 0.246, between the published 0.46 of 32 nm and 0.21 of 20 nm, to 0.059. */
static void below_22_nm_the_published_factors_scale_the_22_nm_figure(void)
{
    struct sram at22, at20, at7;
    struct err err;
    CU_ASSERT_EQUAL_FATAL(sram_estimate(65536, 64, "1RW", 22e-9, &at22, &err), 0);
    CU_ASSERT_EQUAL_FATAL(sram_estimate(65536, 64, "1RW", 20e-9, &at20, &err), 0);
    CU_ASSERT_EQUAL_FATAL(sram_estimate(65536, 64, "1RW", 7e-9, &at7, &err), 0);
    CU_ASSERT_DOUBLE_EQUAL(at20.value[MEMORY_READ] / at22.value[MEMORY_READ], 1, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(at7.value[MEMORY_READ] / at22.value[MEMORY_READ], 0.10 / 0.24, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(at7.value[MEMORY_AREA] / at22.value[MEMORY_AREA], 0.059 / (0.46 * pow(0.21 / 0.46, log(32. / 22) / log(32. / 20))), 1e-9);
    CU_ASSERT_EQUAL(at7.value[MEMORY_LEAKAGE], at22.value[MEMORY_LEAKAGE]);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("sram", NULL, NULL);
    CU_add_test(suite, "the constants are the least squares fit of the sweep", constants_are_the_least_squares_fit_of_the_sweep);
    CU_add_test(suite, "the stated worst ratios are those of the sweep", worst_ratios_are_those_of_the_sweep);
    CU_add_test(suite, "an estimate at a swept node is the fit", an_estimate_at_a_swept_node_is_the_fit);
    CU_add_test(suite, "leakage leaves the 32 nm table out", leakage_leaves_the_32_nm_table_out);
    CU_add_test(suite, "between nodes values lie between", between_nodes_values_lie_between);
    CU_add_test(suite, "a larger memory costs more of everything", a_larger_memory_costs_more_of_everything);
    CU_add_test(suite, "a second port costs more of everything", a_second_port_costs_more_of_everything);
    CU_add_test(suite, "a node outside the sweep is refused", a_node_outside_the_sweep_is_refused);
    CU_add_test(suite, "below 22 nm the published factors scale the 22 nm figure", below_22_nm_the_published_factors_scale_the_22_nm_figure);
    return check_run();
}
