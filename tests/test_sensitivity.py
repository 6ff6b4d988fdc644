"""The table of what moves the total most is what happens when one constant is set to an end of its range and the run is made again: exactly
for prices and powers, to first order for times. And it is in order, widest first.

Needs nothing but python3 and the networks in traces/."""
import json
import os
import re
import subprocess
import sys
import tempfile

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
BASE = "traces/mlp_rate/mlp_rate"
wrong = 0


def that(holds, text):
    global wrong
    print("ok  " if holds else "FAIL", text)
    wrong += not holds


def energy(chip, *more):
    with tempfile.TemporaryDirectory(prefix="volley-moves-") as out:
        command = [VOLLEY, "run", chip, BASE + ".nir", "--input", BASE + "_input.spk", "--samples", "0..2", "--quiet", "--out", out, *more]
        subprocess.run(command, check=True)
        with open(out + "/summary.json") as file:
            return json.load(file)["energy"]


def check(chip, exact, first_order, *more):
    """exact, first_order: constants that must be in the table, each with its unit."""
    full = energy(chip, *more)
    table = {row["constant"]: row for row in full["sensitivity"]}
    widths = [row["total_high_j"] - row["total_low_j"] for row in full["sensitivity"]]
    that(1 <= len(widths) <= 5 and widths == sorted(widths, reverse=True), f"{chip}: {len(widths)} rows, widest first")
    for key, unit in {**exact, **first_order}.items():
        that(key in table, f"{chip}: {key} is in the table of {', '.join(table)}")
        for end in ("low", "high") if key in table else ():
            # Names of the command line: an item of a list has its value in `power`.
            value = f"{table[key][end]!r} {unit}"
            name = re.sub(r"^(energy\.static\.\d+)$", r"\1.power", key)
            again, said = energy(chip, *more, "--set", f"{name}={value}")["total_j"], table[key][f"total_{end}_j"]
            bound = 1e-9 if key in exact else 0.02
            that(abs(again / said - 1) <= bound, f"{chip}: {key} = {value}: total {again:.6g} J, the table says {said:.6g} J")


MEMORIES = "core_types.lif28.memories"
check("mesh28", {"energy.router_static": "W", f"{MEMORIES}.synapse.leakage": "W", f"{MEMORIES}.accumulator.leakage": "W"}, {})
# A derived figure is a constant like any other, with the range of its source, or of the model where the command line chose it.
EDRAM = ("--set", f"{MEMORIES}.synapse.model=edram", "--set", f"{MEMORIES}.synapse.ports=1RW")
check("mesh28", {f"{MEMORIES}.synapse.refresh": "W", f"{MEMORIES}.synapse.leakage": "W"}, {}, *EDRAM)
check("loihi-silicon", {"energy.static.0": "W", "energy.core.sop": "J"}, {"core_types.loihi.service.accept.sop": "s"})
that(energy("ideal")["sensitivity"] == [], "ideal: nothing has a range, so the table is empty")
sys.exit(1 if wrong else 0)
