"""On `ideal` every spike of samples 0..19, every output count, prediction and membrane bit, and the SOPs equal the reference."""
import collections
import os

import kit

kit.need_kit()
check = kit.Checks()
for name in kit.NAMES:
    out, summary = kit.run("ideal", name, "--trace", "spikes,membrane")
    got = collections.defaultdict(set)
    counts = collections.Counter()
    for r in kit.rows(f"{out}/spikes.csv"):
        got[r["population"]].add((int(r["sample"]), int(r["step"]), int(r["neuron"])))
        if kit.is_layer(r["population"], kit.OUTPUTS[name]):
            counts[int(r["sample"]), int(r["neuron"])] += 1
    layers = [f[len(name) + 5:-4] for f in sorted(os.listdir(kit.KIT)) if f.startswith(name + "_spk_") and f.endswith(".csv")]
    for layer in layers:
        want = {(int(r["sample"]), int(r["t"]), int(r["neuron"])) for r in kit.rows(f"{kit.KIT}/{name}_spk_{layer}.csv")}
        mine = {s for p, spikes in got.items() if kit.is_layer(p, layer) for s in spikes if s[0] < 20}
        check.that(want and mine == want, f"{name} {layer}: {len(mine ^ want)} of {len(want)} spikes differ")
    ref, prediction = kit.reference(name), kit.predictions(out)
    wrong = sum(counts[int(r["sample"]), k] != int(r[f"count{k}"]) for r in ref for k in range(10))
    check.that(wrong == 0, f"{name}: {wrong} of {10 * len(ref)} output counts differ")
    wrong = sum(prediction.get(int(r["sample"])) != int(r["pred"]) for r in ref)
    check.that(wrong == 0 and len(prediction) == len(ref), f"{name}: {wrong} of {len(ref)} predictions differ")
    membrane = {(int(r["sample"]), int(r["step"]), int(r["neuron"])): r["bits"] for r in kit.rows(f"{out}/membranes.csv")
                if kit.is_layer(r["population"], kit.OUTPUTS[name]) and int(r["sample"]) < 5}
    want = kit.rows(f"{kit.KIT}/{name}_mem_out.csv")
    hex_key = [k for k in want[0] if "hex" in k][0]
    wrong = sum(int(membrane.get((int(r["sample"]), int(r["t"]), int(r["neuron"])), "-1"), 16) != int(r[hex_key], 16) for r in want)
    check.that(wrong == 0 and len(want) == len(membrane), f"{name}: {wrong} of {len(want)} membranes differ in a bit")
    synops = sum(int(v) for what, layer, v in kit.stats(name) if what == "synops")
    check.that(summary["counts"]["sops"] == synops, f"{name}: {summary['counts']['sops']} sops, reference {synops}")
check.end()
