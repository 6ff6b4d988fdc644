#include "report/form.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

char *form_count(char *to, double value)
{
    char digits[FORM_TEXT];
    if (value < 9.95 && fabs(value - floor(value + 0.5)) > 0.05) {
        snprintf(to, FORM_TEXT, "%.1f", value);
        return to;
    }
    if (!(value < 1e24)) {
        snprintf(to, FORM_TEXT, "%.3g", value);
        return to;
    }
    int n = snprintf(digits, sizeof digits, "%.0f", value), at = 0;
    for (int i = 0; i < n && at + 2 < FORM_TEXT; i++) {
        if (i && (n - i) % 3 == 0)
            to[at++] = ',';
        to[at++] = digits[i];
    }
    to[at] = '\0';
    return to;
}

char *form_digits(char *to, double value)
{
    double size = fabs(value);
    int decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
    if (size > 0 && size < 0.0995)
        snprintf(to, FORM_TEXT, "%.2g", value);
    else
        snprintf(to, FORM_TEXT, "%.*f", decimals, value);
    return to;
}

struct form_scale form_scale_of(double value)
{
    static const struct form_scale scale[] = {{1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}, {1e-3, "m"}, {1e-6, "u"}, {1e-9, "n"}, {1e-12, "p"}, {1e-15, "f"}};
    size_t n = sizeof scale / sizeof *scale, i = 0;
    while (i + 1 < n && fabs(value) < scale[i].factor * 0.9995)
        i++;
    return value == 0 ? scale[3] : scale[i];
}

char *form_in(char *to, double value, struct form_scale scale)
{
    return form_digits(to, value / scale.factor);
}

char *form_si(char *to, double value, const char *unit)
{
    struct form_scale scale = form_scale_of(value);
    char number[FORM_TEXT];
    if (value == 0)
        snprintf(to, FORM_TEXT, "0 %s", unit);
    else
        snprintf(to, FORM_TEXT, "%.40s %s%.8s", form_in(number, value, scale), scale.prefix, unit);
    return to;
}

char *form_percent(char *to, double share)
{
    snprintf(to, FORM_TEXT, "%.0f %%", 100 * share);
    return to;
}

char *form_bytes(char *to, double bytes)
{
    static const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t i = 0;
    char number[FORM_TEXT];
    for (; bytes >= 1023.5 && i < 4; i++)
        bytes /= 1024;
    snprintf(to, FORM_TEXT, "%.40s %s", i ? form_digits(number, bytes) : form_count(number, bytes), unit[i]);
    return to;
}

size_t form_width(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* ---- items ---- */

static size_t columns(const char *text, size_t bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < bytes; i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

static void put(FILE *to, const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        fputc((unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i], to);
}

static void next_line(FILE *to, size_t *at, size_t indent)
{
    fprintf(to, "\n%*s", (int)indent, "");
    *at = indent;
}

/* Where the word at i ends; a number and its unit are one word. */
static size_t word_end(const char *text, size_t bytes, size_t i)
{
    size_t n = i;
    while (n < bytes && text[n] != ' ')
        n++;
    if (n == i || n + 1 >= bytes || text[n - 1] < '0' || text[n - 1] > '9')
        return n;
    size_t next = n + 1;
    while (next < bytes && text[next] != ' ')
        next++;
    return next - n <= 7 ? next : n;
}

/* A block longer than a line: broken at spaces. */
static void put_words(FILE *to, const char *block, size_t bytes, size_t *at, size_t indent)
{
    for (size_t i = 0; i < bytes;) {
        size_t n = word_end(block, bytes, i), width = columns(block + i, n - i);
        if (*at > indent && *at + 1 + width > FORM_WIDTH)
            next_line(to, at, indent);
        else if (i && *at > indent) {
            fputc(' ', to);
            ++*at;
        }
        put(to, block + i, n - i);
        *at += width;
        i = n + 1;
    }
}

static void put_block(FILE *to, const char *block, size_t bytes, size_t *at)
{
    size_t width = columns(block, bytes), gap = *at > FORM_LABEL ? 3 : 0;
    if (gap && *at + gap + width > FORM_WIDTH) {
        next_line(to, at, FORM_LABEL);
        gap = 0;
    }
    fprintf(to, "%*s", (int)gap, "");
    *at += gap;
    if (*at + width <= FORM_WIDTH) {
        put(to, block, bytes);
        *at += width;
    } else
        put_words(to, block, bytes, at, FORM_LABEL);
}

void form_item(FILE *to, const char *label, const char *text)
{
    size_t at = FORM_LABEL;
    fprintf(to, "%-*s", FORM_LABEL, label);
    for (;;) {
        size_t n = strcspn(text, "\t\n");
        if (n)
            put_block(to, text, n, &at);
        if (text[n] == '\n' && text[n + 1])
            next_line(to, &at, FORM_LABEL);
        if (!text[n])
            break;
        text += n + 1;
    }
    fputc('\n', to);
}

void form_wrap(FILE *to, const char *text, size_t indent)
{
    size_t at = indent;
    put_words(to, text, strlen(text), &at, indent);
    fputc('\n', to);
}

void form_begin(struct form_sheet *s, FILE *to, const char *label)
{
    *s = (struct form_sheet){.to = to, .label = label};
    s->line = open_memstream(&s->text, &s->size);
    if (!s->line)
        abort();
}

void form_end(struct form_sheet *s)
{
    fclose(s->line);
    if (s->text && *s->text)
        form_item(s->to, s->label, s->text);
    free(s->text);
}

/* ---- locale ---- */

struct form_locale form_neutral(void)
{
    struct form_locale l = {newlocale(LC_ALL_MASK, "C", (locale_t)0), (locale_t)0};
    l.before = uselocale(l.neutral);
    return l;
}

void form_restore(struct form_locale l)
{
    uselocale(l.before);
    if (l.neutral != (locale_t)0)
        freelocale(l.neutral);
}
