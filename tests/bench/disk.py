# SPDX-License-Identifier: BSD-2-Clause
"""disk.py - figures of disks over virtio, and of the start with many devices."""

import pathlib
import re
import sys
import tempfile

from figures import calls, qemu, row

MACHINE = ["-M", "virt,virtualization=on", "-m", "512", "-global", "virtio-mmio.force-legacy=false"]
SIZE = 64 << 20
MEMORY = 0x50000000  # free, as the machine has 512 MiB at 0x40000000


def reads():
    """One read of all of a disk, and many small ones, on both buses with both kinds of rings."""
    count = 1000
    script = f"virtio blk read 0 0 {SIZE // 512} {MEMORY:#x}; bench blk {count} {MEMORY:#x}; poweroff"
    with tempfile.TemporaryDirectory() as folder:
        image = pathlib.Path(folder, "image")
        image.write_bytes(bytes(range(256)) * (SIZE // 256))
        for bus in "device", "pci":
            for packed in "off", "on":
                ring = "packed" if packed == "on" else "split"
                text, lines = qemu([*MACHINE, "-drive", f"if=none,id=disk,format=raw,file={image}",
                                    "-device", f"virtio-blk-{bus},drive=disk,packed={packed}"], script, "trace=on")
                whole = re.search(rf"^{SIZE} bytes, .*, (\d+)\.(\d{{6}}) s\r?$", text, re.MULTILINE)
                costs = sum(calls(lines).values(), [])
                if not whole or len(costs) != 1:
                    sys.exit(f"bench: the disk was not read\n{text}")
                where = f"{'pci' if bus == 'pci' else 'mmio'}, {ring}"
                row(f"virtual us for a read of 64 MiB, {where}", int(whole[1] + whole[2]), 20_000, "U-Boot: 25,000")
                row(f"instructions for a random read of 4 KiB, {where}", -(-costs[0] // count), 400,
                    "one at a time in every boot firmware")


def scan():
    """What eight devices on the PCI bus add to the start."""
    def start(devices):
        _, lines = qemu([*MACHINE, *devices], "", "quit=corbel> ")
        return int(next(field for kind, field in lines if kind == "CON")["ns"])

    devices = ["-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile=", "-device", "virtio-serial-pci"]
    for i in range(4):
        devices += ["-drive", f"if=none,id=disk{i},driver=null-co,size=1M", "-device", f"virtio-blk-pci,drive=disk{i}"]
    for _ in range(2):
        devices += ["-device", "virtio-rng-pci"]
    row("instructions for 8 devices on PCI: scan and start", start(devices) - start([]), 150_000,
        "U-Boot: 670,000 for two")


def rows():
    reads()
    scan()
