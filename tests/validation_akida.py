"""Akida's published time of one small network, for docs/validation.md (tests/test_validation.py): GXNOR on MNIST, in a shape that is recalled, with generated
ternary weights and events on `akida`. The published time is what a host sees, so ours, the chip's alone, must lie below it; nothing is said of energy.

    python3 tests/validation_akida.py           prints layers and time"""
import json
import random
import subprocess
import tempfile

import kit
import validation_speck

EVENTS = 0.2                            # of the pixels: ink
NEURONS = ("  - {name: %s, type: Neurons, shape: [%s], beta: 1, threshold: %d, reset: subtract, reset_point: now, threshold_compare: at_least}\n")
LAYERS = [("Conv2d, kernel: 5, out_channels: 32, padding: 2, stride: 2", (32, 1, 5, 5), "32, 14, 14", 2),          # the strides stand for its pools
          ("Conv2d, kernel: 5, out_channels: 64, padding: 2, stride: 2", (64, 32, 5, 5), "64, 7, 7", 3), ("Linear", (512, 3136), "512", 5),
          ("Linear", (10, 512), "10", 5)]


def run():
    folder, text = tempfile.mkdtemp(dir=kit.SCRATCH.name), "time_steps: 1\ninput_shape: [1, 28, 28]\nlayers:\n"
    for k, (kind, shape, neurons, threshold) in enumerate(LAYERS):
        validation_speck.weights(f"{folder}/w{k}.npy", *shape, low=-1, high=1)
        text += "  - {name: flat, type: Flatten}\n" if k == 2 else ""
        text += f"  - {{name: w{k}, type: {kind}, weight: w{k}.npy}}\n" + NEURONS % (f"n{k}", neurons, threshold)
    draw = random.Random(3)
    with open(folder + "/gxnor.yaml", "w") as file:
        file.write(text)
    with open(folder + "/in.csv", "w") as file:
        file.write("# samples 1, steps 1, neurons 784\nsample,step,neuron\n" + "".join(f"0,0,{i}\n" for i in range(784) if draw.random() < EVENTS))
    subprocess.run([kit.VOLLEY, "run", "akida", folder + "/gxnor.yaml", "--input", folder + "/in.csv", "--bits", "2", "--map", "balance", "--quiet",
                    "--out", folder + "/out"], check=True)
    with open(folder + "/out/summary.json") as file:
        summary = json.load(file)
    with open(folder + "/out/layers.csv") as file:
        return summary, file.read()


def add(line):
    summary, _ = run()
    line("Akida: GXNOR on MNIST (KTH 2025), a network of the recalled shape, 32C5S2-64C5S2-512-10, on `akida`", "time of an inference", 1.62,
         summary["time"]["total_s"] * 1e3, "ms", 0.95,
         "an upper bound: the published time contains the host, its driver and a link; ours is the chip alone, its clock and widths assumed")


if __name__ == "__main__":
    got, layers = run()
    print(layers, got["time"]["total_s"], "s", got["energy"]["dynamic_j"], "J dynamic")
