# Every option of volley run does what its help says, and refuses what it cannot take.
set -eu
. tests/cli/check.sh

n=0
mesh() { # [options]: a run of mlp_rate on mesh28 into a folder of its own, $out
    n=$((n + 1))
    out=$scratch/run$n
    works "$VOLLEY" run mesh28 $mlp.nir --input ${mlp}_input.spk --samples 0..4 --out "$out" "$@"
}
field() { # FOLDER EXPRESSION in the summary s
    "$python" -c "import json, sys; s = json.load(open(sys.argv[1] + '/summary.json')); sys.exit(not (eval(sys.argv[2])))" "$1" "$2" ||
        fail "not so in $1: $2"
    checks=$((checks + 1))
}
array() {
    "$python" -c "import sys, numpy as np; np.save(sys.argv[1], eval(sys.argv[2]))" "$1" "$2"
}
no() { # REGEX [options]: wrong use
    local text=$1
    shift
    refused 2 "$text" "$VOLLEY" run mesh28 $mlp.nir --input ${mlp}_input.spk --out "$scratch/no" "$@"
    absent "$scratch/no"
}

mesh
first=$out
field "$first" 's["samples"] == 5 and s["steps"] == 25 and s["accuracy"] is None and not s["partial"]'
mesh --labels ${mlp}_labels.npy
field "$out" '0 <= s["accuracy"] <= 1'
mesh --steps 10
field "$out" 's["steps"] == 10'
mesh --threads 2
for name in summary.json samples.csv steps.csv layers.csv counters.csv; do
    same "$first/$name" "$out/$name"
done
mesh --bits 4
field "$out" 'all(p["weight_bits"] == 4 for p in s["network"]["projections"])'
mesh --quant pow2
mesh --cores 2 --map balance
field "$out" 's["chip"]["cores_used"] == 2 and s["mapping"]["method"] == "balance"'
mesh --map fill
field "$out" 's["mapping"]["method"] == "fill"'
mesh --set noc.size=4x4
field "$out" 's["chip"]["cores"] == 16'
mesh --timing none
field "$out" 's["plane"] == "none"'
same "$first/layers.csv" "$out/layers.csv"
mesh --pace 1ns
field "$out" 's["time"]["overruns"] == s["samples"] * s["chip_steps"]'
mesh --pace 1ms
field "$out" 's["time"]["overruns"] == 0 and s["time"]["total_s"] > 0.1'
# the wait for a pace is no barrier, takes up what the steps' work may be off, and is told in every file
paced() { # TIME EXPRESSION: loihi, whose every time has a range
    n=$((n + 1))
    out=$scratch/run$n
    works "$VOLLEY" run loihi $mlp.nir --input ${mlp}_input.spk --samples 0..4 --out "$out" --pace "$1" --trace timeline
    field "$out" 's["time"]["pace_s"] > 0 and abs(s["time"]["bound_s"]["barrier"] - s["time"]["barrier_s"]) < 1e-15'
    field "$out" 'abs(sum(s["time"]["bound"].values()) - 1) < 1e-12'
    field "$out" "$2"
}
paced 1ms 's["time"]["bound"]["pace"] > 0.9 and s["time"]["low_s"] == s["time"]["total_s"] == s["time"]["high_s"]'
grep -q 'a step lasts at least 1.00 ms (--pace)' "$out/report.txt" || fail 'the report does not say the pace'
grep -Eq 'bound by +pace [0-9]+ %' "$out/report.txt" || fail 'the wait for the pace is not told'
grep -q '"name":"pace"' "$out/timeline.json" || fail 'the wait for the pace is not in the timeline'
works "$VOLLEY" report "$out"
grep -q 'pace' "$out/report.html" || fail 'the wait for the pace is not in report.html'
paced 11us '0 < s["time"]["overruns"] < s["samples"] * s["chip_steps"] and s["time"]["bound"]["pace"] > 0'
field "$out" 's["samples"] * s["chip_steps"] * 11e-6 <= s["time"]["low_s"] < s["time"]["total_s"] <= s["time"]["high_s"]'
field "$first" '"pace_s" not in s["time"] and "pace" not in s["time"]["bound"]'
for rule in rate latency membrane 'population --classes 5'; do
    mesh --decode $rule
done
mesh --quiet
true_that 'quiet is not quiet' test ! -s "$scratch/stdout"

# a mapping through a file
works "$VOLLEY" map mesh28 $mlp.nir --map balance --cores 2 -o "$scratch/m.yaml"
mesh --map balance --cores 2
balanced=$out
mesh --map "$scratch/m.yaml"
for name in samples.csv steps.csv layers.csv counters.csv; do
    same "$balanced/$name" "$out/$name"
done

# values and layout
array "$scratch/valued.npy" '(np.arange(3 * 64).reshape(3, 64) % 5 / 4).astype(np.float32)'
valued() { # CHIP STATUS REGEX [options]
    local chip=$1
    shift
    n=$((n + 1))
    out=$scratch/run$n
    works "$VOLLEY" run "$chip" $mlp.nir --input "$scratch/valued.npy" --steps 10 --out "$out" --quiet "$@"
}
valued ideal --values payload
valued loihi --values repeat
repeated=$out
valued loihi --values repeat:4
same "$repeated/samples.csv" "$out/samples.csv"
valued loihi --values host
field "$out" 'any("runs on the host" in f["text"] for f in s["fidelity"])'
field "$out" 'not any("changes nothing" in f["text"] for f in s["fidelity"])'
# --against-float is the network as it was trained, also where the chip lets layers run free
works "$VOLLEY" run loihi $conv.nir --input ${conv}_input.spk --labels ${conv}_labels.npy --against-float --set time.layer_start='{kind: free}' \
    --out "$scratch/free" --quiet
works "$VOLLEY" run ideal $conv.nir --input ${conv}_input.spk --labels ${conv}_labels.npy --out "$scratch/trained" --quiet
field "$scratch/free" 's["float_accuracy"] == json.load(open("'"$scratch"'/trained/summary.json"))["accuracy"]'
# a network that states no steps and an array without labels: nothing says which axis is time
printf '%s\n' 'input_shape: [8]' 'reset: zero' 'reset_delay: false' 'layers:' '  - {name: fc, type: Linear, weight: 0.3, in: 8, out: 2}' \
    '  - {name: lif, type: Leaky, shape: [2], beta: 0.7, threshold: 0.5}' >"$scratch/untimed.yaml"
array "$scratch/long.npy" '(np.arange(25 * 300 * 8).reshape(25, 300, 8) * 7919 % 11 < 2).astype(np.uint8)'
array "$scratch/long_labels.npy" 'np.zeros(25, int)'
untimed() { # SAYS-OR-NOT [options]
    local wanted=$1
    shift
    works "$VOLLEY" run ideal "$scratch/untimed.yaml" --input "$scratch/long.npy" --out "$scratch/untimed" --quiet "$@"
    field "$scratch/untimed" "any('25 samples of 300 steps' in w and '--layout TN reads 300 samples of 25 steps' in w for w in s['warnings']) is $wanted"
}
untimed True
untimed False --layout NT
untimed False --layout TN
untimed False --labels "$scratch/long_labels.npy"
untimed False --steps 300
# float32 beside a shifted network says that it is shifted, too
printf '%s\n' 'time_steps: 6' 'input_shape: [3]' 'reset: zero' 'reset_delay: false' 'layers:' \
    '  - {name: a, type: Neurons, shape: [3], beta: 0.5, threshold: 0.5}' '  - {name: b, type: Neurons, shape: [3], beta: 0.5, threshold: 0.5, output: true}' \
    'connections:' '  - {from: input, to: a, form: dense, weight: 0.3}' '  - {from: a, to: b, form: dense, weight: 0.3}' \
    '  - {from: b, to: a, form: dense, weight: -0.2, name: back}' >"$scratch/cycle.yaml"
shifted() { # WANTED [options]
    local wanted=$1
    shift
    works "$VOLLEY" run ideal "$scratch/cycle.yaml" --steps 6 --out "$scratch/shifted" --quiet --allow-shift "$@"
    field "$scratch/shifted" "any('float32 runs the network with the steps that --allow-shift added' in f['text'] for f in s['fidelity']) is $wanted"
}
shifted True --against-float
shifted False
array "$scratch/huge.npy" 'np.full((3, 64), 4e9, np.float32)'
refused 2 '--values repeat: sample 0, step 0 would take 256000000000 packets, v x 1 for each value; at most' "$VOLLEY" run loihi $mlp.nir \
    --input "$scratch/huge.npy" --steps 10 --out "$scratch/huge" --values repeat
absent "$scratch/huge"
array "$scratch/nt.npy" '(np.arange(6 * 25 * 64).reshape(6, 25, 64) * 7919 % 11 < 2).astype(np.uint8)'
"$python" -c "import sys, numpy as np; np.save(sys.argv[2], np.load(sys.argv[1]).transpose(1, 0, 2))" "$scratch/nt.npy" "$scratch/tn.npy"
works "$VOLLEY" run mesh28 $mlp.nir --input "$scratch/nt.npy" --layout NT --out "$scratch/nt" --quiet
works "$VOLLEY" run mesh28 $mlp.nir --input "$scratch/tn.npy" --layout TN --out "$scratch/tn" --quiet
same "$scratch/nt/samples.csv" "$scratch/tn/samples.csv"

# what is given twice, and what changes nothing, is said
note() { # REGEX [options]
    local text=$1
    shift
    mesh "$@"
    tr -s ' \n' ' ' <"$scratch/stdout" | grep -Eq -- "note: .*$text" || fail "does not note '$text': $*"
}
note '--bits was given more than once: the last one counts' --bits 4 --bits 5
field "$out" 'all(p["weight_bits"] == 5 for p in s["network"]["projections"])'
note '--out was given more than once' --out "$scratch/run$n-again"
note '--layout TN: [^;]*mlp_rate_input\.spk is no array, .*: it changes nothing' --layout TN
note '--time chip is about spikes\.csv, which only --trace spikes writes: it changes nothing' --time chip
mesh --set noc.size=4x4 --set noc.size=8x8 --time chip --trace packets,spikes
grep -Eq 'more than once|changes nothing' "$out/summary.json" && fail 'a note that is not true'
says '--map was given more than once' "$VOLLEY" map mesh28 $mlp.nir --map fill --map pack -o "$scratch/twice.yaml"
refused 2 '--cores 65: chip mesh28 has 64 cores' "$VOLLEY" map mesh28 $mlp.nir --cores 65 -o "$scratch/none.yaml"

# traces: each writes its file, and a run without it into the same folder takes it away
mesh --trace spikes,membrane,packets,timeline
for name in spikes.csv membranes.csv packets.csv timeline.json; do
    true_that "no $name" test -s "$out/$name"
done
works "$VOLLEY" run mesh28 $mlp.nir --input ${mlp}_input.spk --samples 0..4 --out "$out" --trace spikes --time chip --quiet
true_that 'a trace of the earlier run stays' test ! -e "$out/packets.csv"
same "$first/summary.json" "$out/summary.json"
true_that 'no spikes in chip time' test -s "$out/spikes.csv"

# --expect
ideal() { # STATUS-CHECKER WANTED REGEX FILE
    says "$1" "$VOLLEY" run ideal $mlp.nir --input ${mlp}_input.spk --samples 0..4 --out "$scratch/expect" --expect "$2"
}
ideal '0 of 5 predictions differ' ${mlp}_ref.csv
ideal 'the output counts of 0 of 5 samples differ' ${mlp}_counts.npy
ideal 'expected 0 spikes differ' ${mlp}_spk_lif1.spk
differs() { # REGEX FILE
    attempt "$VOLLEY" run ideal $mlp.nir --input ${mlp}_input.spk --samples 0..4 --out "$scratch/expect" --expect "$2"
    [ "$status" -eq 1 ] || fail "exit $status, wanted 1: --expect $2"
    tr -s ' \n' ' ' <"$scratch/stdout" | grep -Eq -- "$1" || fail "--expect $2 does not say '$1'"
}
array "$scratch/counts.npy" "np.load('${mlp}_counts.npy') + (np.arange(1000).reshape(100, 10) == 23)"
differs 'counts of 1 of 5 samples differ.*sample 2, neuron 3, expected' "$scratch/counts.npy"
works "$VOLLEY" convert ${mlp}_spk_lif1.spk -o "$scratch/mine_lif1.csv"
sed -i '0,/^0,/{/^0,/d}' "$scratch/mine_lif1.csv"
differs '1 spikes differ.*sample 0, step [0-9]+, population lif1, neuron [0-9]+: found, not expected, membrane .*threshold' "$scratch/mine_lif1.csv"
printf '11\n11\n11\n11\n11\n' >"$scratch/predictions.txt"
differs '5 of 5 predictions differ.*sample 0, expected 11, found' "$scratch/predictions.txt"

# --expect with a file of some of the samples says which were compared; with one of none of them there is no answer
covered() { # REGEX SAMPLES FILE
    says "$1" "$VOLLEY" run ideal $mlp.nir --input ${mlp}_input.spk --samples "$2" --out "$scratch/expect" --expect "$3"
}
uncovered() { # REGEX SAMPLES FILE [options]
    local text=$1 samples=$2 file=$3
    shift 3
    refused 2 "$text" "$VOLLEY" run ideal $mlp.nir --input ${mlp}_input.spk --samples "$samples" --out "$scratch/none" --expect "$file" "$@"
    absent "$scratch/none"
}
head -21 ${mlp}_ref.csv >"$scratch/ref20.csv"
array "$scratch/counts20.npy" "np.load('${mlp}_counts.npy')[:20]"
works "$VOLLEY" run ideal $mlp.nir --input ${mlp}_input.spk --samples 0..19 --trace spikes,membrane --out "$scratch/own" --quiet
covered '0 of 5 predictions differ from .*; compared samples 15\.\.19 \(5 of 11\)' 15..25 "$scratch/ref20.csv"
covered 'counts of 0 of 5 samples differ from .*; compared samples 15\.\.19 \(5 of 11\)' 15..25 "$scratch/counts20.npy"
covered '0 spikes differ from the [0-9]+ of .*; compared samples 15\.\.19 \(5 of 11\)' 15..25 "$scratch/own/spikes.csv"
covered '0 of 10 predictions differ from [^;]*$' 5..14 "$scratch/own/samples.csv"
for file in "$scratch/ref20.csv" "$scratch/counts20.npy" "$scratch/own/spikes.csv"; do
    uncovered 'covers none of samples 30 to 39, so nothing could be compared' 30..39 "$file"
done
printf 'sample,step,population,neuron\n0,3,input,1\n' >"$scratch/host.csv"
uncovered 'covers none of samples 0 to 4' 0..4 "$scratch/host.csv"
printf 'sample,step,population,neuron\n1,30,lif1,1\n' >"$scratch/late.csv"
uncovered 'its first spike is in step 30, and the run has steps 0 to 24: none in common' 0..4 "$scratch/late.csv"
uncovered "membranes\.csv:1: column 'membrane': no part of a spike; a table of spikes has sample,step,neuron and population" 0..4 "$scratch/own/membranes.csv"

# what the chip cannot do
works "$VOLLEY" run loihi $mlp.nir --input ${mlp}_input.spk --samples 0 --out "$scratch/loihi" --approximate --quiet
field "$scratch/loihi" 'any(f["kind"] == "approximated" for f in s["fidelity"])'
works "$VOLLEY" run loihi $mlp.nir --input ${mlp}_input.spk --samples 0 --out "$scratch/native" --assume-native
head -3 "$scratch/stdout" | grep -Eqi 'assum' || fail 'the first line does not say --assume-native'

# chips by name and by path, from elsewhere
elsewhere() {
    (cd "$scratch" && "$@")
}
chips=$root/configs/chips
[ -d "$(dirname "$VOLLEY")/../../configs/chips" ] && chips=     # a build folder inside the tree finds them by itself
works elsewhere env VOLLEY_CHIPS="$chips" "$VOLLEY" run mesh28 "$root/$mlp.nir" --input "$root/${mlp}_input.spk" --samples 0 --out there --quiet
works elsewhere "$VOLLEY" run "$root/configs/chips/mesh28.yaml" "$root/$mlp.nir" --input "$root/${mlp}_input.spk" --samples 0 --out there2 --quiet
same "$scratch/there/summary.json" "$scratch/there2/summary.json"
mkdir "$scratch/chips"
cp configs/chips/mesh28.yaml "$scratch/chips/mine.yaml"
works env VOLLEY_CHIPS="$scratch/chips" "$VOLLEY" run mine $mlp.nir --input ${mlp}_input.spk --samples 0 --out "$scratch/mine" --quiet
# a chip file with a mistake hides none of the others
printf 'chip: broken\n' >"$scratch/chips/broken.yaml"
attempt env VOLLEY_CHIPS="$scratch/chips" "$VOLLEY" chips
[ "$status" -eq 2 ] || fail "volley chips with a broken file: exit $status"
grep -q '^mesh28 ' "$scratch/stdout" || fail 'volley chips stops at the first mistake'
grep -q 'broken\.yaml:1:1' "$scratch/stderr" || fail 'volley chips does not say which file is broken'
# an installed program finds the chips that came with it, wherever it was put
mkdir -p "$scratch/prefix/bin" "$scratch/prefix/share/volley/chips"
cp "$VOLLEY" "$scratch/prefix/bin/volley"
cp configs/chips/loihi.yaml "$scratch/prefix/share/volley/chips/only_here.yaml"
works elsewhere env -u VOLLEY_CHIPS "$scratch/prefix/bin/volley" chips only_here

# the benches, one folder deeper, find them too
mkdir -p "$scratch/tree/build/release/bench" "$scratch/tree/configs/chips"
cp "$VOLLEY" "$scratch/tree/build/release/bench/volley"
cp configs/chips/loihi.yaml "$scratch/tree/configs/chips/deep_only.yaml"
works elsewhere env -u VOLLEY_CHIPS "$scratch/tree/build/release/bench/volley" chips deep_only

# wrong use
refused 2 "no command 'rnu'; did you mean 'run'" "$VOLLEY" rnu
no 'no option --smaples; did you mean --samples' --smaples 3
no '--labels needs a value: --labels FILE' --labels
no '--bits 99: a whole number from 2 to 16' --bits 99
no '--samples 5\.\.2: write A\.\.B' --samples 5..2
no '--timing fast: it is one of' --timing fast
no '--decode population needs --classes' --decode population
no '--trace spiks' --trace spiks
no '--pace' --pace 5
no 'volley run takes CHIP NETWORK' extra
finish
