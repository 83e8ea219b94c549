# SPDX-License-Identifier: BSD-2-Clause
"""image.py - functions of a linked image, how much of the stack each takes, and whom it can reach."""

import bisect
import collections
import functools
import pathlib
import re
import struct
import subprocess

from .instructions import A64, NUMBER, Arm, Unknown
from .rows import NOTHING, POINTERS, VIRTUALS


def run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def row_of(rows, name: str):
    """What the first row for this caller says that it can call."""
    return next((re.compile(to) for who, to in rows if re.search(who, name)), None)


class Image:
    def __init__(self, elf: str):
        self.elf = elf
        machine = struct.unpack_from("<H", pathlib.Path(elf).read_bytes(), 18)[0]
        self.isa = {183: A64, 40: Arm}[machine]
        self.symbol: dict[str, int] = {}
        self.asked: set[int] = set()  # by returns()
        self.read_code()
        sizes = self.read_symbols()
        self.read_sections()
        relocations = self.relocations()
        word, inside = self.isa.word, set()
        self.slots = collections.defaultdict(set)  # place in a vtable: functions
        for name, at in self.symbol.items():
            if name.startswith("_ZTV"):
                for place in range(at + 2 * word, at + sizes[name], word):
                    inside.add(place)
                    if relocations.get(place) in self.code:
                        self.slots[(place - at) // word - 2].add(relocations[place])
        self.taken = {f for place, f in relocations.items() if place not in inside and f in self.code}
        self.taken |= self.distances() | self.computed()
        self.pointed = self.taken.union(*self.slots.values())
        self.taken -= {self.symbol[r] for r in self.isa.roots if r in self.symbol}  # nobody calls those

    def read_code(self):
        self.code: dict[int, list[tuple[int, str]]] = {}  # start of a function: its instructions
        self.data: dict[int, int] = {}  # address: byte, of what stands between them
        name, body = {}, []
        mapped = re.compile(rf"\s*([0-9a-f]+):\t(.*?)\s*(?:(?:{self.isa.comment}).*)?$")
        for line in run(self.isa.tools + "objdump", "-d", "--no-show-raw-insn", self.elf).splitlines():
            if m := re.match(r"([0-9a-f]+) <(.+)>:$", line):
                body = self.code[int(m[1], 16)] = []
                name[int(m[1], 16)] = m[2]
            elif m := mapped.match(line):
                if d := re.match(r"\.(word|short|byte)\t0x([0-9a-f]+)", m[2]):
                    size = {"word": 4, "short": 2, "byte": 1}[d[1]]
                    for i, byte in enumerate(int(d[2], 16).to_bytes(size, "little")):
                        self.data[int(m[1], 16) + i] = byte
                else:
                    body.append((int(m[1], 16), m[2]))
        self.shown = dict(zip(name, run(self.isa.tools + "c++filt", *name.values()).splitlines()))
        self.starts = sorted(self.code)

    def read_symbols(self) -> dict[str, int]:
        sizes, modes = {}, []
        for line in run(self.isa.tools + "nm", "-S", "--special-syms", self.elf).splitlines():
            words = line.split()
            if words[-1].startswith("$"):
                modes.append((int(words[0], 16), words[-1][1]))
                continue
            self.symbol[words[-1]] = int(words[0], 16)
            if len(words) == 4:
                sizes[words[-1]] = int(words[1], 16)
        self.modes = sorted(modes)
        self.sized = {self.symbol[name] for name in sizes}
        return sizes

    def read_sections(self):
        text = run(self.isa.tools + "readelf", "-SW", self.elf)
        found = re.findall(r"\] (\S*) +(?!NOBITS)[A-Z]\S* +([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+)", text)
        self.sections = {name: [int(x, 16) for x in numbers] for name, *numbers in found}
        self.bytes = pathlib.Path(self.elf).read_bytes()

    def word_at(self, address: int) -> int:
        for start, offset, size in self.sections.values():
            if start and start <= address < start + size:
                return int.from_bytes(self.bytes[offset + address - start :][: self.isa.word], "little")
        raise SystemExit(f"stack: {address:#x} is relocated, but in no section of {self.elf}")

    def data_at(self, address: int) -> bytes:
        """What stands between the instructions from here on."""
        end = address
        while end in self.data:
            end += 1
        return bytes(self.data[a] for a in range(address, end))

    def is_thumb(self, address: int) -> bool:
        return self.modes[bisect.bisect_right(self.modes, (address, "~")) - 1][1] == "t"

    def function(self, address: int) -> int:
        """A function's address as the code has it: bit 0 only tells the mode."""
        return address & ~1 if self.isa is Arm else address

    def relocations(self) -> dict[int, int]:
        """Where an address lies: which function's, if any."""
        found = {}
        for line in run(self.isa.tools + "readelf", "-rW", self.elf).splitlines():
            words = line.split()
            if len(words) >= 3 and words[2] == self.isa.relative:
                place = int(words[0], 16)
                found[place] = self.function(int(words[3], 16) if len(words) > 3 else self.word_at(place))
        return found

    def distances(self) -> set[int]:
        """Functions that the table of commands names by their distance from there."""
        found = set()
        if ".commands" in self.sections:
            address, offset, size = self.sections[".commands"]
            for i, (distance,) in enumerate(struct.iter_unpack("<i", self.bytes[offset : offset + size // 4 * 4])):
                found.add(self.function(address + 4 * i + distance))
        return found & set(self.code)

    def computed(self) -> set[int]:
        """Functions whose address the code makes from its own."""
        found = {self.function(to) for body in self.code.values() for _, _, to in self.isa.addresses(self, body)}
        return found & set(self.code)

    def function_at(self, address: int) -> int:
        return self.starts[bisect.bisect_right(self.starts, address) - 1]

    def stacks(self) -> set[int]:
        """Where sp is set to anywhere."""
        return {to for body in self.code.values() for _, register, to in self.isa.addresses(self, body) if register == "sp"}

    def frame(self, start: int) -> int:
        total, body = 0, self.code[start]
        set_up = {i for i, register, _ in self.isa.addresses(self, body) if register == "sp"}
        for i, (at, text) in enumerate(body):
            try:
                grown = self.isa.grows(text)
                if grown is None and i not in set_up and not self.isa.no_stack_yet.match(self.shown[start]):
                    raise Unknown("a change of sp that is not known before run time")
            except Unknown as what:
                raise SystemExit(f"stack: {what}: {text!r} at {at:#x} in {self.shown[start]}") from None
            total += grown or 0
        return total

    def overwrites(self, text: str, slot: int) -> bool:
        """Whether a word of the frame may be written; by its own name only, as what a compiler spills has no other."""
        if not re.match(r"st\S*\t.*\bsp\b", text):
            return False
        m = re.search(rf"\[sp(?:, {NUMBER})?\]$", text)
        return not m or int(m[1] or "0", 0) - self.isa.word < slot < int(m[1] or "0", 0) + 2 * self.isa.word

    @functools.cache
    def returns(self, start: int) -> bool:
        """Whether whoever calls this goes on afterwards."""
        if start in self.asked:
            return True
        self.asked.add(start)
        for _, text in self.code[start]:
            if self.isa.back.match(text) or self.isa.jump.match(text):
                return True
            if (m := self.isa.branch.match(text)) and not self.isa.call.match(text):
                callee = self.function_at(int(m[2], 16))
                if callee != start and self.returns(callee):
                    return True
        return self.next_of(start) is not None and self.returns(self.next_of(start))

    def next_of(self, start: int) -> int | None:
        """The function that this one runs into at its end. Compilers' functions have a size, and do not."""
        if start in self.sized:
            return None
        code = [text for _, text in self.code[start] if not self.isa.padding.match(text)]
        if code and not self.isa.last.match(code[-1]) and not self.isa.call.match(code[-1]):
            return self.starts[bisect.bisect_right(self.starts, start)]
        return None

    def goes_on(self, text: str) -> bool:
        """Whether what stands behind an instruction is next."""
        called = self.isa.call.match(text) and self.isa.branch.match(text)
        return not self.isa.last.match(text) and not (called and not self.returns(self.function_at(int(called[2], 16))))

    @functools.cache
    def into(self, start: int) -> list[list[int]]:
        """For each instruction of a function, by its place there, those that may run before it."""
        body = self.code[start]
        place = {at: i for i, (at, _) in enumerate(body)}
        before = [[] for _ in body]
        tables = []
        for i, (_, text) in enumerate(body):
            if i + 1 < len(body) and self.goes_on(text):
                before[i + 1].append(i)
            if (m := self.isa.branch.match(text)) and (to := place.get(int(m[2], 16))) is not None:
                before[to].append(i)
            if (targets := self.isa.table(self, body, i)) is not None:
                for to in targets:
                    if to in place:
                        before[place[to]].append(i)
                if not targets:
                    tables.append(i)
        for i, those in enumerate(before):
            if i and not those:
                those += tables
            if not those and self.isa.padding.match(body[i][1]) and i + 1 < len(body):
                before[i + 1].remove(i)
        return before

    def origin(self, start: int, at: int, register: str) -> set:
        """What the register holds at a call: ("slot", n) of a vtable, ("function", address), or None for what is not
        seen. All ways that lead there are followed back."""
        body, before = self.code[start], self.into(start)
        made = {(i, r): to for i, r, to in self.isa.addresses(self, body)}
        found, seen, todo = set(), set(), [(p, register, None) for p in before[at]]
        if not todo:
            return {None}
        while todo:
            step = todo.pop()
            if step in seen:
                continue
            seen.add(step)
            i, what, loaded = step
            text = body[i][1]
            load, move, store = self.isa.load(text), self.isa.move.match(text), self.isa.store.match(text)
            if what.startswith("sp+"):
                if store and f"sp+{int(store[2] or '0', 0)}" == what:
                    what = store[1]
                elif self.isa.grows(text) != 0 or self.overwrites(text, int(what[3:])):
                    found.add(None)
                    continue
            elif self.isa.writes(text, what):
                if move:
                    what = move[2]
                elif load and load[1] == "sp" and load[0] == what:
                    what = f"sp+{load[2]}"
                elif loaded is None and (i, what) in made and self.function(made[i, what]) in self.code:
                    found.add(("function", self.function(made[i, what])))
                    continue
                elif loaded is None and load and load[0] == what:
                    loaded, what = load[2] // self.isa.word, load[1]
                else:
                    is_slot = loaded is not None and load and load[0] == what and load[2] == 0
                    found.add(("slot", loaded) if is_slot else None)
                    continue
            if not before[i]:
                found.add(None)
            todo += [(p, what, loaded) for p in before[i]]
        return found

    def reached_through(self, start: int, at: int, register: str) -> set[int]:
        name, body, origin = self.shown[start], self.code[start], self.origin(start, at, register)
        told = row_of(POINTERS, name)
        reached = {what[1] for what in origin if what and what[0] == "function"}
        slots = {what[1] for what in origin if what and what[0] == "slot"}
        known = None not in origin and all(self.slots[n] for n in slots)
        if known:
            of = row_of(VIRTUALS, name)
            reached |= {f for n in slots for f in self.slots[n] if not of or of.search(self.shown[f])}
            if not (slots and of and told):
                return reached
        reached |= {f for f in self.pointed if told.search(self.shown[f])} if told else self.taken
        if not reached and not (told and told.pattern == NOTHING):
            raise SystemExit(f"stack: nothing is known of what {body[at][1]!r} at {body[at][0]:#x} in {name} calls")
        return reached

    @functools.cache
    def calls(self, start: int) -> set[int]:
        body, reached = self.code[start], set()
        for i, (_, text) in enumerate(body):
            if m := self.isa.branch.match(text):
                to = int(m[2], 16)
                callee = self.function_at(to)
                if callee != start or to == start and self.isa.call.match(text):
                    reached.add(callee)
            elif (m := self.isa.through_register.match(text)) and self.isa.table(self, body, i) is None:
                reached |= self.reached_through(start, i, m[1])
        if (following := self.next_of(start)) is not None:
            reached.add(following)
        return reached
