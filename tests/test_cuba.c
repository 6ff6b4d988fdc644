/* Loihi's compartment against the published model's rows and against silicon. */
#include <stdio.h>

#include "core_fixture.h"
#include "kit.h"

static void loihi(struct core_fixture *f, int32_t du, int32_t dv, int32_t vth, int32_t bias)
{
    memset(f, 0, sizeof *f);
    f->group.reset = IMAGE_RESET_VALUE;
    f->group.shift = 6;
    f->group.decay_bits = 12;
    f->group.current = 1;
    f->decay_u = du + 1;
    f->decay_v = dv;
    f->threshold = vth * 64;
    f->bias = bias;
    f->image.membrane_high = (1 << 23) - 1;
    f->image.membrane_low = -f->image.membrane_high;
    f->image.current_high = (1 << 23) - 1;
    f->image.current_low = -(1 << 23);
    f->image.current_wraps = 1;
    f->image.rounding = IMAGE_ROUND_ZERO;
}

struct config { int du, dv, vth, mant, exp; };

static int read_config(const char *line, struct config *config, int *n)
{
    int amplitude;
    return sscanf(line, "# config %d: du %d dv %d vth %d bias_mant %d bias_exp %d input_amplitude %d", n, &config->du, &config->dv, &config->vth,
                  &config->mant, &config->exp, &amplitude) == 7;
}

static void equals_every_row_of_the_published_rule(void)
{
    char path[4096], line[256];
    FILE *file = check_kit_open("snn/loihi_lif.csv", path, sizeof path);
    if (!file)
        return;
    struct config config[20] = {{0}}, c;
    struct core_fixture f = {0};
    struct err err;
    int n, open = -1, rows = 0, wrong = 0;
    while (fgets(line, sizeof line, file)) {
        long long k, t, a, u, before, v, spike;
        if (read_config(line, &c, &n) && n >= 0 && n < 20)
            config[n] = c;
        if (sscanf(line, "%lld,%lld,%lld,%lld,%lld,%lld,%lld", &k, &t, &a, &u, &before, &v, &spike) != 7)
            continue;
        if (k != open) {
            if (open >= 0)
                fixture_close(&f);
            open = (int)k;
            loihi(&f, config[k].du, config[k].dv, config[k].vth, config[k].mant * (1 << config[k].exp));
            CU_ASSERT_EQUAL_FATAL(fixture_open(&f, "cuba", &err), 0);
        }
        /* a_in of row t takes part in the update of row t: it arrives in the step before */
        struct packet p = {.payload = (int32_t)a};
        f.kind->accept(f.core, &f.at, &p, a != 0, 0, NULL, NULL, &f.counts, &err);
        int fired = fixture_step(&f, 0);
        wrong += fired != spike || fixture_peek(&f, 0) != v || fixture_peek(&f, 1) != u;
        rows++;
    }
    if (open >= 0)
        fixture_close(&f);
    fclose(file);
    CU_ASSERT_EQUAL(rows, 8000);
    CU_ASSERT_EQUAL(wrong, 0);
}

static void equals_silicon_but_for_the_probe_at_a_spike(void)
{
    char path[4096], line[256];
    FILE *file = check_kit_open("lif/lif_loihi_chip.csv", path, sizeof path);
    if (!file)
        return;
    struct core_fixture f;
    struct err err;
    int rows = 0, spikes_wrong = 0, membrane_wrong = 0, spikes = 0;
    loihi(&f, 4095, 163, 25, 0);
    CU_ASSERT_EQUAL_FATAL(fixture_open(&f, "cuba", &err), 0);
    while (fgets(line, sizeof line, file)) {
        double x, v, spike;
        if (sscanf(line, "%lf,%lf,%lf", &x, &v, &spike) != 3)
            continue;
        int fired = fixture_step(&f, x != 0 ? 10 : 0);
        int64_t membrane = fixture_peek(&f, 0);
        spikes += fired;
        spikes_wrong += fired != (spike != 0);
        if (fired)
            CU_ASSERT(membrane == 0 && v == 128)
        else
            membrane_wrong += membrane != (int64_t)v;
        rows++;
    }
    fixture_close(&f);
    fclose(file);
    CU_ASSERT_EQUAL(rows, 1000);
    CU_ASSERT_EQUAL(spikes, 4);
    CU_ASSERT_EQUAL(spikes_wrong, 0);
    CU_ASSERT_EQUAL(membrane_wrong, 0);
}

static void equals_the_equations_by_hand_for_every_reset(void)
{
    for (size_t k = 0; k < RESET_CASES; k++) {
        const struct reset_case *c = &reset_cases[k];
        struct core_fixture f;
        struct err err;
        fixture_case(&f, c);
        f.image.membrane_high = f.image.current_high = (1 << 23) - 1;
        f.image.membrane_low = f.image.current_low = -(1 << 23);
        f.group.decay_bits = 12;
        f.decay_v = 2048;
        f.decay_u = c->current ? 2048 : 4096;
        f.threshold = RESET_SCALE;
        f.reset_value = c->reset == IMAGE_RESET_SUBTRACT ? RESET_SCALE : RESET_SCALE / 4;
        CU_ASSERT_EQUAL_FATAL(fixture_open(&f, "cuba", &err), 0);
        for (int t = 0; t < 5; t++) {
            fixture_send(&f, 0, (int32_t)(c->input * RESET_SCALE));
            CU_ASSERT_EQUAL(fixture_step(&f, 0), c->spike[t]);
            CU_ASSERT_EQUAL(fixture_peek(&f, 0), (int64_t)(c->membrane[t] * RESET_SCALE));
        }
        fixture_close(&f);
    }
}

/* Current after one step in which `sum` arrives on top of u, with no memory lost and no shift. */
static int64_t added(int64_t u, int32_t sum, int wraps)
{
    struct core_fixture f = {.threshold = INT32_MAX};
    struct err err;
    f.image.membrane_high = f.image.current_high = 127;
    f.image.membrane_low = f.image.current_low = -128;
    f.image.current_wraps = wraps;
    CU_ASSERT_EQUAL_FATAL(fixture_open(&f, "cuba", &err), 0);
    fixture_poke(&f, 1, u);
    fixture_send(&f, 0, sum);
    fixture_step(&f, 0);
    u = fixture_peek(&f, 1);
    fixture_close(&f);
    return u;
}

static void a_current_wraps_at_its_width_or_saturates(void)
{
    CU_ASSERT_EQUAL(added(100, 28, 1), 128);            /* the chip's own end: wraps above 128, not at it */
    CU_ASSERT_EQUAL(added(100, 29, 1), -127);
    CU_ASSERT_EQUAL(added(-100, -27, 1), -127);
    CU_ASSERT_EQUAL(added(-100, -28, 1), 128);
    CU_ASSERT_EQUAL(added(0, 1000, 1), -24);            /* 1000 - 4 * 256 */
    CU_ASSERT_EQUAL(added(0, -1000, 1), 24);
    CU_ASSERT_EQUAL(added(0, -128 - 256, 1), 128);
    CU_ASSERT_EQUAL(added(0, 1 << 30, 1), 0);
    CU_ASSERT_EQUAL(added(100, 29, 0), 127);
    CU_ASSERT_EQUAL(added(-100, -1000, 0), -128);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("cuba", NULL, NULL);
    CU_add_test(suite, "equals every row of the published rule, wrap-around included", equals_every_row_of_the_published_rule);
    CU_add_test(suite, "equals 1000 steps of silicon but for the probe at the four spikes", equals_silicon_but_for_the_probe_at_a_spike);
    CU_add_test(suite, "equals the equations by hand for every kind and time of reset", equals_the_equations_by_hand_for_every_reset);
    CU_add_test(suite, "a current wraps at its width, by whole turns, or saturates", a_current_wraps_at_its_width_or_saturates);
    return check_run();
}
