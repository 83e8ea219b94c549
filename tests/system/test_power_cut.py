# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_power_cut.py - power fails at any instruction of an update: the old firmware boots or the new one.
# Each architecture takes half of the points that are anywhere, and others than the other one; all that are chosen by
# what is written there are cut on both. POWER_CUT_SEED=n and POWER_CUT_POINTS=n choose others, n on both together.
import random

import pytest
from capsules import BANK_AT, DATA, GLOBAL, METADATA_TYPE, MIB, forge, machine, variables
from capsules import metadata as fwu
from capsules.disk import CAPSULES, Disk
from power_cut import POINTS, Scene, Version, all_of

pytestmark = [
    pytest.mark.lg_feature("bare"),
    pytest.mark.lg_feature("bootargs"),
    pytest.mark.lg_feature("el1"),
    pytest.mark.timeout(600 + 6 * POINTS),
]


def firmware(number):
    """A firmware that boots, and differs from any other from its first page on to its end."""
    return machine.IMAGE.read_bytes() + random.Random(number).randbytes(4096) + b"version %d" % number


def version(number, data=b""):
    return Version(number, firmware(number), data)


def installed(flash, folder, old, disk=None):
    """The old version in bank 1, by an update; in bank 0 something that is neither."""
    capsule = folder / "old.cap"
    items = [forge.item(old.firmware, version=old.number)]
    items += [forge.item(old.data, DATA, version=old.number)] if old.data else []
    capsule.write_bytes(forge.capsule(*items))
    script = f"capsule update memory:{machine.RAM:#x}+{capsule.stat().st_size}; poweroff"
    arguments = f"{flash.arguments()} {machine.loader(capsule)} {disk.arguments() if disk else ''}"
    run = machine.run(machine.IMAGE, script, arguments)
    assert "updated: bank 1 is active" in run.text, run.text
    flash.set_bank(0, random.Random(99).randbytes(len(old.firmware) + 1000))


@pytest.fixture(scope="module")
def in_flash(delivered_flash, tmp_path_factory):
    """A capsule in memory; all that is written lies in flash."""
    folder = tmp_path_factory.mktemp("power")
    flash, old, new = delivered_flash.copy(folder / "flash"), version(1), version(2)
    installed(flash, folder, old)
    capsule = folder / "new.cap"
    capsule.write_bytes(forge.capsule(forge.item(new.firmware, version=2, count=2)))
    script = f"capsule update memory:{machine.RAM:#x}+{capsule.stat().st_size}"
    return Scene(folder, flash, old, new, script, capsule).uncut()


@pytest.fixture(scope="module")
def on_disk(delivered_flash, tmp_path_factory):
    """A capsule on a disk, where the metadata lies, too, and a second image; booting installs it."""
    folder = tmp_path_factory.mktemp("power")
    flash = delivered_flash.copy(folder / "flash")
    old, new = version(1, random.Random(5).randbytes(30_000)), version(2, random.Random(6).randbytes(30_001))
    parts = {"esp": 20 * MIB, "fat": 16, "metadata": (b"\0", b"\0"), "data": (b"", b""), "data_size": 64 << 10}
    disk = Disk.make(folder / "disk", **parts)
    metadata = fwu.with_data([part.unique for part in disk.of_type(DATA)])
    for part in disk.of_type(METADATA_TYPE):
        disk.write(part, metadata.pack())
    installed(flash, folder, old, disk)
    items = forge.item(new.firmware, version=2), forge.item(new.data, DATA, version=2)
    disk.put(f"{CAPSULES}/new.cap", forge.capsule(*items))
    variables.write(flash, {(GLOBAL, "OsIndications"): (4).to_bytes(8, "little")})
    return Scene(folder, flash, old, new, disk=disk).uncut()


def cuts(scene, points, **options):
    """A job for each point; every tenth of them updates again afterwards."""
    return {
        f"cut at {point}": lambda point=point, again=number % 10 == 0 and bool(scene.script): scene.cut(
            point, again=again, **options
        )
        for number, point in enumerate(points)
    }


def test_power_that_fails_anywhere_leaves_the_old_or_the_new_firmware(in_flash):
    versions = all_of(cuts(in_flash, in_flash.points(POINTS)))
    assert set(versions) <= {1, 2} and 1 in versions


def test_power_that_fails_beside_a_change_of_metadata_or_variables_leaves_the_old_or_the_new_firmware(in_flash):
    versions = all_of(cuts(in_flash, in_flash.edges()))
    assert set(versions) == {1, 2}
    assert versions == sorted(versions)  # one step, and no way back


def test_a_block_that_is_half_erased_leaves_the_old_or_the_new_firmware(in_flash):
    erases = in_flash.erases()
    assert {at < BANK_AT[0] for _, at in erases} == {True, False}
    jobs = {
        f"erasing {at:#x} at {moment}": lambda moment=moment, at=at: in_flash.cut(moment, tear=at)
        for moment, at in erases
    }
    assert set(all_of(jobs)) == {1, 2}


def test_power_that_fails_while_booting_installs_leaves_the_old_or_the_new_firmware(on_disk):
    versions = all_of(cuts(on_disk, on_disk.points(POINTS // 3)))
    assert set(versions) <= {1, 2} and 1 in versions
