# SPDX-License-Identifier: BSD-2-Clause
"""Capsules byte by byte, signed by openssl: for all that no proper tool makes."""

import struct
import subprocess
import tempfile
import uuid
from pathlib import Path

from . import FIRMWARE, INDEX

KEYS = Path(__file__).resolve().parents[2] / "keys"
TEST_KEY = (KEYS / "test.key", KEYS / "test.crt")

FMP = uuid.UUID("6dcbd5ed-e82d-4c44-bda1-7194199ad92a")
ACCEPT = uuid.UUID("0c996046-bcc0-4d04-85ec-e1fcedf1c6f8")
REVERT = uuid.UUID("acd58b4b-c0e8-475f-99b5-6b3f7e07aaf0")
UX = uuid.UUID("3b8c8162-188c-46a4-aec9-be43f1d65697")
PKCS7 = uuid.UUID("4aafd29d-68df-49ee-8aa9-347d375665a7")
ACCEPT_BY_OS, PERSIST, INITIATE_RESET = 1 << 15, 1 << 16, 1 << 18

# Dependency expressions (UEFI 2.10, 23.2)
AND, OR, NOT, TRUE, FALSE, EQ, GT, GTE, LT, LTE, END = (bytes([code]) for code in range(3, 14))


def push(what):
    """A GUID or a version."""
    return b"\0" + what.bytes_le if isinstance(what, uuid.UUID) else b"\1" + struct.pack("<I", what)


def sign(content, key=TEST_KEY, digest="sha256", options=()):
    """A detached PKCS#7 over `content`."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        command = ["openssl", "cms", "-sign", "-binary", "-outform", "DER", "-md", digest, "-in", file.name]
        command += ["-inkey", key[0], "-signer", key[1], *options]
        return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout


def make_key(folder, name, kind="rsa:2048"):
    """A key of its own, that signed itself."""
    key, certificate = Path(folder) / f"{name}.key", Path(folder) / f"{name}.crt"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", kind, "-nodes", "-days", "3650", "-subj", f"/CN={name}"]
        + ["-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return key, certificate


def item(
    image,
    type_=FIRMWARE,
    index=None,
    version=1,
    lowest=0,
    count=0,
    key=TEST_KEY,
    instance=0,
    header=3,
    dependency=b"",
    payload_header=True,
    altered=None,
    digest="sha256",
    options=(),
):
    """An image header and what follows it. `key` None: not signed; `altered` changes signed bytes after signing."""
    signed = dependency + (struct.pack("<4sIII", b"MSS1", 16, version, lowest) if payload_header else b"") + image
    if key:
        pkcs7 = sign(signed + struct.pack("<Q", count), key, digest, options)
        if altered:
            signed = altered(signed)
        authentication = struct.pack("<QIHH", count, 24 + len(pkcs7), 0x0200, 0x0EF1) + PKCS7.bytes_le + pkcs7
        signed = authentication + signed
    elif altered:
        signed = altered(signed)
    index = INDEX.get(type_, 1) if index is None else index
    head = struct.pack("<I16sB3xII", header, type_.bytes_le, index, len(signed), 0)
    if header >= 2:
        head += struct.pack("<Q", instance)
    if header >= 3:
        head += struct.pack("<Q", bool(key) | bool(dependency) << 1)
    return head + signed


def capsule(*items, flags=0, header_size=28):
    """Of the Firmware Management Protocol."""
    offset, offsets = 8 + 8 * len(items), b""
    for one in items:
        offsets += struct.pack("<Q", offset)
        offset += len(one)
    body = struct.pack("<IHH", 1, 0, len(items)) + offsets + b"".join(items)
    return raw(FMP, body, flags, header_size)


def raw(guid, body=b"", flags=0, header_size=28):
    head = struct.pack("<16sIII", guid.bytes_le, header_size, flags, header_size + len(body))
    return head.ljust(header_size, b"\0") + body


def accept(type_=FIRMWARE):
    return raw(ACCEPT, type_.bytes_le)


def revert():
    return raw(REVERT)
