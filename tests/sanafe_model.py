"""SANA-FE's model in plain Python, written from docs/sanafe.md apart from the C engine: a chip and a network as objects, a run as rows.

A chip is {width, height, buffer_size, sync: [(tiles, seconds)], tiles: [{hop: {east: (J, s), ...}, cores: [core]}]}; a core is
{position, inside, axon_in: (J, s), axon_out: (J, s), units: {name: {model, prices: [(J, s), ...], every_step}}}, units in order of file.
A network is {groups: {name: [attributes of each neuron]}, edges: [(pre, post, weight, delay, tap)], map: [(neuron, tile, core)]}, a neuron
(group, number); `number` among a neuron's attributes is that of its input unit, which seeds its draws."""
import math
import random

ORDER = [("dendrite", False), ("dendrite", True), ("soma", False), ("soma", True), ("axon_out", False)]
SYNAPSE, DENDRITE, SOMA = {"current_based"}, {"accumulator", "accumulator_with_delay", "taps"}, {"leaky_integrate_fire", "truenorth", "input"}


class Draws:
    """MT19937 seeded with one number, as its authors published it; Python's own keeps the twisting and the tempering."""

    def __init__(self, seed):
        x = [seed]
        for i in range(1, 624):
            x.append((1812433253 * (x[-1] ^ (x[-1] >> 30)) + i) % 2 ** 32)
        self.of = random.Random()
        self.of.setstate((3, tuple(x) + (624,), None))

    def uniform(self):
        low, high = self.of.getrandbits(32), self.of.getrandbits(32)
        return (low + high * 2.0 ** 32) / 2.0 ** 64


class Neuron:
    def __init__(self, name, attributes, core, order):
        self.name, self.a, self.core, self.order = name, attributes, core, order
        self.v, self.u, self.charge = attributes.get("potential", 0.0), 0.0, 0.0
        self.slots = [0.0] * 6
        self.tap = [0.0] * attributes.get("taps", 1)
        self.refractory = self.soma_step = self.dendrite_step = 0
        self.waiting = None         # (current or None, fired)
        self.draws = Draws(attributes.get("number", 0))        # of an input: the number of its unit among the chip's inputs

    def unit(self, kinds, key):
        units = {n: u for n, u in self.core["units"].items() if u["model"] in kinds}
        return units[self.a.get(key) or next(iter(units))]


class Chip:
    def __init__(self, chip, network):
        self.chip, self.t = chip, 0
        self.cores = []
        for number, tile in enumerate(chip["tiles"]):
            for core in tile["cores"]:
                self.cores.append(dict(core, tile=number, x=number // chip["height"], y=number % chip["height"], neurons=[], number=len(self.cores)))
        first = [next(i for i, c in enumerate(self.cores) if c["tile"] == t) for t in range(len(chip["tiles"]))]
        self.neuron = {}
        for name, tile, core in network["map"]:
            c = self.cores[first[tile] + core]
            self.neuron[name] = Neuron(name, network["groups"][name[0]][name[1]], c, len(c["neurons"]))
            c["neurons"].append(self.neuron[name])
        self.axons = {}             # neuron -> core number -> edges
        for edge in network["edges"]:
            self.axons.setdefault(edge[0], {}).setdefault(self.neuron[edge[1]].core["number"], []).append(edge)
        used = len({c["tile"] for c in self.cores if c["neurons"]})
        self.sync = chip["sync"][0][1]
        for tiles, seconds in chip["sync"]:
            self.sync = seconds if tiles <= used else self.sync

    # ---- units: each counts its energy and returns its time ----

    def charge_for(self, section, unit, k=0):
        self.energy[section] += unit["prices"][k][0]
        return unit["prices"][k][1]

    def dendrite(self, n, current, edge):
        u, first = n.unit(DENDRITE, "dendrite_hw_name"), n.dendrite_step != self.t
        n.dendrite_step = self.t
        if u["model"] == "accumulator":
            if first and (n.core["position"], n.core["inside"]) == ("dendrite", True):
                out, n.charge = n.charge, 0.0
                return out, self.charge_for("dendrite", u)
            n.charge = (0.0 if first else n.charge) + (current or 0.0)
            out = n.charge
        elif u["model"] == "accumulator_with_delay":
            if first:
                n.charge = n.slots.pop(0)
                n.slots.append(0.0)
            if current is not None:
                n.slots[edge[3] if edge else 0] += current
            out = n.charge
        else:
            if first:
                v, tc, sc = n.tap, n.a["time_constants"], n.a["space_constants"]
                new = [x * c for x, c in zip(v, tc)]
                for i, x in enumerate(v):
                    for j, c in ((i - 1, sc[i - 1] if i else 0), (i + 1, sc[i] if i + 1 < len(v) else 0)):
                        if 0 <= j < len(v):
                            new[j] += x * c
                            new[i] -= x * c
                n.tap = new
            if current is not None:
                n.tap[edge[4] if edge else 0] += current
            out = n.tap[0]
        return out, self.charge_for("dendrite", u)

    def lif(self, n, current):
        a = n.a
        if n.soma_step:
            n.u *= a.get("input_decay", 0.0)
            n.v *= a.get("leak_decay", 1.0)
        n.v = math.trunc(n.v * 64) / 64
        fired = False
        if n.refractory == 0:
            n.v += a.get("bias", 0)
            n.u += current or 0.0
            n.v += n.u
            fired = n.v > a.get("threshold", 0)
            if fired:
                n.v = {"hard": a.get("reset", 0), "soft": n.v - a.get("threshold", 0)}.get(a.get("reset_mode", "hard"), n.v)
                n.refractory = a.get("refractory_delay", 0)
            low = a.get("reverse_threshold", 0)
            if n.v < low:
                n.v = {"soft": n.v - low, "hard": a.get("reverse_reset", 0), "saturate": low}.get(a.get("reverse_reset_mode", "none"), n.v)
        n.refractory = max(0, n.refractory - 1)
        return fired

    def truenorth(self, n, current):
        a, leak = n.a, n.a.get("leak", 0)
        if not a.get("leak_towards_zero", True):
            n.v += leak
        elif n.v > 0:
            n.v -= leak
        elif n.v < 0:
            n.v += leak
        n.v += a.get("bias", 0)
        n.v += current or 0.0
        high, low = a.get("threshold", 0), a.get("reverse_threshold", 0)
        if n.v >= high:
            n.v = {"hard": a.get("reset", 0), "soft": n.v - high, "saturate": high}.get(a.get("reset_mode", "hard"), n.v)
            return True
        if n.v <= low:
            n.v = {"hard": a.get("reverse_reset", 0), "soft": n.v + low, "saturate": low}.get(a.get("reverse_reset_mode", "none"), n.v)
        return False

    def input(self, n):
        spikes, rate, p = n.a.get("spikes", []), n.a.get("rate", 0), n.a.get("poisson", 0)
        drawn = p > 0 and n.draws.uniform() < p         # drawn in every step, whatever the others say
        return bool((self.t <= len(spikes) and spikes[self.t - 1]) or drawn or (rate > 0 and self.t % int(1 / rate) == 0))

    def soma(self, n, current):
        u = n.unit(SOMA, "soma_hw_name")
        updated = bool(n.v or current is not None or n.a.get("bias", 0) or n.a.get("force_update"))
        if u["model"] == "input":
            fired, updated = self.input(n), False
        else:
            fired = self.lif(n, current) if u["model"] == "leaky_integrate_fire" else self.truenorth(n, current)
        n.soma_step = self.t
        time = self.charge_for("soma", u, 0)
        if updated or fired:
            self.updated += 1
            time += self.charge_for("soma", u, 1)
        if fired:
            self.fired += 1
            time += self.charge_for("soma", u, 2)
        return fired, time

    # ---- a step ----

    def neurons(self, where):
        messages = []
        for c in self.cores:
            generation = 0.0
            for n in c["neurons"]:
                waiting, n.waiting = n.waiting, None
                current = waiting[0] if waiting and not c["inside"] else None
                if where[c["number"]] == 4:
                    fired, time = bool(waiting and waiting[1]), 0.0
                else:
                    time = 0.0
                    if where[c["number"]] < 2:
                        current, time = self.dendrite(n, current, None)
                    fired, more = self.soma(n, current)
                    time += more
                generation += time
                if not fired:
                    continue
                self.spikes.append((self.t, n.name))
                for to in sorted(self.axons.get(n.name, {})):
                    messages.append({"from": c, "to": self.cores[to], "edges": self.axons[n.name][to], "generation": generation + c["axon_out"][1]})
                    self.energy["network"] += c["axon_out"][0]
                    generation = 0.0
            if generation:
                messages.append({"from": c, "to": None, "generation": generation})
        return messages

    def receive(self, m, where):
        c = m["to"]
        m["processing"] = c["axon_in"][1]
        self.energy["network"] += c["axon_in"][0]
        for edge in m["edges"]:
            n, current, fired = self.neuron[edge[1]], edge[2], False
            m["processing"] += self.charge_for("synapse", n.unit(SYNAPSE, "synapse_hw_name"))
            if where >= 1:
                current, time = self.dendrite(n, current, edge)
                m["processing"] += time
            if where >= 3:
                fired, time = self.soma(n, current)
                m["processing"] += time
                current = None
            n.waiting = (current, fired)

    def hops(self, m):
        a, b = m["from"], m["to"]
        dx, dy = b["x"] - a["x"], b["y"] - a["y"]
        path = [("east" if dx > 0 else "west", abs(dx)), ("north" if dy > 0 else "south", abs(dy))]
        m["hops"] = abs(dx) + abs(dy)
        m["least"] = sum(k * self.chip["tiles"][a["tile"]]["hop"][d][1] for d, k in path)
        self.energy["network"] += sum(k * self.chip["tiles"][b["tile"]]["hop"][d][0] for d, k in path)
        x, y, m["links"] = a["x"], a["y"], [("core", a["number"])]
        for d, k in path:
            for _ in range(k):
                m["links"].append((x, y, d))
                x, y = x + {"east": 1, "west": -1}.get(d, 0), y + {"north": 1, "south": -1}.get(d, 0)

    def step(self):
        self.t += 1
        self.energy = dict.fromkeys(("synapse", "dendrite", "soma", "network"), 0.0)
        self.updated = self.fired = 0
        where = [ORDER.index((c["position"], c["inside"])) for c in self.cores]
        messages = self.neurons(where)
        real = [m for m in messages if m["to"]]
        for m in real:
            self.hops(m)
        for c in self.cores:
            for m in real:
                if m["to"] is c:
                    self.receive(m, where[c["number"]])
            for n in c["neurons"] if where[c["number"]] >= 2 else []:
                if n.unit(DENDRITE, "dendrite_hw_name").get("every_step") and n.dendrite_step != self.t:
                    current, fired = self.dendrite(n, None, None)[0], False
                    if where[c["number"]] == 4 and n.soma_step != self.t:
                        current, fired = None, self.soma(n, current)[0]
                    n.waiting = (current, fired)
        row = {"fired": self.fired, "updated": self.updated, "packets": len(real), "hops": sum(m["hops"] for m in real),
               "spikes": sum(len(m["edges"]) for m in real), "total_energy": sum(self.energy.values())}
        row.update({f"{k}_energy": v for k, v in self.energy.items()})
        return row, self.simple(messages) + self.sync, self.detailed(messages) + self.sync

    # ---- time ----

    def simple(self, messages):
        sums = [0.0]
        for c in self.cores:
            sums.append(sum(m["generation"] for m in messages if m["from"] is c))
            sums.append(sum(m["processing"] for m in messages if m["to"] is c))
        return max(sums)

    def detailed(self, messages):
        queue = {}
        for m in messages:
            queue.setdefault(m["from"]["number"], []).append(m)
        sent, free, flying, density = {c: q[0]["generation"] for c, q in queue.items()}, {}, [], {}
        mean, end = 0.0, 0.0
        while sent:
            core = min(sent, key=lambda c: sent[c])         # no two at one time in the tests
            now, m = sent.pop(core), queue[core].pop(0)
            for gone in [f for f in flying if f["received"] <= now]:
                mean = mean + (mean - gone["processing"]) / (len(flying) - 1) if len(flying) > 1 else 0.0
                flying.remove(gone)
                for link in gone["links"]:
                    density[link] -= 1 / (gone["hops"] + 2)
            if m["to"]:
                crowd, most = sum(density.get(link, 0.0) for link in m["links"]), (m["hops"] + 1) * self.chip["buffer_size"]
                now += (crowd - most) * mean if crowd > most else 0.0
                to = m["to"]["number"]
                m["received"] = max(free.get(to, 0.0), now + max(m["least"], crowd * mean / (m["hops"] + 1)))
                free[to] = m["received"] + m["processing"]
                end = max(end, free[to])
                mean += (m["processing"] - mean) / (len(flying) + 1)
                flying.append(m)
                for link in m["links"]:
                    density[link] = density.get(link, 0.0) + 1 / (m["hops"] + 2)
            end = max(end, now)
            if queue[core]:
                sent[core] = now + queue[core][0]["generation"]
        return end


def run(chip, network, steps):
    """Rows of perf.csv with sim_time of both formulae, and spikes (step, (group, number))."""
    c, rows = Chip(chip, network), []
    c.spikes = []
    for t in range(steps):
        row, simple, detailed = c.step()
        rows.append(dict(row, timestep=t + 1, simple=simple, detailed=detailed))
    return rows, c.spikes
