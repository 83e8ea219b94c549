# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/capsules/test_openssl.py - signatures of ours by openssl, and of openssl's by ours.
import pytest

from keys import KINDS, openssl
from layout import TYPE, capsule, signed_bytes
from tools import create, extract, refusal

COUNT = 0x0102030405060708
KIND = {"guid": TYPE, "index": 1, "monotonic_count": COUNT}
DIGESTS = ["sha256", "sha384", "sha512"]


@pytest.fixture
def theirs(tmp_path, payload):
    """A capsule with what this openssl command makes of its signed bytes."""
    def make(*command):
        image = payload(70_000).read_bytes()
        content = tmp_path / "content"
        content.write_bytes(signed_bytes(image, COUNT))
        path = tmp_path / "theirs.capsule"
        path.write_bytes(capsule(image, COUNT, openssl(*command, "-in", content, "-outform", "DER").stdout))
        return path

    return make


def sign(command, key, digest="sha256", *more):
    return [command, "-sign", "-binary", "-signer", key.certificate, "-inkey", key.key, "-md", digest, *more]


def verified_by(command, key, tmp_path, ours, content=None):
    """Whether openssl takes the signature of our capsule for one over what it covers."""
    for part in ("signature", "content"):
        (tmp_path / part).write_bytes(extract(ours, part=part))
    if content is not None:
        (tmp_path / "content").write_bytes(content)
    done = openssl(command, "-verify", "-binary", "-inform", "DER", "-in", tmp_path / "signature", "-content",
                   tmp_path / "content", "-CAfile", key.certificate, "-purpose", "any", "-out", tmp_path / "verified",
                   check=False)
    return done.returncode == 0 and (tmp_path / "verified").read_bytes() == (tmp_path / "content").read_bytes()


@pytest.mark.parametrize("command", ["smime", "cms"])
@pytest.mark.parametrize("digest", DIGESTS)
@pytest.mark.parametrize("kind", KINDS)
def test_openssl_verifies_our_signature_over_payload_and_count(tmp_path, keys, payload, kind, digest, command):
    image = payload(70_000)
    ours = create(image, tmp_path / "ours", keys(kind), digest=digest, **KIND)
    assert extract(ours, part="content") == signed_bytes(image.read_bytes(), COUNT)
    assert verified_by(command, keys(kind), tmp_path, ours)


@pytest.mark.parametrize("command", ["smime", "cms"])
def test_openssl_does_not_verify_our_signature_over_anything_else(tmp_path, keys, payload, command):
    image = payload(70_000)
    ours = create(image, tmp_path / "ours", keys(), **KIND)
    for other in (image.read_bytes(), signed_bytes(image.read_bytes(), COUNT + 1)):
        assert not verified_by(command, keys(), tmp_path, ours, content=other)
    assert not verified_by(command, keys(name="stranger"), tmp_path, ours)


@pytest.mark.parametrize("command", ["smime", "cms"])
@pytest.mark.parametrize("digest", DIGESTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_by_openssl_is_verified(theirs, keys, kind, digest, command):
    assert refusal(theirs(*sign(command, keys(kind), digest)), keys(kind)) is None


@pytest.mark.parametrize("command", ["smime", "cms"])
@pytest.mark.parametrize("more", [["-noattr"], ["-nocerts"], ["-noattr", "-nocerts"], ["-nosmimecap"]], ids=" ".join)
@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
def test_a_signature_with_less_in_it_is_verified(theirs, keys, kind, more, command):
    assert refusal(theirs(*sign(command, keys(kind), "sha256", *more)), keys(kind)) is None


def test_a_signature_that_names_its_signer_by_the_key_is_verified(theirs, keys):
    assert refusal(theirs(*sign("cms", keys(), "sha256", "-keyid")), keys()) is None


@pytest.mark.parametrize("name", ["stranger", "signer"])
def test_a_signature_of_several_signers_counts_only_with_the_trusted_one(theirs, keys, name):
    key, other = keys(), keys(name="stranger")
    capsule = theirs(*sign("cms", key), "-signer", other.certificate, "-inkey", other.key)
    assert refusal(capsule, keys(name=name)) is None
    assert "signer" in refusal(capsule, keys(name="third"))


@pytest.mark.parametrize("command", ["smime", "cms"])
def test_a_signature_of_a_stranger_is_refused(theirs, keys, command):
    assert "signer" in refusal(theirs(*sign(command, keys(name="stranger"))), keys())


@pytest.mark.parametrize("command", ["smime", "cms"])
@pytest.mark.parametrize("digest", ["sha1", "md5", "sha224", "sha3-256"])
def test_other_digests_are_refused(theirs, keys, digest, command):
    assert "digest" in refusal(theirs(*sign(command, keys(), digest)), keys())


def test_pss_padding_is_refused(theirs, keys):
    assert refusal(theirs(*sign("cms", keys(), "sha256", "-keyopt", "rsa_padding_mode:pss")), keys())


@pytest.mark.parametrize("command", ["smime", "cms"])
def test_content_inside_the_signature_is_refused(theirs, keys, command):
    assert "content" in refusal(theirs(*sign(command, keys(), "sha256", "-nodetach")), keys())


@pytest.mark.parametrize("key", ["p521", "rsa1024"])
def test_keys_of_other_sizes_are_refused(theirs, keys, key):
    assert refusal(theirs(*sign("cms", keys(key))), keys(key))
