"""Random architectures and networks in SANA-FE's form, as objects (sanafe_model.py) and as its files; f(seed) alone.

Every core has prices of its own, so that no two messages are sent at one time: which goes first would be the order of a heap."""
import json
import random


def price(rng, scale=1.0):
    return (rng.randrange(1, 99999) * 1e-15, rng.randrange(1, 99999) * 1e-13 * scale)


def units(rng, position, inside):
    """One core's units by name; `every` only where a dendrite stands before the buffer."""
    made = {f"syn{i}": {"model": "current_based", "prices": [price(rng)]} for i in range(2)}
    for i, model in enumerate(["accumulator", "accumulator_with_delay", "taps", "taps"]):
        made[f"den{i}"] = {"model": model, "prices": [price(rng)], "every_step": rng.random() < 0.5}
    somas = ["truenorth"] if position == "axon_out" or (position, inside) == ("soma", True) else ["leaky_integrate_fire", "truenorth"]
    for i, model in enumerate(somas):
        made[f"soma{i}"] = {"model": model, "prices": [price(rng) for _ in range(3)]}
    for i in range(4):
        made[f"source{i}"] = {"model": "input", "prices": [price(rng) for _ in range(3)]}
    return made


def make_chip(rng):
    width, height = rng.randint(1, 4), rng.randint(1, 4)
    chip = {"width": width, "height": height, "buffer_size": rng.choice([0, 1, 2, 16]), "tiles": [],
            "sync": sorted({rng.randint(0, 6): rng.randrange(1000) * 1e-9 for _ in range(rng.randint(1, 3))}.items())}
    for _ in range(rng.randint(1, width * height)):
        tile = {"hop": {d: price(rng) for d in ("north", "east", "south", "west")}, "cores": []}
        for _ in range(rng.randint(1, 3)):
            position, inside = rng.choice([("dendrite", False), ("dendrite", True), ("soma", False), ("soma", False), ("soma", True), ("axon_out", False)])
            tile["cores"].append({"position": position, "inside": inside, "axon_in": price(rng), "axon_out": price(rng),
                                  "units": units(rng, position, inside)})
        chip["tiles"].append(tile)
    return chip


def soma(rng, model):
    """Attributes of one neuron; quarters, which meet thresholds exactly, steps of 1/64, and other numbers."""
    value = lambda high: rng.choice([0, rng.randrange(4 * high) / 4, rng.randrange(64 * high) / 64, rng.random() * high])        # noqa: E731
    a = {"threshold": value(4) + 0.25, "bias": rng.choice([0, 0, value(1)])}
    if model == "input":
        return rng.choice([{"spikes": [rng.randint(0, 1) for _ in range(rng.randint(1, 20))]}, {"rate": rng.choice([1, 0.5, 0.3, 0.07])}])
    if rng.random() < 0.4:
        a.update(reset=-value(1), reset_mode=rng.choice(["none", "hard", "soft", "saturate"]))
    if rng.random() < 0.4:
        a.update(reverse_threshold=-value(2), reverse_reset=-value(1), reverse_reset_mode=rng.choice(["none", "hard", "soft", "saturate"]))
    if model == "truenorth":
        a.update(rng.choice([{}, {"leak": value(1)}, {"leak": value(1), "leak_towards_zero": False}]))
        return a
    a.update(rng.choice([{}, {"leak_decay": rng.random()}, {"leak_decay": 0.98, "input_decay": rng.random()}]))
    a.update(rng.choice([{}, {"refractory_delay": rng.randint(0, 4)}, {"potential": value(3)}, {"force_update": True}]))
    return a


def make_neuron(rng, core, free):
    """Attributes and the units they ask for; free: units of this core that only one neuron may use."""
    kinds = {n: u["model"] for n, u in core["units"].items()}
    somas = [n for n, m in kinds.items() if m in ("leaky_integrate_fire", "truenorth") or (m == "input" and n in free)]
    dendrites = [n for n, m in kinds.items() if m.startswith("accumulator") or (m == "taps" and n in free)]
    name, dendrite = rng.choice(somas), rng.choice(dendrites)
    if kinds[name] == "input":          # it takes no current, so nothing may leak into it
        dendrite = dendrites[0]
    free -= {name, dendrite}
    a = dict(soma(rng, kinds[name]), soma_hw_name=name, dendrite_hw_name=dendrite, synapse_hw_name=rng.choice(["syn0", "syn1"]))
    if kinds[dendrite] == "taps":
        n = rng.randint(1, 4)
        a.update(taps=n, time_constants=[rng.random() for _ in range(n)], space_constants=[rng.random() / 4 for _ in range(n - 1)])
    return a, kinds[name] == "input", kinds[dendrite]


def conv_sizes(rng, n_in, n_out):
    """Sizes of a convolution between groups of these sizes, or None: channels, height, width in, kernel, stride, channels out."""
    fits = []
    for c in range(1, n_in + 1):
        for h in range(1, n_in // c + 1):
            if n_in % (c * h):
                continue
            w = n_in // c // h
            for kh in range(1, h + 1):
                for kw in range(1, w + 1):
                    for stride in ((1, 1), (2, 1), (1, 2)):
                        oh, ow = (h - kh) // stride[0] + 1, (w - kw) // stride[1] + 1
                        if n_out % (oh * ow) == 0:
                            fits.append((c, h, w, kh, kw, stride, oh, ow, n_out // oh // ow))
    return rng.choice(fits) if fits else None


def hyperedge(rng, g, n, h, m):
    """From all of group g (n neurons) to all of h (m): (key, attributes, edges)."""
    weight, delay = lambda: rng.randrange(-32, 64) / 64, lambda: rng.randint(0, 5)       # noqa: E731
    kind = rng.choice(["dense", "sparse", "conv2d"])
    sizes = conv_sizes(rng, n, m)
    if kind == "dense" or (kind == "conv2d" and not sizes):
        a = {"type": "dense", "weight": [weight() for _ in range(n * m)], "delay": [delay() for _ in range(n * m)]}
        pairs = [(i, j, i * m + j) for i in range(n) for j in range(m)]
    elif kind == "sparse":
        chosen = [[rng.randrange(n), rng.randrange(m)] for _ in range(rng.randint(1, 2 * n))]
        a = {"type": "sparse", "source_target_pairs": chosen, "weight": [weight() for _ in chosen],
             "dendrite": {"delay": [delay() for _ in chosen]}}
        pairs = [(i, j, k) for k, (i, j) in enumerate(chosen)]
    else:
        c, height, width, kh, kw, stride, oh, ow, out = sizes
        taps = kh * kw * c * out
        a = {"type": "conv2d", "input_height": height, "input_width": width, "input_channels": c, "kernel_height": kh, "kernel_width": kw,
             "kernel_count": out, "stride_height": stride[0], "stride_width": stride[1],
             "weight": [weight() for _ in range(taps)], "delay": [delay() for _ in range(taps)]}
        pairs = [((ci * height + y * stride[0] + ky) * width + x * stride[1] + kx, (co * oh + y) * ow + x, ((ky * kw + kx) * c + ci) * out + co)
                 for co in range(out) for y in range(oh) for x in range(ow) for ky in range(kh) for kx in range(kw) for ci in range(c)]
    delays = a.get("delay") or a["dendrite"]["delay"]
    return f"{g} -> {h}", a, [((g, i), (h, j), a["weight"][k], delays[k], 0) for i, j, k in pairs]


def make(seed):
    """(chip, network): every neuron an own group member with own attributes, edges between them at random, several to one target too."""
    rng = random.Random(seed)
    chip = make_chip(rng)
    places = [(t, c, core) for t, tile in enumerate(chip["tiles"]) for c, core in enumerate(tile["cores"])]
    free = {(t, c): {n for n, u in core["units"].items() if u["model"] in ("taps", "input")} for t, c, core in places}
    groups, mapping, inputs, dendrite = {}, [], set(), {}
    for g in range(rng.randint(1, 4)):
        groups[f"g{g}"] = []
        for i in range(rng.randint(1, 8)):
            t, c, core = rng.choice(places)
            a, is_input, model = make_neuron(rng, core, free[t, c])
            groups[f"g{g}"].append(a)
            mapping.append(((f"g{g}", i), t, c))
            dendrite[f"g{g}", i] = (model, a.get("taps", 1))
            if is_input:
                inputs.add((f"g{g}", i))
    rng.shuffle(mapping)
    names = list(dendrite)
    targets = [n for n in names if n not in inputs]
    edges = []
    for _ in range(rng.randint(0, 6 * len(names)) if targets else 0):
        post = rng.choice(targets)
        model, taps = dendrite[post]
        weight = rng.choice([rng.randrange(-4, 16) / 4, rng.randrange(-64, 256) / 64, rng.random() * 3])
        edges.append((rng.choice(names), post, weight, rng.randint(0, 5) if model.endswith("delay") else 0, rng.randrange(taps) if model == "taps" else 0))
    hyper = []
    for g in groups:
        for h in groups:
            if rng.random() < 0.4 and not any(n[0] == h for n in inputs):
                hyper.append(hyperedge(rng, g, len(groups[g]), h, len(groups[h])))
    plain = list(edges)
    edges += [e for _, _, those in hyper for e in those]
    return chip, {"groups": groups, "edges": edges, "plain": plain, "hyper": hyper, "map": mapping}


# ---- as files ----

def chip_text(chip):
    """JSON is YAML."""
    def unit(name, u):
        soma_keys = [(f"energy_{k}", f"latency_{k}") for k in ("access_neuron", "update_neuron", "spike_out")]
        keys = {"current_based": [("energy_process_spike", "latency_process_spike")]}.get(u["model"], [("energy_update", "latency_update")])
        keys = soma_keys if len(u["prices"]) == 3 else keys
        a = {"model": u["model"]}
        for (energy, latency), p in zip(keys, u["prices"]):
            a[energy], a[latency] = p
        if u.get("every_step"):
            a["update_every_timestep"] = True
        return {"name": name, "attributes": a}

    def core(i, c):
        def section(models):
            return [unit(n, u) for n, u in c["units"].items() if u["model"] in models]
        return {"name": f"core{i}", "attributes": {"buffer_position": c["position"], "buffer_inside_unit": c["inside"], "max_neurons_supported": 100},
                "axon_in": [{"name": "in", "attributes": {"energy_message_in": c["axon_in"][0], "latency_message_in": c["axon_in"][1]}}],
                "synapse": section(["current_based"]), "dendrite": section(["accumulator", "accumulator_with_delay", "taps"]),
                "soma": section(["leaky_integrate_fire", "truenorth", "input"]),
                "axon_out": [{"name": "out", "attributes": {"energy_message_out": c["axon_out"][0], "latency_message_out": c["axon_out"][1]}}]}

    def tile(i, t):
        a = {}
        for d, (energy, latency) in t["hop"].items():
            a[f"energy_{d}_hop"], a[f"latency_{d}_hop"] = energy, latency
        return {"name": f"tile{i}", "attributes": a, "core": [core(k, c) for k, c in enumerate(t["cores"])]}

    attributes = {"width": chip["width"], "height": chip["height"], "link_buffer_size": chip["buffer_size"], "sync_model": "table",
                  "latency_sync": {str(n): s for n, s in chip["sync"]}}
    return json.dumps({"architecture": {"name": "random", "attributes": attributes, "tile": [tile(i, t) for i, t in enumerate(chip["tiles"])]}})


def yaml_text(network):
    groups = [{"name": g, "attributes": {"log_spikes": True}, "neurons": [{str(i): a} for i, a in enumerate(neurons)]}
              for g, neurons in network["groups"].items()]
    edges = [{f"{p[0]}.{p[1]} -> {q[0]}.{q[1]}": {"w": w, "d": d, "tap": tap}} for p, q, w, d, tap in network["plain"]]
    edges += [{key: a} for key, a, _ in network["hyper"]]
    mappings = [{f"{n[0]}.{n[1]}": {"core": f"{t}.{c}"}} for n, t, c in network["map"]]
    return json.dumps({"network": {"name": "random", "groups": groups, "edges": edges}, "mappings": mappings})


def net_text(network):
    """The older format: groups are numbered in order."""
    number = {g: k for k, g in enumerate(network["groups"])}

    def fields(a):
        return " ".join(f"{k}={json.dumps(v, separators=(',', ':')) if not isinstance(v, str) else v}" for k, v in a.items())
    lines = ["# a network as lines"] + [f"g {len(neurons)} log_spikes=1" for neurons in network["groups"].values()]
    for g, neurons in network["groups"].items():
        lines += [f"n {number[g]}.{i}  {fields(a)}" for i, a in enumerate(neurons)]
    lines += [f"e {number[p[0]]}.{p[1]}->{number[q[0]]}.{q[1]} weight={w!r} delay={d} tap={tap}" for p, q, w, d, tap in network["edges"]]
    lines += [f"& {number[n[0]]}.{n[1]}@{t}.{c}" for n, t, c in network["map"]]
    return "\n".join(lines) + "\n"
