/* The network as one module with one process round the same flit-level network that the plane `cycle` steps. No process and no event per
 * router or packet: those cost a kernel more than the router itself. By the one-cycle rule it does not matter whether it or a core runs
 * first in a cycle. */
#include "engine/systemc_parts.hpp"

namespace volley::parts {

noc_module::noc_module(const sc_core::sc_module_name &name, board &b) : sc_module(name), b_(b), alarm_(b), to_(b.e->chip->noc->endpoints, nullptr)
{
    SC_HAS_PROCESS(noc_module);
    SC_METHOD(run);
    sensitive << alarm_.event();
    dont_initialize();
}

void noc_module::attach(uint32_t endpoint, packet_in_if &to)
{
    to_[endpoint] = &to;
}

void noc_module::begin()
{
    stopped_.clear();
    b_.e->plane->begin(b_.e->timing);
}

/* What a core does in a cycle the network sees in the next. */
int noc_module::offer(uint64_t send)
{
    const struct timing_plane *plane = b_.e->plane;
    uint64_t cycle = b_.cycle();
    uint32_t endpoint = b_.e->send[send].endpoint;
    int taken = plane->inject(b_.e->timing, &b_.e->time, send, cycle, &b_.err);
    if (taken > 0)
        alarm_.at(cycle + 1);
    else if (!taken)
        stopped_.push_back(endpoint), wake_stopped();
    return taken;
}

void noc_module::taken(uint32_t endpoint)
{
    uint64_t cycle = b_.cycle();
    b_.e->plane->serve(b_.e->timing, endpoint, cycle);
    uint64_t next = b_.e->plane->next(b_.e->timing);
    if (next != UINT64_MAX)
        alarm_.at(next > cycle ? next : cycle + 1);
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

/* A cycle with work, then those after it as long as nothing arrives and nobody else has anything to do before: the kernel would only come
 * back here. What is found to arrive in a later cycle is kept until then. */
void noc_module::run()
{
    const struct timing_plane *plane = b_.e->plane;
    void *timing = b_.e->timing;
    uint64_t cycle = b_.cycle();
    activations++;
    alarm_.rang();
    if (b_.failed)
        return;
    if (held_ == UINT64_MAX && plane->advance(timing, cycle, &b_.err))
        return b_.fail();
    held_ = UINT64_MAX;
    deliver();
    wake_stopped();
    for (uint64_t next; (next = plane->next(timing)) != UINT64_MAX; cycle = next) {
        if (next <= cycle)
            next = cycle + 1;
        if (sc_core::sc_time_to_pending_activity(sc_core::sc_get_curr_simcontext()) <= b_.until(next))
            return alarm_.at(next);
        if (plane->advance(timing, next, &b_.err))
            return b_.fail();
        if (plane->arrived(timing, &b_.e->time, 0) != NO_LEAF) {
            held_ = next;
            return alarm_.at(next);
        }
        wake_stopped();
    }
}

}       // namespace volley::parts
