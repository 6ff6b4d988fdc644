"""Speck from end to end against a second model in NumPy: random chains of convolutions, pools and dense layers, event by event. In a chain the order of
events does not hang on times (each core serves what one other core sends, in order), so every neuron's spikes must be equal, and the synapses processed.

SEEDS=0..99 python3 tests/test_speck_chain.py      more chains"""
import csv
import json
import os
import random
import subprocess
import sys
import tempfile

import systemc

try:
    import numpy as np
except ImportError:
    print("SKIPPED: no numpy")
    sys.exit(0)

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
FIRST, _, LAST = os.environ.get("SEEDS", "0..11").partition("..")
COMMAND = [VOLLEY, "run", "speck", "--quiet", "--trace", "spikes"]
STEPS, LOW, HIGH = 20, -2 ** 15, 2 ** 15 - 1


def chain(draw):
    """Layers as (pool, kernel, stride, padding, channels out, threshold); kernel 0: dense. And the input's (channels, side)."""
    shape = channels, side = draw.choice((1, 2)), draw.randrange(8, 17)
    layers = []
    for _ in range(draw.randrange(1, 4)):
        pool = draw.choice((1, 1, 2, 4))
        pool = pool if side // pool >= 2 else 1
        kernel, stride, padding = draw.choice((1, 2, 3, 5)), draw.choice((1, 1, 2)), draw.randrange(3)
        if side // pool + 2 * padding < kernel:
            kernel = 1
        layers.append([pool, kernel, stride, padding, draw.randrange(1, 9), draw.randrange(60, 300)])
        side = (side // pool + 2 * padding - kernel) // stride + 1
    layers.append([2 if side > 16 else 1, 0, 1, 0, draw.randrange(2, 11), draw.randrange(60, 300)])
    return shape, layers


def write(folder, shape, layers, rng):
    """The network, and each layer's weights as (out, in, side, side). One of each layer is 127, so that whole numbers stay as they are."""
    text, weights = f"time_steps: {STEPS}\ninput_shape: [{shape[0]}, {shape[1]}, {shape[1]}]\nlayers:\n", []
    channels, side = shape
    for k, (pool, kernel, stride, padding, out, threshold) in enumerate(layers):
        side //= pool
        w = rng.integers(-60, 128, (out, channels, kernel or side, kernel or side)).astype(np.float32)
        w.flat[0] = 127
        weights.append(w.astype(np.int64))
        area = pool * pool
        np.save(f"{folder}/w{k}.npy", w * area if kernel else (w * area).reshape(out, -1))
        if pool > 1:
            text += f"  - {{name: pool{k}, type: AvgPool2d, kernel: {pool}}}\n"
        if kernel:
            text += f"  - {{name: c{k}, type: Conv2d, weight: w{k}.npy, kernel: {kernel}, out_channels: {out}, stride: {stride}, padding: {padding}}}\n"
            side = (side + 2 * padding - kernel) // stride + 1
        else:
            text += f"  - {{name: flat{k}, type: Flatten}}\n  - {{name: c{k}, type: Linear, weight: w{k}.npy}}\n"
        text += (f"  - {{name: if{k}, type: Neurons, shape: [{out}, {side}, {side}], beta: 1, threshold: {threshold}, reset: subtract, reset_point: now, "
                 "threshold_compare: at_least}\n" if kernel else
                 f"  - {{name: if{k}, type: Neurons, shape: [{out}], beta: 1, threshold: {threshold}, reset: subtract, reset_point: now, "
                 "threshold_compare: at_least}\n")
        channels, side = out, side if kernel else 1
    with open(f"{folder}/net.yaml", "w") as file:
        file.write(text)
    return weights


class Layer:
    """One layer's membranes, and what an event adds to them: the kernel, turned by the stride, over the output maps."""

    def __init__(self, spec, weight, channels, side):
        self.pool, self.kernel, self.stride, self.padding, self.out, self.threshold = spec
        self.weight, self.channels, self.side, self.pooled = weight, channels, side, side // self.pool
        self.size = (self.pooled + 2 * self.padding - self.kernel) // self.stride + 1 if self.kernel else 1
        self.v = np.zeros((self.out, self.size, self.size), dtype=np.int64)
        self.spikes, self.synapses = np.zeros(self.v.size, dtype=np.int64), 0

    def footprint(self, c, y, x):
        """Output positions with their taps: those oy with 0 <= y + padding - oy * stride < kernel."""
        if not self.kernel:
            return [(0, 0, self.weight[:, c, y, x])]
        return [(oy, ox, self.weight[:, c, ky, kx]) for oy in range(self.size) for ox in range(self.size)
                for ky, kx in [(y + self.padding - oy * self.stride, x + self.padding - ox * self.stride)] if 0 <= ky < self.kernel and 0 <= kx < self.kernel]

    def event(self, neuron):
        """Who fires, in order of number."""
        c, y, x = neuron // self.side ** 2, neuron // self.side % self.side // self.pool, neuron % self.side // self.pool
        fired = np.zeros(self.v.shape, dtype=bool)
        if y >= self.pooled or x >= self.pooled:
            return []
        for oy, ox, tap in self.footprint(c, y, x):
            v = np.clip(self.v[:, oy, ox] + tap, LOW, HIGH)
            fired[:, oy, ox] = v >= self.threshold
            self.v[:, oy, ox] = v - self.threshold * fired[:, oy, ox]
            self.synapses += self.out
        self.spikes += fired.ravel()
        return np.flatnonzero(fired.ravel()).tolist()


def model(shape, layers, weights, events):
    channels, side, made = *shape, []
    for spec, weight in zip(layers, weights):
        made.append(Layer(spec, weight, channels, side))
        channels, side = made[-1].out, made[-1].size
    for _, neuron in events:
        queue = [neuron]
        for layer in made:      # in a chain a layer's events keep their order, so one input event may be followed through before the next
            queue = [spike for source in queue for spike in layer.event(source)]
    return made


def same_bytes(folder, out, *more):
    """Another number of threads, or the other engine (where it is built in), writes the same files."""
    done = subprocess.run([*COMMAND, f"{folder}/net.yaml", "--input", f"{folder}/in.csv", "--out", f"{folder}/{out}", *more], capture_output=True, text=True,
                          env=systemc.ENVIRONMENT)
    if done.returncode and "libsystemc-dev" in done.stderr:
        return
    if done.returncode:
        sys.exit(f"FAIL {' '.join(more)}: {done.stderr.strip()}")
    for name in ("spikes.csv", "steps.csv", "counters.csv"):
        one, other = (open(os.path.join(folder, f, name), "rb").read() for f in ("out", out))
        if one != other:
            sys.exit(f"FAIL {' '.join(more)}: another {name}")


def run(folder):
    subprocess.run([*COMMAND, f"{folder}/net.yaml", "--input", f"{folder}/in.csv", "--out", f"{folder}/out"], check=True)
    with open(f"{folder}/out/summary.json") as file:
        counts = json.load(file)["counts"]
    with open(f"{folder}/out/spikes.csv", newline="") as file:
        return counts, list(csv.DictReader(file))


def check(seed):
    """Returns the spikes; ends the test at a difference."""
    draw, rng = random.Random(seed), np.random.default_rng(seed)
    shape, layers = chain(draw)
    with tempfile.TemporaryDirectory(prefix="volley-chain-") as folder:
        weights = write(folder, shape, layers, rng)
        inputs = shape[0] * shape[1] ** 2
        events = sorted({(draw.randrange(STEPS), draw.randrange(inputs)) for _ in range(300)})
        with open(f"{folder}/in.csv", "w") as file:
            file.write(f"# samples 1, steps {STEPS}, neurons {inputs}\nsample,step,neuron\n" + "".join(f"0,{t},{n}\n" for t, n in events))
        counts, spikes = run(folder)
        if seed == int(FIRST):
            same_bytes(folder, "threads", "--threads", "3")
            same_bytes(folder, "systemc", "--engine", "systemc")
    made = model(shape, layers, weights, events)
    for k, layer in enumerate(made):
        got = np.bincount([int(row["neuron"]) for row in spikes if row["population"] == f"if{k}"], minlength=layer.v.size)
        if not np.array_equal(got, layer.spikes):
            sys.exit(f"FAIL seed {seed}: layer if{k} of {layers}: {got.sum()} spikes, the model has {layer.spikes.sum()}")
    if counts["sops"] != sum(layer.synapses for layer in made):
        sys.exit(f"FAIL seed {seed}: {counts['sops']} synapses, the model has {sum(layer.synapses for layer in made)}")
    return sum(int(layer.spikes.sum()) for layer in made)


total = sum(check(seed) for seed in range(int(FIRST), int(LAST) + 1))
print(f"{int(LAST) - int(FIRST) + 1} chains, {total} spikes, none different")
if total < 1000:
    sys.exit("FAIL too few spikes to say anything")
