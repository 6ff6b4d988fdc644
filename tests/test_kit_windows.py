"""A layer that is not held outside its window fills from its biases and its counts change; held, they are the reference's."""
import collections

import kit

kit.need_kit()
check = kit.Checks()


def counts(out, layer):
    """Output spikes in the window, by sample and neuron."""
    return collections.Counter((r["sample"], r["neuron"]) for r in kit.rows(f"{out}/spikes.csv") if kit.is_layer(r["population"], layer))


for name in ("mlp_rate", "conv_rate"):
    ref = {(int(r["sample"])): int(r["pred"]) for r in kit.reference(name)}
    held, s = kit.run("ideal", name, "--trace", "spikes")
    free, f = kit.run("ideal", name, "--trace", "spikes", "--set", "time.layer_start={kind: free}")
    check.that(kit.predictions(held) == ref, f"{name}: held, all predictions are the reference's")
    a, b = (counts(d, kit.OUTPUTS[name]) for d in (held, free))
    differ = len({sample for sample, neuron in set(a) | set(b) if a[sample, neuron] != b[sample, neuron]})
    check.that(differ > len(ref) // 20, f"{name}: not held, {differ} of {len(ref)} samples have other output counts")
    check.that(any("free" in str(x) or "hold" in str(x) or "held" in str(x) for x in f["fidelity"]), f"{name}: the fidelity line says that layers are not held")
check.end()
