"""A volley chip in a SystemC model, by the example programs: it takes the time that the command line says, a probe at a core's ports sees
each packet and spike when the packets trace says, and a core of one's own takes the place of one of the chip's."""
import os

import systemc

systemc.need_systemc()
check = systemc.Checks()
NET = "traces/mlp_rate/mlp_rate"
SAMPLES = 2
DOUBLE = "accept={packet: 6 cycles, synapse.read_word: 2 cycles, accumulator.write_word: 2 cycles, source: rtl}"


def steps(folder):
    return [(int(r["sample"]), int(r["step"]), systemc.ps(r["time_s"])) for r in systemc.rows(folder + "/steps.csv")]


def said(lines):
    return [(int(l[1]), int(l[2]), int(l[3])) for l in lines if l[0] == "step"]


def host():
    """A host that writes its spikes over the socket."""
    events = systemc.SCRATCH.name + "/events.csv"
    systemc.volley("convert", NET + "_input.spk", "-o", events)
    lines = [l for l in open(events) if l[0] in "#s" or int(l.split(",")[0]) < SAMPLES]
    open(events, "w").writelines(lines)
    folder = systemc.run("loihi", NET, "--samples", f"0..{SAMPLES - 1}")
    out = systemc.example("systemc_chip", "loihi", NET + ".nir", events, "25")
    check.that(said(out) == steps(folder), f"driven over TLM, the chip takes the time of volley run in each of {len(said(out))} steps")
    check.that([l[3] for l in out if l[0] == "sample"] == [r["prediction"] for r in systemc.rows(folder + "/samples.csv")], "and predicts the same")
    sent = sum(int(l[-1]) for l in out if l[0] == "step")
    check.that(sent == systemc.summary(folder)["counts"]["host_packets_out"], f"it hears every output spike: {sent}")
    time = next(l for l in out if l[0] == "time")
    total = systemc.ps(systemc.summary(folder)["time"]["total_s"])
    check.that(int(time[1]) == int(time[-2]) == total, f"sc_time_stamp() at the end is the sum of the steps: {time[1]} ps")
    cores = [l for l in out if l[0] == "core"]
    check.that(len(cores) > 0 and all(int(l[-2]) == len(said(out)) for l in cores), f"every core's process ran in every step: {cores[0]}")


def times(lines, what, period, begin):
    """(sample, step, cycle) of a probe's lines."""
    return sorted((int(l[1]), int(l[2]), (int(l[3]) - begin[(l[1], l[2])]) / period) for l in lines if l[0] == what)


def probe(chip, period, more):
    """Arrivals and spikes of one core against the packets trace. A spike goes out at its offset + what its update has stood still."""
    out = systemc.example("systemc_probe", chip, NET + ".nir", NET + "_input.spk", "0", str(SAMPLES))
    begin = {(l[1], l[2]): int(l[3]) for l in out if l[0] == "begin"}
    trace = systemc.rows(systemc.run(chip, NET, "--samples", f"0..{SAMPLES - 1}", "--trace", "packets", *more) + "/packets.csv")
    core = "0.0.0"
    arrived = sorted((int(r["sample"]), int(r["step"]), int(r["arrive"])) for r in trace if r["to"] == core)
    check.that(times(out, "packet", period, begin) == arrived and arrived, f"{chip}: the probe sees each of {len(arrived)} packets at the trace's time")
    sent = sorted({(int(r["sample"]), int(r["step"]), int(r["offset"])) for r in trace if r["from"] == core})
    seen = sorted(set(times(out, "spike", period, begin)))
    check.that(seen == sent and sent, f"{chip}: and each of {len(sent)} spikes")


def own_core():
    """The whole network on the one core."""
    for slower, more in (("1", []), ("2", ["--set", "core_types.lif28.service." + DOUBLE])):
        folder = systemc.run("mesh28", NET, "--samples", "0..1", *more)
        out = systemc.example("systemc_own_core", "mesh28", NET + ".nir", NET + "_input.spk", "0", slower, "2")
        check.that(said(out) == steps(folder), f"one's own core, {slower} times as slow: the step times of the C engine's with its type so slow")
        check.that(int(out[-1][5].rstrip(",")) == systemc.summary(folder)["counts"]["spikes"], "and its spikes")


def own_arithmetic():
    """Packets that the chip's model never sees are delivered all the same: the chip's audit of its deliveries knows them."""
    conv = "traces/conv_rate/conv_rate"
    out = systemc.example("systemc_own_core", "mesh28", conv + ".nir", conv + "_input.spk", "1", "0", "1")
    check.that(int(out[-1][2]) > 0 and int(out[-1][5].rstrip(",")) > 0, f"a core that leaves the chip's model alone takes {out[-1][2]} packets")


def own_cores(queue):
    """Every core of a larger network one's own: they wait for each other through the network, and stand still where queues are full."""
    conv = "traces/conv_rate/conv_rate"
    places = [f"core_types.lif28.queue={{in: {queue} packets, out: {queue} packets}}"]
    folder = systemc.run("mesh28", conv, "--samples", "0..0", *[x for s in places + ["core_types.lif28.service." + DOUBLE] for x in ("--set", s)])
    used = systemc.summary(folder)["chip"]["cores_used"]
    out = systemc.example("systemc_own_core", "mesh28", conv + ".nir", conv + "_input.spk", ",".join(map(str, range(used))), "2", "1", *places)
    check.that(said(out) == steps(folder), f"{used} cores of one's own, queues of {queue}, twice as slow: the step times of their type doubled; "
                                           f"{out[-1][2]} packets, stalled {out[-1][-1]} cycles")
    counts = systemc.summary(folder)["time_counts"]
    check.that(int(out[-1][-1]) == counts["stalled_cycles"] > 0, "and its stalls")
    folder = systemc.run("mesh28", conv, "--samples", "0..0", "--set", places[0])
    out = systemc.example("systemc_own_core", "mesh28", conv + ".nir", conv + "_input.spk", "1", "1", "1", *places)
    check.that(said(out) == steps(folder), f"one of {used} one's own and as fast as the chip's: the step times of volley run")


def slow_links():
    """A full output queue has a place again while nothing else is due but the network: the core's next packet must not come late."""
    conv = "traces/conv_rate/conv_rate"
    settings = ["core_types.lif28.queue={in: 2 packets, out: 1 packets}", "noc.router.virtual_channels=1",
                "noc.link={width: 32 bit, length: 1 mm, delay: 1 cycle, flit_time: 16 cycles}"]
    folder = systemc.run("mesh28", conv, "--samples", "0..0", *[x for s in settings for x in ("--set", s)])
    stalled = systemc.summary(folder)["time_counts"]["stalled_cycles"]
    for places in ("0", "0,1,2,3"):
        out = systemc.example("systemc_own_core", "mesh28", conv + ".nir", conv + "_input.spk", places, "1", "1", *settings)
        check.that(said(out) == steps(folder) and int(out[-1][-1]) == stalled, f"cores {places} one's own, slow links: the step times of volley run and "
                                                                               f"its {stalled} stalls")


def refused():
    help_text = systemc.volley("run", "--help").stdout
    check.that("systemc" in help_text, "--help names the engine")
    done = systemc.volley("run", "loihi", NET + ".nir", "--input", NET + "_input.spk", "--engine", "systemc", "--timing", "slots", "--quiet", status=2)
    check.that("--timing cycle" in done.stderr, done.stderr.strip())
    done = systemc.volley("run", "ideal", NET + ".nir", "--input", NET + "_input.spk", "--engine", "systemc", "--quiet", status=1)
    check.that("takes time" in done.stderr, done.stderr.strip())
    out = systemc.SCRATCH.name + "/float"
    systemc.volley("run", "loihi", NET + ".nir", "--input", NET + "_input.spk", "--labels", NET + "_labels.npy", "--samples", "0..3", "--engine", "systemc",
                   "--against-float", "--out", out, "--quiet")
    check.that(systemc.summary(out)["float_accuracy"] is not None, "--against-float: the second run is the C engine's")


host()
probe("mesh28", 2500, [])
probe("loihi", 100, [])
own_core()
own_arithmetic()
for places in (16, 2):
    own_cores(places)
slow_links()
refused()
check.that(not os.path.exists("core"), "nothing was left behind")
check.end()
