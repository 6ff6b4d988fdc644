"""The reference kit's two smallest networks on its Loihi, whole: 50 steps of tiny.yaml and buf.yaml against the second simulator (sanafe_model.py). That
tool's own output is in the kit for the large one alone. Without the kit it is skipped. VOLLEY_KIT as in the other tests."""
import collections
import os
import shutil
import sys
import tempfile

import kit
import sanafe_model
import test_sanafe_random

SANAFE = os.path.join(os.path.dirname(kit.KIT), "sanafe")
NS, PJ = 1e-9, 1e-12
HOP = {"north": (4.2 * PJ, 6.5 * NS), "east": (3.0 * PJ, 4.1 * NS), "south": (4.2 * PJ, 6.5 * NS), "west": (3.0 * PJ, 4.1 * NS)}
SYNC = [(1, 0.6e-6), (2, 1.0e-6), (4, 1.4e-6), (29, 1.8e-6)]
CASES = {"tiny": ([{"threshold": 1.0, "bias": 0.5}] * 2, 1), "buf": ([{"bias": 2, "threshold": 1}, {"threshold": 10}], 100)}


def unit(model, *prices):
    return {"model": model, "prices": list(prices), "every_step": False}


def chip():
    """Only the first of its cores is used; the units of a kind that a neuron does not name are not, either."""
    units = {"dense": unit("current_based", (35.5 * PJ, 3.8 * NS)), "d": unit("accumulator", (0, 0)),
             "loihi_lif": unit("leaky_integrate_fire", (51.2 * PJ, 6.0 * NS), (21.6 * PJ, 3.7 * NS), (69.3 * PJ, 30.0 * NS))}
    core = {"position": "soma", "inside": False, "axon_in": (0, 16.0 * NS), "axon_out": (111.0 * PJ, 5.1 * NS), "units": units}
    return {"width": 8, "height": 4, "buffer_size": 16, "sync": SYNC, "tiles": [{"hop": HOP, "cores": [core] * 4} for _ in range(32)]}


def main():
    if not os.path.exists(SANAFE + "/tiny.yaml"):
        print("SKIPPED: no kit/sanafe here")
        return 0
    wrong = 0
    for name, (neurons, weight) in CASES.items():
        network = {"groups": {"a": neurons}, "edges": [(("a", 0), ("a", 1), weight, 0, 0)], "map": [(("a", n), 0, 0) for n in range(2)]}
        rows, spikes = sanafe_model.run(chip(), network, 50)
        fired = collections.Counter((t, f"a.{n[1]}") for t, n in spikes)
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(SANAFE + "/arch-loihi.yaml", folder + "/arch.yaml")
            shutil.copy(f"{SANAFE}/{name}.yaml", folder)
            if name == "tiny":          # which keeps no record of its spikes
                with open(folder + "/tiny.yaml") as file:
                    text = file.read().replace("{soma_hw_name: loihi_lif,", "{soma_hw_name: loihi_lif, log_spikes: true,")
                with open(folder + "/tiny.yaml", "w") as file:
                    file.write(text)
            test_sanafe_random.STEPS = 50
            found = [f"{t}: {w}" for t in ("simple", "detailed") if (w := test_sanafe_random.compare(folder, name + ".yaml", t, rows, fired))]
        print(f"{name}: {len(spikes)} spikes, {sum(r['packets'] for r in rows)} packets, {found[0] if found else 'equal in every step'}")
        wrong += bool(found) + (len(spikes) < 20)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
