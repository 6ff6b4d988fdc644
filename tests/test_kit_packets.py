"""Packets of a real run (host packets included) on conv_rate with 64 neurons per core: the default mapping against file order."""
import kit

kit.need_kit()
check = kit.Checks()
packets = {}
for chip, kind in (("ideal", "ideal"), ("loihi", "loihi")):
    more = ["--set", f"core_types.{kind}.capacity.neurons={64 if chip == 'ideal' else 128}"]     # loihi: two compartments per neuron
    for method in ("pack", "fill"):
        _, s = kit.run(chip, "conv_rate", "--map", method, "--samples", "0..99", *more)
        packets[method] = s["counts"]["packets"]
    ratio = packets["pack"] / packets["fill"]
    check.that(ratio <= 0.62, f"conv_rate on {chip}, 64 neurons per core: pack {packets['pack']} packets, fill {packets['fill']}: {ratio:.3f} (at most 0.62)")
check.end()
