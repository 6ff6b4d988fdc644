"""volley sweep: a row is what a single volley run with the same options says, in every number; what does not fit is a row, not the end; the star is
what a search over all pairs finds; the area follows a memory's size; and a wrong file is told with its place before anything is run.

Needs nothing but python3 and the networks in traces/."""
import csv
import itertools
import json
import math
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
SCRATCH = tempfile.TemporaryDirectory(prefix="volley-sweep-")
BASE = "traces/mlp_rate/mlp_rate"
FILES = {"network": BASE + ".nir", "input": BASE + "_input.spk", "labels": BASE + "_labels.npy"}
HEAD = "".join(f"{key}: {path}\n" for key, path in FILES.items())
SIZE = "core_types.lif28.memories.synapse.size"
os.environ["VOLLEY_CHIPS"] = os.path.abspath("configs/chips")
wrong = 0


def that(holds, text):
    global wrong
    print("ok  " if holds else "FAIL", text)
    wrong += not holds


def write(text):
    path = os.path.join(SCRATCH.name, "s.yaml")
    with open(path, "w") as file:
        file.write(text)
    return path


def sweep(text, *more, out=None):
    """(exit status, rows, standard output, standard error, folder)"""
    out = out or tempfile.mkdtemp(dir=SCRATCH.name) + "/o"
    done = subprocess.run([VOLLEY, "sweep", write(text), "--out", out, *more], capture_output=True, text=True)
    return done.returncode, rows_of(out), done.stdout, done.stderr, out


def rows_of(out):
    if not os.path.exists(out + "/sweep.csv"):
        return None
    with open(out + "/sweep.csv", newline="") as file:
        return list(csv.DictReader(file))


def single(chip, *options):
    """summary.json of the run that a point is, or the message that refuses it."""
    out = tempfile.mkdtemp(dir=SCRATCH.name)
    done = subprocess.run([VOLLEY, "run", chip, FILES["network"], "--input", FILES["input"], "--labels", FILES["labels"], "--quiet", "--out", out, *options],
                          capture_output=True, text=True)
    if done.returncode:
        return done.stderr.removeprefix("volley: ").rstrip("\n")
    with open(out + "/summary.json") as file:
        return json.load(file)


def want(s):
    """The columns of a row as a summary has them."""
    n, area = s["samples"], s["chip"]["area"]
    return {"accuracy": s["accuracy"], "float_accuracy": s["float_accuracy"],
            "energy_per_sample_j": s["energy"]["dynamic_j"] / n, "energy_per_sample_low_j": s["energy"]["dynamic_low_j"] / n,
            "energy_per_sample_high_j": s["energy"]["dynamic_high_j"] / n, "total_energy_per_sample_j": s["energy"]["total_j"] / n,
            "time_per_sample_s": s["time"]["total_s"] / n, "time_per_sample_low_s": s["time"]["low_s"] / n, "time_per_sample_high_s": s["time"]["high_s"] / n,
            "area_m2": area and area["total_m2"], "cores_used": s["chip"]["cores_used"], "spikes": s["counts"]["spikes"], "sops": s["counts"]["sops"],
            "packets": s["counts"]["packets"], "peak_link_use": s["time"]["peak_link_use"], "overruns": s["time"]["overruns"]}


def differs(row, s):
    """Names of the columns that are not the run's; both files have 15 digits, each off by up to 5e-15 of the number."""
    if isinstance(s, str):
        return [] if row["status"] == "refused" and row["message"] == s and not any(row[key] for key in FIGURES) else ["refused"]
    off = [] if row["status"] == "ran" and row["message"] == "" else ["status"]
    for key, value in want(s).items():
        there = float(row[key]) if row[key] else None
        if (there is None) != (value is None) or (value is not None and abs(there - value) > 1.1e-14 * abs(value)):
            off.append(key)
    return off


FIGURES = ["accuracy", "float_accuracy", "energy_per_sample_j", "energy_per_sample_low_j", "energy_per_sample_high_j", "total_energy_per_sample_j",
           "time_per_sample_s", "time_per_sample_low_s", "time_per_sample_high_s", "area_m2", "cores_used", "spikes", "sops", "packets", "peak_link_use",
           "overruns", "pareto"]


def front(rows):
    """Which rows no other beats, by every pair: the definition and nothing else. A figure that a row lacks is weighed in none."""
    ran = [row for row in rows if row["status"] == "ran"]
    weighed = [key for key in ("energy_per_sample_j", "time_per_sample_s", "accuracy", "area_m2") if all(row[key] for row in ran)]
    cost = {id(row): [float(row[key]) * (-1 if key == "accuracy" else 1) for key in weighed] for row in ran}

    def beaten(row):
        mine = cost[id(row)]
        return any(all(a <= b for a, b in zip(cost[id(other)], mine)) and cost[id(other)] != mine for other in ran)
    return ["" if row["status"] != "ran" else "0" if beaten(row) else "1" for row in rows]


# ---- every number of every row, on chips with and without area and prices ----
chips, cores, sizes = ["mesh28", "loihi", "ideal"], ["40", "100"], ["64 KiB", "1 KiB"]
TEXT = (HEAD + "options: {samples: 0..2, timing: slots, against-float: true, set: [chip.voltage=0.9 V]}\n"
        f"vary:\n  chip: [{', '.join(chips)}]\n  map: [pack, balance]\n  cores: [{', '.join(cores)}]\n")
status, rows, said, error, folder = sweep(TEXT)
grid = list(itertools.product(chips, ["pack", "balance"], cores))
that(status == 0 and not error and [(r["chip"], r["map"], r["cores"]) for r in rows] == grid, "the product in the file's order, the first key the slowest")
that(list(rows[0]) == ["chip", "map", "cores", "status", *FIGURES, "message"], "the columns")
for row, (chip, method, most) in zip(rows, grid):
    s = single(chip, "--samples", "0..2", "--timing", "slots", "--against-float", "--set", "chip.voltage=0.9 V", "--map", method, "--cores", most)
    off = differs(row, s)
    that(not off, f"{chip} {method} {most}: {', '.join(off) or (s if isinstance(s, str) else 'every figure of its run')}")
that({row["status"] for row in rows if (row["chip"], row["cores"]) == ("mesh28", "100")} == {"refused"}, "100 cores of 64: refused, each in its row")
that([row["pareto"] for row in rows] == front(rows), "the front is that of all pairs")
stars = [line.startswith("  * ") for line in said.split("\n") if line.startswith("  ") and line[4:].startswith(tuple(chips))]
that(stars == [row["pareto"] == "1" for row in rows], "and has the stars in the text")

# ---- the same bytes for any number of threads; host.json alone differs ----
for n in ("2", "3"):
    again = sweep(TEXT, "--threads", n)
    with open(folder + "/sweep.csv", "rb") as a, open(again[4] + "/sweep.csv", "rb") as b:
        that(a.read() == b.read(), f"--threads {n}: the same bytes")
that(sorted(os.listdir(folder)) == ["host.json", "sweep.csv"], "two files, and nothing left of their making")
with open(folder + "/host.json") as file:
    that(json.load(file)["command"].startswith("volley sweep "), "host.json has the command")
that(sweep(TEXT, "--quiet", out=folder)[0] == 0 and not sweep(TEXT, "--quiet")[2], "the same folder again; --quiet says nothing")

# ---- one folder, one answer: a run replaces a sweep and the other way round ----
done = subprocess.run([VOLLEY, "run", "mesh28", FILES["network"], "--steps", "3", "--quiet", "--out", folder], capture_output=True, text=True)
that(done.returncode == 0 and not os.path.exists(folder + "/sweep.csv") and os.path.exists(folder + "/summary.json"), f"a run where a sweep was {done.stderr}")
that(sweep(TEXT, "--quiet", out=folder)[0] == 0 and sorted(os.listdir(folder)) == ["host.json", "sweep.csv"], "a sweep where a run was")

# ---- keys of the chip file, and the area that follows them ----
status, rows, said, _, _ = sweep(HEAD + f"chip: mesh28\noptions: {{samples: 0..1, timing: none, approximate: true}}\nvary:\n  bits: [2, 3, 5, 9]\n"
                                 f"  {SIZE}: [{', '.join(sizes)}, 64 bit]\n  noc.size: [8x8, 2x2]\n")
that(status == 0 and len(rows) == 24, "keys of the chip file")
for row in rows:
    s = single("mesh28", "--samples", "0..1", "--timing", "none", "--approximate", "--bits", row["bits"], "--set", f"{SIZE}={row[SIZE]}", "--set",
               f"noc.size={row['noc.size']}")
    off = differs(row, s)
    that(not off, f"{row['bits']} {row[SIZE]} {row['noc.size']}: {', '.join(off) or (s if isinstance(s, str) else 'its run')}")
area = {(row[SIZE], row["noc.size"]): float(row["area_m2"]) for row in rows if row["status"] == "ran"}
that(area["64 KiB", "8x8"] > 2 * area["1 KiB", "8x8"] > 0, "the area moves with a memory's size")
that(math.isclose(area["64 KiB", "8x8"], 16 * area["64 KiB", "2x2"], rel_tol=1e-9), "and with the number of cores")
refused = [row for row in rows if row["status"] == "refused"]
that(refused and all(row["message"] and not row["area_m2"] for row in refused) and "refused: " in said,
     f"{len(refused)} that do not fit: {refused[0]['message']}")
that([row["pareto"] for row in rows] == front(rows) and "accuracy, energy, time, area" in said, "the front, with the area")

# ---- the page's example ----
with open("docs/examples/sweep.yaml") as file:
    example = file.read()
with open("docs/sweep.md") as file:
    that("".join(f"    {line}\n" for line in example.rstrip().split("\n")[1:]) in file.read(), "the page shows its example")
status, rows, _, _, _ = sweep(example)
that(status == 0 and len(rows) == 12 and [row["pareto"] for row in rows] == front(rows), "which runs")
status, rows, _, _, _ = sweep(HEAD + "chip: mesh28\noptions: {samples: 0..0, core: lif28=reference}\nvary: {placement.lif28: ['[0..3]', all]}\n")
that(status == 0 and [not differs(row, single("mesh28", "--samples", "0..0", "--core", "lif28=reference", "--set", "placement.lif28=" + row["placement.lif28"]))
                      for row in rows] == [True, True], "a list as a value; a core of another kind")

# ---- none runs; nothing to run ----
status, rows, _, error, _ = sweep(HEAD + f"chip: mesh28\noptions: {{samples: 0..1}}\nvary: {{{SIZE}: [64 bit, 128 bit]}}\n")
that(status == 1 and {row["status"] for row in rows} == {"refused"} and error.startswith("volley: none of the 2 points ran; the first: "), error.strip())

# ---- wrong files ----
CHIP = "chip: mesh28\n"
BITS = "vary: {bits: [4, 8]}\n"
for text, part in (
        (HEAD + CHIP + "optoins: {}\n" + BITS, ":5:1: unknown key 'optoins' in the file; did you mean 'options'"),
        (HEAD + CHIP, "'vary' is missing"),
        (HEAD + BITS, "'chip' is missing"),
        (CHIP + BITS, "'network' is missing"),
        (HEAD + CHIP + "vary: {}\n", ":5:7: vary is a map of lists"),
        (HEAD + CHIP + "vary: [1]\n", ":5:7: vary is a map of lists"),
        (HEAD + CHIP + "vary: {bits: 4}\n", ":5:14: bits: a list of values is wanted"),
        (HEAD + CHIP + "vary: {bits: []}\n", ":5:14: bits: a list"),
        (HEAD + CHIP + "vary: {bits: [4, 99]}\n", ":5:18: --bits 99: a whole number from 2 to 16"),
        (HEAD + CHIP + "vary: {bits: [4, 4]}\n", ":5:18: bits: 4 is in the list twice"),
        (HEAD + CHIP + "vary: {bits: [[4]]}\n", ":5:15: bits: one value is wanted, not a list"),
        (HEAD + CHIP + "vary: {bits: ['']}\n", ":5:15: bits: the value is empty"),
        (HEAD + CHIP + "vary: {bitz: [4]}\n", ":5:8: 'bitz' is no option of volley run; did you mean 'bits'"),
        (HEAD + CHIP + "vary: {threads: [1, 2]}\n", ":5:8: threads is no option of a sweep's points"),
        (HEAD + CHIP + "vary: {chip: [loihi]}\n", ":5:8: chip has a value outside `vary`"),
        (HEAD + CHIP + "options: {bits: 4}\n" + BITS, ":6:8: bits has a value outside `vary`"),
        (HEAD + CHIP + "options: {bits: none}\n" + BITS, ":5:17: --bits none"),
        (HEAD + CHIP + "options: {input: x}\n" + BITS, ":5:11: input stands beside `options`"),
        (HEAD + CHIP + "options: {trace: spikes}\n" + BITS, ":5:11: trace is no option of a sweep's points"),
        (HEAD + CHIP + "options: {expect: x}\n" + BITS, ":5:11: expect is no option"),
        (HEAD + CHIP + "options: {approximate: 1}\n" + BITS, ":5:24: approximate: 1: it is true or false"),
        (HEAD + CHIP + "options: {engine: systemc}\n" + BITS, ":5:19: engine systemc: SystemC builds one chip per process"),
        (HEAD + CHIP + "options: {timing: sanafe-simple}\n" + BITS, ":5:19: timing sanafe-simple"),
        (HEAD + CHIP + "options: {set: [a]}\n" + BITS, ":5:17: --set a: write --set KEY=VALUE"),
        (HEAD + CHIP + "options: [bits]\n" + BITS, ":5:10: options is a map"),
        (HEAD + "chip: mesh82\n" + BITS, ":4:7: "),
        (HEAD + "vary: {chip: [mesh28, mesh82]}\n", ":4:23: "),
        (HEAD.replace(".spk", ".spx") + CHIP + BITS, ":2:8: input: "),
        (CHIP + "vary: {network: [traces/mlp_rate/mlp_rate.nir, no.nir]}\n", ":2:48: network: no.nir: no such file"),
        (HEAD + CHIP + "vary: {noc.sise: [4x4, 8x8]}\n", ":5:19: --set noc.sise=4x4"),
        (HEAD + CHIP + "vary: {noc.size: [4x4, big]}\n", ":5:24: --set noc.size=big"),
        (HEAD + CHIP + "vary: {bits: [2, 3, 4, 5], cores: [%s], steps: [%s]}\n" % (", ".join(map(str, range(1, 51))), ", ".join(map(str, range(1, 52)))),
         ":5:7: more than 10000 points"),
        ("- 1\n", ":1:1: "),
        ("\tx", ":1:")):
    status, rows, said, error, out = sweep(text)
    that(status == 2 and part in error and error.count("\n") == 1 and rows is None and not said and not os.path.exists(out), f"{error.strip()}")
done = subprocess.run([VOLLEY, "sweep"], capture_output=True, text=True)
that(done.returncode == 2, "no file")
done = subprocess.run([VOLLEY, "sweep", SCRATCH.name + "/none.yaml"], capture_output=True, text=True)
that(done.returncode == 2 and "none.yaml" in done.stderr, done.stderr.strip())

# More keys than any design has.
status, rows, _, error, _ = sweep(HEAD + CHIP + "vary: {%s}\n" % ", ".join(f"a.b{i}: [1]" for i in range(17)))
that(status == 2 and ":5:7: vary has 17 keys; at most 16" in error, error.strip())
# Of all values that fail, the one to blame: the others are fine, and so is a value that only some points can have.
status, rows, _, error, _ = sweep(HEAD + CHIP + "vary: {noc.size: [8x8, 4x4], core_types.lif28.memories.synapse.widht: [64 bit]}\n")
that(status == 2 and ":5:72: " in error and "'widht'" in error, error.strip())
status, rows, _, _, _ = sweep(HEAD + "options: {samples: 0..0, timing: none}\nvary: {chip: [mesh28, loihi], core_types.lif28.area: [0.02 mm2]}\n")
that(status == 0 and [row["status"] for row in rows] == ["ran", "refused"] and "core_types.lif28" in rows[1]["message"], "a key that one of the chips has")


# ---- damaged files: one line, a known status, and no end of its own ----
def damaged(text, random_):
    """Characters turned, doubled or cut out: most of what comes out is still YAML."""
    text = list(text)
    for _ in range(random_.randint(1, 4)):
        at = random_.randrange(len(text))
        text[at] = random_.choice(["", text[at] * 2, random_.choice("0123456789.:,[]{}'\"-=*&#\n \t")])
    return "".join(text)


bad = 0
short = example.replace("0..19", "0..0")
for seed in range(60):
    status, rows, said, error, out = sweep(damaged(short, random.Random(seed)), "--quiet")
    good = (status == 0 and not error and any(row["status"] == "ran" for row in rows)) if status == 0 else (
        status in (1, 2) and error.startswith("volley: ") and error.count("\n") == 1 and (rows is None) == (status == 2))
    bad += not good
    if not good:
        that(False, f"damaged by chance {seed}: {status} {error[:300]}")
that(not bad, "60 damaged files")

# A folder that holds somebody else's table is left alone.
other = tempfile.mkdtemp(dir=SCRATCH.name)
with open(other + "/sweep.csv", "w") as file:
    file.write("mine\n")
status, _, _, error, _ = sweep(HEAD + CHIP + "options: {samples: 0..0}\n" + BITS, out=other)
that(status == 2 and "sweep.csv that is not of a volley run" in error, error.strip())


# ---- interrupted: what was finished is kept ----
def interrupted(wait):
    out = tempfile.mkdtemp(dir=SCRATCH.name) + "/o"
    path = write(HEAD + CHIP + "options: {steps: 5000, timing: slots}\nvary: {samples: [0..0, 0..99]}\n")
    started = subprocess.Popen([VOLLEY, "sweep", path, "--out", out], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    caught, deadline = False, time.monotonic() + 60
    while started.poll() is None and not caught and time.monotonic() < deadline:
        with open(f"/proc/{started.pid}/status") as file:
            mask = [line for line in file if line.startswith("SigCgt")]
        caught = bool(mask) and int(mask[0].split()[1], 16) >> (signal.SIGTERM - 1) & 1
        time.sleep(0.01)
    time.sleep(wait)
    started.send_signal(signal.SIGINT)
    said, error = started.communicate(timeout=600)
    return started.returncode, rows_of(out), said, error, out


for wait in (0.5, 2, 8):
    status, rows, said, error, out = interrupted(wait)
    if rows:
        break
that(status == 130 and [row["status"] for row in rows] == ["ran", "interrupted"] and rows[0]["pareto"] == "1" and not any(rows[1][key] for key in FIGURES),
     f"an interrupt: {status}, {error.strip()}")
that("interrupted after 1 of 2 points" in error and "1 interrupted" in said, "said in both places")
sys.exit(1 if wrong else 0)
