/* volley_systemc.hpp (installed as volley/systemc.hpp): a volley chip as one sc_module of your own SystemC model. C++17, SystemC 2.3.4,
 * time resolution 1 ps. docs/systemc.md shows it at work; docs/examples/ holds programs that the tests build and run.
 *
 * The chip is a slave that computes step by step:
 *   host    (target)     input spikes of the next step: a write of 4 bytes, the value 1, at address 4 * input neuron
 *   config  (target)     registers of 4 bytes, see enum registers: start a step, begin a sample, what is going on
 *   spikes  (initiator)  each spike of the output population when it reaches the host's port: a write of 4 bytes, its payload, at address
 *                        4 * output neuron
 * A step takes the time that `volley run --timing cycle` says. Errors of files are thrown as std::runtime_error by the constructor; an
 * error during simulation (a deadlock) is an SC_REPORT_ERROR, which by default leaves sc_start as an sc_report. */
#ifndef VOLLEY_SYSTEMC_HPP
#define VOLLEY_SYSTEMC_HPP
#include <cstdint>
#include <memory>
#include <string>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <vector>

namespace volley
{

/* ---- what goes over a core's ports, for probes: at sc_time_stamp() */

struct packet_event {           /* a packet's tail is in the core's input queue */
    uint64_t sample, step;      /* chip step, from the sample's start */
    uint32_t axon;              /* input line of the core */
    int32_t payload;
};
struct spike_event {            /* a packet of a spike is taken into the core's output queue */
    uint64_t sample, step;
    uint32_t neuron;            /* number within the network's neurons, host input not counted */
    uint32_t packet;            /* which of the spike's packets; 0 for a multicast packet */
};

/* ---- a core of your own: its ports */

struct packet {                 /* as it is taken from the input queue */
    uint32_t axon;              /* input line of the core */
    int32_t payload;            /* 1 for a binary spike */
    uint32_t service;           /* NoC cycles that the chip's own core would be busy with it */
    uint32_t id;                /* for core_model::accept */
};
struct spike {                  /* a packet of a spike: a spike that goes to several cores takes one, or one each */
    uint32_t neuron;            /* local number in the core */
    int32_t payload;
    uint32_t packet;            /* 0 .. packets(neuron) - 1, in this order */
    sc_core::sc_time at;        /* from core_model::update: when it is due, from the start of the step; offer does not look at it */
};

class packet_in_if : public virtual sc_core::sc_interface {
  public:
    virtual bool get(packet &) = 0;             /* takes the head of the input queue and frees its place; false: it is empty */
    virtual const sc_core::sc_event &arrived() const = 0;
};
class spike_out_if : public virtual sc_core::sc_interface {
  public:
    /* true: taken. false: the output queue is full; offer the same again once `place` is notified, and nothing else before. */
    virtual bool offer(const spike &) = 0;
    virtual const sc_core::sc_event &place() const = 0;
    /* Packets that a spike of this neuron takes. 0: nobody listens; offer it all the same, once, so that it is seen as a spike. */
    virtual uint32_t packets(uint32_t neuron) const = 0;
};
class step_if : public virtual sc_core::sc_interface {
  public:
    virtual const sc_core::sc_event &started() const = 0;
    virtual uint64_t sample() const = 0;
    virtual uint64_t step() const = 0;
    virtual uint64_t number() const = 0;        /* of steps that have begun since the simulation did: it tells one step from the next */
    /* The update has ended and every packet taken is processed, or will have been this much later. Called in every step at least once, and
     * again after the last packet taken; the step does not end before. */
    virtual void done(const sc_core::sc_time &later) = 0;
};

/* The arithmetic of the core that the chip file describes, for a core of your own that changes its timing or adds to it. */
class core_model {
  public:
    virtual ~core_model() = default;
    /* Once per step, before the first accept: its spikes, packet by packet, in order of `at`; returns the length of the update. */
    virtual sc_core::sc_time update(std::vector<spike> &) = 0;
    virtual void accept(const packet &) = 0;
};

/* The place of a core in the chip: bind your module's ports to these exports. */
class core_slot {
  public:
    virtual ~core_slot() = default;
    sc_core::sc_export<packet_in_if> packets{"packets_for_core"};
    sc_core::sc_export<spike_out_if> spikes{"spikes_of_core"};
    sc_core::sc_export<step_if> step{"step_of_core"};
    virtual core_model &model() = 0;
    virtual sc_core::sc_time cycle() const = 0;         /* of the NoC: the grid on which the chip sees what happens at the ports */
};

/* ---- the chip */

struct chip_config {
    std::string chip, network;          /* as for `volley run` */
    std::vector<std::string> set;       /* KEY=VALUE, overrides of the chip file */
    std::string from;                   /* --from; empty: what the file says */
    std::string map;                    /* --map; empty: pack */
    std::string input;                  /* events that the host sends by itself, beside what comes over its socket; empty: none */
    uint32_t steps = 0;                 /* network steps of a sample; 0: the input's */
    uint32_t samples = 1;               /* most that will be begun; with an input: the input's */
    uint64_t seed = 0;
};

/* Addresses at `config`; 4 bytes each, W: write, R: read. */
enum registers : uint64_t {
    CONTROL = 0x00,             /* W: a command; refused with TLM_COMMAND_ERROR_RESPONSE while the chip is busy or has nothing more to do */
    STATUS = 0x04,              /* R: bits */
    STEP = 0x08,                /* R: chip steps of the sample that are done */
    STEPS = 0x0c,               /* R: chip steps of a sample: network steps + depth of the deepest layer */
    SAMPLE = 0x10,              /* R: the sample in hand */
    PREDICTION = 0x14,          /* R: of the last finished sample, by most spikes; 0xffffffff: none */
    INPUTS = 0x18,              /* R: input neurons */
    CORES = 0x1c,               /* R: cores in use */
    STEP_PS_LOW = 0x20,         /* R: time of the last step, with its barrier, in ps */
    STEP_PS_HIGH = 0x24
};
enum commands : uint32_t { BEGIN_SAMPLE = 1, START_STEP = 2 };
enum status_bits : uint32_t { BUSY = 1, SAMPLE_OPEN = 2 };

class chip : public sc_core::sc_module {
  public:
    tlm_utils::simple_target_socket<chip> host{"host"}, config{"config"};
    tlm_utils::simple_initiator_socket<chip> spikes{"spikes"};

    chip(const sc_core::sc_module_name &, const chip_config &);
    ~chip() override;

    uint32_t cores() const;                             /* in use; they are numbered 0 .. cores() - 1, as `volley map` lists them */
    /* Before the simulation starts: core number i is yours. The slot is the chip's. */
    core_slot &replace(uint32_t core);
    /* Before the simulation starts: what goes over the ports of a core of the chip's own, for a probe. */
    tlm::tlm_analysis_port<packet_event> &packets_in(uint32_t core);
    tlm::tlm_analysis_port<spike_event> &spikes_out(uint32_t core);

    /* The last command has been done. */
    const sc_core::sc_event &ready() const;
    uint64_t total_ps() const;                          /* of all steps and resets so far */
    uint64_t activations(uint32_t core) const;          /* of its process; 0 for a replaced core */
    uint64_t core_steps(uint32_t core) const;           /* steps in which its process ran */
    /* A work or time counter's name (`volley counters`) and what it has come to; 0 for a name that there is not. */
    uint64_t counted(const std::string &name) const;

  private:
    struct hidden;
    std::unique_ptr<hidden> h_;
    void before_end_of_elaboration() override;
    void to_host(tlm::tlm_generic_payload &, sc_core::sc_time &);
    void to_config(tlm::tlm_generic_payload &, sc_core::sc_time &);
    void send_spikes();
    void end_reset();
};

} // namespace volley
#endif
