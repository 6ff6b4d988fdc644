/* Values in SANA-FE's files: plain numbers without units (joules, seconds), true and false or 1 and 0, words, names with a range of copies.
 * Attributes come as a map or as a list of maps with a pair each; both read the same here. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "import/sanafe_parts.h"

/* A map gives its pairs; of a list each item is a map. An empty value ("attributes:") has none. */
int sanafe_pair(struct sanafe_pairs *p, const struct doc_node **key, const struct doc_node **value, struct err *err)
{
    const struct doc_node *at = p->at;
    if (!at || (at->kind == DOC_SCALAR && !*at->text))
        return 0;
    if (at->kind == DOC_SCALAR)
        return doc_error(at, err, "'%s' stands where attributes are expected; write {NAME: VALUE, ...} or [NAME: VALUE, ...]", at->text);
    const struct doc_node *map = at;
    /* A list item without pairs left gives way to the next. */
    while (at->kind == DOC_LIST) {
        if (p->item == at->count)
            return 0;
        map = at->item[p->item];
        if (map->kind != DOC_MAP)
            return doc_error(map, err, "an item of a list of attributes is NAME: VALUE");
        if (p->pair < map->count)
            break;
        p->item++;
        p->pair = 0;
    }
    if (p->pair == map->count)
        return 0;
    *key = map->key[p->pair];
    *value = map->item[p->pair++];
    return 1;
}

/* The last one counts, as where one attribute is set after the other. */
const struct doc_node *sanafe_find(const struct doc_node *attributes, const char *key)
{
    struct sanafe_pairs p = {.at = attributes};
    const struct doc_node *k = NULL, *v = NULL, *found = NULL;
    struct err ignored;
    /* What is no attribute is complained of by whoever reads them all. */
    while (sanafe_pair(&p, &k, &v, &ignored) > 0)
        if (k && !strcmp(k->text, key))
            found = v;
    return found;
}

/* Empty in quotes is a text, empty without is a slip. */
int sanafe_scalar(const struct doc_node *node, const char *name, struct err *err)
{
    if (node->kind != DOC_SCALAR)
        return doc_error(node, err, "%s is one value, not a %s", name, node->kind == DOC_MAP ? "map" : "list");
    if (!*node->text && !node->quoted)
        return doc_error(node, err, "%s has no value", name);
    return 0;
}

/* The C locale's numbers, all of the text; infinities are no figures. */
int sanafe_real(const struct doc_node *node, const char *name, double *to, struct err *err)
{
    if (sanafe_scalar(node, name, err))
        return -1;
    char *end;
    double value = strtod(node->text, &end);
    if (end == node->text || *end || !isfinite(value))
        return doc_error(node, err, "%s: '%s' is not a number; SANA-FE's numbers are plain, without a unit: 4.1e-9", name, node->text);
    *to = value;
    return 0;
}

/* Digits alone: no sign, no blank, nothing that strtoul would pass over. */
int sanafe_digits(const char *text, size_t n, uint32_t *to)
{
    uint64_t value = 0;
    if (!n || n > 10)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = 10 * value + (uint64_t)(text[i] - '0');
    }
    if (value >= UINT32_MAX)
        return -1;
    *to = (uint32_t)value;
    return 0;
}

/* 2.0 is a whole number, too: tools write what their language gives them. */
int sanafe_whole(const struct doc_node *node, const char *name, uint32_t low, uint32_t high, uint32_t *to, struct err *err)
{
    double value;
    if (sanafe_real(node, name, &value, err))
        return -1;
    if (value != floor(value) || value < low || value > high)
        return doc_error(node, err, "%s: %s is not a whole number from %u to %u", name, node->text, low, high);
    *to = (uint32_t)value;
    return 0;
}

/* That tool's files have true and True, and 1 in the line format. */
int sanafe_flag(const struct doc_node *node, const char *name, int *to, struct err *err)
{
    static const char *const yes[] = {"true", "True", "TRUE"}, *const no[] = {"false", "False", "FALSE"};
    if (sanafe_scalar(node, name, err))
        return -1;
    for (int i = 0; i < 3; i++)
        if (!strcmp(node->text, yes[i]) || !strcmp(node->text, no[i])) {
            *to = !strcmp(node->text, yes[i]);
            return 0;
        }
    char *end;
    double value = strtod(node->text, &end);
    if (end == node->text || *end || (value != 0 && value != 1))
        return doc_error(node, err, "%s: '%s' is neither true nor false", name, node->text);
    *to = value == 1;
    return 0;
}

/* The words are one text, which is also what the message shows. */
int sanafe_word(const struct doc_node *node, const char *name, const char *words, int *to, struct err *err)
{
    if (sanafe_scalar(node, name, err))
        return -1;
    const char *w = words;
    for (int i = 0; *w; i++) {
        size_t n = strcspn(w, "|");
        if (strlen(node->text) == n && !strncmp(w, node->text, n)) {
            *to = i;
            return 0;
        }
        w += n + (w[n] == '|');
    }
    return doc_error(node, err, "%s: '%s' is none of %s", name, node->text, words);
}

/* Copies are numbered as the range says; a bracket that does not close is an error, not part of a name. */
int sanafe_name_range(const struct doc_node *node, size_t *length, uint32_t *first, uint32_t *copies, int *range, struct err *err)
{
    if (!node || node->kind != DOC_SCALAR || !*node->text)
        return doc_error(node, err, "name is missing; write name: NAME, or name: NAME[0..3] for four copies");
    const char *open = strchr(node->text, '['), *dots = open ? strstr(open, "..") : NULL;
    *first = 0;
    *copies = 1;
    *range = dots != NULL;
    *length = dots ? (size_t)(open - node->text) : strlen(node->text);
    if (!dots)
        return 0;
    uint32_t last;
    const char *close = strchr(dots, ']');
    if (!close || close[1] || sanafe_digits(open + 1, (size_t)(dots - open - 1), first) || sanafe_digits(dots + 2, (size_t)(close - dots - 2), &last) ||
        last < *first || last - *first >= SANAFE_CORES_MAX)
        return doc_error(node, err, "'%s': a range of copies is NAME[A..B], A and B whole numbers, at most %d copies", node->text, SANAFE_CORES_MAX);
    *copies = last - *first + 1;
    return 0;
}
