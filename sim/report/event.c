/* On an event chip an inference is over when its answer is out, not when a last step is: so latencies are told, of the samples that had an
 * output spike: from the sample's start to its first one, and from the last input packet to the last one. */
#include "report/event.h"

#include <stdlib.h>

#include "base/mem.h"
#include "report/form.h"

struct latency { uint32_t n; struct facts_spread first, last; };        /* seconds; n: samples that they are of */

int event_is(const struct run *run)
{
    return run->chip->mode == TIME_EVENT;
}

static double sum(const double *value, uint32_t n)
{
    double all = 0;
    for (uint32_t i = 0; i < n; i++)
        all += value[i];
    return all;
}

/* The last output spike may come before the last input, which then was not needed: 0. */
static struct latency find(const struct run *run)
{
    struct latency l = {0};
    double *first = mem_new(run->samples_done, sizeof *first), *last = mem_new(run->samples_done, sizeof *last);
    for (uint32_t i = 0; i < run->samples_done; i++) {
        const struct run_sample *s = &run->sample[i];
        if (s->first_output_ps == UINT64_MAX)
            continue;
        uint64_t after = s->input_ps != UINT64_MAX && s->last_output_ps > s->input_ps ? s->last_output_ps - s->input_ps : 0;
        first[l.n] = (double)s->first_output_ps / 1e12;
        last[l.n++] = (double)after / 1e12;
    }
    l.first = facts_spread_of(first, l.n, sum(first, l.n));
    l.last = facts_spread_of(last, l.n, sum(last, l.n));
    free(first);
    free(last);
    return l;
}

void event_lines(struct report *r)
{
    const struct run *run = r->run;
    char n[FORM_TEXT], all[FORM_TEXT], pace[FORM_TEXT];
    if (!event_is(run))
        return;
    fidelity_add(&r->facts.fidelity, FIDELITY_NOTE, "",
                 "event chip: its spikes depend on timing (plane %s, an input step every %s, seed %llu); another pace, placement or network gives other "
                 "spikes, the same run the same", run->options.timing, form_si(pace, (double)run->options.pace_ps / 1e12, "s"),
                 (unsigned long long)run->options.seed);
    form_count(all, (double)run->samples_done);
    if (run->discarded)
        fidelity_add(&r->facts.warnings, FIDELITY_WARNING, "",
                     "%s of %s samples were cut off (time.drain) with %s packet%s under way: a network that keeps itself going, or an input too fast for the "
                     "chip", form_count(n, (double)run->samples_cut), all, form_count(pace, (double)run->discarded), form_plural((double)run->discarded));
}

void event_time_text(FILE *to, const struct report *r)
{
    const struct run *run = r->run;
    char a[FORM_TEXT], b[FORM_TEXT], c[FORM_TEXT];
    struct latency l = find(run);
    fprintf(to, "\nan input step every %s", form_si(a, (double)run->options.pace_ps / 1e12, "s"));
    if (l.n)
        fprintf(to, "; first output spike after %s, last one %s after the last input (means of %s sample%s)", form_si(a, l.first.mean, "s"),
                form_si(b, l.last.mean, "s"), form_count(c, l.n), form_plural(l.n));
    fprintf(to, "; at most %s packet%s waited at a core", form_count(a, run->queue_most), form_plural(run->queue_most));
}

void event_time_json(struct json *j, const struct report *r)
{
    struct latency l;
    if (!event_is(r->run))
        return;
    l = find(r->run);
    json_object(j, "latency");
    json_count(j, "samples", l.n);
    facts_write_spread(j, "first_output", "s", &l.first);
    facts_write_spread(j, "last_output_after_input", "s", &l.last);
    json_close(j);
    json_count(j, "queue_most", r->run->queue_most);
}
