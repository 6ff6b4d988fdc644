/* volley compare: main figures of several runs side by side, and their ratios to the first. Energies compare by dynamic_j. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report.h"
#include "report/finished.h"
#include "report/form.h"

enum { NAME_WIDTH = 26, COLUMN_WIDTH = 22 };

enum figure_form { AS_TEXT, AS_COUNT, AS_PERCENT, AS_SI };
struct figure {
    const char *name, *path, *unit;
    enum figure_form form;
    int per_sample;
};
static const struct figure figures[] = {
    {"chip", "chip.name", "", AS_TEXT, 0},
    {"network", "network.name", "", AS_TEXT, 0},
    {"timing plane", "plane", "", AS_TEXT, 0},
    {"samples", "samples", "", AS_COUNT, 0},
    {"cores used", "chip.cores_used", "", AS_COUNT, 0},
    {"accuracy", "accuracy", "", AS_PERCENT, 0},
    {"energy, dynamic", "energy.dynamic_j", "J", AS_SI, 1},
    {"  lowest", "energy.dynamic_low_j", "J", AS_SI, 1},
    {"  highest", "energy.dynamic_high_j", "J", AS_SI, 1},
    {"  with whole chip's static", "energy.total_j", "J", AS_SI, 1},
    {"  with used cores' static", "energy.total_used_j", "J", AS_SI, 1},
    {"  resting on assumptions", "energy.assumed_share", "", AS_PERCENT, 0},
    {"time", "time.per_sample.mean_s", "s", AS_SI, 0},
    {"  largest", "time.per_sample.max_s", "s", AS_SI, 0},
    {"synaptic operations", "counts.sops", "", AS_COUNT, 1},
    {"spikes", "counts.spikes", "", AS_COUNT, 1},
    {"packets", "counts.packets", "", AS_COUNT, 1},
    {"hops", "counts.hops", "", AS_COUNT, 1},
};

static double figure_of(const struct finished *f, const struct figure *figure)
{
    double value = finished_number(f, figure->path), samples = finished_number(f, "samples");
    return figure->per_sample ? value / samples : value;        /* no samples: not finite, shown as unknown */
}

static void write_value(char *to, size_t size, const struct finished *f, const struct figure *figure, double first, int is_first)
{
    char text[FORM_TEXT];
    double value = figure->form == AS_TEXT ? 0 : figure_of(f, figure);
    if (figure->form == AS_TEXT) {
        snprintf(to, size, "%.*s", COLUMN_WIDTH - 2, finished_text(f, figure->path));
        return;
    }
    if (!isfinite(value)) {
        snprintf(to, size, "-");
        return;
    }
    if (figure->form == AS_PERCENT)
        snprintf(text, sizeof text, "%.1f %%", 100 * value);
    else if (figure->form == AS_COUNT)
        form_count(text, value);
    else
        form_si(text, value, figure->unit);
    if (is_first || figure->form == AS_PERCENT || (figure->form == AS_COUNT && !figure->per_sample) || !isfinite(first) || first <= 0)
        snprintf(to, size, "%s", text);
    else
        snprintf(to, size, "%s  x %.3g", text, value / first);
}

static void write_row(FILE *to, const struct finished *f, uint32_t n, const struct figure *figure)
{
    char cell[FORM_TEXT * 2];
    double first = figure->form == AS_TEXT ? 0 : figure_of(&f[0], figure);
    fprintf(to, "%-*s", NAME_WIDTH, figure->name);
    for (uint32_t i = 0; i < n; i++) {
        write_value(cell, sizeof cell, &f[i], figure, first, i == 0);
        fprintf(to, " %*s%s", COLUMN_WIDTH - (int)form_width(cell) > 0 ? COLUMN_WIDTH - (int)form_width(cell) : 0, "", cell);
    }
    fputc('\n', to);
}

/* Long names of folders are shown by their end. */
static void write_header(FILE *to, const struct finished *f, uint32_t n)
{
    fprintf(to, "%-*s", NAME_WIDTH, "per inference");
    for (uint32_t i = 0; i < n; i++) {
        size_t length = strlen(f[i].folder);
        const char *shown = length > COLUMN_WIDTH ? f[i].folder + length - COLUMN_WIDTH : f[i].folder;
        fprintf(to, " %*s", COLUMN_WIDTH, shown);
    }
    fputc('\n', to);
}

static const char *hash_of(const struct finished *f, const char *input)
{
    const struct doc_node *list = finished_node(f, "inputs");
    for (uint32_t i = 0; list && list->kind == DOC_LIST && i < list->count; i++) {
        const struct doc_node *name = doc_get(list->item[i], "name"), *hash = doc_get(list->item[i], "sha256");
        if (name && hash && name->kind == DOC_SCALAR && hash->kind == DOC_SCALAR && !strcmp(name->text, input))
            return hash->text;
    }
    return "";
}

static void write_notes(FILE *to, const struct finished *f, uint32_t n)
{
    static const char *const input[] = {"network", "input"};
    for (size_t k = 0; k < 2; k++)
        for (uint32_t i = 1; i < n; i++)
            if (strcmp(hash_of(&f[0], input[k]), hash_of(&f[i], input[k])) != 0) {
                fprintf(to, "note: %s ran another %s than %s\n", f[i].folder, input[k], f[0].folder);
                break;
            }
    for (uint32_t i = 0; i < n; i++)
        if (!strcmp(finished_text(&f[i], "partial"), "true"))
            fprintf(to, "note: %s was interrupted: its figures are of the samples it finished\n", f[i].folder);
}

int report_compare(FILE *to, const char *const *folders, uint32_t n, struct err *err)
{
    struct finished *f = mem_new(n, sizeof *f);
    struct form_locale locale = form_neutral();
    int bad = n < 2 ? err_input(err, "volley compare takes two or more folders that volley run --out wrote") : 0;
    for (uint32_t i = 0; i < n && !bad; i++)
        bad = finished_open(&f[i], folders[i], err);
    if (!bad) {
        write_header(to, f, n);
        for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
            write_row(to, f, n, &figures[i]);
        write_notes(to, f, n);
        if (fflush(to) || ferror(to))
            bad = err_input(err, "cannot write the comparison; is the disk full or the reader gone?");
    }
    for (uint32_t i = 0; i < n; i++)
        finished_close(&f[i]);
    free(f);
    form_restore(locale);
    return bad ? -1 : 0;
}
