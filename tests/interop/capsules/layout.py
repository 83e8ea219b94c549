# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/capsules/layout.py - a capsule of one payload around a signature that somebody else made.
import struct
import uuid

TYPE = "09d7cf52-0720-4710-91d1-08469b7fe9c8"


def signed_bytes(image, count):
    """What a signature is made of (UEFI 2.10, 23.2.2)."""
    return image + struct.pack("<Q", count)


def capsule(image, count, pkcs7, image_type=TYPE):
    """UEFI 2.10, 8.5.3 and 23.3, header sizes 28 and 48."""
    def guid(text):
        return uuid.UUID(text).bytes_le

    authentication = struct.pack("<QIHH16s", count, 24 + len(pkcs7), 0x0200, 0x0EF1,
                                 guid("4aafd29d-68df-49ee-8aa9-347d375665a7")) + pkcs7
    item = struct.pack("<I16sB3xIIQQ", 3, guid(image_type), 1, len(authentication) + len(image), 0, 0, 1)
    body = struct.pack("<IHHQ", 1, 0, 1, 16) + item + authentication + image
    return struct.pack("<16sIII", guid("6dcbd5ed-e82d-4c44-bda1-7194199ad92a"), 28, 0x10000, 28 + len(body)) + body
