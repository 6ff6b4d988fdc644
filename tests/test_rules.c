/* The table of tools: one LIF neuron, imported as each of them would run it, against what those tools printed (kit/lif), stepped
 * here in double precision by the equations of network.h. */
#include <math.h>
#include <string.h>

#include "import/import.h"
#include "import/rules.h"
#include "kit.h"

enum { STEPS = 1000, SPIKES_MAX = 64 };

struct trace {
    double input[STEPS], membrane[STEPS], spike[STEPS];
    int steps;
};
struct replay {
    double membrane[STEPS];     /* as the tool shows it, after a reset that acts at once */
    int spike[SPIKES_MAX], spikes;
};

static struct network *read_lif(const struct import_options *options)
{
    char path[4096];
    struct err err = {0};
    FILE *there = check_kit_open("lif/lif_norse.nir", path, sizeof path);
    if (!there)
        return NULL;
    fclose(there);
    struct network *net = import_network(path, options, &err);
    if (!net)
        printf("\n    %s\n", err.text);
    CU_ASSERT_PTR_NOT_NULL(net);
    return net;
}

static int read_trace(const char *name, struct trace *trace)
{
    char path[4096];
    FILE *file = check_kit_open(name, path, sizeof path);
    *trace = (struct trace){.steps = 0};
    if (!file)
        return 0;
    while (trace->steps < STEPS && fscanf(file, "%lf,%lf,%lf", &trace->input[trace->steps], &trace->membrane[trace->steps], &trace->spike[trace->steps]) == 3)
        trace->steps++;
    fclose(file);
    CU_ASSERT_EQUAL(trace->steps, STEPS);
    return 1;
}

static double reset_of(const struct population *p, double m)
{
    if (p->rule.reset == RESET_SUBTRACT)
        return m - p->threshold[0];
    return p->rule.reset == RESET_VALUE && p->reset_value ? p->reset_value[0] : 0;
}

static int over(const struct population *p, double m)
{
    return p->rule.compare == COMPARE_AT_LEAST ? m >= p->threshold[0] : m > p->threshold[0];
}

static void replay(const struct network *net, const struct trace *trace, struct replay *r)
{
    const struct population *p = &net->population[1];
    const struct projection *e = &net->projection[0];
    double m = 0, unit = p->membrane_unit ? p->membrane_unit[0] : 1;
    *r = (struct replay){.spikes = 0};
    for (int t = 0; t < STEPS; t++) {
        int from = t - (int)e->network_delay, before = p->rule.point != RESET_NOW && over(p, m);
        if (before && p->rule.point == RESET_NEXT_BEFORE_DECAY)
            m = reset_of(p, m);
        m = p->beta[0] * m + (from < 0 ? 0 : e->weight[0] * trace->input[from]) + (p->bias[0] ? p->bias[0][0] : 0);
        if (before && p->rule.point == RESET_NEXT_AFTER_INPUT)
            m = reset_of(p, m);
        if (over(p, m) && r->spikes < SPIKES_MAX)
            r->spike[r->spikes++] = t;
        if (over(p, m) && p->rule.point == RESET_NOW)
            m = reset_of(p, m);
        r->membrane[t] = m * unit;
    }
}

static void check_spikes(const char *tool, const struct replay *r, const int expected[4])
{
    int equal = r->spikes == 4 && !memcmp(r->spike, expected, 4 * sizeof *expected);
    if (!equal)
        printf("\n    %s: %d spikes, the first at %d\n", tool, r->spikes, r->spikes ? r->spike[0] : -1);
    CU_ASSERT(equal);
}

static const int at_once[4] = {460, 510, 710, 760}, step_later[4] = {461, 511, 711, 761}, unnormalised[4] = {450, 500, 710, 760};

static void every_tool_gives_its_own_spikes(void)
{
    static const struct { const char *tool; const int *spikes; } rows[] = {
        {"snntorch", at_once}, {"norse", at_once}, {"nengo", at_once}, {"sinabs", unnormalised}, {"rockpool", unnormalised}, {"lava", step_later},
        {"spyx", step_later},
    };
    struct trace trace;
    struct replay r;
    if (!read_trace("lif/lif_norse.csv", &trace))
        return;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct network *net = read_lif(&(struct import_options){.from = rows[i].tool, .reset = -1, .reset_time = -1});
        if (!net)
            return;
        replay(net, &trace, &r);
        check_spikes(rows[i].tool, &r, rows[i].spikes);
        CU_ASSERT_EQUAL(net->dt, 1e-4);
        network_free(net);
    }
}

/* Every membrane and spike of a tool's file. */
static void check_trace(const char *file, const struct import_options *options, double tolerance)
{
    struct trace trace;
    struct replay r;
    double worst = 0;
    int at = 0, wrong = 0;
    struct network *net = read_lif(options);
    if (!net || !read_trace(file, &trace)) {
        network_free(net);
        return;
    }
    replay(net, &trace, &r);
    for (int t = 0; t < STEPS; t++) {
        worst = fmax(worst, fabs(r.membrane[t] - trace.membrane[t]));
        int fires = at < r.spikes && r.spike[at] == t;
        at += fires;
        wrong += fires != (trace.spike[t] != 0);
    }
    if (worst > tolerance || wrong)
        printf("\n    %s: %d spikes differ, the membrane by %g\n", file, wrong, worst);
    CU_ASSERT(worst <= tolerance);
    CU_ASSERT_EQUAL(wrong, 0);
    network_free(net);
}

static void norse_membranes_are_met_in_all_rows(void)
{
    check_trace("lif/lif_norse.csv", &(struct import_options){.from = "norse", .reset = -1, .reset_time = -1}, 1e-7);
}

static void nengo_membranes_are_met_in_all_rows(void)
{
    check_trace("lif/lif_nengo.csv", &(struct import_options){.from = "nengo", .reset = -1, .reset_time = -1}, 1e-6);
}

/* snnTorch's own importer always resets to zero at once; what it exports says nothing, and its classes subtract by default. */
static void snntorch_membranes_are_met_with_its_importers_reset(void)
{
    check_trace("lif/lif_snntorch.csv", &(struct import_options){.from = "snntorch", .reset = RESET_ZERO, .reset_time = 0}, 2e-6);
}

static void plain_equations_are_euler_and_need_dt_and_reset(void)
{
    check_trace("lif/lif_norse.csv", &(struct import_options){.dt = 1e-4, .reset = RESET_ZERO, .reset_time = -1}, 1e-7);
}

static void the_chip_spikes_as_lava(void)
{
    struct trace chip;
    struct replay r;
    struct network *net = read_lif(&(struct import_options){.from = "lava", .reset = -1, .reset_time = -1});
    if (!net || !read_trace("lif/lif_loihi_chip.csv", &chip)) {
        network_free(net);
        return;
    }
    replay(net, &chip, &r);
    for (int i = 0, t = 0; t < STEPS; t++)
        if (chip.spike[t] != 0) {
            CU_ASSERT_FATAL(i < r.spikes);
            CU_ASSERT_EQUAL(r.spike[i++], t);
        }
    network_free(net);
}

static void the_default_step_of_a_tool_is_named_where_another_is_taken(void)
{
    struct network *net = read_lif(&(struct import_options){.from = "norse", .reset = -1, .reset_time = -1});
    int warned = 0;
    for (size_t i = 0; net && i < net->fidelity.count; i++)
        warned += net->fidelity.line[i].kind == FIDELITY_WARNING && strstr(net->fidelity.line[i].text, "--dt 0.001");
    CU_ASSERT(!net || warned == 1);
    network_free(net);
}

static void the_point_of_a_reset_follows_the_class(void)
{
    CU_ASSERT_EQUAL(rule_point(RESET_SUBTRACT, 1, 0, 0), RESET_NEXT_AFTER_INPUT);
    CU_ASSERT_EQUAL(rule_point(RESET_ZERO, 1, 0, 0), RESET_NEXT_BEFORE_DECAY);
    CU_ASSERT_EQUAL(rule_point(RESET_ZERO, 1, 1, 0), RESET_NEXT_AFTER_INPUT);
    CU_ASSERT_EQUAL(rule_point(RESET_ZERO, 1, 0, 1), RESET_NEXT_AFTER_INPUT);
    CU_ASSERT_EQUAL(rule_point(RESET_SUBTRACT, 0, 1, 1), RESET_NOW);
}

static void names_of_tools_are_found_in_any_case(void)
{
    struct err err = {0};
    CU_ASSERT(rule_of("snnTorch") && !strcmp(rule_of("snnTorch")->name, "snntorch"));
    CU_ASSERT_PTR_NULL(rule_of("brian"));
    CU_ASSERT(rule_of(NULL) && !*rule_of(NULL)->name);
    CU_ASSERT_EQUAL(rule_unknown("lawa", &err), -1);
    CU_ASSERT(err.kind == ERR_INPUT && strstr(err.text, "did you mean 'lava'"));
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("rules", NULL, NULL);
    CU_add_test(suite, "every tool gives its own spikes", every_tool_gives_its_own_spikes);
    CU_add_test(suite, "norse: membranes are met in all rows", norse_membranes_are_met_in_all_rows);
    CU_add_test(suite, "nengo: membranes are met in all rows", nengo_membranes_are_met_in_all_rows);
    CU_add_test(suite, "snntorch: membranes are met with its importer's reset", snntorch_membranes_are_met_with_its_importers_reset);
    CU_add_test(suite, "plain equations are Euler and need dt and reset", plain_equations_are_euler_and_need_dt_and_reset);
    CU_add_test(suite, "the chip spikes as lava", the_chip_spikes_as_lava);
    CU_add_test(suite, "the default step of a tool is named where another is taken", the_default_step_of_a_tool_is_named_where_another_is_taken);
    CU_add_test(suite, "the point of a reset follows the class", the_point_of_a_reset_follows_the_class);
    CU_add_test(suite, "names of tools are found in any case", names_of_tools_are_found_in_any_case);
    return check_run();
}
