/* verilated.h: the part of an adapter that every verilated core has: its life, its clock and reset, its memories and strobes, waveforms and
 * coverage. Shape is what volley writes into volley_core.hpp from a manifest: the names of the core's own pins and signals. An adapter derives
 * from volley::Core, which is VerilatedCore of that Shape. */
#ifndef VOLLEY_CORES_RTL_VERILATED_H
#define VOLLEY_CORES_RTL_VERILATED_H
#ifdef __cplusplus     /* C sees nothing of it: adapters are C++ */
#ifndef VM_TRACE_FST
#define VM_TRACE_FST 0  /* 1 in a build with waveforms and coverage */
#endif
#include <cstdint>
#include <memory>
#if VM_TRACE_FST
#include <verilated_cov.h>
#include <verilated_fst_c.h>
#endif

#include "cores/rtl/adapter.h"

namespace volley
{

template <class Shape> class VerilatedCore : public Adapter {
  public:
    using Top = typename Shape::Top;
    using Root = typename Shape::Root;
    using Context = typename Shape::Context;
    static constexpr uint32_t clockRatio = Shape::clockRatio;       /* clocks per bit of a slow pin, as the manifest says */

    ~VerilatedCore() override { end(); }
    /* A model made anew, its inputs 0, through reset. What has no reset value is drawn from the seed alone. */
    void restart(uint64_t seed)
    {
        end();
        context_.reset(new Context);
        context_->traceEverOn(VM_TRACE_FST);
        context_->randReset(Shape::startAt);
        context_->randSeed((int)(seed % 0x7fffffff) + 1);
        context_->fatalOnError(false);
        top_.reset(new Top(context_.get()));
        Shape::rest(*top_);
        Shape::reset(*top_, true);
        for (uint32_t i = 0; i < Shape::resetClocks; i++)
            edge();
        Shape::reset(*top_, false);
        for (uint32_t i = 0; i < Shape::settleClocks; i++)
            edge();
        now_ = 0;
    }
    /* One clock. Strobes are what stands before its active edge. */
    void edge()
    {
        Shape::clock(*top_, false);
        top_->eval();
        strobes_ = Strobes{};
        Shape::sample(*top_->rootp, strobes_);
        dump(0);
        Shape::clock(*top_, true);
        top_->eval();
        dump(1);
        context_->timeInc(1);
        strobes_.clock = ++now_;
    }
    uint64_t now() const { return now_; }                           /* clocks since restart */
    Top &top() { return *top_; }                                    /* pins */
    const Top &top() const { return *top_; }
    Root &root() { return *top_->rootp; }                           /* signals that the .vlt opens */
    const Root &root() const { return *top_->rootp; }
    bool failed() const { return context_->gotError() || context_->gotFinish(); }   /* an assertion of the core, or its $finish */

    Strobes strobes() const override { return strobes_; }
    uint64_t peek(uint32_t memory, uint32_t word) const override { return Shape::peek(*top_->rootp, memory, word); }
    void poke(uint32_t memory, uint32_t word, uint64_t value) override { Shape::poke(*top_->rootp, memory, word, value); }

#if VM_TRACE_FST
    bool wave(const char *path) override
    {
        if (trace_)
            trace_->close();
        trace_.reset(path ? new VerilatedFstC : nullptr);
        if (!path)
            return true;
        top_->trace(trace_.get(), 99);
        trace_->open(path);
        return trace_->isOpen();
    }
    bool coverage(const char *path) override
    {
        context_->coveragep()->write(path);
        return true;
    }

  private:
    /* Two times per clock: before the active edge and after it. */
    void dump(int half)
    {
        if (trace_)
            trace_->dump((uint64_t)(2 * context_->time() + half));
    }
    std::unique_ptr<VerilatedFstC> trace_;
#else
  private:
    void dump(int) {}
#endif
    void end()
    {
        if (!top_)
            return;
#if VM_TRACE_FST
        wave(nullptr);
#endif
        top_->final();
        top_.reset();
    }

    std::unique_ptr<Context> context_;
    std::unique_ptr<Top> top_;
    Strobes strobes_ = Strobes{};
    uint64_t now_ = 0;
};

} // namespace volley
#endif
#endif
