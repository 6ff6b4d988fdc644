/* The report as text, on a run filled in by hand: the golden file, and what is said of every special run. */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "kit.h"
#include "noc/noc.h"
#include "noc/ports.h"
#include "report.h"
#include "report_fixture.h"
#include "report_folder.h"

static void the_text_is_the_golden_one(void)
{
    struct fixture *f = fixture_new();
    struct place p;
    struct err err;
    place_new(&p);
    CU_ASSERT_EQUAL(write_folder(f, p.out, &err), 0);
    char *got = slurp(in(&p, "report.txt")), *want = slurp("tests/golden/report_small.txt");
    CU_ASSERT_PTR_NOT_NULL_FATAL(got);
    CU_ASSERT_PTR_NOT_NULL_FATAL(want);
    CU_ASSERT_STRING_EQUAL(got, want);
    free(got);
    free(want);
    place_free(&p);
    fixture_free(f);
}

static void no_line_is_wider_than_the_page(void)
{
    struct fixture *f = fixture_new();
    f->population[1].name = (char *)"a.very.long.name.of.a.layer.that.some.exporter.wrote.into.the.file.because.nobody.stopped.it";
    char *text = text_of(f, options_for("out"));
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        CU_ASSERT(strlen(line) <= 120);
    free(text);
    fixture_free(f);
}

/* The text of a run changed by one hand must hold one phrase and not another. */
struct saying { void (*change)(struct fixture *); const char *has, *lacks; };

static void no_labels(struct fixture *f)
{
    f->sample[0].label = f->sample[1].label = -1;
}

static void against_float(struct fixture *f)
{
    f->run.has_float = 1;
    f->run.float_correct = 2;
    f->run.float_differ = 1;
}

static void right_answers(struct fixture *f)
{
    f->sample[0].prediction = 0;
}

static void silent_output(struct fixture *f)
{
    f->output_counts[1] = f->output_counts[3] = 0;
}

static void bytes_as_input(struct fixture *f)
{
    static float values[1];
    f->input.value = values;
    f->input.value_max = 255;
}

static void nothing_finished(struct fixture *f)
{
    memset(f->group, 0, sizeof f->group);
    memset(f->core, 0, sizeof f->core);
    memset(f->group_memory, 0, sizeof f->group_memory);
    memset(f->total_memory, 0, sizeof f->total_memory);
    f->run.samples_done = 0;
    f->run.n_steps = 0;
    f->run.total_ps = f->run.barrier_ps = f->run.service_ps = f->run.update_ps = f->run.bound_core_ps = 0;
    memset(f->run.bound_ps, 0, sizeof f->run.bound_ps);
    f->run.partial = 1;
}

static void interrupted(struct fixture *f)
{
    f->run.samples_asked = 300;
    f->run.partial = 1;
}

static void beyond_slots(struct fixture *f)
{
    f->run.steps_beyond = 2;
    f->run.peak_link_use = 0.83;
}

static void no_prices(struct fixture *f)
{
    f->chip.n_energy = 0;
    f->chip.n_static = 0;
    f->type[0].n_static = 0;
    for (int i = 0; i < FIX_MEMORIES; i++)
        f->memory[i].read = f->memory[i].write = f->memory[i].leakage = (struct cost){.source = NO_INDEX};
}

static void no_times(struct fixture *f)
{
    for (int i = 0; i < FIX_SAMPLES; i++)
        f->sample[i].time_ps = 0;
    f->run.total_ps = f->run.barrier_ps = f->run.service_ps = f->run.update_ps = f->run.bound_core_ps = 0;
    memset(f->run.bound_ps, 0, sizeof f->run.bound_ps);
}

static void busy_everywhere(struct fixture *f)
{
    f->chip.cores = 1;
}

static void recurrent(struct fixture *f)
{
    f->projection[1].to = 1;
}

static void terminal_codes(struct fixture *f)
{
    f->population[1].name = (char *)"\033[31mred";
}

static void includes_memory(struct fixture *f)
{
    f->chip.includes_memory = 1;
}

static void overruns(struct fixture *f)
{
    f->run.overruns = 3;
    f->run.overrun_ps_max = 2500000;
    f->run.overrun_ps_sum = 4000000;
    f->run.work_ps_max = 12500000;
}

static void no_output(struct fixture *f)
{
    f->population[2].output = 0;
    f->run.outputs = 0;
    f->sample[0].prediction = f->sample[1].prediction = -1;
}

static void the_first_of_many_samples(struct fixture *f)
{
    f->input.samples = 300;
    f->input.count = 300;
    f->run.samples_asked = f->run.samples_done = 1;
}

static void one_weight(struct fixture *f)
{
    f->network.n_projections = 1;
    f->projection[0].n_weights = 1;
    f->population[0].neurons = f->population[1].neurons = 1;
    f->projection[0].form = FORM_DENSE;
}

static void many_cores(struct fixture *f)
{
    static uint32_t type_of[1024];
    f->chip.core_type_of = type_of;
    f->chip.cores = 1024;
}

static void bytes_that_are_told_apart(struct fixture *f)
{
    bytes_as_input(f);
    f->sample[0].prediction = 0;
}

static void values_above_one(struct fixture *f)
{
    bytes_as_input(f);
    f->input.value_max = 16;
}

static void unknown_static_power(struct fixture *f)
{
    f->chip.n_static = f->type[0].n_static = 1;
    f->static_[0].power = f->core_static[0].power = (struct cost){.stated = 1, .free = 1, .source = NO_INDEX, .basis = BASIS_ASSUMED};
    f->memory[0].leakage = (struct cost){.source = NO_INDEX};
}

static void all_in(struct fixture *f)
{
    f->chip.n_static = f->type[0].n_static = 0;
    f->memory[0].leakage = (struct cost){.source = NO_INDEX};
    f->chip.all_in = 1;
}

static void unknown_times(struct fixture *f)
{
    f->chip.sample_reset_time.cost.free = f->chip.layer_start_time.cost.free = 1;
}

static void memory_bound(struct fixture *f)
{
    f->accept[0] = (struct service_term){.counter = NO_INDEX, .memory = 0, .time = f->accept[0].time};
    f->run.bound_ps[BOUND_MEMORY] = f->run.service_ps;
    f->run.bound_ps[BOUND_COMPUTE] = f->run.update_ps;
    f->run.service_ps = 0;
}

static void bounds_of_two_layers(struct fixture *f)
{
    fidelity_add(&f->quantised.fidelity, FIDELITY_ROUNDED, "lif1", "decay to 8 bit by at most 9.8e-05, bias by at most 0.5 %% of the threshold");
    fidelity_add(&f->quantised.fidelity, FIDELITY_ROUNDED, "lif2", "decay to 8 bit by at most 0.0013, bias by at most 0.25 %% of the threshold");
}

static void not_a_bound(struct fixture *f)
{
    fidelity_add(&f->quantised.fidelity, FIDELITY_NOTE, "lif1", "its bias comes in 3 equal packets");
    fidelity_add(&f->quantised.fidelity, FIDELITY_NOTE, "lif2", "its bias comes in 5 equal packets");
}

/* Each step was as long as the pace: waiting for it is no barrier. */
static void paced(struct fixture *f)
{
    f->run.options.pace_ps = 3000000;
    for (int i = 0; i < FIX_STEPS; i++) {       /* 2.9 us of work in each: less work would leave a step as long as it is */
        f->step[i].time_ps = 3000000;
        f->step[i].wait_ps = 100000;
    }
    f->run.bound_ps[BOUND_COMPUTE] = f->run.bound_core_ps = f->run.service_ps = 16400000;
    f->run.update_ps = 0;
    f->run.bound_ps[BOUND_PACE] = 600000;
    for (uint64_t i = 0; i < f->run.n_steps; i++) {
        f->step[i].time_ps = f->run.options.pace_ps;
        f->step[i].wait_ps = 100000;
    }
}

/* Two ports of router 1: a link east that takes 2 cycles per flit, and the way to a core. */
static void loaded_network(struct fixture *f)
{
    static struct noc_port port[2];
    port[0] = (struct noc_port){.router = 1, .kind = PORT_LINK, .direction = EAST, .flit_time = 2, .counts = {.sw_grants = 310}};
    port[1] = (struct noc_port){.router = 1, .local = 4, .kind = PORT_CORE, .direction = UINT32_MAX, .to = 2, .flit_time = 1, .counts = {.sw_grants = 90}};
    f->run.port = port;
    f->run.n_ports = 2;
    f->run.noc_cycles = 1000;
    f->run.bound_ps[BOUND_COMPUTE] -= 6000000;
    f->run.bound_ps[BOUND_NOC] += 6000000;
}

static void loses_packets(struct fixture *f)
{
    loaded_network(f);
    f->chip.noc.drops = 1;
    f->chip.noc.d_drop_wait.cost.value = 2e-8;
    f->run.port[1].lost[STALL_NO_PLACE] = 3;
    f->run.group[1].action[COUNT_DROPPED] = 3;
}

static void drops_nothing(struct fixture *f)
{
    loses_packets(f);
    f->run.port[1].lost[STALL_NO_PLACE] = f->run.group[1].action[COUNT_DROPPED] = 0;
}

/* Two of three compartments only emulate. */
static void three_compartments(struct fixture *f)
{
    f->quant_population[1].compartments = 3;
}

static const struct saying sayings[] = {
    {loaded_network, "(busiest: link 0.1 east, used in 62 % of the cycles; router 0.1, 0.40 flits per cycle)", "dropped"},
    {loses_packets, "were dropped, most at router 0.1, port core 0.1.0, waiting", "nan"},
    {drops_nothing, "packets that wait longer than 20.0 ns", "deliveries"},
    {three_compartments, "66 %: further compartments,", "second compartments"},
    {paced, "9.00 us per inference   median 6.00   95 % below 12.0   largest 12.0   111,111 per second", "(at most"},
    {paced, "barrier 4 %   pace 3 %", "barrier 7 %"},
    {paced, "a step lasts at least 3.00 us (--pace)", "--pace of"},
    {the_first_of_many_samples, "1 spike per sample   of these, sample 0\n", "samples 0"},
    {one_weight, "1 input -> lif1 1 -> lif2 2: 3 neurons, 1 weight, 1 step (", "weights, "},
    {many_cores, "one core does all the work, 1,023 of 1,024 are idle: --map balance", "1023"},
    {bytes_that_are_told_apart, "the input's values reach 255: is it 0..255 where 0..1 was trained?", "predictions are class"},
    {values_above_one, "all 2 predictions are class 1: is the input coded, scaled", "0..255"},
    {unknown_static_power, "static power: no figure published, counted as none", "states no static power"},
    {all_in, "the prices are all-in: network, memories and static power are inside them", "states no static power"},
    {unknown_times, "\n          resets between samples: no time published, counted as none\n", "layer starts"},
    {memory_bound, "memory 84 % (core 0.2.1: synapse words read)   compute 11 % (synapses 0 %, updates 11 %)", "nan"},
    {bounds_of_two_layers, "most 0.0013, bias by at most 0.5 % of the threshold", "9.8e-05"},
    {not_a_bound, "lif1: its bias comes in 3 equal packets; lif2: its bias comes in 5 equal packets", "lif1, lif2: its bias"},
    {no_labels, "unknown without --labels", "50.0 %"},
    {against_float, "float32 100.0 % (2)   1 prediction differs", "warning   all of"},
    {right_answers, "accuracy  100.0 % (2 of 2)", "predictions are class"},
    {silent_output, "lif2: the output never fires", "predictions are class"},
    {bytes_as_input, "all 2 predictions are class 1: is the input 0..255 where 0..1 was trained?", "coded, scaled"},
    {nothing_finished, "interrupted after 0 of 2 samples", "nan"},
    {interrupted, "interrupted after 2 of 300 samples: all figures are of these", "nan"},
    {beyond_slots, "in 2 of 6 steps a link is used more than the plane slots is right for (peak 0.83", "nan"},
    {no_prices, "not priced: the chip file states no energies", "rests on  0"},
    {no_times, "time      0 s: the chip file states no times", "nan"},
    {busy_everywhere, "1 of 1 core:", "are idle"},
    {recurrent, "lif1 100 (recurrent)", "nan"},
    {terminal_codes, "?[31mred 100", "\033"},
    {includes_memory, "counted; their energy is inside the actions above", "read_word"},
    {overruns, "overruns: 3 of 6 steps take longer than their pace, by up to 2.50 us, 4.00 us in all;", "nan"},
    {no_output, "no population is connected to Output: nothing is decoded", "predictions are class"},
};

static void the_text_says_what_is_special_about_a_run(void)
{
    for (size_t i = 0; i < sizeof sayings / sizeof *sayings; i++) {
        struct fixture *f = fixture_new();
        sayings[i].change(f);
        char *text = text_of(f, options_for(NULL));
        if (!strstr(text, sayings[i].has) || strstr(text, sayings[i].lacks))
            printf("    wanted '%s', not '%s', in:\n%s\n", sayings[i].has, sayings[i].lacks, text);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, sayings[i].has));
        CU_ASSERT_PTR_NULL(strstr(text, sayings[i].lacks));
        free(text);
        fixture_free(f);
    }
}

static void pretending_is_said_at_the_top(void)
{
    struct fixture *f = fixture_new();
    struct report_options o = options_for(NULL);
    o.assume_native = 1;
    char *text = text_of(f, o), *first = strchr(text, '\n'), *pretends = strstr(text, "--assume-native");
    CU_ASSERT(pretends && first && pretends < first);
    free(text);
    fixture_free(f);
}

static void many_layers_and_many_lines_are_folded(void)
{
    struct fixture *f = fixture_new();
    enum { MANY = 40 };
    struct population *many = mem_new(MANY, sizeof *many);
    struct run_counts *group = mem_new(MANY + 2, sizeof *group);
    struct run_memory *memory = mem_new((MANY + 2) * FIX_MEMORIES, sizeof *memory);
    struct quant_population *quant = mem_new(MANY, sizeof *quant);
    char names[MANY][24];
    for (int i = 0; i < MANY; i++) {
        many[i] = f->population[i ? 1 : 0];
        snprintf(names[i], sizeof names[i], "layer%d", i);
        many[i].name = names[i];
        group[i].action[COUNT_SOPS] = i ? 100u + (unsigned)i : 0;
        quant[i].compartments = 1;
    }
    f->network.population = many;
    f->network.n_populations = MANY;
    f->quantised.population = quant;
    f->run.group = group;
    f->run.group_memory = memory;
    f->run.n_groups = MANY + 2;
    memset(f->total_memory, 0, sizeof f->total_memory);
    char *text = text_of(f, options_for(NULL));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "... 33 more ..."));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "27 more "));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "layer39 "));
    CU_ASSERT_PTR_NULL(strstr(text, "layer20 "));
    free(text);
    free(many);
    free(group);
    free(memory);
    free(quant);
    fixture_free(f);
}

static void a_full_disk_under_the_text_is_the_users_matter_and_named(void)
{
    struct fixture *f = fixture_new();
    struct err err = {ERR_NONE, ""};
    struct report_options o = options_for(NULL);
    struct energy *e = energy_make(&f->run, &err);
    FILE *full = fopen("/dev/full", "w");
    if (full) {
        CU_ASSERT_EQUAL(report_text(full, &f->run, e, &o, &err), -1);
        CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, strerror(ENOSPC)));
        fclose(full);
    } else
        printf("SKIPPED: no /dev/full here\n");
    energy_free(e);
    fixture_free(f);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("report, text", NULL, NULL);
    CU_add_test(suite, "the text is the golden one", the_text_is_the_golden_one);
    CU_add_test(suite, "no line is wider than the page", no_line_is_wider_than_the_page);
    CU_add_test(suite, "the text says what is special about a run", the_text_says_what_is_special_about_a_run);
    CU_add_test(suite, "pretending is said at the top", pretending_is_said_at_the_top);
    CU_add_test(suite, "many layers and many lines are folded", many_layers_and_many_lines_are_folded);
    CU_add_test(suite, "a full disk under the text is the user's matter and named", a_full_disk_under_the_text_is_the_users_matter_and_named);
    return check_run();
}
