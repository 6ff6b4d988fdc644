/* rtl_same_pins.h: a step of rtl_fixture.h through the pins of both: the RTL's own, and those that cores/clocked.c puts before the C kind. Whatever
 * is driven, both show the same in every cycle, learning included. */
#ifndef VOLLEY_TESTS_RTL_SAME_PINS_H
#define VOLLEY_TESTS_RTL_SAME_PINS_H
#include "rtl_fixture.h"

/* Pins that differ, or NULL; strobes are the RTL's alone. Kind lif, which stands for a core that learns where nothing does, has no pins of learning. */
static const char *pins_differ(const struct core_ports *c, const struct core_ports *rtl, int learns)
{
    if (c->packet_ready != rtl->packet_ready || c->step_ready != rtl->step_ready || c->step_done != rtl->step_done || c->idle != rtl->idle)
        return "a handshake";
    if (learns && (c->learn_ready != rtl->learn_ready || c->learn_done != rtl->learn_done))
        return "a handshake of learning";
    if (c->updating != rtl->updating || c->stopped != rtl->stopped || c->serving != rtl->serving || c->taken != rtl->taken || c->queued != rtl->queued)
        return "what the cycle is";
    if (c->spike_valid != rtl->spike_valid || (c->spike_valid && c->neuron != rtl->neuron) || (c->queued && c->queued_neuron != rtl->queued_neuron))
        return "a spike";
    return NULL;
}

/* One cycle of both, the same pins driven: x is the C core's, and drives. NULL, or what differs. */
static const char *same_cycle(const struct side *c, struct side *rtl, struct core_ports *x)
{
    struct core_ports y = *x;
    y.counts = &rtl->counts;
    clocked_clock(behind, x);
    rtl->kind->clock(rtl->core, &y);
    const char *what = pins_differ(x, &y, c->kind->learn != NULL);
    return what ? what : x->failed || y.failed ? "an error" : NULL;
}

/* Learning through the pins of both. */
static const char *same_learning(const struct side *c, struct side *rtl, struct core_ports *x)
{
    const char *what;
    x->learn_valid = 1;
    for (uint32_t cycle = 0; cycle < CYCLES_MOST; cycle++) {
        if ((what = same_cycle(c, rtl, x)))
            return what;
        if (x->learn_ready)
            x->learn_valid = 0;
        if (x->learn_done)
            return NULL;
    }
    return "never done learning";
}

/* The same pins driven, cycle by cycle, with pauses on all sides: both show the same in every cycle. */
static const char *same_pins_step(struct bench *b, struct side *c, struct side *rtl, uint64_t number, uint64_t *at, struct err *err)
{
    struct packet p[PACKETS];
    struct core_ports x = {.step = number, .step_valid = 1, .counts = &c->counts, .err = err};
    const char *what = NULL;
    uint32_t n = make_packets(b, p), sent = 0, sink = 1 + next(b, 2) * next(b, 12), started = 0, seen = 0;
    c->update = rtl->update = c->out.count = rtl->out.count = 0;
    for (uint64_t done = 0; *at = c->update, c->update < CYCLES_MOST; c->update++) {
        x.packet_valid = started && sent < n && (x.packet_valid || next(b, 3));
        x.axon = sent < n ? p[sent].axon : 0;
        x.spike_ready = next(b, sink) == 0;
        if ((what = same_cycle(c, rtl, &x)))
            return what;
        sent += x.packet_valid && x.packet_ready;
        x.packet_valid &= !x.packet_ready;
        started |= x.step_valid & x.step_ready;
        x.step_valid = !started;
        seen += x.queued;
        done += x.step_done;
        if (done && sent == n && x.idle)
            break;
    }
    rtl->update = c->update;
    if (b->image.learning.on && (what = same_learning(c, rtl, &x)))
        return what;
    what = update_differs(b, c, rtl, at);
    c->out.count = seen;                        /* and compared, one by one */
    what = what ? what : learnt_differs(b, c, rtl, number + 1 == STEPS, at);
    return what ? what : counts_differ(b, c, rtl, at);
}

#endif
