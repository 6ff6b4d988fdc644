"""The figures of `volley noc`: laws that hold of any network, a run's packets replayed, and makespans of kit/noc through the command line."""
import csv
import os
import subprocess
import sys
import tempfile

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
KIT = os.environ.get("VOLLEY_KIT", "../shared/kit") + "/noc/booksim_batch.csv"
SCRATCH = tempfile.TemporaryDirectory(prefix="volley-noc-")
NAMED = {"neighbor": "neighbour"}
wrong = 0


def that(holds, text):
    global wrong
    print("ok  " if holds else "FAIL", text)
    wrong += not holds


def run(*words):
    done = subprocess.run([VOLLEY, *words], capture_output=True, text=True)
    if done.returncode:
        sys.exit("%s: exit %d: %s" % (" ".join(words), done.returncode, done.stderr.strip()))
    return done.stdout


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def noc(*words, chip="mesh28"):
    """Rows of the figures and of the links."""
    out, links = SCRATCH.name + "/out.csv", SCRATCH.name + "/links.csv"
    run("noc", chip, *words, "--quiet", "--out", out, "--links", links)
    return rows(out), rows(links)


def number(row, *names):
    return [float(row[name]) for name in names]


def a_curve_rises_and_says_where_it_ends():
    curve, links = noc("--traffic", "uniform", "--load", "0.05..0.5:0.05", "--window", "4000", "--seed", "3")
    loads = [float(row["load"]) for row in curve]
    that([round(load, 9) for load in loads] == [round(0.05 * k, 9) for k in range(1, 11)], "ten loads from 0.05 to 0.5")
    steady = [row for row in curve if row["saturated"] == "0"]
    means = [float(row["tail_mean"]) for row in steady]
    that(3 < len(steady) < 10 and curve[len(steady):] == [row for row in curve if row["saturated"] == "1"], "saturated from one load on")
    that(means == sorted(means), "the mean latency rises with the load: %s" % means)
    that(all(abs(float(row["accepted"]) / float(row["offered"]) - 1) < 0.02 for row in steady), "below saturation what is offered is accepted")
    that(all(float(row["accepted"]) < 0.98 * float(row["offered"]) for row in curve[len(steady):]), "above it less is")
    for row in steady:
        for name in ("tail", "head", "source", "network"):
            spread = number(row, name + "_p50", name + "_p95", name + "_p99", name + "_max")
            if spread != sorted(spread) or not float(row[name + "_mean"]) <= spread[-1]:
                that(False, "%s at load %s is no distribution: %s" % (name, row["load"], spread))
        tail, source, network, head = number(row, "tail_mean", "source_mean", "network_mean", "head_mean")
        if abs(source + network - tail) > 1e-6 or head != tail:
            that(False, "at load %s source queue and network do not make the tail, or a packet of one flit has a head apart" % row["load"])
    for row in curve:
        mine = [link for link in links if link["load"] == row["load"]]
        out = sum(float(link["flits"]) for link in mine if link["kind"] == "eject") / 64 / float(row["cycles"])
        use = max(float(link["use"]) for link in mine)
        if abs(out - float(row["accepted"])) > 1e-3 or use != float(row["link_use_max"]):
            that(False, "at load %s the links do not add up: %g leave, %s are accepted" % (row["load"], out, row["accepted"]))


def a_packet_alone_is_as_fast_as_the_formula():
    """At a load at which packets hardly meet; 4 flits; routers visited times 4 cycles, 2 for the way in and out, 3 for the flits behind."""
    for words in ([], ["--set", "noc.topology=torus"], ["--set", "noc.router.route=1 cycle"], ["--set", "noc.router.speculative=true"]):
        (row,), _ = noc("--traffic", "uniform", "--load", "0.0002", "--flits", "4", "--window", "2000000", "--set", "noc.router.buffer=16 flits", *words)
        tail, head, alone, routers = number(row, "tail_mean", "head_mean", "alone", "routers")
        hop = 4 + ("router.route" in str(words)) - ("speculative" in str(words))
        that(abs(tail - alone) < 0.02 and abs(alone - (2 + hop * routers + 3)) < 1e-6 and abs(tail - head - 3) < 0.02,
             "%s: tail %.3f, alone %.3f, head %.3f, %.3f routers" % (" ".join(words) or "mesh28", tail, alone, head, routers))


def packets_of_a_run_arrive_as_in_the_run():
    """Where cores have room for all that comes, the network alone and the network of the run are the same: every step to the cycle."""
    folder = SCRATCH.name + "/run"
    name = "traces/conv_rate/conv_rate"
    run("run", "mesh28", name + ".nir", "--input", name + "_input.spk", "--samples", "0..2", "--map", "balance", "--cores", "20", "--trace", "packets",
        "--set", "core_types.lif28.queue={in: 1000000 packets, out: 1000000 packets}", "--quiet", "--out", folder)
    recorded = rows(folder + "/packets.csv")
    steps, links = noc("--traffic", folder)
    that(sum(int(row["packets"]) for row in steps) == len(recorded), "every delivery of the trace is made: %d" % len(recorded))
    that(all(row["makespan"] == row["recorded"] for row in steps) and len(steps) > 60, "%d steps, each ends in the cycle in which the run's did" % len(steps))
    latency = sum(int(row["arrive"]) - int(row["offset"]) for row in recorded) / len(recorded)
    replayed = sum(float(row["tail_mean"]) * int(row["packets"]) for row in steps) / len(recorded)
    that(abs(latency - replayed) < 1e-6, "mean latency as recorded: %.6f, %.6f" % (latency, replayed))
    sent = {(row["sample"], row["step"], row["packet"]) for row in recorded}
    entered = sum(int(link["flits"]) for link in links if link["kind"] == "inject")
    that(entered == len(sent), "every packet enters once, whatever it has of copies: %d" % entered)


def bursts_are_those_of_the_reference():
    if not os.path.exists(KIT):
        print("SKIPPED: no reference at", KIT)
        return
    chosen = [row for row in rows(KIT) if row["traffic"] in ("transpose", "bitcomp", "neighbor", "tornado") and
              not (row["topology"] == "torus" and row["traffic"] == "transpose")]
    for row in chosen[::7]:
        (out,), _ = noc("--traffic", NAMED.get(row["traffic"], row["traffic"]), "--burst", row["packets_per_node"], "--flits", row["pkt_flits"],
                        "--set", "noc.topology=" + row["topology"], "--set", "noc.size=%sx%s" % (row["k"], row["k"]),
                        "--set", "noc.router.virtual_channels=" + row["vcs"], "--set", "noc.router.buffer=%s flits" % row["buf_per_vc"],
                        "--set", "noc.router.route=%d cycles" % (row["pipe"] == "P4"), "--set", "noc.local.inject=2 cycles",
                        "--set", "noc.local.eject=1 cycle", "--set", "noc.router.speculative=" + str(row["pipe"] == "P2s").lower())
        if out["makespan"] != row["makespan_cycles"]:
            that(False, "%s: %s" % (row, out["makespan"]))
    that(len(chosen) > 100, "%d of %d makespans of bursts to the cycle" % (len(chosen[::7]), len(chosen)))


for test in (a_curve_rises_and_says_where_it_ends, a_packet_alone_is_as_fast_as_the_formula, packets_of_a_run_arrive_as_in_the_run,
             bursts_are_those_of_the_reference):
    test()
sys.exit(1 if wrong else 0)
