"""Learning in a run, chip learn28: weights change what fires, and stay from sample to sample; spikes and work are the same in every plane, with any
number of threads, in both engines and with the RTL; they are what a plain model makes of the run's own spikes; what learning takes is part of each
step; wrong use is one line."""
import os
import struct
import subprocess
import tempfile

import systemc

MLP = "traces/mlp_rate/mlp_rate"
TYPE = "core_types.stdp28."
TIGHT = ["--set", TYPE + "queue={in: 2 packets, out: 2 packets}", "--set", "noc.router.virtual_channels=1", "--set",
         "noc.link={width: 32 bit, length: 1 mm, delay: 1 cycle, flit_time: 4 cycles}", "--map", "balance", "--cores", "6"]
OFF = ["--set", TYPE + "learning.on=false"]
ONE, SPREAD = ["--samples", "0..3", "--trace", "spikes,weights"], ["--samples", "0..1", "--trace", "spikes,weights"] + TIGHT
SLOW = ["--samples", "0..1", "--trace", "spikes,weights"] + TIGHT[2:]       # queues as the RTL has them
CYCLE_PS = 2500

check = systemc.Checks()


def text(folder, name):
    with open(f"{folder}/{name}", encoding="utf-8") as file:
        return file.read()


def work(folder):
    """What no plane may change; accesses of RTL cores are not told apart by population."""
    s = systemc.summary(folder)
    weights = text(folder, "weights.csv") if os.path.exists(folder + "/weights.csv") else None
    return s["counts"], s["memories"], text(folder, "spikes.csv"), weights


def same_in_planes(name, more):
    base = systemc.run("learn28", MLP, *more, "--threads", "1")
    two = systemc.run("learn28", MLP, *more, "--threads", "2")
    check.that(all(text(base, f) == text(two, f) for f in os.listdir(base) if f != "host.json"), f"{name}: every file the same with 1 and 2 threads")
    for plane in ("none", "slots"):
        check.that(work(systemc.run("learn28", MLP, *more, "--timing", plane)) == work(base), f"{name}: the same spikes, counts and accesses in plane {plane}")
    if os.path.exists(f"{systemc.EXAMPLES}/systemc_chip"):
        other = systemc.run("learn28", MLP, *more, "--engine", "systemc")
        check.that(systemc.different(base, other) == [], f"{name}: every file the same with --engine systemc")
    else:
        print("SKIPPED: built without SystemC")
    return base


def on_rtl(more, kind, *engine):
    """A run with the RTL; None where volley was built without Verilator."""
    out = tempfile.mkdtemp(dir=systemc.SCRATCH.name)
    done = subprocess.run([systemc.VOLLEY, "run", "learn28", MLP + ".nir", "--input", MLP + "_input.spk", "--out", out, "--quiet", *more, "--core",
                           "stdp28=" + kind, *engine], capture_output=True, text=True, env=systemc.ENVIRONMENT)
    if "without Verilator" in done.stderr:
        print("SKIPPED: built without Verilator")
        return None
    check.that(done.returncode == 0, f"a run with --core stdp28={kind} {' '.join(engine)} {done.stderr.strip()}")
    return out if done.returncode == 0 else None


def same_in_rtl(name, more):
    base, out = systemc.run("learn28", MLP, *more), on_rtl(more, "rtl:stdp_core")
    if not out:
        return
    check.that(work(out) == work(base) and text(out, "steps.csv") == text(base, "steps.csv"),
               f"{name}: spikes, weights, counts, accesses and the time of every step the same on cores in RTL")
    if os.path.exists(f"{systemc.EXAMPLES}/systemc_chip"):
        pins = on_rtl(more, "rtl:stdp_core", "--engine", "systemc")
        check.that(pins and systemc.different(out, pins) == [], f"{name}: every file the same where they are clocked through their pins, learning too")
    pair = on_rtl(more, "both:stdp,rtl:stdp_core")
    check.that(pair and work(pair) == work(base), f"{name}: in lockstep kind and RTL agree on each packet, update, learning, weight and trace")


# The chip's numbers, and in which chip steps each layer of the network runs.
POTENTIATE, DEPRESS, SHIFT, ADD, KEEP, TOP, LOW, HIGH, STEPS = 16, 18, 8, 128, 243, 255, -128, 127, 25
DEPTH = {"input": 0, "lif1": 1, "lif2": 2}


def spikes_of(folder, samples):
    """Neurons that fired, by sample, chip step and population; the host's input as it is sent."""
    fired = {}
    with open(MLP + "_input.spk", "rb") as file:
        data = file.read()
    n = struct.unpack_from("<I", data, 8)[0]
    first, base = struct.unpack_from("<%dQ" % (n + 1), data, 32), 32 + 8 * (n + 1)
    events = [(s, t, "input", i) for s in range(samples) for t, i in struct.iter_unpack("<HH", data[base + 4 * first[s]:base + 4 * first[s + 1]])]
    rows = systemc.rows(folder + "/spikes.csv")
    for sample, step, population, neuron in events + [(int(r["sample"]), int(r["step"]), r["population"], int(r["neuron"])) for r in rows]:
        if sample < samples:
            fired.setdefault((sample, step, population), []).append(neuron)
    return fired


def trace(before, event):
    return min(TOP, (before * KEEP >> 8) + (ADD if event else 0))


def plain_step(fired, at, weight, x, y):
    """One chip step of one sample: y is told as it was before the update and after it."""
    before = {p: dict(y[p]) for p in y}
    for p in y:
        open_now = DEPTH[p] <= at[1] < DEPTH[p] + STEPS
        y[p] = {j: trace(before[p].get(j, 0), j in fired.get((*at, p), [])) if open_now else 0 for j in set(before[p]) | set(fired.get((*at, p), []))}
    for (source, p), rows in weight.items():
        sent, spiked = fired.get((*at, source), []), fired.get((*at, p), [])
        for i in sent:
            for j, trace_j in before[p].items():
                rows[i][j] = max(LOW, rows[i][j] - (DEPRESS * trace_j >> SHIFT))
        for i, trace_i in x[source, p].items():
            for j in spiked:
                rows[i][j] = min(HIGH, rows[i][j] + (POTENTIATE * trace_i >> SHIFT)) if trace_i else rows[i][j]
        x[source, p] = {i: trace(x[source, p].get(i, 0), i in sent) for i in set(x[source, p]) | set(sent)}


def weights_are_those_of_a_plain_model():
    samples = 3
    out = systemc.run("learn28", MLP, "--samples", "0..%d" % (samples - 1), "--trace", "spikes,weights", "--time", "chip", *TIGHT)
    weight, last = {}, {}
    for r in systemc.rows(out + "/weights.csv"):
        key, i, j = (r["source"], r["population"]), int(r["source_neuron"]), int(r["neuron"])
        weight.setdefault(key, {}).setdefault(i, {})[j] = int(r["first"])
        last.setdefault(key, {}).setdefault(i, {})[j] = int(r["last"])
    fired, first = spikes_of(out, samples), sum(len(row) for rows in weight.values() for row in rows.values())
    changed = sum(weight[key][i][j] != last[key][i][j] for key in weight for i in weight[key] for j in weight[key][i])
    for sample in range(samples):
        x, y = {key: {} for key in weight}, {p: {} for p in DEPTH if p != "input"}
        for step in range(STEPS + 2):
            plain_step(fired, (sample, step), weight, x, y)
    check.that(weight == last and first == 9472 and changed > 1000, f"{changed} of {first} weights changed, each as a plain model of the rule says")


def learning_takes_its_time():
    """Without input only biases make a neuron fire. In a step in which none does, or no axon has a trace: 2 cycles and one per word of 4 traces of the 192
    axons; else the rows that are swept on top of it."""
    silent = tempfile.mkdtemp(dir=systemc.SCRATCH.name)
    with open(silent + "/none.csv", "w", encoding="utf-8") as file:
        file.write("sample,step,neuron\n0,24,0\n")
    steps = []
    for more in ([], OFF):
        out = tempfile.mkdtemp(dir=systemc.SCRATCH.name)
        systemc.volley("run", "learn28", MLP + ".nir", "--input", silent + "/none.csv", "--steps", "25", "--out", out, "--quiet", *more)
        steps.append([systemc.ps(row["time_s"]) for row in systemc.rows(out + "/steps.csv")])
    longer = {(a - b) // CYCLE_PS for a, b in list(zip(*steps))[:20]}
    check.that(min(longer) == 2 + 192 // 4, f"a silent step is longer by the learning program, others by rows swept, too: {sorted(longer)} cycles")


def weights_change_and_stay(base):
    plainly = ["--samples", "0..3", "--trace", "spikes"]
    off = systemc.run("learn28", MLP, *plainly, *OFF)
    counts, still = systemc.summary(base)["counts"], systemc.summary(off)["counts"]
    check.that(counts["learn_rows"] > 1000 and counts["learn_sops"] > counts["learn_rows"] and "learn_sops" not in still,
               f"{counts['learn_rows']} rows swept, {counts['learn_sops']} synapses adjusted; not counted where nothing learns")
    check.that(text(base, "spikes.csv") != text(off, "spikes.csv"), "learning changes what fires")
    alone = systemc.run("learn28", MLP, "--samples", "3..3", "--trace", "spikes")
    plain = systemc.run("learn28", MLP, "--samples", "3..3", "--trace", "spikes", *OFF)

    def last(folder):
        return [row for row in systemc.rows(folder + "/spikes.csv") if row["sample"] == "3"]
    check.that(last(base) != last(alone), "weights stay: sample 3 fires otherwise after samples 0 to 2 than by itself")
    check.that(last(off) == last(plain), "without learning it does not")
    lif = systemc.run("learn28", MLP, *plainly, "--core", "stdp28=lif")
    check.that(work(lif)[:3] == work(off)[:3] and text(lif, "steps.csv") == text(off, "steps.csv"), "without learning the kind is lif, in times too")
    part = systemc.run("learn28", MLP, *ONE, "--set", TYPE + "learning.populations=[lif2]")
    by = systemc.summary(part)["counts"]
    check.that(0 < by["learn_sops"] < counts["learn_sops"], f"one population alone: {by['learn_sops']} synapses adjusted")


def refused(status, says, *more):
    done = subprocess.run([systemc.VOLLEY, "run", "learn28", MLP + ".nir", "--input", MLP + "_input.spk", "--samples", "0..0", "--quiet", *more],
                          capture_output=True, text=True, env=systemc.ENVIRONMENT)
    lines = done.stderr.strip().splitlines()
    check.that(done.returncode == status and len(lines) == 1 and says in lines[0], f"exit {done.returncode}: {done.stderr.strip()}")


def wrong_use():
    refused(2, "no population 'hidden'", "--set", TYPE + "learning.populations=[hidden]")
    refused(2, "did you mean 'potentiate'", "--set", TYPE + "learning.potentate=3")
    refused(2, "learning.weight_max: '200' is not a whole number within formats.weight, -128 to 127", "--set", TYPE + "learning.weight_max=200")
    refused(2, "potentiate: 256 is outside 0 to 255", "--set", TYPE + "learning.potentiate=256")
    refused(2, "pre_add: 128 does not fit formats.trace, 6 bit: at most 63", "--set", TYPE + "formats.trace=6 bit")
    refused(1, "lies outside learning.weight_min 0 .. weight_max 127", "--set", TYPE + "learning.weight_min=0")
    check.that(systemc.volley("run", "learn28", MLP + ".nir", "--input", MLP + "_input.spk", "--samples", "0..0", "--bits", "7", "--quiet", "--set",
                              TYPE + "learning.weight_max=100", "--set", TYPE + "learning.weight_min=-100").returncode == 0, "--bits 7 leaves room for limits")
    done = subprocess.run([systemc.VOLLEY, "run", "mesh28", MLP + ".nir", "--input", MLP + "_input.spk", "--trace", "weights", "--quiet"], capture_output=True,
                          text=True, env=systemc.ENVIRONMENT)
    check.that(done.returncode == 2 and "learns; a core type of kind stdp" in done.stderr, done.stderr.strip())
    refused(1, "skip_idle", "--set", TYPE + "skip_idle=true")
    conv = subprocess.run([systemc.VOLLEY, "run", "learn28", "traces/conv_rate/conv_rate.nir", "--input", "traces/conv_rate/conv_rate_input.spk", "--quiet"],
                          capture_output=True, text=True, env=systemc.ENVIRONMENT)
    check.that(conv.returncode == 1 and "do not store each synapse of its input" in conv.stderr, conv.stderr.strip())
    with open("configs/chips/learn28.yaml", encoding="utf-8") as file:
        chip = file.read()
    for old, new, says in ((": stdp  ", ": lif  ", "kind lif has"), ("      learn:  {", "      # {", "service.learn is missing"),
                           (", trace: 8 bit}", "}", "formats.trace"), ("    learn_sop: ", "    # ", "energy.core.learn_sop is not stated")):
        path = tempfile.mkdtemp(dir=systemc.SCRATCH.name) + "/chip.yaml"
        assert old in chip, old
        with open(path, "w", encoding="utf-8") as file:
            file.write(chip.replace(old, new))
        done = subprocess.run([systemc.VOLLEY, "info", path], capture_output=True, text=True, env=systemc.ENVIRONMENT)
        check.that(done.returncode == 2 and done.stderr.count("\n") == 1 and done.stderr.startswith(f"volley: {path}:"), done.stderr.strip())


def verified():
    """The harness holds the RTL against the kind, learning on and off."""
    out = tempfile.mkdtemp(dir=systemc.SCRATCH.name)
    done = subprocess.run([systemc.VOLLEY, "verify", "rtl:stdp_core", "--seeds", "2", "--events", "20000", "--out", out], capture_output=True, text=True)
    if "without Verilator" in done.stdout + done.stderr:
        print("SKIPPED: built without Verilator")
        return
    check.that(done.returncode == 0 and done.stdout.count(" 0 differences") >= 2, f"verify: exit {done.returncode}, {done.stdout.strip().splitlines()[-2:]}")


whole = same_in_planes("one core", ONE)
same_in_rtl("one core", ONE[2:] + ["--samples", "0..1"])
spread = same_in_planes("six cores, queues of 2, one channel", SPREAD)
check.that(systemc.summary(spread)["time_counts"]["stalled_cycles"] > 0, "updates stall there")
same_in_rtl("six cores, one channel", SLOW)
weights_are_those_of_a_plain_model()
learning_takes_its_time()
weights_change_and_stay(whole)
verified()
wrong_use()
check.end()
