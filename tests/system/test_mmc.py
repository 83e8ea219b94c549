# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_mmc.py - eMMC and SD cards by the `mmc` command: areas that do not touch each other, what the eMMC
# tells a boot ROM, and cards that are bad or not there.
import random

import pytest
from macchiatobin import BOOT_BUS_CONDITIONS, BOOT_SIZE, MIB, PARTITION_CONFIG, RAM, USER_SIZE
from macchiatobin.packing import flash_image

pytestmark = pytest.mark.lg_feature("mmc")
on_model = pytest.mark.lg_feature(["qemu", "macchiatobin"])

SECTOR = 512
DATA = random.Random(3).randbytes(600 * SECTOR)
ELSEWHERE = RAM + 32 * MIB
AREAS = {"mmc0": USER_SIZE, "mmc0boot0": BOOT_SIZE, "mmc0boot1": BOOT_SIZE, "mmc1": 32 * MIB}


def card(shell, name="mmc0"):
    (card,) = [row for row in shell.json("mmc info -j", 30) if row["card"] == name]
    return card


def test_the_emmc_tells_its_areas(shell):
    emmc = card(shell)
    assert (emmc["state"], emmc["kind"], emmc["width"]) == ("ok", "eMMC", 8)
    assert [area["area"] for area in emmc["areas"]][:3] == ["mmc0", "mmc0boot0", "mmc0boot1"]
    assert emmc["product"] in shell.text("mmc info")


def test_reading_twice_gives_the_same(shell):
    shell.run(f"mmc read mmc0 0 1024 {RAM:#x}")
    assert f"{1024 * SECTOR} bytes are the same" in shell.run(f"mmc verify mmc0 0 1024 {RAM:#x}")[-1]
    assert "bytes are the same" in shell.run("mmc compare mmc0boot0 mmc0boot0 0 1024")[-1]


@on_model
def test_both_cards_have_their_sizes_and_their_best_mode(start_model):
    shell = start_model()
    areas = [area for name in ("mmc0", "mmc1") for area in card(shell, name)["areas"]]
    sizes = {area["area"]: area["sectors"] * area["bytes"] for area in areas}
    assert sizes == AREAS
    emmc, sd = card(shell), card(shell, "mmc1")
    assert (emmc["width"], emmc["timing"], emmc["reduced"]) == (8, "high speed", False)
    assert (sd["kind"], sd["width"], sd["timing"], sd["reduced"]) == ("SD", 4, "high speed", False)


@on_model
def test_writing_an_area_touches_no_other(start_model, media):
    shell = start_model(DATA)
    count = len(DATA) // SECTOR
    for name, size in AREAS.items():
        last = size // SECTOR - count
        before, old = media.state(), media.read(name)
        raw = " raw" if "boot" in name else ""
        shell.run(f"mmc write {name} {last} {count} {RAM:#x}{raw}")
        shell.run(f"mmc write {name} {last - 1001} 1 {RAM:#x}{raw}")
        assert media.changed(before) == {name}
        at = (last - 1001) * SECTOR
        expected = old[:at] + DATA[:SECTOR] + old[at + SECTOR : size - len(DATA)] + DATA
        assert media.read(name) == expected
        assert "are the same" in shell.run(f"mmc verify {name} {last} {count} {RAM:#x}")[-1]
        shell.run(f"mmc read {name} {last} {count} {ELSEWHERE:#x}")
        shell.run(f"mmc verify {name} {last} {count} {ELSEWHERE:#x}")
        assert media.read(name) == expected


@on_model
def test_general_purpose_partitions_are_areas_too(start_model, media):
    # They lie between boot1 and the user area.
    shell = start_model(DATA, "emmc-gp0=8M,emmc-gp1=1M")
    areas = {area["area"]: area["sectors"] * SECTOR for area in card(shell)["areas"]}
    assert areas == {
        "mmc0": USER_SIZE - 9 * MIB,
        **{boot: BOOT_SIZE for boot in ("mmc0boot0", "mmc0boot1")},
        **{"mmc0gp0": 8 * MIB, "mmc0gp1": MIB},
    }
    before, old = media.state(), media.read("mmc0")
    shell.run(f"mmc write mmc0gp1 1 8 {RAM:#x}")
    shell.run(f"mmc write mmc0gp0 16376 8 {RAM:#x}")
    shell.run(f"mmc write mmc0 0 8 {RAM:#x}")
    some = DATA[: 8 * SECTOR]
    at = 8 * MIB
    expected = old[: at - len(some)] + some + old[at : at + SECTOR] + some
    expected += old[len(expected) : 9 * MIB] + some
    assert media.read("mmc0") == expected + old[len(expected) :]
    assert media.changed(before) == {"mmc0"}  # as this file of the eMMC is looked at


@on_model
def test_a_difference_is_named(start_model, media):
    media.write("mmc0", 5 * SECTOR + 17, b"\x5a")
    media.write("mmc1", 5 * SECTOR + 17, b"\xa5")
    shell = start_model()
    assert "same" in shell.run("mmc compare mmc0 mmc1 0 5")[-1]
    assert "mmc0 at 0xa11 is 0x5a, not 0xa5" in shell.fails("mmc compare mmc0 mmc1 0 6")


@on_model
def test_what_a_boot_rom_starts_is_shown_and_set_and_stays(start_model, media):
    shell = start_model()
    before = media.state()
    for words, value in (("boot1 ack", 0x50), ("boot0", 0x48), ("user noack", 0x38), ("none", 0x00), ("boot1", 0x10)):
        shell.run(f"mmc partconf mmc0 {words}")
        assert media.read("mmc0 state", PARTITION_CONFIG, 1)[0] == value
    shell.run("mmc bootbus mmc0 8 hs keep")
    assert media.read("mmc0 state", BOOT_BUS_CONDITIONS, 1)[0] == 0x0E
    assert media.changed(before) == {"mmc0 state"}
    for again in (False, True):
        if again:
            shell = start_model()
        else:
            shell.send(b"reset\r")
            shell.until_prompt(30)
        assert shell.text("mmc partconf mmc0").split() == ["mmc0:", "boot1", "noack"]
        assert shell.text("mmc bootbus mmc0").split() == ["mmc0:", "8", "hs", "keep"]
    # Only these bytes of what the card keeps.
    kept = bytearray(media.read("mmc0 state"))
    kept[PARTITION_CONFIG], kept[BOOT_BUS_CONDITIONS] = 0x08, 0
    media.write("mmc0 state", 0, bytes(kept))
    assert media.changed(before) == set()


@on_model
def test_the_boot_rom_starts_what_partconf_says(start_model, media, strategy):
    firmware = strategy.target.env.config.get_image_path("firmware")
    for area, offset in (("mmc0boot0", 0), ("mmc0boot1", 0), ("mmc0", 4096 * SECTOR)):
        media.write(area, offset, flash_image(firmware, f'corbel.run="echo from-{area}"'))
    shell = start_model(source="emmc")
    assert "from-mmc0boot0" in shell.boot_log
    for name, area in (("boot1", "mmc0boot1"), ("user", "mmc0"), ("boot0", "mmc0boot0")):
        shell.run(f"mmc partconf mmc0 {name}")
        shell.send(b"reset\r")
        assert f"from-{area}" in shell.until_prompt(30)


@on_model
@pytest.mark.parametrize("name", ["mmc0", "mmc1"])
def test_no_card_is_one_line_and_the_other_card_works(start_model, media, name):
    other = {"mmc0": "mmc1", "mmc1": "mmc0"}[name]
    media.absent = {{"mmc0": "emmc.bin", "mmc1": "sd.bin"}[name]}
    shell = start_model(DATA, f"{name}-fault=no-card")
    # An eMMC is soldered in: one that does not answer is broken.
    why = {"mmc0": "mmc0: no answer within the time limit", "mmc1": "mmc1 has no card"}[name]
    assert card(shell, name)["state"] in ("no card", "no answer within the time limit")
    for command in (f"read {name} 0 1 {RAM:#x}", f"write {name} 0 1 {RAM:#x}", f"partconf {name}"):
        assert why in shell.fails(f"mmc {command}", 10)
    shell.run(f"mmc write {other} 0 10 {RAM:#x}")
    assert media.read(other, 0, 10 * SECTOR) == DATA[: 10 * SECTOR]


@on_model
@pytest.mark.parametrize("name", ["mmc0", "mmc1"])
def test_a_card_that_never_answers_is_given_up_in_time(start_model, media, name):
    shell = start_model(DATA, f"{name}-fault=silent")
    before = media.state()
    other = {"mmc0": "mmc1", "mmc1": "mmc0"}[name]
    assert card(shell, name)["state"] != "ok"
    for command in (f"read {name} 0 1 {RAM:#x}", f"write {name} 0 1 {RAM:#x}", f"bootbus {name}"):
        assert shell.fails(f"mmc {command}", 20)
    assert card(shell, other)["state"] == "ok"
    assert media.changed(before) == set()


@on_model
@pytest.mark.parametrize(
    "fault, width, timing",
    [("read-crc@8bit", 4, None), ("read-crc@wide", 1, None), ("read-crc@hs", 8, "legacy"),
     ("read-crc@25000000", 8, None), ("write-crc@8bit", 4, None), ("read-timeout@8bit", 4, None)],
)
def test_a_card_with_bad_wires_is_used_in_a_slower_mode_and_says_so(start_model, media, fault, width, timing):
    media.write("mmc0", 0, DATA)
    shell = start_model(options=f"mmc0-fault={fault}")
    size = len(DATA) // SECTOR
    shell.run(f"mmc read mmc0 0 {size} {RAM:#x}", 60)
    shell.run(f"mmc write mmc0 8192 {size} {RAM:#x}", 60)
    assert media.read("mmc0", 8192 * SECTOR, len(DATA)) == DATA
    emmc = card(shell)
    assert emmc["reduced"] is True and emmc["width"] == width, emmc
    assert timing is None or emmc["timing"] == timing
    assert emmc["hertz"] <= 25_000_000 or "25000000" not in fault


@on_model
@pytest.mark.parametrize("fault", ["read-crc+20*1", "write-crc+20*1", "write-timeout+20*1"])
def test_a_transfer_that_goes_wrong_once_is_done_again(start_model, media, fault):
    media.write("mmc0", 0, DATA)
    shell = start_model(options=f"mmc0-fault={fault}")
    shell.run(f"mmc read mmc0 0 {len(DATA) // SECTOR} {RAM:#x}", 60)
    shell.run(f"mmc write mmc0 8192 {len(DATA) // SECTOR} {RAM:#x}", 60)
    assert media.read("mmc0", 8192 * SECTOR, len(DATA)) == DATA


@on_model
@pytest.mark.parametrize("fault", ["read-crc", "write-crc", "write-timeout+3", "stuck"])
def test_a_card_that_fails_in_every_mode_is_an_error_and_harms_nothing_else(start_model, media, fault):
    shell = start_model(DATA, f"mmc0-fault={fault}", haste=fault == "stuck")
    before = media.state()
    verb = "read" if fault.startswith("read") else "write"
    assert shell.fails(f"mmc {verb} mmc0 4096 100 {RAM:#x}", 120)
    assert media.changed(before) <= {"mmc0"}
    if verb == "write":
        assert media.read("mmc0", 0, 4096 * SECTOR) == bytes(4096 * SECTOR)
        assert media.read("mmc0", 4196 * SECTOR) == bytes(USER_SIZE - 4196 * SECTOR)
    shell.run(f"mmc read mmc1 0 1 {RAM:#x}")


@on_model
def test_a_write_protected_area_says_so_and_stays(start_model, media, image):
    shell = start_model(image, "emmc-protect=boot")
    before = media.state()
    assert "mmc0boot1" in shell.fails(f"mmc write mmc0boot1 8000 2 {RAM:#x} raw", 30)
    assert media.changed(before) == set()
    shell.run(f"mmc write mmc0 0 100 {RAM:#x}")
    assert media.changed(before) == {"mmc0"}


@on_model
def test_where_the_boot_rom_starts_from_only_an_image_is_written(start_model, media, image):
    shell = start_model(image)
    before = media.state()
    sectors = -(-len(image) // SECTOR)
    shell.run(f"mw {RAM:#x} 0")
    assert "does not begin with 0xb105b002" in shell.fails(f"mmc write mmc0boot1 0 {sectors} {RAM:#x}")
    shell.run(f"mw {RAM:#x} 0xb105b002")
    assert "not all of it is there" in shell.fails(f"mmc write mmc0boot1 0 100 {RAM:#x}")
    assert "has 0x400000 bytes" in shell.fails(f"mmc write mmc0boot1 0 {BOOT_SIZE // SECTOR + 1} {RAM:#x}")
    assert media.changed(before) == set()
    shell.run(f"mmc write mmc0boot1 0 100 {ELSEWHERE:#x} raw")
    assert media.changed(before) == {"mmc0boot1"}
    shell.run(f"mmc write mmc0boot1 0 {sectors} {RAM:#x}")
    assert media.read("mmc0boot1", 0, len(image)) == image


@pytest.mark.parametrize(
    "command, why",
    [
        (f"read mmc0 0xffffffffffffffff 1 {RAM:#x}", "mmc0 has "),
        (f"read mmc0boot0 0 0x100000 {RAM:#x}", "mmc0boot0 has "),
        ("read mmc0 0 1 0x04000000", "not mapped"),
        ("read mmc0 0 64 0x1000", "in use"),
        (f"read mmc0 0 0 {RAM:#x}", ""),
        (f"read mmc0boot3 0 1 {RAM:#x}", "see flash info and mmc info"),
        (f"read mmc7 0 1 {RAM:#x}", "see flash info and mmc info"),
        ("compare mmc0 mmc0boot0 0x100000 1", ""),
        ("partconf nothing", "see flash info and mmc info"),
    ],
)
def test_what_cannot_be_is_one_line_and_changes_nothing(shell, command, why):
    assert why in shell.fails(f"mmc {command}", 10)
    assert shell.run("echo alive") == ["alive"]
