"""docs/a-spike.md tells the way of a spike as file::function; every name in it exists, and each stands where it says."""
import os
import re
import sys

import house

PLACE = re.compile(r"`([\w./]+\.(?:c|cpp|h))::(\w+)`")


def defined(text, function):
    """1 if the text defines this function: its name at the head of a body in column 1, or as a member of a const struct."""
    return re.search(r"^[A-Za-z_][^;{}=]*?\b%s\([^;{}]*\)\s*\{" % re.escape(function), house.without_comments(text), re.MULTILINE) is not None


def check(root):
    out, n = [], 0
    for number, line in enumerate(house.read(root, "docs/a-spike.md").splitlines(), 1):
        for path, function in PLACE.findall(line):
            n += 1
            if not os.path.isfile(os.path.join(root, path)):
                out.append("docs/a-spike.md:%d: no file %s" % (number, path))
            elif not defined(house.read(root, path), function):
                out.append("docs/a-spike.md:%d: %s defines no function %s" % (number, path, function))
    if n < 2:
        out.append("docs/a-spike.md:1: names no places: write them as `file.c::function`")
    return out


CLEAN = {"docs/a-spike.md": "1. `sim/a.c::f` then `sim/a.c::g`\n",
         "sim/a.c": "int f(void)\n{\n    return 1;\n}\n\nstatic int g(int a,\n             int b)\n{\n    return f();\n}\n"}
PLANTS = [
    ("a file that is gone", {"docs/a-spike.md": "`sim/a.c::f` `sim/b.c::f`\n"}, "no file sim/b.c"),
    ("a function that is gone", {"sim/a.c": "int f(void)\n{\n    return 1;\n}\n"}, "no function g"),
    ("a function only called there", {"sim/a.c": "int f(void)\n{\n    return g(1, 2);\n}\n"}, "no function g"),
    ("a document without places", {"docs/a-spike.md": "A spike goes its way.\n"}, "names no places"),
]
if __name__ == "__main__":
    sys.exit(house.main(check, CLEAN, PLANTS))
