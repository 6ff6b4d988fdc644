/* A sweep's rows: figures of each run, the Pareto front, sweep.csv. A row keeps what a design is chosen by and nothing else of its run, so
 * that a sweep of any length needs the memory of one run. Energy is dynamic energy, as in samples.csv and in volley compare: the static part
 * hangs on how much of a chip a small network leaves idle, and has a column of its own. */
#include "report/sweep.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "area.h"
#include "base/mem.h"
#include "report/files.h"

/* The columns behind the varied keys and the status, by enum. */
static const char *const columns[N_SWEEP_FIGURES] = {
    "accuracy", "float_accuracy", "energy_per_sample_j", "energy_per_sample_low_j", "energy_per_sample_high_j", "total_energy_per_sample_j",
    "time_per_sample_s", "time_per_sample_low_s", "time_per_sample_high_s", "area_m2", "cores_used", "spikes", "sops", "packets", "peak_link_use",
    "overruns"};
static const char *const status_words[] = {"interrupted", "ran", "refused"};

/* ---- a row ---- */

/* As summary.json has them: shares of the finished samples; not known without labels, or where nothing was decoded. */
static void fill_answers(double *figure, const struct report *r)
{
    const struct run *run = r->run;
    figure[SWEEP_ACCURACY] = r->facts.labelled && run->outputs ? (double)r->facts.correct / run->samples_done : (double)NAN;
    figure[SWEEP_FLOAT_ACCURACY] = r->facts.labelled && run->has_float ? (double)run->float_correct / run->samples_done : (double)NAN;
}

/* A chip file without prices has no energy; 0 would be taken for a good one. */
static void fill_energy(double *figure, const struct energy *e, double n)
{
    figure[SWEEP_ENERGY] = e->priced ? e->dynamic_j / n : (double)NAN;
    figure[SWEEP_ENERGY_LOW] = e->priced ? e->dynamic_low_j / n : (double)NAN;
    figure[SWEEP_ENERGY_HIGH] = e->priced ? e->dynamic_high_j / n : (double)NAN;
    figure[SWEEP_TOTAL_ENERGY] = e->priced ? e->total_j / n : (double)NAN;
}

void sweep_row_fill(struct sweep_row *row, const struct run *run, const struct energy *energy)
{
    double *figure = row->figure, n = run->samples_done;
    struct area area = area_of(run->chip);
    /* No lines of the command line: of the facts only sums and answers are wanted. */
    const struct report_balance unasked = {0, 0};
    struct report_options options = {.balance = &unasked};
    struct report r = {.run = run, .energy = energy, .options = &options};
    facts_make(&r);
    fill_answers(figure, &r);
    fill_energy(figure, energy, n);
    figure[SWEEP_TIME] = (double)run->total_ps / 1e12 / n;
    figure[SWEEP_TIME_LOW] = energy->time_low_s / n;
    figure[SWEEP_TIME_HIGH] = energy->time_high_s / n;
    figure[SWEEP_AREA] = area.known ? area.total_m2 : (double)NAN;
    figure[SWEEP_CORES] = run->n_cores;
    figure[SWEEP_SPIKES] = (double)r.facts.total[COUNT_SPIKES];
    figure[SWEEP_SOPS] = (double)r.facts.total[COUNT_SOPS];
    figure[SWEEP_PACKETS] = (double)r.facts.total[COUNT_PACKETS];
    figure[SWEEP_LINK] = run->peak_link_use;
    figure[SWEEP_OVERRUNS] = (double)run->overruns;
    row->status = SWEEP_RAN;
    facts_free(&r);
}

void sweep_rows_free(struct sweep_row *row, uint32_t n)
{
    for (uint32_t i = 0; row && i < n; i++)
        free(row[i].message);
    free(row);
}

uint32_t sweep_count(const struct sweep_table *t, enum sweep_status status)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->n_points; i++)
        n += t->row[i].status == status;
    return n;
}

/* ---- the Pareto front ---- */

/* What a design is weighed by. */
static const enum sweep_figure weighed[] = {SWEEP_ENERGY, SWEEP_TIME, SWEEP_ACCURACY, SWEEP_AREA};
enum { N_WEIGHED = sizeof weighed / sizeof *weighed };

int sweep_better(enum sweep_figure f, double a, double b)
{
    return f == SWEEP_ACCURACY ? a > b : a < b;
}

/* A row without a figure can neither win nor lose by it, and then "beats" would no longer pass on from one row to the next. */
static int all_have(const struct sweep_table *t, enum sweep_figure f)
{
    uint32_t ran = 0;
    for (uint32_t i = 0; i < t->n_points; i++) {
        if (t->row[i].status != SWEEP_RAN)
            continue;
        ran++;
        if (!isfinite(t->row[i].figure[f]))
            return 0;
    }
    return ran > 0;
}

/* As good in all that count, and better in one. */
static int beats(const struct sweep_row *a, const struct sweep_row *b, uint32_t counted)
{
    int better = 0;
    for (int i = 0; i < N_WEIGHED; i++) {
        enum sweep_figure f = weighed[i];
        if (!(counted >> f & 1))
            continue;
        if (sweep_better(f, b->figure[f], a->figure[f]))
            return 0;
        better |= sweep_better(f, a->figure[f], b->figure[f]);
    }
    return better;
}

/* Every pair: a sweep is thousands of points at most, each of which took a run. */
uint32_t sweep_front(struct sweep_table *t)
{
    uint32_t counted = 0;
    for (int i = 0; i < N_WEIGHED; i++)
        counted |= (uint32_t)all_have(t, weighed[i]) << weighed[i];
    for (uint32_t i = 0; i < t->n_points; i++) {
        struct sweep_row *row = &t->row[i];
        row->front = row->status == SWEEP_RAN;
        for (uint32_t k = 0; k < t->n_points && row->front; k++)
            row->front = t->row[k].status != SWEEP_RAN || !beats(&t->row[k], row, counted);
    }
    return counted;
}

/* ---- sweep.csv ---- */

/* Counts without an exponent; what is not known is left empty. */
static void write_figure(FILE *to, enum sweep_figure f, double value)
{
    int count = (f >= SWEEP_CORES && f <= SWEEP_PACKETS) || f == SWEEP_OVERRUNS;
    fputc(',', to);
    if (isfinite(value))
        fprintf(to, count ? "%.0f" : "%.15g", value);
}

static void write_row(FILE *to, const struct sweep_table *t, uint32_t i)
{
    const struct sweep_row *row = &t->row[i];
    for (uint32_t a = 0; a < t->n_axes; a++) {
        csv_text(to, t->value[(size_t)i * t->n_axes + a]);
        fputc(',', to);
    }
    fputs(status_words[row->status], to);
    for (int f = 0; f < N_SWEEP_FIGURES; f++)
        write_figure(to, (enum sweep_figure)f, row->status == SWEEP_RAN ? row->figure[f] : (double)NAN);
    /* The front is of the points that ran: of others it says nothing. */
    fputs(row->status == SWEEP_RAN ? row->front ? ",1," : ",0," : ",,", to);
    csv_text(to, row->message ? row->message : "");
    fputc('\n', to);
}

void sweep_csv(FILE *to, const struct sweep_table *t)
{
    for (uint32_t a = 0; a < t->n_axes; a++) {
        csv_text(to, t->axis[a]);
        fputc(',', to);
    }
    fputs("status", to);
    for (int f = 0; f < N_SWEEP_FIGURES; f++)
        fprintf(to, ",%s", columns[f]);
    fputs(",pareto,message\n", to);
    for (uint32_t i = 0; i < t->n_points; i++)
        write_row(to, t, i);
}
