"""The engine systemc gives what the engine c gives with the plane cycle, file by file: every step's time, every packet's, spikes, work and
time counters, energy; on the networks in traces/, and on all of the reference kit where it is there; also with queues of two packets
and one virtual channel, where updates stall. --all: twenty samples of each instead of one."""
import os
import sys

import kit
import systemc

systemc.need_systemc()
check = systemc.Checks()
full = "--all" in sys.argv
samples = ["--samples", "0..19" if full else "0..0"]
networks = [f"traces/{name}/{name}" for name in ("mlp_rate", "conv_rate")]
if os.path.exists(f"{kit.KIT}/mlp_rate.nir"):
    networks = [f"{kit.KIT}/{name}" for name in kit.NAMES]
else:
    print("SKIPPED: no reference networks at", kit.KIT, "(those in traces/ instead)")

stalled = 0
for network in networks:
    name = os.path.basename(network)
    for chip in ("loihi", "mesh28"):
        more = kit.values(name, chip) + samples + ["--trace", "spikes,packets"]
        plain = systemc.run(chip, network, *more), systemc.run(chip, network, *more, "--engine", "systemc")
        check.that(systemc.different(*plain) == [], f"{name} on {chip}: every file the same, {len(systemc.rows(plain[0] + '/steps.csv'))} steps")
        more += systemc.tight(chip)
        narrow = systemc.run(chip, network, *more), systemc.run(chip, network, *more, "--engine", "systemc")
        counts = systemc.summary(narrow[1])["time_counts"]
        stalled += counts['stalled_cycles']
        check.that(systemc.different(*narrow) == [], f"{name} on {chip}, queues of 2, one channel, 4 cycles per flit: every file the same; "
                   f"stalled {counts['stalled_cycles']}, blocked {counts['blocked_cycles']}, queued {counts['queued_cycles']} cycles")
        for plane in ("none", "slots"):
            other = systemc.run(chip, network, *more, "--timing", plane)
            a, b = systemc.summary(other), systemc.summary(narrow[1])
            same = all(a[key] == b[key] for key in ("counts", "memories")) and a["energy"]["dynamic_j"] == b["energy"]["dynamic_j"]
            same &= open(f"{other}/spikes.csv").read() == open(f"{narrow[1]}/spikes.csv").read()
            check.that(same, f"{name} on {chip}: spikes, work counters and dynamic energy as with the plane {plane}")
# what those chips do not do by themselves: services beside updates, a ring, waits for a pace, a reset that takes time
conv = "traces/conv_rate/conv_rate"
for words in (["core_types.lif28.overlap=full"], ["noc.topology=torus", "core_types.lif28.overlap=full"], ["time.sample_reset.time=100 cycles"]):
    more = ["--samples", "0..1", "--trace", "packets", "--threads", "2", "--pace", "12us"] + systemc.tight("mesh28", "12")
    more += [x for w in words for x in ("--set", w)] + (["--set", "noc.router.virtual_channels=2"] if "noc.topology=torus" in words else [])
    a, b = systemc.run("mesh28", conv, *more), systemc.run("mesh28", conv, *more, "--engine", "systemc")
    s = systemc.summary(b)
    check.that(systemc.different(a, b) == [], f"conv_rate on mesh28, {', '.join(words)}: every file the same; "
                                              f"{s['time']['overruns']} overruns, stalled {s['time_counts']['stalled_cycles']} cycles")
    stalled += s["time_counts"]["stalled_cycles"]
check.that(stalled > 0, f"updates stood still at full output queues: {stalled} cycles")
check.end()
