# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/capsules/test_firmware.py - what the tools of others make, verified by the firmware in QEMU.
import pathlib
import sys

import pytest

from edk2 import certificates, encode
from keys import Key, openssl
from layout import capsule, signed_bytes
from tools import mkeficapsule

sys.path.append(str(pathlib.Path(__file__).parents[2] / "system"))
# pylint: disable=wrong-import-position
from capsules import FIRMWARE  # noqa: E402
from capsules.flash import Flash  # noqa: E402
from capsules.forge import KEYS  # noqa: E402
from capsules.machine import IMAGE, RAM, Console, loader  # noqa: E402

# By name: how it is made, and what the firmware has to say of it.
CAPSULES = {
    "mkeficapsule 2023.01": (lambda make: make.mkeficapsule("2023.01"), "verified"),
    "mkeficapsule 2025.01": (lambda make: make.mkeficapsule("2025.01", fw_version=3), "verified"),
    "mkeficapsule 2025.01, a stranger's": (lambda make: make.mkeficapsule("2025.01", make.stranger), "signer"),
    "mkeficapsule 2025.01, altered": (lambda make: make.altered(make.mkeficapsule("2025.01")), "digest"),
    "GenerateCapsule": (lambda make: make.edk2(), "verified"),
    "GenerateCapsule, P-256 and SHA-512": (lambda make: make.edk2(make.p256, HashAlgorithm="sha512"), "verified"),
    "GenerateCapsule, depending on what is there": (
        lambda make: make.edk2(Dependencies=f"{FIRMWARE} <= 0x00000003 && ~({FIRMWARE} > 0x00000003)"), "verified"),
    "GenerateCapsule, depending on what is not": (
        lambda make: make.edk2(Dependencies=f"{FIRMWARE} > 0x00000003"), "dependency"),
    "GenerateCapsule, a stranger's": (lambda make: make.edk2(make.stranger), "signer"),
    "openssl smime": (lambda make: make.openssl("smime"), "verified"),
    "openssl cms, SHA-384": (lambda make: make.openssl("cms", "-md", "sha384"), "verified"),
    "openssl smime without attributes": (lambda make: make.openssl("smime", "-noattr"), "verified"),
    "openssl cms without certificates": (lambda make: make.openssl("cms", "-nocerts"), "verified"),
    "openssl smime, SHA-1": (lambda make: make.openssl("smime", "-md", "sha1"), "digest"),
    "openssl cms, content inside": (lambda make: make.openssl("cms", "-nodetach"), "PKCS#7"),
}


class Maker:
    """Makes capsules for the firmware's bank, signed by a test key of its board unless they say otherwise."""

    def __init__(self, folder, keys):
        self._folder, self._count = folder, 0
        self.key, self.p256 = (Key.existing(folder, KEYS / f"{name}.key", KEYS / f"{name}.crt")
                               for name in ("test", "test-p256"))
        self.stranger = keys(name="stranger")
        self._payload = folder / "payload"
        self._payload.write_bytes(bytes(i * i % 251 for i in range(70_001)))

    def _target(self):
        self._count += 1
        return self._folder / f"{self._count}.capsule"

    def mkeficapsule(self, version, key=None, **options):
        return mkeficapsule(version, self._payload, self._target(), key or self.key, guid=FIRMWARE, index=1, **options)

    def edk2(self, key=None, **more):
        return encode([{"Payload": str(self._payload), "Guid": str(FIRMWARE), "FwVersion": "3",
                        "LowestSupportedVersion": "0", **certificates(key or self.key), **more}], self._target())

    def openssl(self, command, *options):
        content, target = self._folder / "content", self._target()
        content.write_bytes(signed_bytes(self._payload.read_bytes(), 5))
        pkcs7 = openssl(command, "-sign", "-binary", "-signer", self.key.certificate, "-inkey", self.key.key, "-in",
                        content, "-outform", "DER", *options).stdout
        target.write_bytes(capsule(self._payload.read_bytes(), 5, pkcs7, str(FIRMWARE)))
        return target

    def altered(self, path):
        data = bytearray(path.read_bytes())
        data[-1000] ^= 1
        path.write_bytes(data)
        return path


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory, keys):
    """The last line that the firmware says of each of them, all in one machine."""
    folder = tmp_path_factory.mktemp("firmware")
    make = Maker(folder, keys)
    places = {name: (how(make), RAM + 0x100000 * i) for i, (name, (how, _)) in enumerate(CAPSULES.items())}
    flash = Flash.blank(folder / "flash")
    arguments = [f"-drive if=pflash,unit=1,format=raw,file={flash.path}"]
    arguments += [loader(*place) for place in places.values()]
    with Console(IMAGE, " ".join(arguments), limit=120) as console:
        console.run("efivar format")
        return {name: console.run(f"capsule verify memory:{address:#x}+{path.stat().st_size}")[-1]
                for name, (path, address) in places.items()}


@pytest.mark.parametrize("name", CAPSULES)
def test_the_firmware_says_of_it(verdicts, name):
    expected = CAPSULES[name][1]
    assert verdicts[name].startswith("verified: 1 item" if expected == "verified" else f"error: item 0: {expected}")
