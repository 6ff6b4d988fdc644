"""docs/validation.md: published figures beside what volley says, each line with its bound. Every figure on the page comes from runs made here.

    python3 tests/test_validation.py            makes all runs, holds each line to its bound and the page to what they say
    python3 tests/test_validation.py --full     makes TrueNorth's sweep at its full size alone (a minute), and holds the page's section to it
    python3 tests/test_validation.py --write    writes the page anew, all of it

VOLLEY names the binary, VOLLEY_BUILD its build folder; networks are those of the reference kit (VOLLEY_KIT). Without the kit it is skipped."""
import json
import os
import subprocess
import sys
import tempfile

import kit
import validation_akida
import validation_odin
import validation_speck
import validation_truenorth
import validation_xylo

PAGE = "docs/validation.md"
SANAFE = os.path.join(os.path.dirname(kit.KIT), "sanafe")
BUILD = os.environ.get("VOLLEY_BUILD", "build/release")
PJ, NS, UJ = 1e-12, 1e-9, 1e-6
STEPS, FAN = 20, 512
lines, wrong = [], []


def line(section, what, published, ours, unit, bound, why):
    """One row of the page: ours / published must lie within bound of 1 (0.01: 1 %); scale is what the unit stands for."""
    ratio = ours / published
    lines.append((section, what, published, ours, unit, ratio, bound, why))
    if not abs(ratio - 1) <= bound:
        wrong.append(f"{section}: {what}: published {published:.6g}, ours {ours:.6g} {unit}, ratio {ratio:.4f}, bound {bound}")


# ---- microbenchmarks: networks that do one thing ----

def network(layers, chain):
    """YAML of layers [(name, neurons, bias)] joined one after another by dense weights."""
    text = f"time_steps: {STEPS}\ninput_shape: [1]\nreset: zero\nreset_delay: false\nthreshold_compare: greater\nlayers:\n"
    before = 1
    for (name, neurons, bias), weight in zip(layers, chain):
        rows = ", ".join("[" + ", ".join([str(weight)] * before) + "]" for _ in range(neurons))
        text += f"  - {{name: w_{name}, type: Linear, weight: [{rows}], bias: [{', '.join([str(bias)] * neurons)}]}}\n"
        text += f"  - {{name: {name}, type: Leaky, shape: [{neurons}], beta: 0.5, threshold: 1}}\n"
        before = neurons
    return text


def run(chip, text, events=(), cores=None, name="bench"):
    """A run's summary. cores: {"tile.core": {population: "a..b"}}."""
    folder = tempfile.mkdtemp(dir=kit.SCRATCH.name)
    with open(f"{folder}/{name}.yaml", "w") as file:
        file.write(text)
    with open(folder + "/in.csv", "w") as file:
        file.write(f"# samples 1, steps {STEPS}, neurons 1\nsample,step,neuron\n" + "".join(f"0,{t},0\n" for t in events))
    command = [kit.VOLLEY, "run", chip, f"{folder}/{name}.yaml", "--input", folder + "/in.csv", "--quiet", "--out", folder + "/out"]
    if cores:
        with open(folder + "/map.yaml", "w") as file:
            file.write(f'network: "{name}"\nchip: "{chip}"\ncores:\n')
            for core, neurons in cores.items():
                file.write(f"  - core: {core}\n    neurons: {{{', '.join(f'{p}: [{r}]' for p, r in neurons.items())}}}\n")
        command += ["--map", folder + "/map.yaml"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    with open(folder + "/out/summary.json") as file:
        return json.load(file)


def synapse(chip):
    """Energy and time of a synapse: one input spike more is FAN synapses more, of neurons whose bias keeps them active all the time."""
    text = network([("a", FAN, 0.1)], [0.001])
    few, many = (run(chip, text, range(0, 2 * n, 2)) for n in (2, 6))
    sops = many["counts"]["sops"] - few["counts"]["sops"]
    return ((many["energy"]["dynamic_j"] - few["energy"]["dynamic_j"]) / sops / PJ, (many["time"]["total_s"] - few["time"]["total_s"]) / sops / NS)


def more_neurons(chip, bias):
    """What 400 neurons more cost, J and s, and their updates: active, and idle or held, which cost the same."""
    few, many = (run(chip, network([("a", n, bias)], [0])) for n in (100, 500))
    count = {key: many["counts"][key] - few["counts"][key] for key in ("update_active", "update_idle", "update_held")}
    return (many["energy"]["dynamic_j"] - few["energy"]["dynamic_j"], many["time"]["total_s"] - few["time"]["total_s"], count["update_active"],
            count["update_idle"] + count["update_held"])


def update(chip):
    """Energy and time of an active and of an idle update. Without a bias all are idle; with one most are active, and the rest is known by then."""
    joule, seconds, _, updates = more_neurons(chip, 0)
    idle = joule / updates, seconds / updates
    joule, seconds, active, rest = more_neurons(chip, 0.1)
    return [((joule - rest * idle[0]) / active / PJ, (seconds - rest * idle[1]) / active / NS), (idle[0] / PJ, idle[1] / NS)]


def travel(chip, near, far):
    """Energy and time of what a spike's way to core `far` costs beyond that to core `near`, of equally many tiles."""
    text = network([("a", 1, 0), ("b", 1, 0)], [4, 0.001])
    ways = [run(chip, text, range(0, STEPS, 2), {"0.0": {"a": "0..0"}, core: {"b": "0..0"}}) for core in (near, far)]
    packets = ways[0]["counts"]["spikes"]
    # The time is that of the steps in which the spike travels: each is longer by the way.
    return tuple((ways[1][a][b] - ways[0][a][b]) / packets / unit for a, b, unit in (("energy", "dynamic_j", PJ), ("time", "total_s", NS)))


def barrier(chip, tiles):
    """Time of a barrier with so many tiles in use: a neuron on each."""
    text = network([("a", tiles, 0)], [0])
    cores = {f"{t}.0": {"a": f"{t}..{t}"} for t in range(tiles)}
    summary = run(chip, text, (), cores)
    return summary["time"]["barrier_s"] / summary["counts"]["barriers"] / NS


def loihi():
    """Davies et al. 2018, Table 2, as docs/chips/loihi.md holds it."""
    section, given = "Loihi, as published in 2018: microbenchmarks on `loihi`", "the chip file's constant, given back"
    energy, time = synapse("loihi")
    line(section, "synaptic operation, energy", 23.6, energy, "pJ", 0.01, given + "; with it the input packet's 1.7 pJ inside the tile, shared by its synapses")
    line(section, "synaptic operation, time", 3.5, time, "ns", 0.01, given)
    for (energy, time), what, joule, seconds in zip(update("loihi"), ("active", "idle"), (81, 52), (8.4, 5.3)):
        line(section, f"update, {what}, energy", joule, energy, "pJ", 0.001, given)
        line(section, f"update, {what}, time", seconds, time, "ns", 0.001, given)
    for what, near, far, joule, seconds in (("east-west", "1.0", "2.0", 3.0, 4.1), ("north-south", "8.0", "16.0", 4.0, 6.5)):
        energy, time = travel("loihi", near, far)
        line(section, f"hop {what}, energy", joule, energy, "pJ", 0.001, given)
        line(section, f"hop {what}, time", seconds, time, "ns", 0.001, given)
    line(section, "barrier, 1 tile", 113, barrier("loihi", 1), "ns", 0.001, given)
    line(section, "barrier, 32 tiles", 465, barrier("loihi", 32), "ns", 0.001, given)


def silicon():
    """Boyle et al. 2025: constants of a regression on a Nahuku board."""
    section, given = "Loihi, as fitted to a board in 2025: microbenchmarks on `loihi-silicon`", "the chip file's constant, given back"
    energy, time = synapse("loihi-silicon")
    line(section, "synaptic operation (dense), energy", 35.5, energy, "pJ", 0.01, given + "; with it the 111 pJ of an axon out, shared")
    line(section, "synaptic operation (dense), time", 3.8, time, "ns", 0.02, given + "; with it the 16 ns of an axon in, shared by its synapses")
    for (energy, time), what, joule, seconds in zip(update("loihi-silicon"), ("access + update", "access alone"), (72.8, 51.2), (9.7, 6.0)):
        line(section, f"{what}, energy", joule, energy, "pJ", 0.001, given)
        line(section, f"{what}, time", seconds, time, "ns", 0.001, given)
    for what, near, far, joule in (("east-west", "1.0", "2.0", 3.0), ("north-south", "8.0", "16.0", 4.2)):
        line(section, f"hop {what}, energy", joule, travel("loihi-silicon", near, far)[0], "pJ", 0.001, given)
    for tiles, published in ((1, 600), (2, 1000), (4, 1400), (29, 1800)):
        line(section, f"barrier, {tiles} tile{'s' if tiles > 1 else ''}", published, barrier("loihi-silicon", tiles), "ns", 0.001, given)


def trace():
    """1000 steps of one neuron on Loihi itself (NIR paper): the unit test of the integer core compares every row."""
    done = subprocess.run([f"{BUILD}/tests/test_cuba"], capture_output=True, text=True)
    passed = "equals 1000 steps of silicon but for the probe at the four spikes ...passed" in done.stdout
    line("Loihi silicon: a neuron's trace", "rows of 1,000 whose membrane and spike are the chip's", 1000, 1000 if passed else 0, "rows", 0,
         "membranes of all rows but the four spikes', where the chip's probe reads 128 and the neuron is reset to 0; spikes of all rows")


def sanafe():
    """SANA-FE's own files, with its two timing formulae."""
    section = "SANA-FE: its network of 1,000 neurons, 50 steps, against its own output"
    for timing, seconds in (("simple", 1.266748e-04), ("detailed", None)):
        out = tempfile.mkdtemp(dir=kit.SCRATCH.name)
        with open(f"{SANAFE}/golden/r1k_2_log_{timing}/run_summary.yaml") as file:
            golden = {key.strip(): value.strip() for key, _, value in (row.partition(":") for row in file) if value.strip()}
        subprocess.run([kit.VOLLEY, "run", f"{SANAFE}/arch-loihi.yaml", f"{SANAFE}/r1k_2_log.yaml", "--steps", "50", "--timing", f"sanafe-{timing}", "--quiet",
                        "--out", out], check=True)
        with open(out + "/summary.json") as file:
            summary = json.load(file)
        line(section, f"time, {timing}", (seconds or float(golden["sim_time"])) / 1e-6, summary["time"]["total_s"] / 1e-6, "us", 2e-6, "its formula")
    line(section, "energy", float(golden["total"]) / UJ, summary["energy"]["total_j"] / UJ, "uJ", 2e-6, "its sums")
    line(section, "neurons fired", float(golden["total_neurons_fired"]), summary["counts"]["spikes"], "", 0, "its models")


# ---- formulae ----

def formula(name, published):
    """One network: the plain formula on ideal against the figure, and four formulae beside the full model on loihi."""
    _, ideal = kit.run("ideal", name)
    n = ideal["counts"]
    line("KerasSpiking's formula, 27.1 pJ x synapses + 81 pJ x updates, on `ideal`", name, published,
         (27.1 * n["sops"] + 81 * (n["update_active"] + n["update_idle"])) * PJ / ideal["samples"] / UJ, "uJ", 0.0005 / published,
         "the same formula over the same counts; the run's energy has updates of held neurons, too; bound: the last digit given")
    out, chip = kit.run("loihi", name, *kit.values(name))
    priced = out + "/plain.json"
    subprocess.run([kit.VOLLEY, "price", out, "--chip", "ideal", "-o", priced], check=True, stdout=subprocess.DEVNULL)
    with open(priced) as file:
        plain = json.load(file)["energy"]["dynamic_j"]
    n, samples = chip["counts"], chip["samples"]
    by_hand = (27.1 * n["sops"] + 27.1 * n["sops_late"] + 81 * (n["update_active"] + n["update_idle"] + n["update_held"])) * PJ
    line("The same formula over the counters of the run on `loihi` (`volley price`)", name, by_hand / samples / UJ, plain / samples / UJ, "uJ", 1e-9,
         "counts x prices, added up here: synapses late or not, updates held or not")
    macs = chip["neurobench"]["synaptic_operations"]
    energy = chip["energy"]
    whole = [energy["dynamic_j"], energy["total_used_j"], energy["total_j"], 23.6 * PJ * n["sops"], plain]
    return [name] + [v / samples / UJ for v in whole] + [23.6 * PJ * (macs["Effective_ACs"] + macs["Effective_MACs"]) / UJ]


def seneca():
    """Bottom-up from energies of instructions, against the figure that the same authors give per synaptic operation."""
    _, chip = kit.run("seneca", "mlp_rate")
    per_sop = chip["energy"]["by_action"]["sops"] / chip["counts"]["sops"] / PJ
    line("SENECA, built up from its energies of instructions", "synaptic operation, energy", 2.8, per_sop, "pJ", 0.4,
         "our sequence of instructions keeps the state in memory; theirs shares more of it")


# ---- the page ----

HEAD = """# Validation

Published figures beside what volley says. Generated by `python3 tests/test_validation.py --write` from runs that it makes; the test of that name makes them
again, holds each line to its bound and this page to what they say. A line "given back" says no more than that engine, counters and prices do what the chip
file states: a microbenchmark that does one thing costs what that thing is published to cost. It says nothing of how good the published figure is: that
stands in the chip's page (docs/chips) as basis and range.

"""

TAIL = """
## What the formulae leave out
Five trained networks on `loihi`, uJ per inference: the full model beside what is often quoted in its place.

| network | full model, dynamic | with static power of the used cores | of the whole chip | 23.6 pJ x synapses | KerasSpiking | \
NeuroBench's effective operations x 23.6 pJ |
|---|---|---|---|---|---|---|
%s

- **23.6 pJ x synapses** leaves out updates, network and static power. Where layers are wide it is most of the dynamic energy; where few spikes meet many
  neurons it is not.
- **KerasSpiking's formula** charges every update 81 pJ, idle or not, and a synapse a little more (27.1 pJ); on this chip a subtracting neuron takes two
  compartments, both of which are updated, so it comes out above the full model. It has no network, memory, barrier or static power.
- **NeuroBench's effective operations** leave out synapses whose weight is 0, which hardware processes all the same, and all that the first leaves out.
- **Static power** of the whole chip (at most 104 mW) is ten times the dynamic energy of such small networks and more: a formula per operation says nothing
  of what a chip that is nearly empty draws.

## What is no line of this page
""" + validation_odin.REMARK


def number(x):
    return f"{x:.4g}"


def page(rows, sweep):
    text, section = HEAD, None
    for s, what, published, ours, unit, ratio, bound, why in lines:
        if s != section:
            text += ("\n" if section else "") + f"## {s}\n\n| what | published | ours | ratio | bound | why |\n|---|---|---|---|---|---|\n"
            section = s
        limit = "exact" if bound == 0 else "9 digits" if bound < 1e-8 else "6 digits" if bound < 1e-5 else f"{100 * bound:.2g} %"
        text += f"| {what} | {number(published)} {unit} | {number(ours)} {unit} | {ratio:.3f} | {limit} | {why} |\n"
    return text + "\n" + sweep + TAIL % "\n".join("| " + " | ".join([row[0]] + [f"{v:.3f}" for v in row[1:]]) + " |" for row in rows)


def main():
    if "--full" in sys.argv[1:]:
        if validation_truenorth.section(wrong) != validation_truenorth.section_of(PAGE):
            wrong.append(f"{PAGE}: the section on TrueNorth is not what these runs say: python3 tests/test_validation.py --write")
        print("\n".join("FAIL " + text for text in wrong))
        sys.exit(1 if wrong else 0)
    kit.need_kit()
    loihi()
    silicon()
    trace()
    sanafe()
    # Section by section: the same loop fills both.
    rows = [formula(name, published) for name, published in
            (("mlp_rate", 2.105), ("conv_rate", 9.923), ("rnn_rows", 1.698), ("cuba_latency", .438), ("cuba_direct", 2.121))]
    lines.sort(key=lambda row: row[0].startswith("The same formula"))
    seneca()
    for row in validation_odin.lines(kit.VOLLEY, kit.SCRATCH.name):
        line(*row)
    for chip in (validation_speck, validation_xylo, validation_akida):
        chip.add(line)
    validation_truenorth.check(validation_truenorth.FEW_CORES, wrong)
    write = "--write" in sys.argv[1:]
    text = page(rows, validation_truenorth.section(wrong) if write else validation_truenorth.section_of(PAGE))
    if write:
        with open(PAGE, "w") as file:
            file.write(text)
    elif not os.path.exists(PAGE) or open(PAGE).read() != text:
        wrong.append(f"{PAGE} is not what these runs say: python3 tests/test_validation.py --write")
    print(f"{len(lines)} lines")
    print("\n".join("FAIL " + text for text in wrong))
    sys.exit(1 if wrong else 0)


main()
