# SPDX-License-Identifier: BSD-2-Clause
"""layout.py - a capsule taken apart by a second hand, which knows nothing of the program that is tested."""

import struct
import uuid

FMP = "6dcbd5ed-e82d-4c44-bda1-7194199ad92a"
PKCS7 = "4aafd29d-68df-49ee-8aa9-347d375665a7"


def guid(data):
    return str(uuid.UUID(bytes_le=bytes(data)))


class Item:
    def __init__(self, data, start):
        (self.version, kind, self.index, reserved, self.size, self.vendor_size, self.instance,
         self.support) = struct.unpack_from("<I16sB3sIIQQ", data, start)
        assert self.version == 3 and reserved == bytes(3)
        self.type = guid(kind)
        body = data[start + 48:start + 48 + self.size]
        assert len(body) == self.size
        self.pkcs7 = None
        if self.support & 1:
            self.count, length, revision, kind, cert = struct.unpack_from("<QIHH16s", body)
            assert (revision, kind, guid(cert)) == (0x0200, 0x0EF1, PKCS7)
            self.pkcs7, body = body[32:8 + length], body[8 + length:]
        self.signed = body
        self.vendor_code = data[start + 48 + self.size:start + 48 + self.size + self.vendor_size]
        self.end = start + 48 + self.size + self.vendor_size

    @property
    def content(self):
        return self.signed + struct.pack("<Q", self.count)


class Capsule:
    def __init__(self, path):
        data = path.read_bytes()
        self.kind, self.header_size, self.flags, size = guid(data[:16]), *struct.unpack_from("<III", data, 16)
        assert size == len(data)
        self.items = []
        if self.kind != FMP:
            self.body = data[self.header_size:]
            return
        fmp = data[self.header_size:]
        version, drivers, count = struct.unpack_from("<IHH", fmp)
        assert (version, drivers) == (1, 0)
        at = 8 + 8 * count
        for offset in struct.unpack_from(f"<{count}Q", fmp, 8):
            assert offset == at
            self.items.append(Item(fmp, offset))
            at = self.items[-1].end
        assert at == len(fmp)
