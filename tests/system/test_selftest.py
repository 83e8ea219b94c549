# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_selftest.py - the report that a person with the board sends in.
import re

import pytest

pytestmark = pytest.mark.lg_feature(["selftest", "macchiatobin"])

CHECKS = ["timer", "interrupts", "dram", "secure memory", "psci", "scmi", "spi flash"]
CHECKS += ["emmc", "emmc boot0", "emmc boot1", "sd card"]
on_model = pytest.mark.lg_feature("qemu")


def results(report):
    return {check["name"]: check["result"] for check in report["checks"]}


def test_the_report_looks_at_everything_and_ends_with_a_count(shell):
    lines, failed = shell.try_run("selftest", 60)
    checks = [line for line in lines if line.startswith(("ok ", "not ok ", "skip "))]
    assert [re.match(r"(?:ok|not ok|skip) ([^:]+):", line)[1] for line in checks] == CHECKS
    words = {"version: ", "board: macchiatobin at EL2", "cpu: 0x410fd08", "firmware: PSCI 1."}
    assert all(any(line.startswith(word) for line in lines) for word in words), lines
    passed, bad, skipped = (sum(line.startswith(word) for line in checks) for word in ("ok ", "not ok ", "skip "))
    assert f"{passed} passed, {bad} failed, {skipped} skipped" in lines
    assert failed == bool(bad)


@on_model
def test_a_board_on_which_all_is_well_passes_and_is_what_it_was(start_model, media):
    shell = start_model()
    before = media.state()
    shell.run("mw 0xbff00000 0x11223344")
    report = shell.json("selftest -j", 60)
    assert report["board"] == "macchiatobin at EL2"
    assert results(report) == {name: "ok" for name in CHECKS}
    says = {check["name"]: check["says"] for check in report["checks"]}
    assert "25000000 Hz" in says["timer"] and "4 CPUs" in says["interrupts"] and says["dram"] == "4096 MiB"
    assert "aborts" in says["secure memory"] and "trusted-fw, 20 clocks" in says["scmi"]
    assert "W25Q32" in says["spi flash"] and "8 bit" in says["emmc"] and "boots boot0" in says["emmc"]
    assert media.changed(before) == set()
    assert "11223344" in shell.run("md 0xbff00000 1")[0]


@on_model
def test_what_is_bad_is_named_and_all_else_is_looked_at(start_model, media):
    media.absent = {"sd.bin"}
    media.write("mmc0boot1", 0x20000, bytes([media.read("mmc0boot1", 0x20000, 1)[0] ^ 1]))
    shell = start_model(options="nor-fault=silent,mmc1-fault=no-card", source="emmc")
    before = media.state()
    lines, failed = shell.try_run("selftest", 60)
    assert failed and sum(line.startswith("error: ") for line in lines) == 1
    assert any(line.startswith("not ok emmc boot1: ") and "checksum" in line for line in lines), lines
    assert any(line.startswith("not ok spi flash: ") for line in lines), lines
    assert any(line.startswith("skip sd card: ") for line in lines), lines
    assert "8 passed, 2 failed, 1 skipped" in lines
    assert media.changed(before) == set()
