# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_monitor.py - what only the reference platform has: every version, several channels and platforms,
# notifications, delayed responses.
import pytest

pytestmark = pytest.mark.lg_feature("monitor")


@pytest.mark.parametrize(
    "release, clock, reset",
    [("1.0", "1.0", None), ("2.0", "1.0", "1.0"), ("3.0", "1.0", "1.0"), ("3.1", "2.0", "3.0"), ("3.2", "3.0", "3.1")],
)
def test_every_release_of_the_specification_is_understood(boot, release, clock, reset):
    shell = boot(bootargs=f"monitor.version={release}")
    versions = {row["id"]: row["version"] for row in shell.json("scmi info -j")[0]["protocols"]}
    assert versions[0x14] == clock and versions.get(0x16) == reset
    clocks = shell.json("scmi clock list -j")
    assert len(clocks) > 60 and clocks[0]["rate"] == 24000000
    assert len(shell.json("scmi clock rates 7 -j")) == 241
    assert shell.run("scmi clock set 12 48M async") == ["48000000"]
    assert shell.run("scmi clock disable 12") == shell.run("scmi clock enable 12") == []
    if reset:
        assert len(shell.json("scmi reset list -j")) >= 16
        assert shell.run("scmi reset pulse 4") == []


def test_names_longer_than_sixteen_are_whole_when_asked_for(shell):
    names = {clock["id"]: clock["name"] for clock in shell.json("scmi clock list -l -j")}
    assert "display-controller-pixel-clock" in names.values()
    assert max(len(name) for name in names.values()) > 60


def test_the_second_platform_is_another_agent(shell):
    agents = [platform["agent_name"] for platform in shell.json("scmi info -j")]
    assert agents == ["firmware", "secondary"]
    # A clock that only one of them sees.
    shell.run("scmi dev 1")
    second = {clock["name"] for clock in shell.json("scmi clock list -j")}
    shell.run("scmi dev 0")
    first = {clock["name"] for clock in shell.json("scmi clock list -j")}
    assert "uart3" in second - first and "debug" in first - second


def test_without_a_platform_there_is_a_prompt_and_commands_say_so(boot):
    shell = boot(bootargs="monitor.scmi=none")
    assert sum("no platform" in line for line in shell.boot_log) == 1
    assert "SCMI" in shell.fails("scmi info")
    assert "SCMI" in shell.fails("scmi clock list")


def test_a_platform_that_is_silent_from_the_start_is_named_by_the_first_command(boot):
    shell = boot(bootargs="monitor.fault=silence")
    assert not any(line.startswith("error: ") for line in shell.boot_log)
    assert "left busy" in shell.fails("scmi clock rate 0")


@pytest.mark.lg_feature("el1")
def test_hvc_does_as_well_as_smc(boot):
    shell = boot(bootargs="monitor.conduit=hvc")
    assert shell.run("scmi clock rate 0") == ["24000000"]
    assert "hvc" in "\n".join(shell.boot_log)


def test_commands_answered_by_interrupt_work_the_same(boot):
    shell = boot(bootargs="monitor.irq=a2p")
    assert shell.run("scmi clock rate 0") == ["24000000"]
    assert len(shell.json("scmi clock list -j")) > 60


def test_a_protocol_with_its_own_channel_uses_it(boot):
    shell = boot()
    shell.run("scmi reset list")
    counts = {row["channel"]: row["sent"] for row in shell.json("scmi stats -j") if row["instance"] == 0}
    assert counts["reset"] > 0 and counts["default"] == 0


def test_nothing_is_asked_before_somebody_wants_to_know(boot):
    assert all(row["sent"] == 0 for row in boot().json("scmi stats -j"))


def test_a_delayed_response_to_a_reset_comes(shell):
    assert shell.run("scmi reset pulse 5 async") == []


def test_a_change_of_rate_is_told_to_who_asked_for_it(shell):
    shell.run("scmi clock notify 12 on")
    try:
        shell.send(b"scmi clock set 12 48M\r")
        shell.expect(r"clock 12 changed to 48000000")
    finally:
        shell.send(b"\r")
        shell.run("scmi clock notify 12 off")
        shell.run("scmi clock set 12 24M")


def test_an_agent_that_loses_a_device_can_no_longer_use_its_clocks(boot):
    shell = boot()
    shell.run("scmi perm_dev 2 1 off")
    shell.run("scmi dev 1")
    assert "DENIED" in shell.fails("scmi clock set 13 24M")
    shell.run("scmi dev 0")
    shell.run("scmi reset 2 1")
    shell.run("scmi dev 1")
    assert shell.run("scmi clock set 13 24M") == ["24000000"]
    # It may not do the same to others.
    assert shell.fails("scmi perm_dev 1 1 off")


def test_the_conformance_check_finds_nothing_wrong(shell):
    assert not [line for line in shell.run("scmi check", timeout=60) if line.startswith("not ok")]


def test_the_conformance_check_finds_what_a_fault_does(boot):
    shell = boot(bootargs="monitor.fault=short:1:0:20:6")
    lines, failed = shell.try_run("scmi check", timeout=60)
    assert failed and [line for line in lines if line.startswith("not ok")]


def test_a_word_for_the_monitor_that_it_does_not_know_is_named(boot):
    assert any("monitor.bogus=1" in line for line in boot(bootargs="monitor.bogus=1").boot_log)
