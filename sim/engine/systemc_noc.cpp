/* The network as one module with one process round the same flit-level network that the plane `cycle` steps. No process and no event per
 * router or packet: those cost a kernel more than the router itself. By the one-cycle rule it does not matter whether it or a core runs
 * first in a cycle. */
#include <algorithm>

#include "engine/systemc_parts.hpp"

namespace volley::parts {

noc_module::noc_module(const sc_core::sc_module_name &name, board &b) : sc_module(name), b_(b), to_(b.e->chip->noc->endpoints, nullptr)
{
    SC_HAS_PROCESS(noc_module);
    SC_METHOD(run);
    sensitive << wake_;
    dont_initialize();
}

void noc_module::attach(uint32_t endpoint, packet_in_if &to)
{
    to_[endpoint] = &to;
}

void noc_module::begin()
{
    for (const entry &e : agenda_)
        e.module->due_at = UINT64_MAX;
    agenda_.clear();
    stopped_.clear();
    b_.e->plane->begin(b_.e->timing);
}

/* Something new is due in this cycle. Unless the process runs before that anyway, it looks at what there is once all that runs now has
 * run: in the next delta cycle, when the time to sleep until is known. */
void noc_module::look_again(uint64_t cycle)
{
    if (running_ || cycle >= armed_)
        return;
    armed_ = b_.cycle();
    wake_.notify(sc_core::SC_ZERO_TIME);
}

/* ---- the ports of the modules */

/* What a core does in a cycle the network sees in the next. */
int noc_module::offer(uint64_t send)
{
    const struct timing_plane *plane = b_.e->plane;
    uint64_t cycle = b_.cycle();
    int taken = plane->inject(b_.e->timing, &b_.e->time, send, cycle, &b_.err);
    if (taken > 0)
        look_again(cycle + 1);
    else if (!taken)
        stopped_.push_back(b_.e->send[send].endpoint), wake_stopped();
    return taken;
}

void noc_module::taken(uint32_t endpoint)
{
    b_.e->plane->serve(b_.e->timing, endpoint, b_.cycle());
    uint64_t next = b_.e->plane->next(b_.e->timing);
    if (next != UINT64_MAX)
        look_again(next);
}

/* Called by the module itself, or by this one for it. In the process of the network what is due now is due in this evaluation. */
void noc_module::due(endpoint_module &module, uint64_t cycle)
{
    if (cycle >= module.due_at)
        return;
    module.due_at = cycle;
    agenda_.push_back({cycle, &module});
    std::push_heap(agenda_.begin(), agenda_.end());
    look_again(cycle);
}

/* Cores whose output queue was full, and has a place or is known to have one soon. */
void noc_module::wake_stopped()
{
    size_t kept = 0;
    for (uint32_t endpoint : stopped_) {
        uint64_t from = b_.e->plane->room(b_.e->timing, endpoint), next = b_.cycle() + 1;
        if (from == UINT64_MAX)
            stopped_[kept++] = endpoint;
        else
            to_[endpoint]->place(from > next ? from : next);
    }
    stopped_.resize(kept);
}

/* ---- the process */

/* Every module that has something due by this cycle runs, in this evaluation. */
bool noc_module::ring(uint64_t cycle)
{
    bool rung = false;
    while (!agenda_.empty() && agenda_.front().cycle <= cycle) {
        entry top = agenda_.front();
        std::pop_heap(agenda_.begin(), agenda_.end());
        agenda_.pop_back();
        if (top.module->due_at != top.cycle)
            continue;
        top.module->due_at = UINT64_MAX;
        top.module->due.notify();
        rung = true;
    }
    return rung;
}

void noc_module::deliver()
{
    struct engine *e = b_.e;
    uint32_t leaf;
    for (uint32_t i = 0; (leaf = e->plane->arrived(e->timing, &e->time, i)) != NO_LEAF; i++) {
        struct leaf &l = e->leaf[leaf];
        if (l.lost)
            l.arrive = l.start = l.end = b_.cycle();
        else
            to_[l.endpoint]->put(leaf);
        step_done->arrived();
    }
}

/* What happens in this cycle in the network, and whom it wakes. */
bool noc_module::now(uint64_t cycle)
{
    const struct timing_plane *plane = b_.e->plane;
    if (held_ == UINT64_MAX) {
        if (plane->next(b_.e->timing) > cycle)
            return true;
        if (plane->advance(b_.e->timing, cycle, &b_.err))
            return false;
    }
    held_ = UINT64_MAX;
    deliver();
    wake_stopped();
    return true;
}

/* Those cycles after this one in which only the network has work are done at once, as long as nothing arrives: the kernel would only come
 * back here. What is found to arrive in a later cycle is kept until then. Returns when the process is to run next. */
uint64_t noc_module::ahead(uint64_t cycle)
{
    const struct timing_plane *plane = b_.e->plane;
    for (;;) {
        uint64_t of_core = agenda_.empty() ? UINT64_MAX : agenda_.front().cycle, next = plane->next(b_.e->timing);
        if (next <= cycle)
            next = cycle + 1;
        if (next >= of_core)
            return of_core;
        if (sc_core::sc_time_to_pending_activity(sc_core::sc_get_curr_simcontext()) <= b_.until(next))
            return next;
        if (plane->advance(b_.e->timing, next, &b_.err)) {
            b_.fail();
            return UINT64_MAX;
        }
        if (plane->arrived(b_.e->timing, &b_.e->time, 0) != NO_LEAF)
            return held_ = next;
        wake_stopped();
        cycle = next;
    }
}

void noc_module::run()
{
    uint64_t cycle = b_.cycle();
    activations++;
    if (b_.failed)
        return;
    running_ = true;
    armed_ = UINT64_MAX;
    if (!now(cycle))
        return b_.fail();
    if (ring(cycle)) {          /* they run in this evaluation; what they want is known in the next */
        armed_ = cycle;
        wake_.notify(sc_core::SC_ZERO_TIME);
    } else if ((armed_ = ahead(cycle)) != UINT64_MAX) {
        wake_.notify(b_.until(armed_));
    }
    running_ = false;
}

}       // namespace volley::parts
