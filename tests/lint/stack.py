#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""stack.py firmware.elf [-v] - the deepest stack that the linked image can need, against the stack that it has.

Frames and calls are read from the code itself, so assembly, libfdt and what the linker kept count too, whichever
compiler it was. The .su files beside the objects (GCC's -fstack-usage) tell frames whose size is not known before run
time; those fail. A tail call is counted as a call. What a call through a register can reach is taken in this order:
  1. POINTERS below, for the functions that are named there;
  2. a call through a vtable: every function in that place of any vtable, or of those that VIRTUALS tells;
  3. any other: every function whose address is taken anywhere outside of vtables.
Each takes in more than can happen, never less, as long as a table of functions is not mistaken for a vtable, which
would take a struct whose first member points to it. Recursion fails, also when it only may happen through a pointer:
then a line in POINTERS has to say what the pointer can be.
"""
import collections
import functools
import pathlib
import re
import struct
import subprocess
import sys

# Who calls through a pointer, and what that can be; regular expressions for names as people write them.
# A row may name what only some images have.
POINTERS = [
    (r"^shell::Command::run\(", r"^command_\w+$"),
    (r"^shell::check::Check::run\(", r"^shell::check::\w+\(shell::check::Check&\)$"),
    (r"^scmi::PageWalk::fetch\(", r"::page\(scmi::Client&, unsigned int\)$"),
    (r"^scmi::Client::dispatch\(", r"\(void\*, scmi::Header, "),  # listeners
    (r"^scmi::Client::", r"::now\(\)$"),
    (r"^scmi::ShmemTransport::submit\(", r"^arch_(smc|hvc)$"),  # doorbells
    (r"^drivers::Psci::call\(", r"^arch_(smc|hvc)$"),
    (r"^board::ArchMachine::last\(", r"::quiesce\(|^drivers::Psci::(reset|power_off)\("),
    (r"^efi::", r"^(FlashArea|disk::DiskArea|disk::FatFile|MemoryReader)::"),  # kept in a register over a loop
    (r"^shell::UpdateProgress::", r"^arch::time\(\)$"),
    (r"^(shell::|command_|arch_exception$)", r"::now\(\)$"),
    (r"^mbedtls_mpi_core_fill_random$", r"^no_randomness_is_asked_for$"),  # only signing and blinding do
    (r"^mbedtls_(calloc|free)$", r"^buffer_alloc_(calloc|free)$"),
    (r"^ecp_|^mbedtls_ecp", r"^ecp_mod_p\d+$"),
    # lwIP, between the stack above it and the card below it.
    (r"^net::poll\(", r"^ethernet_input$|^(etharp|dhcp_fine|dhcp_coarse)_tmr$|::now\(\)$"),
    (r"^net::wait_for\(", r"^shell::go_on\(\)$|::now\(\)$"),
    (r"^net::", r"::now\(\)$|^board::.*random_word\(\)$"),
    (r"^virtio::", r"::now\(\)$"),
    (r"^netif_add", r"^net::.*::initialise\("),
    (r"^(ethernet_output|etharp_\w+)", r"^net::.*::output\("),
    (r"^ip4_output_if", r"^etharp_output$"),
    (r"^udp_input", r"^dhcp_recv$|^net::.*Transfer::receive\("),
    (r"^raw_input", r"^net::Icmp::receive\("),
    (r"^board::add_virtio_|^.*board::\(anonymous namespace\)::add<", r"^.*board::\(anonymous namespace\)::add_.*virtio::Transport&\)$"),
    # What a self check looks at: the machine, its storage, and who is told.
    (r"^board::.*::check_\w+\(", r"^board::.*::Macchiatobin::|^board::ArchMachine::|^drivers::(SpiNor|MmcSlot|MmcArea)::|::No(Flash|Card)::|"
                                 r"^FlashArea::|^disk::DiskArea::|::write\(std::basic_string_view|::BoardBanks::|^board::Updates::memory|::now\(\)$"),
    (r"^drivers::(CfiFlash|ArmadaSpi|SpiNor|Sdhci|Xenon|MmcSlot|MmcArea|Ns16550|Gic)::", r"::now\(\)$|^arch::raise_timer_interrupt\(bool\)$"),
    (r"^drivers::Ecam::", r"^board::.*::_FUN\(unsigned long, unsigned long\)$"),
    (r"^board_main\(", r"^board::.*\(board::.*Device const&\)$|^board::.*::_FUN\(\)$"),  # what binds to the tree
]
# Who calls virtual functions of which classes, where the places of others' would make up a circle.
VIRTUALS = [
    (r"^virtio::Device::(bring_up|start|stop|fail)\(|^virtio::stop_all\(", r"virtio::(Mmio|Pci)Transport::|::(set_up|on_\w+|wanted)\("),
    # A clock and hooks for caches are reached through pointers that look like a vtable's.
    (r"^virtio::", r"virtio::(Mmio|Pci)Transport::"),
    (r"^net::", r"net::VirtioLink::|::MemorySink::|::Transfer::|::Ping::"),
    (r"MemorySink::", r"^board::.*::QemuVirt::"),
    # A board's storage: areas, what they are areas of, and the wires to that.
    (r"^FlashArea::", r"drivers::(CfiFlash|SpiNor)::|::NoFlash::"),
    (r"^board::.*::FlashParts::", r"drivers::CfiFlash::"),
    (r"^board::Banks::", r"drivers::(SpiNor|MmcSlot|MmcArea)::|::No(Flash|Card)::|FlashArea::|disk::DiskArea::"),
    (r"^board::Updates::|^board::.*::Updates::", r"::(metadata_places|variables_place|describe_fresh|memory|progress)\("),
    (r"^shell::.*platform_of\(", r"^board::.*::updates\("),
    (r"^board::.*word_at\(|^board::updates_kept\(", r"drivers::SpiNor::|::NoFlash::"),
    (r"^drivers::(SpiNor|spi_nor)", r"drivers::ArmadaSpi::"),
    (r"^drivers::parse_sfdp|^drivers::\(anonymous namespace\)::get\(Reader", r"::Sfdp::"),
    (r"^drivers::.*::Sfdp::", r"drivers::ArmadaSpi::"),
    (r"^drivers::(Sdhci|Xenon|Mmc)", r"drivers::(Sdhci|Xenon)::"),
    (r"^(vprint|pad|\(anonymous namespace\)::pad)\(", r"::write\(std::basic_string_view"),
    (r"^shell::(Update)?Progress::", r"drivers::(Pl011|Ns16550)::|virtio::Console::"),
    # What a capsule lies in, what an update is written to, and who computes.
    (r"^efi::Authenticator::", r"crypto::MbedTls::"),
    (r"^efi::walk_dependency\(", r"::InstalledVersions::"),
    (r"^efi::.*\(efi::Variables&", r"efi::VariableStore::"),
    (r"^efi::(VariableStore|FwuStore)::|^efi::.*same\(", r"FlashArea::|disk::DiskArea::"),
    (r"^Json::|^shell::Listing::", r"::write\(std::basic_string_view"),
    (r"^efi::", r"^MemoryReader::|disk::FatFile::|crypto::MbedTls::|efi::VariableStore::|FlashArea::|disk::DiskArea::|"
                r"::(Updates|Banks|BoardBanks)::|shell::UpdateProgress::|::write\(std::basic_string_view"),
    # A partition is a disk on a disk, and no deeper.
    (r"^disk::Slice::", r"virtio::Block::|drivers::MmcArea::"),
    (r"^disk::", r"virtio::Block::|drivers::MmcArea::|disk::Slice::"),
]
# Recursion that goes one level deep, by the calls that start the second level and make none.
ONCE = [
    # A path that does not begin with '/' begins with an alias, whose own path does, which libfdt checks.
    (r"^fdt_(path_offset_namelen|get_alias_namelen)$", r"^fdt_path_(offset|offset_namelen|getprop|getprop_namelen)$"),
]
# Where execution starts, and the symbols around its stack.
ROOTS = {
    "_start": ("__stack_start", "__stack_end"),
    "vectors": ("crash_stack_start", "crash_stack_end"),
}
SET_UP = ("relocate", "at_el1")  # sets a stack up instead of using one
FRAME = re.compile(r"sub\tsp, sp, #(0x[0-9a-f]+|\d+)(?:, lsl #(\d+))?$")
PUSH = re.compile(r"st[rp]\t.*\[sp, #-(\d+)\]!$")
DYNAMIC = re.compile(r"sub\tsp, sp, [xw]\d+|mov\tsp, x(?!29)")
CALL = re.compile(r"(?:bl?|b\.\w+|cbn?z\t\w+,|tbn?z\t\w+, #\w+,)\s([0-9a-f]+) <")
REGISTER_CALL = re.compile(r"(?:blr|br)\t(x\d+)")
LOAD = re.compile(r"ldr\t(x\d+), \[(x\d+)(?:, #(-?\d+))?\]")
JUMP_TABLE = re.compile(r"add\t(x\d+), x\d+, w\d+, sxt[bhw]")


def run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def writes(instruction: str, register: str) -> bool:
    """Whether the instruction leaves something else in the register."""
    operation, _, operands = instruction.partition("\t")
    if operation in ("bl", "blr"):
        return int(register[1:]) <= 18  # those that a function need not preserve
    if operation.startswith(("st", "cmp", "b", "cb", "tb", "tst", "ccmp", "msr")):
        return False
    first = [o.strip() for o in operands.split(",")[: 2 if operation.startswith("ldp") else 1]]
    return register in first or "w" + register[1:] in first


class Image:
    def __init__(self, elf: str):
        tools = "aarch64-linux-gnu-"
        self.code: dict[int, list[str]] = {}  # start of a function: its instructions
        self.name: dict[int, str] = {}
        start = None
        for line in run(tools + "objdump", "-d", "--no-show-raw-insn", elf).splitlines():
            if m := re.match(r"([0-9a-f]+) <(.+)>:$", line):
                start = int(m[1], 16)
                self.code[start], self.name[start] = [], m[2]
            elif start is not None and (m := re.match(r"\s*[0-9a-f]+:\t(.*?)\s*(?://.*)?$", line)):
                self.code[start].append(m[1])
        plain = run(tools + "c++filt", *self.name.values()).splitlines()
        self.shown = dict(zip(self.name, plain))
        self.starts = sorted(self.code)
        self.symbol, sizes = {}, {}
        for line in run(tools + "nm", "-S", elf).splitlines():
            words = line.split()
            self.symbol[words[-1]] = int(words[0], 16)
            if len(words) == 4:
                sizes[words[-1]] = int(words[1], 16)
        relocations = {}
        for line in run(tools + "readelf", "-rW", elf).splitlines():
            words = line.split()
            if len(words) == 4 and words[2] == "R_AARCH64_RELATIVE":
                relocations[int(words[0], 16)] = int(words[3], 16)
        self.slots = collections.defaultdict(set)  # place in a vtable: functions
        inside = set()
        for name, at in self.symbol.items():
            if name.startswith("_ZTV"):
                for place in range(at + 16, at + sizes[name], 8):
                    inside.add(place)
                    if relocations.get(place) in self.code:
                        self.slots[(place - at - 16) // 8].add(relocations[place])
        self.taken = {f for place, f in relocations.items() if place not in inside and f in self.code}
        self.taken |= self.distances(tools, elf) | self.computed()
        self.taken -= {self.symbol[r] for r in ROOTS if r in self.symbol}  # nobody calls those

    def distances(self, tools: str, elf: str) -> set[int]:
        """Functions that the table of commands names by their distance from there."""
        found = set()
        if m := re.search(r" \.commands +\w+ +([0-9a-f]+) +([0-9a-f]+) +([0-9a-f]+)", run(tools + "readelf", "-SW", elf)):
            address, offset, size = (int(x, 16) for x in m.groups())
            data = pathlib.Path(elf).read_bytes()[offset : offset + size]
            for i, (distance,) in enumerate(struct.iter_unpack("<i", data[: size // 4 * 4])):
                if address + 4 * i + distance in self.code:
                    found.add(address + 4 * i + distance)
        return found

    def computed(self) -> set[int]:
        """Functions whose address is made by adr, or adrp and add."""
        found = set()
        for body in self.code.values():
            page = {}
            for instruction in body:
                if m := re.match(r"adr\t(x\d+), ([0-9a-f]+) ", instruction):
                    found.add(int(m[2], 16))
                elif m := re.match(r"adrp\t(x\d+), ([0-9a-f]+) ", instruction):
                    page[m[1]] = int(m[2], 16)
                elif (m := re.match(r"add\tx\d+, (x\d+), #(0x[0-9a-f]+|\d+)", instruction)) and m[1] in page:
                    found.add(page[m[1]] + int(m[2], 0))
        return found & set(self.code)

    def function_at(self, address: int) -> int:
        import bisect

        return self.starts[bisect.bisect_right(self.starts, address) - 1]

    def frame(self, start: int) -> int:
        total = 0
        for instruction in self.code[start]:
            if m := FRAME.match(instruction):
                total += int(m[1], 0) << int(m[2] or 0)
            elif m := PUSH.match(instruction):
                total += int(m[1])
            elif DYNAMIC.match(instruction) and self.shown[start] not in SET_UP:
                raise SystemExit(f"stack: {self.shown[start]} takes memory of a size that is known at run time only")
        return total

    def place_in_vtable(self, body: list[str], at: int) -> int | None:
        """The place that the register called at body[at] was loaded from, when that is a vtable."""
        register = REGISTER_CALL.match(body[at])[1]
        loaded = None
        for instruction in reversed(body[:at]):
            if not writes(instruction, register):
                continue
            if m := re.match(r"mov\tx\d+, (x\d+)$", instruction):
                register = m[1]
            elif not (m := LOAD.match(instruction)):
                return None
            elif loaded is None:
                loaded, register = int(m[3] or 0) // 8, m[2]
            else:
                return loaded if not m[3] else None
        return None

    @functools.cache
    def calls(self, start: int) -> set[int]:
        body, reached = self.code[start], set()
        for at, instruction in enumerate(body):
            if m := CALL.match(instruction):
                callee = self.function_at(int(m[1], 16))
                if callee != start or int(m[1], 16) == start and instruction.startswith("bl"):
                    reached.add(callee)
            elif m := REGISTER_CALL.match(instruction):
                if instruction.startswith("br") and any(
                    (t := JUMP_TABLE.match(i)) and t[1] == m[1] for i in body[max(0, at - 4) : at]
                ):
                    continue
                place = self.place_in_vtable(body, at)
                told = next((re.compile(to) for who, to in POINTERS if re.search(who, self.shown[start])), None)
                if place is not None and self.slots[place]:
                    of = next((re.compile(to) for who, to in VIRTUALS if re.search(who, self.shown[start])), None)
                    reached |= {f for f in self.slots[place] if not of or of.search(self.shown[f])}
                    if of and told:
                        reached |= {f for f in self.taken if told.search(self.shown[f])}
                elif told:
                    reached |= {f for f in self.taken if told.search(self.shown[f])}
                else:
                    reached |= self.taken
        return reached


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
    for root, (low, high) in ROOTS.items():
        if low not in image.symbol or high not in image.symbol:
            continue
        room = image.symbol[high] - image.symbol[low]
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
