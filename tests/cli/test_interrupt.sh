# Ctrl-C in the middle: the sample in hand is finished, what was finished is kept and marked partial, exit 130. Twice: nothing is kept.
# Python starts the runs, since a shell's background jobs ignore SIGINT.
set -eu
. tests/cli/check.sh
export VOLLEY_CHIPS=$root/configs/chips

cat >"$scratch/interrupt.py" <<'PY'
import json
import os
import signal
import subprocess
import sys
import time

volley, scratch = sys.argv[1:]
MLP = "traces/mlp_rate/mlp_rate"


def caught(run):
    """1 when the kernel says that the run catches SIGTERM, which is just before its first sample."""
    masks = [line for line in open("/proc/%d/status" % run.pid) if line.startswith("SigCgt")]
    return masks and int(masks[0].split()[1], 16) >> (signal.SIGTERM - 1) & 1


def interrupted(out, signals, wait, *more, ignored=False):
    """A run of many seconds that gets the signals `wait` seconds after its first sample began; its exit status and what it said."""
    command = [volley, "run", "mesh28", MLP + ".nir", "--input", MLP + "_input.spk", "--out", out, *more]
    action = signal.SIG_IGN if ignored else signal.SIG_DFL
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=lambda: signal.signal(signal.SIGINT, action))
    deadline = time.monotonic() + 120
    while run.poll() is None and not caught(run) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(wait)
    for number in signals:
        run.send_signal(number)
        time.sleep(0.05)
    text, said = run.communicate(timeout=600)
    assert "Sanitizer" not in said and "runtime error" not in said, said
    return run.returncode, text, said


def partial(name, number, *more):
    """The wait grows until a sample is finished, however slow the computer is."""
    out = "%s/%s" % (scratch, name)
    for wait in (0.5, 2, 8, 32):
        status, text, said = interrupted(out, [number], wait, "--steps", "20000", *more)
        assert status == 130, (status, said)
        if os.path.exists(out):
            break
        assert "nothing is kept" in said, said      # and no folder is left
    summary = json.load(open(out + "/summary.json"))
    samples = len(open(out + "/samples.csv").readlines()) - 1
    assert summary["partial"] is True and 0 < summary["samples"] == samples < summary["samples_asked"] == 100, (samples, summary["samples"])
    assert len(open(out + "/steps.csv").readlines()) - 1 == samples * summary["chip_steps"]
    assert "interrupted after %d of 100 samples: what was finished is kept and marked partial" % samples in said, said
    assert any("interrupted after %d of 100 sample" % samples in line for line in summary["warnings"]), summary["warnings"]
    assert not [name for name in os.listdir(out) if name.startswith(".")], os.listdir(out)
    again = subprocess.run([volley, "report", out], capture_output=True, text=True)
    assert again.returncode == 0 and "interrupted after %d of 100" % samples in again.stdout, again.stderr
    return summary, text


partial("by_int", signal.SIGINT)
partial("by_term", signal.SIGTERM, "--threads", "2")
summary, text = partial("with_float", signal.SIGINT, "--against-float", "--expect", MLP + "_ref.csv")
assert summary["float_accuracy"] is None and any("before the comparison with float32" in line for line in summary["warnings"]), summary["warnings"]
assert "predictions differ from" in text, text

status, text, said = interrupted(scratch + "/twice", [signal.SIGINT, signal.SIGINT], 0.2, "--steps", "500000", "--samples", "0..3")
assert status == 130 and not text and "once more stops at once" in said, (status, text, said)
assert not os.path.exists(scratch + "/twice") or not os.listdir(scratch + "/twice")

status, text, said = interrupted(scratch + "/ignored", [signal.SIGINT], 0.1, "--samples", "0..9", "--steps", "500", ignored=True)
assert status == 0 and not said and json.load(open(scratch + "/ignored/summary.json"))["samples"] == 10, (status, said)
PY
attempt "$python" "$scratch/interrupt.py" "$VOLLEY" "$scratch"
[ "$status" -eq 0 ] || fail "$(tail -5 "$scratch/stderr")"
finish
