// SPDX-License-Identifier: BSD-2-Clause
// tools/capsule/signed_data.hh - the PKCS#7 of a capsule (RFC 5652): a detached SignedData with signed attributes and
// the signer's certificate, in DER. It is written here rather than by OpenSSL because its size has to be known before
// the payload is read.
#pragma once
#include <optional>

#include "tools/capsule/identity.hh"

namespace capsule {

/// How a signature is made, whoever makes it.
struct SignatureForm {
  efi::Digest digest = efi::Digest::Sha256;
  std::optional<time_t> signing_time;
};

/// The bytes that the private key signs, for a content with this digest: the attributes as a SET OF.
Bytes signed_attributes(const SignatureForm& form, View content_digest);

/// The whole PKCS#7 with this signature over signed_attributes().
Bytes signed_data(const Identity& identity, const SignatureForm& form, View content_digest, View signature);

/// The size of a signature that is asked for: ECDSA's varies, so that sign() tries until it has this one.
size_t signature_size(const Identity& identity);

/// Signs with the identity's key, and checks the signature with its certificate.
Outcome<Bytes> sign(const Identity& identity, const SignatureForm& form, View content_digest);

}  // namespace capsule
