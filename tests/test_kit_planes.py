"""Spikes, work counters and dynamic energy are the same bytes for every plane and for 1 and 2 threads."""
import json

import kit

kit.need_kit()
check = kit.Checks()
for name in kit.NAMES:
    for chip in ("loihi", "mesh28"):
        seen = {}
        for more in ("--timing none", "--timing slots", "--timing cycle", "--threads 2"):
            out, s = kit.run(chip, name, "--samples", "0..19", "--trace", "spikes", *kit.values(name, chip), *more.split())
            spikes = open(f"{out}/spikes.csv").read()
            seen[more] = (spikes, json.dumps(s["counts"], sort_keys=True), json.dumps(s["memories"], sort_keys=True), s["energy"]["dynamic_j"])
            check.that(spikes.count("\n") > 100, f"{name} on {chip} {more}: {spikes.count(chr(10)) - 1} spikes")
        first = seen["--timing none"]
        for more, what in seen.items():
            check.that(what == first, f"{name} on {chip}: {more} as --timing none")
        a, b = (kit.run(chip, name, "--samples", "0..4", "--threads", n, *kit.values(name, chip))[0] for n in ("1", "2"))
        files = ("summary.json", "counters.csv", "layers.csv", "samples.csv", "steps.csv")
        check.that(all(open(f"{a}/{f}").read() == open(f"{b}/{f}").read() for f in files), f"{name} on {chip}: 1 and 2 threads write the same bytes")
check.end()
