"""summary.json has every key that people's scripts rely on, with its type: counts are integers, figures numbers in SI units, what is not
known null. host.json has all that may differ between two computers, and nothing else holds any of it.

Needs nothing but python3 and the networks in traces/."""
import json
import numbers
import os
import subprocess
import sys
import tempfile

VOLLEY = os.environ.get("VOLLEY", "build/release/volley")
SCRATCH = tempfile.TemporaryDirectory(prefix="volley-summary-")
wrong = 0

COUNT, REAL, TEXT, FLAG, NULL = "count", "real", "text", "flag", "null"
MEMORY = dict.fromkeys("reads writes read_bits write_bits capacity_bits used_bits width".split(), COUNT)
SPREAD = dict.fromkeys("mean_s p50_s p95_s max_s".split(), REAL)
BOUND = dict.fromkeys("compute memory noc queue barrier".split(), REAL)
COUNTS = dict.fromkeys("""spikes sops sops_late leaves core_steps update_active update_idle update_held busy_cycles packets packets_tile flits hops
                          hops_x hops_y buffer_writes buffer_reads routes arbitrations crossbar link host_packets_in host_packets_out barriers sample_resets
                          dropped layer_starts""".split(), COUNT)
SCHEMA = {
    "format": TEXT, "seed": COUNT, "inputs": [{"name": TEXT, "sha256": TEXT}],
    "network": {"name": TEXT, "neurons": COUNT, "synapses": COUNT, "populations": [{"name": TEXT, "neurons": COUNT, "depth": COUNT}]},
    "chip": {"name": TEXT, "cores": COUNT, "cores_used": COUNT}, "samples": COUNT, "steps": COUNT, "chip_steps": COUNT, "plane": TEXT, "engine": TEXT,
    "fidelity": [{"kind": TEXT, "node": TEXT, "text": TEXT}], "warnings": [TEXT], "partial": FLAG, "decode": TEXT, "counts": COUNTS,
    "memories": {"synapse": MEMORY},
    "neurobench": {**dict.fromkeys("footprint connection_sparsity activation_sparsity membrane_updates".split(), REAL),
                   "synaptic_operations": dict.fromkeys("Dense Effective_MACs Effective_ACs".split(), REAL)},
    "energy": {"sensitivity": [{"constant": TEXT, "basis": TEXT, **dict.fromkeys("value low high total_low_j total_high_j".split(), REAL)}],
               **dict.fromkeys("total_j dynamic_j static_j static_used_j low_j high_j assumed_share".split(), REAL), "by_action": {"sops": REAL},
               "by_population": {"lif1": REAL, "lif2": REAL, "(chip)": REAL, "(host)": REAL}, "by_component": {"core": REAL, "static": REAL}},
    "time": {"total_s": REAL, "low_s": REAL, "high_s": REAL, "per_sample": SPREAD, "barrier_s": REAL, "bound": BOUND, "overruns": COUNT, "peak_link_use": REAL},
}
HOST = {"command": TEXT, "versions": {"volley": TEXT}, "wall_s": REAL, "peak_rss_bytes": COUNT, "date": TEXT, "paths": {"out": TEXT}, "threads": COUNT}


def that(holds, text):
    global wrong
    if not holds:
        print("FAIL", text)
    wrong += not holds


def is_a(value, kind):
    if kind == COUNT:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if kind == REAL:
        return isinstance(value, numbers.Real) and not isinstance(value, bool)
    return isinstance(value, str) if kind == TEXT else isinstance(value, bool) if kind == FLAG else value is None


def holds(value, schema, path):
    if isinstance(schema, dict):
        that(isinstance(value, dict), f"{path} is an object")
        for key in schema:
            if key in value:
                holds(value[key], schema[key], f"{path}.{key}")
            else:
                that(False, f"{path}.{key} is missing")
    elif isinstance(schema, list):
        that(isinstance(value, list) and value, f"{path} is a list with something in it")
        for i, item in enumerate(value):
            holds(item, schema[0], f"{path}[{i}]")
    else:
        that(is_a(value, schema), f"{path} is a {schema}: {value!r}")


def run(*more):
    base = "traces/mlp_rate/mlp_rate"
    command = [VOLLEY, "run", "loihi", base + ".nir", "--input", base + "_input.spk", "--samples", "0..4", "--quiet", "--out", SCRATCH.name, *more]
    subprocess.run(command, check=True)
    return [json.load(open(f"{SCRATCH.name}/{name}.json")) for name in ("summary", "host")]


summary, host = run()
holds(summary, {**SCHEMA, "accuracy": NULL, "float_accuracy": NULL}, "summary")
summary, host = run("--labels", "traces/mlp_rate/mlp_rate_labels.npy", "--against-float", "--seed", "18446744073709551")
holds(summary, {**SCHEMA, "accuracy": REAL, "float_accuracy": REAL}, "summary")
holds(host, HOST, "host")
that(summary["seed"] == 18446744073709551, "a large seed is kept to its last digit")
that(set(SCHEMA["counts"]) == set(summary["counts"]), f"counters that this test does not know: {set(summary['counts']) - set(COUNTS)}")
for name in sorted(os.listdir(SCRATCH.name)):
    text = open(f"{SCRATCH.name}/{name}", encoding="utf-8").read()
    machine = [SCRATCH.name, host["date"][:10]]
    that(name == "host.json" or not any(word in text for word in machine), f"{name} holds something of this computer")
print("ok  summary.json, host.json" if not wrong else f"{wrong} wrong")
sys.exit(1 if wrong else 0)
