/* The manifest of a core that is not volley's own: what it becomes, and what a mistake in it is told, each at its line and column. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cores/foreign/expr.h"
#include "cores/foreign/foreign.h"
#include "cores/foreign/manifest.h"
#include "cores/image.h"
#include "foreign_fixture.h"
#include "kit.h"

static int has(const struct err *err, const char *part)
{
    if (strstr(err->text, part))
        return 1;
    printf("\n    message: %s\n    lacks:   %s\n", err->text, part);
    return 0;
}

/* ---- formulae ---- */

static const char *const names[] = {"neurons", "spikes", "axon"};

static void a_formula_has_the_value_that_it_has_on_paper(void)
{
    static const struct { const char *text; int64_t value; } row[] = {
        {"7", 7}, {"0x1f", 31}, {"2*neurons + spikes", 131}, {"2*(neurons + spikes)", 134}, {"neurons/8 - 1", 7}, {"-spikes + 4", 1}, {"- -3", 3},
        {"7 % 4 * 2", 6}, {"10 - 3 - 2", 5}, {"ceil(axon, 4)", 3}, {"ceil(-9, 4)", -2}, {"min(spikes, axon) + max(spikes, axon)", 12}, {"  1+1  ", 2},
        {"ceil(neurons + 1, 8)*2", 18}, {"100/7/2", 7}};
    const int64_t value[] = {64, 3, 9};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct expr e;
        struct err err = {ERR_NONE, ""};
        int64_t result = -1;
        CU_ASSERT_EQUAL_FATAL(expr_read(&e, row[i].text, names, 3, &err), 0);
        CU_ASSERT_EQUAL(expr_value(&e, value, &result, &err), 0);
        if (result != row[i].value)
            printf("\n    %s is %lld, wanted %lld\n", row[i].text, (long long)result, (long long)row[i].value);
        CU_ASSERT_EQUAL(result, row[i].value);
    }
}

static void a_wrong_formula_names_its_column(void)
{
    static const struct { const char *text, *part; } row[] = {
        {"2*", "column 3: the formula ends where a number, a name or a ( is wanted"}, {"2*neuron", "column 3: no value is named 'neuron'; did you mean "
                                                                                       "'neurons'?"},
        {"2 3", "column 3: an operator"}, {"(1", "column 3: a ) is missing"}, {"1.5", "column 1: whole numbers only"}, {"ceil(1)",
                                                                                                                        "column 7: a comma is missing"},
        {"ceil 1", "column 6: a ( is missing"}, {"$x", "column 1: a number, a name or a ( is wanted here"}, {"99999999999", "too large"}, {"",
                                                                                                                                           "the formula ends"},
        {"((((((((((((((((((((1))))))))))))))))))))", "too many parentheses"}, {"1 << 2", "column 3: an operator"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct expr e;
        struct err err = {ERR_NONE, ""};
        CU_ASSERT_EQUAL(expr_read(&e, row[i].text, names, 3, &err), -1);
        CU_ASSERT(has(&err, row[i].part));
    }
    struct expr e;
    struct err err = {ERR_NONE, ""};
    const int64_t value[] = {0, 0, INT64_MAX};
    int64_t result;
    CU_ASSERT_EQUAL(expr_read(&e, "1/neurons", names, 3, &err), 0);
    CU_ASSERT_EQUAL(expr_value(&e, value, &result, &err), -1);
    CU_ASSERT_EQUAL(expr_read(&e, "axon + 1", names, 3, &err), 0);
    CU_ASSERT_EQUAL(expr_value(&e, value, &result, &err), -1);
}

/* ---- the manifest that is there ---- */

static void the_manifest_says_what_its_core_is(void)
{
    struct err err = {ERR_NONE, ""};
    struct manifest *m = manifest_read(AERLIF "/", &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    CU_ASSERT_STRING_EQUAL(m->name, "aerlif");
    CU_ASSERT_EQUAL(m->neurons, 64);
    CU_ASSERT_EQUAL(m->edge, 1);
    CU_ASSERT_EQUAL(m->reset_high, 1);
    CU_ASSERT_EQUAL(m->timeout, 20000);
    CU_ASSERT_EQUAL(manifest_code(&m->event[m->spike_event], 0x2a, 0, 0), 0x02a);
    CU_ASSERT_EQUAL(manifest_code(&m->event[m->reference_event], 0, 0, 0), 0x1ff);
    CU_ASSERT_PTR_NULL(m->warning);
    manifest_free(m);
}

static void values_lie_where_the_manifest_says(void)
{
    struct err err = {ERR_NONE, ""};
    struct manifest *m = manifest_read(AERLIF, &err);
    struct foreign_state s;
    int64_t value;
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    foreign_words_new(m, &s);
    CU_ASSERT_EQUAL(foreign_put(m, &s, "weight", 13, 5, -7, &err), 0);
    CU_ASSERT_EQUAL(s.memory[1].word[8 * 5 + 1], (uint64_t)9 << 20);
    CU_ASSERT_EQUAL(foreign_put(m, &s, "membrane", 63, 0, -2048, &err), 0);
    CU_ASSERT_EQUAL(foreign_put(m, &s, "threshold", 63, 0, 2047, &err), 0);
    CU_ASSERT_EQUAL(s.memory[0].word[63], 0x7ff800);
    CU_ASSERT_EQUAL(foreign_get(m, &s, "membrane", 63, 0, &value, &err), 0);
    CU_ASSERT_EQUAL(value, -2048);
    CU_ASSERT_EQUAL(foreign_put(m, &s, "threshold", 3, 0, 2048, &err), -1);
    CU_ASSERT(has(&err, "threshold of neuron 3 is 2048, the core holds 0 to 2047"));
    CU_ASSERT_EQUAL(foreign_put(m, &s, "weight", 3, 0, -9, &err), -1);
    foreign_words_free(&s);
    manifest_free(m);
}

/* ---- mistakes ---- */

/* One text of the manifest replaced by another, in a folder that has links to the rest. */
struct mistake { const char *from, *to, *part; };

static void make_folder(char *folder)
{
    static const char *const file[] = {"aerlif.v", "aerlif_sram.v", "aerlif_spi.v", "aerlif.vlt", "aerlif.cpp", "aerlif.c"};
    char here[1000], from[2000], to[2000];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(here, sizeof here));
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
        snprintf(from, sizeof from, "%s/%s/%s", here, AERLIF, file[i]);
        snprintf(to, sizeof to, "%s/%s", folder, file[i]);
        CU_ASSERT_EQUAL_FATAL(symlink(from, to), 0);
    }
}

static void remove_folder(const char *folder)
{
    char command[1000];
    snprintf(command, sizeof command, "rm -r %s", folder);
    CU_ASSERT_EQUAL(system(command), 0);
}

/* The manifest in the folder, with one text of the one that is there replaced. */
static struct manifest *read_edited(const char *folder, const char *from, const char *to, struct err *err)
{
    char path[1000];
    char *text = foreign_edited(AERLIF "/manifest.yaml", from, to);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    snprintf(path, sizeof path, "%s/manifest.yaml", folder);
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
    free(text);
    return manifest_read(folder, err);
}

/* A row's mistake, or the whole manifest where from is "": its message must hold part. */
static void try_mistake(const char *folder, const struct mistake *row)
{
    struct err err = {ERR_NONE, ""};
    struct manifest *m = read_edited(folder, row->from, row->to, &err);
    CU_ASSERT_PTR_NULL(m);
    manifest_free(m);
    CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
    CU_ASSERT(has(&err, row->part));
    CU_ASSERT_PTR_NULL(strchr(err.text, '\n'));
}

static void an_event_says_what_it_may_be_about(void)
{
    struct err err = {ERR_NONE, ""};
    struct manifest *m = manifest_read(AERLIF, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    struct manifest_event e = m->event[2];
    uint32_t axon = 9, neuron = 9;
    CU_ASSERT_STRING_EQUAL(e.name, "virtual");
    CU_ASSERT_EQUAL(manifest_places(&e), 16);
    manifest_place(&e, 15, &axon, &neuron);
    CU_ASSERT_EQUAL(axon, 0);
    CU_ASSERT_EQUAL(neuron, 15);
    CU_ASSERT_EQUAL(e.range[OPERAND_WEIGHT].low, -8);
    CU_ASSERT_EQUAL(e.range[OPERAND_WEIGHT].high, 7);
    CU_ASSERT_EQUAL(manifest_code(&e, 0, 5, -3), 0x200 | 13 << 4 | 5);
    /* of axons 2 to 4 and neurons 1 to 6 but 3: neurons count fastest, over the one that is left out */
    e.range[OPERAND_AXON] = (struct manifest_range){1, 0, 2, 4, 0};
    e.range[OPERAND_NEURON] = (struct manifest_range){1, 1, 1, 6, 3};
    CU_ASSERT_EQUAL(manifest_places(&e), 15);
    manifest_place(&e, 5 + 1, &axon, &neuron);
    CU_ASSERT_EQUAL(axon, 3);
    CU_ASSERT_EQUAL(neuron, 2);
    manifest_place(&e, 14, &axon, &neuron);
    CU_ASSERT_EQUAL(axon, 4);
    CU_ASSERT_EQUAL(neuron, 6);
    manifest_free(m);
}

static void a_mistake_is_told_at_its_place(void)
{
    static const struct mistake row[] = {
        {"clock: {pin", "clok: {pin", "manifest.yaml:15:1: unknown key 'clok' in the file; did you mean 'clock'?"},
        {"edge: falling", "edge: down", ":15:25: edge: 'down' is not one of rising|falling"},
        {"contract: 1", "contract: 2", "written for version 2 of the contract, this volley has version 1"},
        {"name: aerlif,", "name: aer-lif,", "becomes part of C++ names"},
        {"aerlif_spi.v]", "aerlif_sp.v]", "there is no file "},
        {"control: aerlif.vlt", "control: aer.vlt", ":9:12: there is no file "},
        {"adapter: aerlif.cpp", "adapter: aerlif.cc", "there is no file "},
        {"file: aerlif.c}", "file: no.c}", "there is no file "},
        {"root: .", "root: ${NO_SUCH_VARIABLE}", "the environment variable NO_SUCH_VARIABLE is not set"},
        {"rule: UNUSEDSIGNAL, file: aerlif.v", "rule: UNUSEDSIGNAL, file: aer.v", "aer.v is none of sources.files"},
        {"lines: [39]", "lines: [39, x]", "'x' is no line number"},
        {"cycles: 4,", "cycles: 0,", "cycles: 0 is outside 1 to 1000000"},
        {"settle: 4 cycles", "settle: 4", "settle: '4' has no unit"},
        {"weight: 4 bit signed", "weight: 4 bits", "size.weight: write for example weight: 8 bit signed"},
        {"threshold: 11 bit", "threshold: 12 bit", "fields.threshold is 11 bit wide, size.threshold says 12 bit"},
        {"mode: event ", "mode: tick ", "mode: 'tick' is not one of barrier|event"},
        {"    event: reference", "    event: refrence", "unknown key 'refrence' in events; did you mean 'reference'?"},
        {"{defer: 1}", "{defr: 1}", "unknown key 'defr' in registers (those of stimulus.registers); did you mean 'defer'?"},
        {"  spike:\n", "  spyke:\n", "there is no event `spike`"},
        {"{00, axon[7:0]}", "{0x, axon[7:0]}", "'0x' has an X or Z: every bit of an address is driven"},
        {"{00, axon[7:0]}", "{00, axle[7:0]}", "'axle[7:0]' is neither binary digits nor"},
        {"{00, axon[7:0]}", "00", "stands in braces"},
        {"{neuron: 0..15}", "{neuron: 0..64}", "events.virtual.range: neuron is 0..63 here, and 0..64 is not within it"},
        {"{neuron: 0..15}", "{weight: -8..7 but 8}", "8 is not one of several values from -8 to 7"},
        {"{neuron: 0..15}", "{neuron: 0-15}", "a range is written 0..254, or -8..7 but 0"},
        {"{neuron: 0..15}", "{neuron: 0..15 but}", "a range is written 0..254, or -8..7 but 0"},
        {"{neuron: 0..15}", "{nuron: 0..15}", "unknown key 'nuron' in what an event is about; did you mean 'neuron'?"},
        {"{neuron: 0..15}", "{axon: 0..15}", "events.virtual.range: its code names no axon"},
        {"{neuron: 0..15}", "0..15", "its code names 2 things; write for example {neuron: 0..15, weight: -8..7}"},
        {"axon[7:0]}\", cycles: 2*neurons + spikes", "axon[7:0]}\", cycles: 2*neuron + spices",
         "column 12: no value is named 'spices'; did you mean 'spikes'?"},
        {"{neuron: neurons, synapse: neurons/8}", "{neuron: neurons, synaps: neurons/8}", "unknown key 'synaps' in accesses (they are by memory); did you "
         "mean 'synapse'?"},
        {"\"22:12\"", "\"33:23\"", "threshold of neuron 0, axon 0 would lie at bits 23 to 33 of word 0; memory neuron has 64 words of 32 bit"},
        {"\"22:12\"", "\"63:0\"", "a field has at most 32 bits"},
        {"\"22:12\"", "\"x:12\"", "'x:12': write \"high:low\""},
        {"of word 8*axon + neuron/8", "of word 8*axon + neuron", "axon 63 would lie at bits 28 to 31 of word 567; memory synapse has 512 words"},
        {"4*(neuron % 8) +: 4", "4*(nuron % 8) +: 4", "no value is named 'nuron'; did you mean 'neuron'?"},
        {"{weight: \"4*", "{wait: \"4*", "no memory has the field weight"},
        {"from_writes neuron", "from_writes neurn", "there is no memory 'neurn'; did you mean 'neuron'"},
        {"from_writes neuron", "from_reads neuron", "write from_writes and the name of a memory"},
        {", address: A, data: D}", "}", "strobes need address and data"},
        {"strobes: {read", "strobes: {module: aerlif_ram, read", "no file of sources.files declares a module 'aerlif_ram'"},
        {"{membrane: \"11:0\", threshold", "{membrane: \"11:0\", threshold: \"22:12\"}}\n  more: {words: 64, width: 32 bit, path: more.SRAM, fields: {other",
         "memories.more: 'table' is missing; "},
        {"do: exclude", "do: ignore", "do: 'ignore' is not one of exclude|model"},
        {"defer: [0, 1]", "defer: [0, X]", "'X' is not a whole number"},
        {"timeout: 20000 cycles", "timeout: soon", "timeout: "},
        {"table: state", "table: stat", "table: 'stat' is not one of axon|rows|state|accumulator|parameter"},
        {"identity: 0x41455231", "identity: AER1", "core.identity is a number of up to 32 bits"},
        {"  top: aerlif", "  top: aerlif\n  sha256: {other.v: \"00\"}", "other.v is none of sources.files"},
        {"reset: {zero: {subtract: 0}, subtract: {subtract: 1}}", "reset: {nil: {subtract: 0}}", "unknown key 'nil' in time.step.reset"}};
    char folder[] = "/tmp/volley-manifest-XXXXXX";
    make_folder(folder);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        try_mistake(folder, &row[i]);
    remove_folder(folder);
}

/* Names that would only be seen in what the compiler says of generated text, or read as something else. */
static void a_name_that_cannot_be_is_told_at_its_place(void)
{
    static const struct mistake row[] = {
        {"  virtual:\n", "  virtual-event:\n", "event 'virtual-event': its name becomes part of C++ names"},
        {"registers: {defer: [0, 1], subtract", "registers: {defer: [0, 1], neurons: [0, 1], subtract", "in formulae neurons is the core's own number already"},
        {"  synapse:\n", "  synapse-rows:\n", "memory 'synapse-rows': its name becomes part of C++ names"}};
    char folder[] = "/tmp/volley-manifest-XXXXXX";
    make_folder(folder);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        try_mistake(folder, &row[i]);
    remove_folder(folder);
}

static void a_file_that_is_no_manifest_is_named(void)
{
    struct err err = {ERR_NONE, ""};
    CU_ASSERT_PTR_NULL(manifest_read("tests/foreign", &err));
    CU_ASSERT(has(&err, "tests/foreign/manifest.yaml"));
    CU_ASSERT_PTR_NULL(foreign_open("/no/such/folder", &err));
    CU_ASSERT(has(&err, "a folder with a manifest.yaml is wanted"));
}

/* What can be known from the rest: tables from fields, the time reference of a core that also has one for a single neuron, a module for people to read. */
static void what_follows_from_the_rest_may_be_left_out(void)
{
    static const struct { const char *from, *to; } row[] = {
        {"table: state, ", ""}, {"table: rows, ", ""}, {"strobes: {read", "strobes: {module: aerlif_sram, read"}, {" reference", " reference_all"},
        {"  top: aerlif", "  top: aerlif\n  sha256: {aerlif.v: \"...\"}"}};
    char folder[] = "/tmp/volley-manifest-XXXXXX";
    make_folder(folder);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct err err = {ERR_NONE, ""};
        struct manifest *m = read_edited(folder, row[i].from, row[i].to, &err);
        if (!m)
            printf("\n    message: %s\n", err.text);
        CU_ASSERT_PTR_NOT_NULL_FATAL(m);
        CU_ASSERT_EQUAL(m->memory[0].table, IMAGE_STATE);
        CU_ASSERT_EQUAL(m->memory[1].table, IMAGE_ROWS);
        CU_ASSERT_EQUAL(m->reference_event, 1);
        CU_ASSERT_EQUAL(m->warning != NULL, i == 4);
        CU_ASSERT(!m->warning || strstr(m->warning, "aerlif.v is not pinned: '...' is no sha256; `volley verify"));
        manifest_free(m);
    }
    remove_folder(folder);
}

/* ---- checksums ---- */

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = calloc(1, 1 << 16);
    if (file && text && !fread(text, 1, (1 << 16) - 1, file))
        *text = 0;
    if (file)
        fclose(file);
    return text;
}

static void checksums_are_filled_in_and_a_change_is_a_warning(void)
{
    char folder[] = "/tmp/volley-manifest-XXXXXX", path[1000], source[1000];
    struct err err = {ERR_NONE, ""};
    make_folder(folder);
    snprintf(path, sizeof path, "%s/manifest.yaml", folder);
    snprintf(source, sizeof source, "%s/aerlif_spi.v", folder);
    char *text = read_text(AERLIF "/manifest.yaml"), *spi = read_text(AERLIF "/aerlif_spi.v");
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    unlink(source);
    for (int round = 0; round < 3; round++) {       /* pinned, changed, pinned again */
        file = fopen(source, "w");
        fputs(spi, file);
        fputs(round ? "// changed\n" : "", file);
        fclose(file);
        struct manifest *m = manifest_read(folder, &err);
        CU_ASSERT_PTR_NOT_NULL_FATAL(m);
        CU_ASSERT_EQUAL(m->warning != NULL, round == 1);
        if (m->warning)
            CU_ASSERT_PTR_NOT_NULL(strstr(m->warning, "aerlif_spi.v is not the file that was pinned"));
        CU_ASSERT_EQUAL(manifest_pin(m, &err), 0);
        manifest_free(m);
    }
    char *pinned = read_text(path), *sums = strstr(pinned, "  sha256:\n    aerlif.v: "), *behind = strstr(text, "verilator:");
    CU_ASSERT_PTR_NOT_NULL_FATAL(sums);
    CU_ASSERT_PTR_NOT_NULL(strstr(sums, "    aerlif_spi.v: "));
    CU_ASSERT_PTR_NULL(strstr(sums + 9, "sha256:"));        /* once, and all else as it was */
    CU_ASSERT_EQUAL(strncmp(pinned, text, (size_t)(sums - pinned)), 0);
    CU_ASSERT_STRING_EQUAL(strstr(pinned, "verilator:"), behind);
    free(pinned);
    free(text);
    free(spi);
    remove_folder(folder);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("foreign_manifest", NULL, NULL);
    CU_add_test(suite, "a formula has the value that it has on paper", a_formula_has_the_value_that_it_has_on_paper);
    CU_add_test(suite, "a wrong formula names its column", a_wrong_formula_names_its_column);
    CU_add_test(suite, "the manifest says what its core is", the_manifest_says_what_its_core_is);
    CU_add_test(suite, "values lie where the manifest says", values_lie_where_the_manifest_says);
    CU_add_test(suite, "an event says what it may be about", an_event_says_what_it_may_be_about);
    CU_add_test(suite, "a mistake is told at its place", a_mistake_is_told_at_its_place);
    CU_add_test(suite, "a name that cannot be is told at its place", a_name_that_cannot_be_is_told_at_its_place);
    CU_add_test(suite, "a file that is no manifest is named", a_file_that_is_no_manifest_is_named);
    CU_add_test(suite, "what follows from the rest may be left out", what_follows_from_the_rest_may_be_left_out);
    CU_add_test(suite, "checksums are filled in, and a change is a warning", checksums_are_filled_in_and_a_change_is_a_warning);
    return check_run();
}
