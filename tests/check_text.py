"""What holds for every file: short functions and lines, words that mean something, nothing left over, no path of one machine, small data."""
import ast
import os
import re
import sys

import house

LINE_MAX, FUNCTION_MAX, DATA_MAX = 160, 60, 10 << 20
CODE = (".c", ".h", ".hpp", ".cpp", ".py", ".sh", ".sv", ".txt", ".cmake")
TEXT = CODE + (".md", ".yaml", ".yml", ".json", ".patch", ".csv")
FOREIGN = {"H5Pset_vlen_mem_manager", "tlm_utils"}  # names that libraries gave
EMPTY_WORDS = {"util", "utils", "helper", "helpers", "misc", "manager", "platform"}
# Written so that this file does not find itself.
LEFT_OVER = re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b|not implemente[d]|unimplemente[d]|for no[w]\b", re.IGNORECASE)
MACHINE = re.compile(r"(?<![\w.])/(?:hom[e]|wor[k]|tm[p]|root|User[s])/\w")


def check_names(path):
    words = re.split(r"[/_.\-]", path.lower())
    return ["%s:1: file name says nothing: name its subject instead of '%s'" % (path, word) for word in words if word in EMPTY_WORDS | {"common"}]


def check_identifiers(path, code):
    out = []
    for number, line in enumerate(code.splitlines(), 1):
        if line.lstrip().startswith("#include"):
            continue
        for identifier in re.findall(r"[A-Za-z_]\w*", line):
            if identifier in FOREIGN:
                continue
            words = set(re.sub(r"([a-z])([A-Z])", r"\1_\2", identifier).lower().split("_"))
            out += ["%s:%d: '%s': name what it is, not '%s'" % (path, number, identifier, word) for word in words & EMPTY_WORDS]
    return out


def check_lines(path, text):
    out = []
    for number, line in enumerate(text.splitlines(), 1):
        if path.endswith(CODE) and len(line) > LINE_MAX:
            out.append("%s:%d: %d columns, at most %d" % (path, number, len(line), LINE_MAX))
        if path.endswith((".c", ".h", ".hpp", ".cpp", ".py", ".sv")) and "\t" in line:
            out.append("%s:%d: a tab: indent with 4 spaces" % (path, number))
        if path.endswith(CODE) and line != line.rstrip():
            out.append("%s:%d: blanks at the end of the line" % (path, number))
        if path != "LICENSE" and LEFT_OVER.search(line) and not path.startswith("tests/fuzz/corpus/"):
            out.append("%s:%d: left over: '%s'" % (path, number, LEFT_OVER.search(line).group(0)))
        if MACHINE.search(line) and "XXXXXX" not in line:
            out.append("%s:%d: a path of one machine: '%s'" % (path, number, MACHINE.search(line).group(0)))
    if text and not text.endswith("\n"):
        out.append("%s:%d: the last line has no line end" % (path, len(text.splitlines())))
    return out


def check_c_functions(path, text):
    """A function is what stands between { and } in column 1 after a line that ends in )."""
    out, start, before = [], None, ""
    for number, line in enumerate(text.splitlines(), 1):
        if line == "{" and before.rstrip().endswith(")"):
            start = number
        elif line == "}" and start:
            if number - start - 1 > FUNCTION_MAX:
                out.append("%s:%d: a function of %d lines, at most %d: split it by what it does" % (path, start, number - start - 1, FUNCTION_MAX))
            start = None
        if line.strip():
            before = line
    return out


def check_python_functions(path, text):
    if path.startswith("tests/fuzz/make_"):
        return []           # lists of odd files rather than code
    try:
        tree = ast.parse(text)
    except SyntaxError as fault:
        return ["%s:%d: %s" % (path, fault.lineno or 1, fault.msg)]
    return ["%s:%d: %s has %d lines, at most %d" % (path, node.lineno, node.name, node.end_lineno - node.lineno, FUNCTION_MAX)
            for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno > FUNCTION_MAX]


def check(root):
    out, total = [], 0
    for path in house.files(root):
        total += os.path.getsize(os.path.join(root, path))
        out += check_names(path)
        if not path.endswith(TEXT) and "." in os.path.basename(path):
            continue
        text = house.read(root, path)
        if not path.startswith("tests/fuzz/corpus/"):
            out += check_lines(path, text)
        if path.endswith((".c", ".h", ".hpp", ".cpp")):
            out += check_identifiers(path, house.without_comments(text)) + check_c_functions(path, text)
        if path.endswith(".py"):
            out += check_python_functions(path, text)
    if total > DATA_MAX:
        out.append(".: the tree holds %.1f MB, at most 10: keep large data elsewhere" % (total / 1e6))
    return out


LONG = "void f(void)\n{\n" + "    g();\n" * 61 + "}\n"
CLEAN = {"sim/a.c": "/* A cycle; its misc words are a comment. */\nvoid f(void)\n{\n" + "    g();\n" * 60 + "}\n",
         "tests/b.py": "def f():\n    return 1\n"}
PLANTS = [
    ("a long function", {"sim/a.c": LONG}, "61 lines"),
    ("a long line", {"sim/a.c": "int a;" + " " * 160 + "int b;\n"}, "172 columns"),
    ("a long Python function", {"tests/b.py": "def f():\n" + "    g()\n" * 61}, "f has 61 lines"),
    ("broken Python", {"tests/b.py": "def f(:\n"}, "b.py:1"),
    ("an empty identifier", {"sim/a.c": "int load_helper;\n"}, "name what it is"),
    ("an empty file name", {"sim/misc.c": "int a;\n"}, "says nothing"),
    ("something left over", {"sim/a.c": "/* TO" + "DO: all */\n"}, "left over"),
    ("a path of one machine", {"docs/a.md": "see /ho" + "me/me/volley\n"}, "one machine"),
    ("a tab", {"sim/a.c": "\tint a;\n"}, "a tab"),
    ("blanks at the end", {"sim/a.c": "int a; \n"}, "blanks at the end"),
    ("no line end", {"sim/a.c": "int a;"}, "no line end"),
    ("too much data", {"traces/a.csv": "0,0,0,0,0\n" * (1 << 20)}, "at most 10"),
]
if __name__ == "__main__":
    sys.exit(house.main(check, CLEAN, PLANTS))
