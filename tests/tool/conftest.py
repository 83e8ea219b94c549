# SPDX-License-Identifier: BSD-2-Clause
# tests/tool/conftest.py - the program, keys to sign with, and other programs to check it by.
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("CAPSULE_TOOL", ROOT / "build/host/capsule"))
CORPUS = ROOT / "tests/capsules"
TYPE = "09d7cf52-0720-4710-91d1-08469b7fe9c8"
OTHER_TYPE = "5a7021f5-fef2-48b4-aaba-832e777418c0"
ONE = ("--guid", TYPE, "--index", "1")


class Tool:
    """`good` for what must work, `fails` for what must not; files are relative to the test's own folder."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, *arguments, env=None, **options):
        clean = {k: v for k, v in os.environ.items() if k not in ("SOURCE_DATE_EPOCH", "PKCS11_MODULE_PATH")}
        return subprocess.run([TOOL, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60, env={**clean, **(env or {})}, **options)

    def good(self, *arguments, **options):
        """What it printed."""
        done = self.run(*arguments, **options)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    def fails(self, *arguments, status=1, **options):
        """The reason that it gave in its one line of error."""
        done = self.run(*arguments, **options)
        assert done.returncode == status, done
        errors = [line for line in done.stderr.splitlines() if line.startswith("capsule: error: ")]
        assert len(errors) == 1 and done.stderr.endswith(errors[0] + "\n"), done.stderr
        return errors[0].removeprefix("capsule: error: ")

    def misused(self, *arguments, **options):
        """The reason where the command line cannot be meant so."""
        return self.fails(*arguments, status=2, **options)

    def peak(self, *arguments):
        """The most memory that it had, in bytes; it has to succeed."""
        launcher = self.folder / "peak"
        if not launcher.exists():
            subprocess.run(["gcc", "-O1", "-o", launcher, pathlib.Path(__file__).parent / "peak.c"], check=True,
                           timeout=60)
        done = subprocess.run([launcher, TOOL, *map(str, arguments)], cwd=self.folder, check=True,
                              stderr=subprocess.PIPE, text=True, timeout=120)
        return int(done.stderr.split()[-1]) * 1024


@pytest.fixture
def tool(tmp_path):
    return Tool(tmp_path)


@pytest.fixture
def firmware(tmp_path):
    """A payload of no round size."""
    path = tmp_path / "firmware.bin"
    path.write_bytes(bytes(i * i * 7 % 251 for i in range(70_001)))
    return path


def openssl(*arguments, **options):
    command = ["openssl", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, timeout=120, **options).stdout


class Keys:
    """Pairs of keys and certificates, made when they are first asked for: keys.key("p256"), keys.cert("p256")."""

    ALGORITHMS = {"p256": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
                  "p384": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"),
                  "p521": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"),
                  "ed25519": ("-newkey", "ed25519"),
                  **{f"rsa{bits}": ("-newkey", f"rsa:{bits}") for bits in (1024, 2048, 3072, 4096)}}

    def __init__(self, folder):
        self.folder = folder

    def _pair(self, name):
        """A name is an algorithm, or an algorithm and what tells it apart: rsa2048-other."""
        if not (self.folder / f"{name}.crt").exists():
            openssl("req", "-x509", *self.ALGORITHMS[name.split("-")[0]], "-nodes", "-days", "3650", "-subj",
                    f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.crt", cwd=self.folder)
        return self.folder / f"{name}.key", self.folder / f"{name}.crt"

    def key(self, name):
        return self._pair(name)[0]

    def cert(self, name):
        return self._pair(name)[1]

    def sign(self, name="rsa2048"):
        """The options that sign with this pair."""
        key, cert = self._pair(name)
        return "--private-key", key, "--certificate", cert

    def leaf(self):
        """Key and certificate that rsa2048-root has issued, and that of the root."""
        key, cert = self.folder / "leaf.key", self.folder / "leaf.crt"
        if not cert.exists():
            openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=leaf", "-keyout", key, "-out",
                    "leaf.csr", cwd=self.folder)
            extensions = self.folder / "leaf.ext"
            extensions.write_text("basicConstraints=critical,CA:FALSE\nkeyUsage=digitalSignature\n")
            openssl("x509", "-req", "-in", "leaf.csr", "-CA", self.cert("rsa2048-root"), "-CAkey",
                    self.key("rsa2048-root"), "-CAcreateserial", "-days", "3650", "-extfile", extensions, "-out", cert,
                    cwd=self.folder)
        return key, cert, self.cert("rsa2048-root")


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    """A library to preload, by which files change or fail at a known moment: see shim.c."""
    library = tmp_path_factory.mktemp("shim") / "shim.so"
    source = pathlib.Path(__file__).parent / "shim.c"
    subprocess.run(["gcc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True,
                   timeout=60)
    return library
