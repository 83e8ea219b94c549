// SPDX-License-Identifier: BSD-2-Clause
#include "tools/capsule/detached.hh"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "efi/authenticate.hh"
#include "tools/capsule/der.hh"
#include "tools/capsule/openssl_crypto.hh"

namespace capsule {
namespace {

using Signature = ssl::Owned<ECDSA_SIG, ECDSA_SIG_free>;

/// PKCS#11 tokens return both numbers of an ECDSA signature one after the other, certificates' fellows have DER.
Bytes ecdsa_in_der(View bytes, size_t most) {
  if (der::size_of_element(bytes) == bytes.size() || bytes.size() % 2 != 0 || bytes.size() > most) return {};
  const size_t half = bytes.size() / 2;
  const Signature signature(ECDSA_SIG_new());
  ECDSA_SIG_set0(signature.get(), BN_bin2bn(raw(bytes), int(half), nullptr),
                 BN_bin2bn(raw(bytes.subspan(half)), int(half), nullptr));
  Bytes der(size_t(i2d_ECDSA_SIG(signature.get(), nullptr)), std::byte{});
  unsigned char* at = raw(der);
  i2d_ECDSA_SIG(signature.get(), &at);
  return der;
}

/// The PKCS#7 of the file in DER, if there is one, wrapped or bare.
bool is_signed_data(View bytes) {
  if (der::size_of_element(bytes) != bytes.size() || bytes[0] != std::byte(der::Sequence)) return false;
  const size_t start = size_t(bytes[1]) < 0x80 ? 2 : 2 + (size_t(bytes[1]) & 0x7f);
  const View inner = bytes.subspan(start);
  const size_t first = der::size_of_element(inner);
  // A ContentInfo begins with an OID; a SignedData with a version and a SET; an ECDSA signature has two INTEGERs.
  return first != 0 && (inner[0] == std::byte(der::ObjectIdentifier) ||
                        (first < inner.size() && inner[first] == std::byte(der::Set)));
}

Outcome<Bytes> from_pem(const std::string& file, View text) {
  const ssl::Bio bio(BIO_new_mem_buf(text.data(), int(text.size())));
  char *name = nullptr, *header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  if (PEM_read_bio(bio.get(), &name, &header, &data, &size) != 1)
    return failed("{}: this PEM file cannot be read: {}", file, ssl::reason());
  Bytes der;
  append(der, std::as_bytes(std::span(data, size_t(size))));
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(data);
  return der;
}

/// The certificates in a PKCS#7.
std::vector<ssl::Certificate> certificates_in(View pkcs7) {
  Bytes wrapped(pkcs7.begin(), pkcs7.end());
  const unsigned char* at = raw(wrapped);
  const ssl::Cms cms(d2i_CMS_ContentInfo(nullptr, &at, long(wrapped.size())));
  std::vector<ssl::Certificate> all;
  if (STACK_OF(X509)* const stack = cms ? CMS_get1_certs(cms.get()) : nullptr) {
    while (X509* const one = sk_X509_shift(stack)) all.emplace_back(one);
    sk_X509_free(stack);
  }
  ERR_clear_error();
  return all;
}

Outcome<Bytes> from_bare(RecipeItem& item, const std::string& file, const SignatureForm& form, const Identity& signer,
                         Bytes signature) {
  const auto most = size_t(EVP_PKEY_get_size(signer.public_key()));
  if (!signer.is_rsa())
    if (Bytes der = ecdsa_in_der(signature, most); !der.empty()) signature = std::move(der);
  if (signer.is_rsa() ? signature.size() != most : signature.size() > most)
    return failed("{}: {} bytes are no signature by a key that is {}", file, signature.size(),
                  kind_of(signer.public_key()));
  const efi::DigestValue digest = TRY(content_digest(item, form.digest));
  return signed_data(signer, form, digest.view(), signature);
}

Outcome<void> check(RecipeItem& item, const std::string& file, View pkcs7,
                    const std::vector<ssl::Certificate>& certificates) {
  std::vector<Bytes> ders;
  std::vector<efi::TrustedKey> trusted;
  const efi::KeyUse use{item.type, item.index};
  ders.reserve(certificates.size());
  for (const ssl::Certificate& one : certificates) {
    ders.push_back(der_of(one.get()));
    trusted.push_back({"signer", ders.back(), std::span(&use, 1)});
  }
  OpensslCrypto crypto;
  const efi::Keys keys{trusted, {}};
  efi::Authenticator authenticator(crypto, keys);
  const auto begun = authenticator.begin(pkcs7, item.type, item.index);
  if (!begun) return failed("{}: firmware would not take this signature: {}", file, say(begun.error()));
  const auto hash = [&](View bytes) -> Outcome<void> {
    authenticator.update(bytes);
    return {};
  };
  CHECK(for_each_view(item.content, hash));
  if (const auto finished = authenticator.finish(item.monotonic_count); !finished)
    return failed(
        "{}: not a signature of {} with monotonic count {}: {}; --monotonic-count, --digest and SOURCE_DATE_EPOCH have "
        "to be those of the file that was signed",
        file, item.name, item.monotonic_count, say(finished.error()));
  return {};
}

}  // namespace

std::string numbered(const std::string& file, size_t number, size_t count) {
  return count == 1 ? file : say("{}.{}", file, number);
}

Outcome<void> write_detached(Recipe& recipe, const DetachedOptions& options, const SignatureForm& form) {
  if (options.form != "content" && options.form != "digest" && options.form != "attributes")
    return misused("--detached-form '{}': expected content, digest or attributes", options.form);
  for (size_t i = 0; i < recipe.items.size(); ++i) {
    RecipeItem& item = recipe.items[i];
    OutputFile output = TRY_MOVE(OutputFile::create(numbered(options.file, i, recipe.items.size())));
    if (options.form == "content") {
      uint64_t at = 0;
      const auto write = [&](View bytes) {
        at += bytes.size();
        return output.write(at - bytes.size(), bytes);
      };
      CHECK(for_each_view(item.content, write));
      Bytes count;
      append(count, item.monotonic_count);
      CHECK(write(count));
    } else {
      const efi::DigestValue digest = TRY(content_digest(item, form.digest));
      if (options.form == "digest")
        CHECK(output.write(0, digest.view()));
      else
        CHECK(output.write(0, signed_attributes(form, digest.view())));
    }
    CHECK(output.commit());
  }
  return {};
}

Outcome<std::unique_ptr<Seal>> attach(RecipeItem& item, const std::string& file, const SignatureForm& form,
                                      const std::optional<Identity>& signer) {
  Bytes bytes = TRY_MOVE(read_small(file, efi::kMostPkcs7 * 2));
  if (text_of(bytes).starts_with("-----BEGIN")) bytes = TRY_MOVE(from_pem(file, bytes));
  if (!is_signed_data(bytes)) {
    if (!signer)
      return failed("{}: no PKCS#7; a bare signature needs --certificate, the certificate of the key that made it",
                    file);
    bytes = TRY_MOVE(from_bare(item, file, form, *signer, std::move(bytes)));
  }
  std::vector<ssl::Certificate> certificates = certificates_in(bytes);
  if (signer) {
    X509_up_ref(signer->certificate.get());
    certificates.emplace_back(signer->certificate.get());
  }
  if (certificates.empty())
    return failed("{}: has no certificate to check it with; name the signer's by --certificate", file);
  CHECK(check(item, file, bytes, certificates));
  return std::make_unique<MadeSeal>(std::move(bytes));
}

}  // namespace capsule
