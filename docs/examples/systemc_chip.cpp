/* A volley chip in a SystemC model: a host sends it input spikes over TLM-2.0, starts step after step, and hears the output spikes.
 *     systemc_chip CHIP NETWORK EVENTS.csv STEPS
 * EVENTS.csv: sample,step,neuron, sorted (volley convert input.spk -o input.csv). Prints a line per step and one per sample. */
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include "volley/systemc.hpp"

struct event { uint32_t sample, step, neuron; };

SC_MODULE(host_computer) {
    tlm_utils::simple_initiator_socket<host_computer> to_host{"to_host"}, to_config{"to_config"};
    tlm_utils::simple_target_socket<host_computer> from_chip{"from_chip"};
    const volley::chip *chip = nullptr;
    std::vector<event> events;
    uint32_t samples = 0;

    SC_CTOR(host_computer)
    {
        SC_THREAD(run);
        from_chip.register_b_transport(this, &host_computer::hear);
    }

    uint64_t heard = 0;
    void hear(tlm::tlm_generic_payload & t, sc_core::sc_time &)
    {
        heard++;                        /* the output neuron is t.get_address() / 4 */
        t.set_response_status(tlm::TLM_OK_RESPONSE);
    }

    template <class socket>
    uint32_t access(socket & s, tlm::tlm_command command, uint64_t address, uint32_t value = 0)
    {
        tlm::tlm_generic_payload t;
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        t.set_command(command);
        t.set_address(address);
        t.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
        t.set_data_length(4);
        t.set_streaming_width(4);
        s->b_transport(t, delay);
        if (t.is_response_error())
            SC_REPORT_ERROR("host", t.get_response_string().c_str());
        return value;
    }
    uint32_t read(uint64_t address) { return access(to_config, tlm::TLM_READ_COMMAND, address); }
    void command(uint32_t what)
    {
        access(to_config, tlm::TLM_WRITE_COMMAND, volley::CONTROL, what);
        wait(chip->ready());
    }

    void run()
    {
        size_t next = 0;
        for (uint32_t sample = 0; sample < samples; sample++) {
            command(volley::BEGIN_SAMPLE);
            for (uint32_t step = 0; step < read(volley::STEPS); step++) {
                for (; next < events.size() && events[next].sample == sample && events[next].step == step; next++)
                    access(to_host, tlm::TLM_WRITE_COMMAND, 4 * (uint64_t)events[next].neuron, 1);
                uint64_t before = heard;
                command(volley::START_STEP);
                unsigned long long ps = read(volley::STEP_PS_LOW) + ((unsigned long long)read(volley::STEP_PS_HIGH) << 32);
                std::printf("step %u %u %llu ps, output spikes %llu\n", sample, step, ps, (unsigned long long)(heard - before));
            }
            std::printf("sample %u prediction %u\n", sample, read(volley::PREDICTION));
        }
    }
};

int sc_main(int n, char **argv)
{
    if (n != 5) {
        std::fprintf(stderr, "usage: systemc_chip CHIP NETWORK EVENTS.csv STEPS\n");
        return 2;
    }
    host_computer host("host");
    std::FILE *file = std::fopen(argv[3], "r");
    char line[256];
    while (file && std::fgets(line, sizeof line, file)) {
        event e;
        if (std::sscanf(line, "%u,%u,%u", &e.sample, &e.step, &e.neuron) == 3) {
            host.events.push_back(e);
            host.samples = e.sample + 1;
        }
    }
    if (file)
        std::fclose(file);
    volley::chip_config config;
    config.chip = argv[1];
    config.network = argv[2];
    config.steps = (uint32_t)std::atoi(argv[4]);
    config.samples = host.samples;
    try {
        volley::chip chip("chip", config);
        host.chip = &chip;
        host.to_host.bind(chip.host);
        host.to_config.bind(chip.config);
        chip.spikes.bind(host.from_chip);
        sc_core::sc_start();
        std::printf("time %llu ps, of the steps and resets %llu ps\n", (unsigned long long)sc_core::sc_time_stamp().value(),
                    (unsigned long long)chip.total_ps());
        for (uint32_t core = 0; core < chip.cores(); core++)
            std::printf("core %u ran %llu times in %llu steps\n", core, (unsigned long long)chip.activations(core), (unsigned long long)chip.core_steps(core));
    } catch (const std::exception &e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
    return 0;
}
