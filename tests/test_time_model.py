"""A second model of a step's time, written from docs/time.md, docs/noc.md and docs/chip-file.md alone, against `volley run`.

Random chips (service costs, overlap, clocks, hop latencies, flits, unicast or trees, gated layer starts, idle neurons skipped or not),
random networks on random maps. The spikes come from the run; everything about time is computed again here: update programs and their
offsets, the host port, the way of every packet, service in order of arrival, the end of the step, the barrier, and what the time was.
In both planes every packet must have the same offset, arrival, start and end, every step the same time, to the picosecond."""
import csv
import json
import os
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from random_chip import (AXON_BITS, PARAMETER_BITS, STATE_BITS, SUM_BITS, TARGET_BITS, WEIGHT_BITS, chip_file, map_file, network_file,  # noqa: E402
                         random_chip, random_map, random_network)

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
CASES = {"none": 50, "slots": 25}
DIFFER_MOST = 3         # cases that differ are listed, then it is enough
SAMPLES = 2


def ceil(a, b):
    return -(-a // b)


def network_delay(edge):
    """A layer that feeds itself takes a step of its own."""
    return edge["delay"] + (edge["from"] == edge["to"])


def depths(layers, edges):
    """As small as possible, with at least one chip step for every connection."""
    depth = [0] * len(layers)
    for _ in layers:
        for edge in edges:
            if edge["from"] != edge["to"]:
                depth[edge["to"]] = max(depth[edge["to"]], depth[edge["from"]] + 1 - edge["delay"])
    return depth


# ---- the model ----

class Model:
    """One run's times. Endpoints: cores by number, then "in" and "out"."""

    def __init__(self, c, layers, edges, place, steps):
        self.c, self.layers, self.edges, self.place, self.steps = c, layers, edges, place, steps
        self.core_ps, self.noc_ps = ((2 * 10**6 + mhz) // (2 * mhz) for mhz in (c["core_mhz"], c["noc_mhz"]))
        self.depth = depths(layers, edges)
        self.chip_steps = steps + max(self.depth)
        self.bound = {}
        self.core_of = {neuron: core for core, neurons in place.items() for neuron in neurons}
        self.local = {neuron: i for neurons in place.values() for i, neuron in enumerate(neurons)}
        self.routes = {(k, n): self.routes_of(k, n) for k, (_, size) in enumerate(layers) for n in range(size)}

    def to_noc(self, core_cycles):
        return ceil(core_cycles * self.core_ps, self.noc_ps)

    def words(self, name, bits, i):
        """The words that entry i of a table lies in: whole entries in a word, or several words for a wider one."""
        width = self.c["width"][name]
        each = ceil(bits, width)
        return [(name, i // (width // bits))] if bits <= width else [(name, i * each + k) for k in range(each)]

    # -- where a spike goes, and how long each core takes to serve it

    def routes_of(self, layer, neuron):
        """[(core, (service in NoC cycles, 1 where words of memory are most of it))] by core, the host's port last."""
        segments = {}
        for number, edge in enumerate(self.edges):
            for pre, post, extra in edge["pairs"] if edge["from"] == layer else ():
                if pre == neuron:
                    target = (edge["to"], post)
                    segments.setdefault(self.core_of[target], {}).setdefault((number, extra), []).append(self.local[target])
        routes = [(core, self.service(parts)) for core, parts in sorted(segments.items())]
        return routes + ([("out", (0, 0))] if layer == len(self.layers) - 1 else [])

    def service(self, parts):
        t, other = self.c["accept"].get, self.c["accept"].get("packet", 0)
        memory = t("axons.read_word", 0) * ceil(AXON_BITS, self.c["width"]["axons"])
        for (number, _), local in parts.items():
            dense = self.edges[number]["form"] == "dense"
            bits = WEIGHT_BITS if dense else WEIGHT_BITS + TARGET_BITS
            touched = len({word for i in local for word in self.words("sums", SUM_BITS, i)}) if dense else len(local)
            other += t("sop", 0) * len(local)
            memory += t("rows.read_word", 0) * ceil(len(local) * bits, self.c["width"]["rows"])
            memory += (t("sums.read_word", 0) + t("sums.write_word", 0)) * touched
        return self.to_noc(memory + other), int(memory > other)

    # -- the update program of one core

    def active(self, spikes, layer, neuron, step):
        """Has input in this network step, or counts as active always."""
        if not self.c["active_input"]:
            return True
        return any((edge["from"], pre, step - network_delay(edge) - extra) in spikes
                   for edge in self.edges if edge["to"] == layer for pre, post, extra in edge["pairs"] if post == neuron)

    def update(self, spikes, core, chip_step):
        """(length, [(neuron, offset)]) in core cycles."""
        t = self.c["update"].get
        words = [("state", STATE_BITS, t("state.read_word", 0) + t("state.write_word", 0)), ("sums", SUM_BITS, t("sums.read_word", 0)),
                 ("parameters", PARAMETER_BITS, t("parameters.read_word", 0))]
        seen, now, fired = set(), t("step", 0), []
        for i, (layer, neuron) in enumerate(self.place[core]):
            step = chip_step - self.depth[layer]
            busy = 0 <= step < self.steps and self.active(spikes, layer, neuron, step)
            if busy or not self.c["skip_idle"]:
                now += t("update_active" if busy else "update_idle", 0)
                for name, bits, cost in words:
                    new = set(self.words(name, bits, i)) - seen
                    now += cost * len(new)
                    seen |= new
            if 0 <= step < self.steps and (layer, neuron, step) in spikes:
                fired.append(((layer, neuron), now))
                now += t("spike", 0)
        return now, fired

    # -- the network

    def tile(self, endpoint):
        if endpoint in ("in", "out"):
            return self.c["host_" + endpoint]
        number = endpoint // self.c["per_tile"]
        return [number % self.c["columns"], number // self.c["columns"]]

    def name(self, endpoint):
        """As packets.csv writes it: chip.tile.core."""
        return "(host)" if endpoint in ("in", "out") else "0.%d.%d" % divmod(endpoint, self.c["per_tile"])

    def hops(self, a, b, size):
        return min(abs(a - b), size - abs(a - b)) if self.c["torus"] else abs(a - b)

    def travel(self, a, b):
        c, (ax, ay), (bx, by) = self.c, self.tile(a), self.tile(b)
        x, y = self.hops(ax, bx, c["columns"]), self.hops(ay, by, c["rows"])
        pace = max([c["flit_local"]] + [c["flit_x"]] * (x > 0) + [c["flit_y"]] * (y > 0))
        return c["inject"] + x * (c["router"] + c["link_x"]) + y * (c["router"] + c["link_y"]) + c["router"] + c["eject"] + (c["flits"] - 1) * pace

    def packets(self, spikes, chip_step):
        """Deliveries (from, to, offset, packet) in canonical order, and the length of every core's update: all in NoC cycles."""
        out, length, number = [], {}, 0
        for core in self.place:
            start = self.c["start"] * len({layer for layer, _ in self.place[core] if self.depth[layer] == chip_step})
            program, fired = self.update(spikes, core, chip_step)
            length[core] = start + self.to_noc(program)
            for neuron, offset in fired:
                for r, (to, _) in enumerate(self.routes[neuron]):
                    number += r == 0 or not self.c["tree"]
                    out.append((core, to, start + self.to_noc(offset + (0 if self.c["tree"] else r)), number, neuron, r))
        flits = 0
        for neuron in range(self.layers[0][1]):
            if chip_step < self.steps and (0, neuron, chip_step) in spikes:
                for r, (to, _) in enumerate(self.routes[(0, neuron)]):
                    number += r == 0 or not self.c["tree"]
                    flits += self.c["flits"] if r and not self.c["tree"] else 0
                    out.append(("in", to, flits // self.c["rate_in"], number, (0, neuron), r))
                flits += self.c["flits"] if self.routes[(0, neuron)] else 0
        return out, length

    def arrivals(self, sent):
        """When the tail of each delivery is in its core's queue, where nothing waits for a link; and the largest use of a link, in cycles."""
        return [d[2] + self.travel(d[0], d[1]) for d in sent], 0

    # -- a step

    def step(self, spikes, chip_step):
        """([(from, to, offset, arrive, start, end)], ps, use of the busiest link)"""
        sent, length = self.packets(spikes, chip_step)
        arrive, used = self.arrivals(sent)
        rows = [[d[0], d[1], d[2], at, None, None] for d, at in zip(sent, arrive)]
        free = {core: 0 if self.c["overlap_full"] else n for core, n in length.items()}
        free["out"], chain = 0, {}
        for i in sorted(range(len(rows)), key=lambda i: (arrive[i], i)):
            to, (service, memory) = rows[i][1], self.routes[sent[i][4]][sent[i][5]][1]
            if arrive[i] > free[to]:
                chain[to] = [rows[i], 0, 0]
            chain.setdefault(to, [None, 0, 0])[1 + memory] += service
            rows[i][4] = max(arrive[i], free[to])
            rows[i][5] = free[to] = rows[i][4] + service
        ends = {to: max(length.get(to, 0), free[to]) for to in [*self.place, "out"]}
        end = max(ends.values())
        self.walk_back(min((to for to in ends if ends[to] == end), key=lambda to: (to == "out", to)), length, chain, end)
        return rows, end * self.noc_ps + self.barrier(), used / end if end else 0

    def walk_back(self, last, length, chain, end):
        """What the step's time was: unbroken service up to its end, the way of the packet that it began with, the update that sent it."""
        first, service, memory = chain.get(last, [None, 0, 0]) if length.get(last) != end else [None, 0, 0]
        update = end - service - memory if first is None else 0 if first[0] == "in" else first[2]
        way = 0 if first is None else first[3] - update
        for name, cycles in (("compute", update + service), ("memory", memory), ("noc", way)):
            self.bound[name] = self.bound.get(name, 0) + cycles * self.noc_ps
        self.bound["barrier"] = self.bound.get("barrier", 0) + self.barrier()

    def barrier(self):
        c = self.c
        if c["at"]:
            n, points = len({tuple(self.tile(core)) for core in self.place}), c["at"]
            below, above = [p for p in points if p[0] <= n], [p for p in points if p[0] >= n]
            low, high = (below or above)[-1 if below else 0], (above or below)[0 if above else -1]
            count = low[1] if low == high else int(low[1] + (n - low[0]) / (high[0] - low[0]) * (high[1] - low[1]) + 0.5)
        else:
            across = c["columns"] // 2 + c["rows"] // 2 if c["torus"] else c["columns"] + c["rows"] - 2
            count = c["base"] + c["per_hop"] * 2 * across
        return self.to_edge(count * (self.noc_ps if c["barrier_clock"] == "noc" else self.core_ps))

    def to_edge(self, ps):
        return ceil(ps, self.noc_ps) * self.noc_ps


class Slots(Model):
    """The same with links, ways in and ways out that one flit at a time occupies: each a set of reserved cycles."""

    def line(self, a, b, size):
        """Places along one axis; on a torus the shorter way round, towards higher numbers where both are equal."""
        up = (b - a) % size
        step = 1 if (up <= size - up if self.c["torus"] else b >= a) else -1
        return [(a + step * k) % size for k in range((up if step > 0 else size - up) + 1 if self.c["torus"] else abs(b - a) + 1)]

    def links(self, a, b):
        (ax, ay), (bx, by) = self.tile(a), self.tile(b)
        xs, ys = self.line(ax, bx, self.c["columns"]), self.line(ay, by, self.c["rows"])
        if self.c["yx"]:
            at, steps = [(ax, y) for y in ys] + [(x, by) for x in xs[1:]], ["y"] * (len(ys) - 1) + ["x"] * (len(xs) - 1)
        else:
            at, steps = [(x, ay) for x in xs] + [(bx, y) for y in ys[1:]], ["x"] * (len(xs) - 1) + ["y"] * (len(ys) - 1)
        return [(a, b, axis) for a, b, axis in zip(at, at[1:], steps)]

    @staticmethod
    def take(taken, at, n):
        while any(at + k in taken for k in range(n)):
            at += 1
        taken.update(range(at, at + n))
        return at

    def cross(self, taken, front, pace, wire):
        """The first and the last flit of a packet through a router and over what is behind it."""
        head = self.take(taken, front[0] + self.c["router"], self.c["flits"] * pace)
        return head + wire, max(head + (self.c["flits"] - 1) * pace, front[1] + self.c["router"]) + wire

    def enter(self, gate, source, offset):
        """Into the first router; a gate counts flits of its source, a core's at flit_local cycles each."""
        rate = self.c["rate_in"] if source == "in" else 1
        pace = 1 if rate > 1 else self.c["flit_local"]
        at = max(offset * rate, gate.get(source, 0))
        gate[source] = at + self.c["flits"] * pace
        return [at // rate + self.c["inject"], (at + (self.c["flits"] - 1) * pace) // rate + self.c["inject"]]

    def leave(self, taken, to, front):
        c, rate = self.c, self.c["rate_out"] if to == "out" else 1
        if rate == 1:
            return self.cross(taken, front, c["flit_local"], c["eject"])[1]
        head = self.take(taken, (front[0] + c["router"]) * rate, c["flits"])
        return max((head + c["flits"] - 1) // rate, front[1] + c["router"]) + c["eject"]

    def arrivals(self, sent):
        gate, link, out, arrive = {}, {}, {}, [None] * len(sent)
        packets = {}        # number: its deliveries
        for i, d in enumerate(sent):
            packets.setdefault(d[3], []).append(i)
        for number in sorted(packets, key=lambda n: (sent[packets[n][0]][2], n)):
            source, offset = sent[packets[number][0]][0], sent[packets[number][0]][2]
            first, passed = self.enter(gate, source, offset), {}
            for i in packets[number]:
                front = first
                for way in self.links(source, sent[i][1]):
                    if way not in passed:
                        passed[way] = self.cross(link.setdefault(way, set()), front, self.c["flit_" + way[2]], self.c["link_" + way[2]])
                    front = passed[way]
                arrive[i] = self.leave(out.setdefault(sent[i][1], set()), sent[i][1], front)
        return arrive, max([0] + [len(taken) for taken in link.values()])


# ---- one case ----

def put(folder, name, data):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(data if isinstance(data, str) else json.dumps(data))
    return path


def rows_of(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return list(csv.DictReader(file))


def in_local_order(place, layers, listed):
    """Within a core neurons lie in the order of their numbers, layer after layer; layers are numbered as reports list them."""
    rank = {k: listed.index(name) for k, (name, _) in enumerate(layers) if k}
    return {core: sorted(neurons, key=lambda n: (rank[n[0]], n[1])) for core, neurons in place.items()}


def run_case(seed, plane, folder):
    rng = random.Random(seed)
    c = random_chip(rng)
    layers, edges = random_network(rng)
    place = random_map(rng, c, layers)
    steps = rng.randint(1, 6)
    events = [(s, t, n) for s in range(SAMPLES) for t in range(steps) for n in range(layers[0][1]) if rng.random() < 0.5] or [(0, 0, 0)]
    chip, net = put(folder, "chip.yaml", chip_file(c)), put(folder, "network.yaml", network_file(rng, layers, edges))
    inputs = put(folder, "in.csv", "sample,step,neuron\n" + "".join("%d,%d,%d\n" % e for e in events))
    mapped = put(folder, "map.yaml", map_file(c, layers, place))
    done = subprocess.run([VOLLEY, "run", chip, net, "--input", inputs, "--steps", str(steps), "--map", mapped, "--timing", plane,
                           "--trace", "spikes,packets", "--out", folder, "--quiet"], capture_output=True, text=True)
    if done.returncode:
        sys.exit("case %d: exit %d: %s" % (seed, done.returncode, done.stderr))
    place = in_local_order(place, layers, [row["population"] for row in rows_of(folder, "layers.csv")])
    model = (Slots if plane == "slots" else Model)(c, layers, edges, place, steps)
    return [model, events] + [rows_of(folder, name) for name in ("spikes.csv", "packets.csv", "steps.csv")]


def spikes_of(sample, layers, events, spikes):
    number = {name: k for k, (name, _) in enumerate(layers)}
    found = {(0, n, t) for s, t, n in events if s == sample}
    return found | {(number[row["population"]], int(row["neuron"]), int(row["step"])) for row in spikes if int(row["sample"]) == sample}


def compare_step(model, row, spikes, packets):
    """The first difference of a step from the model, or "". Takes the step's packets off the list."""
    want, ps, used = model.step(spikes, int(row["step"]))
    for w in want:
        if not packets:
            return "a packet is missing: %s" % w
        got = packets.pop(0)
        if [int(got[key]) for key in ("sample", "step")] != [int(row["sample"]), int(row["step"])] or \
                [got["from"], got["to"]] + [int(got[key]) for key in ("offset", "arrive", "start", "end")] != [model.name(w[0]), model.name(w[1])] + w[2:]:
            return "packet %s, the model says %s" % (dict(got), w)
    if round(float(row["time_s"]) * 1e12) != ps:
        return "%s s, the model says %d ps" % (row["time_s"], ps)
    return "" if abs(float(row["peak_link_use"]) - used) < 1e-9 else "peak link use %s, the model says %.15g" % (row["peak_link_use"], used)


def compare_bound(model, folder):
    with open(os.path.join(folder, "summary.json"), encoding="utf-8") as file:
        bound = json.load(file)["time"]["bound_s"]
    got = {name: round(seconds * 1e12) for name, seconds in bound.items()}
    return "" if got == dict(model.bound, queue=0) else "bound %s, the model says %s" % (got, model.bound)


def compare(seed, plane, folder):
    """The first difference of a case, or "", and how many packets were compared."""
    model, events, spikes, packets, steps = run_case(seed, plane, folder)
    n = len(packets)
    if len(steps) != (max(s for s, _, _ in events) + 1) * model.chip_steps:
        return "%d steps, the model says %d per sample" % (len(steps), model.chip_steps), 0
    for row in steps:
        difference = compare_step(model, row, spikes_of(int(row["sample"]), model.layers, events, spikes), packets)
        if difference:
            return "sample %s, step %s: %s" % (row["sample"], row["step"], difference), n - len(packets)
    return "a packet too many: %s" % dict(packets[0]) if packets else compare_bound(model, folder), n


def main():
    """Without arguments the first cases of each plane; CASE, or CASE and how many from there on."""
    first = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    wrong = 0
    for plane, cases in CASES.items():
        cases = int(sys.argv[2]) if len(sys.argv) > 2 else 1 if len(sys.argv) > 1 else cases
        packets = differ = 0
        for seed in range(first, first + cases):
            with tempfile.TemporaryDirectory(prefix="volley") as folder:
                difference, compared = compare(seed, plane, folder)
            packets += compared
            differ += difference != ""
            if difference:
                print("FAIL %s, case %d, %s" % (plane, seed, difference))
            if differ == DIFFER_MOST:
                break
        print("%s: %d cases, %d packets compared, %d cases differ" % (plane, cases, packets, differ))
        wrong += differ > 0 or (len(sys.argv) == 1 and packets < 10 * cases)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
