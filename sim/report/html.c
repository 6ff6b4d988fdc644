/* report.html of a finished folder: made from its summary.json and tables alone, so that a folder which was copied can be drawn
 * anywhere. One file that needs nothing beside it: no script, no font, no picture from elsewhere, nothing that reaches the network.
 * Every table may be wider than the window and then scrolls by itself; drawings shrink with it. All text from files is escaped.
 * The order of the page: what was run, the answers with their ranges, warnings; then energy by action and layer, static power, what bound
 * the time, spread over samples and steps, memories; then what it stands on, and the text report for whoever wants to copy from it.
 * A key that an older summary lacks leaves its part of the page out; a table that cannot be read is an error with its line. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/whole.h"
#include "counters.h"
#include "report.h"
#include "report/draw.h"
#include "report/finished.h"
#include "report/form.h"
#include "report/text.h"

/* Columns of the tables that the page draws, in the order of their headers, which finished_table holds them against. */
enum { SAMPLE_TIME = 4, SAMPLE_ENERGY = 5, STEP_STEP = 1, STEP_TIME = 2, STEP_SPIKES = 3 };
static const char samples_header[] = "sample,label,prediction,steps,time_s,energy_j,spikes,sops,packets";
static const char steps_header[] = "sample,step,time_s,spikes,sops,packets,energy_j,peak_link_use";
static const char paced_header[] = "sample,step,time_s,spikes,sops,packets,energy_j,peak_link_use,overrun_s";
/* One column of text, tables without lines, one colour for what a reader must not miss. */
static const char style[] =
    "body{font:15px/1.45 sans-serif;margin:2em auto;max-width:1000px;padding:0 1em;color:#222}h1{font-size:1.5em}h2{font-size:1.15em;margin-top:1.8em;"
    "border-bottom:1px solid #ccc}.scroll{overflow-x:auto}table{border-collapse:collapse}td,th{padding:.15em .8em .15em 0;text-align:left;vertical-align:top}"
    "td.n,th.n{text-align:right;white-space:nowrap}td.w{white-space:nowrap}svg,.ends{max-width:100%}td "
    "svg{vertical-align:middle;max-width:none}.big{font-size:1.3em}.status{color:#a84d4d;font-weight:bold}.key{display:inline-block;width:.8em;height:.8em;"
    "margin-right:.3em}"
    ".ends{display:flex;justify-content:space-between;color:#666;font-size:.85em}.warning{background:#fff3dc;padding:.3em .6em;margin:.3em 0}"
    "pre{background:#f6f6f6;padding:1em;overflow-x:auto;font-size:12px}small{color:#666}.key+span{white-space:nowrap;margin-right:1.2em}";

/* A page being written; samples divides what the summary holds of all samples together. */
struct page { FILE *to; const struct finished *f; double samples; };

/* A text of a map of the summary; "" where it is null, absent or no text. */
static const char *node_text(const struct doc_node *map, const char *key)
{
    const struct doc_node *node = doc_get(map, key);
    return node && node->kind == DOC_SCALAR && (node->quoted || strcmp(node->text, "null") != 0) ? node->text : "";
}

/* NAN where there is none: a figure that is not finite is not shown. */
static double node_number(const struct doc_node *map, const char *key)
{
    return finished_value(doc_get(map, key));
}

/* Per inference; 0 where no sample was finished. */
static double each(const struct page *p, double total)
{
    return p->samples > 0 ? total / p->samples : 0;
}

/* Sections are of one level: a reader scrolls. */
static void heading(const struct page *p, const char *text)
{
    fprintf(p->to, "<h2>%s</h2>\n", text);
}

/* header: the row of column titles, or "". */
static void table(const struct page *p, const char *header)
{
    fprintf(p->to, "<div class=\"scroll\"><table>%s\n", header);
}

/* Closes what table() opened. */
static void end_table(const struct page *p)
{
    fputs("</table></div>\n", p->to);
}

/* class_: "n" a number, "w" not to be broken, or NULL. */
static void cell(const struct page *p, const char *class_, const char *text)
{
    fprintf(p->to, "<td%s%s%s>", class_ ? " class=\"" : "", class_ ? class_ : "", class_ ? "\"" : "");
    draw_text(p->to, text);
    fputs("</td>", p->to);
}

/* ---- head ---- */

/* What was modelled and that it is a model, before any figure. */
static void write_head(const struct page *p)
{
    FILE *to = p->to;
    fprintf(to, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>");
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
    /* Pretending is said wherever the figures are. */
    fputs(!strcmp(finished_text(p->f, "assume_native"), "true") ? "; pretends (--assume-native) that the chip does all that the network asks" : "", to);
    fputs("</span></p>\n", to);
}

/* ---- the answers ---- */

/* One of the large figures, with what belongs to it in small; unit "": a share, in percent. What is not known has no row. */
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

/* Both ends with their units: a range may cross a prefix. */
static const char *range(char to[3 * FORM_TEXT], double low, double high, const char *unit)
{
    char a[FORM_TEXT], b[FORM_TEXT];
    snprintf(to, 3 * FORM_TEXT, "%s to %s", form_si(a, low, unit), form_si(b, high, unit));
    return to;
}

/* The share comes from the summary; the count is found from it, because it was a whole number once. */
static void write_accuracy(const struct page *p, const char *name, const char *path)
{
    char right[FORM_TEXT], all[FORM_TEXT], note[3 * FORM_TEXT];
    double share = finished_number(p->f, path);
    snprintf(note, sizeof note, "%s of %s", form_count(right, share * p->samples), form_count(all, p->samples));
    headline(p, name, share, "", note);
}

/* The three figures of energy stand in the order of the report: dynamic, whole chip, used cores. Without a price list there are none. */
static void write_headlines(const struct page *p)
{
    const struct finished *f = p->f;
    char note[3 * FORM_TEXT];
    /* A chip without a price list, or one whose prices contain its static power, has fewer figures. */
    int priced = !strcmp(finished_text(f, "energy.priced"), "true"), powered = finished_number(f, "energy.static_w") > 0;
    double none = (double)NAN;
    table(p, "");
    write_accuracy(p, "accuracy", "accuracy");
    write_accuracy(p, "accuracy in float32", "float_accuracy");
    range(note, each(p, finished_number(f, "energy.dynamic_low_j")), each(p, finished_number(f, "energy.dynamic_high_j")), "J");
    headline(p, "energy per inference, dynamic", priced ? each(p, finished_number(f, "energy.dynamic_j")) : none, "J", note);
    /* low_j to high_j is the range of the total, static power and its time included. */
    range(note, each(p, finished_number(f, "energy.low_j")), each(p, finished_number(f, "energy.high_j")), "J");
    headline(p, "with the static power of the whole chip", powered ? each(p, finished_number(f, "energy.total_j")) : none, "J", note);
    headline(p, "with that of the used cores", powered ? each(p, finished_number(f, "energy.total_used_j")) : none, "J", "");
    range(note, each(p, finished_number(f, "time.low_s")), each(p, finished_number(f, "time.high_s")), "s");
    headline(p, "time per inference", finished_number(f, "time.per_sample.mean_s"), "s", note);
    end_table(p);
}

/* What was run and where it was put, in one line each. */
static void write_what(const struct page *p)
{
    const struct finished *f = p->f;
    char a[FORM_TEXT], b[FORM_TEXT], c[FORM_TEXT], d[FORM_TEXT];
    /* Written by every version so far, so they are not asked for. */
    double neurons = finished_number(f, "network.neurons"), synapses = finished_number(f, "network.synapses"), steps = finished_number(f, "steps");
    double used = finished_number(f, "chip.cores_used"), cores = finished_number(f, "chip.cores");
    fprintf(p->to, "<p>%s neuron%s, %s synapse%s; %s sample%s of %s step%s", form_count(a, neurons), form_plural(neurons), form_count(b, synapses),
            form_plural(synapses), form_count(c, p->samples), form_plural(p->samples), form_count(d, steps), form_plural(steps));
    fprintf(p->to, " (%s on the chip)<br>", form_count(a, finished_number(f, "chip_steps")));
    fprintf(p->to, "%s of %s core%s used, mapped by ", form_count(a, used), form_count(b, cores), form_plural(cores));
    draw_text(p->to, finished_text(f, "mapping.method"));
    fputs("; timing plane ", p->to);
    draw_text(p->to, finished_text(f, "plane"));
    fputs("</p>\n", p->to);
}

/* Below the figures that they are about, above all detail. */
static void write_warnings(const struct page *p)
{
    /* A damaged summary may hold anything under this key. */
    const struct doc_node *list = finished_node(p->f, "warnings");
    for (uint32_t i = 0; list && list->kind == DOC_LIST && i < list->count; i++) {
        fputs("<div class=\"warning\">", p->to);
        draw_text(p->to, list->item[i]->text ? list->item[i]->text : "");
        fputs("</div>\n", p->to);
    }
}

/* ---- energy and time ---- */

/* "synaptic operations", "synapse, words read"; a name that no table knows stays as it is. */
static const char *label(char *to, size_t size, const char *name)
{
    /* A counter, else a memory's words, else whatever an older or newer version wrote. */
    const char *known = table_label(counter_by_name(name)), *dot = strrchr(name, '.');
    if (*known)
        snprintf(to, size, "%s", known);
    else if (dot && !strcmp(dot, ".read_word"))
        snprintf(to, size, "%.*s, words read", (int)(dot - name), name);
    else if (dot && !strcmp(dot, ".write_word"))
        snprintf(to, size, "%.*s, words written", (int)(dot - name), name);
    else
        snprintf(to, size, "%s", name);
    return to;
}

/* One action: count x price = energy, its range, its share, and what the price rests on. An unknown price has no energy, not a zero. */
static void write_line(const struct page *p, const struct doc_node *line, double dynamic)
{
    char a[FORM_TEXT], name[200], note[3 * FORM_TEXT];
    /* Of all samples together, as everything in the summary; each() makes it one inference. */
    double energy = node_number(line, "energy_j"), low = node_number(line, "low_j"), high = node_number(line, "high_j");
    double share = dynamic > 0 ? energy / dynamic : 0;
    /* "unknown: free" in the summary. */
    int unknown = !strncmp(node_text(line, "basis"), "unknown", 7);
    fputs("<tr>", p->to);
    cell(p, "w", label(name, sizeof name, node_text(line, "name")));
    cell(p, "n", form_count(a, each(p, node_number(line, "count"))));
    cell(p, "n", unknown ? "unknown" : form_si(a, node_number(line, "each_j"), "J"));
    cell(p, "n", unknown ? "-" : form_si(a, each(p, energy), "J"));
    cell(p, "n", low < energy || high > energy ? range(note, each(p, low), each(p, high), "J") : "");
    fputs("<td class=\"w\">", p->to);
    if (!unknown) {
        draw_bar(p->to, share, form_percent(a, share));
        fprintf(p->to, " %s", form_percent(a, share));
    }
    fputs("</td>", p->to);
    cell(p, "w", unknown ? "no figure published: counted as free" : node_text(line, "basis"));
    cell(p, NULL, node_text(line, "source"));
    fputs("</tr>\n", p->to);
}

/* All lines, also those that the text folds: a page has room. */
static void write_actions(const struct page *p)
{
    const struct doc_node *list = finished_node(p->f, "energy.lines");
    double dynamic = finished_number(p->f, "energy.dynamic_j");
    if (!list || list->kind != DOC_LIST || !list->count)
        return;
    heading(p, "Energy per inference by action");
    table(p, "<tr><th>action</th><th class=\"n\">count</th><th class=\"n\">each</th><th class=\"n\">energy</th><th class=\"n\">range</th>"
             "<th>share of the dynamic energy</th><th>basis</th><th>source</th></tr>");
    for (uint32_t i = 0; i < list->count; i++)
        if (doc_get(list->item[i], "each_j"))
            write_line(p, list->item[i], dynamic);
    end_table(p);
}

/* The chip's one power is divided between the cores that are used and the rest; a reader must not take both lines for a chip each. */
static const char *static_label(const char *name)
{
    if (!strcmp(name, "static chip used"))
        return "chip, share of the cores used";
    if (!strcmp(name, "static chip unused"))
        return "chip, share of the other cores";
    return !strncmp(name, "static ", 7) ? name + 7 : name;
}

/* units x power x time; the time is the run's own. */
static void write_static_line(const struct page *p, const struct doc_node *line)
{
    char a[FORM_TEXT];
    int unknown = !strncmp(node_text(line, "basis"), "unknown", 7);
    fputs("<tr>", p->to);
    cell(p, "w", static_label(node_text(line, "name")));
    cell(p, "n", form_count(a, node_number(line, "count")));
    cell(p, "n", unknown ? "unknown" : form_si(a, node_number(line, "each_w"), "W"));
    cell(p, "n", unknown ? "-" : form_si(a, each(p, node_number(line, "energy_j")), "J"));
    cell(p, "w", unknown ? "no figure published: counted as free" : node_text(line, "basis"));
    cell(p, NULL, node_text(line, "source"));
    fputs("</tr>\n", p->to);
}

/* Power x time; a chip's power is shared between its used and its unused cores. */
static void write_static(const struct page *p)
{
    const struct doc_node *list = finished_node(p->f, "energy.lines");
    int lines = 0;
    for (uint32_t i = 0; list && list->kind == DOC_LIST && i < list->count; i++) {
        if (!doc_get(list->item[i], "each_w"))
            continue;
        /* The heading only where there is such a line. */
        if (!lines++) {
            heading(p, "Static energy per inference");
            table(p,
                  "<tr><th>what</th><th class=\"n\">units</th><th class=\"n\">power of each</th><th class=\"n\">energy</th><th>basis</th><th>source</th></tr>");
        }
        write_static_line(p, list->item[i]);
    }
    if (lines)
        end_table(p);
}

/* In the order of the network, with each layer's share as a bar. */
static void write_layers(const struct page *p)
{
    const struct doc_node *map = finished_node(p->f, "energy.by_population");
    double dynamic = finished_number(p->f, "energy.dynamic_j");
    char a[FORM_TEXT];
    /* Without a price list there is nothing to divide among layers. */
    if (!map || map->kind != DOC_MAP || !(dynamic > 0))
        return;
    heading(p, "Energy per inference by layer");
    table(p, "");
    for (uint32_t i = 0; i < map->count; i++) {
        double energy = finished_value(map->item[i]);
        fputs("<tr>", p->to);
        cell(p, NULL, map->key[i]->text);
        cell(p, "n", form_si(a, each(p, energy), "J"));
        fputs("<td class=\"w\">", p->to);
        draw_bar(p->to, energy / dynamic, form_percent(a, energy / dynamic));
        fprintf(p->to, " %s</td></tr>\n", form_percent(a, energy / dynamic));
    }
    end_table(p);
}

/* The run's steps had a pace, or the chip a tick. */
static int has_pace(const struct page *p)
{
    return isfinite(finished_number(p->f, "time.bound.pace"));
}

/* Steps that did not keep their tick or pace, and what they would have needed. */
static void write_overruns(const struct page *p)
{
    double n = finished_number(p->f, "time.overruns");
    char count[FORM_TEXT], all[FORM_TEXT], most[FORM_TEXT], sum[FORM_TEXT];
    if (!(n > 0) || !isfinite(finished_number(p->f, "time.least_s")))
        return;
    fprintf(p->to, "<p>Overruns: %s of %s steps, by up to %s, %s in all; none from %.15g us on.</p>\n", form_count(count, n),
            form_count(all, finished_number(p->f, "samples") * finished_number(p->f, "chip_steps")),
            form_si(most, finished_number(p->f, "time.overrun_max_s"), "s"), form_si(sum, finished_number(p->f, "time.overrun_sum_s"), "s"),
            1e6 * finished_number(p->f, "time.least_s"));
}

/* The parts of the steps' time, which make one whole; resets lie between the samples and are not in it. */
static void write_bound(const struct page *p)
{
    static const char *const name[] = {"compute", "memory", "noc", "queue", "barrier", "pace"};
    struct draw_part part[6];
    char path[40];
    /* A chip file without times: there is nothing to divide. */
    if (!(finished_number(p->f, "time.total_s") > 0))
        return;
    heading(p, "What the steps' time was");
    size_t n = has_pace(p) ? 6 : 5;
    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof path, "time.bound.%s", name[i]);
        part[i] = (struct draw_part){name[i], finished_number(p->f, path)};
    }
    draw_stack(p->to, part, n);
    write_overruns(p);
}

/* The distribution of one column of samples.csv. */
static void write_column(const struct page *p, const double *table, size_t rows, size_t columns, size_t column, const char *title, const char *unit)
{
    /* One column out of a table that is kept row by row. */
    double *value = mem_new(rows, sizeof *value);
    for (size_t i = 0; i < rows; i++)
        value[i] = table[i * columns + column];
    fprintf(p->to, "<p>%s</p>\n", title);
    draw_histogram(p->to, value, rows, unit);
    free(value);
}

/* Of one sample there is no distribution. */
static int write_samples(const struct page *p, struct err *err)
{
    double *table;
    size_t rows, columns;
    if (finished_table(p->f, "samples.csv", samples_header, &table, &rows, &columns, err))
        return -1;
    /* The energy first, as in the report. */
    if (rows > 1) {
        /* Of the network, not of what is known of the chip: that is the range beside each figure. */
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
    /* n: how many samples reached this step; all of them, unless the run was cut short. */
    double *time = mem_new(steps, sizeof *time), *spikes = mem_new(steps, sizeof *spikes), *n = mem_new(steps, sizeof *n);
    for (size_t i = 0; i < rows; i++) {
        /* Held against the number of steps by the caller. */
        size_t s = (size_t)table[i * columns + STEP_STEP];
        time[s] += table[i * columns + STEP_TIME];
        spikes[s] += table[i * columns + STEP_SPIKES];
        n[s]++;
    }
    for (size_t s = 0; s < steps; s++) {
        time[s] = n[s] > 0 ? time[s] / n[s] : 0;
        spikes[s] = n[s] > 0 ? spikes[s] / n[s] : 0;
    }
    /* Deeper layers start later: the first and last steps of a sample do less. */
    heading(p, "Over the chip steps, mean of all samples");
    draw_line(p->to, time, steps, "s", "time of a step");
    draw_line(p->to, spikes, steps, "spikes", "spikes in a step");
    free(time);
    free(spikes);
    free(n);
}

/* A folder whose steps lie outside the run's own number of steps was changed by hand: nothing is drawn of it. */
static int write_steps(const struct page *p, struct err *err)
{
    double *table, steps = finished_number(p->f, "chip_steps");
    size_t rows, columns, outside = 0;
    if (finished_table(p->f, "steps.csv", has_pace(p) ? paced_header : steps_header, &table, &rows, &columns, err))
        return -1;
    for (size_t i = 0; i < rows; i++)
        /* Written so that a step that is no number lies outside, too. */
        outside += !(table[i * columns + STEP_STEP] >= 0 && table[i * columns + STEP_STEP] < steps);
    if (rows && !outside && steps <= (double)rows)
        write_step_means(p, table, rows, columns, (size_t)steps);
    free(table);
    return 0;
}

/* ---- memories, populations, standing ---- */

/* How much is read and written, and how full they are: the two things that choose a memory's size. */
static void write_memories(const struct page *p)
{
    const struct doc_node *map = finished_node(p->f, "memories");
    char a[FORM_TEXT];
    if (!map || map->kind != DOC_MAP || !map->count)
        return;
    /* Of the chip's other cores nothing was accessed. */
    heading(p, "Memories of the used cores");
    table(p, "<tr><th>memory</th><th class=\"n\">words read</th><th class=\"n\">words written</th><th>filled</th></tr>");
    for (uint32_t i = 0; i < map->count; i++) {
        const struct doc_node *m = map->item[i];
        /* Without a limit there is no share: not finite, shown as "-". */
        double fill = node_number(m, "used_bits") / node_number(m, "capacity_bits");
        fputs("<tr>", p->to);
        cell(p, NULL, map->key[i]->text);
        cell(p, "n", form_count(a, each(p, node_number(m, "reads"))));
        cell(p, "n", form_count(a, each(p, node_number(m, "writes"))));
        fputs("<td class=\"w\">", p->to);
        draw_bar(p->to, fill, form_percent(a, fill));
        fprintf(p->to, " %s</td></tr>\n", isfinite(fill) ? form_percent(a, fill) : "-");
    }
    end_table(p);
    fputs("<p><small>words per inference, of all used cores together; filled: their share that holds something</small></p>\n", p->to);
}

/* Every line, not grouped as in the text. */
static void write_fidelity(const struct page *p)
{
    const struct doc_node *list = finished_node(p->f, "fidelity");
    if (!list || list->kind != DOC_LIST || !list->count)
        return;
    /* From "exact" to "approximated"; notes change nothing. */
    heading(p, "How each part was taken over");
    table(p, "");
    for (uint32_t i = 0; i < list->count; i++) {
        fputs("<tr>", p->to);
        cell(p, NULL, node_text(list->item[i], "kind"));
        cell(p, NULL, node_text(list->item[i], "node"));
        cell(p, NULL, node_text(list->item[i], "text"));
        fputs("</tr>\n", p->to);
    }
    end_table(p);
}

/* The words of the chip file itself, for whoever doubts a price. */
static void write_sources(const struct page *p)
{
    const struct doc_node *list = finished_node(p->f, "sources");
    if (!list || list->kind != DOC_LIST || !list->count)
        return;
    /* All of the file's, also those that no figure of this run rests on. */
    heading(p, "Sources of the chip file's figures");
    table(p, "");
    for (uint32_t i = 0; i < list->count; i++) {
        fputs("<tr>", p->to);
        cell(p, NULL, node_text(list->item[i], "name"));
        cell(p, NULL, node_text(list->item[i], "basis"));
        cell(p, NULL, node_text(list->item[i], "text"));
        fputs("</tr>\n", p->to);
    }
    end_table(p);
}

/* The text report as it stood on the terminal; a folder without it still has a page. */
static void write_text(const struct page *p)
{
    /* Optional: a folder may have been copied without it. */
    char line[4096], *path = mem_format("%s/report.txt", p->f->folder);
    FILE *from = fopen(path, "r");
    free(path);
    if (!from)
        return;
    heading(p, "The report as text");
    fputs("<pre>", p->to);
    /* A line longer than the buffer comes in pieces, which is the same on a page. */
    while (fgets(line, sizeof line, from))
        draw_text(p->to, line);
    fputs("</pre>\n", p->to);
    fclose(from);
}

/* From the answer to its parts: a reader who stops early has read what matters. */
static int write_page(const struct page *p, struct err *err)
{
    write_head(p);
    write_what(p);
    write_headlines(p);
    write_warnings(p);
    write_actions(p);
    write_static(p);
    write_layers(p);
    write_bound(p);
    /* The only two parts that can fail: they read tables. */
    if (write_samples(p, err) || write_steps(p, err))
        return -1;
    write_memories(p);
    write_fidelity(p);
    write_sources(p);
    write_text(p);
    fputs("</body></html>\n", p->to);
    return 0;
}

/* Written beside and moved when whole; an old page stays where the new one fails. */
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
        /* An error in the middle drops the new file, and the old page stays. */
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
