# volley map: what it writes is read back by --map to the same cores and the same answer; a file that does not fit the network or the
# chip is refused with its place.
set -eu
. tests/cli/check.sh
export VOLLEY_CHIPS=$root/configs/chips

small=core_types.loihi.capacity.neurons=300
run() { # OUT [options]
    local out=$1
    shift
    works "$VOLLEY" run loihi $conv.nir --input ${conv}_input.spk --samples 0..1 --set $small --trace spikes --quiet --out "$scratch/$out" "$@"
}
cat >"$scratch/equal.py" <<'PY'
import json
import sys

a, b = [json.load(open(folder + "/summary.json")) for folder in sys.argv[1:]]
for summary in (a, b):
    summary["mapping"].pop("method")
    summary["inputs"] = [one for one in summary["inputs"] if one["name"] != "map"]
    summary["fidelity"] = [line for line in summary["fidelity"] if "--map" not in line["text"]]
assert a["chip"]["cores_used"] > 3, a["chip"]
assert a == b, [key for key in a if a[key] != b[key]]
PY
for method in pack fill balance; do
    options="--map $method"
    [ $method = balance ] && options="$options --cores 20"
    # shellcheck disable=SC2086
    run $method $options
    # shellcheck disable=SC2086
    says "^core 0\.[0-9]+\.[0-3] [0-9]+ neurons compartments [0-9]+ of 300 axons in [0-9]+ of 4096.* of 128 cores \($method\)" \
        "$VOLLEY" map loihi $conv.nir --set $small $options -o "$scratch/$method.yaml"
    run again --map "$scratch/$method.yaml"
    attempt "$python" "$scratch/equal.py" "$scratch/$method" "$scratch/again"
    [ "$status" -eq 0 ] || fail "--map $method and its file: $(tail -1 "$scratch/stderr")"
    for name in samples.csv steps.csv layers.csv counters.csv spikes.csv; do
        same "$scratch/$method/$name" "$scratch/again/$name"
    done
done
true_that 'the file is not among the inputs' grep -q '"name": "map"' "$scratch/again/summary.json"
# spikes do not depend on where neurons lie, packets do
same "$scratch/pack/spikes.csv" "$scratch/fill/spikes.csv"
same "$scratch/pack/spikes.csv" "$scratch/balance/spikes.csv"
attempt "$python" "$scratch/equal.py" "$scratch/pack" "$scratch/fill"
[ "$status" -ne 0 ] || fail 'pack and fill give the same answer: the comparison sees nothing'

no() { # STATUS REGEX FILE: refused when a run reads it
    refused "$1" "$2" "$VOLLEY" run loihi $mlp.nir --input ${mlp}_input.spk --samples 0 --out "$scratch/no" --map "$3"
    absent "$scratch/no"
}
works "$VOLLEY" map loihi $mlp.nir -o "$scratch/m.yaml"
no 2 'pack\.yaml.*' "$scratch/pack.yaml"
sed 's/lif1/lif9/' "$scratch/m.yaml" >"$scratch/name.yaml"
no 2 "name\.yaml:[0-9]+:[0-9]+: .*lif9" "$scratch/name.yaml"
sed 's/0\.\.127/0..126/' "$scratch/m.yaml" >"$scratch/few.yaml"
no 2 'few\.yaml:[0-9]+:[0-9]+: neuron 127 of layer .lif1. is on no core' "$scratch/few.yaml"
sed 's/0\.\.127/0..127, 5/' "$scratch/m.yaml" >"$scratch/twice.yaml"
no 2 'twice\.yaml:[0-9]+:[0-9]+: .*5' "$scratch/twice.yaml"
sed 's/0\.\.127/0..128/' "$scratch/m.yaml" >"$scratch/beyond.yaml"
no 2 'beyond\.yaml:[0-9]+:[0-9]+: .*128' "$scratch/beyond.yaml"
sed 's/core: 0\.0/core: 99.0/' "$scratch/m.yaml" >"$scratch/core.yaml"
no 2 'core\.yaml:[0-9]+:[0-9]+: .*99' "$scratch/core.yaml"
sed '/cores:/q' "$scratch/m.yaml" >"$scratch/none.yaml"
no 2 'none\.yaml' "$scratch/none.yaml"

refused 1 'does not fit: layer lif1.*--set' "$VOLLEY" map loihi $conv.nir --set core_types.loihi.capacity.neurons=1 -o "$scratch/x.yaml"
absent "$scratch/x.yaml"
refused 2 'nowhere/x\.yaml' "$VOLLEY" map loihi $mlp.nir -o "$scratch/nowhere/x.yaml"
refused 2 "$scratch" "$VOLLEY" map loihi $mlp.nir -o "$scratch"

# what a name holds is shown, not obeyed
printf '%s\n' 'time_steps: 3' 'input_shape: [1]' 'reset: zero' 'reset_delay: false' 'layers:' '  - {name: "fc\e[31m", type: Linear, weight: [[0.3]]}' \
    '  - {name: "red\e[31m\nnext", type: Leaky, shape: [1], beta: 0.71, threshold: 0.5}' >"$scratch/red.yaml"
works "$VOLLEY" map loihi "$scratch/red.yaml" -o "$scratch/red_map.yaml"
grep -q 'red?\[31m?next: ' "$scratch/stdout" || fail 'volley map does not show the name'
[ "$(tr -d '\n' <"$scratch/stdout" | tr -d '[:print:]' | wc -c)" -eq 0 ] || fail 'volley map prints control characters'
finish
