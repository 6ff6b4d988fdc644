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

/* All modules run at the start of a step; the last of them arms the clock. */
void noc_module::begin(const std::vector<endpoint_module *> &all)
{
    agenda_.clear();
    stopped_.clear();
    for (endpoint_module *m : all) {
        m->due_at = UINT64_MAX;
        m->rung = true;
    }
    rung_ = all.size();
    next_ = armed_ = held_ = UINT64_MAX;
    b_.e->plane->begin(b_.e->timing);
}

/* The next cycle with work, as things stand: the process runs then. */
void noc_module::arm()
{
    uint64_t cycle = b_.cycle(), of_core = agenda_.empty() ? UINT64_MAX : agenda_.front().cycle;
    next_ = b_.e->plane->next(b_.e->timing);
    if (next_ <= cycle)
        next_ = cycle + 1;
    armed_ = next_ < of_core ? next_ : of_core;
    if (armed_ == UINT64_MAX)
        return;
    if (armed_ <= cycle)
        wake_.notify(sc_core::SC_ZERO_TIME);
    else
        wake_.notify(b_.until(armed_));
}

/* ---- the ports of the modules */

void noc_module::ran(endpoint_module &module)
{
    if (!module.rung)           /* a process of the user's own: nobody counts on it */
        return;
    module.rung = false;
    if (!--rung_)
        arm();
}

/* Something new to be done that the process may not know of. While modules run that it has rung, the last of them arms the clock;
 * from a process of the user's own it is put on. */
void noc_module::changed(uint64_t cycle)
{
    next_ = 0;
    if (rung_ || running_ || cycle >= armed_)
        return;
    armed_ = b_.cycle();
    wake_.notify(sc_core::SC_ZERO_TIME);
}

/* What a core does in a cycle the network sees in the next. */
int noc_module::offer(uint64_t send)
{
    uint64_t cycle = b_.cycle();
    int taken = b_.e->plane->inject(b_.e->timing, &b_.e->time, send, cycle, &b_.err);
    if (!taken) {
        stopped_.push_back(b_.e->send[send].endpoint);
        wake_stopped();
    }
    changed(cycle + 1);
    return taken;
}

void noc_module::taken(uint32_t endpoint)
{
    uint64_t cycle = b_.cycle();
    b_.e->plane->serve(b_.e->timing, endpoint, cycle);
    changed(cycle + 1);
}

void noc_module::due(endpoint_module &module, uint64_t cycle)
{
    if (cycle >= module.due_at)
        return;
    module.due_at = cycle;
    agenda_.push_back({cycle, &module});
    std::push_heap(agenda_.begin(), agenda_.end());
    if (!rung_ && !running_ && cycle < armed_)
        changed(cycle);
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
void noc_module::ring(uint64_t cycle)
{
    while (!agenda_.empty() && agenda_.front().cycle <= cycle) {
        entry top = agenda_.front();
        std::pop_heap(agenda_.begin(), agenda_.end());
        agenda_.pop_back();
        if (top.module->due_at != top.cycle)
            continue;
        top.module->due_at = UINT64_MAX;
        rung_ += !top.module->rung;
        top.module->rung = true;
        top.module->due.notify();
    }
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
    if (held_ == UINT64_MAX) {
        if (!next_)
            next_ = b_.e->plane->next(b_.e->timing);
        if (next_ > cycle)
            return true;
        next_ = 0;
        if (b_.e->plane->advance(b_.e->timing, cycle, &b_.err))
            return false;
    }
    held_ = UINT64_MAX;
    deliver();
    if (!stopped_.empty())
        wake_stopped();
    return true;
}

/* Those cycles after this one in which only the network has work are done at once, as long as nothing arrives: the kernel would only come
 * back here. What is found to arrive in a later cycle is kept until then. Nobody else runs meanwhile, so how far that goes is asked once. */
void noc_module::ahead(uint64_t cycle)
{
    const struct timing_plane *plane = b_.e->plane;
    uint64_t horizon = sc_core::sc_time_to_pending_activity(sc_core::sc_get_curr_simcontext()).value() / b_.period_ps;
    horizon = horizon > UINT64_MAX - cycle ? UINT64_MAX : cycle + horizon;
    for (;;) {
        uint64_t of_core = agenda_.empty() ? UINT64_MAX : agenda_.front().cycle;
        next_ = plane->next(b_.e->timing);
        if (next_ <= cycle)
            next_ = cycle + 1;
        armed_ = next_ < of_core ? next_ : of_core;
        if (next_ >= of_core || next_ >= horizon)
            break;
        if (plane->advance(b_.e->timing, next_, &b_.err))
            return b_.fail();
        if (plane->arrived(b_.e->timing, &b_.e->time, 0) != NO_LEAF) {
            held_ = next_;
            break;
        }
        if (!stopped_.empty())
            wake_stopped();
        cycle = next_;
    }
    if (armed_ != UINT64_MAX)
        wake_.notify(b_.until(armed_));
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
    ring(cycle);
    if (!rung_)
        ahead(cycle);
    running_ = false;
}

}       // namespace volley::parts
