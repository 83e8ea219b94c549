# SPDX-License-Identifier: BSD-2-Clause
"""capsule.py - figures of firmware update: verifying, memory, and what the code weighs."""

import pathlib
import re
import subprocess
import sys
import tempfile

from figures import calls, linked, qemu, row

FIRMWARE = "f2b7f7de-9a6c-4a52-8d3e-3e5b1f6a9c41"
MACHINE = ["-M", "virt,virtualization=on", "-m", "1G"]
MEMORY = 0x50000000
MIB = 1 << 20


def capsule(folder, size, *options):
    """A signed capsule with a payload of that many bytes; its path."""
    payload, made = pathlib.Path(folder, f"{size}.bin"), pathlib.Path(folder, f"{size}.cap")
    payload.write_bytes(bytes(i * 7 & 255 for i in range(min(size, 4096))) * -(-size // 4096))
    with payload.open("r+b") as file:
        file.truncate(size)
    subprocess.run(["build/host/capsule", "create", "--guid", FIRMWARE, "--index", "1", "--private-key", "tests/keys/test.key",
                    "--certificate", "tests/keys/test.crt", *options, "-o", str(made), str(payload)], check=True)
    return made


def verify(path, bootargs=""):
    """Instructions of the firmware from the first look at the capsule to the verdict."""
    script = f"capsule verify memory:{MEMORY:#x}+{path.stat().st_size}; poweroff"
    machine = [*MACHINE, "-device", f"loader,file={path},addr={MEMORY:#x},force-raw=on"]
    text, lines = qemu(machine, script, "trace=on", bootargs)
    costs = sum(calls(lines).values(), [])
    if "verified: 1 item" not in text or len(costs) != 1:
        sys.exit(f"bench: not verified\n{text}")
    return costs[0]


def verifying():
    with tempfile.TemporaryDirectory() as folder:
        row("verify a capsule of 1 KiB, RSA-2048, instructions", verify(capsule(folder, 1024)), 1_600_000,
            "mbedTLS alone: 1.5 million")
        small, large = capsule(folder, MIB), capsule(folder, 3 * MIB)
        for name, bootargs, limit, peer in (("with the CPU's instructions", "", 4.5, "about 4"),
                                            ("without", "corbel.sha2=plain", 56, "56 (mbedTLS C)")):
            each = (verify(large, bootargs) - verify(small, bootargs)) / (2 * MIB)
            row(f"verify, instructions for a byte, {name}", round(each, 2), limit, peer)


def memory():
    """Pages that verifying 64 MiB from a disk reads or writes, above those of the boot: devices write some of them."""
    with tempfile.TemporaryDirectory() as folder:
        made = capsule(folder, 64 * MIB)
        disk = pathlib.Path(folder, "disk")
        with disk.open("wb") as file:
            file.truncate(80 * MIB)
        subprocess.run(["mkfs.fat", "-F", "32", disk], check=True, capture_output=True)
        subprocess.run(["mcopy", "-i", disk, made, "::a.cap"], check=True)
        machine = [*MACHINE, "-drive", f"if=none,id=disk,format=raw,file={disk}", "-device", "virtio-blk-device,drive=disk",
                   "-global", "virtio-mmio.force-legacy=false"]

        def pages(script):
            text, lines = qemu(machine, script + "poweroff", "pages=on")
            return text, int(next(field for kind, field in lines if kind == "PAGES")["touched"])

        text, used = pages("capsule verify disk:/a.cap; ")
        if "verified: 1 item" not in text:
            sys.exit(f"bench: not verified\n{text}")
        row("KiB of memory to verify a capsule of 64 MiB from a disk", 4 * (used - pages("")[1]), 256, "U-Boot: the whole file")


def sizes():
    parts = linked("qemu_arm64", ["efi", "crypto", "mbedtls"])
    library = {name: size for name, size in parts.items() if not name.startswith("efi/")}
    store = {name: parts.pop(name) for name in ("efi/variable_store", "efi/variables", "efi/capsule_report")}
    own = {name: size for name, size in parts.items() if name.startswith("efi/")}
    row("linked bytes of efi/: capsules, signatures, ESRT, FWU", sum(own.values()), 14 * 1024,
        "U-Boot: 8 kB without PKCS#7 and FWU metadata")
    print("    of these: " + ", ".join(f"{k[4:]} {v}" for k, v in sorted(own.items(), key=lambda x: -x[1])))
    print("    beside them: " + ", ".join(f"{k} {v}" for k, v in store.items()))
    row("linked bytes of mbedTLS and what joins it", sum(library.values()), 45 * 1024, "51.5 kB at -Os")


def rows():
    sizes()
    verifying()
    memory()
