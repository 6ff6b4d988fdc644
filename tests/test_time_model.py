"""A second model of a step's time, written from docs/time.md, docs/noc.md and docs/chip-file.md alone, against `volley run --timing none`.

Random chips (service costs, overlap, clocks, hop latencies, flits, unicast or trees, gated layer starts, idle neurons skipped or not),
random networks on random maps. The spikes come from the run; everything about time is computed again here: update programs and their
offsets, the host port, the way of every packet, service in order of arrival, the end of the step, the barrier. Every packet must have
the same offset, arrival, start and end, and every step the same time, to the picosecond."""
import csv
import json
import os
import random
import subprocess
import sys
import tempfile

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
CASES = 60
SAMPLES = 2
WEIGHT_BITS, TARGET_BITS, STATE_BITS, SUM_BITS, PARAMETER_BITS, AXON_BITS = 8, 8, 20, 24, 40, 28


def ceil(a, b):
    return -(-a // b)


# ---- a random chip: the dictionary that is written, and the plain numbers that the model computes with ----

def cycles(n):
    return {"value": "%d cycles" % n, "source": "made"}


def some_of(rng, terms, least):
    """A few of the terms, with times of 0 to 4 cycles."""
    chosen = rng.sample(sorted(terms), rng.randint(least, len(terms)))
    return {term: rng.randint(0, 4) for term in chosen}


def random_chip(rng):
    c = {"columns": rng.randint(1, 4), "rows": rng.randint(1, 4), "per_tile": rng.randint(1, 3), "torus": rng.random() < 0.4, "yx": rng.random() < 0.5,
         "tree": rng.random() < 0.5, "overlap_full": rng.random() < 0.4, "skip_idle": rng.random() < 0.4, "active_input": rng.random() < 0.6}
    if c["columns"] * c["rows"] * c["per_tile"] < 3:
        c["per_tile"] = 3
    c["core_mhz"], c["noc_mhz"] = rng.choice([(400, 400), (500, 250), (200, 800), (300, 700), (123, 457), (800, 300)])
    c["flits"] = rng.choice([1, 1, 2, 3, 5])
    for key, low, high in (("router", 1, 4), ("link_x", 0, 6), ("link_y", 0, 6), ("flit_x", 1, 4), ("flit_y", 1, 4), ("flit_local", 1, 3),
                           ("inject", 0, 3), ("eject", 0, 3), ("base", 0, 30), ("per_hop", 0, 5), ("start", 0, 9), ("reset", 0, 50)):
        c[key] = rng.randint(low, high)
    c["host_in"], c["host_out"] = ([rng.randrange(c["columns"]), rng.randrange(c["rows"])] for _ in range(2))
    c["rate_in"], c["rate_out"] = rng.choice([1, 1, 2, 7]), rng.choice([1, 3])
    c["barrier_clock"] = rng.choice(["noc", "core"])
    c["at"] = sorted((n, rng.randint(5, 90)) for n in rng.sample(range(1, 20), rng.randint(1, 3))) if rng.random() < 0.4 else None
    c["width"] = {name: rng.choice([32, 64, 96]) for name in ("rows", "axons", "state", "sums", "parameters")}
    c["accept"] = some_of(rng, ["packet", "sop", "rows.read_word", "axons.read_word", "sums.read_word", "sums.write_word"], 1)
    c["update"] = some_of(rng, ["step", "update_active", "spike", "state.read_word", "state.write_word", "sums.read_word", "parameters.read_word"], 2)
    if not c["skip_idle"] and rng.random() < 0.7:
        c["update"]["update_idle"] = rng.randint(0, 3)
    return c


def memory(c, name, holds, ports="1R1W"):
    free = {"unknown": "free", "why": "a test"}
    return {"size": "1 MiB", "width": "%d bit" % c["width"][name], "ports": ports, "read": free, "write": free, "leakage": free, "holds": holds}


def chip_file(c):
    free = {"unknown": "free", "why": "a test"}
    barrier = {"at": {str(n): "%d cycles" % t for n, t in c["at"]}, "over": "tiles"} if c["at"] else {"base": "%d cycles" % c["base"],
                                                                                                      "per_hop": "%d cycles" % c["per_hop"]}
    barrier.update(clock=c["barrier_clock"], source="made")
    terms = {"accept": dict({key: "%d cycles" % n for key, n in c["accept"].items()}, source="made"),
             "update": dict({key: "%d cycles" % n for key, n in c["update"].items()}, source="made")}
    core = {"kind": "lif", "clock": "core", "capacity": {"neurons": "unlimited", "axons_in": "unlimited", "axons_out": "unlimited", "delay": "1..63 steps"},
            "formats": {"weight": "%d bit signed" % WEIGHT_BITS, "membrane": "16 bit signed", "current": "%d bit signed" % SUM_BITS, "threshold": "16 bit",
                        "bias": "16 bit signed", "decay": "8 bit", "refractory": "4 bit", "target": "%d bit" % TARGET_BITS},
            "offers": {"reset": ["zero", "subtract"], "reset_time": ["now", "next"], "compare": ["greater", "at_least"], "decay": ["multiply"],
                       "decay_rounding": "down", "bias": "per_neuron", "forms": ["dense", "list", "conv"]},
            "memories": {"rows": memory(c, "rows", {"rows": {"dense": ["weight"], "list": ["weight", "target"], "conv": ["weight"]}}),
                         "axons": memory(c, "axons", {"axon_table": {"address": "%d bit" % AXON_BITS}}),
                         "state": memory(c, "state", {"neuron_state": ["membrane", "refractory"]}),
                         "sums": memory(c, "sums", {"accumulators": ["current"], "delay_slots": 64}),
                         "parameters": memory(c, "parameters", {"neuron_parameters": ["threshold", "bias", "decay"]})},
            "service": terms, "queue": {"in": "unlimited", "out": "unlimited"}, "overlap": "full" if c["overlap_full"] else "none",
            "active_when": "input" if c["active_input"] else "always", "skip_idle": c["skip_idle"], "static": free}
    two = lambda key: {"x": "%d cycles" % c[key + "_x"], "y": "%d cycles" % c[key + "_y"]}  # noqa: E731
    router = {key: free for key in ("buffer_write", "buffer_read", "crossbar", "link", "route", "arbitration")}
    return {
        "chip": {"name": "random"}, "sources": {"made": {"basis": "assumed", "text": "a test"}},
        "time": {"mode": "barrier", "clocks": {"core": "%d MHz" % c["core_mhz"], "noc": "%d MHz" % c["noc_mhz"]}, "barrier": barrier,
                 "layer_start": {"kind": "gated", "time": cycles(c["start"]), "energy": free},
                 "sample_reset": {"time": cycles(c["reset"]), "energy": free, "clock": "core"}},
        "noc": {"topology": "torus" if c["torus"] else "mesh", "size": "%dx%d" % (c["columns"], c["rows"]), "cores_per_tile": c["per_tile"], "clock": "noc",
                "link": {"width": "16 bit", "delay": two("link"), "flit_time": two("flit")},
                "local": {key: "%d cycles" % c[key if key != "flit_time" else "flit_local"] for key in ("inject", "eject", "flit_time")},
                "routing": {"kind": "yx" if c["yx"] else "xy", "multicast": "tree" if c["tree"] else "none"},
                "router": {"traversal": "%d cycles" % c["router"]}, "packets": {"spike": {"other": "%d bit" % (16 * c["flits"] - 3)}}},
        "io": {"in": {"router": c["host_in"], "rate": "%d flits/cycle" % c["rate_in"]}, "out": {"router": c["host_out"], "rate": "%d flits/cycle" % c["rate_out"]}},
        "core_types": {"only": core}, "placement": {"only": "all"},
        "energy": {"includes_memory": False, "scope": "per_term", "core": {"sop": free, "update_active": free, "update_idle": free, "busy_cycle": free},
                   "router": router, "router_static": free, "barrier": free, "io": {"packet_in": free, "packet_out": free}},
    }


# ---- a random network, every weight above 0 so that an input is a sum that is not 0 ----

def random_network(rng):
    layers = [("input", rng.randint(2, 8))] + [("l%d" % k, rng.randint(2, 14)) for k in range(rng.randint(1, 4))]
    edges = []          # (from, to, form, delay, list of (pre, post, extra delay))
    for k in range(1, len(layers)):
        edges.append(random_edge(rng, layers, k - 1, k, rng.choice(["dense", "dense", "list"]), 0))
    for _ in range(rng.randint(0, 2)):
        a = rng.randrange(len(layers) - 1)
        edges.append(random_edge(rng, layers, a, rng.randint(a + 1, len(layers) - 1), rng.choice(["dense", "list"]), rng.randint(0, 4)))
    if rng.random() < 0.5:
        k = rng.randint(1, len(layers) - 1)
        edges.append(random_edge(rng, layers, k, k, "dense", 0))
    return layers, edges


def random_edge(rng, layers, a, b, form, delay):
    pairs = [(pre, post, 0) for pre in range(layers[a][1]) for post in range(layers[b][1])]
    if form == "list":
        pairs = [(pre, post, rng.choice([0, 0, 0, 1, 3])) for pre, post, _ in pairs if rng.random() < 0.5] or [(0, 0, 0)]
    return {"from": a, "to": b, "form": form, "delay": delay, "pairs": pairs}


def network_file(rng, layers, edges):
    connections = []
    for k, edge in enumerate(edges):
        inputs = layers[edge["from"]][1]
        entry = {"name": "e%d" % k, "from": layers[edge["from"]][0], "to": layers[edge["to"]][0], "form": edge["form"], "delay": edge["delay"]}
        if edge["form"] == "dense":
            entry["weight"] = [[rng.choice([0.25, 0.5, 1]) for _ in range(inputs)] for _ in range(layers[edge["to"]][1])]
        else:
            entry.update(pre=[p[0] for p in edge["pairs"]], post=[p[1] for p in edge["pairs"]], synapse_delay=[p[2] for p in edge["pairs"]],
                         weight=[rng.choice([0.25, 0.5, 1]) for _ in edge["pairs"]])
        connections.append(entry)
    return {"input_shape": [layers[0][1]], "reset": "zero", "reset_delay": False, "threshold_compare": "at_least",
            "layers": [{"name": name, "type": "Neurons", "shape": [n], "beta": 0.5, "threshold": rng.choice([0.5, 1, 2]), "output": k == len(layers) - 2}
                       for k, (name, n) in enumerate(layers[1:])],
            "connections": connections}


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


# ---- a random map: any neuron on any of a few cores ----

def random_map(rng, c, layers):
    cores = rng.sample(range(c["columns"] * c["rows"] * c["per_tile"]), rng.randint(1, min(6, c["columns"] * c["rows"] * c["per_tile"])))
    place = {core: [] for core in sorted(cores)}
    for layer in range(1, len(layers)):
        for neuron in range(layers[layer][1]):
            place[rng.choice(sorted(cores))].append((layer, neuron))
    return {core: neurons for core, neurons in place.items() if neurons}


def map_file(c, layers, place):
    def of(core):
        parts = {}
        for layer, neuron in place[core]:
            parts.setdefault(layers[layer][0], []).append(neuron)
        return {"core": core if c["per_tile"] == 1 else "%d.%d" % (core // c["per_tile"], core % c["per_tile"]), "neurons": parts}
    return {"network": "network", "chip": "random", "cores": [of(core) for core in place]}


# ---- the model ----

class Model:
    """One run's times. Endpoints: cores by number, then "in" and "out"."""

    def __init__(self, c, layers, edges, place, steps):
        self.c, self.layers, self.edges, self.place, self.steps = c, layers, edges, place, steps
        self.core_ps, self.noc_ps = ((2 * 10**6 + mhz) // (2 * mhz) for mhz in (c["core_mhz"], c["noc_mhz"]))
        self.depth = depths(layers, edges)
        self.chip_steps = steps + max(self.depth)
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
        """[(core, service in NoC cycles)] by core, the host's port last."""
        segments = {}
        for number, edge in enumerate(self.edges):
            for pre, post, extra in edge["pairs"] if edge["from"] == layer else ():
                if pre == neuron:
                    target = (edge["to"], post)
                    segments.setdefault(self.core_of[target], {}).setdefault((number, extra), []).append(self.local[target])
        routes = [(core, self.to_noc(self.service(parts))) for core, parts in sorted(segments.items())]
        return routes + ([("out", 0)] if layer == len(self.layers) - 1 else [])

    def service(self, parts):
        t, total = self.c["accept"].get, self.c["accept"].get("packet", 0)
        total += t("axons.read_word", 0) * ceil(AXON_BITS, self.c["width"]["axons"])
        for (number, _), local in parts.items():
            local = sorted(local)
            dense = self.edges[number]["form"] == "dense"
            bits = WEIGHT_BITS if dense else WEIGHT_BITS + TARGET_BITS
            touched = len({word for i in local for word in self.words("sums", SUM_BITS, i)}) if dense else len(local)
            total += t("sop", 0) * len(local) + t("rows.read_word", 0) * ceil(len(local) * bits, self.c["width"]["rows"])
            total += (t("sums.read_word", 0) + t("sums.write_word", 0)) * touched
        return total

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
        return "host" if endpoint in ("in", "out") else "0.%d.%d" % divmod(endpoint, self.c["per_tile"])

    def hops(self, a, b, size):
        return min(abs(a - b), size - abs(a - b)) if self.c["torus"] else abs(a - b)

    def travel(self, a, b):
        c, (ax, ay), (bx, by) = self.c, self.tile(a), self.tile(b)
        x, y = self.hops(ax, bx, c["columns"]), self.hops(ay, by, c["rows"])
        pace = max([c["flit_local"]] + [c["flit_x"]] * (x > 0) + [c["flit_y"]] * (y > 0))
        return c["inject"] + x * (c["router"] + c["link_x"]) + y * (c["router"] + c["link_y"]) + c["router"] + c["eject"] + (c["flits"] - 1) * pace

    def packets(self, spikes, chip_step):
        """Deliveries in canonical order, and the length of every core's update: all in NoC cycles."""
        out, length = [], {}
        for core in self.place:
            start = self.c["start"] * len({layer for layer, _ in self.place[core] if self.depth[layer] == chip_step})
            program, fired = self.update(spikes, core, chip_step)
            length[core] = start + self.to_noc(program)
            for neuron, offset in fired:
                for r, (to, service) in enumerate(self.routes[neuron]):
                    out.append((core, to, start + self.to_noc(offset + (0 if self.c["tree"] else r)), service))
        flits = 0
        for neuron in range(self.layers[0][1]):
            if chip_step < self.steps and (0, neuron, chip_step) in spikes:
                routes = self.routes[(0, neuron)]
                for to, service in routes:
                    out.append(("in", to, flits // self.c["rate_in"], service))
                    flits += 0 if self.c["tree"] else self.c["flits"]
                flits += self.c["flits"] if self.c["tree"] and routes else 0
        return out, length

    # -- a step

    def step(self, spikes, chip_step):
        """([(from, to, offset, arrive, start, end)], ps)"""
        sent, length = self.packets(spikes, chip_step)
        rows = [[a, b, offset, offset + self.travel(a, b), None, None] for a, b, offset, _ in sent]
        free = {core: 0 if self.c["overlap_full"] else n for core, n in length.items()}
        free["out"] = 0
        for i in sorted(range(len(rows)), key=lambda i: (rows[i][3], i)):
            to = rows[i][1]
            rows[i][4] = max(rows[i][3], free[to])
            rows[i][5] = free[to] = rows[i][4] + sent[i][3]
        end = max([0] + list(length.values()) + [row[5] for row in rows])
        return rows, end * self.noc_ps + self.barrier()

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


def run_case(seed, folder):
    rng = random.Random(seed)
    c = random_chip(rng)
    layers, edges = random_network(rng)
    place = random_map(rng, c, layers)
    steps = rng.randint(1, 6)
    events = [(s, t, n) for s in range(SAMPLES) for t in range(steps) for n in range(layers[0][1]) if rng.random() < 0.5] or [(0, 0, 0)]
    chip, net = put(folder, "chip.yaml", chip_file(c)), put(folder, "network.yaml", network_file(rng, layers, edges))
    inputs = put(folder, "in.csv", "sample,step,neuron\n" + "".join("%d,%d,%d\n" % e for e in events))
    done = subprocess.run([VOLLEY, "run", chip, net, "--input", inputs, "--steps", str(steps), "--map", put(folder, "map.yaml", map_file(c, layers, place)),
                           "--timing", "none", "--trace", "spikes,packets", "--out", folder, "--quiet"], capture_output=True, text=True)
    if done.returncode:
        sys.exit("case %d: exit %d: %s" % (seed, done.returncode, done.stderr))
    place = in_local_order(place, layers, [row["population"] for row in rows_of(folder, "layers.csv")])
    return Model(c, layers, edges, place, steps), events, rows_of(folder, "spikes.csv"), rows_of(folder, "packets.csv"), rows_of(folder, "steps.csv")


def spikes_of(sample, layers, events, spikes):
    number = {name: k for k, (name, _) in enumerate(layers)}
    found = {(0, n, t) for s, t, n in events if s == sample}
    return found | {(number[row["population"]], int(row["neuron"]), int(row["step"])) for row in spikes if int(row["sample"]) == sample}


def compare(seed, folder):
    """The first difference of a case, or "", and how many packets and steps were compared."""
    model, events, spikes, packets, steps = run_case(seed, folder)
    at = compared = 0
    for row in steps:
        sample, step = int(row["sample"]), int(row["step"])
        want, ps = model.step(spikes_of(sample, model.layers, events, spikes), step)
        for w in want:
            if at == len(packets):
                return "case %d, sample %d, step %d: a packet is missing: %s" % (seed, sample, step, w), compared
            got, at, compared = packets[at], at + 1, compared + 1
            ends = [model.name(w[0]), model.name(w[1])]
            if [int(got[key]) for key in ("sample", "step", "offset", "arrive", "start", "end")] != [sample, step] + w[2:] or [got["from"], got["to"]] != ends:
                return "case %d: packet %s, the model says %s" % (seed, dict(got), w), compared
        if round(float(row["time_s"]) * 1e12) != ps:
            return "case %d, sample %d, step %d: %s s, the model says %d ps" % (seed, sample, step, row["time_s"], ps), compared
    samples = max(s for s, _, _ in events) + 1
    if len(steps) != samples * model.chip_steps:
        return "case %d: %d steps, the model says %d per sample" % (seed, len(steps), model.chip_steps), compared
    return "" if at == len(packets) else "case %d: a packet too many: %s" % (seed, dict(packets[at])), compared


def main():
    first, cases = (int(sys.argv[1]), 1) if len(sys.argv) > 1 else (1, CASES)
    wrong = packets = 0
    for seed in range(first, first + cases):
        with tempfile.TemporaryDirectory(prefix="volley") as folder:
            difference, compared = compare(seed, folder)
        packets += compared
        wrong += difference != ""
        if difference:
            print("FAIL", difference)
    print("%d cases, %d packets compared, %d cases differ" % (cases, packets, wrong))
    return 1 if wrong or packets < 10 * cases else 0


if __name__ == "__main__":
    sys.exit(main())
