"""What the tests of others' cores share: the core of tests/foreign, built once, beside the build folders; a small random network and its input; copies
of the core's folder with one text changed. Without Verilator those tests say SKIPPED."""
import os
import random
import shutil
import subprocess
import tempfile

ROOT = os.getcwd()
VOLLEY = os.path.abspath(os.environ.get("VOLLEY", "build/release/volley"))
BUILD = os.path.abspath(os.environ.get("VOLLEY_BUILD", "build/release"))
CACHE = os.path.join(os.path.dirname(BUILD), "foreign")      # beside the builds: it is the same core for all of them
CORE = "tests/foreign/aerlif"
CHIP = "tests/foreign/chip.yaml"
HERE = tempfile.mkdtemp(prefix="volley-foreign-")
wrong = 0


def that(holds, text):
    global wrong
    print("ok  " if holds else "FAIL", text)
    wrong += not holds


def end():
    shutil.rmtree(HERE)
    return 1 if wrong else 0


def call(*words, volley=VOLLEY, cache=CACHE, **more):
    return subprocess.run([volley, *words], capture_output=True, text=True, timeout=600, env=dict(os.environ, VOLLEY_CACHE=cache), **more)


def there_is_verilator():
    if shutil.which("verilator"):
        return True
    print("SKIPPED: no Verilator here")
    return False


def refused(answer, status, *parts):
    """One message, of one line, with that exit status and all of the parts in it."""
    lines = answer.stderr.strip().split("\n")
    holds = answer.returncode == status and len(lines) == 1 and all(part in lines[0] for part in parts)
    that(holds, "exit %d and one line: ...%s..." % (status, "...".join(parts)) + ("" if holds else "\n     %d: %s" % (answer.returncode, answer.stderr)))


def matrix(rng, rows, columns, low, high):
    return "[" + ", ".join("[" + ", ".join("%.3f" % rng.uniform(low, high) for _ in range(columns)) + "]" for _ in range(rows)) + "]"


def network(name, seed, steps=12, samples=2, low=-0.8, high=1.0, beta=0.75, threshold=2, reset="zero", outputs=10, inputs=48, hidden=60):
    """net.yaml and in.csv of inputs, hidden neurons and outputs: a core each. Returns their paths."""
    rng = random.Random(seed)
    net, events = os.path.join(HERE, name + ".yaml"), os.path.join(HERE, name + ".csv")
    with open(net, "w", encoding="utf-8") as file:
        file.write("time_steps: %d\ninput_shape: [%d]\nreset: %s\nreset_delay: false\nthreshold_compare: at_least\nlayers:\n" %
                   (steps, inputs, reset))
        file.write("  - {name: fc1, type: Linear, weight: %s}\n" % matrix(rng, hidden, inputs, low, high))
        file.write("  - {name: hidden, type: Leaky, shape: [%d], beta: %s, threshold: %s}\n" % (hidden, beta, threshold))
        file.write("  - {name: fc2, type: Linear, weight: %s}\n" % matrix(rng, outputs, hidden, low, high))
        file.write("  - {name: out, type: Leaky, shape: [%d], beta: 0.5, threshold: %s}\n" % (outputs, threshold))
    with open(events, "w", encoding="utf-8") as file:
        file.write("sample,step,neuron\n")
        for sample in range(samples):
            for step in range(steps):
                file.writelines("%d,%d,%d\n" % (sample, step, i) for i in range(inputs) if rng.random() < 0.15)
    return net, events


def edited(name, changes, core=CORE):
    """A copy of the core's folder with texts changed: {file: [(from, to)]}. Every text must be there."""
    folder = os.path.join(HERE, name)
    shutil.copytree(core, folder)
    for file, pairs in changes.items():
        path = os.path.join(folder, file)
        text = open(path, encoding="utf-8").read()
        for before, after in pairs:
            assert before in text, "%s holds no '%s'" % (path, before)
            text = text.replace(before, after)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
    return folder
