"""noc.csv: what each port of the network did adds up to the run's counters, in every run of the plane that has ports, losses included.
Without the kit too: the shipped networks."""
import csv
import glob
import json
import os
import shlex
import subprocess
import sys
import tempfile

VOLLEY = os.path.abspath(os.environ.get("VOLLEY", "build/release/volley"))
SCRATCH = tempfile.TemporaryDirectory(prefix="volley-ports-")
CAUSES = ("no_vc", "lost_vc", "no_credit", "lost_switch", "link_busy", "no_place")
SUMS = {name: (name,) for name in ("buffer_writes", "buffer_reads", "routes", "crossbar", "link")}
SUMS["arbitrations"] = ("vc_grants", "switch_grants")
SUMS["dropped"] = tuple(f"dropped_{cause}" for cause in CAUSES)
TIMES = {f"stall_{cause}": (f"stall_{cause}",) for cause in CAUSES}
TIMES.update({name: (name,) for name in ("flit_cycles", "blocked_cycles", "lost_grants")})
DROPS = "--set noc.full=drop --set noc.drop_wait='%d cycles'"
# One flit or several, trees and unicast, XY and YX, one channel and many, a mesh and a torus, speculation, narrow queues.
SHAPES = {
    "loihi": ("", "--set noc.link.width='8 bit'", "--set noc.routing.kind=yx --set noc.router.virtual_channels=1 --set noc.router.buffer='2 flits'"),
    "mesh28": ("", "--map balance --cores 24", "--set noc.routing.multicast=none --map balance --cores 24",
               "--set noc.link.width='8 bit' --set noc.router.buffer='8 flits' --map balance --cores 24",
               "--set noc.topology=torus --set noc.routing.multicast=none --set noc.router.speculative=true --map balance --cores 64",
               DROPS % 0, DROPS % 20 + " --map balance --cores 24", DROPS % 5 + " --set noc.routing.multicast=none --map balance --cores 24",
               DROPS % 8 + " --set noc.link.width='8 bit' --set noc.router.buffer='8 flits' --map balance --cores 64"),
}
failed = 0
runs = 0


def write_graphs():
    """mesh28 as a tree of routers, and two of it with links between them: chips whose ways are looked up in a graph."""
    text = open("configs/chips/mesh28.yaml").read()
    tree = text.replace("  topology: mesh", "  topology: tree\n  tree: {levels: 3, arity: 5}").replace("kind: xy,", "kind: updown,").replace("[0, 0]", "0")
    tree = tree.replace("inputs: 5, ", "").replace("x: 4 bit, y: 4 bit, ", "")
    tree = "".join(line for line in tree.splitlines(True) if not line.startswith("  size: 8x8"))
    two = text.replace("\nnoc:", "\nsystem: {chips: 2x1, link: {width: 8 bit, delay: 20 ns}, source: chosen}\n\nnoc:")
    two = two.replace("{x: 4 bit", "{chip: 1 bit, x: 4 bit").replace("    buffer_write:", "    link_chip: {value: 20 pJ, source: guess}\n    buffer_write:")
    for name, chip in (("tree", tree), ("two", two)):
        with open(os.path.join(SCRATCH.name, name + ".yaml"), "w") as file:
            file.write(chip)


write_graphs()
SHAPES[SCRATCH.name + "/tree.yaml"] = ("--map balance --cores 25", DROPS % 20 + " --map balance --cores 25")
SHAPES[SCRATCH.name + "/two.yaml"] = ("--map balance --cores 100", "--set noc.routing.multicast=none --map balance --cores 100",
                                      DROPS % 8 + " --map balance --cores 100")


def that(true, what):
    global failed
    if not true:
        failed += 1
        print("FAILED:", what)


def run(chip, network, more):
    """The run's folder and its summary; None where it was refused."""
    global runs
    runs += 1
    out = os.path.join(SCRATCH.name, str(runs))
    beside = f"traces/{network}/{network}"
    command = [VOLLEY, "run", chip, f"{beside}.nir", "--input", f"{beside}_input.spk", "--labels", f"{beside}_labels.npy", "--samples", "0..1",
               "--trace", "packets,spikes", "--quiet", "--out", out, *shlex.split(more)]
    done = subprocess.run(command, capture_output=True, text=True)
    that(done.returncode == 0, f"{network} on {chip} {more}: exit {done.returncode} {done.stderr.strip()}")
    return (out, json.load(open(f"{out}/summary.json"))) if not done.returncode else (None, None)


def rows(path):
    return list(csv.DictReader(open(path, newline="")))


def check_sums(what, out, summary):
    ports = rows(f"{out}/noc.csv")
    for kind, sums in (("counts", SUMS), ("time_counts", TIMES)):
        for counter, columns in sums.items():
            got = sum(int(row[column]) for row in ports for column in columns)
            that(got == summary[kind][counter], f"{what}: {counter}: ports {got}, run {summary[kind][counter]}")
    that(summary["counts"]["buffer_writes"] > 1000, f"{what}: flits moved")
    cycles = summary["noc"]["cycles"]
    for row in ports:
        that(abs(float(row["occupancy"]) * cycles - int(row["flit_cycles"])) <= 1e-5 * int(row["flit_cycles"]), f"{what}: occupancy of {row}")
        that(float(row["use"]) <= 1, f"{what}: use of {row}")
    links = [row for row in ports if not row["port"].startswith(("core", "host"))]
    if any(int(row["link"]) for row in links):
        named = summary["noc"]["busiest_link"]
        most = max(float(row["use"]) for row in links)
        that(abs(named["use"] - most) <= 1e-5 * most, f"{what}: busiest link {named}, {most}")


def check_packets(what, out, summary):
    """Deliveries of the trace: each is served or lost, and only what is served is a core's work."""
    traced = rows(f"{out}/packets.csv")
    lost = [row for row in traced if not row["end"]]
    served = [row for row in traced if row["end"] and row["to"] != "(host)"]
    counts = summary["counts"]
    that(len(lost) == counts["dropped"], f"{what}: {len(lost)} traced as lost, {counts['dropped']} counted")
    that(len(served) == counts["leaves"], f"{what}: {len(served)} traced as served, {counts['leaves']} counted")
    that(len(traced) - len(lost) - len(served) == counts["host_packets_out"], f"{what}: packets out")


def whole(out):
    return {os.path.basename(f): open(f, "rb").read() for f in glob.glob(f"{out}/*") if not f.endswith("host.json")}


def check_losses(network):
    """What is never lost changes nothing; what is lost changes what cores do; with 1 and 3 threads it is the same bytes."""
    quiet, few = run("mesh28", network, ""), run("mesh28", network, DROPS % 100000000)
    many, again = run("mesh28", network, DROPS % 20), run("mesh28", network, DROPS % 20 + " --threads 3")
    that(few[1]["counts"] == quiet[1]["counts"] and open(f"{few[0]}/spikes.csv").read() == open(f"{quiet[0]}/spikes.csv").read(),
         f"{network}: a wait longer than any loses nothing")
    that(not few[1]["warnings"] or not any("dropped" in text for text in few[1]["warnings"]), f"{network}: no warning without a loss")
    that(any("timing feeds back into function" in line["text"] for line in few[1]["fidelity"]), f"{network}: says that timing matters")
    that(many[1]["counts"]["dropped"] > 100 and many[1]["counts"]["sops"] < quiet[1]["counts"]["sops"], f"{network}: what is lost is not accumulated")
    that(any("deliveries" in text and "were dropped" in text for text in many[1]["warnings"]), f"{network}: a loss is a warning")
    a, b = whole(many[0]), whole(again[0])
    that(a.keys() == b.keys() and all(a[name] == b[name] for name in a), f"{network}: losses are the same with 1 and 3 threads")


def check_engines(network):
    """Losses are the same under the SystemC kernel: where, when, of whom, and what becomes of it."""
    more = DROPS % 20 + " --map balance --cores 24"
    probe = subprocess.run([VOLLEY, "run", "mesh28", f"traces/{network}/{network}.nir", "--engine", "systemc", "--steps", "1", "--quiet", "--out",
                            os.path.join(SCRATCH.name, "probe")], capture_output=True, text=True)
    if "built without SystemC" in probe.stderr:
        print("SKIPPED: built without SystemC")
        return
    a, b = (whole(run("mesh28", network, f"{more} --engine {engine}")[0]) for engine in ("c", "systemc"))
    for name in ("counters.csv", "noc.csv", "packets.csv", "samples.csv", "spikes.csv", "steps.csv"):
        that(a[name] == b[name], f"{network}: {name} of a chip that drops is the same in both engines")


lost = {}
for network in ("mlp_rate", "conv_rate"):
    for chip, shapes in SHAPES.items():
        for more in shapes:
            out, summary = run(chip, network, more)
            if not out:
                continue
            what = f"{network} on {chip} {more}"
            that(summary["plane"] == "cycle", f"{what}: plane {summary['plane']}")
            check_sums(what, out, summary)
            check_packets(what, out, summary)
            that("full=drop" in more or not summary["counts"]["dropped"], f"{what}: {summary['counts']['dropped']} lost")
            lost[chip, more] = lost.get((chip, more), 0) + summary["counts"]["dropped"]
        for plane in ("none", "slots"):
            out, summary = run(chip, network, f"--timing {plane}")
            that(not os.path.exists(f"{out}/noc.csv") and "noc" not in summary, f"{network} on {chip}: plane {plane} has no ports")
            that(not any(summary["time_counts"][name] for name in TIMES if name != "blocked_cycles"), f"{network} on {chip}: no stalls in plane {plane}")
    check_losses(network)
    check_engines(network)
that(all(n for (_, more), n in lost.items() if "full=drop" in more), f"every chip that may drop did: {lost}")
print(f"{runs} runs, {failed} failures")
sys.exit(failed > 0)
