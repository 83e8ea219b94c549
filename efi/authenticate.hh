// SPDX-License-Identifier: BSD-2-Clause
// efi/authenticate.hh - EFI_FIRMWARE_IMAGE_AUTHENTICATION (UEFI 2.10, 23.1): a detached PKCS#7 over
// [dependency expression][FMP payload header][payload] || monotonic count, in one pass over these bytes.
#pragma once
#include "efi/crypto.hh"
#include "efi/keys.hh"
#include "efi/refusal.hh"

namespace efi {

/// The largest PKCS#7 that is looked at: chains of RSA-4096 certificates fit.
constexpr size_t kMostPkcs7 = 16 * 1024;

/// One signature at a time: begin(), update() with all signed bytes in order, finish(). Refuses with Status::AuthError
/// and the checks "PKCS#7" (its form), "digest", "signer", "certificate", "signature".
class Authenticator {
 public:
  constexpr Authenticator(Crypto& crypto, const Keys& keys) : crypto_(crypto), keys_(keys) {}

  /// `pkcs7` (ContentInfo or bare SignedData; at most 7 bytes of padding after the DER) stays the caller's and must
  /// not change until finish(). Finds a signer that may sign images of `type` and `index` and that no list revokes,
  /// and starts its digest. Everything that can be refused before the payload is read is refused here.
  Checked<void> begin(std::span<const std::byte> pkcs7, const Guid& type, uint8_t index);
  void update(std::span<const std::byte> bytes) { crypto_.update(bytes); }
  /// `monotonic_count` is hashed last, little-endian. Returns the trusted key that it leads to.
  Checked<const TrustedKey*> finish(uint64_t monotonic_count);
  /// After finish(): the digest of the signed bytes and the count, and how it was made, so that whoever reads the
  /// payload a second time knows that it is the same.
  const DigestValue& content() const { return content_; }
  Digest algorithm() const { return algorithm_; }

 private:
  Crypto& crypto_;
  const Keys& keys_;
  // What begin() found stands here; the digest over the signed bytes after finish().
  DigestValue content_;
  Digest algorithm_ = Digest::Sha256;
};

}  // namespace efi
