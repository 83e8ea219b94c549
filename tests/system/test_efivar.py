# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_efivar.py - variables in flash, beside those that virt-firmware reads and writes.
import uuid

import pytest
from capsules import GLOBAL, SECTOR, VARIABLES_SIZE, variables
from capsules.machine import IMAGE, Console

pytestmark = [pytest.mark.lg_feature("bare"), pytest.mark.lg_feature("bootargs"), pytest.mark.lg_feature("el1")]

VENDOR = uuid.UUID("11112222-3333-4444-5555-666677778888")


@pytest.fixture
def start(boot, flash):
    """A machine with that flash."""
    return lambda readonly=False: boot(extra_args=f"-nic none {flash.arguments(readonly)}")


def test_variables_are_set_printed_and_forgotten(start, flash):
    shell = start()
    shell.run(f"efivar write Answer 2a00ff {VENDOR}")
    assert shell.run(f"efivar read Answer {VENDOR}") == ["2a 00 ff"]
    assert variables.read(flash)[VENDOR, "Answer"] == b"\x2a\x00\xff"
    shell.run(f"efivar remove Answer {VENDOR}")
    assert "not found" in shell.fails(f"efivar read Answer {VENDOR}")
    assert (VENDOR, "Answer") not in variables.read(flash)
    assert "not found" in shell.fails(f"efivar remove Answer {VENDOR}")


def test_variables_outlive_the_machine(start):
    start().run("efivar write Timeout 0500")
    assert start().run("efivar read Timeout") == ["05 00"]


def test_what_virt_firmware_writes_is_read(start, flash):
    wanted = {(GLOBAL, "Timeout"): b"\x05\x00", (VENDOR, "Wide"): bytes(range(200))}
    variables.write(flash, wanted)
    shell = start()
    assert shell.run("efivar read Timeout") == ["05 00"]
    text = shell.text(f"efivar read Wide {VENDOR}")
    assert bytes.fromhex(text) == bytes(range(200))
    shell.run("efivar write Timeout 0a00")
    assert variables.read(flash) == {**wanted, (GLOBAL, "Timeout"): b"\x0a\x00"}


def filler(size):
    """Variables that take so many bytes of the store, headers and all."""
    return {(VENDOR, f"Fill{number:03}"): bytes([number % 256]) * 924 for number in range(size // 1000)}


def test_a_variable_changes_more_often_than_the_flash_has_room(flash):
    others = filler(220_000)
    variables.write(flash, others)
    data, times = "ab" * 90, SECTOR // 800
    with Console(IMAGE, flash.arguments()) as console:
        for number in range(times):  # the store is cleaned up on the way
            assert console.run(f"efivar write Often {number:04x}{data}") == []
        assert variables.read(flash) == {**others, (GLOBAL, "Often"): (times - 1).to_bytes(2, "big") + b"\xab" * 90}


def test_a_full_store_says_so_and_keeps_what_it_has(flash):
    others = filler(258_000)
    variables.write(flash, others)
    names = []
    with Console(IMAGE, flash.arguments()) as console:
        while not (said := console.run(f"efivar write Some{len(names)} {'cd' * 90}")):
            names.append(f"Some{len(names)}")
        assert said[-1].startswith(f"error: Some{len(names)}: "), said
        mine = {(GLOBAL, name): b"\xcd" * 90 for name in names}
        assert 5 < len(mine) and variables.read(flash) == {**others, **mine}
        assert console.run(f"efivar remove {names[0]}") == []
        assert console.run(f"efivar write More {'ef' * 90}") == []
        del mine[GLOBAL, names[0]]
        assert variables.read(flash) == {**others, **mine, (GLOBAL, "More"): b"\xef" * 90}


def test_a_flash_without_variables_says_so_until_it_is_formatted(start, flash):
    flash.write(0, bytes(VARIABLES_SIZE))
    shell = start()
    assert shell.fails("efivar").startswith("variables: ")
    shell.run("efivar format")
    shell.run("efivar write Timeout 0500")
    assert variables.read(flash) == {(GLOBAL, "Timeout"): b"\x05\x00"}


def test_a_read_only_flash_refuses(start, flash):
    shell = start(readonly=True)
    before = flash.digest()
    assert shell.fails("efivar write Timeout 0500").startswith("Timeout: ")
    assert shell.fails("efivar read Timeout").startswith("Timeout: not found")
    assert flash.digest() == before


def test_without_a_word_of_sense_there_is_an_error(start):
    shell = start()
    assert shell.fails("efivar write Timeout 050").startswith("050: ")
    assert shell.fails("efivar write Timeout 05xx").startswith("05xx: ")
    assert shell.fails("efivar read Timeout no-guid").startswith("no-guid: ")
    assert "not found" in shell.fails("efivar read Timeout")
