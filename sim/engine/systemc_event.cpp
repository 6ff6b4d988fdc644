/* An event chip under the SystemC kernel. Its modules are alone in the simulation, so they act in turn ahead of the kernel's time, as those of a
 * chip with steps do within a step: here a sample takes the place of a step. The network's module keeps their agenda. */
#include <string>

#include "engine/systemc_event.hpp"

namespace volley::parts
{

event_module::event_module(const sc_core::sc_module_name &name, board &b, uint32_t who) : endpoint_module(name, b), who_(who), ports_{this, offer_c, taken_c}
{
    SC_HAS_PROCESS(event_module);
    SC_METHOD(run);
    sensitive << step_start << due;
    dont_initialize();
}

void event_module::run()
{
    activations++;
    if (b_.failed)
        return;
    if (seen_step_ != b_.serial) {
        seen_step_ = b_.serial;
        steps++;
    }
    act();
    if (!b_.failed)
        spike_out->ran();
}

void event_module::act()
{
    uint64_t next;
    if (async_act(b_.e, who_, b_.cycle(), &ports_, &next, &b_.err))
        b_.fail();
    else if (next != UINT64_MAX)
        spike_out->due(*this, next);
}

/* At the host's output there is nothing more to be done. */
void event_module::put(uint32_t leaf, uint64_t cycle)
{
    async_arrive(b_.e, leaf, cycle);
    if (who_ < b_.e->chip->n_cores)
        spike_out->due(*this, cycle);
}

void event_module::place(uint64_t cycle)
{
    spike_out->due(*this, cycle);
}

int event_module::offer_c(void *arg, uint64_t send, uint64_t, struct err *)
{
    return static_cast<event_module *>(arg)->spike_out->offer(send);
}

void event_module::taken_c(void *arg, uint32_t endpoint, uint64_t)
{
    static_cast<event_module *>(arg)->spike_out->taken(endpoint);
}

event_modules::event_modules(struct engine *e)
{
    uint32_t cores = e->chip->n_cores;
    b.e = e;
    b.kernel = sc_core::sc_get_curr_simcontext();
    b.period_ps = e->chip->noc_period_ps;
    b.alone = true;
    b.watch = async_stuck;
    noc.reset(new noc_module("noc", b));
    start.reset(new sample_module("start"));
    noc->step_done.bind(*start);
    for (uint32_t who = 0; who <= cores; who++) {
        std::string name = who < cores ? "core_" + std::to_string(who) : "host_port";
        member.emplace_back(new event_module(name.c_str(), b, who));
        noc->attach(who < cores ? e->chip->core[who].endpoint : e->chip->noc->host_out, *member.back());
        all.push_back(member.back().get());
    }
    for (endpoint_module *m : all) {
        m->spike_out.bind(*noc);
        m->step_start.bind(*start);
        m->step_done.bind(*start);
    }
}

int event_modules::run(struct err *err)
{
    async_begin(b.e);
    b.serial++;
    b.begun_ps = sc_core::sc_time_stamp().value();
    noc->begin(all);            /* begins the network's cycles, too: async_begin's call of the same did no harm */
    start->begin();
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    while (!b.failed && sc_core::sc_pending_activity_at_current_time())
        sc_core::sc_start(sc_core::SC_ZERO_TIME);
    if (b.failed)
        *err = b.err;
    return b.failed ? -1 : 0;
}

} // namespace volley::parts
