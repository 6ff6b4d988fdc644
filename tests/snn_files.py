"""Writes the networks of snn_random as NIR (h5py) in the ways that tools do, and their inputs in every format that volley reads."""
import struct

import h5py
import numpy as np

from snn_model import Conv, Delay, F, Flatten, Linear, Pool, Scale
from snn_random import DT


# ---- NIR ----

class NirFile:
    def __init__(self, path, rng):
        self.file, self.rng = h5py.File(path, "w"), rng
        self.packed, self.fixed, self.wide = rng.random(3) < [0.5, 0.3, 0.3]
        self.text(self.file, "version", str(rng.choice(["0.1.1", "0.2.0", "1.0.4"])))

    def text(self, group, name, value):
        group.create_dataset(name, data=np.bytes_(value) if self.fixed else value, dtype=None if self.fixed else h5py.string_dtype())

    def array(self, group, name, value):
        value = np.asarray(value)
        if value.dtype == F and self.wide and self.rng.random() < 0.5:
            value = value.astype(np.float64)
        if value.ndim and value.size > 1 and np.all(value == value.flat[0]) and name not in ("shape", "input_type", "weight", "bias", "stride", "padding") \
                and self.rng.random() < 0.3:
            value = value.flat[0]
        group.create_dataset(name, data=value, **({"compression": "gzip"} if self.packed and value.ndim and value.size else {}))

    def graph(self, group, edges):
        self.text(group, "type", "NIRGraph")
        edges = [edges[i] for i in self.rng.permutation(len(edges))]
        if self.fixed:
            group.create_dataset("edges", data=np.array(edges, dtype="S"))
        else:
            group.create_dataset("edges", data=np.array(edges, dtype=object), dtype=h5py.string_dtype())
        return group.create_group("nodes")

    def node(self, nodes, name, kind, data, metadata=None):
        group = nodes.create_group(name)
        self.text(group, "type", kind)
        for key, value in data.items():
            self.text(group, key, value) if isinstance(value, str) else self.array(group, key, value)
        if metadata:
            more = group.create_group("metadata")
            for key, value in metadata.items():
                self.text(more, key, value) if isinstance(value, str) else self.array(more, key, value)


def conv_data(node, shape, rng):
    one = node.axes == 1
    def pair(x):
        return np.int64(x[0]) if one else np.int64(x[0]) if x[0] == x[1] and rng.random() < 0.3 else np.array(x, np.int64)
    data = {"weight": node.weight, "bias": node.bias, "stride": pair(node.stride), "padding": pair(node.padding), "dilation": pair(node.dilation),
            "groups": np.int64(node.groups)}
    if not np.any(node.padding) and rng.random() < 0.3:
        data["padding"] = "valid"
    if rng.random() < 0.6:
        data["input_shape"] = np.int64(shape[1]) if one else np.array(shape[1:], np.int64)
    return data


def linear_node(node, shape, rng):
    """(type, datasets) of a linear node in front of which values have this shape."""
    if isinstance(node, Linear):
        return ("Linear", {"weight": node.weight}) if node.bias is None else ("Affine", {"weight": node.weight, "bias": node.bias})
    if isinstance(node, Conv):
        return f"Conv{node.axes}d", conv_data(node, shape, rng)
    if isinstance(node, Pool):
        return ("AvgPool2d" if node.mean else "SumPool2d",
                {"kernel_size": np.array(node.kernel, np.int64), "stride": np.array(node.stride, np.int64), "padding": np.array(node.padding, np.int64)})
    if isinstance(node, Scale):
        return "Scale", {"scale": node.scale}
    if isinstance(node, Flatten):
        data = {"start_dim": np.int64(0), "end_dim": np.int64(-1)}
        return "Flatten", {**data, **({"input_type": np.array(shape, np.int64)} if rng.random() < 0.5 else {})}
    return "Delay", {"delay": np.broadcast_to(node.steps * DT, shape)}


def nodes_of(made):
    """(nodes: name -> (type, datasets, metadata), edges), recurrence apart, and what volley calls each population."""
    nodes, edges = {"input": ("Input", {"shape": np.array(made.input_shape, np.int64)}, None)}, []
    for c in made.cells:
        kind, data, metadata = c.kind, dict(c.data), dict(c.metadata)
        nodes[c.name] = (kind, data, metadata)
    for k, e in enumerate(made.edges):
        if e.back:
            continue
        at, shape = e.source, made.shapes[e.source]
        for i, node in enumerate(e.chain):
            name = f"{'abc'[k % 3]}{k}.{i}"
            nodes[name] = (*linear_node(node, shape, made.rng), None)
            edges.append((at, name))
            at, shape = name, node.shape(shape)
        edges.append((at, e.target))
    for name in made.outputs:
        nodes["output_" + name] = ("Output", {"shape": np.array(made.shapes[name], np.int64)}, None)
        edges.append((name, "output_" + name))
    return nodes, edges


def write_nir(made, path):
    """Returns {population of the model: its name in volley}."""
    f = NirFile(path, made.rng)
    nodes, edges = nodes_of(made)
    recurrent = {c.name: c for c in made.cells if c.recurrent}
    for c in recurrent.values():
        if c.recurrent[0] == "flat":
            nodes[c.name + ".w_rec"] = (*linear_node(c.recurrent[1], c.shape, made.rng), None)
            edges += [(c.name, c.name + ".w_rec"), (c.name + ".w_rec", c.name)]
    group = f.graph(f.file.create_group("node"), edges)
    shown = {}
    for name, (kind, data, metadata) in nodes.items():
        c = recurrent.get(name)
        shown[name] = name
        if c and c.recurrent[0] == "graph":
            inner = f.graph(group.create_group(name), [("input", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")])
            for port in ("input", "output"):
                f.node(inner, port, port.capitalize(), {"shape": np.array(c.shape, np.int64)})
            f.node(inner, "lif", kind, data, metadata)
            f.node(inner, "w_rec", *linear_node(c.recurrent[1], c.shape, made.rng))
            shown[name] = name + ".lif"
        else:
            f.node(group, name, kind, data, metadata)
    f.file.close()
    return {c.name: shown[c.name] for c in made.cells}


# ---- inputs ----

def random_input(rng, samples, steps, shape, valued):
    x = (rng.random((samples, steps, *shape)) < rng.uniform(0.1, 0.5)).astype(F)
    return x * rng.integers(-8, 17, x.shape).astype(F) / 16 if valued else x


def write_csv(path, x, rng):
    flat = x.reshape(*x.shape[:2], -1)
    at = np.argwhere(flat != 0)
    at = at[rng.permutation(len(at))]
    valued = not np.all(np.isin(flat, (0, 1)))
    with open(path, "w") as f:
        if rng.random() < 0.5:
            f.write(f"# samples {len(x)}, steps {x.shape[1]}, neurons {flat.shape[2]}\n")
        f.write("sample,step,neuron" + (",value" if valued else "") + "\n")
        for s, t, k in at:
            f.write(f"{s},{t},{k}" + (f",{float(flat[s, t, k])!r}" if valued else "") + "\n")
    return ["--steps", str(x.shape[1])]


def write_npy(path, x, rng):
    valued = not np.all(np.isin(x, (0, 1)))
    x = x if rng.random() < 0.5 else x.reshape(*x.shape[:2], -1)
    x = x.astype(rng.choice(["f4", ">f4", "f8"] if valued else ["u1", "?", "i4", ">i2", "f4", "f8", "u8"]))
    more = []
    if rng.random() < 0.4:
        x, more = np.swapaxes(x, 0, 1), ["--layout", "TN"]
    np.save(path, np.asfortranarray(x) if rng.random() < 0.3 else np.ascontiguousarray(x))
    return more or ["--layout", "NT"]


def write_spk(path, x, rng):
    flat = x.reshape(*x.shape[:2], -1)
    valued = not np.all(np.isin(flat, (0, 1)))
    at = np.argwhere(flat != 0)
    first = np.concatenate([[0], np.cumsum([np.count_nonzero(s) for s in flat])])
    with open(path, "wb") as f:
        f.write(b"SNNSPK1\0" + struct.pack("<4IQ", len(x), x.shape[1], flat.shape[2], int(valued), len(at)) + first.astype("<u8").tobytes())
        f.write(at[:, 1:].astype("<u2").tobytes())
        if valued:
            f.write(flat[tuple(at.T)].astype("<f4").tobytes())
    return []


def write_shd(path, x, rng):
    flat = x.reshape(*x.shape[:2], -1)
    within = rng.choice([0.0, 0.5])     # on the step's edge, or inside
    with h5py.File(path, "w") as f:
        kind = h5py.vlen_dtype(rng.choice([np.float16, np.float32, np.float64])) if False else h5py.vlen_dtype(rng.choice([np.float32, np.float64]))
        times = f.create_dataset("spikes/times", (len(x),), dtype=kind)
        units = f.create_dataset("spikes/units", (len(x),), dtype=h5py.vlen_dtype(np.uint16))
        for s, sample in enumerate(flat):
            t, k = np.nonzero(sample)
            times[s], units[s] = (t + within) * DT, k
        f["labels"] = np.zeros(len(x), np.int64)
    return ["--steps", str(x.shape[1])]


def write_nirdata(path, x, rng):
    flat = x.reshape(*x.shape[:2], -1)
    valued = not np.all(np.isin(flat, (0, 1)))
    kind = str(rng.choice(["TimeGriddedData", "ValuedEventData" if valued else "EventData"]))
    with h5py.File(path, "w") as f:
        f.attrs["__type__"] = "NIRGraphData"
        node = f.create_group("nodes/input")
        node.attrs["__type__"] = "NIRNodeData"
        data = node.create_group("observables/spikes")
        data.attrs["__type__"] = kind
        if kind == "TimeGriddedData":
            data["data"] = flat
            data.attrs["dt"] = DT
            return []
        events = [np.nonzero(s) for s in flat]
        most = max(len(t) for t, _ in events) + 1
        idx, time, value = np.full((len(x), most), -1), np.full((len(x), most), np.inf), np.zeros((len(x), most))
        for s, (t, k) in enumerate(events):
            idx[s, :len(k)], time[s, :len(k)], value[s, :len(k)] = k, (t + 0.5) * DT, flat[s][t, k]
        data["idx"], data["time"] = idx, time
        if valued:
            data["value"] = value
        data.attrs["n_neurons"], data.attrs["t_max"] = flat.shape[2], x.shape[1] * DT
    return ["--steps", str(x.shape[1])]


def write_input(folder, x, rng, dt_known=True):
    """Some format that can hold x; returns volley's options."""
    valued = not np.all(np.isin(x, (0, 1)))
    formats = [("in.csv", write_csv), ("in.npy", write_npy), ("in.spk", write_spk)]
    if dt_known:
        formats += [("in.h5", write_nirdata)] + ([] if valued else [("in.h5", write_shd)])
    name, write = formats[rng.integers(len(formats))]
    return ["--input", f"{folder}/{name}", *write(f"{folder}/{name}", x, rng)]
