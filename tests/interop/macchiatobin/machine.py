# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/macchiatobin/machine.py - the board's model with either firmware at its prompt.
import pathlib
import re
import sys

import pexpect

sys.path.append(str(pathlib.Path(__file__).parents[2] / "system"))
# pylint: disable=wrong-import-position
from limits import within  # noqa: E402
from macchiatobin import RAM  # noqa: E402
from macchiatobin.packing import BUILD, QEMU  # noqa: E402

CORBEL = BUILD / "macchiatobin/flash-image.bin"
U_BOOT = BUILD / "interop/macchiatobin/u-boot/flash-image.bin"


class Machine:
    """One machine from power to its end; `with` ends it. `put`: a file that lies in memory at RAM from the start."""

    PROMPT = None
    PARTS = {"mmc0": 0, "mmc0boot0": 1, "mmc0boot1": 2}  # of the eMMC

    def __init__(self, media, put=None):
        self._strays, self._dram = media.folder / "strays", media.folder / "dram"
        machine = f"macchiatobin,el3=on,boot-from=spi,stray={self._strays},memory-backend=dram"
        dram = f"memory-backend-file,id=dram,size=4G,share=on,mem-path={self._dram}"
        words = [QEMU, "-M", machine, "-m", "4G", "-object", dram, "-display", "none", "-serial", "stdio",
                 "-monitor", "none", *media.arguments()]
        words += ["-device", f"loader,file={put},addr={RAM:#x},force-raw=on"] if put else []
        program, *words = within(300, *words)
        self._console = pexpect.spawn(program, words, timeout=120, encoding="utf-8", codec_errors="replace",
                                      dimensions=(100, 400))
        self._console.logfile_read = sys.stdout

    def __enter__(self):
        try:
            self.until_prompt()
        except BaseException:
            self.__exit__(True)
            raise
        return self

    def __exit__(self, failed, *_):
        self._console.close(force=True)  # its own `timeout`, which ends QEMU
        strays = self._strays.read_text() if self._strays.exists() else ""
        self._dram.unlink(missing_ok=True)
        assert failed or not strays, strays

    def until_prompt(self, prompt=None):
        """What it printed before it."""
        self._console.expect(r"(?:^|[\r\n])(?:\x1b\[[0-9;?]*[A-Za-z]|\r)*" + (prompt or self.PROMPT))
        return self._console.before

    def memory(self, address, size):
        """What lies there, by a look from outside."""
        with self._dram.open("rb") as dram:
            dram.seek(address)
            return dram.read(size)

    def send(self, line):
        self._console.send(line + "\r")
        self._console.expect_exact(line[-20:])


class UBoot(Machine):
    PROMPT = "=> "

    def run(self, line):
        """What it printed; it has to succeed."""
        self.send(f"{line}; echo status=$?")
        text = self.until_prompt()
        assert "status=0" in text, f"{line!r}: {text}"
        return text

    def sum(self, address, size):
        """The CRC-32 of memory."""
        return int(re.search(r"==> ([0-9a-f]{8})", self.run(f"crc32 {address:#x} {size:#x}"))[1], 16)

    def read(self, area, offset, size, address):
        if area == "spi":
            self.run("sf probe")
            return self.run(f"sf read {address:#x} {offset:#x} {size:#x}")
        self.run(f"mmc dev 0 {self.PARTS[area]}")
        return self.run(f"mmc read {address:#x} {offset // 512:#x} {size // 512:#x}")

    def write(self, area, offset, size, address):
        if area == "spi":
            self.run("sf probe")
            return self.run(f"sf update {address:#x} {offset:#x} {size:#x}")
        self.run(f"mmc dev 0 {self.PARTS[area]}")
        return self.run(f"mmc write {address:#x} {offset // 512:#x} {size // 512:#x}")


class Corbel(Machine):
    PROMPT = "corbel> "

    def run(self, line):
        """What it printed; it has to succeed."""
        self.send(line)
        text = self.until_prompt()
        assert "error: " not in text, f"{line!r}: {text}"
        return text

    def _transfer(self, verb, area, offset, size, address, *more):
        if area == "spi":
            return self.run(" ".join([f"flash {verb} spi {offset:#x} {size:#x} {address:#x}", *more]))
        return self.run(" ".join([f"mmc {verb} {area} {offset // 512} {size // 512} {address:#x}", *more]))

    def read(self, area, offset, size, address):
        self._transfer("read", area, offset, size, address)
        return self._transfer("verify", area, offset, size, address)

    def write(self, area, offset, size, address):
        return self._transfer("write", area, offset, size, address, "raw")
