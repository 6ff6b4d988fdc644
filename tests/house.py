"""What every check of the source tree stands on.

A check is a function of a tree's root that returns complaints, "file:line: what is wrong and what to do". `main` runs it on this
repository, or, with --self-test, on a small clean tree (no complaint may come) and on that tree with one fault planted after
another (each must be named): a check that cannot fail is a defect.
"""
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SKIP = {".git", "build", "out", "__pycache__"}


def files(root, *endings):
    """Paths relative to root, sorted: what git tracks or would track; every file where there is no git."""
    listing = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard", "-z"], capture_output=True, text=True) \
        if os.path.isdir(os.path.join(root, ".git")) else None
    if listing and listing.returncode == 0:
        found = [path for path in listing.stdout.split("\0") if path]
    else:
        found = []
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if name not in SKIP]
            found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(path for path in set(found) if (not endings or path.endswith(endings)) and os.path.isfile(os.path.join(root, path)))


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def write(root, path, text):
    full = os.path.join(root, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w", encoding="utf-8") as file:
        file.write(text)


def without_comments(text):
    """C text with comments, strings and character constants blanked, line breaks and columns kept."""
    out, i, n = [], 0, len(text)
    while i < n:
        two = text[i:i + 2]
        if two == "/*":
            end = text.find("*/", i + 2)
            end = n if end < 0 else end + 2
        elif two == "//":
            end = text.find("\n", i)
            end = n if end < 0 else end
        elif text[i] in "\"'":
            end = i + 1
            while end < n and text[end] != text[i] and text[end] != "\n":
                end += 2 if text[end] == "\\" else 1
            out.append(text[i] + "".join(c if c == "\n" else "_" for c in text[i + 1:end]) + text[end:end + 1])
            i = end + 1
            continue
        else:
            out.append(text[i])
            i += 1
            continue
        out.append("".join(c if c == "\n" else " " for c in text[i:end]))
        i = end
    return "".join(out)


def self_test(check, clean, plants):
    failures = 0
    with tempfile.TemporaryDirectory() as root:
        for path, text in clean.items():
            write(root, path, text)
        got = check(root)
        print("clean tree: %s" % (got or "no complaint"))
        failures += bool(got)
    for what, change, expected in plants:
        with tempfile.TemporaryDirectory() as root:
            for path, text in {**clean, **change}.items():
                write(root, path, text)
            got = check(root)
        seen = any(expected in complaint for complaint in got)
        print("%s: %s" % (what, "caught" if seen else "NOT CAUGHT: %s" % got))
        failures += not seen
    return failures


def main(check, clean, plants):
    if "--self-test" in sys.argv[1:]:
        sys.exit(1 if self_test(check, clean, plants) else 0)
    complaints = check(ROOT)
    for complaint in complaints:
        print(complaint)
    print("%d complaints" % len(complaints))
    sys.exit(1 if complaints else 0)
