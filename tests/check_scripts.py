"""The scripts a newcomer runs are there, executable, stop at the first error, and are valid shell."""
import os
import re
import subprocess
import sys

import house

ENTRIES = ("setup.sh", "demo.sh", "test.sh", ".ci/run")


def is_script(root, path):
    return path.endswith(".sh") or house.read(root, path)[:2] == "#!"


def check_script(root, path):
    text = house.read(root, path)
    shell = "bash" if "bash" in text.split("\n")[0] else "sh"
    if path.endswith(".py") or "python" in text.split("\n")[0]:
        return []
    out = []
    answer = subprocess.run([shell, "-n", path], capture_output=True, text=True, cwd=root)
    if answer.returncode:
        out.append("%s:1: not valid %s: %s" % (path, shell, answer.stderr.strip()))
    if not re.search(r"^set -[a-z]*e", text, re.MULTILINE):
        out.append("%s:1: write 'set -eu' at the top: it goes on after an error" % path)
    return out


def check(root):
    out = ["%s:1: is missing" % path for path in ENTRIES if not os.path.isfile(os.path.join(root, path))]
    for path in house.files(root):
        if not path.endswith((".sh", ".py")) and path not in ENTRIES:
            continue
        if path in ENTRIES and not os.access(os.path.join(root, path), os.X_OK):
            out.append("%s:1: no run bit: chmod +x %s" % (path, path))
        if is_script(root, path):
            out += check_script(root, path)
    return out


def self_test():
    """The run bit is set on the way, since a written file has none."""
    original = house.write

    def write(root, path, text):
        original(root, path, text)
        if not text.startswith("#!/bin/sh\n# no run bit"):
            os.chmod(os.path.join(root, path), 0o755)

    house.write = write
    house.main(check, CLEAN, PLANTS)


GOOD = "#!/bin/sh\nset -eu\necho yes\n"
CLEAN = {path: GOOD for path in ENTRIES}
PLANTS = [
    ("a shell error", {"test.sh": "#!/bin/sh\nset -eu\nif true; then\n"}, "not valid sh"),
    ("errors passed over", {"demo.sh": "#!/bin/sh\necho yes\n"}, "set -eu"),
    ("no run bit", {"setup.sh": "#!/bin/sh\n# no run bit\nset -eu\n"}, "no run bit"),
]
if __name__ == "__main__":
    if "--self-test" in sys.argv:
        self_test()
    house.main(check, CLEAN, PLANTS)
