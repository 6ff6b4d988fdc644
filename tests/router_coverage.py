"""Coverage of spike_router and what it is made of, by its two tests: the lockstep with sim/noc and its own.

    python3 tests/router_coverage.py

verilates the router with coverage counters, runs both tests, adds up what all their routers reached, and prints lines, bits and cover points of each module
with every hole. Exit status 1 below 100 % of lines and cover points or 95 % of bits. The cores are covered by `volley verify CORE --coverage`."""
import collections
import fnmatch
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WANTED = {"line": 100.0, "branch": 100.0, "toggle": 95.0, "cover": 100.0}
KINDS = {"v_line": "line", "v_branch": "branch", "v_toggle": "toggle", "v_user": "cover"}


def build(folder):
    rtl, sim = os.path.join(ROOT, "rtl"), os.path.join(ROOT, "sim")
    sources = [s for pattern in ("noc/mesh*.c", "noc/topology*.c", "base/err.c", "base/mem.c") for s in glob.glob(os.path.join(sim, pattern))]
    subprocess.run(["cc", "-O1", "-w", "-D_GNU_SOURCE", "-std=gnu11", "-I", sim, "-c"] + sources, check=True, cwd=folder)
    objects = glob.glob(os.path.join(folder, "*.o"))
    for test in ("test_router_mesh", "test_spike_router"):
        where = os.path.join(folder, test)
        subprocess.run(["verilator", "--cc", "--exe", "--build", "-O3", "--coverage", "--x-assign", "unique", "--x-initial", "unique", "-y", rtl,
                        os.path.join(rtl, "volley.vlt"), os.path.join(rtl, "spike_router.sv"), "--top-module", "spike_router", "--prefix", "Vspike_router",
                        "-Mdir", where, "-o", test, "-CFLAGS", "-O1 -w -I%s -I%s" % (sim, os.path.join(ROOT, "tests")),
                        "-LDFLAGS", " ".join(objects) + " -lcunit", os.path.join(ROOT, "tests", test + ".cpp")], check=True, stdout=subprocess.DEVNULL)


def read(folder):
    """{(module, kind): {point: count}}; a point is the same in every instance."""
    found = collections.defaultdict(collections.Counter)
    for path in glob.glob(os.path.join(folder, "*", "router*.dat")):
        with open(path, encoding="latin-1") as file:
            for text, count in re.findall(r"^C '(.*)' (\d+)$", file.read(), re.M):
                part = dict(item.split("\2", 1) for item in text.split("\1") if "\2" in item)
                kind, module = part["page"].split("/", 1)
                what = part.get("o", "") if kind in ("v_toggle", "v_user") else "line %s %s" % (part["l"], part.get("o", ""))
                found[module.split("__")[0], KINDS[kind]][what] += int(count)
    return found


def matches(text, pattern):
    """With * and ? alone, as volley has it: a bit's brackets are themselves."""
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


def waived():
    with open(os.path.join(ROOT, "rtl", "coverage.waivers"), encoding="utf-8") as file:
        return [line.split(" #")[0].split(None, 2) for line in file if line.strip() and line[0] != "#"]


def main():
    if not shutil.which("verilator"):
        print("SKIPPED: verilator is not installed")
        return 0
    short = False
    with tempfile.TemporaryDirectory(prefix="volley-router-") as folder:
        build(folder)
        for test in ("test_router_mesh", "test_spike_router"):
            subprocess.run([os.path.join(folder, test, test)], check=True, cwd=os.path.join(folder, test), stdout=subprocess.DEVNULL)
        for (module, kind), points in sorted(read(folder).items()):
            holes = [p for p, n in points.items() if not n]
            left = [p for p in holes if not any(matches(module, m) and k == kind and matches(p, text) for m, k, text in waived())]
            share = 100.0 * (len(points) - len(left)) / len(points)
            short |= share < WANTED[kind]
            print("%-16s %-7s %5d of %5d reached, %d waived: %.1f %%" % (module, kind, len(points) - len(holes), len(points), len(holes) - len(left), share))
            print("".join("  never: %s %s %s\n" % (module, kind, p) for p in left), end="")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
