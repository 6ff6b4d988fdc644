"""The cores go through yosys `synth`: no latch, no memory turned into registers, no cell that is not a plain gate or flip-flop, and the cell counts are
printed. Memories are left as black boxes, since a chip makes macros of them. --all: every set of parameters (minutes)."""
import os
import re
import sys

import rtl_tools

LIF = ["fifo", "config_port", "lif_registers", "lif_service", "lif_update", "lif_neuron", "lif_core"]
TOPS = {"lif_core": LIF, "stdp_core": LIF + ["stdp_registers", "stdp_trace", "stdp_weight", "stdp_learning", "stdp_core"],
        "spike_router": ["fifo", "arbiter", "stream_register", "spike_router"]}
GATE = re.compile(r"\$_(?:\w+)_$|^mem_1r1w$|^\$paramod.*mem_1r1w")
LATCH = re.compile(r"\$_(?:DLATCH|SR)")


def synthesise(top, parameters):
    """Cells by type, and what is wrong with them."""
    given = "".join(" -set %s %d" % item for item in parameters.items())
    sources = " ".join(os.path.join(rtl_tools.RTL, name + ".sv") for name in TOPS[top])
    script = "read_verilog -sv -DSYNTHESIS -lib %s/mem_1r1w.sv; read_verilog -sv -DSYNTHESIS %s; %s synth -flatten -top %s; tee -a /dev/stdout stat" % (
        rtl_tools.RTL, sources, "chparam%s %s;" % (given, top) if given else "", top)
    status, said = rtl_tools.yosys(script)
    if status:
        return {}, [said.strip()[-600:]]
    cells = {name: int(count) for name, count in re.findall(r"^     (\S+) +(\d+)$", said, re.MULTILINE)}
    faults = ["a latch: %s" % name for name in cells if LATCH.match(name)]
    return cells, faults + ["not a gate: %s" % name for name in cells if not GATE.search(name)] + ([] if cells else ["no cells"])


def main():
    rtl_tools.need("yosys")
    faults = []
    for top in TOPS:
        sets = [{"Retire": 0}] if top in rtl_tools.SETS else [{}]
        if top in rtl_tools.SETS and "--all" in sys.argv:
            sets += [dict(parameters, Retire=0) for parameters in rtl_tools.SETS[top][1:]]
        for parameters in sets:
            cells, wrong = synthesise(top, parameters)
            flops = sum(count for name, count in cells.items() if "DFF" in name)
            print("%s %s: %d cells, %d of them flip-flops, %d memories apart" % (
                top, parameters, sum(cells.values()), flops, sum(count for name, count in cells.items() if "mem_1r1w" in name)))
            faults += ["%s %s: %s" % (top, parameters, fault) for fault in wrong]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
