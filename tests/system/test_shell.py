# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_shell.py - the line, and the commands that need no SCMI platform.
import re

import pytest

UP, DOWN, LEFT, RIGHT = b"\x1b[A", b"\x1b[B", b"\x1b[D", b"\x1b[C"
CTRL_A, CTRL_C, BACKSPACE, TAB = b"\x01", b"\x03", b"\x7f", b"\t"


def typed(shell, data):
    """What is printed for a line that is typed key by key, the last key being Enter."""
    shell.send(data + b"\r")
    shell.expect(r"\n")
    return shell.until_prompt()


def test_version_says_what_runs_and_where(shell):
    (line,) = shell.run("version")
    assert line.startswith("Corbel ") and re.search(r"at EL[12]", line)


def test_help_lists_every_command_once(shell):
    lines = shell.run("help")
    words = [line.split()[0] for line in lines]
    assert {"help", "version", "scmi", "fdt", "smc|hvc", "reset", "poweroff"} <= set(words)
    assert len(words) == len(set(words))


def test_help_of_a_topic_lists_its_commands(shell):
    text = shell.text("help scmi")
    for command in "info", "clock list", "clock rate", "reset list", "raw", "trace", "stats", "check":
        assert f"scmi {command}" in text


def test_an_unknown_command_gives_one_line(shell):
    assert "frobnicate" in shell.fails("frobnicate 1 2")


@pytest.mark.parametrize("line", ["scmi clock rate", "scmi clock rate x", "smc", "md nowhere", "scmi clock set 1"])
def test_wrong_arguments_get_one_line_that_says_what_was_expected(shell, line):
    assert line.split()[0] in shell.fails(line)


def test_a_line_is_edited(shell):
    assert typed(shell, b"echo brid" + LEFT + LEFT + BACKSPACE + b"u" + RIGHT + RIGHT + b"ge") == ["buidge"]
    assert typed(shell, b"cho hello" + CTRL_A + b"e") == ["hello"]


def test_the_last_line_comes_back(shell):
    shell.run("echo one")
    shell.run("echo two")
    assert typed(shell, UP) == ["two"]
    shell.run("echo three")
    assert typed(shell, UP + UP + DOWN) == ["three"]


def test_tab_completes_a_command_and_its_words(shell):
    assert typed(shell, b"vers" + TAB)[0].startswith("Corbel")
    assert typed(shell, b"fdt li" + TAB + b"/chosen") == shell.run("fdt list /chosen")


def test_tab_shows_what_could_follow(shell):
    shell.send(b"scmi clock r" + TAB + TAB)
    shell.expect(r"rate\W+rates")
    shell.send(CTRL_C)
    shell.until_prompt()


def test_ctrl_c_drops_the_line(shell):
    shell.send(b"poweroff" + CTRL_C)
    shell.until_prompt()
    assert shell.run("echo here") == ["here"]


def test_ctrl_c_stops_a_long_command(shell):
    shell.send(b"sleep 60000\r")
    shell.expect(r"60000")
    shell.send(CTRL_C)
    assert any("interrupted" in line for line in shell.until_prompt(timeout=5))


def test_a_line_that_is_too_long_is_lost_alone(shell):
    shell.send(b"echo " + b"x" * 5000 + b"\r")
    shell.until_prompt()
    assert shell.run("echo here") == ["here"]


def test_bytes_that_are_no_text_are_lost_alone(shell):
    shell.send(bytes(b for b in range(256) if b not in b"\r\n\x04") + b"\r")
    shell.send(CTRL_C)
    shell.settle()
    assert shell.run("echo here") == ["here"]


def test_a_flood_of_lines_is_answered_line_by_line(shell):
    shell.send(b"".join(b"echo line %d\r" % n for n in range(40)))
    shell.expect(r"\nline 39\r?\n")
    shell.until_prompt()


def test_several_commands_stand_in_one_line(shell):
    assert shell.run('echo one; echo "two; three"') == ["one", "two; three"]


def psci(shell):
    """How PSCI is called, and its version: the boot log says so."""
    line = next(line for line in shell.boot_log if line.startswith("psci"))
    major, minor, conduit = re.match(r"psci: (\d+)\.(\d+) by (\w+)", line).groups()
    return conduit, int(major) << 16 | int(minor)


@pytest.mark.lg_feature("psci")
def test_a_call_of_the_firmware_below_answers(shell):
    conduit, version = psci(shell)
    lines = shell.run(f"{conduit} 0x84000000")
    assert lines[0] == f"x0 {version:#x}"
    assert [line.split()[0] for line in lines] == ["x0", "x1", "x2", "x3"]


@pytest.mark.lg_feature("psci")
def test_a_function_that_nobody_serves_answers_minus_one(shell):
    conduit, _ = psci(shell)
    x0 = shell.run(f"{conduit} 0x8200ff00")[0]
    assert int(x0.split()[1], 16) & 0xFFFFFFFF == 0xFFFFFFFF


def test_the_device_tree_is_shown(shell):
    text = shell.text("fdt print /")
    assert "chosen {" in text and "memory@" in text and text.count("{") == text.count("}")
    assert any("stdout-path" in line for line in shell.run("fdt list /chosen"))
    assert "not found" in shell.fails("fdt list /nowhere")


@pytest.mark.lg_feature("qemu")
def test_memory_is_read_and_written(shell):
    # The middle of RAM, where nothing of the firmware lies.
    shell.run("mw 0x50000000 0x12345678 4")
    assert shell.run("md 0x50000000 4")[0].startswith("50000000: 12345678 12345678 12345678 12345678")
    shell.run("mw.b 0x50000001 0xff")
    assert "1234ff78" in shell.run("md 0x50000000 1")[0]


def test_memory_where_nothing_answers_gives_an_error(shell):
    assert "not mapped" in shell.fails("md 0xffff00000000")


def test_time_says_how_long_a_command_took(shell):
    lines = shell.run("time sleep 100")
    seconds = float(re.search(r"([\d.]+) s", lines[-1])[1])
    assert 0.1 <= seconds < 1
