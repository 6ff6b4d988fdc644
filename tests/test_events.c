/* Event files as lists: the kit's inputs in every form, CSV, .spk, and what is told of files of any kind. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "events_folder.h"
#include "import/events.h"
#include "import/npy.h"
#include "kit.h"

static const struct event_options FOUR = {.shape = {1, {4}}, .network_steps = 3};

/* ---- the kit ---- */

static void kit_file(const char *name, const char *ending, char path[300])
{
    snprintf(path, 300, "%s/snn/%s_input.%s", kit_folder(), name, ending);
}

static void kit_network(const char *name, struct shape shape, uint32_t steps)
{
    char path[300];
    struct event_options options = {.shape = shape, .network_steps = steps};
    struct events *e[3];
    static const char *const ending[] = {"spk", "npy", "csv"};
    for (int i = 0; i < 3; i++) {
        kit_file(name, ending[i], path);
        e[i] = read_or_fail(path, &options);
        CU_ASSERT(e[i]->steps == steps && e[i]->neurons == shape_size(&shape));
        CU_ASSERT(!e[i]->fidelity.count);
    }
    CU_ASSERT(e[0]->samples == e[1]->samples && e[0]->count == e[1]->count && same(e[0], e[1], e[0]->samples));
    CU_ASSERT(e[2]->samples == 20 && same(e[0], e[2], 20));
    CU_ASSERT(!strcmp(name, "cuba_direct") == (e[0]->value != NULL));
    CU_ASSERT(e[0]->value ? e[0]->value_min == 0.0625 && e[0]->value_max == 1 : e[0]->value_min == 1 && e[0]->value_max == 1);
    CU_ASSERT_STRING_EQUAL(e[0]->how, e[0]->value ? "(sample, step, neuron), values 0.0625 to 1" : "(sample, step, neuron), 0/1");
    CU_ASSERT_STRING_EQUAL(e[0]->how, e[1]->how);
    const char *copy = scratch("copy.spk");
    CU_ASSERT(!events_write(e[0], copy, &err));
    char one[65], two[65];
    kit_file(name, "spk", path);
    CU_ASSERT(!sha256_file(path, one, &err) && !sha256_file(copy, two, &err));
    CU_ASSERT_STRING_EQUAL(one, two);
    for (int i = 0; i < 3; i++)
        events_free(e[i]);
}

static void kit_inputs(void)
{
    char path[300];
    FILE *file = check_kit_open("snn/mlp_rate_input.spk", path, sizeof path);
    if (!file)
        return;
    fclose(file);
    kit_network("mlp_rate", (struct shape){1, {64}}, 25);
    kit_network("conv_rate", (struct shape){3, {1, 8, 8}}, 25);
    kit_network("rnn_rows", (struct shape){1, {32}}, 32);
    kit_network("cuba_latency", (struct shape){1, {64}}, 32);
    kit_network("cuba_direct", (struct shape){1, {64}}, 25);
}

/* ---- CSV ---- */

static void csv_any_order(void)
{
    struct events *e = read_or_fail(text("\xEF\xBB\xBF# made by hand\r\n\r\n1,2,3\r\n0,0,2\r\n  # more\r\n0,0,1\r\n1,0,0\r\n0,2,0"), &FOUR);
    static const struct event wanted[] = {{0, 1}, {0, 2}, {2, 0}, {0, 0}, {2, 3}};
    CU_ASSERT(e->samples == 2 && e->steps == 3 && e->neurons == 4 && e->count == 5 && !e->value);
    CU_ASSERT(e->first[0] == 0 && e->first[1] == 3 && e->first[2] == 5);
    CU_ASSERT(!memcmp(e->event, wanted, sizeof wanted));
    CU_ASSERT_STRING_EQUAL(e->how, "(sample, step, neuron), 0/1");
    events_free(e);
}

static void csv_headers(void)
{
    static const char *const form[] = {"sample,t,neuron\n0,1,2\n",       "neuron;sample;step\n2;0;1\n", "\"Sample\",\"Step\",\"Neuron\",value\n0,1,2,1.0\n",
                                       "step\tneuron\n1\t2\n",           "0 1  2\n",                      "sample, time_step, unit\n0, 1.0, 2\n",
                                       "sample,step,neuron,value\n0,1,2,0.25\n0,1,2,.75\n"};
    for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
        struct events *e = read_or_fail(text(form[i]), &FOUR);
        CU_ASSERT(e->samples == 1 && e->count == 1 && !e->value && e->event[0].step == 1 && e->event[0].neuron == 2);
        events_free(e);
    }
}

static void csv_adds_values(void)
{
    struct events *e = read_or_fail(text("sample,step,neuron,value\n0,1,2,0.5\n0,0,0,-1\n0,1,2,0.25\n0,1,3,1\n0,1,3,-1\n0,2,0,0\n"), &FOUR);
    CU_ASSERT(e->count == 2 && e->value && e->value[0] == -1.0f && e->value[1] == 0.75f);
    CU_ASSERT(e->value_min == -1 && e->value_max == 0.75);
    CU_ASSERT_STRING_EQUAL(e->how, "(sample, step, neuron), values -1 to 0.75");
    events_free(e);
}

static void csv_numbers(void)
{
    static const char *const form[] = {"0.1", "1e-3", "123456789.125", "3.4028234e38", "0.1234567890123456789", "1.17549435e-38", "-2.5E+2", "+7.", "1e-30"};
    char line[100];
    for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
        snprintf(line, sizeof line, "0,0,0,%s\n", form[i]);
        struct events *e = read_or_fail(text(line), &FOUR);
        CU_ASSERT(e->count == 1 && e->value && e->value[0] == (float)strtod(form[i], NULL));
        events_free(e);
    }
}

static void csv_refusals(void)
{
    struct event_options alone = {0}, cut = {.steps = 2, .shape = {1, {4}}};
    refused(text("0,0,1\n0,1,4\n"), &FOUR, "x.csv:2:5: sample 0, step 1: neuron 4 is outside", "4 neurons (0 to 3)");
    refused(text("0,0,1\n0,3,1\n"), &FOUR, "x.csv:2:3: sample 0: step 3 is beyond the 3 steps the network has", "--steps");
    refused(text("0,0,1\n0,1,1\n0,0,1\n"), &FOUR, "x.csv:3:1: sample 0, step 0, neuron 1 is on line 1 too", "column 'value'");
    refused(text("0,0,1\n0,1\n"), &FOUR, "x.csv:2:1: 2 values in this line, 3 in the first", "");
    refused(text("0,0,1\n0,x,1\n"), &FOUR, "x.csv:2:3: step 'x' is not a number", "");
    refused(text("0,0,1\n0,,1\n"), &FOUR, "x.csv:2:3: no step", "");
    refused(text("0,0.5,1\n"), &FOUR, "x.csv:1:3: step '0.5' is not a whole number", "");
    refused(text("0,0,-1\n"), &FOUR, "x.csv:1:5", "negative");
    refused(text("-1,0,1\n"), &FOUR, "x.csv:1:1: sample -1", "");
    refused(text("0,0,1,nan\n"), &FOUR, "x.csv:1:7: value 'nan'", "");
    refused(text("0,0,1,1e39\n"), &FOUR, "x.csv:1:7", "float32");
    refused(text("0,0,1,1e999\n"), &FOUR, "x.csv:1:7", "not a number that fits");
    refused(text("sample,step,neuron,colour\n0,0,1,2\n"), &FOUR, "x.csv:1: unknown column 'colour'", "sample,step,neuron");
    refused(text("sample,step,population,neuron\n0,0,lif1,2\n"), &FOUR, "population", "one layer");
    refused(text("sample,neuron\n0,0\n"), &FOUR, "no column 'step'", "");
    refused(text("0,1\n"), &FOUR, "x.csv:1: 2 columns", "sample,step,neuron");
    refused(text("sample,step,neuron\n"), &FOUR, "x.csv: holds no events", "");
    refused(text("4000000000,0,1\n"), &FOUR, "x.csv: sample 4000000000 in a file of 1 events", "");
    refused(text("0,53000111,1\n"), &alone, "x.csv:1:3: sample 0: step 53000111 is no step", "is it a time?");
    refused(text("# samples 3, steps 2, neurons 5\n0,0,1\n"), &FOUR, "for 5 neurons", "4");
    refused(put("x.csv", "0,0,1\n\0,1,1\n", 12), &FOUR, "is not text", "");
    struct events *e = read_or_fail(text("0,0,1\n0,2,1\n1,99999999,1\n"), &cut);
    CU_ASSERT(e->count == 1 && e->steps == 2 && e->samples == 2 && has_line(e, FIDELITY_NOTE, "2 input events at or after step 2 were cut"));
    events_free(e);
    e = read_or_fail(text("0,5,7\n"), &alone);
    CU_ASSERT(e->steps == 6 && e->neurons == 8);
    events_free(e);
}

/* ---- spk ---- */

static unsigned char spk[32 + 8 * 3 + 4 * 3] = "SNNSPK1\0\2\0\0\0\3\0\0\0\4\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0"
                                              "\0\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0"
                                              "\0\0\1\0\2\0\3\0\1\0\0";

static void spk_damage(int byte, unsigned char value, const char *word)
{
    unsigned char copy[sizeof spk];
    memcpy(copy, spk, sizeof spk);
    copy[byte] = value;
    refused(put("x.spk", copy, sizeof copy), &FOUR, word, "x.spk");
}

static void spk_refusals(void)
{
    struct event_options eight = {.shape = {1, {8}}};
    struct events *e = read_or_fail(put("x.spk", spk, sizeof spk), &FOUR);
    CU_ASSERT(e->samples == 2 && e->count == 3 && e->first[1] == 2 && e->event[1].step == 2 && e->event[1].neuron == 3);
    events_free(e);
    for (size_t n = 1; n < sizeof spk; n++)
        refused(put("x.spk", spk, n), &FOUR, "x.spk", "");
    refused(put("x.spk", spk, sizeof spk), &eight, "for 4 neurons", "8");
    spk_damage(0, 'X', "begin like a .spk");
    spk_damage(20, 2, "unknown flags");
    spk_damage(20, 1, "what");
    spk_damage(12, 0, "nothing to run");
    spk_damage(27, 1, "events");
    spk_damage(31, 255, "events");
    spk_damage(11, 255, "samples");
    spk_damage(40, 5, "out of order");
    spk_damage(48, 2, "out of order");
    spk_damage(56 + 6, 4, "event 1: sample 0, step 2: neuron 4 is outside");
    spk_damage(56 + 4, 3, "event 1: sample 0: step 3 is beyond the 3 steps the file says");
    unsigned char twice[sizeof spk];
    memcpy(twice, spk, sizeof spk);
    memcpy(twice + 60, twice + 56, 4);
    refused(put("x.spk", twice, sizeof twice), &FOUR, "sample 0, step 0, neuron 1 is there twice", "x.spk");
}

/* ---- files of any kind ---- */

static void odd_files(void)
{
    char hex[65];
    refused(scratch("none.csv"), &FOUR, "none.csv: No such file", "");
    refused(folder, &FOUR, "is a folder", "");
    refused(put("x.npy", "", 0), &FOUR, "x.npy: is empty", "");
    refused("/dev/null", &FOUR, "not a regular file", "");
    refused(put("x.npy", "\1\2\3\4\5\6\7\b\t\n\1\2", 12), &FOUR, "x.npy: does not begin like a .npy", "");
    refused(put("x.gz", "\x1f\x8b\b\0\0\0\0\0\0\0", 10), &FOUR, "compressed", "gunzip");
    refused(put("x.csv", "PK\3\4aaaaaaaaaaaaaaaaaaaaaaaa", 28), &FOUR, "npz", "");
    struct events *e = read_or_fail(put("named.npy", "0,0,1\n", 6), &FOUR);
    CU_ASSERT(e->count == 1);
    events_free(e);
    e = read_or_fail(put("named.csv", spk, sizeof spk), &FOUR);
    CU_ASSERT(e->count == 3);
    events_free(e);
    CU_ASSERT(!sha256_file(put("x", "abc", 3), hex, &err));
    CU_ASSERT_STRING_EQUAL(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CU_ASSERT(sha256_file(folder, hex, &err) && strstr(err.text, "is a folder"));
    CU_ASSERT(sha256_file(scratch("none"), hex, &err) && err.kind == ERR_INPUT);
}

static void writing(void)
{
    const float data[24] = {0, .1f, 0, -3, 0, 0, 1e-20f, 0, 0, 0, 0, 2};
    struct event_options alone = {0};
    struct events *e = read_or_fail(array("2,3,4", 'f', 4, data), &FOUR), *f;
    CU_ASSERT(e->count == 4 && e->first[2] == 4 && e->first[1] == 4);
    static const char *const name[] = {"copy.csv", "copy.spk"};
    for (int i = 0; i < 2; i++) {
        CU_ASSERT(!events_write(e, scratch(name[i]), &err));
        f = read_or_fail(scratch(name[i]), &alone);
        CU_ASSERT(same(e, f, 2) && f->samples == 2 && f->steps == 3 && f->neurons == 4);
        events_free(f);
    }
    CU_ASSERT(events_write(e, scratch("copy.txt"), &err) && strstr(err.text, ".spk or .csv"));
    CU_ASSERT(events_write_csv(e, "/dev/full", &err) && err.kind == ERR_INPUT && strstr(err.text, "/dev/full"));
    CU_ASSERT(events_write_spk(e, scratch("no/such/x.spk"), &err) && err.kind == ERR_INPUT);
    e->neurons = 70000;
    CU_ASSERT(events_write_spk(e, scratch("copy.spk"), &err) && strstr(err.text, "write .csv"));
    events_free(e);
}

/* A file of 200,000 lines in reverse order: sorted, and in well under a second even with the sanitizers. */
static void long_file(void)
{
    const char *path = scratch("long.csv");
    FILE *file = fopen(path, "w");
    for (int i = 200000; i-- > 0;)
        fprintf(file, "%d,%d,%d\n", i / 2000, i / 40 % 50, i % 40);
    fclose(file);
    struct event_options options = {.shape = {1, {40}}};
    clock_t start = clock();
    struct events *e = read_or_fail(path, &options);
    CU_ASSERT((double)(clock() - start) / CLOCKS_PER_SEC < 5);
    CU_ASSERT(e->samples == 100 && e->steps == 50 && e->count == 200000);
    for (uint64_t i = 0; i < e->count; i++)
        if (e->event[i].step != i / 40 % 50 || e->event[i].neuron != i % 40)
            CU_FAIL("out of order");
    events_free(e);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("events", make_folder, remove_folder);
    CU_add_test(suite, "the kit's .spk, .npy and .csv inputs give the same events, and .spk is written to the same bytes", kit_inputs);
    CU_add_test(suite, "CSV lines may stand in any order, with comments, blank lines, CRLF and a byte order mark", csv_any_order);
    CU_add_test(suite, "a CSV header may name the columns in any order, and is optional", csv_headers);
    CU_add_test(suite, "equal events add their values, and a sum of 0 is no event", csv_adds_values);
    CU_add_test(suite, "numbers are read as strtod reads them", csv_numbers);
    CU_add_test(suite, "what is wrong in a CSV is said with line and column", csv_refusals);
    CU_add_test(suite, "a .spk that is cut or damaged is refused", spk_refusals);
    CU_add_test(suite, "a missing, empty, misnamed or compressed file is told by its content", odd_files);
    CU_add_test(suite, "events written as CSV or .spk read back the same", writing);
    CU_add_test(suite, "a long file in reverse order is sorted quickly", long_file);
    return check_run();
}
