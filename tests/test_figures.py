"""Every figure that the report prints, worked out again from the run folder's tables: counts x prices, shares, spreads, ranges.

Two networks of traces/ on the three chips. Nothing is taken from the program's own sums but the prices of summary.json."""
import csv
import json
import math
import os
import re
import subprocess
import sys
import tempfile

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
SCALE = {"G": 1e9, "M": 1e6, "k": 1e3, "": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}
LABEL = {"synaptic operations": "sops", "synaptic operations, late": "sops_late", "updates, active": "update_active", "updates, idle": "update_idle",
         "updates, held": "update_held", "packets, inside a tile": "packets_tile", "busy cycles": "busy_cycles", "host packets in": "host_packets_in",
         "host packets out": "host_packets_out", "barriers": "barriers", "core resets": "sample_resets", "layer starts": "layer_starts",
         "router buffer, written": "buffer_writes", "router buffer, read": "buffer_reads", "link crossings": "link"}
LINE = re.compile(r"^(\S.*?) {2,}([\d,.]*) +(\d+(?:\.\d+)? +[munpf]?J|unknown|) +(?:(\d+\.\d+) ([munpf]?)J|-) +(?:(\d+) %|-)  (\S.*)$")
wrong = checked = 0


def that(holds, text):
    global wrong, checked
    checked += 1
    wrong += not holds
    if not holds:
        print("FAIL", text)


def shown(text, want, what):
    """A number as printed, with its thousands or decimals, is `want` rounded at its last digit."""
    digits = text.replace(",", "")
    half = 0.5 * 10.0 ** -len(digits.partition(".")[2])
    that(abs(float(digits) - want) <= half * (1 + 1e-6), f"{what}: printed {text}, worked out {want:.7g}")


def found(pattern, text, *wants):
    """The pattern's groups are numbers; a group "u" or "" before a unit scales the number before it."""
    match = re.search(pattern, text)
    that(match, f"no '{pattern}'")
    groups, k = list(match.groups() if match else []), 0
    while groups:
        number, scale = groups.pop(0), 1.0
        if groups and groups[0] in SCALE:
            scale = SCALE[groups.pop(0)]
        shown(number, wants[k] / scale, f"'{pattern}' number {k}")
        k += 1


def rank(values, percent):
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


def read(folder):
    table = {name: list(csv.DictReader(open(f"{folder}/{name}.csv"))) for name in ("samples", "layers", "steps", "counters")}
    table["total"] = {row["counter"]: int(row["value"]) for row in table["counters"] if row["scope"] == "total"}
    return json.load(open(f"{folder}/summary.json")), table


def spread(lines):
    """Widths below and above of lines, per source: within one source they add up, sources are independent."""
    low, high = {}, {}
    for line in lines:
        low[line["source"]] = low.get(line["source"], 0) + line["energy_j"] - line["low_j"]
        high[line["source"]] = high.get(line["source"], 0) + line["high_j"] - line["energy_j"]
    return math.hypot(*low.values()), math.hypot(*high.values())


def check_lines(s, table):
    """Each line of the summary is its count, as counters.csv has it, times its price."""
    times = {"barriers": {"core": s["chip"]["cores_used"], "tile": s["chip"]["tiles_used"], "chip": 1}}
    for line in s["energy"]["lines"]:
        if "each_w" in line:
            continue
        per = [1] if line["name"] not in times else times[line["name"]].values()
        that(line["count"] in [table["total"][line["name"]] * n for n in per], f"count of {line['name']}: {line['count']}")
        that(math.isclose(line["energy_j"], line["count"] * line["each_j"], rel_tol=1e-12, abs_tol=1e-30), f"energy of {line['name']}")
        compartments = {p["compartments"] for p in s["network"]["populations"] if p["depth"]}
        if line["name"].startswith("update_") and len(compartments) == 1:       # all but one of a neuron's compartments only emulate
            that(line.get("emulating", 0) * max(compartments) == line["count"] * (max(compartments) - 1), f"emulating updates in {line['name']}")


def check_energy(text, s, table):
    n, dynamic = s["samples"], [line for line in s["energy"]["lines"] if "each_j" in line]
    static = [line for line in s["energy"]["lines"] if "each_w" in line]
    total = sum(line["energy_j"] for line in dynamic)
    below, above = spread(dynamic)
    energies = [float(row["energy_j"]) for row in table["samples"]]
    found(r"energy ([\d.]+) (\w?)J per inference, dynamic", text, total / n)
    match = re.search(r"energy [\d.]+ (\w?)J per inference, dynamic(?: \(([\d.]+) to ([\d.]+)\))? median ([\d.]+) 95 % below ([\d.]+) largest ([\d.]+)", text)
    wants = [total - below, total + above, n * rank(energies, 50), n * rank(energies, 95), n * max(energies)]
    for number, want in zip(match.groups()[1:], wants):
        if number is not None or want not in wants[:2]:
            shown(number, want / n / SCALE[match.group(1)], "spread of the energy")
        else:
            that(abs(want - total) < 1e-3 * total, "a range that is not printed")
    that(math.isclose(sum(energies), total, rel_tol=1e-9), "samples.csv adds up to the dynamic energy")
    that(math.isclose(s["energy"]["dynamic_low_j"], total - below, rel_tol=1e-9), "low end of the dynamic energy")
    that(math.isclose(s["energy"]["dynamic_high_j"], total + above, rel_tol=1e-9), "high end of the dynamic energy")
    if static:
        whole, used = (sum(line["energy_j"] for line in static if keep(line["name"])) for keep in (bool, lambda name: name.endswith(" used")))
        found(r"; ([\d.]+) (\w?)J with that of the \d+ cores? used", text, (total + used) / n)
        found(r"([\d.]+) (\w?)J with the whole chip's static power \((?:at most )?([\d.]+) (\w?)W x ([\d.]+) (\w?)s\)", text, (total + whole) / n,
              whole / s["time"]["total_s"], s["time"]["total_s"] / n)


def check_time(text, s, table):
    n, times = s["samples"], [float(row["time_s"]) for row in table["samples"]]
    found(r"time ([\d.]+) (\w?)s per inference", text, sum(times) / n)
    match = re.search(r"time [\d.]+ (\w?)s per inference.*? median ([\d.]+) 95 % below ([\d.]+) largest ([\d.]+) ([\d,]+) per second", text)
    for number, want in zip(match.groups()[1:], (rank(times, 50), rank(times, 95), max(times))):
        shown(number, want / SCALE[match.group(1)], "spread of the time")
    shown(match.group(5), n / sum(times), "inferences per second")
    steps = sum(float(row["time_s"]) for row in table["steps"])
    that(math.isclose(steps + s["time"]["reset_s"], sum(times), rel_tol=1e-9), "steps and resets add up to the samples")
    that(math.isclose(sum(s["time"]["bound_s"].values()), steps, rel_tol=1e-9), "the parts of the time add up to the steps")
    that(math.isclose(sum(s["time"]["compute_s"].values()), s["time"]["bound_s"]["compute"], rel_tol=1e-9), "synapses and updates add up to compute")
    line = re.search(r"bound by (.*?) \[(?:cycle|none)\]", text).group(1)
    shares = {name: 0 for name in re.findall(r"(memory|noc|queue|barrier|compute)(?=,| 0 %)", line)}
    shares.update({name: int(percent) for name, percent in re.findall(r"(memory|noc|queue|barrier|compute) (\d+) %", line)})
    that(sum(shares.values()) == 100 and len(shares) == 5, f"shares of the time: {shares}")
    for name, percent in shares.items():
        that(abs(percent - 100 * s["time"]["bound"][name]) < 1, f"share of {name}: {percent} %")
    parts = re.search(r"compute (\d+) % \(.*?synapses (\d+) %, updates (\d+) %\)", line)
    if parts:
        that(int(parts.group(2)) + int(parts.group(3)) == int(parts.group(1)), f"parts of compute: {parts.group(0)}")


def check_rows(report, s, table):
    """The table of actions: count, price, energy and share of each row; all shares together."""
    n, total, shares = s["samples"], s["energy"]["dynamic_j"], 0
    lines = {line["name"]: line for line in s["energy"]["lines"]}
    rows = [LINE.match(line) for line in report.split("\n")]
    for row in filter(None, rows):
        label, count, price, energy, prefix, share = row.groups()[:6]
        shares += int(share or 0)
        if label.endswith(" each small"):
            continue
        name = LABEL.get(label) or label.replace(", words read", ".read_word").replace(", words written", ".write_word")
        that(name in lines, f"a row '{label}'")
        line = lines[name]
        shown(count, line["count"] / n, label)
        that((price == "unknown") == (line["basis"] == "unknown: free") == (energy is None), f"{label}: {price}")
        if energy is not None:
            shown(energy, line["energy_j"] / n / SCALE[prefix], label)
            that(abs(int(share) - 100 * line["energy_j"] / total) < 1, f"{label}: {share} %")
            number, unit = price.split()
            that(math.isclose(float(number) * SCALE[unit[:-1]], line["each_j"], rel_tol=6e-4), f"{label}: each {price}, {line['each_j']}")
    that(shares == 100, f"the shares add up to {shares} %")
    that(sum(row is not None for row in rows) >= 3, "rows of the table")


def check_rest(text, s, table):
    n = s["samples"]
    for name, joule in re.findall(r"(\(?\w+\)?) ([\d.]+ \w?J)(?= |$)", re.search(r"by layer (.*?) (?:memory|fidelity) ", text).group(1)):
        number, unit = joule.split()
        shown(number, s["energy"]["by_population"][name] / n / SCALE[unit[:-1]], f"layer {name}")
    for name, memory in s["memories"].items():
        match = re.search(rf"{name} ([\d,]+) words of {memory['width']} bit read(?:, ([\d,]+) written)? \(([\d.]+) (\w?)bit\)", text)
        that(match, f"a line for memory {name}")
        if match:
            shown(match.group(1), table["total"][name + ".read_word"] / n, f"{name}, words read")
            shown(match.group(2) or "0", table["total"][name + ".write_word"] / n, f"{name}, words written")
            shown(match.group(3), (memory["read_bits"] + memory["write_bits"]) / n / SCALE[match.group(4)], f"{name}, bits")
    line = re.search(r"rests on (\d+ % .*)", text).group(1)
    rests = {basis: int(percent) for percent, basis in re.findall(r"(\d+) % (simulated|estimated|assumed|measured)", line)}
    that(sum(rests.values()) == 100 and "measured" in rests, f"what it rests on: {rests}")
    weight = dict.fromkeys(rests, 0.0)
    for line in s["energy"]["lines"]:
        if "each_j" in line and line["energy_j"]:
            second = line["energy_j"] * line.get("emulating", 0) / line["count"]
            for basis, joule in ((line["basis"], line["energy_j"] - second), (line.get("emulating_basis", line["basis"]), second)):
                weight[basis] = weight.get(basis, 0) + joule
    for basis, joule in weight.items():
        that(abs(rests.get(basis, 0) - 100 * joule / s["energy"]["dynamic_j"]) < 1, f"{basis}: {rests.get(basis)} %")
    right = sum(row["label"] == row["prediction"] for row in table["samples"])
    found(r"accuracy ([\d.]+) % \((\d+) of (\d+)\)", text, 100 * right / n, right, n)
    found(r"float32 ([\d.]+) % \((\d+)\) (\d+) predictions? differs?", text, 100 * s["float_accuracy"], n * s["float_accuracy"], s["float_differ"])
    found(r": ([\d,]+) neurons, ([\d,]+) (?:weights|synapses)", text, s["network"]["neurons"], s["network"]["synapses"])
    if s["chip"]["cores_used"] > 1:         # mesh28 sends one packet per spike and counts what its tree did; loihi one per core, as mapped
        tree, counts = s["chip"]["name"] == "mesh28", s["counts"]
        found(r"a spike reaches ([\d.]+) cores and crosses ([\d.]+) links", text,
              (counts["leaves"] + counts["host_packets_out"]) / counts["packets"] if tree else s["mapping"]["packets_per_spike"],
              counts["hops"] / counts["packets"] if tree else s["mapping"]["hops_per_spike"])
    that(sum(int(row["sops"]) for row in table["samples"]) == s["counts"]["sops"] == sum(int(row["sops"]) for row in table["layers"]), "sops of all tables")


def check(chip, name):
    base = f"traces/{name}/{name}"
    with tempfile.TemporaryDirectory(prefix="volley-figures-") as out:
        subprocess.run([VOLLEY, "run", chip, base + ".nir", "--input", base + "_input.spk", "--labels", base + "_labels.npy", "--against-float", "--quiet",
                        "--out", out], check=True)
        s, table = read(out)
        report = open(f"{out}/report.txt", encoding="utf-8").read()
    text = " ".join(report.split())
    before = checked, wrong
    check_lines(s, table)
    check_energy(text, s, table)
    check_time(text, s, table)
    check_rows(report, s, table)
    check_rest(text, s, table)
    print(f"{name} on {chip}: {checked - before[0]} figures, {wrong - before[1]} wrong")


for where in ("ideal", "loihi", "mesh28"):
    for which in ("mlp_rate", "conv_rate"):
        check(where, which)
sys.exit(1 if wrong else 0)
