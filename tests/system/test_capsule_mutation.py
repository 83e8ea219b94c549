# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_capsule_mutation.py - each byte of a signed capsule is changed: the firmware refuses it, or it is
# one of those that no signature covers.
import random
import re
import subprocess

import pytest
from capsules import forge
from capsules.machine import IMAGE, RAM, Console, loader

pytestmark = [pytest.mark.lg_feature("bare"), pytest.mark.lg_feature("bootargs"), pytest.mark.lg_feature("el1")]

PAYLOAD = random.Random(1).randbytes(64)


# Behind the capsule's header of 28 the FMP header with one offset takes 16 bytes, the image header 48, and what is
# before the PKCS#7 32.
ITEM, SIGNATURE = 28 + 16, 28 + 16 + 48 + 32


def certificates(capsule):
    """First and last offset of what PKCS#7 calls its certificates, as openssl sees it."""
    command = ["openssl", "asn1parse", "-inform", "DER"]
    done = subprocess.run(command, input=capsule[SIGNATURE:], capture_output=True, check=False, timeout=60)
    at, header, size = map(int, re.search(rb"\s(\d+):d=3\s+hl=(\d+)\s+l=\s*(\d+) cons: cont", done.stdout).groups())
    return SIGNATURE + at + header, SIGNATURE + at + header + size


def unsigned(capsule):
    """{offset: what it is} of the bytes that may change without a refusal."""
    fields = {
        (20, 22): "Flags of the capsule's GUID: bit 15 is accept-by-OS, the others mean nothing",
        (22, 23): "Flags: PERSIST_ACROSS_RESET, INITIATE_RESET",
        certificates(capsule): "certificates sent along: the one that is trusted is that of the firmware",
    }
    return {at: what for (start, end), what in fields.items() for at in range(start, end)}


def runs(offsets):
    """[(first, last)] of neighbours."""
    starts = [at for at in offsets if at - 1 not in offsets]
    return [(start, next(at for at in range(start, start + 5000) if at + 1 not in offsets)) for start in starts]


def test_a_byte_that_changes_is_refused_or_one_that_no_signature_covers(flash, tmp_path):
    capsule = forge.capsule(forge.item(PAYLOAD, version=5, count=3))
    step = -(-len(capsule) // 64) * 64
    numbers, sent_along = random.Random(2), range(*certificates(capsule))
    # Of the certificate, to which nobody listens, some bytes are enough.
    offsets = [at for at in range(len(capsule)) if at not in sent_along or at % 16 == 0]
    changed = [(at, capsule[at] ^ 1 << numbers.randrange(8)) for at in offsets]
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
    wrong = sorted({at for at, _ in taken} - free.keys())
    assert wrong == [], runs(wrong)
