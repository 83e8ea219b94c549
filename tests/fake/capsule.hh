// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/capsule.hh - builds capsules from their parts, signed by a key that only a fake knows.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crypto/mbedtls.hh"
#include "efi/keys.hh"
#include "lib/guid.hh"

namespace fake {

using Bytes = std::vector<std::byte>;

/// The contents of a file below the root of the tree. A test that lacks its data fails.
Bytes file(const std::string& path);

/// Digests are real. A signature is good when the digest is one that sign() has seen: no private key is needed.
class SigningCrypto final : public efi::Crypto {
 public:
  void start(efi::Digest digest) override { real_.start(digest); }
  void update(std::span<const std::byte> bytes) override { real_.update(bytes); }
  efi::DigestValue finish() override { return real_.finish(); }
  Result<void> verify(const efi::PublicKey&, efi::Digest, std::span<const std::byte> digest,
                      std::span<const std::byte>) override;

  /// Signs `content` with its count. Returns a PKCS#7 without signed attributes, whose signer is the certificate of
  /// tests/capsules/keys/rsa2048.der.
  Bytes sign(const Bytes& content, uint64_t monotonic_count);

 private:
  crypto::MbedTls real_;
  std::set<std::string> signed_;
};

struct CapsuleItem {
  Guid type;
  uint8_t index = 1;
  uint64_t hardware_instance = 0;
  std::optional<uint32_t> version;  // with one, an FMP payload header
  uint32_t lowest_supported_version = 0;
  uint64_t monotonic_count = 1;
  Bytes image;
  Bytes dependency{};
  bool is_signed = true;
};

/// A Firmware Management Protocol capsule with image headers of version 3.
Bytes build_capsule(SigningCrypto& crypto, const std::vector<CapsuleItem>& items, uint32_t flags = 0);

}  // namespace fake
