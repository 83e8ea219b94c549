# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/capsules/test_u_boot.py - this project's capsules through U-Boot, which has to authenticate them, with
# both of the PKCS#7 parsers that it may have.
import re
import struct

import pytest

from tools import create, mkeficapsule, mkeficapsules
from uboot import INDEX, TYPE, FellOver, UBoot, machine_tree

KIND = {"guid": TYPE, "index": INDEX}


@pytest.fixture(scope="module", params=["mbedtls", "legacy"])
def parser(request):
    return request.param


@pytest.fixture(scope="module")
def machine(tmp_path_factory, keys, parser):
    """A running U-Boot that trusts the signer."""
    folder = tmp_path_factory.mktemp("u-boot")
    with UBoot(folder, parser, machine_tree(folder, keys().der())) as machine:
        yield machine


@pytest.fixture
def ours(tmp_path):
    def make(payload, key=None, name="ours.capsule", **options):
        return create(payload, tmp_path / name, key, **{**KIND, **options})

    return make


def accepts(machine, capsule, payload):
    before = machine.firmware()
    image = payload.read_bytes()
    assert before[:len(image)] != image
    printed, good = machine.update(capsule)
    assert good, printed
    return machine.firmware(len(image)) == image


def refuses(machine, capsule):
    before = machine.firmware()
    printed, good = machine.update(capsule)
    assert not good, printed
    return machine.firmware() == before


def altered(capsule, offset):
    data = bytearray(capsule.read_bytes())
    data[offset] ^= 1
    capsule.write_bytes(data)
    return capsule


@pytest.mark.parametrize("version", mkeficapsules())
def test_the_machine_takes_a_capsule_of_its_own_tool(machine, keys, payload, tmp_path, version):
    # Else the refusals below would mean nothing.
    image = payload()
    assert accepts(machine, mkeficapsule(version, image, tmp_path / "theirs", keys(), **KIND), image)


def test_a_signed_capsule_is_accepted_and_its_payload_lies_in_flash(machine, keys, payload, ours):
    image = payload()
    assert accepts(machine, ours(image, keys()), image)


def test_our_tool_stands_in_for_its_own(machine, keys, payload, tmp_path):
    image = payload()
    assert accepts(machine, mkeficapsule("ours", image, tmp_path / "ours", keys(), **KIND), image)


@pytest.mark.parametrize("size", [1, 262_143, 262_144, 262_145, 1 << 20])
def test_payloads_around_the_sectors_of_flash_arrive_whole(machine, keys, payload, ours, size):
    image = payload(size)
    assert accepts(machine, ours(image, keys()), image)


@pytest.mark.parametrize("header_size", [28, 32, 4096])
def test_it_honours_each_size_of_header_that_is_found_in_the_field(machine, keys, payload, ours, header_size):
    image = payload()
    assert accepts(machine, ours(image, keys(), header_size=header_size), image)


def test_a_capsule_without_a_signature_is_refused(machine, payload, ours):
    assert refuses(machine, ours(payload()))


def test_a_capsule_that_a_stranger_signed_is_refused(machine, keys, payload, ours):
    assert refuses(machine, ours(payload(), keys(name="stranger")))


@pytest.mark.parametrize("offset", [-1, -150_000, -300_000])
def test_a_capsule_whose_payload_was_altered_is_refused(machine, keys, payload, ours, offset):
    assert refuses(machine, altered(ours(payload(), keys()), offset))


def test_a_capsule_whose_monotonic_count_was_altered_is_refused(machine, keys, payload, ours):
    capsule = ours(payload(), keys(), monotonic_count=0x1122334455667788)
    count = capsule.read_bytes().index(struct.pack("<Q", 0x1122334455667788))
    assert refuses(machine, altered(capsule, count))


def test_the_version_header_is_stripped_and_its_version_reported(machine, keys, payload, ours):
    for version in (7, 0xFFFF):
        image = payload()
        assert accepts(machine, ours(image, keys(), fw_version=version), image)
        assert machine.esrt_version() == version


def test_a_version_below_the_lowest_supported_is_refused(keys, payload, ours, parser, tmp_path):
    with UBoot(tmp_path, parser, machine_tree(tmp_path, keys().der(), lowest_supported_version=5)) as machine:
        assert refuses(machine, ours(payload(), keys(), fw_version=4))
        image = payload()
        assert accepts(machine, ours(image, keys(), fw_version=5), image)
        assert refuses(machine, ours(payload(), keys()))  # no version is version 0


@pytest.mark.parametrize("kind", ["rsa3072", "rsa4096"])
def test_longer_rsa_keys_are_accepted(keys, payload, ours, parser, tmp_path, kind):
    with UBoot(tmp_path, parser, machine_tree(tmp_path, keys(kind).der())) as machine:
        image = payload()
        assert accepts(machine, ours(image, keys(kind)), image)


@pytest.mark.parametrize("kind, digest", [("p256", "sha256"), ("p384", "sha384"), ("rsa2048", "sha384"),
                                          ("rsa2048", "sha512")])
def test_what_it_cannot_verify_does_not_reach_flash(keys, payload, ours, parser, tmp_path, kind, digest):
    # It knows RSA with SHA-256 only. With mbedTLS's parser it takes a code of that for an address, and falls over it.
    with UBoot(tmp_path, parser, machine_tree(tmp_path, keys(kind).der())) as machine:
        capsule = ours(payload(), keys(kind), digest=digest)
        try:
            assert refuses(machine, capsule)
        except FellOver:
            assert parser == "mbedtls"
            assert set(machine.firmware()) == {0}


@pytest.fixture
def fresh(tmp_path, keys, parser):
    """A U-Boot of one test, whose ESP is where it boots from."""
    with UBoot(tmp_path, parser, machine_tree(tmp_path, keys().der())) as machine:
        machine.must("efidebug boot add -b 0 disk virtio 0:1 none")
        machine.must("efidebug boot order 0")
        yield machine


WANT_CAPSULES_ON_DISK = "setenv -e -nv -bs -rt -v OsIndications =0x0000000000000004"


def test_a_capsule_on_disk_is_applied_and_removed(fresh, keys, payload, ours):
    image = payload()
    fresh.disk.put(ours(image, keys(), fw_version=9), "EFI/UpdateCapsule/one.cap")
    fresh.must(WANT_CAPSULES_ON_DISK)
    printed = fresh.until_reset("efidebug capsule disk-update")
    assert "one.cap succeeded" in printed
    assert fresh.firmware(image.stat().st_size) == image.read_bytes()
    assert fresh.disk.names("EFI/UpdateCapsule") == []
    assert fresh.esrt_version() == 9


def test_all_capsules_on_disk_are_applied_one_after_the_other(fresh, keys, payload, ours):
    images = {name: payload() for name in ("b.cap", "a.cap", "c.cap")}
    for name, image in images.items():
        fresh.disk.put(ours(image, keys(), name=name), f"EFI/UpdateCapsule/{name}")
    fresh.must(WANT_CAPSULES_ON_DISK)
    printed = fresh.until_reset("efidebug capsule disk-update")
    applied = re.findall(r"Applying capsule (\S+) succeeded", printed)
    assert sorted(applied) == sorted(images)
    # Not in the order of their names: U-Boot compares the addresses of these.
    assert fresh.firmware(300_000) == images[applied[-1]].read_bytes()
    assert fresh.disk.names("EFI/UpdateCapsule") == []


def test_a_capsule_on_disk_that_a_stranger_signed_is_refused_and_removed(fresh, keys, payload, ours):
    before = fresh.firmware()
    fresh.disk.put(ours(payload(), keys(name="stranger")), "EFI/UpdateCapsule/one.cap")
    fresh.must(WANT_CAPSULES_ON_DISK)
    assert "one.cap failed" in fresh.until_reset("efidebug capsule disk-update")
    assert fresh.firmware() == before
    assert fresh.disk.names("EFI/UpdateCapsule") == []


def test_a_capsule_on_disk_waits_until_the_os_asks_for_it(fresh, keys, payload, ours):
    before = fresh.firmware()
    fresh.disk.put(ours(payload(), keys()), "EFI/UpdateCapsule/one.cap")
    fresh.run("efidebug capsule disk-update")
    assert fresh.firmware() == before
    assert fresh.disk.names("EFI/UpdateCapsule") == ["one.cap"]
