/* Event files: every format gives the same events, and what is wrong with a file is said with its place. */
#include <hdf5.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "import/events.h"
#include "import/npy.h"
#include "kit.h"

static char folder[] = "/tmp/volley-events-XXXXXX";
static struct err err;

static const char *scratch(const char *name)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *put(const char *name, const void *data, size_t size)
{
    const char *path = scratch(name);
    FILE *file = fopen(path, "wb");
    CU_ASSERT_FATAL(file != NULL);
    CU_ASSERT(fwrite(data, 1, size, file) == size);
    fclose(file);
    return path;
}

static const char *text(const char *content)
{
    return put("x.csv", content, strlen(content));
}

/* shape: "25,300,64" */
static const char *array(const char *shape, char kind, uint32_t size, const void *data)
{
    uint64_t dim[NPY_RANK_MAX];
    int rank = 0;
    for (const char *at = shape; *at; at += strcspn(at, ","), at += *at == ',')
        dim[rank++] = strtoull(at, NULL, 10);
    const char *path = scratch("x.npy");
    CU_ASSERT_FATAL(!npy_write(path, kind, size, rank, dim, data, &err));
    return path;
}

static struct events *read_or_fail(const char *path, const struct event_options *options)
{
    struct events *e = events_read(path, options, &err);
    if (!e)
        printf("\n    %s\n", err.text);
    CU_ASSERT_FATAL(e != NULL);
    return e;
}

/* The read fails as the user's fault and the message holds both words. */
static void refused(const char *path, const struct event_options *options, const char *word, const char *other)
{
    struct events *e = events_read(path, options, &err);
    CU_ASSERT(e == NULL);
    if (!e && (err.kind != ERR_INPUT || !strstr(err.text, word) || !strstr(err.text, other)))
        printf("\n    wanted '%s', '%s' in: %s\n", word, other, err.text);
    CU_ASSERT(err.kind == ERR_INPUT && strstr(err.text, word) && strstr(err.text, other));
    events_free(e);
}

static int has_line(const struct events *e, enum fidelity_kind kind, const char *word)
{
    for (size_t i = 0; i < e->fidelity.count; i++)
        if (e->fidelity.line[i].kind == kind && strstr(e->fidelity.line[i].text, word))
            return 1;
    return 0;
}

/* The first `samples` samples of both are the same. */
static int same(const struct events *a, const struct events *b, uint32_t samples)
{
    uint64_t n = a->first[samples];
    if (a->samples < samples || b->samples < samples || memcmp(a->first, b->first, (samples + 1) * sizeof *a->first))
        return 0;
    if (memcmp(a->event, b->event, n * sizeof *a->event) || !a->value != !b->value)
        return 0;
    return !a->value || !memcmp(a->value, b->value, n * sizeof *a->value);
}

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

/* ---- arrays ---- */

static void array_layouts(void)
{
    static const uint8_t data[2 * 3 * 4] = {0, 1, 0, 0, /**/ 0, 0, 0, 1, /**/ 0, 0, 0, 0, /**/ 1, 0, 0, 0, /**/ 0, 0, 0, 0, /**/ 0, 0, 1, 1};
    uint8_t turned[sizeof data];
    struct event_options square = {.shape = {3, {1, 2, 2}}, .network_steps = 3}, other = FOUR;
    struct events *e = read_or_fail(array("2,3,4", 'u', 1, data), &FOUR), *f;
    static const struct event wanted[] = {{0, 1}, {1, 3}, {0, 0}, {2, 2}, {2, 3}};
    CU_ASSERT(e->samples == 2 && e->steps == 3 && e->count == 5 && !memcmp(e->event, wanted, sizeof wanted) && e->first[1] == 2);
    static const char *const shape[] = {"2,3,4", "2,3,1,2,2", "2,3,2,2", "2,3,2,2,1"};
    for (int i = 0; i < 4; i++) {
        f = read_or_fail(array(shape[i], 'u', 1, data), &square);
        CU_ASSERT(same(e, f, 2));
        events_free(f);
    }
    f = read_or_fail(array("2,3,2,2", 'u', 1, data), &FOUR);
    CU_ASSERT(same(e, f, 2));
    events_free(f);
    for (int n = 0; n < 2; n++)
        for (int t = 0; t < 3; t++)
            memcpy(turned + 4 * (2 * t + n), data + 4 * (3 * n + t), 4);
    other.time_first = 1;
    f = read_or_fail(array("3,2,4", 'u', 1, turned), &other);
    CU_ASSERT(same(e, f, 2) && f->samples == 2 && f->steps == 3);
    CU_ASSERT_STRING_EQUAL(f->how, "(step, sample, neuron), 0/1");
    events_free(f);
    refused(array("3,2,4", 'u', 1, turned), &FOUR, "x.npy: shape (3, 2, 4) with 3 steps", "--layout TN");
    other.time_first = -1;
    f = read_or_fail(array("3,2,4", 'u', 1, turned), &other);
    CU_ASSERT(f->samples == 3 && f->steps == 2 && has_line(f, FIDELITY_NOTE, "2 steps"));
    events_free(f);
    other = (struct event_options){.shape = {1, {4}}, .labels = 2};
    refused(array("3,2,4", 'u', 1, turned), &other, "2 labels looks like time first", "--layout TN");
    events_free(e);
}

static void array_types(void)
{
    const double f8[8] = {0, 0.5, 0, 1, 0, 0, -2, 0};
    const float f4[8] = {0, 0.5f, 0, 1, 0, 0, -2, 0};
    const int64_t i8[8] = {0, 1, 0, 1, 0, 0, 1, 0};
    const uint16_t half[8] = {0, 0x3800, 0, 0x3c00, 0, 0, 0xc000, 0};
    struct event_options options = {.shape = {1, {2}}};
    struct events *e = read_or_fail(array("2,2,2", 'f', 8, f8), &options), *f = read_or_fail(array("2,2,2", 'f', 4, f4), &options);
    CU_ASSERT(e->count == 3 && same(e, f, 2));
    events_free(f);
    f = read_or_fail(array("2,2,2", 'f', 2, half), &options);
    CU_ASSERT(same(e, f, 2));
    events_free(f);
    f = read_or_fail(array("2,2,2", 'i', 8, i8), &options);
    CU_ASSERT(f->count == 3 && !f->value);
    events_free(f);
    f = read_or_fail(array("2,2,2", 'b', 1, "\0\1\0\1\0\0\1\0"), &options);
    CU_ASSERT(f->count == 3 && !f->value);
    events_free(f);
    events_free(e);
}

static void array_static(void)
{
    const float data[8] = {0, 0.5f, 0, 1, 0.25f, 0, 0, 0};
    struct event_options options = FOUR;
    refused(array("2,4", 'f', 4, data), &FOUR, "can be read in two ways", "--steps N");
    options.steps = 5;
    struct events *e = read_or_fail(array("2,4", 'f', 4, data), &options);
    CU_ASSERT(e->samples == 2 && e->steps == 5 && e->count == 15 && e->first[1] == 10);
    for (uint32_t t = 0; t < 5; t++)
        CU_ASSERT(e->event[2 * t].step == t && e->event[2 * t].neuron == 1 && e->value[2 * t] == 0.5f && e->value[2 * t + 1] == 1 &&
                  e->event[10 + t].step == t);
    CU_ASSERT_STRING_EQUAL(e->how, "(sample, neuron), the same in each step, values 0.25 to 1");
    events_free(e);
    options = (struct event_options){.shape = {3, {1, 2, 2}}, .steps = 2};
    e = read_or_fail(array("2,1,2,2", 'f', 4, data), &options);
    CU_ASSERT(e->samples == 2 && e->steps == 2 && e->count == 6);
    events_free(e);
    e = read_or_fail(array("2,2", 'f', 4, data), &options);
    CU_ASSERT(e->samples == 1 && e->count == 4);
    events_free(e);
    options = (struct event_options){.shape = {1, {4}}, .network_steps = 3, .labels = 2};
    e = read_or_fail(array("2,4", 'f', 4, data), &options);
    CU_ASSERT(e->samples == 2 && e->steps == 3);
    events_free(e);
}

static void array_single(void)
{
    const uint8_t data[12] = {0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0};
    struct event_options options = {.shape = {1, {4}}, .steps = 3};
    struct events *e = read_or_fail(array("3,4", 'u', 1, data), &FOUR);
    CU_ASSERT(e->samples == 1 && e->steps == 3 && e->count == 3);
    CU_ASSERT_STRING_EQUAL(e->how, "(step, neuron), one sample, 0/1");
    events_free(e);
    e = read_or_fail(array("3,4", 'u', 1, data), &options);
    CU_ASSERT(e->samples == 3 && e->count == 9 && has_line(e, FIDELITY_WARNING, "array[None]"));
    events_free(e);
    options.labels = 1;
    e = read_or_fail(array("3,4", 'u', 1, data), &options);
    CU_ASSERT(e->samples == 1 && e->steps == 3);
    events_free(e);
}

static void array_steps(void)
{
    const uint8_t data[12] = {0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0};
    struct event_options options = {.shape = {1, {4}}, .network_steps = 3, .steps = 2};
    struct events *e = read_or_fail(array("1,3,4", 'u', 1, data), &options);
    CU_ASSERT(e->steps == 2 && e->count == 2 && has_line(e, FIDELITY_NOTE, "the first 2 are run"));
    events_free(e);
    options.steps = 9;
    e = read_or_fail(array("1,3,4", 'u', 1, data), &options);
    CU_ASSERT(e->steps == 9 && e->count == 3 && has_line(e, FIDELITY_NOTE, "no input in the last 6"));
    events_free(e);
}

static void array_refusals(void)
{
    float data[12] = {0};
    uint8_t image[4] = {0, 255, 17, 3};
    struct event_options options = {.shape = {3, {3, 2, 2}}}, one = {.shape = {1, {4}}, .steps = 3}, alone = {0};
    refused(array("1,3,3", 'f', 4, data), &FOUR, "x.npy: shape (1, 3, 3) does not fit the input layer (4) of 4 neurons", "samples, steps");
    refused(array("1,4,3", 'f', 4, data), &FOUR, "transpose(0, 2, 1)", "");
    refused(array("1,1,2,2,3", 'f', 4, data), &options, "does not fit the input layer (3, 2, 2)", "channels last");
    refused(array("0,3,4", 'f', 4, data), &FOUR, "the array is empty", "");
    refused(array("", 'f', 4, data), &FOUR, "shape ()", "");
    refused(array("3,1,4", 'f', 4, data), &(struct event_options){.shape = {1, {4}}, .steps = 9}, "has one step, and 9 are wanted", "");
    refused(array("3,1,2,2", 'f', 4, data), &(struct event_options){.steps = 9}, "does not say by itself", "");
    refused(array("12", 'f', 4, data), &alone, "does not say by itself", "");
    data[5] = NAN;
    refused(array("1,3,4", 'f', 4, data), &FOUR, "x.npy: sample 0, step 1, neuron 1 is NaN", "");
    refused(array("3,4", 'f', 4, data), &one, "x.npy: sample 1, neuron 1 is NaN", "");
    data[5] = -INFINITY;
    refused(array("1,3,4", 'f', 4, data), &FOUR, "infinite", "");
    struct events *e = read_or_fail(array("1,4", 'u', 1, image), &one);
    CU_ASSERT(e->count == 9 && has_line(e, FIDELITY_WARNING, "0..255 where 0..1 was trained? divide by 255"));
    events_free(e);
    memcpy(image, "\0\20\3\1", 4);
    e = read_or_fail(array("1,4", 'u', 1, image), &one);
    CU_ASSERT(has_line(e, FIDELITY_WARNING, "divide by 16"));
    events_free(e);
    memcpy(image, "\0\2\3\1", 4);
    e = read_or_fail(array("1,4", 'u', 1, image), &one);
    CU_ASSERT(!e->fidelity.count);
    events_free(e);
    memset(image, 0, 4);
    e = read_or_fail(array("1,4", 'u', 1, image), &one);
    CU_ASSERT(!e->count && !e->value && has_line(e, FIDELITY_WARNING, "no event"));
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

/* ---- HDF5 ---- */

static hid_t make_group(hid_t at, const char *name, const char *type)
{
    hid_t group = name ? H5Gcreate2(at, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT) : at;
    if (!type)
        return group;
    hid_t kind = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(kind, H5T_VARIABLE);
    hid_t attribute = H5Acreate2(group, "__type__", kind, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, kind, &type);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(kind);
    return group;
}

static void make_number(hid_t at, const char *name, double value)
{
    hid_t space = H5Screate(H5S_SCALAR), attribute = H5Acreate2(at, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value);
    H5Aclose(attribute);
    H5Sclose(space);
}

static void make_set(hid_t at, const char *name, hid_t type, int rank, const hsize_t *dim, const void *data)
{
    hid_t space = H5Screate_simple(rank, dim, NULL), set = H5Dcreate2(at, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    H5Dclose(set);
    H5Sclose(space);
}

static hid_t make_file(void)
{
    return H5Fcreate(scratch("x.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
}

static const char *make_shd(float *times[2], uint16_t *units[2], size_t n_times, size_t n_units)
{
    hid_t file = make_file(), group = make_group(file, "spikes", NULL), t = H5Tvlen_create(H5T_NATIVE_FLOAT), u = H5Tvlen_create(H5T_NATIVE_UINT16);
    hvl_t time[2] = {{n_times, times[0]}, {1, times[1]}}, unit[2] = {{n_units, units[0]}, {1, units[1]}};
    hsize_t two = 2;
    make_set(group, "times", t, 1, &two, time);
    make_set(group, "units", u, 1, &two, unit);
    make_set(file, "labels", H5T_NATIVE_UINT8, 1, &two, (uint8_t[]){7, 1});
    H5Tclose(t);
    H5Tclose(u);
    H5Gclose(group);
    H5Fclose(file);
    return scratch("x.h5");
}

static void shd(void)
{
    float one[4] = {0.0021f, 0.001f, 0.0024f, 0.0f}, two[1] = {0.0005f};
    uint16_t units[4] = {3, 1, 3, 2}, unit[1] = {0};
    struct event_options options = FOUR;
    const char *path = make_shd((float *[]){one, two}, (uint16_t *[]){units, unit}, 4, 4);
    refused(path, &FOUR, "--dt", "seconds");
    options.dt = 0.001;
    struct events *e = read_or_fail(path, &options);
    static const struct event wanted[] = {{0, 2}, {1, 1}, {2, 3}, {0, 0}};
    CU_ASSERT(e->samples == 2 && e->steps == 3 && e->count == 4 && e->first[1] == 3 && !e->value && !memcmp(e->event, wanted, sizeof wanted));
    CU_ASSERT_STRING_EQUAL(e->how, "SHD times in steps of 0.001 s, once per unit and step, 0/1");
    CU_ASSERT(has_line(e, FIDELITY_NOTE, "1 spikes came in a step"));
    events_free(e);
    uint32_t count;
    int64_t *label = labels_read(path, 2, 10, &count, &err);
    CU_ASSERT(label && count == 2 && label[0] == 7 && label[1] == 1);
    free(label);
    units[1] = 4;
    refused(make_shd((float *[]){one, two}, (uint16_t *[]){units, unit}, 4, 4), &options, "sample 0, number 1", "neuron 4 is outside");
    one[1] = NAN;
    refused(make_shd((float *[]){one, two}, (uint16_t *[]){units, unit}, 4, 4), &options, "NaN", "number 1");
    one[1] = 1e30f;
    refused(make_shd((float *[]){one, two}, (uint16_t *[]){units, unit}, 4, 4), &options, "is it a time?", "1.00000002e+30 s");
    refused(make_shd((float *[]){one, two}, (uint16_t *[]){units, unit}, 4, 3), &options, "4 times and 3 units", "sample 0");
}

/* observable: makes the group to read; node and a second node are there too. */
static hid_t make_nirdata(hid_t file, const char *type)
{
    make_group(file, NULL, "NIRGraphData");
    hid_t nodes = make_group(file, "nodes", NULL), lif = make_group(nodes, "lif", "NIRNodeData"), node = make_group(nodes, "input", "NIRNodeData");
    hid_t observables = make_group(node, "observables", NULL), at = make_group(observables, "spikes", type);
    H5Gclose(observables);
    H5Gclose(node);
    H5Gclose(lif);
    H5Gclose(nodes);
    return at;
}

static const char *make_events(const char *type, const double *time, const double *value)
{
    static const int64_t index[6] = {1, 3, -1, 0, 2, 3};
    const hsize_t dim[2] = {2, 3};
    hid_t file = make_file(), at = make_nirdata(file, type);
    make_set(at, "idx", H5T_NATIVE_INT64, 2, dim, index);
    make_set(at, "time", H5T_NATIVE_DOUBLE, 2, dim, time);
    if (value)
        make_set(at, "value", H5T_NATIVE_DOUBLE, 2, dim, value);
    make_number(at, "n_neurons", 4);
    make_number(at, "t_max", 0.003);
    H5Gclose(at);
    H5Fclose(file);
    return scratch("x.h5");
}

static void nirdata_events(void)
{
    const double ends[6] = {0.001, 0.003, INFINITY, 0.001, 0.003, 0.003}, begins[6] = {0, 0.002, INFINITY, 0, 0.002, 0.002}, value[6] = {.5, 1, 0, 1, 1, 2};
    struct event_options options = {.shape = {1, {4}}, .dt = 0.001};
    static const struct event wanted[] = {{0, 1}, {2, 3}, {0, 0}, {2, 2}, {2, 3}};
    refused(make_events("EventData", ends, NULL), &FOUR, "--dt", "");
    for (int i = 0; i < 2; i++) {
        struct events *e = read_or_fail(make_events("EventData", i ? begins : ends, NULL), &options);
        CU_ASSERT(e->samples == 2 && e->steps == 3 && e->neurons == 4 && e->count == 5 && !memcmp(e->event, wanted, sizeof wanted) && !e->value);
        events_free(e);
    }
    struct events *e = read_or_fail(make_events("ValuedEventData", begins, value), &options);
    CU_ASSERT(e->count == 5 && e->value && e->value[0] == .5f && e->value_max == 2 && !memcmp(e->event, wanted, sizeof wanted));
    events_free(e);
    options.shape.dim[0] = 5;
    refused(make_events("EventData", ends, NULL), &options, "for 4 neurons", "5");
    options.shape.dim[0] = 4;
    refused(make_events("Eventful", ends, NULL), &options, "unknown NIRData type 'Eventful'", "");
    refused(make_events("ValuedEventData", begins, NULL), &options, "no dataset 'value'", "");
}

static void nirdata_grid(void)
{
    static const uint8_t data[24] = {0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1};
    const hsize_t dim[3] = {2, 3, 4};
    struct event_options options = FOUR;
    hid_t file = make_file(), at = make_nirdata(file, "TimeGriddedData"), boolean = H5Tenum_create(H5T_NATIVE_INT8);
    H5Tenum_insert(boolean, "FALSE", (int8_t[]){0});
    H5Tenum_insert(boolean, "TRUE", (int8_t[]){1});
    make_set(at, "data", boolean, 3, dim, data);
    make_number(at, "dt", 0.002);
    H5Tclose(boolean);
    H5Gclose(at);
    H5Fclose(file);
    struct events *e = read_or_fail(scratch("x.h5"), &options);
    CU_ASSERT(e->samples == 2 && e->steps == 3 && e->count == 5 && !e->value && e->event[1].step == 2 && e->event[1].neuron == 3);
    events_free(e);
    options.dt = 0.001;
    e = read_or_fail(scratch("x.h5"), &options);
    CU_ASSERT(has_line(e, FIDELITY_WARNING, "0.002"));
    events_free(e);
}

static void h5_refusals(void)
{
    char path[300];
    hid_t file = make_file();
    H5Fclose(file);
    refused(scratch("x.h5"), &FOUR, "neither SHD", "NIRData");
    CU_ASSERT(!truncate(scratch("x.h5"), 300));
    refused(scratch("x.h5"), &FOUR, "not a readable HDF5", "completely");
    FILE *kit = check_kit_open("snn/mlp_rate.nir", path, sizeof path);
    if (!kit)
        return;
    fclose(kit);
    refused(path, &FOUR, "is a network (NIR)", "");
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

static int remove_folder(void)
{
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) != 0;
}

static int make_folder(void)
{
    return mkdtemp(folder) == NULL;
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
    CU_add_test(suite, "arrays are read flattened or not, and time first when told or refused when suspected", array_layouts);
    CU_add_test(suite, "arrays of any number type give the same events", array_types);
    CU_add_test(suite, "an array without steps lasts as many steps as --steps says", array_static);
    CU_add_test(suite, "an array without samples is one sample where nothing speaks against it", array_single);
    CU_add_test(suite, "--steps cuts an array or leaves its end silent, and says so", array_steps);
    CU_add_test(suite, "arrays that do not fit are refused with what would fit, and images of 0..255 are warned of", array_refusals);
    CU_add_test(suite, "a .spk that is cut or damaged is refused", spk_refusals);
    CU_add_test(suite, "SHD times become steps, once per unit and step", shd);
    CU_add_test(suite, "NIRData events become steps, whether written at the begin or the end of a step", nirdata_events);
    CU_add_test(suite, "NIRData on a time grid is an array", nirdata_grid);
    CU_add_test(suite, "an HDF5 file of another kind is refused by what it is", h5_refusals);
    CU_add_test(suite, "a missing, empty, misnamed or compressed file is told by its content", odd_files);
    CU_add_test(suite, "events written as CSV or .spk read back the same", writing);
    CU_add_test(suite, "a long file in reverse order is sorted quickly", long_file);
    return check_run();
}
