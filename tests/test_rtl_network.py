"""Trained networks on a mesh of RTL cores: spikes, samples, the time of every step and all totals are those of kind lif, whose core type says the RTL's
own costs (rtl/README.md): 3 + accumulator words per packet, 2 + state words + spikes per update, a synapse word per accumulator word.
In lockstep, both:lif,rtl:lif_core, the two say the same of every packet and update, in both engines; with other costs the first packet ends the run."""
import csv
import filecmp
import os
import subprocess
import sys
import tempfile

import kit
import rtl_chip

MLP = "traces/mlp_rate/mlp_rate"
RNN = kit.KIT + "/rnn_rows"
# stem of the files, samples, more options. The recurrent network sends between cores in every step.
CASES = [(MLP, "0..3", []), (MLP, "0..1", ["--map", "balance", "--cores", "5", "--timing", "slots"]), (RNN, "0..0", ["--map", "balance", "--cores", "3"])]


def run(stem, samples, options, out):
    command = [kit.VOLLEY, "run", "mesh28", stem + ".nir", "--input", stem + "_input.spk", "--samples", samples, "--trace", "spikes", "--out", out, "--quiet"]
    return subprocess.run(command + rtl_chip.words(rtl_chip.LIF_CORE) + options, capture_output=True, text=True)


def totals(folder):
    """Counters of the whole run; a population's share of accesses is not the RTL's to know."""
    with open(os.path.join(folder, "counters.csv"), encoding="utf-8") as file:
        return [row for row in csv.reader(file) if row[0] != "population"]


def compare(stem, samples, options, here, kind="rtl:lif_core", engine=()):
    """Faults; None where this volley has no RTL."""
    name = os.path.basename(stem)
    c, rtl = os.path.join(here, name + "_c"), os.path.join(here, name + "_rtl")
    for folder, more in ((c, []), (rtl, ["--core", "lif28=" + kind, *engine])):
        answer = run(stem, samples, options + more, folder)
        if "built without" in answer.stderr:
            return None
        if answer.returncode:
            return ["%s %s: exit status %d: %s" % (name, more, answer.returncode, answer.stderr.strip())]
    faults = ["%s: counters of the whole run differ: %s" % (name, pair) for pair in zip(totals(c), totals(rtl)) if pair[0] != pair[1]]
    for table in ("spikes.csv", "samples.csv", "steps.csv"):
        if not filecmp.cmp(os.path.join(c, table), os.path.join(rtl, table), shallow=False):
            faults.append("%s: %s differs between kind lif and %s" % (name, table, kind))
    spikes = len(open(os.path.join(rtl, "spikes.csv"), encoding="utf-8").readlines()) - 1
    print("%s as %s, samples %s: %d spikes, the same" % (name, kind, samples, spikes))
    return faults


def lockstep(here):
    """Both engines; and what a difference looks like: mesh28's own costs are not this core's."""
    found = [compare(MLP, "0..0", [], here, "both:lif,rtl:lif_core", engine) for engine in ([], ["--engine", "systemc"])]
    faults = [fault for faults in found if faults for fault in faults]
    command = [kit.VOLLEY, "run", "mesh28", MLP + ".nir", "--input", MLP + "_input.spk", "--samples", "0..0", "--core", "lif28=both:lif,rtl:lif_core",
               "--quiet"]
    answer = subprocess.run(command, capture_output=True, text=True)
    wanted = ["sample 0, chip step 0", "core ", "axon ", "cycles of its service", "lif says ", "rtl:lif_core says "]
    if answer.returncode != 1 or [word for word in wanted if word not in answer.stderr]:
        faults.append("other costs: exit status %d: %s" % (answer.returncode, answer.stderr.strip()))
    print(answer.stderr.strip())
    for kind, status, said in (("both:lif", 2, "both:lif,rtl:lif_core"), ("both:lif,rtl:lif_cor", 2, "did you mean 'rtl:lif_core'")):
        answer = subprocess.run(command[:-2] + ["lif28=" + kind, "--quiet"], capture_output=True, text=True)
        if answer.returncode != status or said not in answer.stderr:
            faults.append("%s: exit status %d: %s" % (kind, answer.returncode, answer.stderr.strip()))
    return faults


def one_core(here):
    """A single core by its place. With the RTL's own costs nothing changes, in either engine; with others its lockstep names that core alone."""
    more = ["--map", "balance", "--cores", "5"]
    plain, faults = os.path.join(here, "plain"), []
    if run(MLP, "0..0", more, plain).returncode:
        return ["one core: the run without it fails"]
    for words in (["--core", "tile1.core0=rtl:lif_core"],
                  ["--core", "0.1.0=both:lif,rtl:lif_core", "--core", "tile0.core0=rtl:lif_core", "--engine", "systemc"]):
        folder = os.path.join(here, "one%d" % len(words))
        answer = run(MLP, "0..0", more + words, folder)
        if "built without" in answer.stderr:
            continue                    # SystemC
        if answer.returncode or totals(folder) != totals(plain):
            faults.append("%s: exit status %d: %s" % (words, answer.returncode, answer.stderr.strip()))
        elif not all(filecmp.cmp(*(os.path.join(f, table) for f in (plain, folder)), shallow=False) for table in ("spikes.csv", "steps.csv")):
            faults.append("%s: other spikes or times" % words)
        elif "core 0.1.0 is of kind " not in open(os.path.join(folder, "summary.json"), encoding="utf-8").read():
            faults.append("%s: the summary does not say so" % words)
    command = [kit.VOLLEY, "run", "mesh28", MLP + ".nir", "--input", MLP + "_input.spk", "--samples", "0..0", "--quiet", *more, "--core"]
    for word, status, said in (("tile1.core0=both:lif,rtl:lif_core", 1, "core 1, in lockstep"),
                               ("tile99.core0=rtl:lif_core", 2, "no such core; they are 0.0.0 to 0.63.0"),
                               ("tile63.core0=rtl:lif_core", 2, "no neuron of the network is on core 0.63.0"),
                               ("tile1.core0=rtl:lif_cor", 2, "did you mean 'rtl:lif_core'"), ("tile1.core0=reference", 2, "cannot be of kind reference alone"),
                               ("tile1.core0=both:reference,reference", 2, "cannot be of kind both:reference,reference alone")):
        answer = subprocess.run(command + [word], capture_output=True, text=True)
        if answer.returncode != status or said not in answer.stderr or answer.stderr.count("\n") != 1:
            faults.append("--core %s: exit status %d: %s" % (word, answer.returncode, answer.stderr.strip()))
    return faults


def main():
    faults = []
    for stem, samples, options in CASES:
        if not os.path.exists(stem + ".nir"):
            print("SKIPPED: no network %s" % stem)
            continue
        with tempfile.TemporaryDirectory() as here:
            found = compare(stem, samples, options, here)
        if found is None:
            print("SKIPPED: this volley was built without Verilator")
            return 0
        faults += found
    with tempfile.TemporaryDirectory() as here:
        faults += lockstep(here) + one_core(here)
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
