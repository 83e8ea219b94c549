// SPDX-License-Identifier: BSD-2-Clause
// efi/pkcs7.hh - PKCS#7 SignedData (RFC 2315; RFC 5652) over content that lies elsewhere, as views over its bytes.
#pragma once
#include <array>

#include "efi/oid.hh"
#include "efi/verdict.hh"

namespace efi {

/// SignerInfo.
class Signer {
 public:
  enum Part : uint8_t {
    Version,
    IssuerAndSerial,  // of version 1: Name and INTEGER, as they are encoded
    KeyId,            // of version 3: SubjectKeyIdentifier
    DigestOid,
    DigestParameters,
    Attributes,  // signedAttrs, all of the element; empty: there are none
    AlgorithmOid,
    AlgorithmParameters,
    Signature,
    Parts
  };

  /// False: that is no SignerInfo.
  bool read(Bytes element);
  Bytes operator[](Part part) const { return parts_[part]; }
  uint8_t version() const { return uint8_t(parts_[Version][0]); }
  Oid digest() const { return algorithm(parts_[DigestOid], parts_[DigestParameters]); }
  Oid signature_algorithm() const { return algorithm(parts_[AlgorithmOid], parts_[AlgorithmParameters]); }

 private:
  std::array<Bytes, Parts> parts_;
};

class SignedData {
 public:
  static constexpr unsigned kMostSigners = 8, kMostCertificates = 8;

  /// ContentInfo or SignedData alone, and up to 7 zero bytes of padding. The whole form is checked here, but for what
  /// is inside of certificates, names, signed attributes and unsigned ones. Refuses content or revocation lists in it,
  /// and certificates that are not X.509's.
  Verdict read(Bytes pkcs7);

  /// Elements one after the other, for der::next().
  Bytes certificates() const { return parts_[Certificates]; }
  Bytes signers() const { return parts_[Signers]; }
  /// Whether this algorithm is one of digestAlgorithms.
  bool announces(Oid digest) const;

 private:
  enum Part : uint8_t { Version, Digests, ContentType, Content, Certificates, Lists, Signers, Parts };
  static const der::Step kRow[];
  std::array<Bytes, Parts> parts_;
};

/// Sets `digest` to the attribute messageDigest of a signer's attributes. Refuses those that are not attributes, that
/// lack it or contentType, have one of them twice, or another content than data.
Verdict message_digest(Bytes attributes, Bytes& digest);

/// For the rows of others: the only element in a set or a value.
namespace der {
inline constexpr Step kOnlyOid[] = {take(kOid, 0), kEnd};
inline constexpr Step kOnlyOctets[] = {take(kOctetString, 0), kEnd};
}  // namespace der

}  // namespace efi
