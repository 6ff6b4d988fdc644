"""`volley verify` on the command line: a short run of every profile, its JUnit file, the same bytes whatever the number of jobs, golden traces and
baselines, and one clear message for each kind of wrong input. --regenerate writes the traces anew; read the diff before you commit it."""
import glob
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
CORE = "rtl:lif_core"
CORES = {"rtl_lif_core": CORE, "rtl_stdp_core": "rtl:stdp_core"}       # by the folder of their traces
TRACES = sorted(path for folder in CORES for path in glob.glob("traces/%s/*.stim" % folder))
faults = []


def run(*words, folder=".", core=CORE):
    done = subprocess.run([os.path.abspath(VOLLEY), "verify", core, *words], capture_output=True, text=True, cwd=folder, timeout=300)
    return done.returncode, done.stdout, done.stderr.strip()


def want(what, condition, *seen):
    if not condition:
        faults.append("%s: %s" % (what, " | ".join(str(x) for x in seen)))


def core_of(path):
    return CORES[os.path.basename(os.path.dirname(path))]


def golden(path):
    return path[:-len(".stim")] + ".trace"


def check_run(folder):
    """Two jobs and one: the same report and the same file; all sizes and profiles in it."""
    said = []
    for jobs in "12":
        status, out, err = run("--seeds", "1", "--events", "1200", "--jobs", jobs, "--junit", "j%s.xml" % jobs, folder=folder)
        want("a run without a difference", status == 0 and "0 differences" in out, status, out, err)
        with open(os.path.join(folder, "j%s.xml" % jobs), encoding="utf-8") as file:
            said.append(out + file.read())
    want("one job and two", said[0] == said[1], said)
    suite = xml.etree.ElementTree.parse(os.path.join(folder, "j1.xml")).getroot()
    want("JUnit counts", int(suite.get("tests")) == len(suite.findall("testcase")) == 48 and suite.get("failures") == "0", suite.attrib)
    want("nothing is left behind", sorted(os.listdir(folder)) == ["j1.xml", "j2.xml"], os.listdir(folder))


def check_traces(folder):
    for stim in TRACES:
        status, out, err = run("--stim", stim, "--baseline", golden(stim), core=core_of(stim))
        want(stim, status == 0, status, out, err)
    with open(golden(TRACES[0]), encoding="utf-8") as file:
        text = file.read()
    for name, changed, code, message in [
            ("cut", text[:len(text) // 2], 2, "cut short: its last line is 'end'"),
            ("other", text.replace("update", "update 1", 1), 1, "line 3"),
            ("none", "volley stimulus 1\n", 2, "another kind of file")]:
        path = os.path.join(folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(changed)
        status, out, err = run("--stim", TRACES[0], "--baseline", path)
        want("a trace that is " + name, status == code and message in out + err, status, out, err)


def check_baseline(folder):
    path = os.path.join(folder, "base")
    few = ["--profile", "sparse,corners", "--seeds", "1", "--baseline", path]
    want("a baseline is written", run(*few, "--update")[0] == 0)
    want("and holds", run(*few)[0] == 0)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("lif_core spike calls", "lif_core spike calls 1", 1))
    status, out, _ = run(*few)
    want("a change names the call, old and new", status == 1 and "was lif_core spike" in out and "is  lif_core spike" in out, status, out)


def check_learning(folder):
    """What learns is driven: weights are written by packets and by sweeps, in both sizes; a baseline says how often."""
    path = os.path.join(folder, "learning")
    status, out, err = run("--profile", "learning", "--seeds", "3", "--events", "1500", "--baseline", path, "--update", core="rtl:stdp_core")
    want("learning", status == 0, status, out, err)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for size in ("stdp_core", "stdp_core_l2"):
        for call in ("spike", "learning"):
            writes = re.search(r"^%s %s .* rows \d+/(\d+)" % (size, call), text, re.M)
            want("weights written by %s of %s" % (call, size), writes and int(writes.group(1)) > 100, text)


def check_messages(folder):
    path = os.path.join(folder, "other.stim")
    with open(path, "w", encoding="utf-8") as file:
        file.write("volley stimulus 1\ncore rtl:lif_core size lif_core\nneurons 512 axons 1\nend\n")
    for words, code, message in [
            (["--stim", path], 2, "other.stim:3:9: neurons 512: this size takes 1..256"),
            (["--stim", "missing.stim"], 2, "missing.stim: No such file"),
            (["--mode", "lockstp"], 2, "--mode lockstp: it is one of transaction, lockstep, counts, overlap"),
            (["--profile", "dence"], 2, "--profile dence: rtl:lif_core has dense, sparse"),
            (["--profile", "learning"], 2, "does not allow it"),
            (["--update"], 2, "--update writes the file of --baseline FILE"),
            (["--stim", path, "--seeds", "3"], 2, "--stim replays one file")]:
        status, _, err = run(*words)
        want(" ".join(words), status == code and message in err and err.count("\n") == 0, status, err)
    done = subprocess.run([VOLLEY, "verify", "rtl:lif_cor"], capture_output=True, text=True)
    want("an unknown core", done.returncode == 2 and "did you mean 'rtl:lif_core'?" in done.stderr, done.stderr)


def main():
    if run("--seeds", "1", "--profile", "sparse", "--events", "50")[2].find("without Verilator") >= 0:
        print("SKIPPED: built without Verilator")
        return 0
    if "--regenerate" in sys.argv:
        for stim in TRACES:
            print(stim, run("--stim", stim, "--baseline", golden(stim), "--update", core=core_of(stim))[::2])
        return 0
    for check in (check_run, check_traces, check_baseline, check_learning, check_messages):
        with tempfile.TemporaryDirectory(prefix="volley-verify-") as folder:
            check(folder)
    print("\n".join(faults) if faults else "%d golden traces hold; runs, baselines and messages are as they should be" % len(TRACES))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
