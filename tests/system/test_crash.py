# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_crash.py - an exception that nobody expects: a report that a person can read, and a new start.
import re

import arch
import debugger
import pytest

pytestmark = pytest.mark.lg_feature(["qemu", "bare", "psci"])

NOWHERE = 0x1230  # not mapped


@pytest.fixture
def crash(boot, tmp_path):
    """Boots, changes a register at the prompt, and returns the lines of the report and the shell after it."""

    def with_register(name, value):
        shell = boot(extra_args=f"-nic none {debugger.arguments(tmp_path / 'gdb')}")
        debugger.set_register(tmp_path / "gdb", name, value)
        # No key is needed, as the firmware never sleeps; one that came while the machine starts again, its UART not yet
        # set up, would stop QEMU from looking for more.
        report = shell.expect(r"crash: (.*?)Corbel")[1].decode().replace("\r", "").split("\n")
        shell.until_prompt(20)
        return report, shell

    return with_register


def test_a_jump_to_nowhere_is_reported_with_registers_and_callers(crash):
    report, shell = crash("pc", NOWHERE)
    digits = 2 * debugger.SIZE[arch.current().arch]
    assert report[0].startswith(f"instruction abort, fetch from {NOWHERE:#0{digits + 2}x}: translation fault"), report
    assert next(line for line in report if line.startswith("pc ")).split()[1] == f"{NOWHERE:0{digits}x}"
    count = {"arm64": 30, "arm": 13}[arch.current().arch]  # the rest have names
    registers = re.findall(r"\b[xr](\d+) +([0-9a-f]+)\b", "\n".join(report))
    assert [int(number) for number, _ in registers] == list(range(count)), report
    assert all(len(value) == digits for _, value in registers)
    callers = next(line for line in report if "+0x" in line)
    assert len(re.findall(r"\+0x[0-9a-f]+", callers)) > 2, report
    assert shell.run("version")


def test_a_stack_that_is_gone_is_reported_all_the_same(crash):
    report, shell = crash("sp", NOWHERE)
    assert report[0].startswith("data abort, "), report
    assert f"sp {NOWHERE:x}" in re.sub(r" 0*([1-9a-f])", r" \1", "\n".join(report)).replace("  ", " "), report
    assert shell.run("version")
