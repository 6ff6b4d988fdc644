/* Mode lockstep: every change that the core tells on its retire port is held against what it should be, in the order in which the core makes
 * it; the first wrong one ends the drive. What is right comes from the reference, which has made the same call before: its membranes, and
 * from the rows, whose weights add up exactly. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "verify/bench.h"

enum { NONE = BENCH_NONE };

/* Rows are told weight by weight: not by an event core, nor by one that shows its updates alone. */
static int tells_rows(const struct bench *b)
{
    return !(b->reference.kind->flags & CORE_EMITS_ON_ACCEPT) && !b->target->updates_alone;
}

/* An event core answers in the call that takes a packet: its neurons change then, and there are no sums. */
static int is_event_core(const struct bench *b)
{
    return (b->reference.kind->flags & CORE_EMITS_ON_ACCEPT) != 0;
}

static int64_t reference_state(const struct bench *b, uint32_t neuron)
{
    struct err err = {0};
    int64_t value = 0;
    b->reference.kind->peek(b->reference.core, 0, neuron, &value, &err);
    return value;
}

static int64_t reference_weight(const struct bench *b, uint32_t axon, uint32_t place)
{
    struct err err = {0};
    int64_t value = 0;
    uint32_t v = kind_variable(b->reference.kind, "weight");
    b->reference.kind->peek(b->reference.core, v, (uint64_t)axon << 32 | place, &value, &err);
    return value;
}

/* Weights as they are loaded; learning changes them. */
static void open_weights(struct bench *b)
{
    struct lockstep *k = &b->lock;
    const struct stim *s = b->s;
    uint32_t at = 0;
    k->weight = mem_new((size_t)stim_synapses(s) + 1, sizeof *k->weight);
    k->start = mem_new(s->axons, sizeof *k->start);
    k->place = mem_new(s->neurons, sizeof *k->place);
    k->placed = NONE;
    for (uint32_t a = 0; a < s->axons; a++) {
        k->start[a] = at;
        for (uint32_t i = 0; i < s->row[a].count; i++)
            k->weight[at++] = s->row[a].synapse[i].weight;
    }
}

void lockstep_open(struct bench *b)
{
    struct lockstep *k = &b->lock;
    const struct stim *s = b->s;
    k->state = mem_new(s->neurons, sizeof *k->state);
    k->after = mem_new(s->neurons, sizeof *k->after);
    k->fired = mem_new(s->neurons, 1);
    k->seen = mem_new(s->neurons, 1);
    k->sum = mem_new(s->neurons, sizeof *k->sum);
    k->used = mem_new(s->neurons, sizeof *k->used);
    k->pending = mem_new(s->neurons, sizeof *k->pending);
    for (uint32_t a = 0; a < s->axons; a++)
        k->row_room = s->row[a].count > k->row_room ? s->row[a].count : k->row_room;
    k->link = mem_new(k->row_room + 1, sizeof *k->link);
    if (b->reference.kind->flags & CORE_LEARNS)
        open_weights(b);
    for (uint32_t i = 0; i < s->neurons; i++)
        k->pending[i] = (struct pending){NONE, NONE};
    lockstep_restart(b);
}

void lockstep_close(struct bench *b)
{
    struct lockstep *k = &b->lock;
    free(k->state);
    free(k->after);
    free(k->fired);
    free(k->seen);
    free(k->sum);
    free(k->used);
    free(k->pending);
    free(k->link);
    free(k->weight);
    free(k->start);
    free(k->place);
}

/* Weights stay; all else is as after reset. */
void lockstep_restart(struct bench *b)
{
    memset(b->lock.sum, 0, b->s->neurons * sizeof *b->lock.sum);
    for (uint32_t i = 0; i < b->s->neurons; i++)
        b->lock.state[i] = b->lock.after[i] = reference_state(b, i);
}

/* ---- one record ---- */

/* "neuron 17, axon 3" and the like: what the record is about. */
static int wrong(struct bench *b, const struct retired *r, const char *what, int64_t found, int64_t expected)
{
    char about[96];
    if (r->what == RETIRED_STATE && !is_event_core(b))
        snprintf(about, sizeof about, "update of neuron %u", r->neuron);
    else
        snprintf(about, sizeof about, "%s of neuron %u, axon %u", r->what == RETIRED_SUM ? "sum" : r->what == RETIRED_STATE ? "update" : "weight", r->neuron,
                 r->axon);
    return bench_find(b, VERIFY_LOCKSTEP, what,
                      "%s: %s %" PRId64 ", expected %" PRId64 " (order %" PRIu64 ", input %" PRId64 ", before %" PRId64 ", after %" PRId64 ")", about, what,
                      found, expected, r->order, r->input, r->before, r->after);
}

/* Words are numbered without gaps; the lanes of a word rise. */
static int wrong_order(struct bench *b, const struct retired *r)
{
    struct lockstep *k = &b->lock;
    if (k->in_word && r->order == k->order - 1)
        return 0;
    if (r->order != k->order)
        return wrong(b, r, "order", (int64_t)r->order, (int64_t)k->order);
    k->order++;
    k->in_word = 1;
    return 0;
}

/* A weight of 0 fills the lanes of a word in which a row has no synapse. */
static int wrong_sum(struct bench *b, const struct retired *r)
{
    struct lockstep *k = &b->lock;
    struct pending *p = &k->pending[r->neuron];
    if (p->first != NONE) {
        const struct stim_synapse *x = &b->s->row[r->axon].synapse[p->first];
        int64_t weight = k->weight ? k->weight[k->start[r->axon] + p->first] : x->weight;
        if (r->input == weight)
            p->first = k->link[p->first];
        else if (r->input)
            return wrong(b, r, "weight", r->input, weight);
    } else if (r->input)
        return wrong(b, r, "weight", r->input, 0);
    if (!(r->unknown & RETIRED_NO_BEFORE) && r->before != k->sum[r->neuron])
        return wrong(b, r, "sum before", r->before, k->sum[r->neuron]);
    k->sum[r->neuron] += r->input;
    return r->after != k->sum[r->neuron] ? wrong(b, r, "sum after", r->after, k->sum[r->neuron]) : 0;
}

static int open_now(const struct bench *b, uint32_t neuron)
{
    for (uint32_t g = 0; g < b->build.image.groups; g++) {
        const struct image_group *group = &b->build.image.group[g];
        if (neuron >= group->first && neuron < group->first + group->count)
            return b->at.step >= group->open && b->at.step < group->close;
    }
    return 0;
}

static int wrong_state(struct bench *b, const struct retired *r)
{
    struct lockstep *k = &b->lock;
    uint32_t i = r->neuron;
    int sweep = !is_event_core(b);
    if (sweep && i < k->next_neuron)
        return wrong(b, r, "neuron", i, k->next_neuron);
    if (sweep && r->held == open_now(b, i))
        return wrong(b, r, "window", !r->held, !r->held ? 0 : 1);
    if (sweep && !r->held && !(r->unknown & RETIRED_NO_INPUT) && r->input != k->used[i])
        return wrong(b, r, "input", r->input, k->used[i]);
    if (!(r->unknown & RETIRED_NO_BEFORE) && r->before != k->state[i])
        return wrong(b, r, "membrane before", r->before, k->state[i]);
    if (r->after != k->after[i])
        return wrong(b, r, "membrane after", r->after, k->after[i]);
    if (sweep && r->spike != k->fired[i])
        return wrong(b, r, "spike", r->spike, k->fired[i]);
    k->next_neuron = i + 1;
    k->seen[i] = 1;
    return 0;
}

/* Where in its row an axon reaches a neuron; a row is looked at once while it is swept. */
static uint32_t place_of(struct bench *b, uint32_t axon, uint32_t neuron)
{
    struct lockstep *k = &b->lock;
    const struct stim_row *row = &b->s->row[axon];
    if (k->placed != axon) {
        memset(k->place, 0xff, b->s->neurons * sizeof *k->place);
        for (uint32_t i = 0; i < row->count; i++)
            k->place[row->synapse[i].neuron] = i;
        k->placed = axon;
    }
    return k->place[neuron];
}

/* A lane without a synapse keeps what it holds. */
static int wrong_weight(struct bench *b, const struct retired *r)
{
    if (!b->lock.weight)
        return 0;
    uint32_t place = place_of(b, r->axon, r->neuron);
    if (place == NONE)
        return r->before != r->after ? wrong(b, r, "weight after", r->after, r->before) : 0;
    int32_t *now = &b->lock.weight[b->lock.start[r->axon] + place];
    int64_t expected = reference_weight(b, r->axon, place);
    if (r->before != *now)
        return wrong(b, r, "weight before", r->before, *now);
    if (r->after != expected)
        return wrong(b, r, "weight after", r->after, expected);
    *now = (int32_t)r->after;
    return 0;
}

/* Called by the device for each change. After a finding the rest of the call is not looked at. */
static void watch(void *to, const struct retired *r)
{
    struct bench *b = to;
    if (b->found || wrong_order(b, r) || r->neuron >= b->s->neurons)
        return;
    if (r->what != RETIRED_STATE && r->axon >= b->s->axons)
        wrong(b, r, "axon", r->axon, b->s->axons - 1);
    else if (r->what == RETIRED_SUM)
        wrong_sum(b, r);
    else if (r->what == RETIRED_STATE)
        wrong_state(b, r);
    else
        wrong_weight(b, r);
}

/* ---- around a call ---- */

/* The row's synapses, neuron by neuron, in the order of the row. */
static void expect_row(struct bench *b, uint32_t axon)
{
    struct lockstep *k = &b->lock;
    const struct stim_row *row = &b->s->row[axon];
    for (uint32_t i = 0; i < row->count; i++) {
        struct pending *p = &k->pending[row->synapse[i].neuron];
        k->link[i] = NONE;
        if (p->first == NONE)
            p->first = i;
        else
            k->link[p->last] = i;
        p->last = i;
    }
}

void lockstep_before(struct bench *b, enum drive_call call, const struct stim_event *event)
{
    struct lockstep *k = &b->lock;
    if (call == CALL_UPDATE || is_event_core(b))
        memcpy(k->state, k->after, b->s->neurons * sizeof *k->state);
    if (call == CALL_UPDATE) {
        memcpy(k->used, k->sum, b->s->neurons * sizeof *k->used);
        memset(k->sum, 0, b->s->neurons * sizeof *k->sum);
        memset(k->seen, 0, b->s->neurons);
        k->next_neuron = 0;
    }
    if (event && tells_rows(b) && event->axon < b->s->axons)
        expect_row(b, event->axon);
    k->in_word = 0;
    b->target->watch(b->device.core, watch, b);
}

void lockstep_expect(struct bench *b, enum drive_call call)
{
    struct lockstep *k = &b->lock;
    if (call != CALL_UPDATE && !is_event_core(b))
        return;
    memset(k->fired, 0, b->s->neurons);
    for (uint32_t i = 0; i < b->reference.out.count; i++)
        k->fired[b->reference.out.at[i].neuron] = 1;
    for (uint32_t i = 0; i < b->s->neurons; i++)
        k->after[i] = reference_state(b, i);
}

/* A synapse that was not told, and a neuron that changed without a word. */
int lockstep_end(struct bench *b, enum drive_call call, const struct stim_event *event)
{
    struct lockstep *k = &b->lock;
    b->target->watch(b->device.core, NULL, NULL);
    if (b->found)
        return 1;
    const struct stim_row *row = event && tells_rows(b) && event->axon < b->s->axons ? &b->s->row[event->axon] : NULL;
    for (uint32_t i = 0; row && i < row->count; i++) {
        struct pending *p = &k->pending[row->synapse[i].neuron];
        if (p->first != NONE && row->synapse[p->first].weight && !k->weight)
            return bench_find(b, VERIFY_LOCKSTEP, "synapse left out", "axon %u: its weight %d for neuron %u was not added", event->axon,
                              row->synapse[p->first].weight, row->synapse[i].neuron);
        *p = (struct pending){NONE, NONE};
    }
    for (uint32_t i = 0; call == CALL_UPDATE && !is_event_core(b) && i < b->s->neurons; i++)
        if (!k->seen[i])
            return bench_find(b, VERIFY_LOCKSTEP, "neuron left out", "update: neuron %u was not visited", i);
    return 0;
}
