# volley noc: every pattern runs, what it says is plain, the files are tables, the same call gives the same bytes, and what does not fit is
# refused with what to write. Figures are held against references in tests/test_noc_alone.py.
set -eu
. tests/cli/check.sh
export VOLLEY_CHIPS=$root/configs/chips

noc() { works "$VOLLEY" noc mesh28 "$@"; }

# every pattern, steady and as a burst, with every part of the report
for pattern in uniform transpose bitcomp bitrev shuffle tornado neighbour hotspot permutation; do
    says "^volley .* $pattern traffic on mesh28.*accepted 0\.0[12].*packets.*latency, cycles mean p50 p95 p99 most.*tail .*head .*source queue .*network .*\
95 % confidence.*busiest .*full at load.*buffers .*waits " "$VOLLEY" noc mesh28 --traffic $pattern --load 0.015 --window 2000
    says 'burst 3 packets per core, back to back: 192 packets makespan [0-9]+ cycles \([0-9.]+ ns\)' "$VOLLEY" noc mesh28 --traffic $pattern --burst 3
done
says 'burst 3 packets per core, at 0.25 flits' "$VOLLEY" noc mesh28 --traffic uniform --burst 3 --load 0.25
says 'core 0\.9\.0 16 times as often' "$VOLLEY" noc mesh28 --traffic hotspot --hot 0.9.0:16 --load 0.01 --window 1000
says '128 cores, 4 per tile, for patterns 16 x 8' "$VOLLEY" noc loihi --traffic tornado --load 0.001
says 'packets of 3 flits' "$VOLLEY" noc mesh28 --traffic tornado --load 0.03 --flits 3 --window 1000

# trees of routers and several chips: names of their own; the packets of a run are replayed there, too
tree=$scratch/tree.yaml
system=$scratch/system.yaml
sed 's/^  topology: mesh/  topology: tree\n  tree: {levels: 3, arity: 4}/; /^  size: 8x8/d; s/kind: xy,/kind: updown,/; s/\[0, 0\]/0/g; s/inputs: 5, //
     s/x: 4 bit, y: 4 bit, //' configs/chips/mesh28.yaml >"$tree"
sed 's/^noc:/system: {chips: 2x1, link: {width: 8 bit, delay: 20 ns}, source: chosen}\n\nnoc:/; s/{x: 4 bit/{chip: 1 bit, x: 4 bit/
     s/^    buffer_write:/    link_chip: {value: 20 pJ, source: guess}\n    buffer_write:/' configs/chips/mesh28.yaml >"$system"
says 'tree of 3 levels.*16 cores, for patterns 4 x 4.*busiest router [0-9]+ -> router' "$VOLLEY" noc "$tree" --traffic transpose --load 0.02
says '2 chips.*128 cores, for patterns 8 x 16.*a flit each 1 to 4.*busiest chip 0 \[7, [0-9]\] -> chip 1 \[0, [0-9]\]' \
    "$VOLLEY" noc "$system" --traffic uniform --load 0.004
says 'core 1\.3\.0 9 times' "$VOLLEY" noc "$system" --traffic hotspot --hot 1.3.0:9 --load 0.001
for chip in "$tree" "$system"; do
    works "$VOLLEY" run "$chip" $mlp.nir --input ${mlp}_input.spk --samples 0 --map balance --cores 12 --trace packets --quiet --out "$scratch/other" \
        --set 'core_types.lif28.queue={in: 1000000 packets, out: 1000000 packets}'
    works "$VOLLEY" noc "$chip" --traffic "$scratch/other" --quiet --out "$scratch/other.csv"
    true_that 'a step does not end as in the run' awk -F, 'NR > 1 && ($15 != $17 || !$15) { exit 1 } END { exit NR < 10 }' "$scratch/other.csv"
done

# saturation in plain words, for one load and along a curve
says 'SATURATED the network accepts 0\.3[0-9]* of 0\.[45]' "$VOLLEY" noc mesh28 --traffic uniform --load 0.5 --window 4000
says '0\.2 0\.[0-9]+ [0-9. ,]+ % .*0\.6 0\.[0-9]+ SATURATED.*saturates between load 0\.2 and 0\.4' \
    "$VOLLEY" noc mesh28 --traffic uniform --load 0.2..0.6:0.2 --window 3000

says 'dropped [0-9,]+ \([0-9.]+ %\): waited longer' "$VOLLEY" noc mesh28 --set noc.full=drop --set 'noc.drop_wait=12 cycles' --traffic uniform --load 0.38 \
    --window 2000

# a ring of waits is an answer: no; two channels break it
ring='--set noc.topology=torus --traffic tornado --load 0.4 --window 2000'
# shellcheck disable=SC2086
refused 1 '^volley: --traffic tornado --load 0.4: deadlock in the network .*ring: packet .* waits for the first' \
    "$VOLLEY" noc mesh28 $ring --set noc.router.virtual_channels=1 --set 'noc.watchdog=2000 cycles' --quiet
# shellcheck disable=SC2086
works "$VOLLEY" noc mesh28 $ring --set noc.router.virtual_channels=2

# files: whole, the same bytes twice, other bytes with another seed, nothing on the terminal with --quiet
for name in a b; do
    noc --traffic uniform --load 0.1..0.3:0.1 --window 2000 --out "$scratch/$name.csv" --links "$scratch/$name-links.csv"
    cp "$scratch/stdout" "$scratch/$name.txt"
    sed -i '/^wrote/d' "$scratch/$name.txt"
done
same "$scratch/a.csv" "$scratch/b.csv"
same "$scratch/a-links.csv" "$scratch/b-links.csv"
same "$scratch/a.txt" "$scratch/b.txt"
noc --traffic uniform --load 0.1..0.3:0.1 --window 2000 --out "$scratch/c.csv" --seed 7 --quiet
without_seed() { cut -d, -f3 --complement "$scratch/$1.csv" | cksum; }
true_that 'another seed gives the same figures' test "$(without_seed a)" != "$(without_seed c)"
true_that '--quiet prints' test ! -s "$scratch/stdout"
true_that 'not a row per load' test "$(wc -l <"$scratch/a.csv")" -eq 4
true_that 'not a row per link and load' test "$(grep -c ,link, "$scratch/a-links.csv")" -eq $((3 * 224))

# the packets of a run
works "$VOLLEY" run mesh28 $mlp.nir --input ${mlp}_input.spk --samples 0..2 --map balance --cores 6 --trace packets --quiet --out "$scratch/run"
says "packets of $scratch/run .*replayed [0-9,]+ packets with $(($(wc -l <"$scratch/run/packets.csv") / 1000)),[0-9]{3} deliveries.*assumes .*longest" \
    "$VOLLEY" noc mesh28 --traffic "$scratch/run"
works "$VOLLEY" noc mesh28 --traffic "$scratch/run/packets.csv" --set noc.routing.multicast=none
printf 'from,to,offset\n0.0.0,0.3.0,5\n0.1.0,0.3.0,5\n' >"$scratch/mine.csv"
says 'replayed 2 packets with 2 deliveries 1 step of 1 sample' "$VOLLEY" noc mesh28 --traffic "$scratch/mine.csv"

# refusals
bad() { # STATUS REGEX [options]
    local wanted=$1 text=$2
    shift 2
    refused "$wanted" "$text" "$VOLLEY" noc "$@" --out "$scratch/none.csv"
    absent "$scratch/none.csv"
}
bad 2 'which traffic\? --traffic uniform, transpose, .*trace packets' mesh28 --load 0.1
bad 2 "neither a pattern nor a file; did you mean 'uniform'" mesh28 --traffic unifrom --load 0.1
bad 2 'how much traffic\? --load L.*--burst B' mesh28 --traffic uniform
bad 2 '--load 1.5: flits per core and cycle, above 0 and at most 1' mesh28 --traffic uniform --load 1.5
bad 2 '--load 0.1..0.5: .*A\.\.B:STEP' mesh28 --traffic uniform --load 0.1..0.5
bad 2 '--load 0.5..0.1:0.1: ' mesh28 --traffic uniform --load 0.5..0.1:0.1
bad 2 '--load 0.1..1:0.0001: 9001 loads; at most' mesh28 --traffic uniform --load 0.1..1:0.0001
bad 2 '--burst 0: a whole number from 1' mesh28 --traffic uniform --burst 0
bad 2 '--window belongs to a steady load' mesh28 --traffic uniform --burst 1 --window 100
bad 2 '--hot belongs to --traffic hotspot' mesh28 --traffic uniform --load 0.1 --hot 0.1.0
bad 2 '--hot 0\.64\.0: write CORE or CORE:WEIGHT.*tiles 0 to 63' mesh28 --traffic hotspot --load 0.1 --hot 0.64.0
bad 2 '--hot 0\.4\.0:-3: ' mesh28 --traffic hotspot --load 0.1 --hot 0.4.0:-3
bad 2 'transpose on chip loihi: .*as many rows as columns; here are 16 columns and 8 rows' loihi --traffic transpose --load 0.1
bad 2 'bitrev works on the bits .*2, 4, 8 .*here are 36' mesh28 --set noc.size=6x6 --traffic bitrev --load 0.1
bad 1 'the network of chip ideal takes no time' ideal --traffic uniform --load 0.1
bad 2 'no chip .nowhere' nowhere --traffic uniform --load 0.1
bad 2 'no packets.csv in this folder.*--trace packets' mesh28 --traffic traces
bad 2 "README.md: no column 'from': not a trace of packets" mesh28 --traffic README.md
bad 2 '--load belongs to a pattern; recorded packets' mesh28 --traffic "$scratch/run" --load 0.1
bad 2 "packets.csv:[0-9]+:[0-9]+: (from|to) '0\.[0-9]+\.0': an address of this chip is wanted" mesh28 --set noc.size=2x2 --traffic "$scratch/run"
bad 2 'watchdog: 0 cycles is outside 1 cycle to' mesh28 --traffic uniform --burst 1 --set 'noc.watchdog=0 cycles'
bad 2 'buffer: 65536 flits is outside 1 flit to 65535 flits' mesh28 --traffic uniform --burst 1 --set 'noc.router.buffer=65536 flits'
bad 2 'links.0: a flit of 32 bit takes 32000000000 cycles over 1 bit, more than 1000000000' mesh28 --traffic uniform --burst 1 --set noc.topology=custom \
    --set noc.routers=2 --set 'noc.links=[{from: 0, to: 1, width: 1 bit}]' --set 'noc.link.flit_time=1000000000 cycles' \
    --set 'noc.routing={kind: updown, multicast: none}' --set io.in.router=0 --set io.out.router=0
bad 1 'a multicast packet of 9 flits does not fit a virtual channel of 4' mesh28 --traffic "$scratch/run" --flits 9
refused 2 '/none/x.csv: cannot be written' "$VOLLEY" noc mesh28 --traffic uniform --load 0.1 --out "$scratch/none/x.csv"
refused 2 'name the same file' "$VOLLEY" noc mesh28 --traffic uniform --load 0.1 --out "$scratch/x.csv" --links "$scratch/x.csv"
absent "$scratch/x.csv"
finish
