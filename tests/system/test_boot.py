# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_boot.py - from power to the prompt, and back.
import arch
import pytest
from pexpect import EOF


def test_the_prompt_comes(shell):
    assert shell.run("") == []


@pytest.mark.lg_feature("power")
def test_the_boot_log_names_the_firmware_and_where_it_runs(shell):
    assert any("Corbel" in line for line in shell.boot_log), shell.boot_log


@pytest.mark.lg_feature(["qemu", "el2"])
def test_it_runs_at_the_level_that_it_was_entered_at_which_is_el2(shell):
    assert "EL2" in "\n".join(shell.boot_log)


@pytest.mark.lg_feature(["qemu", "el1"])
def test_it_runs_at_the_level_that_it_was_entered_at_which_is_el1(shell):
    assert "EL1" in "\n".join(shell.boot_log)


@pytest.mark.lg_feature("bare")
def test_without_a_platform_there_is_a_prompt_and_one_line_that_says_so(shell):
    # Nobody asks at boot: the line comes with the first command that wants the platform.
    assert "SCMI" in shell.fails("scmi info")
    assert shell.run("version")


@arch.only("arm64", "there is no EL3; the next test is about what takes its place")
@pytest.mark.lg_feature(["qemu", "entered-in-el3"])
def test_entered_at_el3_it_leaves_it_for_good(shell):
    assert any("at EL2, entered at EL3" in line for line in shell.boot_log)


@arch.only("arm", "who enters in the Secure state enters at EL3, as in the test before")
@pytest.mark.lg_feature(["qemu", "entered-in-secure-supervisor"])
def test_entered_in_secure_supervisor_mode_it_stays_and_calls_are_refused(shell):
    # Monitor mode, which a call would go to, has nobody in it.
    assert any("at EL1, entered at EL1" in line for line in shell.boot_log)
    for conduit in "smc", "hvc":
        assert int(shell.run(f"{conduit} 0x84000000")[0].split()[1], 16) & 0xFFFFFFFF == 0xFFFFFFFF
    assert "no such device" in shell.fails("reset")
    assert shell.run("version")


@pytest.mark.lg_feature(["qemu", "bootargs"])
def test_a_script_in_bootargs_runs_before_the_prompt(boot):
    shell = boot(bootargs='corbel.run="version; time"')
    alone = boot(bootargs="").boot_log
    assert len(shell.boot_log) > len(alone)


@pytest.mark.lg_feature(["qemu", "bootargs", "poweroff"])
def test_a_script_in_bootargs_can_power_the_machine_off(boot):
    shell = boot(bootargs='corbel.run="version; poweroff"', prompt=False)
    with pytest.raises(EOF):
        shell.expect("never printed")
    assert shell.ended()


@pytest.mark.lg_feature(["qemu", "psci"])
def test_reset_starts_the_firmware_again(boot):
    shell = boot()
    shell.send(b"reset\r")
    shell.expect("Corbel")
    shell.until_prompt()
    assert shell.run("version")
