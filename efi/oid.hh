// SPDX-License-Identifier: BSD-2-Clause
// efi/oid.hh - the object identifiers that a capsule's signature may have in it, and those that are refused by name.
#pragma once
#include "efi/crypto.hh"
#include "efi/der.hh"

namespace efi {

/// Of algorithms the high half says what they are, and the low half with which digest: as efi::Digest counts, then
/// those that are not accepted.
enum class Oid : uint8_t {
  Unknown = 0,
  Data,
  SignedData,
  ContentType,
  MessageDigest,
  KeyId,
  KeyUsage,
  BasicConstraints,
  ExtendedKeyUsage,
  CodeSigning,
  AnyUsage,
  EcKey,
  P256,
  P384,
  Sha256 = 0x10,
  Sha384,
  Sha512,
  Sha1,
  Md5,
  RsaSha256 = 0x20,
  RsaSha384,
  RsaSha512,
  RsaSha1,
  RsaMd5,
  RsaPss,
  Rsa,  // the key, or its use with a digest that is named elsewhere
  EcdsaSha256 = 0x30,
  EcdsaSha384,
  EcdsaSha512,
  EcdsaSha1,
};

/// The contents of an OBJECT IDENTIFIER.
Oid known(Bytes contents);
/// Those of an AlgorithmIdentifier. Unknown as well where there are parameters that an algorithm does not have.
Oid algorithm(Bytes oid, Bytes parameters);

enum class Family : uint8_t { Digest = 0x10, Rsa = 0x20, Ecdsa = 0x30 };
constexpr Family family(Oid oid) { return Family(uint8_t(oid) & 0xf0); }
/// Whether the low half of an algorithm is a digest that counts, and which.
constexpr bool has_digest(Oid oid) { return oid >= Oid::Sha256 && (uint8_t(oid) & 0xf) <= uint8_t(Digest::Sha512); }
constexpr Digest digest(Oid oid) { return Digest(uint8_t(oid) & 0xf); }

}  // namespace efi
