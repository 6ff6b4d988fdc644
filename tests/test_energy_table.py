"""energy.router_table: prices of a router from a file of configs/energy reach the report, what the chip file states itself wins, and a table
of ones gives the counts back."""
import glob
import json
import os
import subprocess
import sys
import tempfile

VOLLEY = os.path.abspath(os.environ.get("VOLLEY", "build/release/volley"))
SCRATCH = tempfile.TemporaryDirectory(prefix="volley-table-")
PRICES = {"buffer_write": "buffer_writes", "buffer_read": "buffer_reads", "crossbar": "crossbar", "link": "link", "route": "routes",
          "arbitration": "arbitrations"}
NET = "traces/mlp_rate/mlp_rate"
NO_PRICES = ("--set", "energy.router={}")
failed = 0


def that(true, what):
    global failed
    if not true:
        failed += 1
        print("FAILED:", what)


def run(*more, chip="mesh28"):
    """The summary of a short run on mesh28 with its router spread over cores, or what volley said."""
    out = os.path.join(SCRATCH.name, "out")
    done = subprocess.run([VOLLEY, "run", chip, f"{NET}.nir", "--input", f"{NET}_input.spk", "--samples", "0..1", "--map", "balance", "--cores", "16",
                           "--quiet", "--out", out, *more], capture_output=True, text=True)
    return json.load(open(f"{out}/summary.json")) if not done.returncode else (done.returncode, done.stderr)


def table(name):
    """The six prices in joules and the power in watts, by a reading of our own; None: unknown."""
    values = {}
    for line in open(f"configs/energy/{name}.yaml", encoding="utf-8"):
        key, _, rest = line.split("#")[0].strip().partition(": ")
        number = rest.replace("pJ", "e-12").replace("mW", "e-3").replace(" ", "")
        if key in PRICES or key == "static":
            values[key] = None if "unknown" in rest else float(number)
    return values


def near(got, want):
    return abs(got - want) <= 1e-9 * abs(want)


def check_arrives(name):
    s, want = run(*NO_PRICES, "--set", "energy.router_table=" + name), table(name)
    that(isinstance(s, dict), f"{name}: {s}")
    lines = {line["name"]: line for line in s["energy"]["lines"]}
    for key, counter in PRICES.items():
        line = lines[counter]
        that(not line["each_j"] if want[key] is None else near(line["each_j"], want[key]), f"{name}: {key}: {line['each_j']}, stated {want[key]}")
        that(want[key] is None or line["source"] == name, f"{name}: {key} stands on {line['source']}")
        that(near(s["energy"]["by_action"].get(counter, 0), (want[key] or 0) * s["counts"][counter]), f"{name}: energy of {key}")
    that(any(source["name"] == name and source["text"] for source in s["sources"]), f"{name}: is a source of the run")


def check_ones():
    ones = os.path.join(SCRATCH.name, "ones.yaml")
    with open(ones, "w") as file:
        file.write("text: ones\nbasis: assumed\nflit: 32 bit\nbuffer: 4 flits\nlength: 1 mm\nstatic: 1 mW\n" + "".join(f"{key}: 1 pJ\n" for key in PRICES))
    s = run(*NO_PRICES, "--set", "energy.router_table=" + ones)
    for counter in PRICES.values():
        that(s["counts"][counter] > 100 and near(s["energy"]["by_action"][counter], 1e-12 * s["counts"][counter]), f"ones: {counter}")
    that(any("energy table ones" in line["text"] for line in s["fidelity"]) is False, "ones: this chip's flits, buffers and links: no note")
    return ones


def check_precedence(ones):
    s = run("--set", "energy.router={link: 2 pJ}", "--set", "energy.router_table=noxim-64x4")
    lines = {line["name"]: line for line in s["energy"]["lines"]}
    that(near(lines["link"]["each_j"], 2e-12) and near(lines["crossbar"]["each_j"], 0.4e-12), "a price of the chip file's own wins over the table's")
    that(any("noxim-64x4 is for flits of 64 bit, this chip's have 32" in line["text"] for line in s["fidelity"]), "another width is told")
    whole = run("--set", "energy.router_table=noxim-64x4")
    that(not any("noxim-64x4" in line["text"] for line in whole["fidelity"]), "a table of which nothing is used is not told")
    # A chip file like mesh28 that states no power of a router.
    silent = os.path.join(SCRATCH.name, "silent.yaml")
    with open(silent, "w") as file:
        file.writelines(line for line in open("configs/chips/mesh28.yaml") if "router_static" not in line)
    power = [s["energy"]["static_w"] for s in (run(*NO_PRICES, "--set", "energy.router_table=" + ones, chip=chip) for chip in ("mesh28", silent))]
    that(near(power[1] - power[0], 64 * 0.7e-3), f"a router's power is the chip file's 0.3 mW, or the table's 1 mW where it states none: {power}")


TWO_CHIPS = ("--set", "system={chips: 2, link: {width: 8 bit, delay: 9 ns}}", "--set", "noc.packets.spike.chip=1 bit", "--set", "noc.size=2x2")


def check_between_chips():
    """A table prices links between chips where there are some; what it says of them is not the table's own and says so."""
    s = run(*NO_PRICES, *TWO_CHIPS, "--set", "energy.router_table=noxim-32x4", "--cores", "8")
    that(isinstance(s, dict), f"two chips: {s}")
    line = {line["name"]: line for line in s["energy"]["lines"]}.get("link_chip")
    that(s["counts"]["link_chip"] > 0 and line and near(line["each_j"], 64e-12) and line["basis"] == "assumed", f"two chips: {line}")
    that(line and "Merolla" in line["source"], f"two chips: the price has a source of its own: {line}")
    s = run(*NO_PRICES, "--set", "energy.router_table=noxim-32x4")
    that("link_chip" not in {line["name"] for line in s["energy"]["lines"]}, "one chip: no such price")


def check_info():
    for name in names:
        done = subprocess.run([VOLLEY, "info", f"configs/energy/{name}.yaml"], capture_output=True, text=True)
        said, want = done.stdout.split("\n"), table(name)
        that(not done.returncode and f"{name}.yaml: an energy table, what the events of one router cost: flits of" in said[0], f"{name}: {done}")
        shown = {words[0]: words[1] for words in (line.split() for line in said[1:]) if words}
        unit = {"fJ": 1e-15, "pJ": 1e-12, "mW": 1e-3}
        for key, value in want.items():
            words = next((line.split() for line in said if line.split()[:1] == [key]), ["", "", ""])
            that(words[1] == "unknown," if value is None else near(float(words[1]) * unit[words[2]], value), f"{name}: {key}: {words}, stated {value}")
        that("link_chip" in shown, f"{name}: links between chips: {shown}")
    done = subprocess.run([VOLLEY, "chips", "configs/energy/noxim-32x4.yaml"], capture_output=True, text=True)
    that(done.returncode == 2 and "is a table of router prices, not a chip file" in done.stderr, done.stderr)


def check_refusals():
    for name, words in (("noxin-32x4", "did you mean 'noxim-32x4'"), ("nothing_of_the_kind", "noxim-16x4, noxim-32x16"),
                        ("configs/chips/mesh28.yaml", "'chip'")):
        answer = run("--set", "energy.router_table=" + name)
        that(isinstance(answer, tuple) and answer[0] == 2 and words in answer[1], f"{name}: {answer}")


names = [os.path.splitext(os.path.basename(path))[0] for path in sorted(glob.glob("configs/energy/*.yaml"))]
that(len(names) >= 5, f"tables: {names}")
for each in names:
    check_arrives(each)
check_precedence(check_ones())
check_between_chips()
check_info()
check_refusals()
print(f"{len(names)} tables, {failed} failures")
sys.exit(failed > 0)
