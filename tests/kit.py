"""The reference networks of kit/snn (VOLLEY_KIT, or ../shared/kit beside the repository) and how a test runs volley on them.

A test whose material is absent prints SKIPPED and passes. Figures are printed, so that a run's log can be quoted."""
import csv
import json
import os
import subprocess
import sys
import tempfile

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
SCRATCH = tempfile.TemporaryDirectory(prefix="volley-kit-")      # removed when the test ends
KIT = os.environ.get("VOLLEY_KIT", "../shared/kit") + "/snn"
NAMES = ["mlp_rate", "conv_rate", "rnn_rows", "cuba_latency", "cuba_direct"]
OUTPUTS = {"mlp_rate": "lif2", "conv_rate": "lif3", "rnn_rows": "lif2", "cuba_latency": "syn2", "cuba_direct": "syn2"}


def need_kit():
    if not os.path.exists(f"{KIT}/mlp_rate.nir"):
        print("SKIPPED: no reference networks at", KIT)
        sys.exit(0)


def run(chip, name, *more, status=0):
    """Runs a kit network; returns (run folder, summary). Another exit status than the one wanted ends the test."""
    out = tempfile.mkdtemp(dir=SCRATCH.name)
    command = [VOLLEY, "run", chip, f"{KIT}/{name}.nir", "--input", f"{KIT}/{name}_input.spk",
               "--labels", f"{KIT}/{name}_labels.npy", "--out", out, "--quiet", *more]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip()}")
    return out, json.load(open(f"{out}/summary.json")) if status == 0 else done.stderr


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def predictions(out):
    return {int(r["sample"]): int(r["prediction"]) for r in rows(f"{out}/samples.csv")}


def reference(name):
    return rows(f"{KIT}/{name}_ref.csv")


def stats(name):
    return [(r["what"], r["layer"], float(r["value"])) for r in rows(f"{KIT}/{name}_stats.csv")]


def is_layer(population, layer):
    return population == layer or population.startswith(layer + ".")


def values(name, chip="loihi"):
    """What a network needs on a chip: cuba_direct has a constant current as input, which travels as equal packets where packets
    carry no value; neurons with a synaptic current need mesh28's other core."""
    more = ["--values", "repeat"] if name == "cuba_direct" else []
    return more + (["--set", "placement={cuba28: all}"] if chip == "mesh28" and name.startswith("cuba") else [])


class Checks:
    """Collects what is wrong, prints each line, exits 1 at the end if anything was."""
    def __init__(self):
        self.wrong = 0

    def that(self, holds, text):
        print("ok  " if holds else "FAIL", text)
        self.wrong += not holds

    def end(self):
        sys.exit(1 if self.wrong else 0)
