/* volley compare: main figures of several runs side by side, and their ratios to the first. Energies are compared by dynamic_j: the other
 * two headline figures depend on how much of a chip a small network leaves idle. The table is made from summary.json alone, so runs of
 * different machines and versions can stand beside each other; what makes them no comparison is said in notes below.
 * Counts, energies and times are of one inference, because runs may have different numbers of samples; ratios are of these. A figure that
 * a run does not have (no labels, no price list) is "-" in its column, and has no ratio in the others if it is the first run's. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report.h"
#include "report/finished.h"
#include "report/form.h"

enum { NAME_WIDTH = 26, COLUMN_WIDTH = 22, COLUMN_WIDEST = 44 };

/* TEXT a name, COUNT a number of things, PERCENT a share of one, SI a measure with a unit, AREA m2 shown as mm2 (a prefix would mean its square). */
enum figure_form { AS_TEXT, AS_COUNT, AS_PERCENT, AS_SI, AS_AREA };
/* One row: its path in summary.json, and whether it is a sum over samples and so divided by them. */
struct figure {
    const char *name, *path, *unit;
    enum figure_form form;
    int per_sample;
};
static const struct figure figures[] = {
    {"chip", "chip.name", "", AS_TEXT, 0},
    {"network", "network.name", "", AS_TEXT, 0},
    {"mapping", "mapping.method", "", AS_TEXT, 0},
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
    {"chip area", "chip.area.total_m2", "mm2", AS_AREA, 0},
    {"synaptic operations", "counts.sops", "", AS_COUNT, 1},
    {"spikes", "counts.spikes", "", AS_COUNT, 1},
    {"packets", "counts.packets", "", AS_COUNT, 1},
    {"hops", "counts.hops", "", AS_COUNT, 1},
};

/* NAN where one of the runs does not know it: an older summary, no labels, no price list. */
static double figure_of(const struct finished *f, const struct figure *figure)
{
    double value = finished_number(f, figure->path), samples = finished_number(f, "samples");
    return figure->per_sample ? value / samples : value;        /* no samples: not finite, shown as unknown */
}

/* The first folder's figure is the measure: the others show how many times it they are. Counts of the run itself have no ratio. */
static void write_value(char *to, size_t size, const struct finished *f, const struct figure *figure, double first, int is_first)
{
    char text[FORM_TEXT], ratio[FORM_TEXT];
    double value = figure->form == AS_TEXT ? 0 : figure_of(f, figure);
    /* A long name is cut; it is told in full by the folder's own report. */
    if (figure->form == AS_TEXT) {
        snprintf(to, size, "%.*s", COLUMN_WIDTH - 2, finished_text(f, figure->path));
        return;
    }
    if (!isfinite(value)) {
        /* Not known in this run: not the same as 0. */
        snprintf(to, size, "-");
        return;
    }
    if (figure->form == AS_PERCENT)
        snprintf(text, sizeof text, "%.1f %%", 100 * value);
    else if (figure->form == AS_COUNT)
        form_count(text, value);
    else if (figure->form == AS_AREA)
        snprintf(text, sizeof text, "%s %s", form_digits(ratio, value * 1e6), figure->unit);
    else
        form_si(text, value, figure->unit);
    /* No ratio of shares, nor of what was chosen (samples, cores), nor to nothing. */
    if (is_first || figure->form == AS_PERCENT || (figure->form == AS_COUNT && !figure->per_sample) || !isfinite(first) || first <= 0)
        snprintf(to, size, "%s", text);
    else
        snprintf(to, size, "%s  x %s", text, form_digits(ratio, value / first));
}

/* Right-aligned under the folders' names; a figure that a run does not have is "-". */
static void write_row(FILE *to, const struct finished *f, uint32_t n, const struct figure *figure, int column)
{
    char cell[FORM_TEXT * 2];
    /* What the ratios of this row are to. */
    double first = figure->form == AS_TEXT ? 0 : figure_of(&f[0], figure);
    fprintf(to, "%-*s", NAME_WIDTH, figure->name);
    for (uint32_t i = 0; i < n; i++) {
        write_value(cell, sizeof cell, &f[i], figure, first, i == 0);
        int blanks = column - (int)form_width(cell);
        fprintf(to, " %*s%s", blanks > 0 ? blanks : 0, "", cell);
    }
    fputc('\n', to);
}

/* Wide enough for the folders' names, within reason. */
static int column_width(const char *const *folders, uint32_t n)
{
    size_t widest = COLUMN_WIDTH;
    for (uint32_t i = 0; i < n; i++)
        widest = form_width(folders[i]) > widest ? form_width(folders[i]) : widest;
    return widest < COLUMN_WIDEST ? (int)widest : COLUMN_WIDEST;
}

/* A longer name is shown by its end, which tells it apart, and seen to be cut. */
static void write_header(FILE *to, const char *const *folders, uint32_t n, int column)
{
    fprintf(to, "%-*s", NAME_WIDTH, "per inference");
    for (uint32_t i = 0; i < n; i++) {
        const char *shown = folders[i];
        /* At a whole character: a byte in the middle of one is passed over. */
        int cut = (int)form_width(shown) > column;
        while (cut && ((int)form_width(shown) > column - 3 || ((unsigned char)*shown & 0xc0) == 0x80))
            shown++;
        fprintf(to, " %*s%s%s", column - (cut ? 3 : 0) - (int)form_width(shown), "", cut ? "..." : "", shown);
    }
    fputc('\n', to);
}

/* SHA-256 of what a run was made from, by the name in its summary; "": it had none. */
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

/* What was turned on a chip: two columns of one name may be two chips. */
static void write_overrides(FILE *to, const struct finished *f)
{
    const struct doc_node *list = finished_node(f, "set");
    for (uint32_t i = 0; list && list->kind == DOC_LIST && i < list->count; i++)
        if (list->item[i]->kind == DOC_SCALAR)
            fprintf(to, "note: %s: --set %s\n", f->folder, list->item[i]->text);
}

/* What makes two columns no comparison: other material, or a run that was cut short. */
static void write_notes(FILE *to, const struct finished *f, uint32_t n)
{
    static const char *const input[] = {"network", "input"};
    /* One note per input, for the first run that differs. */
    for (size_t k = 0; k < 2; k++)
        for (uint32_t i = 1; i < n; i++)
            if (strcmp(hash_of(&f[0], input[k]), hash_of(&f[i], input[k])) != 0) {
                fprintf(to, "note: %s ran another %s than %s\n", f[i].folder, input[k], f[0].folder);
                break;
            }
    for (uint32_t i = 0; i < n; i++)
        write_overrides(to, &f[i]);
    for (uint32_t i = 0; i < n; i++)
        if (!strcmp(finished_text(&f[i], "partial"), "true"))
            fprintf(to, "note: %s was interrupted: its figures are of the samples it finished\n", f[i].folder);
}

/* Every folder is opened before a line is written: a wrong name is an error, not a table with a hole. */
int report_compare(FILE *to, const char *const *folders, uint32_t n, struct err *err)
{
    /* Folders that were not opened are closed like the others: finished_close takes an empty one. */
    struct finished *f = mem_new(n, sizeof *f);
    struct form_locale locale = form_neutral();
    int bad = n < 2 ? err_input(err, "volley compare takes two or more folders that volley run --out wrote") : 0;
    for (uint32_t i = 0; i < n && !bad; i++)
        bad = finished_open(&f[i], folders[i], err);
    /* Nothing is printed before every folder is open. */
    if (!bad) {
        int column = column_width(folders, n);
        write_header(to, folders, n, column);
        for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
            write_row(to, f, n, &figures[i], column);
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
