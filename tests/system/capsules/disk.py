# SPDX-License-Identifier: BSD-2-Clause
"""Disks with a GUID partition table and a FAT, by sfdisk, mkfs.fat and mtools."""

import os
import subprocess
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

from . import DATA, ESP_TYPE, METADATA_TYPE, MIB
from . import metadata as fwu
from .flash import copied

CAPSULES = "EFI/UpdateCapsule"
_ENVIRONMENT = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "MTOOLS_SKIP_CHECK": "1"}


def tool(*command, data=None, may_fail=False):
    """What it prints."""
    words = [str(word) for word in command]
    done = subprocess.run(words, input=data, capture_output=True, env=_ENVIRONMENT, check=False, timeout=60)
    assert may_fail or done.returncode == 0, f"{words}: {done.stdout + done.stderr}"
    return done.stdout


@dataclass
class Partition:
    type: uuid.UUID
    size: int  # bytes
    content: bytes = b""
    unique: uuid.UUID = None
    at: int = 0  # bytes


class Disk:
    """Of what a virtio disk keeps in `path`."""

    def __init__(self, path, partitions):
        self.path, self.partitions = Path(path), partitions
        self._folders = set()  # that are there

    @classmethod
    def make(cls, path, esp=48 * MIB, fat=32, metadata=None, data=None, data_size=MIB, others=()):
        """`esp` bytes of FAT (0: none), two copies of `metadata` (Metadata or bytes), two banks with `data`."""
        parts = [Partition(ESP_TYPE, esp)] if esp else []
        if metadata:
            copies = [copy if isinstance(copy, bytes) else copy.pack() for copy in metadata]
            parts += [Partition(METADATA_TYPE, MIB // 4, copy) for copy in copies]
        if data:
            parts += [Partition(DATA, data_size, content) for content in data]
        parts += others
        script, at = "label: gpt\nunit: sectors\n", MIB
        for part in parts:
            part.at, part.unique = at, part.unique or uuid.uuid4()
            script += f"start={at // 512}, size={part.size // 512}, type={part.type}, uuid={part.unique}\n"
            at += part.size
        with open(path, "wb") as file:
            file.truncate(at + MIB)
        tool("sfdisk", "-q", path, data=script.encode())
        disk = cls(path, parts)
        for part in parts:
            disk.write(part, part.content)
        if esp:
            tool("mkfs.fat", "-F", fat, f"--offset={MIB // 512}", path, esp // 1024)
        return disk

    def copy(self, path):
        return Disk(copied(self.path, path), self.partitions)

    def of_type(self, kind):
        return [part for part in self.partitions if part.type == kind]

    def read(self, part, size=None):
        with self.path.open("rb") as file:
            file.seek(part.at)
            return file.read(part.size if size is None else size)

    def write(self, part, content):
        with self.path.open("r+b") as file:
            file.seek(part.at)
            file.write(content)

    def metadata_copies(self):
        return [self.read(part, fwu.SIZE_LIMIT) for part in self.of_type(METADATA_TYPE)]

    def data(self, unique, size):
        """The start of the partition of that GUID."""
        (part,) = [part for part in self.partitions if part.unique == unique]
        return self.read(part, size)

    @property
    def _fat(self):
        (part,) = self.of_type(ESP_TYPE)
        return f"{self.path}@@{part.at}"

    def put(self, name, data):
        """A file of the ESP, with the folders before it; `data` is bytes or a path."""
        parts = name.split("/")[:-1]
        for folder in ("/".join(parts[: depth + 1]) for depth in range(len(parts))):
            if folder not in self._folders:  # where one is there already, mmd fails and mcopy does not
                tool("mmd", "-D", "s", "-i", self._fat, f"::{folder}", may_fail=True)
                self._folders.add(folder)
        if isinstance(data, bytes):
            with tempfile.NamedTemporaryFile() as file:
                file.write(data)
                file.flush()
                tool("mcopy", "-o", "-i", self._fat, file.name, f"::{name}")
        else:
            tool("mcopy", "-o", "-i", self._fat, data, f"::{name}")

    def files(self, folder=CAPSULES):
        """The names in a folder."""
        listed = tool("mdir", "-b", "-i", self._fat, f"::{folder}").decode().splitlines()
        return sorted(line.removeprefix(f"::/{folder}/") for line in listed)

    def check(self):
        """Whether fsck.fat finds nothing to say of the ESP."""
        (part,) = self.of_type(ESP_TYPE)
        with tempfile.NamedTemporaryFile() as file:
            copy = ["dd", f"if={self.path}", f"of={file.name}", "bs=1M", "conv=sparse,notrunc", "status=none"]
            tool(*copy, f"skip={part.at // MIB}", f"count={part.size // MIB}")
            file.truncate(part.size)
            command = ["fsck.fat", "-n", file.name]
            done = subprocess.run(command, capture_output=True, env=_ENVIRONMENT, check=False, timeout=60)
            return done.returncode == 0, done.stdout.decode()

    def arguments(self, name="disk", options=""):
        """Of QEMU."""
        return (
            f"-drive if=none,id={name},format=raw,file={self.path}{options}"
            f" -device virtio-blk-device,drive={name}"
        )
