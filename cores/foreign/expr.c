/* Formulae by recursive descent into postfix steps, then a stack of numbers. Every operation is checked: a cost that overflowed would be
 * believed.
 *     sum = product {(+|-) product}    product = factor {(*|/|%) factor}    factor = number | name | (sum) | -factor | function(sum, sum) */
#include "cores/foreign/expr.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config/doc.h"

enum { DEPTH = 32 };            /* of parentheses, and of the stack; a formula deeper than that is no formula */

struct reader {
    struct expr *to;
    const char *text, *at;
    const char *const *name;
    size_t n_names;
    unsigned depth;
    struct err *err;
};

static int read_sum(struct reader *);

static void skip_blanks(struct reader *r)
{
    while (isspace((unsigned char)*r->at))
        r->at++;
}

static int wrong(struct reader *r, const char *what)
{
    return err_input(r->err, "'%s', column %zu: %s", r->text, (size_t)(r->at - r->text) + 1, what);
}

static int add(struct reader *r, char what, int64_t value)
{
    if (r->to->n == EXPR_STEPS)
        return wrong(r, "the formula is too long; at most 48 numbers, names and operators");
    r->to->step[r->to->n++] = (struct expr_step){what, value};
    return 0;
}

/* 1 and past it, where the next sign is c. */
static int take(struct reader *r, char c)
{
    skip_blanks(r);
    if (*r->at != c)
        return 0;
    r->at++;
    return 1;
}

static int read_number(struct reader *r)
{
    char *end;
    unsigned long long value = strtoull(r->at, &end, 0);
    if (isalnum((unsigned char)*end) || *end == '.' || *end == '_')
        return wrong(r, "whole numbers only, such as 12 or 0x1f");
    if (value > INT32_MAX)
        return wrong(r, "the number is too large; at most 2147483647");
    r->at = end;
    return add(r, '#', (int64_t)value);
}

/* function(a, b); the name was read. */
static int read_call(struct reader *r, char what)
{
    if (!take(r, '('))
        return wrong(r, "a ( is missing: ceil(a, b), min(a, b) or max(a, b)");
    if (read_sum(r))
        return -1;
    if (!take(r, ','))
        return wrong(r, "a comma is missing: the function takes two values");
    if (read_sum(r))
        return -1;
    if (!take(r, ')'))
        return wrong(r, "a ) is missing");
    return add(r, what, 0);
}

/* Of the names that there are, and the nearest where it is none of them. */
static int read_name(struct reader *r)
{
    static const struct { const char *name; char what; } function[] = {{"ceil", 'c'}, {"min", 'm'}, {"max", 'M'}};
    char word[64];
    size_t n = 0;
    while (isalnum((unsigned char)r->at[n]) || r->at[n] == '_')
        n++;
    if (n >= sizeof word)
        return wrong(r, "the name is too long");
    memcpy(word, r->at, n);
    word[n] = 0;
    for (size_t i = 0; i < sizeof function / sizeof *function; i++)
        if (!strcmp(word, function[i].name)) {
            r->at += n;
            return read_call(r, function[i].what);
        }
    for (size_t i = 0; i < r->n_names; i++)
        if (!strcmp(word, r->name[i])) {
            r->at += n;
            return add(r, '$', (int64_t)i);
        }
    const char *nearest = doc_nearest(word, r->name, r->n_names);
    return err_input(r->err, "'%s', column %zu: no value is named '%s'%s%s%s", r->text, (size_t)(r->at - r->text) + 1, word,
                     nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

static int read_factor(struct reader *r)
{
    int status;
    if (r->depth++ == DEPTH / 2)
        return wrong(r, "too many parentheses within each other");
    skip_blanks(r);
    if (isdigit((unsigned char)*r->at))
        status = read_number(r);
    else if (isalpha((unsigned char)*r->at) || *r->at == '_')
        status = read_name(r);
    else if (take(r, '-'))
        status = read_factor(r) || add(r, 'n', 0) ? -1 : 0;
    else if (take(r, '('))
        status = read_sum(r) ? -1 : take(r, ')') ? 0 : wrong(r, "a ) is missing");
    else
        status = wrong(r, *r->at ? "a number, a name or a ( is wanted here" : "the formula ends where a number, a name or a ( is wanted");
    r->depth--;
    return status;
}

static int read_product(struct reader *r)
{
    if (read_factor(r))
        return -1;
    for (;;) {
        skip_blanks(r);
        char what = *r->at;
        if (what != '*' && what != '/' && what != '%')
            return 0;
        r->at++;
        if (read_factor(r) || add(r, what, 0))
            return -1;
    }
}

static int read_sum(struct reader *r)
{
    if (read_product(r))
        return -1;
    for (;;) {
        skip_blanks(r);
        char what = *r->at;
        if (what != '+' && what != '-')
            return 0;
        r->at++;
        if (read_product(r) || add(r, what, 0))
            return -1;
    }
}

int expr_read(struct expr *to, const char *text, const char *const *name, size_t n_names, struct err *err)
{
    struct reader r = {.to = to, .text = text, .at = text, .name = name, .n_names = n_names, .err = err};
    to->n = 0;
    if (read_sum(&r))
        return -1;
    skip_blanks(&r);
    return *r.at ? wrong(&r, "an operator (+ - * / %) or the end is wanted here") : 0;
}

/* One operator on its two values; -1: no result. */
static int apply(char what, int64_t a, int64_t b, int64_t *result)
{
    int64_t quotient;
    if ((what == '/' || what == '%' || what == 'c') && (!b || (a == INT64_MIN && b == -1)))
        return -1;
    switch (what) {
    case '+': return __builtin_add_overflow(a, b, result) ? -1 : 0;
    case '-': return __builtin_sub_overflow(a, b, result) ? -1 : 0;
    case '*': return __builtin_mul_overflow(a, b, result) ? -1 : 0;
    case '/': *result = a / b; return 0;
    case '%': *result = a % b; return 0;
    case 'c':
        quotient = a / b;
        *result = quotient + (a % b && (a < 0) == (b < 0));
        return 0;
    case 'm': *result = a < b ? a : b; return 0;
    default: *result = a > b ? a : b; return 0;
    }
}

int expr_value(const struct expr *e, const int64_t *value, int64_t *result, struct err *err)
{
    int64_t stack[EXPR_STEPS];
    size_t n = 0;
    for (uint32_t i = 0; i < e->n; i++) {
        const struct expr_step *s = &e->step[i];
        if (s->what == '#' || s->what == '$')
            stack[n++] = s->what == '#' ? s->value : value[s->value];
        else {
            int64_t right = stack[--n], left = s->what == 'n' ? 0 : stack[--n];
            if (apply(s->what == 'n' ? '-' : s->what, left, right, &stack[n++]))
                return err_answer(err, "a formula divides by zero, or its result is beyond 63 bits");
        }
    }
    *result = n ? stack[0] : 0;
    return 0;
}
