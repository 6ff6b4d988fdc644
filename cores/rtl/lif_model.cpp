/* The pins of lif_core and stdp_core (rtl/README.md). A cycle is: drive the inputs, evaluate with the clock low, read the outputs, raise the clock.
 * Each model has its own context, so that time, assertions and random initial values are its own. Memories and registers start at
 * random but reproducible values: what a load does not write must not matter. */
#include "cores/rtl/lif_model.hpp"

#ifndef VOLLEY_RTL_ONLY_stdp_core
#include <Vlif_core.h>
#include <Vlif_core___024root.h>
#endif
#ifndef VOLLEY_RTL_ONE
#include <Vlif_core_l1.h>
#include <Vlif_core_l1___024root.h>
#include <Vlif_core_l2.h>
#include <Vlif_core_l2___024root.h>
#include <Vlif_core_l8.h>
#include <Vlif_core_l8___024root.h>
#include <Vstdp_core_l2.h>
#include <Vstdp_core_l2___024root.h>
#endif
#ifndef VOLLEY_RTL_ONLY_lif_core
#include <Vstdp_core.h>
#include <Vstdp_core___024root.h>
#endif
#include <string>
#include <verilated.h>
#if VM_COVERAGE
#include <verilated_cov.h>
#endif
#ifdef VOLLEY_RTL_PROBE
#include <verilated_fst_c.h>
#endif

#include "base/err.h"
#include "cores/rtl/said.h"

/* The parts of one model's evaluation, NULL where Verilator names them otherwise; found by the type of its root. */
#define PARTS_OF(Model)                                                                                                                                        \
    __attribute__((weak)) void Model##___024root___eval_ico(Model##___024root *);                                                                              \
    __attribute__((weak)) void Model##___024root___eval_nba(Model##___024root *);                                                                              \
    static auto of_inputs(Model##___024root *)                                                                                                                 \
    {                                                                                                                                                          \
        return Model##___024root___eval_ico;                                                                                                                   \
    }                                                                                                                                                          \
    static auto of_edge(Model##___024root *)                                                                                                                   \
    {                                                                                                                                                          \
        return Model##___024root___eval_nba;                                                                                                                   \
    }
#ifndef VOLLEY_RTL_ONLY_stdp_core
PARTS_OF(Vlif_core)
#endif
#ifndef VOLLEY_RTL_ONE
PARTS_OF(Vlif_core_l8)
PARTS_OF(Vlif_core_l2)
PARTS_OF(Vlif_core_l1)
PARTS_OF(Vstdp_core_l2)
#endif
#ifndef VOLLEY_RTL_ONLY_lif_core
PARTS_OF(Vstdp_core)
#endif

namespace rtl
{
namespace
{

enum { FIRST_SEED = 1, RANDOM_BITS = 2 };       /* VerilatedContext::randReset: 2 is random */
/* Longest answer: an update of all neurons, a service of the longest row, a sweep over the accumulators. Far beyond all of them. */
enum { CYCLES_MOST = 1 << 20 };

/* Lane l of a port of 32 bits per lane; Verilator's type of the port depends on its width. */
uint32_t lane(uint32_t port, uint32_t)
{
    return port;
}
uint32_t lane(uint64_t port, uint32_t l)
{
    return (uint32_t)(port >> (32 * l));
}
template <std::size_t N> uint32_t lane(const VlWide<N> &port, uint32_t l)
{
    return port[l];
}

/* Parts of an evaluation. eval() does not know what changed: it works out the inputs' consequences, looks for edges, works out what follows from
 * them, and looks again, in every half of a cycle; that takes a third of a cycle's time. The wrapper knows which part is due, and calls it by the name
 * that it has in Verilator 5.006; where a part is not there under that name, these say no and eval() does it all. A wave wants whole evaluations.
 * All clocked logic of these cores hangs on the rising edge, some of it on the reset as well: two triggers, both due at an edge. */
namespace parts
{
enum { TRIGGERS = 2 };
#ifndef VOLLEY_RTL_PROBE
template <class Root> auto falling(Root *root, int) -> decltype(root->__Vtrigrprev__TOP__clk_i, bool())
{
    root->__Vtrigrprev__TOP__clk_i = 0;
    return true;
}
template <class Root> auto inputs(Root *root, int) -> decltype(root->__Vtrigrprev__TOP__clk_i, root->__VicoTriggered.at(0), bool())
{
    if (!of_inputs(root))
        return false;
    root->__VicoTriggered.at(0) = true;
    of_inputs(root)(root);
    root->__Vtrigrprev__TOP__clk_i = 0;
    return true;
}
template <class Root> auto rising(Root *root, int) -> decltype(root->__Vtrigrprev__TOP__clk_i, root->__VnbaTriggered.at(0), bool())
{
    if (!of_edge(root) || sizeof root->__VnbaTriggered != sizeof(VlTriggerVec<TRIGGERS>))
        return false;
    root->__VnbaTriggered.at(0) = root->__VnbaTriggered.at(1) = true;
    of_edge(root)(root);
    root->__Vtrigrprev__TOP__clk_i = 1;
    return true;
}
#endif
template <class Root> bool falling(Root *, long)
{
    return false;
}
template <class Root> bool inputs(Root *, long)
{
    return false;
}
template <class Root> bool rising(Root *, long)
{
    return false;
}
} // namespace parts

template <class Top> class Model final : public LifModel {
  public:
    Model(const char *name, uint32_t id) : name_(name), id_(id)
    {
        context_.threads(1);                /* or every core brings a pool of threads that nobody uses */
        context_.randReset(RANDOM_BITS);
        context_.randSeed(FIRST_SEED);
        context_.fatalOnError(false);       /* an assertion that fails is reported by the call in which it did */
#ifdef VOLLEY_RTL_PROBE
        context_.traceEverOn(true);
#endif
        top_ = std::make_unique<Top>(&context_, "core");
    }
    ~Model() override
    {
        top_->final();
    }
    const LifShape &shape() const override
    {
        return shape_;
    }
    const char *name() const override
    {
        return name_;
    }

    int reset(err *err) override
    {
        put(top_->rst_ni, 1);
        put(top_->cfg_valid_i, 0);
        rest();
        put(top_->spike_ready_i, 1);
        settle_all();
        put(top_->rst_ni, 0);
        for (int i = 0; i < 2; i++)
            settle_all(), edge();
        put(top_->rst_ni, 1);
        settle_all();
        return identify(err);
    }

    int write(Place place, uint32_t word, uint32_t part, uint32_t data, err *err) override
    {
        configure(place, word, part);
        put(top_->cfg_write_i, 1);
        put(top_->cfg_data_i, data);
        return granted("a write", err);
    }

    int read(Place place, uint32_t word, uint32_t part, uint32_t *data, err *err) override
    {
        configure(place, word, part);
        put(top_->cfg_write_i, 0);
        if (granted("a read", err))
            return -1;
        settle();
        *data = top_->cfg_data_o;
        bool valid = top_->cfg_valid_o;
        edge();
        return valid ? healthy(err) : err_bug(err, "%s: no data came for a read of its configuration port", name_);
    }

    int clock(LifPins &pins, const std::function<void(const Retired &)> *retired, err *err) override
    {
        put(top_->packet_valid_i, pins.packet_valid);
        put(top_->packet_axon_i, pins.packet_axon);
        put(top_->spike_ready_i, pins.spike_ready);
        put(top_->step_valid_i, pins.step_valid);
        put(top_->step_open_i, pins.step_open);
        put(top_->learn_valid_i, pins.learn_valid);
        look(pins);
        if (retired && top_->retire_valid_o && top_->retire_update_o)
            retire(*retired);
        tell();
        edge();
        rest();                             /* nothing is offered any more by whoever clocks no further */
        return healthy(err);
    }

    void look(LifPins &pins) override
    {
        settle();
        pins.packet_ready = top_->packet_ready_o;
        pins.spike_valid = top_->spike_valid_o;
        pins.spike_neuron = top_->spike_neuron_o;
        pins.step_ready = top_->step_ready_o;
        pins.step_done = top_->step_done_o;
        pins.learn_ready = top_->learn_ready_o;
        pins.learn_done = top_->learn_done_o;
        pins.idle = top_->idle_o;
        pins.updating = top_->updating_o;
        pins.stopped = top_->stopped_o;
        pins.serving = top_->serving_o;
        pins.taken = top_->taken_o;
        pins.queued = top_->queued_o;
        pins.queued_neuron = top_->queued_neuron_o;
        pins.swept = top_->retire_learn_o;
        pins.swept_axon = top_->retire_axon_o;
        pins.read = top_->read_o;
        pins.write = top_->write_o;
    }

    int clear(err *err) override
    {
        if (write(Place::Registers, LIF_CLEAR, 0, 1, err))
            return -1;
        uint32_t cycles;
        return until_idle(&cycles, nullptr, err);
    }

    int serve(uint32_t axon, uint32_t *cycles, Strobes &strobes, err *err) override
    {
        put(top_->spike_ready_i, 1);
        put(top_->packet_valid_i, 1);
        put(top_->packet_axon_i, axon);
        settle();
        bool ready = top_->packet_ready_o;
        edge();
        put(top_->packet_valid_i, 0);
        if (!ready)
            return err_bug(err, "%s: an idle core took no packet: %s", name_, port().c_str());
        return until_idle(cycles, &strobes, err);
    }

    int update(uint32_t open, emissions *out, uint32_t *cycles, Strobes &strobes, const std::function<void(const Retired &)> &retired, err *err) override
    {
        put(top_->spike_ready_i, 1);
        put(top_->step_valid_i, 1);
        put(top_->step_open_i, open);
        settle();
        bool ready = top_->step_ready_o;
        edge();                             /* cycle 0 */
        put(top_->step_valid_i, 0);
        if (!ready)
            return err_bug(err, "%s: an idle core began no step: %s", name_, port().c_str());
        for (uint32_t c = 1; c < CYCLES_MOST; c++) {
            settle();
            count(strobes);
            tell();
            if (top_->retire_valid_o)
                retire(retired);
            if (top_->spike_valid_o)
                out->at[out->count++] = (emission){top_->spike_neuron_o, 1, c, NO_PACKET};
            bool done = top_->step_done_o;
            edge();
            if (done) {
                *cycles = c;
                return healthy(err);
            }
        }
        return err_bug(err, "%s: an update is not done after %u cycles: %s", name_, (unsigned)CYCLES_MOST, port().c_str());
    }

    int learn(uint32_t *cycles, Strobes &strobes, const std::function<void(uint32_t)> &swept, err *err) override
    {
        put(top_->learn_valid_i, 1);
        settle();
        bool ready = top_->learn_ready_o;
        edge();                             /* cycle 0 */
        put(top_->learn_valid_i, 0);
        if (!ready)
            return err_bug(err, "%s: an idle core does not learn: %s", name_, port().c_str());
        for (uint32_t c = 1; c < CYCLES_MOST; c++) {
            settle();
            count(strobes);
            tell();
            if (top_->retire_learn_o)
                swept(top_->retire_axon_o);
            bool done = top_->learn_done_o;
            edge();
            if (done) {
                *cycles = c;
                return healthy(err);
            }
        }
        return err_bug(err, "%s: learning is not done after %u cycles: %s", name_, (unsigned)CYCLES_MOST, port().c_str());
    }

    void watch(retire_watch *watch, void *to) override
    {
        watch_ = watch;
        watch_to_ = to;
    }

    std::string port() const override
    {
        auto pin = [](const char *name, unsigned level) { return std::string(name) + "=" + std::to_string(level); };
        return pin("packet_ready", top_->packet_ready_o) + " " + pin("spike_valid", top_->spike_valid_o) + " " + pin("step_ready", top_->step_ready_o) + " " +
               pin("step_done", top_->step_done_o) + " " + pin("learn_ready", top_->learn_ready_o) + " " + pin("learn_done", top_->learn_done_o) + " " +
               pin("idle", top_->idle_o) + " " + pin("read", top_->read_o) + " " + pin("write", top_->write_o);
    }

#ifdef VOLLEY_RTL_PROBE
    int wave(const char *path, err *err) override
    {
        if (fst_)
            fst_->close();
        fst_.reset();
        if (!path)
            return 0;
        fst_ = std::make_unique<VerilatedFstC>();
        top_->trace(fst_.get(), LEVELS);
        fst_->open(path);
        return fst_->isOpen() ? 0 : err_input(err, "%s: cannot be written", path);
    }
#else
    int wave(const char *, err *err) override
    {
        return err_bug(err, "%s: built without waveforms", name_);
    }
#endif
#if VM_COVERAGE
    int coverage(const char *path, err *) override
    {
        context_.coveragep()->write(path);
        return 0;
    }
#else
    int coverage(const char *, err *err) override
    {
        return err_bug(err, "%s: built without coverage", name_);
    }
#endif

  private:
    /* An input, as wide as its parameters make it. */
    template <class Port> void put(Port &port, uint32_t value)
    {
        stands_ = stands_ && port == (Port)value;
        port = (Port)value;
    }
    void rest()
    {
        put(top_->packet_valid_i, 0);
        put(top_->step_valid_i, 0);
        put(top_->learn_valid_i, 0);
    }

    /* The outputs of this cycle. A cycle is two units of a waveform's time: low, high. Where no input has changed since the edge, or since the
     * last look, they stand already. */
    void settle()
    {
        top_->clk_i = 0;
        if (!(stands_ ? low_ || parts::falling(top_->rootp, 0) : parts::inputs(top_->rootp, 0)))
            top_->eval();
        stands_ = low_ = true;
        dump(2 * context_.time());
    }
    /* settle() comes first: the inputs have been seen, and only what follows from the clock is left to do. */
    void edge()
    {
        top_->clk_i = 1;
        if (!parts::rising(top_->rootp, 0))
            top_->eval();
        low_ = false;
        dump(2 * context_.time() + 1);
        context_.timeInc(1);
    }
    /* Where the reset may have changed, too. */
    void settle_all()
    {
        top_->clk_i = 0;
        top_->eval();
        stands_ = low_ = true;
        dump(2 * context_.time());
    }

    bool stands_ = false, low_ = false;         /* the outputs are those of the inputs; the clock has been low since the last edge */

#ifdef VOLLEY_RTL_PROBE
    enum { LEVELS = 99 };
    std::unique_ptr<VerilatedFstC> fst_;
    uint64_t dumped_ = 0;
    /* Looking twice at a cycle is one moment. */
    void dump(uint64_t time)
    {
        if (fst_ && time > dumped_)
            fst_->dump(dumped_ = time);
    }
#else
    void dump(uint64_t)
    {
    }
#endif

    void count(Strobes &strobes) const
    {
        strobes.add(top_->read_o, top_->write_o);
    }

    void retire(const std::function<void(const Retired &)> &retired) const
    {
        for (uint32_t l = 0; l < shape_.lanes; l++)
            retired({top_->retire_word_o * shape_.lanes + l, (top_->retire_open_o >> l & 1) != 0, (top_->retire_spike_o >> l & 1) != 0,
                     (int32_t)lane(top_->retire_input_o, l), (int32_t)lane(top_->retire_before_o, l), (int32_t)lane(top_->retire_after_o, l)});
    }

    /* The retire port of this cycle to whoever watches. */
    void tell() const
    {
        if (!watch_ || !top_->retire_valid_o)
            return;
        bool update = top_->retire_update_o;
        for (uint32_t l = 0; l < shape_.lanes; l++) {
            retired r = {};
            r.order = top_->retire_order_o;
            r.neuron = top_->retire_word_o * shape_.lanes + l;
            r.axon = update ? 0 : top_->retire_axon_o;
            r.input = (int32_t)lane(top_->retire_input_o, l);
            r.before = (int32_t)lane(top_->retire_before_o, l);
            r.after = (int32_t)lane(top_->retire_after_o, l);
            r.what = update ? RETIRED_STATE : RETIRED_SUM;
            if (top_->retire_learn_o) {     /* a row that is swept: no sums */
                r.before = r.input;
                r.after = (int32_t)lane(top_->retire_learned_o, l);
                r.input = r.after - r.before;
                r.what = RETIRED_WEIGHT;
            }
            r.held = update && !(top_->retire_open_o >> l & 1);
            r.spike = top_->retire_spike_o >> l & 1;
            watch_(watch_to_, &r);
            if (r.what == RETIRED_SUM && shape_.trace_bits) {       /* and its weight was depressed */
                r.what = RETIRED_WEIGHT;
                r.before = r.input;
                r.after = (int32_t)lane(top_->retire_learned_o, l);
                r.input = r.after - r.before;
                watch_(watch_to_, &r);
            }
        }
    }

    int until_idle(uint32_t *cycles, Strobes *strobes, err *err)
    {
        for (uint32_t c = 0; c < CYCLES_MOST; c++) {
            settle();
            if (top_->idle_o) {
                *cycles = c;
                return healthy(err);
            }
            if (strobes)
                count(*strobes);
            tell();
            edge();
        }
        return err_bug(err, "%s: not idle after %u cycles: %s", name_, (unsigned)CYCLES_MOST, port().c_str());
    }

    void configure(Place place, uint32_t word, uint32_t part)
    {
        put(top_->cfg_valid_i, 1);
        put(top_->cfg_address_i, (uint32_t)place << 28 | word << 5 | part);
    }

    int granted(const char *what, err *err)
    {
        settle();
        bool ready = top_->cfg_ready_o;
        edge();
        put(top_->cfg_valid_i, 0);
        return ready ? healthy(err) : err_bug(err, "%s: %s of its configuration port was not granted: %s", name_, what, port().c_str());
    }

    int healthy(err *err)
    {
        return context_.gotError() ? err_bug(err, "%s: an assertion of the RTL failed: %s", name_, volley_rtl_said()) : 0;
    }

    /* Also the check that this is the core, and the contract, that the wrapper was written for. */
    int identify(err *err)
    {
        uint32_t word[11];
        for (uint32_t i = 0; i < 11; i++)
            if (read(Place::Registers, i, 0, &word[i], err))
                return -1;
        auto byte = [&](uint32_t w, uint32_t b) { return word[w] >> (8 * b) & 0xff; };
        shape_ = {word[0], word[1], word[2], word[3], word[4], word[5], byte(6, 0), byte(6, 1), byte(6, 2), byte(6, 3),
                  byte(7, 0), byte(7, 1), byte(7, 2), byte(7, 3), word[8] & 0xffff, word[8] >> 16, word[9] & 0xffff,
                  byte(10, 0), byte(10, 1)};
        if (shape_.contract != LIF_CONTRACT || shape_.id != id_)
            return err_answer(err, "%s: identity words %08x %08x; this volley speaks contract %08x with core %08x", name_, (unsigned)shape_.contract,
                              (unsigned)shape_.id, (unsigned)LIF_CONTRACT, (unsigned)id_);
        return 0;
    }

    const char *name_;
    uint32_t id_;
    VerilatedContext context_;
    std::unique_ptr<Top> top_;
    LifShape shape_ = {};
    retire_watch *watch_ = nullptr;
    void *watch_to_ = nullptr;
};

template <class Top> std::unique_ptr<LifModel> make(const char *name, uint32_t id)
{
    return std::make_unique<Model<Top>>(name, id);
}

} // namespace

/* The same lists stand in rtl/models.cmake, with the parameters. */
std::vector<std::unique_ptr<LifModel> (*)()> lif_models()
{
    return {
#ifndef VOLLEY_RTL_ONLY_stdp_core
        [] { return make<Vlif_core>("lif_core", LIF_ID); },
#endif
#ifndef VOLLEY_RTL_ONE
        [] { return make<Vlif_core_l8>("lif_core_l8", LIF_ID); },
        [] { return make<Vlif_core_l2>("lif_core_l2", LIF_ID); },
        [] { return make<Vlif_core_l1>("lif_core_l1", LIF_ID); },
#endif
    };
}

std::vector<std::unique_ptr<LifModel> (*)()> stdp_models()
{
    return {
#ifndef VOLLEY_RTL_ONLY_lif_core
        [] { return make<Vstdp_core>("stdp_core", STDP_ID); },
#endif
#ifndef VOLLEY_RTL_ONE
        [] { return make<Vstdp_core_l2>("stdp_core_l2", STDP_ID); },
#endif
    };
}

} // namespace rtl
