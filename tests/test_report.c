/* The run folder, on a run filled in by hand: every file's form, what the summary holds, and what happens when the folder is not what it should be. */
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
#include "report.h"
#include "report_fixture.h"
#include "report_folder.h"

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
    CU_pSuite suite = CU_add_suite("report, folder", NULL, NULL);
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
