// SPDX-License-Identifier: BSD-2-Clause
#include "crypto/mbedtls.hh"

#define MBEDTLS_ALLOW_PRIVATE_ACCESS  // a point is made of its coordinates, without the code for compressed ones
#include <mbedtls/ecdsa.h>
#include <mbedtls/memory_buffer_alloc.h>
#include <mbedtls/rsa.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>

#include <algorithm>

#include "efi/der.hh"
#include "lib/assert.hh"

namespace crypto {
namespace {

using efi::Bytes, efi::Digest, efi::PublicKey;

// Ecdsa-Sig-Value (RFC 3279 2.2.3)
constexpr efi::der::Step kEcdsaSignature[] = {efi::der::enter(efi::der::kSequence),
                                              efi::der::take(efi::der::kInteger, 0),
                                              efi::der::take(efi::der::kInteger, 1), efi::der::kEnd, efi::der::kEnd};

// RSA-4096 takes 10.7 kB of it at most, P-384 6.1 kB.
[[gnu::section(".bss..noinit")]] alignas(16) constinit std::byte arena[12 * 1024];

constexpr size_t kLeastModulus = 2048 / 8, kMostModulus = 4096 / 8;
static_assert(kMostModulus == MBEDTLS_MPI_MAX_SIZE);

const uint8_t* raw(Bytes bytes) { return reinterpret_cast<const uint8_t*>(bytes.data()); }

Result<void> outcome(int code, int failed) {
  if (code == 0) return {};
  // An error of a lower layer may be added to that of a higher one.
  if (code == MBEDTLS_ERR_MPI_ALLOC_FAILED || code == MBEDTLS_ERR_ECP_ALLOC_FAILED ||
      code == MBEDTLS_ERR_RSA_PUBLIC_FAILED + MBEDTLS_ERR_MPI_ALLOC_FAILED)
    return failure(Error::NoSpace);
  return failure(code == failed ? Error::Denied : Error::InvalidParameters);
}

// EMSA-PKCS1-v1_5 (RFC 8017 9.2), whole: a padding that is only looked through could be forged for small exponents.
bool is_encoded(Bytes message, Digest algorithm, Bytes digest) {
  // DigestInfo up to the digest: SEQUENCE { SEQUENCE { 2.16.840.1.101.3.4.2.x, NULL }, OCTET STRING }
  uint8_t info[] = {0x30, 0x11, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                    0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x00};
  info[1] += uint8_t(digest.size());
  info[14] += uint8_t(algorithm);
  info[18] = uint8_t(digest.size());
  const size_t separator = message.size() - sizeof info - digest.size() - 1;
  if (message[0] != std::byte{0} || message[1] != std::byte{1} || message[separator] != std::byte{0}) return false;
  for (size_t i = 2; i < separator; ++i)
    if (message[i] != std::byte{0xff}) return false;
  return std::ranges::equal(message.subspan(separator + 1, sizeof info), std::as_bytes(std::span(info))) &&
         std::ranges::equal(message.last(digest.size()), digest);
}

Result<void> verify_rsa(const PublicKey& key, Digest algorithm, Bytes digest, Bytes signature) {
  const Bytes n = key.modulus, e = key.exponent;
  const std::byte odd{1}, top{0x80};
  if (n.size() < kLeastModulus || n.size() > kMostModulus || (n.size() == kLeastModulus && (n[0] & top) != top) ||
      e.empty() || e.size() > 8 || (e.back() & odd) != odd || (e.size() == 1 && e[0] == odd))
    return failure(Error::InvalidParameters);
  if (signature.size() != n.size()) return failure(Error::Denied);

  mbedtls_rsa_context rsa;
  mbedtls_rsa_init(&rsa);
  CHECK(
      outcome(mbedtls_rsa_import_raw(&rsa, raw(n), n.size(), nullptr, 0, nullptr, 0, nullptr, 0, raw(e), e.size()), 0));
  std::array<std::byte, kMostModulus> message;
  // A signature that is no less than the modulus.
  CHECK(outcome(mbedtls_rsa_public(&rsa, raw(signature), reinterpret_cast<uint8_t*>(message.data())),
                MBEDTLS_ERR_RSA_PUBLIC_FAILED + MBEDTLS_ERR_MPI_BAD_INPUT_DATA));
  if (!is_encoded(std::span(message).first(n.size()), algorithm, digest)) return failure(Error::Denied);
  return {};
}

Result<void> read(mbedtls_mpi& to, Bytes from) {
  mbedtls_mpi_init(&to);
  return outcome(mbedtls_mpi_read_binary(&to, raw(from), from.size()), 0);
}

Result<void> verify_ecdsa(const PublicKey& key, Bytes digest, Bytes signature) {
  const bool p256 = key.kind == PublicKey::Kind::P256;
  const size_t size = p256 ? 32 : 48;
  if (key.point.size() != 1 + 2 * size || key.point[0] != std::byte{4}) return failure(Error::InvalidParameters);
  Bytes pair[2];
  if (!efi::der::match(signature, kEcdsaSignature, pair)) return failure(Error::Denied);
  const Bytes r = pair[0], s = pair[1];
  if (r.size() > size || s.size() > size) return failure(Error::Denied);

  mbedtls_ecp_group group;
  mbedtls_ecp_group_init(&group);
  CHECK(outcome(mbedtls_ecp_group_load(&group, p256 ? MBEDTLS_ECP_DP_SECP256R1 : MBEDTLS_ECP_DP_SECP384R1), 0));
  mbedtls_ecp_point point;
  mbedtls_ecp_point_init(&point);
  mbedtls_mpi r_number, s_number;
  CHECK(read(point.X, key.point.subspan(1, size)));
  CHECK(read(point.Y, key.point.last(size)));
  CHECK(outcome(mbedtls_mpi_lset(&point.Z, 1), 0));
  CHECK(read(r_number, r));
  CHECK(read(s_number, s));
  CHECK(outcome(mbedtls_ecp_check_pubkey(&group, &point), 0));
  return outcome(mbedtls_ecdsa_verify(&group, raw(digest), digest.size(), &point, &r_number, &s_number),
                 MBEDTLS_ERR_ECP_VERIFY_FAILED);
}

}  // namespace

static_assert(sizeof(mbedtls_sha256_context) <= 216 && sizeof(mbedtls_sha512_context) <= 216);

void MbedTls::start(Digest digest) {
  digest_ = digest;
  if (digest == Digest::Sha256)
    mbedtls_sha256_starts(reinterpret_cast<mbedtls_sha256_context*>(state_.data()), 0);
  else
    mbedtls_sha512_starts(reinterpret_cast<mbedtls_sha512_context*>(state_.data()), digest == Digest::Sha384);
}

void MbedTls::update(Bytes bytes) {
  if (digest_ == Digest::Sha256)
    mbedtls_sha256_update(reinterpret_cast<mbedtls_sha256_context*>(state_.data()), raw(bytes), bytes.size());
  else
    mbedtls_sha512_update(reinterpret_cast<mbedtls_sha512_context*>(state_.data()), raw(bytes), bytes.size());
}

efi::DigestValue MbedTls::finish() {
  efi::DigestValue value;
  value.size = uint8_t(efi::digest_size(digest_));
  auto* const to = reinterpret_cast<uint8_t*>(value.bytes.data());
  if (digest_ == Digest::Sha256)
    mbedtls_sha256_finish(reinterpret_cast<mbedtls_sha256_context*>(state_.data()), to);
  else
    mbedtls_sha512_finish(reinterpret_cast<mbedtls_sha512_context*>(state_.data()), to);
  return value;
}

Result<void> MbedTls::verify(const PublicKey& key, Digest algorithm, Bytes digest, Bytes signature) {
  if (digest.size() != efi::digest_size(algorithm)) return failure(Error::InvalidParameters);
  mbedtls_memory_buffer_alloc_init(reinterpret_cast<uint8_t*>(arena), sizeof arena);
  // What is taken from the arena goes with it: nothing is given back one by one.
  const Result<void> result = key.kind == PublicKey::Kind::Rsa ? verify_rsa(key, algorithm, digest, signature)
                                                               : verify_ecdsa(key, digest, signature);
  mbedtls_memory_buffer_alloc_free();
  return result;
}

}  // namespace crypto

/// What the library calls when its arena is not what it left: a fault of the program, not of its input.
extern "C" [[noreturn]] void crypto_damaged(int) { panic("mbedTLS found its memory damaged"); }
extern "C" void mbedtls_platform_zeroize(void*, size_t) {}
