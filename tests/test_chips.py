"""Every shipped chip runs mlp_rate from end to end, or says why it cannot: a chip file that no network fits is no library. What a run
answers on each is printed beside what its file says of itself.

Needs nothing but python3 and the networks in traces/."""
import json
import os
import subprocess
import sys
import tempfile

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
BASE = "traces/mlp_rate/mlp_rate"
SAMPLES = 5
# Chips that cannot run it, and what they must say.
REFUSED = {"odin": "lif1: decays; core type crossbar of chip odin offers no decay"}     # test_odin_chip runs digits on it
# What the network has and these have not is left away or rounded by consent: a decay by a factor, weights of more than four values.
APPROXIMATE = {"akida", "speck", "truenorth", "xylo"}
LEARNING = {"learn28": "stdp28"}        # chip to its core type that learns
wrong = 0


def that(holds, text):
    global wrong
    if not holds:
        print("FAIL", text)
    wrong += not holds


def run(chip, out):
    command = [VOLLEY, "run", chip, BASE + ".nir", "--input", BASE + "_input.spk", "--labels", BASE + "_labels.npy", "--samples", f"0..{SAMPLES - 1}",
               "--quiet", "--out", out]
    # A trained network that goes on learning without being taught forgets: what is asked here is whether the chip computes it.
    with open(f"configs/chips/{chip}.yaml") as file:
        learning = "\n    learning:" in file.read()
    command += ["--set", f"core_types.{LEARNING[chip]}.learning.on=false"] if learning else []
    command += ["--approximate"] if chip in APPROXIMATE else []
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def check_run(chip, out):
    """A finished run: it is priced, its figures lie in their ranges, and it computes (integers may move a spike, not all answers)."""
    with open(f"{out}/summary.json") as file:
        summary = json.load(file)
    energy, time = summary["energy"], summary["time"]
    that(energy["priced"] and energy["dynamic_j"] > 0, f"{chip}: some action costs something")
    that(energy["low_j"] <= energy["total_j"] <= energy["high_j"], f"{chip}: the energy lies in its range")
    that(0 < time["low_s"] <= time["total_s"] <= time["high_s"], f"{chip}: the time lies in its range")
    if not summary["counts"].get("learn_steps"):    # a chip that goes on learning without being told the answers need not get better
        that(summary["accuracy"] >= 0.6, f"{chip}: accuracy {summary['accuracy']}")
    named = {source["name"] for source in summary["sources"]}
    that(all(line["source"] in named or line["basis"] == "unknown: free" for line in energy["lines"]), f"{chip}: each line of energy has a source")
    print(f"{chip:14} {energy['dynamic_j'] / SAMPLES * 1e9:10.1f} nJ dynamic, {time['total_s'] / SAMPLES * 1e6:8.1f} us per inference, "
          f"assumed {100 * energy['assumed_share']:3.0f} %")


def check_listing(names):
    listing = subprocess.run([VOLLEY, "chips"], capture_output=True, text=True, check=True).stdout
    for name in names:
        that(f"\n{name} " in "\n" + listing, f"volley chips lists {name}")
    that(listing.count("held against") == len(names), "each says what it was held against")
    that(listing.count("nothing that the file names") == 0, "and none keeps silent about it")
    that("held against against" not in listing and "held against by" not in listing, "which reads on from the words before it")


def main():
    names = sorted(name[:-5] for name in os.listdir("configs/chips") if name.endswith(".yaml"))
    for name in names:
        with tempfile.TemporaryDirectory(prefix="volley-chips-") as out:
            done = run(name, out)
            if name in REFUSED:
                that(done.returncode == 1 and REFUSED[name] in done.stderr, f"{name}: {done.stderr.strip()}")
                continue
            that(done.returncode == 0, f"{name}: exit {done.returncode}: {done.stderr.strip()}")
            if done.returncode == 0:
                check_run(name, out)
    check_listing(names)
    sys.exit(1 if wrong else 0)


main()
