/* The modules at the endpoints: cores behind their ports, and the host's. Each has one process, which runs at the start of a step and
 * when something is due; what it may do then is endpoint.c's business, the same as for the plane `cycle`. */
#include "engine/systemc_parts.hpp"

namespace volley::parts
{

void board::fail()
{
    failed = true;
    if (on_fail)
        on_fail(err);
    sc_core::sc_pause();
}

endpoint_module::endpoint_module(const sc_core::sc_module_name &name, board &b) : sc_module(name), b_(b)
{
    packet_in.bind(*this);
}

/* ---- a core */

core_module::core_module(const sc_core::sc_module_name &name, board &b, uint32_t core)
    : endpoint_module(name, b), core_(core), number_(b.e->chip->core[core].endpoint), ports_{this, offer_c, serve_c}
{
    SC_HAS_PROCESS(core_module);
    SC_METHOD(run);
    sensitive << step_start << due;
    dont_initialize();
}

/* The update is computed at the start; its program of packets is then gone through at their offsets. */
void core_module::begin()
{
    struct engine *e = b_.e;
    struct endpoint &state = b_.endpoint[number_];
    seen_step_ = b_.serial;
    steps++;
    in_hand_ = true;            /* the barrier counts every module as busy until it says otherwise */
    told_ = told_packets_ = 0;
    step_update(e, core_);
    state.next = e->n_send;
    step_emit_core(e, core_);
    state.end = e->n_send;
    step_time_update(e, core_);
    step_show_traffic(e);
}

void core_module::run()
{
    activations++;
    if (b_.failed)
        return;
    if (seen_step_ != b_.serial)
        begin();
    if (b_.e->live[core_].failed) {
        b_.err = b_.e->live[core_].err;
        b_.fail();
        return;
    }
    act();
    if (!b_.failed)
        spike_out->ran();
}

void core_module::act()
{
    struct endpoint &state = b_.endpoint[number_];
    uint64_t next;
    if (endpoint_act(&state, &b_.e->time, number_, b_.cycle(), &ports_, &b_.e->noc_counts, &next, &b_.err)) {
        b_.fail();
        return;
    }
    if (next != UINT64_MAX)
        spike_out->due(*this, next);
    if (in_hand_ && state.next == state.end && state.first == NO_LEAF) {
        in_hand_ = false;
        step_done->done();
    }
}

/* The row is asked for at once and read when the packet's service begins. */
void core_module::put(uint32_t leaf, uint64_t cycle)
{
    const struct ::packet &packet = b_.e->packet[leaf];
    __builtin_prefetch(b_.e->chip->rows + packet.row);
    if (!in_hand_)
        step_done->busy();
    in_hand_ = true;
    uint64_t at = endpoint_arrive(&b_.endpoint[number_], &b_.e->time, leaf, cycle);
    if (at != UINT64_MAX)
        spike_out->due(*this, at);
    if (packets)
        packets->write({b_.e->at.sample, b_.e->at.step, packet.axon, packet.payload});
}

/* The barrier asks in the order of cores. */
int core_module::learn()
{
    if (!step_learn(b_.e, core_))
        return 0;
    b_.err = b_.e->live[core_].err;
    return -1;
}

void core_module::place(uint64_t cycle)
{
    spike_out->due(*this, cycle);
}

/* For a probe: the packets of an update go out in the order of its emissions. */
void core_module::tell_probe()
{
    const struct engine *e = b_.e;
    const struct emissions &out = e->live[core_].out;
    const uint32_t *neuron = e->chip->mapping->core[core_].neuron;
    auto packets_of = [&](uint32_t i) { return step_packets(&e->chip->source[e->chip->host_neurons + neuron[out.at[i].neuron]]); };
    while (told_packets_ == packets_of(told_))
        told_++, told_packets_ = 0;
    spikes->write({e->at.sample, e->at.step, neuron[out.at[told_].neuron], told_packets_++});
}

int core_module::offer_c(void *arg, uint64_t send, uint64_t, struct err *)
{
    core_module *m = static_cast<core_module *>(arg);
    int taken = m->spike_out->offer(send);
    if (taken > 0 && m->spikes)
        m->tell_probe();
    return taken;
}

int core_module::serve_c(void *arg, uint32_t leaf, uint64_t, struct err *err)
{
    core_module *m = static_cast<core_module *>(arg);
    struct engine *e = m->b_.e;
    const struct chip_core *core = &e->chip->core[m->core_];
    if (core->kind->accept(core->core, &e->at, e->packet + leaf, 1, 0, nullptr, nullptr, &e->live[m->core_].counts, err))
        return -1;
    m->spike_out->taken(m->number_);
    return 0;
}

/* ---- the host */

host_module::host_module(const sc_core::sc_module_name &name, board &b) : endpoint_module(name, b), ports_{this, offer_c, serve_c}
{
    SC_HAS_PROCESS(host_module);
    SC_METHOD(run);
    sensitive << step_start << due;
    dont_initialize();
}

void host_module::run()
{
    struct engine *e = b_.e;
    struct endpoint &state = b_.endpoint[e->chip->noc->host_in];
    activations++;
    if (b_.failed)
        return;
    if (seen_step_ != b_.serial) {
        seen_step_ = b_.serial;
        steps++;
        in_hand_ = true;
        state.next = e->n_send;
        step_emit_host(e);
        state.end = e->n_send;
        step_show_traffic(e);
    }
    act();
    if (!b_.failed)
        spike_out->ran();
}

void host_module::act()
{
    struct engine *e = b_.e;
    struct endpoint &state = b_.endpoint[e->chip->noc->host_in];
    uint64_t next;
    if (endpoint_act(&state, &e->time, e->chip->noc->host_in, b_.cycle(), &ports_, &e->noc_counts, &next, &b_.err)) {
        b_.fail();
        return;
    }
    if (next != UINT64_MAX)
        spike_out->due(*this, next);
    if (in_hand_ && state.next == state.end) {
        in_hand_ = false;
        step_done->done();
    }
}

/* The output port takes what comes in the same cycle and needs no process for it. */
void host_module::put(uint32_t leaf, uint64_t cycle)
{
    struct engine *e = b_.e;
    uint32_t number = e->chip->noc->host_out;
    struct endpoint &state = b_.endpoint[number];
    uint64_t next;
    endpoint_arrive(&state, &e->time, leaf, cycle);
    if (endpoint_act(&state, &e->time, number, cycle, &ports_, &e->noc_counts, &next, &b_.err))
        b_.fail();
    if (output) {
        const struct ::packet &packet = e->packet[leaf];
        output->push_back({e->chip->source[packet.axon].neuron, packet.payload});
        came.notify(sc_core::SC_ZERO_TIME);
    }
}

int host_module::offer_c(void *arg, uint64_t send, uint64_t, struct err *)
{
    return static_cast<host_module *>(arg)->spike_out->offer(send);
}

int host_module::serve_c(void *arg, uint32_t, uint64_t, struct err *)
{
    host_module *m = static_cast<host_module *>(arg);
    m->spike_out->taken(m->b_.e->chip->noc->host_out);
    return 0;
}

} // namespace volley::parts
