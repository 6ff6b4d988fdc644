"""TrueNorth's core against a plain model of it: random networks with every stochastic option, every reset, both ways to fall, delays, and populations
that share a core: spikes and synaptic operations are the same, in every plane and engine. And what a trained network asks of a binary crossbar."""
import os
import random
import re
import sys

import systemc
import truenorth_model as model

FOLDER = systemc.SCRATCH.name
check = systemc.Checks()
STEPS, SAMPLES, HOST = 12, 2, 6


def write(name, text):
    path = f"{FOLDER}/{name}"
    with open(path, "w") as file:
        file.write(text)
    return path


def draw_rule(r):
    reset = r.choice(["none", "zero", "subtract", "value"])
    leak = r.randint(-40, 40) if r.random() < 0.5 else r.randint(-2, 2)
    return {"threshold": r.randint(1, 12), "threshold_bits": r.choice([0, 0, 2, 4]), "leak": leak, "leak_reversal": r.random() < 0.4,
            "leak_stochastic": r.random() < 0.5, "synapse_stochastic": r.random() < 0.5, "floor": r.choice([0, 3, 20, 1 << 19]),
            "floor_saturates": r.random() < 0.5, "reset": reset, "reset_value": r.randint(-3, 3) if reset == "value" else 0}


def draw_synapses(r, sources, targets, values):
    return {(a, b): r.choice(values) for a in range(sources) for b in range(targets) if r.random() < 0.35}


def draw(seed):
    """A network and where it lies: (populations, projections by (to, from), cores that populations share)."""
    r = random.Random(seed)
    shared = r.random() < 0.5
    sizes = r.randint(3, 9), r.randint(3, 9)
    cores = (70, 70) if shared else (130, 67)
    populations = [model.Population("a", sizes[0], 1, cores[0], 0, **draw_rule(r)),
                   model.Population("b", sizes[1], 2, cores[1], sizes[0] if shared else 0, **draw_rule(r))]
    values = [r.sample([-256, -90, -7, -2, -1, 1, 2, 3, 11, 100, 255], 4) for _ in range(2)]
    a, b = 1, 2
    links = [(0, a, 1), (a, a, 1), (b, a, 1), (0, b, 2), (a, b, 1)]
    size = {0: HOST, a: sizes[0], b: sizes[1]}
    return populations, [(begin, to, delay, draw_synapses(r, size[begin], size[to], values[to - 1])) for begin, to, delay in links]


def network(seed, populations, projections):
    name = {0: "input", 1: "a", 2: "b"}
    lines = [f"time_steps: {STEPS}", f"input_shape: [{HOST}]", "layers:"]
    for p in populations:
        rule = ", ".join(f"{k}: {str(v).lower()}" for k, v in p.rule.items() if k != "reset_value" or p.rule["reset"] == "value")
        lines.append(f"  - {{name: {p.name}, type: TrueNorth, shape: [{p.neurons}], {rule}, output: {str(p.name == 'b').lower()}}}")
    lines.append("connections:")
    for begin, to, _, synapses in projections:
        pre, post, weight = [a for a, _ in synapses], [b for _, b in synapses], list(synapses.values())
        extra = ", delay: 1" if (begin, to) == (2, 1) else ""
        lines.append(f"  - {{from: {name[begin]}, to: {name[to]}, form: list, pre: {pre}, post: {post}, weight: {weight}{extra}}}")
    cores = {}
    for p in populations:
        cores.setdefault(p.core, {})[p.name] = f"[0..{p.neurons - 1}]"
    placed = "".join(f"  - {{core: {c}, neurons: {{{', '.join(f'{k}: {v}' for k, v in held.items())}}}}}\n" for c, held in sorted(cores.items()))
    return write(f"n{seed}.yaml", "\n".join(lines) + "\n"), write(f"m{seed}.yaml", "cores:\n" + placed)


def events_of(seed):
    r = random.Random(seed * 7 + 1)
    events = [{(t, n) for t in range(STEPS) for n in range(HOST) if r.random() < 0.4} for _ in range(SAMPLES)]
    text = "sample,step,neuron\n" + "".join(f"{s},{t},{n}\n" for s, found in enumerate(events) for t, n in sorted(found))
    return write(f"e{seed}.csv", text), events


def run(net, events, *more, chip="truenorth"):
    out = f"{FOLDER}/out{len(os.listdir(FOLDER))}"
    systemc.volley("run", chip, net, "--input", events, "--steps", str(STEPS), "--out", out, "--quiet", "--trace", "spikes", *more)
    return out


def spikes_of(out):
    number = {"a": 1, "b": 2}
    return [sorted((int(r["step"]), number[r["population"]], int(r["neuron"])) for r in systemc.rows(out + "/spikes.csv") if int(r["sample"]) == s)
            for s in range(SAMPLES)]


def parity(seeds):
    same, all_spikes, drew = 0, 0, 0
    for seed in seeds:
        populations, projections = draw(seed)
        net, places = network(seed, populations, projections)
        path, events = events_of(seed)
        wanted = [model.Model(HOST, populations, projections, seed, STEPS).run(s, events[s]) for s in range(SAMPLES)]
        out = run(net, path, "--map", places, "--seed", str(seed))
        counts = systemc.summary(out)["counts"]
        good = spikes_of(out) == [w[0] for w in wanted] and counts["sops"] == sum(w[1] for w in wanted)
        same += good
        all_spikes += sum(len(w[0]) for w in wanted)
        drew += any(p.rule["synapse_stochastic"] or p.rule["leak_stochastic"] or p.rule["threshold_bits"] for p in populations)
        if not good:
            print("FAIL seed", seed, spikes_of(out)[0][:6], wanted[0][0][:6], counts["sops"], [w[1] for w in wanted])
    check.that(same == len(seeds) and drew > len(seeds) / 2,
               f"{same} of {len(seeds)} random networks as the model has them, {all_spikes} spikes, {drew} with chance")


def every_plane_and_engine(seed):
    populations, projections = draw(seed)
    net, places = network(seed, populations, projections)
    path, _ = events_of(seed)
    routed = ["--map", places, "--set", "noc.link.delay=2 cycles", "--set", "noc.router.traversal=1 cycle",
              "--set", "noc.local={inject: 1 cycle, eject: 1 cycle}"]
    first = run(net, path, *routed, "--timing", "none")
    others = [["--timing", "slots"], ["--timing", "cycle"], ["--timing", "none", "--threads", "3"]]
    if os.path.exists(f"{systemc.EXAMPLES}/systemc_chip"):
        others.append(["--timing", "cycle", "--engine", "systemc"])
    for more in others:
        check.that(spikes_of(run(net, path, *routed, *more)) == spikes_of(first), f"{' '.join(more)}: the same spikes")
    check.that(spikes_of(run(net, path, *routed, "--seed", "77")) != spikes_of(first), "another seed draws other numbers")
    again = f"{FOLDER}/again.yaml"
    systemc.volley("convert", net, "-o", again)
    check.that(spikes_of(run(again, path, *routed, "--timing", "none")) == spikes_of(first), "what volley convert writes is the same network")


def drawn_synapses():
    """form: random: fan-out, blocks, and that it is the network's own."""
    net = write("random.yaml", f"""time_steps: {STEPS}
input_shape: [64]
layers:
  - {{name: a, type: TrueNorth, shape: [48], threshold: 3, reset: zero}}
  - {{name: b, type: TrueNorth, shape: [48], threshold: 2, reset: zero}}
connections:
  - {{from: input, to: a, form: random, fan_out: 5, block: 12, seed: 3, weight: [2, 1, -1]}}
  - {{from: a, to: b, form: random, fan_out: 12, block: 12, seed: 4, weight: 1}}
""")
    events = write("random.csv", "sample,step,neuron\n" + "".join(f"0,{t},{n}\n1,{t},{63 - n}\n" for t in range(STEPS) for n in range(t, 64, 5)))
    out = run(net, events)
    s = systemc.summary(out)
    sent = sum(1 for t in range(STEPS) for n in range(t, 64, 5)) * 2
    fired = sum(row["population"] == "a" for row in systemc.rows(out + "/spikes.csv"))
    check.that(s["network"]["synapses"] == 64 * 5 + 48 * 12, f"synapses: {s['network']['synapses']}")
    check.that(s["counts"]["sops"] == 5 * sent + 12 * fired, f"{s['counts']['sops']} synaptic operations of {sent} inputs and {fired} spikes")
    check.that(systemc.rows(out + "/spikes.csv") == systemc.rows(run(net, events, "--seed", "9") + "/spikes.csv"), "drawn once for all runs")
    check.that(systemc.rows(run(net, events, "--map", "fill") + "/layers.csv")[0]["sops"] == systemc.rows(out + "/layers.csv")[0]["sops"],
               "wherever the neurons lie")


def trained():
    """mlp_rate, whose weights are real numbers: on one to four axons per source."""
    base = ["traces/mlp_rate/mlp_rate.nir", "--input", "traces/mlp_rate/mlp_rate_input.spk", "--labels", "traces/mlp_rate/mlp_rate_labels.npy", "--quiet"]
    out = FOLDER + "/trained"
    systemc.volley("run", "truenorth", *base, "--approximate", "--out", out)
    s = systemc.summary(out)
    check.that(s["accuracy"] > 0.8, f"mlp_rate with weights of 3 and 2 bit: {100 * s['accuracy']:.0f} %")
    check.that(any("weights of 3 bit, each bit a type of axon" in f["text"] for f in s["fidelity"]), "and says so")
    words = {"--bits 3": (["--approximate", "--bits", "3"], 1, r"lif2: one neuron alone needs \d+ axons in, .* has 256"),
             "--bits 8": (["--approximate", "--bits", "8"], 1, r"--bits 8: core type tn of chip truenorth has 4 types of axons, one per bit of a weight"),
             "neither": ([], 1, r"lif1: its membrane decays by a factor; .* offers a constant leak per step: --approximate")}
    for name, (more, status, pattern) in words.items():
        text = systemc.volley("run", "truenorth", *base, *more, "--out", FOLDER + "/no", status=status).stderr.strip()
        check.that(re.search(pattern, text) and len(text.splitlines()) == 1, f"{name}: {text}")


def refused():
    layer = "type: TrueNorth, shape: [2], threshold: 2, reset: zero"
    head = "time_steps: 5\ninput_shape: [2]\nlayers:\n  - {name: a, %s}\nconnections:\n  - {from: input, to: a, %s}\n"
    events = write("two.csv", "sample,step,neuron\n0,0,0\n")
    lines = "form: dense, weight: [[1, 2], [3, 4]]"
    cases = [("more than four values", layer.replace("[2]", "[3]"), "form: dense, weight: [[1, 2], [3, 4], [5, 6]]", [], 1,
              r"^volley: a: its weights have 6 values; a neuron .* has 4, one per type of axon: give it no more"),
             ("a weight that is no whole number", layer, "form: dense, weight: [[1, 2], [3, 0.5]]", [], 1,
              r"weight 3 is 0.5; a TrueNorth population takes whole numbers"),
             ("a weight too wide", layer, "form: dense, weight: [[1, 2], [3, 256]]", [], 1, r"weight 3 is 256; .* from -256 to 255"),
             ("a leak too wide", layer + ", leak: 300", lines, [], 1, r"a: neuron 0 has the leak 300; kind if_binary .* from -256 to 255"),
             ("a threshold that is no whole number", layer.replace("threshold: 2", "threshold: 2.5"), lines, [], 1, r"has the threshold 2.5"),
             ("more random bits than there are", layer + ", threshold_bits: 18", lines, [], 2, r"threshold_bits: .*17"),
             ("axon types over 4", layer, lines, ["--set", "core_types.tn.offers.axon_types=5"], 2, r"axon_types.*4"),
             ("trees of packets", layer, lines, ["--set", "noc.routing.multicast=tree"], 2,
              r"cores of type tn take a packet for each type .* write multicast: none"),
             ("a crossbar too small", layer, lines, ["--set", "core_types.tn.capacity.axons_in=3"], 1,
              r"a: one neuron alone needs 4 axons in, .* has 3"),
             ("blocks that do not divide", layer, "form: random, fan_out: 1, block: 3, weight: 1", [], 2, r"blocks of 3 neurons do not divide the 2 of 'a'"),
             ("more synapses than a block", layer, "form: random, fan_out: 3, block: 2, weight: 1", [], 2, r"3 synapses per neuron do not fit a block of 2"),
             ("no fan_out", layer, "form: random, weight: 1", [], 2, r":6:\d+: form: random needs fan_out"),
             ("no weight", layer, "form: random, fan_out: 1", [], 2, r":6:\d+: its weight is missing"),
             ("a decay in float32 cores of such a type", "type: Leaky, shape: [2], beta: 0.5, threshold: 2, reset: zero", lines,
              ["--core", "tn=reference", "--approximate"], 1, r"a: decays; .* offers no decay: .*\[shift\]$"),
             ("another chip", layer, lines, ["mesh28"], 1, r"a: is a TrueNorth neuron; .* a chip with cores of kind if_binary")]
    for what, neurons, synapses, more, status, pattern in cases:
        net = write("refused.yaml", head % (neurons, synapses))
        chip = more.pop() if more == ["mesh28"] else "truenorth"
        done = systemc.volley("run", chip, net, "--input", events, "--out", FOLDER + "/no", "--quiet", *more, status=status)
        text = done.stderr.strip()
        check.that(re.search(pattern, text, re.M) and len(text.splitlines()) == 1, f"{what}: {text}")


def tick_of_the_chip():
    """The published fastest tick is what its work takes; one faster, and every step overruns."""
    populations, projections = draw(1)
    net, places = network(1, populations, projections)
    path, _ = events_of(1)
    least = 47600
    for less in (0, 1):
        t = systemc.summary(run(net, path, "--map", places, "--set", f"time.tick.value={least - less} ns"))["time"]
        least = round(t["least_s"] * 1e9) if not less and t["overruns"] else least
        t = systemc.summary(run(net, path, "--map", places, "--set", f"time.tick.value={least - less} ns"))["time"]
        check.that((t["overruns"] > 0) == (less > 0), f"tick {least - less} ns: {t['overruns']} overruns, {t['least_s'] * 1e9:.0f} ns would do")
    check.that(47600 <= least < 47700, f"the published one, and what its last packets take: {least} ns")


parity(range(1, 41))
every_plane_and_engine(3)
drawn_synapses()
trained()
refused()
tick_of_the_chip()
sys.exit(1 if check.wrong else 0)
