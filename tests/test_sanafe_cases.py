"""Four architectures and networks in SANA-FE's form, written by hand as that tool's users would, each beside the same thing as objects for the second simulator
(sanafe_model.py): a convolution with strides and delays, truenorth neurons as lines, cables, and inputs of every kind. Spikes, counts, energies and times."""
import collections
import os
import random
import sys
import tempfile

import sanafe_model
from test_sanafe_random import STEPS, compare

HOPS = "energy_north_hop: 1.1e-12, latency_north_hop: 2.1e-9, energy_east_hop: 3.2e-12, latency_east_hop: 4.3e-9, " \
       "energy_south_hop: 1.4e-12, latency_south_hop: 2.5e-9, energy_west_hop: 3.6e-12, latency_west_hop: 4.7e-9"
HOP = {"north": (1.1e-12, 2.1e-9), "east": (3.2e-12, 4.3e-9), "south": (1.4e-12, 2.5e-9), "west": (3.6e-12, 4.7e-9)}


def core(position, inside, units, axon_in=(1.5e-12, 1.6e-8), axon_out=(1.1e-10, 5.1e-9)):
    return {"position": position, "inside": inside, "axon_in": axon_in, "axon_out": axon_out, "units": units}


def unit(model, *prices, every_step=False):
    return {"model": model, "prices": list(prices), "every_step": every_step}


# ---- a convolution of two channels, strides 1 and 2, that keeps its currents inside dendrites with delays; then a dense layer ----

SOURCE, LIF = ((2e-12, 1.3e-9), (0, 0), (3e-12, 1.1e-9)), ((5.12e-11, 6.1e-9), (2.16e-11, 3.7e-9), (6.93e-11, 3.05e-8))

VISION_ARCH = """architecture:
  name: vision
  attributes: {width: 2, height: 2, link_buffer_size: 1, sync_model: table, latency_sync: [5.0e-8, 1.0e-7, 3.0e-7]}
  tile:
    - name: eye
      attributes: {%(hops)s}
      core:
        - name: retina
          attributes: {buffer_position: soma, max_neurons_supported: 32}
          axon_in: [{name: in, attributes: {energy_message_in: 1.5e-12, latency_message_in: 1.6e-8}}]
          synapse: [{name: s, attributes: {model: current_based, energy_process_spike: 3.5e-11, latency_process_spike: 3.8e-9}}]
          dendrite: [{name: d, attributes: {model: accumulator, energy_update: 0, latency_update: 0}}]
          soma:
            - name: pixel[0..17]
              attributes: [model: input, energy_access_neuron: 2.0e-12, latency_access_neuron: 1.3e-9, energy_update_neuron: 0.0,
                           latency_update_neuron: 0.0, energy_spike_out: 3.0e-12, latency_spike_out: 1.1e-9]
          axon_out: [{name: out, attributes: {energy_message_out: 1.1e-10, latency_message_out: 5.1e-9}}]
    - name: area[0..2]
      attributes: {%(hops)s}
      core:
        - name: c[0..1]
          attributes: {buffer_position: dendrite, buffer_inside_unit: true, max_neurons_supported: 8}
          axon_in: [{name: in, attributes: {energy_message_in: 1.5e-12, latency_message_in: 1.6e-8}}]
          synapse:
            - {name: dense, attributes: {model: current_based, energy_process_spike: 3.55e-11, latency_process_spike: 3.8e-9}}
            - {name: conv, attributes: {model: current_based, energy_process_spike: 2.4e-11, latency_process_spike: 3.1e-9}}
          dendrite: [{name: later, attributes: {model: accumulator_with_delay, energy_update: 1.0e-12, latency_update: 2.0e-10}}]
          soma:
            - name: lif
              attributes: {model: leaky_integrate_fire, energy_access_neuron: 5.12e-11, latency_access_neuron: 6.1e-9,
                           energy_update_neuron: 2.16e-11, latency_update_neuron: 3.7e-9, energy_spike_out: 6.93e-11, latency_spike_out: 3.05e-8}
          axon_out: [{name: out, attributes: {energy_message_out: 1.1e-10, latency_message_out: 5.1e-9}}]
""" % {"hops": HOPS}


def vision():
    """Two channels of 3 x 3 pixels (height x width 3 x 4 would not divide): kernel 2 x 2, strides 1 down and 2 across, three channels out of 2 x 1."""
    rng = random.Random(11)
    weights = [rng.randrange(-8, 24) / 32 for _ in range(2 * 2 * 2 * 3)]
    delays = [rng.randint(0, 5) for _ in weights]
    dense, late = [rng.randrange(-16, 64) / 64 for _ in range(12)], [i % 6 for i in range(12)]
    pixels = [{"rate": (1, 0.5, 0.3)[i % 3]} if i % 2 else {"spikes": [(i >> b) & 1 for b in range(5)] * 5} for i in range(18)]
    text = "network:\n  name: vision\n  groups:\n    - name: picture\n      attributes: {log_spikes: true}\n      neurons:\n"
    text += "".join(f"        - {i}: {{{', '.join(f'{k}: {v}' for k, v in a.items())}}}\n" for i, a in enumerate(pixels))
    text += """    - name: edges
      attributes: {log_spikes: true, threshold: 0.75, reset_mode: soft, leak_decay: 0.875, synapse_hw_name: conv}
      neurons: [0..1, {2..4: {threshold: 0.5}}, 5]
    - {name: out, attributes: [log_spikes: true, threshold: 1.25], neurons: [{0: {refractory_delay: 2, bias: 0.0625}}, 1]}
  edges:
    - picture -> edges: {type: conv2d, input_height: 3, input_width: 3, input_channels: 2, kernel_height: 2, kernel_width: 2, kernel_count: 3,
                         stride_height: 1, stride_width: 2, weight: %s, delay: %s}
    - edges -> out: {type: dense, weight: %s, delay: %s}
    - out.0 -> out.1: {weight: -0.25, delay: 3}
mappings:
""" % (weights, delays, dense, late)
    text += "".join(f"  - picture.{i}: {{core: 0.0, soma: 'pixel[{i}]'}}\n" for i in range(18))
    text += "  - edges.3..5: {core: 2.1}\n  - edges.0..2: {core: 1.0}\n  - out: {core: 3.0, soma: lif, dendrite: later, synapse: dense}\n"
    eye = core("soma", False, {"s": unit("current_based", (3.5e-11, 3.8e-9)), "d": unit("accumulator", (0, 0)),
                               **{f"pixel[{i}]": unit("input", *SOURCE) for i in range(18)}})
    area = [core("dendrite", True, {"dense": unit("current_based", (3.55e-11, 3.8e-9)), "conv": unit("current_based", (2.4e-11, 3.1e-9)),
                                    "later": unit("accumulator_with_delay", (1e-12, 2e-10)), "lif": unit("leaky_integrate_fire", *LIF)}) for _ in range(2)]
    chip = {"width": 2, "height": 2, "buffer_size": 1, "sync": [(0, 5e-8), (1, 1e-7), (2, 3e-7)],
            "tiles": [{"hop": HOP, "cores": [eye]}] + [{"hop": HOP, "cores": area}] * 3}
    groups = {"picture": [dict(a, soma_hw_name=f"pixel[{i}]") for i, a in enumerate(pixels)],
              "edges": [{"threshold": 0.5 if 2 <= i <= 4 else 0.75, "reset_mode": "soft", "leak_decay": 0.875, "synapse_hw_name": "conv"} for i in range(6)],
              "out": [{"threshold": 1.25, "refractory_delay": 2, "bias": 0.0625}, {"threshold": 1.25}]}
    edges = []
    for c_out in range(3):
        for y in range(2):              # one window across: (3 - 2) / 2 + 1
            for c_in in range(2):
                for ky in range(2):
                    for kx in range(2):
                        tap = ((ky * 2 + kx) * 2 + c_in) * 3 + c_out
                        edges.append((("picture", c_in * 9 + (y + ky) * 3 + kx), ("edges", c_out * 2 + y), weights[tap], delays[tap], 0))
    edges += [(("edges", i), ("out", j), dense[i * 2 + j], late[i * 2 + j], 0) for i in range(6) for j in range(2)]
    edges.append((("out", 0), ("out", 1), -0.25, 3, 0))
    where = [(("picture", i), 0, 0) for i in range(18)] + [(("edges", i), 2, 1) for i in (3, 4, 5)] + [(("edges", i), 1, 0) for i in (0, 1, 2)]
    where += [(("out", 0), 3, 0), (("out", 1), 3, 0)]
    return chip, {"groups": groups, "edges": edges, "map": where}, VISION_ARCH, text, "n.yaml", str


# ---- truenorth neurons on an architecture without costs, as that tool ships one; a network of lines ----

TRUTH_ARCH = """architecture:
  name: truth
  attributes: {width: 3, height: 3, link_buffer_size: 4, latency_sync: 1.0e-3}
  tile:
    - name: t[0..8]
      attributes: {energy_north_hop: 0, latency_north_hop: 0, energy_east_hop: 0, latency_east_hop: 0, energy_south_hop: 0, latency_south_hop: 0,
                   energy_west_hop: 0, latency_west_hop: 0}
      core:
        - name: c
          attributes: {buffer_position: axon_out, max_neurons_supported: 256}
          axon_in: [{name: in, attributes: {energy_message_in: 0, latency_message_in: 0}}]
          synapse: [{name: s, attributes: {model: current_based, energy_process_spike: 0, latency_process_spike: 0}}]
          dendrite: [{name: d, attributes: {model: accumulator, energy_update: 0, latency_update: 0, update_every_timestep: true}}]
          soma: [{name: core_soma, attributes: {model: truenorth, energy_access_neuron: 0, latency_access_neuron: 0, energy_update_neuron: 0,
                                                latency_update_neuron: 0, energy_spike_out: 0, latency_spike_out: 0}}]
          axon_out: [{name: out, attributes: {energy_message_out: 0, latency_message_out: 0}}]
"""


def truth():
    rng = random.Random(7)
    kinds = [dict(threshold=3, leak=1, bias=2), dict(threshold=2, leak=1, reset_mode="soft", bias=1),
                 dict(threshold=4, leak=-1, leak_towards_zero=False, bias=3),
             dict(threshold=2, leak=0, reset_mode="saturate", reverse_threshold=-2, reverse_reset_mode="soft"),
             dict(threshold=1, leak=1, reset=-1, reverse_threshold=-3, reverse_reset_mode="hard", reverse_reset=1)]
    groups = {str(g): [dict(rng.choice(kinds)) for _ in range(n)] for g, n in enumerate((5, 3, 7))}
    names = [(g, i) for g in groups for i in range(len(groups[g]))]
    edges = [(rng.choice(names), rng.choice(names), rng.choice([-2, -1, 1, 2, 3]), 0, 0) for _ in range(50)]
    where = [(n, rng.randrange(9), 0) for n in rng.sample(names, len(names))]

    def value(v):
        return {True: "1", False: "0"}[v] if isinstance(v, bool) else v
    lines = ["# truenorth neurons, every field as that tool's older files have it"]
    lines += [f"g {len(n)} log_spikes=1 soma_hw_name=core_soma" for n in groups.values()]
    for (g, i) in names:
        a = groups[g][i]
        lines.append(f"n {g}.{i} " + " ".join(f"{k}={value(v)}" for k, v in a.items()))
    lines += [f"e {p[0]}.{p[1]}->{q[0]}.{q[1]} " + (f"w={w}" if k % 3 else f"[weight: {w}]" if k % 2 else f"{{weight: {w}, delay: 0}}")
              for k, (p, q, w, _, _) in enumerate(edges)]
    lines += [f"& {n[0]}.{n[1]}@{t}.{c}" for n, t, c in where]
    free = ((0, 0),) * 3
    tile = {"hop": {d: (0, 0) for d in HOP},
            "cores": [core("axon_out", False, {"s": unit("current_based", (0, 0)), "d": unit("accumulator", (0, 0), every_step=True),
                                               "core_soma": unit("truenorth", *free)}, (0, 0), (0, 0))]}
    chip = {"width": 3, "height": 3, "buffer_size": 4, "sync": [(0, 1e-3)], "tiles": [tile] * 9}
    return chip, {"groups": groups, "edges": edges, "map": where}, TRUTH_ARCH, "\n".join(lines) + "\n", "n.net", str


# ---- cables, each a unit of its own, that are worked on in every step; one soma unit for all ----

CABLE_ARCH = """architecture:
  name: cables
  attributes: {width: 1, height: 3, link_buffer_size: 2, sync_model: table, latency_sync: {2: 4.0e-7, 3: 6.0e-7}}
  tile:
    - name: t[0..2]
      attributes: {%s}
      core:
        - name: c
          attributes: {buffer_position: soma, buffer_inside_unit: false, max_neurons_supported: 16}
          axon_in: [{name: in, attributes: {energy_message_in: 1.5e-12, latency_message_in: 1.6e-8}}]
          synapse: [{name: s, attributes: {model: current_based, energy_process_spike: 3.5e-11, latency_process_spike: 3.8e-9}}]
          dendrite:
            - {name: 'tree[0..4]', attributes: {model: taps, update_every_timestep: true, energy_update: 4.0e-12, latency_update: 3.0e-10}}
          soma:
            - name: lif
              attributes: {model: leaky_integrate_fire, energy_access_neuron: 5.12e-11, latency_access_neuron: 6.1e-9,
                           energy_update_neuron: 2.16e-11, latency_update_neuron: 3.7e-9, energy_spike_out: 6.93e-11, latency_spike_out: 3.05e-8}
          axon_out: [{name: out, attributes: {energy_message_out: 1.1e-10, latency_message_out: 5.1e-9}}]
""" % HOPS


def cables():
    rng = random.Random(3)
    neurons, where, text = [], [], ""
    for i in range(13):
        taps = rng.randint(1, 5)
        a = {"taps": taps, "time_constants": [rng.randrange(8, 16) / 16 for _ in range(taps)],
                 "space_constants": [rng.randrange(1, 6) / 16 for _ in range(taps - 1)],
             "threshold": 0.5 + i / 16, "leak_decay": 0.5, "input_decay": 0.25, "reset_mode": "soft" if i % 2 else "hard"}
        a.update({"bias": 0.5} if i < 4 else {})
        neurons.append(dict(a, dendrite_hw_name=f"tree[{i % 5}]"))
        where.append((("n", i), i // 5, 0))
        parts = ["dendrite: {taps: %d, time_constants: %s, space_constants: %s}" % (taps, a["time_constants"], a["space_constants"])]
        parts += ["soma: {" + ", ".join(f"{k}: {a[k]}" for k in ("threshold", "leak_decay", "input_decay", "reset_mode", "bias") if k in a) + "}"]
        text += f"        - {i}: {{dendrite_hw_name: 'tree[{i % 5}]', {', '.join(parts)}}}\n"
    edges = []
    for _ in range(60):
        p, q = rng.randrange(13), rng.randrange(13)
        edges.append((("n", p), ("n", q), rng.randrange(-8, 40) / 16, 0, rng.randrange(neurons[q]["taps"])))
    file = "network:\n  name: cables\n  groups:\n    - name: n\n      attributes: {log_spikes: true}\n      neurons:\n" + text + "  edges:\n"
    file += "".join(f"    - n.{p[1]} -> n.{q[1]}: {{synapse: {{w: {w}}}, dendrite: {{tap: {tap}}}}}\n" for p, q, w, _, tap in edges)
    file += "mappings:\n" + "".join(f"  - n.{i}: [core: {t}.{c}]\n" for (_, i), t, c in where)
    tile = {"hop": HOP, "cores": [core("soma", False, {"s": unit("current_based", (3.5e-11, 3.8e-9)),
                                                       **{f"tree[{i}]": unit("taps", (4e-12, 3e-10), every_step=True) for i in range(5)},
                                                       "lif": unit("leaky_integrate_fire", *LIF)})]}
    chip = {"width": 1, "height": 3, "buffer_size": 2, "sync": [(2, 4e-7), (3, 6e-7)], "tiles": [tile] * 3}
    return chip, {"groups": {"n": neurons}, "edges": edges, "map": where}, CABLE_ARCH, file, "n.yaml", str


# ---- inputs of all three kinds at once, and what a neuron makes of them: reversal, saturation, refractory time ----

INPUT_ARCH = """architecture:
  name: inputs
  attributes: {width: 2, height: 1, link_buffer_size: 0, sync_model: fixed, latency_sync: 2.5e-7}
  tile:
    - name: t[0..1]
      attributes: {%s}
      core:
        - name: c[0..2]
          attributes: {buffer_position: dendrite, buffer_inside_unit: false, max_neurons_supported: 12}
          axon_in: [{name: in, attributes: {energy_message_in: 1.5e-12, latency_message_in: 1.6e-8}}]
          synapse: [{name: s, attributes: {model: current_based, energy_process_spike: 3.5e-11, latency_process_spike: 3.8e-9}}]
          dendrite: [{name: d, attributes: {model: accumulator, energy_update: 1.0e-12, latency_update: 1.0e-10}}]
          soma:
            - name: lif
              attributes: {model: leaky_integrate_fire, energy_access_neuron: 5.12e-11, latency_access_neuron: 6.1e-9,
                           energy_update_neuron: 2.16e-11, latency_update_neuron: 3.7e-9, energy_spike_out: 6.93e-11, latency_spike_out: 3.05e-8}
            - name: in[0..3]
              attributes: {model: input, energy_access_neuron: 2.0e-12, latency_access_neuron: 1.3e-9, energy_update_neuron: 0.0,
                           latency_update_neuron: 0.0, energy_spike_out: 3.0e-12, latency_spike_out: 1.1e-9}
          axon_out: [{name: out, attributes: {energy_message_out: 1.1e-10, latency_message_out: 5.1e-9}}]
""" % HOPS


def inputs():
    rng = random.Random(23)
    forms = [{"spikes": [1, 0, 1, 1, 0, 0, 1]}, {"rate": 0.25}, {"poisson": 0.3}, {"rate": 1.0, "spikes": [0, 0, 1]}, {"poisson": 0.9, "rate": 0.1},
                 {"poisson": 0.05},
             {"spikes": [0, 0, 0, 1] * 6, "poisson": 0.2}, {}]
    goals = [{"threshold": 0.5, "reverse_threshold": -0.5, "reverse_reset_mode": "saturate", "refractory_delay": 1, "input_decay": 0.5},
             {"threshold": 0.75, "reset_mode": "saturate", "leak_decay": 0.5, "reverse_threshold": -1, "reverse_reset_mode": "hard", "reverse_reset": 0.25},
             {"threshold": 1, "reset_mode": "none", "leak_decay": 0.25, "force_update": True}, {"threshold": 0.25, "reset": -0.25, "potential": 0.5}]
    places = [(i // 4, i % 4) for i in range(8)]        # core, unit
    text = "network:\n  name: inputs\n  groups:\n    - name: from\n      attributes: {log_spikes: true}\n      neurons:\n"
    text += "".join(f"        - {i}: {{{', '.join(f'{k}: {v}' for k, v in a.items())}}}\n" if a else f"        - {i}\n" for i, a in enumerate(forms))
    text += "    - name: to\n      attributes: {log_spikes: true}\n      neurons:\n"
    text += "".join(f"        - {i}: [{', '.join(f'{k}: {str(v).lower()}' for k, v in a.items())}]\n" for i, a in enumerate(goals)) + "  edges:\n"
    edges = [(("from", i), ("to", rng.randrange(4)), rng.randrange(-16, 64) / 32, 0, 0) for i in range(8) for _ in range(2)]
    text += "".join(f"    - from.{p[1]} -> to.{q[1]}: {{weight: {w}}}\n" for p, q, w, _, _ in edges)
    text += "mappings:\n" + "".join(f"  - from.{i}: {{core: 0.{c}, soma: 'in[{u}]'}}\n" for i, (c, u) in enumerate(places))
    text += "  - to.0..1: {core: 1.0}\n  - to.2: {core: 1.1, soma: lif}\n  - to.3: {core: 1.2, soma: ''}\n"

    def one():
        return core("dendrite", False, {"s": unit("current_based", (3.5e-11, 3.8e-9)), "d": unit("accumulator", (1e-12, 1e-10)),
                                        "lif": unit("leaky_integrate_fire", *LIF), **{f"in[{i}]": unit("input", *SOURCE) for i in range(4)}})
    chip = {"width": 2, "height": 1, "buffer_size": 0, "sync": [(0, 2.5e-7)], "tiles": [{"hop": HOP, "cores": [one() for _ in range(3)]} for _ in range(2)]}
    # A unit's number counts the input units of the chip, used or not: 4 a core.
    groups = {"from": [dict(a, soma_hw_name=f"in[{u}]", number=4 * c + u) for a, (c, u) in zip(forms, places)], "to": goals}
    where = [(("from", i), 0, c) for i, (c, _) in enumerate(places)] + [(("to", 0), 1, 0), (("to", 1), 1, 0), (("to", 2), 1, 1), (("to", 3), 1, 2)]
    return chip, {"groups": groups, "edges": edges, "map": where}, INPUT_ARCH, text, "n.yaml", str


def main():
    wrong = 0
    for case in (vision, truth, cables, inputs):
        chip, network, arch, text, file, name = case()
        rows, spikes = sanafe_model.run(chip, network, STEPS)
        with tempfile.TemporaryDirectory() as folder:
            for path, content in (("arch.yaml", arch), (file, text)):
                with open(f"{folder}/{path}", "w") as f:
                    f.write(content)
            fired = collections.Counter((t, f"{name(n[0])}.{n[1]}") for t, n in spikes)
            found = next((f"{timing}: {w}" for timing in ("simple", "detailed") if (w := compare(folder, file, timing, rows, fired))), "")
            if os.environ.get("KEEP"):
                os.system(f"cp -r {folder} {os.environ['KEEP']}/{case.__name__}")
        groups = {n[0] for _, n in spikes}
        if groups != set(network["groups"]):
            found = found or f"only {sorted(groups)} fire: the case shows nothing of the rest"
        print(f"{case.__name__}: {len(spikes)} spikes, {sum(r['packets'] for r in rows)} packets, {found or 'equal in every step'}")
        wrong += bool(found)
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
