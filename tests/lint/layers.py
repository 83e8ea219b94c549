#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Who may include whom: a file that includes a folder which its own may not see is named, with what to do about it."""
import pathlib
import re
import sys

# Folder: the folders that it sees besides itself. The longest name that fits a path is its folder.
SEES = {
    "lib": "",
    "arch": "lib",
    "virtio": "lib",
    "net": "lib virtio",
    "efi": "lib",
    "disk": "lib",
    "crypto": "lib efi",
    "scmi": "lib",
    "scmi/virtio": "lib scmi virtio",  # the one transport over virtqueues: scmi/virtio.hh and .cc
    "scmi/platform": "lib scmi",
    "drivers": "lib arch virtio",
    "shell": "lib scmi virtio net efi disk",
    "board": "lib arch virtio scmi scmi/virtio scmi/platform net efi disk crypto drivers shell",
}
GENERATED = {"version.h"}  # by the build, below build/
# Standard headers that bring the heap, exceptions, locales or an operating system.
HOSTED = set(
    "any deque fstream functional future iomanip iostream list locale map memory_resource mutex ostream queue regex set "
    "sstream stack stdexcept string thread unordered_map unordered_set vector".split()
)


def folder(path: str) -> str:
    return max((f for f in SEES if path.startswith((f + "/", f + "."))), key=len, default="")


def main() -> int:
    bad = 0

    def report(path, number, what):
        nonlocal bad
        print(f"{path}:{number}: {what}")
        bad += 1

    tops = {f.split("/")[0] for f in SEES}
    for path in sorted(p for top in tops for p in pathlib.Path(top).rglob("*") if p.suffix in (".hh", ".cc", ".S")):
        own = folder(str(path))
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if m := re.match(r"\s*#\s*include\s*<(.*)>", line):
                if m[1] in HOSTED:
                    report(path, number, f"<{m[1]}> needs an operating system; take std::span, std::array, lib/")
            elif m := re.match(r'\s*#\s*include\s*"(.*)"', line):
                if m[1] in GENERATED:
                    continue
                if ".." in m[1] or not pathlib.Path(m[1]).is_file():
                    report(path, number, f'include "{m[1]}" by its path from the root of the tree')
                    continue
                seen = folder(m[1])
                if seen != own and seen not in SEES[own].split():
                    report(
                        path, number,
                        f"{own}/ may not see {seen or m[1]}; it sees: {SEES[own] or 'nothing'}. Hand in what it needs"
                        " from a layer above, as an argument or an interface",
                    )
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
