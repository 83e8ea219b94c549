# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_capsule_refusals.py - each check refuses with a line of its own, and nothing is written then.
import struct
import uuid
from dataclasses import dataclass

import pytest
from capsules import BANK_SIZE, DATA, FIRMWARE, METADATA_AT, ZERO, forge, variables
from capsules.machine import IMAGE, RAM, Console, loader

pytestmark = [pytest.mark.lg_feature("bare"), pytest.mark.lg_feature("bootargs"), pytest.mark.lg_feature("el1")]

GOOD = b"what is to be installed" * 50
STATUS = {  # LAST_ATTEMPT_STATUS by its name in `esrt`
    "success": 0,
    "unsuccessful": 1,
    "no resources": 2,
    "version": 3,
    "format": 4,
    "authentication": 5,
    "dependencies": 8,
}
# What is installed before: by a capsule of this version, lowest supported version and count.
VERSION, LOWEST, COUNT = 5, 3, 10
STRANGER = None  # a key that nobody trusts, made when it is wanted


@dataclass
class Case:
    make: object  # returns the capsule
    line: str  # begins so, behind "error: "
    status: str = None  # of the last attempt in `esrt`; None: the capsule names no image of this board


def good(**changes):
    return forge.item(GOOD, **{"version": VERSION + 1, "count": COUNT, **changes})


def flipped(at, bit=0):
    def change(data):
        data = bytearray(data)
        data[at] ^= 1 << bit
        return bytes(data)

    return change


def patched(capsule, at, form, value):
    return capsule[:at] + struct.pack(form, value) + capsule[at + struct.calcsize(form) :]


# Behind the capsule's header of 28 the FMP header with one offset takes 16 bytes, then the image header 48.
ITEM, AUTHENTICATION = 28 + 16, 28 + 16 + 48
BELOW = "item 0: FwVersion: below the lowest supported version"
TYPES = "item 0: wRevision, wCertificateType: "
NOT_SATISFIED = "item 0: dependency: not satisfied by what is installed"
NEWER = forge.push(VERSION + 1) + forge.push(FIRMWARE) + forge.GTE + forge.END
OTHERS = forge.push(0) + forge.push(uuid.UUID(int=5)) + forge.GTE + forge.END


def one(**changes):
    return forge.capsule(good(**changes))


def bad_signature():
    """The last bytes of the PKCS#7 are those of the signature."""
    capsule = one()
    end = len(capsule) - len(GOOD) - 16
    return capsule[: end - 20] + b"\x55" * 20 + capsule[end:]


CASES = {
    "unsigned": Case(lambda: one(key=None), "item 0: authentication: the image is not signed", "authentication"),
    "signed by a stranger": Case(lambda: one(key=STRANGER), "item 0: ", "authentication"),
    "altered in its last byte": Case(lambda: one(altered=flipped(-1)), "item 0: ", "authentication"),
    "altered in its version": Case(lambda: one(altered=flipped(8, 3)), "item 0: ", "authentication"),
    "count altered": Case(lambda: patched(one(), AUTHENTICATION, "<Q", COUNT + 1), "item 0: ", "authentication"),
    "signature altered": Case(bad_signature, "item 0: signature: ", "authentication"),
    "SHA-1": Case(lambda: one(digest="sha1"), "item 0: ", "authentication"),
    "with its content": Case(lambda: one(options=["-nodetach"]), "item 0: PKCS#7: ", "authentication"),
    "of no image here": Case(lambda: one(type_=uuid.UUID(int=1), index=1), "item 0: UpdateImageTypeId: no image"),
    "of another index": Case(lambda: one(index=2), "item 0: UpdateImageIndex: not that of this", "unsuccessful"),
    "of another machine": Case(lambda: one(instance=7), "item 0: UpdateHardwareInstance: of another", "unsuccessful"),
    "below the lowest supported version": Case(lambda: one(version=LOWEST - 1), BELOW, "version"),
    "without a version": Case(lambda: one(payload_header=False), BELOW, "version"),
    "below its own lowest supported version": Case(
        lambda: one(lowest=VERSION + 2), "item 0: FwVersion: below its own", "format"
    ),
    "count below": Case(lambda: one(count=COUNT - 1), "item 0: MonotonicCount: below", "version"),
    "dependency not satisfied": Case(lambda: one(dependency=NEWER), NOT_SATISFIED, "dependencies"),
    "dependency on what is not here": Case(lambda: one(dependency=OTHERS), NOT_SATISFIED, "dependencies"),
    "dependency of no sense": Case(lambda: one(dependency=forge.AND + forge.END), "item 0: dependency: "),
    "second item bad": Case(
        lambda: forge.capsule(good(), forge.item(GOOD, DATA, altered=flipped(30))), "item 1: ", "unsuccessful"
    ),
    "the same image twice": Case(
        lambda: forge.capsule(good(), good()), "item 1: UpdateImageTypeId: the same image as an item", "format"
    ),
    "image that has no place": Case(
        lambda: forge.capsule(good(), forge.item(GOOD, DATA)), "item 1: FWU metadata: has no such image", "unsuccessful"
    ),
    "larger than the bank": Case(
        lambda: forge.capsule(forge.item(bytes(BANK_SIZE + 1), version=VERSION, count=COUNT)),
        "item 0: bank: smaller than the image",
        "no resources",
    ),
    "no image in it": Case(
        lambda: forge.capsule(forge.item(b"", version=VERSION, count=COUNT)),
        "item 0: payload: no image in it",
        "format",
    ),
    "nothing": Case(lambda: b"", "memory: "),
    "cut short": Case(lambda: one()[:-1], "CapsuleImageSize: "),
    "too long": Case(lambda: one() + b"\0", "CapsuleImageSize: "),
    "header size": Case(lambda: patched(one(), 16, "<I", 27), "HeaderSize: less than 28"),
    "flags": Case(lambda: patched(one(), 20, "<I", forge.INITIATE_RESET), "Flags: populate or reset"),
    "certificate type": Case(lambda: patched(one(), AUTHENTICATION + 14, "<H", 0x0EF0), TYPES),
    "revision": Case(lambda: patched(one(), AUTHENTICATION + 12, "<H", 0x0201), TYPES),
    "offset outside": Case(lambda: patched(one(), 28 + 8, "<Q", 1 << 60), "item 0: ItemOffsetList: "),
    "image size": Case(lambda: patched(one(), ITEM + 24, "<I", 0x7FFFFFFF), "item 0: UpdateImageSize: "),
    "embedded driver": Case(lambda: patched(one(), 28 + 4, "<H", 1), "EmbeddedDriverCount: drivers are not run here"),
    "accept of nothing on trial": Case(forge.accept, "accept: nothing is on trial"),
    "accept of what is not here": Case(lambda: forge.accept(ZERO), "accept capsule: "),
    "revert of nothing on trial": Case(forge.revert, "revert: nothing is on trial"),
    "revert with a tail": Case(lambda: forge.raw(forge.REVERT, b"\0"), "revert capsule: "),
    "unknown capsule": Case(lambda: forge.raw(uuid.UUID(int=3), bytes(64)), "CapsuleGuid: "),
}
# What a look without writing cannot know.
ONLY_UPDATE = (
    *("image that has no place", "larger than the bank", "no image in it"),
    *("accept of nothing on trial", "revert of nothing on trial"),
)


@pytest.fixture(scope="module")
def capsules(tmp_path_factory):
    global STRANGER  # pylint: disable=global-statement
    STRANGER = forge.make_key(tmp_path_factory.mktemp("keys"), "stranger")
    return {name: case.make() for name, case in CASES.items()}


@pytest.fixture(scope="module")
def machine(capsules, delivered_flash, tmp_path_factory):
    """A machine on which something is installed, with all capsules in memory: run(name, command), its flash."""
    folder = tmp_path_factory.mktemp("refusals")
    flash = delivered_flash.copy(folder / "flash")
    first = forge.capsule(forge.item(b"old" * 1000, version=VERSION, lowest=LOWEST, count=COUNT))
    data, places = bytearray(first), {}
    for name, capsule in capsules.items():
        data += bytes(-len(data) % 64)
        places[name] = f"memory:{RAM + len(data):#x}+{len(capsule)}"
        data += capsule
    (folder / "capsules").write_bytes(data)
    with Console(IMAGE, f"{flash.arguments()} {loader(folder / 'capsules')}") as console:
        assert console.run(f"capsule update memory:{RAM:#x}+{len(first)}")[-1].startswith("updated: bank 1 ")

        def run(name, command):
            lines = console.run(f"capsule {command} {places[name]}")
            errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
            assert len(errors) == 1, lines
            return errors[0]

        yield run, flash


@pytest.mark.parametrize("name", CASES)
def test_a_refusal_names_item_check_and_reason_and_nothing_is_written(machine, name):
    run, flash = machine
    case = CASES[name]
    before, kept = flash.digest(METADATA_AT[0]), variables.read(flash)
    if name not in ONLY_UPDATE:
        assert run(name, "verify").startswith(case.line)
        assert variables.read(flash) == kept
    assert run(name, "update").startswith(case.line)
    assert flash.digest(METADATA_AT[0]) == before
    now = variables.read(flash)
    version, lowest, _, status = variables.fmp_state(now, FIRMWARE, 1)[1]
    assert (version, lowest) == (VERSION, LOWEST)
    if case.status:
        assert status == STATUS[case.status]
    else:
        assert now.get((FIRMWARE, "FmpState0001")) == kept[FIRMWARE, "FmpState0001"]
