// SPDX-License-Identifier: BSD-2-Clause
#include "tools/capsule/openssl_crypto.hh"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "lib/assert.hh"
#include "tools/capsule/bytes.hh"

namespace capsule {
namespace {

using Number = ssl::Owned<BIGNUM, BN_free>;
using Builder = ssl::Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = ssl::Owned<OSSL_PARAM, OSSL_PARAM_free>;

/// nullptr: no key that OpenSSL takes.
ssl::Key import(const efi::PublicKey& key) {
  const bool rsa = key.kind == efi::PublicKey::Kind::Rsa;
  const Builder builder(OSSL_PARAM_BLD_new());
  const Number modulus(BN_bin2bn(raw(key.modulus), int(key.modulus.size()), nullptr));
  const Number exponent(BN_bin2bn(raw(key.exponent), int(key.exponent.size()), nullptr));
  if (rsa) {
    const int bits = BN_num_bits(modulus.get());
    if (bits < 2048 || bits > 4096) return {};  // as the firmware's library has it
    if (!OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) ||
        !OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()))
      return {};
  } else {
    const char* const group = key.kind == efi::PublicKey::Kind::P256 ? "prime256v1" : "secp384r1";
    if (!OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0) ||
        !OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, key.point.data(), key.point.size()))
      return {};
  }
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const ssl::KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, rsa ? "RSA" : "EC", nullptr));
  EVP_PKEY* made = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) <= 0 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get()) <= 0)
    return {};
  return ssl::Key(made);
}

}  // namespace

OpensslCrypto::OpensslCrypto() : context_(EVP_MD_CTX_new()) {}

void OpensslCrypto::start(efi::Digest digest) {
  ASSERT(EVP_DigestInit_ex(context_.get(), ssl::evp(digest), nullptr) == 1);
}

void OpensslCrypto::update(std::span<const std::byte> bytes) {
  ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

efi::DigestValue OpensslCrypto::finish() {
  efi::DigestValue value;
  unsigned size = 0;
  ASSERT(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(value.bytes.data()), &size) == 1);
  value.size = uint8_t(size);
  return value;
}

Result<void> OpensslCrypto::verify(const efi::PublicKey& key, efi::Digest algorithm, std::span<const std::byte> digest,
                                   std::span<const std::byte> signature) {
  const ssl::Key imported = import(key);
  const ssl::KeyContext context(imported ? EVP_PKEY_CTX_new(imported.get(), nullptr) : nullptr);
  const bool usable =
      context && EVP_PKEY_verify_init(context.get()) > 0 &&
      (key.kind != efi::PublicKey::Kind::Rsa || EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) > 0) &&
      EVP_PKEY_CTX_set_signature_md(context.get(), ssl::evp(algorithm)) > 0;
  const bool good =
      usable && EVP_PKEY_verify(context.get(), raw(signature), signature.size(), raw(digest), digest.size()) == 1;
  ERR_clear_error();
  if (!usable) return failure(Error::InvalidParameters);
  if (!good) return failure(Error::Denied);
  return {};
}

}  // namespace capsule
