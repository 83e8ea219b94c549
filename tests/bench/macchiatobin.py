# SPDX-License-Identifier: BSD-2-Clause
"""macchiatobin.py - figures of the MACCHIATObin, on its model behind its TF-A, beside those of U-Boot's mcbin build on the
same model in the same run.

Normal world is what runs outside of the addresses that TF-A keeps for itself and of the boot ROM, so instructions are
counted from BL33's first. A read is what lies between two words on the console: of the command itself, with its waiting
and its progress line.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

from figures import BUILD, LOG, calls, fields, row

QEMU = BUILD / "model/qemu-system-aarch64"
FIRMWARE = BUILD / "macchiatobin/firmware.bin"
UBOOT = BUILD / "interop/macchiatobin/u-boot"
PROMPT = "=> "  # of U-Boot
UART, SCMI_FUNCTION, SCMI_PAGE = 0xF0512000, 0x82002000, 0x04200000
TRUSTED = "0x4000000-0x4200000"  # U-Boot moves itself to the end of DRAM
BUFFER = 0x10000000
SPI_SIZE, EMMC_SIZE = 4 << 20, 16 << 20
FROM, BETWEEN, END = "reads-the-flash", "and-then-the-card", "no-more-reads"


def media(folder, image):
    """Files with a flash image at the start of the flash, and noise elsewhere; QEMU's arguments for them."""
    noise = os.urandom(1 << 20)
    nor, emmc = folder / "nor.bin", folder / "emmc.bin"
    content = bytearray(noise * (SPI_SIZE >> 20))
    content[: len(image)] = image
    content[0x180000:] = b"\xff" * (SPI_SIZE - 0x180000)  # no environment, no metadata
    nor.write_bytes(content)
    emmc.write_bytes(bytes(8 << 20) + noise * 64 + bytes(4096))  # boot0 and boot1, the user area, the card's state
    return ["-drive", f"if=mtd,format=raw,file={nor}", "-drive", f"if=sd,index=0,format=raw,file={emmc}"]


def run(image, plugin, typed=""):
    """Runs that flash image until the plugin ends it; the console's text and the plugin's lines."""
    with tempfile.TemporaryDirectory() as name:
        command = ["timeout", "120", QEMU, "-M", "macchiatobin,el3=on,boot-from=spi", "-m", "1G", "-icount", "shift=0"]
        command += ["-nic", "none", "-display", "none", "-serial", "stdio", "-monitor", "none"]
        command += media(pathlib.Path(name), image)
        command += ["-plugin", f"build/bench/libsmcprof.so,out={LOG},sec={TRUSTED},uart={UART:#x},{plugin}"]
        done = subprocess.run(command, input=typed, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        sys.exit(f"bench: QEMU ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout, LOG.read_text().splitlines()


def corbel(script, plugin):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        firmware, image = folder / "firmware.bin", folder / "flash-image.bin"
        subprocess.run(["tools/bootargs", FIRMWARE, firmware, f'corbel.run="{script}"'], check=True)
        subprocess.run(["tests/interop/macchiatobin/flash_image", firmware, image], check=True)
        return run(image.read_bytes(), plugin)


def consoles(lines):
    """Text -> instructions of the normal world when the console had printed it first."""
    found = (re.match(r'CON "(.*)" ns=(\d+)', line) for line in lines)
    return {match[1]: int(match[2]) for match in reversed([match for match in found if match])}


def client():
    count = 64
    script = "; ".join(f"bench scmi {count} {what}".strip() for what in ("", "attributes", "reset", "version"))
    # Where a message of the protocol is known, TF-A's own messages are none of them.
    text, lines = corbel(f"{script}; echo {END}", f"trace=on,fid={SCMI_FUNCTION:#x},shm={SCMI_PAGE:#x},quit={END}")
    costs = calls(fields(lines))
    for name, message, limit in (
        ("CLOCK_RATE_GET", ("0x14", "0x6"), 120),
        ("CLOCK_ATTRIBUTES", ("0x14", "0x3"), 140),
        ("RESET assert", ("0x16", "0x4"), 120),
        ("PROTOCOL_VERSION", ("0x14", "0x0"), 110),
    ):
        if len(costs.get(message, [])) < count:
            sys.exit(f"bench: {name} was not called {count} times\n{text}")
        row(f"mcbin: instructions for one {name}", max(costs[message]), limit, "as on QEMU virt")


def spans(lines, text):
    """Instructions per KiB: of the flash, of the eMMC."""
    at = consoles(lines)
    if not {FROM, BETWEEN, END} <= set(at):
        sys.exit(f"bench: nothing was read\n{text}")
    return (at[BETWEEN] - at[FROM]) * 1024 // SPI_SIZE, (at[END] - at[BETWEEN]) * 1024 // EMMC_SIZE


# Where a read begins and ends. What is typed is on the console, too, so it is typed otherwise than it is printed.
MARKS = f"mark={FROM},mark={BETWEEN},quit={END}"


def uboot():
    """U-Boot's prompt and reads."""
    typed = f"sf probe; mmc dev 0 0; echo {FROM}; sf read {BUFFER:#x} 0 {SPI_SIZE:#x}; echo {BETWEEN}; "
    typed += f"mmc read {BUFFER:#x} 0 {EMMC_SIZE // 512:#x}; echo {END}\n"
    typed = "\n" * 20 + re.sub("echo ([a-z])", r"echo '\1'", typed)  # what comes before its UART starts is lost
    text, lines = run((UBOOT / "flash-image.bin").read_bytes(), f"mark={PROMPT},{MARKS}", typed)
    if f"{SPI_SIZE} bytes @ 0x0 Read: OK" not in text or f"{EMMC_SIZE // 512} blocks read: OK" not in text:
        sys.exit(f"bench: U-Boot did not read\n{text}")
    return consoles(lines)[PROMPT], spans(lines, text)


def start_and_reads():
    prompt, peers = uboot()
    _, lines = corbel("", f"fid={SCMI_FUNCTION:#x},quit=corbel> ")
    at_prompt = consoles(lines)["corbel> "]
    row("mcbin: instructions from BL33's first to the prompt", at_prompt, 400_000, f"U-Boot: {prompt:,}, with waiting")
    script = f"flash info; mmc info; echo {FROM}; flash read spi 0 {SPI_SIZE:#x} {BUFFER:#x}; echo {BETWEEN}; "
    script += f"mmc read mmc0 0 {EMMC_SIZE // 512:#x} {BUFFER:#x}; echo {END}"
    text, lines = corbel(script, MARKS)
    if f"{SPI_SIZE} bytes, " not in text or f"{EMMC_SIZE} bytes, " not in text:
        sys.exit(f"bench: not read\n{text}")
    for name, own, peer in zip(("SPI NOR, 4 MiB", "eMMC, 16 MiB"), spans(lines, text), peers):
        row(f"mcbin: instructions per KiB read, {name}", own, peer // 2, f"U-Boot: {peer}; wanted: half of it")


def sizes():
    uboot = (UBOOT / "u-boot.bin").stat().st_size
    row("mcbin: bytes of the image with everything", FIRMWARE.stat().st_size, 256 * 1024, f"U-Boot: {uboot:,}")


def rows():
    sizes()
    start_and_reads()
    client()

