# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_faults.py - a platform that misbehaves: a named error within the limit, and the next command works.
# The monitor does it on request: monitor.fault=name[:count[:skip[:protocol:message]]].
import pytest

pytestmark = pytest.mark.lg_feature("monitor")

# Fault of one message, what the command says of it, and how many further commands still suffer.
REPLY_FAULTS = {
    "silence": ("channel left busy", 0),
    "late": ("channel left busy", 1),  # its answer comes where the next one's should
    "wrong-token": ("wrong token", 0),
    "wrong-protocol": ("wrong protocol, message or type", 0),
    "wrong-message": ("wrong protocol, message or type", 0),
    "wrong-type": ("wrong protocol, message or type", 0),
    "short": ("too short", 0),
    "long": ("longer than its memory", 0),
    "zero": ("too short", 0),
    "length-3": ("too short", 0),
    "error-bit": ("error bit", 0),
    "status-positive": ("outside the specification", 0),
    "status-vendor": ("vendor", 0),
    "no-smc": ("nobody serves", 0),
}
# Of a walk over pages.
LIST_FAULTS = {"bad-counts": "count", "empty": "does not end", "endless": ""}


@pytest.mark.parametrize("fault", REPLY_FAULTS)
def test_a_bad_reply_gives_a_named_error_and_then_all_is_well(boot, fault):
    reason, more = REPLY_FAULTS[fault]
    shell = boot(bootargs=f"monitor.fault={fault}")
    assert reason in shell.fails("scmi clock rate 0", timeout=3)
    for _ in range(more):
        shell.fails("scmi clock rate 0", timeout=3)
    # Nothing stale is shown: another clock, another rate.
    assert shell.run("scmi clock rate 1") == ["32768"]
    assert shell.run("scmi clock rate 0") == ["24000000"]


@pytest.mark.parametrize("fault", LIST_FAULTS)
def test_a_bad_list_ends_with_an_error_and_then_all_is_well(boot, fault):
    shell = boot(bootargs=f"monitor.fault={fault}")
    assert LIST_FAULTS[fault] in shell.fails("scmi clock rates 7", timeout=5)
    assert len(shell.json("scmi clock rates 7 -j")) == 241


def test_a_list_that_never_ends_is_ended_by_the_client(boot):
    shell = boot(bootargs="monitor.fault=endless:0")
    assert shell.fails("scmi clock rates 12", timeout=5)
    assert shell.run("scmi clock rate 0") == ["24000000"]


def test_a_name_without_an_end_is_ended_by_the_client(boot):
    shell = boot(bootargs="monitor.fault=unterminated:0")
    names = [clock["name"] for clock in shell.json("scmi clock list -j")]
    assert names[0].startswith("osc24m") and all(len(name) <= 16 for name in names)


def test_a_channel_that_is_never_given_back_is_an_error_each_time_and_never_a_wait(boot):
    shell = boot(bootargs="monitor.fault=busy:0")
    for _ in range(3):
        assert "channel left busy" in shell.fails("scmi clock rate 0", timeout=2)
    assert shell.run("version")


def test_a_platform_that_is_silent_for_ever_leaves_the_shell_alone(boot):
    shell = boot(bootargs="monitor.fault=silence:0")
    assert shell.fails("scmi clock list", timeout=5)
    assert shell.fails("scmi info", timeout=10)
    assert shell.run("version")


def test_with_an_interrupt_silence_is_a_time_out_and_the_late_reply_is_dropped(boot):
    shell = boot(bootargs="monitor.irq=a2p monitor.fault=late")
    assert "time limit" in shell.fails("scmi clock rate 0", timeout=3)
    # The buffer is the platform's until it answers.
    shell.try_run("scmi clock rate 0")
    shell.run("sleep 200")  # twice as long as it takes the platform
    assert shell.run("scmi clock rate 1") == ["32768"]
    assert shell.json("scmi stats -j")[0]["late"] == 1


def test_a_fault_changes_nothing_but_what_it_hits(boot):
    # RATE_SET is lost on its way back: an error, but what is read then is what is there.
    shell = boot(bootargs="monitor.fault=short:1:0:20:5")
    shell.fails("scmi clock set 12 48000000")
    assert shell.run("scmi clock rate 12")[0] in ("24000000", "48000000")
    assert shell.run("scmi clock set 12 48000000") == ["48000000"]


def test_the_trace_keeps_what_went_wrong(boot):
    shell = boot(bootargs="monitor.fault=wrong-token")
    shell.fails("scmi clock rate 0")
    row = [row for row in shell.json("scmi trace -j") if row["message"] == "RATE_GET"][-1]
    assert row["result"] != 0
