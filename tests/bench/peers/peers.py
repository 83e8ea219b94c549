#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""peers.py U-BOOT - what virtio costs in U-Boot and here, one after the other on the same emulated machine.

Nothing fails here: while the emulated CPU waits for the host's disk, its clock runs with the host's, so a read takes
another time on another host, and only figures of one run can be compared. README.md beside this file says how.
"""

import pathlib
import re
import statistics
import subprocess
import sys

UBOOT = sys.argv[1]
CORBEL = "build/qemu_arm64/firmware.bin"
LOG = pathlib.Path("build/bench/peers.log")
IMAGE = pathlib.Path("build/bench/peers.img")
MIB = 64
READS = 10  # the first one warms the host's caches and is left out
TICK = 16e-9  # of the virtual counter of QEMU's Cortex-A57, in seconds

BUFFER = 0x5000_0000
CODE = 0x4F00_0000
# What U-Boot has no command for: mrs x0, cntvct_el0; ret.
READ_COUNTER = (0xD53B_E040, 0xD65F_03C0)

# RAM that the host has handed out before the guest starts: else the first read pays for it.
MACHINE = ["qemu-system-aarch64", "-M", "virt,memory-backend=ram", "-m", "1G", "-cpu", "cortex-a57",
           "-icount", "shift=0", "-object", "memory-backend-ram,id=ram,size=1G,prealloc=on",
           "-global", "virtio-mmio.force-legacy=false", "-nic", "none", "-display", "none", "-serial", "stdio",
           "-monitor", "none"]
DISK = ["-drive", f"file={IMAGE},format=raw,if=none,id=disk,readonly=on", "-device", "virtio-blk-device,drive=disk"]
EIGHT = ["-device", "virtio-rng-pci"] * 8


def row(name, value, reference=""):
    """One figure in the columns of bench.py, which has a limit where this has none."""
    print(f"{name:<58} {value:>9} {'':>9}        {reference}", flush=True)


def run(*arguments, script=""):
    """The console's text of a machine that ends by itself."""
    done = subprocess.run(["timeout", "120", *MACHINE, *arguments], input=script, capture_output=True, text=True,
                          errors="replace")
    if done.returncode:
        sys.exit(f"bench-peers: QEMU ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def instructions(prompt, *arguments, script=""):
    """Instructions from reset until the console says `prompt`."""
    run(*arguments, "-plugin", f"build/bench/libsmcprof.so,out={LOG},sec=0-0,quit={prompt}", script=script)
    return int(re.search(r"^CON .* ns=(\d+)", LOG.read_text(), re.MULTILINE)[1])


def seconds(ticks):
    """Pairs of readings of the counter -> what lies between them; the first pair has nothing in it but the reading."""
    spans = [(after - before) * TICK for before, after in zip(ticks[::2], ticks[1::2])]
    return [span - spans[0] for span in spans[1:]]


def uboot_read():
    now = f"go {CODE:#x}"
    commands = ["x"]  # the key that stops it from booting
    commands += [f"mw.l {CODE + 4 * i:#x} {word:#x}" for i, word in enumerate(READ_COUNTER)]
    commands += [f"{now}; {now}"]
    commands += [f"{now}; virtio read {BUFFER:#x} 0 {MIB * 2048:#x}; {now}"] * READS
    text = run("-bios", UBOOT, *DISK, script="\n".join([*commands, "poweroff", ""]))
    spans = seconds([int(ticks, 16) for ticks in re.findall(r"rc = 0x([0-9A-F]+)", text)])
    if len(spans) != READS or text.count(f"{MIB * 2048} blocks read: OK") != READS:
        sys.exit(f"bench-peers: U-Boot did not read {READS} times\n{text}")
    return spans


def corbel_read():
    """The same of this firmware, which says itself how long it took by the virtual counter."""
    script = "; ".join([f"virtio blk read 0 0 {MIB * 2048} {BUFFER:#x}"] * READS + ["poweroff"])
    text = run("-kernel", CORBEL, *DISK, "-append", f'corbel.run="{script}"')
    spans = [float(span) for span in re.findall(rf"^{MIB << 20} bytes, .* (\d+\.\d+) s", text, re.MULTILINE)]
    if len(spans) != READS:
        sys.exit(f"bench-peers: this firmware did not read {READS} times\n{text}")
    return spans


def read():
    # Real bytes: the host serves holes of a file faster than any disk.
    IMAGE.parent.mkdir(parents=True, exist_ok=True)
    with open("/dev/urandom", "rb") as noise:
        IMAGE.write_bytes(noise.read(MIB << 20))
    for name, spans in (("U-Boot", uboot_read()), ("Corbel", corbel_read())):
        row(f"block read of {MIB} MiB, virtual ms, {name}", f"{1e3 * statistics.median(spans[1:]):.2f}",
            f"first {1e3 * spans[0]:.2f}, then {1e3 * min(spans[1:]):.2f} to {1e3 * max(spans[1:]):.2f}")
    IMAGE.unlink()


def start():
    for name, prompt, machine in (("U-Boot", "Hit any key", ["-bios", UBOOT]),
                                  ("Corbel", "corbel> ", ["-kernel", CORBEL])):
        without = instructions(prompt, *machine)
        row(f"instructions to the prompt, {name}", without)
        row(f"eight virtio-pci devices more, {name}", instructions(prompt, *machine, *EIGHT) - without)


print(f"{'figure':<58} {'measured':>9}")
start()
read()
