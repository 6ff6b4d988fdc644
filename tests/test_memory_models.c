/* The memory models against the published figures that they stand on, and against good sense: more of everything costs more. */
#include <math.h>
#include <string.h>

#include "kit.h"
#include "memory/model.h"
#include "memory/scaling.h"

enum { MODELS = 4 };

static double estimate(const struct memory_model *model, enum memory_quantity q, double bytes, uint32_t width, double node_m, double volts)
{
    const struct memory_shape shape = {.bytes = bytes, .width_bits = width, .ports = "1RW", .node_m = node_m, .volts = volts};
    struct err err = {ERR_NONE, ""};
    CU_ASSERT_EQUAL(memory_check(model, &shape, &err), 0);
    return model->derive(&shape, q, NULL);
}

static double ratio(double a, double b)
{
    return a > b ? a / b : b / a;
}

/* ---- published points ---- */

static void a_register_file_meets_its_three_published_points(void)
{
    /* One bit of a 40 nm register: 9 fJ, 5.98 um2 without its part of the read tree. */
    CU_ASSERT(ratio(estimate(&memory_register_file, MEMORY_READ, 0.125, 1, 40e-9, 0.9), 9e-15) < 1.05);
    CU_ASSERT_DOUBLE_EQUAL(estimate(&memory_register_file, MEMORY_AREA, 512, 32, 40e-9, 0.9) / (4096 * 5.98e-12 * 1.3), 1, 1e-9);
    /* 4 kbit, 65 nm, 0.5 V: 14 fJ per bit, measured. 512 B, 65 nm, 1.0 V: 83 fJ per bit, of Eyeriss and Horowitz. */
    CU_ASSERT(ratio(estimate(&memory_register_file, MEMORY_READ, 512, 32, 65e-9, 0.5) / 32, 14e-15) < 1.33);
    CU_ASSERT(ratio(estimate(&memory_register_file, MEMORY_READ, 512, 16, 65e-9, 1.0) / 16, 83e-15) < 1.33);
}

static void an_edram_meets_its_two_published_arrays(void)
{
    CU_ASSERT_DOUBLE_EQUAL(estimate(&memory_edram, MEMORY_READ, 65536, 256, 32e-9, 0.9), 20.45e-12, 1e-14);
    CU_ASSERT_DOUBLE_EQUAL(estimate(&memory_edram, MEMORY_AREA, 65536, 256, 32e-9, 0.9), 0.083e-6, 1e-12);
    CU_ASSERT(ratio(estimate(&memory_edram, MEMORY_READ, 1048576, 256, 28e-9, 0.9), 19.2e-12) < 1.02);
    CU_ASSERT(ratio(estimate(&memory_edram, MEMORY_AREA, 10 * 1048576., 256, 28e-9, 0.9), 7.27e-6) < 1.02);
    CU_ASSERT_DOUBLE_EQUAL(estimate(&memory_edram, MEMORY_ACCESS, 262144, 256, 65e-9, 0), 1.5e-9, 1e-15);
}

static void an_edram_is_refreshed_once_per_retention_time(void)
{
    double word = estimate(&memory_edram, MEMORY_READ, 65536, 256, 32e-9, 0.9);
    CU_ASSERT_DOUBLE_EQUAL(estimate(&memory_edram, MEMORY_REFRESH, 65536, 256, 32e-9, 0.9) / (2048 * word / 40e-6), 1, 1e-12);
    const struct memory_shape long_kept = {.bytes = 65536, .width_bits = 256, .ports = "1R", .node_m = 32e-9, .retention_s = 1e-3};
    CU_ASSERT_DOUBLE_EQUAL(memory_edram.derive(&long_kept, MEMORY_REFRESH, NULL) / (2048 * word / 1e-3), 1, 1e-12);
    CU_ASSERT(memory_sram.derive(&long_kept, MEMORY_REFRESH, NULL) <= 0 && memory_rram.derive(&long_kept, MEMORY_REFRESH, NULL) <= 0);
}

static void an_rram_is_its_cells_inside_an_srams_periphery(void)
{
    for (int q = MEMORY_READ; q <= MEMORY_WRITE; q++) {
        double cell = q == MEMORY_READ ? 0.1e-12 : 0.6e-12, around = estimate(&memory_sram, (enum memory_quantity)q, 65536, 64, 28e-9, 0.7);
        CU_ASSERT_DOUBLE_EQUAL(estimate(&memory_rram, (enum memory_quantity)q, 65536, 64, 28e-9, 0.7) / (64 * cell + around), 1, 1e-12);
    }
    CU_ASSERT(estimate(&memory_rram, MEMORY_ACCESS, 65536, 64, 28e-9, 0) > 10e-9);
}

/* ---- good sense ---- */

static void more_words_and_wider_words_cost_more(void)
{
    for (int i = 0; i < MODELS; i++)
        for (int q = 0; q < N_MEMORY; q++) {
            const struct memory_model *m = memory_model_at(i);
            if (q == MEMORY_REFRESH && !m->keeps_charge)
                continue;
            double before = 0, wider = 0;
            for (double bytes = 256; bytes <= 1048576; bytes *= 2) {
                double now = estimate(m, (enum memory_quantity)q, bytes, 64, 28e-9, 0);
                CU_ASSERT(now > before);
                before = now;
            }
            /* At one size, width moves energy; of the rest the SRAM's fit alone makes something of it. */
            for (uint32_t width = 8; width <= 512 && q <= MEMORY_WRITE; width *= 2) {
                double now = estimate(m, (enum memory_quantity)q, 65536, width, 28e-9, 0);
                CU_ASSERT(now > wider);
                wider = now;
            }
        }
}

static void a_finer_node_and_a_lower_supply_cost_less_energy(void)
{
    static const double node[] = {65e-9, 45e-9, 32e-9, 28e-9, 22e-9, 14e-9};
    for (int i = 0; i < MODELS; i++)
        for (int q = MEMORY_READ; q <= MEMORY_WRITE; q++) {
            for (size_t n = 0; n + 1 < sizeof node / sizeof *node; n++)
                CU_ASSERT(estimate(memory_model_at(i), (enum memory_quantity)q, 65536, 64, node[n + 1], 0) <
                          estimate(memory_model_at(i), (enum memory_quantity)q, 65536, 64, node[n], 0));
            CU_ASSERT(estimate(memory_model_at(i), (enum memory_quantity)q, 65536, 64, 28e-9, 0.6) <
                      estimate(memory_model_at(i), (enum memory_quantity)q, 65536, 64, 28e-9, 0.9));
        }
}

static void a_supply_moves_all_but_the_area_and_the_usual_one_moves_nothing(void)
{
    for (int i = 0; i < MODELS; i++)
        for (int q = 0; q < N_MEMORY; q++) {
            double usual = estimate(memory_model_at(i), (enum memory_quantity)q, 65536, 64, 28e-9, 0);
            double stated = estimate(memory_model_at(i), (enum memory_quantity)q, 65536, 64, 28e-9, 0.9);
            double low = estimate(memory_model_at(i), (enum memory_quantity)q, 65536, 64, 28e-9, 0.7);
            CU_ASSERT_EQUAL(usual, stated);
            CU_ASSERT_EQUAL(low != usual, usual > 0 && q != MEMORY_AREA);
        }
    CU_ASSERT_DOUBLE_EQUAL(estimate(&memory_sram, MEMORY_READ, 65536, 64, 28e-9, 0.7) / estimate(&memory_sram, MEMORY_READ, 65536, 64, 28e-9, 0.9),
                           scaling_energy(28e-9, 0.7) / scaling_energy(28e-9, 0.9), 1e-12);
}

static void ranges_hold_the_value_and_steps_end_in_it(void)
{
    const struct memory_shape shape = {.bytes = 4096, .width_bits = 32, .ports = "1R", .node_m = 28e-9, .volts = 0.7};
    for (int i = 0; i < MODELS; i++)
        for (int q = 0; q < N_MEMORY; q++) {
            const struct memory_model *m = memory_model_at(i);
            struct memory_span span = m->span(&shape, (enum memory_quantity)q);
            struct memory_steps steps = {NULL, 0, 0};
            double silent = m->derive(&shape, (enum memory_quantity)q, NULL), told = m->derive(&shape, (enum memory_quantity)q, &steps);
            CU_ASSERT(span.low <= 1 && span.high >= 1 && span.low > 0);
            CU_ASSERT_EQUAL(silent, told);
            CU_ASSERT((steps.n > 0) == (silent > 0));
            steps_free(&steps);
        }
}

/* ---- refusals ---- */

static void what_a_model_does_not_cover_is_refused(void)
{
    static const struct { const struct memory_model *model; const char *ports; double node_m, volts; const char *says; } row[] = {
        {&memory_edram, "1R1W", 28e-9, 0, "model: edram has ports 1RW|1R, not 1R1W"}, {&memory_rram, "2RW", 28e-9, 0, "model: rram has ports 1RW|1R"},
        {&memory_edram, "1RW", 7e-9, 0, "model: edram covers 14 nm to 65 nm, not 7 nm"}, {&memory_sram, "1RW", 130e-9, 0, "7 nm to 90 nm, not 130 nm"},
        {&memory_register_file, "1R", 28e-9, 2.5, "supplies of 0.4 V to 1.3 V, not 2.5 V"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        const struct memory_shape shape = {.bytes = 4096, .width_bits = 32, .ports = row[i].ports, .node_m = row[i].node_m, .volts = row[i].volts};
        struct err err = {ERR_NONE, ""};
        CU_ASSERT_EQUAL(memory_check(row[i].model, &shape, &err), -1);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, row[i].says));
    }
}

static void the_list_and_its_words_agree(void)
{
    const char *at = MEMORY_MODEL_WORDS;
    for (int i = 0; i < MODELS; i++) {
        size_t n = strlen(memory_model_at(i)->name);
        CU_ASSERT(!strncmp(at, memory_model_at(i)->name, n) && (at[n] == '|' || (!at[n] && i == MODELS - 1)));
        at += n + 1;
    }
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("memory models", NULL, NULL);
    CU_add_test(suite, "a register file meets its three published points", a_register_file_meets_its_three_published_points);
    CU_add_test(suite, "an eDRAM meets its two published arrays", an_edram_meets_its_two_published_arrays);
    CU_add_test(suite, "an eDRAM is refreshed once per retention time", an_edram_is_refreshed_once_per_retention_time);
    CU_add_test(suite, "an RRAM is its cells inside an SRAM's periphery", an_rram_is_its_cells_inside_an_srams_periphery);
    CU_add_test(suite, "more words and wider words cost more", more_words_and_wider_words_cost_more);
    CU_add_test(suite, "a finer node and a lower supply cost less energy", a_finer_node_and_a_lower_supply_cost_less_energy);
    CU_add_test(suite, "a supply moves all but the area, and the usual one moves nothing", a_supply_moves_all_but_the_area_and_the_usual_one_moves_nothing);
    CU_add_test(suite, "ranges hold the value, and steps end in it", ranges_hold_the_value_and_steps_end_in_it);
    CU_add_test(suite, "what a model does not cover is refused", what_a_model_does_not_cover_is_refused);
    CU_add_test(suite, "the list and its words agree", the_list_and_its_words_agree);
    return check_run();
}
