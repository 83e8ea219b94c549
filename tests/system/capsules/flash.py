# SPDX-License-Identifier: BSD-2-Clause
"""The file behind bank 1 of the flash."""

import hashlib
import os
import subprocess
from pathlib import Path

from . import BANK_AT, BANK_SIZE, FLASH_SIZE, METADATA_AT, SECTOR, VARIABLES_SIZE
from . import metadata as fwu


def copied(source, target):
    """A copy that takes no more room than the original."""
    subprocess.run(["cp", "--reflink=auto", "--sparse=always", source, target], check=True, timeout=60)
    return Path(target)


class Flash:
    """Of what QEMU keeps in `path`. Reads it anew each time: a machine may be running."""

    def __init__(self, path):
        self.path = Path(path)

    @classmethod
    def blank(cls, path):
        """As a machine is delivered: nothing in it."""
        with open(path, "wb") as file:
            file.truncate(FLASH_SIZE)
        return cls(path)

    def copy(self, path):
        return Flash(copied(self.path, path))

    def read(self, at, size):
        with self.path.open("rb") as file:
            file.seek(at)
            return file.read(size)

    def write(self, at, data):
        with self.path.open("r+b") as file:
            file.seek(at)
            file.write(data)

    def bank(self, bank, size=BANK_SIZE):
        return self.read(BANK_AT[bank], size)

    def set_bank(self, bank, image):
        self.write(BANK_AT[bank], image)

    def variables(self):
        return self.read(0, VARIABLES_SIZE)

    def metadata_copies(self):
        return [self.read(at, fwu.SIZE_LIMIT) for at in METADATA_AT]

    def set_metadata(self, *copies):
        """Metadata, bytes, or None for a copy that stays."""
        for at, copy in zip(METADATA_AT, copies):
            if copy is not None:
                data = copy if isinstance(copy, bytes) else copy.pack()
                self.write(at, data.ljust(SECTOR, b"\xff"))

    def metadata(self, images_v1=1):
        """What BL2 goes by."""
        return fwu.chosen(self.metadata_copies(), images_v1)

    def digest(self, start=0):
        """Of all that was ever written from `start` on: what is only a hole does not count."""
        digest = hashlib.sha256()
        with self.path.open("rb") as file:
            while True:
                try:
                    at = os.lseek(file.fileno(), start, os.SEEK_DATA)
                except OSError:  # no more data
                    return digest.digest()
                start = os.lseek(file.fileno(), at, os.SEEK_HOLE)
                digest.update(b"%d+%d:" % (at, start - at) + os.pread(file.fileno(), start - at, at))

    def arguments(self, readonly=False):
        """Of QEMU."""
        return f"-drive if=pflash,unit=1,format=raw,file={self.path}{',readonly=on' if readonly else ''}"
