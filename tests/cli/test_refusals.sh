# What no option can take is refused before anything is run: exit status, one message that says what to write, no folder left behind.
set -eu
. tests/cli/check.sh
export VOLLEY_CHIPS=$root/configs/chips

"$python" -c "import sys, numpy as np; np.save(sys.argv[1], np.zeros((100, 16), int))" "$scratch/counts16.npy"
# One case per line: exit status, what the message says, the options; a bar between them.
while IFS='|' read -r wanted text options; do
    options=${options/COUNTS/$scratch/counts16.npy}
    # shellcheck disable=SC2086
    refused "$wanted" "$text" "$VOLLEY" run loihi $mlp.nir --input ${mlp}_input.spk --out "$scratch/out" $options
    absent "$scratch/out"
done <<'CASES'
2|--samples 99\.\.100: the input holds 100 samples, numbered from 0|--samples 99..100
2|--samples 100\.\.100: the input holds 100 samples|--samples 100
2|--samples 0\.\.99999999999: write A\.\.B|--samples 0..99999999999
2|--samples -1: write A\.\.B|--samples -1
2|--steps 0: a whole number from 1|--steps 0
2|--steps 99999999999: a whole number from 1 to 1073741824|--steps 99999999999
2|--steps 1000000000: at most|--steps 1000000000
2|--bits 1: a whole number from 2 to 16|--bits 1
2|--quant cubic: it is one of absmax.pow2|--quant cubic
2|--map spiral: neither a method \(pack, fill, balance\) nor a file|--map spiral
2|mlp_rate\.nir:1:1: .*not UTF-8.*is it a YAML file|--map traces/mlp_rate/mlp_rate.nir
2|--cores 0: a whole number from 1|--cores 0
2|--cores 129: chip loihi has 128 cores; write a number from 1 to 128, or all|--cores 129
1|does not fit.*there are 1;.*, --cores [0-9]+|--cores 1 --set core_types.loihi.capacity.neurons=200
2|--set nokey: write --set KEY=VALUE, for example --set noc\.size=16x16|--set nokey
2|--set a\.b\.c=1: unknown key 'a'|--set a.b.c=1
2|--set noc\.size=0x0|--set noc.size=0x0
2|--set noc\.size=100000x100000: size: 100000 is outside|--set noc.size=100000x100000
2|capacity\.neurons=-4: .*whole number from 0 up or 'unlimited'|--set core_types.loihi.capacity.neurons=-4
2|--core loihi: write --core NAME=KIND|--core loihi
2|--core loihl=lif: chip loihi has no core type 'loihl'; did you mean 'loihi'|--core loihl=lif
2|--core abcdefgh=lif: .*one that it has is 'loihi'|--core abcdefgh=lif
2|no core kind 'lief'; did you mean 'lif'|--core loihi=lief
2|--timing fast: it is one of|--timing fast
2|--engine rust: it is one of|--engine rust
2|--threads 0: a whole number from 1 to|--threads 0
2|--threads 1000: a whole number from 1 to|--threads 1000
2|--seed -1: a whole number|--seed -1
2|--seed 18446744073709551616: a whole number|--seed 18446744073709551616
2|--pace 0s: a time above 0 is wanted|--pace 0s
2|--pace: '1' has no unit; write for example '1 ns'|--pace 1
2|--pace 1e30s: a time|--pace 1e30s
2|--decode best: it is one of rate.latency|--decode best
2|--decode population needs --classes|--decode population
2|--classes 3: the output has 10 neurons; blocks of equal size|--decode population --classes 3
2|--classes 99: the output has 10 neurons|--decode population --classes 99
2|--classes 5 belongs to --decode population|--classes 5
2|nowhere: No such file|--expect nowhere
2|is a network \(NIR\)|--expect traces/mlp_rate/mlp_rate.nir
2|shape \(100, 16\); wanted are .*counts \(samples, 10\)|--expect COUNTS
2|--approximate and --assume-native|--approximate --assume-native
2|--dt 0: a time above 0 is wanted, for example 1e-4|--dt 0
2|--dt -5: a time above 0|--dt -5
2|--reset up: it is one of zero.subtract|--reset up
2|--reset-time later: it is one of now.next|--reset-time later
2|--from pytorch: no such tool; the tools are snntorch, norse|--from pytorch
2|--layout XY: it is one of NT.TN|--layout XY
2|--values nonsense: it is one of payload, repeat, repeat:K, host|--values nonsense
2|--values repeat:0: K is a whole number from 1|--values repeat:0
2|--values repeat:5000: K is a whole number from 1|--values repeat:5000
2|--values repeat:x: K is a whole number|--values repeat:x
2|--values host:3: it is one of|--values host:3
2|--trace ,spikes: it is a list of spikes, membrane, packets, timeline, weights|--trace ,spikes
2|--trace all: it is a list|--trace all
2|--time never: it is one of network.chip|--time never
2|--out has an empty value|--out=
2|--quiet takes no value|--quiet=1
2|--labels needs a value: --labels FILE|--labels --quiet
2|--labels needs a value: --labels FILE|--labels
2|no option --lables; did you mean --labels|--lables x
2|what is '--input'|-- --input
CASES

refused 2 "volley has no command '--'" "$VOLLEY" -- run
refused 2 "no command 'nope'" "$VOLLEY" help nope
refused 2 'keys takes no files: what is .extra' "$VOLLEY" keys extra
refused 2 'argument 2 is empty; volley run takes CHIP NETWORK' "$VOLLEY" run loihi '' --steps 3
refused 2 '--input is missing: .*--steps T' "$VOLLEY" run loihi $mlp.nir
refused 2 '--labels has an empty value' "$VOLLEY" run loihi $mlp.nir --labels ''
says 'volley run CHIP NETWORK' "$VOLLEY" help run
says 'volley run CHIP NETWORK' "$VOLLEY" run -h

# a pipe or a device where a file is wanted: at once, without waiting for a writer
mkfifo "$scratch/pipe"
pipe() { # [arguments]: the pipe is one of them
    refused 2 "pipe: is not a regular file .*write it to disk first" timeout -s KILL 60 "$VOLLEY" "$@"
}
pipe info "$scratch/pipe"
pipe chips "$scratch/pipe"
pipe convert "$scratch/pipe" -o "$scratch/x.csv"
pipe map loihi "$scratch/pipe" -o "$scratch/x.yaml"
pipe run "$scratch/pipe" $mlp.nir
pipe run loihi "$scratch/pipe"
pipe run loihi $mlp.nir --input "$scratch/pipe"
for option in --labels --map --expect; do
    pipe run loihi $mlp.nir --input ${mlp}_input.spk $option "$scratch/pipe"
done
# membranes are held in memory: more of them than this machine holds is said before the run, with what would do
refused 2 '1 samples x 1000000000 steps x 138 neurons take 4\.42e\+03 GB of memory, this machine has .* GB; fewer samples \(--samples' \
    "$VOLLEY" run loihi $mlp.nir --steps 1000000000 --trace membrane --out "$scratch/membranes"
absent "$scratch/membranes"
# a second core type that the chip file describes is offered by the --set that places it
{
    printf 'time_steps: 5\ninput_shape: [4]\nreset: subtract\nreset_delay: true\nlayers:\n  - {name: fc, type: Linear, weight: 0.2, in: 4, out: 4}\n'
    printf '  - {name: syn, type: Synaptic, shape: [4], alpha: 0.8, beta: 0.9, threshold: 1}\n'
} >"$scratch/syn.yaml"
refused 1 "syn: has a synaptic current.*--set 'placement=\{cuba28: all\}'" "$VOLLEY" run mesh28 "$scratch/syn.yaml" --steps 5 --out "$scratch/syn"
works "$VOLLEY" run mesh28 "$scratch/syn.yaml" --steps 5 --out "$scratch/syn" --set 'placement={cuba28: all}'
finish
