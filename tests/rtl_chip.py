"""mesh28 with core types that are the verilated sets of rtl/rtl.cmake, as --set words: what each set's memories and costs come to."""
SRAM = "ports: 1R1W, model: sram, source: sram, leak_source: leak"
ACCEPT = "core_types.lif28.service.accept={packet: 3 cycles, accumulator.write_word: 1 cycle, source: rtl}"


def memory(name, size, width, holds):
    return "core_types.lif28.memories.%s={size: %s, width: %d bit, %s, holds: {%s}}" % (name, size, width, SRAM, holds)


# 256 neurons, 4 lanes, queues of 16
LIF_CORE = [ACCEPT, memory("synapse", "80 KiB", 40, "rows: {dense: [weight, pad 2 bit]}"), "core_types.lif28.offers.forms=[dense]"]
# 256 neurons, a lane, queues of 2
LIF_CORE_L1 = [ACCEPT, memory("synapse", "16 KiB", 8, "rows: {dense: [weight]}"), "core_types.lif28.offers.forms=[dense]",
               "core_types.lif28.formats.refractory=8 bit", memory("state", "768 B", 24, "neuron_state: [membrane, refractory]"),
               memory("accumulator", "12 KiB", 24, "accumulators: [current], delay_slots: 16"),
               memory("parameter", "2 KiB", 40, "neuron_parameters: [threshold, bias, decay]"),
               "core_types.lif28.queue={in: 2 packets, out: 2 packets}"]
# 1024 neurons, 8 lanes, queues of 2; a synapse per word
LIF_CORE_L8 = [ACCEPT, memory("synapse", "144 KiB", 72, "rows: {list: [weight, target, pad 54 bit]}"), "core_types.lif28.offers.forms=[list]",
               "core_types.lif28.formats={weight: 8 bit signed, membrane: 20 bit signed, current: 16 bit signed, threshold: 20 bit, bias: 20 bit signed, "
               "decay: 12 bit, refractory: 4 bit, target: 10 bit}",
               memory("state", "4 KiB", 192, "neuron_state: [membrane, refractory]"),
               memory("accumulator", "64 KiB", 128, "accumulators: [current], delay_slots: 16"),
               memory("parameter", "8 KiB", 416, "neuron_parameters: [threshold, bias, decay]"), "core_types.lif28.capacity.neurons=1000",
               memory("routing", "8 KiB", 32, "routing_table: {entry: 32 bit}"), "core_types.lif28.capacity.axons_out=2048",
               "core_types.lif28.queue={in: 2 packets, out: 2 packets}"]
SLOW_LINKS = ["noc.router.virtual_channels=1", "noc.link={width: 32 bit, length: 1 mm, delay: 1 cycle, flit_time: 4 cycles}"]


def words(settings):
    return [word for setting in settings for word in ("--set", setting)]
