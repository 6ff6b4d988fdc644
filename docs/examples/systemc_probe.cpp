/* A probe at the ports of one core: prints each packet that comes into its input queue and each that it sends, with the time.
 *     systemc_probe CHIP NETWORK INPUT CORE SAMPLES */
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "volley/systemc.hpp"

SC_MODULE(probe) {
    struct packets : tlm::tlm_analysis_if<volley::packet_event> {
        void write(const volley::packet_event &p) override
        {
            std::printf("packet %llu %llu %llu axon %u\n", (unsigned long long)p.sample, (unsigned long long)p.step,
                        (unsigned long long)sc_core::sc_time_stamp().value(), p.axon);
        }
    } packets;
    struct spikes : tlm::tlm_analysis_if<volley::spike_event> {
        void write(const volley::spike_event &s) override
        {
            std::printf("spike %llu %llu %llu neuron %u packet %u\n", (unsigned long long)s.sample, (unsigned long long)s.step,
                        (unsigned long long)sc_core::sc_time_stamp().value(), s.neuron, s.packet);
        }
    } spikes;
    SC_CTOR(probe) {}
};

/* Starts steps until the input is through. A target that is bound to nothing else takes the output. */
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
                std::printf("begin %u %u %llu\n", sample, step, (unsigned long long)sc_core::sc_time_stamp().value());
                access(tlm::TLM_WRITE_COMMAND, volley::CONTROL, volley::START_STEP);
                wait(chip->ready());
            }
        }
    }
};

int sc_main(int n, char **argv)
{
    if (n != 6) {
        std::fprintf(stderr, "usage: systemc_probe CHIP NETWORK INPUT CORE SAMPLES\n");
        return 2;
    }
    volley::chip_config c;
    c.chip = argv[1];
    c.network = argv[2];
    c.input = argv[3];
    try {
        volley::chip chip("chip", c);
        player player("player");
        probe probe("probe");
        player.chip = &chip;
        player.samples = (uint32_t)std::atoi(argv[5]);
        player.config.bind(chip.config);
        player.unused.bind(chip.host);
        chip.spikes.bind(player.output);
        chip.packets_in((uint32_t)std::atoi(argv[4])).bind(probe.packets);
        chip.spikes_out((uint32_t)std::atoi(argv[4])).bind(probe.spikes);
        sc_core::sc_start();
    } catch (const std::exception &e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
    return 0;
}
