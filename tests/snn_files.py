"""Writes the networks of snn_random as NIR (h5py) in the ways that tools do, and their inputs in every format that volley reads."""
import json
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


def nodes_of(made, boxed):
    """(nodes: name -> (type, datasets, metadata), edges) of the outer graph; recurrence and what is boxed apart."""
    nodes, edges = {"input": ("Input", {"shape": np.array(made.input_shape, np.int64)}, None)}, []
    out = {"input": "input"}        # population: node that its spikes leave
    for c in made.cells:
        nodes[c.name] = (c.kind, dict(c.data), dict(c.metadata))
        out[c.name] = c.name if c.split is None else c.name + ".t"
        if c.split is not None:
            nodes[out[c.name]] = ("Threshold", {"threshold": c.split}, None)
            edges.append((c.name, out[c.name]))
    for k, e in enumerate(made.edges):
        if e.back and e.source == e.target:
            continue
        at, shape = out[e.source], made.shapes[e.source]
        if e in boxed.values():
            edges.append((at, e.target))
            continue
        for i, node in enumerate(e.chain):
            name = f"{'abc'[k % 3]}{k}.{i}"
            nodes[name] = (*linear_node(node, shape, made.rng), None)
            edges.append((at, name))
            at, shape = name, node.shape(shape)
        edges.append((at, e.target))
    for name in made.outputs:
        nodes["output_" + name] = ("Output", {"shape": np.array(made.shapes[name], np.int64)}, None)
        edges.append((out[name], "output_" + name))
    return nodes, edges


def boxes(made):
    """Some neurons that one way leads to go into a graph of their own, together with that way: {name: edge}."""
    found = {}
    for c in made.cells:
        ways = [e for e in made.edges if e.target == c.name]
        if len(ways) == 1 and ways[0].chain and c.split is None and made.rng.random() < 0.15:
            found[c.name] = ways[0]
    return found


def write_box(f, group, made, edge, cell):
    """A graph of Input, linear nodes, neurons and Output; returns the name of the neurons inside."""
    shape, at, edges, nodes = made.shapes[edge.source], "input", [], []
    for i, node in enumerate(edge.chain):
        nodes.append((f"w{i}", *linear_node(node, shape, made.rng)))
        edges.append((at, f"w{i}"))
        at, shape = f"w{i}", node.shape(shape)
    inner = f.graph(group, edges + [(at, "n"), ("n", "output")])
    f.node(inner, "input", "Input", {"shape": np.array(made.shapes[edge.source], np.int64)})
    f.node(inner, "output", "Output", {"shape": np.array(cell[1], np.int64)})
    for name, kind, data in nodes:
        f.node(inner, name, kind, data)
    f.node(inner, "n", *cell[0])
    return "n"


def write_nir(made, path):
    """Returns {population of the model: its name in volley}."""
    f = NirFile(path, made.rng)
    boxed = boxes(made)
    nodes, edges = nodes_of(made, boxed)
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
        if name in boxed:
            shown[name] += "." + write_box(f, group.create_group(name), made, boxed[name], ((kind, data, metadata), made.shapes[name]))
        elif c and c.recurrent[0] == "graph":
            inner = f.graph(group.create_group(name), [("input", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")])
            for port in ("input", "output"):
                f.node(inner, port, port.capitalize(), {"shape": np.array(c.shape, np.int64)})
            f.node(inner, "lif", kind, data, metadata)
            f.node(inner, "w_rec", *linear_node(c.recurrent[1], c.shape, made.rng))
            shown[name] = name + ".lif"
        else:
            f.node(group, name, kind, data, metadata)
    f.file.close()
    return {c.name: shown[c.name] if c.split is None else c.name + ".t" for c in made.cells}


# ---- native YAML: written as JSON, which is YAML too ----

class YamlFile:
    def __init__(self, made, folder):
        self.made, self.folder, self.rng, self.layers, self.connections = made, folder, made.rng, [], []

    def value(self, name, array):
        """In the file, as one number where all are equal, or as an array beside it."""
        array = np.asarray(array)
        if array.size and np.all(array == array.flat[0]) and self.rng.random() < 0.5 and not name.endswith("weight"):
            return float(array.flat[0])
        if self.rng.random() < 0.5:
            return array.astype(np.float64).tolist()
        name = f"{name}{len(self.layers)}_{len(self.connections)}.npy"
        np.save(f"{self.folder}/{name}", array)
        return name

    def neurons(self, c, output):
        p = self.made.network.of[c.name]
        layer = {"name": c.name, "shape": list(c.shape), "beta": self.value("beta", p.beta.reshape(c.shape))}
        if p.fires:
            layer["threshold"] = self.value("threshold", p.threshold.reshape(c.shape))
            layer["threshold_compare"] = "at_least" if p.at_least else "greater"
            layer["reset"] = p.reset
            layer["reset_delay"] = p.point != "now"
        if p.alpha is not None:
            layer["alpha"] = self.value("alpha", p.alpha.reshape(c.shape))
        own = p.point in ("now", self.made.point(p.reset, True, c)) and p.fires and not p.refractory and p.reset != "value"
        if own:
            layer["type"] = ("R" if c.recurrent else "") + ("Synaptic" if p.alpha is not None else "Leaky")
        else:
            layer.update({"type": "Neurons", "fires": p.fires, "current": p.alpha is not None, "refractory": p.refractory})
            layer.pop("reset_delay", None)
            if p.fires:
                layer["reset_point"] = {"now": "now", "before": "next_before_decay", "after": "next_after_input"}[p.point]
            if p.reset == "value":
                layer["reset_value"] = self.value("reset_value", p.reset_value.reshape(c.shape))
        if output:
            layer["output"] = True
        if c.recurrent and own:
            node = c.recurrent[1]
            layer["recurrent_weight"] = self.value("recurrent_weight", node.weight if isinstance(node, Linear) else node.scale.reshape(-1))
            if node.bias is not None:
                layer["recurrent_bias"] = self.value("recurrent_bias", node.bias)
        elif c.recurrent:
            node = c.recurrent[1]
            self.connection(c.name, c.name, [node])
        self.layers.append(layer)

    def linear(self, node, k):
        layer = {"name": f"w{len(self.layers)}_{k}"}
        if isinstance(node, Linear):
            layer.update({"type": "Linear", "weight": self.value("weight", node.weight)})
        elif isinstance(node, Conv):
            layer.update({"type": f"Conv{node.axes}d", "weight": self.value("weight", node.weight), "stride": list(node.stride), "padding": list(node.padding),
                          "dilation": list(node.dilation), "groups": node.groups})
        elif isinstance(node, Pool):
            layer.update({"type": "AvgPool2d" if node.mean else "SumPool2d", "kernel": list(node.kernel), "stride": list(node.stride),
                          "padding": list(node.padding)})
        else:
            layer["type"] = "Flatten"
        if node.bias is not None:
            layer["bias"] = self.value("bias", node.bias)
        self.layers.append(layer)
        return layer["name"]

    def connection(self, source, target, chain):
        link = {"from": source, "to": target}
        delays = [n for n in chain if isinstance(n, Delay)]
        chain = [n for n in chain if not isinstance(n, Delay)]
        shape = self.made.shapes[source]
        if delays and delays[0].steps.ndim == 0:
            link["delay"] = int(delays[0].steps)
        elif delays:
            link["pre_delay"] = delays[0].steps.reshape(-1).tolist()
        if not chain or isinstance(chain[0], Scale):
            n = int(np.prod(shape))
            link.update({"form": "one_to_one", "weight": [1.0] * n if not chain else chain[0].scale.reshape(-1).astype(float).tolist()})
        elif len(chain) == 1 and isinstance(chain[0], Linear) and ("pre_delay" in link or self.rng.random() < 0.3):
            link.update({"form": "dense", "weight": self.value("weight", chain[0].weight)})
            if chain[0].bias is not None:
                link["bias"] = self.value("bias", chain[0].bias)
        else:
            link["through"] = [self.linear(n, k) for k, n in enumerate(chain)]
        self.connections.append(link)


def write_yaml(made, folder):
    """net.yaml; needs a network whose ways have one layer of weights each (Maker's simple)."""
    y = YamlFile(made, folder)
    straight = made.rng.random() < 0.5 and len(made.outputs) == 1 and straight_on(made)
    for c in made.cells:
        for e in made.edges:
            if e.target == c.name and e.source != e.target:
                if straight:
                    [y.linear(n, k) for k, n in enumerate(e.chain)]
                else:
                    y.connection(e.source, e.target, e.chain)
        y.neurons(c, c.name in made.outputs)
    with open(f"{folder}/net.yaml", "w") as f:
        json.dump({"time_steps": 5, "dt": "100 us", "input_shape": list(made.input_shape), "layers": y.layers,
                   **({} if straight and not y.connections else {"connections": y.connections})}, f, indent=1)
    return {c.name: c.name for c in made.cells}


def straight_on(made):
    """Each layer feeds the next alone, through nodes that the list of layers has."""
    at = "input"
    for c in made.cells:
        ways = [e for e in made.edges if e.target == c.name and e.source != e.target]
        if len(ways) != 1 or ways[0].source != at or any(isinstance(n, (Delay, Scale)) for n in ways[0].chain) or not ways[0].chain:
            return False
        if c.recurrent and not made.plain(c):
            return False
        at = c.name
    return True


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
