"""What a user can do wrong: one message that names place and cure, the exit status of docs/formats.md, nothing half-written.

Needs nothing but python3 and the networks in traces/."""
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
HERE = tempfile.mkdtemp(prefix="volley-bad-")
NET, INPUT, LABELS = (f"traces/mlp_rate/mlp_rate{end}" for end in (".nir", "_input.spk", "_labels.npy"))
FEW = ["--samples", "0..2"]
HERE_OUT = ["--out", os.path.join(HERE, "run")]        # never ./out, the folder of whoever works here and of another build's tests
BEFORE = os.listdir("out") if os.path.isdir("out") else None
wrong = 0


def at(name, data=None):
    path = os.path.join(HERE, name)
    if data is not None:
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
    return path


def npy(name, shape, dtype, data):
    head = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (dtype, "(%s,)" % ", ".join(map(str, shape)))
    head += " " * (-(len(head) + 11) % 64) + "\n"
    return at(name, b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + data)


def call(*arguments, stdout=subprocess.PIPE):
    done = subprocess.run([VOLLEY, *arguments], stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=300)
    return done.returncode, done.stdout or "", done.stderr


def that(holds, text):
    global wrong
    print("ok  " if holds else "FAIL", text)
    wrong += not holds


def refused(what, status, words, *arguments, **more):
    """One message: a line of "volley: ...", with all the words in it."""
    code, _, err = call(*arguments, **more)
    lines = [line for line in err.strip().split("\n") if line]
    lacks = [w for w in words if not re.search(w, err)]
    good = code == status and not lacks and len(lines) == 1 and lines[0].startswith("volley: ") and "runtime error" not in err
    that(good, f"{what}: exit {code} (wanted {status}){', lacks ' + str(lacks) if lacks else ''}: {err.strip()[:230]}")


def run(*more, chip="ideal", net=NET, inp=INPUT):
    return ["run", chip, net, "--input", inp, *FEW, *HERE_OUT, *more]


def chip_with(name, old, new, chip="mesh28"):
    text = open(f"configs/chips/{chip}.yaml").read()
    assert old in text, old
    return at(name, text.replace(old, new, 1))


# files
refused("a missing network", 2, ["nowhere.nir", "No such file|not there|missing|cannot"], *run(net="nowhere.nir"))
refused("a missing input", 2, ["nowhere.spk"], *run(inp="nowhere.spk"))
refused("a missing chip", 2, ["nowhere", "loihi"], *run(chip="nowhere"))
refused("a directory as network", 2, ["traces", "director|folder"], *run(net="traces"))
refused("a directory as input", 2, ["traces", "director|folder"], *run(inp="traces"))
refused("a directory as chip", 2, ["traces", "director|folder"], *run(chip="./traces"))
whole = open(NET, "rb").read()
for part in (8, 100, len(whole) // 2, len(whole) - 1000):
    refused(f"HDF5 cut to {part} bytes", 2, ["cut.nir"], *run(net=at("cut.nir", whole[:part])))
refused("a cut .spk", 2, ["cut.spk"], *run(inp=at("cut.spk", open(INPUT, "rb").read()[:5000])))

# chip files
refused("YAML with a tab", 2, [r"tab.yaml:\d+:\d+", "tab"], *run(chip=chip_with("tab.yaml", "  mode: barrier", "\tmode: barrier")))
refused("a duplicate key", 2, [r"twice.yaml:\d+:\d+", "topology"],
        *run(chip=chip_with("twice.yaml", "  topology: mesh\n", "  topology: mesh\n  topology: mesh\n")))
refused("an unknown key", 2, [r"key.yaml:\d+:\d+", "topologi", "did you mean 'topology'"],
        *run(chip=chip_with("key.yaml", "  topology: mesh", "  topologi: mesh")))
refused("a quantity without unit", 2, [r"unit.yaml:\d+:\d+", "no unit", "KiB|bit"], *run(chip=chip_with("unit.yaml", "size: 64 KiB", "size: 64")))
refused("a wrong unit", 2, [r"wrong.yaml:\d+:\d+", "ns"], *run(chip=chip_with("wrong.yaml", "size: 64 KiB", "size: 64 ns")))
refused("a negative size", 2, [r"minus.yaml:\d+:\d+", "negative|0 or more"], *run(chip=chip_with("minus.yaml", "size: 64 KiB", "size: -64 KiB")))
refused("a bad --set", 2, ["--set", "noc.sise", "size"], *run("--set", "noc.sise=8x8", chip="mesh28"))
refused("--set without =", 2, ["--set", "KEY=VALUE"], *run("--set", "noc.size"))

# networks
status, out, err = call("convert", NET, "-o", at("net.yaml"))
that(status == 0, f"convert to YAML: {err.strip()}")
weight = [f for f in os.listdir(HERE) if f.endswith(".npy") and "fc1" in f and "weight" in f][0]
data = bytearray(open(at(weight), "rb").read())
data[-4:] = struct.pack("<f", float("nan"))
at(weight, bytes(data))
refused("NaN weights", 2, ["fc1", "NaN|nan|not a number"], *run(net=at("net.yaml")))
refused("no reset kind known", 2, ["does not say", "--from snntorch"], *run(net="tests/fuzz/corpus/nir/if_no_reset_said.nir"))
# loihi has 16,384 words of synapses a core: a word of them is too few for one neuron
refused("a network that does not fit", 1, ["does not fit", "lif", "needs|needed", "what would help"],
        *run("--set", "core_types.loihi.memories.synapse.size=64 B", chip="loihi"))
refused("a chip that cannot subtract", 1, ["subtract", "--approximate|--assume-native"],
        *run("--set", "core_types.lif28.offers.reset=[zero]", chip="mesh28"))

# events and labels
refused("a spike outside the layer", 2, ["out.csv", "64"], *run(inp=at("out.csv", "0,0,3\n0,1,64\n")))
refused("a step that is no number", 2, [r"word.csv:2:3", "x"], *run(inp=at("word.csv", "0,0,3\n0,x,4\n")))
grey = npy("grey.npy", (2, 64), "|u1", bytes(range(64)) + bytes(range(128, 192)))
status, out, err = call("run", "ideal", NET, "--input", grey, "--steps", "5", *HERE_OUT)
said = [line for line in out.split("\n") if "0..255 where 0..1" in line]
that(status == 0 and said, f"an image array in 0..255 is a warning: exit {status} {said}")
time_first = npy("tn.npy", (25, 3, 64), "|u1", bytes(25 * 3 * 64))
three = npy("three.npy", (3,), "<i8", struct.pack("<3q", 1, 2, 3))
refused("a time-first array", 2, ["--layout TN"], "run", "ideal", NET, "--input", time_first, "--labels", three, *HERE_OUT)
status, out, err = call("run", "ideal", NET, "--input", time_first, "--layout", "TN", "--labels", at("three.npy"), *HERE_OUT)
that(status == 0 and "3 samples x 25 steps" in out, f"with --layout TN it runs: exit {status} {err.strip()}")
refused("labels shorter than samples", 2, ["few.txt", "2", "3"], *run("--labels", at("few.txt", "1\n2\n")))
refused("a label beyond the classes", 2, ["far.txt", "12", "10"], *run("--labels", at("far.txt", "1\n12\n3\n")))
refused("a label that is no number", 2, ["bad.txt:2"], *run("--labels", at("bad.txt", "1\ncat\n3\n")))
refused("samples that are not there", 2, ["--samples", "100"], "run", "ideal", NET, "--input", INPUT, "--samples", "90..100", *HERE_OUT)
valued = npy("valued.npy", (1, 25, 64), "<f4", struct.pack("<1600f", *([0.5] * 1600)))
refused("values on a chip of binary spikes", 1, ["--values repeat"], "run", "loihi", NET, "--input", valued, *HERE_OUT)

# options
refused("an unknown command", 2, ["runn", "did you mean 'run'"], "runn")
refused("an unknown option", 2, ["--lables", "did you mean --labels"], *run("--lables", "x"))
refused("an option without value", 2, ["--seed", "needs a value"], *run("--seed"))
refused("a value that is none of the words", 2, ["--timing", "none", "slots"], *run("--timing", "fast"))

# output
refused("an output folder under a file", 2, ["README.md"], *run("--out", "README.md/out"))
refused("an output folder that is a file", 2, ["README.md"], *run("--out", "README.md"))
if os.path.exists("/dev/full"):
    with open("/dev/full", "w") as full:
        code, _, err = call(*run(), stdout=full)
    that(code == 2 and "No space" in err, f"a full disk: exit {code}: {err.strip()}")
    code, _, err = call("map", "mesh28", NET, "-o", "/dev/full")
    that(code == 2 and "/dev/full" in err, f"a full disk under volley map: exit {code}: {err.strip()}")
left = [f for f in os.listdir(HERE) if ".part" in f or ".writing" in f or ".tmp" in f]
that(not left, f"nothing half-written is left: {left}")

# Ctrl-C: what was finished is kept and marked
samples = 4000
spk = open(INPUT, "rb").read()
n, t, k, flags, e = struct.unpack("<IIIIQ", spk[8:32])
first = struct.unpack(f"<{n + 1}Q", spk[32:32 + 8 * (n + 1)])
events = spk[32 + 8 * (n + 1):]
many, start, body = b"", [0], []
for s in range(samples):
    a, b = first[s % n], first[s % n + 1]
    body.append(events[4 * a:4 * b])
    start.append(start[-1] + b - a)
long = at("long.spk", b"SNNSPK1\0" + struct.pack("<IIIIQ", samples, t, k, 0, start[-1]) + struct.pack(f"<{samples + 1}Q", *start) + b"".join(body))
out = at("interrupted")
process = subprocess.Popen([VOLLEY, "run", "ideal", NET, "--input", long, "--out", out], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
for _ in range(6000):      # until it catches SIGINT, and a little longer
    if int(re.search(r"SigCgt:\s*(\w+)", open(f"/proc/{process.pid}/status").read()).group(1), 16) & 2:
        break
    time.sleep(0.01)
time.sleep(1.0)
process.send_signal(signal.SIGINT)
text, err = process.communicate(timeout=120)
summary = json.load(open(f"{out}/summary.json")) if os.path.exists(f"{out}/summary.json") else {}
that(process.returncode == 130 and summary.get("partial") is True and 0 < summary["samples"] < samples,
     f"Ctrl-C: exit {process.returncode}, {summary.get('samples')} of {samples} samples kept, partial {summary.get('partial')}: {err.strip()[-150:]}")
that(len(open(f"{out}/samples.csv").read().strip().split("\n")) == summary.get("samples", -2) + 1, "samples.csv holds the samples that were finished")


that((os.listdir("out") if os.path.isdir("out") else None) == BEFORE, "nothing was written where the test was started")
shutil.rmtree(HERE)
sys.exit(1 if wrong else 0)
