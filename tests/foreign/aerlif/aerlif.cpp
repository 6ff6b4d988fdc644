// The adapter of aerlif: two four-phase handshakes, SPI, and how its rest is known. Clock, reset, memories and strobes come from the manifest.
#include "cores/rtl/adapter.h"

#include "cores/rtl/aer4.h"
#include "cores/rtl/spi.h"
#include "volley_core.hpp"

using namespace volley;

class Aerlif final : public Core {
    enum State { WAIT, READ, COMPUTE, EMIT };
    enum Space : uint64_t { REGISTERS, NEURON, SYNAPSE, IDENTITY };

  public:
    void reset(uint64_t seed) override
    {
        in_.reset();
        out_.reset();
        restart(seed);
    }

    bool program(const Image &image, By by) override
    {
        uint64_t registers = image.reg("subtract") << 2 | image.reg("defer") << 1;
        write(REGISTERS, 0, registers | 1); // the gate is closed: memories belong to SPI
        for (uint32_t m = 0; m < image.memories(); m++)
            for (uint32_t w = 0; w < image.memory(m).words; w++)
                if (by == By::FrontDoor)
                    write(m == MEMORY_neuron ? NEURON : SYNAPSE, w, image.memory(m).word[w]);
                else
                    poke(m, w, image.memory(m).word[w]);
        write(REGISTERS, 0, registers);
        if (read(REGISTERS, 0) != registers)
            return refuse("registers do not read back through SPI");
        return true;
    }

    Accept send(const Event &event) override { return in_.send(event.code) ? Accept::Taken : Accept::Busy; }

    void clock() override
    {
        in_.clock(top().AERIN_ACK);
        out_.clock(top().AEROUT_REQ, top().AEROUT_ADDR, now());
        top().AERIN_REQ = in_.request();
        top().AERIN_ADDR = (SData)in_.address();
        top().AEROUT_ACK = out_.acknowledge();
        edge();
    }

    bool receive(Spike *spike) override { return out_.receive(spike); }
    // A clock on which the sweep waits for the sink is no work: with a sink that takes at once there are none.
    bool busy() const override { return state() != WAIT && !(state() == EMIT && !root().aerlif__DOT__out_free); }
    bool idle() const override { return state() == WAIT && in_.quiet() && out_.quiet() && !top().AEROUT_REQ; }
    uint64_t identity() override { return read(IDENTITY, 0); }

    void gaps(uint64_t seed, uint32_t longest) override
    {
        in_.gaps(seed, longest);
        out_.gaps(seed + 1, longest);
    }

    std::string where() const override
    {
        static const char *const name[] = {"WAIT", "READ", "COMPUTE", "EMIT"};
        return std::string("state ") + name[state() & 3] + ", neuron " + std::to_string(root().aerlif__DOT__neuron) + ", AERIN_REQ " +
               std::to_string(top().AERIN_REQ) + ", AERIN_ACK " + std::to_string(top().AERIN_ACK) + ", AEROUT_REQ " + std::to_string(top().AEROUT_REQ);
    }

  private:
    uint32_t state() const { return root().aerlif__DOT__state; }

    // Frames of 48 bits: write, space, address; then data, either way.
    uint64_t frame(bool write, uint64_t space, uint32_t address, uint64_t data)
    {
        Spi spi;
        spi.drive = [this](bool sck, bool mosi) { top().SCK = sck, top().MOSI = mosi; };
        spi.miso = [this] { return top().MISO; };
        spi.clock = [this] { edge(); };
        spi.ratio = clockRatio;
        return spi.transfer((uint64_t)write << 47 | space << 44 | (uint64_t)address << 32 | data, 48) & 0xffffffff;
    }
    void write(uint64_t space, uint32_t address, uint64_t data) { frame(true, space, address, data); }
    uint64_t read(uint64_t space, uint32_t address) { return frame(false, space, address, 0); }

    Aer4In in_;
    Aer4Out out_;
};

VOLLEY_ADAPTER(Aerlif);
