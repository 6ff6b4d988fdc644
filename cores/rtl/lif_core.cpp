/* Kinds rtl:lif_core and rtl:stdp_core over a verilated model. The model is chosen at load: the first whose parameters hold the core type's formats exactly.
 * Accesses are the RTL's strobes and go to the last group; what belongs to populations (synapses, updates) is told apart by the rows and
 * by the retire port. */
#include "cores/rtl/lif_core.h"

#include <deque>
#include <new>
#include <string>

#include "base/err.h"
#include "cores/accumulate.h"
#include "cores/clocked.h"
#include "cores/rtl/lif_load.hpp"
#include "cores/sweep.h"

using namespace rtl;

struct core {
    core(const char *kind_name, std::vector<std::unique_ptr<LifModel> (*)()> kind_models) : kind(kind_name), models(std::move(kind_models)) {}
    const char *kind;
    std::vector<std::unique_ptr<LifModel> (*)()> models;    /* that this kind may be */
    const struct image *image = nullptr;
    std::unique_ptr<LifModel> model;
    std::vector<LifRow> row;            /* [axon] */
    std::vector<uint16_t> group_of;     /* [neuron] */
    std::deque<uint32_t> queued;        /* through the pins: axons in the input queue */
    uint32_t serving_group = 0;         /* through the pins: whom the service in hand is counted for */
    bool learning = false;              /* through the pins: the program runs */
    uint64_t swept = UINT64_MAX;        /* and the last axon whose row it swept */
    bool fill = false;                  /* the bank that packets fill: the post traces after the last update */
};

LifModel &rtl::lif_model_of(const struct core *core)
{
    return *core->model;
}

const image *rtl::lif_image_of(const struct core *core)
{
    return core->image;
}

struct core *rtl_lif_create(const struct params *, uint32_t, struct err *)
{
    return new core("rtl:lif_core", lif_models());
}

struct core *rtl_stdp_create(const struct params *, uint32_t, struct err *)
{
    return new core("rtl:stdp_core", stdp_models());
}

void rtl_lif_destroy(struct core *core)
{
    delete core;
}

/* -1 with err: this model cannot be the core. *near: it could, but for its queues. */
static int try_model(struct core *core, std::unique_ptr<LifModel> model, bool *near, struct err *err)
{
    *near = false;
    if (model->reset(err) || lif_fits(model->shape(), core->image, err))
        return -1;
    *near = true;
    if (lif_port_fits(model->shape(), core->image, err))
        return -1;
    *near = false;
    if (lif_load(*model, core->image, core->row, err))
        return -1;
    core->model = std::move(model);
    return 0;
}

int rtl_lif_load(struct core *core, const struct image *image, struct err *err)
{
    std::string reasons;
    core->image = image;
    if (image->axons && !image->axon_row)
        return err_bug(err, "%s: the image lists no rows by axon", core->kind);
    for (auto make : core->models) {
        std::unique_ptr<LifModel> model = make();
        std::string name = model->name();
        bool near;
        if (!try_model(core, std::move(model), &near, err))
            break;
        if (err->kind == ERR_BUG)
            return -1;
        if (near)       /* what the others lack is beside the point */
            return err_context(err, "%s", name.c_str());
        reasons += (reasons.empty() ? "" : "; ") + name + ": " + err->text;
    }
    if (!core->model)
        return err_answer(err, "%s: none of those that were verilated fits. %s", core->kind, reasons.c_str());
    core->group_of.assign(image->neurons, 0);
    for (uint32_t g = 0; g < image->groups; g++)
        for (uint32_t i = 0; i < image->group[g].count; i++)
            core->group_of[image->group[g].first + i] = (uint16_t)g;
    return 0;
}

/* The kind's reset cannot fail, so a core that hangs here says so at its next call. */
void rtl_lif_reset(struct core *core)
{
    struct err err;
    core->queued.clear();
    core->model->clear(&err);
    core->fill = false;
}

void rtl_lif_cost(const struct core *core, const struct packet *p, uint32_t n, uint32_t *cycles)
{
    for (uint32_t i = 0; i < n; i++)
        cycles[i] = 3 + core->row[p[i].axon].words;
}

/* Strobes of a call, to the last group: no access belongs to one population alone. */
static void add_strobes(const struct core *core, const Strobes &strobes, struct core_counts *counts)
{
    struct memory_count *memory = counts->memory + (size_t)(core->image->groups - 1) * IMAGE_TABLES;
    for (int m = 0; m < IMAGE_TABLES; m++) {
        memory[m].reads += strobes.reads(m);
        memory[m].writes += strobes.writes(m);
    }
    memory[IMAGE_ROWS].row_reads += strobes.reads(IMAGE_ROWS);
    memory[IMAGE_ROWS].row_writes += strobes.writes(IMAGE_ROWS);
}

/* A packet belongs to the population of its first segment; a synapse whose target is held in the next step is late. */
static void add_packet(const struct core *core, const LifRow &row, uint64_t next, uint32_t cycles, struct core_counts *counts)
{
    uint64_t *first = counts->action + (size_t)row.share[0].group * N_ACTIONS;
    first[ACT_LEAVES]++;
    first[ACT_BUSY_CYCLES] += cycles;   /* 0 where they are counted as they go by */
    for (const LifShare &share : row.share) {
        uint64_t *action = counts->action + (size_t)share.group * N_ACTIONS;
        action[sweep_open(&core->image->group[share.group], next) ? ACT_SOPS : ACT_SOPS_LATE] += share.synapses;
        action[ACT_LEARN_SOPS] += share.plastic;
    }
}

int rtl_lif_accept(struct core *core, const struct core_step *at, const struct packet *p, uint32_t n, uint32_t ahead, uint32_t *cycles,
                   struct emissions *out, struct core_counts *counts, struct err *err)
{
    (void)ahead, (void)out;
    Strobes strobes;
    for (uint32_t i = 0; i < n; i++) {
        if (p[i].payload != 1 || p[i].delay)
            return err_answer(err, "%s: a packet of value %d and delay %u; it takes binary spikes without delay", core->kind, p[i].payload, p[i].delay);
        if (p[i].axon >= core->row.size())
            return err_bug(err, "%s: axon %u of %zu", core->kind, p[i].axon, core->row.size());
        uint32_t took;
        if (core->model->serve(p[i].axon, &took, strobes, err))
            return -1;
        if (cycles)
            cycles[i] = took;
        add_packet(core, core->row[p[i].axon], at->step + 1, took, counts);
    }
    add_strobes(core, strobes, counts);
    return 0;
}

static uint32_t open_groups(const struct image *image, uint64_t step)
{
    uint32_t open = 0;
    for (uint32_t g = 0; g < image->groups; g++)
        open |= (uint32_t)sweep_open(&image->group[g], step) << g;
    return open;
}

/* What an update did to one neuron, to the neuron's population. */
static void add_retired(const struct core *core, const Retired &r, struct core_counts *counts)
{
    const struct image *image = core->image;
    if (r.neuron >= image->neurons)
        return;                         /* lanes of the last word beyond the last neuron */
    uint64_t *action = counts->action + (size_t)core->group_of[r.neuron] * N_ACTIONS;
    action[!r.open ? ACT_UPDATE_HELD : sweep_active(image->active, r.sum != 0, r.before != 0) ? ACT_UPDATE_ACTIVE : ACT_UPDATE_IDLE]++;
    action[ACT_SPIKES] += r.spike;
}

int rtl_lif_update(struct core *core, const struct core_step *at, struct emissions *out, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    Strobes strobes;
    out->count = 0;
    core->fill = !core->fill;
    auto retired = [&](const Retired &r) { add_retired(core, r, counts); };
    if (core->model->update(open_groups(core->image, at->step), out, cycles, strobes, retired, err))
        return -1;
    counts->action[ACT_CORE_STEPS]++;       /* the program itself belongs to the first group */
    counts->action[ACT_BUSY_CYCLES] += *cycles;
    add_strobes(core, strobes, counts);
    return 0;
}

/* A row that is swept shows its axon once per word; rows come in order of axons. last: the one before. */
static void add_swept(const struct core *core, uint32_t axon, uint64_t *last, struct core_counts *counts)
{
    if (axon == *last)
        return;
    *last = axon;
    counts->action[(size_t)core->row[axon].share[0].group * N_ACTIONS + ACT_LEARN_ROWS]++;
    for (const LifShare &share : core->row[axon].share)
        counts->action[(size_t)share.group * N_ACTIONS + ACT_LEARN_SOPS] += share.plastic;
}

int rtl_stdp_learn(struct core *core, const struct core_step *, enum learn_phase phase, int64_t, uint32_t *cycles, struct core_counts *counts, struct err *err)
{
    Strobes strobes;
    uint64_t last = UINT64_MAX;
    *cycles = 0;
    if (!core->image->learning.on || phase != LEARN_STEP)
        return 0;
    auto swept = [&](uint32_t axon) { add_swept(core, axon, &last, counts); };
    if (core->model->learn(cycles, strobes, swept, err))
        return -1;
    counts->action[ACT_LEARN_STEPS]++;
    counts->action[ACT_BUSY_CYCLES] += *cycles;
    add_strobes(core, strobes, counts);
    return 0;
}

/* A cycle as it went by: its accesses, and whose work it was. */
static void count_cycle(struct core *core, const struct core_ports *ports, const LifPins &pins)
{
    struct core_counts *counts = ports->counts;
    Strobes strobes;
    strobes.add(pins.read, pins.write);
    add_strobes(core, strobes, counts);
    bool starts = pins.step_valid && pins.step_ready;
    counts->action[ACT_CORE_STEPS] += starts;
    counts->action[ACT_BUSY_CYCLES] += starts || (pins.updating && !pins.stopped);
    if (pins.taken && !core->queued.empty()) {
        const LifRow &row = core->row[core->queued.front()];
        core->queued.pop_front();
        core->serving_group = row.share[0].group;
        add_packet(core, row, ports->step + 1, 0, counts);
    }
    counts->action[(size_t)core->serving_group * N_ACTIONS + ACT_BUSY_CYCLES] += pins.serving;
    if (pins.packet_valid && pins.packet_ready)
        core->queued.push_back(pins.packet_axon);
    if (pins.learn_valid && pins.learn_ready) {
        counts->action[ACT_LEARN_STEPS]++;
        core->learning = true;
        core->swept = UINT64_MAX;
    }
    if (pins.swept)
        add_swept(core, pins.swept_axon, &core->swept, counts);
    core->learning &= !pins.learn_done;
    counts->action[ACT_BUSY_CYCLES] += core->learning;
}

static void show(const LifPins &pins, struct core_ports *ports)
{
    ports->packet_ready = pins.packet_ready;
    ports->spike_valid = pins.spike_valid;
    ports->step_ready = pins.step_ready;
    ports->step_done = pins.step_done;
    ports->learn_ready = pins.learn_ready;
    ports->learn_done = pins.learn_done;
    ports->idle = pins.idle;
    ports->updating = pins.updating;
    ports->stopped = pins.stopped;
    ports->serving = pins.serving;
    ports->taken = pins.taken;
    ports->queued = pins.queued;
    ports->neuron = pins.spike_neuron;
    ports->queued_neuron = pins.queued_neuron;
    ports->reads = pins.read;
    ports->writes = pins.write;
}

void rtl_lif_clock(struct core *core, struct core_ports *ports)
{
    struct err unheard;
    LifPins pins = {};
    ports->failed = 0;
    if (ports->look) {
        core->model->look(pins);
        show(pins, ports);
        return;
    }
    pins.packet_valid = ports->packet_valid;
    pins.spike_ready = ports->spike_ready;
    pins.step_valid = ports->step_valid;
    pins.packet_axon = ports->axon;
    pins.step_open = open_groups(core->image, ports->step);
    pins.learn_valid = ports->learn_valid;
    const std::function<void(const Retired &)> retired = [&](const Retired &r) { add_retired(core, r, ports->counts); };
    ports->failed = core->model->clock(pins, ports->counts ? &retired : nullptr, ports->err ? ports->err : &unheard) != 0;
    core->fill ^= pins.step_valid && pins.step_ready;
    if (ports->counts)
        count_cycle(core, ports, pins);
    show(pins, ports);
}

/* Where a variable lies: bits of a word that may cross from one 32-bit part into the next. */
struct Slot {
    Place place;
    uint32_t word, bit, bits, width;    /* width: of the whole word */
    bool is_signed;
};

enum variable { VARIABLE_MEMBRANE, VARIABLE_PRE, VARIABLE_POST, VARIABLE_WEIGHT };

/* Lane `lane` of a word with an entry per lane. */
static Slot lane_of(const LifShape &s, Place place, uint32_t word, uint32_t lane, uint32_t entry, uint32_t bits, bool is_signed)
{
    return {place, word, lane * entry, bits, s.lanes * entry, is_signed};
}

static uint32_t bits_for(uint32_t values)
{
    uint32_t bits = 0;
    while (((uint64_t)1 << bits) < values)
        bits++;
    return bits;
}

/* Index of a weight: axon * 2^32 + place in its row. false: there is no such variable. */
static bool find_slot(const struct core *core, uint32_t variable, uint64_t index, Slot *slot)
{
    const LifShape &s = core->model->shape();
    uint32_t word = (uint32_t)index / s.lanes, lane = (uint32_t)index % s.lanes, bank = core->fill ? s.neurons / s.lanes : 0;
    uint64_t axon = index >> 32, k = index & UINT32_MAX;
    if (variable == VARIABLE_MEMBRANE && index < core->image->neurons)
        *slot = lane_of(s, Place::State, word, lane, s.rest_bits + s.membrane_bits, s.membrane_bits, true);
    else if (variable == VARIABLE_PRE && s.trace_bits && index < core->image->axons)
        *slot = lane_of(s, Place::PreTrace, word, lane, s.trace_bits + 1, s.trace_bits, false);
    else if (variable == VARIABLE_POST && s.trace_bits && index < core->image->neurons)
        *slot = lane_of(s, Place::PostTrace, bank + word, lane, s.trace_bits + 1, s.trace_bits, false);
    else if (variable == VARIABLE_WEIGHT && axon < core->row.size() && k < core->row[axon].synapse.size()) {
        const LifSynapse &at = core->row[axon].synapse[k];
        uint32_t width = s.lanes * (s.weight_bits + 1) + bits_for(s.neurons / s.lanes);
        *slot = {Place::Synapse, at.word, at.lane * s.weight_bits, s.weight_bits, width, true};
    } else {
        return false;
    }
    return true;
}

/* The parts that hold it, as one number; the second only where it is needed. */
static int read_parts(LifModel &model, const Slot &slot, uint64_t *both, struct err *err)
{
    uint32_t part[2] = {0, 0}, first = slot.bit / 32;
    for (uint32_t p = 0; p < (slot.bit % 32 + slot.bits > 32 ? 2u : 1u); p++)
        if (model.read(slot.place, slot.word, first + p, &part[p], err))
            return -1;
    *both = (uint64_t)part[1] << 32 | part[0];
    return 0;
}

static int no_place(const struct core *core, uint32_t variable, uint64_t index, struct err *err)
{
    return err_bug(err, "%s: no variable %u at %llu", core->kind, variable, (unsigned long long)index);
}

int rtl_lif_peek(const struct core *core, uint32_t variable, uint64_t index, int64_t *value, struct err *err)
{
    Slot slot;
    uint64_t both;
    if (!find_slot(core, variable, index, &slot))
        return no_place(core, variable, index, err);
    if (read_parts(*core->model, slot, &both, err))
        return -1;
    uint64_t raw = both >> (slot.bit % 32) & (((uint64_t)1 << slot.bits) - 1);
    *value = slot.is_signed ? (int64_t)(raw << (64 - slot.bits)) >> (64 - slot.bits) : (int64_t)raw;
    return 0;
}

/* A word changes when its last part is written, and then all of it: the parts are read, one variable replaced, and all written. */
int rtl_lif_poke(struct core *core, uint32_t variable, uint64_t index, int64_t value, struct err *err)
{
    Slot slot;
    if (!find_slot(core, variable, index, &slot))
        return no_place(core, variable, index, err);
    std::vector<uint32_t> part((slot.width + 31) / 32);
    for (uint32_t p = 0; p < part.size(); p++)
        if (core->model->read(slot.place, slot.word, p, &part[p], err))
            return -1;
    for (uint32_t b = 0; b < slot.bits; b++) {
        uint32_t mask = 1u << ((slot.bit + b) % 32), &at = part[(slot.bit + b) / 32];
        at = (uint64_t)value >> b & 1 ? at | mask : at & ~mask;
    }
    for (uint32_t p = 0; p < part.size(); p++)
        if (core->model->write(slot.place, slot.word, p, part[p], err))
            return -1;
    return 0;
}
