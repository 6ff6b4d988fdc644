"""The report on a terminal: as wide as the terminal from 80 to 120 columns, the same words as in a file, where lines are 120 wide.

Needs nothing but python3 and the networks in traces/."""
import fcntl
import os
import pty
import shutil
import struct
import subprocess
import sys
import tempfile
import termios

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
HERE = tempfile.mkdtemp(prefix="volley-terminal-")
NET = "traces/mlp_rate/mlp_rate"
wrong = 0


def that(holds, text):
    global wrong
    print("ok  " if holds else "FAIL", text)
    wrong += not holds


def command(chip):
    return [VOLLEY, "run", chip, NET + ".nir", "--input", NET + "_input.spk", "--labels", NET + "_labels.npy", "--samples", "0..3", "--out", f"{HERE}/out"]


def on_terminal(chip, columns):
    """What a terminal of so many columns is sent; its stderr is no terminal, so that no progress line mixes in."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(command(chip), stdout=slave, stderr=subprocess.PIPE)
    os.close(slave)
    text = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:         # the last writer has closed it
            break
        if not part:
            break
        text += part
    os.close(master)
    return process.wait(), text.decode().replace("\r\n", "\n")


def words(text):
    """All that does not differ between two runs; the column title 'rests on' goes where the column does."""
    lines = [line for line in text.split("\n") if not line.startswith("ran ")]
    return " ".join(" ".join(lines).split()).replace("share rests on", "share")


for chip in ("loihi", "mesh28", "ideal"):
    plain = subprocess.run(command(chip), capture_output=True, text=True).stdout
    that(max(map(len, plain.split("\n"))) <= 120, f"{chip} in a file: at most {max(map(len, plain.split(chr(10))))} columns")
    for columns, least, most in ((0, 101, 120), (60, 70, 80), (80, 70, 80), (97, 85, 97), (120, 101, 120), (200, 101, 120)):
        status, text = on_terminal(chip, columns)
        widest = max(map(len, text.split("\n")))
        that(status == 0 and least <= widest <= most, f"{chip} on {columns} columns: the widest line has {widest}, wanted {least} to {most}")
        indent = max(len(line) - len(line.lstrip()) for line in text.split("\n"))
        that(columns not in (60, 80) or indent <= 10, f"{chip} on {columns} columns: what a figure rests on is not squeezed ({indent} blanks)")
        that(words(text) == words(plain), f"{chip} on {columns} columns says what a file says")
kept = open(f"{HERE}/out/report.txt").read()
that(plain.startswith(kept), "report.txt is what a file gets, also of a run on a terminal")
shutil.rmtree(HERE)
sys.exit(1 if wrong else 0)
