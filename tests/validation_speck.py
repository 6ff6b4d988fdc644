"""Speck's six published powers against spikes, for docs/validation.md (tests/test_validation.py): a network of the published shape with generated
weights and events on `speck`, with as many spikes a second as were published.

    python3 tests/validation_speck.py           prints the six points: spikes, synapses per spike, power

Published: Yao et al., Nature Communications 15, 4464 (2024), Table 1: 0.54 s of DVS Gesture, and of two parts of DVS Gait, on a network
Input-32C3S1-32C3S2-32C3S1-AP4-32FC, without and with a dynamic network that spikes less. Not published, and ours: the input map (2 x 32 x 32: its
first layer is what the neuron memories hold), how spikes divide into layers (2/3, 1/6, 1/6: one rate for all neurons) and events per spike (0.15)."""
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

import kit

WINDOW, STEPS = 0.054, 540              # s: a tenth of the published, at the same rates; steps of 0.1 ms
REGION, SIDE = 16, 32                   # events fall on the middle of the map, as a person before a camera
THRESHOLDS = (1800, 8400, 8400, 5000)
# what, power in mW, spikes in 0.54 s, events of the run that make a tenth of them, bound of the power's ratio
POINTS = [("gesture", 9.5, 1.0e6, 14800, 0.02), ("gesture, dynamic network", 3.8, 0.4e6, 6850, 0.15), ("gait by day", 16.1, 2.9e6, 39600, 0.65),
          ("gait by day, dynamic network", 7.3, 1.2e6, 17400, 0.6), ("gait by night", 46.8, 3.3e6, 44850, 0.4),
          ("gait by night, dynamic network", 12.3, 1.5e6, 21300, 0.15)]
LAYERS = """time_steps: %d
input_shape: [2, %d, %d]
layers:
  - {name: conv1, type: Conv2d, weight: conv1.npy, kernel: 3, out_channels: 32, padding: 1}
  - {name: if1, type: Neurons, shape: [32, 32, 32], beta: 1, threshold: %d, reset: subtract, reset_point: now, threshold_compare: at_least}
  - {name: conv2, type: Conv2d, weight: conv2.npy, kernel: 3, out_channels: 32, padding: 1, stride: 2}
  - {name: if2, type: Neurons, shape: [32, 16, 16], beta: 1, threshold: %d, reset: subtract, reset_point: now, threshold_compare: at_least}
  - {name: conv3, type: Conv2d, weight: conv3.npy, kernel: 3, out_channels: 32, padding: 1}
  - {name: if3, type: Neurons, shape: [32, 16, 16], beta: 1, threshold: %d, reset: subtract, reset_point: now, threshold_compare: at_least}
  - {name: pool, type: AvgPool2d, kernel: 4}
  - {name: flat, type: Flatten}
  - {name: fc, type: Linear, weight: fc.npy}
  - {name: out, type: Neurons, shape: [32], beta: 1, threshold: %d, reset: subtract, reset_point: now, threshold_compare: at_least}
"""


def save(path, shape, values):
    """An .npy file of float32."""
    head = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s,), }" % ", ".join(map(str, shape))
    head += " " * (-(len(head) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode())
        file.write(struct.pack(f"<{len(values)}f", *values))


def weights(path, *shape, low=-32, high=95):
    """Whole numbers from low to high. Speck's, from -32 to 95, fill the 8 bits, and excite on the whole."""
    draw, count = random.Random(path.rsplit("/", 1)[-1]), 1
    for n in shape:
        count *= n
    save(path, shape, [draw.randrange(high - low + 1) + low for _ in range(count)])


def network(folder):
    for name, shape in (("conv1", (32, 2, 3, 3)), ("conv2", (32, 32, 3, 3)), ("conv3", (32, 32, 3, 3)), ("fc", (32, 512))):
        weights(f"{folder}/{name}.npy", *shape)
    with open(f"{folder}/speck.yaml", "w") as file:
        file.write(LAYERS % (STEPS, SIDE, SIDE, *THRESHOLDS))


def events(path, count):
    """So many different ones, anywhere in the window and the region."""
    draw, low, seen = random.Random(count), (SIDE - REGION) // 2, set()
    while len(seen) < count:
        step, channel, y, x = draw.randrange(STEPS), draw.randrange(2), low + draw.randrange(REGION), low + draw.randrange(REGION)
        seen.add((step, (channel * SIDE + y) * SIDE + x))
    with open(path, "w") as file:
        file.write(f"# samples 1, steps {STEPS}, neurons {2 * SIDE * SIDE}\nsample,step,neuron\n")
        file.writelines(f"0,{step},{neuron}\n" for step, neuron in sorted(seen))


def run(folder, count):
    events(folder + "/in.csv", count)
    subprocess.run([kit.VOLLEY, "run", "speck", folder + "/speck.yaml", "--input", folder + "/in.csv", "--pace", f"{WINDOW / STEPS * 1e6:.0f}us", "--quiet",
                    "--out", folder + "/out"], check=True)
    with open(folder + "/out/summary.json") as file:
        return json.load(file)


def points():
    """(name, published power in mW, ours with its range, spikes of the run against a tenth of the published, synapses per spike), one after another."""
    folder = tempfile.mkdtemp(dir=kit.SCRATCH.name)
    network(folder)
    for name, power, spikes, count, _ in POINTS:
        summary = run(folder, count)
        counts = summary["counts"]
        ours = [summary["energy"][key] / summary["time"]["total_s"] * 1e3 for key in ("total_j", "low_j", "high_j")]
        yield name, power, ours, counts["spikes"] / (spikes * WINDOW / 0.54), counts["sops"] / counts["spikes"]


def latency():
    """us from one event to the output of nine layers, 3x3 to 32 channels: in each fires the neuron of its footprint that comes last."""
    folder, text, channels = tempfile.mkdtemp(dir=kit.SCRATCH.name), "time_steps: 1\ninput_shape: [1, 16, 16]\nlayers:\n", 1
    for k in range(9):
        values = [0.0] * (32 * channels * 9)
        values[31 * channels * 9::9] = [127.0] * channels       # of the last output channel, the tap that reaches farthest
        save(f"{folder}/w{k}.npy", (32, channels, 3, 3), values)
        text += (f"  - {{name: c{k}, type: Conv2d, weight: w{k}.npy, kernel: 3, out_channels: 32, padding: 1}}\n"
                 f"  - {{name: if{k}, type: Neurons, shape: [32, 16, 16], beta: 1, threshold: 100, reset: subtract, reset_point: now, "
                 "threshold_compare: at_least}\n")
        channels = 32
    for name, words in (("chain.yaml", text), ("in.csv", "# samples 1, steps 1, neurons 256\nsample,step,neuron\n0,0,34\n")):
        with open(f"{folder}/{name}", "w") as file:
            file.write(words)
    subprocess.run([kit.VOLLEY, "run", "speck", folder + "/chain.yaml", "--input", folder + "/in.csv", "--quiet", "--out", folder + "/out"], check=True)
    with open(folder + "/out/summary.json") as file:
        return json.load(file)["time"]["latency"]["first_output"]["mean_s"] * 1e6


def add(line):
    """Lines of the page. The first point gives the price of a synapse, so only its rounding is left in the ratio; the others show what spikes alone
    predict of power: published, a spike costs 2.9 to 7.6 nJ."""
    section = "Speck: power against spikes (Yao et al. 2024, Table 1), a network of that shape on `speck`, 54 ms at the published rates"
    published = {name: (power - 0.42) * 0.54 / spikes * 1e6 for name, power, spikes, _, _ in POINTS}       # nJ per spike
    bounds = {point[0]: point[-1] for point in POINTS}
    line("Speck: microbenchmark on `speck`", "latency of an event through nine layers", 3.36, latency(), "us", 0.02,
         "the chip file's time of a synapse is from this, given back; with it 2 ns of the router, ten times")
    for name, power, (ours, low, high), spikes, _ in points():
        line(section, f"{name}, spikes", 100, 100 * spikes, "%", 0.02, "events are chosen so")
        if not low <= power <= high:
            sys.exit(f"speck: {name}: published {power} mW, outside the run's range of {low:.1f} to {high:.1f} mW")
        first = name == POINTS[0][0]
        line(section, f"{name}, power", power, ours, "mW", bounds[name],
             "the chip file's price of a synapse is from this point, given back; with it 0.06 mW of idle IO" if first else
             f"the first point's price: there a spike cost {published[POINTS[0][0]]:.1f} nJ, here {published[name]:.1f} nJ: spikes alone do not say which "
             f"layers they meet; the run's range, {low:.1f} to {high:.1f} mW, holds the published")


if __name__ == "__main__":
    for name, power, (ours, _, _), spikes, each in points():
        print(f"{name:32} published {power:5.1f} mW, ours {ours:5.1f} mW, spikes {100 * spikes:6.2f} %, {each:6.1f} synapses per spike")
