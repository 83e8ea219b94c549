# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_tfa.py - where TF-A's server differs (tests/interop/tfa/README.md), and what the client makes of it.
from dataclasses import dataclass

import arch
import pytest

pytestmark = pytest.mark.lg_feature("tfa")


@dataclass
class Platform:
    """What TF-A's server is told by the platform that it runs on."""

    resident: str  # the image that serves
    function: int  # the doorbell
    first_clock: str
    last_clock: str
    between: int  # no rate of clock 0
    below: int  # the rate of clock 0 next to it
    at_first: int  # the rate of clock 0
    other_clock: int  # one that takes these rates
    rates: tuple  # the one it has, another


QEMU = Platform(
    "BL32" if arch.current().arch == "arm" else "BL31",
    0x82000010, "cpu", "usb_phy_ref_clk", 1000000000, 816000000, 1200000000, 3, (24000000, 48000000),
)  # fmt: skip
MACCHIATOBIN = Platform(
    "BL31", 0x82002000, "ap-cluster-0", "cp1-comphy-4", 1250000000, 1200000000, 2000000000, 5, (400000000, 200000000)
)


@pytest.fixture
def platform(env):
    return MACCHIATOBIN if "macchiatobin" in env.get_target_features() else QEMU


def test_the_firmware_came_through_bl1_bl2_and_what_stays_resident(shell, platform):
    log = "\n".join(shell.boot_log)
    assert "BL1: Booting BL2" in log and f"BL1: Booting {platform.resident}" in log


@pytest.mark.lg_feature("handed-tree")
def test_the_tree_is_the_one_that_bl2_left_at_the_start_of_ram(shell):
    assert "arm,scmi-smc" in shell.text("fdt list /firmware/scmi")
    assert "arm,psci-1.0" in shell.text("fdt print /psci")


def test_a_server_that_knows_no_agents_is_not_held_to_have_any(shell):
    (platform,) = shell.json("scmi info -j")
    assert platform["vendor"] == "trusted-fw" and platform["agents"] == 0
    lines, failed = shell.try_run("scmi agents")
    assert "NOT_SUPPORTED" in lines[-1] if failed else len(lines) == 1


def test_clock_attributes_without_the_delay_of_their_version_are_understood(shell, platform):
    version = next(row["version"] for row in shell.json("scmi info -j")[0]["protocols"] if row["id"] == 0x14)
    assert version == "2.0"
    assert shell.json("scmi clock list -j")[0]["name"] == platform.first_clock


def test_whole_names_are_not_asked_of_a_server_that_has_none(shell, platform):
    assert shell.json("scmi clock list -l -j")[-1]["name"] == platform.last_clock


def test_rounding_is_not_what_was_asked_for_but_the_rate_shown_is_the_true_one(shell, platform):
    # The server drops the flags: up is down.
    assert shell.run(f"scmi clock set 0 {platform.between} up") == [str(platform.below)]
    assert shell.run(f"scmi clock set 0 {platform.at_first}") == [str(platform.at_first)]


def test_a_delayed_response_that_never_comes_is_a_time_out_and_nothing_else(shell, platform):
    clock, (rate, other) = platform.other_clock, platform.rates
    assert "time limit" in shell.fails(f"scmi clock set {clock} {other} async", timeout=10)
    assert shell.run(f"scmi clock rate {clock}") == [str(other)]
    assert shell.run(f"scmi clock set {clock} {rate}") == [str(rate)]


@arch.only("arm", "TF-A's server has 64 bits for a rate")
def test_a_rate_that_the_server_cuts_to_32_bits_is_shown_as_what_it_became(shell):
    clock = next(row for row in shell.json("scmi clock list -j") if row["name"] == "pixel")
    assert shell.run(f"scmi clock set {clock['id']} {2**32 + 100000000}") == ["100000000"]
    assert shell.run(f"scmi clock set {clock['id']} {clock['rate']}") == [str(clock["rate"])]


def test_an_index_past_the_end_is_refused_by_the_platform_hook(shell):
    assert "OUT_OF_RANGE" in shell.text("scmi raw 0x14 4 0 50")


def test_a_newer_layout_is_refused_by_the_server(shell):
    assert "PROTOCOL_ERROR" in shell.text("scmi raw 0x14 7 3 1 0")


def test_the_conformance_check_names_the_differences(shell):
    lines, failed = shell.try_run("scmi check", timeout=60)
    found = [line for line in lines if line.startswith("not ok ")]
    assert failed and all("skip more than there are" in line or "id past the last" in line for line in found)
    assert any("LIST_PROTOCOLS" in line for line in found) and any("CLOCK_ATTRIBUTES" in line for line in found)


def test_a_doorbell_without_a_message_kills_the_channel_and_the_client_says_so(boot, platform):
    shell = boot()
    shell.run(f"smc {platform.function:#x}")
    assert "error bit" in shell.fails("scmi clock rate 0")
    assert "error bit" in shell.fails("scmi clock rate 0")
