"""The run folder is the same bytes, host.json apart, for the same input: again, from another folder and by other paths, with more
threads, on a terminal's locale; and for another timing plane all but times, static and total energy, and what is said of them.

Needs nothing but python3 and the networks in traces/."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

VOLLEY = os.path.abspath(os.environ.get("VOLLEY", "build/release/volley"))
ROOT = os.getcwd()
SCRATCH = tempfile.TemporaryDirectory(prefix="volley-same-")
TRACES = ["--trace", "spikes,membrane,packets,timeline"]
wrong = 0


def that(holds, text):
    global wrong
    print("ok  " if holds else "FAIL", text)
    wrong += not holds


def run(out, name, chip, *more, folder=ROOT, cwd=ROOT, **environment):
    base = f"{folder}/traces/{name}/{name}"
    command = [VOLLEY, "run", chip, base + ".nir", "--input", base + "_input.spk", "--labels", base + "_labels.npy", "--samples", "0..7", "--against-float",
               "--quiet", "--out", out, *more]
    subprocess.run(command, check=True, cwd=cwd, env={**os.environ, "VOLLEY_CHIPS": f"{ROOT}/configs/chips", **environment})
    return os.path.join(cwd, out)


def different(a, b):
    """Names of files that differ or stand in one folder only; host.json may."""
    names = (set(os.listdir(a)) | set(os.listdir(b))) - {"host.json"}
    return sorted(name for name in names if not all(os.path.exists(f"{x}/{name}") for x in (a, b))
                  or open(f"{a}/{name}", "rb").read() != open(f"{b}/{name}", "rb").read())


def without_time(folder):
    """What another plane must leave as it was."""
    s = json.load(open(f"{folder}/summary.json"))
    energy = s["energy"]
    for key in ("time", "time_counts", "noc", "plane", "warnings"):
        s.pop(key, None)        # noc: where the plane has ports that count
    for key in ("total_j", "static_j", "static_used_j", "total_used_j", "low_j", "high_j", "sensitivity"):
        del energy[key]
    energy["by_component"].pop("static", None)
    energy["lines"] = [line for line in energy["lines"] if "each_j" in line]
    return s


def columns(path, *names):
    rows = [line.rstrip("\n").split(",") for line in open(path)]
    keep = [rows[0].index(name) for name in names]
    return [[row[i] for i in keep] for row in rows]


for chip, name in (("loihi", "mlp_rate"), ("mesh28", "conv_rate"), ("ideal", "conv_rate")):
    here = f"{SCRATCH.name}/{chip}"
    first = run(f"{here}/first", name, chip, *TRACES)
    that(different(first, run(f"{here}/again", name, chip, *TRACES)) == [], f"{name} on {chip}: again")
    that(different(first, run(f"{here}/threads", name, chip, *TRACES, "--threads", "2")) == [], f"{name} on {chip}: two threads")
    elsewhere = f"{here}/else where"
    shutil.copytree(f"{ROOT}/traces/{name}", f"{elsewhere}/traces/{name}")
    os.symlink(f"{elsewhere}/traces", f"{here}/link")
    moved = run("out", name, chip, *TRACES, folder=".", cwd=elsewhere, COLUMNS="40", LC_ALL="C.UTF-8", TZ="Asia/Tokyo")
    that(different(first, moved) == [], f"{name} on {chip}: from another folder, by other paths: {different(first, moved)}")
    kept = run(f"{here}/balanced", name, chip, "--map", "balance", "--cores", "4", *TRACES)
    that("summary.json" in different(first, kept), f"{name} on {chip}: another mapping is seen")
    for a, more in ((first, ()), (kept, ("--map", "balance", "--cores", "4"))):
        none = run(f"{here}/none{len(more)}", name, chip, "--timing", "none", *TRACES, *more)
        that(without_time(a) == without_time(none), f"{name} on {chip} {' '.join(more)}: the plane none changes nothing but times in summary.json")
        for file in ("spikes.csv", "membranes.csv", "layers.csv"):
            that(open(f"{a}/{file}").read() == open(f"{none}/{file}").read(), f"{name} on {chip}: nor anything in {file}")
        for file, names in (("samples.csv", "sample,label,prediction,steps,energy_j,spikes,sops,packets"),
                            ("steps.csv", "sample,step,spikes,sops,packets,energy_j"), ("packets.csv", "sample,step,from,to")):
            that(columns(f"{a}/{file}", *names.split(",")) == columns(f"{none}/{file}", *names.split(",")), f"{name} on {chip}: nor in {file} but times")
sys.exit(1 if wrong else 0)
