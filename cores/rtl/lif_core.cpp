/* Kind rtl:lif_core over a verilated model. The model is chosen at load: the first whose parameters hold the core type's formats exactly.
 * Accesses are the RTL's strobes and go to the last group; what belongs to populations (synapses, updates) is told apart by the rows and
 * by the retire port. */
#include "cores/rtl/lif_core.h"

#include <cstring>
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
    const struct image *image = nullptr;
    std::unique_ptr<LifModel> model;
    std::vector<LifRow> row;            /* [axon] */
    std::vector<uint16_t> group_of;     /* [neuron] */
    std::deque<uint32_t> queued;        /* through the pins: axons in the input queue */
    uint32_t serving_group = 0;         /* through the pins: whom the service in hand is counted for */
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
    return new core;
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
        return err_bug(err, "rtl:lif_core: the image lists no rows by axon");
    for (auto make : lif_models()) {
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
        return err_answer(err, "none of the lif_cores that were verilated fits. %s", reasons.c_str());
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
        memory[m].reads += strobes.reads[m];
        memory[m].writes += strobes.writes[m];
    }
    memory[IMAGE_ROWS].row_reads += strobes.reads[IMAGE_ROWS];
}

/* A packet belongs to the population of its first segment; a synapse whose target is held in the next step is late. */
static void add_packet(const struct core *core, const LifRow &row, uint64_t next, uint32_t cycles, struct core_counts *counts)
{
    uint64_t *first = counts->action + (size_t)row.share[0].group * N_ACTIONS;
    first[ACT_LEAVES]++;
    first[ACT_BUSY_CYCLES] += cycles;   /* 0 where they are counted as they go by */
    for (const LifShare &share : row.share)
        counts->action[(size_t)share.group * N_ACTIONS + (sweep_open(&core->image->group[share.group], next) ? ACT_SOPS : ACT_SOPS_LATE)] += share.synapses;
}

int rtl_lif_accept(struct core *core, const struct core_step *at, const struct packet *p, uint32_t n, uint32_t ahead, uint32_t *cycles,
                   struct emissions *out, struct core_counts *counts, struct err *err)
{
    (void)ahead, (void)out;
    Strobes strobes = {};
    for (uint32_t i = 0; i < n; i++) {
        if (p[i].payload != 1 || p[i].delay)
            return err_answer(err, "rtl:lif_core: a packet of value %d and delay %u; it takes binary spikes without delay", p[i].payload, p[i].delay);
        if (p[i].axon >= core->row.size())
            return err_bug(err, "rtl:lif_core: axon %u of %zu", p[i].axon, core->row.size());
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
    Strobes strobes = {};
    out->count = 0;
    auto retired = [&](const Retired &r) { add_retired(core, r, counts); };
    if (core->model->update(open_groups(core->image, at->step), out, cycles, strobes, retired, err))
        return -1;
    counts->action[ACT_CORE_STEPS]++;       /* the program itself belongs to the first group */
    counts->action[ACT_BUSY_CYCLES] += *cycles;
    add_strobes(core, strobes, counts);
    return 0;
}

/* A cycle as it went by: its accesses, and whose work it was. */
static void count_cycle(struct core *core, const struct core_ports *ports, const LifPins &pins)
{
    struct core_counts *counts = ports->counts;
    Strobes strobes;
    for (int m = 0; m < IMAGE_TABLES; m++) {
        strobes.reads[m] = pins.read >> m & 1;
        strobes.writes[m] = pins.write >> m & 1;
    }
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
}

static void show(const LifPins &pins, struct core_ports *ports)
{
    ports->packet_ready = pins.packet_ready;
    ports->spike_valid = pins.spike_valid;
    ports->step_ready = pins.step_ready;
    ports->step_done = pins.step_done;
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
    const std::function<void(const Retired &)> retired = [&](const Retired &r) { add_retired(core, r, ports->counts); };
    ports->failed = core->model->clock(pins, ports->counts ? &retired : nullptr, ports->err ? ports->err : &unheard) != 0;
    if (ports->counts)
        count_cycle(core, ports, pins);
    show(pins, ports);
}

/* Where a neuron's membrane lies in the state memory: bits of a word that may cross from one 32-bit part into the next. */
struct Slot {
    uint32_t word, bit, bits;
};

static Slot slot_of(const LifShape &s, uint64_t neuron)
{
    return {(uint32_t)(neuron / s.lanes), (uint32_t)(neuron % s.lanes) * (s.rest_bits + s.membrane_bits), s.membrane_bits};
}

/* The two parts that hold it, as one number; the second only where it is needed. */
static int read_parts(LifModel &model, const Slot &slot, uint64_t *both, struct err *err)
{
    uint32_t part[2] = {0, 0}, first = slot.bit / 32;
    for (uint32_t p = 0; p < (slot.bit % 32 + slot.bits > 32 ? 2u : 1u); p++)
        if (model.read(Place::State, slot.word, first + p, &part[p], err))
            return -1;
    *both = (uint64_t)part[1] << 32 | part[0];
    return 0;
}

static int no_place(const struct core *core, uint32_t variable, uint64_t index, struct err *err)
{
    if (variable || index >= core->image->neurons)
        return err_bug(err, "rtl:lif_core: no variable %u of neuron %llu", variable, (unsigned long long)index);
    return 0;
}

int rtl_lif_peek(const struct core *core, uint32_t variable, uint64_t index, int64_t *value, struct err *err)
{
    if (no_place(core, variable, index, err))
        return -1;
    Slot slot = slot_of(core->model->shape(), index);
    uint64_t both;
    if (read_parts(*core->model, slot, &both, err))
        return -1;
    uint64_t raw = both >> (slot.bit % 32) & (((uint64_t)1 << slot.bits) - 1);
    *value = (int64_t)(raw << (64 - slot.bits)) >> (64 - slot.bits);
    return 0;
}

/* A word changes when its last part is written, and then all of it: the parts are read, one membrane replaced, and all written. */
int rtl_lif_poke(struct core *core, uint32_t variable, uint64_t index, int64_t value, struct err *err)
{
    if (no_place(core, variable, index, err))
        return -1;
    const LifShape &s = core->model->shape();
    Slot slot = slot_of(s, index);
    std::vector<uint32_t> part((s.lanes * (s.rest_bits + s.membrane_bits) + 31) / 32);
    for (uint32_t p = 0; p < part.size(); p++)
        if (core->model->read(Place::State, slot.word, p, &part[p], err))
            return -1;
    for (uint32_t b = 0; b < slot.bits; b++) {
        uint32_t mask = 1u << ((slot.bit + b) % 32), &at = part[(slot.bit + b) / 32];
        at = (uint64_t)value >> b & 1 ? at | mask : at & ~mask;
    }
    for (uint32_t p = 0; p < part.size(); p++)
        if (core->model->write(Place::State, slot.word, p, part[p], err))
            return -1;
    return 0;
}
