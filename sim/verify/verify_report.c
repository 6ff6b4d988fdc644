/* What a run of `volley verify` says: for people, and as JUnit XML. No times and no dates: the same seed gives the same bytes. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/whole.h"
#include "verify/run.h"

const char *const verify_mode_names[VERIFY_MODES] = {"transaction", "lockstep", "counts", "overlap"};

void case_name(const struct verify_case *c, char *to, size_t size)
{
    if (c->path)
        snprintf(to, size, "%s", c->path);
    else
        snprintf(to, size, "%s %s seed %" PRIu64, c->size->name, c->profile, c->seed);
}

static void add(struct drive_totals *to, const struct drive_totals *from)
{
    to->events += from->events;
    to->updates += from->updates;
    to->spikes += from->spikes;
    to->cycles += from->cycles;
}

/* What is asked, which modes there are and why not the others, what is kept out. */
void report_head(const struct verify_run *run, FILE *to)
{
    const struct verify_options *o = run->options;
    const struct verify_target *t = o->target;
    fprintf(to, "%s against kind %s\n", t->name, t->reference->name);
    for (int m = 0; m < VERIFY_MODES; m++)
        if (!(t->modes >> m & 1))
            fprintf(to, "  mode %s: not possible: %s\n", verify_mode_names[m], t->why_not[m] ? t->why_not[m] : "the core does not offer it");
        else
            fprintf(to, "  mode %s%s\n", verify_mode_names[m], o->modes >> m & 1 ? "" : ": not asked for");
    for (const char *const *quirk = t->quirks; quirk && *quirk; quirk++)
        fprintf(to, "  %s\n", *quirk);
    if (!o->stim)
        fprintf(to, "  seeds %" PRIu64 "..%" PRIu64 ", %u packets at most per stimulus\n", o->seed, o->seed + o->seeds - 1, events_each(o));
}

static void report_size(const struct verify_run *run, const struct verify_size *size, FILE *to)
{
    struct drive_totals sum = {0};
    uint32_t n = 0, differ = 0;
    for (uint32_t i = 0; i < run->done; i++) {
        const struct verify_case *c = &run->at[i];
        if (c->size != size)
            continue;
        n++;
        differ += c->status == 1;
        add(&sum, &c->totals);
    }
    if (n)
        fprintf(to, "  %-14s %5u stimuli %10" PRIu64 " packets %8" PRIu64 " updates %9" PRIu64 " spikes %11" PRIu64 " cycles  %u difference%s\n", size->name, n,
                sum.events, sum.updates, sum.spikes, sum.cycles, differ, differ == 1 ? "" : "s");
}

void report_tail(const struct verify_run *run, FILE *to)
{
    const struct verify_options *o = run->options;
    uint32_t saved = 0;
    for (uint32_t i = 0; i < run->done; i++)
        saved += (uint32_t)run->at[i].regression;
    if (saved)
        fprintf(to, "  %u saved failure%s replayed\n", saved, saved == 1 ? "" : "s");
    for (const struct verify_size *size = o->target->sizes; size->name; size++)
        report_size(run, size, to);
    if (run->timed_out)
        fprintf(to, "  the time is up: %u of %u seeds; --seeds %u without --budget repeats it\n", run->seeds, o->seeds, run->seeds);
}

/* ---- JUnit ---- */

static void escaped(FILE *to, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '<': fputs("&lt;", to); break;
        case '>': fputs("&gt;", to); break;
        case '&': fputs("&amp;", to); break;
        case '"': fputs("&quot;", to); break;
        default: fputc((unsigned char)*text < ' ' ? ' ' : *text, to);
        }
}

static void junit_case(const struct verify_run *run, const struct verify_case *c, FILE *to)
{
    char name[300];
    case_name(c, name, sizeof name);
    fputs("  <testcase classname=\"", to);
    escaped(to, run->options->target->name);
    fputs("\" name=\"", to);
    escaped(to, name);
    if (!c->status) {
        fputs("\"/>\n", to);
        return;
    }
    fprintf(to, "\">\n    <%s message=\"", c->status > 0 ? "failure" : "error");
    escaped(to, c->status > 0 ? c->finding.text : c->err.text);
    fprintf(to, "\">");
    if (c->status > 0)
        fprintf(to, "%s, step %u, %s", verify_mode_names[c->finding.mode], c->finding.step, run->saved ? run->saved : "not saved");
    fprintf(to, "</%s>\n  </testcase>\n", c->status > 0 ? "failure" : "error");
}

int report_junit(const struct verify_run *run, const char *path, struct err *err)
{
    struct whole out;
    uint32_t failures = 0, errors = 0;
    if (whole_open(&out, path, err))
        return -1;
    for (uint32_t i = 0; i < run->done; i++) {
        failures += run->at[i].status > 0;
        errors += run->at[i].status < 0;
    }
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"volley verify ", out.file);
    escaped(out.file, run->options->target->name);
    fprintf(out.file, "\" tests=\"%u\" failures=\"%u\" errors=\"%u\">\n", run->done, failures, errors);
    for (uint32_t i = 0; i < run->done; i++)
        junit_case(run, &run->at[i], out.file);
    fputs("</testsuite>\n", out.file);
    return whole_close(&out, err);
}
