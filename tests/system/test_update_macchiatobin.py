# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_update_macchiatobin.py - capsules on the MACCHIATObin: the boot image goes to the boot partition that
# does not start, PARTITION_CONFIG selects it, SPI NOR gets a copy when it is accepted. What starts then says the model's
# boot ROM.
import random
import uuid

import pytest
from capsules import MIB, forge
from capsules import metadata as fwu
from capsules.disk import CAPSULES, Disk
from capsules.tools import create
from macchiatobin import BOOT_SIZE, FIRMWARE, FLASH_SECTOR, IMAGE_ROOM, RAM
from macchiatobin.machine import Model
from macchiatobin.update import agreed, at, capsule, delivered, fresh, holds, version

pytestmark = pytest.mark.lg_feature(["macchiatobin", "qemu", "bootargs"])

OLD, NEW = "this-is-old", "this-is-new"


@pytest.fixture(scope="module")
def old():
    return version(OLD)


@pytest.fixture(scope="module")
def new():
    return version(NEW)


@pytest.fixture(scope="module")
def set_up(old, strategy, tmp_path_factory):
    strategy.transition("off")  # the machine of the tests before would run beside these
    return delivered(tmp_path_factory.mktemp("delivered") / "media", old)


@pytest.fixture
def media(set_up, tmp_path):
    return set_up.copy(tmp_path / "media")


@pytest.fixture
def model(media, tmp_path):
    """A machine with those media and capsules in memory: model(capsule...) -> Model, with how the shell calls them."""

    def make(*capsules, **changes):
        data, places = b"", []
        for one in capsules:
            places.append(at(one, RAM + len(data)))
            data += one + bytes(-len(one) % 64)
        (tmp_path / "loaded").write_bytes(data or bytes(64))
        made = Model(media, loaded=[(tmp_path / "loaded", RAM)], **changes)
        made.at = places
        return made

    return make


def good(lines):
    assert not any(line.startswith("error: ") for line in lines), lines
    return lines


def reset(model):
    model.send("reset")
    return model.until_prompt()


def refused(model, line):
    errors = [line.removeprefix("error: ") for line in model.run(line) if line.startswith("error: ")]
    assert len(errors) == 1, errors
    return errors[0]


def test_setting_up_takes_what_starts_and_makes_the_copy(media, old):
    assert agreed(media, 0, old) == fresh()
    assert media.read("mmc0boot1") == bytes(BOOT_SIZE)


def test_a_capsule_goes_to_the_other_boot_partition_and_starts_from_there(model, media, old, new, tmp_path):
    made = create(tmp_path, new, FIRMWARE, version=2)
    with model(made) as console:
        assert OLD in console.boot_log
        assert good(console.run(f"capsule verify {console.at[0]}"))
        assert good(console.run(f"capsule update {console.at[0]}"))[-1] == "updated: bank 1 is active, 1 item"
        metadata = agreed(media, 1, new)
        assert (metadata.previous, metadata.states[:2]) == (0, [fwu.ACCEPTED] * 2)
        assert holds(media, "mmc0boot0", old)  # the way back
        assert NEW in reset(console)
        assert "boot partition: mmc0boot1" in console.run("fwu status")
        assert any('"version":2,' in line for line in console.run("esrt -j"))
    with Model(media, boot="spi") as console:
        assert NEW in console.boot_log


def test_updates_go_from_one_bank_to_the_other_and_back(model, media, new, old):
    with model(capsule(new, 2), capsule(old, 3)) as console:
        for place, words in zip(console.at, ("bank 1 is active", "bank 0 is active")):
            assert words in good(console.run(f"capsule update {place}"))[-1]
        agreed(media, 0, old)
        assert holds(media, "mmc0boot1", new)
        assert OLD in reset(console)


def test_what_is_on_trial_is_not_copied_before_it_is_accepted(model, media, new, old):
    with model(capsule(new, 2, forge.ACCEPT_BY_OS)) as console:
        assert good(console.run(f"capsule update {console.at[0]}"))[-1] == "updated: bank 1 is active on trial, 1 item"
        agreed(media, 1, new, copy=old)
        log = reset(console)
        assert NEW in log and any("boot 1 of 3" in line for line in log)
        assert good(console.run("fwu accept")) == ["accepted: the bank stays"]
        agreed(media, 1, new)
        log = reset(console)
        assert NEW in log and not any("trial" in line for line in log)


def test_what_is_given_up_by_hand_is_gone(model, media, new, old):
    with model(capsule(new, 2, forge.ACCEPT_BY_OS)) as console:
        good(console.run(f"capsule update {console.at[0]}"))
        assert NEW in reset(console)
        good(console.run("fwu revert"))
        metadata = agreed(media, 0, old)
        assert metadata.states[:2] == [fwu.ACCEPTED, fwu.INVALID]
        log = reset(console)
        assert OLD in log and not any("firmware update" in line for line in log)


def test_what_nobody_accepts_is_given_up_after_three_boots(model, media, new, old):
    with model(capsule(new, 2, forge.ACCEPT_BY_OS)) as console:
        good(console.run(f"capsule update {console.at[0]}"))
        for number in 1, 2, 3:
            assert any(f"boot {number} of 3" in line for line in reset(console))
        log = reset(console)
        assert any("never accepted, the bank before is active again; reset" in line for line in log)
        assert OLD in log and NEW not in log
    agreed(media, 0, old)


def test_a_capsule_lies_on_a_card(model, media, new):
    disk = Disk.make(media.folder / "sd.bin", esp=30 * MIB, fat=16)
    disk.put("folder/new.cap", capsule(new, 2))
    disk.put(f"{CAPSULES}/old.cap", capsule(version("from-the-folder"), 3))
    with model() as console:
        assert good(console.run("capsule update mmc1:/folder/new.cap"))[-1] == "updated: bank 1 is active, 1 item"
        assert NEW in reset(console)
        assert "updated: bank 0 is active, 1 item" in good(console.run("capsule scan now"))
        assert "from-the-folder" in reset(console)
    assert disk.files() == [] and disk.files("folder") == ["new.cap"]
    sound, why = disk.check()
    assert sound, why


def broken(image, at, bit=1):
    image = bytearray(image)
    image[at] ^= bit
    return bytes(image)


REFUSALS = {
    "no boot image": (lambda image: capsule(b"this is no boot image" * 1000), "boot image: does not begin with"),
    "wrong magic": (lambda image: capsule(broken(image, 0)), "boot image: does not begin with"),
    "sizes": (lambda image: capsule(broken(image, 15, 0x80)), "boot image: "),
    "prolog": (lambda image: capsule(broken(image, 40)), "boot image: checksum of the prolog"),
    "last byte": (lambda image: capsule(broken(image, -1)), "boot image: checksum"),
    "cut short": (lambda image: capsule(image[:-4096]), "boot image: not all of it is there"),
    "too large": (lambda image: capsule(image.ljust(IMAGE_ROOM + 4, b"\0")), "boot image: larger than its place"),
    "not signed": (lambda image: capsule(image, key=None), "authentication: the image is not signed"),
    "altered": (lambda image: capsule(image, altered=lambda data: broken(data, 5000)), ""),
    "of another board": (
        lambda image: forge.capsule(forge.item(image, uuid.UUID("f2b7f7de-9a6c-4a52-8d3e-3e5b1f6a9c41"), 1, version=2)),
        "UpdateImageTypeId: no image",
    ),
}


def test_what_is_refused_changes_neither_banks_nor_what_starts(model, media, old, new):
    capsules = {name: make(new) for name, (make, _) in REFUSALS.items()}
    with model(*capsules.values()) as console:
        kept = [media.read("spi", 0, 0x3C0000), media.state()]  # but for the variables, which tell of the attempt
        for (name, (_, why)), place in zip(REFUSALS.items(), console.at):
            for command in "verify", "update":
                said = refused(console, f"capsule {command} {place}")
                assert said.startswith("item 0: ") and why in said, f"{name}: {said}"
        assert media.read("spi", 0, 0x3C0000) == kept[0]
        assert media.changed(kept[1]) <= {"spi"}
        agreed(media, 0, old)
        assert OLD in reset(console)


def test_what_partconf_selects_besides_the_metadata_is_set_back(model, media, new, old):
    with model(capsule(new, 2)) as console:
        good(console.run(f"capsule update {console.at[0]}"))
        good(console.run("mmc partconf mmc0 boot0"))
        log = reset(console)
        assert sum("set back; reset" in line for line in log) == 1
        assert NEW in log
    agreed(media, 1, new)


@pytest.mark.parametrize("damage", ["blank", "another", "torn"])
def test_a_copy_that_is_none_is_made_again_at_the_next_boot(model, media, old, new, damage):
    media.write("spi", 0, {"blank": b"\xff" * FLASH_SECTOR, "another": new, "torn": bytes(4)}[damage])
    with model() as console:
        assert OLD in console.boot_log
    agreed(media, 0, old)


def test_metadata_that_is_damaged_is_put_right_by_the_other_copy(model, media, old):
    good_one = media.metadata()
    for copies in (b"\xff" * 100, None), (None, bytes(100)), (good_one.pack()[:50], None):
        media.set_metadata(*copies)
        with model() as console:
            assert OLD in console.boot_log
        assert agreed(media, 0, old) == good_one


def test_without_metadata_nothing_is_updated_and_all_boots(model, media, old, new):
    media.set_metadata(b"\xff" * 100, bytes(100))
    before = media.state()
    with model(capsule(new, 2)) as console:
        assert OLD in console.boot_log
        assert refused(console, f"capsule update {console.at[0]}").startswith("FWU metadata: ")
        assert media.changed(before) <= {"spi"}
        good(console.run("fwu init"))
        assert good(console.run(f"capsule update {console.at[0]}"))[-1] == "updated: bank 1 is active, 1 item"


def test_a_flash_that_is_protected_takes_no_update_and_nothing_changes(model, media, old, new):
    before = media.state()
    with model(capsule(new, 2), options=",nor-fault=protected") as console:
        assert OLD in console.boot_log
        assert refused(console, f"capsule update {console.at[0]}")
    assert media.changed(before) <= {"mmc0boot1"}  # the bank that nobody boots
    agreed(media, 0, old)


def test_a_flash_of_which_only_the_copy_is_protected_keeps_the_copy(model, media, old, new):
    with model(capsule(new, 2)) as console:
        good(console.run("flash protect spi 0 0x40000"))
        lines = console.run(f"capsule update {console.at[0]}")
        assert any("SPI NOR" in line for line in lines), lines
        assert media.boots == 2 and holds(media, "mmc0boot1", new)
        assert holds(media, "spi", old)
        assert NEW in reset(console)
        good(console.run("flash protect spi off"))
        assert NEW in reset(console)
    agreed(media, 1, new)


@pytest.mark.parametrize("fault", ["write-timeout+20", "stuck", "write-crc"])
def test_a_card_that_fails_while_the_bank_is_filled_leaves_the_old_firmware(model, media, old, new, fault):
    with model(capsule(new, 2), options=f",mmc0-fault={fault}", haste=fault == "stuck") as console:
        assert OLD in console.boot_log
        assert refused(console, f"capsule update {console.at[0]}")
    assert media.boots == 1 and holds(media, "mmc0boot0", old) and holds(media, "spi", old)
    assert media.metadata().active == 0
    with model(capsule(new, 2)) as console:
        assert OLD in console.boot_log
        assert good(console.run(f"capsule update {console.at[0]}"))[-1] == "updated: bank 1 is active, 1 item"
    agreed(media, 1, new)


def test_a_card_in_a_slower_mode_is_updated_as_well(model, media, new):
    with model(capsule(new, 2), options=",mmc0-fault=read-crc@8bit") as console:
        assert good(console.run(f"capsule update {console.at[0]}"))[-1] == "updated: bank 1 is active, 1 item"
    agreed(media, 1, new)


def test_images_of_any_content_come_through_whole(model, media, new):
    # All that is behind the image belongs to it: up to the last byte of the room.
    padded = new + random.Random(9).randbytes(700_000 - len(new))
    with model(capsule(padded, 2)) as console:
        assert good(console.run(f"capsule update {console.at[0]}"))[-1] == "updated: bank 1 is active, 1 item"
        assert media.read("mmc0boot1", 0, len(padded)) == padded
        assert NEW in reset(console)
