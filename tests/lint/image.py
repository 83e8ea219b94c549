#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""image.py firmware.elf - what only the linked image shows: nothing is constructed at run time, nothing is both written
and executed, and no path of the machine that built it is inside."""
import pathlib
import re
import subprocess
import sys

READELF = "aarch64-linux-gnu-readelf"


def main() -> int:
    elf = sys.argv[1]
    bad = 0

    def report(what):
        nonlocal bad
        print(f"{elf}: {what}")
        bad = 1

    sections = subprocess.run([READELF, "-SW", elf], capture_output=True, check=True, text=True).stdout
    for name, size in re.findall(r" (\.(?:preinit_array|init_array|ctors|fini_array|dtors))\S* +\w+ +\w+ +\w+ +(\w+)", sections):
        if int(size, 16):
            report(f"{name} is not empty: a global needs construction at run time; make it constinit")
    segments = subprocess.run([READELF, "-lW", elf], capture_output=True, check=True, text=True).stdout
    for line in segments.splitlines():
        if re.match(r"\s+LOAD\b", line) and re.search(r"\bRWE\b", line):
            report("a segment is written and executed; the linker script has to keep them apart")
    binary = pathlib.Path(elf).with_suffix(".bin")
    if binary.exists() and str(pathlib.Path.cwd()).encode() in binary.read_bytes():
        report(f"{binary.name} holds the path of this tree; -fmacro-prefix-map should have cut it off")
    return bad


if __name__ == "__main__":
    sys.exit(main())
