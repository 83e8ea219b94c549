# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_wide.py - numbers of more than 32 bits, which the firmware of every width takes: addresses beyond
# 4 GiB are refused where there is nothing, never taken for those below; sectors and values are whole.
import re
import subprocess

import arch
import pytest
from capsules.machine import RAM

pytestmark = [pytest.mark.lg_feature("bare"), pytest.mark.lg_feature("bootargs"), pytest.mark.lg_feature("el2")]

ARCH = arch.current()
BEYOND = 1 << 32
SECTOR = 512
DISK = 3 << 40  # bytes: more sectors than 32 bits count


@pytest.fixture
def machine(boot, tmp_path):
    """A machine with a disk of more than 2^32 sectors: the last one and what 32 bits would make of it differ."""

    def start(devices="", **changes):
        with open(tmp_path / "disk", "wb") as disk:
            disk.truncate(DISK)
            for sector in last(), last() % 2**32:
                disk.seek(sector * SECTOR)
                disk.write(pattern(sector))
        drive = f"-drive if=none,id=disk,format=raw,file={tmp_path}/disk -device virtio-blk-device,drive=disk"
        return boot(extra_args=f"-nic none -global virtio-mmio.force-legacy=false {drive} {devices}", **changes)

    return start


def last():
    return DISK // SECTOR - 1


def pattern(sector):
    return sector.to_bytes(8, "little") * (SECTOR // 8)


@pytest.fixture
def lie(boot, strategy, tmp_path):
    """Boots with QEMU's own tree, changed by fdtput with these arguments."""

    def start(*changes, **others):
        tree = tmp_path / "tree"
        strategy.power.dump_tree(tree)
        for change in changes:
            subprocess.run(["fdtput", *change[:1], tree, *change[1:]], check=True)
        return boot(dtb=tree, **others)

    return start


@pytest.mark.parametrize("address", [RAM + BEYOND, RAM + (5 << 32), RAM + (1 << 63)], ids=hex)
def test_an_address_beyond_4_gib_is_none_of_ram_below(machine, address):
    shell = machine()
    shell.run(f"mw {RAM:#x} 0x12345678 16")
    for command in (
        "md {}", "md.b {} 16", "md.q {}", "mw {} 1", "mw.b {} 1 8", "mw.q {} 1", "crc32 {} 64",
        "virtio blk read 0 0 1 {}", "virtio blk write 0 0 1 {}", "bench blk 1 {} 0", "capsule info memory:{}+4096",
    ):  # fmt: skip
        assert shell.fails(command.format(f"{address:#x}")) == "memory: address not mapped"
    assert "12345678 12345678 12345678 12345678" in shell.run(f"md {RAM:#x} 16")[0]


def test_what_runs_over_the_end_of_32_bits_is_refused(machine):
    shell = machine()
    for address, size in (BEYOND - 4096, 2**31), (RAM, BEYOND), (RAM, 2 * BEYOND - SECTOR):
        assert "not mapped" in shell.fails(f"virtio blk read 0 0 {size // SECTOR} {address:#x}")
        assert "not mapped" in shell.fails(f"capsule info memory:{address:#x}+{size}")
    assert "not mapped" in shell.fails(f"md {BEYOND - 8:#x} 4")


def test_a_value_of_64_bits_is_kept_and_shown_whole(machine):
    shell = machine()
    shell.run(f"mw.q {RAM:#x} 0x123456789abcdef0")
    assert shell.run(f"md.q {RAM:#x} 1")[0].startswith("50000000: 123456789abcdef0 ")
    assert shell.run(f"md {RAM:#x} 2")[0].startswith("50000000: 9abcdef0 12345678 ")
    assert "not a number that fits" in shell.fails(f"mw {RAM:#x} 0x100000000")
    assert "usage: " in shell.fails("md 0x10000000000000000")


def test_a_sector_of_more_than_32_bits_is_read_and_written(machine):
    shell = machine()
    (row,) = shell.json("virtio blk info -j")
    assert (row["sectors"], row["mib"]) == (DISK // SECTOR, DISK >> 20)
    for sector in last(), last() % 2**32:
        shell.run(f"virtio blk read 0 {sector} 1 {RAM:#x}")
        assert shell.run(f"md.q {RAM:#x} 1")[0].split()[1] == f"{sector:016x}"
    shell.run(f"mw.q {RAM:#x} 0x5a 64; virtio blk write 0 {last()} 1 {RAM:#x}")
    shell.run(f"virtio blk read 0 {last() % 2**32} 1 {RAM:#x}")
    assert shell.run(f"md.q {RAM:#x} 1")[0].split()[1] == f"{last() % 2**32:016x}"
    assert "OUT_OF_RANGE" in shell.fails(f"virtio blk read 0 {last() + 1} 1 {RAM:#x}")
    assert "OUT_OF_RANGE" in shell.fails(f"virtio blk read 0 {2**64 - 1} 1 {RAM:#x}")


def test_the_speed_of_a_large_read_is_that_of_its_bytes_and_its_time(machine):
    (line,) = machine().run(f"virtio blk read 0 0 {(64 << 20) // SECTOR} {RAM:#x}", timeout=60)
    speed, seconds = re.fullmatch(rf"{64 << 20} bytes, (\d+) MiB/s, (\d+\.\d+) s", line).groups()
    assert float(seconds) > 0 and int(speed) == pytest.approx(64 / float(seconds), rel=0.01, abs=1)


@arch.only("arm", "registers have 64 bits")
def test_a_register_of_a_call_takes_32_bits(machine):
    shell = machine()
    (line,) = (line for line in shell.boot_log if line.startswith("psci"))
    conduit = re.search(r"by (\w+)", line)[1]
    assert "not a number that fits" in shell.fails(f"{conduit} 0x84000000 0x100000000")
    assert shell.run(f"{conduit} 0x84000000 0xffffffff")[0].startswith("x0 ")


def test_a_device_beyond_4_gib_is_named_and_not_looked_for_below(lie):
    shell = lie(
        ("-tx", "/virtio_mmio@a000000", "reg", "1", "a000000", "0", "200"),
        ("-tx", "/pl011@9000000", "reg", "1", "9000000", "0", "1000"),
        extra_args="-nic none -global virtio-mmio.force-legacy=false -device virtio-rng-device,bus=virtio-mmio-bus.0",
    )
    assert any(line.startswith("virtio: mmio 0x10a000000: ") for line in shell.boot_log), shell.boot_log
    assert any(line.startswith("pl011@9000000: ") for line in shell.boot_log), shell.boot_log
    assert "no such device" in shell.fails("virtio info")


def test_how_much_ram_lies_beyond_4_gib_is_said_where_it_cannot_be_named(boot):
    shell = boot(machine="virt,virtualization=on", memory="4G")
    named = {"arm": 3072, "arm64": 4096}[ARCH.arch]
    assert f"memory: {named} MiB at 0x40000000" in shell.boot_log, shell.boot_log
    beyond = [line for line in shell.boot_log if "out of reach" in line]
    assert beyond == ["memory@40000000: 1024 MiB beyond 4 GiB are out of reach"] * (ARCH.arch == "arm")
    shell.run("mw 0xf0000000 0x12345678; md 0xf0000000")
    assert shell.try_run("md 0x100000000")[1] == (ARCH.arch == "arm")


@arch.only("arm", "its tables reach there")
def test_a_pci_bus_beyond_4_gib_is_named_and_left_alone(boot):
    shell = boot(machine="virt,virtualization=on", extra_args="-nic none -device virtio-rng-pci")
    assert any(re.search(r"pci.*0x4010000000: ", line) for line in shell.boot_log), shell.boot_log
    assert "no such device" in shell.fails("pci")
    assert shell.run("version")
