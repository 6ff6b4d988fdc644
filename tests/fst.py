"""Waveforms in FST files: what a test can say of one. By the blocks of the file in any case; by fst2vcd, the reader of GTKWave (Debian package gtkwave),
where it is installed."""
import shutil
import struct
import subprocess

HEADER, GEOMETRY, VALUES = 0, 3, (1, 5, 8)      # kinds of blocks
HIERARCHY = (4, 6, 7)
LONGEST = 100000                                # of the file's time; a window of a few steps is far below


def blocks(path):
    """[(kind, content)]: a byte, a length that counts itself, the content. [] where the file is cut short."""
    with open(path, "rb") as file:
        data = file.read()
    found, at = [], 0
    while at + 9 <= len(data):
        length = struct.unpack(">Q", data[at + 1:at + 9])[0]
        found.append((data[at], data[at + 9:at + 1 + length]))
        at += 1 + length
    return found if at == len(data) else []


def faults(path, signal):
    """What is wrong with the file, a line each; signal: a name that it must hold, with a change of value behind time 0."""
    kinds = [kind for kind, _ in blocks(path)]
    if not kinds or kinds[0] != HEADER or GEOMETRY not in kinds or not set(kinds) & set(VALUES) or not set(kinds) & set(HIERARCHY):
        return ["%s: blocks %s are no FST file" % (path, kinds)]
    begin, end = struct.unpack(">QQ", blocks(path)[0][1][:16])
    out = [] if 0 < end - begin < LONGEST else ["%s: it lasts from %d to %d" % (path, begin, end)]
    if not shutil.which("fst2vcd"):
        print("SKIPPED: fst2vcd (package gtkwave) is not installed: %s was looked at block by block, and not opened" % path)
        return out
    done = subprocess.run(["fst2vcd", path], capture_output=True, text=True)
    changes = sum(line.startswith("#") for line in done.stdout.split("\n"))
    if done.returncode or " %s " % signal not in done.stdout or changes < 2:
        out.append("fst2vcd: exit %d, signal %s %s, %d times: %s" % (done.returncode, signal, "there" if signal in done.stdout else "missing", changes, path))
    return out
