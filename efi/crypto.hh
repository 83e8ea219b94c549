// SPDX-License-Identifier: BSD-2-Clause
// efi/crypto.hh - the seam to whoever computes: a library, the CPU's own instructions, a device. efi/ has no
// primitives.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/result.hh"

namespace efi {

/// Those that a signature may use; SHA-1 and MD5 have no name here.
enum class Digest : uint8_t { Sha256, Sha384, Sha512 };
constexpr size_t digest_size(Digest digest) {
  return digest == Digest::Sha256 ? 32 : digest == Digest::Sha384 ? 48 : 64;
}

struct DigestValue {
  std::array<std::byte, 64> bytes{};
  uint8_t size = 0;
  std::span<const std::byte> view() const { return std::span(bytes).first(size); }
};

/// A key as its certificate has it; the bytes are the certificate's.
struct PublicKey {
  enum class Kind : uint8_t { Rsa, P256, P384 } kind = Kind::Rsa;
  std::span<const std::byte> modulus, exponent;  // Rsa: big-endian, without leading zeros; 2048 to 4096 bits
  std::span<const std::byte> point;              // P256, P384: 04 || X || Y
};

class Crypto {
 public:
  /// Begins a digest. One runs at a time: beginning another ends it.
  virtual void start(Digest digest) = 0;
  virtual void update(std::span<const std::byte> bytes) = 0;
  virtual DigestValue finish() = 0;

  /// Whether `signature` over `digest` is that of `key`: RSASSA-PKCS1-v1_5 (RFC 8017 8.2.2), or ECDSA with the
  /// signature in DER (RFC 3279 2.2.3). Errors: Denied: it is not; InvalidParameters: no key that this can use;
  /// NoSpace: the library's memory is too small.
  virtual Result<void> verify(const PublicKey& key, Digest algorithm, std::span<const std::byte> digest,
                              std::span<const std::byte> signature) = 0;

 protected:
  ~Crypto() = default;
};

}  // namespace efi
