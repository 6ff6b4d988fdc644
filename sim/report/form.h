/* form.h: numbers and lines as a person reads them: thousands, three digits with a prefix, items that wrap under their label.
 * A function that writes a number returns its first argument; a FORM_TEXT buffer holds any of them. */
#ifndef VOLLEY_REPORT_FORM_H
#define VOLLEY_REPORT_FORM_H
#include <locale.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { FORM_TEXT = 64, FORM_WIDTH = 120, FORM_NARROWEST = 80, FORM_LABEL = 10 };       /* columns: of a kept page, the least, of a label */

struct form_scale { double factor; const char *prefix; };       /* value / factor is shown before prefix + unit */

char *form_count(char *to, double value);               /* "67,370"; below 10 and not whole: "0.4" */
char *form_digits(char *to, double value);              /* three significant digits, no exponent: "2.18", "33.4", "369" */
char *form_si(char *to, double value, const char *unit);                /* "2.18 uJ" */
char *form_in(char *to, double value, struct form_scale);               /* "2.45", in another value's prefix */
struct form_scale form_scale_of(double value);
char *form_percent(char *to, double share);              /* "73 %" */
char *form_bytes(char *to, double bytes);               /* "23.4 MiB" */
size_t form_width(const char *text);                    /* columns of UTF-8 text */
const char *form_plural(double n);                      /* "" where form_count shows 1, else "s" */
/* share[0 .. n) as whole percents that add up to `whole`: what rounding down leaves goes to the largest fractions, the earlier first.
 * So no part is off by a percent, and a reader who adds them up finds the whole. */
void form_shares(const double *share, size_t n, int whole, int *percent);
int form_whole(const double *share, size_t n);          /* the whole of shares that make one: their sum in percent, rounded */

/* One labelled item. Blocks of the text are separated by tabs: kept together where a line can hold them, three spaces apart; a
 * newline starts a new line under the same label. Control characters of names are shown as '?'. */
void form_item(FILE *, size_t width, const char *label, const char *text);

/* The rest of a line that stands at column indent, wrapped under itself; ends the line. */
void form_wrap(FILE *, size_t width, const char *text, size_t indent);

/* Columns of a line: the terminal's, from FORM_NARROWEST to FORM_WIDTH, where the FILE is one; else FORM_WIDTH, so that what is kept
 * in a file is the same everywhere. */
size_t form_columns(FILE *);

/* An item being written: fprintf to line, then end. */
struct form_sheet { FILE *to, *line; const char *label; char *text; size_t size, width; };
void form_begin(struct form_sheet *, FILE *to, size_t width, const char *label);
void form_end(struct form_sheet *);

/* Numbers with a point whatever the program's locale, in this thread, until restored. */
struct form_locale { locale_t neutral, before; };
struct form_locale form_neutral(void);
void form_restore(struct form_locale);

#ifdef __cplusplus
}
#endif
#endif
