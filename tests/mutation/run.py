"""Mutation score: faults put into the RTL one at a time, and whether the regression notices.

    python3 tests/mutation/run.py [--faults N] [--seed N] [--only MODULE] [--first N] [--jobs N] [--folder DIR]

lif_core, stdp_core: `volley verify` with its default budget on the core's first size, through a shared object made of the mutated netlist (rtl/probe); of
stdp_core the faults are those of learning, the rest being lif_core. spike_router: the lockstep with sim/noc (tests/test_router_mesh.cpp) and its own
test. A fault that nothing notices is a survivor: it is listed, and must stand in
equivalent.txt with the reason why it changes nothing that can be seen, or count against the score; a constant stuck at itself and a bit that nothing reads are
not run. Exit status 1 below 97 per cent.
Needs Yosys and Verilator; the netlists are built once per run, in the folder (default: a temporary one)."""
import argparse
import concurrent.futures
import os
import resource
import shutil
import subprocess
import sys
import tempfile

import netlist

VOLLEY = os.path.abspath(os.environ.get("VOLLEY", os.path.join(netlist.ROOT, "build/release/volley")))
FAULTS = {"lif_core": 165, "spike_router": 55, "stdp_core": 80}      # of each module, of the usual number
ONLY = {"stdp_core": "stdp_(?:learning|registers|trace|weight)"}      # files that the faults are drawn from; else all
WANTED = 97.0
HANGS = 900                                              # seconds of processor time: far beyond the slowest survivor


def must(command, log, cwd=None):
    with open(log, "a", encoding="utf-8") as file:
        if subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, cwd=cwd).returncode:
            raise SystemExit("%s: failed; see %s" % (" ".join(command[:3]), log))


# ---- one module: how its mutated netlist is built, and the commands that must find each fault ----

def build_core(top, folder):
    build, log = os.path.join(folder, "build"), os.path.join(folder, "build.log")
    must(["cmake", "-S", os.path.join(netlist.RTL, "probe"), "-B", build, "-DCMAKE_BUILD_TYPE=Release", "-DVOLLEY_RTL_SOURCES=" + folder,
          "-DVOLLEY_RTL_ONE=" + top, "-DVOLLEY_RTL_COVERAGE=OFF"], log)
    must(["cmake", "--build", build, "-j2"], log)
    return [[VOLLEY, "verify", os.path.join(build, "volley_probe.so"), "--out", "out"]]


def build_router(top, folder):
    del top
    log, objects = os.path.join(folder, "build.log"), os.path.join(folder, "objects")
    os.makedirs(objects)
    sim = os.path.join(netlist.ROOT, "sim")
    sources = [os.path.join(sim, "noc", name) for name in os.listdir(os.path.join(sim, "noc")) if name.startswith(("mesh", "topology")) and name.endswith(".c")]
    for source in sources + [os.path.join(sim, "base", name) for name in ("err.c", "mem.c")]:
        must(["cc", "-O1", "-w", "-D_GNU_SOURCE", "-std=gnu11", "-I", sim, "-c", source], log, objects)
    commands = []
    for test in ("test_router_mesh", "test_spike_router"):
        where = os.path.join(folder, test)
        extra = [os.path.join(objects, name) for name in os.listdir(objects)]
        must(["verilator", "--cc", "--exe", "--build", "-O3", "--x-assign", "unique", "--x-initial", "unique", "-y", folder, os.path.join(folder, "volley.vlt"),
              os.path.join(folder, "spike_router.sv"), "--top-module", "spike_router", "--prefix", "Vspike_router", "-Mdir", where, "-o", test,
              "-CFLAGS", "-O1 -w -I%s -I%s" % (sim, os.path.join(netlist.ROOT, "tests")), "-LDFLAGS", " ".join(extra) + " -lcunit",
              os.path.join(netlist.ROOT, "tests", test + ".cpp")], log)
        commands.append([os.path.join(where, test)])
    return commands


BUILD = {"lif_core": build_core, "spike_router": build_router, "stdp_core": build_core}


# ---- the faults ----

def limit():
    """For the child: what hangs ends. Processor time, so that a busy machine finds no more faults than an idle one."""
    resource.setrlimit(resource.RLIMIT_CPU, (HANGS, HANGS))


def finds(command, here):
    """True: it ends with another status than 0, hangs, or says DIFFERENCE, after which it would only shrink and save what it has found."""
    with subprocess.Popen(command, cwd=here, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=limit) as run:
        if any(line.startswith("DIFFERENCE") for line in run.stdout):
            run.kill()
    return run.returncode != 0


def survives(commands, number, folder):
    """1: no command found fault `number`."""
    here = os.path.join(folder, "run%d" % number)
    os.makedirs(here)
    with open(os.path.join(here, "mutant.txt"), "w", encoding="utf-8") as file:
        file.write("%d\n" % number)
    if not any(finds(command, here) for command in commands):
        return 1
    shutil.rmtree(here)
    return 0


def explained():
    """Faults that are known to change nothing that can be seen: module, then the fault as it is printed; places behind the comma may be left out."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "equivalent.txt")
    with open(path, encoding="utf-8") as file:
        return {line.split(" #")[0].split(",")[0].strip() for line in file if line.strip() and line[0] not in "# "}


def run_module(top, n, options, folder):
    """Faults, survivors that are explained, survivors that are not."""
    where = os.path.join(folder, top)
    shutil.rmtree(where, ignore_errors=True)
    os.makedirs(where)
    faults = netlist.make(top, n, options.seed, where, ONLY.get(top))[:options.first]
    commands = BUILD[top](top, where)
    if not survives(commands, 0, where):
        raise SystemExit("%s: the netlist without a fault is not the core" % top)
    void = netlist.void(top, len(faults), where)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        left_over = list(pool.map(lambda k: k in void or survives(commands, k, where), range(1, len(faults) + 1)))
    known, left = explained(), {"yes": [], "no": []}
    for number, fault in enumerate(faults, 1):
        if left_over[number - 1]:
            text = "%s %s" % (top, netlist.short(fault))
            why = " # nothing reads it, or it is a constant stuck at itself" if number in void else ""
            left["yes" if text.split(",")[0] in known or number in void else "no"].append("%s (%d)%s" % (text, number, why))
    return len(faults), left["yes"], left["no"]


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--faults", type=int, default=sum(FAULTS.values()))
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--first", type=int, help="of each module, no more than so many of them")
    words.add_argument("--jobs", type=int, default=2)
    words.add_argument("--only")
    words.add_argument("--folder")
    options = words.parse_args()
    for tool in ("yosys", "verilator", "cmake"):
        if not shutil.which(tool):
            print("SKIPPED: %s is not installed" % tool)
            return 0
    scratch = tempfile.TemporaryDirectory(prefix="volley-mutation-")
    folder = os.path.abspath(options.folder or scratch.name)
    total = unknown = 0
    for top, usual in FAULTS.items():
        if options.only and options.only != top:
            continue
        n, yes, no = run_module(top, round(usual * options.faults / sum(FAULTS.values())), options, folder)
        print("%s: %d faults, %d found, %d that change nothing, %d survive" % (top, n, n - len(yes) - len(no), len(yes), len(no)))
        print("".join("    survives: %s\n" % line for line in no) + "".join("    changes nothing: %s\n" % line for line in yes), end="", flush=True)
        total += n - len(yes)
        unknown += len(no)
    score = 100.0 * (total - unknown) / total
    print("mutation score %.1f %% of %d faults" % (score, total))
    return score < WANTED


if __name__ == "__main__":
    sys.exit(main())
