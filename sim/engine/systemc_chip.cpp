/* A chip as a module of somebody else's model: the files are loaded as `volley run` loads them, its modules are those of the engine
 * `systemc`, and steps begin when a register says so. */
#include <algorithm>
#include <cstring>
#include <set>
#include <stdexcept>

#include "base/mem.h"
#include "engine/systemc_clocked.hpp"
#include "engine/systemc_slot.hpp"
#include "import/events.h"
#include "import/import.h"

namespace volley
{

using parts::slot_module;

namespace
{

void fatal(const struct err &err)
{
    SC_REPORT_ERROR("volley", err.text);        /* throws: sc_start ends with it */
}

/* A write of one register or input: 4 bytes, no byte enables, not streamed. NULL: the response says why. */
unsigned char *word(tlm::tlm_generic_payload &t)
{
    t.set_dmi_allowed(false);
    if (t.get_byte_enable_ptr())
        t.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    else if (t.get_data_length() != 4 || t.get_streaming_width() < 4)
        t.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    else if (t.get_address() % 4)
        t.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    else
        return t.get_data_ptr();
    return nullptr;
}

} // namespace

struct chip::hidden {
    struct chipfile *file = nullptr;
    struct network *network = nullptr;
    struct quantised *quantised = nullptr;
    struct mapping *mapping = nullptr;
    struct events *input = nullptr;             /* of a file, or NULL */
    struct events now = {};                     /* what the host sends in the step in hand; the run's input */
    std::vector<uint64_t> first;                /* behind now.first */
    size_t room = 0;                            /* behind now.event. No std::vector: a user's own ::event would be taken for this one */
    std::set<uint32_t> written;                 /* input neurons of the next step that came over the socket */
    struct engine e = {};
    parts::modules m;
    std::vector<std::unique_ptr<slot_module>> slots;
    std::vector<slot_module *> own;             /* [cores] NULL: the chip's own */
    std::vector<std::unique_ptr<tlm::tlm_analysis_port<packet_event>>> packets;
    std::vector<std::unique_ptr<tlm::tlm_analysis_port<spike_event>>> spikes;
    std::vector<parts::output_spike> output;
    sc_core::sc_event ready, reset_over;
    bool busy = false, open = false, stepping = false;         /* a command in hand; a sample begun; a step under way */
    uint32_t step = 0, begun = 0, prediction = UINT32_MAX;
    uint64_t step_ps = 0, total_ps = 0;         /* of the last step that is over; of all steps and resets that are */

    ~hidden();
    void load(const chip_config &);
    void check(bool good, const struct err &err) const;
    uint32_t next_step() const { return open ? step + stepping : 0; }   /* whose input is being written */
    bool takes(uint32_t neuron) const;
    bool in_file(uint32_t neuron) const;
    bool command(uint32_t what);
    void begin_sample();
    void start_step();
    void end_step();
    uint32_t read(uint64_t address, bool *known) const;
};

chip::hidden::~hidden()
{
    m.core.clear();             /* modules first: they point into the engine */
    slots.clear();
    struct run *run = e.run;
    engine_close(&e);
    run_free(run);
    mapping_free(mapping);
    quantised_free(quantised);
    events_free(input);
    free(now.event);
    network_free(network);
    chipfile_free(file);
}

void chip::hidden::check(bool good, const struct err &err) const
{
    if (!good)
        throw std::runtime_error(std::string("volley: ") + err.text);
}

/* As the command line does it, in the same order. */
void chip::hidden::load(const chip_config &c)
{
    struct err err = {};
    std::vector<const char *> set;
    for (const std::string &s : c.set)
        set.push_back(s.c_str());
    struct import_options import = {};
    import.reset = import.reset_time = -1;
    import.from = c.from.empty() ? nullptr : c.from.c_str();
    check(file = chipfile_read(c.chip.c_str(), set.data(), (uint32_t)set.size(), &err), err);
    if (file->mode == TIME_EVENT)
        throw std::runtime_error("volley: " + c.chip + ": mode event: a chip in a SystemC model is told when a step begins, and this one has none; volley "
                                 "run --engine systemc runs it");
    check(network = import_network(c.network.c_str(), &import, &err), err);
    struct event_options events = {};
    events.steps = c.steps;
    events.network_steps = network->steps;
    events.shape = network->population[HOST_POPULATION].shape;
    check(c.input.empty() || (input = events_read(c.input.c_str(), &events, &err)), err);
    if (input && input->value)
        throw std::runtime_error("volley: " + c.input + ": its values are not 0 and 1; a chip in a SystemC model takes binary input");
    struct quant_options quant = {};
    quant.rule = QUANT_DEFAULT;
    quant.repeat = 1;
    struct map_options map = {};
    map.method = c.map.empty() ? nullptr : c.map.c_str();
    check(quantised = quantise(network, file, &quant, &err), err);
    check(mapping = mapping_make(network, quantised, file, &map, &err), err);
    now.samples = input ? input->samples : c.samples;
    now.steps = input ? input->steps : c.steps ? c.steps : network->steps;
    if (!now.steps)
        throw std::runtime_error("volley: neither the input nor the network says how many steps a sample has: set chip_config.steps");
    now.neurons = network->population[HOST_POPULATION].neurons;
    now.value_min = now.value_max = 1;
    first.assign(now.samples + 1, 0);
    now.first = first.data();
    struct run_options options = {};
    options.last_sample = UINT32_MAX;
    options.timing = "cycle";
    options.threads = 1;
    options.seed = c.seed;
    options.hold = file->layer_start != LAYER_FREE;
    e.run = engine_new_run(file, network, quantised, mapping, &now, &options);
    check(!engine_open(&e, &err) && !parts::clocked_module::check(&e, &err), err);
    if (!e.plane->feeds_back)
        throw std::runtime_error("volley: " + c.chip + ": no part of its network takes time");
    m.open(&e);
    m.b.on_fail = fatal;
    own.assign(e.chip->n_cores, nullptr);
    packets.resize(own.size());
    spikes.resize(own.size());
}

/* ---- commands */

bool chip::hidden::in_file(uint32_t neuron) const
{
    uint32_t sample = open ? begun - 1 : begun;
    for (uint64_t i = input ? input->first[sample] : 0; input && i < input->first[sample + 1]; i++)
        if (input->event[i].step == next_step() && input->event[i].neuron == neuron)
            return true;
    return false;
}

/* One spike per input neuron and step, while the sample takes input. */
bool chip::hidden::takes(uint32_t neuron) const
{
    return (open || begun < now.samples) && next_step() < now.steps && !written.count(neuron) && !in_file(neuron);
}

void chip::hidden::begin_sample()
{
    engine_begin_sample(&e, begun++);
    open = busy = true;
    step = 0;
    reset_over.notify(sc_core::sc_time::from_value(e.reset_ps));
}

/* The input of the step: the file's and what was written, by neuron. */
void chip::hidden::start_step()
{
    uint64_t sample = begun - 1;
    std::set<uint32_t> all = written;
    for (uint64_t i = input ? input->first[sample] : 0; input && i < input->first[sample + 1]; i++)
        if (input->event[i].step == step)
            all.insert(input->event[i].neuron);
    now.count = 0;
    for (uint32_t neuron : all) {
        now.event = static_cast<struct event *>(mem_room(now.event, now.count, &room, sizeof *now.event));
        now.event[now.count++] = {step, neuron};
    }
    written.clear();
    first[sample + 1] = now.count;
    e.next_event = 0;
    e.at.step = step;
    busy = stepping = true;
    m.barrier->begin(m.all);
}

void chip::hidden::end_step()
{
    struct err err = {};
    busy = stepping = false;
    step_ps = e.step_ps;
    if (++step == e.run->chip_steps) {
        engine_finish_sample(&e, -1);
        if (conserve_run(&e, &err))     /* a defect of volley, which no number of the sample should outlive */
            fatal(err);
        prediction = (uint32_t)e.run->sample[e.run->samples_done - 1].prediction;
        open = false;
    }
    ready.notify(sc_core::SC_ZERO_TIME);
}

bool chip::hidden::command(uint32_t what)
{
    if (busy)
        return false;
    total_ps = e.run->total_ps;
    if (what == BEGIN_SAMPLE && !open && begun < now.samples)
        begin_sample();
    else if (what == START_STEP && open)
        start_step();
    else
        return false;
    return true;
}

uint32_t chip::hidden::read(uint64_t address, bool *known) const
{
    *known = true;
    switch (address) {
    case STATUS: return (busy ? BUSY : 0u) | (open ? SAMPLE_OPEN : 0u);
    case STEP: return step;
    case STEPS: return e.run->chip_steps;
    case SAMPLE: return begun ? begun - 1 : 0;
    case PREDICTION: return prediction;
    case INPUTS: return now.neurons;
    case CORES: return e.chip->n_cores;
    case STEP_PS_LOW: return (uint32_t)step_ps;
    case STEP_PS_HIGH: return (uint32_t)(step_ps >> 32);
    default: *known = false; return 0;
    }
}

/* ---- the module */

chip::chip(const sc_core::sc_module_name &name, const chip_config &c) : sc_module(name), h_(new hidden)
{
    h_->load(c);
    host.register_b_transport(this, &chip::to_host);
    config.register_b_transport(this, &chip::to_config);
    SC_HAS_PROCESS(chip);
    SC_THREAD(send_spikes);
    SC_METHOD(end_reset);
    sensitive << h_->reset_over;
    dont_initialize();
}

chip::~chip() = default;

/* The chip's own cores are made once it is known which are not. */
void chip::before_end_of_elaboration()
{
    h_->m.build(&h_->e, h_->own);
    h_->m.host->output = &h_->output;
    h_->m.barrier->on_end = [](void *h) { static_cast<hidden *>(h)->end_step(); };
    h_->m.barrier->on_end_arg = h_.get();
    for (uint32_t c = 0; c < cores(); c++) {
        parts::core_module *core = h_->m.core_at[c];
        if (core) {
            core->packets = h_->packets[c].get();
            core->spikes = h_->spikes[c].get();
        } else if (h_->packets[c] || h_->spikes[c]) {
            throw std::runtime_error("volley: core " + std::to_string(c) + " is replaced: it has no ports of the chip's own to probe");
        }
    }
}

void chip::end_reset()
{
    h_->busy = false;
    h_->ready.notify(sc_core::SC_ZERO_TIME);
}

uint32_t chip::cores() const
{
    return h_->e.chip->n_cores;
}

static void check_core(uint32_t core, uint32_t cores)
{
    if (core >= cores)
        throw std::runtime_error("volley: there is no core " + std::to_string(core) + ": the chip uses " + std::to_string(cores));
}

core_slot &chip::replace(uint32_t core)
{
    check_core(core, cores());
    if (!h_->own[core]) {
        h_->slots.emplace_back(new slot_module((std::string(basename()) + "_slot_" + std::to_string(core)).c_str(), h_->m.b, core));
        h_->own[core] = h_->slots.back().get();
    }
    return *h_->own[core];
}

tlm::tlm_analysis_port<packet_event> &chip::packets_in(uint32_t core)
{
    check_core(core, cores());
    if (!h_->packets[core])
        h_->packets[core].reset(new tlm::tlm_analysis_port<packet_event>((std::string(basename()) + "_packets_in_" + std::to_string(core)).c_str()));
    return *h_->packets[core];
}

tlm::tlm_analysis_port<spike_event> &chip::spikes_out(uint32_t core)
{
    check_core(core, cores());
    if (!h_->spikes[core])
        h_->spikes[core].reset(new tlm::tlm_analysis_port<spike_event>((std::string(basename()) + "_spikes_out_" + std::to_string(core)).c_str()));
    return *h_->spikes[core];
}

const sc_core::sc_event &chip::ready() const
{
    return h_->ready;
}

uint64_t chip::total_ps() const
{
    return h_->busy ? h_->total_ps : h_->e.run->total_ps;      /* the run's own sum holds the step in hand already */
}

uint64_t chip::activations(uint32_t core) const
{
    return h_->m.core_at[core] ? h_->m.core_at[core]->activations : 0;
}

uint64_t chip::core_steps(uint32_t core) const
{
    return h_->m.core_at[core] ? h_->m.core_at[core]->steps : 0;
}

uint64_t chip::counted(const std::string &name) const
{
    const struct engine &e = h_->e;
    int counter = counter_by_name(name.c_str());
    struct run_counts sum = {};
    if (counter < 0)
        return 0;
    if (counters[counter].class_ == COUNTER_TIME) {
        uint32_t ports;
        struct noc_port *port = e.plane->ports(e.timing, &ports);
        account_time(&e, port, ports, &sum);
        free(port);
        return sum.action[counter];
    }
    for (uint32_t g = 0; g < e.run->n_groups; g++)
        sum.action[counter] += e.run->group[g].action[counter];
    return sum.action[counter];
}

/* ---- the sockets */

/* An input spike of the next step. */
void chip::to_host(tlm::tlm_generic_payload &t, sc_core::sc_time &)
{
    unsigned char *data = word(t);
    if (!data)
        return;
    int32_t value;
    uint64_t neuron = t.get_address() / 4;
    std::memcpy(&value, data, 4);
    if (t.get_command() != tlm::TLM_WRITE_COMMAND)
        return t.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
    if (neuron >= h_->now.neurons)
        return t.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    if (value != 1 || !h_->takes((uint32_t)neuron))
        return t.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    h_->written.insert((uint32_t)neuron);
    t.set_response_status(tlm::TLM_OK_RESPONSE);
}

void chip::to_config(tlm::tlm_generic_payload &t, sc_core::sc_time &)
{
    unsigned char *data = word(t);
    bool known = true;
    uint32_t value = 0;
    if (!data)
        return;
    if (t.get_command() == tlm::TLM_READ_COMMAND) {
        value = h_->read(t.get_address(), &known);
        std::memcpy(data, &value, 4);
        return t.set_response_status(known ? tlm::TLM_OK_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
    }
    std::memcpy(&value, data, 4);
    if (t.get_address() != CONTROL)
        return t.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    t.set_response_status(h_->command(value) ? tlm::TLM_OK_RESPONSE : tlm::TLM_COMMAND_ERROR_RESPONSE);
}

/* In the order in which they came; a target that waits holds up those behind, not the chip. */
void chip::send_spikes()
{
    for (size_t i = 0;;) {
        if (i == h_->output.size()) {
            h_->output.clear();
            i = 0;
            wait(h_->m.host->came);
            continue;
        }
        parts::output_spike s = h_->output[i++];
        tlm::tlm_generic_payload t;
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        t.set_write();
        t.set_address(4 * (uint64_t)s.neuron);
        t.set_data_ptr(reinterpret_cast<unsigned char *>(&s.payload));
        t.set_data_length(4);
        t.set_streaming_width(4);
        t.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
        spikes->b_transport(t, delay);
        if (t.is_response_error())
            SC_REPORT_ERROR("volley", ("an output spike was refused: " + t.get_response_string()).c_str());
    }
}

} // namespace volley
