/* Drawings as inline SVG with fixed coordinates: the same numbers give the same bytes. They have no axes, only their ends in words: a
 * reader sees a shape here and finds the values in the CSV files. A viewBox lets the browser shrink them. */
#include "report/draw.h"

#include <math.h>
#include <string.h>

#include "report/form.h"

enum { BAR_WIDTH = 220, PLOT_WIDTH = 460, PLOT_HEIGHT = 120, BINS = 40 };
static const char *const colours[] = {"#3b6ea5", "#c9762b", "#5a9a5a", "#a84d4d", "#8a6fae", "#777777"};
enum { COLOURS = sizeof colours / sizeof *colours };

/* What HTML would take for markup, and control characters of hostile names. */
void draw_text(FILE *to, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&': fputs("&amp;", to); break;
        case '<': fputs("&lt;", to); break;
        case '>': fputs("&gt;", to); break;
        case '"': fputs("&quot;", to); break;
        default: fputc((unsigned char)*text < 0x20 && *text != '\n' ? '?' : *text, to);
        }
}

/* A share that is not a number, below 0 or above 1 would draw outside its place. */
static double clamped(double share)
{
    return !(share > 0) ? 0 : share > 1 ? 1 : share;
}

/* The title is what a pointer over the bar shows. */
void draw_bar(FILE *to, double share, const char *title)
{
    /* A grey bar of full width, the share in colour over it. */
    fprintf(to, "<svg width=\"%d\" height=\"12\"><title>", BAR_WIDTH);
    draw_text(to, title);
    fprintf(to, "</title><rect width=\"%d\" height=\"12\" fill=\"#eee\"/><rect width=\"%.1f\" height=\"12\" fill=\"%s\"/></svg>", BAR_WIDTH,
            BAR_WIDTH * clamped(share), colours[0]);
}

/* Parts in the order given, so that the same part has the same colour on every page. */
void draw_stack(FILE *to, const struct draw_part *part, size_t n)
{
    /* Each part begins where the one before it ended. */
    double x = 0, share[COLOURS] = {0};
    int percent[COLOURS] = {0};
    /* One colour each; there are never more than five. */
    n = n < COLOURS ? n : COLOURS;
    for (size_t i = 0; i < n; i++)
        share[i] = clamped(part[i].share);
    form_shares(share, n, form_whole(share, n), percent);
    fprintf(to, "<svg width=\"%d\" height=\"18\" viewBox=\"0 0 %d 18\" preserveAspectRatio=\"none\">", PLOT_WIDTH, PLOT_WIDTH);
    for (size_t i = 0; i < n; i++) {
        double width = PLOT_WIDTH * share[i];
        fprintf(to, "<rect x=\"%.1f\" width=\"%.1f\" height=\"18\" fill=\"%s\"/>", x, width, colours[i % COLOURS]);
        x += width;
    }
    fputs("</svg><br>", to);
    for (size_t i = 0; i < n; i++) {
        fprintf(to, "<span class=\"key\" style=\"background:%s\"></span><span>", colours[i % COLOURS]);
        draw_text(to, part[i].name);
        fprintf(to, " %d %%</span>\n", percent[i]);
    }
    fputc('\n', to);
}

/* Left, middle and right below a plot: its lowest value, what it shows, its highest. */
static void draw_ends(FILE *to, const char *left, const char *middle, const char *right)
{
    fprintf(to, "<div class=\"ends\" style=\"width:%dpx\"><span>%s</span><span>%s</span><span>%s</span></div>\n", PLOT_WIDTH, left, middle, right);
}

/* Forty bins from the lowest to the highest value; the tallest bar fills the plot. Equal values make one bar. */
void draw_histogram(FILE *to, const double *value, size_t n, const char *unit)
{
    double low = INFINITY, high = -INFINITY;
    size_t bin[BINS] = {0}, most = 0;
    char a[FORM_TEXT], b[FORM_TEXT], count[FORM_TEXT * 2];
    for (size_t i = 0; i < n; i++)
        if (isfinite(value[i])) {
            low = value[i] < low ? value[i] : low;
            high = value[i] > high ? value[i] : high;
        }
    /* Nothing finite to draw. */
    if (!(high >= low))
        return;
    for (size_t i = 0; i < n; i++)
        if (isfinite(value[i])) {
            /* Rounded, so that the lowest and the highest value fill half a bin each; all in one bin where there is one value. */
            size_t k = high > low ? (size_t)((value[i] - low) / (high - low) * (BINS - 1) + 0.5) : 0;
            bin[k < BINS ? k : BINS - 1]++;
        }
    /* At least one value is finite here, so the tallest bin is not empty. */
    for (size_t k = 0; k < BINS; k++)
        most = bin[k] > most ? bin[k] : most;
    fprintf(to, "<svg width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\">", PLOT_WIDTH, PLOT_HEIGHT, PLOT_WIDTH, PLOT_HEIGHT);
    for (size_t k = 0; k < BINS; k++) {
        /* y grows downwards; one unit between two bars. */
        double height = PLOT_HEIGHT * (double)bin[k] / (double)most, width = (double)PLOT_WIDTH / BINS;
        fprintf(to, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>", (double)k * width, PLOT_HEIGHT - height, width - 1, height,
                colours[0]);
    }
    fputs("</svg>\n", to);
    snprintf(count, sizeof count, "tallest bar: %zu sample%s", most, form_plural((double)most));
    draw_ends(to, form_si(a, low, unit), count, form_si(b, high, unit));
}

/* From zero, not from the lowest value: a flat curve must look flat. */
void draw_line(FILE *to, const double *value, size_t n, const char *unit, const char *below)
{
    double high = 0;
    char a[FORM_TEXT], last[FORM_TEXT], top[FORM_TEXT * 2];
    for (size_t i = 0; i < n; i++)
        /* Steps that no sample reached are 0, not holes. */
        high = isfinite(value[i]) && value[i] > high ? value[i] : high;
    /* One point is no curve, and nothing above zero is no plot. */
    if (n < 2 || high <= 0)
        return;
    fprintf(to,
            "<svg width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\"><polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" "
            "points=\"",
            PLOT_WIDTH, PLOT_HEIGHT, PLOT_WIDTH, PLOT_HEIGHT, colours[0]);
    for (size_t i = 0; i < n; i++)
        fprintf(to, "%.1f,%.1f ", PLOT_WIDTH * (double)i / (double)(n - 1), PLOT_HEIGHT - (PLOT_HEIGHT - 2) * clamped(value[i] / high));
    fputs("\"/></svg>\n", to);
    snprintf(top, sizeof top, "%s, highest %s", below, form_si(a, high, unit));
    snprintf(last, sizeof last, "%zu", n - 1);
    draw_ends(to, "0", top, last);
}
