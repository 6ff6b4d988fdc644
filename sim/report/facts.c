/* What several parts of the report say, found once and kept in struct report: the spread over samples, sums of the groups, fidelity
 * lines of all parts in the order of loading, and the warnings. A warning is written only where its reason is in the numbers of this
 * run; each says what was seen and what to try. */
#include "report/facts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/event.h"
#include "report/form.h"
#include "report/ports.h"

/* Everything a person reads is of one inference; an interrupted run has fewer samples than were asked for. */
double facts_per_sample(const struct report *r, double total)
{
    return r->run->samples_done ? total / r->run->samples_done : 0;
}

/* Groups of a run are its populations, then (chip) and (host): parts of the energy that no layer answers for. */
const char *facts_group_name(const struct run *run, uint32_t group)
{
    if (group == run->network->n_populations)
        return "(chip)";
    return group > run->network->n_populations ? "(host)" : run->network->population[group].name;
}

/* Addresses are chip.tile.core everywhere. */
char *facts_core_name(const struct run *run, uint32_t core, char *to, size_t size)
{
    if (core < run->chip->cores)
        return chipfile_core_name(run->chip, core, to, size);
    snprintf(to, size, "(host)");
    return to;
}

/* Population 0 is the host input and never an output, so it can stand for "none". */
uint32_t facts_output(const struct network *net)
{
    for (uint32_t p = 1; p < net->n_populations; p++)
        if (net->population[p].output)
            return p;
    return 0;
}

/* ---- spread over samples ---- */

/* For qsort. */
static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Nearest rank, without interpolation: the answer is the figure of a sample that was run. */
static double rank(const double *sorted, uint64_t n, uint64_t percent)
{
    return sorted[(n * percent + 99) / 100 - 1];
}

/* The mean is the total over n: it must agree with the total to the last digit, which a sum over samples need not. */
struct facts_spread facts_spread_of(double *value, uint32_t n, double total)
{
    if (!n)
        return (struct facts_spread){0, 0, 0, 0};
    qsort(value, n, sizeof *value, by_value);
    return (struct facts_spread){total / n, rank(value, n, 50), rank(value, n, 95), value[n - 1]};
}

/* Energy first, then time; the array is used twice. */
static void find_spreads(struct report *r)
{
    const struct run *run = r->run;
    uint32_t n = run->samples_done;
    double *value = mem_new(n, sizeof *value);
    for (uint32_t i = 0; i < n; i++)
        value[i] = run->sample[i].energy_j;
    r->facts.energy_j = facts_spread_of(value, n, r->energy->dynamic_j);
    for (uint32_t i = 0; i < n; i++)
        value[i] = (double)run->sample[i].time_ps / 1e12;
    r->facts.time_s = facts_spread_of(value, n, (double)run->total_ps / 1e12);
    /* The run's own arrays keep their order. */
    free(value);
}

/* ---- fidelity lines and warnings ---- */

/* Several parts may say the same, such as two runs of the quantiser: once is enough. */
static int listed(const struct fidelity *list, const struct fidelity_line *line)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->line[i].kind == line->kind && !strcmp(list->line[i].node, line->node) && !strcmp(list->line[i].text, line->text))
            return 1;
    return 0;
}

/* Warnings and fidelity lines come in one list, and part here. Pretending (--assume-native) is seen by what it left behind, whoever asked. */
static void take(struct facts *f, const struct fidelity *from)
{
    for (size_t i = 0; from && i < from->count; i++) {
        const struct fidelity_line *line = &from->line[i];
        struct fidelity *to = line->kind == FIDELITY_WARNING ? &f->warnings : &f->fidelity;
        /* Every line that pretends names the option. */
        if (strstr(line->text, "--assume-native"))
            f->assume_native = 1;
        if (!listed(to, line))
            fidelity_add(to, line->kind, line->node, "%s", line->text);
    }
}

/* First of all warnings: it says of what the figures are. */
static void warn_partial(struct report *r)
{
    char done[FORM_TEXT], asked[FORM_TEXT];
    if (r->run->partial)
        fidelity_add(&r->facts.warnings, FIDELITY_WARNING, "", "interrupted after %s of %s samples: all figures are of these",
                     form_count(done, r->run->samples_done), form_count(asked, r->run->samples_asked));
}

/* Whose work the time is: of one core, or of several that are about equally busy. */
static void write_who(const struct run *run, double share, char *to, size_t size)
{
    /* One core alone, several that are about equally busy, or one that is far above the others. */
    char name[FORM_TEXT], percent[FORM_TEXT];
    facts_core_name(run, run->mapping->core[run->bound_core].core, name, sizeof name);
    form_percent(percent, share);
    if (run->n_cores == 1)
        snprintf(to, size, "one core does all the work");
    else if ((double)run->core_busy_ps_max * run->n_cores < 1.3 * (double)run->core_busy_ps_sum)
        snprintf(to, size, "compute of %u cores is %s of the time", run->n_cores, percent);
    else
        snprintf(to, size, "core %s alone is %s of the time", name, percent);
}

/* When the compute of one core is more than half of the time and cores are idle: what --map balance would make of it. */
static void warn_one_core(struct report *r)
{
    const struct run *run = r->run;
    uint32_t idle = run->chip->cores - run->n_cores;
    char who[4 * FORM_TEXT], time[FORM_TEXT], unused[FORM_TEXT], all[FORM_TEXT];
    if (!balance_asked(run))
        return;
    struct report_balance b = r->options->balance ? *r->options->balance : balance_first(run);
    write_who(run, (double)run->bound_core_ps / (double)(run->total_ps - run->reset_ps), who, sizeof who);
    form_count(unused, idle);
    form_count(all, run->chip->cores);
    if (b.cores)
        fidelity_add(&r->facts.warnings, FIDELITY_WARNING, "", "%s, %s of %s %s idle: --map balance --cores %u is predicted to take about %s", who, unused, all,
                     idle == 1 ? "is" : "are", b.cores, form_si(time, facts_per_sample(r, b.seconds), "s"));
    else if (run->n_cores == 1)
        fidelity_add(&r->facts.warnings, FIDELITY_WARNING, "", "%s, %s of %s %s idle; more cores are not predicted to gain much", who, unused, all,
                     idle == 1 ? "is" : "are");
}

/* Values as a camera or an image file gives them: no network is trained on such inputs, and what they drive fires in every step. */
static int looks_like_bytes(const struct events *in)
{
    return in && in->value && in->value_min >= 0 && in->value_max > 100 && in->value_max <= 255;
}

/* 1: said that nothing comes out, so that equal predictions need no word of their own. */
static int warn_silent(struct report *r)
{
    const struct run *run = r->run;
    uint32_t output = facts_output(run->network);
    uint64_t sum = 0;
    /* A readout that is not meant to spike (a membrane) is not silent. */
    if (!output || !run->samples_done || !run->network->population[output].rule.fires || run->options.decode == DECODE_MEMBRANE)
        return 0;
    for (size_t i = 0; i < (size_t)run->samples_done * run->outputs; i++)
        /* One spike in all samples is enough not to be silent. */
        sum += run->output_counts[i];
    if (sum)
        return 0;
    fidelity_add(&r->facts.warnings, FIDELITY_WARNING, run->network->population[output].name,
                 "the output never fires: every prediction is the lowest index; are threshold, reset (--from, --reset) and input those of training?");
    return 1;
}

/* 1: asked whether the input is in bytes. Where the labels are all equal too, equal predictions are no wonder. */
static int warn_all_equal(struct report *r)
{
    const struct run *run = r->run;
    /* One prediction is always equal to itself. */
    int same = run->samples_done > 1, same_label = r->facts.labelled;
    for (uint32_t i = 1; i < run->samples_done; i++) {
        same &= run->sample[i].prediction == run->sample[0].prediction;
        same_label &= run->sample[i].label == run->sample[0].label;
    }
    if (!same || same_label || run->outputs < 2)
        return 0;
    int bytes = looks_like_bytes(run->input);
    char n[FORM_TEXT];
    fidelity_add(&r->facts.warnings, FIDELITY_WARNING, "", "all %s predictions are class %lld: is the input %s", form_count(n, run->samples_done),
                 (long long)run->sample[0].prediction, bytes ? "0..255 where 0..1 was trained?" : "coded, scaled and ordered as in training?");
    return bytes;
}

/* Answers that differ do not make a wrong scale right: it is asked even so, once. */
static void warn_bytes(struct report *r)
{
    if (looks_like_bytes(r->run->input))
        fidelity_add(&r->facts.warnings, FIDELITY_WARNING, "", "the input's values reach %.4g: is it 0..255 where 0..1 was trained?", r->run->input->value_max);
}

/* Where the times themselves are in doubt: a plane beyond what it is right for, or steps that did not keep their pace. */
static void warn_timing(struct report *r)
{
    const struct run *run = r->run;
    char n[FORM_TEXT], all[FORM_TEXT], over[FORM_TEXT], sum[FORM_TEXT];
    const char *word = run->chip->mode == TIME_TICK ? "tick" : "pace";
    form_count(all, (double)run->n_steps);
    if (run->steps_beyond)
        fidelity_add(&r->facts.warnings, FIDELITY_WARNING, "",
                     "in %s of %s steps a link is used more than the plane %s is right for (peak %.2f of its cycles): these times are too short",
                     form_count(n, (double)run->steps_beyond), all, run->options.timing, run->peak_link_use);
    if (!run->overruns)
        return;
    form_count(n, (double)run->overruns);
    form_si(over, (double)run->overrun_ps_max / 1e12, "s");
    if (event_is(run))
        fidelity_add(&r->facts.warnings, FIDELITY_WARNING, "", "overruns: the input of %s of %s steps begins late, by up to %s: the host's port is too slow "
                     "for the pace; one of %.15g us would do", n, all, over, (double)run->work_ps_max / 1e6);
    else
        fidelity_add(&r->facts.warnings, FIDELITY_WARNING, "", "overruns: %s of %s steps take longer than their %s, by up to %s, %s in all; "
                     "a %s of %.15g us would do", n, all, word, over, form_si(sum, (double)run->overrun_ps_sum / 1e12, "s"), word,
                     (double)run->work_ps_max / 1e6);
}

/* The order in which the parts were loaded: network, input, quantiser, mapping, chip, command line. What the run itself showed comes last. */
static void find_lines(struct report *r)
{
    const struct run *run = r->run;
    const struct fidelity *const from[] = {&run->network->fidelity, run->input ? &run->input->fidelity : NULL, &run->quantised->fidelity,
                                           &run->mapping->fidelity, &run->chip->notes, r->options->extra};
    r->facts.assume_native = r->options->assume_native;
    warn_partial(r);
    /* A part that does not exist (no input: biases alone) is NULL. */
    for (size_t i = 0; i < sizeof from / sizeof *from; i++)
        take(&r->facts, from[i]);
    if (warn_silent(r) || !warn_all_equal(r))
        warn_bytes(r);
    event_lines(r);
    warn_timing(r);
    ports_loss(r);
    warn_one_core(r);
}

/* ---- sums ---- */

/* A sample without a label is not wrong, it is not counted. */
static void find_answers(struct facts *f, const struct run *run)
{
    for (uint32_t i = 0; i < run->samples_done; i++) {
        f->labelled |= run->sample[i].label >= 0;
        /* A label of -1 is none. */
        f->correct += run->sample[i].label >= 0 && run->sample[i].label == run->sample[i].prediction;
    }
}

/* Cores of the mapping stand in rising order, so those of a tile stand together. */
static uint32_t tiles_used(const struct run *run)
{
    uint32_t n = 0, per = run->chip->noc.cores_per_tile ? run->chip->noc.cores_per_tile : 1;
    for (uint32_t c = 0; c < run->n_cores; c++)
        n += !c || run->mapping->core[c].core / per != run->mapping->core[c - 1].core / per;
    return n;
}

/* Owns nothing of the run; facts_free frees the two lists. */
void facts_make(struct report *r)
{
    struct facts *f = &r->facts;
    *f = (struct facts){.tiles_used = tiles_used(r->run)};
    /* Over groups: what happened outside cores belongs to one of them, too. */
    for (uint32_t g = 0; g < r->run->n_groups; g++)
        for (int c = 0; c < N_COUNTERS; c++)
            f->total[c] += r->run->group[g].action[c];
    find_answers(f, r->run);
    find_spreads(r);
    find_lines(r);
}

void facts_free(struct report *r)
{
    /* Copies: the parts keep their own lines. */
    fidelity_clear(&r->facts.fidelity);
    fidelity_clear(&r->facts.warnings);
}
