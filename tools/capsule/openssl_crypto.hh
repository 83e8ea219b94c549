// SPDX-License-Identifier: BSD-2-Clause
// tools/capsule/openssl_crypto.hh - the primitives of efi/ by OpenSSL.
#pragma once
#include "efi/crypto.hh"
#include "tools/capsule/openssl.hh"

namespace capsule {

class OpensslCrypto final : public efi::Crypto {
 public:
  OpensslCrypto();
  void start(efi::Digest digest) override;
  void update(std::span<const std::byte> bytes) override;
  efi::DigestValue finish() override;
  Result<void> verify(const efi::PublicKey& key, efi::Digest algorithm, std::span<const std::byte> digest,
                      std::span<const std::byte> signature) override;

 private:
  ssl::DigestContext context_;
};

}  // namespace capsule
