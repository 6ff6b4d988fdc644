/* systemc_event.hpp: the modules of an event chip under the SystemC kernel: a core or the host behind the same ports as in a chip with steps, and
 * in place of the barrier what starts a sample. Private to engine/. */
#ifndef VOLLEY_ENGINE_SYSTEMC_EVENT_HPP
#define VOLLEY_ENGINE_SYSTEMC_EVENT_HPP
#include <memory>
#include <vector>

#include "engine/async.h"
#include "engine/systemc_parts.hpp"

namespace volley::parts
{

/* One process: it runs at the start of a sample and whenever something is due. What it does then is async_core.c's business. */
class event_module : public endpoint_module {
  public:
    event_module(const sc_core::sc_module_name &, board &, uint32_t who);       /* who: as in async.core; the host takes the output, too */
    void act() override;
    void put(uint32_t leaf, uint64_t cycle) override;
    bool watched() const override { return false; }
    void place(uint64_t cycle) override;

  private:
    void run();
    static int offer_c(void *, uint64_t, uint64_t, struct err *);
    static void taken_c(void *, uint32_t, uint64_t);
    uint32_t who_;
    struct async_ports ports_;
};

/* Starts a sample for all modules; nobody counts what is in hand: the sample is over when nothing is due any more. */
class sample_module : public sc_core::sc_module, public step_start_if, public step_done_if {
  public:
    explicit sample_module(const sc_core::sc_module_name &name) : sc_module(name) {}
    const sc_core::sc_event &started() const override { return started_; }
    void busy() override {}
    void done() override {}
    void arrived() override {}
    void begin() { started_.notify(sc_core::SC_ZERO_TIME); }

  private:
    sc_core::sc_event started_;
};

struct event_modules {
    explicit event_modules(struct engine *);
    int run(struct err *);                      /* the sample in hand, up to its end; 0 or -1 */
    board b;
    std::unique_ptr<noc_module> noc;
    std::unique_ptr<sample_module> start;
    std::vector<std::unique_ptr<event_module>> member;
    std::vector<endpoint_module *> all;
};

} // namespace volley::parts
#endif
