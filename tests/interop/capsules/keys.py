# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/capsules/keys.py - key pairs with self-signed certificates, by openssl.
import subprocess

# What capsules may be signed with.
KINDS = ["rsa2048", "rsa3072", "rsa4096", "p256", "p384"]


def openssl(*arguments, stdin=None, check=True):
    """The finished process of an openssl command."""
    done = subprocess.run(["openssl", *map(str, arguments)], input=stdin, capture_output=True, timeout=60,
                          check=False)
    assert not check or done.returncode == 0, f"{arguments}: {done.stderr.decode(errors='replace')}"
    return done


class Key:
    """A key pair and its certificate, in PEM: `key`, `certificate`; `both` is a file with the two."""

    def __init__(self, folder, kind, name):
        base = folder / f"{kind}-{name}"
        self.key, self.certificate, self.both = (base.with_suffix(suffix) for suffix in (".key", ".crt", ".pem"))
        algorithm, option = ("RSA", "rsa_keygen_bits:") if kind.startswith("rsa") else ("EC", "ec_paramgen_curve:P-")
        openssl("genpkey", "-algorithm", algorithm, "-pkeyopt", option + kind.lstrip("rsap"), "-out", self.key)
        openssl("req", "-x509", "-new", "-sha256", "-key", self.key, "-subj", f"/CN={name} {kind}", "-days", "3650",
                "-out", self.certificate)
        self.both.write_text(self.key.read_text() + self.certificate.read_text())

    @classmethod
    def existing(cls, folder, key, certificate):
        self = cls.__new__(cls)
        self.key, self.certificate, self.both = key, certificate, folder / f"{key.stem}.pem"
        self.both.write_text(key.read_text() + certificate.read_text())
        return self

    def der(self):
        return openssl("x509", "-in", self.certificate, "-outform", "DER").stdout
