"""TrueNorth's published sweep of power over rate, made by runs: random recurrent networks in which every neuron sends to one axon, of one core drawn
for it, and every axon reaches 128 of the 256 neurons there; half of the axons excite, half inhibit. A random threshold and a leak set the rate: with
a threshold of b bits and a leak of l a neuron fires with a probability that grows by l / 2^b in each step since its last spike; l was
found by trying, for 200 steps.

    python3 tests/validation_truenorth.py CORES      the sweep on so many cores; 4096 is the published size, 1,048,576 neurons and 134,217,728 synapses"""
import json
import os
import re
import subprocess
import sys
import tempfile

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
CHIP = "configs/chips/truenorth.yaml"
STEPS, FAN_OUT, PER_CORE, ALL_IN = 200, 128, 256, 26e-12
POINTS = ((11.58, 68e-3, 17, 37), (20.07, 71e-3, 17, 98), (95.93, 94e-3, 13, 119))       # Hz, W as published at 0.8 V; bits, leak


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return path


def all_in_prices(folder):
    """The chip with the much-quoted price in place of slope and rest."""
    with open(CHIP) as file:
        text = file.read()
    source = '  quoted: {basis: measured, group: quoted, text: "26 pJ per synaptic event: all of the power of one run over all of its events"}\n'
    text = re.sub(r"(?m)^sources:\n", "sources:\n" + source, text)
    prices = ("energy:\n  includes_memory: true\n  scope: all_in\n  source: quoted\n  core: {sop: 26 pJ, update_active: {value: 0 pJ, source: inside}, "
              "update_idle: {value: 0 pJ, source: inside}}\n")
    return write(folder + "/quoted.yaml", text[:text.index("\nenergy:\n") + 1] + prices)


def network(folder, cores, bits, leak):
    """In whole cores, each neuron where its number says: nothing about a random network makes one place better than another."""
    neurons = cores * PER_CORE
    held = "".join(f"  - {{core: {c}, neurons: {{tn: [{PER_CORE * c}..{PER_CORE * (c + 1) - 1}]}}}}\n" for c in range(cores))
    net = f"""time_steps: {STEPS}
input_shape: [1]
layers:
  - {{name: tn, type: TrueNorth, shape: [{neurons}], threshold: 0, threshold_bits: {bits}, leak: {leak}, reset: zero, output: false}}
connections:
  - {{from: tn, to: tn, form: random, fan_out: {FAN_OUT}, block: {PER_CORE}, seed: 1, weight: [20, -20]}}
"""
    return write(folder + "/net.yaml", net), write(folder + "/map.yaml", "cores:\n" + held)


def point(folder, cores, bits, leak):
    """What a run of the network says: its rate, power, synaptic operations per second and what 26 pJ for each would make of it."""
    net, places = network(folder, cores, bits, leak)
    events = write(folder + "/none.csv", f"# samples 1, steps {STEPS}, neurons 1\nsample,step,neuron\n")
    subprocess.run([VOLLEY, "run", "truenorth", net, "--input", events, "--map", places, "--timing", "none", "--quiet", "--out", folder + "/out"], check=True)
    with open(folder + "/out/summary.json") as file:
        s = json.load(file)
    subprocess.run([VOLLEY, "price", folder + "/out", "--chip", all_in_prices(folder), "-o", folder + "/quoted.json"], check=True, stdout=subprocess.DEVNULL)
    with open(folder + "/quoted.json") as file:
        quoted = json.load(file)["energy"]["total_j"]
    seconds, counts = s["time"]["total_s"], s["counts"]
    return {"rate": counts["spikes"] / s["network"]["neurons"] / seconds, "power": s["energy"]["total_j"] / seconds,
            "sops": (counts["sops"] + counts["sops_late"]) / seconds, "quoted": quoted / seconds, "neurons": s["network"]["neurons"],
            "synapses": s["network"]["synapses"], "overruns": s["time"]["overruns"]}


def sweep(cores):
    with tempfile.TemporaryDirectory(prefix="volley-sweep-") as folder:
        return [point(folder, cores, bits, leak) for _, _, bits, leak in POINTS]


# ---- the page's section, and what holds at any size ----

SWEEP, WHOLE_CHIP, FEW_CORES, REST, SLOPE = "TrueNorth: its published sweep of power over rate, at full size", 4096, 64, 64.4e-3, 2.30e-12


def held(wrong, what, ours, wanted, bound):
    """A bound that is no row of the page."""
    if not abs(ours / wanted - 1) <= bound:
        wrong.append(f"TrueNorth: {what}: {ours:.6g}, not within {100 * bound:g} % of {wanted:.6g}")


def check(cores, wrong):
    """What holds at any size: the rates, the fan-out, and that each operation costs the slope, on top of the rest."""
    found = sweep(cores)
    for (hz, _, _, _), point in zip(POINTS, found):
        held(wrong, f"{cores} cores, {hz} Hz: rate", point["rate"], hz, 0.005)
        held(wrong, f"{cores} cores, {hz} Hz: energy per operation", (point["power"] - REST) / point["sops"], SLOPE, 0.001)
        held(wrong, f"{cores} cores, {hz} Hz: operations per spike", point["sops"] / point["rate"] / point["neurons"], FAN_OUT, 1e-9)
        held(wrong, f"{cores} cores, {hz} Hz: operations at 26 pJ", point["quoted"], ALL_IN * point["sops"], 1e-9)
        held(wrong, f"{cores} cores, {hz} Hz: steps in time", 1 + point["overruns"], 1, 0)
    return found


def section(wrong):
    """The whole chip: the line of slope and rest gives the point between, which it was not drawn through; the quoted price gives that point alone."""
    found = check(WHOLE_CHIP, wrong)
    text = f"""## {SWEEP}

{found[0]['neurons']:,} neurons, {found[0]['synapses']:,} synapses, {STEPS} steps of 1 ms, 0.8 V (tests/validation_truenorth.py):
random recurrent, every neuron to one axon of one core, {FAN_OUT} of its 256 neurons. The chip file's 64.4 mW and 2.30 pJ per
operation are the line through the first and the last point; the second is what it says. Beside it the price that is most
quoted, 26 pJ per operation for everything, put on the same runs by `volley price`.

| rate, published | rate of the run | power, published | ours | ratio | bound | 26 pJ for each operation | ratio |
|---|---|---|---|---|---|---|---|
"""
    for (hz, watt, _, _), point in zip(POINTS, found):
        held(wrong, f"{hz} Hz: power", point["power"], watt, 0.01)
        text += (f"| {hz} Hz | {point['rate']:.2f} Hz | {watt * 1e3:.0f} mW | {point['power'] * 1e3:.2f} mW | {point['power'] / watt:.3f} | 1 % | "
                 f"{point['quoted'] * 1e3:.1f} mW | {point['quoted'] / watt:.3f} ({100 * (point['quoted'] / watt - 1):+.0f} %) |\n")
    held(wrong, "26 pJ at the last point, which it misses by +256 %", found[-1]["quoted"], 3.56 * POINTS[-1][1], 0.01)
    return text


def section_of(page):
    """The section as the page has it, up to the next heading."""
    with open(page) as file:
        found = re.search(r"(?ms)^## %s\n.*?(?=\n## )" % re.escape(SWEEP), file.read())
    return found.group() if found else ""


if __name__ == "__main__":
    for (hz, watt, _, _), found in zip(POINTS, sweep(int(sys.argv[1]))):
        print(f"{hz} Hz, {watt * 1e3:.0f} mW published; {found['rate']:.3f} Hz, {found['power'] * 1e3:.2f} mW of {found['neurons']:,} neurons and "
              f"{found['synapses']:,} synapses, {found['quoted'] * 1e3:.1f} mW at 26 pJ, {found['overruns']} overruns")
