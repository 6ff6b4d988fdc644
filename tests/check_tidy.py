"""clang-tidy, with the set in .clang-tidy, has nothing to say about any source file.

Its static analyzer, which takes minutes, runs with --analyze only (a test labelled slow)."""
import concurrent.futures
import os
import re
import shlex
import shutil
import subprocess
import sys

import house

FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-Isim", "-I.", "-Itests", '-DVOLLEY_VERSION="0"', '-DVOLLEY_CHIPS_INSTALLED="chips"', '-DVOLLEY_HEADERS="."']
ANALYZE = "--analyze" in sys.argv or "--self-test" in sys.argv
FAULT = re.compile(r"^(.*?):(\d+):\d+: (?:error|warning): (.*)$")


def libraries():
    try:
        return shlex.split(subprocess.run(["pkg-config", "--cflags", "yaml-0.1", "hdf5", "nettle", "cunit"], capture_output=True, text=True).stdout)
    except OSError:
        return []


def check_file(root, path, flags):
    fewer = [] if ANALYZE else ["--checks=-clang-analyzer-*"]
    answer = subprocess.run(["clang-tidy", "--quiet", *fewer, path, "--", *flags], capture_output=True, text=True, cwd=root)
    faults = [FAULT.match(line) for line in answer.stdout.splitlines()]
    out = ["%s:%s: %s" % (os.path.relpath(os.path.join(root, match.group(1)), root), match.group(2), match.group(3)) for match in faults if match]
    if answer.returncode and not out:
        out.append("%s:1: clang-tidy stopped: %s" % (path, answer.stderr.strip()[-200:]))
    return out


def check(root):
    if not shutil.which("clang-tidy"):
        print("SKIPPED: clang-tidy is not installed")
        return []
    paths = [path for path in house.files(root, ".c") if path.startswith(("sim/", "cores/", "bench/"))]
    flags = FLAGS + libraries()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda path: check_file(root, path, flags), paths)
    return sorted({complaint for complaints in found for complaint in complaints})


with open(os.path.join(house.ROOT, ".clang-tidy"), encoding="utf-8") as settings:
    CLEAN = {".clang-tidy": settings.read(), "sim/a.c": "int f(int x)\n{\n    return x;\n}\n"}
PLANTS = [
    ("a null pointer read", {"sim/a.c": "int f(int *x)\n{\n    if (!x)\n        return *x;\n    return 0;\n}\n"}, "null pointer"),
    ("memory lost", {"sim/a.c": "#include <stdlib.h>\nint f(void)\n{\n    char *p = malloc(3);\n    return p != 0;\n}\n"}, "leak"),
    ("a stray semicolon", {"sim/a.c": "int f(int x)\n{\n    if (x);\n    return x;\n}\n"}, "semicolon"),
]
if __name__ == "__main__":
    if "--self-test" in sys.argv and not shutil.which("clang-tidy"):
        print("SKIPPED: clang-tidy is not installed")
        sys.exit(0)
    sys.exit(house.main(check, CLEAN, PLANTS))
