#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""image.py firmware.elf - what only the linked image shows, of 64 and of 32 bits: nothing is constructed at run time,
nothing is both written and executed, no two kinds of memory share a page, nothing is left for a dynamic linker but what
start.S can do itself, and no path of the machine that built it is inside."""
import pathlib
import re
import subprocess
import sys

READELF = "aarch64-linux-gnu-readelf"  # reads those of every machine
PAGE = 4096
CONSTRUCTORS = r"\.(?:preinit_array|init_array|ctors|fini_array|dtors)"
RELATIVE = {"AArch64": "R_AARCH64_RELATIVE", "ARM": "R_ARM_RELATIVE"}


def read(option: str, elf: str) -> str:
    return subprocess.run([READELF, option, elf], capture_output=True, check=True, text=True).stdout


def problems(elf: str):
    machine = re.search(r"Machine: +(\w+)", read("-hW", elf))[1]
    for name, size in re.findall(rf" ({CONSTRUCTORS}\S*) +\w+ +\w+ +\w+ +(\w+)", read("-SW", elf)):
        if int(size, 16):
            yield f"{name} is not empty: a global needs construction at run time; make it constinit"

    segments = re.findall(r"^ +(\w+) +0x\w+ 0x(\w+) 0x\w+ 0x\w+ 0x(\w+) ([RWE ]{3}) ", read("-lW", elf), re.M)
    loaded = sorted((int(at, 16), int(size, 16), flags) for kind, at, size, flags in segments if kind == "LOAD")
    if not loaded:
        yield "nothing of it is loaded"
    for at, size, flags in loaded:
        if "W" in flags and "E" in flags:
            yield "a segment is written and executed; the linker script has to keep them apart"
    symbols = read("-sW", elf)
    paged = "__constants_start" in symbols  # what runs without an MMU has none
    for (at, size, flags), (after, _, other) in zip(loaded, loaded[1:]):
        if paged and flags != other and (at + size - 1) // PAGE >= after // PAGE:
            kinds = f"{flags.strip()} and {other.strip()}"
            yield f"the page at {after // PAGE * PAGE:#x} is {kinds}; begin a new one between them"

    for kind in set(re.findall(r"^[0-9a-f]+ +[0-9a-f]+ (R_\w+)", read("-rW", elf), re.M)) - {RELATIVE[machine]}:
        yield f"a relocation is {kind}, which start.S cannot do"
    for name in re.findall(r"^ *\d+: [0-9a-f]+ +\d+ \w+ +\w+ +\w+ +UND (\S+)", symbols, re.M):
        yield f"{name} is not defined"

    binary = pathlib.Path(elf).with_suffix(".bin")
    if not binary.exists():
        yield f"{binary.name} is missing"
    elif str(pathlib.Path.cwd()).encode() in binary.read_bytes():
        yield f"{binary.name} holds the path of this tree; -fmacro-prefix-map should have cut it off"


def main() -> int:
    found = list(problems(sys.argv[1]))
    for what in found:
        print(f"{sys.argv[1]}: {what}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
