#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Prints each figure beside its limit. A figure is instructions counted by the QEMU plugin, bytes, or messages; never time.

Instructions of the client are counted on TF-A's server at EL2 of a Cortex-A57, from the entry of the API to its return,
without the SMC's service. Exits 1 when a figure is over its limit.
"""

import pathlib
import re
import subprocess
import sys

BUILD = pathlib.Path("build")
LOG = BUILD / "bench/log"
MONITOR = ["-M", "virt,secure=on,virtualization=on", "-m", "512", "-bios", "build/qemu_monitor/firmware.bin"]
TFA = ["-M", "virt,secure=on,virtualization=on", "-m", "1G", "-bios", "build/interop/tfa/flash.bin",
       "-dtb", "build/interop/tfa/el2.dtb"]
failures = 0


def row(name, value, limit, reference):
    """One figure; a limit of None only informs."""
    global failures
    over = limit is not None and value > limit
    failures += over
    wanted = "" if limit is None else f"{limit:>9}"
    print(f"{name:<58} {value:>9} {wanted:>9}  {'OVER' if over else 'ok  ' if limit is not None else '    '}  {reference}", flush=True)


def qemu(machine, script, plugin):
    """Runs the firmware with `script`; returns the console's text and the plugin's lines as (kind, fields)."""
    command = ["timeout", "300", "qemu-system-aarch64", *machine, "-cpu", "cortex-a57", "-icount", "shift=0",
               "-kernel", "build/qemu_arm64/firmware.bin", "-append", f'corbel.run="{script}"',
               "-nic", "none", "-display", "none", "-serial", "stdio", "-monitor", "none",
               "-plugin", f"build/bench/libsmcprof.so,out={LOG},{plugin}"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if done.returncode:
        sys.exit(f"bench: QEMU ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    lines = [(line.split()[0], dict(re.findall(r"(\w+)=(\S+)", line))) for line in LOG.read_text().splitlines()]
    return done.stdout, lines


def calls(lines):
    """The API calls between two markers: (protocol, message) -> non-secure instructions of each call."""
    costs, start, seen = {}, None, None
    for kind, field in lines:
        if kind == "MARK" and field["imm"] == "0x5a01":
            start, seen = int(field["ns"]), None
        elif kind == "SMC" and start is not None:
            seen = (field.get("proto"), field.get("msg"))
        elif kind == "MARK" and field["imm"] == "0x5a02" and start is not None:
            costs.setdefault(seen, []).append(int(field["ns"]) - start)
            start = None
    return costs


def client():
    count = 64
    script = "; ".join(f"bench scmi {count} {what}".strip() for what in ("", "attributes", "reset", "version"))
    text, lines = qemu(TFA, script + "; poweroff", "trace=on,shm=0x5ffff000")
    costs = calls(lines)
    for name, message, limit, uboot in (("CLOCK_RATE_GET", ("0x14", "0x6"), 120, 361),
                                        ("CLOCK_ATTRIBUTES", ("0x14", "0x3"), 140, 427),
                                        ("RESET assert", ("0x16", "0x4"), 120, 353),
                                        ("PROTOCOL_VERSION", ("0x14", "0x0"), 110, 341)):
        if len(costs.get(message, [])) < count:
            sys.exit(f"bench: {name} was not called {count} times\n{text}")
        # The first call finds cold branches only, no other work; the dearest of all is what counts.
        row(f"client, instructions for one {name}", max(costs[message]), limit, f"U-Boot: {uboot}")


def boot():
    for name, machine in (("TF-A", TFA), ("the monitor", MONITOR)):
        _, lines = qemu(machine, "", "pages=on,quit=corbel> ")
        prompt = next(field for kind, field in lines if kind == "CON")
        pages = next(field for kind, field in lines if kind == "PAGES")
        row(f"instructions to the prompt, behind {name}", int(prompt["ns"]), 200_000, "U-Boot: 10.4 million")
        row(f"SCMI messages before the prompt, behind {name}", int(prompt["scmi"]), 0, "U-Boot: 9")
        row(f"4 KiB pages written up to the prompt, behind {name}", int(pages["written"]), 40, "U-Boot: 97")


def service():
    _, lines = qemu(MONITOR, "smc 0xcf00ffff; bench scmi 16; poweroff", "trace=on")
    empty = min(int(field["el3"]) for kind, field in lines if kind == "RET" and field["fid"] == "0xcf00ffff")
    marked, inside = [], False
    for kind, field in lines:
        if kind == "MARK":
            inside = field["imm"] == "0x5a01"
        elif kind == "RET" and inside:
            marked.append(int(field["el3"]))
    row("monitor, CLOCK_RATE_GET above an empty SMC", max(marked) - empty, 200, "TF-A: 280")


def listing():
    text, lines = qemu(MONITOR, "scmi clock list; poweroff", "trace=on")
    listed = [int(number) for number in re.findall(r"^\s*(\d+)\s+(?:on|off)\s", text, re.MULTILINE)]
    sent = sum(kind == "SMC" and field["fid"] == "0x82000010" for kind, field in lines)
    if len(listed) < 64:
        sys.exit(f"bench: only {len(listed)} clocks listed\n{text}")
    # An id that is a hole has to be asked for too; the first of them makes the client ask who the platform is.
    ids = max(listed) + 1
    row(f"messages to list {len(listed)} clocks of {ids} ids, names and rates", sent, 2 * ids, "U-Boot: 32 for 8 clocks")


def sizes():
    image = (BUILD / "qemu_arm64_min/firmware.bin").stat().st_size
    row("bytes of the image of qemu_arm64_min", image, 96 * 1024, "U-Boot: 253 kB, SCMI, serial and shell only")
    # The linker's map: what each object of scmi/ brought into the image.
    linked = {}
    text = (BUILD / "qemu_arm64_min/firmware.elf.map").read_text().split("Linker script and memory map")[1]
    wanted = r"^ \.(?:text|rodata|data|data\.rel\.ro)[.\w]*\s+0x[0-9a-f]+\s+0x([0-9a-f]+) \S*/scmi/(\w+)\.o$"
    for size, name in re.findall(wanted, text, re.MULTILINE):
        linked[name] = linked.get(name, 0) + int(size, 16)
    beside = {name: linked.pop(name) for name in ("binding", "instance", "quirk")}
    row("linked bytes of core, SMC transport, base, clock, reset", sum(linked.values()), 7 * 1024,
        "U-Boot: 9.2 kB + 1.9 kB of relocations")
    print("    of these: " + ", ".join(f"{k} {v}" for k, v in sorted(linked.items(), key=lambda x: -x[1])))
    print("    beside them: " + ", ".join(f"{k} {v}" for k, v in beside.items()))


print(f"{'figure':<58} {'measured':>9} {'limit':>9}        reference")
sizes()
client()
boot()
service()
listing()
sys.exit(1 if failures else 0)
