/* The readers behind the field tables: one function per type of field, each of which says in its message what was found and
 * shows the field's own example. The same tables write docs/keys.md, so the reference cannot say anything else than the reader. */
#include "config/fields.h"

#include <math.h>
#include <string.h>

/* of one section; sections have at most a few tens */
enum { KEYS_MAX = 64 };

/* Where the table says the value belongs, in the caller's struct. */
static void *at(const struct field *f, void *into)
{
    return (char *)into + f->offset;
}

/* Most fields are one value. */
static int is_scalar(const struct field *f, const struct doc_node *node, struct err *err)
{
    if (node->kind == DOC_SCALAR)
        return 0;
    return doc_error(node, err, "%s is one value, not a %s; write for example %s: %s", f->key, node->kind == DOC_MAP ? "map" : "list", f->key, f->example);
}

/* Number of the word in "a|b|c", or -1. */
static int word_index(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (int i = 0;; i++) {
        size_t n = strcspn(words, "|");
        if (n == length && !strncmp(words, word, n))
            return i;
        if (!words[n])
            return -1;
        words += n + 1;
    }
}

static int read_word(const struct field *f, const struct doc_node *node, int *index, struct err *err)
{
    if (is_scalar(f, node, err))
        return -1;
    *index = word_index(f->words, node->text);
    if (*index < 0)
        return doc_error(node, err, "%s: '%s' is not one of %s", f->key, node->text, f->words);
    return 0;
}

/* "none" is the empty set; one word need not be a list. */
static int read_words(const struct field *f, const struct doc_node *node, uint32_t *bits, struct err *err)
{
    int index;
    *bits = 0;
    if (node->kind == DOC_SCALAR && !strcmp(node->text, "none"))
        return 0;
    if (node->kind == DOC_MAP)
        return doc_error(node, err, "%s is a list; write for example %s: %s", f->key, f->key, f->example);
    for (uint32_t i = 0; i < (node->kind == DOC_LIST ? node->count : 1); i++) {
        if (read_word(f, node->kind == DOC_LIST ? node->item[i] : node, &index, err))
            return -1;
        *bits |= 1u << index;
    }
    return 0;
}

/* Limits are SI numbers in the table and are written back in the unit the user chose: "70000 ns is outside 0 s to 50 us". */
static int in_range(const struct field *f, const struct doc_node *node, double value, struct err *err)
{
    if ((f->low == 0 && f->high == 0) || (value >= f->low && value <= f->high))
        return 0;
    if (!f->units)
        return doc_error(node, err, "%s: %s is outside %.15g to %.15g", f->key, node->text, f->low, f->high);
    char low[40], high[40];
    struct quantity q = {0, (enum unit)f->units};       /* a span's text is no quantity; its field has one kind of unit */
    struct err ignored;
    (void)unit_read(node->text, f->units, &q, &ignored);
    enum unit unit = q.unit;
    return doc_error(node, err, "%s: %s is outside %s to %s", f->key, node->text, unit_write(low, sizeof low, f->low, unit),
                     unit_write(high, sizeof high, f->high, unit));
}

/* Digits only, up to UINT32_MAX - 1; *end: what follows. */
static int digits(const char *text, uint32_t *value, const char **end)
{
    size_t n = strspn(text, "0123456789");
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum = 10 * sum + (uint64_t)(text[i] - '0');
        if (sum >= UINT32_MAX)
            return -1;
    }
    *value = (uint32_t)sum;
    *end = text + n;
    return n ? 0 : -1;
}

/* "12" where "12 bit" was meant: the example of the field says it better than that of the unit. */
static int wrong_quantity(const struct field *f, const struct doc_node *node, const struct err *what, struct err *err)
{
    if (*node->text && strspn(node->text, "0123456789.") == strlen(node->text))
        return doc_error(node, err, "%s: '%s' has no unit; write for example %s: %s", f->key, node->text, f->key, f->example);
    return doc_error(node, err, "%s: %s", f->key, what->text);
}

/* Units of counts ("12 bit", "3 cycles") come out as plain whole numbers. */
static int read_number(const struct field *f, const struct doc_node *node, uint32_t *value, struct err *err)
{
    const char *end;
    if (is_scalar(f, node, err))
        return -1;
    if (f->type == FIELD_CAPACITY && !strcmp(node->text, "unlimited")) {
        *value = UINT32_MAX;
        return 0;
    }
    if (f->units) {
        struct quantity q;
        struct err what = {ERR_NONE, ""};
        if (unit_read(node->text, f->units, &q, &what))
            return wrong_quantity(f, node, &what, err);
        if (q.value != floor(q.value) || q.value >= UINT32_MAX)
            return doc_error(node, err, "%s: '%s' is not a whole number that fits; write for example %s", f->key, node->text, f->example);
        *value = (uint32_t)q.value;
    } else if (digits(node->text, value, &end) || *end) {
        return doc_error(node, err, "%s: '%s' is not a whole number from 0 up%s; write for example %s: %s", f->key, node->text,
                         f->type == FIELD_CAPACITY ? " or 'unlimited'" : "", f->key, f->example);
    }
    return in_range(f, node, *value, err);
}

/* One number is a span of itself. */
static int read_span(const struct field *f, const struct doc_node *node, struct span *span, struct err *err)
{
    const char *end;
    if (is_scalar(f, node, err))
        return -1;
    int bad = digits(node->text, &span->low, &end);
    span->high = span->low;
    if (!bad && !strncmp(end, "..", 2))
        bad = digits(end + 2, &span->high, &end);
    if (!bad && f->units == UNIT_STEPS)
        bad = strcmp(end, " steps") && strcmp(end, " step");
    else if (!bad)
        bad = *end != '\0';
    if (bad || span->low > span->high)
        return doc_error(node, err, "%s: '%s' is not a range; write for example %s: %s", f->key, node->text, f->key, f->example);
    return in_range(f, node, span->low, err) || in_range(f, node, span->high, err) ? -1 : 0;
}

/* Both ways people write a size: 8x8 and [8, 8]. */
static int read_pair(const struct field *f, const struct doc_node *node, uint32_t *pair, struct err *err)
{
    const char *end;
    int bad;
    if (node->kind == DOC_LIST)
        bad = node->count != 2 || node->item[0]->kind != DOC_SCALAR || node->item[1]->kind != DOC_SCALAR || digits(node->item[0]->text, &pair[0], &end) ||
              *end || digits(node->item[1]->text, &pair[1], &end) || *end;
    else
        bad = node->kind != DOC_SCALAR || digits(node->text, &pair[0], &end) || *end != 'x' || digits(end + 1, &pair[1], &end) || *end;
    if (bad)
        return doc_error(node, err, "%s: %s%s%sis not a pair of whole numbers; write for example %s: %s", f->key, *node->text ? "'" : "", node->text,
                         *node->text ? "' " : "", f->key, f->example);
    for (int i = 0; i < 2 && f->high > 0; i++)
        if (pair[i] < f->low || pair[i] > f->high)
            return doc_error(node, err, "%s: %u is outside %.15g to %.15g", f->key, pair[i], f->low, f->high);
    return 0;
}

int fields_quantity(const struct doc_node *node, unsigned units, struct quantity *q, struct err *err)
{
    struct err what = {ERR_NONE, ""};
    if (node->kind != DOC_SCALAR)
        return doc_error(node, err, "one value with a unit is wanted here, for example %s", unit_example(units));
    if (!unit_read(node->text, units, q, &what))
        return 0;
    return doc_error(node, err, "%s", what.text);
}

static int read_quantity(const struct field *f, const struct doc_node *node, double *value, struct err *err)
{
    struct quantity q;
    struct err what = {ERR_NONE, ""};
    if (is_scalar(f, node, err))
        return -1;
    if (unit_read(node->text, f->units, &q, &what))
        return wrong_quantity(f, node, &what, err);
    *value = q.value;
    return in_range(f, node, q.value, err);
}

/* Costs and sections are handed on as nodes: who reads them knows their keys. */
int fields_value(const struct field *f, const struct doc_node *node, void *into, struct err *err)
{
    int index;
    switch (f->type) {
    case FIELD_TEXT:
        if (is_scalar(f, node, err))
            return -1;
        *(const char **)at(f, into) = node->text;
        return 0;
    case FIELD_FLAG:
        if (is_scalar(f, node, err))
            return -1;
        index = word_index("false|true", node->text);
        if (index < 0)
            return doc_error(node, err, "%s: '%s' is not true or false", f->key, node->text);
        *(int *)at(f, into) = index;
        return 0;
    case FIELD_WORD: return read_word(f, node, at(f, into), err);
    case FIELD_WORDS: return read_words(f, node, at(f, into), err);
    case FIELD_NUMBER: case FIELD_CAPACITY: return read_number(f, node, at(f, into), err);
    case FIELD_SPAN: return read_span(f, node, at(f, into), err);
    case FIELD_PAIR: return read_pair(f, node, at(f, into), err);
    case FIELD_QUANTITY: return read_quantity(f, node, at(f, into), err);
    case FIELD_COST: case FIELD_NODE: break;
    }
    *(const struct doc_node **)at(f, into) = node;
    return 0;
}

/* A near word is offered, else all there are: a list of keys helps who has the wrong section. */
int fields_unknown(const struct doc_node *key, const char *section, const char *const *known, size_t n, struct err *err)
{
    const char *nearest = doc_nearest(key->text, known, n);
    if (nearest)
        return doc_error(key, err, "unknown key '%s' in %s; did you mean '%s'?", key->text, section, nearest);
    char list[700] = "";
    for (size_t i = 0, used = 0; i < n && used + strlen(known[i]) + 3 < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", known[i]);
    return doc_error(key, err, "unknown key '%s' in %s; it has the keys %s", key->text, section, list);
}

/* Unknown keys are looked for first: a misspelt key is then named as such, not as a missing one. */
static int check_known(const struct field_table *table, const struct doc_node *map, struct err *err)
{
    const char *known[KEYS_MAX];
    for (size_t i = 0; i < table->n && i < KEYS_MAX; i++)
        known[i] = table->field[i].key;
    for (uint32_t i = 0; i < map->count; i++) {
        size_t k = 0;
        while (k < table->n && strcmp(table->field[k].key, map->key[i]->text))
            k++;
        if (k == table->n)
            return fields_unknown(map->key[i], *table->section ? table->section : "the file", known, table->n, err);
    }
    return 0;
}

/* A fallback is read as if it had been written; cost and node fields stay NULL. */
static int fall_back(const struct field_table *table, const struct field *f, const struct doc_node *place, void *into, struct err *err)
{
    if (!f->fallback)
        return doc_error(place, err, "%s%s'%s' is missing; write for example %s: %s (%s)", table->section, *table->section ? ": " : "", f->key, f->key,
                         f->example, f->help);
    if (!*f->fallback || f->type == FIELD_COST || f->type == FIELD_NODE)
        return 0;
    struct doc_node written = {.kind = DOC_SCALAR, .line = place ? place->line : 1, .column = place ? place->column : 1,
                               .file = place ? place->file : "default", .text = f->fallback};
    return fields_value(f, &written, into, err);
}

int fields_read(const struct field_table *table, const struct doc_node *map, const struct doc_node *place, void *into, struct err *err)
{
    if (map && map->kind != DOC_MAP)
        return doc_error(map, err, "%s is a map of keys, for example {%s: %s}", *table->section ? table->section : "the file", table->field[0].key,
                         table->field[0].example);
    if (map && check_known(table, map, err))
        return -1;
    for (size_t i = 0; i < table->n; i++) {
        const struct field *f = &table->field[i];
        const struct doc_node *node = doc_get(map, f->key);
        if (node ? fields_value(f, node, into, err) : fall_back(table, f, map ? map : place, into, err))
            return -1;
    }
    return 0;
}

/* ---- the reference ---- */

/* What the reference calls each type; of a node the example shows its form. */
static const char *type_text(const struct field *f)
{
    switch (f->type) {
    case FIELD_TEXT: return "text";
    case FIELD_WORD: return "word";
    case FIELD_WORDS: return "list of words";
    case FIELD_FLAG: return "true, false";
    case FIELD_NUMBER: return "number";
    case FIELD_CAPACITY: return "number, unlimited";
    case FIELD_SPAN: return "range";
    case FIELD_PAIR: return "pair";
    case FIELD_QUANTITY: return "quantity";
    case FIELD_COST: return "cost";
    case FIELD_NODE: return *f->example == '{' ? "section" : *f->example == '[' ? "list" : "value";
    }
    return "";
}

/* A bar would end the table's cell. */
static void write_cell(const char *text, FILE *out)
{
    for (; *text; text++)
        fputs(*text == '|' ? "\\|" : (char[]){*text, '\0'}, out);
}

static void write_range(const struct field *f, FILE *out)
{
    char low[40], high[40];
    if (f->words)
        write_cell(f->words, out);
    else if ((f->low != 0 || f->high != 0) && f->units && f->type != FIELD_SPAN) {
        struct quantity q = {0, UNIT_BITS};
        struct err ignored;
        (void)unit_read(f->example, f->units, &q, &ignored);
        fprintf(out, "%s to %s", unit_write(low, sizeof low, f->low, q.unit), unit_write(high, sizeof high, f->high, q.unit));
    } else if (f->low != 0 || f->high != 0)
        fprintf(out, "%.15g to %.15g", f->low, f->high);
}

void fields_write(const struct field_table *table, FILE *out)
{
    fprintf(out, "## %s\n%s\n\n| key | type | allowed | default | example | meaning |\n|---|---|---|---|---|---|\n",
            *table->section ? table->section : "The file", table->help);
    for (size_t i = 0; i < table->n; i++) {
        const struct field *f = &table->field[i];
        fprintf(out, "| `%s` | %s | ", f->key, type_text(f));
        write_range(f, out);
        fprintf(out, " | %s | `", !f->fallback ? "required" : *f->fallback ? f->fallback : "");
        write_cell(f->example, out);
        fputs("` | ", out);
        write_cell(f->help, out);
        fputs(" |\n", out);
    }
    fputc('\n', out);
}
