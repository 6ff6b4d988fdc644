"""Random networks of NIR nodes, their inputs, and what a run of volley on them must give; f(seed) alone.

A network is a list of populations and edges of snn_model, with what a NIR file says of each beside it (Cell.data, .metadata). Two modes:
`grid`: all weights are multiples of 2^-8, so that membranes meet thresholds exactly and any order of folding is exact;
`wild`: float32 weights of 24 bits, where each product is rounded once."""
import numpy as np

from snn_model import Conv, Delay, Edge, F, Flatten, Linear, Network, Neurons, Pool, Scale

DT = 1e-4
# tool: (exponential decay, normalised input, reset, acts in the next step, at least, steps a spike takes, starts at v_leak)
RULES = {
    "snntorch": (0, 0, "subtract", 1, 0, 0, 0), "norse": (0, 0, "zero", 0, 0, 0, 1), "sinabs": (1, 0, "subtract", 0, 1, 0, 0),
    "lava": (0, 0, "zero", 0, 0, 1, 0), "nengo": (1, 1, "zero", 0, 0, 0, 0), "rockpool": (1, 0, "subtract", 0, 1, 0, 0),
    "spyx": (0, 0, "subtract", 1, 0, 1, 0)}


class Cell:
    """One NIR neuron node: type, datasets and metadata; model() gives its population."""
    def __init__(self, name, shape, kind):
        self.name, self.shape, self.kind, self.data, self.metadata = name, shape, kind, {}, {}
        self.recurrent = None       # (form "flat" or "graph", the linear node)
        self.split = None           # threshold of a node of its own behind this one, which has none: the two are one population


class Maker:
    """tool: a name of RULES, "metadata", or "yaml": neurons of every kind that the native file knows, one layer of weights per way."""
    def __init__(self, seed, wild=False, tool=None, chip=None):
        self.rng = np.random.default_rng(seed)
        self.chip, self.fine = chip, 256 if not chip or seed % 2 else 16
        self.wild, self.tool = wild, tool
        self.cells, self.edges = [], []
        self.shapes = {}

    def chance(self, p):
        return self.rng.random() < p

    def pick(self, *of):
        return of[self.rng.integers(len(of))]

    def weights(self, shape, fan_in, gain=1.5):
        w = self.rng.normal(0.15, 1, shape) * gain / np.sqrt(max(fan_in, 1))
        if not self.wild:
            return (np.rint(w * self.fine) / self.fine).astype(F)
        w = np.where(np.abs(w) < 2.0 ** -6, np.copysign(2.0 ** -6, w), w)
        return (np.rint(w.astype(F).astype(np.float64) * 2.0 ** 26) / 2.0 ** 26).astype(F)

    # ---- linear nodes ----

    def linear(self, shape, n, bias=None):
        bias = self.chance(0.6) if bias is None else bias
        return Linear(self.weights((n, shape[0]), shape[0]), self.weights(n, 30) if bias else None)

    def conv(self, shape, same=False):
        axes = len(shape) - 1
        groups = int(self.pick(1, 1, shape[0]))
        kernel = [int(self.pick(1, 3)) if same else int(self.rng.integers(1, 4)) for _ in range(axes)]
        dilation = [1 if same else int(self.pick(1, 1, 2)) for _ in range(axes)]
        stride = [1 if same else int(self.pick(1, 1, 2)) for _ in range(axes)]
        padding = [k // 2 if same else int(self.rng.integers(0, 2)) for k in kernel]
        for a in range(axes):
            while shape[1 + a] + 2 * padding[a] < dilation[a] * (kernel[a] - 1) + 1:
                padding[a] += 1
        out = shape[0] if same else groups * int(self.rng.integers(1, 3))
        fan_in = shape[0] // groups * int(np.prod(kernel))
        weight = self.weights((out, shape[0] // groups, *kernel), fan_in)
        return Conv(weight, self.weights(out, 30) if self.chance(0.7) else np.zeros(out, F), stride, padding, dilation, groups)

    def pool(self, shape):
        mean = self.chance(0.6)
        kernel = self.pick((2, 2), (2, 2), (1, 2), (2, 1), (2, 4)) if mean and not self.wild else (int(self.rng.integers(1, 4)), int(self.rng.integers(1, 4)))
        kernel = tuple(min(k, s) for k, s in zip(kernel, shape[1:]))
        if mean and not self.wild and kernel[0] * kernel[1] not in (1, 2, 4, 8):
            kernel = (1, 1)
        stride = tuple(int(self.pick(k, k, max(k - 1, 1), k + 1)) for k in kernel)
        padding = tuple(int(self.rng.integers(0, k // 2 + 1)) if self.chance(0.3) else 0 for k in kernel)
        return Pool(kernel, stride, padding, mean)

    def scale(self, shape):
        kind = self.pick("one", "channel", "each")
        ones = (1,) * len(shape)
        s = self.rng.choice([0.5, 1.0, 2.0, -1.0, 0.75, 1.25], {"one": ones, "channel": shape[:1] + ones[1:], "each": shape}[kind])
        return Scale(np.broadcast_to(s, shape).astype(F))

    def delay(self, shape):
        most = 4
        return Delay(int(self.rng.integers(1, most)) if self.chance(0.5) else self.rng.integers(0, most, shape))

    def chain(self, shape):
        """Linear nodes from neurons of this shape to new neurons; returns (chain, shape)."""
        chain = [self.delay(shape)] if self.chance(0.12) else []
        if len(shape) == 3:
            kinds = ["conv"] * 4 + ["pool conv"] * 3 + ["pool", "flat", "pool flat", "scale", "scale conv", "direct"]
        elif len(shape) == 2:
            kinds = ["conv"] * 4 + ["flat", "flat", "scale", "scale conv", "direct"]
        else:
            kinds = ["lin"] * 6 + ["scale", "scale lin", "direct"]
        if self.tool == "yaml":
            kinds = [k for k in kinds if k in ("conv", "pool conv", "flat", "pool flat", "scale", "lin", "pool", "direct")]
        elif not self.wild:
            kinds += {3: ["conv pool", "pool pool", "conv conv", "conv flat"], 2: ["conv conv", "conv flat"], 1: ["lin lin", "lin scale"]}[len(shape)]
        for word in self.pick(*kinds).split():
            node = {"conv": self.conv, "pool": self.pool, "scale": self.scale}.get(word, lambda s: None)(shape)
            if word == "flat":
                chain.append(Flatten())
                shape = chain[-1].shape(shape)
            node = self.linear(shape, int(self.rng.integers(3, 14))) if word in ("lin", "flat") else node
            if node:
                chain.append(node)
                shape = node.shape(shape)
        return chain, shape

    def joining(self, source, shape):
        """Linear nodes from one shape to a given one, or None."""
        if len(shape) == 1:
            return ([Flatten()] if len(source) > 1 else []) + [self.linear((int(np.prod(source)),), shape[0])] + ([self.delay(())] if self.chance(0.0) else [])
        if tuple(source) == tuple(shape):
            return [self.pick(self.scale, lambda s: self.conv(s, same=True))(shape)]
        return None

    # ---- neurons ----

    def one_or_each(self, low, high, shape, digits=None):
        x = self.rng.uniform(low, high, shape if self.chance(0.5) else (1,) * len(shape))
        x = x if digits is None else np.rint(x * digits) / digits
        return np.broadcast_to(x, shape).astype(F)

    def cell(self, shape, last):
        kinds = ["LIF"] * 5 + ["CubaLIF"] * 3 + ["IF"] + ["Threshold"] * (self.chance(0.3) and not last)
        if last and self.chance(0.3):
            kinds = ["LI", "CubaLI", "I"]
        if self.chip == "lif28":
            kinds = [k for k in kinds if "Cuba" not in k] or ["LIF"]
        if self.chip == "loihi":
            kinds = [k for k in kinds if k != "Threshold"]
        c = Cell(self.names.pop(0), shape, self.pick(*kinds))
        threshold = self.one_or_each(0.5, 1.5, shape, None if self.wild else 16)
        if c.kind == "Threshold":
            c.data["threshold"] = threshold
            return c
        if self.tool in RULES:
            self.tool_data(c, threshold)
        else:
            self.metadata(c, threshold)
        if self.tool == "metadata" and not last and c.kind in ("LIF", "CubaLIF", "IF") and self.chance(0.12):
            c.kind, c.split = {"LIF": "LI", "CubaLIF": "CubaLI", "IF": "I"}[c.kind], c.data.pop("v_threshold")
            c.data.pop("v_reset", None)
            c.metadata.pop("reset_mechanism")
            c.metadata.pop("reset_delay")
        return c

    def metadata(self, c, threshold):
        """As snnTorch's exporter and tools/export_snntorch.py write it: the decays themselves are in the metadata."""
        shape, d = c.shape, c.data
        choose = (lambda: self.one_or_each(0.3, 0.99, shape)) if self.wild or self.chance(0.5) else (lambda: self.one_or_each(0.5, 0.95, shape, 16))
        one = np.ones(shape, F)
        if c.kind not in ("IF", "I"):
            beta = choose()
            c.metadata["beta"] = beta
            d["tau_mem" if "Cuba" in c.kind else "tau"] = (DT / (1 - beta.astype(np.float64))).astype(self.pick(F, np.float64))
            d["r"] = (1 / (1 - beta.astype(np.float64))).astype(F)
            d["v_leak"] = 0 * one
        else:
            d["r"] = one
        if "Cuba" in c.kind:
            alpha = choose()
            c.metadata["alpha"] = alpha
            d["tau_syn"], d["w_in"] = (DT / (1 - alpha.astype(np.float64))).astype(F), (1 / (1 - alpha.astype(np.float64))).astype(F)
        c.metadata["dt"] = DT
        if c.kind.endswith("IF"):
            d["v_threshold"] = threshold
            if self.chance(0.7):
                d["v_reset"] = 0 * one
            c.metadata["reset_mechanism"] = self.pick("subtract", "subtract", "zero", "zero", "none")
            c.metadata["reset_delay"] = int(self.chance(0.6))

    def tool_data(self, c, threshold):
        """Time constants and nothing else, as most tools write."""
        shape, d = c.shape, c.data
        dtype = self.pick(F, np.float64)
        def times():
            return (DT * self.one_or_each(1.2, 30, shape).astype(np.float64)).astype(dtype)
        if c.kind not in ("IF", "I"):
            d["tau_mem" if "Cuba" in c.kind else "tau"] = times()
            d["v_leak"] = np.broadcast_to(self.pick(0.0, 0.0, 0.25), shape).astype(dtype)
        d["r"] = self.one_or_each(0.8, 4, shape).astype(dtype)
        if "Cuba" in c.kind:
            d["tau_syn"] = times()
            if self.chance(0.7):
                d["w_in"] = self.one_or_each(0.8, 4, shape).astype(dtype)
            if RULES[self.tool][2] == "subtract":
                d["v_leak"] = d["v_leak"] * 0
        if c.kind.endswith("IF"):
            d["v_threshold"] = (0.3 * threshold).astype(dtype)
            if self.chance(0.7):
                d["v_reset"] = np.broadcast_to(self.pick(0.0, 0.125, -0.25), shape).astype(dtype)

    def population(self, c):
        """The Neurons that a node means: docs/import.md."""
        if c.kind == "Threshold":
            at_least = self.tool in RULES and RULES[self.tool][4]
            return Neurons(c.name, c.shape, 0.0, c.data["threshold"], at_least=at_least)
        if self.tool in RULES:
            return self.tool_population(c)
        if c.split is not None:
            return Neurons(c.name, c.shape, c.metadata.get("beta", 1.0), c.split, alpha=c.metadata.get("alpha"))
        m, fires = c.metadata, c.kind.endswith("IF")
        reset, late = (m["reset_mechanism"], m["reset_delay"]) if fires else ("none", 0)
        more = {}
        if self.chip == "loihi" and fires and reset == "none":
            reset = "zero"
        if self.tool == "yaml" and fires and self.chance(0.5):      # what NIR has no words for
            reset = self.pick("none", "zero", "subtract", *["value"] * (not self.chip))
            more = {"refractory": int(self.rng.integers(0, 4)), "at_least": self.chance(0.5), "reset_value": self.one_or_each(-0.5, 0.25, c.shape, 16)}
            reset = "zero" if self.chip == "loihi" and reset == "none" else reset
        point = self.pick("now", "before", "after") if more else self.point(reset, late, c)
        more = {k: v for k, v in more.items() if k != "reset_value" or reset == "value"}
        return Neurons(c.name, c.shape, m.get("beta", 1.0), c.data.get("v_threshold", 0.0), alpha=m.get("alpha"), fires=fires, reset=reset, point=point, **more)

    def point(self, reset, late, c):
        if not late:
            return "now"
        return "before" if reset == "zero" and "Cuba" not in c.kind and not c.recurrent else "after"

    def tool_population(self, c):
        exponential, normalised, reset, late, at_least, _, starts_at_leak = RULES[self.tool]
        d, n = c.data, {k: np.asarray(v, np.float64) for k, v in c.data.items()}
        fires, cuba = c.kind.endswith("IF"), "Cuba" in c.kind
        def decay(tau):
            x = DT / n[tau]
            beta = np.exp(-x) if exponential else 1 - x
            return beta.astype(F), -np.expm1(-x) if normalised else x
        gain, alpha, beta, bias, shift = np.ones(c.shape), None, 1.0, 0.0, 0.0
        def times(gain, factor):
            g = factor
            return gain * (np.where(np.abs(g - 1) < 1e-5, 1.0, g) if self.tool == "snntorch" else g)
        if cuba:
            alpha, drive = decay("tau_syn")
            gain = times(gain, n.get("w_in", 1.0) * drive)
        if c.kind in ("IF", "I"):
            gain = n["r"]
        else:
            beta, drive = decay("tau_mem" if cuba else "tau")
            gain = times(gain, n["r"] * drive)
            if (cuba or (starts_at_leak and fires)) and np.any(n["v_leak"]):
                shift = n["v_leak"]
            elif np.any(n["v_leak"]):
                bias = ((1 - beta.astype(np.float64)) * n["v_leak"] / gain).astype(F).reshape(-1)
        value = n.get("v_reset", np.zeros(c.shape)) if reset == "zero" else 0.0
        if reset == "zero" and (np.any(value) or np.any(shift)):
            reset, value = "value", ((value - shift) / gain).astype(F)
        threshold = ((n.get("v_threshold", 0.0) - shift) / gain).astype(F)
        p = Neurons(c.name, c.shape, beta, threshold, alpha=alpha, fires=fires, reset=reset if fires else "none", at_least=bool(at_least),
                    point=self.point(reset, late, c) if fires else "now", reset_value=value, bias=np.asarray(bias, np.float64))
        if self.tool != "snntorch":
            p.unit = (gain / (n["v_threshold"] if self.tool == "nengo" and fires else 1.0)).reshape(-1) * np.ones(p.n)
        return p

    # ---- the graph ----

    def make(self):
        rng = self.rng
        self.names = [str(x) for x in self.pick(["lif%d" % i for i in range(9)], ["%d" % (12 - i) for i in range(9)], ["z%d.lif" % i for i in range(9)])]
        self.input_shape = tuple(int(x) for x in self.pick((rng.integers(3, 16),), (rng.integers(1, 4), rng.integers(5, 12)),
                                                          (rng.integers(1, 4), rng.integers(4, 8), rng.integers(4, 8))))
        self.shapes = {"input": self.input_shape}
        depth = int(rng.integers(1, 6))
        for k in range(depth):
            source = self.cells[-1].name if self.cells and self.chance(0.85) else self.pick("input", *[c.name for c in self.cells])
            chain, shape = self.chain(self.shapes[source])
            if k == depth - 1 and len(shape) > 1:
                chain, shape = [Flatten(), self.linear((int(np.prod(self.shapes[source])),), int(rng.integers(2, 11)))], None
                shape = chain[-1].shape(None)
            c = self.cell(shape, k == depth - 1)
            self.edges.append(Edge(source, c.name, chain))
            self.skips(c, source)
            self.cells.append(c)
            self.shapes[c.name] = shape
            self.loop(c)
        self.long_way_back()
        self.outputs = [self.cells[-1].name] + ([c.name for c in self.cells[:-1]][:1] if self.chance(0.2) else [])
        self.arrivals()
        self.network = Network(self.input_shape, [self.population(c) for c in self.cells], self.edges, self.outputs)
        return self.network

    def plain(self, c):
        """One of snnTorch's classes, as a file in YAML names them."""
        p = self.network.of[c.name]
        return p.fires and not p.refractory and p.reset != "value" and p.point in ("now", self.point(p.reset, True, c))

    def skips(self, c, source):
        for name, shape in self.shapes.items():
            if name != source and self.chance(0.25) and not any(e.source == name and e.target == c.name for e in self.edges):
                chain = self.joining(shape, c.shape)
                if chain:
                    self.edges.append(Edge(name, c.name, ([self.delay(shape)] if self.chance(0.3) else []) + chain))

    def loop(self, c):
        """Recurrence: through a matrix, a scale or a convolution."""
        if c.kind not in ("LIF", "CubaLIF", "IF") or not self.chance(0.3):
            return
        node = self.linear(c.shape, c.shape[0]) if len(c.shape) == 1 and self.chance(0.7) else self.scale(c.shape)
        c.recurrent = (self.pick("flat", "graph"), node)
        self.edges.append(Edge(c.name, c.name, [node], back=True))

    def long_way_back(self):
        """An edge from a later population to an earlier one. The population of a cycle that is reached first from the input closes it, so
        take one that is nearer to it than all behind it; enough delay lets every cycle be run."""
        near, k = {"input": 0}, len(self.cells)
        for c in self.cells:
            near[c.name] = 1 + min(near[e.source] for e in self.edges if e.target == c.name and not e.back)
        if k < 2 or not self.chance(0.35):
            return
        at = int(self.rng.integers(0, k - 1))
        first, later = self.cells[at], self.cells[int(self.rng.integers(at + 1, k))]
        behind = {first.name}
        for c in self.cells[at + 1:]:
            behind |= {c.name for e in self.edges if e.target == c.name and e.source in behind}
        if later.name not in behind or any(near[name] <= near[first.name] for name in behind - {first.name}):
            return
        if not later.kind.endswith("IF") or later.split is not None or len(first.shape) > 1:
            return
        chain = [Delay(k)] + ([Flatten()] if len(later.shape) > 1 else [])
        self.edges.append(Edge(later.name, first.name, chain + [self.linear((int(np.prod(later.shape)),), first.shape[0])], back=True))

    def arrivals(self):
        """Tools in which a spike takes a step to the next population."""
        if self.tool in RULES and RULES[self.tool][5]:
            for e in self.edges:
                e.arrival = int(not e.back)
