/* lif_model.hpp: one verilated lif_core or stdp_core, whatever its parameters: its pins driven until a packet is served, an update or learning done,
 * or a word of configuration read or written. Nothing is evaluated between calls, so an idle core costs nothing.
 * Times are cycles of the core's clock as they went by; configuration takes clocks that nobody counts.
 * A call that fails returns -1 with err: an assertion of the RTL failed, or the core did not answer in time. */
#ifndef VOLLEY_CORES_RTL_LIF_MODEL_HPP
#define VOLLEY_CORES_RTL_LIF_MODEL_HPP
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cores/core.h"
#include "cores/image.h"
#include "cores/retire.h"

namespace rtl
{

/* What the identity words say. */
struct LifShape {
    uint32_t contract, id, neurons, axons, lanes, synapse_words;
    uint32_t weight_bits, membrane_bits, sum_bits, current_bits, bias_bits, rest_bits, shift_max, decay_bits;
    uint32_t queue_in, queue_out, groups;
    uint32_t trace_bits, rate_bits;                 /* of learning; 0: there is none */
};
enum : uint32_t { LIF_CONTRACT = 0x564c5901, LIF_ID = 1, STDP_ID = 2 };
enum LifRegister : uint32_t { LIF_LAST_WORD = 16, LIF_ROUNDING = 17, LIF_CLEAR = 18, LIF_RULE = 32, STDP_ON = 24, STDP_RATES, STDP_ADD, STDP_KEEP, STDP_LOW,
                              STDP_HIGH, STDP_LAST_TRACE };

/* Places behind the configuration port: registers, and the memories in the order of the strobes (enum image_table). */
enum class Place : uint32_t { Registers, Axon, Synapse, State, Accumulator, Parameter, PreTrace, PostTrace };

/* Accesses by memory. The cycles of late are summed in a byte per memory: a cycle costs two additions. */
class Strobes {
  public:
    void add(uint32_t reads, uint32_t writes)           /* of a cycle, a bit per memory */
    {
        late_reads_ += apart(reads);
        late_writes_ += apart(writes);
        if (++late_ == UINT8_MAX)
            settle();
    }
    uint64_t reads(int memory) const { return reads_[memory] + byte(late_reads_, memory); }
    uint64_t writes(int memory) const { return writes_[memory] + byte(late_writes_, memory); }

  private:
    static_assert(IMAGE_TABLES <= 8, "a byte per memory");
    static uint64_t apart(uint64_t bits) { return bits * 0x0002040810204081u & 0x0101010101010101u; }      /* bit i to byte i, of seven bits */
    static uint64_t byte(uint64_t of, int i) { return of >> (8 * i) & 0xff; }
    void settle()
    {
        for (int m = 0; m < IMAGE_TABLES; m++) {
            reads_[m] += byte(late_reads_, m);
            writes_[m] += byte(late_writes_, m);
        }
        late_reads_ = late_writes_ = late_ = 0;
    }
    uint64_t reads_[IMAGE_TABLES] = {}, writes_[IMAGE_TABLES] = {}, late_reads_ = 0, late_writes_ = 0, late_ = 0;
};
/* One lane of one word on the retire port of an update. */
struct Retired {
    uint32_t neuron;
    bool open, spike;
    int32_t sum, before, after;
};

/* The pins that carry packets, spikes and steps, in one cycle: what is driven, and what is seen at the edge that ends the cycle. */
struct LifPins {
    bool packet_valid, spike_ready, step_valid, learn_valid;
    uint32_t packet_axon, step_open;
    bool packet_ready, spike_valid, step_ready, step_done, learn_ready, learn_done, idle;
    bool updating, stopped, serving, taken, queued, swept;
    uint32_t spike_neuron, queued_neuron, swept_axon, read, write;
};

class LifModel {
  public:
    virtual ~LifModel() = default;
    virtual const LifShape &shape() const = 0;
    virtual const char *name() const = 0;
    virtual int reset(err *) = 0;                   /* the reset pin, then the identity words */
    virtual int write(Place, uint32_t word, uint32_t part, uint32_t data, err *) = 0;
    virtual int read(Place, uint32_t word, uint32_t part, uint32_t *data, err *) = 0;
    /* One cycle, whatever is under way. retired: NULL, or called for the neurons that the cycle updates. */
    virtual int clock(LifPins &, const std::function<void(const Retired &)> *retired, err *) = 0;
    virtual void look(LifPins &) = 0;               /* what this cycle shows; the clock does not rise, and nothing is driven */
    virtual int clear(err *) = 0;                   /* state, accumulators and traces to 0 */
    virtual void watch(retire_watch *, void *to) = 0;   /* every change on the retire port is told; NULL ends it */
    virtual std::string port() const = 0;           /* what the pins say, for a core that hangs */
    /* Of models that were built with waveforms and coverage (rtl/probe): records every clock from now on into an FST file, NULL ends it;
     * writes what was counted so far. */
    virtual int wave(const char *path, err *) = 0;
    virtual int coverage(const char *path, err *) = 0;
    virtual int serve(uint32_t axon, uint32_t *cycles, Strobes &, err *) = 0;
    /* open: a bit per group. Calls retired for every neuron of every word, in order. */
    virtual int update(uint32_t open, emissions *, uint32_t *cycles, Strobes &, const std::function<void(const Retired &)> &retired, err *) = 0;
    /* The program after a step's last packet. Calls swept with its axon for every word of a row that is swept. */
    virtual int learn(uint32_t *cycles, Strobes &, const std::function<void(uint32_t axon)> &swept, err *) = 0;
};

/* The models that this program was built with, each made anew; the caller keeps the one that fits. */
std::vector<std::unique_ptr<LifModel> (*)()> lif_models();
std::vector<std::unique_ptr<LifModel> (*)()> stdp_models();

} // namespace rtl
#endif
