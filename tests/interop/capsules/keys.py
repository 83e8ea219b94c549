# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/capsules/keys.py - key pairs with self-signed certificates, by openssl.
import subprocess

KINDS = {
    **{f"rsa{bits}": ["-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}"] for bits in (2048, 3072, 4096)},
    **{f"p{bits}": ["-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:P-{bits}"] for bits in (256, 384)},
}


def openssl(*arguments, stdin=None, check=True):
    """The finished process of an openssl command."""
    done = subprocess.run(["timeout", "60", "openssl", *map(str, arguments)], input=stdin, capture_output=True,
                          check=False)
    assert not check or done.returncode == 0, f"{arguments}: {done.stderr.decode(errors='replace')}"
    return done


class Key:
    """A key pair and its certificate, in PEM: `key`, `certificate`; `both` is a file with the two."""

    def __init__(self, folder, kind, name):
        base = folder / f"{kind}-{name}"
        self.key, self.certificate, self.both = (base.with_suffix(suffix) for suffix in (".key", ".crt", ".pem"))
        openssl("genpkey", *KINDS[kind], "-out", self.key)
        openssl("req", "-x509", "-new", "-sha256", "-key", self.key, "-subj", f"/CN={name} {kind}", "-days", "3650",
                "-out", self.certificate)
        self.both.write_text(self.key.read_text() + self.certificate.read_text())

    def der(self):
        return openssl("x509", "-in", self.certificate, "-outform", "DER").stdout
