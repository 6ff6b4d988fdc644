/* The file of volley sweep. What a point runs is a command line of volley run, built from the file's options and one value of each list, and
 * read by the same table of options: so a point cannot mean another thing than the run that one would type. A value is taken by an option on
 * trial as soon as the file is read, and what is wrong with it is said with its place. */
#include "cli/sweep_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define AT(member) offsetof(struct sweep_plan, member)
static const struct field file_fields[] = {
    {"chip", FIELD_TEXT, AT(chip), 0, 0, 0, NULL, "", "mesh28", "chip file of every point, a path or a name; here or in `vary`"},
    {"network", FIELD_TEXT, AT(network), 0, 0, 0, NULL, "", "my.nir", "network of every point; here or in `vary`"},
    {"input", FIELD_TEXT, AT(input), 0, 0, 0, NULL, "", "my_input.npy", "its input, as --input"},
    {"labels", FIELD_TEXT, AT(labels), 0, 0, 0, NULL, "", "my_labels.npy", "class of each sample, as --labels"},
    {"options", FIELD_NODE, AT(options), 0, 0, 0, NULL, "", "{samples: 0..19, timing: slots, approximate: true}",
     "options of volley run that every point has; a flag is `true` or `false`, `set` and `core` may be lists"},
    {"vary", FIELD_NODE, AT(vary), 0, 0, 0, NULL, NULL, "{bits: [4, 6, 8], noc.size: [4x4, 8x8]}",
     "lists whose every combination is a point, the first key the slowest: options of volley run, `chip`, `network`, or keys of the chip file as --set "
     "takes them"},
};
#undef AT
const struct field_table sweep_table_file = {"", "The file of `volley sweep`: many runs as one table. Paths are from the current folder.",
                                             file_fields, sizeof file_fields / sizeof *file_fields};

/* What a sweep's points take of volley run's options, as in main.c. */
static const char taken[] = "input labels samples steps from dt reset reset-time layout values bits quant map cores set core timing engine seed pace decode "
                            "classes against-float approximate assume-native allow-shift ";
/* The others, and why not. */
static const struct { const char *name, *why; } refused[] = {
    {"threads", "the result does not depend on it; give --threads N to volley sweep"},
    {"out", "the points have no folders of their own; give --out DIR to volley sweep"},
    {"quiet", "give --quiet to volley sweep"},
    {"trace", "a sweep keeps a row of each point; volley run writes the traces of one"},
    {"time", "it is about spikes.csv, which a sweep does not write"},
    {"expect", "a sweep compares points, not spikes; give labels, or run that one point with volley run --expect"},
};

/* ---- which options there are ---- */

/* A whole word of the list. */
static int is_taken(const char *name)
{
    size_t n = strlen(name);
    for (const char *at = taken; *at; at += strcspn(at, " ") + 1)
        if (strcspn(at, " ") == n && !strncmp(at, name, n))
            return 1;
    return 0;
}

/* More than the nearest one is not needed: the page of options has them all. */
static int unknown_option(const struct doc_node *key, struct err *err)
{
    char words[sizeof taken];
    const char *known[64];
    size_t n = 0;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (!strcmp(refused[i].name, key->text))
            return doc_error(key, err, "%s is no option of a sweep's points: %s", key->text, refused[i].why);
    memcpy(words, taken, sizeof taken);
    known[n++] = "chip";
    known[n++] = "network";
    for (char *word = strtok(words, " "); word && n < 64; word = strtok(NULL, " "))
        known[n++] = word;
    const char *nearest = doc_nearest(key->text, known, n);
    return doc_error(key, err, "'%s' is no option of volley run%s%s%s; a key of the chip file is written with its section, as noc.size", key->text,
                     nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'" : "");
}

/* Under `options` the four files have no place: they are keys beside it. */
static int check_name(const struct doc_node *key, int in_options, struct err *err)
{
    static const char *const own[] = {"chip", "network", "input", "labels"};
    for (int i = 0; i < 4; i++)
        if (!strcmp(own[i], key->text))
            return in_options ? doc_error(key, err, "%s stands beside `options`, not in it", key->text) : 0;
    return is_taken(key->text) ? 0 : unknown_option(key, err);
}

/* ---- a value taken by an option ---- */

/* The words of volley run are taken as they are; a key of the chip file becomes its --set. */
static int give(struct cli *cli, enum sweep_kind kind, const char *key, const char *value, struct err *err)
{
    const struct cli_command *run = cli_command_by_name("run");
    if (kind == SWEEP_CHIP || kind == SWEEP_NETWORK) {
        cli->file[kind == SWEEP_NETWORK] = value;
        return 0;
    }
    if (kind == SWEEP_OPTION)
        return cli_give(cli, run, key, value, err);
    char *set = mem_format("%s=%s", key, value);
    int bad = cli_give(cli, run, "set", set, err);
    free(set);
    return bad;
}

/* On trial, for the place in the message. */
static int try_value(enum sweep_kind kind, const char *key, const struct doc_node *value, struct err *err)
{
    struct cli cli;
    struct err said = {ERR_NONE, ""};
    if (value->kind != DOC_SCALAR)
        return doc_error(value, err, "%s: one value is wanted, not a %s; what a chip file writes as one is quoted here: '{a: 1}'", key,
                         value->kind == DOC_MAP ? "map" : "list");
    if (!*value->text)
        return doc_error(value, err, "%s: the value is empty", key);
    if (kind == SWEEP_OPTION && !strcmp(key, "engine") && !strcmp(value->text, "systemc"))
        return doc_error(value, err, "engine systemc: SystemC builds one chip per process, a sweep many; c gives the same answers and times");
    if (kind == SWEEP_OPTION && !strcmp(key, "timing") && !strncmp(value->text, "sanafe", 6))
        return doc_error(value, err, "timing %s is a formula of SANA-FE, for its own files; write none, slots or cycle", value->text);
    cli_begin(&cli, cli_command_by_name("run"));
    int bad = give(&cli, kind, key, value->text, &said);
    cli_free(&cli);
    return bad ? doc_error(value, err, "%s", said.text) : 0;
}

/* ---- the sections ---- */

/* `set` and `core` may be given several times: as a list. */
static int check_options(const struct doc_node *options, struct err *err)
{
    if (options && options->kind != DOC_MAP)
        return doc_error(options, err, "options is a map, for example {samples: 0..19, timing: slots}");
    for (uint32_t i = 0; options && i < options->count; i++) {
        const struct doc_node *key = options->key[i], *value = options->item[i];
        int several = value->kind == DOC_LIST && (!strcmp(key->text, "set") || !strcmp(key->text, "core"));
        if (check_name(key, 1, err))
            return -1;
        for (uint32_t k = 0; k < (several ? value->count : 1); k++)
            if (try_value(SWEEP_OPTION, key->text, several ? value->item[k] : value, err))
                return -1;
    }
    return 0;
}

/* A name without a dot is an option; every key of a chip file that has a value has its section before it. */
static enum sweep_kind kind_of(const char *key)
{
    if (!strcmp(key, "chip") || !strcmp(key, "network"))
        return *key == 'c' ? SWEEP_CHIP : SWEEP_NETWORK;
    return strchr(key, '.') ? SWEEP_SET : SWEEP_OPTION;
}

/* The same value twice would be the same run twice: a slip of the pen. */
static int check_values(const struct sweep_axis *a, struct err *err)
{
    const struct doc_node *values = a->values;
    if (values->kind != DOC_LIST || !values->count)
        return doc_error(values, err, "%s: a list of values is wanted, for example [4, 8]; what does not vary stands in `options`", a->key->text);
    for (uint32_t i = 0; i < values->count; i++) {
        if (try_value(a->kind, a->key->text, values->item[i], err))
            return -1;
        for (uint32_t k = 0; k < i; k++)
            if (!strcmp(values->item[k]->text, values->item[i]->text))
                return doc_error(values->item[i], err, "%s: %s is in the list twice", a->key->text, values->item[i]->text);
    }
    return 0;
}

/* In the file's order. */
static int read_axes(struct sweep_plan *p, struct err *err)
{
    const struct doc_node *vary = p->vary;
    uint64_t points = 1;
    if (vary->kind != DOC_MAP || !vary->count)
        return doc_error(vary, err, "vary is a map of lists, for example {bits: [4, 6, 8]}");
    if (vary->count > SWEEP_AXES)
        return doc_error(vary, err, "vary has %u keys; at most %d", vary->count, SWEEP_AXES);
    for (uint32_t i = 0; i < vary->count; i++) {
        struct sweep_axis *a = &p->axis[p->n_axes++];
        *a = (struct sweep_axis){vary->key[i], vary->item[i], kind_of(vary->key[i]->text)};
        if ((a->kind == SWEEP_OPTION && check_name(a->key, 0, err)) || check_values(a, err))
            return -1;
        points *= a->values->count;
        if (points > SWEEP_POINTS)
            return doc_error(vary, err, "more than %d points: every combination of the lists is a run; vary less at a time", SWEEP_POINTS);
    }
    p->n_points = (uint32_t)points;
    return 0;
}

/* What is said twice would be one of the two, and nobody knows which; `set` and `core` add up. */
static int check_once(const struct sweep_plan *p, struct err *err)
{
    const struct doc_node *root = doc_root(p->doc);
    static const char *const needed[] = {"chip", "network"};
    for (uint32_t a = 0; a < p->n_axes; a++) {
        const char *key = p->axis[a].key->text;
        int adds = !strcmp(key, "set") || !strcmp(key, "core");
        if (doc_get(root, key) || (!adds && p->options && doc_get(p->options, key)))
            return doc_error(p->axis[a].key, err, "%s has a value outside `vary`, too: leave one of them out", key);
    }
    for (int i = 0; i < 2; i++)
        if (!doc_get(root, needed[i]) && !doc_get(p->vary, needed[i]))
            return doc_error(root, err, "'%s' is missing; write for example %s: %s, or a list of them in `vary`", needed[i], needed[i], file_fields[i].example);
    return 0;
}

int sweep_plan_read(struct sweep_plan *p, const char *path, struct err *err)
{
    *p = (struct sweep_plan){.doc = doc_read(path, err)};
    if (!p->doc)
        return -1;
    const struct doc_node *root = doc_root(p->doc);
    if (fields_read(&sweep_table_file, root, root, p, err) || check_options(p->options, err) || read_axes(p, err) || check_once(p, err))
        return -1;
    return sweep_check(p, err);
}

void sweep_plan_free(struct sweep_plan *p)
{
    doc_free(p->doc);
}

/* ---- a point ---- */

const struct doc_node *sweep_plan_value(const struct sweep_plan *p, uint32_t point, uint32_t axis)
{
    /* The last axis is the units' digit. */
    for (uint32_t a = p->n_axes - 1; a > axis; a--)
        point /= p->axis[a].values->count;
    return p->axis[axis].values->item[point % p->axis[axis].values->count];
}

/* The file's own options first: of one that is given twice the last one counts, and check_once has seen to it that none is. */
static int give_options(const struct sweep_plan *p, struct cli *cli, struct err *err)
{
    for (uint32_t i = 0; p->options && i < p->options->count; i++) {
        const struct doc_node *value = p->options->item[i];
        for (uint32_t k = 0; k < (value->kind == DOC_LIST ? value->count : 1); k++)
            if (give(cli, SWEEP_OPTION, p->options->key[i]->text, value->kind == DOC_LIST ? value->item[k]->text : value->text, err))
                return -1;
    }
    return 0;
}

int sweep_plan_point(const struct sweep_plan *p, uint32_t point, struct cli *cli, struct err *err)
{
    cli_begin(cli, cli_command_by_name("run"));
    cli->file[0] = p->chip;
    cli->file[1] = p->network;
    cli->n_files = 2;
    if ((p->input && give(cli, SWEEP_OPTION, "input", p->input, err)) || (p->labels && give(cli, SWEEP_OPTION, "labels", p->labels, err)) ||
        give_options(p, cli, err))
        return -1;
    for (uint32_t a = 0; a < p->n_axes; a++)
        if (give(cli, p->axis[a].kind, p->axis[a].key->text, sweep_plan_value(p, point, a)->text, err))
            return -1;
    return cli_complete(cli, cli_command_by_name("run"), err);
}
