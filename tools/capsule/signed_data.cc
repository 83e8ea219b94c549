// SPDX-License-Identifier: BSD-2-Clause
#include "tools/capsule/signed_data.hh"

#include <openssl/err.h>

#include "tools/capsule/der.hh"

namespace capsule {
namespace {

using namespace std::string_view_literals;

// Contents of object identifiers.
constexpr auto kData = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"sv;
constexpr auto kSignedData = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"sv;
constexpr auto kContentType = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03"sv;
constexpr auto kMessageDigest = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04"sv;
constexpr auto kSigningTime = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05"sv;
constexpr auto kRsaEncryption = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"sv;
constexpr auto kSha2 = "\x60\x86\x48\x01\x65\x03\x04\x02"sv;       // and 1 to 3
constexpr auto kEcdsaWithSha2 = "\x2a\x86\x48\xce\x3d\x04\x03"sv;  // and 2 to 4

constexpr int kMostTries = 200;  // half of them have the size that is most frequent

Bytes identifier(std::string_view content) { return der::element(der::ObjectIdentifier, {view(content)}); }

Bytes identifier(std::string_view content, unsigned last) {
  return der::element(der::ObjectIdentifier, {view(content), View(Bytes{std::byte(last)})});
}

Bytes digest_algorithm(efi::Digest digest) {
  return der::element(der::Sequence, {identifier(kSha2, 1 + unsigned(digest))});
}

Bytes signature_algorithm(const Identity& identity, efi::Digest digest) {
  if (identity.is_rsa()) return der::element(der::Sequence, {identifier(kRsaEncryption), der::element(der::Null, {})});
  return der::element(der::Sequence, {identifier(kEcdsaWithSha2, 2 + unsigned(digest))});
}

Bytes attribute(std::string_view type, View value) {
  return der::element(der::Sequence, {identifier(type), der::element(der::Set, {value})});
}

Bytes attributes(der::Tag tag, const SignatureForm& form, View content_digest) {
  std::vector<Bytes> all{attribute(kContentType, identifier(kData)),
                         attribute(kMessageDigest, der::element(der::OctetString, {content_digest}))};
  if (form.signing_time) all.push_back(attribute(kSigningTime, der::time(*form.signing_time)));
  return der::set_of(tag, std::move(all));
}

template <class T>
Bytes encode(int (*writer)(const T*, unsigned char**), const T* object) {
  Bytes bytes(size_t(std::max(0, writer(object, nullptr))), std::byte{});
  unsigned char* at = raw(bytes);
  writer(object, &at);
  return bytes;
}

Outcome<Bytes> sign_once(const Identity& identity, const SignatureForm& form, View message) {
  const ssl::DigestContext context(EVP_MD_CTX_new());
  Bytes signature(size_t(EVP_PKEY_get_size(identity.key.get())), std::byte{});
  size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, ssl::evp(form.digest), nullptr, identity.key.get()) != 1 ||
      EVP_DigestSign(context.get(), raw(signature), &size, raw(message), message.size()) != 1)
    return failed("the private key does not sign: {}", ssl::reason());
  signature.resize(size);
  return signature;
}

}  // namespace

Bytes signed_attributes(const SignatureForm& form, View content_digest) {
  return attributes(der::Set, form, content_digest);
}

Bytes signed_data(const Identity& identity, const SignatureForm& form, View content_digest, View signature) {
  const X509* const own = identity.certificate.get();
  const Bytes one{std::byte{1}};
  const Bytes version = der::element(der::Integer, {one});
  const Bytes algorithm = digest_algorithm(form.digest);
  const Bytes issuer = encode(i2d_X509_NAME, const_cast<const X509_NAME*>(X509_get_issuer_name(own)));
  const Bytes serial = encode(i2d_ASN1_INTEGER, X509_get0_serialNumber(own));
  const Bytes signer = der::element(
      der::Sequence, {version, der::element(der::Sequence, {issuer, serial}), algorithm,
                      attributes(der::Context0, form, content_digest), signature_algorithm(identity, form.digest),
                      der::element(der::OctetString, {signature})});
  std::vector<Bytes> certificates{der_of(own)};
  for (const ssl::Certificate& each : identity.chain) certificates.push_back(der_of(each.get()));
  const Bytes data = der::element(
      der::Sequence, {version, der::element(der::Set, {algorithm}), der::element(der::Sequence, {identifier(kData)}),
                      der::set_of(der::Context0, std::move(certificates)), der::element(der::Set, {signer})});
  return der::element(der::Sequence, {identifier(kSignedData), der::element(der::Context0, {data})});
}

size_t signature_size(const Identity& identity) {
  const auto most = size_t(EVP_PKEY_get_size(identity.public_key()));
  // Both numbers of an ECDSA signature have a leading zero byte in half of the cases, so one less is most frequent.
  return identity.is_rsa() ? most : most - 1;
}

Outcome<Bytes> sign(const Identity& identity, const SignatureForm& form, View content_digest) {
  const Bytes message = signed_attributes(form, content_digest);
  for (int tries = 0; tries < kMostTries; ++tries) {
    const Bytes signature = TRY_MOVE(sign_once(identity, form, message));
    if (signature.size() != signature_size(identity)) continue;
    const ssl::DigestContext context(EVP_MD_CTX_new());
    if (EVP_DigestVerifyInit(context.get(), nullptr, ssl::evp(form.digest), nullptr, identity.public_key()) != 1 ||
        EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message), message.size()) != 1)
      return failed("the private key made a signature that its certificate does not verify: {}", ssl::reason());
    return signed_data(identity, form, content_digest, signature);
  }
  return failed("the private key makes no signature of {} bytes; is it of the kind that its certificate says?",
                signature_size(identity));
}

}  // namespace capsule
