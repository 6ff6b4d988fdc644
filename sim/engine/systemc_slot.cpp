/* A user's own core in the chip: what it does at its ports is put into the same arrays that a core of the chip's own fills. */
#include "engine/systemc_slot.hpp"

namespace volley::parts
{

slot_module::slot_module(const sc_core::sc_module_name &name, board &b, uint32_t core)
    : endpoint_module(name, b), core_(core), number_(b.e->chip->core[core].endpoint)
{
    SC_HAS_PROCESS(slot_module);
    SC_METHOD(run);
    sensitive << step_start;
    dont_initialize();
    core_slot::packets.bind(*this);
    core_slot::spikes.bind(*this);
    core_slot::step.bind(*this);
}

/* A step: the user's module hears of it in the next delta cycle of the same time. */
void slot_module::run()
{
    seen_step_ = b_.serial;
    activations++;
    steps++;
    in_hand_ = true;
    updated_ = modelled_ = false;
    serving_ = NO_LEAF;
    refused_send_ = UINT64_MAX;
    b_.endpoint[number_].ended = 1;     /* its program is the user's: the chip has nothing to offer for it */
    started_.notify(sc_core::SC_ZERO_TIME);
    spike_out->ran();
}

const struct spike_source *slot_module::source(uint32_t neuron) const
{
    const struct ::chip *chip = b_.e->chip;
    return &chip->source[chip->host_neurons + chip->mapping->core[core_].neuron[neuron]];
}

uint32_t slot_module::packets(uint32_t neuron) const
{
    return step_packets(source(neuron));
}

/* ---- packets for the core */

void slot_module::put(uint32_t leaf, uint64_t cycle)
{
    if (!in_hand_)
        step_done->busy();
    in_hand_ = true;
    endpoint_arrive(&b_.endpoint[number_], &b_.e->time, leaf, cycle);
    arrived_.notify(sc_core::SC_ZERO_TIME);
}

/* One at a time: taking the next says that the one before is done. */
void slot_module::finish_leaf(uint64_t cycle)
{
    if (serving_ == NO_LEAF)
        return;
    b_.e->leaf[serving_].end = (uint32_t)cycle;
    if (cycle > b_.endpoint[number_].last)
        b_.endpoint[number_].last = cycle;
    serving_ = NO_LEAF;
}

bool slot_module::get(volley::packet &packet)
{
    struct endpoint &state = b_.endpoint[number_];
    struct engine *e = b_.e;
    uint64_t cycle = b_.cycle();
    if (state.first == NO_LEAF)
        return false;
    finish_leaf(cycle);
    serving_ = state.first;
    struct leaf &leaf = e->leaf[serving_];
    leaf.start = leaf.end = (uint32_t)cycle;
    e->noc_counts.queued += leaf.start - leaf.arrive;
    e->leaves_own++;            /* until accept() says otherwise */
    state.first = leaf.after;
    packet = {e->packet[serving_].axon, e->packet[serving_].payload, leaf.service, serving_};
    spike_out->taken(number_);
    return true;
}

/* ---- its spikes */

void slot_module::place(uint64_t cycle)
{
    place_.notify(b_.until(cycle));
}

/* A packet that was refused is kept and asked about again: what a full queue cost is the program's stall. */
bool slot_module::offer(const volley::spike &spike)
{
    struct engine *e = b_.e;
    struct endpoint &state = b_.endpoint[number_];
    uint64_t cycle = b_.cycle(), number = refused_send_;
    if (number == UINT64_MAX) {
        refused_at_ = cycle;
        number = step_send(e, core_, spike.neuron, spike.packet, cycle - state.stalled, spike.payload);
        if (number == UINT64_MAX)       /* nobody listens */
            return true;
        step_show_traffic(e);
    }
    int taken = spike_out->offer(number);
    if (taken < 0)
        b_.fail();
    refused_send_ = taken > 0 ? UINT64_MAX : number;
    if (taken <= 0)
        return false;
    e->send[number].stalled = (uint32_t)(cycle - refused_at_);
    state.stalled += cycle - refused_at_;
    return true;
}

/* ---- its step */

/* The first done in a step ends the update too; a packet taken before that was served beside it. */
void slot_module::done(const sc_core::sc_time &later)
{
    struct endpoint &state = b_.endpoint[number_];
    uint64_t period = b_.period_ps, now = sc_core::sc_time_stamp().value() - b_.begun_ps;
    uint64_t end = (now + later.value() + period - 1) / period;
    finish_leaf(end);
    if (!updated_)
        b_.e->endpoint[number_].update = end - state.stalled;
    else if (end > state.last)
        state.last = end;
    updated_ = true;
    if (in_hand_ && state.first == NO_LEAF && refused_send_ == UINT64_MAX) {
        in_hand_ = false;
        step_done->done();
    }
}

/* ---- the model of the chip's own core */

sc_core::sc_time slot_module::update(std::vector<volley::spike> &out)
{
    struct engine *e = b_.e;
    const struct chip_core *core = &e->chip->core[core_];
    struct live *live = &e->live[core_];
    auto at = [&](uint64_t core_cycles) {
        return sc_core::sc_time::from_value((live->start + chip_noc_cycles(e->chip, core, core_cycles)) * b_.period_ps);
    };
    step_update(e, core_);
    modelled_ = true;
    out.clear();
    if (live->failed) {
        b_.err = live->err;
        b_.fail();
        return sc_core::SC_ZERO_TIME;
    }
    for (uint32_t i = 0; i < live->out.count; i++) {
        const struct emission &s = live->out.at[i];
        uint32_t n = packets(s.neuron);
        for (uint32_t p = 0; p < (n ? n : 1); p++)
            out.push_back({s.neuron, s.payload, p, at((uint64_t)s.offset + p)});
    }
    return at(live->cycles);
}

/* Where the user's core computes with the chip's model, that learns too; what a core of his own learns is his affair. */
int slot_module::learn()
{
    if (!modelled_ || !step_learn(b_.e, core_))
        return 0;
    b_.err = b_.e->live[core_].err;
    return -1;
}

void slot_module::accept(const volley::packet &packet)
{
    struct engine *e = b_.e;
    const struct chip_core *core = &e->chip->core[core_];
    if (core->kind->accept(core->core, &e->at, e->packet + packet.id, 1, 0, nullptr, nullptr, &e->live[core_].counts, &b_.err))
        b_.fail();
    e->leaves_own--;
    if (packet.id == serving_)
        finish_leaf(b_.cycle());
}

} // namespace volley::parts
