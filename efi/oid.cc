// SPDX-License-Identifier: BSD-2-Clause
#include "efi/oid.hh"

namespace efi {
namespace {

// Each: its number here, its length, itself. One table without addresses: those would cost three times as much.
#define PKCS "\x2a\x86\x48\x86\xf7\x0d"
#define NIST "\x60\x86\x48\x01\x65\x03\x04"
#define X962 "\x2a\x86\x48\xce\x3d"
constexpr char kKnown[] = "\x01\x09" PKCS
                          "\x01\x07\x01"  // 1.2.840.113549.1.7: PKCS #7
                          "\x02\x09" PKCS
                          "\x01\x07\x02"
                          "\x03\x09" PKCS
                          "\x01\x09\x03"  // .1.9: PKCS #9
                          "\x04\x09" PKCS
                          "\x01\x09\x04"
                          "\x05\x03\x55\x1d\x0e"  // 2.5.29: extensions of certificates
                          "\x06\x03\x55\x1d\x0f"
                          "\x07\x03\x55\x1d\x13"
                          "\x08\x03\x55\x1d\x25"
                          "\x09\x08\x2b\x06\x01\x05\x05\x07\x03\x03"
                          "\x0a\x04\x55\x1d\x25\x00"
                          "\x0b\x07" X962
                          "\x02\x01"  // 1.2.840.10045: X9.62
                          "\x0c\x08" X962
                          "\x03\x01\x07"
                          "\x0d\x05\x2b\x81\x04\x00\x22"
                          "\x10\x09" NIST
                          "\x02\x01"
                          "\x11\x09" NIST
                          "\x02\x02"
                          "\x12\x09" NIST
                          "\x02\x03"
                          "\x13\x05\x2b\x0e\x03\x02\x1a"
                          "\x14\x08" PKCS
                          "\x02\x05"
                          "\x20\x09" PKCS
                          "\x01\x01\x0b"  // .1.1: PKCS #1
                          "\x21\x09" PKCS
                          "\x01\x01\x0c"
                          "\x22\x09" PKCS
                          "\x01\x01\x0d"
                          "\x23\x09" PKCS
                          "\x01\x01\x05"
                          "\x24\x09" PKCS
                          "\x01\x01\x04"
                          "\x25\x09" PKCS
                          "\x01\x01\x0a"
                          "\x26\x09" PKCS
                          "\x01\x01\x01"
                          "\x30\x08" X962
                          "\x04\x03\x02"
                          "\x31\x08" X962
                          "\x04\x03\x03"
                          "\x32\x08" X962
                          "\x04\x03\x04"
                          "\x33\x07" X962 "\x04\x01";

}  // namespace

Oid known(Bytes contents) {
  for (const char* entry = kKnown; entry != kKnown + sizeof kKnown - 1; entry += 2 + entry[1])
    if (same(contents, std::as_bytes(std::span(entry + 2, size_t(entry[1]))))) return Oid(entry[0]);
  return Oid::Unknown;
}

Oid algorithm(Bytes oid, Bytes parameters) {
  const Oid found = known(oid);
  if (parameters.empty() || found == Oid::RsaPss) return found;
  const bool null = parameters.size() == 2 && parameters[0] == std::byte{der::kNull} && parameters[1] == std::byte{0};
  return null ? found : Oid::Unknown;
}

}  // namespace efi
