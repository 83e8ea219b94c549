# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_capsule_disk.py - capsules that an operating system left in \EFI\UpdateCapsule of a disk.
import random
import struct
import uuid

import pytest
from capsules import DATA, FIRMWARE, GLOBAL, MIB, REPORT, forge, variables
from capsules import metadata as fwu
from capsules.disk import CAPSULES, Disk

pytestmark = [pytest.mark.lg_feature("bare"), pytest.mark.lg_feature("bootargs"), pytest.mark.lg_feature("el1")]

OS_INDICATIONS = (GLOBAL, "OsIndications")
FILE_CAPSULES = (4).to_bytes(8, "little")
RESTARTS = "firmware update: installed; reset"


def image(seed):
    return random.Random(seed).randbytes(50_000)


def capsule(version, **changes):
    return forge.capsule(forge.item(image(version), version=version, **changes))


@pytest.fixture
def disk(tmp_path):
    """With room for capsules."""
    return Disk.make(tmp_path / "disk")


@pytest.fixture
def start(boot, flash, disk):
    """A machine with that flash and that disk, and maybe more."""

    def started(prompt=True, arguments=""):
        extra = f"-nic none -global virtio-mmio.force-legacy=false {flash.arguments()} {disk.arguments()} {arguments}"
        return boot(extra_args=extra, prompt=prompt)

    return started


def restarted(shell):
    """The machine has installed something and started again; returns what it said."""
    said = "\n".join(shell.until_prompt(60))
    assert said.count("qemu_virt at EL") == 2, said
    return said


def report(found, number):
    """Header and item of a result variable."""
    data = found[REPORT, f"Capsule{number:04X}"]
    total, _, guid, _, status = struct.unpack_from("<II16s16sQ", data)
    assert total == len(data)
    version, payload, index, type_ = struct.unpack_from("<HBB16s", data, 48)
    name = data[68:].decode("utf-16-le").split("\0")[0]
    return uuid.UUID(bytes_le=guid), status, (version, payload, index, uuid.UUID(bytes_le=type_)), name


def test_capsules_are_applied_in_the_order_of_their_names_and_removed(start, flash, disk):
    for name, version in (("b.cap", 3), ("C long name.cap", 4), ("A.CAP", 2)):
        disk.put(f"{CAPSULES}/{name}", capsule(version))
    disk.put(f"{CAPSULES}/folder/d.cap", capsule(9))
    disk.put("EFI/BOOT/BOOTAA64.EFI", b"stays")
    variables.write(flash, {OS_INDICATIONS: FILE_CAPSULES})
    shell = start(prompt=False)
    said = restarted(shell)
    assert said.index("A.CAP") < said.index("b.cap") < said.index("C long name.cap")
    assert said.count(RESTARTS) == 1
    assert disk.files() == ["folder/"]
    assert disk.files(f"{CAPSULES}/folder") == ["d.cap"] and disk.files("EFI/BOOT") == ["BOOTAA64.EFI"]
    sound, why = disk.check()
    assert sound, why
    assert [row["version"] for row in shell.json("esrt -j") if row["image"] == str(FIRMWARE)] == [4]
    metadata = flash.metadata()
    assert metadata.active == 1 and flash.bank(1, 50_000) == image(4)
    found = variables.read(flash)
    assert found[OS_INDICATIONS] == bytes(8)
    for number, name in enumerate(("A.CAP", "b.cap", "C long name.cap")):
        assert report(found, number) == (forge.FMP, 0, (1, 0, 1, FIRMWARE), name)
    assert found[REPORT, "CapsuleLast"].decode("utf-16-le") == "Capsule0002"
    assert int(found[REPORT, "CapsuleMax"].decode("utf-16-le").removeprefix("Capsule"), 16) >= 3


def test_without_os_indications_nothing_happens_until_somebody_says_now(start, flash, disk):
    disk.put(f"{CAPSULES}/a.cap", capsule(2))
    shell = start()
    assert not any("a.cap" in line for line in shell.boot_log)
    assert disk.files() == ["a.cap"]
    (line,) = shell.run("capsule scan")
    assert line.split() == ["blk0", str(len(capsule(2))), "a.cap"]
    assert flash.metadata().active == 0
    assert "updated: bank 1 is active, 1 item" in shell.text("capsule scan now", 30)
    assert disk.files() == [] and flash.metadata().active == 1
    assert shell.run("capsule scan") == ["no capsules are waiting"]


def test_other_bits_of_os_indications_stay(start, flash, disk):
    variables.write(flash, {OS_INDICATIONS: (1 << 40 | 4 | 1).to_bytes(8, "little")})
    start()
    assert variables.read(flash)[OS_INDICATIONS] == (1 << 40 | 1).to_bytes(8, "little")
    variables.write(flash, {OS_INDICATIONS: (1).to_bytes(8, "little")})
    disk.put(f"{CAPSULES}/a.cap", capsule(2))
    start()
    assert disk.files() == ["a.cap"]


def test_a_bad_capsule_is_removed_told_and_does_not_stop_the_next(start, flash, disk):
    disk.put(f"{CAPSULES}/a.cap", capsule(2, altered=lambda data: data[:-1] + b"?"))
    disk.put(f"{CAPSULES}/b.cap", b"not a capsule")
    disk.put(f"{CAPSULES}/c.cap", capsule(3))
    variables.write(flash, {OS_INDICATIONS: FILE_CAPSULES})
    said = restarted(start(prompt=False))
    assert said.count("error: ") == 2
    assert disk.files() == []
    assert flash.metadata().active == 1 and flash.bank(1, 50_000) == image(3)
    found = variables.read(flash)
    guid, status, item, name = report(found, 0)
    assert (guid, item, name) == (forge.FMP, (1, 0, 1, FIRMWARE), "a.cap") and status & 1 << 63
    assert struct.unpack_from("<Q", found[REPORT, "Capsule0001"], 40)[0] & 1 << 63
    assert report(found, 2)[1] == 0


def test_capsules_of_which_none_is_good_restart_nothing(start, flash, disk):
    disk.put(f"{CAPSULES}/a.cap", capsule(2, key=None))
    variables.write(flash, {OS_INDICATIONS: FILE_CAPSULES})
    shell = start()
    assert any("authentication: the image is not signed" in line for line in shell.boot_log)
    assert disk.files() == [] and flash.metadata().active == 0
    assert variables.read(flash)[OS_INDICATIONS] == bytes(8)


def test_a_capsule_on_trial_is_accepted_by_the_next_one(start, flash, disk):
    on_trial = forge.capsule(forge.item(image(2), version=2), flags=forge.ACCEPT_BY_OS)
    disk.put(f"{CAPSULES}/1.cap", on_trial)
    variables.write(flash, {OS_INDICATIONS: FILE_CAPSULES})
    shell = start(prompt=False)
    assert "boot 1 of 3" in restarted(shell)
    assert flash.metadata().states[:2] == [fwu.ACCEPTED, fwu.VALID]
    disk.put(f"{CAPSULES}/2.cap", forge.accept())
    variables.write(flash, {OS_INDICATIONS: FILE_CAPSULES})
    start()
    assert flash.metadata().states[:2] == [fwu.ACCEPTED, fwu.ACCEPTED]
    assert disk.files() == []


def test_all_disks_are_looked_at_in_order(start, flash, disk, tmp_path):
    other = Disk.make(tmp_path / "other", esp=20 * MIB, fat=16)
    third = Disk.make(tmp_path / "third", esp=0, data=(b"no ESP here",))
    other.put(f"{CAPSULES}/a.cap", capsule(3))
    disk.put(f"{CAPSULES}/b.cap", capsule(2))
    shell = start(arguments=f"{other.arguments('other')} {third.arguments('third')}")
    listed = [line.split()[0::2] for line in shell.run("capsule scan")]
    assert [disk for disk, _ in listed] == sorted(disk for disk, _ in listed)
    assert {name for _, name in listed} == {"a.cap", "b.cap"}
    text = shell.text("capsule scan now", 30)
    assert text.count("updated: ") == 2
    assert other.files() == [] and disk.files() == []
    assert len(third.of_type(DATA)) == 1


def test_a_disk_that_is_read_only_keeps_its_capsule_and_says_so(boot, flash, disk):
    disk.put(f"{CAPSULES}/a.cap", capsule(2))
    variables.write(flash, {OS_INDICATIONS: FILE_CAPSULES})
    shell = boot(
        extra_args="-nic none -global virtio-mmio.force-legacy=false"
        f" {flash.arguments()} {disk.arguments(options=',readonly=on')}",
        prompt=False,
    )
    said = restarted(shell)
    assert "a.cap: not removed: " in said
    assert disk.files() == ["a.cap"] and flash.metadata().active == 1
    # Once, and not at each boot for ever.
    assert variables.read(flash)[OS_INDICATIONS] == bytes(8)


def test_many_files_and_strange_names_are_no_trouble(start, flash, disk):
    for number in range(40):
        disk.put(f"{CAPSULES}/number {number:02} of a long list of files.cap", b"none")
    disk.put(f"{CAPSULES}/\u00fcml\u00e4ut.cap", b"none")
    disk.put(f"{CAPSULES}/good.cap", capsule(2))
    variables.write(flash, {OS_INDICATIONS: FILE_CAPSULES})
    restarted(start(prompt=False))
    assert disk.files() == []
    sound, why = disk.check()
    assert sound, why
    assert flash.metadata().active == 1
