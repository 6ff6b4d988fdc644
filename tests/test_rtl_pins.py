"""Cores in RTL, clocked through their pins by the engine systemc, in a chip: every file of a run, all times of all packets among them, is that of the
engine c, which asks the same cores for the cycles of whole packets and updates; and spikes are those of kind lif. Also with queues of 2, one virtual
channel, 4 cycles per flit, all neurons firing, and core clocks slower and faster than the network's. Two cores that send each other 1000 spikes
in one step, through queues of 2, do not lock up."""
import json
import os
import tempfile

import kit
import rtl_chip
import systemc

systemc.need_systemc()
check = systemc.Checks()
MLP = "traces/mlp_rate/mlp_rate"
RNN = kit.KIT + "/rnn_rows"
HERE = systemc.SCRATCH.name
CLOCKS = ["800 MHz", "300 MHz", "123 MHz"]


def built():
    done = systemc.subprocess.run([systemc.VOLLEY, "run", "mesh28", MLP + ".nir", "--input", MLP + "_input.spk", "--samples", "0..0", "--core",
                                   "lif28=rtl:lif_core", "--quiet"], capture_output=True, text=True)
    return "built without Verilator" not in done.stderr


def run(network, events, settings, *more):
    out = tempfile.mkdtemp(dir=HERE)
    systemc.volley("run", "mesh28", network, "--input", events, *rtl_chip.words(settings), "--trace", "spikes,packets", "--out", out, "--quiet", *more)
    return out


def compare(what, network, events, settings, *more):
    """Three runs: kind lif, RTL by whole calls, RTL through its pins."""
    rtl = ["--core", "lif28=rtl:lif_core"]
    lif = run(network, events, settings, *more)
    c, pins = run(network, events, settings, *rtl, *more), run(network, events, settings, *rtl, *more, "--engine", "systemc")
    same = all(open(f"{lif}/{name}").read() == open(f"{c}/{name}").read() for name in ("spikes.csv", "steps.csv", "packets.csv"))
    counts = systemc.summary(pins)
    check.that(same, f"{what}: spikes, steps and packets of rtl:lif_core are those of lif; {counts['counts']['spikes']} spikes")
    check.that(systemc.different(c, pins) == [], f"{what}: through the pins every file the same; {counts['chip']['cores_used']} cores, "
               f"stalled {counts['time_counts']['stalled_cycles']}, blocked {counts['time_counts']['blocked_cycles']} cycles")
    return counts


def network(name, layers, connections, inputs, steps):
    """Files of a network and of an input in which every input neuron fires in every step."""
    path = f"{HERE}/{name}"
    head = {"time_steps": steps, "input_shape": [inputs], "reset": "zero", "reset_delay": False, "threshold_compare": "at_least"}
    open(path + ".yaml", "w").write(json.dumps({**head, "layers": layers, "connections": connections}))
    with open(path + ".csv", "w") as file:
        file.write("sample,step,neuron\n" + "".join(f"0,{t},{n}\n" for t in range(steps) for n in range(inputs)))
    return path + ".yaml", path + ".csv"


def layer(name, n, bias=0, **more):
    return {"name": name, "type": "Neurons", "shape": [n], "beta": 0.5, "threshold": 1, "bias": [bias] * n, **more}


def all_firing():
    """120 neurons over several cores that all fire in each step and reach as many others."""
    layers = [layer("a", 120), layer("b", 120), layer("out", 10, output=True)]
    ways = (("input", "a", 4, 120), ("a", "b", 120, 120), ("b", "out", 120, 10))
    dense = [{"from": x, "to": y, "form": "dense", "weight": [[1] * n] * m} for x, y, n, m in ways]
    return network("all_firing", layers, dense, 4, 6)


def to_each_other():
    """Two layers of 1000, a core each; every neuron fires in every step and has one synapse to its like in the other layer."""
    layers = [layer("a", 1000, 2), layer("b", 1000, 2, output=True)]
    each = list(range(1000))
    lists = [{"from": x, "to": y, "form": "list", "pre": each, "post": each, "weight": [0.5] * 1000, "delay": int(x == "b")} for x, y in ("ab", "ba")]
    lists.append({"from": "input", "to": "a", "form": "list", "pre": [0], "post": [0], "weight": [0.5]})
    return network("to_each_other", layers, lists, 1, 4)


def unheard():
    """As all_firing, but two of three neurons of the first layer have no synapse to anybody: their spikes leave no packet."""
    layers = [layer("a", 120), layer("b", 120), layer("out", 10, output=True)]
    lists = [{"from": "input", "to": "a", "form": "dense", "weight": [[1] * 4] * 120}, {"from": "b", "to": "out", "form": "dense", "weight": [[1] * 120] * 10}]
    pre, post = [x for x in range(0, 120, 3) for _ in range(120)], list(range(120)) * 40
    lists.append({"from": "a", "to": "b", "form": "list", "pre": pre, "post": post, "weight": [1] * len(pre)})
    return network("unheard", layers, lists, 4, 6)


def compare_unheard(settings, *more):
    """A spike that nobody hears takes a place in the core's own output queue, and none where the queue is a model's (docs/systemc.md): packets behind it
    may leave a little later, but what is counted is the same."""
    files, rtl = unheard(), ["--core", "lif28=rtl:lif_core"]
    c, pins = run(*files, settings, *rtl, *more), run(*files, settings, *rtl, *more, "--engine", "systemc")
    a, b = systemc.summary(c), systemc.summary(pins)
    same = all(a[key] == b[key] for key in ("counts", "memories")) and a["energy"]["dynamic_j"] == b["energy"]["dynamic_j"]
    same = same and open(c + "/spikes.csv").read() == open(pins + "/spikes.csv").read()
    return same, systemc.different(c, pins), (a["time"]["total_s"], b["time"]["total_s"])


def refused(firing):
    """The chip file's queues are the core's own, or the run does not begin; one packet per spike; a service beside the update."""
    for settings, more, said in (
            (["core_types.lif28.queue={in: 16 packets, out: 8 packets}"], [],
             "core 0.0.0: lif_core: its identity words say queue: {in: 16 packets, out: 16 packets}, the core type {in: 16 packets, out: 8 packets}\n"),
            (["core_types.lif28.queue={in: unlimited, out: 16 packets}"], [], "the core type {in: unlimited, out: 16 packets}"),
            (["core_types.lif28.overlap=full"], [], "overlap: full"),
            (["noc.routing.multicast=none"], ["--engine", "systemc", "--map", "balance", "--cores", "8"], "noc.routing.multicast: tree")):
        done = systemc.volley("run", "mesh28", firing[0], "--input", firing[1], *rtl_chip.words(rtl_chip.LIF_CORE + settings), "--core",
                              "lif28=rtl:lif_core", "--quiet", *more, status=1)
        check.that(said in done.stderr and done.stderr.count("\n") == 1, f"{settings[0]}: {done.stderr.strip()[:160]}")


if not built():
    print("SKIPPED: this volley was built without Verilator")
    check.end()
# so few that no accumulator word belongs to two layers: kind lif counts such a word twice
few = ["--samples", "0..0", "--map", "balance", "--cores", "3"]
networks = [(MLP + ".nir", MLP + "_input.spk")]
if os.path.exists(RNN + ".nir"):
    networks.append((RNN + ".nir", RNN + "_input.spk"))
else:
    print("SKIPPED: no network", RNN)
for files in networks:
    name = os.path.basename(files[0])
    compare(name, *files, rtl_chip.LIF_CORE, *few)
    compare(f"{name}, queues of 2, slow links", *files, rtl_chip.LIF_CORE_L1 + rtl_chip.SLOW_LINKS, *few)
firing = all_firing()
spread = ["--map", "balance", "--cores", "8"]
stalled = compare("all firing", *firing, rtl_chip.LIF_CORE + rtl_chip.SLOW_LINKS, *spread)
counts = compare("all firing, queues of 2", *firing, rtl_chip.LIF_CORE_L1 + rtl_chip.SLOW_LINKS, *spread)
check.that(counts["time_counts"]["stalled_cycles"] > 0, "updates stood still at full output queues")
for clock in CLOCKS:
    compare(f"all firing, queues of 2, cores at {clock}", *firing, rtl_chip.LIF_CORE_L1 + rtl_chip.SLOW_LINKS + ["time.clocks.core=" + clock], *spread)
pair = to_each_other()
for links in ([], rtl_chip.SLOW_LINKS):
    counts = compare(f"two cores, 1000 spikes to each other{', slow links' if links else ''}", *pair, rtl_chip.LIF_CORE_L8 + links, "--map", "fill")
    check.that(counts["chip"]["cores_used"] == 2 and counts["time_counts"]["stalled_cycles"] > 1000, "two cores, which stop for each other")
for settings, what in ((rtl_chip.LIF_CORE, "queues of 16"), (rtl_chip.LIF_CORE_L1 + rtl_chip.SLOW_LINKS, "queues of 2, slow links")):
    same, files, times = compare_unheard(settings, *spread)
    check.that(same, f"spikes that nobody hears, {what}: the same spikes, counts, accesses and dynamic energy; {times[0]:.4g} and {times[1]:.4g} s")
    print("     other files:", *files)
refused(firing)
check.end()
