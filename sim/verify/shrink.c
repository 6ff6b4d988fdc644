#include "verify/shrink.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

struct shrink {
    struct stim *best;
    struct drive drive;
    struct finding finding;     /* of best */
    char check[sizeof((struct finding *)0)->check];
    uint32_t tries, most;
};

/* Takes the candidate: it becomes the best where it fails alike (1), else it is freed (0). */
static int attempt(struct shrink *k, struct stim *candidate)
{
    struct finding finding;
    struct err err = {0};
    if (!candidate)
        return 0;
    if (k->tries < k->most && (k->tries++, drive(candidate, &k->drive, &finding, &err) == 1) && !strcmp(finding.check, k->check)) {
        stim_free(k->best);
        k->best = candidate;
        k->finding = finding;
        return 1;
    }
    stim_free(candidate);
    return 0;
}

/* ---- things that can be taken away: how many there are, and a copy without some of them ---- */

typedef uint64_t count_of(const struct stim *);
typedef struct stim *without(const struct stim *, uint64_t first, uint64_t n);

static uint64_t steps_of(const struct stim *s)
{
    return s->steps;
}

static struct stim *without_steps(const struct stim *from, uint64_t first, uint64_t n)
{
    struct stim *s = stim_copy(from);
    for (uint64_t t = first; t < first + n; t++)
        free(s->step[t].event);
    memmove(s->step + first, s->step + first + n, (size_t)(s->steps - first - n) * sizeof *s->step);
    s->steps -= (uint32_t)n;
    return s;
}

static struct stim *without_events(const struct stim *from, uint64_t first, uint64_t n)
{
    struct stim *s = stim_copy(from);
    uint64_t at = 0;
    for (uint32_t t = 0; t < s->steps; t++) {
        uint32_t keep = 0;
        for (uint32_t e = 0; e < s->step[t].count; e++, at++)
            if (at < first || at >= first + n)
                s->step[t].event[keep++] = s->step[t].event[e];
        s->step[t].count = keep;
    }
    return s;
}

static struct stim *without_synapses(const struct stim *from, uint64_t first, uint64_t n)
{
    struct stim *s = stim_copy(from);
    uint64_t at = 0;
    for (uint32_t a = 0; a < s->axons; a++) {
        uint32_t keep = 0;
        for (uint32_t i = 0; i < s->row[a].count; i++, at++)
            if (at < first || at >= first + n)
                s->row[a].synapse[keep++] = s->row[a].synapse[i];
        s->row[a].count = keep;
    }
    return s;
}

/* Numbers that are not as usual become so. */
static uint64_t unusual_of(const struct stim *s)
{
    uint64_t n = 0;
    for (uint32_t f = 0; s->size->fields[f].name; f++)
        for (uint32_t i = 0; i < stim_count(s, s->size->fields[f].scope); i++)
            n += s->value[f][i] != s->size->fields[f].usual;
    return n;
}

static struct stim *without_unusual(const struct stim *from, uint64_t first, uint64_t n)
{
    struct stim *s = stim_copy(from);
    uint64_t at = 0;
    for (uint32_t f = 0; s->size->fields[f].name; f++)
        for (uint32_t i = 0; i < stim_count(s, s->size->fields[f].scope); i++) {
            int64_t usual = s->size->fields[f].usual;
            if (s->value[f][i] == usual)
                continue;
            if (at >= first && at < first + n)
                s->value[f][i] = usual;
            at++;
        }
    return s;
}

/* A group joins the one before it, and does as that does. */
static uint64_t joints_of(const struct stim *s)
{
    return s->groups - 1;
}

static void drop_values(struct stim *s, enum verify_scope scope, uint32_t first, uint32_t n)
{
    uint32_t all = stim_count(s, scope);
    for (uint32_t f = 0; s->size->fields[f].name; f++)
        if (s->size->fields[f].scope == scope)
            memmove(s->value[f] + first, s->value[f] + first + n, (all - first - n) * sizeof *s->value[f]);
}

static struct stim *without_joints(const struct stim *from, uint64_t first, uint64_t n)
{
    struct stim *s = stim_copy(from);
    for (uint64_t i = 0; i < n; i++)
        s->group[first].count += s->group[first + 1 + i].count;
    drop_values(s, VERIFY_PER_GROUP, (uint32_t)first + 1, (uint32_t)n);
    memmove(s->group + first + 1, s->group + first + 1 + n, (size_t)(s->groups - first - 1 - n) * sizeof *s->group);
    s->groups -= (uint32_t)n;
    return s;
}

/* ---- neurons: whole words of them go, those behind move up ---- */

static uint64_t words_of(const struct stim *s)
{
    return (s->neurons + s->size->lanes - 1) / s->size->lanes;
}

/* Neurons of [first, first + n) that lie below x. */
static uint32_t gone_below(uint32_t x, uint32_t first, uint32_t n)
{
    return x <= first ? 0 : x < first + n ? x - first : n;
}

static void drop_groups(struct stim *s, uint32_t first, uint32_t n)
{
    uint32_t keep = 0;
    for (uint32_t g = 0; g < s->groups; g++) {
        struct stim_group old = s->group[g];
        uint32_t begin = old.first - gone_below(old.first, first, n), end = old.first + old.count;
        end -= gone_below(end, first, n);
        if (begin == end)
            continue;
        for (uint32_t f = 0; s->size->fields[f].name; f++)
            if (s->size->fields[f].scope == VERIFY_PER_GROUP)
                s->value[f][keep] = s->value[f][g];
        s->group[keep++] = (struct stim_group){begin, end - begin};
    }
    s->groups = keep;
}

static struct stim *without_neurons(const struct stim *from, uint32_t first, uint32_t n)
{
    if (n >= from->neurons || from->neurons - n < stim_neurons_least(from->size))
        return NULL;
    struct stim *s = stim_copy(from);
    drop_groups(s, first, n);
    drop_values(s, VERIFY_PER_NEURON, first, n);
    for (uint32_t a = 0; a < s->axons; a++) {
        uint32_t keep = 0;
        for (uint32_t i = 0; i < s->row[a].count; i++) {
            struct stim_synapse x = s->row[a].synapse[i];
            if (x.neuron >= first && x.neuron < first + n)
                continue;
            x.neuron -= gone_below(x.neuron, first, n);
            s->row[a].synapse[keep++] = x;
        }
        s->row[a].count = keep;
    }
    s->neurons -= n;
    return s;
}

static struct stim *without_words(const struct stim *from, uint64_t first, uint64_t n)
{
    uint32_t lanes = from->size->lanes, begin = (uint32_t)first * lanes, end = (uint32_t)(first + n) * lanes;
    return without_neurons(from, begin, (end < from->neurons ? end : from->neurons) - begin);
}

/* ---- axons: those behind move up; only events that count on rows name them ---- */

static uint64_t axons_of(const struct stim *s)
{
    return s->axons;
}

static struct stim *without_axons(const struct stim *from, uint64_t first, uint64_t n)
{
    if (n >= from->axons)
        return NULL;
    struct stim *s = stim_copy(from);
    for (uint32_t t = 0; t < s->steps; t++) {
        uint32_t keep = 0;
        for (uint32_t e = 0; e < s->step[t].count; e++) {
            struct stim_event event = s->step[t].event[e];
            int has_row = !s->size->events[event.type].axons;
            if (has_row && event.axon >= first && event.axon < first + n)
                continue;
            if (has_row && event.axon >= first + n)
                event.axon -= (uint32_t)n;
            s->step[t].event[keep++] = event;
        }
        s->step[t].count = keep;
    }
    for (uint64_t a = first; a < first + n; a++)
        free(s->row[a].synapse);
    drop_values(s, VERIFY_PER_AXON, (uint32_t)first, (uint32_t)n);
    memmove(s->row + first, s->row + first + n, (size_t)(s->axons - first - n) * sizeof *s->row);
    s->axons -= (uint32_t)n;
    return s;
}

/* ---- pauses ---- */

static int plain(const struct stim_step *step)
{
    return step->source == 1 && step->sink == 1 && !step->pauses && !step->settle && !step->restart;
}

static uint64_t pauses_of(const struct stim *s)
{
    uint64_t n = 0;
    for (uint32_t t = 0; t < s->steps; t++)
        n += !plain(&s->step[t]);
    return n;
}

static struct stim *without_pauses(const struct stim *from, uint64_t first, uint64_t n)
{
    struct stim *s = stim_copy(from);
    uint64_t at = 0;
    for (uint32_t t = 0; t < s->steps; t++) {
        struct stim_step *step = &s->step[t];
        if (plain(step))
            continue;
        if (at >= first && at < first + n) {
            step->source = step->sink = 1;
            step->pauses = 0;
            step->settle = step->restart = 0;
        }
        at++;
    }
    return s;
}

/* ---- delta debugging ---- */

/* Halves, quarters and so on down to single things; what goes without the failure going stays away. 1: something did. */
static int reduce(struct shrink *k, count_of *count, without *less)
{
    int any = 0;
    for (uint64_t chunk = count(k->best); chunk; chunk /= 2)
        for (uint64_t at = 0; at < count(k->best);) {
            uint64_t left = count(k->best) - at;
            if (attempt(k, less(k->best, at, chunk < left ? chunk : left)))
                any = 1;
            else
                at += chunk;
        }
    return any;
}

/* Nothing behind the failing call matters to it. */
static void cut_tail(struct shrink *k)
{
    struct stim *s = stim_copy(k->best);
    while (s->steps > k->finding.step + 1)
        free(s->step[--s->steps].event);
    attempt(k, s);
    if (k->finding.event < 0 || k->finding.mode == VERIFY_OVERLAP)
        return;
    s = stim_copy(k->best);
    if (s->steps && (uint64_t)k->finding.event < s->step[s->steps - 1].count)
        s->step[s->steps - 1].count = (uint32_t)k->finding.event + 1;
    attempt(k, s);
}

static int try_weight(struct shrink *k, uint32_t axon, uint32_t i, int32_t weight)
{
    if (k->best->row[axon].synapse[i].weight == weight)
        return 0;
    struct stim *s = stim_copy(k->best);
    s->row[axon].synapse[i].weight = weight;
    return attempt(k, s);
}

/* Weights go to 1 or -1, else to their half as often as that works. Only where few are left. */
static int smaller_weights(struct shrink *k)
{
    enum { FEW_LEFT = 48 };
    int any = 0;
    for (uint32_t a = 0; stim_synapses(k->best) <= FEW_LEFT && a < k->best->axons; a++)
        for (uint32_t i = 0; i < k->best->row[a].count; i++) {
            int32_t w = k->best->row[a].synapse[i].weight;
            if (w > 1 || w < -1)
                any |= try_weight(k, a, i, w > 0 ? 1 : -1);
            while ((w = k->best->row[a].synapse[i].weight) / 2 && try_weight(k, a, i, w / 2))
                any = 1;
        }
    return any;
}

/* A last word that is not full, neuron by neuron. */
static int fewer_neurons(struct shrink *k)
{
    int any = 0;
    while (k->best->neurons > 1 && attempt(k, without_neurons(k->best, k->best->neurons - 1, 1)))
        any = 1;
    return any;
}

static int no_readback(struct shrink *k)
{
    if (!k->best->readback)
        return 0;
    struct stim *s = stim_copy(k->best);
    s->readback = 0;
    return attempt(k, s);
}

struct stim *shrink(const struct stim *from, const struct drive *drive, struct finding *finding, uint32_t *tries)
{
    enum { ROUNDS = 4 };
    struct shrink k = {.best = stim_copy(from), .drive = *drive, .finding = *finding};
    k.drive.totals = NULL;
    k.drive.seen = NULL;
    k.drive.wave = k.drive.coverage = NULL;
    snprintf(k.check, sizeof k.check, "%s", finding->check);
    /* A core that hangs takes its time to be given up. */
    k.most = strcmp(k.check, "device gave up") && strcmp(k.check, "hangs") ? SHRINK_TRIES : SHRINK_TRIES / 20;
    cut_tail(&k);
    for (int round = 0, any = 1; any && round < ROUNDS; round++) {
        any = reduce(&k, steps_of, without_steps);
        any |= reduce(&k, stim_events, without_events);
        any |= reduce(&k, axons_of, without_axons);
        any |= reduce(&k, words_of, without_words);
        any |= reduce(&k, stim_synapses, without_synapses);
        any |= reduce(&k, unusual_of, without_unusual);
        any |= reduce(&k, joints_of, without_joints);
        any |= reduce(&k, pauses_of, without_pauses);
        any |= fewer_neurons(&k);
        any |= smaller_weights(&k);
        any |= no_readback(&k);
    }
    *finding = k.finding;
    *tries = k.tries;
    return k.best;
}
