"""tools/export_snntorch.py, tried with stand-ins for torch and snntorch that have the attributes it reads (neither is in Debian's
own packages): the networks in traces/ written again must say the same as the files snnTorch's own exporter made, the file must run
in volley with snnTorch's predictions, and what cannot be written is refused by name."""
import csv
import importlib.util
import os
import subprocess
import sys
import tempfile
import types
import unittest

try:
    import h5py
    import numpy as np
except ImportError:
    print("SKIPPED: python3-numpy and python3-h5py are not installed")
    sys.exit(0)

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Tensor:
    def __init__(self, value):
        self.value = np.asarray(value, np.float32)

    def detach(self):
        return self

    cpu = detach

    def numpy(self):
        return self.value


class Module:
    """Any module: its attributes are what it was made with."""

    def __init__(self, **attributes):
        self.__dict__.update(attributes)

    def named_children(self):
        return [(name, value) for name, value in self.__dict__.items() if isinstance(value, Module)]


class Neuron(Module):
    def __init__(self, **attributes):
        super().__init__(**{"threshold": Tensor(1.0), "reset_mechanism": "subtract", "reset_delay": True, "inhibition": False, "state_quant": False,
                            "graded_spikes_factor": Tensor(1.0), **attributes})


class Sequential(Module):
    pass


def kinds(base, names):
    return {name: type(name, (base,), {}) for name in names}


def stand_ins():
    nn = types.ModuleType("torch.nn")
    nn.__dict__.update(Module=Module, Sequential=Sequential,
                       **kinds(Module, ["Linear", "Conv1d", "Conv2d", "AvgPool2d", "Flatten", "MaxPool2d", "Dropout"]))
    torch = types.ModuleType("torch")
    torch.__dict__.update(nn=nn, Tensor=Tensor)
    snn = types.ModuleType("snntorch")
    snn.__dict__.update(kinds(Neuron, ["Leaky", "RLeaky", "Synaptic", "RSynaptic", "Lapicque"]))
    sys.modules.update({"torch": torch, "torch.nn": nn, "snntorch": snn})
    spec = importlib.util.spec_from_file_location("export_snntorch", os.path.join(ROOT, "tools/export_snntorch.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return nn, snn, module


nn, snn, tool = stand_ins()


def linear(weight, bias=None):
    return nn.Linear(weight=Tensor(weight), bias=None if bias is None else Tensor(bias), in_features=weight.shape[1], out_features=weight.shape[0])


def conv(weight, bias, **more):
    return nn.Conv2d(**{"weight": Tensor(weight), "bias": Tensor(bias), "in_channels": weight.shape[1], "out_channels": weight.shape[0],
                        "kernel_size": weight.shape[2:], "stride": (1, 1), "padding": (1, 1), "dilation": (1, 1), "groups": 1, **more})


def pool():
    return nn.AvgPool2d(kernel_size=2, stride=2, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None)


def nodes_of(name):
    with h5py.File(os.path.join(ROOT, "traces", name, name + ".nir"), "r") as file:
        return {node: {key: file["node/nodes"][node][key][()] for key in ("weight", "bias") if key in file["node/nodes"][node]}
                for node in file["node/nodes"]}


def mlp():
    w = nodes_of("mlp_rate")
    return Sequential(fc1=linear(**w["fc1"]), lif1=snn.Leaky(beta=Tensor(0.9)), fc2=linear(**w["fc2"]), lif2=snn.Leaky(beta=Tensor(0.9)))


def conv_net():
    w = nodes_of("conv_rate")
    return Sequential(conv1=conv(**w["conv1"]), lif1=snn.Leaky(beta=Tensor(0.9)), pool1=pool(), conv2=conv(**w["conv2"]), lif2=snn.Leaky(beta=Tensor(0.9)),
                      pool2=pool(), flat=nn.Flatten(start_dim=1, end_dim=-1), fc3=linear(**w["fc3"]), lif3=snn.Leaky(beta=Tensor([0.9] * 10)))


def tree(path):
    """{place: value} of every dataset in a file."""
    found = {}
    with h5py.File(path, "r") as file:
        file.visititems(lambda place, item: found.update({place: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


def rows(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def layers():
    """One of each kind of neuron that the exporter writes, with two neurons."""
    half = {"beta": Tensor(0.5)}
    return [snn.Leaky(**half), snn.Leaky(beta=Tensor(1.0)), snn.Lapicque(R=Tensor(5.0), C=Tensor(2.0), time_step=Tensor(1.0)),
            snn.Synaptic(alpha=Tensor(0.75), **half), snn.RLeaky(recurrent=linear(np.eye(2), np.ones(2)), **half),
            snn.RSynaptic(alpha=Tensor(0.75), recurrent=Module(V=Tensor([0.5, 2])), reset_mechanism="zero", reset_delay=False, **half),
            snn.Leaky(reset_mechanism="none", **half)]


class Export(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "x.nir")

    def tearDown(self):
        self.folder.cleanup()

    def same_as(self, name):
        """Every dataset of the shipped file is in ours, with the same shape, kind and value (tau to float32, pooling as pairs)."""
        ours, theirs = tree(self.path), tree(os.path.join(ROOT, "traces", name, name + ".nir"))
        for place, value in theirs.items():
            self.assertIn(place, ours)
            mine = ours[place]
            if place == "version":
                continue
            if isinstance(value, bytes) or value.dtype == object:
                self.assertTrue(np.all(mine == value), place)
                continue
            if "/pool" in place:
                value = np.broadcast_to(value, mine.shape)
            self.assertEqual(mine.shape, value.shape, place)
            self.assertEqual(mine.dtype.kind, value.dtype.kind, place)
            self.assertTrue(np.allclose(mine, value, rtol=5e-7, atol=0), place)
        for place in theirs:
            if place.endswith(("weight", "bias", "metadata/beta")):
                self.assertTrue(np.array_equal(ours[place], theirs[place]), place)

    def predictions(self, name):
        volley = os.environ.get("VOLLEY", "")
        if not os.access(volley, os.X_OK):
            print("SKIPPED: no volley binary named by VOLLEY")
            return
        base, out = os.path.join(ROOT, "traces", name, name), os.path.join(self.folder.name, "out")
        subprocess.run([volley, "run", "configs/chips/ideal.yaml", self.path, "--input", base + "_input.spk", "--samples", "0..19", "--out", out, "--quiet"],
                       check=True, cwd=ROOT)
        want = {row["sample"]: row["pred"] for row in rows(base + "_ref.csv")}
        for row in rows(out + "/samples.csv"):
            self.assertEqual(row["prediction"], want[row["sample"]])

    def test_a_dense_network_says_what_snntorch_says_and_runs(self):
        tool.export(mlp(), self.path)
        self.same_as("mlp_rate")
        self.predictions("mlp_rate")

    def test_a_convolutional_network_says_what_snntorch_says_and_runs(self):
        tool.export(conv_net(), self.path, input_shape=(1, 8, 8))
        self.same_as("conv_rate")
        self.predictions("conv_rate")

    def test_every_beta_comes_back_from_tau_in_all_bits(self):
        beta = np.random.RandomState(1).uniform(0.01, 0.999, 2000).astype(np.float32)
        tool.export([linear(np.zeros((2000, 1))), snn.Leaky(beta=Tensor(beta))], self.path)
        tau = tree(self.path)["node/nodes/1/tau"]
        self.assertEqual(tau.dtype, np.float64)
        self.assertTrue(np.array_equal((1 - 1e-4 / tau).astype(np.float32), beta))

    def test_a_recurrent_layer_becomes_two_nodes_and_a_cycle(self):
        layer = snn.RLeaky(beta=Tensor(0.9), recurrent=linear(np.eye(3), np.ones(3)))
        tool.export(Sequential(fc=linear(np.ones((3, 2))), r=layer), self.path)
        got = tree(self.path)
        edges = {(a.decode(), b.decode()) for a, b in got["node/edges"]}
        self.assertEqual(edges, {("input", "fc"), ("fc", "r.lif"), ("r.lif", "r.w_rec"), ("r.w_rec", "r.lif"), ("r.lif", "output")})
        self.assertEqual(got["node/nodes/r.w_rec/type"], b"Affine")

    def test_one_to_one_recurrence_and_synaptic_current(self):
        inner = Module(V=Tensor(0.5))
        layer = snn.RSynaptic(alpha=Tensor(0.75), beta=Tensor([0.5, 0.25]), recurrent=inner, reset_mechanism="zero", reset_delay=False)
        tool.export([linear(np.ones((2, 2))), layer], self.path)
        got = tree(self.path)
        self.assertTrue(np.array_equal(got["node/nodes/1.w_rec/scale"], np.float32([0.5, 0.5])))
        self.assertTrue(np.array_equal(got["node/nodes/1.lif/w_in"], [4, 4]))
        self.assertTrue(np.array_equal(got["node/nodes/1.lif/r"], [2, 4 / 3]))
        self.assertEqual(got["node/nodes/1.lif/metadata/reset_mechanism"], b"zero")
        self.assertEqual(got["node/nodes/1.lif/metadata/reset_delay"], 0)

    def test_volley_reads_every_kind_of_neuron_it_writes(self):
        volley = os.environ.get("VOLLEY", "")
        if not os.access(volley, os.X_OK):
            print("SKIPPED: no volley binary named by VOLLEY")
            return
        for layer in layers():
            tool.export([linear(np.ones((2, 3))), layer], self.path)
            answer = subprocess.run([volley, "info", self.path], capture_output=True, text=True)
            self.assertEqual((answer.returncode, answer.stderr), (0, ""), type(layer).__name__)

    def test_lapicque_keeps_its_own_decay_and_gain(self):
        layer = snn.Lapicque(R=Tensor(5.0), C=Tensor(2.0), time_step=Tensor(1.0))
        tool.export([linear(np.ones((2, 2))), layer], self.path)
        got = tree(self.path)
        tau, r = got["node/nodes/1/tau"], got["node/nodes/1/r"]
        self.assertTrue(np.allclose(1 - 1e-4 / tau, 0.9) and np.allclose(r * 1e-4 / tau, 0.5))

    def test_a_layer_without_leak_is_an_if_node(self):
        tool.export([linear(np.ones((2, 2))), snn.Leaky(beta=Tensor(1.5))], self.path)
        self.assertEqual(tree(self.path)["node/nodes/1/type"], b"IF")

    def test_containers_are_opened_and_dropout_is_left_out(self):
        net = Sequential(block=Sequential(fc=linear(np.ones((2, 2))), drop=nn.Dropout()), lif=snn.Leaky(beta=Tensor(0.5)))
        self.assertEqual(tool.export(net, self.path), ["input", "block.fc", "lif", "output"])

    def test_what_cannot_be_written_is_refused_by_name(self):
        first = linear(np.ones((2, 2)))
        for text, model, shape in [
                ("pool: MaxPool2d", Sequential(pool=nn.MaxPool2d()), (1, 8, 8)),
                ("lif: inhibition", Sequential(fc=first, lif=snn.Leaky(beta=Tensor(0.9), inhibition=True)), None),
                ("lif: graded", Sequential(fc=first, lif=snn.Leaky(beta=Tensor(0.9), graded_spikes_factor=Tensor(2.0))), None),
                ("lif: beta has shape", Sequential(fc=first, lif=snn.Leaky(beta=Tensor([0.9] * 3))), None),
                ("lif: beta is 1 for some", Sequential(fc=first, lif=snn.Leaky(beta=Tensor([0.9, 1]))), None),
                ("is a Flatten missing", Sequential(fc=first), (1, 8, 8)),
                ("state input_shape", Sequential(conv=conv(np.ones((1, 1, 3, 3)), np.ones(1))), None),
                ("padding_mode", Sequential(conv=conv(np.ones((1, 1, 3, 3)), np.ones(1), padding_mode="reflect")), (1, 8, 8)),
                ("not finite", Sequential(fc=linear(np.full((2, 2), np.nan))), None),
                ("kernel [9, 9]", Sequential(conv=conv(np.ones((1, 1, 9, 9)), np.ones(1), padding=0)), (1, 8, 8)),
                ("Lapicque", Sequential(fc=first, lif=snn.Lapicque(reset_mechanism="zero")), None)]:
            with self.subTest(text), self.assertRaises(tool.ExportError) as caught:
                tool.export(model, self.path, shape)
            self.assertIn(text, str(caught.exception))
            self.assertEqual(os.listdir(self.folder.name), [])


if __name__ == "__main__":
    unittest.main()
