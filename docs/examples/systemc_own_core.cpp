/* A core of one's own in a volley chip: it computes as the chip's core does, and takes SLOWER times as long for each packet. SLOWER 0: it
 * takes packets and does nothing with them, in no time, and its neurons are silent: where a core that computes by itself begins.
 *     systemc_own_core CHIP NETWORK INPUT CORE[,CORE...] SLOWER SAMPLES [KEY=VALUE...]
 * Prints the time of each step in ps. */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "volley/systemc.hpp"

/* One process: the update and its packets, then packets as they come (a core whose services wait for the end of its update). */
SC_MODULE(slow_core) {
    sc_core::sc_port<volley::packet_in_if> packet_in{"packet_in"};
    sc_core::sc_port<volley::spike_out_if> spike_out{"spike_out"};
    sc_core::sc_port<volley::step_if> step{"step"};
    volley::core_model *model = nullptr;
    sc_core::sc_time cycle;
    uint32_t slower = 1;
    uint64_t packets = 0;
    SC_CTOR(slow_core) { SC_THREAD(run); }

    void serve(const volley::packet &p)
    {
        packets++;
        if (!slower)
            return;
        wait(cycle * (double)(slower * p.service));
        model->accept(p);
    }

    /* The update stands still where the output queue is full; a core that stands still serves what has come. */
    void send(const volley::spike &s)
    {
        volley::packet p;
        while (!spike_out->offer(s)) {
            if (packet_in->get(p))
                serve(p);
            else
                wait(spike_out->place() | packet_in->arrived());
        }
    }

    void update()
    {
        if (!slower)
            return step->done(sc_core::SC_ZERO_TIME);
        std::vector<volley::spike> spikes;
        sc_core::sc_time begin = sc_core::sc_time_stamp(), length = model->update(spikes), stood = sc_core::SC_ZERO_TIME;
        for (const volley::spike &s : spikes) {
            sc_core::sc_time due = begin + s.at + stood;
            if (due > sc_core::sc_time_stamp())
                wait(due - sc_core::sc_time_stamp());
            send(s);
            stood += sc_core::sc_time_stamp() - due;
        }
        if (begin + length + stood > sc_core::sc_time_stamp())
            wait(begin + length + stood - sc_core::sc_time_stamp());
        step->done(sc_core::SC_ZERO_TIME);
    }

    void run()
    {
        for (;;) {
            wait(step->started());
            for (uint64_t number = 0; number != step->number();) {
                number = step->number();
                update();
                while (number == step->number()) {
                    volley::packet p;
                    while (packet_in->get(p)) {
                        serve(p);
                        step->done(sc_core::SC_ZERO_TIME);
                    }
                    wait(packet_in->arrived() | step->started());
                }
            }
        }
    }
};

/* Starts steps until the input is through. */
SC_MODULE(player) {
    tlm_utils::simple_initiator_socket<player> config{"config"}, unused{"unused"};
    tlm_utils::simple_target_socket<player> output{"output"};
    const volley::chip *chip = nullptr;
    uint32_t samples = 1;
    SC_CTOR(player)
    {
        SC_THREAD(run);
        output.register_b_transport(this, &player::take);
    }
    void take(tlm::tlm_generic_payload & t, sc_core::sc_time &) { t.set_response_status(tlm::TLM_OK_RESPONSE); }
    uint32_t access(tlm::tlm_command command, uint64_t address, uint32_t value)
    {
        tlm::tlm_generic_payload t;
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        t.set_command(command);
        t.set_address(address);
        t.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
        t.set_data_length(4);
        t.set_streaming_width(4);
        config->b_transport(t, delay);
        if (t.is_response_error())
            SC_REPORT_ERROR("player", t.get_response_string().c_str());
        return value;
    }
    void run()
    {
        for (uint32_t sample = 0; sample < samples; sample++) {
            access(tlm::TLM_WRITE_COMMAND, volley::CONTROL, volley::BEGIN_SAMPLE);
            wait(chip->ready());
            for (uint32_t step = 0; step < access(tlm::TLM_READ_COMMAND, volley::STEPS, 0); step++) {
                sc_core::sc_time begin = sc_core::sc_time_stamp();
                access(tlm::TLM_WRITE_COMMAND, volley::CONTROL, volley::START_STEP);
                wait(chip->ready());
                std::printf("step %u %u %llu ps\n", sample, step, (unsigned long long)(sc_core::sc_time_stamp() - begin).value());
            }
        }
    }
};

int sc_main(int n, char **argv)
{
    if (n < 7) {
        std::fprintf(stderr, "usage: systemc_own_core CHIP NETWORK INPUT CORE[,CORE...] SLOWER SAMPLES [KEY=VALUE...]\n");
        return 2;
    }
    volley::chip_config c;
    c.chip = argv[1];
    c.network = argv[2];
    c.input = argv[3];
    c.set.assign(argv + 7, argv + n);
    try {
        volley::chip chip("chip", c);
        player player("player");
        std::vector<std::unique_ptr<slow_core>> own;
        for (const char *at = argv[4]; at; at = std::strchr(at, ',') ? std::strchr(at, ',') + 1 : nullptr) {
            volley::core_slot &slot = chip.replace((uint32_t)std::atoi(at));
            own.emplace_back(new slow_core(("own_" + std::to_string(own.size())).c_str()));
            own.back()->packet_in.bind(slot.packets);
            own.back()->spike_out.bind(slot.spikes);
            own.back()->step.bind(slot.step);
            own.back()->model = &slot.model();
            own.back()->cycle = slot.cycle();
            own.back()->slower = (uint32_t)std::atoi(argv[5]);
        }
        player.chip = &chip;
        player.samples = (uint32_t)std::atoi(argv[6]);
        player.config.bind(chip.config);
        player.unused.bind(chip.host);
        chip.spikes.bind(player.output);
        sc_core::sc_start();
        unsigned long long packets = 0;
        for (const auto &core : own)
            packets += core->packets;
        std::printf("own core: %llu packets; spikes %llu, sops %llu, stalled %llu\n", packets,
                    (unsigned long long)chip.counted("spikes"), (unsigned long long)chip.counted("sops"), (unsigned long long)chip.counted("stalled_cycles"));
    } catch (const std::exception &e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
    return 0;
}
