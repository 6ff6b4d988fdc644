/* A sweep as a person reads it: a line per point, its values on the left and its figures on the right, a star where no other point beats it;
 * then the best point of each figure that counts. A column that no point has anything in is left out. Cells are made first, because a column
 * is as wide as its widest. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/form.h"
#include "report/sweep.h"

enum { WIDEST = 28, GAP = 2, INDENT = 2, STAR = 2 };     /* columns: of a name or value at most, between two, before the star, of the star */

/* What is shown of the figures, in this order; the rest is in sweep.csv. */
static const struct { enum sweep_figure figure; const char *name, *unit; } shown[] = {
    {SWEEP_ACCURACY, "accuracy", "%"},        {SWEEP_FLOAT_ACCURACY, "float", "%"}, {SWEEP_ENERGY, "energy", "J"}, {SWEEP_ENERGY_LOW, "low", "J"},
    {SWEEP_ENERGY_HIGH, "high", "J"}, {SWEEP_TIME, "time", "s"}, {SWEEP_AREA, "area", "mm2"}, {SWEEP_CORES, "cores", ""}, {SWEEP_OVERRUNS, "overruns", ""}};
enum { N_SHOWN = sizeof shown / sizeof *shown };

/* The whole text in hand. */
struct page {
    FILE *to;
    size_t width;
    const struct sweep_table *t;
    char **name;                /* [n_axes] and */
    char **value;               /* [n_points * n_axes]: shortened to a column */
    size_t *wide;               /* [n_axes] */
    size_t figure_wide[N_SHOWN];    /* 0: the column is left out */
};

/* ---- cells ---- */

/* Long names and paths are told apart by their ends; control characters would end the line. The caller frees. */
static char *shortened(const char *text)
{
    const char *from = text;
    int cut = form_width(text) > WIDEST;
    /* At a whole character: a byte in the middle of one is passed over. */
    while (cut && (form_width(from) > WIDEST - 3 || ((unsigned char)*from & 0xc0) == 0x80))
        from++;
    char *to = mem_format("%s%s", cut ? "..." : "", from);
    for (char *p = to; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 127)
            *p = '?';
    return to;
}

/* "-": not known. */
static const char *figure_text(char *to, const struct sweep_row *row, int column)
{
    char digits[FORM_TEXT];
    double value = row->figure[shown[column].figure];
    const char *unit = shown[column].unit;
    if (!isfinite(value))
        return "-";
    if (*unit == '%')
        snprintf(to, FORM_TEXT, "%.1f %%", 100 * value);
    else if (!*unit)
        form_count(to, value);
    else if (shown[column].figure == SWEEP_AREA)
        snprintf(to, FORM_TEXT, "%s %s", form_digits(digits, value * 1e6), unit);
    else
        form_si(to, value, unit);
    return to;
}

/* The column's widest text, or 0 where no point has a figure; overruns are shown where there was one. */
static size_t figure_width(const struct sweep_table *t, int column)
{
    char text[FORM_TEXT];
    size_t widest = form_width(shown[column].name);
    int any = 0;
    for (uint32_t i = 0; i < t->n_points; i++) {
        if (t->row[i].status != SWEEP_RAN)
            continue;
        double value = t->row[i].figure[shown[column].figure];
        size_t n = form_width(figure_text(text, &t->row[i], column));
        any |= isfinite(value) && (shown[column].figure != SWEEP_OVERRUNS || value > 0);
        widest = n > widest ? n : widest;
    }
    return any ? widest : 0;
}

static void make_cells(struct page *p)
{
    const struct sweep_table *t = p->t;
    p->name = mem_new(t->n_axes, sizeof *p->name);
    p->wide = mem_new(t->n_axes, sizeof *p->wide);
    p->value = mem_new((size_t)t->n_points * t->n_axes, sizeof *p->value);
    for (uint32_t a = 0; a < t->n_axes; a++) {
        p->name[a] = shortened(t->axis[a]);
        p->wide[a] = form_width(p->name[a]);
        for (uint32_t i = 0; i < t->n_points; i++) {
            char **cell = &p->value[(size_t)i * t->n_axes + a];
            *cell = shortened(t->value[(size_t)i * t->n_axes + a]);
            p->wide[a] = form_width(*cell) > p->wide[a] ? form_width(*cell) : p->wide[a];
        }
    }
    for (int c = 0; c < N_SHOWN; c++)
        p->figure_wide[c] = figure_width(t, c);
}

static void free_cells(struct page *p)
{
    for (uint32_t a = 0; a < p->t->n_axes; a++)
        free(p->name[a]);
    for (size_t i = 0; i < (size_t)p->t->n_points * p->t->n_axes; i++)
        free(p->value[i]);
    free(p->name);
    free(p->value);
    free(p->wide);
}

/* ---- lines ---- */

/* printf counts bytes, a reader columns. */
static void pad(FILE *to, size_t columns)
{
    fprintf(to, "%*s", (int)columns, "");
}

/* Left-aligned, with the gap behind it. */
static void put_left(const struct page *p, const char *text, size_t wide)
{
    fputs(text, p->to);
    pad(p->to, wide - form_width(text) + GAP);
}

/* Right-aligned; row NULL: the columns' names. */
static void put_figures(const struct page *p, const struct sweep_row *row)
{
    char text[FORM_TEXT];
    for (int c = 0, n = 0; c < N_SHOWN; c++) {
        if (!p->figure_wide[c])
            continue;
        const char *cell = row ? figure_text(text, row, c) : shown[c].name;
        /* Between two, not behind the last: lines have no blanks at their ends. */
        pad(p->to, (n++ ? GAP : 0) + p->figure_wide[c] - form_width(cell));
        fputs(cell, p->to);
    }
    fputc('\n', p->to);
}

static void write_header(const struct page *p)
{
    pad(p->to, INDENT + STAR);
    for (uint32_t a = 0; a < p->t->n_axes; a++)
        put_left(p, p->name[a], p->wide[a]);
    put_figures(p, NULL);
}

/* A refused point has its reason where the others have figures. */
static void write_point(const struct page *p, uint32_t i)
{
    const struct sweep_row *row = &p->t->row[i];
    size_t column = INDENT + STAR;
    pad(p->to, INDENT);
    fputs(row->front ? "* " : "  ", p->to);
    for (uint32_t a = 0; a < p->t->n_axes; a++) {
        put_left(p, p->value[(size_t)i * p->t->n_axes + a], p->wide[a]);
        column += p->wide[a] + GAP;
    }
    if (row->status == SWEEP_RAN) {
        put_figures(p, row);
        return;
    }
    char *why = row->status == SWEEP_REFUSED ? mem_format("refused: %s", row->message) : mem_text("interrupted");
    /* Many keys leave little room on the right: the reason then goes below. */
    if (column + 40 > p->width) {
        fputc('\n', p->to);
        column = INDENT + STAR + 4;
        pad(p->to, column);
    }
    form_wrap(p->to, p->width, why, column);
    free(why);
}

/* ---- below the table ---- */

/* "bits=4, chip=mesh28": the point in the file's own words. */
static void say_point(FILE *to, const struct sweep_table *t, uint32_t i)
{
    for (uint32_t a = 0; a < t->n_axes; a++)
        fprintf(to, "%s%s=%s", a ? ", " : "", t->axis[a], t->value[(size_t)i * t->n_axes + a]);
}

/* The first of those that are equally good, and how many there are. */
static void say_best(FILE *to, const struct sweep_table *t, int column)
{
    enum sweep_figure f = shown[column].figure;
    char text[FORM_TEXT];
    uint32_t best = UINT32_MAX, equal = 0;
    for (uint32_t i = 0; i < t->n_points; i++) {
        if (t->row[i].status != SWEEP_RAN)
            continue;
        if (best == UINT32_MAX || sweep_better(f, t->row[i].figure[f], t->row[best].figure[f])) {
            best = i;
            equal = 0;
        }
        equal += !sweep_better(f, t->row[best].figure[f], t->row[i].figure[f]);
    }
    fprintf(to, "%s %s: ", shown[column].name, figure_text(text, &t->row[best], column));
    say_point(to, t, best);
    if (equal > 1)
        fprintf(to, " (the first of %u that are equal)", equal);
}

/* What the star means depends on what is known. */
static void write_front(const struct page *p, uint32_t counted)
{
    struct form_sheet s;
    uint32_t front = 0;
    for (uint32_t i = 0; i < p->t->n_points; i++)
        front += (uint32_t)p->t->row[i].front;
    form_begin(&s, p->to, p->width, "best");
    for (int c = 0, n = 0; c < N_SHOWN; c++)
        if (counted >> shown[c].figure & 1) {
            fputs(n++ ? "\n" : "", s.line);
            say_best(s.line, p->t, c);
        }
    form_end(&s);
    form_begin(&s, p->to, p->width, "front");
    fprintf(s.line, "* %u of %u: no other point is as good in", front, sweep_count(p->t, SWEEP_RAN));
    for (int c = 0, n = 0; c < N_SHOWN; c++)
        if (counted >> shown[c].figure & 1)
            fprintf(s.line, "%s %s", n++ ? "," : "", shown[c].name);
    fputs(" and better in one", s.line);
    /* Labels that were not given, and silicon that is not known of every point. */
    for (int c = 0; c < N_SHOWN; c++) {
        enum sweep_figure f = shown[c].figure;
        if ((f == SWEEP_ACCURACY || f == SWEEP_ENERGY || f == SWEEP_TIME || f == SWEEP_AREA) && !(counted >> f & 1))
            fprintf(s.line, "; %s is not known of every point and does not count", shown[c].name);
    }
    form_end(&s);
}

void sweep_text(FILE *to, size_t width, const struct sweep_table *t, uint32_t counted)
{
    struct page p = {.to = to, .width = width, .t = t};
    struct form_sheet s;
    uint32_t ran = sweep_count(t, SWEEP_RAN), refused = sweep_count(t, SWEEP_REFUSED), missing = sweep_count(t, SWEEP_INTERRUPTED);
    form_begin(&s, to, width, "sweep");
    fprintf(s.line, "%s: %u point%s, %u ran, %u refused", t->file, t->n_points, form_plural(t->n_points), ran, refused);
    if (missing)
        fprintf(s.line, ", %u interrupted", missing);
    fputs("; energy (dynamic) and time are of one sample", s.line);
    form_end(&s);
    make_cells(&p);
    write_header(&p);
    for (uint32_t i = 0; i < t->n_points; i++)
        write_point(&p, i);
    free_cells(&p);
    if (ran)
        write_front(&p, counted);
}
