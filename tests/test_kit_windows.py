"""A layer that is not held outside its window fills from its biases and its counts change; held, they are the reference's."""
import kit

kit.need_kit()
check = kit.Checks()
for name in ("mlp_rate", "conv_rate"):
    ref = {(int(r["sample"])): int(r["pred"]) for r in kit.reference(name)}
    held, s = kit.run("ideal", name)
    free, f = kit.run("ideal", name, "--set", "time.layer_start={kind: free}")
    check.that(kit.predictions(held) == ref, f"{name}: held, all predictions are the reference's")
    a, b = (kit.rows(f"{d}/samples.csv") for d in (held, free))
    differ = sum(x["spikes"] != y["spikes"] for x, y in zip(a, b))
    check.that(differ > len(a) // 20, f"{name}: not held, {differ} of {len(a)} samples have other spike counts")
    check.that(any("free" in str(x) or "hold" in str(x) or "held" in str(x) for x in f["fidelity"]), f"{name}: the fidelity line says that layers are not held")
check.end()
