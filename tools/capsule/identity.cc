// SPDX-License-Identifier: BSD-2-Clause
#include "tools/capsule/identity.hh"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>

#include "tools/capsule/file.hh"
#include "tools/capsule/token.hh"

namespace capsule {
namespace {

constexpr size_t kMostKeyFile = 1024 * 1024;
constexpr int kLeastRsaBits = 2048, kMostRsaBits = 4096;

ssl::Bio memory(View bytes) { return ssl::Bio(BIO_new_mem_buf(bytes.data(), int(bytes.size()))); }

Outcome<std::string> first_line(const std::string& path) {
  if (path.empty()) return std::string{};
  const Bytes bytes = TRY_MOVE(read_small(path, kMostKeyFile));
  const std::string_view text = text_of(bytes);
  return std::string(text.substr(0, text.find_first_of("\r\n")));
}

/// What OpenSSL's reader of PEM asks when there is a password.
int give_password(char* to, int size, int /*writing*/, void* password) {
  const std::string& text = *static_cast<std::string*>(password);
  if (text.size() > size_t(size)) return -1;
  std::ranges::copy(text, to);
  return int(text.size());
}

Outcome<ssl::Key> load_key(const IdentityWords& words) {
  std::string password = TRY(first_line(words.password_file));
  if (is_token_uri(words.private_key)) return load_token_key(words.private_key, password);
  const Bytes bytes = TRY_MOVE(read_small(words.private_key, kMostKeyFile));
  const ssl::Bio bio = memory(bytes);
  if (text_of(bytes).find("-----BEGIN") == std::string_view::npos) {
    ssl::Key key(d2i_PrivateKey_bio(bio.get(), nullptr));
    if (!key) return failed("{}: neither a private key in PEM nor in DER", words.private_key);
    return key;
  }
  ssl::Key key(words.password_file.empty() ? PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr)
                                           : PEM_read_bio_PrivateKey(bio.get(), nullptr, give_password, &password));
  if (!key)
    return failed("{}: no private key could be read ({}); a password comes by --password-file", words.private_key,
                  ssl::reason());
  return key;
}

std::string group_of(EVP_PKEY* key) {
  std::array<char, 64> group{};
  size_t size = 0;
  if (EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) != 1) return "an unnamed curve";
  return {group.data(), size};
}

bool is_rsa(EVP_PKEY* key) { return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA; }
bool is_ec(EVP_PKEY* key) { return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC; }

Outcome<void> check_kind(const std::string& name, const X509* certificate) {
  EVP_PKEY* const key = X509_get0_pubkey(certificate);
  if (!key) return failed("{}: the certificate's public key cannot be read: {}", name, ssl::reason());
  const std::string kind = kind_of(key);
  const bool good = is_rsa(key)  ? EVP_PKEY_get_bits(key) >= kLeastRsaBits && EVP_PKEY_get_bits(key) <= kMostRsaBits
                    : is_ec(key) ? kind == "P-256" || kind == "P-384"
                                 : false;
  if (!good)
    return failed("{}: the key is {}, which no firmware takes; use RSA of {} to {} bits, P-256 or P-384", name, kind,
                  kLeastRsaBits, kMostRsaBits);
  return {};
}

}  // namespace

Outcome<std::vector<ssl::Certificate>> load_certificates(const std::string& name) {
  std::vector<ssl::Certificate> all;
  if (is_token_uri(name)) {
    all.push_back(TRY_MOVE(load_token_certificate(name)));
    return all;
  }
  const Bytes bytes = TRY_MOVE(read_small(name, kMostKeyFile));
  const ssl::Bio bio = memory(bytes);
  if (text_of(bytes).find("-----BEGIN") == std::string_view::npos) {
    const unsigned char* at = raw(bytes);
    ssl::Certificate one(d2i_X509(nullptr, &at, long(bytes.size())));
    if (!one || at != raw(bytes) + bytes.size()) return failed("{}: neither a certificate in PEM nor in DER", name);
    all.push_back(std::move(one));
    return all;
  }
  while (ssl::Certificate one{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) all.push_back(std::move(one));
  const bool complete = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string why = ssl::reason();
  if (all.empty() && complete) return failed("{}: no certificate in it", name);
  if (!complete) return failed("{}: certificate {} in it cannot be read: {}", name, all.size() + 1, why);
  return all;
}

Bytes der_of(const X509* certificate) {
  Bytes der(size_t(std::max(0, i2d_X509(certificate, nullptr))), std::byte{});
  unsigned char* at = raw(der);
  i2d_X509(certificate, &at);
  return der;
}

std::string name_of(const X509_NAME* name) {
  const ssl::Bio bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, size_t(size)};
}

std::string subject_of(const X509* certificate) { return name_of(X509_get_subject_name(certificate)); }

std::string kind_of(EVP_PKEY* key) {
  if (is_rsa(key)) return say("RSA {}", EVP_PKEY_get_bits(key));
  if (!is_ec(key)) return EVP_PKEY_get0_type_name(key) ? EVP_PKEY_get0_type_name(key) : "of an unknown kind";
  const std::string group = group_of(key);
  return group == "prime256v1" ? "P-256" : group == "secp384r1" ? "P-384" : group;
}

Outcome<Identity> load_identity(const IdentityWords& words) {
  Identity identity;
  std::vector<ssl::Certificate> found = TRY_MOVE(load_certificates(words.certificate));
  size_t own = 0;
  if (!words.private_key.empty()) {
    identity.key = TRY_MOVE(load_key(words));
    while (own < found.size() && X509_check_private_key(found[own].get(), identity.key.get()) != 1) ++own;
    ERR_clear_error();
    if (own == found.size())
      return failed(
          "{}: this private key does not belong to the certificate {} ({}); name the one that it was issued for",
          shown(words.private_key), shown(words.certificate), subject_of(found[0].get()));
  }
  identity.certificate = std::move(found[own]);
  found.erase(found.begin() + ptrdiff_t(own));
  CHECK(check_kind(shown(words.certificate), identity.certificate.get()));
  identity.chain = std::move(found);
  for (const std::string& name : words.chain)
    for (ssl::Certificate& one : TRY_MOVE(load_certificates(name))) identity.chain.push_back(std::move(one));
  return identity;
}

}  // namespace capsule
