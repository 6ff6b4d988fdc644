"""The engine systemc gives what the engine c gives with the plane cycle, file by file: every step's time, every packet's, spikes, work and
time counters, energy; on the networks in traces/, and on all of the reference kit where it is there; also with queues of two packets
and one virtual channel, where updates stall."""
import os
import sys

import kit
import systemc

systemc.need_systemc()
check = systemc.Checks()
full = "--all" in sys.argv
samples = ["--samples", "0..19" if full else "0..2"]
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
check.that(stalled > 0, f"updates stood still at full output queues: {stalled} cycles")
check.end()
