# SPDX-License-Identifier: BSD-2-Clause
# tests/tool/test_create.py - what `capsule create` writes, read by a second hand and by openssl.
import json
import struct
import subprocess
import uuid

import pytest
from conftest import ONE, OTHER_TYPE, TYPE, openssl
from layout import FMP, Capsule


def mss1(version, lowest=0):
    return b"MSS1" + struct.pack("<III", 16, version, lowest)


def openssl_verifies(item, folder, anchor, command="cms"):
    """Whether openssl takes the signature over what is signed."""
    (folder / "p7").write_bytes(item.pkcs7)
    (folder / "content").write_bytes(item.content)
    done = subprocess.run(["openssl", command, "-verify", "-binary", "-inform", "DER", "-in", "p7", "-content",
                           "content", "-CAfile", anchor, "-purpose", "any", "-out", "/dev/null"], cwd=folder,
                          capture_output=True, timeout=60)
    return done.returncode == 0


def test_an_unsigned_capsule_has_the_payload_and_nothing_else(tool, firmware, tmp_path):
    tool.good("create", *ONE, firmware, "-o", "out.cap")
    made = Capsule(tmp_path / "out.cap")
    assert (made.kind, made.header_size, made.flags, len(made.items)) == (FMP, 28, 0x10000, 1)
    item = made.items[0]
    assert (item.type, item.index, item.instance, item.support) == (TYPE, 1, 0, 0)
    assert item.signed == firmware.read_bytes() and item.vendor_code == b""


def test_guids_may_be_upper_or_lower_case(tool, firmware, tmp_path):
    tool.good("create", *ONE, firmware, "-o", "lower.cap")
    tool.good("create", "-g", TYPE.upper(), "-i", "0x1", firmware, "-o", "upper.cap")
    assert (tmp_path / "lower.cap").read_bytes() == (tmp_path / "upper.cap").read_bytes()


@pytest.mark.parametrize("size", [28, 32, 4096])
def test_header_sizes(tool, firmware, tmp_path, size):
    tool.good("create", *ONE, "--header-size", size, firmware, "-o", "out.cap")
    made = Capsule(tmp_path / "out.cap")
    assert made.header_size == size and made.items[0].signed == firmware.read_bytes()
    assert (tmp_path / "out.cap").read_bytes()[28:size] == bytes(size - 28)


@pytest.mark.parametrize("options, flags", [
    ((), 0x10000),
    (("--no-persist-across-reset",), 0),
    (("--persist-across-reset", "--initiate-reset"), 0x50000),
    (("--populate-system-table",), 0x30000),
    (("--accept-by-os",), 0x18000),
])
def test_flags(tool, firmware, tmp_path, options, flags):
    tool.good("create", *ONE, *options, firmware, "-o", "out.cap")
    assert Capsule(tmp_path / "out.cap").flags == flags


def test_index_and_hardware_instance(tool, firmware, tmp_path):
    tool.good("create", "-g", TYPE, "-i", "255", "--hardware-instance", 2**64 - 1, firmware, "-o", "out.cap")
    item = Capsule(tmp_path / "out.cap").items[0]
    assert (item.index, item.instance) == (255, 2**64 - 1)


def test_versions_stand_in_a_payload_header(tool, firmware, tmp_path):
    tool.good("create", *ONE, "--fw-version", 2**32 - 1, "--lowest-supported-version", 7, firmware, "-o", "out.cap")
    assert Capsule(tmp_path / "out.cap").items[0].signed == mss1(2**32 - 1, 7) + firmware.read_bytes()


def test_vendor_code_stands_behind_the_image_and_is_not_signed(tool, firmware, tmp_path, keys):
    (tmp_path / "vendor").write_bytes(b"vendor code")
    tool.good("create", *ONE, "--vendor-code", "vendor", *keys.sign(), firmware, "-o", "out.cap")
    item = Capsule(tmp_path / "out.cap").items[0]
    assert item.vendor_code == b"vendor code" and item.signed == firmware.read_bytes()
    assert openssl_verifies(item, tmp_path, keys.cert("rsa2048"))


def push(what):
    return b"\x01" + struct.pack("<I", what) if isinstance(what, int) else b"\x00" + uuid.UUID(what).bytes_le


A, B = TYPE, OTHER_TYPE
EXPRESSIONS = {
    f"{A} >= 3": push(3) + push(A) + b"\x0a\x0d",
    f"{A} == 0x10": push(16) + push(A) + b"\x08\x0d",
    f"{A}>2": push(2) + push(A) + b"\x09\x0d",
    f"{A} < 2": push(2) + push(A) + b"\x0b\x0d",
    f"7 <= {A.upper()}": push(A) + push(7) + b"\x0c\x0d",
    f"{A} != 4": push(4) + push(A) + b"\x08\x05\x0d",
    "true": b"\x06\x0d",
    "!false": b"\x07\x05\x0d",
    f"{A} >= 3 && !({B} < 2)": push(3) + push(A) + b"\x0a" + push(2) + push(B) + b"\x0b\x05\x03\x0d",
    # && binds stronger than ||.
    f"{A} == 1 || {A} == 2 && {B} == 3": push(1) + push(A) + b"\x08" + push(2) + push(A) + b"\x08" + push(3) + push(B) +
                                         b"\x08\x03\x04\x0d",
    f"({A} == 1 || true) && false": push(1) + push(A) + b"\x08\x06\x04\x07\x03\x0d",
}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_dependency_expressions(tool, firmware, tmp_path, text):
    tool.good("create", *ONE, "--dependency", text, "--fw-version", 9, firmware, "-o", "out.cap")
    item = Capsule(tmp_path / "out.cap").items[0]
    assert item.support == 2
    assert item.signed == EXPRESSIONS[text] + mss1(9) + firmware.read_bytes()
    # What `info` prints of it means the same.
    shown = json.loads(tool.good("info", "-j", "out.cap"))["items"][0]["dependency"]
    tool.good("create", *ONE, "--dependency", shown, "--fw-version", 9, firmware, "-o", "again.cap")
    assert (tmp_path / "again.cap").read_bytes() == (tmp_path / "out.cap").read_bytes()


@pytest.mark.parametrize("text, why", [
    (f"{A} >> 3", "column 39: expected a GUID"),
    (f"{A}", "column 1: this is a version; compare it"),
    (f"{A} >= 3 &&", "column 45: a GUID, a version, true or false is missing"),
    (f"({A} >= 3", "column 1: this ( is never closed"),
    (f"{A} >= 3)", "column 42: this ) was never opened"),
    (f"{A} >= 3 {B}", "column 43: expected &&"),
    (f"{A} >= 4294967296", "column 41: expected a GUID, a version of at most 32 bits"),
    (f"{A} >= 1 && 3", "column 46: this is a version"),
    (f"true >= {A}", "column 1: versions are compared"),
    (f"!{A} >= 2", "column 1: ! takes a comparison"),
    (f"{A[:-1]} >= 2", "column 1: expected a GUID"),
    (" || ".join([f"{A} >= 1"] * 100), "make it shorter"),
    ("true && (" * 40 + "true" + ")" * 40, "make it shorter"),
])
def test_wrong_dependency_expressions_are_refused(tool, firmware, text, why):
    assert why in tool.misused("create", *ONE, "--dependency", text, firmware, "-o", "out.cap")


def test_a_dependency_expression_in_binary(tool, firmware, tmp_path):
    (tmp_path / "dep").write_bytes(EXPRESSIONS[f"{A} >= 3"])
    tool.good("create", *ONE, "--dependency", "@dep", firmware, "-o", "out.cap")
    assert Capsule(tmp_path / "out.cap").items[0].signed == EXPRESSIONS[f"{A} >= 3"] + firmware.read_bytes()
    (tmp_path / "dep").write_bytes(b"\x03\x0d")
    assert "dep: no dependency expression" in tool.fails("create", *ONE, "--dependency", "@dep", firmware, "-o", "x")
    (tmp_path / "dep").write_bytes(b"\x06\x0d\x0d")
    assert "ends after 2 of 3 bytes" in tool.fails("create", *ONE, "--dependency", "@dep", firmware, "-o", "x")


@pytest.mark.parametrize("name", ["rsa2048", "rsa3072", "rsa4096", "p256", "p384"])
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_openssl_takes_the_signature(tool, firmware, tmp_path, keys, name, digest):
    tool.good("create", *ONE, "--fw-version", 3, "--monotonic-count", 2**64 - 2, "--digest", digest, *keys.sign(name),
              firmware, "-o", "out.cap")
    item = Capsule(tmp_path / "out.cap").items[0]
    assert (item.support, item.count) == (1, 2**64 - 2)
    assert item.signed == mss1(3) + firmware.read_bytes()
    assert openssl_verifies(item, tmp_path, keys.cert(name), "cms")
    assert openssl_verifies(item, tmp_path, keys.cert(name), "smime")
    assert not openssl_verifies(item, tmp_path, keys.cert("rsa2048-other"))
    item.signed = item.signed[:-1] + bytes([item.signed[-1] ^ 1])
    assert not openssl_verifies(item, tmp_path, keys.cert(name))


@pytest.mark.parametrize("name", ["rsa2048", "p256", "p384"])
def test_the_signature_is_der_without_padding(tool, firmware, tmp_path, keys, name):
    # Signatures of ECDSA differ in size: a few are needed to meet every size.
    for _ in range(1 if name == "rsa2048" else 8):
        tool.good("create", *ONE, *keys.sign(name), firmware, "-o", "out.cap")
        pkcs7 = Capsule(tmp_path / "out.cap").items[0].pkcs7
        outermost = openssl("asn1parse", "-inform", "DER", input=pkcs7).decode().splitlines()[0]
        assert pkcs7[:2] == b"\x30\x82" and int.from_bytes(pkcs7[2:4], "big") + 4 == len(pkcs7)
        assert "SEQUENCE" in outermost
        # Encoded again by openssl, nothing changes: it is DER.
        (tmp_path / "p7").write_bytes(pkcs7)
        assert openssl("cms", "-cmsout", "-inform", "DER", "-outform", "DER", "-in", tmp_path / "p7") == pkcs7


def test_certificates_of_issuers_are_included(tool, firmware, tmp_path, keys):
    key, cert, root = keys.leaf()
    tool.good("create", *ONE, "--private-key", key, "--certificate", cert, "--chain", root, firmware, "-o", "chain.cap")
    bundle = tmp_path / "bundle.crt"
    bundle.write_text(root.read_text() + cert.read_text())
    tool.good("create", *ONE, "--private-key", key, "--certificate", bundle, firmware, "-o", "bundle.cap")
    tool.good("create", *ONE, "--private-key", key, "--certificate", cert, firmware, "-o", "alone.cap")
    assert (tmp_path / "chain.cap").read_bytes() == (tmp_path / "bundle.cap").read_bytes()
    for name, count in (("chain.cap", 2), ("alone.cap", 1)):
        item = Capsule(tmp_path / name).items[0]
        assert openssl_verifies(item, tmp_path, root)
        assert len(json.loads(tool.good("info", "-j", name))["items"][0]["signature"]["certificates"]) == count


def test_keys_and_certificates_may_be_der_or_have_a_password(tool, firmware, tmp_path, keys):
    key, cert = keys.key("rsa2048"), keys.cert("rsa2048")
    tool.good("create", *ONE, *keys.sign(), firmware, "-o", "pem.cap")
    openssl("pkey", "-in", key, "-outform", "DER", "-out", tmp_path / "key.der")
    openssl("x509", "-in", cert, "-outform", "DER", "-out", tmp_path / "cert.der")
    tool.good("create", *ONE, "--private-key", "key.der", "--certificate", "cert.der", firmware, "-o", "der.cap")
    openssl("pkey", "-in", key, "-aes256", "-passout", "pass:open sesame", "-out", tmp_path / "locked.key")
    (tmp_path / "password").write_text("open sesame\n")
    locked = ("create", *ONE, "--private-key", "locked.key", "--certificate", cert, firmware, "-o", "locked.cap")
    tool.good(*locked, "--password-file", "password")
    for name in ("der.cap", "locked.cap"):
        assert (tmp_path / name).read_bytes() == (tmp_path / "pem.cap").read_bytes()
    (tmp_path / "password").write_text("wrong\n")
    assert "no private key could be read" in tool.fails(*locked, "--password-file", "password")


def test_several_payloads(tool, firmware, tmp_path, keys):
    second, third = tmp_path / "with:colons.bin", tmp_path / "third.bin"
    second.write_bytes(b"second")
    third.write_bytes(b"third")
    (tmp_path / "vendor").write_bytes(b"vendor")
    tool.good("create", "--payload", f"{firmware}:{TYPE}:1", "--payload", f"{second}:{TYPE}:2:0x77", "--payload",
              f"{third}:{OTHER_TYPE}:1", "--fw-version", "5", "--lowest-supported-version", "1",
              "--lowest-supported-version", "2", "--lowest-supported-version", "3", "--dependency", "none",
              "--dependency", "true", "--dependency", "none", "--vendor-code", "none", "--vendor-code", "vendor",
              "--vendor-code", "none", "--monotonic-count", 4, *keys.sign(), "-o", "out.cap")
    items = Capsule(tmp_path / "out.cap").items
    assert [(i.type, i.index, i.instance, i.support) for i in items] == [
        (TYPE, 1, 0, 1), (TYPE, 2, 0x77, 3), (OTHER_TYPE, 1, 0, 1)]
    assert [i.signed for i in items] == [
        mss1(5, 1) + firmware.read_bytes(), b"\x06\x0d" + mss1(5, 2) + b"second", mss1(5, 3) + b"third"]
    assert [i.vendor_code for i in items] == [b"", b"vendor", b""]
    assert all(openssl_verifies(i, tmp_path, keys.cert("rsa2048")) for i in items)


def test_two_runs_are_alike_byte_for_byte(tool, firmware, tmp_path, keys):
    for name in ("rsa2048", "rsa4096"):
        for out in ("one.cap", "two.cap"):
            tool.good("create", *ONE, "--fw-version", 3, *keys.sign(name), firmware, "-o", out)
        assert (tmp_path / "one.cap").read_bytes() == (tmp_path / "two.cap").read_bytes()
    assert json.loads(tool.good("info", "-j", "one.cap"))["items"][0]["signature"]["signers"][0]["signing_time"] is None


@pytest.mark.parametrize("epoch, time", [
    ("0", "1970-01-01T00:00:00Z"), ("1700000000", "2023-11-14T22:13:20Z"),
    ("2524608000", "2050-01-01T00:00:00Z"),  # the first that UTCTime cannot name
    ("253402300799", "9999-12-31T23:59:59Z"),
])
def test_source_date_epoch_is_the_signing_time(tool, firmware, tmp_path, keys, epoch, time):
    for out in ("one.cap", "two.cap"):
        tool.good("create", *ONE, *keys.sign(), firmware, "-o", out, env={"SOURCE_DATE_EPOCH": epoch})
    assert (tmp_path / "one.cap").read_bytes() == (tmp_path / "two.cap").read_bytes()
    signer = json.loads(tool.good("info", "-j", "one.cap"))["items"][0]["signature"]["signers"][0]
    assert signer["signing_time"] == time
    assert openssl_verifies(Capsule(tmp_path / "one.cap").items[0], tmp_path, keys.cert("rsa2048"))


def test_a_source_date_epoch_that_is_none_is_refused(tool, firmware, keys):
    reason = tool.misused("create", *ONE, *keys.sign(), firmware, "-o", "x", env={"SOURCE_DATE_EPOCH": "yesterday"})
    assert reason.startswith("SOURCE_DATE_EPOCH 'yesterday'")


@pytest.mark.parametrize("options", [(), ("--private-key",)])
def test_memory_does_not_grow_with_the_payload(tool, tmp_path, keys, options):
    peaks = []
    for mebibytes in (16, 256):
        with open(tmp_path / "big.bin", "wb") as file:
            file.truncate(mebibytes << 20)
        peaks.append(tool.peak("create", *ONE, *(keys.sign() if options else ()), "big.bin", "-o", "out.cap"))
        assert (tmp_path / "out.cap").stat().st_size > mebibytes << 20
        (tmp_path / "out.cap").unlink()
    assert max(peaks) <= 12 << 20
    assert abs(peaks[0] - peaks[1]) <= 1 << 20


def test_accept_and_revert(tool, tmp_path):
    tool.good("accept", "--guid", TYPE, "-o", "accept.cap")
    tool.good("revert", "-o", "revert.cap")
    accept, revert = Capsule(tmp_path / "accept.cap"), Capsule(tmp_path / "revert.cap")
    assert (accept.kind, accept.flags) == ("0c996046-bcc0-4d04-85ec-e1fcedf1c6f8", 0)
    assert accept.body == uuid.UUID(TYPE).bytes_le
    assert (revert.kind, revert.flags, revert.body) == ("acd58b4b-c0e8-475f-99b5-6b3f7e07aaf0", 0, b"")
    assert json.loads(tool.good("info", "-j", "accept.cap"))["accepts"] == TYPE
