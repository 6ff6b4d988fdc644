/* adapter.h: what brings a core with handshakes of its own to volley: a C++ class that knows its pins. Derive from volley::Adapter, or from
 * volley::Core in the header volley_core.hpp that is made from the manifest (clock, reset, memories and strobes are there already), and end
 * the file with VOLLEY_ADAPTER(Class). docs/your-core.md goes through it step by step. Nothing here is called by two threads at a time. */
#ifndef VOLLEY_CORES_RTL_ADAPTER_H
#define VOLLEY_CORES_RTL_ADAPTER_H
#ifdef __cplusplus     /* C sees nothing of it: adapters are C++ */
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>

#include "cores/rtl/foreign.h"

namespace volley
{

using Event = foreign_event;
using Spike = foreign_spike;
using Strobes = foreign_strobes;
enum class Accept { Busy, Taken };
enum class By { BackDoor, FrontDoor };

/* What is to be programmed: words of memories, values of registers. */
class Image {
  public:
    explicit Image(const foreign_state &state) : state_(state) {}
    uint32_t neurons() const { return state_.neurons; }
    uint32_t axons() const { return state_.axons; }
    uint32_t memories() const { return state_.n_memories; }
    const foreign_memory &memory(uint32_t i) const { return state_.memory[i]; }
    /* The value, or otherwise where the manifest has no register of that name. */
    uint64_t reg(const char *name, uint64_t otherwise = 0) const
    {
        for (uint32_t i = 0; i < state_.n_registers; i++)
            if (!std::strcmp(state_.reg[i].name, name))
                return state_.reg[i].value;
        return otherwise;
    }

  private:
    const foreign_state &state_;
};

class Adapter {
  public:
    virtual ~Adapter() = default;
    /* Pins at rest, the reset pin for as long as the core wants; registers and memories without a reset value become random, from seed. */
    virtual void reset(uint64_t seed) = 0;
    /* false: refuse() said why. Ends with the core ready for events. */
    virtual bool program(const Image &, By) = 0;
    /* Hands one event to the input handshake and returns at once. From Taken on the core is not idle until the event was served. */
    virtual Accept send(const Event &) = 0;
    /* One clock of the core, and one step of each handshake. No waiting in here: what never comes is volley's to notice. */
    virtual void clock() = 0;
    virtual bool receive(Spike *) = 0;
    virtual bool idle() const = 0;
    virtual bool busy() const { return !idle(); }   /* where work ends before the last spike has left, or begins after the request */
    virtual uint64_t peek(uint32_t memory, uint32_t word) const = 0;
    virtual void poke(uint32_t memory, uint32_t word, uint64_t value) = 0;
    virtual std::string where() const = 0;          /* printed when the core does not answer: "state EMIT, neuron 17, AEROUT_REQ 1" */
    virtual Strobes strobes() const { return Strobes{}; }
    virtual uint64_t identity() { return 0; }
    virtual bool wave(const char *path) { return (void)path, false; }           /* volley::Core does both, where it was built for it */
    virtual bool coverage(const char *path) { return (void)path, false; }
    virtual void gaps(uint64_t seed, uint32_t longest) { (void)seed, (void)longest; }

    std::string line;                               /* of where() or refuse(): kept for the caller */

  protected:
    bool refuse(const std::string &why)
    {
        line = why;
        return false;
    }
};

/* Numbers for waits: the splitmix64 generator (G. Steele, D. Lea, C. Flood, OOPSLA 2014), the same on every machine. */
class Random {
  public:
    void seed(uint64_t seed) { state_ = seed; }
    uint64_t next()
    {
        uint64_t z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    uint32_t upto(uint32_t most) { return most ? (uint32_t)(next() % ((uint64_t)most + 1)) : 0; }

  private:
    uint64_t state_ = 0;
};

/* The C table over a class: every entry is one line. */
template <class T> struct Table {
    static T *of(foreign_core *core) { return reinterpret_cast<T *>(core); }
    static foreign_core *create() { return reinterpret_cast<foreign_core *>(new T); }
    static void destroy(foreign_core *core) { delete of(core); }
    static void reset(foreign_core *core, uint64_t seed) { of(core)->reset(seed); }
    static uint64_t identity(foreign_core *core) { return of(core)->identity(); }
    static int program(foreign_core *core, const foreign_state *state, int front_door)
    {
        of(core)->line.clear();
        return of(core)->program(Image(*state), front_door ? By::FrontDoor : By::BackDoor) ? 0 : -1;
    }
    static const char *refusal(foreign_core *core) { return of(core)->line.c_str(); }
    static int send(foreign_core *core, const foreign_event *event) { return of(core)->send(*event) == Accept::Taken; }
    static void clock(foreign_core *core) { of(core)->clock(); }
    static int receive(foreign_core *core, foreign_spike *spike) { return of(core)->receive(spike); }
    static int idle(foreign_core *core) { return of(core)->idle(); }
    static int busy(foreign_core *core) { return of(core)->busy(); }
    static uint64_t peek(foreign_core *core, uint32_t memory, uint32_t word) { return of(core)->peek(memory, word); }
    static void poke(foreign_core *core, uint32_t memory, uint32_t word, uint64_t value) { of(core)->poke(memory, word, value); }
    static const char *where(foreign_core *core) { return (of(core)->line = of(core)->where()).c_str(); }
    static void strobes(foreign_core *core, foreign_strobes *to) { *to = of(core)->strobes(); }
    static int wave(foreign_core *core, const char *path) { return of(core)->wave(path) ? 0 : -1; }
    static int coverage(foreign_core *core, const char *path) { return of(core)->coverage(path) ? 0 : -1; }
    static void gaps(foreign_core *core, uint64_t seed, uint32_t longest) { of(core)->gaps(seed, longest); }
};

} // namespace volley

/* Exports the class. VOLLEY_CORE_NAME comes from the manifest. */
#define VOLLEY_ADAPTER(Class)                                                                                                             \
    extern "C" __attribute__((visibility("default"))) const foreign_adapter volley_adapter;                                               \
    const foreign_adapter volley_adapter = {                                                                                              \
        FOREIGN_CONTRACT, VOLLEY_CORE_NAME, volley::Table<Class>::create, volley::Table<Class>::destroy, volley::Table<Class>::reset,     \
        volley::Table<Class>::identity, volley::Table<Class>::program, volley::Table<Class>::refusal, volley::Table<Class>::send,         \
        volley::Table<Class>::clock, volley::Table<Class>::receive, volley::Table<Class>::idle, volley::Table<Class>::busy,               \
        volley::Table<Class>::peek, volley::Table<Class>::poke, volley::Table<Class>::where, volley::Table<Class>::strobes,               \
        volley::Table<Class>::wave, volley::Table<Class>::coverage, volley::Table<Class>::gaps}

#endif
#endif
