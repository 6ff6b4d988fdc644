"""Random chips, networks and maps for tests that compute a run again: as plain numbers, and as the files that volley reads.

Every weight is above 0, so that a neuron has input exactly when a spike reaches it. Sizes, widths and prices are such that nothing is refused."""
WEIGHT_BITS, TARGET_BITS, STATE_BITS, SUM_BITS, PARAMETER_BITS, AXON_BITS = 8, 8, 20, 24, 40, 28


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
        "io": {way: {"router": c["host_" + way], "rate": "%d flits/cycle" % c["rate_" + way]} for way in ("in", "out")},
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
