// SPDX-License-Identifier: BSD-2-Clause
#include "efi/certificate.hh"

#include "efi/pkcs7.hh"

namespace efi {
namespace {

using namespace der;

constexpr Step kRsaKey[] = {enter(kSequence), take(kInteger, 0), take(kInteger, 1), kEnd, kEnd};
constexpr Step kExtension[] = {enter(kSequence), take(kOid, 0), maybe(kBoolean, 1), take(kOctetString, 2), kEnd, kEnd};
constexpr Step kSequenceOf[] = {take(kSequence, 0), kEnd};

// The values of extensions, in the order of Oid.
static_assert(uint8_t(Oid::KeyId) + 3 == uint8_t(Oid::ExtendedKeyUsage));
constexpr Step kExtensionRows[][5] = {
    {take(kOctetString, 0), kEnd},
    {raw(kBitString, 0), kEnd},
    {enter(kSequence), maybe(kBoolean, 0), maybe(kInteger, 1), kEnd, kEnd},
    {take(kSequence, 0), kEnd},
};

bool truth(Bytes boolean) { return !boolean.empty() && boolean[0] != std::byte{0}; }

}  // namespace

// RFC 5280 4.1
constexpr Step Certificate::kRow[] = {
    enter(kSequence, All),
    enter(kSequence, ToBeSigned),
    maybe(constructed(0), Version),
    whole(kInteger, Serial),
    whole(kSequence, InnerAlgorithm),
    whole(kSequence, Issuer),
    take(kSequence),  // validity
    whole(kSequence, Subject),
    enter(kSequence),
    enter(kSequence),
    take(kOid, KeyOid),
    rest(KeyParameters),
    kEnd,
    take(kBitString, KeyBits),
    kEnd,
    maybe(primitive(1)),  // identifiers of issuer and subject that nobody uses
    maybe(primitive(2)),
    maybe(constructed(3), Extensions),
    kEnd,
    enter(kSequence, Algorithm),
    take(kOid, AlgorithmOid),
    rest(AlgorithmParameters),
    kEnd,
    take(kBitString, Signature),
    kEnd,
    kEnd,
};

inline bool Certificate::read_key() {
  Bytes part[2];
  const Oid oid = known(parts_[KeyOid]);
  if (oid == Oid::Rsa) {
    key.kind = PublicKey::Kind::Rsa;
    if (!match(parts_[KeyBits], kRsaKey, part)) return false;
    key.modulus = part[0];
    key.exponent = part[1];
    return true;
  }
  if (oid != Oid::EcKey || !match(parts_[KeyParameters], kOnlyOid, part)) return false;
  const Oid curve = known(part[0]);
  key.kind = curve == Oid::P256 ? PublicKey::Kind::P256 : PublicKey::Kind::P384;
  key.point = parts_[KeyBits];
  return curve == Oid::P256 || curve == Oid::P384;
}

inline bool Certificate::read_extension(Bytes element) {
  Bytes extension[3], part[2];
  if (!match(element, kExtension, extension)) return false;
  const Oid type = known(extension[0]);
  if (type < Oid::KeyId || type > Oid::ExtendedKeyUsage) {
    unknown_critical |= truth(extension[1]);
    return true;
  }
  if (!match(extension[2], kExtensionRows[uint8_t(type) - uint8_t(Oid::KeyId)], part)) return false;
  switch (type) {
    case Oid::KeyId: parts_[KeyId] = part[0]; break;
    case Oid::KeyUsage:
      // As many bits as are needed, behind the number of those that the last byte does not have.
      key_usage = part[0].size() < 2 ? uint8_t{0} : uint8_t(part[0][1]);
      break;
    case Oid::BasicConstraints:
      authority = truth(part[0]);
      if (part[1].size() == 1) path_length = uint8_t(part[1][0]);
      break;
    default:
      signs_code = false;
      while (!part[0].empty()) {
        const Bytes purpose = next(part[0]);
        if (purpose.empty()) return false;
        const Oid oid = known(contents(purpose));
        signs_code |= oid == Oid::CodeSigning || oid == Oid::AnyUsage;
      }
      break;
  }
  return true;
}

bool Certificate::read(Bytes der) {
  key = {};
  version = 1;
  authority = unknown_critical = false;
  signs_code = true;
  path_length = key_usage = 0xff;
  parts_[KeyId] = {};
  if (!match(der, kRow, parts_.data()) || !same(parts_[Algorithm], parts_[InnerAlgorithm])) return false;
  algorithm = efi::algorithm(parts_[AlgorithmOid], parts_[AlgorithmParameters]);
  if (const Bytes number = parts_[Version]; !number.empty()) {
    // INTEGER, of one byte: 1 or 2.
    if (number.size() != 3 || number[0] != std::byte{kInteger} || number[1] != std::byte{1}) return false;
    version = uint8_t(1 + uint8_t(number[2]));
    if (version != 2 && version != 3) return false;
  }
  Bytes extensions;
  if (!parts_[Extensions].empty()) {
    if (version != 3 || !match(parts_[Extensions], kSequenceOf, &extensions)) return false;
    while (!extensions.empty())
      if (!read_extension(next(extensions))) return false;
  }
  return read_key();
}

}  // namespace efi
