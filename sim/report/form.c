/* How numbers and lines look, the same everywhere in the report. Three significant digits for measures: the inputs are not known better.
 * Counts in full with thousands, because a reader compares them. A number and its unit are never parted by a line's end. */
#include "report/form.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A mean per sample below 10 shows its first decimal, unless it is as good as whole; above, a tenth says nothing. */
static int shows_tenth(double value)
{
    return value < 9.95 && fabs(value - floor(value + 0.5)) > 0.05;
}

const char *form_plural(double n)
{
    return !shows_tenth(n) && floor(n + 0.5) == 1 ? "" : "s";
}

char *form_count(char *to, double value)
{
    char digits[FORM_TEXT];
    if (shows_tenth(value)) {
        snprintf(to, FORM_TEXT, "%.1f", value);
        return to;
    }
    if (!(value < 1e24)) {          /* more digits than the buffer holds; also what is no number */
        snprintf(to, FORM_TEXT, "%.3g", value);
        return to;
    }
    int n = snprintf(digits, sizeof digits, "%.0f", value), at = 0;
    /* A comma before every third digit, counted from the end. */
    for (int i = 0; i < n && at + 2 < FORM_TEXT; i++) {
        if (i && (n - i) % 3 == 0)
            to[at++] = ',';
        to[at++] = digits[i];
    }
    to[at] = '\0';
    return to;
}

/* The limits are those at which printf's own rounding would give a fourth digit: 9.995 is shown as 10.0, not as 10.00. */
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

/* The largest prefix that leaves at least one digit before the point: 999.6 n is 1.00 u. Zero has none; below 1 f stays f. */
struct form_scale form_scale_of(double value)
{
    static const struct form_scale scale[] = {{1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}, {1e-3, "m"}, {1e-6, "u"}, {1e-9, "n"}, {1e-12, "p"}, {1e-15, "f"}};
    size_t n = sizeof scale / sizeof *scale, i = 0;
    /* 0.9995: what three digits would show as 1000 belongs to the next prefix. */
    while (i + 1 < n && fabs(value) < scale[i].factor * 0.9995)
        i++;
    /* scale[3] is the one without a prefix. */
    return value == 0 ? scale[3] : scale[i];
}

/* In a prefix that was chosen for another value, so that what is compared stands in one unit. */
char *form_in(char *to, double value, struct form_scale scale)
{
    return form_digits(to, value / scale.factor);
}

/* Zero needs no prefix. */
char *form_si(char *to, double value, const char *unit)
{
    struct form_scale scale = form_scale_of(value);
    char number[FORM_TEXT];
    /* "0 J", not "0.00 J": exactly nothing. */
    if (value == 0)
        snprintf(to, FORM_TEXT, "0 %s", unit);
    else
        snprintf(to, FORM_TEXT, "%.40s %s%.8s", form_in(number, value, scale), scale.prefix, unit);
    return to;
}

/* One share alone; shares that make a whole go through form_shares. */
char *form_percent(char *to, double share)
{
    snprintf(to, FORM_TEXT, "%.0f %%", 100 * share);
    return to;
}

/* A sum of 0.99999 is a whole all the same; one of 0 (nothing was counted) stays 0. */
int form_whole(const double *share, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += share[i];
    return (int)floor(100 * sum + 0.5);
}

/* Largest remainder: every part is its floor or one more. */
void form_shares(const double *share, size_t n, int whole, int *percent)
{
    for (size_t i = 0; i < n; i++) {
        percent[i] = (int)floor(100 * share[i]);
        whole -= percent[i];
    }
    for (; whole > 0 && n; whole--) {
        size_t most = 0;
        for (size_t i = 1; i < n; i++)
            if (100 * share[i] - percent[i] > 100 * share[most] - percent[most])
                most = i;
        percent[most]++;            /* its fraction is below 0 from here on: each part is raised once at most */
    }
}

/* Memory is counted in powers of two; 1023.5 would round to 1024 of the smaller unit. */
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

/* Bytes that continue a UTF-8 character (10xxxxxx) take no column; wide characters are taken for one. */
size_t form_width(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* ---- items: a label, then words that wrap under themselves ---- */

size_t form_columns(FILE *to)
{
    struct winsize size;
    int fd = fileno(to);
    /* A stream in memory has no descriptor; a terminal may not know its width. */
    if (fd < 0 || !isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) || !size.ws_col)
        return FORM_WIDTH;
    return size.ws_col < FORM_NARROWEST ? FORM_NARROWEST : size.ws_col > FORM_WIDTH ? FORM_WIDTH : size.ws_col;
}

/* The same, of a part of a text. */
static size_t columns(const char *text, size_t bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < bytes; i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

/* Names come from other people's files: what could steer a terminal is not let through. */
static void put(FILE *to, const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        fputc((unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i], to);
}

/* Text on its way to a page: the column it has reached, where lines begin, where they end. */
struct pen { FILE *to; size_t at, indent, width; };

/* Ends the line and begins the next under the label. */
static void next_line(struct pen *p)
{
    fprintf(p->to, "\n%*s", (int)p->indent, "");
    p->at = p->indent;
}

/* Where the word at i ends; a number and its unit are one word. */
static size_t word_end(const char *text, size_t bytes, size_t i)
{
    size_t n = i;
    while (n < bytes && text[n] != ' ')
        n++;
    /* Only a number draws its unit with it, and only one short enough to be a unit. */
    if (n == i || n + 1 >= bytes || text[n - 1] < '0' || text[n - 1] > '9')
        return n;
    size_t next = n + 1;
    while (next < bytes && text[next] != ' ')
        next++;
    return next - n <= 7 ? next : n;
}

/* A block longer than a line: broken at spaces. */
static void put_words(struct pen *p, const char *block, size_t bytes)
{
    for (size_t i = 0; i < bytes;) {
        size_t n = word_end(block, bytes, i), width = columns(block + i, n - i);
        /* A word longer than a line is not broken: names are copied from here. */
        if (p->at > p->indent && p->at + 1 + width > p->width)
            next_line(p);
        else if (i && p->at > p->indent) {
            fputc(' ', p->to);
            p->at++;
        }
        put(p->to, block + i, n - i);
        p->at += width;
        i = n + 1;
    }
}

/* Three spaces lie between two blocks of a line. */
static void put_block(struct pen *p, const char *block, size_t bytes)
{
    size_t width = columns(block, bytes), gap = p->at > p->indent ? 3 : 0;
    /* A block that does not fit begins a line of its own; only one that is longer than a whole line is broken. */
    if (gap && p->at + gap + width > p->width) {
        next_line(p);
        gap = 0;
    }
    fprintf(p->to, "%*s", (int)gap, "");
    p->at += gap;
    if (p->at + width <= p->width) {
        put(p->to, block, bytes);
        p->at += width;
    } else
        put_words(p, block, bytes);
}

/* A tab parts blocks, a newline begins a line: whoever writes a text decides what belongs together, not where a line ends. */
void form_item(FILE *to, size_t width, const char *label, const char *text)
{
    struct pen p = {to, FORM_LABEL, FORM_LABEL, width};
    fprintf(to, "%-*s", FORM_LABEL, label);
    for (;;) {
        /* Up to the next tab or newline: one block. */
        size_t n = strcspn(text, "\t\n");
        if (n)
            put_block(&p, text, n);
        if (text[n] == '\n' && text[n + 1])
            next_line(&p);
        if (!text[n])
            break;
        text += n + 1;
    }
    fputc('\n', to);
}

/* For the last column of a table, which may be longer than the page. */
void form_wrap(FILE *to, size_t width, const char *text, size_t indent)
{
    struct pen p = {to, indent, indent, width};
    put_words(&p, text, strlen(text));
    fputc('\n', to);
}

/* A text is built in memory first: only when it is whole is it known where its lines end. */
void form_begin(struct form_sheet *s, FILE *to, size_t width, const char *label)
{
    *s = (struct form_sheet){.to = to, .label = label, .width = width};
    /* A few hundred bytes: without memory for them there is nothing left to report with. */
    s->line = open_memstream(&s->text, &s->size);
    if (!s->line)
        abort();
}

/* An item without text leaves no line, not even its label. */
void form_end(struct form_sheet *s)
{
    fclose(s->line);
    if (s->text && *s->text)
        form_item(s->to, s->width, s->label, s->text);
    free(s->text);
}

/* ---- locale: printf's point is the C locale's, whatever a program that links the library has set ---- */

/* Thread-local, so a program that uses the library keeps its own locale in its other threads. */
struct form_locale form_neutral(void)
{
    /* uselocale sets it for this thread alone. */
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
