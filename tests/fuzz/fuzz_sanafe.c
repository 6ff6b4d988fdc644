/* Fuzzer of the readers of SANA-FE's files: the bytes are an architecture, with a small network on its first core, or a network in both of its
 * forms, on a small chip of every model. What is read is run for a few steps. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sanafe/run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DIGITS_MAX = 4, STEPS = 4 };

static const char small_network[] =
    "network: {name: n, groups: [{name: g, neurons: [0..1: {bias: 2}]}], edges: [{g.0 -> g.1: {w: 1}}]}\nmappings: [{g: {core: 0.0}}]\n";
#define HOPS "energy_north_hop: 1, latency_north_hop: 1, energy_east_hop: 1, latency_east_hop: 1, energy_south_hop: 1, latency_south_hop: 1, " \
             "energy_west_hop: 1, latency_west_hop: 1"
#define SOMA "energy_access_neuron: 1, latency_access_neuron: 1, energy_update_neuron: 1, latency_update_neuron: 1, energy_spike_out: 1, latency_spike_out: 1"
static const char small_chip[] =
    "architecture:\n  attributes: {width: 2, height: 2, link_buffer_size: 1}\n  tile:\n    - name: t[0..3]\n      attributes: {" HOPS "}\n      core:\n"
    "        - name: c[0..1]\n          attributes: {buffer_position: soma, max_neurons_supported: 8}\n"
    "          axon_in: [{name: i, attributes: {energy_message_in: 1, latency_message_in: 1}}]\n"
    "          synapse: [{name: s, attributes: {model: current_based, energy_process_spike: 1, latency_process_spike: 1}}]\n"
    "          dendrite: [{name: a, attributes: {model: accumulator}}, {name: d, attributes: {model: accumulator_with_delay, update_every_timestep: true}}, "
    "{name: 't[0..1]', attributes: {model: taps}}]\n"
    "          soma: [{name: l, attributes: {model: leaky_integrate_fire, " SOMA "}}, {name: n, attributes: {model: truenorth, " SOMA "}}, "
    "{name: 'p[0..1]', attributes: {model: input}}]\n"
    "          axon_out: [{name: o, attributes: {energy_message_out: 1, latency_message_out: 1}}]\n";

/* Large numbers ask for large arrays, which is no defect and takes the fuzzer's time. */
static int too_large(const uint8_t *data, size_t size)
{
    for (size_t i = 0, digits = 0; i < size; i++) {
        digits = data[i] >= '0' && data[i] <= '9' ? digits + 1 : 0;
        if (digits > DIGITS_MAX || (data[i] == 'e' && digits))
            return 1;
    }
    return 0;
}

/* An error is of the file, with a place or a name before it. */
static void check_error(const struct err *err)
{
    if (err->kind != ERR_INPUT || !*err->text)
        abort();
}

static void run(const struct sanafe_arch *arch, const struct sanafe_network *net)
{
    struct err err = {ERR_NONE, ""};
    struct sanafe_chip *chip = sanafe_chip_make(arch, net, &err);
    for (int timing = SANAFE_SIMPLE; chip && timing <= SANAFE_DETAILED; timing++) {
        struct sanafe_options o = {.steps = STEPS, .timing = (enum sanafe_timing)timing, .messages = 1};
        struct sanafe_run *done = sanafe_run_make(chip, &o, &err);
        if (!done)
            check_error(&err);
        sanafe_run_free(done);
    }
    if (!chip)
        check_error(&err);
    sanafe_chip_free(chip);
}

static void both(const char *name, const char *network, size_t size, const struct sanafe_arch *arch)
{
    struct err err = {ERR_NONE, ""};
    struct sanafe_network *net = sanafe_network_parse(name, network, size, arch, &err);
    if (net)
        run(arch, net);
    else
        check_error(&err);
    sanafe_network_free(net);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {ERR_NONE, ""};
    const char *text = (const char *)data;
    if (too_large(data, size))
        return 0;
    struct sanafe_arch *arch = sanafe_arch_parse("fuzz.yaml", text, size, &err), *own = sanafe_arch_parse("own.yaml", small_chip, strlen(small_chip), &err);
    if (!own)
        abort();
    if (arch)
        both("small.yaml", small_network, strlen(small_network), arch);
    both("fuzz.yaml", text, size, own);
    both("fuzz.net", text, size, own);
    sanafe_arch_free(arch);
    sanafe_arch_free(own);
    return 0;
}
