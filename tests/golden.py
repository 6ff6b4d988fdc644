"""Golden cases: a run whose whole answer is kept as files.

    python3 tests/golden.py traces/NAME/case.yaml             runs the case and compares, byte by byte
    python3 tests/golden.py --regenerate [CASE...]            makes the kept files anew (all cases without CASE): look at the diff
    python3 tests/golden.py --self-test                       that a difference is seen

A case file says: chip (a file of configs/chips), network, input, labels (files beside it), options, golden (the files compared;
report.txt is what the run prints). `reference: yes` holds the run against snnTorch's own spikes, predictions and synaptic
operations beside it too. The kept files of case.yaml are in golden/, those of case_X.yaml in golden_X/. VOLLEY names the binary."""
import csv
import difflib
import glob
import json
import os
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def read_case(path):
    """The few forms that case files use: key: value, and key: [a, b]."""
    case = {}
    for line in open(path, encoding="utf-8"):
        key, colon, value = line.split("#")[0].strip().partition(":")
        if colon:
            value = value.strip()
            case[key] = [word.strip() for word in value[1:-1].split(",") if word.strip()] if value.startswith("[") else value
    return case


def kept_folder(path):
    return os.path.join(os.path.dirname(path), os.path.splitext(os.path.basename(path))[0].replace("case", "golden"))


def run(case, folder, scratch):
    """Runs in a folder that holds nothing but links to the inputs, so that no path of this machine reaches the answer."""
    for name in ("configs", "traces"):
        os.symlink(os.path.join(ROOT, name), os.path.join(scratch, name))
    beside = os.path.relpath(folder, ROOT)
    command = [os.path.abspath(os.environ.get("VOLLEY", os.path.join(ROOT, "build/release/volley"))), "run", "configs/chips/%s.yaml" % case["chip"],
               os.path.join(beside, case["network"]), "--input", os.path.join(beside, case["input"])]
    if "labels" in case:
        command += ["--labels", os.path.join(beside, case["labels"])]
    command += case.get("options", []) + ["--out", "out"]
    print("volley " + shlex.join(command[1:]))
    environment = {**os.environ, "LC_ALL": "C", "COLUMNS": "200"}
    answer = subprocess.run(command, capture_output=True, text=True, cwd=scratch, env=environment)
    out = os.path.join(scratch, "out")
    if answer.returncode or not os.path.isdir(out):
        print("exit %d\n%s" % (answer.returncode, answer.stderr))
        return None
    with open(os.path.join(out, "report.txt"), "w", encoding="utf-8") as file:
        # "ran 80 ms on this computer" is the one line that differs between machines.
        file.writelines(line for line in answer.stdout.splitlines(keepends=True) if not line.startswith("ran "))
    return out


def differences(kept, out, names):
    """Text that shows the first differing lines of each file, or nothing."""
    shown = []
    for name in names:
        paths = [os.path.join(folder, name) for folder in (kept, out)]
        absent = [path for path in paths if not os.path.isfile(path)]
        if absent:
            shown.append("%s is missing in the %s" % (name, "golden files" if absent[0] == paths[0] else "run"))
            continue
        old, new = [open(path, encoding="utf-8").read() for path in paths]
        if old != new:
            lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), "golden/" + name, "run/" + name, lineterm="", n=0))
            shown.append("\n".join(lines[:24]))
    return shown


def read_spk(path):
    data = open(path, "rb").read()
    samples = struct.unpack_from("<I", data, 8)[0]
    first = struct.unpack_from("<%dQ" % (samples + 1), data, 32)
    base = 32 + 8 * (samples + 1)
    return samples, {(sample, *struct.unpack_from("<HH", data, base + 4 * i)) for sample in range(samples) for i in range(first[sample], first[sample + 1])}


def against_reference(case, folder, out):
    """Spikes of every layer, predictions and sops of the run against the files that snnTorch left."""
    name, shown = case["network"].split(".")[0], []
    spikes, populations = {}, set()
    for row in csv.DictReader(open(os.path.join(out, "spikes.csv"))):
        spikes.setdefault(row["population"], set()).add((int(row["sample"]), int(row["step"]), int(row["neuron"])))
    for path in sorted(glob.glob("%s/%s_spk_*.spk" % (folder, name))):
        layer = os.path.basename(path)[len(name) + 5:-4]
        samples, want = read_spk(path)
        wrong = want ^ {spike for spike in spikes.get(layer, ()) if spike[0] < samples}
        populations.add(layer)
        print("%s: %d of %d spikes differ from snnTorch" % (layer, len(wrong), len(want)))
        if wrong:
            shown.append("%s: first difference (sample, step, neuron) %s" % (layer, min(wrong)))
    want = {row["sample"]: row["pred"] for row in csv.DictReader(open("%s/%s_ref.csv" % (folder, name)))}
    got = {row["sample"]: row["prediction"] for row in csv.DictReader(open(os.path.join(out, "samples.csv")))}
    wrong = sorted(sample for sample in got if got[sample] != want.get(sample))
    print("%d of %d predictions differ from snnTorch" % (len(wrong), len(got)))
    shown += ["prediction of sample %s: %s, snnTorch %s" % (wrong[0], got[wrong[0]], want.get(wrong[0]))] if wrong else []
    if set(got) == set(want):
        sops = sum(int(row["value"]) for row in csv.DictReader(open("%s/%s_stats.csv" % (folder, name))) if row["what"] == "synops")
        mine = json.load(open(os.path.join(out, "summary.json")))["counts"]["sops"]
        shown += ["sops %d, reference %d" % (mine, sops)] if mine != sops else []
    return shown if populations else shown + ["no reference spikes beside the case"]


def do_case(path, regenerate):
    case, folder, kept = read_case(path), os.path.dirname(os.path.abspath(path)), kept_folder(path)
    with tempfile.TemporaryDirectory() as scratch:
        out = run(case, folder, scratch)
        if out is None:
            return 1
        shown = against_reference(case, folder, out) if case.get("reference") == "yes" else []
        if regenerate and not shown:
            os.makedirs(kept, exist_ok=True)
            for name in case["golden"]:
                shutil.copyfile(os.path.join(out, name), os.path.join(kept, name))
        shown += differences(kept, out, case["golden"])
    print("\n".join(shown) or "%s: %d files equal" % (os.path.relpath(path, ROOT), len(case["golden"])))
    return bool(shown)


def self_test():
    with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b:
        for folder in (a, b):
            open(os.path.join(folder, "x.csv"), "w").write("1,2\n3,4\n")
        equal = differences(a, b, ["x.csv"])
        open(os.path.join(b, "x.csv"), "w").write("1,2\n3,5\n")
        differ, gone = differences(a, b, ["x.csv"]), differences(a, b, ["y.csv"])
    good = not equal and "3,5" in differ[0] and "missing" in gone[0]
    print("a difference is %s" % ("seen" if good else "NOT SEEN"))
    return 0 if good else 1


def main(words):
    if words == ["--self-test"]:
        return self_test()
    regenerate = "--regenerate" in words
    cases = [word for word in words if not word.startswith("-")]
    if regenerate and not cases:
        cases = sorted(glob.glob(os.path.join(ROOT, "traces/*/case*.yaml")))
    if not cases:
        print(__doc__)
        return 2
    return 1 if sum([do_case(path, regenerate) for path in cases]) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
