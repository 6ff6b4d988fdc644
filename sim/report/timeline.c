/* timeline.json: the run as trace events (chrome://tracing, ui.perfetto.dev): a row per used core with its update programs and
 * services, a row for the chip with steps, barriers, waits for a pace and resets. Times are microseconds with six digits, exact to the picosecond. */
#include <inttypes.h>

#include "report/files.h"
#include "report/json.h"

/* The lists of the run are in order of sample and step; each is walked once, beside the steps. */
struct timeline {
    FILE *to;
    const struct run *run;
    int first;
    uint64_t packet, update;    /* next of the run's lists */
    uint64_t noc_ps, barrier_ps;
};

/* A complete event ("ph":"X"): its start and its length, in microseconds with picoseconds as decimals. */
static void event(struct timeline *t, uint64_t row, const char *name, const char *category, uint64_t from_ps, uint64_t ps)
{
    fprintf(t->to, "%s\n{\"name\":\"%s\",\"cat\":\"%s\",\"ph\":\"X\",\"pid\":0,\"tid\":%" PRIu64, t->first ? "" : ",", name, category, row);
    fprintf(t->to, ",\"ts\":%" PRIu64 ".%06" PRIu64, from_ps / 1000000, from_ps % 1000000);
    fprintf(t->to, ",\"dur\":%" PRIu64 ".%06" PRIu64 "}", ps / 1000000, ps % 1000000);
    t->first = 0;
}

/* Metadata, so that a row is called by its core and not by a number. */
static void name_row(struct timeline *t, uint64_t row, const char *name)
{
    fprintf(t->to, "%s\n{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":0,\"tid\":%" PRIu64 ",\"args\":{\"name\":", t->first ? "" : ",", row);
    json_string(t->to, name);
    fputs("}}", t->to);
    t->first = 0;
}

/* Row 0 is the chip; used cores follow in the mapping's order. */
static void name_rows(struct timeline *t)
{
    char core[64], name[80];
    name_row(t, 0, "chip");
    for (uint32_t c = 0; c < t->run->n_cores; c++) {
        snprintf(name, sizeof name, "core %s", facts_core_name(t->run, t->run->mapping->core[c].core, core, sizeof core));
        name_row(t, c + 1u, name);
    }
}

/* Row of a chip core, 0 where it is none of the used ones (the host). */
static uint64_t row_of(const struct run *run, uint32_t chip_core)
{
    /* Used cores stand in rising order: a binary search. */
    uint32_t low = 0, high = run->n_cores;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (run->mapping->core[middle].core < chip_core)
            low = middle + 1;
        else
            high = middle;
    }
    return low < run->n_cores && run->mapping->core[low].core == chip_core ? low + 1u : 0;
}

/* A step's own bar ends where its barrier begins; what cores did stands in their rows at the times of the plane. */
static void step_events(struct timeline *t, const struct run_step *step, uint64_t start)
{
    const struct run *run = t->run;
    char name[64];
    uint64_t done = step->time_ps - step->wait_ps, work = done > t->barrier_ps ? done - t->barrier_ps : 0;
    snprintf(name, sizeof name, "sample %u step %u", step->sample, step->step);
    event(t, 0, name, "step", start, work);
    if (t->barrier_ps)
        event(t, 0, "barrier", "barrier", start + work, done - work);
    if (step->wait_ps)
        event(t, 0, "pace", "pace", start + done, step->wait_ps);
    for (; t->update < run->n_updates && run->update[t->update].sample == step->sample && run->update[t->update].step == step->step; t->update++)
        event(t, run->update[t->update].core + 1u, "update", "update", start, run->update[t->update].end_ps);
    for (; t->packet < run->n_packets && run->packet[t->packet].sample == step->sample && run->packet[t->packet].step == step->step; t->packet++) {
        const struct run_packet *p = &run->packet[t->packet];
        uint64_t row = row_of(run, p->to);
        if (row && p->end > p->start)
            event(t, row, "service", "service", start + p->start * t->noc_ps, (p->end - p->start) * t->noc_ps);
    }
}

/* Samples follow each other as they ran; the time of a sample that its steps do not explain is the reset before it. */
void timeline_write(FILE *to, const struct report *r)
{
    const struct run *run = r->run;
    struct timeline t = {.to = to, .run = run, .first = 1};
    t.noc_ps = run->chip->noc.clock < run->chip->n_clocks ? run->chip->clock[run->chip->noc.clock].period_ps : 0;
    /* The barrier of a chip lasts the same in each step of a run: it follows the tiles in use. */
    t.barrier_ps = run->n_steps ? run->barrier_ps / run->n_steps : 0;
    fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", to);
    name_rows(&t);
    uint64_t now = 0, i = 0;
    for (uint32_t s = 0; s < run->samples_done; s++) {
        uint64_t first = i, steps = 0;
        for (; i < run->n_steps && run->step[i].sample == run->sample[s].sample; i++)
            steps += run->step[i].time_ps;
        uint64_t reset = run->sample[s].time_ps > steps ? run->sample[s].time_ps - steps : 0;
        if (reset)
            event(&t, 0, "reset", "reset", now, reset);
        now += reset;
        for (uint64_t k = first; k < i; now += run->step[k].time_ps, k++)
            step_events(&t, &run->step[k], now);
    }
    fputs("\n]}\n", to);
}
