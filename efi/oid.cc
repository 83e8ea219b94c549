// SPDX-License-Identifier: BSD-2-Clause
#include "efi/oid.hh"

#include <algorithm>
#include <string_view>

namespace efi {
namespace {

struct Known {
  Oid number;
  std::string_view bytes;
};

using namespace std::string_view_literals;
#define PKCS "\x2a\x86\x48\x86\xf7\x0d"      // 1.2.840.113549: .1.1 is PKCS #1, .1.7 PKCS #7, .1.9 PKCS #9
#define X962 "\x2a\x86\x48\xce\x3d"          // 1.2.840.10045
#define NIST "\x60\x86\x48\x01\x65\x03\x04"  // 2.16.840.1.101.3.4
// Neighbours have their beginnings in common.
constexpr Known kKnown[] = {
    {Oid::RsaSha256, PKCS "\x01\x01\x0b"sv},
    {Oid::RsaSha384, PKCS "\x01\x01\x0c"sv},
    {Oid::RsaSha512, PKCS "\x01\x01\x0d"sv},
    {Oid::RsaSha1, PKCS "\x01\x01\x05"sv},
    {Oid::RsaMd5, PKCS "\x01\x01\x04"sv},
    {Oid::RsaPss, PKCS "\x01\x01\x0a"sv},
    {Oid::Rsa, PKCS "\x01\x01\x01"sv},
    {Oid::Data, PKCS "\x01\x07\x01"sv},
    {Oid::SignedData, PKCS "\x01\x07\x02"sv},
    {Oid::ContentType, PKCS "\x01\x09\x03"sv},
    {Oid::MessageDigest, PKCS "\x01\x09\x04"sv},
    {Oid::Md5, PKCS "\x02\x05"sv},
    {Oid::EcKey, X962 "\x02\x01"sv},
    {Oid::P256, X962 "\x03\x01\x07"sv},
    {Oid::EcdsaSha256, X962 "\x04\x03\x02"sv},
    {Oid::EcdsaSha384, X962 "\x04\x03\x03"sv},
    {Oid::EcdsaSha512, X962 "\x04\x03\x04"sv},
    {Oid::EcdsaSha1, X962 "\x04\x01"sv},
    {Oid::P384, "\x2b\x81\x04\x00\x22"sv},
    {Oid::Sha1, "\x2b\x0e\x03\x02\x1a"sv},
    {Oid::CodeSigning, "\x2b\x06\x01\x05\x05\x07\x03\x03"sv},
    {Oid::Sha256, NIST "\x02\x01"sv},
    {Oid::Sha384, NIST "\x02\x02"sv},
    {Oid::Sha512, NIST "\x02\x03"sv},
    {Oid::KeyId, "\x55\x1d\x0e"sv},  // 2.5.29: extensions of certificates
    {Oid::KeyUsage, "\x55\x1d\x0f"sv},
    {Oid::BasicConstraints, "\x55\x1d\x13"sv},
    {Oid::ExtendedKeyUsage, "\x55\x1d\x25"sv},
    {Oid::AnyUsage, "\x55\x1d\x25\x00"sv},
};

// Each: its number, how many bytes it has in common with the one before and how many others, these. So the table takes
// half of its bytes, and has no addresses, which would cost three times as much.
template <class To>
constexpr size_t pack(To to) {
  size_t size = 0;
  std::string_view last;
  for (const Known& one : kKnown) {
    size_t common = 0;
    while (common < last.size() && common < one.bytes.size() && last[common] == one.bytes[common]) ++common;
    to(size++, uint8_t(one.number));
    to(size++, uint8_t(common << 4 | (one.bytes.size() - common)));
    for (const char c : one.bytes.substr(common)) to(size++, uint8_t(c));
    last = one.bytes;
  }
  return size;
}
constexpr size_t kLongest = 15;
static_assert(std::ranges::all_of(kKnown, [](const Known& one) { return one.bytes.size() <= kLongest; }));
constexpr size_t kPackedSize = pack([](size_t, uint8_t) {});
constexpr auto kPacked = [] {
  std::array<uint8_t, kPackedSize> packed{};
  pack([&](size_t at, uint8_t byte) { packed[at] = byte; });
  return packed;
}();

}  // namespace

Oid known(Bytes contents) {
  std::byte oid[kLongest];
  for (const uint8_t* entry = kPacked.data(); entry != kPacked.data() + kPacked.size();) {
    const Oid number = Oid(*entry++);
    size_t size = *entry >> 4;
    for (unsigned others = *entry++ & 0xf; others != 0; --others) oid[size++] = std::byte(*entry++);
    if (same(contents, {oid, size})) return number;
  }
  return Oid::Unknown;
}

Oid algorithm(Bytes oid, Bytes parameters) {
  const Oid found = known(oid);
  if (parameters.empty() || found == Oid::RsaPss) return found;
  const bool null = parameters.size() == 2 && parameters[0] == std::byte{der::kNull} && parameters[1] == std::byte{0};
  return null ? found : Oid::Unknown;
}

}  // namespace efi
