# SPDX-License-Identifier: BSD-2-Clause
# tests/tool/test_token.py - keys in a PKCS#11 token: SoftHSM's.
import pathlib
import subprocess

import pytest
from conftest import ONE, openssl

MODULE = pathlib.Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "5678 & more"


class Token:
    def __init__(self, folder, keys):
        (folder / "tokens").mkdir()
        (folder / "softhsm.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
        self.env = {"SOFTHSM2_CONF": str(folder / "softhsm.conf"), "PKCS11_MODULE_PATH": str(MODULE)}
        self._run("softhsm2-util", "--init-token", "--free", "--label", "corbel", "--so-pin", "1234", "--pin", PIN)
        for number, name in enumerate(("rsa2048", "p256", "p384"), 1):
            self._run("softhsm2-util", "--import", keys.key(name), "--token", "corbel", "--label", name, "--id",
                      f"0{number}", "--pin", PIN)
            openssl("x509", "-in", keys.cert(name), "-outform", "DER", "-out", folder / "cert.der")
            self.tool("--write-object", folder / "cert.der", "--type", "cert", "--label", name, "--id", f"0{number}")

    def _run(self, *command):
        subprocess.run(list(map(str, command)), check=True, capture_output=True, timeout=60,
                       env={"PATH": "/usr/bin:/bin", **self.env})

    def tool(self, *arguments):
        self._run("pkcs11-tool", "--module", MODULE, "--token-label", "corbel", "--login", "--pin", PIN, *arguments)


@pytest.fixture(scope="module")
def token(tmp_path_factory, keys):
    return Token(tmp_path_factory.mktemp("token"), keys)


def key(name, query="?pin-value=5678%20%26%20more"):
    return "--private-key", f"pkcs11:token=corbel;object={name};type=private{query}"


def test_a_key_in_a_token_signs_as_the_file_does(tool, firmware, tmp_path, keys, token):
    cert = ("--certificate", keys.cert("rsa2048"))
    tool.good("create", *ONE, *key("rsa2048"), *cert, firmware, "-o", "token.cap", env=token.env)
    tool.good("create", *ONE, *keys.sign(), firmware, "-o", "file.cap")
    assert (tmp_path / "token.cap").read_bytes() == (tmp_path / "file.cap").read_bytes()


@pytest.mark.parametrize("name", ["p256", "p384"])
def test_keys_on_curves(tool, firmware, keys, token, name):
    tool.good("create", *ONE, *key(name), "--certificate", keys.cert(name), firmware, "-o", "out.cap", env=token.env)
    tool.good("verify", "out.cap", "--trust", keys.cert(name))


def test_the_certificate_may_be_in_the_token_too(tool, firmware, tmp_path, keys, token):
    cert = ("--certificate", "pkcs11:token=corbel;object=rsa2048;type=cert")
    tool.good("create", *ONE, *key("rsa2048"), *cert, firmware, "-o", "token.cap", env=token.env)
    tool.good("create", *ONE, *keys.sign(), firmware, "-o", "file.cap")
    assert (tmp_path / "token.cap").read_bytes() == (tmp_path / "file.cap").read_bytes()
    reason = tool.fails("create", *ONE, *key("p256"), *cert, firmware, "-o", "x", env=token.env)
    assert "does not belong to the certificate" in reason and "5678" not in reason


def test_the_pin_may_be_in_a_file_and_the_module_in_the_uri(tool, firmware, tmp_path, keys, token):
    (tmp_path / "pin").write_text(PIN + "\n")
    env = {"SOFTHSM2_CONF": token.env["SOFTHSM2_CONF"]}
    tool.good("create", *ONE, *key("rsa2048", f"?module-path={MODULE}"), "--password-file", "pin", "--certificate",
              keys.cert("rsa2048"), firmware, "-o", "out.cap", env=env)
    tool.good("verify", "out.cap", "--trust", keys.cert("rsa2048"))


def test_mkeficapsules_options_take_tokens_too(tool, firmware, keys, token):
    tool.good("-g", ONE[1], "-i", "1", "-p", key("rsa2048")[1], "-c", keys.cert("rsa2048"), firmware, "out.cap",
              env=token.env)
    tool.good("verify", "out.cap", "--trust", keys.cert("rsa2048"))


@pytest.mark.parametrize("name, query", [("nothing", "?pin-value=5678%20%26%20more"), ("rsa2048", "?pin-value=0000")])
def test_a_wrong_name_or_pin_is_refused_and_the_pin_not_shown(tool, firmware, keys, token, name, query):
    done = tool.run("create", *ONE, *key(name, query), "--certificate", keys.cert("rsa2048"), firmware, "-o", "out.cap",
                    env=token.env)
    assert done.returncode == 1
    assert f"object={name};type=private: no such private key in a token, or the wrong PIN" in done.stderr
    assert query[1:] not in done.stderr


def test_a_module_that_is_missing(tool, firmware, keys, token):
    done = tool.run("create", *ONE, *key("rsa2048"), "--certificate", keys.cert("rsa2048"), firmware, "-o", "out.cap",
                    env={**token.env, "PKCS11_MODULE_PATH": "/no/such/module.so"})
    assert done.returncode == 1 and "capsule: error: pkcs11:token=corbel;object=rsa2048" in done.stderr


def test_what_a_token_signs_by_other_programs_can_be_attached(tool, firmware, tmp_path, keys, token):
    tool.good("create", *ONE, "--detached", "rsa.tbs", "--detached-form", "attributes", firmware, "-o", "plain.cap")
    token.tool("--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", "01", "--input-file", tmp_path / "rsa.tbs",
               "--output-file", tmp_path / "rsa.sig")
    tool.good("sign", "plain.cap", "--signature", "rsa.sig", "--certificate", keys.cert("rsa2048"), "-o", "rsa.cap")
    tool.good("create", *ONE, *keys.sign(), firmware, "-o", "file.cap")
    assert (tmp_path / "rsa.cap").read_bytes() == (tmp_path / "file.cap").read_bytes()
    # A token has both numbers of an ECDSA signature one after the other, not in DER.
    openssl("dgst", "-sha256", "-binary", "-out", tmp_path / "digest", tmp_path / "rsa.tbs")
    token.tool("--sign", "--mechanism", "ECDSA", "--id", "02", "--input-file", tmp_path / "digest", "--output-file",
               tmp_path / "ec.sig")
    assert (tmp_path / "ec.sig").stat().st_size == 64
    tool.good("sign", "plain.cap", "--signature", "ec.sig", "--certificate", keys.cert("p256"), "-o", "ec.cap")
    tool.good("verify", "ec.cap", "--trust", keys.cert("p256"))
