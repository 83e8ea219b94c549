# SPDX-License-Identifier: BSD-2-Clause
# tests/tool/test_sign.py - capsules that are signed later, here or where the key is.
import pytest
from conftest import ONE, OTHER_TYPE, TYPE, openssl
from layout import Capsule


@pytest.fixture
def unsigned(tool, firmware, tmp_path):
    tool.good("create", *ONE, "--fw-version", "4", "--dependency", "true", firmware, "-o", "unsigned.cap")
    return tmp_path / "unsigned.cap"


def test_signing_later_is_the_same_as_signing_at_once(tool, firmware, tmp_path, keys, unsigned):
    (tmp_path / "vendor").write_bytes(b"vendor")
    options = ("--header-size", "32", "--accept-by-os", "--payload", f"{firmware}:{TYPE}:1", "--payload",
               f"{firmware}:{OTHER_TYPE}:3:9", "--vendor-code", "vendor", "--dependency", "true", "--fw-version", "8")
    tool.good("create", *options, "--monotonic-count", 6, *keys.sign(), "-o", "once.cap")
    tool.good("create", *options, "-o", "before.cap")
    tool.good("sign", "before.cap", "--monotonic-count", 6, *keys.sign(), "-o", "later.cap")
    assert (tmp_path / "later.cap").read_bytes() == (tmp_path / "once.cap").read_bytes()
    # The output may be the capsule itself.
    tool.good("sign", "before.cap", "--monotonic-count", 6, *keys.sign(), "-o", "before.cap")
    assert (tmp_path / "before.cap").read_bytes() == (tmp_path / "once.cap").read_bytes()


def test_a_signed_capsule_is_signed_anew_only_when_asked(tool, tmp_path, keys, unsigned):
    tool.good("sign", unsigned, *keys.sign("rsa3072"), "-o", "first.cap")
    assert "item 0 is signed already" in tool.fails("sign", "first.cap", *keys.sign(), "-o", "second.cap")
    tool.good("sign", "--replace", "first.cap", *keys.sign(), "-o", "second.cap")
    tool.good("sign", unsigned, *keys.sign(), "-o", "at-once.cap")
    assert (tmp_path / "second.cap").read_bytes() == (tmp_path / "at-once.cap").read_bytes()


def test_memory_does_not_grow_with_what_is_signed(tool, tmp_path, keys):
    peaks = []
    for mebibytes in (16, 256):
        with open(tmp_path / "big.bin", "wb") as file:
            file.truncate(mebibytes << 20)
        tool.good("create", *ONE, "big.bin", "-o", "big.cap")
        peaks.append(tool.peak("sign", "big.cap", *keys.sign(), "-o", "big.cap"))
        peaks.append(tool.peak("verify", "big.cap", "--trust", keys.cert("rsa2048")))
        peaks.append(tool.peak("extract", "big.cap", "-o", "out"))
    for before, after in zip(peaks[:3], peaks[3:]):
        assert abs(before - after) <= 1 << 20 and after <= 12 << 20


@pytest.mark.parametrize("name", ["rsa2048", "p256", "p384"])
@pytest.mark.parametrize("form", ["DER", "PEM"])
def test_a_pkcs7_that_openssl_made_elsewhere(tool, tmp_path, keys, unsigned, name, form):
    tool.good("sign", unsigned, "--monotonic-count", 5, "--detached", "tbs")
    item = Capsule(unsigned).items[0]
    assert (tmp_path / "tbs").read_bytes() == item.signed + (5).to_bytes(8, "little")
    openssl("cms", "-sign", "-binary", "-md", "sha256", "-in", "tbs", "-signer", keys.cert(name), "-inkey",
            keys.key(name), "-outform", form, "-out", "p7", cwd=tmp_path)
    tool.good("sign", unsigned, "--monotonic-count", 5, "--signature", "p7", "-o", "signed.cap")
    tool.good("verify", "signed.cap", "--trust", keys.cert(name))
    signed = Capsule(tmp_path / "signed.cap").items[0]
    assert (signed.signed, signed.count, signed.support) == (item.signed, 5, 3)
    if form == "DER":
        assert signed.pkcs7 == (tmp_path / "p7").read_bytes()


@pytest.mark.parametrize("name", ["rsa2048", "p256", "p384"])
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_a_bare_signature_that_was_made_elsewhere(tool, tmp_path, keys, unsigned, name, digest):
    common = ("--monotonic-count", 5, "--digest", digest)
    tool.good("sign", unsigned, *common, "--detached", "attributes", "--detached-form", "attributes")
    openssl("dgst", f"-{digest}", "-sign", keys.key(name), "-out", "bare", "attributes", cwd=tmp_path)
    attach = ("sign", unsigned, *common, "--signature", "bare", "-o", "signed.cap")
    assert "a bare signature needs --certificate" in tool.fails(*attach)
    tool.good(*attach, "--certificate", keys.cert(name))
    tool.good("verify", "signed.cap", "--trust", keys.cert(name))
    if name == "rsa2048":
        tool.good("sign", unsigned, *common, *keys.sign(), "-o", "here.cap")
        assert (tmp_path / "signed.cap").read_bytes() == (tmp_path / "here.cap").read_bytes()


def test_create_writes_what_is_to_be_signed_as_well(tool, firmware, tmp_path, unsigned):
    tool.good("create", *ONE, "--fw-version", "4", "--dependency", "true", "--monotonic-count", 5, "--detached", "tbs",
              firmware, "-o", "out.cap")
    assert (tmp_path / "out.cap").read_bytes() == unsigned.read_bytes()
    assert (tmp_path / "tbs").read_bytes() == Capsule(unsigned).items[0].signed + (5).to_bytes(8, "little")


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_the_digest_of_what_is_to_be_signed(tool, tmp_path, unsigned, digest):
    common = ("sign", unsigned, "--monotonic-count", 5, "--digest", digest)
    tool.good(*common, "--detached", "content")
    tool.good(*common, "--detached", "digest", "--detached-form", "digest")
    assert (tmp_path / "digest").read_bytes() == openssl("dgst", f"-{digest}", "-binary", tmp_path / "content")
    tool.good(*common, "--detached", "attributes", "--detached-form", "attributes")
    assert (tmp_path / "digest").read_bytes() in (tmp_path / "attributes").read_bytes()


def test_several_payloads_are_signed_elsewhere_one_by_one(tool, firmware, tmp_path, keys):
    tool.good("create", "--payload", f"{firmware}:{TYPE}:1", "--payload", f"{firmware}:{OTHER_TYPE}:3",
              "--fw-version", 1, "--fw-version", 2, "-o", "two.cap")
    tool.good("sign", "two.cap", "--detached", "tbs", "--detached-form", "attributes")
    for number in range(2):
        openssl("dgst", "-sha256", "-sign", keys.key("rsa2048"), "-out", f"bare{number}", f"tbs.{number}", cwd=tmp_path)
    attach = ("sign", "two.cap", "--certificate", keys.cert("rsa2048"), "-o", "signed.cap")
    assert "given 1 times for 2 payloads" in tool.misused(*attach, "--signature", "bare0")
    assert "not a signature of two.cap: item 0" in tool.fails(*attach, "--signature", "bare1", "--signature", "bare0")
    tool.good(*attach, "--signature", "bare0", "--signature", "bare1")
    tool.good("sign", "two.cap", *keys.sign(), "-o", "here.cap")
    assert (tmp_path / "signed.cap").read_bytes() == (tmp_path / "here.cap").read_bytes()


def test_a_signature_of_something_else_is_refused(tool, tmp_path, keys, unsigned):
    tool.good("sign", unsigned, "--monotonic-count", 5, "--detached", "tbs")
    openssl("cms", "-sign", "-binary", "-in", "tbs", "-signer", keys.cert("rsa2048"), "-inkey", keys.key("rsa2048"),
            "-outform", "DER", "-out", "p7", cwd=tmp_path)
    reason = tool.fails("sign", unsigned, "--monotonic-count", 6, "--signature", "p7", "-o", "signed.cap")
    assert "not a signature of" in reason and "with monotonic count 6: digest" in reason
    (tmp_path / "p7").write_bytes((tmp_path / "p7").read_bytes() + b"\0")
    assert "p7" in tool.fails("sign", unsigned, "--monotonic-count", 5, "--signature", "p7", "-o", "signed.cap")
    (tmp_path / "p7").write_bytes(b"\x30\x02\x01\x01")
    assert "no PKCS#7" in tool.fails("sign", unsigned, "--monotonic-count", 5, "--signature", "p7", "-o", "signed.cap")
    (tmp_path / "bare").write_bytes(bytes(256))
    assert "not a signature of" in tool.fails("sign", unsigned, "--signature", "bare", "--certificate",
                                              keys.cert("rsa2048"), "-o", "signed.cap")
    (tmp_path / "bare").write_bytes(bytes(255))
    assert "255 bytes are no signature by a key that is RSA 2048" in tool.fails(
        "sign", unsigned, "--signature", "bare", "--certificate", keys.cert("rsa2048"), "-o", "signed.cap")
    assert not (tmp_path / "signed.cap").exists()


def test_a_pkcs7_that_firmware_does_not_take_is_refused(tool, tmp_path, keys, unsigned):
    tool.good("sign", unsigned, "--detached", "tbs")
    sign = ("cms", "-sign", "-binary", "-in", "tbs", "-signer", keys.cert("rsa2048"), "-inkey", keys.key("rsa2048"),
            "-outform", "DER", "-out", "p7")
    for option in (("-nodetach",), ("-md", "sha1"), ("-keyopt", "rsa_padding_mode:pss")):
        openssl(*sign, *option, cwd=tmp_path)
        tool.fails("sign", unsigned, "--signature", "p7", "-o", "signed.cap")
    assert not (tmp_path / "signed.cap").exists()


@pytest.mark.parametrize("options, why", [
    ((), "give one of --private-key"),
    (("--private-key", "k", "--signature", "s", "-o", "x"), "give one of --private-key"),
    (("--private-key", "k"), "--output is missing"),
    (("--detached", "d", "-o", "x"), "leave out --output"),
    (("--detached", "d", "--detached-form", "x"), "expected content, digest or attributes"),
    (("--detached", "d", "--monotonic-count", "-"), "--monotonic-count"),
])
def test_options_that_cannot_be_meant_so(tool, unsigned, options, why):
    assert why in tool.misused("sign", unsigned, *options)


def test_only_capsules_with_payloads_are_signed(tool, keys):
    tool.good("revert", "-o", "revert.cap")
    assert "this is another kind" in tool.fails("sign", "revert.cap", *keys.sign(), "-o", "x")
    assert "no payload" in tool.fails("extract", "revert.cap", "-o", "x")


def test_extract_takes_each_part_out(tool, firmware, tmp_path, keys):
    (tmp_path / "vendor").write_bytes(b"vendor")
    tool.good("create", "--payload", f"{firmware}:{TYPE}:1", "--payload", f"{firmware}:{OTHER_TYPE}:3",
              "--fw-version", 1, "--vendor-code", "vendor", "--dependency", "true", "--monotonic-count", 5,
              *keys.sign(), "-o", "two.cap")
    item = Capsule(tmp_path / "two.cap").items[1]
    wanted = {"image": firmware.read_bytes(), "raw": item.signed, "content": item.content, "signature": item.pkcs7,
              "dependency": b"\x06\x0d", "vendor-code": b"vendor"}
    for part, data in wanted.items():
        tool.good("extract", "two.cap", "--part", part, "--item", "1", "-o", "part")
        tool.good("extract", "two.cap", "--part", part, "-o", "part")
        assert (tmp_path / "part").read_bytes() == (tmp_path / "part.1").read_bytes() == data
        assert (tmp_path / "part.0").exists()
    tool.good("extract", "two.cap", "--raw", "--item", "1", "-o", "part")
    assert (tmp_path / "part").read_bytes() == item.signed
    assert "--item '2': expected a number from 0 to 1" in tool.misused("extract", "two.cap", "--item", "2", "-o", "x")
    assert "--part 'all': expected" in tool.misused("extract", "two.cap", "--part", "all", "-o", "x")
    tool.good("create", *ONE, firmware, "-o", "plain.cap")
    for part in ("signature", "content", "dependency", "vendor-code"):
        assert "item 0: no" in tool.fails("extract", "plain.cap", "--part", part, "-o", "x")
