# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_scmi.py - the SCMI commands, on whatever platform is there: nothing here knows its clocks by number.
import arch
import pytest

pytestmark = pytest.mark.lg_feature("scmi")


@pytest.fixture
def clocks(shell):
    return shell.json("scmi clock list -j")


@pytest.fixture
def resets(shell):
    return shell.json("scmi reset list -j")


@pytest.fixture
def wide_clocks(env, clocks):
    """The clocks of a platform that can have rates above 32 bits."""
    if "tfa" in env.get_target_features() and arch.current().arch == "arm":
        pytest.skip("TF-A's server has 32 bits for a rate on arm")
    return clocks


def rates_of(shell, clock):
    """The rates of a clock, and whether they are (lowest, highest, step) of a range."""
    rows = shell.json(f"scmi clock rates {clock['id']} -j")
    is_range = "range" in rows[0]
    return [row["range" if is_range else "rate"] for row in rows], is_range


def settable(shell, clocks):
    """A clock that takes another rate of its list, and that rate; not one that a console may hang on."""
    for clock in clocks:
        rates, is_range = rates_of(shell, clock)
        others = [rate for rate in rates if rate != clock["rate"]]
        if is_range or not others or "uart" in clock["name"]:
            continue
        lines, failed = shell.try_run(f"scmi clock set {clock['id']} {others[-1]}")
        if not failed:
            shell.run(f"scmi clock set {clock['id']} {clock['rate']}")
            return clock, others[-1]
        assert "DENIED" in lines[0], lines
    raise AssertionError("no clock lets its rate be set")


def test_info_names_the_vendor_and_the_protocols(shell):
    for platform in shell.json("scmi info -j"):
        assert platform["vendor"]
        versions = {protocol["id"]: protocol["version"] for protocol in platform["protocols"]}
        assert {0x10, 0x14, 0x16} <= set(versions)
        assert all(version[0] in "123" for version in versions.values())


def test_info_for_people_says_the_same(shell):
    text = shell.text("scmi info")
    for platform in shell.json("scmi info -j"):
        assert platform["vendor"] in text
        assert all(protocol["name"] in text and protocol["version"] in text for protocol in platform["protocols"])


def test_the_list_for_people_has_the_clocks_of_the_list_for_machines(shell, clocks):
    lines = shell.run("scmi clock list")
    assert len(lines) == len(clocks) + 1
    for clock, line in zip(clocks, lines[1:]):
        assert line.split()[0] == str(clock["id"])
        assert clock["name"] in line


def test_a_hole_in_the_range_of_ids_is_left_out(shell, clocks, resets):
    for things in clocks, resets:
        ids = [thing["id"] for thing in things]
        assert ids == sorted(ids) and len(ids) <= ids[-1]


def test_a_clock_has_the_rate_that_the_list_says(shell, clocks):
    for clock in clocks:
        assert shell.run(f"scmi clock rate {clock['id']}") == [str(clock["rate"])]


def test_a_rate_above_32_bits_is_whole(shell, wide_clocks):
    assert any(clock["rate"] > 2**32 for clock in wide_clocks)


def test_a_rate_above_32_bits_is_set_and_compared_whole(shell, wide_clocks):
    for clock in wide_clocks:
        rates, is_range = rates_of(shell, clock)
        if not is_range and rates[0] < 2**32 < rates[-1]:
            break
    else:
        pytest.skip("this platform has no clock with rates on both sides of 32 bits")
    low, high, number = rates[0], rates[-1], clock["id"]
    try:
        assert shell.run(f"scmi clock set {number} {low}") == [str(low)]
        # What the low 32 bits alone would be is another rate, which the clock has not or rounds.
        lines, failed = shell.try_run(f"scmi clock set {number} {high % 2**32}")
        assert failed or lines != [str(high)]
        assert shell.run(f"scmi clock set {number} {high}") == [str(high)]
        assert shell.run(f"scmi clock rate {number}") == [str(high)]
    finally:
        shell.try_run(f"scmi clock set {number} {clock['rate']}")


def test_rates_ascend_and_the_present_one_is_among_them(shell, clocks):
    for clock in clocks:
        rates, is_range = rates_of(shell, clock)
        if is_range:
            lowest, highest, step = rates
            assert lowest <= clock["rate"] <= highest and (clock["rate"] - lowest) % step == 0
        else:
            assert rates == sorted(set(rates))
            assert clock["rate"] in rates


def test_rates_that_need_several_replies_are_all_listed(shell, clocks):
    most = max((rates_of(shell, clock)[0] for clock in clocks), key=len)
    assert len(most) > 12  # a reply of the smallest channel holds eleven


def test_a_rate_that_is_set_is_the_rate_from_then_on(shell, clocks):
    clock, other = settable(shell, clocks)
    assert shell.run(f"scmi clock set {clock['id']} {other}") == [str(other)]
    assert shell.run(f"scmi clock rate {clock['id']}") == [str(other)]
    assert shell.run(f"scmi clock set {clock['id']} {clock['rate']}") == [str(clock["rate"])]


def test_a_clock_is_switched_on_and_off(shell, clocks):
    clock = next(clock for clock in clocks if not clock["enabled"])

    def state():
        return next(c for c in shell.json("scmi clock list -j") if c["id"] == clock["id"])["enabled"]

    assert shell.run(f"scmi clock enable {clock['id']}") == []
    assert state()
    assert shell.run(f"scmi clock disable {clock['id']}") == []
    assert not state()


def test_a_clock_that_may_not_be_changed_says_so_and_keeps_its_rate(shell, clocks):
    for clock in clocks:
        lines, failed = shell.try_run(f"scmi clock disable {clock['id']}")
        if failed:
            assert "DENIED" in lines[0]
            return
        if clock["enabled"]:
            shell.run(f"scmi clock enable {clock['id']}")
    pytest.fail("every clock may be switched off")


def test_a_clock_that_does_not_exist_gives_one_line_of_error(shell):
    for command in "rate 65000", "rates 65000", "set 65000 1000000", "enable 65000":
        assert "65000" in shell.fails(f"scmi clock {command}")


def test_a_rate_that_the_clock_cannot_have_is_refused_or_becomes_one_that_it_can(shell, clocks):
    clock, _ = settable(shell, clocks)
    lines, failed = shell.try_run(f"scmi clock set {clock['id']} 18446744073709551615")
    if failed:
        assert "OUT_OF_RANGE" in lines[0] or "INVALID_PARAMETERS" in lines[0]
    else:
        assert int(lines[0]) in rates_of(shell, clock)[0]
    shell.run(f"scmi clock set {clock['id']} {clock['rate']}")


def test_resets_are_listed_with_names(shell, resets):
    assert len(resets) >= 4 and all(reset["name"] for reset in resets)
    assert len(shell.run("scmi reset list")) == len(resets) + 1


def test_a_reset_is_asserted_let_go_and_pulsed(shell, resets):
    # Not the console's own.
    reset = next(reset for reset in resets if "uart" not in reset["name"])
    for verb in "assert", "deassert", "pulse":
        assert shell.run(f"scmi reset {verb} {reset['id']}") == []


def test_a_reset_that_does_not_exist_gives_one_line_of_error(shell):
    assert "65000" in shell.fails("scmi reset assert 65000")


def test_a_raw_message_shows_what_came_back(shell):
    # PROTOCOL_VERSION of base: two numbers in a word.
    major, minor = shell.json("scmi info -j")[0]["protocols"][0]["version"].split(".")
    assert f"0x{int(major):04x}{int(minor):04x}" in shell.text("scmi raw 0x10 0")


def test_a_raw_message_that_nobody_knows_is_refused_by_name(shell):
    assert "NOT_" in shell.text("scmi raw 0x14 0x7e")


def test_statistics_count_what_is_sent_and_answered(shell):
    before = shell.json("scmi stats -j")[0]
    shell.run("scmi clock rate 0")
    after = shell.json("scmi stats -j")[0]
    assert after["sent"] == before["sent"] + 1 and after["answered"] == before["answered"] + 1


def test_the_trace_shows_the_last_message(shell):
    shell.run("scmi clock rate 0")
    last = [row for row in shell.json("scmi trace -j") if row["channel"] == "default" and row["instance"] == 0][-1]
    assert last["message"] == "RATE_GET" and last["result"] == 0


def test_the_conformance_check_speaks_tap_and_ends_with_a_word(shell):
    lines, failed = shell.try_run("scmi check", timeout=60)
    results = [line for line in lines if line.startswith(("ok ", "not ok "))]
    assert [int(line.split("ok ")[1].split()[0]) for line in results] == list(range(1, len(results) + 1))
    assert f"1..{len(results)}" in lines
    assert failed == any(line.startswith("not ok ") for line in results)


def test_a_thousand_messages_leave_no_fault_in_the_statistics(shell):
    before = shell.json("scmi stats -j")
    shell.run("bench scmi 1000")
    for old, new in zip(before, shell.json("scmi stats -j")):
        assert all(old[count] == new[count] for count in ("timed_out", "malformed", "late", "unexpected"))
