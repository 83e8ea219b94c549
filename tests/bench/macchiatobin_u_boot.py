# SPDX-License-Identifier: BSD-2-Clause
"""macchiatobin_u_boot.py - what U-Boot needs on the MACCHIATObin's model, behind the same TF-A: for what this firmware
needs to be held against. Alone it prints its figures. SPI NOR's is exact; the eMMC's differs by one in a hundred and
the start's by one in five with the speed of the host, for U-Boot waits for devices there.

Instructions outside of the memory that TF-A keeps to itself are U-Boot's. `make macchiatobin-u-boot` builds it.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

BUILD = pathlib.Path("build")
IMAGE = BUILD / "interop/macchiatobin/u-boot/u-boot.bin"
FLASH_IMAGE = IMAGE.with_name("flash-image.bin")
KIB, MIB = 1 << 10, 1 << 20
BUFFER = 0x10000000
PLUGIN = f"{BUILD}/bench/libsmcprof.so,sec=0x04000000-0x04200000,uart=0xf0512000"


def media(folder, flash_image):
    """QEMU's arguments for a board with that image in its SPI flash; the rest of flash and eMMC has no pattern."""
    with open("/dev/urandom", "rb") as noise:
        (folder / "nor.bin").write_bytes(flash_image + noise.read(4 * MIB - len(flash_image)))
        # boot0, boot1, 56 MiB that the user has, and what the card keeps of its settings.
        (folder / "emmc.bin").write_bytes(noise.read(64 * MIB) + bytes(4 * KIB))
    return ["-drive", f"if=mtd,format=raw,file={folder}/nor.bin",
            "-drive", f"if=sd,index=0,format=raw,file={folder}/emmc.bin"]


def console(lines):
    """What the console says to these lines, and instructions of U-Boot up to each "=> " and "#N#"."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        marks = "".join(f",mark=#{i}#" for i in range(10))
        command = ["timeout", "300", f"{BUILD}/model/qemu-system-aarch64", "-M", "macchiatobin,el3=on,boot-from=spi",
                   "-no-reboot", "-display", "none", "-serial", "stdio", "-monitor", "none",
                   "-plugin", f"{PLUGIN},out={folder}/log,mark==> {marks}", *media(folder, FLASH_IMAGE.read_bytes())]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as qemu:
            text = b""
            # What comes before it listens is lost.
            while not text.endswith(b"=> ") and (some := qemu.stdout.read(4096)):
                text += some
            text += qemu.communicate("\r".join([*lines, "reset", ""]).encode())[0]
        counts = re.findall(r'^CON "(.*?)" ns=(\d+)', (folder / "log").read_text(), re.MULTILINE)
        return text.decode(errors="replace"), [(what, int(count)) for what, count in counts]


def cost(setup, command, proof):
    """Instructions that a command takes, what it prints included; `proof` has to be among that."""
    text, counts = console([*setup, 'echo "#"0"#"; echo "#"1"#"', f'echo "#"2"#"; {command}; echo "#"3"#"'])
    at = dict(counts)
    if proof not in text or not {"#0#", "#1#", "#2#", "#3#"} <= set(at):
        sys.exit(f"bench: U-Boot did not do it\n{text}")
    return at["#3#"] - at["#2#"] - (at["#1#"] - at["#0#"])


def flash_read(size=4 * MIB):
    """Instructions for a KiB of one read of SPI NOR."""
    return cost(["sf probe"], f"sf read {BUFFER:#x} 0 {size:#x}", f"SF: {size} bytes @ 0x0 Read: OK") * KIB // size


def card_read(size=16 * MIB):
    """Instructions for a KiB of one read of the eMMC's user area."""
    return cost(["mmc dev 0"], f"mmc read {BUFFER:#x} 0 {size // 512:#x}", f"{size // 512} blocks read: OK") * KIB // size


def start():
    """Instructions from its first to the prompt."""
    return next(count for what, count in console([])[1] if what == "=> ")


def image_size():
    """Bytes."""
    return IMAGE.stat().st_size


if __name__ == "__main__":
    for figure, value in (("bytes of the image", image_size()), ("instructions to the prompt", start()),
                          ("instructions per KiB, SPI NOR read of 4 MiB", flash_read()),
                          ("instructions per KiB, eMMC read of 16 MiB", card_read())):
        print(f"U-Boot, {figure:<50} {value:>10}", flush=True)
