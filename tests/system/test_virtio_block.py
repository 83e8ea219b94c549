# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_virtio_block.py - disks: what is on them, what is written to them, and disks that are slow or broken.
import random
import re
import zlib

import arch
import pytest
from capsules.machine import RAM

pytestmark = [pytest.mark.lg_feature("bare"), pytest.mark.lg_feature("bootargs"), pytest.mark.lg_feature("el2")]

KINDS = {
    "mmio": "virtio-blk-device,drive=disk",
    "mmio packed": "virtio-blk-device,drive=disk,packed=on",
    "pci": "virtio-blk-pci,drive=disk",
    "pci packed": "virtio-blk-pci,drive=disk,packed=on",
}
FIRMWARE = arch.current().kernel_at
SIZE = 8 << 20
SHAPED = 3 << 20  # is read through a queue of another shape: several requests
CTRL_C = b"\x03"


def content(size, seed=1):
    return random.Random(seed).randbytes(size)


@pytest.fixture
def image(tmp_path):
    """The file behind the disk."""
    path = tmp_path / "image"
    path.write_bytes(content(SIZE))
    return path


@pytest.fixture
def machine(boot, image):
    """A machine with a disk: machine(device, drive options, before the drive)."""

    def start(device=KINDS["mmio"], drive="", before="", layers=None):
        backend = layers or f"-drive if=none,id=disk,format=raw,file={image}{drive}"
        return boot(
            extra_args=f"-nic none -global virtio-mmio.force-legacy=false {before} {backend} -device {device}"
        )

    return start


def broken(image, what):
    """Layers of QEMU's that fail requests of a kind, in one sector or everywhere."""
    return (
        f"-blockdev driver=file,node-name=file,filename={image}"
        f" -blockdev driver=blkdebug,node-name=disk,image=file,inject-error.0.event=none,inject-error.0.{what}"
    )


def read(shell, sector, count, address=RAM, disk=0, timeout=30):
    """The line that a read ends with."""
    (line,) = shell.run(f"virtio blk read {disk} {sector} {count} {address:#x}", timeout)
    return line


def crc(shell, size, address=RAM):
    (sum_,) = shell.run(f"crc32 {address:#x} {size}", timeout=30)
    return int(sum_, 16)


@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_is_listed_with_what_it_is(machine, kind):
    shell = machine(KINDS[kind])
    (device,) = shell.json("virtio info -j")
    assert (device["type"], device["bus"], device["state"]) == ("block", kind.split()[0], "running")
    assert ("packed" if "packed" in kind else "split") in device["queues"]
    assert device["accepted"] & ~device["offered"] == 0
    (disk,) = shell.json("virtio blk info -j")
    assert (disk["sectors"], disk["bytes"], disk["access"], disk["state"]) == (SIZE // 512, 512, False, "running")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_read_is_what_the_file_has(machine, image, kind):
    shell = machine(KINDS[kind])
    line = read(shell, 0, SIZE // 512)
    assert re.fullmatch(rf"{SIZE} bytes, \d+ MiB/s, \d+\.\d{{6}} s", line)
    assert crc(shell, SIZE) == zlib.crc32(image.read_bytes())
    read(shell, SIZE // 512 - 1, 1)
    assert crc(shell, 512) == zlib.crc32(image.read_bytes()[-512:])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_in_the_file_and_nothing_else_has_changed(machine, image, kind):
    shell = machine(KINDS[kind])
    expected = bytearray(image.read_bytes())
    for source, count, target in ((0, 3000, 9000), (5, 1, 16383), (77, 2, 0)):
        read(shell, source, count)
        shell.run(f"virtio blk write 0 {target} {count} {RAM:#x}")
        expected[target * 512 : (target + count) * 512] = expected[source * 512 : (source + count) * 512]
    shell.run("virtio blk flush 0")
    assert image.read_bytes() == expected


def test_a_disk_with_large_sectors_is_counted_in_them(machine, image):
    shell = machine(KINDS["mmio"] + ",logical_block_size=4096,physical_block_size=4096")
    (disk,) = shell.json("virtio blk info -j")
    assert (disk["sectors"], disk["bytes"]) == (SIZE // 4096, 4096)
    read(shell, 100, 7)
    assert crc(shell, 7 * 4096) == zlib.crc32(image.read_bytes()[100 * 4096 : 107 * 4096])
    assert "OUT_OF_RANGE" in shell.fails(f"virtio blk read 0 {SIZE // 4096} 1 {RAM:#x}")


def test_a_read_only_disk_takes_no_writes(machine, image):
    shell = machine(drive=",readonly=on")
    before = image.read_bytes()
    assert shell.json("virtio blk info -j")[0]["access"] is True
    assert "read only" in shell.fails(f"virtio blk write 0 0 1 {RAM:#x}")
    read(shell, 0, 16)
    assert crc(shell, 16 * 512) == zlib.crc32(before[: 16 * 512])
    assert image.read_bytes() == before


@pytest.mark.parametrize(
    "options",
    [
        "queue-size=4",
        "queue-size=1024",
        "num-queues=4",
        "seg-max-adjust=off",
        "indirect_desc=off,queue-size=4",
        "event_idx=off",
        "indirect_desc=off,packed=on",
    ],
)
def test_queues_of_any_shape_will_do(machine, image, options):
    shell = machine(f"{KINDS['mmio']},{options}")
    read(shell, 0, SHAPED // 512)
    assert crc(shell, SHAPED) == zlib.crc32(image.read_bytes()[:SHAPED])
    assert shell.run(f"bench blk 200 {RAM:#x}")[0].startswith("200 reads in ")


def test_what_is_outside_is_refused(machine):
    shell = machine()
    for sector, count in ((SIZE // 512, 1), (SIZE // 512 - 1, 2), (2**64 - 1, 1), (2**63, 2**32 - 1)):
        assert "OUT_OF_RANGE" in shell.fails(f"virtio blk read 0 {sector} {count} {RAM:#x}")
    for address in 0, 0x09000000, FIRMWARE, 2**64 - 512:
        assert shell.fails(f"virtio blk read 0 0 2 {address:#x}").startswith("memory: ")
    assert shell.fails(f"virtio blk read 1 0 1 {RAM:#x}") == "disk 1: no such device"


def test_sectors_that_cannot_be_read_are_an_error_and_the_others_are_not(machine, image):
    shell = machine(layers=broken(image, "iotype=read,inject-error.0.sector=1000"))
    assert shell.fails(f"virtio blk read 0 1000 1 {RAM:#x}") == "disk 0: input or output failed"
    assert shell.fails(f"virtio blk read 0 0 16384 {RAM:#x}") == "disk 0: input or output failed"
    read(shell, 1001, 500)
    assert crc(shell, 500 * 512) == zlib.crc32(image.read_bytes()[1001 * 512 : 1501 * 512])
    assert shell.json("virtio info -j")[0]["state"] == "running"


def test_a_flush_that_fails_is_reported_also_at_the_end(machine, image):
    shell = machine(layers=broken(image, "iotype=flush"))
    shell.run("virtio blk flush 0")  # of nothing
    shell.run(f"virtio blk write 0 0 1 {RAM:#x}")
    assert shell.fails("virtio blk flush 0") == "disk 0: input or output failed"
    shell.send(b"poweroff\r")
    shell.expect(r"virtio: input or output failed")
    assert shell.ended()


def test_a_slow_disk_shows_how_far_it_is_and_ctrl_c_stops_it(machine):
    shell = machine(
        layers="-drive if=none,id=disk,driver=throttle,throttle-group=slow,file.driver=null-co,file.size=256M",
        before="-object throttle-group,id=slow,x-bps-total=16777216",
    )
    shell.send(f"virtio blk read 0 0 524288 {RAM:#x}\r".encode())
    shell.expect(r"\d+ of 268435456 bytes", timeout=20)
    shell.send(CTRL_C)
    assert any("interrupted" in line for line in shell.until_prompt(timeout=20))
    read(shell, 0, 1)


def test_a_disk_that_is_reset_is_as_before(machine, image):
    shell = machine(KINDS["pci packed"])
    for _ in range(5):
        assert shell.run("virtio reset 0") == ["0 block: running"]
        read(shell, 64, 256)
        assert crc(shell, 256 * 512) == zlib.crc32(image.read_bytes()[64 * 512 : 320 * 512])
    assert shell.run("virtio scan") == ["1 of 1 devices run"]
    assert shell.fails("virtio reset 1") == "device 1: no such device"


def test_disks_are_told_apart(machine, image, tmp_path):
    other = tmp_path / "other"
    other.write_bytes(content(1 << 20, seed=2))
    shell = machine(
        KINDS["pci"],
        before=f"-drive if=none,id=other,format=raw,file={other} -device virtio-blk-pci,drive=other",
    )
    assert [disk["name"] for disk in shell.json("virtio blk info -j")] == ["blk0", "blk1"]
    for number, file in enumerate((other, image)):
        read(shell, 10, 10, disk=number)
        assert crc(shell, 5120) == zlib.crc32(file.read_bytes()[5120:10240])


def test_without_devices_there_is_one_line(boot):
    shell = boot(extra_args="-nic none")
    for command in "virtio info", "virtio scan", "virtio blk info":
        assert shell.fails(command).endswith(": no such device")
