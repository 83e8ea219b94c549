# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_fwu.py - two banks of firmware: on trial, accepted, given up; metadata that was damaged.
import random

import pytest
from capsules import FIRMWARE, METADATA_AT, SECTOR, forge
from capsules import metadata as fwu
from capsules.flash import Flash
from capsules.machine import RAM, loader

pytestmark = [pytest.mark.lg_feature("bare"), pytest.mark.lg_feature("bootargs"), pytest.mark.lg_feature("el1")]

IMAGE = random.Random(1).randbytes(90_000)


@pytest.fixture
def start(boot, flash, tmp_path):
    """A machine with that flash, and capsules in memory: start(name=capsule), shell.at[name] is how it calls them."""

    def started(readonly=False, prompt=True, **capsules):
        data, places = b"", {}
        for name, capsule in capsules.items():
            places[name] = f"memory:{RAM + len(data):#x}+{len(capsule)}"
            data += capsule + bytes(-len(capsule) % 64)
        (tmp_path / "loaded").write_bytes(data or bytes(64))
        shell = boot(extra_args=f"-nic none {flash.arguments(readonly)} {loader(tmp_path / 'loaded')}", prompt=prompt)
        shell.at = places
        return shell

    return started


def trial(version=2):
    return forge.capsule(forge.item(IMAGE, version=version), flags=forge.ACCEPT_BY_OS)


def installed(shell):
    (row,) = [row for row in shell.json("esrt -j") if row["image"] == str(FIRMWARE)]
    return row["version"]


@pytest.fixture
def on_trial(start, flash):
    """A machine whose new bank is active and not accepted yet."""
    shell = start(new=trial(), accept=forge.accept(), revert=forge.revert())
    line = shell.run(f"capsule update {shell.at['new']}", 30)[-1]
    assert line == "updated: bank 1 is active on trial, 1 item"
    metadata = flash.metadata()
    assert (metadata.active, metadata.previous) == (1, 0)
    assert metadata.states[:2] == [fwu.ACCEPTED, fwu.VALID]
    assert metadata.images[0].accepted == [True, False]
    return shell


def accepted(flash):
    metadata = flash.metadata()
    assert (metadata.active, metadata.states[1], metadata.images[0].accepted[1]) == (1, fwu.ACCEPTED, True)


def given_up(flash):
    metadata = flash.metadata()
    assert (metadata.active, metadata.states[1], metadata.images[0].accepted[1]) == (0, fwu.INVALID, False)
    assert fwu.bank_to_boot(metadata) == 0


def test_what_is_accepted_stays(on_trial, flash, start):
    assert on_trial.run("fwu accept") == ["accepted: the bank stays"]
    accepted(flash)
    shell = start()
    assert not any("trial" in line for line in shell.boot_log)
    assert installed(shell) == 2


def test_an_image_is_accepted_by_its_type(on_trial, flash):
    assert "not found" in on_trial.fails("fwu accept 11112222-3333-4444-5555-666677778888")
    assert flash.metadata().states[1] == fwu.VALID
    on_trial.run(f"fwu accept {FIRMWARE}")
    accepted(flash)


def test_an_accept_capsule_accepts(on_trial, flash):
    on_trial.run(f"capsule update {on_trial.at['accept']}")
    accepted(flash)


def test_what_is_reverted_is_gone(on_trial, flash, start):
    on_trial.run("fwu revert")
    given_up(flash)
    assert installed(start()) == 0


def test_a_revert_capsule_reverts(on_trial, flash):
    on_trial.run(f"capsule update {on_trial.at['revert']}")
    given_up(flash)


def test_an_update_waits_for_the_end_of_the_trial(on_trial, flash):
    before = flash.metadata()
    assert "an update is on trial" in on_trial.fails(f"capsule update {on_trial.at['new']}")
    assert flash.metadata() == before
    on_trial.run("fwu accept")
    assert on_trial.run(f"capsule update {on_trial.at['new']}", 30)[-1].startswith("updated: bank 0 ")


def test_after_three_boots_without_acceptance_the_bank_before_is_active(on_trial, flash, start):
    for number in 1, 2, 3:
        shell = start()
        assert any(f"boot {number} of 3" in line for line in shell.boot_log), shell.boot_log
        assert f"boot {number} of 3 of the trial" in shell.text("fwu status")
        assert flash.metadata().active == 1
    shell = start(prompt=False)
    shell.expect("never accepted, the bank before is active again; reset")
    shell.expect("corbel> ", timeout=20)  # the machine has started again by itself
    given_up(flash)
    shell = start()
    assert not any("trial" in line or "firmware update" in line for line in shell.boot_log)
    assert installed(shell) == 0


def test_a_trial_that_is_accepted_late_is_accepted(on_trial, flash, start):
    for _ in range(3):
        shell = start()
    shell.run("fwu accept")
    accepted(flash)
    shell = start()
    accepted(flash)
    assert "trial" not in shell.text("fwu status")


def test_each_trial_is_counted_anew(on_trial, flash, start):
    for _ in range(2):
        start()
    shell = start(new=trial(3))
    shell.run("fwu accept")
    assert shell.run(f"capsule update {shell.at['new']}", 30)[-1] == "updated: bank 0 is active on trial, 1 item"
    assert any("boot 1 of 3" in line for line in start().boot_log)


def test_nothing_on_trial_is_an_error(start, flash):
    shell = start()
    before = flash.digest()
    for command in "fwu accept", "fwu revert":
        assert shell.fails(command)
    assert flash.digest() == before


def test_the_state_is_shown(start, flash):
    shell = start()
    text = shell.text("fwu status")
    assert "metadata version 2, copies: good, good" in text
    assert "active bank 0 (accepted), previous bank 0" in text
    rows = shell.json("fwu status -j")
    assert [(row["image"], row["bank"], row["active"]) for row in rows] == [
        (str(FIRMWARE), 0, True),
        (str(FIRMWARE), 1, False),
    ]


@pytest.mark.parametrize("copy", [0, 1])
@pytest.mark.parametrize("damage", ["blank", "torn", "zero", "older"])
def test_a_damaged_copy_is_put_right_by_the_other(start, flash, copy, damage):
    good = fwu.Metadata(active=1, previous=0)
    copies = [good.pack(), good.pack()]
    copies[copy] = {
        "blank": b"\xff" * 200,
        "torn": good.pack()[:60] + b"\xff" * 60,
        "zero": bytes(200),
        "older": fwu.Metadata(active=0, previous=0).pack(),
    }[damage]
    flash.set_metadata(*copies)
    boots = flash.metadata()  # what BL2 goes by: of two sound copies the first
    shell = start()
    assert "copies: good, good" in shell.text("fwu status")
    parsed = [fwu.parse(data) for data in flash.metadata_copies()]
    assert parsed == [boots, boots]


def test_without_a_sound_copy_nothing_is_updated_until_it_is_made_anew(start, flash):
    flash.set_metadata(b"\xff" * 100, b"\x00" * 100)
    shell = start(new=forge.capsule(forge.item(IMAGE, version=2)))
    before = flash.digest(METADATA_AT[0])
    assert shell.fails("fwu status").startswith("FWU metadata: ")
    assert shell.fails(f"capsule update {shell.at['new']}").startswith("FWU metadata: ")
    assert shell.run(f"capsule verify {shell.at['new']}")[-1].startswith("verified: 1 item")
    assert flash.digest(METADATA_AT[0]) == before
    shell.run("fwu init")
    fresh = fwu.Metadata(states=[fwu.ACCEPTED, fwu.INVALID])
    fresh.images[0].accepted = [True, False]
    assert flash.metadata() == fresh
    assert shell.run(f"capsule update {shell.at['new']}", 30)[-1] == "updated: bank 1 is active, 1 item"


def test_a_read_only_flash_takes_no_update(start, flash):
    shell = start(readonly=True, new=forge.capsule(forge.item(IMAGE, version=2)))
    before = flash.digest()
    assert shell.fails(f"capsule update {shell.at['new']}")
    assert "active bank 0" in shell.text("fwu status")
    assert flash.digest() == before


def test_a_flash_that_nobody_has_set_up_costs_a_boot_nothing(boot, tmp_path):
    empty = Flash.blank(tmp_path / "empty")
    shell = boot(extra_args=f"-nic none {empty.arguments()}")
    assert not any("firmware update" in line for line in shell.boot_log)
    assert shell.fails("fwu status").startswith("FWU metadata: ")
    assert empty.read(METADATA_AT[0], SECTOR) == bytes(SECTOR)


def test_metadata_of_more_banks_than_two_is_used(start, flash):
    spare = [*flash.metadata().images[0].banks, flash.metadata().images[0].banks[1]]
    images = [fwu.Image(FIRMWARE, spare, [True, True, False])]
    flash.set_metadata(*[fwu.Metadata(0, 0, images, [fwu.ACCEPTED, fwu.ACCEPTED, fwu.INVALID])] * 2)
    shell = start(new=forge.capsule(forge.item(IMAGE, version=2)))
    assert shell.run(f"capsule update {shell.at['new']}", 30)[-1] == "updated: bank 2 is active, 1 item"
    assert flash.metadata().active == 2
