"""A second simulator, in NumPy, that shares nothing with volley: networks as NIR nodes, stepped by the equations of docs/network-yaml.md.

    s = alpha s + I + J (with a current)     m = beta m + s, or + I then + J     reset     spike: m > threshold, or m >= threshold

Every operation is rounded to float32. I (port 0) and J (port 1: what closes a cycle) are exact sums, rounded once. Sums are taken in
int64 multiples of 2^-FRACTION; an array that does not fit that grid is refused, so that exactness is checked and not assumed.
A linear node is a matrix (out, in) and a matrix of how many synapses stand behind each entry."""
import numpy as np

FRACTION = 44
F = np.float32


def counts(x):
    """x as whole multiples of 2^-FRACTION."""
    scaled = np.asarray(x, np.float64) * 2.0 ** FRACTION
    whole = np.rint(scaled)
    assert np.array_equal(whole, scaled) and np.abs(whole).max(initial=0) < 2.0 ** 62, "a number off the grid of exact sums"
    return whole.astype(np.int64)


# ---- linear nodes: each has type, in and out shape, matrix() -> (weights, synapses, bias or None) ----

class Linear:
    """y = W x + b (Affine with b, Linear without)."""
    def __init__(self, weight, bias=None):
        self.weight, self.bias = np.asarray(weight, F), bias

    def shape(self, _):
        return (self.weight.shape[0],)

    def matrix(self, _):
        return self.weight.astype(np.float64), np.ones(self.weight.shape, np.int64), self.bias


class Scale:
    """y = s x, neuron by neuron."""
    bias = None

    def __init__(self, scale):
        self.scale = np.asarray(scale, F)

    def shape(self, shape):
        return shape

    def matrix(self, shape):
        n = int(np.prod(shape))
        return np.diag(np.broadcast_to(self.scale, shape).reshape(n).astype(np.float64)), np.eye(n, dtype=np.int64), None


class Flatten:
    """Changes the shape alone."""
    bias = None

    def shape(self, shape):
        return (int(np.prod(shape)),)

    def matrix(self, shape):
        n = int(np.prod(shape))
        return np.eye(n), np.eye(n, dtype=np.int64), None


class Delay:
    """y(t) = x(t - d): steps, one number or one per neuron."""
    bias = None

    def __init__(self, steps):
        self.steps = np.asarray(steps, np.int64)

    def shape(self, shape):
        return shape


def span(size, kernel, stride, padding, dilation):
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


class Conv:
    """Cross-correlation; weight (Cout, Cin / groups, KH, KW), or (Cout, Cin / groups, K) for one axis."""
    def __init__(self, weight, bias, stride, padding, dilation, groups):
        self.weight, self.bias, self.groups = np.asarray(weight, F), bias, groups
        self.stride, self.padding, self.dilation = stride, padding, dilation
        self.axes = self.weight.ndim - 2

    def shape(self, shape):
        at = [span(shape[1 + a], self.weight.shape[2 + a], self.stride[a], self.padding[a], self.dilation[a]) for a in range(self.axes)]
        return (self.weight.shape[0], *at)

    def matrix(self, shape):
        out = self.shape(shape)
        full = np.zeros((*out, *shape))
        taps = np.zeros((*out, *shape), np.int64)
        per_in, per_out = self.weight.shape[1], out[0] // self.groups
        for place in np.ndindex(*out):
            for tap in np.ndindex(*self.weight.shape[1:]):
                at = [place[1 + a] * self.stride[a] - self.padding[a] + tap[1 + a] * self.dilation[a] for a in range(self.axes)]
                if all(0 <= x < shape[1 + a] for a, x in enumerate(at)):
                    source = (place[0] // per_out * per_in + tap[0], *at)
                    full[place + source] += self.weight[(place[0], *tap)]
                    taps[place + source] += 1
        n_out, n_in = int(np.prod(out)), int(np.prod(shape))
        bias = None if self.bias is None else np.repeat(np.asarray(self.bias), n_out // out[0])
        return full.reshape(n_out, n_in), taps.reshape(n_out, n_in), bias


class Pool:
    """Sum or mean over windows of (C, H, W); padded places count as 0 and belong to the area."""
    bias = None

    def __init__(self, kernel, stride, padding, mean):
        self.kernel, self.stride, self.padding, self.mean = kernel, stride, padding, mean

    def shape(self, shape):
        return (shape[0], *[span(shape[1 + a], self.kernel[a], self.stride[a], self.padding[a], 1) for a in (0, 1)])

    def matrix(self, shape):
        weight = np.zeros((shape[0], shape[0], *self.kernel))
        for c in range(shape[0]):
            weight[c, c] = 1
        full, _, _ = Conv(weight, None, self.stride, self.padding, (1, 1), 1).matrix(shape)
        return full / self.area(), (full != 0).astype(np.int64), None

    def area(self):
        return self.kernel[0] * self.kernel[1] if self.mean else 1


class Edge:
    """Neurons `source` feed neurons `target` through linear nodes in a row. back: it closes a cycle, which takes a step and port 1."""
    def __init__(self, source, target, chain, back=False):
        self.source, self.target, self.chain, self.back, self.arrival = source, target, chain, back, 0

    def build(self, shape):
        """Fills weight and synapses (out, in), bias (out) and delay (in), with every product rounded to float32 once."""
        weight = synapses = pooled = windows = None
        bias, delay = np.zeros(1), np.zeros(int(np.prod(shape)), np.int64)
        for node in self.chain:
            if isinstance(node, Delay):
                assert weight is None or node.steps.ndim == 0, "only a delay of all may follow weights"
                delay = delay + np.broadcast_to(node.steps, shape).reshape(-1) if weight is None else delay + int(node.steps)
                continue
            w, s, b = node.matrix(shape)
            if pooled and isinstance(node, (Linear, Conv)):     # 1 / area goes into each weight behind the pool, rounded; the windows then add these
                w, pooled = (w * pooled).astype(F).astype(np.float64), None
            elif weight is None and isinstance(node, Pool) and not self.joined() and node is not self.chain[-1]:
                pooled, w, windows = 1 / node.area(), s.astype(np.float64), True
                self.pool_windows, self.behind_pool = s, None
            if windows and isinstance(node, (Linear, Conv)):
                self.behind_pool = node.matrix(shape)[0]
            bias = w @ bias if bias.size == w.shape[1] else bias
            bias = bias + np.asarray(b, np.float64) if b is not None else bias
            weight, synapses, shape = (w, s, node.shape(shape)) if weight is None else (w @ weight, s @ synapses, node.shape(shape))
        n = int(np.prod(shape))
        self.weight = np.eye(n) if weight is None else weight if windows else weight.astype(F).astype(np.float64)
        self.synapses = np.eye(n, dtype=np.int64) if weight is None else synapses
        if self.joined():
            self.synapses = (self.synapses > 0).astype(np.int64)
        self.bias = np.broadcast_to(bias, n)
        self.delay = delay + self.back + self.arrival
        self.counts = counts(self.weight)

    def joined(self):
        """Two nodes of weights in a row become one list, a synapse per pair; a pool in front of weights keeps one per position."""
        heavy = [n for n in self.chain if isinstance(n, (Linear, Conv, Pool))]
        return len(heavy) > 1 and not (len(heavy) == 2 and isinstance(heavy[0], Pool) and not isinstance(heavy[1], Pool))


class Neurons:
    """One population. reset: none, zero, subtract, value; point: now, before (the next decay), after (the next input)."""
    def __init__(self, name, shape, beta, threshold, alpha=None, fires=True, reset="none", point="now", at_least=False, reset_value=0.0,
                 refractory=0, bias=0.0, bias1=0.0):
        self.name, self.shape, self.n = name, tuple(shape), int(np.prod(shape))
        def each(x):
            return np.broadcast_to(np.asarray(x, F), self.shape).reshape(self.n)
        self.beta, self.threshold, self.reset_value = each(beta), each(threshold), each(reset_value)
        self.alpha = None if alpha is None else each(alpha)
        self.fires, self.reset, self.point, self.at_least, self.refractory = fires, reset, point, at_least, refractory
        self.bias = [np.array(np.broadcast_to(b, self.n), np.float64) for b in (bias, bias1)]
        self.two_ports = bool(np.any(self.bias[1]))
        self.unit = np.ones(self.n)     # a membrane as its tool shows it is m * unit

    def start(self):
        self.m, self.s = np.zeros(self.n, F), np.zeros(self.n, F)
        self.rest = np.zeros(self.n, np.int64)

    def over(self, m):
        if not self.fires:
            return np.zeros(self.n, bool)
        return m >= self.threshold if self.at_least else m > self.threshold

    def after_reset(self, m):
        if self.reset == "subtract":
            return m - self.threshold
        return m if self.reset == "none" else self.reset_value

    def step(self, i, j):
        """i, j: the two ports' exact sums. Returns the spikes."""
        def single(x):
            return np.ldexp(x.astype(F), -FRACTION).astype(F)
        inputs = [single(i)] + ([single(j)] if self.two_ports else [])
        resting = self.rest > 0
        before = self.over(self.m) & (self.point != "now") & (self.refractory == 0)
        m = np.where(before & (self.point == "before"), self.after_reset(self.m), self.m)
        if self.alpha is not None:
            self.s = self.alpha * self.s
            for x in inputs:
                self.s = self.s + x
        m = self.beta * m
        for x in [self.s] if self.alpha is not None else inputs:
            m = m + x
        m = np.where(before & (self.point == "after"), self.after_reset(m), m)
        fired = self.over(m) & ~resting
        m = np.where(fired & (self.point == "now"), self.after_reset(m), m)
        # A membrane at rest stays where its reset put it; a reset that was due in the next step is the first thing that rest does.
        late = resting & (self.rest == self.refractory) & (self.point != "now")
        self.m = np.where(resting, np.where(late, self.after_reset(self.m), self.m), m).astype(F)
        self.rest = np.where(resting, self.rest - 1, np.where(fired, self.refractory, 0))
        return fired


class Network:
    """Neurons in an order in which no edge but a back edge or a delayed one leads backwards. outputs: names."""
    def __init__(self, input_shape, neurons, edges, outputs):
        self.input_shape, self.neurons, self.edges, self.outputs = tuple(input_shape), neurons, edges, outputs
        self.of = {p.name: p for p in neurons}
        shapes = {"input": self.input_shape, **{p.name: p.shape for p in neurons}}
        for e in edges:
            e.build(shapes[e.source])
            self.of[e.target].two_ports |= e.back
            self.of[e.target].bias[e.back] += e.bias.astype(F)

    def run(self, samples):
        """samples (N, T, ...): {name: spikes (N,T,n) bool}, {name: membranes (N,T,n)}, and synaptic operations in the window."""
        spikes = {p.name: [] for p in self.neurons}
        membranes = {p.name: [] for p in self.neurons}
        self.sops = 0
        for sample in samples.reshape(len(samples), samples.shape[1], -1):
            history = self.run_sample(sample.astype(np.float64), membranes)
            for p in self.neurons:
                spikes[p.name].append(history[p.name] != 0)
        return ({k: np.array(v) for k, v in spikes.items()}, {k: np.array(v) for k, v in membranes.items()}, self.sops)

    def run_sample(self, sample, membranes):
        steps = len(sample)
        history = {"input": sample, **{p.name: np.zeros((steps, p.n)) for p in self.neurons}}
        shown = {p.name: np.zeros((steps, p.n), F) for p in self.neurons}
        biases = {p.name: [counts(b.astype(F)) for b in p.bias] for p in self.neurons}
        for p in self.neurons:
            p.start()
        for t in range(steps):
            for p in self.neurons:
                sums = [b.copy() for b in biases[p.name]]
                for e in (e for e in self.edges if e.target == p.name):
                    sums[e.back] += self.arriving(e, history[e.source], t)
                history[p.name][t] = p.step(*sums)
                shown[p.name][t] = p.m
        for p in self.neurons:
            membranes[p.name].append(shown[p.name])
        return history

    def arriving(self, e, source, t):
        """What edge e adds in step t, in counts; and its synaptic operations."""
        at = t - e.delay
        x = np.where(at >= 0, source[np.maximum(at, 0), np.arange(len(e.delay))], 0.0)
        self.sops += int((e.synapses @ (x != 0)).sum())
        if np.array_equal(x, np.rint(x)):
            return e.counts @ x.astype(np.int64)
        return counts(e.weight @ x)
