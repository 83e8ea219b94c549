# SPDX-License-Identifier: BSD-2-Clause
"""The model of the MACCHIATObin from inside: a program in the place of BL1 looks at it, without TF-A."""
import pathlib
import struct
import subprocess
import tempfile
import time

import pytest
from limits import end, within

HERE = pathlib.Path(__file__).parent
QEMU = HERE / "../../build/model/qemu-system-aarch64"
MIB = 1 << 20
BOOT, USER, STATE = 4 * MIB, 16 * MIB, 4096
MAGIC, BASE, PROLOG = 0xB105B002, 0x04100000, 8192
WAITS = "waits for a boot over the UART"


@pytest.fixture(scope="session")
def payload(tmp_path_factory):
    elf = tmp_path_factory.mktemp("payload") / "payload.elf"
    subprocess.run(
        ["aarch64-linux-gnu-gcc", "-Os", "-ffreestanding", "-nostdlib", "-static", "-mgeneral-regs-only"]
        + ["-mstrict-align", "-fno-stack-protector", "-fno-pie", "-no-pie", "-Wall", "-Wextra", "-Werror", "-Wl,-n"]
        + ["-T", HERE / "payload/payload.ld", HERE / "payload/start.S", HERE / "payload/payload.c", "-o", elf],
        check=True,
        timeout=60,
    )
    subprocess.run(["aarch64-linux-gnu-objcopy", "-O", "binary", elf, elf.with_suffix(".bin")], check=True, timeout=60)
    return elf.with_suffix(".bin").read_bytes()


def total(data):
    return sum(struct.unpack(f"<{len(data) // 4}I", data)) & 0xFFFFFFFF


@pytest.fixture
def image(payload):
    """A boot image that does `what`, as tools/marvell/doimage packs one."""

    def make(name="", what=1, *arguments, prolog_sum=0, image_sum=0):
        order = struct.pack("<4I48s", what, *arguments, *[0] * (3 - len(arguments)), name.encode())
        body = payload[: -len(order)] + order
        header = [MAGIC, PROLOG, 0, len(body), (total(body) + image_sum) & 0xFFFFFFFF, 0, BASE, BASE]
        prolog = struct.pack("<8I", *header).ljust(PROLOG, b"\0")
        header[2] = (total(prolog) + prolog_sum) & 0xFFFFFFFF
        return struct.pack("<8I", *header) + prolog[32:] + body

    return make


@pytest.fixture
def board(tmp_path):
    return Board(tmp_path)


class Board:
    """The media of a board, and the board when it runs."""

    def __init__(self, folder):
        self.nor, self.emmc, self.sd, self.strays = (folder / n for n in ("nor", "emmc", "sd", "strays"))
        self.nor.write_bytes(b"\xff" * 4 * MIB)
        self.emmc.write_bytes(bytes(2 * BOOT + USER + STATE))
        self.sd.write_bytes(bytes(4 * MIB))

    def put(self, file, at, data):
        with open(file, "r+b") as f:
            f.seek(at)
            f.write(data)

    def get(self, at, size=1):
        return self.emmc.read_bytes()[at:][:size]

    def partition_config(self, value=None):
        at = self.emmc.stat().st_size - STATE + 179
        if value is not None:
            self.put(self.emmc, at, bytes([value]))
        return self.get(at)[0]

    def flash(self, options, what, *arguments, image, **run):
        """What a program, started from the SD card, says of the flash that `options` choose."""
        self.put(self.sd, 512, image("", what, *arguments))
        return self.run("sd", options=options, **run)

    def run(self, boot="spi", until="end\n", options="", cpus=4, more=()):
        """The lines of UART and stderr until `until` is among them, which has to be within seconds."""
        machine = f"macchiatobin,el3=on,boot-from={boot},stray={self.strays}{options and ',' + options}"
        command = [QEMU, "-M", machine, "-smp", str(cpus), "-m", "256M"]
        command += ["-display", "none", "-monitor", "none", "-serial", "stdio"]
        command += ["-drive", f"if=mtd,format=raw,file={self.nor}"]
        command += ["-drive", f"if=sd,index=0,format=raw,file={self.emmc}"]
        command += ["-drive", f"if=sd,index=1,format=raw,file={self.sd}", *more]
        # A file description for each side: one place for both would have QEMU write where the reader has been.
        with tempfile.NamedTemporaryFile() as out, open(out.name, "rb") as said:
            with subprocess.Popen(within(60, *command), stdin=subprocess.DEVNULL, stdout=out, stderr=out) as qemu:
                text = b""
                try:
                    while qemu.poll() is None and until.encode() not in text:
                        time.sleep(0.02)
                        text += said.read()
                finally:
                    end(qemu)
            text = (text + said.read()).decode(errors="replace")
        assert until in text
        return text

    def stray_lines(self):
        return self.strays.read_text().splitlines() if self.strays.exists() else []


@pytest.mark.parametrize("boot", ["spi", "emmc", "sd"])
def test_the_boot_rom_waits_for_ever_on_a_blank_medium(board, boot):
    assert "no header at" in board.run(boot, until=WAITS)


def test_the_boot_rom_refuses_a_wrong_checksum_of_the_header(board, image):
    board.put(board.nor, 0, image("alive", prolog_sum=1))
    assert "boot ROM: spi: a header with a bad checksum at 0" in board.run(until=WAITS)


def test_the_boot_rom_refuses_a_wrong_checksum_of_the_image(board, image):
    board.put(board.nor, 0, image("alive", image_sum=1))
    assert "boot ROM: spi: an image with a bad checksum at 0" in board.run(until=WAITS)


def test_the_boot_rom_refuses_an_image_that_leaves_its_area(board, image):
    whole = bytearray(image("alive"))
    struct.pack_into("<I", whole, 12, 5 * MIB)
    board.put(board.nor, 0, whole)
    assert "an image that ends early" in board.run(until=WAITS)


def test_each_medium_boots_from_its_own_place(board, image):
    board.put(board.nor, 0, image("from spi"))
    board.put(board.emmc, 0, image("from boot0"))
    board.put(board.emmc, BOOT, image("from boot1"))
    board.put(board.emmc, 2 * BOOT + 4096 * 512, image("from user"))
    board.put(board.sd, 512, image("from sd"))
    assert "from spi" in board.run("spi")
    assert "from sd" in board.run("sd")
    for config, name in ((0x08, "boot0"), (0x50, "boot1"), (0x38, "user"), (0, "user")):
        board.partition_config(config)
        assert f"from {name}" in board.run("emmc")
    assert board.stray_lines() == []


def test_partition_config_outlives_a_reset_and_the_process(board, image):
    board.put(board.emmc, 0, image("first", 5, 0x50))
    board.put(board.emmc, BOOT, image("second"))
    board.partition_config(0x08)
    text = board.run("emmc")
    assert text.index("first") < text.index("partconf 00000000") < text.index("second")
    assert board.partition_config() == 0x50
    assert "second" in board.run("emmc") and "first" not in board.run("emmc")


def test_an_access_outside_the_list_is_reported_and_reads_zero(board, image):
    board.put(board.nor, 0, image("", 2, 0xF2FF1234 & ~3))
    text = board.run()
    assert "value 00000000" in text
    assert board.stray_lines() == ["macchiatobin: stray: access outside the list: read4 0xf2ff1234"]


def test_a_write_outside_the_list_is_reported(board, image):
    board.put(board.nor, 0, image("", 3, 0xF0FF0000, 7))
    board.run()
    assert board.stray_lines() == ["macchiatobin: stray: access outside the list: write4 0xf0ff0000 <- 0x7"]


def test_a_listed_register_is_no_stray(board, image):
    board.put(board.nor, 0, image("", 3, 0xF2440000, 7))
    board.run()
    assert board.stray_lines() == []


@pytest.mark.parametrize("core, mpidr", [(1, "00000001"), (2, "00000100"), (3, "00000101")])
def test_a_core_starts_once_it_has_power_and_is_released(board, image, core, mpidr):
    board.put(board.nor, 0, image("", 4, core))
    board.run(until=f"core {mpidr}")
    assert board.stray_lines() == []


def test_a_core_without_power_does_not_start_and_is_reported(board, image):
    board.put(board.nor, 0, image("", 9))
    board.run()
    assert board.stray_lines() == ["macchiatobin: stray: core 1 is released without power"]


HALF = {400_000: 500, 25_000_000: 8, 50_000_000: 4}


def read_area(board, image, access=0, control=0, hertz=25_000_000, **run):
    board.put(board.nor, 0, image("", 6, access, control, HALF[hertz]))
    return board.run(**run)


def test_areas_of_the_card_do_not_touch_each_other(board, image):
    board.emmc.write_bytes(bytes(2 * BOOT + 2 * MIB + USER + STATE))
    board.put(board.nor, 0, image("", 7))
    text = board.run(options="emmc-gp0=1M,emmc-gp1=1M")
    assert text.count("write 00000000") == 5 and "write 00000001" in text
    for at, mark in ((0, 0x41), (BOOT, 0x42), (2 * BOOT, 0x44), (2 * BOOT + MIB, 0x45), (2 * BOOT + 2 * MIB, 0x40)):
        assert board.get(at, 4) == bytes([mark, 0, 0, 0])


def test_a_partition_that_is_not_there_cannot_be_selected(board, image):
    assert "area 00000080" in read_area(board, image, access=4)


@pytest.mark.parametrize("control", [0, 2, 0x20, 0x24])
def test_a_card_and_a_host_that_agree_move_data(board, image, control):
    board.put(board.emmc, 2 * BOOT, b"\x78\x56\x34\x12")
    text = read_area(board, image, control=control)
    assert "read 00000000" in text and "word 12345678" in text


def test_a_card_not_switched_to_high_speed_cannot_follow_a_fast_clock(board, image):
    assert "read 00000020" in read_area(board, image, hertz=50_000_000)


def test_a_crc_error_only_in_high_speed_spares_the_slow_mode(board, image):
    fault = "mmc0-fault=read-crc@hs"
    assert "read 00000020" in read_area(board, image, control=0x24, hertz=50_000_000, options=fault)
    assert "read 00000000" in read_area(board, image, control=0x20, options=fault)


def test_a_crc_error_only_in_eight_bits_spares_fewer(board, image):
    fault = "mmc0-fault=read-crc@8bit"
    assert "read 00000020" in read_area(board, image, control=0x20, options=fault)
    assert "read 00000000" in read_area(board, image, control=2, options=fault)


def test_a_crc_error_of_a_write_leaves_the_medium_alone(board, image):
    board.put(board.nor, 0, image("", 7))
    text = board.run(options="mmc0-fault=write-crc")
    assert "write 00000020" in text and board.get(0, 1) == board.get(2 * BOOT, 1) == b"\0"


def test_a_timeout_in_the_data_has_its_own_status(board, image):
    assert "read 00000010" in read_area(board, image, options="mmc0-fault=read-timeout")


def test_a_silent_card_times_out(board, image):
    assert "card 00000001" in read_area(board, image, options="mmc0-fault=silent")


def test_no_card_times_out(board, image):
    assert "card 00000001" in read_area(board, image, options="mmc0-fault=no-card")


def test_a_protected_area_keeps_what_it_has(board, image):
    board.put(board.nor, 0, image("", 7))
    board.run(options="emmc-protect=boot")
    assert board.get(0, 1) == board.get(BOOT, 1) == b"\0" and board.get(2 * BOOT, 1) == b"\x40"


def test_the_card_tells_its_sizes(board, image):
    board.put(board.nor, 0, image("", 8, 226, 212, 192))
    assert "byte 00000020\nbyte 00000000\nbyte 00000007" in board.run()


def test_a_fault_that_does_not_exist_is_refused(board):
    assert "no such fault: 'read-crx'" in board.run(options="mmc0-fault=read-crx", until="no such fault")


@pytest.mark.parametrize(
    "chip, size, identity, signature",
    [
        ("w25q32", 4, "ef4016", "53464450"),
        ("w25q32-nosfdp", 4, "ef4016", "ffffffff"),
        ("w25q256", 32, "ef4019", "53464450"),
        ("n25q256a13", 32, "20ba19", "53464450"),
        ("mx25l25635f", 32, "c22019", "53464450"),
    ],
)
def test_a_flash_says_which_it_is(board, image, chip, size, identity, signature):
    board.nor.write_bytes(b"\xff" * size * MIB)
    assert f"flash 00{identity}" in board.flash(f"nor={chip}", 10, 0x9F000000, 1, 3, image=image)
    board.put(board.nor, 0, bytes(range(16)))
    assert "flash 00010203" in board.flash(f"nor={chip}", 10, 0x03000000, 4, 4, image=image)
    board.put(board.sd, 512, image("", 13))
    assert f"flash {signature}" in board.run("sd", options=f"nor={chip}")


def test_an_erase_keeps_the_flash_busy_for_a_while(board, image):
    board.put(board.nor, 0, bytes(8192))
    # Time is counted in instructions: a busy host would let it pass between two looks.
    text = board.flash("", 11, image=image, more=["-icount", "shift=0"])
    for word in ("enabled 00000002", "ignored ffffffff", "looks 00000003", "now ffffffff"):
        assert word in text
    assert board.nor.read_bytes()[:8192] == b"\xff" * 4096 + bytes(4096)


def test_a_protected_flash_ignores_an_erase(board, image):
    board.put(board.nor, 0, bytes(8192))
    text = board.flash("nor-fault=protected", 11, image=image)
    assert "looks 00000001" in text and "now 00000000" in text
    assert board.nor.read_bytes()[:8192] == bytes(8192)


def test_a_stuck_flash_stays_busy(board, image):
    assert "looks 00000064" in board.flash("nor-fault=stuck", 11, image=image)


def test_a_flash_that_is_not_there_reads_as_nothing(board, image):
    assert "flash 00000000" in board.flash("nor-fault=no-chip", 10, 0x9F000000, 1, 3, image=image)
    assert "flash 00ffffff" in board.flash("nor-fault=silent", 10, 0x9F000000, 1, 3, image=image)


def test_the_direct_window_reads_the_flash_once_it_is_open(board, image):
    board.put(board.nor, 4096, bytes.fromhex("78563412"))
    assert "direct 12345678" in board.flash("", 12, 4096, image=image)
    assert board.stray_lines() == []
    assert "value 00000000" in board.flash("", 2, 0xF9001000, image=image)
    assert "through a closed window" in board.stray_lines()[0]
