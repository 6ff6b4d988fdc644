"""docs/keys.md and docs/counters.md are what `volley keys` and `volley counters` print: the reference is generated, never edited.

--write makes them anew. The binary is named by VOLLEY, build/release/volley without it."""
import difflib
import os
import subprocess
import sys

import house

PAGES = {"docs/keys.md": "keys", "docs/counters.md": "counters"}


def binary():
    return os.environ.get("VOLLEY", os.path.join(house.ROOT, "build/release/volley"))


def printed(command):
    answer = subprocess.run([binary(), command], capture_output=True, text=True)
    return answer.stdout if answer.returncode == 0 else None


def check(root):
    out = []
    for path, command in PAGES.items():
        text = printed(command)
        kept = house.read(root, path) if os.path.exists(os.path.join(root, path)) else ""
        if not text:
            out.append("%s:1: volley %s prints nothing" % (path, command))
        elif text != kept:
            changes = difflib.unified_diff(kept.splitlines(), text.splitlines(), lineterm="", n=0)
            first = next((line for line in changes if not line.startswith(("+++", "---", "@@"))), "line ends")
            out.append("%s:1: differs from volley %s (%s): python3 tests/check_reference.py --write" % (path, command, first))
    return out


def main():
    if not os.access(binary(), os.X_OK):
        print("SKIPPED: no volley binary at %s; set VOLLEY" % binary())
        sys.exit(0)
    pages = {path: printed(command) or "" for path, command in PAGES.items()}
    if "--write" in sys.argv[1:]:
        for path, text in pages.items():
            house.write(house.ROOT, path, text)
        sys.exit(0)
    plants = [("%s with a line too many" % path, {path: text + "| more |\n"}, path) for path, text in pages.items()]
    plants += [("%s gone" % path, {path: ""}, path) for path in pages]
    house.main(check, pages, plants)


if __name__ == "__main__":
    main()
