"""docs/keys.md and docs/counters.md are what `volley keys` and `volley counters` print: the reference is generated, never edited. And every
option that --help shows, with each word that it takes, stands in docs/command-line.md, which names no other option.

--write makes them anew. The binary is named by VOLLEY, build/release/volley without it."""
import difflib
import os
import re
import subprocess
import sys

import house

PAGES = {"docs/keys.md": "keys", "docs/counters.md": "counters"}


OPTIONS = "docs/command-line.md"


def binary():
    return os.environ.get("VOLLEY", os.path.join(house.ROOT, "build/release/volley"))


def printed(*words):
    answer = subprocess.run([binary(), *words], capture_output=True, text=True)
    return answer.stdout if answer.returncode == 0 else None


def options():
    """Option to the words of its argument in small letters, of all commands: {"decode": ["rate", ...], "steps": []}."""
    found = {}
    for command in re.findall(r"^    volley (\w+)", printed("--help") or "", re.M):
        for name, argument in re.findall(r"^    --([a-z-]+) ?(\S*)", printed(command, "--help") or "", re.M):
            found[name] = re.findall(r"\b(?:[a-z]+(?:-[a-z]+)*|NT|TN)\b", argument)
    return found


def check_options(root):
    text = house.read(root, OPTIONS) if os.path.exists(os.path.join(root, OPTIONS)) else ""
    known = options()
    named = set(re.findall(r"--([a-z][a-z-]*)", text)) - {"name"}       # `--name value` stands for any
    out = ["%s:1: --%s, which --help shows, is not in it" % (OPTIONS, name) for name in known if name not in named]
    out += ["%s:1: --%s is no option of any command" % (OPTIONS, name) for name in sorted(named - set(known))]
    out += ["%s:1: `%s`, a word of --%s, is not in it" % (OPTIONS, word, name)
            for name in known for word in known[name] if not re.search(r"[`| ]%s[`:]" % word, text)]
    return out if known else ["%s:1: volley --help lists no commands" % OPTIONS]


def check(root):
    out = check_options(root)
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
    page = house.read(house.ROOT, OPTIONS)
    pages[OPTIONS] = page
    plants += [("an option left out", {OPTIONS: page.replace("--classes", "classes")}, "--classes, which --help shows"),
               ("an option that is none", {OPTIONS: page + "`--speed`\n"}, "--speed is no option"),
               ("a word left out", {OPTIONS: page.replace("`latency`", "")}, "a word of --decode")]
    house.main(check, pages, plants)


if __name__ == "__main__":
    main()
