# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/capsules/test_mkeficapsule.py - what U-Boot's tools make, taken apart by ours, and the other way round.
import pytest

from layout import TYPE
from tools import OUR_TOOL, create, extract, info, mkeficapsule, mkeficapsules, refusal, run

KIND = {"guid": TYPE, "index": 7}


@pytest.fixture(params=mkeficapsules())
def version(request):
    return request.param


@pytest.fixture
def theirs(version, tmp_path):
    def make(image, key=None, **options):
        return mkeficapsule(version, image, tmp_path / "theirs", key, **KIND, **options)

    return make


def test_a_signed_capsule_is_verified_and_its_payload_is_what_went_in(theirs, keys, payload):
    image = payload()
    capsule = theirs(image, keys())
    assert refusal(capsule, keys()) is None
    assert extract(capsule) == image.read_bytes()


@pytest.mark.parametrize("kind", ["rsa3072", "rsa4096"])
def test_longer_keys_are_verified(theirs, keys, payload, kind):
    assert refusal(theirs(payload(), keys(kind)), keys(kind)) is None


def test_a_capsule_that_a_stranger_signed_is_refused(theirs, keys, payload):
    assert "signer" in refusal(theirs(payload(), keys(name="stranger")), keys())


def test_an_unsigned_capsule_is_refused_and_shown(theirs, keys, payload):
    image = payload()
    capsule = theirs(image)
    assert refusal(capsule, keys())
    assert info(capsule)["items"][0]["signature"] is None
    assert extract(capsule) == image.read_bytes()


@pytest.mark.parametrize("offset", [-1, -300_000])
def test_a_capsule_whose_payload_was_altered_is_refused(theirs, keys, payload, offset):
    capsule = theirs(payload(), keys())
    data = bytearray(capsule.read_bytes())
    data[offset] ^= 1
    capsule.write_bytes(data)
    assert "digest" in refusal(capsule, keys())


def test_each_of_its_options_is_found_again(theirs, keys, payload):
    shown = info(theirs(payload(), keys(), instance=3, monotonic_count=0x1122334455, capoemflag=0x8000))
    item, = shown["items"]
    assert (item["image_type"], item["image_index"], item["hardware_instance"]) == (TYPE, 7, 3)
    assert item["signature"]["monotonic_count"] == 0x1122334455
    assert shown["header_size"] == 28
    assert "accept-by-os" in shown["flag_names"]


def test_its_version_is_found_again(tmp_path, keys, payload):
    image = payload()
    capsule = mkeficapsule("2025.01", image, tmp_path / "theirs", keys(), **KIND, fw_version=0xFFFFFFFF)
    item, = info(capsule)["items"]
    assert (item["version"], item["lowest_supported_version"]) == (0xFFFFFFFF, 0)
    assert extract(capsule) == image.read_bytes()
    assert refusal(capsule, keys()) is None


def test_accept_and_revert_capsules_are_equal_to_ours(version, tmp_path):
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    for their_options, our_command in ((["--guid", TYPE, "--fw-accept"], ["accept", "--guid", TYPE]),
                                       (["--fw-revert"], ["revert"])):
        run(mkeficapsules()[version], *their_options, theirs)
        run(OUR_TOOL, *our_command, "--output", ours)
        assert ours.read_bytes() == theirs.read_bytes()


def test_an_unsigned_capsule_is_equal_to_ours(theirs, tmp_path, payload):
    image = payload()
    assert create(image, tmp_path / "ours", **KIND).read_bytes() == theirs(image).read_bytes()


def test_its_dump_of_our_capsules_says_what_ours_says(tmp_path, keys, payload):
    tool = mkeficapsules()["2025.01"]
    for options in ({}, {"fw_version": 5}, {"monotonic_count": 77, "hardware_instance": 9, "vendor_code": payload(10)}):
        capsule = create(payload(), tmp_path / "ours", keys(), **KIND, **options)
        theirs = run(tool, "--dump-capsule", capsule).stdout
        assert "PAYLOAD" in theirs.upper()
        assert run(OUR_TOOL, "info", "--dump", capsule).stdout == theirs
