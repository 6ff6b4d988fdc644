#include "verify/bench.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

int bench_on(const struct bench *b, enum verify_mode mode)
{
    return (int)(b->modes >> mode & 1);
}

/* ---- sides ---- */

static void side_room(struct side *side, const struct stim *s)
{
    side->action = mem_new((size_t)s->groups * side->kind->n_actions + 1, sizeof *side->action);
    side->memory = mem_new((size_t)s->groups * side->kind->n_memories + 1, sizeof *side->memory);
    side->counts = (struct core_counts){side->action, side->memory};
    /* An event core may answer one packet with a spike of every neuron, and some more. */
    uint32_t room = s->neurons * 4 + 16;
    side->out = (struct emissions){mem_new(room, sizeof *side->out.at), 0, room};
}

static void side_close(struct side *side)
{
    if (side->kind)
        side->kind->destroy(side->core);
    free(side->action);
    free(side->memory);
    free(side->out.at);
}

void side_clear(struct side *side, uint32_t groups)
{
    memset(side->action, 0, (size_t)groups * side->kind->n_actions * sizeof *side->action);
    memset(side->memory, 0, (size_t)groups * side->kind->n_memories * sizeof *side->memory);
    side->out.count = 0;
    side->cycles = 0;
}

struct memory_count side_memory(const struct side *side, uint32_t groups, uint32_t memory)
{
    struct memory_count sum = {0};
    for (uint32_t g = 0; g < groups; g++) {
        const struct memory_count *m = &side->memory[(size_t)g * side->kind->n_memories + memory];
        sum.reads += m->reads;
        sum.writes += m->writes;
        sum.row_reads += m->row_reads;
        sum.row_writes += m->row_writes;
        sum.column_reads += m->column_reads;
        sum.column_writes += m->column_writes;
    }
    return sum;
}

uint64_t side_action(const struct side *side, uint32_t groups, uint32_t action)
{
    uint64_t sum = 0;
    for (uint32_t g = 0; g < groups; g++)
        sum += side->action[(size_t)g * side->kind->n_actions + action];
    return sum;
}

static int index_of(const struct named *list, uint32_t n, const char *name)
{
    for (uint32_t i = 0; i < n; i++)
        if (!strcmp(list[i].name, name))
            return (int)i;
    return -1;
}

uint32_t kind_variable(const struct core_kind *kind, const char *name)
{
    return (uint32_t)index_of(kind->variables, kind->n_variables, name);
}

/* ---- opening ---- */

/* What both lists name is compared; busy cycles follow from cycles. */
static void match_lists(struct bench *b)
{
    const struct core_kind *d = b->device.kind, *r = b->reference.kind;
    for (uint32_t m = 0; m < d->n_memories && m < DRIVE_MEMORIES; m++)
        b->same_memory[m] = index_of(r->memories, r->n_memories, d->memories[m].name);
    for (uint32_t a = 0; a < d->n_actions && a < 64; a++)
        b->same_action[a] = strcmp(d->actions[a].name, "busy_cycles") ? index_of(r->actions, r->n_actions, d->actions[a].name) : -1;
}

static int side_load(struct bench *b, struct side *side, const struct core_kind *kind, struct err *err)
{
    side->kind = kind;
    side_room(side, b->s);
    side->core = kind->create(b->build.params, 0, err);
    if (!side->core || kind->load(side->core, &b->build.image, err))
        return -1;
    kind->reset(side->core);
    return 0;
}

int bench_open(struct bench *b, const struct stim *s, const struct drive *drive, struct finding *finding, struct err *err)
{
    *b = (struct bench){.s = s, .target = drive->target ? drive->target : s->target, .modes = drive->modes, .finding = finding, .event = -1};
    if (s->target->build(s->target, s->size, s, &b->build, err) || side_load(b, &b->reference, b->target->reference, err) ||
        side_load(b, &b->device, b->target->device, err))
        return -1;
    match_lists(b);
    if (bench_on(b, VERIFY_LOCKSTEP))
        lockstep_open(b);
    if (s->readback && b->target->readback && bench_on(b, VERIFY_TRANSACTION) && b->target->readback(b->device.core, err))
        return bench_find(b, VERIFY_TRANSACTION, "readback", "memory read back: %s", err->text);
    return 0;
}

void bench_close(struct bench *b)
{
    lockstep_close(b);
    side_close(&b->device);
    side_close(&b->reference);
    if (b->s->target->release)
        b->s->target->release(&b->build);
}

void bench_restart(struct bench *b)
{
    b->reference.kind->reset(b->reference.core);
    b->device.kind->reset(b->device.core);
    b->at.step = 0;
    b->at.sample++;
    if (bench_on(b, VERIFY_LOCKSTEP))
        lockstep_restart(b);
}

struct packet bench_packet(const struct bench *b, const struct stim_event *event)
{
    const struct verify_event *type = &b->s->size->events[event->type];
    uint32_t row = event->axon < b->build.image.axons && b->build.image.axon_row ? b->build.image.axon_row[event->axon] : 0;
    return (struct packet){.row = row, .axon = event->axon, .payload = event->payload, .kind = type->kind};
}

/* ---- findings ---- */

int bench_find(struct bench *b, enum verify_mode mode, const char *check, const char *format, ...)
{
    if (b->found)
        return 1;
    b->found = 1;
    b->finding->mode = mode;
    b->finding->step = b->step;
    b->finding->event = b->event;
    snprintf(b->finding->check, sizeof b->finding->check, "%s", check);
    va_list list;
    va_start(list, format);
    vsnprintf(b->finding->text, sizeof b->finding->text, format, list);
    va_end(list);
    return 1;
}

int bench_failed(struct bench *b, enum verify_mode mode, const char *call, const struct err *err)
{
    return bench_find(b, mode, "device gave up", "%s: %s", call, err->text);
}

/* ---- variables ---- */

/* Indices of a variable: of a synapse axon by axon, else in one go. */
static uint32_t outer(const struct bench *b, const struct verify_variable *v)
{
    if (v->per != VERIFY_PER_SYNAPSE)
        return 1;
    return b->build.image.learning.on ? b->s->axons : 0;        /* weights that do not change are the readback's affair */
}

static uint32_t inner(const struct bench *b, const struct verify_variable *v, uint32_t axon)
{
    return v->per == VERIFY_PER_SYNAPSE ? b->s->row[axon].count : stim_count(b->s, v->per);
}

static int differs(struct bench *b, enum verify_mode mode, const struct verify_variable *v, uint64_t i, int64_t found, int64_t expected)
{
    char place[64];
    if (v->per == VERIFY_PER_SYNAPSE)
        snprintf(place, sizeof place, "axon %" PRIu64 " neuron %u", i >> 32, b->s->row[i >> 32].synapse[(uint32_t)i].neuron);
    else
        snprintf(place, sizeof place, "%s %" PRIu64, v->per == VERIFY_PER_AXON ? "axon" : "neuron", i);
    return bench_find(b, mode, v->name, "%s of %s is %" PRId64 ", expected %" PRId64, v->name, place, found, expected);
}

/* Places first .. first + count - 1 of a variable. */
static int compare_places(struct bench *b, enum verify_mode mode, const struct verify_variable *v, uint64_t first, uint32_t count)
{
    uint32_t d = kind_variable(b->device.kind, v->name), r = kind_variable(b->reference.kind, v->name);
    struct err err = {0};
    for (uint64_t i = first; i < first + count; i++) {
        int64_t found = 0, expected = 0;
        if (b->reference.kind->peek(b->reference.core, r, i, &expected, &err))
            return bench_find(b, mode, "reference gave up", "the reference: %s", err.text);
        if (b->device.kind->peek(b->device.core, d, i, &found, &err))
            return bench_failed(b, mode, "reading its state", &err);
        if (found != expected)
            return differs(b, mode, v, i, found, expected);
    }
    return 0;
}

int bench_compare(struct bench *b, enum verify_mode mode, enum verify_when when)
{
    for (const struct verify_variable *v = b->target->variables; v->name; v++)
        for (uint32_t a = 0; v->when <= when && a < outer(b, v); a++)
            if (compare_places(b, mode, v, (uint64_t)a << 32, inner(b, v, a)))
                return 1;
    return 0;
}

int bench_compare_row(struct bench *b, enum verify_mode mode, uint32_t axon)
{
    for (const struct verify_variable *v = b->target->variables; v->name; v++)
        if (v->per == VERIFY_PER_SYNAPSE && axon < outer(b, v) && compare_places(b, mode, v, (uint64_t)axon << 32, inner(b, v, axon)))
            return 1;
    return 0;
}

/* FNV-1a over the values in order: one number that changes when any of them does. */
uint64_t bench_digest(struct bench *b)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    struct err err = {0};
    for (const struct verify_variable *v = b->target->variables; v->name; v++) {
        uint32_t d = kind_variable(b->device.kind, v->name);
        for (uint32_t a = 0; a < outer(b, v); a++)
            for (uint32_t k = 0; k < inner(b, v, a); k++) {
                int64_t value = 0;
                b->device.kind->peek(b->device.core, d, (uint64_t)a << 32 | k, &value, &err);
                for (int byte = 0; byte < 8; byte++)
                    hash = (hash ^ ((uint64_t)value >> (8 * byte) & 0xff)) * UINT64_C(0x100000001b3);
            }
    }
    return hash;
}
