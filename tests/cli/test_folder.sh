# The run folder: what is in it, what an earlier run or a stranger left there, names with blanks, places where nothing can be written.
set -eu
. tests/cli/check.sh
export VOLLEY_CHIPS=$root/configs/chips

run() { # [options]
    works "$VOLLEY" run loihi $mlp.nir --input ${mlp}_input.spk --samples 0..1 --quiet "$@"
}
listing() { # FOLDER WANTED: its files, blanks between them
    checks=$((checks + 1))
    local found
    found=$(ls -A "$1" | tr '\n' ' ')
    [ "$found" = "$2 " ] || fail "$1 holds '$found', wanted '$2'"
}
files='counters.csv host.json layers.csv noc.csv report.txt samples.csv steps.csv summary.json'

# its files and their columns, as docs/formats.md has them
run --labels ${mlp}_labels.npy --out "$scratch/a"
listing "$scratch/a" "$files"
header() { # FILE COLUMNS
    checks=$((checks + 1))
    [ "$(head -1 "$scratch/a/$1")" = "$2" ] || fail "$1 begins with '$(head -1 "$scratch/a/$1")'"
    grep -qF "$2" docs/formats.md || fail "docs/formats.md has other columns for $1"
}
header samples.csv sample,label,prediction,steps,time_s,energy_j,spikes,sops,packets
header layers.csv population,neurons,spikes,rate,sops,updates,energy_j
header steps.csv sample,step,time_s,spikes,sops,packets,energy_j,peak_link_use
header counters.csv scope,name,counter,value
# of a port: what its buffer and its way out did; why packets waited in it, and were lost there
ports=router,x,y,port,buffer_writes,buffer_reads,routes,vc_grants
ports=$ports,switch_grants,crossbar,link,lost_grants,flit_cycles,occupancy,use,blocked_cycles
waits=stall_no_vc,stall_lost_vc,stall_no_credit,stall_lost_switch,stall_link_busy,stall_no_place
lost=dropped_no_vc,dropped_lost_vc,dropped_no_credit,dropped_lost_switch,dropped_link_busy,dropped_no_place
header noc.csv "$ports,$waits,$lost"
run --labels ${mlp}_labels.npy --out "$scratch/a" --trace spikes,membrane,packets,timeline
listing "$scratch/a" \
    'counters.csv host.json layers.csv membranes.csv noc.csv packets.csv report.txt samples.csv spikes.csv steps.csv summary.json timeline.json'
header spikes.csv sample,step,population,neuron
header membranes.csv sample,step,population,neuron,membrane,bits
header packets.csv sample,step,from,to,offset,arrive,start,end,packet

cat >"$scratch/keys.py" <<'PY'
import json
import sys

summary = json.load(open(sys.argv[1] + "/summary.json"))
text = open("docs/formats.md").read().split("## summary.json")[1]
unsaid = [key for part in (summary, summary["energy"], summary["time"], summary["chip"]) for key in part if "`%s`" % key not in text]
assert not unsaid, unsaid
PY
works "$python" "$scratch/keys.py" "$scratch/a"

# again into the same folder: traces of the earlier run go, strangers' files stay
echo mine >"$scratch/a/notes.txt"
run --labels ${mlp}_labels.npy --out "$scratch/a"
listing "$scratch/a" 'counters.csv host.json layers.csv noc.csv notes.txt report.txt samples.csv steps.csv summary.json'
run --labels ${mlp}_labels.npy --out "$scratch/a" --timing none     # no ports: what the run before said of them goes
listing "$scratch/a" 'counters.csv host.json layers.csv notes.txt report.txt samples.csv steps.csv summary.json'
true_that 'a file of another name was touched' grep -q mine "$scratch/a/notes.txt"
mkdir "$scratch/theirs"
echo theirs >"$scratch/theirs/samples.csv"
refused 2 'holds a file samples\.csv that is not of a volley run.*name another folder' \
    "$VOLLEY" run loihi $mlp.nir --input ${mlp}_input.spk --samples 0 --quiet --out "$scratch/theirs"
true_that 'a file of another was replaced' grep -q theirs "$scratch/theirs/samples.csv"
listing "$scratch/theirs" samples.csv

# a run that is refused leaves an earlier answer as it was, and no new folder
unchanged() { # WHAT
    checks=$((checks + 1))
    diff -r "$scratch/a" "$scratch/kept" >/dev/null || fail "$1 changed the folder"
}
cp -r "$scratch/a" "$scratch/kept"
refused 2 'the input holds 100 samples' "$VOLLEY" run loihi $mlp.nir --input ${mlp}_input.spk --samples 500 --out "$scratch/a"
unchanged 'a refused run'
refused 2 'the input holds 100 samples' "$VOLLEY" run loihi $mlp.nir --input ${mlp}_input.spk --samples 500 --out "$scratch/new"
absent "$scratch/new"

# a disk that fills up in the middle: a limit on the size of files stands for it
small() {
    (
        trap '' XFSZ
        ulimit -f 4
        exec "$@" >/dev/null
    )
}
filled() { # ARGUMENTS
    refused 2 'cannot (be written|write).*: File too large' small "$VOLLEY" "$@"
}
filled run loihi $mlp.nir --input ${mlp}_input.spk --samples 0..3 --out "$scratch/a"
unchanged 'a full disk'
filled run loihi $mlp.nir --input ${mlp}_input.spk --samples 0..3 --out "$scratch/new"
absent "$scratch/new"
for end in spk csv; do
    filled convert ${mlp}_input.spk -o "$scratch/new.$end"
    absent "$scratch/new.$end"
    absent "$scratch/new.$end.part"
done
# a network of several files: all or none; what stood in their places stays
mkdir "$scratch/net"
works "$VOLLEY" convert $mlp.nir -o "$scratch/net/new.yaml"
cp -r "$scratch/net" "$scratch/net_kept"
for target in net none; do
    mkdir -p "$scratch/$target"
    filled convert $mlp.nir -o "$scratch/$target/new.yaml"
    filled convert $conv.nir -o "$scratch/$target/new.yaml"
done
true_that 'a full disk changed the files of a network' diff -r "$scratch/net" "$scratch/net_kept"
true_that 'a full disk left files of a network' rmdir "$scratch/none"
# a map
many=core_types.loihi.capacity.neurons=16
filled map loihi $conv.nir --set $many --map fill -o "$scratch/map.yaml"
absent "$scratch/map.yaml"
absent "$scratch/map.yaml.part"
works "$VOLLEY" map loihi $conv.nir --set $many --map fill -o "$scratch/map.yaml"
true_that 'the map is too small for this test' [ "$(wc -c <"$scratch/map.yaml")" -gt 4096 ]
cp "$scratch/map.yaml" "$scratch/map_kept.yaml"
filled map loihi $conv.nir --set $many --map pack -o "$scratch/map.yaml"
same "$scratch/map.yaml" "$scratch/map_kept.yaml"
refused 2 '/dev/full: cannot be written: No space left' "$VOLLEY" map loihi $conv.nir -o /dev/full

# no --out: a folder out where one stands; parents are made; a slash at the end
mkdir "$scratch/here"
here() {
    (cd "$scratch/here" && "$@")
}
says 'wrote out/: samples\.csv.*next: volley report out' here "$VOLLEY" run loihi "$root/$mlp.nir" --input "$root/${mlp}_input.spk" --samples 0
listing "$scratch/here/out" "$files"
run --out "$scratch/deep/er/"
listing "$scratch/deep/er" "$files"

# blanks, quotes and a leading dash in names; the typed line in host.json is read back by a shell
odd="$scratch/it's a run \$HOME"
mkdir "$odd"
cp $mlp.nir "$odd/my net.nir"
cp ${mlp}_input.spk "$odd/my input.spk"
cp configs/chips/loihi.yaml "$odd/my chip.yaml"
cp ${mlp}_labels.npy "$odd/-labels.npy"
odd() {
    (cd "$odd" && "$@")
}
says 'my net\.nir on loihi' odd "$VOLLEY" run 'my chip.yaml' 'my net.nir' --input 'my input.spk' --labels=-labels.npy --samples 0 --out "$odd/o u t"
listing "$odd/o u t" "$files"
says "wrote a map\.yaml: volley run 'my chip' 'my net\.nir' --map 'a map\.yaml'" odd "$VOLLEY" map 'my chip' 'my net.nir' -o 'a map.yaml'
works odd "$VOLLEY" run --map 'a map.yaml' --steps 3 --quiet -- 'my chip' 'my net.nir'
cat >"$scratch/again.py" <<'PY'
import json
import shlex
import sys

command = json.load(open(sys.argv[1] + "/host.json"))["command"]
words = shlex.split(command)
assert words[:4] == ["volley", "run", "my chip.yaml", "my net.nir"] and words[-1] == sys.argv[1], command
PY
works "$python" "$scratch/again.py" "$odd/o u t"
works odd "$VOLLEY" run loihi "$root/$mlp.nir" --steps 3 --quiet --out=-dash
listing "$odd/-dash" "$files"
works odd "$VOLLEY" report -- -dash
listing "$odd/-dash" 'counters.csv host.json layers.csv noc.csv report.html report.txt samples.csv steps.csv summary.json'

# where nothing can be written: found before the run, named, and nothing left
refused 2 '--out .*/proc.*cannot .*name' "$VOLLEY" run loihi $mlp.nir --input ${mlp}_input.spk --samples 0 --out /proc/none
if [ "$(id -u)" -ne 0 ]; then       # root may write everywhere
    mkdir "$scratch/locked"
    chmod 555 "$scratch/locked"
    refused 2 'cannot write there: Permission denied' "$VOLLEY" run loihi $mlp.nir --input ${mlp}_input.spk --samples 0 --out "$scratch/locked"
fi
refused 2 '/dev/full: this is not a folder' "$VOLLEY" run loihi $mlp.nir --input ${mlp}_input.spk --samples 0 --out /dev/full
full() { # [arguments]: standard output is a full disk
    "$VOLLEY" "$@" >/dev/full
}
for command in 'info loihi' chips counters kinds 'run --help' --help --version "report $scratch/a" "compare $scratch/a $scratch/kept"; do
    # shellcheck disable=SC2086
    refused 2 '(No space left|disk full)' full $command
done

# compare and report of what is no run
refused 2 'nowhere' "$VOLLEY" compare "$scratch/a" "$scratch/nowhere"
refused 2 'takes DIR DIR' "$VOLLEY" compare "$scratch/a"
head -c 300 "$scratch/a/summary.json" >"$scratch/kept/summary.json"
refused 2 'kept is not the folder of a finished run.*summary\.json' "$VOLLEY" report "$scratch/kept"
refused 2 'summary\.json' "$VOLLEY" compare "$scratch/a" "$scratch/kept"
run --map balance --cores 4 --out "$scratch/b"
says 'cores used 1 4 .*energy, dynamic ([0-9.]+ uJ) [0-9.]+ uJ x 1.*time [0-9.]+ us [0-9.]+ us x 0\.[23]' "$VOLLEY" compare "$scratch/a" "$scratch/b"
run --set noc.size=4x4 --out "$scratch/c"
long=$scratch/a-folder-whose-name-is-longer-than-any-column-of-the-table-would-be
cp -r "$scratch/c" "$long"
says 'mapping pack pack .*note: .*/c: --set noc\.size=4x4' "$VOLLEY" compare "$scratch/a" "$scratch/c"
says 'inference .*\.\.\.[^ ]*-than-any-column-of-the-table-would-be ?$' sh -c "'$VOLLEY' compare '$scratch/a' '$long' | head -1"
works "$VOLLEY" report "$scratch/a"
true_that 'the page needs something beside it' sh -c "! grep -Eq '(src|href)=.https?:' '$scratch/a/report.html'"
finish
