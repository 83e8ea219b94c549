# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/macchiatobin/test_u_boot.py - U-Boot on the model of the board, with drivers that nobody here wrote. It
# finds what is there, and it and this firmware read back what the other wrote to SPI NOR, to the boot areas and to the
# user area of the eMMC. What lies on the media afterwards is looked at from outside, too.
import random
import re
import zlib
from dataclasses import dataclass

import pytest

from machine import CORBEL, RAM, U_BOOT, Corbel, UBoot
from macchiatobin import BOOT_SIZE, ENVIRONMENT_AT, FLASH_SECTOR, FLASH_SIZE, KIB, MIB, USER_SIZE
from macchiatobin.media import Media


@dataclass
class Piece:
    """Some of an area, and bytes to go there; `at` is where they lie in the file that is put into memory."""

    area: str
    offset: int
    size: int
    at: int

    def data(self, who):
        return random.Random(f"{who} {self.area}").randbytes(self.size)


# In SPI NOR what nobody has a use for. The sizes are no powers of two, and no multiples of what a transfer moves.
PIECES = {piece.area: piece for piece in (
    Piece("spi", 0x1B0000, 192 * KIB, 0),
    Piece("mmc0boot0", 0, 1 * MIB + 512, 1 * MIB),
    Piece("mmc0boot1", 3 * 512, BOOT_SIZE - 3 * 512, 4 * MIB),
    Piece("mmc0", 4096 * 512, 3 * MIB + 512, 8 * MIB),
)}
SPAN = 16 * MIB
BACK = RAM + 2 * SPAN  # where it is read to
each_area = pytest.mark.parametrize("piece", PIECES.values(), ids=list(PIECES))


@dataclass
class Exchange:
    """One firmware has written all pieces, the other one has read them."""

    media: Media
    writer: str
    changed: dict  # by writing to an area: the areas that are no longer as they were
    read: dict  # what the reader makes of each area

    def data(self, piece):
        return piece.data(self.writer)


def patterns(path, who):
    memory = bytearray(SPAN)
    for piece in PIECES.values():
        memory[piece.at:piece.at + piece.size] = piece.data(who)
    path.write_bytes(memory)
    return path


@pytest.fixture(scope="module", params=[(UBoot, Corbel), (Corbel, UBoot)], ids=["U-Boot writes", "U-Boot reads"])
def exchange(request, tmp_path_factory):
    images = {UBoot: U_BOOT, Corbel: CORBEL}
    writer, reader = request.param
    folder = tmp_path_factory.mktemp("exchange")
    media = Media.blank(folder / "media").install(images[writer].read_bytes(), ["spi"])
    changed, read = {}, {}
    with writer(media, patterns(folder / "patterns", writer.__name__)) as machine:
        for piece in PIECES.values():
            before = media.state()
            machine.write(piece.area, piece.offset, piece.size, RAM + piece.at)
            changed[piece.area] = media.changed(before)
    media.install(images[reader].read_bytes(), ["spi"])
    with reader(media) as machine:
        for piece in PIECES.values():
            machine.read(piece.area, piece.offset, piece.size, BACK)
            read[piece.area] = machine.memory(BACK, piece.size)
    return Exchange(media, writer.__name__, changed, read)


@each_area
def test_what_one_wrote_the_other_reads(exchange, piece):
    assert exchange.read[piece.area] == exchange.data(piece)


@each_area
def test_what_was_written_lies_where_it_belongs(exchange, piece):
    assert exchange.media.read(piece.area, piece.offset, piece.size) == exchange.data(piece)


@each_area
def test_writing_an_area_touches_no_other(exchange, piece):
    assert exchange.changed[piece.area] == {piece.area}


@pytest.mark.parametrize("area", ["mmc0boot0", "mmc0boot1", "mmc0"])
def test_of_an_area_nothing_but_the_piece_is_written(exchange, area):
    piece = PIECES[area]
    whole = exchange.media.read(area)
    around = whole[:piece.offset] + whole[piece.offset + piece.size:]
    assert around == bytes(len(around))


@pytest.fixture(scope="module")
def u_boot(tmp_path_factory):
    """U-Boot at its prompt, on media of its own."""
    media = Media.blank(tmp_path_factory.mktemp("u-boot") / "media", sd_size=64 * MIB).install(U_BOOT.read_bytes())
    with UBoot(media) as machine:
        yield machine


def test_u_boot_finds_the_spi_flash(u_boot):
    assert "Detected w25q32 with page size 256 Bytes, erase size 4 KiB, total 4 MiB" in u_boot.run("sf probe")
    u_boot.run(f"sf read {RAM:#x} 0 {FLASH_SIZE:#x}")
    assert u_boot.sum(RAM, U_BOOT.stat().st_size) == zlib.crc32(U_BOOT.read_bytes())


def test_u_boot_finds_the_emmc_and_its_areas(u_boot):
    u_boot.run("mmc dev 0 0")
    info = u_boot.run("mmc info")
    assert f"Capacity: {USER_SIZE // MIB} MiB" in info and "Bus Width: 8-bit" in info
    for part in 1, 2:
        assert f"mmc0(part {part}) is current device" in u_boot.run(f"mmc dev 0 {part}")
        u_boot.run(f"mmc read {RAM:#x} 0 {BOOT_SIZE // 512:#x}")
        assert u_boot.sum(RAM, U_BOOT.stat().st_size) == zlib.crc32(U_BOOT.read_bytes())


def test_u_boot_finds_the_sd_card(u_boot):
    u_boot.run("mmc dev 1")
    assert "Capacity: 64 MiB" in u_boot.run("mmc info")


def test_u_boot_sees_the_dram_that_tf_a_tells_of(u_boot):
    assert re.search(r"-> size\s*= 0x0*c0000000", u_boot.run("bdinfo"))


def test_the_environment_of_u_boot_outlives_what_this_firmware_writes_around_it(tmp_path):
    media = Media.blank(tmp_path / "media").install(U_BOOT.read_bytes(), ["spi"])
    with UBoot(media) as machine:
        machine.run("setenv kept 'still here'")
        machine.run("saveenv")
    environment = media.read("spi", ENVIRONMENT_AT, FLASH_SECTOR)
    assert b"kept=still here\0" in environment
    media.install(CORBEL.read_bytes(), ["spi"])
    with Corbel(media, patterns(tmp_path / "patterns", "Corbel")) as machine:
        # Up to it and from its end on, in parts of sectors.
        machine.write("spi", ENVIRONMENT_AT - 5000, 5000, RAM)
        machine.write("spi", ENVIRONMENT_AT + FLASH_SECTOR, 5000, RAM)
    assert media.read("spi", ENVIRONMENT_AT, FLASH_SECTOR) == environment
    media.install(U_BOOT.read_bytes(), ["spi"])
    with UBoot(media) as machine:
        assert "kept=still here" in machine.run("printenv kept")


@pytest.mark.parametrize("before, after", [((UBoot, U_BOOT), (Corbel, CORBEL)), ((Corbel, CORBEL), (UBoot, U_BOOT))],
                         ids=["U-Boot installs Corbel", "Corbel installs U-Boot"])
def test_an_image_that_one_writes_to_flash_starts_after_a_reset(tmp_path, before, after):
    media = Media.blank(tmp_path / "media").install(before[1].read_bytes(), ["spi"])
    with before[0](media, after[1]) as machine:
        machine.write("spi", 0, after[1].stat().st_size, RAM)
        machine.send("reset")
        machine.until_prompt(after[0].PROMPT)


@pytest.mark.parametrize("corbel, u_boot", [("boot0 ack", (1, 1)), ("boot1 noack", (0, 2)), ("user ack", (1, 7))])
def test_both_mean_the_same_boot_partition(tmp_path, corbel, u_boot):
    media = Media.blank(tmp_path / "media").install(CORBEL.read_bytes(), ["spi"])
    with Corbel(media) as machine:
        machine.run(f"mmc partconf mmc0 {corbel}")
    media.install(U_BOOT.read_bytes(), ["spi"])
    with UBoot(media) as machine:
        said = machine.run("mmc partconf 0")
        assert f"BOOT_ACK: {u_boot[0]:#x}" in said and f"BOOT_PARTITION_ENABLE: {u_boot[1]:#x}" in said
        machine.run("mmc partconf 0 0 0 0")
        machine.run(f"mmc partconf 0 {u_boot[0]} {u_boot[1]} 0")
    media.install(CORBEL.read_bytes(), ["spi"])
    with Corbel(media) as machine:
        assert f"mmc0: {corbel}" in machine.run("mmc partconf mmc0")
