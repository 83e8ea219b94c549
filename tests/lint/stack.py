#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""stack.py firmware.elf [-v] - the deepest stack that the linked image can need, against the stack that it has.

Frames and calls are read from the code itself (stack_walk/), A64, A32 or Thumb-2, so assembly, libfdt and what the
linker kept count too. The .su files beside the objects (GCC's -fstack-usage) tell frames whose size is not known before
run time; those fail. A tail call is counted as a call. What a call through a register can reach is taken in this order:
  1. a function whose address the code makes, and a place in a vtable: every function in that place of any vtable, or of
     those that VIRTUALS tells. The register is followed back on all ways that lead to the call; a jump table in A64 code
     is taken to lead only where nothing else does;
  2. POINTERS in rows.py, for the functions that are named there;
  3. any other: every function whose address is taken anywhere outside of vtables.
Each takes in more than can happen, never less, as long as a table of functions is not mistaken for a vtable, which
would take a struct whose first member points to it. Recursion fails, also when it only may happen through a pointer:
then a line in POINTERS has to say what the pointer can be. A call that can reach nothing fails, and so does a change of
sp in any form that is not known.
"""
import pathlib
import re
import sys

from stack_walk.image import Image
from stack_walk.rows import ONCE


def deepest(image: Image, root: int) -> list[tuple[int, int]]:
    """The path below `root` that needs most, as functions with their frames."""
    Step = tuple[int, bool]  # a function, and whether this is the second level of ONCE
    best: dict[Step, tuple[int, Step | None]] = {}
    open_path: list[Step] = []

    def below(f: int, second: bool):
        for g in image.calls(f):
            starts = any(re.search(a, image.shown[f]) and re.search(b, image.shown[g]) for a, b in ONCE)
            if not (starts and second):
                yield g, second or starts

    def visit(step: Step) -> int:
        if step in best:
            return best[step][0]
        if step in open_path:
            around = open_path[open_path.index(step) :] + [step]
            names = "\n  ".join(image.shown[f] for f, _ in around)
            raise SystemExit(f"stack: recursion, so there is no bound; POINTERS may lack a row:\n  {names}")
        open_path.append(step)
        depth, deeper = max(((visit(g), g) for g in below(*step)), default=(0, None))
        open_path.pop()
        best[step] = image.frame(step[0]) + depth, deeper
        return best[step][0]

    sys.setrecursionlimit(10_000)
    step = (root, False)
    visit(step)
    path = []
    while step is not None:
        path.append((step[0], image.frame(step[0])))
        step = best[step][1]
    return path


def main() -> int:
    elf, verbose = sys.argv[1], "-v" in sys.argv
    for su in pathlib.Path(elf).parent.rglob("*.su"):
        for line in su.read_text().splitlines():
            if "\t" in line and "dynamic" in line.split("\t")[-1] and "bounded" not in line:
                print(f"stack: a frame of unknown size: {line}")
                return 1
    image = Image(elf)
    bad = 0
    for root, bounds in image.isa.roots.items():
        if missing := [name for name in (root, *bounds) if name not in image.symbol]:
            raise SystemExit(f"stack: no symbol {', '.join(missing)} in {elf}")
        low, high = (image.symbol[name] for name in bounds)
        room = min((at - low for at in image.stacks() if low < at <= high), default=None)
        if room is None:
            raise SystemExit(f"stack: no code of {elf} sets sp up between {' and '.join(bounds)}")
        path = deepest(image, image.symbol[root])
        depth = sum(frame for _, frame in path)
        if verbose:
            for f, frame in path:
                print(f"  {frame:6}  {image.shown[f]}")
        print(f"stack: at most {depth} bytes of {room} below {root} in {elf}")
        if depth > room:
            print("stack: too deep; give large frames back early, or change the size in the linker script")
            bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main())
