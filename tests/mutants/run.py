"""Mutants: every NAME.patch here plants one bug, and the test that it names must fail.

    python3 tests/mutants/run.py [NAME...]

A patch begins with a line "# kills: REGEX", the name of the test or tests (as ctest -R takes it) of which at least one must fail,
and a line on what the bug is. The tree is copied and built once, and the named tests must pass there; then each patch is applied,
built, tested and taken back. A mutant that survives, does not apply or does not build fails the run."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import house  # noqa: E402

TEST_TIMEOUT = "300"


def call(folder, *command):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def copy_tree(to):
    for path in house.files(ROOT):
        target = os.path.join(to, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy2(os.path.join(ROOT, path), target)
    # The kit, where it is present, stays reachable from the copy.
    if "VOLLEY_KIT" not in os.environ:
        os.environ["VOLLEY_KIT"] = os.path.join(os.path.dirname(ROOT), "shared/kit")


def build(tree):
    jobs = str(os.cpu_count() or 2)
    return call(tree, "cmake", "--build", "build", "-j", jobs)


def prepare(tree):
    copy_tree(tree)
    answer = call(tree, "cmake", "-S", ".", "-B", "build", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_C_FLAGS_DEBUG=-O1", "-DVOLLEY_HOUSE=OFF")
    answer = answer if answer.returncode else build(tree)
    if answer.returncode:
        sys.exit("the tree itself does not build:\n%s" % (answer.stdout + answer.stderr)[-2000:])


def run_tests(tree, regex):
    """None if no such test exists, else 1 where one fails, 0 where all pass, and the names that failed."""
    answer = call(tree, "ctest", "--test-dir", "build", "-R", regex, "--timeout", TEST_TIMEOUT)
    if "No tests were found" in answer.stdout + answer.stderr:
        return None, []
    failed = re.findall(r"^\s*\d+ - (\S+) \((?:Failed|Timeout|SEGFAULT|Subprocess aborted|[^)]*)\)", answer.stdout, re.MULTILINE)
    return int(answer.returncode != 0), failed


def kill(tree, name, regex):
    """The verdict on one mutant: "killed by ...", or what is wrong."""
    patch = os.path.join(HERE, name + ".patch")
    if call(tree, "patch", "-p1", "--forward", "-s", "-i", patch).returncode:
        return "DOES NOT APPLY"
    answer = build(tree)
    if answer.returncode:
        verdict = "DOES NOT BUILD"
    else:
        failing, names = run_tests(tree, regex)
        verdict = "killed by " + ", ".join(names) if failing else "SURVIVES %s" % regex
    # Taken back with a new time stamp, so that the next build sees it.
    call(tree, "patch", "-p1", "-R", "-s", "-i", patch)
    return verdict


def main():
    names = sys.argv[1:] or sorted(name[:-6] for name in os.listdir(HERE) if name.endswith(".patch"))
    if not names:
        print("SKIPPED: no mutants")
        return 0
    regex = {}
    for name in names:
        head = house.read(HERE, name + ".patch").splitlines()[0]
        if not head.startswith("# kills: "):
            sys.exit("%s.patch: begin with '# kills: REGEX'" % name)
        regex[name] = head[len("# kills: "):].strip()
    bad = 0
    with tempfile.TemporaryDirectory() as tree:
        prepare(tree)
        for pattern in sorted(set(regex.values())):
            failing, failed = run_tests(tree, pattern)
            if failing is None or failing:
                sys.exit("without a mutant: %s" % ("no test matches %s" % pattern if failing is None else "%s fails" % ", ".join(failed)))
        for name in names:
            begin = time.monotonic()
            verdict = kill(tree, name, regex[name])
            bad += not verdict.startswith("killed")
            print("%-28s %-60s %4.0f s" % (name, verdict, time.monotonic() - begin), flush=True)
    print("%d mutants, %d not killed" % (len(names), bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
