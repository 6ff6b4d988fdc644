"""Includes follow docs/order.txt: no file includes a higher floor, there are no cycles, and a file's includes stand in the house's order."""
import fnmatch
import os
import re

import house

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def floors(root):
    rows = []
    for line in house.read(root, "docs/order.txt").splitlines():
        words = line.split("#")[0].split()
        rows += [(int(words[0]), pattern) for pattern in words[1:]]
    return rows


def floor_of(path, rows):
    for floor, pattern in rows:
        if fnmatch.fnmatchcase(path, pattern):
            return floor
    return None


def resolve(name, path, known):
    """A quoted include as a path of the tree: beside sim/ or from the root; tests also include what lies beside them."""
    for candidate in ("sim/" + name, name, os.path.join(os.path.dirname(path), name)):
        if candidate in known:
            return candidate
    return None


def includes_of(root, path):
    """[(line number, quote, name)]; includes after the first declaration (X-macro lists in a body) do not count for the order."""
    found = []
    for number, line in enumerate(house.read(root, path).splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            found.append((number, match.group(1), match.group(2)))
    return found


def check_floors(path, includes, rows, known):
    out = []
    if not path.startswith(("sim/", "cores/")):
        return out
    own = floor_of(path, rows)
    if own is None:
        return ["%s:1: no floor: name it in docs/order.txt" % path]
    for number, quote, name in includes:
        target = resolve(name, path, known)
        if quote == '"' and target is None:
            out.append('%s:%d: "%s" is no file of the tree: write its path from sim/ or from the root' % (path, number, name))
        elif target and (floor_of(target, rows) or 0) > own:
            out.append("%s:%d: floor %d includes %s of floor %d: see docs/order.txt" % (path, number, own, target, floor_of(target, rows)))
    return out


def blocks_of(includes):
    """Runs of includes without an empty or other line between them."""
    blocks = []
    for item in includes:
        if blocks and blocks[-1][-1][0] == item[0] - 1:
            blocks[-1].append(item)
        else:
            blocks.append([item])
    return blocks


def check_sequence(path, includes):
    """In a .c or .cpp file: own header, system headers, project headers, each block sorted, an empty line between. A header has no own header."""
    out = []
    stem = os.path.splitext(os.path.basename(path))[0]
    blocks = blocks_of(includes)
    if blocks and path.endswith((".c", ".cpp")) and len(blocks[0]) == 1 and os.path.basename(blocks[0][0][2]) in (stem + ".h", stem + ".hpp"):
        blocks = blocks[1:]
    for block in blocks:
        quotes = [quote for _, quote, _ in block]
        names = [name for _, _, name in block]
        if "<" in quotes and '"' in quotes and not path.endswith((".h", ".hpp")):
            out.append("%s:%d: put an empty line between system and project includes" % (path, block[0][0]))
        for quote in "<\"":
            some = [name for q, name in zip(quotes, names) if q == quote]
            if some != sorted(some):
                out.append("%s:%d: sort these includes: %s" % (path, block[0][0], ", ".join(sorted(some))))
    kinds = [quote for block in blocks for _, quote, _ in block]
    if '"' in kinds and "<" in kinds[kinds.index('"'):]:
        out.append("%s:%d: system includes stand before the project's" % (path, blocks[0][0][0]))
    return out


def check_cycles(graph):
    """Depth first over the includes; each cycle once, by its files."""
    out, state, trail = [], {}, []

    def visit(path):
        state[path] = 1
        trail.append(path)
        for target in graph.get(path, ()):
            if state.get(target) == 1:
                out.append("%s:1: includes itself: %s" % (target, " -> ".join(trail[trail.index(target):] + [target])))
            elif target not in state:
                visit(target)
        trail.pop()
        state[path] = 2

    for path in sorted(graph):
        if path not in state:
            visit(path)
    return out


def check(root):
    rows = floors(root)
    paths = [path for path in house.files(root, ".c", ".h", ".hpp", ".cpp") if path.startswith(("sim/", "cores/", "tests/", "bench/"))]
    known, graph, out = set(paths), {}, []
    for path in paths:
        includes = includes_of(root, path)
        graph[path] = [resolve(name, path, known) for _, quote, name in includes if quote == '"' and resolve(name, path, known)]
        out += check_floors(path, includes, rows, known) + check_sequence(path, includes)
    return out + check_cycles(graph)


CLEAN = {
    "docs/order.txt": "0 sim/base/*\n1 sim/engine/*\n",
    "sim/base/a.h": "/* a.h: a. */\n",
    "sim/base/a.c": '#include "base/a.h"\n\n#include <stdio.h>\n#include <string.h>\n',
    "sim/engine/b.c": '#include <stdio.h>\n\n#include "base/a.h"\n',
    "sim/engine/b.h": '#include <stdint.h>\n\n#include "base/a.h"\n',
}
PLANTS = [
    ("a lower floor includes a higher one", {"sim/base/a.c": '#include "base/a.h"\n\n#include "engine/b.h"\n'}, "floor 0 includes"),
    ("a file without a floor", {"sim/c.c": "int c;\n"}, "no floor"),
    ("an include that is no file", {"sim/engine/b.c": '#include "c.h"\n'}, "no file of the tree"),
    ("unsorted includes", {"sim/base/a.c": "#include <string.h>\n#include <stdio.h>\n"}, "sort these"),
    ("project before system", {"sim/engine/b.c": '#include "base/a.h"\n\n#include <stdio.h>\n'}, "stand before"),
    ("no empty line between", {"sim/engine/b.c": '#include <stdio.h>\n#include "base/a.h"\n'}, "empty line"),
    ("a cycle", {"sim/base/a.h": '#include "base/d.h"\n', "sim/base/d.h": '#include "base/a.h"\n'}, "includes itself"),
]
if __name__ == "__main__":
    house.main(check, CLEAN, PLANTS)
