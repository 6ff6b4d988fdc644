// The adapter of steplif: commands by a change of level, spikes by a strobe, memories by a bus of a word per clock.
#include "cores/rtl/adapter.h"

#include "volley_core.hpp"

using namespace volley;

class Steplif final : public Core {
    enum State { REST, ADD, LOOK, MOVE };
    enum Space : uint32_t { REGISTERS, NEURON, SYNAPSE };

  public:
    void reset(uint64_t seed) override
    {
        restart(seed);
        spikes_.clear();
    }

    bool program(const Image &image, By by) override
    {
        for (uint32_t m = 0; m < image.memories(); m++)
            for (uint32_t w = 0; w < image.memory(m).words; w++)
                if (by == By::FrontDoor && m != MEMORY_sum) // which the bus does not reach
                    write(m == MEMORY_neuron ? NEURON : SYNAPSE, w, (uint32_t)image.memory(m).word[w]);
                else
                    poke(m, w, image.memory(m).word[w]);
        write(REGISTERS, 0, (uint32_t)image.reg("subtract"));
        return read(REGISTERS, 0) == image.reg("subtract") || refuse("register subtract does not read back");
    }

    // The level changes; it is answered when the command has been served.
    Accept send(const Event &event) override
    {
        if (top().COM_REQ != top().COM_ACK)
            return Accept::Busy;
        top().COM = (CData)event.code;
        top().COM_REQ = !top().COM_REQ;
        return Accept::Taken;
    }

    // A strobe is one clock long: it stands between two edges.
    void clock() override
    {
        edge();
        if (top().SPK_STB)
            spikes_.push_back({top().SPK_ID, 1, now()});
    }

    bool receive(Spike *spike) override
    {
        if (spikes_.empty())
            return false;
        *spike = spikes_.front();
        spikes_.pop_front();
        return true;
    }
    bool busy() const override { return state() != REST; }
    bool idle() const override { return state() == REST && top().COM_REQ == top().COM_ACK && spikes_.empty(); }
    uint64_t identity() override { return read(REGISTERS, 1); }
    std::string where() const override
    {
        static const char *const name[] = {"REST", "ADD", "LOOK", "MOVE"};
        return std::string("state ") + name[state() & 3] + ", neuron " + std::to_string(root().steplif__DOT__neuron) + ", COM_REQ " +
               std::to_string(top().COM_REQ) + ", COM_ACK " + std::to_string(top().COM_ACK);
    }

  private:
    uint32_t state() const { return root().steplif__DOT__state; }
    void bus(bool write, uint32_t space, uint32_t word, uint32_t data)
    {
        top().PSEL = 1;
        top().PWRITE = write;
        top().PADDR = (SData)(space << 9 | word);
        top().PWDATA = data;
        edge();
        top().PSEL = 0;
    }
    void write(uint32_t space, uint32_t word, uint32_t data) { bus(true, space, word, data); }
    uint32_t read(uint32_t space, uint32_t word)
    {
        bus(false, space, word, 0);
        return top().PRDATA;
    }

    std::deque<Spike> spikes_;
};

VOLLEY_ADAPTER(Steplif);
