/* Mode overlap: the pins, cycle by cycle, and nobody waits: packets come while the update runs, the next step is asked for as soon as the last packet
 * is in, and either side pauses by chance. Spikes must come in the same order as from the reference, each step done once; where the stimulus
 * says "settle", the core runs empty, and its states and accesses are compared. The reference stands behind pins of its own where the target
 * says that the core's are the same in every cycle, and gets what the core gets: then every pin is compared in every cycle. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "cores/clocked.h"
#include "verify/bench.h"
#include "verify/dice.h"

enum { PATIENCE = 1 << 18 };        /* cycles without anything: far beyond an update of all neurons, or the longest row */

struct pass {
    struct bench *b;
    const struct drive *drive;
    struct core_ports pins;
    uint32_t *spike;                /* what the reference fired and the device has not yet */
    size_t spikes, next, room;
    uint64_t dice, quiet;           /* cycles since anything moved */
    uint64_t cycles;                /* since the last settling */
    uint32_t begun, done;           /* steps */
    struct memory_count memory[DRIVE_MEMORIES];     /* of the reference since the last settling */
    uint64_t reads[DRIVE_MEMORIES], writes[DRIVE_MEMORIES];     /* of the device */
    struct clocked *twin;           /* the reference behind pins, or NULL */
    struct core_ports expected;     /* its pins */
};

/* ---- the reference, a step ahead ---- */

static void expect_spikes(struct pass *p)
{
    const struct emissions *out = &p->b->reference.out;
    for (uint32_t i = 0; i < out->count; i++) {
        p->spike = mem_room(p->spike, p->spikes, &p->room, sizeof *p->spike);
        p->spike[p->spikes++] = out->at[i].neuron;
    }
}

static void add_accesses(struct pass *p)
{
    for (uint32_t m = 0; m < p->b->device.kind->n_memories && m < DRIVE_MEMORIES; m++) {
        if (p->b->same_memory[m] < 0)
            continue;
        struct memory_count x = side_memory(&p->b->reference, p->b->s->groups, (uint32_t)p->b->same_memory[m]);
        p->memory[m].reads += x.reads;
        p->memory[m].writes += x.writes;
    }
}

/* The update and all packets of a step: sums do not depend on when a packet comes, and an event core takes them in this order too. */
static int reference_step(struct pass *p, const struct stim_step *step)
{
    struct bench *b = p->b;
    struct side *r = &b->reference;
    struct err err = {0};
    side_clear(r, b->s->groups);
    int failed = r->kind->update(r->core, &b->at, &r->out, &r->cycles, &r->counts, &err);
    expect_spikes(p);
    for (uint32_t e = 0; e < step->count && !failed; e++) {
        struct packet packet = bench_packet(b, &step->event[e]);
        r->out.count = 0;
        failed = r->kind->accept(r->core, &b->at, &packet, 1, 0, NULL, r->kind->flags & CORE_EMITS_ON_ACCEPT ? &r->out : NULL, &r->counts, &err);
        expect_spikes(p);
    }
    uint32_t cycles;
    if (!failed && r->kind->learn)
        failed = r->kind->learn(r->core, &b->at, LEARN_STEP, 0, &cycles, &r->counts, &err);
    add_accesses(p);
    return failed ? bench_find(b, VERIFY_OVERLAP, "reference gave up", "the reference: %s", err.text) : 0;
}

/* ---- one cycle ---- */

static int chance(struct pass *p, uint32_t in)
{
    return in <= 1 || dice_below(&p->dice, in) == 0;
}

static int take_spike(struct pass *p)
{
    struct bench *b = p->b;
    if (p->drive->totals)
        p->drive->totals->spikes++;
    if (p->twin)
        return 0;
    if (p->next == p->spikes)
        return bench_find(b, VERIFY_OVERLAP, "spikes", "neuron %u fired, and should not", p->pins.neuron);
    if (p->pins.neuron != p->spike[p->next])
        return bench_find(b, VERIFY_OVERLAP, "spikes", "a spike of neuron %u, expected of %u", p->pins.neuron, p->spike[p->next]);
    p->next++;
    return 0;
}

/* What is not valid may be anything. */
static int compare_pins(struct pass *p)
{
    const struct core_ports *d = &p->pins, *r = &p->expected;
    const struct { const char *name; uint32_t found, wanted; } pins[] = {
        {"packet_ready", d->packet_ready, r->packet_ready}, {"spike_valid", d->spike_valid, r->spike_valid}, {"step_ready", d->step_ready, r->step_ready},
        {"step_done", d->step_done, r->step_done}, {"idle", d->idle, r->idle}, {"updating", d->updating, r->updating}, {"stopped", d->stopped, r->stopped},
        {"serving", d->serving, r->serving}, {"taken", d->taken, r->taken}, {"queued", d->queued, r->queued},
        {"learn_ready", d->learn_ready, r->learn_ready}, {"learn_done", d->learn_done, r->learn_done},
        {"neuron", d->spike_valid ? d->neuron : 0, r->spike_valid ? r->neuron : 0},
        {"queued_neuron", d->queued ? d->queued_neuron : 0, r->queued ? r->queued_neuron : 0},
    };
    for (size_t i = 0; i < sizeof pins / sizeof *pins; i++)
        if (pins[i].found != pins[i].wanted)
            return bench_find(p->b, VERIFY_OVERLAP, pins[i].name, "pin %s is %u, expected %u, %" PRIu64 " cycles after the last settling", pins[i].name,
                              pins[i].found, pins[i].wanted, p->cycles);
    return 0;
}

/* The same cycle of the reference, with the same pins driven. */
static int clock_twin(struct pass *p)
{
    struct side *r = &p->b->reference;
    struct err err = {0};
    p->expected = p->pins;
    p->expected.counts = &r->counts;
    p->expected.err = &err;
    clocked_clock(p->twin, &p->expected);
    return p->expected.failed ? bench_find(p->b, VERIFY_OVERLAP, "reference gave up", "the reference: %s", err.text) : 0;
}

static int gives_up(struct pass *p)
{
    char where[300] = "";
    if (p->b->target->where)
        p->b->target->where(p->b->device.core, where, sizeof where);
    return bench_find(p->b, VERIFY_OVERLAP, "hangs", "nothing moved for %d cycles; %u steps begun, %u done; %s", PATIENCE, p->begun, p->done, where);
}

/* One cycle with what stands on the driven pins. 0, or 1: a difference. */
static int cycle(struct pass *p, uint32_t sink)
{
    struct bench *b = p->b;
    struct core_ports *pins = &p->pins;
    struct err err = {0};
    pins->spike_ready = (uint8_t)chance(p, sink);
    if (p->twin && clock_twin(p))
        return 1;
    pins->err = &err;
    b->device.kind->clock(b->device.core, pins);
    if (pins->failed)
        return bench_failed(b, VERIFY_OVERLAP, "clock", &err);
    if (p->twin && compare_pins(p))
        return 1;
    p->cycles++;
    for (uint32_t m = 0; m < b->device.kind->n_memories && m < DRIVE_MEMORIES; m++) {
        p->reads[m] += pins->reads >> m & 1;
        p->writes[m] += pins->writes >> m & 1;
    }
    int spike = pins->spike_valid && pins->spike_ready, packet = pins->packet_valid && pins->packet_ready, begins = pins->step_valid && pins->step_ready;
    p->quiet = spike || packet || begins || pins->step_done || pins->reads || pins->writes ? 0 : p->quiet + 1;
    p->done += pins->step_done;
    p->begun += (uint32_t)begins;
    if (p->drive->totals)
        p->drive->totals->cycles++;
    if (spike && take_spike(p))
        return 1;
    if (p->done > p->begun)
        return bench_find(b, VERIFY_OVERLAP, "step_done", "%u steps done of %u begun", p->done, p->begun);
    return p->quiet > PATIENCE ? gives_up(p) : 0;
}

/* ---- a step ---- */

static int begin_step(struct pass *p, uint32_t sink)
{
    p->pins.step = p->b->at.step;
    p->pins.step_valid = 1;
    p->pins.packet_valid = 0;
    do {
        if (cycle(p, sink))
            return 1;
    } while (!p->pins.step_ready);
    p->pins.step_valid = 0;
    return 0;
}

/* valid stays until ready; between packets the source pauses. */
static int send_packets(struct pass *p, const struct stim_step *step)
{
    for (uint32_t sent = 0; sent < step->count;) {
        p->b->event = sent;
        p->pins.packet_valid = p->pins.packet_valid || chance(p, step->source);
        p->pins.axon = step->event[sent].axon;
        if (cycle(p, step->sink))
            return 1;
        if (p->pins.packet_valid && p->pins.packet_ready) {
            sent++;
            p->pins.packet_valid = 0;
        }
    }
    p->b->event = -1;
    return 0;
}

static int compare_accesses(struct pass *p)
{
    struct bench *b = p->b;
    if (p->twin) {
        add_accesses(p);
        side_clear(&b->reference, b->s->groups);
    }
    for (uint32_t m = 0; m < b->device.kind->n_memories && m < DRIVE_MEMORIES; m++) {
        const char *name = b->device.kind->memories[m].name;
        if (b->same_memory[m] < 0)
            continue;
        if (p->reads[m] != p->memory[m].reads || p->writes[m] != p->memory[m].writes)
            return bench_find(b, VERIFY_OVERLAP, "accesses", "memory %s: %" PRIu64 " reads, %" PRIu64 " writes, expected %" PRIu64 " and %" PRIu64, name,
                              p->reads[m], p->writes[m], p->memory[m].reads, p->memory[m].writes);
    }
    p->cycles = 0;
    memset(p->memory, 0, sizeof p->memory);
    memset(p->reads, 0, sizeof p->reads);
    memset(p->writes, 0, sizeof p->writes);
    return 0;
}

/* Until the core is empty; then everything that can be read is compared. */
static int settle(struct pass *p, uint32_t sink, enum verify_when when)
{
    do {
        if (cycle(p, sink))
            return 1;
    } while (!p->pins.idle);
    if (p->done != p->begun)
        return bench_find(p->b, VERIFY_OVERLAP, "step_done", "idle after %u steps done of %u begun", p->done, p->begun);
    if (p->next != p->spikes)
        return bench_find(p->b, VERIFY_OVERLAP, "spikes", "neuron %u did not fire, and should", p->spike[p->next]);
    return compare_accesses(p) || bench_compare(p->b, VERIFY_OVERLAP, when) ? 1 : 0;
}

/* Asked for at once, begun when the last packet has been served; then the core has nothing else to do. Off, it is done in the next cycle. */
static int learn(struct pass *p, uint32_t sink)
{
    p->pins.learn_valid = 1;
    do {
        if (cycle(p, sink))
            return 1;
    } while (!p->pins.learn_ready);
    p->pins.learn_valid = 0;
    do {
        if (cycle(p, sink))
            return 1;
    } while (!p->pins.learn_done);
    return 0;
}

/* What the device has not fired of the step before is due before this one begins. */
static int one_step(struct pass *p, const struct stim_step *step)
{
    struct bench *b = p->b;
    p->dice = dice_seed(b->s->seed, step->pauses);
    if (step->restart) {
        if (settle(p, 1, VERIFY_AFTER_STEP))
            return 1;
        bench_restart(b);
    }
    uint64_t number = b->at.step;
    if (begin_step(p, step->sink))
        return 1;
    if (p->next != p->spikes)
        return bench_find(b, VERIFY_OVERLAP, "spikes", "neuron %u did not fire before the next step, and should", p->spike[p->next]);
    if ((!p->twin && reference_step(p, step)) || send_packets(p, step) || (p->twin && b->reference.kind->learn && learn(p, step->sink)))
        return 1;
    b->at.step = number + 1;
    if (p->drive->totals) {
        p->drive->totals->updates++;
        p->drive->totals->events += step->count;
    }
    return step->settle ? settle(p, step->sink, VERIFY_AFTER_STEP) : 0;
}

int overlap(struct bench *b, const struct drive *drive)
{
    struct pass p = {.b = b, .drive = drive};
    int found = 0;
    if (b->target->cycle_exact)
        p.twin = clocked_new(b->reference.kind, b->reference.core, &b->build.image, b->s->size->queue_in, b->s->size->queue_out);
    side_clear(&b->reference, b->s->groups);
    for (b->step = 0; b->step < b->s->steps && !found; b->step++) {
        struct err err = {0};
        if (drive->wave && b->step == drive->wave_from && b->target->wave(b->device.core, drive->wave, &err))
            found = bench_failed(b, VERIFY_OVERLAP, "waveform", &err);
        found = found || one_step(&p, &b->s->step[b->step]);
    }
    b->step = b->s->steps ? b->s->steps - 1 : 0;
    found = found || settle(&p, 1, VERIFY_AT_END);
    clocked_free(p.twin);
    free(p.spike);
    return found;
}
