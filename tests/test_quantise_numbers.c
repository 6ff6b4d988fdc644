/* Numbers: float32 weights in their smallest exponent, integers in a unit per population; each rounding checked by hand. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kit.h"
#include "quantise_bench.h"

/* ---- kind reference ---- */

static void check_exact(const struct network *net, const struct quantised *q)
{
    for (uint32_t p = 0; p < net->n_projections; p++) {
        const struct projection *from = &net->projection[p];
        int exponent = q->population[from->to].exponent[from->port];
        for (uint64_t k = 0; k < from->n_weights; k++)
            CU_ASSERT_EQUAL(ldexp((double)q->projection[p].weight[k], -exponent), from->weight[k] * from->scale);
        CU_ASSERT_EQUAL(q->projection[p].error_max, 0);
    }
}

static void float_weights_are_exact_in_the_smallest_exponent(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .9, 1, 0, 1.0 / 64};
    double w[] = {.1f, -3.25, 1e-6f, 0, 17, -.3f};
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    bench_ideal(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    check_exact(net, q);
    CU_ASSERT_EQUAL(ldexp((double)q->population[1].bias_acc[0][0], -q->population[1].exponent[0]), 1.0 / 64);
    int odd = 0;
    for (int k = 0; k < 6; k++)
        odd |= (int)(q->projection[0].weight[k] & 1);
    CU_ASSERT_EQUAL(odd, 1);            /* one less and some weight would not be whole */
    CU_ASSERT_EQUAL(q->population[1].beta[0], (float).9);
    quantised_free(q);
    for (int k = 0; k < 6; k++)
        net->projection[0].weight[k] = 6 * (k - 2);
    free(net->population[1].bias[0]);
    net->population[1].bias[0] = NULL;
    q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->population[1].exponent[0], -1);
    CU_ASSERT_EQUAL(q->projection[0].weight[5], 9);
    quantised_free(q);
    network_free(net);
}

static void average_pooling_is_exact_where_its_area_is_a_power_of_two(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, 0};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct bench_chip c;
    bench_ideal(&c);
    net->projection[0].scale = .25;
    struct quantised *q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->population[1].exponent[0], 4);
    check_exact(net, q);
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_EXACT, "fc"));
    quantised_free(q);
    net->projection[0].scale = 1.0 / 9;
    q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(ldexp((double)q->projection[0].weight[3], -q->population[1].exponent[0]), (double)(1.0f / 9));
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_ROUNDED, "fc"));
    CU_ASSERT(q->projection[0].error_max < 1e-7);
    quantised_free(q);
    network_free(net);
}

static void bits_are_dropped_and_said_where_a_sum_could_overflow(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, 0};
    double w[] = {1e20f, -1e20f, 1e-20f, 1, 1, 1};
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    struct bench b;
    struct err err;
    bench_ideal(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    uint64_t sum = 0;
    for (int k = 0; k < 3; k++)
        sum += (uint64_t)llabs(q->projection[0].weight[k]);
    CU_ASSERT(sum > (uint64_t)1 << 55 && sum < (uint64_t)1 << 61);
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_ROUNDED, "fc"));
    CU_ASSERT_EQUAL_FATAL(bench_open(&b, &c.file, q, 1, &err), 0);      /* the core's own proof agrees */
    for (int s = 0; s < 3; s++) {
        bench_input(&b, 0, 1, 1);
        bench_step(&b);
    }
    bench_close(&b);
    quantised_free(q);
    network_free(net);
}

static void power_of_two_bits_follow_the_rule(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .5, 1, 0, 0};
    double w[] = {.875, .8125, .0625, .1875, -.875, -.3125};            /* 4 bit: s = 2^-3 = smallest power of two with .875 / s <= 7 */
    static const double want[] = {.875, .75, 0, .25, -.875, -.25};      /* half to even: .8125/s = 6.5, .0625/s = .5, .1875/s = 1.5, -2.5 */
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    bench_ideal(&c);
    struct quantised *q = quantised_by(net, &c, &(struct quant_options){.bits = 4});
    for (int k = 0; k < 6; k++)
        CU_ASSERT_EQUAL(ldexp((double)q->projection[0].weight[k], -q->population[1].exponent[0]), want[k]);
    CU_ASSERT_EQUAL(q->projection[0].bits, 4);
    CU_ASSERT_DOUBLE_EQUAL(q->projection[0].error_max, .0625 / .875, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(q->projection[0].error_rms, sqrt(4 * .0625 * .0625 / 6) / .875, 1e-12);
    quantised_free(q);
    net->projection[0].weight[0] = .8751;                               /* a hair more needs the next power */
    q = quantised_by(net, &c, &(struct quant_options){.bits = 4});
    CU_ASSERT_EQUAL(ldexp((double)q->projection[0].weight[1], -q->population[1].exponent[0]), .75);
    CU_ASSERT_EQUAL(ldexp((double)q->projection[0].weight[5], -q->population[1].exponent[0]), -.25);
    CU_ASSERT_EQUAL(ldexp((double)q->projection[0].weight[4], -q->population[1].exponent[0]), -1);      /* -3.5 -> -4 */
    quantised_free(q);
    q = quantised_by(net, &c, &(struct quant_options){.bits = 8, .rule = QUANT_ABSMAX});
    CU_ASSERT_DOUBLE_EQUAL(ldexp((double)q->projection[0].weight[0], -q->population[1].exponent[0]), .8751, 1e-7);
    quantised_free(q);
    network_free(net);
}

/* ---- integer kinds ---- */

static void the_largest_weight_uses_the_whole_width(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .9, 1.7, 0, 0};
    double w[] = {.31, -.97, .77, .123, .456, -.789};
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    bench_loihi(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    const struct quant_population *p = &q->population[1];
    CU_ASSERT(llabs(q->projection[0].weight[1]) >= 253 && llabs(q->projection[0].weight[1]) <= 255);
    for (int k = 0; k < 6; k++)
        CU_ASSERT_EQUAL(q->projection[0].weight[k], llrint(w[k] / p->unit));
    CU_ASSERT_EQUAL(p->shift, 6);
    CU_ASSERT_DOUBLE_EQUAL(p->threshold[0] * p->unit / 64, 1.7, 1e-12);        /* the unit divides the threshold */
    CU_ASSERT_EQUAL(p->threshold[0] % 64, 0);
    CU_ASSERT_EQUAL(p->decay_v[0], 410);
    CU_ASSERT_EQUAL(q->projection[0].clipped, 0);
    CU_ASSERT_EQUAL(q->projection[0].bits, 9);
    quantised_free(q);
    q = quantised_by(net, &c, &(struct quant_options){.bits = 4});
    CU_ASSERT(llabs(q->projection[0].weight[1]) >= 6 && llabs(q->projection[0].weight[1]) <= 7);
    CU_ASSERT_EQUAL(q->projection[0].bits, 4);
    quantised_free(q);
    q = quantised_by(net, &c, &(struct quant_options){.rule = QUANT_POW2});
    CU_ASSERT_EQUAL(q->population[1].unit, 1.0 / 256);          /* .97 * 256 = 248.3 <= 255, * 512 is not */
    quantised_free(q);
    network_free(net);
}

static void weights_round_half_to_even(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .9, 8, 0, 0};
    double w[] = {100, 2.5, 3.5, -2.5, .5, -1.5};
    static const int64_t want[] = {100, 2, 4, -2, 0, -2};
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    bench_mesh(&c);
    struct quantised *q = quantised_by(net, &c, &(struct quant_options){.rule = QUANT_POW2});
    CU_ASSERT_EQUAL(q->population[1].unit, 1);
    for (int k = 0; k < 6; k++)
        CU_ASSERT_EQUAL(q->projection[0].weight[k], want[k]);
    quantised_free(q);
    network_free(net);
}

static void all_projections_bias_and_threshold_share_a_unit(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .9, 1, 0, .4};
    double w[] = {.1003, -.05217, .0239, .0717, -.1, .1}, back[] = {2, -1, .5, .25};
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    add_dense(net, "back", 1, 1, back)->port = 1;
    net->population[1].ports = 2;
    bench_loihi(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    double unit = q->population[1].unit;
    CU_ASSERT(llabs(q->projection[1].weight[0]) >= 253);
    CU_ASSERT_EQUAL(q->projection[0].weight[0], llrint(.1003 / unit));
    CU_ASSERT_DOUBLE_EQUAL(q->population[1].bias[0] * unit / 64, .4, unit / 64 * 8);
    CU_ASSERT(q->projection[0].error_max > q->projection[1].error_max);
    quantised_free(q);
    network_free(net);
}

static void weights_on_a_grid_stay_exact(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .9, 1, 0, 0};
    double w[] = {100, -37, 51, 0, 1, -99};
    for (int k = 0; k < 6; k++)
        w[k] = (double)((float)w[k] * .0123f);
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    bench_mesh(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->projection[0].weight[0], 100);
    CU_ASSERT_EQUAL(q->projection[0].weight[1], -37);
    CU_ASSERT_EQUAL(q->projection[0].weight[4], 1);
    CU_ASSERT_EQUAL(q->projection[0].error_max, 0);
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_EXACT, "fc"));
    quantised_free(q);
    for (int k = 0; k < 6; k++)                         /* -1, 0, 1: any width holds them, and the threshold too */
        net->projection[0].weight[k] = k % 3 - 1;
    free(net->population[1].threshold);
    net->population[1].threshold = same(2, 2.5);
    q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->projection[0].error_max, 0);
    CU_ASSERT_DOUBLE_EQUAL(ldexp(q->population[1].threshold[0] * q->population[1].unit, -(int)q->population[1].shift), 2.5, 1e-9);
    quantised_free(q);
    network_free(net);
}

static void a_threshold_between_two_numbers_keeps_the_meaning_of_its_comparison(void)
{
    struct bench_chip c;
    static const struct { enum compare_kind asked; int greater, at_least; double threshold; int32_t want; } cases[] = {
        {COMPARE_GREATER, 1, 1, 3.5, 3}, {COMPARE_AT_LEAST, 1, 1, 3.5, 4}, {COMPARE_GREATER, 1, 1, 4, 4}, {COMPARE_AT_LEAST, 1, 1, 4, 4},
        {COMPARE_AT_LEAST, 1, 0, 4, 3}, {COMPARE_AT_LEAST, 1, 0, 3.5, 3}, {COMPARE_GREATER, 0, 1, 4, 5}, {COMPARE_GREATER, 0, 1, 3.5, 4},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct asked a = {RESET_SUBTRACT, RESET_NOW, cases[k].asked, 0, 0, 0, 1, cases[k].threshold, 0, 0};
        double w[] = {127, 1, 2, -126, 5, 0};           /* the grid fixes the unit at 1 */
        struct network *net = one_layer(&a, 3, 2, w);
        net->population[1].threshold[1] = 8;            /* not all the same */
        bench_mesh(&c);
        c.type.weight_shift_max = 0;
        c.type.compare_greater = cases[k].greater;
        c.type.compare_at_least = cases[k].at_least;
        struct quantised *q = quantised_by(net, &c, NULL);
        CU_ASSERT_EQUAL(q->population[1].unit, 1);
        CU_ASSERT_EQUAL(q->population[1].threshold[0], cases[k].want);
        int32_t amount = cases[k].asked == COMPARE_GREATER ? (int32_t)floor(cases[k].threshold) : (int32_t)ceil(cases[k].threshold);
        CU_ASSERT_EQUAL(q->population[1].reset_value[0], amount);       /* what is subtracted does not move with the comparison */
        quantised_free(q);
        network_free(net);
    }
}

static void shifted_thresholds_cannot_be_moved_by_one(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_AT_LEAST, 0, 0, 0, .5, 1, 0, 0};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct bench_chip c;
    bench_loihi(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->population[1].threshold[0] % 64, 0);
    CU_ASSERT_EQUAL(q->population[1].rule.compare, COMPARE_GREATER);
    CU_ASSERT_PTR_NOT_NULL_FATAL(line_of(q, FIDELITY_ROUNDED, "lif"));
    CU_ASSERT_PTR_NOT_NULL(strstr(line_of(q, FIDELITY_ROUNDED, "lif")->text, "above, not at"));
    quantised_free(q);
    network_free(net);
}

static void what_is_wide_makes_the_unit_larger(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .9, 1, 0, 0};
    double w[] = {1e-4, -5e-5, 3e-5, 2e-5, 1e-5, 0};
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    bench_loihi(&c);
    struct quantised *q = quantised_by(net, &c, NULL);  /* weights far below the threshold: 17 bit of threshold, half of 24 bit of membrane */
    CU_ASSERT(q->population[1].threshold[0] / 64 <= 131071 && q->population[1].threshold[0] <= ((1 << 23) - 1) / 2);
    CU_ASSERT(q->population[1].threshold[0] > ((1 << 23) - 1) / 4);
    CU_ASSERT_EQUAL(q->projection[0].clipped, 0);
    quantised_free(q);
    net->population[1].bias[0] = same(2, 40);           /* a bias of 13 bit << 7 */
    q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->population[1].bias[0] % 128, 0);
    CU_ASSERT(q->population[1].bias[0] <= 4095 * 128 && q->population[1].bias[0] >= 4000 * 128);
    quantised_free(q);
    network_free(net);
    a.threshold = -1;
    net = one_layer(&a, 3, 2, w);
    refused(net, &c, NULL, (const char *[]){"lif:", "threshold -1", "0 to 131071", NULL});
    network_free(net);
}

static void a_bias_is_a_mantissa_and_the_smallest_exponent(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .9, 255, 0, 0};
    double w[] = {255, 1, 2, -254, 5, 0};               /* unit 1, membrane 64 */
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    bench_loihi(&c);
    net->population[1].bias[0] = same(2, 4095.0 / 64);
    net->population[1].bias[0][1] = -4097.0 / 64 - 2.0 / 64;
    struct quantised *q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->population[1].unit, 1);
    CU_ASSERT_EQUAL(q->population[1].bias[0], 4095);
    CU_ASSERT_EQUAL(q->population[1].bias[1], -4100);   /* -4099 / 2 = -2049.5 -> -2050, half to even */
    quantised_free(q);
    network_free(net);
}

static void a_shift_is_chosen_that_leaves_room_for_the_membrane(void)
{
    struct asked a = {RESET_SUBTRACT, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .9, 1, 0, 0};
    double w[] = {.97, .31, -.77, .123, .456, -.789};
    struct network *net = one_layer(&a, 3, 2, w);
    struct bench_chip c;
    bench_mesh(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->population[1].shift, 3);         /* 130 << 3 = 1040 of 32767: 16 thresholds and more; << 4 leaves 15 */
    CU_ASSERT_EQUAL(q->population[1].threshold[0], 130 << 3);
    CU_ASSERT_EQUAL(llabs(q->projection[0].weight[0]), 126);
    quantised_free(q);
    c.type.weight_shift_max = 0;
    q = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(q->population[1].shift, 0);
    quantised_free(q);
    network_free(net);
}

/* Worst drive in every step: a current that wrapped would turn the sign of the membrane. */
static void no_current_wraps_where_none_is_announced(void)
{
    enum { INPUTS = 200 };
    int turned = 0;
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 1, .75, .5, 1, 0, 0};
    double w[2 * INPUTS];
    for (int k = 0; k < 2 * INPUTS; k++)
        w[k] = (k < INPUTS ? 1 : -1) * (.5 + .5 * (k % 7) / 7);
    struct network *net = one_layer(&a, INPUTS, 2, w);
    struct bench_chip c;
    struct bench b;
    struct err err;
    bench_loihi(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    CU_ASSERT_PTR_NULL(line_of(q, FIDELITY_NOTE, "lif"));
    CU_ASSERT(llabs(q->projection[0].weight[6]) < 230);         /* it cost some of the width */
    CU_ASSERT_EQUAL_FATAL(bench_open(&b, &c.file, q, 1, &err), 0);
    bench_reset(&b);
    for (int s = 0; s < 100; s++) {
        for (uint32_t i = 0; i < INPUTS; i++)
            bench_input(&b, i, 1, 1);
        bench_step(&b);
        turned |= bench_peek(&b, 1, 1, 0) <= 0 || bench_peek(&b, 1, 1, 1) >= 0;
    }
    CU_ASSERT_EQUAL(turned, 0);
    CU_ASSERT(bench_peek(&b, 1, 1, 0) > 8000000);               /* and no more than needed */
    bench_close(&b);
    quantised_free(q);
    net->population[1].alpha[0] = .99;                          /* now it would cost too much: said instead */
    q = quantised_by(net, &c, NULL);
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_NOTE, "lif"));
    CU_ASSERT(llabs(q->projection[0].weight[6]) >= 110);
    quantised_free(q);
    network_free(net);
}

static void a_bias_behind_a_current_or_where_the_chip_says_so_is_an_axon(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 1, .5, .5, 1, 0, 5};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct bench_chip c;
    bench_loihi(&c);
    struct quantised *q = quantised_by(net, &c, NULL);
    const struct quant_population *p = &q->population[1];
    CU_ASSERT_PTR_NULL(p->bias);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p->bias_weight);
    CU_ASSERT_EQUAL(p->bias_packets, 5);                /* largest weight 1: five packets keep the unit */
    CU_ASSERT_DOUBLE_EQUAL((double)p->bias_weight[0] * p->bias_packets * p->unit, 5, 5 * p->unit);
    CU_ASSERT(llabs(q->projection[0].weight[3]) >= 250);
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_REWRITTEN, "lif"));
    quantised_free(q);
    network_free(net);
    a.current = 0;
    net = one_layer(&a, 3, 2, half_weights);
    q = quantised_by(net, &c, NULL);
    CU_ASSERT(q->population[1].bias && !q->population[1].bias_weight);
    quantised_free(q);
    c.file.layer_start = LAYER_BIAS_INPUT;
    q = quantised_by(net, &c, NULL);
    CU_ASSERT(!q->population[1].bias && q->population[1].bias_weight);
    CU_ASSERT_EQUAL(q->population[1].bias_bits, 9);
    quantised_free(q);
    q = quantised_by(net, &c, &(struct quant_options){.bits = 5});
    CU_ASSERT_EQUAL(q->population[1].bias_bits, 5);
    quantised_free(q);
    c.file.layer_start = LAYER_FREE;
    q = quantised_by(net, &c, NULL);
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_APPROXIMATED, ""));
    quantised_free(q);
    network_free(net);
}

static void decays_stay_inside_their_words(void)
{
    static const struct { double beta; int32_t mesh, loihi; } cases[] = {{1, 0, 0}, {.9, 26, 410}, {.5, 128, 2048}, {0, 255, 4095}, {.9999, 0, 0}};
    struct bench_chip c;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 1, cases[k].beta, cases[k].beta, 1, 0, 0};
        struct network *net = one_layer(&a, 3, 2, half_weights);
        bench_loihi(&c);
        struct quantised *q = quantised_by(net, &c, NULL);
        CU_ASSERT_EQUAL(q->population[1].decay_v[0], cases[k].loihi);
        CU_ASSERT_EQUAL(q->population[1].decay_u[0], cases[k].beta >= .9999 ? 1 : cases[k].beta == 0 ? 4096 : cases[k].loihi);
        quantised_free(q);
        net->population[1].rule.current = 0;
        bench_mesh(&c);
        q = quantised_by(net, &c, NULL);
        CU_ASSERT_EQUAL(q->population[1].decay_v[0], cases[k].mesh);
        CU_ASSERT_PTR_NULL(q->population[1].decay_u);
        quantised_free(q);
        network_free(net);
    }
}

static void a_shifting_decay_is_exact_or_the_nearest_when_asked(void)
{
    struct asked a = {RESET_ZERO, RESET_NOW, COMPARE_GREATER, 0, 0, 0, .9, 1, 0, 0};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct bench_chip c;
    bench_mesh(&c);
    c.type.decay_multiply = 0;
    c.type.decay_shift = 1;
    struct quantised *q = quantised_by(net, &c, &(struct quant_options){.approximate = 1});
    CU_ASSERT_EQUAL(q->population[1].decay_v[0], 32);           /* 1 - 1/8 */
    CU_ASSERT_PTR_NOT_NULL(line_of(q, FIDELITY_APPROXIMATED, "lif"));
    quantised_free(q);
    network_free(net);
}

static void the_same_network_gives_the_same_numbers_twice(void)
{
    struct asked a = {RESET_SUBTRACT, RESET_NEXT_AFTER_INPUT, COMPARE_GREATER, 0, 1, .8, .9, 1, 0, .3};
    struct network *net = one_layer(&a, 3, 2, half_weights);
    struct bench_chip c;
    bench_loihi(&c);
    struct quantised *x = quantised_by(net, &c, NULL), *y = quantised_by(net, &c, NULL);
    CU_ASSERT_EQUAL(x->population[1].unit, y->population[1].unit);
    CU_ASSERT_EQUAL(x->fidelity.count, y->fidelity.count);
    for (size_t i = 0; i < x->fidelity.count; i++)
        CU_ASSERT_STRING_EQUAL(x->fidelity.line[i].text, y->fidelity.line[i].text);
    quantised_free(x);
    quantised_free(y);
    network_free(net);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite floats = CU_add_suite("quantise: kind reference", NULL, NULL);
    CU_add_test(floats, "float weights are exact in the smallest exponent", float_weights_are_exact_in_the_smallest_exponent);
    CU_add_test(floats, "average pooling is exact where its area is a power of two", average_pooling_is_exact_where_its_area_is_a_power_of_two);
    CU_add_test(floats, "bits are dropped, and said, where a sum could overflow", bits_are_dropped_and_said_where_a_sum_could_overflow);
    CU_add_test(floats, "--bits rounds each tensor by a power of two, half to even", power_of_two_bits_follow_the_rule);
    CU_pSuite integers = CU_add_suite("quantise: integer kinds", NULL, NULL);
    CU_add_test(integers, "the largest weight uses the whole width and the unit divides the threshold", the_largest_weight_uses_the_whole_width);
    CU_add_test(integers, "weights round half to even", weights_round_half_to_even);
    CU_add_test(integers, "all projections, bias and threshold of a population share a unit", all_projections_bias_and_threshold_share_a_unit);
    CU_add_test(integers, "weights that lie on a grid stay exact", weights_on_a_grid_stay_exact);
    CU_add_test(integers, "a threshold between two numbers keeps the meaning of its comparison",
                a_threshold_between_two_numbers_keeps_the_meaning_of_its_comparison);
    CU_add_test(integers, "thresholds that are shifted cannot be moved by one, and it is said", shifted_thresholds_cannot_be_moved_by_one);
    CU_add_test(integers, "wide thresholds and biases make the unit larger", what_is_wide_makes_the_unit_larger);
    CU_add_test(integers, "a bias is a mantissa with the smallest exponent", a_bias_is_a_mantissa_and_the_smallest_exponent);
    CU_add_test(integers, "a shift is chosen that leaves room for the membrane", a_shift_is_chosen_that_leaves_room_for_the_membrane);
    CU_add_test(integers, "no current wraps in the worst drive unless a line says so", no_current_wraps_where_none_is_announced);
    CU_add_test(integers, "a bias behind a current, or where the chip has none, is an axon", a_bias_behind_a_current_or_where_the_chip_says_so_is_an_axon);
    CU_add_test(integers, "decays stay inside their words, Loihi's offset included", decays_stay_inside_their_words);
    CU_add_test(integers, "a decay by shift is exact, or the nearest when asked", a_shifting_decay_is_exact_or_the_nearest_when_asked);
    CU_add_test(integers, "the same network gives the same numbers twice", the_same_network_gives_the_same_numbers_twice);
    return check_run();
}
