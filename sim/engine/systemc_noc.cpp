/* The network as one module with one process round the same flit-level network that the plane `cycle` steps. No process and no event per
 * router or packet: those cost a kernel more than the router itself. By the one-cycle rule it does not matter whether it or a core runs
 * first in a cycle. */
#include <algorithm>

#include "engine/systemc_parts.hpp"

namespace volley::parts
{

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

/* All modules run at the start of a step; the last of them sets the clock. */
void noc_module::begin(const std::vector<endpoint_module *> &all)
{
    agenda_.clear();
    stopped_.clear();
    rung_ = all;
    ran_ = 0;
    ring_at_ = 0;
    for (endpoint_module *m : all)
        m->due_at = UINT64_MAX;
    next_ = armed_ = held_ = UINT64_MAX;
    b_.e->plane->begin(b_.e->timing);
}

/* ---- the clock: whoever has something to do first runs next */

/* The modules that are due first are notified, each for that time. */
void noc_module::ring()
{
    uint64_t cycle = agenda_.front().cycle;
    bool now = cycle <= b_.cycle();
    sc_core::sc_time wait = now ? sc_core::SC_ZERO_TIME : b_.until(cycle);
    rung_.clear();
    ran_ = 0;
    ring_at_ = cycle;
    while (!agenda_.empty() && agenda_.front().cycle == cycle) {
        endpoint_module *module = agenda_.front().module;
        std::pop_heap(agenda_.begin(), agenda_.end());
        agenda_.pop_back();
        if (module->due_at != cycle)
            continue;
        module->due_at = UINT64_MAX;
        module->due.notify(wait);
        rung_.push_back(module);
    }
}

/* A process of the user's own does something before the modules that have been notified run: they are asked again after it. */
void noc_module::unring()
{
    for (endpoint_module *module : rung_) {
        module->due.cancel();
        due(*module, ring_at_);
    }
    rung_.clear();
    ran_ = 0;
}

/* After the modules that were due have run: all that can happen in this cycle has. The network goes on at once, in the process of the last of
 * them: a process of its own would be one more activation of the kernel per cycle. */
void noc_module::ran()
{
    if (++ran_ < rung_.size())
        return;
    rung_.clear();
    if (b_.alone)
        return unfold();
    next_ = b_.e->plane->next(b_.e->timing);
    if (next_ != UINT64_MAX && (agenda_.empty() || next_ <= agenda_.front().cycle)) {
        go_on(b_.cycle());
    } else {
        ring_first();
    }
}

void noc_module::ring_first()
{
    while (!agenda_.empty() && rung_.empty())
        ring();
}

/* Something new to be done. While modules run that were due, the last of them sees to it; a process of the user's own sets the clock
 * anew. */
void noc_module::changed(uint64_t cycle)
{
    next_ = 0;
    if (running_ || cycle >= armed_ || (!rung_.empty() && ring_at_ <= b_.cycle()))
        return;
    running_ = true;            /* unring is not to come back here */
    unring();
    running_ = false;
    armed_ = b_.cycle();
    wake_.notify(sc_core::SC_ZERO_TIME);
}

/* ---- the ports of the modules */

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

uint64_t noc_module::left(uint32_t endpoint, uint64_t cycle) const
{
    return b_.e->plane->left(b_.e->timing, endpoint, cycle);
}

void noc_module::due(endpoint_module &module, uint64_t cycle)
{
    if (cycle >= module.due_at)
        return;
    module.due_at = cycle;
    agenda_.push_back({cycle, &module});
    std::push_heap(agenda_.begin(), agenda_.end());
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

/* What came in this cycle, to its modules: at its time, or before it where nobody can tell. */
void noc_module::deliver(uint64_t cycle)
{
    struct engine *e = b_.e;
    for (uint32_t i = 0; i < (uint32_t)came_; i++) {
        uint32_t leaf = e->plane->arrived(e->timing, &e->time, i);
        struct leaf &l = e->leaf[leaf];
        if (l.lost)
            l.arrive = l.start = l.end = (uint32_t)cycle;
        else
            to_[l.endpoint]->put(leaf, cycle);
        step_done->arrived();
    }
    came_ = 0;
}

/* Somebody looks at the ports of a module for which something has come. */
bool noc_module::watched() const
{
    struct engine *e = b_.e;
    for (uint32_t i = 0; i < (uint32_t)came_; i++) {
        uint32_t leaf = e->plane->arrived(e->timing, &e->time, i);
        if (!e->leaf[leaf].lost && to_[e->leaf[leaf].endpoint]->watched())
            return true;
    }
    return false;
}

/* How far nobody but the chip's own modules has anything to do: the cycle in which somebody may. */
uint64_t noc_module::horizon(uint64_t cycle) const
{
    uint64_t free = sc_core::sc_time_to_pending_activity(sc_core::sc_get_curr_simcontext()).value() / b_.period_ps;
    return free > UINT64_MAX - cycle ? UINT64_MAX : cycle + free;
}

/* Cycles in which only the network has work are done at once, up to the first in which somebody else has: the kernel would only come back
 * here. By the one-cycle rule that one is done, too. For a module that is watched what comes is held until its time. Nobody else runs
 * meanwhile, so how far this goes is asked once, and again when a core of the user's own has been told of a place in its output queue: it
 * will offer in that cycle. Returns the cycle in which the process is to run again. */
uint64_t noc_module::ahead(uint64_t cycle)
{
    const struct timing_plane *plane = b_.e->plane;
    uint64_t now = cycle, limit = horizon(now), next = next_ ? next_ : plane->next(b_.e->timing);
    for (; next != UINT64_MAX; next = plane->next(b_.e->timing)) {
        if (next <= cycle)
            next = cycle + 1;
        if (!agenda_.empty() && next > agenda_.front().cycle)
            break;
        if (next >= limit)
            return next_ = next;
        if ((came_ = plane->advance(b_.e->timing, next, &b_.err)) < 0) {
            b_.fail();
            break;
        }
        next_ = 0;
        if (came_ && watched())
            return held_ = next;
        if (came_)
            deliver(next);
        cycle = next;
        if (stopped_.empty())
            continue;
        wake_stopped();
        limit = horizon(now);
    }
    next_ = next;
    return UINT64_MAX;
}

/* Where the simulation holds nothing but this chip, nobody can tell when a module did something but by what it did. All modules have begun the
 * step in processes of their own; from here on they act in turn, ahead of the kernel's time (temporal decoupling, as TLM-2.0 calls it), and
 * the kernel hears of the step's end alone. In a cycle the network goes first, then whoever is due: that the order is free is the one-cycle rule. */
void noc_module::unfold()
{
    const struct timing_plane *plane = b_.e->plane;
    running_ = true;
    while (!b_.failed) {
        uint64_t next = plane->next(b_.e->timing), due = agenda_.empty() ? UINT64_MAX : agenda_.front().cycle;
        b_.local = next < due ? next : due;
        if (b_.local == UINT64_MAX)
            break;
        if (next == b_.local && (came_ = plane->advance(b_.e->timing, next, &b_.err)) < 0)
            b_.fail();
        else if (next == b_.local)
            deliver(next);
        if (!stopped_.empty())
            wake_stopped();
        while (!b_.failed && !agenda_.empty() && agenda_.front().cycle == b_.local)
            act_first();
        if (!b_.failed && b_.watch && b_.watch(b_.e, b_.local, &b_.err))
            b_.fail();
    }
    b_.local = UINT64_MAX;
    running_ = false;
}

/* An entry that is not its module's due_at is void. */
void noc_module::act_first()
{
    struct entry first = agenda_.front();
    std::pop_heap(agenda_.begin(), agenda_.end());
    agenda_.pop_back();
    if (first.module->due_at != first.cycle)
        return;
    first.module->due_at = UINT64_MAX;
    first.module->act();
}

/* By itself where no module was due: held arrivals, or a cycle that the network could not do ahead of its time; then those that it can. */
void noc_module::run()
{
    activations++;
    if (!b_.failed)
        go_on(b_.cycle());
}

void noc_module::go_on(uint64_t cycle)
{
    running_ = true;
    armed_ = UINT64_MAX;
    if (!next_)
        next_ = b_.e->plane->next(b_.e->timing);
    if (held_ == UINT64_MAX && next_ <= cycle) {
        next_ = 0;
        if ((came_ = b_.e->plane->advance(b_.e->timing, cycle, &b_.err)) < 0)
            return b_.fail();
    }
    held_ = UINT64_MAX;
    if (came_)
        deliver(cycle);
    if (!stopped_.empty())
        wake_stopped();
    armed_ = ahead(cycle);
    if (armed_ != UINT64_MAX)
        wake_.notify(b_.until(armed_));
    else
        ring_first();
    running_ = false;
}

} // namespace volley::parts
