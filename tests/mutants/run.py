"""Mutants: every NAME.patch here plants one bug, and the test that it names must fail.

    python3 tests/mutants/run.py [NAME...]

A patch begins with a line "# kills: REGEX", the name of the test or tests (as ctest -R takes it) of which at least one must fail,
and a line on what the bug is. The tree is copied and what the named tests run is built once, and they must pass there; then each
patch is applied, built, tested up to the first failure and taken back. A mutant that survives, does not apply to the very lines it
shows or does not build fails the run."""
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import house  # noqa: E402

TEST_TIMEOUT = 120              # seconds of CPU: a test's own limit, which ctest would take instead, is far longer
BUILD = "build/dev"             # as deep as a preset's: programs look for chips beside themselves, too
MEMORY_MOST = 4 << 30           # bytes: a mutant that never ends must not take the machine with it


def call(folder, *command, seconds=resource.RLIM_INFINITY):
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MOST, MEMORY_MOST))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, preexec_fn=limit)


def copy_tree(to):
    for path in house.files(ROOT):
        target = os.path.join(to, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy2(os.path.join(ROOT, path), target)
    # The kit, where it is present, stays reachable from the copy.
    if "VOLLEY_KIT" not in os.environ:
        os.environ["VOLLEY_KIT"] = os.path.join(os.path.dirname(ROOT), "shared/kit")


def build(tree, targets):
    return call(tree, "cmake", "--build", BUILD, "-j", str(os.cpu_count() or 2), "--target", *targets)


def configure(tree):
    copy_tree(tree)
    answer = call(tree, "cmake", "-S", ".", "-B", BUILD, "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_C_FLAGS_DEBUG=-O1", "-DVOLLEY_HOUSE=OFF")
    if answer.returncode:
        sys.exit("the tree itself cannot be configured:\n%s" % (answer.stdout + answer.stderr)[-2000:])


def targets_of(tree, regex):
    """What the tests that match run: their own programs, and the command line for those written in a script language."""
    listed = json.loads(call(tree, "ctest", "--test-dir", BUILD, "-R", regex, "--show-only=json-v1").stdout)["tests"]
    if not listed:
        sys.exit("no test matches %s" % regex)
    programs = set(re.findall(r"^\.\.\. (\S+)", call(tree, "cmake", "--build", BUILD, "--target", "help").stdout, re.MULTILINE))
    return {test["name"] if test["name"] in programs else "volley" for test in listed}


def run_tests(tree, regex):
    """1 where a test fails, 0 where all pass; and the first that failed. Of several programs none runs longer than needed."""
    answer = call(tree, "ctest", "--test-dir", BUILD, "-R", regex, "--stop-on-failure", seconds=TEST_TIMEOUT)
    failed = re.findall(r"^\s*\d+ - (\S+) \((?:Failed|Timeout|SEGFAULT|Subprocess aborted|[^)]*)\)", answer.stdout, re.MULTILINE)
    return int(answer.returncode != 0), failed


def kill(tree, name, regex, targets):
    """The verdict on one mutant: "killed by ...", or what is wrong."""
    patch = os.path.join(HERE, name + ".patch")
    if call(tree, "patch", "-p1", "--forward", "--fuzz=0", "-s", "-i", patch).returncode:
        return "DOES NOT APPLY"
    if build(tree, targets).returncode:
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
    bad, begin = 0, time.monotonic()
    with tempfile.TemporaryDirectory() as tree:
        configure(tree)
        targets = {pattern: targets_of(tree, pattern) for pattern in set(regex.values())}
        answer = build(tree, sorted(set().union(*targets.values())))
        if answer.returncode:
            sys.exit("the tree itself does not build:\n%s" % (answer.stdout + answer.stderr)[-2000:])
        for pattern in sorted(targets):
            failing, failed = run_tests(tree, pattern)
            if failing:
                sys.exit("without a mutant: %s fails" % ", ".join(failed))
        print("%-36s %-50s %4.0f s" % ("(none)", "every named test passes", time.monotonic() - begin), flush=True)
        for name in names:
            begin = time.monotonic()
            verdict = kill(tree, name, regex[name], targets[regex[name]])
            bad += not verdict.startswith("killed")
            print("%-36s %-50s %4.0f s" % (name, verdict, time.monotonic() - begin), flush=True)
    print("%d mutants, %d not killed" % (len(names), bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
