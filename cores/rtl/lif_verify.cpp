/* Reading lif_core back. The load is walked a second time over a model whose writes read and compare, so what should be there is said in
 * one place. */
#include "cores/rtl/lif_verify.h"

#include <cstdio>

#include "base/err.h"
#include "cores/rtl/lif_load.hpp"

using namespace rtl;

namespace
{

const char *const places[] = {"register", "axon word", "synapse word", "state word", "accumulator word", "parameter word", "pre trace word", "post trace word"};

int differs(const LifModel &model, Place place, uint32_t word, uint32_t part, uint32_t found, uint32_t wanted, err *err)
{
    return err_answer(err, "%s: %s %u part %u reads %08x, %08x was written", model.name(), places[(int)place], word, part, (unsigned)found, (unsigned)wanted);
}

int compare(LifModel &model, Place place, uint32_t word, uint32_t part, uint32_t wanted, err *err)
{
    uint32_t found;
    if (model.read(place, word, part, &found, err))
        return -1;
    return found == wanted ? 0 : differs(model, place, word, part, found, wanted, err);
}

/* A model on which a load changes nothing: what it would write must be there already. */
class Readback final : public LifModel {
  public:
    explicit Readback(LifModel &model) : model_(model)
    {
    }
    const LifShape &shape() const override
    {
        return model_.shape();
    }
    const char *name() const override
    {
        return model_.name();
    }
    int reset(err *) override
    {
        return 0;
    }
    int write(Place place, uint32_t word, uint32_t part, uint32_t data, err *err) override
    {
        return compare(model_, place, word, part, data, err);
    }
    int read(Place place, uint32_t word, uint32_t part, uint32_t *data, err *err) override
    {
        return model_.read(place, word, part, data, err);
    }
    int clock(LifPins &, const std::function<void(const Retired &)> *, err *) override
    {
        return 0;
    }
    void look(LifPins &) override
    {
    }
    int clear(err *) override
    {
        return 0;
    }
    void watch(retire_watch *, void *) override
    {
    }
    std::string port() const override
    {
        return model_.port();
    }
    int wave(const char *, err *) override
    {
        return 0;
    }
    int coverage(const char *, err *) override
    {
        return 0;
    }
    int serve(uint32_t, uint32_t *, Strobes &, err *) override
    {
        return 0;
    }
    int update(uint32_t, emissions *, uint32_t *, Strobes &, const std::function<void(const Retired &)> &, err *) override
    {
        return 0;
    }
    int learn(uint32_t *, Strobes &, const std::function<void(uint32_t)> &, err *) override
    {
        return 0;
    }

  private:
    LifModel &model_;
};

struct Memory {
    Place place;
    uint32_t words, bits;
};

/* A pattern in which every bit of every word takes both values, and neighbours differ. */
uint32_t pattern(uint32_t word, uint32_t part, uint32_t round)
{
    uint32_t x = (word * 0x9e3779b9u) ^ (part * 0x85ebca6bu);
    x = (x ^ x >> 15) * 0x2c1b3c6du;
    x ^= x >> 13;
    return round ? ~x : x;
}

uint32_t mask_of(const Memory &m, uint32_t part)
{
    return part == m.bits / 32 ? ((uint32_t)1 << m.bits % 32) - 1 : UINT32_MAX;
}

/* Beyond the last word, the last part and the last memory nothing is written, and 0 is read: no address bit is left out. */
int check_nowhere(LifModel &model, const Memory &m, err *err)
{
    enum : uint32_t { WORD_BITS = 23, PARTS = 32, PLACES_USED = 8, PLACES = 16 };
    uint32_t parts = (m.bits + 31) / 32;
    for (uint32_t k = 0; k < WORD_BITS; k++)
        if ((uint32_t)1 << k >= m.words &&
            (model.write(m.place, (uint32_t)1 << k, parts - 1, UINT32_MAX, err) || compare(model, m.place, (uint32_t)1 << k, 0, 0, err)))
            return -1;
    for (uint32_t part = parts; part < PARTS; part++)
        if (model.write(m.place, 0, part, UINT32_MAX, err) || compare(model, m.place, 0, part, 0, err))
            return -1;
    for (uint32_t place = PLACES_USED; place < PLACES; place++)
        if (model.write((Place)place, 0, parts - 1, UINT32_MAX, err))
            return -1;
    return model.write(m.place, m.words, parts - 1, UINT32_MAX, err) || compare(model, m.place, m.words, 0, 0, err) ? -1 : 0;
}

/* Registers: the same. Among the addresses are those of `clear` and of every rule with one bit more. */
int check_no_register(LifModel &model, err *err)
{
    enum : uint32_t { FIRST_BIT = 6, WORD_BITS = 23, EMPTY = 20 };
    const uint32_t registers[] = {EMPTY, LIF_LAST_WORD, LIF_ROUNDING, LIF_CLEAR, LIF_RULE, LIF_RULE + 1};
    if (model.write(Place::Registers, EMPTY, 0, UINT32_MAX, err) || compare(model, Place::Registers, EMPTY, 0, 0, err))
        return -1;
    for (uint32_t k = FIRST_BIT; k < WORD_BITS; k++)
        for (uint32_t r : registers)
            if (model.write(Place::Registers, (uint32_t)1 << k | r, 0, UINT32_MAX, err) || compare(model, Place::Registers, (uint32_t)1 << k | r, 0, 0, err))
                return -1;
    return 0;
}

/* All words are written before any is read: a word that lands in another's place is seen. */
int check_memory(LifModel &model, const Memory &m, uint32_t round, err *err)
{
    uint32_t parts = (m.bits + 31) / 32;
    for (uint32_t w = 0; w < m.words; w++)
        for (uint32_t p = 0; p < parts; p++)
            if (model.write(m.place, w, p, pattern(w, p, round), err))
                return -1;
    if (!round && (check_nowhere(model, m, err) || check_no_register(model, err)))
        return -1;
    for (uint32_t w = 0; w < m.words; w++)
        for (uint32_t p = 0; p < parts; p++)
            if (compare(model, m.place, w, p, pattern(w, p, round) & mask_of(m, p), err))
                return -1;
    return 0;
}

int check_zero(LifModel &model, const Memory &m, err *err)
{
    for (uint32_t w = 0; w < m.words; w++)
        for (uint32_t p = 0; p < (m.bits + 31) / 32; p++)
            if (compare(model, m.place, w, p, 0, err))
                return -1;
    return 0;
}

/* Identity words keep their values whatever is written to them. */
int check_identity(LifModel &model, err *err)
{
    enum { WORDS = 11 };
    uint32_t word[WORDS];
    for (uint32_t i = 0; i < WORDS; i++)
        if (model.read(Place::Registers, i, 0, &word[i], err) || model.write(Place::Registers, i, 0, ~word[i], err))
            return -1;
    for (uint32_t i = 0; i < WORDS; i++)
        if (compare(model, Place::Registers, i, 0, word[i], err))
            return -1;
    return 0;
}

/* A register that is written and read: which bits it has, and from which one on it is extended by its sign; 0: not at all. */
struct Register {
    uint32_t number, mask, sign;
};

uint32_t bits_of(uint32_t values)
{
    uint32_t bits = 0;
    while (((uint64_t)1 << bits) < values)
        bits++;
    return bits;
}

uint32_t ones(uint32_t bits)
{
    return bits >= 32 ? UINT32_MAX : ((uint32_t)1 << bits) - 1;
}

/* Rules of all groups; the numbers of learning, which stays off: while it is on, the limits must be in order. */
std::vector<Register> registers_of(const LifShape &s)
{
    std::vector<Register> list;
    uint32_t learns = s.trace_bits ? 1u << 5 : 0, rule = 0x1f | learns | ones(bits_of(s.shift_max + 1)) << 8 | ones(s.rest_bits) << 16;
    for (uint32_t g = 0; g < s.groups; g++)
        list.push_back({LIF_RULE + g, rule, 0});
    if (!s.trace_bits)
        return list;
    list.push_back({STDP_ON, 0xf00, 0});
    list.push_back({STDP_RATES, ones(s.rate_bits) << 16 | ones(s.rate_bits), 0});
    list.push_back({STDP_ADD, ones(s.trace_bits) << 16 | ones(s.trace_bits), 0});
    list.push_back({STDP_KEEP, 0xffff, 0});
    list.push_back({STDP_LOW, ones(s.weight_bits), s.weight_bits});
    list.push_back({STDP_HIGH, ones(s.weight_bits), s.weight_bits});
    list.push_back({STDP_LAST_TRACE, ones(bits_of((s.axons + s.lanes - 1) / s.lanes)), 0});
    return list;
}

/* Each bit of each register takes both values, in both rounds another one, and no two registers the same. */
int check_registers(LifModel &model, err *err)
{
    std::vector<Register> list = registers_of(model.shape());
    for (uint32_t round = 0; round < 2; round++) {
        for (const Register &r : list)
            if (model.write(Place::Registers, r.number, 0, r.number == STDP_ON ? pattern(r.number, 0, round) & ~1u : pattern(r.number, 0, round), err))
                return -1;
        for (const Register &r : list) {
            uint32_t wanted = pattern(r.number, 0, round) & r.mask;
            if (r.sign && wanted >> (r.sign - 1))
                wanted |= ~r.mask;
            if (compare(model, Place::Registers, r.number, 0, wanted, err))
                return -1;
        }
    }
    return 0;
}

/* A core without learning has none of its memories: nothing is written there, and 0 is read. */
int check_no_traces(LifModel &model, err *err)
{
    for (Place place : {Place::PreTrace, Place::PostTrace})
        if (!model.shape().trace_bits && (model.write(place, 0, 0, UINT32_MAX, err) || compare(model, place, 0, 0, 0, err)))
            return -1;
    return 0;
}

/* Learning switched off over rows that are plastic: packets, an update and the program at a step's end touch no trace and write no weight. What this
 * leaves behind is loaded again. */
int check_switch(LifModel &model, const image *image, err *err)
{
    enum : uint32_t { SERVED = 32, DONE_AT_ONCE = 1 };
    Strobes strobes;
    std::vector<emission> room(image->neurons);
    emissions out = {room.data(), 0, image->neurons};
    uint32_t cycles = 0;
    bool swept = false;
    auto nobody = [](const Retired &) {};
    auto on_row = [&](uint32_t) { swept = true; };
    if (!image->learning.on)
        return 0;
    if (model.write(Place::Registers, STDP_ON, 0, image->learning.shift << 8, err))
        return -1;
    for (uint32_t round = 0; round < 2; round++) { /* the second with neurons that may have fired */
        for (uint32_t axon = 0; axon < image->axons && axon < SERVED; axon++)
            if (model.serve(axon, &cycles, strobes, err))
                return -1;
        out.count = 0;
        if (model.update(UINT32_MAX, &out, &cycles, strobes, nobody, err) || model.learn(&cycles, strobes, on_row, err))
            return -1;
    }
    uint64_t traces = strobes.reads(IMAGE_PRE_TRACE) + strobes.writes(IMAGE_PRE_TRACE) + strobes.reads(IMAGE_POST_TRACE) + strobes.writes(IMAGE_POST_TRACE);
    if (traces || strobes.writes(IMAGE_ROWS) || swept || cycles != DONE_AT_ONCE)
        return err_answer(err, "%s: with learning switched off: %llu accesses of traces, %llu weight words written, %s row swept, done after %u cycles",
                          model.name(), (unsigned long long)traces, (unsigned long long)strobes.writes(IMAGE_ROWS), swept ? "a" : "no", cycles);
    return 0;
}

/* The reset pin in the middle of everything: an update under way, packets in the queue, spikes that nobody takes. */
int check_reset(LifModel &model, err *err)
{
    enum { BUSY = 40 };
    const LifShape &s = model.shape();
    LifPins pins = {};
    pins.step_open = UINT32_MAX;
    for (int c = 0; c < BUSY; c++) {
        pins.packet_valid = pins.step_valid = true;
        if (model.clock(pins, nullptr, err))
            return -1;
    }
    if (model.reset(err))
        return -1;
    pins = {};
    model.look(pins);
    if (!pins.idle || !pins.step_ready || !pins.packet_ready || pins.spike_valid || pins.step_done || pins.read || pins.write)
        return err_answer(err, "%s: after a reset amid work: %s", model.name(), model.port().c_str());
    if (compare(model, Place::Registers, LIF_LAST_WORD, 0, s.neurons / s.lanes - 1, err) || compare(model, Place::Registers, LIF_ROUNDING, 0, 0, err))
        return -1;
    for (const Register &r : registers_of(s))
        if (compare(model, Place::Registers, r.number, 0, r.number == STDP_LAST_TRACE ? (s.axons + s.lanes - 1) / s.lanes - 1 : 0, err))
            return -1;
    return 0;
}

} // namespace

void rtl_lif_watch(struct core *core, retire_watch *watch, void *to)
{
    lif_model_of(core).watch(watch, to);
}

void rtl_lif_where(const struct core *core, char *to, size_t size)
{
    snprintf(to, size, "%s", lif_model_of(core).port().c_str());
}

int rtl_lif_wave(struct core *core, const char *path, struct err *err)
{
    return lif_model_of(core).wave(path, err);
}

int rtl_lif_coverage(struct core *core, const char *path, struct err *err)
{
    return lif_model_of(core).coverage(path, err);
}

int rtl_lif_readback(struct core *core, struct err *err)
{
    LifModel &model = lif_model_of(core);
    const LifShape &s = model.shape();
    std::vector<LifRow> rows;
    Readback readback(model);
    uint32_t words = s.neurons / s.lanes;
    if (check_switch(model, lif_image_of(core), err))
        return -1;
    std::vector<Memory> zeroed = {{Place::State, words, s.lanes * (s.rest_bits + s.membrane_bits)}, {Place::Accumulator, 2 * words, s.lanes * s.sum_bits}};
    if (s.trace_bits) {
        zeroed.push_back({Place::PreTrace, (s.axons + s.lanes - 1) / s.lanes, s.lanes * (s.trace_bits + 1)});
        zeroed.push_back({Place::PostTrace, 2 * words, s.lanes * (s.trace_bits + 1)});
    }
    for (const Memory &m : zeroed)
        for (uint32_t round = 0; round < 2; round++)
            if (check_memory(model, m, round, err))
                return -1;
    if (check_identity(model, err) || check_no_traces(model, err) || check_registers(model, err) || check_reset(model, err) ||
        lif_load(model, lif_image_of(core), rows, err) || model.clear(err))
        return -1;
    for (const Memory &m : zeroed)
        if (check_zero(model, m, err))
            return -1;
    rows.clear();
    return lif_load(readback, lif_image_of(core), rows, err);
}
