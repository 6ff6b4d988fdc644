# Every kind of bad input: the exit status, one message with its place and cure, and nothing half-written.
set -eu
. tests/cli/check.sh

bad=$scratch/bad
out=$scratch/out
mkdir "$bad"
run() { # STATUS REGEX CHIP NETWORK INPUT [options]
    local wanted=$1 text=$2 chip=$3 network=$4 input=$5
    shift 5
    refused "$wanted" "$text" "$VOLLEY" run "$chip" "$network" --input "$input" --out "$out" "$@"
    absent "$out"
}
array() { # FILE EXPRESSION: numpy makes the array
    "$python" -c "import sys, numpy as np; np.save(sys.argv[1], eval(sys.argv[2]))" "$1" "$2"
}
chip_with() { # NAME SED: a changed copy of mesh28
    sed "$2" configs/chips/mesh28.yaml >"$bad/$1.yaml"
    cmp -s "$bad/$1.yaml" configs/chips/mesh28.yaml && fail "chip $1 is not changed"
    return 0
}

# files
run 2 'nowhere\.nir.*(No such file|not found|no such)' mesh28 "$bad/nowhere.nir" ${mlp}_input.spk
run 2 'nowhere\.spk.*(No such file|not found|no such)' mesh28 $mlp.nir "$bad/nowhere.spk"
run 2 'nowhere' "$bad/nowhere.yaml" $mlp.nir ${mlp}_input.spk
run 2 '(is a folder|[Dd]irectory)' mesh28 traces ${mlp}_input.spk
run 2 '(is a folder|[Dd]irectory)' mesh28 $mlp.nir traces
run 2 "no chip 'traces'.*mesh28" traces $mlp.nir ${mlp}_input.spk
head -c 20000 $mlp.nir >"$bad/short.nir"
run 2 'short\.nir.*' mesh28 "$bad/short.nir" ${mlp}_input.spk

# chip files
chip_with tab 's/^noc:/\tnoc:/'
run 2 'tab\.yaml:[0-9]+:[0-9]+.*' "$bad/tab.yaml" $mlp.nir ${mlp}_input.spk
(cat configs/chips/mesh28.yaml; printf 'chip: again\n') >"$bad/twice.yaml"
run 2 "twice\.yaml:[0-9]+:[0-9]+.*chip.*" "$bad/twice.yaml" $mlp.nir ${mlp}_input.spk
(cat configs/chips/mesh28.yaml; printf 'core_typs: {}\n') >"$bad/unknown.yaml"
run 2 "unknown\.yaml:[0-9]+:[0-9]+.*core_typs.*core_types" "$bad/unknown.yaml" $mlp.nir ${mlp}_input.spk
run 2 "noc\.siez.*did you mean 'size'" mesh28 $mlp.nir ${mlp}_input.spk --set noc.siez=8x8

# units and sizes
size=core_types.lif28.memories.synapse.size
run 2 "an energy.*64 KiB" mesh28 $mlp.nir ${mlp}_input.spk --set "$size=64 pJ"
run 2 'has no unit.*64 KiB' mesh28 $mlp.nir ${mlp}_input.spk --set $size=64
run 2 'negative.*64 KiB' mesh28 $mlp.nir ${mlp}_input.spk --set $size=-64KiB
chip_with negative '0,/size: 64 KiB/s/size: 64 KiB/size: -64 KiB/'
run 2 'negative\.yaml:[0-9]+:[0-9]+: .*negative' "$bad/negative.yaml" $mlp.nir ${mlp}_input.spk
chip_with unitless '0,/size: 64 KiB/s/size: 64 KiB/size: 64/'
run 2 'unitless\.yaml:[0-9]+:[0-9]+: .*no unit' "$bad/unitless.yaml" $mlp.nir ${mlp}_input.spk

# networks
works "$VOLLEY" convert $mlp.nir -o "$bad/nan.yaml"
array "$bad/nan_fc1_weight.npy" 'np.where(np.arange(8192) == 3, np.nan, 0.5).reshape(128, 64).astype(np.float32)'
run 2 'nan\.yaml.*fc1.*weight 3 is NaN' mesh28 "$bad/nan.yaml" ${mlp}_input.spk
refused 2 'if_no_reset_said\.nir does not say how neurons reset.*--from snntorch' "$VOLLEY" run mesh28 tests/fuzz/corpus/nir/if_no_reset_said.nir --steps 3 \
    --out "$out"
absent "$out"
run 1 'does not fit: layer lif1: 4 cores.*needed, there are 1.*neurons \(256\).*--set noc\.size' mesh28 $conv.nir ${conv}_input.spk --set noc.size=1x1

# events, arrays, labels
printf 'sample,step,neuron\n0,0,64\n' >"$bad/outside.csv"
run 2 'outside\.csv:2:5: sample 0, step 0: neuron 64 is outside the input layer of 64' mesh28 $mlp.nir "$bad/outside.csv"
array "$bad/image.npy" '(np.arange(192).reshape(3, 64) * 4 % 256).astype(np.uint8)'
says 'input values reach 25[0-9]: is the input 0\.\.255 where 0\.\.1 was trained\? divide by 255' \
    "$VOLLEY" run ideal $mlp.nir --input "$bad/image.npy" --steps 5 --out "$scratch/image"
array "$bad/time_first.npy" '(np.arange(25 * 6 * 64).reshape(25, 6, 64) % 7 == 0).astype(np.uint8)'
array "$bad/six.npy" 'np.arange(6)'
run 2 'time first.*--layout TN' mesh28 $mlp.nir "$bad/time_first.npy" --labels "$bad/six.npy"
run 2 'six\.npy: 6 labels for 100 samples; .*--samples 0\.\.5' mesh28 $mlp.nir ${mlp}_input.spk --labels "$bad/six.npy"
array "$bad/beyond.npy" 'np.full(100, 10)'
run 2 'beyond\.npy: sample 0: label 10 is beyond the 10 classes' mesh28 $mlp.nir ${mlp}_input.spk --labels "$bad/beyond.npy"

# where the answer goes
touch "$bad/file"
refused 2 'bad/file/x.*(Not a directory|not a folder).*write' "$VOLLEY" run mesh28 $mlp.nir --input ${mlp}_input.spk --samples 0 --out "$bad/file/x"
refused 2 'this is not a folder; name a new folder' "$VOLLEY" run mesh28 $mlp.nir --input ${mlp}_input.spk --samples 0 --out "$bad/file"
true_that 'the file in the way is touched' test ! -s "$bad/file"
to_full() {
    "$VOLLEY" "$@" >/dev/full
}
refused 2 'No space left on device' to_full run mesh28 $mlp.nir --input ${mlp}_input.spk --samples 0 --out "$scratch/full"
refused 2 'standard output: .*is the disk full' to_full keys
true_that 'half-written files beside the run' sh -c "! ls -A '$scratch/full' | grep -q '^\.'"

# Ctrl-C in the middle: tests/cli/test_interrupt.sh and tests/test_bad_input.py.
finish
