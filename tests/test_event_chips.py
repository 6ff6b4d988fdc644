"""Chips without steps, as a user runs them: when each packet's service begins and ends, time references between them, the shares of the time, the same
bytes under either engine, deadlocks and networks that never rest, and what such a chip cannot be asked for."""
import csv
import filecmp
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
HERE = tempfile.mkdtemp(prefix="volley-event-")
MESH = "tests/event/mesh.yaml"
CORE_PS, NOC_PS = 13333, 6667           # 75 and 150 MHz in whole picoseconds
wrong = 0


def that(holds, text):
    global wrong
    print("ok  " if holds else "FAIL", text)
    wrong += not holds


def matrix(rng, rows, columns, low, high):
    return "[" + ", ".join("[" + ", ".join("%d" % rng.randint(low, high) for _ in range(columns)) + "]" for _ in range(rows)) + "]"


def network(name, seed, inputs=12, hidden=14, recurrent=None, low=-4, high=7, steps=8, share=0.4, threshold=15):
    """net.yaml and in.csv: inputs, a hidden layer that may hear itself, four outputs."""
    rng = random.Random(seed)
    net, events = os.path.join(HERE, name + ".yaml"), os.path.join(HERE, name + ".csv")
    with open(net, "w", encoding="utf-8") as file:
        file.write("time_steps: %d\ninput_shape: [%d]\nreset: zero\nreset_delay: false\nthreshold_compare: at_least\nlayers:\n" % (steps, inputs))
        file.write("  - {name: fc1, type: Linear, weight: %s}\n" % matrix(rng, hidden, inputs, low, high))
        again = ", recurrent_weight: %s" % matrix(rng, hidden, hidden, *recurrent) if recurrent else ""
        file.write("  - {name: hidden, type: %s, shape: [%d], beta: 1, threshold: %d%s}\n" % ("RLeaky" if recurrent else "Leaky", hidden, threshold, again))
        file.write("  - {name: fc2, type: Linear, weight: %s}\n" % matrix(rng, 4, hidden, low, high))
        file.write("  - {name: out, type: Leaky, shape: [4], beta: 1, threshold: %d}\n" % threshold)
    with open(events, "w", encoding="utf-8") as file:
        file.write("sample,step,neuron\n")
        for sample in range(2):
            for step in range(steps):
                file.writelines("%d,%d,%d\n" % (sample, step, i) for i in range(inputs) if rng.random() < share)
    return net, events


def run(chip, net, events, out, *options):
    command = [VOLLEY, "run", chip, net, "--input", events, "--out", os.path.join(HERE, out), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def runs(chip, net, events, out, *options):
    answer = run(chip, net, events, out, *options)
    that(answer.returncode == 0, "%s runs%s" % (out, ": " + answer.stderr.strip() if answer.returncode else ""))
    return answer


def refused(answer, status, *parts):
    lines = answer.stderr.strip().split("\n")
    holds = answer.returncode == status and len(lines) == 1 and all(part in lines[0] for part in parts)
    that(holds, "exit %d and one line: ...%s..." % (status, "...".join(parts)) + ("" if holds else "\n     %d: %s" % (answer.returncode, answer.stderr)))


def table(out, name):
    with open(os.path.join(HERE, out, name), encoding="utf-8") as file:
        return list(csv.DictReader(file))


def summary(out):
    with open(os.path.join(HERE, out, "summary.json"), encoding="utf-8") as file:
        return json.load(file)


def cycle_of(ps):
    return -(-ps // NOC_PS)


def expected_starts(packets, pace_ps, steps):
    """One core: packets (arrive, service) in cycles of the sample, with a reference of 512 core cycles at each k x pace. Starts in order of arrival."""
    references, free, starts = [cycle_of(k * pace_ps) for k in range(1, steps + 1)], 0, []
    for arrive, service in packets:
        while references and references[0] <= arrive:
            free = max(free, references.pop(0)) + cycle_of(512 * CORE_PS)
        start = max(free, arrive)
        starts.append(start)
        free = start + service
    return starts


def services_begin_when_they_must():
    """A pace so short that work piles up: what waits, waits in order of arrival, references among it."""
    net, events = network("pile", 3, hidden=8, low=0)
    one = ["--set", "noc.size=1x1", "--set", "core_types.crossbar.capacity.neurons=12", "--set", "core_types.crossbar.queue.in=unlimited"]
    for pace, pace_ps in (("1 ms", 10**9), ("20 us", 2 * 10**7)):
        runs(MESH, net, events, "pile", "--trace", "packets", "--pace", pace, *one, "--set", "time.reference.period=" + pace, "--quiet")
        for sample in ("0", "1"):
            rows = [r for r in table("pile", "packets.csv") if r["sample"] == sample and r["to"] != "(host)"]
            begin = [cycle_of(int(r["step"]) * pace_ps) for r in rows]
            packets = sorted((b + int(r["arrive"]), int(r["end"]) - int(r["start"])) for b, r in zip(begin, rows))
            starts = sorted(b + int(r["start"]) for b, r in zip(begin, rows))
            that(len(packets) > 30 and starts == expected_starts(packets, pace_ps, 8), "pace %s, sample %s: %d services begin when they must" %
                 (pace, sample, len(packets)))
            that({p[1] for p in packets} <= {cycle_of(513 * CORE_PS), cycle_of(2 * 513 * CORE_PS)}, "and take an event's cycles for each line")


def a_full_queue_stops_a_service():
    """Weights of one sign, so every service is one event: what it takes longer is what it stood still, and later spikes are as late."""
    net, events = network("full", 4, low=0, recurrent=(0, 1), threshold=9)
    options = ["--set", "core_types.crossbar.queue.out=1 packets", "--set", "core_types.crossbar.queue.in=unlimited", "--set", "noc.link.width=2 bit"]
    runs(MESH, net, events, "full", "--trace", "packets", "--quiet", *options)
    longer = sum(int(r["end"]) - int(r["start"]) - cycle_of(513 * CORE_PS) for r in table("full", "packets.csv") if r["to"] != "(host)")
    stood = summary("full")["time_counts"]["stalled_cycles"]
    that(longer == stood and stood > 1000, "services are longer by the %d cycles that they stood still: %d" % (stood, longer))


def time_is_told():
    told = summary("pile")["time"]
    shares, busy = told["bound_s"], summary("pile")["counts"]["busy_cycles"]
    that(abs(sum(shares.values()) + told["reset_s"] - told["total_s"]) < 1e-12, "compute, noc and waiting add to the time")
    that(shares["compute"] >= busy * CORE_PS * 1e-12 and shares["compute"] < 1.01 * busy * CORE_PS * 1e-12, "one core: compute is what it was busy")
    steps = [float(r["time_s"]) for r in table("pile", "steps.csv") if r["sample"] == "0"]
    that(len(steps) == 8 and all(abs(t - 20e-6) < 1e-8 for t in steps[:7]) and steps[7] > 20e-6, "a step lasts its pace, the last one until the chip rests")
    that(told["queue_most"] > 4, "%d packets waited at once" % told["queue_most"])
    that(told["latency"]["samples"] == 2 and 0 < told["latency"]["first_output"]["mean_s"] < told["per_sample"]["mean_s"], "latencies are told")


def same_bytes():
    net, events = network("mesh", 7, recurrent=(-3, 3))
    ways = {"c": [], "again": [], "four": ["--threads", "4"], "systemc": ["--engine", "systemc"]}
    for queue in ("1 packets", "4 packets"):
        options = ["--trace", "spikes,packets,timeline", "--quiet", "--pace", "200 us", "--set", "time.drain=20 ms"]
        options += ["--set", "core_types.crossbar.queue.in=" + queue, "--set", "core_types.crossbar.queue.out=64 packets"]
        for name, way in ways.items():
            answer = run(MESH, net, events, name, *options, *way)
            if name == "systemc" and "libsystemc-dev" in answer.stderr:
                continue                # built without
            that(answer.returncode == 0, "%s runs %s" % (name, answer.stderr.strip()))
            text = {d: open(os.path.join(HERE, d, "summary.json")).read().replace('"systemc"', '"c"') for d in ("c", name)}
            files = [f for f in sorted(os.listdir(os.path.join(HERE, "c"))) if f not in ("host.json", "summary.json")]
            differ = [f for f in files if not filecmp.cmp(os.path.join(HERE, "c", f), os.path.join(HERE, name, f), shallow=False)]
            that(not differ and text["c"] == text[name], "%s, input queues of %s: the same bytes %s" % (name, queue, differ))
    counts = summary("c")["counts"]
    that(counts["hops"] > 100 and counts["spikes"] > 100, "over %d hops and %d spikes" % (counts["hops"], counts["spikes"]))
    that(counts["leaves"] + counts["host_packets_out"] == counts["packets"] + counts["references"], "every packet and reference was served")


def references():
    net, events = network("leak", 5)
    cores = 3                           # 14 hidden neurons and 4 outputs, 8 to a core
    used = ["--quiet", "--set", "time.reference.period=500 us"]
    runs(MESH, net, events, "all", *used)
    that(summary("all")["counts"]["references"] == 2 * 16 * cores, "two per step and core")
    runs(MESH, net, events, "each", *used, "--set", "time.reference.target=neurons")
    that(summary("each")["counts"]["references"] == 2 * 16 * 18, "two per step and neuron")
    that(summary("each")["counts"]["update_active"] == summary("all")["counts"]["update_active"], "of the same neurons")
    runs(MESH, net, events, "none", "--quiet", "--set", "time.reference=none")
    that("references" not in summary("none")["counts"], "none")


def layers_do_not_wait():
    """A way past a layer is one step longer on a chip with steps, and no delay here: the input reaches the output before the hidden layer does."""
    net, events = os.path.join(HERE, "skip.yaml"), os.path.join(HERE, "skip.csv")
    with open(net, "w", encoding="utf-8") as file:
        file.write("time_steps: 2\ninput_shape: [1]\nreset: zero\nreset_delay: false\nthreshold_compare: at_least\nlayers:\n"
                   "  - {name: hidden, type: Leaky, shape: [1], beta: 1, threshold: 7}\n  - {name: out, type: Leaky, shape: [2], beta: 1, threshold: 7}\n"
                   "connections:\n  - {from: input, to: hidden, form: dense, weight: [[7]]}\n  - {from: hidden, to: out, form: dense, weight: [[7], [0]]}\n"
                   "  - {from: input, to: out, form: dense, weight: [[0], [7]], name: skip}\n")
    with open(events, "w", encoding="utf-8") as file:
        file.write("sample,step,neuron\n0,0,0\n")
    runs(MESH, net, events, "skip", "--trace", "spikes", "--quiet", "--decode", "latency")
    that([(r["population"], r["neuron"]) for r in table("skip", "spikes.csv")] == [("hidden", "0"), ("out", "0"), ("out", "1")], "all three fire")
    that(table("skip", "samples.csv")[0]["prediction"] == "1", "and the one that hears the input itself comes first")


def what_never_rests():
    net, events = network("loop", 2, recurrent=(4, 7), steps=3)
    answer = runs(MESH, net, events, "cut", "--set", "time.drain=3 ms", "--set", "core_types.crossbar.queue.out=unlimited",
                  "--set", "core_types.crossbar.queue.in=unlimited")
    that("2 of 2 samples were cut off (time.drain)" in answer.stdout.replace("\n          ", " "), "a sample that is cut off is told")
    that(3e-3 + 3e-3 <= summary("cut")["time"]["per_sample"]["max_s"] < 3e-3 + 3e-3 + 1e-4, "and ends then")
    refused(run(MESH, net, events, "stuck", "--set", "core_types.crossbar.queue.out=1 packets", "--set", "core_types.crossbar.queue.in=1 packets"), 1,
            "sample 0: deadlock at cycle ", "stand still with a spike for which their output queue has no place: core 0.")
    slow = run(MESH, net, events, "late", "--pace", "50 ns", "--set", "time.drain=1 ms", "--set", "core_types.crossbar.queue.out=unlimited",
               "--set", "core_types.crossbar.queue.in=unlimited")
    that("steps begins late, by up to" in slow.stdout.replace("\n          ", " "), "input that the port cannot send in time is an overrun")


def what_cannot_be_asked():
    net, events = network("asked", 1)
    for plane in ("none", "slots"):
        refused(run(MESH, net, events, "x", "--timing", plane), 1, "mode event: its cores fire as packets come",
                "--timing %s works out only afterwards" % plane)
    refused(run(MESH, net, events, "x", "--trace", "membrane"), 1, "mode event: membranes are read after the update of a step", "leave out --trace membrane")
    refused(run(MESH, net, events, "x", "--decode", "membrane"), 1, "mode event: ", "decode its spikes")
    refused(run(MESH, net, events, "x", "--pace", "100 s"), 1, "a sample of 8 steps every 100 s is longer than the 4e9 cycles of 6667 ps",
            "longer cycles of the network")
    refused(run(MESH, net, events, "x", "--set", "core_types.crossbar.kind=lif"), 2, "core kind 'lif' fires in the update of a step")
    refused(run("mesh28", net, events, "x", "--core", "lif28=odin"), 2, "core kind 'odin' adds each packet to its membranes at once")
    refused(run(MESH, net, events, "x", "--set", "core_types.crossbar.offers.neurons=izhikevich"), 1, "offers.neurons: izhikevich", "are not modelled")
    refused(run(MESH, net, events, "x", "--set", "noc.full=drop", "--set", "noc.drop_wait=240 cycles"), 1, "mode event with noc.full: drop")
    with open(MESH, encoding="utf-8") as file:
        text = file.read()
    for before, after, *parts in (
            ("  reference: {period: 1 ms, target: all}\n", "", ":5:", "mode event needs the time references of its cores"),
            ("target: all", "target: some", ":8:37:", "some", "all|neurons"), ("period: 1 ms, ", "", ":8:14:", "period"),
            ("  pace: 1 ms\n", "", ":5:", "it needs the time between the input's; write for example pace: 1 ms"),
            ("layer_start: {kind: free}", "layer_start: {kind: gated, time: 0 cycles, energy: 0 pJ, source: made}", ":9:23:", "write {kind: free}"),
            ("mode: event", "mode: barrier", "time.pace belongs to mode: event; remove it"),
            ("mode: event", "mode: event\n  barrier: {base: 1 cycles, per_hop: 0 cycles, source: made}", "time.barrier belongs to mode: barrier"),
            ("packet: 513 cycles", "packet: 3 cycles", "a neuron spike event takes 513 cycles")):
        chip = os.path.join(HERE, "chip.yaml")
        with open(chip, "w", encoding="utf-8") as file:
            file.write(text.replace(before, after))
        answer = run(chip, net, events, "x")
        refused(answer, 1 if "513" in parts[0] else 2, *parts)


def main():
    services_begin_when_they_must()
    time_is_told()
    a_full_queue_stops_a_service()
    same_bytes()
    references()
    layers_do_not_wait()
    what_never_rests()
    what_cannot_be_asked()
    shutil.rmtree(HERE)
    sys.exit(1 if wrong else 0)


main()
