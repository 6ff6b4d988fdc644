/* report.html of a finished folder: made from its summary.json and tables alone, one file that needs nothing beside it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/whole.h"
#include "report.h"
#include "report/draw.h"
#include "report/finished.h"
#include "report/form.h"

enum { SAMPLE_TIME = 4, SAMPLE_ENERGY = 5, STEP_STEP = 1, STEP_TIME = 2, STEP_SPIKES = 3 };
static const char samples_header[] = "sample,label,prediction,steps,time_s,energy_j,spikes,sops,packets";
static const char steps_header[] = "sample,step,time_s,spikes,sops,packets,energy_j,peak_link_use";
static const char style[] =
    "body{font:15px/1.45 sans-serif;margin:2em auto;max-width:1000px;padding:0 1em;color:#222}h1{font-size:1.5em}h2{font-size:1.15em;margin-top:1.8em;"
    "border-bottom:1px solid #ccc}table{border-collapse:collapse}td,th{padding:.15em .8em .15em 0;text-align:left;vertical-align:top}"
    "td.n,th.n{text-align:right}.big{font-size:1.3em}.status{color:#a84d4d;font-weight:bold}.key{display:inline-block;width:.8em;height:.8em;margin-right:.3em}"
    ".ends{display:flex;justify-content:space-between;color:#666;font-size:.85em}.warning{background:#fff3dc;padding:.3em .6em;margin:.3em 0}"
    "pre{background:#f6f6f6;padding:1em;overflow-x:auto;font-size:12px}small{color:#666}";

struct page { FILE *to; const struct finished *f; double samples; };

static const char *node_text(const struct doc_node *map, const char *key)
{
    const struct doc_node *node = doc_get(map, key);
    return node && node->kind == DOC_SCALAR && (node->quoted || strcmp(node->text, "null") != 0) ? node->text : "";
}

static double node_number(const struct doc_node *map, const char *key)
{
    return finished_value(doc_get(map, key));
}

static double each(const struct page *p, double total)
{
    return p->samples > 0 ? total / p->samples : 0;
}

static void heading(const struct page *p, const char *text)
{
    fprintf(p->to, "<h2>%s</h2>\n", text);
}

static void cell(const struct page *p, const char *class_, const char *text)
{
    fprintf(p->to, "<td%s%s%s>", class_ ? " class=\"" : "", class_ ? class_ : "", class_ ? "\"" : "");
    draw_text(p->to, text);
    fputs("</td>", p->to);
}

/* ---- head ---- */

static void write_head(const struct page *p)
{
    FILE *to = p->to;
    fprintf(to, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
    draw_text(to, finished_text(p->f, "network.name"));
    fputs(" on ", to);
    draw_text(to, finished_text(p->f, "chip.name"));
    fprintf(to, "</title><style>%s</style></head><body>\n<h1>", style);
    draw_text(to, finished_text(p->f, "network.name"));
    fputs(" on ", to);
    draw_text(to, finished_text(p->f, "chip.name"));
    fputs("</h1>\n<p>", to);
    draw_text(to, finished_text(p->f, "chip.about"));
    fputs("<br><span class=\"status\">", to);
    draw_text(to, *finished_text(p->f, "chip.status") ? finished_text(p->f, "chip.status") : "ESTIMATE, not a measurement");
    fputs(!strcmp(finished_text(p->f, "assume_native"), "true") ? "; pretends (--assume-native) that the chip does all that the network asks" : "", to);
    fputs("</span></p>\n", to);
}

static void headline(const struct page *p, const char *name, double value, const char *unit, const char *note)
{
    char text[FORM_TEXT];
    if (!isfinite(value))
        return;
    if (*unit)
        form_si(text, value, unit);
    else
        snprintf(text, sizeof text, "%.1f %%", 100 * value);
    fprintf(p->to, "<tr><td>%s</td><td class=\"n big\">%s</td><td><small>%s</small></td></tr>\n", name, text, note);
}

static void write_headlines(const struct page *p)
{
    const struct finished *f = p->f;
    char range[FORM_TEXT * 3], low[FORM_TEXT], high[FORM_TEXT];
    int priced = !strcmp(finished_text(f, "energy.priced"), "true");
    fputs("<table>\n", p->to);
    headline(p, "accuracy", finished_number(f, "accuracy"), "", "");
    headline(p, "accuracy in float32", finished_number(f, "float_accuracy"), "", "");
    snprintf(range, sizeof range, "%s to %s", form_si(low, each(p, finished_number(f, "energy.dynamic_low_j")), "J"),
             form_si(high, each(p, finished_number(f, "energy.dynamic_high_j")), "J"));
    headline(p, "energy per inference, dynamic", priced ? each(p, finished_number(f, "energy.dynamic_j")) : (double)NAN, "J", range);
    headline(p, "with the static power of the whole chip", priced ? each(p, finished_number(f, "energy.total_j")) : (double)NAN, "J", "");
    headline(p, "with that of the used cores", priced ? each(p, finished_number(f, "energy.total_used_j")) : (double)NAN, "J", "");
    snprintf(range, sizeof range, "%s to %s", form_si(low, each(p, finished_number(f, "time.low_s")), "s"),
             form_si(high, each(p, finished_number(f, "time.high_s")), "s"));
    headline(p, "time per inference", finished_number(f, "time.per_sample.mean_s"), "s", range);
    fputs("</table>\n", p->to);
}

static void write_warnings(const struct page *p)
{
    const struct doc_node *list = finished_node(p->f, "warnings");
    for (uint32_t i = 0; list && list->kind == DOC_LIST && i < list->count; i++) {
        fputs("<div class=\"warning\">", p->to);
        draw_text(p->to, list->item[i]->text ? list->item[i]->text : "");
        fputs("</div>\n", p->to);
    }
}

/* ---- energy and time ---- */

static void write_line(const struct page *p, const struct doc_node *line, double dynamic)
{
    char a[FORM_TEXT], b[FORM_TEXT], c[FORM_TEXT];
    double price = node_number(line, "each_j"), energy = node_number(line, "energy_j"), share = dynamic > 0 ? energy / dynamic : 0;
    fputs("<tr>", p->to);
    cell(p, NULL, node_text(line, "name"));
    cell(p, "n", form_count(a, each(p, node_number(line, "count"))));
    cell(p, "n", form_si(b, price, "J"));
    cell(p, "n", form_si(c, each(p, energy), "J"));
    fputs("<td>", p->to);
    draw_bar(p->to, share, form_percent(a, share));
    fprintf(p->to, " %s</td>", form_percent(a, share));
    cell(p, NULL, node_text(line, "basis"));
    cell(p, NULL, node_text(line, "source"));
    fputs("</tr>\n", p->to);
}

static void write_actions(const struct page *p)
{
    const struct doc_node *list = finished_node(p->f, "energy.lines");
    double dynamic = finished_number(p->f, "energy.dynamic_j");
    if (!list || list->kind != DOC_LIST || !list->count)
        return;
    heading(p, "Energy per inference by action");
    fputs("<table><tr><th>action</th><th class=\"n\">count</th><th class=\"n\">each</th><th class=\"n\">energy</th>"
          "<th>share of the dynamic energy</th><th>basis</th><th>source</th></tr>\n",
          p->to);
    for (uint32_t i = 0; i < list->count; i++)
        if (doc_get(list->item[i], "each_j"))
            write_line(p, list->item[i], dynamic);
    fputs("</table>\n", p->to);
}

static void write_layers(const struct page *p)
{
    const struct doc_node *map = finished_node(p->f, "energy.by_population");
    double dynamic = finished_number(p->f, "energy.dynamic_j");
    char a[FORM_TEXT];
    if (!map || map->kind != DOC_MAP || !(dynamic > 0))
        return;
    heading(p, "Energy per inference by layer");
    fputs("<table>\n", p->to);
    for (uint32_t i = 0; i < map->count; i++) {
        double energy = finished_value(map->item[i]);
        fputs("<tr>", p->to);
        cell(p, NULL, map->key[i]->text);
        cell(p, "n", form_si(a, each(p, energy), "J"));
        fputs("<td>", p->to);
        draw_bar(p->to, energy / dynamic, form_percent(a, energy / dynamic));
        fprintf(p->to, " %s</td></tr>\n", form_percent(a, energy / dynamic));
    }
    fputs("</table>\n", p->to);
}

static void write_bound(const struct page *p)
{
    static const char *const name[] = {"compute", "memory", "noc", "queue", "barrier"};
    struct draw_part part[5];
    char path[40];
    if (!(finished_number(p->f, "time.total_s") > 0))
        return;
    heading(p, "What the time of a step was");
    for (size_t i = 0; i < 5; i++) {
        snprintf(path, sizeof path, "time.bound.%s", name[i]);
        part[i] = (struct draw_part){name[i], finished_number(p->f, path)};
    }
    draw_stack(p->to, part, 5);
}

static void write_column(const struct page *p, const double *table, size_t rows, size_t columns, size_t column, const char *title, const char *unit)
{
    double *value = mem_new(rows, sizeof *value);
    for (size_t i = 0; i < rows; i++)
        value[i] = table[i * columns + column];
    fprintf(p->to, "<p>%s</p>\n", title);
    draw_histogram(p->to, value, rows, unit);
    free(value);
}

static int write_samples(const struct page *p, struct err *err)
{
    double *table;
    size_t rows, columns;
    if (finished_table(p->f, "samples.csv", samples_header, &table, &rows, &columns, err))
        return -1;
    if (rows > 1) {
        heading(p, "Spread over the samples");
        write_column(p, table, rows, columns, SAMPLE_ENERGY, "dynamic energy of a sample", "J");
        write_column(p, table, rows, columns, SAMPLE_TIME, "time of a sample", "s");
    }
    free(table);
    return 0;
}

/* Means over the samples of what happened in each chip step. */
static void write_step_means(const struct page *p, const double *table, size_t rows, size_t columns, size_t steps)
{
    double *time = mem_new(steps, sizeof *time), *spikes = mem_new(steps, sizeof *spikes), *n = mem_new(steps, sizeof *n);
    for (size_t i = 0; i < rows; i++) {
        size_t s = (size_t)table[i * columns + STEP_STEP];
        time[s] += table[i * columns + STEP_TIME];
        spikes[s] += table[i * columns + STEP_SPIKES];
        n[s]++;
    }
    for (size_t s = 0; s < steps; s++) {
        time[s] = n[s] > 0 ? time[s] / n[s] : 0;
        spikes[s] = n[s] > 0 ? spikes[s] / n[s] : 0;
    }
    heading(p, "Over the chip steps, mean of all samples");
    draw_line(p->to, time, steps, "s", "time of a step");
    draw_line(p->to, spikes, steps, "spikes", "spikes in a step");
    free(time);
    free(spikes);
    free(n);
}

static int write_steps(const struct page *p, struct err *err)
{
    double *table, steps = finished_number(p->f, "chip_steps");
    size_t rows, columns, outside = 0;
    if (finished_table(p->f, "steps.csv", steps_header, &table, &rows, &columns, err))
        return -1;
    for (size_t i = 0; i < rows; i++)
        outside += !(table[i * columns + STEP_STEP] >= 0 && table[i * columns + STEP_STEP] < steps);
    if (rows && !outside && steps <= (double)rows)
        write_step_means(p, table, rows, columns, (size_t)steps);
    free(table);
    return 0;
}

/* ---- memories, populations, standing ---- */

static void write_memories(const struct page *p)
{
    const struct doc_node *map = finished_node(p->f, "memories");
    char a[FORM_TEXT];
    if (!map || map->kind != DOC_MAP || !map->count)
        return;
    heading(p, "Memories of the used cores");
    fputs("<table><tr><th>memory</th><th class=\"n\">words read</th><th class=\"n\">words written</th><th>filled</th></tr>\n", p->to);
    for (uint32_t i = 0; i < map->count; i++) {
        const struct doc_node *m = map->item[i];
        double fill = node_number(m, "used_bits") / node_number(m, "capacity_bits");
        fputs("<tr>", p->to);
        cell(p, NULL, map->key[i]->text);
        cell(p, "n", form_count(a, each(p, node_number(m, "reads"))));
        cell(p, "n", form_count(a, each(p, node_number(m, "writes"))));
        fputs("<td>", p->to);
        draw_bar(p->to, fill, form_percent(a, fill));
        fprintf(p->to, " %s</td></tr>\n", isfinite(fill) ? form_percent(a, fill) : "-");
    }
    fputs("</table>\n<p><small>words per inference</small></p>\n", p->to);
}

static void write_fidelity(const struct page *p)
{
    const struct doc_node *list = finished_node(p->f, "fidelity");
    if (!list || list->kind != DOC_LIST || !list->count)
        return;
    heading(p, "What was not taken over exactly");
    fputs("<table>\n", p->to);
    for (uint32_t i = 0; i < list->count; i++) {
        fputs("<tr>", p->to);
        cell(p, NULL, node_text(list->item[i], "kind"));
        cell(p, NULL, node_text(list->item[i], "node"));
        cell(p, NULL, node_text(list->item[i], "text"));
        fputs("</tr>\n", p->to);
    }
    fputs("</table>\n", p->to);
}

static void write_sources(const struct page *p)
{
    const struct doc_node *list = finished_node(p->f, "sources");
    if (!list || list->kind != DOC_LIST || !list->count)
        return;
    heading(p, "Sources of the chip file's figures");
    fputs("<table>\n", p->to);
    for (uint32_t i = 0; i < list->count; i++) {
        fputs("<tr>", p->to);
        cell(p, NULL, node_text(list->item[i], "name"));
        cell(p, NULL, node_text(list->item[i], "basis"));
        cell(p, NULL, node_text(list->item[i], "text"));
        fputs("</tr>\n", p->to);
    }
    fputs("</table>\n", p->to);
}

/* The text report as it stood on the terminal; a folder without it still has a page. */
static void write_text(const struct page *p)
{
    char line[4096], *path = mem_format("%s/report.txt", p->f->folder);
    FILE *from = fopen(path, "r");
    free(path);
    if (!from)
        return;
    heading(p, "The report as text");
    fputs("<pre>", p->to);
    while (fgets(line, sizeof line, from))
        draw_text(p->to, line);
    fputs("</pre>\n", p->to);
    fclose(from);
}

static int write_page(const struct page *p, struct err *err)
{
    write_head(p);
    write_headlines(p);
    write_warnings(p);
    write_actions(p);
    write_layers(p);
    write_bound(p);
    if (write_samples(p, err) || write_steps(p, err))
        return -1;
    write_memories(p);
    write_fidelity(p);
    write_sources(p);
    write_text(p);
    fputs("</body></html>\n", p->to);
    return 0;
}

int report_html(const char *folder, struct err *err)
{
    struct finished f;
    struct whole file;
    if (finished_open(&f, folder, err))
        return -1;
    char *path = mem_format("%s/report.html", folder);
    int bad = whole_open(&file, path, err);
    if (!bad) {
        struct form_locale locale = form_neutral();
        struct page page = {.to = file.file, .f = &f, .samples = finished_number(&f, "samples")};
        bad = write_page(&page, err);
        form_restore(locale);
        if (bad)
            whole_drop(&file);
        else
            bad = whole_close(&file, err);
    }
    free(path);
    finished_close(&f);
    return bad ? -1 : 0;
}
