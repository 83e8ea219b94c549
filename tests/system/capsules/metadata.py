# SPDX-License-Identifier: BSD-2-Clause
"""Firmware update metadata of DEN0118, versions 1 and 2, and what TF-A's BL2 makes of two copies of it."""

import struct
import uuid
import zlib
from dataclasses import dataclass, field, replace

from . import BANKS, DATA, FIRMWARE, ZERO

ACCEPTED, VALID, INVALID = 0xFC, 0xFE, 0xFF
SIZE_LIMIT = 4096  # of a copy, for who looks at the storage


@dataclass
class Image:
    type: uuid.UUID
    banks: list  # of GUIDs
    accepted: list = field(default_factory=lambda: [True, True])
    location: uuid.UUID = ZERO


@dataclass
class Metadata:
    active: int = 0
    previous: int = 0
    images: list = field(default_factory=lambda: [Image(FIRMWARE, list(BANKS))])
    states: list = field(default_factory=lambda: [ACCEPTED, ACCEPTED])
    version: int = 2

    def pack(self):
        """With its CRC."""
        entries = b""
        for image in self.images:
            entries += image.type.bytes_le + image.location.bytes_le
            for bank, accepted in zip(image.banks, image.accepted):
                entries += bank.bytes_le + struct.pack("<II", accepted, 0)
        head = struct.pack("<III", self.version, self.active, self.previous)
        if self.version == 2:
            banks, states = len(self.states), bytes(self.states).ljust(4, b"\xff")
            size = 40 + len(entries)
            head += struct.pack("<IHH4sI", size, 32, 0, states, 0)
            head += struct.pack("<BBHHH", banks, 0, len(self.images), 32 + 24 * banks, 24)
        body = head + entries
        return struct.pack("<I", zlib.crc32(body)) + body

    def state(self, bank):
        """In version 1 it is what the images' bits say."""
        if self.version == 2:
            return self.states[bank]
        return ACCEPTED if all(image.accepted[bank] for image in self.images) else VALID


def _image(data, at, banks):
    guid = lambda place: uuid.UUID(bytes_le=bytes(data[place : place + 16]))  # noqa: E731
    entries = [at + 32 + 24 * bank for bank in range(banks)]
    accepted = [bool(struct.unpack_from("<I", data, entry + 16)[0] & 1) for entry in entries]
    return Image(guid(at), [guid(entry) for entry in entries], accepted, guid(at + 16))


def parse(data, images_v1=1):
    """The metadata at the start of `data`; None when its CRC or its form is wrong."""
    crc, version, active, previous = struct.unpack_from("<IIII", data)
    if version == 1:
        end = 16 + 80 * images_v1
        if end > len(data) or zlib.crc32(data[4:end]) != crc:
            return None
        images = [_image(data, 16 + 80 * i, 2) for i in range(images_v1)]
        return Metadata(active, previous, images, [None, None], 1)
    if version != 2:
        return None
    size, at = struct.unpack_from("<IH", data, 16)
    if not 40 <= size <= len(data) or zlib.crc32(data[4:size]) != crc or at != 32:
        return None
    banks, _, count, entry_size, bank_size = struct.unpack_from("<BBHHH", data, at)
    if bank_size != 24 or entry_size != 32 + 24 * banks or 40 + count * entry_size != size or not 1 <= banks <= 4:
        return None
    images = [_image(data, 40 + i * entry_size, banks) for i in range(count)]
    return Metadata(active, previous, images, list(data[24 : 24 + banks]), 2)


def chosen(copies, images_v1=1):
    """What BL2 goes by: the first copy that is sound. None: neither is, and nothing boots."""
    for copy in copies:
        if metadata := parse(copy, images_v1):
            return metadata
    return None


def bank_to_boot(metadata):
    """The active bank unless it is invalid, then the one before. None: nothing boots."""
    for bank in metadata.active, metadata.previous:
        if bank < len(metadata.states) and metadata.state(bank) != INVALID:
            return bank
    return None


def with_data(partitions, **changes):
    """Of a machine that has the data image on a disk, too."""
    base = Metadata(images=[Image(FIRMWARE, list(BANKS)), Image(DATA, list(partitions))])
    return replace(base, **changes)
