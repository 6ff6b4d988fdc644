"""Xylo's published power on a keyword network, for docs/validation.md (tests/test_validation.py): a network of the recalled shape with generated weights and
events on `xylo`. Shape only: the weights, the rates and the measured device's clock are not published.

    python3 tests/validation_xylo.py            prints rates and power"""
import json
import os
import random
import subprocess
import tempfile

import kit

STEPS, CHANNELS, HIDDEN, RATE = 300, 16, (63, 63, 63), 0.1      # 1 ms each; an event per channel in ten of them
SHIFTS = (1, 2, 3)                      # of the synapses' decays, one after another, as SynNet's time constants are


def layer(name, before, neurons, gain, draw):
    """Dense weights of mean 0, and leaky neurons that leave half of their membrane in a step, with currents of several decays."""
    weight = [[round(gain * draw.gauss(0, 1) / before ** 0.5, 4) for _ in range(before)] for _ in range(neurons)]
    alpha = [1 - 0.5 ** SHIFTS[i % len(SHIFTS)] for i in range(neurons)]
    return (f"  - {{name: w_{name}, type: Linear, weight: {weight}}}\n"
            f"  - {{name: {name}, type: Neurons, shape: [{neurons}], current: true, alpha: {alpha}, beta: 0.5, threshold: 1, reset: subtract, "
            "reset_point: now, threshold_compare: at_least}\n")


def run():
    draw, folder = random.Random(1), tempfile.mkdtemp(dir=kit.SCRATCH.name)
    text, before = f"time_steps: {STEPS}\ninput_shape: [{CHANNELS}]\nlayers:\n", CHANNELS
    for k, neurons in enumerate(HIDDEN + (2,)):
        text += layer(f"h{k}" if k < len(HIDDEN) else "out", before, neurons, 0.7, draw)
        before = neurons
    with open(folder + "/synnet.yaml", "w") as file:
        file.write(text)
    with open(folder + "/in.csv", "w") as file:
        file.write(f"# samples 1, steps {STEPS}, neurons {CHANNELS}\nsample,step,neuron\n")
        file.writelines(f"0,{step},{n}\n" for step in range(STEPS) for n in range(CHANNELS) if draw.random() < RATE)
    subprocess.run([kit.VOLLEY, "run", "xylo", folder + "/synnet.yaml", "--input", folder + "/in.csv", "--quiet", "--out", folder + "/out"], check=True)
    with open(folder + "/out/summary.json") as file:
        return json.load(file), folder + "/out"


def add(line):
    """291 uW dynamic and 6.6 uJ per inference are one measurement: an inference lasts 22.7 ms."""
    summary, _ = run()
    power, dynamic = (summary["energy"][key] / summary["time"]["total_s"] * 1e6 for key in ("total_j", "dynamic_j"))
    line("Xylo: keyword spotting (Bos & Muir 2024), a network of the recalled shape, 16-63-63-63-2, on `xylo`", "power in real time", 291, power, "uW", 0.01,
         f"shape only; the chip file's constant power is what its actions leave: costed bottom-up they come to {dynamic:.1f} uW, an event per channel in "
         "ten steps")


if __name__ == "__main__":
    got, out = run()
    print({key: got["counts"][key] for key in ("spikes", "sops", "update_active")}, got["energy"]["dynamic_j"] / got["time"]["total_s"] * 1e6, "uW")
    print(open(os.path.join(out, "layers.csv")).read())
