#!/usr/bin/python3
"""make_nir.py FOLDER: writes the small NIR files of corpus/nir: valid ones, which carry what numpy computed from them, and nasty ones.

A valid file's /node/metadata holds, per target population P and source S, `matrix P<S` (outputs, inputs) and `bias P` (outputs):
the layers between them applied to unit vectors and to nothing, by the definitions of the operations. tests/test_nir.c compares
them with what the reader made of the file. Needs python3-h5py and python3-numpy."""
import os, sys
import h5py
import numpy as np

F = np.float32
RNG = np.random.RandomState(2024)


def weights(*shape):
    """Multiples of 1/64: products and sums of a few are exact in float32."""
    return (RNG.randint(-64, 65, size=shape) / 64.0).astype(F)


# ---- the operations, by definition; x has the shape (C, H, W), (C, L) or (N) ----

def conv2d(x, w, bias, stride, padding, dilation, groups):
    (cout, per_group, kh, kw), (_, height, width) = w.shape, x.shape
    low, high = padding
    x = np.pad(x, ((0, 0), (low[0], high[0]), (low[1], high[1])))
    oh = (x.shape[1] - dilation[0] * (kh - 1) - 1) // stride[0] + 1
    ow = (x.shape[2] - dilation[1] * (kw - 1) - 1) // stride[1] + 1
    y = np.zeros((cout, oh, ow))
    for o in range(cout):
        group = o // (cout // groups)
        for c in range(per_group):
            for i in range(kh):
                for j in range(kw):
                    part = x[group * per_group + c, i * dilation[0]:, j * dilation[1]:]
                    y[o] += float(w[o, c, i, j]) * part[:oh * stride[0]:stride[0], :ow * stride[1]:stride[1]][:oh, :ow]
        y[o] += float(bias[o])
    return y


def pool2d(x, kernel, stride, padding, average):
    w = np.ones((x.shape[0], 1, *kernel)) / (kernel[0] * kernel[1] if average else 1)
    return conv2d(x, w, np.zeros(x.shape[0]), stride, (padding, padding), (1, 1), x.shape[0])


class Layer:
    """A linear node: its datasets, and what it does to an array."""
    def __init__(self, kind, apply, **data):
        self.kind, self.apply, self.data = kind, apply, data


def affine(w, b):
    return Layer("Affine", lambda x: w.astype(float) @ x.ravel() + b.astype(float), weight=w, bias=b)


def linear(w):
    return Layer("Linear", lambda x: w.astype(float) @ x.ravel(), weight=w)


def scale(s):
    return Layer("Scale", lambda x: np.asarray(s, float) * x, scale=s)


def conv(w, b, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1, **more):
    low = high = padding
    stored = np.array(padding) if not isinstance(padding, str) else padding
    if padding == "same":
        total = [dilation[k] * (w.shape[2 + k] - 1) for k in range(2)]
        low, high = [t // 2 for t in total], [t - t // 2 for t in total]
    elif padding == "valid":
        low = high = (0, 0)
    return Layer("Conv2d", lambda x: conv2d(x, w, b, stride, (low, high), dilation, groups), weight=w, bias=b, stride=np.array(stride),
                 padding=stored, dilation=np.array(dilation), groups=groups, **more)


def conv1d(w, b, stride=1, padding=0, dilation=1, groups=1, **more):
    def apply(x):
        return conv2d(x[:, None, :], w[:, :, None, :], b, (1, stride), ((0, padding), (0, padding)), (1, dilation), groups)[:, 0, :]
    return Layer("Conv1d", apply, weight=w, bias=b, stride=stride, padding=padding, dilation=dilation, groups=groups, **more)


def pool(kernel, stride, padding=(0, 0), average=False, stored=None):
    data = stored or dict(kernel_size=np.array(kernel), stride=np.array(stride), padding=np.array(padding))
    return Layer("AvgPool2d" if average else "SumPool2d", lambda x: pool2d(x, kernel, stride, padding, average), **data)


def flatten(**more):
    return Layer("Flatten", lambda x: x.ravel(), start_dim=0, end_dim=-1, **more)


def delay(d):
    return Layer("Delay", lambda x: x, delay=d)


# ---- files ----

def put(group, name, value, packed, short=False):
    if short and isinstance(value, str):
        value = np.bytes_(value)
    if isinstance(value, np.ndarray) and value.ndim and (packed is True or packed and name in packed or value.size > 100):
        group.create_dataset(name, data=value, compression="gzip")
    else:
        group.create_dataset(name, data=value)


class Graph:
    """What goes into a file: nodes {name: (type, datasets, metadata)} or {name: Graph}, edges, expectations."""
    def __init__(self):
        self.nodes, self.edges, self.metadata = {}, [], {}

    def node(self, name, kind, metadata=None, **data):
        self.nodes[name] = (kind, data, metadata or {})
        return self

    def layer(self, name, layer):
        return self.node(name, layer.kind, **layer.data)

    def path(self, *names):
        self.edges += list(zip(names, names[1:]))
        return self

    def write_to(self, group, packed, edges_as, short):
        put(group, "type", "NIRGraph", False, short)
        edges = edges_as(self.edges) if self.edges else np.zeros(0)
        group.create_dataset("edges", data=edges)
        nodes = group.create_group("nodes")
        for name, node in self.nodes.items():
            inner = nodes.create_group(name)
            if isinstance(node, Graph):
                node.write_to(inner, packed, edges_as, short)
                continue
            put(inner, "type", node[0], False, short)
            for key, value in node[1].items():
                put(inner, key, value, packed, short)
            if node[2]:
                more = inner.create_group("metadata")
                for key, value in node[2].items():
                    put(more, key, value, packed, short)
        if self.metadata:
            more = group.create_group("metadata")
            for key, value in self.metadata.items():
                put(more, key, value, packed, short)

    def write(self, path, packed=True, version="1.0.8", edges_as=None, libver=("v110", "v110"), short=False):
        """short: texts of fixed length, which spare the 4 KiB heap of varied ones."""
        edges_as = edges_as or (lambda e: np.array(e, dtype="S" if short else "O"))
        with h5py.File(path, "w", libver=libver) as file:
            if version is not None:
                put(file, "version", version, False, short)
            self.write_to(file.create_group("node"), packed, edges_as, short)


def lif(n, dt=1e-4, beta=0.9, thr=1.0, reset="subtract", wait=1, **more):
    """A snnTorch Leaky as its exporter writes it, with metadata."""
    shape = n if isinstance(n, tuple) else (n,)
    b = np.full(shape, beta, F)
    tau = (dt / (1 - b)).astype(F)
    meta = dict(reset_mechanism=reset, reset_delay=wait, dt=dt, beta=b)
    data = dict(tau=tau, r=(1 / (1 - b)).astype(F), v_leak=np.zeros(shape, F), v_threshold=np.full(shape, thr, F), v_reset=np.zeros(shape, F))
    data.update(more)
    return data, meta


def bare(n, tau=2.5e-3, r=1.0, thr=0.1, kind=F, **more):
    shape = n if isinstance(n, tuple) else (n,)
    data = {k: np.full(shape, v, kind) for k, v in dict(tau=tau, r=r, v_leak=0, v_threshold=thr).items()}
    data.update({k: np.asarray(v) for k, v in more.items()})
    return data


def matrix_of(layers, shape):
    """(matrix, bias) of layers applied one after another, from the definitions."""
    def run(x):
        for layer in layers:
            x = layer.apply(x)
        return np.asarray(x, float).ravel()
    size = int(np.prod(shape))
    bias = run(np.zeros(shape))
    columns = [run(np.eye(size)[i].reshape(shape)) - bias for i in range(size)]
    return np.array(columns).T, bias


def chain(name, shape, layers, out, **how):
    """input -> layers -> lif1 -> output, with its expectation."""
    g = Graph().node("input", "Input", shape=np.array(shape))
    names = []
    for k, layer in enumerate(layers):
        names.append("%s%d" % (layer.kind.lower(), k))
        g.layer(names[-1], layer)
    data, meta = lif(out)
    g.node("lif1", "LIF", meta, **data).node("output", "Output", shape=np.array(out if isinstance(out, tuple) else (out,)))
    g.path("input", *names, "lif1", "output")
    matrix, bias = matrix_of(layers, shape)
    g.metadata.update({"matrix lif1<input": matrix, "bias lif1": bias})
    return name, g, {**dict(short=name != "dense", packed=name == "dense"), **how}


def chains():
    w, z = weights, lambda n: np.zeros(n, F)
    yield chain("dense", (5,), [affine(w(3, 5), w(3))], 3)
    yield chain("linear_only", (1, 5), [linear(w(3, 5))], 3)
    yield chain("conv_all_options", (4, 7, 6), [conv(w(6, 2, 3, 2), w(6), (2, 1), (1, 2), (2, 3), 2, input_shape=np.array([7, 6]))], (6, 3, 7))
    yield chain("conv_same_even", (1, 4, 5), [conv(w(2, 1, 2, 4), w(2), padding="same")], (2, 4, 5), packed=False)
    yield chain("conv_valid", (2, 4, 4), [conv(w(2, 2, 3, 3), w(2), padding="valid")], (2, 2, 2))
    yield chain("conv1d", (2, 9), [conv1d(w(4, 1, 3), w(4), 2, 1, 2, 2, input_shape=9)], (4, 4))
    yield chain("pool_alone_average", (2, 4, 6), [pool((2, 2), (2, 2), average=True)], (2, 2, 3))
    yield chain("pool_alone_overlapping", (2, 5, 5), [pool((3, 2), (2, 1), (1, 1))], (2, 3, 6))
    yield chain("pool_scalar", (1, 4, 4), [pool((2, 2), (2, 2), average=True, stored=dict(kernel_size=2, stride=2, padding=0))], (1, 2, 2))
    yield chain("pool_conv", (2, 6, 6), [pool((2, 2), (2, 2), average=True), conv(w(3, 2, 2, 2), w(3))], (3, 2, 2))
    yield chain("pool_flatten_dense", (2, 4, 4), [pool((2, 2), (2, 2)), flatten(input_type=np.array([2, 2, 2])), affine(w(4, 8), w(4))], 4)
    yield chain("pool_pool", (2, 8, 8), [pool((2, 2), (2, 2)), pool((2, 2), (2, 2), average=True)], (2, 2, 2))
    yield chain("dense_dense", (4,), [affine(w(5, 4), w(5)), affine(w(3, 5), w(3))], 3)
    yield chain("conv_conv", (1, 5, 5), [conv(w(2, 1, 3, 3), w(2), padding=(1, 1)), conv(w(2, 2, 3, 3), w(2), padding=(1, 1), stride=(2, 2))], (2, 3, 3))
    yield chain("conv_pool", (1, 6, 6), [conv(w(2, 1, 3, 3), w(2), padding=(1, 1)), pool((2, 2), (2, 2), average=True)], (2, 3, 3))
    yield chain("conv_flatten_dense", (1, 3, 3), [conv(w(2, 1, 2, 2), w(2)), flatten(), linear(w(3, 8))], 3)
    yield chain("scale_alone", (4,), [scale(w(4))], 4)
    yield chain("scale_one_value", (4,), [scale(np.array([0.5], F))], 4)
    yield chain("scale_dense_scale", (4,), [scale(w(4)), affine(w(3, 4), w(3)), scale(w(3))], 3)
    yield chain("scale_conv_channels", (2, 4, 4), [scale(w(2, 1, 1)), conv(w(4, 1, 3, 3), w(4), groups=2), scale(w(4, 1, 1))], (4, 2, 2))
    yield chain("scale_conv_pixels", (1, 4, 4), [scale(w(1, 4, 4)), conv(w(2, 1, 3, 3), w(2))], (2, 2, 2))
    yield chain("conv_groups_scale_pixels", (4, 6, 5), [scale(w(4, 6, 5)), conv(w(4, 2, 3, 2), w(4), (2, 1), (1, 1), (2, 3), 2)], (4, 2, 4))
    yield chain("scale_pool_conv", (2, 4, 4), [scale(w(2, 1, 1)), pool((2, 2), (2, 2)), conv(w(2, 2, 2, 2), w(2))], (2, 1, 1))
    yield chain("pool_scale_pixels", (1, 4, 4), [pool((2, 2), (2, 2)), scale(w(1, 2, 2))], (1, 2, 2))
    yield chain("direct", (3,), [], 3)


def special():
    """Files whose graph, form of storage or neurons are the point."""
    w, F64 = weights, np.float64
    data, meta = lif(3)

    def start(shape=(4,), out=3):
        return Graph().node("input", "Input", shape=np.array(shape)).node("output", "Output", shape=np.array([out]))

    a, b = affine(w(3, 4), w(3)), affine(w(3, 4), w(3))
    g = start().layer("left", a).layer("right", b).node("lif1", "LIF", meta, **data).path("input", "left", "lif1", "output").path("input", "right", "lif1")
    g.metadata.update({"matrix lif1<input": matrix_of([a], (4,))[0] + matrix_of([b], (4,))[0], "bias lif1": matrix_of([a], (4,))[1] + matrix_of([b], (4,))[1]})
    yield "sum_of_two", g, {}

    a, b = affine(w(3, 3), w(3)), affine(w(3, 3), w(3))
    g = start((3,)).layer("a", a).layer("b", b).node("lif1", "LIF", meta, **data)
    g.path("input", "a", "b", "lif1", "output").path("a", "lif1").path("input", "lif1")
    ab, aa = matrix_of([a, b], (3,)), matrix_of([a], (3,))
    g.metadata.update({"matrix lif1<input": ab[0] + aa[0] + np.eye(3), "bias lif1": ab[1] + aa[1]})
    yield "residual", g, {}

    def recurrent(prefix=""):
        g = Graph()
        fc, rec = affine(w(3, 4), w(3)), affine(w(3, 3), w(3))
        return g, fc, rec

    g, fc, rec = recurrent()
    g = start().layer("fc", fc).node("rnn.lif", "LIF", meta, **data).layer("rnn.w_rec", rec)
    g.path("input", "fc", "rnn.lif", "rnn.w_rec", "rnn.lif").path("rnn.lif", "output")
    g.edges.reverse()
    expected = {"matrix rnn.lif<input": matrix_of([fc], (4,))[0], "bias rnn.lif": matrix_of([fc], (4,))[1],
                "matrix rnn.lif<rnn.lif": matrix_of([rec], (3,))[0], "recurrent bias rnn.lif": matrix_of([rec], (3,))[1]}
    g.metadata.update(expected)
    yield "recurrent_flat", g, {}

    again = affine(w(3, 3), w(3))
    g = start().layer("fc", fc).node("rnn.lif", "LIF", meta, **data).layer("before", again).layer("rnn.w_rec", rec)
    g.path("input", "fc", "rnn.lif", "rnn.w_rec", "rnn.lif", "before", "rnn.w_rec").path("rnn.lif", "output")
    (m1, b1), (m2, b2) = matrix_of([again, rec], (3,)), matrix_of([rec], (3,))
    g.metadata.update({"matrix rnn.lif<rnn.lif": m1 + m2, "recurrent bias rnn.lif": b1, "bias rnn.lif": matrix_of([fc], (4,))[1]})
    yield "recurrent_two_paths", g, {}

    sub = Graph().node("in", "Input", shape=np.array([3])).node("lif", "LIF", meta, **data).layer("w_rec", rec).node("out", "Output", shape=np.array([3]))
    sub.path("in", "lif", "w_rec", "lif").path("lif", "out")
    g = start().layer("fc", fc)
    g.nodes["rnn"] = sub
    g.path("input", "fc", "rnn", "output")
    g.metadata.update(expected)
    yield "recurrent_nested", g, {}

    sub = Graph().node("rnn.in", "Input", shape=np.array([3])).node("rnn.lif", "LIF", meta, **data).layer("rnn.w_rec", rec)
    sub.node("rnn.out", "Output", shape=np.array([3]))
    sub.path("rnn.in", "rnn.lif", "rnn.w_rec", "rnn.lif").path("rnn.lif", "rnn.out")
    g = start().layer("fc", fc)
    g.nodes["rnn"] = sub
    g.path("input", "fc", "rnn", "output")
    g.metadata.update(expected)
    yield "recurrent_nested_full_names", g, {}

    inner = Graph().node("input", "Input", shape=np.array([4])).layer("fc", fc).node("output", "Output", shape=np.array([3])).path("input", "fc", "output")
    for name in ("b", "a"):
        outer = Graph().node("input", "Input", shape=np.array([4])).node("output", "Output", shape=np.array([3]))
        outer.nodes[name] = inner
        outer.path("input", name, "output")
        inner = outer
    g = start()
    g.nodes["deep"] = inner
    g.node("lif1", "LIF", meta, **data).path("input", "deep", "lif1", "output")
    g.metadata.update({"matrix lif1<input": matrix_of([fc], (4,))[0], "bias lif1": matrix_of([fc], (4,))[1]})
    yield "nested_deep", g, {}

    p, q = linear(w(3, 4)), linear(w(3, 4))
    sub = Graph().node("x", "Input", shape=np.array([4])).node("y", "Input", shape=np.array([4])).layer("p", p).layer("q", q)
    sub.node("sum", "Output", shape=np.array([3])).path("x", "p", "sum").path("y", "q", "sum")
    g = start()
    g.nodes["two"] = sub
    g.node("lif1", "LIF", meta, **data).path("input", "two.x").path("input", "two.y").path("two", "lif1", "output")
    g.metadata.update({"matrix lif1<input": matrix_of([p], (4,))[0] + matrix_of([q], (4,))[0]})
    yield "nested_two_ports", g, {}

    # a longer cycle: lif1 -> lif2 -> lif1
    d2, m2 = lif(3)
    f, s, r = linear(w(3, 4)), linear(w(3, 3)), affine(w(3, 3), w(3))
    g = start().layer("f", f).layer("s", s).layer("r", r).node("lif1", "LIF", meta, **data).node("lif2", "LIF", m2, **d2)
    g.path("input", "f", "lif1", "s", "lif2", "r", "lif1").path("lif2", "output")
    g.metadata.update({"matrix lif2<lif1": matrix_of([s], (3,))[0], "matrix lif1<lif2": matrix_of([r], (3,))[0],
                       "recurrent bias lif1": matrix_of([r], (3,))[1]})
    yield "cycle_of_two", g, {}

    fc = affine(w(3, 4), w(3))
    def simple(edges_as, packed, version, libver, kind=F):
        n = {k: v.astype(kind) for k, v in bare(3).items()}
        g = start().node("0", "Affine", weight=fc.data["weight"].astype(kind), bias=fc.data["bias"].astype(kind)).node("1", "LIF", **n)
        g.path("input", "0", "1", "output")
        g.metadata.update({"matrix 1<input": matrix_of([fc], (4,))[0], "bias 1": matrix_of([fc], (4,))[1]})
        return g, dict(edges_as=edges_as, packed=packed, version=version, libver=libver)
    objects = lambda e: np.array(e, dtype="O")
    yield "old_unpacked", *simple(objects, False, "0.1.1", None)
    yield "float64", *simple(objects, False, "1.0.8", None, F64)
    yield "old_packed", *simple(None, ("weight",), "1.0.8", None)
    yield "no_version", *simple(objects, False, None, "latest")
    yield "fixed_text", *simple(lambda e: np.array(e, dtype="S12"), False, np.array(b"0.2.0", dtype="S8"), None)
    yield "space_padded", *simple(objects, False, "0.2.0", None)
    yield "repeated_edges", *simple(lambda e: np.array(e + e, dtype="O"), False, "1.0.8", None)

    g, how = simple(objects, False, "0.2.0", None)
    scalars = {k: F(v) for k, v in dict(tau=2.5e-3, r=1, v_leak=0, v_threshold=0.1).items()}
    g.node("1", "LIF", **scalars)
    yield "scalar_parameters", g, how

    g = start((3,)).node("if1", "IF", r=np.ones(3, F), v_threshold=np.full(3, 1.5, F)).path("input", "if1", "output")
    yield "if_no_reset_said", g, {}
    g = start((3,)).node("if1", "IF", dict(reset_mechanism="zero", reset_delay=False), r=np.full(3, 2, F), v_threshold=np.full(3, 1.5, F))
    yield "if_scaled", g.path("input", "if1", "output"), {}
    g = start((3,)).node("lif1", "LIF", **bare(3, thr=0.5, v_reset=np.full(3, -0.25, F))).path("input", "lif1", "output")
    yield "lif_v_reset", g, {}
    leak = bare(3, thr=0.5)
    leak["v_leak"] = np.array([0.1, 0.2, 0.3], F)
    yield "lif_v_leak", start((3,)).node("lif1", "LIF", **leak).path("input", "lif1", "output"), {}
    cuba = dict(tau_syn=np.full(3, 5e-4), tau_mem=np.full(3, 1e-3), r=np.full(3, 2.0), v_leak=np.full(3, 0.0), v_threshold=np.full(3, 0.5))
    yield "cuba_no_w_in", start((3,)).node("c", "CubaLIF", **cuba).path("input", "c", "output"), {}
    shifted = dict(cuba, v_leak=np.full(3, 0.25))
    yield "cuba_v_leak", start((3,)).node("c", "CubaLIF", **shifted).path("input", "c", "output"), {}
    for reset, wait in (("zero", 1), ("zero", 0), ("subtract", 0), ("none", 1)):
        d, m = lif(3, reset=reset, wait=wait)
        yield "metadata_%s_%d" % (reset, wait), start((3,)).node("lif1", "LIF", m, **d).path("input", "lif1", "output"), {}
    d, m = lif(3, reset="zero")
    g = start((3,)).node("lif1", "LIF", **d).path("input", "lif1", "output")
    g.metadata.update(reset_mechanism="zero", reset_delay=True, dt=1e-4)
    yield "metadata_of_graph", g, {}

    li = {k: v for k, v in bare(3).items() if k != "v_threshold"}
    yield "li_readout", start((3,)).node("li", "LI", **li).path("input", "li", "output"), {}
    yield "i_readout", start((3,)).node("i", "I", r=np.full(3, 0.5, F)).path("input", "i", "output"), {}
    culi = {k: v for k, v in cuba.items() if k != "v_threshold"}
    yield "cuba_li_readout", start((3,)).node("ci", "CubaLI", w_in=np.ones(3), **culi).path("input", "ci", "output"), {}
    yield "threshold_alone", start((3,)).node("t", "Threshold", threshold=np.full(3, 0.5, F)).path("input", "t", "output"), {}
    g = start((3,)).node("li", "LI", **li).node("t", "Threshold", threshold=np.full(3, 0.25, F)).layer("back", scale(np.array([-1], F)))
    g.path("input", "li", "t", "output").path("t", "back", "li").path("li", "output")
    g.nodes["output"][1]["shape"] = np.array([3])
    yield "li_threshold", g, {}

    def delayed(*layers):
        d, m = lif(3)
        g = Graph().node("input", "Input", shape=np.array([3])).node("output", "Output", shape=np.array([3])).node("lif1", "LIF", m, **d)
        names = []
        for k, layer in enumerate(layers):
            names.append("n%d" % k)
            g.layer(names[-1], layer)
        return g.path("input", *names, "lif1", "output")
    fc = linear(w(3, 3))
    yield "delay_of_all", delayed(delay(np.full(3, 3e-4, F)), fc), {}
    yield "delay_of_sources", delayed(delay(np.array([1e-4, 2e-4, 5e-4])), fc), {}
    yield "delay_of_targets", delayed(fc, delay(np.array([1e-4, 2e-4, 5e-4]))), {}
    yield "delays_that_add_up", delayed(fc, delay(np.array([1e-4, 2e-4, 5e-4])), delay(np.array([5e-4, 4e-4, 1e-4]))), {}
    yield "delay_fraction", delayed(delay(np.array([1.5e-4, 2e-4, 5e-4])), fc), {}
    yield "delay_remainder", delayed(delay(np.array([1e-3 + 5e-10, 2e-4, 5e-4])), fc), {}
    yield "delay_float32", delayed(delay(np.full(3, 1e-2, F)), fc), {}


# ---- nasty ----

def nasty(folder):
    w = weights
    data, meta = lif(3)

    def good():
        return Graph().node("input", "Input", shape=np.array([4])).layer("fc", affine(w(3, 4), w(3))).node("lif1", "LIF", meta, **data) \
            .node("output", "Output", shape=np.array([3])).path("input", "fc", "lif1", "output")

    def save(name, graph, **how):
        graph.write(os.path.join(folder, "bad_%s.nir" % name), **{**dict(short=True, packed=False), **how})

    g = good().path("lif1", "ghost")
    save("dangling_edge", g)
    for kind in ("MaxPool2d", "LSTM", "Lif"):
        save("type_" + kind.lower(), good().node("fc", kind, weight=w(3, 4)))
    g = good()
    g.nodes["fc"][1]["weight"][1, 2] = np.nan
    save("nan_weight", g)
    for node, field in (("fc", "weight"), ("fc", "bias"), ("lif1", "tau"), ("lif1", "v_threshold"), ("input", "shape")):
        g = good()
        del g.nodes[node][1][field]
        save("no_%s" % field, g)
    save("weight_shape", good().layer("fc", affine(w(3, 5), w(3))))
    save("bias_length", good().node("fc", "Affine", weight=w(3, 4), bias=w(2)))
    d, m = lif(2)
    save("neuron_shape", good().node("lif1", "LIF", m, **d))
    save("output_shape", good().node("output", "Output", shape=np.array([4])))
    save("no_input", good().node("input", "Output", shape=np.array([4])))
    save("two_inputs", good().node("more", "Input", shape=np.array([3])).path("more", "lif1"))
    g = good()
    del g.nodes["output"]
    g.edges = g.edges[:-1]
    save("no_output", g)
    save("unreached", good().node("lif2", "LIF", meta, **data).path("lif2", "output"))
    g = good()
    g.edges = [("input", "fc"), ("fc", "output"), ("fc", "lif1")]
    save("output_without_neuron", g)
    save("linear_loop", good().layer("loop", linear(w(3, 3))).path("fc", "loop", "loop", "lif1"))
    save("no_edges", Graph().node("input", "Input", shape=np.array([4])).node("output", "Output", shape=np.array([4])))
    save("empty", Graph())
    li = {k: v for k, v in bare(3).items() if k != "v_threshold"}
    save("membrane_travels", good().node("li", "LI", **li).layer("out", linear(w(3, 3))).path("lif1", "li", "out", "lif1"))
    g = good()
    g.nodes["lif1"][1]["tau"][:] = -1
    save("tau_negative", g)
    save("metadata_word", good().node("lif1", "LIF", dict(meta, reset_mechanism="perhaps"), **data))
    save("r_zero", good().node("lif1", "LIF", {}, **bare(3, r=0)))
    save("tau_short", good().node("lif1", "LIF", {}, **bare(3, tau=5e-5)))
    save("input_huge", good().node("input", "Input", shape=np.array([60000, 60000])))
    save("input_zero", good().node("input", "Input", shape=np.array([0])))
    save("conv_flat_input", good().layer("fc", conv(w(3, 1, 1, 1), w(3))))
    g = Graph().node("input", "Input", shape=np.array([1, 4, 4])).node("output", "Output", shape=np.array([2, 3, 3]))
    d, m = lif((2, 3, 3))
    for name, more in (("conv_stride", dict(stride=np.array([0, 1]))), ("conv_padding", dict(padding="mirror")), ("conv_groups", dict(groups=3)),
                       ("conv_kernel", dict(weight=w(2, 1, 9, 9))), ("conv_grid", dict(input_shape=np.array([5, 4]))),
                       ("conv_minus", dict(padding=np.array([-1, 0]))),
                       ("conv_padding_huge", dict(padding=np.array([2**24, 2**24])))):
        h = Graph()
        h.nodes.update(g.nodes)
        c = conv(w(2, 1, 2, 2), w(2))
        c.data.update(more)
        save(name, h.layer("conv", c).node("lif1", "LIF", m, **d).path("input", "conv", "lif1", "output"))
    save("slash", good().node("a/b", "Scale", scale=w(3)))
    save("edges_numbers", good(), edges_as=lambda e: np.zeros((3, 2)))
    save("edges_three", good(), edges_as=lambda e: np.array([["a", "b", "c"]], dtype="O"))
    containers(folder, good)
    long_texts(folder, save, good)


def long_texts(folder, save, good):
    """Texts of 60,000 characters (packed, so that the files stay small), names that are too long, and one that would break a line."""
    for name, where in (("type", "node/nodes/fc/type"), ("reset", "node/nodes/lif1/metadata/reset_mechanism"), ("edge", "node/edges"), ("version", "version")):
        save("long_" + name, good())
        with h5py.File(os.path.join(folder, "bad_long_%s.nir" % name), "a", libver="latest") as file:
            shape = file[where].shape or (1,)
            del file[where]
            file.create_dataset(where, data=np.full(shape, "A" * 60000, "S60000"), chunks=shape, compression="gzip")

    def renamed(name):
        g = good()
        g.nodes[name] = g.nodes.pop("fc")
        g.edges = [tuple(name if end == "fc" else end for end in edge) for edge in g.edges]
        return g
    g = renamed("fc" + "A" * 300)
    g.edges = [("input", "lif1")]
    save("long_name", g)
    save("name_of_two_lines", renamed("f\nc"))
    save("type_of_two_lines", good().node("fc", "Affine\nLinear", weight=weights(3, 4)))
    inner = Graph().node("in", "Input", shape=np.array([4])).node("out", "Output", shape=np.array([4])).path("in", "out")
    for _ in range(3):
        outer = Graph().node("in", "Input", shape=np.array([4])).node("out", "Output", shape=np.array([4]))
        outer.nodes["G" * 100] = inner
        inner = outer.path("in", "G" * 100, "out")
    g = good()
    g.nodes["deep"] = inner
    save("long_nested_name", g)


def pad_with_spaces(path):
    """Rewrites every text of a file with a fixed length, padded with spaces, as Fortran programs do."""
    def pad(group, name):
        texts = np.asarray(group[name][()], dtype="S12")
        kind = h5py.h5t.C_S1.copy()
        kind.set_size(12)
        kind.set_strpad(h5py.h5t.STR_SPACEPAD)
        space = h5py.h5s.create_simple(texts.shape) if texts.ndim else h5py.h5s.create(h5py.h5s.SCALAR)
        del group[name]
        made = h5py.h5d.create(group.id, name.encode(), kind, space)
        made.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array(np.char.ljust(texts, 12)), mtype=kind)
    with h5py.File(path, "a") as file:
        pad(file["node"], "edges")
        for node in file["node/nodes"].values():
            pad(node, "type")


def containers(folder, good):
    """HDF5 files that lie."""
    at = lambda name: os.path.join(folder, "bad_%s.nir" % name)
    with h5py.File(at("no_node"), "w", libver="latest") as file:
        file.create_dataset("version", data="1.0")
    with h5py.File(at("type_number"), "w") as file:
        file.create_group("node").create_dataset("type", data=3)
    with h5py.File(at("node_is_data"), "w") as file:
        file.create_dataset("node", data=3)
    good().write(at("claim"), packed=False, short=True)
    with h5py.File(at("claim"), "a", libver="latest") as file:
        fc = file["node/nodes/fc"]
        del fc["weight"]
        fc.create_dataset("weight", shape=(1 << 20, 1 << 20), chunks=(16, 16), dtype="f4")
    good().write(at("links"), packed=False, short=True)
    with h5py.File(at("links"), "a") as file:
        file["node/nodes/soft"] = h5py.SoftLink("/node")
    good().write(at("loop_of_links"), packed=False, short=True)
    with h5py.File(at("loop_of_links"), "a") as file:
        file["node/nodes/again"] = file["node"]
    good().write(at("forest_of_links"), packed=False, short=True)
    with h5py.File(at("forest_of_links"), "a", libver="latest") as file:
        below = file["node"]
        for level in range(6):
            group = file.create_group("level%d" % level)
            group.create_dataset("type", data="NIRGraph")
            group.create_dataset("edges", data=np.zeros(0))
            nodes = group.create_group("nodes")
            nodes["left"], nodes["right"] = below, below
            below = group
        del file["node"]
        file["node"] = below
    whole = open(os.path.join(folder, "dense.nir"), "rb").read()
    open(at("truncated"), "wb").write(whole[:len(whole) // 2])
    heap = whole.index(b"GCOL")     # an object whose size takes the next one back to where it is
    open(at("heap"), "wb").write(whole[:heap + 24] + (2**64 - 16).to_bytes(8, "little") + whole[heap + 32:])
    old = open(os.path.join(folder, "old_packed.nir"), "rb").read()
    names = old.rindex(b"HEAP")     # of a group: its names at no address
    open(at("no_names"), "wb").write(old[:names + 24] + b"\xff" * 8 + old[names + 32:])
    open(at("signature_only"), "wb").write(whole[:8])
    open(at("text"), "wb").write(b"name: x\n")
    open(at("nothing"), "wb").close()


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name, graph, how in [*chains(), *special()]:
        graph.write(os.path.join(folder, name + ".nir"), **{**dict(short=True, packed=False), **how})
        if name == "space_padded":
            pad_with_spaces(os.path.join(folder, name + ".nir"))
    nasty(folder)


main()
