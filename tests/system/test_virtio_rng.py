# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_virtio_rng.py - random numbers from a device.
import pytest

pytestmark = [pytest.mark.lg_feature("bare"), pytest.mark.lg_feature("bootargs"), pytest.mark.lg_feature("el2")]

KINDS = {
    "mmio": "virtio-rng-device",
    "mmio packed": "virtio-rng-device,packed=on",
    "pci": "virtio-rng-pci",
    "pci packed": "virtio-rng-pci,packed=on",
}


@pytest.fixture
def machine(boot):
    return lambda device: boot(extra_args=f"-nic none -global virtio-mmio.force-legacy=false -device {device}")


@pytest.mark.parametrize("kind", KINDS)
def test_random_bytes_are_as_many_as_were_asked_for_and_never_the_same(machine, kind):
    shell = machine(KINDS[kind])
    seen = set()
    for count in 16, 32, 1000:
        data = bytes.fromhex("".join(shell.run(f"rng {count}")))
        assert len(data) == count
        seen.update(data[i : i + 8] for i in range(0, count - 7, 8))
    assert len(seen) == 2 + 4 + 125


def test_a_slow_source_is_asked_again(machine):
    shell = machine("virtio-rng-device,max-bytes=8,period=100")
    data = bytes.fromhex("".join(shell.run("rng 32")))
    assert len(data) == 32 and len({data[i : i + 8] for i in range(0, 32, 8)}) == 4


def test_a_source_that_has_dried_up_is_an_error_within_a_limit(machine):
    shell = machine("virtio-rng-device,max-bytes=8,period=100000")
    assert shell.fails("rng 64", timeout=8) == "random numbers: no answer within the time limit"
    assert shell.json("virtio info -j")[0]["state"] == "no answer within the time limit"
    assert shell.fails("rng 1") == "random numbers: no such device"
    assert shell.run("virtio scan") == ["0 entropy: running", "1 of 1 devices run"]


def test_without_a_device_there_are_none(boot):
    shell = boot(extra_args="-nic none")
    assert shell.fails("rng") == "random numbers: no such device"
