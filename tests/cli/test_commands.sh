# The commands other than run: what they print, what they write, and that what they write is read back to the same answer.
set -eu
. tests/cli/check.sh

# info
says 'chip mesh28.*8x8 tiles.*core type lif28' "$VOLLEY" info configs/chips/mesh28.yaml
says 'network mlp_rate\.nir: 138 neurons, 9,?472 synapses.*lif1.*reset by subtraction' "$VOLLEY" info $mlp.nir
says '100 samples x 25 steps x 64 neurons' "$VOLLEY" info ${mlp}_input.spk
says 'array \(100,?\) of .*from 0 to 9' "$VOLLEY" info ${mlp}_labels.npy
refused 2 'nowhere' "$VOLLEY" info "$scratch/nowhere"

# map
says 'wrote .*m\.yaml' "$VOLLEY" map mesh28 $mlp.nir -o "$scratch/m.yaml"
true_that 'no mapping file' test -s "$scratch/m.yaml"
refused 2 'where to\? -o FILE' "$VOLLEY" map mesh28 $mlp.nir

# convert: a network through YAML, events through every format
run() { # OUT NETWORK EVENTS
    works "$VOLLEY" run mesh28 "$2" --input "$3" --samples 0..2 --out "$scratch/$1" --quiet
}
run a $mlp.nir ${mlp}_input.spk
works "$VOLLEY" convert $mlp.nir -o "$scratch/net.yaml"
says '138 neurons' "$VOLLEY" info "$scratch/net.yaml"
run b "$scratch/net.yaml" ${mlp}_input.spk
same "$scratch/a/samples.csv" "$scratch/b/samples.csv"
works "$VOLLEY" convert ${mlp}_input.spk -o "$scratch/e.csv"
works "$VOLLEY" convert "$scratch/e.csv" -o "$scratch/e.spk"
same "$scratch/e.spk" ${mlp}_input.spk
run c $mlp.nir "$scratch/e.csv"
same "$scratch/a/samples.csv" "$scratch/c/samples.csv"
"$python" -c "import sys, numpy as np; np.save(sys.argv[1], (np.arange(2 * 25 * 64).reshape(2, 25, 64) % 5 == 0).astype(np.uint8))" "$scratch/e.npy"
works "$VOLLEY" convert "$scratch/e.npy" -o "$scratch/n.spk"
works "$VOLLEY" convert "$scratch/n.spk" -o "$scratch/n.csv"
works "$VOLLEY" convert "$scratch/n.csv" -o "$scratch/n2.spk"
same "$scratch/n.spk" "$scratch/n2.spk"
refused 2 "the name's end says what to write" "$VOLLEY" convert $mlp.nir -o "$scratch/net.txt"
refused 2 'where to' "$VOLLEY" convert $mlp.nir

# run folders
works "$VOLLEY" compare "$scratch/a" "$scratch/b"
refused 2 '.' "$VOLLEY" compare "$scratch/a" "$scratch/nowhere"
says 'wrote .*report\.html' "$VOLLEY" report "$scratch/a"
true_that 'report.html is no page' grep -qi '<html' "$scratch/a/report.html"
refused 2 '.' "$VOLLEY" report "$scratch/nowhere"

# the reference, and help
says 'ideal.*loihi.*mesh28' "$VOLLEY" chips
says 'mesh28 .*64 cores' "$VOLLEY" chips mesh28
says 'core_types' "$VOLLEY" keys
says 'sops' "$VOLLEY" counters
says 'cuba:.*lif:|lif:.*cuba:' "$VOLLEY" kinds
says '^volley [0-9]+\.[0-9]+' "$VOLLEY" --version
for command in run info map convert compare report chips keys counters kinds; do
    says "^volley $command" "$VOLLEY" $command --help
    says "$command" "$VOLLEY" --help
done
attempt "$VOLLEY"
[ "$status" -eq 2 ] && grep -q 'volley: a command is missing' "$scratch/stderr" && grep -q 'volley run CHIP NETWORK' "$scratch/stderr" ||
    fail 'volley alone does not say what it can do'
finish
