/* systemc_parts.hpp: the modules of a chip under the SystemC kernel and the interfaces of their ports. Private to engine/; a user's
 * header is volley_systemc.hpp. A core's module offers its spikes through spike_out, is given packets through packet_in, hears of a step
 * through step_start and says through step_done when nothing is in hand. Times are NoC cycles from the start of the step. */
#ifndef VOLLEY_ENGINE_SYSTEMC_PARTS_HPP
#define VOLLEY_ENGINE_SYSTEMC_PARTS_HPP
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <systemc>
#include <vector>

#include "engine/engine.h"
#include "engine/volley_systemc.hpp"
#include "noc/endpoint.h"

namespace volley::parts
{

/* What the modules of one chip share: the engine's arrays, the state of every endpoint, and where the step began. */
struct board {
    struct engine *e = nullptr;
    struct endpoint *endpoint = nullptr;        /* [noc endpoints] no std::vector: a user's own ::endpoint would be taken for this one */
    ~board() { free(endpoint); }
    uint64_t begun_ps = 0, period_ps = 1;
    uint64_t serial = 0;                        /* steps begun so far */
    struct err err = {};
    bool failed = false;
    bool alone = false;                         /* no process but the chip's own modules: they may run ahead of the kernel's time */
    uint64_t local = UINT64_MAX;                /* the cycle that they have come to; UINT64_MAX: they go by the kernel's time */
    const sc_core::sc_simcontext *kernel = nullptr;
    int (*watch)(const struct engine *, uint64_t cycle, struct err *) = nullptr;        /* asked in each cycle with work: -1: the run is lost */

    uint64_t cycle()                            /* the NoC's cycle now; what lies between two edges counts to the later one */
    {
        if (local != UINT64_MAX)
            return local;
        uint64_t now = kernel->time_stamp().value();
        if (now != asked_ps_ || begun_ps != asked_begun_) {     /* a division, once per cycle */
            asked_ps_ = now;
            asked_begun_ = begun_ps;
            answer_ = (now - begun_ps + period_ps - 1) / period_ps;
        }
        return answer_;
    }
    sc_core::sc_time until(uint64_t cycle) const        /* from now; not before now */
    {
        return sc_core::sc_time::from_value(begun_ps + cycle * period_ps - kernel->time_stamp().value());
    }
    void fail();                                /* err is set: the simulation pauses, or on_fail says what happens; the step is lost */
    void (*on_fail)(const struct err &) = nullptr;

  private:
    uint64_t asked_ps_ = 0, asked_begun_ = 0, answer_ = 0;
};

class step_start_if : public virtual sc_core::sc_interface {
  public:
    virtual const sc_core::sc_event &started() const = 0;
    const sc_core::sc_event &default_event() const override { return started(); }
};
class step_done_if : public virtual sc_core::sc_interface {
  public:
    virtual void busy() = 0;                    /* a core that had nothing in hand has */
    virtual void done() = 0;                    /* ... has nothing more; how long that takes its endpoint says */
    virtual void arrived() = 0;                 /* one leaf, at its endpoint or lost */
};
class packet_in_if : public virtual sc_core::sc_interface {
  public:
    virtual void put(uint32_t leaf, uint64_t cycle) = 0;        /* its tail is in the input queue from this cycle on: now, or before it */
    virtual bool watched() const = 0;           /* somebody would see it if put came before its time */
    virtual void place(uint64_t cycle) = 0;     /* the output queue that was full has a place from this cycle on */
};
class endpoint_module;
class spike_out_if : public virtual sc_core::sc_interface {
  public:
    virtual void due(endpoint_module &, uint64_t cycle) = 0;    /* its process is to run then; the earliest asked for counts */
    virtual int offer(uint64_t send) = 0;       /* 1 taken; 0 the output queue is full, packet_in.place will come; -1 failed */
    virtual void ran() = 0;                     /* a process that was due has run */
    virtual void taken(uint32_t endpoint) = 0;  /* the head of its input queue: its place is free */
    virtual uint64_t left(uint32_t endpoint, uint64_t cycle) const = 0;         /* packets gone from its output queue before this cycle */
};

/* A module that sits at an endpoint. */
class endpoint_module : public sc_core::sc_module, public packet_in_if {
  public:
    sc_core::sc_export<packet_in_if> packet_in{"packet_in"};
    sc_core::sc_port<spike_out_if> spike_out{"spike_out"};
    sc_core::sc_port<step_start_if> step_start{"step_start"};
    sc_core::sc_port<step_done_if> step_done{"step_done"};
    virtual void act() {}                       /* all that it can do in the cycle that the board says */
    virtual int learn() { return 0; }           /* the step's last packet has been served; 0, or -1 and the board's err */
    uint64_t activations = 0, steps = 0;        /* of the core's process; steps in which it ran */
    sc_core::sc_event due;                      /* notified by the network's module when something is due */
    uint64_t due_at = UINT64_MAX;               /* the earliest cycle asked for, UINT64_MAX for none; the network's module keeps it */

  protected:
    endpoint_module(const sc_core::sc_module_name &, board &);
    board &b_;
    uint64_t seen_step_ = 0;                    /* serial of the step that it has begun */
    bool in_hand_ = false;
};

/* A core of the chip: its kind's model behind ports. One process: it runs at the start of a step and whenever something is due. */
class core_module : public endpoint_module {
  public:
    core_module(const sc_core::sc_module_name &, board &, uint32_t core);
    void act() override;
    void put(uint32_t leaf, uint64_t cycle) override;
    int learn() override;
    bool watched() const override { return packets; }
    void place(uint64_t cycle) override;
    tlm::tlm_analysis_port<packet_event> *packets = nullptr;    /* of a probe; the chip's */
    tlm::tlm_analysis_port<spike_event> *spikes = nullptr;

  protected:
    virtual void run();
    uint32_t core_, number_;                    /* in chip.core; its endpoint */

  private:
    void begin();
    void tell_probe();
    static int offer_c(void *, uint64_t, uint64_t, struct err *);
    static int serve_c(void *, uint32_t, uint64_t, struct err *);
    struct endpoint_ports ports_;
    uint32_t told_ = 0, told_packets_ = 0;      /* a probe's place in the update's emissions and their packets */
};

struct output_spike { uint32_t neuron; int32_t payload; };     /* number within its population */

/* The host's ports: input at the port's rate, output taken at once. */
class host_module : public endpoint_module {
  public:
    host_module(const sc_core::sc_module_name &, board &);
    void act() override;
    void put(uint32_t leaf, uint64_t cycle) override;           /* at the output port */
    bool watched() const override { return output; }
    void place(uint64_t) override {}
    std::vector<output_spike> *output = nullptr;        /* what came, for whoever wants it: it is told by `came` */
    sc_core::sc_event came;

  private:
    void run();
    static int offer_c(void *, uint64_t, uint64_t, struct err *);
    static int serve_c(void *, uint32_t, uint64_t, struct err *);
    struct endpoint_ports ports_;
};

/* The network: one process round the flit-level network of the plane `cycle`, asleep when nothing moves. It also keeps the agenda of
 * the modules around it, so that the kernel's queue of timed events holds one entry instead of one per core. */
class noc_module : public sc_core::sc_module, public spike_out_if {
  public:
    noc_module(const sc_core::sc_module_name &, board &);
    void attach(uint32_t endpoint, packet_in_if &);
    int offer(uint64_t send) override;
    void taken(uint32_t endpoint) override;
    uint64_t left(uint32_t endpoint, uint64_t cycle) const override;
    void due(endpoint_module &, uint64_t cycle) override;
    void ran() override;
    void begin(const std::vector<endpoint_module *> &all);      /* a step, for all modules */
    sc_core::sc_port<step_done_if> step_done{"step_done"};
    uint64_t activations = 0;

  private:
    struct entry {
        uint64_t cycle;
        endpoint_module *module;
        bool operator<(const entry &other) const { return cycle > other.cycle; }        /* the earliest on top of a heap */
    };
    void run();
    void unfold();
    void act_first();
    void go_on(uint64_t cycle);
    uint64_t ahead(uint64_t cycle);
    void ring();
    void ring_first();
    void unring();
    void deliver(uint64_t cycle);
    bool watched() const;
    void wake_stopped();
    void changed(uint64_t cycle);
    board &b_;
    sc_core::sc_event wake_;
    std::vector<packet_in_if *> to_;            /* [noc endpoints] */
    std::vector<uint32_t> stopped_;             /* endpoints that wait for a place in their output queue */
    std::vector<entry> agenda_;                 /* a heap, earliest first; entries that are not their module's due_at are void */
    uint64_t armed_ = UINT64_MAX;               /* the process runs in this cycle at the latest; UINT64_MAX: it sleeps */
    uint64_t held_ = UINT64_MAX;                /* the cycle of arrivals found ahead of time and not delivered yet */
    uint64_t horizon(uint64_t cycle) const;
    int came_ = 0;                              /* leaves that came in the network's last cycle and are not delivered yet */
    uint64_t next_ = UINT64_MAX;                /* the network's next cycle with work; 0: to be asked for */
    std::vector<endpoint_module *> rung_;       /* modules that have been notified for cycle ring_at_ */
    size_t ran_ = 0;                            /* how many of them have run */
    uint64_t ring_at_ = 0;
    bool running_ = false;                      /* it steps the network, or all modules */
};

/* Starts a step, knows when nothing is in hand and nothing under way, and ends it when the barrier has been paid for. */
class barrier_module : public sc_core::sc_module, public step_start_if, public step_done_if {
  public:
    barrier_module(const sc_core::sc_module_name &, board &, noc_module &);
    const sc_core::sc_event &started() const override { return started_; }
    void busy() override { busy_++; }
    void done() override { busy_--, check(); }
    void arrived() override { arrived_++, check(); }
    void begin(const std::vector<endpoint_module *> &all);      /* now; all of them will say done */
    void (*on_end)(void *) = nullptr;           /* the step is over and paid for, or failed */
    void *on_end_arg = nullptr;
    bool over = true;

  private:
    void check();
    void run();
    void finish();
    board &b_;
    noc_module &noc_;
    sc_core::sc_event started_, work_done_;
    uint64_t busy_ = 0, arrived_ = 0;
    bool paying_ = false;
    const std::vector<endpoint_module *> *all_ = nullptr;       /* of the step in hand */
};

/* All modules of one chip, and how a slot of the user's own takes the place of a core. */
class slot_module;
struct modules {
    board b;
    std::unique_ptr<noc_module> noc;
    std::unique_ptr<barrier_module> barrier;
    std::unique_ptr<host_module> host;
    std::vector<std::unique_ptr<core_module>> core;
    std::vector<core_module *> core_at;         /* [chip.n_cores] NULL where the core is the user's own */
    std::vector<endpoint_module *> all;         /* that a step waits for */
    void open(struct engine *);                 /* the engine is open: what the board needs of it */
    void build(struct engine *, const std::vector<slot_module *> &own);         /* own: [chip.n_cores], NULL for the chip's own */
};

} // namespace volley::parts
#endif
