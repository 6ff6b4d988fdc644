/* The barrier starts a step for all modules at once and ends it: when none has anything in hand and every packet has come, the time of
 * the last event is known; the step is accounted for, and the barrier's time passes. And how the modules of a chip are put together. */
#include <algorithm>
#include <string>

#include "base/mem.h"
#include "engine/systemc_clocked.hpp"
#include "engine/systemc_slot.hpp"

namespace volley::parts
{

barrier_module::barrier_module(const sc_core::sc_module_name &name, board &b, noc_module &noc) : sc_module(name), b_(b), noc_(noc)
{
    SC_HAS_PROCESS(barrier_module);
    SC_METHOD(run);
    sensitive << work_done_;
    dont_initialize();
}

void barrier_module::begin(const std::vector<endpoint_module *> &all)
{
    struct engine *e = b_.e;
    b_.serial++;
    b_.begun_ps = sc_core::sc_time_stamp().value();
    busy_ = all.size();
    arrived_ = 0;
    paying_ = over = false;
    all_ = &all;
    step_begin(e);
    step_clear_time(e);
    for (uint32_t n = 0; n < e->chip->noc->endpoints; n++)
        b_.endpoint[n] = endpoint_new(e->chip->noc->overlap_full[n]);
    noc_.begin(all);
    started_.notify(sc_core::SC_ZERO_TIME);
}

/* Modules say so as soon as they know: the end itself may lie ahead. */
void barrier_module::check()
{
    if (!busy_ && arrived_ == b_.e->n_leaf && !paying_)
        work_done_.notify(sc_core::SC_ZERO_TIME);
}

/* Cores append their packets in the order in which the kernel runs them; a trace lists and numbers them by core. Deliveries of one packet
 * stay side by side. */
static void sort_trace(struct engine *e, uint64_t from)
{
    struct run *run = e->run;
    if (run->n_packets == from)
        return;
    std::stable_sort(run->packet + from, run->packet + run->n_packets, [e](const run_packet &x, const run_packet &y) {
        return e->core_of_endpoint[x.from] < e->core_of_endpoint[y.from];
    });
    uint64_t number = 0, before = run->packet[from].packet;
    for (uint64_t i = from; i < run->n_packets; i++) {
        number += run->packet[i].packet != before;
        before = run->packet[i].packet;
        run->packet[i].packet = number;
    }
}

/* Cores learn here: nothing is under way that could still come to them. Membranes are read here, too: by the rules of a step nothing that a core
 * has accepted since its update, or learnt, touches them. */
void barrier_module::finish()
{
    struct engine *e = b_.e;
    uint64_t traced = e->run->n_packets;
    step_show_traffic(e);
    for (endpoint_module *m : *all_)
        if (m->learn())
            return b_.fail();
    endpoints_end(b_.endpoint, &e->time, e->chip->noc->host_in, &e->noc_counts);
    e->plane->end(e->timing, &e->time, &e->noc_counts);
    if (decode_membranes(e, &b_.err))
        return b_.fail();
    loss_settle(e);     /* lost packets were served by nobody; what the host got is decoded */
    account_step(e);
    sort_trace(e, traced);
}

void barrier_module::run()
{
    if (b_.failed)
        return;
    if (paying_) {
        over = true;
        on_end(on_end_arg);
        return;
    }
    paying_ = true;
    finish();
    if (!b_.failed)
        next_trigger(sc_core::sc_time::from_value(b_.begun_ps + b_.e->step_ps - sc_core::sc_time_stamp().value()));
}

/* ---- a chip's modules */

void modules::build(struct engine *e, const std::vector<slot_module *> &own)
{
    const struct ::chip *chip = e->chip;
    noc.reset(new noc_module("noc", b));
    barrier.reset(new barrier_module("barrier", b, *noc));
    noc->step_done.bind(*barrier);
    host.reset(new host_module("host_port", b));
    all.push_back(host.get());
    noc->attach(chip->noc->host_out, *host);
    for (uint32_t c = 0; c < chip->n_cores; c++) {
        endpoint_module *module = own[c];
        if (!module) {
            std::string name = "core_" + std::to_string(c);
            bool clocked = chip->core[c].kind->flags & CORE_CLOCKED;
            core.emplace_back(clocked ? new clocked_module(name.c_str(), b, c) : new core_module(name.c_str(), b, c));
            module = core.back().get();
        }
        core_at.push_back(own[c] ? nullptr : static_cast<core_module *>(module));
        noc->attach(chip->core[c].endpoint, *module);
        all.push_back(module);
    }
    for (endpoint_module *m : all) {
        m->spike_out.bind(*noc);
        m->step_start.bind(*barrier);
        m->step_done.bind(*barrier);
    }
}

void modules::open(struct engine *e)
{
    b.e = e;
    b.kernel = sc_core::sc_get_curr_simcontext();
    b.endpoint = static_cast<struct endpoint *>(mem_new(e->chip->noc->endpoints, sizeof *b.endpoint));
    b.period_ps = e->chip->noc_period_ps;
}

} // namespace volley::parts
