/* systemc_slot.hpp: the shell round a user's own core: on one side the chip's ports, on the other those of volley_systemc.hpp. It keeps
 * the core's books (what it offered, took and finished, and when), so that the step is accounted for as any other. */
#ifndef VOLLEY_ENGINE_SYSTEMC_SLOT_HPP
#define VOLLEY_ENGINE_SYSTEMC_SLOT_HPP
#include <vector>

#include "engine/systemc_parts.hpp"

namespace volley::parts
{

class slot_module : public endpoint_module, public core_slot, public volley::packet_in_if, public volley::spike_out_if, public step_if, public core_model {
  public:
    slot_module(const sc_core::sc_module_name &, board &, uint32_t core);
    /* the chip's side */
    void put(uint32_t leaf, uint64_t cycle) override;
    bool watched() const override { return true; }
    void place(uint64_t cycle) override;
    int learn() override;
    /* the user's side */
    bool get(volley::packet &) override;
    const sc_core::sc_event &arrived() const override { return arrived_; }
    bool offer(const volley::spike &) override;
    const sc_core::sc_event &place() const override { return place_; }
    uint32_t packets(uint32_t neuron) const override;
    const sc_core::sc_event &started() const override { return started_; }
    uint64_t sample() const override { return b_.e->at.sample; }
    uint64_t step() const override { return b_.e->at.step; }
    uint64_t number() const override { return b_.serial; }
    void done(const sc_core::sc_time &later) override;
    sc_core::sc_time update(std::vector<volley::spike> &) override;
    void accept(const volley::packet &) override;
    core_model &model() override { return *this; }
    sc_core::sc_time cycle() const override { return sc_core::sc_time::from_value(b_.period_ps); }

  private:
    void run();
    void finish_leaf(uint64_t cycle);
    const struct spike_source *source(uint32_t neuron) const;
    uint32_t core_, number_;
    sc_core::sc_event started_, arrived_, place_;
    uint64_t refused_send_ = UINT64_MAX, refused_at_ = 0;       /* the packet that waits for a place, and since when */
    uint32_t serving_ = NO_LEAF;                                /* taken and not said to be done */
    bool updated_ = false;                                      /* has said done in this step */
    bool modelled_ = false;                                     /* computed by the chip's own core in this step */
};

} // namespace volley::parts
#endif
