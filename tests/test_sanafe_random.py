"""Random architectures and networks in SANA-FE's form: volley against a second simulator (sanafe_model.py): spikes, counts, energies and times
of every step, for the YAML form and the line format. SEEDS=FIRST..LAST in the environment runs more of them."""
import collections
import csv
import os
import subprocess
import sys
import tempfile

import sanafe_model
import sanafe_random

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
STEPS = 24
COUNTS = ["fired", "updated", "packets", "hops", "spikes"]
ENERGIES = ["synapse_energy", "dendrite_energy", "soma_energy", "network_energy", "total_energy"]


def rows(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def run(folder, network, timing):
    out = f"{folder}/{timing}"
    done = subprocess.run([VOLLEY, "run", f"{folder}/arch.yaml", f"{folder}/{network}", "--steps", str(STEPS), "--timing", f"sanafe-{timing}", "--out", out,
                           "--quiet"], capture_output=True, text=True, timeout=60)
    if done.returncode or done.stderr:
        return None, f"exit {done.returncode}: {done.stderr.strip()}"
    return out, ""


def differs(got, wanted):
    """The columns have seven digits: equal to six."""
    return abs(got - wanted) > 6e-7 * abs(wanted) + 1e-30


def compare(folder, network, timing, wanted, spikes):
    out, wrong = run(folder, network, timing)
    if wrong:
        return wrong
    for got, w in zip(rows(f"{out}/perf.csv"), wanted, strict=True):
        for c in COUNTS:
            if int(got[c]) != w[c]:
                return f"step {w['timestep']}: {c} {got[c]}, wanted {w[c]}"
        for c, value in [(e, w[e]) for e in ENERGIES] + [("sim_time", w[timing])]:
            if differs(float(got[c]), value):
                return f"step {w['timestep']}: {timing}: {c} {got[c]}, wanted {value}"
    got = collections.Counter((int(r["timestep"]), r["neuron"]) for r in rows(f"{out}/sanafe_spikes.csv"))
    return "" if got == spikes else f"spikes differ: {sorted((got - spikes) + (spikes - got))[:5]}"


def one(seed, folder):
    chip, network = sanafe_random.make(seed)
    number = {g: k for k, g in enumerate(network["groups"])}
    wanted, spikes = sanafe_model.run(chip, network, STEPS)
    for name, text in [("arch.yaml", sanafe_random.chip_text(chip)), ("n.yaml", sanafe_random.yaml_text(network)), ("n.net", sanafe_random.net_text(network))]:
        with open(f"{folder}/{name}", "w") as f:
            f.write(text)
    as_yaml = collections.Counter((t, f"{n[0]}.{n[1]}") for t, n in spikes)
    as_lines = collections.Counter((t, f"{number[n[0]]}.{n[1]}") for t, n in spikes)
    return (compare(folder, "n.yaml", "simple", wanted, as_yaml) or compare(folder, "n.yaml", "detailed", wanted, as_yaml) or
            compare(folder, "n.net", "detailed", wanted, as_lines)), len(spikes)


def main():
    first, last = map(int, os.environ.get("SEEDS", "0..49").split(".."))
    wrong, fired = 0, 0
    for seed in range(first, last + 1):
        with tempfile.TemporaryDirectory() as folder:
            text, spikes = one(seed, folder)
            if text:
                print(f"seed {seed}: {text}")
            wrong += bool(text)
            fired += spikes > 0
    print(f"{last - first + 1} networks, {fired} with spikes, {wrong} differ")
    sys.exit(wrong > 0 or fired * 2 < last - first + 1)


if __name__ == "__main__":
    main()
