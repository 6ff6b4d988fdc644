"""tools/export_snntorch.py on real torch modules, end to end: a network computed by torch and the exported file run by volley must
fire the same spikes. snnTorch is no Debian package: its neurons are stood in for by classes with its attributes (buffers or learned
parameters, the names of the mechanisms) and its equations. Debian's python3-torch is enough; without torch the test is skipped."""
import csv
import importlib.util
import os
import subprocess
import sys
import tempfile
import types
import unittest

try:
    import h5py     # noqa: F401: the exporter needs it
    import numpy as np
    import torch
    from torch import nn
except ImportError:
    print("SKIPPED: python3-torch, python3-numpy or python3-h5py is not installed")
    sys.exit(0)

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VOLLEY = os.environ.get("VOLLEY", "")
SAMPLES, STEPS, SHAPE = 3, 20, (2, 14, 15)


class Neuron(nn.Module):
    """What snnTorch's neurons share; step() is one time step of theirs."""
    MECHANISM = {"subtract": 0, "zero": 1, "none": 2}

    def __init__(self, beta, alpha=None, threshold=1.0, reset_mechanism="subtract", learn_beta=False, features=None):
        super().__init__()
        self.register_buffer("threshold", torch.as_tensor(threshold))
        self.register_buffer("graded_spikes_factor", torch.as_tensor(1.0))
        self.register_buffer("reset_mechanism_val", torch.as_tensor(self.MECHANISM[reset_mechanism]))
        self.reset_mechanism, self.inhibition, self.state_quant, self.reset_delay = reset_mechanism, False, False, True
        beta = torch.as_tensor(beta)
        if learn_beta:
            self.beta = nn.Parameter(beta)
        else:
            self.register_buffer("beta", beta)
        if alpha is not None:
            self.register_buffer("alpha", torch.as_tensor(alpha))
        if features:
            self.recurrent = nn.Linear(features, features)
        self.begin()

    def begin(self):
        self.mem = self.syn = self.spk = torch.zeros(())

    def fire(self):
        return (self.mem - self.threshold > 0).float()

    def step(self, x):
        reset = self.fire()
        if hasattr(self, "recurrent") and self.spk.dim():
            x = x + self.recurrent(self.spk)
        elif hasattr(self, "recurrent"):
            x = x + self.recurrent(torch.zeros_like(x))
        if hasattr(self, "alpha"):
            x = self.syn = self.alpha * self.syn + x
        if self.reset_mechanism == "zero":
            self.mem = self.beta * ((1 - reset) * self.mem) + x
        else:
            self.mem = self.beta * self.mem + x - reset * self.threshold
        self.spk = self.fire()
        return self.spk


def exporter():
    snn = types.ModuleType("snntorch")
    snn.__dict__.update({name: type(name, (Neuron,), {}) for name in ("Leaky", "RLeaky", "Synaptic", "RSynaptic", "Lapicque")})
    sys.modules["snntorch"] = snn
    spec = importlib.util.spec_from_file_location("export_snntorch", os.path.join(ROOT, "tools/export_snntorch.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return snn, module


snn, tool = exporter()


class Net(nn.Module):
    """Each kind of layer once, with the odd strides, groups and nesting that people use."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 8, 3, stride=(2, 1), padding="valid")
        self.lif1 = snn.Leaky(0.9, learn_beta=True, threshold=0.4)
        self.pool = nn.AvgPool2d(2)
        self.conv2 = nn.Conv2d(8, 16, (3, 2), padding=(1, 0), bias=False, groups=2)
        self.lif2 = snn.Synaptic(0.8, alpha=0.7, threshold=torch.tensor(0.3))
        self.flat = nn.Flatten()
        self.drop = nn.Dropout(0.2)
        self.fc = nn.Linear(16 * 3 * 5, 40)
        self.rec = snn.RLeaky(torch.full((40,), 0.85), features=40, threshold=0.3)
        self.head = nn.Sequential(nn.Linear(40, 10), snn.Leaky(0.95, threshold=0.2, reset_mechanism="zero"))


def spikes_of_torch(layers, samples):
    """{population: {(sample, step, neuron)}}, the modules called one after another as a training loop does."""
    fired = {}
    for sample, x in enumerate(samples):
        for _, module in layers:
            if isinstance(module, Neuron):
                module.begin()
        for step in range(STEPS):
            y = x[step][None]
            for name, module in layers:
                y = module.step(y) if isinstance(module, Neuron) else module(y)
                if isinstance(module, Neuron):
                    fired.setdefault(name, set()).update((sample, step, i) for i in torch.nonzero(y.reshape(-1)).reshape(-1).tolist())
    return fired


def spikes_of_volley(folder):
    fired = {}
    with open(os.path.join(folder, "spikes.csv"), encoding="utf-8") as file:
        for row in csv.DictReader(file):
            population = row["population"].removesuffix(".lif")
            fired.setdefault(population, set()).add((int(row["sample"]), int(row["step"]), int(row["neuron"])))
    return fired


class ExportTorch(unittest.TestCase):
    def test_an_exported_network_fires_as_in_torch(self):
        if not os.access(VOLLEY, os.X_OK):
            self.skipTest("no volley binary named by VOLLEY")
        torch.manual_seed(3)
        torch.set_num_threads(1)
        net = Net().eval()
        samples = (torch.rand(SAMPLES, STEPS, *SHAPE) < 0.3).float()
        with tempfile.TemporaryDirectory() as folder, torch.no_grad():
            path, events, out = (os.path.join(folder, name) for name in ("net.nir", "x.npy", "out"))
            tool.export(net, path, input_shape=SHAPE)
            np.save(events, samples.numpy().astype(np.uint8))
            subprocess.run([VOLLEY, "run", "configs/chips/ideal.yaml", path, "--input", events, "--trace", "spikes", "--out", out, "--quiet"],
                           check=True, cwd=ROOT)
            want, got = spikes_of_torch(list(tool.parts(net)), samples), spikes_of_volley(out)
        self.assertEqual(sorted(want), ["head.1", "lif1", "lif2", "rec"])
        for population, fired in want.items():
            self.assertGreater(len(fired), 20, population)
            self.assertEqual(fired, got[population], population)


if __name__ == "__main__":
    unittest.main()
