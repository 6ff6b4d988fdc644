/* volley sweep: every combination of a file's lists, run one after the other in this process by the functions of volley run. Of each point its
 * row is kept and all else freed. A point that is refused is a row with its message: that a design does not fit is an answer, too. An interrupt
 * drops the point in hand and keeps those that were finished. The folder gets its two files when all is done, whole or not at all. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/progress.h"
#include "cli/cli.h"
#include "cli/sweep_plan.h"
#include "report/files.h"
#include "report/form.h"
#include "report/sweep.h"

/* One sweep at work. */
struct sweep {
    const struct cli *cli;
    struct sweep_plan plan;
    struct sweep_table table;
    const volatile int *stop;
    struct timespec begin;
};

/* Names and values as the file writes them. */
static void make_table(struct sweep *s)
{
    const struct sweep_plan *p = &s->plan;
    const char **axis = mem_new(p->n_axes, sizeof *axis), **value = mem_new((size_t)p->n_points * p->n_axes, sizeof *value);
    for (uint32_t a = 0; a < p->n_axes; a++)
        axis[a] = p->axis[a].key->text;
    for (uint32_t i = 0; i < p->n_points; i++)
        for (uint32_t a = 0; a < p->n_axes; a++)
            value[(size_t)i * p->n_axes + a] = sweep_plan_value(p, i, a)->text;
    s->table = (struct sweep_table){s->cli->file[0], axis, value, p->n_axes, p->n_points, mem_new(p->n_points, sizeof(struct sweep_row))};
}

static void free_sweep(struct sweep *s)
{
    free((void *)s->table.axis);
    free((void *)s->table.value);
    sweep_rows_free(s->table.row, s->table.n_points);
    sweep_plan_free(&s->plan);
}

/* ---- the points ---- */

/* As cli_run does it, up to the energy. A run that an interrupt cut short leaves its row as it was: its figures are of other samples than the others'. */
static int run_point(const struct cli *cli, struct sweep_row *row, struct err *err)
{
    struct job p = {0};
    struct run *run = NULL;
    struct energy *energy = NULL;
    int bad = cli_refuse_sanafe(cli, "sweep", err) || job_load(&p, cli, err) || !(run = job_run(&p, cli, err));
    int whole = run && !run->partial && run->samples_done && (run->has_float || !cli->against_float);
    bad = bad || (whole && !(energy = energy_make(run, err)));
    if (!bad && whole)
        sweep_row_fill(row, run, energy);
    energy_free(energy);
    run_free(run);
    job_free(&p);
    return bad ? -1 : 0;
}

/* A defect of ours ends the sweep; all else that a point has against it stands in its row. Returns the kind of its error. */
static enum err_kind do_point(struct sweep *s, uint32_t i, struct err *err)
{
    struct cli cli;
    struct err said = {ERR_NONE, ""};
    struct sweep_row *row = &s->table.row[i];
    int bad = sweep_plan_point(&s->plan, i, &cli, &said);
    cli.threads = s->cli->threads;
    bad = bad || run_point(&cli, row, &said);
    cli_free(&cli);
    if (bad && said.kind == ERR_BUG)
        *err = said;
    if (bad && !*s->stop) {
        row->status = SWEEP_REFUSED;
        row->message = mem_text(said.text);
    }
    return bad ? said.kind : ERR_NONE;
}

/* *wrong: 1 where no point had anything to run, because of what the user gave it. */
static int do_points(struct sweep *s, int *wrong, struct err *err)
{
    struct progress progress;
    enum err_kind kind = ERR_NONE;
    /* From here on an interrupt keeps what was finished. */
    s->stop = cli_stop();
    *wrong = 1;
    /* Between the lines of single runs, which long ones write. */
    progress_begin(&progress, "points");
    for (uint32_t i = 0; i < s->plan.n_points && !*s->stop && kind != ERR_BUG; i++) {
        kind = do_point(s, i, err);
        *wrong &= kind == ERR_INPUT;
        progress_show(&progress, i + 1, s->plan.n_points);
    }
    progress_end(&progress);
    return kind == ERR_BUG ? -1 : 0;
}

/* ---- the answer ---- */

/* Two files of the list that every folder of ours has. */
static int wanted(const struct file_kind *kind, const void *sweep)
{
    (void)sweep;
    return !strcmp(kind->name, "sweep.csv") || !strcmp(kind->name, "host.json");
}

static void write_file(FILE *file, const struct file_kind *kind, const void *sweep)
{
    const struct sweep *s = sweep;
    if (!strcmp(kind->name, "sweep.csv")) {
        sweep_csv(file, &s->table);
        return;
    }
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const struct report_input input = {"sweep", s->cli->file[0], ""};
    const struct report_options options = {.command = s->cli->typed, .out = s->cli->out, .input = &input, .n_inputs = 1};
    /* The points' own files are named by the sweep's. */
    const struct host_facts facts = {(double)(now.tv_sec - s->begin.tv_sec) + 1e-9 * (double)(now.tv_nsec - s->begin.tv_nsec), s->cli->threads, 0, NULL};
    host_json(file, &options, &facts);
}

/* The folder before the terminal: a closed pipe must not lose an answer. */
static int report(struct sweep *s, struct err *err)
{
    uint32_t counted = sweep_front(&s->table);
    const struct folder_writer w = {s->cli->out, s, wanted, write_file};
    if (folder_write(&w, err))
        return -1;
    if (s->cli->quiet)
        return 0;
    struct form_locale locale = form_neutral();
    sweep_text(stdout, form_columns(stdout), &s->table, counted);
    struct form_sheet sheet;
    form_begin(&sheet, stdout, form_columns(stdout), "wrote");
    fprintf(sheet.line, "%s/: sweep.csv host.json", s->cli->out);
    form_end(&sheet);
    form_restore(locale);
    return 0;
}

/* The first message that a point was refused with. */
static const char *first_message(const struct sweep_table *t)
{
    for (uint32_t i = 0; i < t->n_points; i++)
        if (t->row[i].message)
            return t->row[i].message;
    return "";
}

/* After the files are written; the exit status is that of the whole. */
static int answer(const struct sweep *s, struct err *err)
{
    const struct sweep_table *t = &s->table;
    uint32_t ran = sweep_count(t, SWEEP_RAN), missing = sweep_count(t, SWEEP_INTERRUPTED);
    if (missing) {
        err_input(err, "interrupted after %u of %u points: what was finished is kept, the others are marked interrupted", t->n_points - missing, t->n_points);
        err->kind = ERR_INTERRUPTED;
        return -1;
    }
    return ran ? 0 : err_answer(err, "none of the %u points ran; the first: %s", t->n_points, first_message(t));
}

/* Nothing was done, or nothing that a file would be worth. */
static int nothing(const struct sweep *s, int wrong, struct err *err)
{
    const struct sweep_table *t = &s->table;
    if (sweep_count(t, SWEEP_INTERRUPTED) == t->n_points) {
        err_input(err, "interrupted before a point was finished: nothing is kept");
        err->kind = ERR_INTERRUPTED;
        return -1;
    }
    return wrong && !*s->stop ? err_input(err, "%s: no point can be run; the first: %s", s->cli->file[0], first_message(t)) : 0;
}

int cli_sweep(const struct cli *cli, struct err *err)
{
    struct sweep s = {.cli = cli};
    int wrong, is_new = access(cli->out, F_OK) != 0, status = -1;
    clock_gettime(CLOCK_MONOTONIC, &s.begin);
    if (sweep_plan_read(&s.plan, cli->file[0], err))
        goto out;
    make_table(&s);
    if (!report_check_folder(cli->out, err) && !do_points(&s, &wrong, err) && !nothing(&s, wrong, err) && !report(&s, err))
        status = answer(&s, err);
out:
    if (status && is_new)
        rmdir(cli->out);        /* made by the check above and still empty; a folder with files stays */
    free_sweep(&s);
    return status;
}
