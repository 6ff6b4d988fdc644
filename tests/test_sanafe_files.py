"""volley run on SANA-FE's own files: the figures that tool printed (kit/sanafe), a network of every form beside it, what the run folder holds,
and every message for a file that cannot be run."""
import csv
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

from kit import Checks

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
KIT = os.environ.get("VOLLEY_KIT", "../shared/kit") + "/sanafe"
OWN = "tests/sanafe"
checks = Checks()
scratch = tempfile.mkdtemp(prefix="volley-sanafe-")


def rows(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def run(arch, network, steps, *more):
    out = tempfile.mkdtemp(dir=scratch)
    done = subprocess.run([VOLLEY, "run", arch, network, "--steps", str(steps), "--out", out, "--quiet", *more], capture_output=True, text=True, timeout=120)
    checks.that(done.returncode == 0 and not done.stderr, f"{network} {' '.join(more)} runs: {done.stderr.strip()}")
    return out


def same_table(got, wanted, what):
    """Counts equal, other figures to six digits (the columns have seven)."""
    got, wanted = rows(got), rows(wanted)
    wrong = [] if len(got) == len(wanted) else [f"{len(got)} rows"]
    for g, w in zip(got, wanted):
        for column, value in w.items():
            number = "e" in value and column != "neuron"
            if (abs(float(g[column]) - float(value)) > 5e-7 * abs(float(value))) if number else g[column] != value:
                wrong.append(f"{column} {g[column]}, wanted {value}: {w}")
    checks.that(not wrong, f"{what}: {len(wanted)} rows equal {wrong[:2]}")


# ---- that tool's figures ----

def against_the_tool():
    if not os.path.exists(f"{KIT}/arch-loihi.yaml"):
        print("SKIPPED: no reference files at", KIT)
        return
    for timing in ("simple", "detailed"):
        out = run(f"{KIT}/arch-loihi.yaml", f"{KIT}/r1k_2_log.yaml", 50, "--timing", f"sanafe-{timing}")
        golden = f"{KIT}/golden/r1k_2_log_{timing}"
        same_table(f"{out}/perf.csv", f"{golden}/perf.csv", f"r1k_2_log, {timing}")
        same_table(f"{out}/sanafe_spikes.csv", f"{golden}/spikes.csv", f"r1k_2_log, spikes, {timing}")
        own = [(f"{r['population']}.{r['neuron']}", int(r["step"]) + 1) for r in rows(f"{out}/spikes.csv")]
        checks.that(own == [(r["neuron"], int(r["timestep"])) for r in rows(f"{golden}/spikes.csv")], "spikes.csv says the same, with steps from 0")
    # By hand: a.0 fires in every step; a.1 is reached one step later. Costs of the architecture file.
    out = run(f"{KIT}/arch-loihi.yaml", f"{KIT}/buf.yaml", 50)
    spikes = [(r["neuron"], int(r["timestep"])) for r in rows(f"{out}/sanafe_spikes.csv")]
    checks.that(spikes == [("a.0", 1)] + [(n, t) for t in range(2, 51) for n in ("a.0", "a.1")], "buf: a.1 fires one step after a.0 for the first time")
    out = run(f"{KIT}/arch-loihi.yaml", f"{KIT}/tiny.yaml", 50, "--trace", "spikes", "--timing", "sanafe-simple")
    # v goes 0.5, 1, 1.5: above 1 in step 3; then 1 reaches a.1, so that it is at 1.5 in step 4.
    spikes = [(int(r["neuron"]), int(r["step"]) + 1) for r in rows(f"{out}/spikes.csv")][:5]
    checks.that(spikes == [(0, 3), (1, 3), (1, 4), (0, 6), (1, 7)], f"tiny: the first spikes are those of the equations {spikes}")
    third = rows(f"{out}/perf.csv")[2]
    wanted = {"packets": "1", "hops": "0", "spikes": "1", "synapse_energy": 35.5e-12, "soma_energy": 2 * (51.2 + 21.6 + 69.3) * 1e-12,
              "network_energy": 111e-12, "sim_time": 2 * 39.7e-9 + 5.1e-9 + 0.6e-6}
    for column, value in wanted.items():
        got = third[column]
        checks.that(got == value if isinstance(value, str) else abs(float(got) - value) < 1e-6 * value, f"tiny, step 3: {column} is {got}")


# ---- every form, our own files ----

def every_form():
    folders = {}
    for timing in ("simple", "detailed"):
        folders[timing] = run(f"{OWN}/grid.yaml", f"{OWN}/mixed.yaml", 12, "--timing", f"sanafe-{timing}")
        same_table(f"{folders[timing]}/perf.csv", f"{OWN}/mixed_{timing}.csv", f"mixed, {timing}")
        same_table(f"{folders[timing]}/sanafe_spikes.csv", f"{OWN}/mixed_spikes.csv", "mixed, spikes")
    out = folders["detailed"]
    # Picture in step 1: pixels 0, 4, 8. Channel 0's kernel is [[.5, .25], [.75, .125]]: edge 0 sees pixels 0 and 4, .5 + .125; edge 3 sees 4 and 8.
    first = rows(f"{out}/potentials.csv")[1]
    # Channel 1 is [[-.5, .5], [-.25, 1]]: at its window 0 that is -.5 + 1.
    wanted = {"edges.0": 0.625, "edges.1": 0.75, "edges.2": 0.25, "edges.3": 0.625, "edges.4": 0.5, "edges.5": -0.25, "edges.6": 0.5, "edges.7": 0.5}
    got = {n: float(first[f"neuron {n}"]) for n in wanted}
    checks.that(got == wanted, f"a convolution reads channel-first neurons and [ky][kx][in][out] weights: {got}")
    summary, perf = json.load(open(f"{out}/summary.json")), rows(f"{out}/perf.csv")
    energy, time = summary["energy"], summary["time"]
    checks.that(abs(energy["total_j"] - sum(float(r["total_energy"]) for r in perf)) < 1e-6 * energy["total_j"], "the total is that of the steps")
    for view in ("by_action", "by_population", "by_component"):
        checks.that(abs(sum(energy[view].values()) - energy["total_j"]) < 1e-12 * energy["total_j"] + 1e-24, f"energy.{view} adds up to the total")
    checks.that(abs(sum(time["bound_s"].values()) - time["total_s"]) < 1e-9 * time["total_s"], "time.bound_s adds up to the time")
    counters = {r["counter"]: int(r["value"]) for r in rows(f"{out}/counters.csv") if r["scope"] == "total"}
    sops = sum(n for c, n in counters.items() if c.endswith("process_spike"))
    checks.that(sops == summary["counts"]["sops"], "synaptic operations are counted by their units")
    checks.that({r["population"] for r in rows(f"{out}/layers.csv")} == {"picture", "edges", "out", "late", "tree"}, "layers.csv has the groups")
    for command in (["report", out], ["compare", folders["simple"], out]):
        done = subprocess.run([VOLLEY, *command], capture_output=True, text=True)
        checks.that(done.returncode == 0 and not done.stderr, f"volley {command[0]} reads the folder {done.stderr}")
    with open(f"{out}/perf.csv") as f:
        header = f.readline()
    checks.that("tile[0].soma_core.energy" in header and "tile[1].soma_core.lif.latency" in header, "log_energy and log_latency have their columns")
    lif = [float(r["tile[1].soma_core.lif.latency"]) for r in perf]
    checks.that(0 < min(lif) and max(lif) < 1e-6, "a latency is in seconds, not an energy")


def same_bytes():
    first, second = (run(f"{OWN}/grid.yaml", f"{OWN}/mixed.yaml", 20, "--trace", "spikes,membrane,packets", "--threads", n) for n in "14")
    different = [f for f in sorted(os.listdir(first)) if f != "host.json" and open(f"{first}/{f}").read() != open(f"{second}/{f}").read()]
    checks.that(not different, f"the same bytes again, for any number of threads {different}")
    messages = rows(f"{first}/messages.csv")
    checks.that(len([m for m in messages if m["mid"] != "-1"]) == sum(int(r["packets"]) for r in rows(f"{first}/perf.csv")), "messages.csv has every packet")


# The line format gives what YAML gives: test_sanafe_random.py. Here what it alone can hold.
def lines():
    out = run(f"{OWN}/grid.yaml", f"{OWN}/lines.net", 12)
    spikes = [(r["neuron"], int(r["timestep"])) for r in rows(f"{out}/sanafe_spikes.csv")]
    # 0.0 fires in every second step (1 + 1 >= 2) and gives 1.0 two, less one where 1.0 has reset to 1; by hand up to step 6.
    checks.that([s for s in spikes if s[0] == "0.0"] == [("0.0", t) for t in range(2, 13, 2)], "a truenorth neuron fires at its threshold")
    checks.that([s for s in spikes if s[1] < 7] == [("0.0", 2), ("0.0", 4), ("1.0", 5), ("0.0", 6), ("1.1", 6)], "its spikes arrive in the next step")
    with open(f"{scratch}/crlf.net", "w", newline="") as f:
        f.write(open(f"{OWN}/lines.net").read().replace("\n", "\r\n"))
    again = run(f"{OWN}/grid.yaml", f"{scratch}/crlf.net", 12)
    checks.that(rows(f"{again}/perf.csv") == rows(f"{out}/perf.csv"), "lines may end as on Windows")


# ---- convert ----

def converted(arch, network, steps, *more):
    """The spikes of the network on `ideal`, by population, step and neuron; and what convert said."""
    out, folder = tempfile.mkdtemp(dir=scratch), tempfile.mkdtemp(dir=scratch)
    said = subprocess.run([VOLLEY, "convert", arch, network, "-o", f"{folder}/n.yaml", "--steps", str(steps)], capture_output=True, text=True)
    done = subprocess.run([VOLLEY, "run", "configs/chips/ideal.yaml", f"{folder}/n.yaml", "--input", f"{folder}/n_input.csv", "--trace", "spikes", "--out", out,
                           "--quiet"], capture_output=True, text=True)
    checks.that(said.returncode == 0 and done.returncode == 0, f"{network} is converted and runs on ideal {said.stderr}{done.stderr}")
    got = [(r["population"], int(r["step"]), int(r["neuron"])) for r in rows(f"{out}/spikes.csv")] if not done.returncode else []
    return sorted(got), said.stdout


def conversion():
    got, said = converted(f"{OWN}/grid.yaml", f"{OWN}/exact.yaml", 40)
    theirs = rows(run(f"{OWN}/grid.yaml", f"{OWN}/exact.yaml", 40, "--trace", "spikes") + "/spikes.csv")
    wanted = sorted((r["population"], int(r["step"]), int(r["neuron"])) for r in theirs if r["population"] != "in")
    checks.that(len(wanted) > 150 and [g for g in got if g[0][0] != "("] == wanted, f"{len(wanted)} spikes, the same as of SANA-FE's files")
    checks.that("initial potentials" in said and "1/64" not in said and "no chip file: its tiles or cores are of several kinds" in said,
                "convert says what it rewrites and leaves out")
    decays = edited(f"{OWN}/exact.yaml", "decays.yaml", "threshold: 1.25,", "threshold: 1.25, leak_decay: 0.9,")
    got, said = converted(f"{OWN}/grid.yaml", decays, 40)
    checks.that("approximated" in said and "1/64" in said, "where the cut to 1/64 matters it says so")
    for old, new, wanted in [("threshold: 1, log", "threshold: 1, leak: 0.5, log", "neuron c.0 leaks by a constant"),
                             ("threshold: 1.25", "threshold: 1.25, reverse_reset_mode: hard", "neuron a.0 has a reverse_reset_mode"),
                             ("refractory_delay: 3", "refractory_delay: 3, reset_mode: soft", "neuron d.0 has a refractory_delay with"),
                             ("threshold: 1.25", "threshold: 1.25, input_decay: 0.5", "neuron a.0 has an input_decay and a bias")]:
        done = subprocess.run([VOLLEY, "convert", f"{OWN}/grid.yaml", edited(f"{OWN}/exact.yaml", "no.yaml", old, new), "-o", f"{scratch}/no_native.yaml",
                               "--steps", "9"], capture_output=True, text=True)
        checks.that(done.returncode == 1 and wanted in done.stderr and not os.path.exists(f"{scratch}/no_native.yaml"), f"{done.stderr.strip()} [{wanted}]")
    for words, wanted in [([f"{OWN}/exact.yaml"], "is a network of SANA-FE: a network is converted with its architecture"),
                          ([f"{OWN}/grid.yaml", f"{OWN}/exact.yaml"], "--steps is missing"),
                          (["traces/mlp_rate/mlp_rate.nir", "x"], "what is 'x'?")]:
        done = subprocess.run([VOLLEY, "convert", *words, "-o", f"{scratch}/x.yaml"], capture_output=True, text=True)
        checks.that(done.returncode == 2 and wanted in done.stderr, f"{done.stderr.strip()} [{wanted}]")
    done = subprocess.run([VOLLEY, "info", f"{OWN}/grid.yaml", f"{OWN}/exact.yaml", f"{OWN}/lines.net"], capture_output=True, text=True)
    known = "6 tiles of a grid of 3 x 2, 12 cores" in done.stdout and done.stdout.count("a network of SANA-FE") == 2
    checks.that(done.returncode == 0 and known, "volley info knows them")


# One kind of core, no difference between east and west: a chip file and a map file are written, too.
PLAIN = """architecture:
  name: plain
  attributes: {width: 3, height: 2, link_buffer_size: 16, sync_model: table, latency_sync: {1: 1.0e-7, 3: 2.0e-7}}
  tile:
    - name: t[0..5]
      attributes: {energy_north_hop: 1.0e-12, latency_north_hop: 2.0e-9, energy_east_hop: 3.0e-12, latency_east_hop: 4.0e-9,
                   energy_south_hop: 1.0e-12, latency_south_hop: 2.0e-9, energy_west_hop: 3.0e-12, latency_west_hop: 4.0e-9}
      core:
        - name: c[0..1]
          attributes: {buffer_position: soma, max_neurons_supported: 16}
          axon_in: [{name: in, attributes: {energy_message_in: 1.5e-12, latency_message_in: 1.6e-8}}]
          synapse: [{name: s, attributes: {model: current_based, energy_process_spike: 3.5e-11, latency_process_spike: 4.0e-9}}]
          dendrite: [{name: d, attributes: {model: accumulator, energy_update: 1.0e-12, latency_update: 1.0e-10}}]
          soma: [{name: l, attributes: {model: leaky_integrate_fire, energy_access_neuron: 5.0e-11, latency_access_neuron: 6.0e-9,
                  energy_update_neuron: 2.0e-11, latency_update_neuron: 4.0e-9, energy_spike_out: 7.0e-11, latency_spike_out: 3.0e-8}}]
          axon_out: [{name: out, attributes: {energy_message_out: 1.1e-10, latency_message_out: 5.0e-9}}]
"""


def as_a_chip():
    rng, here = random.Random(5), scratch
    with open(f"{here}/plain.yaml", "w") as f:
        f.write(PLAIN)
    with open(f"{here}/forty.net", "w") as f:
        f.write("g 40 threshold=2 log_spikes=1\n" + "".join(f"n 0.{i} bias={rng.randrange(1, 64) / 64}\n" for i in range(40)))
        f.write("".join(f"e 0.{rng.randrange(40)}->0.{rng.randrange(40)} w={rng.randrange(-32, 64) / 64}\n" for _ in range(400)))
        f.write("".join(f"& 0.{i}@{rng.randrange(6)}.{rng.randrange(2)}\n" for i in range(40)))
    theirs = json.load(open(run(f"{here}/plain.yaml", f"{here}/forty.net", 50) + "/summary.json"))
    out = tempfile.mkdtemp(dir=scratch)
    done = subprocess.run([VOLLEY, "convert", f"{here}/plain.yaml", f"{here}/forty.net", "-o", f"{here}/p.yaml", "--steps", "50"],
                          capture_output=True, text=True)
    ours = subprocess.run([VOLLEY, "run", f"{here}/p_chip.yaml", f"{here}/p.yaml", "--map", f"{here}/p_map.yaml", "--input", f"{here}/p_input.csv",
                           "--out", out, "--quiet"], capture_output=True, text=True)
    checks.that(done.returncode == 0 and ours.returncode == 0, f"architecture and mapping become files of volley's own {done.stderr}{ours.stderr}")
    own = json.load(open(f"{out}/summary.json"))
    a, b, prices = theirs["counts"], own["counts"], own["energy"]["by_action"]
    checks.that(a["spikes"] == b["spikes"] > 1000, f"{b['spikes']} spikes, as in SANA-FE's files")
    checks.that(a["sops"] == b["sops"] + b["sops_late"] and a["packets"] == b["leaves"], f"{b['leaves']} packets served, as there, with as many synapses")
    # Beyond that tool's packets each spike of the output population travels to the host.
    checks.that(b["packets"] == a["packets"] + a["spikes"], "packets sent are those and one to the host per spike")
    there = theirs["energy"]["by_action"]
    pairs = [(there["s.process_spike"] + there["d.update"], prices["sops"] + prices["sops_late"]), (there["l.spike_out"], prices["spikes"]),
             (there["axon_in.message_in"], prices["leaves"]),
             (there["l.access"] + there["l.update"], prices["update_active"] + 1.4 * prices["update_idle"])]     # 70 pJ: bias alone counts as active there
    for x, y in pairs:
        checks.that(abs(x - y) < 1e-9 * x, f"{x:.6g} J there, {y:.6g} J here")


# ---- what is refused ----

def edited(path, name, old, new):
    """A copy with one change; the place of the change is in the messages."""
    text = open(path).read()
    assert text.count(old) >= 1, (path, old)
    copy = f"{scratch}/{name}"
    with open(copy, "w") as f:
        f.write(text.replace(old, new, 1))
    return copy


def refused(arch, network, wanted, *more, steps=20, status=2):
    out = tempfile.mktemp(dir=scratch)
    done = subprocess.run([VOLLEY, "run", arch, network, *(["--steps", str(steps)] if steps else []), "--out", out, "--quiet", *more], capture_output=True,
                          text=True, timeout=60)
    one = done.stderr.count("\n") == 1 and done.stderr.startswith("volley: ")
    checks.that(done.returncode == status and one and re.search(wanted, done.stderr) and not os.path.exists(out),
                f"exit {done.returncode}, {done.stderr.strip() or 'no message'} [{wanted}]")


# (file, text, what stands there instead, message); file a: architecture, n: network, l: line format
WRONG = [
    ("n", "picture: {core: 0.0}", "picture: {core: 6.0}", r"n\.yaml:47:21: core 6.0: architecture 'grid' has 6 tiles, 0 to 5"),
    ("n", "picture: {core: 0.0}", "picture: {core: 0.2}", r"n\.yaml:47:21: core 0.2: tile 0 has 2 cores"),
    ("n", "picture: {core: 0.0}", "picture: {core: here}", r"n\.yaml:47:21: core 'here' is no place .* TILE.CORE"),
    ("n", "edges.4..7: [core", "edges.3..7: [core", r"n\.yaml:49:24: 'edges.3..7': neuron edges.3 is mapped a second time; it is on core 1.0"),
    ("n", "  - out: {core: 5.0}\n", "", r"n\.yaml:20:13: neuron out.0 is not mapped"),
    ("n", "edges.4..7: [core", "edges.4..6: [core", r"n\.yaml:17:13: neuron edges.7 is not mapped"),
    ("n", "0.125, 1.0]", "0.125]", r"n\.yaml:40:17: weight has 7 values; a kernel of 2 x 2 x 1 x 2 .* needs 8"),
    ("n", "input_width: 3", "input_width: 4", r"n\.yaml:30:7: conv2d: an input of 1 channels of 3 x 4 is 12 neurons; group 'picture' has 9"),
    ("n", "kernel_count: 2", "kernel_count: 3", r"conv2d: an output of 3 channels of 2 x 2 is 12 neurons; group 'edges' has 8"),
    ("n", "kernel_width: 2", "kernel_width: 5", r"conv2d: a kernel of 2 x 5 is larger than the input"),
    ("n", "stride_width: 1", "stride_width: 0", r"stride_width: 0 is not a whole number from 1"),
    ("n", "delay: [0, 5, 2]", "delay: [0, 6, 2]",
     r"n\.yaml:42:125: the edge from edges.3 to late.1 has a delay of 6: a dendrite has 6 slots, for delays 0 to 5"),
    ("n", "delay: [0, 5, 2]", "delay: [0, 5]", r"n\.yaml:42:121: delay has 2 values; sparse with 3 source_target_pairs needs 3"),
    ("n", "delay: [0, 5, 2]", "delay: [0, 5, -1]", r"delay: -1 is not a whole number"),
    ("n", "weight: [1, 0, 0", "weight: [0, 0", r"n\.yaml:41:43: weight has 15 values; dense from 8 neurons to 2 needs 16"),
    ("n", "[[0, 0], [3, 1]", "[[0, 0], [8, 1]", r"a source: 8 is not a whole number from 0 to 7"),
    ("n", "type: dense", "type: full", r"type: 'full' is none of dense\|sparse\|conv2d"),
    ("n", "{type: dense, ", "{", r"joins two groups and has no type"),
    ("n", "threshold: 2,", "treshold: 2,", r"n\.yaml:21:38: no model has an attribute 'treshold'; did you mean 'threshold'"),
    ("n", "weight: -0.5", "wieght: -0.5", r"an edge has no attribute 'wieght'; did you mean 'weight'"),
    ("n", "bias: 0.125", "bias: high", r"n\.yaml:25:30: bias: 'high' is not a number"),
    ("n", "bias: 0.125", "bias: nan", r"bias: 'nan' is not a number"),
    ("n", "reset_mode: soft", "reset_mode: gentle", r"reset_mode: 'gentle' is none of none\|soft\|hard\|saturate"),
    ("n", "refractory_delay: 3", "refractory_delay: 0.5", r"refractory_delay: 0.5 is not a whole number"),
    ("n", "[1, 0, 0, 1]", "[1, 0, 0, 2]", r"spikes: '2' is neither"),
    ("n", "soma_hw_name: tn", "soma_hw_name: nt", r"neuron out.0 asks for the soma 'nt', which core 'soma_core' does not have; did you mean 'tn'"),
    ("n", "dendrite: delays}", "dendrite: nothing}", r"n\.yaml:51:20: neuron late.0 asks for the dendrite 'nothing'"),
    ("n", "out.0 -> out.1", "out.0 -> out.2", r"'out.2': group 'out' has 2 neurons, 0 to 1"),
    ("n", "out.0 -> out.1", "out.0 -> in.1", r"'in.1': there is no group 'in'"),
    ("n", "out.0 -> out.1", "out.0 to out.1", r"is no edge; write SOURCE.0 -> TARGET.1"),
    ("n", "picture.4 -> tree.0", "picture -> tree.0", r"joins a group and a neuron"),
    ("n", "picture.4 -> tree.0", "picture -> trees", r"'picture -> trees': there is no group 'trees'"),
    ("n", "neurons: [0..7]", "neurons: [0..6, 8]", r"neuron 8 of group 'edges', which lists 8 neurons: their numbers are 0 to 7"),
    ("n", "neurons: [0..7]", "neurons: [0..6, 6]", r"neuron 6 of group 'edges' is listed twice"),
    ("n", "neurons: [0..7]", "neurons: [7..0]", r"'7..0': a range is A..B"),
    ("n", "- name: late", "- name: out", r"a second group 'out'"),
    ("n", "tap: 2", "tap: 3", r"the edge from picture.4 to tree.0 leads to tap 3: the dendrite of tree.0 has 3, 0 to 2"),
    ("n", "time_constants: [0.75, 0.5, 0.5]", "time_constants: [0.75, 0.5]", r"neuron tree.0: 2 time_constants for 3 taps"),
    ("n", "{taps: 3, time_constants: [0.75, 0.5, 0.5], space_constants: [0.25, 0.125]}", "{}", r"neuron tree.0: its dendrite is of the model taps; write"),
    ("n", "late.1 -> edges.0", "late.1 -> picture.0", r"neuron picture.0 is an input, which takes no current"),
    ("n", "mappings:", "mapping:", r"mappings is missing"),
    ("n", "  edges:\n    - picture", "  edgse:\n    - picture", r"unknown key 'edgse' in network; did you mean 'edges'"),
    ("n", "{core: 3.0, soma", "{cor: 3.0, soma", r"a mapping has no 'cor'"),
    ("a", "model: truenorth", "model: truenoth", r"a\.yaml:32:35: soma 'tn' has no model 'truenoth' here; did you mean 'truenorth'"),
    ("a", "model: truenorth,", "", r"soma 'tn' has no model"),
    ("a", "model: current_based, energy", "model: current_based, plugin: my.so, energy",
     r"a\.yaml:17:50: synapse 'dense' runs the plugin my.so: volley does not run plugins"),
    ("a", "model: leaky_integrate_fire, energy", "model: leaky_integrate_fire, noise: seq.csv, energy",
     r"soma 'lif' adds noise from the file seq.csv: volley does not"),
    ("a", "energy_process_spike: 3.5e-11", "energy_proces_spike: 3.5e-11",
     r"unknown key 'energy_proces_spike' in synapse; did you mean 'energy_process_spike'"),
    ("a", "energy_process_spike: 3.5e-11, ", "", r"synapse 'dense' has no energy_process_spike"),
    ("a", "latency_spike_out: 1.0e-8", "latency_spike_out: -1.0e-8", r"latency_spike_out: -1.0e-8 is below 0"),
    ("a", "energy_message_in: 1.5e-12", "energy_message_in: 1.5 pJ", r"energy_message_in: '1.5 pJ' is not a number; SANA-FE's numbers are plain"),
    ("a", "buffer_position: soma", "buffer_position: synapse", r"buffer_position: 'synapse' is none of dendrite\|soma\|axon_out"),
    ("a", "buffer_position: soma, ", "", r"core 'soma_core' has no buffer_position"),
    ("a", "buffer_inside_unit: false", "buffer_inside_unit: true", r"neuron \S+: leaky_integrate_fire is worked on twice in a step"),
    ("a", "max_neurons_supported: 16", "max_neurons_supported: 8", r"neuron picture.8 is one too many: core 0.0 takes 8"),
    ("a", "width: 3", "width: 2", r"there are 6 tiles; width x height has place for 2 x 2"),
    ("a", "link_buffer_size: 2, ", "", r"architecture.attributes has no link_buffer_size"),
    ("a", "latency_west_hop: 8.0e-9", "latency_weast_hop: 8.0e-9", r"unknown key 'latency_weast_hop' in tile.attributes"),
    ("a", "tile[0..5]", "tile[5..0]", r"a range of copies is NAME\[A..B\]"),
    ("a", "- name: tn\n", "- name: sum\n", r"'sum' is a dendrite on line 21 and a soma here: a unit that is both needs a plugin"),
    ("a", "topology: mesh", "topology: torus", r"topology: SANA-FE has only mesh"),
    ("a", "          dendrite:\n            - name: sum", "          dendrites:\n            - name: sum",
     r"unknown key 'dendrites' in core; did you mean 'dendrite'"),
    ("a", "  name: grid", "  name: [grid", r"a\.yaml:\d+:\d+: not YAML"),
    ("l", "g 1 threshold", "g x threshold", r"l\.net:2:3: g without a number of neurons"),
    ("l", "& 1.0@5.0", "& 1.0@9.0", r"l\.net:11:7: core 9.0: architecture 'grid' has 6 tiles"),
    ("l", "& 1.0@5.0", "& 1.0", r"l\.net:11:3: & without a core"),
    ("l", "& 1.0@5.0\n", "& 1.1@5.0\n", r"l\.net:11:7: '1.1@5.0': neuron 1.1 is mapped a second time"),
    ("l", "& 1.0@5.0\n", "", r"neuron 1.0 is not mapped"),
    ("l", "w=3", "w =3", r"l\.net:7:12: a field that is no attribute; write NAME=VALUE"),
    ("l", "[weight: -2.5]", "[weight: -2.5", r"l\.net:8:12: a bracket that is not closed"),
    ("l", "e 1.0->1.1", "x 1.0->1.1", r"l\.net:7:1: a line that is no entry"),
    ("l", "bias=1.0", "bais=1.0", r"l\.net:4:7: no model has an attribute 'bais'; did you mean 'bias'"),
]


def bad_files():
    for file, old, new, wanted in WRONG:
        arch, network = f"{OWN}/grid.yaml", f"{OWN}/lines.net" if file == "l" else f"{OWN}/mixed.yaml"
        if file == "a":
            arch = edited(arch, "a.yaml", old, new)
        else:
            network = edited(network, "l.net" if file == "l" else "n.yaml", old, new)
        refused(arch, network, wanted)


def bad_use():
    arch, network = f"{OWN}/grid.yaml", f"{OWN}/mixed.yaml"
    refused(arch, network, "--steps is missing", steps=0)
    refused(arch, network, "--timing cycle is a plane of volley's own chips", "--timing", "cycle")
    refused(arch, network, "--input means nothing to SANA-FE's files", "--input", "x.spk")
    refused(arch, network, "--against-float means nothing", "--against-float")
    refused(arch, network, "--engine systemc", "--engine", "systemc")
    refused(arch, network, "--trace timeline is not made", "--trace", "timeline")
    refused(network, arch, "write the architecture first")
    refused(arch, f"{scratch}/gone.yaml", "gone.yaml: No such file")
    refused(f"{scratch}/gone.yaml", network, "gone.yaml: No such file")
    refused(arch, "traces/mlp_rate/mlp_rate.nir", "is an architecture of SANA-FE, which runs that tool's networks")
    refused("configs/chips/ideal.yaml", network, "is a network of SANA-FE, mapped to that tool's cores")
    refused("configs/chips/ideal.yaml", "traces/mlp_rate/mlp_rate.nir", "--timing sanafe-simple is a formula of SANA-FE", "--timing", "sanafe-simple")


# Commands that have nothing to do with these files: each says what does.
def elsewhere():
    arch, network, made = f"{OWN}/grid.yaml", f"{OWN}/mixed.yaml", run(f"{OWN}/grid.yaml", f"{OWN}/mixed.yaml", 3)
    what_does = "volley run ARCH NETWORK --steps N runs such files, and volley convert ARCH NETWORK"
    for words, status, wanted in [
            (["map", arch, network, "-o", f"{scratch}/m.yaml"], 2,
             f"grid.yaml is an architecture of SANA-FE, whose networks carry their own mapping: {what_does}"),
            (["map", "ideal", network, "-o", f"{scratch}/m.yaml"], 2, f"mixed.yaml is a network of SANA-FE, which carries its own mapping: {what_does}"),
            (["map", "ideal", f"{OWN}/lines.net", "-o", f"{scratch}/m.yaml"], 2, "lines.net is a network of SANA-FE"),
            (["noc", arch, "--traffic", "uniform", "--load", "0.1"], 2, f"whose links have a formula instead of routers: {what_does}"),
            (["noc", network, "--traffic", "uniform", "--load", "0.1"], 2, "mixed.yaml is a network of SANA-FE, no network on chip"),
            (["chips", arch], 2, "grid.yaml:3:3: this is an architecture of SANA-FE, not a chip file: volley run"),
            (["price", made, "--chip", "ideal"], 1, "is a run of SANA-FE's files, whose actions have the prices of its architecture"),
            (["price", made, "--chip", arch], 2, "this is an architecture of SANA-FE, not a chip file")]:
        done = subprocess.run([VOLLEY, *words], capture_output=True, text=True)
        checks.that(done.returncode == status and wanted in done.stderr and done.stderr.count("\n") == 1 and not done.stdout,
                    f"exit {done.returncode}, {done.stderr.strip()} [{wanted}]")
    checks.that(not os.path.exists(f"{scratch}/m.yaml"), "nothing is left behind")


against_the_tool()
every_form()
same_bytes()
lines()
conversion()
as_a_chip()
bad_files()
bad_use()
elsewhere()
shutil.rmtree(scratch)
checks.end()
