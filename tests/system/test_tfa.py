# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_tfa.py - where TF-A's server differs (tests/interop/tfa/README.md), and what the client makes of it.
import pytest

pytestmark = pytest.mark.lg_feature("tfa")


def test_the_firmware_came_through_bl1_bl2_and_bl31(shell):
    log = "\n".join(shell.boot_log)
    assert "BL1: Booting BL2" in log and "BL1: Booting BL31" in log


def test_the_tree_is_the_one_that_bl2_left_at_the_start_of_ram(shell):
    assert "arm,scmi-smc" in shell.text("fdt list /firmware/scmi")
    assert "arm,psci-1.0" in shell.text("fdt print /psci")


def test_a_server_that_knows_no_agents_is_not_held_to_have_any(shell):
    (platform,) = shell.json("scmi info -j")
    assert platform["vendor"] == "trusted-fw" and platform["agents"] == 0
    lines, failed = shell.try_run("scmi agents")
    assert "NOT_SUPPORTED" in lines[-1] if failed else len(lines) == 1


def test_clock_attributes_without_the_delay_of_their_version_are_understood(shell):
    version = next(row["version"] for row in shell.json("scmi info -j")[0]["protocols"] if row["id"] == 0x14)
    assert version == "2.0"
    assert shell.json("scmi clock list -j")[0]["name"] == "cpu"


def test_whole_names_are_not_asked_of_a_server_that_has_none(shell):
    assert shell.json("scmi clock list -l -j")[-1]["name"] == "usb_phy_ref_clk"


def test_rounding_is_not_what_was_asked_for_but_the_rate_shown_is_the_true_one(shell):
    # The server drops the flags: up is down.
    assert shell.run("scmi clock set 0 1000000000 up") == ["816000000"]
    assert shell.run("scmi clock set 0 1200000000") == ["1200000000"]


def test_a_delayed_response_that_never_comes_is_a_time_out_and_nothing_else(shell):
    assert "time limit" in shell.fails("scmi clock set 3 48000000 async", timeout=10)
    assert shell.run("scmi clock rate 3") == ["48000000"]
    assert shell.run("scmi clock set 3 24000000") == ["24000000"]


def test_an_index_past_the_end_is_refused_by_the_platform_hook(shell):
    assert "OUT_OF_RANGE" in shell.text("scmi raw 0x14 4 0 50")


def test_a_newer_layout_is_refused_by_the_server(shell):
    assert "PROTOCOL_ERROR" in shell.text("scmi raw 0x14 7 3 1 0")


def test_the_conformance_check_names_the_differences(shell):
    lines, failed = shell.try_run("scmi check", timeout=60)
    found = [line for line in lines if line.startswith("not ok ")]
    assert failed and all("skip more than there are" in line or "id past the last" in line for line in found)
    assert any("LIST_PROTOCOLS" in line for line in found) and any("CLOCK_ATTRIBUTES" in line for line in found)


def test_a_doorbell_without_a_message_kills_the_channel_and_the_client_says_so(boot):
    shell = boot()
    shell.run("smc 0x82000010")
    assert "error bit" in shell.fails("scmi clock rate 0")
    assert "error bit" in shell.fails("scmi clock rate 0")
