"""A foreign core that moves in steps, with handshakes of its own (time.mode: barrier, tests/foreign/steplif), held against volley's kind lif by name instead
of a C file: verify looks at it in three modes and finds a planted bug; a chip runs it with the spikes of kind lif; what a manifest may not say."""
import filecmp
import os
import re
import sys

import foreign_core as foreign

CORE = "tests/foreign/steplif"


def verify(path, *options):
    return foreign.call("verify", os.path.abspath(path), "--out", os.path.join(foreign.HERE, "failures"), *options)


def nothing_is_wrong():
    answer = verify(CORE, "--seeds", "4")
    text = answer.stdout
    foreign.that(answer.returncode == 0 and not answer.stderr and " 0 differences" in text, "no difference: %s" % (answer.stderr or text.split("\n")[-2]))
    foreign.that([line for line in text.split("\n") if line.startswith("  mode")][:3] == ["  mode transaction", "  mode lockstep", "  mode counts"],
                 "the writes of its neuron memory tell of its updates")
    packets, spikes = (int(n) for n in re.search(r"(\d+) packets +\d+ updates +(\d+) spikes", text).groups())
    foreign.that(packets > 10000 and spikes > 3000, "something happened: %d packets, %d spikes" % (packets, spikes))


def planted_bugs_are_found():
    for name, change, message in (("floor", ("-wide_v >>> leak", "-(wide_v >>> leak)"), "lockstep, step"),
                                  ("clock", ("(place == 6'd32)", "(place == 6'd33)"), "counts, step")):
        folder = foreign.edited(name, {"steplif.v": [change]}, CORE)
        answer = verify(folder, "--seeds", "2")
        foreign.that(answer.returncode == 1 and "DIFFERENCE" in answer.stdout and message in answer.stdout,
                     "%s: %s%s" % (name, answer.stderr, answer.stdout[answer.stdout.find("DIFFERENCE"):].split("\n")[0]))


def chip():
    """The chip of aerlif with this core's numbers."""
    path = os.path.join(foreign.HERE, "chip.yaml")
    with open(foreign.CHIP, encoding="utf-8") as file:
        text = file.read()
    for before, after in (("capacity: {neurons: 64, axons_in: 64", "capacity: {neurons: 32, axons_in: 32"),
                          ("weight: 4 bit signed, membrane: 12 bit signed, current: 20 bit signed, threshold: 11 bit",
                           "weight: 8 bit signed, membrane: 16 bit signed, current: 20 bit signed, threshold: 12 bit"),
                          ("{size: 256 B", "{size: 128 B"), ("{size: 2 KiB", "{size: 1 KiB"), (", pad 5 bit", ""),
                          ("packet: 128 cycles", "packet: 33 cycles"), ("step: 128 cycles", "step: 64 cycles")):
        assert before in text, before
        text = text.replace(before, after)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def same(a, b, table):
    return filecmp.cmp(*(os.path.join(foreign.HERE, folder, table) for folder in (a, b)), shallow=False)


def a_chip_runs_it():
    where = chip()
    for reset in ("zero", "subtract"):
        net, events = foreign.network("steps_" + reset, 5, reset=reset, inputs=24, hidden=30)
        for name, options in (("lif", []), ("rtl", ["--core", "aer=rtl:" + CORE]), ("model", ["--core", "aer=model:" + CORE])):
            out = os.path.join(foreign.HERE, name + reset)
            answer = foreign.call("run", where, net, "--input", events, "--trace", "spikes", "--quiet", "--out", out, *options)
            foreign.that(answer.returncode == 0, "reset %s, %s runs: %s" % (reset, name, answer.stderr.strip()))
        lines = len(open(os.path.join(foreign.HERE, "rtl" + reset, "spikes.csv"), encoding="utf-8").readlines())
        foreign.that(lines > 100 and all(same("lif" + reset, other + reset, "spikes.csv") for other in ("rtl", "model")), "the same %d spikes" % (lines - 1))
        foreign.that(all(same("rtl" + reset, "model" + reset, table) for table in ("counters.csv", "steps.csv")),
                     "and the Verilog's strobes and clocks are the counts that the manifest declares")


def what_a_manifest_may_not_say():
    for name, before, after, parts in (
            ("other", "reference: lif", "reference: cuba",
             ("manifest.yaml:13:", "reference 'cuba'", "write reference: lif, or reference: {kind: cuba, file: cuba.c}")),
            ("arrival", "  mode: barrier", "  mode: barrier\n  order: arrival", ("manifest.yaml:19:", "needs a reference of its own")),
            ("offset", ", offset: 2*neuron + spikes + 2", "", ("manifest.yaml:26:", "events.step needs `offset`"))):
        folder = foreign.edited(name, {"manifest.yaml": [(before, after)]}, CORE)
        foreign.refused(verify(folder, "--seeds", "1"), 2, *parts)
    foreign.refused(verify(CORE, "--mode", "overlap"), 2, "--mode overlap: not possible with steplif: its handshakes belong to its adapter")


def main():
    if not foreign.there_is_verilator():
        return 0
    nothing_is_wrong()
    planted_bugs_are_found()
    a_chip_runs_it()
    what_a_manifest_may_not_say()
    return foreign.end()


if __name__ == "__main__":
    sys.exit(main())
