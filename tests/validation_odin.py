"""ODIN's part of docs/validation.md: its cycles per event and its energy per synaptic operation, from runs on the chip file."""
import json
import os
import subprocess
import sys

SECTION = "ODIN: microbenchmarks on `odin`"
CYCLE = 13333e-12               # 75 MHz in whole picoseconds
PJ = 1e-12
REMARK = """
ODIN's 0.015 uJ per digit (256 pixels, 10 neurons) is no line of this page, because the number of its spikes is not published. At 12.7 pJ it is 1,181 SOPs: 118
spikes to 10 neurons each, as single-synapse events, or not five of whole rows, which no digit is. Its virtual events (1 + 2 cycles) nobody sends in a chip;
tests/test_odin.c holds them, and every other event, to their cycles and accesses.
"""


def run(volley, folder, spikes, steps, outputs, *options):
    """All of `spikes` inputs in each step, to neurons that hardly ever fire; the input as fast as the core takes it."""
    net, events, out = (os.path.join(folder, name) for name in ("odin.yaml", "odin.csv", "odin"))
    rows = ", ".join("[" + ", ".join(["1"] * (spikes - 1) + ["7"]) + "]" for _ in range(outputs))
    with open(net, "w", encoding="utf-8") as file:
        file.write("time_steps: %d\ninput_shape: [%d]\nreset: zero\nreset_delay: false\nthreshold_compare: at_least\nlayers:\n"
                   "  - {name: fc, type: Linear, weight: [%s]}\n  - {name: out, type: Leaky, shape: [%d], beta: 1, threshold: 120}\n"
                   % (steps, spikes, rows, outputs))
    with open(events, "w", encoding="utf-8") as file:
        file.write("sample,step,neuron\n" + "".join("0,%d,%d\n" % (t, i) for t in range(steps) for i in range(spikes)))
    command = [volley, "run", "odin", net, "--input", events, "--out", out, "--quiet", "--pace", "10 us", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    with open(out + "/summary.json", encoding="utf-8") as file:
        return json.load(file)


def lines(volley, folder):
    """(section, what, published, ours, unit, bound, why) as test_validation.line takes them."""
    none, synapses = ["--set", "time.reference=none"], ["--set", "core_types.crossbar.offers.events=synapses"]
    rows = run(volley, folder, 256, 4, 10, *none)
    single = run(volley, folder, 256, 4, 10, *none, *synapses)
    leak = run(volley, folder, 1, 400, 10, "--set", "time.reference.period=10 us")
    count, time = rows["counts"], rows["time"]["total_s"] - rows["time"]["reset_s"]
    spike = count["busy_cycles"] / count["leaves"]
    reference = (leak["counts"]["busy_cycles"] - leak["counts"]["host_packets_in"] * spike) / leak["counts"]["references"]
    stated = "the kind's visits, counted; the chip file's constant is held to them at load"
    return [
        (SECTION, "neuron spike event", 1 + 2 * 256, spike, "cycles", 0, stated),
        (SECTION, "neuron spike events one after another", 1 + 2 * 256, time / CYCLE / count["leaves"], "cycles", .001,
         "the time of 1,024 of them; the first one's way in is inside"),
        (SECTION, "single-synapse event", 2, single["counts"]["busy_cycles"] / single["counts"]["sops"], "cycles", 0, "the kind's visits, counted"),
        (SECTION, "time reference to all neurons", 512, reference, "cycles", 0, stated),
        (SECTION, "synaptic operation beside idle and leakage power", 8.43, rows["energy"]["dynamic_j"] / count["sops"] / PJ, "pJ", .001,
         "the chip file's constant, given back"),
        (SECTION, "synaptic operation, all in, at full rate", 12.7, rows["energy"]["total_j"] / count["sops"] / PJ, "pJ", .01,
         "8.43 pJ and the chip's 160 uW over the time that the events take: the push into the scheduler is inside, 1 cycle in 513"),
    ]
