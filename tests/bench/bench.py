#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Prints each figure beside its limit. A figure is instructions counted by the QEMU plugin, bytes, or messages; never time.

Instructions of the client are counted on TF-A's server at EL2 of a Cortex-A57, from the entry of the API to its return,
without the SMC's service; on 32-bit Arm on our own monitor's, of a Cortex-A15. Exits 1 when a figure is over its limit.
"""

import re
import sys

import capsule
import capsule_tool
import disk
import figures
import macchiatobin
import virtio
from figures import ARM, ARM_MONITOR, BUILD, MONITOR, TFA, calls, linked, qemu, row

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
    parts = {name.split("/")[1]: size for name, size in linked("qemu_arm64_min", ["scmi"]).items()}
    beside = {name: parts.pop(name) for name in ("binding", "instance", "quirk")}
    row("linked bytes of core, SMC transport, base, clock, reset", sum(parts.values()), 7 * 1024,
        "U-Boot: 9.2 kB + 1.9 kB of relocations")
    print("    of these: " + ", ".join(f"{k} {v}" for k, v in sorted(parts.items(), key=lambda x: -x[1])))
    print("    beside them: " + ", ".join(f"{k} {v}" for k, v in beside.items()))


def arm():
    """32-bit Arm, beside what the same takes on arm64."""

    def beside(name, value, limit, arm64=""):
        row(f"32-bit Arm: {name}", value, limit, f"arm64: {figures.measured[arm64]}" if arm64 else "")

    image = (BUILD / "qemu_arm_min/firmware.bin").stat().st_size
    beside("bytes of the image of qemu_arm_min", image, 80 * 1024, "bytes of the image of qemu_arm64_min")
    parts = {name.split("/")[1]: size for name, size in linked("qemu_arm_min", ["scmi"]).items()}
    size = sum(size for name, size in parts.items() if name not in ("binding", "instance", "quirk"))
    beside("linked bytes of the SCMI client", size, 6 * 1024, "linked bytes of core, SMC transport, base, clock, reset")
    count = 64
    for name, what, limit in (("CLOCK_RATE_GET", "", 140), ("CLOCK_ATTRIBUTES", "attributes", 165),
                              ("RESET assert", "reset", 140), ("PROTOCOL_VERSION", "version", 135)):
        text, lines = qemu(ARM_MONITOR, f"bench scmi {count} {what}; poweroff", "trace=on", **ARM)
        costs = sum(calls(lines).values(), [])
        if len(costs) != count:
            sys.exit(f"bench: {name} was not called {count} times\n{text}")
        figure = f"client, instructions for one {name}"
        beside(figure, max(costs), limit, figure)
    virtio.scmi("32-bit Arm: ", 300, "virt,highmem=off,virtualization=on", **ARM)
    figure = "instructions to the prompt, behind the monitor"
    for name, machine, arm64 in (("instructions to the prompt in Supervisor mode", ["-M", "virt,highmem=off"], ""),
                                 ("instructions to the prompt in Hyp mode",
                                  ["-M", "virt,highmem=off,virtualization=on"], ""),
                                 (figure, ARM_MONITOR, figure)):
        _, lines = qemu([*machine, "-m", "512"], "", "quit=corbel> ", **ARM)
        prompt = next(field for kind, field in lines if kind == "CON")
        beside(name, int(prompt["ns"]), 400_000, arm64)
    figure = "SCMI messages before the prompt, behind the monitor"
    beside(figure, int(prompt["scmi"]), 0, figure)


print(f"{'figure':<58} {'measured':>9} {'limit':>9}        reference")
sizes()
client()
boot()
service()
listing()
virtio.rows()
arm()
disk.rows()
capsule.rows()
capsule_tool.rows()
macchiatobin.rows()
sys.exit(1 if figures.failures else 0)
