# What is counted adds up: cores and network to the totals, populations to the totals, parts of the energy to dynamic_j,
# samples to the run, steps to the samples.
set -eu
. tests/cli/check.sh

works "$VOLLEY" run mesh28 $conv.nir --input ${conv}_input.spk --labels ${conv}_labels.npy --map balance --cores 16 --samples 3..7 --out "$scratch/out" --quiet
cat >"$scratch/sums.py" <<'PY'
import collections
import csv
import json
import sys

folder = sys.argv[1]
summary = json.load(open(folder + "/summary.json"))
def table(name):
    return list(csv.DictReader(open(folder + "/" + name)))
bad = 0
def equal(what, a, b, within=0.0):
    global bad
    if abs(a - b) > within * max(abs(a), abs(b)):
        bad += 1
        print("%s: %r and %r" % (what, a, b))
counted = collections.defaultdict(lambda: collections.Counter())
for row in table("counters.csv"):
    counted[row["scope"]][row["counter"]] += int(row["value"])
counters = [c for c in counted["total"] if counted["total"][c]]
assert len(counters) > 10
for name in counters:
    total = counted["total"][name]
    if name in summary["counts"]:
        equal("summary " + name, summary["counts"][name], total)
    if "." not in name:     # words of memories are kept per population
        equal("cores and network: " + name, counted["core"][name] + counted["network"][name], total)
    equal("populations: " + name, counted["population"][name], total)
energy, samples, steps, layers = summary["energy"], table("samples.csv"), table("steps.csv"), table("layers.csv")
assert len(samples) == summary["samples"] == 5 and [int(s["sample"]) for s in samples] == [3, 4, 5, 6, 7]
assert len(steps) == 5 * summary["chip_steps"]
def add(rows, column):
    return sum(float(row[column]) for row in rows)
equal("energy of samples", add(samples, "energy_j"), energy["dynamic_j"], 1e-9)
equal("dynamic and static", energy["dynamic_j"] + energy["static_j"], energy["total_j"], 1e-9)
for part in ("by_action", "by_population"):
    equal(part, sum(energy[part].values()), energy["dynamic_j"], 1e-9)
equal("by_component", sum(energy["by_component"].values()), energy["total_j"], 1e-9)
equal("time of samples", add(samples, "time_s"), summary["time"]["total_s"], 1e-9)
equal("bounds and resets", sum(summary["time"]["bound_s"].values()) + summary["time"]["reset_s"], summary["time"]["total_s"], 1e-9)
for column in ("spikes", "sops", "packets"):
    equal("samples' " + column, add(samples, column), summary["counts"][column])
for column in ("spikes", "sops"):
    equal("layers' " + column, add(layers, column), summary["counts"][column])
for sample in samples:
    own = [step for step in steps if step["sample"] == sample["sample"]]
    for column in ("spikes", "sops", "packets"):
        equal("sample %s, steps' %s" % (sample["sample"], column), add(own, column), float(sample[column]))
sys.exit(bad != 0)
PY
attempt "$python" "$scratch/sums.py" "$scratch/out"
[ "$status" -eq 0 ] || fail "sums: $(cat "$scratch/stdout" "$scratch/stderr")"

# The test can fail: one count more is seen.
cp -r "$scratch/out" "$scratch/changed"
sed -i '0,/^core,[^,]*,sops,/s/^\(core,[^,]*,sops,\)/\11/' "$scratch/changed/counters.csv"
attempt "$python" "$scratch/sums.py" "$scratch/changed"
[ "$status" -ne 0 ] || fail 'a changed count is not seen'
finish
