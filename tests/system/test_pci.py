# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_pci.py - the PCI bus, on which nobody has configured anything before.
import re

import pytest

pytestmark = [pytest.mark.lg_feature("bare"), pytest.mark.lg_feature("bootargs"), pytest.mark.lg_feature("el2")]

RNG = "-device virtio-rng-pci"
MODERN = RNG + ",disable-legacy=on"


@pytest.fixture
def machine(boot):
    """A machine with these devices; the rest goes to the QEMU driver."""
    return lambda devices="", **changes: boot(extra_args=f"-nic none {devices}", **changes)


def functions(shell):
    """By their addresses; every BAR has a place of its own, aligned to its size."""
    rows = shell.json("pci -j")
    bars = sorted((bar["at"], bar["size"]) for row in rows for bar in row["bars"])
    assert all(at % size == 0 for at, size in bars)
    assert all(at + size <= after for (at, size), (after, _) in zip(bars, bars[1:]))
    return {row["address"]: row for row in rows}


def random_bytes(shell, count=32):
    data = bytes.fromhex("".join(shell.run(f"rng {count}")))
    assert len(data) == count and data != bytes(count)


def running(shell):
    """Bus, device and function of the devices that run, as one number."""
    devices = shell.json("virtio info -j")
    assert all(device["state"] == "running" and device["bus"] == "pci" for device in devices)
    places = [[int(part, 16) for part in re.split("[:.]", device["address"])] for device in devices]
    return [bus << 8 | slot << 3 | function for bus, slot, function in places]


def test_a_bus_without_devices_has_its_own_bridge_only(machine):
    found = functions(machine())
    assert list(found) == ["00:00.0"]
    assert found["00:00.0"]["class"] == "host bridge"


@pytest.mark.parametrize("kind, device", {"transitional": (RNG, 0x1005), "modern": (MODERN, 0x1044)}.values())
def test_a_device_is_found_and_works(machine, kind, device):
    shell = machine(kind)
    found = functions(shell)["00:01.0"]
    assert (found["vendor"], found["device"], found["driver"]) == (0x1AF4, device, "virtio")
    random_bytes(shell)


def test_a_machine_without_high_memory_has_its_configuration_space_below(machine):
    shell = machine(MODERN, machine="virt,virtualization=on,highmem=off")
    assert "driver" in functions(shell)["00:01.0"]
    random_bytes(shell)


def test_eight_devices_all_run(machine):
    shell = machine(" ".join([RNG, MODERN] * 4))
    assert running(shell) == [slot << 3 for slot in range(1, 9)]
    assert all(functions(shell)[f"00:{slot:02x}.0"]["driver"] == "virtio" for slot in range(1, 9))
    random_bytes(shell)


def test_all_functions_of_a_device_are_found(machine):
    shell = machine(f"{MODERN},addr=3.0,multifunction=on {MODERN},addr=3.1 {MODERN},addr=3.7")
    assert running(shell) == [0x18, 0x19, 0x1F]
    assert [a for a in functions(shell) if a.startswith("00:03")] == ["00:03.0", "00:03.1", "00:03.7"]


def test_a_device_behind_a_root_port_works(machine):
    shell = machine(f"-device pcie-root-port,id=root,chassis=1 {MODERN},bus=root")
    assert running(shell) == [0x100]
    random_bytes(shell)


def test_devices_behind_a_bridge_work(machine):
    shell = machine(f"-device pci-bridge,id=bridge,chassis_nr=2 {RNG},bus=bridge,addr=3 {MODERN},bus=bridge,addr=1f")
    assert running(shell) == [0x118, 0x1F8]
    random_bytes(shell)


def test_bridges_behind_bridges_and_beside_them(machine):
    shell = machine(
        "-device pcie-root-port,id=a,chassis=1,addr=2.0,multifunction=on -device pcie-root-port,id=b,chassis=2,addr=2.1"
        " -device x3130-upstream,id=up,bus=a -device xio3130-downstream,id=d1,bus=up,chassis=3,slot=1"
        " -device xio3130-downstream,id=d2,bus=up,chassis=4,slot=2"
        f" {MODERN},bus=d1 {MODERN},bus=d2 {MODERN},bus=b {MODERN},addr=9"
    )
    found = functions(shell)
    assert sorted(running(shell)) == [0x48, 0x300, 0x400, 0x500]
    assert [found[a]["class"] for a in ("00:02.0", "00:02.1", "01:00.0", "02:00.0")] == ["PCI bridge"] * 4
    assert shell.fails("virtio blk info") and random_bytes(shell) is None


def test_every_device_still_runs_after_another_start(machine):
    shell = machine(f"{RNG} -device pcie-root-port,id=root,chassis=1 {MODERN},bus=root")
    before = functions(shell)
    shell.send(b"reset\r")
    shell.expect("Corbel")
    shell.until_prompt(20)
    assert functions(shell) == before
    assert running(shell) == [0x8, 0x100]
    random_bytes(shell)


def test_a_device_that_needs_more_than_the_window_costs_one_line_and_no_other_device(machine, tmp_path):
    backing = f"-object memory-backend-file,id=large,share=on,size=1G,mem-path={tmp_path}/large"
    shell = machine(f"{backing} -device ivshmem-plain,memdev=large,addr=1 {MODERN},addr=2")
    lines = [line for line in shell.boot_log if line.startswith("pci")]
    assert lines == ["pci 00:01.0: BAR 2: no room for it"]
    assert [bar["bar"] for bar in functions(shell)["00:01.0"]["bars"]] == [0]
    assert running(shell) == [0x10]


def test_more_functions_than_there_is_room_for_cost_one_line(machine):
    devices = " ".join(f"-device pci-testdev,addr={slot:#x}.{function},multifunction=on"
                       for slot in range(2, 8) for function in range(8))
    shell = machine(f"{MODERN},addr=1 {devices}")
    assert "pci: more functions than there is room for" in shell.boot_log
    assert len(functions(shell)) == 32
    random_bytes(shell)
