#include "verify/run.h"

#include <stdlib.h>
#include <string.h>

uint32_t verify_modes_of(const struct verify_target *t, const char *names, struct err *err)
{
    uint32_t modes = 0;
    if (!names)
        return t->modes;
    for (const char *at = names; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        size_t n = strcspn(at, ",");
        int m = 0;
        while (m < VERIFY_MODES && (strlen(verify_mode_names[m]) != n || strncmp(at, verify_mode_names[m], n)))
            m++;
        if (m == VERIFY_MODES) {
            err_input(err, "--mode %.*s: it is one of transaction, lockstep, counts, overlap, or several with commas", (int)n, at);
            return 0;
        }
        if (!(t->modes >> m & 1)) {
            err_input(err, "--mode %s: not possible with %s: %s", verify_mode_names[m], t->name, t->why_not[m] ? t->why_not[m] : "the core does not offer it");
            return 0;
        }
        modes |= 1u << m;
    }
    return modes;
}

/* "lockstep, step 3 packet 17: what is wrong" */
static void say_finding(const struct finding *f, FILE *to)
{
    fprintf(to, "%s, step %u", verify_mode_names[f->mode], f->step);
    if (f->event >= 0)
        fprintf(to, " packet %lld", (long long)f->event);
    fprintf(to, ": %s\n", f->text);
}

/* What was found is said before it is shrunk and recorded, which may take a while; then all that is needed to look at it. */
static int say_failure(struct verify_run *run, struct verify_case *c, FILE *to, struct err *err)
{
    char name[300];
    case_name(c, name, sizeof name);
    fprintf(to, "DIFFERENCE in %s: ", name);
    say_finding(&c->finding, to);
    fflush(to);
    if (failure(run, c, err))
        return -1;
    if (run->shrunk) {
        fprintf(to, "  %s\n  ", run->shrunk);
        say_finding(&c->finding, to);
    }
    fprintf(to, "  %s\n  again: volley verify %s --stim %s\n", run->saved, run->options->typed, run->saved);
    if (run->wave)
        fprintf(to, "  waveform %s\n", run->wave);
    return 1;
}

static int finish(struct verify_run *run, FILE *to, struct err *err)
{
    const struct verify_options *o = run->options;
    struct verify_case *last = run->done ? &run->at[run->done - 1] : NULL;
    int status = 0;
    if (last && last->status < 0) {
        *err = last->err;
        status = -1;
    } else if (last && last->status > 0) {
        if (!o->quiet)
            report_tail(run, to);
        status = say_failure(run, last, to, err);
    } else if (!o->quiet)
        report_tail(run, to);
    if (!status && run->coverage)
        status = (o->target->waivers && coverage_waive(run->coverage, o->target->waivers, err)) ? -1 : coverage_report(run->coverage, to);
    if (!status && o->baseline)
        status = o->stim ? trace(run, to, err) : baseline(run, to, err);
    if (o->junit && report_junit(run, o->junit, err))
        return -1;
    return status;
}

/* Counters are ten times slower, so only who asks for them has them. */
static int instrument(struct verify_run *run, struct err *err)
{
    const struct verify_target *t = run->options->target;
    if (!t->instrumented)
        return err_input(err, "--coverage: %s cannot count it", t->name);
    run->device = t->instrumented(t, err);
    run->coverage = coverage_new();
    return run->device ? 0 : -1;
}

int verify(const struct verify_options *o, FILE *to, struct err *err)
{
    struct verify_run run = {.options = o, .device = o->target};
    int status = cases_make(&run, err) || (o->coverage && instrument(&run, err)) ? -1 : 0;
    if (!status) {
        if (!o->quiet)
            report_head(&run, to);
        fflush(to);
        cases_run(&run);
        status = finish(&run, to, err);
    }
    cases_free(&run);
    return status;
}
