# What a person reads: no line too long, the figures those of the files, the warnings where they belong; few and many layers, with and
# without labels, one sample, an output that never fires, predictions that are all equal.
set -eu
. tests/cli/check.sh
export VOLLEY_CHIPS=$root/configs/chips

shown() { # 'regex' of the joined report of the last command
    checks=$((checks + 1))
    tr -s ' \n' ' ' <"$scratch/stdout" | grep -Eq -- "$1" || fail "the report does not say '$1': $(head -12 "$scratch/stdout")"
}
hidden() { # 'regex' that it must not hold
    checks=$((checks + 1))
    ! tr -s ' \n' ' ' <"$scratch/stdout" | grep -Eq -- "$1" || fail "the report says '$1'"
}
run() { # CHIP NETWORK [options]
    works "$VOLLEY" run "$@" --out "$scratch/out"
    checks=$((checks + 1))
    [ "$(wc -L <"$scratch/stdout")" -le 120 ] || fail "a line of $(wc -L <"$scratch/stdout") columns: run $*"
    ! grep -q ' $' "$scratch/stdout" || fail "blanks at the end of a line: run $*"
    ! grep -Eqi '\bnan\b|\binf\b|\(null\)' "$scratch/stdout" || fail "a figure that is none: run $*"
}

# a usual run, with labels; what stands in the report is what stands in the files
run loihi $mlp.nir --input ${mlp}_input.spk --labels ${mlp}_labels.npy --samples 0..9 --against-float
shown '^volley [0-9.]+ mlp_rate\.nir on loihi: .*ESTIMATE, not a measurement network 64 inputs -> lif1 128 -> lif2 10: 138 neurons, 9,472 weights, 25 steps'
shown 'placed 1 of 128 cores: 276 of 1,024 compartments'
shown 'accuracy [0-9.]+ % \([0-9]+ of 10\) float32 [0-9.]+ % \([0-9]+\) [0-9]+ predictions? differ'
shown 'emulated: lif1, lif2: subtracts on reset, loihi sets to 0: 2 compartments per neuron \(cost assumed\)'
shown 'warning one core does all the work, 127 of 128 are idle: --map balance --cores [0-9]+'
shown 'rests on .*simulated.*assumed, 0 % measured on silicon'
cp "$scratch/stdout" "$scratch/first"
cat >"$scratch/figures.py" <<'PY'
import csv
import json
import re
import sys

folder, report = sys.argv[1:]
s = json.load(open(folder + "/summary.json"))
text = " ".join(open(report).read().split())
scale = {"p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0}


def near(pattern, value):
    number, prefix = re.search(pattern, text).groups()
    assert abs(float(number.replace(",", "")) * scale[prefix] - value) <= 0.006 * value, (pattern, number, prefix, value)


n = s["samples"]
near(r"energy ([\d.,]+) (\w?)J per inference, dynamic", s["energy"]["dynamic_j"] / n)
near(r"([\d.,]+) (\w?)J with the whole chip's static", s["energy"]["total_j"] / n)
near(r"; ([\d.,]+) (\w?)J with that of the", s["energy"]["total_used_j"] / n)
near(r"time ([\d.,]+) (\w?)s per inference", s["time"]["total_s"] / n)
rows = list(csv.DictReader(open(folder + "/samples.csv")))
right = sum(r["label"] == r["prediction"] for r in rows)
assert s["accuracy"] == right / n and "(%d of %d)" % (right, n) in text
count = re.search(r"synaptic operations ([\d,]+) ", text).group(1).replace(",", "")
assert abs(int(count) - s["counts"]["sops"] / n) <= 0.5
PY
attempt "$python" "$scratch/figures.py" "$scratch/out" "$scratch/first"
[ "$status" -eq 0 ] || fail "figures: $(cat "$scratch/stderr")"
sed 's/energy    [0-9]/energy    9/' "$scratch/first" >"$scratch/wrong"
attempt "$python" "$scratch/figures.py" "$scratch/out" "$scratch/wrong"
[ "$status" -ne 0 ] || fail 'a wrong figure is not seen'

# report.txt is the report without what differs between computers; volley report prints it again
sed '/^ran /,$d' "$scratch/first" >"$scratch/text"
same "$scratch/text" "$scratch/out/report.txt"
works "$VOLLEY" report "$scratch/out"
head -n "$(wc -l <"$scratch/text")" "$scratch/stdout" >"$scratch/again"
same "$scratch/text" "$scratch/again"

# neither the width of a terminal nor the locale changes what is kept
works env COLUMNS=40 LC_ALL=de_DE.UTF-8 "$VOLLEY" run loihi $mlp.nir --input ${mlp}_input.spk --labels ${mlp}_labels.npy --samples 0..9 --against-float \
    --out "$scratch/out"
same "$scratch/text" "$scratch/out/report.txt"

# without labels, one sample
run loihi $mlp.nir --input ${mlp}_input.spk --samples 7
shown 'accuracy unknown without --labels'
hidden 'median|float32 [0-9]'
# many cores
run loihi $conv.nir --input ${conv}_input.spk --samples 0 --map balance --cores 40
shown 'placed 40 of 128 cores: fullest [0-9]+ of 1,024 compartments.*by balance: a spike reaches'
hidden 'one core does all the work'
# pretending, approximating, a yardstick
run loihi $mlp.nir --input ${mlp}_input.spk --samples 0 --assume-native
shown '^volley [0-9.]+ mlp_rate\.nir on loihi --assume-native'
run loihi $mlp.nir --input ${mlp}_input.spk --samples 0 --approximate
shown 'approximated: lif1, lif2: '
run ideal $mlp.nir --input ${mlp}_input.spk --samples 0..2
shown 'A YARDSTICK: no hardware stands behind it'

# twelve layers with long names, fed and silent
{
    printf 'time_steps: 20\ninput_shape: [16]\nreset: subtract\nreset_delay: true\nlayers:\n'
    for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
        printf '  - {name: fc%d, type: Linear, weight: 0.2, in: 16, out: 16}\n' $i
        printf '  - {name: a_rather_long_name_of_a_layer_%d, type: Leaky, shape: [16], beta: 0.9, threshold: 1}\n' $i
    done
} >"$scratch/deep.yaml"
{
    echo sample,step,neuron
    for sample in 0 1 2; do for step in 0 2 4; do for neuron in 0 3 5 7; do echo $sample,$step,$neuron; done; done; done
} >"$scratch/deep.csv"
run mesh28 "$scratch/deep.yaml" --input "$scratch/deep.csv"
shown 'network 16 inputs -> a_rather_long_name_of_a_layer_1 16 -> .*\.\.\. [0-9]+ more \.\.\..*a_rather_long_name_of_a_layer_12 16: 192 neurons'
shown '20 steps \(32 on the chip'
shown 'warning all 3 predictions are class 0: is the input'
hidden 'never fires'
printf '1\n2\n0\n' >"$scratch/labels.txt"
run mesh28 "$scratch/deep.yaml" --input "$scratch/deep.csv" --labels "$scratch/labels.txt"
shown 'accuracy 33\.3 % \(1 of 3\)'
run loihi "$scratch/deep.yaml" --steps 5
shown 'input 1 sample x 5 steps x 16, 0 spikes per sample'
shown 'a_rather_long_name_of_a_layer_12: the output never fires: every prediction is the lowest index'
shown 'no --input: one sample of silence'
hidden 'predictions are class'

# one layer of one neuron, whose name is hostile to a terminal
printf 'input_shape: [1]\nreset: zero\nlayers:\n  - {name: "fc", type: Linear, weight: 2, in: 1, out: 1}\n' >"$scratch/one.yaml"
printf '  - {name: "a\\e[31mb", type: Leaky, shape: [1], beta: 0.5, threshold: 1}\n' >>"$scratch/one.yaml"
printf '0,0,0\n' >"$scratch/one.csv"
run ideal "$scratch/one.yaml" --input "$scratch/one.csv"
shown '1 neuron, 1 weights?, 1 step'
escape=$(printf '\033')
true_that 'a control character reaches the terminal' sh -c "! grep -q '$escape' '$scratch/stdout'"
finish
