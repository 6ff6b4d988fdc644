/* Units, documents and field tables: what is read, and what a mistake is told. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/units.h"
#include "config/doc.h"
#include "config/fields.h"
#include "kit.h"

static int has(const struct err *err, const char *part)
{
    if (strstr(err->text, part))
        return 1;
    printf("\n    message: %s\n    lacks:   %s\n", err->text, part);
    return 0;
}

struct wrong_quantity { const char *text; unsigned units; const char *part; };
struct wrong_text { const char *text, *part; };

/* ---- units ---- */

static void a_quantity_is_the_double_nearest_to_what_is_written(void)
{
    static const struct { const char *text; unsigned units; double value; enum unit unit; } row[] = {
        {"4.1 ns", UNIT_TIME, 4.1e-9, UNIT_TIME}, {"23.6 pJ", UNIT_ENERGY, 23.6e-12, UNIT_ENERGY}, {"64 KiB", UNIT_BITS, 524288, UNIT_BITS},
        {"3 cycles", UNIT_TIME | UNIT_CYCLES, 3, UNIT_CYCLES}, {"1 cycle", UNIT_CYCLES, 1, UNIT_CYCLES}, {"0.9V", UNIT_VOLTAGE, 0.9, UNIT_VOLTAGE},
        {"1e3 pJ", UNIT_ENERGY, 1e-9, UNIT_ENERGY}, {".5 mm2", UNIT_AREA, 0.5e-6, UNIT_AREA}, {"0 ns", UNIT_TIME, 0, UNIT_TIME},
        {"400 MHz", UNIT_FREQUENCY | UNIT_TIME, 400e6, UNIT_FREQUENCY}, {"7 bit", UNIT_BITS, 7, UNIT_BITS}, {"28 nm ", UNIT_LENGTH, 28e-9, UNIT_LENGTH}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct quantity q;
        struct err err;
        CU_ASSERT_EQUAL_FATAL(unit_read(row[i].text, row[i].units, &q, &err), 0);
        CU_ASSERT(fabs(q.value - row[i].value) <= DBL_EPSILON * fabs(row[i].value));
        CU_ASSERT_EQUAL(q.unit, row[i].unit);
    }
    struct quantity q;
    struct err err;
    unit_read("23.6 pJ", UNIT_ENERGY, &q, &err);
    CU_ASSERT_EQUAL(q.value, 23.6e-12);
}

static void a_wrong_quantity_shows_the_right_form(void)
{
    static const struct wrong_quantity row[] = {
        {"64", UNIT_BITS, "'64' has no unit; write for example '64 KiB' (bit B KiB MiB GiB)"},
        {"4", UNIT_TIME | UNIT_CYCLES, "write for example '4 ns' (ps ns us ms s, or cycles)"},
        {"3 pJ", UNIT_TIME, "'3 pJ' is an energy; a time is wanted here, for example '4.1 ns'"},
        {"64 KB", UNIT_BITS, "unknown unit 'KB'"},
        {"-3 ns", UNIT_TIME, "is negative"},
        {"-0 ns", UNIT_TIME, "is negative"},
        {"1e999 s", UNIT_TIME, "too large"},
        {"", UNIT_TIME, "'' is not a time"},
        {"ns", UNIT_TIME, "is not a time"},
        {"nan ns", UNIT_TIME, "is not a time"},
        {"inf ns", UNIT_TIME, "is not a time"},
        {"0x10 bit", UNIT_BITS, "unknown unit"},
        {"1 2 bit", UNIT_BITS, "unknown unit"},
        {"1e", UNIT_BITS, "unknown unit"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct quantity q;
        struct err err = {ERR_NONE, ""};
        CU_ASSERT_EQUAL(unit_read(row[i].text, row[i].units, &q, &err), -1);
        CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
        CU_ASSERT(has(&err, row[i].part));
    }
}

static void a_value_is_written_in_its_best_unit(void)
{
    static const struct { double value; enum unit unit; const char *text;
    } row[] = {{23.6e-12, UNIT_ENERGY, "23.6 pJ"}, {1e-9, UNIT_TIME, "1 ns"},         {999e-12, UNIT_TIME, "999 ps"},  {2048, UNIT_BITS, "256 B"},
               {1048576, UNIT_BITS, "128 KiB"},    {576, UNIT_BITS, "72 B"},          {7, UNIT_BITS, "7 bit"},         {1, UNIT_CYCLES, "1 cycle"},
               {3, UNIT_CYCLES, "3 cycles"},       {1.35e-7, UNIT_AREA, "0.135 mm2"}, {8.6e-9, UNIT_AREA, "8600 um2"}, {0.104, UNIT_POWER, "104 mW"},
               {28e-9, UNIT_LENGTH, "28 nm"}};
    char text[60];
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        CU_ASSERT_STRING_EQUAL(unit_write(text, sizeof text, row[i].value, row[i].unit), row[i].text);
    unit_write(text, sizeof text, 5, (enum unit)(UNIT_TIME | UNIT_ENERGY));
    CU_ASSERT_STRING_EQUAL(text, "5");
}

/* ---- documents ---- */

static struct doc *parse(const char *text, struct err *err)
{
    *err = (struct err){ERR_NONE, ""};
    return doc_parse("a.yaml", text, strlen(text), err);
}

static void a_document_keeps_order_places_and_quotes(void)
{
    struct err err;
    struct doc *doc = parse("b: 1\na: {x: [1, \"two\"], y: }\n", &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
    struct doc_node *root = doc_root(doc), *a = doc_get(root, "a");
    CU_ASSERT_STRING_EQUAL(root->key[0]->text, "b");
    CU_ASSERT(a->line == 2 && a->column == 4);
    struct doc_node *two = doc_get(a, "x")->item[1];
    CU_ASSERT(two->quoted && !strcmp(two->text, "two") && two->line == 2 && two->column == 12);
    CU_ASSERT_STRING_EQUAL(doc_get(a, "y")->text, "");
    CU_ASSERT_PTR_NULL(doc_get(two, "x"));
    CU_ASSERT_PTR_NULL(doc_get(NULL, "x"));
    doc_free(doc);
}

/* Some editors begin a file with it; places are counted without it. */
static void a_byte_order_mark_is_passed_over(void)
{
    static const char marked[] = "\xEF\xBB\xBF" "a: 1\nb: [2, 3]\n", wrong[] = "\xEF\xBB\xBF" "a: 1\na: 2\n", alone[] = "\xEF\xBB\xBF";
    struct err err;
    struct doc *doc = doc_parse("x.yaml", marked, sizeof marked - 1, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
    const struct doc_node *a = doc_get(doc_root(doc), "a"), *b = doc_get(doc_root(doc), "b");
    CU_ASSERT_FATAL(a && b);
    CU_ASSERT(a->line == 1 && a->column == 4 && !strcmp(a->text, "1") && b->count == 2);
    doc_free(doc);
    CU_ASSERT(!doc_parse("x.yaml", wrong, sizeof wrong - 1, &err) && has(&err, "x.yaml:2:1: key 'a' was already given"));
    CU_ASSERT(!doc_parse("x.yaml", alone, sizeof alone - 1, &err) && has(&err, "is empty"));
}

static void aliases_are_copies(void)
{
    struct err err;
    struct doc *doc = parse("a: &one {x: 1}\nb: *one\n", &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
    CU_ASSERT_EQUAL(doc_set(doc, "b.x=2", &err), 0);
    CU_ASSERT_STRING_EQUAL(doc_get(doc_get(doc_root(doc), "a"), "x")->text, "1");
    CU_ASSERT_STRING_EQUAL(doc_get(doc_get(doc_root(doc), "b"), "x")->text, "2");
    doc_free(doc);
}

static void what_is_not_a_document_is_told_with_its_place(void)
{
    static const struct wrong_text row[] = {
        {"a:\n\tb: 1\n", "a.yaml:2:1: a tab in the indentation"},
        {"\xc3\xa4: x\nb:\n\tc: 1\n", "a.yaml:3:1: a tab"},
        {"a: 1\nb: 2\na: 3\n", "a.yaml:3:1: key 'a' was already given on line 1"},
        {"a: [1, 2\n", "not YAML"},
        {"", "the file is empty"},
        {"~\n", NULL},
        {"a: *x\n", "has no anchor"},
        {"a: &x [*x]\n", "would contain itself"},
        {"--- 1\n--- 2\n", "a second document"},
        {"{[1]: 2}\n", "a key must be a plain word"},
        {"a: {<<: {b: 1}}\n", "merge keys"},
        {"a: \"\\0\"\n", "zero byte"},
        {"a: \xff\n", "a.yaml:1:4: byte 0xff is not UTF-8"},
        {"a: \xe2\x82", "not UTF-8"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct err err;
        struct doc *doc = parse(row[i].text, &err);
        CU_ASSERT_EQUAL(doc != NULL, row[i].part == NULL);
        CU_ASSERT(!row[i].part || has(&err, row[i].part));
        doc_free(doc);
    }
}

static void deep_and_multiplying_documents_end_in_a_message(void)
{
    char text[3000];
    struct err err;
    memset(text, '[', 2000);
    text[2000] = '\0';
    struct doc *doc = parse(text, &err);
    CU_ASSERT(!doc && has(&err, "nested deeper"));
    size_t n = (size_t)snprintf(text, sizeof text, "a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 9; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1, i - 1,
                              i - 1, i - 1, i - 1, i - 1, i - 1);
    doc = parse(text, &err);
    CU_ASSERT(!doc && has(&err, "aliases multiply the document"));
}

static void a_missing_file_and_a_folder_are_told_apart(void)
{
    struct err err;
    CU_ASSERT(!doc_read("no/such.yaml", &err) && has(&err, "no/such.yaml: No such file or directory"));
    CU_ASSERT(!doc_read("tests", &err) && has(&err, "tests: is a folder"));
}

static void an_override_sets_adds_and_is_named_in_messages(void)
{
    struct err err;
    struct doc *doc = parse("noc: {size: 8x8}\nlist: [1, 2]\nservice: {synapse.read_word: 1}\n", &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
    CU_ASSERT_EQUAL(doc_set(doc, "noc.size=16x16", &err), 0);
    CU_ASSERT_EQUAL(doc_set(doc, "noc.new.deep={a: [1, 2]}", &err), 0);
    CU_ASSERT_EQUAL(doc_set(doc, "list.1=5", &err), 0);
    CU_ASSERT_EQUAL(doc_set(doc, "service.synapse.read_word=7", &err), 0);
    CU_ASSERT_EQUAL(doc_set(doc, "noc.empty=", &err), 0);
    struct doc_node *root = doc_root(doc), *size = doc_get(doc_get(root, "noc"), "size");
    CU_ASSERT_STRING_EQUAL(size->text, "16x16");
    CU_ASSERT(size->set && !doc_get(root, "list")->item[0]->set);
    CU_ASSERT_EQUAL(doc_get(doc_get(doc_get(doc_get(root, "noc"), "new"), "deep"), "a")->count, 2);
    CU_ASSERT_STRING_EQUAL(doc_get(root, "list")->item[1]->text, "5");
    CU_ASSERT_STRING_EQUAL(doc_get(doc_get(root, "service"), "synapse.read_word")->text, "7");
    doc_error(size, &err, "wrong");
    CU_ASSERT_STRING_EQUAL(err.text, "--set noc.size=16x16: wrong");
    doc_free(doc);
}

static void a_wrong_override_names_its_text(void)
{
    static const struct { const char *text, *part; } row[] = {
        {"noc.size", "--set noc.size: write KEY=VALUE"}, {"=3", "--set =3: write KEY=VALUE"}, {"noc..size=1", "--set noc..size=1: a part of the key is empty"},
        {"list.7=1", "--set list.7=1: the list there has 2 items"}, {"noc.size.x=1", "--set noc.size.x=1: 'noc.size' is a single value"},
        {"noc.size=[1", "--set noc.size=[1: not YAML"}, {"noc.size=\xff", "not UTF-8"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct err err;
        struct doc *doc = parse("noc: {size: 8x8}\nlist: [1, 2]\n", &err);
        CU_ASSERT_EQUAL(doc_set(doc, row[i].text, &err), -1);
        CU_ASSERT(has(&err, row[i].part));
        doc_free(doc);
    }
}

static void the_nearest_word_is_the_one_meant(void)
{
    static const char *const known[] = {"size", "width", "ports", "source"};
    CU_ASSERT_STRING_EQUAL(doc_nearest("sise", known, 4), "size");
    CU_ASSERT_STRING_EQUAL(doc_nearest("wdith", known, 4), "width");
    CU_ASSERT_STRING_EQUAL(doc_nearest("sorce", known, 4), "source");
    CU_ASSERT_PTR_NULL(doc_nearest("banana", known, 4));
    CU_ASSERT_PTR_NULL(doc_nearest("x", known, 4));
    CU_ASSERT_PTR_NULL(doc_nearest("", known, 4));
}

/* ---- field tables ---- */

struct sample { const char *name; int word; uint32_t words, count, room, pair[2]; struct span span; double size; int flag; const struct doc_node *cost; };
#define OF(member) offsetof(struct sample, member)
static const struct field fields[] = {
    {"name", FIELD_TEXT, OF(name), 0, 0, 0, NULL, NULL, "a", "a name"},
    {"word", FIELD_WORD, OF(word), 0, 0, 0, "mesh|torus", "torus", "mesh", "a word"},
    {"words", FIELD_WORDS, OF(words), 0, 0, 0, "zero|subtract", "none", "[zero]", "words"},
    {"count", FIELD_NUMBER, OF(count), 0, 1, 64, NULL, "4", "4", "a count"},
    {"room", FIELD_CAPACITY, OF(room), UNIT_PACKETS, 1, 100, NULL, "unlimited", "16 packets", "room"},
    {"pair", FIELD_PAIR, OF(pair), 0, 1, 1024, NULL, "8x4", "8x4", "a pair"},
    {"span", FIELD_SPAN, OF(span), UNIT_STEPS, 1, 62, NULL, "1..2 steps", "1..2 steps", "a span"},
    {"size", FIELD_QUANTITY, OF(size), UNIT_BITS, 8, 8192, NULL, "1 B", "64 B", "a size"},
    {"flag", FIELD_FLAG, OF(flag), 0, 0, 0, NULL, "false", "true", "a flag"},
    {"cost", FIELD_COST, OF(cost), UNIT_ENERGY, 0, 0, NULL, "", "1 pJ", "a cost"}};
static const struct field_table table = {"part", "A part.", fields, sizeof fields / sizeof *fields};

static int read_part(const char *text, struct sample *sample, struct err *err)
{
    struct doc *doc = parse(text, err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(doc);
    *sample = (struct sample){0};
    int bad = fields_read(&table, doc_root(doc), doc_root(doc), sample, err);
    sample->name = NULL;        /* belonged to the document */
    doc_free(doc);
    return bad;
}

static void a_table_reads_values_and_defaults(void)
{
    struct sample s;
    struct err err;
    CU_ASSERT_EQUAL(read_part("name: x\n", &s, &err), 0);
    CU_ASSERT(s.word == 1 && s.words == 0 && s.count == 4 && s.room == UINT32_MAX && s.pair[0] == 8 && s.pair[1] == 4 && s.span.high == 2 && s.size == 8 &&
              !s.flag);
    CU_ASSERT_PTR_NULL(s.cost);
    CU_ASSERT_EQUAL(
        read_part("{name: x, word: mesh, words: [zero, subtract], count: 64, room: 3 packets, pair: [2, 3], span: 5 steps, size: 1 KiB, flag: true}", &s, &err),
        0);
    CU_ASSERT(s.word == 0 && s.words == 3 && s.count == 64 && s.room == 3 && s.pair[0] == 2 && s.pair[1] == 3 && s.span.low == 5 && s.size == 8192 && s.flag);
}

static void a_table_refuses_and_says_what_to_write(void)
{
    static const struct wrong_text row[] = {
        {"{nme: x}", "a.yaml:1:2: unknown key 'nme' in part; did you mean 'name'?"},
        {"{banana: x}", "it has the keys name, word"},
        {"{}", "part: 'name' is missing; write for example name: a"},
        {"[1]", "part is a map of keys"},
        {"{name: [1]}", "name is one value, not a list"},
        {"{name: x, word: msh}", "word: 'msh' is not one of mesh|torus"},
        {"{name: x, words: {a: 1}}", "words is a list"},
        {"{name: x, words: [zer]}", "'zer' is not one of"},
        {"{name: x, count: 65}", "count: 65 is outside 1 to 64"},
        {"{name: x, count: -1}", "count: '-1' is not a whole number"},
        {"{name: x, count: 99999999999999999999}", "is not a whole number"},
        {"{name: x, count: 1.5}", "is not a whole number"},
        {"{name: x, room: 16}", "room: '16' has no unit; write for example room: 16 packets"},
        {"{name: x, room: 1.5 packets}", "is not a whole number"},
        {"{name: x, room: 101 packets}", "room: 101 packets is outside 1 packet to 100 packets"},
        {"{name: x, room: 3 bit}", "a size; a number of packets is wanted"},
        {"{name: x, pair: 8}", "pair: '8' is not a pair"},
        {"{name: x, pair: [1, 2, 3]}", "is not a pair"},
        {"{name: x, pair: 0x4}", "pair: 0 is outside"},
        {"{name: x, span: 3..1 steps}", "is not a range"},
        {"{name: x, span: 1..63 steps}", "span: 1..63 steps is outside 1 step to 62 steps"},
        {"{name: x, span: 1..2}", "is not a range"},
        {"{name: x, size: 2 KiB}", "size: 2 KiB is outside 1 B to 1 KiB"},
        {"{name: x, size: -1 B}", "negative"},
        {"{name: x, size: 5 ns}", "is a time; a size is wanted"},
        {"{name: x, size: 7}", "size: '7' has no unit; write for example size: 64 B"},
        {"{name: x, flag: maybe}", "flag: 'maybe' is not true or false"},
        {"{name: x, size: }", "size: '' is not a size"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct sample s;
        struct err err;
        CU_ASSERT_EQUAL(read_part(row[i].text, &s, &err), -1);
        CU_ASSERT_EQUAL(err.kind, ERR_INPUT);
        CU_ASSERT(has(&err, row[i].part));
    }
}

static void a_table_writes_its_reference(void)
{
    char text[4000] = "";
    FILE *out = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    fields_write(&table, out);
    rewind(out);
    text[fread(text, 1, sizeof text - 1, out)] = '\0';
    fclose(out);
    CU_ASSERT(strstr(text, "## part\nA part.\n") != NULL);
    CU_ASSERT(strstr(text, "| `word` | word | mesh\\|torus | torus | `mesh` | a word |") != NULL);
    CU_ASSERT(strstr(text, "| `name` | text |  | required | `a` | a name |") != NULL);
    CU_ASSERT(strstr(text, "| `size` | quantity | 1 B to 1 KiB | 1 B | `64 B` | a size |") != NULL);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite units = CU_add_suite("units", NULL, NULL), doc = CU_add_suite("doc", NULL, NULL), tables = CU_add_suite("fields", NULL, NULL);
    CU_add_test(units, "a quantity is the double nearest to what is written", a_quantity_is_the_double_nearest_to_what_is_written);
    CU_add_test(units, "a wrong quantity shows the right form", a_wrong_quantity_shows_the_right_form);
    CU_add_test(units, "a value is written in its best unit", a_value_is_written_in_its_best_unit);
    CU_add_test(doc, "a document keeps order, places and quotes", a_document_keeps_order_places_and_quotes);
    CU_add_test(doc, "a byte order mark is passed over", a_byte_order_mark_is_passed_over);
    CU_add_test(doc, "aliases are copies", aliases_are_copies);
    CU_add_test(doc, "what is not a document is told with its place", what_is_not_a_document_is_told_with_its_place);
    CU_add_test(doc, "deep and multiplying documents end in a message", deep_and_multiplying_documents_end_in_a_message);
    CU_add_test(doc, "a missing file and a folder are told apart", a_missing_file_and_a_folder_are_told_apart);
    CU_add_test(doc, "an override sets, adds, and is named in messages", an_override_sets_adds_and_is_named_in_messages);
    CU_add_test(doc, "a wrong override names its text", a_wrong_override_names_its_text);
    CU_add_test(doc, "the nearest word is the one meant", the_nearest_word_is_the_one_meant);
    CU_add_test(tables, "a table reads values and defaults", a_table_reads_values_and_defaults);
    CU_add_test(tables, "a table refuses and says what to write", a_table_refuses_and_says_what_to_write);
    CU_add_test(tables, "a table writes its reference", a_table_writes_its_reference);
    return check_run();
}
