// SPDX-License-Identifier: BSD-2-Clause
// efi/certificate.hh - as much of an X.509 certificate (RFC 5280) as says whose key it is, and what for.
#pragma once
#include <array>

#include "efi/oid.hh"

namespace efi {

/// A view over its DER. That its bytes are well-formed says nothing of who made them: that is for the signature.
class Certificate {
 public:
  static constexpr uint8_t kDigitalSignature = 0x80, kNonRepudiation = 0x40, kCertificateSign = 0x04;  // of key_usage
  static constexpr uint8_t kAnyLength = 0xff;
  enum Part : uint8_t {
    All,
    ToBeSigned,
    Version,
    Serial,  // with its header
    InnerAlgorithm,
    Issuer,  // Names with their headers: equal when their bytes are
    Subject,
    KeyOid,
    KeyParameters,
    KeyBits,
    Extensions,
    Algorithm,
    AlgorithmOid,
    AlgorithmParameters,
    Signature,
    KeyId,  // the extension SubjectKeyIdentifier: no part of the row, which has as many as it can
    Parts
  };

  /// False: that is no X.509 certificate in DER, or its key is none that efi::Crypto knows.
  bool read(Bytes der);

  Bytes operator[](Part part) const { return parts_[part]; }
  PublicKey key;
  Oid algorithm;    // of the signature
  uint8_t version;  // 1 to 3

  // Extensions, or what holds without them. Validity is not here: there is no clock to hold against it.
  bool authority;         // basicConstraints: may issue certificates,
  uint8_t path_length;    // with as many others between those and the last one
  uint8_t key_usage;      // the first eight bits
  bool signs_code;        // extendedKeyUsage
  bool unknown_critical;  // has an extension that must not be passed over, and is none of these

 private:
  static const der::Step kRow[];
  bool read_key();
  bool read_extension(Bytes element);

  std::array<Bytes, Parts> parts_;
};

}  // namespace efi
