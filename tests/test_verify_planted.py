"""A bug planted in the RTL, a membrane that is one too high where it would be 17: `volley verify` finds it, shrinks it to ten events at most, saves it,
replays it, and its waveform can be read. The changed core is built apart (rtl/probe) and verified as a shared object."""
import glob
import os
import subprocess
import sys
import tempfile

import fst
import rtl_tools

VOLLEY = os.path.abspath(os.environ.get("VOLLEY", "build/release/volley"))


def build(sources, folder):
    """The shared object, or the end of the test with what the compiler said."""
    definitions = ["-DCMAKE_BUILD_TYPE=Debug", "-DVOLLEY_RTL_SOURCES=" + sources,
                   "-DVOLLEY_RTL_ONE=lif_core", "-DVOLLEY_RTL_COVERAGE=OFF", "-DVOLLEY_RTL_FAST=-O0"]
    for command in (["cmake", "-S", "rtl/probe", "-B", folder, *definitions], ["cmake", "--build", folder, "-j2"]):
        status, said = rtl_tools.run(command)
        if status:
            sys.exit("%s: %s" % (" ".join(command), said[-3000:]))
    return os.path.join(folder, "volley_probe.so")


def verify(core, folder, *words):
    done = subprocess.run([VOLLEY, "verify", core, "--seeds", "2", "--events", "6000", *words] if not words else [VOLLEY, "verify", core, *words],
                          capture_output=True, text=True, cwd=folder, timeout=300)
    return done.returncode, done.stdout + done.stderr


def check(core, folder):
    faults = []
    status, said = verify(core, folder)
    saved = glob.glob(os.path.join(folder, "verify", "rtl_lif_core", "*.stim"))
    if status != 1 or len(saved) != 1 or "membrane after 18, expected 17" not in said:
        return ["found and saved: exit %d, %s, %s" % (status, saved, said)]
    with open(saved[0], encoding="utf-8") as file:
        lines = file.read().split("\n")
    events = sum(len(line.split()) - 1 if line.startswith("spike ") else line.startswith("step") for line in lines)
    if events > 10:
        faults.append("shrunk to %d events" % events)
    faults += fst.faults(saved[0][:-len("stim")] + "fst", "membrane_o")
    for again in ([], ["--stim", saved[0]]):
        status, said = verify(core, folder, *again)
        if status != 1 or "expected 17" not in said:
            faults.append("again %s: exit %d, %s" % (again, status, said))
    status, said = verify("rtl:lif_core", folder, "--stim", saved[0])
    if status:
        faults.append("the core without the bug: exit %d, %s" % (status, said))
    print(said if faults else "found, %d events, saved, replayed, recorded" % events)
    return faults


def main():
    rtl_tools.need("verilator")
    sources, copy = rtl_tools.planted("lif_neuron", "membrane_o = next[MembraneWidth-1:0];",
                                      "membrane_o = next[MembraneWidth-1:0] + MembraneWidth'(next == 17);")
    with sources, tempfile.TemporaryDirectory(prefix="volley-planted-") as folder:
        faults = check(build(copy, os.path.join(folder, "build")), folder)
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
