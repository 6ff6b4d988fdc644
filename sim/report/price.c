/* volley price: the energy of a finished run with another price list, as that run's report says it and, on demand, as its summary.json does. */
#include "report/price.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/files.h"
#include "report/form.h"
#include "report/text.h"

/* The steps of a run last its chip's tick, whatever that of the price list. */
static void write_tick(FILE *to, const struct chipfile *chip, double tick)
{
    char length[FORM_TEXT];
    if (isfinite(tick) && fabs(tick - (double)chip->tick_ps / 1e12) > 1e-6 * tick)
        fprintf(to, "\nthe time is the run's, with steps of %s", form_si(length, tick, "s"));
}

/* Which run, and which prices: both can be files of someone else. */
static void write_title(FILE *to, const struct report *r, const struct finished *f)
{
    const struct chipfile *chip = r->run->chip;
    struct form_sheet s;
    form_begin(&s, to, r->width, "priced");
    fprintf(s.line, "%s: %s on %s, its counts with the prices of %s%s%s", f->folder, finished_text(f, "network.name"), finished_text(f, "chip.name"),
            chip->name, *chip->about ? ": " : "", chip->about);
    if (strcmp(chip->name, finished_text(f, "chip.name")) != 0)
        fprintf(s.line, "\nthe time is the run's: %s would take its own", chip->name);
    else
        write_tick(s.line, chip, finished_number(f, "time.tick_s"));
    if (isfinite(finished_number(f, "time.bound.pace")))
        fputs("\nthe range of the time is that of the work: a run with a pace or tick hides part of it in waiting", s.line);
    form_end(&s);
}

static void write_text(FILE *to, const struct report *r, const struct finished *f)
{
    write_title(to, r, f);
    cost_energy(to, r);
    cost_area(to, r);
    table_actions(to, r);
    table_layers(to, r);
    table_memories(to, r);
    footing_rests(to, r);
    footing_moves(to, r);
}

/* The object `energy` of summary.json, to the letter where the prices are the run's own. */
static int write_json(const char *path, const struct report *r, const struct finished *f, struct err *err)
{
    struct json j;
    FILE *to = fopen(path, "w");
    if (!to)
        return err_input(err, "%s: %s", path, strerror(errno));
    json_start(&j, to);
    json_text(&j, "format", "volley price 1");
    json_text(&j, "network", finished_text(f, "network.name"));
    json_text(&j, "run_chip", finished_text(f, "chip.name"));
    json_text(&j, "chip", r->run->chip->name);
    json_count(&j, "samples", r->run->samples_done);
    summary_energy(&j, r);
    summary_area(&j, r->run);
    json_finish(&j);
    int bad = ferror(to) | (fclose(to) != 0);
    return bad ? err_input(err, "%s: cannot be written; is the disk full?", path) : 0;
}

/* Samples have no energies of their own here: the mean is all that is known, and what is not known is not shown. */
static void make_facts(struct report *r)
{
    const double none = (double)NAN;
    const struct run *run = r->run;
    double n = run->samples_done ? run->samples_done : 1;
    r->facts.energy_j = (struct facts_spread){r->energy->dynamic_j / n, none, none, none};
    r->facts.time_s = (struct facts_spread){(double)run->total_ps / 1e12 / n, none, none, none};
    for (uint32_t g = 0; g < run->n_groups; g++)
        for (int c = 0; c < N_COUNTERS; c++)
            r->facts.total[c] += run->group[g].action[c];
}

static int price_counted(FILE *to, struct counted_run *c, const struct finished *f, const char *out, struct err *err)
{
    struct energy *energy = energy_make(&c->run, err);
    if (!energy)
        return -1;
    struct report r = {.run = &c->run, .energy = energy, .width = form_columns(to)};
    make_facts(&r);
    struct form_locale locale = form_neutral();
    write_text(to, &r, f);
    int bad = out && write_json(out, &r, f, err);
    form_restore(locale);
    energy_free(energy);
    return bad ? -1 : 0;
}

int report_price(FILE *to, const char *folder, const struct chipfile *chip, const char *out, struct err *err)
{
    struct finished f;
    struct counted_run c;
    if (finished_open(&f, folder, err))
        return -1;
    if (finished_node(&f, "sanafe")) {
        finished_close(&f);
        return err_answer(err, "%s is a run of SANA-FE's files, whose actions have the prices of its architecture: change them there and run again", folder);
    }
    int bad = counted_read(&c, &f, chip, err) || price_fits(&c, &f, err) || price_counted(to, &c, &f, out, err);
    counted_free(&c);
    finished_close(&f);
    return bad ? -1 : 0;
}
