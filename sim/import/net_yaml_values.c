/* Values of a network file: numbers, IEEE bits, lists, names of .npy files; pairs and shapes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import/net_yaml_parts.h"
#include "import/npy.h"

int yaml_given(const struct yaml_value *v)
{
    return v->node || v->hex;
}

const struct doc_node *yaml_place(const struct yaml_value *v, const struct doc_node *otherwise)
{
    return v->hex ? v->hex : v->node ? v->node : otherwise;
}

char *yaml_dims_text(int rank, const uint64_t *dim, char *to, size_t size)
{
    size_t used = (size_t)snprintf(to, size, "(");
    for (int i = 0; i < rank && used < size; i++)
        used += (size_t)snprintf(to + used, size - used, "%s%llu", i ? ", " : "", (unsigned long long)dim[i]);
    if (used < size)
        snprintf(to + used, size - used, rank == 1 ? ",)" : ")");
    return to;
}

/* ---- one number ---- */

/* 1: text is a number as people write it, or a word that stands for what is none (NaN and infinities are refused later, by name). */
static int is_number(const char *text, double *value)
{
    static const char *const word[] = {"nan", "NaN", ".nan", "inf", "-inf", ".inf", "-.inf", "Infinity", "-Infinity"};
    for (size_t i = 0; i < sizeof word / sizeof *word; i++)
        if (!strcmp(text, word[i])) {
            *value = i < 3 ? NAN : INFINITY;
            return 1;
        }
    char *end;
    if (!*text || text[strspn(text, "+-.0123456789eE")] || !strpbrk(text, "0123456789"))
        return 0;
    *value = strtod(text, &end);
    return !*end;
}

static int hex_number(const struct doc_node *node, const char *key, double *value, struct err *err)
{
    const char *digits = node->kind == DOC_SCALAR && !strncmp(node->text, "0x", 2) ? node->text + 2 : "";
    size_t n = strspn(digits, "0123456789abcdefABCDEF");
    if (digits[n] || (n != 8 && n != 16))
        return doc_error(node, err, "%s_hex: 8 or 16 hex digits of an IEEE number are wanted, for example %s_hex: \"0x3f666666\"", key, key);
    uint64_t bits = strtoull(digits, NULL, 16);
    uint32_t low = (uint32_t)bits;
    float single;
    memcpy(&single, &low, sizeof single);
    memcpy(value, &bits, sizeof *value);
    if (n == 8)
        *value = (double)single;
    return 0;
}

/* ---- lists ---- */

struct list_reader { struct yaml_array *to; const char *key; size_t capacity; struct err *err; };

static int list_item(struct list_reader *r, const struct doc_node *item, int depth);

/* Every list of one depth has the same length: the array's size there. */
static int list_items(struct list_reader *r, const struct doc_node *list, int depth)
{
    struct yaml_array *a = r->to;
    if (depth == ARRAY_RANK_MAX)
        return doc_error(list, r->err, "%s: lists are nested deeper than %d", r->key, ARRAY_RANK_MAX);
    if (depth == a->rank && !a->count)
        a->dim[a->rank++] = list->count;
    if (depth >= a->rank || a->dim[depth] != list->count)
        return doc_error(list, r->err, "%s: this list has %u items, others beside it %llu; make all rows equally long", r->key, list->count,
                         depth < a->rank ? (unsigned long long)a->dim[depth] : 0ull);
    for (uint32_t i = 0; i < list->count; i++)
        if (list_item(r, list->item[i], depth + 1))
            return -1;
    return 0;
}

/* depth: how many lists item stands in; the first number settles the rank. */
static int list_item(struct list_reader *r, const struct doc_node *item, int depth)
{
    double value;
    if (item->kind == DOC_LIST)
        return list_items(r, item, depth);
    if (item->kind != DOC_SCALAR || !is_number(item->text, &value))
        return doc_error(item, r->err, "%s: '%s' in a list is not a number", r->key, item->text);
    if (depth != r->to->rank)
        return doc_error(item, r->err, "%s: a number where others have a list; nest all rows equally", r->key);
    r->to->value = mem_room(r->to->value, r->to->count, &r->capacity, sizeof *r->to->value);
    r->to->value[r->to->count++] = value;
    return 0;
}

/* ---- files ---- */

/* The array's own shape; its size was held against the file's. */
static int from_file(const struct net_yaml *r, const struct doc_node *node, const char *key, struct yaml_array *a)
{
    const char *name = node->text;
    size_t n = strlen(name);
    if (n < 5 || strcmp(name + n - 4, ".npy"))
        return doc_error(node, r->err, "%s: '%s' is neither a number nor the name of a .npy file", key, name);
    char *path = mem_format("%s%s", *name == '/' ? "" : r->folder, name);
    struct npy npy;
    struct err what = {ERR_NONE, ""};
    int bad = npy_read(path, &npy, &what);
    free(path);
    if (bad)
        return doc_error(node, r->err, "%s: %s", key, what.text);
    a->rank = npy.rank;
    a->count = npy.count;
    memcpy(a->dim, npy.dim, sizeof a->dim);
    a->value = npy_numbers(&npy);
    npy_free(&npy);
    return 0;
}

int yaml_array(const struct net_yaml *r, const struct yaml_value *v, const char *key, struct yaml_array *a)
{
    double value;
    *a = (struct yaml_array){.rank = 0};
    if (!v->hex && v->node->kind == DOC_LIST) {
        struct list_reader list = {.to = a, .key = key, .err = r->err};
        int bad = list_items(&list, v->node, 0);
        if (bad) {
            free(a->value);
            a->value = NULL;
        }
        return bad;
    }
    if (!v->hex && v->node->kind != DOC_SCALAR)
        return doc_error(v->node, r->err, "%s: a number, a list of numbers or the name of a .npy file is wanted here", key);
    if (v->hex) {
        if (hex_number(v->hex, key, &value, r->err))
            return -1;
    } else if (!is_number(v->node->text, &value)) {
        return from_file(r, v->node, key, a);
    }
    a->count = 1;
    a->value = mem_new(1, sizeof *a->value);
    *a->value = value;
    return 0;
}

int yaml_each(const struct net_yaml *r, const struct yaml_value *v, const char *key, uint64_t count, double **to)
{
    struct yaml_array a;
    char text[200];
    if (yaml_array(r, v, key, &a))
        return -1;
    if (a.count != count && a.count != 1) {
        free(a.value);
        return doc_error(yaml_place(v, NULL), r->err, "%s: %llu numbers %s for %llu neurons; give one for each, or a single one for all", key,
                         (unsigned long long)a.count, yaml_dims_text(a.rank, a.dim, text, sizeof text), (unsigned long long)count);
    }
    if (a.count != count) {
        a.value = mem_grow(a.value, count, sizeof *a.value);
        for (uint64_t i = 1; i < count; i++)
            a.value[i] = a.value[0];
    }
    free(*to);
    *to = a.value;
    return 0;
}

int yaml_whole(const struct net_yaml *r, const struct yaml_value *v, const char *key, uint32_t high, uint32_t **to, uint64_t *count)
{
    struct yaml_array a;
    if (yaml_array(r, v, key, &a))
        return -1;
    uint32_t *whole = mem_grow(NULL, a.count, sizeof *whole);
    int bad = 0;
    for (uint64_t i = 0; i < a.count && !bad; i++) {
        double x = a.value[i];
        if (!(x >= 0 && x <= high) || x != floor(x))
            bad = doc_error(yaml_place(v, NULL), r->err, "%s: number %llu is %.15g; whole numbers from 0 to %u are wanted", key, (unsigned long long)i, x,
                            high);
        else
            whole[i] = (uint32_t)x;
    }
    free(a.value);
    *count = a.count;
    *to = whole;
    if (bad) {
        free(whole);
        *to = NULL;
    }
    return bad;
}

int yaml_number(const struct net_yaml *r, const struct yaml_value *v, const char *key, double *to)
{
    struct yaml_array a;
    if (yaml_array(r, v, key, &a))
        return -1;
    int one = a.count == 1;
    if (one)
        *to = a.value[0];
    free(a.value);
    return one ? 0 : doc_error(yaml_place(v, NULL), r->err, "%s is one number", key);
}

/* ---- pairs and shapes ---- */

/* n digits at text and nothing else; below UINT32_MAX. */
static int whole_number(const char *text, size_t n, uint32_t *value)
{
    uint64_t sum = 0;
    if (!n || n > 10 || strspn(text, "0123456789") < n)
        return -1;
    for (size_t i = 0; i < n; i++)
        sum = 10 * sum + (uint64_t)(text[i] - '0');
    *value = (uint32_t)sum;
    return sum < UINT32_MAX ? 0 : -1;
}

/* 3, 3x2, [3] or [3, 2]. */
static int read_pair(const struct doc_node *node, uint32_t *to)
{
    if (node->kind == DOC_LIST) {
        if (node->count < 1 || node->count > 2 || node->item[0]->kind != DOC_SCALAR || node->item[node->count - 1]->kind != DOC_SCALAR)
            return -1;
        const char *first = node->item[0]->text, *last = node->item[node->count - 1]->text;
        return whole_number(first, strlen(first), &to[0]) || whole_number(last, strlen(last), &to[1]);
    }
    if (node->kind != DOC_SCALAR)
        return -1;
    const char *x = strchr(node->text, 'x'), *last = x ? x + 1 : node->text;
    return whole_number(node->text, x ? (size_t)(x - node->text) : strlen(node->text), &to[0]) || whole_number(last, strlen(last), &to[1]);
}

int yaml_pair(const struct doc_node *node, const char *key, uint32_t low, uint32_t fallback, uint32_t *to, struct err *err)
{
    to[0] = to[1] = fallback;
    if (!node)
        return 0;
    if (read_pair(node, to) || to[0] < low || to[1] < low || to[0] > INT32_MAX || to[1] > INT32_MAX)
        return doc_error(node, err, "%s: one whole number or a pair (height, width) from %u up is wanted, for example %s: [%u, %u]", key, low, key,
                         low + 1, low + 1);
    return 0;
}

int yaml_shape(const struct doc_node *node, const char *key, struct shape *shape, struct err *err)
{
    const struct doc_node *one[1] = {node};
    const struct doc_node *const *item = node->kind == DOC_LIST ? (const struct doc_node *const *)node->item : one;
    uint32_t rank = node->kind == DOC_LIST ? node->count : 1;
    if (node->kind == DOC_MAP || !rank || rank > RANK_MAX)
        return doc_error(node, err, "%s: 1 to %d sizes are wanted, for example %s: [8, 4, 4]", key, RANK_MAX, key);
    shape->rank = (int)rank;
    for (uint32_t i = 0; i < rank; i++)
        if (item[i]->kind != DOC_SCALAR || whole_number(item[i]->text, strlen(item[i]->text), &shape->dim[i]) || !shape->dim[i])
            return doc_error(item[i], err, "%s: '%s' is not a size; whole numbers from 1 up are wanted, for example %s: [8, 4, 4]", key, item[i]->text, key);
    return 0;
}
