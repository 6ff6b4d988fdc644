/* What each kind of call costs, over a whole run: a line per size and call, so that a change names both. */
#include <inttypes.h>
#include <stdlib.h>

#include "verify/golden.h"
#include "verify/run.h"

static const char *call_name(const struct verify_size *size, uint32_t call)
{
    return call == CALL_UPDATE ? "update" : call == CALL_LEARN ? "learning" : size->events[call - CALL_EVENT].name;
}

static void add(struct drive_total *to, const struct drive_total *from)
{
    if (!from->calls)
        return;
    to->least = !to->calls || from->least < to->least ? from->least : to->least;
    to->most = from->most > to->most ? from->most : to->most;
    to->calls += from->calls;
    to->cycles += from->cycles;
    for (uint32_t m = 0; m < DRIVE_MEMORIES; m++) {
        to->memory[m].reads += from->memory[m].reads;
        to->memory[m].writes += from->memory[m].writes;
    }
}

static void write_call(const struct verify_run *run, const struct verify_size *size, uint32_t call, FILE *to)
{
    const struct core_kind *kind = run->options->target->device;
    struct drive_total sum = {0};
    for (uint32_t i = 0; i < run->done; i++)
        if (run->at[i].size == size && !run->at[i].regression)
            add(&sum, &run->at[i].totals.call[call]);
    if (!sum.calls)
        return;
    fprintf(to, "%s %s calls %" PRIu64 " cycles %" PRIu64 " least %u most %u", size->name, call_name(size, call), sum.calls, sum.cycles, sum.least, sum.most);
    for (uint32_t m = 0; m < kind->n_memories && m < DRIVE_MEMORIES; m++)
        if (sum.memory[m].reads || sum.memory[m].writes)
            fprintf(to, " %s %" PRIu64 "/%" PRIu64, kind->memories[m].name, sum.memory[m].reads, sum.memory[m].writes);
    fputc('\n', to);
}

int baseline(const struct verify_run *run, FILE *to, struct err *err)
{
    const struct verify_options *o = run->options;
    char *text = NULL;
    size_t length;
    FILE *file = open_memstream(&text, &length);
    fprintf(file, "volley baseline 1\ncore %s seeds %" PRIu64 "..%" PRIu64 " packets %u profiles %s\n", o->target->name, o->seed, o->seed + run->seeds - 1,
            events_each(o), o->profiles ? o->profiles : "all");
    for (const struct verify_size *size = o->target->sizes; size->name; size++)
        for (uint32_t call = 0; call < DRIVE_TYPES && (call < CALL_EVENT || size->events[call - CALL_EVENT].name); call++)
            write_call(run, size, call, file);
    fputs("end\n", file);
    fclose(file);
    int status = o->update ? golden_write(text, o->baseline, err) : golden_compare(text, o->baseline, to, err);
    free(text);
    return status;
}
