"""Random networks: volley against a second simulator (snn_model.py), every spike, membrane bit, prediction and synaptic operation.

SEEDS=FIRST..LAST in the environment runs more of them, and KEEP=1 leaves the files of those that differ."""
import collections
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile

try:
    import h5py                                     # noqa: F401
    import numpy as np
except ImportError as missing:
    print("SKIPPED:", missing)
    sys.exit(0)

import snn_files
import snn_integer
import snn_random

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")


def rows(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def spikes_of(path):
    got = collections.defaultdict(set)
    for r in rows(path):
        got[r["population"]].add((int(r["sample"]), int(r["step"]), int(r["neuron"])))
    return got


def membranes_of(path, shape, integer):
    """As the chip holds them: float32 as its bits in hexadecimal, an integer in decimal."""
    got = {}
    for r in rows(path):
        p = r["population"]
        if p not in got:
            got[p] = np.zeros(shape[p], np.uint32)
        got[p][int(r["sample"]), int(r["step"]), int(r["neuron"])] = (int(r["bits"]) & 0xffffffff) if integer else int(r["bits"], 16)
    return got


def graded(name):
    """Options that give mesh28 packets with a value."""
    of = f"core_types.{name}.offers.payload=8 bit", "io.in.values=payload 8 bit", "noc.packets.spike.payload=8 bit"
    return [word for o in of for word in ("--set", o)]


class IntegerCase:
    """One seed on a chip of integers."""
    def __init__(self, seed, folder):
        self.tool = list(snn_integer.CHIPS)[seed % 3]
        self.made = snn_random.Maker(seed, tool="yaml", chip=self.tool)
        self.network, rng = self.made.make(), self.made.rng
        self.net, self.rules = folder + "/net.yaml", []
        self.shown = snn_files.write_yaml(self.made, folder)
        self.steps, self.samples = int(rng.integers(4, 20)), int(rng.integers(1, 4))
        payload = self.tool != "loihi" and rng.random() < 0.2
        self.x = snn_files.random_input(rng, self.samples, self.steps, self.made.input_shape, payload or rng.random() < 0.3)
        self.x = self.x if payload else np.abs(self.x)          # a number of packets has no sign
        valued = not np.all(np.isin(self.x, (0, 1)))
        repeat = next(k for k in range(1, 17) if np.array_equal(self.x * k, np.rint(self.x * k)))
        self.options = snn_files.write_input(folder, self.x, rng)
        self.options += ([] if "--steps" in self.options else ["--steps", str(self.steps)])
        self.options += graded(self.tool) if payload else ["--values", "repeat"] if valued else []
        self.options += ["--set", "placement={cuba28: all}"] if self.tool == "cuba28" else []
        self.chip = "loihi" if self.tool == "loihi" else "mesh28"
        chip, sets = snn_integer.varied(self.tool, rng)
        self.options += sets
        self.model = snn_integer.IntegerNetwork(self.network, chip, repeat, float(np.abs(self.x).max()) if valued else 1.0, payload)
        self.spikes, self.membranes, self.sops = self.model.run(self.x)
        self.membranes = {k: v.astype(np.int32) for k, v in self.membranes.items()}

    def want_prediction(self, sample):
        name = self.network.outputs[0]
        of = self.spikes[name][sample].sum(0) if self.network.of[name].fires else self.membranes[name][sample].max(0)
        return int(of.argmax())


class Case:
    """One seed: its network, input, and what the second simulator makes of it."""
    chip = "ideal"

    def __init__(self, seed, folder):
        tools = ["metadata", "yaml", *snn_random.RULES, "metadata", "yaml", "yaml"]
        self.tool = tools[seed % len(tools)]
        self.made = snn_random.Maker(seed, wild=seed // 5 % 3 == 0, tool=self.tool)
        self.network = self.made.make()
        rng = self.made.rng
        self.net = folder + ("/net.yaml" if self.tool == "yaml" else "/net.nir")
        self.shown = snn_files.write_yaml(self.made, folder) if self.tool == "yaml" else snn_files.write_nir(self.made, self.net)
        self.steps, self.samples = int(rng.integers(4, 20)), int(rng.integers(1, 5))
        self.x = snn_files.random_input(rng, self.samples, self.steps, self.made.input_shape, rng.random() < 0.35)
        timed = self.tool == "yaml" or any("tau" in k for c in self.made.cells for k in c.data)
        self.options = snn_files.write_input(folder, self.x, rng, timed and self.tool not in ("sinabs",))
        self.options += ["--steps", str(self.steps)] if self.tool == "yaml" and "--steps" not in self.options else []
        self.rules = ["--from", self.tool] if self.tool in snn_random.RULES else [] if timed else ["--dt", str(snn_random.DT)]
        self.spikes, self.membranes, self.sops = self.network.run(self.x)

    def want_prediction(self, sample):
        name = self.network.outputs[0]
        if self.network.of[name].fires:
            return int(self.spikes[name][sample].sum(0).argmax())
        return int((self.membranes[name][sample] * self.network.of[name].unit).max(0).argmax())


def command(chip, net, out, options):
    return [VOLLEY, "run", chip, net, "--out", out, "--quiet", "--trace", "spikes,membrane", *options]


def differences(case, out):
    """What differs, as lines."""
    wrong = []
    got, summary = spikes_of(out + "/spikes.csv"), json.load(open(out + "/summary.json"))
    shape = {case.shown[p.name]: case.membranes[p.name].shape for p in case.network.neurons}
    membranes = membranes_of(out + "/membranes.csv", shape, case.chip != "ideal")
    for p in case.network.neurons:
        name = case.shown[p.name]
        want = {tuple(int(v) for v in at) for at in np.argwhere(case.spikes[p.name])}
        if want != got.get(name, set()):
            wrong.append(f"{name}: {len(want ^ got.get(name, set()))} of {len(want)} spikes differ, first {min(want ^ got.get(name, set()))}")
        bits = case.membranes[p.name].view(np.uint32)
        other = (membranes.get(name, 0) != bits) & ((bits | membranes.get(name, 0)) != 0x80000000)
        if other.any():
            wrong.append(f"{name}: {int(other.sum())} of {other.size} membranes differ, first {np.argwhere(other)[0].tolist()}")
    counts, wanted = summary["counts"], {"sops": case.sops, "spikes": sum(int(s.sum()) for s in case.spikes.values())}
    if case.chip == "ideal":        # each neuron in each step of its window, all of them active
        wanted["update_active"] = sum(p.n for p in case.network.neurons) * case.steps * case.samples
    wrong += [f"{counts[k]} {k}, {v} wanted" for k, v in wanted.items() if counts[k] != v]
    if len(case.network.outputs) == 1:
        got = [int(r["prediction"]) for r in rows(out + "/samples.csv")]
        want = [case.want_prediction(s) for s in range(case.samples)]
        wrong += [f"predictions {got}, wanted {want}"] if got != want else []
    return wrong


def how(case):
    """Ways to run that change no spike."""
    rng = case.made.rng
    name, least = ("ideal", 3) if case.chip == "ideal" else (case.tool, 30)
    return [*[["--set", f"core_types.{name}.capacity.neurons={rng.integers(least, 40)}"], []][rng.integers(2)],
            *[["--map", "fill"], ["--map", "balance", "--cores", "all"], []][rng.integers(3)],
            *[["--timing", "none"], []][rng.integers(2)], *[["--threads", "2"], []][rng.integers(2)]]


def run(args):
    done = subprocess.run(args, capture_output=True, text=True)
    return f"{' '.join(args[:3])}: exit {done.returncode}: {done.stderr.strip()}" if done.returncode else ""


def converted(case, folder):
    """The network as `volley convert` writes it gives the same bytes."""
    wrong = run([VOLLEY, "convert", case.net, "-o", folder + "/again.yaml", *case.rules])
    steps = [] if "--steps" in case.options else ["--steps", str(case.steps)]
    wrong = wrong or run(command("ideal", folder + "/again.yaml", folder + "/again", case.options + steps))
    if wrong:
        return [wrong]
    names = ("spikes.csv", "membranes.csv", "samples.csv")
    return [f"{n} of the converted network differs" for n in names if open(f"{folder}/out/{n}").read() != open(f"{folder}/again/{n}").read()]


def run_seed(seed, folder, integer):
    case = (IntegerCase if integer else Case)(seed, folder)
    case.options += how(case)
    wrong = run(command(case.chip, case.net, folder + "/out", case.rules + case.options))
    wrong = [wrong] if wrong else differences(case, folder + "/out")
    return case, wrong or (converted(case, folder) if seed % 3 == 0 and not integer else [])


def main():
    first, last = (os.environ.get("SEEDS") or "0..19").split("..")
    bad = spikes = n = 0
    for seed in range(int(first), int(last) + 1):
        for integer in (False, True):
            folder = tempfile.mkdtemp(prefix="volley")
            case, wrong = run_seed(seed, folder, integer)
            spikes += sum(int(s.sum()) for s in case.spikes.values())
            for line in wrong:
                print(f"FAIL seed {seed} ({case.tool}):", line)
            if wrong and os.environ.get("KEEP"):
                print("    ", " ".join(command(case.chip, case.net, folder + "/out", case.rules + case.options)))
            else:
                shutil.rmtree(folder)
            bad += bool(wrong)
            n += 1
    print(f"{n} networks, {spikes} spikes, {bad} differ")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
