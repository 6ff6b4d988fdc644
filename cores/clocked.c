/* The two adapters between whole calls and pins. Behind pins, a call is made at the edge where the work begins, and the core then holds what the call
 * said for as long as it said: an update goes through its program a cycle at a time and stands still where a spike finds the output queue full;
 * a packet is served whenever no update runs or it stands still; learning has the core for itself (docs/time.md, rules of a step). */
#include "cores/clocked.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "cores/image.h"

struct ring { uint32_t *at, depth, first, count; };     /* a queue of words */
struct clocked {
    const struct core_kind *kind;
    struct core *core;
    const struct image *image;
    struct ring in, out;                /* axons; neurons */
    struct emissions program;           /* of the update in hand */
    uint32_t offered, cycle, length;    /* emissions that are in the queue; the program's cycle; its length */
    int active;                         /* from the edge of step start to that of step done */
    uint32_t left;                      /* cycles of the service in hand, this one among them; 0: none */
    uint32_t learning;                  /* cycles of the learning in hand, likewise; the last one is that of learn_done */
    uint64_t step;
    struct err err;
    int failed;
};

static struct ring ring_new(uint32_t depth)
{
    return (struct ring){mem_new(depth, sizeof(uint32_t)), depth, 0, 0};
}

static void push(struct ring *r, uint32_t word)
{
    r->at[(r->first + r->count++) % r->depth] = word;
}

static uint32_t pop(struct ring *r)
{
    uint32_t word = r->at[r->first];
    r->first = (r->first + 1) % r->depth;
    r->count--;
    return word;
}

struct clocked *clocked_new(const struct core_kind *kind, struct core *core, const struct image *image, uint32_t queue_in, uint32_t queue_out)
{
    struct clocked *c = mem_new(1, sizeof *c);
    c->kind = kind;
    c->core = core;
    c->image = image;
    c->in = ring_new(queue_in);
    c->out = ring_new(queue_out);
    c->program.at = mem_new(image->neurons, sizeof *c->program.at);
    c->program.capacity = image->neurons;
    return c;
}

void clocked_free(struct clocked *c)
{
    if (!c)
        return;
    free(c->in.at);
    free(c->out.at);
    free(c->program.at);
    free(c);
}

/* ---- what a cycle is, from what the edges before it left ---- */

static int swept(const struct clocked *c)
{
    return c->active && c->cycle == c->length;
}

/* The program has come to a spike. */
static int offers(const struct clocked *c)
{
    return c->active && c->offered < c->program.count && c->program.at[c->offered].offset == c->cycle;
}

/* An update that a full queue stops, or none that runs. */
static int may_serve(const struct clocked *c)
{
    return !c->learning && (!c->active || swept(c) || (offers(c) && c->out.count == c->out.depth));
}

/* Nothing under way and nothing stored. */
static int at_rest(const struct clocked *c)
{
    return !c->active && !c->left && !c->learning && !c->in.count && !c->out.count;
}

static void show(const struct clocked *c, struct core_ports *p)
{
    int full = c->out.count == c->out.depth;
    p->packet_ready = c->in.count < c->in.depth;
    p->taken = !c->left && c->in.count && may_serve(c);
    p->serving = c->left || p->taken;
    p->updating = c->active && !swept(c);
    p->stopped = p->updating && (c->left || (offers(c) && full));
    p->queued = offers(c) && !full && !c->left;
    p->queued_neuron = p->queued ? c->program.at[c->offered].neuron : 0;
    p->spike_valid = c->out.count || p->queued;
    p->neuron = c->out.count ? c->out.at[c->out.first] : p->queued_neuron;
    p->step_ready = p->idle = (uint8_t)at_rest(c);
    p->step_done = swept(c) && !c->out.count;
    p->learn_ready = c->kind->learn && at_rest(c);
    p->learn_done = c->learning == 1;
    p->reads = p->writes = 0;
    p->failed = (uint8_t)c->failed;
}

/* ---- the edge ---- */

/* Counts go to nobody where the caller does not ask; the kind always counts. */
static struct core_counts counts_for(const struct clocked *c, const struct core_ports *p)
{
    uint32_t groups = c->image->groups;
    if (p->counts)
        return *p->counts;
    return (struct core_counts){mem_new((size_t)groups * c->kind->n_actions, sizeof(uint64_t)),
                                mem_new((size_t)groups * c->kind->n_memories, sizeof(struct memory_count))};
}

static void counts_done(const struct core_counts *counts, const struct core_ports *p)
{
    if (p->counts)
        return;
    free(counts->action);
    free(counts->memory);
}

static void begin_step(struct clocked *c, const struct core_ports *p)
{
    struct core_step at = {.step = p->step};
    struct core_counts counts = counts_for(c, p);
    c->step = p->step;
    c->failed |= c->kind->update(c->core, &at, &c->program, &c->length, &counts, &c->err) != 0;
    counts_done(&counts, p);
    c->active = 1;
    c->cycle = 1;
    c->offered = 0;
}

/* The packet's sums are there at once: no update that is in hand reads them. */
static void begin_service(struct clocked *c, const struct core_ports *p)
{
    struct core_step at = {.step = c->step};
    uint32_t axon = pop(&c->in);
    struct packet packet = {.row = c->image->axon_row[axon], .axon = axon, .payload = 1};
    struct core_counts counts = counts_for(c, p);
    c->failed |= c->kind->accept(c->core, &at, &packet, 1, 0, &c->left, NULL, &counts, &c->err) != 0;
    counts_done(&counts, p);
}

/* A program of no cycles, switched off, is done in the next cycle all the same: somebody waits for it. */
static void begin_learning(struct clocked *c, const struct core_ports *p)
{
    struct core_step at = {.step = c->step};
    struct core_counts counts = counts_for(c, p);
    uint32_t cycles = 0;
    c->failed |= c->kind->learn(c->core, &at, LEARN_STEP, 0, &cycles, &counts, &c->err) != 0;
    counts_done(&counts, p);
    c->learning = cycles ? cycles : 1;
}

/* One cycle forward; what the cycle was stands in the pins that were shown. */
static void edge(struct clocked *c, const struct core_ports *p)
{
    int went = p->spike_valid && p->spike_ready, through = went && !c->out.count;
    if (p->updating && !p->stopped)
        c->cycle++;
    if (p->queued) {
        c->offered++;
        if (!through)
            push(&c->out, p->queued_neuron);
    }
    if (went && !through)
        pop(&c->out);
    if (p->taken)
        begin_service(c, p);
    if (p->serving)
        c->left--;
    if (c->learning)
        c->learning--;
    if (p->step_done)
        c->active = 0;
    if (p->packet_valid && p->packet_ready)
        push(&c->in, p->axon);
    if (p->step_valid && p->step_ready)
        begin_step(c, p);
    else if (p->learn_valid && p->learn_ready)
        begin_learning(c, p);
}

void clocked_clock(struct clocked *c, struct core_ports *p)
{
    show(c, p);
    if (p->look)
        return;
    edge(c, p);
    p->failed = (uint8_t)c->failed;
    if (c->failed && p->err)
        *p->err = c->err;
}

/* ---- a core with pins, called whole ---- */

/* The pins of one call: where its cycles are counted, where a fault is told. */
static struct core_ports pins_of(const struct core_step *at, struct core_counts *counts, struct err *err)
{
    return (struct core_ports){.step = at->step, .spike_ready = 1, .counts = counts, .err = err};
}

static int silent(const struct core_kind *kind, const char *what, uint32_t most, const struct core_ports *p, struct err *err)
{
    return err_bug(err, "%s: %s is not done after %u cycles: packet_ready=%u spike_valid=%u step_ready=%u step_done=%u idle=%u", kind->name, what, most,
                   p->packet_ready, p->spike_valid, p->step_ready, p->step_done, p->idle);
}

int clocked_update(const struct core_kind *kind, struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, uint32_t most,
                   struct core_counts *counts, struct err *err)
{
    struct core_ports p = pins_of(at, counts, err);
    p.step_valid = 1;
    out->count = 0;
    for (uint32_t c = 0; c < most; c++) {
        kind->clock(core, &p);
        if (p.failed)
            return -1;
        if (p.step_valid && !p.step_ready)
            return silent(kind, "what came before the step", c + 1, &p, err);
        p.step_valid = 0;
        if (p.spike_valid && out->count < out->capacity)
            out->at[out->count++] = (struct emission){p.neuron, 1, c, NO_PACKET};
        *cycles = c;
        if (p.step_done)
            return 0;
    }
    return silent(kind, "an update", most, &p, err);
}

/* One packet: pushed in a cycle that is not its own, then served until the core idles. */
static int serve(const struct core_kind *kind, struct core *core, struct core_ports *p, uint32_t axon, uint32_t *cycles, uint32_t most, struct err *err)
{
    p->packet_valid = 1;
    p->axon = axon;
    kind->clock(core, p);
    p->packet_valid = 0;
    for (uint32_t c = 0; c < most && !p->failed; c++) {
        p->look = 1;
        kind->clock(core, p);
        p->look = 0;
        *cycles = c;
        if (p->idle)
            return 0;
        kind->clock(core, p);
    }
    return p->failed ? -1 : silent(kind, "a packet", most, p, err);
}

int clocked_accept(const struct core_kind *kind, struct core *core, const struct core_step *at, const struct packet *packet, uint32_t n, uint32_t *cycles,
                   uint32_t most, struct core_counts *counts, struct err *err)
{
    struct core_ports p = pins_of(at, counts, err);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t took = 0;
        if (serve(kind, core, &p, packet[i].axon, &took, most, err))
            return -1;
        if (cycles)
            cycles[i] = took;
    }
    return 0;
}
