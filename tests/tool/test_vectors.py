# SPDX-License-Identifier: BSD-2-Clause
# tests/tool/test_vectors.py - the same bytes on every machine and in every year: capsules whose SHA-256 is known. The
# key in vectors/ is no secret and signs nothing else.
import hashlib
import pathlib

import pytest
from conftest import OTHER_TYPE, TYPE

HERE = pathlib.Path(__file__).parent / "vectors"
SIGNED = ("--private-key", HERE / "test-key.pem", "--certificate", HERE / "test-key.crt")
ONE = ("--payload", f"firmware.bin:{TYPE}:1")
VECTORS = {
    "unsigned": ((*ONE,), None, "ddbbb67d42602759596dcb9e4ceaf3b695ac56b902e55693a40ad8bd04360581"),
    "versions": ((*ONE, "--fw-version", 7, "--lowest-supported-version", 3), None,
                 "1469e87d45c2f8b6c58da696bb35bf5ace73af9bdc41a89b28a286d21e9b0d24"),
    "rsa2048-sha256": ((*ONE, "--fw-version", 7, *SIGNED), None,
                       "b6ea03cf14b96d0544c31a33e03780df3aa32bd7d54d106cdab303f6cd6ae86c"),
    "rsa2048-sha512-epoch": ((*ONE, "--digest", "sha512", *SIGNED), "1700000000",
                             "824cb0d9ba46e1a96bc0a76ded7dcae413f058315647e7d4974941b8969cc7da"),
    "everything": ((*ONE, "--payload", f"firmware.bin:{OTHER_TYPE}:2:5", "--header-size", 32, "--fw-version", 9,
                    "--dependency", f"{TYPE} >= 3 && !({OTHER_TYPE} < 2)", "--vendor-code", "firmware.bin",
                    "--monotonic-count", 12, "--accept-by-os", "--initiate-reset", *SIGNED), "1700000000",
                   "f0ad5a6404590387b19e21e287c2efb4e129fbe7198b8d5153ff9f744891ae48"),
}


@pytest.mark.parametrize("name", VECTORS)
def test_the_bytes_are_those_that_were_written_down(tool, tmp_path, name):
    options, epoch, digest = VECTORS[name]
    (tmp_path / "firmware.bin").write_bytes(bytes(range(256)) * 16)
    tool.good("create", *options, "-o", "out.cap", env={"SOURCE_DATE_EPOCH": epoch} if epoch else {})
    assert hashlib.sha256((tmp_path / "out.cap").read_bytes()).hexdigest() == digest
