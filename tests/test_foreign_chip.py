"""A core that is not volley's own in a chip: its time-reference event stands for the step, spikes are those of kind lif, times and accesses those of
its manifest; what it cannot do is refused in a line; and an installed volley builds it from its own headers."""
import csv
import filecmp
import os
import re
import subprocess
import sys

import foreign_core as foreign


def run(net, events, out, *options, **more):
    return foreign.call("run", foreign.CHIP, net, "--input", events, "--trace", "spikes", "--out", os.path.join(foreign.HERE, out), "--quiet", *options, **more)


def same(a, b, table):
    return filecmp.cmp(*(os.path.join(foreign.HERE, folder, table) for folder in (a, b)), shallow=False)


def spikes_are_those_of_kind_lif():
    for reset in ("zero", "subtract"):
        net, events = foreign.network("net_" + reset, 1, reset=reset)
        for name, options in (("lif", []), ("rtl", ["--core", "aer=rtl:" + foreign.CORE]), ("model", ["--core", "aer=model:" + foreign.CORE]),
                              ("both", ["--core", "aer=both:rtl:%s,model:%s" % (foreign.CORE, foreign.CORE)]),
                              ("systemc", ["--core", "aer=rtl:" + foreign.CORE, "--engine", "systemc"]),
                              ("slots", ["--core", "aer=rtl:" + foreign.CORE, "--timing", "slots", "--threads", "2"])):
            answer = run(net, events, name + reset, *options)
            if name == "systemc" and "libsystemc-dev" in answer.stderr:
                answer = run(net, events, name + reset, *options[:2])       # built without: the C engine again
            foreign.that(answer.returncode == 0, "reset %s, %s runs: %s" % (reset, name, answer.stderr.strip()))
        lines = len(open(os.path.join(foreign.HERE, "rtl" + reset, "spikes.csv"), encoding="utf-8").readlines())
        foreign.that(lines > 100 and all(same("lif" + reset, other + reset, "spikes.csv") for other in ("rtl", "model", "both", "systemc", "slots")),
                     "the same %d spikes as kind lif, whatever the plane" % (lines - 1))
        foreign.that(same("rtl" + reset, "systemc" + reset, "steps.csv"), "the same times under the SystemC kernel")
        foreign.that(all(same("rtl" + reset, "model" + reset, table) for table in ("counters.csv", "steps.csv")),
                     "the Verilog's strobes and clocks are the counts that the manifest declares")


def event_chip(kind):
    """The chip without steps: the core fires as each packet is served, and leaks by time references."""
    text = open(foreign.CHIP, encoding="utf-8").read()
    start, end = text.index("  barrier: {base"), text.index("  sample_reset:")
    text = text[:start] + "  pace: 100 us\n  reference: {period: 100 us, target: all}\n  layer_start: {kind: free}\n" + text[end:]
    for before, after in (("mode: barrier", "mode: event"), ("kind: lif", "kind: " + kind), ('  barrier: {unknown: free, why: "a test"}\n', "")):
        assert before in text
        text = text.replace(before, after)
    path = os.path.join(foreign.HERE, "event_chip.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def it_fires_as_packets_come_where_there_are_no_steps():
    net, events = foreign.network("event", 1, threshold=1)
    for name, kind, options in (("event_rtl", "rtl:", []), ("event_model", "model:", []), ("event_systemc", "rtl:", ["--engine", "systemc"])):
        answer = foreign.call("run", event_chip(kind + foreign.CORE), net, "--input", events, "--trace", "spikes,packets", "--quiet", "--out",
                              os.path.join(foreign.HERE, name), *options)
        if "libsystemc-dev" in answer.stderr:
            continue                    # built without
        foreign.that(answer.returncode == 0, "an event chip, %s: %s" % (name, answer.stderr.strip()))
        foreign.that(all(same("event_rtl", name, table) for table in ("spikes.csv", "packets.csv", "steps.csv", "counters.csv")),
                     "%s: spikes, packets and their times, counts" % name)
    lines = len(open(os.path.join(foreign.HERE, "event_rtl", "spikes.csv"), encoding="utf-8").readlines())
    other = foreign.edited("registers", {"manifest.yaml": [("defer: [0, 1]", "defer: [1, 0]"), ("  step:  ", "  registers: {defer: 0}\n  step:  ")]})
    answer = foreign.call("run", event_chip("model:" + other), net, "--input", events, "--trace", "spikes", "--quiet", "--out",
                          os.path.join(foreign.HERE, "event_registers"))
    foreign.that(answer.returncode == 0 and same("event_rtl", "event_registers", "spikes.csv"),
                 "time.registers hold where there are no steps: %s" % answer.stderr)
    foreign.that(lines > 100, "%d spikes" % (lines - 1))


def first_spike(folder):
    """When the first packet of a core sets out."""
    with open(os.path.join(foreign.HERE, folder, "packets.csv"), encoding="utf-8") as file:
        return next(int(row["offset"]) for row in csv.DictReader(file) if row["from"] != "(host)")


def without_an_offset_spikes_leave_at_the_end():
    """The model's, where the manifest does not say when: no core can answer an event as it begins, and none answers later than at its end."""
    net, events = foreign.network("event", 1, threshold=1)
    text = open(os.path.join(foreign.CORE, "manifest.yaml"), encoding="utf-8").read()
    folder = foreign.edited("no_offset", {"manifest.yaml": [(said, "") for said in sorted(set(re.findall(r"offset: [^,]*, ", text)))]})
    answer = foreign.call("run", event_chip("model:" + folder), net, "--input", events, "--trace", "packets", "--quiet", "--out",
                          os.path.join(foreign.HERE, "ends"))
    foreign.that(answer.returncode == 0, "a manifest without offsets runs: %s" % answer.stderr.strip())
    model, verilog = first_spike("ends"), first_spike("event_rtl")
    foreign.that(model >= verilog, "the first spike leaves in cycle %d, the Verilog's in %d" % (model, verilog))


def rows_of_a_few_synapses_are_read_as_stored():
    """Rows of up to four synapses have a form of their own; weights must come from where it keeps them."""
    net, events = foreign.network("few", 4, outputs=4)
    for name, options in (("few_lif", []), ("few_rtl", ["--core", "aer=rtl:" + foreign.CORE])):
        answer = run(net, events, name, *options)
        foreign.that(answer.returncode == 0, "four outputs, %s runs: %s" % (name, answer.stderr.strip()))
    foreign.that(same("few_lif", "few_rtl", "spikes.csv"), "four outputs: the same spikes as kind lif")


def what_it_cannot_do_is_refused():
    core = "aer=rtl:" + foreign.CORE
    net, events = foreign.network("far", 2, steps=60, samples=1, low=-1.0, high=-0.9, beta=1, threshold=1)
    foreign.refused(run(net, events, "x1", "--core", core), 1, "aerlif: neuron ", "'s membrane reached ", "an end of its range, in step ",
                    "time.order: arrival")
    net, events = foreign.network("near", 3)
    foreign.refused(run(net, events, "x2", "--core", core, "--set", "core_types.aer.formats.membrane=16 bit signed"), 1,
                    "its membranes hold -2048 to 2047, the core type's -32768 to 32767")
    changed = foreign.edited("changed", {"manifest.yaml": [("  top: aerlif", "  top: aerlif\n  sha256: {aerlif.v: \"00\"}")]})
    answer = foreign.call("run", foreign.CHIP, net, "--input", events, "--out", os.path.join(foreign.HERE, "warned"), "--core", "aer=rtl:" + changed)
    foreign.that(answer.returncode == 0 and "aerlif.v is not the file that was pinned" in " ".join(answer.stdout.split()),
                 "a changed source is a warning of the run")
    foreign.refused(run(net, events, "x3", "--core", "aer=rtl:tests/no_such"), 2, "tests/no_such: No such file", "a folder with a manifest.yaml is wanted")
    foreign.refused(run(net, events, "x4", "--core", "aer=rtl:lif_cor"), 2, "no core kind 'rtl:lif_cor'; did you mean 'rtl:lif_core'?")
    text = open(foreign.CORE + "/manifest.yaml", encoding="utf-8").read()
    step = text[text.index("  step: "):text.index("events:")]
    folder = foreign.edited("no_step", {"manifest.yaml": [(step, "")]})
    foreign.refused(run(net, events, "x5", "--core", "aer=rtl:" + folder), 1, "core aerlif fires as its events arrive (time.mode: event)",
                    "time.step of the manifest")


def a_broken_adapter_stops_nothing_else():
    net, events = foreign.network("near", 3)
    folder = foreign.edited("broken", {"aerlif.cpp": [("in_.reset();", "in_.rest();")]})
    foreign.refused(run(net, events, "x6", "--core", "aer=rtl:" + folder), 2, "aerlif: the adapter does not compile: ", "aerlif.cpp:17:13: error: ",
                    "the whole log is in ")
    foreign.that(run(net, events, "x7").returncode == 0, "a run without it goes on as before")
    quoted = foreign.edited("core';>x;`>x`'", {"aerlif.cpp": [("in_.reset();", "in_.rest();")]})
    answer = run(net, events, "x8", "--core", "aer=rtl:" + quoted)
    foreign.that(answer.returncode == 2 and "does not compile" in answer.stderr and not os.path.exists("x"), "no shell sees the words of a path")


def folders():
    """Of builds, in the cache."""
    return {name for name in os.listdir(foreign.CACHE) if os.path.isdir(os.path.join(foreign.CACHE, name))}


def an_installed_volley_builds_it():
    """From another folder, two builds at the same time; a header of the source tree that is not installed is out of reach."""
    prefix = os.path.join(foreign.HERE, "installed")
    done = subprocess.run(["cmake", "--install", foreign.BUILD, "--prefix", prefix], capture_output=True, text=True)
    foreign.that(done.returncode == 0, "cmake --install: " + done.stderr.strip())
    volley = os.path.join(prefix, "bin", "volley")
    net, events = foreign.network("near", 3)
    chip = os.path.abspath(foreign.CHIP)
    own = foreign.edited("own", {"aerlif.cpp": [("using namespace volley;", "// its own\nusing namespace volley;")]})
    words = ["run", chip, net, "--input", events, "--trace", "spikes", "--quiet", "--core", "aer=rtl:" + own, "--out"]
    environment = dict(os.environ, VOLLEY_CACHE=foreign.CACHE)
    before = folders()
    two = [subprocess.Popen([volley, *words, os.path.join(foreign.HERE, "two%d" % i)], cwd=foreign.HERE, env=environment,
                            stderr=subprocess.PIPE) for i in (0, 1)]
    answers = [(p.communicate()[1], p.returncode) for p in two]
    foreign.that(all(status == 0 for _, status in answers), "two at once: %s" % answers)
    foreign.that(run(net, events, "near").returncode == 0 and same("two0", "near", "spikes.csv") and same("two1", "near", "spikes.csv"), "the same spikes")
    left = folders() - before       # a run that was killed may have left one earlier
    foreign.that(not left, "no folder of a build is left: %s" % left)
    inside = foreign.edited("inside", {"aerlif.cpp": [("#include \"cores/rtl/spi.h\"", "#include \"cores/rtl/spi.h\"\n#include \"cores/integer.h\"")]})
    words[words.index("aer=rtl:" + own)] = "aer=rtl:" + inside
    foreign.refused(foreign.call(*words, os.path.join(foreign.HERE, "x9"), volley=volley, cwd=foreign.HERE), 2, "aerlif.cpp:",
                    "cores/integer.h: No such file or directory")
    flags = subprocess.run(["pkg-config", "--cflags", "volley-adapter"], capture_output=True, text=True,
                           env=dict(os.environ, PKG_CONFIG_PATH=os.path.join(prefix, "lib", "pkgconfig"))).stdout.split()
    foreign.that(any(os.path.exists(os.path.join(f[2:], "cores", "rtl", "adapter.h")) for f in flags), "pkg-config names the headers' folder: %s" % flags)


def main():
    if not foreign.there_is_verilator():
        return 0
    spikes_are_those_of_kind_lif()
    it_fires_as_packets_come_where_there_are_no_steps()
    without_an_offset_spikes_leave_at_the_end()
    rows_of_a_few_synapses_are_read_as_stored()
    what_it_cannot_do_is_refused()
    a_broken_adapter_stops_nothing_else()
    an_installed_volley_builds_it()
    return foreign.end()


if __name__ == "__main__":
    sys.exit(main())
