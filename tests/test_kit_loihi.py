"""On `loihi` (9-bit weights, integer state) each network keeps its accuracy within 2 points; without subtraction rnn_rows does not."""
import kit

kit.need_kit()
check = kit.Checks()
for name in kit.NAMES:
    _, ideal = kit.run("ideal", name)
    _, chip = kit.run("loihi", name, *kit.values(name))
    check.that(chip["accuracy"] >= ideal["accuracy"] - 0.02,
               f"{name}: {100 * ideal['accuracy']:.2f} % in float32, {100 * chip['accuracy']:.2f} % on loihi, "
               f"{chip['energy']['dynamic_j'] / chip['samples'] * 1e6:.3f} uJ dynamic, {chip['time']['per_sample']['mean_s'] * 1e6:.1f} us")
    emulated = [f for f in chip["fidelity"] if "emulated" in str(f)]
    check.that(emulated, f"{name}: the fidelity line says that subtraction is emulated")
_, ideal = kit.run("ideal", "rnn_rows")
_, zero = kit.run("loihi", "rnn_rows", "--approximate")
fall = 100 * (ideal["accuracy"] - zero["accuracy"])
check.that(12 < fall < 30 and any("approximated" in str(f) for f in zero["fidelity"]), f"rnn_rows --approximate (reset to zero): falls by {fall:.1f} points")
check.end()
