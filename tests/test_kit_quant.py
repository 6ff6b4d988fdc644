"""Weights at 8 to 2 bits by the power-of-two rule, everything else float32: every prediction as the reference's."""
import kit

kit.need_kit()
check = kit.Checks()
for name in kit.NAMES:
    ref = kit.rows(f"{kit.KIT}/{name}_quant_pred.csv")
    for bits in (8, 6, 5, 4, 3, 2):
        out, _ = kit.run("ideal", name, "--bits", str(bits), "--quant", "pow2")
        mine = kit.predictions(out)
        wrong = sum(mine.get(int(r["sample"])) != int(r[f"b{bits}"]) for r in ref)
        check.that(wrong == 0 and len(mine) == len(ref), f"{name} {bits} bit: {wrong} of {len(ref)} predictions differ")
check.end()
