/* aer4.h: the two halves of a four-phase address-event handshake as an adapter needs them: one that sends requests into a core, one that
 * answers the core's. Request up, acknowledge up, request down, acknowledge down. Each makes at most one step per clock; random waits before
 * a step come from a seed. Call clock() once per clock of the core, before its active edge, with what the core's pin shows; what it
 * returns is to be driven. */
#ifndef VOLLEY_CORES_RTL_AER4_H
#define VOLLEY_CORES_RTL_AER4_H
#ifdef __cplusplus     /* C sees nothing of it: adapters are C++ */
#include <cstdint>
#include <deque>

#include "cores/rtl/adapter.h"

namespace volley
{

/* Waits of a handshake: none, or up to `longest` clocks each. */
class Gaps {
  public:
    void set(uint64_t seed, uint32_t longest)
    {
        random_.seed(seed);
        longest_ = longest;
        left_ = 0;
    }
    /* true: the wait before this step is over, and the next one drawn. */
    bool over()
    {
        if (left_) {
            left_--;
            return false;
        }
        left_ = random_.upto(longest_);
        return true;
    }

  private:
    Random random_;
    uint32_t longest_ = 0, left_ = 0;
};

/* Drives address and request, waits for acknowledge. */
class Aer4In {
  public:
    void reset() { request_ = handed_ = false; }
    void gaps(uint64_t seed, uint32_t longest) { gaps_.set(seed, longest); }
    bool quiet() const { return !request_ && !handed_; }
    bool acknowledged() const { return handed_ && !request_; }      /* the request is down again, the core has still to follow */
    /* false: the handshake before is not over. */
    bool send(uint64_t address)
    {
        if (!quiet())
            return false;
        address_ = address;
        handed_ = waiting_ = true;
        return true;
    }
    void clock(bool acknowledge)
    {
        if (!handed_)
            return;
        if (waiting_ && gaps_.over()) {
            waiting_ = false;
            request_ = true;
        } else if (request_ && acknowledge)
            request_ = false;
        else if (!waiting_ && !request_ && !acknowledge)
            handed_ = false;
    }
    bool request() const { return request_; }
    uint64_t address() const { return address_; }

  private:
    Gaps gaps_;
    uint64_t address_ = 0;
    bool request_ = false, handed_ = false, waiting_ = false;
};

/* Takes what the core sends: a spike is there once its request was seen, with the clock of that. */
class Aer4Out {
  public:
    void reset()
    {
        acknowledge_ = seen_ = false;
        spikes_.clear();
    }
    void gaps(uint64_t seed, uint32_t longest) { gaps_.set(seed, longest); }
    bool quiet() const { return !acknowledge_ && !seen_; }
    void clock(bool request, uint64_t address, uint64_t now)
    {
        if (request && !seen_) {
            seen_ = true;
            spikes_.push_back(Spike{(uint32_t)address, 1, now});
        }
        if (seen_ && !acknowledge_ && gaps_.over())
            acknowledge_ = true;
        else if (acknowledge_ && !request)
            acknowledge_ = seen_ = false;
    }
    bool acknowledge() const { return acknowledge_; }
    bool receive(Spike *spike)
    {
        if (spikes_.empty())
            return false;
        *spike = spikes_.front();
        spikes_.pop_front();
        return true;
    }

  private:
    Gaps gaps_;
    std::deque<Spike> spikes_;
    bool acknowledge_ = false, seen_ = false;
};

} // namespace volley
#endif
#endif
