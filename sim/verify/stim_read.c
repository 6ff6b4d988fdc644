/* Text to stimulus, line by line, in the order of stim.h. Every number is checked against the size that the second line names, so what comes
 * out can be built; the first thing wrong is named with its place. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/doc.h"
#include "verify/stim.h"

enum { WORD = 64, FILE_MOST = 256 << 20, NEAR = 48 };

/* Where the reader stands. The text ends with a 0 of our own. */
struct reader {
    const char *name, *line, *at;       /* file, begin of this line, next character */
    uint32_t number;                    /* of this line, from 1 */
    char word[WORD];
    const char *word_at;
    struct stim *s;
    const struct verify_target *target;
    const struct verify_size *size;
    uint64_t events;
    int began;                          /* a step was read: what is loaded is fixed */
    int ended;                          /* the last line was read */
    struct err *err;
};

__attribute__((format(printf, 2, 3))) static int wrong(struct reader *r, const char *format, ...)
{
    char text[700];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return err_input(r->err, "%s:%u:%u: %s", r->name, r->number, (unsigned)(r->word_at - r->line) + 1, text);
}

/* The next word of this line into r->word; 0 where there is none. Longer words are cut: no name or number is as long. */
static int word(struct reader *r)
{
    while (*r->at == ' ' || *r->at == '\t' || *r->at == '\r')
        r->at++;
    r->word_at = r->at;
    size_t n = *r->at == '#' ? 0 : strcspn(r->at, " \t\r\n"), keep = n < WORD - 1 ? n : WORD - 1;
    memcpy(r->word, r->at, keep);
    r->word[keep] = 0;
    r->at += n;
    return n != 0;
}

/* Text to a whole number within limits; what: how it is called in the message. */
static int number_of(struct reader *r, const char *text, const char *what, int64_t low, int64_t high, int64_t *to)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text || *end || errno || !strchr("-0123456789", *text))
        return wrong(r, "%s '%s': a whole number is wanted", what, text);
    if (value < low || value > high)
        return wrong(r, "%s %s: this size takes %" PRId64 "..%" PRId64, what, text, low, high);
    *to = value;
    return 0;
}

static int number(struct reader *r, const char *what, int64_t low, int64_t high, int64_t *to)
{
    if (!word(r))
        return wrong(r, "%s: its number is missing", what);
    return number_of(r, r->word, what, low, high, to);
}

static int line_ends(struct reader *r)
{
    return word(r) ? wrong(r, "what is '%s' here? The line should end", r->word) : 0;
}

static int expect(struct reader *r, const char *wanted)
{
    if (!word(r) || strcmp(r->word, wanted))
        return wrong(r, "'%s' found where '%s' should stand", r->word, wanted);
    return 0;
}

/* Puts r->at at the next line that says anything; 0 at the end of the text. */
static int next_line(struct reader *r)
{
    for (;;) {
        r->at += strcspn(r->at, "\n");
        if (!*r->at)
            return 0;
        r->line = ++r->at;
        r->number++;
        if (word(r)) {
            r->at = r->word_at;
            return 1;
        }
    }
}

/* ---- the head ---- */

static int read_first(struct reader *r)
{
    if (!word(r) || strcmp(r->word, "volley"))
        return wrong(r, "no stimulus: its first line is 'volley stimulus 1'");
    int64_t version;
    return expect(r, "stimulus") || number(r, "stimulus", 1, 1, &version) || line_ends(r) ? -1 : 0;
}

/* A stimulus for one core is none for another: it names values and sizes that only its own has. */
static int read_core(struct reader *r)
{
    if (!next_line(r))
        return wrong(r, "the text ends where 'core NAME size NAME' should stand");
    if (expect(r, "core") || !word(r))
        return r->err->kind ? -1 : wrong(r, "core: its name is missing");
    if (r->target && strcmp(r->word, r->target->name))
        return wrong(r, "this stimulus is for core %s, not for %s", r->word, r->target->name);
    if (!r->target && !(r->target = verify_target_named(r->word, r->err)))
        return err_context(r->err, "%s:%u", r->name, r->number);
    if (expect(r, "size") || !word(r))
        return r->err->kind ? -1 : wrong(r, "size: its name is missing");
    if (!(r->size = verify_size_named(r->target, r->word, r->err)))
        return err_context(r->err, "%s:%u", r->name, r->number);
    return line_ends(r);
}

/* profile NAME seed N, which may be absent. */
static int read_origin(struct reader *r, char profile[STIM_NAME], uint64_t *seed)
{
    int64_t value = 0;
    if (!next_line(r))
        return wrong(r, "the text ends where 'neurons N axons N' should stand");
    if (strncmp(r->at, "profile ", 8))
        return 0;
    if (expect(r, "profile") || !word(r))
        return r->err->kind ? -1 : wrong(r, "profile: its name is missing");
    snprintf(profile, STIM_NAME, "%.*s", STIM_NAME - 1, r->word);
    if (expect(r, "seed") || number(r, "seed", 0, INT64_MAX, &value) || line_ends(r))
        return -1;
    *seed = (uint64_t)value;
    return next_line(r) ? 0 : wrong(r, "the text ends where 'neurons N axons N' should stand");
}

/* Groups cannot be counted before they are read, so they are read into all that the size has. */
static int read_head(struct reader *r)
{
    char profile[STIM_NAME] = "";
    uint64_t seed = 0;
    int64_t neurons, axons;
    if (read_first(r) || read_core(r) || read_origin(r, profile, &seed) || expect(r, "neurons") ||
        number(r, "neurons", stim_neurons_least(r->size), r->size->neurons, &neurons) ||
        expect(r, "axons") || number(r, "axons", 1, r->size->axons, &axons) || line_ends(r))
        return -1;
    r->s = stim_new(r->target, r->size, (uint32_t)neurons, (uint32_t)axons, r->size->groups);
    r->s->groups = 0;
    r->s->seed = seed;
    snprintf(r->s->profile, sizeof r->s->profile, "%s", profile);
    return 0;
}

/* ---- numbers by name ---- */

static int unknown_field(struct reader *r, enum verify_scope scope)
{
    const char *known[STIM_FIELDS];
    size_t n = 0;
    for (uint32_t f = 0; r->size->fields[f].name; f++)
        if (r->size->fields[f].scope == scope)
            known[n++] = r->size->fields[f].name;
    const char *nearest = doc_nearest(r->word, known, n);
    return wrong(r, "%s has no number '%.*s' here%s%s%s", r->target->name, NEAR, r->word, nearest ? "; did you mean '" : "", nearest ? nearest : "",
                 nearest ? "'?" : "");
}

/* The rest of the line: name and value, any number of times, for things first .. last. */
static int read_values(struct reader *r, enum verify_scope scope, uint32_t first, uint32_t last)
{
    while (word(r)) {
        int f = stim_field(r->size, r->word);
        int64_t value;
        if (f < 0 || r->size->fields[f].scope != scope)
            return unknown_field(r, scope);
        if (number(r, r->size->fields[f].name, r->size->fields[f].low, r->size->fields[f].high, &value))
            return -1;
        for (uint32_t i = first; i <= last; i++)
            r->s->value[f][i] = value;
    }
    return 0;
}

static int read_group(struct reader *r)
{
    struct stim *s = r->s;
    int64_t first, count, begins = 0;
    if (s->groups)
        begins = s->group[s->groups - 1].first + s->group[s->groups - 1].count;
    if (s->groups == r->size->groups)
        return wrong(r, "a group too many: this size has %u", r->size->groups);
    if (number(r, "first neuron", 0, (int64_t)s->neurons - 1, &first))
        return -1;
    if (first != begins || first % r->size->lanes)
        return wrong(r, "the group begins at neuron %" PRId64 "; groups lie side by side and begin at multiples of %u: here at %" PRId64, first, r->size->lanes,
                     begins);
    if (number(r, "neurons of the group", 1, (int64_t)s->neurons - first, &count))
        return -1;
    s->group[s->groups] = (struct stim_group){(uint32_t)first, (uint32_t)count};
    s->groups++;
    return read_values(r, VERIFY_PER_GROUP, s->groups - 1, s->groups - 1);
}

/* "7" or "3..9" */
static int read_each(struct reader *r, enum verify_scope scope, const char *what)
{
    int64_t first, last, most = (int64_t)stim_count(r->s, scope) - 1;
    if (!word(r))
        return wrong(r, "%s: its number is missing", what);
    char *dots = strstr(r->word, "..");
    if (dots)
        *dots = 0;
    if (number_of(r, r->word, what, 0, most, &first) || number_of(r, dots ? dots + 2 : r->word, what, first, most, &last))
        return -1;
    return read_values(r, scope, (uint32_t)first, (uint32_t)last);
}

/* ---- rows and steps ---- */

static int read_row(struct reader *r)
{
    int64_t axon, neuron = -1, weight;
    if (number(r, "axon", 0, (int64_t)r->s->axons - 1, &axon))
        return -1;
    struct stim_row *row = &r->s->row[axon];
    while (word(r)) {
        size_t n = strlen(r->word);
        if (r->word[n - 1] == ':') {
            r->word[n - 1] = 0;
            if (number_of(r, r->word, "neuron", 0, (int64_t)r->s->neurons - 1, &neuron))
                return -1;
            continue;
        }
        if (neuron < 0)
            return wrong(r, "'%s' found where the first neuron of a run should stand: row %" PRId64 "  0: 3 -2", r->word, axon);
        if (neuron >= r->s->neurons)
            return wrong(r, "a weight for neuron %" PRId64 " of %u", neuron, r->s->neurons);
        if (number_of(r, r->word, "weight", r->size->weight_low, r->size->weight_high, &weight))
            return -1;
        stim_add_synapse(row, (uint32_t)neuron++, (int32_t)weight);
    }
    return 0;
}

static int read_step(struct reader *r)
{
    struct stim_step *step = stim_add_step(r->s);
    r->began = 1;
    while (word(r)) {
        int64_t value;
        if (!strcmp(r->word, "restart"))
            step->restart = 1;
        else if (!strcmp(r->word, "settle"))
            step->settle = 1;
        else if (!strcmp(r->word, "source") || !strcmp(r->word, "sink")) {
            uint32_t *to = r->word[1] == 'o' ? &step->source : &step->sink;
            if (number(r, "chance", 1, 1 << 20, &value))
                return -1;
            *to = (uint32_t)value;
        } else if (!strcmp(r->word, "pauses")) {
            if (number(r, "pauses", 0, UINT32_MAX, &value))
                return -1;
            step->pauses = (uint32_t)value;
        } else
            return wrong(r, "what is '%.*s' of a step? It takes restart, settle, source N, sink N, pauses N", NEAR, r->word);
    }
    return 0;
}

/* "spike 3 3 17:2": axons, each with its payload where that is not 1. */
static int read_events(struct reader *r, uint16_t type)
{
    const struct verify_event *event = &r->size->events[type];
    struct stim_step *step = r->s->steps ? &r->s->step[r->s->steps - 1] : NULL;
    if (!step)
        return wrong(r, "%s before the first step", event->name);
    while (word(r)) {
        int64_t axon, payload = 1;
        char *colon = strchr(r->word, ':');
        if (colon)
            *colon = 0;
        if (number_of(r, r->word, "axon", 0, (int64_t)(event->axons ? event->axons : r->s->axons) - 1, &axon) ||
            (colon && number_of(r, colon + 1, "payload", event->low, event->high, &payload)))
            return -1;
        if (!colon && (payload < event->low || payload > event->high))
            return wrong(r, "%s %s: it needs a value, written %s:%d", event->name, r->word, r->word, event->high);
        if (event->has_but && payload == event->but)
            return wrong(r, "%s %s: it is never sent with %d", event->name, r->word, event->but);
        if (r->events++ == STIM_EVENTS)
            return wrong(r, "more than %d events", STIM_EVENTS);
        stim_add_event(step, type, (uint32_t)axon, (int32_t)payload);
    }
    return 0;
}

/* What is loaded comes before the first step: one order, so that equal stimuli are equal texts. */
static int read_line(struct reader *r)
{
    static const char *const loads[] = {"readback", "set", "group", "neuron", "axon", "row"};
    uint32_t which = 0;
    word(r);
    for (uint16_t e = 0; r->size->events[e].name; e++)
        if (!strcmp(r->word, r->size->events[e].name))
            return read_events(r, e);
    if (!strcmp(r->word, "step"))
        return read_step(r);
    if (!strcmp(r->word, "end")) {
        r->ended = 1;
        return line_ends(r);
    }
    while (which < 6 && strcmp(r->word, loads[which]))
        which++;
    if (which < 6 && r->began)
        return wrong(r, "%s after the first step: what is loaded stands before it", r->word);
    switch (which) {
    case 0: r->s->readback = 1; return line_ends(r);
    case 1: return read_values(r, VERIFY_PER_CORE, 0, 0);
    case 2: return read_group(r);
    case 3: return read_each(r, VERIFY_PER_NEURON, "neuron");
    case 4: return read_each(r, VERIFY_PER_AXON, "axon");
    case 5: return read_row(r);
    default: return wrong(r, "a line of a stimulus does not begin with '%.*s'", NEAR, r->word);
    }
}

/* Groups cover all neurons; no group line is one group of all. */
static int finish(struct reader *r)
{
    struct stim *s = r->s;
    if (!s->groups) {
        s->groups = 1;
        s->group[0] = (struct stim_group){0, s->neurons};
    }
    uint32_t end = s->group[s->groups - 1].first + s->group[s->groups - 1].count;
    r->word_at = r->line;
    if (!r->ended)
        return wrong(r, "the text is cut short: its last line is 'end'");
    return end == s->neurons ? 0 : wrong(r, "the groups end at neuron %u of %u: a group line is missing", end, s->neurons);
}

struct stim *stim_parse(const char *name, const char *text, size_t size, const struct verify_target *target, struct err *err)
{
    char *copy = mem_new(size + 1, 1);
    memcpy(copy, text, size);
    struct reader r = {.name = name, .line = copy, .at = copy, .word_at = copy, .number = 1, .target = target, .err = err};
    err->kind = ERR_NONE;
    int failed = read_head(&r);
    while (!failed && next_line(&r))
        failed = r.ended ? wrong(&r, "more behind the line 'end'") : read_line(&r);
    failed = failed || finish(&r);
    /* A 0 in the middle ends what the loops above see. */
    if (!failed && strlen(copy) != size)
        failed = err_input(err, "%s: byte %zu is 0: this is no text", name, strlen(copy));
    free(copy);
    if (!failed)
        return r.s;
    stim_free(r.s);
    return NULL;
}

struct stim *stim_read(const char *path, const struct verify_target *target, struct err *err)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        err_input(err, "%s: %s", path, strerror(errno));
        return NULL;
    }
    size_t size = 0, capacity = 0;
    char *text = NULL;
    for (int c; (c = getc(file)) != EOF && size < FILE_MOST;) {
        text = mem_room(text, size, &capacity, 1);
        text[size++] = (char)c;
    }
    struct stim *s = NULL;
    if (ferror(file))
        err_input(err, "%s: cannot be read: %s", path, strerror(errno));
    else
        s = stim_parse(path, text ? text : "", size, target, err);
    fclose(file);
    free(text);
    return s;
}
