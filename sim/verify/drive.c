/* A pass over a stimulus, call by call: the reference first, then the device, then what they must agree in. The core under test is idle
 * between calls; how it behaves when it is not is overlap.c's subject. */
#include "verify/drive.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "verify/bench.h"

enum { THIRD_ZERO = 1 << 19 };      /* half of what a stimulus' pauses are at most */

/* What a step has done so far, for whoever watches steps. */
struct step_log {
    struct drive_seen seen;
    struct memory_count memory[DRIVE_MEMORIES];
    struct emission *spike;
    size_t room;
};

static void log_call(struct bench *b, struct step_log *log, enum drive_call call)
{
    for (uint32_t i = 0; i < b->device.out.count; i++) {
        log->spike = mem_room(log->spike, log->seen.spikes, &log->room, sizeof *log->spike);
        log->spike[log->seen.spikes++] = b->device.out.at[i];
    }
    for (uint32_t m = 0; m < b->device.kind->n_memories && m < DRIVE_MEMORIES; m++) {
        struct memory_count x = side_memory(&b->device, b->s->groups, m);
        log->memory[m].reads += x.reads;
        log->memory[m].writes += x.writes;
    }
    if (call == CALL_UPDATE)
        log->seen.update = b->device.cycles;
    else if (call == CALL_LEARN)
        log->seen.learn = b->device.cycles;
    else
        log->seen.served += b->device.cycles, log->seen.events++;
}

static void add_totals(struct bench *b, struct drive_totals *totals, uint32_t call)
{
    if (!totals || call >= DRIVE_TYPES)
        return;
    struct drive_total *t = &totals->call[call];
    uint32_t cycles = b->device.cycles;
    t->least = !t->calls || cycles < t->least ? cycles : t->least;
    t->most = cycles > t->most ? cycles : t->most;
    t->calls++;
    t->cycles += cycles;
    totals->cycles += cycles;
    totals->spikes += b->device.out.count;
    totals->updates += call == CALL_UPDATE;
    totals->events += call >= CALL_EVENT;
    for (uint32_t m = 0; m < b->device.kind->n_memories && m < DRIVE_MEMORIES; m++) {
        struct memory_count x = side_memory(&b->device, b->s->groups, m);
        t->memory[m].reads += x.reads;
        t->memory[m].writes += x.writes;
    }
}

/* The call itself, for either side. Learning gets a third factor with it, some number of either sign: what a rule makes of it, both must. */
static int call_kind(const struct bench *b, struct side *side, enum drive_call call, const struct packet *packet, struct err *err)
{
    const struct core_kind *kind = side->kind;
    if (call == CALL_UPDATE)
        return kind->update(side->core, &b->at, &side->out, &side->cycles, &side->counts, err);
    if (call == CALL_LEARN)
        return kind->learn(side->core, &b->at, b->phase, (int64_t)b->s->step[b->step].pauses - THIRD_ZERO, &side->cycles, &side->counts, err);
    struct emissions *out = kind->flags & CORE_EMITS_ON_ACCEPT ? &side->out : NULL;
    return kind->accept(side->core, &b->at, packet, 1, 0, &side->cycles, out, &side->counts, err);
}

static int compare_spikes(struct bench *b, const char *call)
{
    const struct emissions *d = &b->device.out, *r = &b->reference.out;
    for (uint32_t i = 0; i < d->count && i < r->count; i++)
        if (d->at[i].neuron != r->at[i].neuron)
            return bench_find(b, VERIFY_TRANSACTION, "spikes", "%s: spike %u is of neuron %u, expected %u", call, i, d->at[i].neuron, r->at[i].neuron);
    if (d->count > r->count)
        return bench_find(b, VERIFY_TRANSACTION, "spikes", "%s: neuron %u fired, and should not", call, d->at[r->count].neuron);
    if (d->count < r->count)
        return bench_find(b, VERIFY_TRANSACTION, "spikes", "%s: neuron %u did not fire, and should", call, r->at[d->count].neuron);
    return 0;
}

/* Both sides make the call. 0, or 1: it was the last. */
static int transact(struct bench *b, enum drive_call call, const struct stim_event *event, const char *name)
{
    struct err err = {0};
    struct packet packet = event ? bench_packet(b, event) : (struct packet){0};
    struct verify_cost declared = {0};
    int known = 0;
    side_clear(&b->reference, b->s->groups);
    side_clear(&b->device, b->s->groups);
    if (bench_on(b, VERIFY_COUNTS))
        counts_declare(b, event ? &packet : NULL, &declared, &known);
    if (bench_on(b, VERIFY_LOCKSTEP))
        lockstep_before(b, call, event);
    if (call_kind(b, &b->reference, call, &packet, &err))
        return bench_find(b, VERIFY_TRANSACTION, "reference gave up", "%s: the reference: %s", name, err.text);
    if (bench_on(b, VERIFY_LOCKSTEP))
        lockstep_expect(b, call);
    int failed = call_kind(b, &b->device, call, &packet, &err);
    if (bench_on(b, VERIFY_LOCKSTEP) && lockstep_end(b, call, event))
        return 1;
    if (failed)
        return bench_failed(b, VERIFY_TRANSACTION, name, &err);
    if (bench_on(b, VERIFY_TRANSACTION) && compare_spikes(b, name))
        return 1;
    return bench_on(b, VERIFY_COUNTS) ? counts_compare(b, name, event ? &packet : NULL, &declared, known) : 0;
}

/* An event core's state may change with every packet, another's does not before the next update. */
static int compare_state(struct bench *b, enum verify_when when)
{
    return bench_on(b, VERIFY_TRANSACTION) ? bench_compare(b, VERIFY_TRANSACTION, when) : 0;
}

/* Weights of the rows that a step's packets changed, by reading the core's memory: what its retire port said, and where it was written, are two things.
 * All rows are read at the end. */
static int compare_served(struct bench *b, const struct stim_step *step)
{
    uint32_t last = BENCH_NONE;
    for (uint32_t e = 0; e < step->count; e++) {
        uint32_t axon = step->event[e].axon;
        if (axon != last && bench_compare_row(b, VERIFY_TRANSACTION, axon))
            return 1;
        last = axon;
    }
    return 0;
}

static int one_call(struct bench *b, const struct drive *drive, struct step_log *log, uint32_t call, const struct stim_event *event, const char *name)
{
    if (transact(b, call < CALL_EVENT ? (enum drive_call)call : CALL_EVENT, event, name))
        return 1;
    add_totals(b, drive->totals, call);
    if (drive->seen)
        log_call(b, log, call < CALL_EVENT ? (enum drive_call)call : CALL_EVENT);
    return call < CALL_EVENT ? 0 : compare_state(b, VERIFY_AFTER_EVENT);
}

/* The other times at which a core may learn: an epoch ends where the stimulus settles, a sample before it restarts and with the last step. */
static int learn_phases(struct bench *b, const struct stim_step *step)
{
    const struct stim *s = b->s;
    int found = 0;
    b->phase = LEARN_EPOCH;
    if (step->settle)
        found = transact(b, CALL_LEARN, NULL, "learning, an epoch");
    b->phase = LEARN_SAMPLE_END;
    if (!found && (b->step + 1 == s->steps || s->step[b->step + 1].restart))
        found = transact(b, CALL_LEARN, NULL, "learning, the end of a sample");
    b->phase = LEARN_STEP;
    return found;
}

/* Update, packets, learning: the order of core.h. */
static int step_calls(struct bench *b, const struct drive *drive, const struct stim_step *step, struct step_log *log)
{
    char name[64];
    if (one_call(b, drive, log, CALL_UPDATE, NULL, "update"))
        return 1;
    for (uint32_t e = 0; e < step->count; e++) {
        const struct stim_event *event = &step->event[e];
        b->event = e;
        snprintf(name, sizeof name, "%s %u", b->s->size->events[event->type].name, event->axon);
        if (one_call(b, drive, log, CALL_EVENT + event->type, event, name))
            return 1;
    }
    b->event = -1;
    if (b->device.kind->learn && (one_call(b, drive, log, CALL_LEARN, NULL, "learning") || learn_phases(b, step)))
        return 1;
    return compare_state(b, VERIFY_AFTER_STEP) || (bench_on(b, VERIFY_TRANSACTION) && compare_served(b, step));
}

static int one_step(struct bench *b, const struct drive *drive, const struct stim_step *step)
{
    struct step_log log = {.seen = {.step = b->step}};
    b->event = -1;
    if (step->restart)
        bench_restart(b);
    int found = step_calls(b, drive, step, &log);
    if (drive->seen && !found) {
        log.seen.spike = log.spike;
        log.seen.digest = bench_digest(b);
        log.seen.memory = log.memory;
        drive->seen(drive->to, &log.seen);
    }
    free(log.spike);
    b->at.step++;
    return found;
}

static int calls(struct bench *b, const struct drive *drive)
{
    for (b->step = 0; b->step < b->s->steps; b->step++) {
        struct err err = {0};
        if (drive->wave && b->step == drive->wave_from && b->target->wave(b->device.core, drive->wave, &err))
            return bench_failed(b, VERIFY_TRANSACTION, "waveform", &err);
        if (one_step(b, drive, &b->s->step[b->step]))
            return 1;
    }
    b->step = b->s->steps ? b->s->steps - 1 : 0;
    return compare_state(b, VERIFY_AT_END);
}

/* Loading takes most of the time, so both passes share it, with a reset between them; weights that were learned need a load of their own. */
static int passes(struct bench *b, const struct drive *drive, struct err *err)
{
    uint32_t on_pins = 1u << VERIFY_OVERLAP;
    if (b->modes & ~on_pins && calls(b, drive))
        return 1;
    if (!(b->modes & on_pins))
        return 0;
    if (b->modes & ~on_pins && b->reference.kind->flags & CORE_LEARNS) {
        struct finding *finding = b->finding;
        bench_close(b);
        if (bench_open(b, b->s, drive, finding, err))
            return b->found ? 1 : -1;
    } else
        bench_restart(b);
    return overlap(b, drive);
}

int drive(const struct stim *s, const struct drive *drive, struct finding *finding, struct err *err)
{
    struct bench bench;
    struct err ignored = {0};
    *finding = (struct finding){.event = -1};
    int status = bench_open(&bench, s, drive, finding, err);
    if (!status)
        status = passes(&bench, drive, err);
    if (drive->wave && bench.device.core)
        bench.target->wave(bench.device.core, NULL, &ignored);
    if (drive->coverage && status >= 0 && bench.target->coverage(bench.device.core, drive->coverage, err))
        status = -1;
    bench_close(&bench);
    return status;
}
