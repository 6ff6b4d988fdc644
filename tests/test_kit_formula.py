"""The plain formula 27.1 pJ x sops + 81 pJ x (update_active + update_idle), from the counters of `ideal`."""
import kit

kit.need_kit()
check = kit.Checks()
for name, want in (("mlp_rate", 2.105), ("conv_rate", 9.923), ("rnn_rows", 1.698), ("cuba_latency", .438), ("cuba_direct", 2.121)):
    _, s = kit.run("ideal", name)
    c = s["counts"]
    uj = (27.1 * c["sops"] + 81 * (c["update_active"] + c["update_idle"])) / s["samples"] * 1e-6
    check.that(abs(uj - want) < .0006, f"{name}: {uj:.4f} uJ per inference, reference {want}")
check.end()
