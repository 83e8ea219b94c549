#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Rules of the house that no compiler knows: licence lines, purpose lines, no path of anybody's machine."""
import pathlib
import re
import subprocess
import sys

SPDX = "SPDX-License-Identifier: BSD-2-Clause"
QEMUS = "SPDX-License-Identifier: GPL-2.0-or-later"  # of what is built into QEMU, as QEMU itself
LICENSED = {".cc", ".hh", ".c", ".h", ".S", ".mk", ".py", ".dts", ".dtsi", ".awk", ".sh"}
LICENSED_NAMES = {"Makefile", "Kconfig"}
OTHERS = ("tests/fuzz/corpus/", "tests/capsules/bad/")  # inputs, whatever they look like
MACHINE = re.compile(r"(?<![\w.$})/-])/(home|root|work|Users|mnt)/\w")


def main() -> int:
    bad = 0

    def report(path, number, what):
        nonlocal bad
        print(f"{path}:{number}: {what}")
        bad += 1

    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True, check=True
    ).stdout.decode()
    for path in sorted(pathlib.Path(n) for n in names.split("\0") if n):
        if not path.is_file() or path.is_symlink():
            continue
        data = path.read_bytes()
        if b"\0" in data:
            continue
        text = data.decode(errors="replace")
        lines = text.splitlines() or [""]
        script = lines[0].startswith("#!")
        if path.suffix in LICENSED or path.name in LICENSED_NAMES or script:
            licence = QEMUS if str(path).startswith("tests/model/macchiatobin/") else SPDX
            if licence not in "\n".join(lines[script : script + 1]):
                report(path, 1 + script, f"this line has to say: {licence}")
        if path.suffix == ".hh" and not re.match(rf"// {re.escape(str(path))} - \w", (lines + [""])[1]):
            report(path, 2, f"this line has to say what the header is for: // {path} - purpose")
        if str(path).startswith(OTHERS):
            continue
        for number, line in enumerate(lines, 1):
            if MACHINE.search(line):
                report(path, number, "a path of somebody's machine; make it relative to the tree, or a variable")
        if text and not text.endswith("\n"):
            report(path, len(lines), "the last line has no end")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
