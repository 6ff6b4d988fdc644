"""Kind odin in a chip against a model of the crossbar written apart from it (odin_model.py): every spike and, where it learns, every weight, over random
layers and inputs. A layer of digits trained for it, which computes; and what a run of it reports, the same bytes under either engine and with any
number of threads."""
import csv
import filecmp
import json
import os
import struct
import subprocess
import sys
import tempfile

import numpy as np

import odin_model

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
HERE = tempfile.mkdtemp(prefix="volley-odin-")
wrong = 0


def that(holds, text):
    global wrong
    print("ok  " if holds else "FAIL", text)
    wrong += not holds


def write(name, weight, threshold, samples):
    """net.yaml and in.csv; samples: per sample, per step, the inputs that spike."""
    net, events = os.path.join(HERE, name + ".yaml"), os.path.join(HERE, name + ".csv")
    rows = ", ".join("[" + ", ".join("%d" % w for w in row) + "]" for row in weight.T)
    with open(net, "w", encoding="utf-8") as file:
        file.write("time_steps: %d\ninput_shape: [%d]\nreset: zero\nreset_delay: false\nthreshold_compare: at_least\nlayers:\n"
                   "  - {name: fc, type: Linear, weight: [%s]}\n  - {name: out, type: Leaky, shape: [%d], beta: 1, threshold: %d}\n"
                   % (len(samples[0]), weight.shape[0], rows, weight.shape[1], threshold))
    with open(events, "w", encoding="utf-8") as file:
        file.write("sample,step,neuron\n")
        for s, steps in enumerate(samples):
            for t, inputs in enumerate(steps):
                file.writelines("%d,%d,%d\n" % (s, t, i) for i in inputs)
    return net, events


def run(net, events, out, *options):
    command = [VOLLEY, "run", "odin", net, "--input", events, "--out", os.path.join(HERE, out), "--quiet", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode:
        print("     exit %d: %s" % (done.returncode, done.stderr.strip()))
    return done.returncode == 0


def table(out, name):
    with open(os.path.join(HERE, out, name), encoding="utf-8") as file:
        return list(csv.DictReader(file))


def spikes_of(out, sample):
    return sorted((int(r["step"]), int(r["neuron"])) for r in table(out, "spikes.csv") if int(r["sample"]) == sample)


def settings(leak, sdsp):
    set_ = ["core_types.crossbar.offers.leak=%d" % leak]
    if sdsp:
        set_.append("core_types.crossbar.learning={%s}" % ", ".join("%s: %d" % item for item in sdsp.items()))
    return [word for s in set_ for word in ("--set", s)]


def one_random(seed):
    """Layers that learn have one sign per source; the others both."""
    rng = np.random.default_rng(seed)
    inputs, neurons, steps, leak = rng.integers(4, 40), rng.integers(2, 20), rng.integers(3, 12), int(rng.integers(0, 4))
    weight = rng.integers(-7, 8, (inputs, neurons))
    weight[0, 0] = 7
    sdsp = None
    if seed % 2:
        weight = np.abs(weight) * np.where(rng.random(inputs) < 0.3, -1, 1)[:, None]
        weight[0] = np.abs(weight[0])
        low = int(rng.integers(0, 3))
        sdsp = {"theta_mem": int(rng.integers(4, 25)), "ca_theta1": low, "ca_theta2": int(rng.integers(low + 1, 8)),
                "ca_theta3": int(rng.integers(low + 1, 8)), "ca_leak": int(rng.integers(0, 4)), "bistability": int(rng.integers(0, 4))}
    threshold = int(rng.integers(10, 40))
    samples = [[sorted(np.nonzero(rng.random(inputs) < 0.4)[0]) for _ in range(steps)] for _ in range(2)]
    net, events = write("random", weight, threshold, samples)
    if not run(net, events, "random", "--trace", "spikes,weights" if sdsp else "spikes", *settings(leak, sdsp)):
        return False, 0
    model = odin_model.Odin(weight, [threshold] * neurons, leak, sdsp)
    same, count = True, 0
    for s, steps_in in enumerate(samples):
        model.reset()
        expected = sorted((t, int(n)) for t, n in odin_model.run(model, steps_in))
        count += len(expected)
        same = same and expected == spikes_of("random", s)
    for r in table("random", "weights.csv") if sdsp else []:
        i, n = int(r["source_neuron"]), int(r["neuron"])
        same = same and int(r["last"]) == model.weight[i, n] * (-1 if model.inhibits[i] else 1)
    return same, count


def random_layers_are_the_models():
    spikes = 0
    for seed in range(12):
        same, count = one_random(seed)
        spikes += count
        that(same, "random layer %d, %s: every spike%s" % (seed, "learning" if seed % 2 else "both signs", " and weight" if seed % 2 else ""))
    that(spikes > 500, "%d spikes were compared" % spikes)


def digits():
    """60 of the digits of traces/mlp_rate teach a layer by least squares; weights of 3 bits and a sign, which the other 40 are put to."""
    with open("traces/mlp_rate/mlp_rate_input.spk", "rb") as file:
        data = file.read()
    n, steps, inputs, _ = struct.unpack("<4I", data[8:24])
    count, = struct.unpack("<Q", data[24:32])
    first = np.frombuffer(data, "<u8", n + 1, 32)
    event = np.frombuffer(data, "<u2", 2 * count, 32 + 8 * (n + 1)).reshape(-1, 2)
    label = np.load("traces/mlp_rate/mlp_rate_labels.npy")
    samples = [[[int(i) for t, i in event[first[s]:first[s + 1]] if t == step] for step in range(steps)] for s in range(n)]
    rate = np.array([np.bincount([i for step in s for i in step], minlength=inputs) for s in samples]) / steps
    teach, target = rate[:60], np.eye(10)[label[:60]] * 2 - 1
    weight = np.linalg.solve(teach.T @ teach + np.eye(inputs), teach.T @ target)
    return np.rint(weight / np.abs(weight).max() * 7).astype(int), samples[60:], label[60:]


def digits_are_told_apart():
    weight, samples, label = digits()
    net, events = write("digits", weight, 20, samples)
    labels = os.path.join(HERE, "labels.npy")
    np.save(labels, label)
    if not run(net, events, "digits", "--labels", labels, "--trace", "spikes"):
        that(False, "digits run")
        return
    with open(os.path.join(HERE, "digits", "summary.json"), encoding="utf-8") as file:
        summary = json.load(file)
    counts, energy = summary["counts"], summary["energy"]
    that(summary["accuracy"] >= 0.8, "40 digits that it was not taught: accuracy %.3f" % summary["accuracy"])
    model, expected = odin_model.Odin(weight, [20] * 10), []
    for s, steps in enumerate(samples):
        model.reset()
        expected.append(sorted((t, int(n)) for t, n in odin_model.run(model, steps)))
    that(all(expected[s] == spikes_of("digits", s) for s in range(40)), "every spike of the 40 is the model's")
    events_in = sum(len(step) for steps in samples for step in steps)
    lines = sum((weight > 0).any(axis=1)[i] * 1 + (weight < 0).any(axis=1)[i] * 1 for steps in samples for step in steps for i in step)
    silent = sum(not weight[i].any() for steps in samples for step in steps for i in step)
    that(counts["sops"] == 256 * (lines + silent), "a spike on an input line is 256 SOPs")
    that(counts["references"] == 40 * 25 and counts["leaves"] == events_in + 40 * 25, "a time reference per step")
    words = summary["memories"]["neurons"]
    that(words["reads"] == words["writes"] == counts["sops"] + 256 * counts["references"], "each visit of a neuron reads and writes its word")
    rows = summary["memories"]["synapses"]
    that(rows["reads"] == rows["writes"] == counts["sops"] // 8, "eight synapses to a word")
    marginal = 8.43e-12 * (counts["sops"] + counts["update_active"] + counts["update_idle"])
    that(abs(energy["dynamic_j"] / marginal - 1) < 1e-9, "its energy is that of what it visited")


def engines_agree():
    weight, samples, _ = digits()
    net, events = write("few", weight, 20, samples[:3])
    # Without SystemC the last of these is refused, and the others are what is compared.
    ways = {"c": [], "again": [], "two": ["--threads", "2"], "four": ["--threads", "4"], "systemc": ["--engine", "systemc"]}
    options = ["--trace", "spikes,packets,timeline", "--set", "core_types.crossbar.offers.leak=1"]
    made = [name for name, way in ways.items() if run(net, events, name, *options, *way)]
    that(made[:4] == ["c", "again", "two", "four"], "all of them run")
    for name in made[1:]:
        differ = [f for f in sorted(os.listdir(os.path.join(HERE, "c"))) if not filecmp.cmp(*(os.path.join(HERE, d, f) for d in ("c", name)), shallow=False)]
        if name == "systemc" and "summary.json" in differ:
            with open(os.path.join(HERE, "c", "summary.json")) as a, open(os.path.join(HERE, "systemc", "summary.json")) as b:
                left, right = json.load(a), json.load(b)
            same = {**left, "engine": ""} == {**right, "engine": ""}
            differ = [f for f in differ if f != "summary.json"] if same else differ
        that(differ == ["host.json"], "%s: the same bytes as the C engine's first run: %s differ" % (name, differ))


def time_references_are_updates():
    """What the compute share is made of: a service of a spike event is 513 cycles of synapses, a time reference 512 of updates."""
    net, events = write("parts", np.array([[3, -2], [1, 4]]), 8, [[[0, 1]] * 4, [[0]] * 4])
    that(run(net, events, "parts", "--pace", "100us", "--set", "time.reference.period=20us"), "a time reference five times a step runs")
    with open(os.path.join(HERE, "parts", "summary.json"), encoding="utf-8") as file:
        summary = json.load(file)
    parts, counts = summary["time"]["compute_s"], summary["counts"]
    wanted = {"synapses": counts["sops"] / 256 * 513 * 13333e-12, "updates": counts["references"] * 512 * 13333e-12}
    that(all(abs(parts[k] - wanted[k]) <= 1e-6 * wanted[k] and wanted[k] > 0 for k in wanted), "compute is %s, as its events are: %s" % (parts, wanted))


def cures_do_cure():
    """A refusal names no option that is refused in its turn: what ODIN lacks no option gives it, but --approximate resets to 0 where a network subtracts."""
    net, events = write("lacks", np.array([[3, -2], [1, 4]]), 8, [[[0, 1]] * 4])
    with open(net, encoding="utf-8") as file:
        plain = file.read()
    cases = {"a bias": plain.replace("]]}", "]], bias: [3, 0]}"), "a subtraction": plain.replace("reset: zero", "reset: subtract")}
    for what, text in cases.items():
        with open(net, "w", encoding="utf-8") as file:
            file.write(text)
        command = [VOLLEY, "run", "odin", net, "--input", events, "--out", os.path.join(HERE, "lacks"), "--quiet"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        said = done.stderr.strip()
        that(done.returncode == 1 and said.count("\n") == 0 and "time.layer_start" not in said, "%s is refused in a line: %s" % (what, said))
        for option in (o for o in ("--approximate", "--assume-native") if o in said):
            that(subprocess.run(command + [option], capture_output=True, timeout=120).returncode == 0, "%s: %s, which the line names, does it" % (what, option))


def main():
    random_layers_are_the_models()
    digits_are_told_apart()
    engines_agree()
    time_references_are_updates()
    cures_do_cure()
    subprocess.run(["rm", "-rf", HERE], check=True)
    sys.exit(1 if wrong else 0)


main()
