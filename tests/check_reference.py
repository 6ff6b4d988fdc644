"""docs/keys.md, docs/counters.md and the pages of docs/chips are what `volley keys`, `volley counters` and `volley chips CHIP --doc` print: the
reference is generated, never edited; a page of a chip that is gone is named. And every
option that --help shows, with each word that it takes, stands in docs/command-line.md, which names no other option.

--write makes them anew. The binary is named by VOLLEY, build/release/volley without it."""
import difflib
import functools
import os
import re
import subprocess
import sys

import house

CHIPS = "configs/chips"
PAGES = {"docs/keys.md": ["keys"], "docs/counters.md": ["counters"]}


OPTIONS = "docs/command-line.md"


def binary():
    return os.environ.get("VOLLEY", os.path.join(house.ROOT, "build/release/volley"))


@functools.lru_cache(maxsize=None)
def printed(*words):
    """What the binary prints, asked once: it does not change while a test runs."""
    answer = subprocess.run([binary(), *words], capture_output=True, text=True)
    return answer.stdout if answer.returncode == 0 else None


def pages():
    """Page to the command that prints it; a page for each chip, so that none is forgotten."""
    chips = sorted(name[:-5] for name in os.listdir(os.path.join(house.ROOT, CHIPS)) if name.endswith(".yaml"))
    return {**PAGES, **{"docs/chips/%s.md" % name: ["chips", "%s/%s.yaml" % (CHIPS, name), "--doc"] for name in chips}}


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
    for path, command in pages().items():
        text = printed(*command)
        kept = house.read(root, path) if os.path.exists(os.path.join(root, path)) else ""
        if not text:
            out.append("%s:1: volley %s prints nothing" % (path, " ".join(command)))
        elif text != kept:
            changes = difflib.unified_diff(kept.splitlines(), text.splitlines(), lineterm="", n=0)
            first = next((line for line in changes if not line.startswith(("+++", "---", "@@"))), "line ends")
            out.append("%s:1: differs from volley %s (%s): python3 tests/check_reference.py --write" % (path, " ".join(command), first))
    folder = os.path.join(root, "docs/chips")
    stale = sorted(set(os.listdir(folder)) - {os.path.basename(path) for path in pages()}) if os.path.isdir(folder) else []
    return out + ["docs/chips/%s:1: no chip of configs/chips has this name" % name for name in stale]


def main():
    if not os.access(binary(), os.X_OK):
        print("SKIPPED: no volley binary at %s; set VOLLEY" % binary())
        sys.exit(0)
    kept = {path: printed(*command) or "" for path, command in pages().items()}
    if "--write" in sys.argv[1:]:
        for path, text in kept.items():
            house.write(house.ROOT, path, text)
        sys.exit(0)
    plants = [("%s with a line too many" % path, {path: text + "| more |\n"}, path) for path, text in kept.items()]
    plants += [("%s gone" % path, {path: ""}, path) for path in kept]
    page = house.read(house.ROOT, OPTIONS)
    kept[OPTIONS] = page
    plants += [("an option left out", {OPTIONS: page.replace("--classes", "classes")}, "--classes, which --help shows"),
               ("an option that is none", {OPTIONS: page + "`--speed`\n"}, "--speed is no option"),
               ("a word left out", {OPTIONS: page.replace("`latency`", "")}, "a word of --decode")]
    house.main(check, kept, plants)


if __name__ == "__main__":
    main()
