"""Every header compiles alone, in C and in C++, and begins with its name and purpose."""
import os
import shlex
import subprocess
import sys

import house

FLAGS = ["-fsyntax-only", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"]


def libraries():
    """Include folders of the libraries; none where pkg-config is not there, and then the compiler says what it misses."""
    try:
        answer = subprocess.run(["pkg-config", "--cflags", "yaml-0.1", "hdf5", "nettle", "cunit"], capture_output=True, text=True)
    except OSError:
        return []
    return shlex.split(answer.stdout)


def compile_alone(root, path, language, extra):
    compiler = os.environ.get("CXX", "g++") if language == "c++" else os.environ.get("CC", "gcc")
    standard = "-std=gnu++17" if language == "c++" else "-std=gnu11"
    command = [compiler, "-x", language, standard, *FLAGS, *extra, "-I", "sim", "-I", ".", "-"]
    # Twice: the second time the include guard must hold.
    text = '#include "%s"\n#include "%s"\n' % (path, path)
    answer = subprocess.run(command, input=text, capture_output=True, text=True, cwd=root)
    first = next((line for line in answer.stderr.splitlines() if "error" in line), answer.stderr.strip()[:200])
    return None if answer.returncode == 0 else "%s:1: does not compile alone in %s: %s" % (path, language.upper(), first)


def check(root):
    extra, out = libraries(), []
    for path in house.files(root, ".h"):
        if not path.startswith(("sim/", "cores/")):
            continue
        if not house.read(root, path).startswith("/* %s: " % os.path.basename(path)):
            out.append("%s:1: begin with /* %s: and its purpose in one sentence" % (path, os.path.basename(path)))
        if path.endswith("_list.h"):
            continue        # X-macro lists are read inside a declaration
        out += [complaint for complaint in (compile_alone(root, path, language, extra) for language in ("c", "c++")) if complaint]
    return out


CLEAN = {"sim/a.h": "/* a.h: a type. */\n#ifndef A_H\n#define A_H\n#include <stdint.h>\nstruct a { uint32_t n; };\n#endif\n"}
PLANTS = [
    ("a missing include", {"sim/a.h": "/* a.h: a type. */\n#ifndef A_H\n#define A_H\nstruct a { uint32_t n; };\n#endif\n"}, "alone in C:"),
    ("C only", {"sim/a.h": "/* a.h: a type. */\n#ifndef A_H\n#define A_H\nstruct a { int class; };\n#endif\n"}, "alone in C++:"),
    ("no guard", {"sim/a.h": "/* a.h: a type. */\nstruct a { int n; };\n"}, "alone in C:"),
    ("no purpose", {"sim/a.h": "#ifndef A_H\n#define A_H\n#endif\n"}, "its purpose"),
]
if __name__ == "__main__":
    sys.exit(house.main(check, CLEAN, PLANTS))
