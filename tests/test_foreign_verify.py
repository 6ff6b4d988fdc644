"""volley verify PATH on the core of tests/foreign: it prints what it can be asked for, finds nothing where nothing is wrong, and a planted bug, a wrong
formula, a wrong word of identity, a core that never rests, a change of cycles where they are."""
import os
import re
import sys

import foreign_core as foreign
import fst


def verify(path, *options, **more):
    return foreign.call("verify", os.path.abspath(path), "--out", os.path.join(foreign.HERE, "failures"), *options, **more)


def nothing_is_wrong():
    answer = verify(foreign.CORE, "--seeds", "2")
    text = answer.stdout
    foreign.that(answer.returncode == 0 and not answer.stderr and " 0 differences" in text, "no difference: %s" % text.split("\n")[-2])
    head = text.split("\n")
    foreign.that(head[1:4] == ["  mode transaction", "  mode lockstep", "  mode counts"] and head[4].startswith("  mode overlap: not possible: "),
                 "it says first which modes the core allows, and why not the others")
    foreign.that("quirk axon_high: " in text and "(kept out of the stimulus)" in text and "(the reference does the same)" in text, "and its quirks")
    packets, spikes, cycles = (int(n) for n in re.search(r"(\d+) packets +\d+ updates +(\d+) spikes +(\d+) cycles", text).groups())
    foreign.that(packets > 5000 and spikes > 10000 and cycles > 128 * packets, "something happened")
    foreign.that(verify(foreign.CORE, "--seeds", "2", "--jobs", "2").stdout == text, "the same bytes with two threads")
    foreign.that(verify(foreign.CORE + "/manifest.yaml", "--seeds", "1", "--quiet").returncode == 0, "the manifest's own path will do")
    foreign.refused(verify(foreign.CORE, "--mode", "overlap"), 2, "not possible with aerlif: its handshakes belong to its adapter")


def a_planted_bug_is_found():
    """A membrane that is exactly at the threshold: >= became >."""
    folder = foreign.edited("planted", {"aerlif.v": [("added >= threshold", "added > threshold")]})
    answer = verify(folder, "--seeds", "3")
    foreign.that(answer.returncode == 1 and "DIFFERENCE in only " in answer.stdout, "a planted bug is a difference, exit 1: %s" % answer.stderr)
    events = re.search(r"shrank .* to (\d+), (\d+), ", answer.stdout)
    foreign.that(bool(events) and int(events.group(1)) + int(events.group(2)) <= 10, "it shrinks to a few steps and packets: %s" % (events and events.group(0)))
    saved = re.search(r"^  (\S+\.stim)$", answer.stdout, re.M)
    again = saved and verify(folder, "--stim", os.path.join(foreign.HERE, saved.group(1)))
    foreign.that(bool(again) and again.returncode == 1 and "DIFFERENCE" in again.stdout, "what was saved shows it again")
    wave = saved and os.path.join(foreign.HERE, saved.group(1)[:-5] + ".fst")
    wrong = fst.faults(wave, "AERIN_REQ") if wave and os.path.exists(wave) else ["no waveform"]
    foreign.that(not wrong, "and its clocks are in an FST file that opens: %s" % wrong)
    sound = saved and verify(foreign.CORE, "--stim", os.path.join(foreign.HERE, saved.group(1)))
    foreign.that(bool(sound) and sound.returncode == 0, "and finds nothing in the sound core")
    if saved:
        os.remove(os.path.join(foreign.HERE, saved.group(1)))


def an_event_of_its_own_is_sent():
    """A virtual event carries its neuron and weight in its address; here an even weight is taken for the odd one above it."""
    folder = foreign.edited("virtual", {"aerlif.v": [("given <= AERIN_ADDR[7:4]", "given <= AERIN_ADDR[7:4] | 4'd1")]})
    answer = verify(folder, "--seeds", "1")
    foreign.that(answer.returncode == 1 and "DIFFERENCE in only " in answer.stdout,
                 "a fault that only a virtual event shows is found there: %s" % answer.stdout[answer.stdout.find("DIFFERENCE"):].split("\n")[0])
    saved = re.search(r"^  (\S+\.stim)$", answer.stdout, re.M)
    path = saved and os.path.join(foreign.HERE, saved.group(1))
    with open(path or os.devnull, encoding="utf-8") as file:
        foreign.that(bool(re.search(r"^virtual \d+(:-?\d+)?$", file.read(), re.M)), "and shrinks to one")
    for text, message in ((("virtual 16:3", "axon 16: this size takes 0..15"), ("virtual 2:8", "payload 8: this size takes -8..7"))):
        wrong = os.path.join(foreign.HERE, "wrong.stim")
        with open(path or os.devnull, encoding="utf-8") as file, open(wrong, "w", encoding="utf-8") as to:
            to.write(re.sub(r"^virtual .*$", text, file.read(), flags=re.M))
        foreign.refused(verify(foreign.CORE, "--stim", wrong), 2, message)
    if saved:
        os.remove(path)


def coverage_is_whole():
    answer = verify(foreign.CORE, "--seeds", "2", "--coverage")
    points = re.findall(r"^  (\w+) +(line|toggle) +(\d+) of +(\d+) reached", answer.stdout, re.M)
    foreign.that(answer.returncode == 0 and len(points) == 6 and all(n == of for _, _, n, of in points),
                 "every line and bit of the core is reached: %s" % points)


def what_the_manifest_says_is_held():
    """None of these is a new build: formulae, words of identity and times are read anew."""
    formula = foreign.edited("formula", {"manifest.yaml": [("cycles: 2*neurons + spikes", "cycles: 2*neurons + 1 + spikes")]})
    answer = verify(formula, "--seeds", "1", "--mode", "counts")
    foreign.that(answer.returncode == 1 and re.search(r"counts, step \d+.*: \d+ cycles, declared \d+", answer.stdout), "a wrong formula: %s"
                 % answer.stdout[answer.stdout.find("DIFFERENCE"):].split("\n")[0])
    other = foreign.edited("other", {"manifest.yaml": [("identity: 0x41455231", "identity: 0x41455232")]})
    foreign.refused(verify(other, "--seeds", "1", "--quiet"), 2, "manifest.yaml:2:", "the core's identity word is 0x41455231, the manifest says 0x41455232")
    slow = foreign.edited("slow", {"manifest.yaml": [("timeout: 20000 cycles", "timeout: 100 cycles")]})
    answer = verify(slow, "--seeds", "1", "--quiet")
    port = r"aerlif: not idle after 100 clocks \(idle.timeout\) of event \w+, axon \d+: state \w+, neuron \d+, AERIN_REQ "
    foreign.that(answer.returncode == 1 and re.search(port, answer.stdout),
                 "a core that never rests: the state of its port, no hang: %s" % answer.stdout.split("\n")[0])
    changed = foreign.edited("changed", {"manifest.yaml": [("  top: aerlif", "  top: aerlif\n  sha256: {aerlif.v: \"%s\"}" % ("0" * 64))]})
    answer = verify(changed, "--seeds", "1")
    foreign.that(answer.returncode == 0 and answer.stdout.find("aerlif.v is not the file that was pinned") < answer.stdout.find(" 0 differences"),
                 "a changed checksum is a warning before anything else")
    foreign.that(verify(changed, "--pin").returncode == 0 and "not the file" not in verify(changed, "--seeds", "1").stdout, "--pin: and it is gone")


def a_profile_that_there_is_not_is_refused():
    folder = foreign.edited("profiles", {"manifest.yaml": [("stimulus: {", "stimulus: {profiles: [dense, burts], ")]})
    foreign.refused(verify(folder), 2, "manifest.yaml:", "unknown key 'burts' in stimulus.profiles; did you mean 'burst'?")
    folder = foreign.edited("learning", {"manifest.yaml": [("stimulus: {", "stimulus: {profiles: [learning], ")]})
    foreign.refused(verify(folder), 2, "aerlif: no profile that it allows fits it, so nothing would be tested; there are dense, ")


def a_stimulus_for_another_size_is_refused():
    path = os.path.join(foreign.HERE, "large.stim")
    with open(path, "w", encoding="utf-8") as file:
        file.write("volley stimulus 1\ncore aerlif size only\nneurons 65 axons 3\nstep\nend\n")
    foreign.refused(verify(foreign.CORE, "--stim", path), 2, "large.stim:3:")


def a_baseline_holds_cycles_and_accesses():
    path = os.path.join(foreign.HERE, "baseline")
    options = ["--seeds", "1", "--profile", "dense,sparse", "--baseline", path]
    foreign.refused(verify(foreign.CORE, *options, "--quiet"), 2, "No such file", "--update writes it")
    foreign.that(verify(foreign.CORE, *options, "--update", "--quiet").returncode == 0 and os.path.exists(path), "--update writes it")
    foreign.that(verify(foreign.CORE, *options, "--quiet").returncode == 0, "nothing has changed")
    text = open(path, encoding="utf-8").read()
    cycles = int(re.search(r"only spike calls \d+ cycles (\d+)", text).group(1))
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("cycles %d " % cycles, "cycles %d " % (cycles - 77)))
    answer = verify(foreign.CORE, *options, "--quiet")
    old, new = ("%s only spike calls" % word in answer.stdout and "cycles %d " % n in answer.stdout for word, n in (("was", cycles - 77), ("is ", cycles)))
    foreign.that(answer.returncode == 1 and old and new, "a change is exit 1 with event, old and new: %s" % answer.stdout.strip())


def main():
    if not foreign.there_is_verilator():
        return 0
    nothing_is_wrong()
    a_planted_bug_is_found()
    an_event_of_its_own_is_sent()
    coverage_is_whole()
    what_the_manifest_says_is_held()
    a_profile_that_there_is_not_is_refused()
    a_stimulus_for_another_size_is_refused()
    a_baseline_holds_cycles_and_accesses()
    return foreign.end()


if __name__ == "__main__":
    sys.exit(main())
