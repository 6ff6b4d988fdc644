# volley info of every kind of file, alone and several at once.
set -eu
. tests/cli/check.sh
export VOLLEY_CHIPS=$root/configs/chips

says 'chip loihi, .*: 8x4 tiles of 4 cores, 128 cores, barrier.*core type loihi, kind cuba: 1,024 neurons, 4,096 axons in.*delay up to 62 steps' \
    "$VOLLEY" info loihi
# every figure under the key that --set takes, with its range, its source and its reason
says 'noc\.link\.flit_time stated 290 ps used 300 ps error \+3\.45 % simulated \(davies\): 3\.44 G spikes/s' "$VOLLEY" info loihi
says 'time\.barrier\.at\.1 stated 113 ns used 113 ns simulated.*time\.barrier\.at\.32 stated 465 ns' "$VOLLEY" info loihi
says 'energy\.core\.sop stated 23\.6 pJ simulated \(davies\), at least, 23\.6 pJ to 35\.5 pJ: upper end' "$VOLLEY" info loihi
says 'energy\.barrier stated unknown counted as none: no figure published' "$VOLLEY" info loihi
says 'energy\.static\.0 stated 104 mW measured \(frady\), at most, 39 mW to 104 mW' "$VOLLEY" info loihi
says 'source frady, measured: Frady et al\. 2020' "$VOLLEY" info loihi
says 'energy\.core\.sop stated 9 pJ' "$VOLLEY" info loihi --set energy.core.sop='9 pJ'
says 'described but not placed, and no part of this chip: cuba28' "$VOLLEY" info mesh28
true_that 'a core type that is not placed is shown' sh -c "! grep -q 'cuba28\.' '$scratch/stdout'"
says 'kind reference' "$VOLLEY" info loihi --core loihi=reference
says 'chip mesh28, .*: 4x2 tiles' "$VOLLEY" info mesh28 --set noc.size=4x2
says 'conv1 input -> lif1, conv.*conv2 .*after pooling.*fc3 .*dense after pooling, 2,560 synapses, delay 0 \(network\) 1 \(chip\)' "$VOLLEY" info $conv.nir
says 'reset to zero in the step of the spike.*as Norse' "$VOLLEY" info tests/fuzz/corpus/nir/if_no_reset_said.nir --from norse
refused 2 'if_no_reset_said\.nir does not say how neurons reset' "$VOLLEY" info tests/fuzz/corpus/nir/if_no_reset_said.nir

# arrays, events, labels, tables
"$python" -c "import sys, numpy as np; np.save(sys.argv[1], np.array([[0, 0.25], [1, 0]], np.float32))" "$scratch/a.npy"
says 'array \(2, 2\) of float32, from 0 to 1, 50\.0 % zeros' "$VOLLEY" info "$scratch/a.npy"
printf 'sample,step,neuron,value\n0,0,1,0.5\n1,3,2,2\n' >"$scratch/e.csv"
says '2 samples x 4 steps x 3 neurons, .*2 events, values from 0\.5 to 2' "$VOLLEY" info "$scratch/e.csv"
printf '4\n0\n9\n' >"$scratch/labels.txt"
says '3 labels or predictions, one per line, from 0 to 9' "$VOLLEY" info "$scratch/labels.txt"
says 'a table of 100 rows: sample,label,pred,count0.*as --input: .*unknown column' "$VOLLEY" info ${mlp}_ref.csv
printf '0,0,1\n0,1,x\n' >"$scratch/r.csv"
refused 2 'r\.csv:2:5' "$VOLLEY" info "$scratch/r.csv"

# a sentence with a comma is no table, and a name that is no file is said to be none
refused 2 'README\.md:3: unknown column' "$VOLLEY" info README.md
refused 2 'my\.nir: No such file or directory; name a file, a run folder, or a chip' "$VOLLEY" info my.nir
refused 2 "no chip 'nowhere'; give the path of a chip file, or one of: akida, darwin3, ideal, learn28, loihi, loihi-silicon" "$VOLLEY" info nowhere

# what volley wrote itself
works "$VOLLEY" run loihi $mlp.nir --input ${mlp}_input.spk --samples 0..1 --trace spikes --out "$scratch/run" --quiet
says 'volley .*mlp_rate\.nir on loihi.*accuracy.*ran .*volley run loihi' "$VOLLEY" info "$scratch/run"
says 'a table of [0-9]+ rows: sample,step,population,neuron' "$VOLLEY" info "$scratch/run/spikes.csv"
refused 2 'summary\.json: the summary of a run; name its folder' "$VOLLEY" info "$scratch/run/summary.json"
refused 2 'chips: it holds no summary\.json.*name the folder that volley run --out wrote' "$VOLLEY" info configs/chips
works "$VOLLEY" map loihi $mlp.nir -o "$scratch/m.yaml"
says 'a map file: mlp_rate\.nir on 1 core of loihi' "$VOLLEY" info "$scratch/m.yaml"

# several: each says its own, and each that cannot be read has its message
says 'chip loihi.*138 neurons.*100 samples' "$VOLLEY" info loihi $mlp.nir ${mlp}_input.spk
attempt "$VOLLEY" info ${mlp}_labels.npy "$scratch/nowhere.csv" loihi
[ "$status" -eq 2 ] || fail "exit $status after a missing file"
grep -q 'array (100,)' "$scratch/stdout" || fail 'what came before the missing file is not said'
grep -q 'chip loihi' "$scratch/stdout" || fail 'what comes after the missing file is not said'
attempt "$VOLLEY" info "$scratch/nowhere.csv" loihi "$scratch/r.csv" LICENSE
[ "$status" -eq 2 ] || fail "exit $status after three bad files"
[ "$(grep -c '^volley: ' "$scratch/stderr")" -eq 3 ] || fail 'not a message for each bad file'
sed -n 1p "$scratch/stderr" | grep -q 'nowhere\.csv' || fail 'messages are not in the order of the files'
grep -q 'LICENSE is nothing that volley reads (a chip, .*); as events: LICENSE:2: ' "$scratch/stderr" || fail 'a text of no kind is not said to be none'

# a NIR file that leaves something open: what it holds, and what is missing
refused 2 "cuba_no_w_in\.nir does not say .*--from" "$VOLLEY" info tests/fuzz/corpus/nir/cuba_no_w_in.nir
grep -Eq '^    [a-z0-9_]+ +CubaLIF +.*tau_mem' "$scratch/stdout" || fail 'a network that leaves something open is not described'
head -c 100 ${mlp}_labels.npy >"$scratch/short.npy"
refused 2 'short\.npy' "$VOLLEY" info "$scratch/short.npy"
head -c 1000 ${mlp}_input.spk >"$scratch/short.spk"
refused 2 'short\.spk' "$VOLLEY" info "$scratch/short.spk"
: >"$scratch/empty.nir"
refused 2 'empty\.nir' "$VOLLEY" info "$scratch/empty.nir"

# its silicon: parts, a published die, or plainly nothing
says 'area 12\.72 mm2 \(6\.856 mm2 to 41\.89 mm2\): memories 11\.64 mm2, core logic 0\.64 mm2, routers 0\.448 mm2; wiring' "$VOLLEY" info mesh28
says 'area 60 mm2 .*the die as published: memories unknown, core logic unknown' "$VOLLEY" info loihi
says 'area unknown: the file states none' "$VOLLEY" info ideal
says 'area .* memories 3\.39 mm2, core logic unknown, routers unknown; no figure for core logic of stdp28, routers' "$VOLLEY" info learn28

# a chip that says nothing about itself
sed 's/, about: "8x8 mesh, one 256-neuron core per router"//' configs/chips/mesh28.yaml >"$scratch/plain.yaml"
says 'chip mesh28: 8x8 tiles of 1 core, 64 cores' "$VOLLEY" info "$scratch/plain.yaml"

# volley chips: all of them, and one by its name
says 'ideal 1,024 cores .*5 prices: 5 assumed; 100 % of 18 constants assumed .*loihi 128 cores 14 nm .*mesh28 64 cores 28 nm' "$VOLLEY" chips
says '131,072 neurons, 16 MiB of synapses 6 prices: 6 simulated; 5 unknown, counted as free; 0 % of 20 constants assumed held against ' "$VOLLEY" chips loihi
says 'mesh28 4 cores' "$VOLLEY" chips mesh28 --set noc.size=2x2
refused 2 "no chip 'mesh29'; did you mean 'mesh2[28]'" "$VOLLEY" chips mesh29

# a number taken apart: value, range, basis, source; a derived one by its formula; one that is inside others by where it is
says 'core\.sop 23\.6 pJ, published as at least, range 23\.6 pJ to 35\.5 pJ simulated \(source davies\): .*why: upper end' \
     "$VOLLEY" chips loihi --explain energy.core.sop
says 'memories\.synapse\.read not stated: the prices of the actions .*contain the accesses' "$VOLLEY" chips loihi --explain synapse.read
says 'sdram\.area not stated: no figure is given and none is derived' "$VOLLEY" chips spinnaker1 --explain area
says 'synapse\.read 3\.122 pJ.*at 22 nm: 438\.9 fJ x \(65536 B / 8192 B\)\^0\.5832 .*= 2\.135 pJ.*at 28 nm: 2\.715 pJ x 1\.15 .*= 3\.122 pJ' \
     "$VOLLEY" chips mesh28 --explain synapse.read
says 'x 0\.417 from 22 nm to 7 nm' "$VOLLEY" chips mesh7 --explain synapse.read
# the other families of memories, node and supply: every step of the derivation is told, with how far the model itself may be off
other="core_types.lif28.memories.synapse"
dram="--set $other.model=edram --set $other.ports=1RW"
low="chip.voltage=0.7 V"
says 'synapse\.read .*assumed \(source --set .*64 bit x 79\.88 fJ \(32 nm\) .*x 0\.75. from 32 nm, 0\.9 V to 28 nm, 0\.9 V .*may be off by x 0\.5 to x 2' \
     "$VOLLEY" chips mesh28 --explain synapse.read $dram
says 'synapse\.refresh .*x 8192 words / 100 us of retention' \
     "$VOLLEY" chips mesh28 --explain synapse.refresh $dram --set $other.retention="100 us"
says 'synapse\.write .*64 bit x 0\.6 pJ in the cell.*model: sram = ' \
     "$VOLLEY" chips mesh28 --explain synapse.write --set $other.model=rram --set $other.ports=1RW
says 'state\.read .*128 bit x 9 fJ' \
     "$VOLLEY" chips mesh28 --explain lif28.memories.state.read --set core_types.lif28.memories.state.model=register_file
says 'x 0\.[56].. from 0\.9 V, the usual supply at 28 nm, to 0\.7 V \(Stillmaker' \
     "$VOLLEY" chips mesh28 --explain lif28.memories.synapse.read --set "$low"
says 'access_time .*x 1\.318 from 0\.9 V.*alpha-power' \
     "$VOLLEY" chips mesh28 --explain lif28.memories.synapse.access_time --set "$low"
says 'chip\.voltage was overridden: only memories with model: sram' "$VOLLEY" info mesh28 --set "$low"
refused 2 'retention belongs to a memory that has to be refreshed' "$VOLLEY" chips mesh28 --set $other.retention="40 us"
refused 2 'model: edram has ports 1RW|1R, not 1R1W' "$VOLLEY" chips mesh28 --set $other.model=edram
refused 2 'supplies of 0\.4 V to 1\.3 V, not 3 V' "$VOLLEY" chips mesh28 --set chip.voltage="3 V"
refused 2 "states no constant 'sopp'; did you mean 'sop'" "$VOLLEY" chips loihi --explain sopp
refused 2 "did you mean 'core_types.lif28.memories.synapse.read'" "$VOLLEY" chips mesh28 --explain core_types.lif.memories.synapse.read
refused 2 '--explain is of one chip' "$VOLLEY" chips --explain
refused 2 'a key belongs to --explain' "$VOLLEY" chips loihi sop
refused 2 'two answers' "$VOLLEY" chips loihi --doc --explain
finish
