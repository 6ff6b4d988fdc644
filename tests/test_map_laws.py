"""Laws of the mapper on random networks and random small chips, counted here anew from the network file alone: every neuron on one
core, every capacity kept, and what is refused really does not fit; a map file is read back to the same bytes; the spikes are those
of a plain simulation of the network on every mapping; each spike reaches each of its synapses once; words and accesses are those
that docs/mapping.md says. The cure that a refusal names is tried. --cases N --seed S: more of them."""
import argparse
import csv
import json
import os
import random
import re
import subprocess
import sys
import tempfile

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
STEPS, SAMPLES = 6, 2
QUICK = [1, 2, 5, 6, 8, 9, 10, 14, 19, 208]     # small ones that between them saw every bug planted in turn
WIDTH = {"synapse": 64, "axon": 32, "state": 128, "accumulator": 96, "parameter": 256, "routing": 32}
SLOTS = 16                              # delay slots of mesh28's accumulators


def ceil(a, b):
    return -(-a // b)


# ---- random networks: layers and projections, each with its synapses (pre, post, weight index, extra delay) ----

class Projection:
    def __init__(self, name, source, target, form, delay=0):
        self.name, self.source, self.target, self.form, self.delay = name, source, target, form, delay
        self.weight, self.synapse, self.keys = [], [], {}
        self.conv = None                # channels in, out, groups, taps, positions


class Network:
    def __init__(self, rng):
        self.rng = rng
        self.shape = [[rng.randint(1, 3), rng.randint(4, 8), rng.randint(4, 8)]]
        self.name, self.projection, self.bias = ["input"], [], [None]
        for layer in range(rng.randint(1, 3)):
            self.spatial(layer)
        if rng.random() < .4:
            self.layer("copy", self.shape[-1])
            self.one_to_one(len(self.shape) - 2, len(self.shape) - 1)
        self.layer("out", [rng.randint(2, 20)])
        self.dense(len(self.shape) - 2, len(self.shape) - 1)
        last = len(self.shape) - 1
        if last > 1 and rng.random() < .3:                      # a skip, a loop of two layers: its edge back has a step of delay more
            self.list("skip", 0, last, delay=rng.randint(0, 2))
        if last > 1 and rng.random() < .3:
            self.list("loop", last, last - 1, delay=rng.randint(1, 3))

    def size(self, layer):
        count = 1
        for dim in self.shape[layer]:
            count *= dim
        return count

    def layer(self, name, shape):
        self.name.append(name)
        self.shape.append(list(shape))
        self.bias.append([self.rng.randint(-2, 4) / 16 for _ in range(self.size(len(self.shape) - 1))] if self.rng.random() < .4 else None)

    def add(self, projection, count):
        projection.weight = [(self.rng.randint(0, 24) - 9) / 16 for _ in range(count)]
        self.projection.append(projection)

    def spatial(self, layer):
        """A convolution or pooling, perhaps with pooling in front of it; perhaps the layer feeds itself."""
        rng, source = self.rng, len(self.shape) - 1
        channels, height, width = self.shape[source]
        pool = rng.random() < .2
        front = not pool and min(height, width) > 4 and rng.random() < .3
        grid = [height, width]
        if front:                       # overlapping windows of 3, every second position
            grid = [(height + 2 - 3) // 2 + 1, (width + 2 - 3) // 2 + 1]
        kernel, stride = min(rng.randint(1, 3), *grid), rng.randint(1, 2)
        padding = rng.randint(0, 1) if kernel > 1 and not pool else 0
        dilation = 2 if not pool and rng.random() < .3 and 2 * (kernel - 1) < min(grid) else 1
        groups = channels if pool else 2 if channels % 2 == 0 and rng.random() < .4 else 1
        out = channels if pool else groups * rng.randint(1, 3)
        positions = [(g + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1 for g in grid]
        self.layer("conv%d" % layer, [out] + positions)
        p = Projection("w%d" % layer, source, source + 1, "pool" if pool else "conv")
        p.keys = {"kernel": kernel, "stride": stride, "padding": padding}
        if pool:
            p.keys["input"] = [channels] + grid
        else:
            del p.keys["kernel"]
            p.keys.update(groups=groups, dilation=dilation)
        if front:
            p.keys["pool"] = {"shape": [channels, height, width], "kernel": 3, "stride": 2, "padding": 1}
        self.add(p, 1 if pool else out * (channels // groups) * kernel * kernel)
        p.conv = (channels, out, groups, kernel * kernel, positions[0] * positions[1])
        self.taps(p, front, grid, kernel, stride, padding, dilation)
        if rng.random() < .3:
            self.list("rec%d" % layer, source + 1, source + 1)
        if rng.random() < .2:
            self.list("by%d" % layer, source, source + 1)

    def taps(self, p, front, grid, kernel, stride, padding, dilation):
        channels, out, groups, _, _ = p.conv
        height, width = self.shape[p.source][1:]
        rows, columns = self.shape[p.target][1:]
        feeds = {}                      # grid position -> source positions, each once per window
        for y in range(grid[0]):
            for x in range(grid[1]):
                window = [(2 * y + a - 1, 2 * x + b - 1) for a in range(3) for b in range(3)] if front else [(y, x)]
                feeds[y, x] = [(a, b) for a, b in window if 0 <= a < height and 0 <= b < width]
        per_in, per_out = channels // groups, out // groups
        for o in range(out):
            for i in range(per_in):
                channel = o // per_out * per_in + i
                for y in range(rows):
                    for x in range(columns):
                        for ky in range(kernel):
                            for kx in range(kernel):
                                for a, b in feeds.get((y * stride + ky * dilation - padding, x * stride + kx * dilation - padding), ()):
                                    weight = 0 if p.form == "pool" else ((o * per_in + i) * kernel + ky) * kernel + kx
                                    p.synapse.append(((channel * height + a) * width + b, (o * rows + y) * columns + x, weight, 0))

    def one_to_one(self, source, target):
        p = Projection("one", source, target, "one_to_one")
        self.add(p, 1)
        p.synapse = [(i, i, 0, 0) for i in range(self.size(source))]

    def dense(self, source, target):
        p = Projection("fc", source, target, "dense", delay=self.rng.choice([0, 0, 1]))
        pres, posts = self.size(source), self.size(target)
        self.add(p, pres * posts)
        p.synapse = [(i, j, j * pres + i, 0) for i in range(pres) for j in range(posts)]

    def list(self, name, source, target, delay=0):
        p = Projection(name, source, target, "list", delay)
        delays = self.rng.choice([1, 1, 3])
        pairs = [(i, j) for i in range(self.size(source)) for j in range(self.size(target)) if self.rng.random() < .15] or [(0, 0)]
        self.add(p, len(pairs))
        p.synapse = [(i, j, k, self.rng.randrange(delays)) for k, (i, j) in enumerate(pairs)]

    def back(self, p):
        """The edge that closes a cycle has a step of delay of its own: it enters the layer that is first reached from the input, by
        the fewest projections, ties by name. The only cycle of two layers is that of the last two."""
        last = len(self.shape) - 1
        if p.source == p.target or not any(q.name == "loop" for q in self.projection) or {p.source, p.target} != {last - 1, last}:
            return p.source == p.target
        reached, step = {0: 0}, 0
        while len(reached) <= last:
            step += 1
            reached.update({q.target: step for q in self.projection if q.source in reached and q.target not in reached})
        return p.target == min((last - 1, last), key=lambda layer: (reached[layer], self.name[layer]))

    def write(self, path):
        text = ["time_steps: %d" % STEPS, "dt: 1 ms", "reset: zero", "reset_delay: false", "input_shape: %s" % self.shape[0], "layers:"]
        for layer in range(1, len(self.shape)):
            text.append("  - {name: %s, type: Neurons, shape: %s, beta: 0.5, threshold: 1, output: %s%s}" % (
                self.name[layer], self.shape[layer], "true" if layer == len(self.shape) - 1 else "false",
                ", bias: %s" % self.bias[layer] if self.bias[layer] else ""))
        text.append("connections:")
        for p in self.projection:
            keys = dict(p.keys, delay=p.delay)
            if p.form == "list":
                keys.update(pre=[s[0] for s in p.synapse], post=[s[1] for s in p.synapse], synapse_delay=[s[3] for s in p.synapse])
            keys["weight"] = self.nested(p)
            text.append("  - {name: %s, from: %s, to: %s, form: %s, %s}" % (
                p.name, self.name[p.source], self.name[p.target], p.form,
                ", ".join("%s: %s" % (k, json.dumps(v).replace('"', "")) for k, v in keys.items())))
        open(path, "w").write("\n".join(text) + "\n")

    def nested(self, p):
        """Weights in the shape of their form."""
        w = p.weight
        if p.form == "dense":
            pres = self.size(p.source)
            return [w[i:i + pres] for i in range(0, len(w), pres)]
        if p.form == "conv":
            channels, out, groups, taps, _ = p.conv
            side = round(taps ** .5)
            rows = [w[i:i + side] for i in range(0, len(w), side)]
            kernels = [rows[i:i + side] for i in range(0, len(rows), side)]
            return [kernels[i:i + channels // groups] for i in range(0, len(kernels), channels // groups)]
        return w[0] if len(w) == 1 else w


# ---- the plain simulation ----

def simulate(net, events):
    """Spikes {(sample, step, layer, neuron)}: m = m / 2 + input, a spike above 1, then 0. Multiples of 1/16 stay exact in float32."""
    into = {}
    for p in net.projection:
        for pre, post, weight, extra in p.synapse:
            delay = p.delay + extra + net.back(p)
            into.setdefault(p.source, {}).setdefault(pre, []).append((p.target, post, p.weight[weight], delay))
    found = set()
    for sample in range(SAMPLES):
        arriving, membrane = {}, [[0.0] * net.size(layer) for layer in range(len(net.shape))]

        def send(step, layer, neuron):
            for target, post, weight, delay in into.get(layer, {}).get(neuron, ()):
                key = (step + delay, target, post)
                arriving[key] = arriving.get(key, 0) + weight
        for step in range(STEPS):
            for neuron in events[sample][step]:
                send(step, 0, neuron)
            for layer in range(1, len(net.shape)):
                for neuron in range(net.size(layer)):
                    bias = net.bias[layer][neuron] if net.bias[layer] else 0
                    m = membrane[layer][neuron] / 2 + arriving.get((step, layer, neuron), 0) + bias
                    if m > 1:
                        found.add((sample, step, layer, neuron))
                        send(step, layer, neuron)
                    membrane[layer][neuron] = 0 if m > 1 else m
    return found


# ---- random chips: mesh28 with small tables, and what a mapping uses of them ----

class Chip:
    def __init__(self, rng, loose=False):
        self.forms = rng.choice([["dense", "list", "conv"], ["dense", "list", "conv"], ["dense", "list"], ["dense"], ["list"]])
        self.bits = rng.choice([8, 8, 4])
        self.bias_input = rng.random() < .2
        self.tile = rng.choice([1, 1, 2])
        self.mesh = (8, 8) if loose else rng.choice([(2, 2), (3, 4), (6, 6), (8, 8)])
        self.neurons = rng.choice([6, 20, 60, 256])
        self.axons_in, self.axons_out = [2000, 2000] if loose else [rng.choice([100, 300, 600, 2000]) for _ in range(2)]
        self.size = {name: 1 << 19 for name in WIDTH} if loose else {
            "synapse": rng.choice([400, 1500, 4000, 1 << 16]), "axon": rng.choice([800, 1 << 12]), "state": rng.choice([64, 1 << 10]),
            "accumulator": rng.choice([600, 12288]), "parameter": rng.choice([128, 2048]), "routing": rng.choice([100, 200, 1 << 12])}
        if loose:
            self.neurons = 256

    def options(self):
        lif = "core_types.lif28."
        sets = {"noc.size": "%dx%d" % self.mesh, "noc.cores_per_tile": self.tile, lif + "capacity.neurons": self.neurons,
                lif + "capacity.axons_in": self.axons_in, lif + "capacity.axons_out": self.axons_out,
                "noc.router.inputs": 4 + self.tile, lif + "offers.forms": "[%s]" % ", ".join(self.forms),
                lif + "memories.synapse.holds.rows": "{%s}" % ", ".join(
                    "%s: [weight%s]" % (form, ", target" if form == "list" else "") for form in self.forms)}
        if self.bias_input:
            sets["time.layer_start"] = "{kind: bias_input}"
        for name, size in self.size.items():
            sets[lif + "memories.%s.size" % name] = "%d B" % size
        return [word for key, value in sets.items() for word in ("--set", "%s=%s" % (key, value))] + ["--bits", str(self.bits)]

    def kind(self, form):
        own = {"dense": "dense", "conv": "conv", "pool": "conv"}.get(form, "list")
        return next(k for k in (own, "list", "dense", "conv") if k in self.forms)

    def entry(self, kind):
        return self.bits + (8 if kind == "list" else 0)


class Use:
    """What each core of a mapping {(layer, neuron): core} uses, from the network's synapses."""
    def __init__(self, net, chip, core_of):
        self.net, self.chip, self.core_of = net, chip, core_of
        self.cores = sorted(set(core_of.values()))
        self.neurons = {c: {} for c in self.cores}              # by layer
        for (layer, _), core in core_of.items():
            self.neurons[core][layer] = self.neurons[core].get(layer, 0) + 1
        self.row = {}                   # (layer, neuron) -> core -> {(projection, delay): synapses}
        for k, p in enumerate(net.projection):
            for pre, post, _, extra in p.synapse:
                segments = self.row.setdefault((p.source, pre), {}).setdefault(core_of[p.target, post], {})
                segments[k, extra] = segments.get((k, extra), 0) + 1
        biased = [layer for layer in range(1, len(net.shape)) if chip.bias_input and net.bias[layer] and any(net.bias[layer])]
        self.biases = {c: [n for layer, n in self.neurons[c].items() if layer in biased] for c in self.cores}

    def entries(self, segment, synapses, core):
        """Synapses of a segment as it is stored and processed; a row that was expanded to a dense one has zeros between."""
        p = self.net.projection[segment[0]]
        if self.chip.kind(p.form) == "dense" and p.form != "dense":
            return self.neurons[core][p.target]
        return synapses

    def words(self, segment, synapses, core):
        bits = self.chip.entry(self.chip.kind(self.net.projection[segment[0]].form))
        return ceil(self.entries(segment, synapses, core) * bits, WIDTH["synapse"])

    def kernel_words(self, core):
        words = 0
        for p in self.net.projection:
            if not p.conv or self.chip.kind(p.form) != "conv":
                continue
            channels, out, groups, taps, positions = p.conv
            here = {post // positions for _, post, _, _ in p.synapse if self.core_of[p.target, post] == core}
            here |= {n // positions for n in range(out * positions) if self.core_of[p.target, n] == core}
            for g in range(groups):
                present = sum(1 for o in here if o // (out // groups) == g)
                words += channels // groups * ceil(present * taps * self.chip.bits, WIDTH["synapse"])
        return words

    def of(self, core):
        """{capacity: (used, had)}, memories in bytes."""
        chip, net, n = self.chip, self.net, sum(self.neurons[core].values())
        dense = "dense" if "dense" in chip.forms else chip.kind("dense")
        rows = self.kernel_words(core) + sum(ceil(b * chip.entry(dense), 64) for b in self.biases[core])
        axons_in = len(self.biases[core])
        for reached in self.row.values():
            axons_in += core in reached
            for segment, synapses in reached.get(core, {}).items():
                if chip.kind(net.projection[segment[0]].form) != "conv":
                    rows += self.words(segment, synapses, core)
        axons_out = 0
        for (layer, neuron), at in self.core_of.items():
            if at == core:
                axons_out += len(self.row.get((layer, neuron), ())) + (layer == len(net.shape) - 1)
        words = {"synapse": rows, "axon": axons_in, "state": ceil(n, 4), "accumulator": ceil(n * SLOTS, 4), "parameter": ceil(n, 4), "routing": axons_out}
        use = {"neurons": (n, chip.neurons), "axons_in": (axons_in, chip.axons_in), "axons_out": (axons_out, chip.axons_out)}
        use.update({name: (words[name] * WIDTH[name] // 8, chip.size[name]) for name in WIDTH})
        return use

    def over(self):
        """Capacities that do not suffice: [(core, what, used, had)]."""
        return [(c, what, used, had) for c in self.cores for what, (used, had) in self.of(c).items() if used > had]


# ---- volley ----

class Bench:
    def __init__(self, folder, seed):
        self.folder, self.seed, self.wrong = folder, seed, []
        rng = random.Random(seed)
        self.net = Network(rng)
        self.chip = Chip(rng)
        self.cores = rng.choice([[], [], ["--cores", str(rng.randint(2, 40))]])
        self.net.write(folder + "/net.yaml")
        self.events = [[sorted(n for n in range(self.net.size(0)) if rng.random() < .3) for _ in range(STEPS)] for _ in range(SAMPLES)]
        with open(folder + "/in.csv", "w") as to:
            to.write("# samples %d, steps %d, neurons %d\nsample,step,neuron\n" % (SAMPLES, STEPS, self.net.size(0)))
            for s, steps in enumerate(self.events):
                for t, neurons in enumerate(steps):
                    to.writelines("%d,%d,%d\n" % (s, t, n) for n in neurons)

    def that(self, holds, text):
        if not holds:
            self.wrong.append("seed %d: %s" % (self.seed, text))
        return holds

    def call(self, *words):
        done = subprocess.run([VOLLEY] + list(words), capture_output=True, text=True)
        self.that("Sanitizer" not in done.stderr and "runtime error" not in done.stderr, "sanitizer: %s" % done.stderr[:500])
        return done

    def map(self, chip, method, name, more=()):
        """(exit status, stdout, stderr) of volley map to NAME.yaml."""
        path = "%s/%s.yaml" % (self.folder, name)
        if os.path.exists(path):
            os.remove(path)
        done = self.call("map", "mesh28", self.folder + "/net.yaml", "--map", method, "-o", path, *chip.options(), *more)
        self.that(done.returncode in (0, 1) or "bit number" in done.stderr, "map %s: exit %d: %s" % (method, done.returncode, done.stderr))
        self.that(done.returncode == 0 or not os.path.exists(path), "a refused map left a file")
        return done

    def read(self, name):
        """{(layer, neuron): chip core}; each neuron must be there once, each core on the chip."""
        core_of, core, chip = {}, None, self.chip
        for line in open("%s/%s.yaml" % (self.folder, name)):
            at = re.match(r"  - core: (\d+)(?:\.(\d+))?$", line)
            if at:
                core = int(at[1]) if at[2] is None else int(at[1]) * chip.tile + int(at[2])
                self.that(core < chip.mesh[0] * chip.mesh[1] * chip.tile and core not in core_of.values(), "core %s" % line)
        text = open("%s/%s.yaml" % (self.folder, name)).read()
        for part in re.split(r"^  - core: ", text, flags=re.M)[1:]:
            number = part.split("\n")[0].split(".")
            core = int(number[0]) if len(number) == 1 else int(number[0]) * chip.tile + int(number[1])
            for layer, ranges in re.findall(r'"(\w+)": \[([^\]]*)\]', part):
                for one in ranges.split(","):
                    low, _, high = one.strip().partition("..")
                    for n in range(int(low), int(high or low) + 1):
                        key = (self.net.name.index(layer), n)
                        self.that(key not in core_of, "%s is on two cores" % (key,))
                        core_of[key] = core
        wanted = sum(self.net.size(layer) for layer in range(1, len(self.net.shape)))
        self.that(len(core_of) == wanted, "%d of %d neurons are placed" % (len(core_of), wanted))
        return core_of

    def run(self, chip, method, out, more=(), name="mesh28"):
        return self.call("run", name, self.folder + "/net.yaml", "--input", self.folder + "/in.csv", "--map", method, "--trace", "spikes", "--quiet",
                         "--out", "%s/%s" % (self.folder, out), *(chip.options() if chip else ()), *more)

    def spikes(self, out):
        with open("%s/%s/spikes.csv" % (self.folder, out)) as file:
            return {(int(r["sample"]), int(r["step"]), self.net.name.index(r["population"]), int(r["neuron"])) for r in csv.DictReader(file)}

    def counters(self, out):
        """{(core, counter): value}; of core "": all together."""
        with open("%s/%s/counters.csv" % (self.folder, out)) as file:
            return {(r["name"], r["counter"]): int(r["value"]) for r in csv.DictReader(file) if r["scope"] in ("core", "total")}


def check_report(bench, stdout, use):
    """The lines of volley map against the count made here; memories as exactly as they are printed."""
    for line in re.findall(r"^core 0\..*", stdout, re.M):
        said = re.match(r"core 0\.(\d+)\.(\d+) +(\d+) neurons  compartments (\d+) of (\d+)  axons in (\d+) of (\d+)  out (\d+) of (\d+)", line)
        tile, k, neurons, used, had, into, into_had, out, out_had = (int(x) for x in said.groups())
        core = tile * bench.chip.tile + k
        if not bench.that(core in use.cores, "core %d is used, and not in the map file" % core):
            continue
        here = use.of(core)
        got = {"neurons": (used, had), "axons_in": (into, into_had), "axons_out": (out, out_had)}
        bench.that(neurons == used and all(here[k] == got[k] for k in got), "core %d: %s, counted %s" % (core, got, here))
        for memory, value, unit in re.findall(r"  (\w+) ([\d.]+) (bit|B|KiB) of", line):
            size = float(value) * {"bit": 1 / 8, "B": 1, "KiB": 1024}[unit]
            bench.that(abs(size - here[memory][0]) <= 1e-3 * size, "core %d: %s %s of %s, counted %d B" % (core, value, unit, memory, here[memory][0]))


def busiest(stdout):
    value, unit = re.search(r"^busiest core \S+ ([\d.]+) (\w+) of work", stdout, re.M).groups()
    return float(value) * {"ps": 1, "ns": 1e3, "us": 1e6, "ms": 1e9}[unit]


NUMBER = r"([\d,]+)"
REFUSED = [(r"one neuron alone needs %s compartments, a core of type lif28 has %s" % (NUMBER, NUMBER)),
           (r"(?:one neuron alone|one core's neurons together|this core) has %s sources, a core of type lif28 takes %s axons in" % (NUMBER, NUMBER)),
           (r"(?:one neuron alone|one core's neurons together|this core) sends to %s places .*, a core of type lif28 has %s axons out" % (NUMBER, NUMBER)),
           (r"(?:one neuron alone|one core's neurons together|this core) needs %s (?:compartments|bits of memory \w+ \(.*\)), a core of type lif28 has %s"
            % (NUMBER, NUMBER)),
           (r"%s cores of type lif28 are needed, there are %s; .*full by" % (NUMBER, NUMBER)),
           (r"needs a chip delay of %s steps.* (?:keep|at most) %s" % (NUMBER, NUMBER))]


def check_refusal(bench, method, message):
    """Names a layer, what was needed and had, and a cure; a cure with a number works: the same message does not come again."""
    said = re.search(r"does not fit: layer (\w+): (.*); what would help: (.*)", message)
    if not bench.that(said and said[1] in bench.net.name, "no layer or no cure in: %s" % message):
        return
    numbers = next((re.search(form, said[2]) for form in REFUSED if re.search(form, said[2])), None)
    if not bench.that(numbers, "no needed and had in: %s" % message):
        return
    needed, had = [int(x.replace(",", "")) for x in numbers.groups()]
    bench.that(needed > had, "needs no more than it has: %s" % message)
    for cure, value in re.findall(r"(--set|--cores|--map) '?((?:core_types|noc)\S*=\d+(?: B| KiB|\.\.\d+ steps|x\d+)?|\d+|pack)", said[3]):
        more = [cure, value] if cure == "--cores" else bench.cores + [cure, value] if cure == "--set" else bench.cores
        again = bench.map(bench.chip, "pack" if cure == "--map" else method, "cured", more)
        wide = "bit number" in again.stderr             # of more columns than a packet's address tells apart: said with its own cure
        bench.that(again.returncode == 0 or wide or said[2].split(";")[0] not in again.stderr, "the cure %s %s does not help: %s\n%s" % (
            cure, value, message, again.stderr))


def check_counts(bench, use, out):
    """Leaves, synapses and row words of every core: each spike reaches each of its rows once."""
    spikes = bench.spikes(out)
    sources = [(layer, n) for _, _, layer, n in spikes] + [(0, n) for steps in bench.events for step in steps for n in step]
    leaves, sops, words = {c: 0 for c in use.cores}, {c: 0 for c in use.cores}, 0
    for source in sources:
        for core, segments in use.row.get(source, {}).items():
            leaves[core] += 1
            for segment, synapses in segments.items():
                sops[core] += use.entries(segment, synapses, core)
                words += use.words(segment, synapses, core)
    counters = bench.counters(out)
    for core in use.cores:
        name = "0.%d.%d" % (core // bench.chip.tile, core % bench.chip.tile)
        got = [counters.get((name, k), 0) for k in ("leaves", "sops", "sops_late")]
        bench.that((got[0], got[1] + got[2]) == (leaves[core], sops[core]), "core %s: leaves, synapses %s, counted %d, %d" % (
            name, got, leaves[core], sops[core]))
    read = counters.get(("", "synapse.read_word"), 0)
    bench.that(read == words, "%d row words read, counted %d" % (read, words))


def check_methods(bench):
    """All three methods on the tight chip; returns those that fit."""
    fits, work = [], {}
    for method in ("pack", "fill", "balance"):
        done = bench.map(bench.chip, method, method, bench.cores)
        if done.returncode:
            check_refusal(bench, method, done.stderr)
            continue
        fits.append(method)
        use = Use(bench.net, bench.chip, bench.read(method))
        work[method] = busiest(done.stdout)
        bench.that(not bench.cores or len(use.cores) <= int(bench.cores[1]), "%s takes %d cores, more than --cores" % (method, len(use.cores)))
        bench.that(not use.over(), "%s: over capacity: %s" % (method, use.over()[:3]))
        check_report(bench, done.stdout, use)
        again = bench.map(bench.chip, "%s/%s.yaml" % (bench.folder, method), "again")
        same = not again.returncode and open(bench.folder + "/again.yaml").read() == open("%s/%s.yaml" % (bench.folder, method)).read()
        bench.that(same, "%s: its map file reads back to another mapping: %s" % (method, again.stderr))
        done = bench.run(bench.chip, method, method, bench.cores)
        if bench.that(done.returncode == 0, "run %s: %s" % (method, done.stderr)):
            bench.that(bench.spikes(method) == bench.spikes(fits[0]), "%s and %s give other spikes" % (method, fits[0]))
            if not bench.chip.bias_input:
                check_counts(bench, use, method)
    if "pack" in work and "balance" in work:
        bench.that(work["balance"] <= 1.06 * work["pack"], "balance makes a core busier than pack: %g, %g ps" % (work["balance"], work["pack"]))
    return fits


def check_exact(bench):
    """The spikes of a plain simulation, whatever the mapping."""
    wanted = simulate(bench.net, bench.events)
    for method, neurons in (("pack", 7), ("fill", 30), ("balance", 100000)):
        done = bench.run(None, method, "exact", ["--set", "core_types.ideal.capacity.neurons=%d" % neurons], "ideal")
        if bench.that(done.returncode == 0, "run on ideal: %s" % done.stderr):
            off = bench.spikes("exact") ^ wanted
            bench.that(not off, "ideal, %s: %d of %d spikes differ, first %s" % (method, len(off), len(wanted), sorted(off)[:1]))
    return len(wanted)


def check_foreign(bench, rng):
    """A map made for a roomy chip, read on the tight one: refused where, and only where, a capacity does not suffice."""
    roomy = Chip(rng, loose=True)
    roomy.tile, roomy.forms, roomy.bits, roomy.bias_input = bench.chip.tile, bench.chip.forms, bench.chip.bits, bench.chip.bias_input
    roomy.mesh, roomy.neurons = bench.chip.mesh, rng.choice([bench.chip.neurons, min(256, 2 * bench.chip.neurons)])
    if bench.map(roomy, "fill", "roomy").returncode:
        return
    over = Use(bench.net, bench.chip, bench.read("roomy")).over()
    done = bench.map(bench.chip, bench.folder + "/roomy.yaml", "foreign")
    bench.that((done.returncode == 1) == bool(over), "a foreign map: exit %d, over %s: %s" % (done.returncode, over[:3], done.stderr))
    if over and "one neuron alone" not in done.stderr:
        bench.that(re.search(r"roomy\.yaml:\d+:\d+: does not fit: layer \w+: this core ", done.stderr), "no place in: %s" % done.stderr)


def check_case(seed):
    with tempfile.TemporaryDirectory(prefix="volley") as folder:
        bench = Bench(folder, seed)
        fits = check_methods(bench)
        spikes = check_exact(bench)
        check_foreign(bench, random.Random(seed + 1))
        return bench.wrong, len(fits), spikes


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int)
    options.add_argument("--seed", type=int, default=1)
    options = options.parse_args()
    seeds = range(options.seed, options.seed + options.cases) if options.cases else QUICK
    wrong, fit, spikes = [], 0, 0
    for seed in seeds:
        lines, methods, fired = check_case(seed)
        print("\n".join(lines), end="\n" if lines else "", flush=True)
        wrong += lines
        fit += methods
        spikes += fired
    print("%d networks and chips: %d mappings fit, %d were refused, %d spikes of a plain simulation, %d wrong"
          % (len(seeds), fit, 3 * len(seeds) - fit, spikes, len(wrong)))
    sys.exit(1 if wrong or not fit or not spikes else 0)


if __name__ == "__main__":
    main()
