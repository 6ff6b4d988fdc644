"""Every module of rtl/ passes `verilator --lint-only -Wall` without a warning that is not waived with a reason in rtl/volley.vlt, lif_core and
stdp_core with every set of parameters that is built; and one module stands in each file, named as the file."""
import os
import re
import sys

import rtl_tools


def names():
    """Files whose module has another name, or that hold several."""
    out = []
    for module in rtl_tools.modules():
        with open(os.path.join(rtl_tools.RTL, module + ".sv"), encoding="utf-8") as file:
            found = re.findall(r"^module (\w+)", file.read(), re.MULTILINE)
        if found != [module]:
            out.append("rtl/%s.sv: modules %s; one module per file, named as the file" % (module, found))
    return out


def main():
    rtl_tools.need("verilator")
    faults = names()
    for module in rtl_tools.modules():
        for parameters in rtl_tools.SETS.get(module, [{}]):
            status, said = rtl_tools.lint(module, parameters)
            if status or "Warning" in said:
                faults.append("%s %s: %s" % (module, parameters, said.strip()[:2000]))
    folder, copy = rtl_tools.planted("fifo", "Full = CountWidth'(Depth)", "Full = 3'(Depth)")
    with folder:
        if rtl_tools.lint("fifo", {}, copy)[0] == 0:
            faults.append("a width that does not match, planted in fifo, is not seen")
    print("\n".join(faults) if faults else "%d modules are clean, lif_core with %d sets, stdp_core with %d" % (
        len(rtl_tools.modules()), len(rtl_tools.LIF_SETS), len(rtl_tools.STDP_SETS)))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
