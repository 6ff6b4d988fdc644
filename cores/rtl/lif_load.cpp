/* The words of the memories of lif_core and stdp_core (layouts: rtl/README.md) from an image. Neuron i is lane i % lanes of word i / lanes, so local numbers
 * are the RTL's own. A row becomes one synapse word per accumulator word that it touches. */
#include "cores/rtl/lif_load.hpp"

#include <string>

#include "base/err.h"

namespace rtl
{
namespace
{

const int64_t DECAY_ALL = 31;      /* code of a shift decay that leaves nothing */

/* A word of any width, put together from its lowest bit on. */
class Word {
  public:
    void add(int64_t value, uint32_t bits)
    {
        for (uint32_t b = 0; b < bits; b++, n_++) {
            if (n_ % 32 == 0)
                part_.push_back(0);
            part_.back() |= (uint32_t)((uint64_t)value >> b & 1) << (n_ % 32);
        }
    }
    int write(LifModel &model, Place place, uint32_t word, err *err) const
    {
        for (uint32_t p = 0; p < part_.size(); p++)
            if (model.write(place, word, p, part_[p], err))
                return -1;
        return 0;
    }

  private:
    std::vector<uint32_t> part_;
    uint32_t n_ = 0;
};

uint32_t bits_for(uint32_t values)      /* as $clog2 */
{
    uint32_t bits = 0;
    while (((uint64_t)1 << bits) < values)
        bits++;
    return bits;
}

bool fits_signed(int64_t x, uint32_t bits)
{
    return x >= -((int64_t)1 << (bits - 1)) && x < (int64_t)1 << (bits - 1);
}

/* decay_i of a neuron for this shape; -1: it has none. The factor that remains is 1 - decay / 2^bits. */
int64_t decay_code(const LifShape &s, uint32_t bits, int64_t decay)
{
    if (s.decay_bits)
        return bits <= s.decay_bits ? (((int64_t)1 << bits) - decay) << (s.decay_bits - bits) : -1;
    if (!decay)
        return 0;
    /* Beyond twice the membrane every further bit makes the same loss of it, to the last rounding, and the RTL's shifter ends there. */
    uint32_t most = s.membrane_bits + 3;
    for (uint32_t k = 0; k <= bits; k++)
        if (decay == (int64_t)1 << (bits - k))
            return !k ? DECAY_ALL : k < most ? (int64_t)k : (int64_t)most;
    return -1;
}

int format_fits(const LifShape &s, const image *image, err *err)
{
    int64_t high = ((int64_t)1 << (s.membrane_bits - 1)) - 1, current = ((int64_t)1 << (s.current_bits - 1)) - 1;
    if (image->membrane_high != high || image->membrane_low != -high - 1)
        return err_answer(err, "its membranes have %u bits signed, the core type says %lld..%lld", s.membrane_bits, (long long)image->membrane_low,
                          (long long)image->membrane_high);
    if (image->current_high != current || image->current_low != -current - 1)
        return err_answer(err, "its sums saturate at %u bits signed, the core type says %lld..%lld", s.current_bits, (long long)image->current_low,
                          (long long)image->current_high);
    if (image->words.state_per && image->words.state_per != s.lanes)
        return err_answer(err, "it has %u neurons per word, the core type's state memory %u", s.lanes, image->words.state_per);
    if (image->neurons > s.neurons || image->axons > s.axons || image->groups > s.groups)
        return err_answer(err, "it holds %u neurons, %u axons, %u groups; needed: %u, %u, %u", s.neurons, s.axons, s.groups, image->neurons, image->axons,
                          image->groups);
    if (image->skip_idle)
        return err_answer(err, "it visits every neuron; the core type skips idle ones");
    if (image->delay_slots > 1)
        return err_answer(err, "it has no delay slots; the network needs %u", image->delay_slots);
    return 0;
}

/* Traces must saturate where the core type says; rates and limits need only fit. */
int learning_fits(const LifShape &s, const image *image, err *err)
{
    const image_learning &l = image->learning;
    if (!l.on)
        return 0;
    if (l.trace_bits != s.trace_bits)
        return err_answer(err, "its traces have %u bits, the core type's %u", s.trace_bits, l.trace_bits);
    if (l.potentiate >> s.rate_bits || l.depress >> s.rate_bits)
        return err_answer(err, "its rates of learning have %u bits, needed: %u and %u", s.rate_bits, l.potentiate, l.depress);
    if (!fits_signed(l.weight_low, s.weight_bits) || !fits_signed(l.weight_high, s.weight_bits))
        return err_answer(err, "its weights have %u bits signed, the limits of learning are %d and %d", s.weight_bits, l.weight_low, l.weight_high);
    if ((image->words.pre_per && image->words.pre_per != s.lanes) || (image->words.post_per && image->words.post_per != s.lanes))
        return err_answer(err, "it has %u traces per word, the core type's memories %u and %u", s.lanes, image->words.pre_per, image->words.post_per);
    return 0;
}

int group_fits(const LifShape &s, const image_group &g, err *err)
{
    if (g.compartments > 1)
        return err_answer(err, "it has no compartments; a neuron of neurons %u..%u needs %u", g.first, g.first + g.count - 1, g.compartments);
    if (g.shift > s.shift_max)
        return err_answer(err, "it shifts sums by %u at most, needed: %u", s.shift_max, g.shift);
    if (g.refractory >> s.rest_bits)
        return err_answer(err, "its refractory counts have %u bits, needed: %u steps", s.rest_bits, g.refractory);
    return 0;
}

int neuron_fits(const LifShape &s, const image *image, const image_group &g, uint32_t i, err *err)
{
    if (image->fan_in_sum[i] >> (s.sum_bits - 1))
        return err_answer(err, "neuron %u: its synapses can add up to %llu, more than %u bits signed", i, (unsigned long long)image->fan_in_sum[i], s.sum_bits);
    if (!fits_signed(image->bias[i], s.bias_bits))
        return err_answer(err, "neuron %u: a bias of %d needs more than %u bits signed", i, image->bias[i], s.bias_bits);
    if (g.reset != IMAGE_RESET_NONE && image->reset_value && !fits_signed(image->reset_value[i], s.membrane_bits + 1))
        return err_answer(err, "neuron %u: a reset of %d needs more than %u bits signed", i, image->reset_value[i], s.membrane_bits + 1);
    if (decay_code(s, g.decay_bits, image->decay_v[i]) >= 0)
        return 0;
    if (s.decay_bits)
        return err_answer(err, "neuron %u: decay factors have %u bits, needed: %u", i, s.decay_bits, g.decay_bits);
    return err_answer(err, "neuron %u: a decay of %d / 2^%u is no power of two, and it decays by shifts", i, image->decay_v[i], g.decay_bits);
}

const image_group &group_of(const image *image, uint32_t neuron, uint32_t *number)
{
    uint32_t g = image->groups - 1;
    while (image->group[g].first > neuron)
        g--;
    *number = g;
    return image->group[g];
}

/* One neuron's entry of the parameter memory. No membrane passes `never`, and one above `low - 1` always does: a threshold beyond the
 * membrane's range is as good as the nearest of them, for > and >= alike. */
void add_parameters(Word &word, const LifShape &s, const image *image, uint32_t i)
{
    uint32_t limit = s.membrane_bits + 1, group_bits = s.groups > 1 ? bits_for(s.groups) : 1, decay_bits = s.decay_bits ? s.decay_bits + 1 : 5;
    int64_t never = image->membrane_high + 1, always = image->membrane_low - 1;
    uint32_t g = 0;
    int64_t bias = 0, threshold = never, reset = 0, decay = 0;
    if (i < image->neurons) {
        const image_group &group = group_of(image, i, &g);
        bias = image->bias[i];
        threshold = !group.fires || image->threshold[i] > never ? never : image->threshold[i] < always ? always : image->threshold[i];
        reset = group.reset != IMAGE_RESET_NONE && image->reset_value ? image->reset_value[i] : 0;
        decay = decay_code(s, group.decay_bits, image->decay_v[i]);
    }
    word.add(bias, s.bias_bits);
    word.add(threshold, limit);
    word.add(reset, limit);
    word.add(decay, decay_bits);
    word.add(g, group_bits);
}

int load_neurons(LifModel &model, const image *image, err *err)
{
    const LifShape &s = model.shape();
    uint32_t words = (image->neurons + s.lanes - 1) / s.lanes;
    for (uint32_t w = 0; w < words; w++) {
        Word word;
        for (uint32_t l = 0; l < s.lanes; l++)
            add_parameters(word, s, image, w * s.lanes + l);
        if (word.write(model, Place::Parameter, w, err))
            return -1;
    }
    if (model.write(Place::Registers, LIF_LAST_WORD, 0, words - 1, err) || model.write(Place::Registers, LIF_ROUNDING, 0, (uint32_t)image->rounding, err))
        return -1;
    for (uint32_t g = 0; g < image->groups; g++) {
        const image_group &group = image->group[g];
        uint32_t rule = (uint32_t)group.reset | (uint32_t)group.point << 2 | (uint32_t)(group.at_least != 0) << 4 | group.shift << 8 | group.refractory << 16;
        if (image->learning.on && group.learns)
            rule |= 1u << 5;
        if (model.write(Place::Registers, LIF_RULE + g, 0, rule, err))
            return -1;
    }
    return 0;
}

/* Rates, traces and limits, then the switch. */
int load_learning(LifModel &model, const image *image, err *err)
{
    const image_learning &l = image->learning;
    uint32_t traces = (image->axons + model.shape().lanes - 1) / model.shape().lanes;
    const struct {
        uint32_t number, value;
    } registers[] = {{STDP_RATES, l.depress << 16 | l.potentiate}, {STDP_ADD, l.post_add << 16 | l.pre_add}, {STDP_KEEP, l.post_keep << 8 | l.pre_keep},
                     {STDP_LOW, (uint32_t)l.weight_low}, {STDP_HIGH, (uint32_t)l.weight_high}, {STDP_LAST_TRACE, traces ? traces - 1 : 0},
                     {STDP_ON, l.shift << 8 | 1}};
    for (auto r : registers)
        if (model.write(Place::Registers, r.number, 0, r.value, err))
            return -1;
    return 0;
}

/* ---- rows ---- */

/* A synapse word in the making. segment: whose weights it holds, the last one that added any. */
struct RowWord {
    uint32_t word, used, plastic;           /* used, plastic: a bit per lane */
    int64_t weight[8];
};

/* Into the last word where that is the target's and its lane is free, else into a new one. Two words side by side must differ (the RTL
 * writes one while it reads the next), so a second synapse of the same neuron gets an empty word of another neuron before it. */
void add_synapse(std::vector<RowWord> &row, uint32_t lanes, uint32_t target, int64_t weight, bool plastic)
{
    uint32_t word = target / lanes, lane = target % lanes;
    bool same = !row.empty() && row.back().word == word;
    if (same && row.back().used >> lane & 1)
        row.push_back({word ? word - 1 : 1, 0, 0, {}});
    if (!same || row.back().word != word)
        row.push_back({word, 0, 0, {}});
    row.back().used |= 1u << lane;
    row.back().plastic |= (uint32_t)plastic << lane;
    row.back().weight[lane] = weight;
}

int collect_row(const LifShape &s, const image *image, uint32_t axon, std::vector<RowWord> &row, LifRow &out, err *err)
{
    for (const segment *at = (const segment *)(image->rows + image->axon_row[axon]);; at = segment_next(at)) {
        bool learns = image->learning.on && image->group[at->group].learns && !at->fixed;
        if (at->delay)
            return err_answer(err, "axon %u: a delay of %u steps, and it has no delay slots", axon, at->delay + 1u);
        for (uint32_t i = 0; i < at->count; i++) {
            uint32_t target;
            int64_t weight;
            segment_synapse(at, i, &target, &weight);
            if (learns && (weight < image->learning.weight_low || weight > image->learning.weight_high))
                return err_answer(err, "axon %u: a plastic weight of %lld lies outside its limits", axon, (long long)weight);
            if (!fits_signed(weight, s.weight_bits))
                return err_answer(err, "axon %u: a weight of %lld needs more than %u bits signed", axon, (long long)weight, s.weight_bits);
            add_synapse(row, s.lanes, target, weight, learns);
            if (image->learning.on)
                out.synapse.push_back({(uint32_t)row.size() - 1, target % s.lanes});
        }
        out.share.push_back({at->group, at->count, learns ? at->count : 0});
        out.plastic |= learns && at->count;
        if (at->last)
            break;
    }
    out.words = (uint32_t)row.size();
    return 0;
}

int write_row(LifModel &model, const std::vector<RowWord> &row, uint32_t place, err *err)
{
    const LifShape &s = model.shape();
    for (uint32_t w = 0; w < row.size(); w++) {
        Word word;
        for (uint32_t l = 0; l < s.lanes; l++)
            word.add(row[w].weight[l], s.weight_bits);
        word.add(row[w].word, bits_for(s.neurons / s.lanes));
        if (s.trace_bits)
            word.add(row[w].plastic, s.lanes);
        if (word.write(model, Place::Synapse, place + w, err))
            return -1;
    }
    return 0;
}

} // namespace

int lif_fits(const LifShape &s, const image *image, err *err)
{
    if (format_fits(s, image, err) || learning_fits(s, image, err))
        return -1;
    for (uint32_t g = 0; g < image->groups; g++) {
        const image_group &group = image->group[g];
        if (group_fits(s, group, err))
            return -1;
        for (uint32_t i = group.first; i < group.first + group.count; i++)
            if (neuron_fits(s, image, group, i, err))
                return -1;
    }
    return 0;
}

/* The engine times a core by what the chip file says of its queues, and the core has its own. */
int lif_port_fits(const LifShape &s, const image *image, err *err)
{
    auto differ = [](uint32_t said, uint32_t built) { return said && said != built; };
    auto places = [](uint32_t n) { return n == UINT32_MAX ? std::string("unlimited") : std::to_string(n) + " packets"; };
    if (differ(image->queue_in, s.queue_in) || differ(image->queue_out, s.queue_out))
        return err_answer(err, "its identity words say queue: {in: %u packets, out: %u packets}, the core type {in: %s, out: %s}", s.queue_in, s.queue_out,
                          places(image->queue_in).c_str(), places(image->queue_out).c_str());
    if (image->overlaps)
        return err_answer(err, "it serves packets after its update, the core type says overlap: full");
    return 0;
}

int lif_load(LifModel &model, const image *image, std::vector<LifRow> &rows, err *err)
{
    const LifShape &s = model.shape();
    uint32_t place = 0, length_bits = bits_for(s.neurons / s.lanes) + 3, place_bits = bits_for(s.synapse_words);
    rows.assign(image->axons, {});
    if (load_neurons(model, image, err) || (image->learning.on && load_learning(model, image, err)))
        return -1;
    for (uint32_t a = 0; a < image->axons; a++) {
        std::vector<RowWord> row;
        Word descriptor;
        if (collect_row(s, image, a, row, rows[a], err))
            return -1;
        if (row.size() > s.synapse_words - place || row.size() >> length_bits)
            return err_answer(err, "the rows of axons 0..%u need %zu synapse words; it has %u, and %u per row", a, place + row.size(), s.synapse_words,
                              (1u << length_bits) - 1);
        descriptor.add(place, place_bits);
        descriptor.add((int64_t)row.size(), length_bits);
        if (s.trace_bits)
            descriptor.add(rows[a].plastic, 1);
        for (LifSynapse &synapse : rows[a].synapse)
            synapse.word += place;
        if (write_row(model, row, place, err) || descriptor.write(model, Place::Axon, a, err))
            return -1;
        place += (uint32_t)row.size();
    }
    return 0;
}

} // namespace rtl
