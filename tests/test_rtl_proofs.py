"""The queue, the arbiter and the handshake register are proved, not tried: yosys `sat -tempinduct` finds no state, reached from reset in however many
cycles, in which one of their immediate assertions (under FORMAL) fails. The proof begins at registers of 0, which is what reset sets. Then one fault
after another is planted, and each proof must fail."""
import os
import sys

import rtl_tools

PROOFS = [("fifo", {"Width": 2, "Depth": 3, "FallThrough": 0}), ("fifo", {"Width": 2, "Depth": 3, "FallThrough": 1}), ("fifo", {"Width": 2, "Depth": 4}),
          ("fifo", {"Width": 3, "Depth": 1}), ("arbiter", {"Requesters": 5}), ("arbiter", {"Requesters": 2}), ("stream_register", {"Width": 4})]
PLANTS = [
    ("fifo", {"Width": 2, "Depth": 3}, "assign ready_o = count_q != Full;", "assign ready_o = 1'b1;"),
    ("fifo", {"Width": 2, "Depth": 3}, "read_q == LastIndex ? '0", "read_q == '0 ? '0"),
    ("fifo", {"Width": 2, "Depth": 3, "FallThrough": 1}, "valid_o && ready_i && !through", "valid_o && ready_i"),
    ("arbiter", {"Requesters": 5}, "first != '0 ? first_grant : any_grant", "any_grant"),
    ("arbiter", {"Requesters": 5}, "request_i & (~request_i + 1'b1)", "request_i"),
    ("stream_register", {"Width": 4}, "!valid_q || ready_i;", "1'b1;"),
]


def prove(module, parameters, folder=rtl_tools.RTL):
    """None where the proof succeeds, else the end of what yosys said."""
    given = " ".join("-set %s %d" % item for item in parameters.items())
    # After the parameters, the module is known by a derived name: the top keeps its own.
    script = ("read_verilog -sv -formal -DSYNTHESIS -DFORMAL %s; chparam %s %s; hierarchy -top %s; proc; flatten; async2sync; memory_map; opt -full; "
              "sat -tempinduct -prove-asserts -set-init-zero -maxsteps 20 -verify" % (os.path.join(folder, module + ".sv"), given, module, module))
    status, said = rtl_tools.yosys(script)
    return None if status == 0 else said.strip()[-500:]


def main():
    rtl_tools.need("yosys")
    faults = []
    for module, parameters in PROOFS:
        said = prove(module, parameters)
        if said:
            faults.append("%s %s is not proved: %s" % (module, parameters, said))
    for module, parameters, old, new in PLANTS:
        folder, copy = rtl_tools.planted(module, old, new)
        with folder:
            if not prove(module, parameters, copy):
                faults.append("%s: '%s' for '%s' is proved all the same" % (module, new, old))
    print("\n".join(faults) if faults else "%d proofs, %d planted faults found" % (len(PROOFS), len(PLANTS)))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
