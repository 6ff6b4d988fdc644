/* A stimulus as text. Everything that is as usual is left out, and neighbours that are alike share a line, so that a shrunk failure is a
 * page and two stimuli can be told apart by diff. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/whole.h"
#include "verify/stim.h"

enum { EVENTS_PER_LINE = 16, WIDTH = 150 };

/* The numbers of one core, group, neuron or axon that are not as usual, as " name value" each; returns a text that the caller frees. */
static char *unusual(const struct stim *s, enum verify_scope scope, uint32_t index)
{
    char *text = mem_text("");
    for (uint32_t f = 0; s->size->fields[f].name; f++) {
        const struct verify_field *field = &s->size->fields[f];
        if (field->scope != scope || s->value[f][index] == field->usual)
            continue;
        char *longer = mem_format("%s %s %" PRId64, text, field->name, s->value[f][index]);
        free(text);
        text = longer;
    }
    return text;
}

/* "neuron 0..3 threshold 17": a line per run of equal ones, none where all is usual. */
static void write_each(const struct stim *s, enum verify_scope scope, const char *word, FILE *to)
{
    uint32_t n = stim_count(s, scope);
    for (uint32_t i = 0; i < n;) {
        char *text = unusual(s, scope, i);
        uint32_t end = i + 1;
        for (; end < n; end++) {
            char *next = unusual(s, scope, end);
            int same = !strcmp(text, next);
            free(next);
            if (!same)
                break;
        }
        if (*text && end == i + 1)
            fprintf(to, "%s %u%s\n", word, i, text);
        else if (*text)
            fprintf(to, "%s %u..%u%s\n", word, i, end - 1, text);
        free(text);
        i = end;
    }
}

/* Runs of neighbours; a synapse that does not follow on the one before begins a new run. Long rows go on in another line of the same axon. */
static void write_row(const struct stim_row *row, uint32_t axon, FILE *to)
{
    int column = 0;
    for (uint32_t k = 0; k < row->count; k++) {
        const struct stim_synapse *x = &row->synapse[k];
        int follows = k && x->neuron == row->synapse[k - 1].neuron + 1 && column < WIDTH;
        if (column >= WIDTH || !k)
            column = fprintf(to, "%srow %u", k ? "\n" : "", axon);
        if (!follows)
            column += fprintf(to, "  %u:", x->neuron);
        column += fprintf(to, " %d", x->weight);
    }
    if (row->count)
        fputc('\n', to);
}

/* Events of one type side by side share a line: "spike 3 3 17", and "spike 3:5" for a payload that is not 1. */
static void write_step(const struct stim *s, const struct stim_step *step, FILE *to)
{
    fprintf(to, "step%s%s", step->restart ? " restart" : "", step->settle ? " settle" : "");
    if (step->source != 1)
        fprintf(to, " source %u", step->source);
    if (step->sink != 1)
        fprintf(to, " sink %u", step->sink);
    if (step->pauses)
        fprintf(to, " pauses %u", step->pauses);
    uint32_t on_line = 0;
    for (uint32_t e = 0; e < step->count; e++) {
        const struct stim_event *event = &step->event[e];
        int begins = !e || event->type != step->event[e - 1].type || on_line == EVENTS_PER_LINE;
        on_line = begins ? 1 : on_line + 1;
        if (begins)
            fprintf(to, "\n%s", s->size->events[event->type].name);
        fprintf(to, event->payload == 1 ? " %u" : " %u:%d", event->axon, event->payload);
    }
    fputc('\n', to);
}

void stim_write(const struct stim *s, FILE *to)
{
    fprintf(to, "volley stimulus 1\ncore %s size %s\n", s->target->name, s->size->name);
    if (*s->profile)
        fprintf(to, "profile %s seed %" PRIu64 "\n", s->profile, s->seed);
    fprintf(to, "neurons %u axons %u\n%s", s->neurons, s->axons, s->readback ? "readback\n" : "");
    char *core = unusual(s, VERIFY_PER_CORE, 0);
    if (*core)
        fprintf(to, "set%s\n", core);
    free(core);
    for (uint32_t g = 0; g < s->groups; g++) {
        char *text = unusual(s, VERIFY_PER_GROUP, g);
        fprintf(to, "group %u %u%s\n", s->group[g].first, s->group[g].count, text);
        free(text);
    }
    write_each(s, VERIFY_PER_NEURON, "neuron", to);
    write_each(s, VERIFY_PER_AXON, "axon", to);
    for (uint32_t a = 0; a < s->axons; a++)
        write_row(&s->row[a], a, to);
    for (uint32_t t = 0; t < s->steps; t++)
        write_step(s, &s->step[t], to);
    fputs("end\n", to);
}

int stim_save(const struct stim *s, const char *path, const char *comment, struct err *err)
{
    struct whole out;
    if (whole_open(&out, path, err))
        return -1;
    stim_write(s, out.file);
    /* What it showed stands at the end: the first lines are those that a reader of the format looks for. */
    for (const char *at = comment; at && *at;) {
        size_t n = strcspn(at, "\n");
        fprintf(out.file, "# %.*s\n", (int)n, at);
        at += n + (at[n] == '\n');
    }
    return whole_close(&out, err);
}
