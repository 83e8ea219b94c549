# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_flash.py - SPI NOR flash by the `flash` command, and what it does to everything else: nothing.
import random

import pytest
from macchiatobin import FLASH_SECTOR, FLASH_SIZE, IMAGE_ROOM, KIB, MIB, RAM

pytestmark = pytest.mark.lg_feature("flash")
on_model = pytest.mark.lg_feature(["qemu", "macchiatobin"])

FREE = 0x200000  # of the flash: nobody's
DATA = random.Random(1).randbytes(300_000)


def row(shell):
    (row,) = [row for row in shell.json("flash info -j") if row["flash"] == "spi"]
    return row


def test_the_flash_tells_what_it_is(shell):
    flash = row(shell)
    assert (flash["state"], flash["part"], flash["id"]) == ("ok", "W25Q32", 0xEF4016)
    assert (flash["bytes"], flash["sector"], flash["address_bytes"]) == (FLASH_SIZE, FLASH_SECTOR, 3)
    assert "W25Q32" in shell.text("flash info")


def test_the_boot_image_is_read_and_is_what_it_was(shell):
    shell.run(f"flash read spi 0 0x10000 {RAM:#x}", 30)
    assert "b105b002" in shell.run(f"md {RAM:#x} 1")[0]
    assert shell.run(f"flash verify spi 0 0x10000 {RAM:#x}", 30)[-1].startswith("65536 bytes are the same")


@on_model
def test_a_chip_is_known_by_what_it_says_or_by_its_id(start_model):
    assert row(start_model())["by"] is True
    old = row(start_model(options="nor=w25q32-nosfdp"))
    assert (old["by"], old["part"], old["bytes"], old["sector"]) == (False, "W25Q32", FLASH_SIZE, FLASH_SECTOR)


@on_model
def test_a_chip_of_more_than_16_mib_takes_addresses_of_four_bytes(start_model, media):
    with (media.folder / "nor.bin").open("r+b") as file:
        file.truncate(32 * MIB)
    shell = start_model(DATA, "nor=w25q256", "emmc")
    flash = row(shell)
    assert (flash["bytes"], flash["address_bytes"]) == (32 * MIB, 4)
    shell.run(f"flash write spi {20 * MIB:#x} {len(DATA)} {RAM:#x}", 30)
    whole = (media.folder / "nor.bin").read_bytes()
    assert whole[20 * MIB : 20 * MIB + len(DATA)] == DATA and whole[4 * MIB : 4 * MIB + len(DATA)] == bytes(len(DATA))
    # The chip hears three bytes again when the boot ROM talks to it.
    shell.send(b"reset\r")
    shell.until_prompt(30)
    assert shell.run(f"flash verify spi {20 * MIB:#x} {len(DATA)} {RAM:#x}", 30)


@on_model
@pytest.mark.parametrize(
    "offset, size", [(FREE, len(DATA)), (FREE + 1, 3), (FREE + 0xFFF, 0x1002), (FLASH_SIZE - 5, 5)]
)
def test_what_is_written_is_there_and_what_is_around_it_stays(start_model, media, offset, size):
    before = random.Random(2).randbytes(FLASH_SIZE - FREE)
    media.write("spi", FREE, before)
    others, start = media.state(), offset - FREE
    shell = start_model(DATA)
    assert shell.run(f"flash write spi {offset:#x} {size} {RAM:#x}", 30)[-1].startswith(f"{size} bytes, ")
    expected = before[:start] + DATA[:size] + before[start + size :]
    assert media.read("spi", FREE) == expected
    assert media.changed(others) == {"spi"}
    assert shell.run(f"flash verify spi {offset:#x} {size} {RAM:#x}", 30)[-1].startswith(f"{size} bytes are the same")
    shell.run(f"mw.b {RAM + size - 1:#x} {DATA[size - 1] ^ 1:#x}")
    assert f"spi at {offset + size - 1:#x} is" in shell.fails(f"flash verify spi {offset:#x} {size} {RAM:#x}", 30)
    assert media.read("spi", FREE) == expected


@on_model
def test_whole_sectors_are_erased_and_half_ones_refused(start_model, media):
    media.write("spi", FREE, DATA)
    shell = start_model()
    before = media.read("spi")
    for what in (f"{FREE + 100:#x} 0x1000", f"{FREE:#x} 100", f"{FLASH_SIZE:#x} 0x1000", f"{FREE:#x} 0"):
        assert shell.fails(f"flash erase spi {what}")
    assert media.read("spi") == before
    shell.run(f"flash erase spi {FREE + 0x1000:#x} 0x11000")
    assert media.read("spi", FREE + 0x1000, 0x11000) == b"\xff" * 0x11000
    assert media.read("spi", 0, FREE + 0x1000) == before[: FREE + 0x1000]
    assert media.read("spi", FREE + 0x12000) == before[FREE + 0x12000 :]


@on_model
def test_it_is_compared_with_an_area_of_a_card_and_the_first_difference_is_named(start_model, media):
    shell = start_model()
    size = 0x40000
    assert f"{size} bytes are the same" in shell.run(f"flash compare spi 0 mmc0boot1 0 {size:#x}", 30)[-1]
    other = media.read("mmc0boot1", 0x2345, 1)[0] ^ 0x10
    media.write("mmc0boot1", 0x2345, bytes([other]))
    shell = start_model()
    assert f"spi at 0x2345 is {other ^ 0x10:#04x}, not {other:#04x}" in shell.fails(
        f"flash compare spi 0 mmc0boot1 0 {size:#x}", 30
    )


@on_model
def test_what_is_protected_is_not_changed_and_says_so_once_also_after_a_reset(start_model, media):
    shell = start_model(DATA)
    before = media.read("spi")
    line = shell.run("flash protect spi 0x200000 0x200000")[-1]
    assert line == "0x0 bytes at 0x0 -> 0x200000 bytes at 0x200000 protected"
    shell.send(b"reset\r")
    shell.until_prompt(30)
    flash = row(shell)
    assert (flash["protected"], flash["from"]) == (0x200000, 0x200000)
    for command in (f"write spi {FREE:#x} 1000 {RAM:#x}", f"erase spi {FREE:#x} 0x1000"):
        assert "write-protected, see flash protect" in shell.fails(f"flash {command}", 30)
    assert "write-protected" in shell.fails(f"flash write spi {FREE - 0x1000:#x} 0x2000 {RAM:#x}", 30)
    assert media.read("spi", FREE) == before[FREE:]
    assert shell.fails("flash protect spi 0x1000 0x3000")  # no setting of the chip is that
    assert shell.run("flash protect spi off")[-1].endswith("-> 0x0 bytes at 0x0 protected")
    shell.run(f"flash write spi {FREE:#x} 1000 {RAM:#x}")
    assert media.read("spi", FREE, 1000) == DATA[:1000]


@on_model
def test_a_chip_whose_pin_protects_it_is_read_and_nothing_else(start_model, media):
    shell = start_model(DATA, "nor-fault=protected")
    before = media.state()
    assert row(shell)["protected"] == FLASH_SIZE
    assert "write-protected" in shell.fails(f"flash write spi {FREE:#x} 1000 {RAM:#x}")
    assert "write-protected" in shell.fails(f"flash erase spi {FREE:#x} 0x1000")
    assert "read only" in shell.fails("flash protect spi off")
    assert media.changed(before) == set()
    assert "same" in shell.run(f"flash compare spi 0 mmc0boot0 0 0x10000", 30)[-1]


@on_model
@pytest.mark.parametrize("fault", ["no-chip", "silent"])
def test_without_a_chip_that_answers_there_is_a_prompt_and_one_line_each(start_model, media, fault):
    if fault == "no-chip":
        media.absent = {"nor.bin"}
    shell = start_model(DATA, f"nor-fault={fault}", "emmc")
    before = media.state()
    (flash,) = shell.json("flash info -j")
    assert flash["state"] != "ok" and "bytes" not in flash
    commands = (f"read spi 0 16 {RAM:#x}", f"write spi 0 16 {RAM:#x} raw", "erase spi 0 0x1000 raw", "protect spi")
    for command in commands:
        assert shell.fails(f"flash {command}", 10)
    assert shell.fails("fwu status", 10)
    assert shell.run("mmc info")
    assert media.changed(before) == set()


@on_model
def test_a_chip_that_is_busy_for_ever_is_given_up(start_model, media, image):
    shell = start_model(DATA, "nor-fault=stuck", haste=True)
    before = media.state()
    assert shell.fails(f"flash write spi {FREE:#x} 1000 {RAM:#x}", 60)
    assert shell.fails(f"flash read spi 0 16 {RAM + MIB:#x}", 60)
    assert media.changed(before) <= {"spi"}
    assert media.read("spi", 0, FREE) == image.ljust(FREE, b"\xff")
    assert shell.run("echo alive") == ["alive"]


@on_model
def test_where_the_boot_rom_starts_from_only_an_image_is_written(start_model, media, image):
    shell = start_model(image)
    before = media.state()
    # The wrong magic, a byte that the checksum misses, half an image, and more than there is room for.
    shell.run(f"mw {RAM:#x} 0xb105b003")
    assert "does not begin with 0xb105b002" in shell.fails(f"flash write spi 0 {len(image):#x} {RAM:#x}")
    shell.run(f"mw {RAM:#x} 0xb105b002")
    shell.run(f"mw.b {RAM + 0x30000:#x} {image[0x30000] ^ 4:#x}")
    assert "checksum" in shell.fails(f"flash write spi 0 {len(image):#x} {RAM:#x}")
    shell.run(f"mw.b {RAM + 0x30000:#x} {image[0x30000]:#x}")
    assert "not all of it is there" in shell.fails(f"flash write spi 0 0x30000 {RAM:#x}")
    assert "beyond the place" in shell.fails(f"flash write spi 0 {IMAGE_ROOM + 1:#x} {RAM:#x}")
    assert "middle of the boot image" in shell.fails(f"flash write spi 0x20000 0x1000 {RAM:#x}")
    assert "boot image lies there" in shell.fails("flash erase spi 0 0x10000")
    assert media.changed(before) == set()
    # It is taken as it is, and over what somebody insisted on.
    assert shell.run(f"flash write spi 0 {len(image):#x} {RAM:#x}", 30)
    assert media.changed(before) == set()
    shell.run("flash erase spi 0 0x10000 raw")
    assert media.changed(before) == {"spi"}
    shell.run(f"flash write spi 0 {len(image):#x} {RAM:#x}", 30)
    assert media.changed(before) == set()


@on_model
@pytest.mark.parametrize(
    "command, why",
    [
        (f"read spi {FLASH_SIZE - 10:#x} 20 {RAM:#x}", "has 0x400000 bytes"),
        (f"write spi {FLASH_SIZE:#x} 1 {RAM:#x}", "has 0x400000 bytes"),
        (f"write spi {FREE:#x} {FLASH_SIZE:#x} {RAM:#x}", "has 0x400000 bytes"),
        (f"read spi 0xffffffffffffffff 2 {RAM:#x}", "has 0x400000 bytes"),
        ("read spi 0 16 0x04000000", "not mapped"),
        ("write spi 0x200000 16 0xc0000000", "not mapped"),
        ("read spi 0 0x10000 0x1000", "in use"),
        (f"read spi 0 0 {RAM:#x}", ""),
        (f"read nand 0 16 {RAM:#x}", "see flash info"),
        ("compare spi 0 mmc0boot2 0 16", "see flash info"),
        ("compare spi 0 mmc0boot0 0x3fffff 2", ""),
    ],
)
def test_what_cannot_be_is_one_line_and_changes_nothing(shell, command, why):
    assert why in shell.fails(f"flash {command}", 10)
    assert shell.run("echo alive") == ["alive"]


@on_model
def test_ctrl_c_ends_it_between_two_sectors(start_model, media):
    shell = start_model(DATA)
    others = media.state()
    shell.send(f"flash write spi {FREE:#x} 0x180000 {RAM:#x}\r".encode())
    shell.expect(r"\d+ of \d+|\d+ *%|\d+ KiB", timeout=20)
    shell.send(b"\x03")
    assert any("interrupted" in line for line in shell.until_prompt(20))
    assert shell.run(f"flash verify spi {FREE:#x} 0x1000 {RAM:#x}")
    assert media.changed(others) == {"spi"} and media.read("spi", 0, 64 * KIB) == media.read("mmc0boot0", 0, 64 * KIB)
