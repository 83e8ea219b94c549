# SPDX-License-Identifier: BSD-2-Clause
# tests/tool/test_compatible.py - mkeficapsule's command line, with Debian's mkeficapsule beside it.
import re
import subprocess

import pytest
from conftest import CORPUS, ONE, TYPE, openssl
from layout import Capsule


def mkeficapsule(folder, *arguments):
    subprocess.run(["mkeficapsule", *map(str, arguments)], cwd=folder, check=True, capture_output=True, timeout=60)


@pytest.mark.parametrize("options", [
    ("-g", TYPE, "-i", "1"),
    ("--guid", TYPE.upper(), "--index", "0x20", "--instance", "3"),
    ("-i010", "-I", "0xffffffffffffffff", "-g", TYPE),
    ("-g", TYPE, "-i", "1", "-o", "0x8000"),
    ("-g", TYPE, "-i", "1", "--capoemflag", "32768"),
    ("-g", TYPE, "-i", "1", "-m", "7"),  # nothing without a key
])
def test_unsigned_capsules_are_those_of_mkeficapsule(tool, firmware, tmp_path, options):
    mkeficapsule(tmp_path, *options, firmware, "theirs.cap")
    tool.good(*options, firmware, "ours.cap")
    assert (tmp_path / "ours.cap").read_bytes() == (tmp_path / "theirs.cap").read_bytes()


def test_options_may_stand_behind_files(tool, firmware, tmp_path):
    mkeficapsule(tmp_path, "-g", TYPE, firmware, "theirs.cap", "-i", "1")
    tool.good("-g", TYPE, firmware, "ours.cap", "-i", "1")
    assert (tmp_path / "ours.cap").read_bytes() == (tmp_path / "theirs.cap").read_bytes()


@pytest.mark.parametrize("options", [("-A", "-g", TYPE), ("-g", TYPE, "--fw-accept"), ("-R",), ("--fw-revert",)])
def test_accept_and_revert_are_those_of_mkeficapsule(tool, tmp_path, options):
    mkeficapsule(tmp_path, *options, "theirs.cap")
    tool.good(*options, "ours.cap")
    assert (tmp_path / "ours.cap").read_bytes() == (tmp_path / "theirs.cap").read_bytes()


def shape(pkcs7):
    """The structure of a PKCS#7: what stands where, and each object identifier."""
    lines = openssl("asn1parse", "-inform", "DER", input=pkcs7).decode().splitlines()
    return [re.sub(r"^\s*\d+:(d=\d+)\s+hl=\d+\s+l=\s*\d+\s", r"\1 ", line).split(":")[0 if "OBJECT" not in line else -1]
            for line in lines]


@pytest.mark.parametrize("name", ["rsa2048", "rsa4096"])
def test_signed_capsules_have_the_structure_of_mkeficapsules(tool, firmware, tmp_path, keys, name):
    options = ("-g", TYPE, "-i", "1", "-m", "3", "-p", keys.key(name), "-c", keys.cert(name), "-d")
    mkeficapsule(tmp_path, *options, firmware, "theirs.cap")
    # mkeficapsule always signs the time.
    tool.good(*options, firmware, "ours.cap", env={"SOURCE_DATE_EPOCH": "1700000000"})
    ours, theirs = Capsule(tmp_path / "ours.cap"), Capsule(tmp_path / "theirs.cap")
    assert (tmp_path / "ours.cap").stat().st_size == (tmp_path / "theirs.cap").stat().st_size
    assert ours.flags == theirs.flags and ours.header_size == theirs.header_size
    one, other = ours.items[0], theirs.items[0]
    for field in ("type", "index", "instance", "support", "count", "size", "vendor_size", "signed"):
        assert getattr(one, field) == getattr(other, field)
    assert shape(one.pkcs7) == shape(other.pkcs7)
    assert (tmp_path / "ours.cap.p7").read_bytes() == one.pkcs7
    assert (tmp_path / "theirs.cap.p7").read_bytes() == other.pkcs7


@pytest.mark.parametrize("name", ["d12-unsigned", "d12-oemflag8000", "ub-unsigned", "ub-unsigned-fwver5",
                                  "ub-unsigned-idx2-hwinst"])
def test_capsules_of_newer_mkeficapsules_can_be_made_again(tool, tmp_path, name):
    theirs = Capsule(CORPUS / f"good/{name}.cap")
    item, signed = theirs.items[0], theirs.items[0].signed
    version = ()
    if signed.startswith(b"MSS1"):
        version, signed = ("-v", int.from_bytes(signed[8:12], "little")), signed[16:]
    (tmp_path / "payload").write_bytes(signed)
    tool.good("-g", item.type, "-i", item.index, "-I", item.instance, *version, "-o", theirs.flags & 0xffff, "payload",
              "ours.cap")
    assert (tmp_path / "ours.cap").read_bytes() == (CORPUS / f"good/{name}.cap").read_bytes()


@pytest.mark.parametrize("options, why", [
    (("-g", TYPE, "-i", "0"), "--index '0'"),
    (("-g", TYPE, "-i", "257"), "--index '257'"),
    (("-g", TYPE, "-i", "abc"), "--index 'abc'"),
    (("-g", TYPE), "--index is missing"),
    (("-g", TYPE, "-i", "1", "-v", "4294967296"), "--fw-version '4294967296'"),
    (("-g", TYPE, "-i", "1", "-o", "0x10000"), "--capoemflag '0x10000'"),
    (("-g", TYPE, "-i", "1", "-o", "0x8001"), "0x8000 (on trial until the OS accepts, DEN0118) is the only one"),
    (("-g", TYPE, "-g", TYPE, "-i", "1"), "--guid is given twice"),
    (("-i", "1"), "--guid is missing"),
    (("-g", "nothing", "-i", "1"), "expected a GUID"),
    (("-g", TYPE, "-i", "1", "-p", "key"), "--private-key without --certificate"),
    (("-A", "-R"), "are two capsules"),
    (("-A", "-g", TYPE), "expected OUTPUT, not 2 files"),
])
def test_what_mkeficapsule_takes_silently_is_refused(tool, firmware, tmp_path, options, why):
    assert why in tool.misused(*options, firmware, "out.cap")
    assert list(tmp_path.iterdir()) == [firmware]


def test_a_key_that_does_not_belong_to_the_certificate(tool, firmware, tmp_path, keys):
    mkeficapsule(tmp_path, "-g", TYPE, "-i", "1", "-p", keys.key("rsa2048-other"), "-c", keys.cert("rsa2048"), firmware,
                 "theirs.cap")
    assert "does not belong to the certificate" in tool.fails(
        "-g", TYPE, "-i", "1", "-p", keys.key("rsa2048-other"), "-c", keys.cert("rsa2048"), firmware, "ours.cap")


def test_a_full_device(tool, firmware):
    assert "No space left on device" in tool.fails("-g", TYPE, "-i", "1", firmware, "/dev/full")


def test_dumps_have_the_lines_of_mkeficapsule(tool, firmware, tmp_path, keys):
    tool.good("create", *ONE, "-v", "5", "--monotonic-count", "9", *keys.sign(), firmware, "-o", "out.cap")
    lines = tool.good("-D", "out.cap").splitlines()
    assert lines == tool.good("info", "--dump", "out.cap").splitlines()
    facts = dict(re.split(r"\t+: ", line, 1) for line in lines if ":" in line)
    assert "EFI_CAPSULE_HDR.CAPSULE_GUID\t\t\t: 6DCBD5ED-E82D-4C44-BDA1-7194199AD92A" in lines
    assert facts["EFI_CAPSULE_HDR.HEADER_SIZE"] == "0000001C"
    assert facts["FMP_CAPSULE_IMAGE_HDR.UPDATE_IMAGE_TYPE_ID"] == TYPE.upper()
    assert int(facts["FMP_CAPSULE_IMAGE_HDR.UPDATE_IMAGE_SIZE"], 16) == Capsule(tmp_path / "out.cap").items[0].size
    assert facts["EFI_FIRMWARE_IMAGE_AUTH.MONOTONIC_COUNT"] == "00000009"
    assert facts["FMP_PAYLOAD_HDR.FW_VERSION"] == "00000005"
    assert int(facts["Payload Image Size"], 16) == 70_001


def test_usage(tool):
    assert "-o, --capoemflag" in tool.good("-h")
    assert "'capsule --help' the commands" in tool.run("--no-such-option").stderr
