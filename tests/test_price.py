"""volley price: a finished run with its own chip file has its own energy, to the last digit of every figure; with other prices it has what a
run with them has; where the counts would mean another thing it is refused. And it takes no run: the folder is enough.

Needs nothing but python3 and the networks in traces/."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
SCRATCH = tempfile.TemporaryDirectory(prefix="volley-price-")
wrong = 0


def that(holds, text):
    global wrong
    print("ok  " if holds else "FAIL", text)
    wrong += not holds


def run(chip, *more, network="mlp_rate"):
    out = tempfile.mkdtemp(dir=SCRATCH.name)
    base = f"traces/{network}/{network}"
    subprocess.run([VOLLEY, "run", chip, base + ".nir", "--input", base + "_input.spk", "--samples", "0..2", "--quiet", "--out", out, *more], check=True)
    with open(out + "/summary.json") as file:
        return out, json.load(file)["energy"]


def price(folder, chip, *more):
    """(exit status, energy or None, what was said)"""
    out = os.path.join(SCRATCH.name, "price.json")
    done = subprocess.run([VOLLEY, "price", folder, "--chip", chip, "-o", out, *more], capture_output=True, text=True)
    if done.returncode:
        return done.returncode, None, done.stderr
    with open(out) as file:
        return 0, json.load(file)["energy"], done.stdout


def without_samples(energy, paced=False):
    """Of single samples the folder has no counts: their mean alone is known. Nor is it known how much work a pace hides in waiting (price says so)."""
    known = {**energy, "per_sample": {"mean_j": energy["per_sample"]["mean_j"]}}
    return {key: value for key, value in known.items() if not paced or key not in ("low_j", "high_j", "sensitivity")}


def check_same(folder, chip, own, *more):
    status, priced, said = price(folder, chip, *more)
    paced = chip in ("speck", "spinnaker1", "truenorth", "xylo")
    same = status == 0 and without_samples(priced, paced) == without_samples(own, paced)
    that(same, f"{chip} {' '.join(more)}: every figure of its energy {said if status else ''}")


folder = {}
for chip in sorted(name[:-5] for name in os.listdir("configs/chips") if name != "odin.yaml"):      # which does not run this network
    folder[chip], own = run(chip, *(["--approximate"] if chip in ("akida", "speck", "truenorth", "xylo") else []))     # whose leak is another
    check_same(folder[chip], chip, own)
for chip in ("mesh28", "loihi"):
    out, own = run(chip, "--map", "balance", "--cores", "16", network="conv_rate")
    check_same(out, chip, own)

# Other prices: what a run with them says.
changed = ["--set", "energy.core.busy_cycle=2 pJ", "--set", "core_types.lif28.memories.synapse.read=5 pJ", "--set", "energy.router_static=1 mW"]
_, own = run("mesh28", *changed)
check_same(folder["mesh28"], "mesh28", own, *changed)

# The plain formula over loihi's own counters: an all-in price needs no network and tells no active from idle updates.
status, plain, said = price(folder["loihi"], "ideal")
with open(folder["loihi"] + "/summary.json") as file:
    counts = json.load(file)["counts"]
want = 27.1e-12 * counts["sops"] + 81e-12 * (counts["update_active"] + counts["update_idle"] + counts["update_held"])
that(status == 0 and abs(plain["total_j"] / want - 1) < 1e-12, f"the plain formula on loihi's counts: {want:.6g} J")
that("priced" in said and "the prices of ideal" in said, "the text says whose counts and whose prices")

# The same cores and network at another node count the same; only the prices differ, so it is what a run says.
status, other, said = price(folder["mesh22"], "mesh28")
_, own = run("mesh28")
that(status == 0 and other["dynamic_j"] == own["dynamic_j"], "mesh22's counts with mesh28's prices: mesh28's dynamic energy")

# Area: of the memories, which follow the file.
def area(chip, *more):
    with open(run(chip, *more)[0] + "/summary.json") as file:
        return json.load(file)["chip"]["area"]


whole, half = area("mesh28"), area("mesh28", "--set", "core_types.lif28.memories.synapse.size=32 KiB")
that(abs(whole["memories_m2"] / (64 * whole["memories_of_core_m2"]["lif28"]) - 1) < 1e-12 and whole["memories_used_m2"] < whole["memories_m2"],
     f"mesh28: memories of {whole['memories_m2'] * 1e6:.3g} mm2 in 64 cores")
that(0.4 < half["memories_m2"] / whole["memories_m2"] < 0.9 and area("mesh22")["memories_m2"] < whole["memories_m2"], "it follows size and node")
die = area("loihi")
that(abs(die["total_m2"] / 60e-6 - 1) < 1e-12 and die["memories_m2"] is None and die["used_m2"] is None and "routers" in die["unknown"],
     "loihi: the published die, and nothing of its parts")
that(area("ideal") is None, "ideal has none")
parts = whole["by_component"]
that(abs((parts["memories"] + parts["core_logic"] + parts["routers"]) / whole["total_m2"] - 1) < 1e-12
     and whole["low_m2"] < whole["total_m2"] < whole["high_m2"]
     and whole["used_m2"] < whole["total_m2"] and whole["unknown"] == "", f"mesh28: {whole['total_m2'] * 1e6:.3g} mm2 are its parts, within a range")
dearer = area("mesh28", "--set", "core_types.lif28.area=0.02 mm2", "--set", "noc.size=4x4")
that(abs(dearer["by_component"]["core_logic"] / (16 * 0.02e-6) - 1) < 1e-12 and abs(dearer["by_component"]["routers"] * 4 / parts["routers"] - 1) < 1e-12,
     "core logic and routers go by their numbers")
that(abs(whole["core_m2"]["lif28"] / (whole["memories_of_core_m2"]["lif28"] + 0.01e-6) - 1) < 1e-12, "a core is its memories and its logic")

PARAMETER = "core_types.lif28.memories.parameter.model"
# Another supply and another family, as a sweep would set them: memories follow, and a run with them says the same. No run is needed for energy and area.
for key, value in (("chip.voltage", "0.85 V"), (PARAMETER, "register_file"), (PARAMETER, "rram")):
    there, own = run("mesh28", "--set", f"{key}={value}")
    status, priced, said = price(folder["mesh28"], "mesh28", "--set", f"{key}={value}")
    that(status == 0 and priced["by_action"] == own["by_action"] and priced["dynamic_j"] != other["dynamic_j"],
         f"{key}={value}: {said if status else 'as its run'}")
    with open(os.path.join(SCRATCH.name, "price.json")) as file, open(there + "/summary.json") as run_file:
        that(json.load(file)["area"] == json.load(run_file)["chip"]["area"], f"{key}={value}: the area of its run")
    that("mm2" in said and "memories" in said, "and the text says it")
done = subprocess.run([VOLLEY, "compare", folder["mesh28"], folder["mesh22"], folder["ideal"]], capture_output=True, text=True)
row = next((line for line in done.stdout.split("\n") if line.startswith("chip area")), "")
that("12.7 mm2" in row and "7.84 mm2  x 0.62" in row and row.rstrip().endswith("-"), f"compare has the area: {row.strip()}")

# Another tick changes no count and no time: the text says whose the time is.
for more, told in (([], 0), (["--set", "time.tick=2 ms"], 1)):
    done = subprocess.run([VOLLEY, "price", folder["spinnaker1"], "--chip", "spinnaker1", *more], capture_output=True, text=True)
    that(done.returncode == 0 and done.stdout.count("the time is the run's, with steps of 1.00 ms") == told, f"spinnaker1 {more}: whose time it is")

# What does not fit.
for chip, ran, part in (("loihi", "mesh28", "tells active from idle|its hops are those of a 8x8 mesh"), ("mesh28", "loihi", "other words are counted"),
                        ("loihi-silicon", "tianjic", "charges")):
    status, _, said = price(folder[ran], chip)
    that(status == 1 and any(p in said for p in part.split("|")), f"{ran}'s counts with {chip}'s prices: {said.strip()}")
status, _, said = price(folder["mesh28"], "mesh28", "--set", "core_types.lif28.memories.synapse.width=32 bit")
that(status == 1 and "other words are counted" in said, f"words of another width: {said.strip()}")
status, _, said = price(folder["mesh28"], "mesh28", "--set", "core_types.lif28.service.accept.packet=4 cycles")
that(status == 1 and "busy cycles are charged" in said, f"another service: {said.strip()}")
status, _, said = price(folder["mesh28"], "mesh28", "--set", "noc.size=16x16")
that(status == 1 and "8x8 mesh" in said and "16x16 mesh" in said, f"another mesh: {said.strip()}")

# Damaged folders and wrong use.
damaged = os.path.join(SCRATCH.name, "damaged")
shutil.copytree(folder["loihi"], damaged)
with open(damaged + "/counters.csv", "a") as file:
    file.write("population,lif1,sops\n")
status, _, said = price(damaged, "loihi")
that(status == 2 and "counters.csv:" in said, f"a row cut short: {said.strip()}")
with open(folder["loihi"] + "/counters.csv") as whole_file, open(damaged + "/counters.csv", "w") as file:
    file.writelines(row for row in whole_file if not row.startswith("population,lif2,sops"))
status, _, said = price(damaged, "loihi")
that(status == 2 and "do not add up" in said, f"a row lost: {said.strip()}")
os.remove(damaged + "/counters.csv")
that(price(damaged, "loihi")[0] == 2, "no counters")
that(price(SCRATCH.name, "loihi")[0] == 2, "a folder that is no run's")
done = subprocess.run([VOLLEY, "price", folder["loihi"]], capture_output=True, text=True)
that(done.returncode == 2 and "--chip" in done.stderr, "no price list")
sys.exit(1 if wrong else 0)
