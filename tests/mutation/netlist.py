"""A module of rtl/ as one netlist that holds many faults, one of which is chosen when a simulation begins: Yosys' `mutate` picks them (inverted bits, bits
stuck at 0 or 1, bits that hang on another), `mutate -ctrl` puts each behind a value of a select input, and the whole is written back as
Verilog. The module's own name belongs to a shell round it that reads the number from the file mutant.txt of the working folder; 0: no fault."""
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RTL = os.path.join(ROOT, "rtl")
SELECT = "mutant_i"


def yosys(script, folder):
    answer = subprocess.run(["yosys", "-q", "-p", script], capture_output=True, text=True, cwd=folder)
    if answer.returncode:
        raise SystemExit("yosys: " + (answer.stderr or answer.stdout).strip()[-600:])


def sources(top):
    """The module's file and those of all that it instantiates: other files would only change the names of cells."""
    known = {name[:-3] for name in os.listdir(RTL) if name.endswith(".sv")}
    found, left = [], [top]
    while left:
        name = left.pop(0)
        found.append(name)
        with open(os.path.join(RTL, name + ".sv"), encoding="utf-8") as file:
            used = re.findall(r"^\s*(\w+) (?:#\(|u_)", file.read(), re.M)
        for name in used:
            if name in known and name not in found + left:
                left.append(name)
    return " ".join(os.path.join(RTL, name + ".sv") for name in found)


def choose(top, n, seed, folder, only=None):
    """The module flattened into base.il, and n faults of it, a line each. only: a regular expression for a file of rtl/; faults of other files are
    passed over, so more are drawn than are taken."""
    drawn = n if not only else 6 * n
    yosys("read_verilog -sv -DSYNTHESIS %s; hierarchy -top %s; proc; flatten; opt -fast; memory -nomap; opt_clean -purge; "
          "mutate -list %d -seed %d -o list.txt; write_rtlil base.il" % (sources(top), top, drawn, seed), folder)
    with open(os.path.join(folder, "list.txt"), encoding="utf-8") as file:
        faults = [line.strip() for line in file if not only or re.search(r"-src \S*/(%s)\.sv:" % only, line)][:n]
    if len(faults) < n:
        raise SystemExit("%s: %d of %d faults drawn lie in %s, wanted %d" % (top, len(faults), drawn, only, n))
    return faults


def shell(top, width):
    """The head of the module as it stands in rtl/, and nothing in it but the netlist."""
    with open(os.path.join(RTL, top + ".sv"), encoding="utf-8") as file:
        head = re.match(r"(.*?\n\);\n)", file.read(), re.S).group(1)
    return head + """  int chosen, file, found;
  initial begin
    chosen = 0;
    file = $fopen("mutant.txt", "r");
    if (file != 0) begin
      found = $fscanf(file, "%%d", chosen);
      $fclose(file);
    end
  end
  %s_mutants u_mutants (.*, .%s(%d'(chosen)));
endmodule
""" % (top, SELECT, width)


def make(top, n, seed, folder, only=None):
    """Writes TOP.sv and TOP_mutants.v into the folder. Returns what each fault is, the first of them number 1."""
    faults = choose(top, n, seed, folder, only)
    width = len(faults).bit_length()
    script = ["read_rtlil base.il"]
    script += ["%s -ctrl %s %d %d" % (line, SELECT, width, number) for number, line in enumerate(faults, 1)]
    script += ["opt_clean", "rename %s %s_mutants" % (top, top), "write_verilog -noattr %s_mutants.v" % top]
    with open(os.path.join(folder, "apply.ys"), "w", encoding="utf-8") as file:
        file.write("\n".join(script) + "\n")
    yosys("script apply.ys", folder)
    with open(os.path.join(folder, top + ".sv"), "w", encoding="utf-8") as file:
        file.write(shell(top, width))
    with open(os.path.join(RTL, "volley.vlt"), encoding="utf-8") as file, open(os.path.join(folder, "volley.vlt"), "w", encoding="utf-8") as out:
        # A netlist is no text that somebody writes: its widths, and its wires of which a bit depends on another, are the synthesiser's.
        rules = ("WIDTH", "UNOPTFLAT", "UNUSED", "CASEOVERLAP", "CASEINCOMPLETE")
        out.write(file.read() + "".join('lint_off -rule %s -file "*/%s*"\n' % (rule, top) for rule in rules))
    return faults


def void(top, n, folder):
    """Which of the n faults are none: a constant stuck at itself, or a bit that nothing reads, so that the netlist was written without it."""
    with open(os.path.join(folder, top + "_mutants.v"), encoding="utf-8") as file:
        text = file.read()
    chosen = {wire: int(number, 16) for wire, number in re.findall(r"^  assign (\S+) = %s == \d+'h([0-9a-f]+);" % SELECT, text, re.M)}
    muxes = re.findall(r"^  assign .* = (\S+) \? (\d+'h[01]) : (\d+'h[01]);", text, re.M)
    return set(range(1, n + 1)) - set(chosen.values()) | {chosen[wire] for wire, x, y in muxes if x == y and wire in chosen}


def short(fault):
    """mode, what, and the line of rtl/ it stands in."""
    mode = re.search(r"-mode (\S+)", fault).group(1)
    port = re.search(r"-cell (\S+) -port (\S+) -portbit (\S+)", fault)
    wire = re.search(r"-wire (\S+) -wirebit (\S+)", fault)
    places = [p for p in re.findall(r"-src (\S+)", fault) if ":0.0" not in p]
    what = "%s[%s]" % wire.groups() if wire else "%s.%s[%s]" % port.groups()
    what = re.sub(r"/\S*/", "", what.replace("\\", ""))
    return "%s %s, %s" % (mode, what, " ".join(sorted(os.path.basename(p).split("-")[0] for p in places)))
