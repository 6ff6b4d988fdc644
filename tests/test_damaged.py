"""Damaged HDF5 files: whatever libhdf5 does on them, volley answers in one line, with status 0, 1 or 2, and goes on living.

First single bytes that are known to crash libhdf5 1.10.8, to send it into an endless loop, or to make it take gigabytes (docs/decisions.md);
then the shipped networks, each damaged in another way by a fixed seed. Needs nothing but python3."""
import os
import random
import re
import resource
import subprocess
import sys
import tempfile

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
EVENTS = "tests/fuzz/corpus/events/"
NETWORKS = ["traces/mlp_rate/mlp_rate.nir", "traces/conv_rate/conv_rate.nir"]
INPUT = "traces/mlp_rate/mlp_rate_input.spk"
FILES = 60
GIB = 1 << 30
# File, offset, what stands there instead, and what libhdf5 makes of it.
BYTES = [
    (EVENTS + "shd.h5", 2791, 127, "a crash"), (EVENTS + "shd.h5", 2809, 32, "memory freed twice"), (EVENTS + "shd.h5", 2808, 66, "no end"),
    (EVENTS + "grid.h5", 2073, 128, "a crash"), (EVENTS + "events.h5", 2077, 128, "a crash"), (EVENTS + "claim.h5", 2138, 64, "a crash"),
    (NETWORKS[0], 65854, 0, "8 GB of memory"),
]
wrong = 0


def that(holds, text):
    global wrong
    if not holds or not text.startswith("damaged by chance"):
        print("ok  " if holds else "FAIL", text)
    wrong += not holds


def damaged(data, random_):
    """Bits turned, bytes overwritten, a piece cut out, or the end cut off; more often near the file's own structures than in its numbers."""
    data = bytearray(data)
    sites = [match.start() for match in re.finditer(rb"OHDR|GCOL|HEAP|TREE|SNOD|OCHK|FRHP|BTHD|BTLF|\x89HDF", bytes(data))]

    def place():
        return min(len(data) - 1, random_.choice(sites) + random_.randrange(200)) if random_.random() < .7 else random_.randrange(len(data))
    how = random_.randrange(20)
    for _ in range(random_.randint(1, 8) if how < 9 else 0):
        data[place()] ^= 1 << random_.randrange(8)
    for _ in range(random_.randint(1, 4) if 9 <= how < 17 else 0):
        at = place()
        fill = bytes([random_.choice([0, 255, 127, random_.randrange(256)])]) * random_.choice([1, 1, 2, 4, 8])
        data[at:at + len(fill)] = fill
    if how == 17:
        at = place()
        del data[at:at + random_.randint(1, 64)]
    if how > 17:
        del data[random_.randrange(1, len(data)):]
    return bytes(data)


def check(what, path, *commands):
    for command in commands:
        done = subprocess.run([VOLLEY, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", timeout=600)
        lines = [line for line in done.stderr.split("\n") if line and not line.startswith("volley: warning")]
        good = done.returncode in (0, 1, 2) and len(lines) == (done.returncode != 0) and all(line.startswith("volley: ") for line in lines)
        that(good, f"{what}, {command[0]}: status {done.returncode}: {' / '.join(lines)[:200]}")


def memory():
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def main():
    with tempfile.TemporaryDirectory(prefix="volley-damaged-") as folder:
        for source, at, value, effect in BYTES:
            with open(source, "rb") as file:
                data = bytearray(file.read())
            data[at] = value
            path = os.path.join(folder, os.path.basename(source))
            with open(path, "wb") as file:
                file.write(data)
            check(f"{source}, byte {at} (libhdf5: {effect})", path, ["info", path, "--dt", "0.001"])
        networks = [path for path in NETWORKS if os.path.exists(path)]
        if not networks:
            print("SKIPPED: no network in traces/ to damage")
        for i in range(FILES if networks else 0):
            source = networks[i % len(networks)]
            path = os.path.join(folder, "damaged.nir")
            with open(source, "rb") as whole, open(path, "wb") as file:
                file.write(damaged(whole.read(), random.Random(2024 + i)))
            check(f"damaged by chance {i}, {source}", path, ["info", path], ["run", "ideal", path, "--input", INPUT, "--samples", "0..1", "--quiet"])
    that(memory() < GIB, f"no more than a GiB of memory: {memory() >> 20} MiB")
    print(wrong, "wrong")
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
