/* A clocked core's cycle is seen when it begins, as what its registers show, and ends with the edge into the next one, when it is known what came
 * meanwhile. In a network cycle the network acts first: what arrives in it is pushed with the edge that leads into it, and a place that a
 * packet left in the cycle before is freed by the same edge. */
#include "engine/systemc_clocked.hpp"

namespace volley::parts
{

enum { WORK_MOST = 1 << 16 };   /* core cycles of an update or a service, or until a step is said to be done; far beyond the longest */
enum { SETTLE_MOST = 4 };       /* edges from the end of the last work until a core is idle: the done cycle's and one of reserve */

clocked_module::clocked_module(const sc_core::sc_module_name &name, board &b, uint32_t core) : core_module(name, b, core)
{
    pins_.counts = &b.e->live[core].counts;
    pins_.err = &b.err;
}

/* The core's output queue holds spikes; several packets per spike would have to be told apart behind it, and take other times than the planes'. */
int clocked_module::check(const struct engine *e, struct err *err)
{
    for (uint64_t s = e->chip->host_neurons; s < e->chip->n_sources; s++) {
        const struct spike_source *source = &e->chip->source[s];
        uint32_t core = source->endpoint < e->chip->noc->endpoints ? e->core_of_endpoint[source->endpoint] : UINT32_MAX;
        if (core == UINT32_MAX || !(e->chip->core[core].kind->flags & CORE_CLOCKED) || step_packets(source) <= 1)
            continue;
        return err_answer(err, "core type %s, kind %s: clocked through its pins it sends one packet per spike, and without multicast a spike of %s takes %u: "
                               "use noc.routing.multicast: tree, or --engine c", e->chip->core[core].type->name, e->chip->core[core].kind->name,
                          e->run->network->population[source->population].name, step_packets(source));
    }
    return 0;
}

uint64_t clocked_module::in_network(uint64_t core_cycles) const
{
    return chip_noc_cycles(b_.e->chip, &b_.e->chip->core[core_], core_cycles);
}

void clocked_module::fault(const char *what)
{
    err_bug(&b_.err, "core %u, clocked through its pins: %s", b_.e->chip->core[core_].endpoint, what);
    b_.fail();
}

/* A core that hangs: what the port says then. */
void clocked_module::silent(const char *what)
{
    err_bug(&b_.err, "core %u, clocked through its pins: %s is not done after %d cycles: packet_ready=%d spike_valid=%d step_ready=%d step_done=%d idle=%d "
            "updating=%d stopped=%d serving=%d", b_.e->chip->core[core_].endpoint, what, WORK_MOST, pins_.packet_ready, pins_.spike_valid, pins_.step_ready,
            pins_.step_done, pins_.idle, pins_.updating, pins_.stopped, pins_.serving);
    b_.fail();
}

/* ---- the clock */

void clocked_module::clock(bool look)
{
    const struct chip_core *core = &b_.e->chip->core[core_];
    pins_.look = look;
    pins_.step = b_.e->at.step;
    core->kind->clock(core->core, &pins_);
    if (pins_.failed)
        b_.fail();
}

/* The edge into network cycle `cycle`: it takes in one packet that has come, and one spike's place falls free for each that has left. */
void clocked_module::edge(uint64_t cycle)
{
    uint64_t left = spike_out->left(number_, cycle);
    pins_.packet_valid = !coming_.empty() && b_.e->leaf[coming_.front()].arrive <= cycle;
    pins_.axon = pins_.packet_valid ? b_.e->packet[coming_.front()].axon : 0;
    pins_.spike_ready = !out_.empty() && (out_.front().send == UINT64_MAX || left_ < left);
    bool starts = pins_.step_valid;
    clock(false);
    if (b_.failed)
        return;
    if (starts && !pins_.step_ready)
        return fault("a step begins, and it is not ready for it");
    if (pins_.packet_valid && !pins_.packet_ready)
        return fault("its input queue is full before the chip's is");
    if (pins_.spike_ready && (!pins_.spike_valid || pins_.neuron != out_.front().neuron))
        return fault("the spike at the head of its output queue is not the one that was queued first");
    if (pins_.packet_valid) {
        queued_.push_back(coming_.front());
        coming_.pop_front();
    }
    if (pins_.spike_ready) {
        left_ += out_.front().send != UINT64_MAX;
        out_.pop_front();
    }
    pins_.step_valid = pins_.packet_valid = pins_.spike_ready = 0;
}

/* What the core's cycle that begins in this network cycle is spent on, and when its next one begins. */
void clocked_module::see(uint64_t cycle)
{
    clock(true);
    if (b_.failed)
        return;
    done_ |= pins_.step_done;
    if (updating_ && !pins_.updating)
        end_update();
    if (serving_ != NO_LEAF && (pins_.taken || !pins_.serving))
        end_service(cycle);
    if (pins_.taken)
        begin_service(cycle);
    if (b_.failed)
        return;
    if (served_ > WORK_MOST || program_ > WORK_MOST || ended_ > WORK_MOST)
        return silent(served_ > WORK_MOST ? "a packet" : "a step");
    if (pins_.serving)
        next_ = b_.e->leaf[serving_].start + in_network(++served_);
    else if (pins_.updating && !pins_.stopped)
        program_cycle(cycle);
    else
        wait_or_finish(cycle);
}

/* A stop ends at the network's edge: the program goes on from there. */
void clocked_module::program_cycle(uint64_t cycle)
{
    uint64_t offset = b_.e->live[core_].start + in_network(program_), waited = cycle - offset - state().stalled;
    state().stalled += waited;
    if (pins_.queued)
        send(offset, waited);
    program_++;
    next_ = b_.e->live[core_].start + in_network(program_) + state().stalled;
}

/* The clock runs on while the update stands still or something is left to come or to go. */
void clocked_module::wait_or_finish(uint64_t cycle)
{
    next_ = cycle + 1;
    ended_ += !updating_ && !done_ && out_.empty();
    if (updating_ || !done_ || !out_.empty() || !queued_.empty())
        return;
    if (!coming_.empty()) {
        uint64_t arrive = b_.e->leaf[coming_.front()].arrive;
        next_ = arrive > next_ ? arrive : next_;
        return;
    }
    for (int i = 0; !pins_.idle && !b_.failed; i++) {
        if (i == SETTLE_MOST)
            return fault("all its work is done, and it does not come to rest");
        clock(false);
        clock(true);
    }
    next_ = UINT64_MAX;
    if (in_hand_)
        step_done->done();
    in_hand_ = false;
}

/* ---- a step */

/* Its program begins once the registers that start layers are written. */
void clocked_module::begin()
{
    seen_step_ = b_.serial;
    steps++;
    in_hand_ = true;            /* the barrier counts every module as busy until it says otherwise */
    starting_ = true;
    done_ = false;
    program_ = ended_ = 0;
    left_ = spike_out->left(number_, 0);
    next_ = b_.e->live[core_].start;
}

/* The cycle in which the core rests becomes cycle 0 of the update: the edge that ends it samples step start. */
void clocked_module::start(uint64_t cycle)
{
    starting_ = false;
    updating_ = true;
    pins_.step_valid = 1;
    program_ = 1;
    next_ = cycle + in_network(1);
}

/* The chain of unbroken work begins anew with what is served after the update. */
void clocked_module::end_update()
{
    updating_ = false;
    state().ended = 1;
    state().chain.first_leaf = NO_LEAF;
    state().chain.service = state().chain.memory = 0;
    b_.e->endpoint[number_].update = b_.e->live[core_].start + in_network(program_);
}

void clocked_module::send(uint64_t offset, uint64_t waited)
{
    struct engine *e = b_.e;
    uint32_t neuron = pins_.queued_neuron;
    if (neuron >= e->chip->core[core_].image.neurons)
        return fault("a neuron fires that it does not have");
    uint64_t number = step_send(e, core_, neuron, 0, offset, 1);
    out_.push_back({number, neuron});
    if (spikes)
        spikes->write({e->at.sample, e->at.step, e->chip->mapping->core[core_].neuron[neuron], 0});
    if (number == UINT64_MAX)
        return;
    step_show_traffic(e);
    e->send[number].stalled = (uint32_t)waited;
    int taken = spike_out->offer(number);
    if (taken < 0)
        b_.fail();
    else if (!taken)
        fault("its output queue takes a spike that the chip's would not");
}

/* A chain begins anew where the core had been idle before this packet came. */
void clocked_module::begin_service(uint64_t cycle)
{
    if (queued_.empty())
        return fault("it serves a packet that it was not given");
    serving_ = queued_.front();
    queued_.pop_front();
    served_ = 0;
    struct leaf &leaf = b_.e->leaf[serving_];
    uint64_t updated = b_.e->endpoint[number_].update + state().stalled, since = state().last > updated ? state().last : updated;
    if (!updating_ && leaf.arrive > since) {
        state().chain.first_leaf = serving_;
        state().chain.service = state().chain.memory = 0;
    }
    leaf.start = leaf.end = (uint32_t)cycle;
    b_.e->noc_counts.queued += leaf.start - leaf.arrive;
    spike_out->taken(number_);
}

void clocked_module::end_service(uint64_t cycle)
{
    struct engine *e = b_.e;
    struct leaf &leaf = e->leaf[serving_];
    state().last = cycle;
    leaf.end = (uint32_t)cycle;
    leaf.service = (leaf.end - leaf.start) & INT32_MAX;
    leaf.memory = chip_memory_bound(e->chip, &e->chip->core[core_], e->packet[serving_].row, served_) & 1;
    *(leaf.memory ? &state().chain.memory : &state().chain.service) += leaf.service;
    serving_ = NO_LEAF;
    served_ = 0;
}

/* Its program is clocked until it is done: the cycle of learn_done is how long it takes. The step is otherwise over, so nothing else moves. */
int clocked_module::learn()
{
    const struct chip_core *core = &b_.e->chip->core[core_];
    if (!(core->kind->flags & CORE_LEARNS) || !core->image.learning.on)
        return 0;
    uint64_t cycles = 0;
    pins_.learn_valid = 1;
    clock(false);
    bool ready = pins_.learn_ready;
    pins_.learn_valid = 0;
    for (pins_.learn_done = 0; ready && !pins_.learn_done && !b_.failed; cycles++)
        clock(false);
    if (!b_.failed && !ready)
        fault("the step's work is done, and it is not ready to learn");
    b_.e->endpoint[number_].learn = in_network(cycles);
    return b_.failed ? -1 : 0;
}

/* ---- the ports */

void clocked_module::put(uint32_t leaf, uint64_t cycle)
{
    struct engine *e = b_.e;
    struct leaf &l = e->leaf[leaf];
    l.arrive = l.start = l.end = (uint32_t)cycle;
    coming_.push_back(leaf);
    if (!in_hand_)
        step_done->busy();
    in_hand_ = true;
    if (next_ == UINT64_MAX)
        next_ = cycle;
    spike_out->due(*this, next_);
    if (packets)
        packets->write({e->at.sample, e->at.step, e->packet[leaf].axon, e->packet[leaf].payload});
}

void clocked_module::run()
{
    activations++;
    if (b_.failed)
        return;
    if (seen_step_ != b_.serial)
        begin();
    act();
    if (!b_.failed)
        spike_out->ran();
}

/* Its cycles up to now. */
void clocked_module::act()
{
    uint64_t now = b_.cycle();
    if (now >> 32) {
        timing_too_long(&b_.err);
        return b_.fail();
    }
    while (next_ <= now && !b_.failed) {
        uint64_t cycle = next_;
        if (starting_) {
            start(cycle);
            continue;
        }
        edge(cycle);
        if (!b_.failed)
            see(cycle);
    }
    if (!b_.failed && next_ != UINT64_MAX)
        spike_out->due(*this, next_);
}

} // namespace volley::parts
