# Sourced by tests/cli/test_*.sh: runs the program and holds its exit status, messages and files against what is expected.
# A failed check is said and counted; finish() makes it the script's status. $scratch is removed at the end.
set -eu
VOLLEY=${VOLLEY:-build/release/volley}
VOLLEY=$(realpath "$VOLLEY")
root=$(pwd)
python=/usr/bin/python3
[ -x "$python" ] || python=python3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0
checks=0

fail() {
    printf 'FAILED: %s\n' "$*"
    failures=$((failures + 1))
}

# Runs the command; $status, $scratch/stdout and $scratch/stderr are what came of it.
attempt() {
    checks=$((checks + 1))
    status=0
    "$@" >"$scratch/stdout" 2>"$scratch/stderr" </dev/null || status=$?
    if grep -Eq 'Sanitizer|runtime error:' "$scratch/stdout" "$scratch/stderr"; then
        fail "sanitizer report: $*"
        head -20 "$scratch/stderr"
    fi
}

# works command...: exit 0, nothing on stderr
works() {
    attempt "$@"
    if [ "$status" -ne 0 ] || [ -s "$scratch/stderr" ]; then
        fail "exit $status, wanted 0 and no message: $*"
        head -5 "$scratch/stderr"
    fi
}

# says 'regex' command...: exit 0, and one line of stdout matches once its wrapped lines are joined
says() {
    local wanted=$1
    shift
    works "$@"
    tr -s ' \n' ' ' <"$scratch/stdout" | grep -Eq -- "$wanted" || fail "does not say '$wanted': $*"
}

# refused STATUS 'regex' command...: that exit status, one message of one line and nothing beside it, and what it says
refused() {
    local wanted=$1 text=$2
    shift 2
    attempt "$@"
    [ "$status" -eq "$wanted" ] || fail "exit $status, wanted $wanted: $*"
    grep -q '^volley: ' "$scratch/stderr" && [ "$(wc -l <"$scratch/stderr")" -eq 1 ] || fail "not exactly one message: $*: $(cat "$scratch/stderr")"
    grep -Eq -- "$text" "$scratch/stderr" || fail "message lacks '$text': $*: $(cat "$scratch/stderr")"
}

# absent PATH: nothing half-written
absent() {
    checks=$((checks + 1))
    [ ! -e "$1" ] || fail "left behind: $(ls -la "$1")"
}

# same FILE FILE
same() {
    checks=$((checks + 1))
    cmp -s "$1" "$2" || fail "$1 and $2 differ"
}

# true_that 'what' command...
true_that() {
    local what=$1
    shift
    checks=$((checks + 1))
    "$@" >/dev/null || fail "$what"
}

finish() {
    printf '%d checks, %d failed\n' "$checks" "$failures"
    [ "$failures" -eq 0 ]
}

mlp=traces/mlp_rate/mlp_rate
conv=traces/conv_rate/conv_rate
