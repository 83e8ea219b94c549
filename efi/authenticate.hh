// SPDX-License-Identifier: BSD-2-Clause
// efi/authenticate.hh - EFI_FIRMWARE_IMAGE_AUTHENTICATION (UEFI 2.10, 23.1): a detached PKCS#7 over
// [dependency expression][FMP payload header][payload] || monotonic count, in one pass over these bytes.
#pragma once
#include "efi/crypto.hh"
#include "efi/keys.hh"
#include "efi/pkcs7.hh"
#include "efi/refusal.hh"

namespace efi {

/// The largest PKCS#7 that is looked at: chains of RSA-4096 certificates fit.
constexpr size_t kMostPkcs7 = 16 * 1024;

/// One signature at a time: begin(), update() with all signed bytes in order, finish(). Refuses with Status::AuthError
/// and the checks "PKCS#7", "contentType", "messageDigest" (forms), "digest" and "signature" (whether they are right,
/// and made in a way that counts), "signer" (not known), "certificate", "key use", "revoked".
///
/// The signer's certificate is a trusted one, or one of at most kLongestChain that came along and lead to a trusted
/// one. From there down each is verified with a key that was verified before: no other key is ever used. One that came
/// along has to be an authority of version 3 to issue others and must be meant for signing code if it says what it is
/// for; it may have no critical extension that is not known here. A trusted one is the board's decision: it may sign
/// images whatever it says of itself, and issue certificates if it is an authority or of a version that cannot say so.
/// Validity in time is not looked at, as there is no clock to trust.
///
/// Not covered by the signature, so that a capsule is as good with other bytes there:
/// * certificates that came along and are not needed; all of them where the signer's is a trusted one;
/// * signers that are not the one whose signature counts, and digestAlgorithms that are not his;
/// * unsigned attributes;
/// * the name of his signature's algorithm, which is rsaEncryption or that of RSA with his digest.
class Authenticator {
 public:
  static constexpr unsigned kLongestChain = 4;

  constexpr Authenticator(Crypto& crypto, const Keys& keys) : crypto_(crypto), keys_(keys) {}

  /// `pkcs7` (ContentInfo or bare SignedData; at most 7 bytes of padding after the DER) stays the caller's and must
  /// not change until finish(). Finds the first signer that may sign images of `type` and `index` and that no list
  /// revokes, and starts its digest. Everything that can be refused before the payload is read is refused here.
  Verdict begin(std::span<const std::byte> pkcs7, const Guid& type, uint8_t index);
  void update(std::span<const std::byte> bytes);
  /// `monotonic_count` is hashed last, little-endian. Returns the trusted key that it leads to.
  Checked<const TrustedKey*> finish(uint64_t monotonic_count);
  /// After finish(): the digest of the signed bytes and the count, and how it was made, so that whoever reads the
  /// payload a second time knows that it is the same.
  const DigestValue& content() const { return content_; }
  Digest algorithm() const { return algorithm_; }

 private:
  struct Level;
  struct Search;
  const DigestValue& hash(Digest digest, Bytes first, Bytes rest = {});
  Verdict verify(const PublicKey& key, Digest digest, const DigestValue& value, Bytes signature);
  Verdict accept(const Search& search, const Level* issuer, const TrustedKey& trusted);
  Verdict find(Search& search);
  Verdict consider(Search& search);
  Verdict judge();

  Crypto& crypto_;
  const Keys& keys_;
  Guid type_;
  uint8_t index_ = 0;
  DigestValue content_, value_;
  Digest algorithm_ = Digest::Sha256;
  // What begin() found: views of the PKCS#7 and of the trusted certificate.
  const TrustedKey* trusted_ = nullptr;
  PublicKey key_;
  Bytes attributes_, signature_;
  Bytes wanted_;  // the attribute messageDigest
  // Of the signed bytes, without signed attributes.
  uint64_t size_ = 0;
  std::array<std::byte, 6> head_{};
};

}  // namespace efi
