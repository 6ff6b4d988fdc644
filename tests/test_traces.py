"""The reference files in traces/ are what snnTorch's equations give: each network again in numpy, without volley.

Float32, rounded after every operation, in the order of snnTorch: m = beta m; m = m + I; m = m - R threshold with R = m[t-1] >
threshold; a spike where m > threshold. Every spike of samples 0..19, the counts of all samples and the synaptic operations must
agree. --write makes NAME_stats.csv anew."""
import os
import struct
import sys

try:
    import h5py
    import numpy as np
except ImportError:
    print("SKIPPED: python3-numpy and python3-h5py are not installed")
    sys.exit(0)

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
F = np.float32


def read_spk(path):
    """Dense (samples, steps, neurons) of a .spk file without values."""
    data = open(path, "rb").read()
    samples, steps, neurons, flags = struct.unpack_from("<4I", data, 8)
    assert data[:8] == b"SNNSPK1\0" and not flags & 1, path
    first = np.frombuffer(data, "<u8", samples + 1, 32)
    event = np.frombuffer(data, "<u2", 2 * int(first[-1]), 32 + 8 * (samples + 1)).reshape(-1, 2)
    dense = np.zeros((samples, steps, neurons), np.uint8)
    for sample in range(samples):
        part = event[int(first[sample]):int(first[sample + 1])]
        dense[sample, part[:, 0], part[:, 1]] = 1
    return dense


def pool(x):
    """Average pooling 2x2 of (N, C, H, W)."""
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).sum(axis=(3, 5), dtype=F) / F(4)


def conv(x, weight, bias):
    """3x3, stride 1, padding 1. Sums are exact in float32 for these weights, so their order does not matter."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    out = np.zeros((x.shape[0], weight.shape[0], *x.shape[2:]), F)
    for i in range(3):
        for j in range(3):
            out += np.einsum("nchw,oc->nohw", padded[:, :, i:i + x.shape[2], j:j + x.shape[3]], weight[:, :, i, j])
    return out + bias[:, None, None]


def fan_out_conv(shape, channels_out, pooled):
    """Synapses of each source neuron of a 3x3 convolution with padding 1: taps outside the border do not exist."""
    c, h, w = shape
    rows = np.array([min(y + 1, h - 1) - max(y - 1, 0) + 1 for y in range(h)])
    columns = np.array([min(x + 1, w - 1) - max(x - 1, 0) + 1 for x in range(w)])
    grid = np.outer(rows, columns) * channels_out
    if pooled:
        grid = grid.repeat(2, 0).repeat(2, 1)
    return np.broadcast_to(grid, (c, *grid.shape)).ravel()


def leaky(current, state, node):
    beta, threshold = node["metadata/beta"][()].astype(F).ravel(), node["v_threshold"][()].astype(F).ravel()
    reset = (state > threshold).astype(F)
    state[:] = beta * state
    state += current.reshape(state.shape)
    state -= reset * threshold
    return (state > threshold).astype(F)


def step_mlp(nodes, x, state):
    a = leaky(x @ nodes["fc1/weight"][()].T + nodes["fc1/bias"][()], state["lif1"], nodes["lif1"])
    b = leaky(a @ nodes["fc2/weight"][()].T + nodes["fc2/bias"][()], state["lif2"], nodes["lif2"])
    return {"lif1": a, "lif2": b}


def step_conv(nodes, x, state):
    a = leaky(conv(x.reshape(-1, 1, 8, 8), nodes["conv1/weight"][()], nodes["conv1/bias"][()]), state["lif1"], nodes["lif1"])
    b = leaky(conv(pool(a.reshape(-1, 8, 8, 8)), nodes["conv2/weight"][()], nodes["conv2/bias"][()]), state["lif2"], nodes["lif2"])
    flat = pool(b.reshape(-1, 16, 4, 4)).reshape(-1, 64)
    c = leaky(flat @ nodes["fc3/weight"][()].T + nodes["fc3/bias"][()], state["lif3"], nodes["lif3"])
    return {"lif1": a, "lif2": b, "lif3": c}


CASES = {
    "mlp_rate": (step_mlp, {"lif1": 128, "lif2": 10}, [("fc1", "input", 128), ("fc2", "lif1", 10)]),
    "conv_rate": (step_conv, {"lif1": 512, "lif2": 256, "lif3": 10},
                  [("conv1", "input", fan_out_conv((1, 8, 8), 8, False)), ("conv2", "lif1", fan_out_conv((8, 4, 4), 16, True)), ("fc3", "lif2", 10)]),
}


def simulate(name, dense):
    """{layer: spikes (samples, steps, neurons)} of the network in NAME.nir."""
    step, layers, _ = CASES[name]
    samples, steps, _ = dense.shape
    state = {layer: np.zeros((samples, n), F) for layer, n in layers.items()}
    spikes = {layer: np.zeros((samples, steps, n), np.uint8) for layer, n in layers.items()}
    with h5py.File(os.path.join(ROOT, "traces", name, name + ".nir"), "r") as file:
        for t in range(steps):
            for layer, fired in step(file["node/nodes"], dense[:, t].astype(F), state).items():
                spikes[layer][:, t] = fired
    return spikes


def statistics(name, dense, spikes):
    train = {"input": dense, **spikes}
    rows = [("input_events", "input", int(dense.sum()))] + [("spikes", layer, int(spikes[layer].sum())) for layer in spikes]
    rows += [("synops", projection, int((train[source].sum(axis=(0, 1), dtype=np.int64) * fan_out).sum())) for projection, source, fan_out in CASES[name][2]]
    return "what,layer,value\n" + "".join("%s,%s,%d\n" % row for row in rows)


def compare(name, write):
    folder = os.path.join(ROOT, "traces", name)
    dense = read_spk("%s/%s_input.spk" % (folder, name))
    spikes = simulate(name, dense)
    wrong = 0
    for layer in spikes:
        kept = read_spk("%s/%s_spk_%s.spk" % (folder, name, layer))
        differ = int((kept != spikes[layer][:kept.shape[0]]).sum())
        print("%s %s: %d of %d spikes differ" % (name, layer, differ, int(kept.sum())))
        wrong += differ
    last = list(spikes)[-1]
    differ = int((spikes[last].sum(axis=1) != np.load("%s/%s_counts.npy" % (folder, name))).sum())
    print("%s: %d output counts differ" % (name, differ))
    text, path = statistics(name, dense, spikes), "%s/%s_stats.csv" % (folder, name)
    if write:
        open(path, "w", encoding="utf-8").write(text)
    same = open(path, encoding="utf-8").read() == text
    print("%s: statistics %s" % (name, "agree" if same else "differ"))
    return wrong + differ + (not same)


if __name__ == "__main__":
    sys.exit(1 if sum([compare(name, "--write" in sys.argv) for name in CASES]) else 0)
