/* The report and the run folder, on a run filled in by hand: the text against a golden file, every file's form, and what happens
 * when the folder is not what it should be. */
#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/doc.h"
#include "kit.h"
#include "noc/noc.h"
#include "noc/ports.h"
#include "report.h"
#include "report_fixture.h"

struct place { char folder[64], out[96], path[200]; };

static void place_new(struct place *p)
{
    strcpy(p->folder, "/tmp/volley_report_XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(p->folder));
    snprintf(p->out, sizeof p->out, "%s/out", p->folder);
}

static void place_free(const struct place *p)
{
    char command[200];
    snprintf(command, sizeof command, "rm -rf '%s'", p->folder);
    CU_ASSERT_EQUAL(system(command), 0);
}

static const char *in(struct place *p, const char *name)
{
    snprintf(p->path, sizeof p->path, "%s/%s", p->out, name);
    return p->path;
}

static char *slurp(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL, buffer[4096];
    size_t size = 0, n;
    if (!file)
        return NULL;
    FILE *memory = open_memstream(&text, &size);
    while ((n = fread(buffer, 1, sizeof buffer, file)) > 0)
        fwrite(buffer, 1, n, memory);
    fclose(file);
    fclose(memory);
    return text;
}

static int exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static const struct report_input inputs[] = {{"network", "somewhere/small.nir", "00ff"}, {"input", "somewhere/in.npy", "0102"}};

static struct report_options options_for(const char *out)
{
    return (struct report_options){.command = "volley run demo small.nir", .input = inputs, .n_inputs = 2, .out = out};
}

/* Prices the run and writes its folder; 0 or the error's kind. */
static int write_with(struct fixture *f, const struct report_options *o, struct err *err)
{
    *err = (struct err){ERR_NONE, ""};
    struct energy *e = energy_make(&f->run, err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    int bad = report_folder(&f->run, e, o, err);
    energy_free(e);
    return bad ? (int)err->kind : 0;
}

static int write_folder(struct fixture *f, const char *out, struct err *err)
{
    struct report_options o = options_for(out);
    int kind = write_with(f, &o, err);
    if (kind)
        printf("    %s\n", err->text);
    return kind;
}

static char *text_of(struct fixture *f, struct report_options o)
{
    struct err err = {ERR_NONE, ""};
    struct energy *e = energy_make(&f->run, &err);
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    CU_ASSERT_EQUAL(report_text(memory, &f->run, e, &o, &err), 0);
    fclose(memory);
    energy_free(e);
    return text;
}

/* ---- JSON, strictly: RFC 8259 and UTF-8 ---- */

struct scan { const unsigned char *at; int depth; };

static void space(struct scan *s)
{
    while (*s->at && strchr(" \t\r\n", *s->at))
        s->at++;
}

static int string_ok(struct scan *s)
{
    if (*s->at++ != '"')
        return 0;
    for (; *s->at && *s->at != '"'; s->at++) {
        int more = *s->at >= 0xf0 ? 3 : *s->at >= 0xe0 ? 2 : *s->at >= 0xc0 ? 1 : 0;
        if (*s->at < 0x20 || (*s->at >= 0x80 && !more) || *s->at == 0xff)
            return 0;
        for (; more; more--)
            if ((*++s->at & 0xc0) != 0x80)
                return 0;
        if (*s->at != '\\')
            continue;
        s->at++;
        if (*s->at == 'u') {
            for (int i = 0; i < 4; i++)
                if (!isxdigit(*++s->at))
                    return 0;
        } else if (!*s->at || !strchr("\"\\/bfnrt", *s->at))
            return 0;
    }
    return *s->at++ == '"';
}

static int number_ok(struct scan *s)
{
    size_t n = strspn((const char *)s->at, "+-.0123456789eE");
    char *end, text[64];
    if (!n || n >= sizeof text || *s->at == '+' || *s->at == '.')
        return 0;
    memcpy(text, s->at, n);
    text[n] = '\0';
    strtod(text, &end);
    s->at += n;
    return !*end;
}

static int value_ok(struct scan *s);

static int members_ok(struct scan *s, unsigned char close, int keyed)
{
    s->at++;
    space(s);
    if (*s->at == close)
        return s->at++, 1;
    for (;; s->at++) {
        space(s);
        if (keyed) {
            if (!string_ok(s))
                return 0;
            space(s);
            if (*s->at++ != ':')
                return 0;
        }
        if (!value_ok(s))
            return 0;
        space(s);
        if (*s->at == close)
            return s->at++, 1;
        if (*s->at != ',')
            return 0;
    }
}

static int value_ok(struct scan *s)
{
    static const char *const words[] = {"true", "false", "null"};
    space(s);
    if (++s->depth > 50)
        return 0;
    int ok = 0;
    if (*s->at == '{' || *s->at == '[')
        ok = members_ok(s, *s->at == '{' ? '}' : ']', *s->at == '{');
    else if (*s->at == '"')
        ok = string_ok(s);
    else {
        for (int i = 0; i < 3 && !ok; i++)
            if (!strncmp((const char *)s->at, words[i], strlen(words[i]))) {
                s->at += strlen(words[i]);
                ok = 1;
            }
        ok = ok || number_ok(s);
    }
    s->depth--;
    return ok;
}

static int is_json(const char *text)
{
    struct scan s = {(const unsigned char *)text, 0};
    int ok = text && value_ok(&s);
    space(&s);
    return ok && !*s.at;
}

static double number_at(const struct doc *doc, const char *section, const char *key)
{
    const struct doc_node *node = doc_get(section ? doc_get(doc_root(doc), section) : doc_root(doc), key);
    return node ? strtod(node->text, NULL) : -1;
}

/* ---- text ---- */

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

/* ---- the folder ---- */

static void every_file_has_its_header_and_the_json_is_json(void)
{
    static const struct { const char *name, *header; } csv[] = {
        {"samples.csv", "sample,label,prediction,steps,time_s,energy_j,spikes,sops,packets\n"},
        {"layers.csv", "population,neurons,spikes,rate,sops,updates,energy_j\n"},
        {"steps.csv", "sample,step,time_s,spikes,sops,packets,energy_j,peak_link_use\n"},
        {"counters.csv", "scope,name,counter,value\n"},
        {"spikes.csv", "sample,step,population,neuron\n0,0,lif1,17\n1,0,lif2,1\n"},
        {"membranes.csv", "sample,step,population,neuron,membrane,bits\n0,0,lif1,3,-0.546875,-70\n0,0,lif2,0,1,3f800000\n"},
        {"packets.csv", "sample,step,from,to,offset,arrive,start,end,packet\n0,0,(host),0.2.1,1,4,4,20,0\n1,1,0.2.1,(host),2,6,6,6,3\n"}};
    static const char *const json[] = {"summary.json", "host.json", "timeline.json"};
    struct fixture *f = fixture_new();
    struct place p;
    struct err err;
    place_new(&p);
    f->run.options.traces = TRACE_SPIKES | TRACE_MEMBRANE | TRACE_PACKETS | TRACE_TIMELINE;
    CU_ASSERT_EQUAL(write_folder(f, p.out, &err), 0);
    for (size_t i = 0; i < sizeof csv / sizeof *csv; i++) {
        char *text = slurp(in(&p, csv[i].name));
        CU_ASSERT(text && !strncmp(text, csv[i].header, strlen(csv[i].header)));
        free(text);
    }
    for (size_t i = 0; i < sizeof json / sizeof *json; i++) {
        char *text = slurp(in(&p, json[i]));
        CU_ASSERT(is_json(text));
        free(text);
    }
    place_free(&p);
    fixture_free(f);
}

static void spikes_stand_in_chip_steps_on_demand(void)
{
    struct fixture *f = fixture_new();
    struct place p;
    struct err err;
    struct report_options o;
    place_new(&p);
    o = options_for(p.out);
    o.time_chip = 1;
    f->run.options.traces = TRACE_SPIKES;
    CU_ASSERT_EQUAL(write_with(f, &o, &err), 0);
    char *text = slurp(in(&p, "spikes.csv"));
    CU_ASSERT_STRING_EQUAL(text, "sample,step,population,neuron\n0,1,lif1,17\n1,2,lif2,1\n");
    free(text);
    place_free(&p);
    fixture_free(f);
}

static void the_summary_holds_every_key_that_scripts_rely_on(void)
{
    static const char *const top[] = {"seed", "inputs", "network", "chip", "samples", "steps", "chip_steps", "plane", "engine", "fidelity", "warnings",
                                      "accuracy",
                                      "float_accuracy", "counts", "memories", "energy", "time", "decode", "partial", "time_counts"};
    static const char *const energy[] = {"total_j", "dynamic_j", "static_j", "static_used_j", "low_j", "high_j", "assumed_share",
                                         "by_action", "by_population", "by_component"};
    static const char *const time[] = {"total_s", "low_s", "high_s", "per_sample", "barrier_s", "bound", "overruns", "peak_link_use"};
    static const char *const memory[] = {"reads", "writes", "read_bits", "write_bits", "capacity_bits", "used_bits"};
    struct fixture *f = fixture_new();
    struct place p;
    struct err err;
    place_new(&p);
    CU_ASSERT_EQUAL(write_folder(f, p.out, &err), 0);
    struct doc *doc = doc_read(in(&p, "summary.json"), &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
    const struct doc_node *root = doc_root(doc);
    for (size_t i = 0; i < sizeof top / sizeof *top; i++)
        CU_ASSERT_PTR_NOT_NULL(doc_get(root, top[i]));
    for (size_t i = 0; i < sizeof energy / sizeof *energy; i++)
        CU_ASSERT_PTR_NOT_NULL(doc_get(doc_get(root, "energy"), energy[i]));
    for (size_t i = 0; i < sizeof time / sizeof *time; i++)
        CU_ASSERT_PTR_NOT_NULL(doc_get(doc_get(root, "time"), time[i]));
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        CU_ASSERT_PTR_NOT_NULL(doc_get(doc_get(doc_get(root, "memories"), "synapse"), memory[i]));
    for (int c = 0; c < N_COUNTERS; c++)
        if (chipfile_counts(&f->chip, c))
            CU_ASSERT_PTR_NOT_NULL(doc_get(doc_get(root, counters[c].class_ == COUNTER_WORK ? "counts" : "time_counts"), counters[c].name));
    CU_ASSERT_STRING_EQUAL(doc_get(root, "engine")->text, "c");
    CU_ASSERT_EQUAL(number_at(doc, "counts", "sops"), 4080);
    CU_ASSERT_EQUAL(number_at(doc, NULL, "accuracy"), 0.5);
    CU_ASSERT_STRING_EQUAL(doc_get(root, "float_accuracy")->text, "null");
    doc_free(doc);
    place_free(&p);
    fixture_free(f);
}

static double sum_of_map(const struct doc_node *map)
{
    double sum = 0;
    for (uint32_t i = 0; map && i < map->count; i++)
        sum += strtod(map->item[i]->text, NULL);
    return sum;
}

static void the_parts_in_the_summary_add_up(void)
{
    struct fixture *f = fixture_new();
    struct place p;
    struct err err;
    place_new(&p);
    CU_ASSERT_EQUAL(write_folder(f, p.out, &err), 0);
    struct doc *doc = doc_read(in(&p, "summary.json"), &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
    const struct doc_node *energy = doc_get(doc_root(doc), "energy"), *time = doc_get(doc_root(doc), "time");
    double dynamic = number_at(doc, "energy", "dynamic_j"), total = number_at(doc, "energy", "total_j");
    CU_ASSERT(fabs(sum_of_map(doc_get(energy, "by_action")) - dynamic) < 1e-12 * dynamic);
    CU_ASSERT(fabs(sum_of_map(doc_get(energy, "by_population")) - dynamic) < 1e-12 * dynamic);
    CU_ASSERT(fabs(sum_of_map(doc_get(energy, "by_component")) - total) < 1e-12 * total);
    CU_ASSERT(fabs(sum_of_map(doc_get(energy, "by_basis")) - 1) < 1e-12);
    CU_ASSERT(fabs(sum_of_map(doc_get(time, "bound")) - 1) < 1e-12);
    CU_ASSERT(fabs(sum_of_map(doc_get(time, "bound_s")) - number_at(doc, "time", "total_s")) < 1e-18);
    doc_free(doc);
    place_free(&p);
    fixture_free(f);
}

/* Sum of the values of one counter over the rows of one scope. */
static uint64_t scope_sum(const char *text, const char *scope, const char *counter)
{
    uint64_t sum = 0;
    char row[64], name[64], of[64];
    unsigned long long value;
    for (const char *line = strchr(text, '\n'); line && line[1]; line = strchr(line + 1, '\n'))
        if (sscanf(line + 1, "%63[^,],%63[^,],%63[^,],%llu", row, name, of, &value) == 4 || sscanf(line + 1, "%63[^,],,%63[^,],%llu", row, of, &value) == 3)
            sum += !strcmp(row, scope) && !strcmp(of, counter) ? value : 0;
    return sum;
}

static void cores_and_network_and_also_populations_add_up_to_the_total(void)
{
    struct fixture *f = fixture_new();
    struct place p;
    struct err err;
    place_new(&p);
    CU_ASSERT_EQUAL(write_folder(f, p.out, &err), 0);
    char *text = slurp(in(&p, "counters.csv"));
    for (int c = 0; c < N_COUNTERS; c++) {
        const char *name = counters[c].name;
        CU_ASSERT_EQUAL(scope_sum(text, "core", name) + scope_sum(text, "network", name), scope_sum(text, "total", name));
        CU_ASSERT_EQUAL(scope_sum(text, "population", name), scope_sum(text, "total", name));
    }
    CU_ASSERT_EQUAL(scope_sum(text, "total", "sops"), 4080);
    CU_ASSERT_EQUAL(scope_sum(text, "population", "state.write_word"), 88);
    free(text);
    place_free(&p);
    fixture_free(f);
}

static void names_that_need_quoting_are_quoted(void)
{
    struct fixture *f = fixture_new();
    struct place p;
    struct err err;
    place_new(&p);
    f->population[1].name = (char *)"a \"b\", c\\d\n\xff\xc3\xa9";
    f->run.options.traces = TRACE_SPIKES | TRACE_TIMELINE;
    CU_ASSERT_EQUAL(write_folder(f, p.out, &err), 0);
    char *json = slurp(in(&p, "summary.json")), *csv = slurp(in(&p, "spikes.csv"));
    CU_ASSERT(is_json(json));
    CU_ASSERT_PTR_NOT_NULL(strstr(json, "a \\\"b\\\", c\\\\d\\u000a\\ufffd\xc3\xa9"));
    CU_ASSERT_PTR_NOT_NULL(strstr(csv, "0,0,\"a \"\"b\"\", c\\d\n\xff\xc3\xa9\",17\n"));
    CU_ASSERT_EQUAL(report_html(p.out, &err), 0);
    free(json);
    free(csv);
    place_free(&p);
    fixture_free(f);
}

static void all_but_host_json_is_the_same_whatever_the_computer_does(void)
{
    static const char *const same[] = {"summary.json", "report.txt", "samples.csv", "layers.csv", "steps.csv", "counters.csv", "timeline.json", "packets.csv"};
    struct fixture *f = fixture_new();
    struct place a, b;
    struct err err;
    place_new(&a);
    place_new(&b);
    f->run.options.traces = TRACE_PACKETS | TRACE_TIMELINE;
    CU_ASSERT_EQUAL(write_folder(f, a.out, &err), 0);
    f->run.options.threads = 2;
    f->run.wall_s = 77;
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        printf("SKIPPED: no German locale here\n");
    CU_ASSERT_EQUAL(write_folder(f, b.out, &err), 0);
    setlocale(LC_ALL, "C");
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        char *x = slurp(in(&a, same[i])), *y = slurp(in(&b, same[i]));
        CU_ASSERT(x && y && !strcmp(x, y));
        free(x);
        free(y);
    }
    place_free(&a);
    place_free(&b);
    fixture_free(f);
}

static void a_second_run_replaces_the_first_and_leaves_strangers_alone(void)
{
    struct fixture *f = fixture_new();
    struct place p;
    struct err err;
    place_new(&p);
    f->run.options.traces = TRACE_SPIKES;
    CU_ASSERT_EQUAL(write_folder(f, p.out, &err), 0);
    FILE *mine = fopen(in(&p, "notes.txt"), "w");
    fputs("mine\n", mine);
    fclose(mine);
    CU_ASSERT(exists(in(&p, "spikes.csv")));
    f->run.options.traces = 0;
    CU_ASSERT_EQUAL(write_folder(f, p.out, &err), 0);
    CU_ASSERT(!exists(in(&p, "spikes.csv")));
    CU_ASSERT(exists(in(&p, "notes.txt")) && exists(in(&p, "summary.json")));
    place_free(&p);
    fixture_free(f);
}

static void a_folder_that_is_not_ours_is_refused(void)
{
    struct place p;
    struct err err;
    place_new(&p);
    CU_ASSERT_EQUAL(report_check_folder(p.out, &err), 0);
    FILE *theirs = fopen(in(&p, "samples.csv"), "w");
    fputs("precious\n", theirs);
    fclose(theirs);
    CU_ASSERT_EQUAL(report_check_folder(p.out, &err), -1);
    CU_ASSERT(err.kind == ERR_INPUT && strstr(err.text, "samples.csv") && strstr(err.text, p.out));
    place_free(&p);
}

static void a_file_or_nothing_in_place_of_a_folder_is_refused(void)
{
    struct place p;
    struct err err;
    place_new(&p);
    CU_ASSERT_EQUAL(report_check_folder("/dev/full", &err), -1);
    CU_ASSERT(err.kind == ERR_INPUT && strstr(err.text, "/dev/full"));
    CU_ASSERT_EQUAL(report_check_folder("/dev/null/x/y", &err), -1);
    CU_ASSERT(err.kind == ERR_INPUT && strstr(err.text, "/dev/null"));
    CU_ASSERT_EQUAL(report_check_folder("", &err), -1);
    snprintf(p.path, sizeof p.path, "%s/a/b/c/", p.folder);
    CU_ASSERT_EQUAL(report_check_folder(p.path, &err), 0);
    CU_ASSERT(exists(p.path));
    place_free(&p);
}

static void an_unwritable_folder_is_found_before_the_run(void)
{
    struct place p;
    struct err err;
    place_new(&p);
    CU_ASSERT_EQUAL(mkdir(p.out, 0555), 0);
    if (geteuid() == 0)
        printf("SKIPPED: root may write anywhere\n");
    else {
        CU_ASSERT_EQUAL(report_check_folder(p.out, &err), -1);
        CU_ASSERT(err.kind == ERR_INPUT && strstr(err.text, p.out));
    }
    place_free(&p);
}

/* A limit on the size of files stands for a disk that fills up in the middle of a file. */
static void a_disk_that_fills_up_leaves_the_folder_as_it_was(void)
{
    struct fixture *f = fixture_new();
    struct place p;
    struct err err;
    struct rlimit before, small;
    place_new(&p);
    CU_ASSERT_EQUAL(write_folder(f, p.out, &err), 0);
    char *old = slurp(in(&p, "summary.json"));
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 3000;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    f->run.options.seed = 8;
    struct report_options o = options_for(p.out);
    int kind = write_with(f, &o, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_DFL);
    CU_ASSERT_EQUAL(kind, ERR_INPUT);
    CU_ASSERT(strstr(err.text, p.out) && strstr(err.text, "make room"));
    char *now = slurp(in(&p, "summary.json")), command[200];
    CU_ASSERT_STRING_EQUAL(old, now);
    snprintf(command, sizeof command, "test -z \"$(ls -A '%s' | grep writing)\"", p.out);
    CU_ASSERT_EQUAL(system(command), 0);
    free(old);
    free(now);
    place_free(&p);
    fixture_free(f);
}

/* ---- finished folders ---- */

static void a_finished_run_is_printed_again_drawn_and_compared(void)
{
    struct fixture *f = fixture_new();
    struct place p, q;
    struct err err = {ERR_NONE, ""};
    char *text = NULL;
    size_t size = 0;
    place_new(&p);
    place_new(&q);
    CU_ASSERT_EQUAL(write_folder(f, p.out, &err), 0);
    f->energy[0].cost = fix_cost(40e-12, 40e-12, 40e-12, 0, BASIS_SIMULATED);
    CU_ASSERT_EQUAL(write_folder(f, q.out, &err), 0);
    FILE *memory = open_memstream(&text, &size);
    CU_ASSERT_EQUAL(report_again(memory, p.out, &err), 0);
    fflush(memory);
    char *report = slurp(in(&p, "report.txt"));
    CU_ASSERT(!strncmp(text, report, strlen(report)));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "volley run demo small.nir"));
    const char *const folders[] = {p.out, q.out};
    CU_ASSERT_EQUAL(report_compare(memory, folders, 2, &err), 0);
    fflush(memory);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "164 nJ  x 1.38"));       /* 119.4 + 44.8 nJ */
    CU_ASSERT_EQUAL(report_html(p.out, &err), 0);
    char *html = slurp(in(&p, "report.html"));
    CU_ASSERT(html && strstr(html, "<svg") && strstr(html, "</html>") && !strstr(html, "http://") && !strstr(html, "<script"));
    CU_ASSERT(html && strstr(html, "<td class=\"w\">barriers</td><td class=\"n\">6</td><td class=\"n\">unknown</td><td class=\"n\">-</td>"));
    CU_ASSERT(html && strstr(html, "synapse, words read</td>") && strstr(html, "chip, share of the cores used</td>") && !strstr(html, "update_held"));
    fclose(memory);
    free(text);
    free(report);
    free(html);
    place_free(&p);
    place_free(&q);
    fixture_free(f);
}

static void what_is_no_run_folder_is_refused(void)
{
    struct place p;
    struct err err;
    place_new(&p);
    const char *const folders[] = {p.folder, p.folder};
    CU_ASSERT_EQUAL(report_again(stdout, "/no/such/folder", &err), -1);
    CU_ASSERT(err.kind == ERR_INPUT && strstr(err.text, "/no/such/folder") && strstr(err.text, "name the folder that volley run --out wrote"));
    CU_ASSERT_EQUAL(report_html(p.folder, &err), -1);
    CU_ASSERT(err.kind == ERR_INPUT && strstr(err.text, p.folder) && strstr(err.text, "name the folder that volley run --out wrote"));
    CU_ASSERT_PTR_NULL(strstr(err.text, "YAML"));
    CU_ASSERT_EQUAL(report_compare(stdout, folders, 2, &err), -1);
    CU_ASSERT_EQUAL(report_compare(stdout, folders, 1, &err), -1);
    CU_ASSERT_EQUAL(report_again(stdout, "/dev/null", &err), -1);
    CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
    place_free(&p);
}

static void a_folder_that_was_damaged_is_an_error_not_a_crash(void)
{
    static const struct { const char *file, *content; } damage[] = {
        {"samples.csv", "sample,label\n1,2\n"},
        {"samples.csv", "sample,label,prediction,steps,time_s,energy_j,spikes,sops,packets\n0,0,1,1,x\n"},
        {"steps.csv", "sample,step,time_s,spikes,sops,packets,energy_j,peak_link_use\n0,0\n"},
        {"summary.json", "{\"format\": \"volley run 1\", \"energy\": [1, {\"a\": 2}], \"warnings\": {\"x\": []}"},
        {"summary.json", "[]"}};
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
        struct fixture *f = fixture_new();
        struct place p;
        struct err err;
        place_new(&p);
        CU_ASSERT_EQUAL(write_folder(f, p.out, &err), 0);
        FILE *file = fopen(in(&p, damage[i].file), "w");
        fputs(damage[i].content, file);
        fclose(file);
        CU_ASSERT_EQUAL(report_html(p.out, &err), -1);
        CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
        CU_ASSERT(!exists(in(&p, "report.html")));
        place_free(&p);
        fixture_free(f);
    }
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("report", NULL, NULL);
    CU_add_test(suite, "the text is the golden one", the_text_is_the_golden_one);
    CU_add_test(suite, "no line is wider than the page", no_line_is_wider_than_the_page);
    CU_add_test(suite, "the text says what is special about a run", the_text_says_what_is_special_about_a_run);
    CU_add_test(suite, "pretending is said at the top", pretending_is_said_at_the_top);
    CU_add_test(suite, "many layers and many lines are folded", many_layers_and_many_lines_are_folded);
    CU_add_test(suite, "a full disk under the text is the user's matter and named", a_full_disk_under_the_text_is_the_users_matter_and_named);
    CU_add_test(suite, "every file has its header and the JSON is JSON", every_file_has_its_header_and_the_json_is_json);
    CU_add_test(suite, "spikes stand in chip steps on demand", spikes_stand_in_chip_steps_on_demand);
    CU_add_test(suite, "the summary holds every key that scripts rely on", the_summary_holds_every_key_that_scripts_rely_on);
    CU_add_test(suite, "the parts in the summary add up", the_parts_in_the_summary_add_up);
    CU_add_test(suite, "cores and network, and also populations, add up to the total", cores_and_network_and_also_populations_add_up_to_the_total);
    CU_add_test(suite, "names that need quoting are quoted", names_that_need_quoting_are_quoted);
    CU_add_test(suite, "all but host.json is the same whatever the computer does", all_but_host_json_is_the_same_whatever_the_computer_does);
    CU_add_test(suite, "a second run replaces the first and leaves strangers alone", a_second_run_replaces_the_first_and_leaves_strangers_alone);
    CU_add_test(suite, "a folder that is not ours is refused", a_folder_that_is_not_ours_is_refused);
    CU_add_test(suite, "a file or nothing in place of a folder is refused", a_file_or_nothing_in_place_of_a_folder_is_refused);
    CU_add_test(suite, "an unwritable folder is found before the run", an_unwritable_folder_is_found_before_the_run);
    CU_add_test(suite, "a disk that fills up leaves the folder as it was", a_disk_that_fills_up_leaves_the_folder_as_it_was);
    CU_add_test(suite, "a finished run is printed again, drawn and compared", a_finished_run_is_printed_again_drawn_and_compared);
    CU_add_test(suite, "what is no run folder is refused", what_is_no_run_folder_is_refused);
    CU_add_test(suite, "a folder that was damaged is an error, not a crash", a_folder_that_was_damaged_is_an_error_not_a_crash);
    return check_run();
}
