"""NeuroBench's metrics of a network that is small enough to count on paper; and on the trained ones, where no weight is 0, the effective
operations are the synapses that the chip's counters say.

Two inputs, three hidden neurons, two outputs, decay 0, threshold 0.25, two steps; input 0 in step 0, input 1 in step 1:
    hidden (fc1 [[1 0] [1 1] [0 1]]):   step 0: neurons 0 and 1 fire; step 1: neurons 1 and 2       4 spikes
    output (fc2 [[1 0 0] [1 1 0]]):     step 0: both fire; step 1: neuron 1                         3 spikes
    operations that are not by 0: inputs 2 + 2; hidden 0: 2, hidden 1: 1 twice, hidden 2: none      8
Needs nothing but python3 and the networks in traces/."""
import json
import os
import subprocess
import sys
import tempfile

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
wrong = 0

NETWORK = """time_steps: 2
input_shape: [2]
reset: subtract
reset_delay: true
threshold_compare: greater
layers:
  - {name: fc1, type: Linear, weight: [[1, 0], [1, 1], [0, 1]]}
  - {name: hidden, type: %s, shape: [3], beta: 0, threshold: 0.25%s}
  - {name: fc2, type: Linear, weight: [[1, 0, 0], [1, 1, 0]]}
  - {name: out, type: Leaky, shape: [2], beta: 0, threshold: 0.25}
"""


def that(holds, text):
    global wrong
    print("ok  " if holds else "FAIL", text)
    wrong += not holds


def run(chip, network, events, scratch, *more):
    command = [VOLLEY, "run", chip, network, "--input", events, "--quiet", "--out", scratch + "/out", *more]
    subprocess.run(command, check=True)
    with open(scratch + "/out/summary.json") as file:
        return json.load(file)


def small(scratch, layer="Leaky", extra="", value=""):
    with open(scratch + "/net.yaml", "w") as file:
        file.write(NETWORK % (layer, extra))
    with open(scratch + "/in.csv", "w") as file:
        file.write(f"# samples 1, steps 2, neurons 2\nsample,step,neuron{',value' if value else ''}\n0,0,0{value}\n0,1,1{',1' if value else ''}\n")
    return run("ideal", scratch + "/net.yaml", scratch + "/in.csv", scratch)["neurobench"]


def equal(got, want, text):
    """Every figure: (footprint, connection sparsity, activation sparsity, Dense, MACs, ACs, updates)"""
    operations = got["synaptic_operations"]
    have = [got["footprint"], got["connection_sparsity"], got["activation_sparsity"], operations["Dense"], operations["Effective_MACs"],
            operations["Effective_ACs"], got["membrane_updates"]]
    that(all(abs(a - b) < 1e-12 * max(1, abs(b)) for a, b in zip(have, want)), f"{text}: {have}, on paper {want}")


with tempfile.TemporaryDirectory(prefix="volley-neurobench-") as scratch:
    # 12 weights of 4 bytes; 5 neurons of threshold, decay and membrane, 4 bytes each. Both weight matrices: 5 zeros of 12.
    equal(small(scratch), (12 * 4 + 5 * 12, 5 / 12, 1 - 7 / 10, 24, 0, 8, 10), "binary input")
    # The value 0.5 is multiplied at two synapses; 1 is added.
    equal(small(scratch, value=",0.5"), (12 * 4 + 5 * 12, 5 / 12, 1 - 7 / 10, 24, 2, 6, 10), "an input value of 0.5")
    # Neuron 1 reaches neuron 0 by one weight; its spike of the last step would arrive after the end.
    recurrent = ", recurrent_weight: [[0, 0.001, 0], [0, 0, 0], [0, 0, 0]]"
    equal(small(scratch, "RLeaky", recurrent), (21 * 4 + 5 * 12, 13 / 21, 1 - 7 / 10, 42, 0, 9, 10), "a recurrent layer")
    base = "traces/conv_rate/conv_rate"
    summary = run("ideal", base + ".nir", base + "_input.spk", scratch, "--samples", "0..4")
    metrics, samples = summary["neurobench"], summary["samples"]
    that(metrics["connection_sparsity"] == 0, "conv_rate has no weight of 0")
    that(abs(metrics["synaptic_operations"]["Effective_ACs"] - summary["counts"]["sops"] / samples) < 1e-6, "so its effective operations are its synapses")
    neurons, steps = summary["network"]["neurons"], summary["steps"]
    that(abs(metrics["activation_sparsity"] - (1 - summary["counts"]["spikes"] / (neurons * steps * samples))) < 1e-12, "activation sparsity")
    other = run("loihi", base + ".nir", base + "_input.spk", scratch, "--samples", "0..4", "--threads", "2", "--timing", "slots")["neurobench"]
    again = run("loihi", base + ".nir", base + "_input.spk", scratch, "--samples", "0..4")["neurobench"]
    that(other == again and other["footprint"] < metrics["footprint"], "the same in every plane; 9-bit weights take less room than floats")
sys.exit(1 if wrong else 0)
