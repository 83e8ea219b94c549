# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/state/test_variables.py - variables in flash: what the firmware's code writes is read by virt-firmware,
# which distributions set EDK2's variables with, and the other way round.
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

BUILD = Path(__file__).parents[3] / "build"
OURS = BUILD / "host/check/state-tool"
THEIRS = Path(sys.executable).with_name("virt-fw-vars")
# EDK2's template for the virt machine, as the distribution has it.
TEMPLATE = BUILD / "interop/state/AAVMF_VARS.fd"
STORE = 0xC0000

GLOBAL = "8be4df61-93ca-11d2-aa0d-00e098032b8c"
REPORT = "39b68c46-f7fb-441b-b6ec-16b0f69821f3"
TYPE = "f2b7f7de-9a6c-4a52-8d3e-3e5b1f6a9c41"


def run(*command):
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def ours(path, *words):
    """{(GUID, name): (attributes, data)} after those changes."""
    listed = json.loads(run(OURS, "variables", path, *words))
    assert len({(v["guid"], v["name"]) for v in listed}) == len(listed)
    return {(v["guid"], v["name"]): (v["attr"], bytes.fromhex(v["data"])) for v in listed}


def theirs(path, *words):
    """The same as virt-firmware reads it, after it has made changes of its own."""
    out = path.with_suffix(".json")
    run(THEIRS, "--inplace" if words else "--input", path, *words)
    run(THEIRS, "--input", path, "--output-json", out)
    return {(v["guid"], v["name"]): (v["attr"], bytes.fromhex(v["data"]))
            for v in json.loads(out.read_text())["variables"]}


@pytest.fixture
def blank(tmp_path):
    path = tmp_path / "vars.fd"
    path.write_bytes(b"\xff" * STORE)
    return path


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "vars.fd"
    with TEMPLATE.open("rb") as file:
        path.write_bytes(file.read(STORE))
    return path


def test_a_blank_flash_becomes_edk2s_own_template(blank, template):
    ours(blank)
    # What is behind the working block's header is our record of the formatting, what is spare a copy.
    head = 0x40000 + 32
    assert blank.read_bytes()[:head] == template.read_bytes()[:head]


def test_what_is_printed(blank):
    ours(blank, "set", "OsIndications", GLOBAL, "0400000000000000", "set", "CapsuleLast", REPORT, "4300")
    printed = run(THEIRS, "--print", "--input", blank)
    assert "OsIndications" in printed and "CapsuleLast" in printed


def test_theirs_reads_what_ours_wrote(blank):
    expected = {}
    choose = random.Random(1)
    words = []
    for _ in range(80):
        # virt-firmware keeps variables by name alone: a name has one GUID here.
        number = choose.randrange(24)
        key = [GLOBAL, REPORT, TYPE][number % 3], f"Name{number:04X}" + "n" * (2 * number)
        if key in expected and choose.random() < 0.3:
            words += ["remove", key[1], key[0]]
            del expected[key]
        else:
            data = choose.randbytes(choose.randrange(1, 1025))
            words += ["set", key[1], key[0], data.hex()]
            expected[key] = 7, data
    assert ours(blank, *words) == expected
    assert theirs(blank) == expected


def test_theirs_reads_what_ours_compacted(blank):
    value = random.Random(2).randbytes(1024)
    words = ["set", "Kept", TYPE, "0123"]
    for n in range(260):  # more than the store holds
        words += ["set", "Often", GLOBAL, bytes([n % 256, *value[1:]]).hex()]
    now = ours(blank, *words)
    assert now == {(TYPE, "Kept"): (7, b"\x01\x23"), (GLOBAL, "Often"): (7, bytes([259 % 256, *value[1:]]))}
    assert blank.read_bytes()[0x40000 + 32 + 80] == 0xF8, "it was not compacted"
    assert theirs(blank) == now


def test_ours_reads_and_changes_what_theirs_wrote(template):
    added = template.with_name("add.json")
    expected = {(GLOBAL, "BootOrder"): (7, b"\x01\x00\x02\x00"), (TYPE, "FmpState0001"): (7, bytes(range(32))),
                (REPORT, "CapsuleMax"): (7, "Capsule000F".encode("utf-16-le")), (GLOBAL, "Timeout"): (7, b"\x05\x00")}
    added.write_text(json.dumps({"version": 2, "variables": [
        {"name": name, "guid": guid, "attr": attr, "data": data.hex()}
        for (guid, name), (attr, data) in expected.items()]}))
    assert theirs(template, "--set-json", added) == expected
    assert ours(template) == expected

    changed = ours(template, "set", "BootOrder", GLOBAL, "0300", "remove", "Timeout", GLOBAL,
                   "set", "OsIndications", GLOBAL, "04" + 7 * "00")
    expected[GLOBAL, "BootOrder"] = 7, b"\x03\x00"
    del expected[GLOBAL, "Timeout"]
    expected[GLOBAL, "OsIndications"] = 7, b"\x04" + bytes(7)
    assert changed == expected
    assert theirs(template) == expected

    added.write_text(json.dumps({"version": 2, "variables": [
        {"name": "Again", "guid": TYPE, "attr": 3, "data": "aa"}]}))
    expected[TYPE, "Again"] = 3, b"\xaa"
    assert theirs(template, "--set-json", added) == expected
    assert ours(template) == expected


def test_keys_of_secure_boot_are_listed_and_left_alone(template):
    theirs(template, "--enroll-generate", "a platform key of nobody")
    before = theirs(template)
    names = {name for _, name in before}
    assert {"PK", "KEK", "db"} <= names
    assert ours(template) == before
    done = subprocess.run([OURS, "variables", template, "remove", "PK", GLOBAL], capture_output=True, text=True,
                          check=False, timeout=60)
    assert done.returncode == 1 and "PK" in done.stderr
    assert ours(template, "set", "Other", TYPE, "01") == before | {(TYPE, "Other"): (7, b"\x01")}
    assert theirs(template) == before | {(TYPE, "Other"): (7, b"\x01")}
