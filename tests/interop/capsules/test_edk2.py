# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/capsules/test_edk2.py - capsules by EDK2's GenerateCapsule.py through our tool, and ours through it. It
# reads headers of 32 bytes or more only, and payloads with a version header.
import pytest

from edk2 import certificates, decode, dump, encode, generate, meaning
from layout import TYPE
from tools import create, extract, info, refusal

OTHER = "5a7021f5-fef2-48b4-aaba-832e777418c0"
VERSIONS = {"fw_version": 0x80000001, "lowest_supported_version": 5}
DEPENDENCIES = [
    f"{OTHER} >= 3",
    f"{TYPE} >= 1 && {OTHER} < 4",
    f"{TYPE} >= 1 && !({OTHER} < 2)",
    f"{TYPE} == 2 || {OTHER} <= 1 && {TYPE} > 3",
    f"!({TYPE} == 2 || {OTHER} <= 1) && {TYPE} > 0",
    "true",
    f"!false && {TYPE} < 3",
]


def edk2s(dependency):
    return dependency.replace("!", "~")


@pytest.fixture
def ours(tmp_path, keys):
    """A capsule of ours as it takes them."""
    def make(payloads, name="ours.capsule", key=None, **options):
        options = {"header_size": 32, "monotonic_count": 9, **VERSIONS, **options}
        if not isinstance(payloads, list):
            options = {"guid": TYPE, "index": 1, **options}
        return create(payloads, tmp_path / name, key or keys(), **options)

    return make


@pytest.fixture
def theirs(tmp_path):
    def make(payloads, *options, drivers=()):
        return encode(payloads, tmp_path / "theirs.capsule", *options, drivers=drivers)

    return make


def described(image, guid=TYPE, **more):
    """A payload for its JSON."""
    return {"Payload": str(image), "Guid": guid, "FwVersion": "7", "LowestSupportedVersion": "2",
            "MonotonicCount": "0x1122334455667788", "HardwareInstance": "0", "UpdateImageIndex": "1", **more}


def test_it_decodes_our_capsule_and_verifies_its_signature(ours, keys, payload):
    image = payload()
    (decoded,), said = decode(ours(image, hardware_instance=5), keys())
    assert decoded["Payload"] == image.read_bytes()
    assert {name: decoded[name] for name in ("Guid", "FwVersion", "LowestSupportedVersion", "MonotonicCount",
                                             "HardwareInstance", "UpdateImageIndex")} == {
        "Guid": TYPE.upper(), "FwVersion": str(0x80000001), "LowestSupportedVersion": "5", "MonotonicCount": "9",
        "HardwareInstance": "5", "UpdateImageIndex": "1"}
    assert said == ""


@pytest.mark.parametrize("kind", ["rsa3072", "rsa4096", "p256", "p384"])
def test_it_verifies_our_signatures_by_other_keys(ours, keys, payload, kind):
    assert decode(ours(payload(), key=keys(kind), digest="sha512"), keys(kind))[1] == ""


def test_it_verifies_neither_altered_payloads_nor_strangers(ours, keys, payload):
    assert "payload verification failed" in decode(ours(payload()), keys(name="stranger"))[1]
    capsule = ours(payload())
    data = bytearray(capsule.read_bytes())
    data[-1] ^= 1
    capsule.write_bytes(data)
    assert "payload verification failed" in decode(capsule, keys())[1]
    assert "digest" in refusal(capsule, keys())


@pytest.mark.parametrize("options", [
    {}, {"hardware_instance": 0x1122334455667788}, {"monotonic_count": 0xFFFFFFFFFFFFFFFF}, {"index": 255},
    {"initiate_reset": True}, {"dependency": DEPENDENCIES[2]}, {"accept_by_os": True}, {"digest": "sha384"},
], ids=lambda options: next(iter(options), "plain"))
def test_every_field_that_it_shows_is_what_our_tool_shows(ours, payload, options):
    capsule = ours(payload(), **options)
    theirs, shown = dump(capsule), info(capsule)
    item, = shown["items"]

    def number(name, place=0):
        return int(theirs[name][place], 16)

    assert theirs["CapsuleGuid"] == [shown["guid"].upper()]
    assert number("CapsuleImageSize") == shown["image_size"] == capsule.stat().st_size
    # HeaderSize and Version are each in two structures.
    assert (number("HeaderSize"), number("Flags")) == (shown["header_size"], shown["flags"]) == (32, shown["flags"])
    assert (number("Version"), number("EmbeddedDriverCount"), number("PayloadItemCount")) == (1, 0, 1)
    assert number("Version", 1) == item["header_version"]
    assert theirs["UpdateImageTypeId"] == [item["image_type"].upper()]
    assert number("UpdateImageIndex") == item["image_index"]
    assert number("UpdateHardwareInstance") == item["hardware_instance"]
    assert number("ImageCapsuleSupport") == item["image_capsule_support"]
    assert number("UpdateVendorCodeSize") == 0 and item["vendor_code"] is None
    assert number("MonotonicCount") == item["signature"]["monotonic_count"]
    assert number("dwLength") == 24 + item["signature"]["pkcs7"]["size"]
    assert number("UpdateImageSize") == 8 + number("dwLength") + item["signed_bytes"]["size"]
    assert (number("wRevision"), number("wCertificateType")) == (0x0200, 0x0EF1)
    assert (number("FwVersion"), number("LowestSupportedVersion")) == (item["version"],
                                                                       item["lowest_supported_version"])
    assert number("sizeof (Payload)", -1) == item["image"]["size"]


def test_several_payloads_of_ours_come_out_of_it_as_they_went_in(ours, keys, payload):
    images = [payload(), payload(1), payload(70_001)]
    capsule = ours([(images[0], TYPE, 1), (images[1], OTHER, 2), (images[2], OTHER, 3)], fw_version=[7, 8, 9],
                   dependency=["none", DEPENDENCIES[0], "none"])
    decoded, said = decode(capsule, *[keys()] * 3)
    assert [one["Payload"] for one in decoded] == [image.read_bytes() for image in images]
    assert [(one["Guid"].lower(), one["UpdateImageIndex"], one["FwVersion"]) for one in decoded] == [
        (TYPE, "1", "7"), (OTHER, "2", "8"), (OTHER, "3", "9")]
    assert said == ""


@pytest.mark.parametrize("dependency", DEPENDENCIES)
def test_our_dependency_means_to_it_what_it_means_to_us(ours, keys, payload, dependency):
    capsule = ours(payload(100), dependency=dependency)
    (decoded,), said = decode(capsule, keys())
    assert said == ""
    assert meaning(decoded["Dependencies"]) == meaning(dependency) == meaning(info(capsule)["items"][0]["dependency"])


@pytest.mark.parametrize("dependency", DEPENDENCIES)
def test_its_dependency_means_to_us_what_it_means_to_it(theirs, keys, payload, dependency):
    capsule = theirs([described(payload(100), Dependencies=edk2s(dependency), **certificates(keys()))])
    assert meaning(info(capsule)["items"][0]["dependency"]) == meaning(dependency)
    assert refusal(capsule, keys()) is None


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("kind", ["rsa2048", "rsa3072", "rsa4096", "p256", "p384"])
def test_a_capsule_that_it_signed_is_verified_and_shown(theirs, keys, payload, kind, digest):
    image = payload()
    capsule = theirs([described(image, HashAlgorithm=digest, HardwareInstance="0x55", UpdateImageIndex="4",
                                **certificates(keys(kind)))], "--capflag", "PersistAcrossReset")
    assert refusal(capsule, keys(kind)) is None
    assert "signer" in refusal(capsule, keys(name="stranger"))
    assert extract(capsule) == image.read_bytes()
    shown = info(capsule)
    item, = shown["items"]
    assert (shown["header_size"], shown["flag_names"]) == (32, ["persist-across-reset"])
    assert (item["image_type"], item["image_index"], item["hardware_instance"]) == (TYPE, 4, 0x55)
    assert (item["version"], item["lowest_supported_version"]) == (7, 2)
    assert item["signature"]["monotonic_count"] == 0x1122334455667788


def test_several_payloads_of_its_come_out_of_ours_as_they_went_in(theirs, keys, payload):
    images = [payload(), payload(1), payload(70_001)]
    capsule = theirs([
        described(images[0], **certificates(keys())),
        described(images[1], OTHER, UpdateImageIndex="2", Dependencies=edk2s(DEPENDENCIES[1]), **certificates(keys())),
        described(images[2], OTHER, UpdateImageIndex="3", **certificates(keys("p256")))])
    assert [extract(capsule, item) for item in range(3)] == [image.read_bytes() for image in images]
    assert refusal(capsule, keys(), keys("p256")) is None
    assert "item 2: signer" in refusal(capsule, keys())
    assert "item 0: signer" in refusal(capsule, keys("p256"))


def test_an_unsigned_capsule_of_its_is_refused_and_shown(theirs, keys, payload):
    image = payload()
    capsule = theirs([described(image)])
    assert refusal(capsule, keys())
    assert extract(capsule) == image.read_bytes()
    assert info(capsule)["items"][0]["signature"] is None


def test_an_embedded_driver_is_refused_by_name(theirs, keys, payload):
    capsule = theirs([described(payload(), **certificates(keys()))], drivers=[payload(1000)])
    assert "driver" in refusal(capsule, keys())


def test_a_header_of_a_page_is_one_that_it_reads(ours, keys, payload):
    image = payload()
    (decoded,), said = decode(ours(image, header_size=4096), keys())
    assert (decoded["Payload"], said) == (image.read_bytes(), "")


def test_a_header_of_28_bytes_which_u_boot_writes_is_none_that_it_reads(ours, payload):
    # When this fails it has learned to, and the tests above can do with headers of 28 bytes as well.
    done = generate("--dump-info", ours(payload(), header_size=28), check=False)
    assert done.returncode == 1 and "can not decode capsule" in done.stdout
