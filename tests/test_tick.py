"""A chip whose steps last a fixed time: the same spikes as with barriers, whatever the tick; what does not fit is counted, and with the tick that the
report names nothing is left over.

Uses a network shipped in traces/. The work of each step is known from the same chip with a barrier that costs nothing."""
import os
import re
import sys

import systemc

MLP = "traces/mlp_rate/mlp_rate"
PERIOD = 2500           # ps, of both clocks of mesh28
RESET = 1026            # cycles
check = systemc.Checks()


def chip(mode, reset=RESET):
    return ("time={%s, source: guess, clocks: {core: 400 MHz, noc: 400 MHz}, "
            "layer_start: {kind: gated, time: 3 cycles, energy: 0 pJ, source: guess, why: a test}, "
            "sample_reset: {time: %d cycles, clock: core, energy: from_memories, source: guess, why: a test}}" % (mode, reset))


BARRIER = chip("mode: barrier, barrier: {base: 0 cycles, per_hop: 0 cycles, source: guess, why: a test}")


def run(time, *more):
    return systemc.run("mesh28", MLP, "--set", time, "--samples", "0..3", "--trace", "spikes", *more)


def tick(ps, *more, reset=RESET):
    return run(chip(f"mode: tick, tick: {ps} ps", reset), *more)


def refused(pattern, status, *more):
    done = systemc.volley("run", "mesh28", MLP + ".nir", "--input", MLP + "_input.spk", "--out", systemc.SCRATCH.name + "/no", "--quiet", *more, status=status)
    text = done.stderr.strip()
    check.that(re.search(pattern, text) and len(text.splitlines()) == 1, text)


def works(folder):
    """ps that each step took."""
    return [systemc.ps(row["time_s"]) for row in systemc.rows(folder + "/steps.csv")]


def spikes(folder):
    return open(folder + "/spikes.csv").read()


def seconds(ps):
    return ps / 1e12


def held_against(work, ps, folder, what):
    """A folder's times against those that follow from the work of each step."""
    t = systemc.summary(folder)["time"]
    over = [w - ps for w in work if w > ps]
    want = [-(-w // ps) * ps for w in work]
    reset = -(-RESET * PERIOD // ps) * ps
    rows = systemc.rows(folder + "/steps.csv")
    check.that([systemc.ps(row["time_s"]) for row in rows] == want and [systemc.ps(row["overrun_s"]) for row in rows] == [max(w - ps, 0) for w in work],
               f"{what}: every step lasts to the next tick, its overrun beside it")
    check.that((t["overruns"], systemc.ps(t["overrun_max_s"]), systemc.ps(t["overrun_sum_s"])) == (len(over), max(over, default=0), sum(over)),
               f"{what}: {t['overruns']} of {len(work)} steps overrun, by {t['overrun_max_s'] * 1e6:.4g} us at worst, {t['overrun_sum_s'] * 1e6:.4g} us in all")
    check.that(systemc.ps(t["least_s"]) == max(work), f"{what}: the smallest tick that would do is {t['least_s'] * 1e6:.6g} us")
    check.that(systemc.ps(t["total_s"]) == sum(want) + 4 * reset and systemc.ps(t["reset_s"]) == 4 * reset, f"{what}: samples begin at a tick, too")
    check.that(abs(sum(t["bound"].values()) - 1) < 1e-12 and systemc.ps(t["bound_s"]["pace"]) == sum(want) - sum(work) and t["barrier_s"] == 0,
               f"{what}: the shares add up, {100 * t['bound']['pace']:.0f} % is the wait for the tick")


def same_in_every_plane():
    for plane in ("none", "slots", "cycle"):
        free = run(BARRIER, "--timing", plane)
        work, want = works(free), spikes(free)
        middle = (min(work) + max(work)) // 2 // PERIOD * PERIOD
        check.that(min(work) < middle < max(work) and want.count("\n") > 500, f"{plane}: the steps' work takes {min(work)} to {max(work)} ps")
        for ps in (middle, min(work) // 3 // PERIOD * PERIOD, max(work)):
            held_against(work, ps, folder := tick(ps, "--timing", plane), f"{plane}, tick {ps} ps")
            check.that(spikes(folder) == want, f"{plane}, tick {ps} ps: spikes as with barriers")
        check.that(systemc.summary(folder)["time"]["overruns"] == 0, f"{plane}: with the smallest tick that does, no step overruns")
        short = systemc.summary(tick(max(work) - PERIOD, "--timing", plane))["time"]
        check.that(short["overruns"] > 0 and systemc.ps(short["overrun_max_s"]) == PERIOD, f"{plane}: a cycle less, and {short['overruns']} steps do")
    return middle, folder


def what_the_report_says(middle):
    folder, other = tick(middle, "--trace", "timeline"), tick(middle, "--trace", "timeline", "--threads", "4")
    check.that(systemc.volley("compare", folder, other) and all(open(f"{folder}/{n}").read() == open(f"{other}/{n}").read() for n in
                                                                 ("summary.json", "steps.csv", "timeline.json")), "any number of threads: the same bytes")
    least = systemc.summary(folder)["time"]["least_s"] * 1e6
    text = " ".join(open(folder + "/report.txt").read().split())
    check.that(f"a tick of {least:.15g} us would do" in text and "overruns: " in text, f"report.txt: the tick that would do, {least:.15g} us")
    check.that("a step lasts one tick of" in text and "bound by" in text and "pace" in text, "report.txt: how long a step lasts")
    check.that('"name":"pace"' in open(folder + "/timeline.json").read(), "timeline.json: the wait for the tick")
    systemc.volley("report", folder)
    html = open(folder + "/report.html").read()
    check.that("Overruns: " in html and f"none from {least:.15g} us on" in html and "pace" in html, "report.html: overruns, and the wait for the tick")


def static_energy_over_real_time(middle):
    power = []
    for ps in (middle, 400 * middle):
        s = systemc.summary(tick(ps))
        power.append(s["energy"]["static_j"] / s["time"]["total_s"])
        check.that(s["energy"]["static_j"] > 0 and s["counts"]["barriers"] == 0, f"tick {ps} ps: {s['energy']['static_j'] * 1e6:.4g} uJ static, no barrier")
    check.that(abs(power[0] / power[1] - 1) < 1e-9, f"static energy is over the whole time: {power[0] * 1e3:.6g} mW, whatever the tick")


def under_the_systemc_kernel(middle):
    if not os.path.exists(f"{systemc.EXAMPLES}/systemc_chip"):
        print("SKIPPED: --engine systemc, which is not built in")
        return
    wrong = systemc.different(tick(middle, "--timing", "cycle"), tick(middle, "--timing", "cycle", "--engine", "systemc"))
    check.that(not wrong, f"--engine systemc gives the same files {wrong}")


def too_much_for_a_millisecond():
    """A shipped chip at its own tick of 1 ms: 255 neurons that all fire in every step, to 255 others on one core: 65,025 synapses of 20 cycles."""
    net, events = systemc.SCRATCH.name + "/busy.yaml", systemc.SCRATCH.name + "/busy.csv"
    with open(net, "w") as file:
        file.write("time_steps: 8\ninput_shape: [1]\nreset: zero\nreset_delay: false\nlayers:\n"
                   "  - {name: in, type: Linear, weight: 0, bias: 1, in: 1, out: 255}\n"
                   "  - {name: a, type: Leaky, shape: [255], beta: 0, threshold: 0.5}\n  - {name: fc, type: Linear, weight: 0.001, in: 255, out: 255}\n"
                   "  - {name: b, type: Leaky, shape: [255], beta: 0, threshold: 1}\n")
    with open(events, "w") as file:
        file.write("# samples 1, steps 8, neurons 1\nsample,step,neuron\n")

    def busy(*more):
        out = systemc.tempfile.mkdtemp(dir=systemc.SCRATCH.name)
        systemc.volley("run", "spinnaker1", net, "--input", events, "--quiet", "--out", out, *more)
        return systemc.summary(out)["time"], " ".join(open(out + "/report.txt").read().split())
    time, text = busy()
    synapses = 255 * (255 * 20 + 100) / 200e6
    check.that(time["overruns"] == 8 and abs(time["least_s"] / synapses - 1) < 0.01, f"spinnaker1 at 1 ms: {time['overruns']} of its steps overrun; "
               f"{time['least_s'] * 1e3:.4g} ms would do, its synapses alone take {synapses * 1e3:.4g} ms")
    check.that(re.search(r"overruns: 8 of \d+ steps", text) and f"a tick of {time['least_s'] * 1e6:.15g} us would do" in text, "and the report says so")
    enough, _ = busy("--set", f"time.tick.value={time['least_s'] * 1e6:.15g} us")
    short, _ = busy("--set", f"time.tick.value={time['least_s'] * 1e6 - 0.005:.15g} us")
    check.that(enough["overruns"] == 0 and short["overruns"] > 0, f"with that tick {enough['overruns']}, with a cycle less {short['overruns']} overruns")


def what_is_refused():
    refused(r"--pace: the steps of chip mesh28 last time.tick, 0.001 s; .*--set time.tick=TIME", 2, "--set", chip("mode: tick, tick: 1 ms"), "--pace", "1ms")
    refused(r"time.tick: a step of no time is none", 2, "--set", chip("mode: tick, tick: 0 ns"))
    refused(r"mode tick needs the length of a step; write for example tick: 1 ms", 2, "--set", chip("mode: tick"))
    refused(r"time.tick belongs to mode: tick; remove it", 2, "--set", "time.tick=1 ms")
    refused(r"time.barrier belongs to mode: barrier; remove it", 2, "--set",
            chip("mode: tick, tick: 1 ms, barrier: {base: 1 cycles, per_hop: 0 cycles, source: guess}"))
    refused(r"'1' has no unit|unit", 2, "--set", chip("mode: tick, tick: 1"))
    said = systemc.summary(run(chip("mode: tick, tick: 1000.001 us")))["fidelity"]
    check.that(any(line["text"].startswith("time.tick: 1 ms stated") and "(400000 x 2.5 ns" in line["text"] for line in said),
               "a tick is whole cycles, and told")


middle, _ = same_in_every_plane()
what_the_report_says(middle)
static_energy_over_real_time(middle)
under_the_systemc_kernel(middle)
too_much_for_a_millisecond()
what_is_refused()
check.that(systemc.summary(tick(PERIOD * 40, reset=0))["time"]["reset_s"] == 0, "a reset that takes no time waits for no tick")
check.end()
