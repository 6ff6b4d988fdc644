"""What a chip's designer turns moves the result the way it should: memory size, mesh size with --map balance, weight width.

Uses the networks shipped in traces/, so that it runs everywhere."""
import json
import os
import subprocess
import sys
import tempfile

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
SCRATCH = tempfile.TemporaryDirectory(prefix="volley-axes-")     # removed when the test ends
wrong = 0


def command(name, *more):
    folder = f"traces/{name}"
    return [VOLLEY, "run", "mesh28", f"{folder}/{name}.nir", "--input", f"{folder}/{name}_input.spk",
            "--labels", f"{folder}/{name}_labels.npy", "--quiet", *more]


def run(name, *more):
    out = tempfile.mkdtemp(dir=SCRATCH.name)
    done = subprocess.run(command(name, "--out", out, *more), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{name} {more}: exit {done.returncode}: {done.stderr}")
    return json.load(open(f"{out}/summary.json"))


def refused(name, *more):
    done = subprocess.run(command(name, "--out", f"{SCRATCH.name}/refused", *more), capture_output=True, text=True)
    return done.returncode, done.stderr


def that(holds, text):
    global wrong
    print("ok  " if holds else "FAIL", text)
    wrong += not holds


def dynamic(s):
    return s["energy"]["dynamic_j"] / s["samples"]


def static(s):
    return (s["energy"]["total_j"] - s["energy"]["dynamic_j"]) / s["time"]["total_s"]


def time(s):
    return s["time"]["per_sample"]["mean_s"]


SYNAPSE = "core_types.lif28.memories.synapse.size="
small, large = (run("mlp_rate", "--set", SYNAPSE + size) for size in ("64 KiB", "128 KiB"))
that(dynamic(large) > dynamic(small), f"128 KiB synapse memory: {dynamic(large) * 1e9:.2f} nJ dynamic per inference, 64 KiB: {dynamic(small) * 1e9:.2f}")
that(static(large) > static(small), f"128 KiB leaks more: {static(large) * 1e3:.2f} mW static, 64 KiB: {static(small) * 1e3:.2f}")
that(time(large) >= time(small), f"128 KiB is no faster: {time(large) * 1e6:.2f} us per inference, 64 KiB: {time(small) * 1e6:.2f}")
huge = run("mlp_rate", "--set", SYNAPSE + "1 MiB")
that(time(huge) > time(small), f"1 MiB takes longer to read: {time(huge) * 1e6:.2f} us per inference")
capacity = [s["memories"]["synapse"]["capacity_bits"] / s["chip"]["cores_used"] for s in (small, large)]
that(capacity == [64 * 8192, 128 * 8192], f"capacity per core: {capacity} bits")
status, message = refused("conv_rate", "--set", SYNAPSE + "64 B", "--map", "pack")
that(status == 1 and "synapse" in message, f"64 B hold no network: exit {status}: {message.strip()[:150]}")

few, many = (run("conv_rate", "--set", f"noc.size={size}", "--map", "balance", "--cores", "all") for size in ("8x8", "16x16"))
that(many["chip"]["cores_used"] > few["chip"]["cores_used"], f"16x16 uses {many['chip']['cores_used']} cores, 8x8 {few['chip']['cores_used']}")
work = [time(s) * (s["time"]["bound"]["compute"] + s["time"]["bound"]["memory"]) for s in (few, many)]
that(work[1] < work[0], f"work of the core that ends last, 16x16: {work[1] * 1e6:.2f} us per inference, 8x8: {work[0] * 1e6:.2f}")
that(many["counts"]["hops"] > few["counts"]["hops"], f"hops on 16x16: {many['counts']['hops']}, on 8x8 {few['counts']['hops']}")
that(static(many) > static(few), f"static power of 16x16: {static(many) * 1e3:.2f} mW, of 8x8 {static(few) * 1e3:.2f}")
packed = run("conv_rate")
that(time(few) < time(packed),
     f"balance over 64 cores: {time(few) * 1e6:.2f} us per inference, packed on {packed['chip']['cores_used']}: {time(packed) * 1e6:.2f}")

wide, narrow = run("conv_rate"), run("conv_rate", "--bits", "4")
that(narrow["accuracy"] < wide["accuracy"], f"accuracy at 4 bit {narrow['accuracy']:.3f}, at 8 bit {wide['accuracy']:.3f}")
bits = [s["memories"]["synapse"]["read_bits"] / s["counts"]["sops"] for s in (wide, narrow)]
that(bits[1] < bits[0], f"synapse bits read per synapse: {bits[1]:.2f} at 4 bit, {bits[0]:.2f} at 8 bit")
used = [s["memories"]["synapse"]["used_bits"] for s in (wide, narrow)]
that(used[1] < used[0], f"synapse bits stored: {used[1]} at 4 bit, {used[0]} at 8 bit")
energy = [dynamic(s) / (s["counts"]["sops"] / s["samples"]) for s in (wide, narrow)]
that(energy[1] < energy[0], f"energy per synapse: {energy[1] * 1e12:.3f} pJ at 4 bit, {energy[0] * 1e12:.3f} at 8 bit")
cycles = [s["counts"]["busy_cycles"] / s["counts"]["sops"] for s in (wide, narrow)]
that(cycles[1] < cycles[0], f"core cycles per synapse: {cycles[1]:.3f} at 4 bit, {cycles[0]:.3f} at 8 bit")
sys.exit(1 if wrong else 0)
