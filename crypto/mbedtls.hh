// SPDX-License-Identifier: BSD-2-Clause
// crypto/mbedtls.hh - digests and signatures as mbedTLS computes them, without its parsers.
#pragma once
#include "efi/crypto.hh"

namespace crypto {

/// Digests take the CPU's own instructions where it has them. Nothing is kept from one verify() to the next: the memory
/// that one needs is an arena of 12 KiB which all objects of this class share.
class MbedTls final : public efi::Crypto {
 public:
  void start(efi::Digest digest) override;
  void update(std::span<const std::byte> bytes) override;
  efi::DigestValue finish() override;
  Result<void> verify(const efi::PublicKey& key, efi::Digest algorithm, std::span<const std::byte> digest,
                      std::span<const std::byte> signature) override;

 private:
  alignas(8) std::array<std::byte, 216> state_{};  // the library's context of either digest
  efi::Digest digest_ = efi::Digest::Sha256;
};

/// For measuring: whether the CPU's instructions for SHA-2 may be used. Counts before the first digest only.
void use_extensions(bool use);

}  // namespace crypto
