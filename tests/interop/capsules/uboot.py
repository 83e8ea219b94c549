# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/capsules/uboot.py - U-Boot in QEMU: capsules on the EFI system partition of a disk, firmware in flash.
import pathlib
import re
import struct
import subprocess
import sys
import uuid

import pexpect
from limits import within

BUILD = pathlib.Path(__file__).parents[3] / "build"
UBOOT = BUILD / "interop/u-boot"
MEBI = 1 << 20
# What tests/interop/u-boot/config has image 1 written to.
FIRMWARE_OFFSET, FIRMWARE_SIZE = 16 * MEBI, 16 * MEBI
LOAD_ADDRESS = 0x48000000
# The only image of U-Boot's board.
TYPE, INDEX = "058b7d83-50d5-4c47-a195-60d86ad341c4", 1
QEMU = ["-cpu", "cortex-a57", "-m", "256", "-nic", "none", "-display", "none"]


def signature_list(certificate):
    """EFI_SIGNATURE_LIST of one X.509 certificate (DER), UEFI 2.10, 32.4.1."""
    return (uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072").bytes_le
            + struct.pack("<III", 28 + 16 + len(certificate), 0, 16 + len(certificate)) + bytes(16) + certificate)


def machine_tree(folder, certificate, lowest_supported_version=0):
    """QEMU's own tree with the key that U-Boot trusts, and the least version that it takes."""
    (folder / "key.esl").write_bytes(signature_list(certificate))
    (folder / "key.dtso").write_text(f"""/dts-v1/; /plugin/;
/ {{ fragment@0 {{ target-path = "/"; __overlay__ {{
    signature {{ capsule-key = /incbin/("key.esl"); }};
    firmware-version {{ image1 {{ image-type-id = "{TYPE}"; image-index = <{INDEX}>;
                                  lowest-supported-version = <{lowest_supported_version}>; }}; }};
}}; }}; }};""")
    for command in (
            ["qemu-system-aarch64", "-M", "virt,dtb-randomness=off,dumpdtb=qemu.dtb", *QEMU],
            ["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", "key.dtbo", "key.dtso"],
            ["fdtoverlay", "-i", "qemu.dtb", "-o", "machine.dtb", "key.dtbo"]):
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    return folder / "machine.dtb"


class Disk:
    """A disk with one partition, the EFI system partition, FAT32."""

    SIZE, START = 64 * MEBI, MEBI

    def __init__(self, path):
        self.path = path
        with path.open("wb") as file:
            file.truncate(self.SIZE)
            # One entry of an MBR, type EFI; addresses in cylinders mean nothing to anybody any more.
            file.seek(446)
            file.write(struct.pack("<B3xB3xII", 0, 0xEF, self.START // 512, (self.SIZE - self.START) // 512))
            file.seek(510)
            file.write(b"\x55\xaa")
        self._mtools("mformat", "-F", "-v", "ESP", "-h", "64", "-s", "32",
                     "-T", str((self.SIZE - self.START) // 512), "::")
        self._mtools("mmd", "::/EFI", "::/EFI/UpdateCapsule")

    def _mtools(self, command, *arguments):
        return subprocess.run([command, "-i", f"{self.path}@@{self.START}", *arguments], check=True, timeout=60,
                              capture_output=True, text=True).stdout

    def put(self, file, name):
        self._mtools("mcopy", "-o", str(file), f"::/{name}")

    def names(self, folder):
        """What lies in it, without folders."""
        listing = self._mtools("mdir", "-b", "-a", f"::/{folder}")
        return [line.rsplit("/", 1)[-1] for line in listing.split() if not line.endswith("/")]


class FellOver(Exception):
    """U-Boot met an exception and has reset itself; it is at its prompt."""


class UBoot:
    """One machine from power to its end; `with` ends it."""

    PROMPT, BANNER = "=> ", r"U-Boot 20\d\d\.\d\d \("

    def __init__(self, folder, parser, tree):
        self.folder = folder
        self.disk = Disk(folder / "disk")
        self.flash = folder / "flash"
        self._tree = tree
        self._console = None
        with self.flash.open("wb") as flash:
            flash.write((UBOOT / f"u-boot-{parser}.bin").read_bytes())
            flash.truncate(64 * MEBI)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        command = within(
            240, "qemu-system-aarch64", "-M", "virt", *QEMU,
            "-monitor", "none", "-serial", "stdio", "-dtb", self._tree,
            "-drive", f"if=pflash,format=raw,file={self.flash}",
            "-drive", f"if=none,id=disk,format=raw,cache=writeback,file={self.disk.path}",
            "-device", "virtio-blk-device,drive=disk")
        self._console = pexpect.spawn(
            command[0], command[1:], timeout=60, encoding="utf-8", codec_errors="replace", dimensions=(100, 400))
        self._console.logfile_read = sys.stdout
        self._console.expect_exact(self.PROMPT)

    def stop(self):
        if self._console:
            self._console.close(force=True)  # its own `timeout`, which ends QEMU

    def run(self, command):
        """What it printed, and whether it succeeded."""
        self._console.sendline(f"{command}; echo status=$?")
        reset = self._console.expect([r"\nstatus=(\d+)\r*\n", self.BANNER]) == 1
        printed, match = self._console.before, self._console.match
        self._console.expect_exact(self.PROMPT)
        if reset:
            raise FellOver(printed)
        return printed, int(match[1]) == 0

    def must(self, command):
        printed, good = self.run(command)
        assert good, f"{command!r}: {printed}"
        return printed

    def until_reset(self, command):
        """What it printed before it reset itself, which it does after capsules on disk; then it is at its prompt."""
        self._console.sendline(command)
        self._console.expect(self.BANNER)
        printed = self._console.before
        self._console.expect_exact(self.PROMPT)
        return printed

    def update(self, capsule):
        """Hands a capsule over in memory, as an operating system does; what it printed and whether it succeeded."""
        self.disk.put(capsule, "capsule")
        self.must(f"load virtio 0:1 {LOAD_ADDRESS:#x} capsule")
        return self.run(f"efidebug capsule update -v {LOAD_ADDRESS:#x}")

    def firmware(self, size=FIRMWARE_SIZE):
        """What lies in flash where image 1 belongs."""
        with self.flash.open("rb") as flash:
            flash.seek(FIRMWARE_OFFSET)
            return flash.read(size)

    def esrt_version(self):
        return int(re.search(r"ESRT: fw_version=(\d+)", self.must("efidebug capsule esrt"))[1])
