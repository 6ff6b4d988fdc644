/* The golden trace of one stimulus: for each step its spikes, a digest of the whole state, cycles, and the accesses of each memory. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "verify/golden.h"
#include "verify/run.h"

struct writer {
    FILE *file;
    const struct core_kind *kind;
};

static void write_spikes(FILE *file, const struct drive_seen *seen)
{
    enum { PER_LINE = 24 };
    for (uint32_t i = 0; i < seen->spikes; i++)
        fprintf(file, "%s%u", i % PER_LINE ? " " : i ? "\n  fired " : "  fired ", seen->spike[i].neuron);
    if (seen->spikes)
        fputc('\n', file);
}

static void write_step(void *to, const struct drive_seen *seen)
{
    struct writer *w = to;
    fprintf(w->file, "step %u update %u events %u served %" PRIu64, seen->step, seen->update, seen->events, seen->served);
    if (seen->learn)
        fprintf(w->file, " learning %u", seen->learn);
    fprintf(w->file, " digest %016" PRIx64 "\n", seen->digest);
    write_spikes(w->file, seen);
    fputs("  accesses", w->file);
    for (uint32_t m = 0; m < w->kind->n_memories && m < DRIVE_MEMORIES; m++)
        if (seen->memory[m].reads || seen->memory[m].writes)
            fprintf(w->file, " %s %" PRIu64 "/%" PRIu64, w->kind->memories[m].name, seen->memory[m].reads, seen->memory[m].writes);
    fputc('\n', w->file);
}

/* NULL and err: the core differs from its reference, or cannot be loaded. A trace is only made of what is right. */
static char *make(const struct verify_run *run, struct err *err)
{
    const struct verify_options *o = run->options;
    struct stim *s = case_stim(run, &run->at[0], err);
    struct finding finding;
    char *text = NULL;
    size_t size;
    if (!s)
        return NULL;
    struct writer w = {open_memstream(&text, &size), o->target->device};
    fprintf(w.file, "volley trace 1\ncore %s size %s steps %u events %" PRIu64 "\n", s->target->name, s->size->name, s->steps, stim_events(s));
    struct drive drive_it = {.target = o->target, .modes = 1u << VERIFY_TRANSACTION, .seen = write_step, .to = &w};
    int status = drive(s, &drive_it, &finding, err);
    fputs("end\n", w.file);
    fclose(w.file);
    stim_free(s);
    if (!status)
        return text;
    free(text);
    if (status > 0)
        err_answer(err, "%s: %s", o->stim, finding.text);
    return NULL;
}

int trace(const struct verify_run *run, FILE *to, struct err *err)
{
    const struct verify_options *o = run->options;
    char *text = make(run, err);
    if (!text)
        return -1;
    int status = o->update ? golden_write(text, o->baseline, err) : golden_compare(text, o->baseline, to, err);
    free(text);
    return status;
}
