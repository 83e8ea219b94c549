# SPDX-License-Identifier: BSD-2-Clause
"""The files behind the SPI flash, the eMMC and the SD card."""

import errno
import hashlib
import os
import subprocess
from pathlib import Path

from capsules import metadata as fwu

from . import (
    BOOT_SIZE,
    FLASH_SECTOR,
    FLASH_SIZE,
    METADATA_AT,
    PARTITION_CONFIG,
    STATE_SIZE,
    USER_SIZE,
    VARIABLES_AT,
    VARIABLES_SIZE,
)

BLOCK = 64 << 10  # in which files are looked through
PLACES = {
    "spi": ("nor.bin", 0, FLASH_SIZE),
    "mmc0": ("emmc.bin", 2 * BOOT_SIZE, USER_SIZE),
    "mmc0boot0": ("emmc.bin", 0, BOOT_SIZE),
    "mmc0boot1": ("emmc.bin", BOOT_SIZE, BOOT_SIZE),
    "mmc0 state": ("emmc.bin", 2 * BOOT_SIZE + USER_SIZE, STATE_SIZE),
}


class Media:
    """What a machine keeps when it has no power. Read anew each time: a machine may be running."""

    def __init__(self, folder, sd_size=0):
        self.folder, self.sd_size = Path(folder), sd_size
        self.absent = set()  # files of parts that the machine is told not to have

    @classmethod
    def blank(cls, folder, sd_size=0):
        """As parts are delivered: the flash erased, the cards zero. `sd_size` 0: no SD card."""
        media = cls(folder, sd_size)
        media.folder.mkdir(exist_ok=True)
        (media.folder / "nor.bin").write_bytes(b"\xff" * FLASH_SIZE)
        for name, size in (("emmc.bin", 2 * BOOT_SIZE + USER_SIZE + STATE_SIZE), ("sd.bin", sd_size)):
            if size:
                with (media.folder / name).open("wb") as file:
                    file.truncate(size)
        return media

    def copy(self, folder):
        Path(folder).mkdir(exist_ok=True)
        words = ["cp", "--reflink=auto", "--sparse=always", *self.folder.iterdir(), folder]
        subprocess.run(words, check=True, timeout=60)
        return Media(folder, self.sd_size)

    @property
    def areas(self):
        return {**PLACES, "mmc1": ("sd.bin", 0, self.sd_size)} if self.sd_size else PLACES

    def read(self, area, offset=0, size=None):
        name, start, whole = self.areas[area]
        with (self.folder / name).open("rb") as file:
            file.seek(start + offset)
            return file.read(whole - offset if size is None else size)

    def write(self, area, offset, data):
        name, start, whole = self.areas[area]
        assert offset + len(data) <= whole
        with (self.folder / name).open("r+b") as file:
            file.seek(start + offset)
            file.write(data)

    def install(self, image, areas=("spi", "mmc0boot0", "mmc0boot1")):
        """A flash image at the start of these areas."""
        for area in areas:
            self.write(area, 0, image)
        return self

    @property
    def boots(self):
        """The boot partition that the eMMC names: 0 none, 1 boot0, 2 boot1, 7 the user area."""
        return self.read("mmc0 state", PARTITION_CONFIG, 1)[0] >> 3 & 7

    @boots.setter
    def boots(self, partition):
        kept = self.read("mmc0 state", PARTITION_CONFIG, 1)[0] & 0x40
        self.write("mmc0 state", PARTITION_CONFIG, bytes([kept | partition << 3]))

    def _blocks(self, area):
        """All that is not zero, as (offset in the file, bytes). What is a hole need not be read."""
        name, at, size = self.areas[area]
        start, end = at, at + size
        with (self.folder / name).open("rb", buffering=0) as file:
            while at < end:
                try:
                    at = os.lseek(file.fileno(), at, os.SEEK_DATA)
                except OSError as error:
                    if error.errno != errno.ENXIO:
                        raise
                    return  # but for a hole this is the end
                at -= (at - start) % BLOCK  # whole blocks, wherever the hole ended
                data = os.pread(file.fileno(), max(0, min(BLOCK, end - at)), at)
                if not data:
                    return
                if data != bytes(len(data)):
                    yield at, data
                at += len(data)

    def is_zero(self, area):
        return not any(True for _ in self._blocks(area))

    def _digest(self, area):
        digest = hashlib.sha1()
        for at, data in self._blocks(area):
            digest.update(at.to_bytes(8, "little") + data)
        return digest.hexdigest()

    def state(self):
        """Of each area a digest."""
        return {area: self._digest(area) for area in self.areas}

    def changed(self, before):
        """The areas that are no longer as they were when state() told `before`."""
        now = self.state()
        return {area for area in now if now[area] != before[area]}

    def metadata_copies(self):
        return [self.read("spi", at, fwu.SIZE_LIMIT) for at in METADATA_AT]

    def set_metadata(self, *copies):
        """Metadata, bytes, or None for a copy that stays."""
        for at, copy in zip(METADATA_AT, copies):
            if copy is not None:
                data = copy if isinstance(copy, bytes) else copy.pack()
                self.write("spi", at, data.ljust(FLASH_SECTOR, b"\xff"))

    def metadata(self):
        """What counts."""
        return fwu.chosen(self.metadata_copies())

    def variables(self):
        return self.read("spi", VARIABLES_AT, VARIABLES_SIZE)

    def arguments(self):
        """Of QEMU."""
        drives = {"nor.bin": "if=mtd", "emmc.bin": "if=sd,index=0"}
        if self.sd_size:
            drives["sd.bin"] = "if=sd,index=1"
        words = []
        for name, where in drives.items():
            if name not in self.absent:
                words += ["-drive", f"{where},format=raw,file={self.folder}/{name}"]
        return words
