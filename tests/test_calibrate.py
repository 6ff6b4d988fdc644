"""volley calibrate: what it measures of rtl:lif_core and rtl:stdp_core is what rtl/README.md states, the sweeps of learning included, and its section in a
chip file gives kind lif the step times of the RTL."""
import os
import re
import subprocess
import tempfile

import kit
import rtl_chip

MLP = "traces/mlp_rate/mlp_rate"
check = kit.Checks()


def volley(*words):
    return subprocess.run([kit.VOLLEY, *words], capture_output=True, text=True)


def section(path):
    """The lines of the section as --set words for core type lif28."""
    text = open(path, encoding="utf-8").read()
    source = re.search(r"^  calibrated: (\{.*\})$", text, re.M).group(1)
    parts = {key: re.search(r"^  %s: (\{.*?\})" % key, text, re.M).group(1) for key in ("accept", "update")}
    return text, ["sources.calibrated=" + source] + ["core_types.lif28.service.%s=%s" % part for part in parts.items()]


with tempfile.TemporaryDirectory() as here:
    path = os.path.join(here, "section.yaml")
    done = volley("calibrate", "rtl:lif_core", "--seeds", "1", "--events", "100", "-o", path)
    if "without Verilator" in done.stderr:
        print("SKIPPED: this volley was built without Verilator")
        check.end()
    print(done.stdout)
    check.that(done.returncode == 0, "exit status 0 %s" % done.stderr.strip())
    check.that("packet: cycles = {packet: 3, accumulator.write_word: 1}, exact" in done.stdout, "3 cycles and one per accumulator word")
    check.that("update: cycles = {step: 2, state.read_word: 1, spike: 1}, exact" in done.stdout, "2 cycles and one per neuron word and spike")
    check.that(done.stdout.count("declared: 0 of") == 2, "as declared")
    text, settings = section(path)
    check.that("basis: measured" in text and "volley calibrate rtl:lif_core --seed 0 --seeds 1 --events 100" in text,
               "measured, by a command that can be repeated")
    again = os.path.join(here, "again.yaml")
    volley("calibrate", "rtl:lif_core", "--seeds", "1", "--events", "100", "-o", again)
    check.that(open(again).read() == text, "the same bytes again")
    # the memories of that core, and the section in place of the times that mesh28 states
    settings = [s for s in rtl_chip.LIF_CORE if s != rtl_chip.ACCEPT] + settings
    folders = []
    for kind in ("lif", "rtl:lif_core"):
        folders.append(os.path.join(here, kind.replace(":", "_")))
        done = volley("run", "mesh28", MLP + ".nir", "--input", MLP + "_input.spk", "--samples", "0..1", *rtl_chip.words(settings), "--core", "lif28=" + kind,
                      "--out", folders[-1], "--quiet")
        check.that(done.returncode == 0, "%s runs on the calibrated chip %s" % (kind, done.stderr.strip()))
    steps = [open(folder + "/steps.csv").read() for folder in folders]
    check.that(steps[0] == steps[1] and steps[0].count("\n") > 50, "equal step times: %d of them" % (steps[0].count("\n") - 1))
# learning: every stimulus has it on, so that rows are swept, and each term of the formulae of cycles and of accesses is seen
done = volley("calibrate", "rtl:stdp_core")
print(done.stdout)
check.that(done.returncode == 0, "exit status 0 %s" % done.stderr.strip())
check.that("learning: cycles = {learn: 2, pre.read_word: 1, learn_row: 3, synapse.read_word: 1}, exact" in done.stdout,
           "3 cycles per row swept and one per word")
check.that("off by" not in done.stdout, "every access is explained without a remainder")
check.that(done.stdout.count(" 0 of ") == 3 and done.stdout.count("differ in cycles, 0 in accesses") == 3, "as declared, in cycles and accesses")
swept = done.stdout[done.stdout.find("learning: "):]
for line in ("axon reads = {learn_row: 1}", "rows reads = {synapse.read_word: 1}", "rows writes = {synapse.read_word: 1}",
             "pre_trace writes = {pre.read_word: 1}"):
    check.that(line in swept, "a sweep's " + line)
stated = re.findall(r"^ *((?:accept|update|learn): *\{.*), source", open("configs/chips/learn28.yaml", encoding="utf-8").read(), re.M)
for line in stated:
    check.that(re.sub(" +", " ", line) in done.stdout, "as learn28 states it: " + line)
check.that(len(stated) == 3, "learn28 states three programs")
done = volley("calibrate", "rtl:lif_cor")
check.that(done.returncode == 2 and "did you mean 'rtl:lif_core'" in done.stderr, done.stderr.strip())
check.end()
