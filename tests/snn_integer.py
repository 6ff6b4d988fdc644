"""The integer kinds, a second time: docs/quantise.md turns a network of snn_model into whole numbers, the equations of `lif` and `cuba` step it.

    lif:   v = clip(down(v (one - d) / one) + clip(sum) + bias)                 with the comparison and the resets that were asked for
    cuba:  u = wrap(zero(u (one - du) / one) + (sum << shift))    v = clip(zero(v (one - dv) / one) + u + bias)
u that left the width by more than one turn loses whole turns. Only what the shipped chips offer: a network that asks for more is not made."""
import math

import numpy as np

from snn_model import Conv, F, Linear, Pool

# weight, membrane, current, threshold and bias bits, decay bits, shift of weights, resets later than the step of the spike
CHIPS = {
    "lif28": dict(kind="lif", weight=8, membrane=16, current=24, threshold=16, bias=16, decay=8, shift=0, exponent=0, later=True, rounding="down"),
    "cuba28": dict(kind="cuba", weight=8, membrane=24, current=24, threshold=24, bias=24, decay=12, shift=0, exponent=0, later=True, rounding="zero"),
    "loihi": dict(kind="cuba", weight=9, membrane=24, current=24, threshold=17, bias=13, decay=12, shift=6, exponent=7, later=False, rounding="zero")}


def varied(name, rng):
    """A chip like a shipped one, with other widths and another rounding; and the options that make volley's so."""
    chip = dict(CHIPS[name])
    if name == "loihi" or rng.random() < 0.3:
        return chip, []
    chip.update(weight=int(rng.integers(3, 10)), decay=int(rng.integers(4, 13)), rounding=str(rng.choice(["zero", "down", "nearest"])),
                current=int(rng.integers(12, 25)), membrane=int(rng.integers(16, 25)))
    chip["threshold"] = min(chip["threshold"], chip["membrane"])
    chip["bias_input"] = bool(rng.random() < 0.3)
    signed = {"weight": "signed", "current": "signed", "membrane": "signed", "threshold": "", "decay": ""}
    options = [f"core_types.{name}.formats.{key}={chip[key]} bit {sign}".strip() for key, sign in signed.items()]
    options += [f"core_types.{name}.offers.decay_rounding={chip['rounding']}"] + ["time.layer_start={kind: bias_input}"] * chip["bias_input"]
    return chip, [w for o in options for w in ("--set", o)]


def whole(x):
    return abs(x - round(x)) <= 1e-4


class Plan:
    """How one population runs on one chip: the words of docs/quantise.md."""
    def __init__(self, p, chip):
        self.reset, self.point, self.refractory, self.over_beta = p.reset, p.point, p.refractory, False
        self.at_least = p.at_least and chip["later"]        # loihi compares with > alone
        if not p.fires or self.reset == "none":
            self.reset, self.point = "none", "now"
        if self.point != "now" and not chip["later"]:
            if self.point == "after" and self.reset == "subtract" and not self.refractory:
                self.over_beta = True
            elif self.point == "after" and not self.refractory:
                self.refractory = 1
            self.point = "now"


class Integers:
    """One population's numbers. edges: those into it, each with .weight (effective, out x in) and .synapses."""
    def __init__(self, p, edges, chip, repeat, value_max):
        self.p, self.chip, self.plan = p, chip, Plan(p, chip)
        self.bias_real = p.bias[0] + p.bias[1]
        behind = chip["kind"] == "cuba" and p.alpha is not None         # the current stands between a bias and the membrane
        self.axon = (behind or chip.get("bias_input", False)) and np.any(self.bias_real)
        self.weights = [effective(e, repeat, e.tensor) for e in edges]
        self.unit = self.choose(edges, repeat, value_max)
        self.q = [quantised(e, repeat, self.unit, chip["weight"]) for e in edges]
        self.store()

    def limits(self):
        """The smallest unit in which everything fits, an improbable current apart."""
        c, p, plan = self.chip, self.p, self.plan
        gain, most = 2 ** c["shift"], 2 ** (c["membrane"] - 1) - 1
        need = max([float(np.abs(w).max(initial=0)) for w in self.weights], default=0) / (2 ** (c["weight"] - 1) - 1)
        threshold = float(np.abs(p.threshold).max()) if p.fires else 0
        need = max(need, threshold / (2 ** c["threshold"] - 1), threshold * gain / (most / 2))
        if plan.over_beta:
            need = max(need, float(np.abs(p.threshold.astype(float) / p.beta).max()) * gain / most)
        if not self.axon:
            need = max(need, float(np.abs(self.bias_real).max()) * gain / min((2 ** (c["bias"] - 1) - 1) * 2 ** c["exponent"], most))
        return need

    def choose(self, edges, repeat, value_max):
        c, p = self.chip, self.p
        least = self.limits()
        both = np.zeros((2, p.n))
        for e in edges:
            # a pool's windows may overlap: every position counts with its whole window
            times = value_max if e.source == "input" else 1
            both += times * e.scale_bound
        most = both.max(0) + (np.abs(self.bias_real) if self.axon else 0)
        most = float((most / (np.maximum(1 - p.alpha.astype(float), 1e-9) if p.alpha is not None else 1)).max())
        wish = max(least, most * (2 ** c["shift"] if c["kind"] == "cuba" else 1) / (2 ** (c["current"] - 1) - 1))
        least = min(wish, 2 * least)
        self.packets = 1
        top = 2 ** (c["weight"] - 1) - 1
        if self.axon:
            need = float(np.abs(self.bias_real).max())
            if least > 0:
                self.packets = int(min(max(math.ceil(need / (least * top) - 1e-4), 1), 256))
            least = max(least, need / self.packets / top)
        return self.on_grid(least, top) if least > 0 else 1.0

    def on_grid(self, least, top):
        p = self.p
        every = [w for w in self.weights] + ([self.bias_real / self.packets] if self.axon else [])
        every = np.concatenate(every) if every else np.zeros(0)
        most = max([float(np.abs(w).max(initial=0)) for w in self.weights], default=0)
        same = p.fires and np.all(p.threshold == p.threshold[0])
        threshold = float(p.threshold[0]) if same else 0.0
        grid = 0
        for m in range(1, top + 1):
            if most > 0 and np.all(np.abs(every / (most / m) - np.rint(every / (most / m))) <= 1e-4):
                grid = m
                break
        finest = 0.0
        for j in range(top // grid if grid else 0, 0, -1):
            unit = most / (j * grid)
            if unit < least * (1 - 1e-12):
                continue
            finest = finest or unit
            if threshold <= 0 or (threshold / unit >= 1 and whole(threshold / unit)):
                return unit
        if finest:
            return finest
        return threshold / math.floor(threshold / least) if threshold >= least else least

    def store(self):
        c, p, plan = self.chip, self.p, self.plan
        gain, one = 2.0 ** c["shift"] / self.unit, 2 ** c["decay"]
        decay_most = 2 ** c["decay"] - 1
        self.keep = (one - np.clip(np.rint((1 - p.beta.astype(float)) * one), 0, decay_most)).astype(np.int64)
        if p.alpha is not None:
            self.keep_u = (one - np.clip(np.rint((1 - p.alpha.astype(float)) * one), 1, min(decay_most + 1, one))).astype(np.int64)
        x = p.threshold.astype(float) * gain / 2 ** c["shift"]
        near = np.rint(x)
        if c["shift"] == 0:
            near = np.where(np.abs(x - near) <= 1e-6, near, np.ceil(x) if p.at_least else np.floor(x))
        self.threshold = (near * 2 ** c["shift"]).astype(np.int64)
        self.amount = np.zeros(p.n, np.int64)
        if plan.reset == "subtract":
            self.amount = np.rint(self.threshold * one / self.keep).astype(np.int64) if plan.over_beta else self.threshold
        self.bias = np.zeros(p.n, np.int64)
        if not self.axon:
            for i, real in enumerate(self.bias_real * gain):
                for e in range(c["exponent"] + 1):
                    if -2 ** (c["bias"] - 1) <= np.rint(real / 2 ** e) <= 2 ** (c["bias"] - 1) - 1:
                        self.bias[i] = int(np.rint(real / 2 ** e)) * 2 ** e
                        break
        else:
            top = 2 ** (c["weight"] - 1)
            self.bias_weight = np.clip(np.rint(self.bias_real / self.packets / self.unit), -top, top - 1).astype(np.int64) * self.packets

    def start(self):
        self.v, self.u, self.rest = (np.zeros(self.p.n, np.int64) for _ in range(3))

    def decayed(self, x, keep):
        product = x * keep
        bits = self.chip["decay"]
        if self.chip["rounding"] == "zero":
            return np.sign(product) * (np.abs(product) >> bits)
        return (product + (1 << bits - 1 if self.chip["rounding"] == "nearest" else 0)) >> bits

    def clip(self, v):
        top = 2 ** (self.chip["membrane"] - 1) - 1
        return np.clip(v, -top - (self.chip["kind"] == "lif"), top)

    def over(self, v):
        if not self.p.fires:
            return np.zeros(len(v), bool)
        return v >= self.threshold if self.plan.at_least else v > self.threshold

    def after_reset(self, v):
        return v - self.amount if self.plan.reset == "subtract" else v if self.plan.reset == "none" else np.zeros_like(v)

    def drive(self, total):
        top = 2 ** (self.chip["current"] - 1)
        total = total + (self.bias_weight if self.axon else 0)
        if self.chip["kind"] == "lif":
            return np.clip(total, -top, top - 1) * 2 ** self.chip["shift"] + self.bias
        self.u = (self.decayed(self.u, self.keep_u) if self.p.alpha is not None else 0) + total * 2 ** self.chip["shift"]
        once = np.where(self.u > top, self.u - 2 * top, self.u)
        once = np.where(once <= -top, self.u + 2 * top, once)
        self.u = np.where((once > -top) & (once <= top), once, (once + top - 1) % (2 * top) - top + 1)      # more than one turn: by whole turns
        return self.u + self.bias

    def step(self, total):
        plan, resting = self.plan, self.rest > 0
        drive = self.drive(total)
        before = self.over(self.v) & (plan.point != "now") & (plan.refractory == 0)
        v = np.where(before & (plan.point == "before"), self.after_reset(self.v), self.v)
        v = self.decayed(v, self.keep) + drive
        v = self.clip(np.where(before & (plan.point == "after"), self.after_reset(v), v))
        fired = self.over(v) & ~resting
        v = np.where(fired & (plan.point == "now"), self.clip(self.after_reset(v)), v)
        late = resting & (self.rest == plan.refractory) & (plan.point != "now")
        self.v = np.where(resting, np.where(late, self.clip(self.after_reset(self.v)), self.v), v)
        self.rest = np.where(resting, self.rest - 1, np.where(fired, plan.refractory, 0))
        return fired


def effective(e, repeat, w):
    """Real weights as the chip's synapses have them: the average pool's 1/area and 1/k of repeated packets are inside them."""
    factor = e.factor / (repeat if e.source == "input" else 1)
    return w * factor if math.frexp(factor)[0] == 0.5 else (w * factor).astype(F).astype(float)


def quantised(e, repeat, unit, bits):
    top = 2 ** (bits - 1)
    q = np.clip(np.rint(effective(e, repeat, e.unscaled) / unit), -top, top - 1).astype(np.int64)
    return q @ e.windows if e.windows is not None else q * (e.synapses > 0)


def prepare(edges):
    """What the chip's synapses hold of each edge: weights behind a pool, the pool's windows, and what a neuron's synapses can add up to."""
    for e in edges:
        heavy = [n for n in e.chain if isinstance(n, (Conv, Linear, Pool))]
        e.windows, e.factor, e.unscaled = None, 1.0, e.weight
        taps = 1
        if hasattr(e, "pool_windows"):
            e.windows, e.factor, e.unscaled = e.pool_windows, 1 / heavy[0].area(), e.behind_pool
            taps = heavy[0].kernel[0] * heavy[0].kernel[1]
        bound = e.unscaled
        if heavy and isinstance(heavy[-1], Conv):       # a channel's whole kernel, wherever its border lies
            kernel = heavy[-1].weight.astype(float).reshape(len(heavy[-1].weight), -1)
            bound = np.repeat(kernel, len(bound) // len(kernel), 0)
        elif heavy and isinstance(heavy[-1], Pool):
            bound = np.full((len(bound), heavy[-1].kernel[0] * heavy[-1].kernel[1]), 1 / heavy[-1].area())
        # A kernel's weight counts for the unit even where no place is left for its tap.
        e.tensor = heavy[-1].weight.astype(float).reshape(-1) if heavy and isinstance(heavy[-1], Conv) else np.unique(e.unscaled)
        e.scale_bound = np.array([np.maximum(bound, 0).sum(1), np.maximum(-bound, 0).sum(1)]) * e.factor * taps


class IntegerNetwork:
    """A snn_model.Network on a chip. Values of the input times `repeat` are whole: so many equal packets, or one with that payload."""
    def __init__(self, network, chip, repeat=1, value_max=1.0, payload=False):
        prepare(network.edges)
        self.network, self.repeat, self.payload = network, repeat, payload
        self.parts = {}
        for p in network.neurons:
            into = [e for e in network.edges if e.target == p.name]
            self.parts[p.name] = (into, Integers(p, into, chip, repeat, value_max))

    def run(self, samples):
        names = [p.name for p in self.network.neurons]
        spikes, membranes = {n: [] for n in names}, {n: [] for n in names}
        self.sops = 0
        for sample in samples.reshape(len(samples), samples.shape[1], -1):
            history = {"input": np.rint(sample.astype(np.float64) * self.repeat).astype(np.int64)}
            shown = {}
            for n in names:
                shape = (len(sample), self.network.of[n].n)
                history[n], shown[n] = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
                self.parts[n][1].start()
            for t in range(len(sample)):
                for n in names:
                    into, part = self.parts[n]
                    total = sum((self.arriving(e, q, history[e.source], t) for e, q in zip(into, part.q)), np.zeros(self.network.of[n].n, np.int64))
                    self.sops += self.network.of[n].n * part.packets if part.axon else 0
                    history[n][t] = part.step(total)
                    shown[n][t] = part.v
            for n in names:
                spikes[n].append(history[n] != 0)
                membranes[n].append(shown[n])
        return {k: np.array(v) for k, v in spikes.items()}, {k: np.array(v) for k, v in membranes.items()}, self.sops

    def arriving(self, e, q, source, t):
        at = t - e.delay
        x = np.where(at >= 0, source[np.maximum(at, 0), np.arange(len(e.delay))], 0)
        self.sops += int((e.synapses @ ((x != 0) if self.payload else x)).sum())
        return q @ x
