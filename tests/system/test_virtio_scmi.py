# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_virtio_scmi.py - SCMI over virtio: the platform is tools/scmi-vhost-user, which can push things and
# misbehave in every way that a virtqueue allows. Each fault gives a named error in bounded time; what a device does to
# its rings takes it out of service until it is started anew; everything else goes on.
import re

import arch
import pytest
from capsules.machine import BUILD

pytestmark = pytest.mark.lg_feature("virtio-scmi")

KNOWN = (1, "32768"), (0, "24000000")  # clocks of the reference platform, and their rates


def works(shell):
    """Nothing stale is shown: another clock, another rate."""
    for clock, rate in KNOWN:
        assert shell.run(f"scmi clock rate {clock}") == [rate]


def devices(shell):
    return {row["type"]: row for row in shell.json("virtio info -j")}


def scmi_device(shell):
    return devices(shell)["scmi"]


def scmi_number(shell):
    return scmi_device(shell)["device"]


def others_work(shell):
    assert devices(shell)["entropy"]["state"] == "running"
    assert shell.run("rng 16")
    assert shell.run("version")


def stats(shell):
    return shell.json("scmi stats -j")[0]


# --- what works ---


def test_a_platform_by_smc_and_one_over_virtio_are_there_at_once(boot):
    monitor = BUILD / arch.current().monitor / "firmware.bin"
    shell = boot(machine=f"{arch.current().virt},secure=on,virtualization=on,memory-backend=ram", bios=monitor)
    instances = {row["name"]: row["instance"] for row in shell.json("scmi dev -j")}
    assert {"scmi", "scmi-virtio"} <= set(instances)
    # A clock is set on one of them, and stays as it was on the other.
    shell.run(f"scmi dev {instances['scmi']}")
    assert shell.run("scmi clock set 6 2500M") == ["2500000000"]
    shell.run(f"scmi dev {instances['scmi-virtio']}")
    untouched = shell.run("scmi clock rate 6")
    assert untouched != ["2500000000"]
    assert shell.text("scmi check", timeout=60).endswith("check: conformant")
    shell.run(f"scmi dev {instances['scmi']}")
    assert shell.run("scmi clock rate 6") == ["2500000000"]
    works(shell)


def test_the_device_runs_with_what_qemu_offers(shell):
    device = scmi_device(shell)
    assert device["state"] == "running"
    assert device["accepted"] == 1 << 32 | 1 << 29 | 1 << 28 | 1  # VERSION_1, EVENT_IDX, INDIRECT_DESC, P2A_CHANNELS


@pytest.mark.lg_feature("virtio-pci")
def test_it_is_found_on_pci(shell):
    assert scmi_device(shell)["bus"] == "pci"


@pytest.mark.lg_feature("virtio-mmio")
def test_it_is_found_on_mmio(shell):
    assert scmi_device(shell)["bus"] == "mmio"


def test_the_reference_platform_answers(shell):
    [platform] = shell.json("scmi info -j")
    assert (platform["vendor"], platform["sub_vendor"]) == ("corbel", "reference")


def test_it_is_conformant(shell):
    assert shell.run("scmi check", timeout=60)[-1] == "check: conformant"


RELEASES = {"1.0": "1.0", "2.0": "1.0", "3.0": "1.0", "3.1": "2.0", "3.2": "3.0"}  # version of the clock protocol


@pytest.mark.parametrize("release", RELEASES)
def test_each_release_of_the_specification_is_spoken(boot, release):
    shell = boot(backend=f"--version {release}")
    [platform] = shell.json("scmi info -j")
    assert {p["name"]: p["version"] for p in platform["protocols"]}["clock"] == RELEASES[release]
    works(shell)


@pytest.mark.parametrize("agent, name", [(1, "firmware"), (2, "secondary"), (3, "observer")])
def test_the_agent_is_the_one_that_the_platform_was_told(boot, agent, name):
    [platform] = boot(backend=f"--agent {agent}").json("scmi info -j")
    assert (platform["agent"], platform["agent_name"]) == (agent, name)


def test_a_rate_that_another_agent_sets_is_shown(shell, backend):
    shell.run("scmi clock notify 12 on")
    assert backend.say("notify rate 12 48000000") == "ok"
    shell.expect(r"clock 12 changed to 48000000 Hz by agent 2")
    assert shell.run("scmi clock rate 12") == ["48000000"]
    assert backend.say("notify rate 12 24000000") == "ok"
    shell.settle()
    shell.run("scmi clock notify 12 off")
    sent = backend.say("stats")
    assert backend.say("notify rate 12 48000000") == "ok"
    assert backend.say("stats") == sent


def test_a_reset_by_another_agent_is_shown(shell, backend):
    shell.run("scmi reset notify 0 on")
    assert backend.say("notify reset 0") == "ok"
    shell.expect(r"reset 0 issued, state 0x0 by agent 2")
    shell.settle()


def test_an_error_event_is_shown(shell, backend):
    shell.run("scmi errors on")
    assert backend.say("notify error") == "ok"
    shell.expect(r"recoverable error in 1 messages, the first 0x00005006 by agent 2")
    assert backend.say("notify error fatal") == "ok"
    shell.expect(r"fatal error")
    shell.settle()
    shell.run("scmi errors off")


def test_delayed_responses_come(shell):
    shell.run("scmi reset pulse 5 async")
    assert shell.run("scmi clock set 13 3686400 async") == ["3686400"]
    assert stats(shell)["delayed"] >= 2


def test_more_notifications_than_there_are_buffers_harm_nothing(shell, backend):
    for _ in range(100):
        assert backend.say("notify raw 0x10 0 1 1 0 0") == "ok"
    shell.settle()
    works(shell)


def test_a_notification_that_nobody_knows_harms_nothing(shell, backend):
    for line in "notify raw 0x99 0xff", "notify raw 0x14 0x7f 1 2 3 4", "notify raw 0 0 0xffffffff":
        assert backend.say(line) == "ok"
    shell.settle()
    works(shell)


def test_a_slow_platform_is_waited_for(boot):
    shell = boot(backend="--delay 50")
    works(shell)
    assert stats(shell)["timed_out"] == 0


def test_a_platform_slower_than_the_limit_is_an_error_and_its_answers_are_dropped(boot):
    shell = boot(backend="--delay 800")
    assert "time limit" in shell.fails("scmi clock rate 0", timeout=3)
    shell.run("sleep 1000")
    assert stats(shell)["late"] == 1
    others_work(shell)


@pytest.mark.parametrize("fault", ["out-of-order:0", "no-interrupt:0"])
def test_what_a_device_may_do_harms_nothing(boot, fault):
    shell = boot(backend=f"--fault {fault}")
    works(shell)
    assert len(shell.json("scmi clock list -j")) > 60
    assert stats(shell)["sent"] == stats(shell)["answered"]


def test_tokens_and_ring_indices_wrap_many_times(boot, backend):
    shell = boot()
    shell.run("bench scmi 100000", timeout=120)
    seen = stats(shell)
    assert seen["sent"] == seen["answered"] >= 100_000
    assert seen["timed_out"] == seen["malformed"] == seen["late"] == seen["unexpected"] == 0
    assert f"commands={seen['sent']} answers={seen['sent']} " in backend.say("stats")
    works(shell)


def test_the_device_is_reset_before_power_is_off(boot, backend):
    shell = boot()
    works(shell)
    shell.send(b"poweroff\r")
    assert shell.ended()
    backend.wait_for("the front end is gone")
    log = backend.read_log()
    for queue in 0, 1:
        assert log.index(f"queue {queue} stops") < log.index("the front end is gone")


# --- what replies say ---

# Fault of one message, and what the command says of it.
REPLY_FAULTS = {
    "silence": "time limit",
    "late": "time limit",
    "wrong-token": "",
    "wrong-protocol": "wrong protocol, message or type",
    "wrong-message": "wrong protocol, message or type",
    "wrong-type": "",
    "short": "too short",
    "zero": "too short",
    "length-3": "too short",
    "status-positive": "outside the specification",
    "status-vendor": "vendor",
}
LIST_FAULTS = {"bad-counts": "count", "empty": "does not end", "endless": ""}


@pytest.mark.parametrize("fault", REPLY_FAULTS)
def test_a_bad_reply_gives_a_named_error_and_then_all_is_well(boot, fault):
    shell = boot(backend=f"--fault {fault}")
    assert REPLY_FAULTS[fault] in shell.fails("scmi clock rate 0", timeout=3)
    works(shell)
    others_work(shell)


@pytest.mark.parametrize("fault", LIST_FAULTS)
def test_a_bad_list_ends_with_an_error_and_then_all_is_well(boot, fault):
    shell = boot(backend=f"--fault {fault}")
    assert LIST_FAULTS[fault] in shell.fails("scmi clock rates 7", timeout=5)
    assert len(shell.json("scmi clock rates 7 -j")) == 241


def test_a_list_that_never_ends_is_ended_by_the_client(boot):
    shell = boot(backend="--fault endless:0")
    assert shell.fails("scmi clock rates 12", timeout=5)
    works(shell)


def test_a_name_without_an_end_is_ended_by_the_client(boot):
    names = [clock["name"] for clock in boot(backend="--fault unterminated:0").json("scmi clock list -j")]
    assert names[0].startswith("osc24m") and all(len(name) <= 16 for name in names)


def test_a_late_reply_is_counted_and_dropped(boot):
    shell = boot(backend="--fault late")
    assert "time limit" in shell.fails("scmi clock rate 0", timeout=3)
    works(shell)
    assert stats(shell)["late"] == 1


def test_a_platform_that_is_silent_for_ever_leaves_the_shell_alone_and_works_when_it_is_started_anew(boot, backend):
    shell = boot(backend="--fault silence:0")
    # More commands than there are buffers: those that the platform keeps are not used again.
    for _ in range(20):
        assert shell.fails("scmi clock rate 0", timeout=3)
    others_work(shell)
    assert backend.say("fault none") == "ok"
    shell.run(f"virtio reset {scmi_number(shell)}")
    works(shell)


# --- what a device does to its rings ---

RING_FAULTS = {
    "used-id-range": "returned a buffer that it did not have",
    "used-id-repeat": "returned a buffer that it did not have|more than was out",  # whichever is seen first
    "used-len": "wrote more than its buffer holds",
    "long": "wrote more than its buffer holds",
    "used-idx-jump": "more than was out",
    "used-idx-back": "more than was out",
}


@pytest.mark.parametrize("fault", RING_FAULTS)
def test_a_device_that_spoils_its_ring_is_out_of_service_until_it_is_started_anew(boot, backend, fault):
    shell = boot()
    works(shell)
    assert backend.say(f"fault {fault}") == "ok"
    lines, failed = shell.try_run("scmi clock rate 0", timeout=3)
    if failed:
        assert re.search(RING_FAULTS[fault], lines[0])
    else:  # of an answer that comes twice the first is good; the second may be seen when nobody waits any more
        assert (fault, lines) == ("used-id-repeat", ["24000000"])
    assert re.search(RING_FAULTS[fault], scmi_device(shell)["state"])
    backend.wait_for("queue 0 stops")
    assert "out of service" in shell.fails("scmi clock rate 0", timeout=2)
    others_work(shell)
    shell.run(f"virtio reset {scmi_number(shell)}")
    works(shell)
    assert scmi_device(shell)["state"] == "running"


# --- a platform that dies ---


def test_a_platform_that_dies_with_a_command_gives_an_error_and_can_be_started_again(boot, backend):
    shell = boot()
    works(shell)
    assert backend.say("fault die") == "ok"
    assert shell.fails("scmi clock rate 0", timeout=3)
    assert backend.ended() == 3
    others_work(shell)
    backend.start()
    backend.wait_for("queue 1 runs")
    shell.run(f"virtio reset {scmi_number(shell)}")
    works(shell)


def test_a_platform_that_is_killed_and_started_again_works_after_the_device_was_started_anew(boot, backend):
    shell = boot()
    works(shell)
    for _ in range(3):
        backend.stop(kill=True)
        assert shell.fails("scmi clock rate 0", timeout=3)
        assert shell.fails("scmi clock rate 0", timeout=3)
        others_work(shell)
        backend.start()
        shell.run(f"virtio reset {scmi_number(shell)}")
        works(shell)


def test_a_platform_that_comes_back_at_once_answers_the_command_that_killed_it(boot, backend):
    shell = boot()
    works(shell)
    assert backend.say("fault die-and-return") == "ok"
    shell.try_run("scmi clock rate 0", timeout=3)
    works(shell)


def test_a_platform_that_died_before_the_start_gives_a_prompt_and_one_line(boot):
    shell = boot(absent=True)
    about_scmi = [line for line in shell.boot_log if re.search("scmi", line, re.I)]
    assert len(about_scmi) == 1, shell.boot_log
    assert shell.fails("scmi clock rate 0", timeout=5)
    others_work(shell)
