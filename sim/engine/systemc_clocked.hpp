/* systemc_clocked.hpp: a core that is clocked through its pins (CORE_CLOCKED). Its kind is asked for clock() alone: when a spike leaves, how long a
 * packet's service and an update take, and what they count is what the pins show (rtl/README.md, "Keeping the core's time").
 *
 * The core's clock rises when the network's cycle says so: an update and each service begin at an edge of the network's clock, and so does what
 * goes on after a stop; within them the core's cycles follow its own period. With equal periods that is one core cycle per network cycle. */
#ifndef VOLLEY_ENGINE_SYSTEMC_CLOCKED_HPP
#define VOLLEY_ENGINE_SYSTEMC_CLOCKED_HPP
#include <deque>

#include "cores/clocked.h"
#include "engine/systemc_parts.hpp"

namespace volley::parts
{

class clocked_module : public core_module {
  public:
    clocked_module(const sc_core::sc_module_name &, board &, uint32_t core);
    void act() override;
    int learn() override;
    void put(uint32_t leaf, uint64_t cycle) override;
    void place(uint64_t) override {}            /* the core's own queue holds what the network does not take */
    static int check(const struct engine *, struct err *);      /* -1: a core of this chip cannot be clocked */

  private:
    struct spike { uint64_t send; uint32_t neuron; };           /* send: UINT64_MAX where nobody listens */
    void run() override;
    void begin();
    void start(uint64_t cycle);
    void edge(uint64_t cycle);
    void see(uint64_t cycle);
    void program_cycle(uint64_t cycle);
    void end_update();
    void send(uint64_t offset, uint64_t waited);
    void begin_service(uint64_t cycle);
    void end_service(uint64_t cycle);
    void wait_or_finish(uint64_t cycle);
    void clock(bool look);
    void fault(const char *what);
    void silent(const char *what);
    uint64_t in_network(uint64_t core_cycles) const;            /* to the network's next edge */
    struct endpoint &state() { return b_.endpoint[number_]; }

    struct core_ports pins_ = {};
    std::deque<uint32_t> coming_, queued_;      /* leaves on their way into the core's input queue, and in it */
    std::deque<spike> out_;                     /* spikes in its output queue */
    uint64_t next_ = UINT64_MAX;                /* network cycle in which the core's next cycle begins; UINT64_MAX: its clock rests */
    uint64_t program_ = 0;                      /* core cycles of the update so far, stops not counted */
    uint64_t left_ = 0;                         /* packets that had left the output queue when it was last looked at */
    uint32_t serving_ = NO_LEAF;
    uint64_t served_ = 0;                       /* core cycles of that service so far */
    uint64_t ended_ = 0;                        /* cycles in which nothing was left to do and the step was not said to be done */
    bool starting_ = false, updating_ = false, done_ = false;
};

} // namespace volley::parts
#endif
