"""TrueNorth's neurons behind their crossbars once more, in plain Python: from the equations in the head of cores/if_binary.c and the paper named there,
neuron by neuron, with the random numbers drawn by their own definition. Knows nothing of rows, images or batches."""
MASK = (1 << 64) - 1
GOLD = 0x9E3779B97F4A7C15
SYNAPSE, LEAK, THRESHOLD = range(3)


def mix(z):
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
    return z ^ z >> 31


def key(*parts):
    k = parts[0]
    for part in parts[1:]:
        k = mix(k + GOLD * (part + 1) & MASK)
    return k


def at(k, i):
    return mix(k + GOLD * i & MASK)


def sign(x):
    return (x > 0) - (x < 0)


def clip(v):
    return max(-(1 << 19), min((1 << 19) - 1, v))


def drawn(random, x):
    """F(x) sgn(x), with probability |x| / 256."""
    return sign(x) if abs(x) > random >> 56 else 0


class Population:
    def __init__(self, name, neurons, depth, core, first, **rule):
        self.name, self.neurons, self.depth, self.core, self.first = name, neurons, depth, core, first
        self.rule = dict(threshold=1, threshold_bits=0, leak=0, leak_reversal=False, leak_stochastic=False, synapse_stochastic=False,
                         floor=1 << 19, floor_saturates=True, reset="zero", reset_value=0)
        self.rule.update(rule)


class Model:
    """populations: in the network's order, the host (0) left out. projections: (from, to, chip delay, {(pre, post): weight}), from 0: the host, in the
    order in which the network sorts them; values: of each population its weights in order of appearance, which are its types."""

    def __init__(self, host, populations, projections, seed, steps):
        self.host, self.populations, self.projections, self.seed, self.steps = host, populations, projections, seed, steps
        self.types = {}
        for p, population in enumerate(populations, 1):
            seen = []
            for _, to, _, synapses in projections:
                seen += [w for w in synapses.values() if to == p and w and w not in seen and not seen.count(w)]
            self.types[p] = list(dict.fromkeys(seen))
        self.number_axons()

    def number_axons(self):
        """Each source takes an axon of a core for each type that its synapses there need, in order of source, then type."""
        self.axon, count = {}, {}
        sizes = [self.host] + [p.neurons for p in self.populations]
        for source, size in enumerate(sizes):
            for pre in range(size):
                need = {}
                for begin, to, _, synapses in self.projections:
                    for (a, _), w in synapses.items():
                        if begin == source and a == pre and w:
                            need.setdefault(self.populations[to - 1].core, set()).add(self.types[to].index(w))
                for core, types in need.items():
                    for t in sorted(types):
                        self.axon[source, pre, core, t] = count.get(core, 0)
                        count[core] = count.get(core, 0) + 1
        self.axons = count

    def update(self, p, v, total, step, i, sample):
        r, local = p.rule, p.first + i
        base = (self.seed, p.core, sample, step)
        v, leak = clip(v + total), r["leak"]
        if r["leak_stochastic"]:
            leak = drawn(at(key(*base, LEAK), local), leak)
        v = clip(v + (sign(v) * leak if r["leak_reversal"] else leak))
        eta = at(key(*base, THRESHOLD), local) >> 64 - r["threshold_bits"] if r["threshold_bits"] else 0
        limit, linear, back = r["threshold"] + eta, r["reset"] == "subtract", r["reset_value"] if r["reset"] == "value" else 0
        if v >= limit:
            return 1, clip(v if r["reset"] == "none" else v - limit if linear else back)
        if r["floor_saturates"]:
            return 0, max(v, -r["floor"])
        if v < -(r["floor"] + eta):
            v = v if r["reset"] == "none" else v + r["floor"] + eta if linear else -back
        return 0, clip(v)

    def run(self, sample, events):
        """events: set of (step, neuron). Spikes as sorted (network step, population number, neuron)."""
        depth = max(p.depth for p in self.populations)
        v = {p.name: [0] * p.neurons for p in self.populations}
        sums, spikes, sops = {}, [], 0
        for step in range(self.steps + depth):
            fired = {0: [n for t, n in events if t == step and step < self.steps]}
            for number, p in enumerate(self.populations, 1):
                fired[number] = []
                if not p.depth <= step < p.depth + self.steps:
                    continue
                for i in range(p.neurons):
                    spike, v[p.name][i] = self.update(p, v[p.name][i], sums.pop((number, i, step), 0), step, i, sample)
                    if spike:
                        fired[number].append(i)
                        spikes.append((step - p.depth, number, i))
            for begin, to, delay, synapses in self.projections:
                sops += self.deliver(begin, to, delay, synapses, set(fired[begin]), step, sample, sums)
        return sorted(spikes), sops

    def deliver(self, begin, to, delay, synapses, fired, step, sample, sums):
        p, n = self.populations[to - 1], 0
        for (pre, post), w in synapses.items():
            if pre not in fired or not w or not p.depth <= step + delay < p.depth + self.steps:
                continue
            n += 1
            if p.rule["synapse_stochastic"]:
                axon = self.axon[begin, pre, p.core, self.types[to].index(w)]
                w = drawn(at(key(self.seed, p.core, sample, step, SYNAPSE), axon << 32 | p.first + post), w)
            sums[to, post, step + delay] = sums.get((to, post, step + delay), 0) + w
        return n
