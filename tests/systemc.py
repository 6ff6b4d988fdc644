"""What the tests of the SystemC engine share: whether it is built in, runs, and the settings under which queues are full."""
import csv
import json
import os
import subprocess
import sys
import tempfile

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
EXAMPLES = os.environ.get("VOLLEY_BUILD", "build/release") + "/examples"
SCRATCH = tempfile.TemporaryDirectory(prefix="volley-systemc-")
# libsystemc's coroutines: leaks are looked for without them
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0:" + os.environ.get("ASAN_OPTIONS", "")}

TIGHT = {       # queues of 2 packets, one virtual channel, 4 cycles per flit, and a network spread over many cores
    "loihi": ["core_types.loihi.queue={in: 2 packets, out: 2 packets}", "noc.link.flit_time=0.4 ns", "noc.local.flit_time=0.4 ns"],
    "mesh28": ["core_types.lif28.queue={in: 2 packets, out: 2 packets}", "core_types.cuba28.queue={in: 2 packets, out: 2 packets}",
               "noc.router.virtual_channels=1", "noc.link={width: 32 bit, length: 1 mm, delay: 1 cycle, flit_time: 4 cycles}"],
}


def need_systemc():
    if not os.path.exists(f"{EXAMPLES}/systemc_chip"):
        print("SKIPPED: volley was built without SystemC (Debian: libsystemc-dev)")
        sys.exit(0)


def tight(chip, spread="8"):
    return [x for setting in TIGHT[chip] for x in ("--set", setting)] + ["--map", "balance", "--cores", spread]


def volley(*words, status=0):
    done = subprocess.run([VOLLEY, *words], capture_output=True, text=True, env=ENVIRONMENT)
    if done.returncode != status:
        sys.exit(f"{' '.join(words)}: exit {done.returncode}, not {status}: {done.stderr.strip()}")
    return done


def run(chip, network, *more):
    """A folder of a run of NETWORK.nir with NETWORK_input.spk."""
    out = tempfile.mkdtemp(dir=SCRATCH.name)
    volley("run", chip, network + ".nir", "--input", network + "_input.spk", "--out", out, "--quiet", *more)
    return out


def example(name, *words):
    """Lines of an example program's output, cut into words."""
    done = subprocess.run([f"{EXAMPLES}/{name}", *words], capture_output=True, text=True, env=ENVIRONMENT)
    if done.returncode:
        sys.exit(f"{name} {' '.join(words)}: exit {done.returncode}: {done.stdout[-300:]}{done.stderr[-600:]}")
    return [line.split() for line in done.stdout.splitlines()]


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def ps(text):
    return round(float(text) * 1e12)


def summary(folder):
    return json.load(open(f"{folder}/summary.json"))


def different(a, b):
    """Files that differ between two run folders, host.json apart; of summary.json all but the engine's name counts."""
    names = (set(os.listdir(a)) | set(os.listdir(b))) - {"host.json"}
    wrong = [n for n in names if n != "summary.json" and not (os.path.exists(f"{a}/{n}") and os.path.exists(f"{b}/{n}")
                                                              and open(f"{a}/{n}", "rb").read() == open(f"{b}/{n}", "rb").read())]
    x, y = summary(a), summary(b)
    wrong += ["summary.json engine"] if (x.pop("engine"), y.pop("engine")) != ("c", "systemc") else []
    return sorted(wrong + (["summary.json"] if x != y else []))


class Checks:
    def __init__(self):
        self.wrong = 0

    def that(self, holds, text):
        print("ok  " if holds else "FAIL", text)
        self.wrong += not holds

    def end(self):
        sys.exit(1 if self.wrong else 0)
