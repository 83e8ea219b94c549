# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_capsule_mutation.py - each byte of a signed capsule is changed: the firmware refuses it, or the byte is
# one of those that no signature covers and that nobody acts on.
import random

import pytest
from capsules import FIRMWARE, forge
from capsules.machine import IMAGE, RAM, Console, loader

pytestmark = [pytest.mark.lg_feature("bare"), pytest.mark.lg_feature("bootargs"), pytest.mark.lg_feature("el1")]

PAYLOAD = random.Random(1).randbytes(64)


def unsigned(capsule):
    """{offset: what it is} of the bytes that may change without a refusal."""
    item = 28 + 16
    fields = {
        (20, 22): "capsule flags of the GUID: bit 15, accept by the operating system, and bits that nobody knows",
        (22, 23): "PERSIST_ACROSS_RESET, INITIATE_RESET",
    }
    assert capsule[item + 4 : item + 20] == FIRMWARE.bytes_le
    return {at: what for (start, end), what in fields.items() for at in range(start, end)}


def test_each_byte_is_refused_when_it_changes_or_means_nothing(flash, tmp_path):
    capsule = forge.capsule(forge.item(PAYLOAD, version=5, count=3))
    step = -(-len(capsule) // 64) * 64
    numbers = random.Random(2)
    changed = []
    for at in range(len(capsule)):  # one bit, and all of it
        for value in (capsule[at] ^ 1 << numbers.randrange(8), capsule[at] ^ numbers.randrange(1, 256)):
            changed.append((at, value))
    with (tmp_path / "loaded").open("wb") as file:
        for at, value in changed:
            data = bytearray(capsule)
            data[at] = value
            file.write(bytes(data).ljust(step, b"\0"))
    before = flash.digest()
    taken = []
    with Console(IMAGE, f"{flash.arguments()} {loader(tmp_path / 'loaded')}", limit=300) as console:
        for number, (at, value) in enumerate(changed):
            lines = console.run(f"capsule verify memory:{RAM + number * step:#x}+{len(capsule)}")
            errors = [line for line in lines if line.startswith("error: ")]
            assert len(errors) + (lines[-1].startswith("verified: ")) == 1, lines
            if not errors:
                taken.append((at, value))
    assert flash.digest() == before
    free = unsigned(capsule)
    assert [(at, value) for at, value in taken if at not in free] == []
