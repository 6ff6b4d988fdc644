"""docs/your-core.md, step by step: its blocks put together are the files of tests/foreign/aerlif, and its commands run in a folder that holds nothing
else than those, the Verilog, a chip and a network."""
import filecmp
import glob
import os
import re
import shutil
import subprocess
import sys

import foreign_core as foreign

PAGE = "docs/your-core.md"


def files_of(page):
    """File to its text: blocks that begin with a file's name, in order."""
    made = {}
    for name, text in re.findall(r"^`([\w.]+)`:\n\n```\w+\n(.*?)^```$", page, re.M | re.S):
        made[name] = made.get(name, "") + text
    return made


def put_together(page):
    folder = os.path.join(foreign.HERE, "aerlif")
    os.mkdir(folder)
    for name, text in files_of(page).items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
        foreign.that(filecmp.cmp(os.path.join(folder, name), os.path.join(foreign.CORE, name), shallow=False), "%s of the page is %s/%s" % (name,
                                                                                                                                            foreign.CORE, name))
    for source in glob.glob(foreign.CORE + "/*.v"):
        shutil.copy(source, folder)
    left = set(os.listdir(foreign.CORE)) ^ set(os.listdir(folder))
    foreign.that(not left, "no file is missing on the page: %s" % left)


def run_commands(page):
    shutil.copy(foreign.CHIP, os.path.join(foreign.HERE, "chip.yaml"))
    foreign.network("net", 4)
    os.rename(os.path.join(foreign.HERE, "net.csv"), os.path.join(foreign.HERE, "in.csv"))
    environment = dict(os.environ, VOLLEY_CACHE=foreign.CACHE, PATH=os.path.dirname(foreign.VOLLEY) + ":" + os.environ["PATH"])
    said = {}
    for block in re.findall(r"^```sh\n(.*?)^```$", page, re.M | re.S):
        for command in block.strip().split("\n"):
            answer = subprocess.run(command, shell=True, cwd=foreign.HERE, env=environment, capture_output=True, text=True, timeout=600)
            said[command] = answer.stdout
            foreign.that(answer.returncode == 0 and not answer.stderr, "%s %s" % (command, answer.stderr.strip()))
    return said


def main():
    if not foreign.there_is_verilator():
        return 0
    page = open(PAGE, encoding="utf-8").read()
    put_together(page)
    said = run_commands(page)
    foreign.that(len(said) == 5, "five commands")
    head = re.search(r"^```text\n(aerlif against.*?)^```$", page, re.M | re.S).group(1)
    foreign.that(said["volley verify aerlif --seeds 2"].startswith(head), "the first lines are those of the page")
    same = filecmp.cmp(*(os.path.join(foreign.HERE, out, "counters.csv") for out in ("verilog", "reference")), shallow=False)
    foreign.that(same, "the Verilog and its reference count the same in the chip")
    return foreign.end()


if __name__ == "__main__":
    sys.exit(main())
