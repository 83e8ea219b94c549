# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_capsule.py - capsules from memory, network and disk are looked at, verified and installed.
import random
import re
import uuid

import pytest
from capsules import BANKS, DATA, FIRMWARE, METADATA_TYPE, MIB, forge, tools, variables
from capsules import metadata as fwu
from capsules.disk import Disk
from capsules.machine import IMAGE, RAM, loader

pytestmark = [pytest.mark.lg_feature("bare"), pytest.mark.lg_feature("bootargs"), pytest.mark.lg_feature("el1")]


def content(size, seed=1):
    return random.Random(seed).randbytes(size)


@pytest.fixture
def start(boot, flash, tmp_path):
    """A machine with that flash: start(capsule, disk, arguments) -> shell; the capsule lies in memory."""

    def started(capsule=None, disk=None, arguments="", readonly=False, **changes):
        words = ["-nic none -global virtio-mmio.force-legacy=false", flash.arguments(readonly), arguments]
        if capsule is not None:
            (tmp_path / "loaded").write_bytes(capsule)
            words.append(loader(tmp_path / "loaded"))
        if disk:
            words.append(disk.arguments())
        return boot(extra_args=" ".join(words), **changes)

    return started


def at(capsule, address=RAM):
    """How the shell calls a capsule in memory."""
    return f"memory:{address:#x}+{len(capsule)}"


def last(shell, command, timeout=30):
    return shell.run(command, timeout)[-1]


def image_row(shell, type_=FIRMWARE):
    (row,) = [row for row in shell.json("esrt -j") if row["image"] == str(type_)]
    return row


MAKERS = {
    "mkeficapsule": lambda folder, image: tools.mkeficapsule(folder, image, count=3),
    "capsule create": lambda folder, image: tools.create(folder, image, version=7, count=3),
    "by hand": lambda folder, image: forge.capsule(forge.item(image, version=7, count=3)),
    "by hand, header of 32": lambda folder, image: forge.capsule(forge.item(image, version=7), header_size=32),
}


@pytest.mark.parametrize("maker", MAKERS)
def test_a_capsule_in_memory_is_installed_in_the_other_bank(start, flash, tmp_path, maker):
    image = content(150_001)
    capsule = MAKERS[maker](tmp_path, image)
    before = flash.bank(0, 4 * MIB)
    shell = start(capsule)
    assert last(shell, f"capsule update {at(capsule)}") == "updated: bank 1 is active, 1 item"
    assert flash.bank(1, len(image)) == image
    assert flash.bank(0, 4 * MIB) == before
    copies = [fwu.parse(copy) for copy in flash.metadata_copies()]
    assert copies[0] == copies[1]
    assert (copies[0].active, copies[0].previous) == (1, 0)
    assert copies[0].states[:2] == [fwu.ACCEPTED, fwu.ACCEPTED]
    assert fwu.bank_to_boot(copies[0]) == 1
    row = image_row(shell)
    version = 0 if maker == "mkeficapsule" else 7
    assert (row["version"], row["attempted"], row["status"]) == (version, version, "success")


def test_two_updates_go_to_one_bank_after_the_other(start, flash):
    images = [content(70_000, seed) for seed in range(3)]
    capsules = [forge.capsule(forge.item(image, version=9 + seed)) for seed, image in enumerate(images)]
    shell = start(b"".join(capsules))
    address = RAM
    for number, (capsule, image) in enumerate(zip(capsules, images)):
        bank = 1 - number % 2
        assert last(shell, f"capsule update {at(capsule, address)}") == f"updated: bank {bank} is active, 1 item"
        assert flash.bank(bank, len(image)) == image
        assert flash.metadata().active == bank
        assert image_row(shell)["version"] == 9 + number
        address += len(capsule)


def test_what_was_installed_is_what_boots(start, flash, tmp_path):
    image = IMAGE.read_bytes() + content(1000)
    capsule = forge.capsule(forge.item(image, version=2))
    assert last(start(capsule), f"capsule update {at(capsule)}").startswith("updated: bank 1 ")
    (tmp_path / "kernel").write_bytes(flash.bank(fwu.bank_to_boot(flash.metadata()), len(image)))
    shell = start(kernel=tmp_path / "kernel")
    assert image_row(shell)["version"] == 2
    assert "active bank 1 (accepted)" in shell.text("fwu status")


def test_a_capsule_is_fetched_by_tftp(start, flash, tmp_path):
    image = content(300_000)
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "new.cap").write_bytes(forge.capsule(forge.item(image, version=4)))
    shell = start(arguments=f"-netdev user,id=net,tftp={folder} -device virtio-net-device,netdev=net")
    shell.run("dhcp")
    assert last(shell, "capsule verify tftp:new.cap").startswith("verified: 1 item")
    assert last(shell, "capsule update tftp:10.0.2.2:new.cap") == "updated: bank 1 is active, 1 item"
    assert flash.bank(1, len(image)) == image
    assert "not found" in shell.fails("capsule update tftp:old.cap")


@pytest.mark.parametrize("fat, size", [(12, 4 * MIB), (16, 20 * MIB), (32, 48 * MIB)])
def test_a_capsule_is_read_from_a_disk(start, flash, tmp_path, fat, size):
    image = content(400_000)
    disk = Disk.make(tmp_path / "disk", esp=size, fat=fat)
    disk.put("a folder/Firmware of today.capsule", forge.capsule(forge.item(image, version=4)))
    disk.put("SHORT.CAP", forge.capsule(forge.item(image[::-1], version=5)))
    shell = start(disk=disk)
    said = last(shell, 'capsule update "disk:/a folder/Firmware of today.capsule"')
    assert said == "updated: bank 1 is active, 1 item"
    assert flash.bank(1, len(image)) == image
    assert last(shell, "capsule update blk0:/short.cap") == "updated: bank 0 is active, 1 item"
    assert flash.bank(0, len(image)) == image[::-1]
    assert "not found" in shell.fails("capsule update disk:/EFI/none.cap")
    assert "no such device" in shell.fails("capsule update blk1:/short.cap")
    sound, why = disk.check()
    assert sound, why
    assert disk.files("a folder") == ["Firmware of today.capsule"]


def test_without_a_disk_the_line_says_so(start):
    assert "no such device" in start().fails("capsule update disk:/x.cap")


def test_info_shows_what_is_in_a_capsule_and_whether_it_is_signed(start):
    capsule = forge.capsule(
        forge.item(content(1000), version=0x10203, lowest=2, count=77, dependency=forge.TRUE + forge.END),
        forge.item(content(2000), type_=DATA, version=3, key=None),
        flags=forge.ACCEPT_BY_OS | forge.PERSIST,
    )
    shell = start(capsule)
    text = shell.text(f"capsule info {at(capsule)}")
    assert f"{len(capsule)} bytes" in text
    assert "flags 0x00018000" in text and "accept" in text
    rows = shell.json(f"capsule info {at(capsule)} -j")
    keys = ("item", "type", "index", "version", "lowest", "count", "signed", "depends", "bytes")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        (0, str(FIRMWARE), 1, 0x10203, 2, 77, True, True, 1000),
        (1, str(DATA), 2, 3, 0, 0, False, False, 2000),
    ]


def test_verify_names_the_key_and_writes_nothing(start, flash):
    capsule = forge.capsule(forge.item(content(5000), version=7))
    shell = start(capsule)
    before = flash.digest()
    line = last(shell, f"capsule verify {at(capsule)}")
    assert re.fullmatch(r"verified: 1 item, firmware by test(\.crt)? \(a test key\)", line)
    assert flash.digest() == before
    assert flash.metadata().active == 0


def test_a_test_key_is_told_at_boot(start):
    assert any(line.startswith("test keys: ") and " test " in line for line in start().boot_log)


@pytest.fixture
def two(tmp_path, flash):
    """A disk with the data image, of which the metadata in flash knows."""
    disk = Disk.make(tmp_path / "disk", data=(content(MIB, 3), content(1000, 4)))
    partitions = [part.unique for part in disk.of_type(DATA)]
    flash.set_metadata(*[fwu.with_data(partitions)] * 2)
    return disk


def test_two_images_are_installed_as_one(start, flash, two):
    firmware, data = content(100_000), content(200_000, 2)
    capsule = forge.capsule(forge.item(firmware, version=2), forge.item(data, DATA, version=3))
    shell = start(capsule, two)
    assert last(shell, f"capsule update {at(capsule)}") == "updated: bank 1 is active, 2 items"
    assert flash.bank(1, len(firmware)) == firmware
    assert two.read(two.of_type(DATA)[1], len(data)) == data
    assert two.read(two.of_type(DATA)[0]) == content(MIB, 3)
    assert (image_row(shell)["version"], image_row(shell, DATA)["version"]) == (2, 3)
    metadata = flash.metadata()
    assert metadata.active == 1 and [image.accepted for image in metadata.images] == [[True, True], [True, True]]


def test_an_image_that_a_capsule_lacks_goes_to_the_new_bank_too(start, flash, two):
    capsule = forge.capsule(forge.item(content(100_000), version=2))
    shell = start(capsule, two)
    assert last(shell, f"capsule update {at(capsule)}") == "updated: bank 1 is active, 1 item"
    assert two.read(two.of_type(DATA)[1]) == content(MIB, 3)


def test_metadata_on_a_disk_counts_before_that_in_flash(start, flash, tmp_path):
    firmware, data = content(100_000), content(200_000, 2)
    disk = Disk.make(tmp_path / "disk", metadata=(b"\0", b"\0"), data=(content(MIB, 3), b""))
    metadata = fwu.with_data([part.unique for part in disk.of_type(DATA)])
    for part in disk.of_type(METADATA_TYPE):
        disk.write(part, metadata.pack())
    in_flash = flash.metadata_copies()
    capsule = forge.capsule(forge.item(data, DATA, version=3), forge.item(firmware, version=2))
    shell = start(capsule, disk)
    assert last(shell, f"capsule update {at(capsule)}") == "updated: bank 1 is active, 2 items"
    copies = disk.metadata_copies()
    assert fwu.parse(copies[0]) == fwu.parse(copies[1]) and fwu.parse(copies[0]).active == 1
    assert flash.metadata_copies() == in_flash
    assert flash.bank(1, len(firmware)) == firmware
    assert two_data(disk)[1][: len(data)] == data


def two_data(disk):
    return [disk.read(part) for part in disk.of_type(DATA)]


def test_a_capsule_of_64_mib_is_installed_from_a_disk(start, flash, tmp_path):
    size = 64 * MIB
    data = content(MIB) * 64
    disk = Disk.make(tmp_path / "disk", esp=100 * MIB, data=(b"old", b""), data_size=size)
    flash.set_metadata(*[fwu.with_data([part.unique for part in disk.of_type(DATA)])] * 2)
    capsule = forge.capsule(forge.item(data, DATA, version=2))
    (tmp_path / "big.cap").write_bytes(capsule)
    disk.put("big.cap", tmp_path / "big.cap")
    shell = start(disk=disk)
    assert last(shell, "capsule update disk:/big.cap", timeout=200) == "updated: bank 1 is active, 1 item"
    assert two_data(disk)[1] == data


@pytest.mark.parametrize("version", [1, 2])
def test_metadata_keeps_its_version(start, flash, two, version):
    partitions = [part.unique for part in two.of_type(DATA)]
    flash.set_metadata(*[fwu.with_data(partitions, version=version)] * 2)
    image = content(10_000)
    capsule = forge.capsule(forge.item(image, version=2))
    shell = start(capsule, two)
    assert f"metadata version {version}" in shell.text("fwu status")
    assert last(shell, f"capsule update {at(capsule)}") == "updated: bank 1 is active, 1 item"
    metadata = flash.metadata(images_v1=2)
    assert (metadata.version, metadata.active, metadata.previous) == (version, 1, 0)
    assert [image.accepted for image in metadata.images] == [[True, True]] * 2
    assert [image.banks for image in metadata.images] == [list(BANKS), partitions]
    assert flash.bank(1, len(image)) == image


def test_variables_are_those_that_virt_firmware_reads(start, flash):
    capsule = forge.capsule(forge.item(content(5000), version=7, lowest=4, count=9))
    shell = start(capsule)
    shell.run(f"capsule update {at(capsule)}", 30)
    found = variables.printed(flash)
    assert found == variables.read(flash)
    bank = variables.fmp_state(found, FIRMWARE, 1)[1]
    assert bank == (7, 4, 7, 0)
    assert int.from_bytes(found[FIRMWARE, "MonotonicCount0001"], "little") == 9
    listed = shell.json("efivar -j")
    assert {(row["vendor"], row["name"]) for row in listed} == {(str(vendor), name) for vendor, name in found}
