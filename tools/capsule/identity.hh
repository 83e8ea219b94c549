// SPDX-License-Identifier: BSD-2-Clause
// tools/capsule/identity.hh - who signs: a private key, from a file or a token, and the certificates that go with it.
#pragma once
#include <string>
#include <vector>

#include "tools/capsule/bytes.hh"
#include "tools/capsule/openssl.hh"
#include "tools/capsule/outcome.hh"

namespace capsule {

/// PEM or DER of a file, or a "pkcs11:" URI (RFC 7512). A PEM file may have several certificates; there is at least
/// one.
Outcome<std::vector<ssl::Certificate>> load_certificates(const std::string& name);

Bytes der_of(const X509* certificate);
/// "CN = Release 2026".
std::string subject_of(const X509* certificate);
std::string name_of(const X509_NAME* name);
/// "RSA 2048", "P-256", for people.
std::string kind_of(EVP_PKEY* key);

struct Identity {
  ssl::Key key;  // nullptr: somebody else has it
  ssl::Certificate certificate;
  std::vector<ssl::Certificate> chain;  // without the signer's own

  EVP_PKEY* public_key() const { return X509_get0_pubkey(certificate.get()); }
  bool is_rsa() const { return EVP_PKEY_get_base_id(public_key()) == EVP_PKEY_RSA; }
};

struct IdentityWords {
  std::string private_key;  // a PEM or DER file, or a URI; empty: the key is elsewhere
  std::string certificate;
  std::vector<std::string> chain;
  std::string password_file;  // its first line; empty: OpenSSL asks on the terminal
};

/// Key and certificate belong to each other, and are of a kind that firmware verifies: RSA of 2048 to 4096 bits, P-256
/// or P-384.
Outcome<Identity> load_identity(const IdentityWords& words);

}  // namespace capsule
