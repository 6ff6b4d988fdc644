"""Chips whose cores hold one whole layer each (speck): what does not fit is told in one line with the layer, what it needs and what there is; what
fits is given cores whose memories hold it, wherever they are.

Needs nothing but python3."""
import os
import re
import subprocess
import sys
import tempfile

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
HERE = tempfile.TemporaryDirectory(prefix="volley-layers-")
HEAD = "time_steps: 2\ninput_shape: [%s]\nlayers:\n"
wrong = 0


def that(holds, text):
    global wrong
    print("ok  " if holds else "FAIL", text)
    wrong += not holds


def conv(name, channels, size, kernel=3, stride=1, padding=1, groups=1, threshold=2):
    """A convolution and its neurons; size: of the output map."""
    more = f", groups: {groups}" if groups > 1 else ""
    return (f"  - {{name: {name}, type: Conv2d, weight: 0.5, kernel: {kernel}, out_channels: {channels}, padding: {padding}, stride: {stride}{more}}}\n"
            f"  - {{name: if_{name}, type: Neurons, shape: [{channels}, {size}, {size}], beta: 1, threshold: {threshold}, reset: subtract, reset_point: now, "
            "threshold_compare: at_least}\n")


def dense(name, neurons, threshold="2"):
    return (f"  - {{name: {name}, type: Linear, weight: 0.5, out: {neurons}}}\n"
            f"  - {{name: if_{name}, type: Neurons, shape: [{neurons}], beta: 1, threshold: {threshold}, reset: subtract, reset_point: now, "
            "threshold_compare: at_least}\n")


def pool(side, stride=None, padding=0):
    return f"  - {{name: pool{side}, type: AvgPool2d, kernel: {side}, stride: {stride or side}, padding: {padding}}}\n"


def mapped(shape, text, *more):
    path = os.path.join(HERE.name, "net.yaml")
    with open(path, "w") as file:
        file.write(HEAD % shape + text)
    done = subprocess.run([VOLLEY, "map", "speck", path, "-o", os.path.join(HERE.name, "map.yaml"), *more], capture_output=True, text=True, timeout=100)
    return done.returncode, done.stdout, done.stderr


def refused(what, words, shape, text, *more, status=1):
    code, _, err = mapped(shape, text, *more)
    lines = err.strip().split("\n")
    lacks = [word for word in words if not re.search(word, err)]
    that(code == status and not lacks and len(lines) == 1 and lines[0].startswith("volley: "),
         f"{what}: exit {code}{', lacks ' + str(lacks) if lacks else ''}: {err.strip()[:300]}")


FLAT = "  - {name: flat, type: Flatten}\n"

# 64 x 128 x 16 = 131,072 words for the kernels of conv2: a core has 65,536 at most. 128 x 64 x 64 states: a core has 65,536.
refused("kernels", ["layer if_conv2: its kernels need 1048576 bits of memory kernel", "has 524288", "memories.kernel.size=131072 B"], "2, 16, 16",
        conv("conv1", 64, 16) + conv("conv2", 128, 16))
refused("neurons", ["layer if_conv1: its neurons need 8388608 bits of memory neuron", "type k16n64", "has 1048576"], "2, 64, 64", conv("conv1", 128, 64))
refused("both", ["layer if_conv2: it needs 524288 bits of kernel, 524288 bits of neuron, 512 bits of bias, and no core has all"], "2, 32, 32",
        conv("conv1", 32, 32) + conv("conv2", 32, 32, kernel=7, padding=3))
refused("a dense layer", ["layer if_fc: its kernels need 1048576 bits"], "2, 16, 16", conv("conv1", 32, 16) + pool(2) + FLAT + dense("fc", 64))
refused("its map", ["layer if_fc: a kernel of 32x32; .* up to 16x16, and a dense layer's is as large as its input map: pool"], "1, 32, 32",
        FLAT + dense("fc", 4))
refused("a pool of 3", ["layer if_conv2: conv2 pools 3x3; .* powers of two up to 4x4"], "1, 12, 12", conv("conv1", 2, 12) + pool(3) + conv("conv2", 2, 4))
refused("a pool of 8", ["pools 8x8"], "1, 16, 16", conv("conv1", 2, 16) + pool(8) + conv("conv2", 2, 2))
refused("pools that overlap", ["with a stride of 1x1"], "1, 8, 8", conv("conv1", 2, 8) + pool(2, stride=1) + conv("conv2", 2, 7))
refused("a stride of 3", ["layer if_conv1: a stride of 3"], "1, 9, 9", conv("conv1", 2, 3, stride=3))
refused("a kernel of 17", ["layer if_conv1: a kernel of 17x17; .* up to 16x16: *|up to 16x16"], "1, 32, 32", conv("conv1", 2, 32, kernel=17, padding=8))
refused("groups", ["layer if_conv1: conv1 has .* groups 2"], "2, 8, 8", conv("conv1", 2, 8, groups=2))
refused("a large map", ["layer if_conv1: maps of 128x128 to 128x128; .* up to 128x128 to 64x64"], "1, 128, 128", conv("conv1", 2, 128))
refused("ten layers", ["layer if_c10: a layer takes a core, and the 9 of 9 cores .* taken by if_c1, if_c2"], "1, 8, 8",
        "".join(conv(f"c{n}", 2, 8) for n in range(1, 11)))
refused("three large layers", ["layer if_c3: .* the 2 of 9 cores whose memories hold this one are taken by if_c1, if_c2"], "64, 4, 4",
        "".join(conv(f"c{n}", 64, 4) for n in range(1, 4)))
refused("thresholds", ["layer if_fc: its thresholds differ from neuron to neuron"], "4", dense("fc", 2, "[1, 2]"))
FAN = conv("c1", 2, 8) + conv("c2", 2, 8) + conv("c3", 2, 8) + conv("c4", 2, 8)
refused("three destinations", ["layer if_c1 sends to 3 layers; .* has 2 destinations"], "1, 8, 8", FAN +
        "connections:\n  - {from: input, to: if_c1, through: [c1]}\n" + "".join(f"  - {{from: if_c1, to: if_c{n}, through: [c{n}]}}\n" for n in (2, 3, 4)))

# The largest layers first in the file: each finds the only cores that hold it, whatever came before.
code, out, err = mapped("2, 16, 16", conv("c1", 32, 16) + conv("c2", 64, 16) + conv("c3", 32, 16) + pool(4) + FLAT + dense("fc", 10))
that(code == 0, f"layers find their cores: {err.strip()}")
that(out.count("kernel 32 KiB of 32 KiB") == 2 and "kernel 1 KiB" in out, "with kernels counted by powers of two: 2 x 16 x 32, 32 x 16 x 64 and 64 x 16 x 32")
ONE, TWO = (r"  - core: 0.%d\n    neurons: .*" % n for n in (0, 1))
CUT = {"a layer on two cores": (ONE, '  - core: 0.0\n    neurons: {"if_a": [0..7]}\n  - core: 0.2\n    neurons: {"if_a": [8..15]}',
                                 "shared.yaml:[0-9]+:[0-9]+: .*layer if_a: 8 of its 16 neurons .* a whole layer: .0..15"),
       "two layers on a core": (ONE + r"\n" + TWO, '  - core: 0.0\n    neurons: {"if_a": [0..15], "if_b": [0..3]}',
                                "layers if_a and if_b share a core")}
SMALL = conv("a", 1, 4) + FLAT + dense("b", 4)
mapped("1, 4, 4", SMALL)
with open(os.path.join(HERE.name, "map.yaml")) as file:
    text = file.read()
for what, (old, new, said) in CUT.items():
    place = os.path.join(HERE.name, "shared.yaml")
    with open(place, "w") as file:
        file.write(re.sub(old, lambda _: new, text, count=1))
    refused(what, [said], "1, 4, 4", SMALL, "--map", place)
refused("too few by --cores", ["layer if_b: a layer takes a core, and of the 2 cores .* --cores leaves 1"], "1, 4, 4", SMALL, "--cores", "1")
for method in ("fill", "balance"):
    code, again, err = mapped("2, 16, 16", conv("c1", 32, 16) + conv("c2", 64, 16), "--map", method)
    that(code == 0 and "2 of 9 cores" in again, f"--map {method}: layers stay whole {err.strip()}")
sys.exit(1 if wrong else 0)
