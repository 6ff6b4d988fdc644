/* Text tables: CSV with or without a header, one line per row; comma, semicolon, tab or blanks between the cells, told by the
 * first line. Lines that are empty or begin with '#' are passed over; a byte order mark and the CR of CRLF are not seen. */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import/events_parts.h"

enum {
    COLUMNS_MAX = 1 << 16,
    NUMBER_MAX = 400,           /* characters of one number */
    SHOWN = 32,                 /* bytes of a cell in a message */
    EXACT_DIGITS = 15,          /* a whole number of so many digits is an exact double ... */
    EXACT_TENS = 22             /* ... and so is 10 to this power, so that one product or quotient is rounded once */
};

/* ---- messages ---- */

/* What a cell holds, fit to print: at most 24 characters, odd bytes as '?'. */
static const char *shown(const struct cell *cell, char to[SHOWN])
{
    uint32_t n = cell->length < 24 ? cell->length : 24;
    for (uint32_t i = 0; i < n; i++)
        to[i] = isprint((unsigned char)cell->text[i]) ? cell->text[i] : '?';
    snprintf(to + n, SHOWN - n, "%s", n < cell->length ? "..." : "");
    return to;
}

int table_error(const struct table *t, const struct cell *cell, struct err *err, const char *format, ...)
{
    char text[900];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ptrdiff_t column = cell ? cell->text - t->line_start + 1 : 1;
    return err_input(err, "%s:%u:%td: %s", t->path, t->line, column, text);
}

/* ---- numbers ---- */

/* Digits from *at to end into *value and *digits (significant ones), moving *at; past 18 digits *value no longer holds them. */
static uint32_t digits(const char **at, const char *end, uint64_t *value, uint32_t *significant)
{
    const char *start = *at;
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++) {
        *significant += *significant || **at != '0';
        if (*significant <= 18)
            *value = 10 * *value + (uint64_t)(**at - '0');
    }
    return (uint32_t)(*at - start);
}

/* strtod on a copy: the text has been checked to be digits, one point and an exponent, and nothing sets a locale. */
static double slow_number(const struct cell *cell)
{
    char copy[NUMBER_MAX + 1];
    memcpy(copy, cell->text, cell->length);
    copy[cell->length] = '\0';
    return strtod(copy, NULL);
}

/* e+12; a missing exponent is 0. More than four digits are as good as infinite. */
static int exponent_of(const char **at, const char *end, int *exponent)
{
    uint64_t value = 0;
    uint32_t significant = 0;
    int negative = 0;
    *exponent = 0;
    if (*at == end || (**at != 'e' && **at != 'E'))
        return 0;
    (*at)++;
    if (*at < end && (**at == '-' || **at == '+'))
        negative = *(*at)++ == '-';
    if (!digits(at, end, &value, &significant))
        return -1;
    *exponent = significant > 4 ? 99999 : (int)value;
    *exponent = negative ? -*exponent : *exponent;
    return 0;
}

/* 0, or -1 where the cell is no decimal number. */
static int read_number(const struct cell *cell, double *value)
{
    static const double tens[EXACT_TENS + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const char *at = cell->text, *end = at + cell->length;
    uint64_t mantissa = 0;
    uint32_t significant = 0, fraction = 0;
    int exponent, negative = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    uint32_t whole = digits(&at, end, &mantissa, &significant);
    if (at < end && *at == '.') {
        at++;
        fraction = digits(&at, end, &mantissa, &significant);
    }
    if (!(whole + fraction) || cell->length > NUMBER_MAX || exponent_of(&at, end, &exponent) || at != end)
        return -1;
    exponent -= (int)fraction;
    if (significant > EXACT_DIGITS || exponent > EXACT_TENS || exponent < -EXACT_TENS) {
        *value = slow_number(cell);
        return 0;
    }
    double m = (double)mantissa;
    m = exponent < 0 ? m / tens[-exponent] : m * tens[exponent];
    *value = negative ? -m : m;
    return 0;
}

int table_number(const struct table *t, const struct cell *cell, const char *what, double *value, struct err *err)
{
    char text[SHOWN];
    if (!cell->length)
        return table_error(t, cell, err, "no %s: the place is empty", what);
    if (read_number(cell, value))
        return table_error(t, cell, err, "%s '%s' is not a number", what, shown(cell, text));
    if (!isfinite(*value))
        return table_error(t, cell, err, "%s '%s' is not a number that fits", what, shown(cell, text));
    return 0;
}

/* Digits alone take the short way; "3.0" and "3e2" are numbers that happen to be whole (pandas writes integers so). */
int table_integer(const struct table *t, const struct cell *cell, const char *what, int64_t *value, struct err *err)
{
    const char *at = cell->text, *end = at + cell->length;
    uint64_t sum = 0;
    uint32_t significant = 0;
    double number;
    char text[SHOWN];
    int negative = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    if (digits(&at, end, &sum, &significant) && at == end && significant <= 18) {
        *value = negative ? -(int64_t)sum : (int64_t)sum;
        return 0;
    }
    if (table_number(t, cell, what, &number, err))
        return -1;
    if (number != floor(number) || fabs(number) > 1e15)
        return table_error(t, cell, err, "%s '%s' is not a whole number", what, shown(cell, text));
    *value = (int64_t)number;
    return 0;
}

/* ---- lines and cells ---- */

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The newline, or the end of a file without a last one. */
static const char *line_end(const struct table *t, const char *from)
{
    const char *end = memchr(from, '\n', (size_t)(t->text + t->size - from));
    return end ? end : t->text + t->size;
}

/* The next line that is neither empty nor a comment: line_start .. *end, without CR and blanks at its end. 0: no more. */
static int next_line(struct table *t, const char **end)
{
    while (t->at < t->text + t->size) {
        const char *start = t->at, *stop = line_end(t, start);
        t->line++;
        t->at = stop < t->text + t->size ? stop + 1 : stop;
        while (stop > start && (is_blank(stop[-1]) || stop[-1] == '\r'))
            stop--;
        t->line_start = start;
        *end = stop;
        while (start < stop && is_blank(*start))
            start++;
        if (start < stop && *start != '#')
            return 1;
    }
    return 0;
}

static const char *pass_blanks(const struct table *t, const char *at, const char *end)
{
    while (at < end && is_blank(*at) && (*at != t->separator || t->separator == ' '))
        at++;
    return at;
}

/* The cell that begins at at; returns where the next one begins, or NULL behind the last. */
static const char *take_cell(const struct table *t, const char *at, const char *end, struct cell *cell)
{
    at = pass_blanks(t, at, end);
    const char *close = at < end && *at == '"' ? memchr(at + 1, '"', (size_t)(end - at - 1)) : NULL;
    const char *stop = close ? close + 1 : at;
    while (stop < end && *stop != t->separator && !(t->separator == ' ' && is_blank(*stop)))
        stop++;
    const char *next = stop < end ? stop + 1 : NULL;
    if (next && t->separator == ' ')
        next = pass_blanks(t, next, end);
    if (close)
        *cell = (struct cell){at + 1, (uint32_t)(close - at - 1)};
    else {
        while (stop > at && is_blank(stop[-1]))
            stop--;
        *cell = (struct cell){at, (uint32_t)(stop - at)};
    }
    return next && t->separator == ' ' && next == end ? NULL : next;
}

/* How many cells the line has; -1 where it has more than any table. */
static int split(struct table *t, const char *end, struct err *err)
{
    uint32_t n = 0;
    for (const char *at = t->line_start; at; n++) {
        if (n == COLUMNS_MAX)
            return table_error(t, NULL, err, "more than %d columns", COLUMNS_MAX);
        t->cell = mem_room(t->cell, n, &t->cell_capacity, sizeof *t->cell);
        at = take_cell(t, at, end, &t->cell[n]);
    }
    return (int)n;
}

/* A row with fewer cells than the first is how a file that was cut off shows itself. */
int table_row(struct table *t, struct err *err)
{
    const char *end;
    if (!next_line(t, &end))
        return 0;
    int n = split(t, end, err);
    if (n < 0)
        return -1;
    if ((uint32_t)n != t->columns)
        return table_error(t, NULL, err, "%d value%s in this line, %u in the first; was the file written completely?", n, n == 1 ? "" : "s", t->columns);
    return 1;
}

/* ---- head of the file ---- */

/* "# samples 300, steps 25, neurons 64": what events cannot say of silent ends. */
static void read_stated(struct table *t)
{
    static const char *const word[] = {"samples ", "steps ", "neurons "};
    const char *end = line_end(t, t->at);
    if (t->at == end || *t->at != '#')
        return;
    for (int i = 0; i < 3; i++) {
        const char *found = memmem(t->at, (size_t)(end - t->at), word[i], strlen(word[i]));
        uint32_t significant = 0;
        if (!found)
            continue;
        found += strlen(word[i]);
        digits(&found, end, &t->stated[i], &significant);
        if (significant > 9)
            t->stated[i] = 0;
    }
}

/* A header is a first row with a cell that begins like a word; infinities and NaN are numbers gone wrong. */
static int is_header(const struct table *t, int n)
{
    for (int i = 0; i < n; i++) {
        const struct cell *c = &t->cell[i];
        int odd = c->length >= 3 && (!strncasecmp(c->text, "nan", 3) || !strncasecmp(c->text, "inf", 3));
        if (c->length && !odd && (isalpha((unsigned char)*c->text) || *c->text == '_'))
            return 1;
    }
    return 0;
}

static void keep_header(struct table *t)
{
    t->name = mem_new(t->columns, sizeof *t->name);
    for (uint32_t i = 0; i < t->columns; i++) {
        t->name[i] = mem_format("%.*s", (int)t->cell[i].length, t->cell[i].text);
        for (char *c = t->name[i]; *c; c++)
            *c = (char)tolower((unsigned char)*c);
    }
}

/* A comma wins over the others, so that "0, 1, 2" is three cells; blanks alone separate only where nothing else does. */
static char separator_of(const char *start, const char *end)
{
    const char candidate[] = {',', ';', '\t'};
    for (size_t i = 0; i < sizeof candidate; i++)
        if (memchr(start, candidate[i], (size_t)(end - start)))
            return candidate[i];
    return ' ';
}

static int read_head(struct table *t, struct err *err)
{
    const char *end, *start = t->at;
    if (!next_line(t, &end))
        return 0;
    t->separator = separator_of(t->line_start, end);
    int n = split(t, end, err);
    if (n < 0)
        return -1;
    t->columns = (uint32_t)n;
    if (is_header(t, n)) {
        keep_header(t);
        return 0;
    }
    t->at = start;
    t->line = 0;
    return 0;
}

int table_open(struct table *t, const char *path, struct err *err)
{
    *t = (struct table){.path = path};
    uint64_t size;
    FILE *file = events_open(path, &size, err);
    if (!file)
        return -1;
    t->text = mem_new(size + 1, 1);
    t->size = fread(t->text, 1, size, file);
    fclose(file);
    const char *zero = memchr(t->text, 0, t->size);
    if (t->size != size)
        return err_input(err, "%s: cannot be read to its end", path);
    if (zero)
        return err_input(err, "%s: is not text (byte %td is 0); give CSV, .npy, .spk or HDF5", path, zero - t->text);
    t->at = t->text + (size >= 3 && !memcmp(t->text, "\xEF\xBB\xBF", 3) ? 3 : 0);
    read_stated(t);
    if (read_head(t, err))
        return -1;
    t->first = t->at;
    t->first_line = t->line;
    return 0;
}

void table_rewind(struct table *t)
{
    t->at = t->first;
    t->line = t->first_line;
}

void table_close(struct table *t)
{
    for (uint32_t i = 0; t->name && i < t->columns; i++)
        free(t->name[i]);
    free(t->name);
    free(t->cell);
    free(t->text);
    *t = (struct table){.path = t->path};
}

int table_column(const struct table *t, const char *names)
{
    for (uint32_t i = 0; t->name && i < t->columns; i++)
        for (const char *word = names; *word; word += strcspn(word, "|"), word += *word == '|')
            if (strlen(t->name[i]) == strcspn(word, "|") && !strncmp(t->name[i], word, strlen(t->name[i])))
                return (int)i;
    return -1;
}
