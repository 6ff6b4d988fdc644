"""README.md shows what the demo prints: its command, run here, gives the lines below it, but for the one that differs between computers.

    python3 tests/test_readme.py --write        puts what the program prints now into README.md: look at the diff"""
import difflib
import os
import re
import shlex
import subprocess
import sys
import tempfile

VOLLEY = os.path.abspath(os.environ.get("VOLLEY", "build/release/volley"))
ROOT = os.getcwd()
BLOCK = re.compile(r"(?:^    \$ volley run .*\n)(?:^(?:    .*)?\n)+?(?=^\S)", re.MULTILINE)


def shown(readme):
    """The block of the demo: command and output, without their indent."""
    block = BLOCK.search(readme).group(0)
    lines = [line[4:] for line in block.rstrip("\n").split("\n")]
    end = next(i for i, line in enumerate(lines) if not line.endswith("\\")) + 1
    return " ".join(line.rstrip("\\") for line in lines[:end]), lines[:end], lines[end:]


def printed(command):
    """Runs it beside links to what it reads, so that out/ of whoever works here stays as it is."""
    words = shlex.split(command)[2:]
    with tempfile.TemporaryDirectory(prefix="volley-readme-") as scratch:
        for name in ("configs", "traces"):
            os.symlink(os.path.join(ROOT, name), os.path.join(scratch, name))
        return subprocess.run([VOLLEY, *words], capture_output=True, text=True, cwd=scratch, check=True).stdout.rstrip("\n").split("\n")


def comparable(lines):
    return [line for line in lines if not line.startswith("ran ")]


readme = open("README.md", encoding="utf-8").read()
command, typed, want = shown(readme)
got = printed(command)
demo = [word for word in shlex.split(command) if word.startswith("--")]
missing = [word for word in demo if word not in open("demo.sh", encoding="utf-8").read()]
if "--write" in sys.argv:
    block = "".join(f"    {line}".rstrip() + "\n" for line in typed + got) + "\n"
    open("README.md", "w", encoding="utf-8").write(BLOCK.sub(lambda _: block, readme, count=1))
    sys.exit(0)
differ = list(difflib.unified_diff(comparable(want), comparable(got), "README.md", "the demo", lineterm="", n=0))
print("\n".join(differ) or "README.md: %d lines as the demo prints them" % len(want))
print("\n".join(f"demo.sh does not have {word}" for word in missing))
sys.exit(1 if differ or missing else 0)
