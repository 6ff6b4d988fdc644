/* The report of a run of SANA-FE's files, in the order of every report: what was run and where, what it cost and why, how often each thing
 * happened, and on what all of it stands. */
#include <stdlib.h>
#include <string.h>

#include "report/form.h"
#include "report/sanafe.h"

enum { NOTES_SHOWN = 12, GROUPS_SHOWN = 6 };

/* The network by its own name, or by its file's where it has none. */
static void write_title(FILE *to, const struct sanafe_report *r, size_t width)
{
    const char *name = r->run->chip->net->name, *slash = strrchr(name, '/');
    struct form_sheet s;
    form_begin(&s, to, width, "volley");
    fprintf(s.line, "%s\t%s on %s: files of SANA-FE, run as that tool does\tESTIMATE, not a measurement", VOLLEY_VERSION, slash ? slash + 1 : name,
            r->run->chip->arch->name);
    form_end(&s);
}

/* Long lists are cut; layers.csv has all. */
static void write_network(FILE *to, const struct sanafe_run *run, size_t width)
{
    const struct sanafe_network *net = run->chip->net;
    char n[4][FORM_TEXT];
    struct form_sheet s;
    form_begin(&s, to, width, "network");
    for (size_t g = 0; g < net->n_groups && g < GROUPS_SHOWN; g++)
        fprintf(s.line, "%s%s %s", g ? ", " : "", net->group[g].name, form_count(n[0], net->group[g].n));
    if (net->n_groups > GROUPS_SHOWN)
        fprintf(s.line, " and %zu more groups", net->n_groups - GROUPS_SHOWN);
    fprintf(s.line, ": %s neuron%s, %s synapse%s, %s step%s", form_count(n[1], (double)net->n_neurons), form_plural((double)net->n_neurons),
            form_count(n[2], (double)net->n_edges), form_plural((double)net->n_edges), form_count(n[3], run->steps), form_plural(run->steps));
    form_end(&s);
}

/* How far a spike goes is what a mapping is judged by. */
static void write_placed(FILE *to, const struct sanafe_run *run, size_t width)
{
    const struct sanafe_chip *chip = run->chip;
    uint32_t fullest = 0;
    char n[4][FORM_TEXT];
    struct form_sheet s;
    for (uint32_t c = 1; c < chip->n_cores; c++)
        fullest = chip->core[c].n > chip->core[fullest].n ? c : fullest;
    form_begin(&s, to, width, "placed");
    fprintf(s.line, "as in the file: %s of %s cores, %s of %s tiles", form_count(n[0], chip->n_cores), form_count(n[1], chip->arch->n_cores),
            form_count(n[2], chip->tiles_used), form_count(n[3], chip->arch->n_tiles));
    if (chip->n_cores)
        fprintf(s.line, "; the fullest core has %s of %s neurons", form_count(n[0], chip->core[fullest].n),
                form_count(n[1], chip->arch->core[chip->core[fullest].core].kind->max_neurons));
    if (run->n_fires)
        fprintf(s.line, "\n%s packets and %s hops per spike", form_count(n[0], (double)run->sum.packets / (double)run->n_fires),
                form_count(n[1], (double)run->sum.hops / (double)run->n_fires));
    form_end(&s);
}

/* Parts that add up to the whole, in percent, too. */
static void write_energy(FILE *to, const struct sanafe_run *run, size_t width)
{
    double share[SANAFE_E_PARTS];
    int percent[SANAFE_E_PARTS];
    char a[FORM_TEXT];
    struct form_sheet s;
    form_begin(&s, to, width, "energy");
    fprintf(s.line, "%s in all, dynamic", form_si(a, run->sum.total, "J"));
    if (run->steps)
        fprintf(s.line, "\t%s per step", form_si(a, run->sum.total / run->steps, "J"));
    fputs("\tstatic power is not in SANA-FE's files\n", s.line);
    for (int e = 0; e < SANAFE_E_PARTS; e++)
        share[e] = run->sum.total > 0 ? run->sum.energy[e] / run->sum.total : 0;
    form_shares(share, SANAFE_E_PARTS, form_whole(share, SANAFE_E_PARTS), percent);
    for (int e = 0; e < SANAFE_E_PARTS; e++)
        fprintf(s.line, "%s%s %s, %d %%", e ? "\t" : "", sanafe_energy_word((enum sanafe_part_of_energy)e), form_si(a, run->sum.energy[e], "J"), percent[e]);
    form_end(&s);
}

/* What the step's time was spent on, as far as the formula tells it. */
static void write_time(FILE *to, const struct sanafe_run *run, size_t width)
{
    double most = 0, barrier = run->chip->sync * run->steps, all = run->sum.time;
    char a[FORM_TEXT];
    struct form_sheet s;
    for (uint32_t t = 0; t < run->steps; t++)
        most = run->step[t].time > most ? run->step[t].time : most;
    form_begin(&s, to, width, "time");
    fprintf(s.line, "%s in all", form_si(a, all, "s"));
    if (run->steps)
        fprintf(s.line, "\t%s per step", form_si(a, all / run->steps, "s"));
    fprintf(s.line, "\tlargest %s\tby SANA-FE's formula `%s`", form_si(a, most, "s"), run->options.timing == SANAFE_DETAILED ? "detailed" : "simple");
    form_end(&s);
    if (all <= 0)
        return;
    double share[3] = {run->sum.busiest / all, (all - run->sum.busiest - barrier) / all, barrier / all};
    int percent[3];
    form_begin(&s, to, width, "bound by");
    share[1] = share[1] < 0 ? 0 : share[1];
    form_shares(share, 3, 100, percent);
    fprintf(s.line, "busiest core %d %%\tnetwork %d %%\tbarrier %d %% (%s per step, %u tile%s in use)", percent[0], percent[1], percent[2],
            form_si(a, run->chip->sync, "s"), run->chip->tiles_used, form_plural(run->chip->tiles_used));
    form_end(&s);
}

/* What happened at all, most expensive kinds in the order of the pipeline. */
static void write_actions(FILE *to, const struct sanafe_run *run)
{
    size_t n;
    struct sanafe_line *line = sanafe_lines(run, &n);
    char a[3][FORM_TEXT];
    fprintf(to, "\n%-34s %14s %10s %10s %6s\n", "whole run", "count", "each", "energy", "share");
    for (size_t i = 0; i < n; i++)
        if (line[i].count)
            fprintf(to, "%-34s %14s %10s %10s %6s\n", line[i].name, form_count(a[0], (double)line[i].count),
                    form_si(a[1], line[i].energy / (double)line[i].count, "J"), form_si(a[2], line[i].energy, "J"),
                    form_percent((char[FORM_TEXT]){0}, run->sum.total > 0 ? line[i].energy / run->sum.total : 0));
    fputc('\n', to);
    free(line);
}

/* A page has room for some; all are in summary.json. */
static void write_notes(FILE *to, const struct sanafe_report *r, size_t width)
{
    const struct sanafe_run *run = r->run;
    const struct fidelity *const lists[] = {&run->chip->arch->notes, &run->chip->net->notes, &run->chip->notes, &run->notes, r->options->extra};
    size_t shown = 0, left = 0;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        for (size_t i = 0; i < lists[k]->count; i++) {
            const struct fidelity_line *l = &lists[k]->line[i];
            struct form_sheet s;
            if (shown == NOTES_SHOWN) {
                left++;
                continue;
            }
            shown++;
            form_begin(&s, to, width, l->kind == FIDELITY_WARNING ? "warning" : "note");
            fprintf(s.line, "%s%s%s", l->node, *l->node ? ": " : "", l->text);
            form_end(&s);
        }
    if (left)
        fprintf(to, "%-*s%zu more in summary.json\n", FORM_LABEL, "", left);
}

void sanafe_text(FILE *to, const struct sanafe_report *r, size_t width)
{
    struct form_sheet s;
    write_title(to, r, width);
    write_network(to, r->run, width);
    write_placed(to, r->run, width);
    fputc('\n', to);
    write_energy(to, r->run, width);
    write_time(to, r->run, width);
    write_actions(to, r->run);
    write_notes(to, r, width);
    form_begin(&s, to, width, "rests on");
    fputs("the architecture file's own figures, for which that format has no place for sources: 100 % assumed", s.line);
    form_end(&s);
}
