# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_vhost_device.py - rust-vmm's server over virtio (tests/interop/vhost-device/README.md), and what the
# client makes of where it differs.
import time

import pytest

pytestmark = pytest.mark.lg_feature("vhost_device")

BASE, SENSOR = 0x10, 0x15
# Seconds in which a server that says nothing has to be given up; the limit itself is below one.
SOON = 5


@pytest.fixture
def platform(shell):
    (platform,) = shell.json("scmi info -j")
    return platform


def test_the_device_is_found_though_no_tree_describes_it(shell, platform):
    assert platform["status"] == "ok" and platform["name"] == "scmi-virtio"
    assert "scmi" not in shell.text("fdt list /")


def test_the_vendor_is_known_and_has_no_sub_vendor(platform):
    assert platform["vendor"] == "rust-vmm" and platform["sub_vendor"] == ""


def test_there_are_the_protocols_base_and_sensor(platform):
    assert {p["id"]: p["version"] for p in platform["protocols"]} == {BASE: "2.0", SENSOR: "3.0"}


def test_a_server_that_knows_no_agents_is_not_held_to_have_any(shell, platform):
    assert platform["agents"] == 0
    lines, failed = shell.try_run("scmi agents")
    assert "NOT_SUPPORTED" in lines[-1] if failed else len(lines) == 1


def words(lines):
    """The payload that `scmi raw` printed below the header and the status."""
    return [int(line, 16) for line in lines[2:]]


def test_the_sensor_is_the_one_that_the_server_was_started_with(shell):
    assert words(shell.run(f"scmi raw {SENSOR} 1"))[0] & 0xFFFF == 1
    count, sensor, _, _, *name = words(shell.run(f"scmi raw {SENSOR} 3 0"))[:8]
    assert (count, sensor) == (1, 0)
    assert b"".join(word.to_bytes(4, "little") for word in name).rstrip(b"\0") == b"accelerometer"


def test_each_reading_is_a_new_one_of_three_axes(shell):
    shell.run(f"scmi raw {SENSOR} 0xa 0 1")  # SENSOR_CONFIG_SET: on
    first, second = (words(shell.run(f"scmi raw {SENSOR} 6 0 0"))[::4] for _ in range(2))
    assert len(first) == 3
    assert second == [value + 1 for value in first]


def test_a_protocol_that_is_not_there_is_named(shell):
    assert "clock" in shell.fails("scmi clock list")


def test_what_the_server_does_not_know_is_an_answer(shell):
    assert "NOT_SUPPORTED" in shell.text(f"scmi raw {BASE} 0x42")
    assert "NOT_SUPPORTED" in shell.text("scmi raw 0x14 0")


def test_a_malformed_command_is_given_up_in_time_and_so_is_all_that_follows(boot):
    shell = boot()
    assert shell.json("scmi info -j")[0]["vendor"] == "rust-vmm"
    # The server leaves its loop over a request of another length than it expects, and never looks at its queue again.
    for command in f"scmi raw {BASE} 0 1 2 3", f"scmi raw {BASE} 0", f"scmi raw {SENSOR} 1":
        start = time.monotonic()
        assert "time limit" in shell.fails(command, timeout=2 * SOON)
        assert time.monotonic() - start < SOON
    assert shell.run("echo still here") == ["still here"]


def test_the_next_machine_is_served_again(boot):
    boot().fails(f"scmi raw {BASE} 0 1 2 3")
    assert boot().json("scmi info -j")[0]["vendor"] == "rust-vmm"


def test_the_conformance_check_finds_where_it_differs_and_ends(boot):
    shell = boot()
    start = time.monotonic()
    lines, failed = shell.try_run("scmi check", timeout=60)
    assert failed and time.monotonic() - start < 30
    found = [line for line in lines if line.startswith("not ok ")]
    for sentence in "refuses to skip more than there are", "MESSAGE_ATTRIBUTES without its parameter is refused":
        assert any(sentence in line for line in found), lines
    assert not any(line.startswith("Bail out!") for line in lines), lines  # it goes through, and does not give up
    assert shell.run("echo still here") == ["still here"]
