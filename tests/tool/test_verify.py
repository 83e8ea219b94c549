# SPDX-License-Identifier: BSD-2-Clause
# tests/tool/test_verify.py - `capsule verify`, which is what the firmware would say.
import subprocess

import pytest
from conftest import ONE, OTHER_TYPE, TYPE, openssl
from layout import Capsule


@pytest.fixture
def signed(tool, firmware, tmp_path, keys):
    tool.good("create", *ONE, "--fw-version", "4", "--monotonic-count", 3, *keys.sign(), firmware, "-o", "signed.cap")
    return tmp_path / "signed.cap"


@pytest.mark.parametrize("name", ["rsa2048", "rsa3072", "rsa4096", "p256", "p384"])
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_what_is_signed_here_is_authentic(tool, firmware, keys, name, digest):
    tool.good("create", *ONE, "--digest", digest, "--monotonic-count", 3, *keys.sign(name), firmware, "-o", "out.cap")
    said = tool.good("verify", "out.cap", "--trust", keys.cert(name))
    assert said == f"item 0: authentic: CN = {name}, SHA-{digest[3:]}, monotonic count 3\n"
    assert "item 0: " in tool.fails("verify", "out.cap", "--trust", keys.cert("rsa2048-other"))


def test_one_of_several_anchors_is_enough(tool, keys, signed):
    tool.good("verify", signed, "--trust", keys.cert("p256"), "--trust", keys.cert("rsa2048"))


def test_anchors_may_be_der(tool, tmp_path, keys, signed):
    openssl("x509", "-in", keys.cert("rsa2048"), "-outform", "DER", "-out", tmp_path / "anchor.der")
    tool.good("verify", signed, "--trust", "anchor.der")


def test_an_anchor_may_be_bound_to_an_image(tool, keys, signed):
    cert = keys.cert("rsa2048")
    for good in (f"{cert}:{TYPE}", f"{cert}:{TYPE.upper()}:1"):
        tool.good("verify", signed, "--trust", good)
    for bad in (f"{cert}:{OTHER_TYPE}", f"{cert}:{TYPE}:2"):
        assert "item 0: " in tool.fails("verify", signed, "--trust", bad)
    assert "index '0'" in tool.misused("verify", signed, "--trust", f"{cert}:{TYPE}:0")


def test_the_issuer_may_be_the_anchor(tool, firmware, keys):
    key, cert, root = keys.leaf()
    tool.good("create", *ONE, "--private-key", key, "--certificate", cert, firmware, "-o", "out.cap")
    assert "CN = rsa2048-root" in tool.good("verify", "out.cap", "--trust", root)
    tool.good("verify", "out.cap", "--trust", cert)
    tool.fails("verify", "out.cap", "--trust", root, "--revoked", cert)
    tool.fails("verify", "out.cap", "--trust", root, "--revoked", root)


def test_a_revoked_certificate_counts_for_nothing(tool, keys, signed):
    cert = keys.cert("rsa2048")
    tool.good("verify", signed, "--trust", cert, "--revoked", keys.cert("p256"))
    assert "item 0: " in tool.fails("verify", signed, "--trust", cert, "--revoked", cert)


def test_a_changed_bit_is_found(tool, tmp_path, keys, signed):
    data = bytearray(signed.read_bytes())
    for at in (len(data) - 1, len(data) - 70_001, 92):  # the payload's last and first bytes, the monotonic count
        data[at] ^= 0x10
        (tmp_path / "changed.cap").write_bytes(data)
        assert "item 0: digest" in tool.fails("verify", "changed.cap", "--trust", keys.cert("rsa2048"))
        data[at] ^= 0x10


def test_every_item_is_told_of(tool, firmware, tmp_path, keys):
    tool.good("create", "--payload", f"{firmware}:{TYPE}:1", "--payload", f"{firmware}:{TYPE}:2", *keys.sign(), "-o",
              "two.cap")
    assert len(tool.good("verify", "two.cap", "--trust", keys.cert("rsa2048")).splitlines()) == 2
    data = bytearray((tmp_path / "two.cap").read_bytes())
    data[-1] ^= 1
    (tmp_path / "two.cap").write_bytes(data)
    done = tool.run("verify", "two.cap", "--trust", keys.cert("rsa2048"))
    first, second = done.stdout.splitlines()
    assert done.returncode == 1 and first.startswith("item 0: authentic: ") and second.startswith("item 1: digest: ")
    assert done.stderr == f"capsule: error: two.cap: {second}\n"


def test_what_is_not_signed_is_not_authentic(tool, firmware, keys):
    trust = ("--trust", keys.cert("rsa2048"))
    tool.good("create", *ONE, firmware, "-o", "plain.cap")
    assert "item 0: authentication: not signed" in tool.fails("verify", "plain.cap", *trust)
    tool.good("accept", "-g", TYPE, "-o", "accept.cap")
    assert "carry no signature" in tool.fails("verify", "accept.cap", *trust)


def test_without_an_anchor_nothing_is_verified(tool, signed):
    assert "--trust is missing" in tool.misused("verify", signed)


@pytest.mark.parametrize("size", [0, 27, 50, 500, -1])
def test_a_cut_capsule_is_refused(tool, tmp_path, keys, signed, size):
    (tmp_path / "cut.cap").write_bytes(signed.read_bytes()[:size])
    for command in (("verify", "--trust", keys.cert("rsa2048")), ("info",), ("extract", "-o", "x"),
                    ("sign", *keys.sign(), "-o", "x")):
        assert tool.fails(command[0], "cut.cap", *command[1:]).startswith("cut.cap: ")
    assert Capsule(signed).items[0].count == 3


def test_keys_that_firmware_does_not_take_are_not_taken_here(tool, firmware, keys):
    for name in ("rsa1024", "rsa2048"):
        subprocess.run(["mkeficapsule", "-g", TYPE, "-i", "1", "-p", keys.key(name), "-c", keys.cert(name), firmware,
                        f"{name}.cap"], cwd=tool.folder, check=True, capture_output=True, timeout=60)
    tool.good("verify", "rsa2048.cap", "--trust", keys.cert("rsa2048"))
    assert "item 0: " in tool.fails("verify", "rsa1024.cap", "--trust", keys.cert("rsa1024"))
