/* What the report says --map balance would take, against the runs on the mappings that it makes. Times are the model's own, so the
 * same on every machine. */
#include <math.h>
#include <string.h>

#include "engine_fixture.h"
#include "import/import.h"
#include "kit.h"
#include "report/facts.h"

enum { SAMPLES = 10 };

struct case_of { const char *name; struct network *net; struct events *in; };

/* NULL in net: not there. */
static struct case_of open_case(const char *folder, const char *name)
{
    struct case_of c = {.name = name};
    struct import_options how = {.reset = -1, .reset_time = -1};
    struct err err = {ERR_NONE, ""};
    char path[300];
    snprintf(path, sizeof path, "%s/%s.nir", folder, name);
    c.net = import_network(path, &how, &err);
    snprintf(path, sizeof path, "%s/%s_input.spk", folder, name);
    struct event_options events = {.network_steps = c.net ? c.net->steps : 0};
    if (c.net && !(c.in = events_read(path, &events, &err))) {
        network_free(c.net);
        c.net = NULL;
    }
    return c;
}

static void close_case(struct case_of *c)
{
    network_free(c->net);
    events_free(c->in);
}

/* A run on the mapping of one method; *of keeps what it points into. */
static struct run *run_mapped(struct loaded *of, const struct case_of *c, const char *chip, const char *const *set, uint32_t n_set, const char *method,
                              uint32_t cores)
{
    struct quant_options q = {.rule = QUANT_DEFAULT, .repeat = 1};
    struct map_options m = {.method = method, .cores = cores};
    struct run_options o = usual_options("slots", 1);
    o.last_sample = SAMPLES - 1;
    o.traces = 0;
    *of = (struct loaded){.net = c->net};
    of->chip = chipfile_read(chip, set, n_set, &of->err);
    of->quantised = of->chip ? quantise(c->net, of->chip, &q, &of->err) : NULL;
    of->mapping = of->quantised ? mapping_make(c->net, of->quantised, of->chip, &m, &of->err) : NULL;
    struct run *run = of->mapping ? run_make(c->net, of->chip, of->quantised, of->mapping, c->in, NULL, &o, &of->err) : NULL;
    if (!run)
        printf("\n  %s\n", of->err.text);
    return run;
}

/* Largest error over 4, 16 and 64 cores, relative to the run. */
static double largest_error(const struct case_of *c, const char *chip, const char *const *set, uint32_t n_set)
{
    double most = 0;
    struct loaded packed, spread;
    struct run *now = run_mapped(&packed, c, chip, set, n_set, "pack", 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(now);
    printf("\n  %-12s %-26s %2u cores %8.2f us;", c->name, chip, now->n_cores, (double)now->total_ps / 1e6 / SAMPLES);
    for (uint32_t n = 4; n <= 64; n *= 4) {
        double predicted = balance_mapped(now, n);
        struct run *then = run_mapped(&spread, c, chip, set, n_set, "balance", n);
        CU_ASSERT_PTR_NOT_NULL_FATAL(then);
        double real = (double)then->total_ps / 1e12, error = predicted / real - 1;
        printf("  %u: %.2f us, %+.1f %%", n, real / SAMPLES * 1e6, 100 * error);
        most = fmax(most, fabs(error));
        run_free(then);
        unload(&spread);
    }
    run_free(now);
    unload(&packed);
    return most;
}

static void check_case(const char *folder, const char *name)
{
    static const char *const mesh[] = {"noc.size=16x16"}, *const cuba[] = {"noc.size=16x16", "placement={cuba28: all}"};
    struct case_of c = open_case(folder, name);
    if (!c.net) {
        printf("SKIPPED: no reference file %s\n", name);
        return;
    }
    int current = !strncmp(name, "cuba", 4);
    CU_ASSERT(largest_error(&c, "configs/chips/loihi.yaml", NULL, 0) < 0.15);
    CU_ASSERT(largest_error(&c, "configs/chips/mesh28.yaml", current ? cuba : mesh, current ? 2 : 1) < 0.15);
    close_case(&c);
}

static void shipped_networks(void)
{
    check_case("traces/mlp_rate", "mlp_rate");
    check_case("traces/conv_rate", "conv_rate");
}

/* Cores full of neurons with few synapses are as busy as those with many: where every source was taken to spike in every step they
 * had twice the time of the rest, and an inference took 81 us. */
static void updates_weigh_against_synapses(void)
{
    struct case_of c = open_case("traces/conv_rate", "conv_rate");
    struct loaded spread;
    CU_ASSERT_PTR_NOT_NULL_FATAL(c.net);
    struct run *run = run_mapped(&spread, &c, "configs/chips/loihi.yaml", NULL, 0, "balance", 64);
    CU_ASSERT_PTR_NOT_NULL_FATAL(run);
    CU_ASSERT(run->total_ps / SAMPLES < 45000000);
    run_free(run);
    unload(&spread);
    close_case(&c);
}

static void reference_networks(void)
{
    char folder[300];
    snprintf(folder, sizeof folder, "%s/snn", kit_folder());
    check_case(folder, "rnn_rows");
    check_case(folder, "cuba_latency");
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("balance", NULL, NULL);
    CU_add_test(suite, "the predicted time of --map balance is that of the run within 15 %, on the shipped networks", shipped_networks);
    CU_add_test(suite, "cores full of neurons are as busy as cores full of synapses", updates_weigh_against_synapses);
    CU_add_test(suite, "and on those of the kit", reference_networks);
    return check_run();
}
