/* The three answers that a reader came for: how right, how much energy, how long; then what bound the time. Each is the mean of one
 * inference over the samples that were finished, with its spread over the samples (median, 95 %, largest) and, in brackets, the range
 * that the standing of the chip file's figures allows: the first is the network's doing, the second what is not known of the chip.
 *     dynamic         counts x prices; what comparisons use
 *     whole chip      dynamic + power of every part of the chip x time
 *     used cores      dynamic + power of the parts that the mapping uses x time
 * The bound is found by walking each step back from its last event: service and update of a core are compute (memory where the access is
 * the longer), waiting in a queue is queue, travel is noc, and the barrier is paid by all. The parts add up to the steps' time. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "area.h"
#include "report/event.h"
#include "report/form.h"
#include "report/ports.h"
#include "report/text.h"

/* A tenth of a percent: less is not to be seen in three digits. */
static int differs(double a, double b)
{
    return fabs(a - b) > 1e-3 * fabs(b);
}

/* ---- accuracy ---- */

/* The rule by which a class was read from the output, ties included: without it an accuracy cannot be repeated. */
static const char *decode_text(const struct run *run)
{
    switch (run->options.decode) {
    case DECODE_LATENCY: return "class = first to fire, ties to the lowest";
    case DECODE_POPULATION: return "class = block of outputs with most spikes, ties to the lowest";
    case DECODE_MEMBRANE: return "class = highest membrane, ties to the lowest";
    case DECODE_RATE: break;
    }
    return "class = most spikes, ties to the lowest";
}

/* The share with the count beside it: 97.3 % of 300 is another thing than of 30. */
static void write_right(FILE *to, uint32_t right, uint32_t all)
{
    fprintf(to, "%.1f %% (%u of %u)", all ? 100.0 * right / all : 0, right, all);
}

/* Accuracy on the chip, then in float32, then how many predictions differ: equal accuracies may hide different answers. */
void cost_accuracy(FILE *to, const struct report *r)
{
    const struct run *run = r->run;
    struct form_sheet s;
    form_begin(&s, to, r->width, "accuracy");
    if (!run->outputs)
        fputs("no population is connected to Output: nothing is decoded", s.line);
    else if (!run->samples_done)
        fputs("no sample was finished", s.line);
    else if (r->facts.labelled)
        write_right(s.line, r->facts.correct, run->samples_done);
    else
        fputs("unknown without --labels", s.line);
    if (run->has_float && r->facts.labelled && run->samples_done)
        fprintf(s.line, "\tfloat32 %.1f %% (%u)", 100.0 * run->float_correct / run->samples_done, run->float_correct);
    if (run->has_float)
        fprintf(s.line, "\t%u prediction%s differ%s%s", run->float_differ, run->float_differ == 1 ? "" : "s", run->float_differ == 1 ? "s" : "",
                r->facts.labelled ? "" : " from float32");
    if (run->outputs)
        fprintf(s.line, "\t%s", decode_text(run));
    form_end(&s);
}

/* ---- energy ---- */

/* Of one sample there is no spread. All in the headline's prefix, so that the eye compares digits. */
static void write_spread(FILE *to, const struct facts_spread *f, struct form_scale scale, uint32_t samples)
{
    char a[FORM_TEXT], b[FORM_TEXT], c[FORM_TEXT];
    /* A run that was priced anew knows its mean alone. */
    if (samples > 1 && isfinite(f->max))
        fprintf(to, "\tmedian %s\t95 %% below %s\tlargest %s", form_in(a, f->p50, scale), form_in(b, f->p95, scale), form_in(c, f->max, scale));
}

/* "at most " where all of the static power is a published bound: a sum is bounded only if all of its parts are, in one direction. */
static const char *static_bound(const struct energy *e)
{
    int bound = 0;
    for (uint32_t i = 0; i < e->n_lines; i++)
        if (e->line[i].static_ && e->line[i].energy_j > 0) {
            /* One part that is bounded the other way, or not at all, and the sum is no bound. */
            if (bound && e->line[i].each.bound != bound)
                return "";
            bound = e->line[i].each.bound;
            if (!bound)
                return "";
        }
    return bound < 0 ? "at most " : bound > 0 ? "at least " : "";
}

/* A power that is declared unknown is another thing than one that the file forgot. */
static int static_is_unknown(const struct energy *e)
{
    for (uint32_t i = 0; i < e->n_lines; i++)
        if (e->line[i].static_ && e->line[i].each.free)
            return 1;
    return 0;
}

/* total = dynamic + power of the whole chip x time; then the same with the power of the used cores alone. */
static void write_static(FILE *to, const struct report *r)
{
    const struct run *run = r->run;
    const struct energy *e = r->energy;
    char a[FORM_TEXT], b[FORM_TEXT], c[FORM_TEXT], d[FORM_TEXT];
    if (e->static_w <= 0) {
        fputs(run->chip->all_in      ? "\nthe prices are all-in: network, memories and static power are inside them"
              : static_is_unknown(e) ? "\nstatic power: no figure published, counted as none"
                                     : "\nthe chip file states no static power",
              to);
        return;
    }
    fprintf(to, "\n%s with the whole chip's static power (%s%s x %s); %s with that of the %u core%s used",
            form_si(a, facts_per_sample(r, e->total_j), "J"), static_bound(e), form_si(b, e->static_w, "W"), form_si(c, r->facts.time_s.mean, "s"),
            form_si(d, facts_per_sample(r, e->dynamic_j + e->static_used_j), "J"), run->n_cores, run->n_cores == 1 ? "" : "s");
}

/* Three figures, always in this order: dynamic; with the static power of the whole chip; with that of the used cores. The first is
 * what compares designs: the other two depend on how much of the chip a small network leaves idle. */
void cost_energy(FILE *to, const struct report *r)
{
    const struct energy *e = r->energy;
    struct form_sheet s;
    char a[FORM_TEXT], b[FORM_TEXT];
    double each = facts_per_sample(r, e->dynamic_j);
    /* One prefix for the mean, its range and its spread. */
    struct form_scale scale = form_scale_of(each);
    form_begin(&s, to, r->width, "energy");
    if (!e->priced)
        fputs("not priced: the chip file states no energies; the counts below are what a price list would be multiplied with", s.line);
    else {
        fprintf(s.line, "%s per inference, dynamic", form_si(a, each, "J"));
        /* The range of the standing of the prices, beside the spread of the samples: two different doubts. */
        if (differs(e->dynamic_low_j, e->dynamic_j) || differs(e->dynamic_high_j, e->dynamic_j))
            fprintf(s.line, " (%s to %s)", form_in(a, facts_per_sample(r, e->dynamic_low_j), scale), form_in(b, facts_per_sample(r, e->dynamic_high_j), scale));
        write_spread(s.line, &r->facts.energy_j, scale, r->run->samples_done);
    }
    if (e->priced || e->static_w > 0)
        write_static(s.line, r);
    form_end(&s);
}

/* ---- area ---- */

/* " memories 3.1 mm2" for each part that has a figure. */
static void write_part(FILE *to, const char *what, double m2, int *n)
{
    char a[FORM_TEXT];
    if (m2 > 0)
        fprintf(to, "%s%s %s mm2", (*n)++ ? ", " : "", what, form_digits(a, m2 * 1e6));
}

/* Of chips whose parts have figures: a die alone says nothing of a run, and stands in summary.json and volley info.
 * Parts without one are named: the sum is no die. */
void cost_area(FILE *to, const struct report *r)
{
    struct area area = area_of(r->run->chip);
    struct form_sheet s;
    char a[FORM_TEXT], b[FORM_TEXT], c[FORM_TEXT], d[FORM_TEXT];
    int n = 0;
    if (area.memories_m2 + area.logic_m2 + area.routers_m2 <= 0)
        return;
    form_begin(&s, to, r->width, "area");
    fprintf(s.line, "%s mm2 (%s to %s), %s of it used\t", form_digits(a, area.total_m2 * 1e6), form_digits(b, area.low_m2 * 1e6),
            form_digits(c, area.high_m2 * 1e6), form_percent(d, area_used(r->run) / area.total_m2));
    write_part(s.line, "memories", area.memories_m2, &n);
    write_part(s.line, "core logic", area.logic_m2, &n);
    write_part(s.line, "routers", area.routers_m2, &n);
    write_part(s.line, "all else", area.rest_m2, &n);
    fprintf(s.line, "%s%s\t", *area.unknown ? "; no figure for " : "", area.unknown);
    form_end(&s);
}

/* ---- time ---- */

/* A service time is a sum of terms; one that is unknown makes the whole too short. */
static int any_term_free(const struct service_term *term, uint32_t n)
{
    int free_ = 0;
    for (uint32_t i = 0; i < n; i++)
        free_ |= term[i].time.cost.free;
    return free_;
}

/* A time that nobody has published takes none, and a reader must see it beside the time that is given. */
static void write_unknown_times(FILE *to, const struct report *r)
{
    const struct chipfile *f = r->run->chip;
    int accept = 0, update = 0;
    for (uint32_t t = 0; t < f->n_types; t++) {
        accept |= any_term_free(f->type[t].accept, f->type[t].n_accept);
        update |= any_term_free(f->type[t].update, f->type[t].n_update);
    }
    /* In the order of a packet's life; layer starts are named only where a layer starts later than the input. */
    const struct { const char *what; int unknown; } part[] = {
        {"synapses", accept}, {"updates", update}, {"routers", f->noc.d_router.cost.free}, {"links", f->noc.d_link_x.cost.free || f->noc.d_link_y.cost.free},
        {"ways between core and router", f->noc.d_inject.cost.free || f->noc.d_eject.cost.free}, {"barriers", f->barrier_standing.free},
        {"layer starts", f->layer_start_time.cost.free && r->facts.total[COUNT_LAYER_STARTS]}, {"resets between samples", f->sample_reset_time.cost.free}};
    int n = 0;
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        if (part[i].unknown)
            fprintf(to, "%s%s", n++ ? ", " : "\n", part[i].what);
    if (n)
        fputs(": no time published, counted as none", to);
}

/* What a step waits for once its work is done, and what the longest one leaves of it. */
static void write_pace(FILE *to, const struct run *run)
{
    char pace[FORM_TEXT], work[FORM_TEXT];
    if (!run->options.pace_ps)
        return;
    form_si(pace, (double)run->options.pace_ps / 1e12, "s");
    form_si(work, (double)run->work_ps_max / 1e12, "s");
    if (run->chip->mode == TIME_TICK)
        fprintf(to, "\na step lasts one tick of %s; the work of the longest takes %s", pace, work);
    else
        fprintf(to, "\na step lasts at least %s (--pace)", pace);
}

/* "at most" and "at least" are said where most of the time rests on figures published as such bounds. The rate is the reciprocal of the
 * mean: samples run one after another, nothing is pipelined. */
void cost_time(FILE *to, const struct report *r)
{
    const struct energy *e = r->energy;
    struct form_sheet s;
    char a[FORM_TEXT], b[FORM_TEXT];
    double mean = r->facts.time_s.mean, total = (double)r->run->total_ps / 1e12;
    struct form_scale scale = form_scale_of(mean);
    form_begin(&s, to, r->width, "time");
    if (mean <= 0)
        fputs(r->run->samples_done ? "0 s: the chip file states no times" : "no sample was finished", s.line);
    else {
        /* A range that is not to be seen in three digits is not printed. */
        int range = differs(e->time_low_s, total) || differs(e->time_high_s, total);
        const char *bound = e->time_bound < 0 ? "at most" : e->time_bound > 0 ? "at least" : "";
        fprintf(s.line, "%s per inference", form_si(a, mean, "s"));
        if (range)
            fprintf(s.line, " (%s%s%s to %s)", bound, *bound ? "; " : "", form_in(a, facts_per_sample(r, e->time_low_s), scale),
                    form_in(b, facts_per_sample(r, e->time_high_s), scale));
        else if (*bound)
            fprintf(s.line, " (%s)", bound);
        write_spread(s.line, &r->facts.time_s, scale, r->run->samples_done);
        fprintf(s.line, "\t%s per second, one after another", form_count(a, 1 / mean));
        if (event_is(r->run))
            event_time_text(s.line, r);
        else
            write_pace(s.line, r->run);
        write_unknown_times(s.line, r);
    }
    form_end(&s);
}

enum { NOTICEABLE = 5 };          /* percent of the time from which the network is worth a word of its own */

/* percent: as shown, so that all five make 100. */
struct bound_share { const char *name; double share; enum bound bound; int percent; };

/* Largest first; equal ones in the order of the enum, so that the same run prints the same line. */
static int by_share(const void *a, const void *b)
{
    const struct bound_share *x = a, *y = b;
    if (x->share != y->share)
        return x->share > y->share ? -1 : 1;
    return (int)x->bound - (int)y->bound;
}

/* Which core it is that the step waits for, where it is one and the same. */
static void write_core(FILE *to, const struct run *run)
{
    char name[FORM_TEXT], percent[FORM_TEXT];
    uint64_t work = run->bound_ps[BOUND_COMPUTE] + run->bound_ps[BOUND_MEMORY];
    facts_core_name(run, run->mapping->core[run->bound_core].core, name, sizeof name);
    if ((double)run->bound_core_ps >= 0.995 * (double)work)
        fprintf(to, "core %s: ", name);
    else if (run->bound_core_ps)
        fprintf(to, "core %s ends %s of it: ", name, form_percent(percent, (double)run->bound_core_ps / (double)work));
}

/* What the compute share is made of; with `core`, whose it is. The parts add up to the share as it is shown. */
static void write_compute(FILE *to, const struct run *run, double all, const struct bound_share *compute, int core)
{
    const double part[] = {(double)run->service_ps / all, (double)run->update_ps / all};
    int percent[2];
    form_shares(part, 2, compute->percent, percent);
    fputs(" (", to);
    if (core)
        write_core(to, run);
    fprintf(to, "synapses %d %%, updates %d %%)", percent[0], percent[1]);
}

/* The memories whose words the service of a packet waits for: those that its time is counted in. */
static void write_memories(FILE *to, const struct run *run)
{
    const struct core_type *type = &run->chip->type[run->mapping->core[run->bound_core].type];
    int n = 0;
    fputs(" (", to);
    write_core(to, run);
    for (uint32_t i = 0; i < type->n_accept; i++)
        if (type->accept[i].counter == NO_INDEX)
            fprintf(to, "%s%s words %s", n++ ? ", " : "", type->memory[type->accept[i].memory].name, type->accept[i].write ? "written" : "read");
    fputs(n ? ")" : "words read and written)", to);
}

static void write_bounds(FILE *to, const struct run *run, double all, const struct bound_share *share, int n)
{
    int more = 0;                   /* of two shares of a core's work, the larger one names the core */
    for (int i = 0; i < n; i++) {
        int none = !share[i].percent;   /* those that play no part stand together, at the end */
        if (none && i + 1 < n) {
            fprintf(to, "%s, ", share[i].name);
            continue;
        }
        fprintf(to, "%s %d %%", share[i].name, share[i].percent);
        if (!none && share[i].bound == BOUND_COMPUTE)
            write_compute(to, run, all, &share[i], !more++);
        else if (!none && share[i].bound == BOUND_MEMORY && !more++)
            write_memories(to, run);
        else if (share[i].bound == BOUND_NOC && share[i].percent >= NOTICEABLE)
            ports_busiest(to, run);
        fputc('\t', to);
    }
}

/* The parts of the steps' time, walked back from each step's last event; resets lie between samples and in no step. */
void cost_bound(FILE *to, const struct report *r)
{
    const struct run *run = r->run;
    struct bound_share share[N_BOUNDS] = {{"compute", 0, BOUND_COMPUTE, 0}, {"memory", 0, BOUND_MEMORY, 0}, {"noc", 0, BOUND_NOC, 0},
                                          {"queue", 0, BOUND_QUEUE, 0}, {"barrier", 0, BOUND_BARRIER, 0}, {"pace", 0, BOUND_PACE, 0}};
    struct form_sheet s;
    char a[FORM_TEXT];
    /* Resets between samples are in no step, so they are in no share. */
    double all = (double)(run->total_ps - run->reset_ps), value[N_BOUNDS];
    int percent[N_BOUNDS];
    if (all <= 0)
        return;
    for (int i = 0; i < N_BOUNDS; i++)
        share[i].share = (double)run->bound_ps[share[i].bound] / all;
    /* Largest first; the percents are found after, so that equal shares are rounded in the order in which they stand. */
    qsort(share, N_BOUNDS, sizeof *share, by_share);
    for (int i = 0; i < N_BOUNDS; i++)
        value[i] = share[i].share;
    form_shares(value, N_BOUNDS, form_whole(value, N_BOUNDS), percent);
    for (int i = 0; i < N_BOUNDS; i++)
        share[i].percent = percent[i];
    form_begin(&s, to, r->width, "bound by");
    write_bounds(s.line, run, all, share, run->options.pace_ps ? N_BOUNDS : BOUND_PACE);     /* of equal shares, the pace's comes last */
    if ((double)run->reset_ps >= 0.005 * all)
        fprintf(s.line, "resets between samples %s on top\t", form_percent(a, (double)run->reset_ps / all));
    fprintf(s.line, "[%s]", run->options.timing);
    form_end(&s);
}
