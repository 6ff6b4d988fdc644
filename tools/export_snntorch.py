#!/usr/bin/env python3
"""Writes a trained snnTorch network as a NIR file that says everything a run depends on.

    from export_snntorch import export
    export(model, "my.nir", input_shape=(1, 28, 28))

or from the command line, where FILE.py holds a model or a function that returns one:

    python export_snntorch.py FILE.py:NAME my.nir --input-shape 1,28,28 [--state weights.pt]

Needs torch, snntorch, numpy and h5py, nothing else. `model` is an nn.Sequential (also nested), a list of modules, a list of
(name, module), or an nn.Module whose layers were created in the order in which data flows through them. `input_shape` is that of
one sample in one step, without batch and time; a network that begins with Linear needs none.

What it does beyond snntorch.export_to_nir: scalar beta, alpha and threshold become one value per neuron; time constants are
float64, so that beta comes back in all bits; each neuron node carries a `metadata` group with reset_mechanism, reset_delay, dt,
beta, alpha, threshold and threshold_compare; padding of AvgPool2d and Conv1d are kept; Conv2d states its input shape; the nodes keep the
names of the modules. Whatever it cannot write exactly it refuses, with the reason.

    Leaky, RLeaky         LIF      tau = dt / (1 - beta), r = 1 / (1 - beta)
    Lapicque              LIF      tau = dt / (1 - decay), r = gain / (1 - decay), decay = 1 - time_step / (R C), gain = time_step / C
    Synaptic, RSynaptic   CubaLIF  tau_mem, r from beta; tau_syn, w_in = 1 / (1 - alpha) from alpha
    beta = 1 (no leak)    IF       r = 1
"""
import argparse
import importlib.util
import os
import sys

import h5py
import numpy as np
import snntorch as snn
import torch
from torch import nn

DT = 1e-4       # seconds: the step that every NIR file from snnTorch is measured in
NIR_VERSION = "1.0"


class ExportError(Exception):
    """The network cannot be written; the text names the module and the reason."""


def array(value):
    """A tensor or number as a numpy array in its own precision."""
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().numpy()
    return np.asarray(value)


def integers(value, n):
    """What torch takes as one number or n of them, as n."""
    values = [int(v) for v in np.atleast_1d(np.asarray(value))]
    return values * n if len(values) == 1 else values


def per_neuron(name, what, value, shape):
    """A parameter for every neuron, float32 as snnTorch computes with it."""
    value = np.asarray(array(value), np.float32)
    while value.ndim > len(shape) and value.shape[0] == 1:
        value = value[0]
    try:
        return np.ascontiguousarray(np.broadcast_to(value.reshape(()) if value.size == 1 else value, shape))
    except ValueError:
        raise ExportError("%s: %s has shape %s, the layer %s: give one value, or one per neuron" % (name, what, value.shape, shape)) from None


# ---- layers without state: each returns (node, output shape) ----

def linear(name, module, shape):
    if len(shape) != 1 or shape[0] != module.in_features:
        raise ExportError("%s: Linear takes %d values, but its input has shape %s; is a Flatten missing?" % (name, module.in_features, shape))
    node = {"type": "Linear" if module.bias is None else "Affine", "weight": array(module.weight)}
    if module.bias is not None:
        node["bias"] = array(module.bias)
    return node, (module.out_features,)


def extent(n, kernel, stride, padding, dilation):
    return (n + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def padding_of(name, module, n, kernel, stride, dilation):
    if getattr(module, "padding_mode", "zeros") != "zeros":
        raise ExportError("%s: padding_mode '%s': only zeros can be written" % (name, module.padding_mode))
    if module.padding == "valid":
        return [0] * n
    if module.padding == "same":
        total = [d * (k - 1) for d, k in zip(dilation, kernel)]
        if any(t % 2 for t in total) or any(s != 1 for s in stride):
            raise ExportError("%s: padding 'same' is uneven for kernel %s; state the padding as a number" % (name, kernel))
        return [t // 2 for t in total]
    return integers(module.padding, n)


def convolution(name, module, shape, n):
    """Conv1d (n = 1) and Conv2d (n = 2)."""
    if len(shape) != n + 1 or shape[0] != module.in_channels:
        raise ExportError("%s: Conv%dd takes %d channels and %d more dimensions, but its input has shape %s" % (name, n, module.in_channels, n, shape))
    kernel, stride, dilation = (integers(v, n) for v in (module.kernel_size, module.stride, module.dilation))
    padding = padding_of(name, module, n, kernel, stride, dilation)
    out = tuple(extent(*values) for values in zip(shape[1:], kernel, stride, padding, dilation))
    if min(out) < 1:
        raise ExportError("%s: kernel %s is larger than its input %s" % (name, kernel, shape))
    whole = (lambda values: np.int64(values[0])) if n == 1 else (lambda values: np.array(values, np.int64))
    weight = array(module.weight)
    bias = array(module.bias) if module.bias is not None else np.zeros(weight.shape[0], weight.dtype)
    node = {"type": "Conv%dd" % n, "weight": weight, "bias": bias, "stride": whole(stride), "padding": whole(padding), "dilation": whole(dilation),
            "groups": np.int64(module.groups), "input_shape": whole(shape[1:])}
    return node, (module.out_channels, *out)


def average_pool(name, module, shape):
    if len(shape) != 3:
        raise ExportError("%s: AvgPool2d takes (channels, height, width), but its input has shape %s" % (name, shape))
    kernel, padding = integers(module.kernel_size, 2), integers(module.padding, 2)
    stride = kernel if module.stride is None else integers(module.stride, 2)
    if getattr(module, "ceil_mode", False) or getattr(module, "divisor_override", None):
        raise ExportError("%s: ceil_mode and divisor_override cannot be written" % name)
    if any(padding) and not getattr(module, "count_include_pad", True):
        raise ExportError("%s: padding with count_include_pad=False cannot be written" % name)
    node = {"type": "AvgPool2d", "kernel_size": np.array(kernel, np.int64), "stride": np.array(stride, np.int64), "padding": np.array(padding, np.int64)}
    return node, (shape[0], *(extent(*values, 1) for values in zip(shape[1:], kernel, stride, padding)))


def flatten(name, module, shape):
    """torch counts the batch as dimension 0; NIR has none."""
    rank = len(shape)
    start = module.start_dim - 1 if module.start_dim > 0 else module.start_dim + rank if module.start_dim < 0 else -1
    end = module.end_dim - 1 if module.end_dim >= 0 else module.end_dim + rank
    if not 0 <= start <= end < rank:
        raise ExportError("%s: Flatten(%d, %d) reaches beyond the shape %s of one sample" % (name, module.start_dim, module.end_dim, shape))
    node = {"type": "Flatten", "start_dim": np.int64(start), "end_dim": np.int64(-1 if end == rank - 1 else end), "input_type": np.array(shape, np.int64)}
    return node, (*shape[:start], int(np.prod(shape[start:end + 1])), *shape[end + 1:])


# ---- neurons ----

def check_neuron(name, module):
    """Refuses what changes the spikes and has no place in the file."""
    if getattr(module, "inhibition", False):
        raise ExportError("%s: inhibition (one spike per layer) cannot be written" % name)
    if getattr(module, "state_quant", False):
        raise ExportError("%s: state_quant cannot be written; chips quantise by their own formats" % name)
    if np.any(array(getattr(module, "graded_spikes_factor", 1.0)) != 1):
        raise ExportError("%s: graded_spikes_factor other than 1: multiply it into the weights of the next layer" % name)
    known = {"subtract": 0, "zero": 1, "none": 2}
    kind = module.reset_mechanism
    loaded = getattr(module, "reset_mechanism_val", None)
    if loaded is not None and int(array(loaded)) != known[kind]:
        raise ExportError("%s: created with reset_mechanism '%s', but the loaded weights were trained with another; create it as it was trained" % (name, kind))


def metadata_of(module, **parameters):
    return {"reset_mechanism": module.reset_mechanism, "reset_delay": np.int64(bool(getattr(module, "reset_delay", True))), "dt": np.float64(DT),
            "threshold_compare": "greater", **parameters}


def clamped(name, what, module, shape):
    """beta or alpha as it is used: between 0 and 1."""
    return np.clip(per_neuron(name, what, getattr(module, what), shape), np.float32(0), np.float32(1))


def membrane(name, decay, gain, threshold):
    """The fields that LIF and IF share, float64: Euler with step DT gives v = decay v + gain x."""
    zero = np.zeros(decay.shape, np.float64)
    if np.all(decay == 1):
        return {"type": "IF", "r": gain, "v_threshold": threshold, "v_reset": zero}
    if np.any(decay == 1):
        raise ExportError("%s: beta is 1 for some neurons and below 1 for others: put them in two layers" % name)
    return {"type": "LIF", "tau": DT / (1 - decay), "r": gain / (1 - decay), "v_leak": zero, "v_threshold": threshold, "v_reset": zero}


def leaky(name, module, shape):
    beta, threshold = clamped(name, "beta", module, shape), per_neuron(name, "threshold", module.threshold, shape)
    node = membrane(name, beta.astype(np.float64), np.ones(shape), threshold)
    node["metadata"] = metadata_of(module, beta=beta, threshold=threshold)
    return node


def lapicque(name, module, shape):
    if module.reset_mechanism == "zero":
        raise ExportError("%s: Lapicque that resets to zero loses the input of the next step, which a LIF node does not say; use Leaky" % name)
    resistance, capacity, step = (np.asarray(array(v), np.float32) for v in (module.R, module.C, module.time_step))
    decay = per_neuron(name, "R or C", np.float32(1) - step / (resistance * capacity), shape)
    gain = per_neuron(name, "C", step / capacity, shape).astype(np.float64)
    if np.any(decay < 0):
        raise ExportError("%s: time_step is longer than R C: the membrane would swing" % name)
    threshold = per_neuron(name, "threshold", module.threshold, shape)
    node = membrane(name, decay.astype(np.float64), gain, threshold)
    node["metadata"] = metadata_of(module, beta=decay, threshold=threshold)
    return node


def synaptic(name, module, shape):
    alpha, beta = clamped(name, "alpha", module, shape), clamped(name, "beta", module, shape)
    threshold = per_neuron(name, "threshold", module.threshold, shape)
    if np.any(alpha == 1) or np.any(beta == 1):
        raise ExportError("%s: alpha or beta is 1: NIR has no current that never decays" % name)
    a, b, zero = 1 - alpha.astype(np.float64), 1 - beta.astype(np.float64), np.zeros(shape, np.float64)
    return {"type": "CubaLIF", "tau_syn": DT / a, "tau_mem": DT / b, "r": 1 / b, "w_in": 1 / a, "v_leak": zero, "v_threshold": threshold,
            "v_reset": zero, "metadata": metadata_of(module, alpha=alpha, beta=beta, threshold=threshold)}


def recurrent(name, module, shape):
    """The node of RLeaky's and RSynaptic's own synapses: Linear, Conv2d, or one weight per neuron."""
    inner = module.recurrent
    if isinstance(inner, nn.Linear):
        return linear(name + ".w_rec", inner, shape)[0]
    if isinstance(inner, nn.Conv2d):
        node, out = convolution(name + ".w_rec", inner, shape, 2)
        if out != shape:
            raise ExportError("%s: the recurrent convolution turns %s into %s" % (name, shape, out))
        return node
    return {"type": "Scale", "scale": per_neuron(name, "V", inner.V, shape)}


# ---- the graph ----

def parts(model, prefix=""):
    """(name, module) in the order of the data; containers are opened."""
    if isinstance(model, nn.Module):
        pairs = list(model.named_children())
        if not isinstance(model, nn.Sequential):
            print("export: taking the %d layers of %s in the order in which they were created" % (len(pairs), type(model).__name__), file=sys.stderr)
    else:
        pairs = [pair if isinstance(pair, tuple) else (str(i), pair) for i, pair in enumerate(model)]
    for name, module in pairs:
        if isinstance(module, (nn.Sequential, list)):
            yield from parts(module, prefix + name + ".")
        else:
            yield (prefix + name).replace("/", "_"), module


def neuron_node(name, module, shape):
    """None if the module is no neuron. The order matters: RLeaky and the like may be kinds of their plain forms."""
    for kind, make in ((snn.RSynaptic, synaptic), (snn.RLeaky, leaky), (snn.Synaptic, synaptic), (snn.Lapicque, lapicque), (snn.Leaky, leaky)):
        if isinstance(module, kind):
            check_neuron(name, module)
            return make(name, module, shape)
    return None


def plain_node(name, module, shape):
    if isinstance(module, nn.Linear):
        return linear(name, module, shape)
    if isinstance(module, (nn.Conv1d, nn.Conv2d)):
        return convolution(name, module, shape, 1 if isinstance(module, nn.Conv1d) else 2)
    if isinstance(module, nn.AvgPool2d):
        return average_pool(name, module, shape)
    if isinstance(module, nn.Flatten):
        return flatten(name, module, shape)
    reason = {"MaxPool2d": "the largest of several spike trains is no sum; train with AvgPool2d",
              "BatchNorm1d": "fold it into the weights of the layer before", "BatchNorm2d": "fold it into the layer before (torch.nn.utils.fusion)",
              "ReLU": "a spiking network has neurons in its place"}.get(type(module).__name__, "NIR has no node for it, or none with the same result")
    raise ExportError("%s: %s cannot be written: %s" % (name, type(module).__name__, reason))


def first_shape(layers, input_shape):
    if input_shape is not None:
        return tuple(int(n) for n in np.atleast_1d(input_shape))
    if layers and isinstance(layers[0][1], nn.Linear):
        return (int(layers[0][1].in_features),)
    raise ExportError("state input_shape: the shape of one sample in one step, for example (1, 28, 28)")


def graph(model, input_shape=None):
    """{name: node}, [(from, to)] of the network."""
    layers = [(name, module) for name, module in parts(model) if type(module).__name__ not in ("Dropout", "Dropout1d", "Dropout2d", "Identity")]
    shape = first_shape(layers, input_shape)
    nodes, edges, last = {"input": {"type": "Input", "shape": np.array(shape, np.int64)}}, [], "input"
    for name, module in layers:
        if name in ("input", "output") or name in nodes:
            name += "_"
        node = neuron_node(name, module, shape)
        own = name
        if node is None:
            node, shape = plain_node(name, module, shape)
        elif isinstance(module, (snn.RLeaky, snn.RSynaptic)):
            own, synapses = name + ".lif", name + ".w_rec"
            nodes[synapses] = recurrent(name, module, shape)
            edges += [(own, synapses), (synapses, own)]
        nodes[own] = node
        edges.append((last, own))
        last = own
    nodes["output"] = {"type": "Output", "shape": np.array(shape, np.int64)}
    return nodes, sorted(edges + [(last, "output")])


def write_fields(group, fields):
    for key, value in fields.items():
        if isinstance(value, dict):
            write_fields(group.create_group(key), value)
        elif isinstance(value, str):
            group.create_dataset(key, data=value, dtype=h5py.string_dtype())
        elif np.ndim(value):
            if np.asarray(value).dtype.kind == "f" and not np.all(np.isfinite(value)):
                raise ExportError("%s/%s holds values that are not finite" % (group.name, key))
            group.create_dataset(key, data=value, compression="gzip")
        else:
            group.create_dataset(key, data=value)


def export(model, path, input_shape=None):
    """Writes the network to path; raises ExportError, and then leaves no file behind. Returns the names of the nodes."""
    nodes, edges = graph(model, input_shape)
    part = "%s.part" % path
    try:
        with h5py.File(part, "w") as file:
            write_fields(file, {"version": NIR_VERSION, "node": {"type": "NIRGraph", "nodes": nodes}})
            file["node"].create_dataset("edges", data=np.array(edges, dtype=object), dtype=h5py.string_dtype())
        os.replace(part, path)
    finally:
        if os.path.exists(part):
            os.remove(part)
    return list(nodes)


def load_model(place, state):
    """FILE.py:NAME, a model or a function without arguments that returns one, with the weights of a state_dict."""
    path, colon, name = place.rpartition(":")
    if not colon:
        raise ExportError("%s: write FILE.py:NAME, the file and what it calls the model" % place)
    spec = importlib.util.spec_from_file_location("exported", path)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    spec.loader.exec_module(module)
    if not hasattr(module, name):
        raise ExportError("%s holds no '%s'" % (path, name))
    model = getattr(module, name)
    if not isinstance(model, (nn.Module, list)):
        model = model()
    if state:
        model.load_state_dict(torch.load(state, map_location="cpu"))
    if isinstance(model, nn.Module):
        model.eval()
    return model


def main():
    parser = argparse.ArgumentParser(description="Writes a trained snnTorch network as a NIR file.")
    parser.add_argument("model", metavar="FILE.py:NAME", help="the model, or a function that returns it")
    parser.add_argument("out", metavar="OUT.nir")
    parser.add_argument("--input-shape", help="of one sample in one step, for example 1,28,28")
    parser.add_argument("--state", metavar="FILE.pt", help="a state_dict to load first")
    words = parser.parse_args()
    shape = [int(n) for n in words.input_shape.split(",")] if words.input_shape else None
    try:
        names = export(load_model(words.model, words.state), words.out, shape)
    except ExportError as fault:
        sys.exit("export: %s" % fault)
    print("wrote %s: %s" % (words.out, ", ".join(names)))


if __name__ == "__main__":
    main()
