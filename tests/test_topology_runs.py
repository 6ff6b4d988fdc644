"""One network on meshes, tori, trees, lists of links and systems of chips: the spikes are the same everywhere, and on each of them the planes
none, slots and cycle (and the engine systemc, where it is built) count the same work; so are bytes for any number of threads.

Needs nothing but python3 and the networks in traces/."""
import json
import os
import subprocess
import sys
import tempfile

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
SCRATCH = tempfile.TemporaryDirectory(prefix="volley-topologies-")
TREE = "{kind: updown, multicast: tree}"
PORTS = ["io.in.router=0", "io.out.router=0"]
MORE = {2: ", delay: 3 cycles", 4: ", width: 8 bit"}
LINKS = "[" + ", ".join(f"{{from: {r}, to: {(r + 1) % 9}{MORE.get(r, '')}}}" for r in range(9)) + "]"
RING = ["noc.topology=custom", "noc.routers=9", f"noc.links={LINKS}", *PORTS]
JOINED = ["noc.packets.spike.chip=2 bit", "energy.router.link_chip={value: 64 pJ, source: guess}"]
TOPOLOGIES = {
    "mesh": ["noc.size=3x3"],
    "mesh, unicast": ["noc.size=3x3", "noc.routing.multicast=none"],
    "torus": ["noc.size=3x4", "noc.topology=torus"],
    "concentrated mesh": ["noc.size=3x2", "noc.cores_per_tile=2", "noc.router.inputs=6"],
    "tree": ["noc.topology=tree", "noc.tree={levels: 3, arity: 4}", f"noc.routing={TREE}", *PORTS],
    "ring, up*-down*": [*RING, f"noc.routing={TREE}"],
    "ring, table": [*RING, "noc.routing={kind: table, multicast: none}"],
    "mesh, up*-down*": ["noc.size=3x3", f"noc.routing={TREE}"],
    "two chips": ["noc.size=2x3", "system={chips: 2x1, link: {width: 8 bit, delay: 10 cycles}}", *JOINED],
    "three chips, tori": ["noc.size=2x2", "noc.topology=torus", "system={chips: 1x3, link: {width: 4 bit, delay: 30 ns}}", *JOINED],
    "four chips in a ring": ["noc.size=2x2", f"noc.routing={TREE}", "system={chips: 2x2, link: {width: 8 bit, delay: 10 cycles}}", *JOINED],
    "two trees": ["noc.topology=tree", "noc.tree={levels: 2, arity: 6}", f"noc.routing={TREE}", *PORTS,
                  "system={chips: 2, link: {width: 8 bit, delay: 10 cycles}, links: [{from: [0, 0], to: [1, 0]}]}", *JOINED],
}
wrong = 0


def that(holds, text):
    global wrong
    print("ok  " if holds else "FAIL", text)
    wrong += not holds


def run(chip, sets, *more):
    out = tempfile.mkdtemp(dir=SCRATCH.name)
    base = "traces/mlp_rate/mlp_rate"
    command = [VOLLEY, "run", chip, base + ".nir", "--input", base + "_input.spk", "--labels", base + "_labels.npy", "--samples", "0..7", "--quiet",
               "--trace", "spikes", "--out", out, *[word for s in sets for word in ("--set", s)], *more]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip()}")
    return {"spikes": open(f"{out}/spikes.csv").read(), "steps": open(f"{out}/steps.csv").read(), **json.load(open(f"{out}/summary.json"))}


def work(s):
    return json.dumps([s["counts"], s["memories"], s["energy"]["dynamic_j"]], sort_keys=True)


small = ["core_types.lif28.capacity.neurons=16"]
has_systemc = "systemc" in subprocess.run([VOLLEY, "run", "--help"], capture_output=True, text=True).stdout
first = run("mesh28", [], "--timing", "none")
that(first["spikes"].count("\n") > 1000, f"{first['spikes'].count(chr(10)) - 1} spikes on one core")
for name, sets in TOPOLOGIES.items():
    seen = {plane: run("mesh28", small + sets, "--timing", plane) for plane in ("none", "slots", "cycle")}
    if has_systemc:
        seen["systemc"] = run("mesh28", small + sets, "--engine", "systemc")
        that(seen["systemc"]["steps"] == seen["cycle"]["steps"], f"{name}: systemc takes the time of cycle in every step")
    for plane, s in seen.items():
        that(s["spikes"] == first["spikes"], f"{name}, {plane}: the spikes of one core")
        that(work(s) == work(seen["none"]), f"{name}, {plane}: the work of none")
        that(s["time"]["total_s"] >= seen["none"]["time"]["total_s"], f"{name}, {plane}: {s['time']['total_s'] * 1e6:.1f} us, not less than none")
    n, cores = seen["none"]["counts"], seen["none"]["chip"]["cores_used"]
    that(cores == 9 and n["hops"] > 0, f"{name}: {cores} cores, {n['hops']} hops")
    grid = "tree" not in name and "ring, " not in name
    by_axis, between = n["hops_x"] + n["hops_y"], n.get("hops_chip", 0)
    that(by_axis == (n["hops"] - between if grid else 0), f"{name}: hops by kind add up")
    that(("hops_chip" in n) == ("chips" in name or "trees" in name) and n.get("link_chip", 0) == between, f"{name}: links between chips")
    threads = run("mesh28", small + sets, "--threads", "2")
    that(threads["steps"] == seen["cycle"]["steps"] and work(threads) == work(seen["cycle"]), f"{name}: 2 threads, the same")
ideal = run("ideal", [])
sets = ["core_types.ideal.capacity.neurons=16", "io.in.rate=1 flits/cycle", "io.out.rate=1 flits/cycle", "noc.link.delay=1 cycle",
        "noc.local={inject: 1 cycle, eject: 2 cycles}", "noc.topology=tree", "noc.tree={levels: 3, arity: 4}",
        "noc.routing={kind: updown, multicast: none}", *PORTS]
for plane in ("none", "slots", "cycle"):
    that(run("ideal", sets, "--timing", plane)["spikes"] == ideal["spikes"], f"ideal on a tree, {plane}: the spikes of no network at all")
print(f"{wrong} wrong")
sys.exit(wrong != 0)
