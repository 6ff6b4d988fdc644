"""Verilator and Yosys over rtl/, for the tests of the RTL itself. A test whose tool is absent prints SKIPPED and passes; `--self-test`-like
plants run inside each test: a copy of the source with one fault must be found, or the test could not fail."""
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RTL = os.path.join(ROOT, "rtl")
# What is built: the sets of rtl/rtl.cmake, and corners beside them.
LIF_SETS = [
    {},
    {"Neurons": 1024, "Lanes": 8, "MembraneWidth": 20, "CurrentWidth": 16, "BiasWidth": 20, "DecayBits": 12, "QueueIn": 2, "QueueOut": 2},
    {"Neurons": 512, "Lanes": 2, "WeightWidth": 4, "MembraneWidth": 12, "CurrentWidth": 12, "SumWidth": 16, "BiasWidth": 12, "DecayBits": 0, "QueueIn": 4,
     "QueueOut": 4},
    {"Neurons": 256, "Lanes": 1, "RestWidth": 8, "QueueIn": 2, "QueueOut": 2},
    {"Neurons": 24, "Lanes": 4, "Groups": 1, "Retire": 0, "QueueIn": 3, "QueueOut": 1},
]
STDP_SETS = [
    {},
    {"Neurons": 128, "Lanes": 2, "Axons": 256, "SynapseWords": 8192, "WeightWidth": 6, "MembraneWidth": 12, "CurrentWidth": 12, "SumWidth": 18, "BiasWidth": 12,
     "DecayBits": 0, "Groups": 4, "QueueIn": 2, "QueueOut": 2, "TraceWidth": 5, "RateWidth": 6},
    {"Neurons": 256, "Lanes": 1, "Axons": 1000, "TraceWidth": 16, "RateWidth": 16, "Retire": 0},
    {"Neurons": 24, "Lanes": 8, "Axons": 6, "Groups": 1, "WeightWidth": 16, "TraceWidth": 1, "RateWidth": 1},
]
SETS = {"lif_core": LIF_SETS, "stdp_core": STDP_SETS}


def need(tool):
    """Ends the test where the tool is absent."""
    if not shutil.which(tool):
        print("SKIPPED: %s is not installed" % tool)
        sys.exit(0)


def modules():
    return sorted(name[:-3] for name in os.listdir(RTL) if name.endswith(".sv"))


def run(command):
    """Exit status and everything it said."""
    answer = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    return answer.returncode, answer.stdout + answer.stderr


def lint(module, parameters, folder=RTL):
    given = ["-G%s=%d" % item for item in parameters.items()]
    return run(["verilator", "--lint-only", "-Wall", "--assert", "-y", folder, "--top-module", module, *given, os.path.join(RTL, "volley.vlt"),
                os.path.join(folder, module + ".sv")])


def planted(module, old, new):
    """A folder with the whole of rtl/ in which one text of a module is another; the caller's to remove (a TemporaryDirectory)."""
    folder = tempfile.TemporaryDirectory()
    copy = os.path.join(folder.name, "rtl")
    shutil.copytree(RTL, copy)
    path = os.path.join(copy, module + ".sv")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert old in text, "nothing to plant in: %s has no '%s'" % (module, old)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new, 1))
    return folder, copy


def yosys(script):
    return run(["yosys", "-q", "-p", script])
