"""clang-format agrees with the tree, apart from what is set by hand on purpose.

Left as written: comments lined up in columns; a struct, an initialiser or several cases kept on one line or in rows of a table;
the lines of a statement after its first; macro bodies and rows of a table made of macros.
Everything else clang-format would change is a complaint: indentation, blanks around operators, braces, breaks.
"""
import concurrent.futures
import difflib
import os
import re
import shutil
import subprocess
import sys

import house

STYLE = """# test
BasedOnStyle: LLVM
IndentWidth: 4
ColumnLimit: 160
BreakBeforeBraces: Linux
AllowShortFunctionsOnASingleLine: None
"""


# On one line or in rows: struct a { int b; };  = {1, 2},  (struct a){.b = 1}  .b = 1,
BRACES = re.compile(r"(?:struct|enum|union)[\w\s]*\{[^}]*\}|[=(,{\[]\s*\{|\)\s*\{|\{.*\}|^\s*\.\w+ = ", re.MULTILINE)
ENUM_ROW = re.compile(r"^\s*(?:enum \w+ \{|(?:[A-Z]\w*(?: = [\w<\- ]+)?,? ?)+|\}[;,]?)$")
ROW = re.compile(r"^\s*(?:[A-Z][A-Z_0-9]*(?:\(|,$)|\[\w+\] = |case |default:)|^__attribute__")
DECLARATIONS = re.compile(r";\s*\w[^;]*;")
CONTROL = re.compile(r"^\s*(?:if|for|while|switch|else|do)\b", re.MULTILINE)


def formatted(root, path, columns):
    """What clang-format makes of a file; columns 0: every line break stays where it is."""
    style = house.read(root, ".clang-format").replace("ColumnLimit: 160", "ColumnLimit: %d" % columns)
    settings = "{%s}" % ", ".join(line for line in style.splitlines() if line and not line.startswith("#"))
    answer = subprocess.run(["clang-format", "--style=" + settings, path], capture_output=True, text=True, cwd=root)
    return answer.stdout.splitlines() if answer.returncode == 0 else None


def without_trailing_comment(line):
    return re.sub(r"\s*/\*.*$", "", line).rstrip()


def continues(line_before):
    """1 if the line after this one goes on with its statement."""
    before = without_trailing_comment(line_before).rstrip()
    return before and not before.endswith((";", "{", "}", ":", "*/", "\\")) and not before.startswith("#") and not re.search(
        r"^\s*(?:if|for|while|switch) .*\)$|^\s*(?:else|do)$", before)


def set_by_hand(path, old, new, before):
    """1 if these lines, after the line `before`, differ only in what may be set by hand."""
    bare = [without_trailing_comment(line) for line in old]
    if bare == [without_trailing_comment(line) for line in new]:
        return 1
    if all(line.endswith("\\") or line.startswith("#define") or line.strip().startswith(("X(", "*", "/*")) for line in old):
        return 1
    if all(ENUM_ROW.match(line) for line in bare if line) or all(ROW.match(line) for line in old):
        return 1
    if old and all(continues(line) for line in [before] + old[:-1]):
        return 1
    if path.endswith((".h", ".hpp")) and any(DECLARATIONS.search(line) for line in bare):
        return 1
    text = house.without_comments("\n".join(old))
    joined = [" ".join(line.strip() for line in lines) for lines in (old, new)]
    depth = [len(lines[0]) - len(lines[0].lstrip()) if lines else -1 for lines in (old, new)]
    if joined[0] == joined[1] and depth[0] == depth[1] and not CONTROL.search(text) and not re.search(r"[{}]|;.*;", text):
        return 1        # broken at other places
    return bool(BRACES.search(text)) and not CONTROL.search(text) and not re.search(r"^\w.*\)\s*\{$", text, re.MULTILINE)


def faults(root, path, columns, old):
    """{line: what clang-format writes instead} for every line it changes."""
    new = formatted(root, path, columns)
    if new is None:
        return {0: "nothing: it cannot read the file"}
    found = {}
    for tag, i, i_end, j, j_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal" and not set_by_hand(path, old[i:i_end], new[j:j_end], old[i - 1] if i else ""):
            found.update({line: " | ".join(text.strip() for text in new[j:j_end])[:200] for line in range(i, max(i_end, i + 1))})
    return found


def check_file(root, path):
    """A line may be broken where clang-format would break it at 160 columns, or where its author did."""
    old = house.read(root, path).splitlines()
    first = faults(root, path, 160, old)
    second = faults(root, path, 0, old) if first else {}
    lines = sorted(line for line in first if line in second)
    return ["%s:%d: clang-format writes: %s" % (path, line + 1, second[line]) for line in lines if line - 1 not in lines]


def check(root):
    if not shutil.which("clang-format"):
        print("SKIPPED: clang-format is not installed")
        return []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda path: check_file(root, path), house.files(root, ".c", ".h", ".hpp", ".cpp"))
    return [complaint for complaints in found for complaint in complaints]


CLEAN = {".clang-format": STYLE,
         "sim/a.c": "struct a { int b; };    /* kept */\n\nint f(int x)\n{\n"
                    "    int long_name = 1;      /* column */\n    int y = 2;              /* column */\n"
                    "    struct a z = {.b = 1,\n                  };\n    return x + y + long_name + z.b;\n}\n"}
BODY = "int f(int x)\n{\n%s\n}\n"
PLANTS = [
    ("no blanks around an operator", {"sim/a.c": BODY % "    return x+1;"}, "return x + 1;"),
    ("wrong indentation", {"sim/a.c": BODY % "  return x;"}, "return x;"),
    ("a brace on its own line", {"sim/a.c": BODY % "    if (x)\n    {\n        x = 1;\n    }\n    return x;"}, "if (x) {"),
    ("a function's brace on its line", {"sim/a.c": "int f(int x) {\n    return x;\n}\n"}, "int f(int x)"),
    ("a pointer's star at the type", {"sim/a.c": "int f(int* x)\n{\n    return *x;\n}\n"}, "int *x"),
    ("a body of an if at its depth", {"sim/a.c": BODY % "    if (x)\n    x = 2;\n    return x;"}, "x = 2;"),
    ("a body on the line of its if", {"sim/a.c": BODY % "    if (x) x = 2;\n    return x;"}, "if (x)"),
]
if __name__ == "__main__":
    if "--self-test" in sys.argv and not shutil.which("clang-format"):
        print("SKIPPED: clang-format is not installed")
        sys.exit(0)
    sys.exit(house.main(check, CLEAN, PLANTS))
